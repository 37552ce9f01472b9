//! A card number is masked wherever its octets stand, however the message is read.
//!
//! The input chooses a message that holds card data, what stands in front of it, and where it is cut.

use crate::cli::{Shown, error, message};
use crate::secrets::misread::{Misread, shown};
use crate::secrets::{Dice, Secrets};
use cardwire::Inspection;

/// Formats a message as every built-in spec reads it, and looks for the card data.
pub fn masking(data: &[u8]) {
    let network = data.first().copied().unwrap_or(0).into();
    let of = |other: u64| {
        let secrets = Secrets::new(&mut Dice::seeded(other), network);
        (Misread::new(&mut Dice::of(data), &secrets), secrets)
    };
    let others = || {
        let other = of(0).1.with_other_middle(&mut Dice::seeded(network));
        let same_ends = Misread::new(&mut Dice::of(data), &other);
        (1..3).map(|other| of(other).0).chain([same_ends]).collect()
    };
    let found = shown(&of(0), &others, &ndjson);
    assert!(found.is_none(), "{}", found.unwrap_or_default());
}

/// As the command prints it.
fn ndjson(parsed: &Inspection<'_>) -> String {
    let mut text = Vec::new();
    match parsed.error() {
        None => message(&mut text, parsed, &[], Shown::Masked),
        Some(found) => error(&mut text, &found, Some((parsed, Shown::Masked))),
    }
    String::from_utf8(text).expect("JSON is text")
}
