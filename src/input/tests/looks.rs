//! What inputs look like that hold nothing to read, in words; and what is said of what was found.

use std::net::SocketAddr;

use crate::codes::Lang;
use crate::input::look::{begins_as_message, has_mti, is_message, is_nearly_hex, is_object, is_text};
use crate::input::look::{of_binary, of_text};
use crate::input::{Moment, Origin, Payload, Reason, Refusal, Skipped};

const LOG: &str = "a log, without a dump or an <isomsg> in it";
const ADVICE: &str =
    "give the messages alone, or a dump of their octets; --input says what it is when it is one";

fn of_line(line: &str) -> Option<String> {
    of_text(&[line.as_bytes()]).map(|words| {
        assert!(!words.in_lang(Lang::Zh).is_ascii(), "{line}");
        words.to_string()
    })
}

/// A date, a time of day or a level, each wherever a log may have it, and what is nearly one.
#[test]
fn lines_of_logs() {
    let log = Some(format!("this looks like {LOG}: {ADVICE}"));
    for word in [
        "2026-11-23",
        "2026/11/23",
        "2026.11.23",
        "23/11/2026",
        "23.11.26",
        "11-23-26",
        "18:56:01",
        "18:56:01.5",
        "18:56:01,5",
        "18:56:01Z",
        "18:56:01+02",
        "18:56:01-02",
        "00:00:00",
        "29:00:00",
        "2026-11-23T18:56:01",
        "ERROR",
        "warn",
        "Warning:",
        "INFO",
        "DEBUG",
        "trace",
        "FATAL",
        "SEVERE",
        "NOTICE",
    ] {
        for line in [
            word.to_owned(),
            format!("[{word}]"),
            format!("({word}) x"),
            format!("a b c d e f g {word}"),
            format!("\t{word}|0800"),
            format!("at=\"{word}\""),
            format!("<{word}>;"),
            format!("{word},1"),
        ] {
            assert_eq!(of_line(&line), log, "{line}");
        }
        assert_eq!(of_line(&format!("a b c d e f g h {word}")), None, "the ninth word: {word}");
    }
    for word in [
        "2026-11",
        "2026-1-23",
        "2026-11-2",
        "20261123",
        "2026-11-23-1",
        "2026-1a-23",
        "--",
        "18:56",
        "18:56-01",
        "38:56:01",
        "1856:01:1",
        "18:56:01x",
        "ERRORS",
        "INF",
        "x8:56:01",
        "18:5x:01",
        "18:56:0x",
    ] {
        assert_eq!(of_line(word), None, "{word}");
    }
    let late: Vec<&[u8]> = [&b"0"[..]].into_iter().cycle().take(31).chain([&b"INFO"[..]]).collect();
    assert_eq!(of_text(&late).map(|words| words.to_string()), log, "the thirty-second line");
    let later: Vec<&[u8]> = [&b"0"[..]].into_iter().cycle().take(32).chain([&b"INFO"[..]]).collect();
    assert!(of_text(&later).is_none());
}

#[test]
fn texts_that_are_no_messages() {
    let json = "JSON, but no object with \"mti\" and \"fields\"";
    for (line, what) in [
        ("<!DOCTYPE html>", "a page of HTML"),
        ("<html>", "a page of HTML"),
        ("<HTML>", "a page of HTML"),
        ("<message>", "XML without an <isomsg>"),
        ("{", json),
        ("[", json),
        ("{\"x\":1}", json),
        ("[\"x\"]", json),
        ("[{\"x\":1}]", json),
        ("-----BEGIN KEY-----", "a key or a certificate (PEM)"),
        ("%PDF-1.7", "a PDF"),
        ("this is a letter", "text that is no message"),
        ("Hello, this is me.", "text that is no message"),
    ] {
        assert_eq!(of_line(line), Some(format!("this looks like {what}: {ADVICE}")), "{line}");
    }
    for line in ["{x", "[48, 56]", "two words", "a b c d", "THIS IS A LETTER", "", "0000000"] {
        assert_eq!(of_line(line), None, "{line}");
    }
    // the words of a message are no letter
    assert_eq!(of_line("0800 this is the name of a field"), None);
    let od = "this looks like a dump of characters, as od -c prints it: take od -t x1 or xxd";
    for line in ["0000000   0   8", "0000000  \\0   8"] {
        assert_eq!(of_line(line).as_deref(), Some(od), "{line}");
    }
    assert!(of_text(&[]).is_none());
}

