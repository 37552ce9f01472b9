//! Mastercard IPM clearing records: the 1993 layout with private data subelements.

use super::iso93::ISO93;
use super::links::links;
use crate::codec::{CodePage, Coding};
use crate::layout::{BitmapForm, Element, Layout, NextBitmap, Tag, an, ans, n, row};
use crate::mask::{OPEN, SECRET};
use crate::spec::{Dialect, Table, text_parts};

/// The elements of IPM records: those of 1993, and what IPM does otherwise.
pub const IPM: Table<'static> = ISO93
    .with(row(31, n(23).ll(), "Acquirer reference data", OPEN))
    .with(row(48, ans(999).lll().of(&PDS), "Additional data", SECRET))
    .with(row(62, ans(999).lll().of(&PDS), "Additional data 2", SECRET))
    .with(row(63, ans(16).lll(), "Transaction life cycle id", OPEN))
    .with(row(95, ans(10).ll(), "Card issuer reference data", SECRET))
    .with(row(105, ans(999).lll(), "Multi-use transaction data", SECRET))
    .with(row(111, ans(999).lll(), "Amount, currency conversion assignment", SECRET))
    .with(row(123, ans(999).lll().of(&PDS), "Additional data 3", SECRET))
    .with(row(124, ans(999).lll().of(&PDS), "Additional data 4", SECRET))
    .with(row(125, ans(999).lll().of(&PDS), "Additional data 5", SECRET))
    .with(row(127, ans(999).lll(), "Network data", SECRET))
    // clearing files carry no MAC
    .without(64)
    .without(128);

/// Both bitmaps always, and as they are in every character set.
const BITMAPS: BitmapForm = BitmapForm::new(Coding::Raw).second(NextBitmap::Always);

/// Code page 500: files name none, and of the three pages 500 is the international one. They differ
/// in seven characters, none of them a letter, a digit, a blank or the `\` of DE 43.
const EBCDIC: Dialect = Dialect { bitmap: BITMAPS, ..Dialect::ebcdic(CodePage::Cp500) };

const ASCII: Dialect = Dialect { bitmap: BITMAPS, ..Dialect::ASCII_BINARY };

links! { "Mastercard IPM", IPM:
    IPM_EBCDIC "ipm-ebcdic" (EBCDIC) "EBCDIC (code page 500), both bitmaps always and as they are";
    IPM_ASCII "ipm-ascii" (ASCII) "ASCII, both bitmaps always and as they are";
}

/// DE 48, 62, 123, 124, 125: private data subelements, each a tag of four digits and a length of
/// three. None continues in the next element.
pub static PDS: Layout<'static> = Layout::tags(
    Tag::Digits(4),
    Some(&UNLISTED),
    &text_parts([
        row(105, an(25).lll(), "File id", OPEN),
        row(122, an(1).lll(), "Processing mode", OPEN),
        row(301, n(16).lll(), "File amount checksum", OPEN),
        row(306, n(8).lll(), "File message counts", OPEN),
    ]),
);

/// 992 characters are what an element of 999 leaves after tag and length.
static UNLISTED: Element<'static> =
    row(0, ans(992).lll(), "Private data subelement", SECRET).resolve(&Dialect::CHARACTERS);
