//! What an input looks like that holds nothing to read: said in words, so that a log line is never
//! taken for a message.

use super::item::Words;

/// Whether octets are text: no control characters but those of lines, tabs and colours, and what
/// lies beyond ASCII is UTF-8.
pub(super) fn is_text(start: &[u8]) -> bool {
    let is_control = |octet: &u8| matches!(octet, 0..=8 | 11 | 12 | 14..=26 | 28..=31 | 127);
    if start.is_empty() || start.iter().any(is_control) {
        return start.is_empty();
    }
    match std::str::from_utf8(start) {
        Ok(_) => true,
        // the start may end within a character
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    }
}

/// Whether a line begins an object of the JSON contract.
pub(super) fn is_object(line: &[u8]) -> bool {
    const MEMBERS: [&[u8]; 7] = [
        b"\"mti\"",
        b"\"fields\"",
        b"\"error\"",
        b"\"station\"",
        b"\"header\"",
        b"\"skipped\"",
        b"\"origin\"",
    ];
    let Some(inner) = line.trim_ascii().strip_prefix(b"{") else { return false };
    MEMBERS.iter().any(|member| inner.trim_ascii_start().starts_with(member))
}

/// Whether a line is digits with a slip in it: a broken line, and nothing else.
pub(super) fn is_nearly_hex(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|octet| octet.is_ascii_hexdigit() || **octet == b' ').count();
    digits >= 8 && 2 * digits > line.len() && !is_message(line)
}

/// Whether a line begins with an MTI that is in use. Digits of octets do not: a digit of a text is
/// `30` to `39`.
pub(super) fn begins_as_message(line: &[u8]) -> bool {
    matches!(line, [b'0'..=b'2', b'1'..=b'8', b'0'..=b'9', b'0'..=b'5', ..])
}

/// Whether a line may be a message in characters: an MTI, with a header before it perhaps, and what
/// is no digit after it.
pub(super) fn is_message(line: &[u8]) -> bool {
    let others = line.iter().filter(|octet| !octet.is_ascii_hexdigit()).count();
    others > 2 && has_mti(line) && line.len() > 20
}

/// Whether there is an MTI near the start of a line. Code before it, as in `pack("H*", "0200`, is no
/// header.
pub(super) fn has_mti(line: &[u8]) -> bool {
    let is_mti =
        |mti: &[u8]| mti.iter().all(u8::is_ascii_digit) && matches!(mti, [b'0'..=b'2', b'1'..=b'8', ..]);
    let before = line.windows(4).take(32).position(is_mti).and_then(|at| line.get(..at));
    let is_code = |before: &[u8]| {
        before.ends_with(b"0x")
            || before.iter().any(|octet| matches!(octet, b'"' | b'\'' | b'=' | b'{' | b'('))
    };
    before.is_some_and(|before| !is_code(before))
}

pub(super) const BINARY_DIGITS: (&str, &str) = (
    "these are octets in binary digits: print them in hexadecimal ones, as xxd -p does",
    "这是用二进制数字写的字节：请改用十六进制输出，如xxd -p",
);

pub(super) const LATER_ROWS: (&str, &str) = (
    "these are rows of a dump that does not begin at offset 0: print it from the start of the message, with offsets from 0",
    "这是不从偏移0开始的转储：请从报文开头输出，偏移从0起",
);

const ADVICE: (&str, &str) = (
    "give the messages alone, or a dump of their octets; --input says what it is when it is one",
    "请只给出报文，或其字节的转储；如果确是报文，用--input说明形式",
);

/// The refusal of text in which nothing can be a message type.
pub(super) fn no_message() -> Words {
    advised(NO_MESSAGE)
}

const NO_MESSAGE: (&str, &str) = ("text that is no message", "不是报文的文本");

/// What it looks like, and what to do.
fn advised((en, zh): (&str, &str)) -> Words {
    (format!("this looks like {en}: {}", ADVICE.0), format!("这看起来是{zh}：{}", ADVICE.1)).into()
}

/// What lines look like that are no messages; `None` when they may be some.
pub(super) fn of_text(lines: &[&[u8]]) -> Option<Words> {
    let first = lines.first()?.trim_ascii();
    let said = |en, zh| Some(advised((en, zh)));
    let begins = |words: &[&str]| words.iter().any(|word| first.starts_with(word.as_bytes()));
    if lines.iter().take(32).any(|line| is_of_log(line)) {
        return said("a log, without a dump or an <isomsg> in it", "日志，其中没有转储也没有<isomsg>");
    }
    if begins(&["<"]) {
        let is_page = begins(&["<!DOCTYPE html", "<html", "<HTML"]);
        return match is_page {
            true => said("a page of HTML", "HTML网页"),
            false => said("XML without an <isomsg>", "没有<isomsg>的XML"),
        };
    }
    let is_json = |open: &[u8]| {
        first
            .strip_prefix(open)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"\"") || rest.starts_with(b"{"))
    };
    if is_json(b"{") || is_json(b"[") {
        return said(
            "JSON, but no object with \"mti\" and \"fields\"",
            "JSON，但没有带\"mti\"和\"fields\"的对象",
        );
    }
    if begins(&["0000000   ", "0000000  \\"]) {
        return Some(Words::from((
            "this looks like a dump of characters, as od -c prints it: take od -t x1 or xxd",
            "这看起来是od -c输出的字符转储：请用od -t x1或xxd",
        )));
    }
    if begins(&["-----BEGIN "]) {
        return said("a key or a certificate (PEM)", "密钥或证书（PEM）");
    }
    if begins(&["%PDF"]) {
        return said("a PDF", "PDF文件");
    }
    if lines.iter().take(32).filter(|line| is_prose(line)).count() > 0 {
        return Some(no_message());
    }
    None
}

