//! Reading the newer notation.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::value::RawValue;

use super::tree::{Object, Text};
use super::words::{self, Encoding, Kind, Lengths, Sort};
use super::{MAX_BER, MAX_NUMBER};
use crate::codec::{Coding, LengthUnit, PadNibble, Prefix, Side};
use crate::import::words::{Words, value};
use crate::import::{ElementDoc, ImportError, LayoutDoc, MAX_ELEMENTS, OrderDoc, SpecDoc, standard};
use crate::layout::{BitmapForm, Fill, Form, MAX_DEPTH, NextBitmap, Tag};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::{Codes, MtiCoding};

type Result<T> = core::result::Result<T, ImportError>;

/// The longest field, in units.
const MAX_LENGTH: u32 = 99_999_999;

pub(super) fn spec<'t>(text: &Text<'t>, mut root: Object<'t>) -> Result<SpecDoc> {
    let name: Option<String> = text.take(&mut root, "name")?;
    let fields = root.take("fields").ok_or_else(|| {
        ImportError::new("there are neither `fields` nor `elements`: this is no spec").at_line(root.line)
    })?;
    root.done()?;
    let mut reader = Reader { text, count: 0 };
    let (mut mti, mut bitmap, mut elements, mut lines) = (None, None, Vec::new(), Vec::new());
    for (key, field) in text.object(fields)?.members() {
        let line = text.line(field);
        let place = |error: ImportError| error.at_line(line).in_element(&key);
        match number(&key) {
            Some(0) => mti = Some(reader.mti(field).map_err(place)?),
            Some(1) => bitmap = Some(reader.bitmap(field, true).map_err(place)?),
            Some(number @ 2..) => {
                let mut element = reader.element(field, &key, 1).map_err(place)?;
                element.key = number;
                element.privacy = match element.layout {
                    None => standard::privacy(&element),
                    Some(_) => SECRET,
                };
                lines.push((number, line));
                elements.push(element);
            }
            None => return Err(place(ImportError::new("it is no number of a data element"))),
        }
    }
    elements.sort_by_key(|element| element.key);
    let missing =
        |what: &str| ImportError::new(format!("there is no field {what}")).at_line(text.line(fields));
    let mut form = bitmap.ok_or_else(|| missing("1, the bitmap"))?;
    let is_long = elements.last().is_some_and(|element| element.key > 128);
    if is_long && form.second == NextBitmap::Announced {
        form.third = NextBitmap::Announced;
        // its bit announces the third bitmap
        elements.retain(|element| element.key != 65);
    }
    let doc = SpecDoc {
        name: name.unwrap_or_else(|| "moov".to_owned()),
        header: 0,
        mti: mti.ok_or_else(|| missing("0, the MTI"))?,
        codes: Codes::Iso,
        body: LayoutDoc { order: OrderDoc::Bitmap(form), elements },
    };
    doc.check().map_err(|error| {
        let number = error.element().split('.').next().and_then(number);
        let known = lines.iter().find(|(known, _)| Some(*known) == number);
        known.map(|(_, line)| *line).into_iter().fold(error, ImportError::at_line)
    })?;
    Ok(doc)
}

/// A field number; `Field002` is how it was once written.
fn number(key: &str) -> Option<u32> {
    crate::layout::path::decimal(key.strip_prefix("Field").unwrap_or(key)).filter(|_| !key.is_empty())
}

struct Reader<'r, 't> {
    text: &'r Text<'t>,
    count: usize,
}

/// What every field says.
struct Field<'t> {
    kind: Kind,
    name: String,
    length: u32,
    encoding: Option<Encoding>,
    lengths: Option<Lengths>,
    fill: Option<Fill>,
    auto_expand: bool,
    rest: Object<'t>,
}

