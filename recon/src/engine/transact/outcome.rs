//! What the messages of a transaction say together: approved, declined, reversed or not known.

use cardwire::codes::{ActionCode93, Network as Reading, Outcome as Result, ResponseCode};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::join::Group;
use super::kind::Step;
use super::session::Session;
use super::{Kind, Role, Seen, Transaction, local_date};
use crate::engine::books::{Books, Message};
use crate::engine::intern::Sym;
use crate::engine::rules::{Network, Rules};

/// What became of a transaction, by its messages alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Approved,
    Declined,
    /// Nothing is left of it: reversed, voided or cancelled.
    Reversed,
    /// No response that decides, and no reversal that is confirmed.
    Unknown,
}

/// Who knows what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Knowledge {
    /// A request was seen on the link of the terminal.
    pub(crate) terminal_asked: bool,
    /// What the terminal was told, as far as it was told anything.
    pub(crate) terminal_told: Option<bool>,
    /// Reversals for which no response was seen.
    pub(crate) unconfirmed: bool,
    /// Requests to reverse, repeats included.
    pub(crate) reversals: u16,
    /// Messages were seen behind the link of the terminal.
    pub(crate) sees_network: bool,
    /// A reversal was seen there.
    pub(crate) network_reversal: bool,
    /// A response came after the reversal.
    pub(crate) late: bool,
    /// A reversal was refused, and the approval stands.
    pub(crate) refused: bool,
    /// A completion was declined.
    pub(crate) completion_declined: bool,
    /// Less was approved than asked for.
    pub(crate) partial: bool,
    /// Part of it was reversed.
    pub(crate) partly_reversed: bool,
    pub(crate) voided: bool,
    pub(crate) completed: bool,
    pub(crate) adjusted: bool,
}

/// What one response decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Approved,
    Declined,
    Unclear,
}

/// What a response code decides; no code in a response is an acceptance.
fn said(books: &Books, rules: &Rules, response: Option<Sym>) -> Said {
    let text = books.text(response);
    let outcome = match text.len() {
        0 => Result::Approved,
        2 => ResponseCode::new(text).map_or(Result::Unknown, |code| match rules.network {
            Network::UnionPay => code.at(Reading::UnionPay).map_or(Result::Unknown, |advice| advice.outcome),
            Network::Iso => code.outcome(),
        }),
        _ => ActionCode93::new(text).map_or(Result::Unknown, |code| code.outcome()),
    };
    match outcome {
        Result::Approved => Said::Approved,
        // a repeat of a message that was seen decides nothing about the first one
        Result::Declined => Said::Declined,
        Result::Unknown => Said::Unclear,
    }
}

/// One response of a link.
#[derive(Clone, Copy)]
struct Told<'b> {
    said: Said,
    seen: Seen<'b>,
}

/// One session, judged.
#[derive(Default)]
struct Judged<'b> {
    requested: i64,
    authorized: i64,
    left: i64,
    decision: Option<Said>,
    told: [Option<Told<'b>>; 3],
    asked: [bool; 3],
    first: Option<Seen<'b>>,
    reversal_date: Option<Date>,
    reversed_at: Option<i64>,
    is_reversed: bool,
    knowledge: Knowledge,
}

