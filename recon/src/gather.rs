//! Files of the three sides, read at the same time: reading takes most of a run.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use hashbrown::HashSet;

use crate::engine::run::Intake;
use crate::read::{self, Options, Report};
use crate::record::{InputFile, Record, Refused, Source, Stored};

/// How many records are handed over at once, and how many such lots wait: what is read ahead is bounded.
const LOT: usize = 1024;
const WAITING: usize = 8;

/// The files of one side, and how they are read.
#[derive(Debug)]
pub struct Files {
    /// How they are read.
    pub options: Options,
    /// The files, in the order of reading.
    pub paths: Vec<PathBuf>,
}

/// What takes the records of files.
pub trait TakeFiles {
    /// Takes one record.
    fn put(&mut self, record: Record);
    /// Ends a file: all records of its side since the file before are its own.
    fn finish_file(&mut self, file: InputFile);
    /// Ends records that come without their files, which follow.
    fn finish_loose(&mut self);
}

impl TakeFiles for Intake {
    fn put(&mut self, record: Record) {
        Self::put(self, record);
    }

    fn finish_file(&mut self, file: InputFile) {
        Self::finish_file(self, file);
    }

    fn finish_loose(&mut self) {
        Self::finish_loose(self);
    }
}

/// What a reading thread hands over.
enum Sent {
    Records(Vec<Record>),
    File(Box<InputFile>),
}

/// Takes the records of all files in; sides are read at the same time, files of one side one after the other. Returns
/// what is worth knowing about the files.
///
/// # Errors
/// The file that cannot be read.
pub fn gather(intake: &mut impl TakeFiles, sides: &[Files]) -> Result<Vec<Refused>, String> {
    let (sender, receiver) = sync_channel(WAITING);
    thread::scope(|scope| {
        let readers: Vec<_> = sides
            .iter()
            .map(|files| {
                let sender = sender.clone();
                scope.spawn(move || read_side(files, &sender))
            })
            .collect();
        // the channel ends with the last reader
        drop(sender);
        for sent in receiver {
            match sent {
                Sent::Records(records) => records.into_iter().for_each(|record| intake.put(record)),
                Sent::File(file) => intake.finish_file(*file),
            }
        }
        let mut notes = Vec::new();
        for reader in readers {
            let done =
                reader.join().map_err(|_| "a reader stopped: this is a fault of the program".to_owned())?;
            notes.extend(done?);
        }
        Ok(notes)
    })
}

/// Takes evidence that was stored as lines of JSON: first all records, then the files that they are of.
///
/// # Errors
/// The line that is none.
pub fn gather_stored(intake: &mut impl TakeFiles, lines: impl BufRead) -> Result<(), String> {
    let mut files = Vec::new();
    let mut names = Names::default();
    for (number, line) in (1..).zip(lines.lines()) {
        let line = line.map_err(|error| error.to_string())?;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |error: String| format!("line {number} is no evidence: {error}");
        match serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))? {
            Stored::Switch(mut found) => {
                names.share(&mut found.source);
                intake.put(Record::Switch(found));
            }
            Stored::Clearing(mut found) => {
                names.share(&mut found.source);
                intake.put(Record::Clearing(found));
            }
            Stored::Bank(mut found) => {
                names.share(&mut found.source);
                intake.put(Record::Bank(found));
            }
            Stored::Refused { mut source, reason } => {
                names.share(&mut source);
                intake.put(Record::Refused(Refused { source, reason }));
            }
            Stored::File(file) => {
                files.push(file.input().ok_or_else(|| wrong("this is no file".to_owned()))?);
            }
        }
    }
    intake.finish_loose();
    files.into_iter().for_each(|file| intake.finish_file(file));
    Ok(())
}

/// Names of files, each kept once.
#[derive(Default)]
struct Names(HashSet<Arc<str>>);

impl Names {
    fn share(&mut self, source: &mut Source) {
        match self.0.get(&source.file) {
            Some(known) => source.file = known.clone(),
            None => {
                self.0.insert(source.file.clone());
            }
        }
    }
}

fn read_side(files: &Files, sender: &SyncSender<Sent>) -> Result<Vec<Refused>, String> {
    let mut notes = Vec::new();
    for path in &files.paths {
        let mut lot = Vec::with_capacity(LOT);
        let send = |lot: &mut Vec<Record>| {
            let full = std::mem::replace(lot, Vec::with_capacity(LOT));
            // nobody receives any more when another file could not be read
            let _ = sender.send(Sent::Records(full));
        };
        let mut take = |record: Record| {
            lot.push(record);
            if lot.len() == LOT {
                send(&mut lot);
            }
        };
        let report = read::read_file(path, &files.options, &mut take);
        let Report { file, notes: more } = report.map_err(|error| format!("{}: {error}", path.display()))?;
        send(&mut lot);
        let _ = sender.send(Sent::File(Box::new(file)));
        notes.extend(more);
    }
    Ok(notes)
}
