//! The upload of a batch whose totals are out of balance: its terminal names each item (0320), and hears of each
//! whether it is ours, too. What agrees is captured at once, and is payable whatever becomes of the others; what does
//! not is named. An item that comes again, since the upload broke off, changes nothing.

use super::item::{Sale, State};
use super::sale::key_of;
use super::{APPROVED, Acquirer, NOT_FOUND};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::Ledger;
use crate::money::Money;
use crate::ops::Side;
use crate::party::Effects;
use crate::telegram::{Code, Telegram, Totals, Upload};

/// The amounts differ.
const AMOUNT: Code = Code::of(b"64");
/// Its outcome is not known yet.
const IN_PROGRESS: Code = Code::of(b"09");
/// So many items did not arrive.
const COUNT: Code = Code::of(b"95");

impl Acquirer {
    pub(super) fn uploaded(&self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        let open = self.batches.get(&message.terminal).copied();
        let code = match message.upload {
            // Its end was heard, and the response to it was not.
            _ if message.batch < open => APPROVED,
            _ if message.batch != open => Code::of(b"77"),
            Some(Upload::Item { stan, amount }) => self.item_uploaded(message, stan, amount, books, fx),
            Some(Upload::End { count }) => self.all_uploaded(message, count, fx),
            None => Code::of(b"30"),
        };
        fx.send(Party::Terminal, message.answer(code));
    }

    fn item_uploaded(
        &self,
        message: &Telegram,
        stan: u64,
        amount: Money,
        books: &Ledger,
        fx: &mut Effects,
    ) -> Code {
        let key = key_of(&Telegram { stan, ..message.clone() });
        let sale = self.sales.get(&key);
        let (code, note) = match sale {
            Some(sale) if sale.state == State::Sent => return IN_PROGRESS,
            Some(sale) if sale.is_on_slip() && sale.amount == amount => (APPROVED, ""),
            Some(sale) if sale.is_on_slip() => (AMOUNT, "in the terminal's batch with another amount"),
            _ => (NOT_FOUND, "in the terminal's batch, and not in ours"),
        };
        if self.compared.contains(&key) {
            return code;
        }
        let kind = if code == APPROVED { RecordKind::BatchItemAgreed } else { RecordKind::BatchItemDisputed };
        let rrn = sale.map(|sale| sale.rrn.clone()).unwrap_or_default();
        let (batch, amount) = (message.batch.unwrap_or_default(), Some(amount));
        let record = Record { tx: key.clone(), stan, batch, rrn, amount, ..fx.record(kind) };
        let note = if note.is_empty() { String::new() } else { format!("STAN {stan:06}: {note}") };
        fx.note(Record { note, code: Some(code), mti: Some(message.mti), ..record });
        if let Some(sale) = sale.filter(|sale| code == APPROVED && sale.state == State::Approved) {
            self.capture(&key, sale, books, fx);
        }
        code
    }

    /// The batch is closed. What we have and the terminal did not name stays open.
    fn all_uploaded(&self, message: &Telegram, count: u64, fx: &mut Effects) -> Code {
        let batch = message.batch.unwrap_or_default();
        let key = format!("{}/{}/{batch:06}", message.merchant.trim(), message.terminal.trim());
        let of_batch = format!("{key}/");
        let compared = self.compared.iter().filter(|name| name.starts_with(&of_batch)).count();
        if u64::try_from(compared) != Ok(count) {
            return COUNT;
        }
        let counts = |sale: &Sale| sale.is_in(message) && sale.is_on_slip() && !sale.is_beside_totals();
        let mut totals = Totals::default();
        for (key, sale) in self.sales.iter().filter(|(_, sale)| counts(sale)) {
            if self.compared.contains(key) {
                sale.count_in_batch(&mut totals);
                continue;
            }
            let record = sale.record(key, RecordKind::BatchItemDisputed, fx);
            let note = format!("STAN {:06}: in our batch, and not in the terminal's", sale.stan);
            fx.note(Record { note, ..record });
        }
        let record = fx.record(RecordKind::BatchUploaded);
        let (mti, note) = (Some(message.mti), message.terminal.clone());
        fx.note(Record { tx: key, batch, totals: Some(totals), mti, note, ..record });
        APPROVED
    }
}

impl Sale {
    /// Is it in no totals of a batch?
    fn is_beside_totals(&self) -> bool {
        self.operation.row().side == Side::None
    }

    /// Adds it to the totals of its batch.
    pub(super) fn count_in_batch(&self, totals: &mut Totals) {
        match self.operation.row().side {
            Side::Debit => totals.sales.add(self.amount),
            Side::Credit => totals.refunds.add(self.amount),
            Side::None => {}
        }
    }
}
