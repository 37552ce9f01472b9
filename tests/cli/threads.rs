//! One thread and many: the same octets, words and exit codes, whatever the input is and however it comes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Mti, de};

use super::capture::{packet, pcap};
use super::{cardwire, file, good, hex};

/// How many messages there are: more than fit into a few chunks, and no multiple of a chunk.
const MESSAGES: usize = 140;

/// Where faults are: at the ends of the input, and at the edges of chunks and beside them.
const FAULTS: [usize; 5] = [0, 63, 64, 129, MESSAGES - 1];

/// A message with a number of its own; every other is of another size.
fn message(number: usize) -> Vec<u8> {
    let number = u32::try_from(number).unwrap();
    let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
    builder.set(de::PAN, "4111111111111111").set(de::PROCESSING_CODE, 0).set(de::AMOUNT, 100 + number);
    builder.set(de::STAN, number).set(de::TERMINAL, "TERM0001").set(de::CURRENCY, "840");
    if number % 2 == 1 {
        builder.set(48, "LOYALTY 0123456789; POINTS 000120; LANE 07");
    }
    builder.to_vec().unwrap()
}

/// The same with something wrong, of several kinds.
fn spoilt(number: usize) -> Vec<u8> {
    let mut octets = message(number);
    match number % 4 {
        0 => octets.truncate(40),
        1 => octets[20] = b'x',
        2 => octets.push(b'!'),
        _ => octets.clear(),
    }
    octets
}

fn messages(with_faults: bool) -> Vec<Vec<u8>> {
    (0..MESSAGES)
        .map(|number| if with_faults && FAULTS.contains(&number) { spoilt(number) } else { message(number) })
        .collect()
}

fn lines(of: impl Iterator<Item = String>) -> Vec<u8> {
    of.fold(Vec::new(), |mut text, line| {
        text.extend(line.bytes());
        text.push(b'\n');
        text
    })
}

/// Frames of two bytes of length, a poll among them.
fn frames(messages: &[Vec<u8>]) -> Vec<u8> {
    let frame =
        |message: &Vec<u8>| [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], message].concat();
    let mut octets: Vec<u8> = messages.iter().take(100).flat_map(frame).collect();
    octets.extend([0, 0]);
    octets.extend(messages.iter().skip(100).flat_map(frame));
    octets
}

/// What is read, by the name of its file, with the options that it takes.
fn inputs() -> Vec<(&'static str, Vec<u8>, Vec<&'static str>)> {
    let (good_ones, all) = (messages(false), messages(true));
    let mut noted = lines(all.iter().map(|message| hex(message)));
    noted.extend(b"# a comment\n\nnot a message\n0a 0b zz\n");
    noted.extend(lines(good_ones.iter().take(70).map(|message| hex(message))));
    let mut sequence = 1;
    let packets: Vec<Vec<u8>> = [&frames(&good_ones)[..5000], &frames(&good_ones)[5000..], b"\0\x10broken"]
        .iter()
        .flat_map(|octets| octets.chunks(1000))
        .map(|payload| {
            let made = packet(40_000, 5_000, sequence, 0x18, payload);
            sequence += u32::try_from(payload.len()).unwrap();
            made
        })
        .collect();
    vec![
        ("good.hex", lines(good_ones.iter().map(|message| hex(message))), vec![]),
        ("faults.hex", noted, vec![]),
        ("faults.b64", lines(all.iter().map(|message| STANDARD.encode(message))), vec!["-i", "base64"]),
        (
            "faults.txt",
            lines(all.iter().map(|text| String::from_utf8(text.clone()).unwrap())),
            vec!["-i", "text"],
        ),
        ("good.bin", frames(&good_ones), vec!["-F", "binary2", "-i", "raw"]),
        ("faults.bin", frames(&all), vec!["-F", "binary2", "-i", "raw"]),
        ("good.pcap", pcap(&packets), vec!["-F", "binary2"]),
        ("empty.hex", Vec::new(), vec![]),
    ]
}

/// Runs the command by one thread and by several, and holds the two against each other.
fn same(args: &[&str], input: &str) -> i32 {
    let [one, many] = ["1", "3"].map(|threads| {
        let output = Command::new(env!("CARGO_BIN_EXE_cardwire"))
            .args(args)
            .args(["-j", threads, input])
            .env_remove("CARDWIRE_SPEC")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    });
    assert!(one == many, "{args:?} {input}: {:?} and {:?}\n{}\n{}", one.0, many.0, one.2, many.2);
    one.0.unwrap()
}

#[test]
fn many_threads_print_what_one_prints() {
    let spec = ["-s", "iso87-ascii"];
    let mut codes = [0; 2];
    for (name, octets, options) in inputs() {
        let path = file(name, &octets);
        // where faults are, advice on each takes most of the time, so not everything is done with everything
        let commands: &[&[&str]] = match name {
            "good.hex" => &[
                &["decode"],
                &["decode", "--format", "hexdump", "--color", "always"],
                &["decode", "--format", "isomsg", "--expose"],
                &["check", "-p", "iso87", "--pairs"],
                &["redact", "--format", "raw"],
            ],
            "faults.hex" => &[&["decode", "--format", "json", "--origin"], &["check"], &["redact"]],
            "good.pcap" => &[&["decode", "--format", "ndjson"], &["redact"], &["check", "-p", "iso87"]],
            _ => &[&["check", "-p", "iso87", "--format", "ndjson", "-q"]],
        };
        for command in commands {
            let code = same(&[*command, &spec[..], &options[..]].concat(), path.to_str().unwrap());
            codes[usize::try_from(code).unwrap()] += 1;
        }
    }
    assert!(codes[0] > 2 && codes[1] > 2, "{codes:?}");
}

