//! Message reason codes: DE 25 of the 1993 and 2003 editions (n4).
//!
//! The 1987 edition has the point of service condition there: see
//! [`ConditionCode`](super::ConditionCode). Facts from public code lists, most of them of 2003.

use super::table::{Meaning, find, iso, iso_use, national_use, network, private_use, unionpay};

open_code! {
    /// A message reason code, DE 25 of the 1993 and 2003 editions (n4).
    ///
    /// ```
    /// use cardwire::codes::{ReasonClass, ReasonCode};
    ///
    /// let code = ReasonCode::new("4021").unwrap();
    /// assert_eq!(code, ReasonCode::TIMEOUT);
    /// assert_eq!(code.class(), ReasonClass::Reversal);
    /// assert_eq!(ReasonCode::new("2450").unwrap().meaning().unwrap().text, "reserved for national use");
    /// ```
    ReasonCode, 4, digits
}

worded! {
    /// What a reason code explains.
    #[non_exhaustive]
    ReasonClass {
        /// Why an advice or notification was sent instead of a request.
        Advice => "advice/notification instead of a request",
        /// Why a request went online.
        ForcedOnline => "request forced online: reason",
        /// A representment.
        Representment => "representment",
        /// A file action.
        FileAction => "file action",
        /// A reversal.
        Reversal => "reversal",
        /// A chargeback.
        Chargeback => "chargeback",
        /// A reconciliation.
        Reconciliation => "reconciliation",
        /// A retrieval request or its answer.
        Retrieval => "retrieval",
        /// An administrative message.
        Administrative => "administrative",
        /// A fee collection.
        FeeCollection => "fee collection",
        /// A network management message.
        NetworkManagement => "network management",
        /// A key exchange.
        KeyExchange => "key exchange",
        /// An exception item (UnionPay).
        ExceptionItem => "exception item",
        /// Set aside.
        Reserved => "reserved",
    }
}

impl ReasonCode {
    /// The issuer timed out on the request.
    pub const ISSUER_TIMED_OUT: Self = Self(*b"1002");
    /// The issuer is unavailable.
    pub const ISSUER_UNAVAILABLE: Self = Self(*b"1003");
    /// The terminal decided.
    pub const TERMINAL_PROCESSED: Self = Self(*b"1004");
    /// The chip decided.
    pub const ICC_PROCESSED: Self = Self(*b"1005");
    /// The amount is under the floor limit.
    pub const UNDER_FLOOR_LIMIT: Self = Self(*b"1006");
    /// Reversal: the customer cancelled.
    pub const CUSTOMER_CANCELLATION: Self = Self(*b"4000");
    /// Reversal: suspected malfunction.
    pub const SUSPECTED_MALFUNCTION: Self = Self(*b"4002");
    /// Reversal: completed partially.
    pub const COMPLETED_PARTIALLY: Self = Self(*b"4004");
    /// Reversal: the response came too late.
    pub const RESPONSE_TOO_LATE: Self = Self(*b"4006");
    /// Reversal: the device could not complete.
    pub const UNABLE_TO_COMPLETE: Self = Self(*b"4007");
    /// Reversal: the message could not be delivered.
    pub const UNABLE_TO_DELIVER: Self = Self(*b"4013");
    /// Reversal: the response was invalid.
    pub const INVALID_RESPONSE: Self = Self(*b"4020");
    /// Reversal: no response in time.
    pub const TIMEOUT: Self = Self(*b"4021");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }

    /// The code as a number.
    fn number(self) -> u16 {
        self.0.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'))
    }

    /// What the code explains, by its range.
    #[must_use]
    pub fn class(self) -> ReasonClass {
        match self.number() {
            1000..=1499 => ReasonClass::Advice,
            1500..=1999 => ReasonClass::ForcedOnline,
            2000..=2999 => ReasonClass::Representment,
            3000..=3999 => ReasonClass::FileAction,
            4000..=4499 => ReasonClass::Reversal,
            4500..=4999 => ReasonClass::Chargeback,
            5000..=5999 => ReasonClass::Reconciliation,
            6000..=6499 => ReasonClass::Retrieval,
            6500..=6999 => ReasonClass::Administrative,
            7000..=7999 => ReasonClass::FeeCollection,
            8000..=8099 => ReasonClass::NetworkManagement,
            8100..=8199 => ReasonClass::KeyExchange,
            9600..=9725 => ReasonClass::ExceptionItem,
            _ => ReasonClass::Reserved,
        }
    }
}

