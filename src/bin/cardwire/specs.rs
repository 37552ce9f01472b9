//! The spec that a command works with: a built-in name, or a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cardwire::import::{self, ImportError, SpecDoc};
use cardwire::{Spec, spec};

use crate::failure::{Failure, Outcome};

/// Which spec.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct SpecArgs {
    /// The spec: a name of `cardwire spec list`, or a file (TOML, jPOS XML).
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
            None => Err(Failure::usage(
                "say which spec: --spec iso87-ascii, or CARDWIRE_SPEC; `cardwire spec list` names them",
            )),
        }
    }
}

/// The spec of that name, or in that file.
pub(crate) fn load(name: &str) -> Outcome<&'static Spec<'static>> {
    match spec::by_name(name) {
        Some(spec) => Ok(spec),
        None => document(name)?.leak().map_err(|error| in_file(name, error)),
    }
}

/// The same as a document.
pub(crate) fn document(name: &str) -> Outcome<SpecDoc> {
    if let Some(spec) = spec::by_name(name) {
        return Ok(SpecDoc::from_spec(spec));
    }
    let path = Path::new(name);
    if !path.exists() {
        let names: Vec<&str> = spec::builtin().map(Spec::name).collect();
        return Err(Failure::usage(format_args!(
            "no spec and no file is called '{name}'; there are {}",
            names.join(", ")
        )));
    }
    let mut text = String::new();
    let limit = u64::try_from(import::MAX_TEXT).unwrap_or(u64::MAX) + 1;
    File::open(path)
        .and_then(|file| file.take(limit).read_to_string(&mut text))
        .map_err(|error| Failure::io(name, error))?;
    Format::of(&text).parse(&text).map_err(|error| in_file(name, error))
}

fn in_file(name: &str, error: ImportError) -> Failure {
    Failure::data(error.in_file(name))
}

/// The formats of spec files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Toml,
    Jpos,
}

impl Format {
    /// The format that a text is in.
    fn of(text: &str) -> Self {
        match text.trim_start_matches('\u{feff}').trim_start().chars().next() {
            Some('<') => Self::Jpos,
            _ => Self::Toml,
        }
    }

    fn parse(self, text: &str) -> Result<SpecDoc, ImportError> {
        match self {
            Self::Toml => import::toml::parse(text),
            Self::Jpos => import::jpos::import(text, &import::jpos::Options::new()),
        }
    }
}
