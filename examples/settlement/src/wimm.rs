//! "Where is my money?" One answer per sale, from the stored journals and books: a verdict, who has
//! the money, and the message that proves it. What three parties say must fit together; if it does
//! not, the answer is *conflict* and not a guess. One that has not heard yet what another one knows does
//! not contradict it.

use crate::audit::{Books, Check, held_for};
use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::Purpose;
use crate::money::Money;
use crate::names::named;
use crate::report::{meaning, told};
use crate::telegram::{Code, Mti};

named! {
    /// Where the money of a sale is.
    Verdict {
        /// W20.
        NeverCharged = "never charged",
        /// W25.
        Unheard = "approved, not heard yet",
        /// W30.
        Reversing = "being reversed",
        /// W31.
        Reversed = "reversed",
        /// W40.
        BatchOpen = "batch still open",
        /// W60.
        WaitingForSettlement = "waiting for settlement",
        /// W65.
        WaitingForPayout = "waiting for payout",
        /// W90.
        Conflict = "conflicting evidence",
        /// W00.
        Paid = "paid",
    }
}

impl Verdict {
    /// All of them, in the order of a sale's life.
    pub const ALL: [Self; 9] = [
        Self::NeverCharged,
        Self::Unheard,
        Self::Reversing,
        Self::Reversed,
        Self::BatchOpen,
        Self::WaitingForSettlement,
        Self::WaitingForPayout,
        Self::Paid,
        Self::Conflict,
    ];

    /// The verdict in a language.
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::NeverCharged => lang.of("never charged", "未扣款"),
            Self::Unheard => lang.of("approved, not heard yet", "已批准，终端尚未收到"),
            Self::Reversing => lang.of("being reversed", "正在冲正"),
            Self::Reversed => lang.of("reversed", "已冲正"),
            Self::BatchOpen => lang.of("batch still open", "批次未结算"),
            Self::WaitingForSettlement => lang.of("waiting for settlement", "等待清算"),
            Self::WaitingForPayout => lang.of("waiting for payout", "等待划款"),
            Self::Conflict => lang.of("conflicting evidence", "证据不一致"),
            Self::Paid => lang.of("paid", "已划款"),
        }
    }

    /// The code in tables and tests.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Paid => "W00",
            Self::NeverCharged => "W20",
            Self::Unheard => "W25",
            Self::Reversing => "W30",
            Self::Reversed => "W31",
            Self::BatchOpen => "W40",
            Self::WaitingForSettlement => "W60",
            Self::WaitingForPayout => "W65",
            Self::Conflict => "W90",
        }
    }
}

/// The answer for one sale.
#[derive(Clone, Debug)]
pub struct Answer {
    /// When the terminal asked.
    pub at: Stamp,
    /// The terminal's STAN.
    pub stan: u64,
    /// The terminal's batch.
    pub batch: u64,
    /// The acquirer's reference, empty if the sale never got there.
    pub rrn: String,
    /// First six and last four.
    pub card: String,
    /// What was to be paid.
    pub amount: Money,
    /// Where it is.
    pub verdict: Verdict,
    /// In words, for the merchant.
    pub story: String,
    /// The message that proves it.
    pub proof: String,
}

/// Answers for every sale the terminal ever started, in that order.
pub fn answers(books: &Books, lang: Lang) -> Vec<Answer> {
    let asked = books.records(Party::Terminal).iter().filter(|record| record.kind == RecordKind::SaleSent);
    asked.map(|intent| Case::of(books, intent, lang).answer()).collect()
}

/// The language of the screens.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Lang {
    /// English.
    #[default]
    English,
    /// Chinese.
    Chinese,
}

