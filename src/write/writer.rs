//! The write pass: puts elements into a run of octets. Measuring is the same pass with no room.

use crate::codec::bitmap::{Announced, Bitmaps};
use crate::codec::window::{Octets, OctetsMut};
use crate::codec::{Coding, Side};
use crate::layout::walk::{Pass, walk};
use crate::layout::{BitmapForm, Element, Form, Layout, LengthFirst, Order, Tag, Terminator};
use crate::model::Unit;
use crate::model::bitmap::Bitmap;
use crate::model::content::{CharKind, Content};
use crate::model::error::{Error, ErrorKind, Key, Note, Place, Result};
use crate::read::reader::{check_parts, is_letter};
use crate::write::fill::Filled;
use crate::write::value::{PartList, Source, find, is_by_key};

/// Where the next octet goes. Octets beyond the end of the buffer are counted, not written, so an
/// empty buffer measures.
pub(crate) struct Writer<'b> {
    out: OctetsMut<'b>,
    at: usize,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(out: OctetsMut<'b>) -> Self {
        Self::at_place(out, 0)
    }

    /// The same from there on.
    pub(crate) fn at_place(out: OctetsMut<'b>, at: usize) -> Self {
        Self { out, at }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    fn put(&mut self, octet: u8) {
        self.out.set(self.at, octet);
        self.at += 1;
    }

    pub(crate) fn put_all(&mut self, octets: &[u8]) {
        match self.out.plain(self.at, octets.len()) {
            Some(room) => {
                room.copy_from_slice(octets);
                self.at += octets.len();
            }
            None => octets.iter().for_each(|octet| self.put(*octet)),
        }
    }

    fn error(&self, kind: ErrorKind, expected: usize, found: usize) -> Error {
        Error::new(kind, self.out.position(self.at), expected, found)
    }

    /// The first `len` of some octets.
    pub(crate) fn put_some(&mut self, (octets, len): (impl AsRef<[u8]>, usize)) {
        self.put_all(octets.as_ref().get(..len).unwrap_or_default());
    }

    /// Writes the bitmaps of `elements`, at least `least` of them.
    pub(crate) fn put_bitmaps(&mut self, elements: Bitmap, form: BitmapForm, min: u8) -> Result<Announced> {
        let bitmaps = Bitmaps::of(elements, form, min).ok_or(self.error(ErrorKind::Undefined, 0, 0))?;
        bitmaps.words().for_each(|word| self.put_some(form.write(word)));
        Ok(Announced { elements, third_pending: bitmaps.third_pending })
    }

    pub(crate) fn put_third_bitmap(&mut self, elements: Bitmap, form: BitmapForm) -> u64 {
        let [_, _, third] = elements.words();
        self.put_some(form.write(third));
        third
    }

    /// Writes an element with its prefix and everything around it.
    pub(crate) fn put_element(&mut self, element: &Element<'_>, source: &Source<'_>) -> Result<()> {
        match *source {
            Source::None | Source::Echo(_) => Err(self.error(ErrorKind::Missing, 0, 0).noted(Note::Required)),
            Source::Octets(octets) => self.put_leaf(element, Filled::text(element, Octets::of(octets), true)),
            Source::AsRead(octets) => {
                self.put_leaf(element, Filled::text(element, Octets::of(octets), false))
            }
            Source::Borrowed(view) => self.put_leaf(element, Filled::text(element, view.octets(), false)),
            Source::Number(number) => self.put_number(element, number, b'C'),
            Source::Negative(number) => self.put_number(element, number, b'D'),
            Source::Parts(parts) => self.put_parts(element, parts),
            Source::Slice(slice) => self.put_parts(element, slice.list()),
        }
    }

    fn put_number(&mut self, element: &Element<'_>, magnitude: u64, sign: u8) -> Result<()> {
        let content = element.content;
        if content.is_binary() {
            return Err(self.error(ErrorKind::Form, 0, 0));
        }
        if sign == b'D' && !content.is_signed() {
            return Err(self.error(ErrorKind::Number, 0, 0));
        }
        let mut text = [0; DIGITS + 1];
        let digits = decimal(magnitude, &mut text);
        let start = DIGITS + 1 - digits - usize::from(content.is_signed());
        if let (Some(slot), true) = (text.get_mut(start), content.is_signed()) {
            *slot = sign;
        }
        self.put_leaf(element, Filled::number(element, Octets::of(text.get(start..).unwrap_or_default())))
    }

    /// Writes a value and the fill it needs.
    fn put_leaf(&mut self, element: &Element<'_>, value: Filled<'_>) -> Result<()> {
        let (content, units) = (element.content, value.len());
        let start = self.begin(element, units)?;
        let mut window = self.out.encode(start, units, element.coding, content, element.pad_nibble);
        if !value.plain().is_some_and(|value| window.copy_from(value)) {
            (0..units).for_each(|index| window.set(index, value.get(index)));
        }
        if let Some((index, octet)) = value.first_misfit(content) {
            let at = window.position(index);
            return Err(match value.is_fill(index) {
                true => Error::new(ErrorKind::TooShort, at, units, units - value.missing)
                    .counting(Unit::of(content)),
                false => Error::new(ErrorKind::Character(content, CharKind::of(octet)), at, 0, 0),
            });
        }
        if element.size.form == Form::IfLetter && units > 0 && !is_letter(value.get(0)) {
            let kind = ErrorKind::Character(Content::A, CharKind::of(value.get(0)));
            return Err(Error::new(kind, window.position(0), 0, 0));
        }
        if value.ends_as_if_padded(element) {
            return Err(self.error(ErrorKind::DigitCount, units - 1, units));
        }
        self.end(element, start, units)?;
        self.check_composite(element, start, units)
    }

    /// Writes a composite from its parts: measured first, for the prefix, then written.
    fn put_parts(&mut self, element: &Element<'_>, parts: &dyn PartList) -> Result<()> {
        let Some(layout) = element.layout else { return Err(self.error(ErrorKind::Form, 0, 0)) };
        let measured = write_parts(Writer::new(OctetsMut::of(&mut [])), layout, parts);
        let units = measured.map_err(|error| self.placed(element, error, layout, parts))?;
        let start = self.begin(element, units)?;
        let window = self.out.encode(start, units, element.coding, element.content, element.pad_nibble);
        write_parts(Writer::new(window), layout, parts)?;
        self.end(element, start, units)?;
        self.check_composite(element, start, units)
    }

    /// An error of measuring, with the offset it has where the parts are written.
    #[cold]
    fn placed(
        &mut self,
        element: &Element<'_>,
        error: Error,
        layout: &Layout<'_>,
        parts: &dyn PartList,
    ) -> Error {
        let start = match element.size.form {
            Form::Prefixed(prefix) | Form::Padded(prefix) => self.at + prefix.octets(0),
            _ => self.at,
        };
        let window = self.out.encode(start, 0, element.coding, element.content, element.pad_nibble);
        write_parts(Writer::new(window), layout, parts).err().unwrap_or(error)
    }

    /// Checks the length of a value and writes its prefix; returns where the value starts.
    fn begin(&mut self, element: &Element<'_>, units: usize) -> Result<usize> {
        let min = match element.size.form {
            Form::IfLetter if units > 0 => element.max(),
            _ => element.min(),
        };
        if !(min..=element.max()).contains(&units) {
            return Err(element.wrong_length(self.out.position(self.at), units));
        }
        if !element.is_told(units) {
            let digits = units - usize::from(element.content.is_signed());
            return Err(self.error(ErrorKind::DigitCount, digits + 1, digits));
        }
        let (Form::Prefixed(prefix) | Form::Padded(prefix)) = element.size.form else { return Ok(self.at) };
        let number = prefix.announce(element.coding, element.content, units);
        prefix.put(&mut self.out, self.at, number);
        Ok(self.at + prefix.octets(number))
    }

    /// Writes what stands around a value of `units` units at `start`, and moves after it.
    fn end(&mut self, element: &Element<'_>, start: usize, units: usize) -> Result<()> {
        let len = element.coding.wire_len(element.content, units);
        if element.coding == Coding::Bcd {
            self.put_spare(element, start, units, len);
        }
        self.at = start + len;
        match element.size.form {
            Form::Until(terminator) => self.put_terminator(start, terminator)?,
            Form::Padded(_) => {
                let fill = element.wire_fill();
                (units..element.max()).for_each(|_| self.put(fill));
            }
            _ => {}
        }
        Ok(())
    }

    /// A value that holds its own terminator would be read back shorter. Without a buffer there is
    /// nothing to look into.
    fn put_terminator(&mut self, start: usize, terminator: Terminator) -> Result<()> {
        let (end, octets) = (self.at, terminator.octets());
        self.put_all(octets);
        // a value may end as its terminator begins, so that is looked at too
        let is_at = |start: &usize| {
            let is_here = |(octet, at): (&u8, usize)| self.out.get(at) == *octet;
            self.out.holds(start + octets.len()) && octets.iter().zip(*start..).all(is_here)
        };
        match (start..end).find(is_at) {
            Some(index) => {
                let error = Error::new(ErrorKind::Terminator, self.out.position(index), 0, 0);
                Err(error.noted(Note::Terminated))
            }
            None => Ok(()),
        }
    }

    fn put_spare(&mut self, element: &Element<'_>, start: usize, units: usize, len: usize) {
        let sign = usize::from(element.content.is_signed());
        if units.saturating_sub(sign).is_multiple_of(2) || len == 0 {
            return;
        }
        let (index, shift) = match element.pad_nibble.side {
            Side::Left => (start + sign, 4),
            Side::Right => (start + len - 1, 0),
        };
        let digit = self.out.get(index) & (0xF0 >> shift);
        self.out.set(index, digit | element.pad_nibble.nibble << shift);
    }

    /// A composite given as octets must be one that parsing accepts.
    fn check_composite(&self, element: &Element<'_>, start: usize, units: usize) -> Result<()> {
        match element.layout {
            Some(layout) if self.out.holds(self.at) => {
                let octets = self.out.as_octets(self.at);
                check_parts(
                    octets.decode(start, units, element.coding, element.content, element.pad_nibble),
                    layout,
                )
            }
            _ => Ok(()),
        }
    }
}

