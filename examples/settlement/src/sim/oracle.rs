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
use crate::clock::Date;
use crate::evidence::Sighting;
use crate::journal::{Party, Record, RecordKind as Kind};
use crate::ops::Operation;
use crate::party;
use crate::telegram::Code;
use crate::world::World;

/// Clocks of the parties are eight hours east of UTC.
const EAST: u64 = 8 * 3_600;

/// What became of an item.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Truth {
    /// Its request never reached the acquirer.
    Unseen,
    Declined,
    /// Taken back before it was counted: the issuer held it, and gave it back.
    Released,
    /// The same, and the issuer had never held it.
    NeverHeld,
    /// The merchant has the money.
    Paid,
    /// It was counted, and taken back by a credit of another date.
    Adjusted,
    /// It was counted, and taken back by a credit of its own date: the files of that date have it twice, and come to nothing.
    Undone,
    /// Part of what is charged is given back by a refund, a reduction or a completion: both are seen in one line.
    Partly,
    /// One of the cases that `where` is known to tell wrongly, each of them named in SIMULATION.md.
    Gap,
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
            Self::Released => (&["W31"], &["cardholder", "nobody"]),
            Self::NeverHeld => (&["W31", "W20"], &["cardholder", "nobody"]),
            Self::Paid => (&["W00"], &["merchant", "merchant bank"]),
            Self::Adjusted => (&["W80"], &["cardholder"]),
            Self::Undone => (&["W31"], &["cardholder", "nobody"]),
            Self::Partly | Self::Named | Self::Gap => (ANY, ANY),
        }
    }
}

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
    let mut truths = Truths::of(run);
    for (number, (terminal, _)) in (0..).zip(TILLS) {
        truths.touch(terminal, &run.records((Party::Terminal, number)));
    }
    let mut found = Found::default();
    for (number, (terminal, _)) in (0..).zip(TILLS) {
        for slip in
            run.records((Party::Terminal, number)).iter().filter(|record| record.kind == Kind::SaleSent)
        {
            let operation: Operation =
                slip.note.split('|').next().and_then(|name| name.parse().ok()).unwrap_or_default();
            if operation != Operation::Sale {
                continue;
            }
            let truth = truths.of_slip(terminal, slip);
            let said = examine(&answers, terminal, slip, truth, &times);
            found.wrong = found.wrong.or(said.0);
            *found.said.entry(said.1).or_default() += 1;
        }
    }
    Ok(found)
}

