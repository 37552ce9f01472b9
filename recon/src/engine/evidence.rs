//! Records in words, in the order of time: what a verdict rests on.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::books::RecordId;
use super::bundle;
use super::class::{Class, Lang, pick};
use super::line::Line;
use super::run::{RecordRef, Run};
use super::transact;
use crate::output::money;
use crate::record::ClearingKind;

/// One record of a line.
#[derive(Clone, Debug)]
pub struct Event<'r> {
    /// When, in local time; records of files have a day alone.
    pub when: Option<DateTime>,
    /// Whether the time of day is known.
    pub has_time: bool,
    /// What it is in short: the sides of a message, `clearing`, `bank`.
    pub side: String,
    /// Sender and receiver of a message.
    pub link: Option<(String, String)>,
    /// The shortest words for a drawing.
    pub short: String,
    /// What it says.
    pub words: String,
    /// Where it stands.
    pub place: RecordRef<'r>,
}

impl Event<'_> {
    /// The time of day of a message, the day of a record.
    pub fn clock(&self) -> String {
        match self.when {
            Some(when) if self.has_time => when.time().to_string(),
            Some(when) => when.date().strftime("%m-%d").to_string(),
            None => "-".to_owned(),
        }
    }

    /// The time as text.
    pub fn when_text(&self) -> String {
        match self.when {
            Some(when) if self.has_time => when.to_string().replacen('T', " ", 1),
            Some(when) => when.date().to_string(),
            None => "-".to_owned(),
        }
    }
}

/// One clearing record of a payout.
#[derive(Clone, Debug)]
pub struct PayoutItem {
    /// Its RRN, empty if it has none.
    pub rrn: String,
    /// What it is.
    pub kind: ItemKind,
    /// Settlement date.
    pub date: String,
    /// Gross amount in minor units, or what is held.
    pub gross: i128,
    /// The fee that is deducted.
    pub fee: i128,
    /// What is paid for it.
    pub net: i128,
}

/// What a clearing record is, with its words.
#[derive(Clone, Copy, Debug)]
pub struct ItemKind(ClearingKind);

impl ItemKind {
    /// The kind in words.
    pub fn words(self, lang: Lang) -> &'static str {
        kind_words(self.0, lang)
    }
}

impl Run {
    /// The clearing records of the payouts of a line; their net amounts add up to what is expected.
    pub fn payout_items(&self, line: &Line) -> Vec<PayoutItem> {
        let is_it =
            |of: &&super::payout::Payment| of.names == line.payouts && Some(of.currency) == line.currency;
        let Some(payment) = self.payments.payments.iter().find(is_it) else { return Vec::new() };
        let items = payment.records.iter().filter_map(|index| {
            let (record, context) = bundle::record(&self.books, *index)?;
            let parts = super::payout::parts(&self.books, &self.frame.rules, *index);
            Some(PayoutItem {
                rrn: self.books.text(record.rrn).to_owned(),
                kind: ItemKind(context.kind),
                date: context.settlement_date.map_or_else(String::new, |date| date.to_string()),
                gross: parts.gross - parts.held,
                fee: parts.fees,
                net: parts.due(),
            })
        });
        let mut items: Vec<PayoutItem> = items.collect();
        items.sort_by(|one, other| {
            (&one.date, &one.rrn, one.gross).cmp(&(&other.date, &other.rrn, other.gross))
        });
        items
    }

