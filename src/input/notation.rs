//! The octets of a line, in the notations that programs and languages print them in.
//!
//! Plain digits, with blanks or another mark between the octets; a prefix or a suffix to each; arrays
//! and strings of programming languages, with the words around them. A notation holds for a whole
//! line: what mixes two is none, because dates, times and names are made of such pieces, too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::hex;

/// What a line can be read as.
pub(super) enum Reading {
    /// One message, or the same characters in two ways: the likelier first.
    Octets(Vec<Vec<u8>>),
    /// Octets are left out of it, as the words say.
    Refused((&'static str, &'static str)),
    /// No octets.
    None,
}

/// Reads a line, or the lines of one array or string.
pub(super) fn read(text: &[u8]) -> Reading {
    crate::input::work::count(text.len());
    if let Ok(octets) = hex::octets(text) {
        return match octets.is_empty() {
            true => Reading::None,
            false if repeats_itself(text) => Reading::Refused(ROWS),
            false => Reading::Octets(vec![octets]),
        };
    }
    let Ok(text) = std::str::from_utf8(text) else { return Reading::None };
    let text = without_comments(&typed(text));
    let text = text.trim().trim_end_matches([';', ',']).trim_matches(['`', ' ']);
    if let Some(found) = quoted(text) {
        return found;
    }
    let text = text.replace("(byte)", "").replace("(char)", "");
    // each octet within brackets of its own
    let text = ["][", ")(", "><", "}{"].iter().fold(text, |text, pair| text.replace(pair, " "));
    let (inner, is_array) = bracketed(text.trim());
    if let Some(refusal) = beside_characters(inner) {
        return refusal;
    }
    if inner.contains("...") || inner.contains('…') {
        let octets = inner.split(['.', '…']).next().and_then(marked);
        return match octets.filter(|octets| octets.len() > 1) {
            Some(_) => Reading::Refused((
                "octets are left out of it ('...'): print all of them",
                "其中省略了一些字节（'...'）：请完整输出",
            )),
            None => Reading::None,
        };
    }
    let mut readings: Vec<Vec<u8>> = marked(inner).into_iter().collect();
    readings.extend(decimals(inner).filter(|_| is_array));
    if readings.is_empty() {
        // words and a quote before the first escape are code around a string, not characters of it
        let is_code = inner.split('\\').next().is_some_and(|before| before.contains(['"', '\'']));
        let has_escapes = !is_code && (inner.contains("\\x") || inner.starts_with('\\'));
        readings.extend(escaped(inner).filter(|octets| !octets.is_empty() && has_escapes));
    }
    if readings.is_empty() {
        readings.extend(labelled(&text).or_else(|| base64_of(&text)));
    }
    if readings.is_empty() { Reading::None } else { Reading::Octets(readings) }
}

const ROWS: (&str, &str) = (
    "these are rows of a dump without their offsets: take away the characters beside the octets",
    "这是没有偏移的转储行：请去掉字节旁边的字符列",
);

/// Whether digits are a row of a dump, whose characters are digits, too: `30 38 30 30 30 38 30 30  08000800`.
fn repeats_itself(text: &[u8]) -> bool {
    let row = memchr::memmem::find(text, b"  ").and_then(|end| text.split_at_checked(end));
    row.is_some_and(|(octets, characters)| {
        hex::octets(octets)
            .is_ok_and(|octets| octets.len() >= FEWEST_OF_ROW && octets == characters.trim_ascii())
    })
}

/// How many octets a row of a dump has at least.
const FEWEST_OF_ROW: usize = 8;

/// The refusal of `00 22 30 38   .."08`: a row of a dump without its offset.
fn beside_characters(text: &str) -> Option<Reading> {
    let end = [text.find("  "), text.find(" |")].into_iter().flatten().min()?;
    let (octets, characters) = text.split_at_checked(end)?;
    let octets = marked(octets).filter(|octets| octets.len() >= FEWEST_OF_ROW)?;
    let characters = characters.trim_start_matches([' ', '|']).trim_end_matches([' ', '|']);
    let may_be_octets = marked(characters).is_some() && octets != characters.as_bytes();
    (!may_be_octets && characters.chars().count() <= octets.len()).then_some(Reading::Refused(ROWS))
}

