//! The files of the books: which records each had, which were read twice, and what is wrong with them.

use hashbrown::HashMap;

use super::books::{Books, Clearing};
use crate::record::{InputFile, Place, Refused, Side, Source};

/// How many records there are of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    messages: usize,
    clearing: usize,
    bank: usize,
    refused: usize,
}

impl Books {
    fn counts(&self) -> Counts {
        Counts {
            messages: self.messages.len(),
            clearing: self.clearing.len(),
            bank: self.bank.len(),
            refused: self.refused.len(),
        }
    }

    /// Marks what was taken before the first file: the open items of the day before.
    pub(crate) fn finish_carried(&mut self) {
        self.ends = vec![self.counts()];
    }

    /// Notes that all records since the file before are of this one.
    pub(crate) fn finish_file(&mut self, file: InputFile) {
        if self.ends.is_empty() {
            self.ends.push(Counts::default());
        }
        self.files.push(file);
        self.ends.push(self.counts());
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
            self.drop_file(*place);
            let file = self.files.remove(*place);
            found.push((file.name.to_string(), file.records, *is_same));
        }
        found.sort();
        found
    }

    /// Drops the last file, which was read on an earlier day.
    pub(crate) fn drop_last(&mut self) {
        let Some(place) = self.files.len().checked_sub(1) else { return };
        self.drop_file(place);
        if let Some(file) = self.files.pop() {
            self.dropped.push((file.name.to_string(), file.records, true));
        }
    }

    fn drop_file(&mut self, place: usize) {
        let (Some(start), Some(end)) = (self.ends.get(place).copied(), self.ends.get(place + 1).copied())
        else {
            return;
        };
        self.messages.drain(start.messages..end.messages);
        self.clearing.drain(start.clearing..end.clearing);
        self.bank.drain(start.bank..end.bank);
        self.refused.drain(start.refused..end.refused);
        for later in self.ends.iter_mut().skip(place + 1) {
            later.messages -= end.messages - start.messages;
            later.clearing -= end.clearing - start.clearing;
            later.bank -= end.bank - start.bank;
            later.refused -= end.refused - start.refused;
        }
        self.ends.remove(place + 1);
    }

    /// What readers found wrong with whole files, and trailers that do not agree with their records.
    pub(crate) fn faults(&self) -> Vec<Refused> {
        let mut found = Vec::new();
        for (place, file) in self.files.iter().enumerate() {
            found.extend(file.faults.iter().cloned());
            let Some(declared) = &file.declared else { continue };
            let range = self.ends.get(place).zip(self.ends.get(place + 1));
            let records = range
                .and_then(|(start, end)| self.clearing.get(start.clearing..end.clearing))
                .unwrap_or_default();
            let sum = |get: fn(&Clearing) -> i64| {
                records.iter().map(|record| i128::from(get(record))).sum::<i128>()
            };
            let gross = sum(|record| record.gross);
            let net =
                sum(|record| record.net.or(record.fee.map(|fee| record.gross - fee)).unwrap_or(record.gross));
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
