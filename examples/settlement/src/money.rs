//! Money is a count of minor units. There is no other arithmetic on it than the one below, and none
//! of it can wrap.

use std::fmt;

use serde::Deserialize;

/// An amount of money in minor units (fen) of the one currency of this demonstration, CNY (156); so it stands in files, too.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(transparent)]
pub struct Money(u64);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount given in minor units.
    pub const fn minor(units: u64) -> Self {
        Self(units)
    }

    /// The amount in minor units.
    pub const fn units(self) -> u64 {
        self.0
    }

    /// `self + other`. Saturates: a sum that large is caught by the books check, which compares
    /// sums of 128 bits.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self - other`, or `None` when there is not enough.
    pub const fn minus(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The share of `basis_points` (1/100 of a percent), rounded half up to the minor unit.
    pub const fn share(self, basis_points: u64) -> Self {
        Self(self.0.saturating_mul(basis_points).saturating_add(5_000) / 10_000)
    }
}

impl FromIterator<Money> for Money {
    fn from_iter<I: IntoIterator<Item = Money>>(amounts: I) -> Self {
        amounts.into_iter().fold(Self::ZERO, Self::plus)
    }
}

/// `1,999.00`
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", grouped(self.0 / 100), self.0 % 100))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A signed amount for reports: `-12.50`.
pub fn signed(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let size = u64::try_from(units.unsigned_abs()).unwrap_or(u64::MAX);
    format!("{sign}{}", Money(size))
}

fn grouped(number: u64) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{},{:03}", grouped(number / 1_000), number % 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_with_groups_and_two_decimals() {
        assert_eq!(Money::minor(7).to_string(), "0.07");
        assert_eq!(Money::minor(199_900).to_string(), "1,999.00");
        assert_eq!(Money::minor(1_234_567_089).to_string(), "12,345,670.89");
        assert_eq!(signed(-1_250), "-12.50");
    }

    #[test]
    fn fee_is_rounded_half_up_per_item() {
        assert_eq!(Money::minor(50_000).share(60), Money::minor(300));
        assert_eq!(Money::minor(12_850).share(60), Money::minor(77), "77.1 rounds down");
        assert_eq!(Money::minor(12_917).share(60), Money::minor(78), "77.502 rounds up");
        assert_eq!(Money::minor(0).share(60), Money::ZERO);
    }
}
