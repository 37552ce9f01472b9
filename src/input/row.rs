//! One row of a dump: an offset, octets, and characters that are not read.

use super::item::Refusal;

/// One row.
pub(super) struct Row {
    offset: Offset,
    pub(super) octets: Vec<u8>,
    /// Whether two blanks stand in its middle: its characters begin there, when it is a short row.
    pub(super) has_halves: bool,
}

/// What stands before the octets: digits that programs write in hexadecimal, octal or decimal.
#[derive(Clone, Debug)]
pub(super) struct Offset {
    digits: String,
    radices: Radices,
    /// Whether a mark or a prefix tells that it is none of the octets.
    is_marked: bool,
}

impl Offset {
    fn number(&self, radix: u32) -> Option<usize> {
        usize::from_str_radix(&self.digits, radix).ok()
    }
}

/// Which of sixteen, eight and ten the offsets of a dump may be written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Radices([bool; 3]);

impl Radices {
    pub(super) const ANY: Self = Self([true; 3]);
    const HEXADECIMAL: Self = Self([true, false, false]);

    fn of(self) -> impl Iterator<Item = (usize, u32)> {
        let numbers = self.0.into_iter().zip([16, 8, 10]).enumerate();
        numbers.filter_map(|(index, (may, radix))| may.then_some((index, radix)))
    }
}

/// Octets of a row where nothing else tells.
pub(super) const USUAL: usize = 16;

/// The most octets of a row.
const MOST: usize = 256;

impl Row {
    /// Whether the row begins a dump.
    pub(super) fn is_first(&self) -> bool {
        self.offset.digits.bytes().all(|digit| digit == b'0')
    }

    /// Whether the row begins a dump among other words: octets enough to be no number.
    pub(super) fn begins(&self) -> bool {
        self.is_first() && self.octets.len() > 3
    }

    /// Where the row stands.
    pub(super) fn place(&self) -> Offset {
        self.offset.clone()
    }

    /// The radices, of those given, in which the row stands that many octets behind an offset; `None`
    /// in no one.
    pub(super) fn is_behind(&self, start: &Offset, count: usize, radices: Radices) -> Option<Radices> {
        let mut fitting = [false; 3];
        for (index, radix) in
            radices.of().filter(|(index, _)| self.offset.radices.0.get(*index) == Some(&true))
        {
            if let Some(slot) = fitting.get_mut(index) {
                let end = start.number(radix).and_then(|start| start.checked_add(count));
                *slot = end.is_some() && self.offset.number(radix) == end;
            }
        }
        fitting.contains(&true).then_some(Radices(fitting))
    }

    /// The radices, of those given, of a row after some that were left out. Whoever leaves rows out counts by sixteen,
    /// but for od with its seven digits: were others tried, 40 and 80 would be reached before 0x40 and 0x80 are.
    pub(super) fn radices_after_a_gap(&self, radices: Radices) -> Radices {
        let is_of_od = self.offset.radices == Radices::ANY;
        let [is_hexadecimal, ..] = radices.0;
        if is_hexadecimal && !is_of_od { Radices::HEXADECIMAL } else { radices }
    }

    /// The offset in the likeliest of the radices.
    pub(super) fn offset(&self, radices: Radices) -> Option<usize> {
        radices.of().find_map(|(_, radix)| self.offset.number(radix))
    }

    /// Reads a row at the start of a line.
    pub(super) fn parse(line: &[u8]) -> Result<Self, Refusal> {
        crate::input::work::count(line.len());
        let text = text(line);
        let none = || {
            Refusal::told(
                0,
                ("expected an offset and octets, as xxd prints them", "应为偏移和字节，如xxd的输出"),
            )
        };
        let (offset, style, rest) = offset(&text).ok_or_else(none)?;
        let (octets, has_halves) = octets(rest, style).map_err(|words| Refusal::told(None, words))?;
        // an offset alone ends a dump; so many digits alone are a message
        if octets.is_empty() && offset.digits.len() > 8 {
            return Err(none());
        }
        Ok(Self { offset, octets, has_halves })
    }

