//! Decisions of people: who, why, a second person, and a chain of hashes that shows every change.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::record::hex;

/// What people decided about an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It belongs together.
    Matched,
    /// The difference is given up.
    WrittenOff,
    /// It is claimed from the other side.
    Claimed,
    /// An earlier decision does not hold any more.
    Withdrawn,
}

impl Verdict {
    /// The name for machines.
    pub fn id(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::WrittenOff => "written-off",
            Self::Claimed => "claimed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The verdict of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Matched, Self::WrittenOff, Self::Claimed, Self::Withdrawn]
            .into_iter()
            .find(|verdict| verdict.id() == name)
    }
}

/// One decision, a line of the decisions file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The item of the line.
    pub item: String,
    /// What was decided.
    #[serde(rename = "as")]
    pub verdict: Verdict,
    /// Why.
    pub why: String,
    /// Who proposed it.
    pub by: String,
    /// Who confirmed it.
    pub second: String,
    /// When, as it was given.
    pub at: String,
    /// SHA-256 over the records of the line: the decision lapses when one of them changes.
    pub records: String,
    /// The hash of the decision before.
    pub previous: String,
    /// SHA-256 over everything before it in this line.
    pub hash: String,
}

/// The hash before the first decision.
const START: &str = "0";

impl Decision {
    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let parts = [
            &self.item,
            self.verdict.id(),
            &self.why,
            &self.by,
            &self.second,
            &self.at,
            &self.records,
            &self.previous,
        ];
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hex(&hash.finalize())
    }
}

/// All decisions of a file, in order.
#[derive(Clone, Debug, Default)]
pub struct Decisions(Vec<Decision>);

impl Decisions {
    /// Reads a decisions file and checks its chain.
    ///
    /// # Errors
    ///
    /// The line that is no decision, or where the chain breaks.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut found: Vec<Decision> = Vec::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let decision: Decision = serde_json::from_str(line)
                .map_err(|error| format!("line {number} is no decision: {error}"))?;
            let previous = found.last().map_or(START, |last| last.hash.as_str());
            if decision.previous != previous || decision.hash != decision.hash() {
                return Err(format!(
                    "line {number}: the chain of hashes is broken, something was changed here or before"
                ));
            }
            if same_person(&decision.by, &decision.second) {
                return Err(format!("line {number}: one person alone decided"));
            }
            found.push(decision);
        }
        Ok(Self(found))
    }

    /// The decision that holds for each item: the last one, unless it was withdrawn.
    pub fn by_item(&self) -> HashMap<String, Decision> {
        let mut found: HashMap<String, Decision> = HashMap::new();
        for decision in &self.0 {
            if decision.verdict == Verdict::Withdrawn {
                found.remove(&decision.item);
            } else {
                found.insert(decision.item.clone(), decision.clone());
            }
        }
        found
    }

    /// The line that appends a decision; its `previous` and `hash` are made here.
    ///
    /// # Errors
    ///
    /// One person twice, or no reason.
    pub fn next(&self, mut decision: Decision) -> Result<String, String> {
        if decision.by.trim().is_empty()
            || decision.second.trim().is_empty()
            || decision.why.trim().is_empty()
        {
            return Err("a decision needs a reason and two persons".to_owned());
        }
        if same_person(&decision.by, &decision.second) {
            return Err("the second person must be another one".to_owned());
        }
        decision.previous = self.0.last().map_or_else(|| START.to_owned(), |last| last.hash.clone());
        decision.hash = decision.hash();
        serde_json::to_string(&decision).map_err(|error| error.to_string())
    }
}

fn same_person(one: &str, other: &str) -> bool {
    let name = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<String>();
    name(one) == name(other)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn decision(item: &str, verdict: Verdict) -> Decision {
        Decision {
            item: item.into(),
            verdict,
            why: "slip seen".into(),
            by: "Li Wei".into(),
            second: "Zhang Min".into(),
            at: "2026-03-18T10:00:00Z".into(),
            records: "00".into(),
            previous: String::new(),
            hash: String::new(),
        }
    }

    fn file() -> String {
        let mut text = String::new();
        for (item, verdict) in
            [("T-1", Verdict::WrittenOff), ("T-2", Verdict::Claimed), ("T-1", Verdict::Withdrawn)]
        {
            let line = Decisions::parse(&text).unwrap().next(decision(item, verdict)).unwrap();
            text = format!("{text}{line}\n");
        }
        text
    }

    #[test]
    fn the_last_decision_holds_unless_it_is_withdrawn() {
        let found = Decisions::parse(&file()).unwrap().by_item();
        assert_eq!(found.len(), 1);
        assert_eq!(found["T-2"].verdict, Verdict::Claimed);
    }

    #[test]
    fn every_change_breaks_the_chain() {
        let text = file();
        assert!(
            Decisions::parse(&text.replacen("slip seen", "slip lost", 1)).unwrap_err().contains("line 1")
        );
        let lines: Vec<&str> = text.lines().collect();
        assert!(Decisions::parse(&lines[1..].join("\n")).unwrap_err().contains("line 1"));
        assert!(Decisions::parse(&[lines[0], lines[2]].join("\n")).unwrap_err().contains("line 2"));
        assert!(Decisions::parse(&[lines[1], lines[0]].join("\n")).is_err());
    }

    #[test]
    fn one_person_decides_nothing() {
        let none = Decisions::default();
        for second in ["Li Wei", " li  wei ", "LIWEI", ""] {
            let alone = Decision { second: second.into(), ..decision("T-1", Verdict::Matched) };
            assert!(none.next(alone).is_err(), "{second}");
        }
        assert!(none.next(Decision { why: " ".into(), ..decision("T-1", Verdict::Matched) }).is_err());
    }
}
