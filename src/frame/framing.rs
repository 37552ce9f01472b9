//! What a framing consists of, and the framings in use.

use super::length::LengthField;
use super::station::Station;

/// How messages are delimited on a connection.
///
/// The constants are the framings in use; [`with_header`](Self::with_header),
/// [`with_limit`](Self::with_limit) and [`inclusive`](Self::inclusive) vary them. The pictures show
/// a message of 100 bytes before [`wrap`](Self::wrap) and after it.
///
/// ```
/// use cardwire::{Framing, frame::Station};
/// const LINK: Framing = Framing::BINARY4.with_header(Station::Tpdu).with_limit(4096);
/// assert_eq!(LINK.overhead(), 9);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Framing {
    pub(super) length_first: &'static [u8],
    pub(super) delimiter: Delimiter,
    pub(super) gap: &'static [u8],
    pub(super) trailer: Trailer,
    pub(super) station: Station,
    pub(super) limit: u32,
}

/// What tells the end of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Delimiter {
    /// A length, which counts header and message, and more if it says so.
    Length { field: LengthField, counts_itself: bool, counts_trailer: bool },
    /// The first ETX.
    Etx,
    /// The total length within a CUPS header.
    Cups,
    /// Nothing: the end of the input.
    Input,
}

/// What follows the message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Trailer {
    None,
    Etx,
    /// ETX and the exclusive or of everything after the STX.
    EtxLrc,
}

impl Framing {
    /// The limit of a framing that was given none: 65535 bytes of station header and message.
    pub const DEFAULT_LIMIT: u32 = 65_535;

    /// Two bytes of length, most significant first: the commonest framing.
    ///
    /// ```text
    ///      before                     after
    /// +-------------+        +--------+-------------+
    /// |   message   |  --->  | length |   message   |
    /// |  100 bytes  |        | 00 64  |  100 bytes  |
    /// +-------------+        +--------+-------------+
    /// ```
    pub const BINARY2: Self = Self::counted_by(LengthField::Big(2));

    /// Two bytes of length that count themselves. A length of zero is a poll.
    ///
    /// ```text
    /// +-------------+        +--------+-------------+
    /// |   message   |  --->  | length |   message   |
    /// |  100 bytes  |        | 00 66  |  100 bytes  |
    /// +-------------+        +--------+-------------+
    /// ```
    pub const BINARY2_INCLUSIVE: Self = Self::BINARY2.inclusive();

    /// Two bytes of length, least significant first, of old PC-based hosts.
    ///
    /// ```text
    /// +-------------+        +--------+-------------+
    /// |   message   |  --->  | length |   message   |
    /// |  100 bytes  |        | 64 00  |  100 bytes  |
    /// +-------------+        +--------+-------------+
    /// ```
    pub const LITTLE2: Self = Self::counted_by(LengthField::Little(2));

    /// Three bytes of length.
    ///
    /// ```text
    /// +-------------+        +----------+-------------+
    /// |   message   |  --->  |  length  |   message   |
    /// |  100 bytes  |        | 00 00 64 |  100 bytes  |
    /// +-------------+        +----------+-------------+
    /// ```
    pub const BINARY3: Self = Self::counted_by(LengthField::Big(3));

    /// Four bytes of length.
    ///
    /// ```text
    /// +-------------+        +-------------+-------------+
    /// |   message   |  --->  |   length    |   message   |
    /// |  100 bytes  |        | 00 00 00 64 |  100 bytes  |
    /// +-------------+        +-------------+-------------+
    /// ```
    pub const BINARY4: Self = Self::counted_by(LengthField::Big(4));

    /// Four bytes of length that count themselves. A length of zero is a poll.
    ///
    /// ```text
    /// +-------------+        +-------------+-------------+
    /// |   message   |  --->  |   length    |   message   |
    /// |  100 bytes  |        | 00 00 00 68 |  100 bytes  |
    /// +-------------+        +-------------+-------------+
    /// ```
    pub const BINARY4_INCLUSIVE: Self = Self::BINARY4.inclusive();