    /// Reads a row that follows other words in a line, as a log puts them before each.
    pub(super) fn find(line: &[u8], fits: impl Fn(&Self) -> bool) -> Option<Self> {
        // a row is short; a line that is not is something else
        let line = Some(line).filter(|line| line.len() < 4096)?;
        let starts = line.iter().enumerate().filter(|(at, octet)| {
            let before = at.checked_sub(1).and_then(|before| line.get(before));
            is_part_of_offset(**octet) && before.is_none_or(|before| !is_part_of_offset(*before))
        });
        // words before a row are few; what comes later in a line is its characters
        let starts = starts.take(32).map(|(at, _)| at);
        starts
            .filter_map(|at| Some((at, Self::parse(line.get(at..)?).ok()?)))
            .find(|(at, row)| !row.octets.is_empty() && fits(row) && !row.is_within_words(line, *at))
            .map(|(_, row)| row)
    }

    /// Whether the offset, at `at` in a line, is one of several words of octets: `30383030 00000000
    /// 31323334`.
    fn is_within_words(&self, line: &[u8], at: usize) -> bool {
        let count = self.offset.digits.len();
        let is_bare = line.get(at + count) == Some(&b' ');
        let before = line.get(..at).unwrap_or_default().trim_ascii_end();
        let word = before.len().checked_sub(count).and_then(|start| before.get(start..)).unwrap_or_default();
        is_bare && before.len() + 1 == at && !word.is_empty() && word.iter().all(u8::is_ascii_hexdigit)
    }
}

/// Whether a line looks like the first row of a dump.
pub(super) fn is_row(line: &[u8]) -> bool {
    match Row::parse(line) {
        Ok(row) => row.is_first() && row.octets.len() > 1,
        // a dump, though none that can be read
        Err(refusal) => refusal.text == WORDS.0 || refusal.text == MASKED.0,
    }
}

/// Whether lines begin with rows of a dump, at any offset: each stands as far behind the one before it as
/// that one has octets, or anywhere behind it where its offset is one by its marks.
pub(super) fn are_later_rows(lines: &[&[u8]]) -> bool {
    let rows: Vec<Row> = lines.iter().take(3).filter_map(|line| Row::parse(line.trim_ascii()).ok()).collect();
    let follows = |pair: &[Row]| match pair {
        [before, row] => {
            let is_later = before.offset(Radices::ANY) < row.offset(Radices::ANY);
            (is_later && before.offset.is_marked && row.offset.is_marked)
                || row.is_behind(&before.offset, before.octets.len(), Radices::ANY).is_some()
        }
        _ => false,
    };
    let is_long = rows.first().is_some_and(|row| row.octets.len() > 3);
    let is_dump = rows.len() > 1 || rows.first().is_some_and(|row| row.offset.is_marked);
    is_long && is_dump && rows.len() == lines.len().min(3) && rows.windows(2).all(follows)
}

const WORDS: (&str, &str) = (
    "these are words in the byte order of a machine, as hexdump and od print them: take xxd or hexdump -C",
    "这是按机器字节序排列的字，如hexdump和od的输出：请用xxd或hexdump -C",
);
const MASKED: (&str, &str) = ("masked octets cannot be read", "被屏蔽的字节无法读取");

fn is_part_of_offset(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
}

/// A line with the frames of tables as bars, and other characters beyond ASCII as dots.
fn text(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let plain = |character| match character {
        '│' | '┊' | '┆' | '║' => '|',
        '\t' => ' ',
        other if other.is_ascii() => other,
        _ => '.',
    };
    line.chars().map(plain).collect()
}

/// What of the punctuation after an offset tells how the rest is to be read.
#[derive(Clone, Copy)]
struct RowStyle {
    /// Groups of four and six digits are words of a machine, not octets in their order.
    words: bool,
}

