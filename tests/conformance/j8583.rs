//! Rows of j8583's own tests: its types as rows of a table, its flags as a dialect.

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc};
use cardwire::layout::{More, Shape, ansb, b, h, n, row as table_row};
use cardwire::mask::SECRET;
use cardwire::spec::{Codes, Dialect, MtiCoding};
use cardwire::{BitmapForm, CodePage, Coding, Counts, Prefix, PrefixCoding, Side, Spare};
use serde_json::Value as Json;

use crate::replay::{Tree, Values, alone, announced, both_ways};
use crate::report::Outcome;
use crate::row::{Row, unhex};

/// How a message factory is set.
struct Flags {
    binary: bool,
    ebcdic: Option<CodePage>,
    /// Length digits are in the encoding too.
    ebcdic_lengths: bool,
    /// Binary fields have lengths in characters nevertheless.
    text_lengths: bool,
    hex_lengths: bool,
}

impl Flags {
    fn of(row: &Row, binary: &str) -> Self {
        let is = |key| row.param(key).as_bool().unwrap_or(false);
        let encoding = row.param("encoding").as_str().unwrap_or_default();
        let page = match encoding {
            "Cp1047" => Some(CodePage::Cp1047),
            "Cp037" => Some(CodePage::Cp037),
            "Cp500" => Some(CodePage::Cp500),
            // agrees in letters and digits
            "Cp277" => Some(CodePage::Cp1047),
            _ => None,
        };
        Self {
            binary: is(binary),
            ebcdic: page,
            ebcdic_lengths: page.is_some() && is("forceStringEncoding"),
            text_lengths: is("forceStringEncoding"),
            hex_lengths: is("varLenInHex"),
        }
    }
}

pub(crate) fn replay(row: &Row) -> Outcome {
    if !row.json["error"].is_null() {
        return Outcome::Refused("the peer raised an error".into());
    }
    let Some(wire) = row.wire() else { return Outcome::Refused("the row has no octets".into()) };
    let outcome = if row.text("kind") == "message" { message(row, &wire) } else { field(row, &wire) };
    let is_utf8 = row.param("encoding") == "UTF-8" && !row.json["value"].to_string().is_ascii();
    match outcome {
        Outcome::Exact => Outcome::Exact,
        _ if is_utf8 => Outcome::Refused("characters of two octets".into()),
        other => other,
    }
}

fn field(row: &Row, wire: &[u8]) -> Outcome {
    let flags = Flags::of(row, "binary");
    let length = row.param("length").as_u64().unwrap_or(0);
    let Some(element) = element(2, row.class(), length, &flags) else {
        return Outcome::Refused("no such type".into());
    };
    let value = tree(row.class(), &row.json["value"], &element, None, length);
    let doc = alone(element, 2);
    both_ways(&doc, &announced(2, wire), &vec![(2, value)])
}

