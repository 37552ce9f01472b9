//! Values written for people, a few octets at a time.

use core::fmt::{self, Write};

use super::veil::Hidden;
use crate::codec::window::{Octets, hex_digit};
use crate::model::content::Content;

/// Writes an open value as text or as hexadecimal digits.
pub(crate) fn write_plain(f: &mut impl Write, value: &Octets<'_>, content: Content) -> fmt::Result {
    if let Some(octets) = value.plain().filter(|_| !content.is_binary())
        && octets.iter().all(|octet| matches!(octet, 0x20..=0x7E))
        && let Ok(text) = core::str::from_utf8(octets)
    {
        return f.write_str(text);
    }
    write_hiding(f, value, content, |_| Hidden::None)
}

/// Writes a value, and `*` in the place of what is hidden.
pub(crate) fn write_hiding(
    f: &mut impl Write,
    value: &Octets<'_>,
    content: Content,
    mut hides: impl FnMut(usize) -> Hidden,
) -> fmt::Result {
    let mut ink = Ink::new(f);
    for (index, octet) in value.iter().enumerate() {
        let hidden = hides(index);
        if content.is_binary() {
            let digit = |half, is_hidden| if is_hidden { b'*' } else { hex_digit(half) };
            ink.put(&[
                digit(octet >> 4, matches!(hidden, Hidden::High | Hidden::Both)),
                digit(octet & 0x0F, matches!(hidden, Hidden::Low | Hidden::Both)),
            ])?;
        } else if hidden == Hidden::None {
            ink.put_character(octet)?;
        } else {
            ink.put(b"*")?;
        }
    }
    ink.dry()
}

/// Writes what kind of character stands where: `#` for a digit, `@` for a letter, a blank for a blank and `*`
/// for anything else.
pub(crate) fn write_kinds(f: &mut impl Write, value: &Octets<'_>, content: Content) -> fmt::Result {
    let mut ink = Ink::new(f);
    for octet in value.iter() {
        match octet {
            _ if content.is_binary() => ink.put(b"**")?,
            b'0'..=b'9' => ink.put(b"#")?,
            b'a'..=b'z' | b'A'..=b'Z' => ink.put(b"@")?,
            b' ' => ink.put(b" ")?,
            _ => ink.put(b"*")?,
        }
    }
    ink.dry()
}

/// A printable ASCII character as itself, any other octet escaped, so that no value can forge a
/// line of a log.
pub(crate) fn write_character(f: &mut impl Write, octet: u8) -> fmt::Result {
    match octet {
        0x20..=0x7E => f.write_char(char::from(octet)),
        _ => {
            f.write_str("\\x")?;
            write_hex(f, octet)
        }
    }
}

pub(crate) fn write_hex(f: &mut impl Write, octet: u8) -> fmt::Result {
    f.write_char(char::from(hex_digit(octet >> 4)))?;
    f.write_char(char::from(hex_digit(octet & 0x0F)))
}

/// Characters on their way: handed on by the dozen, because each handing on costs as much as many of them.
struct Ink<'f, W> {
    out: &'f mut W,
    drops: [u8; 32],
    len: usize,
}

impl<'f, W: Write> Ink<'f, W> {
    const fn new(out: &'f mut W) -> Self {
        Self { out, drops: [0; 32], len: 0 }
    }

    /// Takes a few ASCII characters.
    #[inline]
    fn put(&mut self, characters: &[u8]) -> fmt::Result {
        if self.len + characters.len() > self.drops.len() {
            self.flush()?;
        }
        if let Some(room) = self.drops.get_mut(self.len..self.len + characters.len()) {
            room.copy_from_slice(characters);
            self.len += characters.len();
        }
        Ok(())
    }

    fn put_character(&mut self, octet: u8) -> fmt::Result {
        match octet {
            0x20..=0x7E => self.put(&[octet]),
            _ => self.put(&[b'\\', b'x', hex_digit(octet >> 4), hex_digit(octet & 0x0F)]),
        }
    }

    fn flush(&mut self) -> fmt::Result {
        let drops = self.drops.get(..self.len).unwrap_or_default();
        self.len = 0;
        self.out.write_str(core::str::from_utf8(drops).unwrap_or_default())
    }

    fn dry(mut self) -> fmt::Result {
        self.flush()
    }
}
