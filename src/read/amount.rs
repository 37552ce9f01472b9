//! Amounts: minor units with the currency that says where the decimal point goes.

use core::fmt;

use crate::codes::{Currency, currency};
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::mti::Version;
use crate::read::exposed::Exposed;
use crate::read::field::Field;
use crate::read::message::Message;

/// An amount in minor units, and its currency where the message says one.
///
/// ```
/// use cardwire::{Builder, Message, Mti, spec::ISO87_ASCII};
/// # let mut buffer = [0; 64];
/// # let wire = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
/// #     .set(4, 12_300).set(49, "156").write(&mut buffer)?;
/// let message = Message::parse(&ISO87_ASCII, wire)?;   // DE 4 000000012300, DE 49 156
/// let amount = message.amount(4)?;
/// assert_eq!(amount.to_string(), "123.00 CNY");
/// assert_eq!((amount.minor, amount.exponent()), (12_300, Some(2)));
/// # Ok::<(), cardwire::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Amount {
    /// Minor units; negative for a debit of class `x+n`.
    pub minor: i64,
    /// The currency, if the message names one that ISO 4217 knows.
    pub currency: Option<&'static Currency>,
    /// How many digits stand after the decimal point where the message itself says so (2003).
    stated_exponent: Option<u8>,
}

impl Amount {
    /// How many digits stand after the decimal point: as the message says, else as the currency
    /// does, else unknown.
    #[must_use]
    pub fn exponent(&self) -> Option<u8> {
        self.stated_exponent.or_else(|| self.currency?.exponent)
    }
}

/// `123.00 CNY`; without a known exponent the minor units, `12300 minor units`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let units = self.minor.unsigned_abs();
        let parted = |exponent: u8| {
            let scale = 10u64.checked_pow(exponent.into())?;
            Some((exponent, units.checked_div(scale)?, units.checked_rem(scale)?))
        };
        match self.exponent().and_then(parted) {
            Some((0, whole, _)) => write!(f, "{sign}{whole}")?,
            Some((exponent, whole, rest)) => {
                write!(f, "{sign}{whole}.{rest:0width$}", width = usize::from(exponent))?;
            }
            None => write!(f, "{sign}{units} minor units")?,
        }
        match self.currency {
            Some(currency) => write!(f, " {}", currency.alpha),
            None => Ok(()),
        }
    }
}

impl Message<'_> {
    /// The amount in an element, with the currency that goes with it: DE 49 with DE 4, DE 50 with
    /// DE 5, DE 51 with DE 6; in 2003 the amount carries its own.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] when the element is not there (a missing currency is none);
    /// [`ErrorKind::Private`]; [`ErrorKind::Form`] when it holds no amount.
    pub fn amount(&self, number: u8) -> Result<Amount> {
        let field = self.require(number)?;
        self.amount_of(&field)
            .map_err(|error| Error::new(error.kind(), error.offset(), 0, 0).at(Place::Element(number)))
    }

    fn amount_of(&self, field: &Field<'_>) -> Result<Amount> {
        let value = field.bytes()?;
        if self.mti().version() == Version::V2003 && field.is_composite() {
            let part = |key| field.part(key).ok_or(Error::new(ErrorKind::Form, field.range().start, 0, 0));
            return Ok(Amount {
                minor: minor(&part(3)?.bytes()?)?,
                currency: by_value(&part(1)?.bytes()?),
                stated_exponent: u8::try_from(part(2)?.number()?).ok(),
            });
        }
        let key = u8::try_from(field.key().value()).unwrap_or(0);
        let currency =
            currency_element(key).and_then(|number| self.get(number)).and_then(|field| field.bytes().ok());
        Ok(Amount {
            minor: minor(&value)?,
            currency: currency.and_then(|value| by_value(&value)),
            stated_exponent: None,
        })
    }
}

/// The element that names the currency of an amount, 1987 and 1993.
const fn currency_element(amount: u8) -> Option<u8> {
    match amount {
        4 | 28 | 30 | 95 => Some(49),
        5 | 29 | 31 | 86..=89 | 97 => Some(50),
        6 | 8 => Some(51),
        _ => None,
    }
}

fn minor(value: &Exposed<'_>) -> Result<i64> {
    value
        .signed()
        .or_else(|_| i64::try_from(value.number()?).map_err(|_| Error::new(ErrorKind::Number, 0, 0, 0)))
}

/// A currency code of three letters or digits; packed links may write four digits, `0840`.
fn by_value(value: &Exposed<'_>) -> Option<&'static Currency> {
    match value.number() {
        Ok(numeric) => currency::by_numeric(u16::try_from(numeric).ok()?),
        Err(_) => {
            let mut text = [0; 3];
            currency::by_alpha(core::str::from_utf8(value.copy_to(&mut text).ok()?).ok()?)
        }
    }
}
