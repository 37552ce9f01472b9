//! Elements of a parsed message: masked when formatted, opened by one word.

use core::fmt;
use core::ops::Range;

use crate::codec::window::Octets;
use crate::layout::path;
use crate::layout::walk::Steps;
use crate::layout::{Element, Layout};
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Key, Result, widen};
use crate::model::trust::Trust;
use crate::read::reader::Reader;
use crate::read::shown::View;
use crate::read::trust::settle;
use crate::spec::Spec;

/// A data element of a message, or a part of one; borrowed from the input, already checked.
///
/// `Display` and `Debug` show the value as its privacy allows and nothing more. `==` compares with
/// text: `field == "00"`.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    pub(crate) key: Key,
    pub(crate) element: &'a Element<'a>,
    pub(crate) value: Octets<'a>,
    /// In the message: first octet of the prefix, first of the value, first after the element.
    pub(crate) bounds: [u32; 3],
    /// The spec of the message, if it is an element or a part of one.
    pub(crate) spec: Option<&'a Spec<'a>>,
}

impl<'a> Field<'a> {
    /// The element number, the position, or the tag.
    #[must_use]
    pub const fn key(&self) -> Key {
        self.key
    }

    /// The row of the spec.
    #[must_use]
    pub const fn element(&self) -> &'a Element<'a> {
        self.element
    }

    /// The name in the standard's words.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.element.name
    }

    /// The content class.
    #[must_use]
    pub const fn content(&self) -> Content {
        self.element.content
    }

    pub(crate) const fn privacy_is_open(&self) -> bool {
        self.element.privacy.is_open()
    }

    /// Length of the value in units: characters, digits, or octets of a binary value.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether the value has no unit.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The octets of the message the element takes, length prefix included. A part of packed
    /// digits may share its first or last octet with its neighbour.
    #[must_use]
    pub const fn range(&self) -> Range<usize> {
        let [start, _, end] = self.bounds;
        widen(start)..widen(end)
    }

    /// The octets of the message the value takes.
    #[must_use]
    pub const fn value_range(&self) -> Range<usize> {
        let [_, start, end] = self.bounds;
        widen(start)..widen(end)
    }

    /// The text of an open element. Never trimmed: say [`Text::trimmed`].
    ///
    /// # Errors
    /// [`ErrorKind::Private`] for a private element, whatever it holds; [`ErrorKind::Form`] for binary.
    #[inline]
    pub fn text(&self) -> Result<Text<'a>> {
        if self.element.content.is_binary() {
            return Err(self.error(ErrorKind::Form));
        }
        let exposed = self.open()?;
        let view = match self.value.trust() {
            Trust::Doubtful if self.is_code() => View::Plain,
            Trust::Doubtful => View::Kinds,
            _ if self.holds_card() => View::Veiled,
            _ => View::Plain,
        };
        Ok(Text { exposed, view })
    }

    /// The number in an open element of digits, up to 19 of them.
    ///
    /// # Errors
    /// [`ErrorKind::Private`]; [`ErrorKind::Form`] when it is empty or not all digits; [`ErrorKind::Number`] when
    /// it exceeds `u64`.
    #[inline]
    pub fn number(&self) -> Result<u64> {
        self.open()?.number()
    }

    /// The octets of an open element, of any class.
    ///
    /// # Errors
    /// [`ErrorKind::Private`] for a private element.
    #[inline]
    pub fn bytes(&self) -> Result<Exposed<'a>> {
        self.open()
    }

    /// Opens the value, private or not: the one word to search a code base for.
    #[must_use]
    #[inline]
    pub const fn expose(&self) -> Exposed<'a> {
        Exposed { value: self.value, binary: self.element.content.is_binary() }
    }

    /// Whether the element holds parts.
    #[must_use]
    pub const fn is_composite(&self) -> bool {
        self.element.layout.is_some()
    }

    /// The parts of a composite element in wire order; none for a plain one.
    #[must_use]
    pub fn parts(&self) -> Parts<'a> {
        let trust = match self.value.trust() {
            Trust::Doubtful if self.is_code() => Trust::Sound,
            Trust::Doubtful => Trust::Doubtful,
            _ if self.spoils_parts() => Trust::Doubtful,
            trust => trust,
        };
        Parts { reader: Reader::new(self.value.trusted(trust), 0), ..self.own_parts() }
    }

    /// The parts, trusted as the element is.
    pub(crate) fn own_parts(&self) -> Parts<'a> {
        self.parts_of(self.element.layout.map(Steps::new))
    }

    fn parts_of(&self, steps: Option<Steps<'a>>) -> Parts<'a> {
        Parts { steps, reader: Reader::new(self.value, 0), spec: self.spec }
    }

    /// The parts read with a layout of the caller's, for elements whose use depends on the
    /// message. The layout is checked first, as that of a spec is, and the value against it.
    ///
    /// # Errors
    /// As parsing a composite, and [`ErrorKind::Spec`].
    pub fn parts_as(&self, layout: &'a Layout<'a>) -> Result<Parts<'a>> {
        crate::spec::check_below(layout, self.element, self.value.layers())?;
        crate::read::reader::check_parts(self.value, layout)?;
        Ok(self.parts_of(Some(Steps::new(layout))))
    }

    /// The first part with this number or tag.
    #[must_use]
    pub fn part(&self, key: u32) -> Option<Field<'a>> {
        self.parts().find(|part| part.key.value() == key)
    }

    /// The part at a path below this element, such as `9F26` or `3.1`.
    #[must_use]
    pub fn path(&self, path: &str) -> Option<Field<'a>> {
        let (first, rest) = path::split(path);
        let key = path::key(self.element.layout?, first)?;
        let part = self.part(key)?;
        match rest {
            Some(rest) => part.path(rest),
            None => Some(part),
        }
    }

    /// The same element, of a message that is trusted so.
    pub(crate) const fn trusted(self, trust: Trust) -> Self {
        Self { value: self.value.trusted(trust), ..self }
    }

    /// The octets of the message.
    pub(crate) fn wire(&self) -> Octets<'a> {
        Octets::of(self.value.wire())
    }

    /// Whether the message can be trusted; worked out if it was not yet.
    pub(crate) fn trust(&self) -> Trust {
        match (self.value.trust(), self.spec) {
            (Trust::Unknown, Some(spec)) => settle(spec, self.value.wire()),
            (known, _) => known,
        }
    }

    #[inline]
    fn open(&self) -> Result<Exposed<'a>> {
        if self.element.privacy.is_open() { Ok(self.expose()) } else { Err(self.error(ErrorKind::Private)) }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let [start, ..] = self.bounds;
        Error::new(kind, widen(start), 0, 0).within(self.key)
    }
}

