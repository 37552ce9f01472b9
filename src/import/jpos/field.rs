//! One field: from its class, its length and its flags to an element.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::classes::{self, Class, Length, TagForm, Value};
use super::{Custom, Options};
use crate::codec::{Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Side, Zone};
use crate::import::xml::Node;
use crate::import::{ElementDoc, ImportError, standard};
use crate::layout::{Fill, Form, Row, Terminator};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::Dialect;

type Result<T> = core::result::Result<T, ImportError>;

/// The longest field, in units.
const MAX_LENGTH: u32 = 9_999_999;

/// The children of a packager by id; of those that have one id the last is meant, as in jPOS.
pub(super) type Fields<'n> = BTreeMap<u32, &'n Node>;

/// Where the children of a packager are, and how deep.
pub(super) type At<'a> = (&'a Options, &'a str, usize);

/// A field as it is read, before it is known what it stands in.
pub(super) struct FieldDoc {
    pub(super) element: ElementDoc,
    pub(super) tag: Option<TagForm>,
    /// What the class says of bitmaps; `element` is then its octets.
    pub(super) bitmap: Option<Bits>,
    /// Whether a short value is written as it is, not filled.
    pub(super) is_trimmed: bool,
}

/// What a bitmap class says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bits {
    /// As many octets as the field.
    AsLong,
    /// Sixty-four bits, of which none announces more.
    Always64,
}

impl FieldDoc {
    fn plain(element: ElementDoc) -> Self {
        Self { element, tag: None, bitmap: None, is_trimmed: false }
    }

    /// The field as it stands in what takes its parts by number or place. A value that is not filled
    /// when it is short can only be told from a full one where nothing follows it.
    pub(super) fn in_place(mut self, is_last: bool) -> Result<ElementDoc> {
        if self.tag.is_some() {
            return Err(ImportError::new(
                "its class writes a tag: it belongs in a packager of tags, such as EuroSubFieldPackager or GenericTaggedFieldsPackager",
            ));
        }
        let element = &mut self.element;
        if self.is_trimmed {
            element.fill = None;
            if is_last && element.form == Form::Fixed {
                element.form = Form::Rest;
                element.min = if element.content.is_signed() { 2 } else { 0 };
            }
        }
        Ok(self.element)
    }
}

/// Fields as they stand one after the other, or where a bitmap announces them.
pub(super) fn in_place(fields: Vec<FieldDoc>, path: &str) -> Result<Vec<ElementDoc>> {
    let last = fields.len();
    let element = |(place, field): (usize, FieldDoc)| {
        let key = field.element.key;
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        field.in_place(place == last).map_err(|error| error.in_element(&path))
    };
    (1..).zip(fields).map(element).collect()
}

/// The number or position a node is given.
pub(super) fn id(node: &Node) -> Result<u32> {
    node.number("id")?.ok_or_else(|| ImportError::new("the field has no id"))
}

/// An attribute that is true or false.
pub(super) fn flag(node: &Node, name: &str) -> Result<Option<bool>> {
    match node.get(name) {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(ImportError::new(format!("{name} is neither true nor false"))),
    }
}

/// An attribute that must be there.
pub(super) fn required<'n>(node: &'n Node, name: &str) -> Result<&'n str> {
    node.get(name).ok_or_else(|| ImportError::new(format!("the field has no {name}")))
}

