//! `cardwire proxy`, between parties that are tests: what arrives, what is said, what is recorded.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, Mti, de};

use super::network::Issuer;
use super::{cardwire, file, good};

const CARD: &str = "4111111111111111";

/// One end of a connection, in frames of four digits of length.
pub(super) struct Party(TcpStream);

impl Party {
    pub(super) fn new(stream: TcpStream) -> Self {
        // nobody waits for ever
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(stream)
    }

    pub(super) fn connect(address: &str) -> Self {
        Self::new(TcpStream::connect(address).unwrap())
    }

    pub(super) fn write(&mut self, message: &[u8]) {
        let frame = [format!("{:04}", message.len()).as_bytes(), message].concat();
        self.0.write_all(&frame).unwrap();
    }

    pub(super) fn read(&mut self) -> Vec<u8> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).unwrap();
        let mut message = vec![0; std::str::from_utf8(&length).unwrap().parse().unwrap()];
        self.0.read_exact(&mut message).unwrap();
        message
    }

    /// Whether nothing more comes.
    pub(super) fn has_ended(&mut self) -> bool {
        self.0.read(&mut [0]).map_or(true, |octets| octets == 0)
    }
}

pub(super) fn message(mti: &str, stan: u32) -> Vec<u8> {
    let mti: Mti = mti.parse().unwrap();
    let mut builder = Builder::new(&ISO87_ASCII, mti);
    builder.set(de::STAN, u64::from(stan)).set(41, "TERM0001");
    if mti.is_response() {
        builder.set(de::RESPONSE_CODE, "00");
    } else {
        builder.set(de::PAN, CARD).set(4, 1000_u64);
    }
    builder.to_vec().unwrap()
}

/// MTI, STAN and code of a message.
pub(super) fn said(message: &[u8]) -> String {
    let message = Message::parse(&ISO87_ASCII, message).unwrap();
    let text = |number| message.get(number).map(|field| field.expose().chars().collect::<String>());
    let code = text(de::RESPONSE_CODE).map(|code| format!(" {code}")).unwrap_or_default();
    format!("{} {}{code}", message.mti(), text(de::STAN).unwrap_or_default())
}

/// A proxy to a host that the test plays.
fn between(args: &[&str]) -> (Issuer, TcpListener) {
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = host.local_addr().unwrap().to_string();
    (Issuer::proxy(&[&["--to", &to, "-s", "iso87-ascii"], args].concat()), host)
}

/// The same with one connection through it.
fn connected(args: &[&str]) -> (Issuer, Party, Party) {
    let (proxy, host) = between(&[&["-F", "ascii4"], args].concat());
    let client = Party::connect(&proxy.address);
    let host = Party::new(host.accept().unwrap().0);
    (proxy, client, host)
}

/// Octets of every kind: frames, parts of them, noise.
fn octets(seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let mut out = Vec::new();
    for _ in 0..next() % 6 {
        let message = message("0200", next() % 999_999);
        let length = u16::try_from(message.len()).unwrap();
        match next() % 7 {
            0 => out.extend([&length.to_be_bytes()[..], &message].concat()),
            1 => out.extend([format!("{length:04}").as_bytes(), &message].concat()),
            2 => out.extend([&[2], &message[..], &[3]].concat()),
            3 => out.extend((0..next() % 300).map(|_| next().to_be_bytes()[1])),
            4 => out.extend([0, 0, b'0', b'0', b'0', b'0']),
            5 => out.extend([&(length + 9).to_be_bytes()[..], &message].concat()),
            _ => out.extend(vec![b'0'; usize::try_from(next() % 70_000).unwrap()]),
        }
    }
    out
}

fn all_of(mut stream: TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).unwrap();
    octets
}

