//! What a file is that is no IPM file: looked for at its start.

use super::detect::{Data, is_text};
use super::encoding::Encoding;
use super::not_ipm::NotIpm;
use crate::model::error::widen;

impl NotIpm {
    pub(super) fn of(head: &[u8]) -> Self {
        let data = Data { head, blocked: false };
        let Some(first) = head.first() else { return Self::Empty };
        if let Some((_, name)) = PACKED.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Self::Packed(name);
        }
        if head.len() > 3 && head.iter().all(|octet| octet == first) {
            return Self::Fill(*first);
        }
        // in EBCDIC its digits could be an MTI and a bitmap
        let text = Self::of_text(head);
        if text == Some(Self::BaseTwo) {
            return Self::BaseTwo;
        }
        if data.encoding(0).is_some() {
            let has_lines = head.windows(6).any(|six| match six {
                [b'\n' | b'\r' | 0x25 | 0x15, rest @ ..] => {
                    Data { head: rest, blocked: false }.digits(0).is_some()
                }
                _ => false,
            });
            return if has_lines { Self::Lines } else { Self::NoLengths };
        }
        if let Some(found) = data.four(0).and_then(|word| Self::of_word(&data, word)) {
            return found;
        }
        text.unwrap_or_else(|| match data.four(0).map(u32::from_be_bytes) {
            Some(length @ 1..=6000) => Self::NoMti(length),
            _ => Self::Unknown,
        })
    }

    /// Of a file that begins with a length, or with a descriptor word, and an MTI.
    fn of_word(data: &Data<'_>, word: [u8; 4]) -> Option<Self> {
        let [high, low, ..] = word;
        let big = u32::from_be_bytes(word);
        let described = u32::from(u16::from_be_bytes([high, low]));
        let length = match word {
            _ if RECORD.contains(&big) => big + 4,
            [_, _, 0, 0] if RECORD.contains(&described) => described,
            _ if RECORD.contains(&u32::from_le_bytes(word)) && data.encoding(4).is_some() => {
                return Some(Self::LittleEndian);
            }
            _ => return data.encoding(2).map(|_| Self::TwoOctets),
        };
        data.digits(4)?;
        if data.encoding(4).is_none() {
            return Some(Self::OtherMessages);
        }
        match data.head.get(widen(length)) {
            Some(b'\n' | b'\r' | 0x15 | 0x25) => Some(Self::LineEnds),
            _ => Some(Self::NoSecond),
        }
    }

    fn of_text(head: &[u8]) -> Option<Self> {
        if !head.iter().take(256).all(|octet| is_text(*octet)) {
            return None;
        }
        let ascii = head.iter().take(256).filter(|octet| octet.is_ascii()).count();
        let encoding = if 2 * ascii > head.len().min(256) { Encoding::Ascii } else { Encoding::Ebcdic };
        let is_base_two = head.starts_with(b"90") || head.starts_with(&[0xF9, 0xF0]);
        let has_rows = [168, 170].into_iter().any(|row| head.len() > row && head.len().is_multiple_of(row))
            || head.iter().position(|octet| *octet == b'\n').is_some_and(|end| (168..=171).contains(&end));
        Some(if is_base_two && has_rows { Self::BaseTwo } else { Self::Text(encoding) })
    }
}

/// The octets of a record.
const RECORD: core::ops::RangeInclusive<u32> = 20..=6000;

/// What packs or holds other files.
const PACKED: [(&[u8], &str); 8] = [
    (b"\x1F\x8B", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xFD7zXZ", "xz"),
    (b"\x28\xB5\x2F\xFD", "zstd"),
    (b"7z\xBC\xAF", "7z"),
    (b"-----BEGIN PGP", "PGP"),
    (b"%PDF", "PDF"),
];
