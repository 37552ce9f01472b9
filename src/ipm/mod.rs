//! Mastercard IPM clearing files: records, blocks, and the private data subelements in them.
//!
//! A file is a run of records, each an ISO 8583 message of the 1993 kind after a length of four
//! octets (VBS, variable block spanned). Many are cut into blocks for transfer:
//!
//! ```text
//!  VBS    | 00 00 00 42 | 66 octets | 00 00 00 58 | 88 octets | ... | 00 00 00 00 |
//!
//!  1014   | 1012 octets of that | 40 40 | 1012 octets of that | 40 40 | ... | rest 40 40 40 ... |
//! ```
//!
//! Records and even their lengths may span blocks. Files that come off a mainframe as they lie there
//! have descriptor words instead, with or without blocks (variable length records, `V` and `VB`, spanned
//! ones included):
//!
//! ```text
//!  RDW    | 00 46 00 00 | 66 octets | 00 5C 00 00 | 88 octets | ...
//!
//!  BDW    | 00 A6 00 00 | 00 46 00 00 | 66 octets | 00 5C 00 00 | 88 octets | next block ...
//! ```
//!
//! [`Records`] finds out by itself what it is given, passes over a text before the first record, and
//! reads record by record: the memory in use is one record, whatever the file says. What is no IPM file
//! is refused with what it looks like: [`NotIpm`].
//!
//! ```
//! use cardwire::Builder;
//! use cardwire::ipm::{Encoding, Format, PdsList, RecordWriter, Records, pds};
//!
//! let format = Format { blocked: true, encoding: Encoding::Ebcdic };
//! let mut subelements = PdsList::new();
//! subelements.push(105, "0022601230000001234500001")?.push(122, "T")?;
//! let mut header = Builder::new(format.encoding.spec(), "1644".parse()?);
//! header.set(24, 697).set(71, 1);
//! subelements.set(&mut header);
//!
//! let mut writer = RecordWriter::new(Vec::new(), format);
//! writer.write(&header)?;
//! let file = writer.finish()?;
//! assert_eq!(file.len(), 1014);
//!
//! let mut records = Records::open(&file[..])?;
//! assert_eq!(records.format(), format);
//! while let Some(message) = records.next_message()? {
//!     let file_id = pds(&message).find(|subelement| subelement.key().value() == 105).unwrap();
//!     assert_eq!(file_id, "0022601230000001234500001");
//! }
//! assert!(records.ended_cleanly());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod detect;
mod encoding;
mod error;
mod not_ipm;
mod pds;
mod records;
mod unlike;
mod vbs;

pub use block::{Blocker, Unblocker};
pub use detect::{Format, Medium, detect};
pub use encoding::Encoding;
pub use error::{Cause, Error};
pub use not_ipm::NotIpm;
pub use pds::{ELEMENTS as PDS_ELEMENTS, PdsList, pds};
pub use records::{RecordWriter, Records};
pub use vbs::{DEFAULT_LIMIT, VbsReader, VbsWriter};
