//! `cardwire probe`.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use cardwire::import::toml;
use cardwire::probe::{Explanation, MAX_MESSAGES, probe};
use cardwire::{Spec, spec};

use super::suggest::{Mended, Reading, hint_words};
use crate::failure::{Failure, Outcome, complain};
use crate::input::{InputArgs, Item, Origin};
use crate::json;
use crate::lang::{lang, pick, say};
use crate::output::{Output, Role, padded};
use crate::specs;
use crate::told::Told;

/// Find out which spec and framing explain these bytes, and what is wrong with a spec.
#[derive(clap::Args)]
#[command(
    after_help = "Looks at the first 16 messages, with or without their frame; of a capture, at each of\n\
    the first 16 connections. A command that is shown was tried on the whole input.\n\nExamples:\n  \
    cardwire probe unknown.hex\n  \
    cardwire probe session.pcap\n  \
    cardwire probe -s mine.toml captured.hex\n\n\
    Exit code 1 when nothing explains them all."
)]
pub(crate) struct Probe {
    #[command(flatten)]
    input: InputArgs,
    /// Only these specs: names or files. Can be said again.
    #[arg(short, long, value_name = "SPEC")]
    spec: Vec<String>,
    /// How many explanations to show.
    #[arg(short, long, value_name = "COUNT", default_value_t = 5)]
    top: usize,
    /// Write the spec to this new file, with what the best hint says put right.
    #[arg(long, value_name = "FILE")]
    mend: Option<PathBuf>,
    /// JSON, one explanation a line.
    #[arg(long)]
    json: bool,
}

/// Specs and what the user calls them.
type Named = [(String, &'static Spec<'static>)];

/// Inputs that are explained together: all of them, or the two directions of one connection.
struct Group {
    /// The ends of the connection, if it is one.
    connection: Option<String>,
    inputs: Vec<Vec<u8>>,
}

/// What explains a group, the best first, and the connections that it explains alike.
struct Explained {
    connections: Vec<String>,
    explanations: Vec<Explanation<'static>>,
}

/// How many connections are looked at.
const MOST_CONNECTIONS: usize = 16;

impl Probe {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let named = self.named()?;
        let (groups, left_out) = groups(&self.input)?;
        let mut found = Vec::new();
        for group in groups {
            merge(&mut found, explained(group, &named));
        }
        let mut best = found.iter().filter_map(|group| group.explanations.first());
        if found.is_empty() {
            return Err(Failure::data(pick("no message to look at", "没有可供分析的报文")));
        }
        if best.clone().all(|best| best.score() == 0) {
            return Err(Failure::data(pick("no spec explains any of these bytes", "没有规范能解析这些字节")));
        }
        for group in &found {
            self.show(output, group, &named)?;
        }
        if let (false, Some(reading)) = (self.json, self.common(&found, &named)) {
            command(output, &reading.command(&self.input))?;
        }
        if left_out > 0 && !self.json {
            output
                .line(say!("{left_out} more connections were not looked at", "另有{left_out}个连接未分析"))?;
        }
        match &self.mend {
            Some(file) => mend(&found, file),
            None if best.all(Explanation::is_complete) => Ok(()),
            None => Err(Failure::Told),
        }
    }

    /// The specs and what the user calls them.
    fn named(&self) -> Outcome<Vec<(String, &'static Spec<'static>)>> {
        if self.spec.is_empty() {
            return Ok(spec::builtin().map(|spec| (spec.name().to_owned(), spec)).collect());
        }
        self.spec.iter().map(|name| Ok((name.clone(), specs::load(name)?))).collect()
    }

    fn show(&self, output: &mut Output, group: &Explained, named: &Named) -> Outcome {
        if !self.json && !group.connections.is_empty() {
            let title = output.paint(Role::Title, &title(&group.connections));
            output.line(title)?;
        }
        // what is wrong with other specs says nothing where one is right, unless they were asked for
        let is_clear = group.explanations.first().is_some_and(Explanation::is_complete);
        let with_hints = !is_clear || !self.spec.is_empty();
        let told = group.explanations.iter().filter(|explanation| explanation.score() > 0);
        for explanation in told.take(self.top.max(1)) {
            if self.json {
                object(output, &group.connections, explanation)?;
                continue;
            }
            show(output, explanation, with_hints)?;
            // of a capture, one command reads all connections
            let alone = Some(explanation).filter(|_| group.connections.is_empty());
            if let Some(words) = alone.and_then(|explanation| self.command(explanation, named)) {
                command(output, &words)?;
            }
        }
        Ok(())
    }

    /// A command that reads the whole input as an explanation says, or as its best hint says.
    fn command(&self, explanation: &Explanation<'static>, named: &Named) -> Option<String> {
        let name = name_of(explanation, named)?;
        if explanation.is_complete() {
            let reading = Reading::of(name, explanation, &self.input);
            return reading.works(&self.input).then(|| reading.command(&self.input));
        }
        if self.mend.is_some() {
            return None;
        }
        Mended::of(name, explanation, &self.input)?.command(&self.input)
    }

    /// What reads all connections of a capture; each finds its framing for itself where they differ.
    fn common(&self, found: &[Explained], named: &Named) -> Option<Reading> {
        let first = found.first().filter(|group| !group.connections.is_empty())?;
        let best = first.explanations.first()?;
        let mut reading = Reading::of(name_of(best, named)?, best, &self.input);
        if found.len() > 1 {
            reading.framing = self.input.framing;
        }
        Some(reading).filter(|reading| reading.works(&self.input))
    }
}

