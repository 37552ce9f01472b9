//! The settlement date at the issuer: announced as over, compared, booked.

use std::collections::{BTreeMap, BTreeSet};

use super::{APPROVED, CUT_OVER, EXPOSURE, Issuer, Item, State, network_key};
use crate::clock::Date;
use crate::files::clearing::ItemKind;
use crate::journal::{Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Balance, Code, Mti, Original, Telegram, Totals};

impl Issuer {
    pub(super) fn reconcile(&self, message: &Telegram, fx: &mut Effects) {
        let date = message.settlement.as_deref().and_then(|mmdd| Date::resolve(mmdd, fx.now.date()));
        let Some(date) = date.filter(|date| *date < self.date) else {
            let answer = Telegram { code: None, balance: Some(Balance::Error), ..message.answer(APPROVED) };
            return fx.reply(Telegram { settlement: message.settlement.clone(), ..answer });
        };
        let settled = self.reconciled.get(&date).filter(|stored| stored.balance == Some(Balance::In));
        let (ours, balance) = match settled {
            Some(stored) => (stored.totals.unwrap_or_default(), stored.balance.unwrap_or(Balance::Error)),
            None => self.compare(date, message, fx),
        };
        let answer = Telegram {
            code: None,
            totals: Some(ours),
            balance: Some(balance),
            settlement: Some(date.mmdd()),
            ..message.answer(APPROVED)
        };
        fx.reply(answer);
    }

    pub(super) fn compare(&self, date: Date, message: &Telegram, fx: &mut Effects) -> (Totals, Balance) {
        let excluded = self.excluded(message);
        let counted: BTreeSet<&String> = match self.compared.get(&date) {
            Some(agreed) => agreed.iter().collect(),
            None => {
                let counts = |item: &Item| item.date == date && item.operation.clears();
                self.items.iter().filter(|(_, item)| counts(item)).map(|(key, _)| key).collect()
            }
        };
        let counted: BTreeSet<&String> = counted.difference(&excluded).copied().collect();
        let ours = self.totals(&counted);
        let balance = if message.totals == Some(ours) { Balance::In } else { Balance::Out };
        let kind =
            if balance == Balance::In { RecordKind::DateReconciled } else { RecordKind::DateOutOfBalance };
        let mti = Some(message.mti.answer());
        let record =
            Record { date: Some(date), totals: Some(ours), balance: Some(balance), mti, ..fx.record(kind) };
        let before = self.reconciled.get(&date).map(|stored| (stored.totals, stored.balance));
        if before == Some((record.totals, record.balance)) {
            return (ours, balance);
        }
        fx.note(record);
        for key in excluded.iter().filter(|key| !self.disputed.contains(**key)) {
            let (record, tx) = (fx.record(RecordKind::SaleExcluded), (*key).clone());
            fx.note(Record { tx, date: Some(date), note: "says the acquirer".to_owned(), ..record });
        }
        if balance == Balance::In {
            let due = |key: &String, item: &Item| item.state == State::Held && counted.contains(key);
            for (key, item) in self.items.iter().filter(|(key, item)| due(key, item)) {
                fx.transfer(item.held(key).post());
                let record = fx.record(RecordKind::SaleSettled);
                fx.note(Record {
                    tx: key.clone(),
                    rrn: item.rrn.clone(),
                    amount: Some(item.amount),
                    mti,
                    ..record
                });
            }
            let net = Money::minor(u64::try_from(ours.net().unsigned_abs()).unwrap_or_default());
            if net > Money::ZERO {
                let (from, to) = ("hub_settlement", "nostro");
                let (from, to) = if ours.net() > 0 { (from, to) } else { (to, from) };
                fx.transfer(Transfer::posted(Purpose::Settlement, &date.to_string(), from, to, net));
            }
        }
        (ours, balance)
    }

    /// What the acquirer leaves out, as far as we ever saw it: held until its reversal comes, and in no
    /// totals.
    fn excluded(&self, message: &Telegram) -> BTreeSet<&String> {
        let key = |sale: &Original| network_key(&sale.transmission, sale.stan, &message.acquirer);
        let known = message.excluded.iter().filter_map(|sale| self.items.get_key_value(&key(sale)));
        known.map(|(key, _)| key).collect()
    }