impl<'b> Judged<'b> {
    fn of(books: &'b Books, rules: &Rules, session: &Session) -> Self {
        let mut messages: Vec<Seen<'b>> =
            session.messages.iter().filter_map(|index| Seen::new(books, rules, *index)).collect();
        messages.sort_by_key(|seen| seen.message.time);
        let mut judged = Self { requested: session.amount.unwrap_or(0), ..Self::default() };
        judged.first = messages.iter().find(|seen| seen.role == Role::Request).or(messages.first()).copied();
        for seen in messages.iter().filter(|seen| matches!(seen.role, Role::Request | Role::Response)) {
            judged.hear(books, rules, *seen);
        }
        judged.decide();
        let reversals: Vec<&Seen<'b>> = messages
            .iter()
            .filter(|seen| matches!(seen.role, Role::Reversal | Role::ReversalResponse))
            .collect();
        // by link, whether the next response refuses what it is about unread
        let mut refuses = [false; 3];
        let mut refused: Vec<bool> = Vec::with_capacity(reversals.len());
        for seen in reversals.iter().rev() {
            let link = refuses.get_mut(usize::from(seen.link.min(2)));
            refused.push(link.is_some_and(|refuses| {
                if seen.role == Role::ReversalResponse {
                    *refuses = seen.is_refused_unread(books);
                }
                *refuses
            }));
        }
        for (seen, is_refused) in reversals.iter().zip(refused.iter().rev()) {
            judged.reverse(books, rules, **seen, *is_refused);
        }
        judged.knowledge.unconfirmed =
            judged.knowledge.reversals > 0 && judged.reversed_at.is_none() && !judged.is_reversed;
        judged.knowledge.refused &= !judged.is_reversed;
        judged.knowledge.late = messages.iter().any(|seen| {
            seen.role == Role::Response
                && seen.message.time.zip(judged.reversed_at).is_some_and(|(time, at)| time > at)
        });
        judged
    }

    fn hear(&mut self, books: &Books, rules: &Rules, seen: Seen<'b>) {
        let link = usize::from(seen.link.min(2));
        self.knowledge.sees_network |= link > 0;
        if seen.role == Role::Request {
            if let Some(asked) = self.asked.get_mut(link) {
                *asked = true;
            }
            return;
        }
        let said = said(books, rules, seen.context.response);
        let is_duplicate = books.text(seen.context.response) == "94";
        if let Some(slot) = self.told.get_mut(link) {
            let is_better = match *slot {
                None => true,
                Some(Told { said: Said::Approved, .. }) => false,
                // one that refuses the message unread says nothing about the transaction, if another one does
                Some(_) if seen.is_refused_unread(books) => false,
                Some(_) => said == Said::Approved || (said == Said::Declined && !is_duplicate),
            };
            if is_better {
                *slot = Some(Told { said, seen });
            }
        }
    }

    /// The response nearest to the issuer decides, unless a request behind it has none.
    fn decide(&mut self) {
        let nearest =
            (0..3).rev().find_map(|link| self.told.get(link).copied().flatten().map(|told| (link, told)));
        let asked = (0..3).rev().find(|link| self.asked.get(*link) == Some(&true));
        let is_open = nearest.is_none_or(|(link, _)| asked.is_some_and(|asked| asked > link));
        self.decision = nearest.map(|(_, told)| match told.said {
            Said::Declined if is_open => Said::Unclear,
            said => said,
        });
        if let Some((_, told)) = nearest.filter(|(_, told)| told.said == Said::Approved) {
            let part = told.seen.message.amount.unwrap_or(self.requested);
            let is_part = part < self.requested || self.requested == 0;
            self.authorized = if is_part { part } else { self.requested };
            self.knowledge.partial = is_part && part != self.requested;
        }
        self.left = self.authorized;
        self.knowledge.terminal_asked = self.asked.first() == Some(&true);
        let told = self.told.first().copied().flatten();
        self.knowledge.terminal_told = told.map(|told| told.said == Said::Approved);
    }

