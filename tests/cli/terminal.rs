//! Nothing that a spec, a file or a message holds does something to a terminal.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use super::{REQUEST, cardwire, file, hex};

/// It names the window, colours what follows, turns it round, and begins a line of its own.
const EVIL: &str = "\u{1b}]0;evil\u{7}\u{1b}[31m\u{9b}32m\u{202e}\u{2066}\u{200b}\u{7f}\r\n!! forged";

/// The same for a name of a file, which may hold no end of a string.
fn evil_file(name: &str, content: &[u8]) -> String {
    file(&format!("{name}{EVIL}"), content).to_str().unwrap().to_owned()
}

/// Holds that an output has no character that does more than take its place, but line ends and the
/// colours of the command.
fn harmless(name: &str, output: &str) {
    let mut rest = output;
    while let Some(at) = rest.find('\u{1b}') {
        let sequence = &rest[at..];
        let end = sequence.find('m').unwrap_or_else(|| panic!("{name}: {output:?}"));
        let style = &sequence[2..end];
        let is_ours = sequence.starts_with("\u{1b}[")
            && style
                .split(';')
                .all(|code| matches!(code, "0" | "1" | "4" | "31" | "32" | "33" | "34" | "35" | "36" | "90"));
        assert!(is_ours, "{name}: {output:?}");
        rest = &sequence[end..];
    }
    for character in output.chars().filter(|character| !matches!(character, '\n' | '\u{1b}')) {
        let is_mark = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
        assert!(!character.is_control() && !is_mark, "{name}: {character:?} in {output:?}");
    }
    assert!(!output.lines().any(|line| line.starts_with("!! forged")), "{name}: {output}");
}

/// Runs the command with and without colours.
fn run(args: &[&str], stdin: impl Into<Vec<u8>>) {
    let stdin: Vec<u8> = stdin.into();
    for color in ["never", "always"] {
        let done = cardwire(&[args, &["--color", color]].concat(), stdin.clone());
        harmless(&format!("{args:?}"), &done.out);
        harmless(&format!("{args:?}"), &done.err);
        assert!(!format!("{}{}", done.out, done.err).is_empty(), "{args:?}");
        if color == "never" {
            assert!(!done.out.contains('\u{1b}'), "{args:?}");
        }
    }
}

#[test]
fn names_of_files() {
    let line = hex(REQUEST.as_bytes());
    let good = evil_file("good", line.as_bytes());
    let bad = evil_file("bad", b"0800zz\n0800");
    let object = evil_file("object", b"{\"mti\":\"0800\"");
    let missing = format!("missing{EVIL}");
    let section = [&0x0A0D_0D0A_u32.to_le_bytes()[..], &[28, 0, 0, 0], &[0; 30]].concat();
    let capture = evil_file("capture", &section);
    for path in [&good, &bad, &object, &missing, &capture] {
        for command in ["decode", "check", "redact", "diff"] {
            run(&[command, "-s", "iso87-ascii", path], "");
        }
        for format in ["ndjson", "json", "hexdump", "isomsg"] {
            run(&["decode", "-s", "iso87-ascii", "--format", format, "--origin", path], "");
        }
        run(&["check", "-s", "iso87-ascii", "--format", "ndjson", path], "");
        run(&["probe", path], "");
        run(&["encode", "-s", "iso87-ascii", path], "");
        run(&["encode", "-s", "iso87-ascii", "--format", "raw", path], "");
        run(&["ipm", "list", path], "");
        run(&["spec", "check", path], "");
        run(&["spec", "show", path], "");
        run(&["decode", "-s", path, "-m", &line], "");
        run(&["check", "-s", "iso87-ascii", "-p", path, "-m", &line], "");
        run(&["serve", "-s", "iso87-ascii", "-r", path, "-l", "127.0.0.1:0"], "");
        run(&["load", "127.0.0.1:1", "-s", "iso87-ascii", path], "");
    }
}

#[test]
fn arguments() {
    for args in [
        &["decode", "-s", EVIL, "-m", "00"][..],
        &["decode", "-s", "iso87-ascii", "-F", EVIL],
        &["decode", "-s", "iso87-ascii", "-F", &format!("binary2+{EVIL}")],
        &["decode", "-s", "iso87-ascii", "--format", EVIL],
        &["decode", "-s", "iso87-ascii", "-m", EVIL],
        &["code", EVIL],
        &["code", EVIL, "51"],
        &["code", "response", EVIL],
        &["spec", "convert", EVIL],
        &["send", EVIL, "-s", "iso87-ascii"],
        &["load", &format!("{EVIL}:1"), "-s", "iso87-ascii"],
        &["man", EVIL],
        &[EVIL],
    ] {
        run(args, "");
    }
}

/// Line ends alone are enough to begin a line of one's own.
#[test]
fn arguments_of_several_lines() {
    for forged in ["x\r\n!! forged", "x\n!! forged", "\n!! forged\n", "x\r"] {
        for args in [
            &["decode", "-s", "iso87-ascii", "-F", forged][..],
            &["decode", "-s", "iso87-ascii", &format!("--framing={forged}")],
            &["decode", "--lang", forged],
            &["serve", "-s", "iso87-ascii", "-l", forged],
            &["serve", "-s", "iso87-ascii", "--idle-timeout", forged],
            &["send", "127.0.0.1:1", "-s", "iso87-ascii", "--key", forged],
            &["pin", forged],
            &["ipm", forged],
            &[forged],
        ] {
            run(args, "");
        }
    }
}

