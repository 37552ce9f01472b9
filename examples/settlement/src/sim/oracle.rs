//! The diagnosis, examined (`Q9`). The examiner knows what became of each item: from the disks of all parties, which nobody
//! else may read. `where` is given what the acquirer saw and its statement, and its code, holder and evidence must be
//! those of the truth.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::locked as taped;
use super::parties::TILLS;
use super::run::Run;
use super::sky::locked;
use super::watch::{Violation, hold};
use crate::ask::{Answers, Asked, Question, Sources};
use crate::evidence::Sighting;
use crate::journal::{Party, Record, RecordKind as Kind};
use crate::ops::Operation;
use crate::party;
use crate::world::World;

/// Clocks of the parties are eight hours east of UTC.
const EAST: u64 = 8 * 3_600;

/// What became of an item.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Truth {
    /// Its request never reached the acquirer.
    Unseen,
    Declined,
    /// Taken back before it was counted: the cardholder has the money.
    Reversed,
    /// The merchant has the money.
    Paid,
    /// The merchant had it, and it was taken back.
    Adjusted,
    /// Part of what is charged is given back by a refund, a reduction or a completion: both are seen in one line.
    Partly,
    /// The hosts have it otherwise, or the files: somebody has to decide.
    Named,
}

impl Truth {
    /// The codes that say so, and who holds the money.
    const fn codes(self) -> (&'static [&'static str], &'static [&'static str]) {
        const ANY: &[&str] = &[];
        match self {
            Self::Unseen => (&["W20", "W31", "W90"], ANY),
            Self::Declined => (&["W20"], &["nobody"]),
            Self::Reversed => (&["W31"], &["cardholder", "nobody"]),
            Self::Paid => (&["W00"], &["merchant", "merchant bank"]),
            Self::Adjusted => (&["W31", "W00"], ANY),
            Self::Partly | Self::Named => (ANY, ANY),
        }
    }
}

/// Asks about each item of each terminal. How many there were.
pub(super) fn check(run: &Run) -> Result<usize, Violation> {
    let evidence = sightings(run);
    let bank = run.records((Party::Bank, 0));
    let today = run.world.now().date();
    let statement = party::statement(today, &party::entries(&bank));
    let again = party::statement(today, &party::entries(&bank));
    hold(statement == again, "Q12", || "the statement is not the same when it is made again".to_owned())?;
    let failed = |what: String| Violation { rule: "Q9", what };
    let sources = Sources::of_evidence(&evidence, statement, EAST).map_err(failed)?;
    let asked = Asked { as_of: Some(format!("{today}T12:00")), zone: None };
    let answers = Answers::of(&sources, &asked).map_err(failed)?;
    let times: BTreeSet<String> = evidence.iter().map(|seen| second_of(seen)).collect();
    let truths = Truths::of(run);
    let mut count = 0;
    for (number, (terminal, _)) in (0..).zip(TILLS) {
        for slip in run.records((Party::Terminal, number)).iter().filter(|record| record.kind == Kind::SaleSent) {
            let operation: Operation =
                slip.note.split('|').next().and_then(|name| name.parse().ok()).unwrap_or_default();
            if operation != Operation::Sale {
                continue;
            }
            count += 1;
            let truth = truths.of_slip(terminal, slip);
            examine(&answers, terminal, slip, truth, &times)?;
        }
    }
    Ok(count)
}

fn examine(
    answers: &Answers,
    terminal: &str,
    slip: &Record,
    truth: Truth,
    times: &BTreeSet<String>,
) -> Result<(), Violation> {
    let (stan, batch) = (format!("{:06}", slip.stan), slip.batch.to_string());
    let question = Question::Stan { stan: stan.clone(), batch, terminal: Some(terminal.to_owned()) };
    let lines = answers.find(&question);
    let (codes, holders) = truth.codes();
    let said = || {
        let words = lines.iter().map(|line| {
            format!("{} {} holder {}", Answers::code(line), line.class.id(), line.holder.id())
        });
        let words: Vec<_> = words.collect();
        format!("{terminal} STAN {stan} batch {} is {truth:?}, and where says {words:?}", slip.batch)
    };
    if lines.is_empty() {
        return hold(truth == Truth::Unseen, "Q9", said);
    }
    let fits = |place: usize| {
        lines.get(place).is_some_and(|line| {
            let code = Answers::code(line);
            (codes.is_empty() || codes.contains(&code))
                && (holders.is_empty() || holders.contains(&line.holder.id()))
        })
    };
    hold((0..lines.len()).any(fits), "Q9", said)?;
    for line in &lines {
        let evidence = answers.evidence(line);
        hold(!evidence.is_empty(), "Q9", || format!("{}: without evidence", said()))?;
        let of_line = evidence.iter().filter(|(when, ..)| when.len() > 10);
        let invented = of_line.map(|(when, _, words)| (when.get(..19).unwrap_or_default(), words)).find(
            |(when, _)| !times.contains(*when),
        );
        hold(invented.is_none(), "Q9", || format!("{}: nobody saw {invented:?}", said()))?;
    }
    Ok(())
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

/// What became of everything, by the disks of all parties.
struct Truths {
    /// The key of each sale at the acquirer: terminal, batch, STAN.
    keys: BTreeMap<(String, u64, u64), String>,
    kinds: BTreeMap<String, BTreeSet<Kind>>,
    /// Sales that another operation is about.
    touched: BTreeSet<String>,
    named: BTreeSet<String>,
}

impl Truths {
    fn of(run: &Run) -> Self {
        let records = run.records((Party::Acquirer, 0));
        let mut all = Self {
            keys: BTreeMap::new(),
            kinds: BTreeMap::new(),
            touched: BTreeSet::new(),
            named: BTreeSet::new(),
        };
        for record in &records {
            all.kinds.entry(record.tx.clone()).or_default().insert(record.kind);
            match record.kind {
                Kind::SaleSent => {
                    let mut parts = record.note.split('|');
                    let terminal = parts.nth(1).unwrap_or_default().trim().to_owned();
                    let (operation, about) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                    all.keys.insert((terminal, record.batch, record.stan), record.tx.clone());
                    if !matches!(operation, "sale" | "pre-authorization") {
                        all.touched.insert(about.to_owned());
                    }
                }
                Kind::ClearingException | Kind::ItemDisputed | Kind::BatchItemDisputed | Kind::StanReuse => {
                    all.named.insert(record.tx.clone());
                }
                _ => {}
            }
        }
        all
    }

    fn of_slip(&self, terminal: &str, slip: &Record) -> Truth {
        let Some(key) = self.keys.get(&(terminal.to_owned(), slip.batch, slip.stan)) else { return Truth::Unseen };
        let none = BTreeSet::new();
        let kinds = self.kinds.get(key).unwrap_or(&none);
        let has = |kind| kinds.contains(&kind);
        if self.named.contains(key) {
            Truth::Named
        } else if has(Kind::SaleReversed) {
            Truth::Reversed
        } else if has(Kind::SaleAdjusted) {
            Truth::Adjusted
        } else if has(Kind::SaleDeclined) {
            Truth::Declined
        } else if self.touched.contains(key) {
            Truth::Partly
        } else {
            Truth::Paid
        }
    }
}
