//! Dumps, written here as programs print them, and read back; and streams, to their limits.

use std::io::{self, BufReader, Cursor, Read};

use super::Dice;
use crate::frame::Framing;
use crate::input::hexdump::{Dumps, first, is_frame};
use crate::input::item::{Item, Source, Stream};
use crate::input::lines::Lines;
use crate::input::raw::Raw;
use crate::spec::{ISO87_ASCII, Spec};

const LIMIT: usize = 1000;

fn stream(reader: impl Read + Send + 'static) -> Stream {
    BufReader::with_capacity(64, Box::new(reader))
}

fn dumps(text: &str, framing: Option<Framing>, in_log: bool) -> Dumps {
    Dumps::new("f".into(), Lines::new(stream(Cursor::new(text.to_owned())), LIMIT), framing, in_log)
}

/// The messages of a source, or where and why there is none.
fn read(mut source: impl Source) -> Vec<Result<Vec<u8>, String>> {
    let told = |Item { origin, content }: Item| {
        content.map(|payload| payload.message).map_err(|refusal| format!("{origin}: {refusal}"))
    };
    std::iter::from_fn(|| source.next().unwrap()).map(told).collect()
}

/// Octets that have blanks, bars, dots and digits among their characters.
fn octets(count: usize, dice: &mut Dice) -> Vec<u8> {
    (0..count).map(|_| b"0189AFaf |.-:x\0\xF0\x80"[dice.below(17)]).collect()
}

fn characters(row: &[u8]) -> String {
    row.iter().map(|octet| if (b' '..=b'~').contains(octet) { char::from(*octet) } else { '.' }).collect()
}

/// Digits with a blank after each group.
fn digits(row: &[u8], group: usize) -> String {
    let octets = |group: &[u8]| group.iter().map(|octet| format!("{octet:02x}")).collect::<String>() + " ";
    row.chunks(group).map(octets).collect()
}

