//! Scenarios: each reason why money did not arrive, as a data file. It is played by the parties in virtual time; what
//! became of the money is asked of cardwire-recon, which sees the acquirer's capture, the settlement files and the bank
//! statement and nothing else; the proof is in the books of all parties.

mod alerts;
pub(crate) mod books;
mod catalog;
pub mod causes;
mod crash;
mod evidence;
mod print;
pub mod seats;
mod stage;
mod step;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::catalog::FILES;
pub use self::evidence::Verdict;
pub use self::print::{json, line, story};

use self::stage::Stage;
use self::step::{Clock, Doing, Step};
use crate::audit::{Books, Check};
use crate::journal::RecordKind;
use crate::local::{Death, Moment};
use crate::party::Caps;
use crate::wimm::Lang;
use crate::world::{World, WorldError};

/// So many scenarios the network is to have.
pub const DESIGNED: usize = 38;

/// A scenario, as its file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// `S01` to `S38`.
    pub id: String,
    /// In a few words.
    pub name: String,
    /// The causes of the founding document that it shows: ids of [`causes::CAUSES`].
    pub causes: Vec<String>,
    /// The remedies of the founding document that it shows: ids of [`causes::REMEDIES`].
    pub remedies: Vec<String>,
    /// What goes wrong.
    pub fault: String,
    /// What mends it.
    pub remedy: String,
    /// What of the design it does not show yet.
    pub lacks: Option<String>,
    /// The ways from the acquirer to the issuer, the best first: `direct`, and `hub` for a line by way of the hub. The
    /// direct line alone when it is not said.
    #[serde(default)]
    pub routes: Vec<String>,
    /// The most that acquirer and issuer may owe at the hub, in minor units.
    #[serde(default)]
    pub caps: Caps,
    /// What is done, line by line: `14:02:00 sell 500.00`, `+1 09:00 pay`.
    pub steps: String,
    /// Messages that are seen at the acquirer in this order, others between them: `A>I 0420 68`.
    #[serde(default)]
    pub traffic: Vec<String>,
    /// What is said of a sale, and when.
    #[serde(default, rename = "verdict")]
    pub verdicts: Vec<Expected>,
    /// Balances at the end: `"issuer cardholder:1004" = "79,500.00"`.
    #[serde(default)]
    pub books: BTreeMap<String, String>,
    /// Records that name what is wrong, at the end: `"acquirer clearing_exception" = 1`. Those that are not listed are
    /// not there.
    #[serde(default)]
    pub named: BTreeMap<String, usize>,
    /// Alerts of [`crate::watch`], and when each fires for the first time, to the minute: `"acquirer route-open" =
    /// "14:03"`.
    #[serde(default)]
    pub alerts: BTreeMap<String, String>,
    /// What can be read of a way at the end: `"acquirer settlement_route_state direct" = "0"`.
    #[serde(default)]
    pub watched: BTreeMap<String, String>,
    /// The party that is killed at each of its inputs, before and after it is stored, one play for each.
    pub killed_everywhere: Option<String>,
    /// From when on it is killed; from the start when it is not said.
    pub killed_from: Option<String>,
    /// The words of it in Chinese.
    #[serde(default)]
    pub zh: Words,
}

/// What a scenario says in words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What goes wrong.
    pub fault: String,
    /// What mends it.
    pub remedy: String,
    /// What of the design it does not show yet.
    pub lacks: Option<String>,
}

/// What is to be said of a sale.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// As of when: `14:02:10`, `+1 10:00`.
    pub at: String,
    /// Which sale, counted from 1; of the second terminal from 101.
    pub sale: usize,
    /// Code and class: `W31 reversed`.
    pub is: String,
    /// The replica of the merchant's portal is asked, and not what is there.
    #[serde(default)]
    pub portal: bool,
    /// So many minutes old are the data, as the answer itself says.
    #[serde(default)]
    pub behind: u64,
}

