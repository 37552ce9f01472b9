//! Layouts: which elements there are, how each lies on the wire, and what tells which comes next.
//!
//! > A message is a layout. A layout is a list of elements. An element may hold a layout.
//!
//! A [`Row`] says *what* an element is, as the standard writes it: `n(19).ll()` is `n..19`, LLVAR.
//! A [`Dialect`](crate::Dialect) says *how* a link writes it. Resolved, they give [`Element`]s.

mod fast;
pub(crate) mod path;
mod row;
mod tag_index;
mod terminator;
pub(crate) mod walk;

pub(crate) use fast::{canonical, fast_elements};
pub(crate) use row::Length;
pub use row::{Row, Shape, a, an, anp, ans, ansb, b, h, n, ne, ns, row, s, x_n, y_n, z};
pub use terminator::Terminator;

use self::tag_index::TagIndex;
use crate::codec::fast::element::{FastElement, FastObject};
pub use crate::codec::{
    BitmapForm, CodePage, Coding, LengthUnit, NextBitmap, PadNibble, Prefix, PrefixCoding, Side, Tag, Zone,
};
use crate::codes::{Lang, element_name_zh};
use crate::mask::Privacy;
use crate::model::Unit;
pub use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Key, widen};

/// How deep layouts may nest, the message body being the first. At most four of the elements that
/// hold them may be in a coding other than ASCII or raw octets.
pub const MAX_DEPTH: usize = 8;

/// One data element or part, fully resolved: everything parse, build, measure and describe need.
#[derive(Clone, Copy, Debug)]
pub struct Element<'s> {
    pub(crate) name: &'s str,
    pub(crate) layout: Option<&'s Layout<'s>>,
    pub(crate) key: u32,
    pub(crate) size: Size,
    pub(crate) content: Content,
    pub(crate) coding: Coding,
    pub(crate) fill: Option<Fill>,
    /// Whether a value that varies in length is filled up to its maximum.
    pub(crate) full_size: bool,
    pub(crate) pad_nibble: PadNibble,
    pub(crate) privacy: Privacy,
    /// How to read it fast, if it is of a common form.
    pub(crate) fast: FastElement,
    /// The same after a tag of BER.
    pub(crate) object: FastObject,
}

/// How long a value is, in units: characters, digits, or octets of a binary value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Size {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) form: Form,
}

/// How the length of a value is known.
///
/// Exhaustive on purpose: what reads or writes octets by a spec, as an exporter does, has to know every one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// It is always the maximum.
    Fixed,
    /// A prefix announces it.
    Prefixed(Prefix),
    /// A prefix announces it, and fill up to the maximum follows the value: the element always takes
    /// the same room. For characters of one octet and raw octets.
    Padded(Prefix),
    /// The value takes the rest of what it stands in.
    Rest,
    /// The value ends before these octets, which follow it on the wire and are not part of it.
    Until(Terminator),
    /// It is the maximum where a letter or a blank stands first, and not there at all where anything
    /// else does: a code before tags of digits. For characters of one octet.
    IfLetter,
    /// It is announced and takes no octet; its length is 0.
    Nothing,
}

/// What a value that is given too short is filled with, and on which side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fill {
    /// The side that is filled.
    pub side: Side,
    /// The character, or the octet of a binary value.
    pub with: u8,
}

/// A list of elements and what tells which comes next.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'s> {
    pub(crate) order: Order<'s>,
    pub(crate) elements: &'s [Option<Element<'s>>],
    /// Of tags: where they are listed.
    tag_index: TagIndex,
}

/// What tells which element comes next.
///
/// Exhaustive on purpose: what reads or writes octets by a spec, as an exporter does, has to know every one.
#[derive(Clone, Copy, Debug)]
pub enum Order<'s> {
    /// A bitmap announces the numbers that follow in ascending order.
    Bitmap(BitmapForm),
    /// One after the other; those after the first `required` may be missing at the end.
    Positions {
        /// How many parts must be there.
        required: u8,
    },
    /// Each is announced by its tag; any order, any number of times.
    Tags {
        /// How a tag is written.
        tag: Tag,
        /// A length before each tag; `None` where the element announces its own length after the
        /// tag.
        length_first: Option<LengthFirst>,
        /// What a tag that is not listed holds; `None` refuses such tags.
        unknown: Option<&'s Element<'s>>,
    },
}

/// A length before each tag, in octets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LengthFirst {
    /// How it is written.
    pub prefix: Prefix,
    /// Whether it counts the tag, and not only what follows the tag.
    pub counts_tag: bool,
}

