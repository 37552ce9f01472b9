//! The project with its mutants, built; what does not compile is taken out again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Mutant;
use crate::edit::{self, Written};
use crate::plan::Plan;
use crate::programs::Program;

/// How often the project is built without the mutants that the compiler refused.
const ROUNDS: usize = 40;

/// Asks for the number of the mutant that is on; constants are worth what they were.
const SWITCH: &str = r#"
extern crate std;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

static CHOSEN: AtomicU32 = AtomicU32::new(u32::MAX);
static MET: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

pub const fn on(id: u32) -> bool {
    core::intrinsics::const_eval_select((id,), constant, running)
}

const fn constant(_: u32) -> bool {
    false
}

fn running(id: u32) -> bool {
    let mut chosen = CHOSEN.load(Ordering::Relaxed);
    if chosen == u32::MAX {
        chosen = std::env::var("CARDWIRE_MUTANT").map_or(u32::MAX - 1, |id| id.parse().unwrap());
        CHOSEN.store(chosen, Ordering::Relaxed);
    }
    if chosen == u32::MAX - 1 && !MET[id as usize].swap(true, Ordering::Relaxed) {
        if let Ok(path) = std::env::var("CARDWIRE_MUTANTS_MET") {
            use std::io::Write;
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            file.write_all(std::format!("{id}\n").as_bytes()).unwrap();
        }
    }
    chosen == id
}
"#;

/// Where the switch is written: a crate has its own, and asks it for the numbers of all.
const ROOTS: [&str; 5] = [
    "examples/settlement/src/lib.rs",
    "examples/settlement/src/main.rs",
    "recon/src/lib.rs",
    "src/bin/cardwire/main.rs",
    "src/lib.rs",
];

/// Builds the tests with every mutant that compiles; the programs by name, and those mutants.
pub(crate) fn build(folder: &Path, mutants: &[Mutant], plan: &Plan) -> (Vec<Program>, BTreeSet<usize>) {
    let tree = folder.join("tree");
    copy(&tree);
    // what was refused once, by name
    let kept = folder.join("refused.txt");
    let known = fs::read_to_string(&kept).unwrap_or_default();
    let known: BTreeSet<&str> = known.lines().collect();
    let named = |(id, mutant): (usize, &Mutant)| known.contains(mutant.name.as_str()).then_some(id);
    let mut refused: BTreeSet<usize> = mutants.iter().enumerate().filter_map(named).collect();
    for round in 1..=ROUNDS {
        let written = write(&tree, mutants, &refused);
        // checking is quicker than building
        let what = ["check", "--lib", "--bins"].map(str::to_owned);
        let (mut programs, mut errors) = compile(folder, &tree, &what, plan);
        if errors.is_empty() {
            let mut what = vec!["test".to_owned(), "--no-run".to_owned()];
            what.extend(plan.targets());
            (programs, errors) = compile(folder, &tree, &what, plan);
        }
        if errors.is_empty() {
            let ids = written.values().flat_map(|file| file.places.iter().map(|(id, _)| *id)).collect();
            return (programs, ids);
        }
        let before = refused.len();
        for (file, place, message) in errors {
            let Some(id) = written.get(&file).and_then(|written| nearest(written, place, &message)) else {
                panic!("{file}, {place}: {message}");
            };
            refused.insert(id);
        }
        // and those of other plans
        let mut names = known.clone();
        names.extend(refused.iter().map(|id| mutants[*id].name.as_str()));
        let names: Vec<&str> = names.into_iter().collect();
        fs::write(&kept, names.join("\n")).expect("a file can be written");
        eprintln!("round {round}: {} mutants are refused", refused.len());
        assert!(refused.len() > before, "it does not compile, and not for a mutant");
    }
    panic!("too many rounds");
}

/// The files that git knows, where they changed.
fn copy(tree: &Path) {
    let listed = Command::new("git").args(["ls-files", "-z"]).output().expect("git");
    for path in String::from_utf8(listed.stdout).expect("names of files").split_terminator('\0') {
        if path.starts_with("fuzz/") || !Path::new(path).exists() {
            continue;
        }
        put(&tree.join(path), &fs::read(path).expect("a file of the project"));
    }
}

fn put(path: &Path, content: &[u8]) {
    if fs::read(path).is_ok_and(|known| known == content) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, content).expect("a file can be written");
}

