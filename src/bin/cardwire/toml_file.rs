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

/// What a file says, and its text, to name lines of.
pub(crate) fn read_with_text<T: DeserializeOwned>(file: &Path) -> Outcome<(T, String)> {
    let text = text(file)?;
    crate::work::count(text.len());
    match toml::from_str(&text) {
        Ok(said) => Ok((said, text)),
        Err(error) => {
            let line = line(&text, error.span().map_or(0, |span| span.start));
            Err(Failure::data(format_args!(
                "{}, line {line}: {}",
                file.display(),
                without_value(error.message())
            )))
        }
    }
}

/// What serde says of a value of the wrong kind repeats the value, which may be of a card; what was
/// expected stands last. Of a name or a word that nobody knows the start is enough to find it.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((before, expected)) if before.starts_with("invalid ") => format!("expected {expected}"),
        Some((before, expected)) => format!("{}, expected {expected}", cut_short(before)),
        None => cut_short(message),
    }
}

fn cut_short(unknown: &str) -> String {
    match unknown.split_once('`') {
        Some((what, name)) if what.starts_with("unknown ") && name.chars().count() > SHOWN + 1 => {
            format!("{what}`{}...`", name.chars().take(SHOWN).collect::<String>())
        }
        _ => unknown.to_owned(),
    }
}

/// No more is shown of a name that nobody knows: no card number is as short.
const SHOWN: usize = 8;

/// The line of a place in a text.
pub(crate) fn line(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}
