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
        assert_eq!(objects(&[path], ""), OBJECT.repeat(4), "{name}, the framing is found");
        assert_eq!(objects(&[path, "-F", "binary2"], ""), OBJECT.repeat(4), "{name}");
        let listing = good(&["decode", "-s", "iso87-ascii", path], "");
        assert!(
            listing.contains("packet 3, 127.0.0.1:5000 > 127.0.0.1:9000")
                || listing.contains("packet 7, 127.0.0.1:5000")
        );
    }
    // what was not captured is told
    let cut = pcap(&[packets[0].clone(), packets[2].clone(), packets[4].clone()]);
    let path = file("cut.pcap", &cut);
    let done = cardwire(&["decode", "-s", "iso87-ascii", "-F", "binary2", path.to_str().unwrap()], "");
    assert_eq!(done.code, 1);
    assert!(done.out.contains("70 bytes wait for a segment that was not captured"), "{}", done.out);
}
