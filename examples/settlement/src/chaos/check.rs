//! The ten checks of money, when all is quiet: what is in the ledgers, in the files and in the statement is read, and no
//! party is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::network::{FEE, PARTIES, Place, TILLS};
use super::scan;
use crate::ask::{Answers, Asked, Question, Sources};
use crate::audit::{Books, Check, book, chains};
use crate::evidence::Way;
use crate::journal::{Party, Record, RecordKind as Kind};
use crate::ledger::Ledger;
use crate::ops::Operation;
use crate::party::{entries, statement};
use crate::scenario::books;
use crate::sim::quiet;
use crate::sim::watch::Violation;
use crate::store::{Database, History, SqliteStore, Store};

/// Clocks of the parties are so many seconds east of UTC, as far as evidence goes.
const EAST: u64 = 8 * 3_600;

/// What all parties stored.
pub struct Found {
    histories: BTreeMap<&'static str, History>,
    books: Books,
    tills: Vec<(&'static str, Vec<Record>)>,
}

impl Found {
    /// Reads the ledgers, while nobody runs: files, or the partitions of the database at this URL.
    ///
    /// # Errors
    /// In words: a ledger that cannot be read.
    pub fn read(place: &Place, database: Option<&str>) -> Result<Self, String> {
        let mut histories = BTreeMap::new();
        for party in PARTIES {
            let history = match database {
                Some(url) => Database::of_party(url, party)?.history(role(party)),
                None => {
                    SqliteStore::open(&place.ledger(party), role(party)).and_then(|store| store.history())
                }
            };
            histories.insert(party, history.map_err(|error| format!("{party}: {error}"))?);
        }
        let of_role = |(party, history): (&&'static str, &History)| (role(party), history.clone());
        let books = Books::of_histories(histories.iter().rev().map(of_role).collect());
        let slips = |(name, terminal, ..): (&str, &'static str, &str, &str)| {
            let records = histories.get(name).map(|history| history.records.clone());
            (terminal, records.unwrap_or_default())
        };
        let tills = TILLS.map(slips).into();
        Ok(Self { histories, books, tills })
    }

    fn history(&self, party: &str) -> History {
        self.histories.get(party).cloned().unwrap_or_default()
    }

    /// What still waits for something, in words.
    pub fn waiting(&self) -> Option<String> {
        let records = |party| self.books.records(party);
        let waiting = quiet::waiting(records(Party::Acquirer), records(Party::Hub), &self.tills);
        waiting.err().map(|violation| violation.what)
    }

    /// The items, by RRN, that acquirer and issuer have otherwise.
    pub fn disputed(&self) -> Vec<String> {
        books::disputed(&self.books).into_iter().collect()
    }

    /// Slips by what they were about and how they ended: `sale approved`.
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        let mut outcomes = BTreeMap::new();
        for (_, records) in &self.tills {
            for slip in slips(records) {
                let end = slip.end.map_or("without an end", ending);
                *outcomes.entry(format!("{} {end}", slip.operation)).or_default() += 1;
            }
        }
        outcomes
    }

    /// All ten.
    ///
    /// # Errors
    /// In words: what cannot be read.
    pub fn checks(&self, place: &Place) -> Result<Vec<Check>, String> {
        let Self { books, tills, .. } = self;
        let money = books::money(books);
        let sound = [Party::Issuer, Party::Acquirer, Party::Hub, Party::Bank].map(|party| book(books, party));
        let chained = PARTIES.map(|party| chains(&self.history(party), role(party)));
        let rows: usize = self.histories.values().map(|history| history.records.len()).sum();
        let (asked, missed, wrong) = self.verdicts()?;
        let (files, shown) = scan::cards(&place.folder)?;
        Ok(vec![
            all(
                "1 no money is created and none is lost on the way from the cards to the merchants",
                money,
                "",
            ),
            of(
                "2 what stands is in exactly one payout that was credited, and what was reversed in none",
                quiet::paid(books),
            ),
            self.accounts(),
            Check {
                rule: "4 each slip says what the issuer charged for it".to_owned(),
                ..books::slips(tills, books)
            },
            all(
                "5 every book sums to zero, and is what its history says",
                sound.into_iter().flatten(),
                "4 books",
            ),
            all("6 every history is the one that was written", chained, &format!("{rows} records")),
            of(
                "7 nothing waits and nothing is held",
                self.waiting()
                    .map_or(Ok(()), |what| Err(Violation { rule: "Q1", what }))
                    .and_then(|()| quiet::holds(books))
                    .and_then(|()| quiet::totals(books))
                    .and_then(|()| quiet::dates(books)),
            ),
            self.statements(place)?,
            Check::that(
                "9 no file shows a card number",
                shown.is_empty(),
                if shown.is_empty() { format!("{files} files") } else { shown.join("; ") },
            ),
            Check::that(
                "10 `where` says of each slip what became of it",
                wrong.is_empty(),
                if wrong.is_empty() {
                    format!(
                        "{asked} sales; {missed} that were paid with those of another date are told as not paid"
                    )
                } else {
                    wrong.join("; ")
                },
            ),
        ])
    }

