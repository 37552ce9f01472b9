//! Which column of a table is what: the default names, or a file that says it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::column::Column;

/// How the tables of a source are written, from a TOML file.
///
/// ```toml
/// delimiter = ";"            # found by itself when it is not said
/// encoding = "gb18030"       # UTF-8 when it is not said
/// decimal = ","              # amounts are 1.234,56; minor units when it is not said
/// date = "%d/%m/%Y"          # for dates that could be read in two ways
/// zone = "Asia/Shanghai"     # of times without an offset
/// currency = "CNY"           # of lines without one
/// skip = 2                   # lines before the names of the columns
/// footer = "合计"            # how a line of totals begins, which is no record
///
/// [columns]                  # our name = theirs
/// rrn = "Reference"
///
/// [values.kind]              # their value = ours
/// "Verkauf" = "sale"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Map {
    /// What parts columns: one character.
    pub delimiter: Option<char>,
    /// The name of the encoding, as browsers know it.
    pub encoding: Option<String>,
    /// The decimal mark of amounts, `.` or `,`.
    pub decimal: Option<char>,
    /// How dates are written, in the letters of `strftime`.
    pub date: Option<String>,
    /// The zone of times without an offset.
    pub zone: Option<String>,
    /// The currency of lines without one.
    pub currency: Option<String>,
    /// Lines before the names of the columns.
    pub skip: u64,
    /// How a line begins that is no record: a line of totals at the end.
    pub footer: Option<String>,
    /// Our name of a column and the name in the file.
    pub columns: BTreeMap<String, String>,
    /// For a column of ours, a value in the file and ours.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// In words, with the line, when it is no TOML, or names a column, a zone, an encoding, a currency or a mark that
    /// is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let map: Self = toml::from_str(text).map_err(|error| format!("the column map is wrong: {error}"))?;
        for name in map.columns.keys().chain(map.values.keys()) {
            let known = Column::ALL.iter().any(|column| column.name() == name);
            if !known {
                return Err(format!(
                    "the column map names `{name}`, which is no column; see the section Inputs"
                ));
            }
        }
        if !map.decimal.is_none_or(|mark| matches!(mark, '.' | ',')) {
            return Err("the column map's `decimal` is neither \".\" nor \",\"".into());
        }
        if !map.delimiter.is_none_or(|mark| mark.is_ascii() && mark != '"' && mark != '\n') {
            return Err("the column map's `delimiter` is not one character of ASCII".into());
        }
        if let Some(zone) = map.zone.as_deref().filter(|zone| super::dates::zone(zone).is_none()) {
            return Err(format!(
                "the column map's `zone`, {zone}, is neither an offset nor a region that is known"
            ));
        }
        if let Some(name) =
            map.encoding.as_deref().filter(|name| encoding_rs::Encoding::for_label(name.as_bytes()).is_none())
        {
            return Err(format!("the column map's `encoding`, {name}, is not known"));
        }
        if let Some(code) = map.currency.as_deref().filter(|code| super::money::currency(code).is_none()) {
            return Err(format!("the column map's `currency`, {code}, is none"));
        }
        Ok(map)
    }

    /// The column of a name in the file: where the map says one, that; the default names for all columns that the map
    /// does not say.
    pub(super) fn column(&self, name: &str) -> Option<Column> {
        let said = self.columns.iter().find(|(_, theirs)| theirs.trim() == name.trim());
        match said {
            Some((ours, _)) => Column::named(ours),
            None => Column::named(name).filter(|column| !self.columns.contains_key(column.name())),
        }
    }

    /// Our value for one of the file.
    pub(super) fn value<'v>(&'v self, column: Column, value: &'v str) -> &'v str {
        let ours = self.values.get(column.name()).and_then(|values| values.get(value.trim()));
        ours.map_or(value, String::as_str)
    }
}
