//! The notations that people paste: each gives the octets of the message, or is refused in words.

use super::{REQUEST, cardwire, file, good, hex};

pub(crate) const OBJECT: &str = concat!(
    r#"{"mti":"0200","fields":{"2":"4111111111111111","3":"000000","4":"000000012300","#,
    r#""11":"123456","49":"156","55":[["95","0000008000"]]}}"#,
    "\n"
);

pub(crate) const DECODE: [&str; 6] = ["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"];

/// Holds that an input gives the message so many times, and nothing else.
pub(crate) fn gives(name: &str, input: impl Into<Vec<u8>>, times: usize) {
    let input: Vec<u8> = input.into();
    let done = cardwire(&DECODE, input.clone());
    let shown = String::from_utf8_lossy(&input).into_owned();
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{name}: {}\n{shown}", done.out);
    assert_eq!(done.out, OBJECT.repeat(times), "{name}\n{shown}");
}

/// Holds that an input gives no message, and that the words say why.
pub(crate) fn refuses(name: &str, input: impl Into<Vec<u8>>, words: &str) {
    let done = cardwire(&DECODE, input);
    assert_eq!(done.code, 1, "{name}: {}", done.out);
    assert!(!done.out.contains("\"mti\""), "{name}: {}", done.out);
    assert!(format!("{}{}", done.out, done.err).contains(words), "{name}: {}{}", done.out, done.err);
    assert!(!format!("{}{}", done.out, done.err).contains("4111111111111111"), "{name}");
}

/// The octets, each as two digits in some dress.
fn each(before: &str, after: &str, between: &str) -> String {
    let octets: Vec<String> = REQUEST.bytes().map(|octet| format!("{before}{octet:02x}{after}")).collect();
    octets.join(between)
}

#[test]
fn octets_with_a_mark_between_them() {
    for between in
        [":", "-", ",", ", ", ".", "_", "|", ";", " ", "\t", " : ", "*", "\u{a0}", "\u{2009}", "\u{2013}"]
    {
        gives(between, each("", "", between), 1);
        gives(between, each("", "", between).to_uppercase() + "\n", 1);
    }
    // two messages, one a line
    gives("lines", format!("{0}\r\n\r\n{0}\r\n", each("", "", ":")), 2);
    for width in [4, 8, 16] {
        let digits = hex(REQUEST.as_bytes());
        let groups: Vec<String> = digits
            .as_bytes()
            .chunks(width)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        gives("groups", groups.join(" "), 1);
        gives("groups with a mark", groups.join("."), 1);
    }
    gives("an octet a line", each("", "", "\n") + "\n", 1);
    let wide = |character| match character {
        'a'..='f' | '0'..='9' => char::from_u32(u32::from(character) + 0xFEE0).unwrap(),
        other => other,
    };
    gives("wide digits", each("", "", " ").chars().map(wide).collect::<String>(), 1);
}

#[test]
fn octets_with_a_prefix_or_a_suffix() {
    for (before, after, between) in [
        ("0x", "", ", "),
        ("0x", "", ","),
        ("0x", "", " "),
        ("0X", "", ", "),
        ("", "h", " "),
        ("", "h", ", "),
        ("", "H", ","),
        ("%", "", ""),
        ("\\x", "", ""),
        ("$", "", " "),
        ("&H", "", " "),
        ("0x", "", ""),
        ("0", "h", ", "),
        ("[", "]", ""),
        ("(", ")", ""),
        ("<", ">", ""),
        ("\\u00", "", ""),
        ("16#", "", ", "),
    ] {
        gives(before, each(before, after, between), 1);
    }
    gives("one number", format!("0x{}", hex(REQUEST.as_bytes())), 1);
}

fn base64(text: &str) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)
}

