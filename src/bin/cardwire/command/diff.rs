//! `cardwire diff`.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;

use cardwire::layout::Form;
use cardwire::{Field, Inspection, Spec, layout::Content};

use crate::failure::{Failure, Outcome, complain};
use crate::input::{InputArgs, Item, Messages};
use crate::json::{Left, Shown};
use crate::lang::{lang, pick, say};
use crate::output::{Output, Role};
use crate::show;
use crate::specs::{self, SpecArgs};
use crate::told::Told;

/// Compare two messages, element by element and within composites.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire diff -s iso87-ascii expected.hex actual.hex\n  \
    cardwire diff -s iso87-ascii two-lines.hex\n  \
    cardwire diff -s iso87-ascii --other-spec iso87-bcd sent.hex received.hex\n\n\
    Takes the first two messages of the input. Values are compared, not octets: `=` and `D` in a track\n\
    are one. Exit code 0 when the values are the same, 1 when not.")]
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
        let (one, other) = self.two(spec, other_spec)?;
        let (one_left, other_left) = (one.left, other.left);
        let (one, other) = (bytes(&one.item)?, bytes(&other.item)?);
        let (one, other) = (Inspection::of(spec, one), Inspection::of(other_spec, other));
        let shown = if self.expose { Shown::Exposed } else { Shown::Masked };
        let is_one_spec = std::ptr::eq(spec, other_spec);
        let mut report = Report { output, shown, all: self.all, is_one_spec, differences: 0, told: false };
        report.types(&one, &other)?;
        report.fields(one.fields().collect(), other.fields().collect(), "")?;
        report.left(&one_left, &other_left)?;
        report.errors(&one, &other)?;
        report.octets(&one, &other)?;
        let differences = report.differences;
        output.flush()?;
        if differences == 0 { Ok(()) } else { Err(Failure::Told) }
    }

    /// The first two messages: one of each file when there are two files.
    fn two(&self, spec: &'static Spec<'static>, other_spec: &'static Spec<'static>) -> Outcome<(Side, Side)> {
        let missing = || {
            Failure::usage(pick(
                "diff takes two messages: two files, two lines, or -m twice",
                "diff需要两条报文：两个文件、两行，或两个-m",
            ))
        };
        let first = |file: &PathBuf, spec: &'static Spec<'static>| -> Outcome<Side> {
            let input = InputArgs { files: vec![file.clone()], ..self.input.clone() };
            let mut messages = input.messages(Some(spec)).with_left();
            let found = side(&mut messages)?.ok_or_else(missing)?;
            tell_of_more(&input, &mut messages, &found);
            Ok(found)
        };
        match self.input.files.as_slice() {
            [one, other] => Ok((first(one, spec)?, first(other, other_spec)?)),
            [] | [_] => {
                let mut messages = self.input.messages(Some(spec)).with_left();
                let one = side(&mut messages)?.ok_or_else(missing)?;
                let other = side(&mut messages)?.ok_or_else(missing)?;
                tell_of_more(&self.input, &mut messages, &other);
                Ok((one, other))
            }
            _ => Err(missing()),
        }
    }
}

/// One of the two messages, and what the spec has no place for.
struct Side {
    item: Item,
    left: Vec<Left>,
}

fn side(messages: &mut Messages) -> Outcome<Option<Side>> {
    let item = messages.next()?;
    Ok(item.map(|item| Side { item, left: messages.left().to_vec() }))
}

/// Equal messages do not make equal files: what comes after the last one that was compared is told. Standard input is
/// not waited for.
fn tell_of_more(input: &InputArgs, messages: &mut Messages, last: &Side) {
    if !input.reads_stdin() && !matches!(messages.next(), Ok(None)) {
        let place = last.item.origin.told();
        complain(say!("what comes after {place} was not compared", "{place}之后的内容未作比较"));
    }
}

fn bytes(item: &Item) -> Outcome<&[u8]> {
    match &item.content {
        Ok(payload) => Ok(&payload.message),
        Err(refusal) => Err(Failure::data(format_args!("{}: {}", item.origin.told(), refusal.told()))),
    }
}

struct Report<'o> {
    output: &'o mut Output,
    shown: Shown,
    all: bool,
    /// Whether both messages are of one spec, which writes one value in one way.
    is_one_spec: bool,
    differences: usize,
    /// Whether it was said where equal values lie in other octets.
    told: bool,
}

