//! House rules as tests: who may use whom, how long things get, and what no file may hold.

#[path = "tidy/graph.rs"]
mod graph;
#[path = "tidy/ranks.rs"]
mod ranks;
#[path = "tidy/source.rs"]
mod source;

use std::collections::BTreeSet;

use graph::Graph;
use source::{Source, files};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;

/// Files that are longer because they list facts.
const TABLES: [&str; 0] = [];

/// Files in `src` that may stop the program: constants only, where it is a compile error.
const MAY_PANIC: [&str; 1] = ["src/spec/mod.rs"];

/// The one place that may be unsafe: what C hands over can only be believed.
const MAY_BE_UNSAFE: [&str; 1] = ["bindings/c/"];

/// Texts that are not ours to lay out.
const FOREIGN: [&str; 2] = ["LICENSE-APACHE", "Cargo.lock"];

#[test]
fn a_file_uses_lower_ranks_only() {
    let files = files();
    let ranks = ranks::ranks(&named(&files, "ARCHITECTURE.md").text);
    let graph = Graph::of(library(&files));
    let mut wrong = Vec::new();
    let mut rooms = BTreeSet::new();
    for (file, used) in graph.edges() {
        // the root only lists the rooms
        if file == "src/lib.rs" {
            continue;
        }
        let room = ranks::room(file);
        rooms.insert(room);
        let Some(rank) = ranks.get(room) else {
            wrong.push(format!("{file}: ARCHITECTURE.md does not rank `{room}`"));
            continue;
        };
        for used in used.into_iter().filter(|used| ranks::room(used) != room) {
            match ranks.get(ranks::room(used)) {
                Some(lower) if lower < rank => (),
                Some(higher) => wrong.push(format!("{file}, rank {rank}, uses {used}, rank {higher}")),
                None => wrong.push(format!("{file} uses {used}, which has no rank")),
            }
        }
    }
    let missing = ranks.keys().filter(|room| !rooms.contains(room.as_str()));
    wrong.extend(missing.map(|room| format!("ARCHITECTURE.md ranks `{room}`, which is not there")));
    none(&wrong);
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let files = files();
    let edges = Graph::of(library(&files)).edges();
    assert!(edges.len() > 100 && edges.values().map(BTreeSet::len).sum::<usize>() > 500, "too few are seen");
    assert_eq!(graph::circle(&edges), None);
}

#[test]
fn methods_stand_with_their_type_or_are_listed() {
    let files = files();
    let found = Graph::of(library(&files)).distant_methods();
    let found: BTreeSet<_> = found.into_iter().map(|(file, name)| (file.to_owned(), name)).collect();
    let listed = ranks::distant_methods(&named(&files, "ARCHITECTURE.md").text);
    let unlisted = found.difference(&listed).map(|(file, name)| format!("{file} has methods of {name}"));
    let gone = listed.difference(&found).map(|(file, name)| format!("{file} has no methods of {name}"));
    none(&unlisted.chain(gone).collect::<Vec<_>>());
}

#[test]
fn the_ten_minutes_lead_through_files_and_functions_that_exist() {
    let files = files();
    let steps = ranks::steps(&named(&files, "ARCHITECTURE.md").text);
    assert_eq!(steps.len(), 16, "two ways of eight steps");
    let is_there = |(path, name): &(&str, &str)| {
        let file = files.iter().find(|file| file.path == *path);
        file.is_some_and(|file| file.functions().iter().any(|function| function.name == *name))
    };
    let gone = steps.into_iter().filter(|step| !is_there(step));
    none(&gone.map(|(file, name)| format!("{file} has no function {name}")).collect::<Vec<_>>());
}

#[test]
fn files_to_touch_exist() {
    let files = files();
    let named = ranks::to_touch(&named(&files, "ARCHITECTURE.md").text);
    assert!(named.len() > 40, "only {} files are named", named.len());
    let is_there = |path: &&String| files.iter().any(|file| file.path == **path);
    let gone = named.iter().filter(|path| !is_there(path));
    none(&gone.map(|path| format!("there is no {path}")).collect::<Vec<_>>());
}

#[test]
fn files_and_functions_are_short() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.path.ends_with(".rs")) {
        let lines = file.text.lines().count();
        if lines > FILE_LINES && !TABLES.contains(&file.path.as_str()) {
            wrong.push(format!("{} has {lines} lines, {FILE_LINES} are allowed", file.path));
        }
        let functions = file.functions();
        let long = functions.iter().filter(|function| function.lines > FUNCTION_LINES);
        wrong.extend(long.map(|function| {
            format!("{}:{} {} has {} lines", file.path, function.line, function.name, function.lines)
        }));
    }
    none(&wrong);
}

#[test]
fn examples_fit_on_a_page() {
    let files = files();
    let pages =
        files.iter().filter(|file| file.is_rust_in("examples") && file.path.matches('/').count() == 1);
    let long = pages.filter(|file| file.text.lines().count() > 60);
    none(&long.map(|file| file.path.clone()).collect::<Vec<_>>());
}

