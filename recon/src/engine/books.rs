//! All records of a run, kept small: what many records share is kept once.

use std::sync::Arc;

use cardwire::Mti;
use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use jiff::civil::Date;

use super::files::Range;
use super::intern::{Interner, Shared, Sym};
use crate::record::{
    BankEntry, ClearingKind, ClearingRecord, Currency, Evidence, InputFile, Original, Place, Record, Refused,
    Source, Token, Totals,
};

/// One record of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RecordId {
    Message(u32),
    Clearing(u32),
    Bank(u32),
}

/// Where a record stands; `0` in the top bit of the place is a line, `1` an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) file: u32,
    place: u64,
}

const OFFSET: u64 = 1 << 63;

impl At {
    pub(crate) fn place(self) -> Place {
        if self.place & OFFSET == 0 { Place::Line(self.place) } else { Place::Offset(self.place & !OFFSET) }
    }
}

/// What messages of one terminal and kind share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Context {
    pub(crate) from: Option<Sym>,
    pub(crate) to: Option<Sym>,
    pub(crate) mti: Mti,
    pub(crate) code: Option<Sym>,
    pub(crate) type_code: Option<Sym>,
    pub(crate) currency: Currency,
    pub(crate) mcc: Option<Sym>,
    pub(crate) entry_mode: Option<Sym>,
    pub(crate) function: Option<Sym>,
    pub(crate) condition: Option<Sym>,
    pub(crate) acquirer: Option<Sym>,
    pub(crate) forwarder: Option<Sym>,
    pub(crate) terminal: Option<Sym>,
    pub(crate) merchant: Option<Sym>,
    pub(crate) batch: Option<Sym>,
    pub(crate) network_code: Option<Sym>,
    pub(crate) response: Option<Sym>,
}

/// What few messages have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    pub(crate) original: Option<Original>,
    pub(crate) life_cycle: Option<crate::record::Text>,
    pub(crate) replacement: Option<i64>,
    pub(crate) totals: Option<Totals>,
    pub(crate) totals_result: Option<u8>,
}

/// A message of the switch.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) at: At,
    /// Milliseconds of Unix time.
    pub(crate) time: Option<i64>,
    pub(crate) amount: Option<i64>,
    context: u32,
    pub(crate) stan: Option<Sym>,
    pub(crate) rrn: Option<Sym>,
    pub(crate) approval: Option<Sym>,
    pub(crate) token: Option<Sym>,
    pub(crate) life_id: Option<Sym>,
    pub(crate) local_time: Option<Sym>,
    pub(crate) local_date: Option<Date>,
    pub(crate) settlement_date: Option<Date>,
    pub(crate) extra: Option<Box<Extra>>,
}

/// What clearing records of one file share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClearingContext {
    pub(crate) kind: ClearingKind,
    pub(crate) terminal: Option<Sym>,
    pub(crate) merchant: Option<Sym>,
    pub(crate) acquirer: Option<Sym>,
    pub(crate) batch: Option<Sym>,
    pub(crate) currency: Currency,
    pub(crate) settlement_date: Option<Date>,
    pub(crate) payout: Option<Sym>,
    pub(crate) mcc: Option<Sym>,
    pub(crate) reason: Option<Sym>,
}

/// A record of a clearing file.
#[derive(Clone, Debug)]
pub(crate) struct Clearing {
    pub(crate) at: At,
    context: u32,
    pub(crate) number: u64,
    pub(crate) rrn: Option<Sym>,
    pub(crate) stan: Option<Sym>,
    pub(crate) token: Option<Sym>,
    pub(crate) approval: Option<Sym>,
    pub(crate) arn: Option<Sym>,
    pub(crate) life_id: Option<Sym>,
    pub(crate) original_rrn: Option<Sym>,
    pub(crate) local_time: Option<Sym>,
    pub(crate) local_date: Option<Date>,
    pub(crate) gross: i64,
    pub(crate) fee: Option<i64>,
    pub(crate) net: Option<i64>,
}

/// An entry of a bank statement.
#[derive(Clone, Debug)]
pub(crate) struct Bank {
    pub(crate) at: At,
    pub(crate) currency: Currency,
    pub(crate) entry: Box<BankEntry>,
}

/// What an open item of the day before says about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    /// The day on which it was first open.
    pub(crate) since: Date,
    /// The payout that paid it, and the day of the money.
    pub(crate) funded: Option<(Sym, Date)>,
}

/// All records of a run.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pub(crate) names: Interner,
    contexts: Shared<Context>,
    clearing_contexts: Shared<ClearingContext>,
    tokens: Shared<Token>,
    sources: Vec<Arc<str>>,
    pub(crate) files: Vec<InputFile>,
    pub(super) ranges: Vec<Range>,
    /// Gross and net of the clearing records since the last file, for its trailer.
    pub(super) running: [i128; 2],
    /// Messages, clearing records and bank entries of open items, which come before those of the files.
    pub(super) before: [usize; 3],
    pub(super) dropped: Vec<(String, u64, bool)>,
    pub(crate) messages: Vec<Message>,
    pub(crate) clearing: Vec<Clearing>,
    pub(crate) bank: Vec<Bank>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) carried: HashMap<RecordId, Carried>,
    /// How many records were carried that stand in other parts of the run.
    pub(crate) carried_elsewhere: usize,
    /// Hosts that pass requests on.
    pub(crate) middle: HashSet<String>,
    default_currency: Currency,
}

