//! Whether a text shows card data: searched for by its digits, octets and letters alone.
//!
//! Nothing here knows a spec, an issuer or a check digit. A text is reduced to what a reader could put together:
//! characters between values are left out, and what is hidden breaks a run. What is found may stand there by
//! chance, so whoever asks has the same text with other card data to compare with.

use std::collections::HashSet;
use std::ops::Range;

use super::Secrets;
use crate::common::hex;

/// How many digits of a card number in a row are too many, if one of them is an inner one: a code of three
/// digits may stand beside the last four.
const RUN: usize = 8;
/// The same of inner digits alone.
const INNER_RUN: usize = 5;
/// The same where all digits of a text are put together, names and numbers of elements included.
const LONG_RUN: usize = 11;

/// What must not be found in a text.
pub(crate) struct Needles {
    /// Runs of digits by their length.
    close: [(usize, HashSet<u64>); 2],
    far: HashSet<u64>,
    words: Vec<String>,
}

impl Needles {
    pub(crate) fn of(secrets: &Secrets) -> Self {
        let (pan, other) = (&secrets.pan, &secrets.discretionary);
        // what ends among the first six or begins among the last four digits may be shown
        let (first, last) = (6, pan.len() - 4);
        let shows_inner = |run: &Range<usize>| run.end > first && run.start < last;
        let is_inner = |run: &Range<usize>| run.start >= first && run.end <= last;
        let mut close = runs(pan, RUN, shows_inner);
        close.extend(runs(other, RUN, |_| true));
        let mut far = runs(pan, LONG_RUN, shows_inner);
        far.extend(runs(other, LONG_RUN, |_| true));
        let mut words = Vec::new();
        for run in &close {
            words.push(hex(run.as_bytes()));
            words.push(run.bytes().map(|digit| format!("F{}", digit - b'0')).collect());
        }
        let letters = secrets.name.as_bytes();
        words.extend(letters.windows(5).map(|run| String::from_utf8(run.to_vec()).unwrap()));
        words.extend(letters.windows(5).map(hex));
        words.extend(secrets.pin_block.windows(3).map(hex));
        let inner = runs(pan, INNER_RUN, is_inner);
        Self { close: [(RUN, numbers(&close)), (INNER_RUN, numbers(&inner))], far: numbers(&far), words }
    }

    /// The card number alone.
    pub(crate) fn of_number(secrets: &Secrets) -> Self {
        let pan = secrets.pan.clone();
        let nothing = Secrets { discretionary: String::new(), name: String::new(), ..secrets.clone() };
        let mut needles = Self::of(&Secrets { pan, ..nothing });
        needles.words.clear();
        needles
    }

    /// What of the card data a text shows.
    pub(crate) fn found_in(&self, text: &str) -> Option<String> {
        let dense = dense(text);
        let digit = |character: char| character.to_digit(10).map(u64::from);
        let mut close = self.close.iter();
        let near = close.find_map(|(len, wanted)| found(dense.chars().map(digit), *len, wanted));
        let far = || found(text.chars().filter_map(digit).map(Some), LONG_RUN, &self.far);
        let number = near.or_else(far).map(|number| number.to_string());
        number.or_else(|| self.words.iter().find(|word| dense.contains(&word[..])).cloned())
    }
}

/// The runs of that length in digits.
fn runs(digits: &str, len: usize, wanted: impl Fn(&Range<usize>) -> bool) -> Vec<String> {
    let starts = 0..(digits.len() + 1).saturating_sub(len);
    let runs = starts.map(|start| start..start + len).filter(|run| wanted(run));
    runs.map(|run| digits[run].to_owned()).collect()
}

fn numbers(runs: &[String]) -> HashSet<u64> {
    runs.iter().map(|run| run.parse().unwrap()).collect()
}

/// A text without what stands between values, in capitals. Lines stay apart: an error may end with a length that
/// was read, and the next line begins with an offset.
fn dense(text: &str) -> String {
    let text = without_keys(text).replace("\\x", "").replace("\\u00", "");
    let between = |character: &char| !" \t,:|-\"'{}[]().".contains(*character);
    text.chars().filter(between).map(|character| character.to_ascii_uppercase()).collect()
}

/// A text with a line end for each number before a colon: the key of an element in JSON and in `Debug`. Values before
/// and after it are put together with that number by chance alone; where all digits of a text are, it stays.
fn without_keys(text: &str) -> String {
    const LONGEST_KEY: usize = 4;
    let mut out = String::with_capacity(text.len());
    for (index, piece) in text.split(':').enumerate() {
        if index > 0 {
            let before = out.trim_end_matches('"');
            let key = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            if (1..=LONGEST_KEY).contains(&key) {
                out.truncate(before.len() - key);
                out.push('\n');
            } else {
                out.push(':');
            }
        }
        out.push_str(piece);
    }
    out
}

/// The first run of `len` digits that is one of those.
fn found(digits: impl Iterator<Item = Option<u64>>, len: usize, wanted: &HashSet<u64>) -> Option<u64> {
    let modulus = 10u64.pow(u32::try_from(len).unwrap());
    let (mut run, mut number) = (0, 0);
    for digit in digits {
        match digit {
            None => run = 0,
            Some(digit) => {
                run += 1;
                number = (number * 10 + digit) % modulus;
                if run >= len && wanted.contains(&number) {
                    return Some(number);
                }
            }
        }
    }
    None
}
