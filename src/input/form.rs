//! The form of an input: said with `--input`, or found by what its start looks like and what fits.

use crate::read::Inspection;

use super::detect::framing_of;
use super::evidence::{COMPLETE, Known};
use super::item::Words;
use super::notation::{self, Nesting, Reading};
use super::text::{Notation, decode, join};
use super::{hexdump, look, packet, row};

/// The form of an input.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// What its start looks like.
    #[default]
    Auto,
    /// Octets in hexadecimal digits, one message a line: 0022, 00 22, 00:22, 0x00, \x00, C arrays.
    Hex,
    /// Text, one message a line.
    Text,
    /// Bytes as they are.
    Raw,
    /// Base64, one message a line.
    Base64,
    /// A dump with offsets: xxd, hexdump -C, od -t x1, Wireshark, tcpdump, jPOS.
    Hexdump,
    /// A log with such dumps in it; other lines are passed over.
    Log,
    /// jPOS XML: every `<isomsg>` of a file, whatever stands around it.
    Isomsg,
    /// JSON, one object a line, as `decode --format ndjson --expose` prints it.
    Json,
    /// A capture: pcap or pcapng.
    Pcap,
}

/// How the messages of an input are found in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Each in a line, or wrapped into several.
    Lines(Notation, Wrapped),
    /// In dumps, with other lines between them or without.
    Dumps(Where),
    Raw,
    Isomsg,
    Json,
    Pcap,
}

/// Where the dumps of an input stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Where {
    /// One after the other, each from offset zero.
    Alone,
    /// The same, from any offset.
    Anywhere,
    /// With other lines between them.
    InLog,
}

/// Whether a message takes several lines, as `xxd -p` and `base64` break them.
pub(super) type Wrapped = bool;

/// How many lines are looked at.
const MOST_LINES: usize = 16;

/// The form of an input that starts so, or what it looks like when nothing can be read from it.
pub(super) fn find(said: Kind, start: &[u8], known: Known) -> Result<Form, Words> {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    match said {
        Kind::Auto => detect(start, known),
        Kind::Hex => Ok(Form::Lines(Notation::Hex, wraps(Notation::Hex, start, known))),
        Kind::Base64 => Ok(Form::Lines(Notation::Base64, wraps(Notation::Base64, start, known))),
        Kind::Text => Ok(Form::Lines(Notation::Text, false)),
        Kind::Raw => Ok(Form::Raw),
        Kind::Hexdump if is_dump_from_anywhere(&Lines::of(start), known) => Ok(Form::Dumps(Where::Anywhere)),
        Kind::Hexdump => Ok(Form::Dumps(Where::Alone)),
        Kind::Log => Ok(Form::Dumps(Where::InLog)),
        Kind::Isomsg => Ok(Form::Isomsg),
        Kind::Json => Ok(Form::Json),
        Kind::Pcap => Ok(Form::Pcap),
    }
}

fn detect(start: &[u8], known: Known) -> Result<Form, Words> {
    const CAPTURES: [[u8; 4]; 5] = [
        [0xA1, 0xB2, 0xC3, 0xD4],
        [0xD4, 0xC3, 0xB2, 0xA1],
        [0xA1, 0xB2, 0x3C, 0x4D],
        [0x4D, 0x3C, 0xB2, 0xA1],
        [0x0A, 0x0D, 0x0D, 0x0A],
    ];
    if CAPTURES.iter().any(|magic| start.starts_with(magic)) {
        return Ok(Form::Pcap);
    }
    if !look::is_text(start) {
        return binary(start, known);
    }
    if memchr::memmem::find(start, b"<isomsg").is_some() {
        return Ok(Form::Isomsg);
    }
    let lines = Lines::of(start);
    let first = lines.first();
    if look::is_object(first) {
        return Ok(Form::Json);
    }
    if row::is_row(first) {
        return Ok(Form::Dumps(Where::Alone));
    }
    if lines.are_binary_digits(known) {
        return Err(look::BINARY_DIGITS.into());
    }
    if row::are_later_rows(&lines.physical) && !lines.fit(Notation::Hex, known) {
        return match is_dump_from_anywhere(&lines, known) {
            true => Ok(Form::Dumps(Where::Anywhere)),
            false => Err(look::LATER_ROWS.into()),
        };
    }
    // one message in several lines explains more than each line alone
    for notation in [Notation::Hex, Notation::Base64] {
        if wraps(notation, start, known) {
            return Ok(Form::Lines(notation, true));
        }
    }
    if lines.are_framed(known) {
        return Ok(if first.len() < start.len() { Form::Lines(Notation::Text, false) } else { Form::Raw });
    }
    if let Some(notation) = lines.notation(known) {
        return Ok(Form::Lines(notation, false));
    }
    // words before and between dumps: a log
    if lines.physical.iter().any(|line| row::is_row(line) || row::Row::find(line, row::Row::begins).is_some())
    {
        return Ok(Form::Dumps(Where::InLog));
    }
    // frames, or a message with line ends in it
    if is_whole(start, known) {
        return Ok(Form::Raw);
    }
    match look::of_text(&lines.physical) {
        Some(words) => Err(words),
        None if look::is_nearly_hex(first) => Ok(Form::Lines(Notation::Hex, false)),
        None if !first.is_empty() && !may_be_message(first, known) => Err(look::no_message()),
        None if first.len() < start.len() => Ok(Form::Lines(Notation::Text, false)),
        None => Ok(Form::Raw),
    }
}

