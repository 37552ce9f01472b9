//! Action codes of three digits: DE 39 of the 1993 edition (n3).
//!
//! The first digit is the class: 0 approved, 1 denied, 2 denied and keep the card, 3 file action,
//! 4 reversal or chargeback, 5 reconciliation, 6 administrative, 7 fee collection, 8 network
//! management, 9 not processed. Facts from public code lists.

use super::advice::{Actor::*, Advice, Class, Outcome, Retry, Reversal};
use super::advice::{accepted, approved, declined, error, later, pick_up, referral, refused};
use super::response::ResponseCode;
use super::table::find;

open_code! {
    /// An action code, DE 39 of the 1993 edition (n3).
    ///
    /// ```
    /// use cardwire::codes::{ActionCode93, Class, Outcome, ResponseCode};
    ///
    /// let code = ActionCode93::new("116").unwrap();
    /// assert_eq!(code.response_code(), Some(ResponseCode::INSUFFICIENT_FUNDS));
    ///
    /// let unknown = ActionCode93::new("177").unwrap(); // the first digit still says "denied"
    /// assert_eq!(unknown.advice(), None);
    /// assert_eq!((unknown.class(), unknown.outcome()), (Class::Declined, Outcome::Declined));
    /// ```
    ActionCode93, 3, digits
}

impl ActionCode93 {
    /// Approved.
    pub const APPROVED: Self = Self(*b"000");
    /// Approved once the cardholder is identified.
    pub const HONOUR_WITH_IDENTIFICATION: Self = Self(*b"001");
    /// Approved for less than asked.
    pub const PARTIAL_APPROVAL: Self = Self(*b"002");
    /// Refused without a stated reason.
    pub const DO_NOT_HONOUR: Self = Self(*b"100");
    /// The card has expired.
    pub const EXPIRED_CARD: Self = Self(*b"101");
    /// Suspected fraud.
    pub const SUSPECTED_FRAUD: Self = Self(*b"102");
    /// Too many wrong PINs.
    pub const PIN_TRIES_EXCEEDED: Self = Self(*b"106");
    /// Call the issuer.
    pub const REFER_TO_ISSUER: Self = Self(*b"107");
    /// The merchant is unknown or not allowed.
    pub const INVALID_MERCHANT: Self = Self(*b"109");
    /// The amount cannot be.
    pub const INVALID_AMOUNT: Self = Self(*b"110");
    /// No such card number.
    pub const INVALID_CARD_NUMBER: Self = Self(*b"111");
    /// A PIN is needed.
    pub const PIN_REQUIRED: Self = Self(*b"112");
    /// Not enough money.
    pub const INSUFFICIENT_FUNDS: Self = Self(*b"116");
    /// Wrong PIN.
    pub const INCORRECT_PIN: Self = Self(*b"117");
    /// This cardholder may not do this.
    pub const TRANSACTION_NOT_PERMITTED: Self = Self(*b"119");
    /// This terminal may not do this.
    pub const TERMINAL_NOT_PERMITTED: Self = Self(*b"120");
    /// Over the amount limit.
    pub const EXCEEDS_LIMIT: Self = Self(*b"121");
    /// Over the count limit.
    pub const EXCEEDS_FREQUENCY: Self = Self(*b"123");
    /// Refused, keep the card.
    pub const PICK_UP_CARD: Self = Self(*b"200");
    /// Lost card, keep it.
    pub const LOST_CARD: Self = Self(*b"208");
    /// Stolen card, keep it.
    pub const STOLEN_CARD: Self = Self(*b"209");
    /// The file was updated.
    pub const FILE_UPDATED: Self = Self(*b"300");
    /// The reversal or chargeback is accepted.
    pub const REVERSAL_ACCEPTED: Self = Self(*b"400");
    /// Reconciled, in balance.
    pub const IN_BALANCE: Self = Self(*b"500");
    /// Reconciled, out of balance.
    pub const OUT_OF_BALANCE: Self = Self(*b"501");
    /// The administrative message is accepted.
    pub const ADMIN_ACCEPTED: Self = Self(*b"600");
    /// The fee collection is accepted.
    pub const FEE_ACCEPTED: Self = Self(*b"700");
    /// The network message is accepted.
    pub const NETWORK_ACCEPTED: Self = Self(*b"800");
    /// The advice is acknowledged, liability not accepted.
    pub const ADVICE_ACKNOWLEDGED: Self = Self(*b"900");
    /// The advice is acknowledged, liability accepted.
    pub const ADVICE_ACCEPTED: Self = Self(*b"901");
    /// The transaction is not valid here.
    pub const INVALID_TRANSACTION: Self = Self(*b"902");
    /// The message is malformed.
    pub const FORMAT_ERROR: Self = Self(*b"904");
    /// The business date is being switched.
    pub const CUT_OFF_IN_PROCESS: Self = Self(*b"906");
    /// Issuer or switch does not work.
    pub const ISSUER_UNAVAILABLE: Self = Self(*b"907");
    /// No route to the issuer.
    pub const NO_ROUTE: Self = Self(*b"908");
    /// The system failed.
    pub const SYSTEM_MALFUNCTION: Self = Self(*b"909");
    /// The issuer did not answer in time.
    pub const ISSUER_TIMED_OUT: Self = Self(*b"911");
    /// The message was seen before.
    pub const DUPLICATE: Self = Self(*b"913");
    /// The MAC is wrong.
    pub const MAC_ERROR: Self = Self(*b"916");