/// A row at an offset, and what ends a dump of so many octets.
type Style = (&'static str, fn(usize, &[u8]) -> String, fn(usize) -> String);

const STYLES: [Style; 10] = [
    ("xxd", |at, row| format!("{at:08x}: {:40} {}\n", digits(row, 2), characters(row)), |_| String::new()),
    (
        "xxd -g1",
        |at, row| format!("{at:08x}: {:48} {}\n", digits(row, 1), characters(row)),
        |_| String::new(),
    ),
    (
        "hexdump -C",
        |at, row| {
            let (left, right) = row.split_at(row.len().min(8));
            format!("{at:08x}  {:24} {:24} |{}|\n", digits(left, 1), digits(right, 1), characters(row))
        },
        |end| format!("{end:08x}\n"),
    ),
    ("od -A x", |at, row| format!("{at:06x} {}\n", digits(row, 1).trim_end()), |end| format!("{end:06x}\n")),
    ("od", |at, row| format!("{at:07o} {}\n", digits(row, 1).trim_end()), |end| format!("{end:07o}\n")),
    ("od -A d", |at, row| format!("{at:07} {}\n", digits(row, 1).trim_end()), |end| format!("{end:07}\n")),
    (
        "Wireshark",
        |at, row| format!("{at:04x}   {:48}  {}\n", digits(row, 1), characters(row)),
        |_| String::new(),
    ),
    (
        "tcpdump",
        |at, row| format!("\t0x{at:04x}:  {:39}  {}\n", digits(row, 2).trim_end(), characters(row)),
        |_| String::new(),
    ),
    (
        "netty",
        |at, row| format!("|{at:08x}| {:47} |{:16}|\n", digits(row, 1).trim_end(), characters(row)),
        |_| String::new(),
    ),
    (
        "ultraedit",
        |at, row| format!("{at:08x}h: {:48}; {}\n", digits(row, 1), characters(row)),
        |_| String::new(),
    ),
];

fn written((_, row, end): &Style, octets: &[u8]) -> String {
    let rows = octets.chunks(16).enumerate().map(|(index, octets)| row(16 * index, octets));
    rows.collect::<String>() + &end(octets.len())
}

/// One dump after the other, alone, parted by empty lines, and in a log.
#[test]
fn what_programs_print_is_read_back() {
    let mut dice = Dice(3);
    for style in STYLES {
        for count in (4..=33).chain([47, 48, 64, 65, 300]) {
            let messages = [octets(count, &mut dice), octets(16, &mut dice), octets(count, &mut dice)];
            let all = messages.clone().map(Ok).to_vec();
            let texts = messages.clone().map(|message| written(&style, &message));
            assert_eq!(read(dumps(&texts.concat(), None, false)), all, "{} {count}\n{}", style.0, texts[0]);
            assert_eq!(read(dumps(&texts.join("\n"), None, false)), all, "{} {count}", style.0);
            let log = texts.map(|text| format!("a message came\n{text}and so on\n"));
            assert_eq!(read(dumps(&log.concat(), None, true)), all, "{} {count}\n{}", style.0, log[0]);
            let lines: Vec<&[u8]> = log[0].as_bytes().split(|octet| *octet == b'\n').skip(1).collect();
            assert_eq!(first(&lines).as_ref(), Some(&messages[0]), "{} {count}", style.0);
        }
    }
}

/// Rows that are the same are left out behind a star, all but the first.
#[test]
fn rows_that_are_left_out_are_put_in() {
    for (text, zeros) in [
        ("00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000040\n", 64),
        ("000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n*\n000020 00 00 00\n000023\n", 35),
        // octal, decimal and hexadecimal numbers of one shape
        ("00000000: 0000 0000 0000 0000 0000 0000 0000 0000  ................\n*\n00000080: 00  .\n", 129),
        ("000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n*\n000080\n", 128),
        ("0000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n*\n0000200\n", 128),
        ("0000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n*\n0000080\n", 80),
    ] {
        assert_eq!(read(dumps(text, None, false)), [Ok(vec![0; zeros])], "{text}");
    }
    let text = "000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n*\n000021 00 00\n";
    let words = "f:3: no number of the same rows leads to the offset that follows";
    assert_eq!(read(dumps(text, None, false)), [Err(words.into())]);
}

/// A row elsewhere than it says is refused, what follows of its dump is passed over, and the next dump is read.
#[test]
fn rows_in_another_place_are_refused_once() {
    let (row, style) = ([0x30; 16], &STYLES[0]);
    let at = |offset: usize| style.1(offset, &row);
    for (offset, in_log) in [(0x11, false), (0x20, false), (0x0F, false)] {
        let text = at(0) + &at(offset) + &at(offset + 16) + &at(0) + &at(16);
        let words = format!("f:2: the offset is {offset}, after 16 bytes");
        assert_eq!(read(dumps(&text, None, in_log)), [Err(words), Ok(vec![0x30; 32])], "{offset}");
    }
    let later = at(0x40) + &at(0x50);
    assert_eq!(read(dumps(&later, None, false)), [Err("f:1: the offset is 64, after 0 bytes".into())]);
    assert_eq!(read(dumps(&later, None, false).anywhere()), [Ok(vec![0x30; 32])]);
    assert_eq!(read(dumps(&later, None, true)), [], "a log has other words");
    for (count, fits) in [(LIMIT, true), (LIMIT + 1, false)] {
        let said = read(dumps(&written(style, &vec![0x30; count]), None, false));
        let too_long = Err("f:63: longer than 1000 bytes; --max-line allows more".into());
        assert_eq!(said, [if fits { Ok(vec![0x30; count]) } else { too_long }]);
    }
    let frame = written(style, b"\0\x040800");
    assert_eq!(read(dumps(&frame, Some(Framing::BINARY2), false)), [Ok(b"0800".to_vec())]);
    let words = "f:1: expected an offset and octets, as xxd prints them".to_owned();
    let said = read(dumps(&format!("no dump\n# a title\n{frame}"), None, false));
    assert_eq!(said, [Err(words.replace("f:1: ", "f:1: byte 0: ")), Ok(b"\0\x040800".to_vec())]);
}

#[test]
fn lines_of_tables_are_no_rows() {
    let counts = |width: usize| (0..16).map(|number| format!("{number:0width$x} ")).collect::<String>();
    for (line, is) in [
        ("+--------+-----+", true),
        ("┌────┬────┐", true),
        (" ", true),
        ("", true),
        ("+--x--+", false),
        (&counts(1), true),
        (&counts(2), true),
        (&format!("|    | {}|", counts(2)), true),
        (&counts(3), false),
        (&counts(2).replace("0f", "0e"), false),
        (&counts(2).replace("0f ", ""), false),
    ] {
        assert_eq!(is_frame(line.as_bytes()), is, "{line}");
    }
}

/// Gives octets in pieces, and is interrupted before each; breaks at its end.
struct Broken(Cursor<Vec<u8>>, bool, io::ErrorKind);

impl Read for Broken {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = room.len().min(7);
        match self.0.read(&mut room[..most])? {
            0 => Err(self.2.into()),
            count => Ok(count),
        }
    }
}

