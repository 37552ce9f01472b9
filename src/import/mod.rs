//! Specs from files: the native TOML format and the formats of other libraries.
//!
//! An importer makes a [`SpecDoc`], plain owned data with every property of every element written
//! out. A document becomes a [`Spec`](crate::Spec) by the same check that constant specs go through
//! when they are compiled, either for good ([`SpecDoc::leak`], once at start-up) or for a while
//! ([`SpecDoc::with`]).
//!
//! | module | feature | reads |
//! | --- | --- | --- |
//! | `toml` | `toml` | the native format; also writes it |
//! | `moov` | `json` | JSON specs of moov-io/iso8583 and their older notation; also writes the former |
//! | `jpos` | `jpos` | GenericPackager XML |
//! | `j8583` | `j8583` | configuration XML of j8583 |
//!
//! ```
//! use cardwire::import::SpecDoc;
//! use cardwire::spec::ISO87_BCD;
//!
//! let mut doc = SpecDoc::from_spec(&ISO87_BCD);
//! doc.name = "mine".to_owned();
//! let track = doc.element(35).unwrap();
//! assert_eq!(track.max, 37);
//! let spec = doc.leak()?;
//! assert_eq!(spec.name(), "mine");
//! # Ok::<(), cardwire::import::ImportError>(())
//! ```
//!
//! Every importer is bounded: [`MAX_TEXT`] octets of text, [`MAX_ELEMENTS`] elements and parts,
//! [`MAX_DEPTH`](crate::layout::MAX_DEPTH) layouts. Nothing outside the text is ever read. The time
//! is linear in the text; the heap is at most 128 octets for each octet of it, and a mebibyte.

#[cfg(any(feature = "toml", feature = "json", feature = "jpos", feature = "j8583"))]
use alloc::vec::Vec;

mod doc;
mod error;
#[cfg(feature = "j8583")]
pub mod j8583;
#[cfg(feature = "jpos")]
pub mod jpos;
#[cfg(feature = "json")]
pub mod moov;
mod resolve;
#[cfg(any(feature = "json", feature = "jpos", feature = "j8583"))]
mod standard;
#[cfg(feature = "toml")]
pub mod toml;
#[cfg(any(feature = "toml", feature = "json"))]
mod words;
#[cfg(any(feature = "jpos", feature = "j8583"))]
mod xml;

pub use doc::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc};
pub use error::ImportError;

/// The longest text an importer reads, in octets.
pub const MAX_TEXT: usize = 1 << 20;

/// How many elements and parts a document may have in all.
pub const MAX_ELEMENTS: usize = 10_000;

/// Refuses a text that is too long, before anything looks into it.
#[cfg(any(feature = "toml", feature = "json", feature = "jpos", feature = "j8583"))]
pub(crate) fn check_size(text: &str) -> Result<(), ImportError> {
    match text.len() {
        len if len > MAX_TEXT => Err(ImportError::new(alloc::format!(
            "the text has {len} octets, more than the limit of {MAX_TEXT}"
        ))),
        _ => Ok(()),
    }
}

/// Where the lines of a text end, to tell the line of an offset.
#[cfg(any(feature = "toml", feature = "json", feature = "jpos", feature = "j8583"))]
pub(crate) struct Lines(Vec<usize>);

#[cfg(any(feature = "toml", feature = "json", feature = "jpos", feature = "j8583"))]
impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(offset, _)| offset).collect())
    }

    /// The line, from 1, in which the octet at `offset` stands.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        let before = self.0.partition_point(|end| *end < offset);
        u32::try_from(before).map_or(u32::MAX, |lines| lines + 1)
    }
}
