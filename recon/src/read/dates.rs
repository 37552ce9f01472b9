//! Dates and times as files write them.

use jiff::Timestamp;
use std::cell::Cell;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::record::Text;

/// What a file does not say about its dates and times.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    /// The zone of times without one.
    pub(super) zone: TimeZone,
    /// A day near to those of the file: dates without a year get the year that brings them nearest to it.
    pub(super) near: Cell<Option<Date>>,
    /// How dates are written, in the letters of `strftime`, where it is none of the usual ways.
    pub(super) pattern: Option<String>,
}

/// Why there is no date: what to do about it.
pub(super) const NO_YEAR: &str = "has no year, and nothing near it has one: say --as-of";

impl Calendar {
    /// A date: `2026-03-16`, `20260316`, `2026/3/16`, `16.03.2026`, or `0316` without a year.
    pub(super) fn date(&self, text: &str, near: Option<Date>) -> Result<Date, &'static str> {
        const WRONG: &str = "is not a date (2026-03-16, 20260316, 16.03.2026, or 0316 without a year)";
        if let Some(pattern) = &self.pattern {
            return Date::strptime(pattern, text)
                .map_err(|_| "is not a date as the column map says it is written");
        }
        // a time behind the date is not looked at
        let text = text.split(['T', ' ']).next().unwrap_or_default();
        let numbers: Option<Vec<u32>> = text
            .split(['-', '/', '.', '年', '月', '日'])
            .filter(|part| !part.is_empty())
            .map(number)
            .collect();
        match (numbers.as_deref(), text.len()) {
            (Some(&[year @ 1000..=9999, month, day]), _) => civil(year, month, day).ok_or(WRONG),
            (Some(&[day, month, year @ 1000..=9999]), _) if text.contains('.') => {
                civil(year, month, day).ok_or(WRONG)
            }
            (Some(&[_, _, 1000..=9999]), _) => Err(
                "may have the day or the month first: say `date = \"%d/%m/%Y\"` or `\"%m/%d/%Y\"` in the column map",
            ),
            (Some(&[month, day]), _) => self.nearest(month, day, near),
            (Some(&[whole]), 8) => civil(whole / 10_000, whole / 100 % 100, whole % 100).ok_or(WRONG),
            // spreadsheets take the zero away
            (Some(&[short]), 3 | 4) => self.nearest(short / 100, short % 100, near),
            _ => Err(WRONG),
        }
    }

    /// The date of a month and a day that is nearest to another date.
    fn nearest(&self, month: u32, day: u32, near: Option<Date>) -> Result<Date, &'static str> {
        nearest(month, day, near.or(self.near.get()).ok_or(NO_YEAR)?)
    }

    /// Notes a date of the file, to which those without a year are near.
    pub(super) fn note(&self, date: Date) {
        if self.near.get().is_none() {
            self.near.set(Some(date));
        }
    }

    /// An instant: date and time with an offset, or in the zone of the file.
    pub(super) fn instant(&self, text: &str) -> Result<Timestamp, &'static str> {
        const WRONG: &str = "is not a time (2026-03-16T10:02:11+08:00, 2026-03-16 10:02:11, 20260316100211)";
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(instant);
        }
        let moment = match text.split_once(['T', ' ']) {
            Some((date, time)) => {
                let (time, offset) = match time.rfind(['+', '-', 'Z']) {
                    Some(at) => time.split_at(at),
                    None => (time, ""),
                };
                let moment = self.date(date, None)?.to_datetime(time_of_day(time).ok_or(WRONG)?);
                if !offset.is_empty() {
                    let zone = zone(offset).ok_or(WRONG)?;
                    return zone.to_timestamp(moment).map_err(|_| WRONG);
                }
                moment
            }
            None => {
                let split = text.len().checked_sub(6).ok_or(WRONG)?;
                let (date, time) = text.split_at_checked(split).ok_or(WRONG)?;
                self.date(date, None)?.to_datetime(time_of_day(time).ok_or(WRONG)?)
            }
        };
        self.zone.to_timestamp(moment).map_err(|_| WRONG)
    }

    /// The local date of an instant.
    pub(super) fn local(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }
}

/// The date of a month and a day that is nearest to another date.
pub(super) fn nearest(month: u32, day: u32, near: Date) -> Result<Date, &'static str> {
    let year = u32::from(near.year().unsigned_abs());
    let days = [year.saturating_sub(1), year, year + 1].map(|year| civil(year, month, day));
    let distance = |date: &Date| date.duration_since(near).abs();
    days.into_iter().flatten().min_by_key(distance).ok_or("is not a month and a day")
}

