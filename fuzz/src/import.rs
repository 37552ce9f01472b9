//! Any text into each importer: a refusal in words, or a document that is a spec.

use cardwire::import::{ImportError, SpecDoc, toml};
use cardwire::{Inspection, Message};

use crate::{Named, choose};

type Read = fn(&str) -> Result<SpecDoc, ImportError>;

/// An importer and its name in the seeds.
type Importer = (&'static str, Read);

const IMPORTERS: [Importer; 4] = [
    ("toml", SpecDoc::from_toml),
    ("jpos", SpecDoc::from_jpos),
    ("moov", SpecDoc::from_moov),
    ("j8583", SpecDoc::from_j8583),
];

/// Imports a text; what was taken is written, read again, and used.
pub fn import(data: &[u8]) {
    let Some((read, data)) = named(data) else { return };
    let text = String::from_utf8_lossy(data);
    let doc = match read(&text) {
        Ok(doc) => doc,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(error.line().is_none_or(|line| line as usize <= text.lines().count() + 1), "{error}");
            return;
        }
    };
    assert_eq!(toml::parse(&toml::write(&doc)).as_ref(), Ok(&doc), "what is written can be read");
    doc.with(|spec| {
        assert_eq!(SpecDoc::from_spec(spec), doc);
        for wire in [data, &[b'0'; 64], &[0xFF; 64], &[0; 64]] {
            let inspection = Inspection::of(spec, wire);
            assert_eq!(Message::parse(spec, wire).err(), inspection.error());
            assert!(!format!("{}{}", inspection.describe(), inspection.dump()).is_empty());
        }
    })
    .expect("an importer gives what the check accepts");
}

/// The importer that an input names or chooses, and the text.
fn named(data: &[u8]) -> Option<(Read, &[u8])> {
    let by_name = |name: &str| IMPORTERS.iter().copied().find(|importer| importer.0 == name);
    choose(data, &IMPORTERS, by_name).map(|((_, read), text)| (*read, text))
}

/// What an input is as a spec.
#[cfg(test)]
pub(crate) fn read(data: &[u8]) -> Result<SpecDoc, String> {
    let (read, text) = named(data).ok_or("it is empty")?;
    read(&String::from_utf8_lossy(text)).map_err(|error| error.to_string())
}

impl Named for Importer {
    fn name(&self) -> &str {
        self.0
    }
}
