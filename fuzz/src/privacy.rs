//! Nothing formatted depends on what is private.
//!
//! Looking for the private value in the text would miss half of a value and blame a coincidence. So
//! the private characters are replaced by others of their kind, and every text must stay the same.

use cardwire::{
    Field, Inspection, Message, Spec,
    layout::{Coding, Content},
    mask::Privacy,
};

/// Formats a message, then the same message with other private values.
pub fn privacy(data: &[u8]) {
    let Some((spec, wire)) = crate::named_spec(data) else { return };
    let Ok(message) = Message::parse(spec, wire) else { return };
    let mut hidden = Vec::new();
    message.fields().for_each(|field| hide(&field, &mut hidden));
    let other = replaced(&message, &hidden);
    if Message::parse(spec, &other).is_err() {
        return;
    }
    let (one, another) = (texts(spec, wire), texts(spec, &other));
    // what lies across elements is hidden or not, as all of its octets are a card number or not, private ones included
    if ![&one, &another].iter().any(|text| text.contains(ACROSS)) {
        assert_eq!(one, another, "what is private shows");
    }
    // cut short, an error must not tell either
    let end = wire.len() - usize::from(data[0]) % wire.len().max(1);
    let (one, another) = (texts(spec, &wire[..end]), texts(spec, &other[..end]));
    for run in private_runs(wire, &hidden) {
        let shows = one.contains(run) && !another.contains(run);
        assert!(!shows, "what is private shows in an error");
    }
}

/// How a listing says that it hides more than the rows do (RULES P7, P9).
const ACROSS: &str = "across elements";

/// The private digits of a message, eight at a time: fewer stand elsewhere by chance, or are a code beside the
/// last four of a card number.
fn private_runs<'w>(wire: &'w [u8], hidden: &[Hidden]) -> Vec<&'w str> {
    let is_hidden = |at: usize| {
        let character = |hidden: &Hidden| matches!(hidden, Hidden::Character(place) if *place == at);
        wire[at].is_ascii_digit() && hidden.iter().any(character)
    };
    let places: Vec<bool> = (0..wire.len()).map(is_hidden).collect();
    let starts =
        (0..wire.len().saturating_sub(7)).filter(|start| places[*start..start + 8].iter().all(|is| *is));
    starts.filter_map(|start| std::str::from_utf8(&wire[start..start + 8]).ok()).collect()
}

/// What of an octet is private: the whole character or octet, or the two digits packed into it.
#[derive(Clone, Copy)]
enum Hidden {
    Character(usize),
    Octet(usize),
    Digits(usize),
}

/// The private characters of an element that can be replaced in place, those of its parts included.
fn hide(field: &Field<'_>, hidden: &mut Vec<Hidden>) {
    if field.is_composite() {
        field.parts().for_each(|part| hide(&part, hidden));
        return;
    }
    let (element, range, len) = (field.element(), field.value_range(), field.len());
    let is_plain = range.len() == len && field.expose().as_bytes().is_some();
    for (index, at) in range.clone().enumerate() {
        if is_plain && is_private(field, index) {
            let is_binary = matches!(element.content(), Content::B | Content::Any);
            hidden.push(if is_binary { Hidden::Octet(at) } else { Hidden::Character(at) });
        }
        // the first and the last octet may hold a fill or a neighbour's digit
        let inner = at > range.start && at + 1 < range.end;
        let is_packed = element.coding() == Coding::Bcd && element.content() == Content::N;
        let digit = 2 * index;
        if is_packed && inner && (digit - 1..=digit + 2).all(|digit| is_private(field, digit)) {
            hidden.push(Hidden::Digits(at));
        }
    }
}

/// Whether the character at `index` may not be shown: the rule of the mask, in other words.
fn is_private(field: &Field<'_>, index: usize) -> bool {
    let between = |start: usize, end: usize| (start..end).contains(&index);
    match field.element().privacy() {
        Privacy::Open => false,
        Privacy::Secret => true,
        Privacy::Pan { .. } if field.len() < 13 => true,
        Privacy::Pan { head, tail } => between(head.into(), field.len() - usize::from(tail)),
        Privacy::Track => {
            let end = field.expose().octets().position(|octet| matches!(octet, b'=' | b'D'));
            match end {
                Some(end) if end >= 13 => between(6, end - 4) || index > end,
                Some(end) => index != end,
                None => true,
            }
        }
    }
}

fn replaced(message: &Message<'_>, hidden: &[Hidden]) -> Vec<u8> {
    let mut wire = message.wire().to_vec();
    for place in hidden {
        match *place {
            Hidden::Octet(at) => wire[at] ^= 0x5A,
            Hidden::Digits(at) => {
                let (high, low) = (wire[at] >> 4, wire[at] & 15);
                wire[at] = (9 - high.min(9)) << 4 | (9 - low.min(9));
            }
            Hidden::Character(at) => {
                wire[at] = match wire[at] {
                    digit @ b'0'..=b'9' => b'0' + b'9' - digit,
                    letter @ (b'a'..=b'z' | b'A'..=b'C' | b'E'..=b'Z') => other_letter(letter),
                    other => other,
                }
            }
        }
    }
    wire
}

/// Another letter, and never the `D` that separates a track.
fn other_letter(letter: u8) -> u8 {
    match letter {
        b'C' => b'E',
        b'z' => b'a',
        b'Z' => b'A',
        letter => letter + 1,
    }
}

/// Everything that can be printed of an input.
fn texts(spec: &Spec<'_>, wire: &[u8]) -> String {
    let inspection = Inspection::of(spec, wire);
    let mut text = format!("{inspection:?}\n{}\n{}\n", inspection.describe(), inspection.dump());
    if let Some(message) = inspection.message() {
        text += &format!("{message:?}\n{}\n{}\n", message.describe(), message.dump());
        text += &format!("{:?}", cardwire::Builder::copy_of(message, spec));
    }
    for field in inspection.fields() {
        text += &format!("{field} {field:?} {:?} {:?}\n", field.expose(), field.text().err());
        field.parts().for_each(|part| text += &format!("{part} {part:?} {:?}\n", part.expose()));
    }
    text
}
