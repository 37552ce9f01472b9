//! The point-of-sale terminal. Before a sale leaves, the intent is durable: that record *is* the
//! reversal file. It is closed by an answer or by an answered reversal and by nothing else, so a
//! power cut or a lost answer ends in a 0400, never in oblivion.

mod slip;
mod upload;

use std::collections::BTreeMap;

use super::{Command, Effects, Input, Machine, Outcome, TerminalRequest, Timer, Timers};
use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::Ledger;
use crate::money::Money;
use crate::ops::{Effect as OpEffect, Operation, Side};
use crate::party::Effect;
use crate::telegram::{Balance, Code, Mti, Telegram, Totals};

/// `60.3` of a sign-on with double-length keys.
const SIGN_ON: u64 = 3;
/// `60.3` of a batch settlement.
const SETTLE: u64 = 201;
/// Reversal reason: no answer was received.
const NO_ANSWER: Code = Code::of(b"98");
/// Reversal reason: the MAC of the answer is wrong.
const MAC_WRONG: Code = Code::of(b"A0");
/// Reversals are sent this often before the operator is told that the acquirer cannot be reached.
/// They are kept regardless.
const REVERSAL_TRIES: u32 = 3;

/// Who this terminal is.
#[derive(Clone, Debug)]
pub struct TerminalConfig {
    /// DE41.
    pub terminal: String,
    /// DE42.
    pub merchant: String,
    /// How long to wait.
    pub timers: Timers,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sale {
    Waiting,
    Approved,
    Declined,
    Reversing,
    Reversed,
    /// Approved, and taken back by a later slip.
    Voided,
}

#[derive(Clone, Copy, Debug)]
struct Slip {
    operation: Operation,
    /// STAN of the slip that it is about.
    about: Option<u64>,
    amount: Money,
    /// What stays reserved of the slip that it is about.
    keeps: Option<Money>,
    batch: u64,
    at: Stamp,
    state: Sale,
    /// The upload of its batch has it.
    uploaded: bool,
    /// Why it is reversed.
    reason: Code,
}

impl Slip {
    /// Does it count in the totals of this batch?
    fn counts_in(&self, batch: u64) -> bool {
        let stands = matches!(self.state, Sale::Approved | Sale::Voided);
        stands && self.batch == batch && self.operation.row().side != Side::None
    }

    /// Is it sent again when there is no answer, and not reversed?
    fn is_repeated(&self) -> bool {
        matches!(self.operation.row().effect, OpEffect::Undo | OpEffect::Reduce)
    }
}

/// The terminal's state machine.
#[derive(Debug)]
pub struct Terminal {
    config: TerminalConfig,
    stan: u64,
    batch: u64,
    slips: BTreeMap<u64, Slip>,
    /// The batch whose totals were out of balance, if one was.
    out_of_balance: Option<u64>,
    /// STAN of the slip that is being uploaded.
    uploading: Option<u64>,
    /// Memory of the running operation only; a restart forgets it and reverses what it left open.
    waiting_for: Option<Mti>,
    next: Option<Command>,
    tries: u32,
}

impl Terminal {
    /// A terminal that has not signed on.
    pub const fn new(config: TerminalConfig) -> Self {
        let slips = BTreeMap::new();
        let (out_of_balance, uploading, waiting_for, next) = (None, None, None, None);
        Self { config, stan: 0, batch: 0, slips, out_of_balance, uploading, waiting_for, next, tries: 0 }
    }

    fn command(&mut self, command: Command, fx: &mut Effects) {
        if self.waiting_for.is_some() {
            return fx.done(Outcome::Refused("the terminal is busy"));
        }
        self.tries = 0;
        // A sign-on moves no money, and where the keys are out of step no reversal could be answered without it.
        if self.open_reversal().is_some() && !matches!(command, Command::SignOn) {
            self.next = Some(command);
            return self.reverse(fx);
        }
        self.execute(command, fx);
    }

    fn execute(&mut self, command: Command, fx: &mut Effects) {
        match command {
            Command::SignOn => self.sign_on(fx),
            Command::Sell(_, _) | Command::Request(_) | Command::CloseBatch if self.batch == 0 => {
                fx.done(Outcome::Refused("the terminal has not signed on"));
            }
            Command::Sell(card, amount) => {
                let (operation, card, amount) = (Operation::Sale, Some(card), Some(amount));
                self.transact(TerminalRequest { operation, card, amount, about: None, keeps: None }, fx);
            }
            Command::Request(request) => self.transact(request, fx),
            Command::CloseBatch => self.close_batch(fx),
            Command::CutOver
            | Command::Pay
            | Command::Break
            | Command::Repair
            | Command::DayEnd
            | Command::Desk(_) => {
                fx.done(Outcome::Refused("not a matter of the terminal"));
            }
        }
    }

