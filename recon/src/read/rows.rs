//! Rows of a table on their way to be records.

use super::column::Column;
use super::make::Maker;
use super::row::Row;
use super::tell::Teller;
use crate::record::{Declared, Place, Side};

impl Maker {
    /// Makes the record of a row and hands it over. A line of kind `header` or `trailer` tells about the file.
    pub(super) fn take(&self, row: &mut Row, place: Place, teller: &mut Teller<'_>) {
        if teller.side() == Side::Clearing {
            match row.get(Column::Kind) {
                Some("header") => return self.header(row, place, teller),
                Some("trailer") => return self.trailer(row, place, teller),
                _ => (),
            }
        }
        match self.record(teller.side(), row, teller.source(place)) {
            Ok((record, fault)) => {
                if let Some(fault) = fault {
                    teller.fault(place, fault);
                }
                teller.record(record);
            }
            Err(reason) => teller.refuse(place, reason),
        }
    }

    fn header(&self, row: &Row, place: Place, teller: &mut Teller<'_>) {
        teller.head.identity = row.get(Column::FileId).map(|id| self.redactor.text(id));
        match row.get(Column::SettlementDate).map(|text| self.calendar.date(text, None)) {
            Some(Ok(date)) => {
                self.calendar.note(date);
                teller.head.date = Some(date);
            }
            Some(Err(error)) => teller.fault(place, format_args!("`settlement_date` {error}")),
            None => (),
        }
    }

    fn trailer(&self, row: &Row, place: Place, teller: &mut Teller<'_>) {
        let sum = |columns| self.amount(row, columns, self.currency).map(|sum| sum.map(i128::from));
        let sums = (
            sum([Column::Amount, Column::AmountDecimal]),
            sum([Column::Fee, Column::FeeDecimal]),
            sum([Column::Net, Column::NetDecimal]),
        );
        let records = row.get(Column::Records).map(str::parse::<u64>).transpose();
        match (records, sums) {
            (Ok(records), (Ok(gross), Ok(fee), Ok(net))) => {
                teller.head.declared = Some(Declared { records, gross, fee, net });
            }
            (Err(_), _) => teller.fault(place, "the trailer's `records` is not a number"),
            (_, (gross, fee, net)) => {
                let errors = [gross.err(), fee.err(), net.err()].into_iter().flatten();
                errors.for_each(|error| teller.fault(place, format_args!("the trailer's {error}")));
            }
        }
    }
}