#[test]
fn octets_as_languages_write_them() {
    let listed = each("0x", "", ", ");
    let escaped = each("\\x", "", "");
    let digits = hex(REQUEST.as_bytes());
    let decimal: Vec<String> = REQUEST.bytes().map(|octet| octet.to_string()).collect();
    for (name, text) in [
        ("C", format!("unsigned char m[] = {{ {listed} }};")),
        ("C++", format!("std::vector<uint8_t> m{{{listed}}};")),
        ("Java", format!("byte[] m = new byte[] {{ {} }};", each("(byte)0x", "", ", "))),
        ("Java, printed", format!("[{}]", decimal.join(", "))),
        ("Go", format!("m := []byte{{{listed}}}")),
        ("Rust", format!("let m: [u8; 82] = [{listed}];")),
        ("Rust, a string", format!("b\"{escaped}\"")),
        ("Python", format!("b'{escaped}'")),
        ("Python, characters", format!("b'{REQUEST}'")),
        ("Python, a call", format!("bytes.fromhex('{digits}')")),
        ("Python, an array", format!("bytearray(b'{escaped}')")),
        ("Node", format!("<Buffer {}>", each("", "", " "))),
        ("Node, a call", format!("Buffer.from('{digits}', 'hex')")),
        ("Objective-C", format!("<{digits}>")),
        ("SQL", format!("X'{digits}'")),
        ("CBOR", format!("h'{digits}'")),
        ("a shell", format!("$'{escaped}'")),
        ("Go, printed", format!("[{}]", decimal.join(" "))),
        ("Kotlin", format!("byteArrayOf({})", decimal.join(", "))),
        ("Erlang", format!("<<{}>>", decimal.join(","))),
        ("Ruby", format!("['{digits}'].pack('H*')")),
        ("Node, base64", format!("Buffer.from('{}', 'base64')", base64(REQUEST))),
        ("a data URI", format!("data:application/octet-stream;base64,{}", base64(REQUEST))),
        ("a name", format!("payload={digits}")),
        ("a name in JSON", format!("\"message\": \"{}\"", each("", "", " "))),
        ("a remark", format!("{digits} # from the ticket")),
        ("Markdown", format!("`{digits}`")),
        ("quotes", format!("\"{digits}\"")),
        ("quoted text", format!("\"{REQUEST}\"")),
    ] {
        gives(name, text.clone(), 1);
        gives(name, format!("{text}\n{text}\n"), 2);
    }
    // signed octets, and a string with characters among its escapes
    let wire = "0800000000000000000200063031203132C4E3".replace("0006", "0007");
    let octets: Vec<u8> =
        (0..wire.len()).step_by(2).map(|at| u8::from_str_radix(&wire[at..at + 2], 16).unwrap()).collect();
    let signed: Vec<String> = octets.iter().map(|octet| (*octet as i8).to_string()).collect();
    let mixed: String = octets
        .iter()
        .map(|octet| match octet {
            0x20..=0x7E => char::from(*octet).to_string(),
            _ => format!("\\x{octet:02x}"),
        })
        .collect();
    for text in [format!("[{}]", signed.join(", ")), format!("b'{mixed}'")] {
        let out = good(&["decode", "-s", "unionpay-pos", "--format", "ndjson", "--expose"], text.clone());
        assert_eq!(out, "{\"mti\":\"0800\",\"fields\":{\"63\":\"01 12\\u00C4\\u00E3\"}}\n", "{text}");
    }
}

#[test]
fn arrays_and_strings_over_several_lines() {
    let listed: Vec<String> = REQUEST.bytes().map(|octet| format!("0x{octet:02X}")).collect();
    let rows: Vec<String> = listed
        .chunks(8)
        .zip(REQUEST.as_bytes().chunks(8))
        .map(|(row, octets)| format!("{}, /* {}}}; */", row.join(", "), String::from_utf8_lossy(octets)))
        .collect();
    let array = format!(
        "/* Frame (82 bytes) */\nstatic const unsigned char pkt1[82] = {{\n{}\n}};\n",
        rows.join("\n")
    );
    gives("a C array", array.clone(), 1);
    gives("two C arrays", array.repeat(2), 2);
    let escaped: Vec<String> = REQUEST
        .as_bytes()
        .chunks(16)
        .map(|row| format!("\"{}\"", row.iter().map(|octet| format!("\\x{octet:02x}")).collect::<String>()))
        .collect();
    gives("Wireshark's string", escaped.join(" \\\n"), 1);
    // an array that never ends takes nothing else with it than what may belong to it
    let open = format!("m = {{\n0x30,\n{}", "0x30,\n".repeat(100));
    assert_eq!(cardwire(&DECODE, open).code, 1);
}

