//! Writing the newer notation: the same octets, or a refusal.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::words::{self, Encoding, Kind, Lengths, Sort};
use super::{MAX_BER, MAX_NUMBER};
use crate::codec::{Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Side};
use crate::import::words::word;
use crate::import::{ElementDoc, ImportError, LayoutDoc, OrderDoc, SpecDoc};
use crate::layout::{BitmapForm, Fill, Form, NextBitmap, Tag};
use crate::model::content::Content;
use crate::model::error::widen;
use crate::spec::MtiCoding;

type Result<T> = core::result::Result<T, ImportError>;

/// Members of an object, values as they are written.
type Members = Vec<(String, String)>;

pub(super) fn spec(doc: &SpecDoc) -> Result<String> {
    if doc.header > 0 {
        return Err(ImportError::new("the format has no words for octets before the MTI"));
    }
    let OrderDoc::Bitmap(form) = doc.body.order else { return Err(lacking("a message without a bitmap")) };
    let mti = match doc.mti {
        MtiCoding::Ascii => Encoding::Ascii,
        MtiCoding::Ebcdic => Encoding::Ebcdic(crate::layout::CodePage::Cp037),
        MtiCoding::Bcd => Encoding::Bcd,
        MtiCoding::Hex => Encoding::HexDigits,
        MtiCoding::Binary => return Err(lacking("an MTI in binary").in_element("0")),
    };
    let mti = inline(&head(Kind::Text, Some(4), "Message type indicator", Some(mti), Lengths::Fixed)?);
    let mut fields: Members = Vec::new();
    fields.push(("0".to_string(), mti));
    fields.push(("1".to_string(), body_bitmap(form).map_err(|error| error.in_element("1"))?));
    for element in &doc.body.elements {
        let key = element.key.to_string();
        let text = match element.key {
            1 => Err(lacking("an element of the number 1 beside the bitmap")),
            _ => field(element, 2),
        };
        let text = text.map_err(|error| error.in_element(&key))?;
        fields.push((key, text));
    }
    let fields = block(&fields, 1);
    Ok(block(&[("name".to_string(), quoted(&doc.name)), ("fields".to_string(), fields)], 0) + "\n")
}

fn lacking(what: &str) -> ImportError {
    ImportError::new(format!("the format has no words for {what}"))
}

fn body_bitmap(form: BitmapForm) -> Result<String> {
    let third = matches!(form.third, NextBitmap::Never | NextBitmap::Announced);
    if !third || matches!(form.second, NextBitmap::Always | NextBitmap::InElement) {
        return Err(lacking("a further bitmap that is not announced by the one before it"));
    }
    bitmap(form)
}

fn bitmap(form: BitmapForm) -> Result<String> {
    let encoding = match form.coding {
        Coding::Raw => Encoding::Binary,
        Coding::Hex => Encoding::HexDigits,
        _ => return Err(lacking("a bitmap in EBCDIC")),
    };
    let mut members = head(Kind::Bitmap, Some(form.octets.into()), "Bitmap", Some(encoding), Lengths::Fixed)?;
    if form.second == NextBitmap::Never {
        members.push(("disableAutoExpand".to_string(), "true".to_string()));
    }
    Ok(inline(&members))
}

/// What every field says.
fn head(
    kind: Kind,
    length: Option<u32>,
    name: &str,
    encoding: Option<Encoding>,
    lengths: Lengths,
) -> Result<Members> {
    let family = encoding.unwrap_or(Encoding::Ascii);
    let prefix = words::lengths_word(lengths, family).ok_or_else(|| lacking("such a length prefix"))?;
    let mut members: Members = Vec::new();
    let mut say = |key: &str, value: String| members.push((key.to_string(), value));
    say("type", quoted(word(words::KINDS, &kind)));
    if let Some(length) = length {
        say("length", length.to_string());
    }
    if !name.is_empty() {
        say("description", quoted(name));
    }
    if let Some(encoding) = encoding {
        match word(words::ENCODINGS, &encoding) {
            "" => return Err(lacking("that code page")),
            known => say("enc", quoted(known)),
        }
    }
    say("prefix", quoted(&prefix));
    Ok(members)
}

