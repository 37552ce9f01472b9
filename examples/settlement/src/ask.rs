//! "Where is my money?", answered by cardwire-recon from evidence: captures, clearing files and statements, or what a
//! ledger file keeps of them. Nothing that a party says about itself is looked at. Reading takes as long as the
//! evidence is; each question after that looks at the lines that have its number.

mod legend;
mod question;
mod sources;

use std::collections::HashMap;
use std::io::Cursor;

use cardwire_recon::engine::decide::Decisions;
pub use cardwire_recon::engine::line::Line;
use cardwire_recon::engine::line::LineKind;
use cardwire_recon::engine::rules::{DEFAULT, Rules};
use cardwire_recon::engine::run::{Intake, Run, Settings};
use cardwire_recon::output::answer;
use cardwire_recon::read::{self, Options};
use cardwire_recon::record::{Currency, Record, Side, Tokenizer};

use crate::fees::FeeTable;
use crate::money::signed;
use crate::wimm::Lang;

pub use self::legend::meaning;
pub use self::question::Question;
pub use self::sources::{Source, Sources};

/// Everything that was asked for once: the lines of a run, by the numbers that people have.
pub struct Answers {
    run: Run,
    lines: Vec<Known>,
    by_rrn: HashMap<String, Vec<usize>>,
    by_stan: HashMap<String, Vec<usize>>,
    by_terminal_day: HashMap<(String, String), Vec<usize>>,
}

/// A line with its keys.
struct Known {
    line: Line,
    rrn: String,
    stan: String,
    terminal: String,
    /// Batch and STAN of each message of its terminal: a void and a completion have their own.
    slips: Vec<(String, String)>,
}

/// When and where it is asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `2026-11-24T18:00`: what is due by then; the end of the latest day of the evidence when it is not said.
    pub as_of: Option<String>,
    /// The zone of local times; `+08:00` when it is not said.
    pub zone: Option<String>,
    /// The table of fees that the merchants agreed to: the text of its file.
    pub fees: Option<String>,
}

impl Answers {
    /// Reads the evidence and matches it.
    ///
    /// # Errors
    /// In words: a source that cannot be read, a time or zone that is none.
    pub fn of(sources: &Sources, asked: &Asked) -> Result<Self, String> {
        let zone_name = asked.zone.as_deref().unwrap_or("+08:00");
        let zone = read::zone(zone_name).ok_or_else(|| format!("`{zone_name}` is no zone such as +08:00"))?;
        let as_of = asked.as_of.as_deref().map(|text| {
            text.replacen(' ', "T", 1)
                .parse()
                .map_err(|_| format!("`{text}` is no time such as 2026-11-24T18:00"))
        });
        let currency = Currency::new("CNY").ok_or("no currency")?;
        let mut intake = Intake::new(currency);
        let mut batches: HashMap<(String, String), Vec<String>> = HashMap::new();
        for source in sources.list() {
            let mut options = options(source.side);
            options.zone = zone.clone();
            let mut sink = |record: Record| {
                if let Record::Switch(message) = &record {
                    note_batch(&mut batches, message);
                }
                intake.put(record);
            };
            let report = read::read(&source.name, Cursor::new(source.octets.clone()), &options, &mut sink);
            let report = report.map_err(|error| format!("{}: {error}", source.name))?;
            if source.side == Side::Switch && report.file.records == 0 && source.octets.len() > EMPTY_CAPTURE
            {
                return Err(format!("{}: no message could be read", source.name));
            }
            intake.finish_file(report.file);
        }
        let fees = asked.fees.as_deref().map(FeeTable::parse).transpose()?.map(|table| table.rules());
        let rules = Rules::parse(&format!("{DEFAULT}{}", fees.unwrap_or_default()))?;
        let decisions = Decisions::default().by_item();
        let run = intake.run(Settings { rules, as_of: as_of.transpose()?, zone, decisions });
        Ok(Self::index(run, &batches))
    }

