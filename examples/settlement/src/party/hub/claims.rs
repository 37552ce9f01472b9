//! What an acquirer claims: an item that it presented and has not found in a settlement file. The hub told it once
//! already and moved the positions of its members when it was presented, so a claim moves nothing: the item is told
//! again, in the settlement file of the next run.

use super::Hub;
use crate::files::clearing::{ClearingFile, Presentment};
use crate::journal::{Record, RecordKind};
use crate::party::Effects;

impl Hub {
    pub(super) fn claimed(&self, file: &ClearingFile, fx: &mut Effects) {
        for item in &file.items {
            let is_it = |known: &&Presentment| (known.kind, known.amount) == (item.kind, item.amount);
            let known = self.items.get(&item.name()).filter(is_it);
            let (kind, note) = match known {
                Some(_) if self.waits(&item.name()) => continue,
                Some(_) => (RecordKind::ClaimGranted, item.name()),
                None => (
                    RecordKind::ClearingException,
                    "claimed, and never presented with this amount".to_owned(),
                ),
            };
            let (tx, rrn, amount) = (file.id.clone(), item.rrn.clone(), Some(item.amount));
            fx.note(Record { tx, rrn, amount, date: Some(item.date), note, ..fx.record(kind) });
        }
    }
}