#[test]
fn text_one_message_a_line() {
    let digits = "080002200000000000000624185210000001";
    let object = "{\"mti\":\"0800\",\"fields\":{\"7\":\"0624185210\",\"11\":\"000001\"}}\n";
    for (input, times) in [
        (digits.to_owned(), 1),
        (format!("{digits}\n"), 1),
        (format!("{digits}\r\n{digits}\r\n"), 2),
        (format!("\u{feff}{digits}\n\n{digits}\n{digits}\n"), 3),
        (format!("# from the ticket\n{digits}\n"), 1),
    ] {
        assert_eq!(good(&DECODE, input), object.repeat(times));
    }
    gives("letters in it", format!("{REQUEST}\n{REQUEST}\n"), 2);
    // its own digits are no text, whatever the spec
    let text = good(&[&DECODE[..], &["-m", digits]].concat(), "");
    assert_eq!(text, object);
    let done = cardwire(&["decode", "-s", "iso87-ascii"], "0200602000008080000016411111111111111112345635");
    assert_eq!(done.code, 1);
    // blanks at the end are part of the last element
    let blank = "08000000000000800000SHOP    \n";
    let shop = "{\"mti\":\"0800\",\"fields\":{\"41\":\"SHOP    \"}}\n";
    assert_eq!(good(&DECODE, blank), shop);
    let framed = format!("0082{REQUEST}\n0082{REQUEST}\n");
    assert_eq!(good(&[&DECODE[..], &["-F", "ascii4"]].concat(), framed), OBJECT.repeat(2));
}

#[test]
fn lines_that_wrap() {
    let digits = hex(REQUEST.as_bytes());
    let wrap = |text: &str, width: usize| {
        let rows: Vec<&str> =
            (0..text.len()).step_by(width).map(|at| &text[at..text.len().min(at + width)]).collect();
        rows.join("\n") + "\n"
    };
    for width in [32, 60, 76] {
        gives("digits", wrap(&digits, width), 1);
        gives("digits twice", format!("{0}\n{0}", wrap(&digits, width)), 2);
    }
    gives("an odd number of digits", wrap(&digits, 75), 1);
    for (before, after, between) in [
        ("", "", ":"),
        ("", "", "-"),
        ("", "", " "),
        ("0x", "", ", "),
        ("", "h", " "),
        ("\\x", "", ""),
        ("%", "", ""),
    ] {
        let one = before.len() + 2 + after.len() + between.len();
        for octets in [12, 16, 20] {
            let rows = wrap(&each(before, after, between), one * octets);
            let bare: Vec<&str> = rows.lines().map(|row| row.strip_suffix(between).unwrap_or(row)).collect();
            gives("a mark at the end of a line", format!("{rows}\n{rows}"), 2);
            gives("none there", bare.join("\n"), 1);
        }
    }
    let base64 = base64(REQUEST);
    for width in [64, 76] {
        gives("base64", wrap(&base64, width), 1);
    }
}

pub(crate) const LINE: &str =
    "2021-07-28 20:15:46,841 ERROR n.c.b.j.i.Q2: (channel/127.0.0.1:5255) [receive] --- data ---\n";

