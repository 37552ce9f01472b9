//! Messages of the switch in the forms that the command `cardwire` reads.

#[path = "../examples/make_day/capture.rs"]
mod capture;
mod read;

use std::fmt::Write as _;
use std::net::SocketAddrV4;

use capture::Capture;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, UNIONPAY_POS};
use cardwire::{Builder, Framing, Spec};
use cardwire_recon::read::{Options, read_file};
use cardwire_recon::record::{Place, Record, Side};
use read::{Read, all, of, options};

const CARD: &str = "4111111111111111";

fn message(spec: &Spec<'_>, mti: &str, elements: &[(u8, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(spec, mti.parse().unwrap());
    for (number, value) in elements {
        builder.set(*number, *value);
    }
    builder.to_vec().unwrap()
}

/// A request and its response.
fn pair(spec: &Spec<'_>, stan: &str) -> [Vec<u8>; 2] {
    let common = [
        (2, CARD),
        (3, "000000"),
        (4, "000000012300"),
        (11, stan),
        (41, "10000001"),
        (42, "898110159990001"),
        (49, "156"),
    ];
    let response =
        [(12, "100212"), (13, "0316"), (15, "0316"), (37, "607510000101"), (38, "A00101"), (39, "00")];
    [message(spec, "0200", &common), message(spec, "0210", &[&common[..], &response].concat())]
}