impl From<Prefix> for LengthFirst {
    /// One that counts the tag.
    fn from(prefix: Prefix) -> Self {
        Self { prefix, counts_tag: true }
    }
}

impl<'s> Layout<'s> {
    #[allow(clippy::indexing_slicing, reason = "const evaluation; the index is below the length")]
    pub(crate) const fn new(order: Order<'s>, elements: &'s [Option<Element<'s>>]) -> Self {
        let mut tag_index = TagIndex::NONE;
        // backwards: of two tags that make the same number, the first one has the place
        let mut index = if matches!(order, Order::Tags { .. }) { elements.len() } else { 0 };
        while index > 0 {
            index -= 1;
            if let Some(element) = &elements[index] {
                tag_index = tag_index.with(element.key, index);
            }
        }
        Self { order, elements, tag_index }
    }

    /// Elements announced by a bitmap. `elements` is indexed by number; slot 0 is empty.
    #[must_use]
    pub const fn bitmap(form: BitmapForm, elements: &'s [Option<Element<'s>>]) -> Self {
        Self::new(Order::Bitmap(form), elements)
    }

    /// Parts one after the other, of which the first `required` must be there. `elements` lists
    /// the parts 1, 2, 3, ... in order.
    #[must_use]
    pub const fn positions(required: u8, elements: &'s [Option<Element<'s>>]) -> Self {
        Self::new(Order::Positions { required }, elements)
    }

    /// Parts announced by tags. `elements` is in ascending order of tag; `unknown` is the model of
    /// every tag that is not listed.
    #[must_use]
    pub const fn tags(
        tag: Tag,
        unknown: Option<&'s Element<'s>>,
        elements: &'s [Option<Element<'s>>],
    ) -> Self {
        Self::new(Order::Tags { tag, length_first: None, unknown }, elements)
    }

    /// The same with a length before each tag, which counts the tag and what follows it. The
    /// elements then take the rest of what that length announces. Other layouts stay as they are.
    #[must_use]
    pub const fn length_first(self, prefix: Prefix) -> Self {
        self.length_first_by(LengthFirst { prefix, counts_tag: true })
    }

    /// The same with a length before each tag that may leave the tag out.
    #[must_use]
    pub const fn length_first_by(mut self, length_first: LengthFirst) -> Self {
        if let Order::Tags { tag, unknown, .. } = self.order {
            self.order = Order::Tags { tag, length_first: Some(length_first), unknown };
        }
        self
    }

    /// The element with this number or tag, if the layout defines one.
    #[must_use]
    #[inline]
    pub fn element(&self, key: u32) -> Option<&'s Element<'s>> {
        match self.order {
            Order::Bitmap(_) => self.elements.get(widen(key))?.as_ref(),
            Order::Positions { .. } => self.elements.get(widen(key.checked_sub(1)?))?.as_ref(),
            Order::Tags { unknown, .. } => self.tagged(key).or(unknown),
        }
    }

    /// The element listed under this tag.
    #[inline(always)]
    fn tagged(&self, tag: u32) -> Option<&'s Element<'s>> {
        self.placed(tag).or_else(|| self.searched(tag))
    }

    /// The element listed under this tag, if it is found without a search.
    #[inline(always)]
    pub(crate) fn placed(&self, tag: u32) -> Option<&'s Element<'s>> {
        self.elements.get(self.tag_index.get(tag))?.as_ref().filter(|element| element.key == tag)
    }

    #[cold]
    #[inline(never)]
    fn searched(&self, tag: u32) -> Option<&'s Element<'s>> {
        let key = |slot: &Option<Element<'_>>| slot.as_ref().map_or(0, |element| element.key);
        let index = self.elements.binary_search_by_key(&tag, key).ok()?;
        self.elements.get(index)?.as_ref()
    }

    /// Every element the layout defines, in ascending order.
    pub fn elements(&self) -> impl Iterator<Item = &'s Element<'s>> + use<'s> {
        self.elements.iter().flatten()
    }

    /// What tells which element comes next.
    #[must_use]
    pub const fn order(&self) -> &Order<'s> {
        &self.order
    }

    /// The number or tag as a key of this layout, which knows how it is written.
    #[must_use]
    pub const fn key(&self, value: u32) -> Key {
        match self.order {
            Order::Bitmap(_) | Order::Positions { .. } => Key::number(value),
            Order::Tags { tag, .. } => Key::tag(value, tag.style()),
        }
    }
}

