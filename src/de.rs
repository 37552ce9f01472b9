//! Names for data element numbers.
//!
//! The constants of this module follow the 1987 edition; most of them hold in every edition.
//! [`v1993`] and [`v2003`] name the elements whose meaning differs there. Facts from public lists.
//!
//! ```
//! use cardwire::de;
//!
//! assert_eq!((de::STAN, de::RESPONSE_CODE), (11, 39));
//! assert_eq!(de::v1993::ORIGINAL_DATA, 56);
//! ```

/// Primary account number.
pub const PAN: u8 = 2;
/// Processing code.
pub const PROCESSING_CODE: u8 = 3;
/// Transaction amount.
pub const AMOUNT: u8 = 4;
/// Settlement amount.
pub const AMOUNT_SETTLEMENT: u8 = 5;
/// Amount billed to the cardholder.
pub const AMOUNT_BILLING: u8 = 6;
/// Transmission date and time.
pub const TRANSMISSION_TIME: u8 = 7;
/// Fee billed to the cardholder.
pub const BILLING_FEE: u8 = 8;
/// Conversion rate, settlement.
pub const RATE_SETTLEMENT: u8 = 9;
/// Conversion rate, cardholder billing.
pub const RATE_BILLING: u8 = 10;
/// Systems trace audit number.
pub const STAN: u8 = 11;
/// Local transaction time.
pub const TIME_LOCAL: u8 = 12;
/// Local transaction date.
pub const DATE_LOCAL: u8 = 13;
/// Expiration date of the card.
pub const EXPIRY: u8 = 14;
/// Settlement date.
pub const DATE_SETTLEMENT: u8 = 15;
/// Conversion date.
pub const DATE_CONVERSION: u8 = 16;
/// Capture date.
pub const DATE_CAPTURE: u8 = 17;
/// Merchant type (category).
pub const MERCHANT_TYPE: u8 = 18;
/// Country of the acquirer.
pub const ACQUIRER_COUNTRY: u8 = 19;
/// Country of the account number.
pub const PAN_COUNTRY: u8 = 20;
/// Country of the forwarding institution.
pub const FORWARDER_COUNTRY: u8 = 21;
/// Point of service entry mode.
pub const ENTRY_MODE: u8 = 22;
/// Card sequence number.
pub const CARD_SEQUENCE: u8 = 23;
/// Network international identifier.
pub const NII: u8 = 24;
/// Point of service condition code.
pub const CONDITION_CODE: u8 = 25;
/// Point of service PIN capture code.
pub const PIN_CAPTURE_CODE: u8 = 26;
/// Length of the approval code in the response.
pub const APPROVAL_CODE_LENGTH: u8 = 27;
/// Transaction fee.
pub const TRANSACTION_FEE: u8 = 28;
/// Settlement fee.
pub const SETTLEMENT_FEE: u8 = 29;
/// Transaction processing fee.
pub const PROCESSING_FEE: u8 = 30;
/// Settlement processing fee.
pub const SETTLEMENT_PROCESSING_FEE: u8 = 31;
/// Acquiring institution.
pub const ACQUIRER: u8 = 32;
/// Forwarding institution.
pub const FORWARDER: u8 = 33;
/// Primary account number, extended.
pub const PAN_EXTENDED: u8 = 34;
/// Track 2 data.
pub const TRACK2: u8 = 35;
/// Track 3 data.
pub const TRACK3: u8 = 36;
/// Retrieval reference number.
pub const RRN: u8 = 37;
/// Approval code.
pub const APPROVAL_CODE: u8 = 38;
/// Response code.
pub const RESPONSE_CODE: u8 = 39;
/// Service restriction code.
pub const SERVICE_RESTRICTION: u8 = 40;
/// Terminal of the card acceptor.
pub const TERMINAL: u8 = 41;
/// Card acceptor (merchant) number.
pub const MERCHANT: u8 = 42;
/// Name and location of the card acceptor.
pub const MERCHANT_NAME: u8 = 43;
/// Additional response data.
pub const ADDITIONAL_RESPONSE: u8 = 44;
/// Track 1 data.
pub const TRACK1: u8 = 45;
/// Additional data, ISO.
pub const ADDITIONAL_ISO: u8 = 46;
/// Additional data, national.
pub const ADDITIONAL_NATIONAL: u8 = 47;
/// Additional data, private.
pub const PRIVATE: u8 = 48;
/// Transaction currency.
pub const CURRENCY: u8 = 49;
/// Settlement currency.
pub const CURRENCY_SETTLEMENT: u8 = 50;
/// Cardholder billing currency.
pub const CURRENCY_BILLING: u8 = 51;
/// PIN data.
pub const PIN: u8 = 52;
/// Security related control information.
pub const SECURITY_CONTROL: u8 = 53;
/// Additional amounts.
pub const ADDITIONAL_AMOUNTS: u8 = 54;
/// Chip data; reserved for ISO use in the standard itself.
pub const ICC: u8 = 55;
/// Reserved for private use; UnionPay terminals: message type, batch and management code.
pub const PRIVATE_60: u8 = 60;
/// Reserved for private use; UnionPay terminals: original transaction.
pub const PRIVATE_61: u8 = 61;
/// Reserved for private use.
pub const PRIVATE_62: u8 = 62;
/// Reserved for private use.
pub const PRIVATE_63: u8 = 63;
/// Message authentication code without a secondary bitmap.
pub const MAC: u8 = 64;
/// Extended bitmap.
pub const BITMAP_EXTENDED: u8 = 65;
/// Settlement code.
pub const SETTLEMENT_CODE: u8 = 66;
/// Extended payment code.
pub const EXTENDED_PAYMENT: u8 = 67;
/// Country of the receiving institution.
pub const RECEIVER_COUNTRY: u8 = 68;
/// Country of the settlement institution.
pub const SETTLER_COUNTRY: u8 = 69;
/// Network management information code.
pub const NETWORK_CODE: u8 = 70;
/// Message number.
pub const MESSAGE_NUMBER: u8 = 71;
/// Number of the last message.
pub const LAST_MESSAGE_NUMBER: u8 = 72;
/// Action date.
pub const DATE_ACTION: u8 = 73;
/// Number of credits.
pub const CREDITS_NUMBER: u8 = 74;
/// Number of credit reversals.
pub const CREDITS_REVERSAL_NUMBER: u8 = 75;
/// Number of debits.
pub const DEBITS_NUMBER: u8 = 76;
/// Number of debit reversals.
pub const DEBITS_REVERSAL_NUMBER: u8 = 77;
/// Number of transfers.
pub const TRANSFERS_NUMBER: u8 = 78;
/// Number of transfer reversals.
pub const TRANSFERS_REVERSAL_NUMBER: u8 = 79;
/// Number of inquiries.
pub const INQUIRIES_NUMBER: u8 = 80;
/// Number of authorizations.
pub const AUTHORIZATIONS_NUMBER: u8 = 81;
/// Processing fees on credits.
pub const CREDITS_PROCESSING_FEE: u8 = 82;
/// Transaction fees on credits.
pub const CREDITS_TRANSACTION_FEE: u8 = 83;
/// Processing fees on debits.
pub const DEBITS_PROCESSING_FEE: u8 = 84;
/// Transaction fees on debits.
pub const DEBITS_TRANSACTION_FEE: u8 = 85;
/// Amount of credits.
pub const CREDITS_AMOUNT: u8 = 86;
/// Amount of credit reversals.
pub const CREDITS_REVERSAL_AMOUNT: u8 = 87;
/// Amount of debits.
pub const DEBITS_AMOUNT: u8 = 88;
/// Amount of debit reversals.
pub const DEBITS_REVERSAL_AMOUNT: u8 = 89;
/// Original data elements.
pub const ORIGINAL_DATA: u8 = 90;
/// File update code.
pub const FILE_UPDATE_CODE: u8 = 91;
/// File security code.
pub const FILE_SECURITY_CODE: u8 = 92;
/// Response indicator.
pub const RESPONSE_INDICATOR: u8 = 93;
/// Service indicator.
pub const SERVICE_INDICATOR: u8 = 94;
/// Replacement amounts.
pub const REPLACEMENT_AMOUNTS: u8 = 95;
/// Message security code.
pub const MESSAGE_SECURITY_CODE: u8 = 96;
/// Net settlement amount.
pub const NET_SETTLEMENT: u8 = 97;
/// Payee.
pub const PAYEE: u8 = 98;
/// Settlement institution.
pub const SETTLER: u8 = 99;
/// Receiving institution.
pub const RECEIVER: u8 = 100;
/// File name.
pub const FILE_NAME: u8 = 101;
/// Account the money comes from.
pub const ACCOUNT_1: u8 = 102;
/// Account the money goes to.
pub const ACCOUNT_2: u8 = 103;
/// Transaction description.
pub const TRANSACTION_DESCRIPTION: u8 = 104;
/// Message authentication code with a secondary bitmap.
pub const MAC2: u8 = 128;

