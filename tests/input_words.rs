//! What is read of inputs of every form, to the letter: by each kind that can be said of them, whole and cut, and captures.
//! `CARDWIRE_WRITE=1` writes the files anew, to be read before they are committed.
#![cfg(feature = "input")]

mod common;

use std::fmt::Write;
use std::io::{BufReader, Cursor, Read};

use cardwire::Framing;
use cardwire::codes::Lang;
use cardwire::input::{Error, Kind, Opened, Options};
use cardwire::spec::ISO87_ASCII;
use common::{hex, kept};

const MESSAGE: &[u8] = b"08002220000000800000000000000001TERM0001";

fn short(octets: &[u8]) -> String {
    let shown = match octets.iter().all(|octet| (b' '..=b'~').contains(octet)) {
        true => String::from_utf8_lossy(octets).into_owned(),
        false => hex(octets),
    };
    if octets == MESSAGE {
        "M".into()
    } else {
        shown.chars().take(60).collect::<String>() + &format!(" ({})", octets.len())
    }
}

/// A few octets at a time.
struct Slow(Cursor<Vec<u8>>, usize);

impl Read for Slow {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let room = out.len().min(self.1);
        self.0.read(&mut out[..room])
    }
}

fn told(options: &Options, input: &[u8], piece: usize) -> String {
    let stream: Box<dyn Read + Send> = Box::new(Slow(Cursor::new(input.to_vec()), piece));
    let opened = match options.open("f".into(), BufReader::new(stream)) {
        Ok(opened) => opened,
        Err(Error::Data(words)) => {
            return format!("!! {} / {}\n", words.in_lang(Lang::En), words.in_lang(Lang::Zh));
        }
        Err(error) => return format!("!! {error}\n"),
    };
    let mut source = match opened {
        Opened::Octets(source) => source,
        Opened::Isomsg(mut stream) | Opened::Json(mut stream) => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).unwrap();
            return format!("given on: {} octets\n", rest.len());
        }
    };
    let mut out = String::new();
    for _ in 0..150 {
        match source.next() {
            Ok(None) => break,
            Err(error) => {
                writeln!(out, "!! {error}").unwrap();
                break;
            }
            Ok(Some(item)) => match item.content {
                Ok(payload) => {
                    let around = [&payload.station, &payload.poll].map(|octets| hex(octets)).join("/");
                    let framing = payload
                        .framing
                        .and_then(|framing| framing.notation())
                        .map_or(String::new(), |name| name.to_string());
                    writeln!(out, "{}: {} {around} {framing}", item.origin, short(&payload.message)).unwrap();
                }
                Err(refusal) => {
                    let (en, zh) = (refusal.words(Lang::En), refusal.words(Lang::Zh));
                    writeln!(out, "{}: ! {:?} {en} / {zh}", item.origin, refusal.byte).unwrap();
                }
            },
        }
    }
    if source.is_text() {
        out.push_str("text\n");
    }
    if let Some(skipped) = source.skipped().filter(|skipped| !skipped.is_empty()) {
        writeln!(out, "{skipped}").unwrap();
    }
    out
}

fn digits(octets: &[u8], prefix: &str, suffix: &str, between: &str) -> String {
    octets.iter().map(|octet| format!("{prefix}{octet:02X}{suffix}")).collect::<Vec<_>>().join(between)
}

/// A dump in rows: how an offset is written, how many octets a row has, and what stands beside them.
fn dump(octets: &[u8], width: usize, offset: fn(usize) -> String, halves: bool, beside: bool) -> String {
    let row = |(index, row): (usize, &[u8])| {
        let mut text = offset(index * width);
        for (place, octet) in row.iter().enumerate() {
            let gap = if halves && place == width / 2 { "  " } else { " " };
            write!(text, "{gap}{octet:02x}").unwrap();
        }
        if beside {
            let characters: String = row
                .iter()
                .map(|octet| if octet.is_ascii_graphic() { char::from(*octet) } else { '.' })
                .collect();
            write!(text, "{}  {characters}", "   ".repeat(width - row.len())).unwrap();
        }
        text + "\n"
    };
    octets.chunks(width).enumerate().map(row).collect()
}