/// A field and its parts, written at a depth of indentation. Parts that the format has no words for
/// are left out: the octets of the field are the same.
fn field(element: &ElementDoc, depth: usize) -> Result<String> {
    let composite = element.layout.as_ref().map(|layout| composite(element, layout, depth));
    match composite {
        Some(Ok(text)) => Ok(text),
        _ => Ok(inline(&leaf(element)?)),
    }
}

fn composite(element: &ElementDoc, layout: &LayoutDoc, depth: usize) -> Result<String> {
    if !matches!(element.coding, Coding::Raw | Coding::Ascii) {
        return Err(lacking("parts over a coding"));
    }
    let lengths = lengths_of(element)?;
    let mut members = head(Kind::Composite, said_length(element.max, lengths), &element.name, None, lengths)?;
    match &layout.order {
        OrderDoc::Bitmap(form) if form.third == NextBitmap::Never && form.second != NextBitmap::Always => {
            members.push(("bitmap".to_string(), bitmap(*form)?));
        }
        OrderDoc::Bitmap(_) => return Err(lacking("such a bitmap")),
        order => members.push(("tag".to_string(), inline(&tag(order)?))),
    }
    let mut parts: Members = Vec::new();
    for part in &layout.elements {
        parts.push((layout.order.name_of(part.key), field(part, depth + 2)?));
    }
    members.push(("subfields".to_string(), block(&parts, depth + 1)));
    Ok(block(&members, depth))
}

fn tag(order: &OrderDoc) -> Result<Members> {
    let mut members: Members = Vec::new();
    let mut say = |key: &str, value: String| members.push((key.to_string(), value));
    let OrderDoc::Tags { tag, length_first, unknown } = order else {
        say("sort", quoted(word(words::SORTS, &Sort::Numbers)));
        return Ok(members);
    };
    let (encoding, length, sort) = match *tag {
        _ if length_first.is_some() => return Err(lacking("a length before a tag")),
        Tag::Ber => (Encoding::BerTag, None, Sort::HexNumbers),
        Tag::Digits(width) => (Encoding::Ascii, Some(width), Sort::Numbers),
        Tag::Text(width) => (Encoding::Ascii, Some(width), Sort::Texts),
        Tag::Ebcdic(page, width) => (Encoding::Ebcdic(page), Some(width), Sort::Texts),
        Tag::Octets(width) => (Encoding::Unhex, Some(width), Sort::HexNumbers),
    };
    if let Some(length) = length {
        say("length", length.to_string());
    }
    match word(words::ENCODINGS, &encoding) {
        "" => return Err(lacking("that code page")),
        known => say("enc", quoted(known)),
    }
    say("sort", quoted(word(words::SORTS, &sort)));
    if let Some(unknown) = unknown {
        if unknown.layout.is_some() || unknown.coding != Coding::Raw {
            return Err(lacking("such values of unlisted tags"));
        }
        say("skipUnknownTLVTags", "true".to_string());
        say("storeUnknownTLVTags", "true".to_string());
        match lengths_of(unknown)? {
            Lengths::Ber if *tag == Tag::Ber => {}
            Lengths::Fixed | Lengths::Rest => {
                return Err(lacking("values of unlisted tags without a length of their own"));
            }
            lengths => {
                let known = words::lengths_word(lengths, Encoding::Ascii);
                say("prefUnknownTLV", quoted(&known.ok_or_else(|| lacking("such a length prefix"))?));
            }
        }
    }
    Ok(members)
}

fn leaf(element: &ElementDoc) -> Result<Members> {
    let (kind, encoding, length) = value_of(element)?;
    let lengths = lengths_of(element)?;
    let length = said_length(length, lengths);
    let mut members = head(kind, length, &element.name, Some(encoding), lengths)?;
    // octets that stand for something else have the fill of what they are
    let is_said = match kind {
        Kind::Binary => element.content == Content::B,
        _ => encoding != Encoding::Unhex,
    };
    if let Some(Fill { side, with }) = element.fill.filter(|_| is_said && element.form == Form::Fixed) {
        if !with.is_ascii() {
            return Err(lacking("fill above 7F"));
        }
        let pad = quoted(&char::from(with).to_string());
        let padding =
            [("type".to_string(), quoted(word(words::PADDINGS, &Some(side)))), ("pad".to_string(), pad)];
        members.push(("padding".to_string(), inline(&padding)));
    }
    Ok(members)
}

