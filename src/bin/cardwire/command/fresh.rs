//! Values that are new in each run: time, date, numbers.

use std::time::{SystemTime, UNIX_EPOCH};

use cardwire::{Spec, de};
use serde_json::Value;

use super::encode::build;
use crate::json::Record;
use crate::keys::{self, Keys, Turn};

/// The elements that "auto" gives a fresh value.
pub(super) const AUTO: [u8; 5] = [7, 11, 12, 13, 37];

/// The word that a fresh value is put in the place of.
const WORD: &str = "auto";

/// Where the numbers stand.
pub(super) struct Fresh {
    stan: u32,
}

/// A moment in UTC, as digits.
struct Now {
    year: u64,
    month: u64,
    day: u64,
    /// Of the year, from 1.
    day_of_year: u64,
    /// Of the day.
    second: u64,
}

impl Fresh {
    /// Numbers from `first` on; by the clock, so that no run gives those of the one before.
    pub(super) fn new(first: Option<u32>) -> Self {
        let by_clock = u32::try_from(seconds() % 999_999).unwrap_or(0) + 1;
        Self { stan: first.unwrap_or(by_clock) }
    }

    /// The message of an object with fresh values, signed where there are keys.
    pub(super) fn message(
        &mut self,
        object: &Value,
        (spec, keys): (&Spec<'_>, Option<&Keys>),
    ) -> Result<Vec<u8>, String> {
        let object = self.fill(object, spec);
        let record = Record::parse(object.to_string().as_bytes())?;
        let wire = build(spec, &record).map_err(|trouble| trouble.text())?;
        keys::sign(Turn::Own, keys, spec, wire)
    }

    /// The object with fresh values; all of a request are of one moment and one number.
    fn fill(&mut self, object: &Value, spec: &Spec<'_>) -> Value {
        let mut object = object.clone();
        let Some(fields) = object.get_mut("fields").and_then(Value::as_object_mut) else { return object };
        let now = Now::of(seconds());
        for number in AUTO {
            if let Some(value) = fields.get_mut(&number.to_string()).filter(|value| **value == WORD) {
                let max = spec.element(number).map_or(0, |element| element.max());
                *value = now.value(number, max, self.stan).into();
            }
        }
        self.stan = self.stan % 999_999 + 1;
        object
    }
}

impl Now {
    fn of(seconds: u64) -> Self {
        let (mut day, second) = (seconds / 86_400, seconds % 86_400);
        let mut year = 1970;
        let len = |year: u64| if is_leap(year) { 366 } else { 365 };
        while day >= len(year) {
            day -= len(year);
            year += 1;
        }
        let day_of_year = day + 1;
        let february = if is_leap(year) { 29 } else { 28 };
        let mut month = 1;
        for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if day < days {
                break;
            }
            day -= days;
            month += 1;
        }
        Self { year, month, day: day + 1, day_of_year, second }
    }

    /// The value of an element of that length: each edition has its own form of date and time.
    fn value(&self, number: u8, max: usize, stan: u32) -> String {
        let Self { year, month, day, day_of_year, second } = self;
        let time = format!("{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60);
        match (number, max) {
            (de::STAN, 12) => format!("{stan:012}"),
            (de::STAN, _) => format!("{stan:06}"),
            (7, 14) | (12, 14) => format!("{year:04}{month:02}{day:02}{time}"),
            (7, _) => format!("{month:02}{day:02}{time}"),
            (12, 12) => format!("{:02}{month:02}{day:02}{time}", year % 100),
            (12, _) => time,
            (13, 8) => format!("{year:04}{month:02}{day:02}"),
            (13, 6) => format!("{:02}{month:02}{day:02}", year % 100),
            (13, _) => format!("{month:02}{day:02}"),
            // the last digit of the year, the day of the year, the hour, the number
            _ => format!("{}{day_of_year:03}{:02}{stan:06}", year % 10, second / 3600),
        }
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::Now;

    #[test]
    fn moments_as_elements_of_each_edition() {
        // 29 February 2024, 23:59:58, the 60th day
        let now = Now::of(1_709_251_198);
        let values = [(7, 10), (7, 14), (11, 6), (12, 6), (12, 12), (13, 4), (13, 8), (37, 12)];
        let values = values.map(|(number, max)| now.value(number, max, 42));
        assert_eq!(
            values,
            [
                "0229235958",
                "20240229235958",
                "000042",
                "235958",
                "240229235958",
                "0229",
                "20240229",
                "406023000042"
            ]
        );
        assert_eq!(Now::of(1_704_067_199).value(7, 10, 1), "1231235959");
        assert_eq!(Now::of(1_704_067_200).value(37, 12, 1), "400100000001");
    }

    /// Each length that an element has in some edition, and others as the shortest.
    #[test]
    fn each_element_has_its_lengths() {
        // 3 July 2031, 04:05:06, the 184th day
        let now = Now::of(1_940_817_906);
        for (number, max, wanted) in [
            (11, 12, "000000000042"),
            (11, 6, "000042"),
            (12, 14, "20310703040506"),
            (12, 12, "310703040506"),
            (12, 6, "040506"),
            (13, 8, "20310703"),
            (13, 6, "310703"),
            (13, 4, "0703"),
            (7, 14, "20310703040506"),
            (7, 10, "0703040506"),
            (37, 12, "118404000042"),
        ] {
            assert_eq!(now.value(number, max, 42), wanted, "{number} {max}");
        }
    }

    /// The Gregorian calendar: each day of four centuries, counted on from the first.
    #[test]
    fn days_follow_each_other() {
        let (mut year, mut month, mut day, mut of_year) = (1970_u64, 1_u64, 1_u64, 1_u64);
        for count in 0..146_097_u64 {
            let now = Now::of(count * 86_400 + count % 86_400);
            let found = (now.year, now.month, now.day, now.day_of_year, now.second);
            assert_eq!(found, (year, month, day, of_year, count % 86_400));
            let is_leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
            let last = match month {
                4 | 6 | 9 | 11 => 30,
                2 if is_leap => 29,
                2 => 28,
                _ => 31,
            };
            (month, day) = if day == last { (month + 1, 1) } else { (month, day + 1) };
            of_year += 1;
            if month > 12 {
                (year, month, of_year) = (year + 1, 1, 1);
            }
        }
    }

    /// Numbers go on from the last one, are of six digits, and stand in each element that asks for them.
    #[test]
    fn numbers_go_round() {
        use super::Fresh;
        use cardwire::spec::ISO87_ASCII;
        let mut fresh = Fresh::new(Some(999_998));
        let object =
            serde_json::json!({ "mti": "0800", "fields": { "11": "auto", "41": "auto", "37": "x" } });
        for wanted in ["999998", "999999", "000001", "000002"] {
            let filled = fresh.fill(&object, &ISO87_ASCII);
            let fields = serde_json::json!({ "11": wanted, "41": "auto", "37": "x" });
            assert_eq!(filled, serde_json::json!({ "mti": "0800", "fields": fields }));
        }
        let bare = serde_json::json!({ "mti": "0800" });
        assert_eq!(fresh.fill(&bare, &ISO87_ASCII), bare);
        assert!((1..=999_999).contains(&Fresh::new(None).stan));
    }
}