static TABLE: &[Meaning] = &[
    iso_use("0000", "0999"),
    iso("1000", "stand-in at the issuer's choice"),
    iso("1001", "issuer signed off"),
    iso("1002", "issuer timed out on the request"),
    iso("1003", "issuer unavailable"),
    iso("1004", "processed by the terminal"),
    iso("1005", "processed by the chip"),
    iso("1006", "under floor limit"),
    iso("1007", "stand-in at the acquirer's choice"),
    iso("1008", "stand-in at the receiver's choice"),
    iso("1009", "receiver signed off"),
    iso("1010", "receiver timed out on the request"),
    iso("1011", "receiver unavailable"),
    iso_use("1012", "1150"),
    national_use("1151", "1375"),
    private_use("1376", "1499"),
    iso("1500", "chip application could not process the common data file"),
    iso("1501", "chip application could not process its data file"),
    iso("1502", "random selection by the chip"),
    iso("1503", "random selection by the terminal"),
    iso("1504", "terminal cannot process the chip"),
    iso("1505", "forced online by the chip"),
    iso("1506", "forced online by the card acceptor"),
    iso("1507", "forced online, acceptance device to be updated"),
    iso("1508", "forced online by the terminal"),
    iso("1509", "forced online by the issuer"),
    iso("1510", "over floor limit"),
    iso("1511", "merchant suspicious"),
    iso_use("2000", "2000"),
    iso("2001", "wrong acquirer reference in chargeback, papers received or not needed"),
    iso("2002", "papers for the chargeback not received"),
    iso("2003", "correct transaction date supplied"),
    iso("2004", "wrong acquirer reference in chargeback, papers received"),
    iso("2005", "correct merchant location or description supplied"),
    iso_use("2006", "2006"),
    iso("2007", "amount within the floor limit"),
    iso("2008", "issuer had authorized"),
    iso_use("2009", "2010"),
    iso("2011", "credit already issued"),
    iso_use("2012", "2012"),
    iso("2013", "chargeback already remedied, papers attached"),
    iso("2014", "duplicate chargeback"),
    iso("2015", "chargeback too late"),
    iso("2016", "requested papers supplied, hardship variance"),
    iso("2017", "invalid member message text"),
    iso("2018", "correct merchant category supplied"),
    iso("2019", "authorization said suspicious"),
    iso("2020", "no authorization required or attempted"),
    iso("2021", "account not on the warning bulletin"),
    iso("2022", "papers illegible"),
    iso("2023", "papers invalid or incomplete"),
    iso_use("2024", "2399"),
    national_use("2400", "2699"),
    private_use("2700", "2999"),
    iso("3000", "lost card"),
    iso("3001", "stolen card"),
    iso("3002", "undelivered card"),
    iso("3003", "counterfeit card"),
    iso("3004", "other"),
    iso_use("3005", "3399"),
    national_use("3400", "3699"),
    private_use("3700", "3999"),
    iso("4000", "customer cancellation"),
    iso("4001", "unspecified, no action taken"),
    iso("4002", "suspected malfunction"),
    iso("4003", "format error, no action taken"),
    iso("4004", "completed partially"),
    iso("4005", "original amount incorrect"),
    iso("4006", "response received too late"),
    iso("4007", "device could not complete"),
    iso("4008", "deposit out of balance"),
    iso("4009", "no cheque in envelope"),
    iso("4010", "payment out of balance"),
    iso("4011", "deposit out of balance, contents applied"),
    iso("4012", "payment out of balance, contents applied"),
    iso("4013", "message not delivered to the point of service"),
    iso("4014", "suspected malfunction, card kept"),
    iso("4015", "suspected malfunction, card returned"),
    iso("4016", "suspected malfunction, track 3 not updated"),
    iso("4017", "suspected malfunction, no cash given"),
    iso("4018", "timeout taking the money, no cash given"),
    iso("4019", "timeout taking the card, card kept, no cash given"),
    iso("4020", "invalid response, no action taken"),
    iso("4021", "timeout waiting for response"),
    iso_use("4022", "4199"),
    national_use("4200", "4350"),
    unionpay("4351", "authorization expired (UnionPay: reversal by the terminal)"),
    unionpay("4352", "reversal by the terminal"),
    unionpay("4353", "late response"),
    unionpay("4354", "timeout"),
    unionpay("4355", "MAC wrong"),
    unionpay("4356", "other reversal reasons"),
    private_use("4357", "4359"),
    unionpay("4360", "other reversal reasons").to("4366"),
    private_use("4367", "4499"),
    iso_use("4500", "4500"),
    iso("4501", "requested information not received"),
    iso("4502", "requested information illegible or incomplete"),
    iso_use("4503", "4506"),
    iso("4507", "card on warning bulletin"),
    iso("4508", "required authorization not obtained"),
    iso_use("4509", "4511"),
    iso("4512", "account not on file"),
    iso_use("4513", "4523"),
    iso("4524", "protected by an earlier warning bulletin"),
    iso_use("4525", "4530"),
    iso("4531", "amount differs"),
    iso_use("4532", "4533"),
    iso("4534", "processed twice"),
    iso("4535", "card not valid or expired"),
    iso_use("4536", "4536"),
    iso("4537", "no authorization by the cardholder"),
    iso_use("4538", "4539"),
    iso("4540", "fraudulent processing"),
    iso("4541", "recurring transaction was cancelled"),
    iso("4542", "late presentment"),
    iso_use("4543", "4545"),
    iso("4546", "currency code wrong or missing"),
    iso("4547", "over floor limit without authorization, or fraud"),
    iso_use("4548", "4548"),
    iso("4549", "questionable card acceptor"),
    iso("4550", "credit posted as purchase"),
    iso_use("4551", "4552"),
    iso("4553", "not as described"),
    iso("4554", "cardholder dispute, other"),
    iso("4555", "goods not received"),
    iso("4556", "goods defective"),
    iso("4557", "card-activated telephone"),
    iso_use("4558", "4558"),
    iso("4559", "services not rendered"),
    iso("4560", "credit not processed"),
    iso_use("4561", "4561"),
    iso("4562", "counterfeit magnetic stripe"),
    iso("4563", "papers for the representment not received"),
    iso("4564", "papers illegible"),
    iso("4565", "papers invalid or incomplete"),
    iso("4566", "acquirer reference was valid"),
    iso("4567", "wrong acquirer reference in representment, papers received or not needed"),
    iso("4568", "wrong acquirer reference in representment, papers received"),
    iso_use("4569", "4572"),
    iso("4573", "expired card"),
    iso_use("4574", "4577"),
    iso("4578", "ineligible transaction"),
    iso("4579", "requested receipt not received"),
    iso("4580", "processing error"),
    iso("4581", "missing imprint"),
    iso_use("4582", "4582"),
    iso("4583", "cardholder did not have the card"),
    iso("4584", "missing signature"),
    iso_use("4585", "4585"),
    iso("4586", "amount altered"),
    iso("4587", "domestic receipt rule broken"),
    iso_use("4588", "4589"),
    iso("4590", "goods, cash or load value not received"),
    iso_use("4591", "4593"),
    iso("4594", "guaranteed reservation was cancelled"),
    iso("4595", "advance lodging deposit"),
    iso("4596", "over the limited amount"),
    iso_use("4597", "4649"),
    national_use("4650", "4749"),
    private_use("4750", "4836"),
    network("4837", "no authorization by the cardholder (Mastercard)"),
    private_use("4838", "4999"),
    iso_use("5000", "5299"),
    national_use("5300", "5599"),
    private_use("5600", "5999"),
    iso_use("6001", "6004"),
    iso("6005", "cardholder disputes the amount"),
    iso_use("6006", "6020"),
    iso("6021", "cardholder does not recognise the transaction"),
    iso("6022", "chip certificate and data wanted"),
    iso("6023", "cardholder wants a record"),
    iso_use("6024", "6027"),
    iso("6028", "copy with signature wanted"),
    iso("6029", "travel and entertainment papers wanted"),
    iso_use("6030", "6031"),
    iso("6032", "copy wanted, original lost in transit"),
    iso_use("6033", "6034"),
    iso("6035", "cardholder wants the original, the copy is inadequate"),
    iso("6036", "original wanted for legal process"),
    iso("6037", "copy received is illegible"),
    iso("6038", "paper or handwriting analysis"),
    iso_use("6039", "6040"),
    iso("6041", "fraud investigation"),
    iso("6042", "papers for arbitration, chargeback or compliance"),
    iso("6043", "not fulfilled: original not traceable"),
    iso("6044", "not fulfilled: reference number invalid"),
    iso("6045", "not fulfilled: reference number does not fit the PAN"),
    iso("6046", "papers supplied"),
    iso("6047", "not fulfilled: papers not available"),
    iso("6048", "refused: item need not be supplied"),
    iso("6049", "not fulfilled: chip certificate and data not available"),
    iso_use("6050", "6199"),
    national_use("6200", "6299"),
    private_use("6300", "6499"),
    iso_use("6500", "6599"),
    national_use("6600", "6799"),
    private_use("6800", "6999"),
    iso_use("7000", "7299"),
    national_use("7300", "7599"),
    private_use("7600", "7999"),
    iso("8000", "batch or file transfer starts, no recovery"),
    iso("8001", "batch or file transfer starts, with recovery"),
    iso("8002", "batch or file ends"),
    iso_use("8003", "8059"),
    national_use("8060", "8069"),
    private_use("8070", "8099"),
    iso("8100", "key activation, end of key life"),
    iso("8101", "key activation, keys out of step"),
    iso("8102", "key activation, security"),
    iso("8103", "key deactivation"),
    iso("8104", "key verification, end of key life"),
    iso("8105", "key verification, keys out of step"),
    iso_use("8106", "8159"),
    national_use("8160", "8169"),
    private_use("8170", "8199"),
    iso_use("8200", "8399"),
    national_use("8400", "8699"),
    private_use("8700", "8999"),
    iso_use("9000", "9299"),
    national_use("9300", "9599"),
    unionpay("9600", "settlement adjustments and disputes").to("9725"),
    private_use("9726", "9999"),
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
    fn inside_and_between_spans() {
        let text = |code| ReasonCode::new(code).and_then(ReasonCode::meaning).map(|row| row.text);
        assert_eq!(text("4355"), Some("MAC wrong"));
        assert_eq!(text("4400"), Some("reserved for private use"));
        assert_eq!(text("1512"), None);
    }
}
