//! Messages to transactions: requests with their responses over every link, repeats, reversals, completions, voids.

mod batch;
mod join;
mod kind;
mod outcome;
mod session;

use cardwire::model::{Class, Function, Origin};
use hashbrown::HashSet;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(crate) use self::batch::{Totals, TotalsResult, batch_of, count, places};
pub(crate) use self::join::Approved;
pub(crate) use self::outcome::{Knowledge, Outcome};
pub(crate) use self::session::agree;
use super::books::{Books, Context, Message};
use super::intern::Sym;
use super::rules::{Party, Rules};
use crate::record::Currency;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Money from the cardholder.
    Sale,
    /// Money to the cardholder.
    Refund,
    /// A hold that waits for its completion.
    Preauth,
}

/// All messages about one purchase, refund or pre-authorization, and what they say together.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    /// Indexes of its messages in the order of time.
    pub(crate) messages: Vec<u32>,
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) knowledge: Knowledge,
    /// What was asked for, negative for refunds.
    pub(crate) requested: i64,
    /// What was approved before any reversal.
    pub(crate) authorized: i64,
    /// What is left of it.
    pub(crate) approved: i64,
    pub(crate) currency: Currency,
    pub(crate) rrn: Option<Sym>,
    pub(crate) stan: Option<Sym>,
    pub(crate) terminal: Option<Sym>,
    pub(crate) merchant: Option<Sym>,
    pub(crate) acquirer: Option<Sym>,
    pub(crate) batch: Option<Sym>,
    pub(crate) token: Option<Sym>,
    pub(crate) approval: Option<Sym>,
    pub(crate) life_id: Option<Sym>,
    pub(crate) response: Option<Sym>,
    pub(crate) mcc: Option<Sym>,
    pub(crate) local_date: Option<Date>,
    /// DE 15 of the response nearest to the issuer, or else the local date.
    pub(crate) settlement_date: Option<Date>,
    /// DE 15 of the response to the reversal.
    pub(crate) reversal_date: Option<Date>,
    /// Milliseconds of Unix time of its first message.
    pub(crate) time: Option<i64>,
    /// Milliseconds of Unix time of the response that decided.
    pub(crate) decided_at: Option<i64>,
    /// Milliseconds of Unix time until which it is valid, where its response says so.
    pub(crate) valid_until: Option<i64>,
    /// Milliseconds of Unix time of the confirmed reversal.
    pub(crate) reversed_at: Option<i64>,
}

impl Transaction {
    /// What clearing is expected for: a hold is not cleared, what completes it is.
    pub(crate) fn owed(&self) -> i64 {
        if self.kind == Kind::Preauth { 0 } else { self.approved }
    }
}

/// Messages that move no money: totals are told apart later.
#[derive(Clone, Debug)]
pub(crate) struct Others {
    pub(crate) messages: Vec<u32>,
    pub(crate) kind: OtherKind,
}

/// What messages are that are no transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OtherKind {
    /// Totals of a batch or a settlement date, and what was uploaded for it.
    Totals,
    /// A chargeback by message.
    Chargeback,
    /// Sign-on, echo tests, inquiries, scripts, files.
    Management,
}

/// What all messages of a run say.
#[derive(Debug, Default)]
pub(crate) struct Transactions {
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) totals: Vec<Totals>,
    pub(crate) others: Vec<Others>,
}

/// Which part a message plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Request,
    Response,
    Reversal,
    ReversalResponse,
    Totals,
    Upload,
    Chargeback,
    Management,
}

impl Role {
    fn of(books: &Books, message: &Message, context: &Context) -> Self {
        let mti = context.mti;
        let is_response = mti.is_response();
        let is_inquiry = books.text(context.code).starts_with('3');
        match mti.class() {
            Class::Authorization | Class::Financial if is_inquiry => Self::Management,
            Class::Authorization | Class::Financial if is_response => Self::Response,
            Class::Authorization | Class::Financial => Self::Request,
            Class::Reversal if is_chargeback(context) => Self::Chargeback,
            Class::Reversal if is_response => Self::ReversalResponse,
            Class::Reversal => Self::Reversal,
            Class::Reconciliation => Self::Totals,
            // an offline sale that is sent with the batch
            Class::FileAction if message.amount.is_some() && context.code.is_some() => Self::Request,
            Class::FileAction => Self::Upload,
            _ => Self::Management,
        }
    }

