//! The hexdump that shows which octets belong to what.

use core::fmt::{self, Write as _};
use core::ops::Range;

use crate::codec::window::Octets;
use crate::codes::Lang;
use crate::layout::MAX_DEPTH;
use crate::mask::{holds_card, is_inner_digit, write_character, write_hex};
use crate::model::content::Content;
use crate::read::field::{Field, Parts};
use crate::read::inspection::Inspection;
use crate::read::message::Message;
use crate::show::describe::{Describe, write_blanks};

impl<'a> Message<'a> {
    /// A hexdump of the message, one element a line; octets of private values show as `**`, and so does a value
    /// that holds a card number.
    #[must_use]
    pub fn dump(&self) -> Dump<'_, 'a> {
        Dump { listing: self.describe(), is_exposed: false }
    }
}

impl<'a> Inspection<'a> {
    /// A hexdump of where things lie. After an error its octets are hidden, for nobody knows what they are, but
    /// those of codes.
    #[must_use]
    pub fn dump(&self) -> Dump<'_, 'a> {
        Dump { listing: self.describe(), is_exposed: false }
    }
}

/// A hexdump; see [`Message::dump`](crate::Message::dump). `Display` prints its rows, a line each.
#[derive(Clone, Copy)]
pub struct Dump<'m, 'a> {
    listing: Describe<'m, 'a>,
    is_exposed: bool,
}

impl Dump<'_, '_> {
    /// The same hexdump with the names of a language; see [`Describe::in_lang`].
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> Self {
        Self { listing: self.listing.in_lang(lang), ..self }
    }

    /// The same hexdump with every octet shown, private ones and what follows an error included.
    #[must_use]
    pub fn expose(self) -> Self {
        Self { is_exposed: true, ..self }
    }

    /// Hands each row on in order, for programs that lay them out on their own; stops at the first error.
    ///
    /// # Errors
    ///
    /// Those of `each`.
    pub fn try_for_each<E>(&self, mut each: impl FnMut(Row<'_>) -> Result<(), E>) -> Result<(), E> {
        let Describe { message, mti, error, voice } = self.listing;
        let message = &message.settled();
        let (spec, wire, sound) = (message.spec(), message.wire(), !message.is_doubtful());
        // lengths and bitmaps, too, may be digits of a card number that lies across them
        let is_inner = |index| message.is_crossed() && is_inner_digit(wire, index);
        let mut rows =
            |range: Range<usize>, shown: &mut dyn FnMut(usize) -> bool, name: fmt::Arguments<'_>| {
                let mut shown = |index| self.is_exposed || shown(index) && !is_inner(index);
                range.clone().step_by(OCTETS_A_ROW).try_for_each(|start| {
                    let name = (start == range.start).then_some(name);
                    each(Row::new(wire, start..range.end.min(start + OCTETS_A_ROW), &mut shown, name))
                })
            };
        let mut at = 0;
        let mut head = |len: usize, is_shown: bool, name: fmt::Arguments<'_>| {
            let end = (at + len).min(wire.len());
            let start = core::mem::replace(&mut at, end);
            rows(start..end, &mut |_| is_shown, name)
        };
        if mti.is_some() {
            let is_plain = !holds_card(&Octets::of(message.header()), Content::B);
            head(spec.header(), sound && is_plain, format_args!("{}", voice.header))?;
            head(spec.mti().len(), message.shows_mti(), format_args!("{}", voice.mti))?;
            match message.shows_bitmaps() {
                true => head(
                    message.bitmap_len(),
                    sound,
                    format_args!("{} {:?}", voice.bitmap, message.bitmap()),
                )?,
                false => head(message.bitmap_len(), false, format_args!("{}", voice.bitmap))?,
            }
        }
        for field in message.fields() {
            // a third bitmap among the elements; usually there is nothing between two
            rows(at..field.range().start, &mut |_| sound, format_args!("{}", voice.bitmap))?;
            at = field.range().end;
            let (mut within, open) = (Within::default(), !field.is_masked());
            let mut shown = |index| match sound {
                true => is_shown(&field, open, index, &mut within),
                false => open && index >= field.value_range().start,
            };
            rows(
                field.range(),
                &mut shown,
                format_args!("{} {}", field.key(), (voice.name)(field.element())),
            )?;
        }
        match error {
            Some(error) => rows(at..wire.len(), &mut |_| false, format_args!("!! {}", voice.error(error))),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Dump<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl fmt::Debug for Dump<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How far a dump has come within the parts of an element, and within parts of parts.
type Within<'a> = [Option<Level<'a>>; MAX_DEPTH];

/// The part of an element that a dump has come to.
struct Level<'a> {
    of: Range<usize>,
    parts: Parts<'a>,
    part: Option<Field<'a>>,
    /// Whether nothing of the part is hidden.
    open: bool,
}

