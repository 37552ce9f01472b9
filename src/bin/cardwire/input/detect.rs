//! What an input is, by its first bytes.

use cardwire::probe::explain;
use cardwire::{Framing, Spec};

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

/// The most bytes of a stream that are looked at for its framing.
pub(super) const MOST_START: usize = 1 << 16;

/// The framing with which the starts of streams give messages of the spec, the likeliest of all;
/// `None` when each is a message without anything around it, or when nothing fits.
pub(super) fn framing_of(starts: &[&[u8]], spec: &'static Spec<'static>) -> Option<Framing> {
    let best = explain(starts, spec)?;
    let envelope = best.envelope();
    // a header that nobody named may hold anything, so that the messages behind it must be whole
    let is_certain = best.reaches().iter().any(|reach| reach.error.is_none());
    let is_likely = best.reads_messages() && (envelope.header() == 0 || envelope.header_name().is_some());
    (!envelope.is_bare() && (is_certain || is_likely)).then(|| envelope.framing())
}
