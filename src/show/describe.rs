//! The listing an engineer wants to read, and the hexdump that shows which octets belong to what.
//! Private values stay masked in both, and neither needs an allocator.

use core::fmt::{self, Write as _};
use core::ops::Range;

use crate::codes::{
    ActionCode03, ActionCode93, ConditionCode, FunctionCode, Lang, ManagementCode, Network, NetworkCode,
    ProcessingCode, ReasonCode, ResponseCode, SettlementCode, currency, unionpay,
};
use crate::layout::{Element, Form, MAX_DEPTH};
use crate::mask::{write_character, write_hex};
use crate::model::content::Content;
use crate::model::error::Error;
use crate::model::mti::{Mti, Version};
use crate::read::field::{Field, Parts};
use crate::read::inspection::Inspection;
use crate::read::message::Message;
use crate::spec::{Codes, Spec};

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

    /// A hexdump of the message, one element a line; octets of private values show as `**`.
    #[must_use]
    pub fn dump(&self) -> Dump<'_, 'a> {
        Dump(self.describe())
    }
}

impl<'a> Inspection<'a> {
    /// A listing of what parsed, and the error that stopped it.
    #[must_use]
    pub fn describe(&self) -> Describe<'_, 'a> {
        Describe { message: self.partial(), mti: self.mti(), error: self.error() }
    }

    /// A hexdump of what parsed; what did not is hidden, for nobody knows what it holds.
    #[must_use]
    pub fn dump(&self) -> Dump<'_, 'a> {
        Dump(self.describe())
    }
}

/// A listing; see [`Message::describe`].
#[derive(Clone, Copy)]
pub struct Describe<'m, 'a> {
    message: &'m Message<'a>,
    mti: Option<Mti>,
    error: Option<Error>,
}

impl fmt::Display for Describe<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title())?;
        for field in self.message.fields() {
            self.line(f, &field, 0)?;
        }
        match self.error {
            Some(error) => writeln!(f, "  !! {error}"),
            None => Ok(()),
        }
    }
}

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
            Some(mti) => write!(f, "{mti} {} ({}, {bytes} bytes)", mti.describe(Lang::En), spec.name()),
            None => write!(f, "no MTI ({}, {bytes} bytes)", spec.name()),
        }
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
            1 if describe.is_unionpay() => describe.part_meaning(f, field),
            _ => Ok(()),
        }
    }
}

