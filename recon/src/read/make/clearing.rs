//! Records of clearing and settlement files.

use super::super::column::Column;
use super::super::dates::{hhmmss, time_of_day};
use super::super::row::Row;
use super::bank::direction;
use super::{Maker, wrong};
use crate::record::{ClearingKind, ClearingRecord, Currency, Source, Text};

impl Maker {
    /// The record of a line, and what is wrong with it although it counts.
    pub(super) fn item(&self, row: &Row, source: Source) -> Result<(ClearingRecord, Option<String>), String> {
        let currency = self.currency(row)?;
        let Sums { kind, gross, fee, net } = self.sums(row, currency)?;
        let dates = [Column::SettlementDate, Column::LocalDate].into_iter();
        let near = dates.filter_map(|column| self.calendar.date(row.get(column)?, None).ok()).next();
        let date = |column| match row.get(column) {
            None => Ok(None),
            Some(text) => self.calendar.date(text, near).map(Some).map_err(|error| wrong(column, error)),
        };
        let number = row.get(Column::Number).map(str::parse).transpose();
        let item = ClearingRecord {
            number: number.map_err(|_| wrong(Column::Number, "is not a number"))?,
            rrn: self.reference(row, Column::Rrn),
            stan: self.reference(row, Column::Stan),
            terminal: self.reference(row, Column::Terminal),
            merchant: self.text(row, Column::Merchant),
            acquirer: self.reference(row, Column::Acquirer),
            batch: self.reference(row, Column::Batch),
            token: row
                .get(Column::Card)
                .or(row.get(Column::Track2))
                .and_then(|card| self.redactor.card(card)),
            approval: self.reference(row, Column::Approval),
            arn: self.arn(row),
            life_id: self.text(row, Column::LifeId),
            fee,
            net,
            currency,
            local_date: date(Column::LocalDate)?,
            local_time: local_time(row)?,
            settlement_date: date(Column::SettlementDate)?,
            payout: self.text(row, Column::Payout),
            mcc: Self::short(row, Column::Mcc, 4).or_else(|| Self::short(row, Column::Mcc93, 4)),
            reason: Self::short(row, Column::Reason, 4).or_else(|| Self::short(row, Column::Condition, 4)),
            original_rrn: self.reference(row, Column::OriginalRrn),
            ..ClearingRecord::new(source, kind, gross)
        };
        if has_no_key(&item) {
            return Err(
                "the record has no key: no RRN, STAN, approval code, ARN, life-cycle id or card".into()
            );
        }
        let is_off = matches!((fee, net), (Some(fee), Some(net)) if gross.checked_sub(fee) != Some(net));
        Ok((item, is_off.then(|| "gross less fee is not net".to_owned())))
    }

    /// The kind and the amounts of a line.
    fn sums(&self, row: &Row, currency: Option<Currency>) -> Result<Sums, String> {
        let amount = self.amount(row, [Column::Amount, Column::AmountDecimal], currency)?;
        let fee = self.amount(row, [Column::Fee, Column::FeeDecimal], currency)?;
        let net = self.amount(row, [Column::Net, Column::NetDecimal], currency)?;
        let is_credit = row.get(Column::ProcessingCode).is_some_and(is_credit_code);
        let kind = match row.get(Column::Kind) {
            Some(words) => kind(words)?,
            None if is_credit || amount.is_some_and(|amount| amount < 0) => ClearingKind::Refund,
            None => ClearingKind::Sale,
        };
        let gross = match (kind, amount, net, fee) {
            (ClearingKind::Fee, None, None, Some(fee)) => -fee,
            (_, Some(amount), ..) => signed(kind, is_credit, amount, row.get(Column::Sign))?,
            (_, None, Some(net), fee) => net + fee.unwrap_or(0),
            _ if kind == ClearingKind::Retrieval => 0,
            _ => return Err("the line has no amount".into()),
        };
        // a line that is a fee and nothing else has its amount in that column
        let fee = fee.filter(|_| kind != ClearingKind::Fee || amount.is_some() || net.is_some());
        Ok(Sums { kind, gross, fee, net })
    }

