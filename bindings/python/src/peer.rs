//! Specs of pyiso8583: a dictionary with `data_enc`, `len_enc`, `len_type`, `max_len` and `len_count` for each field.
//! What the keys mean is said in that package's documentation of `iso8583.specs` (4.0.1).

use std::cell::RefCell;
use std::collections::HashMap;

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc};
use cardwire::layout::{
    BitmapForm, CodePage, Coding, Content, Form, LengthUnit, NextBitmap, PadNibble, Prefix, PrefixCoding,
    Side,
};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{Codes, MtiCoding, by_name};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error;
use crate::spec::Spec;

thread_local! {
    /// Specs made of dictionaries before, by what those say.
    static KEPT: RefCell<HashMap<String, Spec>> = RefCell::new(HashMap::new());
}

/// The spec of a dictionary; the same for each that says the same.
pub(crate) fn kept(fields: &Bound<'_, PyDict>) -> PyResult<Spec> {
    let said = fields.repr()?.to_string();
    if let Some(spec) = KEPT.with_borrow(|kept| kept.get(&said).copied()) {
        return Ok(spec);
    }
    let spec = document(fields.py(), fields)?.leak().map_err(|fault| error::spec(fields.py(), fault))?;
    let spec = Spec { spec };
    KEPT.with_borrow_mut(|kept| kept.insert(said, spec));
    Ok(spec)
}

/// The document of a dictionary.
pub(crate) fn document(py: Python<'_>, fields: &Bound<'_, PyDict>) -> PyResult<SpecDoc> {
    let row = |key: &str| Row::of(fields, key);
    let mti = match row("t")?.data_enc.as_str() {
        "b" => MtiCoding::Bcd,
        other if page(other).is_some() => MtiCoding::Ebcdic,
        _ => MtiCoding::Ascii,
    };
    let bitmap = match row("p")?.data_enc.as_str() {
        "b" => Coding::Raw,
        other => page(other).map_or(Coding::Hex, Coding::EbcdicHex),
    };
    let header = row("h")?;
    let header_len = match header.len_type {
        0 => header.octets(),
        _ => return Err(error::spec(py, "field h: a header with a length before it is not read")),
    };
    let mut elements = Vec::new();
    for number in (2..=128_u8).filter(|number| *number != 65) {
        let key = number.to_string();
        if fields.contains(&key)? {
            elements.push(row(&key)?.element(py, number)?);
        }
    }
    let order = OrderDoc::Bitmap(BitmapForm::new(bitmap).third(NextBitmap::Never));
    Ok(SpecDoc {
        name: "pyiso8583".into(),
        header: header_len,
        mti,
        codes: Codes::Iso,
        body: LayoutDoc { order, elements },
    })
}

/// What a field of the dictionary says.
struct Row {
    data_enc: String,
    len_enc: String,
    len_type: u8,
    max_len: u32,
    counts_nibbles: bool,
    pad_nibble: PadNibble,
    desc: String,
}

impl Row {
    fn of(fields: &Bound<'_, PyDict>, key: &str) -> PyResult<Self> {
        let lacks = |what: &str| error::spec(fields.py(), format_args!("field {key}: no {what}"));
        let found = fields.get_item(key)?.ok_or_else(|| lacks("such field in the spec"))?;
        let get = |name: &str| -> PyResult<Option<Bound<'_, PyAny>>> {
            found.cast::<PyDict>().map_err(|_| lacks("dictionary"))?.get_item(name)
        };
        let text =
            |name: &str| -> PyResult<Option<String>> { get(name)?.map(|value| value.extract()).transpose() };
        let data_enc = text("data_enc")?.ok_or_else(|| lacks("data_enc"))?;
        Ok(Self {
            len_enc: text("len_enc")?.unwrap_or_else(|| data_enc.clone()),
            data_enc,
            len_type: get("len_type")?.ok_or_else(|| lacks("len_type"))?.extract()?,
            max_len: get("max_len")?.ok_or_else(|| lacks("max_len"))?.extract()?,
            counts_nibbles: text("len_count")?.as_deref() == Some("nibbles"),
            pad_nibble: match (text("left_pad")?, text("right_pad")?) {
                (Some(digit), _) => pad(Side::Left, &digit).ok_or_else(|| lacks("digit in left_pad"))?,
                (None, Some(digit)) => pad(Side::Right, &digit).ok_or_else(|| lacks("digit in right_pad"))?,
                (None, None) => PadNibble::LEFT_ZERO,
            },
            desc: text("desc")?.unwrap_or_default(),
        })
    }

    /// Its longest value in octets of the wire.
    fn octets(&self) -> usize {
        let max = usize::try_from(self.max_len).unwrap_or(usize::MAX);
        if self.counts_nibbles { max.div_ceil(2) } else { max }
    }

    fn element(self, py: Python<'_>, number: u8) -> PyResult<ElementDoc> {
        let is_binary = self.data_enc == "b";
        let counts = match (is_binary, self.counts_nibbles) {
            // half octets that are counted are digits, and an odd number of them has a pad nibble
            (true, true) => LengthUnit::Units,
            (false, true) => LengthUnit::Nibbles,
            (_, false) => LengthUnit::Bytes,
        };
        let max = if counts == LengthUnit::Nibbles { self.max_len / 2 } else { self.max_len };
        let (coding, content) = match (is_binary, self.counts_nibbles) {
            (true, true) => (Coding::Bcd, Content::H),
            (true, false) => (Coding::Raw, Content::B),
            (false, _) => (page(&self.data_enc).map_or(Coding::Ascii, Coding::Ebcdic), Content::Any),
        };
        let form = match self.len_type {
            0 => Form::Fixed,
            width => {
                let coding = match self.len_enc.as_str() {
                    "b" => PrefixCoding::Binary,
                    "bcd" => PrefixCoding::Bcd,
                    other => page(other).map_or(PrefixCoding::Ascii, PrefixCoding::Ebcdic),
                };
                // of packed digits the dictionary counts octets
                let width = if coding == PrefixCoding::Bcd { width.saturating_mul(2) } else { width };
                Form::Prefixed(Prefix { coding, width, counts, includes: 0 })
            }
        };
        let refuse = |why: &str| error::spec(py, format_args!("field {number}: {why}"));
        if max == 0 {
            return Err(refuse("max_len is 0"));
        }
        let known = by_name("iso87-ascii").and_then(|spec| spec.element(number));
        // the dictionary does not say what is private: the standard does; tags that are not told apart hide each other
        let privacy = match known {
            Some(known) if content == Content::B && known.layout().is_some() => SECRET,
            Some(known) => known.privacy(),
            None => OPEN,
        };
        Ok(ElementDoc {
            key: u32::from(number),
            name: if self.desc.is_empty() {
                known.map_or("", |known| known.name()).into()
            } else {
                self.desc
            },
            content,
            coding,
            form,
            min: if form == Form::Fixed { max } else { 0 },
            max,
            privacy,
            fill: None,
            full_size: false,
            pad_nibble: self.pad_nibble,
            layout: None,
        })
    }
}

fn pad(side: Side, digit: &str) -> Option<PadNibble> {
    Some(PadNibble { side, nibble: u8::from_str_radix(digit, 16).ok().filter(|nibble| *nibble < 16)? })
}

/// The EBCDIC code page that Python calls so; other names are taken for ASCII.
fn page(name: &str) -> Option<CodePage> {
    match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
        "cp037" | "037" | "ibm037" | "ibm039" => Some(CodePage::Cp037),
        "cp500" | "500" | "ebcdiccpbe" | "ebcdiccpch" | "ibm500" => Some(CodePage::Cp500),
        _ => None,
    }
}
