//! Messages in files of any form: hexadecimal digits in the notations of programs and languages, dumps, base64,
//! characters, octets in frames, captures. What the command `cardwire` reads.
//!
//! ```
//! use cardwire::input::{Opened, Options};
//!
//! let lines = std::io::Cursor::new("30383030 8220000000000000 30343030303030303030\n");
//! let stream = std::io::BufReader::new(Box::new(lines) as Box<dyn std::io::Read + Send>);
//! let opened = Options::default().open("log.hex".into(), stream)?;
//! let Opened::Octets(mut source) = opened else { panic!("it is digits") };
//! let item = source.next()?.unwrap();
//! assert_eq!(item.origin.to_string(), "log.hex:1");
//! assert!(item.content.unwrap().message.starts_with(b"0800"));
//! # Ok::<(), cardwire::input::Error>(())
//! ```
//!
//! Everything streams. A line has a limit, a frame has a limit, a TCP stream has a limit, so no input makes a program
//! grow.

mod capture;
mod detect;
mod evidence;
mod flow;
mod flows;
mod form;
mod frames;
pub mod hex;
mod hexdump;
mod item;
#[cfg(test)]
mod linear;
mod lines;
mod look;
mod notation;
mod open;
mod packet;
mod raw;
mod row;
mod scan;
mod skipped;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod work;

pub use form::Kind;
pub use item::{Error, Item, Origin, Payload, Refusal, Source, Stream, Words};
pub use lines::{Line, Lines};
pub use open::{Opened, Options, peek};
pub use scan::Scanner;
pub use skipped::{Reason, Skipped};
pub use text::octets;
pub use time::Moment;
