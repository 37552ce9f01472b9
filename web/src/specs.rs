//! The specs that the page reads with: the built-in ones, and the user's own.

use cardwire::import::{self, ImportError, LayoutDoc, OrderDoc, SpecDoc};
use cardwire::{Spec, spec};

use crate::lang::{lang, say};
use crate::plain;

/// The user's spec, once it was read.
pub(crate) struct Own {
    text: String,
    spec: &'static Spec<'static>,
}

impl Own {
    /// The spec of a text: TOML, moov JSON, jPOS XML or j8583 XML. A text that was read before is not read again, for
    /// a spec lives as long as the page.
    pub(crate) fn read(before: Option<Self>, octets: &[u8], title: &str) -> Result<Self, String> {
        // files of other tools may be in Latin-1
        let text = match std::str::from_utf8(octets) {
            Ok(text) => text.to_owned(),
            Err(_) => octets.iter().copied().map(char::from).collect(),
        };
        if let Some(own) = before.filter(|own| own.text == text) {
            return Ok(own);
        }
        let in_words = |error: ImportError| error.in_lang(lang()).to_string();
        let mut doc = document(text.trim_start_matches('\u{feff}'), title).map_err(in_words)?;
        doc.name = plain::escaped(&doc.name);
        name_plainly(&mut doc.body);
        let spec = doc.leak().map_err(in_words)?;
        Ok(Self { text, spec })
    }

    pub(crate) fn spec(&self) -> &'static Spec<'static> {
        self.spec
    }
}

/// The format is told by the first character.
fn document(text: &str, title: &str) -> Result<SpecDoc, ImportError> {
    match text.trim_start().chars().next() {
        Some('<') if text.contains("<j8583-config") => {
            import::j8583::import(text, &import::j8583::Options::new().name(title))
        }
        Some('<') => import::jpos::import(text, &import::jpos::Options::new().name(title)),
        Some('{') => import::moov::parse(text),
        _ => import::toml::parse(text),
    }
}

/// Escapes what is not printable in the names of elements.
fn name_plainly(layout: &mut LayoutDoc) {
    let unknown = match &mut layout.order {
        OrderDoc::Tags { unknown, .. } => unknown.as_deref_mut(),
        _ => None,
    };
    for element in layout.elements.iter_mut().chain(unknown) {
        element.name = plain::escaped(&element.name);
        element.layout.iter_mut().for_each(name_plainly);
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
