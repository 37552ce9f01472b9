//! What the acquirer remembers of a sale.

use super::APPROVED;
use super::advices::TOO_LATE;
use super::claims::NOT_THERE;
use super::sale::{credit, hold};
use crate::clock::{Date, Stamp};
use crate::files::clearing::{ItemKind, Presentment};
use crate::journal::{Record, RecordKind};
use crate::ledger::Transfer;
use crate::money::Money;
use crate::ops::Operation;
use crate::party::Effects;
use crate::telegram::{Code, Original, Telegram, Totals};

/// Where a sale stands between acquirer and issuer.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Asked; the outcome is unknown.
    Sent,
    Approved,
    Declined,
    /// To be undone; the issuer has not confirmed yet.
    Reversing,
    Reversed,
}

/// What the acquirer knows of a sale. Being in a closed batch and being reconciled are two
/// independent facts, and only both together make the item payable.
#[derive(Clone, Debug)]
pub(super) struct Sale {
    /// The how many-th it is of all sales.
    pub(super) number: u64,
    pub(super) operation: Operation,
    /// The key of the sale that it is about.
    pub(super) original_key: String,
    /// What stays reserved after it, for another completion.
    pub(super) keeps: Option<Money>,
    pub(super) terminal: String,
    pub(super) merchant: String,
    pub(super) batch: u64,
    pub(super) stan: u64,
    /// What was asked for.
    pub(super) asked: Money,
    /// What is charged: what was approved, less what was taken back.
    pub(super) amount: Money,
    /// What was approved, or asked for as long as that is not known.
    pub(super) first: Money,
    pub(super) rrn: String,
    pub(super) code: Option<Code>,
    pub(super) approval: String,
    pub(super) date: Option<Date>,
    pub(super) state: State,
    /// The issuer had approved it, as far as we know: it counts in the totals even if reversed.
    pub(super) approved: bool,
    pub(super) captured: bool,
    pub(super) settled: bool,
    pub(super) paid: bool,
    /// The clearing file that it is in.
    pub(super) file: Option<String>,
    /// The settlement file has it.
    pub(super) cleared: bool,
    /// It is to be taken back after it was counted, by a credit of this date; of a refund, by a debit.
    pub(super) adjusting: Option<Date>,
    /// The credit that takes it back, once it is presented.
    pub(super) credit: Option<Credit>,
    /// First six and last four digits of the card.
    pub(super) card: String,
    /// It was presented, and a settlement file of its date does not have it.
    pub(super) missing: bool,
    /// The file in which it is claimed.
    pub(super) claim: Option<String>,
    /// The merchant's fee, once it is booked.
    pub(super) fee: Option<Money>,
    /// The fee that the settlement file has, as long as it is another one.
    pub(super) fee_claimed: Option<Money>,
    /// Due, and in the reserve.
    pub(super) reserved: bool,
    /// The payout that it is in.
    pub(super) payout: String,
    pub(super) answered_at: Stamp,
    pub(super) host_stan: u64,
    pub(super) transmission: String,
    pub(super) reversal: Option<(u64, String)>,
    /// Why it is reversed.
    pub(super) reason: Code,
    /// Its terminal took it back: it counts on both sides of the totals of a batch.
    pub(super) voided: bool,
    /// The advice that takes back a part, until it is answered.
    pub(super) reducing: Option<(u64, String)>,
    /// The issuer has it otherwise: it is in no totals until it is corrected.
    pub(super) disputed: bool,
    /// The RRN of a sale that it may be a double of.
    pub(super) double: Option<String>,
}

/// The credit of a sale that is taken back after it was counted, or the debit of a refund that is.
#[derive(Clone, Debug)]
pub(super) struct Credit {
    /// The clearing file that it is in.
    pub(super) file: String,
    /// The date on which it counts.
    pub(super) date: Date,
    /// The settlement file has it.
    pub(super) cleared: bool,
    /// The payout that it was taken out of, if it was.
    pub(super) payout: String,
}

impl Sale {
    /// The items of clearing files that are about it, and the files.
    pub(super) fn items(&self) -> Vec<(&String, Presentment)> {
        let own =
            self.file.iter().map(|file| (file, self.item(self.item_kind(), self.date.unwrap_or_default())));
        let credit = self
            .credit
            .iter()
            .map(|credit| (&credit.file, self.item(self.item_kind().reversal(), credit.date)));
        own.chain(credit).collect()
    }

