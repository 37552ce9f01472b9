//! Framing: where one message ends and the next begins on a connection.
//!
//! Nothing here reads or writes a socket. [`Framing::split`] looks at the bytes received so far and
//! finds the first frame; [`Framing::wrap`] writes one into the caller's buffer. With the feature
//! `tokio`, `Codec` does both for `tokio_util`.
//!
//! ```
//! use cardwire::Framing;
//!
//! let mut out = [0; 16];
//! let frame = Framing::BINARY2.wrap(b"", b"0800", &mut out)?;
//! assert_eq!(frame, b"\x00\x040800");
//!
//! let received = b"\x00\x040800\x00\x04081";
//! let frame = Framing::BINARY2.split(received)?.unwrap();
//! assert_eq!((frame.payload, frame.consumed), (b"0800".as_slice(), 6));
//! assert!(Framing::BINARY2.split(&received[6..])?.is_none(), "one more byte is needed");
//! # Ok::<_, cardwire::Error>(())
//! ```
//!
//! # What split gives
//!
//! | the input | the result |
//! | --- | --- |
//! | starts with a whole frame | `Ok(Some(frame))`: take `frame.consumed` bytes off it and ask again |
//! | starts with a part of a frame, or is empty | `Ok(None)`: read more bytes and ask again |
//! | can never become a frame | `Err(error)`: close the connection, the next frame cannot be found |
//!
//! A length is refused as soon as its last digit is there: nobody waits, or sets memory aside, for
//! four gigabytes that an attacker announced. How the stream was cut into packets makes no difference.
//!
//! # Keep-alive polls
//!
//! Peers keep a quiet connection open with frames of length zero. They are frames like others, with
//! nothing in them; [`Frame::is_poll`] tells them, and `wrap(b"", b"", out)` writes one. To respond,
//! to ignore or to count them is for the caller to decide.
//!
//! # Names
//!
//! [`Framing::by_name`] finds a framing by what a configuration file calls it, such as `binary2` or
//! `ascii4+tpdu`; [`Framing::named`] lists the names, and [`Framing::notation`] is the way back.
//!
//! # No length at all
//!
//! In a file, a log or a datagram a message may stand alone, or after a header and no length.
//! [`Framing::NONE`] is for those: [`Framing::split_last`] takes all of an input that has ended.
//!
//! # Station headers
//!
//! Many networks put a header of their own between the length and the message. A framing
//! [with one](Framing::with_header) hands it out beside the message, undecoded; [`Tpdu`],
//! [`UnionPayHeader`], [`Base1Header`], [`CupsHeader`] and [`Base24Header`] decode it, and
//! [`Framing::reply`] carries it into the response, destination and source swapped.
//!
//! ```text
//!  Framing::UNIONPAY, 113 bytes on the wire
//! +--------+----------------+-------------------+---------------------+
//! | length |      TPDU      |      header       |       message       |
//! | 00 6F  | 60 00 03 00 00 | 60 31 00 31 12 03 |      100 bytes      |
//! +--------+----------------+-------------------+---------------------+
//!           \__________ frame.header __________/ \__ frame.payload __/
//! ```

mod base1;
mod base24;
#[cfg(feature = "tokio")]
mod codec;
mod cups;
mod envelope;
mod framing;
mod length;
mod names;
mod parts;
mod reader;
mod station;
mod tpdu;
mod unionpay;

pub use base1::Base1Header;
pub use base24::Base24Header;
#[cfg(feature = "tokio")]
pub use codec::{Codec, OwnedFrame};
pub use cups::CupsHeader;
pub use envelope::Frame;
pub use framing::Framing;
pub use names::{Named, Notation, UnknownFraming};
pub use station::Station;
pub use tpdu::Tpdu;
pub use unionpay::{Request, UnionPayHeader};
