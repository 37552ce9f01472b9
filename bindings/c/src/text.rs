//! Texts into a caller's buffer, as `snprintf` writes them.

use core::ffi::c_char;
use core::fmt::{self, Write};
use core::mem::MaybeUninit;

/// Writes as much of a text as there is room for, and a NUL after it; returns how long the whole text is.
pub(crate) fn write(out: &mut [MaybeUninit<u8>], text: impl fmt::Display) -> usize {
    let mut cut = Cut { out, end: 0, length: 0 };
    // `Cut` takes everything; a formatter that gives up has written what there is
    let _ = write!(cut, "{text}");
    cut.finish()
}

/// A short text of a struct, with NULs after it; what is too long is cut.
pub(crate) fn fixed<const SIZE: usize>(text: impl fmt::Display) -> [c_char; SIZE] {
    let mut room = [MaybeUninit::new(0); SIZE];
    write(&mut room, text);
    // SAFETY: each octet was written, at first with 0
    room.map(|octet| c_char::from_ne_bytes([unsafe { octet.assume_init() }]))
}

/// A text that is cut where the room ends, between characters.
struct Cut<'o> {
    out: &'o mut [MaybeUninit<u8>],
    /// Where what was written ends.
    end: usize,
    /// How long the text is so far, cut or not.
    length: usize,
}

impl Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.end == self.length {
            // one octet is kept for the NUL
            let room = self.out.len().saturating_sub(1).saturating_sub(self.end);
            let fits = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            let places = self.out.get_mut(self.end..).unwrap_or_default();
            places.iter_mut().zip(text.bytes().take(fits)).for_each(|(place, octet)| {
                place.write(octet);
            });
            self.end += fits;
        }
        self.length = self.length.saturating_add(text.len());
        Ok(())
    }
}

impl Cut<'_> {
    fn finish(self) -> usize {
        if let Some(place) = self.out.get_mut(self.end) {
            place.write(0);
        }
        self.length
    }
}
