//! The specs that the page reads with: the built-in ones, and the user's own.

use cardwire::import::ImportError;
use cardwire::{Spec, spec};

use crate::lang::{lang, say};
use crate::spec_text;

/// The user's spec, once it was read.
pub(crate) struct Own {
    text: String,
    spec: &'static Spec<'static>,
}

impl Own {
    /// The spec of a text: TOML, moov JSON, jPOS XML or j8583 XML. A text that was read before is not read again, for
    /// a spec lives as long as the page.
    pub(crate) fn read(before: Option<Self>, octets: &[u8], title: &str) -> Result<Self, String> {
        let text = spec_text::decoded(octets.to_vec());
        if let Some(own) = before.filter(|own| own.text == text) {
            return Ok(own);
        }
        let in_words = |error: ImportError| error.in_lang(lang()).to_string();
        let spec = spec_text::document(&text, title).and_then(spec_text::leak).map_err(in_words)?;
        Ok(Self { text, spec })
    }

    pub(crate) fn spec(&self) -> &'static Spec<'static> {
        self.spec
    }
}

/// The spec of a name: the user's own, or a built-in one.
pub(crate) fn named(own: Option<&Own>, name: &str) -> Result<&'static Spec<'static>, String> {
    match own.filter(|_| name == OWN) {
        Some(own) => Ok(own.spec),
        None => spec::by_name(name).ok_or_else(|| say!("there is no such spec", "没有这个规范")),
    }
}

/// What the page calls the user's own.
pub(crate) const OWN: &str = "*";
