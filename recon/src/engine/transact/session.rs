//! Messages that share terminal and STAN, cut where the number begins anew.

use jiff::civil::Date;

use super::{OtherKind, Others, Role, Seen};
use crate::engine::books::Books;
use crate::engine::intern::Sym;
use crate::engine::rules::Rules;

const HOUR: i64 = 3_600_000;
/// A request that comes again after so long is another one, unless it is marked as a repeat.
const REPEAT: i64 = 6 * HOUR;
/// How many uses of one STAN at one terminal are looked at, the latest ones: work stays in proportion to the input.
const OPEN: usize = 64;
/// How long a response or a reversal may take.
const LATE: i64 = 72 * HOUR;

/// One request with its repeats, responses and reversals, over every link that has the same STAN.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    pub(super) messages: Vec<u32>,
    pub(super) rrn: Option<Sym>,
    pub(super) amount: Option<i64>,
    pub(super) code: Option<Sym>,
    pub(super) batch: Option<Sym>,
    pub(super) token: Option<Sym>,
    pub(super) terminal: Option<Sym>,
    pub(super) merchant: Option<Sym>,
    pub(super) stan: Option<Sym>,
    pub(super) date: Option<Date>,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    /// The links on which a request was seen, as bits.
    pub(super) request_links: u8,
    pub(super) has_request: bool,
    pub(super) has_response: bool,
    pub(super) has_reversal: bool,
}

/// What the cutting leaves.
pub(super) struct Cut {
    pub(super) money: Vec<Session>,
    pub(super) others: Vec<Others>,
}

/// What messages of one session share, and how they are ordered.
type Order = (Option<Sym>, Option<Sym>, Option<Sym>, i64, u8, u32);

/// All sessions of the books.
pub(super) fn cut(books: &Books, rules: &Rules) -> Cut {
    let mut money: Vec<Order> = Vec::with_capacity(books.messages.len());
    let mut rest = Vec::new();
    for index in 0..u32::try_from(books.messages.len()).unwrap_or(u32::MAX) {
        let Some(seen) = Seen::new(books, rules, index) else { continue };
        if seen.role.is_money() { money.push(order(&seen)) } else { rest.push(order(&seen)) }
    }
    sort(books, &mut money);
    sort(books, &mut rest);
    let mut sessions = Vec::new();
    for run in money.chunk_by(|one, other| key(one) == key(other)) {
        let start = sessions.len();
        let can_share = key(run.first().unwrap_or(&(None, None, None, 0, 0, 0))).2.is_some();
        for seen in run.iter().filter_map(|order| Seen::new(books, rules, order.5)) {
            let first = start.max(sessions.len().saturating_sub(OPEN));
            let open = sessions.get_mut(first..).unwrap_or_default();
            match home(open, &seen).filter(|_| can_share) {
                Some(session) => session.add(&seen),
                None => {
                    let mut session = Session::default();
                    session.add(&seen);
                    sessions.push(session);
                }
            }
        }
        if can_share {
            join_refused(books, rules, &mut sessions, start);
        }
    }
    Cut { money: sessions, others: others(books, rules, &rest) }
}