#[test]
fn the_library_never_stops_the_program() {
    let words = [".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!", "dbg!", "println!"];
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.is_rust_in("src") && !file.path.starts_with("src/bin/")) {
        if !MAY_PANIC.contains(&file.path.as_str()) {
            let code = file.code();
            let found = words.iter().filter(|word| code.contains(*word));
            wrong.extend(found.map(|word| format!("{} holds {word}", file.path)));
        }
    }
    none(&wrong);
}

/// `unsafe(no_mangle)` is the attribute of an exported name, and no unsafe code.
#[test]
fn unsafe_code_stands_in_one_place() {
    let files = files();
    let holds_some = |file: &&Source| {
        let code = file.code().replace("#[unsafe(no_mangle)]", "").replace("unsafe_", "");
        code.contains("unsafe")
    };
    let found: Vec<&Source> =
        files.iter().filter(|file| file.path.ends_with(".rs")).filter(holds_some).collect();
    for place in MAY_BE_UNSAFE {
        assert!(found.iter().any(|file| file.path.starts_with(place)), "{place} needs no exception");
        let manifest = &named(&files, &format!("{place}Cargo.toml")).text;
        assert!(manifest.contains("undocumented_unsafe_blocks = \"deny\""), "{place}: blocks say why");
    }
    let elsewhere =
        found.iter().filter(|file| !MAY_BE_UNSAFE.iter().any(|place| file.path.starts_with(place)));
    none(&elsewhere.map(|file| format!("{} holds unsafe code", file.path)).collect::<Vec<_>>());
}

#[test]
fn texts_are_clean() {
    // written apart, so that this file is clean, too
    let hosts = [
        concat!("crates", ".io"),
        concat!("rust-lang", ".org"),
        concat!("debian", ".org"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("golang", ".org"),
        concat!("npmjs", ".org"),
    ];
    let unfinished = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| !FOREIGN.iter().any(|name| file.path.ends_with(name))) {
        // blanks at the end are part of a printed line and of a value
        let is_output = file.path.ends_with(".out") || file.path.starts_with("tests/golden/");
        for (index, line) in file.text.lines().enumerate() {
            let mut report = |what: &str| wrong.push(format!("{}:{}: {what}", file.path, index + 1));
            if line.contains('\t') && !file.path.ends_with(".tsv") {
                report("a tab");
            }
            if line != line.trim_end() && !is_output {
                report("white space at the end");
            }
            hosts.iter().filter(|host| line.contains(**host)).for_each(|host| report(host));
            unfinished.iter().filter(|word| line.contains(**word)).for_each(|word| report(word));
        }
    }
    none(&wrong);
}

#[test]
fn every_program_says_what_it_is() {
    let files = files();
    let programs = files.iter().filter(|file| {
        let folder = ["tests", "examples", "benches", "fuzz/fuzz_targets"];
        folder.iter().any(|folder| file.is_rust_in(folder))
    });
    let silent = programs.filter(|file| !file.text.starts_with("//! "));
    none(&silent.map(|file| file.path.clone()).collect::<Vec<_>>());
}

#[test]
fn the_changelog_knows_the_version() {
    let files = files();
    let version = concat!("## ", env!("CARGO_PKG_VERSION"));
    assert!(named(&files, "CHANGELOG.md").text.contains(version), "CHANGELOG.md has no {version}");
}

#[test]
fn every_rule_is_held_by_a_test_that_exists() {
    let files = files();
    let papers = ["RULES.md", "ARCHITECTURE.md", "docs/faults.md", "docs/reports.md"];
    let papers = papers.map(|path| &named(&files, path).text);
    let cited: Vec<(&str, &str)> = papers
        .into_iter()
        .flat_map(|text| text.split('`'))
        .filter_map(|word| word.split_once("::"))
        .filter(|(file, _)| file.ends_with(".rs"))
        .collect();
    assert!(cited.len() > 40, "{} tests cited", cited.len());
    let missing = cited.into_iter().filter(|(file, test)| {
        let paths = [
            format!("tests/{file}"),
            format!("src/{file}"),
            format!("recon/tests/{file}"),
            (*file).to_owned(),
        ];
        !files.iter().any(|file| paths.contains(&file.path) && file.text.contains(&format!("fn {test}(")))
    });
    none(&missing.map(|(file, test)| format!("{file}::{test} is cited and not there")).collect::<Vec<_>>());
}

#[test]
fn only_tests_know_the_folder_beside_the_project() {
    let outside = [concat!("../sha", "red"), concat!("/work", "/")];
    let files = files();
    let others =
        files.iter().filter(|file| !file.path.starts_with("tests/") && !file.path.starts_with(".ci/"));
    let wrong = others.filter(|file| outside.iter().any(|folder| file.text.contains(folder)));
    none(&wrong.map(|file| file.path.clone()).collect::<Vec<_>>());
}

/// The files of the library, without its tests and without the command.
fn library(files: &[Source]) -> impl Iterator<Item = &Source> {
    files.iter().filter(|file| file.is_rust_in("src") && !file.path.starts_with("src/bin/"))
}

fn named<'f>(files: &'f [Source], path: &str) -> &'f Source {
    files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("there is no {path}"))
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}
