//! The examples of connections run, talk to each other, and print what is written down.
#![cfg(feature = "net")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn example(name: &str, arguments: &[&str]) -> Child {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--features", "net", "--example", name, "--"]).args(arguments);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn expected(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/");
    fs::read_to_string(format!("{folder}{name}.out")).unwrap()
}

#[test]
fn the_echo_client_the_acquirer_and_the_issuer_understand_each_other() {
    let mut issuer = example("issuer", &["127.0.0.1:0", "5"]);
    let mut output = BufReader::new(issuer.stdout.take().unwrap());
    let mut said = String::new();
    output.read_line(&mut said).unwrap();
    let address = said.trim().rsplit(' ').next().unwrap().to_owned();
    // a card number where the MTI should be: the issuer, which names no observer, says so in one line
    let mut stranger = TcpStream::connect(&address).unwrap();
    for _ in 0..3 {
        stranger.write_all(b"\0\x0A\x02\0@\0\0\0\0\0\0\0").unwrap();
        stranger.write_all(b"\0\x104111111111111111").unwrap();
    }
    drop(stranger);
    for name in ["echo_client", "acquirer"] {
        let client = example(name, &[&address]).wait_with_output().unwrap();
        assert!(client.status.success());
        assert_eq!(String::from_utf8(client.stdout).unwrap(), expected(name));
    }
    output.read_to_string(&mut said).unwrap();
    assert!(issuer.wait().unwrap().success());
    assert_eq!(said.replace(&address, "ADDRESS"), expected("issuer"));
    let mut warned = String::new();
    issuer.stderr.take().unwrap().read_to_string(&mut warned).unwrap();
    assert_eq!(warned.lines().count(), 1, "{warned}");
    assert!(warned.starts_with("cardwire: a message that came in cannot be read: "), "{warned}");
    assert!(!warned.contains("4111"), "{warned}");
}
