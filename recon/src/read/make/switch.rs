//! Messages of the switch.

use cardwire::Mti;
use jiff::Timestamp;
use jiff::civil::Date;

use super::super::column::Column;
use super::super::dates::{hhmmss, nearest, time_of_day, yymmdd};
use super::super::money::Notation;
use super::super::row::Row;
use super::{Maker, wrong};
use crate::record::{Currency, Evidence, Source, Text, Totals};

/// The dates and the time of a message.
struct Dates {
    time: Option<Timestamp>,
    local_date: Option<Date>,
    local_time: Option<Text>,
    settlement_date: Option<Date>,
}

impl Maker {
    /// The evidence of a message.
    pub(super) fn message(&self, row: &Row, source: Source) -> Result<Evidence, String> {
        let mti = row.get(Column::Mti).ok_or("the record has no message type")?;
        // spreadsheets take the zero away: 200 is 0200
        let mti: Mti = format!("{mti:0>4}")
            .parse()
            .map_err(|_| wrong(Column::Mti, "is not the four digits of a message type"))?;
        let is_1987 = mti.as_str().starts_with('0');
        let currency = self.currency(row)?;
        let Dates { time, local_date, local_time, settlement_date } = self.dates(row)?;
        let (from, to) = self.ends(row);
        let (batch, network_code) = self.batch(row, mti);
        let of_60 = || row.get(Column::Reserved60).filter(|_| is_1987).and_then(unionpay_60);
        let function = if is_1987 { None } else { Self::short(row, Column::Function, 3) };
        let amount = self.amount(row, [Column::Amount, Column::AmountDecimal], currency)?;
        let mcc = match (row.get(Column::Mcc), is_1987) {
            (Some(_), _) => Self::short(row, Column::Mcc, 4),
            (None, false) => Self::short(row, Column::Mcc93, 4),
            (None, true) => None,
        };
        let evidence = Evidence {
            source,
            time,
            from,
            to,
            mti,
            token: row
                .get(Column::Card)
                .or(row.get(Column::Track2))
                .and_then(|card| self.redactor.card(card)),
            processing_code: Self::short(row, Column::ProcessingCode, 6),
            type_code: Self::short(row, Column::TypeCode, 2).or_else(|| Some(of_60()?.get(..2)?.into())),
            amount,
            currency: currency.filter(|_| amount.is_some() || row.get(Column::Currency).is_some()),
            stan: self.reference(row, Column::Stan),
            local_date,
            local_time,
            settlement_date,
            mcc,
            entry_mode: self.reference(row, Column::EntryMode),
            condition: Self::short(row, Column::Condition, 4),
            acquirer: self.reference(row, Column::Acquirer),
            forwarder: self.reference(row, Column::Forwarder),
            rrn: self.reference(row, Column::Rrn),
            approval: self.reference(row, Column::Approval),
            response: Self::short(row, Column::Response, 4),
            terminal: self.text(row, Column::Terminal),
            merchant: self.text(row, Column::Merchant),
            batch,
            network_code,
            life_id: self.text(row, Column::LifeId),
            original: self.original(row, is_1987, time),
            life_cycle: life_cycle(row),
            replacement: self.replacement(row, function.as_deref(), amount, currency)?,
            totals: self.totals(row, currency)?,
            totals_result: totals_result(row),
            function,
        };
        if evidence.stan.is_none() && evidence.rrn.is_none() {
            return Err("the message has no key: neither a STAN (DE 11) nor an RRN (DE 37)".into());
        }
        Ok(evidence)
    }

