//! Runs over more records than memory holds.
//!
//! Messages and clearing records go to temporary files as they are read. Numbers that they share put them into
//! components, which the engine runs over a part at a time. Components that other keys could join, such as an
//! approval code with a card, are found before that and run together. Bank entries, totals of batches and sums of
//! payouts stay in memory. The lines are those of the run in memory, octet by octet.

mod anchors;
mod buckets;
mod components;
mod merge;
mod parts;
mod store;
mod survey;

use std::hash::RandomState;
use std::io;
use std::sync::Arc;

use hashbrown::HashMap;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::buckets::{Buckets, Pair};
use self::components::Components;
pub use self::parts::Spilled;
use self::store::Store;
use crate::engine::books::{Books, reference};
use crate::engine::open::{self, Known, StillOpen};
use crate::engine::payout::{self, Groups, Payments};
use crate::engine::rules;
use crate::engine::run::{self, Frame, Run, Settings, Sides};
use crate::engine::transact::{self, Hosts};
use crate::gather::TakeFiles;
use crate::record::{ClearingRecord, Currency, Evidence, InputFile, Record, hex};

/// Octets of memory for each record of a part, with everything that is made of it; measured, and rounded up.
const RECORD: u64 = 700;
/// More parts than this would need too many files at once.
const MOST_PARTS: u64 = 256;

/// A record in a temporary file.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// The name of its file, which the record itself does not repeat.
    file: u32,
    /// Its number among all records, later that of its component.
    number: u32,
    since: Option<Date>,
    funded: Option<(String, Date)>,
    body: Body,
}

#[derive(Serialize, Deserialize)]
enum Body {
    Message(Box<Evidence>),
    Clearing(Box<ClearingRecord>),
}

/// Takes the records of all files, like an [`Intake`](crate::engine::run::Intake).
pub struct Spill {
    books: Books,
    known: Vec<Known>,
    /// Octets of memory that a run may take.
    limit: u64,
    hasher: RandomState,
    anchors: Buckets,
    messages: Store<Kept>,
    clearing: Store<Kept>,
    count: u32,
    carried: usize,
    /// The names of files, and those that are of open items.
    files: Vec<Arc<str>>,
    before: HashMap<Arc<str>, u32>,
    failed: Option<io::Error>,
}

impl Spill {
    /// Nothing taken yet; records without a currency are in `currency`, and a run takes about `limit` octets of memory.
    pub fn new(currency: Currency, limit: u64) -> Self {
        Self {
            books: Books::new(currency),
            known: Vec::new(),
            limit,
            hasher: RandomState::new(),
            anchors: Buckets::new(),
            messages: Store::new(),
            clearing: Store::new(),
            count: 0,
            carried: 0,
            files: Vec::new(),
            before: HashMap::new(),
            failed: None,
        }
    }

    /// Takes what stayed open on the day before; nothing else may have been taken yet.
    ///
    /// # Errors
    /// The line that is no open item.
    pub fn take_open(&mut self, text: &str) -> Result<(), String> {
        let (known, items) = open::parse(text)?;
        self.known = known;
        for item in items {
            match item.record {
                Record::Bank(_) | Record::Refused(_) => {
                    self.books.put_carried(item);
                }
                Record::Switch(found) if anchors::is_totals(&found) => {
                    let item = StillOpen { record: Record::Switch(found), ..item };
                    self.books.put_carried(item);
                }
                record => {
                    self.carried += 1;
                    self.keep(record, Some((item.since, item.funded)));
                }
            }
        }
        self.books.finish_carried();
        Ok(())
    }
}

impl TakeFiles for Spill {
    fn put(&mut self, record: Record) {
        let stays = match &record {
            Record::Switch(found) => anchors::is_totals(found),
            Record::Clearing(_) => false,
            Record::Bank(_) | Record::Refused(_) => true,
        };
        if stays {
            self.books.put(record);
        } else {
            self.keep(record, None);
        }
    }

    fn finish_file(&mut self, file: InputFile) {
        let is_known = open::is_known(&self.known, file.side, &hex(&file.digest));
        self.books.finish_file(file);
        if is_known {
            self.books.drop_last();
        }
    }

    fn finish_loose(&mut self) {
        self.books.finish_carried();
        self.before = (0u32..).zip(&self.files).map(|(number, name)| (name.clone(), number)).collect();
    }
}

impl Spill {
    fn keep(&mut self, record: Record, carried: Option<(Date, Option<(String, Date)>)>) {
        if self.failed.is_none() {
            self.failed = self.try_keep(record, carried).err();
        }
    }

