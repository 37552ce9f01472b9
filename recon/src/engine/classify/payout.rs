//! The line of a payout.

use super::id;
use crate::engine::books::RecordId;
use crate::engine::class::{Class, Holder};
use crate::engine::line::{Line, LineKind, Note};
use crate::engine::payout::{Payment, Status};
use crate::engine::run::Run;

/// The line of a payment.
pub(super) fn line(run: &Run, number: usize) -> Line {
    let Some(of) = run.payments.payments.get(number) else {
        return Line::new(LineKind::Payout, Class::NoMoney);
    };
    let verdict = &of.verdict;
    let class = match verdict.status {
        Status::Open => Class::Open,
        Status::Paid => Class::Payout,
        Status::Split => Class::PayoutSplit,
        Status::Merged => Class::PayoutMerged,
        Status::Partly => Class::PayoutPartly,
        Status::Short => Class::PayoutShort,
        Status::Over => Class::PayoutOver,
        Status::Missing => Class::MissingInBank,
        Status::PaidTwice => Class::PaidTwice,
        Status::Returned => Class::Returned,
        Status::PaidAgain => Class::PaidAgain,
        Status::Carried => Class::Carried,
        Status::Currency => Class::CurrencyDiffers,
    };
    let mut line = Line::new(LineKind::Payout, class);
    let mut names: Vec<&str> = of.names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.push(of.currency.as_str());
    line.item = id::named('P', &names);
    line.currency = Some(of.currency);
    line.due = verdict.due;
    line.day = of.date;
    line.rule = of.rule.map(str::to_owned);
    line.payouts = of.names.clone();
    line.records = of.entries.iter().map(|entry| RecordId::Bank(entry.index)).collect();
    let bank: i128 = of
        .entries
        .iter()
        .filter_map(|entry| run.books.bank.get(entry.index as usize))
        .map(|bank| i128::from(bank.entry.amount))
        .sum();
    let expected = of.sums.due();
    line.amount = Some(if of.entries.is_empty() { expected } else { bank });
    line.amounts = vec![
        ("items", i128::from(of.sums.items)),
        ("gross", of.sums.gross),
        ("fees", of.sums.fees),
        ("held", of.sums.held + verdict.held),
        ("expected", expected),
        ("paid", verdict.paid),
        ("returned", verdict.returned),
        ("open", verdict.open),
        ("difference", verdict.difference),
    ];
    if class == Class::Open && !run.frame.has_bank {
        line.class = Class::NotCompared;
        line.holder = Class::NotCompared.holder();
    }
    if class == Class::Carried && expected == 0 {
        line.holder = Holder::Nobody;
    }
    notes(run, of, &mut line);
    line
}

fn notes(run: &Run, of: &Payment, line: &mut Line) {
    let verdict = &of.verdict;
    let difference = verdict.difference;
    if matches!(verdict.status, Status::Short | Status::Over) {
        if let Some(fee) = verdict.fee_in_text.filter(|fee| fee - of.sums.fees == difference) {
            line.also.push(Class::FeeDiffers);
            line.notes.push(Note::FeeInText(fee));
        }
        if of.sums.gross > 0 && difference * 10_000 % of.sums.gross == 0 {
            line.notes.push(Note::BasisPoints(difference * 10_000 / of.sums.gross));
            if !line.also.contains(&Class::FeeDiffers) && of.sums.items > 1 {
                line.also.push(Class::FeeDiffers);
            }
        }
    }
    if of.rule == Some("payout-carried") {
        line.notes.push(Note::Carries);
    }
    if verdict.rounding != 0 {
        line.rule = Some("payout-other-rounding".to_owned());
        line.notes.push(Note::Rounding(verdict.rounding));
    }
    let reasons = of
        .entries
        .iter()
        .filter(|entry| entry.is_return)
        .filter_map(|entry| run.books.bank.get(entry.index as usize)?.entry.return_reason.as_ref());
    line.notes.extend(reasons.map(|reason| Note::Reason(reason.to_string())));
    for index in &of.suggested {
        let item = id::records('X', &run.books, &[RecordId::Bank(*index)]);
        line.notes.push(Note::Suggested("amount-date".to_owned(), item));
    }
    missing_item(run, of, line);
}

/// A hint for a payout that is short by the net amount of exactly one of its items.
fn missing_item(run: &Run, of: &Payment, line: &mut Line) {
    if of.verdict.status != Status::Short || of.verdict.difference <= 0 {
        return;
    }
    let items = of.items(&run.books, &run.frame.rules);
    let mut found = items.filter(|item| item.parts.due() == of.verdict.difference);
    if let (Some(item), None) = (found.next(), found.next()) {
        line.notes.push(Note::MissingItem(item.rrn, of.verdict.difference));
    }
}