    fn is_money(self) -> bool {
        matches!(self, Self::Request | Self::Response | Self::Reversal | Self::ReversalResponse)
    }
}

/// Issuers do not reverse, they charge back: x422, x432 and so on.
fn is_chargeback(context: &Context) -> bool {
    let by_issuer = matches!(context.mti.origin(), Origin::Issuer | Origin::IssuerRepeat);
    by_issuer
        && matches!(
            context.mti.function(),
            Function::Advice | Function::AdviceResponse | Function::Notification
        )
}

/// How far a link is from the terminal: 0 for its own, 2 for the issuer's. Where the rules do not know the parties,
/// requests of a host that gets requests itself are on the second link.
fn link(books: &Books, rules: &Rules, context: &Context) -> u8 {
    let party = |sym: Option<Sym>| rules.party(books.text(sym));
    let depth = |party: Party| match party {
        Party::Terminal | Party::Acquirer => 0,
        Party::Network => 1,
        Party::Issuer => 2,
    };
    match (party(context.from), party(context.to)) {
        (Some(from), Some(to)) => depth(from.max(to)),
        _ => {
            let asks = if context.mti.is_response() { context.to } else { context.from };
            u8::from(books.middle.contains(host(books.text(asks))))
        }
    }
}

/// An address without its port.
fn host(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|octet| octet.is_ascii_digit()) => host,
        _ => address,
    }
}

/// Hosts that send requests and get requests of others: acquirers and switches.
pub(crate) fn middle(books: &Books) -> HashSet<String> {
    let mut hosts = Hosts::default();
    for message in &books.messages {
        let context = books.context(message);
        hosts.add(context.mti, books.text(context.from), books.text(context.to));
    }
    hosts.middle()
}

/// Who sends requests, and who gets them.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    senders: HashSet<String>,
    receivers: HashSet<String>,
}

impl Hosts {
    /// Adds sender and receiver of a message.
    pub(crate) fn add(&mut self, mti: cardwire::Mti, from: &str, to: &str) {
        let (from, to) = (host(from), host(to));
        if mti.is_response() || from == to {
            return;
        }
        for (hosts, host) in [(&mut self.senders, from), (&mut self.receivers, to)] {
            if !hosts.contains(host) {
                hosts.insert(host.to_owned());
            }
        }
    }

    /// Those that do both.
    pub(crate) fn middle(&self) -> HashSet<String> {
        self.senders.intersection(&self.receivers).cloned().collect()
    }
}

/// The latest day that a message names.
pub(crate) fn latest(settlement: Option<Date>, time: Option<i64>, zone: &TimeZone) -> Option<Date> {
    settlement.max(time.and_then(|time| local_date(time, zone)))
}

/// The local date of an instant.
pub(crate) fn local_date(time: i64, zone: &TimeZone) -> Option<Date> {
    let stamp = jiff::Timestamp::from_millisecond(time).ok()?;
    Some(zone.to_datetime(stamp).date())
}

/// A message with what is looked up for it again and again.
#[derive(Clone, Copy)]
struct Seen<'b> {
    index: u32,
    message: &'b Message,
    context: Context,
    role: Role,
    link: u8,
}

impl<'b> Seen<'b> {
    fn new(books: &'b Books, rules: &Rules, index: u32) -> Option<Self> {
        let message = books.messages.get(index as usize)?;
        let context = books.context(message);
        let role = Role::of(books, message, &context);
        Some(Self { index, message, context, role, link: link(books, rules, &context) })
    }

    /// Whether it refuses a message for its MAC, whatever that says.
    fn is_refused_unread(&self, books: &Books) -> bool {
        const MAC_WRONG: &str = "A0";
        books.text(self.context.response) == MAC_WRONG
    }
}

/// Puts all messages of the books together.
pub(crate) fn transactions(
    books: &Books,
    rules: &Rules,
    zone: &TimeZone,
    asked: Option<&mut Vec<Approved>>,
) -> Transactions {
    let cut = session::cut(books, rules);
    let groups = join::join(books, rules, cut.money, asked);
    let mut found = Transactions { others: cut.others, ..Transactions::default() };
    found.transactions = groups.iter().map(|group| outcome::judge(books, rules, group, zone)).collect();
    found.totals = batch::totals(books, rules, &mut found.others, &found.transactions);
    found
}
