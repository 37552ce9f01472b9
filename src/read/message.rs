//! Messages: a checked, zero-copy view of the input.

use core::fmt;
use core::ops::Range;

use crate::codec::fast::element::ValueSpan;
use crate::codec::window::Octets;
use crate::codec::{Coding, Side};
use crate::layout::Element;
use crate::layout::path;
use crate::mask::{Inner, is_card_across, is_inner_digit};
use crate::model::bitmap::Bitmap;
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Key, Place, Result};
use crate::model::mti::Mti;
use crate::model::trust::Trust;
use crate::read::exposed::Exposed;
use crate::read::field::Field;
use crate::read::field::Text;
use crate::read::offsets::Starts;
use crate::read::reader::Reader;
use crate::read::trust::{DATED, has_card_across, is_dated, is_of_edition};
use crate::spec::Spec;

/// A message that was checked to its last octet: every element is there, in its class and length,
/// and nothing is left over. Borrows the input, copies nothing, uses no heap.
///
/// ```
/// use cardwire::{Message, de, spec::ISO87_ASCII};
///
/// let wire = b"08002220000000800000\
///              00000000123456TERM0001";
/// # let wire = b"0800202000000080000000000012345600000001";
/// let message = Message::parse(&ISO87_ASCII, wire)?;
/// assert_eq!(message.mti(), "0800");
/// assert_eq!(message.number(de::STAN)?, 123_456);
/// # Ok::<(), cardwire::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub(crate) spec: &'a Spec<'a>,
    pub(crate) wire: &'a [u8],
    pub(crate) mti: Mti,
    /// How many bitmaps were on the wire; a second one may be there and announce nothing.
    pub(crate) bitmaps: u8,
    /// How many elements were read: all that `announced` announces, or fewer in an inspection.
    pub(crate) count: u8,
    pub(crate) announced: Bitmap,
    pub(crate) starts: Starts,
    pub(crate) trust: Trust,
}

/// A message is small enough to be handed on by value.
const _: () = assert!(size_of::<Message<'_>>() <= 192);

/// What is made of a message that is read, in its place: the message, or something that holds it.
pub(crate) trait FromParsed<'a> {
    fn of(message: Message<'a>) -> Self;
    fn message(&mut self) -> &mut Message<'a>;
}

impl<'a> FromParsed<'a> for Message<'a> {
    #[inline(always)]
    fn of(message: Self) -> Self {
        message
    }

    #[inline(always)]
    fn message(&mut self) -> &mut Self {
        self
    }
}

impl<'a> Message<'a> {
    pub(crate) fn empty(spec: &'a Spec<'a>, wire: &'a [u8]) -> Self {
        Self {
            spec,
            wire,
            mti: Mti::UNKNOWN,
            bitmaps: 0,
            count: 0,
            announced: Bitmap::EMPTY,
            starts: Starts::NONE,
            trust: Trust::Unknown,
        }
    }

    /// The spec the message was parsed with.
    #[must_use]
    pub const fn spec(&self) -> &'a Spec<'a> {
        self.spec
    }

