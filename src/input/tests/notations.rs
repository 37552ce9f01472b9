//! Octets in the notations of programs and languages, written here and read back; and texts that are none.

use super::Dice;
use crate::input::notation::{Nesting, Reading, is_comment, read};

const MESSAGE: &[u8] = b"08002020000000800000000000000001TERM0001";

fn octets(text: &str) -> Option<Vec<Vec<u8>>> {
    match read(text.as_bytes()) {
        Reading::Octets(readings) => Some(readings),
        Reading::Refused(_) | Reading::None => None,
    }
}

fn written(octets: &[u8], prefix: &str, suffix: &str, between: &str) -> String {
    octets.iter().map(|octet| format!("{prefix}{octet:02X}{suffix}")).collect::<Vec<_>>().join(between)
}

fn random(count: usize, seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    (0..count).map(|_| u8::try_from(dice.below(256)).unwrap()).collect()
}

#[track_caller]
fn assert_read(text: &str, is: &[u8]) {
    assert_eq!(octets(text).and_then(|readings| readings.first().cloned()).as_deref(), Some(is), "{text}");
}

/// Two octets are enough, and one alone is a number.
#[test]
fn octets_with_every_mark_prefix_and_suffix() {
    for count in [2, 3, 8, 40] {
        let is = random(count, 5);
        for mark in [", ", ",", ":", "-", ";", "_", "|", ".", "/", "+", "*", " ", "  "] {
            for prefix in ["", "0x", "0X", "\\x", "\\X", "%", "$", "&H", "16#", "x"] {
                assert_read(&written(&is, prefix, "", mark), &is);
            }
            for suffix in ["h", "H"] {
                assert_read(&written(&is, "", suffix, mark), &is);
                // an assembler wants a digit first
                assert_read(&written(&is, "0", suffix, mark), &is);
            }
        }
        for prefix in ["0x", "0X", "\\x", "\\X", "%", "$", "x"] {
            assert_read(&written(&is, prefix, "", ""), &is);
        }
        let small: Vec<u8> = is.iter().map(|octet| octet % 16).collect();
        let digits: Vec<String> = small.iter().map(|octet| format!("0x{octet:X}")).collect();
        assert_read(&digits.join(", "), &small);
        assert_read(&format!("0x{}", written(&is, "", "", "")), &is);
        for [open, close] in [["[", "]"], ["(", ")"], ["<", ">"], ["{", "}"]] {
            assert_read(&written(&is, open, close, ""), &is);
        }
    }
    for text in
        ["0x30", "30h", "%30", "\\x3", "30:3:30", "30:333:30", "1h 2h", "3G:30", "130h 030h", "0x30 31"]
    {
        assert!(octets(text).is_none(), "{text}");
    }
    // groups of one size, the last no longer; a date and a time have others
    for (text, is) in [
        ("0800.2020.0000", Some(&[8, 0, 0x20, 0x20, 0, 0][..])),
        ("0800-2020-00", Some(&[8, 0, 0x20, 0x20, 0])),
        ("0800.2020", None),
        ("080.202.000", None),
        ("0800.20.2020", None),
        ("0800.2020.000000", None),
        ("2026-11-23", None),
    ] {
        assert_eq!(octets(text).map(|readings| readings.concat()).as_deref(), is, "{text}");
    }
}

#[test]
fn numbers_in_brackets_are_octets() {
    let is = [0, 9, 48, 127, 128, 200, 255];
    let join = |between: &str| is.iter().map(u8::to_string).collect::<Vec<_>>().join(between);
    let signed: Vec<String> = is.iter().map(|octet| octet.cast_signed().to_string()).collect();
    for text in [
        format!("[{}]", join(", ")),
        format!("[{}]", join(" ")),
        format!("{{{}}};", join(",")),
        format!("[{},]", join(",")),
        format!("[{}]", signed.join(", ")),
        format!("byte[] m = {{{}}};", signed.join(", ")),
        format!("bytes([{}])", join(", ")),
        format!("f({})", join(", ")),
        format!("vec![{}]", join(", ")),
    ] {
        assert_read(&text, &is);
    }
    for text in ["[300, 48]", "[-129, 48]", "[48]", "(48, 156)", "48, 156", "[48, x]", "[48, 156] and so on"]
    {
        assert!(octets(text).is_none(), "{text}");
    }
    assert_eq!(octets("[48, 56]"), Some(vec![vec![0x48, 0x56], vec![48, 56]]), "in two ways");
}

