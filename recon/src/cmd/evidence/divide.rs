//! Records by merchant: those of one merchant, with the payouts and bank entries that are for it, match among themselves.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use hashbrown::{HashMap, HashSet};

use super::Target;
use crate::cmd::input::Told;
use crate::engine::books::Books;
use crate::engine::payout::reference::References;
use crate::engine::rules::Rules;
use crate::gather::TakeFiles;
use crate::record::{BankEntry, Currency, InputFile, Record, Side, Text};

/// Says of each record the number of its merchant, and hands it on.
pub(super) struct Divide<'t> {
    count: u16,
    rules: &'t Rules,
    to: &'t mut dyn Target,
    /// Numbers of the merchants of terminals and of payouts.
    terminals: HashMap<Text, u16>,
    payouts: HashMap<Text, u16>,
    merchants: HashSet<Text>,
    /// What has no merchant of its own waits until all of them are known.
    waiting: Vec<Record>,
    digests: HashSet<(Side, [u8; 32])>,
    /// What the trailer of the file that is read is held against.
    books: Books,
    currency: Currency,
    failed: Option<String>,
}

impl<'t> Divide<'t> {
    pub(super) fn new(count: u16, told: &'t Told, to: &'t mut dyn Target) -> Self {
        Self {
            count,
            rules: &told.settings.rules,
            books: Books::new(told.currency),
            currency: told.currency,
            to,
            terminals: HashMap::new(),
            payouts: HashMap::new(),
            merchants: HashSet::new(),
            waiting: Vec::new(),
            digests: HashSet::new(),
            failed: None,
        }
    }

    /// Hands over what waited.
    pub(super) fn finish(mut self) -> Result<(), String> {
        let names: Vec<(String, usize)> =
            self.payouts.iter().map(|(name, merchant)| (name.to_string(), usize::from(*merchant))).collect();
        let references = References::new(names.into_iter(), &self.rules.payout);
        for record in std::mem::take(&mut self.waiting) {
            let merchant = match &record {
                Record::Bank(entry) => self.of_entry(entry, &references),
                Record::Switch(found) => self.of_terminal(found.terminal.as_ref()),
                Record::Clearing(found) => {
                    let payout = found.payout.as_ref().and_then(|payout| self.payouts.get(payout));
                    payout.copied().or_else(|| self.of_terminal(found.terminal.as_ref()))
                }
                Record::Refused(_) => None,
            };
            self.hand_on(merchant.unwrap_or(0), record);
        }
        self.failed.map_or_else(|| self.to.finish(), Err)
    }

    fn of_terminal(&self, terminal: Option<&Text>) -> Option<u16> {
        self.terminals.get(terminal?).copied()
    }

    /// The merchant of the payout that an entry names, or the one that it names itself.
    fn of_entry(&self, entry: &BankEntry, references: &References<'_>) -> Option<u16> {
        let texts = [entry.end_to_end.as_deref().unwrap_or_default(), entry.text.as_str()];
        let named = texts.into_iter().find_map(|text| references.find(text).first().copied());
        if let Some(named) = named {
            return u16::try_from(named.payout).ok();
        }
        let mut words = entry.text.split(|found: char| !found.is_ascii_alphanumeric());
        words.find(|word| self.merchants.contains(*word)).map(|word| self.number(word))
    }

    /// The same on every machine and in every run.
    fn number(&self, merchant: &str) -> u16 {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(merchant);
        u16::try_from(hash % u64::from(self.count)).unwrap_or(0)
    }

    fn hand_on(&mut self, merchant: u16, record: Record) {
        if self.failed.is_none() {
            self.failed = self.to.record(merchant, record).err();
        }
    }
}

impl TakeFiles for Divide<'_> {
    fn put(&mut self, record: Record) {
        if let Record::Clearing(found) = &record {
            self.books.count_clearing(found);
        }
        let (merchant, terminal, payout) = match &record {
            Record::Switch(found) => (&found.merchant, &found.terminal, &None),
            Record::Clearing(found) => (&found.merchant, &found.terminal, &found.payout),
            Record::Bank(_) | Record::Refused(_) => return self.waiting.push(record),
        };
        let Some(merchant) = merchant else { return self.waiting.push(record) };
        let number = self.number(merchant);
        if !self.merchants.contains(merchant) {
            self.merchants.insert(merchant.clone());
        }
        for (known, name) in [(&mut self.terminals, terminal), (&mut self.payouts, payout)] {
            if let Some(name) = name.as_ref().filter(|name| !known.contains_key(*name)) {
                known.insert(name.clone(), number);
            }
        }
        self.hand_on(number, record);
    }

    fn finish_file(&mut self, file: InputFile) {
        if self.failed.is_some() {
            return;
        }
        if !self.digests.insert((file.side, file.digest)) {
            self.failed = Some(format!("{} was given twice", file.name));
            return;
        }
        let mut books = std::mem::replace(&mut self.books, Books::new(self.currency));
        books.finish_file(file.clone());
        let file = InputFile { faults: books.faults(), ..file };
        self.failed = self.to.file(&file).err();
    }

    fn finish_loose(&mut self) {}
}
