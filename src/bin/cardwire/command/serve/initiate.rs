//! What a host says without being asked: its sign-on, echo tests, advices.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cardwire::net::{Correlation, Peer, SendError, mux};
use cardwire::{Builder, Message, Spec, de, model::Function};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::Issuer;
use crate::command::fresh::Fresh;
use crate::command::send::message;
use crate::failure::{Failure, Outcome};
use crate::hex;
use crate::input::{self, Line, Lines};
use crate::keys::{self, Keys, Turn};
use crate::link::duration;

/// What is sent without being asked for.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "What the host initiates")]
pub(super) struct InitiateArgs {
    /// Sign on when a connection is up: by 0800 with DE 70 001, since 1993 by 1804 with DE 24 801; or by this message:
    /// a JSON object, hexadecimal digits, or a file with one of them.
    #[arg(long, value_name = "MESSAGE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    sign_on: Option<String>,
    /// Send an echo test whenever nothing was said for so long: DE 70 is 301, DE 24 831.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    echo: Option<Duration>,
    /// The echo test, as --sign-on takes a message.
    #[arg(long, value_name = "MESSAGE", requires = "echo")]
    echo_message: Option<String>,
    /// Send the messages of this file to whoever is connected, such as advices: JSON objects or hexadecimal digits, one a
    /// line; each when the one before has its response. "auto" in 7, 11, 12, 13 or 37 is a fresh value.
    #[arg(long, value_name = "FILE")]
    send: Vec<PathBuf>,
    /// How long to wait between two of them.
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "send")]
    send_every: Option<Duration>,
    /// Send them so many times over.
    #[arg(long, value_name = "COUNT", requires = "send", value_parser = clap::value_parser!(u64).range(1..))]
    send_times: Option<u64>,
    /// Send an advice without a response again, so many times at most, as a repeat (0421 for 0420).
    #[arg(long, value_name = "COUNT", requires = "send")]
    repeat: Option<u32>,
    /// End when all of --send have left; the exit code is 1 if one has no response.
    #[arg(long, requires = "send")]
    until_sent: bool,
    /// How long a response to this host is waited for.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,
    /// The elements by which responses find the requests of this host.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    key: Vec<u8>,
    /// The station header of requests of this host, such as a TPDU, in hexadecimal digits.
    #[arg(long, value_name = "HEX", default_value = "")]
    station: String,
    /// The first number that "auto" gives DE 11; by the clock, if not said.
    #[arg(long, value_name = "STAN", value_parser = clap::value_parser!(u32).range(1..=999_999))]
    first_stan: Option<u32>,
}

/// The same, read and tried.
pub(super) struct Plan {
    pub(super) sign_on: Option<Template>,
    /// After how much silence, and what is sent then.
    pub(super) echo: Option<(Duration, Template)>,
    pub(super) send: Vec<Template>,
    every: Duration,
    times: u64,
    repeat: u32,
    pub(super) until_sent: bool,
    pub(super) timeout: Duration,
    pub(super) correlation: Correlation,
    pub(super) station: Vec<u8>,
    link: (&'static Spec<'static>, Option<&'static Keys>),
    fresh: Mutex<Fresh>,
    /// Whether something that was sent has no response, or a bad one.
    has_failed: AtomicBool,
}

/// A message that can be sent again and again.
pub(super) enum Template {
    /// An object of the JSON contract; "auto" stands for fresh values.
    Object(Value),
    Octets(Vec<u8>),
}

impl InitiateArgs {
    pub(super) fn plan(&self, spec: &'static Spec<'static>, keys: Option<&'static Keys>) -> Outcome<Plan> {
        let said = |text: &str, option| match text {
            "" => usual(spec, option),
            text => Template::said(text, spec)
                .map_err(|text| Failure::usage(format_args!("{}: {text}", option.name()))),
        };
        let echo = self.echo.map(|idle| {
            let text = self.echo_message.as_deref().unwrap_or_default();
            said(text, Usual::Echo).map(|template| (idle, template))
        });
        let mut send = Vec::new();
        for file in &self.send {
            send.extend(read(file, spec)?);
        }
        if send.is_empty() && !self.send.is_empty() {
            return Err(Failure::data("no message to send"));
        }
        let station = hex::octets(self.station.as_bytes())
            .map_err(|(_, text)| Failure::usage(format_args!("--station: {text}")))?;
        let correlation =
            if self.key.is_empty() { Correlation::default() } else { Correlation::on(&self.key) };
        Ok(Plan {
            sign_on: self.sign_on.as_deref().map(|text| said(text, Usual::SignOn)).transpose()?,
            echo: echo.transpose()?,
            send,
            every: self.send_every.unwrap_or_default(),
            times: self.send_times.unwrap_or(1),
            repeat: self.repeat.unwrap_or(0),
            until_sent: self.until_sent,
            timeout: self.timeout,
            correlation,
            station,
            link: (spec, keys),
            fresh: Mutex::new(Fresh::new(self.first_stan)),
            has_failed: AtomicBool::new(false),
        })
    }
}

/// A message that is sent unless another one is said.
#[derive(Clone, Copy)]
enum Usual {
    SignOn,
    Echo,
}

impl Usual {
    const fn name(self) -> &'static str {
        if matches!(self, Self::SignOn) { "--sign-on" } else { "--echo-message" }
    }
}

