//! TOML files that people write for a command: profiles, rules.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::failure::{Failure, Outcome};

/// The longest file; a person wrote it.
const LONGEST: u64 = 1 << 20;

/// The text of a file that is not too long.
pub(crate) fn text(file: &Path) -> Outcome<String> {
    let mut text = String::new();
    File::open(file)
        .and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text))
        .map_err(|error| Failure::io(file.display(), error))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > LONGEST) {
        return Err(Failure::data(format_args!("{}: longer than 1 MiB", file.display())));
    }
    Ok(text)
}

/// What a file says.
pub(crate) fn read<T: DeserializeOwned>(file: &Path) -> Outcome<T> {
    let text = text(file)?;
    toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Failure::data(format_args!("{}, line {line}: {}", file.display(), error.message()))
    })
}
