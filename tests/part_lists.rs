//! Parts given at run time: every way to keep them writes the same octets.

use cardwire::spec::{ISO87_ASCII, ISO87_BCD};
use cardwire::write::PartList;
use cardwire::{Builder, Error, ErrorKind, Message, Mti, Value};
use proptest::prelude::*;

type Written = Result<Vec<u8>, Error>;

fn chip<'v>(parts: impl Into<Value<'v>>) -> Written {
    Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST).set(55, parts).to_vec()
}

/// Tags of the spec and others, with values that may not fit them.
fn tags() -> impl Strategy<Value = Vec<(u32, Vec<u8>)>> {
    let tag = prop_oneof![
        prop::sample::select(&[0x95_u32, 0x9F36, 0x84, 0x8A, 0x9F26, 0xDF01, 0xDF8101, 0x9F]),
        any::<u32>()
    ];
    prop::collection::vec((tag, prop::collection::vec(any::<u8>(), 0..10)), 0..6)
}

proptest! {
    #[test]
    fn every_kind_of_list_is_the_same_list(owned in tags()) {
        let expected: Written = {
            // the slow way: one dyn list of values
            let values: Vec<(u32, Value<'_>)> = owned.iter().map(|(tag, octets)| (*tag, octets.into())).collect();
            chip(&values as &dyn PartList)
        };
        prop_assert_eq!(&chip(&owned), &expected);
        prop_assert_eq!(&chip(owned.as_slice()), &expected);
        let borrowed: Vec<(u32, &[u8])> = owned.iter().map(|(tag, octets)| (*tag, octets.as_slice())).collect();
        prop_assert_eq!(&chip(&borrowed), &expected);
        prop_assert_eq!(&chip(&borrowed[..]), &expected);
        prop_assert_eq!(&chip(Value::from(&borrowed.as_slice())), &expected);
        let values: Vec<(u32, Value<'_>)> = borrowed.iter().map(|(tag, octets)| (*tag, (*octets).into())).collect();
        prop_assert_eq!(&chip(&values), &expected);
        prop_assert_eq!(&chip(values.as_slice()), &expected);
        let nested: Vec<(u32, &Value<'_>)> = values.iter().map(|(tag, value)| (*tag, value)).collect();
        prop_assert_eq!(&chip(&nested), &expected);
        // a tag as a path has it: hexadecimal digits
        let named: Vec<(String, Vec<u8>)> =
            owned.iter().map(|(tag, octets)| (hex(*tag), octets.clone())).collect();
        let expected = if owned.iter().any(|(tag, _)| *tag > 0xFF_FFFF) { chip(&named) } else { expected };
        prop_assert_eq!(&chip(&named), &expected);
        prop_assert_eq!(&chip(&named[..]), &expected);
        let texts: Vec<(&str, &[u8])> = named.iter().map(|(tag, octets)| (tag.as_str(), octets.as_slice())).collect();
        prop_assert_eq!(&chip(&texts), &expected);
        prop_assert_eq!(&chip(&texts[..]), &expected);
        let values: Vec<(&str, Value<'_>)> = texts.iter().map(|(tag, octets)| (*tag, (*octets).into())).collect();
        prop_assert_eq!(&chip(&values), &expected);
        prop_assert_eq!(&chip(&values[..]), &expected);
    }
}

/// Two digits for each octet of the tag.
fn hex(tag: u32) -> String {
    let digits = format!("{tag:X}");
    if digits.len().is_multiple_of(2) { digits } else { format!("0{digits}") }
}

#[test]
fn parts_of_another_message_are_taken_as_they_were_read() {
    let wire = chip(&[(0x9F36, &[0x00, 0x1C][..]), (0x95, &[0; 5]), (0xDF01, b"x")]).unwrap();
    let message = Message::parse(&ISO87_BCD, &wire).unwrap();
    let icc = message.get(55).unwrap();
    let parts: Vec<_> = icc.parts().map(|part| (part.key(), part)).collect();
    assert_eq!(chip(&parts).unwrap(), wire);
    let opened: Vec<_> = icc.parts().map(|part| (part.key().to_string(), part.expose())).collect();
    assert_eq!(chip(&opened).unwrap(), wire);
}

#[test]
fn mixed_values_and_parts_of_parts() {
    // UnionPay DE 60 and DE 63 hold parts by position; DE 62 here is plain
    let texts = vec![("1", "22"), ("2", "000001"), ("3", "000")];
    let numbers: [(u32, Value<'_>); 3] = [(1, 22.into()), (2, "000001".into()), (3, b"000".into())];
    let spec = &cardwire::spec::UNIONPAY_POS;
    let header = vec![0x60; spec.header()];
    let written = |value: Value<'_>| {
        let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        builder.header(&header).set(60, value).to_vec()
    };
    assert_eq!(written((&texts).into()).unwrap(), written((&numbers).into()).unwrap());
    assert_eq!(written((&texts[..]).into()).unwrap(), written((&numbers[..]).into()).unwrap());
    // a string or a vector of octets is a value, not a list
    let (text, octets) = (String::from("TERM0001"), b"TERM0001".to_vec());
    let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(41, &text).to_vec().unwrap();
    assert_eq!(Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(41, &octets).to_vec().unwrap(), wire);
}

#[test]
fn a_name_that_the_layout_does_not_know_is_refused() {
    let missing = chip(&vec![("amount".to_owned(), b"1".to_vec())]).unwrap_err();
    assert_eq!((missing.kind(), missing.field()), (ErrorKind::Tag, Some(55)));
    let positions = vec![("1", "00"), ("2", "20"), ("three", "00")];
    let built = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(3, &positions).to_vec();
    assert!(built.is_err());
}

/// A list that is changed between two messages is borrowed no longer than it has to be.
#[test]
fn a_list_is_free_again_once_the_message_is_written() {
    let octets = [0x00, 0x1C];
    let mut parts: Vec<(u32, Value<'_>)> = vec![(0x9F36, Value::from(&octets))];
    let mut wires = Vec::new();
    for value in [&[1_u8; 5], &[2; 5]] {
        parts.truncate(1);
        parts.push((0x95, value.into()));
        wires.push(chip(&parts).unwrap());
        wires.push(chip(parts.as_slice()).unwrap());
    }
    assert!(wires[0] == wires[1] && wires[2] == wires[3] && wires[0] != wires[2]);
}