impl Books {
    /// Empty books; records without a currency are in `currency`.
    pub(crate) fn new(currency: Currency) -> Self {
        Self {
            names: Interner::default(),
            contexts: Shared::default(),
            clearing_contexts: Shared::default(),
            tokens: Shared::default(),
            sources: Vec::new(),
            files: Vec::new(),
            ranges: Vec::new(),
            running: [0; 2],
            before: [0; 3],
            dropped: Vec::new(),
            messages: Vec::new(),
            clearing: Vec::new(),
            bank: Vec::new(),
            refused: Vec::new(),
            carried: HashMap::default(),
            carried_elsewhere: 0,
            middle: HashSet::default(),
            default_currency: currency,
        }
    }

    /// Books for a part of the records, in which names mean the same.
    pub(crate) fn part(&self) -> Self {
        Self {
            names: self.names.clone(),
            sources: self.sources.clone(),
            files: self.files.clone(),
            middle: self.middle.clone(),
            ..Self::new(self.default_currency)
        }
    }

    /// What the payout of a clearing record depends on.
    pub(crate) fn payout_context(&mut self, found: &ClearingRecord) -> ClearingContext {
        ClearingContext {
            kind: found.kind,
            terminal: None,
            merchant: self.name(&found.merchant),
            acquirer: None,
            batch: None,
            currency: found.currency.unwrap_or(self.default_currency),
            settlement_date: found.settlement_date,
            payout: self.name(&found.payout),
            mcc: None,
            reason: None,
        }
    }

    /// Adds a clearing record to what the trailer of its file is held against.
    pub(crate) fn count_clearing(&mut self, found: &ClearingRecord) {
        let net = found.net.or(found.fee.map(|fee| found.gross - fee)).unwrap_or(found.gross);
        for (sum, amount) in self.running.iter_mut().zip([found.gross, net]) {
            *sum += i128::from(amount);
        }
    }

    /// The currency of records that name none.
    pub(crate) fn default_currency(&self) -> Currency {
        self.default_currency
    }

    /// What a message shares with others.
    pub(crate) fn context(&self, message: &Message) -> Context {
        let other = Context {
            from: None,
            to: None,
            mti: Mti::NETWORK_ADVICE,
            code: None,
            type_code: None,
            currency: self.default_currency,
            mcc: None,
            entry_mode: None,
            function: None,
            condition: None,
            acquirer: None,
            forwarder: None,
            terminal: None,
            merchant: None,
            batch: None,
            network_code: None,
            response: None,
        };
        self.contexts.get(message.context).copied().unwrap_or(other)
    }

    /// What a clearing record shares with others.
    pub(crate) fn clearing_context(&self, record: &Clearing) -> ClearingContext {
        let other = ClearingContext {
            kind: ClearingKind::Retrieval,
            terminal: None,
            merchant: None,
            acquirer: None,
            batch: None,
            currency: self.default_currency,
            settlement_date: None,
            payout: None,
            mcc: None,
            reason: None,
        };
        self.clearing_contexts.get(record.context).copied().unwrap_or(other)
    }

    /// The text of a symbol, or nothing.
    pub(crate) fn text(&self, sym: Option<Sym>) -> &str {
        sym.map_or("", |sym| self.names.text(sym))
    }

    /// The token that a symbol of [`Message::token`] stands for.
    pub(crate) fn token(&self, sym: Option<Sym>) -> Option<Token> {
        let number = self.names.text(sym?).strip_prefix('\u{1}')?;
        self.tokens.get(number.parse().ok()?).copied()
    }

    /// The name of the file of a record.
    pub(crate) fn file(&self, at: At) -> &Arc<str> {
        static NONE: std::sync::OnceLock<Arc<str>> = std::sync::OnceLock::new();
        self.sources.get(at.file as usize).unwrap_or_else(|| NONE.get_or_init(|| Arc::from("")))
    }

    /// Where a record stands.
    pub(crate) fn at(&self, id: RecordId) -> At {
        let at = match id {
            RecordId::Message(index) => self.messages.get(index as usize).map(|record| record.at),
            RecordId::Clearing(index) => self.clearing.get(index as usize).map(|record| record.at),
            RecordId::Bank(index) => self.bank.get(index as usize).map(|record| record.at),
        };
        at.unwrap_or(At { file: u32::MAX, place: 0 })
    }

    fn place(&mut self, source: &Source) -> At {
        let known =
            self.sources.iter().rposition(|name| Arc::ptr_eq(name, &source.file) || *name == source.file);
        let file = known.unwrap_or_else(|| {
            self.sources.push(source.file.clone());
            self.sources.len() - 1
        });
        let place = match source.place {
            Place::Line(line) => line & !OFFSET,
            Place::Offset(offset) => offset | OFFSET,
        };
        At { file: u32::try_from(file).unwrap_or(u32::MAX), place }
    }

