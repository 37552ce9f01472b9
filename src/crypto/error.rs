//! Why a key, a MAC, a PIN block or a cryptogram was refused. Numbers and names only, never a digit of any.

use super::kind::{Family, KeyKind};

/// Why something was refused.
///
/// It names what was wrong and holds no secret. A service that answers strangers must all the same not pass
/// on *which* check of a PIN block or key block failed: it would be an oracle.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// A key of so many octets does not exist in this family.
    #[error("a {family} key has {} bytes, not {found}", family.lengths())]
    KeyLength {
        /// DES or AES.
        family: Family,
        /// Octets that were given.
        found: usize,
    },
    /// The operation needs another kind of key.
    #[error("this takes {wanted}, the key is {found}")]
    KeyKind {
        /// The kinds that are taken, in words.
        wanted: &'static str,
        /// The kind that was given.
        found: KeyKind,
    },
    /// A character of hexadecimal text is no hexadecimal digit, or a half octet is left over.
    #[error("character {0} of the hexadecimal digits is none, or has no partner")]
    HexDigit(usize),
    /// Components of a key, or a key and its mask, differ in kind.
    #[error("the parts of a key are of different kinds")]
    Components,
    /// The check value is not that of the key.
    #[error("the check value does not belong to the key")]
    CheckValue,
    /// Check values have 3 or 4 octets (DES, and AES by the old practice) or up to 5 (CMAC).
    #[error("a check value by this method has 1 to {max} bytes, not {found}")]
    CheckValueLength {
        /// As many as may be given away.
        max: usize,
        /// Octets that were asked for, or given.
        found: usize,
    },
    /// A truncated MAC keeps at least four octets, and cannot have more than there are.
    #[error("a MAC of this algorithm has 4 to {max} bytes, not {found}")]
    MacLength {
        /// As many as the algorithm gives.
        max: usize,
        /// Octets that were asked for, or given.
        found: usize,
    },
    /// The MAC is wrong: another key, or a changed message.
    #[error("the MAC is wrong")]
    Mac,
    /// The card number does not have so many digits.
    #[error("a card number has {min} to 19 digits here, not {found}")]
    PanLength {
        /// As few as are taken.
        min: usize,
        /// Digits that were given.
        found: usize,
    },
    /// A character is no decimal digit.
    #[error("character {0} is no digit")]
    Digit(usize),
    /// A PIN has four to twelve digits.
    #[error("a PIN has 4 to 12 digits, not {0}")]
    PinLength(usize),
    /// A block was to become a PIN, and is none.
    #[error("no PIN block of this key, card number and format: {0}")]
    PinBlock(PinFault),
    /// Format 2 goes to a chip in the clear and is not enciphered; format 4 is never in the clear.
    #[error("a PIN block of format {0} does not exist in this form")]
    PinForm(u8),
    /// The standard does not permit the translation.
    #[error("a PIN block of format {from} is not translated to format {to}")]
    Translation {
        /// The format of the block.
        from: u8,
        /// The format that was asked for.
        to: u8,
    },
    /// A PIN block is not translated to another card number.
    #[error("a PIN block is not translated to another card number")]
    AnotherPan,
    /// The format binds the PIN to a card number, and none was given.
    #[error("format {0} needs a card number")]
    NoPan(u8),
    /// A key serial number has 10 octets (TDES; 8 without leading `F`) or 12 (AES).
    #[error("a key serial number has {expected} bytes, not {found}")]
    KsnLength {
        /// As many as are needed.
        expected: usize,
        /// Octets that were given.
        found: usize,
    },
    /// Counter zero is the initial key and no transaction.
    #[error("transaction counter 0 is no transaction")]
    CounterZero,
    /// The counter has more ones than a device ever uses: it was skipped, or made up.
    #[error("transaction counter {counter:X} has more than {max} ones")]
    CounterOnes {
        /// The counter.
        counter: u32,
        /// As many as a device uses: 10 for TDES, 16 for AES.
        max: u32,
    },
    /// The counter is not above the last one seen: a replay.
    #[error("transaction counter {counter:X} is not above {last:X}")]
    CounterReplayed {
        /// The counter.
        counter: u32,
        /// The last one seen of this device.
        last: u32,
    },
    /// The key serial number is of another key set or device than the last one.
    #[error("the key serial number is of another device")]
    AnotherDevice,
    /// The device has used its last key.
    #[error("the device has used its last key")]
    Exhausted,
    /// A working key may not be stronger than the key it is derived from.
    #[error("a {wanted} working key is stronger than its {from} derivation key")]
    Stronger {
        /// The kind of the working key.
        wanted: KeyKind,
        /// The kind of the derivation key.
        from: KeyKind,
    },
    /// Track data that are none.
    #[error("no track 2: {0}")]
    Track(TrackFault),
    /// Issuer application data (9F10) too short for the cryptogram version, or of an unknown version.
    #[error("the issuer application data are not of this cryptogram version")]
    IssuerData,
    /// A data object that the cryptogram covers is missing, or has another length.
    #[error("tag {0:X} is missing, or has another length")]
    Object(u32),
    /// The application cryptogram is wrong: another key, or changed data.
    #[error("the application cryptogram is wrong")]
    Cryptogram,
    /// The cryptogram version has the issuer respond by the other method.
    #[error("the cryptogram version has another ARPC method")]
    ArpcMethod,
    /// The output buffer is too small.
    #[error("the output needs {needed} bytes, the buffer has {found}")]
    Room {
        /// Octets that are needed.
        needed: usize,
        /// Octets that the buffer has.
        found: usize,
    },
    /// A key block that is none, or whose MAC is wrong.
    #[error("no key block: {0}")]
    KeyBlock(BlockFault),
    /// Data that are not a whole number of blocks, or a key download of no known layout.
    #[error("{0} bytes are not a length that is known here")]
    DataLength(usize),
    /// The card verification value is wrong.
    #[error("the card verification value is wrong")]
    CardVerification,
    /// An expiry date or service code that is none.
    #[error("an expiry date has four digits (YYMM), a service code three")]
    CardData,
}

