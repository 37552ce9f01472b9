//! A stream writes what a builder writes, and a patched template is what a builder makes of the
//! changed message; what one refuses, the other refuses for the same reason.

use cardwire::spec::{ISO87_ASCII, builtin};
use cardwire::{Builder, Error, Kind, Message, Mti, Place, Spec, Stream, Template};
use proptest::prelude::*;

/// Octets that are nearly always a value of some class.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let digits = proptest::collection::vec(b'0'..=b'9', 0..40);
    let text = proptest::collection::vec(b' '..=b'~', 0..40);
    let any = proptest::collection::vec(any::<u8>(), 0..12);
    prop_oneof![4 => digits, 2 => text, 1 => any]
}

/// Values by number, ascending.
fn values() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    proptest::collection::btree_map(2u8..=128, value(), 0..12).prop_map(|values| values.into_iter().collect())
}

const HEADER: [u8; 64] = [0x60; 64];

fn builder<'v>(spec: &'static Spec<'static>) -> Builder<'v> {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.header(&HEADER[..spec.header()]);
    builder
}

/// What an error says, but for the offset, which counts the bitmaps that are there.
fn said(error: Error) -> (Kind, Place, Vec<cardwire::Key>, usize, usize) {
    (error.kind(), error.place(), error.parts().collect(), error.expected(), error.found())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_stream_writes_what_a_builder_writes(
        link in 0..builtin().count(),
        values in values(),
        numbers in proptest::collection::btree_map(2u8..=128, any::<u32>(), 0..6),
        has_room_for_two: bool,
    ) {
        let spec = builtin().nth(link).unwrap();
        let (mut streamed, mut built) = ([0; 2000], [0; 2000]);
        let mut stream =
            Stream::with_header(spec, &HEADER[..spec.header()], Mti::FINANCIAL_REQUEST, &mut streamed).unwrap();
        let mut whole = builder(spec);
        if has_room_for_two {
            stream = stream.with_second().unwrap();
            whole.bitmaps(2);
        }
        for number in 2..=128u8 {
            let mut longer = whole.clone();
            let put = match (values.iter().find(|(at, _)| *at == number), numbers.get(&number)) {
                (Some((_, value)), _) => {
                    longer.set(number, value.as_slice());
                    stream.put(number, value.as_slice()).map(drop)
                }
                (None, Some(value)) => {
                    longer.set(number, *value);
                    stream.put(number, *value).map(drop)
                }
                (None, None) => continue,
            };
            let written = longer.write(&mut built).map(drop);
            prop_assert_eq!(put.map_err(said), written.map_err(said));
            if written.is_ok() {
                whole = longer;
            }
        }
        prop_assert_eq!(stream.finish().unwrap(), whole.write(&mut built).unwrap());
    }

    #[test]
    fn a_patched_template_is_the_changed_message(
        link in 0..builtin().count(),
        values in values(),
        number in 2u8..=128,
        other in value(),
        digits: u32,
    ) {
        let spec = builtin().nth(link).unwrap();
        let mut whole = builder(spec);
        for (number, value) in &values {
            let mut longer = whole.clone();
            if longer.set(*number, value.as_slice()).to_vec().is_ok() {
                whole = longer;
            }
        }
        let number = whole_number(&values, number);
        let wire = whole.to_vec().unwrap();
        let message = Message::parse(spec, &wire).unwrap();
        for is_text in [true, false] {
            let mut changed = Builder::copy_of(&message, spec);
            let mut patched = wire.clone();
            let mut template = Template::of(spec, &mut patched).unwrap();
            let result = match is_text {
                true => {
                    changed.set(number, other.as_slice());
                    template.patch(number, other.as_slice()).map(drop)
                }
                false => {
                    changed.set(number, digits);
                    template.patch(number, digits).map(drop)
                }
            };
            match (message.has(number), changed.to_vec()) {
                (false, _) => prop_assert_eq!(result.unwrap_err().kind(), Kind::Missing),
                (true, Ok(expected)) if expected.len() == wire.len() => {
                    prop_assert_eq!(result, Ok(()));
                    prop_assert_eq!(&patched, &expected);
                    continue;
                }
                (true, Ok(expected)) => {
                    let kind = if expected.len() < wire.len() { Kind::TooShort } else { Kind::TooLong };
                    prop_assert_eq!(result.unwrap_err().kind(), kind);
                }
                (true, Err(error)) => prop_assert_eq!(said(result.unwrap_err()), said(error)),
            }
            prop_assert_eq!(&patched, &wire, "what is refused changes nothing");
        }
    }
}

/// One of the numbers, most of the time.
fn whole_number(values: &[(u8, Vec<u8>)], number: u8) -> u8 {
    match values.get(usize::from(number) % (values.len() + 1)) {
        Some((number, _)) => *number,
        None => number,
    }
}

#[test]
fn a_value_that_was_taken_out_does_not_come_back() {
    let wire = *b"0800202000000080000000000012345600000001";
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    for spec in builtin().filter(|spec| spec.header() == 0) {
        let expected = Builder::copy_of(&message, spec).to_vec();
        let mut builder = Builder::copy_of(&message, spec);
        builder.set(11, "654321").remove(11).echo(&message, &[11]);
        assert_eq!(builder.to_vec(), expected, "{}", spec.name());
        builder.set(11, "654321").echo(&message, &[11]);
        assert_eq!(builder.to_vec(), expected, "{}", spec.name());
    }
}

#[test]
fn a_stream_takes_elements_in_ascending_order_and_once() {
    let mut buffer = [0; 100];
    let mut stream = Stream::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &mut buffer).unwrap();
    stream.put(11, 1).unwrap();
    for number in [0, 7, 11] {
        assert_eq!(stream.put(number, 1).unwrap_err().kind(), Kind::Order);
    }
    assert_eq!(
        stream.put(7, 1).unwrap_err().to_string(),
        "field 7 at byte 26: field 11 is written already, and order is ascending"
    );
    assert_eq!(stream.put(129, 1).unwrap_err().kind(), Kind::Undefined);
    stream.put(70, "3").unwrap();
    assert_eq!(stream.finish().unwrap(), b"080080200000000000000400000000000000000001003");
}

#[test]
fn a_stream_says_how_much_room_it_needs() {
    for room in 0..44 {
        let mut buffer = vec![0; room];
        let written = Stream::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &mut buffer).and_then(|mut stream| {
            stream.put(11, 1)?.put(70, 301)?;
            stream.finish().map(<[u8]>::len)
        });
        let error = written.unwrap_err();
        assert_eq!((error.kind(), error.found()), (Kind::Room, room), "{error}");
        assert!(error.expected() > room);
    }
}

#[test]
fn an_answer_of_another_kind_is_patched_into_a_template() {
    let mut wire = *b"0800202000000080000000000012345600000001";
    let mut template = Template::of(&ISO87_ASCII, &mut wire).unwrap();
    template.mti(Mti::NETWORK_RESPONSE).patch(41, "TERM0001").unwrap();
    assert_eq!(template.wire(), b"08102020000000800000000000123456TERM0001");
}
