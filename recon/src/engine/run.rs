//! One run: records and rules in, everything that lines are made of out.

use std::sync::Arc;
use std::thread;

use hashbrown::HashMap;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::books::{Books, RecordId};
use super::bundle::{self, Bundle};
use super::classify::{self, Contained};
use super::decide::Decision;
use super::intern::Sym;
use super::line::Line;
use super::matching::{self, Group, Matches};
use super::open::Known;
use super::payout::{self, Payments};
use super::rules::Rules;
use super::transact::{self, Others, Outcome, Totals, TotalsResult, Transaction};
use crate::record::{self, Place, Refused, Side};

/// What a run is told besides its records.
#[derive(Debug)]
pub struct Settings {
    /// The rules.
    pub rules: Rules,
    /// The local time as of which things are due; by default the end of the latest day in the records.
    pub as_of: Option<DateTime>,
    /// The zone of local times.
    pub zone: TimeZone,
    /// What people decided, by item.
    pub decisions: HashMap<String, Decision>,
}

pub use super::present::{Intake, RecordRef};

/// Which sides have records, whatever became of their files.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sides {
    pub(crate) messages: bool,
    pub(crate) clearing: bool,
}

/// What all parts of a run share.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) rules: Rules,
    pub(crate) as_of: DateTime,
    pub(crate) zone: TimeZone,
    pub(crate) decisions: HashMap<String, Decision>,
    /// Files that were read twice: name, number of records, and whether the content is the same.
    pub(crate) duplicates: Vec<(String, u64, bool)>,
    pub(crate) faults: Vec<Refused>,
    /// Files that were read on an earlier day.
    pub(crate) known: Vec<Known>,
    pub(crate) has_switch: bool,
    pub(crate) has_clearing: bool,
    pub(crate) has_bank: bool,
    /// Whether a statement was read, be it empty or of an earlier day.
    has_statement: bool,
    /// Whether this is a part of a run: its totals, payouts and files stand in the frame.
    pub(crate) is_part: bool,
    /// Whether it is only asked what could belong together with other parts.
    pub(crate) is_survey: bool,
}

impl Frame {
    /// The frame of a run; `latest` is the end of the latest day in its records.
    pub(crate) fn new(
        books: &Books,
        known: Vec<Known>,
        duplicates: Vec<(String, u64, bool)>,
        settings: Settings,
        latest: DateTime,
        sides: Sides,
    ) -> Self {
        let has = |side: Side| books.files.iter().any(|file| file.side == side);
        let Settings { rules, as_of, zone, decisions } = settings;
        Self {
            rules,
            as_of: as_of.unwrap_or(latest),
            zone,
            decisions,
            duplicates,
            faults: books.faults(),
            known,
            has_switch: has(Side::Switch) || sides.messages,
            has_clearing: has(Side::Clearing) || sides.clearing,
            has_bank: has(Side::Bank) || !books.bank.is_empty(),
            has_statement: has(Side::Bank),
            is_part: false,
            is_survey: false,
        }
    }

    /// What payments need to know.
    pub(crate) fn setting(&self) -> payout::Setting<'_> {
        payout::Setting { rules: &self.rules, as_of: self.as_of, has_bank: self.has_statement }
    }
}

/// Everything that lines are made of.
#[derive(Debug)]
pub struct Run {
    pub(crate) books: Books,
    pub(crate) frame: Frame,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) totals: Vec<Totals>,
    pub(crate) others: Vec<Others>,
    pub(crate) bundles: Vec<Bundle>,
    pub(crate) rest: Vec<u32>,
    /// The transaction of each message; one that is not there for a message of none.
    of_messages: Vec<u32>,
    pub(crate) matches: Matches,
    pub(crate) payments: Payments,
    /// Transactions in the order of the report, equal ones of a set once, ambiguous ones not at all.
    pub(crate) order: Vec<u32>,
    set_of: HashMap<u32, usize>,
    twins: HashMap<u32, u32>,
    places_of_twins: HashMap<u32, usize>,
    /// How many transactions with the same id come before one, where there are any.
    ranks: HashMap<usize, usize>,
    batches: HashMap<Option<Sym>, Vec<usize>>,
    /// Approval codes and cards, if the run is a survey.
    pub(crate) approved: Vec<transact::Approved>,
}

