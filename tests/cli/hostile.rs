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

const FORMS: [&str; 10] =
    ["auto", "hex", "text", "raw", "base64", "hexdump", "log", "isomsg", "json", "pcap"];

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

/// A card number in the place of everything that may be wrong in an object.
#[test]
fn no_error_about_an_object_repeats_a_value() {
    const PAN: &str = "4111111111111111";
    let objects = [
        format!("\"{PAN}\""),
        PAN.to_owned(),
        format!("[{PAN}]"),
        format!("{{\"{PAN}\":1}}"),
        format!("{{\"mti\":\"{PAN}\"}}"),
        format!("{{\"mti\":{PAN}}}"),
        format!("{{\"mti\":[\"{PAN}\"]}}"),
        format!("{{\"mti\":{{\"{PAN}\":\"{PAN}\"}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":\"x, expected {PAN}\"}}"),
        format!("{{\"mti\":\"0200\",\"fields\":[\"{PAN}\"]}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{PAN}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":{{\"{PAN}, expected {PAN}\":1}}}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":true}},\"x\":\"{PAN}\"}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"{PAN}\":\"1\"}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"55\":[\"x, expected {PAN}\"]}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"55\":[[\"{PAN}\",\"{PAN}\"]]}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"55\":[[\"95\",\"{PAN}\",\"{PAN}\"]]}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"55\":[[{PAN},\"{PAN}\"]]}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"4\":{PAN}.5}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"4\":-{PAN}}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"4\":{PAN}{PAN}}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"3\":\"{PAN}\"}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"52\":\"{PAN}, expected {PAN}\"}}}}"),
        format!("{{\"mti\":\"0200\",\"station\":\"{PAN}Z\"}}"),
        format!("{{\"mti\":\"0200\",\"bitmaps\":\"{PAN}\"}}"),
        format!("{{\"mti\":\"0200\",\"masked\":\"{PAN}\"}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{PAN}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{PAN}\\q\"}}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{PAN}\"}} {PAN}}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{PAN}\",\"2\":\"{PAN}\"}}}}"),
        format!("{{\"mti\":\"0200\",\"mti\":\"{PAN}\"}}"),
        format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{PAN}\"}},\"fields\":{{}}}}"),
    ];
    for object in objects {
        for args in [
            &["encode", "-s", "iso87-ascii"][..],
            &["redact", "-s", "iso87-ascii", "--json"],
            &["decode", "-s", "iso87-ascii", "-i", "json"],
        ] {
            let done = cardwire(args, object.clone());
            assert_eq!(done.code, 1, "{object}: {}", done.out);
            assert!(!format!("{}{}", done.out, done.err).contains(PAN), "{object}: {}{}", done.out, done.err);
        }
    }
}

#[test]
fn what_is_there_twice_is_an_error() {
    for object in [
        r#"{"mti":"0200","fields":{"11":"1","11":"2"}}"#,
        r#"{"mti":"0200","mti":"0200","fields":{}}"#,
        r#"{"mti":"0200","fields":{},"fields":{}}"#,
        r#"{"station":"00","mti":"0200","station":"00"}"#,
        r#"{"mti":"0200","masked":false,"masked":false}"#,
    ] {
        let done = cardwire(&["encode", "-s", "iso87-ascii"], object);
        assert!(done.code == 1 && done.out.contains("is there twice"), "{object}: {}", done.out);
    }
}

/// A pcapng block of any length, said or true.
fn block(kind: u32, body: &[u8], said: Option<u32>) -> Vec<u8> {
    let length = said.unwrap_or(u32::try_from(body.len() + 12).unwrap()).to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &length].concat()
}

fn section() -> Vec<u8> {
    block(0x0A0D_0D0A, &[&0x1A2B_3C4D_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xFF; 8]].concat(), None)
}

fn interface(options: &[u8]) -> Vec<u8> {
    block(1, &[&[1, 0, 0, 0, 0, 0, 4, 0][..], options].concat(), None)
}

/// A packet that was kept and sent in so many octets, as it says.
fn enhanced(interface: u32, [kept, sent]: [u32; 2], octets: &[u8]) -> Vec<u8> {
    let numbers = [kept.to_le_bytes(), sent.to_le_bytes()].concat();
    let body = [&interface.to_le_bytes()[..], &[0xFF; 8], &numbers, octets].concat();
    let padded = [&body[..], &vec![0; body.len().next_multiple_of(4) - body.len()]].concat();
    block(6, &padded, None)
}

fn framed_packet() -> Vec<u8> {
    packet(5000, 9000, 1, 0x18, &[&[0, 82][..], REQUEST.as_bytes()].concat())
}

