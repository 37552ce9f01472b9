//! The form of an input, as an option of the command.

use cardwire::input;

/// The form of an input.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Kind {
    /// What its start looks like.
    #[default]
    Auto,
    /// Octets in hexadecimal digits, one message a line: 0022, 00 22, 00:22, 0x00, \x00, C arrays.
    Hex,
    /// Text, one message a line.
    Text,
    /// Bytes as they are.
    Raw,
    /// Base64, one message a line.
    Base64,
    /// A dump with offsets: xxd, hexdump -C, od -t x1, Wireshark, tcpdump, jPOS.
    Hexdump,
    /// A log with such dumps in it; other lines are passed over.
    Log,
    /// jPOS XML: every <isomsg> of a file, whatever stands around it.
    Isomsg,
    /// JSON, one object a line, as `decode --format ndjson --expose` prints it.
    Json,
    /// A capture: pcap or pcapng.
    Pcap,
}

impl From<Kind> for input::Kind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Auto => Self::Auto,
            Kind::Hex => Self::Hex,
            Kind::Text => Self::Text,
            Kind::Raw => Self::Raw,
            Kind::Base64 => Self::Base64,
            Kind::Hexdump => Self::Hexdump,
            Kind::Log => Self::Log,
            Kind::Isomsg => Self::Isomsg,
            Kind::Json => Self::Json,
            Kind::Pcap => Self::Pcap,
        }
    }
}
