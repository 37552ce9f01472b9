//! `cardwire ipm`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use cardwire::ipm::{Encoding, Error, Format, RecordWriter, Records};
use cardwire::{Builder, Field, Inspection};

use super::encode::build;
use super::tally;
use crate::failure::{Failure, Outcome, complain};
use crate::input::{self, Line, Lines, Stream, files};
use crate::json::{self, Record, Shown};
use crate::lang::{lang, pick, say};
use crate::output::{Output, Role};
use crate::show;

/// Mastercard clearing files (IPM): list, convert, re-block, re-encode.
#[derive(clap::Args)]
#[command(after_help = "Blocks and characters of a file are found out.\n\nExamples:\n  \
    cardwire ipm list clearing.ipm\n  \
    cardwire ipm csv clearing.ipm --columns mti,24,2,4,48.0158\n  \
    cardwire ipm convert clearing.ipm --to ascii --plain -o clearing.vbs\n  \
    cardwire ipm ndjson clearing.ipm --expose | cardwire ipm encode --to ebcdic -o copy.ipm")]
pub(crate) struct Ipm {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List the records: number, message type, function, amount.
    List {
        /// The file; `-` or none is standard input.
        file: Option<PathBuf>,
    },
    /// Print the records as JSON, one a line.
    Ndjson {
        /// The file; `-` or none is standard input.
        file: Option<PathBuf>,
        /// Show card data as it is.
        #[arg(long)]
        expose: bool,
    },
    /// Print elements of the records as comma-separated values.
    Csv {
        /// The file; `-` or none is standard input.
        file: Option<PathBuf>,
        /// The elements: mti, numbers, or paths such as 48.0158.
        #[arg(long, value_delimiter = ',', default_value = "mti,24,2,3,4,12,31,37,38,42,49,71")]
        columns: Vec<String>,
        /// Show card data as it is.
        #[arg(long)]
        expose: bool,
    },
    /// Write the records into another file, in other blocks or characters.
    Convert {
        /// The file; `-` or none is standard input.
        file: Option<PathBuf>,
        #[command(flatten)]
        target: Target,
    },
    /// Write a file of JSON lines, as `ipm ndjson --expose` prints them.
    Encode {
        /// Files of JSON lines; `-` or none is standard input.
        files: Vec<PathBuf>,
        #[command(flatten)]
        target: Target,
    },
}

#[derive(clap::Args)]
struct Target {
    /// The characters of the new file.
    #[arg(long, value_name = "CHARACTERS", value_enum)]
    to: Option<Characters>,
    /// Blocks of 1014 octets.
    #[arg(long, conflicts_with = "plain")]
    blocked: bool,
    /// No blocks.
    #[arg(long)]
    plain: bool,
    /// The new file; standard output when it is not said.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Characters {
    Ascii,
    Ebcdic,
}

impl Ipm {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        match &self.action {
            Action::List { file } => list(output, file.as_ref()),
            Action::Ndjson { file, expose } => {
                let shown = if *expose { Shown::Exposed } else { Shown::Masked };
                each(file.as_ref(), |_, parsed| {
                    let mut text = Vec::new();
                    match parsed.error() {
                        None => json::message(&mut text, parsed, &[], shown),
                        Some(error) => json::error(&mut text, &error, Some((parsed, shown))),
                    }
                    text.push(b'\n');
                    Ok(output.bytes().write_all(&text)?)
                })
            }
            Action::Csv { file, columns, expose } => {
                let shown = if *expose { Shown::Exposed } else { Shown::Masked };
                output.line(columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(","))?;
                each(file.as_ref(), |number, parsed| match parsed.message() {
                    Some(_) => Ok(output.line(row(parsed, columns, shown))?),
                    None => {
                        complain(say!(
                            "record {number} is broken and left out",
                            "第{number}条记录有误，已略去"
                        ));
                        Ok(())
                    }
                })
            }
            Action::Convert { file, target } => convert(output, file.as_ref(), target),
            Action::Encode { files, target } => encode(output, files, target),
        }
    }
}

fn records(file: Option<&PathBuf>) -> Outcome<(std::sync::Arc<str>, Records<Stream>)> {
    let standard = PathBuf::from("-");
    let (name, stream) = input::open(file.unwrap_or(&standard))?;
    match Records::open(stream) {
        Ok(records) => {
            if records.preamble() > 0 {
                let octets = records.preamble();
                complain(say!(
                    "{name}: {octets} bytes of text before the first record were passed over",
                    "{name}：跳过了首条记录之前的{octets}字节文本"
                ));
            }
            Ok((name, records))
        }
        Err(error) => Err(refused(&name, &error)),
    }
}