/// The usual message of the edition that the spec is of.
fn usual(spec: &'static Spec<'static>, which: Usual) -> Outcome<Template> {
    let code = spec.element(de::RESPONSE_CODE).map(cardwire::layout::Element::max);
    let (mti, number, value) = match (code, which) {
        (Some(3), Usual::SignOn) => ("1804", 24, "801"),
        (Some(3), Usual::Echo) => ("1804", 24, "831"),
        (Some(4), Usual::SignOn) => ("2804", 24, "801"),
        (Some(4), Usual::Echo) => ("2804", 24, "831"),
        (_, Usual::SignOn) => ("0800", 70, "001"),
        (_, Usual::Echo) => ("0800", 70, "301"),
    };
    let mut object = json!({ "mti": mti, "fields": { "11": "auto" } });
    if let Some(fields) = object.get_mut("fields").and_then(Value::as_object_mut) {
        let auto = if number == 24 { 12 } else { 7 };
        if spec.element(auto).is_some() {
            fields.insert(auto.to_string(), "auto".into());
        }
        fields.insert(number.to_string(), value.into());
    }
    let name = which.name();
    let tried = Template::Object(object).tried(spec);
    tried.map_err(|text| {
        Failure::usage(format_args!("{name}: say which message, for this spec has no usual one ({text})"))
    })
}

/// The messages of a file.
fn read(file: &PathBuf, spec: &'static Spec<'static>) -> Outcome<Vec<Template>> {
    let (name, stream) = input::open(file)?;
    let mut lines = Lines::new(stream, 1 << 20);
    let mut templates = Vec::new();
    loop {
        let template = match lines.next_line().map_err(|error| Failure::io(&name, error))? {
            None => return Ok(templates),
            Some(Line::Whole(line)) if line.trim_ascii().is_empty() => continue,
            Some(Line::Whole(line)) => Template::of(line, spec),
            Some(Line::TooLong) => Err("longer than 1 MiB".into()),
        };
        let number = lines.number();
        templates.push(template.map_err(|text| Failure::data(format_args!("{name}:{number}: {text}")))?);
    }
}

impl Template {
    /// A message, or a file with one.
    fn said(text: &str, spec: &'static Spec<'static>) -> Result<Self, String> {
        if text.trim_start().starts_with('{') || !Path::new(text).exists() {
            return Self::of(text.as_bytes(), spec);
        }
        let read = std::fs::read(text).map_err(|error| error.to_string())?;
        let mut lines = read.split(|octet| *octet == b'\n').filter(|line| !line.trim_ascii().is_empty());
        match (lines.next(), lines.next()) {
            (Some(line), None) => Self::of(line, spec),
            _ => Err("the file has to hold one message on one line".into()),
        }
    }

