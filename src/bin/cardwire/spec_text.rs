//! A spec as a text of one of four formats. The page and the package for Python read theirs by this file, too.

use cardwire::Spec;
use cardwire::import::{self, ImportError, LayoutDoc, OrderDoc, SpecDoc};

use crate::plain;

/// The formats of a spec.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    J8583,
    Jpos,
    Moov,
    Toml,
}

impl Format {
    /// Told by the first character, and for XML by its root.
    pub(crate) fn of(text: &str) -> Self {
        match text.trim_start().chars().next() {
            Some('<') if text.contains("<j8583-config") => Self::J8583,
            Some('<') => Self::Jpos,
            Some('{') => Self::Moov,
            _ => Self::Toml,
        }
    }
}

/// The text of a file: those of other tools may be in Latin-1.
pub(crate) fn decoded(octets: Vec<u8>) -> String {
    let text = String::from_utf8(octets)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
    match text.strip_prefix('\u{feff}') {
        Some(text) => text.trim_start_matches('\u{feff}').to_owned(),
        None => text,
    }
}

/// The spec of a text, without any settings; XML has no name of its own, and gets this one.
#[allow(dead_code, reason = "the command has settings for XML")]
pub(crate) fn document(text: &str, title: &str) -> Result<SpecDoc, ImportError> {
    match Format::of(text) {
        Format::J8583 => import::j8583::import(text, &import::j8583::Options::new().name(title)),
        Format::Jpos => import::jpos::import(text, &import::jpos::Options::new().name(title)),
        Format::Moov => import::moov::parse(text),
        Format::Toml => import::toml::parse(text),
    }
}

/// The spec of a document, for as long as the program runs. Names are shown line by line, so what is not
/// printable in them is escaped.
pub(crate) fn leak(mut doc: SpecDoc) -> Result<&'static Spec<'static>, ImportError> {
    doc.name = plain::escaped(&doc.name);
    name_plainly(&mut doc.body);
    doc.leak()
}

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