    /// Four decimal digits of length.
    ///
    /// ```text
    /// +-------------+        +--------+-------------+
    /// |   message   |  --->  | length |   message   |
    /// |  100 bytes  |        | "0100" |  100 bytes  |
    /// +-------------+        +--------+-------------+
    /// ```
    pub const ASCII4: Self = Self::ascii::<4>();

    /// Four hexadecimal digits of length; either case is read, upper case is written.
    ///
    /// ```text
    /// +-------------+        +--------+-------------+
    /// |   message   |  --->  | length |   message   |
    /// |  100 bytes  |        | "0064" |  100 bytes  |
    /// +-------------+        +--------+-------------+
    /// ```
    pub const HEX4: Self = Self::counted_by(LengthField::Hex(4));

    /// Four decimal digits of length, two to a byte: `01 00` is one hundred.
    ///
    /// ```text
    /// +-------------+        +--------+-------------+
    /// |   message   |  --->  | length |   message   |
    /// |  100 bytes  |        | 01 00  |  100 bytes  |
    /// +-------------+        +--------+-------------+
    /// ```
    pub const BCD2: Self = Self::counted_by(LengthField::Bcd(2));

    /// Two bytes of length, then two zero bytes.
    ///
    /// ```text
    /// +-------------+        +--------+-------+-------------+
    /// |   message   |  --->  | length | zeros |   message   |
    /// |  100 bytes  |        | 00 64  | 00 00 |  100 bytes  |
    /// +-------------+        +--------+-------+-------------+
    /// ```
    pub const BINARY2_ZEROS: Self = Self { gap: &[0, 0], ..Self::BINARY2 };

    /// A Visa access point: [`BINARY2_ZEROS`](Self::BINARY2_ZEROS) and a [BASE I](super::Base1Header) header.
    ///
    /// ```text
    /// +-------------+        +--------+-------+--------------------+-------------+
    /// |   message   |  --->  | length | zeros |       BASE I       |   message   |
    /// |  100 bytes  |        | 00 7A  | 00 00 | 16 01 02 00 7A ... |  100 bytes  |
    /// +-------------+        +--------+-------+--------------------+-------------+
    /// ```
    pub const VAP: Self = Self::BINARY2_ZEROS.with_header(Station::Base1);

    /// Two zero bytes, then two bytes of length, as in Germany (GICC).
    ///
    /// ```text
    /// +-------------+        +-------+--------+-------------+
    /// |   message   |  --->  | zeros | length |   message   |
    /// |  100 bytes  |        | 00 00 | 00 64  |  100 bytes  |
    /// +-------------+        +-------+--------+-------------+
    /// ```
    pub const GICC: Self = Self { length_first: &[0, 0], ..Self::BINARY2 };

    /// RBP: a protocol identifier, two bytes of length and a marker, `00 00` for the last packet.
    ///
    /// Only messages of one packet: a packet that says that more follow is refused, because
    /// putting packets together takes a buffer that a framing does not have.
    ///
    /// ```text
    /// +-------------+        +----------+--------+--------+-------------+
    /// |   message   |  --->  | protocol | length | marker |   message   |
    /// |  100 bytes  |        |  D0 4A   | 00 64  | 00 00  |  100 bytes  |
    /// +-------------+        +----------+--------+--------+-------------+
    /// ```
    pub const RBP: Self = Self { length_first: &[0xD0, 0x4A], ..Self::BINARY2_ZEROS };

    /// Two bytes of length that count the ETX after the message. A length of zero is a poll.
    ///
    /// ```text
    /// +-------------+        +--------+-------------+-----+
    /// |   message   |  --->  | length |   message   | ETX |
    /// |  100 bytes  |        | 00 65  |  100 bytes  | 03  |
    /// +-------------+        +--------+-------------+-----+
    /// ```
    pub const BINARY2_ETX: Self = {
        let field = LengthField::Big(2);
        let delimiter = Delimiter::Length { field, counts_itself: false, counts_trailer: true };
        Self { delimiter, trailer: Trailer::Etx, ..Self::BINARY2 }
    };

