//! What the command says about a code: lines of a label and words, in two languages.

use cardwire::codes::{Advice, Certainty, Lang, Meaning, Scope};

/// What a code says: a title, and lines of a label and words.
pub(super) struct Entry {
    pub(super) title: &'static str,
    pub(super) lines: Vec<(String, String)>,
}

impl Entry {
    pub(super) const fn new(title: &'static str) -> Self {
        Self { title, lines: Vec::new() }
    }

    /// The same with one more line.
    pub(super) fn line(mut self, label: &str, words: impl Into<String>) -> Self {
        self.lines.push((label.to_owned(), words.into()));
        self
    }

    /// The same with one more line, if there are words for it.
    pub(super) fn maybe(self, label: &str, words: Option<impl Into<String>>) -> Self {
        match words {
            Some(words) => self.line(label, words),
            None => self,
        }
    }

    /// The entry of a row.
    pub(super) fn of_meaning(title: &'static str, meaning: &Meaning) -> Self {
        let range = (meaning.first != meaning.last).then(|| format!("{} to {}", meaning.first, meaning.last));
        Self::new(title)
            .line("meaning", meaning.text)
            .line("中文", meaning.text_zh)
            .standing(meaning.scope, meaning.certainty)
            .maybe("range", range)
            .readings(meaning)
    }

    /// The entry of a result code; `others` is what networks make of it.
    pub(super) fn of_advice(
        title: &'static str,
        advice: &'static Advice,
        others: impl Iterator<Item = &'static Advice>,
    ) -> Self {
        let both = |words: fn(&Advice, Lang) -> &'static str| {
            format!("{} {}", words(advice, Lang::En), words(advice, Lang::Zh))
        };
        let group = advice.group.map(|group| {
            let (en, zh) = (group.words(Lang::En), group.words(Lang::Zh));
            format!("{group} in older terminal tables: {en} {zh}")
        });
        let entry = Self::new(title)
            .line("meaning", advice.meaning)
            .line("中文", advice.meaning_zh)
            .line("class", both(|row, lang| row.class.words(lang)))
            .line("outcome", both(|row, lang| row.outcome.words(lang)))
            .line("who acts", both(|row, lang| row.actor.words(lang)))
            .line("retry", both(|row, lang| row.retry.words(lang)))
            .line("reverse", both(|row, lang| row.reversal.words(lang)))
            .maybe("do", advice.action)
            .maybe("操作", advice.action_zh)
            .maybe("group", group)
            .standing(advice.scope, advice.certainty);
        others.fold(entry, |entry, row| {
            let words = format!(
                "{} {}; {} {}",
                row.meaning,
                row.meaning_zh,
                row.outcome,
                row.outcome.words(Lang::Zh)
            );
            entry.line(row.scope.as_str(), words + &doubt(row.certainty))
        })
    }

    /// Who defined the code, and how sure that is.
    fn standing(self, scope: Scope, certainty: Certainty) -> Self {
        let certainty = format!("{} {}", certainty.words(Lang::En), certainty.words(Lang::Zh));
        self.line("defined by", scope.as_str()).line("certainty", certainty)
    }

    /// What networks mean that read the code in another way.
    pub(super) fn readings(self, meaning: &Meaning) -> Self {
        meaning
            .readings
            .iter()
            .fold(self, |entry, row| entry.line(row.scope.as_str(), both(row) + &doubt(row.certainty)))
    }

    /// One part of a code that has several, with what networks make of it.
    pub(super) fn part(self, label: &str, code: impl ToString, meaning: Option<&'static Meaning>) -> Self {
        let code = code.to_string();
        let Some(row) = meaning else { return self.line(label, code + " not listed") };
        let doubt = doubt(row.certainty);
        let entry = self.line(label, format!("{code} {}{doubt}", both(row)));
        row.readings
            .iter()
            .fold(entry, |entry, row| entry.line(&format!("{label}, {}", row.scope), both(row)))
    }
}

/// The words of both languages.
pub(super) fn both(meaning: &Meaning) -> String {
    format!("{} {}", meaning.text, meaning.text_zh)
}

/// What to add to words that are not certain.
fn doubt(certainty: Certainty) -> String {
    match certainty {
        Certainty::Certain => String::new(),
        other => format!(" ({})", other.words(Lang::En)),
    }
}
