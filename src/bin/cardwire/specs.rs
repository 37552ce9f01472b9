//! The spec that a command works with: a built-in name, or a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cardwire::import::j8583::Options as J8583;
use cardwire::import::jpos::Options as Jpos;
use cardwire::import::{self, ImportError, SpecDoc};
use cardwire::{Spec, layout::CodePage, spec};

use crate::failure::{Failure, Outcome};
use crate::lang::{lang, pick, say};
use crate::spec_text::{self, Format};

/// Which spec.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct SpecArgs {
    /// The spec: a name of `cardwire spec list`, or a file (TOML, moov JSON, jPOS XML, j8583 XML).
    ///
    /// What Java code adds to XML stands after a #: `links.xml#0800,binary` of j8583, classes of
    /// your own as one of jPOS: `packager.xml#com.acme.PANField=IFA_LLNUM`.
    #[arg(short, long, value_name = "SPEC", env = "CARDWIRE_SPEC")]
    pub(crate) spec: Option<String>,
}

impl SpecArgs {
    /// The spec, if one was said.
    pub(crate) fn chosen(&self) -> Outcome<Option<&'static Spec<'static>>> {
        self.spec.as_deref().map(load).transpose()
    }

    /// The spec, which must have been said.
    pub(crate) fn required(&self) -> Outcome<&'static Spec<'static>> {
        match &self.spec {
            Some(name) => load(name),
            None => Err(Failure::usage(ask())),
        }
    }
}

/// What is said where a spec is missing.
pub(crate) fn ask() -> &'static str {
    pick(
        "say which spec: --spec iso87-ascii, or CARDWIRE_SPEC; `cardwire spec list` names them",
        "请指定规范：--spec iso87-ascii，或设置CARDWIRE_SPEC；`cardwire spec list`列出所有名称",
    )
}

/// The spec of that name, or in that file.
pub(crate) fn load(name: &str) -> Outcome<&'static Spec<'static>> {
    match spec::by_name(name) {
        Some(spec) => Ok(spec),
        None => {
            let doc = document(name)?;
            spec_text::leak(doc).map_err(|error| in_file(name, error))
        }
    }
}

/// The same as a document.
pub(crate) fn document(name: &str) -> Outcome<SpecDoc> {
    if let Some(spec) = spec::by_name(name) {
        return Ok(SpecDoc::from_spec(spec));
    }
    let (file, settings) = match name.rsplit_once('#') {
        Some((file, settings)) if !Path::new(name).exists() => (file, settings),
        _ => (name, ""),
    };
    if !Path::new(file).exists() {
        let names: Vec<&str> = spec::builtin().map(Spec::name).collect();
        let names = names.join(", ");
        return Err(Failure::usage(say!(
            "no spec and no file is called '{file}'; there are {names}",
            "没有名为'{file}'的规范或文件；可用的规范有{names}"
        )));
    }
    let mut octets = Vec::new();
    let limit = u64::try_from(import::MAX_TEXT).unwrap_or(u64::MAX) + 1;
    File::open(file)
        .and_then(|content| content.take(limit).read_to_end(&mut octets))
        .map_err(|error| Failure::io(file, error))?;
    let text = spec_text::decoded(octets);
    let title = Path::new(file).file_stem().unwrap_or_default().to_string_lossy();
    parse(&text, &title, settings)?.map_err(|error| in_file(file, error))
}

/// What the library advises to its callers, and how the same is said to the command.
const ADVICE: [(&str, &str); 5] = [
    (
        "say with Options::class or Options::shape what it is",
        "say what it is like (here: after a #, as in packager.xml#com.acme.PANField=IFA_LLNUM)",
    ),
    (
        "say with Options::class what it is like",
        "say what it is like (here: after a #, as in packager.xml#com.acme.PANField=IFA_LLNUM)",
    ),
    (
        "say with Options::message which, or with Options::header how many",
        "say which message is meant (here: after a #, as in links.xml#0800)",
    ),
    ("say with Options::message which", "say which message is meant (here: after a #, as in links.xml#0800)"),
    (
        "say with Options::bitmap how it is written",
        "convert the rest to TOML, and say there how it is written",
    ),
];

fn in_file(name: &str, error: ImportError) -> Failure {
    let said = error.in_file(name).in_lang(lang()).to_string();
    Failure::data(ADVICE.iter().fold(said, |said, (from, to)| said.replace(from, to)))
}

/// Reads a spec in the format that the text is in.
fn parse(text: &str, title: &str, settings: &str) -> Outcome<Result<SpecDoc, ImportError>> {
    Ok(match Format::of(text) {
        Format::J8583 => import::j8583::import(text, &j8583(title, settings)?),
        Format::Jpos => import::jpos::import(text, &jpos(title, settings)?),
        _ if !settings.is_empty() => {
            return Err(Failure::usage(pick(
                "only a spec in XML has settings after a #",
                "只有XML规范可以在#之后带设置",
            )));
        }
        Format::Moov => import::moov::parse(text),
        Format::Toml if is_yaml(text) => {
            return Err(Failure::usage(pick(
                "specs in YAML are not read; TOML, JSON and XML are",
                "不支持YAML规范；支持TOML、JSON和XML",
            )));
        }
        Format::Toml => import::toml::parse(text),
    })
}

/// Whether the first line that says something is one of YAML: a key and a colon, or a marker.
fn is_yaml(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line == "---" || line.contains(':') && !line.contains(['=', '[']))
}

