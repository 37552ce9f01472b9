//! What reports ask a run for: places, keys and ages of lines.

use jiff::civil::DateTime;
use serde::Serialize;

use super::books::{Books, RecordId};
use super::bundle;
use super::line::{Line, LineKind};
use super::open::Known;
use super::run::{Run, Settings, end_of};
use crate::record::{Currency, InputFile, Place, Record, Refused, Sink, Source, hex};

/// A record by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RecordRef<'f> {
    /// The name of the file as it was given.
    pub file: &'f str,
    /// The line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The octets before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// What names a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbers {
    /// DE 41.
    pub terminal: String,
    /// DE 11.
    pub stan: String,
    /// DE 37, which the first request of a terminal does not have yet.
    pub rrn: String,
}

impl<'f> RecordRef<'f> {
    pub(crate) fn new(file: &'f str, place: Place) -> Self {
        let (line, offset) = match place {
            Place::Line(line) => (Some(line), None),
            Place::Offset(offset) => (None, Some(offset)),
        };
        Self { file, line, offset }
    }

    /// The place of a source.
    pub fn of(source: &'f Source) -> Self {
        Self::new(&source.file, source.place)
    }
}

/// Takes the records of all files, and becomes a run.
#[derive(Debug)]
pub struct Intake {
    pub(crate) books: Books,
    /// Files that were read on an earlier day.
    pub(crate) known: Vec<Known>,
}

impl Intake {
    /// Nothing taken yet; records without a currency are in `currency`.
    pub fn new(currency: Currency) -> Self {
        Self { books: Books::new(currency), known: Vec::new() }
    }

    /// Takes one record.
    pub fn put(&mut self, record: Record) {
        self.books.put(record);
    }

    /// Ends a file: all records of its side since the file before are its own. One that was read on an earlier day counts as
    /// read twice.
    pub fn finish_file(&mut self, file: InputFile) {
        let is_known = super::open::is_known(&self.known, file.side, &hex(&file.digest));
        self.books.finish_file(file);
        if is_known {
            self.books.drop_last();
        }
    }

    /// Ends records that come without their files, which follow.
    pub fn finish_loose(&mut self) {
        self.books.finish_carried();
    }

    /// Runs over what was taken.
    pub fn run(self, settings: Settings) -> Run {
        Run::new(self.books, self.known, settings)
    }
}

impl Sink for Intake {
    fn take(&mut self, record: Record) {
        self.put(record);
    }
}

