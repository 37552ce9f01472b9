//! One sale at the acquirer: forwarded, answered, or to be undone.

use super::advices::TOO_LATE;
use super::item::{Sale, State};
use super::{APPROVED, Acquirer, NOT_FOUND};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer};
use crate::money::Money;
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Code, Mti, Telegram};

/// The key of a sale on the terminal link: DE42, DE41, DE60.2 and DE11.
pub(super) fn key_of(message: &Telegram) -> String {
    let batch = message.batch.unwrap_or_default();
    format!("{}/{}/{batch:06}/{:06}", message.merchant.trim(), message.terminal.trim(), message.stan)
}

fn network_key(transmission: &str, stan: u64) -> String {
    format!("{transmission}/{stan:06}")
}

/// The transfer that a sale is in the acquirer's book: the issuer owes us, we owe the merchant
/// (once confirmed).
pub(super) fn hold(key: &str, amount: Money, merchant: &str) -> Transfer {
    let unsettled = format!("merchant_unsettled:{merchant}");
    Transfer::pending(Purpose::Sale, key, "hub_receivable", &unsettled, amount)
}

impl Acquirer {
    pub(super) fn sale(&mut self, message: &Telegram, fx: &mut Effects) {
        let key = key_of(message);
        if let Some(sale) = self.sales.get(&key) {
            return self.known_sale(&key, sale, message, fx);
        }
        let refusal = if self.tombstones.contains(&key) {
            Some(*b"22")
        } else if !self.config.merchants.contains(message.merchant.trim()) {
            Some(*b"03")
        } else if self.funding.is_frozen(message.merchant.trim()) {
            Some(*b"57")
        } else if self.batches.get(&message.terminal).copied() != message.batch {
            Some(*b"77")
        } else if message.pan.is_none() || message.amount.is_none() {
            Some(*b"30")
        } else if !self.host_in_service {
            Some(*b"91")
        } else {
            None
        };
        let intent = self.intent(&key, message, fx);
        match refusal {
            Some(code) => self.refuse(intent, message, Code::of(&code), fx),
            None => self.ask_issuer(intent, message, fx),
        }
    }

    fn intent(&self, key: &str, message: &Telegram, fx: &mut Effects) -> Record {
        let sequence = (self.sequence + 1) % 100_000;
        let rrn = format!(
            "{}{}{}{sequence:05}",
            fx.now.date().yddd(),
            fx.now.hhmmss().get(..2).unwrap_or("00"),
            self.config.node
        );
        let traffic = Record::traffic(fx.now, RecordKind::SaleSent, Party::Terminal, message);
        let note = format!("{}|{}", message.merchant.trim(), message.terminal);
        Record { tx: key.to_owned(), rrn, transmission: String::new(), note, ..traffic }
    }

    /// A decline of our own: the sale never left, so there is nothing to reverse.
    fn refuse(&self, intent: Record, message: &Telegram, code: Code, fx: &mut Effects) {
        let declined = Record {
            kind: RecordKind::SaleDeclined,
            code: Some(code),
            note: String::new(),
            ..intent.clone()
        };
        let rrn = Some(intent.rrn.clone());
        fx.note(intent);
        fx.note(declined);
        let local = Some(fx.now.transmission());
        fx.send(Party::Terminal, Telegram { rrn, local, ..message.answer(code) });
    }

    fn ask_issuer(&mut self, intent: Record, message: &Telegram, fx: &mut Effects) {
        let request = Telegram {
            pan: message.pan.clone(),
            amount: message.amount,
            expiry: message.expiry.clone(),
            pin: message.pin.clone(),
            local: Some(fx.now.transmission()),
            rrn: Some(intent.rrn.clone()),
            terminal: message.terminal.clone(),
            merchant: message.merchant.clone(),
            ..self.host_message(Mti::SALE, fx.now)
        };
        let transmission = request.transmission.clone().unwrap_or_default();
        let key = intent.tx.clone();
        fx.note(Record { host_stan: request.stan, transmission, ..intent });
        fx.send(Party::Issuer, request);
        fx.after(self.config.timers.acquirer, Timer::Answer(key));
    }

    /// The same key again: the stored answer if the content is the same, 94 if it is not, silence
    /// while we wait ourselves.
    fn known_sale(&self, key: &str, sale: &Sale, message: &Telegram, fx: &mut Effects) {
        if message.amount != Some(sale.amount) {
            let record = fx.record(RecordKind::StanReuse);
            fx.note(Record { tx: key.to_owned(), stan: message.stan, amount: message.amount, ..record });
            return fx.send(Party::Terminal, message.answer(Code::of(b"94")));
        }
        let code = match sale.state {
            State::Sent => return,
            State::Approved | State::Declined => sale.code,
            State::Reversing | State::Reversed => Some(TOO_LATE),
        };
        if let Some(code) = code {
            fx.send(Party::Terminal, sale.answer_to_terminal(code));
        }
    }

