//! Elements of jPOS logs beside a count by hand: wherever pieces end, whatever stands around and within them.
#![cfg(feature = "input")]

use std::io::{BufReader, Cursor, Read};

use cardwire::codes::Lang;
use cardwire::input::Scanner;

/// A few octets at a time.
struct Slow(Cursor<Vec<u8>>, usize);

impl Read for Slow {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let room = out.len().min(self.1);
        self.0.read(&mut out[..room])
    }
}

/// Line and text of each element, or why there is none; and when it was logged.
fn found(text: &str, limit: usize, piece: usize) -> Vec<(u64, String, Option<String>)> {
    let stream: Box<dyn Read + Send> = Box::new(Slow(Cursor::new(text.as_bytes().to_vec()), piece));
    let mut scanner = Scanner::new(BufReader::with_capacity(piece, stream), limit);
    let mut all = Vec::new();
    while let Some((line, element)) = scanner.next_element().unwrap() {
        let said = match element {
            Ok(element) => String::from_utf8(element).unwrap(),
            Err(words) => format!("! {} {}", words.in_lang(Lang::En), words.in_lang(Lang::Zh)),
        };
        all.push((line, said, scanner.logged_at().map(str::to_owned)));
    }
    all
}

#[test]
fn elements_are_found_in_every_piece() {
    let one = "<isomsg><field id=\"0\" value=\"0800\"/></isomsg>";
    let nested = "<isomsg a='>'>\n<isomsg id=\"127\">\n</isomsg><!-- </isomsg> --><x/></isomsg>";
    let verbatim = "<isomsg><![CDATA[</isomsg>]]></isomsg>";
    let empty = "<isomsg/>";
    let text = format!(
        "noise < 3 <log at=\"Mon\">\n{one}\n</log><isomsgs></isomsgs> <log at=\"Tue\"><send>{nested}\n</send></log>\n\
         {verbatim}{empty}</isomsg>\n<log>{one}"
    );
    let at = |day: &str| Some(day.to_owned());
    let whole = found(&text, 1000, 10_000);
    let lines: Vec<(u64, &str)> = whole.iter().map(|(line, said, _)| (*line, said.as_str())).collect();
    assert_eq!(lines, [(2, one), (3, nested), (7, verbatim), (7, empty), (8, one)]);
    let days: Vec<_> = whole.iter().map(|(.., day)| day.clone()).collect();
    assert_eq!(days[..2], [at("Mon"), at("Tue")]);
    for piece in 1..40 {
        assert_eq!(found(&text, 1000, piece), whole, "{piece}");
    }
    // an element as long as the limit, one longer, and what is cut off
    for (limit, is_read) in [(one.len(), true), (one.len() - 1, false)] {
        let read = found(&format!("{one}\n{empty}"), limit, 7);
        assert_eq!((read[0].1 == one, read.len(), read[1].0), (is_read, 2, 2), "{limit}: {read:?}");
        assert!(is_read || read[0].1.starts_with('!'), "{read:?}");
    }
    for cut in 1..one.len() {
        let read = found(&one[..cut], 1000, 5);
        assert!(read.iter().all(|(_, said, _)| said.starts_with('!')), "{cut}: {read:?}");
        assert_eq!(read.len(), usize::from(cut >= "<isomsg>".len()), "{cut}: {read:?}");
    }
}
