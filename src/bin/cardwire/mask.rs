//! Values with what is private replaced by something that still parses.

use cardwire::{Field, layout::Content, mask};

use crate::json::Prepared;

/// Whether anything of an element is hidden.
pub(crate) fn hides(field: &Field<'_>) -> bool {
    field.is_masked() || field.parts().any(|part| hides(&part))
}

/// The value without what its privacy hides; a composite part by part.
pub(crate) fn masked(field: &Field<'_>) -> Prepared {
    if !hides(field) {
        return Prepared::AsRead(field.expose().octets().collect());
    }
    if field.is_composite() {
        return Prepared::Parts(field.parts().map(|part| (part.key().value(), masked(&part))).collect());
    }
    let (content, octets) = (field.content(), field.expose().octets());
    if field.element().privacy().is_open() {
        // a card number is in it: all its digits go, lest the rest looks like another one
        return Prepared::AsRead(octets.map(|octet| without_digits(content, octet)).collect());
    }
    let octets = octets.zip(field.masked());
    Prepared::AsRead(octets.map(|(octet, shown)| shown.unwrap_or_else(|| neutral(content, octet))).collect())
}

/// What stands for a character of an open value that holds a card number somewhere.
fn without_digits(content: Content, octet: u8) -> u8 {
    match (content, octet) {
        (Content::B, _) => 0,
        (_, b'0'..=b'9') => b'0',
        (_, 0x20..=0x7E) => octet,
        _ => b'X',
    }
}

/// Octets that belong to no element, such as a header, with zeros where a card number is in them.
pub(crate) fn plain(octets: &[u8]) -> Vec<u8> {
    let digits = mask::hex(octets).to_string().replace('*', "0");
    crate::hex::octets(digits.as_bytes()).unwrap_or_default()
}

/// What stands for a hidden character: one of its kind, so that the element still parses.
fn neutral(content: Content, octet: u8) -> u8 {
    match (content, octet) {
        (Content::Xn, b'C' | b'D') => octet,
        (Content::N | Content::Xn | Content::H, _) => b'0',
        (Content::Z, b'=' | b'D') | (Content::Ne, b'=') => octet,
        (Content::Z | Content::Ne, _) => b'0',
        (Content::A, _) => b'X',
        (Content::B, _) => 0,
        (Content::S, _) => b' ',
        (Content::Ns, _) => b'0',
        (_, b'0'..=b'9') => b'0',
        (_, _) => b'X',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_character_is_of_its_class() {
        for content in Content::ALL {
            for octet in (0..=255).filter(|octet| content.admits(1, *octet)) {
                assert!(content.admits(1, neutral(content, octet)), "{content} {octet}");
            }
            for octet in (0..=255).filter(|octet| content.admits(0, *octet)) {
                assert!(content.admits(0, neutral(content, octet)), "{content} {octet}");
            }
        }
    }
}
