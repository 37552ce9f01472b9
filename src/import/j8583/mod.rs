//! j8583 configuration XML: headers, templates and parse guides.
//!
//! The types of fields stand in the XML, by message type; how they are written is set in Java, on
//! the `MessageFactory`, so [`Options`] says it here: each method is named as the setter.
//!
//! ```
//! use cardwire::{Message, import::j8583::{Options, import}};
//!
//! let xml = r#"<j8583-config>
//!   <header type="0800">ISO015000050</header>
//!   <parse type="0800">
//!     <field num="7" type="DATE10"/>
//!     <field num="11" type="NUMERIC" length="6"/>
//!     <field num="48" type="LLLVAR"/>
//!   </parse>
//! </j8583-config>"#;
//! let doc = import(xml, &Options::new().use_binary_bitmap())?;
//! let wire = b"ISO0150000500800\x00\x20\x00\x00\x00\x01\x00\x00000007002hi";
//! doc.with(|spec| assert_eq!(Message::parse(spec, wire).unwrap().number(11), Ok(7)))?;
//! # Ok::<(), cardwire::import::ImportError>(())
//! ```
//!
//! # What becomes of what
//!
//! | there | here |
//! | --- | --- |
//! | `NUMERIC`, `AMOUNT`, dates and times | class n; packed with binary fields |
//! | `ALPHA`, `LLVAR` to `LLLLVAR` | class ansb: nothing is checked there either |
//! | `BINARY`, `LLBIN` to `LLLLBIN` | class b with binary fields, else h: hexadecimal digits |
//! | `LLBCDBIN` to `LLLLBCDBIN` | class h: the length counts digits |
//! | `LLBINLENGTHNUM`, `LLBCDLENGTHALPHANUM` and their kind | a length in binary, or packed |
//! | a field with fields within | parts one after the other |
//! | a bitmap | of 8 octets, a second one when bit 1 is set, a third one where there are fields above 128 |
//!
//! A spec is for all messages of a link, a guide for one. Guides are therefore read together; a
//! field that two of them read differently, and headers of different lengths, are an error unless
//! [`Options::message`] says which message is meant. A template adds fields that no guide has.

mod guides;
mod types;

use alloc::string::{String, ToString};

use super::xml::{self, Grammar};
use super::{ImportError, SpecDoc};
use crate::codec::CodePage;

/// What Java code sets.
#[derive(Clone, Debug, Default)]
pub struct Options {
    name: Option<String>,
    message: Option<String>,
    header: Option<usize>,
    binary_header: bool,
    binary_fields: bool,
    binary_bitmap: bool,
    page: Option<CodePage>,
    text_lengths: bool,
    hex_lengths: bool,
}

impl Options {
    /// Everything in ASCII; the spec is named `j8583`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the spec.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_string());
        self
    }

    /// The guide and template of this message type alone, such as `0200`.
    #[must_use]
    pub fn message(mut self, mti: &str) -> Self {
        self.message = Some(mti.to_string());
        self
    }

    /// So many octets before the MTI, whatever the headers of the XML say.
    #[must_use]
    pub fn header(mut self, octets: usize) -> Self {
        self.header = Some(octets);
        self
    }

    /// `setUseBinaryMessages(true)`: MTI, bitmap and fields are binary.
    #[must_use]
    pub fn use_binary_messages(mut self) -> Self {
        (self.binary_header, self.binary_fields) = (true, true);
        self
    }

    /// The MTI and the bitmap are binary, fields are not.
    #[must_use]
    pub fn use_binary_header(mut self) -> Self {
        self.binary_header = true;
        self
    }

    /// Fields are binary, MTI and bitmap are not.
    #[must_use]
    pub fn use_binary_fields(mut self) -> Self {
        self.binary_fields = true;
        self
    }

    /// `setUseBinaryBitmap(true)`: the bitmap alone is binary.
    #[must_use]
    pub fn use_binary_bitmap(mut self) -> Self {
        self.binary_bitmap = true;
        self
    }

    /// `setCharacterEncoding` to an EBCDIC code page.
    #[must_use]
    pub fn character_encoding(mut self, page: CodePage) -> Self {
        self.page = Some(page);
        self
    }

    /// `setForceStringEncoding(true)`: lengths and bitmaps are in the character encoding too.
    #[must_use]
    pub fn force_string_encoding(mut self) -> Self {
        self.text_lengths = true;
        self
    }

    /// `setVariableLengthFieldsInHex(true)`: lengths in hexadecimal digits.
    #[must_use]
    pub fn variable_length_fields_in_hex(mut self) -> Self {
        self.hex_lengths = true;
        self
    }
}

/// Reads a configuration and checks it.
///
/// # Errors
/// Text that is no XML or no configuration, a type that is not known, guides that contradict each
/// other or refer to each other in a circle; with the line and the field.
pub fn import(text: &str, options: &Options) -> Result<SpecDoc, ImportError> {
    super::check_size(text)?;
    guides::spec(&xml::read(text, &GRAMMAR)?, options)
}

impl SpecDoc {
    /// Reads a spec in j8583 configuration XML, everything in ASCII: [`j8583::import`](crate::import::j8583::import).
    ///
    /// # Errors
    /// As there.
    pub fn from_j8583(text: &str) -> Result<Self, ImportError> {
        import(text, &Options::new())
    }
}

const GRAMMAR: Grammar = Grammar {
    root: "j8583-config",
    below: &["header", "template", "parse", "field"],
    what: "configuration of j8583",
};