/// `CARDWIRE_CASES=100` tries a hundred times as many.
#[test]
fn octets_that_no_rule_touches_arrive_as_they_are() {
    let times = std::env::var("CARDWIRE_CASES").map_or(1.0, |times| times.parse::<f64>().expect("a number"));
    let seeds = (12.0 * times).ceil() as u32;
    for framing in ["binary2", "ascii4", "stx-etx", "binary4+tpdu"] {
        for rule in [&[][..], &["--rule", "drop when 0620 11=000000"]] {
            let (proxy, host) = between(&[&["-F", framing, "--format", "text"], rule].concat());
            for seed in 0..seeds {
                let (asked, answered) = (octets(seed), octets(!seed));
                let mut client = TcpStream::connect(&proxy.address).unwrap();
                let (served, _) = host.accept().unwrap();
                let (to_host, mut to_client) = (asked.clone(), served.try_clone().unwrap());
                let mut writer = client.try_clone().unwrap();
                let asking = thread::spawn(move || {
                    for piece in to_host.chunks(1 + to_host.len() / 3) {
                        writer.write_all(piece).unwrap();
                    }
                    writer.shutdown(Shutdown::Write).unwrap();
                });
                let expected = answered.clone();
                let answering = thread::spawn(move || {
                    to_client.write_all(&answered).unwrap();
                    to_client.shutdown(Shutdown::Write).unwrap();
                });
                let reading = thread::spawn(move || all_of(served));
                client.flush().unwrap();
                assert!(all_of(client) == expected, "{framing} {rule:?} {seed}: what the host said");
                assert!(reading.join().unwrap() == asked, "{framing} {rule:?} {seed}: what the client said");
                asking.join().unwrap();
                answering.join().unwrap();
            }
        }
    }
}

const RULES: &str = r#"
[[rule]]
name = "lost on the way back"
from = "host"
match = { mti = "0210", "11" = "000002" }
drop = true

[[rule]]
name = "another answer 4111111111111111"
match = { mti = "0210", "11" = "000003" }
set = { "39" = "05" }
remove = [41]
"#;

#[test]
fn rules_do_what_they_say_and_nothing_shows_a_card() {
    let (rules, tape) = (file("proxy.toml", RULES.as_bytes()), file("proxy.hex", b""));
    let args = ["--rules", rules.to_str().unwrap(), "--record", tape.to_str().unwrap(), "--count", "11"];
    let words = ["respond 39=91 when 0200 11=000004", "delay 50ms and twice when 0210 11=000005"];
    let words: Vec<&str> = words.iter().flat_map(|words| ["--rule", words]).collect();
    let (proxy, mut client, mut host) = connected(&[&args[..], &words].concat());
    let mut ask = |stan| client.write(&message("0200", stan));
    (1..=5).for_each(&mut ask);
    for stan in [1, 2, 3, 5] {
        assert_eq!(said(&host.read()), format!("0200 {stan:06}"));
        host.write(&message("0210", stan));
    }
    // what came at once and what was put in the host's place first: who waits is overtaken
    let mut heard: Vec<String> = (0..5).map(|_| said(&client.read())).collect();
    heard.sort();
    assert_eq!(
        heard,
        ["0210 000001 00", "0210 000003 05", "0210 000004 91", "0210 000005 00", "0210 000005 00"]
    );
    client.write(&message("0200", 6));
    host.read();
    host.write(&message("0210", 6));
    client.read();
    let log = proxy.log();
    for words in [
        "client 0200 000001\n",
        "host   0210 000001 39=00, ",
        " ms -> dropped, rule 'lost on the way back'\n",
        " ms -> changed, rule 'another answer 411111******1111'\n",
        "client 0200 000004 -> responded 91, rule 'respond 39=91 when 0200 11=000004'\n",
        " ms -> twice, after 50ms, rule 'delay 50ms and twice when 0210 11=000005'\n",
    ] {
        assert!(log.contains(words), "{words}{log}");
    }
    let recorded = std::fs::read_to_string(&tape).unwrap();
    assert!(!log.contains(CARD) && !recorded.contains("34313131313131313131313131313131"), "{log}{recorded}");
    let listing = good(&["decode", "-s", "iso87-ascii", "-F", "ascii4", tape.to_str().unwrap()], "");
    assert_eq!(listing.matches("Systems trace audit number").count(), 11, "{listing}");
}

#[test]
fn every_third_of_a_terminal_and_no_more_often_than_said() {
    let rule = "drop when 0200 41=TERM0001 every 3 times 2";
    let (_proxy, mut client, mut host) = connected(&["--rule", rule]);
    (1..=12).for_each(|stan| client.write(&message("0200", stan)));
    let arrived: Vec<String> = (0..10).map(|_| said(&host.read())[5..].to_owned()).collect();
    let expected = [1, 2, 4, 5, 7, 8, 9, 10, 11, 12].map(|stan| format!("{stan:06}"));
    assert_eq!(arrived, expected);
}