impl<'t> Reader<'_, 't> {
    fn word<T: Copy>(&self, object: &mut Object<'t>, key: &str, words: &Words<T>) -> Result<Option<T>> {
        self.parsed(object, key, |word| value(words, word))
    }

    fn parsed<T>(
        &self,
        object: &mut Object<'t>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(word) = self.text.take::<String>(object, key)? else { return Ok(None) };
        let known = parse(&word)
            .ok_or_else(|| ImportError::new(format!("`{word}` is no word for `{key}`")).at_line(object.line));
        known.map(Some)
    }

    fn flag(&self, object: &mut Object<'t>, key: &str) -> Result<bool> {
        Ok(self.text.take::<bool>(object, key)?.unwrap_or(false))
    }

    fn field(&mut self, field: &'t RawValue) -> Result<Field<'t>> {
        self.count += 1;
        if self.count > MAX_ELEMENTS {
            return Err(ImportError::new(format!("there are more than {MAX_ELEMENTS} fields")));
        }
        let mut object = self.text.object(field)?;
        let kind = self.word(&mut object, "type", words::KINDS)?;
        let kind = kind.ok_or_else(|| ImportError::new("the field does not say its `type`"))?;
        let length = self.text.take::<u32>(&mut object, "length")?.unwrap_or(0);
        if length > MAX_LENGTH {
            return Err(ImportError::new(format!("a length of {length} is above the limit of {MAX_LENGTH}")));
        }
        Ok(Field {
            kind,
            length,
            name: self.text.take(&mut object, "description")?.unwrap_or_default(),
            encoding: self.word(&mut object, "enc", words::ENCODINGS)?,
            lengths: self.parsed(&mut object, "prefix", words::lengths)?,
            fill: self.padding(&mut object)?,
            auto_expand: !self.flag(&mut object, "disableAutoExpand")?,
            rest: object,
        })
    }

    fn padding(&self, object: &mut Object<'t>) -> Result<Option<Fill>> {
        let Some(padding) = object.take("padding") else { return Ok(None) };
        let mut padding = self.text.object(padding)?;
        let side = self.word(&mut padding, "type", words::PADDINGS)?.flatten();
        let with = match padding.take("pad") {
            // once the number of the character
            Some(pad) if pad.get().starts_with(|first: char| first.is_ascii_digit()) => {
                self.text.read::<u8>(pad).map(|octet| Vec::from([octet]))?
            }
            Some(pad) => self.text.read::<String>(pad)?.into_bytes(),
            None => Vec::new(),
        };
        padding.done()?;
        match (side, with.as_slice()) {
            (None, _) => Ok(None),
            (Some(side), [with]) => Ok(Some(Fill { side, with: *with })),
            (Some(_), _) => {
                Err(ImportError::new("`pad` is not one character of one octet").at_line(padding.line))
            }
        }
    }

    fn mti(&mut self, field: &'t RawValue) -> Result<MtiCoding> {
        let field = self.field(field)?;
        field.rest.done()?;
        match (field.encoding, field.lengths, field.length) {
            (Some(Encoding::Ascii | Encoding::Binary), Some(Lengths::Fixed), 4) => Ok(MtiCoding::Ascii),
            (Some(Encoding::Ebcdic(_)), Some(Lengths::Fixed), 4) => Ok(MtiCoding::Ebcdic),
            (Some(Encoding::Bcd | Encoding::LeftBcd), Some(Lengths::Fixed), 4) => Ok(MtiCoding::Bcd),
            (Some(Encoding::Unhex), Some(Lengths::Fixed), 2 | 4) => Ok(MtiCoding::Bcd),
            (Some(Encoding::HexDigits), Some(Lengths::Fixed), 4) => Ok(MtiCoding::Hex),
            // two octets of packed digits, in hexadecimal digits
            (Some(Encoding::HexDigits), Some(Lengths::Fixed), 2) => Ok(MtiCoding::Ascii),
            _ => Err(ImportError::new("the MTI is not four characters or packed digits of fixed length")),
        }
    }

    /// The bitmap of a message, or of a composite.
    fn bitmap(&mut self, field: &'t RawValue, is_body: bool) -> Result<BitmapForm> {
        let field = self.field(field)?;
        field.rest.done()?;
        let coding = match (field.kind, field.encoding) {
            (Kind::Bitmap, Some(Encoding::Binary)) => Coding::Raw,
            (Kind::Bitmap, Some(Encoding::HexDigits)) => Coding::Hex,
            (Kind::Bitmap, _) => return Err(ImportError::new("a bitmap is in `Binary` or `HexToASCII`")),
            _ => return Err(ImportError::new("its `type` is not `Bitmap`")),
        };
        match (field.auto_expand, field.length) {
            (true, 0 | 8) => Ok(BitmapForm::new(coding)),
            // the first and the second; only the standard says how others read that
            (true, 16) if is_body => Ok(BitmapForm::new(coding)),
            (false, 0) => Ok(BitmapForm::single(coding, 8)),
            (false, octets @ 1..=8) => Ok(BitmapForm::single(coding, u8::try_from(octets).unwrap_or(8))),
            (_, octets) => Err(ImportError::new(format!("a bitmap of {octets} octets is not supported"))),
        }
    }

    fn element(&mut self, field: &'t RawValue, path: &str, depth: usize) -> Result<ElementDoc> {
        let mut field = self.field(field)?;
        let layout = match field.kind {
            Kind::Composite if depth >= MAX_DEPTH => {
                return Err(ImportError::new("composites are nested too deep"));
            }
            Kind::Composite => Some(self.layout(&mut field.rest, path, depth)?),
            _ => None,
        };
        field.rest.done()?;
        let is_composite = layout.is_some();
        let mut element = leaf(&field, is_composite)?;
        element.layout = layout;
        Ok(element)
    }

    fn layout(&mut self, object: &mut Object<'t>, path: &str, depth: usize) -> Result<LayoutDoc> {
        let bitmap = match object.take("bitmap") {
            Some(bitmap) => Some(self.bitmap(bitmap, false)?),
            None => None,
        };
        let tag = object.take("tag").map(|tag| self.text.object(tag)).transpose()?;
        let mut parts = Vec::new();
        if let Some(subfields) = object.take("subfields") {
            for (key, field) in self.text.object(subfields)?.members() {
                let path = format!("{path}.{key}");
                let place = |error: ImportError| error.at_line(self.text.line(field)).in_element(&path);
                let line = self.text.line(field);
                parts.push((key, line, self.element(field, &path, depth + 1).map_err(place)?));
            }
        }
        let (order, padding) = match (bitmap, tag) {
            (Some(form), _) => (OrderDoc::Bitmap(form), None),
            (None, None) => return Ok(positions(parts, Sort::Texts)),
            (None, Some(tag)) => {
                let line = tag.line;
                match self.tags(tag, &parts).map_err(|error| error.at_line(line))? {
                    Tags::Order(order, padding) => (order, Some(padding)),
                    Tags::Sorted(sort) => return Ok(positions(parts, sort)),
                }
            }
        };
        let mut elements = Vec::new();
        for (key, line, mut element) in parts {
            let written = padding.as_ref().map_or_else(|| key.clone(), |padding| padding.pad(&key));
            element.key = order.key_named(&written).ok_or_else(|| {
                let told = ImportError::new("it is no number or tag of this composite");
                told.at_line(line).in_element(&format!("{path}.{key}"))
            })?;
            elements.push(element);
        }
        elements.sort_by_key(|element| element.key);
        Ok(LayoutDoc { order, elements })
    }

    fn tags(&self, mut object: Object<'t>, parts: &[(String, u32, ElementDoc)]) -> Result<Tags> {
        let length = self.text.take::<u8>(&mut object, "length")?.unwrap_or(0);
        let encoding = self.word(&mut object, "enc", words::ENCODINGS)?;
        let fill = self.padding(&mut object)?;
        let sort = self.word(&mut object, "sort", words::SORTS)?.unwrap_or(Sort::Numbers);
        let skips = self.flag(&mut object, "skipUnknownTLVTags")?;
        let keeps = self.flag(&mut object, "storeUnknownTLVTags")?;
        let unknown_lengths = self.parsed(&mut object, "prefUnknownTLV", words::lengths)?;
        object.done()?;
        let Some(encoding) = encoding else { return Ok(Tags::Sorted(sort)) };
        let unknown = match (skips || keeps, encoding, unknown_lengths) {
            (true, Encoding::BerTag, None) => Some(unknown(Prefix::BER)),
            (true, _, Some(Lengths::Ber)) => Some(unknown(Prefix::BER)),
            (true, _, Some(Lengths::Prefix(coding, width))) => {
                Some(unknown(Prefix { coding, width, counts: LengthUnit::Units, includes: 0 }))
            }
            // moov takes the largest number for such a length, and finds too few octets in every message
            (true, _, Some(Lengths::Fixed | Lengths::Rest)) => {
                return Err(ImportError::new("values of unlisted tags need a length of their own"));
            }
            _ => None,
        };
        let digits = parts.iter().all(|(key, ..)| key.bytes().all(|octet| octet.is_ascii_digit()));
        let tag = match (encoding, length) {
            (Encoding::BerTag, _) => Tag::Ber,
            (Encoding::Ascii | Encoding::Binary, 1..=6) if digits && unknown.is_none() => Tag::Digits(length),
            (Encoding::Ascii | Encoding::Binary, 1..=4) => Tag::Text(length),
            (Encoding::Ebcdic(page), 1..=4) => Tag::Ebcdic(page, length),
            (Encoding::Bcd, 1..=8) => Tag::Octets(length.div_ceil(2)),
            (Encoding::LeftBcd, 2 | 4 | 6 | 8) => Tag::Octets(length / 2),
            (Encoding::Unhex, 1..=4) => Tag::Octets(length),
            _ => return Err(ImportError::new("tags of that coding and length are not supported")),
        };
        let width = match (tag, encoding) {
            (Tag::Octets(width), Encoding::Bcd) => usize::from(width) * 2,
            (Tag::Octets(width), Encoding::Unhex) => usize::from(width) * 2,
            _ => length.into(),
        };
        let fill = if matches!(encoding, Encoding::Bcd) { Some(ZERO) } else { fill };
        let order = OrderDoc::Tags { tag, length_first: None, unknown: unknown.map(Box::new) };
        Ok(Tags::Order(order, Padding { fill, width }))
    }
}

