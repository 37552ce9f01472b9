//! What every subcommand reads: the files of the three sides, rules, decisions.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use cardwire::{Framing, spec};
use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::progress::Progress;
use crate::engine::class::Lang;
use crate::engine::decide::Decisions;
use crate::engine::rules::{DEFAULT, Rules};
use crate::engine::run::{Intake, Run, Settings};
use crate::gather::{Files, TakeFiles, gather, gather_stored};
use crate::read::{self, Map, Options};
use crate::record::{Currency, Side, Tokenizer};
use crate::spill::{Spill, Spilled};

/// The files of a run and how they are read.
#[derive(Debug, Args)]
pub(super) struct Inputs {
    /// Messages: CSV, NDJSON, captures, <isomsg>, hexadecimal lines, dumps, frames; a file each time
    #[arg(long, value_name = "FILE", num_args = 1.., action = clap::ArgAction::Append)]
    switch: Vec<PathBuf>,
    /// Clearing files: CSV, NDJSON, IPM
    #[arg(long, value_name = "FILE", num_args = 1.., action = clap::ArgAction::Append)]
    clearing: Vec<PathBuf>,
    /// Bank statements: CSV, NDJSON, camt.053, MT940
    #[arg(long, value_name = "FILE", num_args = 1.., action = clap::ArgAction::Append)]
    bank: Vec<PathBuf>,
    /// Evidence that `evidence` wrote as lines of JSON
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// Column map of the switch files
    #[arg(long, value_name = "TOML")]
    switch_map: Option<PathBuf>,
    /// Column map of the clearing files
    #[arg(long, value_name = "TOML")]
    clearing_map: Option<PathBuf>,
    /// Column map of the bank files
    #[arg(long, value_name = "TOML")]
    bank_map: Option<PathBuf>,
    /// What stayed open the day before
    #[arg(long, value_name = "FILE")]
    open: Option<PathBuf>,
    /// Decisions of people
    #[arg(long, value_name = "FILE")]
    pub(super) decisions: Option<PathBuf>,
    /// Rules instead of those that come with the command
    #[arg(long, value_name = "TOML")]
    rules: Option<PathBuf>,
    /// Local time as of which things are due: 2026-03-18T10:00; by default the end of the latest day in the files
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Zone of local times
    #[arg(long, value_name = "ZONE", default_value = "+08:00", allow_hyphen_values = true)]
    zone: String,
    /// Currency of records that name none
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    currency: String,
    /// Key of card tokens that outlive the run, in the open items; by default a random key is used and not kept
    #[arg(long, value_name = "FILE")]
    token_key: Option<PathBuf>,
    /// Spec of messages that are octets, such as iso87-bcd; by default found, of a capture connection by connection
    #[arg(long, value_name = "SPEC")]
    spec: Option<String>,
    /// Framing around them, such as binary2 or binary2+tpdu; by default found
    #[arg(long, value_name = "FRAMING")]
    framing: Option<String>,
    /// What an address of a capture is: 10.0.0.9:9000=A
    #[arg(long, value_name = "ADDRESS=PARTY")]
    party: Vec<String>,
}

/// The language of a report.
#[derive(Debug, Args)]
pub(super) struct Language {
    /// Language: en or zh
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = language)]
    pub(super) lang: Lang,
}

fn language(text: &str) -> Result<Lang, String> {
    Lang::of_tag(text).ok_or_else(|| "en or zh".to_owned())
}

/// What the arguments say besides the files.
pub(super) struct Told {
    pub(super) settings: Settings,
    pub(super) currency: Currency,
    tokenizer: Tokenizer,
}

