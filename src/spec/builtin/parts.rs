//! What composite elements of the ISO standards hold.
//!
//! A table gives an element one of these layouts only where every value the standard allows fits it.
//! The others are for callers whose network says so: `ISO87.with(row(43, ans(40).of(&NAME_LOCATION_1987), ...))`.

use crate::layout::{Layout, an, ans, n, row, x_n};
use crate::mask::OPEN;
use crate::spec::text_parts;

/// DE 3 of 1987 and 1993: what is done, from and to which kind of account.
pub static PROCESSING_CODE: Layout<'static> = Layout::positions(
    3,
    &text_parts([
        row(1, n(2), "Transaction type", OPEN),
        row(2, n(2), "From account type", OPEN),
        row(3, n(2), "To account type", OPEN),
    ]),
);

/// DE 3 of 2003: the same with letters.
pub static PROCESSING_CODE_2003: Layout<'static> = Layout::positions(
    3,
    &text_parts([
        row(1, an(2), "Transaction type", OPEN),
        row(2, an(2), "From account type", OPEN),
        row(3, an(2), "To account type", OPEN),
    ]),
);

/// DE 43 of 1987 as most networks split it. Some give the name 22 and the country 3, or the city 12.
pub static NAME_LOCATION_1987: Layout<'static> = Layout::positions(
    3,
    &text_parts([
        row(1, ans(25), "Name", OPEN),
        row(2, ans(13), "City", OPEN),
        row(3, ans(2), "Country", OPEN),
    ]),
);

/// DE 54 of 1987 and 1993: up to six amounts.
pub static AMOUNTS_1987: Layout<'static> = Layout::positions(
    0,
    &text_parts([
        row(1, an(20).of(&AMOUNT_1987), "Amount 1", OPEN),
        row(2, an(20).of(&AMOUNT_1987), "Amount 2", OPEN),
        row(3, an(20).of(&AMOUNT_1987), "Amount 3", OPEN),
        row(4, an(20).of(&AMOUNT_1987), "Amount 4", OPEN),
        row(5, an(20).of(&AMOUNT_1987), "Amount 5", OPEN),
        row(6, an(20).of(&AMOUNT_1987), "Amount 6", OPEN),
    ]),
);

/// One amount of DE 54 of 1987 and 1993.
pub static AMOUNT_1987: Layout<'static> = Layout::positions(
    4,
    &text_parts([
        row(1, n(2), "Account type", OPEN),
        row(2, n(2), "Amount type", OPEN),
        row(3, an(3), "Currency code", OPEN),
        row(4, x_n(12), "Amount", OPEN),
    ]),
);

/// DE 90 of 1987.
pub static ORIGINAL_1987: Layout<'static> = Layout::positions(
    5,
    &text_parts([
        row(1, n(4), "Message type", OPEN),
        row(2, n(6), "Systems trace audit number", OPEN),
        row(3, n(10), "Transmission date and time", OPEN),
        row(4, n(11), "Acquiring institution", OPEN),
        row(5, n(11), "Forwarding institution", OPEN),
    ]),
);

/// DE 95 of 1987.
pub static REPLACEMENT_AMOUNTS_1987: Layout<'static> = Layout::positions(
    4,
    &text_parts([
        row(1, n(12), "Actual amount, transaction", OPEN),
        row(2, n(12), "Actual amount, settlement", OPEN),
        // x+n 8 in the standard; one network fills both with zeros and no sign
        row(3, an(9), "Actual amount, transaction fee", OPEN),
        row(4, an(9), "Actual amount, settlement fee", OPEN),
    ]),
);

/// DE 22 of 1993.
pub static POS_DATA_1993: Layout<'static> = Layout::positions(
    12,
    &text_parts([
        row(1, an(1), "Card data input capability", OPEN),
        row(2, an(1), "Cardholder authentication capability", OPEN),
        row(3, an(1), "Card capture capability", OPEN),
        row(4, an(1), "Operating environment", OPEN),
        row(5, an(1), "Cardholder present", OPEN),
        row(6, an(1), "Card present", OPEN),
        row(7, an(1), "Card data input mode", OPEN),
        row(8, an(1), "Cardholder authentication method", OPEN),
        row(9, an(1), "Cardholder authentication entity", OPEN),
        row(10, an(1), "Card data output capability", OPEN),
        row(11, an(1), "Terminal output capability", OPEN),
        row(12, an(1), "PIN capture capability", OPEN),
    ]),
);

/// DE 30 of 1993.
pub static AMOUNTS_ORIGINAL_1993: Layout<'static> = Layout::positions(
    2,
    &text_parts([
        row(1, n(12), "Original amount, transaction", OPEN),
        row(2, n(12), "Original amount, reconciliation", OPEN),
    ]),
);

/// One of up to six fees in DE 46 and 66 of 1993.
pub static FEE_1993: Layout<'static> = Layout::positions(
    6,
    &text_parts([
        row(1, n(2), "Fee type", OPEN),
        row(2, an(3), "Currency code, fee", OPEN),
        row(3, x_n(8), "Amount, fee", OPEN),
        row(4, n(8), "Conversion rate, fee", OPEN),
        row(5, x_n(8), "Amount, reconciliation fee", OPEN),
        row(6, an(3), "Currency code, reconciliation fee", OPEN),
    ]),
);