    /// 0320: an item of a date that is out of balance. 00 if we hold it with this amount, 64 if with another one, 25
    /// if we do not. The last one has totals in place of an item: what we have and nobody named is in dispute, too.
    pub(super) fn compare_item(&self, message: &Telegram, fx: &mut Effects) {
        let (Some(date), amount) = (message.date(fx.now), message.amount) else {
            return fx.reply(message.answer(Code::of(b"30")));
        };
        let settlement = message.settlement.clone();
        let Some(original) = &message.original else {
            self.all_compared(date, message, fx);
            return fx.reply(Telegram { settlement, ..message.answer(APPROVED) });
        };
        let key = network_key(&original.transmission, original.stan, &message.acquirer);
        let held = self.items.get(&key).filter(|item| matches!(item.state, State::Held | State::Posted));
        let (code, note) = match held {
            None => (Code::of(b"25"), "claimed by the acquirer, and not held here"),
            Some(item) if amount != Some(item.amount) => {
                (Code::of(b"64"), "claimed by the acquirer with another amount")
            }
            Some(_) => (APPROVED, ""),
        };
        let (agreed, known) = (code == APPROVED, self.compared.get(&date));
        let kind = if agreed { RecordKind::ItemAgreed } else { RecordKind::ItemDisputed };
        let is_known = known.is_some_and(|known| known.contains(&key));
        let is_new = !is_known && (agreed || !self.disputed.contains(&key));
        if is_new && !self.is_settled(date) {
            let record = fx.about(kind, message);
            fx.note(Record { tx: key, date: Some(date), note: note.to_owned(), ..record });
        }
        let original = message.original.clone();
        fx.reply(Telegram { settlement, original, ..message.answer(code) });
    }

    fn all_compared(&self, date: Date, message: &Telegram, fx: &mut Effects) {
        if self.is_settled(date) {
            return;
        }
        let record = fx.record(RecordKind::ItemsCompared);
        fx.note(Record { date: Some(date), totals: message.totals, ..record });
        let none = BTreeSet::new();
        let agreed = self.compared.get(&date).unwrap_or(&none);
        let unclaimed = |key: &String, item: &Item| {
            item.date == date
                && item.operation.clears()
                && item.state == State::Held
                && !agreed.contains(key)
                && !self.disputed.contains(key)
        };
        for (key, item) in self.items.iter().filter(|(key, item)| unclaimed(key, item)) {
            let (record, note) =
                (fx.record(RecordKind::ItemDisputed), "not claimed by the acquirer".to_owned());
            let (tx, rrn, amount) = (key.clone(), item.rrn.clone(), Some(item.amount));
            fx.note(Record { tx, rrn, amount, date: Some(date), note, ..record });
        }
    }

    pub(super) fn is_settled(&self, date: Date) -> bool {
        self.reconciled.get(&date).is_some_and(|stored| stored.balance == Some(Balance::In))
    }

    pub(super) fn agreed(&mut self, record: &Record) -> &mut BTreeSet<String> {
        self.compared.entry(record.date.unwrap_or_default()).or_default()
    }

    /// DE95: less is to be charged; or more, if the acquirer claimed another amount before (0320) and the card covers it:
    /// then what the slip says is charged. What is left of an item whose date is over counts on the date that is open now,
    /// which the response names.
    pub(super) fn reduce(
        &self,
        (key, item): (&str, &Item),
        message: &Telegram,
        books: &Ledger,
        traffic: Record,
        fx: &mut Effects,
    ) -> (Code, Option<Date>) {
        let left = message.replacement.unwrap_or_default();
        let more = left.minus(item.amount).unwrap_or_default();
        let fits = more == Money::ZERO || (self.disputed.contains(key) && item.is_covered(more, books));
        let code = match item.state {
            State::Held if !fits || left == Money::ZERO => Code::of(b"64"),
            State::Held => APPROVED,
            State::Tombstone => Code::of(b"25"),
            State::Declined | State::Released | State::Posted | State::Credited => Code::of(b"21"),
        };
        if code != APPROVED {
            return (code, None);
        }
        let date = Some(self.date);
        if left != item.amount {
            fx.transfer(item.held(key).void());
            fx.transfer(Item { amount: left, ..item.clone() }.held(key));
        }
        if left != item.amount || item.date != self.date {
            let (tx, rrn) = (key.to_owned(), item.rrn.clone());
            let kind = RecordKind::SaleReduced;
            fx.note(Record { tx, rrn, kind, amount: Some(left), code: Some(code), date, ..traffic });
        }
        (code, date)
    }