impl Report<'_> {
    fn types(&mut self, one: &Inspection<'_>, other: &Inspection<'_>) -> Outcome {
        if one.mti() != other.mti() {
            let expose = self.shown == Shown::Exposed;
            let text = |parsed: &Inspection<'_>| match parsed.mti() {
                None => pick("none", "无").into(),
                Some(mti) if expose => mti.to_string(),
                Some(_) => parsed.shown_mti().map_or_else(String::new, |mti| mti.to_string()),
            };
            let (one, other) = (text(one), text(other));
            self.differences += 1;
            let (one, other) = (self.output.paint(Role::Bad, &one), self.output.paint(Role::Good, &other));
            self.output.line(say!("~ MTI {one} -> {other}", "~ 报文类型标识 {one} -> {other}"))?;
        }
        Ok(())
    }

    fn errors(&mut self, one: &Inspection<'_>, other: &Inspection<'_>) -> Outcome {
        for (parsed, which) in [(one, pick("first", "第一条")), (other, pick("second", "第二条"))] {
            if let Some(error) = parsed.error() {
                self.differences += 1;
                let error = error.in_lang(lang());
                let text = say!("!! the {which} message: {error}", "!! {which}报文：{error}");
                let text = self.output.paint(Role::Bad, &text);
                self.output.line(text)?;
            }
        }
        Ok(())
    }

    /// Compares lists of elements or parts: the first with a key to the first with that key, and so
    /// on.
    fn fields(&mut self, one: Vec<Field<'_>>, other: Vec<Field<'_>>, path: &str) -> Outcome {
        let mut places: HashMap<u32, VecDeque<usize>> = HashMap::new();
        for (index, field) in other.iter().enumerate() {
            places.entry(field.key().value()).or_default().push_back(index);
        }
        let mut left: Vec<Option<Field<'_>>> = other.into_iter().map(Some).collect();
        for field in one {
            crate::work::count(1);
            let name = self.name(path, &field);
            let place = places.get_mut(&field.key().value()).and_then(VecDeque::pop_front);
            match place.and_then(|place| left.get_mut(place)?.take()) {
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
        let label = one.element().name_in(lang());
        let is_same = one.expose() == other.expose();
        let mut is_equal = is_same || equal(one, other);
        if !is_equal && one.is_composite() && other.is_composite() {
            let before = self.differences;
            self.fields(one.parts().collect(), other.parts().collect(), path)?;
            if self.differences > before {
                return Ok(());
            }
            is_equal = true;
        }
        if is_equal {
            if !is_same && self.is_one_spec {
                self.told = true;
                let what = if one.is_composite() { pick("parts", "子域") } else { pick("value", "值") };
                self.output.line(say!(
                    "= {path} {label}: the same {what} in other octets",
                    "= {path} {label}：{what}相同，字节不同"
                ))?;
            } else if self.all {
                let text = show::shown(one, self.shown);
                self.output.line(format_args!("  {path} {label}: {text}"))?;
            }
            return Ok(());
        }
        self.differences += 1;
        let (left, right) = (show::shown(one, self.shown), show::shown(other, self.shown));
        let hidden = match left == right {
            true => pick("  (they differ where they are masked)", "  （不同之处被掩盖）"),
            false => "",
        };
        let (left, right) = (self.output.paint(Role::Bad, &left), self.output.paint(Role::Good, &right));
        let path = self.output.paint(Role::Key, path);
        self.output.line(format_args!("~ {path} {label}: {left} -> {right}{hidden}"))?;
        Ok(())
    }

    /// Compares what the spec has no place for.
    fn left(&mut self, one: &[Left], other: &[Left]) -> Outcome {
        for left in one {
            match other.iter().find(|other| other.number == left.number) {
                None => self.unplaced('-', Role::Bad, left)?,
                Some(other) if other.json == left.json => (),
                Some(_) => self.unplaced('~', Role::Bad, left)?,
            }
        }
        let is_new = |other: &&Left| !one.iter().any(|left| left.number == other.number);
        other.iter().filter(is_new).try_for_each(|left| self.unplaced('+', Role::Good, left))
    }

    fn unplaced(&mut self, sign: char, role: Role, left: &Left) -> Outcome {
        self.differences += 1;
        let number = self.output.paint(Role::Key, &left.number.to_string());
        let text = self.output.paint(role, &format!("({left})"));
        Ok(self.output.line(format_args!("{sign} {number} {text}"))?)
    }

    /// Says when equal messages of one spec lie in other octets, and no element says why: a header,
    /// or a bitmap that announces nothing.
    fn octets(&mut self, one: &Inspection<'_>, other: &Inspection<'_>) -> Outcome {
        if self.differences > 0 || self.told || !self.is_one_spec || one.wire() == other.wire() {
            return Ok(());
        }
        if one.header() != other.header() {
            self.differences += 1;
            return Ok(self
                .output
                .line(pick("~ the headers before the MTI differ", "~ 报文类型标识之前的报文头不同"))?);
        }
        Ok(self
            .output
            .line(pick("= the messages say the same in other octets", "= 两条报文内容相同，字节不同"))?)
    }

    fn lone(&mut self, sign: char, role: Role, field: &Field<'_>, path: &str) -> Outcome {
        self.differences += 1;
        let text = self.output.paint(role, &show::shown(field, self.shown));
        let path = self.output.paint(Role::Key, path);
        let label = field.element().name_in(lang());
        self.output.line(format_args!("{sign} {path} {label}: {text}"))?;
        Ok(())
    }
}

/// Whether two values mean the same although their octets differ: the separator of track data is `=`
/// or `D`, and a value of fixed length is filled where one of open length is not.
fn equal(one: &Field<'_>, other: &Field<'_>) -> bool {
    let is_track = one.content() == Content::Z && other.content() == Content::Z;
    let logical = |field: &Field<'_>| -> Vec<u8> {
        let octets = field.expose().octets();
        octets.map(|octet| if is_track && octet == b'D' { b'=' } else { octet }).collect()
    };
    let (left, right) = (logical(one), logical(other));
    let is_filled = (one.element().form() == Form::Fixed) != (other.element().form() == Form::Fixed)
        && !one.content().is_binary()
        && one.content() == other.content();
    let bare = |octets: &'_ [u8]| -> Vec<u8> {
        match one.content() {
            Content::N => {
                let zeros = octets.iter().take_while(|octet| **octet == b'0').count();
                octets.get(zeros..).unwrap_or_default().to_vec()
            }
            _ => octets.trim_ascii_end().to_vec(),
        }
    };
    left == right || (is_filled && bare(&left) == bare(&right))
}

#[cfg(test)]
mod tests;
