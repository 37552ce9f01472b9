//! What is drawn from which numbers, to the letter: the same numbers are the same message, so that what was found with
//! one version fails with the next. `CARDWIRE_WRITE=1` writes `generate_words.out` anew, to be read before it is committed.
#![cfg(all(feature = "proptest", feature = "arbitrary"))]

mod common;

use std::fmt::Write;

use arbitrary::{Arbitrary, Unstructured};
use cardwire::generate::{Choices, Messages};
use cardwire::layout::{Coding, Layout, PadNibble, Shape, Tag, an, ans, h, n, ns, row, x_n, z};
use cardwire::mask::{OPEN, PAN, SECRET, TRACK};
use cardwire::spec::{ISO87_BCD, builtin};
use cardwire::{Dialect, Mti, Spec};
use common::{hex, kept, sound_spec_of};

/// Numbers to draw from: none, few, all alike, and some that differ.
fn lists() -> Vec<Vec<u16>> {
    let of = |step: u16| (0..60).map(|index: u16| index.wrapping_mul(step).wrapping_add(step >> 3)).collect();
    vec![vec![], vec![0, 1], vec![1; 60], vec![u16::MAX; 60], of(7), of(257), of(1_021), of(30_011)]
}

/// The value of an element that is drawn from these numbers: characters or octets, the longest cut, and how many there are.
fn drawn(spec: &'static Spec<'static>, number: u8, numbers: Vec<u16>) -> String {
    let messages = Messages::of(spec).types(&[Mti::FINANCIAL_REQUEST]).only(&[]).always(&[number]);
    let message = messages.draw(&Choices { message: vec![], elements: vec![(number, numbers)] }).unwrap();
    let Some(field) = message.message().get(number) else { return "none".into() };
    let octets: Vec<u8> = field.expose().octets().collect();
    let shown = match octets.iter().all(|octet| (b' '..=b'~').contains(octet)) {
        true => octets.iter().map(|octet| char::from(*octet)).collect(),
        false => hex(&octets),
    };
    let parts: Vec<String> = field.parts().map(|part| part.key().to_string()).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" {}", parts.join(",")) };
    let size = if octets.is_empty() { 0 } else { octets.len() };
    format!("{} {size}{parts}", shown.chars().take(72).collect::<String>())
}

static TAGS: [Layout<'static>; 4] = [
    Layout::tags(Tag::Digits(3), Some(&ANY), &[]),
    Layout::tags(Tag::Text(2), Some(&ANY), &[]),
    Layout::tags(Tag::Octets(2), Some(&ANY), &[]),
    Layout::tags(Tag::Ber, Some(&ANY_BER), &[]),
];
static ANY: cardwire::layout::Element<'static> = row(0, ans(9).ll(), "", OPEN).resolve(&Dialect::ASCII);
static ANY_BER: cardwire::layout::Element<'static> =
    row(0, cardwire::layout::b(9).ber(), "", OPEN).resolve(&Dialect::BCD);

/// An element of each class and form that the generator tells apart.
fn shapes() -> &'static Spec<'static> {
    let parts = |shape: Shape<'static>, index: usize| shape.of(&TAGS[index]);
    sound_spec_of(
        Dialect::BCD,
        [
            row(2, n(19).ll(), "any card", PAN),
            row(3, n(16), "a card of sixteen", PAN),
            row(4, n(12).ll(), "a card that is too short for one", PAN),
            row(5, n(25).ll().min(21), "a number that is longer than one", PAN),
            row(6, z(37).ll(), "a second track", TRACK),
            row(7, z(20).ll(), "a short one", TRACK),
            row(8, ans(76).ll(), "a first track", TRACK),
            row(9, ans(40).ll(), "a short one", TRACK),
            row(10, ans(500).lll(), "longer than most", OPEN),
            row(11, ans(500).lll().min(450), "never shorter", OPEN),
            row(12, ns(9).ll(), "blanks", OPEN),
            row(13, h(8).ll(), "hexadecimal digits", OPEN),
            row(14, x_n(8), "signed", OPEN),
            row(15, n(5).pad_nibble(PadNibble::RIGHT_F), "odd digits", OPEN),
            row(16, an(6).coding(Coding::Ascii), "fixed", SECRET),
            row(48, parts(ans(99).lll(), 0), "tags of digits", SECRET),
            row(49, parts(ans(99).lll(), 1), "tags of text", SECRET),
            row(50, parts(cardwire::layout::b(99).lll(), 2), "tags of octets", SECRET),
            row(51, parts(cardwire::layout::b(99).lll(), 3), "tags of BER", SECRET),
            row(64, ans(600).rest(), "the rest", OPEN),
        ],
    )
}