#[test]
fn a_response_that_comes_after_the_reversal() {
    let (_proxy, mut client, mut host) = connected(&["--rule", "hold until 0420 when 0210"]);
    client.write(&message("0200", 1));
    host.read();
    host.write(&message("0210", 1));
    // what comes after it is not held up
    host.write(&message("0800", 7));
    assert_eq!(said(&client.read()), "0800 000007");
    client.write(&message("0420", 2));
    assert_eq!(said(&host.read()), "0420 000002");
    host.write(&message("0430", 2));
    assert_eq!(said(&client.read()), "0210 000001 00");
    assert_eq!(said(&client.read()), "0430 000002 00");
}

/// What lets a message go leaves before it, whoever waits for both.
#[test]
fn what_lets_a_message_go_leaves_before_it() {
    let (_proxy, mut client, mut host) = connected(&["--rule", "hold until 0800 when 0220"]);
    let frame = |mti: &str, stan| {
        let message = message(mti, stan);
        [format!("{:04}", message.len()).into_bytes(), message].concat()
    };
    let all =
        [frame("0220", 1), frame("0220", 2), frame("0200", 3), frame("0800", 4), frame("0200", 5)].concat();
    client.0.write_all(&all).unwrap();
    let arrived: Vec<String> = (0..5).map(|_| said(&host.read())).collect();
    assert_eq!(arrived, ["0200 000003", "0800 000004", "0220 000001", "0220 000002", "0200 000005"]);
}

/// A frame without content is told, but not where every line is a message; it passes, and is none of those counted.
#[test]
fn a_poll_passes_and_is_told() {
    for (format, is_told) in [("line", true), ("text", true), ("ndjson", false)] {
        let host = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = host.local_addr().unwrap().to_string();
        // objects leave the address to standard error
        let mut command = Command::new("sh");
        command.env("LC_ALL", "C").args([
            "-c",
            "exec \"$0\" \"$@\" 2>&1",
            env!("CARGO_BIN_EXE_cardwire"),
            "proxy",
        ]);
        command.args(["--listen", "127.0.0.1:0", "--to", &to, "-s", "iso87-ascii", "-F", "ascii4"]);
        command.args(["--format", format, "--count", "1"]);
        let proxy = Issuer::run(command);
        let mut client = Party::connect(&proxy.address);
        let mut host = Party::new(host.accept().unwrap().0);
        client.0.write_all(b"0000").unwrap();
        assert_eq!(host.read(), b"");
        client.write(&message("0200", 1));
        assert_eq!(said(&host.read()), "0200 000001");
        let log = proxy.log();
        let polls = log.lines().filter(|line| line.ends_with(" #1 client poll")).count();
        assert_eq!(polls, usize::from(is_told), "{log}");
    }
}

#[test]
fn a_cut_comes_after_what_was_said_before_it() {
    let (_proxy, mut client, mut host) = connected(&["--rule", "close when 0200 skip 1"]);
    client.write(&message("0200", 1));
    client.write(&message("0200", 2));
    assert_eq!(said(&host.read()), "0200 000001");
    assert!(host.has_ended() && client.has_ended());
}

#[test]
fn damage_is_in_the_frame_that_was_said() {
    let (_proxy, mut client, mut host) =
        connected(&["--rule", "broken cut when 11=000001", "--rule", "broken garbage when 11=000002"]);
    let whole = message("0200", 1);
    client.write(&whole);
    client.write(&message("0200", 2));
    client.write(&message("0200", 3));
    assert_eq!(host.read(), whole[..whole.len() * 2 / 3]);
    let garbage = host.read();
    assert!(garbage.len() == whole.len() && Message::parse(&ISO87_ASCII, &garbage).is_err());
    assert_eq!(said(&host.read()), "0200 000003");
}

/// What can never be done to a message leaves it as it is, and is told.
#[test]
fn what_cannot_be_done_is_told_and_the_message_passes() {
    let (proxy, mut client, mut host) = connected(&["--rule", "respond 39=91", "--count", "2"]);
    host.write(&message("0210", 1));
    assert_eq!(said(&client.read()), "0210 000001 00");
    host.write(b"no message, 4111111111111111");
    assert_eq!(client.read(), b"no message, 4111111111111111");
    let log = proxy.log();
    assert_eq!(
        log.matches("passed as it is, for it is no request, rule 'respond 39=91'").count(),
        2,
        "{log}"
    );
    assert!(!log.contains(CARD), "{log}");
}