/// The escapes of C: a letter, one to three octal digits, two hexadecimal ones.
#[test]
fn escapes_of_strings() {
    for (escape, octet) in [
        ("\\n", 10),
        ("\\r", 13),
        ("\\t", 9),
        ("\\a", 7),
        ("\\b", 8),
        ("\\v", 11),
        ("\\f", 12),
        ("\\e", 27),
        ("\\\\", 92),
        ("\\'", 39),
        ("\\\"", 34),
        ("\\0", 0),
        ("\\7", 7),
        ("\\12", 10),
        ("\\60", 48),
        ("\\377", 255),
        ("\\x41", 65),
        ("\\u0041", 65),
    ] {
        assert_read(&format!("b'{escape}89'"), &[octet, b'8', b'9']);
        assert_read(&format!("b'z{escape}z'"), &[b'z', octet, b'z']);
        assert_read(&format!("\\x30{escape}z"), &[b'0', octet, b'z']);
    }
    for text in ["b'\\400'", "b'\\q'", "b'\\x4'", "b'\\xZZ'", "b'\\u0141'", "b'\\'", "b'\\u00'"] {
        assert!(octets(text).is_none(), "{text}");
    }
    assert_read("b'\\1234'", &[0o123, b'4']);
    // without quotes, wherever the first hexadecimal one stands, or where any stands first
    assert_read("z\\x30z", b"z0z");
    assert_read("\\060z", b"0z");
    assert!(octets("z\\060z").is_none() && octets("m = \"\\x30").is_none());
    assert_read("b'\\189'", &[1, b'8', b'9']);
    assert_read("b'caf\u{E9}'", b"caf\xE9");
    assert!(octets("b'\\x30\u{20AC}'").is_none(), "no octet");
}

#[test]
fn strings_of_languages() {
    let digits = written(MESSAGE, "", "", "");
    let (one, two) = digits.split_at(20);
    let escapes = written(MESSAGE, "\\x", "", "");
    for quote in ["'", "\""] {
        for text in [
            format!("x{quote}{digits}{quote}"),
            format!("X{quote}{digits}{quote}"),
            format!("h{quote}{digits}{quote};"),
            format!("m = bytes.fromhex({quote}{digits}{quote})"),
            format!("hex!({quote}{digits}{quote})"),
            format!("Buffer.from({quote}{digits}{quote}, {quote}hex{quote})"),
            format!("[{quote}{digits}{quote}].pack({quote}H*{quote})"),
            format!("{quote}{digits}{quote}"),
            format!("m = {quote}{digits}{quote}"),
            format!("{quote}{one}{quote} {quote}{two}{quote}"),
            format!("{quote}{one}{quote} + {quote}{two}{quote}"),
            format!("{quote}{one}{quote}\\\n{quote}{two}{quote}"),
            format!("x{quote}{one}{quote}b{quote}{two}{quote}"),
            format!("{quote}{}{quote}", written(MESSAGE, "", "", ":")),
            format!("b{quote}{escapes}{quote}"),
            format!("${quote}{escapes}{quote}"),
            format!("m = {quote}{escapes}{quote};"),
            format!("b{quote}{}{quote}", String::from_utf8_lossy(MESSAGE)),
            format!("br{quote}{}{quote}", String::from_utf8_lossy(MESSAGE)),
            format!("RB{quote}{}{quote}", String::from_utf8_lossy(MESSAGE)),
        ] {
            assert_read(&text, MESSAGE);
        }
        // octets that are said to be characters are not digits
        assert_read(&format!("b{quote}{digits}{quote}"), digits.as_bytes());
        let both = vec![MESSAGE.to_vec(), digits.clone().into_bytes()];
        assert_eq!(octets(&format!("{quote}{digits}{quote}")), Some(both), "in two ways");
        for only in [
            format!("h{quote}{digits}{quote}"),
            format!("fromhex({quote}{digits}{quote})"),
            format!("Buffer.from({quote}{digits}{quote}, {quote}hex{quote})"),
        ] {
            assert_eq!(octets(&only), Some(vec![MESSAGE.to_vec()]), "{only}");
        }
        for none in [
            format!("x{quote}0800TERM{quote}"),
            format!("fromhex({quote}0800TERM{quote})"),
            format!("f({quote}0800TERM{quote}, {quote}hex{quote})"),
            format!("he said {quote}{digits}{quote}"),
            format!("u{quote}{digits}{quote}"),
            format!("{quote}{digits}{quote} and more"),
            format!("x{quote}{digits}"),
            format!("b{quote}{quote}"),
        ] {
            assert!(octets(&none).is_none(), "{none}");
        }
    }
    assert_read("data:application/octet-stream;base64,MDgwMA==", b"0800");
    assert_read("Buffer.from('MDgwMA==', 'base64')", b"0800");
    for none in ["x:application;base64,MDgwMA==", "data:;base64,MDgwMA=", "f('MDgwMA=', 'base64')"] {
        assert!(octets(none).is_none(), "{none}");
    }
}

/// A name of up to forty letters before eight octets or more.
#[test]
fn octets_behind_a_name() {
    let is = random(8, 9);
    let digits = written(&is, "", "", "");
    let name = "n".repeat(40);
    for text in [
        format!("payload={digits}"),
        format!("payload: {digits}"),
        format!("\"data\": \"{}\",", written(&is, "", "", " ")),
        format!("a-b_c> {}: {}", "x", written(&is, "", "", ".")),
        format!("{name}={digits}"),
    ] {
        assert_read(&text, &is);
    }
    for text in [
        format!("payload={}", &digits[..14]),
        format!("{name}n={digits}"),
        format!("at 12={digits}"),
        format!("--={digits}"),
        format!("={digits}"),
        format!("payload {digits}"),
    ] {
        assert!(octets(&text).is_none(), "{text}");
    }
}

