//! A stream writes what a builder writes, and a patched template is what a builder makes of the
//! changed message; what one refuses, the other refuses for the same reason.

mod common;

use cardwire::layout::{BitmapForm, Layout, Shape, Tag, ans, ansb, b, n, row};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{
    ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, binary_parts, builtin, numbered_parts, text_parts,
};
use cardwire::{
    Builder, Dialect, Error, ErrorKind, Message, MessageWriter, Mti, Spec, Template, Value,
    layout::{Coding, LengthUnit, Prefix, PrefixCoding},
    model::Place,
    write::PartList,
};
use common::{hex, spec_of};
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
fn said(error: Error) -> (ErrorKind, Place, Vec<cardwire::model::Key>, usize, usize) {
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
            MessageWriter::with_header(spec, &HEADER[..spec.header()], Mti::FINANCIAL_REQUEST, &mut streamed).unwrap();
        let mut whole = builder(spec);
        if has_room_for_two {
            stream = stream.with_second().unwrap();
            whole.min_bitmaps(2);
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
                (false, _) => prop_assert_eq!(result.unwrap_err().kind(), ErrorKind::Missing),
                (true, Ok(expected)) if expected.len() == wire.len() => {
                    prop_assert_eq!(result, Ok(()));
                    prop_assert_eq!(&patched, &expected);
                    continue;
                }
                (true, Ok(expected)) => {
                    let kind = if expected.len() < wire.len() { ErrorKind::TooShort } else { ErrorKind::TooLong };
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
    let mut stream = MessageWriter::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &mut buffer).unwrap();
    stream.put(11, 1).unwrap();
    for number in [0, 7, 11] {
        assert_eq!(stream.put(number, 1).unwrap_err().kind(), ErrorKind::Order);
    }
    assert_eq!(
        stream.put(7, 1).unwrap_err().to_string(),
        "field 7 at byte 26: field 11 is written already, and order is ascending"
    );
    assert_eq!(stream.put(129, 1).unwrap_err().kind(), ErrorKind::Undefined);
    stream.put(70, "3").unwrap();
    assert_eq!(stream.finish().unwrap(), b"080080200000000000000400000000000000000001003");
}

#[test]
fn a_stream_has_no_elements_beyond_its_bitmaps() {
    for spec in [&ISO87_ASCII, &ISO87_BCD] {
        for number in 129..=255 {
            // what the element of the same place in the second bitmap would take
            let same = spec.element(65 + (number - 129) % 64);
            let value = "1".repeat(same.map_or(1, |element| element.max().min(20)));
            let mut buffer = [0; 100];
            let mut stream =
                MessageWriter::new(spec, Mti::NETWORK_REQUEST, &mut buffer).unwrap().with_second().unwrap();
            assert_eq!(
                stream.put(number, value.as_str()).map(drop).unwrap_err().kind(),
                ErrorKind::Undefined
            );
            assert_eq!(
                stream.put(70, 301).unwrap().put(number, 1).map(drop).unwrap_err().kind(),
                ErrorKind::Undefined
            );
        }
    }
}

#[test]
fn a_stream_says_how_much_room_it_needs() {
    for room in 0..44 {
        let mut buffer = vec![0; room];
        let written =
            MessageWriter::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &mut buffer).and_then(|mut stream| {
                stream.put(11, 1)?.put(70, 301)?;
                stream.finish().map(<[u8]>::len)
            });
        let error = written.unwrap_err();
        assert_eq!((error.kind(), error.found()), (ErrorKind::Room, room), "{error}");
        assert!(error.expected() > room);
    }
}

#[test]
fn an_answer_of_another_kind_is_patched_into_a_template() {
    let mut wire = *b"0800202000000080000000000012345600000001";
    let mut template = Template::of(&ISO87_ASCII, &mut wire).unwrap();
    template.set_mti(Mti::NETWORK_RESPONSE).patch(41, "TERM0001").unwrap();
    assert_eq!(template.wire(), b"08102020000000800000000000123456TERM0001");
}

/// Elements and values in ascending order: laid out at once, filled, counted, of parts, beyond 64.
const STREAMED: [(u8, Given); 8] = [
    (2, Given::Text("4111111111111111")),
    (4, Given::Number(12_300)),
    (41, Given::Text("TERM")),
    (52, Given::Octets(&[7; 8])),
    (55, Given::Parts(&[(0x9A, b"261123"), (0x95, &[0; 5])])),
    (64, Given::Octets(&[1; 8])),
    (70, Given::Number(301)),
    (128, Given::Octets(&[2; 8])),
];

#[derive(Clone, Copy)]
enum Given {
    Text(&'static str),
    Number(u64),
    Octets(&'static [u8]),
    Parts(&'static [(u32, &'static [u8])]),
}

