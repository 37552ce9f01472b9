//! The table behind every lookup: rows sorted by code, a row covering one code or a span of codes.

use core::fmt;

worded! {
    /// Who defined a code, or for whom it is set aside.
    #[non_exhaustive]
    Scope {
        /// The standard itself.
        Iso => "ISO",
        /// Set aside for national bodies.
        National => "national",
        /// A card network or switch.
        Network => "network",
        /// UnionPay, interchange or terminals.
        UnionPay => "UnionPay",
        /// Private agreement; the same code may mean something else elsewhere.
        Private => "private",
    }
}

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
    /// The customary Chinese term, where there is one.
    pub text_zh: Option<&'static str>,
    /// Who defined the code.
    pub scope: Scope,
}

impl Meaning {
    /// Adds the Chinese term.
    pub(super) const fn zh(self, text: &'static str) -> Self {
        Self { text_zh: Some(text), ..self }
    }

    /// Stretches the row up to `last`.
    pub(super) const fn to(self, last: &'static str) -> Self {
        Self { last, ..self }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

const fn row(code: &'static str, text: &'static str, scope: Scope) -> Meaning {
    Meaning { first: code, last: code, text, text_zh: None, scope }
}

/// A code of the standard.
pub(super) const fn iso(code: &'static str, text: &'static str) -> Meaning {
    row(code, text, Scope::Iso)
}

/// A code of a card network or switch.
pub(super) const fn network(code: &'static str, text: &'static str) -> Meaning {
    row(code, text, Scope::Network)
}

/// A UnionPay code.
pub(super) const fn unionpay(code: &'static str, text: &'static str) -> Meaning {
    row(code, text, Scope::UnionPay)
}

/// A code of private agreements.
pub(super) const fn private(code: &'static str, text: &'static str) -> Meaning {
    row(code, text, Scope::Private)
}

/// A span set aside for ISO.
pub(super) const fn iso_use(first: &'static str, last: &'static str) -> Meaning {
    row(first, "reserved for ISO use", Scope::Iso).to(last)
}

/// A span set aside for national use.
pub(super) const fn national_use(first: &'static str, last: &'static str) -> Meaning {
    row(first, "reserved for national use", Scope::National).to(last)
}

/// A span set aside for private use.
pub(super) const fn private_use(first: &'static str, last: &'static str) -> Meaning {
    row(first, "reserved for private use", Scope::Private).to(last)
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
            [iso("02", "two"), iso("05", "five to eight").to("08"), iso("10", "ten")];
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
        assert_sorted(&[iso("02", "a").to("05"), iso("05", "b")], 2);
    }
}