    /// The input, from the header to the last element.
    #[must_use]
    pub const fn wire(&self) -> &'a [u8] {
        self.wire
    }

    /// The octets before the MTI; empty for most specs.
    #[must_use]
    pub fn header(&self) -> &'a [u8] {
        self.wire.get(..self.spec.header()).unwrap_or_default()
    }

    /// The message type identifier.
    #[must_use]
    pub const fn mti(&self) -> Mti {
        self.mti
    }

    /// How many bitmaps stand on the wire, 1 to 3.
    #[must_use]
    pub const fn bitmap_count(&self) -> u8 {
        self.bitmaps
    }

    /// The elements that are there. Bits that only announce a further bitmap do not count.
    #[must_use]
    pub fn bitmap(&self) -> Bitmap {
        match self.announced.len() == usize::from(self.count) {
            true => self.announced,
            false => self.announced.iter().take(usize::from(self.count)).collect(),
        }
    }

    /// Whether an element is there.
    #[must_use]
    pub fn has(&self, number: u8) -> bool {
        self.rank(number).is_some()
    }

    /// The element with this number.
    #[must_use]
    #[inline]
    pub fn get(&self, number: u8) -> Option<Field<'a>> {
        match self.starts.get(self.rank(number)?) {
            Some(start) => self.field(number, start),
            None => self.walk_to(number),
        }
    }

    /// The value of an element that stands in the message as it is, if it is near.
    #[inline]
    pub(crate) fn plain(&self, number: u8) -> Option<&'a [u8]> {
        let (_, span) = self.plain_span(number)?;
        self.wire.get(span.start..span.end)
    }

    /// An element that stands in the message as it is, if it is near, and where its value lies.
    #[inline]
    fn plain_span(&self, number: u8) -> Option<(&'a Element<'a>, ValueSpan)> {
        let start = self.starts.get(self.rank(number)?)?;
        let element = self.spec.element(number)?;
        let (Coding::Ascii | Coding::Raw) = element.coding else { return None };
        Some((element, element.fast.find(self.wire, start)?))
    }

    /// The rank of an element that was read.
    #[inline]
    fn rank(&self, number: u8) -> Option<usize> {
        self.announced.rank_of(number).filter(|rank| *rank < usize::from(self.count))
    }

    #[cold]
    fn walk_to(&self, number: u8) -> Option<Field<'a>> {
        self.fields().find(|field| field.key.value() == u32::from(number))
    }

    /// The octets of the elements from one rank up to another, which is not included, if both are
    /// near.
    #[inline(always)]
    pub(crate) fn between(&self, first: usize, after: usize) -> Option<&'a [u8]> {
        let end = match after == usize::from(self.count) {
            // after the last one that was read of a broken message stands what broke it
            true => (self.announced.len() == after).then_some(self.wire.len())?,
            false => self.starts.get(after)?,
        };
        self.wire.get(self.starts.get(first)?..end)
    }

    /// The element that starts at `start`.
    #[inline(always)]
    pub(crate) fn field(&self, number: u8, start: usize) -> Option<Field<'a>> {
        let (key, element) = (Key::number(u32::from(number)), self.spec.element(number)?);
        let is_plain = matches!(element.coding, Coding::Ascii | Coding::Raw);
        match element.fast.find(self.wire, start).filter(|_| is_plain) {
            Some(lies) => {
                let bounds =
                    [start, lies.start, lies.end].map(|index| u32::try_from(index).unwrap_or(u32::MAX));
                let value = Octets::within(self.wire, lies.start, lies.end - lies.start, self.trust);
                Some(Field { key, element, value, bounds, spec: Some(self.spec), is_part: false })
            }
            None => read_field(self, key, element, start),
        }
    }

    /// The input, trusted as the message is.
    #[inline]
    pub(crate) fn octets(&self) -> Octets<'a> {
        Octets::of(self.wire).trusted(self.trust)
    }

    /// The element or part at a path: `39`, `55.9F26`, `48.0105`, `60.2`.
    #[must_use]
    pub fn path(&self, path: &str) -> Option<Field<'a>> {
        let (first, rest) = path::split(path);
        let field = self.get(u8::try_from(path::decimal(first)?).ok()?)?;
        match rest {
            Some(rest) => field.path(rest),
            None => Some(field),
        }
    }

    /// The text of an open element.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`], and as [`Field::text`].
    #[inline]
    pub fn text(&self, number: u8) -> Result<Text<'a>> {
        self.require(number)?.text().map_err(|error| error.of_element(number))
    }

    /// The number in an open element of digits.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`], and as [`Field::number`].
    #[inline]
    pub fn number(&self, number: u8) -> Result<u64> {
        if let Some(value) = self.packed_number(number) {
            return Ok(value);
        }
        self.require(number)?.number().map_err(|error| error.of_element(number))
    }

    /// The number in an open element of packed digits, if it is near and has few of them.
    #[inline]
    fn packed_number(&self, number: u8) -> Option<u64> {
        let element = self.spec.element(number).filter(|element| element.coding == Coding::Bcd)?;
        if element.content != Content::N || !element.privacy.is_open() {
            return None;
        }
        let span = element.fast.find(self.wire, self.starts.get(self.rank(number)?)?)?;
        let octets = self.wire.get(span.start..span.end).filter(|octets| (1..=9).contains(&octets.len()))?;
        let mut value = 0;
        let last = octets.len() - 1;
        for (index, octet) in octets.iter().enumerate() {
            let (high, low) = (u64::from(octet >> 4), u64::from(octet & 0x0F));
            value = match (span.is_odd(), element.pad_nibble.side) {
                (true, Side::Left) if index == 0 && low < 10 => low,
                (true, Side::Right) if index == last && high < 10 => 10 * value + high,
                _ if high < 10 && low < 10 => 100 * value + 10 * high + low,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Opens an element, private or not.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    #[inline]
    pub fn expose(&self, number: u8) -> Result<Exposed<'a>> {
        match self.plain_span(number) {
            Some((element, span)) => {
                let value = Octets::within(self.wire, span.start, span.end - span.start, self.trust);
                Ok(Exposed { value, binary: element.content.is_binary() })
            }
            None => Ok(self.require(number)?.expose()),
        }
    }

    /// The element, or an error that it is missing.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    #[inline]
    pub fn require(&self, number: u8) -> Result<Field<'a>> {
        self.get(number).ok_or_else(|| self.missing(number))
    }

    /// The same message; whether it makes sense is known of it.
    pub(crate) fn settled(&self) -> Self {
        let trust = match self.trust {
            Trust::Unknown if !self.makes_sense() && has_card_across(self.wire, || self.borders()) => {
                Trust::Doubtful
            }
            Trust::Unknown if is_card_across(self.wire, |card, _| self.has_border_in(card)) => Trust::Crossed,
            Trust::Unknown => Trust::Sound,
            known => known,
        };
        Self { trust, ..*self }
    }

    /// Where elements begin, and their values.
    fn borders(&self) -> impl Iterator<Item = usize> + Clone {
        self.fields().flat_map(|field| [field.range().start, field.value_range().start])
    }

    /// Whether one lies within a card number. Apart, so that the search for card numbers stays small.
    #[inline(never)]
    fn has_border_in(&self, card: Range<usize>) -> bool {
        self.borders().any(|border| card.start < border && border < card.end)
    }

    fn makes_sense(&self) -> bool {
        let dated = DATED.into_iter().filter_map(|number| self.get(number));
        self.mti.is_known()
            && is_of_edition(self.spec, self.mti)
            && dated.into_iter().all(|field| is_dated(field.content(), field.value))
    }

    pub(crate) fn is_doubtful(&self) -> bool {
        self.trust == Trust::Doubtful
    }

    /// Whether digits of a card number lie across elements, and are hidden there.
    pub(crate) fn is_crossed(&self) -> bool {
        self.trust == Trust::Crossed
    }

    fn is_sound(&self) -> bool {
        !matches!(self.trust, Trust::Doubtful | Trust::Crossed)
    }

    pub(crate) fn shown_mti(&self) -> ShownMti {
        ShownMti(self.shows_mti().then_some(self.mti))
    }

    pub(crate) fn shows_mti(&self) -> bool {
        let start = self.spec.header();
        self.is_sound() || self.mti.is_known() && self.is_clear(start..start + self.spec.mti().len())
    }

    /// Whether it may be told which elements the bitmaps announce.
    pub(crate) fn shows_bitmaps(&self) -> bool {
        let start = self.spec.header() + self.spec.mti().len();
        self.is_sound() || self.is_clear(start..start + self.bitmap_len())
    }

    /// How many octets the bitmaps at the start take.
    pub(crate) fn bitmap_len(&self) -> usize {
        let form = self.spec.bitmap();
        let apart = form.has_third_among_values() && self.bitmaps == 3;
        let count = usize::from(self.bitmaps) - usize::from(apart);
        count * form.coding.wire_len(Content::B, usize::from(form.octets))
    }

    /// Whether no octet of a range could be an inner digit of a card number.
    fn is_clear(&self, range: Range<usize>) -> bool {
        if self.is_crossed() {
            return !range.into_iter().any(|index| is_inner_digit(self.wire, index));
        }
        let wire = Octets::of(self.wire);
        let mut inner = Inner::of(&wire, range.clone());
        !range.into_iter().any(|index| inner.hides(index))
    }

    #[cold]
    fn missing(&self, number: u8) -> Error {
        Error::new(ErrorKind::Missing, self.wire.len(), 0, 0).at(Place::Element(number))
    }
}