/// Elements of the 1993 edition that differ from 1987.
pub mod v1993 {
    /// Reconciliation amount.
    pub const AMOUNT_RECONCILIATION: u8 = 5;
    /// Conversion rate, reconciliation.
    pub const RATE_RECONCILIATION: u8 = 9;
    /// Local transaction date and time.
    pub const DATE_TIME_LOCAL: u8 = 12;
    /// Date from which the card is valid.
    pub const DATE_EFFECTIVE: u8 = 13;
    /// Point of service data code.
    pub const POS_DATA: u8 = 22;
    /// Function code.
    pub const FUNCTION_CODE: u8 = 24;
    /// Message reason code.
    pub const REASON_CODE: u8 = 25;
    /// Business (category) code of the card acceptor.
    pub const BUSINESS_CODE: u8 = 26;
    /// Reconciliation date.
    pub const DATE_RECONCILIATION: u8 = 28;
    /// Reconciliation indicator.
    pub const RECONCILIATION_INDICATOR: u8 = 29;
    /// Original amounts.
    pub const ORIGINAL_AMOUNTS: u8 = 30;
    /// Acquirer reference data.
    pub const ACQUIRER_REFERENCE: u8 = 31;
    /// Action code.
    pub const ACTION_CODE: u8 = 39;
    /// Service code.
    pub const SERVICE_CODE: u8 = 40;
    /// Fee amounts.
    pub const FEES: u8 = 46;
    /// Reconciliation currency.
    pub const CURRENCY_RECONCILIATION: u8 = 50;
    /// Chip data.
    pub const ICC: u8 = 55;
    /// Original data elements.
    pub const ORIGINAL_DATA: u8 = 56;
    /// Authorization life cycle code.
    pub const LIFE_CYCLE_CODE: u8 = 57;
    /// Authorizing agent institution.
    pub const AUTHORIZING_AGENT: u8 = 58;
    /// Transport data, returned unchanged.
    pub const TRANSPORT_DATA: u8 = 59;
    /// Original fee amounts.
    pub const ORIGINAL_FEES: u8 = 66;
    /// Country of the authorizing agent.
    pub const AUTHORIZING_AGENT_COUNTRY: u8 = 70;
    /// Data record.
    pub const DATA_RECORD: u8 = 72;
    /// Number of inquiry reversals.
    pub const INQUIRIES_REVERSAL_NUMBER: u8 = 82;
    /// Number of payments.
    pub const PAYMENTS_NUMBER: u8 = 83;
    /// Number of payment reversals.
    pub const PAYMENTS_REVERSAL_NUMBER: u8 = 84;
    /// Number of fee collections.
    pub const FEE_COLLECTIONS_NUMBER: u8 = 85;
    /// Number of authorization reversals.
    pub const AUTHORIZATIONS_REVERSAL_NUMBER: u8 = 90;
    /// Country of the transaction destination.
    pub const DESTINATION_COUNTRY: u8 = 91;
    /// Country of the transaction originator.
    pub const ORIGINATOR_COUNTRY: u8 = 92;
    /// Transaction destination institution.
    pub const DESTINATION: u8 = 93;
    /// Transaction originator institution.
    pub const ORIGINATOR: u8 = 94;
    /// Card issuer reference data.
    pub const ISSUER_REFERENCE: u8 = 95;
    /// Key management data.
    pub const KEY_MANAGEMENT: u8 = 96;
    /// Net reconciliation amount.
    pub const NET_RECONCILIATION: u8 = 97;
    /// Amount of credit chargebacks.
    pub const CREDITS_CHARGEBACK_AMOUNT: u8 = 105;
    /// Amount of debit chargebacks.
    pub const DEBITS_CHARGEBACK_AMOUNT: u8 = 106;
    /// Number of credit chargebacks.
    pub const CREDITS_CHARGEBACK_NUMBER: u8 = 107;
    /// Number of debit chargebacks.
    pub const DEBITS_CHARGEBACK_NUMBER: u8 = 108;
    /// Fee amounts, credits.
    pub const CREDITS_FEES: u8 = 109;
    /// Fee amounts, debits.
    pub const DEBITS_FEES: u8 = 110;
}