    /// An acquirer's reference of 23 digits with a day of the year in it is one, whatever digits it holds.
    fn arn(&self, row: &Row) -> Option<Text> {
        let text = row.get(Column::Arn)?;
        let day: Option<u16> = text.get(8..11).and_then(|day| day.parse().ok());
        let is_arn = text.len() == 23
            && text.bytes().all(|digit| digit.is_ascii_digit())
            && day.is_some_and(|day| (1..=366).contains(&day));
        if is_arn { Some(text.into()) } else { self.text(row, Column::Arn) }
    }
}

/// What a line says of money.
struct Sums {
    kind: ClearingKind,
    gross: i64,
    fee: Option<i64>,
    net: Option<i64>,
}

/// The time of the transaction, from a column of its own or behind a date.
fn local_time(row: &Row) -> Result<Option<Text>, String> {
    let Some(text) = row.get(Column::LocalTime).or(row.get(Column::Time)) else { return Ok(None) };
    let time = text.rsplit(['T', ' ']).next().and_then(time_of_day);
    time.map(|time| Some(hhmmss(time))).ok_or_else(|| wrong(Column::LocalTime, "is not a time of day"))
}

/// Whether nothing but an amount and a date is known of an item of a card.
fn has_no_key(item: &ClearingRecord) -> bool {
    use ClearingKind::{Chargeback, Refund, Representment, Retrieval, Reversal, Sale};
    matches!(item.kind, Sale | Refund | Reversal | Chargeback | Representment | Retrieval)
        && [&item.rrn, &item.stan, &item.approval, &item.arn, &item.life_id, &item.original_rrn]
            .into_iter()
            .all(Option::is_none)
        && item.token.is_none()
}

/// Processing codes of credits to the cardholder.
pub(in super::super) fn is_credit_code(code: &str) -> bool {
    matches!(code.get(..2), Some("20" | "28" | "29"))
}

/// An amount with its sign: positive towards the merchant. What is written without a sign gets that of its kind.
fn signed(kind: ClearingKind, is_credit: bool, amount: i64, sign: Option<&str>) -> Result<i64, String> {
    use ClearingKind::{Chargeback, Fee, Hold, Refund, Reversal};
    if let Some(sign) = sign {
        let factor = direction(sign).ok_or_else(|| wrong(Column::Sign, "is neither a credit nor a debit"))?;
        return Ok(factor * amount.abs());
    }
    Ok(match kind {
        Refund | Chargeback | Fee | Hold => -amount.abs(),
        Reversal if !is_credit => -amount.abs(),
        _ => amount,
    })
}

/// What a record is, in the words of files.
fn kind(words: &str) -> Result<ClearingKind, String> {
    use ClearingKind as Kind;
    let words = words.trim().to_lowercase();
    if words.contains("失败") || words.contains("failed") {
        return Err("a refund or payment that failed moves no money".into());
    }
    Ok(match words.as_str() {
        "sale" | "purchase" | "payment" | "capture" | "presentment" | "1240" | "1240-200" | "消费"
        | "预授权完成" => Kind::Sale,
        "refund" | "credit" | "退货" | "退款" | "退货成功" | "退款成功" => Kind::Refund,
        "reversal" | "void" | "cancel" | "冲正" | "消费冲正" | "撤销" | "消费撤销" => {
            Kind::Reversal
        }
        "chargeback" | "退单" | "拒付" => Kind::Chargeback,
        "representment" | "second_presentment" | "1240-205" | "1240-282" | "再请款" => Kind::Representment,
        "fee" | "fees" | "手续费" => Kind::Fee,
        "adjustment" | "调整" | "贷记调整" | "差错调账" => Kind::Adjustment,
        "hold" | "reserve" | "冻结" => Kind::Hold,
        "release" | "解冻" => Kind::Release,
        "carried" | "结转" => Kind::Carried,
        "retrieval" | "调单" | "1644-603" => Kind::Retrieval,
        other if other.starts_with("1442") => Kind::Chargeback,
        other if other.starts_with("1740") => Kind::Fee,
        _ => {
            return Err(wrong(
                Column::Kind,
                "is none of sale, refund, reversal, chargeback, representment, fee, \
             adjustment, hold, release, carried and retrieval",
            ));
        }
    })
}
