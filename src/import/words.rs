//! Tables of words, read in both directions.

/// Words of a format and what each means.
pub(super) type Words<T> = [(&'static str, T)];

/// The word of a value.
pub(super) fn word<T: PartialEq>(words: &Words<T>, value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

/// The value of a word.
pub(super) fn value<T: Copy>(words: &Words<T>, word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}
