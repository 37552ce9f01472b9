//! Cases, from JSON lines or CSV.

use std::io::Read;
use std::time::Duration;

use cardwire::{Profile, Spec};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Outcome as Done};
use crate::input::Stream;
use crate::link::duration;
use crate::profiles;

/// A request, and what is expected of its response.
pub(super) struct Case {
    pub(super) name: String,
    /// An object of the JSON contract; "auto" stands for fresh values.
    pub(super) send: Value,
    /// By path; `mti` is the message type.
    pub(super) expect: Vec<(String, String)>,
    pub(super) outcome: Outcome,
    pub(super) within: Option<Duration>,
    profile_name: Option<String>,
    pub(super) profile: Option<&'static Profile<'static>>,
}

/// What is to come back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Response,
    Silence,
}

/// The most that is read of a file of cases.
const MOST: u64 = 64 << 20;

/// Reads the cases of a file: JSON lines where it begins with a brace, else CSV. What is wrong with one is said in
/// its place, and repeats none of its values.
pub(super) fn read(stream: Stream, file: &str, spec: &Spec<'_>) -> Done<Vec<Result<Case, String>>> {
    let mut text = Vec::new();
    stream.take(MOST + 1).read_to_end(&mut text).map_err(|error| Failure::io(file, error))?;
    if u64::try_from(text.len()).is_ok_and(|len| len > MOST) {
        return Err(Failure::data(format_args!("{file}: more than 64 MiB of cases")));
    }
    let objects = match text.trim_ascii_start().first() {
        Some(b'{') => lines(&text),
        _ => rows(&text),
    };
    let cases = objects.into_iter().map(|(line, object)| {
        let case = object.and_then(|object| Case::of(&object, line, spec));
        case.map_err(|words| format!("{file}:{line}: {words}"))
    });
    Ok(cases.collect())
}

type Objects = Vec<(u64, Result<Map<String, Value>, String>)>;

fn lines(text: &[u8]) -> Objects {
    let lines = (1..).zip(text.split(|octet| *octet == b'\n'));
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let parsed = lines.map(|(number, line)| match serde_json::from_slice(line) {
        Ok(Value::Object(object)) => (number, Ok(object)),
        Ok(_) => (number, Err("a case is an object".to_owned())),
        // the words name a place, and no character
        Err(error) => (
            number,
            Err(format!("no JSON: {}", error.to_string().replace(" at line 1 column ", " at column "))),
        ),
    });
    parsed.collect()
}

/// Rows of CSV as the objects that they stand for.
fn rows(text: &[u8]) -> Objects {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text);
    let head: Vec<String> = match reader.headers() {
        Ok(head) => head.iter().map(str::to_owned).collect(),
        Err(_) => return vec![(1, Err("the first row, of names, is no CSV in UTF-8".into()))],
    };
    let mut objects = Objects::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let cells = head.iter().map(String::as_str).zip(record.iter());
                objects.push((line, row(cells.filter(|(_, cell)| !cell.is_empty()))));
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                objects.push((line, Err("no row of CSV in UTF-8 with as many cells as the first".into())));
            }
        }
    }
    objects
}

fn row<'c>(cells: impl Iterator<Item = (&'c str, &'c str)>) -> Result<Map<String, Value>, String> {
    let (mut case, mut send) = (Map::new(), Map::new());
    let (mut fields, mut expect) = (Map::new(), Map::new());
    for (name, cell) in cells {
        let (into, key) = match (name, name.strip_prefix("expect ")) {
            (_, Some(path)) => (&mut expect, path),
            ("name" | "within" | "profile", _) => (&mut case, name),
            ("mti" | "station" | "header", _) => (&mut send, name),
            (number, _) if number.parse::<u8>().is_ok() => (&mut fields, number),
            _ => {
                return Err(
                    "a column is called name, mti, station, header, a number, expect and a path, within \
                            or profile"
                        .into(),
                );
            }
        };
        if into.insert(key.to_owned(), cell.into()).is_some() {
            return Err(format!("the column '{}' is there twice", shown(name)));
        }
    }
    send.insert("fields".into(), fields.into());
    case.insert("send".into(), send.into());
    case.insert("expect".into(), expect.into());
    Ok(case)
}

/// A name of at most as many characters as names have: what is longer may be a value in the wrong place.
fn shown(name: &str) -> &str {
    if name.len() <= 24 { name } else { "?" }
}

impl Case {
    fn of(object: &Map<String, Value>, line: u64, spec: &Spec<'_>) -> Result<Self, String> {
        const MEMBERS: [&str; 5] = ["name", "send", "expect", "within", "profile"];
        if object.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(format!("a case has {}, and nothing else", MEMBERS.join(", ")));
        }
        let text = |name: &str| match object.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{name} is a text")),
        };
        let send = object.get("send").filter(|send| send.is_object());
        let send = send.ok_or("send is the request: an object with mti and fields")?.clone();
        let nothing = json!({});
        let expect = object.get("expect").unwrap_or(&nothing);
        let expect = expect.as_object().ok_or("expect is an object: paths and what is expected there")?;
        let mut wanted = Vec::new();
        let mut outcome = Outcome::Response;
        for (path, value) in expect {
            let value = match value {
                Value::String(value) => value.clone(),
                Value::Null => "absent".into(),
                Value::Number(number) => number.to_string(),
                _ => return Err(format!("what is expected of '{}' is a text", shown(path))),
            };
            match (path.as_str(), value.as_str()) {
                ("response", "none") => outcome = Outcome::Silence,
                ("response", _) => return Err("of response only none can be expected".into()),
                ("mti", _) => wanted.push((path.clone(), value)),
                _ if is_defined(spec, path) => wanted.push((path.clone(), value)),
                _ => return Err(format!("the spec does not define '{}'", shown(path))),
            }
        }
        if outcome == Outcome::Silence && !wanted.is_empty() {
            return Err("of no response nothing else can be expected".into());
        }
        let within = text("within")?.map(|text| duration(&text)).transpose()?;
        let name = text("name")?.unwrap_or_else(|| format!("line {line}"));
        let profile_name = text("profile")?;
        Ok(Self { name, send, expect: wanted, outcome, within, profile_name, profile: None })
    }

    /// Loads the profile of the case, or that of all.
    pub(super) fn load_profile(&mut self, of_all: Option<&str>) -> Done {
        self.profile = self.profile_name.as_deref().or(of_all).map(profiles::load).transpose()?;
        Ok(())
    }
}

/// Whether a spec has an element at a path, and below it something that takes the rest.
fn is_defined(spec: &Spec<'_>, path: &str) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let element = first.parse::<u8>().ok().and_then(|number| spec.element(number));
    element.is_some_and(|element| rest.is_empty() || element.layout().is_some())
}

#[cfg(test)]
mod tests;
