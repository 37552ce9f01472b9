//! Specs nobody wrote by hand, and messages for them.
//!
//! A case is drawn from a list of numbers, each of which settles one choice; 0 settles it in the
//! simplest way, so that a shorter list with smaller numbers is a simpler case and proptest finds it.
#![allow(dead_code, unused_imports, reason = "each test file uses what it needs")]

mod shapes;
mod values;

use std::collections::BTreeSet;
use std::fmt;

use cardwire::spec::{Slots, table};
use cardwire::{
    BitmapForm, CodePage, Coding, Content, Dialect, Element, More, Mti, MtiCoding, Order, Prefix, Spec, Tag,
};
use proptest::prelude::*;

use crate::common::Node;

pub(crate) use shapes::shape;
pub(crate) use values::message;

/// So many cases, or `CARDWIRE_CASES` times as many; a failing one is shown, not stored.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let times = std::env::var("CARDWIRE_CASES").map_or(1, |times| times.parse().expect("a number"));
    ProptestConfig { cases: cases * times, failure_persistence: None, ..ProptestConfig::default() }
}

/// A spec and a message for it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) spec: &'static Spec<'static>,
    pub(crate) mti: Mti,
    pub(crate) header: &'static [u8],
    pub(crate) nodes: Vec<Node>,
}

/// Any spec the library can express, with a message.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    rolls().prop_map(|rolls| {
        let dice = &mut Dice { rolls, at: 0 };
        let spec = spec(dice);
        message(dice, spec)
    })
}

/// Messages for a spec.
pub(crate) fn messages(spec: &'static Spec<'static>) -> impl Strategy<Value = Case> {
    rolls().prop_map(move |rolls| message(&mut Dice { rolls, at: 0 }, spec))
}

/// One table in two dialects, with a message for the first.
pub(crate) fn translations() -> impl Strategy<Value = (Case, &'static Spec<'static>)> {
    rolls().prop_map(|rolls| {
        let dice = &mut Dice { rolls, at: 0 };
        let [from, to] = specs_of_one_table(dice);
        (message(dice, from), to)
    })
}

fn rolls() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(any::<u32>(), 0..400)
}

/// As many as the messages of one spec take; those after them are 0.
const SEEDED_ROLLS: u64 = 1 << 17;

pub(crate) struct Dice {
    rolls: Vec<u32>,
    at: usize,
}

impl Dice {
    /// Dice that fall the same way for the same seed (SplitMix64), for cases that proptest does not draw.
    pub(crate) fn seeded(seed: u64) -> Self {
        let mix = |mut mixed: u64| {
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ mixed >> 31
        };
        // mixed once more, so that one seed and the next do not share their rolls
        let start = mix(seed);
        let state = |index: u64| start.wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let roll = |index| u32::try_from(mix(state(index)) >> 32).unwrap();
        Self { rolls: (1..=SEEDED_ROLLS).map(roll).collect(), at: 0 }
    }

    /// A number below `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        let roll = self.rolls.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::try_from(roll).unwrap() % sides
    }

    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == one_in - 1
    }

    pub(crate) fn page(&mut self) -> CodePage {
        self.one_of(&[CodePage::Cp037, CodePage::Cp500, CodePage::Cp1047])
    }

    /// Up to `count` different numbers that `fits` admits.
    pub(crate) fn numbers(
        &mut self,
        count: usize,
        most: usize,
        fits: impl Fn(usize) -> bool,
    ) -> BTreeSet<usize> {
        let count = self.between(1, count);
        (0..count).map(|_| self.between(1, most)).filter(|number| fits(*number)).collect()
    }
}

fn spec(dice: &mut Dice) -> &'static Spec<'static> {
    let coding = [Coding::Hex, Coding::Raw, Coding::EbcdicHex(dice.page())];
    let form = bitmap_form(dice, &coding);
    let numbers = dice.numbers(8, capacity(form), |number| !continues(form, number));
    let mut slots = vec![None; capacity(form) + 1];
    for number in &numbers {
        let made = shapes::element(
            dice,
            shapes::Place {
                within: shapes::Within::Message,
                depth: 1,
                is_last: Some(number) == numbers.last(),
                is_open: false,
                is_plain: false,
            },
        );
        slots[*number] = Some(made.element(*number, &Dialect::ASCII));
    }
    let dialect = Dialect {
        mti: dice.one_of(&[MtiCoding::Ascii, MtiCoding::Bcd, MtiCoding::Ebcdic, MtiCoding::Binary]),
        header: dice.one_of(&[0, 0, 0, 5]),
        bitmap: form,
        ..Dialect::ASCII
    };
    checked(&dialect, slots.leak())
}

