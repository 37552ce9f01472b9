//! The lines of a scenario: a time, and what is done then.

use std::time::Duration;

use super::catalog::TABLES;
use super::stage::MERCHANTS;
use super::{ScenarioError, bad};
use crate::journal::Party;
use crate::local::{ItemFault, Mishandled, Moment};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{Command, Desk};
use crate::telegram::Mti;
use crate::world::Mishap;

/// A time of a scenario, in seconds after its first midnight.
pub(super) type Clock = u64;

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) at: Clock,
    pub(super) doing: Doing,
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Doing {
    /// A sale at a terminal (0 or 1): amount, the first digits of the card, the PIN if it is not the right one.
    Sell(u8, Money, String, Option<String>),
    /// Anything else that has a slip: what, the earlier sale, the amount, the first digits of the card.
    Request(u8, Operation, Option<usize>, Option<Money>, Option<String>),
    /// A completion, and what stays reserved.
    CompleteInPart(u8, usize, Money, Money),
    Terminal(u8, Command),
    Ask(Party, Command),
    /// So many messages of this type meet with this.
    Fault(Party, Party, Mti, Mishap, u32),
    Alter(Party, Party, Mti, Money),
    Mishandle(Party, Party, Mishandled),
    Restart(Party),
    Kill(Party, Moment, u64),
    Link(bool),
    /// A second acquirer starts on the history of the first.
    SecondInstance,
    Upgrade(Option<(Party, Party)>),
    /// A line between hosts, by caller and called party, goes down or up.
    Line(Party, Party, bool),
    /// The replica that the merchant's portal reads is fed, or not.
    Replica(bool),
    Skew(Party, i64),
    /// The request of this sale once more, perhaps with another amount.
    Again(usize, Option<Money>),
    /// The desk of the acquirer corrects a disputed sale.
    Correct(usize),
    /// A reversal of this sale, for whatever reason.
    Reverse(usize),
    /// The terminal closes its batch with totals that are wrong: number and sum of the sales.
    WrongTotals(u64, Money),
}

/// All lines of a text; blank ones and those that begin with `#` are passed over.
pub(super) fn steps(text: &str) -> Result<Vec<Step>, ScenarioError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| step(line).ok_or_else(|| bad(format_args!("cannot read the step `{line}`")));
    lines.map(read).collect()
}

/// `14:02:10`, or `+1 09:00` for a time of the next day.
pub(super) fn clock(text: &str) -> Result<Clock, ScenarioError> {
    let mut words = text.split_whitespace();
    read_clock(&mut words).ok_or_else(|| bad(format_args!("`{text}` is no time such as `+1 09:00`")))
}

pub(super) fn party(letter: &str) -> Result<Party, ScenarioError> {
    let found = Party::NETWORK.into_iter().find(|party| letter == party.letter().to_string());
    found.ok_or_else(|| bad(format_args!("`{letter}` is no party: T, A, I, H, B")))
}

fn read_clock<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Clock> {
    let first = words.next()?;
    let (day, time) = match first.strip_prefix('+') {
        Some(day) => (day.parse::<u64>().ok()?, words.next()?),
        None => (0, first),
    };
    let parts: Option<Vec<u64>> = time.split(':').map(|part| part.parse().ok()).collect();
    let seconds = match parts?.as_slice() {
        [hour, minute] => hour * 3_600 + minute * 60,
        [hour, minute, second] => hour * 3_600 + minute * 60 + second,
        _ => return None,
    };
    Some(day * 86_400 + seconds)
}

fn step(line: &str) -> Option<Step> {
    let mut words = line.split_whitespace();
    let at = read_clock(&mut words)?;
    let words: Vec<&str> = words.collect();
    let doing = doing(&words)?;
    Some(Step { at, doing })
}