/// Every record, broken ones, too; a broken file ends it.
fn each(file: Option<&PathBuf>, mut tell: impl FnMut(u64, &Inspection<'_>) -> Outcome) -> Outcome {
    let (name, mut records) = records(file)?;
    let spec = records.format().encoding.spec();
    let (mut total, mut broken) = (0, 0);
    loop {
        match records.next_record() {
            Ok(None) => break,
            Ok(Some(record)) => {
                let parsed = Inspection::of(spec, record);
                total += 1;
                broken += u64::from(parsed.error().is_some());
                tell(total, &parsed)?;
            }
            Err(error) => return Err(refused(&name, &error)),
        }
    }
    complete(&name, &mut records)?;
    tally(broken, total, ("records are broken", "记录有误"))
}

/// Fails where a file does not end after its last record: what is missing or left is told.
fn complete(name: &str, records: &mut Records<Stream>) -> Outcome {
    if !records.ended_cleanly() {
        return Err(Failure::data(say!(
            "{name}: the file ends without the length of zero",
            "{name}：文件结尾没有零长度"
        )));
    }
    match records.rest() {
        Ok(0) => Ok(()),
        Ok(left) => Err(Failure::data(say!(
            "{name}: {left} bytes follow the last record and are not read: another file, perhaps",
            "{name}：末条记录之后还有{left}字节未读：可能是另一个文件"
        ))),
        Err(error) => Err(refused(name, &error)),
    }
}

fn list(output: &mut Output, file: Option<&PathBuf>) -> Outcome {
    let mut counts = std::collections::BTreeMap::new();
    let done = each(file, |number, parsed| {
        let value = |path: &str| parsed.path(path).map(|field| field.to_string()).unwrap_or_default();
        let mti = parsed.shown_mti().map_or_else(|| "?".into(), |mti| mti.to_string());
        let function = value("24");
        *counts.entry((mti.clone(), function.clone())).or_insert(0u64) += 1;
        let number = output.paint(Role::Key, &format!("{number:>8}"));
        let meaning =
            parsed.get(24).map(|field| parsed.describe().in_lang(lang()).meaning(&field, 0).to_string());
        let amount =
            parsed.get(4).map(|field| parsed.describe().in_lang(lang()).meaning(&field, 0).to_string());
        let amount = amount.as_deref().unwrap_or_default().trim();
        let words = output.paint(Role::Meaning, &format!("{:<34}", meaning.unwrap_or_default().trim()));
        output.line(
            format!("{number} {mti} {function:<3} {words} {:>19} {amount:>18}", value("2")).trim_end(),
        )?;
        if let Some(error) = parsed.error() {
            let text = output.paint(Role::Bad, &format!("!! {}", error.in_lang(lang())));
            output.line(format_args!("         {text}"))?;
        }
        Ok(())
    });
    for ((mti, function), count) in counts {
        output.line(format_args!("{count:>8} records {mti} {function}"))?;
    }
    done
}

fn row(parsed: &Inspection<'_>, columns: &[String], shown: Shown) -> String {
    let value = |column: &String| match column.as_str() {
        "mti" if shown == Shown::Exposed => parsed.mti().map_or_else(String::new, |mti| mti.to_string()),
        "mti" => parsed.shown_mti().map_or_else(String::new, |mti| mti.to_string()),
        path => parsed.path(path).map(|field: Field<'_>| show::shown(&field, shown)).unwrap_or_default(),
    };
    columns.iter().map(value).map(|text| quoted(&text)).collect::<Vec<_>>().join(",")
}

/// A value as RFC 4180 has it. What a spreadsheet would run as a formula gets an apostrophe in front,
/// which spreadsheets take for "this is text".
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

impl Target {
    /// What the new file is; what is not said is as it was.
    fn format(&self, from: Format) -> Format {
        let encoding = match self.to {
            None => from.encoding,
            Some(Characters::Ascii) => Encoding::Ascii,
            Some(Characters::Ebcdic) => Encoding::Ebcdic,
        };
        Format { blocked: self.blocked || (from.blocked && !self.plain), encoding }
    }

    /// Writes records into it.
    fn write(
        &self,
        output: &mut Output,
        format: Format,
        fill: impl FnOnce(&mut RecordWriter<&mut dyn Write>) -> Outcome,
    ) -> Outcome {
        let mut file = match &self.output {
            None => None,
            Some(file) => {
                let created = File::create(file).map_err(|error| Failure::io(file.display(), error))?;
                Some(BufWriter::new(created))
            }
        };
        let target: &mut dyn Write = match &mut file {
            Some(file) => file,
            None => output.bytes(),
        };
        let mut writer = RecordWriter::new(target, format);
        fill(&mut writer)?;
        writer.finish().map(drop).map_err(failed)
    }
}

fn failed(error: Error) -> Failure {
    Failure::data(error.in_lang(lang()))
}

/// What is wrong with a file of that name.
fn refused(name: &str, error: &Error) -> Failure {
    Failure::data(format_args!("{name}: {}", error.in_lang(lang())))
}

fn convert(output: &mut Output, file: Option<&PathBuf>, target: &Target) -> Outcome {
    let (name, mut records) = records(file)?;
    let from = records.format();
    let to = target.format(from);
    target.write(output, to, |writer| {
        let in_file = |error: Error| refused(&name, &error);
        loop {
            if from.encoding == to.encoding {
                match records.next_record().map_err(in_file)? {
                    Some(record) => writer.write_record(record).map_err(failed)?,
                    None => return complete(&name, &mut records),
                }
            } else {
                match records.next_message().map_err(in_file)? {
                    Some(message) => {
                        writer.write(&Builder::copy_of(&message, to.encoding.spec())).map_err(failed)?;
                    }
                    None => return complete(&name, &mut records),
                }
            }
        }
    })
}

fn encode(output: &mut Output, named: &[PathBuf], target: &Target) -> Outcome {
    let usual = Format { blocked: !target.plain, encoding: Encoding::Ebcdic };
    let format = target.format(usual);
    let spec = format.encoding.spec();
    target.write(output, format, |writer| {
        for file in files(named) {
            let (name, stream) = input::open(&file)?;
            let mut lines = Lines::new(stream, 1 << 20);
            loop {
                let record = match lines.next_line().map_err(|error| Failure::io(&name, error))? {
                    None => break,
                    Some(Line::Whole(b"")) => continue,
                    Some(Line::Whole(line)) => Record::parse(line)
                        .and_then(|record| build(spec, &record).map_err(|trouble| trouble.text())),
                    Some(Line::TooLong) => Err(pick("longer than 1 MiB", "超过1 MiB").into()),
                };
                let record = record
                    .map_err(|text| Failure::data(format_args!("{name}:{}: {text}", lines.number())))?;
                writer.write_record(&record).map_err(failed)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_could_part_values_is_quoted() {
        for (value, wanted) in [
            ("", ""),
            ("a b", "a b"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\nb", "\"a\nb\""),
            ("a\rb", "\"a\rb\""),
            ("\"", "\"\"\"\""),
            ("=1+1", "'=1+1"),
            ("-1,5", "\"'-1,5\""),
        ] {
            assert_eq!(quoted(value), wanted, "{value:?}");
        }
    }

    /// What spreadsheets begin a formula with, in ASCII and in full width.
    #[test]
    fn no_value_begins_a_formula() {
        for first in ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"] {
            assert_eq!(quoted(&format!("{first}1")), format!("'{first}1"));
            assert_eq!(quoted(&format!("1{first}")), format!("1{first}"));
        }
        assert_eq!(quoted("\r1"), "\"'\r1\"");
    }

    /// What is not said of a new file is as it was.
    #[test]
    fn a_new_file_has_the_form_that_was_said() {
        use super::{Characters, Encoding, Format, Target};
        for (to, encoding) in [
            (None, Encoding::Ascii),
            (Some(Characters::Ascii), Encoding::Ascii),
            (Some(Characters::Ebcdic), Encoding::Ebcdic),
        ] {
            for (blocked, plain, was, wanted) in [
                (false, false, false, false),
                (false, false, true, true),
                (true, false, false, true),
                (true, false, true, true),
                (false, true, false, false),
                (false, true, true, false),
            ] {
                let target = Target { to, blocked, plain, output: None };
                let found = target.format(Format { blocked: was, encoding: Encoding::Ascii });
                assert!(found.encoding == encoding && found.blocked == wanted, "{blocked} {plain} {was}");
            }
        }
    }
}
