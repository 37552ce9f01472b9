//! Every table of this module, for whoever wants to list or to check them all.

use super::advice::Advice;
use super::country::{self, Country};
use super::currency::{self, Currency};
use super::table::Meaning;
use super::{
    action, action03, condition, entry, function, network, processing, reason, response, settlement,
    unionpay_rows,
};

/// A table of codes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CodeTable {
    /// Its name, such as `response` or `unionpay management`; no two tables have the same.
    pub name: &'static str,
    /// The characters of one of its codes; of currencies and countries, the digits of the number.
    pub code_len: usize,
    /// Its rows, in ascending order of their codes.
    pub rows: Rows,
}

/// The rows of a table, by their shape.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rows {
    /// Result codes.
    Advice(&'static [Advice]),
    /// Other codes.
    Meaning(&'static [Meaning]),
    /// Currencies, by number.
    Currency(&'static [Currency]),
    /// Countries, by number.
    Country(&'static [Country]),
}

/// Every table of codes.
///
/// ```
/// use cardwire::codes::{self, Rows};
///
/// let response = codes::tables().iter().find(|table| table.name == "response").unwrap();
/// let Rows::Advice(rows) = response.rows else { panic!() };
/// assert_eq!((response.code_len, rows[0].code), (2, "00"));
/// ```
#[must_use]
pub fn tables() -> &'static [CodeTable] {
    TABLES
}

const fn table(name: &'static str, code_len: usize, rows: Rows) -> CodeTable {
    CodeTable { name, code_len, rows }
}

#[rustfmt::skip] // one table, one line
static TABLES: &[CodeTable] = &[
    table("response", 2, Rows::Advice(response::TABLE)),
    table("unionpay", 2, Rows::Advice(unionpay_rows::TABLE)),
    table("action 1993", 3, Rows::Advice(action::TABLE)),
    table("action 2003", 4, Rows::Advice(action03::TABLE)),
    table("transaction type", 2, Rows::Meaning(processing::TYPES)),
    table("account type", 2, Rows::Meaning(processing::ACCOUNTS)),
    table("unionpay processing", 6, Rows::Meaning(processing::UNIONPAY)),
    table("card entry", 2, Rows::Meaning(entry::PAN_ENTRY)),
    table("PIN capability", 1, Rows::Meaning(entry::PIN)),
    table("1993 card data input capability", 1, Rows::Meaning(entry::INPUT_CAPABILITY)),
    table("1993 cardholder authentication capability", 1, Rows::Meaning(entry::AUTHENTICATION_CAPABILITY)),
    table("1993 card capture capability", 1, Rows::Meaning(entry::CAPTURE)),
    table("1993 operating environment", 1, Rows::Meaning(entry::ENVIRONMENT)),
    table("1993 cardholder presence", 1, Rows::Meaning(entry::CARDHOLDER)),
    table("1993 card presence", 1, Rows::Meaning(entry::CARD)),
    table("1993 card data input mode", 1, Rows::Meaning(entry::INPUT_MODE)),
    table("1993 cardholder authentication method", 1, Rows::Meaning(entry::AUTHENTICATION_METHOD)),
    table("1993 cardholder authentication entity", 1, Rows::Meaning(entry::AUTHENTICATION_ENTITY)),
    table("1993 card data output capability", 1, Rows::Meaning(entry::CARD_OUTPUT)),
    table("1993 terminal output capability", 1, Rows::Meaning(entry::TERMINAL_OUTPUT)),
    table("1993 PIN capture capability", 1, Rows::Meaning(entry::PIN_CAPTURE)),
    table("condition", 2, Rows::Meaning(condition::TABLE)),
    table("function", 3, Rows::Meaning(function::TABLE)),
    table("reason", 4, Rows::Meaning(reason::TABLE)),
    table("network management", 3, Rows::Meaning(network::TABLE)),
    table("unionpay management", 3, Rows::Meaning(network::UNIONPAY)),
    table("settlement", 1, Rows::Meaning(settlement::TABLE)),
    table("unionpay settlement", 1, Rows::Meaning(settlement::UNIONPAY)),
    table("currency", 3, Rows::Currency(currency::TABLE)),
    table("withdrawn currency", 3, Rows::Currency(currency::WITHDRAWN)),
    table("country", 3, Rows::Country(country::TABLE)),
];
