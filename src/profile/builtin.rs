//! The profiles that come with the library.

use crate::profile::rules::{Profile, When, rule};

/// The built-in profiles.
pub fn builtin() -> impl Iterator<Item = &'static Profile<'static>> {
    [&ISO87_PROFILE, &UNIONPAY_PROFILE].into_iter()
}

/// The built-in profile of that name.
///
/// ```
/// assert!(cardwire::profile::by_name("iso87").is_some());
/// ```
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Profile<'static>> {
    builtin().find(|profile| profile.name() == name)
}

/// The common acquirer-issuer practice over ISO 8583:1987; networks add to it.
pub static ISO87_PROFILE: Profile<'static> = Profile::new(
    "iso87",
    &[
        rule(b"0100").mandatory(PURCHASE).conditional(CARD),
        rule(b"0110").mandatory(&[3, 7, 11, 39]).conditional(RESPONSE).echoed(ECHO),
        rule(b"0120").mandatory(PURCHASE).conditional(CARD),
        rule(b"0130").mandatory(&[7, 11, 39]).echoed(ECHO),
        rule(b"0200").mandatory(PURCHASE).conditional(CARD),
        rule(b"0210").mandatory(&[3, 7, 11, 39]).conditional(RESPONSE).echoed(ECHO),
        rule(b"0220").mandatory(PURCHASE).conditional(CARD),
        rule(b"0230").mandatory(&[7, 11, 39]).echoed(ECHO),
        rule(b"0400").mandatory(&[3, 4, 7, 11, 90]).conditional(CARD),
        rule(b"0410").mandatory(&[7, 11, 39]).echoed(ECHO),
        rule(b"0420").mandatory(&[3, 4, 7, 11, 90]).conditional(CARD),
        rule(b"0421").mandatory(&[3, 4, 7, 11, 90]).conditional(CARD),
        rule(b"0430").mandatory(&[7, 11, 39]).echoed(ECHO),
        rule(b"0500").mandatory(TOTALS),
        rule(b"0510").mandatory(&[7, 11, 15, 66]).echoed(&[11, 15, 50]),
        rule(b"0520").mandatory(TOTALS),
        rule(b"0530").mandatory(&[7, 11, 15, 66]).echoed(&[11, 15, 50]),
        rule(b"0800").mandatory(&[7, 11, 70]),
        rule(b"0810").mandatory(&[7, 11, 39, 70]).echoed(&[11, 70]),
        rule(b"0820").mandatory(&[7, 11, 70]),
        rule(b"0830").mandatory(&[7, 11, 39, 70]).echoed(&[11, 70]),
    ],
);

const PURCHASE: &[u8] = &[3, 4, 7, 11, 22, 25, 41, 42, 49];
const TOTALS: &[u8] = &[7, 11, 15, 74, 75, 76, 77, 86, 87, 88, 89, 97];
const ECHO: &[u8] = &[2, 3, 4, 11, 32, 37, 41, 42, 49];
/// The card number, unless a track carries it.
const CARD: &[(u8, When<'static>)] = &[(2, When::Without(35))];
const RESPONSE: &[(u8, When<'static>)] = &[(38, When::Approved)];

/// UnionPay POS terminals, as public sources describe them.
pub static UNIONPAY_PROFILE: Profile<'static> = Profile::new(
    "unionpay-pos",
    &[
        rule(b"0200").processing("31").mandatory(&[3, 11, 22, 25, 41, 42, 49, 60]).conditional(PIN),
        rule(b"0200").processing("20").mandatory(POS_VOID).conditional(PIN),
        rule(b"0200").mandatory(POS_SALE).conditional(PIN),
        rule(b"0210").mandatory(POS_RESPONSE).conditional(POS_APPROVED).echoed(POS_ECHO),
        rule(b"0100").processing("20").mandatory(POS_VOID).conditional(PIN),
        rule(b"0100").mandatory(POS_SALE).conditional(PIN),
        rule(b"0110").mandatory(POS_RESPONSE).conditional(POS_APPROVED).echoed(POS_ECHO),
        rule(b"0220").mandatory(&[3, 4, 11, 22, 25, 41, 42, 49, 60]),
        rule(b"0230").mandatory(POS_RESPONSE).echoed(POS_ECHO),
        rule(b"0400").mandatory(&[3, 4, 11, 22, 25, 39, 41, 42, 49, 60]),
        rule(b"0410").mandatory(POS_RESPONSE).echoed(POS_ECHO),
        rule(b"0320").mandatory(&[11, 41, 42, 60]),
        rule(b"0330").mandatory(&[11, 39, 41, 42, 60]).echoed(&[11, 41, 42]),
        rule(b"0500").mandatory(&[11, 41, 42, 48, 49, 60, 63]),
        // no DE 39: the result is in the digits of DE 48
        rule(b"0510").mandatory(&[11, 12, 13, 41, 42, 48, 60]).echoed(&[11, 41, 42, 49]),
        rule(b"0800").mandatory(&[11, 41, 42, 60, 63]),
        rule(b"0810").mandatory(&[11, 12, 13, 39, 41, 42, 60]).conditional(SIGNED_ON).echoed(&[11, 41, 42]),
        rule(b"0820").mandatory(&[41, 42, 60]),
        rule(b"0830").mandatory(&[39, 41, 42, 60]).echoed(&[11, 41, 42]),
    ],
);

const POS_SALE: &[u8] = &[3, 4, 11, 22, 25, 41, 42, 49, 60];
const POS_VOID: &[u8] = &[3, 4, 11, 22, 25, 37, 41, 42, 49, 60, 61];
const POS_RESPONSE: &[u8] = &[3, 11, 12, 13, 39, 41, 42, 60];
const POS_ECHO: &[u8] = &[3, 11, 25, 41, 42, 49];
const PIN: &[(u8, When<'static>)] = &[(26, When::With(52)), (53, When::With(52)), (2, When::Unscanned(35))];
const POS_APPROVED: &[(u8, When<'static>)] = &[(37, When::Approved), (64, When::Approved)];
/// The work keys come with a sign-on that is accepted.
const SIGNED_ON: &[(u8, When<'static>)] = &[(62, When::Is(39, "00"))];
