//! Output sink of the fast encoder: a buffer, or a count of octets.

use crate::codec::Coding;
use crate::codec::digit::hex_word;
use crate::codec::fast::element::FastElement;
use crate::codec::window::OctetsMut;
use crate::layout::{BitmapForm, Element};
use crate::model::mti::Mti;
use crate::spec::MtiCoding;
use crate::write::value::Source;
use crate::write::writer::Writer;

/// Output sink of the fast encoder.
pub(crate) trait Target {
    /// The ordinary writer, where the next element goes.
    fn writer(&mut self) -> Writer<'_>;
    /// Goes on there, if there is so much room.
    fn go_on(&mut self, at: usize) -> Option<()>;
    /// Takes octets as they are.
    fn copy(&mut self, octets: &[u8]) -> Option<()>;
    /// Takes a value that is certainly one of the element.
    fn value(&mut self, fast: &FastElement, value: &[u8]) -> Option<()>;

    /// The same of one whose hexadecimal digits are counted.
    fn counted(&mut self, fast: &FastElement, value: &[u8]) -> Option<()>;

    /// Takes header and MTI.
    #[inline(always)]
    fn head(&mut self, header: &[u8], mti: Mti, coding: MtiCoding) -> Option<()> {
        if !header.is_empty() {
            self.copy(header)?;
        }
        match coding.write(mti) {
            ([a, b, c, d, ..], 4) => self.copy(&[a, b, c, d]),
            (mti, len) => self.copy(mti.get(..len)?),
        }
    }

    /// Takes a bitmap.
    #[inline(always)]
    fn bitmap(&mut self, word: u64, BitmapForm { coding, octets, .. }: BitmapForm) -> Option<()> {
        match (coding, octets) {
            (Coding::Raw, 8) => self.copy(&word.to_be_bytes()),
            (Coding::Hex, 8) => self.copy(hex_word(word).as_flattened()),
            _ => self.other_bitmap(word, coding, octets),
        }
    }

    #[inline(never)]
    fn other_bitmap(&mut self, word: u64, coding: Coding, octets: u8) -> Option<()> {
        let (octets, len) = BitmapForm::single(coding, octets).write(word);
        self.copy(octets.get(..len)?)
    }

    /// Takes what the ordinary writer makes of an element, which it checks.
    #[inline(never)]
    fn ordinary(&mut self, element: &Element<'_>, source: &Source<'_>) -> Option<()> {
        let mut writer = self.writer();
        writer.put_element(element, source).ok()?;
        let end = writer.at();
        self.go_on(end)
    }
}

/// A buffer, and how far it is full.
pub(crate) struct Room<'o> {
    pub(crate) out: &'o mut [u8],
    pub(crate) at: usize,
}

impl Target for Room<'_> {
    #[inline(always)]
    fn writer(&mut self) -> Writer<'_> {
        Writer::at_place(OctetsMut::of(self.out), self.at)
    }

    #[inline(always)]
    fn go_on(&mut self, at: usize) -> Option<()> {
        self.at = at;
        (at <= self.out.len()).then_some(())
    }

    #[inline(always)]
    fn copy(&mut self, octets: &[u8]) -> Option<()> {
        let end = self.at + octets.len();
        self.out.get_mut(self.at..end)?.copy_from_slice(octets);
        self.at = end;
        Some(())
    }

    #[inline(always)]
    fn value(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.at = fast.encode(self.out, self.at, value)?;
        Some(())
    }

    fn counted(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.at = fast.encode_counted(self.out, self.at, value)?;
        Some(())
    }
}

/// No buffer: values are looked at, and their octets counted.
pub(crate) struct Count(pub(crate) usize);

impl Target for Count {
    fn writer(&mut self) -> Writer<'_> {
        Writer::at_place(OctetsMut::of(&mut []), self.0)
    }

    #[inline(always)]
    fn go_on(&mut self, at: usize) -> Option<()> {
        self.0 = at;
        Some(())
    }

    #[inline(always)]
    fn copy(&mut self, octets: &[u8]) -> Option<()> {
        self.go_on(self.0 + octets.len())
    }

    #[inline(always)]
    fn value(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.go_on(self.0 + fast.measure(value)?)
    }

    fn counted(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.value(fast, value)
    }
}
