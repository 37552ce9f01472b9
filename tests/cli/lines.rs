//! Command lines, each with what it printed, said and ended with: options one at a time, each with values of every class.
//! `lines.txt` holds the result of each: its exit code, what was said, and what was printed, a long text by its digest.
//!
//! After a change that is meant, `CARDWIRE_LINES=write cargo test --features cli --test cli lines::` writes them anew,
//! and the difference is read before it is committed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::{REQUEST, hex};

/// Lines for `cardwire`; `< FILE` is standard input.
const LINES: &str = include_str!("lines/lines.txt");
const KEPT: &str = "tests/cli/lines/kept.txt";

/// A folder with the files of the lines, and no others.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let response = REQUEST.replacen("0200", "0210", 1);
    let broken = REQUEST.replacen("012300", "01X300", 1);
    let lines = |messages: &[&str]| messages.iter().map(|one| hex(one.as_bytes()) + "\n").collect::<String>();
    let framed = |messages: &[&str]| {
        let frame = |one: &&str| [&u16::try_from(one.len()).unwrap().to_be_bytes(), one.as_bytes()].concat();
        messages.iter().flat_map(frame).collect::<Vec<u8>>()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = |name: &str| fs::read(root.join("recon/examples").join(name)).unwrap();
    let key = "0123456789ABCDEFFEDCBA9876543210";
    for (name, octets) in [
        ("one.hex", lines(&[REQUEST]).into_bytes()),
        ("pair.hex", lines(&[REQUEST, &response]).into_bytes()),
        ("other.hex", lines(&[&REQUEST.replacen("12300", "12400", 1), &response]).into_bytes()),
        ("broken.hex", lines(&[REQUEST, &broken, "0200"]).into_bytes()),
        ("none.hex", Vec::new()),
        ("words.txt", b"no message here\nnor here\n".to_vec()),
        ("text.txt", format!("{REQUEST}\n{response}\n").into_bytes()),
        ("raw.bin", framed(&[REQUEST, &response])),
        ("cut.bin", framed(&[REQUEST, &response])[..120].to_vec()),
        (
            "base64.txt",
            b"MDgwMDgyMjAwMDAwMDAwMDAwMDAwNDAwMDAwMDAwMDAwMDAwMTEyMzA2MTc1OTEyMzQ1NjMwMQ==\n".to_vec(),
        ),
        (
            "objects.ndjson",
            b"{\"mti\":\"0800\",\"fields\":{\"7\":\"1123061759\",\"11\":\"000007\",\"70\":\"301\"}}\n"
                .to_vec(),
        ),
        (
            "wrong.ndjson",
            b"{\"mti\":\"0800\",\"fields\":{\"7\":\"x\"}}\n{\"mti\":\"0800\"\n[]\n{\"fields\":{}}\n".to_vec(),
        ),
        ("day.ipm", example("day.ipm")),
        ("day.pcap", example("day.pcap")),
        ("keys.toml", format!("[keys.mak]\ndes = \"{key}\"\nkcv = \"08D7B4\"\n").into_bytes()),
        ("nokeys.toml", b"[keys.mak]\ndes = \"01\"\n".to_vec()),
        ("spec.toml", b"name = \"mine\"\n[[field]]\nnumber = 1\n".to_vec()),
        ("rules.toml", b"[[rule]]\nwhen = \"nonsense\"\n".to_vec()),
    ] {
        let path = folder.join(name);
        fs::write(&path, octets).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    folder
}

/// The files that a line wrote, which the next one does not find.
fn new_files(folder: &Path, before: &[PathBuf]) -> String {
    let new: Vec<PathBuf> = files(folder).into_iter().filter(|path| !before.contains(path)).collect();
    let told = new.iter().map(|path| {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        fs::remove_file(path).unwrap();
        format!("  > {} {:016x}\n", path.file_name().unwrap().display(), digest(&text))
    });
    told.collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// FNV: a digest that needs no crate.
fn digest(text: &str) -> u64 {
    text.bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |sum, octet| (sum ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3))
}

/// A text, or the digest of a long one with its first line.
fn short(text: &str) -> String {
    let digest = digest(text);
    match text.lines().count() {
        0..=3 => text.lines().fold(String::new(), |mut found, line| {
            let _ = writeln!(found, "  {line}");
            found
        }),
        count => format!("  {}\n  ... {count} lines, {digest:016x}\n", text.lines().next().unwrap()),
    }
}

/// What a command line gave.
fn result(folder: &Path, line: &str) -> String {
    let (line, input) = line.split_once(" < ").unwrap_or((line, ""));
    let words = line.split_whitespace().map(|word| word.replace('~', " "));
    let before = files(folder);
    let input = if input.is_empty() { Vec::new() } else { fs::read(folder.join(input)).unwrap() };
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_cardwire"))
        .args(words)
        .current_dir(folder)
        .env_remove("CARDWIRE_SPEC")
        .env("LC_ALL", "C")
        .env("COLUMNS", "100")
        .write_stdin(input)
        .output()
        .unwrap();
    let [out, err] =
        [output.stdout, output.stderr].map(|octets| String::from_utf8_lossy(&octets).into_owned());
    let err: String = err.lines().fold(String::new(), |mut found, line| {
        let _ = writeln!(found, "  ! {line}");
        found
    });
    let code = output.status.code().unwrap();
    let result = format!("  = {code}\n{}{err}{}", short(&out), new_files(folder, &before));
    result.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A quarter of the lines, so that tests run beside each other.
fn check(quarter: usize) {
    let folder = folder(&format!("cli-lines-{quarter}"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT);
    let lines: Vec<&str> = LINES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if std::env::var("CARDWIRE_LINES").is_ok_and(|wish| wish == "write") {
        if quarter == 0 {
            let text = lines.iter().map(|line| format!("$ {line}\n{}", result(&folder, line)));
            fs::write(path, text.collect::<String>()).unwrap();
        }
        return;
    }
    let kept: Vec<(&str, &str)> = kept.split("$ ").skip(1).filter_map(|kept| kept.split_once('\n')).collect();
    assert_eq!(kept.iter().map(|(line, _)| *line).collect::<Vec<_>>(), lines, "lines.txt and kept.txt");
    for (line, kept) in kept.into_iter().skip(quarter).step_by(4) {
        assert_eq!(result(&folder, line), kept, "cardwire {line}");
    }
}

#[test]
fn say_what_they_said_1() {
    check(0);
}

#[test]
fn say_what_they_said_2() {
    check(1);
}

#[test]
fn say_what_they_said_3() {
    check(2);
}

#[test]
fn say_what_they_said_4() {
    check(3);
}

/// Each option of each command that needs no peer stands in a line, and each such command in two languages.
#[test]
fn have_each_option_of_each_command() {
    let mut missing = BTreeSet::new();
    for command in [
        "decode",
        "encode",
        "check",
        "diff",
        "probe",
        "spec show",
        "spec convert",
        "code",
        "redact",
        "ipm list",
        "ipm ndjson",
        "ipm csv",
        "ipm convert",
        "ipm encode",
        "key",
        "mac",
        "pin",
        "emv",
        "completions",
        "man",
    ] {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = super::good(&words, "");
        for line in
            help.lines().map(str::trim).filter(|line| line.starts_with('-') && !line.starts_with("- "))
        {
            let names = line.split([' ', ',', '=', '[']).take(3).filter(|name| name.starts_with('-'));
            let names: Vec<&str> = names.collect();
            let is_said = |line: &str| line.split(['=', ' ']).any(|word| names.contains(&word));
            let is_everywhere = names.iter().any(|name| ["--color", "--lang"].contains(name));
            let is_own = |line: &&str| is_everywhere || line.starts_with(command);
            if !["--help", "-h", "--version", "-V"].contains(&names[0])
                && !LINES.lines().filter(is_own).any(is_said)
            {
                missing.insert(format!("{command} {names:?}"));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}
