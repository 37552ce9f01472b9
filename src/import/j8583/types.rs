//! The types of j8583 as elements, written as the options say.

use crate::codec::{CodePage, Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Side};
use crate::import::ElementDoc;
use crate::layout::{Row, Shape, ansb, b, h, n, row};
use crate::mask::SECRET;
use crate::spec::Dialect;

use super::Options;

/// The longest fixed field, in units.
const MAX_LENGTH: u32 = 9_999_999;

/// A field of a type; `None` where there is no such type, or a fixed one does not say its length.
pub(super) fn element(key: u32, kind: &str, length: u32, options: &Options) -> Option<ElementDoc> {
    let row: Row<'_> = row(key, shape(kind, length, options)?, "", SECRET);
    Some(ElementDoc::new(&row, &Dialect::ASCII))
}

fn shape(kind: &str, length: u32, options: &Options) -> Option<Shape<'static>> {
    let text = options.page.map_or(Coding::Ascii, Coding::Ebcdic);
    let is_binary = options.binary_fields;
    let digits = if is_binary { Coding::Bcd } else { text };
    let letters = u8::try_from(kind.bytes().take_while(|octet| *octet == b'L').count()).ok()?;
    let prefix = |coding, width| Prefix { coding, width, counts: LengthUnit::Units, includes: 0 };
    let var = |shape: Shape<'static>| {
        let width = if options.hex_lengths { letters.div_ceil(2) } else { letters };
        shape.prefix(prefix(length_coding(options), width))
    };
    let hex_text = |length| h(length).coding(text).fill(Side::Right, b'0');
    let fixed = |length: u32| Some(length).filter(|length| (1..=MAX_LENGTH).contains(length));
    let most = longest(if options.hex_lengths { Longest::Octets } else { Longest::Digits }, letters);
    let shape = match kind {
        "NUMERIC" => n(fixed(length)?).coding(digits),
        "ALPHA" => ansb(fixed(length)?).coding(text),
        "AMOUNT" | "DATE12" => n(12).coding(digits),
        "DATE4" | "DATE_EXP" => n(4).coding(digits),
        "DATE6" | "TIME" => n(6).coding(digits),
        "DATE10" => n(10).coding(digits),
        "DATE14" => n(14).coding(digits),
        // it fills octets that are too few with zeros
        "BINARY" if is_binary => b(fixed(length)?).coding(Coding::Raw).fill(Side::Right, 0),
        "BINARY" => hex_text(fixed(length)?.saturating_mul(2)),
        "RAW_BINARY" => b(fixed(length)?).coding(Coding::Raw).fill(Side::Right, 0),
        "LLVAR" | "LLLVAR" | "LLLLVAR" => var(ansb(most).coding(text)),
        "LLBIN" | "LLLBIN" | "LLLLBIN" if is_binary => var(b(most).coding(Coding::Raw)),
        "LLBCDBIN" | "LLLBCDBIN" | "LLLLBCDBIN" if is_binary => {
            var(h(most).coding(Coding::Bcd).pad_nibble(PadNibble::LEFT_ZERO))
        }
        "LLBIN" | "LLLBIN" | "LLLLBIN" | "LLBCDBIN" | "LLLBCDBIN" | "LLLLBCDBIN" => var(hex_text(most)),
        _ => length_in_binary(kind, letters, text)?,
    };
    Some(shape)
}

/// The types whose length is in binary, or packed, whatever the options say.
fn length_in_binary(kind: &str, letters: u8, text: Coding) -> Option<Shape<'static>> {
    let name = kind.trim_start_matches('L');
    let (coding, width, most) = match (letters, name) {
        (0, _) => return None,
        (_, "BCDLENGTHALPHANUM") => (PrefixCoding::Bcd, letters, longest(Longest::Digits, letters)),
        _ => (PrefixCoding::Binary, letters.div_ceil(2), longest(Longest::Octets, letters)),
    };
    let shape = match name {
        "BINLENGTHNUM" => n(most).coding(Coding::Bcd).pad_nibble(PadNibble::LEFT_ZERO),
        "BINLENGTHALPHANUM" | "BCDLENGTHALPHANUM" => ansb(most).coding(text),
        "BINLENGTHBIN" => b(most).coding(Coding::Raw),
        _ => return None,
    };
    Some(shape.prefix(Prefix { coding, width, counts: LengthUnit::Units, includes: 0 }))
}

fn length_coding(options: &Options) -> PrefixCoding {
    match (options.hex_lengths, options.binary_fields, options.text_lengths) {
        (true, true, _) => PrefixCoding::Binary,
        (true, false, _) => PrefixCoding::Hex,
        (_, true, false) => PrefixCoding::Bcd,
        _ => text_coding(options.page.filter(|_| options.text_lengths)),
    }
}

fn text_coding(page: Option<CodePage>) -> PrefixCoding {
    page.map_or(PrefixCoding::Ascii, PrefixCoding::Ebcdic)
}

enum Longest {
    Digits,
    /// One octet for two letters.
    Octets,
}

/// The longest value that so many letters announce.
fn longest(unit: Longest, letters: u8) -> u32 {
    match unit {
        Longest::Digits => 10u32.pow(letters.clamp(1, 6).into()) - 1,
        Longest::Octets if letters > 2 => 0xFFFF,
        Longest::Octets => 0xFF,
    }
}
