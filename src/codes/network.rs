//! Network management codes: DE 70 of the 1987 edition (n3), and field 60.3 of UnionPay terminals (n3).
//!
//! The 1993 and 2003 editions say the same with function codes 801 and up: see
//! [`FunctionCode`]. Facts from public code lists and terminal programs.

use super::function::FunctionCode;
use super::table::{Meaning, find, iso, network, unionpay};

open_code! {
    /// A network management information code, DE 70 of the 1987 edition (n3).
    ///
    /// ```
    /// use cardwire::codes::{FunctionCode, NetworkCode};
    ///
    /// assert_eq!(NetworkCode::SIGN_ON.function(), Some(FunctionCode::SIGN_ON));
    /// assert_eq!(NetworkCode::new("270").unwrap().meaning().unwrap().text, "echo test");
    /// ```
    NetworkCode, 3, digits
}

open_code! {
    /// A UnionPay terminal management code, field 60.3 (n3).
    ManagementCode, 3, digits
}

impl NetworkCode {
    /// Sign on.
    pub const SIGN_ON: Self = Self(*b"001");
    /// Sign off.
    pub const SIGN_OFF: Self = Self(*b"002");
    /// Key change.
    pub const KEY_CHANGE: Self = Self(*b"101");
    /// Encryption key exchange.
    pub const KEY_EXCHANGE: Self = Self(*b"161");
    /// Cut-over.
    pub const CUTOVER: Self = Self(*b"201");
    /// Echo test, Mastercard.
    pub const ECHO_TEST_MASTERCARD: Self = Self(*b"270");
    /// Echo test.
    pub const ECHO_TEST: Self = Self(*b"301");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }

    /// The function code of the later editions that says the same.
    #[must_use]
    pub fn function(self) -> Option<FunctionCode> {
        FunctionCode::new(match &self.0 {
            b"001" => "801",
            b"002" => "802",
            b"003" => "803",
            b"004" => "804",
            b"101" | b"161" => "811",
            b"102" => "812",
            b"201" => "821",
            b"202" => "822",
            b"270" | b"301" => "831",
            _ => return None,
        })
    }
}

impl ManagementCode {
    /// Not a management message.
    pub const NONE: Self = Self(*b"000");
    /// Sign-on with single-length keys.
    pub const SIGN_ON: Self = Self(*b"001");
    /// Sign-off.
    pub const SIGN_OFF: Self = Self(*b"002");
    /// Sign-on with double-length keys.
    pub const SIGN_ON_DOUBLE: Self = Self(*b"003");
    /// Sign-on with double-length keys and a track key.
    pub const SIGN_ON_TRACK_KEY: Self = Self(*b"004");
    /// Settlement request, and upload of details.
    pub const SETTLEMENT: Self = Self(*b"201");
    /// End of the upload after totals differed.
    pub const UPLOAD_END_UNBALANCED: Self = Self(*b"202");
    /// End of the upload after totals agreed.
    pub const UPLOAD_END_BALANCED: Self = Self(*b"207");
    /// Echo test.
    pub const ECHO_TEST: Self = Self(*b"301");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(UNIONPAY, self.as_str())
    }
}

static TABLE: &[Meaning] = &[
    iso("001", "sign on"),
    iso("002", "sign off"),
    iso("003", "target system unavailable"),
    iso("004", "system in backup mode"),
    network("060", "store-and-forward session request"),
    network("061", "sign on by network id"),
    network("062", "sign off by network id"),
    network("065", "sign off, stand-in starts"),
    network("066", "sign on, stand-in ends"),
    iso("101", "key change"),
    iso("102", "security alert"),
    iso("161", "key exchange request"),
    iso("162", "key exchange response"),
    iso("201", "cut-over starts"),
    iso("202", "checkpoint, or cut-over ends"),
    iso("270", "echo test"),
    iso("301", "echo test"),
    network("363", "end of store-and-forward traffic"),
    unionpay("401", "stand-in authorization starts"),
    unionpay("501", "stand-in or issuer state notices").to("502"),
];

static UNIONPAY: &[Meaning] = &[
    unionpay("000", "ordinary transaction"),
    unionpay("001", "sign-on, single-length keys").zh("签到"),
    unionpay("002", "sign-off").zh("签退"),
    unionpay("003", "sign-on, double-length keys").zh("签到"),
    unionpay("004", "sign-on, double-length keys and track key").zh("签到"),
    unionpay("201", "settlement request, upload of details").zh("批结算、批上送"),
    unionpay("202", "upload end, totals differ"),
    unionpay("203", "upload of online chip details, totals agree"),
    unionpay("204", "upload of failed chip transactions, totals agree"),
    unionpay("205", "upload of online chip details, totals differ"),
    unionpay("206", "upload of failed chip transactions, totals differ"),
    unionpay("207", "upload end, totals agree"),
    unionpay("301", "echo test").zh("回响测试"),
    unionpay("360", "parameter download"),
    unionpay("361", "parameter download end"),
    unionpay("362", "status upload"),
    unionpay("364", "other parameters"),
    unionpay("370", "public key download"),
    unionpay("371", "public key download end"),
    unionpay("372", "public key status"),
    unionpay("373", "SM public keys"),
    unionpay("380", "chip parameter download"),
    unionpay("381", "chip parameter download end"),
    unionpay("382", "chip parameter status"),
    unionpay("390", "black list download"),
    unionpay("391", "black list download end"),
    unionpay("394", "download of no-PIN limits and BIN lists").to("399"),
    unionpay("401", "master key download or cashier sign-on, by acquirer"),
    unionpay("951", "issuer script result"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn tables_are_sorted() {
        assert_sorted(TABLE, 3);
        assert_sorted(UNIONPAY, 3);
    }

    #[test]
    fn functions_exist() {
        for row in TABLE {
            let function = NetworkCode::new(row.first).and_then(NetworkCode::function);
            assert!(function.is_none_or(|function| function.meaning().is_some()), "{}", row.first);
        }
    }
}
