//! Messages on their way out: the frame around them, and the form they are printed in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cardwire::Framing;

/// What a message is printed as.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum WireFormat {
    /// Hexadecimal digits, one message a line.
    #[default]
    Hex,
    /// Bytes as they are, one message after the other.
    Raw,
    /// Base64, one message a line.
    Base64,
    /// Characters as they are, one message a line.
    Text,
    /// XML as jPOS reads it.
    Isomsg,
}

impl WireFormat {
    /// Prints the octets of a message, or of its frame; an error says why it cannot be printed so.
    pub(crate) fn push(self, text: &mut Vec<u8>, wire: &[u8]) -> Result<(), String> {
        match self {
            // XML is of values, not of octets: those who print it do not come here
            Self::Raw | Self::Isomsg => {
                text.extend_from_slice(wire);
                return Ok(());
            }
            Self::Hex => crate::hex::push(text, wire.iter().copied()),
            Self::Base64 => text.extend(STANDARD.encode(wire).bytes()),
            Self::Text if wire.iter().any(u8::is_ascii_control) => {
                return Err("it holds octets that are no text: print it as hex or base64".into());
            }
            Self::Text => text.extend_from_slice(wire),
        }
        text.push(b'\n');
        Ok(())
    }
}

/// A message in its frame, with the station header that it had.
pub(crate) fn framed(
    framing: Option<Framing>,
    station: &[u8],
    message: Vec<u8>,
) -> cardwire::Result<Vec<u8>> {
    let Some(framing) = framing else { return Ok(message) };
    let mut frame = vec![0; framing.measure(station, &message)?];
    framing.wrap(station, &message, &mut frame)?;
    Ok(frame)
}
