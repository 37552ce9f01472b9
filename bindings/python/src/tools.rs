//! What stands around messages: files of them, the prober, clearing files, code tables, masking.

use std::io::{BufReader, Cursor};

use cardwire::codes::{Lang, ResponseCode, currency as currencies};
use cardwire::input::{Opened, Options};
use cardwire::ipm::Records;
use cardwire::{Framing, spec};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};

use crate::error;
use crate::message::plain;
use crate::spec::Spec;

/// How far a spec gets with some octets.
#[pyclass(frozen, get_all, module = "cardwire")]
pub(crate) struct Explanation {
    spec: String,
    framing: Option<String>,
    /// Up to 1000.
    score: u16,
    is_complete: bool,
    error: Option<String>,
    hints: Vec<String>,
}

#[pymethods]
impl Explanation {
    fn __repr__(&self) -> String {
        let framing = self.framing.as_ref().map(|framing| format!(", framing {framing}")).unwrap_or_default();
        format!("<cardwire.Explanation {}{framing}, score {}>", self.spec, self.score)
    }
}

/// Which built-in specs, or which of these, explain messages that are one kind: the best first.
#[pyfunction]
#[pyo3(signature = (messages, specs=None))]
pub(crate) fn probe(
    messages: Vec<PyBackedBytes>,
    specs: Option<Vec<Bound<'_, PyAny>>>,
) -> PyResult<Vec<Explanation>> {
    let octets: Vec<&[u8]> = messages.iter().map(|message| &**message).collect();
    let candidates: Vec<&'static cardwire::Spec<'static>> = match specs {
        Some(specs) => specs.iter().map(|one| Ok(Spec::argument(one)?.spec)).collect::<PyResult<_>>()?,
        None => spec::builtin().collect(),
    };
    let explanations = cardwire::probe::probe(&octets, candidates);
    Ok(explanations
        .iter()
        .filter(|one| one.score() > 0)
        .map(|one| Explanation {
            spec: one.spec().name().to_owned(),
            framing: one
                .envelope()
                .framing()
                .notation()
                .filter(|_| !one.envelope().is_bare())
                .map(|notation| notation.to_string()),
            score: one.score(),
            is_complete: one.is_complete(),
            error: one.error().map(|fault| fault.to_string()),
            hints: one.hints().iter().map(|hint| hint.to_string()).collect(),
        })
        .collect())
}

/// Where a message was found, its octets, or why there are none.
type Found<'py> = (String, Option<Bound<'py, PyBytes>>, Option<String>);

/// The messages of a file's content: hexadecimal lines, dumps, base64, raw frames, captures; each with where it was
/// found, and its octets or why there are none.
#[pyfunction]
#[pyo3(signature = (content, *, spec=None, framing=None))]
pub(crate) fn messages<'py>(
    py: Python<'py>,
    content: PyBackedBytes,
    spec: Option<&Bound<'py, PyAny>>,
    framing: Option<&str>,
) -> PyResult<Vec<Found<'py>>> {
    let spec = spec.map(Spec::argument).transpose()?.map(|spec| spec.spec);
    let framing = framing
        .map(|name| Framing::by_name(name).ok_or_else(|| PyValueError::new_err("no framing is called so")))
        .transpose()?;
    let refuse = |fault: cardwire::input::Error| PyValueError::new_err(fault.to_string());
    let stream: cardwire::input::Stream = BufReader::new(Box::new(Cursor::new(content.to_vec())));
    let options = Options { spec, framing, ..Options::default() };
    let Opened::Octets(mut source) = options.open("input".into(), stream).map_err(refuse)? else {
        return Err(PyValueError::new_err(
            "this holds values of messages: the command `cardwire encode` reads it",
        ));
    };
    let mut found = Vec::new();
    while let Some(item) = source.next().map_err(refuse)? {
        let place = item.origin.to_string();
        match item.content {
            Ok(payload) if payload.is_poll() => (),
            Ok(payload) => found.push((place, Some(PyBytes::new(py, &payload.message)), None)),
            Err(refusal) => found.push((place, None, Some(refusal.to_string()))),
        }
    }
    Ok(found)
}

/// The records of a Mastercard clearing file, blocked or not, ASCII or EBCDIC, each a dictionary of text.
#[pyfunction]
pub(crate) fn ipm<'py>(py: Python<'py>, content: PyBackedBytes) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let refuse = |fault: cardwire::ipm::Error| PyValueError::new_err(fault.to_string());
    let mut records = Records::open(&content[..]).map_err(refuse)?;
    let mut found = Vec::new();
    while let Some(message) = records.next_message().map_err(refuse)? {
        let row = PyDict::new(py);
        row.set_item("t", message.mti().to_string())?;
        for field in message.fields() {
            row.set_item(field.key().to_string(), plain(&field))?;
        }
        found.push(row);
    }
    Ok(found)
}

/// A text with the inner digits of each card number in it as `*`.
#[pyfunction]
pub(crate) fn mask(text: &str) -> String {
    let hidden = cardwire::mask::hidden(text.as_bytes());
    let octets: Vec<u8> =
        text.bytes().zip(hidden).map(|(octet, is_hidden)| if is_hidden { b'*' } else { octet }).collect();
    String::from_utf8_lossy(&octets).into_owned()
}

/// What a response code (DE 39) means; `None` where it is not known.
#[pyfunction]
#[pyo3(signature = (code, lang="en"))]
pub(crate) fn response_code(py: Python<'_>, code: &str, lang: &str) -> PyResult<Option<String>> {
    let code = ResponseCode::new(code)
        .ok_or_else(|| error::value(py, Some(39), "a response code has two characters"))?;
    let words = code.describe(Lang::of_tag(lang).unwrap_or_default());
    Ok(words.map(|words| words.to_string()))
}

/// The currency of three digits or letters: digits, letters, decimals, name.
#[pyfunction]
pub(crate) fn currency(code: &str) -> Option<(String, &'static str, Option<u8>, &'static str)> {
    let found = currencies::by_text(code)?;
    Some((format!("{:03}", found.numeric), found.alpha, found.exponent, found.name))
}
