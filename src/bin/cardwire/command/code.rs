//! `cardwire code`.

mod entry;
mod kinds;

use std::io::Write;

use self::entry::Entry;
use self::kinds::{ErrorKind, KINDS};
use crate::failure::{Failure, Outcome};
use crate::json;
use crate::output::{Output, Role};

/// Explain a code, in English and Chinese: what it means, who defined it and how sure that is, who
/// acts, whether to retry, reverse or stop.
#[derive(clap::Args)]
#[command(after_help = "Kinds: response, unionpay, action, processing, mti, reason, entry-mode, function,\n\
    condition, network, management, settlement, currency, country\n\nExamples:\n  \
    cardwire code response 51\n  cardwire code mti 0421\n  cardwire code 116\n  cardwire code currency 440")]
pub(crate) struct Code {
    /// The kind of code, and the code; without a kind, all that it can be.
    #[arg(value_name = "[KIND] CODE", num_args = 1..=2, required = true)]
    words: Vec<String>,
    /// JSON, one meaning a line.
    #[arg(long)]
    json: bool,
}

impl Code {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let (kind, code) = match self.words.as_slice() {
            [kind, code] => (Some(kind.as_str()), code),
            [code] => (None, code),
            _ => return Err(Failure::usage("expected a kind and a code")),
        };
        if let (None, Some(known)) = (kind, KINDS.iter().find(|known| known.name == code)) {
            let (name, what, shape) = (known.name, known.what, known.shape);
            let words = format!("{what} comes after its kind: cardwire code {name} CODE, with {shape}");
            return Err(Failure::usage(words));
        }
        let kinds: Vec<&ErrorKind> =
            KINDS.iter().filter(|known| kind.is_none_or(|kind| kind == known.name)).collect();
        if let (Some(kind), true) = (kind, kinds.is_empty()) {
            return Err(Failure::usage(no_such_kind(kind, code)));
        }
        let shown = code.to_uppercase();
        let entries: Vec<Entry> = kinds.iter().flat_map(|kind| (kind.look)(&shown)).collect();
        if entries.is_empty() {
            return Err(Failure::data(not_found(kind, &kinds, &shown)));
        }
        entries.iter().try_for_each(|entry| self.show(output, &shown, entry))
    }

    fn show(&self, output: &mut Output, code: &str, entry: &Entry) -> Outcome {
        if self.json {
            let mut text = b"{\"kind\":".to_vec();
            json::words(&mut text, entry.title);
            let asked = ("asked".to_owned(), code.to_owned());
            for (label, words) in std::iter::once(&asked).chain(&entry.lines) {
                text.push(b',');
                json::words(&mut text, label);
                text.extend(format!(":{}", serde_json::Value::from(words.as_str())).bytes());
            }
            text.extend(b"}\n");
            return Ok(output.bytes().write_all(&text)?);
        }
        let code = output.paint(Role::Title, code);
        let title = output.paint(Role::Faint, entry.title);
        output.line(format_args!("{code}  {title}"))?;
        let width = entry.lines.iter().map(|(label, _)| columns(label)).fold(10, usize::max);
        for (label, words) in &entry.lines {
            let blanks = width - columns(label);
            let label = output.paint(Role::Key, label);
            output.line(format_args!("{:blanks$}{label}  {words}", ""))?;
        }
        Ok(())
    }
}

/// The columns that a terminal needs for a text of Latin letters and Chinese characters.
fn columns(text: &str) -> usize {
    text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
}

/// What to say of a kind that there is not.
fn no_such_kind(kind: &str, code: &str) -> String {
    if KINDS.iter().any(|known| known.name == code) {
        return format!("the kind comes before the code: cardwire code {code} CODE");
    }
    let mut names: Vec<&str> = KINDS.iter().map(|known| known.name).collect();
    names.dedup();
    match kinds::named(kind) {
        Some(kind) => format!("no kind is called '{kind}'; there are {}", names.join(", ")),
        None => format!("no kind is called so; there are {}", names.join(", ")),
    }
}

/// What to say of a code that explains nothing: that it is none, or that it is not listed.
fn not_found(kind: Option<&str>, kinds: &[&ErrorKind], code: &str) -> String {
    // whatever is longer than any code is not repeated: it may be a card number
    let Some(shown) = kinds::named(code) else {
        return format!(
            "expected a code of at most {} letters and digits, found {} characters",
            kinds::LONGEST,
            code.chars().count()
        );
    };
    let fitting: Vec<&&ErrorKind> = kinds.iter().filter(|kind| (kind.fits)(code)).collect();
    match (kind, fitting.first()) {
        (Some(_), None) => {
            let mut shapes: Vec<String> =
                kinds.iter().map(|kind| format!("{} has {}", kind.what, kind.shape)).collect();
            shapes.dedup();
            format!("{}, not '{shown}'", shapes.join(", "))
        }
        (Some(_), Some(kind)) => match (kind.unlisted)(code) {
            Some(words) => format!("no {} '{shown}' is listed; {words}", kind.noun()),
            None => format!("no {} '{shown}' is listed; networks define codes of their own", kind.noun()),
        },
        (None, Some(_)) => format!("no code '{shown}' is listed; networks define codes of their own"),
        (None, None) => format!("'{shown}' has the shape of no code: try cardwire code --help"),
    }
}
