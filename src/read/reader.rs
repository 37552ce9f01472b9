//! The read pass: takes elements off a run of octets and checks each.

use crate::codec::bitmap::Announced;
use crate::codec::check;
use crate::codec::fast::element::FastElement;
use crate::codec::tag::PADDING;
use crate::codec::window::{MAX_INDEX, Octets};
use crate::layout::walk::{Pass, walk};
use crate::layout::{BitmapForm, Element, Form, Layout, LengthFirst, Tag};
use crate::model::Unit;
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Key, Note, Result, widen};
use crate::read::fast::ber::{DECODED, are_valid};

/// A place in a run of octets.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    octets: Octets<'a>,
    at: usize,
    /// The octet after what may be read: of all octets, or of what a leading length announced.
    end: usize,
    /// Whether a leading length set that end.
    led: bool,
}

/// Where an element's value lies, relative to the octets it was read from.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    /// First octet of the value, after a prefix.
    pub(crate) start: usize,
    /// Octets of the value on the wire.
    pub(crate) len: usize,
    /// Units of the value.
    pub(crate) units: usize,
    /// First octet after the element, terminator included.
    pub(crate) next: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(octets: Octets<'a>, at: usize) -> Self {
        Self { octets, at, end: octets.len(), led: false }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The offset in the message of `index` of the octets.
    pub(crate) fn position(&self, index: usize) -> u32 {
        u32::try_from(self.octets.position(index)).unwrap_or(u32::MAX)
    }

    pub(crate) fn left(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    /// The next `len` octets, or an error of kind [`ErrorKind::Truncated`].
    pub(crate) fn take(&mut self, len: usize) -> Result<Octets<'a>> {
        if self.left() < len {
            return Err(Error::new(ErrorKind::Truncated, self.offset(), len, self.left()));
        }
        let taken = self.octets.slice(self.at, len);
        self.at += len;
        Ok(taken)
    }

    /// Takes an element and checks it, parts included.
    #[inline]
    pub(crate) fn take_element(&mut self, element: &'a Element<'a>) -> Result<()> {
        debug_assert!(
            [FastElement::UNKNOWN, element.with_fast().fast].contains(&element.fast),
            "whoever changes an element renews it"
        );
        match self.valid_end(&element.fast) {
            Some(end) if !element.fast.is_composite => {
                self.at = end;
                Ok(())
            }
            sound => self.take_any(element, sound.is_some()),
        }
    }

    /// Where the element ends, if its fast form says that it is valid, apart from its parts.
    #[inline]
    fn valid_end(&self, fast: &FastElement) -> Option<usize> {
        fast.valid_end(self.octets.plain()?.get(..self.end)?, self.at)
    }

    /// Takes an element of any form, or one that is wrong; its own octets may be known to be valid.
    pub(crate) fn take_any(&mut self, element: &'a Element<'a>, is_valid: bool) -> Result<()> {
        let span = self.measure(element)?;
        let value = self.value(element, span);
        if !is_valid {
            let wire = self.octets.slice(span.start, span.len);
            check::check(&wire, &value, element.coding, element.content, element.pad_nibble)?;
        }
        if let Some(layout) = element.layout {
            check_parts(value, layout)?;
        }
        if let Form::Padded(_) = element.size.form {
            self.check_fill(element, span)?;
        }
        self.at = span.next;
        Ok(())
    }

    /// The logical value at `span`.
    #[inline]
    pub(crate) fn value(&self, element: &Element<'_>, span: Span) -> Octets<'a> {
        self.octets.decode(span.start, span.units, element.coding, element.content, element.pad_nibble)
    }

    /// Where the next element lies, if it is `element`; its content is not looked at.
    #[inline]
    pub(crate) fn measure(&self, element: &Element<'_>) -> Result<Span> {
        let max = element.max();
        match element.size.form {
            Form::Fixed | Form::Nothing => self.span(element, self.at, max, 0),
            Form::Prefixed(prefix) => {
                let (number, width) = prefix.get(&self.octets, self.at)?;
                let units = prefix.units(element.coding, element.content, number);
                let units = self.admit(element, units, self.at + width, number)?;
                self.span(element, self.at + width, units, 0)
            }
            Form::Padded(prefix) => {
                let (number, width) = prefix.get(&self.octets, self.at)?;
                let units = prefix.units(element.coding, element.content, number);
                let units = self.admit(element, units, self.at + width, number)?;
                let room = self.span(element, self.at + width, max, 0)?;
                Ok(Span { len: element.coding.wire_len(element.content, units), units, ..room })
            }
            Form::Rest => {
                let units = element.coding.units_of(element.content, self.left());
                let units = self.admit(element, units, self.at, self.left())?;
                self.span(element, self.at, units, 0)
            }
            Form::Until(terminator) => {
                let terminator = terminator.octets();
                let Some(len) = self.find(terminator) else {
                    return Err(Error::new(ErrorKind::Terminator, self.offset(), terminator.len(), 0));
                };
                let units = element.coding.units_of(element.content, len);
                let units = self.admit(element, units, self.at, len)?;
                self.span(element, self.at, units, terminator.len())
            }
            Form::IfLetter => {
                let value = Span { start: self.at, len: 1, units: 1, next: self.at + 1 };
                let is_there = self.left() > 0 && is_letter(self.value(element, value).get(0));
                self.span(element, self.at, if is_there { max } else { 0 }, 0)
            }
        }
    }

    /// How many octets stand before the first of these.
    fn find(&self, octets: &[u8]) -> Option<usize> {
        let is_at =
            |start: usize| octets.iter().zip(start..).all(|(octet, at)| self.octets.get(at) == *octet);
        let last = self.end.checked_sub(octets.len())?;
        (self.at..=last).position(is_at)
    }

    /// The units a value may have, from the number that announced them.
    #[inline]
    fn admit(
        &self,
        element: &Element<'_>,
        units: Option<usize>,
        start: usize,
        number: usize,
    ) -> Result<usize> {
        let Some(units) = units else { return Err(self.no_length(element, number)) };
        let units = self.without_spare(element, units, start);
        if (element.min()..=element.max()).contains(&units) {
            Ok(units)
        } else {
            Err(element.wrong_length(self.octets.position(self.at), units))
        }
    }

    /// A number that is the length of no value: shorter than what it includes, or not of whole units.
    #[cold]
    fn no_length(&self, element: &Element<'_>, number: usize) -> Error {
        let included = match element.size.form {
            Form::Prefixed(prefix) | Form::Padded(prefix) => usize::from(prefix.includes),
            _ => 0,
        };
        let (least, note) = if number < included { (included, Note::Includes) } else { (0, Note::None) };
        Error::new(ErrorKind::LengthUnit, self.offset(), least, number).noted(note)
    }

    /// Packed digits whose octets, not digits, were counted may have a pad nibble: it is one
    /// when it holds a fill that is no digit, or when only so the value is not too long.
    #[inline]
    fn without_spare(&self, element: &Element<'_>, units: usize, start: usize) -> usize {
        if !element.counts_octets() || units == 0 {
            return units;
        }
        let len = element.coding.wire_len(element.content, units);
        let fill = match element.pad_nibble.side {
            crate::codec::Side::Left => {
                let sign = usize::from(element.content.is_signed());
                self.octets.get(start + sign) >> 4
            }
            crate::codec::Side::Right => self.octets.get(start + len - 1) & 0x0F,
        };
        let is_marked = element.pad_nibble.nibble > 9
            && fill == element.pad_nibble.nibble
            && start + len <= self.octets.len();
        if is_marked || units == element.max() + 1 { units - 1 } else { units }
    }

    #[inline]
    fn span(&self, element: &Element<'_>, start: usize, units: usize, terminator: usize) -> Result<Span> {
        let len = element.coding.wire_len(element.content, units);
        let left = self.end.saturating_sub(start);
        if left < len + terminator {
            return Err(Error::new(ErrorKind::Truncated, self.octets.position(start), len, left));
        }
        Ok(Span { start, len, units, next: start + len + terminator })
    }

    /// What stands after a padded value must be its fill: anything else would be lost in a copy.
    #[cold]
    fn check_fill(&self, element: &Element<'_>, span: Span) -> Result<()> {
        let fill = element.wire_fill();
        match (span.start + span.len..span.next).find(|index| self.octets.get(*index) != fill) {
            Some(index) => {
                let error = Error::new(ErrorKind::Fill, self.octets.position(index), fill.into(), 0);
                Err(error.counting(Unit::Bytes))
            }
            None => Ok(()),
        }
    }
}

/// Checks a composite value to its last octet.
///
/// A coded one is decoded as a whole first, if it is not too long: its parts are then plain octets,
/// which are read faster. Its errors carry offsets in the message.
pub(crate) fn check_parts<'a>(value: Octets<'a>, layout: &'a Layout<'a>) -> Result<()> {
    let is_valid = match value.plain() {
        Some(plain) => are_valid(plain, 0, layout),
        None => {
            let decoded = &mut [0; DECODED];
            let decoded = value.copy_to(decoded);
            decoded.is_some_and(|plain| {
                are_valid(plain, 0, layout) || walk_parts(Octets::of(plain), layout).is_ok()
            })
        }
    };
    if is_valid { Ok(()) } else { walk_parts(value, layout) }
}

