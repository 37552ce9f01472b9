//! Steps in one file that only grows, until it is rewritten.
//!
//! What is confirmed is whole and durable. A commit that could not be written is cut off again before
//! anything else is; while that is impossible, nothing is accepted. At the start, a commit that is not
//! whole is the one that was being written when the machine stopped: it was not confirmed, and is cut
//! off. One that is followed by whole commits is damage, and the file is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::format;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::Vec;

use super::before;
use super::disk::{Disk, DiskFile, write_all};
use super::format::{self, Start};
use super::record::{Queue, Record};

/// What was cut off the end of a queue: a commit that was being written when the machine stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{octets} octets of a commit that was never finished were cut off at byte {at}")]
#[non_exhaustive]
pub struct Cut {
    /// Where the last whole commit ends.
    pub at: u64,
    /// How many octets stood after it.
    pub octets: u64,
}

/// The steps in a file of this disk.
#[derive(Debug)]
pub(super) struct Journal<D: Disk> {
    disk: D,
    path: PathBuf,
    file: D::File,
    /// Where the next commit goes: after the last one that is whole.
    end: u64,
    /// The number of the next commit.
    number: u64,
    pending: Pending,
    /// Where the octets of the messages lie that are held.
    placed: BTreeMap<u64, Place>,
    /// Where octets lie that are to be overwritten.
    finished: Vec<Place>,
    trouble: Trouble,
    /// A new file of which it is not known whether it has the name of the queue.
    renaming: Option<(PathBuf, Copied<D::File>)>,
    cut: Option<Cut>,
}

/// Where in the file, and how many octets.
type Place = (u64, usize);

/// A new file with records, durable but for its name.
#[derive(Debug)]
struct Copied<F> {
    file: F,
    end: u64,
    number: u64,
    placed: BTreeMap<u64, Place>,
}

/// The records of the next commit.
#[derive(Default, Debug)]
struct Pending {
    records: Vec<u8>,
    queued: Vec<(u64, Range<usize>)>,
    done: Vec<u64>,
}

/// What has to be done before anything is accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Trouble {
    None,
    /// A commit that failed lies, in part or whole, after the end.
    Tail,
    /// The file was replaced, and its name may not be durable.
    Name,
}

