//! The specs that come with the library.

pub(crate) mod emv;
pub(crate) mod ipm;
pub(crate) mod iso03;
pub(crate) mod iso87;
pub(crate) mod iso93;
mod links;
pub mod parts;
pub(crate) mod unionpay;

use self::ipm::{IPM_ASCII, IPM_EBCDIC};
use self::iso03::{ISO03_ASCII, ISO03_ASCII_BINARY, ISO03_BCD, ISO03_EBCDIC};
use self::iso87::{
    ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_BCD_EBCDIC, ISO87_BCD_EBCDIC_BYTES, ISO87_BCD_N49,
    ISO87_EBCDIC,
};
use self::iso93::{ISO93_ASCII, ISO93_ASCII_BINARY, ISO93_BCD, ISO93_EBCDIC};
use self::unionpay::UNIONPAY_POS;
use super::Spec;

static BUILTIN: [&Spec<'static>; 18] = [
    &ISO87_ASCII,
    &ISO87_ASCII_BINARY,
    &ISO87_BCD,
    &ISO87_BCD_N49,
    &ISO87_EBCDIC,
    &ISO87_BCD_EBCDIC,
    &ISO87_BCD_EBCDIC_BYTES,
    &ISO93_ASCII,
    &ISO93_ASCII_BINARY,
    &ISO93_BCD,
    &ISO93_EBCDIC,
    &ISO03_ASCII,
    &ISO03_ASCII_BINARY,
    &ISO03_BCD,
    &ISO03_EBCDIC,
    &UNIONPAY_POS,
    &IPM_EBCDIC,
    &IPM_ASCII,
];

/// The specs that come with the library.
pub fn builtin() -> impl Iterator<Item = &'static Spec<'static>> {
    BUILTIN.iter().copied()
}

/// The spec of that name that comes with the library, such as `iso87-bcd`.
///
/// ```
/// assert_eq!(cardwire::spec::by_name("unionpay-pos").unwrap().element(60).unwrap().max(), 17);
/// ```
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Spec<'static>> {
    builtin().find(|spec| spec.name() == name)
}
