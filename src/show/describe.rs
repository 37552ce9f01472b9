//! The listing an engineer wants to read, and the hexdump that shows which octets belong to what.
//! Private values stay masked in both, and neither needs an allocator.

use core::fmt::{self, Write as _};

use unicode_width::UnicodeWidthStr;

use crate::codes::{
    ActionCode03, ActionCode93, ConditionCode, EmvBits, FunctionCode, Lang, ManagementCode, Network,
    NetworkCode, ProcessingCode, ReasonCode, ResponseCode, SettlementCode, currency, unionpay,
};
use crate::layout::{Element, Form};
use crate::model::error::Error;
use crate::model::lang::{Chinese, English, Tell, Tongue, say};
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
        Describe { message: self, mti: Some(self.mti()), error: None, voice: &ENGLISH }
    }
}

impl<'a> Inspection<'a> {
    /// A listing of what parsed, and the error that stopped it. After an error only codes are shown as they are,
    /// and what kind of characters the other values have: `#` is a digit, `@` a letter.
    #[must_use]
    pub fn describe(&self) -> Describe<'_, 'a> {
        Describe { message: self.partial(), mti: self.mti(), error: self.error(), voice: &ENGLISH }
    }
}

/// A listing; see [`Message::describe`].
#[derive(Clone, Copy)]
pub struct Describe<'m, 'a> {
    pub(super) message: &'m Message<'a>,
    pub(super) mti: Option<Mti>,
    pub(super) error: Option<Error>,
    pub(super) voice: &'static Voice,
}

/// What speaks one language. A listing holds that of its own, so that a program that never asks for
/// Chinese is not linked with it.
pub(super) struct Voice {
    listing: fn(&Describe<'_, '_>, &mut fmt::Formatter<'_>) -> fmt::Result,
    title: fn(&Describe<'_, '_>, &mut fmt::Formatter<'_>) -> fmt::Result,
    meaning: fn(&Describe<'_, '_>, &Field<'_>, usize, &mut fmt::Formatter<'_>) -> fmt::Result,
    error: fn(&Error, &mut fmt::Formatter<'_>) -> fmt::Result,
    pub(super) name: for<'s> fn(&Element<'s>) -> &'s str,
    pub(super) header: &'static str,
    pub(super) mti: &'static str,
    pub(super) bitmap: &'static str,
}

impl Voice {
    const fn of<L: Tongue>() -> Self {
        Self {
            listing: |describe, f| describe.listing::<L>(f),
            title: |describe, f| describe.write_title::<L>(f),
            meaning: |describe, field, depth, f| describe.write_meaning::<L>(field, depth, f),
            error: Error::tell::<L>,
            name: name::<L>,
            header: L::LANG.of("header", "报文头"),
            mti: L::LANG.of("MTI", "报文类型标识"),
            bitmap: L::LANG.of("bitmap", "位图"),
        }
    }

    /// An error, to be written.
    pub(super) fn error(&'static self, error: Error) -> impl fmt::Display {
        Spoken { error, voice: self }
    }
}

/// See [`Voice::error`].
struct Spoken {
    error: Error,
    voice: &'static Voice,
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.voice.error)(&self.error, f)
    }
}

fn name<'s, L: Tongue>(element: &Element<'s>) -> &'s str {
    match L::LANG {
        Lang::En => element.name(),
        lang => element.name_in(lang),
    }
}

static ENGLISH: Voice = Voice::of::<English>();
static CHINESE: Voice = Voice::of::<Chinese>();

impl fmt::Display for Describe<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.voice.listing)(self, f)
    }
}

impl fmt::Debug for Describe<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'a> Describe<'_, 'a> {
    /// The same listing in a language: names of elements, meanings of codes, message types, errors. Values,
    /// codes and numbers are the same in each, and so is what is hidden.
    ///
    /// ```
    /// use cardwire::{Message, codes::Lang, spec::ISO87_ASCII};
    ///
    /// let message = Message::parse(&ISO87_ASCII, b"0210000000000200000051")?;
    /// let listing = message.describe().in_lang(Lang::Zh).to_string();
    /// assert!(listing.starts_with("0210 金融请求应答，收单机构 (iso87-ascii, 22字节)"));
    /// assert!(listing.ends_with("51  余额不足\n"));
    /// # Ok::<(), cardwire::Error>(())
    /// ```
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> Self {
        let voice = match lang {
            Lang::En => &ENGLISH,
            Lang::Zh => &CHINESE,
        };
        Self { voice, ..self }
    }

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
        (self.0.voice.title)(self.0, f)
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
        (self.describe.voice.meaning)(self.describe, &self.field, self.depth, f)
    }
}

