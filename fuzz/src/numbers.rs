//! Any numbers in a spec made at run time: refused in words, or a spec that can be printed, written, read, built
//! with and translated, without an overflow and in bounded room.
//!
//! An input names a built-in spec in its first line; each line behind it changes a number of that spec: the place
//! of an element in the listing (0 is the document), the place of a number in it, and the number, as in `3 1
//! 4294967295`. What is no number counts as 0, and places count from the start again where they end.

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc, moov, toml};
use cardwire::layout::{Coding, Content, Fill, Form, LengthFirst, LengthUnit, NextBitmap, PadNibble, Prefix};
use cardwire::layout::{PrefixCoding, Side, Tag, Terminator};
use cardwire::mask::Privacy;
use cardwire::{Builder, Inspection, Message, MessageWriter, Mti, Parser, Spec, Template, Value};

use crate::generated::laws;

/// Where bounds lie, and next to them.
#[cfg(test)]
const TELLING: [u64; 22] = [
    0,
    1,
    2,
    4,
    6,
    7,
    8,
    9,
    64,
    65,
    128,
    255,
    256,
    999,
    65_536,
    999_999,
    0x01FF_FFFF,
    0x0FFF_FFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    u64::MAX,
];

/// How many numbers an element has.
const MEMBERS: usize = 21;

/// Every number of an element, and what it may be changed to.
#[cfg(test)]
pub(crate) fn every_change() -> impl Iterator<Item = (usize, u64)> {
    (0..MEMBERS).flat_map(|member| TELLING.map(|number| (member, number)))
}

/// Changes the numbers that an input names, and uses what comes of it.
pub fn numbers(data: &[u8]) {
    let Some((spec, changes)) = crate::named_spec(data) else { return };
    let mut doc = SpecDoc::from_spec(spec);
    let text = String::from_utf8_lossy(changes);
    for line in text.lines().take(8) {
        let mut words = line.split(' ').map(|word| word.parse::<u64>().unwrap_or_default());
        let mut next = || words.next().unwrap_or_default();
        let (place, member) = (next() as usize, next() as usize);
        change(&mut doc, place, member, next());
    }
    used(&doc);
}

/// Changes one number of a document.
pub(crate) fn change(doc: &mut SpecDoc, place: usize, member: usize, number: u64) {
    let count = doc.body.count() + 1;
    match place % count {
        0 if member.is_multiple_of(2) => doc.header = usize::try_from(number).unwrap_or(usize::MAX),
        0 => change_order(&mut doc.body.order, number),
        mut place => {
            place -= 1;
            if let Some(element) = nth(&mut doc.body, &mut place) {
                change_element(element, member % MEMBERS, number);
            }
        }
    }
}

/// The element at a place of the listing, parts behind what holds them.
fn nth<'d>(layout: &'d mut LayoutDoc, place: &mut usize) -> Option<&'d mut ElementDoc> {
    let unknown = match &mut layout.order {
        OrderDoc::Tags { unknown, .. } => unknown.as_deref_mut(),
        _ => None,
    };
    for element in layout.elements.iter_mut().chain(unknown) {
        if *place == 0 {
            return Some(element);
        }
        *place -= 1;
        if let Some(within) = &mut element.layout {
            let count = within.count();
            if *place < count {
                return nth(within, place);
            }
            *place -= count;
        }
    }
    None
}

fn change_element(element: &mut ElementDoc, member: usize, number: u64) {
    let wide = u32::try_from(number).unwrap_or(u32::MAX);
    let narrow = u8::try_from(number).unwrap_or(u8::MAX);
    let of = |count: usize| usize::from(narrow) % count;
    match member {
        0 => element.key = wide,
        1 => element.min = wide,
        2 => element.max = wide,
        3 => (element.min, element.max) = (wide, wide),
        4 => prefix(element, |prefix| prefix.width = narrow),
        5 => prefix(element, |prefix| prefix.includes = narrow),
        6 => prefix(element, |prefix| {
            use PrefixCoding::{Ascii, Bcd, Ber, Binary, Hex};
            prefix.coding = [Ascii, Bcd, Ber, Binary, Hex][of(5)];
        }),
        7 => prefix(element, |prefix| {
            prefix.counts = [LengthUnit::Units, LengthUnit::Bytes, LengthUnit::Nibbles][of(3)];
        }),
        8 => {
            use Coding::{Ascii, Bcd, Hex, Raw};
            element.coding = [Ascii, Bcd, Hex, Raw][of(4)];
        }
        9 => element.content = Content::ALL[of(Content::ALL.len())],
        10 => {
            let prefix = Prefix { includes: 2, ..Prefix::BER };
            let until = Form::Until(Terminator::octet(b'?'));
            let padded = Form::Padded(Prefix { coding: PrefixCoding::Ascii, width: 6, ..prefix });
            let forms = [
                Form::Fixed,
                Form::Prefixed(prefix),
                padded,
                Form::Rest,
                until,
                Form::IfLetter,
                Form::Nothing,
            ];
            element.form = forms[of(forms.len())];
        }
        11 => element.fill = Some(Fill { side: [Side::Left, Side::Right][of(2)], with: narrow }),
        12 => element.fill = None,
        13 => element.pad_nibble = PadNibble { side: [Side::Left, Side::Right][of(2)], nibble: narrow },
        14 => element.privacy = Privacy::Pan { head: narrow, tail: 4 },
        15 => element.privacy = Privacy::Pan { head: 6, tail: narrow },
        16 => element.full_size = narrow % 2 == 1,
        17 => element.layout = None,
        18 => element.min = 0,
        19 => element.name = "n".repeat(usize::from(narrow)),
        _ => {
            if let Some(layout) = &mut element.layout {
                change_order(&mut layout.order, number);
            }
        }
    }
}

