//! What merchants pay for their sales: a table with a version, from a file. A row holds from a settlement date on, for
//! a merchant, a merchant category or everybody. All of it is integer arithmetic.

use serde::Deserialize;

use crate::clock::Date;
use crate::money::Money;
use crate::names::named;

/// A whole, in the units of a percentage: 1 % is 10,000 of them.
const WHOLE: u128 = 1_000_000;

named! {
    /// What becomes of the part of a minor unit that a percentage leaves, item by item.
    Rounding {
        /// A half goes up.
        HalfUp = "half-up",
        /// A half goes to the even neighbour.
        HalfEven = "half-even",
        /// Any part goes up.
        Up = "up",
        /// Any part is dropped.
        Down = "down",
    }
}

/// What one item costs: a percentage and a fixed part, together no more than the cap.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Rate {
    /// Parts of a million.
    parts: u64,
    fixed: Money,
    cap: Option<Money>,
}

/// Whom a row is for; what comes later is more particular.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Whom {
    Everybody,
    /// DE 26.
    Category(String),
    /// DE 42.
    Merchant(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    whom: Whom,
    from: Date,
    rate: Rate,
}

/// An item that a fee is asked for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Charged<'a> {
    /// DE 42.
    pub merchant: &'a str,
    /// DE 26.
    pub category: &'a str,
    /// The settlement date, DE 15: it decides which row holds, whatever the day of the sale is.
    pub date: Date,
    /// How much was sold.
    pub amount: Money,
}

/// The fees of all merchants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeeTable {
    version: u32,
    rounding: Rounding,
    /// What holds where no row does.
    base: Rate,
    rows: Vec<Row>,
}

impl FeeTable {
    /// Table 0: one percentage for everybody, in hundredths of a percent, a half rounded up.
    pub const fn flat(basis_points: u64) -> Self {
        let base = Rate { parts: basis_points.saturating_mul(100), fixed: Money::ZERO, cap: None };
        Self { version: 0, rounding: Rounding::HalfUp, base, rows: Vec::new() }
    }

    /// A table from the text of its file.
    ///
    /// # Errors
    /// In words: a key that is none, a percentage, amount or date that is none, two rows for the same day, no row for
    /// everybody.
    pub fn parse(text: &str) -> Result<Self, String> {
        let raw: Raw = toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
        let rounding = raw
            .rounding
            .parse()
            .map_err(|()| format!("`{}` is no rounding: half-up, half-even, up, down", raw.rounding))?;
        let (mut base, mut rows) = (None, Vec::new());
        for row in &raw.fee {
            let rate = row.rate()?;
            match (row.whom()?, &row.from) {
                (Whom::Everybody, None) if base.replace(rate).is_none() => {}
                (Whom::Everybody, None) => {
                    return Err("two rows are for everybody from the beginning".to_owned());
                }
                (whom, from) => {
                    let from = from.as_deref().map_or(Ok(Date(0)), |text| {
                        Date::read(text).ok_or_else(|| format!("`{text}` is no date such as 2026-11-24"))
                    })?;
                    if rows.iter().any(|known: &Row| known.whom == whom && known.from == from) {
                        return Err(format!("two rows begin on {from} for the same merchants"));
                    }
                    rows.push(Row { whom, from, rate });
                }
            }
        }
        // The most particular row of the latest day comes first.
        rows.sort_by(|one, other| (&other.whom, other.from).cmp(&(&one.whom, one.from)));
        let base =
            base.ok_or("no row is for everybody from the beginning, so that some fees were not known")?;
        Ok(Self { version: raw.version, rounding, base, rows })
    }

    /// Its number: a later table has a higher one.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The fee of an item, and never more than the item.
    pub fn fee(&self, item: Charged<'_>) -> Money {
        self.rate(item, item.date).of(item.amount, self.rounding)
    }

    /// Which row says so, and what held before it: `table 2: 0.70 % from 2026-11-24, 0.60 % before`.
    pub fn words(&self, item: Charged<'_>) -> String {
        let begins = self.row(item, item.date).map(|row| row.from).filter(|from| from.0 > 0);
        let rate = self.rate(item, item.date);
        match begins {
            None => format!("table {}: {rate}", self.version),
            Some(from) => {
                let before = self.rate(item, Date(from.0 - 1));
                format!("table {}: {rate} from {from}, {before} before", self.version)
            }
        }
    }

