//! `cardwire probe`.

use std::io::Write;

use cardwire::probe::{Explanation, MAX_MESSAGES, probe};
use cardwire::{Spec, spec};

use super::suggest::{Reading, hint_words};
use crate::failure::{Failure, Outcome};
use crate::input::{InputArgs, Item, Origin};
use crate::json;
use crate::output::{Output, Role};
use crate::specs;

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
    /// JSON, one explanation a line.
    #[arg(long)]
    json: bool,
}

/// Inputs that are explained together: all of them, or the two directions of one connection.
struct Group {
    /// The ends of the connections, if they are some.
    connections: Vec<String>,
    inputs: Vec<Vec<u8>>,
}

/// A group and what explains it, the best first.
struct Explained {
    connections: Vec<String>,
    explanations: Vec<Explanation<'static>>,
}

/// How many connections are looked at.
const MOST_CONNECTIONS: usize = 16;

impl Probe {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let named = self.named()?;
        let (groups, left_out) = self.groups()?;
        let mut found = Vec::new();
        for group in groups {
            merge(&mut found, explained(group, &named));
        }
        let mut best = found.iter().filter_map(|group| group.explanations.first());
        if found.is_empty() {
            return Err(Failure::data("no message to look at"));
        }
        if best.clone().all(|best| best.score() == 0) {
            return Err(Failure::data("no spec explains any of these bytes"));
        }
        for group in &found {
            self.show(output, group, &named)?;
        }
        if left_out > 0 {
            output.line(format_args!("{left_out} more connections were not looked at"))?;
        }
        if let (false, Some(reading)) = (self.json, self.common(&found, &named)) {
            let text = output.paint(Role::Faint, &reading.command(&self.input));
            output.line(format_args!("    {text}"))?;
        }
        if best.all(Explanation::is_complete) { Ok(()) } else { Err(Failure::Told) }
    }

    /// The specs and what the user calls them.
    fn named(&self) -> Outcome<Vec<(String, &'static Spec<'static>)>> {
        if self.spec.is_empty() {
            return Ok(spec::builtin().map(|spec| (spec.name().to_owned(), spec)).collect());
        }
        self.spec.iter().map(|name| Ok((name.clone(), specs::load(name)?))).collect()
    }

    /// What is explained together, and how many connections are left out.
    fn groups(&self) -> Outcome<(Vec<Group>, usize)> {
        let mut messages = self.input.messages(None);
        let (mut groups, mut left_out): (Vec<Group>, Vec<String>) = (Vec::new(), Vec::new());
        let mut count = 0;
        while let Some(item) = messages.next()? {
            let Item { origin, content } = item;
            let message = match content {
                Ok(payload) => payload.message,
                Err(refusal) => return Err(Failure::data(format_args!("{origin}: {refusal}"))),
            };
            let connection = connection(&origin);
            let is_full = groups.len() >= MOST_CONNECTIONS;
            let known = groups.iter_mut().find(|group| group.connections.first() == connection.as_ref());
            match (known, connection) {
                (Some(group), _) => group.inputs.push(message),
                (None, Some(name)) if is_full => {
                    left_out.extend((!left_out.contains(&name)).then_some(name));
                }
                (None, name) => {
                    groups.push(Group { connections: name.into_iter().collect(), inputs: vec![message] });
                }
            }
            count += 1;
            if count >= MAX_MESSAGES && groups.iter().all(|group| group.connections.is_empty()) {
                break;
            }
        }
        Ok((groups, left_out.len()))
    }

    fn show(
        &self,
        output: &mut Output,
        group: &Explained,
        named: &[(String, &'static Spec<'static>)],
    ) -> Outcome {
        if !self.json && !group.connections.is_empty() {
            let title = output.paint(Role::Title, &title(&group.connections));
            output.line(title)?;
        }
        for explanation in group.explanations.iter().take(self.top.max(1)) {
            match self.json {
                true => object(output, &group.connections, explanation)?,
                false => show(output, explanation)?,
            }
            // of a capture, one command reads all connections
            let is_alone = !self.json && group.connections.is_empty() && explanation.is_complete();
            let reading = is_alone.then(|| reading(explanation, named)).flatten();
            if let Some(reading) = reading.filter(|reading| reading.works(&self.input)) {
                let text = output.paint(Role::Faint, &reading.command(&self.input));
                output.line(format_args!("    {text}"))?;
            }
        }
        Ok(())
    }

    /// What reads all connections of a capture; each finds its framing for itself.
    fn common(&self, found: &[Explained], named: &[(String, &'static Spec<'static>)]) -> Option<Reading> {
        let first = found.first().filter(|group| !group.connections.is_empty())?;
        let mut reading = reading(first.explanations.first()?, named)?;
        if found.len() > 1 {
            reading.framing = None;
        }
        Some(reading).filter(|reading| reading.works(&self.input))
    }
}

