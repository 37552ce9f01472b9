//! What `settlement sim` prints.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::Class;
use super::lax::Rule;
use super::run::{Plan, Ran, counted, told};
use super::shrink;
use super::watch::MARKS;
use crate::scenario;

/// Says something to whoever asked.
pub type Say<'a> = &'a mut dyn FnMut(&str) -> Result<(), String>;

/// How long it may go on.
pub struct Limits<'a> {
    /// Whether another seed may begin.
    pub goes_on: &'a mut dyn FnMut() -> bool,
}

/// What many seeds came to.
#[derive(Default)]
struct Sum {
    seeds: u64,
    said: BTreeMap<String, (u64, u64)>,
    steps: u64,
    commits: u64,
    struck: BTreeMap<Class, u64>,
    marks: BTreeMap<&'static str, (u64, u64)>,
    days: BTreeMap<u64, u64>,
    failed: Vec<u64>,
}

impl Sum {
    fn add(&mut self, seed: u64, ran: &Ran) {
        self.seeds += 1;
        for (said, count) in &ran.said {
            self.said.entry(said.clone()).or_insert((0, seed)).0 += count;
        }
        self.steps += ran.steps;
        self.commits += ran.commits;
        for (class, count) in counted(&ran.struck) {
            *self.struck.entry(class).or_default() += count;
        }
        for mark in &ran.marks {
            self.marks.entry(mark).or_insert((0, seed)).0 += 1;
        }
        *self.days.entry(ran.days).or_default() += 1;
    }

    fn text(&self) -> String {
        let struck: Vec<String> =
            self.struck.iter().map(|(class, count)| format!("{class} {count}")).collect();
        let faults: u64 = self.struck.values().sum();
        let days: Vec<String> = self.days.iter().map(|(days, seeds)| format!("{days}: {seeds}")).collect();
        let mut out = format!(
            "{} seeds, {} steps, {} commits, {} verdicts, {faults} faults: {}\ndays of healing: {}\n",
            self.seeds,
            self.steps,
            self.commits,
            self.said.values().map(|(count, _)| count).sum::<u64>(),
            struck.join(", "),
            days.join(", "),
        );
        for (said, (count, first)) in &self.said {
            out.push_str(&format!("  {count:>8}  {said}, first in seed {first}\n"));
        }
        for mark in MARKS {
            let (count, first) = self.marks.get(mark).copied().unwrap_or_default();
            let seen =
                if count == 0 { "never seen".to_owned() } else { format!("{count} seeds, first {first}") };
            out.push_str(&format!("  {mark:<48} {seen}\n"));
        }
        out
    }
}

/// Runs these seeds. A seed that fails is named with the command that repeats it.
///
/// # Errors
/// When nothing can be said.
pub fn seeds(from: u64, to: u64, limits: &mut Limits<'_>, say: Say<'_>) -> Result<bool, String> {
    let mut sum = Sum::default();
    let mut whole = true;
    for seed in from..=to {
        if !(limits.goes_on)() {
            whole = false;
            say(&format!("the time is up before seed {seed}\n"))?;
            break;
        }
        let plan = Plan::of(seed);
        let ran = plan.run();
        sum.add(seed, &ran);
        if let Some(violation) = &ran.violation {
            sum.failed.push(seed);
            say(&format!("seed {seed}: {}: {}\n", violation.rule, violation.what))?;
            say(&format!("  settlement sim --seed {seed} --shrink\n"))?;
        } else if seed.is_multiple_of(100) && plan.run().hash != ran.hash {
            sum.failed.push(seed);
            say(&format!("seed {seed}: Q11: it is not the same when it is run again\n"))?;
        }
    }
    say(&sum.text())?;
    let unseen: Vec<_> = MARKS.iter().filter(|mark| !sum.marks.contains_key(*mark)).collect();
    let all_marks = !whole || to - from < 1_999 || unseen.is_empty();
    if !all_marks {
        say(&format!("not everything was seen: {unseen:?}\n"))?;
    }
    say(&format!(
        "{} of {} seeds hold\n",
        sum.seeds - u64::try_from(sum.failed.len()).unwrap_or_default(),
        sum.seeds
    ))?;
    Ok(sum.failed.is_empty() && all_marks)
}

