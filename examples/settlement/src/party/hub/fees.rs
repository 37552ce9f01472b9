//! What the settlement files of the hub say of fees.

use super::Hub;
use crate::fees::{Charged, FeeTable};
use crate::files::clearing::{CATEGORY, ItemKind, Presentment};
use crate::journal::{Record, RecordKind};
use crate::money::Money;
use crate::party::{Effects, Outcome};

impl Hub {
    /// A table takes the place of the one before it, if it is a later one.
    pub(super) fn take_fees(&self, text: &str, fx: &mut Effects) {
        match FeeTable::parse(text).ok().filter(|table| table.version() > self.fees.version()) {
            Some(table) => {
                let (tx, note) = (table.version().to_string(), text.to_owned());
                fx.note(Record { tx, note, ..fx.record(RecordKind::FeesSet) });
                fx.done(Outcome::Noted);
            }
            None => fx.done(Outcome::Refused("that is no table of fees that is later than this one")),
        }
    }

    pub(super) fn set_fees(&mut self, record: &Record) {
        self.fees = FeeTable::parse(&record.note).unwrap_or_else(|_| self.fees.clone());
    }

    /// The fee of an item: that which was told of it, or of what it takes back; else that of its settlement date. A
    /// refund has none.
    pub(super) fn fee_of(&self, item: &Presentment) -> Option<Money> {
        let told = self.items.get(&item.rrn);
        match item.kind {
            ItemKind::Refund | ItemKind::RefundReversal => None,
            ItemKind::Reversal => {
                told.map_or_else(|| Some(self.fee(item)), |sale| sale.fee.or(Some(self.fee(sale))))
            }
            ItemKind::Sale => told.and_then(|sale| sale.fee).or_else(|| Some(self.fee(item))),
        }
    }

    fn fee(&self, item: &Presentment) -> Money {
        let Presentment { merchant, date, amount, .. } = item;
        self.fees.fee(Charged { merchant, category: CATEGORY, date: *date, amount: *amount })
    }
}
