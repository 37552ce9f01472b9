//! The forms of input: all give the same messages.

use super::capture::{packet, pcap, pcapng};
use super::{REQUEST, cardwire, file, good, hex, request};

const OBJECT: &str = concat!(
    r#"{"mti":"0200","fields":{"2":"4111111111111111","3":"000000","4":"000000012300","#,
    r#""11":"123456","49":"156","55":[["95","0000008000"]]}}"#,
    "\n"
);

fn objects(args: &[&str], stdin: impl Into<Vec<u8>>) -> String {
    let fixed = ["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"];
    good(&[&fixed[..], args].concat(), stdin)
}

/// The same of a capture, whose objects end with packet, time and ends.
fn captured(args: &[&str]) -> String {
    let lines = objects(args, "");
    let bare = lines.lines().map(|line| {
        let (object, origin) = line.split_once(r#","origin":{"file":""#).expect("an origin");
        assert!(origin.contains(r#""packet":"#) && origin.contains(r#""from":"127.0.0.1:"#), "{origin}");
        format!("{object}}}\n")
    });
    bare.collect()
}

/// A dump as xxd, `hexdump -C` or Wireshark print it.
fn dump(octets: &[u8], style: &str) -> String {
    let mut text = String::new();
    for (row, octets) in octets.chunks(16).enumerate() {
        let words: String = octets.iter().map(|octet| char::from(*octet)).collect();
        let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        text += &match style {
            "xxd" => {
                let pairs: Vec<String> = pairs.chunks(2).map(|pair| pair.concat()).collect();
                format!("{:08x}: {:<39}  {words}\n", 16 * row, pairs.join(" "))
            }
            "hexdump" => {
                let (left, right) = pairs.split_at(pairs.len().min(8));
                let pairs = format!("{}  {}", left.join(" "), right.join(" "));
                format!("{:08x}  {pairs:<49} |{words}|\n", 16 * row)
            }
            _ => format!("{:04x}   {:<47}   {words}\n", 16 * row, pairs.join(" ")),
        };
    }
    if style == "hexdump" {
        text += &format!("{:08x}\n", octets.len());
    }
    text
}

#[test]
fn text_forms() {
    let line = hex(REQUEST.as_bytes());
    assert_eq!(objects(&[], line.clone()), OBJECT);
    assert_eq!(objects(&[], line.to_lowercase() + "\r\n\r\n\r\n" + &line), OBJECT.repeat(2));
    let spaced: Vec<&str> = (0..line.len()).step_by(2).map(|at| &line[at..at + 2]).collect();
    assert_eq!(objects(&[], spaced.join(" ")), OBJECT);
    assert_eq!(objects(&["-m", &line, "-m", &line], ""), OBJECT.repeat(2));
    use base64::Engine;
    let base64 = base64::engine::general_purpose::STANDARD.encode(REQUEST);
    assert_eq!(objects(&[], format!("{base64}\n{base64}\n")), OBJECT.repeat(2));
    for style in ["xxd", "hexdump", "wireshark"] {
        let dump = dump(REQUEST.as_bytes(), style);
        assert_eq!(objects(&[], dump.clone()), OBJECT, "{dump}");
        assert_eq!(objects(&[], format!("{dump}{dump}\n{dump}")), OBJECT.repeat(3), "{dump}");
    }
    // what decode prints
    let own = good(&["decode", "-s", "iso87-ascii", "--format", "hexdump", "--expose", "-m", &line], "");
    let own = own.split_once('\n').unwrap().1;
    assert_eq!(objects(&[], own), OBJECT, "{own}");
}

#[test]
fn raw_forms() {
    assert_eq!(objects(&["-i", "raw"], request()), OBJECT);
    let framed = [&[0, 82][..], REQUEST.as_bytes(), &[0, 0], &[0, 82], REQUEST.as_bytes()].concat();
    assert_eq!(objects(&["-F", "binary2", "-i", "raw"], framed.clone()), OBJECT.repeat(2));
    assert_eq!(objects(&[], framed), OBJECT.repeat(2), "the framing is found");
    let ascii = format!("0082{REQUEST}0082{REQUEST}");
    assert_eq!(objects(&["-i", "raw"], ascii), OBJECT.repeat(2), "the framing is found");
    let lines = format!("{}\n{}\n", hex(&[&[0, 82], REQUEST.as_bytes()].concat()), hex(b"\0\0"));
    assert_eq!(objects(&["-F", "binary2"], lines), OBJECT);
}

#[test]
fn captures() {
    let frame = [&[0, 82][..], REQUEST.as_bytes()].concat();
    let stream = frame.repeat(3);
    let part = |from: usize, to: usize, base: u32| {
        packet(5000, 9000, base.wrapping_add(u32::try_from(from).unwrap()), 0x18, &stream[from..to])
    };
    // numbers wrap around, segments come twice, late, and overlap
    let base = u32::MAX - 40;
    let packets = [
        packet(5000, 9000, base.wrapping_sub(1), 0x02, b""),
        packet(9000, 5000, 7, 0x12, b""),
        part(0, 60, base),
        packet(9000, 5000, 8, 0x18, &frame),
        part(100, 170, base),
        part(0, 60, base),
        part(50, 110, base),
        part(200, 252, base),
        part(160, 210, base),
        packet(5000, 9000, base.wrapping_add(252), 0x11, b""),
    ];
    for (name, capture) in [("a.pcap", pcap(&packets)), ("a.pcapng", pcapng(&packets))] {
        let path = file(name, &capture);
        let path = path.to_str().unwrap();
        assert_eq!(captured(&[path]), OBJECT.repeat(4), "{name}, the framing is found");
        assert_eq!(captured(&[path, "-F", "binary2"]), OBJECT.repeat(4), "{name}");
        let listing = good(&["decode", "-s", "iso87-ascii", path], "");
        assert!(
            listing.contains("packet 3, 127.0.0.1:5000 > 127.0.0.1:9000")
                || listing.contains("packet 7, 127.0.0.1:5000")
        );
    }
    // what was not captured is told, and what follows it is read
    let cut = pcap(&[packets[0].clone(), packets[2].clone(), part(168, 252, base)]);
    let path = file("cut.pcap", &cut);
    let args = ["decode", "-s", "iso87-ascii", "-F", "binary2", "--format", "ndjson", "--expose"];
    let done = cardwire(&[&args[..], &[path.to_str().unwrap()]].concat(), "");
    assert_eq!(done.code, 1);
    let lines: Vec<&str> = done.out.lines().collect();
    assert!(lines[0].contains("the stream ends within a frame, 60 bytes into it"), "{}", done.out);
    assert!(lines[1].contains("108 bytes were not captured"), "{}", done.out);
    assert!(lines[2].starts_with(OBJECT.trim_end().strip_suffix('}').unwrap()), "{}", lines[2]);
}

#[test]
fn more_connections_than_are_followed() {
    let frame = [&[0, 82][..], REQUEST.as_bytes()].concat();
    let half = |port: u16, is_second: bool| {
        let (at, bytes) = if is_second { (41, &frame[40..]) } else { (1, &frame[..40]) };
        packet(port, 9000, at, 0x18, bytes)
    };
    // closed connections make room, and so nothing is lost
    let closed =
        (1..6000).flat_map(|port| [half(port, false), half(port, true), packet(port, 9000, 85, 0x11, b"")]);
    let path = file("closed.pcap", &pcap(&closed.collect::<Vec<_>>()));
    assert!(captured(&[path.to_str().unwrap()]) == OBJECT.repeat(5999));
    // of open ones, those that are idle give way
    let open = (1..=4106).flat_map(|port| [half(port, false), half(1, port > 4105)]);
    let path = file("open.pcap", &pcap(&open.collect::<Vec<_>>()));
    let args = ["decode", "-s", "iso87-ascii", "-F", "binary2", "--format", "ndjson", "--expose"];
    let done = cardwire(&[&args[..], &[path.to_str().unwrap()]].concat(), "");
    assert!(
        done.out.contains(OBJECT.trim_end().strip_suffix('}').unwrap()),
        "the first is heard of all the time"
    );
    assert_eq!(done.out.matches("the stream ends within a frame, 40 bytes into it").count(), 4105);
    assert!(done.err.contains("too many connections at a time; 10 directions were given up"), "{}", done.err);
}

#[test]
fn a_framing_is_found_however_small_the_first_piece_is() {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    let frame = [&[0, 82][..], REQUEST.as_bytes()].concat();
    let mut child = Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(["decode", "-s", "iso87-ascii", "-i", "raw", "--format", "ndjson", "--expose"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    for piece in [&frame[..1], &frame[1..3], &frame[3..]] {
        stdin.write_all(piece).unwrap();
        stdin.flush().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // it is told while the pipe is open
    let mut first = vec![0; OBJECT.len()];
    stdout.read_exact(&mut first).unwrap();
    assert_eq!(first, OBJECT.as_bytes());
    // the second message is broken, which makes the framing no other
    stdin.write_all(&[&[0, 4][..], b"0200", &frame].concat()).unwrap();
    drop(stdin);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("{\"error\"") && rest.ends_with(OBJECT), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    // nor when it is the first
    let done = cardwire(
        &["decode", "-s", "iso87-ascii", "-i", "raw", "--format", "ndjson", "--expose"],
        [&[0, 4][..], b"0200", &frame].concat(),
    );
    assert!(done.out.starts_with("{\"error\"") && done.out.ends_with(OBJECT), "{}", done.out);
}