    /// The slips of each merchant, less fees, are what its account at the bank got; refunds cost it no fee back.
    fn accounts(&self) -> Check {
        let bank = self.books.ledger(Party::Bank);
        let mut wrong = Vec::new();
        let mut sum = 0;
        for ((name, _, _, account), (_, records)) in TILLS.iter().zip(&self.tills) {
            let due: i128 = slips(records).map(|slip| slip.due()).sum();
            let credited = bank.account(&format!("merchant:{account}")).net();
            sum += credited;
            if due != credited {
                wrong.push(format!("{name}: {due} on slips, {credited} at the bank"));
            }
        }
        let acquirer = self.books.ledger(Party::Acquirer);
        for (account, _) in clearing(&acquirer).filter(|(_, net)| *net != 0) {
            wrong.push(format!("{account} is not zero"));
        }
        let figures = if wrong.is_empty() { crate::money::signed(sum) } else { wrong.join("; ") };
        Check::that(
            "3 the slips less fees are on the merchants' accounts, and nothing is in between",
            wrong.is_empty(),
            figures,
        )
    }

    /// The statement that the bank left last is what its journal says, and the acquirer's evidence has it.
    fn statements(&self, place: &Place) -> Result<Check, String> {
        let rule =
            "8 the statement is the bank's book, at the bank, in the folder and in the acquirer's evidence";
        let journal = self.books.records(Party::Bank);
        let last = journal.iter().rev().find(|record| {
            matches!(record.kind, Kind::PayoutCredited | Kind::PayoutReturned | Kind::Started)
        });
        let made = || last.map(|last| statement(last.at.date(), &entries(journal))).unwrap_or_default();
        let folder = place.between("bank:1", "acquirer:1").join("taken");
        let listed = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let is_statement = |path: &std::path::PathBuf| path.extension().is_some_and(|kind| kind == "xml");
        let left = listed.flatten().map(|entry| entry.path()).filter(is_statement).max().unwrap_or_default();
        let left = std::fs::read_to_string(&left).map_err(|error| format!("{}: {error}", left.display()))?;
        let evidence = self.history("acquirer:1").evidence;
        let seen = evidence.iter().rev().find(|seen| seen.way == Way::Statement);
        let is_seen = seen.is_some_and(|seen| seen.octets == left.as_bytes());
        let same = made() == made() && made() == left && is_seen;
        Ok(Check::that(rule, same, format!("{} entries, {} octets", entries(journal).len(), left.len())))
    }

    /// Sales that were paid with those of another date, since their merchant owed more than it sold on theirs: the statement
    /// names the other date, and `where`, which reads no journal, is known to miss them there.
    fn carried(&self) -> BTreeSet<(&str, u64, u64)> {
        let records = self.books.records(Party::Acquirer);
        let payouts = records.iter().filter(|record| record.kind == Kind::Payout);
        let dates: BTreeMap<&str, _> = payouts.map(|payout| (payout.tx.as_str(), payout.date)).collect();
        let elsewhere = |paid: &&Record| {
            paid.kind == Kind::SalePaid
                && dates.get(paid.note.as_str()).is_some_and(|date| *date != paid.date)
        };
        let key = |paid: &'_ Record| {
            let terminal = paid.tx.split('/').nth(1).unwrap_or_default();
            let known = TILLS.iter().find(|(_, known, ..)| *known == terminal);
            known.map(|(_, terminal, ..)| (*terminal, paid.batch, paid.stan))
        };
        records.iter().filter(elsewhere).filter_map(key).collect()
    }