/// A field; `None` when nothing of it is ever on the wire.
pub(super) fn field(node: &Node, options: &Options, path: &str) -> Result<Option<FieldDoc>> {
    let key = id(node)?;
    let class_name = required(node, "class")?;
    let length = node.number("length")?.ok_or_else(|| ImportError::new("the field has no length"))?;
    if length > MAX_LENGTH {
        return Err(ImportError::new(format!("a length of {length} is above the limit of {MAX_LENGTH}")));
    }
    let name = node.get("name").unwrap_or_default();
    let class = match options.custom(class_name) {
        Some(Custom::Shape(shape)) if length > 0 => {
            let shape = shape.with_max(length);
            let row = Row { key, shape, name, privacy: SECRET };
            return Ok(Some(FieldDoc::plain(ElementDoc::new(&row, &Dialect::ASCII))));
        }
        Some(Custom::Shape(_)) => return Ok(None),
        Some(Custom::Like(like)) => classes::class(classes::short(like)),
        None => classes::class(classes::short(class_name)),
    };
    let class = class.ok_or_else(|| unknown(class_name, key, length))?;
    // some classes do not look at the length they are given
    let length = match (class.value, class.length) {
        (Value::Bitmap64(_), _) => 8,
        (Value::Text(_), Length::Until) => MAX_LENGTH,
        (Value::Nothing, _) => 0,
        _ => length,
    };
    if class.value == Value::Never || (length == 0 && class.value != Value::Nothing) {
        return Ok(None);
    }
    let is_top = !path.contains('.');
    let mut element = bare(class, length, is_track(key, name, is_top));
    element.key = key;
    // jPOS checks no digits: a track may stand where the standard has none
    if element.content == Content::N
        && (matches!(class.length, Length::Prefix { .. }) || element.coding == Coding::Bcd)
        && !(is_top && standard::is_number(key))
    {
        element.content = Content::Ne;
    }
    element.name = name.to_string();
    element.form = form(class, node)?;
    if let Form::Prefixed(prefix) | Form::Padded(prefix) = element.form {
        element.max = element.max.min(longest(prefix, element.coding));
    }
    if element.form != Form::Fixed {
        element.min = 0;
    }
    let is_padded_before = flag(node, "pad")?.unwrap_or(false);
    let [before, after] = class.spares;
    if matches!(class.value, Value::Digits(Coding::Bcd) | Value::Amount(Coding::Bcd) | Value::Hex) {
        element.pad_nibble = if is_padded_before { before } else { after };
    }
    if is_top {
        element.privacy = standard::privacy(&element);
    }
    let bitmap = match class.value {
        Value::Bitmap(_) => Some(Bits::AsLong),
        Value::Bitmap64(_) => Some(Bits::Always64),
        _ => None,
    };
    let is_trimmed = class.trims && flag(node, "trim")?.unwrap_or(false);
    Ok(Some(FieldDoc { element, tag: class.tag, bitmap, is_trimmed }))
}

/// What to write instead of a class that is not known.
fn unknown(class: &str, key: u32, length: u32) -> ImportError {
    ImportError::new(format!(
        "{class} is no class of jPOS; write the one it is like in its place, or in a TOML spec a row such as \
         {key} = {{ is = \"ansb..{length}\", length = \"LL\" }}, or say with Options::class or Options::shape \
         what it is"
    ))
}

/// Tracks have separators among their digits.
fn is_track(key: u32, name: &str, is_top: bool) -> bool {
    (is_top && matches!(key, 35 | 36)) || name.to_ascii_lowercase().contains("track")
}

const BLANK: Fill = Fill { side: Side::Right, with: b' ' };
const ZERO: Fill = Fill { side: Side::Left, with: b'0' };
const NULL: Fill = Fill { side: Side::Right, with: 0 };

/// Class, coding and fill; the length as if it were fixed.
fn bare(class: Class, length: u32, is_track: bool) -> ElementDoc {
    let (content, coding, fill) = match class.value {
        Value::Text(coding) | Value::Code(coding) => (Content::Any, coding, Some(BLANK)),
        Value::PlatformText => (Content::Ans, Coding::Ascii, Some(BLANK)),
        Value::Digits(coding) if is_track => (Content::Z, coding, Some(ZERO)),
        Value::Digits(coding) => (Content::N, coding, Some(ZERO)),
        Value::Zoned => (Content::Xn, Coding::Zoned(Zone::F), Some(ZERO)),
        Value::Amount(coding) => (Content::Yn, coding, Some(ZERO)),
        Value::Hex => (Content::H, Coding::Bcd, Some(ZERO)),
        Value::Octets(coding) | Value::Bitmap(coding) | Value::Bitmap64(coding) => (Content::B, coding, None),
        Value::Translated => (Content::Any, Coding::Ebcdic(classes::PAGE), None),
        Value::Nothing | Value::Never => (Content::B, Coding::Raw, None),
    };
    let fill = match (class.length, content) {
        (Length::Prefix { padded: true, .. }, Content::B) => Some(NULL),
        (Length::Prefix { padded: true, .. }, _) => Some(BLANK),
        _ => fill,
    };
    let mut length = length + u32::from(class.value == Value::Zoned);
    if let Length::Prefix { counts, most, .. } = class.length {
        length = length.min(most);
        // after a length in half bytes, the spare one of an odd number is one digit more
        if counts == LengthUnit::Nibbles && coding == Coding::Bcd {
            length += length % 2;
        }
    }
    ElementDoc {
        key: 0,
        name: String::new(),
        content,
        coding,
        min: length,
        max: length,
        form: Form::Fixed,
        fill,
        full_size: false,
        pad_nibble: PadNibble::LEFT_ZERO,
        privacy: SECRET,
        layout: None,
    }
}

