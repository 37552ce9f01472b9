//! The reference parser: the rules of the wire as a reader would first write them down, slow and
//! owned, with nom for what is taken and bitvec for bits.
//!
//! It takes from the library what a spec *is* (the public facts of a layout and its elements) and
//! the words of an error, and nothing of how the library reads. Every logical octet carries the
//! offset it came from, so a part of a part of packed digits still knows its place.
#![allow(dead_code, reason = "each test file uses what it needs")]

pub(crate) mod compare;
mod decode;
mod ebcdic;
mod write;

use bitvec::prelude::*;
use cardwire::layout::Form;
use cardwire::{
    ErrorKind, Spec,
    layout::{
        BitmapForm, Coding, Element, Layout, LengthUnit, NextBitmap, Order, PadNibble, Prefix, PrefixCoding,
        Side, Tag,
    },
    model::CharKind,
    spec::MtiCoding,
};
use nom::bytes::complete::{take, take_while};
use nom::number::complete::be_u8;
use nom::{IResult, Parser};

pub(crate) use decode::{is_of_class, is_signed, wire_len};
#[allow(unused_imports, reason = "each test file uses what it needs")]
pub(crate) use write::{expected, in_half_octets, told, write};

use decode::{decode, latin};

use crate::common::{Node, hex};

/// What came of an input.
pub(crate) struct Outcome {
    pub(crate) mti: Option<String>,
    /// The elements before the failure, all of them if there is none.
    pub(crate) fields: Vec<Node>,
    pub(crate) failure: Option<Failure>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) region: Region,
    /// The element and the parts within it, outermost first.
    pub(crate) keys: Vec<u32>,
    pub(crate) offset: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Region {
    Header,
    Mti,
    Bitmap,
    Body,
}

type Read<T> = Result<T, Failure>;

/// A run of logical octets and where each lies in the message; one offset more, for the end.
pub(crate) struct Space {
    pub(crate) octets: Vec<u8>,
    pub(crate) offsets: Vec<usize>,
}

/// A place in a space.
struct Cursor<'s> {
    space: &'s Space,
    at: usize,
}

pub(crate) fn parse(spec: &Spec<'_>, wire: &[u8]) -> Outcome {
    let space = Space { octets: wire.to_vec(), offsets: (0..=wire.len()).collect() };
    let mut outcome = Outcome { mti: None, fields: vec![], failure: None };
    outcome.failure = message(spec, &space, &mut outcome).err();
    outcome
}

fn message(spec: &Spec<'_>, space: &Space, outcome: &mut Outcome) -> Read<()> {
    let mut cursor = Cursor { space, at: 0 };
    cursor.take(spec.header()).map_err(|failure| failure.in_region(Region::Header))?;
    outcome.mti = Some(mti(&mut cursor, spec.mti()).map_err(|failure| failure.in_region(Region::Mti))?);
    walk(&mut cursor, spec.body(), &mut outcome.fields)?;
    cursor.end()
}

fn mti(cursor: &mut Cursor<'_>, coding: MtiCoding) -> Read<String> {
    let start = cursor.offset();
    let octets = cursor.take(match coding {
        MtiCoding::Ascii | MtiCoding::Ebcdic => 4,
        MtiCoding::Bcd | MtiCoding::Binary => 2,
        MtiCoding::Hex => 8,
    })?;
    let text: String = match coding {
        MtiCoding::Ascii => octets.iter().copied().map(char::from).collect(),
        MtiCoding::Ebcdic => {
            octets.iter().map(|octet| char::from(ebcdic::CP037[usize::from(*octet)])).collect()
        }
        MtiCoding::Bcd => octets.iter().map(|octet| format!("{octet:02X}")).collect(),
        MtiCoding::Hex => {
            let digit = |octet: u8| char::from(octet).to_digit(16).unwrap_or(0);
            let pairs = octets.chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1]));
            pairs.map(|octet| char::from(u8::try_from(octet).unwrap())).collect()
        }
        MtiCoding::Binary => format!("{:04}", u16::from_be_bytes([octets[0], octets[1]])),
    };
    let is_good = text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_digit());
    if is_good { Ok(text) } else { Err(Failure::new(ErrorKind::MtiDigit, start)) }
}

