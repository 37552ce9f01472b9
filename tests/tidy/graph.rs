//! Which file of the library uses which, and where the methods of its types stand.
//!
//! A file uses what the paths in its code lead to: through `crate`, `self`, `super`, its own modules, and any
//! number of re-exports, to the file that defines the thing. What a `mod.rs` only hands on is no use of it.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// The files of the library, by module.
pub(crate) struct Graph<'f> {
    files: BTreeMap<Path, &'f Source>,
    exports: BTreeMap<Path, BTreeMap<String, Path>>,
    uses: BTreeMap<Path, BTreeSet<Path>>,
}

/// A path below the crate's root, such as `["codec", "tag", "Tag"]`.
type Path = Vec<String>;

impl<'f> Graph<'f> {
    pub(crate) fn of(sources: impl Iterator<Item = &'f Source>) -> Self {
        let files: BTreeMap<Path, &Source> = sources.map(|file| (module(&file.path), file)).collect();
        let mut graph = Self { files, exports: BTreeMap::new(), uses: BTreeMap::new() };
        let mut found = Vec::new();
        for (module, file) in &graph.files {
            let is_facade = file.path.ends_with("/mod.rs") || file.path == "src/lib.rs";
            for (path, is_public) in paths(&file.code()) {
                let Some(path) = graph.absolute(module, &path) else { continue };
                found.push((module.clone(), path, is_public, is_facade));
            }
        }
        for (module, path, is_public, is_facade) in found {
            if let (true, Some(name)) = (is_public, path.last()) {
                let exports: &mut BTreeMap<_, _> = graph.exports.entry(module.clone()).or_default();
                exports.insert(name.clone(), path.clone());
            }
            if !(is_public && is_facade) {
                graph.uses.entry(module).or_default().insert(path);
            }
        }
        graph
    }

    /// Each file and the files that it uses.
    pub(crate) fn edges(&self) -> BTreeMap<&'f str, BTreeSet<&'f str>> {
        let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, file) in &self.files {
            let used = self.uses.get(module).into_iter().flatten().filter_map(|path| self.home(path));
            let others = used.filter(|used| used.path != file.path).map(|used| used.path.as_str());
            edges.entry(&file.path).or_default().extend(others);
        }
        edges
    }

    /// The file and the type of each `impl` block of a type's own methods that does not stand with the type.
    pub(crate) fn distant_methods(&self) -> BTreeSet<(&'f str, String)> {
        let mut distant = BTreeSet::new();
        for (module, file) in &self.files {
            for name in own_methods(&file.code()) {
                let here = file.code().lines().any(|line| defines(line, &name));
                let path = self.imported(module, &name);
                if let (false, Some(home)) = (here, path.and_then(|path| self.home(&path)))
                    && home.path != file.path
                {
                    distant.insert((file.path.as_str(), name));
                }
            }
        }
        distant
    }

    /// The path that a name stands for in a module.
    fn imported(&self, module: &Path, name: &str) -> Option<Path> {
        self.uses.get(module)?.iter().find(|path| path.last().is_some_and(|last| last == name)).cloned()
    }

    /// A path from the root, if it is one of the crate.
    fn absolute(&self, module: &Path, path: &[String]) -> Option<Path> {
        let (first, mut rest) = path.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module.split_last()?.1.to_vec(),
            child => {
                let path = [module.as_slice(), &[child.to_owned()]].concat();
                return self.files.contains_key(&path).then(|| [path.as_slice(), rest].concat());
            }
        };
        while let Some((first, others)) = rest.split_first().filter(|(first, _)| *first == "super") {
            let _ = first;
            base.pop()?;
            rest = others;
        }
        Some([base.as_slice(), rest].concat())
    }

    /// The file that defines what a path leads to.
    fn home(&self, path: &[String]) -> Option<&'f Source> {
        let (module, rest) = (0..=path.len())
            .rev()
            .map(|len| path.split_at(len))
            .find(|(module, _)| self.files.contains_key(*module))?;
        let exported = rest.first().and_then(|name| self.exports.get(module)?.get(name));
        match exported {
            Some(target) => self.home(&[target.as_slice(), &rest[1..]].concat()),
            None => self.files.get(module).copied(),
        }
    }
}

/// A circle of files, if there is one.
pub(crate) fn circle<'f>(edges: &BTreeMap<&'f str, BTreeSet<&'f str>>) -> Option<Vec<&'f str>> {
    let mut done = BTreeSet::new();
    let mut trail = Vec::new();
    edges.keys().find_map(|file| visit(file, edges, &mut done, &mut trail))
}

fn visit<'f>(
    file: &'f str,
    edges: &BTreeMap<&'f str, BTreeSet<&'f str>>,
    done: &mut BTreeSet<&'f str>,
    trail: &mut Vec<&'f str>,
) -> Option<Vec<&'f str>> {
    if let Some(start) = trail.iter().position(|before| *before == file) {
        return Some(trail[start..].to_vec());
    }
    if !done.contains(file) {
        trail.push(file);
        let found = edges.get(file)?.iter().find_map(|used| visit(used, edges, done, trail));
        if found.is_some() {
            return found;
        }
        trail.pop();
        done.insert(file);
    }
    None
}