/// The offset of a row in its usual forms, and what follows: `0000`, `00000000:`, `0x0000:`,
/// `00000000h:`, `0000(0000)`, `|00000000|`, `[0000]`.
fn offset(text: &str) -> Option<(Offset, RowStyle, &str)> {
    let text = text.trim_start();
    let (text, is_boxed) = match text.strip_prefix(['|', '[', '<', '(']) {
        Some(rest) => (rest.trim_start(), true),
        None => (text, false),
    };
    let (text, is_prefixed) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let count = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let (digits, rest) = text.split_at_checked(count).filter(|_| (4..=16).contains(&count))?;
    if let Some(found) = segmented(count, rest) {
        return Some(found);
    }
    let (rest, is_suffixed) = match rest.strip_prefix(['h', 'H']) {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    // the same number again, in decimal
    let (rest, is_double) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((decimal, rest)) if decimal.bytes().all(|digit| digit.is_ascii_hexdigit()) => (rest, true),
        _ => (rest, false),
    };
    // the name of what stands there, as gdb prints it
    let rest = match rest.strip_prefix(" <").and_then(|rest| rest.split_once(">:")) {
        Some((name, _)) if !name.contains(' ') => rest.split_once('>').map_or(rest, |(_, rest)| rest),
        _ => rest,
    };
    let rest = if rest.starts_with(" : ") { rest.trim_start() } else { rest };
    let marked = rest.trim_start_matches([':', '|', ']', '>', '-', ')', '=']);
    let has_mark = marked.len() < rest.len();
    // blanks alone part a bare offset from its octets
    if !(marked.is_empty() || marked.starts_with(' ') || has_mark || is_double) {
        return None;
    }
    let is_bare = !(is_boxed || is_prefixed || is_suffixed || is_double || has_mark);
    // od writes octal numbers, of seven digits
    let radices = match count {
        _ if is_prefixed || is_suffixed || is_double => Radices::HEXADECIMAL,
        7 => Radices::ANY,
        _ => Radices([true, false, true]),
    };
    let words = is_bare && matches!(count, 6 | 7);
    Some((Offset { digits: digits.to_owned(), radices, is_marked: !is_bare }, RowStyle { words }, marked))
}

/// The offset within a segment, as DOS prints it (`0B2C:0100  30 38`), or the lower half of an address, as
/// Windows does (`00007ff6\`00001230`), and what follows.
fn segmented(count: usize, rest: &str) -> Option<(Offset, RowStyle, &str)> {
    let mark = if count == 8 { '`' } else { ':' };
    let (digits, rest) = rest.strip_prefix(mark).and_then(|rest| rest.split_at_checked(count))?;
    let is_offset = matches!(count, 4 | 8) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    // `0000:3038 3030` are groups of octets behind an offset
    let octets = rest.strip_prefix(' ')?.trim_start();
    let is_pair = octets.bytes().take_while(u8::is_ascii_hexdigit).count() == 2;
    let offset = Offset { digits: digits.to_owned(), radices: Radices::HEXADECIMAL, is_marked: true };
    (is_offset && is_pair).then_some((offset, RowStyle { words: false }, rest))
}

