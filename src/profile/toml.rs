//! Profiles from TOML: every key is known, and an error says the line and why.

use alloc::borrow::Cow;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::import::{ImportError, Lines, check_size};
use crate::model::mti::Mti;
use crate::profile::builtin::{builtin, by_name};
use crate::profile::doc::{Condition, ProfileDoc, RuleDoc};
use crate::profile::rules::Profile;

type Result<T> = core::result::Result<T, ImportError>;

/// A value with its place in the text.
type Item<'t> = Spanned<DeValue<'t>>;

/// How many rules a file may have, a rule for several message types being as many.
const MAX_RULES: usize = 10_000;

impl Profile<'static> {
    /// The profile that a TOML text describes, for good: its memory is never freed, so this is for one
    /// that is read at start-up. [`ProfileDoc::with`] leaks nothing.
    ///
    /// ```toml
    /// name = "mine"
    /// base = "iso87"                  # a built-in profile, whose rules count where none of these fits
    ///
    /// [[rule]]                        # the first rule that fits a message counts
    /// mti = "0200"                    # or a list: ["0100", "0200"]
    /// processing = "00"               # only where DE 3 starts so
    /// mandatory = [3, 4, 7, 11, 41, 42, 49]
    /// optional = [37, 48, 55]         # once said, nothing else may be there
    /// echoed = [11, 41]               # of a response: as in its request
    ///
    /// [rule.conditional]              # mandatory under a condition
    /// 2 = "without 35"                # when DE 35 is not there
    /// 26 = "with 52"                  # when DE 52 is there
    /// 38 = "approved"                 # when DE 39 approves
    /// 62 = "39 is 00 or 39 is 10"     # when DE 39 has one of these values
    /// ```
    ///
    /// ```
    /// use cardwire::{Builder, Message, Mti, Profile, spec::ISO87_ASCII};
    ///
    /// let profile = Profile::from_toml("name = 'mine'\n[[rule]]\nmti = '0800'\nmandatory = [7, 11]\n")?;
    /// let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(11, 1).to_vec()?;
    /// let message = Message::parse(&ISO87_ASCII, &wire)?;
    /// let found: Vec<String> = profile.check(&message).map(|violation| violation.to_string()).collect();
    /// assert_eq!(found, ["field 7 is mandatory in 0800"]);
    ///
    /// let error = Profile::from_toml("name = 'mine'\n[[rule]]\nmti = '0800'\nmandatory = [1]\n").unwrap_err();
    /// assert_eq!(error.to_string(), "line 4: rule 1: there is no field 1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// With its line, what is not TOML, not of this format, or too much of it:
    /// [`MAX_TEXT`](crate::import::MAX_TEXT) octets, 10,000 rules. Nothing is leaked then.
    pub fn from_toml(text: &str) -> Result<Self> {
        ProfileDoc::from_toml(text).map(|doc| *doc.leak())
    }
}

impl ProfileDoc {
    /// The profile that a TOML text describes; the format is that of [`Profile::from_toml`].
    ///
    /// # Errors
    /// As [`Profile::from_toml`].
    pub fn from_toml(text: &str) -> Result<Self> {
        check_size(text)?;
        let lines = Lines::of(text);
        let reader = Reader { lines: &lines };
        let root = DeTable::parse(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            reader.fail(start, error.message())
        })?;
        reader.profile(root.get_ref())
    }
}

struct Reader<'l> {
    lines: &'l Lines,
}