    fn reverse(&mut self, books: &Books, rules: &Rules, seen: Seen<'b>, is_refused: bool) {
        self.knowledge.network_reversal |= seen.link > 0;
        self.knowledge.sees_network |= seen.link > 0;
        if seen.role == Role::Reversal {
            self.knowledge.reversals = self.knowledge.reversals.saturating_add(1);
            if is_refused {
                return;
            }
            let replacement = seen.message.extra.as_ref().and_then(|extra| extra.replacement);
            // Of an approval in part the whole is what was approved, whether the reversal names that or what was asked for.
            let rest = seen.message.amount.map(|part| (self.authorized - part).max(0));
            self.left = replacement.or(rest).unwrap_or(0).min(self.authorized);
            return;
        }
        // the original is not known there, or was undone before: nothing is left to reverse. 12 says so of what was not
        // approved; of what was it is a refusal, and the approval stands.
        let nothing_left = match books.text(seen.context.response) {
            "21" | "25" => true,
            "12" if self.decision == Some(Said::Approved) => {
                self.knowledge.refused = true;
                false
            }
            code => code == "12",
        };
        if nothing_left || said(books, rules, seen.context.response) == Said::Approved {
            self.is_reversed = true;
            self.reversed_at = self.reversed_at.or(seen.message.time);
            self.reversal_date = self.reversal_date.max(seen.message.settlement_date);
        }
    }

    fn nearest(&self) -> Option<Seen<'b>> {
        (0..3).rev().find_map(|link| self.told.get(link).copied().flatten()).map(|told| told.seen)
    }

    fn living(&self) -> i64 {
        if self.is_reversed { self.left } else { self.authorized }
    }

    fn outcome(&self) -> Outcome {
        match self.decision {
            Some(Said::Approved) if self.living() == 0 && self.is_reversed => Outcome::Reversed,
            Some(Said::Approved) => Outcome::Approved,
            Some(Said::Declined) => Outcome::Declined,
            _ if self.is_reversed => Outcome::Reversed,
            _ => Outcome::Unknown,
        }
    }
}

/// Whether a session is approved, and not reversed.
pub(super) fn stands(books: &Books, rules: &Rules, session: &Session) -> bool {
    let judged = Judged::of(books, rules, session);
    judged.outcome() == Outcome::Approved && judged.living() != 0
}

/// The transaction of a group of sessions.
pub(super) fn judge(books: &Books, rules: &Rules, group: &Group, zone: &TimeZone) -> Transaction {
    let base = Judged::of(books, rules, &group.base);
    let kind = match group.step {
        Step::Refund | Step::Void => Kind::Refund,
        Step::Preauth | Step::Increment => Kind::Preauth,
        _ => Kind::Sale,
    };
    let mut found = transaction(books, &group.base, &base, kind, zone);
    if group.step == Step::Cancel && found.outcome == Outcome::Approved {
        found.outcome = Outcome::Reversed;
        found.approved = 0;
    }
    for (step, session) in &group.children {
        let child = Judged::of(books, rules, session);
        change(&mut found, *step, &child, session);
        found.messages.extend(&session.messages);
    }
    let time = |index: &u32| books.messages.get(*index as usize).and_then(|message| message.time);
    found.messages.sort_by_key(time);
    if kind == Kind::Refund {
        found.requested = -found.requested;
        found.authorized = -found.authorized;
        found.approved = -found.approved;
    }
    found
}