fn raw(
    reader: impl Read + Send + 'static,
    framing: Option<Framing>,
    spec: Option<&'static Spec<'static>>,
) -> Raw {
    Raw::new("f".into(), stream(reader), framing, spec, LIMIT)
}

#[test]
fn streams_are_read_through_interruptions_and_to_their_errors() {
    let frame = [&[0, 40][..], b"08002020000000800000000000000001TERM0001"].concat();
    let message = || Ok(frame[2..].to_vec());
    let whole: fn(Vec<u8>) -> Cursor<Vec<u8>> = Cursor::new;
    let framings = [(Some(Framing::BINARY2), None), (None, Some(&ISO87_ASCII))];
    for (framing, spec) in framings {
        assert_eq!(read(raw(whole(frame.repeat(3)), framing, spec)), [message(), message(), message()]);
        let cut = [&frame[..], &frame[..5]].concat();
        let words = "f, byte 42: byte 42: the stream ends within a frame, 5 bytes into it".into();
        assert_eq!(read(raw(whole(cut), framing, spec)), [message(), Err(words)]);
        let broken = Broken(whole(frame.repeat(2)), false, io::ErrorKind::ConnectionReset);
        let mut source = raw(broken, framing, spec);
        for at in [0, 42] {
            let item = source.next().unwrap().unwrap();
            assert_eq!(item.origin.to_string(), format!("f, byte {at}"));
            assert_eq!(item.content.map(|payload| payload.message).ok(), message().ok());
        }
        assert!(source.next().unwrap_err().to_string().starts_with("f: "));
    }
    for (framing, spec) in [(None, None), (None, Some(&ISO87_ASCII))] {
        assert_eq!(read(raw(whole(frame[2..].to_vec()), framing, spec)), [message()]);
        assert_eq!(read(raw(whole(Vec::new()), framing, spec)), []);
        for (count, fits) in [(LIMIT, true), (LIMIT + 1, false)] {
            let too_long = Err("f, byte 0: longer than 1000 bytes; --max-line allows more".into());
            let all = if fits { Ok(vec![b'x'; count]) } else { too_long };
            assert_eq!(read(raw(whole(vec![b'x'; count]), framing, spec)), [all]);
        }
        let broken = Broken(whole(frame[2..].to_vec()), false, io::ErrorKind::ConnectionReset);
        assert!(raw(broken, framing, spec).next().is_err());
    }
    let broken_frame = [&frame[..], &[0xFF, 0xFF], &frame].concat();
    let framing = Some(Framing::BINARY2.with_limit(100));
    let said = read(raw(whole(broken_frame), framing, None));
    assert!(
        said.len() == 2
            && said[0] == message()
            && said[1].as_ref().is_err_and(|said| said.contains("byte 42"))
    );
}