fn walk_parts<'a>(value: Octets<'a>, layout: &'a Layout<'a>) -> Result<()> {
    let mut reader = Reader::new(value, 0);
    walk(layout, &mut reader, Error::within)?;
    reader.end()
}

impl Reader<'_> {
    /// An error unless everything was taken.
    pub(crate) fn end(&self) -> Result<()> {
        match self.left() {
            0 => Ok(()),
            left => Err(Error::new(ErrorKind::Trailing, self.octets.position(self.at), 0, left)),
        }
    }
}

impl<'a> Pass<'a> for Reader<'a> {
    fn more(&self) -> bool {
        self.left() > 0
    }

    #[inline]
    fn bitmap(&mut self, form: BitmapForm) -> Result<Announced> {
        form.read(|len| self.take(len))
    }

    fn third_bitmap(&mut self, form: BitmapForm) -> Result<u64> {
        form.word(&self.take(form.len())?)
    }

    #[inline]
    fn tag(&mut self, tag: Tag, length_first: Option<LengthFirst>) -> Result<Option<u32>> {
        if self.led {
            self.end()?;
            (self.end, self.led) = (self.octets.len(), false);
        }
        if let (Tag::Ber, None, Some(wire)) = (tag, length_first, self.octets.plain())
            && let Some((value, width)) = Tag::read_ber_fast(wire, self.at)
        {
            self.at += width;
            return Ok(Some(value));
        }
        // a leading length may begin with 00, so there is no padding before one
        while tag == Tag::Ber
            && length_first.is_none()
            && self.left() > 0
            && self.octets.get(self.at) == PADDING
        {
            self.at += 1;
        }
        if self.left() == 0 {
            return Ok(None);
        }
        if let Some(length_first) = length_first {
            self.take_lead(length_first, tag)?;
        }
        self.take_tag(tag).map(Some)
    }

    #[inline]
    fn element(&mut self, _key: Key, element: &'a Element<'a>) -> Result<()> {
        self.take_element(element)
    }

    fn offset(&self) -> usize {
        self.octets.position(self.at)
    }
}

