//! The diagnosis, examined (`Q9`). The examiner knows what became of each item ([`truth`]). `where` is given what the
//! acquirer saw and its statement, and its code, holder and evidence must be those of the truth.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::locked as taped;
use super::run::Run;
use super::sky::locked;
use super::truth::{self, Truth, Truths};
use super::watch::{Violation, hold};
use crate::ask::{Answers, Asked, Question, Sources};
use crate::evidence::Sighting;
use crate::journal::{Party, Record};
use crate::party;
use crate::wimm::Lang;
use crate::world::World;

/// Clocks of the parties are eight hours east of UTC.
const EAST: u64 = 8 * 3_600;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// How often what is true was said how: `Paid: W00 matched`.
    pub(super) said: BTreeMap<String, u64>,
    /// The first that is wrong.
    pub(super) wrong: Option<Violation>,
}

/// Asks about each item of each terminal.
pub(super) fn check(run: &Run) -> Result<Found, Violation> {
    let evidence = sightings(run);
    let bank = run.records((Party::Bank, 0));
    let today = run.world.now().date();
    let statement = party::statement(today, &party::entries(&bank));
    let again = party::statement(today, &party::entries(&bank));
    hold(statement == again, "Q12", || "the statement is not the same when it is made again".to_owned())?;
    let failed = |what: String| Violation { rule: "Q9", what };
    let sources = Sources::of_evidence(&evidence, statement, EAST).map_err(failed)?;
    let asked = Asked { as_of: Some(format!("{today}T12:00")), zone: None, fees: None };
    let answers = Answers::of(&sources, &asked).map_err(failed)?;
    let times: BTreeSet<String> = evidence.iter().map(second_of).collect();
    let truths = Truths::of(run);
    let mut found = Found::default();
    let slips = truth::slips(run);
    for (terminal, slip) in &slips {
        let said = examine(&answers, terminal, slip, &truths.of_slip(terminal, slip, &slips), &times);
        found.wrong = found.wrong.or(said.0);
        *found.said.entry(said.1).or_default() += 1;
    }
    Ok(found)
}

fn examine(
    answers: &Answers,
    terminal: &str,
    slip: &Record,
    truths: &[Truth],
    times: &BTreeSet<String>,
) -> (Option<Violation>, String) {
    let (stan, batch) = (format!("{:06}", slip.stan), slip.batch.to_string());
    let question = Question::Stan { stan: stan.clone(), batch, terminal: Some(terminal.to_owned()) };
    let lines = answers.find(&question);
    let words = lines
        .iter()
        .map(|line| format!("{} {} ({})", Answers::code(line), line.class.id(), line.holder.id()));
    let words = words.collect::<Vec<_>>().join(" and ");
    let operation = slip.note.split('|').next().unwrap_or_default();
    let names = truths.iter().map(|truth| truth.name()).collect::<Vec<_>>().join(" or ");
    let said = format!("{operation}, {names}: {}", if words.is_empty() { "nothing" } else { &words });
    let fits = |line: &&crate::ask::Line| {
        truths.iter().any(|truth| truth.is_told_by(Answers::code(line), line.holder.id()))
    };
    // Another message with this number that nobody took has a line of its own: one of a terminal that gives a number twice,
    // or one whose amount was changed on its way.
    let is_another = |line: &&crate::ask::Line| {
        let asked = slip.amount.map(|amount| i128::from(amount.units()));
        ["W20", "W31", "W90"].contains(&Answers::code(line)) && line.amount != asked
    };
    let unseen = lines.is_empty() && truths.contains(&Truth::Unseen);
    let invented = lines.iter().find_map(|line| {
        let evidence = answers.evidence(line);
        let timed = evidence.into_iter().map(|(when, ..)| when).filter(|when| when.len() > 10);
        let mut timed = timed.peekable();
        let none = timed.peek().is_none().then(|| "no evidence".to_owned());
        none.or_else(|| timed.find(|when| !times.contains(when.get(..19).unwrap_or_default())))
    });
    let told = lines.iter().any(fits) && lines.iter().all(|line| fits(line) || is_another(line));
    let right = (unseen || told) && invented.is_none();
    let shown = || lines.iter().map(|line| answers.text(line, Lang::English)).collect::<String>();
    let odd = invented.as_deref().map_or(String::new(), |when| format!("; not in evidence: {when}"));
    let what = || format!("{terminal} STAN {stan} batch {}: {said}{odd}\n{}", slip.batch, shown());
    let wrong = (!right).then(|| Violation { rule: "Q9", what: what() });
    let said = if right { said } else { format!("WRONG {said}") };
    (wrong, said)
}

fn sightings(run: &Run) -> Vec<Sighting> {
    let tape = locked(&run.sky).tape((Party::Acquirer, 0));
    let tape = taped(&tape);
    tape.commits.iter().flat_map(|commit| commit.evidence.clone()).collect()
}

/// `2026-11-23 14:02:01`
fn second_of(seen: &Sighting) -> String {
    let clock = seen.at.to_string();
    format!("{} {}", seen.at.date(), clock.get(..8).unwrap_or_default())
}
