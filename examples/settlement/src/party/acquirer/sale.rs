//! One sale, or what a terminal can ask for beside it, at the acquirer: forwarded, answered, or to be undone.

use super::advices::{CUSTOMER, TOO_LATE};
use super::item::{Sale, State};
use super::{APPROVED, Acquirer, NOT_FOUND};
use std::time::Duration;

use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer};
use crate::money::Money;
use crate::ops::{Effect, Operation};
use crate::party::exchange::{UNREACHABLE, is_same, reused};
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Code, Telegram};

/// Within this time a second sale of the same card, amount and terminal may be a double.
pub(crate) const DOUBLE: Duration = Duration::from_secs(300);

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

/// The same of a refund: we owe the issuer, and the merchant owes us, out of its next payout.
pub(super) fn credit(key: &str, amount: Money, merchant: &str) -> Transfer {
    let owed = format!("owed_by_merchant:{merchant}");
    Transfer::pending(Purpose::Refund, key, &owed, "hub_receivable", amount)
}

impl Acquirer {
    /// Any request of a terminal that is about money.
    pub(super) fn sale(&mut self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        let key = key_of(message);
        if let Some(sale) = self.sales.get(&key) {
            return self.known_sale(&key, sale, message, fx);
        }
        let original = self.original_of(message);
        let intent = self.intent(&key, original.as_ref().map(|(key, _)| key.as_str()), message, fx);
        let refusal =
            self.refuses(&key, message, fx.now).or_else(|| self.refuses_original(message, original.as_ref()));
        match (refusal, message.operation.row().effect, original) {
            (Some(code), ..) => self.refuse(intent, message, Code::of(code), fx),
            (None, Effect::Undo | Effect::Reduce, Some((key, sale))) => {
                self.take_back(intent, message, (&key, &sale), books, fx);
            }
            (None, _, original) => self.ask_issuer(intent, message, original.map(|(_, sale)| sale), fx),
        }
    }

    /// The sale that 61 names: of the same terminal, whatever its batch.
    fn original_of(&self, message: &Telegram) -> Option<(String, Sale)> {
        let slip = message.slip.as_ref()?;
        let key = key_of(&Telegram { batch: Some(slip.batch), stan: slip.stan, ..message.clone() });
        self.sales.get(&key).map(|sale| (key, sale.clone()))
    }

