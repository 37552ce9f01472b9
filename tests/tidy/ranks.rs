//! The rooms of the library and their ranks, and the methods that stand apart from their types, as
//! ARCHITECTURE.md lists them.

use std::collections::{BTreeMap, BTreeSet};

/// The rank of each room: the rows `| 3 | `layout/` | ...` of the table in ARCHITECTURE.md.
pub(crate) fn ranks(architecture: &str) -> BTreeMap<String, u32> {
    let mut ranks = BTreeMap::new();
    for cells in rows(architecture) {
        let Ok(rank) = cells[1].parse() else { continue };
        if cells[2].contains(".rs") {
            continue;
        }
        for room in names(cells[2]).map(|name| name.trim_end_matches('/')) {
            assert!(ranks.insert(room.to_owned(), rank).is_none(), "{room} is listed twice");
        }
    }
    ranks
}

/// The steps of the ten minutes, each a file and a function: the rows `| 1 | `src/net/server.rs` | `serve` | ...`.
pub(crate) fn steps(architecture: &str) -> Vec<(&str, &str)> {
    let numbered = rows(architecture).filter(|cells| cells[1].parse::<u32>().is_ok());
    let steps = numbered.filter_map(|cells| Some((names(cells[2]).next()?, names(cells[3]).next()?)));
    steps.filter(|(file, _)| file.ends_with(".rs")).collect()
}

/// The files that hold methods of a type that is defined elsewhere, and the type: the rows
/// `| `read/parse.rs` | `Message` | ...`.
pub(crate) fn distant_methods(architecture: &str) -> BTreeSet<(String, String)> {
    let listed = rows(architecture).filter(|cells| cells.len() == 5).filter_map(|cells| {
        let file = names(cells[1]).next().filter(|name| name.ends_with(".rs"))?;
        let types = names(cells[2]).filter(|name| name.starts_with(char::is_uppercase));
        Some(types.map(move |name| (format!("src/{file}"), name.to_owned())).collect::<Vec<_>>())
    });
    listed.flatten().collect()
}

/// The files of the table of what to touch: those of the library from `src/` on.
pub(crate) fn to_touch(architecture: &str) -> Vec<String> {
    let table = architecture.split("\n## ").find(|part| part.starts_with("To add")).unwrap_or_default();
    let touched = rows(table).filter(|cells| cells.len() == 4).flat_map(|cells| names(cells[2]));
    let files = touched.filter(|name| name.ends_with(".rs") && name.contains('/') && !name.contains('*'));
    let whole = ["src/", "tests/", "recon/", "fuzz/"];
    let path = |name: &str| match whole.iter().any(|folder| name.starts_with(folder)) {
        true => name.to_owned(),
        false => format!("src/{name}"),
    };
    files.map(path).collect()
}

/// The room a file lies in: the file itself, or its folder.
pub(crate) fn room(path: &str) -> &str {
    let below = path.strip_prefix("src/").unwrap();
    below.split_once('/').map_or_else(|| below.trim_end_matches(".rs"), |(folder, _)| folder)
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| line.starts_with('|'));
    lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>()).filter(|cells| cells.len() > 3)
}

/// What stands in back quotes.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}