    /// What its own item of a clearing file is.
    pub(super) fn item_kind(&self) -> ItemKind {
        if self.operation == Operation::Refund { ItemKind::Refund } else { ItemKind::Sale }
    }

    /// Is that item of it in a settlement file?
    pub(super) fn is_cleared(&self, kind: ItemKind) -> bool {
        match kind {
            ItemKind::Reversal | ItemKind::RefundReversal => {
                self.credit.as_ref().is_some_and(|credit| credit.cleared)
            }
            ItemKind::Sale | ItemKind::Refund => self.cleared,
        }
    }

    /// It as an item of a clearing file.
    pub(super) fn item(&self, kind: ItemKind, date: Date) -> Presentment {
        Presentment {
            kind,
            rrn: self.rrn.clone(),
            approval: self.approval.clone(),
            terminal: self.terminal.clone(),
            merchant: self.merchant.clone(),
            amount: self.amount,
            fee: None,
            at: self.answered_at,
            date,
        }
    }

    pub(super) fn from_intent(number: u64, record: &Record) -> Self {
        let mut parts = record.note.splitn(5, '|');
        let mut part = || parts.next().unwrap_or_default();
        let (merchant, terminal) = (part().to_owned(), part().to_owned());
        Self {
            number,
            terminal,
            merchant,
            operation: part().parse().unwrap_or_default(),
            original_key: part().to_owned(),
            keeps: part().parse().ok().map(Money::minor),
            batch: record.batch,
            stan: record.stan,
            asked: record.amount.unwrap_or_default(),
            amount: record.amount.unwrap_or_default(),
            first: record.amount.unwrap_or_default(),
            rrn: record.rrn.clone(),
            code: None,
            approval: String::new(),
            date: None,
            state: State::Sent,
            approved: false,
            captured: false,
            settled: false,
            paid: false,
            file: None,
            cleared: false,
            adjusting: None,
            credit: None,
            card: record.card.clone(),
            missing: false,
            claim: None,
            fee: None,
            fee_claimed: None,
            reserved: false,
            payout: String::new(),
            answered_at: record.at,
            host_stan: record.host_stan,
            transmission: record.transmission.clone(),
            reversal: None,
            reason: TOO_LATE,
            voided: false,
            reducing: None,
            disputed: false,
            double: None,
        }
    }

    pub(super) fn apply(&mut self, record: &Record) {
        match record.kind {
            RecordKind::SaleApproved | RecordKind::SaleDeclined => {
                self.approved = record.kind == RecordKind::SaleApproved;
                self.state = if self.approved { State::Approved } else { State::Declined };
                self.code = record.code;
                self.approval.clone_from(&record.approval);
                self.amount = record.amount.unwrap_or(self.amount);
                self.first = self.amount;
                self.date = record.date;
                self.answered_at = record.at;
            }
            RecordKind::SaleReversing => {
                self.state = State::Reversing;
                self.reason = record.code.unwrap_or(TOO_LATE);
                self.reversal = Some((record.host_stan, record.transmission.clone()));
            }
            RecordKind::SaleReversed => {
                self.state = State::Reversed;
                self.approved = record.code == Some(APPROVED);
                self.date = record.date;
            }
            RecordKind::PossibleDouble => self.double = record.note.rsplit(' ').next().map(str::to_owned),
            RecordKind::SaleVoided => self.voided = true,
            RecordKind::SaleReducing => {
                self.amount = record.amount.unwrap_or(self.amount);
                self.reducing = Some((record.host_stan, record.transmission.clone()));
            }
            RecordKind::SaleReduced => {
                self.reducing = None;
                self.disputed = false;
                self.date = record.date;
            }
            RecordKind::ItemDisputed => {
                self.reducing = None;
                self.disputed = true;
            }
            RecordKind::ReservationKept => self.amount = record.amount.unwrap_or(self.amount),
            RecordKind::SaleCaptured => {
                self.captured = true;
                self.note_fee(record);
            }
            RecordKind::FeeDiffers => self.fee_claimed = record.amount,
            RecordKind::FeeAgreed => (self.fee, self.fee_claimed) = (record.amount, None),
            RecordKind::SaleSettled => self.settled = true,
            RecordKind::SalePresented => self.file = Some(record.note.clone()),
            RecordKind::SaleCleared => self.cleared = true,
            RecordKind::ClearingException => self.missing |= record.note == NOT_THERE,
            RecordKind::SaleClaimed => self.claim = Some(record.note.clone()),
            RecordKind::SaleAdjusting => {
                self.adjusting = record.date;
                self.note_fee(record);
            }
            RecordKind::CreditPresented => {
                let (file, date) = (record.note.clone(), record.date.unwrap_or_default());
                self.credit = Some(Credit { file, date, cleared: false, payout: String::new() });
            }
            RecordKind::CreditCleared => self.credit.iter_mut().for_each(|credit| credit.cleared = true),
            RecordKind::SaleAdjusted => {
                self.credit.iter_mut().for_each(|credit| credit.payout.clone_from(&record.note));
            }
            RecordKind::SaleReserved => self.reserved = true,
            RecordKind::SaleReleased => self.reserved = false,
            RecordKind::SalePaid => {
                self.paid = true;
                self.payout.clone_from(&record.note);
            }
            _ => {}
        }
    }