fn transaction(
    books: &Books,
    session: &Session,
    judged: &Judged<'_>,
    kind: Kind,
    zone: &TimeZone,
) -> Transaction {
    let of = |get: fn(&Seen<'_>) -> Option<Sym>| {
        let told = judged.told.iter().rev().flatten().map(|told| &told.seen);
        told.chain(judged.first.iter()).find_map(get)
    };
    let everywhere = |get: fn(&Seen<'_>) -> Option<Sym>| {
        let seen = session.messages.iter().filter_map(|index| books.messages.get(*index as usize));
        seen.map(|message| (message, books.context(message))).find_map(|(message, context)| {
            get(&Seen { index: 0, message, context, role: Role::Request, link: 0 })
        })
    };
    let nearest = judged.nearest();
    let day = session.date.or_else(|| local_date(session.start?, zone));
    let mut messages = session.messages.clone();
    messages.shrink_to_fit();
    let currency = judged.first.map(|seen| seen.context.currency);
    Transaction {
        messages,
        kind,
        outcome: judged.outcome(),
        knowledge: Knowledge { partly_reversed: judged.is_reversed && judged.left != 0, ..judged.knowledge },
        requested: judged.requested,
        authorized: judged.authorized,
        approved: if judged.decision == Some(Said::Approved) { judged.living() } else { 0 },
        currency: currency.unwrap_or_else(|| books.default_currency()),
        rrn: session.rrn,
        stan: session.stan,
        terminal: session.terminal,
        merchant: session.merchant,
        acquirer: of(|seen| seen.context.acquirer),
        batch: session.batch,
        token: session.token,
        approval: of(|seen| seen.message.approval).or_else(|| everywhere(|seen| seen.message.approval)),
        life_id: of(|seen| seen.message.life_id),
        response: nearest.and_then(|seen| seen.context.response),
        mcc: everywhere(|seen| seen.context.mcc),
        local_date: day,
        settlement_date: nearest.and_then(|seen| seen.message.settlement_date).or_else(|| {
            let dates = judged.told.iter().flatten().filter_map(|told| told.seen.message.settlement_date);
            dates.max().or(judged.reversal_date).or(day)
        }),
        reversal_date: judged.reversal_date,
        time: session.start,
        decided_at: nearest.and_then(|seen| seen.message.time),
        valid_until: judged.told.iter().rev().flatten().find_map(|told| valid_until(told.seen.message)),
        reversed_at: judged.reversed_at,
    }
}

/// Until when a response says that it is valid.
fn valid_until(message: &Message) -> Option<i64> {
    let code = message.extra.as_ref()?.life_cycle.as_ref()?;
    let (unit, count) = code.split_at_checked(1)?;
    let unit = match unit {
        "1" => 86_400_000,
        "2" => 3_600_000,
        _ => 60_000,
    };
    message.time?.checked_add(count.parse::<i64>().ok()? * unit)
}

/// What a later step makes of a transaction.
fn change(found: &mut Transaction, step: Step, child: &Judged<'_>, session: &Session) {
    let is_done = child.outcome() == Outcome::Approved;
    found.knowledge.unconfirmed |= child.knowledge.unconfirmed && child.decision == Some(Said::Approved);
    match step {
        Step::Completion if is_done => {
            let nearest = child.nearest();
            found.kind = Kind::Sale;
            found.outcome = Outcome::Approved;
            found.authorized = child.authorized;
            found.approved = child.living();
            found.knowledge = Knowledge { completed: true, ..child.knowledge };
            found.decided_at = nearest.and_then(|seen| seen.message.time).or(found.decided_at);
            found.rrn = session.rrn.or(found.rrn);
            found.stan = session.stan.or(found.stan);
            found.batch = session.batch.or(found.batch);
            found.approval = nearest.and_then(|seen| seen.message.approval).or(found.approval);
            found.settlement_date =
                nearest.and_then(|seen| seen.message.settlement_date).or(found.settlement_date);
        }
        Step::Completion if child.outcome() == Outcome::Unknown => found.knowledge.unconfirmed = true,
        Step::Completion if child.outcome() == Outcome::Declined => {
            found.knowledge.completion_declined = true;
        }
        Step::Increment if is_done => {
            found.authorized += child.living();
            found.approved += child.living();
        }
        Step::Void | Step::Cancel if is_done => {
            found.knowledge.voided = true;
            found.approved = (found.approved - child.living()).max(0);
            found.reversed_at = child.nearest().and_then(|seen| seen.message.time);
            found.reversal_date = child.nearest().and_then(|seen| seen.message.settlement_date);
            if found.approved == 0 {
                found.outcome = Outcome::Reversed;
            } else {
                found.knowledge.partly_reversed = true;
            }
        }
        Step::Void if child.outcome() == Outcome::Unknown => found.knowledge.unconfirmed = true,
        Step::Adjust if is_done => {
            found.knowledge.adjusted = true;
            found.authorized = child.authorized;
            found.approved = child.living();
        }
        _ => {}
    }
}
