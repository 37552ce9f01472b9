//! Whether a text shows card data: searched for by its digits, octets and letters alone.
//!
//! Nothing here knows a spec, an issuer or a check digit. A text is reduced to what a reader could put together:
//! characters between values are left out, and what is hidden breaks a run. What is found may stand there by
//! chance, so whoever asks has the same text with other card data to compare with.

use std::collections::HashSet;

use super::Secrets;
use crate::common::hex;

/// How many digits of a card number in a row are too many, if one of them is an inner one: six are shown.
const RUN: usize = 7;
/// The same where all digits of a text are put together, names and numbers of elements included.
const LONG_RUN: usize = 11;

/// What must not be found in a text.
pub(crate) struct Needles {
    digits: HashSet<u64>,
    long_digits: HashSet<u64>,
    words: Vec<String>,
}

impl Needles {
    pub(crate) fn of(secrets: &Secrets) -> Self {
        let inner = secrets.pan.len() - 4;
        let runs = |text: &str, len: usize, until: usize| -> Vec<String> {
            let ends = len..=text.len();
            // what ends among the first six or begins among the last four digits may be shown
            ends.filter(|end| *end > 6 && end - len < until).map(|end| text[end - len..end].to_owned()).collect()
        };
        let all = |text: &str, len| runs(&format!("0000000{text}"), len, usize::MAX).split_off(7);
        let mut short = runs(&secrets.pan, RUN, inner);
        short.extend(all(&secrets.discretionary, RUN));
        let mut words = Vec::new();
        for run in &short {
            words.push(hex(run.as_bytes()));
            words.push(run.bytes().map(|digit| format!("F{}", digit - b'0')).collect());
        }
        let letters = secrets.name.as_bytes();
        words.extend(letters.windows(5).map(|run| String::from_utf8(run.to_vec()).unwrap()));
        words.extend(letters.windows(5).map(hex));
        words.extend(secrets.pin_block.windows(3).map(hex));
        let number = |run: &String| run.parse().unwrap();
        let mut long = runs(&secrets.pan, LONG_RUN, inner);
        long.extend(all(&secrets.discretionary, LONG_RUN));
        Self {
            digits: short.iter().map(number).collect(),
            long_digits: long.iter().map(number).collect(),
            words,
        }
    }

    /// What of the card data a text shows.
    pub(crate) fn found_in(&self, text: &str) -> Option<String> {
        let dense = dense(text);
        let digit = |character: char| character.to_digit(10).map(u64::from);
        let close = dense.chars().map(digit);
        let near = found(close, RUN, &self.digits);
        let far = found(text.chars().filter_map(digit).map(Some), LONG_RUN, &self.long_digits);
        let number = near.or(far).map(|number| number.to_string());
        number.or_else(|| self.words.iter().find(|word| dense.contains(&word[..])).cloned())
    }
}

/// A text without what stands between values, in capitals.
fn dense(text: &str) -> String {
    let text = text.replace("\\x", "").replace("\\u00", "");
    let between = |character: &char| !" \n\t,:|-\"'{}[]().".contains(*character);
    text.chars().filter(between).map(|character| character.to_ascii_uppercase()).collect()
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
