//! What cardwire-recon says of a sale. It is given what an acquirer has: the capture of its lines, the settlement files
//! that it received, and the statement of the account that it pays from. It knows none of the parties.

use std::io::Cursor;

use cardwire_recon::engine::decide::Decisions;
use cardwire_recon::engine::identity::Totals;
use cardwire_recon::engine::line::{Line, LineKind};
use cardwire_recon::engine::rules::{DEFAULT, Rules};
use cardwire_recon::engine::run::{Intake, Run, Settings};
use cardwire_recon::output::answer;
use cardwire_recon::read;
use cardwire_recon::record::{Currency, Evidence, InputFile, Record, Side};
use serde::Serialize;

use super::stage::Stage;
use super::{Expected, ScenarioError, bad};
use crate::ask;
use crate::evidence::{Way, capture};
use crate::fees::FeeTable;
use crate::journal::{self, Party, RecordKind};
use crate::party::{self, parcel::Parcel};
use crate::wimm::Lang;
use crate::world::World;

/// Clocks of the parties are so many seconds east of UTC.
const EAST: u64 = 8 * 3_600;

/// What is said of a sale.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Verdict {
    /// `W31`.
    pub code: String,
    /// `reversed`.
    pub class: String,
    /// The four states and the holder, in words.
    pub state: String,
    /// Sentences.
    pub story: Vec<String>,
    /// What somebody has to do, if anybody has.
    pub next: String,
    /// When the next thing is due.
    pub due: String,
    /// Messages, records and entries that say so.
    pub evidence: Vec<String>,
}

impl Verdict {
    /// Code and class.
    pub fn words(&self) -> String {
        format!("{} {}", self.code, self.class)
    }

    fn unseen(lang: Lang) -> Self {
        Self {
            code: "W20".to_owned(),
            class: "not-seen".to_owned(),
            state: lang.of("nothing reached the acquirer", "没有报文到达收单方").to_owned(),
            story: Vec::new(),
            next: String::new(),
            due: String::new(),
            evidence: Vec::new(),
        }
    }
}

/// Files with their names.
type Files = Vec<(String, Vec<u8>)>;

/// The files of the three sides so far, by name.
pub(super) fn files(stage: &Stage) -> Result<Files, ScenarioError> {
    let settlement = stage.world.parcels().iter().filter_map(|parcel| match parcel {
        Parcel::File(octets) => Some(octets.clone()),
        _ => None,
    });
    let bank = stage.world.store(Party::Bank).ok_or_else(|| bad("there is no bank"))?;
    let bank = bank.history().map_err(bad)?.records;
    Ok(named(stage, stage.world.capture().to_vec(), settlement, &bank))
}

/// What the merchant's portal has of them: the replicas of what acquirer and bank kept.
fn portal_files(stage: &Stage) -> Result<Files, ScenarioError> {
    let kept = stage.portal.acquirer.history().map_err(bad)?.evidence;
    let lines = capture(Party::Acquirer, &kept, EAST).map_err(bad)?;
    let settlement = kept.iter().filter(|seen| seen.way == Way::File).map(|seen| seen.octets.clone());
    let bank = stage.portal.bank.history().map_err(bad)?.records;
    Ok(named(stage, lines, settlement, &bank))
}

fn named(
    stage: &Stage,
    lines: Vec<u8>,
    settlement: impl Iterator<Item = Vec<u8>>,
    bank: &[journal::Record],
) -> Files {
    let mut files = vec![("day.pcap".to_owned(), lines)];
    files.extend((1..).zip(settlement).map(|(number, octets)| (format!("settlement-{number}.ipm"), octets)));
    let statement = party::statement(stage.today(), &party::entries(bank));
    files.push(("bank.xml".to_owned(), statement.into_bytes()));
    files
}

fn side(name: &str) -> Side {
    match name.rsplit('.').next() {
        Some("pcap") => Side::Switch,
        Some("ipm") => Side::Clearing,
        _ => Side::Bank,
    }
}

/// The table of fees that the acquirer has, as rules.
fn fees(stage: &Stage) -> Result<String, ScenarioError> {
    let history = stage.world.store(Party::Acquirer).map(|store| store.history().map_err(bad)).transpose()?;
    let records = history.map_or_else(Vec::new, |history| history.records);
    let last = records.iter().rev().find(|record| record.kind == RecordKind::FeesSet);
    let table = last.map(|record| FeeTable::parse(&record.note).map_err(bad)).transpose()?;
    Ok(table.map_or_else(String::new, |table| table.rules()))
}

/// What was read of the files so far.
pub(super) struct Read {
    records: Vec<(Side, Vec<Record>, InputFile)>,
    as_of: String,
    /// The table of fees that the acquirer agreed to, if it was given one.
    fees: String,
}

impl Read {
    /// Reads everything that is there now.
    pub(super) fn now(stage: &Stage) -> Result<Self, ScenarioError> {
        Self::of(stage, files(stage)?)
    }