fn message(row: &Row, wire: &[u8]) -> Outcome {
    let flags = Flags::of(row, "binaryFields");
    let is = |key| row.param(key).as_bool().unwrap_or(false);
    let page = flags.ebcdic;
    let Some(fields) = row.json["value"]["fields"].as_object() else {
        return Outcome::Refused("the row has no values".into());
    };
    let (mut elements, mut values) = (Vec::new(), Values::new());
    for (number, field) in fields {
        let number: u8 = number.parse().unwrap();
        let (class, length) = (field["type"].as_str().unwrap(), field["length"].as_u64().unwrap());
        let Some(element) = element(number, class, length, &flags) else {
            return Outcome::Refused(format!("no such type {class}"));
        };
        values.push((number, tree(class, &field["value"], &element, field["text"].as_str(), length)));
        elements.push(element);
    }
    values.sort_by_key(|(number, _)| *number);
    elements.sort_by_key(|element| element.key);
    let coding = match (is("binaryHeader") || is("binaryBitmap"), page) {
        (true, _) => Coding::Raw,
        (false, Some(page)) if flags.text_lengths => Coding::EbcdicHex(page),
        (false, _) => Coding::Hex,
    };
    let mut form = BitmapForm::new(coding);
    if values.iter().any(|(number, _)| *number > 128) {
        // element 65 is the third bitmap itself
        form = form.third(More::InElement);
        values.retain(|(number, _)| *number != 65);
        elements.retain(|element: &ElementDoc| element.key != 65);
    }
    let text_header = row.param("isoHeader").as_str().map_or(0, str::len);
    let octet_header = row.param("binIsoHeader").as_str().map_or(0, |hex| hex.len() / 2);
    let parsed = row.param("headerLength").as_u64().unwrap_or(0);
    let doc = SpecDoc {
        name: "j8583".into(),
        header: text_header + octet_header + usize::try_from(parsed).unwrap(),
        mti: match (is("binaryHeader"), page) {
            (true, _) => MtiCoding::Bcd,
            (false, Some(_)) => MtiCoding::Ebcdic,
            (false, None) => MtiCoding::Ascii,
        },
        codes: Codes::Iso,
        body: LayoutDoc { order: OrderDoc::Bitmap(form), elements },
    };
    both_ways(&doc, wire, &values)
}

/// The row of a type, written as the flags say.
fn element(number: u8, class: &str, length: u64, flags: &Flags) -> Option<ElementDoc> {
    let length = u32::try_from(length).unwrap();
    let text = flags.ebcdic.map_or(Coding::Ascii, Coding::Ebcdic);
    let digits = if flags.binary { Coding::Bcd } else { text };
    let letters = u8::try_from(class.bytes().take_while(|octet| *octet == b'L').count()).unwrap();
    let prefix = |coding: Option<PrefixCoding>, width: u8| Prefix {
        coding: coding.unwrap_or_else(|| length_coding(flags)),
        width,
        counts: Counts::Units,
        includes: 0,
    };
    let var = |shape: Shape<'static>| {
        let width = if flags.hex_lengths { letters.div_ceil(2) } else { letters };
        shape.prefix(prefix(None, width))
    };
    let binary_length =
        |shape: Shape<'static>| shape.prefix(prefix(Some(PrefixCoding::Binary), letters.div_ceil(2)));
    let hex_text = |length| h(length).coding(text).fill(Side::Right, b'0');
    let shape = match class {
        "NUMERIC" | "AMOUNT" => n(fixed(class, length)).coding(digits),
        "ALPHA" => ansb(length).coding(text),
        "DATE4" | "DATE6" | "DATE10" | "DATE12" | "DATE14" | "DATE_EXP" | "TIME" => {
            n(fixed(class, length)).coding(digits)
        }
        "BINARY" if flags.binary => b(length).coding(Coding::Raw),
        "BINARY" => hex_text(2 * length),
        "RAW_BINARY" => b(length).coding(Coding::Raw),
        "LLVAR" | "LLLVAR" | "LLLLVAR" => var(ansb(longest(letters)).coding(text)),
        "LLBIN" | "LLLBIN" | "LLLLBIN" if flags.binary => var(b(longest(letters)).coding(Coding::Raw)),
        "LLBIN" | "LLLBIN" | "LLLLBIN" => var(hex_text(longest(letters))),
        "LLBCDBIN" | "LLLBCDBIN" | "LLLLBCDBIN" if flags.binary => {
            var(h(longest(letters)).coding(Coding::Bcd).spare(Spare::LEFT_ZERO))
        }
        "LLBCDBIN" | "LLLBCDBIN" | "LLLLBCDBIN" => var(hex_text(longest(letters))),
        "LLBINLENGTHNUM" | "LLLLBINLENGTHNUM" => {
            binary_length(n(bytes(letters)).coding(Coding::Bcd).spare(Spare::LEFT_ZERO))
        }
        "LLBINLENGTHALPHANUM" | "LLLLBINLENGTHALPHANUM" => binary_length(ansb(bytes(letters)).coding(text)),
        "LLBINLENGTHBIN" | "LLLLBINLENGTHBIN" => binary_length(b(bytes(letters)).coding(Coding::Raw)),
        "LLBCDLENGTHALPHANUM" | "LLLLBCDLENGTHALPHANUM" => {
            ansb(longest(letters)).coding(text).prefix(prefix(Some(PrefixCoding::Bcd), letters))
        }
        _ => return None,
    };
    Some(ElementDoc::new(&table_row(number.into(), shape, class, SECRET), &Dialect::ASCII))
}