    /// The rules by which cardwire-recon holds settlement files against this table, which it rounds half up; nothing
    /// for a table that is rounded otherwise.
    pub fn rules(&self) -> String {
        if self.rounding != Rounding::HalfUp {
            return String::new();
        }
        let rows = self.rows.iter().map(|row| (Some(row), row.rate)).chain([(None, self.base)]);
        let written = rows.map(|(row, rate)| {
            let whom = match row.map(|row| &row.whom) {
                None | Some(Whom::Everybody) => String::new(),
                Some(Whom::Category(category)) => format!("mcc = {category:?}\n"),
                Some(Whom::Merchant(merchant)) => format!("merchant = {merchant:?}\n"),
            };
            let from = row.map_or_else(String::new, |row| format!("from = \"{}\"\n", row.from));
            let max = rate.cap.map_or_else(String::new, |cap| format!("max = {}\n", cap.units()));
            format!("\n[[fee]]\n{whom}{from}rate = {}\nfixed = {}\n{max}", rate.parts, rate.fixed.units())
        });
        written.collect()
    }

    fn rate(&self, item: Charged<'_>, date: Date) -> Rate {
        self.row(item, date).map_or(self.base, |row| row.rate)
    }

    fn row(&self, item: Charged<'_>, date: Date) -> Option<&Row> {
        let is_for = |row: &&Row| match &row.whom {
            Whom::Everybody => true,
            Whom::Category(category) => category == item.category,
            Whom::Merchant(merchant) => merchant == item.merchant,
        };
        self.rows.iter().filter(|row| row.from <= date).find(is_for)
    }
}

impl Rate {
    fn of(self, amount: Money, rounding: Rounding) -> Money {
        let whole = u128::from(amount.units()) * u128::from(self.parts);
        let (part, rest) = (whole / WHOLE, whole % WHOLE);
        let goes_up = match rounding {
            Rounding::HalfUp => rest * 2 >= WHOLE,
            Rounding::HalfEven => rest * 2 > WHOLE || (rest * 2 == WHOLE && part % 2 == 1),
            Rounding::Up => rest > 0,
            Rounding::Down => false,
        };
        let part = u64::try_from(part + u128::from(goes_up)).unwrap_or(u64::MAX);
        let fee = Money::minor(part).plus(self.fixed);
        self.cap.map_or(fee, |cap| fee.min(cap)).min(amount)
    }
}

/// `0.55 % + 0.10, at most 80.00`
impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, part) = (self.parts / 10_000, self.parts % 10_000);
        let digits =
            if part.is_multiple_of(100) { format!("{:02}", part / 100) } else { format!("{part:04}") };
        write!(f, "{whole}.{digits} %")?;
        if self.fixed > Money::ZERO {
            write!(f, " + {}", self.fixed)?;
        }
        self.cap.map_or(Ok(()), |cap| write!(f, ", at most {cap}"))
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u32,
    rounding: String,
    fee: Vec<RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    from: Option<String>,
    merchant: Option<String>,
    category: Option<String>,
    percent: String,
    fixed: Option<String>,
    cap: Option<String>,
}

impl RawRow {
    fn whom(&self) -> Result<Whom, String> {
        match (&self.merchant, &self.category) {
            (None, None) => Ok(Whom::Everybody),
            (Some(merchant), None) => Ok(Whom::Merchant(merchant.clone())),
            (None, Some(category)) => Ok(Whom::Category(category.clone())),
            (Some(_), Some(_)) => {
                Err("a row is for a merchant or for a category, and not for both".to_owned())
            }
        }
    }

    fn rate(&self) -> Result<Rate, String> {
        let percent = scaled(&self.percent, 4).filter(|parts| u128::from(*parts) <= WHOLE);
        let parts = percent.ok_or_else(|| format!("`{}` is no percentage such as 0.55", self.percent))?;
        let amount = |text: &String| {
            let units = scaled(text, 2).ok_or_else(|| format!("`{text}` is no amount such as 0.10"))?;
            Ok::<_, String>(Money::minor(units))
        };
        let (fixed, cap) = (self.fixed.as_ref().map(amount), self.cap.as_ref().map(amount));
        Ok(Rate { parts, fixed: fixed.transpose()?.unwrap_or_default(), cap: cap.transpose()? })
    }
}

