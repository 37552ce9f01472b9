//! The rules of a run: what belongs together, when it is due, which differences are allowed.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde::Deserialize;

use super::calendar::Calendar;

/// The rules that ship with the crate.
pub const DEFAULT: &str = include_str!("../../rules/default.toml");

/// Rules as they stand in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    #[serde(default)]
    pub(crate) network: Network,
    #[serde(default)]
    parties: BTreeMap<String, Party>,
    pub(crate) due: Due,
    #[serde(rename = "match")]
    pub(crate) matches: Vec<Match>,
    #[serde(default)]
    pub(crate) tolerance: Vec<Tolerance>,
    pub(crate) payout: PayoutForm,
    #[serde(default)]
    pub(crate) fee: Vec<Fee>,
}

/// Whose reading of result codes holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Network {
    #[default]
    UnionPay,
    Iso,
}

/// A party of the switch, in the order of the way to the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(crate) enum Party {
    #[serde(rename = "T")]
    Terminal,
    #[serde(rename = "A")]
    Acquirer,
    #[serde(rename = "N")]
    Network,
    #[serde(rename = "I")]
    Issuer,
}

/// When things are due.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Due {
    pub(crate) clearing_days: i64,
    #[serde(deserialize_with = "time")]
    pub(crate) clearing_time: Time,
    pub(crate) payout_working_days: u32,
    #[serde(deserialize_with = "time")]
    pub(crate) payout_time: Time,
    pub(crate) split_working_days: u32,
    pub(crate) preauth_days: i64,
    pub(crate) partial_days: i64,
    pub(crate) calendar: Calendar,
}

/// One rule of matching.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Match {
    pub(crate) name: String,
    pub(crate) keys: Vec<Key>,
    pub(crate) days: i64,
    #[serde(default)]
    pub(crate) suggest: bool,
}

/// What a rule of matching compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Key {
    LifeId,
    Rrn,
    OriginalRrn,
    Stan,
    Terminal,
    Merchant,
    Acquirer,
    Batch,
    Approval,
    Card,
    CardEnds,
    Amount,
    Currency,
    LocalDate,
}

/// A difference of amounts that is allowed, in basis points of the approved amount.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tolerance {
    pub(crate) name: String,
    pub(crate) mcc: Vec<String>,
    #[serde(default)]
    above: i128,
    #[serde(default)]
    below: i128,
}

impl Tolerance {
    /// The limit of a difference, in minor units.
    pub(crate) fn limit(&self, approved: i64, cleared: i64) -> i128 {
        let (approved, cleared) = (i128::from(approved).abs(), i128::from(cleared).abs());
        approved * if cleared > approved { self.above } else { self.below } / 10_000
    }

    /// Whether the limits allow `cleared` where `approved` was said.
    pub(crate) fn allows(&self, approved: i64, cleared: i64) -> bool {
        let (approved, cleared) = (i128::from(approved).abs(), i128::from(cleared).abs());
        let limit = if cleared > approved { self.above } else { self.below };
        (cleared - approved).abs() * 10_000 <= approved * limit
    }
}

/// How numbers of payouts go on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayoutForm {
    pub(crate) part: String,
    pub(crate) again: String,
}

/// The fee of a contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fee {
    /// Whom it is for; everybody when neither merchant nor category is said.
    merchant: Option<String>,
    mcc: Option<String>,
    /// The settlement date from which on it holds; from the beginning when it is not said.
    from: Option<Date>,
    rate: i128,
    #[serde(default)]
    fixed: i128,
    max: Option<i128>,
    #[serde(default)]
    refund: bool,
}

impl Fee {
    /// The fee of one item, rounded half up.
    pub(crate) fn of(&self, gross: i64) -> i64 {
        if gross < 0 && !self.refund {
            return 0;
        }
        let part = (i128::from(gross).abs() * self.rate + 500_000) / 1_000_000 + self.fixed;
        let fee = i64::try_from(self.max.map_or(part, |max| part.min(max))).unwrap_or(i64::MAX);
        if gross < 0 { -fee } else { fee }
    }
}