#[test]
fn names_in_a_spec() {
    let quoted = EVIL
        .chars()
        .fold(String::new(), |text, character| text + &format!("\\U{:08X}", u32::from(character)));
    let text = format!(
        "name = \"{quoted}\"\n[elements]\n2 = {{ is = 'n..19', length = 'LL', name = \"{quoted}\", privacy = 'pan' }}\n\
         11 = {{ is = 'n6', name = \"{quoted}\", privacy = 'open' }}\n63 = {{ is = 'ansb..99', length = 'LL', name = \"{quoted}\", privacy = 'open' }}\n"
    );
    let path = file("evil.toml", text.as_bytes());
    let path = path.to_str().unwrap();
    let value: String = EVIL
        .chars()
        .filter(|character| u32::from(*character) < 256)
        .map(|character| format!("\\u{:04X}", u32::from(character)))
        .collect();
    let object = format!(
        "{{\"mti\":\"0800\",\"fields\":{{\"2\":\"4111111111111111\",\"11\":\"000001\",\"63\":\"{value}\"}}}}\n"
    );
    let wire = cardwire(&["encode", "-s", path], object.clone());
    assert_eq!(wire.code, 0, "{}", wire.out);
    let broken = wire.out.trim().replace("303030303031", "3030303030FF");
    for format in ["text", "ndjson", "json", "hexdump", "isomsg"] {
        for shown in [&[][..], &["--expose"]] {
            run(&[&["decode", "-s", path, "--format", format][..], shown].concat(), wire.out.clone());
            run(&[&["decode", "-s", path, "--format", format][..], shown].concat(), broken.clone());
        }
    }
    run(&["diff", "-s", path, "--all"], format!("{0}\n{0}\n", wire.out.trim()));
    run(
        &["diff", "-s", path, "--expose"],
        format!("{}\n{}\n", wire.out.trim(), wire.out.trim().replace("303030303031", "303030303032")),
    );
    run(&["probe", "-s", path], wire.out.clone());
    run(&["probe", "-s", path, "--json"], broken.clone());
    run(&["check", "-s", path, "-p", "iso87"], wire.out.clone());
    run(&["spec", "show", path], "");
    run(&["spec", "show", path, "--json"], "");
    run(&["spec", "check", path], "");
    run(&["spec", "convert", path], "");
    run(&["spec", "convert", path, "--to", "moov"], "");
    // what was converted is the same spec
    let toml = cardwire(&["spec", "convert", path], "").out;
    let again = file("evil-again.toml", toml.as_bytes());
    assert_eq!(cardwire(&["spec", "convert", again.to_str().unwrap()], "").out, toml);
    let moov = file("evil.json", cardwire(&["spec", "convert", path, "--to", "moov"], "").out.as_bytes());
    assert!(cardwire(&["spec", "convert", moov.to_str().unwrap()], "").out.contains("\\u001B]0;evil"));
}

#[test]
fn values_and_keys() {
    let message: Vec<u8> = EVIL.bytes().chain(REQUEST.bytes()).collect();
    for form in ["hex", "text", "raw", "base64", "hexdump", "log", "isomsg", "json", "auto"] {
        run(&["decode", "-s", "iso87-ascii", "-i", form], message.clone());
    }
    run(&["encode", "-s", "iso87-ascii"], format!("{{\"mti\":\"0800\",\"fields\":{{\"{EVIL}\":1}}}}"));
    run(&["encode", "-s", "iso87-ascii"], "{\"mti\":\"0800\",\"fields\":{\"55\":[[\"\\u001b[31m\",\"1\"]]}}");
    let xml = format!(
        "<isomsg><field id=\"0\" value=\"0800\"/><isomsg id=\"127\"><field id=\"\u{1b}[31m\" value=\"{EVIL}\"/></isomsg></isomsg>"
    );
    for format in ["text", "ndjson", "isomsg"] {
        run(&["decode", "-s", "iso87-ascii", "--format", format, "--expose"], xml.clone());
    }
    let profile = format!("name = \"x\"\n[[rule]]\nmti = '''{EVIL}'''\n");
    let path = file("evil-profile.toml", profile.as_bytes());
    run(&["check", "-s", "iso87-ascii", "-p", path.to_str().unwrap()], hex(REQUEST.as_bytes()));
    run(&["ipm", "csv", "--columns", &EVIL.replace('\u{1b}', "")], "");
}

#[test]
fn names_of_rules() {
    let quoted = EVIL
        .chars()
        .fold(String::new(), |text, character| text + &format!("\\U{:08X}", u32::from(character)));
    let rules = file("evil-rules.toml", format!("[[rule]]\nname = \"{quoted}\"\n").as_bytes());
    let mut child = Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(["serve", "-s", "iso87-ascii", "-F", "ascii4", "--count", "1", "-l", "127.0.0.1:0", "-r"])
        .arg(rules)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"002602000020000000000000000009").unwrap();
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    child.wait().unwrap();
    assert!(rest.contains("rule '\\x1B]0;evil") && rest.lines().count() == 1, "{rest}");
    harmless("the log", &rest);
}