/// Reads the elements of a layout, one after the other, into `nodes`.
fn walk(cursor: &mut Cursor<'_>, layout: &Layout<'_>, nodes: &mut Vec<Node>) -> Read<()> {
    match *layout.order() {
        Order::Bitmap(form) => {
            let in_bitmap = |failure: Failure| failure.in_region(Region::Bitmap);
            let (mut numbers, mut third_follows) = bitmaps(cursor, form).map_err(in_bitmap)?;
            let mut index = 0;
            while index < numbers.len() || third_follows {
                if third_follows && numbers.get(index).is_none_or(|number| *number > 65) {
                    numbers.extend(bits(cursor, form).map_err(in_bitmap)?.iter().map(|bit| bit + 128));
                    third_follows = false;
                    continue;
                }
                nodes.push(child(cursor, layout, None, numbers[index])?);
                index += 1;
            }
        }
        Order::Positions { required } => {
            let count = u32::try_from(layout.elements().count()).unwrap();
            for position in 1..=count {
                if position > u32::from(required) && cursor.rest().is_empty() {
                    break;
                }
                nodes.push(child(cursor, layout, None, position)?);
            }
        }
        Order::Tags { tag, length_first: None, unknown } => {
            while let Some(found) = next_tag(cursor, tag)? {
                nodes.push(child(cursor, layout, unknown, found)?);
            }
        }
        Order::Tags { tag, length_first: Some(length_first), unknown } => {
            while !cursor.rest().is_empty() {
                let start = cursor.offset();
                let length =
                    number(cursor, length_first.prefix)?.checked_sub(length_first.prefix.includes.into());
                let mut length = length.ok_or_else(|| Failure::new(ErrorKind::LengthUnit, start))?;
                if !length_first.counts_tag {
                    let mut ahead = Cursor { space: cursor.space, at: cursor.at };
                    tag_of(&mut ahead, tag)?;
                    length += ahead.at - cursor.at;
                }
                let space = cursor.take_space(length)?;
                let mut part = Cursor { space: &space, at: 0 };
                let found = tag_of(&mut part, tag)?;
                nodes.push(child(&mut part, layout, unknown, found)?);
                part.end()?;
            }
        }
    }
    Ok(())
}

/// Reads the element with that key, parts included.
fn child(cursor: &mut Cursor<'_>, layout: &Layout<'_>, other: Option<&Element<'_>>, key: u32) -> Read<Node> {
    let listed = layout.elements().find(|element| element.key() == key);
    let read = match listed.or(other) {
        Some(element) => value(cursor, element, key),
        None => Err(Failure::new(ErrorKind::Undefined, cursor.offset())),
    };
    read.map_err(|failure| failure.within(key))
}

