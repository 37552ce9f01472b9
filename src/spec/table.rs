//! Tables: rows in the notation of the standard, and how a dialect resolves them to elements.

#![allow(clippy::indexing_slicing, clippy::as_conversions, reason = "const evaluation over fixed arrays")]

use super::dialect::Dialect;
use crate::codec::fast::element::{FastElement, FastObject};
use crate::codec::{Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Side};
use crate::layout::{Element, Fill, Form, Length, Row, Size};
use crate::model::bitmap::MAX_ELEMENTS;
use crate::model::content::Content;

/// Elements indexed by number, as a spec wants them.
pub type Slots<'s> = [Option<Element<'s>>; SLOTS];

const SLOTS: usize = MAX_ELEMENTS + 1;

/// The data elements of a standard or a network, by number, apart from how a link writes them.
///
/// ```
/// use cardwire::{Dialect, Spec, layout::{ans, row}, mask::OPEN, spec::{ISO87, Slots}};
/// // a network that carries a loyalty number in DE 63
/// static ELEMENTS: Slots = ISO87.with(row(63, ans(20).ll(), "Loyalty number", OPEN)).elements(&Dialect::BCD);
/// static MINE: Spec = Spec::new("mine", &Dialect::BCD, &ELEMENTS);
/// assert_eq!(MINE.element(63).unwrap().name(), "Loyalty number");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Table<'s> {
    rows: [Option<Row<'s>>; SLOTS],
}

/// A table of these rows.
///
/// # Panics
/// When two rows have one number, or a number is 0 or above 192; a compile error in a constant.
#[must_use]
pub const fn table<'s, const N: usize>(rows: [Row<'s>; N]) -> Table<'s> {
    let mut table = Table { rows: [None; SLOTS] };
    let mut i = 0;
    while i < N {
        assert!(table.rows[rows[i].key as usize].is_none(), "a number is defined twice");
        table = table.with(rows[i]);
        i += 1;
    }
    table
}

impl<'s> Table<'s> {
    /// The table with one row added or replaced.
    ///
    /// # Panics
    /// When the number is 0 or above 192; a compile error in a constant.
    #[must_use]
    pub const fn with(mut self, row: Row<'s>) -> Self {
        assert!(row.key > 0 && (row.key as usize) < SLOTS, "the number is not available for data");
        self.rows[row.key as usize] = Some(row);
        self
    }

    /// The table without one row.
    ///
    /// # Panics
    /// When the number is above 192; a compile error in a constant.
    #[must_use]
    pub const fn without(mut self, number: u8) -> Self {
        self.rows[number as usize] = None;
        self
    }

    /// The table of a link that announces every variable length in one binary octet, which counts
    /// this; nothing is longer than 255 then. Rows that spell their prefix out keep it.
    #[must_use]
    pub const fn with_octet_lengths(mut self, counts: LengthUnit) -> Self {
        let mut number = 0;
        while number < SLOTS {
            if let Some(mut row) = self.rows[number]
                && let Length::Var(_) = row.shape.length
            {
                let prefix = Prefix { coding: PrefixCoding::Binary, width: 1, counts, includes: 0 };
                row.shape.length = Length::Prefix(prefix);
                if row.shape.max > 255 {
                    row.shape.max = 255;
                }
                self.rows[number] = Some(row);
            }
            number += 1;
        }
        self
    }

    /// The elements as the dialect writes them.
    #[must_use]
    pub const fn elements(&self, dialect: &Dialect) -> Slots<'s> {
        let mut slots = [None; SLOTS];
        let mut number = 0;
        while number < SLOTS {
            if let Some(row) = &self.rows[number] {
                slots[number] = Some(row.resolve(dialect));
            }
            number += 1;
        }
        slots
    }
}

/// Parts of a text element, for [`Layout::positions`](crate::layout::Layout::positions) or
/// [`Layout::tags`](crate::layout::Layout::tags), in ascending order.
#[must_use]
pub const fn text_parts<'s, const N: usize>(rows: [Row<'s>; N]) -> [Option<Element<'s>>; N] {
    parts(&rows, &Dialect::CHARACTERS)
}

/// Parts of a binary element, in ascending order.
#[must_use]
pub const fn binary_parts<'s, const N: usize>(rows: [Row<'s>; N]) -> [Option<Element<'s>>; N] {
    parts(&rows, &Dialect::OCTETS)
}

