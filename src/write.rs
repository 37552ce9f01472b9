//! The write pass: puts elements into a run of octets. Measuring is the same pass with no room.

use crate::bitmap::Bitmap;
use crate::codec::octets::{Octets, OctetsMut, hex_digit};
use crate::codec::{CodePage, Coding, Side, check};
use crate::content::{Content, Seen};
use crate::error::{Error, Key, Kind, Result};
use crate::layout::{BitmapForm, Element, Form, Layout, More, Tag};
use crate::mti::Mti;
use crate::read::check_parts;
use crate::spec::MtiCoding;
use crate::value::{PartList, Source, find, is_by_key, is_writable, tag_len};
use crate::walk::{Announced, Pass, walk};

/// Where the next octet goes. Octets beyond the end of the buffer are counted, not written, so an
/// empty buffer measures.
pub(crate) struct Writer<'b> {
    out: OctetsMut<'b>,
    at: usize,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(out: OctetsMut<'b>) -> Self {
        Self { out, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    fn put(&mut self, octet: u8) {
        self.out.set(self.at, octet);
        self.at += 1;
    }

    pub(crate) fn put_all(&mut self, octets: &[u8]) {
        octets.iter().for_each(|octet| self.put(*octet));
    }

    fn error(&self, kind: Kind, expected: usize, found: usize) -> Error {
        Error::new(kind, self.out.position(self.at), expected, found)
    }

    /// Writes an MTI; its mirror is in `message`.
    pub(crate) fn put_mti(&mut self, mti: Mti, coding: MtiCoding) {
        let digits = mti.digits();
        match coding {
            MtiCoding::Ascii => self.put_all(&digits),
            MtiCoding::Ebcdic => self.put_all(&digits.map(|digit| CodePage::Cp1047.put(digit))),
            MtiCoding::Bcd => {
                let [a, b, c, d] = digits.map(|digit| digit & 0x0F);
                self.put_all(&[a << 4 | b, c << 4 | d]);
            }
            MtiCoding::Binary => self.put_all(&mti.number().to_be_bytes()),
        }
    }

    fn put_bitmap(&mut self, word: u64, form: BitmapForm) {
        for octet in word.to_be_bytes().into_iter().take(usize::from(form.octets)) {
            let digits = [octet >> 4, octet & 0x0F].map(hex_digit);
            match form.coding {
                Coding::EbcdicHex(page) => self.put_all(&digits.map(|digit| page.put(digit))),
                Coding::Hex => self.put_all(&digits),
                _ => self.put(octet),
            }
        }
    }

    /// Writes the bitmaps of `elements`, at least `least` of them.
    pub(crate) fn put_bitmaps(&mut self, elements: Bitmap, form: BitmapForm, least: u8) -> Result<Announced> {
        let [mut first, mut second, third] = elements.words();
        let needs_third = third != 0 || least > 2;
        let has_second = second != 0 || needs_third || least > 1 || form.second == More::Always;
        // a third bitmap that is always there follows a second one: without it there is none
        let has_third = needs_third || (has_second && form.third == More::Always);
        let third_pending = has_third && form.has_third_among_values();
        let fits = |has: bool, more: More| !has || more != More::Never;
        if !fits(has_second, form.second) || !fits(has_third, form.third) {
            return Err(self.error(Kind::Undefined, 0, 0));
        }
        if has_third {
            second |= TOP_BIT;
        }
        if has_second {
            first |= TOP_BIT;
        }
        self.put_bitmap(first, form);
        if has_second {
            self.put_bitmap(second, form);
        }
        if has_third && !third_pending {
            self.put_bitmap(third, form);
        }
        Ok(Announced { elements, third_pending })
    }

    pub(crate) fn put_third_bitmap(&mut self, elements: Bitmap, form: BitmapForm) -> u64 {
        let [_, _, third] = elements.words();
        self.put_bitmap(third, form);
        third
    }

    /// Writes an element with its prefix and everything around it.
    pub(crate) fn put_element(&mut self, element: &Element<'_>, source: &Source<'_>) -> Result<()> {
        match *source {
            Source::None | Source::Echo(_) => Err(self.error(Kind::Missing, 0, 0)),
            Source::Negative => Err(self.error(Kind::Number, 0, 0)),
            Source::Octets(octets) => self.put_leaf(element, Octets::of(octets), false),
            Source::View(view) => self.put_leaf(element, view.octets(), false),
            Source::Number(number) => {
                let (digits, len) = decimal(number);
                let digits = Octets::of(&digits);
                self.put_leaf(element, digits.slice(digits.len() - len, len), true)
            }
            Source::Parts(parts) => self.put_parts(element, parts),
        }
    }

    /// Writes a value given as octets, filled up to its fixed or least length.
    fn put_leaf(&mut self, element: &Element<'_>, value: Octets<'_>, is_number: bool) -> Result<()> {
        let content = element.content;
        if is_number && content.is_binary() {
            return Err(self.error(Kind::Form, 0, 0));
        }
        let filled = match element.size.form {
            Form::Fixed => element.max().max(value.len()),
            _ if is_number => element.min().max(value.len()),
            _ => value.len(),
        };
        let start = self.begin(element, filled)?;
        let fill = element.fill;
        let (side, with) = if is_number { (Side::Left, b'0') } else { (fill.side, fill.with) };
        let missing = filled - value.len();
        let lead = if side == Side::Left { missing } else { 0 };
        let mut window = self.out.encode(start, filled, element.coding, content, element.spare);
        for index in 0..missing {
            window.set(if side == Side::Left { index } else { value.len() + index }, with);
        }
        match (value.plain(), window.plain(lead, value.len())) {
            (Some(from), Some(to)) => to.copy_from_slice(from),
            _ => value.iter().enumerate().for_each(|(index, octet)| window.set(lead + index, octet)),
        }
        if let Some((index, octet)) = check::first_misfit(&value, content, lead) {
            let kind = Kind::Character(content, Seen::of(octet));
            return Err(Error::new(kind, window.position(lead + index), 0, 0));
        }
        let first_fill = if side == Side::Left { 0 } else { value.len() };
        if (first_fill..first_fill + missing).any(|index| !content.admits(index, with)) {
            return Err(Error::new(Kind::TooShort, window.position(0), filled, value.len()));
        }
        self.end(element, start, filled)?;
        self.check_composite(element, start, filled)
    }

    /// Writes a composite from its parts: measured first, for the prefix, then written.
    fn put_parts(&mut self, element: &Element<'_>, parts: &dyn PartList<'_>) -> Result<()> {
        let Some(layout) = element.layout else { return Err(self.error(Kind::Form, 0, 0)) };
        let units = write_parts(Writer::new(OctetsMut::of(&mut [])), layout, parts)
            .map_err(|error| error.moved(self.out.position(self.at)))?;
        let start = self.begin(element, units)?;
        let window = self.out.encode(start, units, element.coding, element.content, element.spare);
        write_parts(Writer::new(window), layout, parts)?;
        self.end(element, start, units)?;
        self.check_composite(element, start, units)
    }

    /// Checks the length of a value and writes its prefix; returns where the value starts.
    fn begin(&mut self, element: &Element<'_>, units: usize) -> Result<usize> {
        if units > element.max() {
            return Err(self.error(Kind::TooLong, element.max(), units));
        }
        if units < element.min() {
            return Err(self.error(Kind::TooShort, element.min(), units));
        }
        let Form::Prefixed(prefix) = element.size.form else { return Ok(self.at) };
        let number = prefix.announce(element.coding, element.content, units);
        prefix.put(&mut self.out, self.at, number);
        Ok(self.at + prefix.octets(number))
    }

    /// Writes what stands around a value of `units` units at `start`, and moves behind it.
    fn end(&mut self, element: &Element<'_>, start: usize, units: usize) -> Result<()> {
        let len = element.coding.wire_len(element.content, units);
        if element.coding == Coding::Bcd {
            self.put_spare(element, start, units, len);
        }
        self.at = start + len;
        if let Form::Until(end) = element.size.form {
            // a value that holds its own terminator would be read back shorter; without a buffer
            // there is nothing to look into, and 0 is no octet of it
            let early =
                (start..self.at).find(|index| self.out.holds(index + 1) && self.out.get(*index) == end);
            if let Some(index) = early {
                return Err(Error::new(Kind::Terminator, self.out.position(index), 0, 0));
            }
            self.put(end);
        }
        Ok(())
    }

    fn put_spare(&mut self, element: &Element<'_>, start: usize, units: usize, len: usize) {
        let sign = usize::from(element.content == Content::Xn);
        if units.saturating_sub(sign).is_multiple_of(2) || len == 0 {
            return;
        }
        let (index, shift) = match element.spare.side {
            Side::Left => (start + sign, 4),
            Side::Right => (start + len - 1, 0),
        };
        let digit = self.out.get(index) & (0xF0 >> shift);
        self.out.set(index, digit | element.spare.nibble << shift);
    }

    /// A composite given as octets must be one that parsing accepts.
    fn check_composite(&self, element: &Element<'_>, start: usize, units: usize) -> Result<()> {
        match element.layout {
            Some(layout) if self.out.holds(self.at) => {
                let octets = self.out.as_octets(self.at);
                check_parts(
                    octets.decode(start, units, element.coding, element.content, element.spare),
                    layout,
                )
            }
            _ => Ok(()),
        }
    }
}

/// Writes the parts of a composite; returns how many octets they take.
fn write_parts<'s>(writer: Writer<'_>, layout: &'s Layout<'s>, parts: &dyn PartList<'_>) -> Result<usize> {
    let mut pass = PartWriter { writer, layout, parts, written: 0 };
    walk(layout, &mut pass, Error::within)?;
    match parts.len() - pass.written {
        0 => Ok(pass.writer.at),
        left => Err(pass.writer.error(Kind::Trailing, 0, left)),
    }
}

