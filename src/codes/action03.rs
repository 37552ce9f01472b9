//! Action codes of four digits: DE 39 of the 2003 edition (n4).
//!
//! The first digit is the class as in the 1993 edition; 1993's 1xx became 10xx and 9xx became 91xx.
//! Facts from a single family of public sources: not a complete copy of that edition.

use super::action::{ActionCode93, class_of, outcome_of};
use super::advice::{Actor::*, Advice, Class, Outcome, Retry, Reversal};
use super::advice::{accepted, approved, declined, error, pick_up, referral, refused};
use super::reason::ReasonCode;
use super::response::ResponseCode;
use super::table::find;

open_code! {
    /// An action code, DE 39 of the 2003 edition (n4).
    ///
    /// ```
    /// use cardwire::codes::{ActionCode03, ActionCode93};
    ///
    /// assert_eq!(ActionCode03::new("1016").unwrap().action93(), Some(ActionCode93::INSUFFICIENT_FUNDS));
    /// // A reason code used as a result: the meaning comes from DE 25.
    /// assert_eq!(ActionCode03::new("4021").unwrap().meaning(), "timeout waiting for response");
    /// ```
    ActionCode03, 4, digits
}

impl ActionCode03 {
    /// Approved.
    pub const APPROVED: Self = Self(*b"0000");
    /// Approved once the cardholder is identified.
    pub const HONOUR_WITH_IDENTIFICATION: Self = Self(*b"0001");
    /// Approved for less than asked.
    pub const PARTIAL_APPROVAL: Self = Self(*b"0002");
    /// Refused without a stated reason.
    pub const DO_NOT_HONOUR: Self = Self(*b"1000");
    /// The card has expired.
    pub const EXPIRED_CARD: Self = Self(*b"1001");
    /// Suspected fraud.
    pub const SUSPECTED_FRAUD: Self = Self(*b"1002");
    /// Too many wrong PINs.
    pub const PIN_TRIES_EXCEEDED: Self = Self(*b"1006");
    /// Call the issuer.
    pub const REFER_TO_ISSUER: Self = Self(*b"1007");
    /// The merchant is unknown or not allowed.
    pub const INVALID_MERCHANT: Self = Self(*b"1009");
    /// The amount cannot be.
    pub const INVALID_AMOUNT: Self = Self(*b"1010");
    /// No such card number.
    pub const INVALID_CARD_NUMBER: Self = Self(*b"1011");
    /// A PIN is needed.
    pub const PIN_REQUIRED: Self = Self(*b"1012");
    /// Not enough money.
    pub const INSUFFICIENT_FUNDS: Self = Self(*b"1016");
    /// Wrong PIN.
    pub const INCORRECT_PIN: Self = Self(*b"1017");
    /// This cardholder may not do this.
    pub const TRANSACTION_NOT_PERMITTED: Self = Self(*b"1019");
    /// This terminal may not do this.
    pub const TERMINAL_NOT_PERMITTED: Self = Self(*b"1020");
    /// Over the amount limit.
    pub const EXCEEDS_LIMIT: Self = Self(*b"1021");
    /// Over the count limit.
    pub const EXCEEDS_FREQUENCY: Self = Self(*b"1023");
    /// Refused, keep the card.
    pub const PICK_UP_CARD: Self = Self(*b"2000");
    /// Lost card, keep it.
    pub const LOST_CARD: Self = Self(*b"2008");
    /// Stolen card, keep it.
    pub const STOLEN_CARD: Self = Self(*b"2009");
    /// The file was updated.
    pub const FILE_UPDATED: Self = Self(*b"3000");
    /// The reversal or chargeback is accepted.
    pub const REVERSAL_ACCEPTED: Self = Self(*b"4000");
    /// Reconciled, in balance.
    pub const IN_BALANCE: Self = Self(*b"5000");
    /// Reconciled, out of balance.
    pub const OUT_OF_BALANCE: Self = Self(*b"5001");
    /// The administrative message is accepted.
    pub const ADMIN_ACCEPTED: Self = Self(*b"6000");
    /// The fee collection is accepted.
    pub const FEE_ACCEPTED: Self = Self(*b"7000");
    /// The network message is accepted.
    pub const NETWORK_ACCEPTED: Self = Self(*b"8000");
    /// The advice is acknowledged, liability not accepted.
    pub const ADVICE_ACKNOWLEDGED: Self = Self(*b"9000");
    /// The advice is acknowledged, liability accepted.
    pub const ADVICE_ACCEPTED: Self = Self(*b"9001");
    /// The transaction is not valid here.
    pub const INVALID_TRANSACTION: Self = Self(*b"9102");
    /// The business date is being switched.
    pub const CUT_OFF_IN_PROCESS: Self = Self(*b"9106");
    /// Issuer or switch does not work.
    pub const ISSUER_UNAVAILABLE: Self = Self(*b"9107");
    /// No route to the issuer.
    pub const NO_ROUTE: Self = Self(*b"9108");
    /// The system failed.
    pub const SYSTEM_MALFUNCTION: Self = Self(*b"9109");
    /// The issuer did not answer in time.
    pub const ISSUER_TIMED_OUT: Self = Self(*b"9111");
    /// The message was seen before.
    pub const DUPLICATE: Self = Self(*b"9113");
    /// The MAC is wrong.
    pub const MAC_ERROR: Self = Self(*b"9116");

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