    fn sign_on(&mut self, fx: &mut Effects) {
        let batch = self.batch.max(1);
        let request =
            Telegram { management: Some(SIGN_ON), batch: Some(batch), ..self.request(Mti::NETWORK) };
        self.ask(request, fx);
    }

    /// Closes the batch: by its totals, and if these were out of balance, by its items.
    fn close_batch(&mut self, fx: &mut Effects) {
        if self.out_of_balance == Some(self.batch) {
            return self.upload(None, fx);
        }
        let totals = Some(self.totals(self.batch));
        let request = Telegram {
            totals,
            batch: Some(self.batch),
            management: Some(SETTLE),
            ..self.request(Mti::SETTLEMENT)
        };
        self.ask(request, fx);
    }

    /// What undoes or reduces another slip is sent again until it is answered; anything else is reversed.
    /// The reversal repeats the STAN and batch of the sale. The card number is not in it: the
    /// terminal no longer has it, and the acquirer finds the sale by merchant, terminal, batch and
    /// STAN.
    fn reverse(&mut self, fx: &mut Effects) {
        let Some((stan, slip)) = self.open_reversal() else { return };
        let request = self.request_of(stan, slip);
        let request = match slip.is_repeated() {
            true => request,
            false => Telegram { mti: Mti::REVERSAL, code: Some(slip.reason), ..request },
        };
        self.tries += 1;
        self.ask(request, fx);
    }

    fn ask(&mut self, request: Telegram, fx: &mut Effects) {
        self.waiting_for = Some(request.mti);
        fx.after(self.config.timers.terminal, Timer::Terminal(request.stan));
        fx.send(Party::Acquirer, request);
    }

    /// An answer counts only if it is the answer: type, STAN, terminal, merchant and amount agree.
    /// Anything else is as good as none.
    fn answered(&mut self, answer: &Telegram, fx: &mut Effects) {
        let expected = self.waiting_for.map(Mti::answer);
        let ours = answer.terminal == self.config.terminal && answer.merchant == self.config.merchant;
        if expected != Some(answer.mti) || !ours {
            return;
        }
        match answer.mti.0 {
            810 => self.signed_on(answer, fx),
            210 | 110 | 230 => self.sale_answered(answer, fx),
            410 => self.reversal_answered(answer, fx),
            510 => self.batch_answered(answer, fx),
            330 => self.item_answered(answer, fx),
            _ => {}
        }
    }

    fn signed_on(&mut self, answer: &Telegram, fx: &mut Effects) {
        if answer.stan != self.stan {
            return;
        }
        self.waiting_for = None;
        match (answer.code, answer.batch, &answer.keys) {
            (Some(code), Some(batch), Some(_)) if code.approved() => {
                let record = fx.record(RecordKind::SignedOn);
                fx.note(Record { batch, code: answer.code, mti: Some(answer.mti), ..record });
                fx.done(Outcome::SignedOn(batch));
            }
            _ => fx.done(Outcome::Refused("the acquirer did not accept the sign-on")),
        }
    }

    fn sale_answered(&mut self, answer: &Telegram, fx: &mut Effects) {
        let slip = self.slips.get(&answer.stan).copied();
        let repeated = |slip: &Slip| slip.state == Sale::Reversing && slip.is_repeated();
        let Some(slip) = slip.filter(|slip| slip.state == Sale::Waiting || repeated(slip)) else { return };
        if slip.state == Sale::Reversing && answer.code == Some(MAC_WRONG) {
            // That copy was spoilt on its way. An earlier one may have been taken.
            return self.keys_are_wrong(fx);
        }
        let (Some(code), Some(amount)) = (answer.code, answer.amount) else { return };
        let fits = amount == slip.amount || (code.partial() && amount < slip.amount);
        if !fits || answer.operation != slip.operation {
            return;
        }
        self.waiting_for = None;
        let kind = if code.approved() { RecordKind::SaleApproved } else { RecordKind::SaleDeclined };
        let record = self.about(answer.stan, slip, kind, fx);
        let (rrn, approval) =
            (answer.rrn.clone().unwrap_or_default(), answer.approval.clone().unwrap_or_default());
        fx.note(Record {
            mti: Some(answer.mti),
            code: Some(code),
            rrn,
            approval,
            amount: Some(amount),
            ..record
        });
        if code.approved() {
            self.follow(slip, fx);
        }
        if let Some(double) = answer.double.clone().filter(|_| code.approved()) {
            // The slip says so, too: whoever keyed it sees that it may be there twice.
            let record = self.about(answer.stan, slip, RecordKind::PossibleDouble, fx);
            fx.note(Record { note: format!("possible double of RRN {double}"), ..record });
            fx.done(Outcome::Double(answer.stan, double));
        }
        if let Some(next) = self.next.take() {
            return self.execute(next, fx);
        }
        fx.done(if code.approved() {
            Outcome::Approved(answer.stan)
        } else {
            Outcome::Declined(answer.stan, code)
        });
    }

