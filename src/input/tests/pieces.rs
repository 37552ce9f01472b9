//! What is read in pieces is what is read in one: the same messages, words and places, however a stream comes.

use std::io::{self, BufReader, Cursor, Read};

use proptest::prelude::*;

use super::super::evidence::Known;
use super::super::item::{Item, Source, Stream};
use super::super::lines::{Line, Lines};
use super::super::text::{Notation, Texts};

/// A stream that gives so many octets at a time, by turns, and is interrupted before each.
struct Slow {
    text: Cursor<Vec<u8>>,
    steps: Vec<usize>,
    turn: usize,
}

impl Read for Slow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn % 2 == 1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let step = self.steps[self.turn / 2 % self.steps.len()].min(room.len());
        self.text.read(&mut room[..step])
    }
}

fn slow(text: &[u8], steps: &[usize]) -> Stream {
    let slow = Slow { text: Cursor::new(text.to_vec()), steps: steps.to_vec(), turn: 0 };
    BufReader::with_capacity(64, Box::new(slow))
}

/// A line as a test tells it: its number, and what stands in it unless it is too long.
type Told = (u64, Option<Vec<u8>>);

/// The lines of a text by the words of the documentation, without a stream.
fn expected(text: &[u8], limit: usize, keeps_blanks: bool) -> Vec<Told> {
    let whole = text.strip_suffix(b"\n").unwrap_or(text);
    let lines = if text.is_empty() { Vec::new() } else { whole.split(|octet| *octet == b'\n').collect() };
    let told = lines.into_iter().map(|line| {
        let shown =
            if keeps_blanks { line.strip_suffix(b"\r").unwrap_or(line) } else { line.trim_ascii_end() };
        (line.len() <= limit).then(|| shown.to_vec())
    });
    (1..).zip(told).collect()
}

fn rest_of(lines: &mut Lines) -> Vec<Told> {
    let mut told = Vec::new();
    while let Some(line) = lines.next_line().unwrap() {
        let line = match line {
            Line::Whole(line) => Some(line.to_vec()),
            Line::TooLong => None,
        };
        told.push((lines.number(), line));
    }
    told
}

/// A message, or why there is none, word for word.
fn told(item: Item) -> String {
    let content = item.content.map(|payload| (payload.message, payload.station));
    let content = content.map_err(|refusal| (refusal.byte, refusal.to_string()));
    format!("{} {content:?}", item.origin)
}

fn all_told(source: &mut dyn Source) -> Vec<String> {
    std::iter::from_fn(|| source.next().unwrap()).map(told).collect()
}

/// What lines are made of: messages, notations that go on over lines, remarks, blanks, nonsense.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "(0800|30383030 |3038-3030,){1,9}",
        1 => Just("m[] = {0x30,".to_owned()),
        1 => Just("0x38};".to_owned()),
        1 => Just("\"\\x30\" \\".to_owned()),
        1 => Just("# 0800".to_owned()),
        1 => Just("// remark".to_owned()),
        1 => "[ \t\r]{0,3}",
        1 => "[ -~]{0,60}",
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop::collection::vec((line(), prop_oneof!["\n", "\r\n", "  \n"]), 0..40);
    (lines, any::<bool>()).prop_map(|(lines, ends)| {
        let mut text = lines.into_iter().map(|(line, end)| line + &end).collect::<String>();
        if !ends {
            text.pop();
        }
        text.into_bytes()
    })
}

fn steps() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![1_usize..9, 9_usize..400], 1..6)
}

proptest! {
    #[test]
    fn lines_are_those_of_the_text(
        text in text(), steps in steps(), limit in 0_usize..80, keeps_blanks in any::<bool>(),
    ) {
        let lines = || {
            let lines = Lines::new(slow(&text, &steps), limit);
            if keeps_blanks { lines.with_blanks() } else { lines }
        };
        let expected = expected(&text, limit, keeps_blanks);
        prop_assert_eq!(&rest_of(&mut lines()), &expected);
        let (mut all, mut found) = (lines(), Vec::new());
        while let Some(mut piece) = all.piece().unwrap() {
            let told = rest_of(&mut piece);
            prop_assert!(!told.is_empty());
            found.extend(told);
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn messages_are_the_same_in_pieces(
        text in text(), steps in steps(), limit in 20_usize..200, wraps in any::<bool>(),
        notation in prop::sample::select(vec![Notation::Hex, Notation::Base64, Notation::Text]),
    ) {
        let known = Known { spec: None, framing: None };
        let texts = || {
            Texts::new("x".into(), Lines::new(slow(&text, &steps), limit), notation, wraps, known)
        };
        let whole = all_told(&mut texts());
        let (mut texts, mut found) = (texts(), Vec::new());
        loop {
            while let Some(mut piece) = texts.piece().unwrap() {
                found.extend(all_told(&mut *piece));
            }
            // where lines belong together, one message is read, and pieces go on behind it
            let Some(item) = texts.next().unwrap() else { break };
            found.push(told(item));
        }
        prop_assert_eq!(found, whole);
    }
}

/// A piece holds no more lines than is said, whatever stands in a reading.
#[test]
fn a_piece_of_short_lines_is_bounded() {
    let text = "\n".repeat(5000);
    let mut lines = Lines::new(BufReader::new(Box::new(Cursor::new(text))), 10);
    let counts: Vec<usize> =
        std::iter::from_fn(|| lines.piece().unwrap()).map(|mut piece| rest_of(&mut piece).len()).collect();
    assert_eq!(counts, [1024, 1024, 1024, 1024, 904]);
    assert!(lines.waits() && lines.number() == 5000);
}