/// What tells which part comes next.
enum Tags {
    Order(OrderDoc, Padding),
    /// Nothing does: they are sorted by their keys.
    Sorted(Sort),
}

/// What brings a key to the length of a tag.
struct Padding {
    fill: Option<Fill>,
    width: usize,
}

impl Padding {
    fn pad(&self, key: &str) -> String {
        let missing = self.width.saturating_sub(key.len());
        let Some(Fill { side, with }) = self.fill else { return key.to_string() };
        let fill = char::from(with).to_string().repeat(missing);
        match side {
            Side::Left => fill + key,
            Side::Right => key.to_string() + &fill,
        }
    }
}

/// What fills a value whose field does not say it.
const fn usual_fill(content: Content) -> Fill {
    match content {
        Content::B => NULL,
        Content::N | Content::Z | Content::Ne | Content::H => ZERO,
        _ => BLANK,
    }
}

const ZERO: Fill = Fill { side: Side::Left, with: b'0' };
const BLANK: Fill = Fill { side: Side::Right, with: b' ' };
const NULL: Fill = Fill { side: Side::Right, with: 0 };

/// What a part with a tag that is not listed holds.
fn unknown(prefix: Prefix) -> ElementDoc {
    let capacity = u32::try_from(prefix.capacity()).unwrap_or(u32::MAX);
    let form = Form::Prefixed(prefix);
    bare(Content::B, Coding::Raw, Some(NULL), PadNibble::LEFT_ZERO, (0, capacity.min(MAX_BER), form))
}