fn value(cursor: &mut Cursor<'_>, element: &Element<'_>, key: u32) -> Read<Node> {
    let start = cursor.offset();
    let fail = |kind| Failure::new(kind, start);
    let mut terminator = vec![];
    let announced = match element.form() {
        Form::Fixed | Form::Nothing => Some(element.max()),
        Form::Prefixed(prefix) | Form::Padded(prefix) => {
            units_announced(element, prefix, number(cursor, prefix)?)
        }
        Form::Rest => units_in(element, cursor.rest().len()),
        Form::Until(end) => {
            terminator = end.octets().to_vec();
            let before = cursor.rest().windows(terminator.len()).position(|octets| octets == terminator);
            let Some(before) = before else { return Err(fail(ErrorKind::Terminator)) };
            units_in(element, before)
        }
        Form::IfLetter => {
            let first = cursor.rest().first().map(|octet| match element.coding() {
                Coding::Ebcdic(page) => latin(page, *octet),
                _ => *octet,
            });
            let is_there = first.is_some_and(|first| first.is_ascii_alphabetic() || first == b' ');
            Some(if is_there { element.max() } else { 0 })
        }
    };
    let units = announced.ok_or_else(|| fail(ErrorKind::LengthUnit))?;
    let units =
        if counts_octets(element) { units - fill_halves(element, units, cursor.rest()) } else { units };
    if units > element.max() {
        return Err(fail(ErrorKind::TooLong));
    }
    if units < element.min() {
        return Err(fail(ErrorKind::TooShort));
    }
    let padded = matches!(element.form(), Form::Padded(_));
    let room = wire_len(element.coding(), element.content(), if padded { element.max() } else { units });
    let mut wire = cursor.take_space(room)?;
    let fill = wire.split_off(wire_len(element.coding(), element.content(), units));
    cursor.take(terminator.len())?;
    let space = decode(&wire, element, units)?;
    let read = composite(&space, element, key)?;
    match fill.octets.iter().position(|octet| *octet != decode::fill_of(element)) {
        Some(bad) => Err(Failure::new(ErrorKind::Fill, fill.offsets[bad])),
        None => Ok(read),
    }
}

/// The parts of a value, or the value itself.
fn composite(space: &Space, element: &Element<'_>, key: u32) -> Read<Node> {
    let Some(layout) = element.layout() else { return Ok(Node::leaf(key, space.octets.clone())) };
    let (mut inner, mut parts) = (Cursor { space, at: 0 }, vec![]);
    walk(&mut inner, layout, &mut parts).map_err(|failure| failure.in_region(Region::Body))?;
    inner.end()?;
    Ok(Node::composite(key, parts))
}

/// The number that a prefix announces.
fn number(cursor: &mut Cursor<'_>, prefix: Prefix) -> Read<usize> {
    let start = cursor.at;
    let width = usize::from(prefix.width);
    let width = match prefix.coding {
        PrefixCoding::Ascii | PrefixCoding::Ebcdic(_) | PrefixCoding::Binary => width,
        PrefixCoding::Bcd => width.div_ceil(2),
        PrefixCoding::Hex => 2 * width,
        PrefixCoding::Ber => match be_u8::<_, nom::error::Error<&[u8]>>(cursor.rest()) {
            Ok((_, first @ 0x81..=0x84)) => 1 + usize::from(first - 0x80),
            Ok((_, 0x80..)) => return Err(Failure::new(ErrorKind::LengthForm, cursor.offset())),
            _ => 1,
        },
    };
    let octets = cursor.take(width)?;
    let at = |index: usize| cursor.space.offsets[start + index];
    let not_a_digit =
        |index: usize, latin| Failure::new(ErrorKind::LengthDigit(CharKind::of(latin)), at(index));
    let mut number = 0usize;
    for (index, octet) in octets.iter().copied().enumerate() {
        number = match prefix.coding {
            PrefixCoding::Ascii | PrefixCoding::Ebcdic(_) => {
                let latin = match prefix.coding {
                    PrefixCoding::Ebcdic(page) => latin(page, octet),
                    _ => octet,
                };
                let digit = char::from(latin).to_digit(10).ok_or_else(|| not_a_digit(index, latin))?;
                number * 10 + usize::try_from(digit).unwrap()
            }
            PrefixCoding::Hex => {
                let digit = char::from(octet).to_digit(16).ok_or_else(|| not_a_digit(index, octet))?;
                number * 16 + usize::try_from(digit).unwrap()
            }
            PrefixCoding::Bcd => match format!("{octet:02X}").parse::<usize>() {
                Ok(two_digits) => number * 100 + two_digits,
                Err(_) => return Err(Failure::new(ErrorKind::Nibble, at(index))),
            },
            PrefixCoding::Ber if index == 0 && width > 1 => 0,
            PrefixCoding::Binary | PrefixCoding::Ber => number * 256 + usize::from(octet),
        };
    }
    Ok(number)
}

