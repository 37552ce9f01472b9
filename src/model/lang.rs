//! The languages that words for people come in, and how words are picked.
//!
//! Both wordings of a sentence stand side by side, in [`say!`]. Which one is told is known when the
//! program is compiled ([`Tongue`]), so one that never asks for Chinese is not linked with any.

use core::fmt;
use core::marker::PhantomData;

/// A language of the words that explain codes and elements.
///
/// ```
/// use cardwire::codes::{Lang, ResponseCode};
///
/// let advice = ResponseCode::INSUFFICIENT_FUNDS.advice().unwrap();
/// assert_eq!(advice.words(Lang::En), "insufficient funds");
/// assert_eq!(advice.words(Lang::Zh), "余额不足");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, simplified characters.
    Zh,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The language of a tag or of a locale: `zh`, `zh-Hans-CN`, `zh_CN.UTF-8`, `en_GB`. `None` for
    /// a language that is not here, and for `C` and `POSIX`.
    ///
    /// ```
    /// use cardwire::codes::Lang;
    ///
    /// assert_eq!(Lang::of_tag("zh_CN.UTF-8"), Some(Lang::Zh));
    /// assert_eq!(Lang::of_tag("C.UTF-8"), None);
    /// ```
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.', '@']).next()?;
        Self::ALL.into_iter().find(|lang| language.eq_ignore_ascii_case(lang.tag()))
    }

    /// The language of a locale, whose variables `variable` gives: the first of `LC_ALL`, `LC_MESSAGES` and `LANG`
    /// that is there and not empty says it. English where it says another one, and where there is none.
    ///
    /// ```
    /// use cardwire::codes::Lang;
    ///
    /// let of = |name: &str| (name == "LANG").then_some("zh_CN.UTF-8");
    /// assert_eq!(Lang::of_locale(of), Lang::Zh);
    /// ```
    #[must_use]
    pub fn of_locale<T: AsRef<str>>(variable: impl Fn(&str) -> Option<T>) -> Self {
        let mut said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
        let first = said.find(|locale| !locale.as_ref().is_empty());
        first.and_then(|locale| Self::of_tag(locale.as_ref())).unwrap_or_default()
    }

    /// The two letters of ISO 639.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Of two wordings the one in this language.
    pub(crate) const fn of(self, en: &'static str, zh: &'static str) -> &'static str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.tag())
    }
}

/// A language that is known when the program is compiled.
pub(crate) trait Tongue: 'static {
    const LANG: Lang;
}

/// See [`Lang::En`].
pub(crate) struct English;

/// See [`Lang::Zh`].
pub(crate) struct Chinese;

impl Tongue for English {
    const LANG: Lang = Lang::En;
}

impl Tongue for Chinese {
    const LANG: Lang = Lang::Zh;
}

/// Writes a sentence in the language `$tongue`: the English format text comes first, the Chinese one after it.
macro_rules! say {
    ($tongue:ty, $f:expr, $en:literal, $zh:literal $(,)?) => {
        match <$tongue as $crate::model::lang::Tongue>::LANG {
            $crate::model::lang::Lang::En => ::core::write!($f, $en),
            $crate::model::lang::Lang::Zh => ::core::write!($f, $zh),
        }
    };
}
pub(crate) use say;

/// What can be told in each language.
pub(crate) trait Tell {
    /// Writes it in the language `L`.
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// To be written within a sentence of the language `L`.
    fn said<L: Tongue>(&self) -> Said<'_, Self, L> {
        Said(self, PhantomData)
    }
}

impl<T: Tell + ?Sized> Tell for &T {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).tell::<L>(f)
    }
}

/// See [`Tell::said`].
pub(crate) struct Said<'t, T: ?Sized, L>(&'t T, PhantomData<L>);

impl<T: Tell + ?Sized, L: Tongue> fmt::Display for Said<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.tell::<L>(f)
    }
}

/// What is told in a language that is known when the program runs.
pub(crate) struct Told<T>(pub(crate) T, pub(crate) Lang);

impl<T: Tell> fmt::Display for Told<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Lang::En => self.0.tell::<English>(f),
            Lang::Zh => self.0.tell::<Chinese>(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_says_the_language() {
        let of = |locale: [&'static str; 3]| {
            Lang::of_locale(|name| {
                let index = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().position(|known| *known == name)?;
                locale.get(index).copied()
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
            assert_eq!(of(locale), lang, "{locale:?}");
        }
        assert_eq!(Lang::of_locale(|_| None::<&str>), Lang::En);
    }

    #[test]
    fn tags_and_locales() {
        for (tag, lang) in [
            ("zh", Some(Lang::Zh)),
            ("ZH-Hans", Some(Lang::Zh)),
            ("zh_CN.GB18030", Some(Lang::Zh)),
            ("zh@pinyin", Some(Lang::Zh)),
            ("en", Some(Lang::En)),
            ("en_US.UTF-8", Some(Lang::En)),
            ("zhx", None),
            ("de_DE", None),
            ("POSIX", None),
            ("", None),
        ] {
            assert_eq!(Lang::of_tag(tag), lang, "{tag:?}");
        }
    }
}