    /// 00 undone, 25 never seen, 12 nothing to undo: all end the reversal. Any other code is no
    /// answer yet.
    fn reversal_answered(&mut self, answer: &Telegram, fx: &mut Effects) {
        let Some((stan, slip)) = self.open_reversal().filter(|(stan, _)| *stan == answer.stan) else {
            return;
        };
        let Some(code) = answer.code.filter(|code| ["00", "25", "12"].contains(&code.as_str())) else {
            if answer.code == Some(MAC_WRONG) {
                self.keys_are_wrong(fx);
            }
            return;
        };
        self.waiting_for = None;
        let record = self.about(stan, slip, RecordKind::SaleReversed, fx);
        fx.note(Record { mti: Some(answer.mti), code: Some(code), ..record });
        if let Some(next) = self.next.take() {
            self.execute(next, fx);
        }
    }

    /// The two ends of the line have different keys. Only a sign-on mends that: if one is wanted, it does not wait for the
    /// reversal, which nobody would ever take otherwise.
    fn keys_are_wrong(&mut self, fx: &mut Effects) {
        if let Some(sign_on) = self.next.take_if(|next| matches!(next, Command::SignOn)) {
            self.waiting_for = None;
            self.execute(sign_on, fx);
        }
    }

    fn batch_answered(&mut self, answer: &Telegram, fx: &mut Effects) {
        let is_ours = answer.stan == self.stan && answer.batch == Some(self.batch);
        let (Some(balance), true) = (answer.balance, is_ours) else { return };
        self.waiting_for = None;
        let kind =
            if balance == Balance::In { RecordKind::BatchBalanced } else { RecordKind::BatchOutOfBalance };
        let record = fx.record(kind);
        let totals = Some(self.totals(self.batch));
        fx.note(Record {
            batch: self.batch,
            totals,
            balance: Some(balance),
            mti: Some(answer.mti),
            ..record
        });
        fx.done(Outcome::BatchClosed(balance));
        if balance == Balance::Out {
            self.upload(None, fx);
        }
    }

    fn timed_out(&mut self, stan: u64, fx: &mut Effects) {
        let Some(waiting_for) = self.waiting_for else { return };
        match waiting_for {
            Mti::SALE | Mti::AUTHORIZATION | Mti::ADVICE
                if self.slips.get(&stan).is_some_and(|slip| slip.state == Sale::Waiting) =>
            {
                self.waiting_for = None;
                self.give_up(stan, NO_ANSWER, "no answer in time", fx);
                fx.done(Outcome::NoAnswer(stan));
            }
            _ if self.open_reversal().is_some_and(|(open, _)| open == stan) => {
                self.waiting_for = None;
                if self.tries < REVERSAL_TRIES {
                    return self.reverse(fx);
                }
                self.next = None;
                fx.done(Outcome::ReversalPending);
            }
            Mti::NETWORK | Mti::SETTLEMENT | Mti::ITEM if self.stan == stan => {
                self.waiting_for = None;
                fx.done(Outcome::NoAnswer(stan));
            }
            _ => {}
        }
    }

    /// An answer whose MAC is wrong is as good as none, and there will be no other: the sale is reversed at once.
    fn bad_mac(&mut self, answer: &Telegram, fx: &mut Effects) {
        let waits = |slip: &Slip| slip.state == Sale::Waiting;
        if self.slips.get(&answer.stan).is_some_and(waits)
            && self.waiting_for.map(Mti::answer) == Some(answer.mti)
        {
            self.waiting_for = None;
            self.give_up(answer.stan, MAC_WRONG, "the MAC of the answer is wrong", fx);
            fx.done(Outcome::NoAnswer(answer.stan));
        }
    }

    fn give_up(&self, stan: u64, reason: Code, why: &str, fx: &mut Effects) {
        if let Some(slip) = self.slips.get(&stan).copied() {
            let record = self.about(stan, slip, RecordKind::SaleReversing, fx);
            fx.note(Record { code: Some(reason), note: why.to_owned(), ..record });
        }
    }

