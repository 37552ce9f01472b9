//! The rooms of the library and their ranks, as ARCHITECTURE.md lists them.

use std::collections::BTreeMap;

use super::source::Source;

/// The rank of each room: the rows `| 3 | `mask` | ...` of the table in ARCHITECTURE.md.
pub(crate) fn ranks(architecture: &str) -> BTreeMap<String, u32> {
    let mut ranks = BTreeMap::new();
    for row in architecture.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let Ok(rank) = cells[1].parse() else { continue };
        for room in cells[2].split('`').map(|name| name.trim_end_matches('/')).filter(|name| is_name(name)) {
            assert!(ranks.insert(room.to_owned(), rank).is_none(), "{room} is listed twice");
        }
    }
    ranks
}

/// The room a file lies in: the file itself, or its folder.
pub(crate) fn room(path: &str) -> &str {
    let below = path.strip_prefix("src/").unwrap();
    below.split_once('/').map_or_else(|| below.trim_end_matches(".rs"), |(folder, _)| folder)
}

/// The room a name at the root of the crate comes from: itself, or where `lib.rs` takes it from.
pub(crate) fn origin<'n>(name: &'n str, root: &'n Source) -> &'n str {
    if !name.starts_with(char::is_uppercase) {
        return name;
    }
    let mut exports = root.text.lines().filter_map(|line| line.strip_prefix("pub use "));
    let export = exports.find(|export| {
        export
            .split(|character: char| !character.is_alphanumeric() && character != '_')
            .any(|word| word == name)
    });
    export.and_then(|export| export.split("::").next()).unwrap_or(name)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'_')
}
