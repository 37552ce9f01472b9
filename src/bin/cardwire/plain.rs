//! What may reach a terminal: printable characters, line ends of the command's own, and colours.
//!
//! A spec, a file or a message may hold characters that move the cursor, rename the window or turn
//! the direction of writing. Everything that people read goes through [`escaped`] or [`Printable`].

use std::fmt::{self, Write};

/// Ends a line of the command's own text. It is one of the characters that Unicode keeps for the
/// inside of a program, so nothing else is taken for it: an escape comes out where a text holds it.
pub(crate) const NEW_LINE: char = '\u{FDD0}';

/// Whether a character is shown as it is: it takes its place, and does nothing else.
fn is_printable(character: char) -> bool {
    match character {
        // marks that turn the direction, join, hide or break, and letters of an alphabet that nobody sees
        '\u{AD}'
        | '\u{61C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FDD0}'..='\u{FDEF}'
        | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{FFFE}'..='\u{FFFF}'
        | '\u{E0000}'..='\u{E0FFF}' => false,
        other => !other.is_control(),
    }
}

/// Whether all of a text is ASCII and printable, which needs no second look: nearly everything is.
pub(crate) fn is_plain(text: &str) -> bool {
    // without a branch for each octet
    text.bytes().fold(true, |is_plain, octet| is_plain & matches!(octet, 0x20..=0x7E))
}

/// A text with what is not printable as escapes: `\x1B`, `\u{202E}`.
pub(crate) fn escaped(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    // a string takes whatever is written to it
    let _ = text.chars().try_for_each(|character| write_escaped(&mut out, character));
    out
}

/// A text without what a terminal or a reader would take for more, and without card numbers.
pub(crate) fn without_cards(text: &str) -> String {
    let text = escaped(text);
    let hidden = cardwire::mask::hidden(text.as_bytes());
    let characters = text.char_indices();
    characters.map(|(at, character)| if hidden.get(at) == Some(&true) { '*' } else { character }).collect()
}

/// A text in TOML with what is not printable as an escape of TOML: it stands in strings only, whose
/// content stays the same.
pub(crate) fn in_toml(text: &str) -> String {
    in_strings(text, |out, character| write!(out, "\\U{:08X}", u32::from(character)))
}

/// The same of a text in JSON.
pub(crate) fn in_json(text: &str) -> String {
    in_strings(text, |out, character| {
        character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04X}"))
    })
}

fn in_strings(text: &str, escape: impl Fn(&mut String, char) -> fmt::Result) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_printable(character) || character == '\n' {
            out.push(character);
        } else {
            // a string takes whatever is written to it
            let _ = escape(&mut out, character);
        }
    }
    out
}

/// What is displayed, escaped on its way; [`NEW_LINE`] ends a line.
pub(crate) struct Printable<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Filter(f), "{}", self.0)
    }
}

struct Filter<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Filter<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if is_plain(text) {
            return self.0.write_str(text);
        }
        text.chars().try_for_each(|character| match character {
            NEW_LINE => self.0.write_char('\n'),
            other => write_escaped(self.0, other),
        })
    }
}

fn write_escaped(out: &mut impl Write, character: char) -> fmt::Result {
    match u32::from(character) {
        _ if is_printable(character) => out.write_char(character),
        octet @ 0..=0xFF => write!(out, "\\x{octet:02X}"),
        other => write!(out, "\\u{{{other:X}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_more_than_take_its_place_is_escaped() {
        let hostile = ('\0'..='\u{1F}')
            .chain('\u{7F}'..='\u{9F}')
            .chain("\u{61C}\u{200E}\u{200F}\u{2028}\u{2029}\u{202A}\u{202E}\u{2066}\u{2069}\u{FEFF}".chars())
            .chain(['\u{200B}', '\u{200D}', NEW_LINE, '\u{FDEF}', '\u{FFFE}', '\u{E0041}']);
        for character in hostile {
            let shown = escaped(&character.to_string());
            assert!(shown.starts_with('\\') && shown.is_ascii(), "{:X}", u32::from(character));
        }
        for text in ["411111******1111", "可用余额不足", "Número\u{A0}é", "a\\x1B"] {
            assert_eq!(escaped(text), text);
            assert_eq!(Printable(text).to_string(), text);
        }
        assert_eq!(escaped("a\x1B[2Jb\u{202E}"), "a\\x1B[2Jb\\u{202E}");
        assert_eq!(Printable(format!("a\nb{NEW_LINE}c")).to_string(), "a\\x0Ab\nc");
        assert_eq!(in_toml("a\n\u{9B}\u{E0041}"), "a\n\\U0000009B\\U000E0041");
        assert_eq!(in_json("a\n\u{9B}\u{E0041}"), "a\n\\u009B\\uDB40\\uDC41");
    }
}