/// Octets that wait for the rest of their frame are not held up for ever, and the frames after them are found.
#[test]
fn part_of_a_frame_passes_after_a_while() {
    let (_proxy, mut client, mut host) = connected(&["--rule", "drop when 0200"]);
    client.0.write_all(b"0100in part").unwrap();
    let mut part = [0; 11];
    host.0.read_exact(&mut part).unwrap();
    assert_eq!(&part, b"0100in part");
    client.0.write_all(&[b'.'; 93]).unwrap();
    client.write(&message("0200", 1));
    client.write(&message("0800", 2));
    let mut rest = [0; 93];
    host.0.read_exact(&mut rest).unwrap();
    assert_eq!((rest, said(&host.read()).as_str()), ([b'.'; 93], "0800 000002"));
}

#[test]
fn objects_follow_the_contract_and_a_capture_is_read_again() {
    let tape = file("proxy.pcap", b"");
    let host = Issuer::start(&["-s", "iso87-ascii", "-F", "ascii4"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire"));
    command.args(["proxy", "--listen", "127.0.0.1:0", "--to", &host.address, "-s", "iso87-ascii"]);
    command.args(["-F", "ascii4", "--format", "ndjson", "--count", "4", "--drop", "0210 11=000009"]);
    command.args(["--record", tape.to_str().unwrap()]).env("LC_ALL", "C");
    let mut proxy = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut err = BufReader::new(proxy.stderr.take().unwrap());
    err.read_line(&mut line).unwrap();
    let address = line.split(['(', ' ', ',']).find(|word| word.starts_with("127.")).unwrap().to_owned();
    let mut client = Party::connect(&address);
    client.write(&message("0200", 9));
    client.write(&message("0200", 8));
    assert_eq!(said(&client.read()), "0210 000008 00");
    let mut out = String::new();
    proxy.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert!(proxy.wait().unwrap().success());
    let objects: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 4, "{out}");
    assert!(objects.iter().all(|object| object["masked"] == true && object["origin"]["connection"] == 1));
    let dropped = objects.iter().find(|object| object["origin"]["done"] == "dropped").unwrap();
    assert_eq!((&dropped["mti"], &dropped["fields"]["11"]), (&"0210".into(), &"000009".into()));
    assert_eq!(dropped["origin"]["side"], "host");
    assert_eq!(dropped["origin"]["rule"], "rule 'drop when 0210 11=000009'");
    assert!(dropped["origin"]["ms"].is_number() && !out.contains(CARD), "{out}");
    let tape = tape.to_str().unwrap();
    let read = good(&["decode", "-s", "iso87-ascii", "-F", "ascii4", "--format", "ndjson", tape], "");
    let of_tape: Vec<serde_json::Value> =
        read.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ends = |objects: &[serde_json::Value]| {
        let mut ends: Vec<String> = objects
            .iter()
            .map(|object| {
                let origin = &object["origin"];
                format!("{} {} {} {}", object["fields"]["11"], origin["time"], origin["from"], origin["to"])
            })
            .collect();
        ends.sort();
        ends
    };
    assert_eq!(ends(&of_tape), ends(&objects), "{read}");
    let done = cardwire(&["check", "-p", "iso87", "--pairs", "-s", "iso87-ascii", "-F", "ascii4", tape], "");
    assert!(
        !format!("{read}{}{}", done.out, done.err).contains(CARD) && done.err.contains("latency"),
        "{}",
        done.err
    );
}

#[test]
fn listings_are_masked_unless_they_are_to_be_exposed() {
    for (expose, shown) in [(&[][..], "411111******1111"), (&["--expose"], CARD)] {
        let args = ["--format", "text", "--count", "2"];
        let (proxy, mut client, mut host) = connected(&[&args[..], expose].concat());
        client.write(&message("0200", 1));
        client.write(b"0200 broken 4111111111111111");
        host.read();
        host.read();
        let log = proxy.log();
        assert!(log.contains(shown) && log.contains("#1 client"), "{log}");
        assert_eq!(log.contains(CARD), !expose.is_empty(), "{log}");
    }
}

/// What nobody can redact is not on file, and what was held is not forgotten.
#[test]
fn what_is_left_out_and_what_never_arrives_are_told() {
    let tape = file("left-out.hex", b"");
    let args = ["--record", tape.to_str().unwrap(), "--rule", "hold until 0420 when 0210"];
    let (mut proxy, mut client, mut host) = connected(&args);
    client.write(b"0200 broken 4111111111111111");
    assert_eq!(host.read(), b"0200 broken 4111111111111111");
    host.write(&message("0210", 5));
    host.write(&message("0800", 6));
    assert_eq!(said(&client.read()), "0800 000006");
    drop((client, host));
    let mut log = String::new();
    while !log.contains("#1 closed") {
        assert!(proxy.log.read_line(&mut log).unwrap() > 0, "{log}");
    }
    assert!(log.contains("0200 is not recorded: ") && !log.contains(CARD), "{log}");
    assert!(
        log.contains("0210 000005 39=00 from the host was held until the end, and did not arrive"),
        "{log}"
    );
    assert_eq!(std::fs::read_to_string(tape).unwrap().lines().count(), 2);
}

#[test]
fn tls_on_both_sides() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let chain = file("proxy-chain.pem", made.cert.pem().as_bytes());
    let key = file("proxy-key.pem", made.signing_key.serialize_pem().as_bytes());
    let (chain, key) = (chain.to_str().unwrap(), key.to_str().unwrap());
    let own = ["-s", "iso87-ascii", "--tls-cert", chain, "--tls-key", key];
    let host = Issuer::start(&own);
    let to = ["--to", &host.address, "--tls-ca", chain, "--tls-name", "localhost"];
    let proxy = Issuer::proxy(&[&own[..], &to].concat());
    let send = ["send", &proxy.address, "-s", "iso87-ascii", "--tls-ca", chain, "--tls-name", "localhost"];
    let line = super::hex(&message("0200", 1));
    let done = cardwire(&[&send[..], &["-m", &line]].concat(), "");
    assert!(done.code == 0 && done.out.contains("0210 financial response"), "{} {}", done.out, done.err);
    // a host that is another one is none
    let to = ["--to", &host.address, "--tls-ca", chain, "--tls-name", "other.example", "-l", "127.0.0.1:0"];
    let other = Issuer::proxy(&[&["-s", "iso87-ascii"], &to[..6]].concat());
    assert!(Party::connect(&other.address).has_ended());
    let mut log = other;
    let mut line = String::new();
    log.log.read_line(&mut line).unwrap();
    assert!(line.contains("turned away") && line.contains("localhost, not other.example"), "{line}");
}

