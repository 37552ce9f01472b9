//! One message as the parties see it, whatever dialect carried it. `wire::pos` and `wire::host`
//! translate; a party never touches a byte, so a third dialect is a third file in `wire/` and
//! nothing else.

use std::fmt;
use std::str::FromStr;

use crate::card::{Pan, PinBlock};
use crate::clock::{Date, Stamp};
use crate::money::{Money, signed};
use crate::ops::Operation;

/// A message type indicator of ISO 8583:1987, as its number: `0x0200` in print is 200 here.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Mti(pub u16);

impl Mti {
    /// Authorization request: a pre-authorization.
    pub const AUTHORIZATION: Self = Self(100);
    /// Financial advice: a refund, an adjustment.
    pub const ADVICE: Self = Self(220);
    /// Financial request.
    pub const SALE: Self = Self(200);
    /// Reversal request, as a UnionPay terminal sends it.
    pub const REVERSAL: Self = Self(400);
    /// Reversal advice between hosts: it must be taken.
    pub const REVERSAL_ADVICE: Self = Self(420);
    /// Reversal advice, repeated.
    pub const REVERSAL_REPEAT: Self = Self(421);
    /// Upload of an item that totals are made of, where these are out of balance.
    pub const ITEM: Self = Self(320);
    /// Batch settlement of a terminal.
    pub const SETTLEMENT: Self = Self(500);
    /// Reconciliation advice of an acquirer.
    pub const RECONCILIATION: Self = Self(520);
    /// Network management request: sign-on, echo, cut-over.
    pub const NETWORK: Self = Self(800);

    /// The advice of what was approved in the issuer's name: 0200 -> 0220, 0100 -> 0120; repeated, 0221.
    pub const fn advice(self, repeat: bool) -> Self {
        Self(self.0 / 100 * 100 + if repeat { 21 } else { 20 })
    }

    /// Does this ask for an answer? 0200, 0420 and 0800 do, 0210 does not.
    pub fn is_request(self) -> bool {
        (self.0 / 10).is_multiple_of(2)
    }

    /// The MTI of the answer: 0200 -> 0210, 0421 -> 0430.
    pub const fn answer(self) -> Self {
        Self(self.0 / 10 * 10 + 10)
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}", self.0))
    }
}

/// A response code or reversal reason (DE39).
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code([u8; 2]);

impl Code {
    /// A code written in the program.
    pub const fn of(code: &[u8; 2]) -> Self {
        Self(*code)
    }

    /// The two characters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("??")
    }

    /// `00`: approved, or `10`: approved in part.
    pub fn approved(self) -> bool {
        self == Self::of(b"00") || self.partial()
    }

    /// `10`: approved for the amount of the response, which is less than was asked for.
    pub fn partial(self) -> bool {
        self == Self::of(b"10")
    }
}

impl FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes: [u8; 2] = text.as_bytes().try_into().map_err(|_| ())?;
        if bytes.iter().all(u8::is_ascii_alphanumeric) { Ok(Self(bytes)) } else { Err(()) }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many, and how much.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Number of items.
    pub count: u64,
    /// Their sum.
    pub amount: Money,
}

impl Tally {
    /// One more item.
    pub fn add(&mut self, amount: Money) {
        self.count = self.count.saturating_add(1);
        self.amount = self.amount.plus(amount);
    }
}

/// Totals of a batch or of a settlement date. Sales are *debits* in a terminal's 0500 (seen from
/// the cardholder) and *credits* in an acquirer's 0520 (seen from its account with the network);
/// the wire files know that, nobody else has to.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Approved sales, the reversed ones included where reversals are counted apart (0520).
    pub sales: Tally,
    /// Reversals of sales.
    pub sales_reversed: Tally,
    /// Refunds.
    pub refunds: Tally,
    /// Reversals of refunds.
    pub refunds_reversed: Tally,
}

