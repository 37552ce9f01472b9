//! Reading the older notation: `n..19`, `ans...999`, `b 64`.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::value::RawValue;

use super::tree::{Object, Text};
use crate::codec::{CodePage, Coding, PadNibble, PrefixCoding};
use crate::import::words::{Words, value};
use crate::import::{ElementDoc, ImportError, LayoutDoc, MAX_ELEMENTS, OrderDoc, SpecDoc, standard};
use crate::layout::{BitmapForm, Row, Shape};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::{Codes, Dialect, MtiCoding};

type Result<T> = core::result::Result<T, ImportError>;

/// The code page of the older notation.
const PAGE: CodePage = CodePage::Cp037;

const TEXT: &Words<Coding> =
    &[("CHAR", Coding::Ascii), ("ASCII", Coding::Ascii), ("EBCDIC", Coding::Ebcdic(PAGE))];

const DIGITS: &Words<(Coding, PadNibble)> = &[
    ("CHAR", (Coding::Ascii, PadNibble::LEFT_ZERO)),
    ("ASCII", (Coding::Ascii, PadNibble::LEFT_ZERO)),
    ("EBCDIC", (Coding::Ebcdic(PAGE), PadNibble::LEFT_ZERO)),
    ("BCD", (Coding::Bcd, PadNibble::RIGHT_ZERO)),
    ("RBCD", (Coding::Bcd, PadNibble::LEFT_ZERO)),
];

const OCTETS: &Words<Coding> = &[("HEX", Coding::Hex), ("BINARY", Coding::Raw)];

const PREFIXES: &Words<PrefixCoding> = &[
    ("CHAR", PrefixCoding::Ascii),
    ("ASCII", PrefixCoding::Ascii),
    ("EBCDIC", PrefixCoding::Ebcdic(PAGE)),
    ("BCD", PrefixCoding::Bcd),
    ("RBCD", PrefixCoding::Bcd),
    ("HEX", PrefixCoding::Hex),
    ("BINARY", PrefixCoding::Binary),
];

const MTI: &Words<MtiCoding> = &[
    ("CHAR", MtiCoding::Ascii),
    ("ASCII", MtiCoding::Ascii),
    ("EBCDIC", MtiCoding::Ebcdic),
    ("BCD", MtiCoding::Bcd),
    ("RBCD", MtiCoding::Bcd),
];

pub(super) fn spec<'t>(text: &Text<'t>, mut root: Object<'t>, elements: &'t RawValue) -> Result<SpecDoc> {
    let dialect = dialect(text, &mut root)?;
    root.done()?;
    let mut rows = Vec::new();
    for (key, said) in text.object(elements)?.members() {
        let place = |error: ImportError| error.at_line(text.line(said)).in_element(&key);
        if rows.len() >= MAX_ELEMENTS {
            return Err(place(ImportError::new(format!("there are more than {MAX_ELEMENTS} elements"))));
        }
        let number = crate::layout::path::decimal(&key).filter(|number| *number > 0);
        let number = number.ok_or_else(|| place(ImportError::new("it is no number of a data element")))?;
        rows.extend(element(text, said, number, &dialect).map_err(place)?);
    }
    rows.sort_by_key(|element| element.key);
    let body = LayoutDoc { order: OrderDoc::Bitmap(dialect.bitmap), elements: rows };
    let doc = SpecDoc { name: "moov".to_owned(), header: 0, mti: dialect.mti, codes: Codes::Iso, body };
    doc.check()?;
    Ok(doc)
}

fn dialect<'t>(text: &Text<'t>, root: &mut Object<'t>) -> Result<Dialect> {
    let mut dialect = Dialect::ASCII;
    let Some(encoding) = root.take("encoding") else { return Ok(dialect) };
    let mut object = text.object(encoding)?;
    let mut digits = (dialect.digits, dialect.pad_nibble_fixed);
    word(text, &mut object, "mti_enc", MTI, &mut dialect.mti)?;
    word(text, &mut object, "bmp_enc", OCTETS, &mut dialect.bitmap.coding)?;
    word(text, &mut object, "len_enc", PREFIXES, &mut dialect.prefix)?;
    word(text, &mut object, "num_enc", DIGITS, &mut digits)?;
    word(text, &mut object, "chr_enc", TEXT, &mut dialect.text)?;
    word(text, &mut object, "bin_enc", OCTETS, &mut dialect.binary)?;
    word(text, &mut object, "trk_enc", TEXT, &mut dialect.track)?;
    object.done()?;
    (dialect.digits, dialect.pad_nibble_fixed) = digits;
    dialect.pad_nibble_var = dialect.pad_nibble_fixed;
    // amounts hold a sign among their digits, which packed digits do not
    dialect.amount = dialect.text;
    dialect.bitmap = BitmapForm::new(dialect.bitmap.coding);
    Ok(dialect)
}