#[test]
fn what_a_proxy_cannot_do_is_told_before_anything_passes() {
    let to = ["proxy", "--to", "127.0.0.1:1", "-l", "127.0.0.1:0", "-s", "iso87-ascii"];
    let rules = file("bad-proxy.toml", b"[[rule]]\nset = { \"2\" = \"4111111111111111X\" }\n");
    for (args, code, words) in [
        (&["--rule", "drop 0210"][..], 2, "--rule: 'drop': a rule says drop, close, twice"),
        (&["--drop", "0210", "--drop", "021"], 2, "--drop 2: mti: '021' is the type of no message"),
        (&["--rule", "drop", "--drop", "0210"], 2, "takes every message, so the next is never reached"),
        (&["--rules", rules.to_str().unwrap()], 1, "line 2, rule 1: the message cannot be built: field 2"),
        (&["--record", "/nowhere/at/all.hex"], 1, "/nowhere/at/all.hex: "),
        (&["-F", "none"], 2, "a connection needs a length"),
        (&["--count", "0"], 2, "0 is not in 1.."),
    ] {
        let done = cardwire(&[&to[..], args].concat(), "");
        assert!(done.code == code && done.err.contains(words), "{args:?} {}", done.err);
        assert!(!done.err.contains(CARD), "{}", done.err);
    }
    let done = cardwire(&["proxy", "-s", "iso87-ascii"], "");
    assert!(done.code == 2 && done.err.contains("--to <HOST:PORT>"), "{}", done.err);
}