fn form(class: Class, node: &Node) -> Result<Form> {
    let is_inclusive = flag(node, "inclusive")? == Some(true) && matches!(class.value, Value::Octets(_));
    let prefix = match class.length {
        Length::Prefix { coding, width, counts, .. } => Some(Prefix { coding, width, counts, includes: 0 }),
        _ => None,
    };
    if is_inclusive && !prefix.is_some_and(|prefix| prefix.coding == PrefixCoding::Binary) {
        return Err(ImportError::new("only a length in binary can be inclusive"));
    }
    Ok(match class.length {
        _ if matches!(class.value, Value::Code(_)) => Form::IfLetter,
        _ if class.value == Value::Nothing => Form::Nothing,
        Length::Fixed => Form::Fixed,
        Length::Rest => Form::Rest,
        Length::Until => Form::Until(token(node, class.value)?),
        Length::UntilOctet => Form::Until(token_octet(node)?),
        Length::Prefix { coding, width, counts, padded, .. } => {
            let includes = if is_inclusive { width } else { 0 };
            let prefix = Prefix { coding, width, counts, includes };
            if padded { Form::Padded(prefix) } else { Form::Prefixed(prefix) }
        }
    })
}

/// The characters that end a value.
fn token(node: &Node, value: Value) -> Result<Terminator> {
    let token = node.raw("token").unwrap_or_default();
    if value == Value::PlatformText && token.len() != 1 {
        return Err(ImportError::new("the token is not one character"));
    }
    let fault = || {
        let most = Terminator::MAX;
        ImportError::new(format!("the token is not one to {most} characters of ASCII"))
    };
    Terminator::of(token.as_bytes()).filter(|_| token.is_ascii()).ok_or_else(fault)
}

/// The octet that ends a value.
fn token_octet(node: &Node) -> Result<Terminator> {
    let token = node.get("token").unwrap_or_default();
    let is_pair = token.len() == 2 && token.bytes().all(|digit| digit.is_ascii_hexdigit());
    let octet = u8::from_str_radix(token, 16).ok().filter(|_| is_pair);
    octet.map(Terminator::octet).ok_or_else(|| ImportError::new("the token is not two hexadecimal digits"))
}

/// The longest value a prefix can announce, in units.
fn longest(prefix: Prefix, coding: Coding) -> u32 {
    let most = prefix.capacity().saturating_sub(prefix.includes.into());
    let most = u32::try_from(most).unwrap_or(MAX_LENGTH);
    match (prefix.counts, coding) {
        (LengthUnit::Units, _) => most,
        (LengthUnit::Nibbles, Coding::Bcd) => most - most % 2,
        (LengthUnit::Bytes, Coding::Bcd) => most.saturating_mul(2),
        (LengthUnit::Nibbles, _) => most / 2,
        (LengthUnit::Bytes, _) => most,
    }
}

/// Octets of a fixed number.
pub(super) fn octets(name: &str, length: u32) -> ElementDoc {
    ElementDoc {
        key: 0,
        name: name.to_string(),
        content: Content::B,
        coding: Coding::Raw,
        min: length,
        max: length,
        form: Form::Fixed,
        fill: None,
        full_size: false,
        pad_nibble: PadNibble::LEFT_ZERO,
        privacy: SECRET,
        layout: None,
    }
}

/// A length of two octets.
pub(super) const TWO_OCTETS: Prefix =
    Prefix { coding: PrefixCoding::Binary, width: 2, counts: LengthUnit::Bytes, includes: 0 };
