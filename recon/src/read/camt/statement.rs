//! One statement: its account, its balances, and whether they agree with its entries.

use super::super::make::Maker;
use super::super::tell::Teller;
use super::entry::Money;
use super::tag::Tag;
use crate::record::{Currency, Place, Text};

/// What a statement says of itself, and what was counted.
pub(super) struct Statement {
    at: u64,
    id: String,
    sequence: String,
    pub(super) account: Option<Text>,
    currency: Option<Currency>,
    balances: Vec<Balance>,
    /// The number of entries that its summary says.
    declared: Option<u64>,
    entries: u64,
    /// The sum of the booked entries in the currency of the account.
    sum: i128,
    /// Whether an entry could not be counted.
    is_partial: bool,
}

/// The most balances of a statement.
const MOST_BALANCES: usize = 1024;

#[derive(Default)]
struct Balance {
    code: String,
    money: Money,
    day: String,
}

impl Statement {
    pub(super) fn new(at: u64) -> Self {
        Self {
            at,
            id: String::new(),
            sequence: String::new(),
            account: None,
            currency: None,
            balances: Vec::new(),
            declared: None,
            entries: 0,
            sum: 0,
            is_partial: false,
        }
    }

    pub(super) fn begin_balance(&mut self) {
        // a statement has a handful: what comes beyond is passed over
        if self.balances.len() < MOST_BALANCES {
            self.balances.push(Balance::default());
        }
    }

    /// Takes the text of an element below the statement, entries apart.
    pub(super) fn take(&mut self, path: &[Tag], text: &str, currency: &str, maker: &Maker) {
        use Tag::*;
        match path {
            [Id] => text.clone_into(&mut self.id),
            [ElctrncSeqNb] => text.clone_into(&mut self.sequence),
            [LglSeqNb] if self.sequence.is_empty() => text.clone_into(&mut self.sequence),
            [Acct, Id, IBAN] | [Acct, Id, Othr, Id] => self.account = Some(maker.redactor.text(text)),
            [Acct, Ccy] => self.currency = super::super::money::currency(text),
            [TxsSummry, TtlNtries, NbOfNtries] => self.declared = text.parse().ok(),
            [Bal, inner @ ..] => {
                if let Some(balance) = self.balances.last_mut() {
                    balance.take(inner, text, currency);
                }
            }
            _ => (),
        }
    }

    /// Counts an entry, booked or not.
    pub(super) fn count(
        &mut self,
        at: u64,
        booked: Option<(i64, Option<Currency>)>,
        teller: &mut Teller<'_>,
    ) {
        self.entries += 1;
        match booked {
            Some((amount, currency)) if currency == self.currency || self.currency.is_none() => {
                self.currency = currency;
                self.sum += i128::from(amount);
            }
            Some((_, currency)) => {
                let currency = currency.map_or_else(|| "no currency".into(), |found| found.to_string());
                let account = self.currency.map_or_else(String::new, |found| found.to_string());
                teller.fault(
                    Place::Offset(at),
                    format_args!("an entry is in {currency}, the account of the statement in {account}"),
                );
            }
            None => self.is_partial = true,
        }
    }

    /// The end of the statement: what it says goes to the file, and its balances are held against its entries.
    pub(super) fn finish(self, message: &str, page: &str, maker: &Maker, teller: &mut Teller<'_>) {
        let place = Place::Offset(self.at);
        if let Some(declared) = self.declared.filter(|declared| *declared != self.entries) {
            teller.fault(
                place,
                format_args!("the summary says {declared} entries, {} are there", self.entries),
            );
        }
        self.check_balances(place, teller);
        let head = &mut teller.head;
        if head.identity.is_none() {
            let parts = [message, &self.id, &self.sequence, page];
            let whole: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            head.identity = maker.own_reference(&whole.join("/"));
        }
        if head.account.is_none() {
            head.account.clone_from(&self.account);
        }
        let closing = self.balance(&["CLBD", "ITBD"]).map(|balance| balance.day.as_str());
        let day = closing.and_then(|day| maker.calendar.date(day.get(..10).unwrap_or(day), None).ok());
        head.date = head.date.max(day);
    }

    fn balance(&self, codes: &[&str]) -> Option<&Balance> {
        codes.iter().find_map(|code| self.balances.iter().find(|balance| balance.code == *code))
    }

    fn check_balances(&self, place: Place, teller: &mut Teller<'_>) {
        let (opening, closing) = (self.balance(&["OPBD", "PRCD"]), self.balance(&["CLBD"]));
        let (Some(opening), Some(closing)) = (opening, closing) else {
            teller.note(
                place,
                "the statement has no opening or no closing balance: its entries are not checked",
            );
            return;
        };
        let read = |balance: &Balance| balance.money.read(&balance.money.direction);
        let (opening, closing) = match (read(opening), read(closing)) {
            (Ok((opening, _)), Ok((closing, _))) => (i128::from(opening), i128::from(closing)),
            (Err(words), _) | (_, Err(words)) => {
                return teller.fault(place, format_args!("a balance cannot be read: {words}"));
            }
        };
        if opening + self.sum != closing {
            let hint = if self.is_partial { "; not every entry could be counted" } else { "" };
            let sum = self.sum;
            teller.fault(
                place,
                format_args!(
                    "the balances do not agree: opening {opening} and entries {sum} give {}, the closing balance is {closing}{hint}",
                    opening + sum
                ),
            );
        }
    }
}

impl Balance {
    fn take(&mut self, path: &[Tag], text: &str, currency: &str) {
        use Tag::*;
        let slot = match path {
            [Tp, CdOrPrtry, Cd | Prtry] => &mut self.code,
            [Amt] => {
                self.money.currency = currency.to_owned();
                &mut self.money.digits
            }
            [CdtDbtInd] => &mut self.money.direction,
            [Dt, Dt | DtTm] => &mut self.day,
            _ => return,
        };
        text.clone_into(slot);
    }
}
