//! What a reader finds, on its way to the engine, counted.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::record::{Declared, Place, Record, Refused, Side, Sink, Source, Text};

/// What a file says about itself.
#[derive(Default)]
pub(super) struct Head {
    pub(super) identity: Option<Text>,
    pub(super) date: Option<Date>,
    pub(super) account: Option<Text>,
    pub(super) declared: Option<Declared>,
}

/// Hands records over and counts them.
pub(super) struct Teller<'s> {
    sink: &'s mut dyn Sink,
    file: Arc<str>,
    side: Side,
    /// Records handed over, those that were refused included.
    pub(super) records: u64,
    pub(super) head: Head,
    pub(super) faults: Vec<Refused>,
    pub(super) notes: Vec<Refused>,
    /// Whether the file was read to its end.
    pub(super) complete: bool,
}

/// The most faults and notes of a file that are kept: a file that is wrong in every record says so once.
const MOST: usize = 100;

impl<'s> Teller<'s> {
    pub(super) fn new(sink: &'s mut dyn Sink, file: Arc<str>, side: Side) -> Self {
        let (faults, notes) = (Vec::new(), Vec::new());
        Self { sink, file, side, records: 0, head: Head::default(), faults, notes, complete: true }
    }

    pub(super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.file)
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn source(&self, place: Place) -> Source {
        Source { file: Arc::clone(&self.file), place }
    }

    pub(super) fn record(&mut self, record: Record) {
        self.records += 1;
        self.sink.take(record);
    }

    /// A record that cannot be used.
    pub(super) fn refuse(&mut self, place: Place, reason: impl fmt::Display) {
        let refused = self.refused(place, reason);
        self.record(Record::Refused(refused));
    }

    /// Something that is wrong with the file as a whole.
    pub(super) fn fault(&mut self, place: Place, reason: impl fmt::Display) {
        if self.faults.len() < MOST {
            let refused = self.refused(place, reason);
            self.faults.push(refused);
        }
    }

    /// Something that ends the reading: what follows was not read.
    pub(super) fn stop(&mut self, place: Place, reason: impl fmt::Display) {
        self.complete = false;
        let refused = self.refused(place, reason);
        self.faults.push(refused);
    }

    /// Something that is worth knowing and no fault.
    pub(super) fn note(&mut self, place: Place, reason: impl fmt::Display) {
        if self.notes.len() < MOST {
            let refused = self.refused(place, reason);
            self.notes.push(refused);
        }
    }

    fn refused(&self, place: Place, reason: impl fmt::Display) -> Refused {
        Refused { source: self.source(place), reason: reason.to_string() }
    }
}