impl From<&'static Given> for Value<'static> {
    fn from(given: &'static Given) -> Self {
        match given {
            Given::Text(text) => (*text).into(),
            Given::Number(number) => (*number).into(),
            Given::Octets(octets) => (*octets).into(),
            Given::Parts(parts) => parts.into(),
        }
    }
}

/// Puts what is chosen of those elements; what is refused is left out of both.
fn streamed_and_built(spec: &'static Spec<'static>, chosen: u32, has_second: bool, room: usize) {
    let mut out = vec![0xEE; room];
    let (mut stream, mut whole) =
        match MessageWriter::new(spec, Mti::FINANCIAL_REQUEST, &mut out).and_then(|stream| match has_second {
            true => stream.with_second()?.with_second(),
            false => Ok(stream),
        }) {
            Ok(stream) => (stream, Builder::new(spec, Mti::FINANCIAL_REQUEST)),
            Err(error) => return assert_eq!((error.kind(), error.found()), (ErrorKind::Room, room)),
        };
    whole.min_bitmaps(if has_second { 2 } else { 1 });
    for (index, (number, given)) in STREAMED.iter().enumerate() {
        if chosen >> index & 1 == 0 {
            continue;
        }
        // what is no value of the element is refused, and leaves no trace
        let long = [b'x'; 300];
        assert!(stream.put(*number, &long[..]).is_err() && stream.put(*number, -1_i32).is_err());
        let mut longer = whole.clone();
        longer.set(*number, given);
        match (stream.put(*number, given), longer.measure().unwrap()) {
            (Ok(_), needed) => {
                assert!(needed <= room, "{} {number}", spec.name());
                whole = longer;
            }
            (Err(error), needed) => {
                assert_eq!((error.kind(), error.found()), (ErrorKind::Room, room));
                assert!(error.expected() == needed && needed > room, "{} {number} {error}", spec.name());
            }
        }
        if whole.has(*number) {
            let errors = [*number, number - 1].map(|number| stream.put(number, "1").unwrap_err().kind());
            assert_eq!(errors, [ErrorKind::Order; 2]);
        }
    }
    let written = stream.finish().unwrap();
    assert_eq!(hex(written), hex(&whole.to_vec().unwrap()));
}

#[test]
fn a_stream_of_any_elements_in_any_room() {
    for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC] {
        for chosen in 0..1 << STREAMED.len() {
            for has_second in [false, true] {
                streamed_and_built(spec, chosen, has_second, 400);
            }
        }
        for room in 0..200 {
            for (chosen, has_second) in [(0xFF, false), (0xFF, true), (0x3F, false), (0xC0, false)] {
                streamed_and_built(spec, chosen, has_second, room);
            }
        }
    }
}

fn leaked(layout: Layout<'static>) -> &'static Layout<'static> {
    Box::leak(Box::new(layout))
}

/// A spec whose element 48 holds that layout.
fn holding(shape: Shape<'static>, layout: Layout<'static>) -> &'static Spec<'static> {
    spec_of(Dialect::BCD, &[row(48, shape.of(leaked(layout)), "", SECRET)]).unwrap()
}

fn built<'v>(spec: &'v Spec<'v>, parts: impl Into<Value<'v>>) -> Result<String, (ErrorKind, usize)> {
    let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, parts).to_vec();
    wire.map(|wire| hex(&wire[10..])).map_err(|error| (error.kind(), error.offset()))
}

#[test]
fn a_list_of_parts_of_any_shape_is_the_same_list() {
    fn seen<'v>(list: &dyn PartList<'v>) -> (usize, bool, Option<u32>, bool) {
        let layout = &cardwire::spec::EMV;
        (list.len(), list.is_empty(), list.key(1, layout), list.value(1).is_some())
    }
    let numbered: [(u32, &[u8]); 2] = [(0x9A, b"261123"), (0x95, &[0; 5])];
    let named: [(&str, &[u8]); 2] = [("9A", b"261123"), ("95", &[0; 5])];
    let slice: &[(u32, &[u8])] = &numbered;
    let expected = (2, false, Some(0x95), true);
    assert_eq!([seen(&numbered), seen(&slice), seen(&named)], [expected; 3]);
    assert_eq!((PartList::len(slice), PartList::is_empty(slice)), (2, false));
    let none: &[(u32, &[u8])] = &[];
    assert_eq!((seen(&none), PartList::len(none)), ((0, true, None, false), 0));
    assert!(PartList::is_empty(none));
    let wire = |value: Value<'_>| Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST).set(55, value).to_vec();
    let list: &dyn PartList<'_> = &slice;
    let expected = wire(Value::from(&numbered)).unwrap();
    for value in [Value::from(&slice), Value::from(&named), Value::from(list)] {
        assert_eq!(wire(value).as_ref(), Ok(&expected));
    }
}

