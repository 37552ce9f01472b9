//! The hub: the switch between acquirer and issuer ([`switch`]), and the clearing house of the network. It takes the acquirer's clearing files, keeps the position of each
//! member within its cap ([`positions`]), and sends the settlement file of the run. A file that comes twice is a duplicate, one with a known number
//! and other content is quarantined, and an item is taken once, whatever file it comes in.

mod claims;
mod fees;
mod positions;
mod standin;
mod switch;
mod vault;

use std::collections::{BTreeMap, BTreeSet};

pub use self::positions::{Caps, owed};
pub use self::standin::StandIn;
pub use self::switch::SwitchConfig;

use self::switch::Switch;
use super::CLAIMS;
use super::intake::Intake;
use super::parcel::Parcel;
use super::{Command, Desk, Effect, Effects, Input, Machine, Outcome};
use crate::clock::Stamp;
use crate::fees::FeeTable;
use crate::files::clearing::{ClearingFile, ItemKind, Presentment};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::Ledger;
use crate::money::Money;

/// Who this hub is.
#[derive(Clone, Debug)]
pub struct HubConfig {
    /// Its number as the sender of files.
    pub institution: String,
    /// The fee that merchants agreed on, in hundredths of a percent: the settlement file tells it.
    pub fee_basis_points: u64,
}

/// The hub's state machine.
#[derive(Debug)]
pub struct Hub {
    config: HubConfig,
    files: Intake,
    items: BTreeMap<String, Presentment>,
    /// Names of items that wait for the next run.
    waiting: BTreeSet<String>,
    /// Names of items that wait for a position, the oldest first, and the files in which they came.
    capped: Vec<(String, String)>,
    caps: Caps,
    /// How often the members paid what they owed.
    settlements: usize,
    /// Settlement files: their items, until the acquirer has acknowledged them.
    unacknowledged: BTreeMap<String, Vec<String>>,
    runs: usize,
    fees: FeeTable,
    /// If it has lines.
    switch: Option<Switch>,
}

impl Hub {
    /// A hub without history.
    pub const fn new(config: HubConfig) -> Self {
        Self {
            fees: FeeTable::flat(config.fee_basis_points),
            capped: Vec::new(),
            caps: Caps { acquirer: None, issuer: None },
            settlements: 0,
            config,
            files: Intake::from(Party::Acquirer, false),
            items: BTreeMap::new(),
            waiting: BTreeSet::new(),
            unacknowledged: BTreeMap::new(),
            runs: 0,
            switch: None,
        }
    }

    /// The same with lines to acquirer and issuer, between which it forwards.
    #[must_use]
    pub fn with_switch(mut self, config: SwitchConfig) -> Self {
        self.switch = Some(Switch::new(config, &self.config.institution));
        self
    }

    /// The same with caps for what its members may owe.
    #[must_use]
    pub const fn with_caps(mut self, caps: Caps) -> Self {
        self.caps = caps;
        self
    }

    fn switched(&mut self, input: Input, fx: &mut Effects) {
        self.switch.iter_mut().for_each(|switch| switch.step(input.clone(), fx));
    }

    fn clearing_file(&self, octets: &[u8], book: &Ledger, fx: &mut Effects) {
        let Some(file) = self.files.receive(octets, fx) else { return };
        if file.id.starts_with(CLAIMS) {
            return self.claimed(&file, fx);
        }
        let (mut seen, mut positions) = (BTreeSet::new(), self.positions(book));
        for item in &file.items {
            if self.item(&file.id, item, seen.insert(item.name()), fx) {
                self.place(&file.id, item, &mut positions, fx);
            }
        }
    }

    /// Takes an item. `false`: it is known.
    fn item(&self, file: &str, item: &Presentment, first: bool, fx: &mut Effects) -> bool {
        let known = !first || self.items.contains_key(&item.name());
        let kind = if known { RecordKind::ClearingException } else { RecordKind::SalePresented };
        let record = fx.record(kind);
        let note = match known {
            true => format!("presented before, now in {file}"),
            false => format!("{}|{}|{}|{}", item.merchant, item.terminal, item.at.0, item.kind),
        };
        let (rrn, approval) = (item.rrn.clone(), item.approval.clone());
        let (amount, date) = (Some(item.amount), Some(item.date));
        fx.note(Record { tx: file.to_owned(), rrn, approval, amount, date, note, ..record });
        !known
    }

