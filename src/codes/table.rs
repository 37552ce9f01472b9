//! The table that every lookup reads: rows sorted by code, a row covering one code or a span of codes.

use core::fmt;

use super::readings::Described;
use super::scope::{Certainty, Network, Scope};
use crate::model::lang::Lang;

/// What a code (or every code of a span) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meaning {
    /// First code of the row.
    pub first: &'static str,
    /// Last code of the row; equal to `first` unless the row is a span.
    pub last: &'static str,
    /// The meaning in English.
    pub text: &'static str,
    /// The meaning in Chinese, in the customary term where there is one.
    pub text_zh: &'static str,
    /// Who defined the code.
    pub scope: Scope,
    /// How sure that is.
    pub certainty: Certainty,
    /// What networks mean by it that read the code in another way.
    pub readings: &'static [Self],
}

impl Meaning {
    /// The meaning.
    #[must_use]
    pub const fn words(&self, lang: Lang) -> &'static str {
        lang.of(self.text, self.text_zh)
    }

    /// The meaning; of a code that the standard leaves to others, what networks mean by it as well.
    ///
    /// ```
    /// use cardwire::codes::{Lang, TransactionType};
    ///
    /// let kind = TransactionType::new("92").unwrap().meaning().unwrap();
    /// let words = "reserved for private use (UnionPay: revoke a standing commission; Postilion: PIN change)";
    /// assert_eq!(kind.describe(Lang::En).to_string(), words);
    /// ```
    #[must_use]
    pub fn describe(&self, lang: Lang) -> impl fmt::Display + use<> {
        let is_left_open = matches!(self.scope, Scope::Private | Scope::National);
        let readings = if is_left_open { self.readings } else { &[] };
        let readings = readings.iter().map(move |reading| (reading.scope, reading.words(lang)));
        Described { lang, words: self.words(lang), readings }
    }

    /// What this network means by the code, if it reads it in another way.
    #[must_use]
    pub fn at(&self, network: Network) -> Option<&'static Self> {
        self.readings.iter().find(|reading| reading.scope == Scope::Network(network))
    }

    /// Stretches the row up to `last`.
    pub(super) const fn to(self, last: &'static str) -> Self {
        Self { last, ..self }
    }

    /// One source says so.
    pub(super) const fn once(self) -> Self {
        Self { certainty: Certainty::OneSource, ..self }
    }

    /// Sources disagree.
    pub(super) const fn disputed(self) -> Self {
        Self { certainty: Certainty::Disputed, ..self }
    }

    /// Networks that read the code in another way.
    pub(super) const fn but(self, readings: &'static [Self]) -> Self {
        Self { readings, ..self }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

const fn row(code: &'static str, text: &'static str, text_zh: &'static str, scope: Scope) -> Meaning {
    Meaning { first: code, last: code, text, text_zh, scope, certainty: Certainty::Certain, readings: &[] }
}

/// A code of the standard.
pub(super) const fn iso(code: &'static str, text: &'static str, text_zh: &'static str) -> Meaning {
    row(code, text, text_zh, Scope::Iso)
}

/// A code of a card network or switch.
pub(super) const fn network(
    network: Network,
    code: &'static str,
    text: &'static str,
    text_zh: &'static str,
) -> Meaning {
    row(code, text, text_zh, Scope::Network(network))
}

/// A UnionPay code.
pub(super) const fn unionpay(code: &'static str, text: &'static str, text_zh: &'static str) -> Meaning {
    network(Network::UnionPay, code, text, text_zh)
}

/// A code of private agreements.
pub(super) const fn private(code: &'static str, text: &'static str, text_zh: &'static str) -> Meaning {
    row(code, text, text_zh, Scope::Private)
}

/// A span set aside for ISO.
pub(super) const fn iso_use(first: &'static str, last: &'static str) -> Meaning {
    row(first, "reserved for ISO use", "保留给ISO使用", Scope::Iso).to(last)
}

/// A span set aside for national use.
pub(super) const fn national_use(first: &'static str, last: &'static str) -> Meaning {
    row(first, "reserved for national use", "保留给国内使用", Scope::National).to(last)
}

/// A span set aside for private use.
pub(super) const fn private_use(first: &'static str, last: &'static str) -> Meaning {
    row(first, "reserved for private use", "保留给私有使用", Scope::Private).to(last)
}

/// A row of a sorted table. All codes of a table have the same length, so text order is code order.
pub(super) trait Span {
    /// First and last code of the row.
    fn span(&self) -> (&'static str, &'static str);
}

impl Span for Meaning {
    fn span(&self) -> (&'static str, &'static str) {
        (self.first, self.last)
    }
}

/// Finds the row that covers `code`.
pub(super) fn find<T: Span>(table: &'static [T], code: &str) -> Option<&'static T> {
    let at = table.partition_point(|row| row.span().1 < code);
    table.get(at).filter(|row| row.span().0 <= code)
}

/// Whether every byte is an ASCII digit.
pub(super) const fn digits(mut rest: &[u8]) -> bool {
    while let [head, tail @ ..] = rest {
        if !head.is_ascii_digit() {
            return false;
        }
        rest = tail;
    }
    true
}

/// Whether every byte is an ASCII letter or digit.
pub(super) const fn alphanumeric(mut rest: &[u8]) -> bool {
    while let [head, tail @ ..] = rest {
        if !head.is_ascii_alphanumeric() {
            return false;
        }
        rest = tail;
    }
    true
}

/// Fails unless rows are in order, do not overlap and all codes have `len` characters.
#[cfg(test)]
pub(super) fn assert_sorted<T: Span>(table: &[T], len: usize) {
    let mut previous = "";
    for row in table {
        let (first, last) = row.span();
        assert!(first.len() == len && last.len() == len, "{first}-{last}: wrong length");
        assert!(first <= last, "{first}-{last}: span runs backwards");
        assert!(previous < first, "{first} after {previous}: not sorted or not unique");
        previous = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_gaps() {
        static TABLE: [Meaning; 3] =
            [iso("02", "two", "二"), iso("05", "five to eight", "五至八").to("08"), iso("10", "ten", "十")];
        assert_sorted(&TABLE, 2);
        for (code, text) in [("02", "two"), ("05", "five to eight"), ("08", "five to eight"), ("10", "ten")] {
            assert_eq!(find(&TABLE, code).map(|row| row.text), Some(text), "{code}");
        }
        for code in ["00", "03", "04", "09", "11", "99"] {
            assert_eq!(find(&TABLE, code), None, "{code}");
        }
    }

    #[test]
    #[should_panic(expected = "not sorted")]
    fn an_overlap_is_caught() {
        assert_sorted(&[iso("02", "a", "").to("05"), iso("05", "b", "")], 2);
    }
}