/// A text as it was before an editor, a mail or a page gave it the blanks, dashes, quotes and wide
/// digits of typesetters.
fn typed(text: &str) -> String {
    let plain = |character: char| match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{2018}' | '\u{2019}' => Some('\''),
        '\u{201C}' | '\u{201D}' => Some('"'),
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => None,
        '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF26}' | '\u{FF41}'..='\u{FF46}' => {
            char::from_u32(u32::from(character) - 0xFEE0)
        }
        blank if !blank.is_ascii() && blank.is_whitespace() => Some(' '),
        other => Some(other),
    };
    text.chars().filter_map(plain).collect()
}

/// `payload=0022...`, `"data": "00 22 ..."`: octets after a name that has no digits, of which a date or
/// a time would be made.
fn labelled(text: &str) -> Option<Vec<u8>> {
    const FEWEST: usize = 8;
    let (name, value) = text.rsplit_once(['=', ':'])?;
    let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '_' | '-' | '"' | '\'' | '>' | '<');
    if name.len() > 40 || !name.contains(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(is_name) {
        return None;
    }
    let value = value.trim_matches([' ', '"', '\'', '[', ']', '<', '>', '{', '}', '.']);
    let octets = hex::octets(value.as_bytes()).ok().or_else(|| marked(value))?;
    (octets.len() >= FEWEST).then_some(octets)
}

/// The octets of a data URI, or of what a program is told is base64.
fn base64_of(text: &str) -> Option<Vec<u8>> {
    let (_, coded) = text.split_once(";base64,").filter(|(before, _)| before.starts_with("data:"))?;
    STANDARD.decode(coded).ok()
}

/// How far into the brackets of an array, or into a string, the lines read so far have led.
#[derive(Default)]
pub(super) struct Nesting {
    depth: usize,
    quote: Option<char>,
    /// Whether the line ended with a backslash.
    goes_on: bool,
}

impl Nesting {
    /// That of a first line; `None` when it is no declaration, array or string, and stands alone.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let first = first_nesting(line)?;
        // what stands before an array or a string is a declaration, and no message
        let before = line.get(..first).unwrap_or_default();
        let longest = before.split(|octet| !octet.is_ascii_hexdigit()).map(<[u8]>::len).max();
        longest.filter(|longest| *longest < 8)?;
        let mut nesting = Self::default();
        nesting.add(line);
        Some(nesting)
    }

    /// Adds a line.
    pub(super) fn add(&mut self, line: &[u8]) {
        crate::input::work::count(line.len());
        let line = without_comments(&String::from_utf8_lossy(line));
        self.goes_on = line.trim_end().ends_with('\\');
        let mut is_escaped = false;
        for character in line.chars() {
            match (self.quote, character) {
                (Some(_), _) if is_escaped => is_escaped = false,
                (Some(_), '\\') => is_escaped = true,
                (Some(open), close) if open == close => self.quote = None,
                (None, open @ ('"' | '\'')) => self.quote = Some(open),
                (None, '{' | '[' | '(') => self.depth += 1,
                (None, '}' | ']' | ')') => self.depth = self.depth.saturating_sub(1),
                _ => (),
            }
        }
    }

    /// Whether the next line belongs to the same array or string.
    pub(super) fn is_open(&self) -> bool {
        self.goes_on || self.depth > 0
    }
}

/// Where the first octet stands that may lead into an array or a string.
fn first_nesting(text: &[u8]) -> Option<usize> {
    let bracket = memchr::memchr3(b'{', b'[', b'(', text);
    bracket.into_iter().chain(memchr::memchr(b'\\', text)).min()
}

/// Whether lines may belong together, or to those that follow.
pub(super) fn may_nest(lines: &[u8]) -> bool {
    first_nesting(lines).is_some()
}

/// Whether a line says nothing: a comment of a program, or the length that stands below an array.
pub(super) fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let number = line.strip_suffix(b";").and_then(|line| line.rsplit(|octet| *octet == b'=').next());
    let is_length = line.first().is_some_and(u8::is_ascii_alphabetic)
        && number
            .is_some_and(|number| number.trim_ascii().iter().all(u8::is_ascii_digit) && number.len() < 12);
    line.starts_with(b"#")
        || line.starts_with(b"```")
        || line.starts_with(b"//")
        || (line.starts_with(b"/*") && line.ends_with(b"*/"))
        || is_length
}