    fn index(run: Run, batches: &HashMap<(String, String), Vec<String>>) -> Self {
        let (mut lines, mut by_rrn, mut by_stan) = (Vec::new(), HashMap::new(), HashMap::new());
        let mut by_terminal_day = HashMap::new();
        run.lines(&mut |line| {
            if !matches!(line.kind, LineKind::Transaction | LineKind::Other) {
                return;
            }
            let keys = run.keys(&line);
            let key = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, text)| text.clone());
            let (rrn, stan) = (key("rrn").unwrap_or_default(), key("stan").unwrap_or_default());
            let terminal = key("terminal").unwrap_or_default();
            let mut known = Known { line, rrn, stan, terminal, slips: Vec::new() };
            let place = lines.len();
            for numbers in run.numbers(&known.line) {
                let stan = number(&numbers.stan);
                let of = batches.get(&(numbers.terminal, stan.clone()));
                known.slips.extend(of.into_iter().flatten().map(|batch| (number(batch), stan.clone())));
                note(&mut by_rrn, numbers.rrn, place);
                note(&mut by_stan, stan, place);
            }
            note(&mut by_rrn, known.rrn.clone(), place);
            note(&mut by_stan, number(&known.stan), place);
            let day = known.line.day.map_or_else(String::new, |day| day.to_string());
            note(&mut by_terminal_day, (known.terminal.clone(), day), place);
            lines.push(known);
        });
        Self { run, lines, by_rrn, by_stan, by_terminal_day }
    }

    /// How many lines there are: transactions, and records that belong to none.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// All lines, in the order of their time.
    pub fn all(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().map(|known| &known.line)
    }

    /// The lines that a question is about.
    pub fn find(&self, question: &Question) -> Vec<&Line> {
        let places = match question {
            Question::Rrn(rrn) => self.by_rrn.get(rrn),
            Question::Slip { terminal, date, .. } => {
                self.by_terminal_day.get(&(terminal.clone(), date.clone()))
            }
            Question::Stan { stan, .. } => self.by_stan.get(&number(stan)),
        };
        let known = places.into_iter().flatten().filter_map(|place| self.lines.get(*place));
        let is_it = |known: &&Known| match question {
            Question::Rrn(_) => true,
            Question::Slip { amount, .. } => has_amount(&known.line, *amount),
            Question::Stan { stan, batch, terminal } => {
                let slip = (number(batch), number(stan));
                known.slips.contains(&slip)
                    && terminal.as_ref().is_none_or(|terminal| *terminal == known.terminal)
            }
        };
        known.filter(is_it).map(|known| &known.line).collect()
    }

    /// The code of a line: `W31`.
    pub fn code(line: &Line) -> &'static str {
        answer::code(line)
    }

    /// One line with its story, what to do next, the expected date and all its evidence.
    pub fn text(&self, line: &Line, lang: Lang) -> String {
        answer::text(&self.run, line, lang.in_recon())
    }

    /// What says so: when (`2026-11-23 14:02:01`), which side, and in words.
    pub fn evidence(&self, line: &Line) -> Vec<(String, String, String)> {
        let words = Lang::English.in_recon();
        let mut events = self.run.evidence(line, words);
        events.extend(self.run.bank_evidence(line, words));
        events.into_iter().map(|event| (event.when_text(), event.side.clone(), event.words)).collect()
    }

    /// The same for machines, one object.
    ///
    /// # Errors
    /// None that a line can cause.
    pub fn json(&self, line: &Line) -> Result<String, String> {
        answer::json(&self.run, line).map(|object| object.to_string()).map_err(|error| error.to_string())
    }

    /// All lines as a table, and a legend of the codes in it.
    pub fn table(&self, lang: Lang) -> String {
        let mut out = format!(
            "{}, {} {}\n\n",
            lang.of("where is my money", "我的钱在哪里"),
            lang.of("as of", "截至"),
            self.run.as_of_text()
        );
        for known in &self.lines {
            let line = &known.line;
            let amount = line.amount.map_or_else(String::new, signed);
            let day = line.day.map_or_else(String::new, |day| day.to_string());
            let due = line.due.map_or_else(|| "-".to_owned(), |due| due.to_string());
            out.push_str(&format!(
                "  {}  {day:<10}  {:<8}  {:<6}  {:<12}  {amount:>12}  {}  {} {due}\n",
                answer::code(line),
                known.terminal,
                known.stan,
                known.rrn,
                line.class.words(lang.in_recon()),
                lang.of("expected", "预计"),
            ));
        }
        out + "\n" + &legend::of(self.all().map(answer::code), lang)
    }
}

/// A legend of the codes of these lines.
pub fn legend<'a>(lines: impl Iterator<Item = &'a Line>, lang: Lang) -> String {
    legend::of(lines.map(answer::code), lang)
}

impl Lang {
    /// The same language of cardwire-recon.
    pub(crate) const fn in_recon(self) -> cardwire_recon::engine::class::Lang {
        match self {
            Self::English => cardwire_recon::engine::class::Lang::En,
            Self::Chinese => cardwire_recon::engine::class::Lang::Zh,
        }
    }
}

/// Whether a line is of this amount, or names it.
fn has_amount(line: &Line, amount: i128) -> bool {
    let named = line.amounts.iter().map(|(_, amount)| *amount);
    line.amount.into_iter().chain(named).any(|found| found.abs() == amount)
}

/// How a file of this network is read, with times in `+08:00`.
pub(crate) fn options(side: Side) -> Options {
    let mut options = Options::new(side, Tokenizer::new(KEY));
    options.currency = Currency::new("CNY");
    options.zone = read::zone("+08:00").unwrap_or(options.zone);
    options.parties = parties();
    options
}

/// The batch that a terminal says its message is of.
fn note_batch(
    batches: &mut HashMap<(String, String), Vec<String>>,
    message: &cardwire_recon::record::Evidence,
) {
    let (Some(terminal), Some(stan), Some(batch)) = (&message.terminal, &message.stan, &message.batch) else {
        return;
    };
    let of_stan = batches.entry((terminal.to_string(), number(stan))).or_default();
    if !of_stan.iter().any(|known| known == batch.as_str()) {
        of_stan.push(batch.to_string());
    }
}

/// A line stands once under each of its numbers.
fn note<K: std::hash::Hash + Eq>(index: &mut HashMap<K, Vec<usize>>, key: K, place: usize) {
    let places = index.entry(key).or_default();
    if places.last() != Some(&place) {
        places.push(place);
    }
}

/// A number without the zeros before it.
fn number(text: &str) -> String {
    text.trim().trim_start_matches('0').to_owned()
}

/// The addresses of a capture of this network, and who they are: 10.0.0.1, 10.0.1.1, ... are terminals.
fn parties() -> Vec<(String, cardwire_recon::record::Text)> {
    let terminals = (0..=u8::MAX).map(|number| (format!("10.0.{number}.1"), "T".into()));
    let hosts = [("10.0.0.2", "A"), ("10.0.0.3", "I"), ("10.0.0.4", "H")];
    terminals.chain(hosts.map(|(address, name)| (address.to_owned(), name.into()))).collect()
}

/// Card tokens live as long as a run.
const KEY: &[u8; 16] = b"test cards alone";
/// A capture without packets is its head alone.
const EMPTY_CAPTURE: usize = 24;
