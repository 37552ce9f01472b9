//! The statements of a file, page by page.

use compact_str::format_compact;

use super::super::make::Maker;
use super::super::tell::Teller;
use super::Field;
use super::information::Information;
use super::line::{Balance, Line};
use crate::record::{BankEntry, Currency, Place, Record, Text};

/// What is known while a file is read.
pub(super) struct Statements<'m> {
    maker: &'m Maker,
    /// The statement, or page of one, that is open.
    open: Option<Page>,
    /// `:61:` and its line, and the `:86:` behind it.
    entry: Option<(Field, Vec<String>)>,
    /// The closing balance of the page before, when another page follows.
    carried: Option<(Balance, Option<Text>)>,
}

struct Page {
    line: u64,
    reference: String,
    account: Option<Text>,
    number: String,
    opening: Option<Balance>,
    sum: i128,
    is_partial: bool,
    is_closed: bool,
}

impl Page {
    fn new(line: u64) -> Self {
        Self {
            line,
            reference: String::new(),
            account: None,
            number: String::new(),
            opening: None,
            sum: 0,
            is_partial: false,
            is_closed: false,
        }
    }
}

impl<'m> Statements<'m> {
    pub(super) fn new(maker: &'m Maker) -> Self {
        Self { maker, open: None, entry: None, carried: None }
    }

    /// Takes a tag and its lines.
    pub(super) fn take(&mut self, field: &Field, teller: &mut Teller<'_>) {
        if field.tag != "86" {
            self.end_of_entry(teller);
        }
        if field.tag == "20" {
            self.end(field.line, teller);
            self.open = Some(Page::new(field.line));
        }
        let place = Place::Line(field.line);
        let maker = self.maker;
        let page = self.open.get_or_insert_with(|| Page::new(field.line));
        match field.tag {
            "20" => field.value().clone_into(&mut page.reference),
            "25" | "25P" => page.account = Some(maker.redactor.text(field.value())),
            "28" | "28C" => field.value().clone_into(&mut page.number),
            "60F" | "60M" => match Balance::read(field.value()) {
                Ok(balance) => self.opening(field.tag, balance, place, teller),
                Err(words) => teller.fault(place, words),
            },
            "61" => {
                let lines = field.lines.clone();
                self.entry =
                    Some((Field { line: field.line, tag: field.tag, lines, size: field.size }, Vec::new()));
            }
            "86" => {
                // behind the closing balance it belongs to the statement
                if let Some((_, information)) = &mut self.entry {
                    information.extend(field.lines.iter().cloned());
                }
            }
            "62F" | "62M" => match Balance::read(field.value()) {
                Ok(balance) => self.closing(field.tag, balance, place, teller),
                Err(words) => teller.fault(place, words),
            },
            _ => (),
        }
    }

    fn opening(&mut self, tag: &str, balance: Balance, place: Place, teller: &mut Teller<'_>) {
        let Some(page) = &mut self.open else { return };
        if let Some((carried, account)) = self.carried.take().filter(|_| tag == "60M")
            && account == page.account
            && (carried.amount, carried.currency) != (balance.amount, balance.currency)
        {
            teller.fault(
                place,
                format_args!(
                    "the page begins with {}, the one before ended with {}",
                    balance.amount, carried.amount
                ),
            );
        }
        page.opening = Some(balance);
    }

    fn closing(&mut self, tag: &str, balance: Balance, place: Place, teller: &mut Teller<'_>) {
        let Some(page) = &mut self.open else { return };
        page.is_closed = true;
        let head = &mut teller.head;
        head.date = head.date.max(Some(balance.day));
        if tag == "62M" {
            self.carried = Some((balance, page.account.clone()));
        }
        match page.opening {
            None => teller.fault(place, "the statement has no opening balance (`:60F:`)"),
            Some(opening) if opening.currency != balance.currency => {
                teller.fault(place, "the closing balance is in another currency than the opening one");
            }
            Some(opening) => {
                let expected = i128::from(opening.amount) + page.sum;
                if expected != i128::from(balance.amount) {
                    let hint = if page.is_partial { "; not every line could be counted" } else { "" };
                    teller.fault(
                        place,
                        format_args!(
                            "the balances do not agree: opening {} and lines {} give {expected}, the closing balance is {}{hint}",
                            opening.amount, page.sum, balance.amount
                        ),
                    );
                }
            }
        }
    }

    /// Hands over the entry that is open.
    fn end_of_entry(&mut self, teller: &mut Teller<'_>) {
        let (Some((field, lines)), Some(page)) = (self.entry.take(), &mut self.open) else { return };
        let place = Place::Line(field.line);
        let currency = page.opening.map(|balance| balance.currency);
        match entry(self.maker, &field, &lines, currency, teller) {
            Ok(entry) => {
                page.sum += i128::from(entry.amount);
                let account = page.account.clone();
                teller.record(Record::Bank(Box::new(BankEntry { account, ..entry })));
            }
            Err(words) => {
                page.is_partial = true;
                teller.refuse(place, words);
            }
        }
    }

    /// The end of a message, at that line.
    pub(super) fn end(&mut self, line: u64, teller: &mut Teller<'_>) {
        self.end_of_entry(teller);
        let Some(page) = self.open.take() else { return };
        if !page.is_closed {
            teller.stop(
                Place::Line(line),
                format_args!(
                    "the statement that begins in line {} has no closing balance (`:62F:`): it is cut off",
                    page.line
                ),
            );
        }
        let head = &mut teller.head;
        if head.identity.is_none() {
            let account = page.account.as_deref().unwrap_or_default();
            let parts = [account, page.number.as_str(), page.reference.as_str()];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            head.identity = self.maker.own_reference(&parts.join("/"));
            head.account = page.account;
        }
    }

    /// The end of the file.
    pub(super) fn finish(mut self, line: u64, teller: &mut Teller<'_>) {
        let is_empty = self.open.is_none() && teller.head.identity.is_none();
        self.end(line, teller);
        if is_empty {
            teller.stop(Place::Line(line.max(1)), "the file holds no MT940 statement");
        } else if self.carried.is_some() {
            teller.stop(Place::Line(line), "the last page of the statement (`:62F:`) is missing");
        }
    }
}

fn entry(
    maker: &Maker,
    field: &Field,
    information: &[String],
    currency: Option<Currency>,
    teller: &Teller<'_>,
) -> Result<BankEntry, String> {
    let line = Line::read(field.value(), currency)?;
    let found = Information::read(information);
    let redactor = &maker.redactor;
    let some = |text: &str| Some(redactor.text(text)).filter(|text| !text.is_empty());
    let supplementary = field.lines.iter().skip(1).map(String::as_str);
    let code = match found.code.as_str() {
        "" => Text::from(line.kind),
        code => format_compact!("{}/{code}", line.kind),
    };
    let end_to_end = [found.end_to_end.as_str(), line.reference].into_iter().find(|text| !text.is_empty());
    Ok(BankEntry {
        booked: Some(line.booked),
        value_date: Some(line.value),
        currency,
        text: redactor
            .lines(found.lines.iter().map(String::as_str).chain(supplementary).chain([line.reference])),
        end_to_end: end_to_end.and_then(some).filter(|found| found != "NOTPROVIDED"),
        reference: maker.own_reference(line.bank_reference),
        code: Some(redactor.text(&code)),
        return_reason: some(&found.return_reason),
        party: some(&found.party),
        party_account: some(&found.party_account),
        reversal: line.reversal,
        ..BankEntry::new(teller.source(Place::Line(field.line)), line.amount)
    })
}
