//! One entry of a statement, and the records it becomes.

use compact_str::format_compact;

use super::super::dates::Calendar;
use super::super::make::Maker;
use super::super::money::{self, Notation};
use super::super::tell::Teller;
use super::tag::Tag;
use crate::record::{BankEntry, Currency, Place, Record, Text};

/// What an entry says, as it stands.
#[derive(Default)]
pub(super) struct Entry {
    /// Where it begins.
    pub(super) at: u64,
    amount: Money,
    status: String,
    booked: String,
    value: String,
    reference: String,
    reversal: bool,
    /// Domain, family, sub-family; then the bank's own.
    code: [String; 4],
    additional: String,
    batch: String,
    details: Vec<Detail>,
    /// Octets of text that it holds.
    size: usize,
}

/// The most memory of an entry.
const MOST: usize = 1 << 26;

/// An amount, its currency and its direction.
#[derive(Clone, Default)]
pub(super) struct Money {
    pub(super) digits: String,
    pub(super) currency: String,
    pub(super) direction: String,
}

/// One transaction of an entry.
#[derive(Default)]
struct Detail {
    at: u64,
    amount: Money,
    /// The amount of `AmtDtls`, which version 2 has instead.
    transaction: Money,
    end_to_end: String,
    reference: String,
    references: Vec<String>,
    lines: Vec<String>,
    debtor: [String; 2],
    creditor: [String; 2],
    return_reason: String,
}

impl Money {
    /// The amount with its sign, and its currency.
    pub(super) fn read(&self, direction: &str) -> Result<(i64, Option<Currency>), String> {
        let currency = money::currency(&self.currency);
        if currency.is_none() && !self.currency.is_empty() {
            return Err("the currency of an amount is none".into());
        }
        let amount = Notation::Point.minor(&self.digits, money::exponent(currency));
        let amount = amount.map_err(|error| format!("an amount {error}"))?;
        match direction {
            _ if amount < 0 => Err("an amount is negative; its direction stands in CdtDbtInd".into()),
            "CRDT" => Ok((amount, currency)),
            "DBIT" => Ok((-amount, currency)),
            _ => Err("an amount is neither CRDT nor DBIT".into()),
        }
    }
}

impl Entry {
    pub(super) fn new(at: u64) -> Self {
        Self { at, ..Self::default() }
    }

    /// Begins a transaction of the entry.
    pub(super) fn begin_detail(&mut self, at: u64) {
        self.size += size_of::<Detail>();
        if self.size <= MOST {
            self.details.push(Detail { at, ..Detail::default() });
        }
    }

    /// Takes the text of an element below the entry.
    pub(super) fn take(&mut self, path: &[Tag], text: &str, currency: &str) {
        use Tag::*;
        self.size += text.len();
        if self.size > MOST {
            return;
        }
        let slot = match path {
            [Amt] => {
                self.amount.currency = currency.to_owned();
                &mut self.amount.digits
            }
            [CdtDbtInd] => &mut self.amount.direction,
            [RvslInd] => {
                self.reversal = matches!(text, "true" | "1");
                return;
            }
            [Sts] | [Sts, Cd] => &mut self.status,
            [BookgDt, Dt | DtTm] => &mut self.booked,
            [ValDt, Dt | DtTm] => &mut self.value,
            [AcctSvcrRef] => &mut self.reference,
            [BkTxCd, Domn, Cd] => &mut self.code[0],
            [BkTxCd, Domn, Fmly, Cd] => &mut self.code[1],
            [BkTxCd, Domn, Fmly, SubFmlyCd] => &mut self.code[2],
            [BkTxCd, Prtry, Cd] => &mut self.code[3],
            [AddtlNtryInf] => &mut self.additional,
            [NtryDtls, Btch, PmtInfId] => &mut self.batch,
            [NtryDtls, TxDtls, inner @ ..] => {
                if let Some(detail) = self.details.last_mut() {
                    detail.take(inner, text, currency);
                }
                return;
            }
            _ => return,
        };
        text.clone_into(slot);
    }

    /// Whether it counts: `BOOK`, or nothing where a bank leaves it out.
    fn is_booked(&self) -> bool {
        matches!(self.status.as_str(), "BOOK" | "")
    }

    /// Hands over the records of the entry; gives its signed amount and currency when it is booked.
    pub(super) fn finish(
        self,
        maker: &Maker,
        account: Option<&Text>,
        teller: &mut Teller<'_>,
    ) -> Option<(i64, Option<Currency>)> {
        let place = Place::Offset(self.at);
        if self.size > MOST {
            teller.refuse(place, "the entry holds more than 64 MiB");
            return None;
        }
        if !self.is_booked() {
            teller.refuse(place, "the entry is pending or for information: it counts when it is booked");
            return None;
        }
        match self.records(maker, account, teller) {
            Ok((total, currency, records)) => {
                records.into_iter().for_each(|entry| teller.record(Record::Bank(Box::new(entry))));
                Some((total, currency))
            }
            Err(reason) => {
                teller.refuse(place, reason);
                None
            }
        }
    }