    fn dates(&self, row: &Row) -> Result<Dates, String> {
        let text = |column| row.get(column).map(|text| (column, text));
        let mut time = text(Column::Time)
            .map(|(column, text)| self.calendar.instant(text).map_err(|error| wrong(column, error)))
            .transpose()?;
        let seen = time.map(|time| self.calendar.local(time).date());
        // DE 12 of 1993 and 2003 holds the date, too
        let local = row.get(Column::LocalTime).map(|text| {
            date_and_time(text)
                .ok_or_else(|| wrong(Column::LocalTime, "is not a time of day (hhmmss, 10:02:11)"))
        });
        let (in_time, local_time) = local.transpose()?.unwrap_or_default();
        let near = seen.or(in_time);
        let date = |column: Column| match row.get(column) {
            None => Ok(None),
            Some(text) if text.len() == 6 => match yymmdd(text) {
                Some(date) => Ok(Some(date)),
                None => Err(wrong(column, "is not a date YYMMDD")),
            },
            Some(text) => self.calendar.date(text, near).map(Some).map_err(|error| wrong(column, error)),
        };
        let local_date = date(Column::LocalDate)?.or(in_time);
        let settlement_date = date(Column::SettlementDate)?;
        if time.is_none()
            && let Some(text) = row.get(Column::Transmission)
        {
            time = transmission(text, near.or(local_date).or(settlement_date).or(self.calendar.near.get()));
        }
        Ok(Dates { time, local_date, local_time, settlement_date })
    }

    /// Sender and receiver: names of their own, or both in one link such as `T>A`.
    fn ends(&self, row: &Row) -> (Option<Text>, Option<Text>) {
        let named = |text: &str| {
            let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
            let known = self.parties.iter().find(|(address, _)| address == text);
            let known = known.or_else(|| self.parties.iter().find(|(address, _)| address == host));
            known.map_or_else(|| self.redactor.text(text), |(_, name)| name.clone())
        };
        let (mut from, mut to) = (row.get(Column::From).map(named), row.get(Column::To).map(named));
        if let Some((sender, receiver)) = row.get(Column::Link).and_then(|link| link.split_once('>')) {
            from.get_or_insert_with(|| named(sender.trim().trim_end_matches('-')));
            to.get_or_insert_with(|| named(receiver.trim()));
        }
        (from, to)
    }

    /// The batch, and the network management code: by their names, or out of DE 60 of UnionPay terminals.
    fn batch(&self, row: &Row, mti: Mti) -> (Option<Text>, Option<Text>) {
        let is_1987 = mti.as_str().starts_with('0');
        let reserved = row.get(Column::Reserved60).filter(|text| is_1987 && are_digits(text));
        let unionpay = reserved.and_then(unionpay_60);
        let of_60 = |from: usize, to: usize| unionpay.and_then(|text| text.get(from..to)).map(Text::from);
        let alone = || reserved.filter(|text| text.len() == 6).map(Text::from);
        // in 1993 DE 68 and 70 are countries
        let of_68 = || self.reference(row, Column::Batch68).filter(|_| mti.as_str().starts_with('2'));
        let batch = self.reference(row, Column::Batch).or_else(of_68);
        (
            batch.or_else(|| of_60(2, 8)).or_else(alone),
            Self::short(row, Column::NetworkCode, 3).filter(|_| is_1987).or_else(|| of_60(8, 11)),
        )
    }

    /// What remains of an amount that is reversed in part.
    fn replacement(
        &self,
        row: &Row,
        function: Option<&str>,
        amount: Option<i64>,
        currency: Option<Currency>,
    ) -> Result<Option<i64>, String> {
        if row.get(Column::Replacement).is_some() {
            return self.amount(row, [Column::Replacement; 2], currency);
        }
        match row.get(Column::Replacement95) {
            Some(text) => match text.get(..12).and_then(|digits| Notation::Minor.minor(digits, 2).ok()) {
                Some(amount) => Ok(Some(amount)),
                None => Err(wrong(Column::Replacement95, "does not begin with an amount of twelve digits")),
            },
            // the partial reversal of 1993 carries in DE 4 what remains
            None => Ok(amount.filter(|_| function == Some("401"))),
        }
    }