    /// Asks about each sale that no later slip is about, from what the acquirer saw and the statement alone. How many were
    /// asked, how many were missed by the known gap, and what is wrong.
    fn verdicts(&self) -> Result<(usize, usize, Vec<String>), String> {
        let evidence = self.history("acquirer:1").evidence;
        let statement = evidence.iter().rev().find(|seen| seen.way == Way::Statement);
        let statement = statement.map(|seen| String::from_utf8_lossy(&seen.octets).into_owned());
        let sources = Sources::of_evidence(&evidence, statement.unwrap_or_default(), EAST)?;
        let asked = Asked { as_of: Some("2199-01-01T00:00".to_owned()), ..Asked::default() };
        let answers = Answers::of(&sources, &asked)?;
        let (mut count, mut missed, mut wrong) = (0, 0, Vec::new());
        let carried = self.carried();
        for (terminal, records) in &self.tills {
            let touched: BTreeSet<u64> = slips(records).filter_map(|slip| slip.about).collect();
            for slip in slips(records) {
                if slip.operation != Operation::Sale || touched.contains(&slip.sent.stan) {
                    continue;
                }
                count += 1;
                let key = (*terminal, slip.sent.batch, slip.sent.stan);
                let (stan, batch) = (slip.sent.stan.to_string(), slip.sent.batch.to_string());
                let question = Question::Stan { stan, batch, terminal: Some((*terminal).to_owned()) };
                let codes: Vec<&str> =
                    answers.find(&question).iter().map(|line| Answers::code(line)).collect();
                let expected: &[&[&str]] = match slip.end {
                    Some(Kind::SaleApproved) if carried.contains(&key) => &[&["W00"], &["W70"]],
                    Some(Kind::SaleApproved) => &[&["W00"]],
                    // The terminal is told no (68) while the acquirer reverses what it does not know.
                    Some(Kind::SaleDeclined) => &[&["W20"], &["W31"]],
                    // What died on its way to the acquirer is in no evidence; what a date had counted is given back.
                    Some(Kind::SaleReversed) => &[&["W31"], &["W20"], &["W80"], &[]],
                    _ => &[],
                };
                missed += usize::from(carried.contains(&key) && codes == ["W70"]);
                if !expected.contains(&codes.as_slice()) {
                    wrong.push(format!("{terminal} STAN {:06}: {:?}, {codes:?}", slip.sent.stan, slip.end));
                }
            }
        }
        Ok((count, missed, wrong))
    }
}

/// A slip and what became of it.
struct Slip<'r> {
    operation: Operation,
    about: Option<u64>,
    sent: &'r Record,
    end: Option<Kind>,
    amount: u64,
}

impl Slip<'_> {
    /// What its merchant gets for it, or owes.
    fn due(&self) -> i128 {
        let stands = matches!(self.end, Some(Kind::SaleApproved | Kind::SaleReduced));
        let amount = crate::money::Money::minor(self.amount);
        match self.operation {
            Operation::Sale if stands => i128::from(amount.units()) - i128::from(amount.share(FEE).units()),
            Operation::Refund if stands => -i128::from(amount.units()),
            _ => 0,
        }
    }
}

fn slips(records: &[Record]) -> impl Iterator<Item = Slip<'_>> {
    let ends = |record: &&Record| {
        matches!(
            record.kind,
            Kind::SaleApproved
                | Kind::SaleDeclined
                | Kind::SaleReversed
                | Kind::SaleVoided
                | Kind::SaleReduced
        )
    };
    let last: BTreeMap<(u64, u64), &Record> =
        records.iter().filter(ends).map(|record| ((record.batch, record.stan), record)).collect();
    records.iter().filter(|record| record.kind == Kind::SaleSent).map(move |sent| {
        let mut words = sent.note.split('|');
        let operation = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        let about = words.next().and_then(|word| word.parse().ok()).filter(|stan| *stan != 0);
        let end = last.get(&(sent.batch, sent.stan));
        let amount = end.and_then(|end| end.amount).map_or(0, |amount| amount.units());
        Slip { operation, about, sent, end: end.map(|end| end.kind), amount }
    })
}

const fn ending(kind: Kind) -> &'static str {
    match kind {
        Kind::SaleApproved => "approved",
        Kind::SaleDeclined => "declined",
        Kind::SaleReversed => "reversed",
        Kind::SaleVoided => "voided",
        _ => "reduced",
    }
}

/// The accounts of the acquirer through which money only passes.
fn clearing(ledger: &Ledger) -> impl Iterator<Item = (String, i128)> {
    const HEADS: [&str; 5] = [
        "merchant_payable:",
        "merchant_unsettled:",
        "payout_in_transit:",
        "hub_receivable",
        "owed_by_merchant:",
    ];
    let passes = |name: &str| HEADS.iter().any(|head| name.starts_with(head));
    ledger
        .accounts()
        .filter(move |(name, _)| passes(name))
        .map(|(name, account)| (name.to_owned(), account.net()))
}

fn role(party: &str) -> Party {
    party.split(':').next().and_then(|role| role.parse().ok()).unwrap_or(Party::Terminal)
}

/// Several checks as one; the figures are those of the first that fails.
fn all(rule: &str, checks: impl IntoIterator<Item = Check>, figures: &str) -> Check {
    let failed: Vec<String> = checks
        .into_iter()
        .filter(|check| !check.holds)
        .map(|check| format!("{}: {}", check.rule, check.figures))
        .collect();
    Check::that(
        rule,
        failed.is_empty(),
        if failed.is_empty() { figures.to_owned() } else { failed.join("; ") },
    )
}

fn of(rule: &str, result: Result<(), Violation>) -> Check {
    match result {
        Ok(()) => Check::that(rule, true, ""),
        Err(violation) => Check::that(rule, false, format!("{}: {}", violation.rule, violation.what)),
    }
}
