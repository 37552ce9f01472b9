//! Elements of a parsed message: masked when formatted, opened by one word.

use core::fmt;
use core::ops::Range;

use crate::codec::window::Octets;
use crate::layout::path;
use crate::layout::walk::Steps;
use crate::layout::{Element, Layout};
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Key, KeyStyle, Result, widen};
use crate::model::trust::Trust;
use crate::read::exposed::Exposed;
use crate::read::reader::Reader;
use crate::read::trust::settle;
use crate::read::view::{Seen, View};
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
    /// Whether it stands in an element, or is one.
    pub(crate) is_part: bool,
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
        Ok(Text { exposed, field: *self })
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
            Trust::Doubtful if self.seen().is_code() => Trust::Sound,
            Trust::Doubtful => Trust::Doubtful,
            _ if self.seen().spoils_parts() => Trust::Doubtful,
            trust => trust,
        };
        let steps = self.element.layout.map(Steps::new);
        Parts { steps, reader: Reader::new(self.value.trusted(trust), 0), spec: self.spec }
    }

    /// The parts read with a layout of the caller's, for elements whose use depends on the
    /// message. The layout is checked first, as that of a spec is, and the value against it.
    ///
    /// # Errors
    /// As parsing a composite, and [`ErrorKind::Spec`].
    pub fn parts_as(&self, layout: &'a Layout<'a>) -> Result<Parts<'a>> {
        crate::spec::check_below(layout, self.element, self.value.layers())?;
        crate::read::reader::check_parts(self.value, layout)?;
        Ok(Parts { steps: Some(Steps::new(layout)), reader: Reader::new(self.value, 0), spec: self.spec })
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

    /// Whether the message can be trusted; worked out if it was not yet.
    pub(crate) fn trust(&self) -> Trust {
        match (self.value.trust(), self.spec) {
            (Trust::Unknown, Some(spec)) => settle(spec, self.value.wire(), self.bounds.map(widen)),
            (known, _) => known,
        }
    }

    /// Whether formatting hides anything of the value: because its row is private, because a card number is in
    /// it, or because the message cannot be trusted.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.view() != View::Plain
    }

    /// The octets of the value, and `None` for each that formatting hides, wholly or in part.
    pub fn masked(&self) -> impl Iterator<Item = Option<u8>> + '_ {
        self.view().octets(&self.value, self.content())
    }

    /// The key, as formatting shows it: a tag that no layout lists is hidden where the message cannot be
    /// trusted.
    #[must_use]
    pub fn shown_key(&self) -> impl fmt::Display + use<> {
        let is_listed = self.key.style() == KeyStyle::Number || self.element.key() == self.key.value();
        ShownKey { key: self.key, is_hidden: !is_listed && self.value.trust() == Trust::Doubtful }
    }

    fn view(&self) -> View {
        self.seen().view(self.trust())
    }

    fn seen(&self) -> Seen<'_, 'a> {
        let Self { key, element, value, spec, .. } = self;
        Seen { key: *key, element, value, range: self.value_range(), spec: *spec }
    }

    #[inline]
    fn open(&self) -> Result<Exposed<'a>> {
        if self.element.privacy.is_open() { Ok(self.expose()) } else { Err(self.error(ErrorKind::Private)) }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let [start, ..] = self.bounds;
        let error = Error::new(kind, widen(start), 0, 0);
        if self.is_part { error.within(self.key) } else { error.in_element(self.key) }
    }
}

/// Every element of a spec that is not open shows here as `*`, and so do the inner digits of a card number in an
/// open one. Of a message that cannot be trusted only kinds of characters are shown: `#` for a digit, `@` for a
/// letter.
impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().write(f, &self.value, self.element.content)
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({} {self})", self.shown_key())
    }
}

/// See [`Field::shown_key`].
struct ShownKey {
    key: Key,
    is_hidden: bool,
}

impl fmt::Display for ShownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_hidden { f.write_str("****") } else { fmt::Display::fmt(&self.key, f) }
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

/// The text of an open element.
///
/// `Display` and `Debug` are for people and mask as those of [`Field`] do: a card number in it, and all of it
/// where the message broke. What carries the text on takes its characters: [`as_str`](Self::as_str),
/// [`chars`](Self::chars), [`copy_to`](Self::copy_to).
#[derive(Clone, Copy)]
pub struct Text<'a> {
    pub(crate) exposed: Exposed<'a>,
    /// The element; what of it is hidden is worked out when it is formatted.
    field: Field<'a>,
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

/// Masked as an element is. To carry a value on, take its characters.
impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.field.view().write(f, &self.exposed.value, Content::Any)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
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
        Some(Field { spec: self.spec, is_part: true, ..part })
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
        Ok(Field { key, element, value, bounds, spec: None, is_part: false })
    }
}
