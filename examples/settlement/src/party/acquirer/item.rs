//! What the acquirer remembers of a sale.

use super::APPROVED;
use super::sale::hold;
use crate::clock::{Date, Stamp};
use crate::journal::{Record, RecordKind};
use crate::ledger::Transfer;
use crate::money::Money;
use crate::party::Effects;
use crate::telegram::{Code, Mti, Original, Telegram, Totals};

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
    pub(super) terminal: String,
    pub(super) merchant: String,
    pub(super) batch: u64,
    pub(super) stan: u64,
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
    /// Due, and in the reserve.
    pub(super) reserved: bool,
    /// The payout that it is in.
    pub(super) payout: String,
    pub(super) answered_at: Stamp,
    pub(super) host_stan: u64,
    pub(super) transmission: String,
    pub(super) reversal: Option<(u64, String)>,
    /// The advice that takes back a part, until it is answered.
    pub(super) reducing: Option<(u64, String)>,
    /// The issuer has it otherwise: it is in no totals until it is corrected.
    pub(super) disputed: bool,
}

impl Sale {
    pub(super) fn from_intent(number: u64, record: &Record) -> Self {
        let (merchant, terminal) = record.note.split_once('|').unwrap_or_default();
        Self {
            number,
            terminal: terminal.to_owned(),
            merchant: merchant.to_owned(),
            batch: record.batch,
            stan: record.stan,
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
            reserved: false,
            payout: String::new(),
            answered_at: record.at,
            host_stan: record.host_stan,
            transmission: record.transmission.clone(),
            reversal: None,
            reducing: None,
            disputed: false,
        }
    }

    pub(super) fn apply(&mut self, record: &Record) {
        match record.kind {
            RecordKind::SaleApproved | RecordKind::SaleDeclined => {
                self.approved = record.kind == RecordKind::SaleApproved;
                self.state = if self.approved { State::Approved } else { State::Declined };
                self.code = record.code;
                self.approval.clone_from(&record.approval);
                self.date = record.date;
                self.answered_at = record.at;
            }
            RecordKind::SaleReversing => {
                self.state = State::Reversing;
                self.reversal = Some((record.host_stan, record.transmission.clone()));
            }
            RecordKind::SaleReversed => {
                self.state = State::Reversed;
                self.approved = record.code == Some(APPROVED);
                self.date = record.date;
            }
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
            RecordKind::SaleCaptured => self.captured = true,
            RecordKind::SaleSettled => self.settled = true,
            RecordKind::SalePresented => self.file = Some(record.note.clone()),
            RecordKind::SaleCleared => self.cleared = true,
            RecordKind::SaleReserved => self.reserved = true,
            RecordKind::SaleReleased => self.reserved = false,
            RecordKind::SalePaid => {
                self.paid = true;
                self.payout.clone_from(&record.note);
            }
            _ => {}
        }
    }

    /// That payout came back.
    pub(super) fn unpay(&mut self, payout: &str) {
        if self.payout == payout {
            self.paid = false;
        }
    }

    /// The reservation that it is in the acquirer's book.
    pub(super) fn held(&self, key: &str) -> Transfer {
        hold(key, self.first, &self.merchant).reduced(self.amount)
    }

    /// Adds it to totals.
    pub(super) fn count(&self, totals: &mut Totals) {
        totals.sales.add(self.amount);
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
        Original { mti: Mti::SALE, stan: self.host_stan, transmission: self.transmission.clone() }
    }

    pub(super) fn answer_to_terminal(&self, code: Code) -> Telegram {
        Telegram {
            amount: Some(self.amount),
            local: Some(self.answered_at.transmission()),
            settlement: self.date.map(Date::mmdd),
            rrn: Some(self.rrn.clone()),
            approval: (!self.approval.is_empty()).then(|| self.approval.clone()),
            code: Some(code),
            terminal: self.terminal.clone(),
            merchant: self.merchant.clone(),
            batch: Some(self.batch),
            management: Some(0),
            ..Telegram::new(Mti::SALE.answer(), self.stan)
        }
    }
}
