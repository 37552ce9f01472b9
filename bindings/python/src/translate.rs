//! `decode` and `encode` in the shape of pyiso8583: a message is a dictionary of text, and beside it one of octets.

use cardwire::Mti;
use cardwire::layout::Coding;
use cardwire::spec::MtiCoding;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyInt, PyString};

use crate::json::{Json, Lists, Record};
use crate::message::plain;
use crate::spec::Spec;
use crate::{error, hex};

/// The numbers of elements as keys of a dictionary, made once.
static KEYS: PyOnceLock<Vec<Py<PyString>>> = PyOnceLock::new();

type Shaped<'py> = (Bound<'py, PyDict>, Bound<'py, PyDict>);

/// A message as text and as octets: `h` header, `t` MTI, `p` and `1` bitmaps, `2` to `192` elements.
#[pyfunction]
pub(crate) fn decode<'py>(
    py: Python<'py>,
    octets: PyBackedBytes,
    spec: &Bound<'py, PyAny>,
) -> PyResult<Shaped<'py>> {
    shaped(py, &octets, Spec::argument(spec)?.spec)
}

fn shaped<'py>(
    py: Python<'py>,
    octets: &[u8],
    spec: &'static cardwire::Spec<'static>,
) -> PyResult<Shaped<'py>> {
    let message = cardwire::Message::parse(spec, octets).map_err(|fault| error::decode(py, fault))?;
    let (text, wire) = (PyDict::new(py), PyDict::new(py));
    let (len_key, data_key) = (intern!(py, "len"), intern!(py, "data"));
    let put = |key: &Bound<'_, PyString>, value: String, len: &[u8], data: &[u8]| -> PyResult<()> {
        text.set_item(key, value)?;
        let parts = PyDict::new(py);
        parts.set_item(len_key, PyBytes::new(py, len))?;
        parts.set_item(data_key, PyBytes::new(py, data))?;
        wire.set_item(key, parts)
    };
    let slice = |from: usize, to: usize| octets.get(from..to).unwrap_or_default();
    let header = spec.header();
    if header > 0 {
        put(intern!(py, "h"), hex::text(message.header()), b"", message.header())?;
    }
    let mti_len = match spec.mti() {
        MtiCoding::Bcd | MtiCoding::Binary => 2,
        MtiCoding::Ascii | MtiCoding::Ebcdic => 4,
        MtiCoding::Hex => 8,
    };
    let mut at = header + mti_len;
    put(intern!(py, "t"), message.mti().to_string(), b"", slice(header, at))?;
    // a bitmap announces the next one by its first bit
    for (index, key) in [intern!(py, "p"), intern!(py, "1"), intern!(py, "65")]
        .iter()
        .enumerate()
        .take(usize::from(message.bitmap_count()))
    {
        let is_last = index + 1 == usize::from(message.bitmap_count());
        let mut bits = [0_u8; 8];
        for number in message.bitmap().iter().map(usize::from).filter(|number| (number - 1) / 64 == index) {
            let bit = (number - 1) % 64;
            bits[bit / 8] |= 0x80 >> (bit % 8);
        }
        if !is_last {
            bits[0] |= 0x80;
        }
        let width = if spec.bitmap().coding == Coding::Raw { 8 } else { 16 };
        // a third bitmap lies among the elements
        let data = if index < 2 { slice(at, at + width) } else { &[] };
        at += width;
        put(key, hex::text(&bits), b"", data)?;
    }
    let keys = KEYS.get_or_init(py, || {
        (0..=192_u8).map(|number| PyString::intern(py, &number.to_string()).unbind()).collect()
    });
    for field in message.fields() {
        let (whole, value) = (field.range(), field.value_range());
        let Some(key) = usize::try_from(field.element().key()).ok().and_then(|key| keys.get(key)) else {
            continue;
        };
        put(key.bind(py), plain(&field), slice(whole.start, value.start), slice(value.start, whole.end))?;
    }
    Ok((text, wire))
}

/// The octets of a message, and those of each element. A value is text, octets, a number, or a dictionary of parts.
#[pyfunction]
pub(crate) fn encode<'py>(
    py: Python<'py>,
    values: &Bound<'py, PyDict>,
    spec: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyByteArray>, Bound<'py, PyDict>)> {
    let spec = Spec::argument(spec)?.spec;
    let mut record = Record::default();
    for (key, value) in values {
        let key: String = match key.cast::<PyInt>() {
            Ok(number) => number.to_string(),
            Err(_) => key.extract()?,
        };
        match key.as_str() {
            "h" => {
                let digits: String = value.extract()?;
                record.header = hex::octets(digits.as_bytes())
                    .map_err(|_| error::value(py, None, "the header is no hexadecimal digits"))?;
            }
            "t" | "mti" => {
                let digits: String = value.extract()?;
                let mti: Mti = digits.parse().map_err(|fault| error::encode(py, fault))?;
                record.mti = Some(mti);
            }
            // bitmaps follow from the elements
            "p" | "1" => (),
            _ => {
                let number = key.parse().ok().filter(|number| (2..=192).contains(number));
                let number = number.ok_or_else(|| {
                    error::value(py, None, "a key is none of h, t, p, 1 and the numbers 2 to 192")
                })?;
                record.fields.push((number, json(py, number, &value)?));
            }
        }
    }
    record.fields.sort_by_key(|(number, _)| *number);
    let mti = record.mti.ok_or_else(|| error::value(py, None, "there is no t, the MTI"))?;
    let prepared = record.prepare(spec).map_err(|(number, why)| error::value(py, Some(number), &why))?;
    let lists = Lists::new(prepared.iter().map(|(_, value)| value));
    let built =
        record.builder(spec, mti, &prepared, &lists).to_vec().map_err(|fault| error::encode(py, fault))?;
    let (_, wire) = shaped(py, &built, spec)?;
    Ok((PyByteArray::new(py, &built), wire))
}

fn json(py: Python<'_>, number: u8, value: &Bound<'_, PyAny>) -> PyResult<Json> {
    if let Ok(parts) = value.cast::<PyDict>() {
        let pairs = parts.iter().map(|(key, value)| Ok((key.extract()?, json(py, number, &value)?)));
        return Ok(Json::Pairs(pairs.collect::<PyResult<_>>()?));
    }
    if let Ok(text) = value.extract::<String>() {
        return Ok(Json::Text(text));
    }
    if let Ok(count) = value.extract::<u64>() {
        return Ok(Json::Number(count));
    }
    if let Ok(count) = value.extract::<i64>() {
        return Ok(Json::Negative(count));
    }
    match value.extract::<PyBackedBytes>() {
        Ok(octets) => Ok(Json::Octets(octets.to_vec())),
        Err(_) => {
            Err(error::value(py, Some(number), "a value is text, octets, a number or a dictionary of parts"))
        }
    }
}
