//! The search: change the spec in one place, read the messages again, keep what gets further.

use alloc::vec::Vec;

use super::alter::{Variant, page_of, undefined, variants};
use super::hint::{Change, Changes, Hint, Outcome};
use super::mend::{Lengths, Mend, Rewrite, What, dialect_of};
use super::reach::{Reach, mean};
use crate::codec::{Coding, LengthUnit, PrefixCoding};
use crate::layout::{Element, NextBitmap};
use crate::model::bitmap::Bitmap;
use crate::model::error::{Error, ErrorKind, Place};
use crate::spec::{Dialect, MtiCoding, Spec};

/// How many messages may be read in the search for the hints of one spec.
const BUDGET: u32 = 8_000;

/// How many hints are kept.
const MAX_HINTS: usize = 5;

/// By how much a change that does not get to the end must raise the score.
const GAIN: u16 = 50;

/// The bit that announces a third bitmap.
const THIRD: u8 = 65;

/// The most that may be wrong with one element at once.
const MAX_COST: u8 = 4;

/// What is probably wrong, the likeliest first, and how it is put right.
pub(super) fn hints<'s>(spec: &'s Spec<'s>, messages: &[&[u8]]) -> Vec<(Hint, Mend<'s>)> {
    let (before, announced): (Vec<Reach>, Vec<Bitmap>) =
        messages.iter().map(|message| Reach::of(spec, message)).unzip();
    let announced: Bitmap = announced.iter().flatten().collect();
    let mut search = Search { spec, messages, before, announced, budget: BUDGET, hints: Vec::new() };
    search.outlines();
    search.third_bitmap();
    search.elements();
    search.finish()
}

struct Search<'s, 'm> {
    spec: &'s Spec<'s>,
    messages: &'m [&'m [u8]],
    before: Vec<Reach>,
    /// By any of the messages.
    announced: Bitmap,
    budget: u32,
    hints: Vec<(Hint, Mend<'s>)>,
}