    /// An ETX after the message and no length: for text only, [`wrap`](Self::wrap) refuses a
    /// message that contains `03`.
    ///
    /// ```text
    /// +-------------+        +-------------+-----+
    /// |   message   |  --->  |   message   | ETX |
    /// |  100 bytes  |        |  100 bytes  | 03  |
    /// +-------------+        +-------------+-----+
    /// ```
    pub const ETX: Self = Self { delimiter: Delimiter::Etx, trailer: Trailer::Etx, ..Self::BINARY2 };

    /// STX, the message, ETX and a check byte: for text only, as [`ETX`](Self::ETX).
    ///
    /// The check byte (LRC) is the exclusive or of everything after the STX, ETX included. When it
    /// does not match, `error.offset()` is where it stands, and the next frame starts one byte
    /// further: the place to go on from after answering NAK. ENQ, ACK and NAK stand between frames
    /// and are for the caller to take off the input; here they are refused.
    ///
    /// ```text
    /// +-------------+        +-----+-------------+-----+-----+
    /// |   message   |  --->  | STX |   message   | ETX | LRC |
    /// |  100 bytes  |        | 02  |  100 bytes  | 03  | xx  |
    /// +-------------+        +-----+-------------+-----+-----+
    /// ```
    pub const STX_ETX: Self = Self { length_first: &[0x02], trailer: Trailer::EtxLrc, ..Self::ETX };

    /// STX, two bytes of BCD length, the message, ETX and a check byte, of cash register links.
    ///
    /// The length alone tells the end, so the message may contain `03`. The check byte covers the
    /// length, too; see [`STX_ETX`](Self::STX_ETX) for what to do when it does not match.
    ///
    /// ```text
    /// +-------------+        +-----+--------+-------------+-----+-----+
    /// |   message   |  --->  | STX | length |   message   | ETX | LRC |
    /// |  100 bytes  |        | 02  | 01 00  |  100 bytes  | 03  | xx  |
    /// +-------------+        +-----+--------+-------------+-----+-----+
    /// ```
    pub const STX_BCD2_ETX: Self = Self { length_first: &[0x02], trailer: Trailer::EtxLrc, ..Self::BCD2 };

    /// UnionPay POS: [`BINARY2`](Self::BINARY2) and a [header](super::UnionPayHeader) of 11 bytes.
    ///
    /// ```text
    /// +-------------+        +--------+----------------+-------------------+-------------+
    /// |   message   |  --->  | length |      TPDU      |      header       |   message   |
    /// |  100 bytes  |        | 00 6F  | 60 00 03 00 00 | 60 31 00 31 12 03 |  100 bytes  |
    /// +-------------+        +--------+----------------+-------------------+-------------+
    /// ```
    pub const UNIONPAY: Self = Self::BINARY2.with_header(Station::UnionPay);

    /// UnionPay interchange: the total length stands in the [header](super::CupsHeader) itself.
    /// It cannot express a poll.
    ///
    /// ```text
    /// +-------------+        +------------------+-------------+
    /// |   message   |  --->  |       CUPS       |   message   |
    /// |  100 bytes  |        | 2E 02 "0146" ... |  100 bytes  |
    /// +-------------+        +------------------+-------------+
    /// ```
    pub const CUPS: Self = Self { delimiter: Delimiter::Cups, station: Station::Cups, ..Self::BINARY2 };

