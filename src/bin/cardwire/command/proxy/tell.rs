//! What is said and recorded of the messages that pass.

use std::io::Write;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cardwire::frame::Frame;
use cardwire::net::Correlation;
use cardwire::{Inspection, Message, de};

use super::relay::Direction;
use super::rules::Rule;
use super::{Format, Shared, Side};
use crate::input::Moment;
use crate::json::{self, Shown};
use crate::output::Output;
use crate::show;

/// A message, as it came in.
pub(super) struct Told<'m> {
    moment: Option<Moment>,
    header: &'m [u8],
    payload: &'m [u8],
    inspection: &'m Inspection<'m>,
    /// After its request.
    after: Option<Duration>,
    named: String,
}

impl Told<'_> {
    /// The MTI and the STAN, as far as they can be shown.
    pub(super) fn named(&self) -> &str {
        &self.named
    }
}

/// How many requests are remembered, to say how long their responses took.
const REMEMBERED: usize = 4096;

/// What stands for a moment that the clock does not have.
const NEVER: &str = "-";

impl Direction {
    pub(super) fn told<'m>(
        &self,
        frame: &'m Frame<'m>,
        inspection: &'m Inspection<'m>,
        message: Option<&Message<'_>>,
    ) -> Told<'m> {
        let after = message.and_then(|message| self.after_request(message));
        // an inspection knows of its values whether they can be trusted
        let of = |number: u8| {
            let field = inspection.fields().find(|field| field.key().value() == u32::from(number));
            field.map(|field| field.to_string())
        };
        let mti = inspection.shown_mti().map_or_else(|| "####".into(), |mti| mti.to_string());
        let stan = of(de::STAN).map(|stan| format!(" {stan}")).unwrap_or_default();
        let code = of(de::RESPONSE_CODE).map(|code| format!(" 39={code}")).unwrap_or_default();
        let named = format!("{mti}{stan}{code}");
        Told { moment: now(), header: frame.header, payload: frame.payload, inspection, after, named }
    }

    /// How long after its request a response came.
    fn after_request(&self, message: &Message<'_>) -> Option<Duration> {
        let rule = Correlation::default();
        let key = rule.trace(message)?;
        let mut requests = self.link.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if rule.is_response(message.mti()) {
            return requests.get(&(self.from.other(), key)).map(Instant::elapsed);
        }
        if requests.len() >= REMEMBERED {
            requests.clear();
        }
        requests.insert((self.from, key), Instant::now());
        None
    }

    /// Says and records a message, and what was done about it.
    pub(super) fn tell(&self, told: &Told<'_>, rule: Option<&Rule>, done: &str) {
        let shared = &self.link.shared;
        let name = rule.map(|rule| rule.name.as_str()).unwrap_or_default();
        match shared.format {
            Format::Line => shared.log.say(self.line(told, name, done)),
            Format::Text => self.listing(told, name, done),
            Format::Ndjson => self.object(told, name, done),
        }
        if let Some(tape) = &shared.tape {
            let recorded = tape.put(&self.link.ends, self.from, (told.header, told.payload), told.moment);
            if let Err(why) = recorded {
                self.link.remark(format_args!("{} is not recorded: {why}", told.named));
            }
        }
        shared.count_one();
    }

    /// A frame without content.
    pub(super) fn tell_poll(&self) {
        if self.link.shared.format != Format::Ndjson {
            self.link.shared.log.say(format!("{} poll", self.head(now())));
        }
    }

    fn head(&self, moment: Option<Moment>) -> String {
        let moment = moment.map_or_else(|| NEVER.into(), |moment| moment.to_string());
        format!("{moment} #{} {:<6}", self.link.number, self.from.name())
    }

    fn line(&self, told: &Told<'_>, name: &str, done: &str) -> String {
        let head = self.head(told.moment);
        let error = told.inspection.error().map(|error| format!(", {error}")).unwrap_or_default();
        format!("{head} {}{error}{}{}", told.named, after(told), outcome(name, done))
    }

    fn listing(&self, told: &Told<'_>, name: &str, done: &str) {
        let shared = &self.link.shared;
        let title = format!("{}{}{}", self.head(told.moment), after(told), outcome(name, done));
        let mut output = Output::in_memory(shared.is_painted);
        // memory takes whatever is written to it
        let _ = show::listing(&mut output, told.inspection, &title, shared.shown);
        let _ = output.line("");
        shared.log.print(output.take());
    }

    fn object(&self, told: &Told<'_>, name: &str, done: &str) {
        let shared = &self.link.shared;
        let mut out = Vec::new();
        match told.inspection.error() {
            None => json::message(&mut out, told.inspection, told.header, shared.shown),
            Some(error) => json::error(&mut out, &error, Some((told.inspection, shared.shown))),
        }
        out.pop();
        let ends = &self.link.ends;
        let (from, to) =
            if self.from == Side::Client { (ends.client, ends.host) } else { (ends.host, ends.client) };
        out.extend_from_slice(b",\"origin\":{");
        if let Some(moment) = told.moment {
            let _ = write!(out, "\"time\":\"{moment}\",");
        }
        let (number, side) = (self.link.number, self.from.name());
        let _ =
            write!(out, "\"from\":\"{from}\",\"to\":\"{to}\",\"connection\":{number},\"side\":\"{side}\"");
        if let Some(after) = told.after {
            let _ = write!(out, ",\"ms\":{}", millis(after));
        }
        if !name.is_empty() {
            out.extend_from_slice(b",\"rule\":");
            json::words(&mut out, name);
            out.extend_from_slice(b",\"done\":");
            json::words(&mut out, done);
        }
        out.extend_from_slice(b"}}\n");
        shared.log.print(out);
    }
}

impl Shared {
    fn count_one(&self) {
        let messages = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        if self.count.is_some_and(|count| messages >= count) {
            self.enough.notify_one();
        }
    }

    /// Says something of a connection that is no message. In NDJSON every line is one, so it goes to standard error.
    pub(super) fn remark(&self, connection: u64, text: impl std::fmt::Display) {
        match self.format {
            Format::Ndjson => crate::failure::complain(format_args!("#{connection} {text}")),
            _ => self.log.say(format!("- #{connection} {text}")),
        }
    }
}

/// The moment, to the microsecond.
pub(super) fn now() -> Option<Moment> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Moment::new(since.as_secs(), u64::from(since.subsec_micros()) * 1000, 6)
}

fn after(told: &Told<'_>) -> String {
    told.after.map(|after| format!(", {} ms", millis(after))).unwrap_or_default()
}

fn outcome(name: &str, done: &str) -> String {
    match (name.is_empty(), done.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!(" -> passed, {name}"),
        (false, false) => format!(" -> {done}, {name}"),
    }
}

fn millis(time: Duration) -> String {
    format!("{}.{:03}", time.as_millis(), time.subsec_micros() % 1000)
}

impl Format {
    /// What card data is shown as.
    pub(super) const fn shown(expose: bool) -> Shown {
        if expose { Shown::Exposed } else { Shown::Masked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_with_its_rule() {
        for (name, done, wanted) in [
            ("", "", ""),
            ("", "dropped", ""),
            ("a", "", " -> passed, a"),
            ("a", "dropped", " -> dropped, a"),
        ] {
            assert_eq!(outcome(name, done), wanted);
        }
        for (micros, wanted) in [(0, "0.000"), (7, "0.007"), (61_002_034, "61002.034"), (999, "0.999")] {
            assert_eq!(millis(Duration::from_micros(micros)), wanted);
        }
        assert!(Format::shown(true) == Shown::Exposed && Format::shown(false) == Shown::Masked);
    }
}
