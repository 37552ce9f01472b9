//! Messages, and what is asked of them: reading everything, and the listing with the hexdump.

use std::fmt::Write;
use std::hint::black_box;

use cardwire::layout::{Layout, Tag, ans, ansb, b, n, row};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{EMV, Slots, binary_parts, table};
use cardwire::{
    Dialect, Inspection, Message, Spec,
    layout::{Coding, Element, LengthUnit, Prefix, PrefixCoding},
};

use crate::Case;

const WIDE: Prefix =
    Prefix { coding: PrefixCoding::Binary, width: 4, counts: LengthUnit::Units, includes: 0 };
static NESTED: Layout<'static> = Layout::tags(
    Tag::Octets(1),
    None,
    &const { binary_parts([row(1, b(4_000_000).prefix(WIDE).of(&EMV), "", SECRET)]) },
);
static TEXTS: Element<'static> = row(0, ans(9).l(), "", OPEN).resolve(&Dialect::CHARACTERS);
static IN_TEXT: Layout<'static> = Layout::tags(Tag::Text(1), Some(&TEXTS), &[]);
static SLOTS: Slots<'static> = table([
    row(2, ansb(4_000_000).prefix(WIDE), "text", OPEN),
    row(3, b(4_000_000).prefix(WIDE).of(&EMV), "tags", SECRET),
    row(4, b(4_000_000).prefix(WIDE).coding(Coding::Hex).of(&EMV), "tags as digits", SECRET),
    row(5, b(4_000_000).prefix(WIDE).coding(Coding::Hex).of(&NESTED), "tags in tags as digits", SECRET),
    row(6, ans(4_000_000).prefix(WIDE).of(&IN_TEXT), "tags of text", OPEN),
    row(7, n(4_000_000).prefix(WIDE).coding(Coding::Bcd), "packed digits", OPEN),
])
.elements(&Dialect::BCD);
pub(crate) static SPEC: Spec<'static> = Spec::new("wide", &Dialect::BCD, &SLOTS);

/// A message of one element: so many units, these octets.
fn message(number: u8, units: usize, value: &[u8]) -> Vec<u8> {
    let mut wire = vec![0x08, 0, 1 << (8 - number), 0, 0, 0, 0, 0, 0, 0];
    wire.extend(u32::try_from(units).expect("a size").to_be_bytes());
    wire.extend_from_slice(value);
    wire
}

fn digits(octets: &[u8]) -> Vec<u8> {
    octets.iter().flat_map(|octet| format!("{octet:02X}").into_bytes()).collect()
}

/// Everything that can be done with a message, once for each octet of it at most.
pub(crate) fn read(spec: &Spec<'_>, wire: &[u8]) {
    let _ = black_box(Message::parse(spec, wire));
    let inspection = Inspection::of(spec, wire);
    for field in inspection.fields() {
        black_box(field.parts().count());
        black_box(field.expose().octets().map(u64::from).sum::<u64>());
    }
}

pub(crate) fn listing(spec: &Spec<'_>, wire: &[u8]) {
    let mut text = Counted(0);
    let inspection = Inspection::of(spec, wire);
    write!(text, "{}{}", inspection.describe(), inspection.dump()).expect("counting does not fail");
    black_box(text.0);
}

/// Counts what is formatted and keeps none of it.
struct Counted(usize);

impl Write for Counted {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

macro_rules! inputs {
    ($($name:literal $input:expr;)*) => { [$(
        Case { name: concat!("read, ", $name), input: $input, act: |wire| read(&SPEC, wire), has_heap: false },
        Case { name: concat!("list, ", $name), input: $input, act: |wire| listing(&SPEC, wire), has_heap: false },
    )*] };
}

pub(crate) static CASES: [Case; 16] = inputs! {
    "one long value" |size| message(2, size, &vec![b'x'; size]);
    "control characters" |size| message(2, size, &vec![0x1B; size]);
    "empty tags" |size| message(3, size / 2 * 2, &[0xC1, 0].repeat(size / 2));
    "padding" |size| message(3, size, &vec![0; size]);
    "empty tags as digits" |size| message(4, size / 4 * 2, &digits(&[0xC1, 0].repeat(size / 4)));
    "tags in tags as digits" |size| {
        let inner = [0xC1, 0].repeat(size / 4);
        let length = u32::try_from(inner.len()).expect("a size").to_be_bytes();
        let outer = [&[1], &length[..], &inner].concat();
        message(5, outer.len(), &digits(&outer))
    };
    "tags of text, the last one broken" |size| {
        message(6, size / 2 * 2, &[&b"A0".repeat(size / 2 - 1)[..], b"A9"].concat())
    };
    "packed digits" |size| message(7, 2 * size, &vec![0x12; size]);
};