fn base64(octets: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

fn inputs() -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8(MESSAGE.to_vec()).unwrap();
    let of = |text: String| text.into_bytes();
    let plain = digits(MESSAGE, "", "", "");
    vec![
        ("empty", vec![]),
        ("blank lines", b"\n\r\n \n".to_vec()),
        ("digits", of(format!("{plain}\n{plain}"))),
        ("digits with CR and remarks", of(format!("# remark\r\n{plain}\r\n\r\n// {plain}\r\n{plain} \r\n"))),
        ("digits with a mark", of(format!("\u{FEFF}{plain}\n"))),
        ("small digits and blanks", of(digits(MESSAGE, "", "", " ").to_lowercase())),
        ("colons", of(digits(MESSAGE, "", "", ":"))),
        ("dashes", of(digits(MESSAGE, "", "", "-"))),
        ("0x", of(digits(MESSAGE, "0x", "", ", "))),
        ("escapes", of(digits(MESSAGE, "\\x", "", ""))),
        ("a quoted string", of(format!("b'{}'", digits(MESSAGE, "\\x", "", "")))),
        ("suffixes", of(digits(MESSAGE, "", "h", " "))),
        ("strings", of(strings().join("\n"))),
        ("a C array", of(format!("unsigned char m[] = {{ {} }};", digits(MESSAGE, "0x", "", ", ")))),
        ("a Java array", of(format!("byte[] m = {{ {} }};", digits(MESSAGE, "(byte) 0x", "", ", ")))),
        (
            "an array of two lines",
            of(format!(
                "[{},\n{}]",
                digits(&MESSAGE[..20], "0x", "", ", "),
                digits(&MESSAGE[20..], "0x", "", ", ")
            )),
        ),
        ("decimals", of(format!("[{}]", MESSAGE.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")))),
        ("signed decimals", b"[48, 56, 48, 48, -126, 32, 0, 0, -128]".to_vec()),
        ("decimals too large", b"[48, 56, 48, 48, 256, 32]".to_vec()),
        ("left out", of(format!("{} ...", digits(&MESSAGE[..20], "", "", " ")))),
        ("base64", of(base64(MESSAGE))),
        ("base64 lines", of(format!("{}\n{}\n", base64(MESSAGE), base64(&MESSAGE[..30])))),
        ("odd digits", of(plain[..79].to_owned())),
        ("a wrong digit", of(plain.replacen('3', "G", 1))),
        ("a label", of(format!("message: {plain}"))),
        ("a label with a date", of(format!("2026-11-23 18:56:01.123 IN {plain}"))),
        ("text", of(format!("{text}\n{text}\n"))),
        ("text, one wrong", of(format!("{text}\nhello world\n"))),
        ("words", b"hello world, this is no message\nnor is this\n".to_vec()),
        ("JSON", b"{\"mti\":\"0800\",\"fields\":{}}\n".to_vec()),
        ("isomsg", b"<isomsg><field id=\"0\" value=\"0800\"/></isomsg>".to_vec()),
        ("a log with isomsg", b"<log realm=\"x\">\n<receive>\n<isomsg>\n</isomsg></receive></log>".to_vec()),
    ]
    .into_iter()
    .chain(dumps_and_octets())
    .collect()
}

/// Strings of languages, some of which are none.
fn strings() -> Vec<String> {
    let escapes = digits(&MESSAGE[..12], "\\x", "", "");
    let digits = digits(&MESSAGE[..12], "", "", "");
    let words =
        ["", "b", "x", "h", "br", "rb", "r", "l", "q", "s = ", "s = b", "x b", "f(b", "m = f(", "hex("];
    let ends = ["", ")", ";", ".hex()", "'hex'", ".pack('H*')", " more", "'base64'"];
    let mut all = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for quote in ['"', '\''] {
            let end = ends[index % ends.len()];
            all.push(format!("{word}{quote}{digits}{quote}{end}"));
            all.push(format!("{word}{quote}{escapes}{quote}{end}"));
            all.push(format!("{word}{quote}{}{quote} {quote}{}{quote}", &digits[..10], &digits[10..]));
            all.push(format!("{word}{quote}{digits}"));
        }
    }
    all.extend(ends.map(|end| format!("x'{digits}'{end}")));
    all.push(format!("\"{}\"'base64'", base64(MESSAGE)));
    all
}

fn dumps_and_octets() -> Vec<(&'static str, Vec<u8>)> {
    let plain = digits(MESSAGE, "", "", "");
    let frame = [&[0, 40][..], MESSAGE].concat();
    let of = |text: String| text.into_bytes();
    vec![
        ("xxd", of(dump(MESSAGE, 16, |at| format!("{at:08x}:"), false, true))),
        ("hexdump -C", of(dump(MESSAGE, 16, |at| format!("{at:08x} "), true, true) + "00000028\n")),
        ("od", of(dump(MESSAGE, 16, |at| format!("{at:07o}"), false, false) + "0000050\n")),
        ("Wireshark", of(dump(MESSAGE, 16, |at| format!("{at:04x}  "), false, true))),
        ("tcpdump", of(dump(MESSAGE, 16, |at| format!("\t0x{at:04x}: "), false, true))),
        ("rows of eight", of(dump(MESSAGE, 8, |at| format!("{at:04x}"), false, true))),
        ("decimal offsets", of(dump(&MESSAGE.repeat(5), 10, |at| format!("{at:04}"), false, false))),
        ("two dumps", of(dump(MESSAGE, 16, |at| format!("{at:04x}"), false, false).repeat(2))),
        (
            "a dump in a log",
            of(format!(
                "18:56 sent\n{}18:57 got\n{}end\n",
                dump(MESSAGE, 16, |at| format!("{at:04x}"), false, true),
                dump(&frame, 16, |at| format!("{at:04x}"), false, true)
            )),
        ),
        (
            "a row that is missing",
            of(dump(MESSAGE, 16, |at| format!("{at:04x}"), false, false).replace("0010", "0020")),
        ),
        (
            "a row that repeats",
            b"00000000: 3038 3030 0000 0000 0000 0000 0000 0000  0800\n*\n00000030: 3030\n".to_vec(),
        ),
        ("a dump from elsewhere", of(dump(MESSAGE, 16, |at| format!("{:04x}", at + 0x36), false, true))),
        ("rows without offsets", of(dump(MESSAGE, 16, |_| String::new(), false, true))),
        ("octets", MESSAGE.to_vec()),
        ("a frame", frame.clone()),
        ("frames and polls", [&[0, 0][..], &frame, &[0, 0], &[0, 0], &frame, &frame].concat()),
        ("a frame that is cut", [&frame[..], &frame[..30]].concat()),
        ("a frame in digits", of(digits(&frame, "", "", ""))),
        ("a frame with a TPDU", [&[0, 45, 0x60, 0, 1, 0, 2][..], MESSAGE].concat()),
        ("octets of nothing", vec![0xFF; 200]),
        ("zeros", vec![0; 50]),
        ("gzip", b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03".to_vec()),
        ("UTF-16", plain.bytes().flat_map(|octet| [octet, 0]).collect()),
    ]
}

const KINDS: [Kind; 10] = [
    Kind::Auto,
    Kind::Hex,
    Kind::Text,
    Kind::Raw,
    Kind::Base64,
    Kind::Hexdump,
    Kind::Log,
    Kind::Isomsg,
    Kind::Json,
    Kind::Pcap,
];

#[test]
fn what_is_read_of_every_form() {
    let mut out = String::new();
    for (name, input) in inputs() {
        writeln!(out, "== {name}").unwrap();
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        let mut add = |case: String, said: String| match all.iter_mut().find(|(known, _)| *known == said) {
            Some((_, cases)) => cases.push(case),
            None => all.push((said, vec![case])),
        };
        for kind in KINDS {
            let options = Options { kind, ..Options::default() };
            add(format!("{kind:?}"), told(&options, &input, 4096));
        }
        for (case, options) in [
            ("spec", Options { spec: Some(&ISO87_ASCII), ..Options::default() }),
            ("framing", Options { framing: Some(Framing::BINARY2), ..Options::default() }),
            ("80", Options { max_line: 80, ..Options::default() }),
            ("79", Options { max_line: 79, ..Options::default() }),
            (
                "39 raw",
                Options {
                    max_line: 39,
                    kind: Kind::Raw,
                    framing: Some(Framing::BINARY2),
                    ..Options::default()
                },
            ),
        ] {
            add(case.into(), told(&options, &input, 4096));
            if case == "spec" {
                add("in pieces".into(), told(&options, &input, 7));
            }
        }
        for (case, framing) in [("argument", None), ("argument in a frame", Some(Framing::BINARY2))] {
            let options = Options { framing, spec: Some(&ISO87_ASCII), ..Options::default() };
            let argument = match options.message(&input) {
                Ok(payload) => format!(
                    "{} {}\n",
                    short(&payload.message),
                    payload
                        .framing
                        .and_then(|it| it.notation())
                        .map_or(String::new(), |name| name.to_string())
                ),
                Err(refusal) => {
                    format!(
                        "! {:?} {} / {}\n",
                        refusal.byte,
                        refusal.words(Lang::En),
                        refusal.words(Lang::Zh)
                    )
                }
            };
            add(case.into(), argument);
        }
        for (said, cases) in all {
            writeln!(out, "-- {}\n{}", cases.join(", "), said.trim_end()).unwrap();
        }
    }
    kept("input_words.out", &out);
}

#[test]
fn every_cut_of_a_line_is_read_or_refused() {
    let mut out = String::new();
    for (name, input) in inputs().into_iter().filter(|(_, input)| input.len() < 700) {
        let mut last = String::new();
        for cut in (0..input.len()).step_by(7) {
            let said = told(&Options { spec: Some(&ISO87_ASCII), ..Options::default() }, &input[..cut], 4096);
            // what is read alone differs from cut to cut; the words do not
            let kind: String = said.lines().filter(|line| line.contains('!') || *line == "text").collect();
            if kind != last {
                writeln!(out, "{name} {cut}: {kind}").unwrap();
                last = kind;
            }
        }
    }
    kept("input_cuts.out", &out);
}

/// A packet in an Ethernet frame: ports, sequence number, flags, and what it carries.
fn packet(ports: [u16; 2], sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let size = u16::try_from(40 + payload.len()).unwrap().to_be_bytes();
    let from: [u8; 4] = if ports[0] < ports[1] { [10, 0, 0, 1] } else { [10, 0, 0, 2] };
    let to: [u8; 4] = if ports[0] < ports[1] { [10, 0, 0, 2] } else { [10, 0, 0, 1] };
    let ethernet: &[u8] = &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    let ip = [&[0x45, 0][..], &size, &[0, 1, 0x40, 0, 64, 6, 0, 0], &from, &to].concat();
    let tcp = [
        &ports[0].to_be_bytes()[..],
        &ports[1].to_be_bytes(),
        &sequence.to_be_bytes(),
        &[0; 4],
        &[0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0],
    ]
    .concat();
    [ethernet, &ip, &tcp, payload].concat()
}

/// A capture in microseconds, its numbers in either order.
fn capture(link: u32, packets: &[Vec<u8>], is_big: bool, nanos: bool) -> Vec<u8> {
    let four = |number: u32| if is_big { number.to_be_bytes() } else { number.to_le_bytes() };
    let two = |number: u16| if is_big { number.to_be_bytes() } else { number.to_le_bytes() };
    let magic = if nanos { 0xA1B2_3C4D } else { 0xA1B2_C3D4 };
    let mut file = [&four(magic)[..], &two(2), &two(4), &[0; 8], &four(65_535), &four(link)].concat();
    for (index, packet) in packets.iter().enumerate() {
        let (index, size) = (u32::try_from(index).unwrap(), u32::try_from(packet.len()).unwrap());
        file.extend(
            [four(1_764_000_000 + 40_000 * index), four(123_456 + index), four(size), four(size)].concat(),
        );
        file.extend(packet);
    }
    file
}

/// Packets that are not read, each before one that is.
fn not_read(frame: &[u8]) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let mut cases: Vec<(&str, Vec<Vec<u8>>)> = Vec::new();
    let good = packet([40_000, 50_000], 1, 0x18, frame);
    let changed = |at: usize, with: &[u8]| {
        let mut packet = good.clone();
        packet[at..at + with.len()].copy_from_slice(with);
        packet
    };
    cases.push(("ARP", vec![changed(12, &[8, 6]), good.clone()]));
    for (name, kind) in [
        ("MPLS", [0x88, 0x47]),
        ("LLDP", [0x88, 0xCC]),
        ("PPPoE", [0x88, 0x64]),
        ("unknown", [0x12, 0x34]),
        ("802.3", [0, 50]),
    ] {
        cases.push((name, vec![changed(12, &kind), good.clone()]));
    }
    for (name, protocol) in [("UDP", 17), ("ICMP", 1), ("IP in IP", 4), ("IPv6 in IP", 41), ("253", 253)] {
        cases.push((name, vec![changed(23, &[protocol]), good.clone()]));
    }
    cases.push(("a fragment", vec![changed(20, &[0x20, 0]), good.clone()]));
    cases.push(("a later fragment", vec![changed(20, &[0, 3]), good.clone()]));
    cases.push(("a short header", vec![changed(14, &[0x44]), good.clone()]));
    cases.push(("a wrong length", vec![changed(16, &[0xFF, 0xFF]), good.clone()]));
    cases.push(("no TCP header", vec![changed(46, &[0x40]), good.clone()]));
    cases.push(("cut", vec![good[..30].to_vec(), good.clone()]));
    cases
}

/// Each capture, and what its last line is with the other order of octets, in nanoseconds.
#[test]
fn what_is_read_of_captures() {
    let mut out = String::new();
    let frame = [&[0, 40][..], MESSAGE].concat();
    let (there, back) = ([40_000, 50_000], [50_000, 40_000]);
    let (first, second) = frame.split_at(17);
    let mut cases: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("one", vec![packet(there, 1, 0x18, &frame)]),
        ("both ways", vec![packet(there, 1, 0x18, &frame), packet(back, 9, 0x18, &frame)]),
        ("in two", vec![packet(there, 1, 0x18, first), packet(there, 18, 0x18, second)]),
        (
            "in two, turned round",
            vec![packet(there, 0, 2, b""), packet(there, 18, 0x18, second), packet(there, 1, 0x18, first)],
        ),
        (
            "sent again",
            vec![
                packet(there, 1, 0x18, first),
                packet(there, 1, 0x18, first),
                packet(there, 18, 0x18, second),
            ],
        ),
        (
            "sent again, longer",
            vec![
                packet(there, 1, 0x18, first),
                packet(there, 1, 0x18, &frame),
                packet(there, 43, 0x18, &frame),
            ],
        ),
        (
            "a gap",
            vec![
                packet(there, 1, 0x18, first),
                packet(there, 25, 0x18, &second[7..]),
                packet(there, 43, 0x18, &frame),
            ],
        ),
        (
            "numbers that wrap",
            vec![packet(there, u32::MAX - 5, 0x18, first), packet(there, 11, 0x18, second)],
        ),
        (
            "an end and a start",
            vec![packet(there, 1, 0x11, first), packet(there, 900, 2, b""), packet(there, 901, 0x18, &frame)],
        ),
        (
            "a reset",
            vec![packet(there, 1, 0x18, first), packet(there, 18, 4, b""), packet(there, 18, 0x18, second)],
        ),
    ];
    cases.extend(not_read(&frame));
    for (name, packets) in cases {
        let options = Options { kind: Kind::Auto, framing: Some(Framing::BINARY2), ..Options::default() };
        writeln!(out, "== {name}\n{}", told(&options, &capture(1, &packets, false, false), 4096).trim_end())
            .unwrap();
        let other = told(&options, &capture(1, &packets, true, true), 100);
        let found = told(
            &Options { spec: Some(&ISO87_ASCII), ..Options::default() },
            &capture(1, &packets, false, false),
            4096,
        );
        writeln!(out, "-- by the spec: {}", found.trim_end()).unwrap();
        writeln!(out, "-- {}", other.lines().last().unwrap_or_default()).unwrap();
    }
    links(&mut out, &frame);
    cuts_of_a_capture(&mut out, &frame);
    kept("input_captures.out", &out);
}

fn cuts_of_a_capture(out: &mut String, frame: &[u8]) {
    let packets = [packet([40_000, 50_000], 1, 0x18, frame), packet([50_000, 40_000], 7, 0x18, frame)];
    let whole = capture(1, &packets, false, false);
    let mut last = String::new();
    for cut in 0..whole.len() {
        let said = told(&Options { kind: Kind::Pcap, ..Options::default() }, &whole[..cut], 4096);
        if said != last {
            writeln!(out, "cut at {cut}: {}", said.trim_end()).unwrap();
            last = said;
        }
    }
}

fn links(out: &mut String, frame: &[u8]) {
    let good = packet([40_000, 50_000], 1, 0x18, frame);
    for link in [0, 9, 105, 113, 127, 147, 220, 249, 253, 999] {
        let said = told(&Options::default(), &capture(link, std::slice::from_ref(&good), false, false), 4096);
        writeln!(out, "link {link}: {}", said.trim_end()).unwrap();
    }
    for raw in [12, 101, 228] {
        let said = told(&Options::default(), &capture(raw, &[good[14..].to_vec()], false, false), 4096);
        writeln!(out, "link {raw}: {}", said.trim_end()).unwrap();
    }
}
