//! Dialects: how a link writes the elements that a table lists.

use crate::codec::{CodePage, Coding, LengthUnit, MtiCoding, PadNibble, PrefixCoding};
use crate::layout::BitmapForm;

/// How a link writes MTI, bitmaps, values and length prefixes. Rows may say otherwise for
/// themselves.
///
/// ```
/// use cardwire::{Dialect, layout::{BitmapForm, Coding}};
/// // BCD with a hexadecimal bitmap and eleven octets before the MTI
/// const MINE: Dialect = Dialect { bitmap: BitmapForm::new(Coding::Hex), header: 11, ..Dialect::BCD };
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dialect {
    /// Octets before the MTI, carried but not interpreted.
    pub header: usize,
    /// The MTI.
    pub mti: MtiCoding,
    /// The bitmaps.
    pub bitmap: BitmapForm,
    /// Classes a, an, ans, anp, ns, s and ansb.
    pub text: Coding,
    /// Class n.
    pub digits: Coding,
    /// Class z.
    pub track: Coding,
    /// Class x+n.
    pub amount: Coding,
    /// Class b.
    pub binary: Coding,
    /// Length prefixes.
    pub prefix: PrefixCoding,
    /// What the prefix of a binary value counts; that of every other value counts units.
    pub binary_counts: LengthUnit,
    /// The pad nibble of fixed packed digits.
    pub pad_nibble_fixed: PadNibble,
    /// The pad nibble of variable packed digits.
    pub pad_nibble_var: PadNibble,
    /// Whose code lists `describe` reads.
    pub codes: Codes,
}

/// Whose code lists give meaning to codes such as DE 39.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Codes {
    /// The lists of the edition that the MTI names.
    Iso,
    /// The lists of UnionPay terminals.
    UnionPay,
}

impl Dialect {
    /// Everything in ASCII: bitmap and binary values as hexadecimal digits.
    pub const ASCII: Self = Self {
        header: 0,
        mti: MtiCoding::Ascii,
        bitmap: BitmapForm::new(Coding::Hex),
        text: Coding::Ascii,
        digits: Coding::Ascii,
        track: Coding::Ascii,
        amount: Coding::Ascii,
        binary: Coding::Hex,
        prefix: PrefixCoding::Ascii,
        binary_counts: LengthUnit::Bytes,
        pad_nibble_fixed: PadNibble::LEFT_ZERO,
        pad_nibble_var: PadNibble::RIGHT_ZERO,
        codes: Codes::Iso,
    };

    /// ASCII text with binary bitmap and binary values as they are.
    pub const ASCII_BINARY: Self =
        Self { bitmap: BitmapForm::new(Coding::Raw), binary: Coding::Raw, ..Self::ASCII };

    /// Packed digits, ASCII text, binary bitmap, packed length prefixes that count digits.
    /// A pad nibble is 0: before a fixed value, after a variable one.
    pub const BCD: Self = Self {
        mti: MtiCoding::Bcd,
        bitmap: BitmapForm::new(Coding::Raw),
        digits: Coding::Bcd,
        track: Coding::Bcd,
        amount: Coding::Bcd,
        binary: Coding::Raw,
        prefix: PrefixCoding::Bcd,
        binary_counts: LengthUnit::Units,
        ..Self::ASCII
    };

    /// EBCDIC (code page 1047) text and digits, binary bitmap and binary values.
    pub const EBCDIC: Self = Self::ebcdic(CodePage::Cp1047);

    /// Packed digits, EBCDIC text (code page 1047), binary bitmap, binary length prefixes, as most
    /// hosts of the large networks write them; a signed amount is text. Their prefixes are one octet
    /// whatever the standard says: [`Table::with_octet_lengths`](super::Table::with_octet_lengths).
    /// A pad nibble is 0, before the digits.
    pub const BCD_EBCDIC: Self = Self {
        text: Coding::Ebcdic(CodePage::Cp1047),
        amount: Coding::Ebcdic(CodePage::Cp1047),
        prefix: PrefixCoding::Binary,
        pad_nibble_var: PadNibble::LEFT_ZERO,
        ..Self::BCD
    };

    /// What parts inside a text element are written in: the characters of the element, whatever
    /// its own coding is.
    pub const CHARACTERS: Self = Self::ASCII;

    /// What parts inside a binary element are written in: packed digits, ASCII text, raw octets.
    pub const OCTETS: Self = Self::BCD;

    /// EBCDIC text and digits in a code page, binary bitmap and binary values.
    #[must_use]
    pub const fn ebcdic(page: CodePage) -> Self {
        Self {
            mti: MtiCoding::Ebcdic,
            bitmap: BitmapForm::new(Coding::Raw),
            text: Coding::Ebcdic(page),
            digits: Coding::Ebcdic(page),
            track: Coding::Ebcdic(page),
            amount: Coding::Ebcdic(page),
            binary: Coding::Raw,
            prefix: PrefixCoding::Ebcdic(page),
            binary_counts: LengthUnit::Units,
            ..Self::ASCII
        }
    }
}