/// What was refused for its MAC may say anything, since an octet of it was another one on the way, and it changed nothing:
/// such messages are no transaction of their own where another one of their terminal and STAN is near. The sessions of one
/// terminal and STAN begin at a place.
fn join_refused(books: &Books, rules: &Rules, sessions: &mut Vec<Session>, start: usize) {
    let of_number = sessions.split_off(start.min(sessions.len()));
    let is_refused = |session: &Session| {
        let seen = session.messages.iter().filter_map(|index| Seen::new(books, rules, *index));
        let mut responses =
            seen.filter(|seen| matches!(seen.role, Role::Response | Role::ReversalResponse)).peekable();
        responses.peek().is_some() && responses.all(|seen| seen.is_refused_unread(books))
    };
    let (refused, mut kept): (Vec<Session>, Vec<Session>) = of_number.into_iter().partition(is_refused);
    let (mut homes, mut alone) = (Vec::new(), Vec::new());
    for session in refused {
        let gap = |other: &Session| {
            let gap = session.start.zip(other.start).map_or(0, |(one, other)| (one - other).abs());
            Some(gap).filter(|gap| *gap <= LATE && (other.has_request || !session.has_request))
        };
        // sessions of one number stand in the order of time
        let middle = kept.partition_point(|other| other.start <= session.start);
        let near = middle.saturating_sub(OPEN)..kept.len().min(middle + OPEN);
        let gaps = near.filter_map(|place| Some((gap(kept.get(place)?)?, place)));
        match gaps.min() {
            Some((_, place)) => homes.push((place, session)),
            None => alone.push(session),
        }
    }
    for (place, session) in homes {
        if let Some(home) = kept.get_mut(place) {
            home.absorb(session);
        }
    }
    sessions.extend(kept);
    sessions.extend(alone);
}

/// Terminal, or acquirer where there is none; STAN; time; what comes first at one instant.
fn order(seen: &Seen<'_>) -> Order {
    let acquirer = seen.context.acquirer.filter(|_| seen.context.terminal.is_none());
    let step = match seen.role {
        Role::Request => seen.link,
        Role::Response => 8 - seen.link,
        Role::Reversal => 10 + seen.link,
        Role::ReversalResponse => 18 - seen.link,
        _ => 20 + u8::from(seen.context.mti.is_response()),
    };
    let time = seen.message.time.unwrap_or(i64::MAX);
    (seen.context.terminal, acquirer, seen.message.stan, time, step, seen.index)
}

fn key(order: &Order) -> (Option<Sym>, Option<Sym>, Option<Sym>) {
    (order.0, order.1, order.2)
}

/// Symbols depend on the order of reading, but records that share them stay together; within them the order is
/// that of time, and where that ends, of what the message says.
fn sort(books: &Books, orders: &mut [Order]) {
    orders.sort_unstable_by(|one, other| {
        let short = |order: &Order| (key(order), order.3, order.4);
        short(one).cmp(&short(other)).then_with(|| by_content(books, one.5).cmp(&by_content(books, other.5)))
    });
}

type Content<'b> = (Option<i64>, &'b str, &'b str, &'b str, std::sync::Arc<str>, crate::record::Place);

fn by_content(books: &Books, index: u32) -> Option<Content<'_>> {
    let message = books.messages.get(index as usize)?;
    let response = books.context(message).response;
    let file = books.file(message.at).clone();
    let texts = [message.rrn, message.approval, response].map(|sym| books.text(sym));
    Some((message.amount, texts[0], texts[1], texts[2], file, message.at.place()))
}

/// The session that a message belongs to: the latest one that it fits.
fn home<'s>(sessions: &'s mut [Session], seen: &Seen<'_>) -> Option<&'s mut Session> {
    let exact = sessions.iter().rposition(|session| session.fits(seen, true));
    let place = exact.or_else(|| sessions.iter().rposition(|session| session.fits(seen, false)))?;
    sessions.get_mut(place)
}

/// Whether two values can be of the same thing.
pub(crate) fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

impl Session {
    /// Whether a message belongs here; `exactly` asks for the same amount, too.
    fn fits(&self, seen: &Seen<'_>, exactly: bool) -> bool {
        let message = seen.message;
        let gap = match (self.end, message.time) {
            (Some(end), Some(time)) => (time - end).abs(),
            _ => 0,
        };
        let is_first = seen.role == Role::Request && self.has_request;
        let is_same_hop = self.request_links & (1 << seen.link) != 0;
        let max = if is_first && is_same_hop && !seen.context.mti.is_repeat() { REPEAT } else { LATE };
        let same_amount = agree(self.amount, message.amount);
        let amount_fits = match seen.role {
            Role::Request => same_amount,
            // a part may be approved, and a part reversed
            Role::Response => same_amount || (!exactly && less(message.amount, self.amount)),
            _ => same_amount || (!exactly && less(message.amount, self.amount)),
        };
        amount_fits
            && gap <= max
            && agree(self.rrn, message.rrn)
            && agree(self.code, seen.context.code)
            && agree(self.batch, seen.context.batch)
            && agree(self.token, message.token)
    }

