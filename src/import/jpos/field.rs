//! One field: from its class, its length and its flags to an element.

use alloc::format;
use alloc::string::{String, ToString};

use super::classes::{self, Class, Length, TagForm, Value};
use super::{Custom, Options};
use crate::codec::{CodePage, Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Side, Zone};
use crate::import::xml::Node;
use crate::import::{ElementDoc, ImportError, standard};
use crate::layout::{Fill, Form, Row};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::Dialect;

type Result<T> = core::result::Result<T, ImportError>;

/// The longest field, in units.
const MAX_LENGTH: u32 = 9_999_999;

/// A field as it is read, before it is known what it stands in.
pub(super) struct FieldDoc {
    pub(super) element: ElementDoc,
    pub(super) tag: TagForm,
    /// Whether the class says that it is a bitmap; `element` is then its octets.
    pub(super) is_bitmap: bool,
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
            let element = ElementDoc::new(&Row { key, shape, name, privacy: SECRET }, &Dialect::ASCII);
            return Ok(Some(FieldDoc { element, tag: TagForm::None, is_bitmap: false }));
        }
        Some(Custom::Shape(_)) => return Ok(None),
        Some(Custom::Like(like)) => classes::class(classes::short(like)),
        None => classes::class(classes::short(class_name)),
    };
    let Some(class) = class else {
        return Err(ImportError::new(format!(
            "{class_name} is no class of jPOS; say with Options::class or Options::shape what it is"
        )));
    };
    if class.value == Value::Nothing || length == 0 {
        return Ok(None);
    }
    let is_top = !path.contains('.');
    let mut element = bare(class, length, is_track(key, name, is_top));
    element.key = key;
    element.name = name.to_string();
    element.form = form(class.length, node, &element)?;
    if let Form::Prefixed(prefix) | Form::Padded(prefix) = element.form {
        element.max = element.max.min(longest(prefix));
        element.min = 0;
    } else if !matches!(element.form, Form::Fixed) {
        element.min = 0;
    }
    let padded_before = flag(node, "pad")?.unwrap_or(false);
    element.pad_nibble = match (padded_before, class.value) {
        (true, _) => PadNibble::LEFT_ZERO,
        (false, Value::Hex) => PadNibble::RIGHT_F,
        (false, Value::Digits(Coding::Bcd)) => PadNibble::RIGHT_ZERO,
        (false, _) => PadNibble::LEFT_ZERO,
    };
    if is_top {
        element.privacy = standard::privacy(&element);
    }
    let is_bitmap = matches!(class.value, Value::Bitmap(_));
    Ok(Some(FieldDoc { element, tag: class.tag, is_bitmap }))
}

/// Tracks have separators among their digits.
fn is_track(key: u32, name: &str, is_top: bool) -> bool {
    (is_top && matches!(key, 35 | 36)) || name.to_ascii_lowercase().contains("track")
}

/// Class, coding and fill; the length as if it were fixed.
fn bare(class: Class, length: u32, is_track: bool) -> ElementDoc {
    let blank = Fill { side: Side::Right, with: b' ' };
    let zero = Fill { side: Side::Left, with: b'0' };
    let (content, coding, fill) = match class.value {
        Value::Text(coding) => (Content::Any, coding, blank),
        Value::Digits(coding) if is_track => (Content::Z, coding, zero),
        Value::Digits(coding) => (Content::N, coding, zero),
        Value::Zoned => (Content::Xn, Coding::Zoned(Zone::F), zero),
        Value::Amount(coding) => (Content::Yn, coding, zero),
        Value::Hex => (Content::H, Coding::Bcd, zero),
        Value::Binary(coding) | Value::Bitmap(coding) => {
            (Content::B, coding, Fill { side: Side::Right, with: 0 })
        }
        Value::Nothing => (Content::B, Coding::Raw, blank),
    };
    let padded = matches!(class.length, Length::Prefix { padded: true, .. });
    let fill = match (padded, content) {
        (true, Content::B) => Some(Fill { side: Side::Right, with: 0 }),
        (true, _) => Some(blank),
        // it refuses octets that are too few
        (false, Content::B) => None,
        (false, _) => Some(fill),
    };
    let length = length + u32::from(class.value == Value::Zoned);
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

fn form(length: Length, node: &Node, element: &ElementDoc) -> Result<Form> {
    Ok(match length {
        Length::Fixed => Form::Fixed,
        Length::Until => Form::Until(terminator(node, element)?),
        Length::Prefix { coding, width, padded, half_bytes } => {
            let counts = if half_bytes { LengthUnit::Nibbles } else { LengthUnit::Units };
            let mut prefix = Prefix { coding, width, counts, includes: 0 };
            if flag(node, "inclusive")? == Some(true) {
                prefix.includes = u8::try_from(prefix.octets(0)).unwrap_or(0);
            }
            if padded { Form::Padded(prefix) } else { Form::Prefixed(prefix) }
        }
    })
}

/// The octet that ends a value: one character, or two hexadecimal digits.
fn terminator(node: &Node, element: &ElementDoc) -> Result<u8> {
    let token = node.get("token").unwrap_or_default();
    let octet = match (token.as_bytes(), u8::from_str_radix(token, 16)) {
        ([one], _) => *one,
        ([_, _], Ok(octet)) => return Ok(octet),
        _ => return Err(ImportError::new("the token is neither one character nor two hexadecimal digits")),
    };
    Ok(match element.coding {
        Coding::Ebcdic(page) => page.put(octet),
        _ => octet,
    })
}

/// The longest value a prefix can announce, in units.
pub(super) fn longest(prefix: Prefix) -> u32 {
    let units = prefix.capacity().saturating_sub(prefix.includes.into());
    let units = if prefix.counts == LengthUnit::Nibbles { units - units % 2 } else { units };
    u32::try_from(units).unwrap_or(MAX_LENGTH)
}

/// How a tag of that form is written, and the length that leads it, if one does.
pub(super) fn tag_prefix(element: &ElementDoc) -> Option<Prefix> {
    match element.form {
        Form::Prefixed(prefix) => Some(prefix),
        _ => None,
    }
}

/// The code page of jPOS.
pub(super) const PAGE: CodePage = CodePage::Cp1047;

/// A length of two octets.
pub(super) const TWO_OCTETS: Prefix =
    Prefix { coding: PrefixCoding::Binary, width: 2, counts: LengthUnit::Bytes, includes: 0 };
