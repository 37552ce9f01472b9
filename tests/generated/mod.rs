//! Specs nobody wrote by hand, and messages for them.
//!
//! A case is drawn from lists of numbers, each of which settles one choice; 0 settles it in the
//! simplest way, and every element has a list of its own. So fewer elements, shorter lists and
//! smaller numbers are a simpler case, and proptest finds it.
#![allow(dead_code, unused_imports, reason = "each test file uses what it needs")]

pub(crate) mod laws;
mod shapes;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cardwire::spec::{Slots, table};
use cardwire::{
    Dialect, Mti, Spec,
    layout::{BitmapForm, CodePage, Coding, Content, Element, NextBitmap, Order, Prefix, Tag},
    spec::MtiCoding,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::common::Node;

pub(crate) use shapes::shape;
pub(crate) use values::message;

/// So many cases, or `CARDWIRE_CASES` times as many. What fails is made simple and kept beside the
/// test; not with a fraction, such as 0.1, with which mutants and slow interpreters are tried.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let times = std::env::var("CARDWIRE_CASES").map_or(1.0, |times| times.parse().expect("a number"));
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    ProptestConfig {
        cases: (f64::from(cases) * times).ceil() as u32,
        max_shrink_iters: if times < 1.0 { 0 } else { 20_000 },
        failure_persistence: (times >= 1.0).then(|| Box::new(kept) as _),
        ..ProptestConfig::default()
    }
}

/// A spec and a message for it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) spec: &'static Spec<'static>,
    pub(crate) mti: Mti,
    pub(crate) header: &'static [u8],
    pub(crate) nodes: Vec<Node>,
}

/// What a case is drawn from.
#[derive(Clone, Debug)]
pub(crate) struct Rolls {
    /// For what concerns the whole message.
    pub(crate) message: Vec<u32>,
    /// For each element: its number, and what draws its shape and its value.
    pub(crate) elements: Vec<(usize, Vec<u32>)>,
}

/// Any spec the library can express, with a message.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    rolls().prop_map(case)
}

/// Messages for a spec.
pub(crate) fn messages(spec: &'static Spec<'static>) -> impl Strategy<Value = Case> {
    let rolls = proptest::collection::vec(any::<u32>(), 0..400);
    rolls.prop_map(move |rolls| message(&mut Dice::of(rolls), spec))
}

/// One table in two dialects, with a message for the first.
pub(crate) fn translations() -> impl Strategy<Value = (Case, &'static Spec<'static>)> {
    rolls().prop_map(translation)
}

/// A few octets changed, and perhaps the end cut off.
pub(crate) fn damage() -> impl Strategy<Value = laws::Damage> {
    let octet = prop_oneof![any::<u8>(), Just(0), Just(b'0'), Just(b'9'), Just(0xFF), Just(b'+')];
    let changes = proptest::collection::vec((0..usize::from(u16::MAX), octet), 0..4);
    let cut = proptest::option::of(0..usize::from(u16::MAX));
    (changes, cut).prop_map(|(changes, cut)| laws::Damage { changes, cut })
}

fn rolls() -> impl Strategy<Value = Rolls> {
    // mostly few and short ones, because a small case is read by people; a message remembers where
    // its first 64 elements start, and walks to those beyond
    let list = || {
        let numbers = prop_oneof![
            9 => proptest::collection::vec(any::<u32>(), 0..60),
            1 => proptest::collection::vec(any::<u32>(), 60..600),
        ];
        (0..192usize, numbers)
    };
    let elements = prop_oneof![
        15 => proptest::collection::vec(list(), 0..9),
        1 => proptest::collection::vec(list(), 70..140),
    ];
    (proptest::collection::vec(any::<u32>(), 0..16), elements)
        .prop_map(|(message, elements)| Rolls { message, elements })
}

/// As many as the messages of one spec take; those after them are 0.
const SEEDED_ROLLS: u64 = 1 << 17;

pub(crate) struct Dice {
    rolls: Vec<u32>,
    at: usize,
}

impl Dice {
    fn of(rolls: Vec<u32>) -> Self {
        Self { rolls, at: 0 }
    }

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

