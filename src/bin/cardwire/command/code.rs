//! `cardwire code`.

use std::io::Write;

use cardwire::codes::{
    self, ActionCode03, ActionCode93, ConditionCode, EntryMode, FunctionCode, ManagementCode, Meaning,
    NetworkCode, PosData, ProcessingCode, ReasonCode, ResponseCode, SettlementCode, country, currency,
};
use cardwire::{Builder, Message, Mti, spec};

use super::advice;
use crate::failure::{Failure, Outcome};
use crate::json;
use crate::output::{Output, Role};

/// Explain a code, in English and Chinese: what it means, who acts, whether to retry, reverse or
/// stop.
#[derive(clap::Args)]
#[command(after_help = "Kinds: response, unionpay, action, processing, mti, reason, entry-mode, function,\n\
    condition, network, management, settlement, currency, country\n\nExamples:\n  \
    cardwire code response 51\n  cardwire code mti 0421\n  cardwire code 116\n  cardwire code currency CNY")]
pub(crate) struct Code {
    /// The kind of code, and the code; without a kind, all that it can be.
    #[arg(value_name = "[KIND] CODE", num_args = 1..=2, required = true)]
    words: Vec<String>,
    /// JSON, one meaning a line.
    #[arg(long)]
    json: bool,
}

/// What a code says: a title, and lines of a label and words.
pub(crate) struct Entry {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<(&'static str, String)>,
}

type Look = fn(&str) -> Option<Entry>;

/// The kinds, the words of their titles, and how they are looked up.
const KINDS: [(&str, Look); 15] = [
    ("response", |code| {
        advice::entry("response code, DE 39 of 1987", ResponseCode::new(code)?.advice()?, code)
    }),
    ("unionpay", |code| {
        advice::entry(
            "response code, field 39 of UnionPay",
            codes::unionpay::advice(ResponseCode::new(code)?)?,
            code,
        )
    }),
    ("action", |code| advice::entry("action code, DE 39 of 1993", ActionCode93::new(code)?.advice()?, code)),
    ("action", |code| advice::entry("action code, DE 39 of 2003", ActionCode03::new(code)?.advice()?, code)),
    ("processing", processing),
    ("mti", mti),
    ("reason", |code| {
        let reason = ReasonCode::new(code)?;
        let mut entry = meaning("message reason code, DE 25 of 1993 and 2003", reason.meaning()?)?;
        entry.lines.push(("explains", reason.class().to_string()));
        Some(entry)
    }),
    ("entry-mode", entry_mode),
    ("function", |code| {
        meaning("function code, DE 24 of 1993 and 2003", FunctionCode::new(code)?.meaning()?)
    }),
    ("condition", |code| meaning("condition code, DE 25 of 1987", ConditionCode::new(code)?.meaning()?)),
    ("network", |code| meaning("network management code, DE 70 of 1987", NetworkCode::new(code)?.meaning()?)),
    ("management", |code| {
        meaning("management code, field 60.3 of UnionPay", ManagementCode::new(code)?.meaning()?)
    }),
    ("settlement", settlement),
    ("currency", money),
    ("country", |code| {
        let found = country::by_text(&code.to_uppercase())?;
        let letters = format!("{} {} {:03}", found.alpha2, found.alpha3, found.numeric);
        Some(Entry { title: "country", lines: vec![("code", letters), ("meaning", found.name.into())] })
    }),
];

impl Code {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let (kind, code) = match self.words.as_slice() {
            [kind, code] => (Some(kind.as_str()), code),
            [code] => (None, code),
            _ => return Err(Failure::usage("a kind and a code")),
        };
        if let Some(kind) = kind.filter(|kind| KINDS.iter().all(|(known, _)| known != kind)) {
            let mut kinds = KINDS.map(|(known, _)| known).to_vec();
            kinds.dedup();
            return Err(Failure::usage(format_args!(
                "no kind is called '{kind}'; there are {}",
                kinds.join(", ")
            )));
        }
        let looks = KINDS.iter().filter(|(known, _)| kind.is_none_or(|kind| kind == *known));
        let entries: Vec<Entry> = looks.filter_map(|(_, look)| look(code)).collect();
        if entries.is_empty() {
            let kind = kind.unwrap_or("code");
            return Err(Failure::data(format_args!(
                "no {kind} '{code}' is known; networks define codes of their own"
            )));
        }
        entries.iter().try_for_each(|entry| self.show(output, code, entry))
    }