#[test]
fn objects_are_the_same_by_many_threads() {
    let path = file("objects.hex", &lines(messages(false).iter().map(|message| hex(message))));
    let decode =
        |format| good(&["decode", "-s", "iso87-ascii", "--expose", "-f", format, path.to_str().unwrap()], "");
    let mut objects: Vec<String> = decode("ndjson").lines().map(str::to_owned).collect();
    for fault in FAULTS {
        objects[fault] =
            ["{", r#"{"mti":"02"}"#, "", r#"{"mti":"0200","fields":{"4":"x"}}"#][fault % 4].into();
    }
    let long = format!("{{\"mti\":\"{}\"}}", "0".repeat(3000));
    objects.insert(130, long);
    let json = file("objects.ndjson", &lines(objects.into_iter()));
    let xml = file("objects.xml", decode("isomsg").replacen("value=\"0200\"", "value=\"02\"", 3).as_bytes());
    for path in [json, xml] {
        let is_json = path.extension().is_some_and(|extension| extension == "ndjson");
        let path = path.to_str().unwrap();
        for format in ["hex", "raw"] {
            assert_eq!(same(&["encode", "-s", "iso87-ascii", "--max-line", "2000", "-f", format], path), 1);
        }
        let json = if is_json { &["--json"][..] } else { &[] };
        assert_eq!(same(&[&["redact", "-s", "iso87-ascii", "--max-line", "2000"], json].concat(), path), 1);
        same(&["decode", "-s", "iso87-ascii", "--max-line", "2000"], path);
    }
}

/// A file that is not there ends the run where it stands, with all that came before it.
#[test]
fn the_first_failure_is_the_same_one() {
    let path = file("before.hex", &lines(messages(true).iter().map(|message| hex(message))));
    let path = path.to_str().unwrap();
    for command in [
        ["decode", "-s", "iso87-ascii", path, "no-such-file", path],
        ["check", "-s", "iso87-ascii", path, "no-such-file", path],
    ] {
        assert_eq!(same(&command, path), 1);
    }
}

/// Inputs that are read in several pieces, by their number of lines or by their octets, with faults and an array of
/// several lines among them. `pieces.rs` of the library has the edges.
#[test]
fn inputs_of_several_pieces_are_the_same_by_many_threads() {
    let points = "LOYALTY".repeat(90);
    let message = |number: usize, is_wide: bool| {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
        builder.set(de::STAN, u32::try_from(number).unwrap());
        if is_wide {
            builder.set(48, &points);
        }
        hex(&builder.to_vec().unwrap())
    };
    for (name, count, is_wide) in [("narrow.hex", 4000, false), ("wide.hex", 1000, true)] {
        let mut text: Vec<String> = (0..count).map(|number| message(number, is_wide)).collect();
        text[count / 3] = format!("m[] = {{\n\"{}\"\n}};", text[count / 3]);
        text[count / 2] = hex(&spoilt(1));
        text[count - 1] = hex(&spoilt(2));
        let path = file(name, &lines(text.into_iter()));
        let path = path.to_str().unwrap();
        for command in [&["check", "-q"][..], &["decode", "-f", "ndjson", "--origin", "--expose"]] {
            assert_eq!(same(&[command, &["-s", "iso87-ascii"]].concat(), path), 1);
        }
        let objects = cardwire(&["decode", "-f", "ndjson", "--expose", "-s", "iso87-ascii", path], "").out;
        let objects = file(&format!("{name}.ndjson"), objects.as_bytes());
        assert_eq!(same(&["encode", "-s", "iso87-ascii"], objects.to_str().unwrap()), 1);
    }
}

fn started(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(args)
        .env_remove("CARDWIRE_SPEC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What comes slowly is shown as it comes.
#[test]
fn a_slow_input_is_not_waited_for() {
    let mut child = started(&["decode", "-s", "iso87-ascii", "-f", "ndjson", "-j", "3"]);
    let (mut stdin, mut shown) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for number in 0..5 {
        writeln!(stdin, "{}", hex(&message(number))).unwrap();
        let mut line = String::new();
        shown.read_line(&mut line).unwrap();
        assert!(line.contains(&format!("{number:06}")), "{line}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// An input without an end ends with whoever reads the output, and is not read on meanwhile.
#[test]
fn an_endless_input_ends_with_its_reader() {
    let mut child = started(&["decode", "-s", "iso87-ascii", "-f", "ndjson", "-j", "3"]);
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        let lines = lines(messages(false).iter().map(|message| hex(message)));
        let mut written = 0;
        while stdin.write_all(&lines).is_ok() {
            written += lines.len();
        }
        written
    });
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    shown.read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"mti\":\"0200\""), "{line}");
    drop(shown);
    assert!(child.wait().unwrap().success());
    let written = writer.join().unwrap();
    assert!(written < 1 << 24, "{written} octets were taken in");
}