    /// The same result in the codes of the 1993 edition, where it exists there.
    #[must_use]
    pub fn action93(self) -> Option<ActionCode93> {
        let [class, _, tens, ones] = self.0;
        let code = match &self.0 {
            b"9350" => ActionCode93::from_bytes(b"950")?,
            b"0007" | b"9100" | b"9101" => return None,
            [b'6', ..] if &self.0 != b"6000" => return None,
            [b'9', b'0', b'0', b'0' | b'1'] | [b'9', b'1', ..] | [b'0'..=b'8', b'0', ..] => {
                ActionCode93::from_bytes(&[class, tens, ones])?
            }
            _ => return None,
        };
        code.advice().map(|_| code)
    }

    /// The nearest response code of the 1987 edition.
    #[must_use]
    pub fn response_code(self) -> Option<ResponseCode> {
        self.action93().and_then(ActionCode93::response_code)
    }

    /// The meaning in words. Codes that repeat a message reason take its words; codes not known take
    /// those of their class.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self.advice() {
            Some(advice) if advice.code == advice.last => advice.meaning,
            Some(advice) => ReasonCode::new(self.as_str())
                .and_then(ReasonCode::meaning)
                .map_or(advice.meaning, |row| row.text),
            None => self.class().as_str(),
        }
    }
}

/// Message reason codes (DE 25) that some 2003 hosts also send as results.
const fn reused(first: &'static str, last: &'static str, class: Class) -> Advice {
    approved(first, "message reason sent as a result").to(last).class(class).open(Reversal::IfApproved)
}

