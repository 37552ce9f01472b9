//! Input that means harm: a clear error, never a panic, a hang or a heap that grows.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::capture::{packet, pcap, pcapng};
use super::{REQUEST, cardwire, file, hex};

/// Octets that look random and are the same every time.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[3]
    };
    (0..length).map(step).collect()
}

const FORMS: [&str; 6] = ["auto", "hex", "raw", "base64", "hexdump", "pcap"];

#[test]
fn noise_in_every_form_is_refused() {
    for (seed, length) in [(1, 1), (2, 7), (3, 100), (4, 5_000), (5, 200_000)] {
        for form in FORMS {
            for format in ["text", "ndjson", "json", "hexdump"] {
                let args = ["decode", "-s", "iso87-ascii", "-i", form, "--format", format];
                let done = cardwire(&args, noise(length, seed));
                assert_eq!(done.code, 1, "{form} {format} {length}");
                assert!(!done.err.contains("panicked"), "{}", done.err);
                assert!(!(done.out.is_empty() && done.err.is_empty()), "{form} {format} {length}");
            }
        }
        for command in ["encode", "redact", "check", "diff"] {
            let done = cardwire(&[command, "-s", "unionpay-pos"], noise(length, seed));
            assert!(done.code == 1 || command == "diff", "{command}");
            assert!(!done.err.contains("panicked"), "{}", done.err);
        }
    }
}

#[test]
fn invalid_utf_8_is_no_json() {
    let done = cardwire(
        &["encode", "-s", "iso87-ascii"],
        b"{\"mti\":\"0200\",\"fields\":{\"41\":\"\xFF\xFE\"}}".to_vec(),
    );
    assert_eq!(done.code, 1);
    assert!(done.out.contains("invalid unicode code point"), "{}", done.out);
}

#[test]
fn nesting_and_numbers_are_limited() {
    let deep = format!("{{\"mti\":\"0200\",\"fields\":{{\"55\":{}}}}}", "[".repeat(100_000));
    let done = cardwire(&["encode", "-s", "iso87-ascii"], deep);
    assert_eq!(done.code, 1);
    assert!(done.out.starts_with("{\"error\""), "{}", done.out);
    for fields in
        [r#"{"0":"1"}"#, r#"{"1":"1"}"#, r#"{"193":"1"}"#, r#"{"999":"1"}"#, r#"{"-2":"1"}"#, r#"{"2":-1}"#]
    {
        let done =
            cardwire(&["encode", "-s", "iso87-ascii"], format!("{{\"mti\":\"0200\",\"fields\":{fields}}}"));
        assert!(done.code == 1 && done.out.starts_with("{\"error\""), "{fields}: {}", done.out);
    }
}

#[test]
fn a_line_has_a_limit_and_the_next_one_is_read() {
    let input = format!("{}\n{}\n", "30".repeat(2_000_000), hex(REQUEST.as_bytes()));
    let done = cardwire(&["decode", "-s", "iso87-ascii", "--format", "ndjson"], input);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(
        lines[0],
        r#"{"error":{"place":"input","message":"longer than 1048576 bytes; --max-line allows more"}}"#
    );
    assert!(lines[1].starts_with("{\"mti\":\"0200\""));
    let done = cardwire(&["decode", "-s", "iso87-ascii", "-i", "raw"], vec![b'0'; 3_000_000]);
    assert!(done.code == 1 && done.out.contains("longer than 1048576 bytes"), "{}", done.out);
}

#[test]
fn a_cut_capture_gives_what_is_there() {
    let frame = [&[0, 82][..], REQUEST.as_bytes()].concat();
    let packets = [packet(5000, 9000, 1, 0x18, &frame), packet(5000, 9000, 85, 0x18, &frame)];
    for (name, whole) in [("t.pcap", pcap(&packets)), ("t.pcapng", pcapng(&packets))] {
        for cut in (4..whole.len()).step_by(7) {
            let path = file(name, &whole[..cut]);
            let args = ["decode", "-s", "iso87-ascii", "-F", "binary2", "--format", "ndjson"];
            let done = cardwire(&[&args[..], &[path.to_str().unwrap()]].concat(), "");
            assert!(!done.err.contains("panicked"), "{}", done.err);
            let found = done.out.matches("{\"mti\":\"0200\"").count();
            assert!(
                found <= 1 && (done.code == 1 || done.out.is_empty() || found == 1),
                "{name} cut at {cut}"
            );
        }
        let path = file(name, &whole[..whole.len() - 50]);
        let done = cardwire(&["decode", "-s", "iso87-ascii", path.to_str().unwrap()], "");
        assert_eq!(done.code, 1);
        assert!(done.out.contains("the capture is broken after packet 1"), "{}", done.out);
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let lines = (hex(REQUEST.as_bytes()) + "\n").repeat(20_000);
    let mut child = Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(["decode", "-s", "iso87-ascii"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || drop(stdin.write_all(lines.as_bytes())));
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    // standard output is closed now
    writer.join().unwrap();
    let status = child.wait().unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

#[test]
fn files_that_a_command_wants_whole_have_a_limit() {
    let big = file("big.toml", &b"# ".repeat(1 << 20));
    let big = big.to_str().unwrap();
    for (args, code) in [
        (vec!["check", "-s", "iso87-ascii", "-p", big], 1),
        (vec!["serve", "-s", "iso87-ascii", "-l", "127.0.0.1:0", "--rules", big], 1),
    ] {
        let done = cardwire(&args, "");
        assert_eq!((done.code, done.err), (code, format!("cardwire: {big}: longer than 1 MiB\n")));
    }
}

#[test]
fn bad_usage_is_told_before_anything_is_done() {
    for (args, wanted) in [
        (&["send", "nowhere", "-s", "iso87-ascii"][..], "a host and a port"),
        (&["load", "localhost:x", "-s", "iso87-ascii"], "a host and a port"),
        (&["serve", "-l", "127.0.0.1", "-s", "iso87-ascii"], "a host and a port"),
        (&["decode"], "say which spec"),
        (&["decode", "-s", "nobody"], "no spec and no file"),
        (&["decode", "-s", "iso87-ascii", "-F", "binary9"], "no framing is called"),
        (&["decode", "-s", "iso87-ascii", "--format", "wild"], "possible values"),
        (&["spec", "show", "nobody"], "no spec and no file"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&[], "Usage"),
    ] {
        let done = cardwire(args, "");
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{args:?}");
        assert!(done.err.contains(wanted), "{args:?}: {}", done.err);
    }
}

#[test]
fn files_that_are_not_there_are_named() {
    let done = cardwire(&["decode", "-s", "iso87-ascii", "nowhere.hex"], "");
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("cardwire: nowhere.hex: "), "{}", done.err);
}
