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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_of_a_file_is_repeated() {
        let name = |len: usize| "4111111111111111".chars().take(len).collect::<String>();
        let unknown = |len: usize| format!("unknown field `{}`, expected `a`", name(len));
        assert_eq!(without_value(&unknown(8)), unknown(8));
        assert_eq!(without_value(&unknown(9)), "unknown field `41111111...`, expected `a`");
        assert_eq!(without_value(&unknown(16)), "unknown field `41111111...`, expected `a`");
        for (said, wanted) in [
            ("invalid type: string \"4111111111111111\", expected u64", "expected u64"),
            ("invalid value: integer `4111111111111111`, expected u8", "expected u8"),
            ("unknown variant `4111111111111111`", "unknown variant `41111111...`"),
            ("duplicate key", "duplicate key"),
            ("missing field `response-code`", "missing field `response-code`"),
            ("something else, expected a table", "something else, expected a table"),
        ] {
            assert_eq!(without_value(said), wanted);
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        let text = "a\nb\n\nc";
        let lines: Vec<usize> = (0..=text.len()).map(|at| line(text, at)).collect();
        assert_eq!(lines, [1, 1, 2, 2, 3, 4, 4]);
    }

    #[test]
    fn a_file_of_one_mebibyte_is_read_and_a_longer_one_is_not() {
        let path = std::env::temp_dir().join(format!("cardwire-toml-{}", std::process::id()));
        for (size, wanted) in [(1 << 20, true), ((1 << 20) + 1, false)] {
            std::fs::write(&path, " ".repeat(size)).expect("the folder can be written");
            let read = text(&path);
            match wanted {
                true => assert!(read.is_ok_and(|text| text.len() == size)),
                false => assert!(
                    matches!(&read, Err(Failure::Data(words)) if words.ends_with(": longer than 1 MiB")),
                    "{size}"
                ),
            }
        }
        std::fs::write(&path, "a = 1\n\nb = \"4111111111111111\"\n").expect("the folder can be written");
        let read = read_with_text::<std::collections::BTreeMap<String, u8>>(&path);
        std::fs::remove_file(&path).expect("it is there");
        let Err(Failure::Data(words)) = read else { unreachable!("a text is no number") };
        assert!(words.ends_with(", line 3: expected u8"), "{words}");
    }
}
