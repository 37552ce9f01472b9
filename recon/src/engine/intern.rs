//! Each text once, as a number: a million records share their terminals, merchants and reference numbers.

use std::hash::{BuildHasher, Hash};
use std::num::NonZeroU32;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

/// A text of an [`Interner`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Sym(NonZeroU32);

impl Sym {
    /// Its number, which is that of no other text.
    pub(crate) fn number(self) -> u32 {
        self.0.get()
    }
}

/// Texts, each kept once in one long buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    text: String,
    /// Where each text ends; it begins where the one before ends.
    ends: Vec<usize>,
    table: HashTable<Sym>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// The symbol of a text; the empty text is none.
    pub(crate) fn put(&mut self, text: &str) -> Option<Sym> {
        if text.is_empty() {
            return None;
        }
        let hash = self.hasher.hash_one(text);
        let (all, ends) = (&self.text, &self.ends);
        if let Some(found) = self.table.find(hash, |sym| get(all, ends, *sym) == text) {
            return Some(*found);
        }
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let sym = Sym(NonZeroU32::new(u32::try_from(self.ends.len()).ok()?)?);
        let (all, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        self.table.insert_unique(hash, sym, |sym| hasher.hash_one(get(all, ends, *sym)));
        Some(sym)
    }

    /// The symbol of a text that was put before.
    pub(crate) fn find(&self, text: &str) -> Option<Sym> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |sym| get(&self.text, &self.ends, *sym) == text).copied()
    }

    /// The text of a symbol.
    pub(crate) fn text(&self, sym: Sym) -> &str {
        get(&self.text, &self.ends, sym)
    }
}

fn get<'t>(text: &'t str, ends: &[usize], sym: Sym) -> &'t str {
    let index = sym.0.get() as usize;
    let start = index.checked_sub(2).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(index - 1).copied().unwrap_or(0);
    text.get(start..end).unwrap_or_default()
}

/// Values that many records share, each kept once.
#[derive(Clone, Debug)]
pub(crate) struct Shared<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Copy + Eq + Hash> Shared<T> {
    /// The number of a value.
    pub(crate) fn put(&mut self, value: T) -> u32 {
        *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            u32::try_from(self.values.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// The value of a number.
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        let mut names = Interner::default();
        let texts: Vec<String> = (0..1000).map(|number| format!("text {number}")).collect();
        let first: Vec<Sym> = texts.iter().map(|text| names.put(text).unwrap()).collect();
        let second: Vec<Sym> = texts.iter().map(|text| names.put(text).unwrap()).collect();
        assert_eq!(first, second);
        assert!(texts.iter().zip(&first).all(|(text, sym)| names.text(*sym) == text));
        assert_eq!(names.put(""), None);
        assert_eq!(names.find("text 7"), Some(first[7]));
        assert_eq!(names.find("nothing"), None);
    }
}