/// Runs one plan and tells its story, the shortest that fails alike if that is wanted.
///
/// # Errors
/// When nothing can be said.
pub fn seed(plan: &Plan, shortest: bool, say: Say<'_>) -> Result<bool, String> {
    let mut plan = plan.clone();
    let mut ran = plan.run();
    if shortest && ran.violation.is_some() {
        plan = shrink::shortest(&plan, &ran);
        ran = plan.run();
    }
    say(&story(&plan, &ran))?;
    if plan.run().hash != ran.hash {
        say("Q11: it is not the same when it is run again\n")?;
        return Ok(false);
    }
    Ok(ran.violation.is_none())
}

/// What was done, what struck, and what came of it.
fn story(plan: &Plan, ran: &Ran) -> String {
    let mut lines = Vec::new();
    for (number, task) in ran.tasks.iter().enumerate() {
        if plan.tasks.as_ref().is_none_or(|tasks| tasks.contains(&number)) {
            lines.push((task.at, format!("{}\n", told(task))));
        }
    }
    for (at, fault) in &ran.struck {
        let day = at.date().0.saturating_sub(super::parties::TODAY.0);
        lines.push((*at, format!("+{day} {at}    ! {fault}\n")));
    }
    lines.sort();
    lines.retain(|(at, _)| *at <= ran.ended);
    let mut out: String = lines.into_iter().map(|(_, line)| line).collect();
    out.push_str(&match &ran.violation {
        Some(violation) => format!("{}: {}\n", violation.rule, violation.what),
        None => format!("everything holds after {} days of healing\n", ran.days),
    });
    out + &format!("{}\n", repeats(plan))
}

/// The command that repeats it.
fn repeats(plan: &Plan) -> String {
    let mut out = format!("settlement sim --seed {}", plan.seed);
    let joined = |words: Vec<String>| words.join(",");
    if !plan.without.is_empty() {
        out += &format!(" --without {}", joined(plan.without.iter().map(ToString::to_string).collect()));
    }
    if let Some(tasks) = &plan.tasks {
        out += &format!(" --tasks {}", joined(tasks.iter().map(ToString::to_string).collect()));
    }
    if let Some(faults) = &plan.only {
        out += &format!(" --faults '{}'", joined(faults.iter().map(ToString::to_string).collect()));
    }
    out
}

/// Takes each rule away, alone and with those that stand behind it, and says which seed finds that.
///
/// # Errors
/// When nothing can be said.
pub fn ablation(seeds: u64, say: Say<'_>) -> Result<bool, String> {
    let mut all = true;
    let singles = Rule::ALL.into_iter().map(|rule| vec![rule]);
    for rules in singles.chain(super::lax::PAIRS.iter().map(|pair| pair.to_vec())) {
        let without: BTreeSet<Rule> = rules.iter().copied().collect();
        let names = rules.iter().map(|rule| rule.name()).collect::<Vec<_>>().join(" + ");
        let behind = super::lax::REDUNDANT.iter().find(|(rule, _)| rules == [*rule]);
        let found = (1..=seeds).find_map(|seed| {
            let ran = Plan { without: without.clone(), ..Plan::of(seed) }.run();
            ran.violation.map(|violation| (seed, violation))
        });
        let line = match (&found, behind) {
            (Some((seed, violation)), _) => format!("seed {seed:>5}  {}: {}", violation.rule, violation.what),
            (None, Some((_, second))) => format!("not in {seeds} seeds: behind it stands {second}"),
            (None, None) => {
                all = false;
                format!("NOT FOUND in {seeds} seeds")
            }
        };
        say(&format!("  {names:<40} {line}\n"))?;
    }
    Ok(all)
}

/// Lets each party of each scenario die at each of its inputs, before and after it is stored.
///
/// # Errors
/// When a scenario cannot be played, or nothing can be said.
pub fn crash_points(only: Option<&str>, (of, which): (u64, u64), say: Say<'_>) -> Result<bool, String> {
    let (mut plays, mut failed) = (0, 0);
    for one in scenario::all().map_err(|error| error.to_string())? {
        if only.is_some_and(|only| !one.id.eq_ignore_ascii_case(only)) {
            continue;
        }
        let found = one.crash_points(of, which % of).map_err(|error| error.to_string())?;
        plays += found.plays;
        failed += found.failed.len();
        say(&format!("  {}  {} points, {} fail\n", one.id, found.plays, found.failed.len()))?;
        for line in found.failed.iter().take(8) {
            say(&format!("      {line}\n"))?;
        }
    }
    say(&format!("{plays} crash points, {failed} fail\n"))?;
    Ok(failed == 0)
}