/// Whether lines are a dump whose octets are a whole message, though the offsets begin elsewhere, as they
/// do in the memory of a program.
fn is_dump_from_anywhere(lines: &Lines<'_>, known: Known) -> bool {
    let Some(octets) = hexdump::first(&lines.physical) else { return false };
    let message = packet::payload(&octets).unwrap_or_default();
    row::are_later_rows(&lines.physical) && known.fit(message) == COMPLETE
}

/// Whether a text has a message type where one can be: at its start, as the spec reads it, or after a
/// header.
fn may_be_message(line: &[u8], known: Known) -> bool {
    let mti = known.spec.and_then(|spec| Inspection::of(spec, line).mti());
    let stands = mti.is_some_and(|mti| memchr::memmem::find(line, mti.to_string().as_bytes()).is_some());
    stands || look::begins_as_message(line) || look::is_message(line)
}

/// What is no text: raw octets, unless it is known to be something else.
fn binary(start: &[u8], known: Known) -> Result<Form, Words> {
    if is_whole(start, known) {
        return Ok(Form::Raw);
    }
    let lines = Lines::of(start);
    // text in characters beyond ASCII, such as GBK, fits line by line
    if !lines.logical.is_empty() && lines.logical.iter().all(|line| known.fit(line) == COMPLETE) {
        return Ok(Form::Lines(Notation::Text, false));
    }
    match look::of_binary(start, lines.first()) {
        Some(words) => Err(words),
        None => Ok(Form::Raw),
    }
}

/// Whether raw octets are a message or frames of messages.
fn is_whole(start: &[u8], known: Known) -> bool {
    let parses = known.spec.is_some_and(|spec| Inspection::of(spec, start).error().is_none());
    parses
        || (known.framing.is_some() && known.fit(start) == COMPLETE)
        || known.spec.is_some_and(|spec| framing_of(&[start], spec).is_some())
}

/// The notation of one message among the arguments.
pub(super) fn of_argument(text: &[u8], known: Known) -> Notation {
    Lines::of(text).notation(known).unwrap_or(Notation::Hex)
}

/// Whether the messages are wrapped into lines of one length: one line gives none, all of them give
/// one, or at least more of one in the width that the programs have that wrap.
fn wraps(notation: Notation, start: &[u8], known: Known) -> bool {
    let whole = start.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
    let block: Vec<&[u8]> =
        whole.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).collect();
    let (Some((last, body)), Some(first)) = (block.split_last(), block.first()) else { return false };
    let is_even = body.iter().all(|line| line.len() == first.len()) && last.len() <= first.len();
    if notation == Notation::Text || body.is_empty() || !is_even || !(first.len() == 2 || first.len() >= 16) {
        return false;
    }
    let decoded = |text: &[u8]| decode(notation, known, text).unwrap_or_default();
    let whole = block.iter().fold(Vec::new(), |mut whole, line| {
        join(notation, &mut whole, line);
        whole
    });
    let (one, all) = (decoded(first), decoded(&whole));
    let (fit_of_one, fit_of_all) = (known.fit(&one), known.fit(&all));
    let is_usual = matches!((notation, first.len()), (Notation::Hex, 60) | (Notation::Base64, 64 | 76));
    let explains_more = fit_of_all * all.len() > fit_of_one * one.len();
    // an octet a line is no message
    if first.len() == 2 {
        return body.len() > 7 && !all.is_empty();
    }
    fit_of_one < COMPLETE && (fit_of_all == COMPLETE || (is_usual && explains_more))
}

/// The first lines of an input.
struct Lines<'s> {
    /// As they are.
    physical: Vec<&'s [u8]>,
    /// Arrays and strings in one.
    logical: Vec<Vec<u8>>,
}

