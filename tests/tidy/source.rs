//! Readers for the tidy tests: files, code without comments, functions, paths.

use std::fs;
use std::path::Path;

/// A text file of the project.
pub(crate) struct Source {
    /// The path below the project's root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A function of a file: its name, the line it starts on, and how many lines it has.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

/// Every text file of the project, but not what builds and runs leave after.
pub(crate) fn files() -> Vec<Source> {
    let mut found = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(folder: &Path, below: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let below = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if ["target", ".git", "corpus", "artifacts", "seeds"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, &below, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push(Source { path: below, text });
        }
    }
}

impl Source {
    /// Whether the file is Rust code in `folder`, or in a folder below it. Unit tests that have a
    /// file of their own are no part of `src`.
    pub(crate) fn is_rust_in(&self, folder: &str) -> bool {
        let is_tests = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        self.path.starts_with(&format!("{folder}/")) && self.path.ends_with(".rs") && !is_tests
    }

    /// The code alone: comments and the insides of literals are blanked, every line keeps its
    /// place, and the tests at the end are cut off.
    pub(crate) fn code(&self) -> String {
        let code = blank(&self.text);
        match code.find("#[cfg(test)]\nmod ") {
            Some(end) => code[..end].to_owned(),
            None => code,
        }
    }

    /// The functions that have a body.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let code = self.code();
        let starts = code.match_indices("fn ").filter(|(at, _)| {
            let before = code[..*at].chars().next_back();
            before.is_none_or(|character| !character.is_alphanumeric() && character != '_')
        });
        starts.filter_map(|(at, _)| function(&code, at)).collect()
    }
}

fn function(code: &str, at: usize) -> Option<Function> {
    let rest = &code[at..];
    let name = name_at(rest.strip_prefix("fn ")?);
    let mut depth = 0;
    for (offset, character) in rest.char_indices() {
        match character {
            '{' | '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    let lines = rest[..=offset].lines().count();
                    let line = code[..at].lines().count();
                    return Some(Function { name: name.to_owned(), line, lines });
                }
            }
            ';' if depth == 0 => return None,
            _ => (),
        }
    }
    None
}

/// The identifier that `text` starts with.
fn name_at(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    &text[..end.unwrap_or(text.len())]
}

/// The text with comments and the insides of literals as blanks.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let size = skipped(rest, out.chars().next_back());
        let (head, tail) = rest.split_at(size.unwrap_or(next.len_utf8()));
        match size {
            Some(_) => out.extend(head.chars().map(|character| if character == '\n' { '\n' } else { ' ' })),
            None => out.push(next),
        }
        rest = tail;
    }
    out
}

/// How much of the text is a comment or a literal, if it starts with one.
fn skipped(rest: &str, before: Option<char>) -> Option<usize> {
    let in_name = before.is_some_and(|character| character.is_alphanumeric() || character == '_');
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("r#\"") && !in_name {
        return Some(rest.find("\"#").map_or(rest.len(), |end| end + 2));
    }
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    // a character, not a lifetime
    let mut characters = rest.chars().skip(1);
    match (rest.starts_with('\''), characters.next(), characters.next()) {
        (true, Some('\\'), _) | (true, Some(_), Some('\'')) => Some(quoted(rest, '\'')),
        _ => None,
    }
}

/// The size of a literal, both quotes included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        if character == quote && !escaped {
            return at + 1;
        }
        escaped = character == '\\' && !escaped;
    }
    rest.len()
}

#[test]
fn the_readers_read_what_is_code() {
    let text = "/// crate::doc\npub fn one<'a>(_: &'a str) -> char {\n    crate::mask::of(\"}\"); '}'\n}\n";
    let source = Source {
        path: "src/x.rs".into(),
        text: format!("{text}#[cfg(test)]\nmod tests {{ fn two() {{}} }}"),
    };
    let functions = source.functions();
    assert_eq!(functions.len(), 1);
    assert_eq!((functions[0].name.as_str(), functions[0].line, functions[0].lines), ("one", 2, 3));
}