/// The write pass over a composite.
struct PartWriter<'b, 's, 'p, 'v> {
    writer: Writer<'b>,
    layout: &'s Layout<'s>,
    parts: &'p dyn PartList<'v>,
    written: usize,
}

impl<'s> Pass<'s> for PartWriter<'_, 's, '_, '_> {
    fn more(&self) -> bool {
        self.written < self.parts.len()
    }

    fn bitmap(&mut self, form: BitmapForm) -> Result<Announced> {
        let keys = (0..self.parts.len()).filter_map(|index| self.parts.key(index, self.layout));
        let elements = keys.filter_map(|key| u8::try_from(key).ok()).collect();
        self.writer.put_bitmaps(elements, form, 1)
    }

    fn third_bitmap(&mut self, form: BitmapForm) -> Result<u64> {
        let keys = (0..self.parts.len()).filter_map(|index| self.parts.key(index, self.layout));
        let elements = keys.filter_map(|key| u8::try_from(key).ok()).collect();
        Ok(self.writer.put_third_bitmap(elements, form))
    }

    fn tag(&mut self, tag: Tag) -> Result<Option<u32>> {
        if !self.more() {
            return Ok(None);
        }
        match self.parts.key(self.written, self.layout) {
            Some(value) if is_writable(tag, value) => {
                put_tag(&mut self.writer, tag, value);
                Ok(Some(value))
            }
            _ => Err(self.writer.error(Kind::Tag, 0, 0)),
        }
    }

