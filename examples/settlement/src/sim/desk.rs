//! What a task asks of whom, as the people would know it: from slips, notices of the bank, and lists of what is in dispute.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::index;
use super::parties::{ACCOUNTS, CARDS, MERCHANTS, TILLS, card};
use super::run::Run;
use super::work::{Doing, Task};
use crate::card::{Card, Pan};
use crate::journal::{Party, Record, RecordKind};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{Command, Desk, TerminalRequest};
use crate::telegram::{Mti, Telegram};

/// The commands of a task.
pub(super) fn commands(run: &Run, task: &Task) -> Vec<(Party, Command)> {
    match &task.doing {
        Doing::Sell(number, amount, wrong) => {
            let card = card(*number, wrong.then_some("9999"));
            card.map(|card| (Party::Terminal, Command::Sell(card, *amount))).into_iter().collect()
        }
        Doing::Follow(operation, about, amount, number) => {
            let slips = run.records((Party::Terminal, task.till));
            let request = follow(&slips, *operation, *about, *amount, *number);
            request.map(|request| (Party::Terminal, Command::Request(request))).into_iter().collect()
        }
        Doing::Till(command) => vec![(Party::Terminal, command.clone())],
        Doing::Ask(party, command) => vec![(*party, command.clone())],
        Doing::Correct => disputed(&run.records((Party::Acquirer, 0)))
            .into_iter()
            .map(|rrn| (Party::Acquirer, Command::Desk(Desk::Correct(rrn))))
            .collect(),
        Doing::Redirect => redirected(run),
        Doing::Link(_) | Doing::Second | Doing::Again => Vec::new(),
    }
}

/// What a cashier asks for about an earlier slip of a fitting kind.
fn follow(
    slips: &[Record],
    operation: Operation,
    about: usize,
    amount: Money,
    number: usize,
) -> Option<TerminalRequest> {
    if operation == Operation::Preauth {
        return Some(TerminalRequest {
            operation,
            card: card(number, None),
            amount: Some(amount),
            about: None,
            keeps: None,
        });
    }
    let of: &[&str] = match operation {
        Operation::Completion | Operation::Cancel => &["pre-authorization"],
        _ => &["sale", "completion"],
    };
    let fits = |record: &&Record| {
        let kind = record.note.split('|').next().unwrap_or_default();
        record.kind == RecordKind::SaleSent && of.contains(&kind)
    };
    let fitting: Vec<_> = slips.iter().filter(fits).collect();
    let slip = fitting.get(index(u64::try_from(about).ok()?, fitting.len()))?;
    let whole = slip.amount.unwrap_or_default();
    let part = Money::minor(1 + amount.units() % whole.units().max(1));
    let (amount, shown) = match operation {
        Operation::Void | Operation::Cancel => (None, None),
        Operation::Adjust => (Some(part), None),
        _ => (Some(part), shown(slip)),
    };
    Some(TerminalRequest { operation, card: shown, amount, about: Some(slip.stan), keeps: None })
}

/// The request of the last sale that was approved, with another amount.
pub(super) fn again(slips: &[Record]) -> Option<Telegram> {
    let last = slips.iter().rev().find(|record| record.kind == RecordKind::SaleApproved)?;
    let (terminal, merchant) = TILLS.first().copied()?;
    let card = card(0, None)?;
    Some(Telegram {
        pan: Some(card.pan),
        expiry: Some(card.expiry),
        pin: Some(card.pin),
        amount: Some(last.amount?.plus(Money::minor(1))),
        batch: Some(last.batch),
        management: Some(0),
        terminal: terminal.to_owned(),
        merchant: merchant.to_owned(),
        ..Telegram::new(Mti::SALE, last.stan)
    })
}

/// The card that was shown before.
fn shown(slip: &Record) -> Option<Card> {
    let is_it =
        |(digits, ..): &(&str, &str, &str)| Pan::new(digits).is_some_and(|pan| pan.masked() == slip.card);
    card(CARDS.iter().position(is_it)?, None)
}

/// The items in dispute, by RRN, that nobody has corrected.
fn disputed(records: &[Record]) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    for record in records {
        match record.kind {
            RecordKind::ItemDisputed => open.insert(record.rrn.clone()),
            RecordKind::SaleReduced => open.remove(&record.rrn),
            _ => continue,
        };
    }
    open
}

/// Merchants whose payout came back name an account that is not closed, and a second person agrees.
fn redirected(run: &Run) -> Vec<(Party, Command)> {
    let mut held: BTreeMap<String, bool> = BTreeMap::new();
    for record in run.records((Party::Acquirer, 0)) {
        match record.kind {
            RecordKind::MerchantHeld if record.code.is_none() => held.insert(record.tx, true),
            RecordKind::MerchantReleased => held.insert(record.tx, false),
            _ => continue,
        };
    }
    let bank = run.records((Party::Bank, 0));
    let closed = |account: &str| {
        bank.iter().any(|record| record.kind == RecordKind::AccountClosed && record.tx == account)
    };
    let open = |merchant: &str| {
        let place = MERCHANTS.iter().position(|known| *known == merchant)?;
        let own = [ACCOUNTS.get(place + 2), ACCOUNTS.get(place)];
        own.into_iter().flatten().find(|account| !closed(account)).map(|account| (*account).to_owned())
    };
    held.into_iter()
        .filter(|(_, is_held)| *is_held)
        .filter_map(|(merchant, _)| {
            let account = open(&merchant)?;
            let named = Desk::PayTo(merchant.clone(), account, "alice".to_owned());
            Some([named, Desk::Agree(merchant, "bob".to_owned())])
        })
        .flatten()
        .map(|desk| (Party::Acquirer, Command::Desk(desk)))
        .collect()
}
