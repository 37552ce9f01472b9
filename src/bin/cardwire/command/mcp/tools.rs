//! The tools: what they take, and the command that each is.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::child::{self, Run};
use super::rpc::Fault;

/// What an argument is.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Numbers,
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Objects of the JSON contract, or one of them.
    Objects,
}

/// An argument of a tool.
struct Argument {
    name: &'static str,
    kind: Kind,
    is_needed: bool,
    what: &'static str,
}

/// A tool.
struct Tool {
    name: &'static str,
    what: &'static str,
    arguments: &'static [Argument],
}

const fn may(name: &'static str, kind: Kind, what: &'static str) -> Argument {
    Argument { name, kind, is_needed: false, what }
}

const fn must(name: &'static str, kind: Kind, what: &'static str) -> Argument {
    Argument { name, kind, is_needed: true, what }
}

const INPUT: Argument = may(
    "input",
    Kind::Text,
    "The messages as text: hexadecimal digits, base64, a hexdump, a log with dumps, <isomsg> XML. This or file.",
);
const FILE: Argument =
    may("file", Kind::Text, "A file with messages instead: any of these, raw octets, pcap or pcapng.");
const SPEC: Argument = may(
    "spec",
    Kind::Text,
    "A name of the tool spec (list), or a file: TOML, moov JSON, jPOS XML, j8583 XML.",
);
const FRAMING: Argument = may(
    "framing",
    Kind::Text,
    "The framing around messages, such as binary2 or binary2+tpdu; found if not said.",
);

const TOOLS: [Tool; 6] = [
    Tool {
        name: "decode",
        what: "Decode ISO 8583 messages: elements, parts and meanings, or where and why a message is broken. Masked.",
        arguments: &[
            INPUT,
            FILE,
            SPEC,
            FRAMING,
            may(
                "format",
                Kind::OneOf(&["text", "ndjson", "hexdump"]),
                "A listing (the default), JSON lines, a hexdump.",
            ),
        ],
    },
    Tool {
        name: "encode",
        what: "Build messages from objects {\"mti\":\"0800\",\"fields\":{\"11\":\"000001\"}}: hexadecimal digits. Of a \
               message with private data the masked listing is given instead of its octets.",
        arguments: &[
            must("objects", Kind::Objects, "An object, or a list of objects."),
            must("spec", Kind::Text, "As of decode."),
            may("framing", Kind::Text, "The framing to put around each message."),
        ],
    },
    Tool {
        name: "probe",
        what: "Find out which spec, framing and header explain some messages, and which row of a spec is wrong.",
        arguments: &[INPUT, FILE, SPEC],
    },
    Tool {
        name: "check",
        what: "Check messages against a spec and a profile: every violation, with field and byte.",
        arguments: &[
            INPUT,
            FILE,
            must("spec", Kind::Text, "As of decode."),
            FRAMING,
            may(
                "profile",
                Kind::Text,
                "Which elements a type must carry: iso87, unionpay-pos, or a TOML file.",
            ),
            may("pairs", Kind::Flag, "Hold responses against their requests; takes a profile."),
        ],
    },
    Tool {
        name: "code",
        what: "Explain a code in English and Chinese: meaning, who defined it, who acts, whether to retry or reverse.",
        arguments: &[
            must("code", Kind::Text, "The code, such as 51."),
            may(
                "kind",
                Kind::Text,
                "response, unionpay, action, processing, mti, reason, entry-mode, function, condition, network, \
                 management, settlement, currency or country; without it, all that it can be.",
            ),
        ],
    },
    Tool {
        name: "spec",
        what: "Specs: list those that are built in, show the rows of one, check a file, list the framings.",
        arguments: &[
            must("action", Kind::OneOf(&["list", "show", "check", "framings"]), "What to do."),
            may("spec", Kind::Text, "The spec to show or the file to check."),
            may("numbers", Kind::Numbers, "Only these elements."),
        ],
    },
];

/// The tools, as `tools/list` gives them.
pub(super) fn list() -> Vec<Value> {
    let listed = TOOLS.iter().map(|tool| {
        let properties: Map<String, Value> =
            tool.arguments.iter().map(|argument| (argument.name.to_owned(), argument.schema())).collect();
        let needed: Vec<&str> = tool
            .arguments
            .iter()
            .filter(|argument| argument.is_needed)
            .map(|argument| argument.name)
            .collect();
        let schema = json!({
            "type": "object", "properties": properties, "required": needed, "additionalProperties": false,
        });
        let hints = json!({ "readOnlyHint": true, "openWorldHint": false });
        json!({ "name": tool.name, "description": tool.what, "inputSchema": schema, "annotations": hints })
    });
    listed.collect()
}

