//! The language of what people read: said with `--lang`, or that of the locale.
//!
//! Both wordings of a sentence stand side by side, in [`say!`] or [`pick`]. Codes, numbers, keys of JSON and
//! what is typed are the same in every language.

use std::sync::OnceLock;

use cardwire::codes::Lang;

static CHOSEN: OnceLock<Lang> = OnceLock::new();

/// Settles the language, once: what was said, and else that of the locale.
pub(crate) fn choose(said: Option<Lang>) {
    let chosen = said.unwrap_or_else(|| of_locale(|name| std::env::var(name).ok()));
    // a second choice changes nothing
    let _ = CHOSEN.set(chosen);
}

/// The language of words; English until one is chosen.
pub(crate) fn lang() -> Lang {
    CHOSEN.get().copied().unwrap_or_default()
}

/// The language of a locale: the first of these variables that is not empty says it.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
    let first = said.into_iter().find(|locale| !locale.is_empty());
    first.and_then(|locale| Lang::of_tag(&locale)).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_says_the_language() {
        let of = |locale: [&str; 3]| {
            of_locale(|name| {
                let index = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().position(|known| *known == name)?;
                locale.get(index).map(ToString::to_string)
            })
        };
        for (locale, lang) in [
            (["", "", ""], Lang::En),
            (["", "", "zh_CN.UTF-8"], Lang::Zh),
            (["", "zh_TW", "en_GB.UTF-8"], Lang::Zh),
            (["C.UTF-8", "zh_CN", "zh_CN"], Lang::En),
            (["zh", "en_US", "en_US"], Lang::Zh),
            (["", "en_US", "zh_CN"], Lang::En),
            (["", "", "de_DE"], Lang::En),
            (["", "", "zhx"], Lang::En),
        ] {
            assert!(of(locale) == lang, "{locale:?}");
        }
        assert!(of_locale(|_| None) == Lang::En);
    }
}