impl Lang {
    /// Of two wordings the one in this language.
    pub const fn of(self, english: &'static str, chinese: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}

/// A sentence in a language: the English format text comes first, the Chinese one after it.
macro_rules! say {
    ($lang:expr, $english:literal, $chinese:literal $(,)?) => {
        match $lang {
            $crate::wimm::Lang::English => format!($english),
            $crate::wimm::Lang::Chinese => format!($chinese),
        }
    };
}
pub(crate) use say;

/// Do all sales have an answer without conflict, and do the amounts add up to what was asked?
pub fn check(answers: &[Answer]) -> Check {
    let conflicts = answers.iter().filter(|answer| answer.verdict == Verdict::Conflict).count();
    let figures = format!("{} sales, {conflicts} in conflict", answers.len());
    Check {
        rule: "every sale has one answer that all parties support".to_owned(),
        holds: conflicts == 0,
        figures,
    }
}

/// What the terminal knows about the end of a sale.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Slip {
    /// Nothing yet.
    None,
    Approved,
    /// Declined, or reversed.
    NotApproved,
}

/// Everything that is known about one sale.
struct Case<'a> {
    intent: &'a Record,
    lang: Lang,
    terminal: Vec<&'a Record>,
    acquirer: Vec<&'a Record>,
    messages: Vec<&'a Record>,
    held_by_acquirer: i128,
    held_by_issuer: i128,
    fee: Money,
}

impl<'a> Case<'a> {
    fn of(books: &'a Books, intent: &'a Record, lang: Lang) -> Self {
        let (stan, batch) = (intent.stan, intent.batch);
        let own = |record: &&Record| {
            record.stan == stan && record.batch == batch && record.kind != RecordKind::MessageOut
        };
        let terminal = books.records(Party::Terminal).iter().filter(own).collect();
        let of_sale =
            |record: &&Record| record.stan == stan && record.batch == batch && !record.tx.is_empty();
        let acquirer: Vec<_> = books.records(Party::Acquirer).iter().filter(of_sale).collect();
        let (tx, rrn) = acquirer.first().map_or(("", ""), |first| (first.tx.as_str(), first.rrn.as_str()));
        let heard =
            books.records(Party::Acquirer).iter().filter(|record| record.kind == RecordKind::MessageIn);
        let messages = heard.filter(|record| !rrn.is_empty() && record.rrn == rrn).collect();
        let approved = books
            .records(Party::Issuer)
            .iter()
            .filter(|r| r.kind == RecordKind::SaleApproved && r.rrn == rrn);
        let book = books.ledger(Party::Issuer);
        let held = approved.map(|record| held_for(&book, books.transfers(Party::Issuer), &record.tx));
        let fees = books
            .transfers(Party::Acquirer)
            .iter()
            .filter(|t| t.purpose == Purpose::Fee && t.reference == tx);
        Self {
            intent,
            lang,
            terminal,
            messages,
            held_by_acquirer: held_for(&books.ledger(Party::Acquirer), books.transfers(Party::Acquirer), tx),
            held_by_issuer: if rrn.is_empty() { 0 } else { held.sum() },
            fee: fees.map(|transfer| transfer.amount).collect(),
            acquirer,
        }
    }

    fn answer(&self) -> Answer {
        let stands = self.stands();
        let verdict = self.verdict();
        let expected = match verdict {
            Verdict::NeverCharged | Verdict::Reversed => Some(0),
            Verdict::Reversing | Verdict::Conflict if !stands => None,
            _ => Some(i128::from(self.intent.amount.unwrap_or_default().units())),
        };
        let books_agree =
            expected.is_none_or(|sum| self.held_by_acquirer == sum && self.held_by_issuer == sum);
        let slip_agrees = match self.slip() {
            Slip::None => true,
            Slip::Approved => stands,
            Slip::NotApproved => !stands,
        };
        let verdict = if books_agree && slip_agrees { verdict } else { Verdict::Conflict };
        let (story, proof) = self.words(verdict);
        Answer {
            at: self.intent.at,
            stan: self.intent.stan,
            batch: self.intent.batch,
            rrn: self.acquirer.first().map(|record| record.rrn.clone()).unwrap_or_default(),
            card: self.intent.card.clone(),
            amount: self.intent.amount.unwrap_or_default(),
            verdict,
            story,
            proof,
        }
    }

    /// The acquirer heard an approval and did not take it back.
    fn stands(&self) -> bool {
        let has = |kind| self.find(kind).is_some();
        has(RecordKind::SaleApproved) && !has(RecordKind::SaleReversing) && !has(RecordKind::SaleReversed)
    }

