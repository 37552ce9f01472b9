//! What the libraries are measured on, and whether they understood it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hint::black_box;

use cardwire::Spec;
use cardwire::spec::{ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_EBCDIC};

use crate::common::{self, Case};
use crate::measure::Contender;

/// A message, or a stream of them.
pub struct Subject {
    pub name: &'static str,
    /// The message, or the first of the stream.
    pub message: Case,
    pub wires: Vec<Vec<u8>>,
    /// The same with a late error each.
    pub spoilt: Vec<Vec<u8>>,
}

pub fn subjects() -> Vec<Subject> {
    let [a, b] = [common::A.as_bytes(), common::B.as_bytes()];
    let one = |name, link, spec, wire| Subject::new(name, link, spec, vec![wire]);
    vec![
        one("a_0100", "ascii", &ISO87_ASCII, a.to_vec()),
        one("b_0800", "ascii", &ISO87_ASCII, b.to_vec()),
        one("a_raw_bitmap", "binary", &ISO87_ASCII_BINARY, common::on(&ISO87_ASCII_BINARY, a)),
        one("b_raw_bitmap", "binary", &ISO87_ASCII_BINARY, common::on(&ISO87_ASCII_BINARY, b)),
        one("a_bcd", "bcd", &ISO87_BCD, common::on(&ISO87_BCD, a)),
        one("a_ebcdic", "ebcdic", &ISO87_EBCDIC, common::on(&ISO87_EBCDIC, a)),
        one("tlv_ascii", "ascii", &ISO87_ASCII, common::tlv(&ISO87_ASCII)),
        one("tlv_bcd", "bcd", &ISO87_BCD, common::tlv(&ISO87_BCD)),
        one("tlv_ebcdic", "ebcdic", &ISO87_EBCDIC, common::tlv(&ISO87_EBCDIC)),
        Subject::new("stream_256", "ascii", &ISO87_ASCII, common::stream()),
        Subject::new("hostile_256", "ascii", &ISO87_ASCII, common::hostile()),
    ]
}

impl Subject {
    fn new(
        name: &'static str,
        link: &'static str,
        spec: &'static Spec<'static>,
        wires: Vec<Vec<u8>>,
    ) -> Self {
        let message = Case::of(name, link, spec, wires[0].clone());
        let spoilt = wires.iter().map(|wire| common::late_error(spec, wire)).collect();
        let subject = Self { name, message, wires, spoilt };
        if !subject.is_one() {
            subject.assert_mixed();
        }
        subject
    }

    /// Whether there is one message; only reading is measured of streams.
    pub fn is_one(&self) -> bool {
        self.wires.len() == 1
    }

    /// 256 different messages, of at least eight bitmaps and as many lengths.
    fn assert_mixed(&self) {
        let bitmaps: BTreeSet<&[u8]> = self.wires.iter().map(|wire| &wire[4..20]).collect();
        let lens: BTreeSet<usize> = self.wires.iter().map(Vec::len).collect();
        assert_eq!(self.wires.iter().collect::<BTreeSet<_>>().len(), 256);
        let least = if self.name.starts_with("hostile") { 256 } else { 8 };
        assert!(bitmaps.len() >= least && lens.len() >= 8);
    }

    /// The numbers of five elements, first and last among them; fewer where the message has fewer.
    pub fn five(&self) -> [u8; 5] {
        let last = self.message.values.len() - 1;
        [0, 1, 2, 3, 4].map(|quarter| self.message.values[last * quarter / 4].0)
    }

    /// The value of an element, as cardwire reads it.
    pub fn value(&self, number: u8) -> Option<&[u8]> {
        self.message.values.iter().find(|(own, _)| *own == number).map(|(_, value)| value.as_slice())
    }

    /// Elements in an order that is not that of the wire.
    pub fn shuffled<T: Clone>(&self, elements: &[(u8, T)]) -> Vec<(u8, T)> {
        let mut shuffled = elements.to_vec();
        shuffled.sort_by_key(|(number, _)| number.wrapping_mul(73));
        shuffled
    }

    /// An operation of a library on each message in turn; `parse` says whether it went well.
    pub fn parsing<'c>(
        &'c self,
        op: &'static str,
        library: &'static str,
        checks_content: bool,
        mut parse: impl FnMut(&'c [u8]) -> bool + 'c,
    ) -> Contender<'c> {
        let wires = if op == "reject" { &self.spoilt } else { &self.wires };
        if let [wire] = &wires[..] {
            return Contender::new(op, library, checks_content, move || parse(black_box(wire)));
        }
        let mut next = wires.iter().cycle();
        Contender::new(op, library, checks_content, move || {
            next.next().is_some_and(|wire| parse(black_box(wire)))
        })
    }

    /// Whether a library reads the same values, in characters or as the hexadecimal digits of binary ones.
    pub fn is_read(&self, mut get: impl FnMut(u8) -> Option<Vec<u8>>) -> bool {
        self.message.values.iter().all(|(number, value)| {
            get(*number).is_some_and(|read| read == *value || read.eq_ignore_ascii_case(&hex(value)))
        })
    }

    /// An operation of a library that writes the message and says how long it is. What it writes is
    /// compared once, not while time is taken.
    pub fn writing<'c>(
        &'c self,
        op: &'static str,
        library: &'static str,
        checks_content: bool,
        mut write: impl FnMut(&mut Vec<u8>) -> Option<usize> + 'c,
    ) -> Contender<'c> {
        let (wire, mut out) = (&self.wires[0], vec![0; 1024]);
        let is_right = write(&mut out).is_some_and(|len| out[..len] == wire[..]);
        Contender::new(op, library, checks_content, move || {
            is_right && write(black_box(&mut out)).is_some_and(|len| len == wire.len())
        })
    }
}

/// The digits of octets.
pub fn hex(octets: &[u8]) -> Vec<u8> {
    let mut digits = String::new();
    octets.iter().for_each(|octet| write!(digits, "{octet:02X}").expect("a string takes all"));
    digits.into_bytes()
}