impl Run {
    /// Where the records of a line stand.
    pub fn records(&self, line: &Line) -> Vec<RecordRef<'_>> {
        let of = |id: &RecordId| {
            let at = self.books.at(*id);
            RecordRef::new(self.books.file(at), at.place())
        };
        line.records.iter().map(of).collect()
    }

    /// A digest over what the records of a line say: a decision holds as long as it is the same.
    pub fn record_digest(&self, line: &Line) -> String {
        super::classify::record_digest(&self.books, &line.records)
    }

    /// Records that cannot be used, in the order of files and places.
    pub fn refused(&self) -> Vec<&Refused> {
        let mut found: Vec<&Refused> = self.books.refused.iter().collect();
        found.sort_by_key(|refused| (&refused.source, &refused.reason));
        found
    }

    /// The files that were read, those that were read twice once.
    pub fn files(&self) -> Vec<&InputFile> {
        let mut found: Vec<&InputFile> = self.books.files.iter().collect();
        found.sort_by_key(|file| (file.side, &file.name));
        found
    }

    /// The time as of which things are due.
    pub fn as_of_text(&self) -> String {
        self.frame.as_of.to_string()
    }

    /// What is worth knowing about the whole run.
    pub fn warnings(&self) -> Vec<String> {
        let payouts = self.payments.payments.iter().flat_map(|payment| [payment.date, payment.due]);
        let mut years: Vec<i16> = payouts
            .flatten()
            .filter(|day| !self.frame.rules.due.calendar.knows(*day))
            .map(|day| day.year())
            .collect();
        years.sort_unstable();
        years.dedup();
        let of_run = self.unknown_year().into_iter();
        of_run
            .chain(years.into_iter().map(|year| {
                format!(
                    "the calendar does not know the holidays of {year}: dates on which payouts of it are due \
                     count weekends alone"
                )
            }))
            .collect()
    }

    /// Says how the rules tell the holidays of the year of the run, if the calendar does not know them: every age and
    /// due date would be a guess.
    pub fn unknown_year(&self) -> Option<String> {
        let as_of = Some(self.frame.as_of).filter(|as_of| *as_of != end_of(None)).map(DateTime::date);
        let day = as_of.filter(|day| !self.frame.rules.due.calendar.knows(*day))?;
        let year = day.year();
        Some(format!(
            "the calendar does not know the holidays of {year}: give them in the rules \
             (calendar = {{ base = \"cn\", years = [{year}], off = [[\"{year}-01-01\", \"{year}-01-01\"]], worked = [] }}), \
             or take calendar = \"weekdays\""
        ))
    }

    /// The age of a line: working days since it was due, calendar days since the day that it is about.
    pub fn age(&self, line: &Line) -> Option<(i64, i64)> {
        let today = self.frame.as_of.date();
        let day = line.day?;
        let calendar = today.since(day).map_or(0, |span| i64::from(span.get_days()));
        let working = line.due.map_or(0, |due| self.frame.rules.due.calendar.between(due, today));
        Some((working, calendar))
    }

    /// The numbers of all messages of a line, each once: a void or a completion has its own beside those of what it changes.
    pub fn numbers(&self, line: &Line) -> Vec<Numbers> {
        let mut found: Vec<Numbers> = Vec::new();
        for id in &line.records {
            let RecordId::Message(index) = id else { continue };
            let Some(message) = self.books.messages.get(*index as usize) else { continue };
            let terminal = self.books.text(self.books.context(message).terminal).to_owned();
            let (stan, rrn) =
                (self.books.text(message.stan).to_owned(), self.books.text(message.rrn).to_owned());
            let numbers = Numbers { terminal, stan, rrn };
            if !found.contains(&numbers) {
                found.push(numbers);
            }
        }
        found
    }

    /// What people look a line up by.
    pub fn keys(&self, line: &Line) -> Vec<(&'static str, String)> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        let mut add = |name: &'static str, text: &str| {
            if !text.is_empty() && !found.iter().any(|(known, _)| *known == name) {
                found.push((name, text.to_owned()));
            }
        };
        for id in &line.records {
            match id {
                RecordId::Message(index) => {
                    let Some(message) = self.books.messages.get(*index as usize) else { continue };
                    let context = self.books.context(message);
                    add("rrn", self.books.text(message.rrn));
                    add("stan", self.books.text(message.stan));
                    add("terminal", self.books.text(context.terminal));
                    add("merchant", self.books.text(context.merchant));
                    add("approval", self.books.text(message.approval));
                    let card = self.books.token(message.token);
                    add("card", &card.map_or_else(String::new, |token| token.to_string()));
                }
                RecordId::Clearing(index) => {
                    let Some((record, context)) = bundle::record(&self.books, *index) else { continue };
                    add("rrn", self.books.text(record.rrn));
                    add("stan", self.books.text(record.stan));
                    add("terminal", self.books.text(context.terminal));
                    add("merchant", self.books.text(context.merchant));
                    add("approval", self.books.text(record.approval));
                    add("arn", self.books.text(record.arn));
                    let card = self.books.token(record.token);
                    add("card", &card.map_or_else(String::new, |token| token.to_string()));
                    let date = context.settlement_date.map_or_else(String::new, |date| date.to_string());
                    add("settlement_date", &date);
                }
                RecordId::Bank(index) => {
                    let Some(bank) = self.books.bank.get(*index as usize) else { continue };
                    add("text", &bank.entry.text);
                    add("account", bank.entry.account.as_deref().unwrap_or_default());
                }
            }
        }
        if line.kind == LineKind::Transaction || line.kind == LineKind::Other {
            let date = line.day.map_or_else(String::new, |day| day.to_string());
            add("date", &date);
        }
        found
    }
}