    /// The message of a line, which must follow the spec.
    fn of(line: &[u8], spec: &'static Spec<'static>) -> Result<Self, String> {
        if !line.trim_ascii_start().starts_with(b"{") {
            return Self::Octets(message((spec, None), line)?).tried(spec);
        }
        // the words name a place, and no character
        let object = serde_json::from_slice(line);
        let object = object.map_err(|error| {
            format!("no JSON: {}", error.to_string().replace(" at line 1 column ", " at column "))
        })?;
        Self::Object(object).tried(spec)
    }

    fn tried(self, spec: &'static Spec<'static>) -> Result<Self, String> {
        let wire = self.next(&mut Fresh::new(Some(1)), (spec, None))?;
        Message::parse(spec, &wire).map_err(|error| error.to_string())?;
        Ok(self)
    }

    fn next(
        &self,
        fresh: &mut Fresh,
        (spec, keys): (&'static Spec<'static>, Option<&Keys>),
    ) -> Result<Vec<u8>, String> {
        match self {
            Self::Object(object) => fresh.message(object, (spec, keys)),
            Self::Octets(octets) => keys::sign(Turn::Own, keys, spec, octets.clone()),
        }
    }
}

impl Plan {
    /// Whether anything is to be sent at all.
    pub(super) fn is_empty(&self) -> bool {
        self.sign_on.is_none() && self.echo.is_none() && self.send.is_empty()
    }

    /// How requests of this host are kept until they have their responses.
    pub(super) fn limits() -> mux::Limits {
        // numbers are given out in order, so that none comes again while it could be mistaken
        mux::Limits::default().reuse_completed(true)
    }

    /// The octets of a message, with fresh values.
    pub(super) fn wire(&self, template: &Template) -> Result<Vec<u8>, String> {
        template.next(&mut self.fresh.lock().unwrap_or_else(PoisonError::into_inner), self.link)
    }

    /// The same advice as a repeat; nothing for other messages.
    fn again(&self, wire: &[u8]) -> Option<Vec<u8>> {
        let (spec, keys) = self.link;
        let message = Message::parse(spec, wire).ok()?;
        let mti = message.mti();
        if mti.function() != Function::Advice {
            return None;
        }
        let again = if mti.is_repeat() { mti } else { mti.repeat()? };
        let wire = Builder::copy_of(&message, spec).mti(again).to_vec().ok()?;
        keys::sign(Turn::Own, keys, spec, wire).ok()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    fn fail(&self) {
        self.has_failed.store(true, Ordering::Relaxed);
    }

    /// What a response says, and what is wrong with it in the eyes of keys.
    pub(super) fn words(&self, request: &[u8], response: &Message<'_>) -> String {
        let (spec, keys) = self.link;
        let request = Message::parse(spec, request).ok();
        let code = response.get(de::RESPONSE_CODE).map(|code| format!(" {code}")).unwrap_or_default();
        let faults = keys.map(|keys| keys.faults(response, request.as_ref())).unwrap_or_default();
        let faults = faults.into_iter().map(|(_, text)| format!(", {text}")).collect::<String>();
        if !faults.is_empty() {
            self.fail();
        }
        format!("{}{code}{faults}", response.mti())
    }
}

/// Says all that is to be said to one party, until its connection has ended.
pub(super) async fn initiate(issuer: Arc<Issuer>, peer: Peer, name: String, party: Arc<Party>) {
    let plan = &issuer.plan;
    let saying = async {
        if let Some(sign_on) = &plan.sign_on {
            send_one(&issuer, &peer, &name, sign_on).await;
        }
        let sending = send_all(Arc::clone(&issuer), peer.clone(), name.clone());
        tokio::join!(sending, keep_alive(&issuer, &peer, &name, &party));
    };
    tokio::pin!(saying);
    tokio::select! {
        () = &mut saying => {}
        // what was in flight is told
        () = party.ended.notified() => drop(tokio::time::timeout(LAST, saying).await),
    }
}

/// How long what is left to be said may take after the end of a connection.
const LAST: Duration = Duration::from_millis(100);

/// Sends an echo test after each silence.
async fn keep_alive(issuer: &Issuer, peer: &Peer, name: &str, party: &Party) {
    let Some((idle, echo)) = &issuer.plan.echo else { return };
    loop {
        let silence = party.silence();
        if silence < *idle {
            tokio::time::sleep(*idle - silence).await;
            continue;
        }
        send_one(issuer, peer, name, echo).await;
        party.hear();
    }
}

/// One who has connected to this host.
pub(super) struct Party {
    heard: Mutex<Instant>,
    pub(super) ended: Notify,
}

impl Party {
    pub(super) fn new() -> Self {
        Self { heard: Mutex::new(Instant::now()), ended: Notify::new() }
    }

