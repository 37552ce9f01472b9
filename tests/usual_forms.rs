//! Elements of the usual forms, which are read and written at once: each coding, class and prefix, in
//! lengths around the blocks, among neighbours of the same and of other forms. Reading is held
//! against the reference parser octet by octet, and writing against reading.

mod common;
mod reference;

use cardwire::layout::{Form, Shape, a, an, ans, ansb, b, h, n, ns, row, x_n, z};
use cardwire::mask::OPEN;
use cardwire::{
    Builder, Dialect, ErrorKind, Message, MessageWriter, Mti, Parser, Spec, Template,
    layout::{
        BitmapForm, CodePage, Coding, Content, Element, LengthUnit, PadNibble, Prefix, PrefixCoding, Side,
    },
    model::Place,
    spec::MtiCoding,
};
use common::alike::reads_as_the_walk_does;
use common::{Node, hex, spec_of};
use reference::compare::compare;
use reference::{is_of_class, is_signed};

/// Dialects that differ in all that an element is written in.
const DIALECTS: [Dialect; 8] = [
    Dialect::ASCII,
    Dialect::ASCII_BINARY,
    Dialect::BCD,
    Dialect::EBCDIC,
    Dialect { prefix: PrefixCoding::Binary, pad_nibble_fixed: PadNibble::RIGHT_F, ..Dialect::BCD },
    Dialect { prefix: PrefixCoding::Bcd, binary_counts: LengthUnit::Units, ..Dialect::ASCII },
    Dialect {
        prefix: PrefixCoding::Hex,
        pad_nibble_var: PadNibble::LEFT_ZERO,
        track: Coding::Bcd,
        ..Dialect::ASCII
    },
    Dialect {
        text: Coding::Ascii,
        binary: Coding::EbcdicHex(CodePage::Cp037),
        ..Dialect::ebcdic(CodePage::Cp037)
    },
];

/// Shapes of every class, fixed and variable, of odd and even length.
fn shapes() -> Vec<Shape<'static>> {
    let counted = |coding, shape: Shape<'static>, counts| {
        shape.prefix(Prefix { coding, width: 2, counts, includes: 0 })
    };
    let octets = |coding, shape| counted(coding, shape, LengthUnit::Bytes);
    let halves = |shape| counted(PrefixCoding::Ascii, shape, LengthUnit::Nibbles);
    let pad = |side, nibble| PadNibble { side, nibble };
    vec![
        n(5),
        n(12),
        n(19).ll(),
        n(99).lll(),
        octets(PrefixCoding::Bcd, n(18)),
        octets(PrefixCoding::Ascii, n(7).pad_nibble(PadNibble::RIGHT_F)),
        octets(PrefixCoding::Bcd, n(9).pad_nibble(pad(Side::Left, 0))),
        octets(PrefixCoding::Bcd, n(12).coding(Coding::Bcd).pad_nibble(pad(Side::Left, 9))),
        halves(n(11).coding(Coding::Bcd).pad_nibble(pad(Side::Right, 7))),
        halves(h(8).coding(Coding::Bcd).pad_nibble(pad(Side::Left, 0xA))),
        octets(PrefixCoding::Binary, h(9).coding(Coding::Bcd).pad_nibble(pad(Side::Right, 0xF))),
        octets(PrefixCoding::Ascii, z(10).coding(Coding::Bcd).pad_nibble(pad(Side::Right, 0xD))),
        octets(PrefixCoding::Ascii, x_n(8).coding(Coding::Bcd).min(2).pad_nibble(pad(Side::Left, 0))),
        octets(PrefixCoding::Ascii, x_n(9).coding(Coding::Bcd).min(2).pad_nibble(pad(Side::Right, 0xC))),
        n(14).coding(Coding::Bcd).ber(),
        n(6).coding(Coding::Bcd).ber().full_size(),
        a(9).l(),
        an(17),
        ns(5).ll(),
        ans(3),
        ans(40).ll(),
        ansb(18).lll(),
        z(37).ll(),
        h(6).ll(),
        h(7).coding(Coding::Bcd),
        h(9).coding(Coding::Bcd).ll(),
        x_n(7),
        x_n(8),
        x_n(9).min(3).ll(),
        b(8),
        b(35).ll(),
        octets(PrefixCoding::Binary, b(9)),
        b(20).ber(),
    ]
}