fn length_coding(flags: &Flags) -> PrefixCoding {
    match (flags.hex_lengths, flags.binary, flags.text_lengths) {
        (true, true, _) => PrefixCoding::Binary,
        (true, false, _) => PrefixCoding::Hex,
        (_, true, false) => PrefixCoding::Bcd,
        _ => match flags.ebcdic {
            Some(page) if flags.ebcdic_lengths => PrefixCoding::Ebcdic(page),
            _ => PrefixCoding::Ascii,
        },
    }
}

/// The longest value that so many digits announce.
fn longest(digits: u8) -> u32 {
    10u32.pow(digits.into()) - 1
}

/// The longest value that a binary length announces: one octet for two letters.
fn bytes(letters: u8) -> u32 {
    if letters > 2 { 0xFFFF } else { 0xFF }
}

fn fixed(class: &str, length: u32) -> u32 {
    match class {
        "AMOUNT" => 12,
        "DATE4" | "DATE_EXP" => 4,
        "DATE6" | "TIME" => 6,
        "DATE10" => 10,
        "DATE12" => 12,
        "DATE14" => 14,
        _ => length,
    }
}

/// A value of j8583 as the element has it. Dates are moments in time: the text says their digits.
fn tree(class: &str, value: &Json, element: &ElementDoc, text: Option<&str>, length: u64) -> Tree {
    let octets = value["b"].as_str().map(unhex);
    let is_hex = matches!(element.content, cardwire::Content::H | cardwire::Content::N);
    match (octets, value.as_str().or(text)) {
        (Some(octets), _) if !is_hex => Tree::Octets(octets),
        (Some(octets), text) => {
            let hex: String = octets.iter().map(|octet| format!("{octet:02X}")).collect();
            let (digits, length) = (hex.len(), usize::try_from(length).unwrap());
            let is_odd = class.contains("BCDBIN") || class.contains("LENGTHNUM");
            match text {
                // octets read from an odd number of digits do not say so
                Some(_) if is_odd && hex.starts_with('0') && (digits == 2 * length || digits == length) => {
                    Tree::Opaque
                }
                // an odd number of digits is known by the length alone
                _ if is_odd && digits == length + 1 => Tree::Text(hex[1..].to_owned()),
                Some(text) if text.eq_ignore_ascii_case(&hex) => Tree::Text(text.to_owned()),
                _ => Tree::Text(hex),
            }
        }
        (None, Some(text)) if value.is_object() && text.bytes().any(|octet| !octet.is_ascii_digit()) => {
            Tree::Opaque
        }
        (None, Some(text)) => said(class, text, element),
        (None, None) => Tree::Opaque,
    }
}

fn said(class: &str, text: &str, element: &ElementDoc) -> Tree {
    match (class, element.content) {
        // units and cents
        ("AMOUNT", _) if text.len() < 12 => {
            let (units, cents) = text.split_once('.').unwrap_or((text, "00"));
            Tree::Text(format!("{units}{cents:0<2}"))
        }
        (_, cardwire::Content::B) => Tree::Octets(even(text).map_or_else(Vec::new, |text| unhex(&text))),
        (_, cardwire::Content::H) if !class.contains("BCDBIN") => Tree::Text(even(text).unwrap_or_default()),
        _ => Tree::Text(text.into()),
    }
}

/// Hexadecimal digits with a zero in front of an odd number of them.
fn even(text: &str) -> Option<String> {
    let is_hex = text.bytes().all(|octet| octet.is_ascii_hexdigit());
    is_hex.then(|| if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() })
}
