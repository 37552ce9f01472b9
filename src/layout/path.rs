//! Paths to parts: `55.9F26`, `48.0105`, `60.2`.

pub(crate) use crate::codec::tag::decimal;
use crate::layout::{Layout, Order};

/// The first component of a path, and the rest.
pub(crate) fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// A component as the number or tag it names in a layout.
pub(crate) fn key(layout: &Layout<'_>, component: &str) -> Option<u32> {
    match layout.order {
        Order::Tags { tag, .. } => tag.named(component),
        Order::Bitmap(_) | Order::Positions { .. } => decimal(component),
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
