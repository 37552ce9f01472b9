//! Exceptions that say where: element, part, octet. None holds a value of a message.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(cardwire, Error, PyValueError, "What cardwire refuses.");
create_exception!(
    cardwire,
    DecodeError,
    Error,
    "Octets that are no message. `field`, `parts`, `pos`, `msg`."
);
create_exception!(
    cardwire,
    EncodeError,
    Error,
    "Values that make no message. `field`, `parts`, `pos`, `msg`."
);
create_exception!(cardwire, SpecError, Error, "A spec that cannot be read, or contradicts itself. `msg`.");

/// What reading refuses.
pub(crate) fn decode(py: Python<'_>, error: cardwire::Error) -> PyErr {
    located(py, DecodeError::new_err(error.to_string()), error)
}

/// What writing refuses.
pub(crate) fn encode(py: Python<'_>, error: cardwire::Error) -> PyErr {
    located(py, EncodeError::new_err(error.to_string()), error)
}

/// A value that is none of its element.
pub(crate) fn value(py: Python<'_>, field: Option<u8>, trouble: &str) -> PyErr {
    let text = field.map_or_else(|| trouble.to_owned(), |field| format!("field {field}: {trouble}"));
    with(
        py,
        EncodeError::new_err(text.clone()),
        &text,
        field.map(|field| field.to_string()),
        Vec::new(),
        None,
    )
}

pub(crate) fn spec(py: Python<'_>, text: impl std::fmt::Display) -> PyErr {
    let text = text.to_string();
    with(py, SpecError::new_err(text.clone()), &text, None, Vec::new(), None)
}

fn located(py: Python<'_>, raised: PyErr, error: cardwire::Error) -> PyErr {
    let parts = error.parts().map(|key| key.to_string()).collect();
    let field = error.field().map(|field| field.to_string());
    with(py, raised, &error.to_string(), field, parts, Some(error.offset()))
}

fn with(
    py: Python<'_>,
    raised: PyErr,
    text: &str,
    field: Option<String>,
    parts: Vec<String>,
    pos: Option<usize>,
) -> PyErr {
    let value = raised.value(py);
    let set = || -> PyResult<()> {
        value.setattr("msg", text)?;
        value.setattr("field", field)?;
        value.setattr("parts", parts)?;
        value.setattr("pos", pos)
    };
    match set() {
        Ok(()) => raised,
        Err(other) => other,
    }
}