fn check(read: &Read) {
    let [request, response] = read.messages()[..] else { panic!("{:?} {:?}", read.records, read.words()) };
    assert_eq!(
        (request.mti.as_str(), request.amount, request.stan.as_deref()),
        ("0200", Some(12300), Some("000101"))
    );
    assert_eq!((response.mti.as_str(), response.rrn.as_deref()), ("0210", Some("607510000101")));
    assert_eq!((response.response.as_deref(), response.approval.as_deref()), (Some("00"), Some("A00101")));
    assert_eq!(response.settlement_date.unwrap().to_string(), "2026-03-16");
    assert_eq!(request.token.unwrap().to_string(), "411111******1111");
    assert_eq!(request.merchant.as_deref(), Some("898110159990001"));
    assert_eq!(read.words(), [""; 0]);
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn said(spec: &'static Spec<'static>) -> Options {
    Options { spec: Some(spec), ..options(Side::Switch) }
}

#[test]
fn digits_dumps_and_frames() {
    for spec in [&ISO87_ASCII, &ISO87_BCD] {
        let messages = pair(spec, "000101");
        let lines: String = messages.iter().map(|message| hex(message) + "\n").collect();
        check(&all(&said(spec), lines.as_bytes()));
        check(&of(Side::Switch, &lines));
        let mut dump = String::new();
        for message in &messages {
            for (row, octets) in message.chunks(16).enumerate() {
                let digits: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
                let _ = writeln!(dump, "{:08x}  {}", 16 * row, digits.join(" "));
            }
            dump.push('\n');
        }
        check(&all(&said(spec), dump.as_bytes()));
        let mut frames = Vec::new();
        for message in &messages {
            let mut frame = vec![0; message.len() + 8];
            frames.extend_from_slice(Framing::BINARY2.wrap(b"", message, &mut frame).unwrap());
        }
        check(&all(&said(spec), &frames));
        check(&all(&options(Side::Switch), &frames));
    }
    let text: Vec<u8> = pair(&ISO87_ASCII, "000101").join(&b'\n');
    check(&all(&said(&ISO87_ASCII), &text));
}

#[test]
fn logs_of_jpos_have_a_time() {
    let log = "<log realm=\"channel/10.0.0.1:9000\" at=\"2026-03-16T10:02:11.123\">\n <receive>\n\
        <isomsg direction=\"incoming\"><field id=\"0\" value=\"0200\"/><field id=\"2\" value=\"4111111111111111\"/>\
        <field id=\"4\" value=\"000000012300\"/><field id=\"11\">000101</field><field id=\"42\" value=\"898110159990001\"/>\
        <isomsg id=\"127\"><field id=\"4\" value=\"000000000001\"/></isomsg></isomsg>\n </receive></log>\n\
        <log at=\"2026-03-16T10:02:12.001\"><send><isomsg><field id=\"0\" value=\"0210\"/><field id=\"11\" value=\"000101\"/>\
        <field id=\"15\" value=\"0316\"/><field id=\"37\" value=\"607510000101\"/><field id=\"38\" value=\"A00101\"/>\
        <field id=\"39\" value=\"00\"/></isomsg></send></log>\n<isomsg><field id=\"0\" value=\"02X0\"/></isomsg><isomsg>";
    let mut read = of(Side::Switch, log);
    let words = read.words();
    assert!(
        words[0].starts_with("line 6: `mti` is not") && words[1].starts_with("line 6: the file ends"),
        "{words:?}"
    );
    read.records.truncate(2);
    check(&read);
    let times: Vec<_> = read.messages().iter().map(|message| message.time.unwrap().to_string()).collect();
    assert_eq!(times, ["2026-03-16T02:02:11Z", "2026-03-16T02:02:12Z"]);
}

const TERMINAL: &str = "10.0.0.1:40001";
const ACQUIRER: &str = "10.0.0.2:9000";
const NETWORK: &str = "10.0.0.3:9100";

/// A capture of a terminal that speaks one dialect to an acquirer, who speaks another to a network.
fn two_links() -> Vec<u8> {
    let mut capture = Capture::new();
    let ends = |from: &str, to: &str| [from.parse::<SocketAddrV4>().unwrap(), to.parse().unwrap()];
    let mut second = 0;
    for stan in ["000101", "000102", "000103"] {
        let (terminal, network) = (pair(&UNIONPAY_POS, stan), pair(&ISO87_ASCII, stan));
        for (from, to, framing, header, message) in [
            (TERMINAL, ACQUIRER, Framing::UNIONPAY, &b"\x60\0\x03\0\0\x60\x22\0\0\0\0"[..], &terminal[0]),
            (ACQUIRER, NETWORK, Framing::ASCII4, b"", &network[0]),
            (NETWORK, ACQUIRER, Framing::ASCII4, b"", &network[1]),
            (ACQUIRER, TERMINAL, Framing::UNIONPAY, b"\x60\0\0\0\x03\x60\x22\0\0\0\0", &terminal[1]),
        ] {
            let time: jiff::Timestamp = "2026-03-16T02:02:11.5Z".parse().unwrap();
            let from_to =
                if from == ACQUIRER && to == NETWORK { ends("10.0.0.2:40002", to) } else { ends(from, to) };
            let from_to = if from == NETWORK { ends(from, "10.0.0.2:40002") } else { from_to };
            capture.send(time + jiff::SignedDuration::from_secs(second), from_to, framing, header, message);
            second += 1;
        }
    }
    capture.octets()
}

#[test]
fn a_capture_of_two_dialects_is_read_connection_by_connection() {
    let mut options = options(Side::Switch);
    options.parties =
        vec![("10.0.0.1".into(), "T".into()), ("10.0.0.2".into(), "A".into()), (NETWORK.into(), "N".into())];
    let read = all(&options, &two_links());
    assert_eq!(read.words(), [""; 0], "{:?}", read.report.notes);
    let messages = read.messages();
    assert_eq!(messages.len(), 12);
    for link in [["T", "A"], ["A", "N"], ["N", "A"], ["A", "T"]] {
        let of_link = messages
            .iter()
            .filter(|message| [message.from.as_deref(), message.to.as_deref()] == link.map(Some));
        let stans: Vec<_> = of_link.map(|message| message.stan.as_deref().unwrap().to_owned()).collect();
        assert_eq!(stans, ["000101", "000102", "000103"], "{link:?}");
    }
    assert!(messages.iter().all(|message| message.amount == Some(12300) && message.token.is_some()));
    assert_eq!(
        messages.iter().map(|message| message.time.unwrap()).min().unwrap().to_string(),
        "2026-03-16T02:02:11.5Z"
    );
    // read from a file, nothing is kept in memory
    let path = std::env::temp_dir().join(format!("cardwire-recon-{}.pcap", std::process::id()));
    std::fs::write(&path, two_links()).unwrap();
    let mut records = Vec::new();
    let report = read_file(&path, &options, &mut |record: Record| records.push(record)).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((records.len(), report.file.digest), (12, read.report.file.digest));
}

/// Where the packets of a capture begin.
fn packets(octets: &[u8]) -> Vec<usize> {
    let mut at = 24;
    std::iter::from_fn(|| {
        let start = at;
        let size = octets.get(at + 8..at + 12)?;
        at += 16 + u32::from_le_bytes(size.try_into().unwrap()) as usize;
        Some(start)
    })
    .collect()
}

#[test]
fn a_message_has_the_offset_of_its_packet_however_long_the_capture() {
    let mut capture = Capture::new();
    let ends = [TERMINAL, ACQUIRER].map(|end| end.parse::<SocketAddrV4>().unwrap());
    let time: jiff::Timestamp = "2026-03-16T02:02:11Z".parse().unwrap();
    for number in 0..3000 {
        let [request, _] = pair(&ISO87_ASCII, &format!("{number:06}"));
        capture.send(time, ends, Framing::BINARY2, b"", &request);
    }
    let octets = capture.octets();
    let read = all(&Options { framing: Some(Framing::BINARY2), ..said(&ISO87_ASCII) }, &octets);
    let offsets: Vec<Place> = read.messages().iter().map(|message| message.source.place).collect();
    let starts: Vec<Place> = packets(&octets).iter().map(|start| Place::Offset(*start as u64)).collect();
    assert_eq!(offsets, starts);
}

/// A frame of nothing keeps a link awake, and is no message.
#[test]
fn polls_between_messages_are_no_messages() {
    let mut capture = Capture::new();
    let ends = [TERMINAL, ACQUIRER].map(|end| end.parse::<SocketAddrV4>().unwrap());
    let time: jiff::Timestamp = "2026-03-16T02:02:11Z".parse().unwrap();
    for number in 0..3 {
        let [request, _] = pair(&ISO87_ASCII, &format!("{number:06}"));
        for payload in [&b""[..], &request, b""] {
            capture.send(time, ends, Framing::BINARY2, b"", payload);
        }
    }
    let options = Options { framing: Some(Framing::BINARY2), ..said(&ISO87_ASCII) };
    let read = all(&options, &capture.octets());
    assert_eq!((read.messages().len(), read.words()), (3, vec![]));
}

#[test]
fn a_capture_that_is_cut_says_so_wherever_it_is_cut() {
    let octets = two_links();
    let whole = all(&options(Side::Switch), &octets).messages().len();
    let starts = packets(&octets);
    for cut in (25..octets.len()).step_by(331) {
        let read = all(&options(Side::Switch), &octets[..cut]);
        if !starts.contains(&cut) {
            assert!(!read.report.file.complete && !read.words().is_empty(), "cut at {cut}");
        }
        assert!(read.messages().len() <= whole);
    }
}

#[test]
fn what_is_no_message_is_said() {
    for (text, words) in [
        ("30383030", "no spec that comes with cardwire explains the messages"),
        ("this is a letter of mine to you\n", "this looks like text that is no message"),
    ] {
        let read = of(Side::Switch, text);
        assert!(read.words().iter().any(|found| found.contains(words)), "{:?}", read.words());
        assert!(!read.report.file.complete);
    }
    let broken = hex(&pair(&ISO87_ASCII, "000101")[0]).replace("303030303031323330", "303030303031583330");
    let read = all(&said(&ISO87_ASCII), format!("{broken}\nzz\n").as_bytes());
    let words = read.words();
    assert!(words[0].starts_with("line 1: the message is broken: field 4"), "{words:?}");
    assert!(words[1].starts_with("line 2: "), "{words:?}");
    assert!(!format!("{words:?}").contains(CARD));
}

#[test]
fn totals_and_originals_of_unionpay_terminals() {
    let totals = "0000000253000030000000020000011".to_owned() + &"0".repeat(31);
    let common = [(11, "000107"), (41, "10000001"), (42, "898110159990001"), (60, "00000007201")];
    let close =
        message(&UNIONPAY_POS, "0510", &[&common[..], &[(48, totals.as_str()), (49, "156")]].concat());
    let refund =
        [(3, "200000"), (4, "000000002000"), (11, "000108"), (25, "00"), (41, "10000001"), (49, "156")];
    let refund = message(
        &UNIONPAY_POS,
        "0220",
        &[&refund[..], &[(60, "25000007000"), (61, "0000060001020315")]].concat(),
    );
    let lines = format!("{}\n{}\n", hex(&close), hex(&refund));
    let read = all(&said(&UNIONPAY_POS), lines.as_bytes());
    let [close, refund] = read.messages()[..] else { panic!("{:?} {:?}", read.records, read.words()) };
    let sums = close.totals.unwrap();
    assert_eq!((sums.debit, sums.debits, sums.credit, sums.credits), (25300, 3, 2000, 1));
    assert_eq!((close.totals_result, close.network_code.as_deref()), (Some(1), Some("201")));
    assert_eq!((close.batch.as_deref(), close.type_code.as_deref()), (Some("000007"), Some("00")));
    let original = refund.original.as_ref().unwrap();
    assert_eq!((original.batch.as_deref(), original.stan.as_deref()), (Some("000006"), Some("000102")));
    assert_eq!((refund.type_code.as_deref(), refund.amount), (Some("25"), Some(2000)));
}

#[test]
fn messages_of_1993_hold_dates_reasons_and_originals() {
    use cardwire::spec::ISO93_ASCII;
    let common =
        [(3, "000000"), (4, "000000003000"), (11, "000201"), (12, "260316101500"), (37, "607510000201")];
    let more =
        [(24, "401"), (25, "4000"), (26, "5812"), (41, "10000001"), (42, "898110159990001"), (49, "978")];
    let original = [(56, "120000020026031610000006999900")];
    let octets = message(&ISO93_ASCII, "1420", &[&common[..], &more, &original].concat());
    let read = all(&said(&ISO93_ASCII), (hex(&octets) + "\n").as_bytes());
    let [reversal] = read.messages()[..] else { panic!("{:?} {:?}", read.records, read.words()) };
    assert_eq!(reversal.local_date.unwrap().to_string(), "2026-03-16");
    assert_eq!((reversal.local_time.as_deref(), reversal.mcc.as_deref()), (Some("101500"), Some("5812")));
    assert_eq!((reversal.function.as_deref(), reversal.condition.as_deref()), (Some("401"), Some("4000")));
    assert_eq!(reversal.replacement, Some(3000), "DE 4 of a partial reversal is what remains");
    let original = reversal.original.as_ref().unwrap();
    assert_eq!((original.stan.as_deref(), original.time.as_deref()), (Some("000200"), Some("260316100000")));
    assert_eq!(original.acquirer.as_deref(), Some("999900"));
}