    fn about(&self, stan: u64, slip: Slip, kind: RecordKind, fx: &mut Effects) -> Record {
        Record { stan, batch: slip.batch, amount: Some(slip.amount), ..fx.record(kind) }
    }

    fn open_reversal(&self) -> Option<(u64, Slip)> {
        let mut open = self.slips.iter().filter(|(_, slip)| slip.state == Sale::Reversing);
        open.next().map(|(stan, slip)| (*stan, *slip))
    }

    fn totals(&self, batch: u64) -> Totals {
        let mut totals = Totals::default();
        for slip in self.slips.values().filter(|slip| slip.counts_in(batch)) {
            match slip.operation.row().side {
                Side::Debit => totals.sales.add(slip.amount),
                Side::Credit => totals.refunds.add(slip.amount),
                Side::None => {}
            }
        }
        totals
    }

    fn request(&self, mti: Mti) -> Telegram {
        let (terminal, merchant) = (self.config.terminal.clone(), self.config.merchant.clone());
        Telegram { terminal, merchant, ..Telegram::new(mti, self.stan + 1) }
    }
}

impl Machine for Terminal {
    fn party(&self) -> Party {
        Party::Terminal
    }

    fn terminal(&self) -> &str {
        &self.config.terminal
    }

    fn step(&mut self, _: &Ledger, input: Input, now: Stamp) -> Vec<Effect> {
        let mut fx = Effects::at(now);
        match input {
            Input::Start => {
                fx.started();
                let open =
                    self.slips.iter().filter(|(_, slip)| slip.state == Sale::Waiting).map(|(stan, _)| *stan);
                open.collect::<Vec<_>>().into_iter().for_each(|stan| {
                    self.give_up(stan, NO_ANSWER, "no answer in time", &mut fx);
                });
            }
            Input::Received(from, message) => {
                fx.received(from, &message);
                self.answered(&message, &mut fx);
            }
            Input::BadMac(from, message) => {
                fx.bad_mac(from);
                self.bad_mac(&message, &mut fx);
            }
            Input::NotSent(to, message) => {
                fx.note(Record::traffic(now, RecordKind::NotSent, to, &message));
            }
            Input::BadFrame(from, why) => {
                let record = fx.record(RecordKind::BadFrame);
                fx.note(Record { peer: Some(from), note: why, ..record });
            }
            Input::LinkUp(party) => fx.done(Outcome::InService(party)),
            Input::LinkDown(_) | Input::Parcel(_, _) => {}
            Input::Timer(Timer::Terminal(stan)) => self.timed_out(stan, &mut fx),
            Input::Timer(_) => {}
            Input::Command(command) => self.command(command, &mut fx),
        }
        fx.list
    }

    fn apply(&mut self, record: &Record) {
        let state = match record.kind {
            RecordKind::MessageOut => {
                self.stan = self.stan.max(record.stan);
                return;
            }
            RecordKind::SignedOn => {
                self.batch = record.batch;
                return;
            }
            RecordKind::BatchBalanced | RecordKind::BatchUploaded => {
                self.batch = record.batch + 1;
                return;
            }
            RecordKind::BatchOutOfBalance => {
                self.out_of_balance = Some(record.batch);
                return;
            }
            RecordKind::BatchItemAgreed | RecordKind::BatchItemDisputed => {
                self.slips.get_mut(&record.stan).into_iter().for_each(|slip| slip.uploaded = true);
                return;
            }
            RecordKind::SaleSent => {
                let mut parts = record.note.split('|');
                let mut part = || parts.next().unwrap_or_default();
                let slip = Slip {
                    operation: part().parse().unwrap_or_default(),
                    about: part().parse().ok().filter(|stan| *stan != 0),
                    keeps: part().parse().ok().map(Money::minor),
                    at: record.at,
                    amount: record.amount.unwrap_or_default(),
                    batch: record.batch,
                    state: Sale::Waiting,
                    uploaded: false,
                    reason: NO_ANSWER,
                };
                self.slips.insert(record.stan, slip);
                return;
            }
            RecordKind::SaleApproved => Sale::Approved,
            RecordKind::SaleDeclined => Sale::Declined,
            RecordKind::SaleReversing => Sale::Reversing,
            RecordKind::SaleReversed => Sale::Reversed,
            RecordKind::SaleVoided => Sale::Voided,
            RecordKind::SaleReduced => Sale::Approved,
            _ => return,
        };
        if let Some(slip) = self.slips.get_mut(&record.stan) {
            slip.state = state;
            slip.amount = record.amount.unwrap_or(slip.amount);
            if state == Sale::Reversing {
                slip.reason = record.code.unwrap_or(NO_ANSWER);
            }
        }
    }
}
