//! The languages that words about codes, elements and message types come in.

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

impl core::fmt::Display for Lang {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