/// What transactions are sorted by: time, terminal, STAN, amount asked for, RRN, place of the first message.
pub(crate) type SortKey<'r> = (Option<i64>, &'r str, &'r str, i64, &'r str, Option<(&'r Arc<str>, Place)>);

impl Run {
    /// Runs over all records of the books.
    pub(crate) fn new(mut books: Books, known: Vec<Known>, settings: Settings) -> Self {
        let duplicates = books.drop_duplicates();
        books.middle = transact::middle(&books);
        let has = Sides { messages: !books.messages.is_empty(), clearing: !books.clearing.is_empty() };
        let as_of = latest(&books, &settings.zone);
        let frame = Frame::new(&books, known, duplicates, settings, as_of, has);
        let payments = payout::payments(&books, &frame.setting());
        Self::over(books, frame, payments)
    }

    /// The frame of a run whose messages and clearing records stand elsewhere: bank entries, totals, payouts, files.
    pub(crate) fn frame(books: Books, frame: Frame, payments: Payments) -> Self {
        Self::over(books, frame, payments)
    }

    /// The run over a part of the messages and clearing records, by some of the rules.
    pub(crate) fn part(&self, books: Books, payments: Payments) -> Self {
        let frame = Frame { is_part: true, ..self.frame.clone() };
        let mut run = Self::over(books, frame, payments);
        let own = record::Totals::default();
        run.totals = self.totals.iter().map(|totals| Totals { own, ..totals.clone() }).collect();
        run.batches = transact::places(&run.totals);
        transact::count(&run.batches, &mut run.totals, &run.transactions);
        run
    }

    /// Transactions and clearing items of a part, matched by some of the rules.
    pub(crate) fn survey(&self, books: Books, rules: Rules) -> Self {
        let frame = Frame { rules, is_part: true, is_survey: true, ..self.frame.clone() };
        Self::over(books, frame, Payments::default())
    }

    fn over(books: Books, frame: Frame, payments: Payments) -> Self {
        let mut approved = Vec::new();
        let asked = frame.is_survey.then_some(&mut approved);
        let (found, (bundles, rest)) = thread::scope(|scope| {
            let bundles = scope.spawn(|| bundle::bundles(&books));
            let found = transact::transactions(&books, &frame.rules, &frame.zone, asked);
            // a thread that stopped has found nothing; identity 4 says so
            (found, bundles.join().unwrap_or_default())
        });
        let matches = matching::matches(&books, &frame.rules, &found.transactions, &bundles);
        let mut run = Self {
            order: Vec::new(),
            set_of: HashMap::new(),
            twins: twins(&books, &found.transactions),
            places_of_twins: HashMap::new(),
            ranks: HashMap::new(),
            batches: transact::places(&found.totals),
            of_messages: of_messages(&found.transactions, books.messages.len()),
            transactions: found.transactions,
            totals: found.totals,
            others: found.others,
            bundles,
            rest,
            matches,
            payments,
            books,
            frame,
            approved,
        };
        if !run.frame.is_survey {
            run.arrange();
        }
        run
    }

    /// Brings transactions into an order that depends on what they say alone.
    fn arrange(&mut self) {
        let mut sets = std::mem::take(&mut self.matches.sets);
        let mut ambiguous = std::mem::take(&mut self.matches.ambiguous);
        for group in sets.iter_mut().chain(&mut ambiguous) {
            group.transactions.sort_by(|one, other| self.sort_key(*one).cmp(&self.sort_key(*other)));
            group.bundles.sort_by_key(|index| self.bundle_key(*index));
        }
        (self.matches.sets, self.matches.ambiguous) = (sets, ambiguous);
        for (place, set) in self.matches.sets.iter().enumerate() {
            let first = set.transactions.iter().copied().min_by_key(|index| self.sort_key(*index));
            first.into_iter().for_each(|index| {
                self.set_of.insert(index, place);
            });
        }
        let is_listed = |index: &u32| {
            self.matches.grouped.get(*index as usize) == Some(&false) || self.set_of.contains_key(index)
        };
        let count = u32::try_from(self.transactions.len()).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = (0..count).filter(is_listed).collect();
        order.sort_by(|one, other| self.sort_key(*one).cmp(&self.sort_key(*other)));
        let places = order.iter().enumerate().filter(|(_, index)| self.twins.contains_key(*index));
        self.places_of_twins = places.map(|(place, index)| (*index, place)).collect();
        let mut rank = 0;
        for (place, pair) in (1..).zip(order.windows(2)) {
            let [one, other] = pair else { continue };
            let of = |index: &u32| self.transactions.get(*index as usize);
            let is_same = of(one).zip(of(other)).is_some_and(|(one, other)| classify::are_same(one, other));
            rank = if is_same { rank + 1 } else { 0 };
            if rank > 0 {
                self.ranks.insert(place, rank);
            }
        }
        self.order = order;
    }

    pub(crate) fn sort_key(&self, index: u32) -> Option<SortKey<'_>> {
        self.transactions.get(index as usize).map(|of| {
            let first = of.messages.first().map(|index| self.books.at(RecordId::Message(*index)));
            let place = first.map(|at| (self.books.file(at), at.place()));
            (
                of.time,
                self.books.text(of.terminal),
                self.books.text(of.stan),
                of.requested,
                self.books.text(of.rrn),
                place,
            )
        })
    }

    fn bundle_key(&self, index: u32) -> impl Ord + use<'_> {
        let main = self.bundles.get(index as usize).and_then(Bundle::main);
        let at = main.map(|index| self.books.at(RecordId::Clearing(index)));
        at.map(|at| (self.books.file(at), at.place()))
    }

    /// Hands all lines over, in the order of the report.
    pub fn lines(&self, each: &mut dyn FnMut(Line)) {
        self.lines_of_part(&mut Contained::default(), each);
    }

    /// Hands the lines of a part over; what they say about payouts is collected for the lines of those.
    pub(crate) fn lines_of_part(&self, contained: &mut Contained, each: &mut dyn FnMut(Line)) {
        classify::lines(self, contained, each);
    }

    pub(crate) fn transaction_at(&self, place: usize) -> Option<(u32, &Transaction)> {
        let index = *self.order.get(place)?;
        Some((index, self.transactions.get(index as usize)?))
    }

    pub(crate) fn transaction_item(&self, place: usize) -> String {
        classify::transaction_item(self, place)
    }

    /// The item of a sale that looks like the same one paid again.
    pub(crate) fn twin_of(&self, index: u32) -> Option<String> {
        let twin = self.twins.get(&index)?;
        Some(self.transaction_item(*self.places_of_twins.get(twin)?))
    }

    /// Whether a file of a side is not complete.
    pub(crate) fn is_incomplete(&self, side: Side) -> bool {
        self.books.files.iter().any(|file| file.side == side && !file.complete)
    }

    pub(crate) fn rank(&self, place: usize) -> usize {
        self.ranks.get(&place).copied().unwrap_or(0)
    }

    pub(crate) fn set_of(&self, index: u32) -> Option<&Group> {
        self.matches.sets.get(*self.set_of.get(&index)?)
    }

    /// The name of the payout of a clearing record.
    pub(crate) fn payout_of(&self, index: u32) -> Option<String> {
        let (_, context) = bundle::record(&self.books, index)?;
        if let Some(payout) = context.payout {
            return Some(self.books.names.text(payout).to_owned());
        }
        let number = self.payments.of_record.get(index as usize).copied().flatten()?;
        self.payments.payments.get(number as usize)?.names.first().cloned()
    }

    /// How the totals came out that a transaction counts in.
    pub(crate) fn batch_of(&self, of: &Transaction) -> Option<TotalsResult> {
        let place = transact::batch_of(&self.batches, &self.totals, of)?;
        self.totals.get(place).map(|totals| totals.result)
    }

    /// The transaction of a message.
    pub(crate) fn transactions_by_message(&self, message: u32) -> Option<&Transaction> {
        let place = *self.of_messages.get(message as usize)?;
        self.transactions.get(place as usize)
    }

    /// Whether people decided about a payout.
    pub(crate) fn is_decided(&self, number: u32) -> bool {
        if self.frame.is_part {
            return self.payments.decided.contains(&number);
        }
        classify::payout_line(self, number).decided.is_some()
    }

    /// The day on which the clearing file of a settlement date is there.
    pub(crate) fn clearing_due(&self, date: Option<Date>) -> Option<Date> {
        date?.checked_add(jiff::Span::new().days(self.frame.rules.due.clearing_days)).ok()
    }

    pub(crate) fn is_clearing_due(&self, date: Option<Date>) -> bool {
        let due = self.clearing_due(date).map(|day| day.to_datetime(self.frame.rules.due.clearing_time));
        due.is_none_or(|due| self.frame.as_of >= due)
    }
}

