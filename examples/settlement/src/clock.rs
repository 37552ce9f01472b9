//! Time as the messages need it: a local instant that can be written as MMDDhhmmss. Parties never
//! read a clock, they are told the time; only the runtime holds a [`Clock`].

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SECOND: u64 = 1_000_000;
const DAY: u64 = 86_400 * SECOND;

/// Local time, in microseconds since 1970-01-01 00:00 local.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Stamp(pub u64);

impl Stamp {
    /// The instant `duration` later.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
    }

    /// Midnight of this day, plus `seconds`.
    pub const fn on(date: Date, seconds: u64) -> Self {
        Self(date.0 * DAY + seconds * SECOND)
    }

    /// The calendar day.
    pub const fn date(self) -> Date {
        Date(self.0 / DAY)
    }

    /// DE7: `MMDDhhmmss`.
    pub fn transmission(self) -> String {
        format!("{}{}", self.date().mmdd(), self.hhmmss())
    }

    /// DE12: `hhmmss`.
    pub fn hhmmss(self) -> String {
        let second = self.0 % DAY / SECOND;
        format!("{:02}{:02}{:02}", second / 3_600, second / 60 % 60, second % 60)
    }
}

/// `14:02:01.120`
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0 % DAY / SECOND;
        let (hour, minute, milli) = (second / 3_600, second / 60 % 60, self.0 % SECOND / 1_000);
        let text = format!("{hour:02}:{minute:02}:{:02}.{milli:03}", second % 60);
        f.pad(&text)
    }
}

/// A calendar day, counted from 1970-01-01.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Date(pub u64);

impl Date {
    /// The day after.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Year, month, day in the Gregorian calendar (the era arithmetic counts years from March, so
    /// leap days come last).
    pub const fn civil(self) -> (u64, u64, u64) {
        let days = self.0 + 719_468;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month, day)
    }

    /// DE13 and DE15: `MMDD`.
    pub fn mmdd(self) -> String {
        let (_, month, day) = self.civil();
        format!("{month:02}{day:02}")
    }

    /// DE14: `YYMM`.
    pub fn yymm(self) -> String {
        let (year, month, _) = self.civil();
        format!("{:02}{month:02}", year % 100)
    }

    /// `YDDD`, the head of a retrieval reference number.
    pub fn yddd(self) -> String {
        let (year, _, _) = self.civil();
        let first = (self.0.saturating_sub(366)..=self.0).find(|day| Self(*day).civil().0 == year);
        format!("{}{:03}", year % 10, self.0 - first.unwrap_or(self.0) + 1)
    }

    /// The day a `MMDD` means, seen from `near`: 1987 dates carry no year, so the nearest one is meant.
    pub fn resolve(mmdd: &str, near: Self) -> Option<Self> {
        (0..=183)
            .flat_map(|distance| [near.0.saturating_add(distance), near.0.saturating_sub(distance)])
            .map(Self)
            .find(|day| day.mmdd() == mmdd)
    }

    /// A day of this century, as it is printed: `2026-11-24`.
    pub fn read(text: &str) -> Option<Self> {
        let (year, rest) = text.strip_prefix("20")?.split_once('-')?;
        let year = 2_000 + year.parse::<u64>().ok()?;
        // The middle of that year, so that the nearest day is one of it.
        let near = Self((year - 1_970) * 365 + (year - 1_969) / 4 + 182);
        Self::resolve(&rest.replace('-', ""), near).filter(|day| day.to_string() == text)
    }
}

/// `2026-11-23`
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Where the time comes from. Tests and a later simulation bring their own.
pub trait Clock: Send + Sync {
    /// The local time now.
    fn now(&self) -> Stamp;
}

/// The real clock, moved to local time by a fixed number of seconds east of UTC. No two readings
/// are equal, so that sorting by time keeps the order in which things happened. When the real clock is
/// set back it goes on at half its speed until that has caught up: whoever waits for a time still sees it come.
#[derive(Debug)]
pub struct SystemClock {
    east_seconds: i64,
    shown: Mutex<Shown>,
    /// By how many seconds it is wrong, as this file says.
    wrong: Option<PathBuf>,
}