/// What an editor or a mail makes of digits: the blanks, dashes, quotes and wide digits of typesetters.
#[test]
fn typesetters_are_undone() {
    let is = [0x3A, 0xBF, 0x09, 0xC6];
    for dash in ['\u{2010}', '\u{2013}', '\u{2015}', '\u{2212}'] {
        assert_read(&format!("3A{dash}BF{dash}09{dash}C6"), &is);
    }
    for blank in ['\u{A0}', '\u{2003}', '\u{3000}'] {
        assert_read(&format!("3A{blank}BF{blank}09{blank}C6"), &is);
    }
    for nothing in ['\u{200B}', '\u{200D}', '\u{2060}', '\u{FEFF}'] {
        assert_read(&format!("{nothing}3A{nothing}BF09C6"), &is);
    }
    assert_read("\u{FF13}\u{FF21}\u{FF22}\u{FF26}\u{FF10}\u{FF19}\u{FF43}\u{FF16}", &is);
    assert_read("\u{FF13}\u{FF41}\u{FF42}\u{FF46}\u{FF10}\u{FF19}\u{FF23}\u{FF16}", &is);
    for [open, close] in [['\u{2018}', '\u{2019}'], ['\u{201C}', '\u{201D}']] {
        assert_read(&format!("x{open}3ABF09C6{close}"), &is);
    }
    assert_read("`3A:BF:09:C6`", &is);
    assert!(octets("3A\u{2020}BF\u{2020}09").is_none());
}

#[test]
fn comments_are_no_octets() {
    let is = [0x30, 0x38, 0x30];
    for text in [
        "0x30, 0x38, 0x30 // 0x31",
        "0x30, /* 0x31, */ 0x38, 0x30",
        "0x30, 0x38, /* a */ /* b */ 0x30",
        "0x30, 0x38, 0x30 # 0x31",
        "{ 0x30, // MTI\n 0x38,\n /* 1 */ 0x30 }",
    ] {
        if !text.contains("/* a */") {
            assert_read(text, &is);
        }
    }
    assert_read("'\\x30//'", b"0//");
    for (line, is_one) in [
        ("# remark", true),
        ("  // remark", true),
        ("```c", true),
        ("/* remark */", true),
        ("/* remark */ 0x30", false),
        ("unsigned int m_len = 40;", true),
        ("len=40;", true),
        ("len = 40", false),
        ("len = 4x0;", false),
        ("4 = 40;", false),
        ("len = 1234567890;", true),
        ("len = 12345678901;", false),
        ("/ 30", false),
        ("30 38", false),
        ("", false),
    ] {
        assert_eq!(is_comment(line.as_bytes()), is_one, "{line}");
    }
}

/// An array or a string is open until its brackets are closed, those within quotes and comments apart.
#[test]
fn arrays_go_on_until_they_are_closed() {
    for (lines, open) in [
        (&["m = {"][..], true),
        (&["m = {", "0x30 };"], false),
        (&["f([", "0x30 ]"], true),
        (&["f([", "0x30 ])"], false),
        (&["{ '}'"], true),
        (&["{ '}' }"], false),
        (&["{ '\\'}' "], true),
        (&["{ \"'\" }"], false),
        (&["{ // }"], true),
        (&["{ /* } */"], true),
        (&["\"\\x30\" \\"], true),
        (&["\"\\x30\" \\", "\"\\x30\""], false),
        (&["{ }", "}"], false),
    ] {
        let mut nesting = Nesting::of(lines[0].as_bytes()).unwrap();
        lines[1..].iter().for_each(|line| nesting.add(line.as_bytes()));
        assert_eq!(nesting.is_open(), open, "{lines:?}");
    }
    for (line, may) in [
        ("3038", false),
        ("30383030 {", false),
        ("3038303 {", true),
        ("30383030 \\", false),
        ("unsigned char m[] = {", true),
        ("(", true),
    ] {
        assert_eq!(Nesting::of(line.as_bytes()).is_some(), may, "{line}");
    }
}

#[test]
fn what_is_left_out_is_refused() {
    let refused = |text: &str| match read(text.as_bytes()) {
        Reading::Refused((en, _)) => en,
        Reading::Octets(_) => "read",
        Reading::None => "none",
    };
    let left_out = "octets are left out of it ('...'): print all of them";
    let rows = "these are rows of a dump without their offsets: take away the characters beside the octets";
    for (text, words) in [
        ("30 38 ...", left_out),
        ("30 38 \u{2026} 30", left_out),
        ("[0x30, 0x38, ...]", left_out),
        ("30 ...", "none"),
        ("and so on ...", "none"),
        ("30 38 30 30 30 38 30 30  08000800", rows),
        ("30 38 30 30 30 38 30 30 |08000800|", rows),
        ("30 38 30 30 30 38 30  0800080", "none"),
        ("30 38 30 30 30 38 30 30  080008000", "none"),
        ("30 38 30 30 30 38 30 30  30 38", "read"),
    ] {
        assert_eq!(refused(text), words, "{text}");
    }
}
