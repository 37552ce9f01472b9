//! A message as the values of a row.

use cardwire::Message;
use cardwire::codes::currency;
use cardwire::ipm::pds;
use cardwire::mask;

use super::super::column::Column;
use super::super::dates::yymmdd;
use super::super::make::is_credit_code;
use super::super::row::Row;
use super::super::tell::Teller;
use crate::record::Place;

/// The private data subelements of a message that are looked at.
pub(super) struct Subelements(Vec<(u32, String)>);

impl Subelements {
    pub(super) fn of(message: &Message<'_>) -> Self {
        const WANTED: [u32; 19] =
            [25, 26, 105, 122, 138, 146, 148, 158, 159, 300, 301, 306, 372, 380, 381, 384, 400, 401, 402];
        let found = pds(message).filter(|found| WANTED.contains(&found.key().value()));
        Self(found.map(|found| (found.key().value(), found.expose().chars().collect())).collect())
    }

    pub(super) fn get(&self, number: u32) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == number).map(|(_, value)| value.as_str())
    }

    /// PDS 0148 says how many decimals amounts have: other ones than in the list of currencies would make every
    /// amount wrong.
    pub(super) fn check_exponents(&self, place: Place, teller: &mut Teller<'_>) {
        let Some(value) = self.get(148) else { return };
        if value.len() % 4 != 0 {
            return teller.fault(place, "PDS 0148 is no list of currencies with their decimals");
        }
        let groups = (0..value.len()).step_by(4).filter_map(|at| value.get(at..at + 4)?.split_at_checked(3));
        for (code, exponent) in groups {
            let known = currency::by_text(code).and_then(|known| Some((known.alpha, known.exponent?)));
            if let Some((alpha, known)) = known.filter(|(_, known)| exponent.parse() != Ok(*known)) {
                teller.fault(
                    place,
                    format_args!("PDS 0148 says that {alpha} has {exponent} decimals, it has {known}"),
                );
            }
        }
    }
}

/// The characters of an element; empty when it is not there.
pub(super) fn text(message: &Message<'_>, number: u8) -> String {
    message.get(number).map(|field| field.expose().chars().collect()).unwrap_or_default()
}

/// Fills a row with an item.
pub(super) fn fill(
    row: &mut Row,
    message: &Message<'_>,
    function: &str,
    subelements: &Subelements,
    file_is_reversal: bool,
) {
    row.clear();
    const ELEMENTS: [(u8, Column); 13] = [
        (2, Column::Card),
        (3, Column::ProcessingCode),
        (4, Column::Amount),
        (11, Column::Stan),
        (25, Column::Reason),
        (26, Column::Mcc),
        (31, Column::Arn),
        (32, Column::Acquirer),
        (37, Column::Rrn),
        (38, Column::Approval),
        (41, Column::Terminal),
        (42, Column::Merchant),
        (49, Column::Currency),
    ];
    for (number, column) in ELEMENTS {
        row.put(column, &text(message, number));
    }
    row.put(Column::Number, &text(message, 71));
    let moment = text(message, 12);
    if let Some((date, time)) = moment.split_at_checked(6).filter(|(date, _)| !date.is_empty()) {
        row.put(Column::LocalDate, &format!("20{date}"));
        row.put(Column::LocalTime, time);
    }
    let life_id = text(message, 63);
    // the first position says whether the id may be relied on; a card number is not cut
    let is_cut = life_id.len() == 16 && !mask::hidden(life_id.as_bytes()).contains(&true);
    row.put(Column::LifeId, if is_cut { life_id.get(1..).unwrap_or_default() } else { &life_id });
    if let Some(date) = settlement_date(message, subelements) {
        row.put(Column::SettlementDate, &format!("20{date}"));
    }
    let mti = message.mti();
    let is_reversal = file_is_reversal != subelements.get(25).is_some_and(|value| value.starts_with('R'));
    let kind = match (mti.as_str(), function) {
        ("1240", _) if is_reversal => "reversal",
        ("1240", "200") if is_credit_code(&text(message, 3)) => "refund",
        ("1240", "200") => "sale",
        ("1240", _) => "representment",
        ("1442", _) => "chargeback",
        ("1740", _) => "fee",
        _ => "retrieval",
    };
    row.put(Column::Kind, kind);
    if kind == "retrieval" {
        return row.put(Column::Amount, "0");
    }
    // an item of the issuer's debit is money towards the acquirer, a credit or a chargeback is not; a reversal turns
    let is_from_acquirer = is_credit_code(&text(message, 3)) ^ (mti.as_str() == "1442") ^ is_reversal;
    row.put(Column::Sign, if is_from_acquirer { "D" } else { "C" });
    if let Some(fee) = fee(message, subelements, is_from_acquirer).filter(|_| kind != "fee") {
        row.put(Column::Fee, &fee.to_string());
    }
}

/// YYMMDD: the settlement or reconciliation date of PDS 0159, DE 28, or the business date of PDS 0158.
fn settlement_date(message: &Message<'_>, subelements: &Subelements) -> Option<String> {
    let is_date = |text: &&str| yymmdd(text).is_some();
    let position = subelements.get(159);
    let settled = position.and_then(|value| value.get(59..65)).filter(is_date);
    let reconciled = || position.and_then(|value| value.get(51..57)).filter(is_date);
    let business = || subelements.get(158).and_then(|value| value.get(12..18)).filter(is_date);
    let element = || Some(text(message, 28)).filter(|date| is_date(&date.as_str()));
    settled.or_else(reconciled).map(str::to_owned).or_else(element).or_else(|| business().map(str::to_owned))
}

/// The sum of the fees in the currency of the transaction, with the sign of the item: a fee of a refund is given
/// back.
fn fee(message: &Message<'_>, subelements: &Subelements, is_negative: bool) -> Option<i64> {
    let value = subelements.get(146)?;
    let currency = text(message, 49);
    let groups = (0..value.len()).step_by(36).filter_map(|at| value.get(at..at + 36));
    let mut total: Option<i64> = None;
    for group in groups.filter(|group| group.get(6..9) == Some(currency.as_str())) {
        let amount: i64 = group.get(9..21)?.parse().ok()?;
        total = Some(total.unwrap_or(0).checked_add(amount)?);
    }
    total.map(|total| if is_negative { -total } else { total })
}