/// Messages by their connections.
#[derive(Default)]
struct Groups {
    groups: Vec<Group>,
    /// The connections that are not looked at.
    left_out: HashSet<String>,
}

impl Groups {
    fn put(&mut self, connection: Option<String>, message: Vec<u8>) {
        crate::work::count(1 + self.groups.len());
        let is_full = self.groups.len() >= MOST_CONNECTIONS;
        match (self.groups.iter_mut().find(|group| group.connection == connection), connection) {
            (Some(group), _) if group.inputs.len() >= MAX_MESSAGES => (),
            (Some(group), _) => group.inputs.push(message),
            (None, Some(name)) if is_full => _ = self.left_out.insert(name),
            (None, connection) => self.groups.push(Group { connection, inputs: vec![message] }),
        }
    }

    /// Whether what comes next would not be looked at.
    fn is_enough(&self) -> bool {
        let is_enough = |group: &Group| group.connection.is_none() && group.inputs.len() >= MAX_MESSAGES;
        self.groups.iter().all(is_enough)
    }
}

/// What is explained together, and how many connections are left out.
fn groups(args: &InputArgs) -> Outcome<(Vec<Group>, usize)> {
    let mut messages = args.messages(None);
    let mut groups = Groups::default();
    while let Some(Item { origin, content }) = messages.next()? {
        let connection = connection(&origin);
        let message = match content {
            Ok(payload) => payload.message,
            // what is missing of one connection says nothing about the others
            Err(refusal) if connection.is_some() => {
                complain(format_args!("{}: {}", origin.told(), refusal.told()));
                continue;
            }
            Err(refusal) => return Err(Failure::data(format_args!("{}: {}", origin.told(), refusal.told()))),
        };
        groups.put(connection, message);
        if groups.is_enough() {
            break;
        }
    }
    Ok((groups.groups, groups.left_out.len()))
}

/// What `cardwire probe` looks at, if it is all explained together.
pub(super) fn inputs(args: &InputArgs) -> Outcome<Vec<Vec<u8>>> {
    let (groups, _) = groups(args)?;
    match <[Group; 1]>::try_from(groups) {
        Ok([group]) => Ok(group.inputs),
        Err(_) => Err(Failure::data(pick(
            "there is no message, or more than one connection",
            "没有报文，或不止一个连接",
        ))),
    }
}

/// Writes the spec with what the best hint says put right.
fn mend(found: &[Explained], file: &Path) -> Outcome {
    let best = found.first().and_then(|group| group.explanations.first());
    let Some(doc) = best.and_then(|best| best.mended(0)) else {
        return Err(Failure::data(pick(
            "there is no hint to go by, and no spec is written",
            "没有可依据的提示，未写出规范",
        )));
    };
    let opened = File::options().write(true).create_new(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(toml::write(&doc).as_bytes()));
    written.map_err(|error| Failure::io(file.display(), error))
}

/// The two ends of a connection, the same for both directions.
fn connection(origin: &Origin) -> Option<String> {
    let Origin::Packet { from, to, .. } = origin else { return None };
    Some(format!("{} - {}", from.min(to), from.max(to)))
}

fn title(connections: &[String]) -> String {
    match connections {
        [one] => one.clone(),
        [first, more @ ..] => {
            let more = more.len();
            say!("{first} and {more} more like it", "{first}及另外{more}个相同的连接")
        }
        [] => String::new(),
    }
}