/// Writes the mutants that are not refused into the files of the tree.
fn write(tree: &Path, mutants: &[Mutant], refused: &BTreeSet<usize>) -> BTreeMap<String, Written> {
    let mut files: BTreeMap<&str, Vec<(usize, &Mutant)>> = ROOTS.map(|root| (root, Vec::new())).into();
    for (id, mutant) in mutants.iter().enumerate() {
        let of_file = files.entry(&mutant.file).or_default();
        if !refused.contains(&id) {
            of_file.push((id, mutant));
        }
    }
    let mut all = BTreeMap::new();
    for (path, mutants_of_file) in files {
        let text = fs::read_to_string(path).expect("a file of the project");
        let mut written = edit::write(&text, &mutants_of_file);
        if ROOTS.contains(&path) {
            let head = "#![feature(core_intrinsics, const_eval_select)]\n#![allow(internal_features)]\n";
            for (_, range) in &mut written.places {
                *range = range.start + head.len()..range.end + head.len();
            }
            written.text = format!("{head}{}\nmod mutants;\n", written.text);
            let switch = SWITCH.replace("COUNT", &mutants.len().max(1).to_string());
            put(&tree.join(path).with_file_name("mutants.rs"), switch.as_bytes());
        }
        put(&tree.join(path), written.text.as_bytes());
        all.insert(path.to_owned(), written);
    }
    all
}

/// The mutant in which an error lies, or the last one before it; where arms are missing, the next one.
fn nearest(written: &Written, place: usize, message: &str) -> Option<usize> {
    let inside = written.places.iter().filter(|(_, range)| range.contains(&place));
    let before =
        written.places.iter().filter(|(_, range)| range.end <= place).max_by_key(|(_, range)| range.end);
    let after =
        written.places.iter().filter(|(_, range)| range.start > place).min_by_key(|(_, range)| range.start);
    let found = match message.contains("E0004") {
        true => after.or(before),
        false => inside.min_by_key(|(_, range)| range.len()).or(before).or(after),
    };
    found.map(|(id, _)| *id)
}

type Errors = Vec<(String, usize, String)>;

/// Calls cargo: the programs by name, or where the errors are.
fn compile(folder: &Path, tree: &Path, call: &[String], plan: &Plan) -> (Vec<Program>, Errors) {
    let output = Command::new("cargo")
        .args(call)
        .args(plan.packages.iter().map(|package| format!("--package={package}")))
        // others' code is built once, ours again and again
        .args(plan.packages.iter().flat_map(|package| {
            ["--config".to_owned(), format!("profile.dev.package.{package}.opt-level={}", plan.opt_level)]
        }))
        .arg(format!("--features={}", plan.features.join(",")))
        .arg("--message-format=json")
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", fs::canonicalize(folder).expect("the folder is there").join("target"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Awarnings")
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo");
    let (mut programs, mut errors) = (Vec::new(), Vec::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        programs.extend(program(&message));
        let error = &message["message"];
        if error["level"] == "error" {
            errors.extend(place(error));
        }
    }
    if errors.is_empty() && !output.status.success() {
        panic!("it does not build");
    }
    (programs, errors)
}

/// A program of tests that was built.
fn program(message: &Value) -> Option<Program> {
    let path = message["executable"].as_str()?;
    if message["profile"]["test"] != true {
        return None;
    }
    let name = match message["target"]["kind"][0].as_str()? {
        "test" => message["target"]["name"].as_str()?,
        kind => kind,
    };
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    let package = match folder.file_name()?.to_str()? {
        "recon" => "recon",
        "settlement" => "settlement",
        _ => "cardwire",
    };
    Some(Program::new(format!("{package}:{name}"), path.into(), folder.to_owned()))
}

fn place(error: &Value) -> Option<(String, usize, String)> {
    let span = error["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let (mut file, mut start) = (span["file_name"].as_str()?.to_owned(), span["byte_start"].as_u64()?);
    // an error in a macro lies where the macro is used
    let mut outer = &span["expansion"]["span"];
    while (file.starts_with('/') || file.starts_with('<')) && outer.is_object() {
        file = outer["file_name"].as_str()?.to_owned();
        start = outer["byte_start"].as_u64()?;
        outer = &outer["expansion"]["span"];
    }
    Some((file, usize::try_from(start).ok()?, error["rendered"].as_str()?.to_owned()))
}
