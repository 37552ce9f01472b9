//! `cardwire serve` as a host that speaks by itself, to who connects to it and to whom it connects.

use std::io::{BufRead, Read};
use std::net::TcpListener;
use std::process::Command;

use cardwire::Message;
use cardwire::spec::ISO87_ASCII;

use super::network::Issuer;
use super::proxy::{Party, message, said};
use super::{cardwire, file, good};

const BASE: [&str; 4] = ["-s", "iso87-ascii", "-F", "ascii4"];

/// A host that connects to the test.
fn calling(args: &[&str]) -> (Issuer, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire"));
    command.env("LC_ALL", "C").args(["serve", "--connect", &listener.local_addr().unwrap().to_string()]);
    command.args(BASE).args(args);
    (Issuer::run(command), listener)
}

fn next(listener: &TcpListener) -> Party {
    Party::new(listener.accept().unwrap().0)
}

/// The response to a request, approved.
fn respond(request: &[u8]) -> Vec<u8> {
    let request = Message::parse(&ISO87_ASCII, request).unwrap();
    let mut response = cardwire::Builder::reply_to(&request);
    response.echo(&request, cardwire::profile::ECHOED).set(39, "00").to_vec().unwrap()
}

fn advices(name: &str, count: u32) -> String {
    let line = |amount| {
        format!(
            "{{\"mti\":\"0420\",\"fields\":{{\"2\":\"4111111111111111\",\"4\":{amount},\"7\":\"auto\",\"11\":\"auto\",\"41\":\"TERM0001\"}}}}\n"
        )
    };
    let text: String = (1..=count).map(line).collect();
    file(name, text.as_bytes()).to_str().unwrap().to_owned()
}

fn field(message: &[u8], number: u8) -> String {
    let message = Message::parse(&ISO87_ASCII, message).unwrap();
    message.get(number).map(|field| field.expose().chars().collect()).unwrap_or_default()
}

#[test]
fn a_host_that_dials_out_signs_on_tests_its_line_and_comes_back() {
    let (host, listener) =
        calling(&["--sign-on", "--echo", "20ms", "--first-stan", "1", "--count", "3", "--timeout", "20s"]);
    for round in 0..2 {
        let mut switch = next(&listener);
        let sign_on = switch.read();
        assert_eq!((&sign_on[..4], field(&sign_on, 70).as_str()), (&b"0800"[..], "001"));
        if round == 0 {
            assert_eq!(said(&sign_on), "0800 000001");
        }
        // the same number from the other side, at once: each has its own response
        switch.write(&message("0800", 1));
        assert_eq!(said(&switch.read()), "0810 000001 00");
        switch.write(&respond(&sign_on));
        let echo = switch.read();
        assert_eq!((&echo[..4], field(&echo, 70).as_str()), (&b"0800"[..], "301"));
        switch.write(&respond(&echo));
        if round == 1 {
            switch.write(&message("0200", 3));
            // behind echo tests, perhaps
            while said(&switch.read()) != "0210 000003 00" {}
        }
    }
    let log = host.log();
    for words in [
        " connected\n",
        " sent 0800 000001 -> 0810 00, ",
        " sent 0800 000002 -> 0810 00, ",
        " 0800 000001 -> 0810 00\n",
        " closed: ",
    ] {
        assert!(log.contains(words), "{words}{log}");
    }
}

