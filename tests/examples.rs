//! Every example runs and prints exactly what `tests/examples/<name>.out` says; one without that file fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Programs that talk to each other: `tests/net_examples.rs` runs them together.
const TOGETHER: [&str; 3] = ["acquirer", "echo_client", "issuer"];

#[test]
fn every_example_prints_what_is_written_down() {
    let mut run_alone = 0;
    for name in names() {
        let expected = expected(&name);
        if !TOGETHER.contains(&name.as_str()) {
            assert_eq!(printed(&name), expected, "examples/{name}.rs");
            run_alone += 1;
        }
    }
    assert!(run_alone >= 6, "{run_alone} examples");
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

/// What an example prints, once it has ended well.
fn printed(name: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--features", "serde,jpos,toml,proptest", "--example", name]);
    let output =
        cargo.current_dir(folder("")).stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "examples/{name}.rs: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
