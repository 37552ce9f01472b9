//! The native format: a dialect, and rows as the standard writes them. `docs/spec-toml.md` has every key
//! and word with octets.
//!
//! ```toml
//! name = "my-network"
//! dialect = "bcd"          # ascii, ascii-binary, bcd, bcd-ebcdic, ebcdic, ebcdic-037, ebcdic-500,
//!                          # ebcdic-1047-lf
//!
//! # What departs from the dialect; nothing of this needs to be said.
//! header = 5               # octets before the MTI
//! mti = "bcd"              # ascii, ebcdic, bcd, binary, hex
//! bitmap = "raw"           # raw, hex, ebcdic-hex; or a table, see below
//! text = "ascii"           # coding of classes a, an, ans, anp, ns, s, ansb, h
//! digits = "bcd"           # coding of class n; also: track (z), amount (x+n, y+n), binary (b)
//! prefix = "bcd"           # length prefixes: ascii, ebcdic, bcd, binary, hex
//! binary-counts = "units"  # what the prefix of a binary value counts: units, bytes, nibbles
//! spare-fixed = "left 0"   # the pad nibble of fixed packed digits, and of
//! spare-var = "right 0"    # variable ones: a side and 0 to F
//! codes = "iso"            # iso, unionpay
//!
//! [elements]
//! 2  = { is = "n..19", length = "LL", name = "Primary account number", privacy = "pan" }
//! 3  = { is = "n6", name = "Processing code", privacy = "open" }
//! 22 = { is = "n3", name = "POS entry mode", spare = "right 0" }
//! 28 = { is = "x+n8", name = "Amount, fee", privacy = "open" }
//! 41 = { is = "ans8", name = "Terminal", fill = "right blank", privacy = "open" }
//! 52 = { is = "b8", name = "PIN data" }
//! ```
//!
//! # An element
//!
//! | key | says | if it is missing |
//! | --- | --- | --- |
//! | `is` | class and length in units: `n6`; `n..19` up to 19; `n5..19` | must be there |
//! | `length` | how the length is known | it is fixed |
//! | `name` | the name | none |
//! | `coding` | how the value is written | the dialect's coding of the class |
//! | `fill` | side and character of what fills a fixed value that is too short: `left 0`, `right blank`, `right 0x00`; `none` refuses it | digits `left 0`, text `right blank`; `b`, `h`, `z` and `x+n` are refused |
//! | `full-size` | `true`: a value that varies in length is filled up to its maximum as well | `false` |
//! | `spare` | the pad nibble of an odd number of packed digits | the dialect's |
//! | `privacy` | `open`, `pan`, `pan 8 4` (digits shown first and last), `track`, `secret` | `secret` |
//! | `positions`, `tags`, `bitmap` | it holds parts, see below | it holds none |
//!
//! The classes are those of the standard, lengths in characters, digits, or octets of binary:
//! `n a an anp ns s ans z x+n b`; and `ansb` any octet read as text, `h` hexadecimal digits, `y+n`
//! any character and digits, `ne` digits and the separator `=`. The length of `x+n` and `y+n` is that of the digits.
//!
//! # An example for each coding
//!
//! | `coding` | value | on the wire |
//! | --- | --- | --- |
//! | `ascii` | `"123"` | `31 32 33` |
//! | `ebcdic`, `ebcdic-037`, `ebcdic-500` | `"123"` | `F1 F2 F3` |
//! | `bcd`, spare `left 0` | `"123"` | `01 23` |
//! | `bcd`, spare `right F` | `"123"` | `12 3F` |
//! | `bcd` of `x+n8` | `"D00000123"` | `44 00 00 01 23` |
//! | `bcd` of `h3`, spare `left 0` | `"9F2"` | `09 F2` |
//! | `raw` | `9F 26` | `9F 26` |
//! | `hex` | `9F 26` | `39 46 32 36` |
//! | `ebcdic-hex`, `-037`, `-500` | `9F 26` | `F9 C6 F2 F6` |
//! | `zoned-c` of `x+n8` | `"D00000123"` | `F0 F0 F0 F0 F0 F1 F2 D3` |
//! | `zoned-f` of `x+n8` | `"C00000123"` | `F0 F0 F0 F0 F0 F1 F2 F3` |
//!
//! # An example for each length
//!
//! | `length` | says |
//! | --- | --- |
//! | `"L"` to `"LLLLLL"` | that many digits in the dialect's prefix coding |
//! | `{ prefix = "binary", width = 2 }` | two octets, whatever the dialect says |
//! | `{ prefix = "bcd", width = 2, counts = "bytes" }` | counts octets on the wire; also `nibbles` |
//! | `{ prefix = "ascii", width = 3, includes = 3 }` | counts itself too |
//! | `{ prefix = "ascii", width = 2, padded = true }` | always takes the room of its maximum |
//! | `"ber"` | a BER length |
//! | `"rest"` | the rest of what it stands in |
//! | `"if-letter"` | the maximum where a letter or a blank stands first, else no octet |
//! | `"nothing"` | announced, and of no octet; the length is 0 |
//! | `{ until = "1C" }` | ends before this octet, or these: up to seven |
//!
//! # An example for each option
//!
//! One element of a link in dialect `ascii-binary`, a value, and its octets.
//!
//! | row | value | on the wire |
//! | --- | --- | --- |
//! | `{ is = "n6" }` | `42` | `303030303432` |
//! | `{ is = "n6", fill = "right 0" }` | `42` | `343230303030` |
//! | `{ is = "ns6", fill = "left blank" }` | `42` | `202020203432` |
//! | `{ is = "ans6" }` | `AB` | `414220202020` |
//! | `{ is = "ans6", fill = "left blank" }` | `AB` | `202020204142` |
//! | `{ is = "ansb6", fill = "right 0x00" }` | `AB` | `414200000000` |
//! | `{ is = "b2", fill = "right 0x00" }` | `\u{1}` | `0100` |
//! | `{ is = "n..12", coding = "bcd", length = "ber", full-size = true }` | `12345` | `06000000012345` |
//! | `{ is = "ans6", coding = "ebcdic" }` | `AB` | `C1C240404040` |
//! | `{ is = "n..19", length = "LL" }` | `123` | `3033313233` |
//! | `{ is = "n..19", length = { prefix = "bcd", width = 2 } }` | `123` | `03313233` |
//! | `{ is = "n..19", length = { prefix = "binary", width = 1 } }` | `123` | `03313233` |
//! | `{ is = "n..19", length = { prefix = "binary", width = 2 } }` | `123` | `0003313233` |
//! | `{ is = "n..19", length = { prefix = "ebcdic", width = 2 } }` | `123` | `F0F3313233` |
//! | `{ is = "n..19", length = { prefix = "hex", width = 1 } }` | `123` | `3033313233` |
//! | `{ is = "n..19", length = "ber" }` | `123` | `03313233` |
//! | `{ is = "n..19", coding = "bcd", length = { prefix = "bcd", width = 2, counts = "bytes" } }` | `1234` | `021234` |
//! | `{ is = "n..18", coding = "bcd", length = { prefix = "bcd", width = 2, counts = "nibbles" } }` | `1234` | `041234` |
//! | `{ is = "n..9", length = { prefix = "ascii", width = 2, includes = 2 } }` | `123` | `3035313233` |
//! | `{ is = "ans..6", length = { prefix = "ascii", width = 2, padded = true } }` | `AB` | `3032414220202020` |
//! | `{ is = "ans..6", length = { until = "1C" } }` | `AB` | `41421C` |
//! | `{ is = "n3", coding = "bcd" }` | `123` | `0123` |
//! | `{ is = "n3", coding = "bcd", spare = "right 0" }` | `123` | `1230` |
//! | `{ is = "n3", coding = "bcd", spare = "right F" }` | `123` | `123F` |
//! | `{ is = "n3", coding = "bcd", spare = "left F" }` | `123` | `F123` |
//! | `{ is = "n..19", coding = "bcd", length = "LL", spare = "left 0" }` | `123` | `30330123` |
//! | `{ is = "z..37", coding = "bcd", length = "LL", spare = "right F" }` | `12=` | `303312DF` |
//! | `{ is = "x+n8" }` | `D00000123` | `443030303030313233` |
//! | `{ is = "x+n8", coding = "bcd" }` | `D00000123` | `4400000123` |
//! | `{ is = "x+n8", coding = "zoned-c" }` | `D00000123` | `F0F0F0F0F0F1F2D3` |
//! | `{ is = "b2" }` | `\u{1}\u{2}` | `0102` |
//! | `{ is = "b2", coding = "hex" }` | `\u{1}\u{2}` | `30313032` |
//! | `{ is = "b2", coding = "ebcdic-hex" }` | `\u{1}\u{2}` | `F0F1F0F2` |
//!
//! For the message as a whole: `header`, `mti`, and
//!
//! | `bitmap` | says |
//! | --- | --- |
//! | `"hex"` | of 8 octets as 16 digits; a second one when bit 1 is set |
//! | `{ coding = "raw", second = "always" }` | always 16 octets, bit 1 set |
//! | `{ coding = "raw", second = "never" }` | 8 octets, and bit 1 is an element |
//! | `{ coding = "raw", third = "announced" }` | a third one, directly after the second, when bit 65 is set |
//! | `{ coding = "raw", third = "in-element" }` | the same in the place of DE 65 |
//!
//! DE 64 and DE 128 are `b8`, written as `binary` or their own `coding` says.
//!
//! # Parts
//!
//! ```toml
//! [elements.3]
//! is = "n6"
//! positions = 3            # one after the other; so many must be there
//! [elements.3.parts]
//! 1 = { is = "n2" }
//! 2 = { is = "n2" }
//! 3 = { is = "n2" }
//!
//! [elements.48]
//! is = "ans..999"
//! length = "LLL"
//! tags = "digits 4"        # ber, digits 1-6, text 1-4, octets 1-4, ebcdic 1-4
//! unknown = { is = "ans..999", length = "LLL" }    # what other tags hold; without it they are refused
//! [elements.48.parts]
//! 0105 = { is = "ans..30", length = "LLL" }
//!
//! [elements.62]
//! is = "b..255"
//! length = "LLL"
//! bitmap = { coding = "raw", octets = 8, second = "never", third = "never" }
//! [elements.62.parts]
//! 1 = { is = "n10", coding = "bcd" }
//! ```
//!
//! `lead = { prefix = "ebcdic", width = 3 }` beside `tags` is a length before each tag, which counts
//! the tag and what follows it; with `counts-tag = false` not the tag. A bitmap says of a second and third one `never`, `announced`,
//! `always` or `in-element`; a word alone means eight octets, a second one announced, no third.
//! Parts of a binary (or `ansb`) element are in dialect `bcd`, parts of any other in `ascii`: they
//! lie over the characters of the element, however it is coded itself.