/// What a clock showed last, and when that was by a clock that nobody sets.
#[derive(Copy, Clone, Debug)]
struct Shown {
    stamp: u64,
    at: Instant,
}

impl Shown {
    /// What is shown at a later moment, when the real clock says this.
    fn next(self, local: u64, at: Instant) -> Self {
        let elapsed = at.saturating_duration_since(self.at).as_micros();
        let half = u64::try_from(elapsed / 2).unwrap_or(u64::MAX).max(1);
        Self { stamp: local.max(self.stamp.saturating_add(half)), at }
    }
}

impl SystemClock {
    /// A clock that shows the time `east_seconds` east of UTC.
    pub fn new(east_seconds: i64) -> Self {
        let shown = Shown { stamp: 0, at: Instant::now() };
        Self { east_seconds, shown: Mutex::new(shown), wrong: None }
    }

    /// The same, and wrong by as many seconds as a file says at each reading: a clock that somebody steps, forward or
    /// back. Without the file, or with no number in it, it is right.
    #[must_use]
    pub fn wrong_by(self, file: Option<&Path>) -> Self {
        Self { wrong: file.map(Path::to_owned), ..self }
    }

    fn step(&self) -> i64 {
        let text = self.wrong.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        text.and_then(|text| text.trim().parse().ok()).unwrap_or_default()
    }

    /// The same, and later than `last`: a history that goes on never goes back in time.
    #[must_use]
    pub fn later_than(self, last: Stamp) -> Self {
        let mut shown = self.lock();
        shown.stamp = shown.stamp.max(last.0);
        drop(shown);
        self
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Stamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let utc = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        let offset = self.east_seconds.saturating_add(self.step());
        let local = utc.saturating_add_signed(offset.saturating_mul(1_000_000));
        let mut shown = self.lock();
        *shown = shown.next(local, Instant::now());
        Stamp(shown.stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates() {
        assert_eq!(Date(0).to_string(), "1970-01-01");
        assert_eq!(Date(19_782).to_string(), "2024-02-29");
        assert_eq!(Date(19_783).to_string(), "2024-03-01");
        assert_eq!(Date(20_780).to_string(), "2026-11-23");
        assert_eq!(Date(20_780).yddd(), "6327");
        assert_eq!(Stamp(20_780 * DAY + 3_661_007_000).to_string(), "01:01:01.007");
        assert_eq!(Stamp(20_780 * DAY + 3_661_007_000).transmission(), "1123010101");
    }

    #[test]
    fn a_clock_that_is_stepped_never_shows_the_same_or_an_earlier_time() {
        let file = std::env::temp_dir().join(format!("settlement-clock-{}", std::process::id()));
        let clock = SystemClock::new(0).wrong_by(Some(&file));
        let mut last = clock.now();
        for step in ["3600", "-7200", "none", "0", "-1"] {
            let before = last;
            std::fs::write(&file, step).unwrap();
            let now = clock.now();
            assert!(now > last, "{step}");
            if step == "3600" {
                let forward = Stamp(before.0 + 3_600 * SECOND);
                assert!(now >= forward && now < forward.after(Duration::from_secs(600)), "{now}");
            }
            last = now;
        }
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn a_clock_that_was_set_back_goes_on_at_half_speed_until_it_is_right() {
        let begun = Instant::now();
        let mut shown = Shown { stamp: 10 * SECOND, at: begun };
        for (real, after, expected) in [(2, 4, 12), (6, 8, 14), (10, 12, 16), (14, 16, 18), (30, 20, 30)] {
            shown = shown.next(real * SECOND, begun + Duration::from_secs(after));
            assert_eq!(shown.stamp, expected * SECOND, "{after} s later");
        }
        let again = shown.next(0, begun);
        assert!(again.stamp > shown.stamp, "not even then twice the same");
    }

    #[test]
    fn a_date_without_year_is_the_nearest_one() {
        let new_year = Date(20_819);
        assert_eq!(new_year.to_string(), "2027-01-01");
        assert_eq!(Date::resolve("1231", new_year), Some(Date(20_818)));
        assert_eq!(Date::resolve("0101", Date(20_818)), Some(new_year));
        assert_eq!(Date::resolve("1399", new_year), None);
    }
}
