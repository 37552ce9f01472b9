//! The watcher: after every step it reads what each party has on its disk since, and what left, and holds it against the
//! invariants of the design (`I1` to `I17`). It believes no party: only disks and messages.

use std::collections::BTreeMap;

use super::chance::Season;
use super::disk::locked as taped;
use super::life::Lives;
use super::parties::caps;
use super::sky::{Shared, Sky, locked, name};
use super::wire::Wire;
use crate::capture::Seat;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, TransferId};
use crate::local::Local;
use crate::money::signed;
use crate::party::{Caps, owed};
use crate::store::Commit;

/// A rule that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Which: `I4`, `Q2`.
    pub rule: &'static str,
    /// What is wrong.
    pub what: String,
}

/// `Err` when a condition does not hold.
pub(super) fn hold(
    condition: bool,
    rule: &'static str,
    what: impl FnOnce() -> String,
) -> Result<(), Violation> {
    if condition { Ok(()) } else { Err(Violation { rule, what: what() }) }
}

/// What was seen so far.
#[derive(Default)]
pub struct Watch {
    seen: BTreeMap<Seat, usize>,
    resolved: BTreeMap<(Seat, TransferId), usize>,
    lives: Lives,
    wire: Wire,
    /// A disk lost what a party had believed to be on it: what followed cannot be told from what was lost.
    pub blind: bool,
    /// Steps that left something.
    pub commits: u64,
}

impl Watch {
    /// Looks at what is new.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn look(&mut self, sky: &Shared, local: &Local) -> Result<(), Violation> {
        let mut sky = locked(sky);
        hold(sky.early.is_none(), "I7", || {
            let who = sky.early.map(name).unwrap_or_default();
            format!("a message of {who} left before its records were synced")
        })?;
        let sent = std::mem::take(&mut sky.sent);
        for (from, to, message) in &sent {
            self.wire.sent(*from, *to, message, &mut sky.marks)?;
        }
        for (to, message) in std::mem::take(&mut sky.heard) {
            self.wire.heard(to, message);
        }
        let tapes: Vec<_> = sky.tapes.iter().map(|(seat, tape)| (*seat, tape.clone())).collect();
        for (seat, tape) in tapes {
            let tape = taped(&tape);
            let seen = self.seen.entry(seat).or_default();
            if tape.commits.len() < *seen {
                (*seen, self.blind) = (tape.commits.len(), true);
            }
            hold(!tape.forked, "I16", || format!("two instances of {} committed", name(seat)))?;
            let new: Vec<&Commit> = tape.commits.iter().skip(*seen).collect();
            if new.is_empty() {
                continue;
            }
            let from = *seen;
            *seen = tape.commits.len();
            for (number, commit) in (from + 1..).zip(new) {
                self.commits += 1;
                hold(u64::try_from(number) == Ok(commit.seq), "I16", || {
                    format!("commit {} of {} stands at place {number}", commit.seq, name(seat))
                })?;
                if !self.blind {
                    self.commit(seat, commit, &mut sky)?;
                }
            }
            let store = match seat {
                (Party::Terminal, number) => local.terminal_store(number),
                (party, _) => local.store(party),
            };
            let caps = caps(Season::of(sky.dice.seed()));
            store.map_or(Ok(()), |store| balanced(seat, store.books(), caps))?;
        }
        Ok(())
    }

    fn commit(&mut self, seat: Seat, commit: &Commit, sky: &mut Sky) -> Result<(), Violation> {
        for transfer in &commit.transfers {
            let Some(pending) = transfer.flag.resolves() else { continue };
            let times = self.resolved.entry((seat, pending)).or_default();
            *times += 1;
            hold(*times == 1, "I4", || {
                format!("{}: the reservation of {} is resolved twice", name(seat), transfer.reference)
            })?;
        }
        let is_bad = commit.records.iter().any(|record| record.kind == RecordKind::BadFrame);
        if is_bad {
            let harmless = |record: &Record| {
                use RecordKind::{BadFrame, MessageOut, SaleReversing};
                let gives_up = record.kind == SaleReversing && seat.0 == Party::Terminal;
                matches!(record.kind, BadFrame | MessageOut) || gives_up
            };
            let is_harmless = commit.transfers.is_empty() && commit.records.iter().all(harmless);
            hold(is_harmless, "I17", || format!("{} acts on a message that it cannot read", name(seat)))?;
        }
        for record in &commit.records {
            self.lives.record(seat, record)?;
            self.wire.slip(seat, record)?;
            self.wire.approval(seat, record)?;
            self.wire.advice(seat, record)?;
            mark(seat, record, sky);
            if record.kind == RecordKind::PayoutReturned && self.lives.is_credited(&record.tx) {
                sky.marks.insert("a payout came back after it was credited");
            }
        }
        Ok(())
    }
}

