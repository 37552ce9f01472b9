//! `cardwire check`.

use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

use cardwire::net::{Correlation, Trace};
use cardwire::profile::Violation;
use cardwire::{Inspection, Message, Profile, Spec, de};

use super::tally;
use crate::failure::{Outcome, complain};
use crate::input::{self, Entry, InputArgs, Item, Moment};
use crate::json;
use crate::keys::{KeyArgs, Keys};
use crate::lang::{lang, pick, say};
use crate::latency::Latency;
use crate::output::{Output, Role};
use crate::parallel::{Done, ThreadArgs, in_order};
use crate::profiles;
use crate::remark;
use crate::specs::SpecArgs;
use crate::told::Told;

/// Check messages against a spec and a profile: every violation, with field and byte.
#[derive(clap::Args)]
#[command(after_help = PROFILES)]
pub(crate) struct Check {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    spec: SpecArgs,
    /// The profile, which says what each message type carries: iso87, unionpay-pos, or a TOML file.
    #[arg(short, long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Match responses to requests by STAN (DE 11) and terminal (DE 41), and check what they echo; of
    /// captures, say how long each took.
    #[arg(long, requires = "profile")]
    pairs: bool,
    #[command(flatten)]
    keys: KeyArgs,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Say nothing of messages that are right.
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    threads: ThreadArgs,
}

/// What messages are held against, and how it is told.
#[derive(Clone, Copy)]
struct Rules {
    spec: &'static Spec<'static>,
    profile: Option<&'static Profile<'static>>,
    keys: Option<&'static Keys>,
    format: Format,
    quiet: bool,
}

const PROFILES: &str = r#"Examples:
  cardwire check -s iso87-ascii -p iso87 messages.hex
  cardwire check -s unionpay-pos -p unionpay-pos -F unionpay --pairs capture.pcap
  cardwire check -s iso87-ascii -p mine.toml messages.hex
  cardwire check -s unionpay-pos --keys test.toml messages.hex   # MACs and cryptograms: cardwire key --help

A profile has a rule for each message type; the first that fits counts:

  name = "mine"
  base = "iso87"              # the rules of that profile come after these

  [[rule]]
  mti = "0200"                # or ["0100", "0200"]
  processing = "00"           # where DE 3 starts so
  mandatory = [3, 4, 11, 41]
  optional = [37, 48]         # once said, nothing else may be there
  echoed = [11, 41]           # a response holds what its request held (--pairs)
  conditional = { 2 = "without 35", 26 = "with 52", 38 = "approved", 62 = "39 is 00 or 39 is 10" }

Exit code 1 when anything is wrong."#;

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

/// Requests that wait for their response.
struct Waiting {
    rule: Correlation,
    /// By the key of their exchange.
    requests: HashMap<Trace, Request>,
    /// How many found no room.
    left_out: u64,
    /// How many gave way to another with the same key.
    replaced: usize,
    /// How many responses had no request.
    unasked: usize,
    /// How long the responses took.
    latency: Option<Latency>,
}

struct Request {
    wire: Vec<u8>,
    moment: Option<Moment>,
}

/// What was found out about a message.
#[derive(Default)]
struct Verdict {
    found: Vec<Finding>,
    /// How long after its request a response came.
    after: Option<Duration>,
}

/// The most requests that are kept.
const MOST_WAITING: usize = 100_000;

impl Check {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let profile = self.profile.as_deref().map(profiles::load).transpose()?;
        let keys = self.keys.chosen()?;
        let rules = Rules { spec, profile, keys, format: self.format, quiet: self.quiet };
        let mut waiting = Waiting::new();
        let mut skipped = Vec::new();
        let each = |output: &mut Output, entry: Entry| match entry {
            Entry::Found(found) => {
                let verdict = rules.verdict(&found.item, self.pairs.then_some(&mut waiting));
                rules.tell(output, &found.item, &verdict)?;
                Ok(if verdict.found.is_empty() { Done::Fine } else { Done::Wrong })
            }
            Entry::Skipped(file) => {
                input::tell(&file);
                skipped.extend(Some(file).filter(|file| !file.reasons.is_empty()));
                Ok(Done::Uncounted)
            }
        };
        // pairs are found in the order of the input, and keys may count what they verify
        let in_turn = self.pairs || keys.is_some() || !self.input.message.is_empty();
        let threads = if in_turn { 1 } else { self.threads.count() };
        let work = move |output: &mut Output, entry: &Entry| rules.alone(output, entry);
        let count = in_order(threads, output, self.input.messages(Some(spec)), work, each)?;
        if self.format == Format::Ndjson {
            let mut text = Vec::new();
            skipped.iter().for_each(|skipped| remark::skipped(&mut text, skipped));
            output.bytes().write_all(&text)?;
        }
        output.flush()?;
        if waiting.left_out > 0 {
            let left_out = waiting.left_out;
            complain(say!(
                "{left_out} requests were not held against their responses: {MOST_WAITING} others waited for theirs",
                "{left_out}条请求未与应答核对：已有{MOST_WAITING}条请求在等待应答"
            ));
        }
        let (open, unasked) = (waiting.requests.len() + waiting.replaced, waiting.unasked);
        if open + unasked > 0 {
            complain(say!(
                "not in pairs: {open} requests without a response, {unasked} responses without a request",
                "未成对：{open}条请求没有应答，{unasked}条应答没有请求"
            ));
        }
        if let Some(latency) = &waiting.latency {
            let (count, line) = (latency.count(), latency.line());
            complain(say!("{count} pairs, {line}", "{count}对，{line}"));
        }
        tally(count.wrong, count.total, ("messages are not as they should be", "报文不符合要求"))
    }
}