/// What octets look like that are no text.
pub(super) fn of_binary(start: &[u8], first_line: &[u8]) -> Option<Words> {
    const KNOWN: [(&[u8], (&str, &str)); 15] = [
        (b"\x1F\x8B\x08", ("compressed (gzip): unpack it first", "压缩文件（gzip）：请先解压")),
        (b"PK\x03\x04", ("an archive (zip): unpack it first", "归档文件（zip）：请先解压")),
        (b"BZh", ("compressed (bzip2): unpack it first", "压缩文件（bzip2）：请先解压")),
        (b"\xFD7zXZ\0", ("compressed (xz): unpack it first", "压缩文件（xz）：请先解压")),
        (b"\x28\xB5\x2F\xFD", ("compressed (zstd): unpack it first", "压缩文件（zstd）：请先解压")),
        (b"7z\xBC\xAF\x27\x1C", ("an archive (7z): unpack it first", "归档文件（7z）：请先解压")),
        (b"%PDF", ("a PDF: copy the messages out of it", "PDF文件：请把报文复制出来")),
        (
            b"\x89PNG",
            (
                "a picture (PNG): type the message in, or get it as text",
                "图片（PNG）：请输入报文或取得其文本",
            ),
        ),
        (
            b"\xFF\xD8\xFF",
            (
                "a picture (JPEG): type the message in, or get it as text",
                "图片（JPEG）：请输入报文或取得其文本",
            ),
        ),
        (b"\x7FELF", ("a program (ELF)", "程序（ELF）")),
        (
            b"snoop\0\0\0",
            (
                "a capture of snoop: editcap -F pcap makes one that can be read",
                "snoop抓包：用editcap -F pcap转换后可读",
            ),
        ),
        (b"\xFF\xFE", ("text in UTF-16: save it as UTF-8", "UTF-16文本：请存为UTF-8")),
        (b"\xFE\xFF", ("text in UTF-16: save it as UTF-8", "UTF-16文本：请存为UTF-8")),
        (b"SQLite format 3\0", ("a database (SQLite)", "数据库（SQLite）")),
        (
            b"\xA1\xB2\xCD\x34",
            (
                "a capture of a modified pcap: editcap -F pcap makes one that can be read",
                "变体pcap抓包：用editcap -F pcap转换后可读",
            ),
        ),
    ];
    let known = KNOWN.iter().find(|(magic, _)| start.starts_with(magic));
    let words = known.map(|(_, words)| *words).or_else(|| {
        is_of_log(first_line).then_some((
            "a log that holds octets as they are: give the messages alone, or a dump of them",
            "含有原始字节的日志：请只给出报文或其转储",
        ))
    });
    words.map(|(en, zh)| {
        let en = format!("this looks like {en}; --input raw reads it all the same");
        (en, format!("这看起来是{zh}；用--input raw可强制读取")).into()
    })
}

/// Whether a line is one of a log: a date, a time of day or a level among its first words.
fn is_of_log(line: &[u8]) -> bool {
    const LEVELS: [&str; 9] =
        ["ERROR", "WARN", "WARNING", "INFO", "DEBUG", "TRACE", "FATAL", "SEVERE", "NOTICE"];
    let line = String::from_utf8_lossy(line.get(..200).unwrap_or(line)).into_owned();
    let words = line
        .split([' ', '\t', '[', ']', '(', ')', '|', '"', '=', ';', ',', '<', '>'])
        .filter(|word| !word.is_empty());
    words.take(8).any(|word| {
        let word = word.trim_end_matches([':', ',']);
        LEVELS.contains(&word.to_uppercase().as_str())
            || word.split('T').any(|part| is_date(part) || is_time(part))
    })
}

/// `2021-07-28`, `28/07/2021`, `28.07.21`
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    match parts.as_slice() {
        [one, two, three] => {
            [one, two, three].into_iter().all(is_digits)
                && matches!((one.len(), two.len(), three.len()), (4, 2, 2) | (2, 2, 4) | (2, 2, 2))
        }
        _ => false,
    }
}

/// `20:15:46`, and what follows it.
fn is_time(word: &str) -> bool {
    let octets = word.as_bytes();
    let Some((time, rest)) = octets.split_at_checked(8) else { return false };
    let at = |index: usize| time.get(index).copied().unwrap_or_default();
    let pairs = [0, 3, 6].iter().all(|start| at(*start).is_ascii_digit() && at(start + 1).is_ascii_digit());
    let is_end = rest.first().is_none_or(|octet| matches!(octet, b'.' | b',' | b'Z' | b'+' | b'-'));
    pairs && at(2) == b':' && at(5) == b':' && is_end && time.first().is_some_and(|hour| *hour <= b'2')
}

/// Whether a line is words of a language rather than fields of a message: three of them in small
/// letters, with blanks between.
fn is_prose(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line).into_owned();
    let is_word = |word: &&str| {
        let letters = word.trim_matches(['.', ',', ':', ';', '!', '?', '\'', '"', '(', ')']);
        letters.len() > 1 && letters.chars().skip(1).all(char::is_lowercase)
    };
    line.split_whitespace().filter(is_word).count() >= 3 && !is_message(line.as_bytes())
}