/// Whether the octet at `index` of the message may be shown: prefixes and tags may, and values
/// that are `open`, parts on their own. Asked in ascending order, so that parts are walked once.
fn is_shown<'a>(field: &Field<'a>, open: bool, index: usize, within: &mut [Option<Level<'a>>]) -> bool {
    if open || index < field.value_range().start {
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
            let (of, mut parts) = (field.range(), field.parts());
            let part = parts.next();
            other.insert(Level { of, parts, part, open: is_open(part.as_ref()) })
        }
    };
    while level.part.is_some_and(|part| part.range().end <= index) {
        level.part = level.parts.next();
        level.open = is_open(level.part.as_ref());
    }
    match &level.part {
        Some(part) => index < part.range().start || is_shown(part, level.open, index, deeper),
        None => false,
    }
}

fn is_open(part: Option<&Field<'_>>) -> bool {
    part.is_some_and(|part| !part.is_masked())
}

/// Up to sixteen octets of a message that belong to one thing: the head, an element, what follows an error.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    start: usize,
    octets: [Option<u8>; OCTETS_A_ROW],
    len: usize,
    name: Option<fmt::Arguments<'r>>,
}

const OCTETS_A_ROW: usize = 16;

impl<'r> Row<'r> {
    fn new(
        wire: &[u8],
        range: Range<usize>,
        shown: &mut impl FnMut(usize) -> bool,
        name: Option<fmt::Arguments<'r>>,
    ) -> Self {
        let mut octets = [None; OCTETS_A_ROW];
        let places = octets.iter_mut().zip(wire.get(range.clone()).unwrap_or_default());
        places.zip(range.clone()).for_each(|((place, octet), index)| *place = shown(index).then_some(*octet));
        Self { start: range.start, octets, len: range.len(), name }
    }

    /// Where its octets lie in the message.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.len
    }

    /// Its octets; those that are hidden are `None`.
    pub fn octets(&self) -> impl Iterator<Item = Option<u8>> + use<'_, 'r> {
        self.octets.iter().take(self.len).copied()
    }

    /// The column of octets: `39 30 **`, filled to 47 characters with blanks.
    #[must_use]
    pub fn hex(&self) -> impl fmt::Display + use<'_, 'r> {
        Hex(self)
    }

    /// The column of characters, one an octet: `.` is none that ASCII can print, `*` is hidden.
    #[must_use]
    pub fn characters(&self) -> impl fmt::Display + use<'_, 'r> {
        Characters(self)
    }

    /// What the octets are, in the first row of a thing: `39 Response code`, or `!! ` and the error for what
    /// follows one. `None` in the rows that go on.
    #[must_use]
    pub fn name(&self) -> Option<impl fmt::Display + use<'r>> {
        self.name
    }
}

/// Offset, octets, characters, name.
impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}  {}  {}", self.start, self.hex(), self.characters())?;
        match self.name {
            Some(name) => {
                write_blanks(f, OCTETS_A_ROW - self.len)?;
                write!(f, "  {name}")
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// See [`Row::hex`].
struct Hex<'r>(&'r Row<'r>);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, octet) in self.0.octets().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            match octet {
                Some(octet) => write_hex(f, octet)?,
                None => f.write_str("**")?,
            }
        }
        let columns = 3 * OCTETS_A_ROW - 1;
        let taken = (3 * self.0.len).saturating_sub(1);
        write_blanks(f, columns - taken)
    }
}

/// See [`Row::characters`].
struct Characters<'r>(&'r Row<'r>);

impl fmt::Display for Characters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.octets().try_for_each(|octet| match octet {
            None => f.write_char('*'),
            Some(octet @ 0x21..=0x7E) => write_character(f, octet),
            Some(_) => f.write_char('.'),
        })
    }
}
