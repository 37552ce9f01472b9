//! What becomes of one message on its way.

use std::borrow::Cow;

use cardwire::frame::Frame;
use cardwire::{Builder, Inspection, Message, Spec};

use super::relay::Direction;
use super::rules::Rule;
use super::tell::Told;
use crate::command::serve::{built, record};
use crate::json::Lists;

/// The most that a frame adds to a message.
const AROUND: usize = 512;

impl Direction {
    /// Passes a frame on, or does what its rule says. Of its octets so many have passed already.
    pub(super) async fn deal(
        &mut self,
        frame: &Frame<'_>,
        whole: &[u8],
        has_passed: usize,
    ) -> Result<(), String> {
        let rest = whole.get(has_passed..).unwrap_or_default();
        if frame.is_poll() {
            self.tell_poll();
            self.pass(rest);
            return Ok(());
        }
        let shared = std::sync::Arc::clone(&self.link.shared);
        let message = Message::parse(shared.spec, frame.payload).ok();
        let rule = shared.rules.iter().filter(|_| has_passed == 0);
        let rule = rule.map(|rule| &**rule).find(|rule| rule.takes(self.from, message.as_ref()));
        let inspection = Inspection::of(shared.spec, frame.payload);
        let told = self.told(frame, &inspection, message.as_ref());
        match rule {
            None => {
                self.pass(rest);
                self.tell(&told, None, "");
            }
            Some(rule) => self.obey(rule, frame, whole, message.as_ref(), &told).await?,
        }
        match &message {
            Some(message) => self.release(message).await,
            None => Ok(()),
        }
    }

    async fn obey(
        &mut self,
        rule: &Rule,
        frame: &Frame<'_>,
        whole: &[u8],
        message: Option<&Message<'_>>,
        told: &Told<'_>,
    ) -> Result<(), String> {
        if rule.drop {
            self.tell(told, Some(rule), "dropped");
            return Ok(());
        }
        if rule.close {
            self.tell(told, Some(rule), "cut");
            return self.cut().await;
        }
        let spec = self.link.shared.spec;
        let (to, octets, done) = match self.outcome(rule, spec, frame, (whole, message)) {
            Ok((to_sender, octets, done)) if to_sender => (self.from, octets, done),
            Ok((_, octets, done)) => (self.from.other(), octets, done),
            // what cannot be done is not done, and told
            Err(words) => {
                self.pass(whole);
                self.tell(told, Some(rule), &format!("passed as it is, for {words}"));
                return Ok(());
            }
        };
        let octets = if rule.twice { octets.repeat(2) } else { octets.into_owned() };
        if let Some(until) = &rule.hold {
            let named = format!("{} from the {}", told.named(), self.from.name());
            return match self.hold(rule, octets, &named) {
                None => {
                    self.tell(told, Some(rule), &format!("{done}held until {}", until.get_ref()));
                    Ok(())
                }
                Some(octets) => {
                    self.pass(&octets);
                    self.tell(told, Some(rule), "passed as it is, for too many are held");
                    Ok(())
                }
            };
        }
        let twice = if rule.twice { "twice, " } else { "" };
        let after = if rule.delay.is_zero() { String::new() } else { format!("after {:?}, ", rule.delay) };
        let words = format!("{done}{twice}{after}");
        self.tell(told, Some(rule), words.trim_end_matches(", "));
        self.send_after(rule.delay, to, octets).await
    }

    /// What is sent: whether back to its sender, the octets, and what was done to them.
    fn outcome<'w>(
        &self,
        rule: &Rule,
        spec: &'static Spec<'static>,
        frame: &Frame<'_>,
        (whole, message): (&'w [u8], Option<&Message<'_>>),
    ) -> Result<(bool, Cow<'w, [u8]>, String), String> {
        let framing = self.link.shared.framing;
        let mut room = vec![0; whole.len() + AROUND];
        if !rule.response.is_empty() {
            let request = message.filter(|message| message.mti().response().is_some());
            let request = request.ok_or("it is no request")?;
            let (wire, code) = built(spec, &record(&rule.response)?, None, request)?;
            room.resize(wire.len() + frame.header.len() + AROUND, 0);
            let octets = framing.reply(frame.header, &wire, &mut room).map_err(|error| error.to_string())?;
            return Ok((true, octets.to_vec().into(), format!("responded {code}, ")));
        }
        if !rule.alters() {
            return Ok((false, whole.into(), String::new()));
        }
        let mut done = String::new();
        let mut payload = frame.payload.to_vec();
        if !rule.set.is_empty() || !rule.remove.is_empty() {
            let message = message.ok_or("it does not parse")?;
            payload = changed(rule, spec, message)?;
            done.push_str("changed, ");
        }
        if let Some(damage) = rule.broken {
            payload = damage.done_to(payload, frame.payload);
            done.push_str("broken, ");
        }
        room.resize(payload.len() + frame.header.len() + AROUND, 0);
        let octets = framing.wrap(frame.header, &payload, &mut room).map_err(|error| error.to_string())?;
        let octets = rule.broken.map_or(octets, |damage| damage.done_to_frame(octets));
        Ok((false, octets.to_vec().into(), done))
    }
}

/// The message with other values. A MAC in it is that of the message as it was.
fn changed(rule: &Rule, spec: &'static Spec<'static>, message: &Message<'_>) -> Result<Vec<u8>, String> {
    let record = record(&rule.set)?;
    let values = record.prepare(spec).map_err(|(number, text)| format!("field {number}: {text}"))?;
    let lists = Lists::new(values.iter().map(|(_, value)| value));
    let mut builder = Builder::copy_of(message, spec);
    for number in &rule.remove {
        builder.remove(*number);
    }
    for (number, value) in &values {
        builder.set(*number, lists.value(value));
    }
    builder.to_vec().map_err(|error| error.to_string())
}