/// The first octets of files, as their formats have them.
#[test]
fn files_that_are_no_messages() {
    let said = |start: &[u8], first: &[u8]| of_binary(start, first).map(|words| words.to_string());
    for (start, what) in [
        (&b"\x1F\x8B\x08\x00"[..], "compressed (gzip): unpack it first"),
        (b"PK\x03\x04\x14", "an archive (zip): unpack it first"),
        (b"BZh9", "compressed (bzip2): unpack it first"),
        (b"\xFD7zXZ\0\0", "compressed (xz): unpack it first"),
        (b"\x28\xB5\x2F\xFD\x04", "compressed (zstd): unpack it first"),
        (b"7z\xBC\xAF\x27\x1C\0", "an archive (7z): unpack it first"),
        (b"%PDF-1.4\n\x80", "a PDF: copy the messages out of it"),
        (b"\x89PNG\r\n", "a picture (PNG): type the message in, or get it as text"),
        (b"\xFF\xD8\xFF\xE0", "a picture (JPEG): type the message in, or get it as text"),
        (b"\x7FELF\x02", "a program (ELF)"),
        (b"snoop\0\0\0\0", "a capture of snoop: editcap -F pcap makes one that can be read"),
        (b"\xFF\xFE0\0", "text in UTF-16: save it as UTF-8"),
        (b"\xFE\xFF\x000", "text in UTF-16: save it as UTF-8"),
        (b"SQLite format 3\0", "a database (SQLite)"),
        (b"\xA1\xB2\xCD\x34", "a capture of a modified pcap: editcap -F pcap makes one that can be read"),
    ] {
        let words = format!("this looks like {what}; --input raw reads it all the same");
        assert_eq!(said(start, b""), Some(words), "{start:?}");
        assert_eq!(said(&[&[0], start].concat(), b""), None, "elsewhere: {start:?}");
    }
    let log = "a log that holds octets as they are: give the messages alone, or a dump of them";
    let words = format!("this looks like {log}; --input raw reads it all the same");
    assert_eq!(said(b"\x01", b"18:56:01 sent \x01"), Some(words));
    assert_eq!(said(b"\x01", b"sent \x01"), None);
}

#[test]
fn text_has_no_control_characters() {
    for octet in 0..=255_u8 {
        // of the control characters, those of lines, tabs and colours
        let is = matches!(octet, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 27);
        assert_eq!(is_text(&[b'0', octet, b'0']), is, "{octet}");
    }
    assert!(is_text(b"") && is_text("\u{E9}".as_bytes()) && is_text(b"a\xC3") && !is_text(b"\xC3"));
    assert!(
        !is_text(b"a\xC3a")
            && is_text("\u{4E2D}".as_bytes())
            && is_text(b"a\xE4\xB8")
            && !is_text(b"\xE4\xB8")
    );
}

#[test]
fn where_a_message_type_may_stand() {
    for (line, begins) in [
        ("0100", true),
        ("2895", true),
        ("0800x", true),
        ("3100", false),
        ("0000", false),
        ("0900", false),
        ("0106", false),
        ("0105", true),
        ("01A0", false),
        ("010", false),
        ("x0100", false),
        ("0810", true),
    ] {
        assert_eq!(begins_as_message(line.as_bytes()), begins, "{line}");
    }
    let before = |count: usize, what: &str| format!("{}{what}", "x".repeat(count));
    for (line, has) in [
        ("0800", true),
        ("ISO0800", true),
        ("3800", false),
        ("0900", false),
        ("080", false),
        ("08x0", false),
        ("0x0800", false),
        ("(0800", false),
        ("='0800", false),
        ("{0800", false),
        ("\"0800", false),
        ("0800(", true),
    ] {
        assert_eq!(has_mti(line.as_bytes()), has, "{line}");
    }
    assert!(has_mti(before(31, "0800").as_bytes()) && !has_mti(before(32, "0800").as_bytes()));
    // three characters that are no digits, more than twenty octets, a message type
    for (line, is) in [
        ("0800222000000080TERM0", true),
        ("0800222000000080TERM", false),
        ("080022200000008000TRM", true),
        ("0800222000000080000TR", false),
        ("9900999999999989TERM9", false),
        // a header before it
        ("9900222999999989TERM9", true),
    ] {
        assert_eq!(is_message(line.as_bytes()), is, "{line}");
    }
    for (line, is) in [
        ("30383030x", true),
        ("3038 303x", true),
        ("303830x", false),
        ("30383030xyzxyzx", true),
        ("30383030xyzxyzxy", false),
        ("30383030", true),
        ("0800222000000080TERM0", false),
    ] {
        assert_eq!(is_nearly_hex(line.as_bytes()), is, "{line}");
    }
    for member in ["mti", "fields", "error", "station", "header", "skipped", "origin"] {
        assert!(is_object(format!(" {{ \"{member}\": 1").as_bytes()));
        assert!(!is_object(format!("\"{member}\": 1").as_bytes()));
        assert!(!is_object(format!("{{\"x{member}\": 1").as_bytes()));
    }
}