    fn add(&mut self, seen: &Seen<'_>) {
        let message = seen.message;
        self.messages.push(seen.index);
        self.rrn = self.rrn.or(message.rrn);
        let is_request = seen.role == Role::Request;
        if self.amount.is_none() || (is_request && !self.has_request) {
            self.amount = message.amount.or(self.amount);
        }
        self.code = self.code.or(seen.context.code);
        self.batch = self.batch.or(seen.context.batch);
        self.token = self.token.or(message.token);
        self.terminal = self.terminal.or(seen.context.terminal);
        self.merchant = self.merchant.or(seen.context.merchant);
        self.stan = self.stan.or(message.stan);
        self.date = self.date.or(message.local_date);
        self.start = min(self.start, message.time);
        self.end = self.end.max(message.time);
        self.has_request |= is_request;
        self.has_response |= seen.role == Role::Response;
        self.has_reversal |= matches!(seen.role, Role::Reversal | Role::ReversalResponse);
        if is_request {
            self.request_links |= 1 << seen.link;
        }
    }

    /// Takes the messages of another session in.
    pub(super) fn absorb(&mut self, other: Self) {
        self.messages.extend(other.messages);
        self.rrn = self.rrn.or(other.rrn);
        if !self.has_request {
            self.amount = other.amount.or(self.amount);
        }
        self.code = self.code.or(other.code);
        self.batch = self.batch.or(other.batch);
        self.token = self.token.or(other.token);
        self.terminal = self.terminal.or(other.terminal);
        self.merchant = self.merchant.or(other.merchant);
        self.stan = self.stan.or(other.stan);
        self.date = self.date.or(other.date);
        self.start = min(self.start, other.start);
        self.end = self.end.max(other.end);
        self.request_links |= other.request_links;
        self.has_request |= other.has_request;
        self.has_response |= other.has_response;
        self.has_reversal |= other.has_reversal;
    }
}

fn min(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

fn less(one: Option<i64>, other: Option<i64>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one < other)
}

/// Requests and responses that move no money, by terminal, STAN and class.
fn others(books: &Books, rules: &Rules, rest: &[Order]) -> Vec<Others> {
    let mut found: Vec<Others> = Vec::new();
    for run in rest.chunk_by(|one, other| key(one) == key(other)) {
        let start = found.len();
        let mut last: Vec<(char, Option<i64>)> = Vec::new();
        for seen in run.iter().filter_map(|order| Seen::new(books, rules, order.5)) {
            let class = seen.context.mti.as_str().chars().nth(1).unwrap_or_default();
            let is_near = |(of, end): &(char, Option<i64>)| {
                let gap = end.zip(seen.message.time).map_or(0, |(end, time)| (time - end).abs());
                *of == class && gap <= REPEAT && seen.message.stan.is_some()
            };
            match last.iter().rposition(is_near) {
                Some(place) => {
                    if let Some(group) = found.get_mut(start + place) {
                        group.messages.push(seen.index);
                    }
                    if let Some(slot) = last.get_mut(place) {
                        slot.1 = seen.message.time;
                    }
                }
                None => {
                    let kind = match seen.role {
                        Role::Totals | Role::Upload => OtherKind::Totals,
                        Role::Chargeback => OtherKind::Chargeback,
                        _ => OtherKind::Management,
                    };
                    found.push(Others { messages: vec![seen.index], kind });
                    last.push((class, seen.message.time));
                }
            }
        }
    }
    found
}