/// A verdict that was given, and what was expected.
#[derive(Clone, Debug, Serialize)]
pub struct Given {
    /// As of when.
    pub at: String,
    /// Which sale.
    pub sale: usize,
    /// So many minutes old are its data.
    pub behind: u64,
    /// How old they should be.
    #[serde(skip)]
    pub expected_behind: u64,
    /// What was expected.
    pub expected: String,
    /// What was said.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// A scenario that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// The scenario.
    pub scenario: Scenario,
    /// Messages with a response code or reason, each kind once.
    pub codes: Vec<String>,
    /// Where the money was before the remedy, as the first verdict says it.
    pub stuck: String,
    /// What was said when.
    pub given: Vec<Given>,
    /// What was checked at the end.
    pub checks: Vec<Check>,
    /// How often it was played.
    pub plays: usize,
    /// The files that the verdicts come from.
    pub files: Vec<(String, Vec<u8>)>,
    /// What the parties have stored, of the first terminal alone.
    pub books: Books,
}

impl Played {
    /// Does everything hold?
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

/// Why a scenario could not be played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioError(String);

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScenarioError {}

impl From<WorldError> for ScenarioError {
    fn from(error: WorldError) -> Self {
        Self(error.to_string())
    }
}

fn bad(what: impl fmt::Display) -> ScenarioError {
    ScenarioError(what.to_string())
}

/// All scenarios, by id.
pub fn all() -> Result<Vec<Scenario>, ScenarioError> {
    FILES.iter().map(|(name, text)| Scenario::parse(name, text)).collect()
}

impl Scenario {
    /// A scenario from the text of its file.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text).map_err(|error| bad(format_args!("{name}: {error}")))
    }

    /// What goes wrong.
    pub fn fault(&self, lang: Lang) -> &str {
        if lang == Lang::Chinese { &self.zh.fault } else { &self.fault }
    }

    /// What mends it.
    pub fn remedy(&self, lang: Lang) -> &str {
        if lang == Lang::Chinese { &self.zh.remedy } else { &self.remedy }
    }

    /// What of the design it does not show yet.
    pub fn lacks(&self, lang: Lang) -> Option<&str> {
        if lang == Lang::Chinese { self.zh.lacks.as_deref() } else { self.lacks.as_deref() }
    }

    /// Plays it, asks where the money is when the file says so, and checks everything at the end.
    pub fn play(&self) -> Result<Played, ScenarioError> {
        self.play_in(Lang::English)
    }

    /// The same; what is said of a sale is said in this language.
    pub fn play_in(&self, lang: Lang) -> Result<Played, ScenarioError> {
        let wrong = |error: ScenarioError| bad(format_args!("{}: {error}", self.id));
        let mut played = self.play_once(None, lang).map_err(wrong)?;
        if let Some(letter) = &self.killed_everywhere {
            let party = step::party(letter).map_err(wrong)?;
            // Input 0 never comes: this play counts them.
            let count = Death { party, input: 0, moment: Moment::Before };
            let mut stage = Stage::open(self)?;
            self.perform(&mut stage, Some(count), &mut |_, _| Ok(())).map_err(wrong)?;
            let inputs = stage.world.handled(party);
            for input in 1..=inputs {
                for moment in [Moment::Before, Moment::After] {
                    let death = Death { party, input, moment };
                    let again = self.play_once(Some(death), lang).map_err(wrong)?;
                    played.plays += 1;
                    let which = format!("killed {moment:?} input {input} is stored: ");
                    let failed = again.checks.into_iter().filter(|check| !check.holds);
                    let named = failed.map(|check| Check { rule: which.clone() + &check.rule, ..check });
                    played.checks.extend(named);
                }
            }
        }
        Ok(played)
    }

    fn play_once(&self, death: Option<Death>, lang: Lang) -> Result<Played, ScenarioError> {
        let mut stage = Stage::open(self)?;
        let mut given = Vec::new();
        self.perform(&mut stage, death, &mut |stage, expected| {
            // What a party that dies meanwhile says may come later: only the end counts then.
            if death.is_none() {
                let verdict = evidence::verdict(stage, expected, lang)?;
                let behind = if expected.portal { stage.portal.minutes_behind(stage.world.now()) } else { 0 };
                let Expected { at, sale, is: expected, behind: expected_behind, .. } = expected.clone();
                given.push(Given { at, sale, behind, expected_behind, expected, verdict });
            }
            Ok(())
        })?;
        let mut checks = vec![self.verdicts_check(&given)];
        let read = evidence::Read::now(&stage)?;
        let seen = read.traffic();
        if death.is_none() {
            checks.push(self.traffic_check(&seen));
            checks.push(self.named_check(&stage));
        }
        checks.extend(books::checks(&stage, &read)?);
        checks.extend(self.balance_checks(&stage)?);
        let stuck = given.first().map_or_else(String::new, |first| first.verdict.state.clone());
        let files = evidence::files(&stage)?;
        let codes = evidence::codes(&seen);
        let books = Books::of(&stage.world).map_err(bad)?;
        if death.is_none() {
            checks.extend(self.alert_checks(&books)?);
            checks.extend(self.watch_checks(&books, stage.world.now())?);
        }
        Ok(Played { scenario: self.clone(), codes, stuck, given, checks, plays: 1, files, books })
    }

