//! The characters of a clearing file.

use crate::spec::{IPM_ASCII, IPM_EBCDIC, Spec};

/// The characters of a file. Lengths of records and bitmaps are binary in both.
///
/// Exhaustive: clearing files know these two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// ASCII.
    Ascii,
    /// EBCDIC, the usual one.
    Ebcdic,
}

impl Encoding {
    /// The spec of records in these characters.
    #[must_use]
    pub const fn spec(self) -> &'static Spec<'static> {
        match self {
            Self::Ascii => &IPM_ASCII,
            Self::Ebcdic => &IPM_EBCDIC,
        }
    }
}
