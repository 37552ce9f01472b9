//! What a file is: told from its first octets.

use super::block::{BLOCK, DATA, FILL};
use super::encoding::Encoding;
use super::vbs::{DEFAULT_LIMIT, Descriptor, LENGTH, Segment, WORD, Words, in_block};
use crate::model::error::widen;

/// How the records of a file lie on the medium and in which characters they are written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Format {
    /// Cut into blocks of 1014 octets.
    pub blocked: bool,
    /// The characters of the records.
    pub encoding: Encoding,
}

/// What stands around the records of a file that was found to be one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Medium {
    /// A length of four octets before each record (VBS).
    Lengths,
    /// The same in blocks of 1014 octets.
    Blocks1014,
    /// A record descriptor word before each record, as a mainframe keeps them: two octets of length,
    /// which counts the word, and two of zero.
    Descriptors,
    /// The same, but the length does not count the word.
    ShortDescriptors,
    /// Record descriptor words in blocks, each after a block descriptor word.
    BlockDescriptors,
}

impl core::fmt::Display for Medium {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Lengths => "a length of four octets before each record",
            Self::Blocks1014 => "blocks of 1014 octets",
            Self::Descriptors => "record descriptor words",
            Self::ShortDescriptors => "record descriptor words that do not count themselves",
            Self::BlockDescriptors => "block and record descriptor words",
        })
    }
}

/// What a file is found to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) medium: Medium,
    pub(super) encoding: Encoding,
    /// Octets of text before the first record.
    pub(super) preamble: usize,
}

impl Found {
    pub(super) const fn of(format: Format) -> Self {
        let medium = if format.blocked { Medium::Blocks1014 } else { Medium::Lengths };
        Self { medium, encoding: format.encoding, preamble: 0 }
    }

    pub(super) const fn format(&self) -> Format {
        Format { blocked: matches!(self.medium, Medium::Blocks1014), encoding: self.encoding }
    }

    pub(super) const fn words(&self) -> Words {
        match self.medium {
            Medium::Lengths | Medium::Blocks1014 => Words::Length,
            Medium::Descriptors => Words::Descriptor { counts_itself: true },
            Medium::ShortDescriptors => Words::Descriptor { counts_itself: false },
            Medium::BlockDescriptors => Words::Blocks { left: 0 },
        }
    }
}

/// How many octets from the start of a file [`detect`] should see: enough for the longest record,
/// the length after it, and the ends of eight blocks.
pub(super) const ENOUGH: usize = 8 * BLOCK;

/// What kind of IPM file starts with these octets, or `None` if it is none with lengths before its
/// records; [`Records::open`](super::Records::open) knows others, too.
///
/// 8112 octets are enough; fewer are, when the file is shorter. The lengths and the MTIs of the
/// records are followed as far as they go, once as blocks and once not, so neither a blank at the
/// end of a block nor a file that happens to have the size of one leads astray.
///
/// ```
/// use cardwire::ipm::{Encoding, Format, detect};
/// let file = b"\0\0\0\x141644\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
/// assert_eq!(detect(file), Some(Format { blocked: false, encoding: Encoding::Ascii }));
/// assert_eq!(detect(b"GIF89a"), None);
/// ```
#[must_use]
pub fn detect(head: &[u8]) -> Option<Format> {
    let mut blocks = head.chunks(BLOCK).filter(|block| block.len() == BLOCK).peekable();
    let has_blocks = blocks.peek().is_some();
    let is_filled = |block: &[u8]| TRAILERS.iter().any(|trailer| block.ends_with(trailer));
    let are_filled = has_blocks && blocks.all(is_filled);
    let (plain, blocked) = (Trail::follow(head, false), Trail::follow(head, true));
    let candidates = [plain, blocked].map(|trail| trail.filter(|trail| trail.records > 0));
    let (blocked, encoding) = match candidates {
        [Some(plain), Some(blocked)] if has_blocks => {
            let is_blocked = match blocked.reach().cmp(&plain.reach()) {
                core::cmp::Ordering::Equal => are_filled,
                order => order.is_gt(),
            };
            (is_blocked, if is_blocked { blocked.encoding } else { plain.encoding })
        }
        [Some(plain), _] => (false, plain.encoding),
        [None, Some(blocked)] if has_blocks => (true, blocked.encoding),
        [None, _] => return None,
    };
    Some(Format { blocked, encoding })
}

/// What kind of file starts with these octets, or why it is none. A text before the first record is
/// passed over: some programs write a line of their own there.
pub(super) fn find(head: &[u8]) -> Option<Found> {
    let text = head.iter().take_while(|octet| is_text(**octet)).count();
    let line_end =
        head.get(..text).and_then(|text| text.iter().rposition(|octet| matches!(octet, b'\n' | 0x25)));
    // the first octet of a length is no character, that of a descriptor word may be one
    let starts = [Some(0), Some(text), line_end.map(|end| end + 1)];
    let starts = starts.into_iter().flatten().filter(|start| *start <= MOST_PREAMBLE);
    let mut found = starts.filter_map(|preamble| {
        let found = at_start(head.get(preamble..)?)?;
        Some(Found { preamble, ..found })
    });
    found.next()
}