/// Writes the parts of a composite; returns how many octets they take.
pub(crate) fn write_parts<'s>(
    writer: Writer<'_>,
    layout: &'s Layout<'s>,
    parts: &dyn PartList,
) -> Result<usize> {
    let mut pass = PartWriter { writer, layout, parts, written: 0 };
    walk(layout, &mut pass, Error::within)?;
    match parts.len() - pass.written {
        0 => Ok(pass.writer.at),
        left => Err(pass.writer.error(ErrorKind::Trailing, 0, left).counting(Unit::Parts)),
    }
}

/// The write pass over a composite.
struct PartWriter<'b, 's, 'p> {
    writer: Writer<'b>,
    layout: &'s Layout<'s>,
    parts: &'p dyn PartList,
    written: usize,
}

impl<'s> Pass<'s> for PartWriter<'_, 's, '_> {
    fn more(&self) -> bool {
        self.written < self.parts.len()
    }

    fn bitmap(&mut self, form: BitmapForm) -> Result<Announced> {
        self.writer.put_bitmaps(self.numbers(), form, 1)
    }

    fn third_bitmap(&mut self, form: BitmapForm) -> Result<u64> {
        Ok(self.writer.put_third_bitmap(self.numbers(), form))
    }

    fn tag(&mut self, tag: Tag, length_first: Option<LengthFirst>) -> Result<Option<u32>> {
        if !self.more() {
            return Ok(None);
        }
        match self.parts.key(self.written, self.layout) {
            Some(value) if tag.admits(value) => {
                if let Some(length_first) = length_first {
                    self.put_lead(length_first, tag, value)?;
                }
                self.writer.put_some(tag.write(value));
                Ok(Some(value))
            }
            _ => Err(self.writer.error(ErrorKind::Tag, 0, 0)),
        }
    }

    fn element(&mut self, key: Key, element: &'s Element<'s>) -> Result<()> {
        let index = match is_by_key(self.layout) {
            true => find(self.parts, key.value(), self.layout),
            false => Some(self.written),
        };
        let value = index.and_then(|index| self.parts.value(index));
        if value.is_none() && element.size.form == Form::IfLetter {
            return Ok(());
        }
        self.written += 1;
        let Some(value) = value else {
            return Err(self.writer.error(ErrorKind::Missing, 0, 0).noted(Note::Required));
        };
        let start = self.writer.at;
        self.writer.put_element(element, &value.0)?;
        // no octet stands for it, so it would be read as a part that is not there
        match self.layout.order {
            // where more parts follow, one that is there only if a letter stands first is known to be none
            Order::Positions { .. } if element.size.form == Form::IfLetter && self.more() => Ok(()),
            Order::Positions { required } if self.writer.at == start && key.value() > required.into() => {
                Err(self.writer.error(ErrorKind::TooShort, 1, 0))
            }
            _ => Ok(()),
        }
    }

    fn offset(&self) -> usize {
        self.writer.out.position(self.writer.at)
    }
}

