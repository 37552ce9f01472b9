//! JSON with lines: an object is a list of members, each a slice of the text that is read when it
//! is asked for.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use ::serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::import::{ImportError, Lines};

type Result<T> = core::result::Result<T, ImportError>;

/// A text whose values know their lines.
pub(super) struct Text<'t> {
    text: &'t str,
    lines: Lines,
}

/// An object whose members are taken out one by one; what is left is unknown.
pub(super) struct Object<'t> {
    pub(super) line: u32,
    members: Vec<(String, &'t RawValue)>,
}

impl<'t> Text<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, lines: Lines::of(text) }
    }

    pub(super) fn root(&self) -> Result<Object<'t>> {
        let root: &RawValue = serde_json::from_str(self.text).map_err(|error| told(&error, 1))?;
        self.object(root)
    }

    pub(super) fn object(&self, value: &'t RawValue) -> Result<Object<'t>> {
        let line = self.line(value);
        let Members(members) = self.read(value)?;
        let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => {
                let key = pair.first().copied().unwrap_or_default();
                Err(ImportError::new(format!("the key `{key}` is there twice")).at_line(line))
            }
            None => Ok(Object { line, members }),
        }
    }

    /// The line, from 1, that a value starts in.
    pub(super) fn line(&self, value: &RawValue) -> u32 {
        self.lines.line(value.get().as_ptr().addr().wrapping_sub(self.text.as_ptr().addr()))
    }

    pub(super) fn read<T: Deserialize<'t>>(&self, value: &'t RawValue) -> Result<T> {
        serde_json::from_str(value.get()).map_err(|error| told(&error, self.line(value)))
    }

    /// What a member holds, if it is there.
    pub(super) fn take<T: Deserialize<'t>>(&self, object: &mut Object<'t>, key: &str) -> Result<Option<T>> {
        let read = |value| self.read(value).map_err(|error| error.about(key));
        object.take(key).map(read).transpose()
    }
}

impl<'t> Object<'t> {
    pub(super) fn take(&mut self, key: &str) -> Option<&'t RawValue> {
        let index = self.members.iter().position(|(known, _)| known == key)?;
        Some(self.members.swap_remove(index).1)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(key, _)| key.as_str())
    }

    pub(super) fn members(self) -> Vec<(String, &'t RawValue)> {
        self.members
    }

    /// Nothing must be left.
    pub(super) fn done(&self) -> Result<()> {
        match self.keys().next() {
            Some(key) => {
                Err(ImportError::new(format!("the key `{key}` is not of the format")).at_line(self.line))
            }
            None => Ok(()),
        }
    }
}

/// An error of the reader, whose lines count from `line`, without the place in its own words.
fn told(error: &serde_json::Error, line: u32) -> ImportError {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default();
    let below = u32::try_from(error.line().saturating_sub(1)).unwrap_or(u32::MAX);
    ImportError::new(message).at_line(line.saturating_add(below))
}

impl ImportError {
    /// The same, said of a key.
    fn about(self, key: &str) -> Self {
        let told = Self::new(format!("{key}: {}", self.message()));
        self.line().into_iter().fold(told, Self::at_line)
    }
}

struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_map(Collect)
    }
}

struct Collect;

impl<'t> Visitor<'t> for Collect {
    type Value = Members<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> core::result::Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
