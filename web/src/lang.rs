//! The language of what people read. The page changes it at any time; the command, whose modules use this, does not.

use std::cell::Cell;

use cardwire::codes::Lang;

thread_local! {
    static CHOSEN: Cell<Lang> = const { Cell::new(Lang::En) };
}

/// Settles the language of all that follows.
pub(crate) fn choose(lang: Lang) {
    CHOSEN.set(lang);
}

/// The language of words.
pub(crate) fn lang() -> Lang {
    CHOSEN.get()
}

/// Of two wordings the one in the language that was chosen.
pub(crate) fn pick(en: &'static str, zh: &'static str) -> &'static str {
    match lang() {
        Lang::Zh => zh,
        _ => en,
    }
}

/// A sentence in the language that was chosen: the English format text comes first, the Chinese one after it.
macro_rules! say {
    ($en:literal, $zh:literal $(,)?) => {
        match $crate::lang::lang() {
            ::cardwire::codes::Lang::Zh => format!($zh),
            _ => format!($en),
        }
    };
}
pub(crate) use say;