/// A decimal number as an integer of so many decimals; nothing is rounded.
fn scaled(text: &str, decimals: usize) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > decimals {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "104440359980001";

    fn table(rounding: &str, rows: &str) -> Result<FeeTable, String> {
        FeeTable::parse(&format!("version = 2\nrounding = '{rounding}'\n[[fee]]\npercent = '0.60'\n{rows}"))
    }

    fn item(units: u64, day: u64) -> Charged<'static> {
        Charged { merchant: ONE, category: "5411", date: Date(day), amount: Money::minor(units) }
    }

    /// The fee is the rational number, rounded as said: it is compared with fractions, never with the code above.
    #[test]
    fn a_fee_is_the_exact_share_rounded_as_the_table_says() {
        for (rounding, parts) in [("half-up", 5_500), ("half-even", 2_500), ("up", 1), ("down", 999_999)] {
            let percent = format!("{}.{:04}", parts / 10_000, parts % 10_000);
            let table =
                table(rounding, &format!("[[fee]]\nmerchant = '{ONE}'\npercent = '{percent}'\n")).unwrap();
            for units in (0..5_000).chain([123_456_789, 999_999_999_999]) {
                let fee = u128::from(table.fee(item(units, 1)).units());
                // fee - share, in millionths of a minor unit
                let off = (fee * WHOLE).cast_signed() - (u128::from(units) * parts).cast_signed();
                let (half, whole) = ((WHOLE / 2).cast_signed(), WHOLE.cast_signed());
                let right = match rounding {
                    "half-up" => -half < off && off <= half,
                    "half-even" => off.abs() < half || (off.abs() == half && fee % 2 == 0),
                    "up" => 0 <= off && off < whole,
                    _ => -whole < off && off <= 0,
                };
                assert!(right, "{rounding}: {percent} % of {units} is {fee}");
            }
        }
    }

    #[test]
    fn fixed_part_and_cap_and_never_more_than_the_item() {
        let table =
            table("half-up", "[[fee]]\ncategory = '5411'\npercent = '1'\nfixed = '0.10'\ncap = '2'\n")
                .unwrap();
        for (units, fee) in [(0, 0), (5, 5), (100, 11), (10_000, 110), (19_000, 200), (1_000_000, 200)] {
            assert_eq!(table.fee(item(units, 1)), Money::minor(fee), "{units}");
        }
        assert_eq!(table.words(item(1, 1)), "table 2: 1.00 % + 0.10, at most 2.00");
    }

    /// A merchant's own row holds before that of its category, and each from its day on.
    #[test]
    fn the_settlement_date_decides_and_both_sides_of_a_change_are_named() {
        let day = "2026-11-24";
        let rows = format!(
            "[[fee]]\ncategory = '5411'\nfrom = '{day}'\npercent = '0.70'\n[[fee]]\nmerchant = '{ONE}'\n\
             from = '2026-11-26'\npercent = '0.55'\n"
        );
        let table = table("half-up", &rows).unwrap();
        let change = Date::read(day).unwrap().0;
        let fees: Vec<u64> =
            (change - 1..change + 4).map(|day| table.fee(item(10_000, day)).units()).collect();
        assert_eq!(fees, [60, 70, 70, 55, 55]);
        let other = Charged { category: "5999", merchant: "2", ..item(10_000, change + 9) };
        assert_eq!(table.fee(other), Money::minor(60), "nothing changes for anybody else");
        let words = |day| table.words(item(1, day));
        assert_eq!(words(change - 1), "table 2: 0.60 %");
        assert_eq!(words(change), "table 2: 0.70 % from 2026-11-24, 0.60 % before");
        assert_eq!(words(change + 2), "table 2: 0.55 % from 2026-11-26, 0.70 % before");
        let flat = FeeTable::flat(60);
        assert_eq!((flat.version(), flat.words(item(1, 1))), (0, "table 0: 0.60 %".to_owned()));
    }

    #[test]
    fn what_is_no_table_is_said_in_words() {
        for (rows, why) in [
            ("[[fee]]\npercent = '0.60'\n", "two rows are for everybody"),
            ("[[fee]]\nfrom = '2026-11-31'\npercent = '0.60'\n", "no date"),
            ("[[fee]]\nmerchant = '1'\ncategory = '2'\npercent = '0.60'\n", "not for both"),
            ("[[fee]]\nmerchant = '1'\npercent = '0.60001'\n", "no percentage"),
            ("[[fee]]\nmerchant = '1'\npercent = '100.01'\n", "no percentage"),
            ("[[fee]]\nmerchant = '1'\npercent = '-1'\n", "no percentage"),
            ("[[fee]]\nmerchant = '1'\npercent = '1'\nfixed = '0.001'\n", "no amount"),
            ("[[fee]]\nmerchant = '1'\npercent = '1'\nrate = 1\n", "unknown field"),
            (
                "[[fee]]\nmerchant = '1'\npercent = '1'\n[[fee]]\nmerchant = '1'\npercent = '2'\n",
                "two rows begin",
            ),
        ] {
            let error = table("half-up", rows).unwrap_err();
            assert!(error.contains(why), "{rows}: {error}");
        }
        assert!(table("nearest", "").unwrap_err().contains("no rounding"));
        let none = FeeTable::parse("version = 1\nrounding = 'up'\nfee = []\n").unwrap_err();
        assert!(none.contains("everybody"), "{none}");
    }
}
