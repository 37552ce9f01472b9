//! What the command prints of messages that are read wrong: no form of it shows card data.
//!
//! Random messages of every built-in spec, read with every other one. `CARDWIRE_CASES=100` tries a hundred times
//! as many.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};

use cardwire::ipm::{Encoding, Format, RecordWriter};
use cardwire::{Inspection, Spec, spec};

use super::secrets::misread::Misread;
use super::secrets::oracle::Needles;
use super::secrets::{Dice, Secrets};
use super::{cardwire, common, file, hex};

/// How each text for itself is told from the next: each is of one message.
type Forms = [(&'static [&'static str], &'static str)];

const FORMS: &Forms = &[
    (&["decode", "-i", "hex", "--format", "text"], "\n\n"),
    (&["decode", "-i", "hex", "--format", "ndjson"], "\n"),
    (&["decode", "-i", "hex", "--format", "json"], "\n}\n"),
    (&["decode", "-i", "hex", "--format", "hexdump"], "\n\n"),
    (&["decode", "-i", "hex", "--format", "isomsg"], "</isomsg>\n"),
    (&["check", "-i", "hex", "-p", "iso87"], "\n"),
    (&["decode", "-i", "hex", "--format", "text", "--lang", "zh"], "\n\n"),
    (&["decode", "-i", "hex", "--format", "ndjson", "--lang", "zh"], "\n"),
    (&["decode", "-i", "hex", "--format", "hexdump", "--lang", "zh"], "\n\n"),
    (&["check", "-i", "hex", "-p", "iso87", "--lang", "zh"], "\n"),
];

fn cases() -> u64 {
    let times = std::env::var("CARDWIRE_CASES").map_or(1.0, |times| times.parse::<f64>().expect("a number"));
    (6.0 * times).ceil() as u64
}

/// A message, and its card data: of the seed, or other one.
fn misread(seed: u64, other: u64) -> (Misread, Secrets) {
    let secrets = Secrets::new(&mut Dice::seeded(seed ^ other << 40), seed);
    (Misread::new(&mut Dice::seeded(seed ^ 0xC11), &secrets), secrets)
}

/// Messages of which a spec reads more than the head: of others there is nothing to show.
fn seeds(spec: &Spec<'_>) -> Vec<u64> {
    let reads_some = |seed: &u64| Inspection::of(spec, &misread(*seed, 0).0.octets).bitmap().len() > 1;
    (0..).filter(reads_some).take(usize::try_from(cases()).unwrap()).collect()
}

fn messages(seeds: &[u64], other: u64) -> Vec<(Misread, Secrets)> {
    seeds.iter().map(|seed| misread(*seed, other)).collect()
}

fn lines(messages: &[(Misread, Secrets)]) -> String {
    messages.iter().map(|(misread, _)| hex(&misread.octets) + "\n").collect()
}

/// What a run prints of messages: a text for each, or one for all.
type Run<'a> = dyn Fn(&[(Misread, Secrets)]) -> Vec<String> + 'a;

/// Fails if a run shows card data that it does not show of the same messages with other card data.
fn assert_hides(spec: &Spec<'_>, texts: &Run<'_>) {
    let seeds = seeds(spec);
    let (mine, others) = (messages(&seeds, 0), [messages(&seeds, 1), messages(&seeds, 2)]);
    let shown = texts(&mine);
    let mut chance = None;
    // a text that tells of all messages together may show none of them
    let all = shown.len() != mine.len();
    for (index, text) in shown.iter().enumerate() {
        for (nth, (misread, secrets)) in mine.iter().enumerate() {
            let needles = Needles::of(secrets);
            let Some(found) = needles.found_in(text).filter(|_| all || nth == index) else { continue };
            let others = chance.get_or_insert_with(|| others.each_ref().map(|other| texts(other)));
            let by_chance = others.iter().filter_map(|other| other.get(index));
            let mut by_chance = by_chance.filter(|text| needles.found_in(text).is_some());
            let name = misread.spec.name();
            assert!(by_chance.next().is_some(), "{name}: {found} of {} in\n{text}", secrets.pan);
        }
    }
}

#[test]
fn no_form_shows_card_data_of_messages_that_are_read_wrong() {
    for spec in spec::builtin() {
        for (args, end) in FORMS {
            assert_hides(spec, &|messages| {
                let done = cardwire(&[*args, &["-s", spec.name()]].concat(), lines(messages));
                let mut texts: Vec<String> = done.out.split(end).map(str::to_owned).collect();
                texts.truncate(messages.len());
                texts.push(done.err);
                texts
            });
        }
    }
}

#[test]
fn what_is_redacted_holds_no_card_number() {
    for spec in spec::builtin() {
        assert_hides(spec, &|messages| {
            let done = cardwire(&["redact", "-i", "hex", "-s", spec.name()], lines(messages));
            let octets = |line: &str| String::from_utf8_lossy(&common::unhex(line)).into_owned();
            let characters: String = done.out.lines().map(octets).collect();
            vec![done.out, characters, done.err]
        });
    }
}

#[test]
fn diff_and_probe_show_none_either() {
    for spec in spec::builtin() {
        assert_hides(spec, &|messages| {
            let two = lines(&messages[..messages.len().min(2)]);
            let args = ["diff", "-i", "hex", "--all", "-s", spec.name(), "--other-spec", "iso87-bcd"];
            let (diff, probe) = (cardwire(&args, two), cardwire(&["probe", "-i", "hex"], lines(messages)));
            vec![diff.out, diff.err, probe.out, probe.err]
        });
    }
}

/// What a proxy of that spec says and records of messages that pass through it.
fn passed(spec: &Spec<'_>, format: &str, messages: &[(Misread, Secrets)]) -> Vec<String> {
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let tape = file(&format!("privacy-{format}.hex"), b"");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire"));
    command.env("LC_ALL", "C").args([
        "proxy",
        "--listen",
        "127.0.0.1:0",
        "-s",
        spec.name(),
        "--format",
        format,
    ]);
    command.args(["--to", &host.local_addr().unwrap().to_string(), "--record", tape.to_str().unwrap()]);
    command.args(["--count", &messages.len().to_string(), "--rule", "set 39=05"]);
    let mut proxy = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (proxy.stdout.take().unwrap(), BufReader::new(proxy.stderr.take().unwrap()));
    let mut line = String::new();
    match format {
        "ndjson" => _ = err.read_line(&mut line).unwrap(),
        // octet by octet, so that nothing after it is taken
        _ => {
            let octets = std::iter::from_fn(|| {
                let mut octet = [0];
                out.read_exact(&mut octet).ok().map(|()| char::from(octet[0]))
            });
            line.extend(octets.take_while(|character| *character != '\n'));
        }
    }
    let address = line.split([' ', ',']).find(|word| word.starts_with("127.")).unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    let (mut served, _) = host.accept().unwrap();
    let reader = std::thread::spawn(move || _ = std::io::copy(&mut served, &mut std::io::sink()));
    for (misread, _) in messages {
        let length = u16::try_from(misread.octets.len()).unwrap();
        client.write_all(&[&length.to_be_bytes()[..], &misread.octets].concat()).unwrap();
    }
    client.shutdown(Shutdown::Write).unwrap();
    let mut texts = [String::new(), String::new()];
    out.read_to_string(&mut texts[0]).unwrap();
    err.read_to_string(&mut texts[1]).unwrap();
    proxy.wait().unwrap();
    reader.join().unwrap();
    let recorded = std::fs::read_to_string(tape).unwrap();
    let octets = |line: &str| String::from_utf8_lossy(&common::unhex(line)).into_owned();
    let characters: String = recorded.lines().map(octets).collect();
    texts.into_iter().chain([recorded, characters]).collect()
}

#[test]
fn a_proxy_shows_and_records_none_either() {
    // what each of them prints of a message is tried with every spec above
    for (spec, format) in spec::builtin().zip(["line", "text", "ndjson"].into_iter().cycle()) {
        assert_hides(spec, &|messages| passed(spec, format, messages));
    }
}

/// Records that are messages of another kind, and broken ones: as a file that was written with another spec.
#[test]
fn clearing_files_show_none_either() {
    for (name, encoding) in [("ascii.ipm", Encoding::Ascii), ("ebcdic.ipm", Encoding::Ebcdic)] {
        assert_hides(encoding.spec(), &|messages| {
            let mut writer = RecordWriter::new(Vec::new(), Format { blocked: false, encoding });
            let whole = cardwire::Builder::new(encoding.spec(), "1644".parse().unwrap()).to_vec().unwrap();
            writer.write_record(&whole).unwrap();
            messages.iter().for_each(|(misread, _)| writer.write_record(&misread.octets).unwrap());
            let path = file(&format!("privacy-{name}"), &writer.finish().unwrap());
            let path = path.to_str().unwrap();
            let columns = "mti,2,3,4,7,11,12,31,35,37,41,42,43,48,49,52,54,55,62,63,72,94,102,123,124,127";
            let runs: [&[&str]; 3] =
                [&["list", path], &["ndjson", path], &["csv", path, "--columns", columns]];
            let runs = runs.map(|args| cardwire(&[&["ipm"], args].concat(), ""));
            runs.into_iter().flat_map(|done| [done.out, done.err]).collect()
        });
    }
}

/// The search finds what is there: without masks it would find the card data of many of these messages.
#[test]
fn exposed_they_show_it() {
    let (mut found, mut count) = (0, 0);
    for spec in spec::builtin() {
        let messages = messages(&seeds(spec), 0);
        let args = ["decode", "-i", "hex", "--expose", "--format", "ndjson", "-s", spec.name()];
        let done = cardwire(&args, lines(&messages));
        assert_eq!(done.out.lines().count(), messages.len());
        let pairs = done.out.lines().zip(&messages);
        found += pairs.filter(|(text, (_, secrets))| Needles::of(secrets).found_in(text).is_some()).count();
        count += messages.len();
    }
    assert!(found * 4 > count, "{found} of {count}");
    println!("{found} of {count}");
}
