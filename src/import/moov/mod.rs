//! JSON specs of moov-io/iso8583, read and written; and its older notation, read.
//!
//! ```json
//! { "name": "my-network",
//!   "fields": {
//!     "0": { "type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed" },
//!     "1": { "type": "Bitmap", "enc": "HexToASCII", "prefix": "Hex.Fixed" },
//!     "2": { "type": "String", "length": 19, "enc": "BCD", "prefix": "BCD.LL" },
//!     "3": { "type": "Composite", "length": 6, "prefix": "ASCII.Fixed",
//!            "tag": { "sort": "StringsByInt" },
//!            "subfields": {
//!              "1": { "type": "String", "length": 2, "enc": "ASCII", "prefix": "ASCII.Fixed" },
//!              "2": { "type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed" } } } } }
//! ```
//!
//! # What becomes of what
//!
//! | there | here |
//! | --- | --- |
//! | `Numeric` of up to 18 digits | class n; ns where it is padded with blanks |
//! | `String` and tracks in characters; longer `Numeric` | class ansb: nothing is checked there either |
//! | `String` in `BCD`, `LBCD` | class n, a pad nibble in front, at the end |
//! | `Track2`, `Track3` in `BCD`, `LBCD` | class z |
//! | text in `ASCIIToHex` | class h, packed: two digits an octet; the length counts octets |
//! | `Binary`, `Hex`, `Bitmap` in `Binary`, `HexToASCII` | class b |
//! | `BerTLV`, `None.Fixed`, no `prefix` | a BER length, the rest, a fixed length |
//! | `Composite` without a tag coding | parts one after the other |
//! | `Composite` with a tag coding | parts by tag; those that it skips are kept |
//! | `Composite` with a bitmap | parts by bitmap |
//! | MTI in `HexToASCII` | of length 4: the characters in hexadecimal digits |
//! | `padding` of a fixed field | fill; without it a value that is too short is refused, as there |
//! | bitmap of the message | of 8 octets; a second one when bit 1 is set, a third one where there are fields above 128 |
//!
//! What it once called `asciiEncoder`, `ASCII.fixed`, `leftPadder` and `Field002` is read too. Where
//! it reads or writes what no one else can (a first bitmap of 16 octets that is always there)
//! the standard holds. The format says nothing of privacy: rows are hidden unless the standard
//! agrees with them.
//!
//! # What is written
//!
//! The octets of a message are the same by either spec, or the spec is refused. What the format has
//! no words for is left out: narrower classes than digits, shortest lengths, privacy, code lists, and
//! parts that lie over characters in another coding than ASCII. [`losses`] says of which elements.
//!
//! # The older notation
//!
//! ```json
//! { "elements": { "2": { "Describe": "n..19", "Description": "Primary account number" },
//!                 "48": { "Describe": "ans...999" }, "52": { "Describe": "b 64" } },
//!   "encoding": { "mti_enc": "CHAR", "bmp_enc": "HEX", "len_enc": "CHAR", "num_enc": "BCD",
//!                 "chr_enc": "ASCII", "bin_enc": "HEX", "trk_enc": "EBCDIC" } }
//! ```
//!
//! As many dots as the length has digits; binary lengths in bits. Codings: `CHAR` and `ASCII`,
//! `EBCDIC`, `BCD` (a pad nibble at the end), `RBCD` (in front), `HEX`, `BINARY`. What is not said
//! is in characters, bitmaps and binary values in hexadecimal digits.

mod losses;
mod older;
mod read;
mod tree;
mod words;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

pub use losses::Loss;

use super::{ImportError, SpecDoc};

/// Reads a spec in either notation, and checks it.
///
/// ```
/// let doc = cardwire::import::moov::parse(r#"{ "name": "echo", "fields": {
///     "0": { "type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed" },
///     "1": { "type": "Bitmap", "enc": "HexToASCII", "prefix": "Hex.Fixed" },
///     "11": { "type": "Numeric", "length": 6, "enc": "ASCII", "prefix": "ASCII.Fixed" } } }"#)?;
/// let wire = b"08000020000000000000000007";
/// doc.with(|spec| assert_eq!(cardwire::Message::parse(spec, wire).unwrap().number(11), Ok(7)))?;
/// # Ok::<(), cardwire::import::ImportError>(())
/// ```
///
/// # Errors
/// Text that is no JSON, a word or key that is not of the format, a spec that contradicts itself;
/// with the line and the element.
pub fn parse(text: &str) -> Result<SpecDoc, ImportError> {
    super::check_size(text)?;
    let text = tree::Text::of(text.trim_start_matches('\u{feff}'));
    let mut root = text.root()?;
    match root.take("elements") {
        Some(elements) => older::spec(&text, root, elements),
        None => read::spec(&text, root),
    }
}

/// Writes a spec in the newer notation.
///
/// ```
/// use cardwire::{import::{SpecDoc, moov}, spec::ISO87_ASCII_BINARY};
/// let json = moov::write(&SpecDoc::from_spec(&ISO87_ASCII_BINARY))?;
/// let doc = moov::parse(&json)?;
/// assert_eq!(moov::parse(&moov::write(&doc)?)?, doc);
/// # Ok::<(), cardwire::import::ImportError>(())
/// ```
///
/// # Errors
/// The first element that the format has no words for; it is named.
pub fn write(doc: &SpecDoc) -> Result<String, ImportError> {
    write::spec(doc)
}

/// What the octets of a spec do not need, and the format has no words for: classes, shortest lengths,
/// privacy, parts. A spec that is written and read back is without it.
///
/// # Errors
/// Those of [`write()`].
pub fn losses(doc: &SpecDoc) -> Result<Vec<Loss>, ImportError> {
    losses::of(doc)
}

impl SpecDoc {
    /// Reads a spec in either notation of moov-io/iso8583: [`moov::parse`](crate::import::moov::parse).
    ///
    /// # Errors
    /// As there.
    pub fn from_moov(text: &str) -> Result<Self, ImportError> {
        parse(text)
    }
}

/// The longest number that `Numeric` holds.
const MAX_NUMBER: u32 = 18;

/// The longest value of an element that does not say it, where a BER length announces it.
const MAX_BER: u32 = 0xFFFF;
