//! How far one message gets with one spec, as numbers that can be compared.

use core::fmt;

use crate::codec::{Coding, PrefixCoding};
use crate::layout::Form;
use crate::model::bitmap::Bitmap;
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Place};
use crate::model::lang::{English, Lang, Tell, Told, Tongue, say};
use crate::model::mti::{Class, Function, Mti, Origin, Version};
use crate::read::field::Field;
use crate::read::inspection::Inspection;
use crate::spec::Spec;

/// How far a message got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Reach {
    /// Elements that were read.
    pub read: usize,
    /// Elements that the bitmap announces.
    pub announced: usize,
    /// The byte of the message where the parse stopped, header and frame not counted.
    pub offset: usize,
    /// Bytes of the message.
    pub size: usize,
    /// What stopped it; `None` when it got to the end.
    pub error: Option<Error>,
    /// Whether the MTI is one of the standard's.
    pub(super) plausible: bool,
    /// How much the content speaks for the reading: tenths of bits by which the classes of what was
    /// read are narrower than any octet.
    pub(super) evidence: u64,
}

impl Reach {
    /// Reads `wire` and measures how far it got; also what the bitmap announces.
    pub(super) fn of(spec: &Spec<'_>, wire: &[u8]) -> (Self, Bitmap) {
        let inspection = Inspection::of(spec, wire);
        let error = inspection.error();
        let announced = inspection.announced();
        let reach = Self {
            read: inspection.bitmap().len(),
            announced: announced.len(),
            offset: error.map_or(wire.len(), |error| error.offset()),
            size: wire.len(),
            error,
            plausible: inspection.mti().is_some_and(is_plausible),
            evidence: inspection.fields().map(|field| evidence(&field)).sum(),
        };
        (reach, announced)
    }

    /// What is no message, because no frame could be cut.
    pub(super) const fn refused(error: Error, size: usize) -> Self {
        Self { read: 0, announced: 0, offset: 0, size, error: Some(error), plausible: false, evidence: 0 }
    }

    /// Whether the MTI is one of the standard's.
    #[must_use]
    pub const fn is_plausible(&self) -> bool {
        self.plausible
    }

    /// Whether MTI and bitmap make sense and most of the message was read: what stops it is then
    /// something within it.
    pub(super) fn is_message_like(&self) -> bool {
        let is_within =
            self.error.is_none_or(|error| matches!(error.place(), Place::Element(_) | Place::Whole));
        self.plausible && is_within && self.read > 0 && 2 * self.offset >= self.size
    }

    /// How much the reading of `octets` octets speaks for it: all of them if it is complete, and else
    /// nothing, because a coincidence soon reads a few elements.
    pub(super) fn merit(&self, octets: usize) -> u64 {
        if self.score() == 1000 { wide(octets) } else { 0 }
    }

    /// 0 to 1000; 1000 only at the end.
    pub(super) fn score(&self) -> u16 {
        let parts = |part: usize, whole: usize| 450 * part.min(whole) / whole.max(1);
        let score = match self.error {
            None => 1000,
            Some(error) if matches!(error.place(), Place::Header | Place::Mti) => 0,
            Some(error) if error.place() == Place::Bitmap => 20,
            Some(_) if self.read == 0 => 30,
            Some(error) if error.kind() == ErrorKind::Trailing => 50 + 2 * parts(self.offset, self.size),
            Some(_) => 50 + parts(self.read, self.announced.max(FEW)) + parts(self.offset, self.size),
        };
        // an MTI that no standard knows, or a message of nothing but a bitmap, is a coincidence
        let believed =
            if self.plausible && (self.announced > 0 || self.error.is_some()) { score } else { score / 4 };
        u16::try_from(believed).unwrap_or(1000)
    }
}

impl Reach {
    /// How far it got, in a language.
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> impl fmt::Display {
        Told(self, lang)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl Tell for Reach {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, announced, offset, size, error, .. } = self;
        say!(
            L,
            f,
            "{read} of {announced} elements, {offset} of {size} bytes",
            "{announced}个域中读出{read}个，读到{offset}字节（共{size}字节）"
        )?;
        let Some(error) = error else { return Ok(()) };
        let error = error.said::<L>();
        say!(L, f, ", stopped by {error}", "，中止原因：{error}")
    }
}

/// Having read one element of two says less than nine of eighteen.
const FEW: usize = 8;

/// The mean score of several messages.
pub(super) fn mean(reaches: &[Reach]) -> u16 {
    let sum: usize = reaches.iter().map(|reach| usize::from(reach.score())).sum();
    u16::try_from(sum / reaches.len().max(1)).unwrap_or(1000)
}

pub(super) fn is_plausible(mti: Mti) -> bool {
    !matches!(mti.version(), Version::Reserved(_))
        && !matches!(mti.class(), Class::Reserved(_))
        && !matches!(mti.function(), Function::Reserved(_))
        && !matches!(mti.origin(), Origin::Reserved(_))
}

/// Tenths of bits by which the classes of value and prefix are narrower than any octet.
fn evidence(field: &Field<'_>) -> u64 {
    let element = field.element();
    let unit = match element.coding() {
        Coding::Raw => 0,
        Coding::Hex | Coding::EbcdicHex(_) => 71,
        Coding::Bcd => 7,
        Coding::Ascii | Coding::Ebcdic(_) | Coding::Zoned(_) => match element.content() {
            Content::N | Content::Xn | Content::Yn => 47,
            Content::A => 23,
            Content::An | Content::Anp => 20,
            Content::Ns => 19,
            Content::S => 29,
            Content::Ans => 14,
            Content::Z => 39,
            Content::Ne => 46,
            Content::H => 35,
            Content::B | Content::Any => 0,
        },
    };
    let digit = match element.form() {
        Form::Prefixed(prefix) | Form::Padded(prefix) => match prefix.coding {
            PrefixCoding::Ascii | PrefixCoding::Ebcdic(_) => 47,
            PrefixCoding::Hex => 35,
            PrefixCoding::Bcd => 14,
            PrefixCoding::Binary | PrefixCoding::Ber => 10,
        },
        Form::Fixed | Form::Rest | Form::Until(_) | Form::IfLetter | Form::Nothing => 0,
    };
    let octets = field.value_range().start.saturating_sub(field.range().start);
    unit * wide(field.len()) + digit * wide(octets)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
