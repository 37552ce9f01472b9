//! Working days.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use serde::Deserialize;

/// Which days are working days: a calendar that comes with the crate, and what the rules add to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Said")]
pub(crate) struct Calendar {
    base: Base,
    /// Years of which `off` and `worked` tell all.
    years: Vec<i16>,
    /// Days off, first and last.
    off: Vec<(Date, Date)>,
    /// Weekends that are worked.
    worked: Vec<Date>,
}

/// A calendar as rules write it: a name, or a name with more days.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Name(Base),
    More(More),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    base: Base,
    #[serde(default)]
    years: Vec<i16>,
    #[serde(default)]
    off: Vec<(Date, Date)>,
    #[serde(default)]
    worked: Vec<Date>,
}

impl From<Said> for Calendar {
    fn from(said: Said) -> Self {
        match said {
            Said::Name(base) => base.into(),
            Said::More(More { base, years, off, worked }) => Self { base, years, off, worked },
        }
    }
}

impl From<Base> for Calendar {
    fn from(base: Base) -> Self {
        Self { base, years: Vec::new(), off: Vec::new(), worked: Vec::new() }
    }
}

/// A calendar that comes with the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Base {
    /// Mainland China: public holidays, and the weekends that are worked for them.
    Cn,
    /// TARGET, the calendar of the euro.
    Target,
    /// Monday to Friday.
    Weekdays,
}

/// Days off in mainland China, first and last; from holiday-cn, which copies the State Council's notices.
const CN_OFF: [(Date, Date); 15] = [
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 5)),
    (date(2025, 5, 31), date(2025, 6, 2)),
    (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
    // New Year's Day is off in every year; the rest of 2027 is not published yet
    (date(2024, 1, 1), date(2024, 1, 1)),
    (date(2027, 1, 1), date(2027, 1, 1)),
];

/// Weekends that are worked in mainland China.
const CN_WORKED: [Date; 11] = [
    date(2025, 1, 26),
    date(2025, 2, 8),
    date(2025, 4, 27),
    date(2025, 9, 28),
    date(2025, 10, 11),
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
];

impl Calendar {
    /// Whether the calendar knows the year: days off and make-up workdays are published year by year, so that a date
    /// of any other would be a guess.
    pub(crate) fn knows(&self, day: Date) -> bool {
        self.base != Base::Cn || matches!(day.year(), 2025 | 2026) || self.years.contains(&day.year())
    }

    /// Whether a day is worked.
    pub(crate) fn is_working(&self, day: Date) -> bool {
        let is_in =
            |spans: &[(Date, Date)]| spans.iter().any(|(first, last)| (*first..=*last).contains(&day));
        if self.worked.contains(&day) || is_in(&self.off) {
            return self.worked.contains(&day);
        }
        let is_weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self.base {
            Base::Cn if CN_WORKED.contains(&day) => true,
            Base::Cn => is_weekday && !is_in(&CN_OFF),
            Base::Target => is_weekday && !is_target_holiday(day),
            Base::Weekdays => is_weekday,
        }
    }

    /// The working day that comes `count` working days after a day.
    pub(crate) fn after(&self, day: Date, count: u32) -> Date {
        let mut left = count;
        let mut found = day;
        while left > 0 {
            let Ok(next) = found.tomorrow() else { return found };
            found = next;
            left -= u32::from(self.is_working(found));
        }
        found
    }

    /// How many working days lie after `from`, until and with `until`; zero if it is not later.
    pub(crate) fn between(&self, from: Date, until: Date) -> i64 {
        let mut count = 0;
        let mut day = from;
        while day < until {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            count += i64::from(self.is_working(day));
        }
        count
    }
}

fn is_target_holiday(day: Date) -> bool {
    let fixed = matches!((day.month(), day.day()), (1, 1) | (5, 1) | (12, 25 | 26));
    let easter = easter(day.year());
    let moving = [easter.checked_sub(2.days()), easter.checked_add(1.days())];
    fixed || moving.into_iter().flatten().any(|holiday| holiday == day)
}

