//! The listing an engineer wants to read, and the hexdump that shows which octets belong to what.
//! Private values stay masked in both, and neither needs an allocator.

use core::fmt::{self, Write as _};

use crate::codes::{
    ActionCode03, ActionCode93, ConditionCode, EmvBits, FunctionCode, Lang, ManagementCode, Network,
    NetworkCode, ProcessingCode, ReasonCode, ResponseCode, SettlementCode, currency, unionpay,
};
use crate::layout::{Element, Form};
use crate::model::error::Error;
use crate::model::mti::{Mti, Version};
use crate::read::field::Field;
use crate::read::inspection::Inspection;
use crate::read::message::Message;
use crate::spec::{Codes, EMV};

impl<'a> Message<'a> {
    /// A listing of the message: number, name, notation, masked value, meaning of codes.
    ///
    /// ```text
    /// 0210 financial response, acquirer (iso87-ascii, 84 bytes)
    ///     4 Amount, transaction             n12     000000012300  123.00 CNY
    ///    39 Response code                   an2     51            insufficient funds
    /// ```
    #[must_use]
    pub fn describe(&self) -> Describe<'_, 'a> {
        Describe { message: self, mti: Some(self.mti()), error: None }
    }
}

impl<'a> Inspection<'a> {
    /// A listing of what parsed, and the error that stopped it. After an error only codes are shown as they are,
    /// and what kind of characters the other values have: `#` is a digit, `@` a letter.
    #[must_use]
    pub fn describe(&self) -> Describe<'_, 'a> {
        Describe { message: self.partial(), mti: self.mti(), error: self.error() }
    }
}

/// A listing; see [`Message::describe`].
#[derive(Clone, Copy)]
pub struct Describe<'m, 'a> {
    pub(super) message: &'m Message<'a>,
    pub(super) mti: Option<Mti>,
    pub(super) error: Option<Error>,
}

impl fmt::Display for Describe<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message.settled();
        let settled = Describe { message: &message, ..*self };
        writeln!(f, "{}", settled.title())?;
        for field in message.fields() {
            settled.line(f, &field, 0)?;
        }
        match self.error {
            Some(error) => writeln!(f, "  !! {error}"),
            None if message.is_doubtful() => writeln!(f, "  !! {NO_SENSE}"),
            None => Ok(()),
        }
    }
}

/// What is said of a message that was read to its end and is shown by kinds all the same.
pub(super) const NO_SENSE: &str =
    "type or dates cannot be, and a card number lies across elements: shown by kinds";

impl fmt::Debug for Describe<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'a> Describe<'_, 'a> {
    /// The first line: message type, spec, size.
    #[must_use]
    pub fn title(&self) -> impl fmt::Display + use<'_, 'a> {
        Title(self)
    }

    /// What the code in an element (depth 0) or in a part of one (depth 1) means, as it stands in
    /// the listing: two blanks and the words, or nothing. Of an open amount the decimal amount.
    #[must_use]
    pub fn meaning(&self, field: &Field<'a>, depth: usize) -> impl fmt::Display + use<'_, 'a> {
        Words { describe: self, field: *field, depth }
    }
}

/// See [`Describe::title`].
struct Title<'d, 'm, 'a>(&'d Describe<'m, 'a>);

impl fmt::Display for Title<'_, '_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Describe { message, mti, .. } = self.0;
        let (spec, bytes) = (message.spec(), message.wire().len());
        match mti {
            Some(mti) if message.shows_mti() => write!(f, "{mti} {} ", mti.describe(Lang::En))?,
            Some(_) => f.write_str("#### ")?,
            None => f.write_str("no MTI ")?,
        }
        write!(f, "({}, {bytes} bytes)", spec.name())
    }
}

/// See [`Describe::meaning`].
struct Words<'d, 'm, 'a> {
    describe: &'d Describe<'m, 'a>,
    field: Field<'a>,
    depth: usize,
}

