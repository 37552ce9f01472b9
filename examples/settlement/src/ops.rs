//! What can be done at a terminal, as rows of one table: how it is called on either line, what it does to the
//! transaction and the books, and on which side of the totals it counts. Codes of the terminal's line are those of
//! UnionPay terminals.

use crate::names::named;
use crate::telegram::Mti;

named! {
    /// What a message is about.
    #[derive(Default)]
    Operation {
        /// A sale.
        #[default]
        Sale = "sale",
        /// A sale or completion is taken back, in whole.
        Void = "void",
        /// Money of an earlier sale goes back to the card.
        Refund = "refund",
        /// Money is reserved for a completion.
        Preauth = "pre-authorization",
        /// A reservation is charged.
        Completion = "completion",
        /// A reservation is given back.
        Cancel = "cancel",
        /// Less than was approved is charged.
        Adjust = "adjust",
    }
}

/// What an operation does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// The issuer holds the amount, and the next settlement date charges it.
    Charge,
    /// The issuer holds the amount, and nothing charges it by itself.
    Reserve,
    /// The issuer charges what it holds for the transaction that is named.
    Complete,
    /// The issuer gives the amount back.
    Credit,
    /// The transaction that is named is undone.
    Undo,
    /// The transaction that is named is reduced to the amount.
    Reduce,
}

/// Where an operation counts in the totals of a batch.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Side {
    /// With the sales.
    Debit,
    /// With the refunds.
    Credit,
    /// Nowhere.
    None,
}

/// A row of the table.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it is.
    pub operation: Operation,
    /// MTI of the request on the terminal's line.
    pub terminal: Mti,
    /// MTI of the request between the hosts.
    pub host: Mti,
    /// DE3.
    pub code: &'static str,
    /// DE25.
    pub condition: &'static str,
    /// 60.1 on the terminal's line.
    pub kind: &'static str,
    /// What it does to the transaction and the books.
    pub effect: Effect,
    /// Where it counts in the totals of its batch.
    pub side: Side,
    /// Whether 61 names the day of the transaction that it is about.
    pub dated: bool,
}

/// All rows. What undoes or reduces a transaction is a reversal advice between the hosts.
pub const ROWS: [Row; 7] = {
    use Operation::{Adjust, Cancel, Completion, Preauth, Refund, Sale, Void};
    const fn row(
        operation: Operation,
        mtis: (u16, u16),
        codes: (&'static str, &'static str, &'static str),
    ) -> Row {
        let ((terminal, host), (code, condition, kind)) = (mtis, codes);
        let (effect, side) = match operation {
            Sale => (Effect::Charge, Side::Debit),
            Void => (Effect::Undo, Side::Credit),
            Refund => (Effect::Credit, Side::Credit),
            Preauth => (Effect::Reserve, Side::None),
            Completion => (Effect::Complete, Side::Debit),
            Cancel => (Effect::Undo, Side::None),
            Adjust => (Effect::Reduce, Side::None),
        };
        let dated = !matches!(operation, Sale | Preauth | Void);
        Row {
            operation,
            terminal: Mti(terminal),
            host: Mti(host),
            code,
            condition,
            kind,
            effect,
            side,
            dated,
        }
    }
    [
        row(Sale, (200, 200), ("000000", "00", "22")),
        row(Void, (200, 420), ("200000", "00", "23")),
        row(Refund, (220, 220), ("200000", "00", "25")),
        row(Preauth, (100, 100), ("030000", "06", "10")),
        row(Completion, (200, 200), ("000000", "06", "20")),
        row(Cancel, (100, 420), ("200000", "06", "11")),
        row(Adjust, (220, 420), ("000000", "00", "32")),
    ]
};

impl Operation {
    /// Its row.
    pub fn row(self) -> Row {
        let [sale, ..] = ROWS;
        ROWS.into_iter().find(|row| row.operation == self).unwrap_or(sale)
    }

    /// Does it charge or credit a card by itself, so that it is in totals of a date and in clearing files?
    pub const fn clears(self) -> bool {
        matches!(self, Self::Sale | Self::Completion | Self::Refund)
    }

    /// What a message of the terminal's line is about, by DE3, DE25 and 60.1.
    pub fn on_terminal(code: &str, condition: &str, kind: &str) -> Option<Self> {
        let is = |row: &Row| (row.code, row.condition, row.kind) == (code, condition, kind);
        ROWS.into_iter().find(is).map(|row| row.operation)
    }

    /// What a message between the hosts is about, by MTI, DE3 and DE25. A reversal, and an item of totals, is about
    /// what it names.
    pub fn on_host(mti: Mti, code: &str, condition: &str) -> Option<Self> {
        // The version of the standard, which is its first digit, changes nothing here.
        let mti = Mti(mti.0 % 1_000);
        let about_another = matches!(mti.0 / 100, 3 | 4);
        let fits = |row: &Row| match about_another {
            true => !matches!(row.effect, Effect::Undo | Effect::Reduce),
            // As it is, or as the advice that tells of it.
            false => [row.host.0 / 10, row.host.0 / 10 + 2].contains(&(mti.0 / 20 * 2)),
        };
        let is = |row: &Row| (row.code, row.condition) == (code, condition) && fits(row);
        ROWS.into_iter().find(is).map(|row| row.operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_found_by_its_codes_on_both_lines() {
        for row in ROWS {
            let Row { operation, code, condition, kind, host, effect, .. } = row;
            assert_eq!(Operation::on_terminal(code, condition, kind), Some(operation));
            if !matches!(effect, Effect::Undo | Effect::Reduce) {
                assert_eq!(Operation::on_host(host, code, condition), Some(operation));
                assert_eq!(Operation::on_host(host.answer(), code, condition), Some(operation));
                assert_eq!(Operation::on_host(Mti::REVERSAL_ADVICE, code, condition), Some(operation));
            }
        }
        assert_eq!(Operation::on_host(Mti::SALE, "200000", "00"), None);
        assert_eq!(Operation::on_terminal("310000", "00", "01"), None);
    }
}