impl Inputs {
    /// Reads all files and runs.
    pub(super) fn run(&self) -> Result<Run, String> {
        let told = self.told()?;
        let mut intake = Intake::new(told.currency);
        if let Some(path) = &self.open {
            intake.take_open(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        self.read(&told, &mut intake)?;
        let run = intake.run(told.settings);
        // a due date that is a guess would be believed
        run.unknown_year().map_or(Ok(run), Err)
    }

    /// Reads all files and runs in about so many octets of memory.
    pub(super) fn spilled(&self, limit: u64) -> Result<Spilled, String> {
        let told = self.told()?;
        let failed = |error: std::io::Error| format!("temporary files: {error}");
        let mut intake = Spill::new(told.currency, limit);
        if let Some(path) = &self.open {
            intake.take_open(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        self.read(&told, &mut intake)?;
        let spilled = intake.run(told.settings).map_err(failed)?;
        spilled.frame().unknown_year().map_or(Ok(spilled), Err)
    }

    /// What the arguments say, before any record is read.
    pub(super) fn told(&self) -> Result<Told, String> {
        let has_files = [&self.switch, &self.clearing, &self.bank].iter().any(|files| !files.is_empty());
        if !has_files && self.open.is_none() && self.evidence.is_none() {
            return Err("no file is given: --switch, --clearing, --bank, --evidence or --open".to_owned());
        }
        if self.evidence.is_some() && (has_files || self.open.is_some()) {
            return Err("--evidence holds all records: no other file can be given beside it".to_owned());
        }
        let rules = match &self.rules {
            Some(path) => {
                Rules::parse(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))?
            }
            None => Rules::parse(DEFAULT)?,
        };
        let zone =
            read::zone(&self.zone).ok_or_else(|| format!("`{}` is no zone such as +08:00", self.zone))?;
        let as_of = self.as_of.as_deref().map(time).transpose()?;
        let currency =
            Currency::new(&self.currency).ok_or_else(|| format!("`{}` is no currency", self.currency))?;
        let decisions = match &self.decisions {
            Some(path) if path.exists() => {
                Decisions::parse(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))?
            }
            _ => Decisions::default(),
        };
        let settings = Settings { rules, as_of, zone, decisions: decisions.by_item() };
        Ok(Told { settings, currency, tokenizer: self.tokenizer()? })
    }

    /// Hands over the records of all files.
    pub(super) fn read(&self, told: &Told, intake: &mut impl TakeFiles) -> Result<(), String> {
        if let Some(path) = &self.evidence {
            let named = |error: String| format!("{}: {error}", path.display());
            let file = fs::File::open(path).map_err(|error| named(error.to_string()))?;
            return gather_stored(intake, BufReader::new(file)).map_err(named);
        }
        let mut sides = Vec::new();
        for (side, paths, map) in [
            (Side::Switch, &self.switch, &self.switch_map),
            (Side::Clearing, &self.clearing, &self.clearing_map),
            (Side::Bank, &self.bank, &self.bank_map),
        ] {
            let Settings { zone, as_of, .. } = &told.settings;
            let options = self.options(side, map.as_deref(), &told.tokenizer, zone, *as_of)?;
            sides.push(Files { options, paths: paths.clone() });
        }
        let notes = gather(&mut Progress::new(intake), &sides)?;
        for note in notes {
            super::say(&format!("{}: {}: {}", note.source.file, note.source.place, note.reason));
        }
        Ok(())
    }

    /// Whether tokens of cards mean the same on another day.
    pub(super) fn keeps_tokens(&self) -> bool {
        self.token_key.is_some()
    }

    fn options(
        &self,
        side: Side,
        map: Option<&Path>,
        tokenizer: &Tokenizer,
        zone: &TimeZone,
        as_of: Option<DateTime>,
    ) -> Result<Options, String> {
        let mut options = Options::new(side, tokenizer.clone());
        options.zone = zone.clone();
        options.near = as_of.map(DateTime::date);
        options.currency = Currency::new(&self.currency);
        if let Some(path) = map {
            options.map = Map::parse(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        if let Some(name) = &self.spec {
            options.spec = Some(spec::by_name(name).ok_or_else(|| {
                let names: Vec<&str> = spec::builtin().map(|spec| spec.name()).collect();
                format!("`{name}` is no spec; there are {}", names.join(", "))
            })?);
        }
        if let Some(name) = &self.framing {
            options.framing = Some(Framing::by_name(name).ok_or_else(|| format!("`{name}` is no framing"))?);
        }
        for party in &self.party {
            let (address, name) =
                party.split_once('=').ok_or_else(|| format!("`{party}` is not ADDRESS=PARTY"))?;
            options.parties.push((address.to_owned(), name.into()));
        }
        Ok(options)
    }

    fn tokenizer(&self) -> Result<Tokenizer, String> {
        if let Some(path) = &self.token_key {
            let key = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            if key.len() < 16 {
                return Err(format!("{}: a key of fewer than 16 octets is guessed", path.display()));
            }
            return Ok(Tokenizer::new(&key));
        }
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| format!("no random key for card tokens: {error}"))?;
        Ok(Tokenizer::new(&key))
    }
}

pub(super) fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A local time, or the end of a day.
fn time(text: &str) -> Result<DateTime, String> {
    let text = text.trim();
    let day = text.parse::<jiff::civil::Date>().map(|day| day.at(23, 59, 59, 0));
    let time = text.replacen(' ', "T", 1).parse::<DateTime>();
    if text.len() <= 10 { day } else { time }
        .map_err(|_| format!("`{text}` is no time such as 2026-03-18T10:00"))
}
