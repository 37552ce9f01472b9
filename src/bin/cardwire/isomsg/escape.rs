//! Characters as XML and jPOS write them.
//!
//! XML has no way to write most control characters; jPOS writes them as `\u001B`, and takes every
//! such sequence back.

use std::fmt::Write;

/// A value for an attribute. Every octet is one character.
pub(super) fn push(out: &mut String, octets: impl IntoIterator<Item = u8>) {
    let mut octets = octets.into_iter().peekable();
    while let Some(octet) = octets.next() {
        // a string takes whatever is written to it
        let _ = match octet {
            b'&' => out.write_str("&amp;"),
            b'<' => out.write_str("&lt;"),
            b'>' => out.write_str("&gt;"),
            b'"' => out.write_str("&quot;"),
            // what would be read as such a sequence
            b'\\' if octets.peek() == Some(&b'u') => out.write_str("\\u005C"),
            0x20..=0x7E => out.write_char(char::from(octet)),
            b'\t' | b'\n' | b'\r' | 0x7F.. => write!(out, "&#x{octet:X};"),
            _ => write!(out, "\\u{octet:04X}"),
        };
    }
}

/// What a raw attribute or text stands for. No entity is known but the five of XML.
pub(super) fn unescape(raw: &str) -> Result<String, &'static str> {
    crate::work::count(raw.len());
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\\']) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        rest = match special.strip_prefix('&') {
            Some(reference) => {
                let (name, after) = reference.split_once(';').ok_or(REFERENCE)?;
                out.push(character(name).ok_or(REFERENCE)?);
                after
            }
            None => match sequence(special) {
                Some(octet) => {
                    out.push(char::from(octet));
                    special.get(6..).unwrap_or_default()
                }
                None => {
                    out.push('\\');
                    special.get(1..).unwrap_or_default()
                }
            },
        };
    }
    out.push_str(rest);
    Ok(out)
}

const REFERENCE: &str = "a reference is none of the five of XML, and no number of a character";

fn character(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
            let is_short =
                (1..=7).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            char::from_u32(u32::from_str_radix(digits, radix).ok().filter(|_| is_short)?)?
        }
    })
}

/// The octet of `\u00HH` at the start of a text.
fn sequence(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("\\u00")?.get(..2)?;
    let is_octet = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| is_octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_comes_back() {
        let all: Vec<u8> = (0..=255).chain(*b"\\u0041&amp;\\\\u00").collect();
        let mut written = String::new();
        push(&mut written, all.iter().copied());
        assert!(written.bytes().all(|octet| matches!(octet, 0x20..=0x7E)) && !written.contains(['<', '"']));
        let read: Vec<u8> = unescape(&written).unwrap_or_default().chars().map(|c| c as u8).collect();
        assert_eq!(read, all);
    }

    #[test]
    fn no_entity_is_expanded() {
        for raw in ["&xxe;", "&", "&#;", "&#xD800;", "&#12345678;", "&#x-1;", "&lt", "&#+1;"] {
            assert_eq!(unescape(raw), Err(REFERENCE), "{raw}");
        }
        assert_eq!(
            unescape("&lt;&gt;&amp;&quot;&apos;&#65;&#x42;\\u0043\\u1234"),
            Ok("<>&\"'ABC\\u1234".into())
        );
    }
}