static TABLE: &[Advice] = &[
    approved("0000", "approved"),
    approved("0001", "honour with identification").by(Merchant).act("check the identity"),
    approved("0002", "approved for part of the amount").by(Merchant).act("collect the rest"),
    approved("0003", "approved (VIP)"),
    approved("0004", "approved without the cash back (1993: update track 3)"),
    approved("0005", "approved, issuer chose the account type"),
    approved("0006", "approved in part, issuer chose the account type").by(Merchant).act("collect the rest"),
    approved("0007", "name format error (1993: approved, update ICC)").open(Reversal::IfApproved),
    approved("0008", "approved, fees disputed"),
    approved("0009", "approved with overdraft"),
    approved("0010", "approved, customer reactivated"),
    approved("0011", "approved offline, terminal could not go online"),
    approved("0012", "approved offline"),
    approved("0013", "approved offline after referral"),
    approved("0085", "no reason to decline"),
    approved("0885", "no reason to decline"),
    declined("1000", "do not honour", Cardholder, Retry::Other).act("cardholder calls the issuer"),
    declined("1001", "expired card", Cardholder, Retry::Fix).act("check the expiry date"),
    declined("1002", "suspected fraud", Issuer, Retry::No),
    declined("1003", "contact acquirer", Merchant, Retry::No).act("call the acquirer"),
    declined("1004", "restricted card", Issuer, Retry::No),
    declined("1005", "call acquirer security", Merchant, Retry::No).act("call the acquirer"),
    declined("1006", "PIN tries exceeded", Cardholder, Retry::No).act("cardholder goes to the issuer"),
    referral("1007", "refer to issuer").class(Class::Declined),
    referral("1008", "refer to issuer, special conditions").class(Class::Declined),
    declined("1009", "invalid merchant", Acquirer, Retry::No),
    declined("1010", "invalid amount", Merchant, Retry::Fix).act("correct the amount"),
    declined("1011", "invalid card number", Merchant, Retry::Fix).act("enter the number again"),
    declined("1012", "PIN required", Cardholder, Retry::Fix).act("enter the PIN"),
    declined("1013", "unacceptable fee", Acquirer, Retry::No),
    declined("1014", "no account of this type", Cardholder, Retry::Fix).act("choose another account type"),
    declined("1015", "function not supported", Acquirer, Retry::No),
    declined("1016", "insufficient funds", Cardholder, Retry::Other).act("smaller amount or another card"),
    declined("1017", "incorrect PIN", Cardholder, Retry::Fix).act("enter the PIN again"),
    declined("1018", "no card record", Issuer, Retry::Other),
    declined("1019", "not permitted to cardholder", Cardholder, Retry::Other)
        .act("cardholder calls the issuer"),
    declined("1020", "not permitted to terminal", Acquirer, Retry::No),
    declined("1021", "exceeds amount limit", Cardholder, Retry::Other).act("smaller amount"),
    declined("1022", "security violation", Acquirer, Retry::No),
    declined("1023", "exceeds frequency limit", Cardholder, Retry::Later),
    declined("1024", "violation of law", Nobody, Retry::No),
    declined("1025", "card not effective yet", Issuer, Retry::Later),
    declined("1026", "invalid PIN block", Acquirer, Retry::Fix).act("check the PIN key"),
    declined("1027", "PIN length error", Cardholder, Retry::Fix).act("enter the PIN again"),
    declined("1028", "PIN key out of step", Acquirer, Retry::Fix).act("exchange keys"),
    declined("1029", "suspected counterfeit card", Issuer, Retry::No),
    declined("1030", "currency not accepted by issuer", Issuer, Retry::Other),
    declined("1031", "declined, fees disputed", Acquirer, Retry::No),
    declined("1032", "lost or stolen card", Issuer, Retry::No),
    declined("1033", "authorization life cycle not acceptable", Acquirer, Retry::Fix),
    declined("1034", "authorization life cycle expired", Acquirer, Retry::No),
    declined("1035", "closed account", Cardholder, Retry::Other),
    declined("1036", "savings account closed or restricted", Cardholder, Retry::Other),
    declined("1037", "credit account closed or restricted", Cardholder, Retry::Other),
    declined("1038", "credit facility or cheque account closed or closing", Cardholder, Retry::Other),
    declined("1039", "cheque account closed or restricted", Cardholder, Retry::Other),
    declined("1040", "bad debt", Cardholder, Retry::Other),
    declined("1041", "from account in bad status", Cardholder, Retry::Fix),
    declined("1042", "to account in bad status", Cardholder, Retry::Fix),
    declined("1043", "cheque already posted", Merchant, Retry::No),
    declined("1044", "information not on file", Issuer, Retry::Other),
    declined("1045", "card verification data failed", Cardholder, Retry::Fix),
    declined("1046", "amount not found", Merchant, Retry::Fix),
    declined("1047", "PIN change required", Cardholder, Retry::Fix),
    declined("1048", "new PIN invalid", Cardholder, Retry::Fix),
    declined("1049", "bank not found", Acquirer, Retry::Fix),
    declined("1050", "bank not effective", Acquirer, Retry::Other),
    declined("1051", "customer of vendor not found", Merchant, Retry::Fix),
    declined("1052", "customer of vendor not effective", Merchant, Retry::Fix),
    declined("1053", "customer account with vendor invalid", Merchant, Retry::Fix),
    declined("1054", "vendor not found", Merchant, Retry::Fix),
    declined("1055", "vendor not effective", Merchant, Retry::Fix),
    declined("1056", "vendor data invalid", Merchant, Retry::Fix),
    declined("1057", "vendor date invalid", Merchant, Retry::Fix),
    declined("1058", "personal ID not found", Cardholder, Retry::Fix),
    declined("1059", "scheduled transactions exist", Cardholder, Retry::No),
    declined("1060", "aborted at terminal", Merchant, Retry::Fix),
    declined("1061", "not supported by issuer", Issuer, Retry::Other),
    declined("1062", "cash back not allowed", Merchant, Retry::Fix),
    declined("1063", "cash back amount exceeded", Merchant, Retry::Fix),
    declined("1064", "declined offline by terminal", Cardholder, Retry::Other),
    declined("1065", "declined, terminal could not process offline", Merchant, Retry::Later),
    declined("1066", "declined offline after referral", Cardholder, Retry::Other),
    declined("1067", "reserved for ISO use", Nobody, Retry::No),
    declined("1068", "ID number invalid", Cardholder, Retry::Fix),
    declined("1069", "driver ID invalid", Cardholder, Retry::Fix),
    declined("1070", "vehicle ID invalid", Cardholder, Retry::Fix),
    declined("1071", "digital certificate expired", Cardholder, Retry::Fix),
    declined("1072", "surcharge not permitted for card", Merchant, Retry::Fix),
    declined("1073", "surcharge not permitted by network", Merchant, Retry::Fix),
    declined("1074", "above pre-authorized amount", Merchant, Retry::Fix),
    declined("1075", "stop this payment", Cardholder, Retry::No),
    declined("1076", "stop all payments to this merchant", Cardholder, Retry::No),
    declined("1077", "stop all payments from this account", Cardholder, Retry::No),
    declined("1078", "money laundering checks not met", Issuer, Retry::No),
    declined("1079", "exceeds withdrawal limit", Cardholder, Retry::Other),
    declined("1080", "PIN not allowed", Cardholder, Retry::Fix),
    declined("1081", "message number out of sequence", Acquirer, Retry::Fix),
    declined("1082", "original was declined", Acquirer, Retry::No),
    reused("1500", "1511", Class::Declined),
    declined("1802", "missing fields", Acquirer, Retry::Fix),
    declined("1803", "extra fields", Acquirer, Retry::Fix),
    declined("1804", "invalid card number", Merchant, Retry::Fix),
    declined("1806", "card not active", Issuer, Retry::Other),
    declined("1808", "card not configured", Issuer, Retry::Other),
    declined("1810", "invalid amount", Merchant, Retry::Fix),
    declined("1811", "system error, database", Network, Retry::Later),
    declined("1812", "system error, transaction", Network, Retry::Later),
    declined("1813", "cardholder not active", Issuer, Retry::Other),
    declined("1814", "cardholder not configured", Issuer, Retry::Other),
    declined("1815", "cardholder expired", Issuer, Retry::Other),
    declined("1816", "original not found", Acquirer, Retry::Fix),
    declined("1817", "usage limit reached", Cardholder, Retry::Later),
    declined("1818", "configuration error", Acquirer, Retry::No),
    declined("1819", "invalid terminal", Acquirer, Retry::No),
    declined("1820", "inactive terminal", Acquirer, Retry::No),
    declined("1821", "invalid merchant", Acquirer, Retry::No),
    declined("1822", "duplicate entity", Acquirer, Retry::No),
    declined("1823", "invalid acquirer", Acquirer, Retry::No),
    declined("1824", "already reversed", Acquirer, Retry::No),
    declined("1825", "later activity prevents reversal", Acquirer, Retry::No),
    declined("1826", "later activity prevents void", Acquirer, Retry::No),
    declined("1827", "original already voided", Acquirer, Retry::No),
    declined("1828", "card tokenization not supported", Acquirer, Retry::Other),
    declined("1830", "invalid field", Acquirer, Retry::Fix),
    declined("1831", "endpoint badly configured", Network, Retry::No),
    declined("1832", "invalid request", Acquirer, Retry::Fix),
    declined("1833", "host unreachable", Network, Retry::Later),
    pick_up("2000", "do not honour, keep the card"),
    pick_up("2001", "expired card, keep it"),
    pick_up("2002", "suspected fraud, keep the card"),
    pick_up("2003", "contact acquirer, keep the card"),
    pick_up("2004", "restricted card, keep it"),
    pick_up("2005", "call acquirer security, keep the card"),
    pick_up("2006", "PIN tries exceeded, keep the card"),
    pick_up("2007", "special conditions, keep the card"),
    pick_up("2008", "lost card"),
    pick_up("2009", "stolen card"),
    pick_up("2010", "suspected counterfeit card, keep it"),
    pick_up("2011", "daily withdrawal maximum").open(Reversal::IfApproved),
    pick_up("2012", "daily amount maximum").open(Reversal::IfApproved),
    reused("2013", "2023", Class::PickUp),
    accepted("3000", "file updated").by(Network),
    refused("3001", "not supported by receiver", Network, Retry::No),
    refused("3002", "record not found", Network, Retry::No),
    refused("3003", "duplicate record, old one replaced", Network, Retry::No),
    refused("3004", "field edit error", Network, Retry::Fix),
    refused("3005", "file locked", Network, Retry::Later),
    refused("3006", "not successful", Network, Retry::Later),
    refused("3007", "format error", Network, Retry::Fix),
    refused("3008", "duplicate record, new one rejected", Network, Retry::No),
    refused("3009", "unknown file", Network, Retry::No),
    refused("3010", "invalid card or cardholder number", Network, Retry::Fix),
    accepted("4000", "reversal or chargeback accepted"),
    reused("4001", "4021", Class::Admin),
    reused("4501", "4596", Class::Admin),
    accepted("5000", "reconciled, in balance").by(Acquirer).act("close the batch"),
    refused("5001", "reconciled, out of balance", Acquirer, Retry::Fix).act("upload the details"),
    refused("5002", "amount not reconciled, totals provided", Acquirer, Retry::Fix).act("compare the totals"),
    refused("5003", "totals not available", Acquirer, Retry::Later).open(Reversal::No),
    refused("5004", "not reconciled, totals provided", Acquirer, Retry::Fix).act("compare the totals"),
    accepted("6000", "administrative message accepted"),
    reused("6005", "6049", Class::Admin),
    accepted("7000", "fee collection accepted"),
    accepted("8000", "network message accepted"),
    accepted("8001", "network message: try again").open(Reversal::No).retry(Retry::Later),
    accepted("8002", "key verification failed").open(Reversal::No).retry(Retry::Fix),
    reused("8100", "8105", Class::Admin),
    accepted("9000", "advice acknowledged, no liability accepted")
        .by(Acquirer)
        .class(Class::Error)
        .act("dispute it"),
    accepted("9001", "advice acknowledged, liability accepted").class(Class::Error),
    error("9100", "message error", Acquirer, Retry::Fix),
    error("9102", "invalid transaction", Acquirer, Retry::No),
    error("9103", "re-enter transaction", Merchant, Retry::Fix),
    error("9105", "acquirer not supported by switch", Network, Retry::Other),
    error("9106", "cut-over in process", Network, Retry::Later),
    error("9107", "issuer or switch inoperative", Network, Retry::Later),
    error("9108", "no route to the destination", Network, Retry::Other),
    error("9109", "system malfunction", Network, Retry::Later).reverse(Reversal::IfApproved),
    error("9110", "issuer signed off", Issuer, Retry::Later),
    error("9111", "issuer timed out", Network, Retry::Later).open(Reversal::IfApproved),
    error("9112", "issuer unavailable", Issuer, Retry::Later),
    error("9113", "duplicate transmission", Acquirer, Retry::No)
        .open(Reversal::No)
        .act("look for the first one"),
    error("9114", "original not found", Acquirer, Retry::Fix),
    error("9115", "reconciliation cut-over or checkpoint error", Acquirer, Retry::Fix),
    error("9116", "MAC incorrect", Acquirer, Retry::Fix).open(Reversal::IfApproved).act("exchange keys"),
    error("9117", "MAC key out of step", Acquirer, Retry::Fix)
        .open(Reversal::IfApproved)
        .act("exchange keys"),
    error("9118", "no communication key", Acquirer, Retry::Fix).act("exchange keys"),
    error("9119", "encryption key out of step", Acquirer, Retry::Fix).act("exchange keys"),
    error("9120", "security module error, try again", Network, Retry::Later),
    error("9121", "security module error", Network, Retry::No),
    error("9122", "message number out of sequence", Acquirer, Retry::Fix),
    error("9123", "request in progress", Network, Retry::No).open(Reversal::IfApproved),
    error("9124", "invalid security code", Cardholder, Retry::Fix),
    error("9125", "database error", Network, Retry::Later),
    error("9126", "invalid issuer number", Acquirer, Retry::Fix),
    error("9128", "customer or vendor data format error", Merchant, Retry::Fix),
    error("9132", "recurring data error", Merchant, Retry::Fix),
    error("9133", "update not allowed", Acquirer, Retry::No),
    error("9350", "business arrangement violated", Acquirer, Retry::No),
    error("9999", "general decline", Cardholder, Retry::Other),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted() {
        assert_sorted(TABLE, 4);
    }

    #[test]
    fn unknown_codes_go_by_their_first_digit() {
        let unknown = ActionCode03(*b"2999");
        assert_eq!((unknown.class(), unknown.outcome()), (Class::PickUp, Outcome::Declined));
        assert_eq!(unknown.meaning(), "pick-up");
    }

    #[test]
    fn editions_map_down() {
        let chain = |text| ActionCode03::new(text).and_then(ActionCode03::response_code);
        assert_eq!(chain("1017"), Some(ResponseCode::INCORRECT_PIN));
        assert_eq!(chain("9111"), Some(ResponseCode::RESPONSE_TOO_LATE));
        assert_eq!(chain("0007"), None);
        assert_eq!(chain("6005"), None);
    }
}
