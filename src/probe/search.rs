//! The search: change the spec in one place, read the messages again, keep what gets further.

use alloc::vec::Vec;

use super::alter::{Variant, page_of, undefined, variants};
use super::hint::{Change, Changes, Hint, Outcome};
use super::reach::{Reach, mean};
use crate::bitmap::{Bitmap, MAX_NUMBER};
use crate::codec::{Coding, PrefixCoding};
use crate::content::Content;
use crate::error::{Error, Place};
use crate::layout::{Element, Form};
use crate::spec::{Dialect, MtiCoding, Spec};

/// How many messages may be read in the search for the hints of one spec.
const BUDGET: u32 = 8_000;

/// How many hints are kept.
const MAX_HINTS: usize = 5;

/// By how much a change that does not get to the end must raise the score.
const GAIN: u16 = 50;

/// The most that may be wrong with one element at once.
const MAX_COST: u8 = 4;

/// What is probably wrong, the likeliest first.
pub(super) fn hints(spec: &Spec<'_>, messages: &[&[u8]]) -> Vec<Hint> {
    let (before, announced): (Vec<Reach>, Vec<Bitmap>) =
        messages.iter().map(|message| Reach::of(spec, message)).unzip();
    let announced: Bitmap = announced.iter().flatten().collect();
    let mut search = Search { spec, messages, before, announced, budget: BUDGET, hints: Vec::new() };
    search.outlines();
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
    hints: Vec<Hint>,
}