/// Lines without what stands between `/*` and the last `*/` of each: the characters of a dump may
/// hold either mark.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match (line.find("/*"), line.rfind("*/")) {
            (Some(start), Some(end)) if start < end => {
                out.push_str(line.get(..start).unwrap_or_default());
                out.push_str(line.get(end + 2..).unwrap_or_default());
            }
            _ => {
                // a mark within quotes is a part of a string
                let end = line.find("//").or_else(|| line.find(" # "));
                let end = end.filter(|end| !line.get(..*end).unwrap_or_default().contains(['"', '\'']));
                out.push_str(end.and_then(|end| line.get(..end)).unwrap_or(line));
            }
        }
        out.push('\n');
    }
    out
}

/// A string literal, or several one after the other: `b'\x00"08'`, `"\x00" "\x22"`, `x'0022'`,
/// `bytes.fromhex("0022")`. `None` when it is none, and what stands around it is no code.
fn quoted(text: &str) -> Option<Reading> {
    let start = text.find(['"', '\''])?;
    let (before, mut rest) = text.split_at(start);
    let quote = rest.chars().next()?;
    // letters before a string say what it is, a call around it says more
    let letters = before.len() - before.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '$').len();
    let (around, word) = before.split_at_checked(before.len() - letters)?;
    let word = word.to_ascii_lowercase();
    let is_code = around.is_empty() || around.contains('=') || around.ends_with(['(', '{', '[']);
    if !is_code || !matches!(word.as_str(), "" | "b" | "x" | "h" | "br" | "rb" | "$" | "r" | "l") {
        return None;
    }
    let mut content = String::new();
    while let Some(inner) = rest.strip_prefix(quote) {
        let end = end_of_string(inner, quote)?;
        content.push_str(inner.get(..end)?);
        rest = inner.get(end + 1..)?.trim_start_matches(['\\', '\n', ' ', '+', '\r']);
        // each of several literals may say that it is octets
        rest = rest.strip_prefix('b').filter(|rest| rest.starts_with(quote)).unwrap_or(rest);
    }
    let after = rest.trim_matches([')', '}', ']', ';', ',', ' ', '\n']);
    if matches!(after, "'base64'" | "\"base64\"") {
        return STANDARD.decode(content).ok().map(|octets| Reading::Octets(vec![octets]));
    }
    // `.hex()` is of octets, and says nothing of how they are written
    let after = if after == ".hex(" { "" } else { after };
    if !matches!(after, "" | "'hex'" | "\"hex\"" | ".pack('H*'" | ".pack(\"H*\"") {
        return None;
    }
    let digits = hex::octets(content.trim().as_bytes()).ok().or_else(|| marked(&content));
    let characters = escaped(&content);
    let is_digits = matches!(word.as_str(), "x" | "h") || around.contains("hex") || !after.is_empty();
    let readings: Vec<Vec<u8>> = match word.as_str() {
        _ if content.contains('\\') => characters.into_iter().collect(),
        _ if is_digits => digits.into_iter().collect(),
        "b" | "br" | "rb" => characters.into_iter().collect(),
        _ => digits.into_iter().chain(characters).collect(),
    };
    let readings: Vec<Vec<u8>> = readings.into_iter().filter(|octets| !octets.is_empty()).collect();
    Some(if readings.is_empty() { Reading::None } else { Reading::Octets(readings) })
}

fn end_of_string(inner: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in inner.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            close if close == quote => return Some(at),
            _ => (),
        }
    }
    None
}

/// What stands within the innermost brackets, if there are any, and whether they are those of an
/// array.
fn bracketed(text: &str) -> (&str, bool) {
    let inner = |open: usize| {
        let rest = text.get(open + 1..)?;
        let end = rest.find(['}', ']', ')', '>'])?;
        // nothing but the end of a statement follows
        let is_end = rest.get(end..)?.chars().all(|character| "}])>; \n".contains(character));
        is_end.then(|| rest.get(..end)).flatten()
    };
    match text.rfind(['{', '[', '(', '<']) {
        Some(open) => match inner(open) {
            Some(inner) => {
                let inner = inner.strip_prefix("Buffer ").unwrap_or(inner).trim();
                let (before, rest) = text.split_at_checked(open).unwrap_or_default();
                let is_call = rest.starts_with('(') && before.ends_with(|c: char| c.is_ascii_alphanumeric());
                (inner, rest.starts_with(['{', '[']) || is_call || before.ends_with('<'))
            }
            None => (text, false),
        },
        None => (text, false),
    }
}