/// The octets of a row, up to the characters, and whether two blanks part its halves.
fn octets(text: &str, style: RowStyle) -> Result<(Vec<u8>, bool), (&'static str, &'static str)> {
    let mut octets = Vec::new();
    let mut has_halves = false;
    let mut group = None;
    let mut rest = text;
    while octets.len() < MOST {
        let gap = rest.len() - rest.trim_start_matches([' ', '-']).len();
        let blanks = rest.bytes().take(gap).filter(|octet| *octet == b' ').count();
        let after = rest.get(gap..).unwrap_or_default();
        let end = after.find([' ', '-', '|', ';']).unwrap_or(after.len());
        let token = after.get(..end).unwrap_or_default();
        let digits = token.strip_prefix("0x").map(|digits| digits.trim_end_matches(','));
        if digits.is_some_and(|digits| digits.len() > 2) {
            return Err(WORDS);
        }
        let token = digits.unwrap_or(token);
        // one blank between octets, two after each eight of a row; more, and the characters begin
        let is_middle = blanks == 2 && octets.len().is_multiple_of(USUAL / 2);
        let ends = blanks > 1 && !octets.is_empty() && (!is_middle || are_characters(after, &octets));
        // a table parts offset and octets, and the halves of a row, by a line; what is further away are characters
        let is_half = octets.len() == USUAL / 2 && blanks < 2;
        if after.starts_with('|') && (octets.is_empty() || is_half) {
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        if token.is_empty() || ends || token.starts_with(['>', '\'', '"', ':']) {
            break;
        }
        if token.starts_with("**") {
            return Err(MASKED);
        }
        let is_pairs = token.len().is_multiple_of(2) && token.bytes().all(|octet| octet.is_ascii_hexdigit());
        // beyond the usual octets, what is no group like the first one is characters
        let is_like_others = *group.get_or_insert(token.len()) == token.len();
        if octets.len() >= USUAL && !(is_pairs && is_like_others) {
            break;
        }
        has_halves |= is_middle;
        match super::hex::octets(token.as_bytes()) {
            Ok(_) if is_pairs && style.words && token.len() > 2 => return Err(WORDS),
            Ok(more) if is_pairs => octets.extend(more),
            _ => return Err(("expected two hexadecimal digits", "应为两个十六进制数字")),
        }
        rest = after.get(end..).unwrap_or_default();
    }
    Ok((octets, has_halves))
}

/// Whether a text is the characters of octets, as dumps print them: each itself, or a dot or a blank.
fn are_characters(text: &str, octets: &[u8]) -> bool {
    let text = text.as_bytes();
    let is_shown = |(shown, octet): (&u8, &u8)| match octet {
        0x21..=0x7E => shown == octet,
        _ => matches!(shown, b'.' | b' ' | b'?'),
    };
    text.len() <= octets.len() && text.iter().zip(octets).all(is_shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_usual_programs() {
        let rows: [(&str, usize, usize); 29] = [
            ("00000000: 3038 3030 2020 0000 0080 0000 3132 3334  0800  ......1234", 0, 16),
            ("00000010: 3038 30                                  080", 16, 3),
            ("00000000  30 38 30 30 20 20 00 00  00 80 00 00 31 32 33 34  |0800  ......1234|", 0, 16),
            ("00000010  30 38 30 30 20                                    |0800 |", 16, 5),
            ("0000   30 38 30 30 20 20 00 00 00 80 00 00 31 32 33 34   0800  ......1234", 0, 16),
            ("0000  30 38 30 30                                       0800              MTI", 0, 4),
            ("00000015", 0x15, 0),
            ("00000010h: 00 22 30 38 ; .\"08", 16, 4),
            ("0010(0016)  00 22 30 38  .\"08", 16, 4),
            ("0010(0016)  00223038 30383030", 16, 8),
            ("        0x0010:  4500 0034 0000", 16, 6),
            ("|00000010| 30 38 30 30                                     |0800            |", 16, 4),
            ("│00000010│ 30 38 30 30 20 20 00 00 ┊ 00 80                   │0800  ××┊×0    │", 16, 10),
            ("000010 30 38 30 30", 16, 4),
            ("[0010] 30 38 30 30", 16, 4),
            ("0010: 30 38 30 30 30 38 30 30-30 38 30 30 30 38 30 30 0800080008000800", 16, 16),
            ("00000010 30 38 30 30 30 38 30 30 30 38 30 30 30 38 30 30 0800080008000800", 16, 16),
            ("00000000: 3030 3030 3030 3030 3030 3030 3030 3030 3030  000000000000000000", 0, 18),
            ("0000  ff fe 00 01  ....", 0, 4),
            ("0000010 30 38 30 30 >0800<", 16, 4),
            ("0000 | 30 38 | 08", 0, 2),
            ("0010   0800", 16, 2),
            ("0B2C:0010  30 38 30 30 20 20 00 00-00 80 00 00   0800  ......", 16, 12),
            ("00007ff6`00000010  30 38 30 30 20 20 00 00-00 80 00 00   0800  ......", 16, 12),
            ("0x10000 <buf+16>:\t0x30\t0x38", 0x10000, 2),
            ("0000:3038 3030", 0, 4),
            (
                "0010  30 38 30 30 30 38 30 30 30 38 30 30 30 38 30 30 30 38 30 30  08000800080008000800",
                16,
                20,
            ),
            ("[0010] 30 38 30 30 30 38 30 30 30 38 30 30 30 38 30 30  30 38  080008000800080008", 16, 18),
            ("0010  30 30 20 20 30 30 20 20 30 30 20 20 30 30 20 20  00  00  00  00", 16, 16),
        ];
        for (row, offset, octets) in rows {
            let parsed = Row::parse(row.as_bytes()).map_err(|refusal| refusal.text);
            let parsed = parsed.map(|parsed| (parsed.offset(Radices::ANY), parsed.octets.len()));
            assert_eq!(parsed, Ok((Some(offset), octets)), "{row}");
        }
        for (row, words) in [
            ("0004  ** ** 30", MASKED),
            ("0000000 3830 3030", WORDS),
            ("0000000 030060 030060", WORDS),
            ("0x10000:\t0x30383030", WORDS),
        ] {
            assert_eq!(Row::parse(row.as_bytes()).map(|_| ()).unwrap_err().text, words.0, "{row}");
        }
        for row in ["2021-07-28 20:15:46,841 ERROR", "abc", "0800822000000000", "00 22 30 38", "0000x 30"] {
            assert!(Row::parse(row.as_bytes()).is_err(), "{row}");
        }
    }

    #[test]
    fn rows_follow_one_another_from_any_offset() {
        let rows =
            |lines: &[&str]| are_later_rows(&lines.iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
        assert!(rows(&["7ffd1230: 02 00 70 20 00 00", "7ffd1236: 30 30", "7ffd1238: 30"]));
        assert!(!rows(&["0200 7020 0000 0080", "0210 7020 0000 0080"]));
        assert!(rows(&["7ffd1230: 02 00 70 20 00 00"]) && !rows(&["7ffd1230 02 00 70 20 00 00"]));
        assert!(rows(&["7ffd1230: 02 00 70 20", "7ffd1250: 30 30"]), "a row is missing");
        assert!(!rows(&["7ffd1230: 02 00 70 20 00 00", "7ffd1236: 30 30", "a message"]));
    }

    #[test]
    fn offsets_are_hexadecimal_octal_or_decimal() {
        let row = |text: &str| Row::parse(text.as_bytes()).map_err(|refusal| refusal.text).unwrap();
        let start = row("0000000 30").place();
        for (text, at) in [("0000020 30", 16), ("0000016 30", 16), ("00000010 30", 16)] {
            let radices = row(text).is_behind(&start, at, Radices::ANY).unwrap();
            let later = row("0000020 30").is_behind(&start, 32, radices);
            assert_eq!(later.is_some(), text.contains("10"), "{text}");
        }
    }

    #[test]
    fn a_row_is_found_behind_the_words_of_a_log() {
        let line = b"2021-07-28 20:15:46 DEBUG [main] 0010: 30 38 30 30  0800";
        let found = Row::find(line, |row| row.offset(Radices::ANY) == Some(16)).unwrap();
        assert_eq!(found.octets, b"0800");
        assert!(Row::find(line, Row::is_first).is_none());
        let words = b"sent 30383030 00000000 31323334 35363738 30303030";
        assert!(Row::find(words, Row::begins).is_none(), "zeros within words of octets");
    }
}