#[test]
fn pcapng_that_means_harm() {
    let (section, frame) = (section(), framed_packet());
    let length = u32::try_from(frame.len()).unwrap();
    let good = enhanced(0, [length, length], &frame);
    let many = interface(&[]).repeat(70_000);
    for (name, body, words) in [
        ("an option beyond its block", [&interface(&[9, 0, 0xFF, 0xFF])[..], &good].concat(), "{\"mti\""),
        (
            "a resolution of nothing",
            [&interface(&[9, 0, 1, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0])[..], &good].concat(),
            "{\"mti\"",
        ),
        (
            "a resolution beyond all",
            [&interface(&[9, 0, 1, 0, 63, 0, 0, 0, 0, 0, 0, 0])[..], &good].concat(),
            "{\"mti\"",
        ),
        (
            "an offset beyond all",
            [
                &interface(&[14, 0, 8, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0])[..],
                &good,
            ]
            .concat(),
            "{\"mti\"",
        ),
        ("no interface", good.clone(), "of an interface that is not described"),
        (
            "another interface",
            [&interface(&[])[..], &enhanced(7, [length, length], &frame)].concat(),
            "of an interface that is not described",
        ),
        (
            "more kept than there is",
            [&interface(&[])[..], &enhanced(0, [u32::MAX, u32::MAX], &frame)].concat(),
            "no message",
        ),
        (
            "a simple packet",
            [&interface(&[])[..], &block(3, &[&u32::MAX.to_le_bytes()[..], &frame, &[0; 2]].concat(), None)]
                .concat(),
            "captured in part",
        ),
        ("a block of no length", block(6, &[0; 8], Some(0)), "broken"),
        ("a block shorter than its head", block(6, &[0; 8], Some(8)), "broken"),
        ("a block of four gigabytes", block(6, &[0; 8], Some(u32::MAX)), "no message"),
        ("too many interfaces", [&many[..], &good].concat(), "it describes more than 65,536 interfaces"),
        ("sections in sections", section.repeat(10_000), "no message"),
    ] {
        let path = file("harm.pcapng", &[&section[..], &body].concat());
        let args =
            ["decode", "-s", "iso87-ascii", "-F", "binary2", "--format", "ndjson", path.to_str().unwrap()];
        let done = cardwire(&args, "");
        let said = format!("{}{}", done.out, done.err);
        assert!(!said.contains("panicked"), "{name}: {said}");
        assert!(done.code == 1 || said.contains("{\"mti\""), "{name}: {said}");
        assert!(said.contains(words) || (words == "no message" && said.contains("broken")), "{name}: {said}");
    }
}

#[test]
fn pcapng_with_one_octet_changed() {
    let (section, interface) = (section(), interface(&[9, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0]));
    let frame = framed_packet();
    let length = u32::try_from(frame.len()).unwrap();
    let good = enhanced(0, [length, length], &frame);
    let whole = [&section[..], &interface, &good].concat();
    for at in (0..whole.len()).step_by(3) {
        let mut spoilt = whole.clone();
        spoilt[at] ^= 0xFF;
        let path = file("spoilt.pcapng", &spoilt);
        let done = cardwire(&["check", "-s", "iso87-ascii", "-F", "binary2", path.to_str().unwrap()], "");
        assert!(done.code < 2 && !done.err.contains("panicked"), "{at}: {}", done.err);
    }
}

#[test]
fn profiles_and_rules_that_mean_harm() {
    const PAN: &str = "4111111111111111";
    let many = "[[rule]]\nmti = '0200'\nmandatory = [2]\n".repeat(9_000);
    let texts = [
        format!("name = 'x'\nx = {}", "[".repeat(100_000)),
        format!("name = 'x'\nx = {}", "{a=".repeat(100_000)),
        format!("name = 'x'\n[{}]\n", "a.".repeat(100_000) + "a"),
        "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [256]".into(),
        "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [-1]".into(),
        "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [99999999999999999999999999]".into(),
        "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [1e99, nan]".into(),
        "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [0]".into(),
        "name = 'x'\n[[rule]]\nmti = '0200'\nmti = '0210'".into(),
        format!("name = {PAN}"),
        format!("name = 'x'\nbase = '{PAN}'"),
        format!("name = 'x'\n[[rule]]\nmti = '{PAN}'"),
        format!("name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = '{PAN}'"),
        format!("name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = ['{PAN}, expected {PAN}']"),
        format!("name = 'x'\n[[rule]]\nmti = '0200'\nconditional = {{ {PAN} = 'approved' }}"),
        format!("name = 'x'\n[[rule]]\nmti = '0200'\nconditional = {{ 2 = '{PAN}' }}"),
        format!("[[rule]]\nmatch = {{ mti = '{PAN}' }}"),
        format!("[[rule]]\nmatch = {{ '2' = '{PAN}{PAN}' }}"),
        format!("[[rule]]\nmatch = {{ '2.{PAN}' = '1' }}"),
        format!("[[rule]]\nresponse = {{ '39' = '{PAN}' }}"),
        format!("[[rule]]\nresponse = {{ '{PAN}' = '1' }}"),
        format!("[[rule]]\nevery = '{PAN}'"),
        format!("[[rule]]\nbroken = '{PAN}'"),
        format!("[[rule]]\nbroken = '`{PAN}`, expected `{PAN}'"),
        format!("[[rule]]\n{PAN} = '1'"),
        format!("[{PAN}]"),
        format!("[[rule]]\ndelay = '{PAN}s'\ndrop = '{PAN}'"),
        "[[rule]]\nevery = -1".into(),
        "[[rule]]\nevery = 18446744073709551616".into(),
        "\0".into(),
    ];
    for text in &texts {
        let path = file("harm.toml", text.as_bytes());
        let path = path.to_str().unwrap();
        for args in [["check", "-s", "iso87-ascii", "-p", path], ["serve", "-s", "iso87-ascii", "-r", path]] {
            let done = cardwire(
                &[&args[..], if args[0] == "serve" { &["-l", "127.0.0.1:0"] } else { &[] }].concat(),
                hex(REQUEST.as_bytes()),
            );
            let start: String = text.chars().take(80).collect();
            assert_eq!(done.code, 1, "{start}: {}", done.err);
            assert!(!done.err.contains("panicked") && !done.err.contains(PAN), "{start}: {}", done.err);
            assert!(done.err.len() < 2000, "{start}: {}", done.err.len());
        }
    }
    // many rules are no harm
    let path = file("many.toml", format!("name = 'x'\n{many}").as_bytes());
    let done =
        cardwire(&["check", "-s", "iso87-ascii", "-p", path.to_str().unwrap()], hex(REQUEST.as_bytes()));
    assert_eq!((done.code, done.out.as_str()), (0, "stdin:1: ok\n"), "{}", done.err);
}
