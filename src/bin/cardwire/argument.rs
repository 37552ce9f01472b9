//! Octets as an argument, or on standard input.

use std::io::Read;

use crate::failure::{Failure, Outcome};
use crate::hex;

/// The octets of an argument, or of the digits on standard input.
pub(crate) fn octets(argument: Option<&str>) -> Outcome<Vec<u8>> {
    let mut text = String::new();
    let digits = match argument {
        Some(digits) => digits,
        None => {
            let read = std::io::stdin().take(1 << 20).read_to_string(&mut text);
            read.map_err(|error| Failure::io("standard input", error))?;
            text.trim()
        }
    };
    hex::octets(digits.as_bytes()).map_err(|(_, text)| Failure::data(text))
}
