//! A meaning together with what networks make of it, in one line of words.

use core::fmt;

use super::advice::{Advice, Class};
use super::lang::Lang;
use super::response::ResponseCode;
use super::scope::Scope;
use super::table::Meaning;

impl Meaning {
    /// The meaning; of a code that the standard leaves to others, what networks mean by it as well.
    ///
    /// ```
    /// use cardwire::codes::{Lang, TransactionType};
    ///
    /// let kind = TransactionType::new("92").unwrap().meaning().unwrap();
    /// let words = "reserved for private use (UnionPay: revoke a standing commission; Postilion: PIN change)";
    /// assert_eq!(kind.describe(Lang::En).to_string(), words);
    /// ```
    #[must_use]
    pub fn describe(&self, lang: Lang) -> impl fmt::Display + use<> {
        let is_left_open = matches!(self.scope, Scope::Private | Scope::National);
        let readings = if is_left_open { self.readings } else { &[] };
        Described { lang, words: self.words(lang), readings: readings.iter() }
    }
}

impl ResponseCode {
    /// The meaning, when the code is known; of a code that the standard leaves to others, what networks
    /// mean by it as well.
    ///
    /// ```
    /// use cardwire::codes::{Lang, ResponseCode};
    ///
    /// let code = ResponseCode::new("99").unwrap();
    /// let words = "reserved for national use (GICC (Germany): PIN error; UnionPay: PIN block format error)";
    /// assert_eq!(code.describe(Lang::En).unwrap().to_string(), words);
    /// ```
    #[must_use]
    pub fn describe(self, lang: Lang) -> Option<impl fmt::Display + use<>> {
        let advice = self.advice()?;
        let count = if advice.class == Class::Reserved { usize::MAX } else { 0 };
        Some(Described { lang, words: advice.words(lang), readings: self.readings().take(count) })
    }
}

/// What a network makes of a code.
trait Reading {
    /// Which network.
    fn scope(&self) -> Scope;
    /// What it means there.
    fn words(&self, lang: Lang) -> &'static str;
}

impl Reading for Meaning {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn words(&self, lang: Lang) -> &'static str {
        self.words(lang)
    }
}

impl Reading for Advice {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn words(&self, lang: Lang) -> &'static str {
        self.words(lang)
    }
}

/// Words, and behind them the readings in parentheses.
struct Described<I> {
    lang: Lang,
    words: &'static str,
    readings: I,
}

impl<R: Reading + 'static, I: Iterator<Item = &'static R> + Clone> fmt::Display for Described<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lang, words, readings } = self;
        f.write_str(words)?;
        let mut before = lang.of(" (", "（");
        for reading in readings.clone() {
            let (who, words) = (reading.scope().words(*lang), reading.words(*lang));
            write!(f, "{before}{who}{}{words}", lang.of(": ", "："))?;
            before = lang.of("; ", "；");
        }
        if readings.clone().next().is_some() { f.write_str(lang.of(")", "）")) } else { Ok(()) }
    }
}