    /// Nothing: the end of the input is the end of the message, as in a file, a line of a log, or a
    /// datagram. With [`with_header`](Self::with_header): a header, and no length.
    ///
    /// [`split`](Self::split) waits for ever, because more bytes may always come;
    /// [`split_last`](Self::split_last) takes all that is there. It cannot express a poll.
    ///
    /// ```text
    /// +-------------+        +-------------+
    /// |   message   |  --->  |   message   |
    /// |  100 bytes  |        |  100 bytes  |
    /// +-------------+        +-------------+
    /// ```
    pub const NONE: Self = Self { delimiter: Delimiter::Input, ..Self::BINARY2 };

    /// As many decimal digits of length as the peer expects, 1 to 9; another number does not compile.
    #[must_use]
    pub const fn ascii<const DIGITS: u8>() -> Self {
        const { assert!(1 <= DIGITS && DIGITS <= 9, "a length has 1 to 9 digits") };
        Self::counted_by(LengthField::Ascii(DIGITS))
    }

    /// The same framing, its length counting its own bytes, too; a length of zero is a poll.
    /// Without effect on a framing that has no length field.
    #[must_use]
    pub const fn inclusive(mut self) -> Self {
        if let Delimiter::Length { field, counts_trailer, .. } = self.delimiter {
            self.delimiter = Delimiter::Length { field, counts_itself: true, counts_trailer };
        }
        self
    }

    /// The same framing with that header between the length and the message, counted by the length.
    /// Without effect on [`CUPS`](Self::CUPS), where the header is what delimits the frame.
    #[must_use]
    pub const fn with_header(mut self, header: Station) -> Self {
        if !matches!(self.delimiter, Delimiter::Cups) {
            self.station = header;
        }
        self
    }

    /// The same framing, refusing more than `bytes` of station header and message together.
    #[must_use]
    pub const fn with_limit(mut self, bytes: u32) -> Self {
        self.limit = bytes;
        self
    }

    /// Whether a frame shows where it ends: true for all but [`NONE`](Self::NONE).
    #[must_use]
    pub const fn is_delimited(&self) -> bool {
        !matches!(self.delimiter, Delimiter::Input)
    }

    /// The octet that ends a frame, where it is an octet and no length: without it in the input,
    /// [`split`](Self::split) finds nothing.
    #[must_use]
    pub const fn terminator(&self) -> Option<u8> {
        match self.delimiter {
            Delimiter::Etx => Some(ETX),
            Delimiter::Length { .. } | Delimiter::Cups | Delimiter::Input => None,
        }
    }

    /// The header that stands between the length and the message.
    #[must_use]
    pub const fn header(&self) -> Station {
        self.station
    }

    /// The most bytes of station header and message that a frame may have.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// How many bytes a frame is longer than its message, with a station header of the usual size.
    #[must_use]
    #[allow(clippy::as_conversions, reason = "lossless; from is not const")]
    pub const fn overhead(&self) -> usize {
        let length = match self.delimiter {
            Delimiter::Length { field, .. } => field.width() as usize,
            Delimiter::Etx | Delimiter::Cups | Delimiter::Input => 0,
        };
        self.length_first.len() + length + self.gap.len() + self.station.size() + self.trailer.size()
    }

    /// Whether frames have two bytes of length and nothing else besides the message, as nearly all have.
    #[inline]
    pub(super) const fn is_plain(&self) -> bool {
        matches!(
            self.delimiter,
            Delimiter::Length { field: LengthField::Big(2), counts_itself: false, counts_trailer: false }
        ) && self.length_first.is_empty()
            && self.gap.is_empty()
            && matches!((self.trailer, self.station), (Trailer::None, Station::None))
    }

    const fn counted_by(field: LengthField) -> Self {
        let delimiter = Delimiter::Length { field, counts_itself: false, counts_trailer: false };
        let (limit, station) = (Self::DEFAULT_LIMIT, Station::None);
        Self { length_first: &[], delimiter, gap: &[], trailer: Trailer::None, station, limit }
    }
}

/// End of text.
pub(super) const ETX: u8 = 0x03;

impl Trailer {
    /// The size in bytes.
    pub(super) const fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Etx => 1,
            Self::EtxLrc => 2,
        }
    }
}