    /// Something was said.
    pub(super) fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn silence(&self) -> Duration {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// Sends all that is to be sent, one after the other.
pub(super) async fn send_all(issuer: Arc<Issuer>, peer: Peer, name: String) {
    let plan = &issuer.plan;
    let mut is_first = true;
    for _ in 0..plan.times {
        for template in &plan.send {
            if !std::mem::take(&mut is_first) {
                tokio::time::sleep(plan.every).await;
            }
            send_one(&issuer, &peer, &name, template).await;
        }
    }
    if plan.until_sent {
        issuer.enough.notify_one();
    }
}

/// Sends a message, and as a repeat where it is an advice and has no response.
async fn send_one(issuer: &Issuer, peer: &Peer, name: &str, template: &Template) {
    let plan = &issuer.plan;
    let mut wire = match plan.wire(template) {
        Ok(wire) => wire,
        Err(text) => {
            plan.fail();
            return issuer.remark(format_args!("{name} not sent: {text}"));
        }
    };
    for attempt in 0..=plan.repeat {
        if exchange(issuer, peer, name, &wire).await {
            return;
        }
        match plan.again(&wire).filter(|_| attempt < plan.repeat) {
            Some(again) => wire = again,
            None => break,
        }
    }
    plan.fail();
}

/// Sends a request and says what came of it: whether a response has come.
pub(super) async fn exchange(issuer: &Issuer, peer: &Peer, name: &str, wire: &[u8]) -> bool {
    let plan = &issuer.plan;
    let named = issuer.named(wire);
    let has_response = Message::parse(issuer.spec, wire)
        .is_ok_and(|message| plan.correlation.response_to(message.mti()).is_some());
    if !has_response {
        let words = match peer.notify(wire) {
            Ok(()) => "needs no response".to_owned(),
            Err(why) => format!("not sent: {why}"),
        };
        issuer.remark(format_args!("{name} sent {named} -> {words}"));
        return true;
    }
    let start = Instant::now();
    let outcome = peer.request(wire, plan.timeout).await;
    let time = start.elapsed();
    match &outcome {
        Ok(response) => {
            let words = plan.words(wire, &response.message());
            let millis = format!("{}.{:03}", time.as_millis(), time.subsec_micros() % 1000);
            issuer.remark(format_args!("{name} sent {named} -> {words}, {millis} ms"));
        }
        Err(SendError::NotSent(why)) => issuer.remark(format_args!("{name} not sent {named}: {why}")),
        Err(SendError::Unknown { waited, why }) => {
            issuer.remark(format_args!("{name} sent {named} -> {why}, after {:.1} s", waited.as_secs_f64()));
        }
        Err(SendError::Refused { why, .. }) => {
            issuer.remark(format_args!("{name} sent {named} -> a response that does not hold: {why}"));
        }
    }
    outcome.is_ok()
}

/// Whether a response to a sign-on accepts it: by its code, if it has one.
pub(super) fn is_accepted(response: &Message<'_>) -> bool {
    let code = response.get(de::RESPONSE_CODE);
    let code = code.map(|code| code.expose().chars().collect::<String>());
    code.is_none_or(|code| matches!(code.as_str(), "00" | "000" | "0000" | "800" | "8000"))
}

#[cfg(test)]
mod tests;
