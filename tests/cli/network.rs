//! `cardwire serve`, `send` and `load`, against each other.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use cardwire::Message;
use cardwire::spec::ISO87_ASCII;

use super::{cardwire, file, good, hex};

/// A responder that is stopped when it goes out of scope.
pub(crate) struct Issuer {
    pub(crate) child: Child,
    pub(crate) log: BufReader<ChildStdout>,
    pub(crate) address: String,
}

impl Issuer {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire"));
        command.env("LC_ALL", "C").args(["serve", "--listen", "127.0.0.1:0"]).args(args);
        Self::run(command)
    }

    /// A proxy.
    pub(crate) fn proxy(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire"));
        command.env("LC_ALL", "C").args(["proxy", "--listen", "127.0.0.1:0"]).args(args);
        Self::run(command)
    }

    /// The same with so many file descriptors.
    #[cfg(unix)]
    pub(crate) fn start_with_descriptors(count: u32, args: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.env("LC_ALL", "C").args(["-c", &format!("ulimit -n {count} && exec \"$0\" \"$@\"")]);
        command.args([env!("CARGO_BIN_EXE_cardwire"), "serve", "--listen", "127.0.0.1:0"]).args(args);
        Self::run(command)
    }

    pub(crate) fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once(", to ").map_or(line.trim(), |(listens, _)| listens);
        let address = address.split_once(" on ").or(address.split_once(" to ")).unwrap().1.to_owned();
        Self { child, log, address }
    }

    /// What it logged, after it has ended by itself.
    pub(crate) fn log(mut self) -> String {
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const RULES: &str = r#"
[[rule]]
name = "declined"
match = { mti = "0200", "4" = ">=1000" }
response = { "39" = "51" }

[[rule]]
name = "silent"
match = { "11" = "000003" }
drop = true

[[rule]]
name = "mad"
match = { "11" = "000004" }
broken = "garbage"

[[rule]]
name = "slow and double"
match = { "11" = "000005" }
delay = "120ms"
twice = true
response = { "39" = "91", "38" = "ABC" }

[[rule]]
name = "rude"
match = { "11" = "000006" }
close = true
"#;

fn objects(count: u32) -> String {
    (1..=count).map(|stan| object(stan, if stan == 2 { 5000 } else { 10 })).collect()
}

fn object(stan: u32, amount: u32) -> String {
    format!(
        "{{\"mti\":\"0200\",\"fields\":{{\"2\":\"4111111111111111\",\"3\":\"000000\",\"4\":{amount},\"11\":{stan},\"41\":\"TERM0001\"}}}}\n"
    )
}

#[test]
fn a_misbehaving_issuer() {
    let rules = file("rules.toml", RULES.as_bytes());
    let issuer =
        Issuer::start(&["-s", "iso87-ascii", "-F", "ascii4", "--count", "6", "-r", rules.to_str().unwrap()]);
    let address = issuer.address.clone();
    let send =
        ["send", &address, "-s", "iso87-ascii", "-F", "ascii4", "--timeout", "3s", "--format", "ndjson"];
    let done = cardwire(&[&send[..], &["--window", "1"]].concat(), objects(6));
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!((done.code, lines.len()), (1, 6), "{} {}", done.out, done.err);
    assert!(lines[0].starts_with("{\"origin\":\"stdin:1\",\"ms\":"), "{}", lines[0]);
    assert!(lines[0].contains(r#""response":{"mti":"0210","fields":{"2":"411111******1111","#));
    assert!(lines[0].contains(r#""39":"00""#) && lines[1].contains(r#""39":"51""#));
    assert!(lines[2].contains("no response in time"), "{}", lines[2]);
    assert!(lines[3].contains("\"error\":"), "{}", lines[3]);
    assert!(lines[4].contains(r#""38":"ABC   ","39":"91""#), "{}", lines[4]);
    assert!(lines[5].contains("the connection was lost"), "{}", lines[5]);
    assert!(done.err.contains("latency p50 "), "{}", done.err);
    let log = issuer.log();
    for words in [
        "0200 000001 -> 0210 00\n",
        "0200 000002 -> 0210 51, rule 'declined'\n",
        "0200 000003 -> dropped, rule 'silent'\n",
        "0200 000004 -> 0210 00, broken, rule 'mad'\n",
        "0200 000005 -> 0210 91, rule 'slow and double', after 120ms\n",
        "0200 000006 -> closed, rule 'rude'\n",
    ] {
        assert!(log.contains(words), "{words}{log}");
    }
}

#[test]
fn what_is_no_request_is_told_and_not_answered() {
    let issuer = Issuer::start(&["-s", "iso87-ascii", "-F", "ascii4", "--count", "3"]);
    let mut stream = TcpStream::connect(&issuer.address).unwrap();
    let frame = |mti: &str, stan: &str| format!("0026{mti}0020000000000000{stan}");
    let (response, broken) = (frame("0210", "000007"), frame("0200", "00007X"));
    stream.write_all(format!("{response}{broken}XXXX").as_bytes()).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "closed");
    let mut other = TcpStream::connect(&issuer.address).unwrap();
    other.write_all(frame("0200", "000009").as_bytes()).unwrap();
    let mut answered = [0; 8];
    other.read_exact(&mut answered).unwrap();
    assert_eq!(&answered[4..], b"0210");
    let log = issuer.log();
    for words in [
        " 0210 000007 -> not a request\n",
        " not answered: field 11 at byte 25: expected",
        " 0200 000009 -> 0210 00\n",
    ] {
        assert!(log.contains(words), "{words}{log}");
    }
    assert!(log.lines().any(|line| line.starts_with("- 127.0.0.1:") && line.contains(" closed: ")), "{log}");
}

#[test]
fn a_text_answer_and_a_station_header() {
    let issuer = Issuer::start(&["-s", "unionpay-pos", "-F", "unionpay", "--count", "1"]);
    let object = r#"{"mti":"0800","fields":{"11":"000007","41":"12345678","42":"898111148140001","60":"00000001003","63":"01 "}}"#;
    let message = good(&["encode", "-s", "unionpay-pos"], object);
    let args = [
        "send",
        &issuer.address,
        "-s",
        "unionpay-pos",
        "-F",
        "unionpay",
        "--station",
        "6000030000603100311203",
    ];
    let done = cardwire(&[&args[..], &["-m", message.trim()]].concat(), "");
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        done.out.starts_with("0810 network management response, acquirer (unionpay-pos, "),
        "{}",
        done.out
    );
    assert!(done.out.contains("39 Response code                                  an2      00  approved"));
}

#[test]
fn a_load_is_bounded_and_measured() {
    let issuer = Issuer::start(&["-s", "iso87-ascii", "-F", "binary2"]);
    let load = ["load", &issuer.address, "-s", "iso87-ascii", "--window", "16"];
    let out = good(&[&load[..], &["--count", "500"]].concat(), object(1, 10));
    assert!(out.starts_with("500 answered, 0 not, in "), "{out}");
    assert!(out.contains("latency p50 ") && out.contains("###"), "{out}");
    // however slow the machine is: not more than the rate allows, and none after the time, of 500 that there could be
    let out =
        good(&[&load[..], &["--count", "500", "--rate", "100", "--duration", "1s"]].concat(), object(1, 10));
    let words: Vec<&str> = out.split(' ').collect();
    let answered: u32 = words[0].parse().unwrap();
    assert!((1..=100).contains(&answered), "{out}");
    // and a rate is kept however quick it is: the last of 50 is due after 490 milliseconds
    let out = good(&[&load[..], &["--rate", "100", "--count", "50"]].concat(), object(1, 10));
    let words: Vec<&str> = out.split(' ').collect();
    assert_eq!(words[..5], ["50", "answered,", "0", "not,", "in"], "{out}");
    assert!(words[5].parse::<f64>().unwrap() >= 0.49, "{out}");
    let done = cardwire(&["load", "192.0.2.1:5000", "-s", "iso87-ascii"], object(1, 10));
    assert_eq!(done.code, 2);
    assert!(done.err.contains("--allow-host 192.0.2.1"), "{}", done.err);
}

/// A host that approves whatever comes, and keeps it: the connections that there were, and the requests of each.
struct Host {
    address: String,
    requests: Arc<Mutex<Vec<Vec<Vec<u8>>>>>,
}

impl Host {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for (index, stream) in listener.incoming().map_while(Result::ok).enumerate() {
                kept.lock().unwrap().push(Vec::new());
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || approve(stream, |wire| kept.lock().unwrap()[index].push(wire)));
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<Vec<Vec<u8>>> {
        self.requests.lock().unwrap().clone()
    }
}

/// Sends back each request as its response.
fn approve(mut stream: TcpStream, mut keep: impl FnMut(Vec<u8>)) {
    let mut length = [0; 2];
    while stream.read_exact(&mut length).is_ok() {
        let mut wire = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut wire).unwrap();
        keep(wire.clone());
        wire[2] = b'1';
        stream.write_all(&[&length[..], &wire].concat()).unwrap();
    }
}

/// Whatever the threads and connections: each request is sent once, the messages in turn, and no more of them than
/// are wanted.
#[test]
fn a_load_on_several_connections_sends_each_request_once() {
    const COUNT: u32 = 200;
    for (lines, connections, threads) in [(7, 1, 1), (7, 3, 2), (300, 5, 8)] {
        let host = Host::start();
        let messages: String = (1..=lines).map(|line| object(line, line)).collect();
        let (connections, threads) = (connections.to_string(), threads.to_string());
        let args = ["load", &host.address, "-s", "iso87-ascii", "--window", "4", "--count", "200"];
        let out = good(&[&args[..], &["--connections", &connections, "-j", &threads]].concat(), messages);
        assert!(out.starts_with("200 answered, 0 not, in "), "{out}");
        let requests = host.requests();
        assert_eq!(requests.len().to_string(), connections);
        let number = |wire: &[u8], element| {
            u32::try_from(Message::parse(&ISO87_ASCII, wire).unwrap().number(element).unwrap()).unwrap()
        };
        let mut sent: Vec<_> =
            requests.concat().iter().map(|wire| (number(wire, 11), number(wire, 4))).collect();
        sent.sort_unstable();
        let wanted: Vec<_> = (1..=COUNT).map(|stan| (stan, (stan - 1) % lines + 1)).collect();
        assert_eq!(sent, wanted);
    }
}

/// A message that is none is told by its line, whoever read it, before anything is sent.
#[test]
fn a_load_of_which_a_message_is_wrong_sends_nothing() {
    let host = Host::start();
    let messages: String = (1..=140).map(|line| object(line, line)).collect();
    for (line, threads) in [(1, "1"), (65, "3"), (140, "2")] {
        let mut lines: Vec<&str> = messages.lines().collect();
        lines[line - 1] = r#"{"mti":"0200","fields":{"3":"x"}}"#;
        let path = file("wrong.ndjson", lines.join("\n").as_bytes());
        let args = ["load", &host.address, "-s", "iso87-ascii", "-j", threads, "--count", "50"];
        let done = cardwire(&[&args[..], &[path.to_str().unwrap()]].concat(), "");
        assert_eq!((done.code, done.out.as_str()), (1, ""));
        assert!(done.err.contains(&format!("wrong.ndjson:{line}: field 3")), "{}", done.err);
    }
    assert_eq!(host.requests().len(), 0);
}

#[test]
fn a_chart_of_a_load_is_drawn() {
    let issuer = Issuer::start(&["-s", "iso87-ascii"]);
    let load = ["load", &issuer.address, "-s", "iso87-ascii", "--window", "4", "--count", "200"];
    for name in ["load.svg", "load.html"] {
        let chart = file(name, b"");
        good(&[&load[..], &["--chart", chart.to_str().unwrap()]].concat(), object(1, 10));
        let drawn = std::fs::read_to_string(&chart).unwrap();
        let mut reader = quick_xml::Reader::from_str(&drawn);
        let mut words = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Text(text) => {
                    words.push(text.to_string());
                }
                _ => {}
            }
        }
        let title = format!("Load on {}", issuer.address);
        for wanted in [&title, "p50", "p99", "max", "Responses a second", "0 s"] {
            assert!(words.iter().any(|word| word == wanted), "{wanted} {drawn}");
        }
        assert!(words.iter().any(|word| word.starts_with("200 answered, 0 not, in ")), "{drawn}");
        assert!(!drawn.contains("<script") && !drawn.contains("href"), "{drawn}");
    }
    for (chart, code, words) in [
        ("load.png", 2, "--chart: a chart is a file that ends in .svg or .html"),
        ("/nowhere/load.svg", 1, "/nowhere/load.svg: "),
    ] {
        let done = cardwire(&[&load[..], &["--chart", chart]].concat(), object(1, 10));
        assert!(done.code == code && done.out.is_empty() && done.err.contains(words), "{}", done.err);
    }
}

#[test]
fn tls() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let chain = file("chain.pem", made.cert.pem().as_bytes());
    let key = file("key.pem", made.signing_key.serialize_pem().as_bytes());
    let (chain, key) = (chain.to_str().unwrap(), key.to_str().unwrap());
    let issuer = Issuer::start(&["-s", "iso87-ascii", "--tls-cert", chain, "--tls-key", key]);
    let line = good(&["encode", "-s", "iso87-ascii"], object(1, 10));
    let send = ["send", &issuer.address, "-s", "iso87-ascii", "--timeout", "5s", "--tls-ca", chain];
    let done = cardwire(&[&send[..], &["--tls-name", "localhost"]].concat(), line.clone());
    assert!(done.code == 0 && done.out.contains("0210 financial response"), "{} {}", done.out, done.err);
    let done = cardwire(&[&send[..], &["--tls-name", "other.example"]].concat(), line);
    assert_eq!((done.code, done.out.as_str()), (1, ""), "the host is verified");
    assert!(done.err.contains(": TLS: the certificate is for localhost, not other.example"), "{}", done.err);
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = file("other.pem", other.cert.pem().as_bytes());
    let send = ["send", &issuer.address, "-s", "iso87-ascii", "--tls-ca", other.to_str().unwrap()];
    let done = cardwire(&[&send[..], &["--tls-name", "localhost", "-m", "0800"]].concat(), "");
    assert!(done.err.contains(": TLS: the certificate is not signed by a trusted authority"), "{}", done.err);
}

/// A rule for every second of some requests counts those that it fits, and nothing else.
#[test]
fn a_rule_for_every_second_request_takes_the_second_and_the_fourth() {
    let rules = "[[rule]]\nmatch = { \"4\" = \">=1000\" }\nevery = 2\nresponse = { \"39\" = \"51\" }\n";
    let rules = file("every.toml", rules.as_bytes());
    let issuer = Issuer::start(&["-s", "iso87-ascii", "--count", "7", "-r", rules.to_str().unwrap()]);
    let amounts = [5000, 10, 5000, 5000, 10, 5000, 5000];
    let objects: String = (1..).zip(amounts).map(|(stan, amount)| object(stan, amount)).collect();
    let send = ["send", &issuer.address, "-s", "iso87-ascii", "--format", "ndjson", "--window", "1"];
    let done = cardwire(&send, objects);
    let codes: Vec<&str> =
        done.out.lines().map(|line| &line[line.find(r#""39":""#).unwrap() + 6..][..2]).collect();
    assert_eq!(codes, ["00", "00", "51", "00", "00", "51", "00"], "{}", done.err);
}

#[test]
fn nobody_there() {
    let done = cardwire(&["send", "127.0.0.1:1", "-s", "iso87-ascii", "-m", &hex(b"0800")], "");
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("cardwire: 127.0.0.1:1: "), "{}", done.err);
}

#[test]
fn rules_are_checked() {
    for (rules, words) in [
        ("[[rule]]\nresponse = { \"200\" = \"1\" }", "rule 1: the spec does not define field 200"),
        ("[[rule]]\ncolour = 1", "unknown field"),
        ("[[rule]]\ndelay = \"soon\"", "a time is 250ms"),
    ] {
        let path = file("bad-rules.toml", rules.as_bytes());
        let done = cardwire(&["serve", "-s", "iso87-ascii", "-r", path.to_str().unwrap()], "");
        assert!(done.code == 1 && done.err.contains(words), "{}", done.err);
    }
}
