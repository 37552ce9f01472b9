//! `settlement where`: the command line of questions.

use std::io::{self, BufRead};
use std::path::PathBuf;

use settlement::ask::{Answers, Asked, Question, Sources, legend};
use settlement::wimm::Lang;

/// What is asked, and of what.
#[derive(Default)]
pub(crate) struct Asking {
    from: Vec<PathBuf>,
    ledgers: Vec<PathBuf>,
    question: Option<Question>,
    /// Questions come from standard input, one a line.
    each: bool,
    json: bool,
    asked: Asked,
    pub(crate) lang: Lang,
}

impl Asking {
    /// All sales of a ledger file.
    pub(crate) fn all_of(ledger: PathBuf, lang: Lang) -> Self {
        Self { ledgers: vec![ledger], lang, ..Self::default() }
    }

    pub(crate) fn from_words(words: impl Iterator<Item = String>, lang: Lang) -> Result<Self, String> {
        let (mut words, mut named) = (words, Vec::new());
        let mut asking = Self { lang, ..Self::default() };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see --help"));
            let files = |list: String| list.split(',').map(PathBuf::from).collect::<Vec<_>>();
            match word.as_str() {
                "--from" => asking.from.extend(files(value()?)),
                "--ledger" => asking.ledgers.extend(files(value()?)),
                "--as-of" => asking.asked.as_of = Some(value()?),
                "--zone" => asking.asked.zone = Some(value()?),
                "--fees" => {
                    let path = value()?;
                    let text = std::fs::read_to_string(&path);
                    asking.asked.fees = Some(text.map_err(|error| format!("{path}: {error}"))?);
                }
                "--each" => asking.each = true,
                "--json" => asking.json = true,
                "--lang" => asking.lang = crate::options::language(&value()?)?,
                other => {
                    let key = other.strip_prefix("--").ok_or_else(|| unknown(other))?;
                    if !["rrn", "terminal", "date", "amount", "stan", "batch"].contains(&key) {
                        return Err(unknown(other));
                    }
                    named.extend([key.to_owned(), value()?]);
                }
            }
        }
        if asking.from.is_empty() == asking.ledgers.is_empty() {
            return Err("where is asked of --from FILES or of --ledger FILES, one of them".to_owned());
        }
        asking.question = Question::from_words(named.iter().map(String::as_str))?;
        Ok(asking)
    }

    /// Answers, line by line through `print`. `false`: somebody has to act, or nothing is known of a sale.
    pub(crate) fn run(
        &self,
        print: &mut dyn FnMut(&str) -> Result<(), crate::Failure>,
    ) -> Result<bool, crate::Failure> {
        let sources = match self.ledgers.is_empty() {
            true => Sources::of_files(&self.from),
            false => Sources::of_ledgers(&self.ledgers, self.seconds_east()?),
        };
        let answers = Answers::of(&sources?, &self.asked)?;
        if self.each {
            return self.each(&answers, print);
        }
        match &self.question {
            Some(question) => self.one(&answers, question, print),
            None => {
                print(&answers.table(self.lang))?;
                Ok(true)
            }
        }
    }

    fn one(
        &self,
        answers: &Answers,
        question: &Question,
        print: &mut dyn FnMut(&str) -> Result<(), crate::Failure>,
    ) -> Result<bool, crate::Failure> {
        let found = answers.find(question);
        if found.is_empty() {
            print(self.lang.of(
                "nothing that was read names this sale: it did not reach the acquirer, or the evidence does not cover it\n",
                "所读证据中没有该笔交易：未到达收单方，或证据未覆盖\n",
            ))?;
            return Ok(false);
        }
        for line in &found {
            match self.json {
                true => print(&(answers.json(line)? + "\n"))?,
                false => print(&answers.text(line, self.lang))?,
            }
        }
        if !self.json {
            print(&format!("\n{}", legend(found.iter().copied(), self.lang)))?;
        }
        Ok(!found.iter().any(|line| line.is_exception))
    }

    fn each(
        &self,
        answers: &Answers,
        print: &mut dyn FnMut(&str) -> Result<(), crate::Failure>,
    ) -> Result<bool, crate::Failure> {
        let mut all_good = true;
        for line in io::stdin().lock().lines() {
            let line = line?;
            if let Some(question) = Question::from_words(line.split_whitespace())? {
                all_good &= self.one(answers, &question, print)?;
            }
        }
        Ok(all_good)
    }

    /// How far local time of the ledgers is east of UTC.
    fn seconds_east(&self) -> Result<u64, String> {
        let zone = self.asked.zone.as_deref().unwrap_or("+08:00");
        let parts = zone.strip_prefix('+').and_then(|zone| zone.split_once(':'));
        let seconds = parts.and_then(|(hours, minutes)| {
            Some(hours.parse::<u64>().ok()? * 3_600 + minutes.parse::<u64>().ok()? * 60)
        });
        seconds.ok_or_else(|| format!("--zone of a ledger is an offset such as +08:00, not {zone}"))
    }
}

fn unknown(word: &str) -> String {
    format!("where has no option {word}; see --help")
}
