//! What has a slip: its request, and what it does to the slip that it is about.

use super::{NO_ANSWER, Sale, Slip, Terminal};
use crate::journal::{Record, RecordKind};
use crate::ops::Operation;
use crate::party::{Effects, Outcome, TerminalRequest};
use crate::telegram::{Slip as Named, Telegram};

impl Terminal {
    /// A sale, or anything else that has a slip. Its intent is durable before it leaves.
    pub(super) fn transact(&mut self, asked: TerminalRequest, fx: &mut Effects) {
        let about = asked.about.and_then(|stan| Some((stan, self.slips.get(&stan)?)));
        let Some(amount) = asked.amount.or(about.map(|(_, slip)| slip.amount)) else {
            return fx.done(Outcome::Refused("there is no such slip"));
        };
        let intent = fx.record(RecordKind::SaleSent);
        let stan = self.stan + 1;
        let card = asked.card.as_ref().map(|card| card.pan.masked()).unwrap_or_default();
        let about = about.map(|(stan, _)| stan);
        let keeps = asked.keeps;
        let kept = keeps.map_or_else(String::new, |keeps| format!("|{}", keeps.units()));
        let note = format!("{}|{}{kept}", asked.operation, about.unwrap_or_default());
        let (batch, operation) = (self.batch, asked.operation);
        let mti = Some(operation.row().terminal);
        fx.note(Record { stan, batch, card, amount: Some(amount), mti, note, ..intent });
        let slip = Slip {
            operation,
            about,
            amount,
            keeps,
            batch,
            at: fx.now,
            state: Sale::Waiting,
            uploaded: false,
            reason: NO_ANSWER,
        };
        let request = self.request_of(stan, slip);
        let (pan, expiry) = asked.card.as_ref().map(|card| (card.pan.clone(), card.expiry.clone())).unzip();
        // The PIN is asked for where money is held anew.
        let asks_pin = matches!(operation, Operation::Sale | Operation::Preauth);
        let pin = asked.card.filter(|_| asks_pin).map(|card| card.pin);
        self.ask(Telegram { pan, expiry, pin, ..request }, fx);
    }

    /// The request of a slip, without the card.
    pub(super) fn request_of(&self, stan: u64, slip: Slip) -> Telegram {
        let row = slip.operation.row();
        let about = slip.about.and_then(|stan| Some((stan, self.slips.get(&stan)?)));
        let named = about.map(|(stan, earlier)| Named {
            batch: earlier.batch,
            stan,
            day: row.dated.then(|| earlier.at.date().mmdd()),
        });
        Telegram {
            stan,
            operation: slip.operation,
            slip: named,
            amount: Some(slip.amount),
            replacement: slip.keeps,
            batch: Some(slip.batch),
            management: Some(0),
            ..self.request(row.terminal)
        }
    }

    /// What an approved slip does to the one that it is about.
    pub(super) fn follow(&self, slip: Slip, fx: &mut Effects) {
        let Some((stan, earlier)) = slip.about.and_then(|stan| Some((stan, *self.slips.get(&stan)?))) else {
            return;
        };
        let (kind, amount) = match slip.operation {
            Operation::Adjust => (RecordKind::SaleReduced, slip.amount),
            Operation::Completion if slip.keeps.is_some() => {
                (RecordKind::SaleReduced, slip.keeps.unwrap_or_default())
            }
            Operation::Void | Operation::Cancel | Operation::Completion => {
                (RecordKind::SaleVoided, earlier.amount)
            }
            Operation::Sale | Operation::Refund | Operation::Preauth => return,
        };
        let record = self.about(stan, earlier, kind, fx);
        fx.note(Record { amount: Some(amount), ..record });
    }
}