impl PartWriter<'_, '_, '_> {
    /// The numbers of the parts, for a bitmap of them.
    fn numbers(&self) -> Bitmap {
        let keys = (0..self.parts.len()).filter_map(|index| self.parts.key(index, self.layout));
        keys.filter_map(|key| u8::try_from(key).ok()).collect()
    }

    /// Writes the length before a tag; its mirror is `take_lead` in `read`. The part is measured for
    /// it first.
    fn put_lead(
        &mut self,
        LengthFirst { prefix, counts_tag }: LengthFirst,
        tag: Tag,
        value: u32,
    ) -> Result<()> {
        let mut measure = Writer::new(OctetsMut::of(&mut []));
        if let (Some(element), Some(part)) = (self.layout.element(value), self.parts.value(self.written)) {
            measure.put_element(element, &part.0).map_err(|error| {
                error.moved(self.writer.out.position(self.writer.at)).within(self.layout.key(value))
            })?;
        }
        let counted = if counts_tag { tag.len(value) } else { 0 };
        let number = counted + measure.at + usize::from(prefix.includes);
        if number > prefix.capacity() {
            return Err(self.writer.error(ErrorKind::TooLong, prefix.capacity(), number));
        }
        prefix.put(&mut self.writer.out, self.writer.at, number);
        self.writer.at += prefix.octets(number);
        Ok(())
    }
}

/// Why a header of `found` octets cannot stand before the MTI.
#[cold]
pub(crate) fn wrong_header(expected: usize, found: usize) -> Error {
    let error = match found {
        0 => Error::new(ErrorKind::Missing, 0, expected, found).noted(Note::Required),
        _ => Error::new(ErrorKind::LengthUnit, 0, expected, found).counting(Unit::Bytes),
    };
    error.at(Place::Header)
}

/// The most digits a `u64` has.
pub(crate) const DIGITS: usize = 20;

/// Writes the significant digits of a number to the end of `text`; returns how many they are.
#[inline]
pub(crate) fn decimal(number: u64, text: &mut [u8; DIGITS + 1]) -> usize {
    let (mut rest, mut digits) = (number, 0);
    for slot in text.iter_mut().rev() {
        let [.., digit] = (rest % 10).to_be_bytes();
        *slot = b'0' + digit;
        (rest, digits) = (rest / 10, digits + 1);
        if rest == 0 {
            break;
        }
    }
    digits
}