    /// The meaning and customary handling, when the code is known.
    #[must_use]
    pub fn advice(self) -> Option<&'static Advice> {
        find(TABLE, self.as_str())
    }

    /// The class; of a code not known, by its first digit.
    #[must_use]
    pub fn class(self) -> Class {
        self.advice().map_or(class_of(self.0[0]), |advice| advice.class)
    }

    /// What the sender may conclude; of a code not known, by its first digit.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        self.advice().map_or(outcome_of(self.0[0]), |advice| advice.outcome)
    }

    /// The meaning in words; of a code not known, those of its class.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.advice().map_or(self.class().as_str(), |advice| advice.meaning)
    }

    /// The nearest response code of the 1987 edition; 126 and 916 have one only at UnionPay (99, A0).
    #[must_use]
    pub fn response_code(self) -> Option<ResponseCode> {
        ResponseCode::new(match self.as_str() {
            "000" | "300" | "400" | "800" | "901" => "00",
            "001" => "08",
            "002" => "10",
            "003" => "11",
            "004" => "16",
            "100" => "05",
            "101" => "54",
            "102" => "59",
            "103" => "60",
            "104" => "62",
            "105" => "66",
            "106" => "75",
            "107" => "01",
            "108" => "02",
            "109" => "03",
            "110" => "13",
            "111" => "14",
            "113" => "23",
            "115" => "40",
            "116" => "51",
            "117" => "55",
            "118" => "56",
            "119" => "57",
            "120" => "58",
            "121" => "61",
            "122" => "63",
            "123" => "65",
            "124" => "93",
            "126" => "99",
            "200" => "04",
            "201" => "33",
            "202" => "34",
            "203" => "35",
            "204" => "36",
            "205" => "37",
            "206" => "38",
            "207" => "07",
            "208" => "41",
            "209" => "43",
            "301" => "24",
            "302" | "914" => "25",
            "303" => "26",
            "304" => "27",
            "305" => "28",
            "306" => "29",
            "307" | "904" => "30",
            "902" => "12",
            "903" => "19",
            "905" => "31",
            "906" => "90",
            "907" | "910" | "912" => "91",
            "908" => "92",
            "909" => "96",
            "911" => "68",
            "913" => "94",
            "915" => "95",
            "916" => "A0",
            "923" => "09",
            _ => return None,
        })
    }
}

/// The class a first digit stands for.
pub(super) const fn class_of(first: u8) -> Class {
    match first {
        b'0' => Class::Approved,
        b'1' => Class::Declined,
        b'2' => Class::PickUp,
        b'3'..=b'8' => Class::Admin,
        _ => Class::Error,
    }
}