    fn slip(&self) -> Slip {
        let has = |kind| self.terminal.iter().any(|record| record.kind == kind);
        if has(RecordKind::SaleApproved) {
            Slip::Approved
        } else if has(RecordKind::SaleDeclined) || has(RecordKind::SaleReversed) {
            Slip::NotApproved
        } else {
            Slip::None
        }
    }

    fn verdict(&self) -> Verdict {
        if self.stands() && self.slip() == Slip::None {
            let gave_up = self.terminal.iter().any(|record| record.kind == RecordKind::SaleReversing);
            return if gave_up { Verdict::Reversing } else { Verdict::Unheard };
        }
        let has = |kind| self.find(kind).is_some();
        let terminal_reversed = self.terminal.iter().any(|record| record.kind == RecordKind::SaleReversed);
        if has(RecordKind::SaleReversed) {
            Verdict::Reversed
        } else if has(RecordKind::SaleReversing) {
            Verdict::Reversing
        } else if has(RecordKind::SaleDeclined) {
            Verdict::NeverCharged
        } else if has(RecordKind::SalePaid) {
            Verdict::Paid
        } else if has(RecordKind::SaleCaptured) && has(RecordKind::SaleSettled) {
            Verdict::WaitingForPayout
        } else if has(RecordKind::SaleCaptured) {
            Verdict::WaitingForSettlement
        } else if has(RecordKind::SaleApproved) {
            Verdict::BatchOpen
        } else if terminal_reversed {
            Verdict::Reversed
        } else {
            Verdict::Reversing
        }
    }

    fn words(&self, verdict: Verdict) -> (String, String) {
        let (batch, lang) = (self.intent.batch, self.lang);
        match verdict {
            Verdict::NeverCharged => self.never_charged(),
            Verdict::Reversed => self.reversed(),
            Verdict::Unheard => (
                self.lang
                    .of(
                        "approved; the response is on its way to the terminal, or lost and will be reversed",
                        "已批准；应答正在发往终端，或已丢失并将被冲正",
                    )
                    .to_owned(),
                self.heard(Mti::SALE.answer()),
            ),
            Verdict::Reversing => (self.reversing(), self.last_message()),
            Verdict::BatchOpen => (
                say!(
                    lang,
                    "approved, held at the issuer; batch {batch:06} is not closed",
                    "已批准，发卡行已冻结；批次{batch:06}尚未结算"
                ),
                self.heard(Mti::SALE.answer()),
            ),
            Verdict::WaitingForSettlement => {
                let date = self.find(RecordKind::SaleApproved).and_then(|record| record.date);
                let date = date.map_or_else(String::new, |date| date.to_string());
                (
                    say!(
                        lang,
                        "batch {batch:06} agreed; date {date} not reconciled yet",
                        "批次{batch:06}对账一致；清算日期{date}尚未对账"
                    ),
                    self.state(RecordKind::SaleCaptured),
                )
            }
            Verdict::WaitingForPayout => (
                lang.of(
                    "settled by the issuer, owed to the merchant, not paid yet",
                    "发卡行已清算，应付商户，尚未划款",
                )
                .to_owned(),
                self.state(RecordKind::SaleSettled),
            ),
            Verdict::Paid => {
                let paid = self.find(RecordKind::SalePaid);
                let net = paid.and_then(|record| record.amount).unwrap_or_default();
                let payout = paid.map_or("", |record| record.note.as_str());
                let fee = self.fee;
                let words = say!(
                    lang,
                    "{net} after fee {fee}, payout {payout}",
                    "扣除手续费{fee}后为{net}，划款{payout}"
                );
                (words, self.state(RecordKind::SaleSettled))
            }
            Verdict::Conflict => {
                let (acquirer, issuer) = (self.held_by_acquirer, self.held_by_issuer);
                let (acquirer, issuer) = (crate::money::signed(acquirer), crate::money::signed(issuer));
                let words = say!(
                    lang,
                    "acquirer's book {acquirer}, issuer's book {issuer}: ask both",
                    "收单方账面{acquirer}，发卡行账面{issuer}：请向双方查询"
                );
                (words, self.last_message())
            }
        }
    }

