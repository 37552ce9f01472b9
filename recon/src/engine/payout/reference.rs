//! Numbers of payouts in the text of a bank entry.

use hashbrown::HashMap;

use crate::engine::rules::PayoutForm;

/// A payout that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    pub(crate) payout: usize,
    pub(crate) is_part: bool,
    pub(crate) is_again: bool,
}

/// The numbers of payouts, in capitals.
#[derive(Debug)]
pub(crate) struct References<'r> {
    places: HashMap<String, usize>,
    form: &'r PayoutForm,
}

/// How many words are joined when a number is broken by blanks.
const JOINED: usize = 3;

impl<'r> References<'r> {
    pub(crate) fn new(names: impl Iterator<Item = (String, usize)>, form: &'r PayoutForm) -> Self {
        let places = names.map(|(name, place)| (name.to_uppercase(), place)).collect();
        Self { places, form }
    }

    /// The payouts that a text names, each once. A number that blanks break is looked for only if no other is found.
    pub(crate) fn find(&self, text: &str) -> Vec<Named> {
        let text = text.to_uppercase();
        let words: Vec<&str> =
            text.split(|found: char| !is_part_of_number(found)).filter(|word| !word.is_empty()).collect();
        let mut found: Vec<Named> = words.iter().filter_map(|word| self.word(word)).collect();
        // numbers may hold other signs, too
        found.extend(text.split_whitespace().filter_map(|word| self.word(word)));
        if found.is_empty() {
            for count in 2..=JOINED {
                found.extend(words.windows(count).filter_map(|words| self.word(&words.concat())));
            }
        }
        found.sort_unstable();
        found.dedup_by(|one, other| {
            let is_same = one.payout == other.payout;
            if is_same {
                other.is_part |= one.is_part;
                other.is_again |= one.is_again;
            }
            is_same
        });
        found
    }

    /// A whole word: `PO-1` is not in `PO-17`.
    fn word(&self, word: &str) -> Option<Named> {
        let word = word.trim_matches(['.', '-', '_', '/']);
        let plain = Named { payout: 0, is_part: false, is_again: false };
        if let Some(payout) = self.places.get(word) {
            return Some(Named { payout: *payout, ..plain });
        }
        let (start, part) = match word.split_once(self.form.part.as_str()) {
            Some((start, part)) if is_number(part) || part.split('/').all(is_number) => (start, true),
            _ => (word, false),
        };
        if let Some(payout) = self.places.get(start) {
            return Some(Named { payout: *payout, is_part: part, ..plain });
        }
        let (first, count) = start.rsplit_once(self.form.again.to_uppercase().as_str())?;
        let payout =
            self.places.get(first.trim_end_matches('-')).filter(|_| is_number(count) || count.is_empty())?;
        Some(Named { payout: *payout, is_part: part, is_again: true })
    }
}

fn is_part_of_number(found: char) -> bool {
    found.is_alphanumeric() && found.is_ascii() || matches!(found, '-' | '_' | '.' | '/')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_found_with_their_endings() {
        let form = PayoutForm { part: "/".into(), again: "R".into() };
        let names = ["PO-1", "PO-0316-08", "PO-0316-09"]
            .into_iter()
            .zip(0..)
            .map(|(name, place)| (name.to_owned(), place));
        let references = References::new(names, &form);
        let named = |payout, is_part, is_again| vec![Named { payout, is_part, is_again }];
        for (text, expected) in [
            ("PO-0316-08 MID 898110159990001", named(1, false, false)),
            ("po-0316-08/1 MID 898110159990001", named(1, true, false)),
            ("EREF+PO-0316-08", named(1, false, false)),
            ("RETURN PO-0316-09 ACCOUNT CLOSED", named(2, false, false)),
            ("PO-0316-09R1", named(2, false, true)),
            ("PO-0316-09R1 replaces PO-0316-09", named(2, false, true)),
            ("PO-17", vec![]),
            ("PO-1.", named(0, false, false)),
            ("货款PO-1到账", named(0, false, false)),
            ("PO-0316- 08", named(1, false, false)),
            ("XPO-1", vec![]),
            ("PO-1 PO-0316-09", [named(0, false, false), named(2, false, false)].concat()),
        ] {
            assert_eq!(references.find(text), expected, "{text}");
        }
    }
}