    fn of(stage: &Stage, files: Files) -> Result<Self, ScenarioError> {
        let mut records = Vec::new();
        for (name, octets) in files {
            let mut of_file = Vec::new();
            let side = side(&name);
            let mut sink = |record: Record| of_file.push(record);
            let report = read::read(&name, Cursor::new(octets), &ask::options(side), &mut sink);
            let file = report.map_err(|error| bad(format_args!("{name}: {error}")))?.file;
            records.push((side, of_file, file));
        }
        let now = stage.world.now();
        let clock = now.to_string();
        let as_of = format!("{}T{}", now.date(), clock.get(..8).unwrap_or("23:59:59"));
        Ok(Self { records, as_of, fees: fees(stage)? })
    }

    fn run(&self) -> Result<Run, ScenarioError> {
        let currency = Currency::new("CNY").ok_or_else(|| bad("no currency"))?;
        let mut intake = Intake::new(currency);
        for (_, records, file) in &self.records {
            records.iter().for_each(|record| intake.put(record.clone()));
            intake.finish_file(file.clone());
        }
        let settings = Settings {
            rules: Rules::parse(&format!("{DEFAULT}{}", self.fees)).map_err(bad)?,
            as_of: self.as_of.parse().ok(),
            zone: read::zone("+08:00").ok_or_else(|| bad("no zone"))?,
            decisions: Decisions::default().by_item(),
        };
        Ok(intake.run(settings))
    }

    /// The identities of the run, and the sum of the entries of the statement.
    pub(super) fn totals(&self) -> Result<(Totals, i128), ScenarioError> {
        let run = self.run()?;
        let mut totals = Totals::default();
        run.lines(&mut |line| totals.add(&line));
        totals.finish(&run);
        let bank = self.records().map(|record| match record {
            Record::Bank(entry) => i128::from(entry.amount),
            _ => 0,
        });
        Ok((totals, bank.sum()))
    }

    /// The messages at the acquirer, in order: `A>I 0420 68`.
    pub(super) fn traffic(&self) -> Vec<String> {
        let messages = self.records().filter_map(|record| match record {
            Record::Switch(message) => Some((message.source.place, written(message))),
            _ => None,
        });
        let mut seen: Vec<_> = messages.collect();
        // The reader goes from connection to connection, the capture holds the order.
        seen.sort_by_key(|(place, _)| *place);
        seen.into_iter().map(|(_, message)| message).collect()
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().flat_map(|(_, records, _)| records)
    }
}

/// What is said of a sale, which is named by what its slip shows.
pub(super) fn verdict(stage: &Stage, asked: &Expected, lang: Lang) -> Result<Verdict, ScenarioError> {
    let sale = asked.sale;
    let slip = stage.slip(sale).ok_or_else(|| bad(format_args!("there is no sale {sale} yet")))?;
    let (_, terminal) = Stage::terminals().nth(usize::from(sale > 100)).unwrap_or_default();
    let stan = format!("{:06}", slip.stan);
    let files = if asked.portal { portal_files(stage)? } else { files(stage)? };
    let run = Read::of(stage, files)?.run()?;
    let mut found: Option<Line> = None;
    run.lines(&mut |line| {
        let keys = run.keys(&line);
        let has = |name, value: &str| keys.iter().any(|(key, text)| *key == name && text == value);
        if line.kind == LineKind::Transaction && has("stan", &stan) && has("terminal", terminal) {
            found = found.take().or(Some(line));
        }
    });
    Ok(found.map_or_else(|| Verdict::unseen(lang), |line| said(&run, &line, lang)))
}

fn said(run: &Run, line: &Line, lang: Lang) -> Verdict {
    let words = lang.in_recon();
    let states = line.states.map_or_else(String::new, |states| {
        let named = [
            (lang.of("authorized", "授权"), states.authorized),
            (lang.of("batched", "批次"), states.batched),
            (lang.of("cleared", "清算"), states.cleared),
            (lang.of("funded", "划款"), states.funded),
        ];
        named.map(|(name, state)| format!("{name} {}", state.words(words))).join(lang.of(", ", "，"))
    });
    let mut events = run.evidence(line, words);
    events.extend(run.bank_evidence(line, words));
    Verdict {
        code: answer::code(line).to_owned(),
        class: line.class.id().to_owned(),
        state: format!("{states}{}{}", lang.of("; holder: ", "；款项在"), line.holder.words(words)),
        story: run.story(line, words),
        next: line.class.action(words).to_owned(),
        due: line.due.map_or_else(String::new, |due| due.to_string()),
        evidence: events
            .iter()
            .map(|event| format!("{}  {:<8} {}", event.when_text(), event.side, event.words))
            .collect(),
    }
}

fn written(message: &Evidence) -> String {
    let end = |name: &Option<_>| name.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
    let result = message.totals_result.map(|result| format!(" ={result}")).unwrap_or_default();
    let code = message.response.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    format!("{}>{} {}{code}{result}", end(&message.from), end(&message.to), message.mti)
}

/// Messages with a code, each kind once, in the order of their first appearance.
pub(super) fn codes(seen: &[String]) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for message in seen {
        let short = message.split_once(' ').map_or("", |(_, rest)| rest);
        let is_network = short.starts_with("08");
        if short.contains(' ') && !is_network && !codes.iter().any(|known| known == short) {
            codes.push(short.to_owned());
        }
    }
    codes
}