/// The date of these numbers.
pub(super) fn civil(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Six digits YYMMDD, of this century.
pub(super) fn yymmdd(digits: &str) -> Option<Date> {
    let whole = number(digits).filter(|_| digits.len() == 6)?;
    civil(2000 + whole / 10_000, whole / 100 % 100, whole % 100)
}

/// `10:02:11`, `10:02`, `100211`, `1002`; fractions of a second are left out.
pub(super) fn time_of_day(text: &str) -> Option<Time> {
    let text = text.trim().split(['.', ',']).next().unwrap_or_default();
    let digits: String = text.chars().filter(|found| *found != ':').collect();
    let whole = number(&digits)?;
    let whole = match digits.len() {
        6 | 5 => whole,
        3 | 4 => whole * 100,
        _ => return None,
    };
    let part = |value: u32| i8::try_from(value).ok();
    Time::new(part(whole / 10_000)?, part(whole / 100 % 100)?, part(whole % 100)?, 0).ok()
}

/// A time as the six digits of DE 12.
pub(super) fn hhmmss(time: Time) -> Text {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    compact_str::format_compact!("{hour:02}{minute:02}{second:02}")
}

/// A time zone: `Z`, `UTC`, `+08:00`, `+0800`, or the name of a region such as `Asia/Shanghai`.
pub fn zone(text: &str) -> Option<TimeZone> {
    if matches!(text, "Z" | "z" | "UTC") {
        return Some(TimeZone::UTC);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return TimeZone::get(text).ok(),
    };
    let digits: String = digits.chars().filter(|found| *found != ':').collect();
    let whole = i32::try_from(number(&digits)?).ok()?;
    let seconds = match digits.len() {
        1 | 2 => whole * 3600,
        4 => whole / 100 * 3600 + whole % 100 * 60,
        _ => return None,
    };
    Some(jiff::tz::Offset::from_seconds(sign * seconds).ok()?.to_time_zone())
}

fn number(digits: &str) -> Option<u32> {
    let are_digits =
        !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|_| are_digits)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn calendar(zone_name: &str, near: Option<&str>) -> Calendar {
        let near = Cell::new(near.map(|near| near.parse().unwrap()));
        Calendar { zone: zone(zone_name).unwrap(), near, pattern: None }
    }

    #[test]
    fn dates_in_the_usual_ways() {
        let calendar = calendar("+08:00", Some("2026-01-02"));
        for (text, date) in [
            ("2026-03-16", Some("2026-03-16")),
            ("2026-03-16T02:15:00+01:00", Some("2026-03-16")),
            ("20260316", Some("2026-03-16")),
            ("2026/3/16", Some("2026-03-16")),
            ("2026年3月16日", Some("2026-03-16")),
            ("16.03.2026", Some("2026-03-16")),
            ("03/16/2026", None),
            ("1231", Some("2025-12-31")),
            ("0102", Some("2026-01-02")),
            ("102", Some("2026-01-02")),
            ("03-16", Some("2026-03-16")),
            ("20261316", None),
            ("", None),
            ("today", None),
        ] {
            let read = calendar.date(text, None).ok().map(|date| date.to_string());
            assert_eq!(read.as_deref(), date, "{text}");
        }
        assert_eq!(Calendar { near: Cell::new(None), ..calendar }.date("0316", None), Err(NO_YEAR));
    }

    #[test]
    fn times_have_a_zone() {
        let calendar = calendar("+08:00", Some("2026-01-02"));
        for (text, instant) in [
            ("2026-03-16T10:02:11Z", Some("2026-03-16T10:02:11Z")),
            ("2026-03-16T10:02:11+08:00", Some("2026-03-16T02:02:11Z")),
            ("2026-03-16 10:02:11", Some("2026-03-16T02:02:11Z")),
            ("2026-03-16 10:02:11.123456", Some("2026-03-16T02:02:11Z")),
            ("2026-03-16 10:02:11 +0100", Some("2026-03-16T09:02:11Z")),
            ("20260316100211", Some("2026-03-16T02:02:11Z")),
            ("0316 10:02:11", Some("2026-03-16T02:02:11Z")),
            ("0316100211", Some("2026-03-16T02:02:11Z")),
            ("10:02:11", None),
            ("2026-03-16 25:02:11", None),
        ] {
            let read = calendar.instant(text).ok().map(|instant| instant.to_string());
            assert_eq!(read.as_deref(), instant, "{text}");
        }
    }
}