impl<'s> Search<'s, '_> {
    /// MTI, bitmap, and what all elements have in common.
    fn outlines(&mut self) {
        let spec = self.spec;
        let dialect = dialect_of(spec);
        let slots = Mend { dialect, what: What::Nothing }.slots(spec);
        let mut best: Option<(Outcome, Dialect, Changes)> = None;
        for mti in [MtiCoding::Ascii, MtiCoding::Bcd, MtiCoding::Ebcdic, MtiCoding::Binary] {
            for bitmap in [Coding::Raw, Coding::Hex, Coding::EbcdicHex(page_of(spec))] {
                let mut changed = Dialect { mti, ..dialect };
                changed.bitmap.coding = bitmap;
                let changes = [
                    (mti != dialect.mti).then_some(Change::Mti(mti)),
                    (bitmap != dialect.bitmap.coding).then_some(Change::Bitmap(bitmap)),
                ];
                let (place, changes) = (outline_place(changes), collected(changes));
                let mend = Mend { dialect: changed, what: What::Nothing };
                let outcome = self.attempt(place, changes, (changes.cost(), mend), &slots);
                let is_better = |outcome: &Outcome| best.is_none_or(|(known, ..)| *outcome > known);
                if let Some(outcome) = outcome.filter(is_better) {
                    best = Some((outcome, changed, changes));
                }
            }
        }
        self.everywhere(
            best.map_or((dialect, Changes::default()), |(_, dialect, changes)| (dialect, changes)),
        );
    }

    /// All digits, all text, all lengths, or all binary values written otherwise.
    fn everywhere(&mut self, (dialect, outline): (Dialect, Changes)) {
        let page = page_of(self.spec);
        let (ascii, bcd, ebcdic) = (Some(Coding::Ascii), Some(Coding::Bcd), Some(Coding::Ebcdic(page)));
        // text goes with digits unless it is said
        let values = [
            (None, None),
            (ascii, None),
            (bcd, None),
            (ebcdic, None),
            (bcd, ebcdic),
            (None, ascii),
            (None, ebcdic),
        ];
        let codings =
            [PrefixCoding::Ascii, PrefixCoding::Bcd, PrefixCoding::Ebcdic(page), PrefixCoding::Binary];
        let octets = [LengthUnit::Units, LengthUnit::Bytes].map(Lengths::Octet);
        let lengths = codings.map(Lengths::Usual).into_iter().chain(octets).map(Some);
        for (digits, text) in values {
            for prefix in core::iter::once(None).chain(lengths.clone()) {
                for binary in [None, Some(Coding::Raw), Some(Coding::Hex)] {
                    let rewrite = Rewrite { digits, text, binary, prefix };
                    let changes = rewrite.changes();
                    if changes.iter().all(Option::is_none) {
                        continue;
                    }
                    let all = collected(outline.iter().map(Some).chain(changes));
                    let mend = Mend { dialect, what: What::Everywhere(rewrite) };
                    self.attempt(Place::Whole, all, (all.cost(), mend), &mend.slots(self.spec));
                }
            }
        }
    }

    /// A third bitmap that the spec does not know: bit 65 announces it. It is named even where the
    /// spec lacks the elements that it announces, because nothing else would explain them.
    fn third_bitmap(&mut self) {
        let form = self.spec.bitmap();
        let is_seen = self.announced.contains(THIRD) && form.third == NextBitmap::Never;
        let mut best: Option<(usize, Hint, Mend<'s>)> = None;
        for third in [NextBitmap::Announced, NextBitmap::InElement] {
            let mut dialect = dialect_of(self.spec);
            dialect.bitmap.third = third;
            let mend = Mend { dialect, what: What::Nothing };
            let changes = Changes::default().and(Change::ThirdBitmap(third)).unwrap_or_default();
            let slots = mend.slots(self.spec);
            let changed = Spec::try_new("", &dialect, &slots).ok().filter(|_| is_seen);
            let Some(changed) = changed else { continue };
            let (after, announced): (Vec<Reach>, Vec<Bitmap>) =
                self.messages.iter().map(|message| Reach::of(&changed, message)).unzip();
            let reads = |(after, before): (&Reach, &Reach)| before.error.is_none() || gets_to_third(after);
            if after.iter().zip(&self.before).all(reads) {
                // read at the wrong place, values announce many elements; those up to 128 are the same in both
                let count = announced.iter().flatten().count();
                let outcome = outcome_of(&after, changes.cost());
                let hint = Hint { place: Place::Bitmap, changes, outcome, rivals: 0 };
                if best.is_none_or(|(fewest, ..)| count < fewest) {
                    best = Some((count, hint, mend));
                }
            }
        }
        self.hints.extend(best.map(|(_, hint, mend)| (hint, mend)));
    }

    /// One element after the other, what is cheap to get wrong before what is not.
    fn elements(&mut self) {
        let page = page_of(self.spec);
        let is_packed = self.spec.body().elements().any(|element| element.coding == Coding::Bcd);
        let suspects: Vec<(u8, Vec<(u8, Variant<'s>)>)> = self
            .suspects()
            .into_iter()
            .map(|number| match self.spec.element(number) {
                Some(element) => (number, variants(element, page, self.error_at(number))),
                None => (number, undefined(number, page)),
            })
            .map(|(number, variants)| {
                let cost = |variant: &Variant<'_>| {
                    // packed digits where nothing else is packed
                    variant.cost() + u8::from(!is_packed && variant.element.coding == Coding::Bcd)
                };
                (number, variants.into_iter().map(|it| (cost(&it), it)).collect())
            })
            .collect();
        let dialect = dialect_of(self.spec);
        // the bitmap stays what it is: to check all other elements would only take time
        let mut slots = Mend { dialect, what: What::Nothing }.slots(self.spec);
        let is_announced = |number| u8::try_from(number).is_ok_and(|it| self.announced.contains(it));
        slots.iter_mut().enumerate().filter(|(at, _)| !is_announced(*at)).for_each(|(_, slot)| *slot = None);
        let outlines = self.hints.len();
        for cost in 1..=MAX_COST {
            for (number, variants) in &suspects {
                for (_, variant) in variants.iter().filter(|(known, _)| *known == cost) {
                    let mend = Mend { dialect, what: What::Element(*number, variant.element) };
                    let Some(slot) = slots.get_mut(usize::from(*number)) else { continue };
                    let original = slot.replace(variant.element);
                    self.attempt(Place::Element(*number), variant.changes, (cost, mend), &slots);
                    if let Some(slot) = slots.get_mut(usize::from(*number)) {
                        *slot = original;
                    }
                }
            }
            let found = self.hints.iter().skip(outlines);
            if found.into_iter().any(|(hint, _)| hint.outcome.complete == self.messages.len()) {
                return;
            }
        }
    }

    /// The elements that a message announces up to the one of its error, the latest first.
    fn suspects(&self) -> Vec<u8> {
        let last = |reach: &Reach| match reach.error?.place() {
            Place::Element(number) => Some(number),
            Place::Whole => Some(u8::MAX),
            _ => None,
        };
        let last = self.before.iter().filter_map(last).max().unwrap_or(0);
        let mut numbers: Vec<u8> = self.announced.iter().filter(|number| *number <= last).collect();
        numbers.reverse();
        numbers
    }

    /// The error at an element.
    fn error_at(&self, number: u8) -> Option<Error> {
        let errors = self.before.iter().filter_map(|reach| reach.error);
        errors.into_iter().find(|error| error.field() == Some(number))
    }

    /// Reads the messages with a changed spec, and keeps the change if it gets further.
    fn attempt(
        &mut self,
        place: Place,
        changes: Changes,
        (cost, mend): (u8, Mend<'s>),
        slots: &[Option<Element<'s>>],
    ) -> Option<Outcome> {
        if cost == 0 {
            return None;
        }
        let spec = Spec::try_new("", &mend.dialect, slots).ok()?;
        let mut after = Vec::with_capacity(self.messages.len());
        for (message, before) in self.messages.iter().zip(&self.before) {
            self.budget = self.budget.checked_sub(1)?;
            let (reach, _) = Reach::of(&spec, message);
            let is_worse = reach.score() < before.score();
            let is_same = before.error.is_some() && reach.score() == before.score();
            if is_worse || (is_same && after.is_empty()) {
                return None;
            }
            after.push(reach);
        }
        let outcome = outcome_of(&after, cost);
        let complete = self.before.iter().filter(|reach| reach.error.is_none()).count();
        let gains = outcome.score >= mean(&self.before).saturating_add(GAIN);
        if outcome.complete <= complete && !gains {
            return None;
        }
        self.hints.push((Hint { place, changes, outcome, rivals: 0 }, mend));
        Some(outcome)
    }

    /// The best change of each place, the best place first.
    fn finish(mut self) -> Vec<(Hint, Mend<'s>)> {
        // a bit that announces a bitmap is no coincidence, whatever else would explain the message
        self.hints.sort_by_key(|(hint, _)| core::cmp::Reverse((hint.is_third_bitmap(), hint.outcome)));
        let mut kept: Vec<(Hint, Mend<'s>)> = Vec::new();
        for (hint, mend) in self.hints {
            if kept.iter().all(|(known, _)| known.place != hint.place) {
                kept.push((hint, mend));
            }
        }
        let effect = |hint: &Hint| (hint.outcome.complete, hint.outcome.score, hint.outcome.cost);
        let effects: Vec<_> = kept.iter().map(|(hint, _)| effect(hint)).collect();
        for (hint, _) in &mut kept {
            let own = effect(hint);
            hint.rivals = effects.iter().filter(|other| **other >= own).count().saturating_sub(1);
        }
        kept.truncate(MAX_HINTS);
        kept
    }
}

/// Whether a message is read to its end, or to the first element that only a third bitmap announces.
fn gets_to_third(reach: &Reach) -> bool {
    match reach.error.map(|error| (error.kind(), error.place())) {
        None => true,
        Some((kind, Place::Element(number))) => kind == ErrorKind::Undefined && number > 2 * 64,
        Some(_) => false,
    }
}

/// What a change achieves that costs so much.
fn outcome_of(after: &[Reach], cost: u8) -> Outcome {
    Outcome {
        complete: after.iter().filter(|reach| reach.error.is_none()).count(),
        score: mean(after),
        cost: core::cmp::Reverse(cost),
        evidence: after.iter().map(|reach| reach.evidence).sum(),
        messages: after.len(),
    }
}

fn collected(changes: impl IntoIterator<Item = Option<Change>>) -> Changes {
    let all = changes.into_iter().flatten();
    all.fold(Changes::default(), |changes, change| changes.and(change).unwrap_or(changes))
}

fn outline_place(changes: [Option<Change>; 2]) -> Place {
    match changes {
        [Some(_), None] => Place::Mti,
        [None, Some(_)] => Place::Bitmap,
        _ => Place::Whole,
    }
}

/// Every row of a good spec is broken in every way the search knows; the hint must name the row.
#[cfg(test)]
mod tests {
    use super::super::alter::variants;
    use super::*;
    use crate::model::mti::Mti;
    use crate::read::message::Message;
    use crate::spec::{ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_EBCDIC};
    use crate::{Builder, de};
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    /// Messages of one link that differ in what they carry.
    fn traffic(spec: &Spec<'_>) -> Vec<Vec<u8>> {
        let mut sale = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        sale.set(de::PAN, "4111111111111111").set(de::PROCESSING_CODE, "000000").set(de::AMOUNT, 12_345);
        sale.set(de::TRANSMISSION_TIME, "1123071530")
            .set(de::STAN, 123_456)
            .set(12, "081530")
            .set(13, "1123");
        sale.set(22, "051").set(25, "00").set(32, "12345678901").set(35, "4111111111111111=2912201123456789");
        sale.set(37, "632708123456").set(41, "TERM0001").set(42, "MERCHANT0000001").set(49, "840");
        sale.set(52, &[0x3A, 0xF1, 0x55, 0x02, 0x9C, 0xB7, 0x68, 0xE4]).set(60, "0123");
        let icc: [(u32, &[u8]); 3] = [
            (0x9F26, &[0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18]),
            (0x95, &[0x80; 5]),
            (0x9F36, &[0x00, 0x2A]),
        ];
        sale.set(55, &icc);
        let mut response = Builder::new(spec, Mti::FINANCIAL_RESPONSE);
        response.set(de::PAN, "5555555555554444").set(de::PROCESSING_CODE, "200000").set(de::AMOUNT, 7);
        response
            .set(de::STAN, 98_765)
            .set(32, "654321")
            .set(37, "632708123457")
            .set(38, "A1B2C3")
            .set(39, "00");
        response.set(41, "TERM0002").set(49, "978").set(60, "this is a text");
        let mut third = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        third
            .set(de::PAN, "6011000990139424")
            .set(de::PROCESSING_CODE, "310000")
            .set(de::AMOUNT, 99_000_000_000u64);
        third
            .set(de::TRANSMISSION_TIME, "0102235959")
            .set(de::STAN, 777_777)
            .set(22, "021")
            .set(32, "9876543");
        third.set(35, "6011000990139424=30012010000000000").set(41, "12345678").set(49, "156").set(60, "x");
        [sale, response, third].iter().map(|builder| builder.to_vec().unwrap()).collect()
    }

    fn borrowed(messages: &[Vec<u8>]) -> Vec<&[u8]> {
        messages.iter().map(Vec::as_slice).collect()
    }

    /// How the hints for broken rows turned out.
    #[derive(Default)]
    struct Tally {
        /// The best hint names the row.
        first: usize,
        /// Rows that were broken so that a message fails.
        all: usize,
        missed: Vec<String>,
    }

    /// Breaks one row after the other in every way that costs at most `most`, and looks at each `step`th.
    fn tally(spec: &Spec<'static>, most: u8, step: usize) -> Tally {
        let messages = traffic(spec);
        let messages = borrowed(&messages);
        let good: Vec<_> = (0..=192).map(|number| spec.element(number).copied()).collect();
        let dialect = dialect_of(spec);
        let mut tally = Tally::default();
        for number in Message::parse(spec, messages[0]).unwrap().bitmap().iter() {
            let all = variants(spec.element(number).unwrap(), page_of(spec), None);
            for variant in all.iter().filter(|variant| variant.cost() <= most).step_by(step) {
                let mut slots = good.clone();
                slots[usize::from(number)] = Some(variant.element);
                let Ok(broken) = Spec::try_new("broken", &dialect, &slots) else { continue };
                if messages.iter().all(|message| Message::parse(&broken, message).is_ok()) {
                    continue;
                }
                tally.all += 1;
                match hints(&broken, &messages).first() {
                    Some((hint, _)) if hint.field() == Some(number) => tally.first += 1,
                    other => {
                        let changes: Vec<_> =
                            variant.changes.iter().map(|change| change.to_string()).collect();
                        tally.missed.push(format!("{number} {changes:?}: {other:?}"));
                    }
                }
            }
        }
        tally
    }

    #[test]
    fn one_thing_wrong_in_one_row_is_always_named() {
        for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC] {
            let Tally { first, all, missed } = tally(spec, 1, 1);
            assert_eq!(first, all, "{}: {missed:#?}", spec.name());
            assert!(all > 70, "{all}");
        }
    }

    /// A fixed element that is two longer beside a fixed one that is two shorter cannot be told apart,
    /// nor can all such pairs: one in each of these runs.
    #[test]
    fn two_things_wrong_in_one_row_are_named_but_for_one_that_could_be_in_another() {
        let (time, code) = ("13 [\"probably of fixed length 2\"]", "3 [\"probably of fixed length 2\"]");
        for (spec, most, known) in [(&ISO87_ASCII_BINARY, 67, time), (&ISO87_BCD, 69, code)] {
            let Tally { first, all, missed } = tally(spec, 2, 7);
            let missed: Vec<_> = missed.iter().map(|missed| missed.split(':').next().unwrap()).collect();
            assert_eq!((first, all, missed.as_slice()), (most - 1, most, &[known][..]), "{}", spec.name());
        }
    }
}
