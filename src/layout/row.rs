//! Rows: what an element is, in the notation of the standard.

use super::{Fill, Layout, Terminator};
use crate::codec::{Coding, PadNibble, Prefix, Side};
use crate::mask::{Privacy, SECRET};
use crate::model::content::Content;

/// One line of a table: number or tag, shape, name, privacy.
#[derive(Clone, Copy, Debug)]
pub struct Row<'s> {
    pub(crate) key: u32,
    pub(crate) shape: Shape<'s>,
    pub(crate) name: &'s str,
    pub(crate) privacy: Privacy,
}

/// A row; see [`n`] and its siblings for shapes.
#[must_use]
pub const fn row<'s>(key: u32, shape: Shape<'s>, name: &'s str, privacy: Privacy) -> Row<'s> {
    Row { key, shape, name, privacy }
}

/// What an element is, before a dialect says how it is written. What is not said is the dialect's.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'s> {
    pub(crate) content: Content,
    pub(crate) max: u32,
    pub(crate) min: Option<u32>,
    pub(crate) length: Length,
    pub(crate) coding: Option<Coding>,
    pub(crate) fill: Option<Fill>,
    /// Whether a value that is too short is refused, whatever the fill.
    pub(crate) is_exact: bool,
    /// Whether a value that varies in length is filled up to its maximum.
    pub(crate) full_size: bool,
    pub(crate) pad_nibble: Option<PadNibble>,
    pub(crate) layout: Option<&'s Layout<'s>>,
}

/// The length form of a [`Shape`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Length {
    Fixed,
    /// That many digits, in the dialect's prefix coding.
    Var(u8),
    /// Spelled out, whatever the dialect says.
    Prefix(Prefix),
    /// The same, with fill after the value.
    Padded(Prefix),
    Rest,
    Until(Terminator),
    IfLetter,
    Nothing,
}

macro_rules! classes {
    ($($name:ident $class:ident $doc:literal;)*) => { $(
        #[doc = concat!($doc, ": fixed length `length` unless a length form follows.")]
        #[must_use]
        pub const fn $name<'s>(length: u32) -> Shape<'s> {
            Shape::new(Content::$class, length)
        }
    )* };
}

classes! {
    n N "Digits";
    a A "Letters";
    an An "Letters and digits";
    anp Anp "Letters, digits and blank";
    ns Ns "Digits and special characters";
    s S "Special characters";
    ans Ans "Printable characters";
    z Z "Track 2 or 3 characters";
    ne Ne "Digits and the separator of a track";
    h H "Hexadecimal digits";
    b B "Binary, length in octets";
    ansb Any "Any octets as text";
}

/// A signed amount, `C` or `D` and digits: `x_n(8)` is the standard's `x+n 8`, nine characters.
#[must_use]
pub const fn x_n<'s>(digits: u32) -> Shape<'s> {
    Shape::new(Content::Xn, digits + 1)
}

/// A signed amount whose first character is any printable one: `y_n(8)` is nine characters.
#[must_use]
pub const fn y_n<'s>(digits: u32) -> Shape<'s> {
    Shape::new(Content::Yn, digits + 1)
}

impl<'s> Shape<'s> {
    pub(crate) const fn new(content: Content, max: u32) -> Self {
        Self {
            content,
            max,
            min: None,
            length: Length::Fixed,
            coding: None,
            fill: None,
            is_exact: false,
            full_size: false,
            pad_nibble: None,
            layout: None,
        }
    }

    /// The same shape with another length; a minimum that was the maximum goes with it.
    #[cfg(feature = "jpos")]
    #[must_use]
    pub(crate) const fn with_max(mut self, max: u32) -> Self {
        self.max = max;
        self
    }

    /// LVAR: up to the length, announced by one digit.
    #[must_use]
    pub const fn l(self) -> Self {
        self.var(1)
    }

    /// LLVAR: up to the length, announced by two digits.
    #[must_use]
    pub const fn ll(self) -> Self {
        self.var(2)
    }

