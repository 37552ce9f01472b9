//! The language of errors: English, as Python's own.

use cardwire::codes::Lang;

pub(crate) fn lang() -> Lang {
    Lang::En
}

pub(crate) fn pick(en: &'static str, _zh: &'static str) -> &'static str {
    en
}

/// The English of a sentence in two languages.
macro_rules! say {
    ($en:literal, $zh:literal $(,)?) => {
        format!($en)
    };
}
pub(crate) use say;
