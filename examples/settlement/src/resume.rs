//! A day that broke off: which of its steps are done, as the journals tell, and what makes the world again what
//! it was. The parties need none of this, they go on from their own histories; it is the script of the
//! demonstration that has to find its place.
//!
//! What was under way on the lines is lost with the process, as in a power cut. So a sale that broke off is
//! reversed by the terminal, and rung up again.

use crate::audit::Books;
use crate::clock::Stamp;
use crate::day::{Action, Step};
use crate::journal::{Party, RecordKind};
use crate::party::Outcome;

/// What is left of a script.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// So many steps are done.
    pub played: usize,
    /// What is to be done before the next one.
    pub before: Vec<Action>,
}

impl Rest {
    /// All of it.
    pub const fn whole() -> Self {
        Self { played: 0, before: Vec::new() }
    }

    /// What is left after the day of these books broke off.
    pub fn of(books: &Books, steps: &[Step]) -> Self {
        let Some(last) = books.begun().last() else { return Self::whole() };
        let action = |number: usize| steps.get(number.wrapping_sub(1)).map(|(_, action)| action);
        let done = action(last.step).is_some_and(|action| is_done(books, action, last.at));
        let mut played = if done { last.step } else { last.step.saturating_sub(1) };
        let mut before = vec![Action::Open];
        if matches!(action(last.step), Some(Action::CutOver)) && !done && is_cut_over(books, last.at) {
            before.push(Action::AwaitReconciliation);
            played = last.step;
        }
        // What was arranged for the next step is forgotten, and what was under way will not arrive.
        if matches!(action(played), Some(Action::Arrange(..))) {
            played = played.saturating_sub(1);
        }
        while matches!(action(played + 1), Some(Action::Await(..))) {
            played += 1;
        }
        if played == 0 {
            return Self::whole();
        }
        let link = steps.iter().take(played).rev().find_map(|(_, action)| match action {
            Action::HostLink(up) => Some(*up),
            _ => None,
        });
        if link == Some(false) {
            before.push(Action::HostLink(false));
        }
        Self { played: played.min(steps.len()), before }
    }
}

/// Did the step that began then come to its end? Where that cannot be told, it is done once more, which changes
/// nothing.
fn is_done(books: &Books, action: &Action, begun: Stamp) -> bool {
    let of = |party, kinds: &[RecordKind]| {
        books.records(party).iter().any(|record| record.at >= begun && kinds.contains(&record.kind))
    };
    match action {
        Action::Sell(..) => sale_ended(books, begun),
        Action::CloseBatch => {
            of(Party::Terminal, &[RecordKind::BatchBalanced, RecordKind::BatchOutOfBalance])
        }
        Action::CutOver => of(Party::Acquirer, &[RecordKind::DateReconciled, RecordKind::DateOutOfBalance]),
        Action::Pay => of(Party::Acquirer, &[RecordKind::Payout]),
        Action::SignOn => of(Party::Terminal, &[RecordKind::SignedOn]),
        Action::AccountSystem(works) => {
            of(Party::Issuer, &[if *works { RecordKind::Repaired } else { RecordKind::Broken }])
        }
        Action::Await(Party::Acquirer, Outcome::LateApproval) => {
            of(Party::Acquirer, &[RecordKind::LateApproval])
        }
        Action::Open
        | Action::Arrange(..)
        | Action::Await(..)
        | Action::AwaitReconciliation
        | Action::HostLink(_) => false,
    }
}

/// Did the terminal hear how the sale ended, or wait in vain? What it gave up because it had to start anew does
/// not count.
fn sale_ended(books: &Books, begun: Stamp) -> bool {
    let since = || {
        let records = books.records(Party::Terminal).iter().filter(|record| record.at >= begun);
        records.take_while(|record| record.kind != RecordKind::Started)
    };
    let ended = [
        RecordKind::SaleApproved,
        RecordKind::SaleDeclined,
        RecordKind::SaleReversing,
        RecordKind::SaleReversed,
    ];
    since().filter(|record| record.kind == RecordKind::SaleSent).any(|sale| {
        since().any(|record| {
            (record.stan, record.batch) == (sale.stan, sale.batch) && ended.contains(&record.kind)
        })
    })
}

fn is_cut_over(books: &Books, begun: Stamp) -> bool {
    let opened = |kind| kind == RecordKind::DateOpened;
    books.records(Party::Issuer).iter().any(|record| record.at >= begun && opened(record.kind))
}