/// A sign-on that is refused is no sign-on, and an echo test without a response ends the connection.
#[test]
fn a_refused_sign_on_and_a_silent_line_are_told() {
    let (mut host, listener) = calling(&["--sign-on"]);
    let mut switch = next(&listener);
    let sign_on = switch.read();
    let accepted = respond(&sign_on);
    let accepted = Message::parse(&ISO87_ASCII, &accepted).unwrap();
    let refused = cardwire::Builder::copy_of(&accepted, &ISO87_ASCII).set(39, "91").to_vec().unwrap();
    switch.write(&refused);
    assert!(switch.has_ended());
    // it comes back, and tries again
    assert_eq!(field(&next(&listener).read(), 70), "001");
    let mut log = String::new();
    while !log.contains(" next attempt in 0.") {
        assert!(host.log.read_line(&mut log).unwrap() > 0, "{log}");
    }
    assert!(log.contains(" -> 0810 91, ") && log.contains("the sign-on was not accepted"), "{log}");
    let (mut host, listener) = calling(&["--echo", "10ms", "--timeout", "150ms"]);
    let mut switch = next(&listener);
    assert_eq!(field(&switch.read(), 70), "301");
    let mut log = String::new();
    while !log.contains("the echo test had no response") {
        assert!(host.log.read_line(&mut log).unwrap() > 0, "{log}");
    }
}

#[test]
fn advices_reach_who_connects_and_their_responses_are_matched() {
    let advices = advices("advices.ndjson", 2);
    let args = ["--send", &advices, "--first-stan", "7", "--until-sent", "--sign-on", "--timeout", "20s"];
    let mut host = Issuer::start(&[&BASE[..], &args].concat());
    let mut switch = Party::connect(&host.address);
    for expected in ["0800 000007", "0420 000008", "0420 000009"] {
        let request = switch.read();
        assert_eq!(said(&request), expected);
        // both sides at once, with one number
        switch.write(&message("0200", field(&request, 11).parse().unwrap()));
        assert_eq!(said(&switch.read()), format!("0210 {} 00", field(&request, 11)));
        switch.write(&respond(&request));
    }
    let mut log = String::new();
    host.log.read_to_string(&mut log).unwrap();
    assert!(host.child.wait().unwrap().success());
    assert!(
        log.contains(" sent 0420 000008 -> 0430 00, ") && log.contains(" 0200 000009 -> 0210 00\n"),
        "{log}"
    );
    assert!(!log.contains("4111111111111111"), "{log}");
}

#[test]
fn an_advice_without_a_response_is_repeated_and_told() {
    let advices = advices("one-advice.ndjson", 1);
    let args =
        ["--send", &advices, "--until-sent", "--timeout", "150ms", "--repeat", "1", "--first-stan", "1"];
    let mut host = Issuer::start(&[&BASE[..], &args].concat());
    let mut switch = Party::connect(&host.address);
    assert_eq!(said(&switch.read()), "0420 000001");
    assert_eq!(said(&switch.read()), "0421 000001");
    let mut log = String::new();
    host.log.read_to_string(&mut log).unwrap();
    assert_eq!(host.child.wait().unwrap().code(), Some(1), "{log}");
    assert!(log.contains(" sent 0421 000001 -> no response in time, after 0."), "{log}");
}

#[test]
fn a_late_response_is_told_as_late() {
    let advices = advices("late.ndjson", 2);
    let args = ["--send", &advices, "--timeout", "150ms", "--first-stan", "1"];
    let mut host = Issuer::start(&[&BASE[..], &args].concat());
    let mut switch = Party::connect(&host.address);
    let first = switch.read();
    // the second leaves when the first is given up
    assert_eq!(said(&switch.read()), "0420 000002");
    switch.write(&respond(&first));
    let mut log = String::new();
    while !log.contains(" 0430 000001 -> a late response\n") {
        assert!(host.log.read_line(&mut log).unwrap() > 0, "{log}");
    }
    assert!(log.contains(" sent 0420 000001 -> no response in time"), "{log}");
}

