//! The parts of a run, one in memory at a time.

use std::hash::RandomState;
use std::io;
use std::sync::Arc;

use hashbrown::HashSet;

use super::merge::{Keys, Written, merge};
use super::store::Store;
use super::survey::Survey;
use super::{Body, Homes, Kept, Part};
use crate::engine::books::{Books, RecordId};
use crate::engine::classify::Contained;
use crate::engine::identity::Totals;
use crate::engine::line::Line;
use crate::engine::open::StillOpen;
use crate::engine::payout::{self, Payments};
use crate::engine::run::Run;
use crate::record::Record;

/// A run in parts.
pub struct Spilled {
    frame: Run,
    files: Vec<Arc<str>>,
    homes: Homes,
    parts: Vec<Part>,
    /// Components that run together after all others.
    joined: HashSet<u32>,
}

/// The books of a part, and the component of each record.
pub(super) struct Loaded {
    pub(super) books: Books,
    pub(super) messages: Vec<u32>,
    pub(super) clearing: Vec<u32>,
}

/// What is written of a line: it gets the run of its part.
pub(crate) type Render<'r> = dyn FnMut(&Run, &Line, &mut Vec<u8>) -> io::Result<()> + 'r;

impl Spilled {
    pub(super) fn new(
        frame: Run,
        files: Vec<Arc<str>>,
        homes: Homes,
        parts: Vec<Part>,
        hasher: RandomState,
    ) -> io::Result<Self> {
        let mut found = Self { frame, files, homes, parts, joined: HashSet::new() };
        // what is the only part is complete
        if found.parts.len() > 1 {
            let mut survey = Survey::new(&found.frame.frame.rules);
            for number in 0..found.parts.len() {
                let part = found.load(number, None)?;
                survey.add(&found.frame, part, &hasher)?;
            }
            found.joined = survey.joined()?;
        }
        Ok(found)
    }

    /// What all parts share: files, bank entries, payouts.
    pub fn frame(&self) -> &Run {
        &self.frame
    }

    /// Goes over all lines in the order of the report: `render` writes what is wanted of each, while its part is in
    /// memory, and `each` gets that. Returns what all parts share, with the totals of the whole run.
    ///
    /// # Errors
    /// Those of temporary files, and of the two functions.
    pub fn lines(
        mut self,
        render: &mut Render<'_>,
        each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<(Run, Totals)> {
        let mut all = Totals::default();
        let totals = &mut all;
        let mut written = Vec::new();
        let mut rest = Part::new();
        let mut contained = Contained::default();
        for number in 0..self.parts.len() {
            let part = self.load(number, Some(&mut rest))?;
            // its file is not needed any more
            if let Some(slot) = self.parts.get_mut(number) {
                *slot = Part::new();
            }
            written.push(self.part(part, &mut contained, totals, render)?);
        }
        self.parts.clear();
        self.parts.push(rest);
        let part = self.load(0, None)?;
        written.push(self.part(part, &mut contained, totals, render)?);
        written.push(write_lines(&self.frame, &mut contained, totals, render)?);
        totals.finish(&self.frame);
        merge(&mut written, each)?;
        Ok((self.frame, all))
    }

    /// The lines of one part.
    fn part(
        &mut self,
        part: Loaded,
        contained: &mut Contained,
        totals: &mut Totals,
        render: &mut Render<'_>,
    ) -> io::Result<Store<Written>> {
        let payments = self.payments(&part.books);
        let run = self.frame.part(part.books, payments);
        totals.count(&run);
        let written = write_lines(&run, contained, totals, render)?;
        for (sum, part) in self.frame.totals.iter_mut().zip(&run.totals) {
            sum.own.debit = sum.own.debit.saturating_add(part.own.debit);
            sum.own.debits = sum.own.debits.saturating_add(part.own.debits);
            sum.own.credit = sum.own.credit.saturating_add(part.own.credit);
            sum.own.credits = sum.own.credits.saturating_add(part.own.credits);
        }
        Ok(written)
    }

    /// The payouts of the run, with the clearing records of a part.
    fn payments(&self, books: &Books) -> Payments {
        let all = &self.frame.payments;
        let count = u32::try_from(all.payments.len()).unwrap_or(u32::MAX);
        let of_record = (0u32..).zip(&books.clearing).map(|(index, record)| {
            let context = books.clearing_context(record);
            let carried = books.carried.get(&RecordId::Clearing(index));
            let is_paid = carried.is_some_and(|carried| carried.funded.is_some());
            let name = (payout::name_of(&books.names, &context), context.currency);
            self.homes.get(&name).copied().filter(|_| !is_paid && !payout::is_of_none(context.kind))
        });
        Payments {
            of_record: of_record.collect(),
            decided: (0..count).filter(|number| self.frame.is_decided(*number)).collect(),
            payments: all.payments.clone(),
            ..Payments::default()
        }
    }

    /// The books of a part; what runs later goes to `rest`.
    fn load(&mut self, number: usize, mut rest: Option<&mut Part>) -> io::Result<Loaded> {
        let mut found = Loaded { books: self.frame.books.part(), messages: Vec::new(), clearing: Vec::new() };
        let Some(part) = self.parts.get_mut(number) else { return Ok(found) };
        for kept in part.read()? {
            let kept = kept?;
            if let Some(rest) = rest.as_deref_mut().filter(|_| self.joined.contains(&kept.number)) {
                rest.put(&kept)?;
                continue;
            }
            found.put(kept, &self.files);
        }
        Ok(found)
    }
}

impl Loaded {
    fn put(&mut self, kept: Kept, files: &[Arc<str>]) {
        let Kept { file, number, since, funded, body } = kept;
        let name = files.get(file as usize).cloned().unwrap_or_else(|| Arc::from(""));
        let record = match body {
            Body::Message(mut found) => {
                found.source.file = name;
                Record::Switch(found)
            }
            Body::Clearing(mut found) => {
                found.source.file = name;
                Record::Clearing(found)
            }
        };
        let id = match since {
            Some(since) => self.books.put_carried(StillOpen { record, since, funded }),
            None => self.books.put(record),
        };
        match id {
            Some(RecordId::Message(_)) => self.messages.push(number),
            Some(RecordId::Clearing(_)) => self.clearing.push(number),
            Some(RecordId::Bank(_)) | None => {}
        }
    }
}

fn write_lines(
    run: &Run,
    contained: &mut Contained,
    totals: &mut Totals,
    render: &mut Render<'_>,
) -> io::Result<Store<Written>> {
    let mut store = Store::new();
    let mut keys = Keys::default();
    let mut failed = None;
    run.lines_of_part(contained, &mut |line| {
        totals.add(&line);
        let key = keys.of(run, &line);
        let mut octets = Vec::new();
        if failed.is_none() {
            let done = render(run, &line, &mut octets).and_then(|()| store.put(&(key, octets)));
            failed = done.err();
        }
    });
    failed.map_or(Ok(store), Err)
}