    fn element(&mut self, key: Key, element: &'s Element<'s>) -> Result<()> {
        let index = match is_by_key(self.layout) {
            true => find(self.parts, key.value(), self.layout),
            false => Some(self.written),
        };
        let value = index.and_then(|index| self.parts.value(index));
        self.written += 1;
        match value {
            Some(value) => self.writer.put_element(element, &value.0),
            None => Err(self.writer.error(Kind::Missing, 0, 0)),
        }
    }

    fn offset(&self) -> usize {
        self.writer.out.position(self.writer.at)
    }
}

/// Writes a tag; its mirror is `take_tag` in `read`.
fn put_tag(writer: &mut Writer<'_>, tag: Tag, value: u32) {
    let width = tag_len(tag, value);
    if let Tag::Digits(_) = tag {
        let (digits, _) = decimal(value.into());
        let start = digits.len().saturating_sub(width);
        writer.put_all(digits.get(start..).unwrap_or_default());
    } else {
        writer.put_all(value.to_be_bytes().get(4 - width..).unwrap_or_default());
    }
}

/// The decimal digits of a number, right-aligned and zero-filled, and how many are significant.
fn decimal(number: u64) -> ([u8; 20], usize) {
    let (mut digits, mut rest) = ([b'0'; 20], number);
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(rest % 10).map_or(b'0', |value| b'0' + value);
        rest /= 10;
    }
    let significant = number.checked_ilog10().map_or(1, |log| log + 1);
    (digits, usize::try_from(significant).unwrap_or(digits.len()))
}

const TOP_BIT: u64 = 1 << 63;
