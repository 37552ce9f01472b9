//! The data elements of ISO 8583:1987 and the common ways to write them.

use super::emv::EMV;
use super::links::links;
use super::parts::{AMOUNTS_1987, ORIGINAL_1987, PROCESSING_CODE, REPLACEMENT_AMOUNTS_1987};
use crate::layout::{LengthUnit, PadNibble, an, ans, b, n, ns, row, x_n, z};
use crate::mask::{OPEN, PAN, SECRET, TRACK};
use crate::spec::{Dialect, Table, table};

/// ISO 8583:1987, data elements 2 to 128.
pub const ISO87: Table<'static> = table([
    row(2, n(19).ll(), "Primary account number (PAN)", PAN),
    row(3, n(6).of(&PROCESSING_CODE), "Processing code", OPEN),
    row(4, n(12), "Amount, transaction", OPEN),
    row(5, n(12), "Amount, settlement", OPEN),
    row(6, n(12), "Amount, cardholder billing", OPEN),
    row(7, n(10), "Transmission date and time", OPEN),
    row(8, n(8), "Amount, cardholder billing fee", OPEN),
    row(9, n(8), "Conversion rate, settlement", OPEN),
    row(10, n(8), "Conversion rate, cardholder billing", OPEN),
    row(11, n(6), "Systems trace audit number (STAN)", OPEN),
    row(12, n(6), "Time, local transaction", OPEN),
    row(13, n(4), "Date, local transaction", OPEN),
    row(14, n(4), "Date, expiration", SECRET),
    row(15, n(4), "Date, settlement", OPEN),
    row(16, n(4), "Date, conversion", OPEN),
    row(17, n(4), "Date, capture", OPEN),
    row(18, n(4), "Merchant type", OPEN),
    row(19, n(3), "Acquiring institution country code", OPEN),
    row(20, n(3), "Primary account number extended, country code", OPEN),
    row(21, n(3), "Forwarding institution country code", OPEN),
    row(22, n(3), "Point of service entry mode", OPEN),
    row(23, n(3), "Card sequence number", OPEN),
    row(24, n(3), "Network international identifier (NII)", OPEN),
    row(25, n(2), "Point of service condition code", OPEN),
    row(26, n(2), "Point of service PIN capture code", OPEN),
    row(27, n(1), "Authorization identification response length", OPEN),
    row(28, x_n(8), "Amount, transaction fee", OPEN),
    row(29, x_n(8), "Amount, settlement fee", OPEN),
    row(30, x_n(8), "Amount, transaction processing fee", OPEN),
    row(31, x_n(8), "Amount, settlement processing fee", OPEN),
    row(32, n(11).ll(), "Acquiring institution identification code", OPEN),
    row(33, n(11).ll(), "Forwarding institution identification code", OPEN),
    row(34, ns(28).ll(), "Primary account number, extended", SECRET),
    row(35, z(37).ll(), "Track 2 data", TRACK),
    row(36, z(104).lll(), "Track 3 data", SECRET),
    row(37, an(12), "Retrieval reference number", OPEN),
    row(38, an(6), "Authorization identification response", OPEN),
    row(39, an(2), "Response code", OPEN),
    row(40, an(3), "Service restriction code", SECRET),
    row(41, ans(8), "Card acceptor terminal identification", OPEN),
    row(42, ans(15), "Card acceptor identification code", OPEN),
    // usually 25 + 13 + 2 (NAME_LOCATION_1987), but networks differ: no layout.
    row(43, ans(40), "Card acceptor name/location", OPEN),
    // 44 to 48 are `an` in the standard; links carry blanks and special characters in them.
    // 44 is what a network makes of it and may repeat card data, so it stays hidden.
    row(44, ans(25).ll(), "Additional response data", SECRET),
    row(45, ans(76).ll(), "Track 1 data", SECRET),
    row(46, ans(999).lll(), "Additional data - ISO", SECRET),
    row(47, ans(999).lll(), "Additional data - national", SECRET),
    row(48, ans(999).lll(), "Additional data - private", SECRET),
    // 49 to 51 are "a or n": numeric on nearly all links, in characters on packed ones too.
    row(49, an(3), "Currency code, transaction", OPEN),
    row(50, an(3), "Currency code, settlement", OPEN),
    row(51, an(3), "Currency code, cardholder billing", OPEN),
    row(52, b(8), "PIN data", SECRET),
    row(53, n(16), "Security related control information", SECRET),
    row(54, an(120).lll().of(&AMOUNTS_1987), "Additional amounts", OPEN),
    // reserved in 1987; every chip link carries EMV data here.
    row(55, b(255).lll().of(&EMV), "Integrated circuit card (ICC) data", SECRET),
    row(56, ans(999).lll(), "Reserved ISO", SECRET),
    row(57, ans(999).lll(), "Reserved national", SECRET),
    row(58, ans(999).lll(), "Reserved national", SECRET),
    row(59, ans(999).lll(), "Reserved national", SECRET),
    row(60, ans(999).lll(), "Reserved private", SECRET),
    row(61, ans(999).lll(), "Reserved private", SECRET),
    row(62, ans(999).lll(), "Reserved private", SECRET),
    row(63, ans(999).lll(), "Reserved private", SECRET),
    row(64, b(8), "Message authentication code (MAC)", OPEN),
    // announces a third bitmap in the standard, which is practically never sent; a dialect whose links
    // send it says so in its BitmapForm.
    row(65, b(8), "Bit map, extended", SECRET),
    row(66, n(1), "Settlement code", OPEN),
    row(67, n(2), "Extended payment code", OPEN),
    row(68, n(3), "Receiving institution country code", OPEN),
    row(69, n(3), "Settlement institution country code", OPEN),
    row(70, n(3), "Network management information code", OPEN),
    row(71, n(4), "Message number", OPEN),
    row(72, n(4), "Message number last", OPEN),
    row(73, n(6), "Date, action", OPEN),
    row(74, n(10), "Credits, number", OPEN),
    row(75, n(10), "Credits, reversal number", OPEN),
    row(76, n(10), "Debits, number", OPEN),
    row(77, n(10), "Debits, reversal number", OPEN),
    row(78, n(10), "Transfers, number", OPEN),
    row(79, n(10), "Transfers, reversal number", OPEN),
    row(80, n(10), "Inquiries, number", OPEN),
    row(81, n(10), "Authorizations, number", OPEN),
    row(82, n(12), "Credits, processing fee amount", OPEN),
    row(83, n(12), "Credits, transaction fee amount", OPEN),
    row(84, n(12), "Debits, processing fee amount", OPEN),
    row(85, n(12), "Debits, transaction fee amount", OPEN),
    row(86, n(16), "Credits, amount", OPEN),
    row(87, n(16), "Credits, reversal amount", OPEN),
    row(88, n(16), "Debits, amount", OPEN),
    row(89, n(16), "Debits, reversal amount", OPEN),
    row(90, n(42).of(&ORIGINAL_1987), "Original data elements", OPEN),
    row(91, an(1), "File update code", OPEN),
    row(92, an(2), "File security code", OPEN),
    row(93, an(5), "Response indicator", OPEN),
    row(94, an(7), "Service indicator", OPEN),
    row(95, an(42).of(&REPLACEMENT_AMOUNTS_1987), "Replacement amounts", OPEN),
    row(96, b(8), "Message security code", SECRET),
    row(97, x_n(16), "Amount, net settlement", OPEN),
    row(98, ans(25), "Payee", SECRET),
    row(99, n(11).ll(), "Settlement institution identification code", OPEN),
    row(100, n(11).ll(), "Receiving institution identification code", OPEN),
    row(101, ans(17).ll(), "File name", OPEN),
    row(102, ans(28).ll(), "Account identification 1", SECRET),
    row(103, ans(28).ll(), "Account identification 2", SECRET),
    row(104, ans(100).lll(), "Transaction description", SECRET),
    row(105, ans(999).lll(), "Reserved ISO", SECRET),
    row(106, ans(999).lll(), "Reserved ISO", SECRET),
    row(107, ans(999).lll(), "Reserved ISO", SECRET),
    row(108, ans(999).lll(), "Reserved ISO", SECRET),
    row(109, ans(999).lll(), "Reserved ISO", SECRET),
    row(110, ans(999).lll(), "Reserved ISO", SECRET),
    row(111, ans(999).lll(), "Reserved ISO", SECRET),
    row(112, ans(999).lll(), "Reserved national", SECRET),
    row(113, ans(999).lll(), "Reserved national", SECRET),
    row(114, ans(999).lll(), "Reserved national", SECRET),
    row(115, ans(999).lll(), "Reserved national", SECRET),
    row(116, ans(999).lll(), "Reserved national", SECRET),
    row(117, ans(999).lll(), "Reserved national", SECRET),
    row(118, ans(999).lll(), "Reserved national", SECRET),
    row(119, ans(999).lll(), "Reserved national", SECRET),
    row(120, ans(999).lll(), "Reserved private", SECRET),
    row(121, ans(999).lll(), "Reserved private", SECRET),
    row(122, ans(999).lll(), "Reserved private", SECRET),
    row(123, ans(999).lll(), "Reserved private", SECRET),
    row(124, ans(999).lll(), "Reserved private", SECRET),
    row(125, ans(999).lll(), "Reserved private", SECRET),
    row(126, ans(999).lll(), "Reserved private", SECRET),
    row(127, ans(999).lll(), "Reserved private", SECRET),
    row(128, b(8), "Message authentication code (MAC)", OPEN),
]);

