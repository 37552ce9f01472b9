//! The framing of a stream, by its first bytes.

use crate::frame::Framing;
use crate::probe::explain;
use crate::spec::Spec;

/// The most bytes of a stream that are looked at for its framing.
pub(super) const MOST_START: usize = 1 << 16;

/// The framing with which the starts of streams give messages of the spec, the likeliest of all;
/// `None` when each is a message without anything around it, or when nothing fits.
pub(super) fn framing_of(starts: &[&[u8]], spec: &'static Spec<'static>) -> Option<Framing> {
    let best = explain(starts, [spec])?;
    let envelope = best.envelope();
    // a header that nobody named may hold anything, so that the messages after it must be whole
    let is_certain = best.reaches().iter().any(|reach| reach.error.is_none());
    let is_likely = best.reads_messages() && (envelope.header() == 0 || envelope.header_name().is_some());
    (!envelope.is_bare() && (is_certain || is_likely)).then(|| envelope.framing())
}