    pub(super) fn sale_answered(&mut self, answer: &Telegram, fx: &mut Effects) {
        let Some((key, sale)) = self.find(answer) else { return };
        let code = answer.code.unwrap_or(Code::of(b"96"));
        match sale.state {
            State::Sent if code.approved() && answer.amount != Some(sale.amount) => {
                self.begin_reversal(&key, "the amount in the answer differs", fx);
                fx.send(Party::Terminal, sale.answer_to_terminal(TOO_LATE));
            }
            State::Sent => {
                let kind = if code.approved() { RecordKind::SaleApproved } else { RecordKind::SaleDeclined };
                let record = sale.record(&key, kind, fx);
                let date = answer.date(fx.now);
                let approval = answer.approval.clone().unwrap_or_default();
                fx.note(Record {
                    mti: Some(answer.mti),
                    code: Some(code),
                    approval: approval.clone(),
                    date,
                    ..record
                });
                if code.approved() {
                    fx.transfer(hold(&key, sale.amount, &sale.merchant));
                }
                let known = Sale { approval, date, answered_at: fx.now, ..sale };
                fx.send(Party::Terminal, known.answer_to_terminal(code));
            }
            State::Reversing | State::Reversed if code.approved() => {
                let record = sale.record(&key, RecordKind::LateApproval, fx);
                let note = "ignored, the reversal stands".to_owned();
                fx.note(Record { mti: Some(answer.mti), code: Some(code), note, ..record });
                fx.done(Outcome::LateApproval);
            }
            State::Approved | State::Declined | State::Reversing | State::Reversed => {}
        }
    }

    pub(super) fn answer_overdue(&mut self, key: &str, fx: &mut Effects) {
        let Some(sale) = self.sales.get(key).filter(|sale| sale.state == State::Sent).cloned() else {
            return;
        };
        self.begin_reversal(key, "issuer silent", fx);
        fx.send(Party::Terminal, sale.answer_to_terminal(TOO_LATE));
    }

    pub(super) fn never_left(&self, message: &Telegram, fx: &mut Effects) {
        let Some((key, sale)) = self.find(message).filter(|(_, sale)| sale.state == State::Sent) else {
            return;
        };
        let code = Code::of(b"91");
        let record = sale.record(&key, RecordKind::SaleDeclined, fx);
        fx.note(Record { code: Some(code), ..record });
        fx.send(Party::Terminal, sale.answer_to_terminal(code));
    }

    /// The terminal wants a sale undone. It is answered at once: from here on the reversal is ours,
    /// and it is never dropped.
    pub(super) fn reversal(&mut self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        let key = key_of(message);
        let code = match self.sales.get(&key).cloned() {
            None => {
                let record = Record::traffic(fx.now, RecordKind::Tombstone, Party::Terminal, message);
                fx.note(Record { tx: key, ..record });
                NOT_FOUND
            }
            Some(sale) if sale.captured || sale.settled || self.is_submitted(&sale) => {
                let record = sale.record(&key, RecordKind::WorkItem, fx);
                let note = "reversal of a sale that is in closed totals; owner: acquirer's adjustment desk"
                    .to_owned();
                fx.note(Record { note, mti: Some(message.mti), ..record });
                Code::of(b"12")
            }
            Some(sale) => {
                if matches!(sale.state, State::Sent | State::Approved) {
                    self.begin_reversal(&key, "terminal heard nothing", fx);
                }
                let held = sale.held(&key);
                if sale.state == State::Approved && books.transfer(held.id).is_some() {
                    fx.transfer(held.void());
                }
                APPROVED
            }
        };
        fx.send(Party::Terminal, message.answer(code));
    }

    fn find(&self, message: &Telegram) -> Option<(String, Sale)> {
        let network = network_key(message.transmission.as_deref()?, message.stan);
        let key = self.by_network.get(&network)?;
        self.sales.get(key).map(|sale| (key.clone(), sale.clone()))
    }

    pub(super) fn apply_sale(&mut self, record: &Record) {
        if record.kind == RecordKind::SaleSent {
            self.sequence += 1;
            let network = network_key(&record.transmission, record.host_stan);
            self.by_network.insert(network, record.tx.clone());
            self.sales.insert(record.tx.clone(), Sale::from_intent(self.sequence, record));
        } else if let Some(sale) = self.sales.get_mut(&record.tx) {
            sale.apply(record);
        }
    }
}