impl<'s> Search<'s, '_> {
    /// MTI, bitmap, and what all elements have in common.
    fn outlines(&mut self) {
        let spec = self.spec;
        let slots = self.slots(|_| true);
        let dialect = dialect_of(spec);
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
                let outcome = self.attempt(place, changes, changes.cost(), &changed, &slots);
                let is_better = |outcome: &Outcome| best.is_none_or(|(known, ..)| *outcome > known);
                if let Some(outcome) = outcome.filter(is_better) {
                    best = Some((outcome, changed, changes));
                }
            }
        }
        let outline = best.map_or((dialect, Changes::default()), |(_, dialect, changes)| (dialect, changes));
        self.everywhere(outline, &slots);
    }

    /// All digits, all lengths, or all binary values written otherwise.
    fn everywhere(&mut self, (dialect, outline): (Dialect, Changes), slots: &[Option<Element<'s>>]) {
        let page = page_of(self.spec);
        let digits = [None, Some(Coding::Ascii), Some(Coding::Bcd), Some(Coding::Ebcdic(page))];
        let ebcdic = PrefixCoding::Ebcdic(page);
        let prefixes = [
            None,
            Some(PrefixCoding::Ascii),
            Some(PrefixCoding::Bcd),
            Some(ebcdic),
            Some(PrefixCoding::Binary),
        ];
        let binaries = [None, Some(Coding::Raw), Some(Coding::Hex)];
        for digits in digits {
            for prefix in prefixes {
                for binary in binaries {
                    let changes = [
                        digits.map(Change::Digits),
                        prefix.map(Change::Prefixes),
                        binary.map(Change::Binary),
                    ];
                    if changes.iter().all(Option::is_none) {
                        continue;
                    }
                    let mut changed = slots.to_vec();
                    changed.iter_mut().flatten().for_each(|element| rewrite(element, digits, prefix, binary));
                    let mut all = outline.iter().map(Some).collect::<Vec<_>>();
                    all.extend(changes);
                    let all = collected(all);
                    self.attempt(Place::Whole, all, all.cost(), &dialect, &changed);
                }
            }
        }
    }

    /// One element after the other, what is cheap to get wrong before what is not.
    fn elements(&mut self) {
        let page = page_of(self.spec);
        let suspects: Vec<(u8, Vec<(u8, Variant<'s>)>)> = self
            .suspects()
            .into_iter()
            .map(|number| match self.spec.element(number) {
                Some(element) => (number, variants(element, page, self.blame(number))),
                None => (number, undefined(number, page)),
            })
            .map(|(number, variants)| (number, variants.into_iter().map(|it| (it.cost(), it)).collect()))
            .collect();
        let announced = self.announced;
        let mut slots = self.slots(|number| announced.contains(number));
        let dialect = dialect_of(self.spec);
        let outlines = self.hints.len();
        for cost in 1..=MAX_COST {
            for (number, variants) in &suspects {
                for variant in variants.iter().filter(|(known, _)| *known == cost).map(|(_, variant)| variant)
                {
                    let Some(slot) = slots.get_mut(usize::from(*number)) else { continue };
                    let original = slot.replace(variant.element);
                    self.attempt(Place::Element(*number), variant.changes, cost, &dialect, &slots);
                    if let Some(slot) = slots.get_mut(usize::from(*number)) {
                        *slot = original;
                    }
                }
            }
            let found = self.hints.iter().skip(outlines);
            if found.into_iter().any(|hint| hint.outcome.complete == self.messages.len()) {
                return;
            }
        }
    }

    /// The elements that a message announces up to the one that was blamed, the latest first.
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

    /// The error that blames an element.
    fn blame(&self, number: u8) -> Option<Error> {
        let errors = self.before.iter().filter_map(|reach| reach.error);
        errors.into_iter().find(|error| error.field() == Some(number))
    }

    fn slots(&self, wanted: impl Fn(u8) -> bool) -> Vec<Option<Element<'s>>> {
        let slot = |number| self.spec.element(number).filter(|_| wanted(number)).copied();
        (0..=MAX_NUMBER).map(slot).collect()
    }

    /// Reads the messages with a changed spec, and keeps the change if it gets further.
    fn attempt(
        &mut self,
        place: Place,
        changes: Changes,
        cost: u8,
        dialect: &Dialect,
        slots: &[Option<Element<'s>>],
    ) -> Option<Outcome> {
        if cost == 0 {
            return None;
        }
        let spec = Spec::try_new("", dialect, slots).ok()?;
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
        let complete = |reaches: &[Reach]| reaches.iter().filter(|reach| reach.error.is_none()).count();
        let outcome = Outcome {
            complete: complete(&after),
            score: mean(&after),
            cost: core::cmp::Reverse(cost),
            evidence: after.iter().map(|reach| reach.evidence).sum(),
            messages: after.len(),
        };
        let gains = outcome.score >= mean(&self.before).saturating_add(GAIN);
        if outcome.complete <= complete(&self.before) && !gains {
            return None;
        }
        self.hints.push(Hint { place, changes, outcome, rivals: 0 });
        Some(outcome)
    }

    /// The best change of each place, the best place first.
    fn finish(mut self) -> Vec<Hint> {
        self.hints.sort_by_key(|hint| core::cmp::Reverse(hint.outcome));
        let mut kept: Vec<Hint> = Vec::new();
        for hint in self.hints {
            if kept.iter().all(|known| known.place != hint.place) {
                kept.push(hint);
            }
        }
        let effect = |hint: &Hint| (hint.outcome.complete, hint.outcome.score, hint.outcome.cost);
        let effects: Vec<_> = kept.iter().map(effect).collect();
        for hint in &mut kept {
            let own = effect(hint);
            hint.rivals = effects.iter().filter(|other| **other >= own).count().saturating_sub(1);
        }
        kept.truncate(MAX_HINTS);
        kept
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

/// What is needed to make the spec again.
pub(super) fn dialect_of(spec: &Spec<'_>) -> Dialect {
    Dialect {
        header: spec.header(),
        mti: spec.mti(),
        bitmap: spec.bitmap(),
        codes: spec.codes(),
        ..Dialect::ASCII
    }
}

/// The element with digits, length or binary value written otherwise.
fn rewrite(
    element: &mut Element<'_>,
    digits: Option<Coding>,
    prefix: Option<PrefixCoding>,
    binary: Option<Coding>,
) {
    let coding = match element.content {
        Content::N | Content::Z | Content::Xn => digits,
        Content::B => binary,
        Content::Any => None,
        // text in EBCDIC goes with digits in EBCDIC
        _ => digits.map(|coding| if coding == Coding::Bcd { Coding::Ascii } else { coding }),
    };
    element.coding = coding.unwrap_or(element.coding);
    if let (Some(to), Form::Prefixed(own)) = (prefix, &mut element.size.form) {
        let is_binary = |coding| matches!(coding, PrefixCoding::Binary | PrefixCoding::Hex);
        own.width = match (is_binary(own.coding), is_binary(to)) {
            (false, true) => own.width.div_ceil(2),
            (true, false) if own.width == 1 && element.size.max <= 99 => 2,
            (true, false) => 3,
            _ => own.width,
        };
        own.coding = to;
    }
}