/// Each spec: the element as 2 and 66, and others between.
fn specs() -> Vec<&'static Spec<'static>> {
    let spec = |dialect, shape| {
        let rows = [(2, shape), (3, n(4)), (64, ans(2)), (66, shape), (128, n(3))];
        spec_of(dialect, &rows.map(|(number, shape)| row(number, shape, "", OPEN))).unwrap()
    };
    shapes().into_iter().flat_map(|shape| DIALECTS.map(|dialect| spec(dialect, shape))).collect()
}

fn element(spec: &'static Spec<'static>) -> &'static Element<'static> {
    spec.element(2).unwrap()
}

/// Lengths at the limits and around the blocks.
fn lengths(element: &Element<'_>) -> Vec<usize> {
    let (min, max) = (element.min(), element.max());
    let mut all = vec![min, min + 1, min + 2, 7, 8, 9, 15, 16, 17, 32, 33, max - 1, max];
    all.retain(|len| (min..=max).contains(len));
    all.sort_unstable();
    all.dedup();
    all
}

/// A value of that class and length, the same in every coding.
fn value(content: Content, len: usize) -> Vec<u8> {
    let octet = |index: usize| match content {
        Content::Xn if index == 0 => b'D',
        Content::A => b"QxZ"[index % 3],
        Content::S => b'-',
        Content::B | Content::Any => u8::try_from((index * 37 + 5) % 256).unwrap(),
        Content::Z if index == 5 => b'=',
        Content::H => b"0AF9"[index % 4],
        Content::An | Content::Ans => b"9Zk0"[index % 4],
        _ => b"7094"[index % 4],
    };
    (0..len).map(octet).collect()
}

fn builder<'v>(spec: &'v Spec<'v>, value: &'v [u8]) -> Builder<'v> {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.set(2, value).set(3, "1234").set(64, "AB");
    builder
}

/// What is built of the value, which is what a reference writer writes; nothing, if the reference parser
/// would read another value in that.
fn told(spec: &'static Spec<'static>, value: &[u8]) -> Option<Vec<u8>> {
    let value = value.to_vec();
    let others = [(2, value.clone()), (3, b"1234".to_vec()), (64, b"AB".to_vec())];
    let nodes = others.map(|(key, value)| Node::leaf(key, value));
    let by_hand = reference::told(spec, "0200", &[], &nodes);
    match builder(spec, &value).to_vec() {
        Ok(built) => assert_eq!(Some(hex(&built)), by_hand.as_deref().map(hex)),
        Err(error) => assert!(by_hand.is_none(), "it would be read back: {error}"),
    }
    by_hand
}

/// Octets that some coding takes for a digit, a letter or nothing at all.
const WRONG: [u8; 19] = [
    0x00, 0x0A, 0x2F, 0x30, 0x39, 0x3A, 0x3D, 0x40, 0x41, 0x47, 0x5F, 0x60, 0x66, 0x7F, 0x80, 0x9A, 0xC1,
    0xF9, 0xFF,
];

#[test]
fn what_is_read_is_what_the_reference_reads() {
    for (at, spec) in specs().into_iter().enumerate() {
        for len in lengths(element(spec)) {
            let value = value(element(spec).content(), len);
            if told(spec, &value).is_none() {
                continue;
            }
            let mut builder = builder(spec, &value);
            if len.is_multiple_of(2) {
                builder.set(66, value.as_slice()).set(128, "567");
            }
            let wire = builder.to_vec().unwrap();
            let mut parser = Parser::new(spec);
            parser.learn(&wire).unwrap();
            // each other place, and those between in the next length
            for place in (len % 2..wire.len()).step_by(2) {
                let mut spoilt = wire.clone();
                spoilt[place] = WRONG[(at + len + place) % WRONG.len()];
                compare(spec, &spoilt);
                reads_as_the_walk_does(&mut parser, &spoilt);
                if place % 8 < 2 {
                    compare(spec, &wire[..place]);
                    reads_as_the_walk_does(&mut parser, &wire[..place]);
                }
            }
            reads_as_the_walk_does(&mut parser, &wire);
        }
    }
}