    /// LLLVAR: up to the length, announced by three digits.
    #[must_use]
    pub const fn lll(self) -> Self {
        self.var(3)
    }

    /// LLLLVAR: up to the length, announced by four digits.
    #[must_use]
    pub const fn llll(self) -> Self {
        self.var(4)
    }

    /// Up to the length, announced by `digits` digits.
    #[must_use]
    pub const fn var(mut self, digits: u8) -> Self {
        self.length = Length::Var(digits);
        self
    }

    /// Up to the length, announced by exactly this prefix, whatever the dialect says.
    #[must_use]
    pub const fn prefix(mut self, prefix: Prefix) -> Self {
        self.length = Length::Prefix(prefix);
        self
    }

    /// Up to the length, announced by exactly this prefix, and filled up to the length after the
    /// value.
    #[must_use]
    pub const fn padded(mut self, prefix: Prefix) -> Self {
        self.length = Length::Padded(prefix);
        self
    }

    /// Up to the length, announced by a BER length that counts octets.
    #[must_use]
    pub const fn ber(self) -> Self {
        self.prefix(Prefix::BER)
    }

    /// The rest of what the element stands in, up to the length.
    #[must_use]
    pub const fn rest(mut self) -> Self {
        self.length = Length::Rest;
        self
    }

    /// Up to the length, ended by `octet`.
    #[must_use]
    pub const fn until(self, octet: u8) -> Self {
        self.until_all(Terminator::octet(octet))
    }

    /// Up to the length, ended by these octets.
    #[must_use]
    pub const fn until_all(mut self, terminator: Terminator) -> Self {
        self.length = Length::Until(terminator);
        self
    }

    /// Of that length where a letter or a blank stands first, and not there where anything else does.
    #[must_use]
    pub const fn if_letter(mut self) -> Self {
        self.length = Length::IfLetter;
        self
    }

    /// Announced, and of no octets: for a length of 0.
    #[must_use]
    pub const fn nothing(mut self) -> Self {
        self.length = Length::Nothing;
        self
    }

    /// At least `units` long. A variable value has at least 0 units unless said.
    #[must_use]
    pub const fn min(mut self, units: u32) -> Self {
        self.min = Some(units);
        self
    }

    /// In this coding, whatever the dialect says.
    #[must_use]
    pub const fn coding(mut self, coding: Coding) -> Self {
        self.coding = Some(coding);
        self
    }

    /// A fixed value that is given too short is filled so.
    ///
    /// A row that does not say it fills digits with zeros in front and text with blanks at the end; octets
    /// (`b`, `h`) that are too few are refused. A value of nothing is filled with blanks alone: zeros
    /// would be a value that nobody gave.
    #[must_use]
    pub const fn fill(mut self, side: Side, with: u8) -> Self {
        self.fill = Some(Fill { side, with });
        self
    }

    /// A fixed value that is given too short is refused, not filled.
    #[must_use]
    pub const fn exact(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// A value that varies in length and is given too short is filled up to its maximum, as a fixed one
    /// is: the numeric data objects of EMV. What another message has shorter is copied as it is, and
    /// what is empty stays empty.
    ///
    /// ```
    /// use cardwire::layout::{Shape, n};
    /// /// 12345 is written as 00 00 00 01 23 45.
    /// const AMOUNT: Shape = n(12).ber().full_size();
    /// ```
    #[must_use]
    pub const fn full_size(mut self) -> Self {
        self.full_size = true;
        self
    }

    /// The pad nibble of an odd number of packed digits, whatever the dialect says.
    #[must_use]
    pub const fn pad_nibble(mut self, pad_nibble: PadNibble) -> Self {
        self.pad_nibble = Some(pad_nibble);
        self
    }

    /// The value holds this layout.
    #[must_use]
    pub const fn of(mut self, layout: &'s Layout<'s>) -> Self {
        self.layout = Some(layout);
        self
    }
}

impl Row<'_> {
    /// The privacy of rows that say none.
    pub const DEFAULT_PRIVACY: Privacy = SECRET;
}
