//! Paths to parts: `55.9F26`, `48.0105`, `60.2`.

use crate::layout::{Layout, Order, Tag};

/// The first component of a path, and the rest.
pub(crate) fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// A component as the number or tag it names in a layout: hexadecimal for BER and octet tags,
/// the characters themselves for text tags, decimal for everything else.
pub(crate) fn key(layout: &Layout<'_>, component: &str) -> Option<u32> {
    match layout.order {
        Order::Tags { tag: Tag::Ber | Tag::Octets(_), .. } => {
            let hex = component.len() <= 8 && component.bytes().all(|octet| octet.is_ascii_hexdigit());
            if hex { u32::from_str_radix(component, 16).ok() } else { None }
        }
        Order::Tags { tag: Tag::Text(width) | Tag::Ebcdic(_, width), .. }
            if component.len() == usize::from(width) =>
        {
            Some(component.bytes().fold(0, |value, octet| value << 8 | u32::from(octet)))
        }
        Order::Tags { tag: Tag::Text(_) | Tag::Ebcdic(..), .. } => None,
        _ => decimal(component),
    }
}

impl Layout<'_> {
    /// The number or tag that a text names in this layout: what [`Layout::key`] writes, read back.
    ///
    /// ```
    /// assert_eq!(cardwire::spec::EMV.key_named("9F26"), Some(0x9F26));
    /// ```
    #[must_use]
    pub fn key_named(&self, name: &str) -> Option<u32> {
        key(self, name)
    }
}

/// A decimal number without sign or blank.
pub(crate) fn decimal(component: &str) -> Option<u32> {
    if component.bytes().all(|octet| octet.is_ascii_digit()) { component.parse().ok() } else { None }
}