impl Reader<'_> {
    /// Reads the length before a tag: what follows may not be longer, and must not be shorter.
    fn take_lead(&mut self, LengthFirst { prefix, counts_tag }: LengthFirst, tag: Tag) -> Result<()> {
        let (number, width) = prefix.get(&self.octets, self.at)?;
        let start = self.at + width;
        let Some(counted) = number.checked_sub(usize::from(prefix.includes)) else {
            let (at, min) = (self.offset(), prefix.includes.into());
            return Err(Error::new(ErrorKind::LengthUnit, at, min, number).noted(Note::Includes));
        };
        let left = self.octets.len().saturating_sub(start);
        let uncounted = match counts_tag {
            true => 0,
            false => self.tag_len(tag, self.octets.slice(start, left))?,
        };
        let len = counted.saturating_add(uncounted);
        if left < len {
            return Err(Error::new(ErrorKind::Truncated, self.octets.position(start), len, left));
        }
        (self.at, self.end, self.led) = (start, start + len, true);
        Ok(())
    }

    fn take_tag(&mut self, tag: Tag) -> Result<u32> {
        let len = self.tag_len(tag, self.octets.slice(self.at, self.left()))?;
        tag.read(&self.take(len)?)
    }

    /// How many octets the tag takes that these start with.
    fn tag_len(&self, tag: Tag, octets: Octets<'_>) -> Result<usize> {
        tag.len_at(&octets).ok_or_else(|| Error::new(ErrorKind::Tag, octets.position(0), 3, 4))
    }
}

/// Whether a code that is there only if it begins so is there.
pub(crate) const fn is_letter(character: u8) -> bool {
    Content::A.admits(0, character)
}

/// The input as octets, or an error when it is longer than offsets can count.
pub(crate) fn input(wire: &[u8]) -> Result<Octets<'_>> {
    if wire.len() > MAX_INDEX {
        return Err(Error::new(ErrorKind::TooLong, 0, MAX_INDEX, wire.len()));
    }
    Ok(Octets::of(wire))
}

const _: () = assert!(MAX_INDEX <= widen(u32::MAX) / 4, "half bytes of an index fit u32");