fn doing(words: &[&str]) -> Option<Doing> {
    let desk = |party, desk| Some(Doing::Ask(party, Command::Desk(desk)));
    match words {
        ["till2", rest @ ..] => at_terminal(1, rest),
        ["cut-over"] => Some(Doing::Ask(Party::Issuer, Command::CutOver)),
        ["issuer", "fails"] => Some(Doing::Ask(Party::Issuer, Command::Break)),
        ["issuer", "day-end"] => Some(Doing::Ask(Party::Issuer, Command::DayEnd)),
        ["issuer", "works"] => Some(Doing::Ask(Party::Issuer, Command::Repair)),
        ["pay"] => Some(Doing::Ask(Party::Acquirer, Command::Pay)),
        ["present"] => desk(Party::Acquirer, Desk::Present),
        ["fees", who, name] => {
            let (_, text) = TABLES.iter().find(|(known, _)| known == name)?;
            desk(party(who).ok()?, Desk::Fees((*text).to_owned()))
        }
        ["settle-positions"] => desk(Party::Hub, Desk::SettlePositions),
        ["hub-run"] => desk(Party::Hub, Desk::Run),
        ["bank-run"] => desk(Party::Bank, Desk::Run),
        ["bank-close", account] => desk(Party::Bank, Desk::Close((*account).to_owned())),
        ["bank-return", reason] => desk(Party::Bank, Desk::Return((*reason).to_owned())),
        ["freeze", name, why @ ..] => desk(Party::Acquirer, Desk::Freeze(merchant(name)?, why.join(" "))),
        ["release", name] => desk(Party::Acquirer, Desk::Release(merchant(name)?)),
        ["pay-to", name, account, "by", who] => {
            desk(Party::Acquirer, Desk::PayTo(merchant(name)?, (*account).to_owned(), (*who).to_owned()))
        }
        ["agree", name, "by", who] => desk(Party::Acquirer, Desk::Agree(merchant(name)?, (*who).to_owned())),
        ["claim"] => desk(Party::Acquirer, Desk::Claim),
        ["sales-limit", name, amount] => {
            desk(Party::Acquirer, Desk::SalesLimit(merchant(name)?, money(amount)?))
        }
        ["restart", who] => Some(Doing::Restart(party(who).ok()?)),
        ["kill", who, "before", number] => {
            Some(Doing::Kill(party(who).ok()?, Moment::Before, number.parse().ok()?))
        }
        ["kill", who, "after", number] => {
            Some(Doing::Kill(party(who).ok()?, Moment::After, number.parse().ok()?))
        }
        ["second-instance", "A"] => Some(Doing::SecondInstance),
        ["limit", name, amount] => desk(Party::Acquirer, Desk::Limit(merchant(name)?, money(amount)?)),
        ["link", "down"] => Some(Doing::Link(false)),
        ["link", "up"] => Some(Doing::Link(true)),
        ["upgrade", way] => Some(Doing::Upgrade(Some(line(way)?))),
        ["line", way, "down"] => line(way).map(|(caller, called)| Doing::Line(caller, called, false)),
        ["line", way, "up"] => line(way).map(|(caller, called)| Doing::Line(caller, called, true)),
        ["replica", "stops"] => Some(Doing::Replica(false)),
        ["replica", "goes-on"] => Some(Doing::Replica(true)),
        ["roll-back"] => Some(Doing::Upgrade(None)),
        ["skew", who, seconds] => Some(Doing::Skew(party(who).ok()?, seconds.parse().ok()?)),
        ["wrong-totals", count, amount] => Some(Doing::WrongTotals(count.parse().ok()?, money(amount)?)),
        ["correct", sale] => Some(Doing::Correct(sale.parse().ok()?)),
        ["reverse", sale] => Some(Doing::Reverse(sale.parse().ok()?)),
        ["again", sale] => Some(Doing::Again(sale.parse().ok()?, None)),
        ["again", sale, amount] => Some(Doing::Again(sale.parse().ok()?, Some(money(amount)?))),
        [verb, way, what, rest @ ..] if way.contains('>') => fault(verb, way, what, rest),
        _ => at_terminal(0, words),
    }
}

/// `A>H`
fn line(way: &str) -> Option<(Party, Party)> {
    let (from, to) = way.split_once('>')?;
    Some((party(from).ok()?, party(to).ok()?))
}

