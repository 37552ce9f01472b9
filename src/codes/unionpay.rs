//! UnionPay response codes: DE 39, two characters (an2), as terminals and acquirers see them.
//!
//! The codes are [`ResponseCode`]s; only their reading differs from the 1987 list. Rows carry the
//! network's Chinese wording, what the operator does in both languages, and the letter group of the
//! Chinese terminal tables. Facts from public lists and terminal programs. 00 is plain success; 10
//! is a partial approval; 11, 16, A2 and A4 to A6 are approvals with a remark. A terminal shows a code
//! it does not know as [`FAILED_ZH`].

use super::advice::Advice;
use super::response::ResponseCode;
use super::table::find;
use super::unionpay_rows::TABLE;

/// What a terminal shows for a code it does not know: transaction failed.
pub const FAILED_ZH: &str = "交易失败";

/// UnionPay's reading of a response code, when it is known.
///
/// ```
/// use cardwire::codes::{Group, ResponseCode, unionpay};
///
/// let advice = unionpay::advice(ResponseCode::new("77").unwrap()).unwrap();
/// assert_eq!(advice.meaning, "sign on to the network");
/// assert_eq!(advice.action_zh, Some("重新签到再做交易"));
/// assert_eq!(advice.group, Some(Group::OperatorActs));
/// ```
#[must_use]
pub fn advice(code: ResponseCode) -> Option<&'static Advice> {
    find(TABLE, code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;
    use crate::codes::{Class, Outcome};

    #[test]
    fn table_is_sorted_and_worded() {
        assert_sorted(TABLE, 2);
        assert!(TABLE.iter().all(|row| !row.meaning_zh.is_empty()));
    }

    #[test]
    fn reads_some_codes_its_own_way() {
        let code = ResponseCode::new("45").unwrap();
        assert_eq!(code.class(), Class::Reserved);
        assert_eq!(
            advice(code).map(|row| (row.class, row.outcome)),
            Some((Class::Declined, Outcome::Declined))
        );
    }
}