impl<D: Disk> Journal<D> {
    /// Opens a file, or makes it.
    pub(super) fn open(disk: D, path: PathBuf) -> io::Result<Self> {
        let mut file = disk.open(&path)?;
        let octets = file.read_all()?;
        let mut journal = Self {
            disk,
            path,
            file,
            end: length(format::HEAD),
            number: 0,
            pending: Pending::default(),
            placed: BTreeMap::new(),
            finished: Vec::new(),
            trouble: Trouble::None,
            renaming: None,
            cut: None,
        };
        match format::start(&octets) {
            // Whoever made it may have been stopped before it and its name were durable.
            Start::Queue => journal.settle()?,
            Start::Begun => journal.begin()?,
            Start::Later(version) => {
                let words = format!("a queue of format {version}, which this version cannot read");
                return Err(io::Error::new(io::ErrorKind::Unsupported, words));
            }
            Start::Other => {
                let records = before::records(&octets).ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidData, "not a queue of store and forward")
                })?;
                journal.rewrite(&mut records.into_iter())?;
            }
        }
        journal.remove_leftovers();
        Ok(journal)
    }

    /// Makes an empty queue.
    fn begin(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        write_all(&mut self.file, 0, &format::head())?;
        self.settle()
    }

    /// Makes the file and its name durable.
    fn settle(&mut self) -> io::Result<()> {
        self.file.sync()?;
        self.disk.sync_folder(folder(&self.path))
    }

    /// What was cut off the end when the queue was read last.
    pub(super) const fn cut(&self) -> Option<Cut> {
        self.cut
    }

    /// Repairs what an error left; until that is done, nothing is accepted.
    fn heal(&mut self) -> io::Result<()> {
        self.settle_renaming()?;
        match self.trouble {
            Trouble::None => return Ok(()),
            Trouble::Tail => {
                self.file.set_len(self.end)?;
                self.file.sync()?;
            }
            Trouble::Name => self.disk.sync_folder(folder(&self.path))?,
        }
        self.trouble = Trouble::None;
        Ok(())
    }

    /// Finds out which file has the name of the queue, after a renaming that reported an error: it may have been
    /// done all the same, and the old file must not be written on then. Says whether it is the new one.
    fn settle_renaming(&mut self) -> io::Result<bool> {
        let Some((path, _)) = &self.renaming else { return Ok(false) };
        let names = self.disk.names(folder(path))?;
        let Some((path, copied)) = self.renaming.take() else { return Ok(false) };
        let is_done = !names.iter().any(|name| Some(name.as_os_str()) == path.file_name());
        if is_done {
            self.adopt(copied);
        } else {
            let _ = self.disk.remove(&path);
        }
        Ok(is_done)
    }

    /// Uses the new file from here on.
    fn adopt(&mut self, copied: Copied<D::File>) {
        let Copied { file, end, number, placed } = copied;
        (self.file, self.end, self.number, self.placed) = (file, end, number, placed);
        self.finished.clear();
        self.trouble = Trouble::Name;
    }

    fn write(&mut self, records: &[u8]) -> io::Result<u64> {
        self.heal()?;
        let octets = format::commit(self.number, records)?;
        self.trouble = Trouble::Tail;
        write_all(&mut self.file, self.end, &octets)?;
        self.file.sync()?;
        self.trouble = Trouble::None;
        let records_at = self.end + length(octets.len() - records.len());
        self.end += length(octets.len());
        self.number += 1;
        Ok(records_at)
    }

    /// Overwrites the octets of messages that are done. What fails is tried again after the next commit.
    fn scrub(&mut self) {
        let (file, zeros) = (&mut self.file, [0; 4096]);
        self.finished.retain(|(at, size)| {
            let mut written = 0;
            while written < *size {
                let piece = zeros.get(..(size - written).min(zeros.len())).unwrap_or_default();
                if write_all(file, at + length(written), piece).is_err() {
                    return true;
                }
                written += piece.len();
            }
            false
        });
    }

    /// Takes note of a record of the file, whose commit begins its records at a place.
    fn note(&mut self, record: Record<'_>, at: u64, octets: &Range<usize>) {
        match record {
            Record::Queued { id, .. } => {
                self.placed.insert(id, (at + length(octets.start), octets.len()));
            }
            Record::Done { id } => self.finished.extend(self.placed.remove(&id)),
            _ => (),
        }
    }

    /// Writes records to a new file.
    fn copy(
        &self,
        path: &Path,
        records: &mut dyn Iterator<Item = Record<'_>>,
    ) -> io::Result<Copied<D::File>> {
        let mut file = self.disk.create(path)?;
        write_all(&mut file, 0, &format::head())?;
        let (mut end, mut number) = (length(format::HEAD), self.number);
        let (mut placed, mut pending) = (BTreeMap::new(), Pending::default());
        let mut next = records.next();
        while next.is_some() {
            while let Some(record) = next.filter(|_| pending.records.len() < PIECE) {
                pending.add(record)?;
                next = records.next();
            }
            let octets = format::commit(number, &pending.records)?;
            write_all(&mut file, end, &octets)?;
            let at = end + length(octets.len() - pending.records.len());
            placed.extend(
                pending.queued.iter().map(|(id, octets)| (*id, (at + length(octets.start), octets.len()))),
            );
            (end, number) = (end + length(octets.len()), number + 1);
            pending.clear();
        }
        file.sync()?;
        Ok(Copied { file, end, number, placed })
    }

    /// A name in the folder of the queue that no other file has.
    fn new_name(&self) -> io::Result<PathBuf> {
        static NAMES: AtomicU64 = AtomicU64::new(0);
        let number = NAMES.fetch_add(1, Ordering::Relaxed);
        let mut name = self.path.file_name().map(OsString::from).ok_or(io::ErrorKind::InvalidInput)?;
        name.push(format!(".{}-{number}{NEW}", std::process::id()));
        Ok(self.path.with_file_name(name))
    }

    /// Removes new files of this queue that were never finished. They hold messages, too.
    fn remove_leftovers(&self) {
        let folder = folder(&self.path);
        let Some(own) = self.path.file_name().map(OsString::from) else { return };
        for name in self.disk.names(folder).unwrap_or_default() {
            let rest = name.as_encoded_bytes().strip_prefix(own.as_encoded_bytes());
            let numbers = rest.and_then(|rest| rest.strip_prefix(b".")?.strip_suffix(NEW.as_bytes()));
            let is_number = |octet: &u8| octet.is_ascii_digit() || *octet == b'-';
            if numbers.is_some_and(|numbers| numbers.iter().all(is_number)) {
                // Whatever keeps it there keeps nobody from working.
                let _ = self.disk.remove(&folder.join(&name));
            }
        }
    }
}

/// How a new file ends before it has the name of the queue.
const NEW: &str = ".compact";

/// How many octets of records make a commit of a new file.
const PIECE: usize = 1 << 20;

impl Pending {
    fn add(&mut self, record: Record<'_>) -> io::Result<()> {
        let octets = format::put(record, &mut self.records)?;
        match record {
            Record::Queued { id, .. } => self.queued.push((id, octets)),
            Record::Done { id } => self.done.push(id),
            _ => (),
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.records.clear();
        self.queued.clear();
        self.done.clear();
    }
}

impl<D: Disk> Queue for Journal<D> {
    type Error = io::Error;

    fn append(&mut self, record: Record<'_>) -> io::Result<()> {
        self.pending.add(record)
    }

