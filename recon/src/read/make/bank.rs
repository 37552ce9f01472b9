//! Lines of statements.

use super::super::column::Column;
use super::super::row::Row;
use super::{Maker, wrong};
use crate::record::{BankEntry, Source};

impl Maker {
    /// The entry of a line.
    pub(super) fn entry(&self, row: &Row, source: Source) -> Result<BankEntry, String> {
        if let Some(status) = row.get(Column::Status)
            && matches!(status.to_ascii_uppercase().as_str(), "PDNG" | "PENDING" | "INFO")
        {
            return Err("the entry is pending or for information: it counts when it is booked".into());
        }
        let currency = self.currency(row)?;
        let date = |column| match row.get(column) {
            None => Ok(None),
            Some(text) => self.calendar.date(text, None).map(Some).map_err(|error| wrong(column, error)),
        };
        let (booked, value_date) = (date(Column::Booked)?, date(Column::ValueDate)?);
        if booked.is_none() && value_date.is_none() {
            return Err("the line has neither a date of booking nor a value date".into());
        }
        let amount = self.booked_amount(row)?;
        let reversal = match row.get(Column::Reversal).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0" | "no" | "n") => false,
            Some("true" | "1" | "yes" | "y" | "r" | "rc" | "rd") => true,
            Some(_) => return Err(wrong(Column::Reversal, "is neither true nor false")),
        };
        let text = self.redactor.lines(row.get(Column::Description));
        Ok(BankEntry {
            source,
            booked,
            value_date,
            amount,
            currency,
            account: self.text(row, Column::Account),
            text,
            end_to_end: self.text(row, Column::EndToEnd).filter(|found| found != "NOTPROVIDED"),
            reference: row.get(Column::Reference).and_then(|text| self.own_reference(text)),
            code: self.text(row, Column::Code),
            return_reason: self.text(row, Column::ReturnReason),
            party: self.text(row, Column::Party),
            party_account: self.text(row, Column::PartyAccount),
            reversal,
        })
    }

    /// The signed amount: from one column with a sign, one with an indicator beside it, or one for each side.
    fn booked_amount(&self, row: &Row) -> Result<i64, String> {
        let currency = self.currency(row)?;
        let amount = self.amount(row, [Column::Amount, Column::AmountDecimal], currency)?;
        let credit = self.amount(row, [Column::Credit, Column::CreditDecimal], currency)?;
        let debit = self.amount(row, [Column::Debit, Column::DebitDecimal], currency)?;
        match (amount, credit.filter(|credit| *credit != 0), debit.filter(|debit| *debit != 0)) {
            (Some(amount), None, None) => match row.get(Column::Sign) {
                None => Ok(amount),
                Some(sign) => match direction(sign) {
                    Some(factor) => Ok(factor * amount.abs()),
                    None => Err(wrong(
                        Column::Sign,
                        "is neither a credit (C, CRDT, 贷) nor a debit (D, DBIT, 借)",
                    )),
                },
            },
            (None, Some(credit), None) => Ok(credit),
            (None, None, Some(debit)) => Ok(-debit.abs()),
            (None, None, None) if credit.is_some() || debit.is_some() => Ok(0),
            (None, None, None) => Err("the line has no amount".into()),
            _ => Err("the line has more than one amount".into()),
        }
    }
}

/// 1 for a credit, -1 for a debit.
pub(super) fn direction(sign: &str) -> Option<i64> {
    match sign.to_uppercase().as_str() {
        "C" | "CR" | "CRDT" | "CREDIT" | "+" | "贷" | "收" | "收入" | "RD" => Some(1),
        "D" | "DR" | "DBIT" | "DEBIT" | "-" | "借" | "支" | "支出" | "RC" => Some(-1),
        _ => None,
    }
}