impl fmt::Display for Words<'_, '_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { describe, field, depth } = self;
        match depth {
            0 => describe.element_meaning(f, field),
            1 => describe.part_meaning(f, field),
            _ => Ok(()),
        }
    }
}

impl Describe<'_, '_> {
    /// One element, and its parts below it.
    fn line(&self, f: &mut fmt::Formatter<'_>, field: &Field<'_>, depth: usize) -> fmt::Result {
        let indent = 5 * depth;
        let name_width = 46usize.saturating_sub(indent);
        write!(f, "{:indent$}{:>5} ", "", Short(field.shown_key()))?;
        write!(f, "{:<name_width$} {:<8} ", field.name(), Short(field.element().notation()))?;
        let parts_tell = field.is_composite() && !field.privacy_is_open();
        if parts_tell {
            write!(
                f,
                "({} {})",
                field.len(),
                if field.content().is_binary() { "bytes" } else { "characters" }
            )?;
        } else {
            write!(f, "{field}")?;
        }
        write!(f, "{}", self.meaning(field, depth))?;
        f.write_char('\n')?;
        field.parts().try_for_each(|part| self.line(f, &part, depth + 1))
    }

    fn is_unionpay(&self) -> bool {
        self.message.spec().codes() == Codes::UnionPay
    }

    /// The bits of a chip data object, and the network management code within DE 60 of UnionPay.
    fn part_meaning(&self, f: &mut fmt::Formatter<'_>, part: &Field<'_>) -> fmt::Result {
        let mut text = [0; CODE_LEN];
        if part.is_masked() {
            return Ok(());
        }
        if let Some(bits) = emv_bits(part) {
            return flags(f, bits, part);
        }
        if !self.is_unionpay() {
            return Ok(());
        }
        match (part.name(), code(part, &mut text).and_then(ManagementCode::new)) {
            ("Network management information code", Some(code)) => {
                words(f, code.meaning().map(|row| row.text))
            }
            _ => Ok(()),
        }
    }

    /// What a code says, two blanks after it; nothing of one that is not shown.
    fn element_meaning(&self, f: &mut fmt::Formatter<'_>, field: &Field<'_>) -> fmt::Result {
        let number = u8::try_from(field.key().value()).unwrap_or(0);
        if !matches!(number, 3..=6 | 24 | 25 | 39 | 49..=51 | 66 | 70) || field.is_masked() {
            return Ok(());
        }
        if matches!(number, 4..=6) {
            return match self.message.amount(number) {
                Ok(amount) => write!(f, "  {amount}"),
                Err(_) => Ok(()),
            };
        }
        let mut text = [0; CODE_LEN];
        let Some(text) = code(field, &mut text) else { return Ok(()) };
        let version = self.mti.map_or(Version::V1987, Mti::version);
        let is_1987 = version == Version::V1987;
        let meaning = match number {
            3 => ProcessingCode::new(text).and_then(|code| code.transaction().meaning()),
            24 if !is_1987 => FunctionCode::new(text).and_then(FunctionCode::meaning),
            25 if is_1987 => ConditionCode::new(text).and_then(ConditionCode::meaning),
            25 => ReasonCode::new(text).and_then(ReasonCode::meaning),
            39 => return self.result(f, text, version),
            49..=51 => return words(f, currency::by_text(text).map(|currency| currency.name)),
            66 if is_1987 => SettlementCode::new(text).and_then(SettlementCode::meaning),
            70 if is_1987 => NetworkCode::new(text).and_then(NetworkCode::meaning),
            _ => None,
        };
        let own = meaning.and_then(|row| row.at(Network::UnionPay)).filter(|_| self.is_unionpay());
        words(f, own.or(meaning).map(|row| row.describe(Lang::En)))
    }

