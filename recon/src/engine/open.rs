//! What stays open from day to day: the records themselves, so that the next day is a run over them and its own.

use std::io::{self, Write};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::books::{Books, Carried, RecordId};
use super::class::{Class, State};
use super::line::{Line, LineKind, Note};
use super::payout::Status;
use super::run::{Intake, Run};
use crate::record::{BankEntry, ClearingRecord, Evidence, Record, Side, hex};

/// The version of the file.
const VERSION: u32 = 1;

/// The first line: files that were read, so that none is read again on another day.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    open: u32,
    as_of: String,
    files: Vec<Known>,
}

/// A file that was read on an earlier day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) file: String,
    pub(crate) side: String,
    pub(crate) sha256: String,
}

/// One record.
#[derive(Debug, Serialize, Deserialize)]
struct Item {
    item: String,
    since: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    funded: Option<Funded>,
    record: Kept,
}

#[derive(Debug, Serialize, Deserialize)]
struct Funded {
    payout: String,
    day: Date,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kept {
    Switch(Box<Evidence>),
    Clearing(Box<ClearingRecord>),
    Bank(Box<BankEntry>),
}

/// Writes the files that were read.
pub(crate) fn write_head(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let mut files = run.frame.known.clone();
    files.extend(run.files().into_iter().map(|file| Known {
        file: file.name.to_string(),
        side: file.side.id().to_owned(),
        sha256: hex(&file.digest),
    }));
    let head = Head { open: VERSION, as_of: run.as_of_text(), files };
    writeln!(out, "{}", serde_json::to_string(&head)?)?;
    Ok(())
}

/// Writes what stays open. Tokens of cards keep their hash only if its key outlives the run.
///
/// # Errors
/// Those of the stream.
pub fn write(run: &Run, keeps_hashes: bool, out: &mut dyn Write) -> io::Result<()> {
    write_head(run, out)?;
    let mut failed = None;
    run.lines(&mut |line| {
        if failed.is_none() {
            failed = write_line(run, &line, keeps_hashes, out).err();
        }
    });
    failed.map_or(Ok(()), Err)
}

/// Writes the records of a line, if they are needed on another day.
pub(crate) fn write_line(run: &Run, line: &Line, keeps_hashes: bool, out: &mut dyn Write) -> io::Result<()> {
    if !stays_open(run, line) {
        return Ok(());
    }
    let since = line.since.unwrap_or_else(|| run.frame.as_of.date());
    for id in &line.records {
        let Some(record) = run.books.record(*id) else { continue };
        let mut record = match record {
            Record::Switch(found) => Kept::Switch(found),
            Record::Clearing(found) => Kept::Clearing(found),
            Record::Bank(found) => Kept::Bank(found),
            Record::Refused(_) => continue,
        };
        let token = match &mut record {
            Kept::Switch(found) => found.token.as_mut(),
            Kept::Clearing(found) => found.token.as_mut(),
            Kept::Bank(_) => None,
        };
        if let Some(token) = token.filter(|_| !keeps_hashes) {
            token.hash = None;
        }
        let item = Item { item: line.item.clone(), since, funded: funded(run, *id), record };
        writeln!(out, "{}", serde_json::to_string(&item)?)?;
    }
    Ok(())
}

/// The payout that paid a clearing record for good, so that it is not expected again.
fn funded(run: &Run, id: RecordId) -> Option<Funded> {
    let RecordId::Clearing(index) = id else { return None };
    if let Some((payout, day)) = run.books.carried.get(&id).and_then(|carried| carried.funded) {
        return Some(Funded { payout: run.books.names.text(payout).to_owned(), day });
    }
    let number = run.payments.of_record.get(index as usize).copied().flatten()?;
    let payment = run.payments.payments.get(number as usize)?;
    let day = payment.verdict.funded.filter(|_| is_done(run, number))?;
    Some(Funded { payout: payment.names.join(" "), day })
}

/// Whether nothing more is expected of a payout.
fn is_done(run: &Run, number: u32) -> bool {
    let Some(payment) = run.payments.payments.get(number as usize) else { return true };
    match payment.verdict.status {
        Status::Paid | Status::Split | Status::Merged | Status::PaidAgain => true,
        Status::Open | Status::Partly | Status::Carried => false,
        _ => run.is_decided(number),
    }
}

/// Whether the records of a line are needed on another day.
fn stays_open(run: &Run, line: &Line) -> bool {
    if line.is_exception || line.notes.iter().any(|note| matches!(note, Note::Awaits(_))) {
        return line.kind != LineKind::File;
    }
    let is_waiting = matches!(
        line.class,
        Class::Open
            | Class::PreauthOpen
            | Class::PartlyCleared
            | Class::UnknownOutcome
            | Class::NotCompared
            | Class::PayoutPartly
    );
    let is_pending = line.states.is_some_and(|states| states.cleared == State::Pending);
    let has_open_payout = line.records.iter().any(|id| match id {
        RecordId::Clearing(index) => {
            let number = run.payments.of_record.get(*index as usize).copied().flatten();
            number.is_some_and(|number| !is_done(run, number))
        }
        _ => false,
    });
    (is_waiting || is_pending || has_open_payout) && line.decided.is_none()
}

/// A record that stayed open on the day before.
pub(crate) struct StillOpen {
    pub(crate) record: Record,
    pub(crate) since: Date,
    /// The payout that paid it, and the day of the money.
    pub(crate) funded: Option<(String, Date)>,
}

/// The files that were read before, and the records of a file of open items.
pub(crate) fn parse(text: &str) -> Result<(Vec<Known>, Vec<StillOpen>), String> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let head = lines.next().and_then(|(_, line)| serde_json::from_str::<Head>(line).ok());
    let head = head.filter(|head| head.open == VERSION);
    let known = head.ok_or("line 1 is not the head of a file of open items")?.files;
    let mut found = Vec::new();
    for (number, line) in lines {
        let item: Item =
            serde_json::from_str(line).map_err(|error| format!("line {number} is no open item: {error}"))?;
        let record = match item.record {
            Kept::Switch(found) => Record::Switch(found),
            Kept::Clearing(found) => Record::Clearing(found),
            Kept::Bank(found) => Record::Bank(found),
        };
        let funded = item.funded.map(|funded| (funded.payout, funded.day));
        found.push(StillOpen { record, since: item.since, funded });
    }
    Ok((known, found))
}

/// Whether a file was read on an earlier day.
pub(crate) fn is_known(known: &[Known], side: Side, sha256: &str) -> bool {
    known.iter().any(|known| known.side == side.id() && known.sha256 == sha256)
}

impl Intake {
    /// Takes what stayed open on the day before; nothing else may have been taken yet.
    ///
    /// # Errors
    /// The line that is no open item.
    pub fn take_open(&mut self, text: &str) -> Result<(), String> {
        let (known, items) = parse(text)?;
        self.known = known;
        for item in items {
            self.books.put_carried(item);
        }
        self.books.finish_carried();
        Ok(())
    }
}

impl Books {
    /// Takes a record that stayed open.
    pub(crate) fn put_carried(&mut self, item: StillOpen) -> Option<RecordId> {
        let funded = item.funded.and_then(|(payout, day)| Some((self.names.put(&payout)?, day)));
        let id = self.put(item.record)?;
        self.carried.insert(id, Carried { since: item.since, funded });
        Some(id)
    }
}