impl Describe<'_, '_> {
    fn listing<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message.settled();
        let settled = Describe { message: &message, ..*self };
        settled.write_title::<L>(f)?;
        f.write_char('\n')?;
        for field in message.fields() {
            settled.line::<L>(f, &field, 0)?;
        }
        match self.error {
            Some(error) => writeln!(f, "  !! {}", error.said::<L>()),
            None if message.is_doubtful() => say!(
                L,
                f,
                "  !! type or dates cannot be, and a card number lies across elements: shown by kinds\n",
                "  !! 报文类型或日期不合理，且有卡号跨越多个域：只显示字符种类\n"
            ),
            None if message.is_crossed() => say!(
                L,
                f,
                "  !! digits that are a card number lie across elements, and are hidden\n",
                "  !! 有数字构成卡号且跨越多个域，已隐藏\n"
            ),
            None => Ok(()),
        }
    }

    fn write_title<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (spec, bytes) = (self.message.spec().name(), self.message.wire().len());
        match self.mti {
            Some(mti) if self.message.shows_mti() => write!(f, "{mti} {} ", mti.describe(L::LANG))?,
            Some(_) => f.write_str("#### ")?,
            None => say!(L, f, "no MTI ", "无报文类型标识 ")?,
        }
        say!(L, f, "({spec}, {bytes} bytes)", "({spec}, {bytes}字节)")
    }

    /// One element, and its parts below it.
    fn line<L: Tongue>(&self, f: &mut fmt::Formatter<'_>, field: &Field<'_>, depth: usize) -> fmt::Result {
        let indent = 5 * depth;
        let name_width = 46usize.saturating_sub(indent);
        write_blanks(f, indent)?;
        write!(f, "{:>5} ", Short(field.shown_key()))?;
        let element = field.element();
        let title = name::<L>(element);
        let width = match L::LANG {
            Lang::En => title.chars().count(),
            Lang::Zh => title.width(),
        };
        f.write_str(title)?;
        write_blanks(f, name_width.saturating_sub(width))?;
        write!(f, " {:<8} ", Short(element.notation()))?;
        let parts_tell = field.is_composite() && !field.privacy_is_open();
        if parts_tell {
            let len = field.len();
            match field.content().is_binary() {
                true => say!(L, f, "({len} bytes)", "({len}字节)")?,
                false => say!(L, f, "({len} characters)", "({len}个字符)")?,
            }
        } else {
            write!(f, "{field}")?;
        }
        self.write_meaning::<L>(field, depth, f)?;
        f.write_char('\n')?;
        field.parts().try_for_each(|part| self.line::<L>(f, &part, depth + 1))
    }

    fn write_meaning<L: Tongue>(
        &self,
        field: &Field<'_>,
        depth: usize,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        match depth {
            0 => self.element_meaning::<L>(f, field),
            1 => self.part_meaning::<L>(f, field),
            _ => Ok(()),
        }
    }

    fn is_unionpay(&self) -> bool {
        self.message.spec().codes() == Codes::UnionPay
    }

    /// What a code says, two blanks after it; nothing of one that is not shown.
    fn element_meaning<L: Tongue>(&self, f: &mut fmt::Formatter<'_>, field: &Field<'_>) -> fmt::Result {
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
            39 => return self.result::<L>(f, text, version),
            49..=51 => return words(f, currency::by_text(text).map(|currency| currency.words(L::LANG))),
            66 if is_1987 => SettlementCode::new(text).and_then(SettlementCode::meaning),
            70 if is_1987 => NetworkCode::new(text).and_then(NetworkCode::meaning),
            _ => None,
        };
        let own = meaning.and_then(|row| row.at(Network::UnionPay)).filter(|_| self.is_unionpay());
        words(f, own.or(meaning).map(|row| row.describe(L::LANG)))
    }

    /// The bits of a chip data object, and the network management code within DE 60 of UnionPay.
    fn part_meaning<L: Tongue>(&self, f: &mut fmt::Formatter<'_>, part: &Field<'_>) -> fmt::Result {
        let mut text = [0; CODE_LEN];
        if part.is_masked() {
            return Ok(());
        }
        if let Some(bits) = emv_bits(part) {
            return flags::<L>(f, bits, part);
        }
        if !self.is_unionpay() {
            return Ok(());
        }
        match (part.name(), code(part, &mut text).and_then(ManagementCode::new)) {
            ("Network management information code", Some(code)) => {
                words(f, code.meaning().map(|row| row.words(L::LANG)))
            }
            _ => Ok(()),
        }
    }

    /// The meaning of DE 39.
    fn result<L: Tongue>(&self, f: &mut fmt::Formatter<'_>, text: &str, version: Version) -> fmt::Result {
        match version {
            Version::V1993 => {
                words(f, ActionCode93::new(text).and_then(ActionCode93::advice).map(|row| row.words(L::LANG)))
            }
            Version::V2003 => {
                words(f, ActionCode03::new(text).and_then(ActionCode03::advice).map(|row| row.words(L::LANG)))
            }
            _ if self.is_unionpay() => {
                let advice = ResponseCode::new(text).and_then(unionpay::advice);
                words(f, advice.map(|row| row.words(L::LANG)))?;
                match (L::LANG, advice) {
                    // what UnionPay calls it stands after the English words
                    (Lang::En, Some(row)) => write!(f, " {}", row.meaning_zh),
                    _ => Ok(()),
                }
            }
            _ => words(f, ResponseCode::new(text).and_then(|code| code.describe(L::LANG))),
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
fn flags<L: Tongue>(f: &mut fmt::Formatter<'_>, bits: EmvBits, part: &Field<'_>) -> fmt::Result {
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
        write!(f, "{before}{}", meaning.words(L::LANG))?;
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

/// Writes so many blanks, in a piece where a formatter would write each.
pub(super) fn write_blanks(f: &mut fmt::Formatter<'_>, mut count: usize) -> fmt::Result {
    const BLANKS: &str = "                                                                ";
    while let Some(blanks) = BLANKS.get(..count.min(BLANKS.len())).filter(|blanks| !blanks.is_empty()) {
        f.write_str(blanks)?;
        count -= blanks.len();
    }
    Ok(())
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
