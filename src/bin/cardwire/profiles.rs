//! The profile that messages are checked against: a built-in name, or a TOML file.

use std::collections::BTreeMap;
use std::path::Path;

use cardwire::profile::{self, Rule, When, rule};
use cardwire::{Mti, Profile};
use serde::Deserialize;

use crate::failure::{Failure, Outcome};
use crate::toml_file;

/// The profile of that name, or in that file.
pub(crate) fn load(name: &str) -> Outcome<&'static Profile<'static>> {
    if let Some(profile) = builtin(name) {
        return Ok(profile);
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(Failure::usage(format_args!(
            "no profile and no file is called '{name}'; there are {}",
            PROFILES.map(Profile::name).join(", ")
        )));
    }
    match profile(toml_file::read(path)?) {
        // a command reads one profile and ends
        Ok(profile) => Ok(Box::leak(Box::new(profile))),
        Err(wrong) => Err(Failure::data(format_args!("{name}, {wrong}"))),
    }
}

fn builtin(name: &str) -> Option<&'static Profile<'static>> {
    PROFILES.into_iter().find(|profile| profile.name() == name)
}

const PROFILES: [&Profile<'static>; 2] = [&profile::ISO87_PROFILE, &profile::UNIONPAY_PROFILE];

fn profile(document: Document) -> Result<Profile<'static>, String> {
    let mut rules = Vec::new();
    for (index, written) in document.rules.into_iter().enumerate() {
        crate::work::count(1);
        rules.extend(written.rules().map_err(|wrong| format!("rule {}: {wrong}", index + 1))?);
    }
    if let Some(base) = &document.base {
        let base = builtin(base).ok_or_else(|| format!("the base '{}' is no built-in profile", cut(base)))?;
        rules.extend_from_slice(base.rules());
    }
    Ok(Profile::new(document.name.leak(), rules.leak()))
}

/// A profile as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    /// The built-in profile whose rules come after those of the file.
    base: Option<String>,
    #[serde(default, rename = "rule")]
    rules: Vec<Written>,
}

/// What some message types carry, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    mti: Types,
    #[serde(default)]
    processing: String,
    #[serde(default)]
    mandatory: Vec<u8>,
    #[serde(default)]
    conditional: BTreeMap<String, String>,
    optional: Option<Vec<u8>>,
    #[serde(default)]
    echoed: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a message type such as \"0200\", or a list of them")]
enum Types {
    One(String),
    Several(Vec<String>),
}

impl Written {
    /// A rule for each message type.
    fn rules(self) -> Result<Vec<Rule<'static>>, String> {
        let types = match self.mti {
            Types::One(one) => vec![one],
            Types::Several(several) => several,
        };
        let mut conditions = Vec::new();
        for (key, text) in &self.conditional {
            let field = number(key)?;
            for text in text.split(" or ") {
                conditions.push((field, when(text.trim())?));
            }
        }
        let mut listed = self.mandatory.iter().chain(&self.echoed).chain(self.optional.iter().flatten());
        listed.try_for_each(|number| known(*number))?;
        let (processing, mandatory) = (self.processing.leak(), self.mandatory.leak());
        let (conditions, echoed) = (conditions.leak(), self.echoed.leak());
        let optional = self.optional.map(|numbers| &*numbers.leak());
        let of_type = |digits: &String| {
            let mti: Mti = digits.parse().map_err(|_| format!("'{}' is no message type", cut(digits)))?;
            let all = rule(&mti.digits()).processing(processing).mandatory(mandatory);
            let all = all.conditional(conditions).echoed(echoed);
            Ok(optional.map_or(all, |optional| all.optional(optional)))
        };
        types.iter().map(of_type).collect()
    }
}

/// `approved`, `with 52`, `without 35`, `39 is 00`.
fn when(text: &str) -> Result<When<'static>, String> {
    let is = |(field, value): (&str, &str)| Ok(When::Is(number(field)?, value.to_owned().leak()));
    match (text, text.split_once(' ')) {
        ("approved", _) => Ok(When::Approved),
        (_, Some(("with", field))) => Ok(When::With(number(field)?)),
        (_, Some(("without", field))) => Ok(When::Without(number(field)?)),
        _ => text.split_once(" is ").map_or_else(
            || Err(format!("'{}' is none of: approved, with 52, without 35, 39 is 00", cut(text))),
            is,
        ),
    }
}

fn number(text: &str) -> Result<u8, String> {
    let number = text.parse().map_err(|_| format!("'{}' is no field number", cut(text)))?;
    known(number).map(|()| number)
}

/// The start of a text: it may be anything, a card number in the wrong place, too.
fn cut(text: &str) -> String {
    text.chars().take(8).collect()
}

fn known(number: u8) -> Result<(), String> {
    match number {
        2..=192 => Ok(()),
        _ => Err(format!("there is no field {number}")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn work_grows_with_the_rules() {
        crate::work::tests::assert_linear("rules", |size| {
            let rules = "[[rule]]\nmti = ['0100', '0200']\nmandatory = [2]\n".repeat(size);
            let document = toml::from_str(&format!("name = 'x'\nbase = 'iso87'\n{rules}"));
            assert!(super::profile(document.expect("TOML")).is_ok());
        });
    }
}