#[test]
fn what_is_no_message_is_named() {
    let digits = hex(REQUEST.as_bytes());
    const LOG: &str = "this looks like a log";
    for (input, words) in [
        (LINE.repeat(3), LOG),
        (format!("2021-07-28 20:15:46 INFO recv {digits}\n"), LOG),
        (format!("20:15:46 recv: {REQUEST}\n"), LOG),
        (format!("Jul 28 20:15:46 host app[123]: {digits}\n"), LOG),
        (format!("[2021-07-28T20:15:46.841Z] in {digits}"), LOG),
        (format!("INFO: recv {REQUEST}\n"), LOG),
        (format!("28/07/2021|20:15:46|IN|{REQUEST}\n"), LOG),
        (format!("date,time,message\n2021-07-28,20:15:46,{REQUEST}\n"), LOG),
        ("<!DOCTYPE html>\n<html></html>\n".into(), "a page of HTML"),
        ("<?xml version=\"1.0\"?>\n<a/>\n".into(), "XML without an <isomsg>"),
        ("{\"a\":1}\n".into(), "JSON, but no object with"),
        ("[{\"a\":1}]\n".into(), "JSON, but no object with"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n".into(), "a key or a certificate"),
        ("please see what my terminal sends\n".into(), "text that is no message"),
        ("Subject: help\nFrom: a@b\n".into(), "text that is no message"),
        ("java.lang.NullPointerException\n\tat com.x.Y(Z.java:10)\n".into(), "text that is no message"),
        ("mti: '0800'\nfields:\n  11: '000001'\n".into(), "text that is no message"),
        ("INSERT INTO t VALUES (1, 'x');\n".into(), "text that is no message"),
        ("MTI: 0800\n011: 000001\n".into(), "text that is no message"),
        (REQUEST.bytes().map(|octet| format!("{octet:08b} ")).collect(), "octets in binary digits"),
        (
            format!("{}   {}\n", each("", "", " "), REQUEST.replace('0', ".")),
            "rows of a dump without their offsets",
        ),
        (
            format!("{} | {}\n", each("", "", " "), REQUEST.replace('0', ".")),
            "rows of a dump without their offsets",
        ),
        ("<Buffer 30 32 30 30 ... 50 more bytes>\n".into(), "octets are left out of it"),
        (format!("pack(\"H*\", \"{REQUEST}\")\n"), "text that is no message"),
        (format!("_binary 0x{REQUEST}\n"), "text that is no message"),
        ("{length = 20, bytes = 0x30383030 00000000 31323334 35363738}\n".into(), "text that is no message"),
        (format!("printf '{}' | nc host 5000\n", each("\\x", "", "")), "text that is no message"),
        (String::new(), "no message was found"),
        (" \n \n".into(), "no message was found"),
        ("\n\n".into(), "no message was found"),
    ] {
        refuses(words, input, words);
    }
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(digits.bytes().flat_map(|octet| [octet, 0])).collect();
    for (input, words) in [
        (utf16, "text in UTF-16"),
        (b"\x1F\x8B\x08\0\0\0\0\0".to_vec(), "compressed (gzip)"),
        (b"PK\x03\x04\0\0".to_vec(), "an archive (zip)"),
        (b"\x7FELF\x02\x01\x01\0".to_vec(), "a program"),
        ([LINE.as_bytes(), b"\0\x22", REQUEST.as_bytes()].concat(), "a log that holds octets as they are"),
    ] {
        refuses(words, input, words);
    }
    // said to be raw, it is read as that
    let done = cardwire(&["decode", "-s", "iso87-ascii", "-i", "raw"], LINE);
    assert!(done.code == 1 && done.out.contains("bitmap at byte 4"), "{}", done.out);
}

#[test]
fn every_form_has_a_name() {
    let help = good(&["decode", "--help"], "");
    for form in ["hex", "text", "raw", "base64", "hexdump", "log", "isomsg", "json", "pcap"] {
        assert!(help.contains(&format!("- {form}:")), "{form}: {help}");
    }
    // JSON is read wherever messages are
    assert_eq!(good(&DECODE, OBJECT.repeat(2)), OBJECT.repeat(2));
    let same = format!("{OBJECT}{}\n", hex(REQUEST.as_bytes()));
    let path = file("one.json", OBJECT.as_bytes());
    let other = file("other.hex", same.lines().nth(1).unwrap().as_bytes());
    assert_eq!(good(&["diff", "-s", "iso87-ascii", path.to_str().unwrap(), other.to_str().unwrap()], ""), "");
}