#[test]
fn what_is_written_is_what_was_given_or_nothing() {
    for (at, spec) in specs().into_iter().enumerate() {
        let content = element(spec).content();
        for len in lengths(element(spec)) {
            let good = value(content, len);
            let Some(wire) = told(spec, &good) else { continue };
            for place in 0..len {
                let mut value = good.clone();
                value[place] = WRONG[(at + len + place) % WRONG.len()];
                let is_sound = is_of_class(content, place, value[place]) && told(spec, &value).is_some();
                let mut patched = wire.clone();
                let mut template = Template::of(spec, &mut patched).unwrap();
                let is_patched = template.patch(2, value.as_slice()).is_ok();
                let built = builder(spec, &value).to_vec();
                let mut out = [0; 400];
                let mut stream = MessageWriter::new(spec, Mti::FINANCIAL_REQUEST, &mut out).unwrap();
                let is_put = stream.put(2, value.as_slice()).is_ok();
                assert_eq!((is_sound, is_put, is_patched), (built.is_ok(), is_sound, is_sound));
                let Ok(built) = built else {
                    assert_eq!(patched, wire);
                    continue;
                };
                assert_eq!(hex(&patched), hex(&built));
                stream.put(3, 1234_u32).unwrap().put(64, "AB").unwrap();
                assert_eq!(hex(stream.finish().unwrap()), hex(&built));
            }
        }
    }
}

#[test]
fn what_is_too_long_too_short_or_without_room_is_refused() {
    for spec in specs() {
        let (min, max, content) = (element(spec).min(), element(spec).max(), element(spec).content());
        let too_long = value(content, max + 1);
        let error = builder(spec, &too_long).to_vec().unwrap_err();
        assert_eq!((error.kind(), error.place()), (ErrorKind::TooLong, Place::Element(2)));
        assert_eq!((error.expected(), error.found()), (max, max + 1));
        if element(spec).form() != Form::Fixed && min > 0 {
            let short = value(content, min - 1);
            assert_eq!(builder(spec, &short).to_vec().unwrap_err().kind(), ErrorKind::TooShort);
        }
        let value = value(content, max);
        let builder = builder(spec, &value);
        let wire = builder.to_vec().unwrap();
        assert_eq!(builder.measure(), Ok(wire.len()));
        for room in 0..wire.len() {
            let mut out = vec![0xEE; wire.len()];
            let error = builder.write(&mut out[..room]).unwrap_err();
            assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::Room, wire.len(), room));
            assert!(out[room..].iter().all(|octet| *octet == 0xEE));
            assert!(streamed(spec, &value, &mut out[..room]).is_err());
            assert!(out[room..].iter().all(|octet| *octet == 0xEE));
        }
        let mut out = vec![0xEE; wire.len()];
        assert_eq!(streamed(spec, &value, &mut out).unwrap(), wire);
    }
}

fn streamed<'o>(spec: &Spec<'_>, value: &[u8], out: &'o mut [u8]) -> Result<&'o [u8], cardwire::Error> {
    let mut stream = MessageWriter::new(spec, Mti::FINANCIAL_REQUEST, out)?;
    stream.put(2, value)?.put(3, 1234_u32)?.put(64, "AB")?;
    stream.finish()
}

#[test]
fn a_value_of_another_message_is_written_as_if_it_were_given() {
    let written = |shape: Shape<'static>, dialect: Dialect| {
        spec_of(dialect, &[row(2, shape, "", OPEN), row(3, n(4), "", OPEN), row(64, ans(2), "", OPEN)])
            .unwrap()
    };
    for shape in shapes() {
        let specs: Vec<_> = DIALECTS.iter().map(|dialect| written(shape, *dialect)).collect();
        for (from, to) in specs.iter().flat_map(|from| specs.iter().map(move |to| (*from, *to))) {
            for len in lengths(element(from)).into_iter().filter(|len| lengths(element(to)).contains(len)) {
                let value = value(element(from).content(), len);
                let Some(wire) = told(from, &value) else { continue };
                let message = Message::parse(from, &wire).unwrap();
                let field = message.get(2).unwrap();
                let octets: Vec<u8> = field.expose().octets().collect();
                let mut other = builder(to, b"");
                let copies = [
                    other.set(2, &field).to_vec(),
                    other.echo(&message, &[2]).to_vec(),
                    Builder::copy_of(&message, to).to_vec(),
                ];
                let copies = copies.map(|copy| copy.ok().map(|copy| hex(&copy)));
                let expected = told(to, &octets);
                assert_eq!(copies, [(); 3].map(|()| expected.as_deref().map(hex)));
                let Some(mut patched) = expected.clone() else { continue };
                let expected = expected.unwrap();
                Template::of(to, &mut patched).unwrap().patch(2, &field).unwrap();
                assert_eq!(hex(&patched), hex(&expected));
            }
        }
    }
}

