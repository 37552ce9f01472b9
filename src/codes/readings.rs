//! A meaning together with what networks make of it, in one line of words.

use core::fmt;

use super::scope::Scope;
use crate::model::lang::Lang;

/// Words, and after them what networks make of the code, in parentheses.
pub(super) struct Described<I> {
    pub(super) lang: Lang,
    pub(super) words: &'static str,
    /// Which network, and its words.
    pub(super) readings: I,
}

impl<I: Iterator<Item = (Scope, &'static str)> + Clone> fmt::Display for Described<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lang, words, readings } = self;
        f.write_str(words)?;
        let mut before = lang.of(" (", "（");
        for (scope, words) in readings.clone() {
            write!(f, "{before}{}{}{words}", scope.words(*lang), lang.of(": ", "："))?;
            before = lang.of("; ", "；");
        }
        if readings.clone().next().is_some() { f.write_str(lang.of(")", "）")) } else { Ok(()) }
    }
}