/// What is wrong with a PIN block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PinFault {
    /// 8 octets for formats 0 to 3, 16 for format 4.
    #[error("{0} bytes are no block")]
    Size(usize),
    /// The first half octet names another format.
    #[error("another format")]
    Format,
    /// The length is not 4 to 12.
    #[error("a length outside 4 to 12")]
    Length,
    /// A half octet that should be a digit of the PIN is none.
    #[error("a PIN digit above 9")]
    Digit,
    /// The fill after the PIN is not that of the format.
    #[error("fill that is not of the format")]
    Fill,
}

/// What is wrong with track 2.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrackFault {
    /// More than 37 characters, or more than 19 octets.
    #[error("too long")]
    TooLong,
    /// No separator after the card number.
    #[error("no separator")]
    Separator,
    /// The card number is not 8 to 19 digits.
    #[error("a card number that is none")]
    Pan,
    /// Fewer than seven digits after the separator, or one that is no digit.
    #[error("expiry date or service code cut off, or no digits")]
    Digits,
    /// Something after the fill.
    #[error("fill in the middle")]
    Fill,
}

/// What is wrong with a key block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockFault {
    /// Shorter than its header, or than its header and MAC.
    #[error("too short")]
    TooShort,
    /// A character that is not printable ASCII.
    #[error("a character that is not printable")]
    Character,
    /// A version that is not supported: A and C are deprecated, E is another standard.
    #[error("a version that is not B or D")]
    Version,
    /// The length field is not four digits, not the length, or no multiple of the cipher's block.
    #[error("the length field is wrong")]
    Length,
    /// A header field holds a character that it cannot.
    #[error("a header field holds what it cannot")]
    Header,
    /// The number of optional blocks is not two digits.
    #[error("the number of optional blocks is no number")]
    BlockCount,
    /// An optional block is cut off, has an impossible length or identifier, or fills no cipher block.
    #[error("an optional block is malformed")]
    OptionalBlock,
    /// The key data are not upper-case hexadecimal digits in whole cipher blocks.
    #[error("the key data are no whole blocks of hexadecimal digits")]
    KeyData,
    /// The MAC is wrong: another protection key, or a changed block.
    #[error("the MAC is wrong")]
    Mac,
    /// The MAC is right, and the length of the key is not one of its algorithm.
    #[error("the key has a length that its algorithm does not know")]
    KeyLength,
    /// The key to be wrapped is not of the algorithm that the header names.
    #[error("the key is not of the header's algorithm")]
    Algorithm,
}