    /// What waits becomes a settlement file of the acquirer, and what takes back a presentment also a file of the
    /// issuer, whose cardholder gets the money back, or gives it back. Files without a receipt are sent again.
    fn run(&self, book: &Ledger, fx: &mut Effects) {
        let mut files = self.unacknowledged.clone();
        let freed = self.freed(&mut self.positions(book), fx);
        let names: BTreeSet<&String> = self.waiting.iter().chain(freed).collect();
        let waiting = || names.iter().filter_map(|name| Some((*name, self.items.get(*name)?)));
        let reversals = waiting().filter(|(_, item)| item.kind.is_reversal());
        let (all, reversals): (Vec<_>, Vec<_>) = (waiting().collect(), reversals.collect());
        for (sequence, (kind, items)) in (self.runs + 1..).zip([(TO_ACQUIRER, all), (TO_ISSUER, reversals)]) {
            let Some(last) = items.iter().map(|(_, item)| item.date).max() else { continue };
            let id = ClearingFile::number(kind, last, &self.config.institution, sequence);
            for (name, item) in &items {
                let record = fx.record(RecordKind::SaleSettled);
                let (rrn, note, fee) = (item.rrn.clone(), (*name).clone(), self.fee_of(item));
                fx.note(Record { tx: id.clone(), rrn, note, amount: fee, ..record });
            }
            let record = fx.record(RecordKind::FileSent);
            fx.note(Record { tx: id.clone(), date: Some(last), peer: Some(receiver(&id)), ..record });
            files.insert(id, items.into_iter().map(|(name, _)| name.clone()).collect());
        }
        for (id, items) in files {
            let items = items.iter().filter_map(|name| self.items.get(name));
            let items = items.map(|item| Presentment { fee: self.fee_of(item), ..item.clone() }).collect();
            let to = receiver(&id);
            match (ClearingFile { id, items }).encode() {
                Ok(octets) => fx.parcel(to, Parcel::File(octets)),
                Err(why) => {
                    let record = fx.record(RecordKind::WorkItem);
                    fx.note(Record { note: format!("no settlement file: {why}"), ..record });
                }
            }
        }
        fx.done(Outcome::Noted);
    }
}

/// The types of the hub's files, with which their numbers begin.
const TO_ACQUIRER: &str = "002";
const TO_ISSUER: &str = "003";

fn receiver(file: &str) -> Party {
    if file.starts_with(TO_ISSUER) { Party::Issuer } else { Party::Acquirer }
}

impl Machine for Hub {
    fn party(&self) -> Party {
        Party::Hub
    }

    fn step(&mut self, book: &Ledger, input: Input, now: Stamp) -> Vec<Effect> {
        let mut fx = Effects::at(now);
        match input {
            Input::Start => {
                fx.started();
                self.switched(Input::Start, &mut fx);
            }
            Input::Parcel(_, Parcel::File(octets)) => self.clearing_file(&octets, book, &mut fx),
            Input::Parcel(_, Parcel::Receipt(receipt)) if receipt.taken => {
                let record = fx.record(RecordKind::FileAcknowledged);
                fx.note(Record { tx: receipt.file, ..record });
            }
            Input::Command(Command::Desk(Desk::Run)) => self.run(book, &mut fx),
            Input::Command(Command::Desk(Desk::SettlePositions)) => self.settle_positions(book, &mut fx),
            Input::Command(Command::Desk(Desk::Fees(text))) => self.take_fees(&text, &mut fx),
            Input::Command(_) => fx.done(Outcome::Refused("not a matter of the hub")),
            other => self.switched(other, &mut fx),
        }
        fx.list
    }

    fn apply(&mut self, record: &Record) {
        self.switch.iter_mut().for_each(|switch| switch.apply(record));
        match record.kind {
            RecordKind::FileTaken => self.files.apply(record),
            RecordKind::SalePresented => {
                let mut parts = record.note.split('|').map(str::to_owned);
                let mut part = || parts.next().unwrap_or_default();
                let (merchant, terminal) = (part(), part());
                let (at, kind) = (Stamp(part().parse().unwrap_or_default()), part().parse());
                let item = Presentment {
                    kind: kind.unwrap_or(ItemKind::Sale),
                    rrn: record.rrn.clone(),
                    approval: record.approval.clone(),
                    terminal,
                    merchant,
                    amount: record.amount.unwrap_or(Money::ZERO),
                    fee: None,
                    at,
                    date: record.date.unwrap_or_default(),
                };
                self.waiting.insert(item.name());
                self.items.insert(item.name(), item);
            }
            RecordKind::PositionCapped => {
                self.waiting.remove(&record.tx);
                self.capped.push((record.tx.clone(), record.note.clone()));
            }
            RecordKind::PositionFreed => {
                self.capped.retain(|(name, _)| *name != record.tx);
                self.waiting.insert(record.tx.clone());
            }
            RecordKind::PositionsSettled => self.settlements += 1,
            RecordKind::ClaimGranted => {
                self.waiting.insert(record.note.clone());
            }
            RecordKind::FeesSet => self.set_fees(record),
            RecordKind::SaleSettled => {
                // What was told once stays so, whatever the table says later.
                self.items.get_mut(&record.note).into_iter().for_each(|item| item.fee = record.amount);
                self.waiting.remove(&record.note);
                self.unacknowledged.entry(record.tx.clone()).or_default().push(record.note.clone());
            }
            RecordKind::FileSent => self.runs += 1,
            RecordKind::FileAcknowledged => {
                self.unacknowledged.remove(&record.tx);
            }
            _ => {}
        }
    }
}