impl Totals {
    /// DE97: (sales - reversals) - (refunds - reversals), in minor units, positive when the
    /// acquirer receives money.
    pub fn net(&self) -> i128 {
        let units = |tally: Tally| i128::from(tally.amount.units());
        units(self.sales) - units(self.sales_reversed) - units(self.refunds) + units(self.refunds_reversed)
    }

    fn tallies(&self) -> [Tally; 4] {
        [self.sales, self.sales_reversed, self.refunds, self.refunds_reversed]
    }

    /// `7 sales 1,234.00, 2 reversed 343.00, net 891.00`
    pub fn sentence(&self) -> String {
        let (sales, reversed) = (self.sales, self.sales_reversed);
        let noun = if sales.count == 1 { "sale" } else { "sales" };
        let first = format!("{} {noun} {}", sales.count, sales.amount);
        if reversed.count == 0 {
            return first;
        }
        format!("{first}, {} reversed {}, net {}", reversed.count, reversed.amount, signed(self.net()))
    }
}

/// The journal's notation: `7/123400 2/34300 0/0 0/0`.
impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.tallies().map(|tally| format!("{}/{}", tally.count, tally.amount.units()));
        f.write_str(&parts.join(" "))
    }
}

impl FromStr for Totals {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut tallies = text.split(' ').map(|part| {
            let (count, units) = part.split_once('/').ok_or(())?;
            let amount = Money::minor(units.parse().map_err(|_| ())?);
            Ok(Tally { count: count.parse().map_err(|_| ())?, amount })
        });
        let mut next = || tallies.next().unwrap_or(Err(()));
        Ok(Self { sales: next()?, sales_reversed: next()?, refunds: next()?, refunds_reversed: next()? })
    }
}

/// Do both sides agree? DE66 of an 0530 and the answer digit of a 0510 use the same three values.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Balance {
    /// 1: in balance.
    In,
    /// 2: out of balance.
    Out,
    /// 3: could not be compared.
    Error,
}

impl Balance {
    /// The digit on the wire.
    pub const fn digit(self) -> u8 {
        match self {
            Self::In => 1,
            Self::Out => 2,
            Self::Error => 3,
        }
    }

    /// The meaning of a digit.
    pub const fn from_digit(digit: u64) -> Option<Self> {
        match digit {
            1 => Some(Self::In),
            2 => Some(Self::Out),
            3 => Some(Self::Error),
            _ => None,
        }
    }

    /// The meaning in words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::In => "in balance",
            Self::Out => "out of balance",
            Self::Error => "could not be compared",
        }
    }
}

/// DE90: which message is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Original {
    /// Its MTI.
    pub mti: Mti,
    /// Its STAN.
    pub stan: u64,
    /// Its transmission time, DE7.
    pub transmission: String,
}

/// A transaction as its terminal names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slip {
    /// Its batch.
    pub batch: u64,
    /// Its STAN.
    pub stan: u64,
    /// MMDD, where the operation names the day.
    pub day: Option<String>,
}

/// What an 0320 of a terminal uploads.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Upload {
    /// An item of the batch.
    Item {
        /// Its STAN.
        stan: u64,
        /// Its amount.
        amount: Money,
    },
    /// There are no more.
    End {
        /// So many were uploaded.
        count: u64,
    },
}