fn prefix(element: &mut ElementDoc, change: impl FnOnce(&mut Prefix)) {
    if let Form::Prefixed(prefix) | Form::Padded(prefix) = &mut element.form {
        change(prefix);
    }
}

fn change_order(order: &mut OrderDoc, number: u64) {
    let narrow = u8::try_from(number).unwrap_or(u8::MAX);
    match order {
        OrderDoc::Bitmap(form) => {
            form.octets = narrow;
            if narrow % 2 == 1 {
                form.second = NextBitmap::Never;
            }
        }
        OrderDoc::Positions { required } => *required = narrow,
        OrderDoc::Tags { tag, length_first, .. } => {
            match tag {
                Tag::Digits(width) | Tag::Text(width) | Tag::Octets(width) | Tag::Ebcdic(_, width) => {
                    *width = narrow
                }
                Tag::Ber => *tag = Tag::Octets(narrow),
            }
            if narrow % 3 == 0 {
                let prefix = Prefix { includes: narrow, ..Prefix::BER };
                *length_first = Some(LengthFirst { prefix, counts_tag: narrow % 2 == 0 });
            }
        }
        _ => {}
    }
}

/// Asks of a document whatever can be asked.
pub(crate) fn used(doc: &SpecDoc) {
    let _ = (format!("{doc:?}"), toml::write(doc), names(&doc.body));
    let moov = (moov::write(doc), moov::losses(doc));
    for error in [doc.check().err(), moov.0.err(), moov.1.err()].into_iter().flatten() {
        assert!(!error.to_string().is_empty());
    }
    let read = doc.with(|spec| {
        assert_eq!(SpecDoc::from_spec(spec).check(), Ok(()));
        printed_and_read(spec);
        built(spec);
    });
    assert_eq!(read, doc.check());
}

/// How every key is written.
fn names(layout: &LayoutDoc) -> usize {
    let own = layout.elements.iter().map(|element| layout.order.name_of(element.key).len());
    let below = layout.elements.iter().filter_map(|element| element.layout.as_ref());
    own.sum::<usize>() + below.map(names).sum::<usize>()
}

fn printed_and_read(spec: &Spec<'_>) {
    for element in spec.body().elements() {
        let _ = format!("{element:?} {}", element.name());
    }
    let mut parser = Parser::new(spec);
    for wire in [
        &b"0200"[..],
        &[b'0'; 300],
        &[b'1'; 300],
        &[0xFF; 300],
        &[0; 40],
        b"0200\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    ] {
        laws::any_octets_have_an_answer(spec, wire);
        let inspection = Inspection::of(spec, wire);
        assert!(!format!("{}{}{inspection:?}", inspection.describe(), inspection.dump()).is_empty());
        for _ in 0..3 {
            assert_eq!(parser.parse(wire).err(), inspection.error());
        }
        let _ = parser.scan(wire);
        let _ = Template::of(spec, &mut wire.to_vec());
    }
}

/// What a message may take here; a longer one is measured and not written.
const ROOM: usize = 1 << 16;

fn built(spec: &Spec<'_>) {
    let header = vec![b'h'; spec.header().min(ROOM)];
    let values = [
        Value::from(""),
        Value::from("1"),
        Value::from("A"),
        Value::from(17),
        Value::from(&[0x9F, 1, 1][..]),
    ];
    // What is longer is filled for seconds, and gives nothing new.
    for element in spec.body().elements().filter(|element| element.max() <= ROOM) {
        let Ok(number) = u8::try_from(element.key()) else { continue };
        for value in values {
            let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            builder.header(&header).set(number, value);
            let mut room = [0; 512];
            let written = builder.write(&mut room).map(<[u8]>::to_vec);
            let measured = builder.measure();
            if let Ok(mut writer) =
                MessageWriter::with_header(spec, &header, Mti::FINANCIAL_REQUEST, &mut [0; 512])
            {
                let _ = writer.put(number, value);
            }
            let Ok(wire) = written else { continue };
            assert_eq!(measured, Ok(wire.len()));
            let message = Message::parse(spec, &wire).expect("what is written is read");
            assert_eq!(Builder::copy_of(&message, spec).to_vec().as_deref(), Ok(&wire[..]));
            let _ = Builder::copy_of(&message, &cardwire::spec::ISO87_BCD).measure();
            let _ = format!("{}{}", message.describe(), message.dump());
        }
    }
}