impl Rules {
    /// Checks a message that is held against no other.
    fn alone(self, output: &mut Output, entry: &Entry) -> Option<Done> {
        let Entry::Found(found) = entry else { return None };
        let verdict = self.verdict(&found.item, None);
        self.tell(output, &found.item, &verdict).ok()?;
        Some(if verdict.found.is_empty() { Done::Fine } else { Done::Wrong })
    }

    fn verdict(self, item: &Item, waiting: Option<&mut Waiting>) -> Verdict {
        let Self { spec, profile, keys, .. } = self;
        let payload = match &item.content {
            Ok(payload) => payload,
            Err(refusal) => {
                return Finding { field: None, byte: refusal.byte, text: refusal.words(lang()).to_owned() }
                    .into();
            }
        };
        let parsed = Inspection::of(spec, &payload.message);
        if let Some(error) = parsed.error() {
            let (field, byte) = (error.field(), Some(error.offset()));
            return Finding { field, byte, text: error.in_lang(lang()).to_string() }.into();
        }
        let Some(message) = parsed.message() else { return Verdict::default() };
        let mut verdict = Verdict::default();
        let faults = keys.map(|keys| keys.faults(message, None)).unwrap_or_default();
        let faults = faults.into_iter().map(|(field, text)| Finding { field, byte: None, text });
        let Some(profile) = profile else {
            verdict.found = faults.collect();
            return verdict;
        };
        let Some(waiting) = waiting else {
            verdict.found = profile.check(message).map(Finding::of).chain(faults).collect();
            return verdict;
        };
        match waiting.request(message) {
            Some(request) => {
                verdict.after = waiting.measure(&request, item.origin.moment());
                if let Ok(request) = Message::parse(spec, &request.wire) {
                    verdict.found = profile.check_reply(&request, message).map(Finding::of).collect();
                }
            }
            None => verdict.found = profile.check(message).map(Finding::of).collect(),
        }
        verdict.found.extend(faults);
        if !message.mti().is_response() {
            waiting.keep(message, item.origin.moment());
        }
        verdict
    }

    fn tell(self, output: &mut Output, item: &Item, verdict: &Verdict) -> Outcome {
        let Verdict { found, after } = verdict;
        if found.is_empty() && self.quiet {
            return Ok(());
        }
        match self.format {
            Format::Text if found.is_empty() => {
                let right = output.paint(Role::Good, pick("ok", "正常"));
                let after = after.map(|after| {
                    let after = millis(after);
                    say!(", {after} ms after its request", "，请求之后{after} ms")
                });
                output.line(format_args!("{}: {right}{}", item.origin.told(), after.unwrap_or_default()))?;
            }
            Format::Text => {
                for finding in found {
                    let text = output.paint(Role::Bad, &finding.text);
                    output.line(format_args!("{}: {text}", item.origin.told()))?;
                }
            }
            Format::Ndjson => {
                let mut text = b"{\"origin\":".to_vec();
                json::string(&mut text, item.origin.to_string().bytes());
                if let Some(after) = after {
                    text.extend(format!(",\"ms\":{}", millis(*after)).bytes());
                }
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

impl From<Finding> for Verdict {
    fn from(finding: Finding) -> Self {
        Self { found: vec![finding], after: None }
    }
}

impl Waiting {
    fn new() -> Self {
        let rule = Correlation::on(&[de::STAN, de::TERMINAL]);
        Self { rule, requests: HashMap::new(), left_out: 0, replaced: 0, unasked: 0, latency: None }
    }

    fn keep(&mut self, request: &Message<'_>, moment: Option<Moment>) {
        crate::work::count(1);
        let Some(trace) = self.rule.trace(request) else { return };
        if self.requests.len() < MOST_WAITING {
            let before = self.requests.insert(trace, Request { wire: request.wire().to_vec(), moment });
            self.replaced += usize::from(before.is_some() && !request.mti().is_repeat());
        } else {
            self.left_out += 1;
        }
    }

    /// The request that a message responds to.
    fn request(&mut self, message: &Message<'_>) -> Option<Request> {
        let trace = self.rule.trace(message).filter(|_| self.rule.is_response(message.mti()))?;
        let request = self.requests.remove(&trace);
        self.unasked += usize::from(request.is_none());
        request
    }

    /// How long after the request a response came; `None` when the input does not say.
    fn measure(&mut self, request: &Request, moment: Option<Moment>) -> Option<Duration> {
        let after = moment?.since(request.moment?)?;
        self.latency.get_or_insert_with(Latency::new).record(after);
        Some(after)
    }
}

/// Milliseconds, to the microsecond.
fn millis(time: Duration) -> String {
    format!("{}.{:03}", time.as_millis(), time.subsec_micros() % 1000)
}

impl Finding {
    fn of(violation: Violation<'_>) -> Self {
        Self {
            field: Some(violation.number).filter(|number| *number > 0),
            byte: Some(violation.offset),
            text: violation.in_lang(lang()).to_string(),
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
        json::words(out, &self.text);
        out.push(b'}');
    }
}
