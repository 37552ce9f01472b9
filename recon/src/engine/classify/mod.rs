//! Lines of the result, made one at a time: a run of a million transactions keeps none of them.

mod cleared;
mod id;
mod other;
mod payout;
mod transaction;

use hashbrown::HashMap;

pub(crate) use self::id::{are_same, record_digest};
pub(crate) use self::transaction::item as transaction_item;
use super::books::RecordId;
use super::class::{Class, State};
use super::line::{Line, Note};
use super::payout::Status;
use super::run::Run;
use crate::record::Side;

/// Hands all lines of a run over, in the order of the report.
pub(crate) fn lines(run: &Run, contained: &mut Contained, each: &mut dyn FnMut(Line)) {
    let mut of_payouts = std::mem::take(contained);
    let mut each_item = |mut line: Line| {
        finish(run, &mut line);
        of_payouts.add(run, &line);
        each(line);
    };
    for place in 0..run.order.len() {
        each_item(transaction::line(run, place));
    }
    other::lines(run, &mut each_item);
    other::messages(run, &mut each_item);
    *contained = of_payouts;
    if run.frame.is_part {
        return;
    }
    for number in 0..u32::try_from(run.payments.payments.len()).unwrap_or(u32::MAX) {
        let mut line = payout_line(run, number);
        line.notes.extend(contained.notes(number));
        each(line);
    }
    let mut each_file = |mut line: Line| {
        finish(run, &mut line);
        each(line);
    };
    other::files(run, &mut each_file);
}

/// Exceptions by the payouts that their records are of.
#[derive(Debug, Default)]
pub(crate) struct Contained {
    found: HashMap<u32, Vec<(String, Class, i128)>>,
}

impl Contained {
    fn add(&mut self, run: &Run, line: &Line) {
        if !line.is_exception {
            return;
        }
        for id in &line.records {
            let RecordId::Clearing(index) = id else { continue };
            let payout = run.payments.of_record.get(*index as usize).copied().flatten();
            let Some(items) = payout.map(|payout| self.found.entry(payout).or_default()) else { continue };
            let net = super::payout::parts(&run.books, &run.frame.rules, *index).due();
            match items.last_mut().filter(|(item, ..)| *item == line.item) {
                Some((.., sum)) => *sum += net,
                None => items.push((line.item.clone(), line.class, net)),
            }
        }
    }

    /// What a payout contains, in an order that does not depend on that of the records.
    fn notes(&self, payout: u32) -> Vec<Note> {
        let mut items = self.found.get(&payout).cloned().unwrap_or_default();
        items.sort_by(|one, other| one.0.cmp(&other.0));
        items.into_iter().map(|(item, class, net)| Note::Contains(item, class, net)).collect()
    }
}

/// The line of one payout.
pub(crate) fn payout_line(run: &Run, number: u32) -> Line {
    let mut line = payout::line(run, number as usize);
    finish(run, &mut line);
    line
}

/// What every line gets: whether absence is proved, since when it is open, and what was decided about it.
fn finish(run: &Run, line: &mut Line) {
    let other = match line.class {
        Class::MissingInClearing | Class::UnknownOutcome => Some(Side::Clearing),
        Class::MissingInSwitch => Some(Side::Switch),
        Class::MissingInBank => Some(Side::Bank),
        _ => None,
    };
    if other.is_some_and(|side| run.is_incomplete(side)) {
        line.notes.push(Note::Incomplete);
    }
    line.since =
        line.records.iter().filter_map(|id| run.books.carried.get(id)).map(|carried| carried.since).min();
    if let Some(decision) = run.frame.decisions.get(&line.item) {
        let digest = record_digest(&run.books, &line.records);
        if decision.records == digest {
            line.is_exception = false;
            line.decided = Some(decision.verdict.id().to_owned());
        }
    }
}

/// Whether the money of clearing records is on the statement.
fn funded(run: &Run, records: &[u32]) -> State {
    let mut states = records.iter().map(|index| record_funded(run, *index));
    let Some(first) = states.next() else { return State::No };
    if states.all(|state| state == first) { first } else { State::Partly }
}

fn record_funded(run: &Run, index: u32) -> State {
    let carried = run.books.carried.get(&RecordId::Clearing(index));
    if carried.is_some_and(|carried| carried.funded.is_some()) {
        return State::Yes;
    }
    let payment = run.payments.of_record.get(index as usize).copied().flatten();
    let Some(payment) = payment.and_then(|number| run.payments.payments.get(number as usize)) else {
        return State::Unknown;
    };
    match payment.verdict.status {
        Status::Paid | Status::Split | Status::Merged | Status::Short | Status::Over => State::Yes,
        Status::PaidTwice | Status::PaidAgain => State::Yes,
        Status::Partly => State::Partly,
        Status::Returned => State::Returned,
        Status::Missing | Status::Carried | Status::Currency => State::No,
        Status::Open if run.frame.has_bank => State::Pending,
        Status::Open => State::Unknown,
    }
}
