//! `cardwire spec`.

use std::io::Write;

use cardwire::import::toml::words;
use cardwire::import::{ImportError, SpecDoc, moov, toml};
use cardwire::layout::{Coding, Element, Form, Layout, LengthUnit, Prefix, PrefixCoding};
use cardwire::mask::Privacy;
use cardwire::spec::MtiCoding;
use cardwire::{Framing, Spec, spec};

use crate::failure::{Failure, Outcome, complain};
use crate::json;
use crate::lang::lang;
use crate::output::{Output, Role};
use crate::wireshark::DissectorArgs;
use crate::{plain, specs};

/// List, show, check and convert specs.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire spec show unionpay-pos 60 61\n  \
    cardwire spec convert iso87-bcd > mine.toml\n  \
    cardwire spec convert packager.xml > mine.toml\n  \
    cardwire spec convert mine.toml --to moov > mine.json\n  \
    cardwire spec convert mine.toml --to wireshark -F binary2+tpdu > mine.lua\n  \
    cardwire spec convert 'j8583.xml#0200,binary'\n  \
    cardwire spec check mine.toml\n\n\
    A spec of your own in TOML: every key and word, with octets, in docs/spec-toml.md")]
pub(crate) struct SpecCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List the specs that come with the command.
    List,
    /// Show a spec as a table: number, notation, coding, length, privacy, name.
    Show {
        /// The spec.
        spec: String,
        /// Only these elements.
        numbers: Vec<u8>,
        /// JSON, one element a line.
        #[arg(long)]
        json: bool,
    },
    /// Check spec files: a contradiction is told with file, line and element.
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Print a spec in the native format, in that of moov-io/iso8583, or as a Wireshark dissector.
    Convert {
        /// The spec, built in or a file.
        spec: String,
        /// The format to print.
        #[arg(long, value_name = "FORMAT", default_value = "toml")]
        to: Format,
        #[command(flatten)]
        dissector: DissectorArgs,
    },
    /// List the framings that --framing takes.
    Framings,
}

/// The formats that specs are written in.
#[derive(clap::ValueEnum, Clone, Copy)]
enum Format {
    Toml,
    /// JSON of moov-io/iso8583.
    Moov,
    /// A Wireshark dissector in Lua.
    Wireshark,
}