fn explained(group: Group, named: &Named) -> Explained {
    let octets: Vec<&[u8]> = group.inputs.iter().map(Vec::as_slice).collect();
    let explanations = probe(&octets, named.iter().map(|(_, spec)| *spec));
    Explained { connections: group.connection.into_iter().collect(), explanations }
}

/// Connections that are explained alike are shown once.
fn merge(found: &mut Vec<Explained>, next: Explained) {
    let key = |group: &Explained| {
        let best = group.explanations.first()?;
        best.is_complete().then(|| (best.spec().name(), best.envelope()))
    };
    let is_alike = |known: &&mut Explained| key(known).is_some() && key(known) == key(&next);
    match found.iter_mut().find(is_alike) {
        Some(known) => known.connections.extend(next.connections),
        None if next.explanations.is_empty() => (),
        None => found.push(next),
    }
}

/// The spec of an explanation as the user calls it.
fn name_of<'n>(explanation: &Explanation<'static>, named: &'n Named) -> Option<&'n str> {
    let is_it = |(_, spec): &&(String, &'static Spec<'static>)| std::ptr::eq(*spec, explanation.spec());
    named.iter().find(is_it).map(|(name, _)| name.as_str())
}

fn command(output: &mut Output, words: &str) -> Outcome {
    let text = output.paint(Role::Faint, words);
    Ok(output.line(format_args!("    {text}"))?)
}

fn show(output: &mut Output, explanation: &Explanation<'_>, with_hints: bool) -> Outcome {
    let name = output.paint(Role::Key, &padded(explanation.spec().name(), 20));
    let complete = explanation.reaches().iter().filter(|reach| reach.error.is_none()).count();
    let total = explanation.reaches().len();
    let role = if complete == total { Role::Good } else { Role::Bad };
    let score = output.paint(role, &format!("{:>4}", explanation.score()));
    let left = match explanation.left() {
        0 => String::new(),
        left => say!(", {left} bytes left over", "，剩余{left}字节"),
    };
    let around = explanation.envelope().in_lang(lang());
    output.line(say!(
        "{name} score {score} of 1000, {complete} of {total} complete, {around}{left}",
        "{name} 得分{score}（满分1000），{total}条中{complete}条完整，{around}{left}"
    ))?;
    if let Some(reach) = explanation.reaches().iter().find(|reach| reach.error.is_some()) {
        output.line(format_args!("    {}", reach.in_lang(lang())))?;
    }
    for hint in explanation.hints().iter().take(3).filter(|_| with_hints) {
        let text = output.paint(Role::Meaning, &hint_words(explanation.envelope(), hint));
        output.line(format_args!("    {text}"))?;
    }
    Ok(())
}

fn object(output: &mut Output, connections: &[String], explanation: &Explanation<'_>) -> Outcome {
    let mut text = b"{\"spec\":".to_vec();
    json::words(&mut text, explanation.spec().name());
    let envelope = explanation.envelope();
    if let Some(notation) = envelope.framing().notation().filter(|_| !envelope.is_bare()) {
        text.extend_from_slice(b",\"framing\":");
        json::string(&mut text, notation.to_string().bytes());
    }
    let list = |text: &mut Vec<u8>, items: &mut dyn Iterator<Item = String>| {
        for (index, item) in items.enumerate() {
            if index > 0 {
                text.push(b',');
            }
            json::words(text, &item);
        }
    };
    if !connections.is_empty() {
        text.extend_from_slice(b",\"connections\":[");
        list(&mut text, &mut connections.iter().cloned());
        text.push(b']');
    }
    let complete = explanation.is_complete();
    let rest = format!(",\"score\":{},\"complete\":{complete},\"hints\":[", explanation.score());
    text.extend_from_slice(rest.as_bytes());
    list(&mut text, &mut explanation.hints().iter().map(|hint| hint.in_lang(lang()).to_string()));
    text.extend_from_slice(b"]}\n");
    Ok(output.bytes().write_all(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_grows_with_the_connections() {
        crate::work::tests::assert_linear("connections", |size| {
            let mut groups = Groups::default();
            for number in 0..2 * size {
                groups.put(Some(format!("{} - host", number % size)), vec![0]);
            }
            assert_eq!(groups.groups.len() + groups.left_out.len(), size);
        });
    }
}
