//! UnionPay (银联) POS: the messages between a terminal and its acquirer in mainland China.
//!
//! The official text is not public; this is what public sources agree on, and acquirers vary. A
//! frame has a length, a TPDU and a header of six octets before the message: see the framings.

use super::emv::EMV;
use super::links::links;
use super::parts::{AMOUNT_1987, PROCESSING_CODE};
use crate::codec::{LengthUnit, PadNibble, Prefix, PrefixCoding};
use crate::layout::{Element, Layout, Tag, an, ans, ansb, b, n, row, z};
use crate::mask::{OPEN, PAN, SECRET, TRACK};
use crate::spec::{Codes, Dialect, Table, binary_parts, table, text_parts};

/// The elements of UnionPay POS messages.
pub const UNIONPAY: Table<'static> = table([
    row(2, n(19).ll(), "Primary account number (PAN)", PAN),
    row(3, n(6).of(&PROCESSING_CODE), "Processing code", OPEN),
    row(4, n(12), "Amount, transaction", OPEN),
    row(11, n(6), "Systems trace audit number (STAN)", OPEN),
    row(12, n(6), "Time, local transaction", OPEN),
    row(13, n(4), "Date, local transaction", OPEN),
    row(14, n(4), "Date, expiration", SECRET),
    row(15, n(4), "Date, settlement", OPEN),
    // the one fixed element that lies to the left: 021 as 02 10
    row(22, n(3).pad_nibble(PadNibble::RIGHT_ZERO), "Point of service entry mode", OPEN),
    row(23, n(3), "Card sequence number", OPEN),
    row(25, n(2), "Point of service condition code", OPEN),
    row(26, n(2), "Point of service PIN capture code", OPEN),
    row(32, n(11).ll(), "Acquiring institution identification code", OPEN),
    row(35, z(37).ll(), "Track 2 data", TRACK),
    row(36, z(104).lll(), "Track 3 data", SECRET),
    row(37, an(12), "Retrieval reference number", OPEN),
    row(38, an(6), "Authorization identification response", OPEN),
    row(39, an(2), "Response code", OPEN),
    row(41, ans(8), "Card acceptor terminal identification", OPEN),
    row(42, ans(15), "Card acceptor identification code", OPEN),
    // UNIONPAY_INSTITUTIONS in general, but 8 to 11 characters for the first are reported
    row(44, ans(25).ll(), "Additional response data", OPEN),
    // totals, card numbers or amounts, as the message type says: UNIONPAY_TOTALS, UNIONPAY_UPLOAD
    row(48, n(322).lll(), "Additional data - private", SECRET),
    row(49, an(3), "Currency code, transaction", OPEN),
    row(52, b(8), "PIN data", SECRET),
    row(53, n(16).of(&UNIONPAY_SECURITY), "Security related control information", OPEN),
    row(54, an(20).lll().of(&AMOUNT_1987), "Additional amounts", OPEN),
    row(55, b(255).lll().of(&EMV), "Integrated circuit card (ICC) data", SECRET),
    // one acquirer's text or another's, in any character set
    row(57, ansb(999).lll(), "Additional transaction information", SECRET),
    row(58, ans(100).lll(), "Electronic purse data", SECRET),
    // one source stops at 600; what no source forbids is read
    row(59, ansb(999).lll().of(&UNIONPAY_59), "Terminal information", SECRET),
    row(60, n(17).lll().of(&UNIONPAY_60), "Message type and batch", OPEN),
    row(61, n(29).lll().of(&UNIONPAY_61), "Original message", OPEN),
    // work keys, parameters or text, as the message says
    row(62, b(512).lll(), "Keys, parameters, texts", SECRET),
    // texts are GBK
    row(63, ansb(163).lll().of(&UNIONPAY_63), "Operator or card scheme, texts", OPEN),
    row(64, b(8), "Message authentication code (MAC)", OPEN),
]);

links! { "UnionPay POS terminals", UNIONPAY:
    UNIONPAY_POS "unionpay-pos" (Dialect { codes: Codes::UnionPay, ..Dialect::BCD }) "packed digits, ASCII or GBK text, bitmaps as they are";
}

/// F44 of responses: issuer and acquirer, blank filled.
pub static UNIONPAY_INSTITUTIONS: Layout<'static> = Layout::positions(
    2,
    &text_parts([
        row(1, ans(11), "Issuer", OPEN),
        row(2, ans(11), "Acquirer", OPEN),
        row(3, ans(3).rest(), "Further data", OPEN),
    ]),
);

/// F48 of 0500 and 0510: the totals of a batch.
pub static UNIONPAY_TOTALS: Layout<'static> = Layout::positions(
    2,
    &text_parts([
        row(1, n(31).of(&UNIONPAY_TOTAL), "Domestic cards", OPEN),
        row(2, n(31).of(&UNIONPAY_TOTAL), "Foreign cards", OPEN),
    ]),
);

/// One half of [`UNIONPAY_TOTALS`]. Debits are sales, credits are refunds and voids.
pub static UNIONPAY_TOTAL: Layout<'static> = Layout::positions(
    5,
    &text_parts([
        row(1, n(12), "Debits, amount", OPEN),
        row(2, n(3), "Debits, number", OPEN),
        row(3, n(12), "Credits, amount", OPEN),
        row(4, n(3), "Credits, number", OPEN),
        // 0 asked; 1 balanced, 2 not balanced, 3 error
        row(5, n(1), "Answer", OPEN),
    ]),
);

