//! `settlement sim`: seeds under weather, one of them told, the rules taken away one by one.

use std::time::{Duration, Instant};

use settlement::sim::command::{self, Limits};
use settlement::sim::lax::Rule;
use settlement::sim::run::Plan;

use crate::Failure;

/// What is asked of the simulation.
pub(crate) enum Simulating {
    /// Many seeds: from, to, the most time that it may take.
    Seeds(u64, u64, Option<Duration>),
    /// One seed, told; perhaps shrunk first.
    Seed(Plan, bool),
    /// Each rule taken away.
    Ablation(u64),
    /// Each party of each scenario dies at each of its inputs.
    CrashPoints(Option<String>, u64, u64),
}

impl Simulating {
    pub(crate) fn from_words(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut words = words;
        let (mut seeds, mut budget, mut seed, mut shrink, mut task) = ((1, 2_000), None, None, false, None);
        let mut plan = Plan::default();
        let (mut only, mut every) = (None, (1, 0));
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see --help"));
            match word.as_str() {
                "--seeds" => seeds = range(&value()?)?,
                "--budget" => budget = Some(Duration::from_secs(number(&value()?)?)),
                "--seed" => seed = Some(number(&value()?)?),
                "--without" => plan.without = listed(&value()?, |rule| rule.parse::<Rule>().ok())?,
                "--faults" => plan.only = Some(listed(&value()?, |fault| fault.parse().ok())?),
                "--tasks" => plan.tasks = Some(listed(&value()?, |task| task.parse().ok())?),
                "--shrink" => shrink = true,
                "--ablation" => task = Some("ablation"),
                "--crash-points" => task = Some("crash-points"),
                "--only" => only = Some(value()?),
                "--share" => every = share(&value()?)?,
                other => return Err(format!("sim has no option {other}; see --help")),
            }
        }
        Ok(match (task, seed) {
            (Some("ablation"), _) => Self::Ablation(seeds.1),
            (Some(_), _) => Self::CrashPoints(only, every.0, every.1),
            (None, Some(seed)) => Self::Seed(Plan { seed, ..plan }, shrink),
            (None, None) => Self::Seeds(seeds.0, seeds.1, budget),
        })
    }

    /// `false`: something does not hold.
    pub(crate) fn run(&self, print: &mut dyn FnMut(&str) -> Result<(), Failure>) -> Result<bool, Failure> {
        let began = Instant::now();
        let mut say = |text: &str| print(text).map_err(|error| error.to_string());
        let holds = match self {
            Self::Seeds(from, to, budget) => {
                let mut goes_on = || budget.is_none_or(|budget| began.elapsed() < budget);
                command::seeds(*from, *to, &mut Limits { goes_on: &mut goes_on }, &mut say)?
            }
            Self::Seed(plan, shrink) => command::seed(plan, *shrink, &mut say)?,
            Self::Ablation(seeds) => command::ablation(*seeds, &mut say)?,
            Self::CrashPoints(only, of, which) => {
                command::crash_points(only.as_deref(), (*of, *which), &mut say)?
            }
        };
        say(&format!("{:.1} s\n", began.elapsed().as_secs_f64()))?;
        Ok(holds)
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

/// `1..2000`, with both ends.
fn range(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text.split_once("..").ok_or_else(|| format!("`{text}` is no range such as 1..2000"))?;
    Ok((number(from)?, number(to)?))
}

/// `1/40`: the first of forty parts.
fn share(text: &str) -> Result<(u64, u64), String> {
    let (which, of) = text.split_once('/').ok_or_else(|| format!("`{text}` is no share such as 1/40"))?;
    Ok((number(of)?.max(1), number(which)?))
}

fn listed<T: Ord>(
    text: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<std::collections::BTreeSet<T>, String> {
    let words = text.split(',').filter(|word| !word.is_empty());
    words.map(|word| read(word).ok_or_else(|| format!("`{word}` is not known"))).collect()
}