    /// What a case is drawn from: some elements, each with its own numbers.
    pub(crate) fn rolls_of_a_case(&mut self) -> Rolls {
        let mut list = |count: usize| (0..count).map(|_| self.below(1 << 30) as u32).collect::<Vec<_>>();
        let message = list(16);
        let elements = (0..8).map(|_| (list(1)[0] as usize % 192, list(60))).collect();
        Rolls { message, elements }
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
        self.one_of(&[CodePage::Cp037, CodePage::Cp500, CodePage::Cp1047, CodePage::Cp1047Lf])
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

/// The dice of each element, by number.
type Elements = BTreeMap<usize, Dice>;

/// The spec and the message that lists of numbers draw.
pub(crate) fn case(rolls: Rolls) -> Case {
    let dice = &mut Dice::of(rolls.message);
    let coding = [Coding::Hex, Coding::Raw, Coding::EbcdicHex(dice.page())];
    let form = bitmap_form(dice, &coding);
    let dialect = Dialect {
        mti: dice.one_of(&[
            MtiCoding::Ascii,
            MtiCoding::Bcd,
            MtiCoding::Ebcdic,
            MtiCoding::Binary,
            MtiCoding::Hex,
        ]),
        header: dice.one_of(&[0, 0, 0, 5]),
        bitmap: form,
        ..Dialect::ASCII
    };
    let numbered = rolls.elements.into_iter().map(|(number, rolls)| (1 + number % capacity(form), rolls));
    let mut elements: Elements = numbered
        .filter(|(number, _)| !continues(form, *number))
        .map(|(number, rolls)| (number, Dice::of(rolls)))
        .collect();
    let last = elements.keys().last().copied();
    let mut slots = vec![None; capacity(form) + 1];
    for (number, dice) in &mut elements {
        let made = shapes::element(dice, shapes::Place::message(Some(*number) == last));
        slots[*number] = Some(made.element(*number, &Dialect::ASCII));
    }
    values::drawn(dice, &mut elements, checked(&dialect, slots.leak()))
}

/// One table in two dialects, and a message in the first.
pub(crate) fn translation(rolls: Rolls) -> (Case, &'static Spec<'static>) {
    let dice = &mut Dice::of(rolls.message);
    let mut all = table([]);
    let numbered = rolls.elements.into_iter().map(|(number, rolls)| (2 + number % 127, Dice::of(rolls)));
    let mut elements: Elements = numbered.collect();
    for (number, dice) in &mut elements {
        let place = shapes::Place { is_plain: true, ..shapes::Place::message(false) };
        all = all.with(shapes::element(dice, place).row(*number));
    }
    let dialects = [Dialect::ASCII, Dialect::BCD, Dialect::ebcdic(dice.page()), Dialect::ASCII_BINARY];
    let [from, to] = [(); 2].map(|()| {
        let dialect = dice.one_of(&dialects);
        let elements: &'static Slots<'static> = Box::leak(Box::new(all.elements(&dialect)));
        checked(&dialect, elements)
    });
    (values::drawn(dice, &mut elements, from), to)
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
        1 => form.second(NextBitmap::Always),
        2 => BitmapForm::single(form.coding, u8::try_from(dice.between(1, 8)).unwrap()),
        _ => form.second(dice.one_of(&[NextBitmap::Announced, NextBitmap::Always])).third(dice.one_of(&[
            NextBitmap::Announced,
            NextBitmap::InElement,
            NextBitmap::Always,
        ])),
    }
}

pub(crate) fn capacity(form: BitmapForm) -> usize {
    match (form.second, form.third) {
        (NextBitmap::Never, _) => 8 * usize::from(form.octets),
        (_, NextBitmap::Never) => 128,
        _ => 192,
    }
}

/// Whether the bit announces a further bitmap.
pub(crate) fn continues(form: BitmapForm, number: usize) -> bool {
    number == 1 && form.second != NextBitmap::Never || number == 65 && form.third != NextBitmap::Never
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
    let pad_nibble = element.pad_nibble();
    let (fill, full) = (element.fill(), if element.is_full_size() { " full" } else { "" });
    write!(f, "{:depth$}{:X}: {content} {min}..{max}{full} {coding:?} {form:?} ", "", element.key())?;
    write!(f, "{pad_nibble:?} {fill:?}")?;
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
        Order::Tags { tag, length_first, unknown } => {
            format!("{tag:?} {length_first:?}, others {}", unknown.is_some())
        }
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
    use cardwire::layout::PrefixCoding::{Ascii, Bcd, Ebcdic};
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