    fn show(&self, output: &mut Output, code: &str, entry: &Entry) -> Outcome {
        if self.json {
            let mut text = b"{\"kind\":".to_vec();
            json::string(&mut text, entry.title.bytes());
            let pairs = std::iter::once(("asked", code.to_owned())).chain(entry.lines.iter().cloned());
            for (label, words) in pairs {
                text.extend(format!(",\"{label}\":{}", serde_json::Value::from(words)).bytes());
            }
            text.extend(b"}\n");
            return Ok(output.bytes().write_all(&text)?);
        }
        let code = output.paint(Role::Title, code);
        let title = output.paint(Role::Faint, entry.title);
        output.line(format_args!("{code}  {title}"))?;
        for (label, words) in &entry.lines {
            let label = output.paint(Role::Key, &format!("{label:>10}"));
            output.line(format_args!("{label}  {words}"))?;
        }
        Ok(())
    }
}

fn meaning(title: &'static str, meaning: &Meaning) -> Option<Entry> {
    let mut lines = vec![("meaning", meaning.text.to_owned())];
    lines.extend(meaning.text_zh.map(|words| ("中文", words.to_owned())));
    lines.push(("defined by", meaning.scope.to_string()));
    if meaning.first != meaning.last {
        lines.push(("range", format!("{} to {}", meaning.first, meaning.last)));
    }
    Some(Entry { title, lines })
}

fn processing(code: &str) -> Option<Entry> {
    let code = ProcessingCode::new(code)?;
    let text = |found: Option<&'static Meaning>| match found {
        Some(found) => match found.text_zh {
            Some(words) => format!("{} {words}", found.text),
            None => found.text.to_owned(),
        },
        None => "not known".into(),
    };
    let mut lines = vec![
        ("type", format!("{} {}", code.transaction(), text(code.transaction().meaning()))),
        ("effect", code.transaction().effect().to_string()),
        ("from", format!("{} {}", code.from_account(), text(code.from_account().meaning()))),
        ("to", format!("{} {}", code.to_account(), text(code.to_account().meaning()))),
    ];
    lines.extend(code.unionpay().map(|found| ("UnionPay", text(Some(found)))));
    Some(Entry { title: "processing code, DE 3", lines })
}

fn mti(code: &str) -> Option<Entry> {
    let mti: Mti = code.parse().ok()?;
    // the words are those of the listing
    let mut buffer = [0; 64];
    let wire = Builder::new(&spec::ISO87_ASCII, mti).write(&mut buffer).ok()?;
    let title = Message::parse(&spec::ISO87_ASCII, wire).ok()?.describe().title().to_string();
    let words = title.split_once(' ')?.1.split_once(" (")?.0.to_owned();
    let mut lines =
        vec![("meaning", words), ("中文", advice::mti_zh(mti)), ("version", format!("{:?}", mti.version()))];
    lines.extend(mti.response().map(|response| ("answer", response.to_string())));
    lines.extend(mti.repeat().filter(|repeat| *repeat != mti).map(|repeat| ("repeat", repeat.to_string())));
    Some(Entry { title: "message type", lines })
}

fn entry_mode(code: &str) -> Option<Entry> {
    if let Some(data) = PosData::new(code) {
        let lines = (1..=12).filter_map(|position| {
            let words = data.meaning(position).map_or("not known", |found| found.text);
            Some((PosData::title(position)?, format!("{} {words}", data.get(position)?)))
        });
        return Some(Entry { title: "point of service data, DE 22 of 1993", lines: lines.collect() });
    }
    let mode = EntryMode::new(code)?;
    let text = |found: Option<&'static Meaning>| {
        found.map_or_else(
            || "not known".into(),
            |found| [Some(found.text), found.text_zh].into_iter().flatten().collect::<Vec<_>>().join(" "),
        )
    };
    let lines = vec![
        ("card", format!("{} {}", mode.pan_entry(), text(mode.pan_entry().meaning()))),
        ("PIN", format!("{} {}", mode.pin(), text(mode.pin().meaning()))),
    ];
    Some(Entry { title: "entry mode, DE 22 of 1987", lines })
}

fn settlement(code: &str) -> Option<Entry> {
    let code = SettlementCode::new(code)?;
    let mut entry = meaning("settlement code, DE 66 of 1987", code.meaning()?)?;
    entry.lines.extend(code.next_step().map(|step| ("next", step.to_owned())));
    if let Some(found) = code.unionpay() {
        let words = [Some(found.text), found.text_zh].into_iter().flatten().collect::<Vec<_>>().join(" ");
        entry.lines.push(("UnionPay", words));
    }
    entry.lines.extend(code.unionpay_next_step().map(|step| ("next there", step.to_owned())));
    Some(entry)
}

fn money(code: &str) -> Option<Entry> {
    let code = code.to_uppercase();
    let (found, withdrawn) = match currency::by_text(&code) {
        Some(found) => (found, ""),
        None => (currency::withdrawn(&code)?, " (withdrawn)"),
    };
    let exponent = found.exponent.map_or("none".into(), |exponent| exponent.to_string());
    let lines = vec![
        ("code", format!("{} {:03}{withdrawn}", found.alpha, found.numeric)),
        ("meaning", found.name.into()),
        ("decimals", exponent),
    ];
    Some(Entry { title: "currency, DE 49 to 51", lines })
}
