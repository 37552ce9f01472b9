//! Values with what is private replaced by something that still parses.

use cardwire::{Field, layout::Content};

use crate::json::Prepared;

/// Whether anything of an element is hidden.
pub(crate) fn hides(field: &Field<'_>) -> bool {
    let own = !field.element().privacy().is_open();
    if field.is_composite() { own || field.parts().any(|part| hides(&part)) } else { own }
}

/// The value without what its privacy hides; a composite part by part.
pub(crate) fn masked(field: &Field<'_>) -> Prepared {
    if !hides(field) {
        return Prepared::Octets(field.expose().octets().collect());
    }
    if field.is_composite() {
        return Prepared::Parts(field.parts().map(|part| (part.key().value(), masked(&part))).collect());
    }
    let content = field.content();
    let octets = field.expose().octets();
    if content.is_binary() {
        return Prepared::Octets(octets.map(|_| 0).collect());
    }
    // `Display` has one character for every octet here, except for escapes, which open ones have
    let shown = field.to_string();
    let masks = shown.bytes().map(|character| character == b'*').chain(std::iter::repeat(true));
    Prepared::Octets(
        octets
            .zip(masks)
            .map(|(octet, hidden)| if hidden { neutral(content, octet) } else { octet })
            .collect(),
    )
}

/// What stands for a hidden character: one of its kind, so that the element still parses.
fn neutral(content: Content, octet: u8) -> u8 {
    match (content, octet) {
        (Content::Xn, b'C' | b'D') => octet,
        (Content::N | Content::Xn | Content::H, _) => b'0',
        (Content::Z, b'=' | b'D') | (Content::Ne, b'=') => octet,
        (Content::Z | Content::Ne, _) => b'0',
        (Content::A, _) => b'X',
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
