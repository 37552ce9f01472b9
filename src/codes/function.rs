//! Function codes: DE 24 of the 1993 and 2003 editions (n3).
//!
//! The 1987 edition carries the network international identifier there instead. Within each hundred
//! 00-59 belong to ISO, 60-79 to national use and 80-99 to private use. Facts from public code lists.

use super::table::{Meaning, Scope, find, iso, iso_use, private};

open_code! {
    /// A function code, DE 24 of the 1993 and 2003 editions (n3).
    ///
    /// ```
    /// use cardwire::codes::{FunctionCode, Scope};
    ///
    /// assert_eq!(FunctionCode::FULL_REVERSAL.as_str(), "400");
    /// let private = FunctionCode::new("285").unwrap();
    /// assert_eq!(private.scope(), Scope::Private);
    /// ```
    FunctionCode, 3, digits
}

impl FunctionCode {
    /// Original authorization, amount accurate.
    pub const ORIGINAL_AUTHORIZATION: Self = Self(*b"100");
    /// Original authorization, amount estimated.
    pub const ESTIMATED_AUTHORIZATION: Self = Self(*b"101");
    /// Inquiry.
    pub const INQUIRY: Self = Self(*b"108");
    /// Original financial request or advice.
    pub const ORIGINAL_FINANCIAL: Self = Self(*b"200");
    /// Financial message for an approved authorization, same amount.
    pub const APPROVED_SAME_AMOUNT: Self = Self(*b"201");
    /// Financial message for an approved authorization, other amount.
    pub const APPROVED_OTHER_AMOUNT: Self = Self(*b"202");
    /// Full reversal.
    pub const FULL_REVERSAL: Self = Self(*b"400");
    /// Partial reversal.
    pub const PARTIAL_REVERSAL: Self = Self(*b"401");
    /// First chargeback, full.
    pub const FIRST_CHARGEBACK: Self = Self(*b"450");
    /// Final reconciliation.
    pub const FINAL_RECONCILIATION: Self = Self(*b"500");
    /// Checkpoint reconciliation.
    pub const CHECKPOINT_RECONCILIATION: Self = Self(*b"501");
    /// A message could not be parsed.
    pub const UNABLE_TO_PARSE: Self = Self(*b"650");
    /// Fee collection.
    pub const FEE_COLLECTION: Self = Self(*b"700");
    /// Sign on.
    pub const SIGN_ON: Self = Self(*b"801");
    /// Sign off.
    pub const SIGN_OFF: Self = Self(*b"802");
    /// Key change.
    pub const KEY_CHANGE: Self = Self(*b"811");
    /// Cut-over.
    pub const CUTOVER: Self = Self(*b"821");
    /// Echo test.
    pub const ECHO_TEST: Self = Self(*b"831");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }

    /// Whose range the code is in.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self.0[1] {
            b'0'..=b'5' => Scope::Iso,
            b'6' | b'7' => Scope::National,
            _ => Scope::Private,
        }
    }
}

static TABLE: &[Meaning] = &[
    iso_use("000", "099"),
    iso("100", "original authorization, amount accurate"),
    iso("101", "original authorization, amount estimated"),
    iso("102", "replacement authorization, amount accurate"),
    iso("103", "replacement authorization, amount estimated"),
    iso("104", "resubmission, amount accurate"),
    iso("105", "resubmission, amount estimated"),
    iso("106", "supplementary authorization, amount accurate"),
    iso("107", "supplementary authorization, amount estimated"),
    iso("108", "inquiry"),
    iso("113", "account verification (2003)"),
    private("181", "partial authorization supported"),
    private("187", "incremental authorization"),
    iso("200", "original financial request or advice"),
    iso("201", "authorized before, same amount"),
    iso("202", "authorized before, other amount"),
    iso("203", "resubmission of a denied request"),
    iso("204", "resubmission of a reversed transaction"),
    iso("205", "first representment"),
    iso("206", "second representment"),
    iso("207", "third or later representment"),
    private("211", "presentment variants of networks").to("213"),
    private("280", "presentment variants of networks").to("285"),
    iso("300", "unassigned"),
    iso("301", "add record"),
    iso("302", "change record"),
    iso("303", "delete record"),
    iso("304", "replace record"),
    iso("305", "file inquiry"),
    iso("306", "replace file"),
    iso("307", "add file"),
    iso("308", "delete file"),
    iso("309", "card administration"),
    iso("310", "other file action (2003)"),
    iso("400", "full reversal, not completed as approved"),
    iso("401", "partial reversal, not completed for the full amount"),
    iso("450", "first chargeback, full"),
    iso("451", "second chargeback, full"),
    iso("452", "third or later chargeback, full"),
    iso("453", "first chargeback, partial"),
    iso("454", "second chargeback, partial"),
    iso("455", "third or later chargeback, partial"),
    private("456", "chargeback variants of networks").to("457"),
    private("490", "chargeback variants of networks").to("495"),
    iso("500", "final reconciliation"),
    iso("501", "checkpoint reconciliation"),
    iso("502", "final reconciliation in a stated currency"),
    iso("503", "checkpoint reconciliation in a stated currency"),
    iso("504", "request for totals"),
    private("570", "request to settle"),
    iso("600", "original receipt, retrieval request"),
    iso("601", "original receipt, repeated request"),
    iso("602", "original receipt, fulfilment"),
    iso("603", "copy, retrieval request"),
    iso("604", "copy, repeated request"),
    iso("605", "copy, fulfilment"),
    iso("606", "vehicle rental agreement"),
    iso("607", "hotel charge detail"),
    iso("608", "POS photograph"),
    iso("609", "proof of delivery"),
    iso("610", "imprint"),
    iso("650", "unable to parse message"),
    iso("700", "fee collection"),
    iso("701", "fee collection cancelled, fully or in part"),
    private("780", "fee collection variants of networks").to("783"),
    private("790", "fee collection variants of networks").to("791"),
    iso("801", "sign on"),
    iso("802", "sign off"),
    iso("803", "target system unavailable"),
    iso("804", "originator in backup mode"),
    iso("805", "special instruction"),
    iso("806", "start alternate routing"),
    iso("811", "key change"),
    iso("812", "security alert"),
    iso("813", "password change"),
    iso("814", "device authentication"),
    iso("821", "cut-over"),
    iso("822", "checkpoint"),
    iso("831", "echo test"),
    iso("832", "response received (2003)"),
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
    fn spans_gaps_and_ranges() {
        assert!(FunctionCode::new("042").and_then(FunctionCode::meaning).is_some());
        assert_eq!(FunctionCode::new("999").and_then(FunctionCode::meaning), None);
        assert_eq!(FunctionCode::ECHO_TEST.scope(), Scope::Iso);
        assert_eq!(FunctionCode::new("570").map(FunctionCode::scope), Some(Scope::National));
    }
}
