//! What must hold when the weather is over and some days have passed (`Q1` to `Q8`): all money is where it belongs, or in a
//! named open item, and nobody waits for anything.

use std::collections::{BTreeMap, BTreeSet};

use super::parties::{CARDS, TILLS};
use super::run::Run;
use super::watch::{Violation, hold};
use crate::audit::{Books, Check, book, chains};
use crate::journal::{Party, Record, RecordKind as Kind};
use crate::ops::Operation;
use crate::scenario::books;

/// Checks everything.
pub(super) fn check(run: &Run) -> Result<(), Violation> {
    let failed = |error: &dyn std::fmt::Display| Violation { rule: "I3", what: error.to_string() };
    let all = Books::of(&run.world).map_err(|error| failed(&error))?;
    let tills: Vec<_> =
        (0..).zip(TILLS).map(|(number, (name, _))| (name, run.records((Party::Terminal, number)))).collect();
    waiting(&run.records((Party::Acquirer, 0)), &run.records((Party::Hub, 0)), &tills)?;
    let mut checks: Vec<(&'static str, Check)> = Vec::new();
    for party in Party::NETWORK {
        checks.push(("I3", chains(&all.history(party), party)));
    }
    for party in [Party::Issuer, Party::Acquirer, Party::Hub, Party::Bank] {
        checks.extend(book(&all, party).into_iter().map(|check| ("I3", check)));
    }
    checks.push(("Q2", books::slips(&tills, &all)));
    checks.extend(books::money(&all).into_iter().map(|check| ("Q7", check)));
    for (rule, check) in checks {
        hold(check.holds, rule, || format!("{}: {}", check.rule, check.figures))?;
    }
    paid(&all)?;
    holds(&all)?;
    totals(&all)?;
    dates(&all)?;
    no_card(&all)
}

/// Q1, Q8: nobody waits, and every queue is empty.
pub(crate) fn waiting(
    acquirer: &[Record],
    hub: &[Record],
    tills: &[(&str, Vec<Record>)],
) -> Result<(), Violation> {
    ended(acquirer, "an advice", &[Kind::AdviceQueued], &[Kind::AdviceDone], |r| r.tx.clone())?;
    ended(
        acquirer,
        "a sale",
        &[Kind::SaleSent],
        &[Kind::SaleApproved, Kind::SaleDeclined, Kind::SaleReversed],
        |r| r.tx.clone(),
    )?;
    ended(acquirer, "a reversal", &[Kind::SaleReversing], &[Kind::SaleReversed], |r| r.tx.clone())?;
    // One that the settlement file has otherwise, or whose item the issuer has otherwise, is a named open item.
    let exceptions = [Kind::SaleAdjusted, Kind::ClearingException, Kind::ItemDisputed];
    ended(acquirer, "a credit", &[Kind::SaleAdjusting], &exceptions, |r| r.tx.clone())?;
    ended(acquirer, "a payout", &[Kind::Payout], &[Kind::PayoutCredited, Kind::PayoutReturned], |r| {
        r.tx.clone()
    })?;
    let date = |record: &Record| record.date.map_or_else(String::new, |date| date.to_string());
    ended(acquirer, "a date", &[Kind::DateClosed], &[Kind::DateReconciled], date)?;
    ended(acquirer, "a file", &[Kind::FileSent], &[Kind::FileAcknowledged], |record| record.tx.clone())?;
    let sent = hub.iter().filter(|record| record.kind != Kind::FileSent || !is_quarantined(acquirer, record));
    ended(sent, "a file", &[Kind::FileSent], &[Kind::FileAcknowledged], |record| record.tx.clone())?;
    for (name, slips) in tills {
        let stan = |record: &Record| format!("{name} {:06}", record.stan);
        let ends = [Kind::SaleApproved, Kind::SaleDeclined, Kind::SaleReversed];
        ended(slips, "a slip", &[Kind::SaleSent], &ends, stan)?;
        ended(slips, "a slip", &[Kind::SaleReversing], &ends, stan)?;
    }
    Ok(())
}

/// Did the acquirer take another file under its number before? Then it is a named open item there, however often it comes.
fn is_quarantined(acquirer: &[Record], file: &Record) -> bool {
    let received = [Kind::FileTaken, Kind::FileDuplicate, Kind::FileQuarantined];
    let mut received =
        acquirer.iter().filter(|record| received.contains(&record.kind) && record.tx == file.tx);
    received.next_back().is_some_and(|last| last.kind == Kind::FileQuarantined)
}

/// Each beginning has its end after it.
fn ended<'r>(
    records: impl IntoIterator<Item = &'r Record>,
    what: &str,
    begins: &[Kind],
    ends: &[Kind],
    key: impl Fn(&Record) -> String,
) -> Result<(), Violation> {
    let mut open = BTreeSet::new();
    for record in records {
        if begins.contains(&record.kind) {
            open.insert(key(record));
        } else if ends.contains(&record.kind) {
            open.remove(&key(record));
        }
    }
    hold(open.is_empty(), "Q1", || {
        let first = open.first().cloned().unwrap_or_default();
        format!("{what} waits: {first}, one of {}", open.len())
    })
}

/// Items that are named as open: in dispute, or not as the settlement file has them.
fn named(all: &Books) -> BTreeSet<String> {
    let exceptions =
        all.records(Party::Acquirer).iter().filter(|record| record.kind == Kind::ClearingException);
    exceptions.map(|record| record.rrn.clone()).chain(books::disputed(all)).collect()
}

