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

pub(crate) use fast::{canonical, quicks};
pub(crate) use row::Length;
pub use row::{Row, Shape, a, an, anp, ans, ansb, b, h, n, ns, row, s, x_n, y_n, z};
pub use terminator::Terminator;

use self::tag_index::Places;
use crate::codec::fast::element::Quick;
pub use crate::codec::{CodePage, Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Side, Zone};
use crate::mask::Privacy;
pub use crate::model::content::Content;
use crate::model::error::{Key, KeyStyle, widen};

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
    pub(crate) pad_nibble: PadNibble,
    pub(crate) privacy: Privacy,
    /// How to read it fast, if it is of a usual form.
    pub(crate) quick: Quick,
}

/// How long a value is, in units: characters, digits, or octets of a binary value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) form: Form,
}

/// How the length of a value is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

/// What a fixed value that is given too short is filled with, and on which side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    places: Places,
}

/// What tells which element comes next.
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
        /// A length before each tag; `None` where the element announces its own length behind the
        /// tag.
        length_first: Option<Lead>,
        /// What a tag that is not listed holds; `None` refuses such tags.
        unknown: Option<&'s Element<'s>>,
    },
}

/// A length before each tag, in octets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lead {
    /// How it is written.
    pub prefix: Prefix,
    /// Whether it counts the tag, and not only what follows the tag.
    pub counts_tag: bool,
}

impl From<Prefix> for Lead {
    /// One that counts the tag.
    fn from(prefix: Prefix) -> Self {
        Self { prefix, counts_tag: true }
    }
}

/// How a tag is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tag {
    /// BER: one to three octets. A `00` where a tag is expected, and no length leads it, is padding:
    /// no part, but kept when the element is copied.
    Ber,
    /// That many ASCII digits, 1 to 6.
    Digits(u8),
    /// That many characters, 1 to 4.
    Text(u8),
    /// That many EBCDIC characters, 1 to 4; named by the characters, not by their octets.
    Ebcdic(CodePage, u8),
    /// That many octets, 1 to 4.
    Octets(u8),
}

impl Tag {
    /// Whether a tag can be written in this form: `9F26` is one of BER-TLV, `9F` alone is none.
    #[must_use]
    pub const fn admits(self, tag: u32) -> bool {
        match self {
            Self::Digits(digits) => places(tag, 10) <= digits,
            Self::Octets(octets) => places(tag, 256) <= octets,
            Self::Text(characters) | Self::Ebcdic(_, characters) => {
                places(tag, 256) == characters && is_graphic(tag)
            }
            Self::Ber => match tag.to_be_bytes() {
                [0, 0, 0, one] => one & 0x1F != 0x1F && one != 0,
                [0, 0, one, two] => one & 0x1F == 0x1F && two < 0x80,
                [0, one, two, three] => one & 0x1F == 0x1F && two >= 0x80 && three < 0x80,
                _ => false,
            },
        }
    }
}

/// How many places a number takes to that base; none for zero.
const fn places(number: u32, base: u32) -> u8 {
    let (mut rest, mut places) = (number, 0);
    while rest > 0 {
        (rest, places) = (rest / base, places + 1);
    }
    places
}

/// Whether the octets of a number, without zeros before them, are visible ASCII characters.
const fn is_graphic(number: u32) -> bool {
    let mut rest = number;
    while rest > 0 {
        let [.., last] = rest.to_be_bytes();
        if !last.is_ascii_graphic() {
            return false;
        }
        rest >>= 8;
    }
    true
}

/// How a bitmap is written and how many there can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BitmapForm {
    /// `Raw`, `Hex` or `EbcdicHex`.
    pub coding: Coding,
    /// Octets of one bitmap before coding: 8, or 1 to 8 inside a composite.
    pub octets: u8,
    /// Whether there is a second bitmap, for 65 to 128.
    pub second: NextBitmap,
    /// Whether there is a third bitmap, for 129 to 192.
    pub third: NextBitmap,
}

/// Whether a further bitmap exists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NextBitmap {
    /// Never; the bit that would announce it is an ordinary element.
    Never,
    /// When the first bit of the bitmap before it is set; it follows at once.
    Announced,
    /// Always; the bit that announces it is always set.
    Always,
    /// When the first bit of the bitmap before it is set, as the value of the element of that
    /// number (DE 65) at its place among the values.
    InElement,
}

impl BitmapForm {
    /// Eight octets, a second bitmap when bit 1 is set, no third.
    #[must_use]
    pub const fn new(coding: Coding) -> Self {
        Self { coding, octets: 8, second: NextBitmap::Announced, third: NextBitmap::Never }
    }

    /// One bitmap of `octets` octets inside a composite; every bit is an element.
    #[must_use]
    pub const fn single(coding: Coding, octets: u8) -> Self {
        Self { coding, octets, second: NextBitmap::Never, third: NextBitmap::Never }
    }

    /// The same with a second bitmap as said.
    #[must_use]
    pub const fn second(mut self, more: NextBitmap) -> Self {
        self.second = more;
        self
    }

    /// The same with a third bitmap as said.
    #[must_use]
    pub const fn third(mut self, more: NextBitmap) -> Self {
        self.third = more;
        self
    }

    /// The highest number an element can have.
    #[must_use]
    pub(crate) const fn capacity(&self) -> u8 {
        match (self.second, self.third) {
            (NextBitmap::Never, _) => self.octets.saturating_mul(8),
            (_, NextBitmap::Never) => 128,
            _ => 192,
        }
    }

    /// Whether the number is taken by a bit that announces a further bitmap.
    #[must_use]
    pub(crate) const fn is_continuation(&self, number: u8) -> bool {
        match number {
            1 => !matches!(self.second, NextBitmap::Never),
            65 => !matches!(self.third, NextBitmap::Never) && !matches!(self.second, NextBitmap::Never),
            _ => false,
        }
    }
}

impl<'s> Layout<'s> {
    pub(crate) const fn new(order: Order<'s>, elements: &'s [Option<Element<'s>>]) -> Self {
        let places = match order {
            Order::Tags { .. } => Places::of(elements),
            Order::Bitmap(_) | Order::Positions { .. } => Places::NONE,
        };
        Self { order, elements, places }
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
        self.led_by(Lead { prefix, counts_tag: true })
    }

    /// The same with a length before each tag that may leave the tag out.
    #[must_use]
    pub const fn led_by(mut self, length_first: Lead) -> Self {
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
        let placed = self.places.get(tag).and_then(|index| self.elements.get(index)?.as_ref());
        placed.filter(|element| element.key == tag).or_else(|| self.searched(tag))
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

impl Tag {
    pub(crate) const fn style(self) -> KeyStyle {
        match self {
            Self::Ber | Self::Octets(_) => KeyStyle::Hex,
            Self::Digits(width) => KeyStyle::Digits(width),
            Self::Text(_) | Self::Ebcdic(..) => KeyStyle::Text,
        }
    }
}

impl<'s> Element<'s> {
    /// The name in the standard's words.
    #[must_use]
    pub const fn name(&self) -> &'s str {
        self.name
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

    /// The pad nibble of an odd number of packed digits.
    #[must_use]
    pub const fn pad_nibble(&self) -> PadNibble {
        self.pad_nibble
    }

    /// What a padded value is filled with, as it lies on the wire.
    pub(crate) const fn wire_fill(&self) -> u8 {
        let fill = match self.fill {
            Some(fill) => fill,
            None => Fill::usual(self.content),
        };
        match self.coding {
            Coding::Ebcdic(page) => page.put(fill.with),
            _ => fill.with,
        }
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