/// Does what a tool does.
pub(super) fn call(params: &Value, timeout: Duration) -> Result<Value, Fault> {
    let name = params["name"].as_str().ok_or_else(|| Fault::params("the name of the tool is a text"))?;
    let tool = TOOLS.iter().find(|tool| tool.name == name).ok_or_else(|| {
        let names = TOOLS.map(|tool| tool.name).join(", ");
        Fault::params(format!("there is no tool of that name; there are {names}"))
    })?;
    let nothing = Map::new();
    let said = match &params["arguments"] {
        Value::Null => &nothing,
        Value::Object(said) => said,
        _ => return Err(Fault::params("the arguments are an object")),
    };
    tool.check(said)?;
    let failed = |error| Fault::internal(format!("the command could not be run: {error}"));
    let run = match name {
        "encode" => encode(said, timeout).map_err(failed)?,
        _ => child::run(&words(name, said)?, text(said, "input").unwrap_or_default(), timeout)
            .map_err(failed)?,
    };
    Ok(result(&run))
}

impl Tool {
    /// Whether these are arguments of the tool.
    fn check(&self, said: &Map<String, Value>) -> Result<(), Fault> {
        for (name, value) in said {
            let known = self.arguments.iter().find(|argument| argument.name == name);
            let Some(argument) = known else {
                let names: Vec<&str> = self.arguments.iter().map(|argument| argument.name).collect();
                let words = format!("{} takes no such argument; it takes {}", self.name, names.join(", "));
                return Err(Fault::params(words));
            };
            if !argument.admits(value) {
                return Err(Fault::params(format!("{name} is wrong: {}", argument.what)));
            }
            // messages are masked by the command; names of files and specs may come back in what it complains of
            if name != "input" && value.as_str().is_some_and(holds_card) {
                return Err(Fault::params(format!("{name} holds a card number")));
            }
        }
        let missing =
            self.arguments.iter().find(|argument| argument.is_needed && !said.contains_key(argument.name));
        match missing {
            Some(argument) => Err(Fault::params(format!("{} is needed: {}", argument.name, argument.what))),
            None if self.arguments.iter().any(|argument| argument.name == "input") => one_source(said),
            None => Ok(()),
        }
    }
}

fn one_source(said: &Map<String, Value>) -> Result<(), Fault> {
    match (said.contains_key("input"), said.contains_key("file")) {
        (true, false) | (false, true) => Ok(()),
        _ => Err(Fault::params("either input or file says where the messages are")),
    }
}

impl Argument {
    fn schema(&self) -> Value {
        let what = self.what;
        match self.kind {
            Kind::Text => json!({ "type": "string", "description": what }),
            Kind::Flag => json!({ "type": "boolean", "description": what }),
            Kind::OneOf(words) => json!({ "type": "string", "enum": words, "description": what }),
            Kind::Numbers => {
                let number = json!({ "type": "integer", "minimum": 1, "maximum": 192 });
                json!({ "type": "array", "items": number, "description": what })
            }
            Kind::Objects => json!({ "type": ["object", "array"], "description": what }),
        }
    }

    fn admits(&self, value: &Value) -> bool {
        match self.kind {
            // an argument of a program holds no NUL
            Kind::Text => value.as_str().is_some_and(|text| self.name == "input" || !text.contains('\0')),
            Kind::Flag => value.is_boolean(),
            Kind::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Kind::Numbers => value.as_array().is_some_and(|numbers| {
                numbers.iter().all(|number| number.as_u64().is_some_and(|number| (1..=192).contains(&number)))
            }),
            Kind::Objects => match value {
                Value::Array(objects) => !objects.is_empty() && objects.iter().all(Value::is_object),
                one => one.is_object(),
            },
        }
    }
}

fn text<'v>(said: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    said.get(name).and_then(Value::as_str)
}

