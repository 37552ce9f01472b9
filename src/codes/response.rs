//! Response codes: DE 39 of the 1987 edition, two characters (an2).
//!
//! Digits are the standard's, letters belong to networks and EMV terminals. Facts from public code
//! lists. UnionPay reads several codes its own way: see [`unionpay`](super::unionpay).

use super::advice::{Actor::*, Advice, Class, Outcome, Retry, Reversal};
use super::advice::{accepted, approved, declined, error, later, pick_up, referral, refused, reserved};
use super::table::find;

open_code! {
    /// A response code, DE 39 of the 1987 edition (an2). Every pair of letters and digits is a value.
    ///
    /// ```
    /// use cardwire::codes::{Outcome, ResponseCode, Retry};
    ///
    /// let code = ResponseCode::new("51").unwrap();
    /// assert_eq!(code, ResponseCode::INSUFFICIENT_FUNDS);
    /// let advice = code.advice().unwrap();
    /// assert_eq!((advice.outcome, advice.retry), (Outcome::Declined, Retry::Other));
    ///
    /// let private = ResponseCode::new("q7").unwrap(); // unknown here, carried all the same
    /// assert_eq!(private.advice(), None);
    /// assert_eq!(private.outcome(), Outcome::Unknown);
    /// ```
    ResponseCode, 2, alphanumeric
}

impl ResponseCode {
    /// Approved.
    pub const APPROVED: Self = Self(*b"00");
    /// Call the issuer.
    pub const REFER_TO_ISSUER: Self = Self(*b"01");
    /// The merchant is unknown or not allowed.
    pub const INVALID_MERCHANT: Self = Self(*b"03");
    /// Keep the card.
    pub const PICK_UP_CARD: Self = Self(*b"04");
    /// Refused without a stated reason.
    pub const DO_NOT_HONOUR: Self = Self(*b"05");
    /// General error.
    pub const ERROR: Self = Self(*b"06");
    /// Approved once the cardholder is identified.
    pub const HONOUR_WITH_IDENTIFICATION: Self = Self(*b"08");
    /// The first attempt is still being processed.
    pub const IN_PROGRESS: Self = Self(*b"09");
    /// Approved for less than asked.
    pub const PARTIAL_APPROVAL: Self = Self(*b"10");
    /// The transaction is not valid here.
    pub const INVALID_TRANSACTION: Self = Self(*b"12");
    /// The amount cannot be.
    pub const INVALID_AMOUNT: Self = Self(*b"13");
    /// No such card number.
    pub const INVALID_CARD_NUMBER: Self = Self(*b"14");
    /// No issuer for this card number.
    pub const NO_SUCH_ISSUER: Self = Self(*b"15");
    /// Enter the transaction again.
    pub const RE_ENTER: Self = Self(*b"19");
    /// The original transaction or record was not found.
    pub const RECORD_NOT_FOUND: Self = Self(*b"25");
    /// The message is malformed.
    pub const FORMAT_ERROR: Self = Self(*b"30");
    /// The receiver does not offer this function.
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(*b"40");
    /// Lost card, keep it.
    pub const LOST_CARD: Self = Self(*b"41");
    /// Stolen card, keep it.
    pub const STOLEN_CARD: Self = Self(*b"43");
    /// Not enough money.
    pub const INSUFFICIENT_FUNDS: Self = Self(*b"51");
    /// The card has expired.
    pub const EXPIRED_CARD: Self = Self(*b"54");
    /// Wrong PIN.
    pub const INCORRECT_PIN: Self = Self(*b"55");
    /// This cardholder may not do this.
    pub const TRANSACTION_NOT_PERMITTED: Self = Self(*b"57");
    /// This terminal may not do this.
    pub const TERMINAL_NOT_PERMITTED: Self = Self(*b"58");
    /// Suspected fraud.
    pub const SUSPECTED_FRAUD: Self = Self(*b"59");
    /// Over the amount limit.
    pub const EXCEEDS_LIMIT: Self = Self(*b"61");
    /// Restricted card.
    pub const RESTRICTED_CARD: Self = Self(*b"62");
    /// Security violation.
    pub const SECURITY_VIOLATION: Self = Self(*b"63");
    /// The amount differs from the original.
    pub const ORIGINAL_AMOUNT_INCORRECT: Self = Self(*b"64");
    /// Over the count limit.
    pub const EXCEEDS_FREQUENCY: Self = Self(*b"65");
    /// The answer came too late.
    pub const RESPONSE_TOO_LATE: Self = Self(*b"68");
    /// Too many wrong PINs.
    pub const PIN_TRIES_EXCEEDED: Self = Self(*b"75");
    /// The business date is being switched.
    pub const CUT_OFF_IN_PROCESS: Self = Self(*b"90");
    /// Issuer or switch does not work.
    pub const ISSUER_UNAVAILABLE: Self = Self(*b"91");
    /// No route to the issuer.
    pub const NO_ROUTE: Self = Self(*b"92");
    /// The law forbids it.
    pub const VIOLATION_OF_LAW: Self = Self(*b"93");
    /// The message was seen before.
    pub const DUPLICATE: Self = Self(*b"94");
    /// Totals do not agree.
    pub const RECONCILE_ERROR: Self = Self(*b"95");
    /// The system failed.
    pub const SYSTEM_MALFUNCTION: Self = Self(*b"96");
    /// The MAC is wrong (UnionPay).
    pub const MAC_ERROR: Self = Self(*b"A0");
    /// Approved offline, set by an EMV terminal.
    pub const OFFLINE_APPROVED: Self = Self(*b"Y1");
    /// Declined offline, set by an EMV terminal.
    pub const OFFLINE_DECLINED: Self = Self(*b"Z1");