    fn never_charged(&self) -> (String, String) {
        let declined = self.find(RecordKind::SaleDeclined);
        let code = declined.and_then(|record| record.code).unwrap_or(Code::of(b"96"));
        let meaning = meaning(Mti::SALE.answer(), code, self.lang);
        let by_issuer = self.messages.iter().any(|record| record.peer == Some(Party::Issuer));
        if by_issuer {
            let words = say!(self.lang, "{code} {meaning}, says the issuer", "{code} {meaning}，发卡行应答");
            (words, self.heard(Mti::SALE.answer()))
        } else {
            let at = declined.map_or(self.intent.at, |record| record.at);
            (
                say!(
                    self.lang,
                    "{code} {meaning}; it never left the acquirer",
                    "{code} {meaning}；收单方未发出该交易"
                ),
                proof('A', 'T', Mti(210), Some(code), at),
            )
        }
    }

    fn reversing(&self) -> String {
        let lang = self.lang;
        if self.stands() {
            let en = "approved, but the terminal heard nothing; it reverses before its next message";
            return lang.of(en, "已批准，但终端未收到应答；它在下一条报文之前冲正").to_owned();
        }
        if self.acquirer.is_empty() {
            let en = "the acquirer has not seen the sale; silence ends in a reversal";
            return lang.of(en, "收单方尚未收到该消费；无应答时将冲正").to_owned();
        }
        let en = "outcome unknown; the reversal is repeated until it is answered";
        let text = lang.of(en, "结果未知；冲正将重发，直到收到应答");
        match self.find(RecordKind::SaleExcluded).and_then(|record| record.date) {
            Some(date) => {
                say!(lang, "{text}; left out of the totals of {date}", "{text}；未计入{date}的合计")
            }
            None if self.find(RecordKind::SaleReversing).is_some() => text.to_owned(),
            None => {
                let en = "the issuer has not answered yet; silence ends in a reversal";
                lang.of(en, "发卡行尚未应答；无应答时将冲正").to_owned()
            }
        }
    }

    fn reversed(&self) -> (String, String) {
        let Some(reversed) = self.find(RecordKind::SaleReversed) else {
            let words = self.lang.of("the acquirer never saw the sale", "收单方从未收到该消费");
            return (words.to_owned(), self.last_message());
        };
        let undone = reversed.code.is_some_and(Code::approved);
        let why = self.find(RecordKind::SaleReversing).map_or("", |record| record.note.as_str());
        let late = match self.find(RecordKind::LateApproval).is_some() {
            true => self.lang.of(", late approval ignored", "，迟到的批准已忽略"),
            false => "",
        };
        let end = match undone {
            true => self.lang.of("hold released", "冻结已解除"),
            false => self.lang.of("nothing was held", "未曾冻结"),
        };
        let code = reversed.code;
        let why = told(why, self.lang);
        (
            say!(self.lang, "{why}: {end}{late}", "{why}：{end}{late}"),
            proof('I', 'A', reversed.mti.unwrap_or(Mti(430)), code, reversed.at),
        )
    }

    fn find(&self, kind: RecordKind) -> Option<&'a Record> {
        self.acquirer.iter().copied().find(|record| record.kind == kind)
    }

    /// The message from the issuer that says so.
    fn heard(&self, mti: Mti) -> String {
        let message = self.messages.iter().find(|r| r.mti == Some(mti) && r.peer == Some(Party::Issuer));
        message.map_or_else(String::new, |record| proof('I', 'A', mti, record.code, record.at))
    }

    /// The message that brought the sale into this state.
    fn state(&self, kind: RecordKind) -> String {
        let Some(record) = self.find(kind) else { return String::new() };
        let (from, to) = if kind == RecordKind::SaleSettled { ('I', 'A') } else { ('A', 'T') };
        let says = if kind == RecordKind::SaleSettled { "66=1" } else { "answer=1" };
        format!("{from}>{to} {} {says} {}", record.mti.unwrap_or_default(), record.at)
    }

    fn last_message(&self) -> String {
        let last = self.terminal.iter().chain(&self.acquirer).max_by_key(|record| record.at);
        last.map_or_else(String::new, |record| format!("{} {}", record.kind, record.at))
    }
}

fn proof(from: char, to: char, mti: Mti, code: Option<Code>, at: Stamp) -> String {
    let code = code.map_or_else(String::new, |code| format!(" 39={code}"));
    format!("{from}>{to} {mti}{code} {at}")
}
