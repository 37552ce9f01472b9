//! The data elements of ISO 8583:2003 and the common ways to write them.

use super::emv::EMV;
use super::links::links;
use super::parts::{
    ACQUIRER_REFERENCE_2003, AMOUNT_2003, AMOUNTS_2003, AMOUNTS_ORIGINAL_2003, BATCH_CONTROL_2003,
    FEE_AMOUNT_2003, ORIGINAL_2003, PROCESSING_CODE_2003, RECONCILIATION_2003,
};
use crate::codec::LengthUnit;
use crate::layout::{an, anp, ans, ansb, b, n, row, x_n, z};
use crate::mask::{OPEN, PAN, SECRET, TRACK};
use crate::spec::{Dialect, Table, table};

/// ISO 8583:2003, data elements 2 to 128.
///
/// No free authoritative table exists; 2 to 49 rest on two sources, the others on one.
pub const ISO03: Table<'static> = table([
    row(2, n(19).ll(), "Primary account number (PAN)", PAN),
    row(3, an(6).of(&PROCESSING_CODE_2003), "Processing code", OPEN),
    row(4, n(16).of(&AMOUNT_2003), "Amount, transaction", OPEN),
    row(5, n(16).of(&AMOUNT_2003), "Amount, reconciliation", OPEN),
    row(6, n(16).of(&AMOUNT_2003), "Amount, cardholder billing", OPEN),
    row(7, n(10), "Date and time, transmission", OPEN),
    row(8, n(12).of(&FEE_AMOUNT_2003), "Amount, cardholder billing fee", OPEN),
    row(9, n(8), "Conversion rate, reconciliation", OPEN),
    row(10, n(8), "Conversion rate, cardholder billing", OPEN),
    row(11, n(12), "Systems trace audit number (STAN)", OPEN),
    row(12, n(14), "Date and time, local transaction", OPEN),
    row(13, n(6), "Date, effective", OPEN),
    row(14, n(4), "Date, expiration", SECRET),
    row(15, n(8), "Date, settlement", OPEN),
    row(16, n(4), "Date, conversion", OPEN),
    row(17, n(4), "Date, capture", OPEN),
    row(18, ansb(140).lll(), "Message error indicator", OPEN),
    row(19, n(3), "Country code, acquiring institution", OPEN),
    row(20, n(3), "Country code, primary account number", OPEN),
    // one packager writes it in 19 octets: doubtful, no layout.
    row(21, ans(22), "Transaction life cycle identification data", OPEN),
    // four maps of 32 bits; one source prints b 12.
    row(22, b(16), "Point of service data code", OPEN),
    row(23, n(3), "Card sequence number", OPEN),
    row(24, n(3), "Function code", OPEN),
    row(25, n(4), "Message reason code", OPEN),
    row(26, n(4), "Merchant category code", OPEN),
    // `anb`: maps of bits and lengths, so octets here. One source prints 25.
    row(27, b(27), "Point of service capability", OPEN),
    row(28, n(8), "Date, reconciliation", OPEN),
    row(29, n(3), "Reconciliation indicator", OPEN),
    row(30, n(32).of(&AMOUNTS_ORIGINAL_2003), "Amounts, original", OPEN),
    row(31, n(23).of(&ACQUIRER_REFERENCE_2003), "Acquirer reference number", OPEN),
    row(32, n(11).ll(), "Acquiring institution identification code", OPEN),
    row(33, n(11).ll(), "Forwarding institution identification code", OPEN),
    row(34, b(9999).llll(), "Electronic commerce data", SECRET),
    row(35, z(37).ll(), "Track 2 data", TRACK),
    row(36, z(104).lll(), "Track 3 data", SECRET),
    row(37, anp(12), "Retrieval reference number", OPEN),
    row(38, anp(6), "Approval code", OPEN),
    row(39, n(4), "Action code", OPEN),
    row(40, n(3), "Service code", SECRET),
    row(41, ans(16), "Card acceptor terminal identification", OPEN),
    row(42, ans(35).ll(), "Card acceptor identification code", OPEN),
    row(43, ansb(9999).llll(), "Card acceptor name/location", OPEN),
    row(44, ansb(9999).llll(), "Additional response data", SECRET),
    row(45, ans(76).ll(), "Track 1 data", SECRET),
    row(46, ans(216).lll(), "Amounts, fees", OPEN),
    row(47, ans(999).lll(), "Additional data - national", SECRET),
    row(48, ans(999).lll(), "Additional data - private", SECRET),
    // one source prints ans..999.
    row(49, b(9999).llll(), "Verification data", SECRET),
    // from 50 on there is one family of sources only.
    row(50, b(9999).llll(), "Reserved ISO", SECRET),
    row(51, b(9999).llll(), "Reserved ISO", SECRET),
    row(52, b(8), "PIN data", SECRET),
    row(53, b(48).ll(), "Security related control information", SECRET),
    row(54, ans(126).lll().of(&AMOUNTS_2003), "Amounts, additional", OPEN),
    row(55, b(9999).llll().of(&EMV), "Integrated circuit card (ICC) data", SECRET),
    row(56, n(41).ll().of(&ORIGINAL_2003), "Original data elements", OPEN),
    row(57, n(3), "Authorization life cycle code", OPEN),
    row(58, n(11).ll(), "Authorizing agent institution identification code", OPEN),
    row(59, ans(999).lll(), "Transport data", SECRET),
    row(60, ans(999).lll(), "Reserved national", SECRET),
    row(61, ans(999).lll(), "Reserved national", SECRET),
    row(62, ans(999).lll(), "Reserved private", SECRET),
    row(63, ans(999).lll(), "Reserved private", SECRET),
    // the packagers of that family write four octets in 64 and 128.
    row(64, b(8), "Message authentication code (MAC)", OPEN),
    row(65, b(8), "Reserved ISO", SECRET),
    row(66, ans(216).lll(), "Amounts, original fees", OPEN),
    row(67, n(2), "Extended payment data", OPEN),
    row(68, an(9), "Batch/file transfer message control", OPEN),
    row(69, an(40).of(&BATCH_CONTROL_2003), "Batch/file transfer control data", SECRET),
    row(70, n(18), "File transfer description data", OPEN),
    row(71, b(9999).llll(), "Reserved ISO", SECRET),
    row(72, b(9999).llll(), "Data record", SECRET),
    row(73, n(8), "Date, action", OPEN),
    row(74, n(156).of(&RECONCILIATION_2003), "Reconciliation data, primary", OPEN),
    // the order of its nine counters is not confirmed: no layout.
    row(75, n(90), "Reconciliation data, secondary", OPEN),
    row(76, b(9999).llll(), "Reserved ISO", SECRET),
    row(77, b(9999).llll(), "Reserved ISO", SECRET),
    row(78, b(9999).llll(), "Reserved ISO", SECRET),
    row(79, b(9999).llll(), "Reserved ISO", SECRET),
    row(80, b(9999).llll(), "Reserved ISO", SECRET),
    row(81, b(9999).llll(), "Reserved ISO", SECRET),
    row(82, b(9999).llll(), "Reserved ISO", SECRET),
    row(83, b(9999).llll(), "Reserved ISO", SECRET),
    row(84, b(9999).llll(), "Reserved ISO", SECRET),
    row(85, b(9999).llll(), "Reserved ISO", SECRET),
    row(86, b(9999).llll(), "Reserved ISO", SECRET),
    row(87, b(9999).llll(), "Reserved ISO", SECRET),
    row(88, b(9999).llll(), "Reserved ISO", SECRET),
    row(89, b(9999).llll(), "Reserved ISO", SECRET),
    row(90, b(9999).llll(), "Reserved ISO", SECRET),
    // in no source; reserved like its neighbours.
    row(91, b(9999).llll(), "Reserved ISO", SECRET),
    row(92, b(9999).llll(), "Reserved ISO", SECRET),
    row(93, n(11).ll(), "Transaction destination institution identification code", OPEN),
    row(94, n(11).ll(), "Transaction originator institution identification code", OPEN),
    row(95, ans(99).ll(), "Card issuer reference data", SECRET),
    row(96, b(999).lll(), "Key management data", SECRET),
    // sign, currency n 3, minor unit n 1, amount n 16; one text gives n 17 for the amount.
    row(97, x_n(20), "Amount, net reconciliation", OPEN),
    row(98, ans(25), "Payee", SECRET),
    row(99, an(11).ll(), "Settlement institution identification code", OPEN),
    row(100, n(11).ll(), "Receiving institution identification code", OPEN),
    row(101, ans(99).ll(), "File name", OPEN),
    row(102, ans(28).ll(), "Account identification 1", SECRET),
    row(103, ans(28).ll(), "Account identification 2", SECRET),
    row(104, b(9999).llll(), "Transaction specific data", SECRET),
    row(105, b(9999).llll(), "Reserved ISO", SECRET),
    row(106, b(9999).llll(), "Reserved ISO", SECRET),
    row(107, b(9999).llll(), "Reserved ISO", SECRET),
    row(108, b(9999).llll(), "Reserved ISO", SECRET),
    row(109, ans(144).lll(), "Reconciliation fee amounts, credit", OPEN),
    row(110, ans(144).lll(), "Reconciliation fee amounts, debit", OPEN),
    row(111, b(9999).llll(), "Reserved private", SECRET),
    row(112, b(9999).llll(), "Reserved private", SECRET),
    row(113, b(9999).llll(), "Reserved private", SECRET),
    row(114, b(9999).llll(), "Reserved private", SECRET),
    row(115, b(9999).llll(), "Reserved private", SECRET),
    row(116, b(9999).llll(), "Reserved national", SECRET),
    row(117, b(9999).llll(), "Reserved national", SECRET),
    row(118, b(9999).llll(), "Reserved national", SECRET),
    row(119, b(9999).llll(), "Reserved national", SECRET),
    row(120, b(9999).llll(), "Reserved national", SECRET),
    row(121, b(9999).llll(), "Reserved national", SECRET),
    row(122, b(9999).llll(), "Reserved national", SECRET),
    row(123, ans(999).lll(), "Reserved private", SECRET),
    row(124, b(9999).llll(), "Reserved private", SECRET),
    row(125, b(9999).llll(), "Reserved private", SECRET),
    row(126, b(9999).llll(), "Reserved private", SECRET),
    row(127, b(9999).llll(), "Reserved private", SECRET),
    row(128, b(8), "Message authentication code (MAC)", OPEN),
]);

/// ASCII, but a length prefix counts the octets of a binary value and not their hexadecimal digits:
/// counted in digits, `b..9999` would not fit the four digits of its prefix.
const ASCII: Dialect = Dialect { binary_counts: LengthUnit::Units, ..Dialect::ASCII };

links! { "ISO 8583:2003", ISO03:
    ISO03_ASCII "iso03-ascii" (ASCII) "everything in ASCII, bitmaps and binary values as hexadecimal digits";
    ISO03_ASCII_BINARY "iso03-ascii-binary" (Dialect::ASCII_BINARY) "ASCII, bitmaps and binary values as they are";
    ISO03_BCD "iso03-bcd" (Dialect::BCD) "packed digits, ASCII text, bitmaps as they are";
    ISO03_EBCDIC "iso03-ebcdic" (Dialect::EBCDIC) "EBCDIC (code page 1047), bitmaps and binary values as they are";
}