fn specs_of_one_table(dice: &mut Dice) -> [&'static Spec<'static>; 2] {
    let mut all = table([]);
    for number in dice.numbers(8, 128, |number| number > 1) {
        let place = shapes::Place {
            within: shapes::Within::Message,
            depth: 1,
            is_last: false,
            is_open: false,
            is_plain: true,
        };
        all = all.with(shapes::element(dice, place).row(number));
    }
    let dialects = [Dialect::ASCII, Dialect::BCD, Dialect::ebcdic(dice.page()), Dialect::ASCII_BINARY];
    [(); 2].map(|()| {
        let dialect = dice.one_of(&dialects);
        let elements: &'static Slots<'static> = Box::leak(Box::new(all.elements(&dialect)));
        checked(&dialect, elements)
    })
}

/// Every generated spec is sound, so one that is refused is a finding.
fn checked(dialect: &Dialect, elements: &'static [Option<Element<'static>>]) -> &'static Spec<'static> {
    let spec = Spec::try_new("generated", dialect, elements);
    let spec = spec.unwrap_or_else(|error| {
        panic!("{error}\n{dialect:?}\n{:#?}", elements.iter().flatten().collect::<Vec<_>>())
    });
    Box::leak(Box::new(spec))
}

/// A bitmap form in one of these codings.
pub(crate) fn bitmap_form(dice: &mut Dice, codings: &[Coding]) -> BitmapForm {
    let form = BitmapForm::new(dice.one_of(codings));
    match dice.below(4) {
        0 => form,
        1 => form.second(More::Always),
        2 => BitmapForm::single(form.coding, u8::try_from(dice.between(1, 8)).unwrap()),
        _ => form.second(dice.one_of(&[More::Announced, More::Always])).third(dice.one_of(&[
            More::Announced,
            More::InElement,
            More::Always,
        ])),
    }
}

pub(crate) fn capacity(form: BitmapForm) -> usize {
    match (form.second, form.third) {
        (More::Never, _) => 8 * usize::from(form.octets),
        (_, More::Never) => 128,
        _ => 192,
    }
}

/// Whether the bit announces a further bitmap.
pub(crate) fn continues(form: BitmapForm, number: usize) -> bool {
    number == 1 && form.second != More::Never || number == 65 && form.third != More::Never
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?} {:?}, header {}", self.mti, self.spec.bitmap(), self.header.len())?;
        writeln!(f, "{:?}", self.nodes)?;
        self.spec.body().elements().try_for_each(|element| show(f, element, 1))
    }
}

/// An element in a line, its parts below it.
fn show(f: &mut fmt::Formatter<'_>, element: &Element<'_>, depth: usize) -> fmt::Result {
    let (min, max) = (element.min(), element.max());
    let (content, coding, form) = (element.content(), element.coding(), element.form());
    let spare = element.spare();
    write!(f, "{:depth$}{:X}: {content} {min}..{max} {coding:?} {form:?} {spare:?}", "", element.key())?;
    match element.layout() {
        None => writeln!(f),
        Some(layout) => {
            writeln!(f, " of {}", order(layout.order()))?;
            layout.elements().try_for_each(|element| show(f, element, depth + 1))
        }
    }
}

fn order(order: &Order<'_>) -> String {
    match order {
        Order::Tags { tag, lead, unknown } => format!("{tag:?} {lead:?}, others {}", unknown.is_some()),
        other => format!("{other:?}"),
    }
}

/// What the enclosing space can carry.
pub(crate) fn tag_forms(dice: &mut Dice, can_text: bool, can_octets: bool) -> Tag {
    let width = |dice: &mut Dice, most| u8::try_from(dice.between(1, most)).unwrap();
    let page = dice.page();
    match (dice.below(5), can_octets, can_text) {
        (1, true, _) => Tag::Ber,
        (4, true, _) => Tag::Ebcdic(page, width(dice, 4)),
        (2, true, _) => Tag::Octets(width(dice, 4)),
        (3, _, true) => Tag::Text(width(dice, 4)),
        _ => Tag::Digits(width(dice, 6)),
    }
}

/// A prefix that can announce every number up to `most`.
pub(crate) fn wide_enough(mut prefix: Prefix, most: usize) -> Prefix {
    use cardwire::PrefixCoding::{Ascii, Bcd, Ebcdic};
    let base: usize = if matches!(prefix.coding, Ascii | Bcd | Ebcdic(_)) { 10 } else { 256 };
    prefix.width = 1;
    while base.pow(prefix.width.into()) <= most {
        prefix.width += 1;
    }
    prefix
}

/// The class of what a composite in text is made of, narrow or wide.
pub(crate) fn is_within(parent: Content, content: Content) -> bool {
    (0..=255u8).all(|octet| {
        (0..2).all(|index| {
            !crate::reference::is_of_class(content, index, octet)
                || crate::reference::is_of_class(parent, 1, octet)
        })
    })
}
