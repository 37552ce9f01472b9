//! What the acquirer takes of a sale, and what becomes of an item of which the hub says another fee. Such an item is
//! named with its date and waits, and nobody else's money does; a table with which both agree sets it free.

use super::Acquirer;
use super::item::Sale;
use crate::fees::{Charged, FeeTable};
use crate::files::clearing::{CATEGORY, ItemKind, Presentment};
use crate::journal::{Record, RecordKind};
use crate::ledger::{Purpose, Transfer};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{Effects, Outcome};

impl Acquirer {
    /// The fee of a sale: the one that is booked, or else that of the table.
    pub(super) fn fee_of(&self, sale: &Sale) -> Money {
        if sale.operation == Operation::Refund {
            return Money::ZERO;
        }
        sale.fee.unwrap_or_else(|| self.fees.fee(charged(sale)))
    }

    /// The settlement file tells the fee of a sale. Where our table says the same now, that is the fee.
    pub(super) fn compare_fee(&self, key: &str, sale: &Sale, item: &Presentment, fx: &mut Effects) {
        let Some(theirs) = item.fee.filter(|_| item.kind == ItemKind::Sale) else { return };
        let ours = self.fees.fee(charged(sale));
        if theirs == ours {
            return self.agree_on(key, sale, theirs, &self.fees, fx);
        }
        let words = self.fees.words(charged(sale));
        let note = format!("the settlement file has a fee of {theirs}, and it is {ours} by {words}");
        let record = sale.record(key, RecordKind::FeeDiffers, fx);
        fx.note(Record { amount: Some(theirs), note, ..record });
    }

    /// A table takes the place of the one before it, if it is a later one, and items that waited for it are settled.
    pub(super) fn take_fees(&self, text: &str, fx: &mut Effects) {
        let later = FeeTable::parse(text).ok().filter(|table| table.version() > self.fees.version());
        let Some(table) = later else {
            return fx.done(Outcome::Refused("that is no table of fees that is later than this one"));
        };
        let (tx, note) = (table.version().to_string(), text.to_owned());
        fx.note(Record { tx, note, ..fx.record(RecordKind::FeesSet) });
        for (key, sale) in &self.sales {
            if let Some(theirs) = sale.fee_claimed.filter(|theirs| *theirs == table.fee(charged(sale))) {
                self.agree_on(key, sale, theirs, &table, fx);
            }
        }
        fx.done(Outcome::Noted);
    }

    /// The difference to what is booked goes from the merchant to us, or back.
    fn agree_on(&self, key: &str, sale: &Sale, fee: Money, table: &FeeTable, fx: &mut Effects) {
        let booked = self.fee_of(sale);
        if fee == booked && sale.fee_claimed.is_none() {
            return;
        }
        let (before, now) = (self.fees.words(charged(sale)), table.words(charged(sale)));
        let note = format!("{booked} by {before}; now {fee} by {now}");
        let record = sale.record(key, RecordKind::FeeAgreed, fx);
        fx.note(Record { amount: Some(fee), note, ..record });
        let (payable, income) = (format!("merchant_payable:{}", sale.merchant), "mdr_income");
        let (from, to, difference) = match fee.minus(booked) {
            Some(more) => (payable.as_str(), income, Some(more)),
            None => (income, payable.as_str(), booked.minus(fee)),
        };
        let reference = format!("{key}/{}", table.version());
        if let Some(difference) = difference.filter(|difference| *difference > Money::ZERO && sale.captured) {
            fx.transfer(Transfer::posted(Purpose::Fee, &reference, from, to, difference));
        }
    }
}

fn charged(sale: &Sale) -> Charged<'_> {
    let (merchant, date, amount) = (&sale.merchant, sale.date.unwrap_or_default(), sale.amount);
    Charged { merchant, category: CATEGORY, date, amount }
}
