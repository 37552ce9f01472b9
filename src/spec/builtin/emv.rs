//! EMV data objects, DE 55.
//!
//! Privacy: what a card or its holder could be known by is hidden, and so is every tag that is not
//! listed. What a terminal or issuer decided, and what money and time say, is open.

use crate::layout::{Element, Layout, Shape, Tag, an, ans, ansb, b, n, row};
use crate::mask::{OPEN, SECRET};
use crate::spec::{Dialect, binary_parts};

/// EMV data objects in BER-TLV: any order, any tag. All may be empty.
///
/// Digits are counted as packed, so a three-digit country takes four with its leading zero. Names
/// that a card gives are `ansb`: cards write them in any ISO 8859 character set.
///
/// Format n is filled with zeros to its full size when it is written: 9F02 = 12345 is
/// `00 00 00 01 23 45`. Format cn, with `F` after its digits, is class b here.
pub static EMV: Layout<'static> = Layout::tags(
    Tag::Ber,
    Some(&UNLISTED),
    &binary_parts([
        row(0x4F, b(16).ber(), "Application identifier (AID), card", OPEN),
        row(0x50, ansb(16).ber(), "Application label", OPEN),
        row(0x57, b(19).ber(), "Track 2 equivalent data", SECRET),
        // format cn: cards fill it with one F or with several, so it is octets
        row(0x5A, b(10).ber(), "Application primary account number (PAN)", SECRET),
        // scripts are opaque: a terminal has to report malformed ones too; see EMV_SCRIPT
        row(0x71, b(255).ber(), "Issuer script template 1", SECRET),
        row(0x72, b(255).ber(), "Issuer script template 2", SECRET),
        row(0x82, b(2).ber(), "Application interchange profile", OPEN),
        row(0x84, b(16).ber(), "Dedicated file (DF) name", OPEN),
        row(0x8A, an(2).ber(), "Authorization response code", OPEN),
        row(0x8E, b(252).ber(), "Cardholder verification method (CVM) list", OPEN),
        row(0x91, b(16).ber(), "Issuer authentication data", SECRET),
        row(0x94, b(252).ber(), "Application file locator", OPEN),
        row(0x95, b(5).ber(), "Terminal verification results (TVR)", OPEN),
        row(0x98, b(20).ber(), "Transaction certificate (TC) hash value", SECRET),
        row(0x99, b(255).ber(), "Transaction PIN data", SECRET),
        row(0x9A, numeric(6), "Transaction date", OPEN),
        row(0x9B, b(2).ber(), "Transaction status information (TSI)", OPEN),
        row(0x9C, numeric(2), "Transaction type", OPEN),
        row(0x5F20, ansb(26).ber(), "Cardholder name", SECRET),
        row(0x5F24, numeric(6), "Application expiration date", SECRET),
        row(0x5F25, numeric(6), "Application effective date", OPEN),
        row(0x5F28, numeric(4), "Issuer country code", OPEN),
        row(0x5F2A, numeric(4), "Transaction currency code", OPEN),
        row(0x5F2D, an(8).ber(), "Language preference", OPEN),
        row(0x5F30, numeric(4), "Service code", SECRET),
        row(0x5F34, numeric(2), "PAN sequence number", OPEN),
        row(0x5F36, numeric(2), "Transaction currency exponent", OPEN),
        row(0x9F01, numeric(12), "Acquirer identifier", OPEN),
        row(0x9F02, numeric(12), "Amount, authorized", OPEN),
        row(0x9F03, numeric(12), "Amount, other", OPEN),
        row(0x9F05, b(32).ber(), "Application discretionary data", SECRET),
        row(0x9F06, b(16).ber(), "Application identifier (AID), terminal", OPEN),
        row(0x9F07, b(2).ber(), "Application usage control", OPEN),
        row(0x9F08, b(2).ber(), "Application version number, card", OPEN),
        row(0x9F09, b(2).ber(), "Application version number, terminal", OPEN),
        row(0x9F0B, ansb(45).ber(), "Cardholder name, extended", SECRET),
        row(0x9F0D, b(5).ber(), "Issuer action code, default", OPEN),
        row(0x9F0E, b(5).ber(), "Issuer action code, denial", OPEN),
        row(0x9F0F, b(5).ber(), "Issuer action code, online", OPEN),
        row(0x9F10, b(32).ber(), "Issuer application data", SECRET),
        row(0x9F11, numeric(2), "Issuer code table index", OPEN),
        row(0x9F12, ansb(16).ber(), "Application preferred name", OPEN),
        row(0x9F15, numeric(4), "Merchant category code", OPEN),
        row(0x9F16, ans(15).ber(), "Merchant identifier", OPEN),
        row(0x9F1A, numeric(4), "Terminal country code", OPEN),
        row(0x9F1C, ans(8).ber(), "Terminal identification", OPEN),
        // an 8 in EMV; octets that are no characters pass, since nothing hangs on it
        row(0x9F1E, ansb(8).ber(), "Interface device (IFD) serial number", OPEN),
        row(0x9F21, numeric(6), "Transaction time", OPEN),
        row(0x9F26, b(8).ber(), "Application cryptogram", SECRET),
        row(0x9F27, b(1).ber(), "Cryptogram information data", OPEN),
        row(0x9F33, b(3).ber(), "Terminal capabilities", OPEN),
        row(0x9F34, b(3).ber(), "Cardholder verification method (CVM) results", OPEN),
        row(0x9F35, numeric(2), "Terminal type", OPEN),
        row(0x9F36, b(2).ber(), "Application transaction counter (ATC)", OPEN),
        row(0x9F37, b(4).ber(), "Unpredictable number", OPEN),
        row(0x9F38, b(252).ber(), "Processing options data object list (PDOL)", OPEN),
        row(0x9F39, numeric(2), "Point of service entry mode", OPEN),
        row(0x9F40, b(5).ber(), "Additional terminal capabilities", OPEN),
        row(0x9F41, numeric(8), "Transaction sequence counter", OPEN),
        row(0x9F42, numeric(4), "Application currency code", OPEN),
        row(0x9F45, b(2).ber(), "Data authentication code", SECRET),
        row(0x9F4C, b(8).ber(), "ICC dynamic number", SECRET),
        row(0x9F4E, ansb(255).ber(), "Merchant name and location", OPEN),
        // the schemes' own tags: they disagree on content, so octets and the longest length
        row(0x9F53, b(32).ber(), "Transaction category code", OPEN),
        row(0x9F5B, b(255).ber(), "Issuer script results", OPEN),
        row(0x9F63, b(16).ber(), "Card product identification", SECRET),
        row(0x9F66, b(4).ber(), "Terminal transaction qualifiers", OPEN),
        row(0x9F6B, b(19).ber(), "Track 2 data", SECRET),
        row(0x9F6C, b(2).ber(), "Card transaction qualifiers", OPEN),
        row(0x9F6E, b(32).ber(), "Form factor indicator or third-party data", SECRET),
        row(0x9F74, b(6).ber(), "Issuer authorization code, electronic cash", SECRET),
        row(0xDF31, b(255).ber(), "Issuer script results, UnionPay", OPEN),
    ]),
);

/// Format n: digits right-aligned in so many, two an octet. What is given shorter gets its leading
/// zeros; what a message has shorter is read, and copied, as it is.
const fn numeric(digits: u32) -> Shape<'static> {
    n(digits).ber().full_size()
}

/// What the issuer script templates 71 and 72 hold.
pub static EMV_SCRIPT: Layout<'static> = Layout::tags(
    Tag::Ber,
    Some(&UNLISTED),
    &binary_parts([
        row(0x86, b(261).ber(), "Issuer script command", SECRET),
        row(0x9F18, b(4).ber(), "Issuer script identifier", OPEN),
    ]),
);

static UNLISTED: Element<'static> =
    row(0, b(65_535).ber(), "Unlisted data object", SECRET).resolve(&Dialect::OCTETS);
