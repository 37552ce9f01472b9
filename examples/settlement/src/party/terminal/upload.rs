//! The upload of a batch whose totals were out of balance, item by item; it goes on where it broke off.

use super::{NO_ANSWER, Slip, Terminal};
use crate::journal::{Record, RecordKind};
use crate::party::{Effects, Outcome};
use crate::telegram::{Balance, Mti, Telegram, Upload};

/// `60.3` of the upload of an item, and of its end after totals that were out of balance.
const UPLOAD: u64 = 201;
const UPLOAD_END: u64 = 202;

impl Terminal {
    /// The next item of the batch that is not uploaded; `done` is the one that was answered just now.
    pub(super) fn upload(&mut self, done: Option<u64>, fx: &mut Effects) {
        let is_named = |slip: &Slip| slip.uploaded && slip.batch == self.batch;
        let of_batch = self.slips.iter().filter(|(_, slip)| is_named(slip) || slip.counts_in(self.batch));
        let (done, open): (Vec<_>, Vec<_>) =
            of_batch.partition(|(stan, slip)| slip.uploaded || Some(**stan) == done);
        let item = open.first().map(|(stan, slip)| (**stan, slip.amount));
        let upload = match item {
            Some((stan, amount)) => Upload::Item { stan, amount },
            None => Upload::End { count: u64::try_from(done.len()).unwrap_or(u64::MAX) },
        };
        self.uploading = item.map(|(stan, _)| stan);
        let management = Some(if item.is_some() { UPLOAD } else { UPLOAD_END });
        let (upload, batch) = (Some(upload), Some(self.batch));
        self.ask(Telegram { upload, batch, management, ..self.request(Mti::ITEM) }, fx);
    }

    /// 0330: 00 the acquirer has the item, too. 25: it does not, and is right, since nothing is charged that it does
    /// not know. 64: with another amount, which somebody has to look at. Anything else ends the upload for now.
    pub(super) fn item_answered(&mut self, response: &Telegram, fx: &mut Effects) {
        if response.stan != self.stan {
            return;
        }
        self.waiting_for = None;
        let code = response.code.unwrap_or(NO_ANSWER);
        let item = self.uploading.and_then(|stan| Some((stan, *self.slips.get(&stan)?)));
        let (mti, code) = (Some(response.mti), (code, code.as_str() == "00"));
        match (item, code) {
            (None, (_, true)) => {
                let (batch, totals) = (self.batch, Some(self.totals(self.batch)));
                fx.note(Record { batch, totals, mti, ..fx.record(RecordKind::BatchUploaded) });
                fx.done(Outcome::BatchClosed(Balance::In));
            }
            (Some((stan, slip)), (code, agreed)) if agreed || ["25", "64"].contains(&code.as_str()) => {
                let kind = if agreed { RecordKind::BatchItemAgreed } else { RecordKind::BatchItemDisputed };
                let record = self.about(stan, slip, kind, fx);
                fx.note(Record { mti, code: Some(code), ..record });
                if code.as_str() == "25" {
                    let record = self.about(stan, slip, RecordKind::SaleReversed, fx);
                    fx.note(Record { mti, code: Some(code), ..record });
                }
                self.upload(Some(stan), fx);
            }
            _ => fx.done(Outcome::BatchClosed(Balance::Out)),
        }
    }
}
