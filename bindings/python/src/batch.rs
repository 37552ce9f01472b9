//! Many messages to columns, which pandas, polars, `DuckDB` and Spark take by the C data interface of Arrow.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::ffi::to_ffi;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Field as Column, Schema};
use cardwire::{Inspection, Parser};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::ffi::c_str;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyCapsule;

use crate::message::plain;
use crate::spec::Spec;

/// Columns of messages: `pyarrow.record_batch(batch)`, `polars.DataFrame(batch)`.
#[pyclass(frozen, module = "cardwire")]
pub(crate) struct Batch {
    records: RecordBatch,
}

/// Decodes messages to columns: `mti`, one for each path, and `error`, which says why a message has no values.
///
/// Text columns hold masked values unless `expose` is true; the paths in `numbers` are columns of 64 bits.
#[pyfunction]
#[pyo3(signature = (messages, spec, fields, *, numbers=Vec::new(), expose=false))]
pub(crate) fn decode_batch(
    py: Python<'_>,
    messages: Vec<PyBackedBytes>,
    spec: &Bound<'_, PyAny>,
    fields: Vec<String>,
    numbers: Vec<String>,
    expose: bool,
) -> PyResult<Batch> {
    let spec = Spec::argument(spec)?.spec;
    let records = py.detach(|| records(&messages, spec, &fields, &numbers, expose));
    records.map(|records| Batch { records }).map_err(|fault| PyValueError::new_err(fault.to_string()))
}

/// A column that is being filled.
enum Filled {
    Text(String, StringBuilder),
    Number(String, Int64Builder),
}

impl Filled {
    fn push(&mut self, message: Option<&cardwire::Message<'_>>, expose: bool) {
        match self {
            Self::Text(path, column) => {
                let field = message.and_then(|message| message.path(path));
                column
                    .append_option(field.map(|field| if expose { plain(&field) } else { field.to_string() }));
            }
            Self::Number(path, column) => {
                let field = message.and_then(|message| message.path(path));
                let number = field.and_then(|field| field.number().ok()?.try_into().ok());
                column.append_option(number);
            }
        }
    }

    fn finish(self) -> (Column, ArrayRef) {
        match self {
            Self::Text(path, mut column) => {
                (Column::new(path, DataType::Utf8, true), Arc::new(column.finish()))
            }
            Self::Number(path, mut column) => {
                (Column::new(path, DataType::Int64, true), Arc::new(column.finish()))
            }
        }
    }
}

fn records(
    messages: &[PyBackedBytes],
    spec: &'static cardwire::Spec<'static>,
    fields: &[String],
    numbers: &[String],
    expose: bool,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let (mut mtis, mut errors) = (StringBuilder::new(), StringBuilder::new());
    let mut columns: Vec<Filled> = fields
        .iter()
        .map(|path| match numbers.contains(path) {
            true => Filled::Number(path.clone(), Int64Builder::new()),
            false => Filled::Text(path.clone(), StringBuilder::new()),
        })
        .collect();
    let mut parser: Parser<'_> = Parser::new(spec);
    for octets in messages {
        let parsed = parser.parse(octets);
        mtis.append_option(parsed.as_ref().ok().map(|message| message.mti().to_string()));
        // why, with the place, in words that hold no value
        errors.append_option(
            parsed
                .is_err()
                .then(|| Inspection::of(spec, octets).error())
                .flatten()
                .map(|error| error.to_string()),
        );
        columns.iter_mut().for_each(|column| column.push(parsed.as_ref().ok(), expose));
    }
    let mut named: Vec<(Column, ArrayRef)> =
        vec![(Column::new("mti", DataType::Utf8, true), Arc::new(mtis.finish()) as ArrayRef)];
    named.extend(columns.into_iter().map(Filled::finish));
    named.push((Column::new("error", DataType::Utf8, true), Arc::new(errors.finish())));
    let (columns, arrays): (Vec<Column>, Vec<ArrayRef>) = named.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(columns)), arrays)
}

#[pymethods]
impl Batch {
    fn __len__(&self) -> usize {
        self.records.num_rows()
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.records.schema().fields().iter().map(|column| column.name().clone()).collect()
    }

    /// The columns for whoever knows Arrow's C data interface; nothing is copied.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        let _ = requested_schema;
        let whole = StructArray::from(self.records.clone());
        let (array, schema) =
            to_ffi(&whole.to_data()).map_err(|fault| PyRuntimeError::new_err(fault.to_string()))?;
        let schema = PyCapsule::new_with_value(py, schema, c_str!("arrow_schema"))?;
        let array = PyCapsule::new_with_value(py, array, c_str!("arrow_array"))?;
        Ok((schema, array))
    }
}