    fn records(
        &self,
        maker: &Maker,
        account: Option<&Text>,
        teller: &Teller<'_>,
    ) -> Result<(i64, Option<Currency>, Vec<BankEntry>), String> {
        let (total, currency) = self.amount.read(&self.amount.direction)?;
        let booked = date(&maker.calendar, &self.booked)?;
        let value_date = date(&maker.calendar, &self.value)?;
        if booked.is_none() && value_date.is_none() {
            return Err("the entry has neither a date of booking nor a value date".into());
        }
        let base = BankEntry {
            booked,
            value_date,
            currency,
            account: account.cloned(),
            reference: maker.own_reference(&self.reference),
            code: self.code(maker),
            reversal: self.reversal,
            text: maker.redactor.lines([self.additional.as_str(), &self.batch]),
            ..BankEntry::new(teller.source(Place::Offset(self.at)), total)
        };
        let amounts = self.amounts(total, currency)?;
        let mut entries = Vec::with_capacity(self.details.len().max(1));
        match amounts {
            None if self.details.is_empty() => entries.push(base),
            // which part of the sum belongs to which of them is not said
            None => entries.push(self.together(maker, base)),
            Some(amounts) => {
                let mut rest = Some(total);
                for (detail, amount) in self.details.iter().zip(amounts) {
                    rest = rest.and_then(|rest| rest.checked_sub(amount));
                    let source = teller.source(Place::Offset(detail.at));
                    entries.push(self.of_detail(maker, detail, BankEntry { source, amount, ..base.clone() }));
                }
                match rest {
                    Some(0) => (),
                    Some(rest) => entries.push(BankEntry {
                        amount: rest,
                        text: format_compact!(
                            "{} DIFFERENCE OF THE ENTRY AND ITS DETAILS (CHARGES)",
                            base.text
                        ),
                        ..base
                    }),
                    None => return Err("the sum of the details is out of range".into()),
                }
            }
        }
        Ok((total, currency, entries))
    }

    /// The signed amounts of the details; `None` when they do not say them.
    fn amounts(&self, total: i64, currency: Option<Currency>) -> Result<Option<Vec<i64>>, String> {
        if self.details.is_empty() {
            return Ok(None);
        }
        let is_alone = self.details.len() == 1;
        let mut amounts = Vec::with_capacity(self.details.len());
        for detail in &self.details {
            let own =
                [&detail.amount, &detail.transaction].into_iter().find(|money| !money.digits.is_empty());
            let direction = [&detail.amount.direction, &self.amount.direction];
            let direction = direction.into_iter().find(|found| !found.is_empty());
            match own {
                Some(own) => match own.read(direction.map_or("", String::as_str))? {
                    (amount, its) if its == currency => amounts.push(amount),
                    // what was instructed in another currency
                    _ if is_alone => amounts.push(total),
                    _ => return Ok(None),
                },
                None if is_alone => amounts.push(total),
                None => return Ok(None),
            }
        }
        Ok(Some(amounts))
    }

    fn of_detail(&self, maker: &Maker, detail: &Detail, base: BankEntry) -> BankEntry {
        let redactor = &maker.redactor;
        let some = |text: &str| Some(redactor.text(text)).filter(|text| !text.is_empty());
        let [party, party_account] = if base.amount < 0 { &detail.creditor } else { &detail.debtor };
        let lines = detail.lines.iter().chain(&detail.references).chain([&self.additional, &self.batch]);
        BankEntry {
            text: redactor.lines(lines.map(String::as_str)),
            end_to_end: some(&detail.end_to_end).filter(|found| found != "NOTPROVIDED"),
            reference: maker.own_reference(&detail.reference).or_else(|| base.reference.clone()),
            return_reason: some(&detail.return_reason),
            party: some(party),
            party_account: some(party_account),
            ..base
        }
    }

    /// One record for all details, with what they say in its text.
    fn together(&self, maker: &Maker, base: BankEntry) -> BankEntry {
        let lines = self.details.iter().flat_map(|detail| detail.lines.iter().chain([&detail.end_to_end]));
        let lines = lines.chain([&self.additional, &self.batch]).map(String::as_str);
        BankEntry { text: maker.redactor.lines(lines), ..base }
    }

    fn code(&self, maker: &Maker) -> Option<Text> {
        let [domain, family, sub_family, own] = &self.code;
        let code = if domain.is_empty() { own.clone() } else { format!("{domain}/{family}/{sub_family}") };
        Some(maker.redactor.text(&code)).filter(|code| !code.is_empty())
    }
}

impl Detail {
    fn take(&mut self, path: &[Tag], text: &str, currency: &str) {
        use Tag::*;
        let slot = match path {
            [Amt] => {
                self.amount.currency = currency.to_owned();
                &mut self.amount.digits
            }
            [AmtDtls, TxAmt, Amt] => {
                self.transaction.currency = currency.to_owned();
                &mut self.transaction.digits
            }
            [CdtDbtInd] => &mut self.amount.direction,
            [Refs, EndToEndId] => &mut self.end_to_end,
            [Refs, AcctSvcrRef] => &mut self.reference,
            [Refs, InstrId | PmtInfId] => return self.references.push(text.to_owned()),
            [RltdPties, Dbtr, Nm] | [RltdPties, Dbtr, Pty, Nm] => &mut self.debtor[0],
            [RltdPties, Cdtr, Nm] | [RltdPties, Cdtr, Pty, Nm] => &mut self.creditor[0],
            [RltdPties, DbtrAcct, Id, IBAN] | [RltdPties, DbtrAcct, Id, Othr, Id] => &mut self.debtor[1],
            [RltdPties, CdtrAcct, Id, IBAN] | [RltdPties, CdtrAcct, Id, Othr, Id] => &mut self.creditor[1],
            [RmtInf, Ustrd] | [RmtInf, Strd, CdtrRefInf, Ref] | [AddtlTxInf] => {
                return self.lines.push(text.to_owned());
            }
            [RtrInf, Rsn, Cd | Prtry] => &mut self.return_reason,
            _ => return,
        };
        text.clone_into(slot);
    }
}

/// The date of an element, if it is there.
fn date(calendar: &Calendar, text: &str) -> Result<Option<jiff::civil::Date>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.get(..10).unwrap_or(text);
    let date = calendar.date(day, None).map(Some);
    date.map_err(|error| format!("a date {error}"))
}