/// The two ends of a connection, the same for both directions.
fn connection(origin: &Origin) -> Option<String> {
    let Origin::Packet(_, _, flow) = origin else { return None };
    let (from, to) = flow.split_once(" > ")?;
    let (one, other) = if from < to { (from, to) } else { (to, from) };
    Some(format!("{one} - {other}"))
}

fn title(connections: &[String]) -> String {
    match connections {
        [one] => one.clone(),
        [first, more @ ..] => format!("{first} and {} more like it", more.len()),
        [] => String::new(),
    }
}

fn explained(group: Group, named: &[(String, &'static Spec<'static>)]) -> Explained {
    let octets: Vec<&[u8]> = group.inputs.iter().map(Vec::as_slice).collect();
    let explanations = probe(&octets, named.iter().map(|(_, spec)| *spec));
    Explained { connections: group.connections, explanations }
}

/// Connections that are explained alike are shown once.
fn merge(found: &mut Vec<Explained>, next: Explained) {
    let key = |group: &Explained| {
        let best = group.explanations.first()?;
        best.is_complete().then(|| (best.spec().name(), best.envelope()))
    };
    let alike = found.iter_mut().find(|known| !known.connections.is_empty() && key(known) == key(&next));
    match alike.filter(|known| key(known).is_some()) {
        Some(known) => known.connections.extend(next.connections),
        None if next.explanations.is_empty() => (),
        None => found.push(next),
    }
}

fn reading(
    explanation: &Explanation<'static>,
    named: &[(String, &'static Spec<'static>)],
) -> Option<Reading> {
    let (name, _) = named.iter().find(|(_, spec)| std::ptr::eq(*spec, explanation.spec()))?;
    Some(Reading::of(name, explanation))
}

fn show(output: &mut Output, explanation: &Explanation<'_>) -> Outcome {
    let name = output.paint(Role::Key, &format!("{:<20}", explanation.spec().name()));
    let complete = explanation.reaches().iter().filter(|reach| reach.error.is_none()).count();
    let total = explanation.reaches().len();
    let role = if complete == total { Role::Good } else { Role::Bad };
    let score = output.paint(role, &format!("{:>4}", explanation.score()));
    let left = match explanation.left() {
        0 => String::new(),
        left => format!(", {left} bytes left over"),
    };
    output.line(format_args!(
        "{name} score {score} of 1000, {complete} of {total} complete, {}{left}",
        explanation.envelope()
    ))?;
    if let Some(reach) = explanation.reaches().iter().find(|reach| reach.error.is_some()) {
        output.line(format_args!("    {reach}"))?;
    }
    for hint in explanation.hints().iter().take(3) {
        let text = output.paint(Role::Meaning, &hint_words(explanation.envelope(), hint));
        output.line(format_args!("    {text}"))?;
    }
    Ok(())
}

fn object(output: &mut Output, connections: &[String], explanation: &Explanation<'_>) -> Outcome {
    let mut text = b"{\"spec\":".to_vec();
    json::string(&mut text, explanation.spec().name().bytes());
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
            json::string(text, item.bytes());
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
    list(&mut text, &mut explanation.hints().iter().map(ToString::to_string));
    text.extend_from_slice(b"]}\n");
    Ok(output.bytes().write_all(&text)?)
}