mod read;
pub mod words;
mod write;

use alloc::string::String;

use super::{ImportError, SpecDoc};
use crate::model::content::Content;
use crate::spec::Dialect;

/// Reads a document and checks it.
///
/// ```
/// let doc = cardwire::import::toml::parse(r#"
///     name = "echo"
///     dialect = "ascii"
///     [elements]
///     11 = { is = "n6", name = "STAN", privacy = "open" }
///     70 = { is = "n3", name = "Network management code", privacy = "open" }
/// "#)?;
/// let wire = b"080080200000000000000400000000000000123456301";
/// doc.with(|spec| assert_eq!(cardwire::Message::parse(spec, wire).unwrap().number(70), Ok(301)))?;
/// # Ok::<(), cardwire::import::ImportError>(())
/// ```
///
/// # Errors
/// Text that is no TOML, a word or key that is not of the format, or a spec that contradicts
/// itself; with the line and the element.
pub fn parse(text: &str) -> Result<SpecDoc, ImportError> {
    super::check_size(text)?;
    read::document(text)
}

/// Writes a document; [`parse`] reads the same document back.
///
/// ```
/// use cardwire::{import::{SpecDoc, toml}, spec::UNIONPAY_POS};
/// let doc = SpecDoc::from_spec(&UNIONPAY_POS);
/// assert_eq!(toml::parse(&toml::write(&doc)).unwrap(), doc);
/// ```
#[must_use]
pub fn write(doc: &SpecDoc) -> String {
    write::shortest(doc)
}

impl SpecDoc {
    /// Reads a spec in the native format: [`toml::parse`](crate::import::toml::parse).
    ///
    /// # Errors
    /// As there.
    pub fn from_toml(text: &str) -> Result<Self, ImportError> {
        parse(text)
    }
}

/// The dialect in which parts are read and written where nothing else is said.
const fn parts_dialect(parent: Content) -> &'static Dialect {
    match parent {
        Content::B | Content::Any => &Dialect::OCTETS,
        _ => &Dialect::CHARACTERS,
    }
}
