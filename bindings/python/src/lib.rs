//! cardwire for Python: the module `cardwire._cardwire`, which `python/cardwire/__init__.py` shows to the world.
#![deny(unsafe_code)]

mod batch;
mod error;
mod message;
mod peer;
mod spec;
mod tools;
mod translate;

// values are made ready for the builder as the command does it, by the same code
#[allow(dead_code, unused_imports)]
#[path = "../../../src/bin/cardwire/json/mod.rs"]
mod json;
mod lang;
#[allow(dead_code)]
#[path = "../../../src/bin/cardwire/plain.rs"]
mod plain;
#[path = "../../../src/bin/cardwire/spec_text.rs"]
mod spec_text;
#[path = "../../../src/input/work.rs"]
mod work;

use cardwire::input::hex;
use pyo3::prelude::*;

/// The native half of the package.
#[pymodule]
fn _cardwire(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("Error", py.get_type::<error::Error>())?;
    module.add("DecodeError", py.get_type::<error::DecodeError>())?;
    module.add("EncodeError", py.get_type::<error::EncodeError>())?;
    module.add("SpecError", py.get_type::<error::SpecError>())?;
    module.add_class::<spec::Spec>()?;
    module.add_class::<message::Message>()?;
    module.add_class::<batch::Batch>()?;
    module.add_class::<tools::Explanation>()?;
    module.add_function(wrap_pyfunction!(spec::specs, module)?)?;
    module.add_function(wrap_pyfunction!(message::parse, module)?)?;
    module.add_function(wrap_pyfunction!(translate::decode, module)?)?;
    module.add_function(wrap_pyfunction!(translate::encode, module)?)?;
    module.add_function(wrap_pyfunction!(batch::decode_batch, module)?)?;
    module.add_function(wrap_pyfunction!(tools::probe, module)?)?;
    module.add_function(wrap_pyfunction!(tools::messages, module)?)?;
    module.add_function(wrap_pyfunction!(tools::ipm, module)?)?;
    module.add_function(wrap_pyfunction!(tools::mask, module)?)?;
    module.add_function(wrap_pyfunction!(tools::response_code, module)?)?;
    module.add_function(wrap_pyfunction!(tools::currency, module)?)?;
    Ok(())
}
