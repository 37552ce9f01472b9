//! jPOS GenericPackager XML.
//!
//! ```
//! let xml = r#"
//!   <isopackager>
//!     <isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFB_NUMERIC" pad="true"/>
//!     <isofield id="1" length="16" name="BITMAP" class="org.jpos.iso.IFB_BITMAP"/>
//!     <isofield id="11" length="6" name="STAN" class="org.jpos.iso.IFB_NUMERIC" pad="true"/>
//!     <isofield id="41" length="8" name="TERMINAL" class="org.jpos.iso.IF_CHAR"/>
//!   </isopackager>"#;
//! let doc = cardwire::import::jpos::import(xml, &Default::default())?;
//! let spec = doc.leak()?;
//! let message = cardwire::Message::parse(spec, b"\x08\x00\0\x20\0\0\0\x80\0\0\x12\x34\x56TERM0001").unwrap();
//! assert_eq!(message.number(11), Ok(123_456));
//! # Ok::<(), cardwire::import::ImportError>(())
//! ```
//!
//! # What becomes of what
//!
//! | jPOS | here |
//! | --- | --- |
//! | CHAR | class `ansb`: any octet, as jPOS takes any; nothing is trimmed when read |
//! | CHAR that Java writes in the charset of its machine (`IFEP`, `IFIPM`, `IF_FSTCHAR`) | class `ans`: what is no ASCII would be other octets elsewhere |
//! | NUM, NUMERIC | class `n`; `z` for tracks: elements 35 and 36, and names with "track" in them; `ne` where the length varies or they are packed, and no ISO table has digits: the separator `=` may stand there |
//! | AMOUNT | class `y+n`: any sign character, then digits |
//! | HEX | class `h`; after a length class `b`, the length counting half octets |
//! | SIGNED_NUMERIC | class `x+n`, zoned: `C` and `D` in front of the digits instead of `-` |
//! | BINARY | class `b`; a fixed one is never filled |
//! | EBINARY | class `ansb` in EBCDIC: each octet is translated as if it were a character |
//! | EBCDIC | code page 1047 with the line feed at `15`, as Java has it |
//! | `pad`, missing or false, of packed digits | pad nibble after the digits; `true`: before |
//! | F in a name | of packed digits a pad nibble of F after them; of others the room that is always taken |
//! | a length that its prefix cannot announce | the longest length it can |
//! | TCC | there if a letter or a blank stands first |
//! | `trim` | a short value is refused, or taken as it is where it is the last of its packager |
//! | `token` | the characters that end the value, or its tag |
//! | `inclusive` | of octets after a binary length: it counts itself |
//! | NOP | an element of no octets |
//! | UNUSED, and fields of length 0 | no element; a message that announces one is refused |
//! | sub-packager with `emitBitmap` and a bitmap class | parts by number |
//! | sub-packager without | parts by position, numbered 1, 2, 3, ... whatever their ids; those of `GenericPackager` must all be there |
//! | `headerLength`, part 0 before a bitmap or tags | parts by position: those in front, and the rest |
//! | tagged packagers | parts by tag; a tag without a field is text where `lenSize` says how long |
//! | `swapTagAndLen` | a length before the tag, which counts the value alone |
//! | BER-TLV packagers | parts by tag; in digits the lengths count digits |
//! | dataset packagers | parts by tag, their content octets |
//! | `encoding`, validators | nothing: they do not change the wire |
//!
//! Where jPOS cannot read what it writes, the octets here are those that can be read: a negative zoned
//! number is written whole, hexadecimal digits `A` to `F` of EBCDIC are read, a bitmap of 64 bits stays one
//! when bit 64 is set, and packed digits hold no letter.
//!
//! A field given twice is what it was given last, as in jPOS. Every field is private, except those
//! that agree with the ISO tables in number, kind of class, and maximum, where the tables say it is
//! open. A document type is skipped: nothing is fetched, no entity is expanded.

mod classes;
mod field;
mod objects;
mod packager;
mod tags;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::xml::{self, Grammar};
use super::{ImportError, SpecDoc};
use crate::layout::{BitmapForm, Shape};

