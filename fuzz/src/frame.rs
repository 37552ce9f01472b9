//! The packets in which a stream arrives do not change its frames.

use cardwire::frame::Station;
use cardwire::{Error, Framing};

use crate::{Named, choose};

/// A framing and its name in the seeds.
type Link = (&'static str, Framing);

const LINKS: [Link; 18] = [
    ("binary2", Framing::BINARY2),
    ("binary2-inclusive", Framing::BINARY2_INCLUSIVE),
    ("little2", Framing::LITTLE2),
    ("binary3", Framing::BINARY3),
    ("binary4", Framing::BINARY4),
    ("ascii4", Framing::ASCII4),
    ("hex4", Framing::HEX4),
    ("bcd2", Framing::BCD2),
    ("binary2-zeros", Framing::BINARY2_ZEROS),
    ("vap", Framing::VAP),
    ("gicc", Framing::GICC),
    ("rbp", Framing::RBP),
    ("binary2-etx", Framing::BINARY2_ETX),
    ("etx", Framing::ETX),
    ("stx-etx", Framing::STX_ETX),
    ("stx-bcd2-etx", Framing::STX_BCD2_ETX),
    ("unionpay", Framing::UNIONPAY),
    ("cups", Framing::CUPS),
];

/// What a stream held, and how it ended.
type Seen = (Vec<(Vec<u8>, Vec<u8>)>, Option<Error>, usize);

/// Takes a stream in one piece, in single octets and in pieces of its own size: the same is found.
pub fn frame(data: &[u8]) {
    let by_name = |name: &str| LINKS.iter().copied().find(|link| link.0 == name);
    let Some(((_, framing), stream)) = choose(data, &LINKS, by_name) else { return };
    let Some((size, stream)) = stream.split_first() else { return };
    let whole = receive(*framing, stream.chunks(stream.len().max(1)));
    for size in [1, usize::from(*size).max(1)] {
        let cut = receive(*framing, stream.chunks(size));
        assert_eq!(cut, whole, "in packets of {size}");
    }
    let (frames, _, consumed) = whole;
    assert!(consumed <= stream.len());
    for (header, payload) in &frames {
        wrap(*framing, header, payload);
    }
    wrap(Framing::BINARY2.with_header(Station::Bytes(2)), b"id", stream);
}

fn receive<'s>(framing: Framing, packets: impl Iterator<Item = &'s [u8]>) -> Seen {
    let (mut buffer, mut frames, mut consumed) = (Vec::new(), Vec::new(), 0);
    for packet in packets {
        buffer.extend_from_slice(packet);
        loop {
            match framing.split(&buffer) {
                Ok(None) => break,
                Err(error) => return (frames, Some(error), consumed),
                Ok(Some(frame)) => {
                    assert!(frame.consumed > 0 && frame.consumed <= buffer.len());
                    assert!(frame.header.len() + frame.payload.len() <= framing.limit() as usize);
                    assert!(!format!("{frame:?}").is_empty());
                    frames.push((frame.header.to_vec(), frame.payload.to_vec()));
                    consumed += frame.consumed;
                    buffer.drain(..frame.consumed);
                }
            }
        }
    }
    (frames, None, consumed)
}

/// What was taken out of a frame can be put into one, and is found in it again.
fn wrap(framing: Framing, header: &[u8], payload: &[u8]) {
    let Ok(size) = framing.measure(header, payload) else { return };
    let mut out = vec![0xEE; size + 1];
    let frame = framing.wrap(header, payload, &mut out).expect("what is measured can be written");
    assert_eq!(frame.len(), size);
    let found = framing.split(frame).expect("a frame").expect("a whole one");
    assert_eq!((found.payload, found.consumed), (payload, size));
    assert_eq!(without_total(framing, found.header), without_total(framing, header));
}

/// The total length of a BASE I header is filled in by `wrap`, and not checked in a reject.
fn without_total(framing: Framing, header: &[u8]) -> Vec<u8> {
    let mut header = header.to_vec();
    if let (Station::Base1, Some(total)) = (framing.header(), header.get_mut(3..5)) {
        total.fill(0);
    }
    header
}

impl Named for Link {
    fn name(&self) -> &str {
        self.0
    }
}