/// Parts for a bitmap of `M - 1` bits inside an element, indexed by number.
#[must_use]
pub const fn numbered_parts<'s, const N: usize, const M: usize>(
    dialect: &Dialect,
    rows: [Row<'s>; N],
) -> [Option<Element<'s>>; M] {
    let mut slots = [None; M];
    let mut i = 0;
    while i < N {
        slots[rows[i].key as usize] = Some(rows[i].resolve(dialect));
        i += 1;
    }
    slots
}

const fn parts<'s, const N: usize>(rows: &[Row<'s>; N], dialect: &Dialect) -> [Option<Element<'s>>; N] {
    let mut elements = [None; N];
    let mut i = 0;
    while i < N {
        elements[i] = Some(rows[i].resolve(dialect));
        i += 1;
    }
    elements
}

impl<'s> Row<'s> {
    /// The element as the dialect writes it.
    #[must_use]
    pub const fn resolve(&self, dialect: &Dialect) -> Element<'s> {
        let shape = &self.shape;
        let content = shape.content;
        let coding = match shape.coding {
            Some(coding) => coding,
            None => dialect.coding(content),
        };
        let form = match shape.length {
            Length::Fixed => Form::Fixed,
            Length::Var(digits) => Form::Prefixed(dialect.prefix(content, digits)),
            Length::Prefix(prefix) => Form::Prefixed(prefix),
            Length::Padded(prefix) => Form::Padded(prefix),
            Length::Rest => Form::Rest,
            Length::Until(terminator) => Form::Until(terminator),
            Length::IfLetter => Form::IfLetter,
            Length::Nothing => Form::Nothing,
        };
        let fixed = matches!(form, Form::Fixed);
        let min = match shape.min {
            // it may not be there
            _ if matches!(form, Form::IfLetter) => 0,
            Some(min) => min,
            None if fixed => shape.max,
            None => 0,
        };
        let fill = match shape.fill {
            _ if shape.is_exact => None,
            // part of a PIN block is none, nor is part of a track, and blanks are no digits
            None if fixed && matches!(content, Content::B | Content::H | Content::Z | Content::Xn) => None,
            None if shape.full_size && content.is_signed() => Some(Fill { side: Side::Left, with: b'0' }),
            None => Some(Fill::of_class(content)),
            said => said,
        };
        let pad_nibble = match shape.pad_nibble {
            Some(pad_nibble) => pad_nibble,
            None if fixed => dialect.pad_nibble_fixed,
            None => dialect.pad_nibble_var,
        };
        let element = Element {
            name: self.name,
            layout: shape.layout,
            key: self.key,
            size: Size { min, max: shape.max, form },
            content,
            coding,
            fill,
            full_size: shape.full_size,
            pad_nibble,
            privacy: self.privacy,
            fast: FastElement::UNKNOWN,
            object: FastObject::UNKNOWN,
        };
        element.with_fast()
    }
}

impl Dialect {
    /// The coding of values of a class.
    const fn coding(&self, content: Content) -> Coding {
        match content {
            Content::N | Content::Ne => self.digits,
            Content::Z => self.track,
            Content::Xn | Content::Yn => self.amount,
            Content::B => self.binary,
            _ => self.text,
        }
    }

    /// The prefix that the standard writes with `digits` letters L.
    pub(crate) const fn prefix(&self, content: Content, digits: u8) -> Prefix {
        let width = match (self.prefix, digits) {
            (PrefixCoding::Binary | PrefixCoding::Hex, 0..=2) => 1,
            (PrefixCoding::Binary | PrefixCoding::Hex, 3..=4) => 2,
            (PrefixCoding::Binary | PrefixCoding::Hex, _) => 3,
            (_, digits) => digits,
        };
        let counts = if content.is_binary() { self.binary_counts } else { LengthUnit::Units };
        Prefix { coding: self.prefix, width, counts, includes: 0 }
    }
}

impl Fill {
    /// Digits, of `y+n` those after the sign, are right-aligned and filled with zeros, text left-aligned and filled with blanks,
    /// octets left-aligned and filled with zero octets.
    pub(crate) const fn of_class(content: Content) -> Self {
        match content {
            Content::N | Content::Ne | Content::H | Content::Yn => Self { side: Side::Left, with: b'0' },
            Content::B => Self { side: Side::Right, with: 0 },
            _ => Self { side: Side::Right, with: b' ' },
        }
    }
}

/// The pad nibble matters to packed digits only; this is what other codings carry.
impl Default for PadNibble {
    fn default() -> Self {
        Self::LEFT_ZERO
    }
}