fn at_start(head: &[u8]) -> Option<Found> {
    if let Some(format) = detect(head) {
        return Some(Found::of(format));
    }
    let candidates = [
        (Medium::ShortDescriptors, Words::Descriptor { counts_itself: false }),
        (Medium::BlockDescriptors, Words::Blocks { left: 0 }),
        (Medium::Descriptors, Words::Descriptor { counts_itself: true }),
    ];
    let found = candidates.into_iter().filter_map(|(medium, words)| {
        let trail = Trail::follow_words(head, words).filter(|trail| trail.records > 0)?;
        Some((trail.records, Found { medium, encoding: trail.encoding, preamble: 0 }))
    });
    // of a file that is cut in its second word both fit: then the usual one, which is the last
    found.max_by_key(|(records, _)| *records).map(|(_, found)| found)
}

/// Whether an octet is a character of a text, in ASCII or EBCDIC.
pub(super) const fn is_text(octet: u8) -> bool {
    matches!(octet, b'\t' | b'\n' | b'\r' | 0x20..=0x7E | 0x81..=0xA9 | 0xC0..=0xF9)
}

/// The most octets of text before the first record.
const MOST_PREAMBLE: usize = 2048;

/// The records that were found one after the other.
#[derive(Clone, Copy)]
struct Trail {
    encoding: Encoding,
    records: usize,
    /// Whether it led to the length of zero.
    is_whole: bool,
}

impl Trail {
    /// How much it explains of the file.
    const fn reach(&self) -> (usize, bool) {
        (self.records, self.is_whole)
    }

    /// Follows the lengths; `None` when one leads to what is no record.
    fn follow(head: &[u8], blocked: bool) -> Option<Self> {
        let data = Data { head, blocked };
        let mut trail = Self { encoding: data.encoding(LENGTH)?, records: 0, is_whole: false };
        let mut at = 0;
        while let Some(length) = data.four(at).map(u32::from_be_bytes) {
            trail.is_whole = length == 0;
            if trail.is_whole || (blocked && length == u32::from_be_bytes([FILL; LENGTH])) {
                break;
            }
            let Some(encoding) = data.encoding(at + LENGTH) else {
                // cut off after the length, or no record at all
                return if data.get(at + LENGTH + SHORTEST).is_none() { Some(trail) } else { None };
            };
            if length > DEFAULT_LIMIT || widen(length) < SHORTEST || encoding != trail.encoding {
                return None;
            }
            trail.records += 1;
            at += LENGTH + widen(length);
        }
        Some(trail)
    }

    /// The same with descriptor words.
    fn follow_words(head: &[u8], words: Words) -> Option<Self> {
        let data = Data { head, blocked: false };
        let in_blocks = matches!(words, Words::Blocks { .. });
        let counts_itself = words != Words::Descriptor { counts_itself: false };
        let first = if in_blocks { 2 * WORD } else { WORD };
        let mut trail = Self { encoding: data.encoding(first)?, records: 0, is_whole: false };
        let (mut at, mut block_end, mut is_open) = (0, 0, false);
        while let Some(word) = data.four(at) {
            if word == [0; WORD] {
                break;
            }
            if in_blocks && at == block_end {
                at += WORD;
                block_end = at.checked_add(in_block(word)?)?;
                continue;
            }
            let found = Descriptor::of(word, counts_itself)?;
            let goes_on = matches!(found.segment, Segment::Middle | Segment::Last);
            if goes_on != is_open || found.octets > widen(DEFAULT_LIMIT) {
                return None;
            }
            is_open = matches!(found.segment, Segment::First | Segment::Middle);
            at += WORD;
            if !goes_on {
                match data.encoding(at) {
                    Some(encoding) if encoding == trail.encoding => (),
                    // cut off after the word, or no record at all
                    None if data.get(at + SHORTEST).is_none() => return Some(trail),
                    _ => return None,
                }
                trail.records += 1;
            }
            at += found.octets;
            if in_blocks && at > block_end {
                return None;
            }
        }
        Some(trail)
    }
}

/// The octets of the records, block trailers left out if there are any.
pub(super) struct Data<'h> {
    pub(super) head: &'h [u8],
    pub(super) blocked: bool,
}

impl Data<'_> {
    fn get(&self, at: usize) -> Option<u8> {
        let trailers = if self.blocked { at / DATA * (BLOCK - DATA) } else { 0 };
        self.head.get(at + trailers).copied()
    }

    pub(super) fn four(&self, at: usize) -> Option<[u8; 4]> {
        Some([self.get(at)?, self.get(at + 1)?, self.get(at + 2)?, self.get(at + 3)?])
    }

    /// The characters of the MTI at `at`, before a bitmap that announces the second.
    pub(super) fn encoding(&self, at: usize) -> Option<Encoding> {
        let announced = self.get(at + 4)? & 0x80 != 0;
        self.digits(at).filter(|_| announced)
    }

    /// The characters of four digits.
    pub(super) fn digits(&self, at: usize) -> Option<Encoding> {
        let mti = self.four(at)?;
        let all = |digits: core::ops::RangeInclusive<u8>| mti.iter().all(|octet| digits.contains(octet));
        match () {
            () if all(b'0'..=b'9') => Some(Encoding::Ascii),
            () if all(0xF0..=0xF9) => Some(Encoding::Ebcdic),
            () => None,
        }
    }
}

/// What ends a block, and what ends it in files of some systems.
const TRAILERS: [[u8; BLOCK - DATA]; 2] = [[FILL; BLOCK - DATA], [0; BLOCK - DATA]];

/// An MTI and two bitmaps.
const SHORTEST: usize = 20;
