//! The files of the books: which records each had, which were read twice, and what is wrong with them.

use std::sync::Arc;

use hashbrown::HashMap;

use super::books::Books;
use crate::record::{InputFile, Place, Refused, Side, Source};

/// Which records of its side a file has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    side: Side,
    start: usize,
    end: usize,
    /// Gross and net of its clearing records.
    sums: [i128; 2],
}

impl Books {
    fn count(&self, side: Side) -> usize {
        match side {
            Side::Switch => self.messages.len(),
            Side::Clearing => self.clearing.len(),
            Side::Bank => self.bank.len(),
        }
    }

    /// Marks what was taken before the first file: the open items of the day before.
    pub(crate) fn finish_carried(&mut self) {
        self.before = [Side::Switch, Side::Clearing, Side::Bank].map(|side| self.count(side));
        self.running = [0; 2];
    }

    /// Notes that all records of its side since the file before are of this one.
    pub(crate) fn finish_file(&mut self, file: InputFile) {
        let mut ends = self.ranges.iter().filter(|range| range.side == file.side).map(|range| range.end);
        let [switch, clearing, bank] = self.before;
        let first = match file.side {
            Side::Switch => switch,
            Side::Clearing => clearing,
            Side::Bank => bank,
        };
        let start = ends.next_back().unwrap_or(first);
        let sums = if file.side == Side::Clearing { std::mem::take(&mut self.running) } else { [0; 2] };
        self.ranges.push(Range { side: file.side, start, end: self.count(file.side), sums });
        self.files.push(file);
    }

    /// Drops the records of files that were read twice, and returns their names, how many records that were, and
    /// whether the content is the same. The one that stays does not depend on the order of reading.
    pub(crate) fn drop_duplicates(&mut self) -> Vec<(String, u64, bool)> {
        let mut order: Vec<usize> = (0..self.files.len()).collect();
        order.sort_by(|one, other| {
            let key = |place: &usize| {
                self.files.get(*place).map(|file| (std::cmp::Reverse(file.records), &file.name))
            };
            key(one).cmp(&key(other))
        });
        let mut digests = HashMap::new();
        let mut identities = HashMap::new();
        let mut dropped = Vec::new();
        for place in order {
            let Some(file) = self.files.get(place) else { continue };
            let is_same = *digests.entry((file.side, file.digest)).or_insert(place) != place;
            let has_number = file
                .identity
                .clone()
                .is_some_and(|identity| *identities.entry((file.side, identity)).or_insert(place) != place);
            if is_same || has_number {
                dropped.push((place, is_same));
            }
        }
        dropped.sort_unstable();
        let mut found = std::mem::take(&mut self.dropped);
        for (place, is_same) in dropped.iter().rev() {
            let file = self.drop_file(*place);
            found.extend(file.map(|file| (file.name.to_string(), file.records, *is_same)));
        }
        found.sort();
        found
    }

    /// Drops the last file, which was read on an earlier day.
    pub(crate) fn drop_last(&mut self) {
        let Some(place) = self.files.len().checked_sub(1) else { return };
        let file = self.drop_file(place);
        self.dropped.extend(file.map(|file| (file.name.to_string(), file.records, true)));
    }

    fn drop_file(&mut self, place: usize) -> Option<InputFile> {
        let range = *self.ranges.get(place)?;
        match range.side {
            Side::Switch => drop(self.messages.drain(range.start..range.end)),
            Side::Clearing => drop(self.clearing.drain(range.start..range.end)),
            Side::Bank => drop(self.bank.drain(range.start..range.end)),
        }
        let count = range.end - range.start;
        for later in self.ranges.iter_mut().skip(place + 1).filter(|later| later.side == range.side) {
            later.start -= count;
            later.end -= count;
        }
        self.ranges.remove(place);
        let file = self.files.remove(place);
        // each reading has a name of its own, also of the same file
        self.refused.retain(|refused| !Arc::ptr_eq(&refused.source.file, &file.name));
        Some(file)
    }

    /// What readers found wrong with whole files, and trailers that do not agree with their records.
    pub(crate) fn faults(&self) -> Vec<Refused> {
        let mut found = Vec::new();
        for (place, file) in self.files.iter().enumerate() {
            found.extend(file.faults.iter().cloned());
            let Some(declared) = &file.declared else { continue };
            let [gross, net] = self.ranges.get(place).map_or([0; 2], |range| range.sums);
            let fee = gross - net;
            let count = i128::from(file.records);
            let checks = [
                ("records", declared.records.map(i128::from), count),
                ("gross", declared.gross, gross),
                ("fee", declared.fee, fee),
                ("net", declared.net, net),
            ];
            for (name, said, is) in checks {
                if let Some(said) =
                    said.filter(|said| *said != is && (name == "records" || file.side == Side::Clearing))
                {
                    let source = Source { file: file.name.clone(), place: Place::Line(0) };
                    found.push(Refused {
                        source,
                        reason: format!("the trailer says {name} {said}, the records are {is}"),
                    });
                }
            }
        }
        found.sort_by(|one, other| (&one.source, &one.reason).cmp(&(&other.source, &other.reason)));
        found.dedup();
        found
    }
}
