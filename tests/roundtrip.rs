//! Whatever spec, whatever message: what is built is parsed, and what is parsed is built again.

mod common;
mod generated;
mod reference;

use cardwire::{Builder, Field, Inspection, Message};
use common::{Node, nodes, set_all};
use generated::{Case, config};
use proptest::prelude::*;

fn builder(case: &Case) -> Builder<'static> {
    let mut builder = Builder::new(case.spec, case.mti);
    builder.header(case.header);
    set_all(&mut builder, &case.nodes);
    builder
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn built_then_parsed_is_the_same(case in generated::cases()) {
        let wire = builder(&case).to_vec().unwrap();
        let message = Message::parse(case.spec, &wire).unwrap();
        prop_assert_eq!(nodes(&message), case.nodes);
        prop_assert_eq!(message.mti(), case.mti);
        prop_assert_eq!(message.header(), case.header);
    }

    #[test]
    fn a_copy_has_the_same_octets(case in generated::cases()) {
        let wire = builder(&case).to_vec().unwrap();
        let message = Message::parse(case.spec, &wire).unwrap();
        prop_assert_eq!(Builder::copy_of(&message, case.spec).to_vec().unwrap(), wire);
    }

    #[test]
    fn measuring_and_writing_agree_over_any_buffer(case in generated::cases(), dirt: u8) {
        let builder = builder(&case);
        let needed = builder.measure().unwrap();
        let clean = builder.to_vec().unwrap();
        prop_assert_eq!(clean.len(), needed);
        let mut dirty = vec![dirt; needed + 3];
        prop_assert_eq!(builder.write(&mut dirty).unwrap(), &clean[..]);
        prop_assert_eq!(&dirty[needed..], &[dirt; 3]);
        for room in [0, needed / 2, needed - 1] {
            let error = builder.write(&mut vec![dirt; room]).unwrap_err();
            prop_assert_eq!(error.kind(), cardwire::Kind::Room, "{}", error);
            prop_assert_eq!((error.expected(), error.found()), (needed, room));
        }
    }

    #[test]
    fn a_translation_and_back_is_the_identity((case, other) in generated::translations()) {
        let wire = builder(&case).to_vec().unwrap();
        let message = Message::parse(case.spec, &wire).unwrap();
        let translated = Builder::copy_of(&message, other).to_vec().unwrap();
        let there = Message::parse(other, &translated).unwrap();
        prop_assert_eq!(nodes(&there), case.nodes);
        prop_assert_eq!(Builder::copy_of(&there, case.spec).to_vec().unwrap(), wire);
    }

    #[test]
    fn mutated_octets_never_panic_and_errors_lie_in_the_input(
        case in generated::cases(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut wire = builder(&case).to_vec().unwrap();
        for (index, octet) in changes {
            let index = index.index(wire.len());
            wire[index] = octet;
        }
        if let Some(cut) = cut {
            wire.truncate(cut.index(wire.len()));
        }
        let inspection = Inspection::of(case.spec, &wire);
        match Message::parse(case.spec, &wire) {
            Ok(message) => {
                prop_assert!(inspection.error().is_none());
                // what is accepted can be written again and is then the same by value
                let copy = Builder::copy_of(&message, case.spec).to_vec();
                let copy = copy.map_err(|error| TestCaseError::fail(format!("{error} {}", common::hex(&wire))))?;
                let again = Message::parse(case.spec, &copy).unwrap();
                prop_assert_eq!(nodes(&again), nodes(&message));
            }
            Err(error) => {
                prop_assert_eq!(inspection.error(), Some(error));
                prop_assert!(error.offset() <= wire.len(), "{} of {}", error, wire.len());
            }
        }
        inspection.fields().for_each(|field| everything_answers(&field, wire.len()));
        prop_assert_eq!(inspection.fields().count(), inspection.bitmap().len());
    }
}

/// Every accessor has an answer, whatever the value.
fn everything_answers(field: &Field<'_>, len: usize) {
    let (range, value) = (field.range(), field.value_range());
    assert!(range.start <= value.start && value.end <= range.end && range.end <= len, "{field:?}");
    let clear = field.expose();
    assert_eq!(clear.octets().count(), field.len());
    assert_eq!(clear.chars().rev().count(), field.len());
    assert!(clear.digits().all(|digit| digit < 10));
    let _ = (clear.number(), clear.signed(), clear.as_str(), clear.as_bytes(), field.bytes(), field.number());
    if let Ok(text) = field.text() {
        assert!(text.trimmed().len() <= text.len());
        let _ = format!("{text} {text:?}");
    }
    assert!(clear.copy_to(&mut vec![0; field.len()]).is_ok());
    let _ = format!("{field} {field:?} {:?} {clear:?}", field.parts());
    for part in field.parts() {
        assert!(field.part(part.key().value()).is_some());
        if part.key().to_string().contains('.') {
            continue; // a text tag with the sign that separates a path has no path
        }
        let at = field.at(&part.key().to_string()).map(|found| found.key());
        assert_eq!(at, Some(part.key()), "the path {} of {field:?}", part.key());
        everything_answers(&part, len);
    }
    let _ = Node::of(field);
}