#[test]
fn the_same_numbers_are_the_same_message() {
    let mut out = String::new();
    let shapes = shapes();
    for element in shapes.body().elements() {
        let number = u8::try_from(element.key()).unwrap();
        writeln!(out, "{number} {}", element.name()).unwrap();
        lists().into_iter().for_each(|list| writeln!(out, "  {}", drawn(shapes, number, list)).unwrap());
    }
    for number in [3, 35, 36, 43, 45, 52, 54, 55, 90] {
        writeln!(out, "{number} of iso87-bcd").unwrap();
        lists().into_iter().for_each(|list| writeln!(out, "  {}", drawn(&ISO87_BCD, number, list)).unwrap());
    }
    for spec in builtin() {
        for list in [vec![], vec![1, 2, 3], vec![u16::MAX; 9]] {
            // numbers that the spec has, numbers that stand for a place, and one twice
            let elements = [4, 11, 200, 255, 0, 11, 37].map(|place| (place, list.clone())).to_vec();
            let message = Messages::of(spec).draw(&Choices { message: list.clone(), elements }).unwrap();
            let message = message.message();
            let numbers: Vec<u8> = message.bitmap().iter().collect();
            writeln!(out, "{}: {} {} {numbers:?}", spec.name(), hex(message.header()), message.mti())
                .unwrap();
        }
    }
    for mti in 0..40 {
        let message =
            Messages::of(&ISO87_BCD).draw(&Choices { message: vec![mti], elements: vec![] }).unwrap();
        write!(out, "{} ", message.message().mti()).unwrap();
    }
    out.push('\n');
    let input: Vec<u8> = (0..200_u8).map(|index| index.wrapping_mul(37)).collect();
    let mut input = Unstructured::new(&input);
    writeln!(out, "{:?}", Mti::arbitrary(&mut input).unwrap()).unwrap();
    writeln!(out, "{:?}", Mti::size_hint(0)).unwrap();
    writeln!(
        out,
        "{:?}",
        cardwire::Bitmap::arbitrary(&mut Unstructured::new(&[1, 2, 1, 39, 1, 192, 1, 193, 0])).ok()
    )
    .unwrap();
    writeln!(out, "{:?}", Choices::arbitrary(&mut input).unwrap()).unwrap();
    kept("generate_words.out", &out);
}

/// First and second tracks hold a test card, in each built-in spec that has them.
#[test]
fn tracks_of_every_spec_are_tracks() {
    let mut count = 0;
    for spec in builtin() {
        for (number, separator) in [(35, '='), (45, '^')] {
            let is_track = spec.element(number).is_some_and(|element| !element.content().is_binary());
            if !is_track {
                continue;
            }
            for list in lists() {
                let messages = Messages::of(spec).only(&[]).always(&[number]);
                let message =
                    messages.draw(&Choices { message: vec![], elements: vec![(number, list)] }).unwrap();
                let track: String = message.message().expose(number).unwrap().chars().collect();
                let card = track.trim_start_matches('B').split(separator).next().unwrap();
                let digits =
                    card.bytes().rev().map(|digit| u32::from(digit & 0xF)).zip([1, 2].into_iter().cycle());
                let sum: u32 = digits.map(|(digit, times)| digit * times / 10 + digit * times % 10).sum();
                assert!(
                    card.len() >= 13 && sum.is_multiple_of(10) && track.contains(separator),
                    "{} {track}",
                    spec.name()
                );
            }
            count += 1;
        }
    }
    assert!(count >= 20, "{count}");
}
