//! Recorded rows.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::report::Outcome;

/// One recorded row; see the README of the corpora.
pub(crate) struct Row {
    pub(crate) json: Json,
    /// The line of the file, from 1.
    pub(crate) line: usize,
}

/// The folder of the corpora, unless it is not at hand.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("CARDWIRE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let found = folder.join("corpora").is_dir();
    if !found {
        println!("skipped: no corpus at {} (set CARDWIRE_SHARED)", folder.display());
    }
    found.then_some(folder)
}

pub(crate) fn rows(file: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(file).unwrap();
    let parse = |(index, line)| Row { json: serde_json::from_str(line).unwrap(), line: index + 1 };
    text.lines().enumerate().map(parse).collect()
}

impl Row {
    pub(crate) fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }

    pub(crate) fn param(&self, key: &str) -> &Json {
        &self.json["params"][key]
    }

    pub(crate) fn is_j8583(&self) -> bool {
        self.text("source").starts_with("j8583")
    }

    /// The name of the class or packager, without its package.
    pub(crate) fn class(&self) -> &str {
        self.text("packager").rsplit('.').next().unwrap_or_default()
    }

    /// The test the row was recorded in, such as `EMVTagSequenceTest`.
    pub(crate) fn test(&self) -> &str {
        self.text("source").split(':').nth(1).and_then(|test| test.split('.').next()).unwrap_or_default()
    }

    /// The test the row was recorded in, as far as the recording says: method or file.
    pub(crate) fn test_name(&self) -> &str {
        self.text("source").split(':').nth(1).unwrap_or_default()
    }

    pub(crate) fn is_pack(&self) -> bool {
        self.text("op") == "pack"
    }

    /// Whether the peer raised an error.
    pub(crate) fn is_error(&self) -> bool {
        !self.json["error"].is_null()
    }

    /// What is to be said of octets that the peer refused, and that came to `outcome` here. What it
    /// refused to write tells nothing: there are no octets, and mostly no values.
    pub(crate) fn refused_by_peer(&self, replay: impl FnOnce() -> Outcome) -> Outcome {
        let error = self.text("error");
        if self.is_pack() || self.json["hex"].as_str().is_none_or(str::is_empty) {
            return Outcome::Nothing;
        }
        match replay() {
            // an error in the octets, and not in the way to them
            Outcome::Refused(said) if said.contains(" at byte ") => Outcome::Exact,
            Outcome::Refused(said) => Outcome::Refused(said),
            Outcome::Nothing => Outcome::Nothing,
            _ => Outcome::Differs(format!("accepted, the peer says: {error}")),
        }
    }

    /// The octets, as far as the peer consumed them.
    pub(crate) fn wire(&self) -> Option<Vec<u8>> {
        let mut wire = unhex(self.json["hex"].as_str()?);
        // what it skips, jPOS does not count as consumed
        let skips = self.class() == "GenericTaggedFieldsPackager";
        let is_counted = !self.is_pack() && !self.is_error() && !skips;
        if let Some(consumed) = self.json["consumed"].as_u64().filter(|_| is_counted) {
            wire.truncate(usize::try_from(consumed).unwrap());
        }
        Some(wire)
    }
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}
