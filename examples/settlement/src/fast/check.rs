//! What must hold after a load, read from the ledger files and from what the terminals heard.

use std::collections::HashSet;

use cardwire_recon::output::answer;

use super::load::{Load, Outcome};
use super::store::{replay, sighting_of};
use super::terminals::named;
use super::{Acquirer, Event, Issuer, Kind, Machine, setup, way};
use crate::ask::{Answers, Asked, Question, Sources};
use crate::audit::Check;
use crate::clock::Date;
use crate::evidence::{Sighting, Way};
use crate::journal::Party;

/// What the files say.
struct Files {
    acquirer: Acquirer,
    issuer: Issuer,
    /// Names of the responses that the acquirer's journal holds.
    responses: HashSet<u64>,
}

/// All checks. A load without files has none but that of its responses.
///
/// # Errors
/// In words: a file that cannot be read, or is damaged.
pub fn check(load: &Load, outcome: &Outcome) -> Result<Vec<Check>, String> {
    let wrong = &outcome.done.wrong;
    let mut checks = vec![Check {
        rule: "every repeat got the response of its sale, and another amount under its number 94".to_owned(),
        holds: wrong.is_empty(),
        figures: wrong.first().cloned().unwrap_or_else(|| format!("{} repeats", outcome.done.repeated)),
    }];
    let (Some(acquirer), Some(issuer)) = (load.ledger(Party::Acquirer), load.ledger(Party::Issuer)) else {
        return Ok(checks);
    };
    let mut files = Files {
        acquirer: Acquirer::new(setup::acquirer()).map_err(|error| error.to_string())?,
        issuer: Issuer::new(setup::issuer(Date(0))),
        responses: HashSet::new(),
    };
    let told = way::of(Party::Terminal, Way::Sent);
    let mut take = |event: &Event<'_>| {
        files.acquirer.apply(event);
        if event.kind == Kind::Seen && event.who == told {
            files.responses.insert(named(event.octets));
        }
    };
    replay(&acquirer, &mut take).map_err(|error| format!("{}: {error}", acquirer.display()))?;
    replay(&issuer, &mut |event| files.issuer.apply(event))
        .map_err(|error| format!("{}: {error}", issuer.display()))?;
    checks.extend(files.books(outcome));
    checks.push(files.found(&acquirer)?);
    Ok(checks)
}

impl Files {
    fn books(&self, outcome: &Outcome) -> [Check; 4] {
        let (at_acquirer, at_issuer) = (self.acquirer.approved(), self.issuer.approved());
        let slips = outcome.done.approved;
        let sums = [self.acquirer.book().imbalance(), self.issuer.book().imbalance()];
        let heard = &outcome.done.heard;
        let missing = heard.iter().filter(|name| !self.responses.contains(name)).count();
        let told = |(count, sum): (u64, u64)| format!("{count} of {}", crate::money::Money::minor(sum));
        [
            Check {
                rule: "the books of both sum to zero".to_owned(),
                holds: sums == [(0, 0); 2],
                figures: format!("posted and pending {:?}, {:?}", sums[0], sums[1]),
            },
            Check {
                rule: "what the issuer holds is what the slips say".to_owned(),
                holds: at_issuer == slips,
                figures: format!("{}, {}", told(at_issuer), told(slips)),
            },
            Check {
                rule: "the acquirer's totals are the issuer's".to_owned(),
                holds: at_acquirer == at_issuer && self.acquirer.open_items() == 0,
                figures: format!("{}, {} open", told(at_acquirer), self.acquirer.open_items()),
            },
            Check {
                rule: "every response that a terminal heard is in the acquirer's journal".to_owned(),
                holds: missing == 0,
                figures: format!("{} responses, {missing} missing", heard.len()),
            },
        ]
    }

    /// A sale of each kind is asked for by its number, of what the file keeps of its terminal.
    fn found(&self, ledger: &std::path::Path) -> Result<Check, String> {
        let picked: Vec<_> = [("W60", Some(true)), ("W20", Some(false)), ("W31", None)]
            .into_iter()
            .filter_map(|(code, approved)| self.acquirer.example(approved).map(|sale| (code, sale)))
            .collect();
        let mut seen: Vec<Sighting> = Vec::new();
        let mut take = |event: &Event<'_>| {
            let of =
                |sighting: &Sighting| picked.iter().any(|(_, (_, terminal))| *terminal == sighting.terminal);
            seen.extend(sighting_of(event).filter(of));
        };
        replay(ledger, &mut take).map_err(|error| format!("{}: {error}", ledger.display()))?;
        let sources = Sources::of_acquirer("acquirer", &seen, EAST)?;
        let answers = Answers::of(&sources, &Asked::default())?;
        let mut told = Vec::new();
        for (expected, (rrn, _)) in &picked {
            let found = answers.find(&Question::Rrn(rrn.clone()));
            let codes: Vec<&str> = found.iter().map(|line| answer::code(line)).collect();
            told.push((codes == [*expected], format!("{rrn} {}", codes.join(" "))));
        }
        let figures: Vec<_> = told.iter().map(|(_, text)| text.as_str()).collect();
        Ok(Check {
            rule: "`where` finds an approved, a declined and a reversed sale in what the acquirer saw"
                .to_owned(),
            holds: !told.is_empty() && told.iter().all(|(is_right, _)| *is_right),
            figures: figures.join(", "),
        })
    }
}

/// How far local time of a ledger is east of UTC, as `where` takes it without `--zone`.
const EAST: u64 = 8 * 3_600;