fn examine(
    answers: &Answers,
    terminal: &str,
    slip: &Record,
    truth: Truth,
    times: &BTreeSet<String>,
) -> (Option<Violation>, String) {
    let (stan, batch) = (format!("{:06}", slip.stan), slip.batch.to_string());
    let question = Question::Stan { stan: stan.clone(), batch, terminal: Some(terminal.to_owned()) };
    let lines = answers.find(&question);
    let (codes, holders) = truth.codes();
    let words = lines
        .iter()
        .map(|line| format!("{} {} ({})", Answers::code(line), line.class.id(), line.holder.id()));
    let words = words.collect::<Vec<_>>().join(" and ");
    let said = format!("{truth:?}: {}", if words.is_empty() { "nothing" } else { &words });
    let fits = |line: &&crate::ask::Line| {
        let code = Answers::code(line);
        (codes.is_empty() || codes.contains(&code))
            && (holders.is_empty() || holders.contains(&line.holder.id()))
    };
    let unseen = lines.is_empty() && truth == Truth::Unseen;
    let invented = lines.iter().find_map(|line| {
        let evidence = answers.evidence(line);
        let timed = evidence.into_iter().map(|(when, ..)| when).filter(|when| when.len() > 10);
        let mut timed = timed.peekable();
        let none = timed.peek().is_none().then(|| "no evidence".to_owned());
        none.or_else(|| timed.find(|when| !times.contains(when.get(..19).unwrap_or_default())))
    });
    let right = (unseen || lines.iter().any(fits)) && invented.is_none();
    let what = || format!("{terminal} STAN {stan} batch {}: {said}; {invented:?}", slip.batch);
    let wrong = (!right).then(|| Violation { rule: "Q9", what: what() });
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

/// What became of everything, by the disks of all parties.
struct Truths {
    /// The key of each sale at the acquirer: terminal, batch, STAN.
    keys: BTreeMap<(String, u64, u64), String>,
    kinds: BTreeMap<String, BTreeSet<Kind>>,
    /// Sales that another operation is about.
    touched: BTreeSet<String>,
    named: BTreeSet<String>,
    /// Reversals that were answered with 00.
    released: BTreeSet<String>,
    /// A lost request was about it, only a part of it was approved and taken back, or its payout came back.
    gaps: BTreeSet<String>,
    /// The dates on which it was presented, and on which its credit was.
    presented: BTreeMap<(String, Kind), Option<Date>>,
}

impl Truths {
    fn of(run: &Run) -> Self {
        let records = run.records((Party::Acquirer, 0));
        let mut all = Self {
            keys: BTreeMap::new(),
            kinds: BTreeMap::new(),
            touched: BTreeSet::new(),
            named: BTreeSet::new(),
            released: BTreeSet::new(),
            gaps: BTreeSet::new(),
            presented: BTreeMap::new(),
        };
        let altered = locked(&run.sky).altered.clone();
        let issuer = run.records((Party::Issuer, 0));
        let is_part = |record: &&Record| {
            record.kind == Kind::SaleApproved && record.code.is_some_and(|code| code.partial())
        };
        let parts: BTreeSet<String> =
            issuer.iter().filter(is_part).map(|record| record.rrn.clone()).collect();
        let returned = records.iter().filter(|record| record.kind == Kind::PayoutReturned);
        let returned: BTreeSet<&str> = returned.map(|record| record.tx.as_str()).collect();
        for record in &records {
            let was_returned = record.kind == Kind::SalePaid && returned.contains(record.note.as_str());
            if was_returned || (record.kind == Kind::SaleReversed && parts.contains(&record.rrn)) {
                all.gaps.insert(record.tx.clone());
            }
            if altered.contains(&record.rrn) {
                all.named.insert(record.tx.clone());
            }
            all.kinds.entry(record.tx.clone()).or_default().insert(record.kind);
            match record.kind {
                Kind::SaleSent => {
                    let mut parts = record.note.split('|');
                    let terminal = parts.nth(1).unwrap_or_default().trim().to_owned();
                    let (operation, about) =
                        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                    all.keys.insert((terminal, record.batch, record.stan), record.tx.clone());
                    if !matches!(operation, "sale" | "pre-authorization") {
                        all.touched.insert(about.to_owned());
                    }
                }
                Kind::SalePresented | Kind::CreditPresented => {
                    all.presented.insert((record.tx.clone(), record.kind), record.date);
                }
                Kind::SaleReversed if record.code == Some(Code::of(b"00")) => {
                    all.released.insert(record.tx.clone());
                }
                Kind::ClearingException | Kind::ItemDisputed | Kind::BatchItemDisputed | Kind::StanReuse => {
                    all.named.insert(record.tx.clone());
                }
                _ => {}
            }
        }
        all
    }

    /// Another slip is about this one, whether or not anybody heard of it.
    fn touch(&mut self, terminal: &str, slips: &[Record]) {
        let intents = || slips.iter().filter(|record| record.kind == Kind::SaleSent);
        for slip in intents() {
            let about = slip.note.split('|').nth(1).and_then(|stan| stan.parse::<u64>().ok());
            let Some(about) = intents().find(|earlier| Some(earlier.stan) == about) else { continue };
            let key = self.keys.get(&(terminal.to_owned(), about.batch, about.stan)).cloned();
            if !self.keys.contains_key(&(terminal.to_owned(), slip.batch, slip.stan)) {
                self.gaps.extend(key);
            }
        }
    }

    fn of_slip(&self, terminal: &str, slip: &Record) -> Truth {
        let Some(key) = self.keys.get(&(terminal.to_owned(), slip.batch, slip.stan)) else {
            return Truth::Unseen;
        };
        let none = BTreeSet::new();
        let kinds = self.kinds.get(key).unwrap_or(&none);
        let has = |kind| kinds.contains(&kind);
        if self.named.contains(key) {
            Truth::Named
        } else if self.gaps.contains(key) {
            Truth::Gap
        } else if has(Kind::SaleReversed) {
            if self.released.contains(key) { Truth::Released } else { Truth::NeverHeld }
        } else if has(Kind::SaleAdjusted) {
            let date = |kind| self.presented.get(&(key.clone(), kind));
            let is_same = date(Kind::SalePresented) == date(Kind::CreditPresented);
            if is_same { Truth::Undone } else { Truth::Adjusted }
        } else if has(Kind::SaleDeclined) {
            Truth::Declined
        } else if self.touched.contains(key) {
            Truth::Partly
        } else {
            Truth::Paid
        }
    }
}
