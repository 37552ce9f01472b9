//! What a file is: told from its first octets.

use super::block::{BLOCK, DATA, FILL};
use super::vbs::{DEFAULT_LIMIT, LENGTH};
use crate::model::error::widen;
use crate::spec::{IPM_ASCII, IPM_EBCDIC, Spec};

/// How the records of a file lie on the medium and in which characters they are written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Format {
    /// Cut into blocks of 1014 octets.
    pub blocked: bool,
    /// The characters of the records.
    pub encoding: Encoding,
}

/// The characters of a file. Lengths of records and bitmaps are binary in both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// ASCII.
    Ascii,
    /// EBCDIC, the usual one.
    Ebcdic,
}

impl Encoding {
    /// The spec of records in these characters.
    #[must_use]
    pub const fn spec(self) -> &'static Spec<'static> {
        match self {
            Self::Ascii => &IPM_ASCII,
            Self::Ebcdic => &IPM_EBCDIC,
        }
    }
}

/// How many octets from the start of a file [`detect`] should see: enough for the longest record,
/// the length behind it, and the ends of eight blocks.
pub(super) const ENOUGH: usize = 8 * BLOCK;

/// What kind of IPM file starts with these octets, or `None` if it is none.
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

/// The records that were found one behind the other.
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
                // cut off behind the length, or no record at all
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
}

/// The octets of the records, block trailers left out if there are any.
struct Data<'h> {
    head: &'h [u8],
    blocked: bool,
}

impl Data<'_> {
    fn get(&self, at: usize) -> Option<u8> {
        let trailers = if self.blocked { at / DATA * (BLOCK - DATA) } else { 0 };
        self.head.get(at + trailers).copied()
    }

    fn four(&self, at: usize) -> Option<[u8; 4]> {
        Some([self.get(at)?, self.get(at + 1)?, self.get(at + 2)?, self.get(at + 3)?])
    }

    /// The characters of the MTI at `at`, before a bitmap that announces the second.
    fn encoding(&self, at: usize) -> Option<Encoding> {
        let mti = self.four(at)?;
        let announced = self.get(at + 4)? & 0x80 != 0;
        let all = |digits: core::ops::RangeInclusive<u8>| mti.iter().all(|octet| digits.contains(octet));
        match () {
            () if announced && all(b'0'..=b'9') => Some(Encoding::Ascii),
            () if announced && all(0xF0..=0xF9) => Some(Encoding::Ebcdic),
            () => None,
        }
    }
}

/// What ends a block, and what ends it in files of some systems.
const TRAILERS: [[u8; BLOCK - DATA]; 2] = [[FILL; BLOCK - DATA], [0; BLOCK - DATA]];

/// An MTI and two bitmaps.
const SHORTEST: usize = 20;
