//! What the bits of EMV data objects say: TVR, TSI, AIP, capabilities, CVM results, and what a card reports in its
//! issuer application data (CVR).
//!
//! Facts from public decoders, compared with each other; a row that only one of them has says so. The bits of EMV
//! 4.4 are among them: before, they were reserved.

mod card;
mod terminal;

use core::fmt;

use super::scope::Certainty;
use crate::model::lang::Lang;

/// A data object whose octets are flags and small codes.
///
/// ```
/// use cardwire::codes::{EmvBits, Lang};
///
/// let results = EmvBits::of_tag(0x95).unwrap().read(&[0x08, 0x00, 0x04, 0x80, 0x01]).unwrap();
/// let words: Vec<String> = results.map(|bits| bits.words(Lang::En).to_string()).collect();
/// assert_eq!(words[0], "DDA failed");
/// assert_eq!(words[1], "online PIN entered (EMV 4.4: online CVM captured)");
/// assert_eq!(words[2], "amount above the floor limit");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EmvBits(&'static Object);

/// An object: how many octets it has, and what they say.
#[derive(PartialEq, Eq, Debug)]
struct Object {
    tag: u32,
    name: &'static str,
    octets: usize,
    rows: &'static [Row],
}

/// What some bits of an octet say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Row {
    /// Counted from 1, as the standard counts.
    octet: u8,
    mask: u8,
    /// What stands under the mask; a number of its own where it is a count.
    value: Option<u8>,
    en: &'static str,
    zh: &'static str,
    certainty: Certainty,
}

/// Which card verification results (CVR) a card has: those of 9F10 have the layout of its network.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CardResults {
    /// Visa formats 0, 1 and 3, and UnionPay: four octets, the first of which is the length, 3.
    Visa,
    /// M/Chip: six octets.
    MChip,
    /// Common core definitions: five octets.
    CommonCore,
}

impl EmvBits {
    /// The object with a tag, if its bits are known: 82, 95, 9B, 9F07, 9F0D to 9F0F, 9F27, 9F33 to 9F35, 9F40, 9F66,
    /// 9F6C.
    #[must_use]
    pub fn of_tag(tag: u32) -> Option<Self> {
        // issuer action codes have the layout of the results they are compared with
        let tag = if matches!(tag, 0x9F0D..=0x9F0F) { 0x95 } else { tag };
        terminal::OBJECTS.iter().find(|object| object.tag == tag).map(Self)
    }

    /// Card verification results.
    #[must_use]
    pub const fn of_card(results: CardResults) -> Self {
        Self(match results {
            CardResults::Visa => &card::VISA,
            CardResults::MChip => &card::MCHIP,
            CardResults::CommonCore => &card::COMMON_CORE,
        })
    }

    /// Card verification results, with their octets, of issuer application data (9F10).
    #[must_use]
    pub fn of_issuer_data(data: &[u8]) -> Option<(Self, &[u8])> {
        let (results, range) = match data {
            [6 | 7, _, _, 3, ..] => (CardResults::Visa, 3..7),
            [0x0F, ..] if data.len() == 32 => (CardResults::CommonCore, 3..8),
            [_, 0x10 | 0x11 | 0x14 | 0x15, ..] => (CardResults::MChip, 2..8),
            _ => return None,
        };
        Some((Self::of_card(results), data.get(range)?))
    }

    /// The short name, such as `TVR`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// How many octets it has.
    #[must_use]
    pub const fn octets(self) -> usize {
        self.0.octets
    }

