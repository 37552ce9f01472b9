//! What is known of a currency.

use core::fmt;

use crate::model::lang::Lang;

/// A currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Currency {
    /// Three letters.
    pub alpha: &'static str,
    /// The three-digit number; 0 for the few withdrawn ones that never had a number.
    pub numeric: u16,
    /// Decimal places of the minor unit; `None` where there is none (metals, testing), and for
    /// withdrawn currencies of which no public list says.
    pub exponent: Option<u8>,
    /// The English name.
    pub name: &'static str,
    /// The Chinese name.
    pub name_zh: &'static str,
    /// A fund code rather than money to pay with.
    pub fund: bool,
    /// When the currency was withdrawn, as the list of historic codes says: year and month such as
    /// `2014-12`, or the years between which it happened. `None` for a current one.
    pub withdrawn: Option<&'static str>,
}

impl Currency {
    /// The name.
    #[must_use]
    pub const fn words(&self, lang: Lang) -> &'static str {
        lang.of(self.name, self.name_zh)
    }

    /// A fund code.
    pub(super) const fn fund(self) -> Self {
        Self { fund: true, ..self }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.alpha)
    }
}

/// A current currency.
pub(super) const fn row(
    alpha: &'static str,
    numeric: u16,
    exponent: Option<u8>,
    name: &'static str,
    name_zh: &'static str,
) -> Currency {
    Currency { alpha, numeric, exponent, name, name_zh, fund: false, withdrawn: None }
}