/// The outcome a first digit stands for.
pub(super) const fn outcome_of(first: u8) -> Outcome {
    match first {
        b'0' => Outcome::Approved,
        b'1' | b'2' => Outcome::Declined,
        _ => Outcome::Unknown,
    }
}

static TABLE: &[Advice] = &[
    approved("000", "approved"),
    approved("001", "honour with identification").by(Merchant).act("check the identity"),
    approved("002", "approved for part of the amount").by(Merchant).act("collect the rest"),
    approved("003", "approved (VIP)"),
    approved("004", "approved, update track 3"),
    approved("005", "approved, issuer chose the account type"),
    approved("006", "approved in part, issuer chose the account type").by(Merchant).act("collect the rest"),
    approved("007", "approved, update ICC").by(Device).act("run the issuer scripts"),
    declined("100", "do not honour", Cardholder, Retry::Other).act("cardholder calls the issuer"),
    declined("101", "expired card", Cardholder, Retry::Fix).act("check the expiry date"),
    declined("102", "suspected fraud", Issuer, Retry::No),
    declined("103", "contact acquirer", Merchant, Retry::No).act("call the acquirer"),
    declined("104", "restricted card", Issuer, Retry::No),
    declined("105", "call acquirer security", Merchant, Retry::No).act("call the acquirer"),
    declined("106", "PIN tries exceeded", Cardholder, Retry::No).act("cardholder goes to the issuer"),
    referral("107", "refer to issuer"),
    referral("108", "refer to issuer, special conditions"),
    declined("109", "invalid merchant", Acquirer, Retry::No),
    declined("110", "invalid amount", Merchant, Retry::Fix).act("correct the amount"),
    declined("111", "invalid card number", Merchant, Retry::Fix).act("enter the number again"),
    declined("112", "PIN required", Cardholder, Retry::Fix).act("enter the PIN"),
    declined("113", "unacceptable fee", Acquirer, Retry::No),
    declined("114", "no account of this type", Cardholder, Retry::Fix).act("choose another account type"),
    declined("115", "function not supported", Acquirer, Retry::No),
    declined("116", "insufficient funds", Cardholder, Retry::Other).act("smaller amount or another card"),
    declined("117", "incorrect PIN", Cardholder, Retry::Fix).act("enter the PIN again"),
    declined("118", "no card record", Issuer, Retry::Other),
    declined("119", "not permitted to cardholder", Cardholder, Retry::Other)
        .act("cardholder calls the issuer"),
    declined("120", "not permitted to terminal", Acquirer, Retry::No),
    declined("121", "exceeds amount limit", Cardholder, Retry::Other).act("smaller amount"),
    declined("122", "security violation", Acquirer, Retry::No),
    declined("123", "exceeds frequency limit", Cardholder, Retry::Later),
    declined("124", "violation of law", Nobody, Retry::No),
    declined("125", "card not effective yet", Issuer, Retry::Later),
    declined("126", "invalid PIN block", Acquirer, Retry::Fix).act("check the PIN key"),
    declined("127", "PIN length error", Cardholder, Retry::Fix).act("enter the PIN again"),
    declined("128", "PIN key out of step", Acquirer, Retry::Fix).act("exchange keys"),
    declined("129", "suspected counterfeit card", Issuer, Retry::No),
    pick_up("200", "do not honour, keep the card"),
    pick_up("201", "expired card, keep it"),
    pick_up("202", "suspected fraud, keep the card"),
    pick_up("203", "contact acquirer, keep the card"),
    pick_up("204", "restricted card, keep it"),
    pick_up("205", "call acquirer security, keep the card"),
    pick_up("206", "PIN tries exceeded, keep the card"),
    pick_up("207", "special conditions, keep the card"),
    pick_up("208", "lost card"),
    pick_up("209", "stolen card"),
    pick_up("210", "suspected counterfeit card, keep it"),
    accepted("300", "file updated").by(Network),
    refused("301", "not supported by receiver", Network, Retry::No),
    refused("302", "record not found", Network, Retry::No),
    accepted("303", "duplicate record, old one replaced").by(Network),
    refused("304", "field edit error", Network, Retry::Fix),
    refused("305", "file locked", Network, Retry::Later),
    refused("306", "not successful", Network, Retry::Later),
    refused("307", "format error", Network, Retry::Fix),
    refused("308", "duplicate record, new one rejected", Network, Retry::No),
    refused("309", "unknown file", Network, Retry::No),
    accepted("400", "reversal or chargeback accepted"),
    accepted("500", "reconciled, in balance").by(Acquirer).act("close the batch"),
    refused("501", "reconciled, out of balance", Acquirer, Retry::Fix).act("upload the details"),
    refused("502", "amount not reconciled, totals provided", Acquirer, Retry::Fix).act("compare the totals"),
    refused("503", "totals not available", Acquirer, Retry::Later).open(Reversal::No),
    refused("504", "not reconciled, totals provided", Acquirer, Retry::Fix).act("compare the totals"),
    accepted("600", "administrative message accepted"),
    refused("601", "original not traceable", Acquirer, Retry::Fix),
    refused("602", "invalid reference number", Acquirer, Retry::Fix),
    refused("603", "reference number does not fit the PAN", Acquirer, Retry::Fix),
    refused("604", "POS photograph not available", Acquirer, Retry::Fix),
    accepted("605", "item supplied"),
    refused("606", "documents not available", Acquirer, Retry::Fix),
    accepted("700", "fee collection accepted"),
    accepted("800", "network message accepted"),
    accepted("900", "advice acknowledged, no liability accepted").by(Acquirer).act("dispute it"),
    accepted("901", "advice acknowledged, liability accepted"),
    error("902", "invalid transaction", Acquirer, Retry::No),
    error("903", "re-enter transaction", Merchant, Retry::Fix),
    error("904", "format error", Acquirer, Retry::Fix).act("correct the message"),
    error("905", "acquirer not supported by switch", Network, Retry::Other),
    later("906", "cut-over in process", Network),
    later("907", "issuer or switch inoperative", Network),
    error("908", "no route to the destination", Network, Retry::Other),
    error("909", "system malfunction", Network, Retry::Later).reverse(Reversal::IfApproved),
    later("910", "issuer signed off", Issuer),
    later("911", "issuer timed out", Network).open(Reversal::IfApproved),
    later("912", "issuer unavailable", Issuer),
    error("913", "duplicate transmission", Acquirer, Retry::No)
        .open(Reversal::No)
        .act("look for the first one"),
    error("914", "original not found", Acquirer, Retry::Fix),
    refused("915", "reconciliation cut-over or checkpoint error", Acquirer, Retry::Fix).open(Reversal::No),
    error("916", "MAC incorrect", Acquirer, Retry::Fix).open(Reversal::IfApproved).act("exchange keys"),
    error("917", "MAC key out of step", Acquirer, Retry::Fix).open(Reversal::IfApproved).act("exchange keys"),
    error("918", "no communication key", Acquirer, Retry::Fix).act("exchange keys"),
    error("919", "encryption key out of step", Acquirer, Retry::Fix).act("exchange keys"),
    later("920", "security module error, try again", Network),
    error("921", "security module error", Network, Retry::No),
    error("922", "message number out of sequence", Acquirer, Retry::Fix),
    later("923", "request in progress", Network).retry(Retry::No).open(Reversal::IfApproved),
    error("950", "business arrangement violated", Acquirer, Retry::No),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted() {
        assert_sorted(TABLE, 3);
    }

    #[test]
    fn unknown_codes_go_by_their_first_digit() {
        use Outcome::{Approved, Declined, Unknown};
        let outcomes =
            [b"099", b"199", b"299", b"399", b"599", b"999"].map(|code| ActionCode93(*code).outcome());
        assert_eq!(outcomes, [Approved, Declined, Declined, Unknown, Unknown, Unknown]);
        assert_eq!(ActionCode93(*b"299").meaning(), "pick-up");
    }

    #[test]
    fn nearest_codes_are_known() {
        for row in TABLE {
            let near = ActionCode93::new(row.code).and_then(ActionCode93::response_code);
            assert!(near.is_none_or(|code| code.advice().is_some()), "{}", row.code);
        }
    }
}