fn at_terminal(number: u8, words: &[&str]) -> Option<Doing> {
    match words {
        ["sign-on"] => Some(Doing::Terminal(number, Command::SignOn)),
        ["close-batch"] => Some(Doing::Terminal(number, Command::CloseBatch)),
        ["complete", sale, amount, "keep", keeps] => {
            Some(Doing::CompleteInPart(number, sale.parse().ok()?, money(amount)?, money(keeps)?))
        }
        ["preauth", amount] => {
            let card = Some("6212".to_owned());
            Some(Doing::Request(number, Operation::Preauth, None, Some(money(amount)?), card))
        }
        [verb @ ("void" | "cancel"), sale] => {
            let operation = if *verb == "void" { Operation::Void } else { Operation::Cancel };
            Some(Doing::Request(number, operation, Some(sale.parse().ok()?), None, None))
        }
        [verb @ ("complete" | "refund" | "adjust"), sale, amount] => {
            let (operation, card) = match *verb {
                "complete" => (Operation::Completion, Some("6212".to_owned())),
                "refund" => (Operation::Refund, Some("6212".to_owned())),
                _ => (Operation::Adjust, None),
            };
            Some(Doing::Request(number, operation, Some(sale.parse().ok()?), Some(money(amount)?), card))
        }
        ["sell", amount] => Some(Doing::Sell(number, money(amount)?, "6212".to_owned(), None)),
        ["sell", amount, "card", card] => Some(Doing::Sell(number, money(amount)?, (*card).to_owned(), None)),
        ["sell", amount, "card", card, "pin", pin] => {
            Some(Doing::Sell(number, money(amount)?, (*card).to_owned(), Some((*pin).to_owned())))
        }
        _ => None,
    }
}

fn fault(verb: &str, way: &str, what: &str, rest: &[&str]) -> Option<Doing> {
    let (from, to) = line(way)?;
    if let "file" | "order" | "notice" | "receipt" = what {
        let how = match (verb, rest) {
            ("lose", []) => Mishandled::Lost,
            ("twice", []) => Mishandled::Twice,
            ("delay", [delay]) => Mishandled::Late(duration(delay)?),
            ("cut", [octets]) => Mishandled::Cut(octets.parse().ok()?),
            ("wrong", faults) => Mishandled::Wrong(item_faults(faults)?),
            ("again-changed", [item, amount]) => Mishandled::AgainChanged(item.parse().ok()?, money(amount)?),
            _ => return None,
        };
        return Some(Doing::Mishandle(from, to, how));
    }
    let mti = Mti(what.parse().ok()?);
    match (verb, rest) {
        ("alter", [amount]) => Some(Doing::Alter(from, to, mti, money(amount)?)),
        ("lose", [count]) => {
            Some(Doing::Fault(from, to, mti, Mishap::Drop, count.strip_prefix('x')?.parse().ok()?))
        }
        ("delay", [delay]) => Some(Doing::Fault(from, to, mti, Mishap::Delay(duration(delay)?), 1)),
        (_, []) => {
            let mishap = match verb {
                "lose" => Mishap::Drop,
                "double" => Mishap::Duplicate,
                "flip" => Mishap::Flip,
                _ => return None,
            };
            Some(Doing::Fault(from, to, mti, mishap, 1))
        }
        _ => None,
    }
}

/// `without 1 twice 2 other 3 70.00`
fn item_faults(words: &[&str]) -> Option<Vec<ItemFault>> {
    let (fault, rest) = match words {
        [] => return Some(Vec::new()),
        ["without", place, rest @ ..] => (ItemFault::Without(place.parse().ok()?), rest),
        ["twice", place, rest @ ..] => (ItemFault::Twice(place.parse().ok()?), rest),
        ["other", place, amount, rest @ ..] => (ItemFault::Other(place.parse().ok()?, money(amount)?), rest),
        _ => return None,
    };
    let mut faults = vec![fault];
    faults.extend(item_faults(rest)?);
    Some(faults)
}

fn merchant(name: &str) -> Option<String> {
    let place = ["M1", "M2"].into_iter().position(|short| short == name)?;
    MERCHANTS.get(place).map(|number| (*number).to_owned())
}

/// `500.00`
pub(super) fn money(text: &str) -> Option<Money> {
    let (whole, part) = text.split_once('.').filter(|(_, part)| part.len() == 2)?;
    let units = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)?;
    Some(Money::minor(units))
}

/// `25s`, `3m`, `2h`, `3d`
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?))
}