#[test]
fn positions_and_numbered_parts_are_written_in_their_own_order() {
    let three = || [row(1, n(1), "", OPEN), row(2, n(2), "", OPEN), row(3, n(3), "", OPEN)];
    let parts: &'static [_] = text_parts(three()).to_vec().leak();
    let spec = holding(ans(6), Layout::positions(3, parts));
    for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
        let parts = order.map(|key: u32| (key, u64::from(key)));
        assert_eq!(built(spec, &parts), Ok("313032303033".into()));
    }
    // one that is not given is missed where it would stand
    assert_eq!(built(spec, &[(1, 1_u64), (3, 3)]), Err((ErrorKind::Missing, 11)));
    assert_eq!(built(spec, &[(1, 1_u64), (2, 2), (3, 3), (4, 4)]), Err((ErrorKind::Trailing, 16)));
    let parts: &'static [_] = numbered_parts::<3, 9>(&Dialect::BCD, three()).to_vec().leak();
    let bitmap = Layout::bitmap(BitmapForm::single(Coding::Raw, 1), parts);
    let spec = holding(b(9).ll(), bitmap);
    for order in [[1, 2, 3], [3, 1, 2]] {
        let parts = order.map(|key: u32| (key, u64::from(key)));
        assert_eq!(built(spec, &parts), Ok("05E001020003".into()));
    }
}

#[test]
fn tags_that_nobody_defined_and_lengths_before_them() {
    let parts = || -> &'static [_] { binary_parts([row(0x40, b(300).rest(), "", SECRET)]).to_vec().leak() };
    let length_first = |includes| {
        let length_first =
            Prefix { coding: PrefixCoding::Binary, width: 1, counts: LengthUnit::Units, includes };
        holding(b(400).lll(), Layout::tags(Tag::Octets(1), None, parts()).length_first(length_first))
    };
    for (spec, most) in [(length_first(0), 254), (length_first(1), 253)] {
        let value = [0xAA; 300];
        let of = |len: usize| [(0x40, &value[..len])];
        assert_eq!(built(spec, &of(2)), Ok(format!("0004{:02X}40AAAA", 257 - most)));
        assert!(built(spec, &of(most)).unwrap().starts_with(&format!("0{:03}FF40AA", most + 2)));
        let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
        let too_long = of(most + 1);
        let error = builder.set(48, &too_long).to_vec().unwrap_err();
        assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::TooLong, 255, 256));
        assert_eq!((error.place(), error.offset()), (Place::Element(48), 12));
    }
    let one = || -> &'static [_] { binary_parts([row(0x40, b(3).l(), "", SECRET)]).to_vec().leak() };
    let spec = holding(b(40).ll(), Layout::tags(Tag::Octets(1), None, one()));
    let value: &[u8] = &[7];
    assert_eq!(built(spec, &[(0x40, value), (0x41, value)]), Err((ErrorKind::Undefined, 15)));
    assert_eq!(built(spec, &[(0x40, value), (0x40, value)]), Ok("0640010740 0107".replace(' ', "")));
}

#[test]
fn a_terminator_is_looked_for_in_what_is_written_alone() {
    let parts: &'static [_] =
        binary_parts([row(1, ansb(9).until(0), "", SECRET), row(2, b(2), "", SECRET)]).to_vec().leak();
    let spec = holding(b(40).ll(), Layout::positions(2, parts));
    let given: [(u32, &[u8]); 2] = [(1, b"AB"), (2, &[0, 0])];
    assert_eq!(built(spec, &given), Ok("05414200 0000".replace(' ', "")));
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    builder.set(48, &given);
    for room in 0..16 {
        let error = builder.write(&mut vec![0; room]).unwrap_err();
        assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::Room, 16, room));
    }
    assert_eq!(builder.write(&mut [0; 16]).map(<[u8]>::len), Ok(16));
    let early: [(u32, &[u8]); 2] = [(1, b"A\0B"), (2, &[0, 0])];
    assert_eq!(built(spec, &early), Err((ErrorKind::Terminator, 12)));
}

