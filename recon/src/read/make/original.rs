//! What a message says of the message that it is about.

use cardwire::Mti;
use jiff::Timestamp;

use super::super::column::Column;
use super::super::row::Row;
use super::Maker;
use super::switch::month_and_day;
use crate::record::{Original, Text};

impl Maker {
    /// The original: by columns of their own, by DE 90 (1987), DE 56 (1993, 2003) or DE 61 (UnionPay terminals).
    pub(super) fn original(&self, row: &Row, is_1987: bool, time: Option<Timestamp>) -> Option<Original> {
        let near = time.map(|time| self.calendar.local(time).date()).or(self.calendar.near.get());
        let columns = Original {
            mti: row.get(Column::OriginalMti).and_then(mti),
            stan: self.reference(row, Column::OriginalStan),
            time: Self::short(row, Column::OriginalTime, 14),
            date: row.get(Column::OriginalDate).and_then(|text| self.calendar.date(text, near).ok()),
            batch: self.reference(row, Column::OriginalBatch),
            rrn: self.reference(row, Column::OriginalRrn),
            acquirer: self.reference(row, Column::OriginalAcquirer),
        };
        let elements = || {
            let of_90 = row.get(Column::OriginalData).and_then(of_90);
            let of_56 = || row.get(Column::Original56).filter(|_| !is_1987).and_then(of_56);
            let of_61 = || {
                let (batch, stan, day) = row.get(Column::Reserved61).filter(|_| is_1987).and_then(of_61)?;
                let date = day.and_then(|day| month_and_day(day, near));
                Some(Original {
                    batch: Some(batch.into()),
                    stan: Some(stan.into()),
                    date,
                    ..Original::default()
                })
            };
            of_90.or_else(of_56).or_else(of_61)
        };
        Some(columns).filter(|columns| *columns != Original::default()).or_else(elements)
    }
}

/// DE 90: type 4, STAN 6, DE 7 10, acquirer 11, forwarder 11; what is not known is zeros.
fn of_90(text: &str) -> Option<Original> {
    let part = |from: usize, to: usize| Some(text.get(from..to)?.trim()).filter(|part| is_some(part));
    let original = Original {
        mti: part(0, 4).and_then(mti),
        stan: part(4, 10).map(Text::from),
        time: part(10, 20).map(Text::from),
        acquirer: part(20, 31).map(|digits| digits.trim_start_matches('0').into()),
        ..Original::default()
    };
    Some(original).filter(|original| *original != Original::default())
}

/// DE 56: type 4, STAN 6 and 12 digits of local time (1993), or STAN 12 and 14 digits (2003), then the acquirer.
fn of_56(text: &str) -> Option<Original> {
    let is_2003 = text.starts_with('2');
    let (stan, time) = if is_2003 { (4..16, 16..30) } else { (4..10, 10..22) };
    let acquirer = match text.get(time.end..) {
        // its length stands before it
        Some(rest) if !is_2003 => rest.get(2..),
        rest => rest,
    };
    let part = |text: Option<&str>| text.filter(|text| is_some(text)).map(Text::from);
    Some(Original {
        mti: Some(text.get(..4).and_then(mti)?),
        stan: part(text.get(stan)),
        time: part(text.get(time)),
        acquirer: acquirer
            .map(|digits| digits.trim_start_matches('0'))
            .filter(|id| !id.is_empty())
            .map(Text::from),
        ..Original::default()
    })
}

/// DE 61 of UnionPay terminals: batch 6, STAN 6, and the date MMDD for refunds and completions.
fn of_61(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let are_digits = text.bytes().all(|digit| digit.is_ascii_digit());
    let (batch, stan) = (text.get(..6)?, text.get(6..12)?);
    (are_digits && is_some(stan)).then_some((batch, stan, text.get(12..16).filter(|day| is_some(day))))
}

fn mti(text: &str) -> Option<Mti> {
    text.parse().ok().filter(|_| text != "0000")
}

/// Whether anything but zeros and blanks is there.
fn is_some(text: &str) -> bool {
    text.bytes().any(|octet| octet != b'0' && octet != b' ')
}