    fn commit(&mut self) -> io::Result<()> {
        if self.pending.records.is_empty() {
            return Ok(());
        }
        let pending = core::mem::take(&mut self.pending);
        let at = match self.write(&pending.records) {
            Ok(at) => at,
            Err(error) => {
                // At once, if that can be: so that nothing of it is there when the machine stops now.
                let _ = self.heal();
                return Err(error);
            }
        };
        let queued = pending.queued.iter();
        self.placed.extend(queued.map(|(id, octets)| (*id, (at + length(octets.start), octets.len()))));
        let placed = &mut self.placed;
        self.finished.extend(pending.done.iter().filter_map(|id| placed.remove(id)));
        self.scrub();
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> io::Result<()> {
        // A commit that failed was refused, and is not taken up because its octets are there.
        self.heal()?;
        let octets = self.file.read_all()?;
        let found = Found::of(&octets)?;
        (self.end, self.number) = (length(found.end), found.number);
        self.pending.clear();
        self.placed.clear();
        self.finished.clear();
        for records in &found.commits {
            let within = octets.get(records.clone()).unwrap_or_default();
            for placed in format::records(within) {
                self.note(placed.record, length(records.start), &placed.octets);
                let done = matches!(placed.record, Record::Done { .. });
                if done || !found.done.contains(&id_of(placed.record)) {
                    each(placed.record);
                }
            }
        }
        let is_open = |(at, size): &Place| {
            let start = usize::try_from(*at).unwrap_or(usize::MAX);
            octets
                .get(start..start.saturating_add(*size))
                .is_some_and(|octets| octets.iter().any(|octet| *octet != 0))
        };
        self.finished.retain(is_open);
        self.cut = None;
        if found.end < octets.len() {
            self.cut = Some(Cut { at: self.end, octets: length(octets.len() - found.end) });
            self.trouble = Trouble::Tail;
        }
        self.heal()?;
        self.scrub();
        Ok(())
    }

    /// Writes a second file, makes it durable, and gives it the name of the first one. The octets of the
    /// first one are then nowhere any more.
    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> io::Result<()> {
        self.settle_renaming()?;
        let path = self.new_name()?;
        let copied = match self.copy(&path, records) {
            Ok(copied) => copied,
            Err(error) => {
                let _ = self.disk.remove(&path);
                return Err(error);
            }
        };
        match self.disk.rename(&path, &self.path) {
            Ok(()) => self.adopt(copied),
            Err(error) => {
                self.renaming = Some((path, copied));
                if !self.settle_renaming()? {
                    return Err(error);
                }
            }
        }
        self.heal()
    }
}

/// The whole commits of a file.
struct Found {
    /// Where their records lie.
    commits: Vec<Range<usize>>,
    /// Where the last one ends.
    end: usize,
    /// The number of the next one.
    number: u64,
    /// The messages that are done, whose octets may be overwritten.
    done: BTreeSet<u64>,
}

impl Found {
    fn of(octets: &[u8]) -> io::Result<Self> {
        let mut found = Self { commits: Vec::new(), end: format::HEAD, number: 0, done: BTreeSet::new() };
        if format::start(octets) != Start::Queue {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the queue has lost its head"));
        }
        while let Some((number, records)) = format::whole(octets, found.end) {
            if number != found.number && !found.commits.is_empty() {
                break;
            }
            (found.number, found.end) = (number + 1, records.end);
            found.commits.push(records);
        }
        if found.end < octets.len() && format::is_followed(octets, found.end, found.number) {
            return Err(damaged(found.end));
        }
        found.check_messages(octets)?;
        Ok(found)
    }

    /// Looks whether the octets of every message that is held are those that were written.
    fn check_messages(&mut self, octets: &[u8]) -> io::Result<()> {
        let records = |range: &Range<usize>| octets.get(range.clone()).unwrap_or_default();
        for placed in self.commits.iter().flat_map(|range| format::records(records(range))) {
            match placed.record {
                Record::Done { id } => _ = self.done.insert(id),
                // A queue that was rewritten begins with the last number that was given, held or not.
                Record::Queued { id, .. } => _ = self.done.remove(&id),
                _ => (),
            }
        }
        let lost = self.commits.iter().position(|range| {
            let mut placed = format::records(records(range));
            placed.any(|placed| !placed.intact && !self.done.contains(&id_of(placed.record)))
        });
        match lost {
            None => Ok(()),
            // Not all blocks of the last commit had reached the disk.
            Some(index) if index + 1 == self.commits.len() => {
                self.commits.pop();
                self.number -= 1;
                self.end = self.commits.last().map_or(format::HEAD, |range| range.end);
                self.done.clear();
                self.check_messages(octets)
            }
            Some(index) => Err(damaged(self.commits.get(index).map_or(0, |range| range.start))),
        }
    }
}

const fn id_of(record: Record<'_>) -> u64 {
    match record {
        Record::Queued { id, .. }
        | Record::Sent { id }
        | Record::Done { id }
        | Record::Parked { id, .. }
        | Record::Retried { id } => id,
    }
}

fn damaged(at: usize) -> io::Error {
    let words = format!("the queue is damaged at byte {at}, and whole commits follow");
    io::Error::new(io::ErrorKind::InvalidData, words)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn length(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
