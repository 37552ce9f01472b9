//! The profile that messages are checked against: a built-in name, or a TOML file.

use std::path::Path;

use cardwire::{Profile, profile};

use crate::failure::{Failure, Outcome};
use crate::lang::{lang, say};
use crate::toml_file;

/// The profile of that name, or in that file.
pub(crate) fn load(name: &str) -> Outcome<&'static Profile<'static>> {
    if let Some(profile) = profile::by_name(name) {
        return Ok(profile);
    }
    let path = Path::new(name);
    if !path.exists() {
        let names: Vec<&str> = profile::builtin().map(Profile::name).collect();
        let names = names.join(", ");
        return Err(Failure::usage(say!(
            "no profile and no file is called '{name}'; there are {names}",
            "没有名为'{name}'的校验规则或文件；可用的有{names}"
        )));
    }
    // a command reads one profile and ends
    match profile::ProfileDoc::from_toml(&toml_file::text(path)?) {
        Ok(doc) => Ok(doc.leak()),
        Err(error) => Err(Failure::data(error.in_file(name).in_lang(lang()))),
    }
}