fn time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    let parts =
        text.split_once(':').and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
    let time = parts.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    time.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no time such as 06:00")))
}

impl Rules {
    /// Rules of a TOML file.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rules: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let empty = rules.matches.iter().find(|rule| rule.keys.is_empty());
        match empty {
            Some(rule) => Err(format!("rule `{}` has no keys", rule.name)),
            None => Ok(rules),
        }
    }

    /// What a party of that name is.
    pub(crate) fn party(&self, name: &str) -> Option<Party> {
        self.parties.get(name).or_else(|| self.parties.get(&name.to_ascii_lowercase())).copied()
    }

    /// What the contract says of an item: the row of its merchant before that of its category, and before that of
    /// everybody; of several the one that begins last by its settlement date.
    pub(crate) fn fee(&self, merchant: &str, mcc: &str, date: Option<Date>) -> Option<&Fee> {
        let is = |of: &Option<String>, whose: &str| of.as_ref().is_none_or(|of| of == whose);
        let holds = |fee: &&Fee| {
            is(&fee.merchant, merchant) && is(&fee.mcc, mcc) && (fee.from.is_none() || fee.from <= date)
        };
        self.fee.iter().filter(holds).max_by_key(|fee| (fee.merchant.is_some(), fee.mcc.is_some(), fee.from))
    }

    /// The tolerance that allows a difference.
    pub(crate) fn tolerance(&self, mcc: &str, approved: i64, cleared: i64) -> Option<&Tolerance> {
        let is_category = |rule: &&Tolerance| rule.mcc.iter().any(|code| code == mcc);
        self.tolerance.iter().filter(is_category).find(|rule| rule.allows(approved, cleared))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_default_rules_are_rules() {
        let rules = Rules::parse(DEFAULT).unwrap();
        assert_eq!(rules.party("Terminal"), Some(Party::Terminal));
        assert_eq!(rules.tolerance("5812", 10_000, 12_000).map(|rule| rule.name.as_str()), Some("tip"));
        assert!(rules.tolerance("5812", 10_000, 12_001).is_none());
        assert!(rules.tolerance("5812", 10_000, 9_999).is_none());
        assert!(rules.tolerance("5999", 10_000, 10_001).is_none());
        assert!(Rules::parse("nonsense = 1").unwrap_err().contains("nonsense"));
    }

    #[test]
    fn a_fee_is_rounded_half_up_and_has_a_ceiling() {
        let (merchant, mcc, from, max) = (None, None, None, Some(100));
        let fee = Fee { merchant, mcc, from, rate: 6000, fixed: 0, max, refund: false };
        let fees = [1250, 1750, 12300, 1_000_000, -1250].map(|gross| fee.of(gross));
        assert_eq!(fees, [8, 11, 74, 100, 0]);
    }

    #[test]
    fn the_most_particular_row_of_a_date_holds() {
        let row = |head: &str, rate: u32| format!("[[fee]]\n{head}\nrate = {rate}\n");
        let text = [
            row("", 1),
            row("from = '2026-11-24'", 2),
            row("mcc = '5411'", 3),
            row("merchant = 'A'\nfrom = '2026-11-26'", 4),
            row("merchant = 'A'\nfrom = '2026-11-28'", 5),
        ];
        let rules = Rules::parse(&format!("{DEFAULT}\n{}", text.concat())).unwrap();
        let rate = |merchant: &str, mcc: &str, day: i8| {
            rules.fee(merchant, mcc, Some(jiff::civil::date(2026, 11, day))).unwrap().rate
        };
        let days = [23, 25, 26, 28, 30];
        assert_eq!(days.map(|day| rate("B", "5812", day)), [1, 2, 2, 2, 2]);
        assert_eq!(days.map(|day| rate("B", "5411", day)), [3, 3, 3, 3, 3]);
        assert_eq!(days.map(|day| rate("A", "5411", day)), [3, 3, 4, 5, 5]);
    }
}