impl<'s> Lines<'s> {
    fn of(start: &'s [u8]) -> Self {
        let mut lines =
            start.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let physical: Vec<&[u8]> =
            lines.by_ref().filter(|line| !line.trim_ascii().is_empty()).take(1024).collect();
        let mut logical: Vec<Vec<u8>> = Vec::new();
        let mut nesting: Option<Nesting> = None;
        for line in physical.iter().filter(|line| !notation::is_comment(line)) {
            let count = logical.len();
            match (nesting.as_mut().filter(|nesting| nesting.is_open()), logical.last_mut()) {
                (Some(open), Some(last)) => {
                    open.add(line);
                    last.push(b'\n');
                    last.extend_from_slice(line);
                }
                _ if count == MOST_LINES => break,
                _ => {
                    nesting = Nesting::of(line);
                    logical.push(line.to_vec());
                }
            }
        }
        Self { physical, logical }
    }

    /// The first line that is not the head of a table.
    fn first(&self) -> &'s [u8] {
        let first = self.physical.iter().find(|line| !hexdump::is_frame(line));
        first.map(|line| line.trim_ascii()).unwrap_or_default()
    }

    /// In which notation every line gives octets; the one that fits best, digits before all others.
    fn notation(&self, known: Known) -> Option<Notation> {
        let score = |notation| self.score(notation, known);
        let (hex, base64, text) = (score(Notation::Hex), score(Notation::Base64), score(Notation::Text));
        let is_better = |other: Option<usize>| other.is_none_or(|other| text > Some(other));
        let whole = COMPLETE * self.logical.len();
        // digits of a message of another spec are no text that breaks in the middle
        let any_spec = Known { spec: None, ..known };
        let begins = self.logical.iter().all(|line| look::begins_as_message(line));
        let is_partly = begins
            && text.is_some_and(|text| 2 * text >= whole)
            && self.score(Notation::Hex, any_spec) < Some(whole);
        let is_text = text == Some(whole) || is_partly;
        match (hex, base64) {
            (hex, _) if is_text && is_better(hex) && is_better(base64) => Some(Notation::Text),
            (Some(_), _) => Some(Notation::Hex),
            (None, Some(_)) => Some(Notation::Base64),
            (None, None) => None,
        }
    }

    /// Whether each line is a message in characters with a length or a header in front, which is told; the
    /// line ends belong to no frame. Digits that a spec explains as well are octets.
    fn are_framed(&self, known: Known) -> bool {
        let any_spec = Known { spec: None, ..known };
        let text = self.score(Notation::Text, known);
        text >= Some((COMPLETE - 1) * self.logical.len())
            && self.score(Notation::Hex, any_spec) < text
            && self.logical.iter().all(|line| look::has_mti(line))
            && look::of_text(&self.physical).is_none()
    }

    /// Whether the lines are zeros and ones, eight an octet.
    fn are_binary_digits(&self, known: Known) -> bool {
        let is_binary = |line: &Vec<u8>| {
            let digits = line.iter().filter(|octet| !octet.is_ascii_whitespace()).count();
            line.iter().all(|octet| matches!(octet, b'0' | b'1' | b' ' | b'\t'))
                && digits >= 64
                && digits.is_multiple_of(8)
        };
        !self.logical.is_empty()
            && self.logical.iter().all(is_binary)
            && [Notation::Hex, Notation::Text].iter().all(|notation| !self.fit(*notation, known))
    }

    /// Whether each line is a whole message.
    fn fit(&self, notation: Notation, known: Known) -> bool {
        self.score(notation, known) == Some(COMPLETE * self.logical.len())
    }

    /// How well the lines fit; `None` when one of them is not in the notation.
    fn score(&self, notation: Notation, known: Known) -> Option<usize> {
        let scores = self.logical.iter().map(|line| {
            let line = if notation == Notation::Text { line } else { line.trim_ascii() };
            let octets = match notation {
                Notation::Hex if matches!(notation::read(line), Reading::None) => None,
                // a refusal is a reading: the line is in the notation
                Notation::Hex => Some(decode(notation, known, line).unwrap_or_default()),
                Notation::Base64 if line.len() < 16 || !line.len().is_multiple_of(4) => None,
                Notation::Base64 => decode(notation, known, line).ok(),
                Notation::Text => Some(line.to_vec()),
            };
            octets.map(|octets| known.fit(&octets))
        });
        Some(scores.sum::<Option<usize>>()?).filter(|_| !self.logical.is_empty())
    }
}