impl Describe<'_, '_> {
    /// One element, and its parts below it.
    fn line(&self, f: &mut fmt::Formatter<'_>, field: &Field<'_>, depth: usize) -> fmt::Result {
        let indent = 5 * depth;
        let name_width = 46usize.saturating_sub(indent);
        write!(f, "{:indent$}{:>5} ", "", Short(field.key()))?;
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

    /// The network management code within DE 60 of UnionPay.
    fn part_meaning(&self, f: &mut fmt::Formatter<'_>, part: &Field<'_>) -> fmt::Result {
        let mut text = [0; CODE_LEN];
        match (part.name(), code(part, &mut text).and_then(ManagementCode::new)) {
            ("Network management information code", Some(code)) => {
                words(f, code.meaning().map(|row| row.text))
            }
            _ => Ok(()),
        }
    }

    /// What a code says, two blanks behind it; nothing of a private one.
    fn element_meaning(&self, f: &mut fmt::Formatter<'_>, field: &Field<'_>) -> fmt::Result {
        let number = u8::try_from(field.key().value()).unwrap_or(0);
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

/// A hexdump; see [`Message::dump`].
#[derive(Clone, Copy)]
pub struct Dump<'m, 'a>(Describe<'m, 'a>);

impl fmt::Display for Dump<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.0.message;
        let (spec, wire) = (message.spec(), message.wire());
        let mut at = 0;
        let mut head = |f: &mut fmt::Formatter<'_>, len: usize, name| {
            let end = (at + len).min(wire.len());
            let start = core::mem::replace(&mut at, end);
            rows(f, wire, start..end, |_| true, name)
        };
        if self.0.mti.is_some() {
            head(f, spec.header(), format_args!("header"))?;
            head(f, spec.mti().len(), format_args!("MTI"))?;
            head(f, bitmap_len(message, spec), format_args!("bitmap {:?}", message.bitmap()))?;
        }
        for field in message.fields() {
            // a third bitmap among the elements; usually there is nothing between two
            rows(f, wire, at..field.range().start, |_| true, format_args!("bitmap"))?;
            at = field.range().end;
            let mut within = Within::default();
            let shown = |index| is_shown(&field, index, &mut within);
            rows(f, wire, field.range(), shown, format_args!("{} {}", field.key(), field.name()))?;
        }
        match self.0.error {
            Some(error) => rows(f, wire, at..wire.len(), |_| false, format_args!("!! {error}")),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Dump<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How many octets the bitmaps at the start take.
fn bitmap_len(message: &Message<'_>, spec: &Spec<'_>) -> usize {
    let form = spec.bitmap();
    let apart = form.has_third_among_values() && message.bitmap_count() == 3;
    let count = usize::from(message.bitmap_count()) - usize::from(apart);
    count * form.coding.wire_len(Content::B, usize::from(form.octets))
}

/// How far a dump has come within the parts of an element, and within parts of parts.
type Within<'a> = [Option<Level<'a>>; MAX_DEPTH];

/// The part of an element that a dump has come to.
struct Level<'a> {
    of: Range<usize>,
    parts: Parts<'a>,
    part: Option<Field<'a>>,
}

/// Whether the octet at `index` of the message may be shown: prefixes and tags may, and values
/// that are open, parts on their own. Asked in ascending order, so that parts are walked once.
fn is_shown<'a>(field: &Field<'a>, index: usize, within: &mut [Option<Level<'a>>]) -> bool {
    if field.privacy_is_open() || index < field.value_range().start {
        return true;
    }
    // parts of packed digits can share an octet, so only parts of whole octets are told apart
    if !field.content().is_binary() || !field.range().contains(&index) {
        return false;
    }
    let Some((level, deeper)) = within.split_first_mut() else { return false };
    let level = match level {
        Some(level) if level.of == field.range() => level,
        other => {
            let mut parts = field.parts();
            let part = parts.next();
            other.insert(Level { of: field.range(), parts, part })
        }
    };
    while level.part.is_some_and(|part| part.range().end <= index) {
        level.part = level.parts.next();
    }
    match &level.part {
        Some(part) => index < part.range().start || is_shown(part, index, deeper),
        None => false,
    }
}

const OCTETS_A_ROW: usize = 16;

/// Rows of offset, octets, characters; the name stands in the first.
fn rows(
    f: &mut fmt::Formatter<'_>,
    wire: &[u8],
    range: Range<usize>,
    mut shown: impl FnMut(usize) -> bool,
    name: fmt::Arguments<'_>,
) -> fmt::Result {
    for start in range.clone().step_by(OCTETS_A_ROW) {
        let end = (start + OCTETS_A_ROW).min(range.end);
        let octets = wire.get(start..end).unwrap_or_default();
        let mut open = [false; OCTETS_A_ROW];
        open.iter_mut().zip(start..end).for_each(|(open, index)| *open = shown(index));
        write!(f, "{start:04X} ")?;
        for (is_open, octet) in open.iter().zip(octets) {
            f.write_char(' ')?;
            if *is_open { write_hex(f, *octet)? } else { f.write_str("**")? }
        }
        write!(f, "{:pad$}  ", "", pad = 3 * (OCTETS_A_ROW - octets.len()))?;
        for (is_open, octet) in open.iter().zip(octets) {
            match octet {
                _ if !is_open => f.write_char('*')?,
                0x21..=0x7E => write_character(f, *octet)?,
                _ => f.write_char('.')?,
            }
        }
        if start == range.start {
            write!(f, "{:pad$}  {name}", "", pad = OCTETS_A_ROW - octets.len())?;
        }
        f.write_char('\n')?;
    }
    Ok(())
}

/// The longest code that has a meaning.
const CODE_LEN: usize = 6;

/// The value of an open element as a short text.
fn code<'t>(field: &Field<'_>, text: &'t mut [u8; CODE_LEN]) -> Option<&'t str> {
    core::str::from_utf8(field.bytes().ok()?.copy_to(text).ok()?).ok()
}

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