/// `com.acme.PANField=IFA_LLNUM`: classes that are not of jPOS, and what they are like.
fn jpos(title: &str, settings: &str) -> Outcome<Jpos> {
    let mut options = Jpos::new().name(title);
    for word in settings.split(',').filter(|word| !word.is_empty()) {
        let (class, like) = word.split_once('=').ok_or_else(|| {
            Failure::usage(say!("'{word}' is no CLASS=CLASS of jPOS", "'{word}'不是jPOS的CLASS=CLASS"))
        })?;
        options = options.class(class, like);
    }
    Ok(options)
}

type Set = fn(J8583) -> J8583;

/// What the Java code around a configuration of j8583 sets.
const SETTINGS: [(&str, Set); 9] = [
    ("binary", J8583::use_binary_messages),
    ("binary-header", J8583::use_binary_header),
    ("binary-fields", J8583::use_binary_fields),
    ("binary-bitmap", J8583::use_binary_bitmap),
    ("ebcdic", |options| options.character_encoding(CodePage::Cp1047)),
    ("ebcdic-037", |options| options.character_encoding(CodePage::Cp037)),
    ("ebcdic-500", |options| options.character_encoding(CodePage::Cp500)),
    ("force-string-encoding", J8583::force_string_encoding),
    ("hex-lengths", J8583::variable_length_fields_in_hex),
];

/// `0800,binary`: a message type, and settings.
fn j8583(title: &str, settings: &str) -> Outcome<J8583> {
    let mut options = J8583::new().name(title);
    for word in settings.split(',').filter(|word| !word.is_empty()) {
        let set = SETTINGS.iter().find(|(known, _)| *known == word);
        options = match set {
            Some((_, set)) => set(options),
            None if word.len() == 4 && word.bytes().all(|digit| digit.is_ascii_digit()) => {
                options.message(word)
            }
            None => {
                return Err(Failure::usage(format_args!(
                    "'{word}' is neither a message type nor one of {}",
                    SETTINGS.map(|(known, _)| known).join(", ")
                )));
            }
        };
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_known_by_its_first_line() {
        for (text, wanted) in [
            ("---\nname: mine\n", true),
            ("\n# a: b\n  name: mine\n", true),
            ("name = \"mine\"\n", false),
            ("name = \"a: b\"\n", false),
            ("[header]: x\n", false),
            ("name\n", false),
            ("# a: b\n", false),
            ("", false),
        ] {
            assert_eq!(is_yaml(text), wanted, "{text}");
        }
    }

    fn told<T>(outcome: Outcome<T>) -> String {
        match outcome {
            Err(Failure::Usage(words)) => format!("usage: {words}"),
            Err(Failure::Data(words)) => format!("data: {words}"),
            Err(_) => "something else".into(),
            Ok(_) => "nothing".into(),
        }
    }

    /// Names are those of the page about specs in XML.
    #[test]
    fn settings_are_known_or_refused() {
        let known = "binary, binary-header, binary-fields, binary-bitmap, ebcdic, ebcdic-037, ebcdic-500, \
                     force-string-encoding, hex-lengths";
        for word in known.split(", ").chain(["", "0800", "0800,binary", ",,binary,"]) {
            assert_eq!(told(j8583("title", word)), "nothing", "{word}");
        }
        for word in ["080", "08000", "08x0", "Binary", "binary "] {
            let wanted = format!("usage: '{word}' is neither a message type nor one of {known}");
            assert_eq!(told(j8583("title", word)), wanted);
        }
        assert_eq!(told(jpos("title", "com.acme.Field=IFA_LLNUM,,b=IFB_NUMERIC")), "nothing");
        assert_eq!(told(jpos("title", "a=b,Field")), "usage: 'Field' is no CLASS=CLASS of jPOS");
    }

    /// Each setting says of a message what the Java method of its name says.
    #[test]
    fn each_setting_changes_what_it_names() {
        let xml = "<j8583-config><parse type=\"0800\"><field num=\"3\" type=\"NUMERIC\" length=\"6\"/>\
                   <field num=\"48\" type=\"LLLVAR\"/></parse></j8583-config>";
        let wire = |settings: &str, text: &str| {
            let doc = parse(xml, "title", settings).expect("settings").expect("a configuration");
            let spec = spec_text::leak(doc).expect("a spec");
            assert_eq!(spec.name(), "title");
            let mut builder = cardwire::Builder::new(spec, cardwire::Mti::NETWORK_REQUEST);
            crate::hex::text(&builder.set(3, "123456").set(48, text).to_vec().expect("a message"))
        };
        let ascii = |text: &str| crate::hex::text(text.as_bytes());
        let bitmap = "2000000000010000";
        for (settings, wanted) in [
            ("", [ascii("0800"), ascii(bitmap), ascii("123456012")]),
            ("0800", [ascii("0800"), ascii(bitmap), ascii("123456012")]),
            ("binary", ["0800".into(), bitmap.into(), "1234560012".into()]),
            ("binary-header", ["0800".into(), bitmap.into(), ascii("123456012")]),
            ("binary-fields", [ascii("0800"), ascii(bitmap), "1234560012".into()]),
            ("binary-bitmap", [ascii("0800"), bitmap.into(), ascii("123456012")]),
            ("hex-lengths", [ascii("0800"), ascii(bitmap), ascii("123456000C")]),
        ] {
            assert_eq!(
                wire(settings, "ABCDEFGHIJKL"),
                wanted.concat() + &ascii("ABCDEFGHIJKL"),
                "{settings}"
            );
        }
        // a bracket is another octet in each code page, and a length is of the encoding where that is forced
        for (settings, end) in [
            ("ebcdic", "303032C1AD"),
            ("ebcdic-037", "303032C1BA"),
            ("ebcdic-500", "303032C14A"),
            ("ebcdic,force-string-encoding", "F0F0F2C1AD"),
        ] {
            let found = wire(settings, "A[");
            assert!(found.ends_with(end), "{settings}: {found}");
        }
    }
}