/// F48 of 0320 with management code 201: up to eight transactions.
pub static UNIONPAY_UPLOAD: Layout<'static> = Layout::positions(
    1,
    &text_parts([
        row(1, n(2), "Number of transactions", OPEN),
        row(2, n(40).of(&UNIONPAY_UPLOADED), "Transaction 1", SECRET),
        row(3, n(40).of(&UNIONPAY_UPLOADED), "Transaction 2", SECRET),
        row(4, n(40).of(&UNIONPAY_UPLOADED), "Transaction 3", SECRET),
        row(5, n(40).of(&UNIONPAY_UPLOADED), "Transaction 4", SECRET),
        row(6, n(40).of(&UNIONPAY_UPLOADED), "Transaction 5", SECRET),
        row(7, n(40).of(&UNIONPAY_UPLOADED), "Transaction 6", SECRET),
        row(8, n(40).of(&UNIONPAY_UPLOADED), "Transaction 7", SECRET),
        row(9, n(40).of(&UNIONPAY_UPLOADED), "Transaction 8", SECRET),
    ]),
);

/// One transaction of [`UNIONPAY_UPLOAD`].
pub static UNIONPAY_UPLOADED: Layout<'static> = Layout::positions(
    4,
    &text_parts([
        row(1, n(2), "Card class", OPEN),
        row(2, n(6), "Systems trace audit number", OPEN),
        row(3, n(20), "Primary account number (PAN), zeros before it", PAN),
        row(4, n(12), "Amount, transaction", OPEN),
    ]),
);

/// F53.
pub static UNIONPAY_SECURITY: Layout<'static> = Layout::positions(
    4,
    &text_parts([
        // 0 none, 1 without card number, 2 with card number
        row(1, n(1), "PIN block format", OPEN),
        // 0 single DES, 6 triple DES
        row(2, n(1), "Encryption method", OPEN),
        row(3, n(1), "Track data encrypted", OPEN),
        row(4, n(13), "Reserved", OPEN),
    ]),
);

/// F59: what the data are used for, and the data. With usage `A2` they are [`UNIONPAY_TERMINAL`];
/// acquirers have usages of their own, so the data are not taken apart here.
pub static UNIONPAY_59: Layout<'static> = Layout::positions(
    1,
    &binary_parts([row(1, ans(2), "Usage", OPEN), row(2, ansb(997).rest(), "Terminal information", SECRET)]),
);

/// The data of F59 with usage `A2`: about the terminal, each item a tag of two characters, a length
/// of three digits and the value. The random factor is the end of the card number.
///
/// ```
/// use cardwire::layout::{ans, ansb, row};
/// use cardwire::mask::{OPEN, SECRET};
/// use cardwire::spec::{UNIONPAY, UNIONPAY_TERMINAL, Slots, binary_parts};
/// use cardwire::{Builder, Dialect, Mti, Spec, layout::Layout};
///
/// static A2: Layout = Layout::positions(
///     2,
///     &binary_parts([
///         row(1, ans(2), "Usage", OPEN),
///         row(2, ansb(997).rest().of(&UNIONPAY_TERMINAL), "Terminal information", SECRET),
///     ]),
/// );
/// static ELEMENTS: Slots =
///     UNIONPAY.with(row(59, ansb(999).lll().of(&A2), "Terminal information", SECRET)).elements(&Dialect::BCD);
/// static MINE: Spec = Spec::new("mine", &Dialect::BCD, &ELEMENTS);
/// let wire = Builder::new(&MINE, Mti::FINANCIAL_REQUEST).set(59, "A20100204050081.000001").to_vec()?;
/// let message = cardwire::Message::parse(&MINE, &wire)?;
/// assert_eq!(message.path("59.2.05").unwrap(), "1.000001");
/// # Ok::<(), cardwire::Error>(())
/// ```
pub static UNIONPAY_TERMINAL: Layout<'static> = Layout::tags(
    Tag::Text(2),
    Some(&UNLISTED),
    &binary_parts([
        row(0x3031, ans(2).prefix(LLL), "Device type", OPEN),
        row(0x3032, ans(50).prefix(LLL), "Serial number", OPEN),
        row(0x3033, ans(10).prefix(LLL), "Encrypted random factor", SECRET),
        row(0x3034, ansb(16).prefix(LLL), "Serial number, encrypted", SECRET),
        row(0x3035, ans(8).prefix(LLL), "Software version", OPEN),
    ]),
);

/// Three digits in characters, also where other lengths are packed.
const LLL: Prefix = Prefix { coding: PrefixCoding::Ascii, width: 3, counts: LengthUnit::Units, includes: 0 };

static UNLISTED: Element<'static> =
    row(0, ansb(992).prefix(LLL), "Unlisted data object", SECRET).resolve(&Dialect::OCTETS);

/// F60. Sign-on, settlement and upload send three parts, old terminals two in a sale.
pub static UNIONPAY_60: Layout<'static> = Layout::positions(
    2,
    &text_parts([
        row(1, n(2), "Message type code", OPEN),
        row(2, n(6), "Batch number", OPEN),
        row(3, n(3), "Network management information code", OPEN),
        row(4, n(1), "Terminal read capability", OPEN),
        row(5, n(1), "Chip condition", OPEN),
        row(6, n(1), "Partial approval supported", OPEN),
        row(7, n(3), "Account type for points", OPEN),
    ]),
);

/// F61. A void sends two parts, a refund three.
pub static UNIONPAY_61: Layout<'static> = Layout::positions(
    2,
    &text_parts([
        row(1, n(6), "Original batch number", OPEN),
        row(2, n(6), "Original systems trace audit number", OPEN),
        row(3, n(4), "Original date", OPEN),
        row(4, n(2), "Original authorization mode", OPEN),
        row(5, n(11).rest(), "Authorizing institution", OPEN),
    ]),
);

/// F63.
pub static UNIONPAY_63: Layout<'static> = Layout::positions(
    1,
    &binary_parts([row(1, an(3), "Operator or card scheme", OPEN), row(2, ansb(160).rest(), "Texts", OPEN)]),
);