/// Which transaction each of so many messages belongs to.
fn of_messages(transactions: &[Transaction], messages: usize) -> Vec<u32> {
    let mut places = vec![u32::MAX; messages];
    for (place, of) in (0..).zip(transactions) {
        for message in &of.messages {
            if let Some(known) = places.get_mut(*message as usize).filter(|known| **known == u32::MAX) {
                *known = place;
            }
        }
    }
    places
}

/// The end of the latest day in the records.
pub(crate) fn latest(books: &Books, zone: &TimeZone) -> DateTime {
    let messages = books
        .messages
        .iter()
        .filter_map(|message| transact::latest(message.settlement_date, message.time, zone));
    let clearing = books.clearing.iter().filter_map(|record| books.clearing_context(record).settlement_date);
    let bank = books.bank.iter().filter_map(|bank| bank.entry.booked.max(bank.entry.value_date));
    end_of(messages.chain(clearing).chain(bank).max())
}

/// The end of the latest day; a run over nothing is as of long ago.
pub(crate) fn end_of(latest: Option<Date>) -> DateTime {
    latest.unwrap_or(jiff::civil::date(2000, 1, 1)).at(23, 59, 59, 0)
}

/// Sales of one card, amount and terminal that were approved within ten minutes of each other: a sale that seemed to
/// fail and was made again.
fn twins(books: &Books, transactions: &[Transaction]) -> HashMap<u32, u32> {
    const NEAR: i64 = 600_000;
    let is_sale = |of: &Transaction| of.outcome == Outcome::Approved && of.approved > 0 && of.token.is_some();
    let sales = (0u32..).zip(transactions).filter(|(_, of)| is_sale(of));
    let mut order: Vec<_> = sales
        .map(|(index, of)| (of.token, of.terminal, of.approved, of.time, books.text(of.stan), index))
        .collect();
    order.sort_unstable();
    let mut found = HashMap::new();
    for pair in order.windows(2) {
        let [one, other] = pair else { continue };
        let is_near = one.3.zip(other.3).is_some_and(|(one, other)| other - one <= NEAR);
        if is_near && (one.0, one.1, one.2) == (other.0, other.1, other.2) {
            found.insert(one.5, other.5);
            found.insert(other.5, one.5);
        }
    }
    found
}
