//! `settlement chaos`: processes that are killed, paused and cut off for real, and the ten checks of money.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use settlement::chaos::{Chaos, Keeping, Outcome, guard};

use crate::Failure;

/// What `settlement chaos` was asked for.
pub(crate) struct Chaotic {
    chaos: Chaos,
    is_kept: bool,
    /// The folder of another run, whose remains are to be cleared away when the input ends.
    guarded: Option<PathBuf>,
}

impl Chaotic {
    pub(crate) fn from_words(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut kills, mut seed, mut minutes, mut kept) = (20_u32, None, None, None);
        let (mut keeps, mut guarded) = (Keeping::Sqlite, None);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value; see --help"))?;
            let number = |most: u64| match value.parse::<u64>() {
                Ok(number) if number <= most => Ok(number),
                _ => Err(format!("{word} needs a number up to {most}, not {value}")),
            };
            match word.as_str() {
                "--kills" => kills = u32::try_from(number(100_000)?).unwrap_or_default(),
                "--seed" => seed = Some(number(u64::MAX)?),
                "--minutes" => minutes = Some(Duration::from_secs(60 * number(10_000)?)),
                "--keep" => kept = Some(PathBuf::from(&value)),
                "--store" => keeps = store(&value)?,
                "--guard" => guarded = Some(PathBuf::from(&value)),
                other => return Err(format!("chaos has no option {other}; see --help")),
            }
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = seed.unwrap_or(now.as_secs());
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let is_kept = kept.is_some();
        let folder = kept.unwrap_or_else(|| {
            let beside = program.parent().map_or_else(std::env::temp_dir, PathBuf::from);
            beside.join("settlement-ledgers").join(format!("chaos-{seed}-{}", std::process::id()))
        });
        let time = minutes.unwrap_or(Duration::from_millis(500) * kills);
        Ok(Self { chaos: Chaos { keeps, kills, seed, time, program, folder }, is_kept, guarded })
    }

    /// Does it, and prints what it came to. `false`: a check fails.
    pub(crate) fn run(&self, print: &mut dyn FnMut(&str) -> Result<(), Failure>) -> Result<bool, Failure> {
        if let Some(folder) = &self.guarded {
            let done = guard(folder, std::io::stdin());
            let done = done.map_err(|error| format!("{}: {error}", folder.display()))?;
            done.iter().try_for_each(|line| print(&format!("{line}\n")))?;
            return Ok(true);
        }
        let Chaos { kills, seed, time, folder, .. } = &self.chaos;
        print(&format!("seed {seed}: {kills} kills in about {} s\n", time.as_secs()))?;
        let left = |why: String| format!("seed {seed}: {why}; what there is stays in {}", folder.display());
        let outcome = self.chaos.run().map_err(left)?;
        print(&summary(&outcome))?;
        if outcome.holds() && !self.is_kept {
            std::fs::remove_dir_all(folder)?;
        } else {
            print(&format!("  everything stays in {}\n", folder.display()))?;
        }
        Ok(outcome.holds())
    }
}

/// Where the parties keep their ledgers.
fn store(name: &str) -> Result<Keeping, String> {
    match name {
        "sqlite" => Ok(Keeping::Sqlite),
        "postgres" if cfg!(feature = "postgres") => Ok(Keeping::Postgres),
        "postgres" => Err("--store postgres needs a build with `--features postgres`".to_owned()),
        other => Err(format!("--store knows sqlite and postgres, not {other}")),
    }
}

fn summary(outcome: &Outcome) -> String {
    let Outcome { faults, stopped, mounted, told, slips, took, evenings, checks } = outcome;
    let [faulty, healing, checking] = took.map(|took| took.as_secs_f64());
    let listed = |counts: Vec<(&str, u64)>| {
        counts.into_iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    };
    let owned = |counts: &'_ std::collections::BTreeMap<String, u64>| {
        listed(counts.iter().map(|(name, count)| (name.as_str(), *count)).collect())
    };
    let disks = if *mounted {
        "file systems in memory, filled"
    } else {
        "no disk may be mounted here: files limited by ulimit"
    };
    let mut text =
        format!("  faults: {}\n", listed(faults.iter().map(|(name, count)| (*name, *count)).collect()));
    text +=
        &format!("  disks: {disks}; parties that stopped by themselves and were started again: {stopped}\n");
    text += &format!("  slips: {}\n", owned(slips));
    text += &format!("  cashiers and the back office heard: {}\n", owned(told));
    text += &format!(
        "  {faulty:.1} s of faults, {healing:.1} s until nothing waited ({evenings} evenings), {checking:.1} s of checks\n"
    );
    for check in checks {
        let mark = if check.holds { "ok" } else { "NO" };
        text += &format!("  {mark}  {}: {}\n", check.rule, check.figures);
    }
    text
}
