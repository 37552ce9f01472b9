//! The messages that left: each response has its request and says what it said (`I8`), who is asked twice says the same
//! twice (`I9`), and what a party notes of a response was said (`I14`, `I17`).

use std::collections::{BTreeMap, BTreeSet};

use super::sky::name;
use super::watch::{Violation, hold};
use crate::capture::Seat;
use crate::journal::{Party, Record, RecordKind};
use crate::money::Money;
use crate::telegram::{Code, Telegram};

type Key = (Seat, Seat, u16, u64);

/// Requests and approvals so far.
#[derive(Default)]
pub(super) struct Wire {
    requests: BTreeMap<Key, Vec<Telegram>>,
    approvals: BTreeMap<(Key, String), Telegram>,
    refused: BTreeSet<(Key, String)>,
    /// What terminals were told of their requests: code and amount.
    told: BTreeSet<(Seat, u64, Code, Option<Money>)>,
    /// What acquirers were told of their requests: RRN, code, and the amount unless it is a part.
    heard: BTreeSet<(String, Code, Option<Money>)>,
    /// What the issuer said of each advice, by its STAN.
    ended: BTreeSet<(u64, Code)>,
    /// What acquirers sent on, and of which amount.
    forwarded: BTreeMap<String, Option<Money>>,
    /// The STAN of the advice about each sale.
    advices: BTreeMap<String, u64>,
}

/// After these codes nothing is left to do about a reversal: done, not found, nothing to undo.
const FINAL: [Code; 3] = [Code::of(b"00"), Code::of(b"25"), Code::of(b"21")];

impl Wire {
    pub(super) fn sent(
        &mut self,
        from: Seat,
        to: Seat,
        message: &Telegram,
        marks: &mut BTreeSet<&'static str>,
    ) -> Result<(), Violation> {
        let class = message.mti.0 / 100;
        if message.mti.is_request() {
            self.requests.entry((from, to, class, message.stan)).or_default().push(message.clone());
            return Ok(());
        }
        let key = (to, from, class, message.stan);
        let code = message.code.unwrap_or(Code::of(b"00"));
        if to.0 == Party::Terminal {
            self.told.insert((to, message.stan, code, message.amount));
        } else if class == 4 && to.0 == Party::Acquirer {
            self.ended.insert((message.stan, code));
        }
        // What is refused for its MAC or its type may say anything.
        if [Code::of(b"A0"), Code::of(b"40")].contains(&code) {
            return Ok(());
        }
        let who = || format!("{} {} STAN {:06}", name(from), message.mti, message.stan);
        let known = self.requests.get(&key);
        hold(known.is_some(), "I8", || format!("{}: a response without a request", who()))?;
        let echoes = |request: &Telegram| {
            let same_amount = message.amount == request.amount || code.partial();
            let has_amount = [2, 1].contains(&class);
            request.mti.answer() == message.mti
                && (!has_amount || same_amount)
                && request.terminal.trim() == message.terminal.trim()
                && request.merchant.trim() == message.merchant.trim()
                && (!has_amount || request.operation == message.operation)
        };
        hold(known.is_some_and(|requests| requests.iter().any(echoes)), "I8", || {
            format!("{}: the response does not repeat what its request says", who())
        })?;
        if [1, 2].contains(&class) {
            return self.once((key, attempt(message)), message, code, marks, &who);
        }
        Ok(())
    }

    /// A response reaches one end of a line, or might have.
    pub(super) fn heard(&mut self, to: Seat, message: Telegram) {
        let code = message.code.unwrap_or(Code::of(b"00"));
        if to.0 == Party::Acquirer && [1, 2].contains(&(message.mti.0 / 100)) {
            let amount = message.amount.filter(|_| !code.partial());
            self.heard.insert((message.rrn.unwrap_or_default(), code, amount));
        }
    }