/// Q2, Q3: what stands is in exactly one payout that was credited, and what does not is in none, or its credit is.
pub(crate) fn paid(all: &Books) -> Result<(), Violation> {
    let named = named(all);
    let records = all.records(Party::Acquirer);
    let credited: BTreeSet<&str> = records
        .iter()
        .filter(|record| record.kind == Kind::PayoutCredited)
        .map(|record| record.tx.as_str())
        .collect();
    let returned: BTreeSet<&str> = records
        .iter()
        .filter(|record| record.kind == Kind::PayoutReturned)
        .map(|record| record.tx.as_str())
        .collect();
    let mut items: BTreeMap<&str, Item> = BTreeMap::new();
    for record in records {
        let item = items.entry(&record.tx).or_default();
        let standing = !returned.contains(record.note.as_str());
        match record.kind {
            Kind::SaleSent => {
                item.operation = record.note.split('|').nth(2).and_then(|name| name.parse().ok());
                item.rrn.clone_from(&record.rrn);
            }
            Kind::SaleApproved => item.stands = true,
            Kind::SaleReversing => item.stands = false,
            Kind::SaleAdjusting => item.adjusted = true,
            Kind::SalePaid if standing => item.paid.push(&record.note),
            Kind::SaleAdjusted if standing => item.taken.push(&record.note),
            _ => {}
        }
    }
    let clears = |item: &Item| item.operation.is_some_and(Operation::clears);
    for (tx, item) in items.iter().filter(|(_, item)| clears(item) && !named.contains(&item.rrn)) {
        let (paid, taken) = (item.paid.len(), item.taken.len());
        let expected = (usize::from(item.stands), usize::from(item.adjusted));
        let arrived = item.paid.iter().chain(&item.taken).all(|payout| credited.contains(*payout));
        hold((paid, taken) == expected && arrived, if item.stands { "Q2" } else { "Q3" }, || {
            format!("{tx}: paid {paid} and taken back {taken} times, expected {expected:?}")
        })?;
    }
    Ok(())
}

#[derive(Default)]
struct Item<'a> {
    operation: Option<Operation>,
    rrn: String,
    stands: bool,
    adjusted: bool,
    paid: Vec<&'a str>,
    taken: Vec<&'a str>,
}

/// Q4: what is held is a pre-authorization that is valid, or in dispute.
pub(crate) fn holds(all: &Books) -> Result<(), Violation> {
    let named = named(all);
    let approved = all.records(Party::Issuer).iter().filter(|record| record.kind == Kind::SaleApproved);
    let known: BTreeMap<&str, &Record> = approved.map(|record| (record.tx.as_str(), record)).collect();
    let issuer = all.ledger(Party::Issuer);
    for transfer in issuer.open_holds() {
        let item = known.get(transfer.reference.as_str());
        let is_open = item.is_some_and(|item| {
            named.contains(&item.rrn) || item.note.split('|').nth(1) == Some("pre-authorization")
        });
        hold(is_open, "Q4", || {
            format!("{} is held at the issuer, and nobody will charge it", transfer.reference)
        })?;
    }
    let rrns = rrns(all);
    for transfer in all.ledger(Party::Acquirer).open_holds() {
        let is_named = rrns.get(transfer.reference.as_str()).is_some_and(|rrn| named.contains(*rrn));
        hold(is_named, "Q4", || format!("{} is held at the acquirer", transfer.reference))?;
    }
    Ok(())
}

fn rrns(all: &Books) -> BTreeMap<&str, &str> {
    let sales = all.records(Party::Acquirer).iter().filter(|record| record.kind == Kind::SaleSent);
    sales.map(|record| (record.tx.as_str(), record.rrn.as_str())).collect()
}

/// Q5: both hosts settled each date with the same totals.
pub(crate) fn totals(all: &Books) -> Result<(), Violation> {
    let of = |party| {
        let settled = all.records(party).iter().filter(|record| record.kind == Kind::DateReconciled);
        settled.map(|record| (record.date, record.totals)).collect::<BTreeMap<_, _>>()
    };
    let (ours, theirs) = (of(Party::Acquirer), of(Party::Issuer));
    hold(ours == theirs, "Q5", || format!("the totals of the dates differ: {ours:?} and {theirs:?}"))
}

/// I15: an item has one settlement date, and it is the issuer's.
pub(crate) fn dates(all: &Books) -> Result<(), Violation> {
    let settled = |party| {
        let records = all.records(party).iter().filter(|record| record.kind == Kind::SaleSettled);
        records.map(|record| record.rrn.clone()).collect::<Vec<_>>()
    };
    let (mut ours, mut theirs) = (settled(Party::Acquirer), settled(Party::Issuer));
    ours.sort();
    theirs.sort();
    hold(ours == theirs, "I15", || {
        let one = |these: &[String], those: &[String]| these.iter().find(|rrn| !those.contains(rrn)).cloned();
        let odd = one(&ours, &theirs).or(one(&theirs, &ours)).unwrap_or_default();
        format!("{odd} is settled on one side alone, or twice")
    })
}

/// I13: what the acquirer saw is kept without a card number, in characters and packed.
fn no_card(all: &Books) -> Result<(), Violation> {
    let history = all.history(Party::Acquirer);
    for (number, ..) in CARDS {
        let digits = number.as_bytes();
        let half = |digit: u8| digit.wrapping_sub(b'0');
        let packed: Vec<u8> = digits
            .chunks(2)
            .filter_map(|pair| Some(half(*pair.first()?) << 4 | half(*pair.get(1)?)))
            .collect();
        let holds =
            |octets: &[u8], needle: &[u8]| octets.windows(needle.len()).any(|window| window == needle);
        let shown =
            history.evidence.iter().any(|seen| holds(&seen.octets, digits) || holds(&seen.octets, &packed));
        hold(!shown, "I13", || "the evidence shows a card number".to_owned())?;
    }
    Ok(())
}
