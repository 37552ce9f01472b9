//! Every example runs and prints exactly what `tests/examples/<name>.out` says; one without that file fails.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Programs that talk to each other; they run together, not alone. `tests/net_examples.rs` runs the
/// last two.
const PAIR: [&str; 4] = ["acquirer", "issuer", "echo_client", "net_issuer"];

#[test]
fn every_example_prints_what_is_written_down() {
    let mut run_alone = 0;
    for name in names() {
        let expected = expected(&name);
        if !PAIR.contains(&name.as_str()) {
            let mut example = Running::start(&name, &[]);
            assert_eq!(example.finish(), expected, "examples/{name}.rs");
            run_alone += 1;
        }
    }
    assert!(run_alone >= 6, "{run_alone} examples");
}

#[test]
fn the_acquirer_and_the_issuer_understand_each_other() {
    let mut issuer = Running::start("issuer", &["0", "5"]);
    let first = issuer.line();
    let port = first.rsplit(':').next().unwrap().trim().to_owned();
    let mut acquirer = Running::start("acquirer", &[&port]);
    assert_eq!(acquirer.finish(), expected("acquirer"));
    let said = first.replace(&port, "PORT") + &issuer.finish();
    assert_eq!(said, expected("issuer"));
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The examples of one file.
fn names() -> Vec<String> {
    let entries = fs::read_dir(folder("examples")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some());
    let mut names: Vec<String> =
        files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn expected(name: &str) -> String {
    let file = folder("tests/examples").join(name).with_extension("out");
    fs::read_to_string(&file)
        .unwrap_or_else(|_| panic!("write down what examples/{name}.rs prints: {file:?}"))
}

/// An example at work; stopped when the test is over, come what may.
struct Running {
    name: String,
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["run", "--quiet", "--features", "serde,jpos,toml", "--example", name, "--"])
            .args(arguments);
        cargo.current_dir(folder("")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = cargo.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { name: name.to_owned(), process, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// What is left of the output, once the example has ended well.
    fn finish(&mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        let status = self.process.wait().unwrap();
        assert!(status.success(), "examples/{}.rs: {status}", self.name);
        rest
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // an error says that it has ended by itself, which is what it should do
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
