//! Messages that the library draws: valid, of every element, with test cards alone, and simple once they fail.
#![cfg(all(feature = "proptest", feature = "arbitrary"))]

mod common;
mod generated;
mod reference;

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use cardwire::generate::{Choices, Messages};
use cardwire::layout::{ans, row};
use cardwire::mask::TRACK;
use cardwire::spec::{ISO87, ISO87_ASCII, ISO87_BCD, ISO93_EBCDIC, Slots};
use cardwire::{Builder, Dialect, Field, Message, Mti, Spec, de, mask::Privacy, spec};
use generated::config;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestError, TestRunner};
use reference::compare::compare;

fn builtin() -> impl Strategy<Value = &'static Spec<'static>> {
    prop::sample::select(spec::builtin().collect::<Vec<_>>())
}

/// Whatever is drawn parses, is a message for the reference too, and a copy has the same octets.
fn is_valid(spec: &'static Spec<'static>, wire: &[u8]) {
    let message = Message::parse(spec, wire).unwrap_or_else(|error| panic!("{error}"));
    compare(spec, wire);
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
    message.fields().for_each(|field| is_of_class(&field));
}

/// Those of every table that have the same elements: others write some shorter, or in another class.
fn dialect() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["ascii", "ascii-binary", "bcd", "ebcdic"])
}

fn is_of_class(field: &Field<'_>) {
    let element = field.element();
    assert!((element.min()..=element.max()).contains(&field.len()), "{element:?}");
    let mut octets = field.expose().octets().enumerate();
    assert!(octets.all(|(index, octet)| reference::is_of_class(element.content(), index, octet)));
    field.parts().for_each(|part| is_of_class(&part));
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn messages_of_built_in_specs_are_valid(spec in builtin(), choices: Choices) {
        is_valid(spec, Messages::of(spec).draw(&choices).unwrap().wire());
    }

    #[test]
    fn messages_of_any_spec_are_valid(case in generated::cases(), choices: Choices) {
        if let Some(message) = Messages::of(case.spec).draw(&choices) {
            is_valid(case.spec, message.wire());
        }
    }

    #[test]
    fn what_a_fuzzer_says_is_a_message(spec in builtin(), input: Vec<u8>) {
        let choices = Choices::arbitrary(&mut Unstructured::new(&input)).unwrap();
        is_valid(spec, Messages::of(spec).draw(&choices).unwrap().wire());
        let mut input = Unstructured::new(&input);
        if let (Ok(mti), Ok(bitmap)) = (Mti::arbitrary(&mut input), cardwire::Bitmap::arbitrary(&mut input)) {
            prop_assert!(mti.number() < 10_000 && bitmap.len() <= 192);
        }
    }

    #[test]
    fn what_is_asked_for_is_there(
        mti: Mti,
        always: cardwire::Bitmap,
        never: cardwire::Bitmap,
        choices: Choices,
    ) {
        let [wanted, unwanted] = [always - never, never - always].map(|set| set.iter().collect::<Vec<u8>>());
        let messages = Messages::of(&ISO93_EBCDIC).types(&[mti]).always(&wanted).never(&unwanted);
        let message = messages.draw(&choices).unwrap();
        let message = message.message();
        prop_assert_eq!(message.mti(), mti);
        for number in wanted {
            prop_assert_eq!(message.has(number), ISO93_EBCDIC.element(number).is_some(), "{}", number);
        }
        prop_assert!(unwanted.iter().all(|number| !message.has(*number)));
        let only = Messages::of(&ISO93_EBCDIC).only(&[2, 11]).always(&[11]).draw(&choices).unwrap();
        prop_assert!(only.message().bitmap() - cardwire::Bitmap::from([2, 11]) == cardwire::Bitmap::EMPTY);
        prop_assert!(only.message().has(11));
    }

    /// The other dialects of a table have the same values, and back again the same octets.
    #[test]
    fn messages_are_translated_and_back(
        table in prop::sample::select(&["iso87", "iso93", "iso03"]),
        dialects in [dialect(), dialect()],
        choices: Choices,
    ) {
        let [from, to] = dialects.map(|dialect| spec::by_name(&format!("{table}-{dialect}")).unwrap());
        let message = Messages::of(from).draw(&choices).unwrap();
        let there = Builder::copy_of(&message.message(), to).to_vec().unwrap();
        let back = Builder::copy_of(&Message::parse(to, &there).unwrap(), from).to_vec().unwrap();
        prop_assert_eq!(common::hex(&back), common::hex(message.wire()));
    }

    /// The library's own readers over what is drawn: names and numbers of typed messages, profiles, listings.
    #[test]
    #[cfg(feature = "serde")]
    fn a_map_of_all_elements_gives_the_message_again(spec in builtin(), choices: Choices) {
        use cardwire::serde::{Exposed, from_message, to_vec};
        use std::collections::BTreeMap;
        let message = Messages::of(spec).draw(&choices).unwrap();
        let message = message.message();
        // text beyond ASCII is read as the link's character set has it, and written as Latin-1
        let mut texts = message.fields().filter(|field| !field.content().is_binary());
        if message.header().is_empty() && texts.all(|field| field.expose().octets().all(|octet| octet.is_ascii())) {
            let all: BTreeMap<String, Exposed<String>> = from_message(&message).unwrap();
            let wire = to_vec(spec, Mti::NETWORK_REQUEST, &all).unwrap();
            prop_assert_eq!(common::hex(&wire), common::hex(message.wire()));
        }
        let listed = message.describe().to_string();
        prop_assert!(message.fields().all(|field| listed.contains(field.name())), "{}", listed);
    }

    #[test]
    fn card_numbers_are_test_cards_and_never_shown(message in Messages::of(&ISO87_BCD).always(&[2, 35]).strategy()) {
        let message = message.message();
        let card: Vec<u32> = message.expose(de::PAN).unwrap().digits().map(u32::from).collect();
        let doubled = card.iter().rev().enumerate().map(|(place, digit)| match place % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        });
        prop_assert_eq!(doubled.sum::<u32>() % 10, 0);
        let card: String = message.expose(de::PAN).unwrap().chars().collect();
        let track: String = message.expose(35).unwrap().chars().collect();
        let shown = format!("{message:?} {} {}", message.describe(), message.dump());
        prop_assert!(!shown.contains(&card) && !shown.contains(&track), "{}", shown);
        prop_assert!(track.contains('='), "{}", track);
    }
}

