//! Stand-in: what the hub approves in the name of an issuer that it cannot reach, within the limits that the issuer gave
//! it, and the advices that tell the issuer.

use super::switch::{State, Switch};
use super::vault;
use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::TransferId;
use crate::money::Money;
use crate::ops::Operation;
use crate::party::Effects;
use crate::party::exchange::{UNREACHABLE, key_of};
use crate::telegram::{Code, Mti, Original, Telegram};

const APPROVED: Code = Code::of(b"00");
/// The sale was reversed before its advice came.
const REVERSED: Code = Code::of(b"25");
/// The issuer cannot take an advice now. It is sent again.
const NOT_NOW: [&str; 5] = ["90", "91", "92", "96", "98"];

/// What the hub may approve in the issuer's name.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct StandIn {
    /// The most that one sale may be.
    pub sale: Money,
    /// The most that one card may have spent in sales of which the issuer has not heard yet.
    pub card: Money,
}

/// A sale that was approved so.
#[derive(Clone, Debug)]
pub(super) struct StoodIn {
    at: Stamp,
    mti: Mti,
    stan: u64,
    transmission: String,
    acquirer: String,
    operation: Operation,
    amount: Money,
    approval: String,
    date: Date,
    rrn: String,
    merchant: String,
    terminal: String,
    local: String,
    /// First six and last four.
    card: String,
    sealed: String,
    /// DE11 of its advice.
    advice: u64,
}

impl StoodIn {
    pub(super) fn from_record(record: &Record) -> Option<Self> {
        let mut parts = record.note.splitn(6, '|');
        let mut part = || parts.next().map(str::to_owned);
        Some(Self {
            at: record.at,
            mti: record.mti?,
            stan: record.stan,
            transmission: record.transmission.clone(),
            amount: record.amount?,
            approval: record.approval.clone(),
            date: record.date?,
            rrn: record.rrn.clone(),
            card: record.card.clone(),
            advice: record.host_stan,
            operation: part()?.parse().ok()?,
            acquirer: part()?,
            merchant: part()?,
            terminal: part()?,
            local: part()?,
            sealed: part()?,
        })
    }

    /// The response, as often as it is asked for.
    pub(super) fn response(&self, request: &Telegram) -> Telegram {
        Telegram {
            approval: Some(self.approval.clone()),
            settlement: Some(self.date.mmdd()),
            local: request.local.clone(),
            ..request.answer(APPROVED)
        }
    }

    /// The advice about it. DE90 names the sale; a repeat differs in its MTI and in nothing else.
    pub(super) fn advice(&self, tx: &str, repeat: bool) -> Option<Telegram> {
        let (pan, expiry) = vault::open(tx, &self.sealed)?;
        let (stan, transmission) = (self.stan, self.transmission.clone());
        Some(Telegram {
            operation: self.operation,
            pan: Some(pan),
            expiry: Some(expiry),
            amount: Some(self.amount),
            transmission: Some(self.at.transmission()),
            local: Some(self.local.clone()),
            settlement: Some(self.date.mmdd()),
            acquirer: self.acquirer.clone(),
            rrn: Some(self.rrn.clone()),
            approval: Some(self.approval.clone()),
            code: Some(APPROVED),
            terminal: self.terminal.clone(),
            merchant: self.merchant.clone(),
            original: Some(Original { mti: self.mti, stan, transmission }),
            ..Telegram::new(self.mti.advice(repeat), self.advice)
        })
    }

    fn is_advice(&self, response: &Telegram) -> bool {
        self.advice == response.stan && Some(self.at.transmission()) == response.transmission
    }
}

impl Switch {
    /// The issuer cannot be reached, and has certainly not seen this request: the hub decides.
    pub(super) fn decide(&mut self, message: &Telegram, fx: &mut Effects) {
        let key = key_of(message);
        match self.may_stand_in(message, fx.now) {
            Ok((date, sealed)) => self.stand_in(&key, message, date, &sealed, fx),
            Err(code) => {
                let traffic = Record::traffic(fx.now, RecordKind::SaleDeclined, Party::Acquirer, message);
                let note = message.operation.to_string();
                fx.note(Record { tx: key, code: Some(code), note, ..traffic });
                fx.send(Party::Acquirer, message.answer(code));
            }
        }
    }

