//! A running network is watched and probed, and who works at it is written down.

mod network;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use network::{Network, settlement};

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn scraped(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn metrics_logs_and_probes_of_a_running_network() {
    let mut network = Network::calm("metrics");
    let port = free_port();
    let more = ["--metrics", &format!("127.0.0.1:{port}"), "--log"].map(str::to_owned);
    network.more.insert("acquirer:1", more.into());
    network.start_all();
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 500.00 card 4111", "approved");
    let text = scraped(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(text.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"), "{text}");
    for sample in [
        "settlement_books_balanced{party=\"acquirer:1\"} 1",
        "settlement_open{party=\"acquirer:1\",what=\"batch\"} 1",
        "peer=\"issuer\",direction=\"in\",mti=\"0210\",code=\"00\"} 1",
        "settlement_alert{party=\"acquirer:1\",alert=\"books-unbalanced\"} 0",
    ] {
        assert!(text.contains(sample), "{sample}\n{text}");
    }
    assert!(scraped(port, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    assert!(scraped(port, "\r\n\r\n").starts_with("HTTP/1.1 405"));

    let (said, code) = settlement(&["probe", "--topology", "topology.toml"], &network.folder);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("0810 00").count(), 2, "{said}");
    // a probe is no sign-on: the keys of the terminal are still the right ones, and nothing was noted
    network.ask("terminal:1", "sell 20.00 card 4111", "approved");
    network.kill("issuer:1");
    let (said, code) = settlement(&["probe", "--topology", "topology.toml"], &network.folder);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("acquirer:1 > issuer:1") && said.contains("NO RESPONSE"), "{said}");
    network.start("issuer:1");

    let logs = network.stop("acquirer:1");
    assert!(logs.contains("kind=\"sale_approved\"") && logs.contains("code=\"00\""), "{logs}");
    for private in ["4111111111111111", "411111", "1234\""] {
        assert!(!logs.contains(private), "{private} is in the log");
    }
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    let words =
        ["node", "acquirer:1", "--topology", "topology.toml", "--metrics", &format!("127.0.0.1:{port}")];
    let (said, code) = settlement(&words, &network.folder);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("in use"), "{said}");
    drop(taken);
}

#[test]
fn who_did_what_and_why_is_written_down_and_a_tail_that_is_cut_off_is_noticed() {
    let mut network = Network::calm("operators");
    network.start("acquirer:1");
    network.ask("acquirer:1", "freeze 104440359980001", "refused");
    network.ask("acquirer:1", "freeze 104440359980001 by alice because case 88", "done");
    network.ask("acquirer:1", "release 104440359980001 by bob because case 88 is closed", "done");
    network.ask("acquirer:1", "limit 104440359980001 100.00 by alice because new contract", "done");
    network.ask("acquirer:1", "pay", "paid");
    network.stop_all();
    let log = network.ledger("acquirer:1").with_extension("operators");
    let whole = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines.len(), 4);
    let asked = |network: &Network| {
        settlement(&["operators", "acquirer:1", "--topology", "topology.toml"], &network.folder)
    };
    let (said, code) = asked(&network);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("alice: freeze 104440359980001 (case 88)"), "{said}");
    assert!(said.contains("console: pay (-)"), "{said}");

    let text = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let forged = lines[1].replace("bob", "eve");
    let attacks = [
        (text(&lines[..2]), "the tail was cut off"),
        (String::new(), "the tail was cut off"),
        (text(&lines[1..]), "line 1 was altered"),
        (text(&[lines[0], &forged, lines[2], lines[3]]), "line 2 was altered"),
        (text(&[&lines[..], &lines[3..]].concat()), "does not know"),
    ];
    for (attack, why) in &attacks {
        std::fs::write(&log, attack).unwrap();
        let (said, code) = asked(&network);
        assert_eq!(code, Some(1), "{why}: {said}");
        assert!(said.contains(why), "{why}: {said}");
        let (said, code) =
            settlement(&["node", "acquirer:1", "--topology", "topology.toml"], &network.folder);
        assert_eq!(code, Some(2), "the party does not start: {said}");
    }
    // the last line alone may be missing because of a sudden end: it is put back, and said
    std::fs::write(&log, text(&lines[..3])).unwrap();
    let (said, code) = settlement(&["node", "acquirer:1", "--topology", "topology.toml"], &network.folder);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("was missing, and was put back"), "{said}");
    assert_eq!(std::fs::read_to_string(&log).unwrap(), whole);
}