    fn try_keep(
        &mut self,
        record: Record,
        carried: Option<(Date, Option<(String, Date)>)>,
    ) -> io::Result<()> {
        let number = self.count;
        self.count =
            number.checked_add(1).ok_or_else(|| io::Error::other("more than four billion records"))?;
        let is_carried = carried.is_some();
        let (since, funded) = carried.map_or((None, None), |(since, funded)| (Some(since), funded));
        let mut done = Ok(());
        let anchors = &mut self.anchors;
        let mut each = |hash| {
            if done.is_ok() {
                done = anchors.put(Pair { hash, number, mark: 0 });
            }
        };
        let nameless = || Arc::from("");
        match record {
            Record::Switch(mut found) => {
                anchors::of_message(&found, &self.hasher, &mut each);
                done?;
                let file = std::mem::replace(&mut found.source.file, nameless());
                let file = self.file(file, is_carried);
                self.messages.put(&Kept { file, number, since, funded, body: Body::Message(found) })
            }
            Record::Clearing(mut found) => {
                anchors::of_clearing(&found, &self.hasher, &mut each);
                done?;
                if !is_carried {
                    self.books.count_clearing(&found);
                }
                let file = std::mem::replace(&mut found.source.file, nameless());
                let file = self.file(file, is_carried);
                self.clearing.put(&Kept { file, number, since, funded, body: Body::Clearing(found) })
            }
            Record::Bank(_) | Record::Refused(_) => Ok(()),
        }
    }

    /// The number of a file name; each reading of a file has a name of its own, open items have equal ones.
    fn file(&mut self, name: Arc<str>, is_carried: bool) -> u32 {
        if is_carried && let Some(known) = self.before.get(&name) {
            return *known;
        }
        let known = self.files.iter().rposition(|known| Arc::ptr_eq(known, &name));
        let number = u32::try_from(known.unwrap_or(self.files.len())).unwrap_or(u32::MAX);
        if known.is_none() {
            self.files.push(name.clone());
        }
        if is_carried {
            self.before.insert(name, number);
        }
        number
    }

    /// Runs over what was taken.
    ///
    /// # Errors
    /// A temporary file cannot be written or read.
    pub fn run(mut self, settings: Settings) -> io::Result<Spilled> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let duplicates = self.books.drop_duplicates();
        let is_kept: Vec<bool> = (0u32..).zip(&self.files).map(|file| self.is_kept(file)).collect();
        let mut components = Components::of(self.count, &mut self.anchors)?;
        let found = self.divide(&settings, &is_kept, &mut components)?;
        self.books.middle = found.hosts.middle();
        self.books.carried_elsewhere = self.carried;
        let latest = run::latest(&self.books, &settings.zone).max(run::end_of(found.latest));
        let frame = Frame::new(&self.books, self.known, duplicates, settings, latest, found.sides);
        let mut payments = payout::payments_of(&self.books, &frame.setting(), found.groups);
        let homes = homes(&payments);
        keep_items(&mut self.books, &frame, &mut self.clearing, &is_kept, &homes, &mut payments)?;
        let frame = Run::frame(self.books, frame, payments);
        Spilled::new(frame, self.files, homes, found.parts, self.hasher)
    }

    /// Whether a file counts: not one that was read twice, which may have the name of one of an earlier day.
    fn is_kept(&self, (number, name): (u32, &Arc<str>)) -> bool {
        self.before.get(name) == Some(&number)
            || self.books.files.iter().any(|file| Arc::ptr_eq(&file.name, name))
    }

    /// Spreads components over parts, and adds up what all parts need.
    fn divide(
        &mut self,
        settings: &Settings,
        is_kept: &[bool],
        components: &mut Components,
    ) -> io::Result<Divided> {
        let parts = (u64::from(self.count) * RECORD).div_ceil(self.limit.max(1)).clamp(1, MOST_PARTS);
        let parts = (0..parts).map(|_| Part::new()).collect();
        let mut found = Divided { parts, ..Divided::default() };
        for message in &self.books.messages {
            let context = self.books.context(message);
            found.sides.messages = true;
            found.hosts.add(context.mti, self.books.text(context.from), self.books.text(context.to));
        }
        for kept in self.messages.read()?.chain(self.clearing.read()?) {
            let mut kept = kept?;
            if is_kept.get(kept.file as usize) != Some(&true) {
                continue;
            }
            kept.number = components.root(kept.number);
            match &kept.body {
                Body::Message(message) => found.message(message, settings),
                Body::Clearing(record) => {
                    let is_paid = kept.funded.is_some();
                    found.clearing(record, is_paid, settings, &mut self.books);
                }
            }
            found.put(&kept)?;
        }
        Ok(found)
    }
}

