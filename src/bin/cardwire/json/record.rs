//! What a JSON object says besides the elements.

use cardwire::{Message, layout::NextBitmap};

/// How many bitmaps a message has, when its elements and its spec do not tell.
pub(super) fn extra_bitmaps(message: &Message<'_>) -> Option<u8> {
    let form = message.spec().bitmap();
    let highest = message.bitmap().iter().last().unwrap_or(0);
    let by_elements = match highest {
        0..=64 => 1,
        65..=128 => 2,
        _ => 3,
    };
    let by_form = match (form.second, form.third) {
        (_, NextBitmap::Always) => 3,
        (NextBitmap::Always, _) => 2,
        _ => 1,
    };
    Some(message.bitmap_count()).filter(|bitmaps| *bitmaps > by_elements.max(by_form))
}