/// What the XML does not say.
#[derive(Clone, Debug, Default)]
pub struct Options {
    name: Option<String>,
    classes: Vec<(String, Custom)>,
    tags: Vec<(String, u32, String)>,
    bitmap: Option<BitmapForm>,
}

/// What a custom class is.
#[derive(Clone, Debug)]
enum Custom {
    /// The same as another class.
    Like(String),
    /// A shape, whose length the field gives.
    Shape(Shape<'static>),
}

impl Options {
    /// No custom class; the spec is named `jpos`.
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

    /// A custom field class or packager that behaves as one of jPOS's own does.
    ///
    /// ```
    /// use cardwire::import::jpos::{Options, import};
    /// # let head = r#"<isopackager><isofield id="0" length="4" name="" class="IFA_NUMERIC"/>
    /// #   <isofield id="1" length="16" name="" class="IFA_BITMAP"/>"#;
    /// let xml = format!(r#"{head}<isofield id="2" length="19" name="PAN" class="com.acme.PANField"/></isopackager>"#);
    /// let error = import(&xml, &Options::new()).unwrap_err();
    /// let said = error.to_string();
    /// assert!(said.contains("element 2: com.acme.PANField is no class of jPOS"));
    /// assert!(said.contains(r#"2 = { is = "ansb..19", length = "LL" }"#));
    /// assert!(import(&xml, &Options::new().class("com.acme.PANField", "IFA_LLNUM")).is_ok());
    /// # Ok::<(), cardwire::import::ImportError>(())
    /// ```
    #[must_use]
    pub fn class(mut self, class: &str, like: &str) -> Self {
        self.classes.push((class.trim().to_string(), Custom::Like(like.trim().to_string())));
        self
    }

    /// A custom field class of this shape. Of a fixed shape the field gives the length, of any
    /// other the maximum; what the shape leaves open is ASCII.
    #[must_use]
    pub fn shape(mut self, class: &str, shape: Shape<'static>) -> Self {
        self.classes.push((class.trim().to_string(), Custom::Shape(shape)));
        self
    }

    /// The tag of part `id` of the element at `path` (such as `48`), where a `tagMapper` in Java
    /// knows it and the XML does not.
    #[must_use]
    pub fn tag(mut self, path: &str, id: u32, tag: &str) -> Self {
        self.tags.push((path.to_string(), id, tag.to_string()));
        self
    }

    /// How the bitmap of messages is written, where no field of the packager is one because its
    /// Java class knows it, as that of X9.2 does. All fields are data elements then.
    #[must_use]
    pub fn bitmap(mut self, form: BitmapForm) -> Self {
        self.bitmap = Some(form);
        self
    }

    fn custom(&self, class: &str) -> Option<&Custom> {
        self.classes.iter().rev().find(|(known, _)| known == class.trim()).map(|(_, custom)| custom)
    }

    fn tag_of(&self, path: &str, id: u32) -> Option<&str> {
        let found = self.tags.iter().rev().find(|(known, part, _)| known == path && *part == id);
        found.map(|(_, _, tag)| tag.as_str())
    }
}

/// Reads a packager and checks it.
///
/// # Errors
/// Text that is no XML or no packager, a class that is not known, a spec that contradicts itself;
/// with the line and the field.
pub fn import(text: &str, options: &Options) -> Result<SpecDoc, ImportError> {
    super::check_size(text)?;
    let root = xml::read(text, &GRAMMAR)?;
    packager::spec(&root, options)
}

impl SpecDoc {
    /// Reads a spec in jPOS GenericPackager XML, without custom classes: [`jpos::import`](crate::import::jpos::import).
    ///
    /// # Errors
    /// As there.
    pub fn from_jpos(text: &str) -> Result<Self, ImportError> {
        import(text, &Options::new())
    }
}

const GRAMMAR: Grammar =
    Grammar { root: "isopackager", below: &["isofieldpackager", "isofield"], what: "packager" };