/// I1: debits are credits; I2: nobody is debited beyond what he has, or owes more at the hub than its cap.
fn balanced(seat: Seat, books: &Ledger, caps: Caps) -> Result<(), Violation> {
    let (posted, pending) = books.imbalance();
    hold((posted, pending) == (0, 0), "I1", || {
        format!("{}: debits less credits {} posted, {} pending", name(seat), signed(posted), signed(pending))
    })?;
    let overdrawn = books.overdrawn().next();
    hold(overdrawn.is_none(), "I2", || {
        format!("{}: {} is overdrawn", name(seat), overdrawn.unwrap_or_default())
    })?;
    let members = [Party::Acquirer, Party::Issuer].into_iter().filter(|_| seat.0 == Party::Hub);
    members.filter_map(|member| Some((member, caps.of(member)?))).try_for_each(|(member, cap)| {
        let owed = owed(books, member);
        hold(owed <= i128::from(cap.units()), "I2", || {
            format!("at the hub the {member} owes {}, and its cap is {cap}", signed(owed))
        })
    })
}

/// What must be seen in a long run, each at least once.
pub const MARKS: [&str; 33] = [
    "a late approval was dropped",
    "a tombstone was set at the acquirer",
    "a tombstone was set at the issuer",
    "a tombstone was hit",
    "an advice was parked",
    "a parked advice was tried again",
    "a message with a wrong MAC was refused",
    "a frame could not be read",
    "a message did not leave",
    "a request was answered again",
    "a STAN came again with another content",
    "a batch was out of balance",
    "a batch was uploaded",
    "a date was out of balance",
    "an item of a date was in dispute",
    "a sale was left out of a date",
    "a file came twice",
    "a file was quarantined",
    "a clearing exception was named",
    "an item waited for a position",
    "positions were settled",
    "a payout came back",
    "a payout came back after it was credited",
    "a sale was adjusted out of a payout",
    "money was put into the reserve",
    "a merchant was held",
    "a payout was ordered in parts",
    "a sale was approved in part",
    "a sale was reduced",
    "a pre-authorization was completed",
    "a refund was approved",
    "a second instance was fenced",
    "a torn tail was cut",
];

fn mark(seat: Seat, record: &Record, sky: &mut Sky) {
    use RecordKind as Kind;
    let code = record.code.map(|code| code.to_string()).unwrap_or_default();
    let mark = match (seat.0, record.kind) {
        (_, Kind::LateApproval) => "a late approval was dropped",
        (Party::Acquirer, Kind::Tombstone) => "a tombstone was set at the acquirer",
        (Party::Issuer, Kind::Tombstone) => "a tombstone was set at the issuer",
        (_, Kind::SaleDeclined) if code == "22" => "a tombstone was hit",
        (_, Kind::AdviceParked) => "an advice was parked",
        (_, Kind::AdviceRetried) => "a parked advice was tried again",
        (_, Kind::BadFrame) if record.note == "the MAC is wrong" => "a message with a wrong MAC was refused",
        (_, Kind::BadFrame) => "a frame could not be read",
        (_, Kind::NotSent) => "a message did not leave",
        (_, Kind::StanReuse) => "a STAN came again with another content",
        (_, Kind::BatchOutOfBalance) => "a batch was out of balance",
        (_, Kind::BatchUploaded) => "a batch was uploaded",
        (_, Kind::DateOutOfBalance) => "a date was out of balance",
        (_, Kind::ItemDisputed) => "an item of a date was in dispute",
        (_, Kind::SaleExcluded) => "a sale was left out of a date",
        (_, Kind::FileDuplicate) => "a file came twice",
        (_, Kind::FileQuarantined) => "a file was quarantined",
        (_, Kind::ClearingException) => "a clearing exception was named",
        (_, Kind::PositionFreed) => "an item waited for a position",
        (_, Kind::PositionsSettled) => "positions were settled",
        (Party::Acquirer, Kind::PayoutReturned) => "a payout came back",
        (Party::Acquirer, Kind::SaleAdjusted) => "a sale was adjusted out of a payout",
        (_, Kind::SaleReserved) => "money was put into the reserve",
        (_, Kind::MerchantHeld) => "a merchant was held",
        (Party::Acquirer, Kind::Payout)
            if record.note.rsplit('|').next().is_some_and(|r| r.contains('/')) =>
        {
            "a payout was ordered in parts"
        }
        (_, Kind::SaleApproved) if code == "10" => "a sale was approved in part",
        (_, Kind::SaleReduced) => "a sale was reduced",
        (Party::Issuer, Kind::SaleApproved) if record.note.contains("completion") => {
            "a pre-authorization was completed"
        }
        (Party::Issuer, Kind::SaleApproved) if record.note.contains("refund") => "a refund was approved",
        _ => return,
    };
    sky.marks.insert(mark);
}