#[test]
fn a_copy_is_written_in_upper_case_and_with_empty_bitmaps_where_there_are_such() {
    const NUMBERS: [u8; 8] = [2, 62, 63, 64, 65, 66, 127, 128];
    for binary in NUMBERS {
        let shape = |number| if number == binary { b(2) } else { n(2) };
        let rows = NUMBERS.map(|number| row(number.into(), shape(number), "", OPEN));
        let spec = spec_of(Dialect::ASCII, &rows).unwrap();
        let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
        NUMBERS.iter().for_each(|number| {
            let octets: &[u8] = if *number == binary { &[0xAF, 0xFA] } else { b"12" };
            builder.set(*number, octets);
        });
        let upper = builder.to_vec().unwrap();
        let lower = upper.to_ascii_lowercase();
        let message = Message::parse(spec, &lower).unwrap();
        assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), upper, "{binary}");
    }
    let empty = ["0800", "A020000000000000", "0000000000000000", "123456", "000001"].concat();
    let message = Message::parse(&ISO87_ASCII, empty.as_bytes()).unwrap();
    assert_eq!(message.bitmap_count(), 2);
    assert_eq!(Builder::copy_of(&message, &ISO87_ASCII).to_vec().unwrap(), empty.as_bytes());
    let packed = Builder::copy_of(&message, &ISO87_BCD).to_vec().unwrap();
    assert_eq!(hex(&packed), ["0800", "2020000000000000", "123456", "000001"].concat());
}

/// The PIN data and the chip data of one message, each in capitals or in small letters (W1).
#[test]
fn hexadecimal_digits_are_written_in_capitals() {
    // letters of all kinds, and the lowest alone
    for pin in ["0123456789ABCDEF", "11A1111111111111"] {
        let chip = "9F26080A1B2C3D4E5F60719A03261123DF01009505FFEEDDCCBB";
        let message = |mti: &str, pin: &str, chip: &str| {
            format!("{mti}0020000000001200123456{pin}{:03}{chip}", chip.len()).into_bytes()
        };
        let (request, response) = (message("0200", pin, chip), message("0210", pin, chip));
        let each = |text: &str| [text.to_owned(), text.to_ascii_lowercase()];
        for (pin, chip) in each(pin).iter().flat_map(|pin| each(chip).map(|chip| (pin.clone(), chip))) {
            let wire = message("0200", &pin, &chip);
            let read = Message::parse(&ISO87_ASCII, &wire).unwrap();
            assert_eq!(read.get(55).unwrap().parts().count(), 4);
            let copy = Builder::copy_of(&read, &ISO87_ASCII);
            assert_eq!((copy.to_vec(), copy.measure()), (Ok(request.clone()), Ok(request.len())));
            let mut reply = Builder::reply_to(&read);
            reply.echo(&read, &[11, 52, 55]);
            assert_eq!(reply.to_vec().as_ref(), Ok(&response), "{pin} {chip}");
        }
    }
}

/// BER lengths may be written in more octets than they take (W1).
#[test]
fn a_copy_has_the_shortest_lengths() {
    let rows = [row(3, n(2), "", OPEN), row(48, b(300).ber(), "", OPEN), row(60, n(2), "", OPEN)];
    let spec = spec_of(Dialect::BCD, &rows).unwrap();
    for len in [0_u8, 1, 5, 0x7F] {
        let built = |prefix: &[u8]| {
            [&[8, 0, 0x20, 0, 0, 0, 0, 1, 0, 0x10, 0x12], prefix, &vec![0x5A; len.into()], &[0x34]].concat()
        };
        let shortest = built(&[len]);
        for prefix in [&[len][..], &[0x81, len], &[0x82, 0, len], &[0x84, 0, 0, 0, len]] {
            let wire = built(prefix);
            let message = Message::parse(spec, &wire).unwrap();
            assert_eq!(hex(&Builder::copy_of(&message, spec).to_vec().unwrap()), hex(&shortest));
            let mut echo = Builder::new(spec, message.mti());
            assert_eq!(hex(&echo.echo(&message, &[3, 48, 60]).to_vec().unwrap()), hex(&shortest));
        }
    }
}

#[test]
fn bitmaps_that_a_spec_does_not_have_are_refused() {
    let single = Dialect { bitmap: BitmapForm::single(Coding::Raw, 8), ..Dialect::BCD };
    let single = spec_of(single, &[row(3, n(2), "", OPEN)]).unwrap();
    for (spec, most) in [(single, 1), (&ISO87_BCD, 2), (&ISO87_ASCII, 2)] {
        for bitmaps in 1..=3 {
            let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
            let (written, measured) = (builder.min_bitmaps(bitmaps).to_vec(), builder.measure());
            assert_eq!((written.is_ok(), measured.is_ok()), (bitmaps <= most, bitmaps <= most));
            let refused = (ErrorKind::Undefined, Place::Bitmap);
            assert!(
                written.is_ok_and(|wire| Message::parse(spec, &wire).unwrap().bitmap_count() == bitmaps)
                    || measured.is_err_and(|error| (error.kind(), error.place()) == refused)
            );
        }
    }
}