/// The words of the command that a tool is. None of what was said can be taken for an option.
fn words(name: &str, said: &Map<String, Value>) -> Result<Vec<String>, Fault> {
    let mut words = vec![name.to_owned()];
    let options = |words: &mut Vec<String>, names: &[&str]| {
        let named = names.iter().filter_map(|name| text(said, name).map(|value| format!("--{name}={value}")));
        words.extend(named);
    };
    let mut after = Vec::new();
    match name {
        "spec" => {
            let action = text(said, "action").unwrap_or_default();
            words.push(action.to_owned());
            let spec = text(said, "spec");
            if matches!(action, "show" | "check") {
                after.push(spec.ok_or_else(|| Fault::params("spec says which spec or file"))?.to_owned());
            }
            if let (Some(numbers), "show") = (said.get("numbers").and_then(Value::as_array), action) {
                after.extend(numbers.iter().map(Value::to_string));
            }
        }
        "code" => {
            after.extend(["kind", "code"].iter().filter_map(|name| text(said, name)).map(str::to_owned))
        }
        _ => {
            options(&mut words, &["spec", "framing", "format", "profile"]);
            if said.get("pairs") == Some(&Value::Bool(true)) {
                words.push("--pairs".into());
            }
            after.extend(text(said, "file").map(str::to_owned));
        }
    }
    if !after.is_empty() {
        words.push("--".into());
        words.extend(after);
    }
    Ok(words)
}

/// Builds messages. The octets of one that holds private data stay here: what is said of it is its masked listing.
fn encode(said: &Map<String, Value>, timeout: Duration) -> std::io::Result<Run> {
    let objects = match said.get("objects") {
        Some(Value::Array(objects)) => objects.clone(),
        one => one.cloned().into_iter().collect(),
    };
    let spec = format!("--spec={}", text(said, "spec").unwrap_or_default());
    let args = |words: &[&str]| {
        words.iter().map(|word| (*word).to_owned()).chain([spec.clone()]).collect::<Vec<_>>()
    };
    let mut all = Run { code: Some(0), out: String::new(), err: String::new(), is_cut: false };
    for object in objects {
        let object = object.to_string();
        let bare = child::run(&args(&["encode"]), &object, timeout)?;
        let digits = bare.out.trim();
        let shown = match bare.code {
            Some(0) => {
                let decode = |more: &[&str]| {
                    let words = [&["decode", "--input=hex", "--format=ndjson"], more].concat();
                    child::run(&args(&words), digits, timeout)
                };
                let (masked, exposed) = (decode(&[])?, decode(&["--expose"])?);
                let is_open =
                    masked.code == Some(0) && masked.out.replace(",\"masked\":true", "") == exposed.out;
                // a station header is no part of the message, and may hold anything
                let has_station = object.contains("\"station\"");
                match is_open && !has_station {
                    true => {
                        let framing = text(said, "framing").map(|framing| format!("--framing={framing}"));
                        let words: Vec<&str> = ["encode"].into_iter().chain(framing.as_deref()).collect();
                        child::run(&args(&words), &object, timeout)?
                    }
                    false => Run { out: withheld(digits, &masked.out), ..masked },
                }
            }
            _ => bare,
        };
        all.out.push_str(&shown.out);
        all.err.push_str(&shown.err);
        all.is_cut |= shown.is_cut;
        if shown.code != Some(0) {
            all.code = shown.code;
        }
    }
    Ok(all)
}

/// What is said of a message whose octets are not shown.
fn withheld(digits: &str, listing: &str) -> String {
    let octets = digits.len() / 2;
    format!(
        "a message of {octets} bytes, whose octets are not shown because it holds private data; \
         cardwire encode prints them:\n{listing}"
    )
}

/// The result of a tool. The command masks what it prints; what it complains of may repeat a line of a file.
fn result(run: &Run) -> Value {
    let mut text = run.out.clone();
    run.err.lines().for_each(|line| text.extend([masked(line).as_str(), "\n"]));
    if run.is_cut {
        text.push_str("\nthere is more, which is not shown");
    }
    if run.code.is_none() {
        text.push_str("\nthe tool took too long and was ended");
    }
    json!({ "content": [{ "type": "text", "text": text }], "isError": run.code != Some(0) })
}

fn holds_card(text: &str) -> bool {
    cardwire::mask::hidden(text.as_bytes()).contains(&true)
}

/// A line without card numbers and tracks.
pub(super) fn masked(line: &str) -> String {
    let hidden = cardwire::mask::hidden(line.as_bytes());
    let characters = line.char_indices().map(|(at, character)| match hidden.get(at) {
        Some(true) => '*',
        _ => character,
    });
    characters.collect()
}

#[cfg(test)]
mod tests;
