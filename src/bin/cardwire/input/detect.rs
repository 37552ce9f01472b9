//! What an input is, by its first bytes.

use cardwire::{Framing, Inspection, Spec};

/// The form of an input.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Kind {
    /// What its first bytes look like.
    #[default]
    Auto,
    /// Hexadecimal digits, one message a line.
    Hex,
    /// Bytes as they are.
    Raw,
    /// Base64, one message a line.
    Base64,
    /// A dump with offsets: xxd, hexdump -C, Wireshark.
    Hexdump,
    /// A capture: pcap or pcapng.
    Pcap,
}

/// The form that the start of an input looks like.
pub(super) fn kind(start: &[u8]) -> Kind {
    const CAPTURES: [[u8; 4]; 5] = [
        [0xA1, 0xB2, 0xC3, 0xD4],
        [0xD4, 0xC3, 0xB2, 0xA1],
        [0xA1, 0xB2, 0x3C, 0x4D],
        [0x4D, 0x3C, 0xB2, 0xA1],
        [0x0A, 0x0D, 0x0D, 0x0A],
    ];
    if CAPTURES.iter().any(|magic| start.starts_with(magic)) {
        return Kind::Pcap;
    }
    let mut lines = start.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    if super::hexdump::is_row(line) {
        return Kind::Hexdump;
    }
    let digits = line.iter().take_while(|octet| octet.is_ascii_hexdigit() || **octet == b' ').count();
    if digits == line.len() {
        return Kind::Hex;
    }
    let base64 = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=');
    if line.len() >= 16 && line.len().is_multiple_of(4) && line.iter().all(base64) {
        return Kind::Base64;
    }
    // a line of digits with a slip in it is a broken line, not binary
    let is_text = line.iter().all(|octet| matches!(octet, 0x20..=0x7E | b'\t'));
    if is_text && digits >= 8 && 2 * digits > line.len() && !looks_like_message(line) {
        return Kind::Hex;
    }
    Kind::Raw
}

/// Whether a line is a message in ASCII rather than its hexadecimal digits: MTI, bitmap, and text
/// that is none.
fn looks_like_message(line: &[u8]) -> bool {
    let mti = line.first_chunk::<4>().is_some_and(|mti| mti.iter().all(u8::is_ascii_digit));
    mti && line.iter().any(|octet| !octet.is_ascii_hexdigit() && octet.is_ascii_alphanumeric())
        && line.iter().filter(|octet| !octet.is_ascii_hexdigit()).count() > 2
}

/// The most bytes that are looked at for a framing.
pub(super) const MOST_START: usize = 1 << 16;

/// The most frames of them: the first messages of a stream may be broken.
const MOST_FRAMES: usize = 16;

/// The framing with which the start of a stream gives a message of the spec; `None` when it is a
/// message without framing, or when nothing fits.
pub(crate) fn framing_of(start: &[u8], spec: Option<&Spec<'_>>) -> Option<Framing> {
    let spec = spec?;
    let fits = |bytes: &[u8]| Inspection::of(spec, bytes).error().is_none();
    if fits(start) {
        return None;
    }
    let frames = |framing: Framing| {
        let mut rest = start;
        let next = move || {
            let frame = framing.split(rest).ok()??;
            rest = rest.get(frame.consumed..).unwrap_or_default();
            Some(frame)
        };
        std::iter::from_fn(next).take(MOST_FRAMES)
    };
    let mut framings = Framing::named().map(|named| named.framing).chain(WITH_HEADER);
    framings.find(|framing| frames(*framing).any(|frame| fits(frame.payload)))
}

const WITH_HEADER: [Framing; 4] = [
    Framing::BINARY2.with_header(cardwire::frame::Station::Tpdu),
    Framing::BINARY2_INCLUSIVE.with_header(cardwire::frame::Station::Tpdu),
    Framing::ASCII4.with_header(cardwire::frame::Station::Base24),
    Framing::BINARY2.with_header(cardwire::frame::Station::Base24),
];
