//! `cardwire check`.

use std::collections::HashMap;
use std::io::Write;

use cardwire::profile::Violation;
use cardwire::{Inspection, Message, Profile, Spec};

use super::tally;
use crate::failure::Outcome;
use crate::input::{InputArgs, Item};
use crate::json;
use crate::output::{Output, Role};
use crate::specs::{self, SpecArgs};

/// Check messages against a spec and a profile: every violation, with field and byte.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire check -s iso87-ascii -p iso87 messages.hex\n  \
    cardwire check -s unionpay-pos -p unionpay-pos -F unionpay --pairs capture.pcap\n\n\
    Exit code 1 when anything is wrong.")]
pub(crate) struct Check {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    spec: SpecArgs,
    /// The profile, which says what each message type carries: iso87, unionpay-pos.
    #[arg(short, long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Match answers to questions by STAN (DE 11) and terminal (DE 41), and check what they echo.
    #[arg(long, requires = "profile")]
    pairs: bool,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Say nothing of messages that are right.
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line for every violation.
    #[default]
    Text,
    /// A JSON object for every message.
    Ndjson,
}

/// Something wrong: in which field, at which byte, what.
struct Finding {
    field: Option<u8>,
    byte: Option<usize>,
    text: String,
}

/// Questions that wait for their answer: what is looked up, and the message.
type Waiting = HashMap<(String, String), Vec<u8>>;

/// The most questions that are kept.
const MOST_WAITING: usize = 100_000;

impl Check {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let profile = self.profile.as_deref().map(specs::profile).transpose()?;
        let mut messages = self.input.messages(Some(spec));
        let (mut total, mut broken) = (0, 0);
        let mut waiting = Waiting::new();
        while let Some(item) = messages.next()? {
            let found = self.findings(spec, profile, &item, &mut waiting);
            total += 1;
            broken += u64::from(!found.is_empty());
            self.tell(output, &item, &found)?;
            if messages.waits() {
                output.flush()?;
            }
        }
        output.flush()?;
        tally(broken, total, "messages are not as they should be")
    }

    fn findings(
        &self,
        spec: &'static Spec<'static>,
        profile: Option<&'static Profile<'static>>,
        item: &Item,
        waiting: &mut Waiting,
    ) -> Vec<Finding> {
        let payload = match &item.content {
            Ok(payload) => payload,
            Err(refusal) => {
                return vec![Finding { field: None, byte: refusal.byte, text: refusal.text.clone() }];
            }
        };
        let parsed = Inspection::of(spec, &payload.message);
        if let Some(error) = parsed.error() {
            return vec![Finding {
                field: error.field(),
                byte: Some(error.offset()),
                text: error.to_string(),
            }];
        }
        let (Some(message), Some(profile)) = (parsed.message(), profile) else { return Vec::new() };
        let found = match self.pairs.then(|| question(message, waiting)).flatten() {
            Some(question) => match Message::parse(spec, &question) {
                Ok(question) => profile.check_reply(&question, message).map(Finding::of).collect(),
                Err(_) => Vec::new(),
            },
            None => profile.check(message).map(Finding::of).collect(),
        };
        if self.pairs && !message.mti().is_response() && waiting.len() < MOST_WAITING {
            waiting.insert(key(message), payload.message.clone());
        }
        found
    }

    fn tell(&self, output: &mut Output, item: &Item, found: &[Finding]) -> Outcome {
        if found.is_empty() && self.quiet {
            return Ok(());
        }
        match self.format {
            Format::Text if found.is_empty() => {
                let right = output.paint(Role::Good, "ok");
                output.line(format_args!("{}: {right}", item.origin))?;
            }
            Format::Text => {
                for finding in found {
                    let text = output.paint(Role::Bad, &finding.text);
                    output.line(format_args!("{}: {text}", item.origin))?;
                }
            }
            Format::Ndjson => {
                let mut text = b"{\"origin\":".to_vec();
                json::string(&mut text, item.origin.to_string().bytes());
                text.extend(b",\"violations\":[");
                for (index, finding) in found.iter().enumerate() {
                    if index > 0 {
                        text.push(b',');
                    }
                    finding.object(&mut text);
                }
                text.extend(b"]}\n");
                output.bytes().write_all(&text)?;
            }
        }
        Ok(())
    }
}

/// The question that a message answers.
fn question(message: &Message<'_>, waiting: &mut Waiting) -> Option<Vec<u8>> {
    if message.mti().is_response() { waiting.remove(&key(message)) } else { None }
}

fn key(message: &Message<'_>) -> (String, String) {
    let value = |number| {
        message.get(number).map(|field| field.expose().chars().collect::<String>()).unwrap_or_default()
    };
    (value(11), value(41))
}

impl Finding {
    fn of(violation: Violation<'_>) -> Self {
        Self {
            field: Some(violation.number).filter(|number| *number > 0),
            byte: Some(violation.offset),
            text: violation.to_string(),
        }
    }

    fn object(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        if let Some(field) = self.field {
            out.extend(format!("\"field\":{field},").bytes());
        }
        if let Some(byte) = self.byte {
            out.extend(format!("\"byte\":{byte},").bytes());
        }
        out.extend(b"\"message\":");
        json::string(out, self.text.bytes());
        out.push(b'}');
    }
}