    fn may_stand_in(&self, message: &Telegram, now: Stamp) -> Result<(Date, String), Code> {
        let limits = self.config.stand_in.ok_or(UNREACHABLE)?;
        let date = self.date.ok_or(UNREACHABLE)?;
        if !matches!(message.operation, Operation::Sale | Operation::Preauth) {
            return Err(UNREACHABLE);
        }
        let format = || Code::of(b"30");
        let (pan, amount) = message.pan.as_ref().zip(message.amount).ok_or_else(format)?;
        let expiry = message.expiry.as_deref().ok_or_else(format)?;
        let sealed = vault::seal(&key_of(message), pan, expiry).ok_or_else(format)?;
        if !pan.checks() {
            return Err(Code::of(b"14"));
        }
        if expiry < now.date().yymm().as_str() {
            return Err(Code::of(b"54"));
        }
        let of_card = self.undelivered().filter(|(_, known)| known.card == pan.masked());
        let spent: Money = of_card.map(|(_, known)| known.amount).collect();
        if amount > limits.sale || spent.plus(amount) > limits.card || amount == Money::ZERO {
            return Err(Code::of(b"61"));
        }
        Ok((date, sealed))
    }

    fn stand_in(&mut self, key: &str, message: &Telegram, date: Date, sealed: &str, fx: &mut Effects) {
        // Whoever reads it sees by the first two characters that it is none of the issuer's.
        let id = TransferId::of(&["stand-in", key]).0 % 10_000;
        let (approval, note) = (
            format!("ST{id:04}"),
            format!(
                "{}|{}|{}|{}|{}|{sealed}",
                message.operation,
                message.acquirer,
                message.merchant.trim(),
                message.terminal.trim(),
                message.local.as_deref().unwrap_or_default()
            ),
        );
        let traffic = Record::traffic(fx.now, RecordKind::StoodIn, Party::Acquirer, message);
        let (code, host_stan) = (Some(APPROVED), self.next_stan());
        let record =
            Record { tx: key.to_owned(), approval, date: Some(date), code, host_stan, note, ..traffic };
        let response = StoodIn::from_record(&record).map(|known| known.response(message));
        fx.note(record);
        self.queue(key, fx);
        fx.send(Party::Acquirer, response.unwrap_or_else(|| message.answer(UNREACHABLE)));
    }

    /// 0230: the issuer has an advice of ours. `false`: it is none.
    pub(super) fn advice_answered(&mut self, response: &Telegram, fx: &mut Effects) -> bool {
        let found = self.undelivered().find(|(_, sale)| sale.is_advice(response));
        let Some((tx, sale)) = found.map(|(tx, sale)| (tx.clone(), sale.clone())) else { return false };
        let code = response.code.unwrap_or(Code::of(b"96"));
        if NOT_NOW.contains(&code.as_str()) {
            return true;
        }
        if code != APPROVED && code != REVERSED {
            let record = fx.record(RecordKind::StandInRefused);
            let (rrn, amount, peer) = (sale.rrn.clone(), Some(sale.amount), Some(Party::Issuer));
            let note = "borne by the issuer, in whose name it was approved; the merchant is paid".to_owned();
            fx.note(Record { tx: tx.clone(), rrn, amount, peer, code: Some(code), note, ..record });
        }
        self.delivered(&tx, fx);
        true
    }

    /// Those of which the issuer has not heard yet.
    fn undelivered(&self) -> impl Iterator<Item = (&String, &StoodIn)> {
        self.undelivered.iter().filter_map(|key| match &self.known.get(key)?.state {
            State::StoodIn(sale) => Some((key, &**sale)),
            _ => None,
        })
    }
}
