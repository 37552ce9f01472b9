//! When a packet was captured.

use std::fmt;
use std::time::Duration;

/// A moment, in UTC, to the nanosecond at most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment {
    /// Since the beginning of 1970.
    seconds: u64,
    nanos: u32,
    /// Digits of a second that the capture has.
    digits: u8,
}

const NANOS: u64 = 1_000_000_000;

const DAY: u64 = 86_400;

/// The end of the year 9999: what lies beyond has no date in four digits.
const MOST_SECONDS: u64 = 253_402_300_799;

impl Moment {
    /// So many seconds and nanoseconds after the beginning of 1970, of which so many digits are shown; `None` for a
    /// fraction that is more than a second, and beyond the year 9999.
    #[must_use]
    pub fn new(seconds: u64, nanos: u64, digits: u8) -> Option<Self> {
        let nanos = u32::try_from(nanos).ok().filter(|nanos| u64::from(*nanos) < NANOS)?;
        (seconds <= MOST_SECONDS).then_some(Self { seconds, nanos, digits })
    }

    /// Of so many units since 1970, as pcapng counts them: `resolution` is its option
    /// `if_tsresol`, a power of ten or, with the highest bit, of two.
    pub(super) fn of_units(units: u64, resolution: u8, offset_seconds: i64) -> Option<Self> {
        let power = u32::from(resolution & 0x7F);
        let (per_second, digits) = match resolution & 0x80 {
            0 => (10_u64.checked_pow(power)?, power.min(9)),
            _ => (1_u64.checked_shl(power)?, 9),
        };
        let nanos = u128::from(units % per_second) * u128::from(NANOS) / u128::from(per_second);
        let seconds = (units / per_second).checked_add_signed(offset_seconds)?;
        Self::new(seconds, u64::try_from(nanos).ok()?, u8::try_from(digits).ok()?)
    }

    /// Seconds since the beginning of 1970.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.seconds
    }

    /// Nanoseconds of the second.
    #[must_use]
    pub const fn nanos(self) -> u32 {
        self.nanos
    }

    /// How long after another; `None` when it was before.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Duration> {
        let of = |moment: Self| Duration::new(moment.seconds, moment.nanos);
        of(self).checked_sub(of(earlier))
    }
}

/// `2026-11-23T18:56:01.123456Z`
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.seconds / DAY);
        let second = self.seconds % DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let digits = usize::from(self.digits);
        if digits > 0 {
            let nanos = format!("{:09}", self.nanos);
            write!(f, ".{}", nanos.get(..digits).unwrap_or(&nanos))?;
        }
        f.write_str("Z")
    }
}

/// Year, month and day of the Gregorian calendar, so many days after the first of 1970.
fn date(days: u64) -> (u64, u64, u64) {
    // years that begin in March have the odd day at their end, and 400 of them are a whole cycle
    let days = days + 719_468;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * cycle + year + later, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_dates() {
        for (seconds, nanos, digits, written) in [
            (0, 0, 0, "1970-01-01T00:00:00Z"),
            (951_782_399, 999_999_999, 9, "2000-02-28T23:59:59.999999999Z"),
            (951_782_400, 0, 6, "2000-02-29T00:00:00.000000Z"),
            (1_709_251_199, 500_000_000, 3, "2024-02-29T23:59:59.500Z"),
            (4_107_542_400, 0, 0, "2100-03-01T00:00:00Z"),
            (MOST_SECONDS, 0, 0, "9999-12-31T23:59:59Z"),
        ] {
            let moment = Moment::new(seconds, nanos, digits).map(|moment| moment.to_string());
            assert_eq!(moment.as_deref(), Some(written));
        }
        assert_eq!(Moment::new(MOST_SECONDS + 1, 0, 0), None);
        assert_eq!(Moment::new(0, NANOS, 0), None);
    }

    #[test]
    fn units_are_powers_of_ten_and_of_two() {
        for (units, resolution, offset, written) in [
            (1_500_000, 6, 0, Some("1970-01-01T00:00:01.500000Z")),
            (3, 0x81, 10, Some("1970-01-01T00:00:11.500000000Z")),
            (7, 0, 0, Some("1970-01-01T00:00:07Z")),
            (1, 19, 0, Some("1970-01-01T00:00:00.000000000Z")),
            (1, 20, 0, None),
            (1, 0xC0, 0, None),
            (u64::MAX, 0, 0, None),
            (1, 6, -1, None),
        ] {
            let moment = Moment::of_units(units, resolution, offset).map(|moment| moment.to_string());
            assert_eq!(moment.as_deref(), written, "{units} {resolution}");
        }
    }
}