    /// The meaning of DE 39.
    fn result(&self, f: &mut fmt::Formatter<'_>, text: &str, version: Version) -> fmt::Result {
        match version {
            Version::V1993 => {
                words(f, ActionCode93::new(text).and_then(ActionCode93::advice).map(|row| row.meaning))
            }
            Version::V2003 => {
                words(f, ActionCode03::new(text).and_then(ActionCode03::advice).map(|row| row.meaning))
            }
            _ if self.is_unionpay() => {
                let advice = ResponseCode::new(text).and_then(unionpay::advice);
                words(f, advice.map(|row| row.meaning))?;
                advice.map_or(Ok(()), |row| write!(f, " {}", row.meaning_zh))
            }
            _ => words(f, ResponseCode::new(text).and_then(|code| code.describe(Lang::En))),
        }
    }
}

/// The longest code that has a meaning.
const CODE_LEN: usize = 6;

/// The value of an open element as a short text.
fn code<'t>(field: &Field<'_>, text: &'t mut [u8; CODE_LEN]) -> Option<&'t str> {
    core::str::from_utf8(field.bytes().ok()?.copy_to(text).ok()?).ok()
}

/// What the bits of a chip data object say, if it is one of those that have any.
fn emv_bits(part: &Field<'_>) -> Option<EmvBits> {
    let tag = part.key().value();
    // a tag of another composite may have the same number
    let is_emv = EMV.element(tag).is_some_and(|element| element.name() == part.name());
    EmvBits::of_tag(tag).filter(|_| is_emv)
}

/// Each thing that the octets of an object say.
fn flags(f: &mut fmt::Formatter<'_>, bits: EmvBits, part: &Field<'_>) -> fmt::Result {
    let mut octets = [0; FLAGS];
    // the terminal type has digits, two to an octet
    let mut digits = [0; CODE_LEN];
    let value = match part.content().is_binary() {
        true => part.bytes().ok().and_then(|value| value.copy_to(&mut octets).ok()),
        false => code(part, &mut digits).and_then(|text| u8::from_str_radix(text, 16).ok()).map(|octet| {
            octets = [octet; FLAGS];
            octets.get(..1).unwrap_or_default()
        }),
    };
    let Some(said) = value.and_then(|octets| bits.read(octets)) else { return Ok(()) };
    let mut before = "  ";
    for meaning in said {
        write!(f, "{before}{}", meaning.words(Lang::En))?;
        before = "; ";
    }
    Ok(())
}

/// The longest object whose bits are known.
const FLAGS: usize = 5;

fn words(f: &mut fmt::Formatter<'_>, meaning: Option<impl fmt::Display>) -> fmt::Result {
    match meaning {
        Some(meaning) => write!(f, "  {meaning}"),
        None => Ok(()),
    }
}

impl<'s> Element<'s> {
    /// The standard's notation: `n..19`, `an12`, `b..255`.
    #[must_use]
    pub fn notation(&self) -> impl fmt::Display + use<'s, '_> {
        Notation(self)
    }
}

/// See [`Element::notation`].
struct Notation<'s>(&'s Element<'s>);

impl fmt::Display for Notation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(element) = self;
        let dots = if element.form() == Form::Fixed { "" } else { ".." };
        match element.content() {
            content if content.is_signed() => {
                write!(f, "{content}{dots}{}", element.max().saturating_sub(1))
            }
            content => write!(f, "{content}{dots}{}", element.max()),
        }
    }
}

/// Something short that is written with `width`, which `write!` into a formatter ignores.
struct Short<T>(T);

impl<T: fmt::Display> fmt::Display for Short<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Line { octets: [0; 24], len: 0 };
        write!(text, "{}", self.0)?;
        f.pad(core::str::from_utf8(text.octets.get(..text.len).unwrap_or_default()).unwrap_or_default())
    }
}

/// A line of at most 24 octets; the rest is cut.
struct Line {
    octets: [u8; 24],
    len: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for octet in text.bytes() {
            if let Some(slot) = self.octets.get_mut(self.len) {
                *slot = octet;
                self.len += 1;
            }
        }
        Ok(())
    }
}
