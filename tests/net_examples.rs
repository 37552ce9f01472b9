//! The examples of connections run, talk to each other, and print what is written down.
#![cfg(feature = "net")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

fn example(name: &str, arguments: &[&str]) -> Child {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--features", "net", "--example", name, "--"]).args(arguments);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
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
    for name in ["echo_client", "acquirer"] {
        let client = example(name, &[&address]).wait_with_output().unwrap();
        assert!(client.status.success());
        assert_eq!(String::from_utf8(client.stdout).unwrap(), expected(name));
    }
    output.read_to_string(&mut said).unwrap();
    assert!(issuer.wait().unwrap().success());
    assert_eq!(said.replace(&address, "ADDRESS"), expected("issuer"));
}