    /// What the octets say, in their order: bits that are set, codes and counts. A bit that is set and reserved is
    /// told as such. Nothing when there are more or fewer octets.
    #[must_use]
    pub fn read(self, octets: &[u8]) -> Option<impl Iterator<Item = EmvMeaning> + use<'_>> {
        let rows = self.0.rows;
        let is_complete = octets.len() == self.0.octets;
        is_complete.then(|| {
            octets.iter().zip(1_u8..).flat_map(move |(octet, number)| {
                let of_octet = rows.iter().filter(move |row| row.octet == number);
                let said = of_octet.clone().filter(move |row| row.says(*octet));
                let known = of_octet.fold(0, |known, row| known | row.covers(*octet));
                let reserved = (0..8).rev().map(|bit| 1 << bit).filter(move |bit| octet & bit & !known != 0);
                let said = said.map(move |row| EmvMeaning { row: *row, found: octet & row.mask });
                said.chain(reserved.map(move |bit| EmvMeaning { row: reserved_row(number, bit), found: bit }))
            })
        })
    }

    /// Every row: octet counted from 1, mask, value (nothing of a count), and its words.
    pub fn rows(self) -> impl Iterator<Item = (u8, u8, Option<u8>, EmvMeaning)> {
        let rows = self.0.rows.iter();
        rows.map(|row| {
            (row.octet, row.mask, row.value, EmvMeaning { row: *row, found: row.value.unwrap_or(0) })
        })
    }
}

impl Row {
    /// Whether the octet has what the row tells.
    const fn says(&self, octet: u8) -> bool {
        match self.value {
            Some(value) => octet & self.mask == value,
            None => octet & self.mask != 0,
        }
    }

    /// The bits of an octet that the row explains.
    const fn covers(&self, octet: u8) -> u8 {
        if self.says(octet) { self.mask } else { 0 }
    }

    /// Only one source says so.
    const fn once(self) -> Self {
        Self { certainty: Certainty::OneSource, ..self }
    }
}

/// One bit, counted from 1 to 8 as the standard counts; it speaks when it is set.
const fn bit(octet: u8, bit: u8, en: &'static str, zh: &'static str) -> Row {
    code(octet, 1 << (bit - 1), 1 << (bit - 1), en, zh)
}

/// A code under a mask.
const fn code(octet: u8, mask: u8, value: u8, en: &'static str, zh: &'static str) -> Row {
    Row { octet, mask, value: Some(value), en, zh, certainty: Certainty::Certain }
}

/// A number under a mask.
const fn count(octet: u8, mask: u8, en: &'static str, zh: &'static str) -> Row {
    Row { octet, mask, value: None, en, zh, certainty: Certainty::Certain }
}

const fn reserved_row(octet: u8, mask: u8) -> Row {
    Row { octet, mask, value: Some(mask), en: "reserved bit", zh: "保留位", certainty: Certainty::Certain }
}

/// What a bit, a code or a count says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EmvMeaning {
    row: Row,
    found: u8,
}

impl EmvMeaning {
    /// The octet, counted from 1.
    #[must_use]
    pub const fn octet(&self) -> u8 {
        self.row.octet
    }

    /// The bits of the octet that say so.
    #[must_use]
    pub const fn mask(&self) -> u8 {
        self.row.mask
    }

    /// How sure that is.
    #[must_use]
    pub const fn certainty(&self) -> Certainty {
        self.row.certainty
    }

    /// Whether the bit is set though it is reserved.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.row == reserved_row(self.row.octet, self.row.mask)
    }

    /// The words, with the number of a count, or the place of a reserved bit.
    #[must_use]
    pub fn words(&self, lang: Lang) -> impl fmt::Display + use<> {
        Words(*self, lang)
    }
}

/// See [`EmvMeaning::words`].
struct Words(EmvMeaning, Lang);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(meaning, lang) = self;
        let row = meaning.row;
        f.write_str(lang.of(row.en, row.zh))?;
        match row.value {
            None => {
                write!(f, "{}{}", lang.of(": ", "："), meaning.found >> row.mask.trailing_zeros())
            }
            Some(_) if meaning.is_reserved() => {
                let bit = row.mask.trailing_zeros() + 1;
                match lang {
                    Lang::En => write!(f, " (byte {} bit {bit})", row.octet),
                    Lang::Zh => write!(f, "（第{}字节第{bit}位）", row.octet),
                }
            }
            Some(_) => Ok(()),
        }
    }
}
