//! A message that was parsed.

use cardwire::codes::Lang;
use cardwire::{Field, OwnedMessage};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::spec::Spec;
use crate::{error, hex};

/// A message. What it prints is masked; `message["2"]` is the value as it is.
#[pyclass(frozen, module = "cardwire")]
pub(crate) struct Message {
    owned: OwnedMessage<'static>,
}

/// Parses a message: every element is checked.
#[pyfunction]
pub(crate) fn parse(py: Python<'_>, octets: PyBackedBytes, spec: &Bound<'_, PyAny>) -> PyResult<Message> {
    let spec = Spec::argument(spec)?.spec;
    let parsed = cardwire::Message::parse(spec, &octets).map_err(|fault| error::decode(py, fault))?;
    let owned = OwnedMessage::keep(spec, &parsed).map_err(|fault| error::decode(py, fault))?;
    Ok(Message { owned })
}

#[pymethods]
impl Message {
    /// The message type: four digits.
    #[getter]
    fn mti(&self) -> String {
        self.owned.message().mti().to_string()
    }

    /// The numbers of its elements.
    #[getter]
    fn fields(&self) -> Vec<u8> {
        self.owned.message().bitmap().iter().collect()
    }

    /// Its octets.
    #[getter]
    fn octets(&self) -> Vec<u8> {
        self.owned.message().wire().to_vec()
    }

    /// The value of an element or a part as text: `"4"`, `"55.9F26"`. Octets are hexadecimal digits.
    fn __getitem__(&self, path: &Bound<'_, PyAny>) -> PyResult<String> {
        let path = name(path)?;
        self.field(&path, |field| plain(&field)).ok_or_else(|| PyKeyError::new_err(path))
    }

    /// The same, or `None` where it is not there.
    #[pyo3(signature = (path, default=None))]
    fn get(&self, path: &Bound<'_, PyAny>, default: Option<String>) -> PyResult<Option<String>> {
        Ok(self.field(&name(path)?, |field| plain(&field)).or(default))
    }

    fn __contains__(&self, path: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.field(&name(path)?, |_| ()).is_some())
    }

    /// The value with what is private hidden: `"411111******1111"`.
    fn masked(&self, path: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
        Ok(self.field(&name(path)?, |field| field.to_string()))
    }

    /// A listing: number, name, notation, masked value, meaning of codes.
    #[pyo3(signature = (lang="en"))]
    fn describe(&self, lang: &str) -> String {
        self.owned.message().describe().in_lang(Lang::of_tag(lang).unwrap_or_default()).to_string()
    }

    /// A hexdump that names elements; private octets are `**`.
    fn dump(&self) -> String {
        self.owned.message().dump().to_string()
    }

    fn __str__(&self) -> String {
        self.describe("en")
    }

    fn __repr__(&self) -> String {
        let message = self.owned.message();
        format!("<cardwire.Message {}>", message.describe().title())
    }
}

impl Message {
    fn field<T>(&self, path: &str, of: impl FnOnce(Field<'_>) -> T) -> Option<T> {
        self.owned.message().path(path).map(of)
    }
}

/// A path: text, or the number of an element.
fn name(path: &Bound<'_, PyAny>) -> PyResult<String> {
    match path.extract::<u8>() {
        Ok(number) => Ok(number.to_string()),
        Err(_) => path.extract(),
    }
}

/// A value as text: octets are hexadecimal digits, characters those of Latin-1.
pub(crate) fn plain(field: &Field<'_>) -> String {
    let exposed = field.expose();
    match field.content().is_binary() {
        true => hex::text(&exposed.octets().collect::<Vec<u8>>()),
        false => exposed.octets().map(char::from).collect(),
    }
}