fn units_announced(element: &Element<'_>, prefix: Prefix, number: usize) -> Option<usize> {
    let counted = number.checked_sub(prefix.includes.into())?;
    match prefix.counts {
        LengthUnit::Units => Some(counted),
        LengthUnit::Bytes => units_in(element, counted),
        LengthUnit::Nibbles if counted % 2 == 0 => units_in(element, counted / 2),
        LengthUnit::Nibbles => None,
    }
}

/// How many units lie in so many octets; of packed digits an even number.
fn units_in(element: &Element<'_>, octets: usize) -> Option<usize> {
    match element.coding() {
        Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw => Some(octets),
        Coding::Hex | Coding::EbcdicHex(_) => octets.is_multiple_of(2).then_some(octets / 2),
        Coding::Zoned(_) => Some(octets + 1),
        Coding::Bcd if is_signed(element.content()) => Some(1 + 2 * octets.checked_sub(1)?),
        Coding::Bcd => Some(2 * octets),
    }
}

/// Whether a packed value's octets were counted and not its digits.
fn counts_octets(element: &Element<'_>) -> bool {
    element.coding() == Coding::Bcd
        && match element.form() {
            Form::Fixed => false,
            Form::Prefixed(prefix) | Form::Padded(prefix) => prefix.counts != LengthUnit::Units,
            Form::Rest | Form::Until(_) => true,
            Form::IfLetter | Form::Nothing => false,
        }
}

/// How many of the half octets are no digits of the value. Format n is right-aligned with zeros, so each
/// half octet is one of its digits; format cn ends in `F`, which is none. A value of an odd size
/// that is full has one half octet more than digits, whatever that is.
fn fill_halves(element: &Element<'_>, units: usize, rest: &[u8]) -> usize {
    let (PadNibble { side, nibble }, content) = (element.pad_nibble(), element.content());
    let wire = rest.get(..wire_len(element.coding(), content, units)).unwrap_or_default();
    let digits = hex(wire.get(usize::from(is_signed(content))..).unwrap_or_default());
    let outer = if side == Side::Left { digits.chars().next() } else { digits.chars().last() };
    let is_cn = !char::from_digit(nibble.into(), 16).is_some_and(|digit| digit.is_ascii_digit());
    let is_filled = is_cn && outer.and_then(|digit| digit.to_digit(16)) == Some(nibble.into());
    let is_full = units == element.max() + 1;
    usize::from(is_filled || is_full)
}

/// The numbers that the bitmaps announce, and whether a third bitmap follows among the elements.
fn bitmaps(cursor: &mut Cursor<'_>, form: BitmapForm) -> Read<(Vec<u32>, bool)> {
    let mut numbers = bits(cursor, form)?;
    let mut third_follows = false;
    if continues(cursor, form.second, numbers.contains(&1))? {
        numbers.extend(bits(cursor, form)?.iter().map(|bit| bit + 64));
        third_follows = form.third == NextBitmap::InElement && numbers.contains(&65);
        if continues(cursor, form.third, numbers.contains(&65))? {
            numbers.extend(bits(cursor, form)?.iter().map(|bit| bit + 128));
        }
    }
    let announces_more = |number: u32| {
        number == 1 && form.second != NextBitmap::Never || number == 65 && form.third != NextBitmap::Never
    };
    numbers.retain(|number| !announces_more(*number));
    Ok((numbers, third_follows))
}

fn continues(cursor: &Cursor<'_>, more: NextBitmap, is_announced: bool) -> Read<bool> {
    match (more, is_announced) {
        (NextBitmap::Never | NextBitmap::InElement, _) => Ok(false),
        (NextBitmap::Announced, _) | (NextBitmap::Always, true) => Ok(is_announced),
        (NextBitmap::Always, false) => Err(Failure::new(ErrorKind::Missing, cursor.offset())),
    }
}