    /// The fee that was booked with this record, in minor units.
    fn note_fee(&mut self, record: &Record) {
        self.fee = self.fee.or_else(|| record.note.parse().ok().map(Money::minor));
    }

    /// That payout came back.
    pub(super) fn unpay(&mut self, payout: &str) {
        if self.payout == payout {
            self.paid = false;
        }
        self.credit
            .iter_mut()
            .filter(|credit| credit.payout == payout)
            .for_each(|credit| credit.payout.clear());
    }

    /// The reservation that it is in the acquirer's book.
    pub(super) fn held(&self, key: &str) -> Transfer {
        let whole = if self.operation == Operation::Refund { credit } else { hold };
        whole(key, self.first, &self.merchant).reduced(self.amount)
    }

    /// Can this be what a response approves?
    pub(super) fn can_be(&self, code: Code, amount: Option<Money>) -> bool {
        let less = |amount| Money::ZERO < amount && amount < self.amount;
        amount == Some(self.amount)
            || (code.partial() && self.operation == Operation::Sale && amount.is_some_and(less))
    }

    /// Adds it to totals.
    pub(super) fn count(&self, totals: &mut Totals) {
        let Totals { sales, refunds, sales_reversed, refunds_reversed } = totals;
        let (done, undone) = match self.operation {
            Operation::Refund => (refunds, refunds_reversed),
            _ => (sales, sales_reversed),
        };
        done.add(self.amount);
        if self.state == State::Reversed {
            undone.add(self.amount);
        }
    }

    pub(super) fn record(&self, key: &str, kind: RecordKind, fx: &mut Effects) -> Record {
        Record {
            tx: key.to_owned(),
            stan: self.stan,
            batch: self.batch,
            rrn: self.rrn.clone(),
            amount: Some(self.amount),
            date: self.date,
            ..fx.record(kind)
        }
    }

    /// Which request it was, as DE90 and the list of an 0520 say it.
    pub(super) fn original(&self) -> Original {
        Original {
            mti: self.operation.row().host,
            stan: self.host_stan,
            transmission: self.transmission.clone(),
        }
    }

    pub(super) fn answer_to_terminal(&self, code: Code) -> Telegram {
        Telegram {
            // An approval says what was approved, whatever was taken back since; anything else repeats what was asked for.
            amount: Some(if code.approved() { self.first } else { self.asked }),
            local: Some(self.answered_at.transmission()),
            settlement: self.date.map(Date::mmdd),
            rrn: Some(self.rrn.clone()),
            approval: (!self.approval.is_empty()).then(|| self.approval.clone()),
            code: Some(code),
            terminal: self.terminal.clone(),
            merchant: self.merchant.clone(),
            batch: Some(self.batch),
            management: Some(0),
            double: self.double.clone().filter(|_| code.approved()),
            operation: self.operation,
            ..Telegram::new(self.operation.row().terminal.answer(), self.stan)
        }
    }
}