#[test]
fn each_edition_has_its_sign_on_and_any_message_can_be_said() {
    for (spec, said) in [("iso93-ascii", "1804 network"), ("iso03-ascii", "2804 network")] {
        let mut host = Issuer::start(&["-s", spec, "-F", "ascii4", "--sign-on", "--timeout", "100ms"]);
        let request = Party::connect(&host.address).read();
        let listing = good(&["decode", "-s", spec, "-i", "text"], request);
        assert!(listing.starts_with(said) && listing.contains("801  sign on"), "{listing}");
        host.child.kill().unwrap();
    }
    let object = r#"{"mti":"0820","fields":{"11":"auto","70":"002"}}"#;
    let sign_on = format!("--sign-on={object}");
    let hex = good(&["encode", "-s", "iso87-ascii"], object.replace("auto", "000005"));
    let in_file = file("sign-on.hex", hex.as_bytes());
    let from_file = format!("--sign-on={}", in_file.to_str().unwrap());
    for (option, stan) in [(&sign_on, "000001"), (&from_file, "000005")] {
        let host = Issuer::start(&[&BASE[..], &[option.as_str(), "--first-stan", "1"]].concat());
        assert_eq!(said(&Party::connect(&host.address).read()), format!("0820 {stan}"));
    }
}

/// A host dials a proxy by TLS, which carries what it says to a switch, and what the switch says to it.
#[test]
fn a_host_dials_through_a_proxy_by_tls() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let chain = file("dial-chain.pem", made.cert.pem().as_bytes());
    let key = file("dial-key.pem", made.signing_key.serialize_pem().as_bytes());
    let (chain, key) = (chain.to_str().unwrap(), key.to_str().unwrap());
    let switch = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = switch.local_addr().unwrap().to_string();
    let tls = ["--to", &to, "--tls-cert", chain, "--tls-key", key];
    let proxy = Issuer::proxy(&[&BASE[..], &tls, &["--rule", "set 70=002 when 0800"]].concat());
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire"));
    command.env("LC_ALL", "C").args(["serve", "--connect", &proxy.address, "--sign-on", "--count", "1"]);
    command.args(BASE).args(["--tls-ca", chain, "--tls-name", "localhost", "--first-stan", "3"]);
    let host = Issuer::run(command);
    let mut switch = next(&switch);
    let sign_on = switch.read();
    assert_eq!((said(&sign_on).as_str(), field(&sign_on, 70).as_str()), ("0800 000003", "002"));
    switch.write(&respond(&sign_on));
    switch.write(&message("0200", 3));
    assert_eq!(said(&switch.read()), "0210 000003 00");
    let log = host.log();
    assert!(log.contains(" sent 0800 000003 -> 0810 00, ") && log.contains(" connected\n"), "{log}");
}

#[test]
fn what_cannot_be_initiated_is_told_before_anything_is_served() {
    let base = ["serve", "-s", "iso87-ascii", "-l", "127.0.0.1:0"];
    let bad = file("bad-advices.ndjson", b"{\"mti\":\"0420\",\"fields\":{\"2\":\"4111111111111111X\"}}\n");
    for (args, code, words) in [
        (
            &["--sign-on={\"mti\":\"0800\",\"fields\":{\"200\":\"4111111111111111\"}}"][..],
            2,
            "--sign-on: field 200",
        ),
        (&["--sign-on=xyz"], 2, "--sign-on: "),
        (&["--send", bad.to_str().unwrap()], 1, "bad-advices.ndjson:1: field 2"),
        (&["--until-sent"], 2, "--send <FILE>"),
        (&["--connect", "127.0.0.1:1"], 2, "cannot be used with"),
        (&["--tls-ca", "x.pem"], 2, "--tls-ca is for --connect"),
        (&["--echo", "soon"], 2, "a time is 250ms"),
    ] {
        let done = cardwire(&[&base[..], args].concat(), "");
        assert!(done.code == code && done.err.contains(words), "{args:?} {}", done.err);
        assert!(!done.err.contains("4111111111111111"), "{}", done.err);
    }
    let done = cardwire(&["serve", "-s", "unionpay-pos", "-l", "127.0.0.1:0", "--sign-on"], "");
    assert!(done.code == 2 && done.err.contains("--sign-on: say which message"), "{}", done.err);
}