/// A message. Which fields are there depends on the MTI; what is absent on the wire is `None` or
/// zero here.
#[derive(Clone, Debug, Default)]
pub struct Telegram {
    /// Message type.
    pub mti: Mti,
    /// DE3, DE25 and 60.1: what it is about.
    pub operation: Operation,
    /// DE2.
    pub pan: Option<Pan>,
    /// DE4.
    pub amount: Option<Money>,
    /// DE7, MMDDhhmmss (host link).
    pub transmission: Option<String>,
    /// DE11.
    pub stan: u64,
    /// DE13 and DE12 together, MMDDhhmmss: the local time of the sale or of the answering host.
    pub local: Option<String>,
    /// DE14, YYMM.
    pub expiry: Option<String>,
    /// DE15, MMDD: the settlement date, set by the issuer's side only.
    pub settlement: Option<String>,
    /// DE32 (host link).
    pub acquirer: String,
    /// DE37.
    pub rrn: Option<String>,
    /// DE38.
    pub approval: Option<String>,
    /// DE39.
    pub code: Option<Code>,
    /// DE41.
    pub terminal: String,
    /// DE42.
    pub merchant: String,
    /// DE52.
    pub pin: Option<PinBlock>,
    /// DE60.2 (terminal link).
    pub batch: Option<u64>,
    /// DE60.3 (terminal link) or DE70 (host link).
    pub management: Option<u64>,
    /// DE62 of a sign-on answer: work keys. Opaque test bytes, there is no cryptography here.
    pub keys: Option<Vec<u8>>,
    /// DE48 of 0320 (terminal link).
    pub upload: Option<Upload>,
    /// DE48 of 0500/0510; DE74-77 and 86-89 of 0520/0530.
    pub totals: Option<Totals>,
    /// DE66, or the answer digit of a 0510.
    pub balance: Option<Balance>,
    /// DE90.
    pub original: Option<Original>,
    /// DE61 (terminal link): the transaction of the terminal that it is about.
    pub slip: Option<Slip>,
    /// DE95 (host link): what is left of the original amount. In a completion, there and in DE54 of the terminal link:
    /// what stays reserved for another one.
    pub replacement: Option<Money>,
    /// DE57 of a 0110 (host link): so many days a reservation is held. 1dd, as DE57 of ISO 8583:1993 has it.
    pub valid_days: Option<u64>,
    /// DE63 of a 0210 (terminal link): the RRN of a sale that this one may be a double of.
    pub double: Option<String>,
    /// DE48 and 120-127 of an 0520: the sales that its totals leave out, since nobody knows what became
    /// of them. Each is counted nowhere until its reversal is answered.
    pub excluded: Vec<Original>,
}

impl Telegram {
    /// An empty message of this type.
    pub fn new(mti: Mti, stan: u64) -> Self {
        Self { mti, stan, ..Self::default() }
    }

    /// The settlement date it names: the one of that day and month that is nearest.
    pub fn date(&self, now: Stamp) -> Option<Date> {
        Date::resolve(self.settlement.as_deref()?, now.date())
    }

    /// Is this an advice of what somebody approved in the issuer's name (0120, 0220, or repeated)? A refund is none.
    pub fn is_stand_in(&self) -> bool {
        let is_advice = matches!(self.mti.0, 120 | 121 | 220 | 221);
        is_advice && self.operation != Operation::Refund && self.original.is_some()
    }

    /// The answer to this message: the fields an answer repeats, and the code.
    pub fn answer(&self, code: Code) -> Self {
        Self {
            mti: self.mti.answer(),
            operation: self.operation,
            amount: self.amount,
            transmission: self.transmission.clone(),
            stan: self.stan,
            acquirer: self.acquirer.clone(),
            rrn: self.rrn.clone(),
            code: Some(code),
            terminal: self.terminal.clone(),
            merchant: self.merchant.clone(),
            batch: self.batch,
            management: self.management,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_survive_the_journal_and_follow_the_published_example() {
        let tally = |count, units| Tally { count, amount: Money::minor(units) };
        let totals = Totals {
            sales: tally(3, 25_300),
            sales_reversed: tally(1, 5_000),
            refunds: tally(1, 2_000),
            refunds_reversed: tally(0, 0),
        };
        assert_eq!(totals.net(), 18_300);
        assert_eq!(totals.to_string().parse(), Ok(totals));
        assert!("1/2 x".parse::<Totals>().is_err());
    }

    #[test]
    fn answers() {
        assert_eq!(Mti::SALE.answer().to_string(), "0210");
        assert_eq!(Mti::REVERSAL_REPEAT.answer().to_string(), "0430");
        assert!("0".parse::<Code>().is_err());
    }
}