/// The payout of a name, in each currency.
pub(super) type Homes = HashMap<(String, Currency), u32>;

fn homes(payments: &Payments) -> Homes {
    let mut homes = HashMap::new();
    for (number, payment) in (0u32..).zip(&payments.payments) {
        for name in &payment.names {
            homes.insert((name.clone(), payment.currency), number);
        }
    }
    homes
}

/// Keeps the items of payouts that are not what they should be: a rounding or a missing item may explain them.
fn keep_items(
    books: &mut Books,
    frame: &Frame,
    clearing: &mut Store<Kept>,
    is_kept: &[bool],
    homes: &Homes,
    payments: &mut Payments,
) -> io::Result<()> {
    let differs =
        |payment: &payout::Payment| !payment.entries.is_empty() && payment.sums.due() != payment.verdict.paid;
    if !payments.payments.iter().any(differs) {
        return Ok(());
    }
    for kept in clearing.read()? {
        let kept = kept?;
        let Body::Clearing(record) = &kept.body else { continue };
        let is_of_none = payout::is_of_none(record.kind) || kept.funded.is_some();
        if is_of_none || is_kept.get(kept.file as usize) != Some(&true) {
            continue;
        }
        let context = books.payout_context(record);
        let home = homes.get(&(payout::name_of(&books.names, &context), context.currency));
        let payment = home.and_then(|home| payments.payments.get_mut(*home as usize));
        if let Some(payment) = payment.filter(|payment| differs(payment)) {
            let parts = said(record).parts(contract(record, &frame.rules));
            let rrn = reference(&record.rrn).unwrap_or_default().to_owned();
            payment.kept.push(payout::Item { rrn, parts });
        }
    }
    payout::judge_all(books, &frame.setting(), payments);
    Ok(())
}

fn said(record: &ClearingRecord) -> payout::Said {
    payout::Said { kind: record.kind, gross: record.gross, fee: record.fee, net: record.net }
}

/// What the contract says of the fee of a record.
fn contract<'r>(record: &ClearingRecord, rules: &'r rules::Rules) -> Option<&'r rules::Fee> {
    let text = |text: &'_ Option<crate::record::Text>| text.clone().unwrap_or_default();
    rules.fee(&text(&record.merchant), &text(&record.mcc), record.settlement_date)
}

/// The records of some components.
pub(super) struct Part {
    messages: Store<Kept>,
    clearing: Store<Kept>,
}

impl Part {
    pub(super) fn new() -> Self {
        Self { messages: Store::new(), clearing: Store::new() }
    }

    pub(super) fn put(&mut self, kept: &Kept) -> io::Result<()> {
        match kept.body {
            Body::Message(_) => self.messages.put(kept),
            Body::Clearing(_) => self.clearing.put(kept),
        }
    }

    pub(super) fn read(&mut self) -> io::Result<impl Iterator<Item = io::Result<Kept>> + use<'_>> {
        Ok(self.messages.read()?.chain(self.clearing.read()?))
    }
}

/// All records in parts, and what they add up to.
#[derive(Default)]
struct Divided {
    parts: Vec<Part>,
    groups: Groups,
    hosts: Hosts,
    latest: Option<Date>,
    sides: Sides,
}

impl Divided {
    fn message(&mut self, found: &Evidence, settings: &Settings) {
        self.sides.messages = true;
        let text = |text: &Option<crate::record::Text>| text.clone().unwrap_or_default();
        self.hosts.add(found.mti, &text(&found.from), &text(&found.to));
        let time = found.time.map(Timestamp::as_millisecond);
        self.latest = self.latest.max(transact::latest(found.settlement_date, time, &settings.zone));
    }

    fn clearing(&mut self, found: &ClearingRecord, is_paid: bool, settings: &Settings, books: &mut Books) {
        self.sides.clearing = true;
        self.latest = self.latest.max(found.settlement_date);
        if payout::is_of_none(found.kind) || is_paid {
            return;
        }
        let context = books.payout_context(found);
        if let Some(payment) = self.groups.of(&books.names, &context) {
            let parts = said(found).parts(contract(found, &settings.rules));
            payment.add(parts, found.settlement_date);
        }
    }

    fn put(&mut self, kept: &Kept) -> io::Result<()> {
        // neighbours in one file are spread over all parts
        let place = u64::from(kept.number).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let count = u64::try_from(self.parts.len()).unwrap_or(1).max(1);
        let place = usize::try_from(place % count).unwrap_or(0);
        self.parts.get_mut(place).map_or(Ok(()), |part| part.put(kept))
    }
}
