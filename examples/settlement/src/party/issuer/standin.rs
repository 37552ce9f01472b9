//! Sales that the hub approved in the issuer's name, as advices (0120, 0220) tell of them. What fits the rules of the
//! bank is charged to the card. What does not is refused, and the issuer bears it all the same, since the hub kept within the
//! limits that the issuer gave it: the merchant has been told that it is paid.

use super::{EXPOSURE, Issuer, Item, State, VALID, approval_code};
use crate::journal::{Record, RecordKind};
use crate::ledger::Ledger;
use crate::ops::Operation;
use crate::party::exchange::{is_same, key_of_original, reused};
use crate::party::{Effects, Timer};
use crate::telegram::{Code, Telegram};

/// The sale was reversed before its advice came, so there is nothing to charge.
const REVERSED: Code = Code::of(b"25");

impl Issuer {
    /// The key is that of the sale, by whichever way the issuer hears of it: it is booked once.
    pub(super) fn stood_in(&self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        let Some(key) = key_of_original(message) else {
            return fx.reply(message.answer(Code::of(b"30")));
        };
        if let Some(code) = self.broken {
            return fx.reply(message.answer(code));
        }
        let response = match self.items.get(&key) {
            Some(item) if matches!(item.state, State::Tombstone | State::Released) => {
                message.answer(REVERSED)
            }
            Some(item) if is_same(message, item.asked, item.operation) => item.answer(message),
            Some(_) => reused(message),
            None => self.take_stand_in(&key, message, books, fx),
        };
        fx.reply(response);
    }

    fn take_stand_in(&self, key: &str, message: &Telegram, books: &Ledger, fx: &mut Effects) -> Telegram {
        let verdict = self.judge(key, message, None, books);
        let refused = !verdict.code.approved() || verdict.code.partial();
        let account = match verdict.card {
            Some(card) if !refused => card.account.clone(),
            _ => EXPOSURE.to_owned(),
        };
        // It was approved as a whole, or not at all.
        let code = if verdict.code.partial() { Code::of(b"51") } else { verdict.code };
        // The date that the acquirer was told, unless that is settled.
        let told = message.date(fx.now).filter(|date| *date <= self.date && !self.is_settled(*date));
        let (date, amount) = (told.unwrap_or(self.date), message.amount.unwrap_or_default());
        let traffic = fx.about(RecordKind::SaleApproved, message);
        let approval = message.approval.clone().unwrap_or_else(|| approval_code(key));
        let note = format!("{account}|{}|{}", message.operation, amount.units());
        let record =
            Record { tx: key.to_owned(), code: Some(code), approval, date: Some(date), note, ..traffic };
        let Some(item) = Item::from_record(&record, date) else { return message.answer(code) };
        fx.transfer(item.held(key));
        if item.operation == Operation::Preauth {
            fx.after(VALID, Timer::Expiry(key.to_owned()));
        }
        if refused {
            let (rrn, amount, tx) = (record.rrn.clone(), record.amount, record.tx.clone());
            let note = "approved by the hub in our name; borne by the issuer".to_owned();
            let refused = fx.record(RecordKind::StandInRefused);
            fx.note(Record { tx, rrn, amount, code: Some(code), peer: fx.from, note, ..refused });
        }
        fx.note(record);
        item.answer(message)
    }
}