/// Elements of the 2003 edition that differ from 1987. From 50 on they rest on a single family of
/// public sources.
pub mod v2003 {
    /// Reconciliation amount.
    pub const AMOUNT_RECONCILIATION: u8 = 5;
    /// Conversion rate, reconciliation.
    pub const RATE_RECONCILIATION: u8 = 9;
    /// Local transaction date and time.
    pub const DATE_TIME_LOCAL: u8 = 12;
    /// Date from which the card is valid.
    pub const DATE_EFFECTIVE: u8 = 13;
    /// Message error indicator.
    pub const ERROR_INDICATOR: u8 = 18;
    /// Transaction life cycle identification data.
    pub const LIFE_CYCLE_DATA: u8 = 21;
    /// Point of service data code.
    pub const POS_DATA: u8 = 22;
    /// Function code.
    pub const FUNCTION_CODE: u8 = 24;
    /// Message reason code.
    pub const REASON_CODE: u8 = 25;
    /// Merchant category code.
    pub const MERCHANT_CATEGORY: u8 = 26;
    /// Point of service capability.
    pub const POS_CAPABILITY: u8 = 27;
    /// Reconciliation date.
    pub const DATE_RECONCILIATION: u8 = 28;
    /// Reconciliation indicator.
    pub const RECONCILIATION_INDICATOR: u8 = 29;
    /// Original amounts.
    pub const ORIGINAL_AMOUNTS: u8 = 30;
    /// Acquirer reference number.
    pub const ACQUIRER_REFERENCE: u8 = 31;
    /// Electronic commerce data.
    pub const ECOMMERCE_DATA: u8 = 34;
    /// Action code.
    pub const ACTION_CODE: u8 = 39;
    /// Service code.
    pub const SERVICE_CODE: u8 = 40;
    /// Fee amounts.
    pub const FEES: u8 = 46;
    /// Verification data.
    pub const VERIFICATION_DATA: u8 = 49;
    /// Chip data.
    pub const ICC: u8 = 55;
    /// Original data elements.
    pub const ORIGINAL_DATA: u8 = 56;
    /// Authorization life cycle code.
    pub const LIFE_CYCLE_CODE: u8 = 57;
    /// Authorizing agent institution.
    pub const AUTHORIZING_AGENT: u8 = 58;
    /// Transport data, returned unchanged.
    pub const TRANSPORT_DATA: u8 = 59;
    /// Original fee amounts.
    pub const ORIGINAL_FEES: u8 = 66;
    /// Batch or file transfer message control.
    pub const BATCH_CONTROL: u8 = 68;
    /// Batch or file transfer control data.
    pub const BATCH_CONTROL_DATA: u8 = 69;
    /// File transfer description data.
    pub const FILE_DESCRIPTION: u8 = 70;
    /// Data record.
    pub const DATA_RECORD: u8 = 72;
    /// Reconciliation data, primary.
    pub const RECONCILIATION_PRIMARY: u8 = 74;
    /// Reconciliation data, secondary.
    pub const RECONCILIATION_SECONDARY: u8 = 75;
    /// Transaction destination institution.
    pub const DESTINATION: u8 = 93;
    /// Transaction originator institution.
    pub const ORIGINATOR: u8 = 94;
    /// Card issuer reference data.
    pub const ISSUER_REFERENCE: u8 = 95;
    /// Key management data.
    pub const KEY_MANAGEMENT: u8 = 96;
    /// Net reconciliation amount.
    pub const NET_RECONCILIATION: u8 = 97;
    /// Transaction specific data.
    pub const TRANSACTION_DATA: u8 = 104;
    /// Reconciliation fee amounts, credits.
    pub const CREDITS_FEES: u8 = 109;
    /// Reconciliation fee amounts, debits.
    pub const DEBITS_FEES: u8 = 110;
}