impl PartialEq<str> for Field<'_> {
    fn eq(&self, other: &str) -> bool {
        self.expose() == *other.as_bytes()
    }
}

impl PartialEq<&str> for Field<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// The parts of a composite element, in wire order.
#[derive(Clone)]
pub struct Parts<'a> {
    steps: Option<Steps<'a>>,
    reader: Reader<'a>,
    spec: Option<&'a Spec<'a>>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        // The value was checked when the message was parsed: an error cannot happen, and would
        // end the iteration.
        let (key, element) = self.steps.as_mut()?.next(&mut self.reader, |error, _| error).ok()??;
        let part = self.reader.field(key, element).ok()?;
        Some(Field { spec: self.spec, ..part })
    }
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> Reader<'a> {
    /// Takes an element that was checked before.
    pub(crate) fn field(&mut self, key: Key, element: &'a Element<'a>) -> Result<Field<'a>> {
        let span = self.measure(element)?;
        let value = self.value(element, span);
        let bounds = [self.at(), span.start, span.next].map(|index| self.position(index));
        self.skip_to(span.next);
        Ok(Field { key, element, value, bounds, spec: None })
    }
}

/// The opened value of an element: what [`Field::expose`] returns.
///
/// It has no `Display`, and its `Debug` shows the length only, so it cannot reach a log unless its
/// content is taken out first.
#[derive(Clone, Copy)]
pub struct Exposed<'a> {
    pub(crate) value: Octets<'a>,
    binary: bool,
}