/// The bits that are set in one bitmap, the first being 1.
fn bits(cursor: &mut Cursor<'_>, form: BitmapForm) -> Read<Vec<u32>> {
    let digits = if form.coding == Coding::Raw { 1 } else { 2 };
    let wire = cursor.take_space(usize::from(form.octets) * digits)?;
    let octets = match form.coding {
        Coding::Raw => wire.octets,
        coding => decode::hex(&wire, coding)?.octets,
    };
    Ok(octets.view_bits::<Msb0>().iter_ones().map(|bit| u32::try_from(bit).unwrap() + 1).collect())
}

fn next_tag(cursor: &mut Cursor<'_>, tag: Tag) -> Read<Option<u32>> {
    if tag == Tag::Ber {
        let padding: IResult<&[u8], &[u8]> = take_while(|octet| octet == 0)(cursor.rest());
        cursor.at += padding.unwrap().1.len();
    }
    if cursor.rest().is_empty() { Ok(None) } else { tag_of(cursor, tag).map(Some) }
}

fn tag_of(cursor: &mut Cursor<'_>, tag: Tag) -> Read<u32> {
    let (start, at) = (cursor.offset(), cursor.at);
    let width = match tag {
        Tag::Digits(width) | Tag::Text(width) | Tag::Octets(width) | Tag::Ebcdic(_, width) => width.into(),
        Tag::Ber => match cursor.rest() {
            [one, ..] if one & 0x1F != 0x1F => 1,
            [_] | [_, ..0x80, ..] => 2,
            [_, _] | [_, _, ..0x80, ..] => 3,
            _ => return Err(Failure::new(ErrorKind::Tag, start)),
        },
    };
    let mut octets = cursor.take(width)?;
    if let Tag::Ebcdic(page, _) = tag {
        octets.iter_mut().for_each(|octet| *octet = latin(page, *octet));
    }
    let is_allowed = |octet: u8| match tag {
        Tag::Digits(_) => octet.is_ascii_digit(),
        Tag::Text(_) | Tag::Ebcdic(..) => octet.is_ascii_graphic(),
        Tag::Ber | Tag::Octets(_) => true,
    };
    if let Some(bad) = octets.iter().position(|octet| !is_allowed(*octet)) {
        return Err(Failure::new(ErrorKind::Tag, cursor.space.offsets[at + bad]));
    }
    let (base, zero) = if let Tag::Digits(_) = tag { (10, b'0') } else { (256, 0) };
    Ok(octets.iter().fold(0, |value, octet| value * base + u32::from(octet - zero)))
}

impl Space {
    /// What lies after `at`, cut off.
    fn split_off(&mut self, at: usize) -> Self {
        let offsets = self.offsets.split_off(at);
        self.offsets.push(offsets[0]);
        Self { octets: self.octets.split_off(at), offsets }
    }
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        &self.space.octets[self.at..]
    }

    fn offset(&self) -> usize {
        self.space.offsets[self.at]
    }

    fn take(&mut self, count: usize) -> Read<Vec<u8>> {
        Ok(self.take_space(count)?.octets)
    }

    fn take_space(&mut self, count: usize) -> Read<Space> {
        let taken: IResult<&[u8], &[u8]> = take(count).parse_complete(self.rest());
        let Ok((_, octets)) = taken else { return Err(Failure::new(ErrorKind::Truncated, self.offset())) };
        let offsets = self.space.offsets[self.at..=self.at + count].to_vec();
        let space = Space { octets: octets.to_vec(), offsets };
        self.at += count;
        Ok(space)
    }

    fn end(&self) -> Read<()> {
        if self.rest().is_empty() { Ok(()) } else { Err(Failure::new(ErrorKind::Trailing, self.offset())) }
    }
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, region: Region::Body, keys: vec![], offset }
    }

    fn in_region(self, region: Region) -> Self {
        if self.keys.is_empty() { Self { region, ..self } } else { self }
    }

    fn within(mut self, key: u32) -> Self {
        self.keys.insert(0, key);
        self
    }
}
