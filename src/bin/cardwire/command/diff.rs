//! `cardwire diff`.

use std::path::PathBuf;

use cardwire::{Field, Inspection};

use crate::failure::{Failure, Outcome};
use crate::input::{InputArgs, Item};
use crate::json::Shown;
use crate::output::{Output, Role};
use crate::show;
use crate::specs::{self, SpecArgs};

/// Compare two messages, element by element and within composites.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire diff -s iso87-ascii expected.hex actual.hex\n  \
    cardwire diff -s iso87-ascii two-lines.hex\n  \
    cardwire diff -s iso87-ascii --other-spec iso87-bcd sent.hex received.hex\n\n\
    Takes the first two messages of the input. Exit code 0 when they are the same, 1 when not.")]
pub(crate) struct Diff {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    spec: SpecArgs,
    /// The spec of the second message, when it is another one.
    #[arg(long, value_name = "SPEC")]
    other_spec: Option<String>,
    /// Show card data as it is.
    #[arg(long)]
    expose: bool,
    /// Show what is equal, too.
    #[arg(short, long)]
    all: bool,
}

impl Diff {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let other_spec = self.other_spec.as_deref().map_or(Ok(spec), specs::load)?;
        let (one, other) = self.two()?;
        let (one, other) = (bytes(&one)?, bytes(&other)?);
        let (one, other) = (Inspection::of(spec, one), Inspection::of(other_spec, other));
        let shown = if self.expose { Shown::Exposed } else { Shown::Masked };
        let mut report = Report { output, shown, all: self.all, differences: 0 };
        report.types(&one, &other)?;
        let pairs = one.fields().map(Some).collect::<Vec<_>>();
        report.fields(pairs.into_iter().flatten().collect(), other.fields().collect(), "")?;
        report.errors(&one, &other)?;
        let differences = report.differences;
        output.flush()?;
        if differences == 0 { Ok(()) } else { Err(Failure::Told) }
    }

    /// The first two messages: one of each file when there are two files.
    fn two(&self) -> Outcome<(Item, Item)> {
        let missing = || Failure::usage("diff takes two messages: two files, two lines, or -m twice");
        let spec = self.spec.required()?;
        let first = |file: &PathBuf| {
            let input = InputArgs { files: vec![file.clone()], ..self.input.clone() };
            input.messages(Some(spec)).next()?.ok_or_else(missing)
        };
        match self.input.files.as_slice() {
            [one, other] => Ok((first(one)?, first(other)?)),
            [] | [_] => {
                let mut messages = self.input.messages(Some(spec));
                Ok((messages.next()?.ok_or_else(missing)?, messages.next()?.ok_or_else(missing)?))
            }
            _ => Err(missing()),
        }
    }
}

fn bytes(item: &Item) -> Outcome<&[u8]> {
    match &item.content {
        Ok(payload) => Ok(&payload.message),
        Err(refusal) => Err(Failure::data(format_args!("{}: {refusal}", item.origin))),
    }
}

struct Report<'o> {
    output: &'o mut Output,
    shown: Shown,
    all: bool,
    differences: usize,
}

impl Report<'_> {
    fn types(&mut self, one: &Inspection<'_>, other: &Inspection<'_>) -> Outcome {
        if one.mti() != other.mti() {
            let expose = self.shown == Shown::Exposed;
            let text = |parsed: &Inspection<'_>| match parsed.mti() {
                None => "none".into(),
                Some(mti) if expose => mti.to_string(),
                Some(_) => parsed.shown_mti().map_or_else(String::new, |mti| mti.to_string()),
            };
            let (one, other) = (text(one), text(other));
            self.differences += 1;
            let (one, other) = (self.output.paint(Role::Bad, &one), self.output.paint(Role::Good, &other));
            self.output.line(format_args!("~ MTI {one} -> {other}"))?;
        }
        Ok(())
    }

    fn errors(&mut self, one: &Inspection<'_>, other: &Inspection<'_>) -> Outcome {
        for (which, parsed) in [("first", one), ("second", other)] {
            if let Some(error) = parsed.error() {
                self.differences += 1;
                let text = self.output.paint(Role::Bad, &format!("!! the {which} message: {error}"));
                self.output.line(text)?;
            }
        }
        Ok(())
    }

    /// Compares lists of elements or parts: the first with a key to the first with that key, and so
    /// on.
    fn fields(&mut self, one: Vec<Field<'_>>, other: Vec<Field<'_>>, path: &str) -> Outcome {
        let mut left: Vec<Option<Field<'_>>> = other.into_iter().map(Some).collect();
        for field in one {
            let name = self.name(path, &field);
            let slot =
                left.iter_mut().find(|slot| slot.as_ref().is_some_and(|other| other.key() == field.key()));
            match slot.and_then(Option::take) {
                Some(other) => self.pair(&field, &other, &name)?,
                None => self.lone('-', Role::Bad, &field, &name)?,
            }
        }
        for field in left.into_iter().flatten() {
            let name = self.name(path, &field);
            self.lone('+', Role::Good, &field, &name)?;
        }
        Ok(())
    }

    fn name(&self, path: &str, field: &Field<'_>) -> String {
        let key = match self.shown {
            Shown::Exposed => field.key().to_string(),
            Shown::Masked => field.shown_key().to_string(),
        };
        if path.is_empty() { key } else { format!("{path}.{key}") }
    }

    fn pair(&mut self, one: &Field<'_>, other: &Field<'_>, path: &str) -> Outcome {
        if one.expose() == other.expose() {
            if self.all {
                let text = show::shown(one, self.shown);
                self.output.line(format_args!("  {path} {}: {text}", one.name()))?;
            }
            return Ok(());
        }
        if one.is_composite() && other.is_composite() {
            let before = self.differences;
            self.fields(one.parts().collect(), other.parts().collect(), path)?;
            if self.differences > before {
                return Ok(());
            }
        }
        self.differences += 1;
        let (left, right) = (show::shown(one, self.shown), show::shown(other, self.shown));
        let hidden = if left == right { "  (they differ where they are masked)" } else { "" };
        let (left, right) = (self.output.paint(Role::Bad, &left), self.output.paint(Role::Good, &right));
        let path = self.output.paint(Role::Key, path);
        self.output.line(format_args!("~ {path} {}: {left} -> {right}{hidden}", one.name()))?;
        Ok(())
    }

    fn lone(&mut self, sign: char, role: Role, field: &Field<'_>, path: &str) -> Outcome {
        self.differences += 1;
        let text = self.output.paint(role, &show::shown(field, self.shown));
        let path = self.output.paint(Role::Key, path);
        self.output.line(format_args!("{sign} {path} {}: {text}", field.name()))?;
        Ok(())
    }
}
