//! What a file is that is no IPM file, in words.

use core::fmt;

use super::encoding::Encoding;

/// Why a file is no IPM file that can be read: what was found at its start. It holds no content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NotIpm {
    /// There is nothing in it.
    Empty,
    /// It is packed, in the format of that name.
    Packed(&'static str),
    /// The octets are all the same: a file that was set aside and never written.
    Fill(u8),
    /// It begins with a record, without a length before it, and lines end in it: it was transferred
    /// as text, which spoils bitmaps and chip data.
    Lines,
    /// It begins with a record, without a length before it.
    NoLengths,
    /// A length of two octets stands before the first record.
    TwoOctets,
    /// The length before the first record has its octets turned round.
    LittleEndian,
    /// A record that is followed by a line end: lengths and lines at once.
    LineEnds,
    /// A record that is followed by no other: its length is wrong, or the file is cut and mended.
    NoSecond,
    /// A length and an MTI, but no second bitmap: messages of another kind.
    OtherMessages,
    /// Lines of TCR records: Visa BASE II.
    BaseTwo,
    /// Text.
    Text(Encoding),
    /// A length that is followed by no MTI.
    NoMti(u32),
    /// Nothing that is known.
    Unknown,
}

impl fmt::Display for NotIpm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no IPM file: ")?;
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Packed(name) => write!(f, "it is packed ({name})"),
            Self::Fill(octet) => write!(f, "it is nothing but octets {octet:02X}"),
            Self::Lines => f.write_str(
                "records stand in lines, without lengths: it was transferred as text, which spoils bitmaps and \
                 chip data; transfer it again as binary",
            ),
            Self::NoLengths => f.write_str("it begins with a record, without a length before it"),
            Self::TwoOctets => f.write_str("the length before the first record has two octets, not four"),
            Self::LittleEndian => f.write_str("the length before the first record has its octets turned round"),
            Self::LineEnds => f.write_str(
                "a line end follows its first record: the file was transferred as text, or a program put line ends in",
            ),
            Self::NoSecond => f.write_str("its first record is followed by no other"),
            Self::OtherMessages => f.write_str("its first record has an MTI and no second bitmap"),
            Self::BaseTwo => f.write_str("lines of TCR records, as in a BASE II file"),
            Self::Text(Encoding::Ascii) => f.write_str("it begins with text"),
            Self::Text(Encoding::Ebcdic) => f.write_str("it begins with text in EBCDIC"),
            Self::NoMti(length) => write!(f, "no MTI follows its first length, {length}"),
            Self::Unknown => f.write_str("it begins neither with a length nor with a descriptor word and an MTI"),
        }
    }
}
