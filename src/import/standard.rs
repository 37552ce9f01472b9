//! What the standard says of an element whose format says nothing of privacy.

use super::ElementDoc;
use crate::mask::{OPEN, PAN, Privacy, SECRET, TRACK};
use crate::model::content::Content;
use crate::model::error::widen;
use crate::spec::{ISO03_BCD, ISO87_BCD, ISO93_BCD};

/// What the ISO tables say, where they mean the same element; card numbers and tracks by number.
pub(super) fn privacy(element: &ElementDoc) -> Privacy {
    match (element.key, element.content) {
        (2, Content::B) => return SECRET,
        (2, _) => return PAN,
        (35, Content::B) => return SECRET,
        (35, _) => return TRACK,
        _ => {}
    }
    let Ok(number) = u8::try_from(element.key) else { return SECRET };
    let tables = [&ISO87_BCD, &ISO93_BCD, &ISO03_BCD];
    let rows = tables.iter().filter_map(|spec| spec.element(number));
    let mut same = rows
        .filter(|row| row.max() == widen(element.max) && agrees(row.content(), element.content))
        .map(|row| row.privacy())
        .peekable();
    if same.peek().is_some() && same.all(|privacy| privacy == OPEN) { OPEN } else { SECRET }
}

/// Whether any of the ISO tables says that the element of that number is of digits.
#[cfg(feature = "jpos")]
pub(super) fn is_number(key: u32) -> bool {
    let Ok(number) = u8::try_from(key) else { return false };
    let tables = [&ISO87_BCD, &ISO93_BCD, &ISO03_BCD];
    tables.iter().filter_map(|spec| spec.element(number)).any(|row| row.content() == Content::N)
}

/// Whether a format means the element of the standard; text of no declared class may be digits.
fn agrees(standard: Content, imported: Content) -> bool {
    let is_digits = matches!(standard, Content::N) && matches!(imported, Content::Any);
    is_digits || kind(standard) == kind(imported)
}

/// Classes of one kind hold the same sort of value.
fn kind(content: Content) -> u8 {
    match content {
        Content::N | Content::Ne | Content::H => 0,
        Content::Xn | Content::Yn => 1,
        Content::Z => 2,
        Content::B => 3,
        _ => 4,
    }
}