fn word<'t, T: Copy>(
    text: &Text<'t>,
    object: &mut Object<'t>,
    key: &str,
    words: &Words<T>,
    into: &mut T,
) -> Result<()> {
    let Some(word) = text.take::<String>(object, key)? else { return Ok(()) };
    let fail = || ImportError::new(format!("`{word}` is no word for `{key}`")).at_line(object.line);
    *into = value(words, &word).ok_or_else(fail)?;
    Ok(())
}

/// An element; none for those that are bitmaps themselves.
fn element<'t>(
    text: &Text<'t>,
    said: &'t RawValue,
    number: u32,
    dialect: &Dialect,
) -> Result<Option<ElementDoc>> {
    let mut object = text.object(said)?;
    let describe: Option<String> = text.take(&mut object, "Describe")?;
    let name: Option<String> = text.take(&mut object, "Description")?;
    object.done()?;
    if matches!(number, 1 | 65) {
        return Ok(None);
    }
    let describe = describe.ok_or_else(|| ImportError::new("the element does not say its `Describe`"))?;
    let shape = notation(&describe)
        .ok_or_else(|| ImportError::new(format!("`{describe}` is no notation such as n 6, n..19 or b 64")))?;
    let name = name.unwrap_or_default();
    let row = Row { key: number, shape, name: &name, privacy: SECRET };
    let mut element = ElementDoc::new(&row, dialect);
    element.privacy = standard::privacy(&element);
    Ok(Some(element))
}

/// `n 6`, `n..19`, `ans...999`, `x+n 8`, `b 64` in bits; what follows a semicolon is a format.
fn notation(text: &str) -> Option<Shape<'static>> {
    let said = text.split(';').next()?.trim();
    let class_len = said.find([' ', '.'].as_slice()).or_else(|| said.find(|c: char| c.is_ascii_digit()))?;
    let (class, lengths) = said.split_at_checked(class_len)?;
    let content = Content::ALL.into_iter().find(|content| content.notation() == class)?;
    let digits = lengths.trim_start().trim_start_matches('.').trim_start();
    let dots = lengths.bytes().filter(|octet| *octet == b'.').count();
    let is_number = !digits.is_empty() && digits.len() <= 6;
    let length = crate::layout::path::decimal(digits).filter(|_| is_number)?;
    let length = match content {
        Content::B if length % 8 != 0 => return None,
        Content::B => length / 8,
        Content::Xn | Content::Yn => length + 1,
        _ => length,
    };
    let shape = Shape::new(content, length);
    match dots {
        0 => Some(shape),
        1..=6 => Some(shape.var(u8::try_from(dots).ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_are_read_whole() {
        let of = |text| notation(text).map(|shape| (shape.content, shape.max, shape.length));
        use crate::layout::Length::{Fixed, Var};
        assert_eq!(of("n 6"), Some((Content::N, 6, Fixed)));
        assert_eq!(of("n6"), Some((Content::N, 6, Fixed)));
        assert_eq!(of("n 10; MMDDhhmmss"), Some((Content::N, 10, Fixed)));
        assert_eq!(of("n..19"), Some((Content::N, 19, Var(2))));
        assert_eq!(of("ans...999"), Some((Content::Ans, 999, Var(3))));
        assert_eq!(of("x+n 8"), Some((Content::Xn, 9, Fixed)));
        assert_eq!(of("b 64"), Some((Content::B, 8, Fixed)));
        for wrong in ["", "n", "n..", "q 6", "n -6", "n 6 6", "b 63", "n 9999999", "n.......6", "..6", "n 6x"]
        {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