    /// A slip says what the acquirer said.
    pub(super) fn slip(&self, seat: Seat, record: &Record) -> Result<(), Violation> {
        let is_answer = matches!(record.kind, RecordKind::SaleApproved | RecordKind::SaleDeclined);
        let (true, Party::Terminal, Some(code)) = (is_answer, seat.0, record.code) else { return Ok(()) };
        hold(self.told.contains(&(seat, record.stan, code, record.amount)), "I17", || {
            format!("the slip of {} STAN {:06} says {code}, and nobody said so", name(seat), record.stan)
        })
    }

    /// What an acquirer forwarded, and so has a STAN of the hosts' line, is approved as it was asked for, or in part, and
    /// somebody said so: it takes no response of another amount. Which part was approved it cannot know where the line
    /// has another amount; that is found when the dates are compared item by item.
    pub(super) fn approval(&mut self, seat: Seat, record: &Record) -> Result<(), Violation> {
        if seat.0 == Party::Acquirer && record.kind == RecordKind::SaleSent && record.host_stan != 0 {
            self.forwarded.insert(record.tx.clone(), record.amount);
        }
        let (Some(code), RecordKind::SaleApproved) = (record.code, record.kind) else { return Ok(()) };
        let Some(asked) = self.forwarded.get(&record.tx).filter(|_| seat.0 == Party::Acquirer) else {
            return Ok(());
        };
        let said = record.amount.filter(|_| !code.partial());
        let is_said = self.heard.contains(&(record.rrn.clone(), code, said));
        let fits = record.amount == *asked || code.partial() && record.amount < *asked;
        hold(is_said && fits, "I17", || {
            let [asked, taken] = [*asked, record.amount].map(Option::unwrap_or_default);
            format!("{}: asked for {asked}, {taken} is approved ({code}), and nobody said so", record.tx)
        })
    }

    /// The acquirer's advice about a sale ends when the issuer gave a final answer to it, and with no other.
    pub(super) fn advice(&mut self, seat: Seat, record: &Record) -> Result<(), Violation> {
        match record.kind {
            RecordKind::SaleReversing if seat.0 == Party::Acquirer => {
                self.advices.insert(record.tx.clone(), record.host_stan);
                Ok(())
            }
            RecordKind::SaleReversed if seat.0 == Party::Acquirer => {
                let code = record.code.unwrap_or(Code::of(b"00"));
                let stan = self.advices.get(&record.tx).copied().unwrap_or_default();
                let is_final = FINAL.contains(&code) && self.ended.contains(&(stan, code));
                hold(is_final, "I14", || {
                    format!("the reversal of {} ends with {code}, and nobody said so", record.tx)
                })
            }
            _ => Ok(()),
        }
    }

    /// Approved answers to one request are one answer, and none follows a refusal after the time.
    fn once(
        &mut self,
        key: (Key, String),
        message: &Telegram,
        code: Code,
        marks: &mut BTreeSet<&'static str>,
        who: &dyn Fn() -> String,
    ) -> Result<(), Violation> {
        if !code.approved() {
            if code == Code::of(b"68") {
                self.refused.insert(key);
            }
            return Ok(());
        }
        hold(!self.refused.contains(&key), "I9", || format!("{}: approved after it was refused", who()))?;
        let Some(before) = self.approvals.insert(key, message.clone()) else { return Ok(()) };
        marks.insert("a request was answered again");
        let says = |answer: &Telegram| (answer.code, answer.approval.clone(), answer.amount);
        hold(says(&before) == says(message), "I9", || {
            let [first, second] = [before.amount, message.amount].map(Option::unwrap_or_default);
            format!("{}: another answer than before, {first} and {second}", who())
        })
    }
}

/// What else names a request: its batch on a terminal's line, its time between hosts.
fn attempt(message: &Telegram) -> String {
    match message.transmission.as_ref().filter(|_| !message.acquirer.is_empty()) {
        Some(time) => time.clone(),
        None => format!("{}/{:?}", message.terminal, message.batch),
    }
}
