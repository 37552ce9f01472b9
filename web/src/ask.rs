//! What the page asks.

use cardwire::codes::Lang;
use cardwire::probe::Explanation;
use cardwire::{Framing, spec};
use serde_json::{Value, json};

use crate::lang::{choose, lang, pick};
use crate::reading::{Input, Reading};
use crate::show::{self, Shown};
use crate::specs::{self, Own};

/// What the page has at hand from one request to the next.
#[derive(Default)]
pub struct Page {
    own: Option<Own>,
    reading: Option<Reading>,
}

impl Page {
    /// The response to a request: JSON, with `error` in words where there is nothing else to say.
    #[must_use]
    pub fn respond(&mut self, request: &[u8]) -> Vec<u8> {
        let response = self.response(request).unwrap_or_else(|words| json!({ "error": words }));
        response.to_string().into_bytes()
    }

    fn response(&mut self, request: &[u8]) -> Result<Value, String> {
        let end = memchr::memchr(b'\n', request).unwrap_or(request.len());
        let (head, rest) = request.split_at(end);
        let octets = rest.get(1..).unwrap_or_default();
        let head: Value = serde_json::from_slice(head).map_err(|_| "the request is no JSON".to_owned())?;
        choose(text(&head, "lang").and_then(Lang::of_tag).unwrap_or_default());
        match text(&head, "ask") {
            Some("choices") => Ok(choices()),
            Some("spec") => self.keep_spec(text(&head, "name").unwrap_or_default(), octets),
            Some("read") => self.read(self.input(&head, octets)?),
            Some("show") => self.show(&head),
            Some("probe") => self.probe(self.input(&head, octets)?),
            _ => Err("no such request".into()),
        }
    }

    fn keep_spec(&mut self, title: &str, octets: &[u8]) -> Result<Value, String> {
        let own = Own::read(self.own.take(), octets, title)?;
        let name = own.spec().name();
        self.own = Some(own);
        Ok(json!({ "name": name }))
    }

    fn input<'i>(&self, head: &'i Value, octets: &'i [u8]) -> Result<Input<'i>, String> {
        let spec = text(head, "spec").map(|name| specs::named(self.own.as_ref(), name)).transpose()?;
        let framing = text(head, "framing").map(|name| {
            Framing::by_name(name).ok_or_else(|| pick("no framing is called so", "没有这种帧格式").to_owned())
        });
        let name = text(head, "name").unwrap_or_default();
        Ok(Input { name, octets, framing: framing.transpose()?, spec })
    }

    fn read(&mut self, input: Input<'_>) -> Result<Value, String> {
        self.reading = None;
        let reading = input.read()?;
        let mut broken = 0;
        let list: Vec<Value> = reading
            .items
            .iter()
            .map(|item| {
                let (line, is_wrong) = show::summary(reading.spec, &item.origin, &item.content);
                broken += usize::from(is_wrong);
                line
            })
            .collect();
        let notation = reading.framing.and_then(|framing| framing.notation());
        let response = json!({
            "spec": reading.spec.name(),
            "framing": notation.map(|notation| notation.to_string()),
            "found": reading.is_found,
            "total": reading.total,
            "broken": broken,
            "list": list,
            "skipped": reading.skipped,
        });
        self.reading = Some(reading);
        Ok(response)
    }

    fn show(&self, head: &Value) -> Result<Value, String> {
        let index = head["index"].as_u64().and_then(|index| usize::try_from(index).ok());
        let shown = if head["clear"] == true { Shown::Clear } else { Shown::Masked };
        let reading = self.reading.as_ref();
        let found =
            reading.zip(index).and_then(|(reading, index)| Some((reading, reading.items.get(index)?)));
        let (reading, item) = found.ok_or("there is no such message")?;
        Ok(show::message(reading.spec, &item.origin, &item.content, shown))
    }

    /// Which specs explain the input: the user's own among them.
    fn probe(&self, input: Input<'_>) -> Result<Value, String> {
        let own = self.own.as_ref().map(Own::spec);
        let explanations = input.explanations(spec::builtin().chain(own))?;
        let told = explanations.iter().filter(|explanation| explanation.score() > 0).take(6);
        Ok(json!({ "explanations": told.map(|explanation| told_of(explanation, own)).collect::<Vec<_>>() }))
    }
}

fn told_of(explanation: &Explanation<'static>, own: Option<&'static cardwire::Spec<'static>>) -> Value {
    let is_own = own.is_some_and(|own| std::ptr::eq(own, explanation.spec()));
    let envelope = explanation.envelope();
    let framing = envelope.framing().notation().filter(|_| !envelope.is_bare());
    let first = explanation.reaches().iter().find(|reach| reach.error.is_some());
    json!({
        "spec": if is_own { specs::OWN } else { explanation.spec().name() },
        "name": explanation.spec().name(),
        "framing": framing.map(|notation| notation.to_string()),
        "around": envelope.in_lang(lang()).to_string(),
        "score": explanation.score(),
        "complete": explanation.is_complete(),
        "wrong": first.map(|reach| reach.in_lang(lang()).to_string()),
        "hints": explanation.hints().iter().take(3).map(|hint| hint.in_lang(lang()).to_string()).collect::<Vec<_>>(),
    })
}

/// What can be chosen.
fn choices() -> Value {
    json!({
        "specs": spec::builtin().map(|spec| spec.name()).collect::<Vec<_>>(),
        "framings": Framing::named().map(|named| json!({ "name": named.name, "summary": named.summary })).collect::<Vec<_>>(),
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn text<'v>(head: &'v Value, key: &str) -> Option<&'v str> {
    head[key].as_str()
}
