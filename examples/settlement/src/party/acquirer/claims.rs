//! What was presented and is not in the settlement file is claimed from the hub, item by item, in a file of its own.
//! Until the hub settles it, the money stands as a claim in the book.

use super::Acquirer;
use super::item::{Sale, State};
use crate::files::clearing::{ClearingFile, ItemKind, Presentment};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Purpose, Transfer};
use crate::party::{Effects, Outcome};

/// The type of a file of claims, with which its number begins.
pub const CLAIMS: &str = "004";
/// What the hub owes for items that it was told of and has not settled.
pub(super) const CLAIM: &str = "claims_on_hub";
/// What is said of such an item.
pub(super) const NOT_THERE: &str = "presented, and not in the settlement file";

impl Acquirer {
    /// Claims every sale that is missing, once.
    pub(super) fn claim(&self, fx: &mut Effects) {
        let missing = |sale: &Sale| sale.missing && !sale.cleared && sale.claim.is_none();
        let is_due = |sale: &Sale| sale.state == State::Approved && sale.item_kind() == ItemKind::Sale;
        let due: Vec<_> = self.sales.iter().filter(|(_, sale)| missing(sale) && is_due(sale)).collect();
        let Some(date) = due.iter().filter_map(|(_, sale)| sale.date).max() else {
            return fx.done(Outcome::Refused("nothing is missing that could be claimed"));
        };
        let id = ClearingFile::number(CLAIMS, date, &self.config.institution, self.funding.files.len() + 1);
        for (key, sale) in &due {
            let record = sale.record(key, RecordKind::SaleClaimed, fx);
            fx.note(Record { note: id.clone(), ..record });
            fx.transfer(Transfer::posted(Purpose::Claim, key, CLAIM, "hub_receivable", sale.amount));
        }
        let record = fx.record(RecordKind::FileSent);
        fx.note(Record { tx: id.clone(), date: Some(date), peer: Some(Party::Hub), ..record });
        let items: Vec<Presentment> = due.iter().map(|(_, sale)| sale.claimed_item()).collect();
        self.send_file(&id, items, fx);
        fx.done(Outcome::Noted);
    }
}

impl Sale {
    /// It as an item of the file in which it is claimed.
    pub(super) fn claimed_item(&self) -> Presentment {
        self.item(self.item_kind(), self.date.unwrap_or_default())
    }
}