    fn totals(&self, counted: &BTreeSet<&String>) -> Totals {
        let mut totals = Totals::default();
        for item in counted.iter().filter_map(|key| self.items.get(*key)) {
            let Totals { sales, refunds, sales_reversed, refunds_reversed } = &mut totals;
            let (done, undone) = match item.operation {
                Operation::Refund => (refunds, refunds_reversed),
                _ => (sales, sales_reversed),
            };
            if matches!(item.state, State::Held | State::Posted | State::Released) {
                done.add(item.amount);
            }
            if item.state == State::Released {
                undone.add(item.amount);
            }
        }
        totals
    }

    /// A file of the hub: what takes back the presentment of a sale is given back to its cardholder, once; of a refund the
    /// cardholder gives it back.
    pub(super) fn clearing_file(&self, octets: &[u8], books: &Ledger, fx: &mut Effects) {
        let Some(file) = self.files.receive(octets, fx) else { return };
        let mut seen = BTreeSet::new();
        let mut taken: BTreeMap<String, i128> = BTreeMap::new();
        for item in &file.items {
            let takes_back = |known: &Item| {
                let is_refund = known.operation == Operation::Refund;
                item.kind == if is_refund { ItemKind::Refund } else { ItemKind::Sale }.reversal()
            };
            let fits = |known: &Item| known.state == State::Posted && known.amount == item.amount;
            let found = self
                .items
                .iter()
                .find(|(_, known)| known.rrn == item.rrn && fits(known) && takes_back(known));
            let found = found.filter(|_| seen.insert(&item.rrn));
            let (rrn, amount, note) = (item.rrn.clone(), Some(item.amount), file.id.clone());
            let Some((key, known)) = found else {
                let record = fx.record(RecordKind::ClearingException);
                fx.note(Record { rrn, amount, note: format!("nothing to give back, in {note}"), ..record });
                continue;
            };
            let is_debit = item.kind.is_to_acquirer();
            let mut account = format!("cardholder:{}", known.account);
            if is_debit && !covers(books, &account, known.amount, &mut taken) {
                let note = "the card does not cover a refund that is taken back; owner: issuer's collections";
                let (tx, rrn, note) = (key.clone(), rrn.clone(), note.to_owned());
                fx.note(Record { tx, rrn, amount, note, ..fx.record(RecordKind::WorkItem) });
                account = EXPOSURE.to_owned();
            }
            let (from, to) = ("nostro", account.as_str());
            let (from, to) = if is_debit { (to, from) } else { (from, to) };
            fx.transfer(Transfer::posted(Purpose::Adjustment, key, from, to, known.amount));
            let record = fx.record(RecordKind::SaleAdjusted);
            fx.note(Record { tx: key.clone(), rrn, amount, note, ..record });
        }
    }

    /// Repeated until it is answered.
    pub(super) fn announcement(&mut self, next: Date, fx: &mut Effects) -> Telegram {
        let (management, settlement) = (Some(CUT_OVER), Some(next.mmdd()));
        let transmission = Some(fx.now.transmission());
        let empty = Telegram::new(Mti::NETWORK, self.stan + 1);
        let message = Telegram { management, settlement, transmission, ..empty };
        self.announced = Some(message.clone());
        fx.after(self.config.timers.issuer, Timer::CutOver(next));
        message
    }

    pub(super) fn cut_over_answered(&mut self, message: &Telegram, fx: &mut Effects) {
        if self.announced.take_if(|announced| announced.stan == message.stan).is_some() {
            fx.done(Outcome::Noted);
        }
    }
}

impl Item {
    /// Can so much more be charged to its card? A refund takes nothing from it.
    fn is_covered(&self, more: Money, books: &Ledger) -> bool {
        let card = books.account(&format!("cardholder:{}", self.account)).available();
        self.operation == Operation::Refund || i128::from(more.units()) <= card
    }
}

/// Does this account cover so much more, after what was taken of it before?
fn covers(books: &Ledger, account: &str, amount: Money, taken: &mut BTreeMap<String, i128>) -> bool {
    let sum = taken.entry(account.to_owned()).or_default();
    let more = *sum + i128::from(amount.units());
    let is_covered = more <= books.account(account).available();
    if is_covered {
        *sum = more;
    }
    is_covered
}
