//! What the members owe each other at the hub, and the most that each may owe: its net debit cap, as clearing houses of
//! deferred net settlement have it (Lamfalussy report, Bank for International Settlements, 1990). A sale was approved when
//! it is presented, so the cap refuses none: an item whose payer would owe more waits, by name, moves no position, and is
//! in no settlement file. Items that fit pass it, so that it holds nobody else's money. What waits is looked at, the oldest
//! first, in each run, and when the members have paid what they owe; so an item that is not larger than the cap waits
//! until then at most.

use serde::Deserialize;

use super::Hub;
use crate::files::clearing::Presentment;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer};
use crate::money::Money;
use crate::party::{Effects, Outcome};

/// The most that each member may owe, in minor units. A member without a cap may owe anything; one with a cap of zero is
/// suspended as a payer.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// The acquirer, who pays for refunds and for sales that are taken back.
    pub acquirer: Option<Money>,
    /// The issuer, who pays for sales and for refunds that are taken back.
    pub issuer: Option<Money>,
}

impl Caps {
    /// The cap of a member.
    pub fn of(&self, member: Party) -> Option<Money> {
        match member {
            Party::Acquirer => self.acquirer,
            Party::Issuer => self.issuer,
            Party::Terminal | Party::Hub | Party::Bank => None,
        }
    }
}

/// What a member owes the others by the book of a hub, in minor units; negative when it is owed.
pub fn owed(book: &Ledger, member: Party) -> i128 {
    -book.account(&position(member)).net()
}

fn position(member: Party) -> String {
    format!("position:{member}")
}

/// Who pays for an item, and whom.
fn sides(item: &Presentment) -> (Party, Party) {
    match item.kind.is_to_acquirer() {
        true => (Party::Issuer, Party::Acquirer),
        false => (Party::Acquirer, Party::Issuer),
    }
}

/// What the issuer owes within a step: by the book, and by what the step itself has moved.
pub(super) struct Positions {
    caps: Caps,
    issuer: i128,
}

impl Positions {
    /// Moves the positions for an item. `None`: its payer would owe more than its cap.
    pub(super) fn take(&mut self, item: &Presentment) -> Option<Transfer> {
        let units = i128::from(item.amount.units());
        let (payer, payee) = sides(item);
        let is_issuer = payer == Party::Issuer;
        let after = self.issuer + if is_issuer { units } else { -units };
        let owes = if is_issuer { after } else { -after };
        let fits = self.caps.of(payer).is_none_or(|cap| owes <= i128::from(cap.units()));
        if !fits {
            return None;
        }
        self.issuer = after;
        let (from, to) = (position(payer), position(payee));
        Some(Transfer::posted(Purpose::Settlement, &item.name(), &from, &to, item.amount))
    }
}

impl Hub {
    pub(super) fn positions(&self, book: &Ledger) -> Positions {
        Positions { caps: self.caps, issuer: owed(book, Party::Issuer) }
    }

    /// An item that is new moves the positions, or waits.
    pub(super) fn place(&self, file: &str, item: &Presentment, positions: &mut Positions, fx: &mut Effects) {
        match positions.take(item) {
            Some(moved) => fx.transfer(moved),
            None => note(RecordKind::PositionCapped, file, item, fx),
        }
    }

    /// The items that waited and fit now, the oldest first. They are in the next settlement file.
    pub(super) fn freed(&self, positions: &mut Positions, fx: &mut Effects) -> Vec<&String> {
        let mut freed = Vec::new();
        for (name, file) in &self.capped {
            let Some((item, moved)) =
                self.items.get(name).and_then(|item| Some((item, positions.take(item)?)))
            else {
                continue;
            };
            note(RecordKind::PositionFreed, file, item, fx);
            fx.transfer(moved);
            freed.push(name);
        }
        freed
    }

    /// Is an item in the next settlement file, or waits for it?
    pub(super) fn waits(&self, name: &str) -> bool {
        self.waiting.contains(name) || self.capped.iter().any(|(capped, _)| capped == name)
    }

    /// The members paid what they owed, at the bank where they have their accounts; what waited and fits now is let through.
    pub(super) fn settle_positions(&self, book: &Ledger, fx: &mut Effects) {
        let mut positions = self.positions(book);
        let (payer, payee) = match positions.issuer {
            0 => return fx.done(Outcome::Refused("nobody owes anything")),
            1.. => (Party::Issuer, Party::Acquirer),
            _ => (Party::Acquirer, Party::Issuer),
        };
        let Ok(units) = u64::try_from(positions.issuer.unsigned_abs()) else {
            return fx.done(Outcome::Refused("the positions are no amount"));
        };
        let (number, amount) = ((self.settlements + 1).to_string(), Money::minor(units));
        let record = fx.record(RecordKind::PositionsSettled);
        fx.note(Record { tx: number.clone(), amount: Some(amount), peer: Some(payer), ..record });
        for (member, from, to) in
            [(payer, paid(payer), position(payer)), (payee, position(payee), paid(payee))]
        {
            let reference = format!("{number}/{member}");
            fx.transfer(Transfer::posted(Purpose::Settlement, &reference, &from, &to, amount));
        }
        positions.issuer = 0;
        self.freed(&mut positions, fx);
        fx.done(Outcome::Noted);
    }
}

/// What a member was paid for its positions, less what it paid.
fn paid(member: Party) -> String {
    format!("settled:{member}")
}

/// An item begins to wait for the cap of its payer, or does so no longer.
fn note(kind: RecordKind, file: &str, item: &Presentment, fx: &mut Effects) {
    let (rrn, amount, date) = (item.rrn.clone(), Some(item.amount), Some(item.date));
    let (tx, note) = (item.name(), file.to_owned());
    let (payer, _) = sides(item);
    fx.note(Record { tx, rrn, amount, date, note, peer: Some(payer), ..fx.record(kind) });
}