/// Each element of each built-in spec, and each part of the first two levels, turns up.
#[test]
fn every_element_is_drawn() {
    for spec in spec::builtin() {
        for element in spec.body().elements() {
            let number = u8::try_from(element.key()).unwrap();
            let messages = Messages::of(spec).only(&[]).always(&[number]);
            let (mut values, mut parts) = (BTreeSet::new(), BTreeSet::new());
            for seed in 0..10_u16 {
                let numbers = (0..200).map(|index| seed.wrapping_mul(31).wrapping_mul(index + 1)).collect();
                let choices = Choices { message: vec![], elements: vec![(number, numbers)] };
                let message = messages.draw(&choices).unwrap();
                let message = message.message();
                let field = message.get(number).unwrap_or_else(|| panic!("{} {number}", spec.name()));
                values.insert(field.expose().octets().collect::<Vec<_>>());
                parts.extend(field.parts().map(|part| part.key().value()));
            }
            let varies = element.max() > 1 && !matches!(element.privacy(), Privacy::Pan { .. });
            assert!(values.len() > usize::from(varies), "{} {number}: {values:?}", spec.name());
            assert!(element.layout().is_none() || !parts.is_empty(), "{} {number}", spec.name());
        }
    }
}

/// A handler that fails for one element is shown that element alone, with the simplest value.
#[test]
fn what_fails_shrinks() {
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..config(2_000) });
    let strategy = Messages::of(&ISO87_ASCII).strategy();
    let found = runner.run(&strategy, |message| match message.message().has(de::CURRENCY) {
        true => Err(TestCaseError::fail("a currency")),
        false => Ok(()),
    });
    let Err(TestError::Fail(_, smallest)) = found else { panic!("it was not found") };
    let message = smallest.message();
    assert_eq!((message.mti(), message.bitmap()), (Mti::FINANCIAL_REQUEST, [49].into()));
    assert_eq!(message.text(49).unwrap(), "000");
    let found = runner.run(&Messages::of(&ISO87_BCD).strategy(), |message| {
        let tags = message.message().get(de::ICC).map_or(0, |icc| icc.parts().count());
        if tags > 1 { Err(TestCaseError::fail("two tags")) } else { Ok(()) }
    });
    let Err(TestError::Fail(_, smallest)) = found else { panic!("it was not found") };
    let message = smallest.message();
    assert_eq!((message.bitmap(), message.get(55).unwrap().parts().count()), ([55].into(), 2));
}