    fn refuses(&self, key: &str, message: &Telegram, now: Stamp) -> Option<&'static [u8; 2]> {
        let merchant = message.merchant.trim();
        let asks_issuer = !matches!(message.operation.row().effect, Effect::Undo | Effect::Reduce);
        if self.tombstones.contains(key) {
            Some(b"22")
        } else if !self.config.merchants.contains(merchant) {
            Some(b"03")
        } else if asks_issuer && self.funding.is_frozen(merchant) {
            Some(b"57")
        } else if self.batches.get(&message.terminal).copied() != message.batch {
            Some(b"77")
        } else if (asks_issuer && message.pan.is_none()) || message.amount.is_none() {
            Some(b"30")
        } else if self.is_over_limit(message, now.date()) {
            Some(b"61")
        } else if asks_issuer && self.routes.best().is_none() {
            Some(b"91")
        } else {
            None
        }
    }

    /// Would more be sold at this merchant on this day than it may?
    fn is_over_limit(&self, message: &Telegram, today: Date) -> bool {
        let charges = |operation: Operation| operation.clears() && operation != Operation::Refund;
        let Some(limit) = self.funding.sales_limits.get(message.merchant.trim()) else { return false };
        let stands = |sale: &&Sale| {
            let counts = charges(sale.operation) && matches!(sale.state, State::Approved | State::Sent);
            counts
                && !sale.voided
                && sale.merchant == message.merchant.trim()
                && sale.answered_at.date() == today
        };
        let sold: Money = self.sales.values().filter(stands).map(|sale| sale.amount).collect();
        charges(message.operation) && sold.plus(message.amount.unwrap_or_default()) > *limit
    }

    /// A sale that stands, of the same card, amount and terminal, a few minutes before: cards are compared by the ends
    /// of their numbers, since nobody keeps more of them.
    fn double_of(&self, key: &str, sale: &Sale, now: Stamp) -> Option<&Sale> {
        let same = |other: &Sale| {
            let of = |sale: &Sale| (sale.operation, sale.amount, sale.card.clone(), sale.terminal.clone());
            other.state == State::Approved && !other.voided && !sale.card.is_empty() && of(other) == of(sale)
        };
        let is_near =
            |other: &Sale| other.terminal == sale.terminal && now.0 <= other.answered_at.after(DOUBLE).0;
        if sale.operation != Operation::Sale {
            return None;
        }
        // Those of its terminal stand before it in the order of their STANs, which is that of time.
        let earlier = self.sales.range(..key.to_owned()).rev().map(|(_, other)| other);
        earlier.take_while(|other| is_near(other)).find(|other| same(other))
    }

    /// What is wrong with the sale that a request is about: not found 25, another amount 64, not possible any more 12.
    fn refuses_original(
        &self,
        message: &Telegram,
        original: Option<&(String, Sale)>,
    ) -> Option<&'static [u8; 2]> {
        use Operation::{Adjust, Cancel, Completion, Preauth, Refund, Sale as Sold, Void};
        let amount = message.amount.unwrap_or_default();
        let of: &[Operation] = match message.operation {
            Sold | Preauth => return None,
            Void | Adjust | Refund => &[Sold, Completion],
            Completion | Cancel => &[Preauth],
        };
        let Some((key, sale)) = original.filter(|(_, sale)| of.contains(&sale.operation)) else {
            return Some(b"25");
        };
        let is_there = sale.state == State::Approved && !sale.voided && sale.adjusting.is_none();
        let given_back = self.refunded(key);
        match message.operation {
            _ if !is_there => Some(if message.operation == Completion { b"25" } else { b"12" }),
            Completion | Cancel if self.is_completed(key) => Some(b"12"),
            Void | Cancel if amount != sale.amount || given_back > Money::ZERO => Some(b"64"),
            Adjust if amount >= sale.amount || amount < given_back || amount == Money::ZERO => Some(b"64"),
            Adjust if sale.captured || self.is_counted(sale) || sale.reducing.is_some() => Some(b"12"),
            Refund if given_back.plus(amount) > sale.amount || amount == Money::ZERO => Some(b"64"),
            _ => None,
        }
    }

    /// What refunds of a sale gave back, or are about to.
    fn refunded(&self, key: &str) -> Money {
        let standing =
            |sale: &&Sale| matches!(sale.state, State::Approved | State::Sent) && sale.adjusting.is_none();
        let about = |sale: &&Sale| sale.operation == Operation::Refund && sale.original_key == key;
        self.sales.values().filter(about).filter(standing).map(|sale| sale.amount).collect()
    }

    /// Is there a completion of this reservation that was not refused?
    fn is_completed(&self, key: &str) -> bool {
        let about = |sale: &Sale| sale.operation == Operation::Completion && sale.original_key == key;
        // One that left a part reserved is over when it is approved or reversed; while neither is known, it is not.
        let is_over = |sale: &Sale| matches!(sale.state, State::Approved | State::Reversed);
        let keeps = |sale: &Sale| sale.keeps.is_some() && is_over(sale);
        self.sales.values().any(|sale| about(sale) && sale.state != State::Declined && !keeps(sale))
    }

    /// Is it in totals that are closed, so that it cannot be taken out of them any more?
    fn is_counted(&self, sale: &Sale) -> bool {
        sale.settled || self.is_submitted(sale)
    }

    /// Is it in totals that are closed, of its batch or its date?
    fn is_late(&self, sale: &Sale) -> bool {
        sale.operation.clears() && (sale.captured || self.is_counted(sale))
    }

    /// Can it be taken back by an item of a later date? Not if a part of it was given back by then.
    fn can_adjust(&self, key: &str, sale: &Sale) -> bool {
        self.funding.is_on() && self.is_late(sale) && self.refunded(key) == Money::ZERO
    }

    /// What undoes or reduces a sale is answered at once: from here on the advice to the issuer is ours.
    fn take_back(
        &mut self,
        intent: Record,
        message: &Telegram,
        (key, sale): (&str, &Sale),
        books: &Ledger,
        fx: &mut Effects,
    ) {
        let (approval, code, rrn) = (sale.approval.clone(), Some(APPROVED), Some(intent.rrn.clone()));
        let kind = RecordKind::SaleApproved;
        let taken = Record { kind, code, approval: approval.clone(), note: String::new(), ..intent.clone() };
        let late = self.is_late(sale);
        if late && !self.funding.is_on() {
            let record = sale.record(key, RecordKind::WorkItem, fx);
            let note =
                "void of a sale that is in closed totals; owner: acquirer's adjustment desk".to_owned();
            fx.note(Record { note, mti: Some(message.mti), ..record });
            return self.refuse(intent, message, Code::of(b"12"), fx);
        }
        fx.note(intent);
        fx.note(taken);
        if message.operation == Operation::Adjust {
            self.begin_reduction(key, message.amount.unwrap_or_default(), "not all of it was delivered", fx);
        } else {
            let record = sale.record(key, RecordKind::SaleVoided, fx);
            fx.note(record);
        }
        if late {
            self.adjust(key, sale, fx);
        } else if message.operation != Operation::Adjust {
            self.begin_reversal(key, CUSTOMER, "voided at the terminal", fx);
            let held = sale.held(key);
            if books.transfer(held.id).is_some() {
                fx.transfer(held.void());
            }
        }
        let (local, approval) = (Some(fx.now.transmission()), Some(approval));
        // The day on which the credit counts is the one that is open now.
        let open = self.open_date(sale).filter(|_| late).map(Date::mmdd);
        let response = Telegram { settlement: open, rrn, local, approval, ..message.answer(APPROVED) };
        fx.send(Party::Terminal, response);
    }

    fn intent(&self, key: &str, original: Option<&str>, message: &Telegram, fx: &mut Effects) -> Record {
        let sequence = (self.sequence + 1) % 100_000;
        let rrn = format!(
            "{}{}{}{sequence:05}",
            fx.now.date().yddd(),
            fx.now.hhmmss().get(..2).unwrap_or("00"),
            self.config.node
        );
        let traffic = Record::traffic(fx.now, RecordKind::SaleSent, Party::Terminal, message);
        let (merchant, original) = (message.merchant.trim(), original.unwrap_or_default());
        let kept = message.replacement.map_or_else(String::new, |keeps| format!("|{}", keeps.units()));
        let note = format!("{merchant}|{}|{}|{original}{kept}", message.terminal, message.operation);
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

    fn ask_issuer(&mut self, intent: Record, message: &Telegram, original: Option<Sale>, fx: &mut Effects) {
        // A completion takes the place of its reservation; a refund names its sale at the acquirer alone.
        let original = original.filter(|_| message.operation == Operation::Completion);
        let request = Telegram {
            pan: message.pan.clone(),
            amount: message.amount,
            expiry: message.expiry.clone(),
            pin: message.pin.clone(),
            local: Some(fx.now.transmission()),
            rrn: Some(intent.rrn.clone()),
            terminal: message.terminal.clone(),
            merchant: message.merchant.clone(),
            operation: message.operation,
            original: original.map(|sale| sale.original()),
            replacement: message.replacement.filter(|_| message.operation == Operation::Completion),
            ..self.host_message(message.operation.row().host, fx.now)
        };
        let transmission = request.transmission.clone().unwrap_or_default();
        let key = intent.tx.clone();
        fx.note(Record { host_stan: request.stan, transmission, ..intent });
        // Refused before, if there is none.
        let via = self.routes.best().unwrap_or(Party::Issuer);
        self.routes.send(via, request, fx);
        fx.after(self.config.timers.acquirer, Timer::Answer(key));
    }

    /// The same key again: the stored answer if the content is the same, 94 if it is not, silence
    /// while we wait ourselves.
    fn known_sale(&self, key: &str, sale: &Sale, message: &Telegram, fx: &mut Effects) {
        if !is_same(message, sale.asked, sale.operation) {
            let record = fx.record(RecordKind::StanReuse);
            fx.note(Record { tx: key.to_owned(), stan: message.stan, amount: message.amount, ..record });
            return fx.send(Party::Terminal, reused(message));
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
            State::Sent if code.approved() && !sale.can_be(code, answer.amount) => {
                self.begin_reversal(&key, TOO_LATE, "the amount in the answer differs", fx);
                fx.send(Party::Terminal, sale.answer_to_terminal(TOO_LATE));
            }
            State::Sent => {
                let kind = if code.approved() { RecordKind::SaleApproved } else { RecordKind::SaleDeclined };
                let record = sale.record(&key, kind, fx);
                let date = answer.date(fx.now);
                let approval = answer.approval.clone().unwrap_or_default();
                let amount = answer.amount.filter(|_| code.approved()).unwrap_or(sale.amount);
                fx.note(Record {
                    mti: Some(answer.mti),
                    code: Some(code),
                    approval: approval.clone(),
                    amount: Some(amount),
                    date,
                    ..record
                });
                let known = Sale { approval, date, amount, first: amount, answered_at: fx.now, ..sale };
                if let Some(keeps) = known.keeps.filter(|_| code.approved()) {
                    let record = fx.record(RecordKind::ReservationKept);
                    fx.note(Record { tx: known.original_key.clone(), amount: Some(keeps), ..record });
                }
                if code.approved() && known.operation.clears() {
                    fx.transfer(known.held(&key));
                }
                let double = self.double_of(&key, &known, fx.now).filter(|_| code.approved());
                if let Some(double) = double {
                    let note = format!("the same card, amount and terminal as RRN {}", double.rrn);
                    let record = known.record(&key, RecordKind::PossibleDouble, fx);
                    fx.note(Record { note, ..record });
                }
                let double = double.map(|double| double.rrn.clone());
                fx.send(Party::Terminal, Sale { double, ..known }.answer_to_terminal(code));
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
        self.begin_reversal(key, TOO_LATE, "issuer silent", fx);
        fx.send(Party::Terminal, sale.answer_to_terminal(TOO_LATE));
    }

    /// Not one octet of it left, so it can go by another way, under the same key.
    pub(super) fn never_left(&self, to: Party, message: &Telegram, fx: &mut Effects) {
        let Some((key, sale)) = self.find(message).filter(|(_, sale)| sale.state == State::Sent) else {
            return;
        };
        if let Some(via) = self.routes.after(to) {
            return self.routes.send(via, message.clone(), fx);
        }
        let record = sale.record(&key, RecordKind::SaleDeclined, fx);
        fx.note(Record { code: Some(UNREACHABLE), ..record });
        fx.send(Party::Terminal, sale.answer_to_terminal(UNREACHABLE));
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
            Some(sale) if sale.adjusting.is_some() => APPROVED,
            // What was undone or reduced stays so: the advice about it is on its way.
            Some(sale) if matches!(sale.operation.row().effect, Effect::Undo | Effect::Reduce) => {
                Code::of(b"12")
            }
            Some(sale) if self.can_adjust(&key, &sale) => {
                // No batch will have it: both of its legs are due from here on.
                if !sale.captured {
                    self.capture(&key, &sale, books, fx);
                }
                self.adjust(&key, &sale, fx);
                APPROVED
            }
            Some(sale) if self.is_late(&sale) || self.refunded(&key) > Money::ZERO => {
                let record = sale.record(&key, RecordKind::WorkItem, fx);
                let why = if self.is_late(&sale) { "is in closed totals" } else { "was refunded" };
                let note = format!("reversal of a sale that {why}; owner: acquirer's adjustment desk");
                fx.note(Record { note, mti: Some(message.mti), ..record });
                Code::of(b"12")
            }
            Some(sale) => {
                if matches!(sale.state, State::Sent | State::Approved) {
                    self.begin_reversal(&key, TOO_LATE, "terminal heard nothing", fx);
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
        // An advice that is queued and not sent yet has its number already.
        self.host_stan = self.host_stan.max(record.host_stan);
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
