//! Lines of the result, made one at a time: a run of a million transactions keeps none of them.

mod cleared;
mod id;
mod other;
mod payout;
mod transaction;

pub(crate) use self::id::{are_same, record_digest};
pub(crate) use self::transaction::item as transaction_item;
use super::books::RecordId;
use super::class::{Class, State};
use super::line::{Line, Note};
use super::payout::Status;
use super::run::Run;
use crate::record::Side;

/// Hands all lines of a run over, in the order of the report.
pub(crate) fn lines(run: &Run, each: &mut dyn FnMut(Line)) {
    let mut each = |mut line: Line| {
        finish(run, &mut line);
        each(line);
    };
    for place in 0..run.order.len() {
        each(transaction::line(run, place));
    }
    other::lines(run, &mut each);
    other::messages(run, &mut each);
    if run.frame.is_part {
        return;
    }
    for number in 0..run.payments.payments.len() {
        each(payout::line(run, number));
    }
    other::files(run, &mut each);
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
