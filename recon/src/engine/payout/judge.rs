//! What became of a payout.

use jiff::civil::Date;

use super::{Payment, Payments, Setting};
use crate::engine::books::Books;

/// The state of a payout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    /// Not due yet, or nothing to compare with.
    #[default]
    Open,
    Paid,
    /// Paid in several entries.
    Split,
    /// Paid together with others.
    Merged,
    /// A part is there, the rest is not due.
    Partly,
    Short,
    Over,
    Missing,
    PaidTwice,
    Returned,
    /// Returned, and paid again.
    PaidAgain,
    /// Nothing is paid because there is nothing, or less, to pay.
    Carried,
    /// The entry is in another currency.
    Currency,
}

/// What became of a payout, with the sums of identity 3 in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) paid: i128,
    pub(crate) returned: i128,
    pub(crate) open: i128,
    pub(crate) held: i128,
    pub(crate) difference: i128,
    /// What a rounding of the fee over the whole payout explains.
    pub(crate) rounding: i128,
    /// The day on which the last of the money came.
    pub(crate) funded: Option<Date>,
    pub(crate) due: Option<Date>,
    /// The fee that the bank's text names.
    pub(crate) fee_in_text: Option<i128>,
    /// Whether it counts in identity 3: it is due, or an entry is there.
    pub(crate) is_settled: bool,
}

/// Judges a payout as of the time of the run.
pub(super) fn judge(books: &Books, setting: &Setting<'_>, all: &Payments, payment: &Payment) -> Verdict {
    let due = payment.sums.due();
    let bank = |index: u32| books.bank.get(index as usize);
    let is_same = |index: u32| bank(index).is_some_and(|bank| bank.currency == payment.currency);
    let amounts: Vec<i128> = payment
        .entries
        .iter()
        .filter(|entry| is_same(entry.index))
        .map(|entry| all.amount(books, entry.index))
        .collect();
    let paid: i128 = amounts.iter().sum();
    let date = |index: u32| bank(index).and_then(|bank| bank.entry.booked.or(bank.entry.value_date));
    let first = payment.entries.iter().filter_map(|entry| date(entry.index)).min();
    let last = payment.entries.iter().filter_map(|entry| date(entry.index)).max();
    let calendar = &setting.rules.due.calendar;
    let rest_due = first.map(|day| calendar.after(day, setting.rules.due.split_working_days));
    let is_due = |day: Option<Date>| {
        day.is_some_and(|day| setting.as_of >= day.to_datetime(setting.rules.due.payout_time))
    };
    let mut verdict = Verdict { paid, due: payment.due, ..Verdict::default() };
    verdict.is_settled = !payment.entries.is_empty() || is_due(payment.due);
    verdict.returned = -payment
        .entries
        .iter()
        .filter(|entry| entry.is_return && is_same(entry.index))
        .map(|entry| all.amount(books, entry.index))
        .sum::<i128>();
    let missing = due - paid;
    verdict.status = if payment.entries.is_empty() {
        match (due, setting.has_bank && is_due(payment.due)) {
            (..=0, true) => Status::Carried,
            (_, true) => Status::Missing,
            (_, false) => Status::Open,
        }
    } else if amounts.len() < payment.entries.len() {
        Status::Currency
    } else if verdict.returned != 0 {
        returned(payment, missing)
    } else if missing == 0 {
        whole(payment)
    } else if is_repeated(&amounts, due) {
        Status::PaidTwice
    } else if missing > 0 && payment.entries.iter().any(|entry| entry.is_part) && !is_due(rest_due) {
        verdict.due = rest_due;
        Status::Partly
    } else {
        verdict.rounding = rounding(books, setting, payment, missing);
        match (verdict.rounding, missing > 0) {
            (0, true) => Status::Short,
            (0, false) => Status::Over,
            _ => whole(payment),
        }
    };
    settle(&mut verdict, missing);
    let is_funded = matches!(
        verdict.status,
        Status::Open
            | Status::Missing
            | Status::Returned
            | Status::Carried
            | Status::Currency
            | Status::Partly
    );
    verdict.funded = last.filter(|_| !is_funded);
    let texts =
        payment.entries.iter().filter_map(|entry| bank(entry.index)).map(|bank| bank.entry.text.as_str());
    verdict.fee_in_text = texts.filter_map(|text| fee_in(text, payment)).next();
    verdict
}