/// The kind of a value, its coding, and its length as the format counts it. What it has no words for
/// is octets, if only their number says how long it is.
fn value_of(element: &ElementDoc) -> Result<(Kind, Encoding, u32)> {
    let ElementDoc { content, coding, fill, max, .. } = *element;
    let counts = match element.form {
        Form::Prefixed(prefix) => Some(prefix.counts),
        _ => None,
    };
    let in_units = matches!(counts, None | Some(LengthUnit::Units));
    let in_bytes = matches!(counts, None | Some(LengthUnit::Bytes));
    let is_short = max <= MAX_NUMBER;
    // of what varies in length, no padding is said
    let is_padded_before =
        element.form == Form::Fixed && matches!(fill, Some(Fill { side: Side::Left, with }) if with != b'0');
    let text = match content {
        Content::N if is_short => Kind::Numeric,
        Content::Ns if is_short && is_padded_before => Kind::Numeric,
        _ => Kind::Text,
    };
    let octets = if content == Content::B { Kind::Binary } else { Kind::Text };
    Ok(match coding {
        Coding::Ascii => (text, Encoding::Ascii, max),
        Coding::Ebcdic(page) => (text, Encoding::Ebcdic(page), max),
        Coding::Raw => (octets, Encoding::Binary, max),
        Coding::Hex if in_units => (octets, Encoding::HexDigits, max),
        Coding::Hex if in_bytes => (Kind::Text, Encoding::Ascii, max.saturating_mul(2)),
        Coding::EbcdicHex(page) if in_bytes => (Kind::Text, Encoding::Ebcdic(page), max.saturating_mul(2)),
        Coding::Bcd if content == Content::H && in_bytes && max % 2 == 0 => {
            (Kind::Text, Encoding::Unhex, max / 2)
        }
        Coding::Bcd if matches!(content, Content::N | Content::Z | Content::Ne) && in_units => {
            let kind = if content == Content::N { Kind::Text } else { Kind::Track };
            let is_even = element.form == Form::Fixed && max % 2 == 0;
            match element.pad_nibble {
                PadNibble::LEFT_ZERO => (kind, Encoding::Bcd, max),
                PadNibble::RIGHT_ZERO => (kind, Encoding::LeftBcd, max),
                _ if is_even => (kind, Encoding::Bcd, max),
                _ => return Err(lacking("a spare half byte other than 0")),
            }
        }
        _ if in_bytes => {
            let octets = coding.wire_len(content, widen(max));
            (Kind::Binary, Encoding::Binary, u32::try_from(octets).unwrap_or(u32::MAX))
        }
        _ => return Err(lacking("such a coding, or a length that counts so")),
    })
}

/// The length of a field, which one with a BER length need not say.
fn said_length(length: u32, lengths: Lengths) -> Option<u32> {
    Some(length).filter(|length| !(lengths == Lengths::Ber && *length == MAX_BER))
}

fn lengths_of(element: &ElementDoc) -> Result<Lengths> {
    Ok(match element.form {
        Form::Fixed => Lengths::Fixed,
        Form::Rest => Lengths::Rest,
        Form::Prefixed(Prefix { includes: 1.., .. }) => {
            return Err(lacking("a length that counts its own octets"));
        }
        Form::Prefixed(Prefix { counts: LengthUnit::Nibbles, .. }) => {
            return Err(lacking("a length in half bytes"));
        }
        Form::Prefixed(Prefix { coding: PrefixCoding::Ber, .. }) => Lengths::Ber,
        Form::Prefixed(prefix) => Lengths::Prefix(prefix.coding, prefix.width),
        Form::Padded(_) => return Err(lacking("fill after a value with a length prefix")),
        Form::Until(_) => return Err(lacking("a value that ends before an octet")),
        Form::Nothing => return Err(lacking("an element of no octets")),
        Form::IfLetter => return Err(lacking("a value that is there only if it begins with a letter")),
    })
}

/// An object in one line.
fn inline(members: &[(String, String)]) -> String {
    let said: Vec<String> = members.iter().map(|(key, value)| format!("{}: {value}", quoted(key))).collect();
    format!("{{ {} }}", said.join(", "))
}

/// An object with a line for each member.
fn block(members: &[(String, String)], depth: usize) -> String {
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let said: Vec<String> =
        members.iter().map(|(key, value)| format!("\n{inner}{}: {value}", quoted(key))).collect();
    format!("{{{}\n{outer}}}", said.join(","))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