#[test]
fn no_choices_give_the_simplest_message() {
    let empty = Messages::of(&ISO87_ASCII).draw(&Choices::default()).unwrap();
    assert_eq!(empty.wire(), b"02000000000000000000");
    let request = Messages::of(&ISO87_ASCII).always(&[2, 4, 11]).draw(&Choices::default()).unwrap();
    assert_eq!(request.wire(), b"02005020000000000000164111111111111111000000000000000000");
}

/// A first track that is one to the spec has its card number, a name and a date, as the standard parts them.
#[test]
fn first_tracks_are_tracks() {
    let slots: Slots<'static> =
        ISO87.with(row(45, ans(76).ll(), "Track 1 data", TRACK)).elements(&Dialect::ASCII);
    let spec: &Spec<'_> =
        Box::leak(Box::new(Spec::new("tracks", &Dialect::ASCII, Box::leak(Box::new(slots)))));
    let messages = Messages::of(spec).only(&[]).always(&[45]);
    for seed in 0..20 {
        let message =
            messages.draw(&Choices { message: vec![], elements: vec![(45, vec![seed; 9])] }).unwrap();
        let track: String = message.message().expose(45).unwrap().chars().collect();
        let parts: Vec<&str> = track.split('^').collect();
        assert!(parts.len() == 3 && parts[0].starts_with('B') && parts[2].starts_with("4912"), "{track}");
    }
}

/// As many tags as the first number says, or none where so many do not fit: with fewer it is simpler, whatever becomes
/// of the other numbers.
#[test]
fn there_are_as_many_tags_as_are_drawn() {
    let messages = Messages::of(&ISO87_BCD).only(&[]).always(&[55]);
    for seed in 0..3_000_u16 {
        let numbers: Vec<u16> =
            (0..200).map(|index| seed.wrapping_mul(31).wrapping_mul(index + 1).rotate_left(3)).collect();
        let drawn = usize::from(numbers[0] % 5);
        let message = messages.draw(&Choices { message: vec![], elements: vec![(55, numbers)] }).unwrap();
        let found = message.message().get(55).map_or(0, |icc| icc.parts().count());
        assert!(found == 0 || found == drawn, "{seed}: {found} of {drawn}");
    }
}

/// Where a layout takes tags that it does not list, such are drawn, too.
#[test]
fn tags_that_are_not_listed_are_drawn() {
    let listed = ISO87_BCD.element(55).unwrap().layout().unwrap();
    let messages = Messages::of(&ISO87_BCD).only(&[]).always(&[55]);
    let is_other = |seed: u16| {
        let numbers = (0..200).map(|index| seed.wrapping_mul(31).wrapping_mul(index + 1)).collect();
        let message = messages.draw(&Choices { message: vec![], elements: vec![(55, numbers)] }).unwrap();
        let message = message.message();
        let icc = message.get(55).unwrap();
        icc.parts().any(|part| listed.elements().all(|element| element.key() != part.key().value()))
    };
    assert!((0..2_000).any(is_other));
}