    /// Does all steps, and tells `ask` of each expected verdict at its time.
    fn perform(
        &self,
        stage: &mut Stage,
        death: Option<Death>,
        ask: &mut dyn FnMut(&Stage, &Expected) -> Result<(), ScenarioError>,
    ) -> Result<(), ScenarioError> {
        let steps: Vec<Step> = step::steps(&self.steps)?;
        let mut agenda: Vec<(Clock, Option<&Step>, Option<&Expected>)> =
            steps.iter().map(|step| (step.at, Some(step), None)).collect();
        for expected in &self.verdicts {
            agenda.push((step::clock(&expected.at)?, None, Some(expected)));
        }
        agenda.sort_by_key(|(at, ..)| *at);
        let killed_from = self.killed_from.as_deref().map_or(Ok(0), step::clock)?;
        let mut death = death;
        for (at, step, expected) in agenda {
            if let Some(death) = death.take_if(|_| at >= killed_from) {
                stage.world.kill(death);
            }
            stage.run_to(at)?;
            if let Some(Step { doing, .. }) = step {
                stage.perform(doing).map_err(|error| bad(format_args!("{doing:?}: {error}")))?;
            }
            if let Some(expected) = expected {
                ask(stage, expected)?;
            }
        }
        stage.settle_down()
    }

    fn verdicts_check(&self, given: &[Given]) -> Check {
        let is_wrong =
            |given: &&Given| given.expected != given.verdict.words() || given.behind != given.expected_behind;
        let wrong = given.iter().find(is_wrong);
        let figures = match wrong {
            Some(given) if given.behind != given.expected_behind => {
                let Given { sale, at, behind, expected_behind, .. } = given;
                format!("sale {sale} at {at}: data of {behind} minutes before, expected {expected_behind}")
            }
            Some(given) => format!(
                "sale {} at {}: `{}`, expected `{}`",
                given.sale,
                given.at,
                given.verdict.words(),
                given.expected
            ),
            None => format!("{} verdicts", given.len()),
        };
        Check {
            rule: "verdicts from capture, files and statement".to_owned(),
            holds: wrong.is_none(),
            figures,
        }
    }

    fn traffic_check(&self, seen: &[String]) -> Check {
        let mut rest = seen.iter();
        let missing = self.traffic.iter().find(|wanted| !rest.any(|message| message == *wanted));
        let figures = match missing {
            Some(wanted) => format!("no `{wanted}` in its place: {}", seen.join(", ")),
            None => format!("{} messages", seen.len()),
        };
        Check { rule: "traffic at the acquirer".to_owned(), holds: missing.is_none(), figures }
    }

    /// What is named as open or wrong is what the file lists, and nothing else. A warning is no fault: it is compared
    /// where the file lists it.
    fn named_check(&self, stage: &Stage) -> Check {
        let mut found = books::named(stage);
        let is_warning = |name: &String| name.ends_with(RecordKind::PossibleDouble.name());
        found.retain(|name, _| !is_warning(name) || self.named.contains_key(name));
        Check {
            rule: "what is wrong is named, and nothing else is".to_owned(),
            holds: found == self.named,
            figures: if found == self.named {
                format!("{} records", found.values().sum::<usize>())
            } else {
                format!("{found:?}, expected {:?}", self.named)
            },
        }
    }

    fn balance_checks(&self, stage: &Stage) -> Result<Vec<Check>, ScenarioError> {
        let check = |(account, expected): (&String, &String)| {
            let found = books::balance(stage, account)?;
            let (rule, holds) = (account.clone(), found == *expected);
            let figures = if holds { found } else { format!("{found}, expected {expected}") };
            Ok(Check { rule, holds, figures })
        };
        self.books.iter().map(check).collect()
    }
}

/// What a step does, for errors.
impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