impl<'a> Exposed<'a> {
    /// Length in units.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether there is no unit.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value as a slice of the input, where the link writes it as it is (ASCII, raw octets).
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        self.value.plain()
    }

    /// The value as text borrowed from the input, where the link writes ASCII.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> Option<&'a str> {
        core::str::from_utf8(self.value.plain()?).ok()
    }

    /// The octets of the value, decoded: ASCII or Latin-1 characters, or binary octets.
    pub fn octets(&self) -> impl DoubleEndedIterator<Item = u8> + Clone + use<'a> {
        self.value.iter()
    }

    /// The characters of the value; octets above `7F` as Latin-1.
    pub fn chars(&self) -> impl DoubleEndedIterator<Item = char> + Clone + use<'a> {
        self.value.iter().map(char::from)
    }

    /// The digits of the value as numbers 0 to 9; other characters are left out.
    pub fn digits(&self) -> impl DoubleEndedIterator<Item = u8> + Clone + use<'a> {
        self.value.iter().filter(u8::is_ascii_digit).map(|octet| octet - b'0')
    }

    /// The decoded value, copied into `out`.
    ///
    /// # Errors
    /// [`ErrorKind::Room`] when `out` is shorter than the value.
    pub fn copy_to<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8]> {
        let room = out.len();
        let Some(target) = out.get_mut(..self.len()) else {
            return Err(Error::new(ErrorKind::Room, 0, self.len(), room));
        };
        target.iter_mut().zip(self.octets()).for_each(|(slot, octet)| *slot = octet);
        Ok(target)
    }

    /// The number, for a value of digits only.
    ///
    /// # Errors
    /// [`ErrorKind::Form`] when it is empty or not all digits; [`ErrorKind::Number`] when it exceeds `u64`.
    #[inline]
    pub fn number(&self) -> Result<u64> {
        let fail = |kind, index| Error::new(kind, self.value.position(index), 0, 0);
        if self.binary || self.is_empty() {
            return Err(fail(ErrorKind::Form, 0));
        }
        let mut number = 0u64;
        for (index, octet) in self.octets().enumerate() {
            if !octet.is_ascii_digit() {
                return Err(fail(ErrorKind::Form, index));
            }
            let next = number.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(octet - b'0')));
            number = next.ok_or_else(|| fail(ErrorKind::Number, index))?;
        }
        Ok(number)
    }

    /// The signed amount of class `x+n`: `C` is positive, `D` negative.
    ///
    /// # Errors
    /// [`ErrorKind::Form`] when it is none; [`ErrorKind::Number`] when it exceeds `i64`.
    pub fn signed(&self) -> Result<i64> {
        let digits = Exposed { value: self.value.slice(1, self.len()), binary: self.binary };
        let fail = |kind| Error::new(kind, self.value.position(0), 0, 0);
        let magnitude = i64::try_from(digits.number()?).map_err(|_| fail(ErrorKind::Number))?;
        match self.value.get(0) {
            b'C' => Ok(magnitude),
            b'D' => Ok(-magnitude),
            _ => Err(fail(ErrorKind::Form)),
        }
    }
}

impl PartialEq<[u8]> for Exposed<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.len() == other.len() && self.octets().eq(other.iter().copied())
    }
}

impl PartialEq<str> for Exposed<'_> {
    fn eq(&self, other: &str) -> bool {
        *self == *other.as_bytes()
    }
}

impl PartialEq<&str> for Exposed<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq for Exposed<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.octets().eq(other.octets())
    }
}

impl Eq for Exposed<'_> {}

impl fmt::Debug for Exposed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clear({} units)", self.len())
    }
}

/// The text of an open element.
///
/// `Display` and `Debug` are for people and mask as those of [`Field`] do: a card number in it, and all of it
/// where the message broke. What carries the text on takes its characters: [`as_str`](Self::as_str),
/// [`chars`](Self::chars), [`copy_to`](Self::copy_to).
#[derive(Clone, Copy)]
pub struct Text<'a> {
    pub(crate) exposed: Exposed<'a>,
    pub(crate) view: View,
}

impl<'a> Text<'a> {
    /// Length in characters.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.exposed.len()
    }

    /// Whether there is no character.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.exposed.is_empty()
    }

    /// The text borrowed from the input, where the link writes ASCII.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> Option<&'a str> {
        self.exposed.as_str()
    }

    /// The characters; octets above `7F` as Latin-1.
    pub fn chars(&self) -> impl DoubleEndedIterator<Item = char> + Clone + use<'a> {
        self.exposed.chars()
    }

    /// Without the blanks at the end.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let blanks = self.exposed.octets().rev().take_while(|octet| *octet == b' ').count();
        let value = self.exposed.value.slice(0, self.len() - blanks);
        Self { exposed: Exposed { value, binary: false }, ..*self }
    }

    /// The decoded text, copied into `out`.
    ///
    /// # Errors
    /// [`ErrorKind::Room`] when `out` is shorter than the text.
    pub fn copy_to<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8]> {
        self.exposed.copy_to(out)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.exposed == other.exposed
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.exposed == *other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.exposed == **other
    }
}
