//! Specs: built in, from files of four formats, from a dictionary of pyiso8583.

use cardwire::import::{self, ImportError, SpecDoc};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::{error, peer, spec_text};

/// A spec. It lives as long as the program, so make it once.
#[pyclass(frozen, skip_from_py_object, module = "cardwire")]
#[derive(Clone, Copy)]
pub(crate) struct Spec {
    pub(crate) spec: &'static cardwire::Spec<'static>,
}

#[pymethods]
impl Spec {
    /// The built-in spec of a name, a text or a file in one of four formats, or a dictionary of pyiso8583.
    #[new]
    fn new(py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(fields) = source.cast::<PyDict>() {
            return Self::of(py, Ok(peer::document(py, fields)?));
        }
        let Ok(text) = source.cast::<PyString>() else {
            let path: std::path::PathBuf = source.extract()?;
            return Self::of_file(py, &path);
        };
        let text = text.to_cow()?;
        match cardwire::spec::by_name(&text) {
            Some(spec) => Ok(Self { spec }),
            None if text.contains(['\n', '<', '{', '[']) => Self::of(py, spec_text::document(&text, "spec")),
            None => Self::of_file(py, std::path::Path::new(&*text)),
        }
    }

    /// The name that it goes by.
    #[getter]
    fn name(&self) -> &'static str {
        self.spec.name()
    }

    /// The elements that it defines: number and name.
    fn elements(&self) -> Vec<(u32, &'static str)> {
        self.spec.body().elements().map(|element| (element.key(), element.name())).collect()
    }

    /// The same in the native format.
    #[allow(clippy::wrong_self_convention, reason = "Python has its own conventions")]
    fn to_toml(&self) -> String {
        import::toml::write(&SpecDoc::from_spec(self.spec))
    }

    fn __repr__(&self) -> String {
        format!("Spec({:?})", self.spec.name())
    }
}

impl Spec {
    fn of(py: Python<'_>, doc: Result<SpecDoc, ImportError>) -> PyResult<Self> {
        let spec = doc.and_then(spec_text::leak).map_err(|fault| error::spec(py, fault))?;
        Ok(Self { spec })
    }

    fn of_file(py: Python<'_>, path: &std::path::Path) -> PyResult<Self> {
        let octets = std::fs::read(path)?;
        let title = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::of(py, spec_text::document(&spec_text::decoded(octets), &title))
    }

    /// The spec that an argument means: a spec, its name, or a dictionary of pyiso8583, which is kept.
    pub(crate) fn argument(argument: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(spec) = argument.cast::<Self>() {
            return Ok(*spec.get());
        }
        if let Ok(name) = argument.cast::<PyString>() {
            let spec = cardwire::spec::by_name(&name.to_cow()?);
            return spec.map(|spec| Self { spec }).ok_or_else(|| {
                error::spec(argument.py(), "no built-in spec is called so; cardwire.specs() names them")
            });
        }
        match argument.cast::<PyDict>() {
            Ok(fields) => peer::kept(fields),
            Err(_) => Err(PyTypeError::new_err("a spec is a Spec, a name, or a dictionary of pyiso8583")),
        }
    }
}

/// The names of the built-in specs.
#[pyfunction]
pub(crate) fn specs() -> Vec<&'static str> {
    cardwire::spec::builtin().map(|spec| spec.name()).collect()
}