links! { "ISO 8583:1987", ISO87:
    ISO87_ASCII "iso87-ascii" (Dialect::ASCII) "everything in ASCII, bitmaps and binary values as hexadecimal digits";
    ISO87_ASCII_BINARY "iso87-ascii-binary" (Dialect::ASCII_BINARY) "ASCII, bitmaps and binary values as they are";
    ISO87_BCD "iso87-bcd" (Dialect::BCD) "packed digits, ASCII text, bitmaps as they are";
    ISO87_EBCDIC "iso87-ebcdic" (Dialect::EBCDIC) "EBCDIC (code page 1047), bitmaps and binary values as they are";
}

/// ISO 8583:1987 with the currency codes of DE 49 to 51 as digits, which packed links then pack.
pub const ISO87_NUMERIC_CURRENCY: Table<'static> = ISO87
    .with(row(49, n(3), "Currency code, transaction", OPEN))
    .with(row(50, n(3), "Currency code, settlement", OPEN))
    .with(row(51, n(3), "Currency code, cardholder billing", OPEN));

/// The same with lengths of one octet that count digits, characters or octets of a binary value.
pub const ISO87_OCTET_LENGTHS: Table<'static> = ISO87_NUMERIC_CURRENCY.with_octet_lengths(LengthUnit::Units);