/// Where the money that is not paid goes.
fn settle(verdict: &mut Verdict, missing: i128) {
    match verdict.status {
        Status::Open | Status::Partly => verdict.open = missing,
        Status::Returned | Status::Carried => verdict.held = missing,
        _ => verdict.difference = missing - verdict.rounding,
    }
}

fn whole(payment: &Payment) -> Status {
    match (payment.names.len(), payment.entries.len()) {
        (2.., _) => Status::Merged,
        (_, 2..) => Status::Split,
        _ => Status::Paid,
    }
}

/// A payment after a return is one that pays again; before it, it was paid twice.
fn returned(payment: &Payment, missing: i128) -> Status {
    let back = payment.entries.iter().position(|entry| entry.is_return).unwrap_or(0);
    let before = payment.entries.iter().take(back).filter(|entry| !entry.is_return).count();
    let is_split = payment.entries.iter().any(|entry| entry.is_part);
    match missing {
        0 if before > 1 && !is_split => Status::PaidTwice,
        0 => Status::PaidAgain,
        _ => Status::Returned,
    }
}

fn is_repeated(amounts: &[i128], due: i128) -> bool {
    amounts.len() > 1 && due != 0 && amounts.iter().all(|amount| *amount == due)
}

/// What is missing if, and only if, it is the difference between fees rounded item by item and the fee of the sum, at
/// the one rate in basis points that explains every item.
fn rounding(books: &Books, setting: &Setting<'_>, payment: &Payment, missing: i128) -> i128 {
    let items: Vec<(i128, i128)> = payment
        .items(books, setting.rules)
        .map(|item| item.parts)
        .filter(|parts| parts.gross > 0)
        .map(|parts| (parts.gross, parts.fees))
        .collect();
    let limit = i128::try_from(items.len()).unwrap_or(0);
    let Some((gross, fee)) = items.iter().copied().max() else { return 0 };
    if missing.abs() * 2 > limit || fee <= 0 {
        return 0;
    }
    let half_up = |gross: i128, rate: i128| (gross * rate + 5000) / 10_000;
    let around = fee * 10_000 / gross;
    let reach = 5000 / gross + 2;
    let explains = |rate: &i128| *rate > 0 && items.iter().all(|(gross, fee)| half_up(*gross, *rate) == *fee);
    let rates: Vec<i128> = (around - reach..=around + reach).filter(explains).collect();
    // small items leave a choice of rates; contracts prefer round ones
    let rate = [10, 5, 1].iter().find_map(|step| {
        let mut round = rates.iter().filter(|rate| **rate % step == 0);
        round.next().filter(|_| round.next().is_none())
    });
    let Some(rate) = rate else { return 0 };
    let (gross, fees) = items.iter().fold((0, 0), |sum, item| (sum.0 + item.0, sum.1 + item.1));
    if half_up(gross, *rate) - fees == missing { missing } else { 0 }
}

/// The amount after the word for a fee, for instance `FEE 6.00`.
fn fee_in(text: &str, payment: &Payment) -> Option<i128> {
    let upper = text.to_uppercase();
    let (at, word) = ["FEE", "手续费"].iter().find_map(|word| Some((upper.find(word)?, word)))?;
    let rest = upper.get(at + word.len()..)?.trim_start_matches([' ', ':', '：', '=', 'S']);
    let end = rest.find(|found: char| !found.is_ascii_digit() && found != '.').unwrap_or(rest.len());
    let (whole, part) = rest.get(..end)?.trim_end_matches('.').split_once('.')?;
    let exponent = cardwire::codes::currency::by_alpha(payment.currency.as_str())
        .and_then(|found| found.exponent)
        .unwrap_or(2);
    (part.len() == usize::from(exponent)).then(|| format!("{whole}{part}").parse().ok()).flatten()
}