/// Easter Sunday of the Gregorian calendar, by the rule of Meeus, Jones and Butcher.
fn easter(year: i16) -> Date {
    let year32 = i32::from(year);
    let (golden, century, rest) = (year32 % 19, year32 / 100, year32 % 100);
    let correction = (8 * century + 13) / 25;
    let moon = (19 * golden + century - century / 4 - correction + 15) % 30;
    let week = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (golden + 11 * moon + 22 * week) / 451;
    let sum = moon + week - 7 * late + 114;
    let month = i8::try_from(sum / 31).unwrap_or(4);
    let day = i8::try_from(sum % 31 + 1).unwrap_or(1);
    Date::new(year, month, day).unwrap_or(date(2000, 4, 23))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn payouts_of_2026_are_due_on_working_days_and_make_up_days() {
        let due = |month, day| Calendar::from(Base::Cn).after(date(2026, month, day), 1);
        for ((month, day), expected) in [
            ((3, 16), date(2026, 3, 17)),
            ((3, 20), date(2026, 3, 23)),
            ((1, 2), date(2026, 1, 4)),
            ((1, 3), date(2026, 1, 4)),
            ((1, 4), date(2026, 1, 5)),
            ((2, 13), date(2026, 2, 14)),
            ((2, 14), date(2026, 2, 24)),
            ((2, 27), date(2026, 2, 28)),
            ((2, 28), date(2026, 3, 2)),
            ((4, 3), date(2026, 4, 7)),
            ((4, 30), date(2026, 5, 6)),
            ((5, 8), date(2026, 5, 9)),
            ((5, 9), date(2026, 5, 11)),
            ((6, 18), date(2026, 6, 22)),
            ((9, 18), date(2026, 9, 20)),
            ((9, 19), date(2026, 9, 20)),
            ((9, 20), date(2026, 9, 21)),
            ((9, 24), date(2026, 9, 28)),
            ((9, 30), date(2026, 10, 8)),
            ((10, 9), date(2026, 10, 10)),
        ] {
            assert_eq!(due(month, day), expected, "{month}-{day}");
        }
    }

    #[test]
    fn target_is_closed_at_easter() {
        for (day, works) in [
            (date(2026, 4, 3), false),
            (date(2026, 4, 6), false),
            (date(2026, 4, 7), true),
            (date(2025, 4, 18), false),
            (date(2026, 5, 1), false),
            (date(2026, 12, 24), true),
        ] {
            assert_eq!(Calendar::from(Base::Target).is_working(day), works, "{day}");
        }
    }

    /// Weekdays less the six days that the euro system is closed: those of 2025 are all weekdays, and one of 2026 is
    /// a Saturday.
    #[test]
    fn target_works_so_many_days_of_a_year() {
        for (year, days) in [(2025, 255), (2026, 256)] {
            let (first, last) = (date(year - 1, 12, 31), date(year, 12, 31));
            assert_eq!(Calendar::from(Base::Target).between(first, last), days, "{year}");
        }
    }

    #[test]
    fn a_year_is_known_or_said() {
        let known = Calendar::from(Base::Cn);
        assert!(known.knows(date(2026, 12, 31)) && !known.knows(date(2027, 1, 1)));
        let text = r#"
            base = "cn"
            years = [2030]
            off = [["2030-02-02", "2030-02-08"]]
            worked = ["2030-02-09"]
        "#;
        let said: Calendar = toml::from_str(text).unwrap();
        assert!(said.knows(date(2030, 1, 1)) && !said.knows(date(2029, 1, 1)));
        assert_eq!(said.after(date(2030, 2, 1), 1), date(2030, 2, 9), "a Saturday");
        assert_eq!(said.after(date(2026, 2, 13), 1), date(2026, 2, 14), "what the crate knows");
    }

    #[test]
    fn ages_count_working_days() {
        let between = |until| Calendar::from(Base::Cn).between(date(2026, 2, 13), until);
        assert_eq!(between(date(2026, 2, 13)), 0);
        assert_eq!(between(date(2026, 2, 14)), 1);
        assert_eq!(between(date(2026, 2, 24)), 2);
    }
}
