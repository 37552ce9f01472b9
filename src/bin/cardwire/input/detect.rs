//! The framing of a stream, by its first bytes.

use cardwire::{Framing, Inspection, Spec};

/// The most bytes that are looked at for a framing.
pub(super) const MOST_START: usize = 1 << 16;

/// The most frames of them: the first messages of a stream may be broken.
const MOST_FRAMES: usize = 16;

/// The framing with which the start of a stream gives a message of the spec; `None` when it is a
/// message without framing, or when nothing fits.
pub(crate) fn framing_of(start: &[u8], spec: Option<&Spec<'_>>) -> Option<Framing> {
    let spec = spec?;
    let fits = |bytes: &[u8]| Inspection::of(spec, bytes).error().is_none();
    if fits(start) {
        return None;
    }
    let frames = |framing: Framing| {
        let mut rest = start;
        let next = move || {
            let frame = framing.split(rest).ok()??;
            rest = rest.get(frame.consumed..).unwrap_or_default();
            Some(frame)
        };
        std::iter::from_fn(next).take(MOST_FRAMES)
    };
    let mut framings = Framing::named().map(|named| named.framing).chain(WITH_HEADER);
    framings.find(|framing| frames(*framing).any(|frame| fits(frame.payload)))
}

const WITH_HEADER: [Framing; 4] = [
    Framing::BINARY2.with_header(cardwire::frame::Station::Tpdu),
    Framing::BINARY2_INCLUSIVE.with_header(cardwire::frame::Station::Tpdu),
    Framing::ASCII4.with_header(cardwire::frame::Station::Base24),
    Framing::BINARY2.with_header(cardwire::frame::Station::Base24),
];