fn bare(
    content: Content,
    coding: Coding,
    fill: Option<Fill>,
    pad_nibble: PadNibble,
    (min, max, form): (u32, u32, Form),
) -> ElementDoc {
    let (key, name, privacy, layout, full_size) = (0, String::new(), SECRET, None, false);
    ElementDoc { key, name, content, coding, min, max, form, fill, full_size, pad_nibble, privacy, layout }
}

/// Parts one after the other, in the order of their keys; it leaves out what it has no value for,
/// so none must be there.
fn positions(mut parts: Vec<(String, u32, ElementDoc)>, sort: Sort) -> LayoutDoc {
    let radix = if sort == Sort::HexNumbers { 16 } else { 10 };
    let by_number = parts.iter().all(|(key, ..)| u32::from_str_radix(key, radix).is_ok());
    match by_number && sort != Sort::Texts {
        true => parts.sort_by_key(|(key, ..)| u32::from_str_radix(key, radix).unwrap_or(0)),
        false => parts.sort_by(|one, other| one.0.cmp(&other.0)),
    }
    let numbered = parts.into_iter().zip(1..).map(|((_, _, mut element), position)| {
        element.key = position;
        element
    });
    LayoutDoc { order: OrderDoc::Positions { required: 0 }, elements: numbered.collect() }
}