/// Masked: MTI and elements, private values hidden.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.settled();
        let mut debug = f.debug_struct("Message");
        debug.field("mti", &message.shown_mti()).field("fields", &DebugFields(&message)).finish()
    }
}

pub(crate) struct DebugFields<'m, 'a>(pub(crate) &'m Message<'a>);

impl fmt::Debug for DebugFields<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.fields().map(|field| (Plain(field.shown_key()), Plain(field)))).finish()
    }
}

/// A message type, if it may be shown.
pub(crate) struct ShownMti(Option<Mti>);

impl fmt::Display for ShownMti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(mti) => fmt::Display::fmt(&mti, f),
            None => f.write_str("####"),
        }
    }
}

impl fmt::Debug for ShownMti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What shows in `Debug` as in `Display`.
struct Plain<T>(T);

impl<T: fmt::Display> fmt::Debug for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The element that starts at `start`, whatever its form.
#[inline(never)]
fn read_field<'a>(
    message: &Message<'a>,
    key: Key,
    element: &'a Element<'a>,
    start: usize,
) -> Option<Field<'a>> {
    let field = Reader::new(message.octets(), start).field(key, element).ok()?;
    Some(Field { spec: Some(message.spec), ..field })
}

/// A count of elements as a message keeps it: there are never more than 192.
#[inline(always)]
pub(crate) fn narrow(elements: usize) -> u8 {
    u8::try_from(elements).unwrap_or(u8::MAX)
}
