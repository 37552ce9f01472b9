//! The language of what people read: said with `--lang`, or that of the locale.
//!
//! Both wordings of a sentence stand side by side, in [`say!`] or [`pick`]. Codes, numbers, keys of JSON and
//! what is typed are the same in every language.

use std::sync::OnceLock;

use cardwire::codes::Lang;

static CHOSEN: OnceLock<Lang> = OnceLock::new();

/// Settles the language, once: what was said, and else that of the locale.
pub(crate) fn choose(said: Option<Lang>) {
    let chosen = said.unwrap_or_else(|| Lang::of_locale(|name| std::env::var(name).ok()));
    // a second choice changes nothing
    let _ = CHOSEN.set(chosen);
}

/// The language of what is said before the arguments are understood: that of `--lang` among them, and else that of
/// the locale.
pub(crate) fn of_arguments(arguments: impl Iterator<Item = String>) -> Lang {
    let mut arguments = arguments.take_while(|argument| argument != "--");
    let said = arguments.by_ref().find_map(|argument| match argument.strip_prefix("--lang") {
        Some("") => Some(None),
        Some(value) => value.strip_prefix('=').map(|value| Some(value.to_owned())),
        None => None,
    });
    let said = said.and_then(|value| value.or_else(|| arguments.next()));
    said.and_then(|tag| Lang::of_tag(&tag))
        .unwrap_or_else(|| Lang::of_locale(|name| std::env::var(name).ok()))
}

/// The language of words; English until one is chosen.
pub(crate) fn lang() -> Lang {
    CHOSEN.get().copied().unwrap_or_default()
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