/// DE 56 of 1993; the acquirer has a length of two digits.
pub static ORIGINAL_1993: Layout<'static> = Layout::positions(
    3,
    &text_parts([
        row(1, n(4), "Message type", OPEN),
        row(2, n(6), "Systems trace audit number", OPEN),
        row(3, n(12), "Date and time, local transaction", OPEN),
        row(4, n(11).ll(), "Acquiring institution", OPEN),
    ]),
);

/// A self-describing amount of 2003, n 16.
pub static AMOUNT_2003: Layout<'static> = Layout::positions(
    3,
    &text_parts([
        row(1, n(3), "Currency code", OPEN),
        row(2, n(1), "Minor unit", OPEN),
        row(3, n(12), "Amount", OPEN),
    ]),
);

/// A self-describing fee amount of 2003, n 12.
pub static FEE_AMOUNT_2003: Layout<'static> = Layout::positions(
    3,
    &text_parts([
        row(1, n(3), "Currency code", OPEN),
        row(2, n(1), "Minor unit", OPEN),
        row(3, n(8), "Amount", OPEN),
    ]),
);

/// DE 30 of 2003.
pub static AMOUNTS_ORIGINAL_2003: Layout<'static> = Layout::positions(
    2,
    &text_parts([
        row(1, n(16).of(&AMOUNT_2003), "Original amount, transaction", OPEN),
        row(2, n(16).of(&AMOUNT_2003), "Original amount, reconciliation", OPEN),
    ]),
);

/// DE 31 of 2003.
pub static ACQUIRER_REFERENCE_2003: Layout<'static> = Layout::positions(
    5,
    &text_parts([
        row(1, n(1), "Format", OPEN),
        row(2, n(6), "Acquirer", OPEN),
        row(3, n(4), "Date (YDDD)", OPEN),
        row(4, n(11), "Sequence", OPEN),
        row(5, n(1), "Check digit", OPEN),
    ]),
);

/// DE 54 of 2003: up to six amounts.
pub static AMOUNTS_2003: Layout<'static> = Layout::positions(
    0,
    &text_parts([
        row(1, an(21).of(&ADDITIONAL_AMOUNT_2003), "Amount 1", OPEN),
        row(2, an(21).of(&ADDITIONAL_AMOUNT_2003), "Amount 2", OPEN),
        row(3, an(21).of(&ADDITIONAL_AMOUNT_2003), "Amount 3", OPEN),
        row(4, an(21).of(&ADDITIONAL_AMOUNT_2003), "Amount 4", OPEN),
        row(5, an(21).of(&ADDITIONAL_AMOUNT_2003), "Amount 5", OPEN),
        row(6, an(21).of(&ADDITIONAL_AMOUNT_2003), "Amount 6", OPEN),
    ]),
);

/// One amount of DE 54 of 2003.
pub static ADDITIONAL_AMOUNT_2003: Layout<'static> = Layout::positions(
    5,
    &text_parts([
        row(1, n(2), "Account type", OPEN),
        row(2, n(2), "Amount type", OPEN),
        row(3, n(3), "Currency code", OPEN),
        row(4, n(1), "Minor unit", OPEN),
        row(5, x_n(12), "Amount", OPEN),
    ]),
);

/// DE 56 of 2003; the acquirer has no length of its own.
pub static ORIGINAL_2003: Layout<'static> = Layout::positions(
    3,
    &text_parts([
        row(1, n(4), "Message type", OPEN),
        row(2, n(12), "Systems trace audit number", OPEN),
        row(3, n(14), "Date and time, local transaction", OPEN),
        row(4, n(11).rest(), "Acquiring institution", OPEN),
    ]),
);

/// DE 69 of 2003.
pub static BATCH_CONTROL_2003: Layout<'static> = Layout::positions(
    2,
    &text_parts([row(1, n(8), "Message count", OPEN), row(2, an(32), "File identification", OPEN)]),
);

/// DE 74 of 2003: six amounts, each followed by its number.
pub static RECONCILIATION_2003: Layout<'static> = Layout::positions(
    12,
    &text_parts([
        row(1, n(16), "Credits, amount", OPEN),
        row(2, n(10), "Credits, number", OPEN),
        row(3, n(16), "Credits, chargeback amount", OPEN),
        row(4, n(10), "Credits, chargeback number", OPEN),
        row(5, n(16), "Credits, reversal amount", OPEN),
        row(6, n(10), "Credits, reversal number", OPEN),
        row(7, n(16), "Debits, amount", OPEN),
        row(8, n(10), "Debits, number", OPEN),
        row(9, n(16), "Debits, chargeback amount", OPEN),
        row(10, n(10), "Debits, chargeback number", OPEN),
        row(11, n(16), "Debits, reversal amount", OPEN),
        row(12, n(10), "Debits, reversal number", OPEN),
    ]),
);