impl<'s> Element<'s> {
    /// The name in the standard's words.
    #[must_use]
    pub const fn name(&self) -> &'s str {
        self.name
    }

    /// The name in a language; an element that no built-in table knows keeps its own name.
    ///
    /// ```
    /// use cardwire::{codes::Lang, de, spec::ISO87_ASCII};
    ///
    /// let element = ISO87_ASCII.element(de::STAN).unwrap();
    /// assert_eq!(element.name_in(Lang::En), "Systems trace audit number (STAN)");
    /// assert_eq!(element.name_in(Lang::Zh), "系统跟踪号");
    /// ```
    #[must_use]
    pub fn name_in(&self, lang: Lang) -> &'s str {
        match lang {
            Lang::En => self.name,
            Lang::Zh => element_name_zh(self.name).unwrap_or(self.name),
        }
    }

    /// The number in a bitmap, the position, or the tag.
    #[must_use]
    pub const fn key(&self) -> u32 {
        self.key
    }

    /// The content class.
    #[must_use]
    pub const fn content(&self) -> Content {
        self.content
    }

    /// The wire coding of the value.
    #[must_use]
    pub const fn coding(&self) -> Coding {
        self.coding
    }

    /// The shortest value, in units.
    #[must_use]
    pub const fn min(&self) -> usize {
        widen(self.size.min)
    }

    /// The longest value, in units.
    #[must_use]
    pub const fn max(&self) -> usize {
        widen(self.size.max)
    }

    /// How the length is known.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.size.form
    }

    /// What a value that is given too short is filled with, and on which side; `None` where such a
    /// value is refused.
    #[must_use]
    pub const fn fill(&self) -> Option<Fill> {
        self.fill
    }

    /// Whether a value that varies in length is filled up to its maximum: see [`Shape::full_size`].
    #[must_use]
    pub const fn is_full_size(&self) -> bool {
        self.full_size
    }

    /// The pad nibble of an odd number of packed digits.
    #[must_use]
    pub const fn pad_nibble(&self) -> PadNibble {
        self.pad_nibble
    }

    /// Why a value of so many units, too many or too few, is none of this element.
    #[cold]
    pub(crate) const fn wrong_length(&self, offset: usize, units: usize) -> Error {
        let (kind, limit) = match units > self.max() {
            true => (ErrorKind::TooLong, self.max()),
            false => (ErrorKind::TooShort, self.min()),
        };
        Error::new(kind, offset, limit, units).counting(Unit::of(self.content))
    }

    /// What a padded value is filled with, as it lies on the wire.
    pub(crate) const fn wire_fill(&self) -> u8 {
        let fill = match self.fill {
            Some(fill) => fill,
            None => Fill::of_class(self.content),
        };
        match self.coding {
            Coding::Ebcdic(page) => page.put(fill.with),
            _ => fill.with,
        }
    }

    /// Whether a value that varies in length is filled up: not one with fill after it, which is none of
    /// the value, nor parts, which would move.
    pub(crate) const fn is_filled_up(&self) -> bool {
        let varies = matches!(self.size.form, Form::Prefixed(_) | Form::Rest | Form::Until(_));
        self.full_size && varies && self.layout.is_none()
    }

    /// Whether the octets of packed digits are counted, which do not say that their number is odd.
    pub(crate) const fn counts_octets(&self) -> bool {
        let counts_digits = match self.size.form {
            Form::Fixed => true,
            Form::Prefixed(prefix) | Form::Padded(prefix) => matches!(prefix.counts, LengthUnit::Units),
            Form::Rest | Form::Until(_) => false,
            Form::IfLetter | Form::Nothing => true,
        };
        matches!(self.coding, Coding::Bcd) && !counts_digits
    }

    /// Whether a value of so many units is read back as one of so many. Where octets are counted, an
    /// odd number of digits is told by a pad nibble that is no digit, or by the maximum, which one
    /// more would exceed.
    pub(crate) const fn is_told(&self, units: usize) -> bool {
        let digits = if self.content.is_signed() { units.saturating_sub(1) } else { units };
        digits.is_multiple_of(2) || !self.counts_octets() || self.pad_nibble.nibble > 9 || units == self.max()
    }

    /// What formatting may show.
    #[must_use]
    pub const fn privacy(&self) -> Privacy {
        self.privacy
    }

    /// The layout of the parts within, for a composite element.
    #[must_use]
    pub const fn layout(&self) -> Option<&'s Layout<'s>> {
        self.layout
    }
}