/// The module that a file is.
fn module(path: &str) -> Path {
    let below = path.trim_start_matches("src/").trim_end_matches(".rs");
    let below = below.strip_suffix("/mod").unwrap_or(below);
    if below == "lib" { Vec::new() } else { below.split('/').map(str::to_owned).collect() }
}

/// The paths of the code, and whether each is handed on: those of `use` declarations, one a name, and those
/// that begin with `crate`, `self` or `super` elsewhere.
fn paths(code: &str) -> Vec<(Path, bool)> {
    let (mut found, mut rest) = (Vec::new(), code);
    let mut others = String::new();
    while let Some(at) = rest.find("use ") {
        let (before, after) = rest.split_at(at);
        let starts_a_word =
            before.chars().next_back().is_none_or(|last| !last.is_alphanumeric() && last != '_');
        let end = after.find(';').unwrap_or(after.len());
        others.push_str(before);
        if starts_a_word {
            let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
            let is_public = line.starts_with("pub");
            let mut names = Vec::new();
            expand(&after[4..end], &[], &mut names);
            found.extend(names.into_iter().map(|path| (path, is_public)));
            rest = &after[end..];
        } else {
            others.push_str("use ");
            rest = &after[4..];
        }
    }
    others.push_str(rest);
    for root in ["crate::", "self::", "super::"] {
        let starts = others.match_indices(root).filter(|(at, _)| {
            let before = others[..*at].chars().next_back();
            before.is_none_or(|last| !last.is_alphanumeric() && last != '_' && last != ':')
        });
        for (at, _) in starts {
            let end = others[at..]
                .find(|character: char| !character.is_alphanumeric() && character != '_' && character != ':');
            let path = &others[at..end.map_or(others.len(), |end| at + end)];
            found.push((path.trim_end_matches(':').split("::").map(str::to_owned).collect(), false));
        }
    }
    found
}

/// The names of a `use` tree as whole paths.
fn expand(tree: &str, prefix: &[String], found: &mut Vec<Path>) {
    let tree = tree.trim();
    if let Some((path, list)) = tree.split_once('{') {
        let names = path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let prefix: Path = prefix.iter().cloned().chain(names).collect();
        let list = list.trim_end();
        let list = list.strip_suffix('}').unwrap_or(list);
        let (mut depth, mut start) = (0, 0);
        for (at, character) in list.char_indices().chain([(list.len(), ',')]) {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&list[start..at], &prefix, found);
                    start = at + 1;
                }
                _ => (),
            }
        }
    } else if !tree.is_empty() {
        let path = tree.split(" as ").next().unwrap_or(tree);
        let names = path.split("::").map(|name| name.trim().to_owned()).filter(|name| name != "*");
        let mut path: Path = prefix.iter().cloned().chain(names).collect();
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        found.push(path);
    }
}

/// The types of `impl Type { ... }`, that is of no trait.
fn own_methods(code: &str) -> BTreeSet<String> {
    let lines = code.lines().filter(|line| line.starts_with("impl") && !line.contains(" for "));
    let names = lines.filter_map(|line| {
        let rest = line.trim_start_matches("impl");
        // the parameters of the block, if it has any
        let rest = match rest.strip_prefix('<') {
            Some(rest) => {
                let mut depth = 1;
                let end = rest.find(|character| {
                    depth += i32::from(character == '<') - i32::from(character == '>');
                    depth == 0
                })?;
                &rest[end + 1..]
            }
            None => rest,
        };
        let name = rest.trim_start();
        let end = name.find(|character: char| !character.is_alphanumeric() && character != '_');
        Some(name[..end.unwrap_or(name.len())].to_owned())
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Whether a line defines the type of that name.
fn defines(line: &str, name: &str) -> bool {
    ["struct ", "enum ", "union ", "type "].iter().any(|word| {
        line.split_once(word).is_some_and(|(_, rest)| {
            rest.strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
        })
    })
}

#[test]
fn paths_lead_through_re_exports_to_the_file_that_defines() {
    let file = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let files = [
        file("src/lib.rs", "mod a;\npub mod b;\npub use b::Thing;\n"),
        file("src/a.rs", "use crate::{Thing, b::{c::Other as Name, self}};\nimpl<'a> Thing<'a> {}\n"),
        file("src/b/mod.rs", "mod c;\npub use c::Thing;\npub struct Own;\n"),
        file("src/b/c.rs", "pub struct Thing<'a>;\nfn f() -> super::Own { crate::a::g() }\n"),
    ];
    let graph = Graph::of(files.iter());
    let edges = graph.edges();
    assert_eq!(edges["src/a.rs"], BTreeSet::from(["src/b/c.rs", "src/b/mod.rs"]));
    assert_eq!(edges["src/b/c.rs"], BTreeSet::from(["src/a.rs", "src/b/mod.rs"]));
    assert!(edges["src/lib.rs"].is_empty() && edges["src/b/mod.rs"].is_empty());
    assert_eq!(circle(&edges), Some(vec!["src/a.rs", "src/b/c.rs"]));
    assert_eq!(graph.distant_methods(), BTreeSet::from([("src/a.rs", "Thing".to_owned())]));
}