    /// Totals of a batch: from columns, from DE 74 to 89, or from DE 48 of UnionPay terminals.
    fn totals(&self, row: &Row, currency: Option<Currency>) -> Result<Option<Totals>, String> {
        let is_totals = |mti: &str| matches!(mti.get(1..2), Some("5"));
        if let Some(totals) =
            row.get(Column::Additional).filter(|_| row.get(Column::Mti).is_some_and(is_totals))
        {
            return Ok(unionpay_totals(totals));
        }
        let sum = |column| self.amount(row, [column; 2], currency);
        let count = |column| match row.get(column) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| wrong(column, "is not a number")),
        };
        let (debit, credit) = (sum(Column::Debit)?, sum(Column::Credit)?);
        let (debits, credits) = (count(Column::Debits)?, count(Column::Credits)?);
        let is_there = debit.is_some() || credit.is_some() || debits.is_some() || credits.is_some();
        Ok(is_there.then(|| Totals {
            debit: debit.unwrap_or(0),
            debits: debits.unwrap_or(0),
            credit: credit.unwrap_or(0),
            credits: credits.unwrap_or(0),
        }))
    }
}

/// DE 60 where it is that of UnionPay terminals: type 2, batch 6, network management code 3, and more.
fn unionpay_60(text: &str) -> Option<&str> {
    Some(text).filter(|text| are_digits(text) && (8..=17).contains(&text.len()))
}

/// DE 48 of 0500 and 0510: amount 12 and number 3 of debits, the same of credits, then the result.
fn unionpay_totals(text: &str) -> Option<Totals> {
    let digits = text.get(..30).filter(|digits| are_digits(digits))?;
    let amount = |at: usize| digits.get(at..at + 12)?.parse().ok();
    let count = |at: usize| digits.get(at..at + 3)?.parse().ok();
    Some(Totals { debit: amount(0)?, debits: count(12)?, credit: amount(15)?, credits: count(27)? })
}

/// DE 57, where it can be the life cycle of an authorization: networks of 1987 use the element for other things.
fn life_cycle(row: &Row) -> Option<Text> {
    let code = row.get(Column::LifeCycle)?.trim();
    let is_one = code.len() == 3 && are_digits(code) && code.starts_with(['1', '2', '3']);
    is_one.then(|| code.into())
}

/// The result of a comparison of totals: by its name, or behind the totals of DE 48 in a response.
fn totals_result(row: &Row) -> Option<u8> {
    let is_response = |mti: &str| mti.get(1..3) == Some("51");
    let of_48 =
        || row.get(Column::Additional).filter(|_| row.get(Column::Mti).is_some_and(is_response))?.get(30..31);
    row.get(Column::TotalsResult).or_else(of_48)?.parse().ok().filter(|result| *result > 0)
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit())
}

/// DE 12: `hhmmss`, or a date before it: `YYMMDDhhmmss` (1993), `YYYYMMDDhhmmss` (2003).
fn date_and_time(text: &str) -> Option<(Option<Date>, Option<Text>)> {
    let (date, time) = match text.len() {
        12 if are_digits(text) => text.split_at_checked(6)?,
        14 if are_digits(text) => (text.get(2..8)?, text.get(8..)?),
        _ => return Some((None, Some(hhmmss(time_of_day(text)?)))),
    };
    Some((Some(yymmdd(date)?), Some(hhmmss(time_of_day(time)?))))
}

/// DE 7, in UTC, with the year that brings it nearest to a date.
fn transmission(text: &str, near: Option<Date>) -> Option<Timestamp> {
    let digits = text.get(..10).filter(|digits| are_digits(digits) && text.len() == 10)?;
    let (month, day) = (digits.get(..2)?.parse().ok()?, digits.get(2..4)?.parse().ok()?);
    let date = nearest(month, day, near?).ok()?;
    let moment = date.to_datetime(time_of_day(digits.get(4..)?)?);
    moment.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// A date of month and day, near to another one.
pub(super) fn month_and_day(text: &str, near: Option<Date>) -> Option<Date> {
    let (month, day) = (text.get(..2)?.parse().ok()?, text.get(2..4)?.parse().ok()?);
    nearest(month, day, near?).ok()
}