/// A field, its parts apart.
fn leaf(field: &Field<'_>, is_composite: bool) -> Result<ElementDoc> {
    let fail = |message: &str| Err(ImportError::new(message));
    let lengths = field.lengths.unwrap_or(Lengths::Fixed);
    let (content, coding, pad_nibble) = match (field.encoding, is_composite) {
        (_, true) => (Content::B, Coding::Raw, PadNibble::LEFT_ZERO),
        (Some(encoding), false) => value_of(field, encoding, lengths)?,
        (None, false) => return fail("the field does not say its `enc`"),
    };
    // what varies in length is not filled; what is fixed, only if the field says how
    let fill = if lengths == Lengths::Fixed { field.fill } else { Some(usual_fill(content)) };
    // packed hexadecimal digits are counted by the octet
    let by_octet = content == Content::H;
    let given = match (field.length, lengths) {
        (0, Lengths::Ber) => MAX_BER,
        (0, _) => return fail("the field does not say its `length`"),
        (length, _) if by_octet => length * 2,
        (length, _) => length,
    };
    let prefixed = |coding, width| {
        let counts = if by_octet { LengthUnit::Bytes } else { LengthUnit::Units };
        let prefix = Prefix { coding, width, counts, includes: 0 };
        let most = u32::try_from(prefix.capacity()).unwrap_or(u32::MAX);
        (0, given.min(if by_octet { most.saturating_mul(2) } else { most }), Form::Prefixed(prefix))
    };
    let size = match lengths {
        Lengths::Fixed => (given, given, Form::Fixed),
        Lengths::Rest => (0, given, Form::Rest),
        Lengths::Ber if matches!(coding, Coding::Bcd | Coding::Hex) && !by_octet => {
            (0, given, Form::Prefixed(Prefix { counts: LengthUnit::Units, ..Prefix::BER }))
        }
        Lengths::Ber => (0, given, Form::Prefixed(Prefix::BER)),
        Lengths::Prefix(coding, width) => prefixed(coding, width),
    };
    let mut element = bare(content, coding, fill, pad_nibble, size);
    element.name.clone_from(&field.name);
    Ok(element)
}

/// Class, coding and pad nibble of a value.
fn value_of(field: &Field<'_>, encoding: Encoding, lengths: Lengths) -> Result<(Content, Coding, PadNibble)> {
    let is_octets = matches!(field.kind, Kind::Binary | Kind::Hex | Kind::Bitmap);
    let is_number = field.kind == Kind::Numeric && field.length <= MAX_NUMBER;
    let text = match field.fill {
        Some(Fill { with, .. }) if is_number && with != b'0' => match (field.fill, lengths) {
            (Some(Fill { side: Side::Left, .. }), Lengths::Fixed) => Content::Ns,
            _ => Content::Any,
        },
        _ if is_number => Content::N,
        _ => Content::Any,
    };
    let digits = if matches!(field.kind, Kind::Track) { Content::Z } else { Content::N };
    let octets = if is_octets { Content::B } else { Content::Any };
    Ok(match encoding {
        Encoding::Ascii => (text, Coding::Ascii, PadNibble::LEFT_ZERO),
        Encoding::Binary if is_number => (text, Coding::Ascii, PadNibble::LEFT_ZERO),
        Encoding::Ebcdic(page) => (text, Coding::Ebcdic(page), PadNibble::LEFT_ZERO),
        Encoding::Bcd => (digits, Coding::Bcd, PadNibble::LEFT_ZERO),
        Encoding::LeftBcd => (digits, Coding::Bcd, PadNibble::RIGHT_ZERO),
        Encoding::Binary => (octets, Coding::Raw, PadNibble::LEFT_ZERO),
        Encoding::HexDigits => (octets, Coding::Hex, PadNibble::LEFT_ZERO),
        Encoding::Unhex => (Content::H, Coding::Bcd, PadNibble::LEFT_ZERO),
        Encoding::BerTag => return Err(ImportError::new("`BerTLVTag` is a coding of tags, not of values")),
    })
}