impl SpecCommand {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        match &self.action {
            Action::List => list(output),
            Action::Framings => framings(output),
            Action::Check { files } => check(output, files),
            Action::Convert { spec, to, dissector } => {
                let text = converted(spec, *to, dissector)?;
                Ok(output.bytes().write_all(text.as_bytes())?)
            }
            Action::Show { spec, numbers, json } => {
                let spec = specs::load(spec)?;
                let wanted = |element: &Element<'_>| {
                    numbers.is_empty() || numbers.iter().any(|number| u32::from(*number) == element.key())
                };
                if !*json {
                    head(output, spec)?;
                }
                for element in spec.body().elements().filter(|element| wanted(element)) {
                    if *json {
                        let mut text = Vec::new();
                        object(&mut text, spec.body(), element);
                        text.push(b'\n');
                        output.bytes().write_all(&text)?;
                    } else {
                        row(output, spec.body(), element, 0)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// A spec in another format.
fn converted(spec: &str, to: Format, dissector: &DissectorArgs) -> Outcome<String> {
    if let Format::Wireshark = to {
        return dissector.write(specs::load(spec)?);
    }
    dissector.refuse()?;
    let doc = specs::document(spec)?;
    Ok(match to {
        Format::Moov => {
            let text = in_moov(&doc).map_err(|error| Failure::data(error.in_file(spec).in_lang(lang())))?;
            plain::in_json(&text)
        }
        _ => plain::in_toml(&toml::write(&doc)),
    })
}

/// The text, and beside it what it does not hold.
fn in_moov(doc: &SpecDoc) -> Result<String, ImportError> {
    let text = moov::write(doc)?;
    for loss in moov::losses(doc)? {
        complain(format_args!("not kept, as the format has no words for it: {loss}"));
    }
    Ok(text)
}

fn list(output: &mut Output) -> Outcome {
    let width = spec::builtin().map(|spec| spec.name().len()).max().unwrap_or(0);
    for spec in spec::builtin() {
        let name = output.paint(Role::Key, &format!("{:<width$}", spec.name()));
        let count = spec.body().elements().count();
        let of = |number: u8| spec.element(number);
        let digits = of(11).map_or("", |element| coding_words(element.coding()));
        let text = of(41).map_or("", |element| coding_words(element.coding()));
        let lengths = of(32).map_or_else(String::new, |element| length_words(element.form()));
        output.line(format_args!(
            "{name} {count:>3} elements, MTI {}, digits {digits}, text {text}, bitmap {}, lengths {lengths}",
            mti_words(spec.mti()),
            coding_words(spec.bitmap().coding)
        ))?;
    }
    Ok(())
}

fn mti_words(coding: MtiCoding) -> &'static str {
    match coding {
        MtiCoding::Ascii => "in ASCII",
        MtiCoding::Ebcdic => "in EBCDIC",
        MtiCoding::Bcd => "packed",
        MtiCoding::Binary => "a binary number",
        MtiCoding::Hex => "in hexadecimal digits",
    }
}

fn coding_words(coding: Coding) -> &'static str {
    match coding {
        Coding::Ascii => "in ASCII",
        Coding::Ebcdic(_) => "in EBCDIC",
        Coding::Bcd => "packed",
        Coding::Raw => "as it is",
        Coding::Hex => "as hexadecimal digits",
        Coding::EbcdicHex(_) => "as hexadecimal digits in EBCDIC",
        Coding::Zoned(_) => "zoned",
    }
}

fn length_words(form: Form) -> String {
    let Form::Prefixed(prefix) = form else { return "as each element says".into() };
    let coding = match prefix.coding {
        PrefixCoding::Ascii => "in ASCII".into(),
        PrefixCoding::Ebcdic(_) => "in EBCDIC".into(),
        PrefixCoding::Bcd => "packed".into(),
        PrefixCoding::Binary if prefix.width == 1 => "in one octet".into(),
        PrefixCoding::Binary => format!("in {} octets", prefix.width),
        PrefixCoding::Hex => "as hexadecimal digits".into(),
        PrefixCoding::Ber => String::from("as BER lengths"),
    };
    match prefix.counts {
        LengthUnit::Units => coding,
        LengthUnit::Bytes => coding + " that counts octets",
        LengthUnit::Nibbles => coding + " that counts half octets",
    }
}

fn check(output: &mut Output, files: &[String]) -> Outcome {
    let mut broken = 0;
    for file in files {
        match specs::load(file) {
            Ok(spec) => {
                let right = output.paint(Role::Good, "ok");
                let count = spec.body().elements().count();
                output.line(format_args!("{file}: {right}, {}, {count} elements", spec.name()))?;
            }
            Err(Failure::Data(text)) => {
                broken += 1;
                complain(text);
            }
            Err(other) => return Err(other),
        }
    }
    if broken == 0 { Ok(()) } else { Err(Failure::Told) }
}

fn framings(output: &mut Output) -> Outcome {
    for named in Framing::named() {
        let name = output.paint(Role::Key, &format!("{:<18}", named.name));
        output.line(format_args!("{name} {}", named.summary))?;
    }
    output.line("")?;
    output.line("with a station header: NAME+tpdu, +unionpay, +base1, +cups, +base24, or +BYTES")?;
    Ok(())
}

fn head(output: &mut Output, spec: &Spec<'_>) -> Outcome {
    let title = output.paint(Role::Title, spec.name());
    let form = spec.bitmap();
    output.line(format_args!(
        "{title}: header {} bytes, MTI {}, bitmap {} of {} bytes, second {}, third {}",
        spec.header(),
        words::mti(spec.mti()),
        words::coding(form.coding),
        form.octets,
        words::more(form.second),
        words::more(form.third)
    ))?;
    Ok(output.line("")?)
}

fn row(output: &mut Output, layout: &Layout<'_>, element: &Element<'_>, depth: usize) -> Outcome {
    let indent = 5 * depth;
    let key = format!("{:indent$}{:>5}", "", layout.key(element.key()).to_string());
    let key = output.paint(Role::Key, &format!("{key:<15}"));
    let privacy = match element.privacy() {
        Privacy::Open => String::new(),
        hidden => output.paint(Role::Masked, &format!("[{}]", privacy(hidden))),
    };
    let coding = words::coding(element.coding());
    let length = length(element);
    output.line(
        format!(
            "{key} {:<9} {coding:<12} {length:<22} {} {privacy}",
            element.notation().to_string(),
            element.name_in(lang())
        )
        .trim_end(),
    )?;
    let Some(layout) = element.layout() else { return Ok(()) };
    layout.elements().try_for_each(|part| row(output, layout, part, depth + 1))
}

fn privacy(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Open => "open",
        Privacy::Pan { .. } => "card number",
        Privacy::Track => "track",
        Privacy::Secret => "secret",
    }
}

fn length(element: &Element<'_>) -> String {
    match element.form() {
        Form::Fixed => "fixed".into(),
        Form::Prefixed(Prefix { coding, width: 0, .. }) => format!("{} length", words::prefix(coding)),
        Form::Prefixed(Prefix { coding, width, counts, .. }) => {
            format!("{width} {}, {}", words::prefix(coding), words::counts(counts))
        }
        Form::Padded(Prefix { coding, width, .. }) => format!("{width} {}, padded", words::prefix(coding)),
        Form::Rest => "the rest".into(),
        Form::IfLetter => "if a letter".into(),
        Form::Nothing => "nothing".into(),
        Form::Until(end) => {
            let octets: String = end.octets().iter().map(|octet| format!("{octet:02X}")).collect();
            format!("until {octets}")
        }
    }
}

fn object(out: &mut Vec<u8>, layout: &Layout<'_>, element: &Element<'_>) {
    let member = |out: &mut Vec<u8>, name: &str, text: &str| {
        out.extend(format!("\"{name}\":").bytes());
        json::words(out, text);
        out.push(b',');
    };
    out.push(b'{');
    member(out, "key", &layout.key(element.key()).to_string());
    member(out, "name", element.name());
    member(out, "notation", &element.notation().to_string());
    member(out, "coding", words::coding(element.coding()));
    member(out, "length", &length(element));
    member(out, "privacy", privacy(element.privacy()));
    out.extend(format!("\"min\":{},\"max\":{}", element.min(), element.max()).bytes());
    if let Some(layout) = element.layout() {
        out.extend(b",\"parts\":[");
        for (index, part) in layout.elements().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            object(out, layout, part);
        }
        out.push(b']');
    }
    out.push(b'}');
}