    /// The meaning and customary handling, when the code is known.
    #[must_use]
    pub fn advice(self) -> Option<&'static Advice> {
        find(TABLE, self.as_str())
    }

    /// The class: `Reserved` when the code is not known.
    #[must_use]
    pub fn class(self) -> Class {
        self.advice().map_or(Class::Reserved, |advice| advice.class)
    }

    /// What the sender may conclude: `Unknown` when the code is not known.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        self.advice().map_or(Outcome::Unknown, |advice| advice.outcome)
    }
}

static TABLE: &[Advice] = &[
    approved("00", "approved"),
    referral("01", "refer to issuer"),
    referral("02", "refer to issuer, special conditions"),
    error("03", "invalid merchant", Acquirer, Retry::No).act("check the merchant registration"),
    pick_up("04", "pick up card"),
    declined("05", "do not honour", Cardholder, Retry::Other).act("cardholder calls the issuer"),
    error("06", "error", Acquirer, Retry::Later),
    pick_up("07", "pick up card, special conditions"),
    approved("08", "honour with identification").by(Merchant).act("check the identity"),
    later("09", "request in progress", Network).retry(Retry::No).open(Reversal::IfApproved),
    approved("10", "approved for part of the amount")
        .by(Merchant)
        .act("collect the rest, reverse if refused"),
    approved("11", "approved (VIP)"),
    declined("12", "invalid transaction", Acquirer, Retry::No).act("check DE 3, 22 and 25"),
    error("13", "invalid amount", Merchant, Retry::Fix).act("correct the amount"),
    declined("14", "invalid card number", Merchant, Retry::Fix).act("enter the number again"),
    error("15", "no such issuer", Acquirer, Retry::Other),
    approved("16", "approved, update track 3"),
    declined("17", "customer cancellation", Cardholder, Retry::Fix),
    declined("18", "customer dispute", Cardholder, Retry::No),
    error("19", "re-enter transaction", Merchant, Retry::Fix).act("start anew with a new trace number"),
    error("20", "invalid response", Acquirer, Retry::Later).open(Reversal::IfApproved),
    error("21", "no action taken", Acquirer, Retry::No),
    error("22", "suspected malfunction", Acquirer, Retry::Later).open(Reversal::IfApproved),
    declined("23", "unacceptable fee", Acquirer, Retry::No),
    refused("24", "file update not supported", Network, Retry::No),
    refused("25", "record or original not found", Acquirer, Retry::No),
    accepted("26", "duplicate record, old one replaced"),
    refused("27", "file update field error", Network, Retry::Fix),
    refused("28", "file locked", Network, Retry::Later),
    refused("29", "file update failed", Acquirer, Retry::Later),
    error("30", "format error", Acquirer, Retry::Fix).act("correct the message, never repeat it unchanged"),
    error("31", "bank not supported by switch", Acquirer, Retry::Other),
    approved("32", "completed partially").by(Device).reverse(Reversal::Partial),
    pick_up("33", "expired card, keep it"),
    pick_up("34", "suspected fraud, keep the card"),
    pick_up("35", "contact acquirer, keep the card").act("call the acquirer"),
    pick_up("36", "restricted card, keep it"),
    pick_up("37", "call acquirer security, keep the card").act("call the acquirer"),
    pick_up("38", "PIN tries exceeded, keep the card").by(Cardholder).act("cardholder goes to the issuer"),
    declined("39", "no credit account", Cardholder, Retry::Fix).act("choose another account type"),
    error("40", "function not supported", Acquirer, Retry::No),
    pick_up("41", "lost card"),
    declined("42", "no universal account", Cardholder, Retry::Fix).act("choose another account type"),
    pick_up("43", "stolen card"),
    declined("44", "no investment account", Cardholder, Retry::Fix).act("choose another account type"),
    reserved("45", "reserved (UnionPay: fallback not allowed, use the chip)")
        .outcome(Outcome::Declined)
        .reverse(Reversal::No),
    reserved("46", "reserved (Visa: closed account)").outcome(Outcome::Declined).reverse(Reversal::No),
    reserved("47", "reserved for ISO use").to("50"),
    declined("51", "insufficient funds", Cardholder, Retry::Other).act("smaller amount or another card"),
    declined("52", "no cheque account", Cardholder, Retry::Fix).act("choose another account type"),
    declined("53", "no savings account", Cardholder, Retry::Fix).act("choose another account type"),
    declined("54", "expired card", Cardholder, Retry::Fix).act("check the expiry date, else a new card"),
    declined("55", "incorrect PIN", Cardholder, Retry::Fix).act("enter the PIN again"),
    declined("56", "no card record", Issuer, Retry::Other),
    declined("57", "not permitted to cardholder", Cardholder, Retry::Other)
        .act("cardholder calls the issuer"),
    declined("58", "not permitted to terminal", Acquirer, Retry::No).act("check the terminal profile"),
    declined("59", "suspected fraud", Issuer, Retry::No),
    referral("60", "contact acquirer").retry(Retry::No).act("call the acquirer"),
    declined("61", "exceeds amount limit", Cardholder, Retry::Other).act("smaller amount"),
    declined("62", "restricted card", Issuer, Retry::No),
    error("63", "security violation", Acquirer, Retry::No),
    error("64", "original amount incorrect", Merchant, Retry::Fix).act("use the amount of the original"),
    declined("65", "exceeds frequency limit", Cardholder, Retry::Later),
    referral("66", "call acquirer security").retry(Retry::No).act("call the acquirer"),
    pick_up("67", "hard capture").by(Device).act("the device keeps the card"),
    error("68", "response received too late", Acquirer, Retry::No).open(Reversal::Yes),
    reserved("69", "reserved for ISO use"),
    reserved("70", "reserved (Mastercard: contact issuer)"),
    reserved("71", "reserved (Mastercard: PIN not changed)"),
    reserved("72", "reserved (Mastercard debit: exception came too late)"),
    reserved("73", "reserved for ISO use").to("74"),
    declined("75", "PIN tries exceeded", Cardholder, Retry::No).act("cardholder goes to the issuer"),
    reserved("76", "private (Mastercard: bad to-account; Visa: original not found)"),
    reserved("77", "private (Mastercard: bad from-account; UnionPay: sign on again)"),
    reserved("78", "private (Mastercard: bad account; Visa: blocked, first use)"),
    reserved("79", "private (Visa: already reversed; UnionPay: offline totals differ)"),
    reserved("80", "private (Mastercard debit: not available; Visa: bad date)"),
    reserved("81", "private (Visa: PIN cryptography error)"),
    reserved("82", "private (Visa: card verification failed)"),
    reserved("83", "reserved for private use"),
    reserved("84", "private (Mastercard: bad authorization life cycle)"),
    reserved("85", "private (Visa, Mastercard: no reason to decline)")
        .act("treated as approved by these networks"),
    reserved("86", "private (Visa, Mastercard: PIN not verified)"),
    reserved("87", "private (Mastercard: purchase only, no cash back)"),
    reserved("88", "private (Mastercard: cryptography failure)"),
    reserved("89", "private (Mastercard: unacceptable PIN)"),
    later("90", "cut-off in process", Network),
    later("91", "issuer or switch inoperative", Issuer),
    error("92", "no route to the destination", Network, Retry::Later),
    declined("93", "violation of law", Nobody, Retry::No),
    error("94", "duplicate transmission", Acquirer, Retry::No)
        .open(Reversal::No)
        .act("look for the first one; a repeated advice is simply done"),
    refused("95", "reconcile error", Acquirer, Retry::Fix).open(Reversal::No).act("upload the details"),
    error("96", "system malfunction", Network, Retry::Later).reverse(Reversal::IfApproved),
    reserved("97", "national (UnionPay: unknown terminal; Germany: MAC error)"),
    reserved("98", "national (UnionPay: no answer from issuer; Germany: bad date)"),
    reserved("99", "national (UnionPay: PIN block error; Germany: PIN error)"),
    error("A0", "MAC error", Merchant, Retry::Fix).open(Reversal::IfApproved).act("sign on for new keys"),
    reserved("A1", "UnionPay transfer results").to("A7"),
    declined("B1", "surcharge not permitted (Visa) or no arrears (UnionPay)", Acquirer, Retry::Fix),
    error("C1", "illegal acquirer status (UnionPay)", Acquirer, Retry::No),
    refused("D1", "file transfer error (UnionPay)", Network, Retry::Fix).to("DC"),
    refused("F1", "file record error (UnionPay)", Network, Retry::Fix).to("F4"),
    error("N0", "force stand-in (Visa)", Network, Retry::Later),
    declined("N1", "bank book items beyond limit (UnionPay)", Cardholder, Retry::No),
    declined("N3", "cash service not available (Visa)", Merchant, Retry::Other),
    declined("N4", "cash back above issuer limit (Visa)", Merchant, Retry::Fix).act("correct the amount"),
    declined("N7", "CVV2 failure (Visa)", Cardholder, Retry::Fix).act("enter the CVV2 again"),
    declined("N8", "above pre-authorized amount (Visa)", Merchant, Retry::Fix).act("correct the amount"),
    declined("P2", "invalid biller data (Visa)", Merchant, Retry::Fix),
    declined("P5", "PIN change or unblock declined (Visa)", Cardholder, Retry::No),
    declined("P6", "unsafe PIN (Visa)", Cardholder, Retry::Fix).act("choose another PIN"),
    declined("Q1", "card authentication failed (Visa)", Issuer, Retry::Other),
    declined("R0", "stop this payment (Visa)", Cardholder, Retry::No),
    declined("R1", "this authorization revoked (Visa)", Cardholder, Retry::No),
    declined("R3", "all authorizations revoked (Visa)", Cardholder, Retry::No),
    referral("XA", "forward to issuer (Visa)").by(Network).retry(Retry::No).act("the network forwards it"),
    referral("XD", "forward to issuer (Visa)").by(Network).retry(Retry::No).act("the network forwards it"),
    approved("Y1", "offline approved (EMV)"),
    approved("Y2", "approved after card referral (EMV)"),
    approved("Y3", "unable to go online, approved offline (EMV)"),
    declined("Z1", "offline declined (EMV)", Cardholder, Retry::Other),
    declined("Z2", "declined after card referral (EMV)", Cardholder, Retry::Other),
    declined("Z3", "unable to go online, declined offline (EMV)", Merchant, Retry::Later),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted() {
        assert_sorted(TABLE, 2);
    }

    #[test]
    fn shapes() {
        assert_eq!(ResponseCode::new("00"), Some(ResponseCode::APPROVED));
        assert_eq!(ResponseCode::from_bytes(b"A0").map(|code| code.outcome()), Some(Outcome::Unknown));
        for text in ["", "0", "000", "0 ", "é"] {
            assert_eq!(ResponseCode::new(text), None, "{text:?}");
        }
        assert_eq!(ResponseCode::FORMAT_ERROR.as_str(), "30");
    }

    #[test]
    fn spans_cover_letters() {
        let code = ResponseCode::new("DB").and_then(ResponseCode::advice).unwrap();
        assert_eq!((code.code, code.last, code.class), ("D1", "DC", Class::Admin));
        assert_eq!(ResponseCode::new("DD").and_then(ResponseCode::advice), None);
    }
}