/// The same with lengths of one octet that count octets on the wire, two packed digits being one.
pub const ISO87_OCTET_LENGTHS_OF_OCTETS: Table<'static> =
    ISO87_NUMERIC_CURRENCY.with_octet_lengths(LengthUnit::Bytes);

/// Octets are counted, not digits: that a number of digits is odd shows in its pad nibble alone.
const BCD_EBCDIC_BYTES: Dialect = Dialect { pad_nibble_var: PadNibble::RIGHT_F, ..Dialect::BCD_EBCDIC };

links! { "ISO 8583:1987", ISO87_OCTET_LENGTHS:
    ISO87_BCD_EBCDIC "iso87-bcd-ebcdic" (Dialect::BCD_EBCDIC) "packed digits and currency codes, EBCDIC text, lengths of one octet that count digits or characters";
}

links! { "ISO 8583:1987", ISO87_OCTET_LENGTHS_OF_OCTETS:
    ISO87_BCD_EBCDIC_BYTES "iso87-bcd-ebcdic-bytes" (BCD_EBCDIC_BYTES) "as `iso87-bcd-ebcdic`, lengths that count octets; a half byte F after the digits fills an odd number up";
}

links! { "ISO 8583:1987", ISO87_NUMERIC_CURRENCY:
    ISO87_BCD_N49 "iso87-bcd-n49" (Dialect::BCD) "as `iso87-bcd`, currency codes packed too: `08 40` for 840";
}