impl Reader<'_> {
    fn fail(&self, offset: usize, message: impl Into<String>) -> ImportError {
        ImportError::new(message).at_line(self.lines.line(offset))
    }

    fn profile(&self, table: &DeTable<'_>) -> Result<ProfileDoc> {
        let (mut name, mut base, mut rules) = (None, None, Vec::new());
        for (key, value) in table {
            match &**key.get_ref() {
                "name" => name = Some(self.text(value)?.to_owned()),
                "base" => base = Some(self.base(value)?),
                "rule" => rules = self.rules(value)?,
                _ => return Err(self.unknown(key, "name, base, rule")),
            }
        }
        let name = name.ok_or_else(|| ImportError::new("there is no `name`"))?;
        Ok(ProfileDoc { name, base, rules })
    }

    fn unknown(&self, key: &Spanned<Cow<'_, str>>, known: &str) -> ImportError {
        let said = key.get_ref();
        let has_digits = said.bytes().any(|octet| octet.is_ascii_digit());
        let name = if has_digits { cut(said) } else { said.to_string() };
        self.fail(key.span().start, format!("unknown field `{name}`; there are {known}"))
    }

    fn base(&self, value: &Item<'_>) -> Result<String> {
        let name = self.text(value)?;
        if by_name(name).is_none() {
            let names: Vec<&str> = builtin().map(|profile| profile.name()).collect();
            let message =
                format!("the base '{}' is not a built-in profile; there are {}", cut(name), names.join(", "));
            return Err(self.fail(value.span().start, message));
        }
        Ok(name.to_owned())
    }

    fn rules(&self, value: &Item<'_>) -> Result<Vec<RuleDoc>> {
        let Some(tables) = value.get_ref().as_array() else {
            return Err(self.fail(value.span().start, "expected [[rule]], once for each rule"));
        };
        let (mut rules, mut count) = (Vec::new(), 0);
        for (item, number) in tables.iter().zip(1..) {
            let named = |error: ImportError| error.in_rule(number);
            let table = item.get_ref().as_table();
            let table = table.ok_or_else(|| named(self.fail(item.span().start, "expected a table")))?;
            let rule = self.rule(table, item.span().start).map_err(named)?;
            count += rule.types.len();
            if count > MAX_RULES {
                let message = format!("more than {MAX_RULES} rules, counted by message type");
                return Err(self.fail(item.span().start, message));
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    fn rule(&self, table: &DeTable<'_>, start: usize) -> Result<RuleDoc> {
        let mut rule = RuleDoc::default();
        for (key, value) in table {
            match &**key.get_ref() {
                "mti" => rule.types = self.types(value)?,
                "processing" => rule.processing = self.text(value)?.to_owned(),
                "mandatory" => rule.mandatory = self.numbers(value)?,
                "optional" => rule.optional = Some(self.numbers(value)?),
                "echoed" => rule.echoed = self.numbers(value)?,
                "conditional" => rule.conditional = self.conditional(value)?,
                _ => {
                    let known = "mti, processing, mandatory, optional, echoed, conditional";
                    return Err(self.unknown(key, known));
                }
            }
        }
        match rule.types.is_empty() {
            true => Err(self.fail(start, "there is no `mti`")),
            false => Ok(rule),
        }
    }

    fn types(&self, value: &Item<'_>) -> Result<Vec<Mti>> {
        let items = match value.get_ref() {
            DeValue::String(_) => vec![value],
            DeValue::Array(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        if items.is_empty() || items.iter().any(|item| !item.get_ref().is_str()) {
            let message = "expected a message type such as \"0200\", or a list of them";
            return Err(self.fail(value.span().start, message));
        }
        let of_type = |item: &Item<'_>| {
            let digits = self.text(item)?;
            digits
                .parse()
                .map_err(|_| self.fail(item.span().start, format!("'{}' is not a message type", cut(digits))))
        };
        items.into_iter().map(of_type).collect()
    }

    fn numbers(&self, value: &Item<'_>) -> Result<Vec<u8>> {
        let expected = |item: &Item<'_>| self.fail(item.span().start, "expected a list of field numbers");
        let items = value.get_ref().as_array().ok_or_else(|| expected(value))?;
        let number = |item| match Item::get_ref(item) {
            DeValue::Integer(number) if number.radix() == 10 => {
                known(number.as_str()).map_err(|message| self.fail(item.span().start, message))
            }
            _ => Err(expected(item)),
        };
        items.iter().map(number).collect()
    }

    fn conditional(&self, value: &Item<'_>) -> Result<Vec<(u8, Condition)>> {
        let table = value.get_ref().as_table();
        let table = table
            .ok_or_else(|| self.fail(value.span().start, "expected a table of fields and conditions"))?;
        let mut conditions = Vec::new();
        for (key, value) in table {
            let number = known(key.get_ref()).map_err(|message| self.fail(key.span().start, message))?;
            for text in self.text(value)?.split(" or ") {
                let condition =
                    condition(text.trim()).map_err(|message| self.fail(value.span().start, message))?;
                conditions.push((number, condition));
            }
        }
        Ok(conditions)
    }

    fn text<'t>(&self, value: &'t Item<'_>) -> Result<&'t str> {
        value.get_ref().as_str().ok_or_else(|| self.fail(value.span().start, "expected a string"))
    }
}

/// `approved`, `with 52`, `without 35`, `39 is 00`.
fn condition(text: &str) -> core::result::Result<Condition, String> {
    match (text, text.split_once(' '), text.split_once(" is ")) {
        ("approved", ..) => Ok(Condition::Approved),
        (_, Some(("with", field)), _) => known(field).map(Condition::With),
        (_, Some(("without", field)), _) => known(field).map(Condition::Without),
        (_, _, Some((field, value))) => Ok(Condition::Is(known(field)?, value.to_string())),
        _ => Err(format!("'{}' is none of: approved, with 52, without 35, 39 is 00", cut(text))),
    }
}

/// The start of a text: an error names it, and it may be a card number in the wrong place.
fn cut(text: &str) -> String {
    match text.char_indices().nth(8) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.into(),
    }
}

/// The number of a field that there can be.
fn known(text: &str) -> core::result::Result<u8, String> {
    match text.parse() {
        Ok(number @ 2..=192) => Ok(number),
        Ok(0 | 1 | 193..) => Err(format!("there is no field {text}")),
        Err(_) if !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit()) => {
            Err(format!("there is no field {}", cut(text)))
        }
        Err(_) => Err(format!("'{}' is not a field number", cut(text))),
    }
}