/// Octets with one mark between them, each with the same prefix or suffix, or none: `00:22`,
/// `0x00, 0x22`, `30h 38h`, `%30%38`. One long number with a prefix is octets, too.
fn marked(text: &str) -> Option<Vec<u8>> {
    const PREFIXES: [&str; 9] = ["0x", "0X", "\\x", "\\X", "%", "$", "&H", "16#", "x"];
    const MARKS: [char; 10] = [',', ':', '-', ';', '_', '|', '.', '/', '+', '*'];
    let text = text.trim();
    let prefix = PREFIXES.into_iter().find(|prefix| text.starts_with(prefix)).unwrap_or("");
    let mark = text.chars().find(|character| MARKS.contains(character));
    let parts_them = matches!(prefix, "%" | "\\x" | "\\X" | "$")
        || matches!(prefix, "0x" | "0X" | "x")
            && !text.contains([' ', '\t'])
            && text.matches(prefix).count() > 1;
    let pieces: Vec<&str> = match (prefix, mark) {
        (_, None) if parts_them => text.split(prefix).skip(1).collect(),
        (_, Some(mark)) => text.split(mark).flat_map(str::split_ascii_whitespace).collect(),
        (_, None) => text.split_ascii_whitespace().collect(),
    };
    let suffix = pieces.first()?.strip_suffix(['h', 'H']).map_or("", |_| "h");
    let is_prefixed = !prefix.is_empty();
    let parted = parts_them && mark.is_none();
    // 0800.2020.0000: groups of one size, which a date or a time has not
    let group = pieces.first().map_or(0, |piece| piece.len());
    let (last, others) = pieces.split_last()?;
    let is_grouped = others.len() > 1
        && group >= 4
        && others.iter().all(|piece| piece.len() == group)
        && last.len() <= group;
    let mut octets = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        let piece = if parted { piece.trim() } else { piece.strip_prefix(prefix)? };
        let piece = if suffix.is_empty() { piece } else { piece.strip_suffix(['h', 'H'])? };
        // an assembler wants a digit first
        let piece = if suffix.is_empty() || piece.len() != 3 { piece } else { piece.strip_prefix('0')? };
        match piece.len() {
            1 if is_prefixed => octets.push(u8::from_str_radix(piece, 16).ok()?),
            2 => octets.extend(hex::octets(piece.as_bytes()).ok()?),
            // a single number, or words with blanks between them
            _ if (mark.is_none() || is_grouped) && piece.len().is_multiple_of(2) => {
                octets.extend(hex::octets(piece.as_bytes()).ok()?);
            }
            _ => return None,
        }
    }
    // two or more: one octet alone is a number like any other
    (octets.len() > 1).then_some(octets)
}

/// `48, 56, -128`: octets as the numbers that Java, Rust or Python print; `48 56 128`, as Go does.
fn decimals(text: &str) -> Option<Vec<u8>> {
    let octet = |piece: &str| {
        let number: i16 = piece.trim().parse().ok()?;
        u8::try_from(number).ok().or_else(|| Some(i8::try_from(number).ok()?.cast_unsigned()))
    };
    let by_blanks = || text.split_ascii_whitespace().map(octet).collect();
    let text = text.trim_end().trim_end_matches(',');
    let octets: Option<Vec<u8>> =
        if text.contains(',') { text.split(',').map(octet).collect() } else { by_blanks() };
    octets.filter(|octets| octets.len() > 1)
}

/// The characters of a string, its escapes being those of C, Python and Rust.
fn escaped(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = rest.get(character.len_utf8()..)?;
        if character != '\\' {
            octets.push(u8::try_from(character).ok()?);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = rest.get(escape.len_utf8()..)?;
        let digits = match escape {
            'x' => 2,
            'u' if rest.starts_with("00") => 4,
            '0'..='7' => {
                // up to three octal digits, the first of which is taken already
                let more = rest.bytes().take(2).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
                let value = format!("{escape}{}", rest.get(..more)?);
                octets.push(u8::from_str_radix(&value, 8).ok()?);
                rest = rest.get(more..)?;
                continue;
            }
            other => {
                octets.push(named(other)?);
                continue;
            }
        };
        octets.push(u8::from_str_radix(rest.get(..digits)?, 16).ok()?);
        rest = rest.get(digits..)?;
    }
    Some(octets)
}

/// The octet of an escape that is one letter or sign.
fn named(escape: char) -> Option<u8> {
    Some(match escape {
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'a' => 7,
        'b' => 8,
        'v' => 11,
        'f' => 12,
        'e' => 27,
        '\\' | '\'' | '"' => u8::try_from(escape).ok()?,
        _ => return None,
    })
}