    /// The records of a line in the order of time, in words.
    pub fn evidence(&self, line: &Line, lang: Lang) -> Vec<Event<'_>> {
        let mut found: Vec<Event<'_>> = line
            .records
            .iter()
            .zip(self.records(line))
            .filter_map(|(id, place)| self.event(*id, place, lang))
            .collect();
        found.sort_by_key(|event| event.when.map(|when| (when, event.has_time)));
        found
    }

    /// Records of the payouts that a line names: what is on the statement for it.
    pub fn bank_evidence(&self, line: &Line, lang: Lang) -> Vec<Event<'_>> {
        let mut found = Vec::new();
        for payment in self.payments_of(line) {
            for entry in &payment.entries {
                let id = RecordId::Bank(entry.index);
                let at = self.books.at(id);
                found.extend(self.event(id, RecordRef::new(self.books.file(at), at.place()), lang));
            }
        }
        found.sort_by_key(|event| event.when);
        found
    }

    /// The payouts of the clearing records of a line.
    pub(crate) fn payments_of(&self, line: &Line) -> Vec<&super::payout::Payment> {
        let mut numbers: Vec<u32> = line
            .records
            .iter()
            .filter_map(|id| match id {
                RecordId::Clearing(index) => self.payments.of_record.get(*index as usize).copied().flatten(),
                _ => None,
            })
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|number| self.payments.payments.get(number as usize)).collect()
    }

    fn event<'r>(&'r self, id: RecordId, place: RecordRef<'r>, lang: Lang) -> Option<Event<'r>> {
        match id {
            RecordId::Message(index) => self.message_event(index, place, lang),
            RecordId::Clearing(index) => {
                let (record, context) = bundle::record(&self.books, index)?;
                let gross = money(i128::from(record.gross), Some(context.currency));
                let net = super::payout::parts(&self.books, &self.frame.rules, index).due();
                let net = money(net, Some(context.currency));
                let kind = kind_words(context.kind, lang);
                let payout = self.books.text(context.payout);
                let words = match lang {
                    Lang::Zh => format!("{kind} {} {gross}，净额 {net} {payout}", context.currency),
                    _ => format!("{kind} {} {gross}, net {net} {payout}", context.currency),
                };
                let date = context.settlement_date.or(record.local_date);
                Some(Event {
                    when: date.map(noon),
                    has_time: false,
                    side: pick(lang, "clearing", "清算").to_owned(),
                    link: None,
                    short: format!("{kind} {gross}"),
                    words: words.trim_end().to_owned(),
                    place,
                })
            }
            RecordId::Bank(index) => {
                let bank = self.books.bank.get(index as usize)?;
                let amount = money(i128::from(bank.entry.amount), Some(bank.currency));
                let reason = bank
                    .entry
                    .return_reason
                    .as_deref()
                    .map_or_else(String::new, |reason| format!(" {reason}"));
                let words = format!("{} {amount}{reason} {}", bank.currency, bank.entry.text);
                let date = bank.entry.booked.or(bank.entry.value_date);
                Some(Event {
                    when: date.map(noon),
                    has_time: false,
                    side: pick(lang, "bank", "银行").to_owned(),
                    link: None,
                    short: format!("{amount}{reason}"),
                    words,
                    place,
                })
            }
        }
    }

    fn message_event<'r>(&'r self, index: u32, place: RecordRef<'r>, lang: Lang) -> Option<Event<'r>> {
        let message = self.books.messages.get(index as usize)?;
        let context = self.books.context(message);
        let mut words = format!("{} {}", context.mti.as_str(), context.mti.describe(lang));
        if let Some(amount) = message.amount {
            words.push_str(&format!(
                " {} {}",
                context.currency,
                money(i128::from(amount), Some(context.currency))
            ));
        }
        for (name, sym) in [
            ("DE 39", context.response),
            ("DE 38", message.approval),
            ("STAN", message.stan),
            ("RRN", message.rrn),
        ] {
            let text = self.books.text(sym);
            if !text.is_empty() {
                words.push_str(&format!(", {name} {text}"));
            }
        }
        let (from, to) = (self.books.text(context.from), self.books.text(context.to));
        let is_linked = !from.is_empty() && !to.is_empty();
        let side = if is_linked { format!("{from}>{to}") } else { "-".to_owned() };
        Some(Event {
            when: message.time.and_then(|time| self.local(time)),
            has_time: true,
            side,
            link: is_linked.then(|| (from.to_owned(), to.to_owned())),
            short: format!("{} {}", context.mti.as_str(), self.books.text(context.response))
                .trim_end()
                .to_owned(),
            words,
            place,
        })
    }

    /// The local time of an instant in milliseconds, without fractions of a second.
    pub(crate) fn local(&self, time: i64) -> Option<DateTime> {
        let stamp = Timestamp::from_second(time.div_euclid(1000)).ok()?;
        Some(self.frame.zone.to_datetime(stamp))
    }

    /// What happened to the transaction of a line, one sentence for each of the four states.
    pub fn story(&self, line: &Line, lang: Lang) -> Vec<String> {
        let mut found = Vec::new();
        let of = line.records.iter().find_map(|id| match id {
            RecordId::Message(index) => self.transactions_by_message(*index),
            _ => None,
        });
        if let Some(of) = of {
            found.push(self.authorization(of, lang));
            found.extend(self.expiry(line, of, lang));
            if let Some(result) = self.batch_of(of) {
                let (en, zh) = match result {
                    transact::TotalsResult::Balanced => ("In a balanced batch.", "已批结平账。"),
                    transact::TotalsResult::OutOfBalance => {
                        ("Its batch is out of balance.", "所在批次批结不平。")
                    }
                    transact::TotalsResult::Unknown => ("Its batch has no result.", "所在批次无批结结果。"),
                };
                found.push(pick(lang, en, zh).to_owned());
            }
            found.extend(self.clearing_sentence(line, of.settlement_date, lang));
        }
        for payment in self.payments_of(line) {
            found.push(self.payment_sentence(payment, lang));
        }
        found
    }

    /// When a reservation expired, and whether somebody tried to complete it.
    fn expiry(&self, line: &Line, of: &transact::Transaction, lang: Lang) -> Option<String> {
        let until = of.valid_until.filter(|_| line.class == Class::PreauthExpired)?;
        let until = self.local(until)?.to_string().replacen('T', " ", 1);
        let declined = of.knowledge.completion_declined;
        Some(match (lang, declined) {
            (Lang::Zh, true) => format!("预留于 {until} 到期；完成请求被拒绝。"),
            (Lang::Zh, false) => format!("预留于 {until} 到期，未完成。"),
            (_, true) => format!("The reservation expired {until}; a completion was declined."),
            (_, false) => format!("The reservation expired {until}; it was not completed."),
        })
    }

    fn authorization(&self, of: &transact::Transaction, lang: Lang) -> String {
        let amount = money(i128::from(of.authorized.abs()), Some(of.currency));
        let code = self.books.text(of.approval);
        let decided = of.decided_at.or(of.time).and_then(|time| self.local(time));
        let whole = |time: DateTime| time.to_string().replacen('T', " ", 1);
        let time = decided.map_or_else(String::new, whole);
        let reversed = of.reversed_at.and_then(|time| self.local(time)).map(|at| match decided {
            Some(decided) if decided.date() == at.date() => at.time().to_string(),
            _ => whole(at),
        });
        let response = self.books.text(of.response);
        match (of.outcome, lang) {
            (transact::Outcome::Approved, Lang::Zh) => format!("{time} 授权成功 {amount}，授权码 {code}。"),
            (transact::Outcome::Approved, _) => format!("Approved {time}, {amount}, code {code}."),
            (transact::Outcome::Declined, Lang::Zh) => format!("{time} 被拒绝，应答码 {response}，未扣款。"),
            (transact::Outcome::Declined, _) => {
                format!("Declined {time}, response code {response}; never charged.")
            }
            (transact::Outcome::Reversed, Lang::Zh) => match reversed {
                Some(at) => format!("{time} 的交易已冲正 ({at})。"),
                None => format!("{time} 的交易已冲正。"),
            },
            (transact::Outcome::Reversed, _) => match reversed {
                Some(at) => format!("The transaction of {time} was reversed at {at}."),
                None => format!("The transaction of {time} was reversed."),
            },
            (transact::Outcome::Unknown, Lang::Zh) => format!("{time} 的交易没有明确结果。"),
            (transact::Outcome::Unknown, _) => format!("Nothing says how the transaction of {time} ended."),
        }
    }

    fn clearing_sentence(&self, line: &Line, date: Option<Date>, lang: Lang) -> Option<String> {
        let records = line.records.iter().filter_map(|id| match id {
            RecordId::Clearing(index) => bundle::record(&self.books, *index),
            _ => None,
        });
        let mut records = records.map(|(_, context)| context.settlement_date);
        let files = self.books.files.iter().filter(|file| file.side == crate::record::Side::Clearing);
        let read: u64 = files.map(|file| file.records).sum();
        let day = |date: Option<Date>| date.map_or_else(|| "-".to_owned(), |date| date.to_string());
        match (records.next(), lang) {
            (Some(date), Lang::Zh) => Some(format!("在 {} 清算日的清算文件中。", day(date))),
            (Some(date), _) => Some(format!("In the clearing file of settlement date {}.", day(date))),
            (None, _) if !line.is_exception && line.due.is_none() => None,
            (None, Lang::Zh) => {
                Some(format!("清算日 {} 的清算文件中无此笔 (共读取 {read} 条记录)。", day(date)))
            }
            (None, _) => Some(format!(
                "Not in a clearing file; settlement date {}, {read} records were read.",
                day(date)
            )),
        }
    }

    fn payment_sentence(&self, of: &super::payout::Payment, lang: Lang) -> String {
        let name = of.names.join(" ");
        let verdict = &of.verdict;
        let paid = money(verdict.paid, Some(of.currency));
        let due = of.due.map_or_else(|| "-".to_owned(), |day| day.to_string());
        match (verdict.funded, verdict.returned != 0, lang) {
            (Some(day), _, Lang::Zh) => format!("结算单 {name} 于 {day} 到账 {paid}。"),
            (Some(day), ..) => format!("Payout {name} came on {day}: {paid}."),
            (None, true, Lang::Zh) => format!("结算单 {name} 被退回，款项在收单机构。"),
            (None, true, _) => format!("Payout {name} was returned: the money is with the acquirer."),
            (None, false, Lang::Zh) => format!("结算单 {name} 尚未全部到账，应于 {due} 到账。"),
            (None, false, _) => format!("Payout {name} is not complete on the statement; due {due}."),
        }
    }
}

fn noon(day: Date) -> DateTime {
    day.at(23, 59, 59, 0)
}

fn kind_words(kind: ClearingKind, lang: Lang) -> &'static str {
    let (en, zh) = match kind {
        ClearingKind::Sale => ("sale", "消费"),
        ClearingKind::Refund => ("refund", "退货"),
        ClearingKind::Reversal => ("reversal", "冲正"),
        ClearingKind::Chargeback => ("chargeback", "退单"),
        ClearingKind::Representment => ("second presentment", "再请款"),
        ClearingKind::Fee => ("fee", "手续费"),
        ClearingKind::Adjustment => ("adjustment", "差错调账"),
        ClearingKind::Hold => ("hold", "冻结"),
        ClearingKind::Release => ("release", "解冻"),
        ClearingKind::Carried => ("carried", "结转"),
        ClearingKind::Retrieval => ("slip request", "调单"),
    };
    pick(lang, en, zh)
}
