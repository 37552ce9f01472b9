//! `cardwire probe`, and what the prober suggests elsewhere.

use std::io::Write;

use cardwire::probe::{Envelope, Explanation, MAX_MESSAGES, probe};
use cardwire::{Spec, spec};

use crate::failure::{Failure, Outcome};
use crate::input::InputArgs;
use crate::json;
use crate::output::{Output, Role};
use crate::specs;

/// Find out which spec and framing explain these bytes, and what is wrong with a spec.
#[derive(clap::Args)]
#[command(after_help = "Looks at the first 16 messages, with or without their frame.\n\nExamples:\n  \
    cardwire probe unknown.hex\n  \
    cardwire probe -s mine.toml captured.hex\n\n\
    Exit code 1 when nothing explains them all.")]
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

impl Probe {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let mut specs: Vec<&'static Spec<'static>> =
            self.spec.iter().map(|name| specs::load(name)).collect::<Outcome<_>>()?;
        if specs.is_empty() {
            specs = spec::builtin().collect();
        }
        let mut messages = self.input.messages(None);
        let mut found = Vec::new();
        while found.len() < MAX_MESSAGES {
            let Some(item) = messages.next()? else { break };
            match item.content {
                Ok(payload) => found.push(payload.message),
                Err(refusal) => return Err(Failure::data(format_args!("{}: {refusal}", item.origin))),
            }
        }
        let octets: Vec<&[u8]> = found.iter().map(Vec::as_slice).collect();
        let explanations = probe(&octets, specs);
        let Some(best) = explanations.first() else { return Err(Failure::data("no message to look at")) };
        if best.score() == 0 {
            return Err(Failure::data("no spec explains any of these bytes"));
        }
        for explanation in explanations.iter().take(self.top.max(1)) {
            if self.json {
                object(output, explanation)?;
            } else {
                show(output, explanation)?;
            }
        }
        if best.is_complete() { Ok(()) } else { Err(Failure::Told) }
    }
}

fn show(output: &mut Output, explanation: &Explanation<'_>) -> Outcome {
    let name = output.paint(Role::Key, &format!("{:<20}", explanation.spec().name()));
    let complete = explanation.reaches().iter().filter(|reach| reach.error.is_none()).count();
    let total = explanation.reaches().len();
    let role = if complete == total { Role::Good } else { Role::Bad };
    let score = output.paint(role, &format!("{:>4}", explanation.score()));
    output
        .line(format_args!("{name} {score}  {complete} of {total} complete, {}", explanation.envelope()))?;
    if complete == total {
        let text = output.paint(Role::Faint, &options(explanation));
        output.line(format_args!("    {text}"))?;
    } else if let Some(reach) = explanation.reaches().iter().find(|reach| reach.error.is_some()) {
        output.line(format_args!("    {reach}"))?;
    }
    for hint in explanation.hints().iter().take(3) {
        let text = output.paint(Role::Meaning, &hint.to_string());
        output.line(format_args!("    {text}"))?;
    }
    Ok(())
}

fn object(output: &mut Output, explanation: &Explanation<'_>) -> Outcome {
    let mut text = b"{\"spec\":".to_vec();
    json::string(&mut text, explanation.spec().name().bytes());
    if let Some(framing) = framing(explanation.envelope()) {
        text.extend_from_slice(b",\"framing\":");
        json::string(&mut text, framing.bytes());
    }
    let complete = explanation.is_complete();
    let rest = format!(",\"score\":{},\"complete\":{complete},\"hints\":[", explanation.score());
    text.extend_from_slice(rest.as_bytes());
    for (index, hint) in explanation.hints().iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        json::string(&mut text, hint.to_string().bytes());
    }
    text.extend_from_slice(b"]}\n");
    Ok(output.bytes().write_all(&text)?)
}

/// The envelope as --framing takes it.
fn framing(envelope: Envelope) -> Option<String> {
    let notation = envelope.framing().notation().map(|notation| notation.to_string());
    notation.filter(|_| !envelope.is_bare())
}

/// The options that read what was explained so.
pub(super) fn options(explanation: &Explanation<'_>) -> String {
    let spec = explanation.spec().name();
    match framing(explanation.envelope()) {
        Some(framing) => format!("--spec {spec} --framing {framing}"),
        None => format!("--spec {spec}"),
    }
}

/// What explains a message of which nothing is known.
pub(super) fn best(message: &[u8]) -> Option<Explanation<'static>> {
    probe(&[message], spec::builtin()).into_iter().next().filter(Explanation::is_complete)
}

/// What may be wrong when a message does not parse with a spec.
pub(super) fn suggestion(message: &[u8], spec: &'static Spec<'static>) -> Option<String> {
    let mine = probe(&[message], [spec]).into_iter().next()?;
    if mine.is_complete() {
        // the spec is right, what stands around the message is not
        return Some(format!("it parses with {}", options(&mine)));
    }
    // a change that does not carry the message to its end is a guess: `cardwire probe` tells those
    let hint = mine.hints().iter().find(|hint| hint.explains().0 > 0);
    match (best(message), hint) {
        (Some(other), _) => Some(format!("it parses with {}", options(&other))),
        (None, Some(hint)) => Some(hint.to_string()),
        (None, None) => None,
    }
}
