//! The framings as a codec of `tokio_util`: `Framed::new(socket, Codec::new(Framing::BINARY2))`.

use core::fmt;
use std::io;

use bytes::{Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use super::envelope::Frame;
use super::framing::Framing;

/// Any [`Framing`] as a decoder and encoder of [`OwnedFrame`]s.
///
/// The end of the stream between two frames is its end; within a frame it is an `UnexpectedEof`.
/// A refusal is an [`io::Error`] of kind `InvalidData` that holds the [`Error`](crate::Error).
///
/// ```
/// use bytes::BytesMut;
/// use cardwire::{Framing, frame::{Codec, OwnedFrame}};
/// use tokio_util::codec::{Decoder, Encoder};
///
/// let mut codec = Codec::new(Framing::BINARY2);
/// let mut buffer = BytesMut::new();
/// codec.encode(OwnedFrame::new("", "0800"), &mut buffer)?;
/// assert_eq!(&buffer[..], b"\x00\x040800");
/// assert_eq!(codec.decode(&mut buffer)?.unwrap().payload, "0800");
/// assert!(codec.decode_eof(&mut buffer)?.is_none());
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Codec {
    framing: Framing,
}

/// A frame that owns its bytes; they share one allocation.
///
/// Its `Debug` shows sizes, never content.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OwnedFrame {
    /// The station header; empty if the framing has none, or in a poll.
    pub header: Bytes,
    /// The message.
    pub payload: Bytes,
}

impl Codec {
    /// The codec of `framing`.
    #[must_use]
    pub const fn new(framing: Framing) -> Self {
        Self { framing }
    }

    /// The framing.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.framing
    }
}

impl OwnedFrame {
    /// A frame of a station header, empty if the framing has none, and a message.
    #[must_use]
    pub fn new(header: impl Into<Bytes>, payload: impl Into<Bytes>) -> Self {
        Self { header: header.into(), payload: payload.into() }
    }

    /// Whether the frame is a keep-alive poll: neither a header nor a message in it.
    #[must_use]
    pub fn is_poll(&self) -> bool {
        self.header.is_empty() && self.payload.is_empty()
    }
}

impl fmt::Debug for OwnedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedFrame({} bytes of header, {} of payload)", self.header.len(), self.payload.len())
    }
}

impl Decoder for Codec {
    type Item = OwnedFrame;
    type Error = io::Error;

    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<OwnedFrame>> {
        let found = self.framing.split(src)?.map(Place::of);
        Ok(found.map(|place| place.take(src)))
    }

    fn decode_eof(&mut self, src: &mut BytesMut) -> io::Result<Option<OwnedFrame>> {
        match self.framing.split_last(src)?.map(Place::of) {
            None if !src.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            found => Ok(found.map(|place| place.take(src))),
        }
    }
}

/// Where in the input the parts of a frame lie.
struct Place {
    start: usize,
    middle: usize,
    end: usize,
    consumed: usize,
}

impl Place {
    fn of(frame: Frame<'_>) -> Self {
        let Frame { header, payload, consumed, start } = frame;
        let middle = start + header.len();
        Self { start, middle, end: middle + payload.len(), consumed }
    }

    /// Takes the frame off the input.
    fn take(self, src: &mut BytesMut) -> OwnedFrame {
        let whole = src.split_to(self.consumed).freeze();
        OwnedFrame {
            header: whole.slice(self.start..self.middle),
            payload: whole.slice(self.middle..self.end),
        }
    }
}

impl Encoder<OwnedFrame> for Codec {
    type Error = io::Error;

    fn encode(&mut self, frame: OwnedFrame, dst: &mut BytesMut) -> io::Result<()> {
        let size = self.framing.measure(&frame.header, &frame.payload)?;
        let before = dst.len();
        dst.resize(before + size, 0);
        let room = dst.get_mut(before..).unwrap_or_default();
        self.framing.wrap(&frame.header, &frame.payload, room)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_whatever_the_packets() {
        let mut codec = Codec::new(Framing::UNIONPAY);
        let frames = [OwnedFrame::new([0x60; 11].as_slice(), "0800"), OwnedFrame::default()];
        let mut stream = BytesMut::new();
        for frame in frames.clone() {
            codec.encode(frame, &mut stream).unwrap();
        }
        for size in 1..=stream.len() {
            let (mut buffer, mut received) = (BytesMut::new(), Vec::new());
            for packet in stream.chunks(size) {
                buffer.extend_from_slice(packet);
                while let Some(frame) = codec.decode(&mut buffer).unwrap() {
                    received.push(frame);
                }
            }
            assert_eq!(received, frames);
            assert!(received[1].is_poll() && codec.decode_eof(&mut buffer).unwrap().is_none());
        }
    }

    #[test]
    fn the_end_of_the_stream_within_a_frame_is_an_error() {
        let mut codec = Codec::new(Framing::BINARY2);
        let error = codec.decode_eof(&mut BytesMut::from("\0\u{4}080")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        let mut undelimited = Codec::new(Framing::NONE);
        let mut buffer = BytesMut::from("0800");
        assert_eq!(undelimited.decode(&mut buffer).unwrap(), None, "more may come");
        assert_eq!(undelimited.decode_eof(&mut buffer).unwrap().unwrap().payload, "0800");
        assert_eq!(undelimited.decode_eof(&mut buffer).unwrap(), None);
        let mut whole = BytesMut::from("\0\u{4}0800");
        assert_eq!(codec.decode_eof(&mut whole).unwrap().unwrap().payload, "0800");
    }

    #[test]
    fn a_refusal_keeps_its_words_and_writes_nothing() {
        let mut codec = Codec::new(Framing::BCD2);
        let mut buffer = BytesMut::from("kept");
        let error = codec.encode(OwnedFrame::new("", vec![0; 10_000]), &mut buffer).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(error.to_string(), "frame at byte 0: expected at most 9999, found 10000");
        assert_eq!(buffer, "kept");
        let frame = OwnedFrame::new("", "4111111111111111");
        assert_eq!(format!("{frame:?}"), "OwnedFrame(0 bytes of header, 16 of payload)");
    }
}
