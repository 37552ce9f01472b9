//! Codes that are in the list of their element: what is shown of a message that cannot be trusted.

use core::ops::Range;

use crate::codec::window::Octets;
use crate::codes::{
    ActionCode03, ActionCode93, ConditionCode, FunctionCode, NetworkCode, ProcessingCode, ReasonCode,
    ResponseCode, SettlementCode, country, currency, unionpay,
};
use crate::mask::Inner;

/// The longest code that is in a list.
const ROOM: usize = 6;

/// Whether the element of that number holds a code that says no more than its list does; `range` is its place
/// in the message. Codes of more than three characters, and those that can stand beside each other, must not lie
/// in what could be a card number.
pub(crate) fn is_listed(number: u8, value: &Octets<'_>, range: Range<usize>) -> bool {
    let mut room = [0; ROOM];
    let text = value.copied(&mut room).and_then(|text| core::str::from_utf8(text).ok());
    let Some(text) = text else { return false };
    let stands_alone = match number {
        // no accounts are named: four zeros are nobody's digits
        3 => text.ends_with("0000"),
        25 | 39 | 49 | 66 | 70 => text.len() < 4,
        _ => false,
    };
    is_in_list(number, text) && (stands_alone || !lies_in_card(value, range))
}

/// Whether any octet of a range of the message lies in what could be a card number.
fn lies_in_card(value: &Octets<'_>, range: Range<usize>) -> bool {
    let wire = Octets::of(value.wire());
    let mut inner = Inner::of(&wire, range.clone());
    range.into_iter().any(|index| inner.hides(index))
}

/// In the list of any edition: which of them counts is not known of a message that was misread.
fn is_in_list(number: u8, text: &str) -> bool {
    match number {
        3 => ProcessingCode::new(text).is_some_and(|code| {
            let accounts = [code.from_account(), code.to_account()];
            code.transaction().meaning().is_some()
                && accounts.iter().all(|account| account.meaning().is_some())
        }),
        19..=21 | 68 | 69 => country::by_text(text).is_some(),
        24 => FunctionCode::new(text).and_then(FunctionCode::meaning).is_some(),
        25 => {
            ConditionCode::new(text).and_then(ConditionCode::meaning).is_some()
                || ReasonCode::new(text).and_then(ReasonCode::meaning).is_some()
        }
        39 => {
            let response = ResponseCode::new(text);
            response.is_some_and(|code| code.advice().or_else(|| unionpay::advice(code)).is_some())
                || ActionCode93::new(text).and_then(ActionCode93::advice).is_some()
                || ActionCode03::new(text).and_then(ActionCode03::advice).is_some()
        }
        49..=51 => currency::by_text(text).is_some(),
        66 => SettlementCode::new(text).and_then(SettlementCode::meaning).is_some(),
        70 => NetworkCode::new(text).and_then(NetworkCode::meaning).is_some(),
        _ => false,
    }
}