    fn name(&mut self, text: &Option<crate::record::Text>) -> Option<Sym> {
        self.names.put(text.as_deref()?)
    }

    /// A reference number; files that have none write stars or zeros.
    fn number(&mut self, text: &Option<crate::record::Text>) -> Option<Sym> {
        self.names.put(reference(text)?)
    }

    /// Tokens are symbols, too, so that they can be compared like texts.
    fn put_token(&mut self, token: Option<Token>) -> Option<Sym> {
        let number = self.tokens.put(token?);
        self.names.put(&format!("\u{1}{number}"))
    }

    fn put_message(&mut self, found: &Evidence) -> RecordId {
        let context = Context {
            from: self.name(&found.from),
            to: self.name(&found.to),
            mti: found.mti,
            code: self.name(&found.processing_code),
            type_code: self.name(&found.type_code),
            currency: found.currency.unwrap_or(self.default_currency),
            mcc: self.name(&found.mcc),
            entry_mode: self.name(&found.entry_mode),
            function: self.name(&found.function),
            condition: self.name(&found.condition),
            acquirer: self.name(&found.acquirer),
            forwarder: self.name(&found.forwarder),
            terminal: self.name(&found.terminal),
            merchant: self.name(&found.merchant),
            batch: self.name(&found.batch),
            network_code: self.name(&found.network_code),
            response: self.name(&found.response),
        };
        let extra = Extra {
            original: found.original.clone(),
            life_cycle: found.life_cycle.clone(),
            replacement: found.replacement,
            totals: found.totals,
            totals_result: found.totals_result,
        };
        let is_plain = extra.original.is_none()
            && extra.life_cycle.is_none()
            && extra.replacement.is_none()
            && extra.totals.is_none()
            && extra.totals_result.is_none();
        let message = Message {
            at: self.place(&found.source),
            time: found.time.map(Timestamp::as_millisecond),
            amount: found.amount,
            context: self.contexts.put(context),
            stan: self.name(&found.stan),
            rrn: self.number(&found.rrn),
            approval: self.name(&found.approval),
            token: self.put_token(found.token),
            life_id: self.name(&found.life_id),
            local_time: self.name(&found.local_time),
            local_date: found.local_date,
            settlement_date: found.settlement_date,
            extra: (!is_plain).then(|| Box::new(extra)),
        };
        self.messages.push(message);
        RecordId::Message(last(self.messages.len()))
    }

    fn put_clearing(&mut self, found: &ClearingRecord) -> RecordId {
        self.count_clearing(found);
        let context = ClearingContext {
            kind: found.kind,
            terminal: self.name(&found.terminal),
            merchant: self.name(&found.merchant),
            acquirer: self.name(&found.acquirer),
            batch: self.name(&found.batch),
            currency: found.currency.unwrap_or(self.default_currency),
            settlement_date: found.settlement_date,
            payout: self.name(&found.payout),
            mcc: self.name(&found.mcc),
            reason: self.name(&found.reason),
        };
        let record = Clearing {
            at: self.place(&found.source),
            context: self.clearing_contexts.put(context),
            number: found.number.unwrap_or(u64::MAX),
            rrn: self.number(&found.rrn),
            stan: self.name(&found.stan),
            token: self.put_token(found.token),
            approval: self.name(&found.approval),
            arn: self.number(&found.arn),
            life_id: self.name(&found.life_id),
            original_rrn: self.number(&found.original_rrn),
            local_time: self.name(&found.local_time),
            local_date: found.local_date,
            gross: found.gross,
            fee: found.fee,
            net: found.net,
        };
        self.clearing.push(record);
        RecordId::Clearing(last(self.clearing.len()))
    }

    fn put_bank(&mut self, entry: Box<BankEntry>) -> RecordId {
        let at = self.place(&entry.source);
        self.bank.push(Bank { at, currency: entry.currency.unwrap_or(self.default_currency), entry });
        RecordId::Bank(last(self.bank.len()))
    }

    /// Takes a record; a refused one has no number.
    pub(crate) fn put(&mut self, record: Record) -> Option<RecordId> {
        match record {
            Record::Switch(found) => Some(self.put_message(&found)),
            Record::Clearing(found) => Some(self.put_clearing(&found)),
            Record::Bank(found) => Some(self.put_bank(found)),
            Record::Refused(refused) => {
                self.refused.push(refused);
                None
            }
        }
    }
}

/// A reference number that says something: files that have none write stars or zeros.
pub(crate) fn reference(text: &Option<crate::record::Text>) -> Option<&str> {
    let text = text.as_deref().filter(|text| !text.is_empty())?;
    let is_none = text.bytes().all(|octet| octet == b'*') || text.bytes().all(|octet| octet == b'0');
    (!is_none).then_some(text)
}

fn last(count: usize) -> u32 {
    u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX)
}