#[test]
fn a_number_is_written_as_its_digits() {
    let numbers = [0, 7, 10, 99, 12_345, 99_999, 123_456_789_012, u64::MAX];
    for spec in specs().into_iter().filter(|spec| !element(spec).content().is_binary()) {
        let (content, min) = (element(spec).content(), element(spec).min());
        for number in numbers {
            let is_signed = is_signed(content);
            let sign = if is_signed { "C" } else { "" };
            let digits = format!("{sign}{number:0width$}", width = min - sign.len().min(min));
            let expected = builder(spec, digits.as_bytes()).to_vec();
            let built = builder(spec, b"").set(2, number).to_vec();
            match (&expected, &built) {
                (Ok(expected), Ok(built)) => assert_eq!(hex(built), hex(expected)),
                (expected, built) => assert_eq!(
                    built.as_ref().map_err(|error| (error.kind(), error.expected(), error.found())),
                    expected.as_ref().map_err(|error| (error.kind(), error.expected(), error.found()))
                ),
            }
            let mut out = [0; 400];
            let mut stream = MessageWriter::new(spec, Mti::FINANCIAL_REQUEST, &mut out).unwrap();
            assert_eq!(stream.put(2, number).is_ok(), built.is_ok());
            if let Ok(number) = i64::try_from(number) {
                assert_eq!(builder(spec, b"").set(2, number).to_vec(), built);
            }
            let negative = i64::try_from(number).map_or(i64::MIN, |number| -number - 1);
            let below = builder(spec, b"").set(2, negative).to_vec();
            if !is_signed {
                assert_eq!(below.unwrap_err().kind(), ErrorKind::Number);
            } else if let Ok(below) = below {
                let field = Message::parse(spec, &below).unwrap().expose(2).unwrap();
                assert_eq!((field.octets().next(), field.signed()), (Some(b'D'), Ok(negative)));
            }
        }
    }
}

#[test]
fn a_head_of_any_form_is_read_as_the_reference_reads_it() {
    use cardwire::layout::NextBitmap::{Always, Announced, InElement, Never};
    let further = [(Announced, Never), (Always, Never), (Announced, Announced), (Announced, InElement)];
    let always = [(Announced, Always), (Always, Always)];
    let with_more = |(second, third)| BitmapForm { second, third, ..BitmapForm::new(Coding::Raw) };
    let single = [8, 7, 4, 1].map(|octets| BitmapForm::single(Coding::Raw, octets));
    let forms: Vec<_> = further.into_iter().chain(always).map(with_more).chain(single).collect();
    let codings = [Coding::Raw, Coding::Hex, Coding::EbcdicHex(CodePage::Cp1047)];
    for form in forms.iter().flat_map(|form| codings.map(|coding| BitmapForm { coding, ..*form })) {
        for mti in [MtiCoding::Ascii, MtiCoding::Bcd, MtiCoding::Ebcdic, MtiCoding::Binary, MtiCoding::Hex] {
            let header = if form.coding == Coding::Hex { 3 } else { 0 };
            let most = if form.second == Never { 8 * u32::from(form.octets) } else { 128 };
            let numbers = [3, 64, 66, 128].into_iter().filter(|number| *number <= most);
            let rows: Vec<_> = numbers.map(|number| row(number, n(2), "", OPEN)).collect();
            let spec = spec_of(Dialect { mti, header, bitmap: form, ..Dialect::ASCII }, &rows).unwrap();
            for chosen in [&[3][..], &[64, 66], &[128], &[]] {
                head_is_read(spec, chosen, &[0x2E; 3][..header]);
            }
        }
    }
}

/// A message of those elements, and with each octet of its head changed or missing.
fn head_is_read(spec: &'static Spec<'static>, chosen: &[u8], header: &[u8]) {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.header(header);
    chosen.iter().filter(|number| spec.element(**number).is_some()).for_each(|number| {
        builder.set(*number, 12);
    });
    let (wire, mut parser) = (builder.to_vec().unwrap(), Parser::new(spec));
    let mut read = |wire: &[u8]| {
        compare(spec, wire);
        reads_as_the_walk_does(&mut parser, wire);
    };
    (0..3).for_each(|_| read(&wire));
    for place in 0..wire.len() {
        if place % 3 == 0 {
            read(&wire[..place]);
        }
        let mut spoilt = wire.clone();
        spoilt[place] ^= [0x01, 0x10, 0x20, 0x80, 0x0B, 0xF7, 0x40][(place + chosen.len()) % 7];
        read(&spoilt);
    }
    read(&[&wire[..], b"0"].concat());
}