#[test]
fn where_and_why_in_words() {
    let [from, to]: [SocketAddr; 2] = ["10.0.0.1:4000", "10.0.0.2:5000"].map(|end| end.parse().unwrap());
    let moment = Moment::new(1, 500_000_000, 3);
    let packet = |moment| Origin::Packet { file: "f".into(), number: 7, offset: 24, from, to, moment };
    for (origin, words) in [
        (Origin::Line("f".into(), 3), "f:3"),
        (Origin::Byte("f".into(), 9), "f, byte 9"),
        (Origin::Argument(2), "message 2"),
        (packet(None), "f, packet 7, 10.0.0.1:4000 > 10.0.0.2:5000"),
        (packet(moment), "f, packet 7, 10.0.0.1:4000 > 10.0.0.2:5000, 1970-01-01T00:00:01.500Z"),
    ] {
        assert_eq!((origin.to_string().as_str(), origin.moment().is_some()), (words, words.ends_with('Z')));
    }
    let later = Moment::new(3, 250_000_000, 3).unwrap();
    let since = later.since(moment.unwrap()).map(|since| since.as_millis());
    assert_eq!((since, moment.unwrap().since(later)), (Some(1750), None));
    assert_eq!((later.seconds(), later.nanos()), (3, 250_000_000));
    assert_eq!(Refusal::new(5, "no").to_string(), "byte 5: no");
    assert_eq!(
        (Refusal::new(None, "no").to_string().as_str(), Refusal::new(5, "no").words(Lang::Zh)),
        ("no", "no")
    );
    assert_eq!(Refusal::too_long(9).words(Lang::Zh), "超过9字节；可用--max-line放宽");
    let payload =
        Payload { station: vec![1, 2], message: b"4111111111111111".to_vec(), ..Payload::default() };
    assert_eq!(format!("{payload:?}"), "Payload { station: 2, message: 16, .. }");
    assert!(!payload.is_poll() && Payload { poll: vec![0], ..payload }.is_poll());
}

#[test]
fn what_was_not_read_in_words() {
    let names = [
        (Reason::Link(9), "of link type 9 (PPP, no IP)"),
        (Reason::Link(105), "of link type 105 (IEEE 802.11)"),
        (Reason::Link(127), "of link type 127 (IEEE 802.11 with radiotap)"),
        (Reason::Link(143), "of link type 143 (DOCSIS)"),
        (Reason::Link(147), "of link type 147 (USER0)"),
        (Reason::Link(220), "of link type 220 (USB)"),
        (Reason::Link(253), "of link type 253 (netlink)"),
        (Reason::Link(999), "of link type 999"),
        (Reason::NotIp(0x8847), "MPLS"),
        (Reason::NotIp(0x88CC), "LLDP"),
        (Reason::NotIp(0x8864), "PPPoE"),
        (Reason::NotIp(0x0ABC), "of EtherType 0ABC"),
        (Reason::Arp, "ARP"),
        (Reason::Protocol(4), "IP within IP"),
        (Reason::Protocol(41), "IP within IP"),
        (Reason::Protocol(17), "UDP"),
        (Reason::Protocol(253), "of IP protocol 253"),
        (Reason::Fragment, "fragments without the others of their packet"),
        (Reason::Cut, "captured in part (a snap length)"),
        (Reason::Malformed, "malformed"),
        (Reason::Interface, "of an interface that is not described"),
    ];
    for (reason, words) in names {
        assert_eq!(reason.to_string(), words);
    }
    let mut skipped = Skipped::new("f".into());
    skipped.packets = 12;
    skipped.count(Reason::Arp, 0);
    assert!(skipped.is_empty());
    skipped.count(Reason::Malformed, 2);
    skipped.count(Reason::Arp, 3);
    skipped.count(Reason::Arp, 4);
    assert_eq!(skipped.to_string(), "f: not read of 12 packets: 7 ARP, 2 malformed");
    assert!(!skipped.is_empty());
    assert!(!Skipped { given_up: 1, ..Skipped::new("f".into()) }.is_empty());
}
