//! Cost against the number of elements and against the octets of a message, for callgrind to count.
//!
//! `benches/record/count.sh linear` runs it: callgrind writes a count whenever `mark` is called, one
//! for each line that is printed. All elements are alike, so that a straight line is one.

use std::hint::black_box;

use cardwire::layout::{ans, row};
use cardwire::mask::OPEN;
use cardwire::spec::table;
use cardwire::{Builder, Dialect, Message, Mti, Spec, layout::Row};

/// Every element that two bitmaps can announce, as `ans...999`.
static ALIKE: Spec<'_> =
    Spec::new("alike", &Dialect::ASCII, &const { table(ROWS).elements(&Dialect::ASCII) });

const ROWS: [Row<'_>; 126] = {
    let mut rows = [row(2, ans(999).lll(), "Element", OPEN); 126];
    let mut index = 0;
    while index < rows.len() {
        rows[index] = row(number(index) as u32, ans(999).lll(), "Element", OPEN);
        index += 1;
    }
    rows
};

/// 2 to 128 without 65, which would announce a third bitmap.
const fn number(index: usize) -> u8 {
    index as u8 + if index < 63 { 2 } else { 3 }
}

const RUNS: usize = 64;

fn main() {
    let points = points();
    let mut out = vec![0; 16_384];
    for point in &points {
        mark();
        (0..RUNS).for_each(|_| point.run(&mut out));
    }
    mark();
    points.iter().for_each(|point| println!("{} {} {}", point.operation, point.against, point.x()));
}

/// Where callgrind ends one count and begins the next.
#[inline(never)]
fn mark() {
    black_box("mark");
}

/// An operation on a message of a size.
struct Point {
    operation: &'static str,
    against: &'static str,
    /// How many elements, and how long each is.
    elements: usize,
    len: usize,
    wire: Vec<u8>,
}

fn points() -> Vec<Point> {
    let counts = (14..=126).step_by(14).map(|elements| ("elements", elements, 10));
    let lens = (100..=900).step_by(100).map(|len| ("octets", 14, len));
    let sizes: Vec<_> = counts.chain(lens).collect();
    let operations = ["parse", "read", "build"].into_iter();
    let pairs = operations.flat_map(|operation| sizes.iter().map(move |size| (operation, *size)));
    pairs
        .map(|(operation, (against, elements, len))| {
            let wire = vec![0; 64 + elements * (3 + len)];
            let mut point = Point { operation, against, elements, len, wire };
            point.wire = point.build(&mut vec![0; point.wire.len()]).to_vec();
            point
        })
        .collect()
}

impl Point {
    fn x(&self) -> usize {
        if self.against == "octets" { self.wire.len() } else { self.elements }
    }

    fn run(&self, out: &mut [u8]) {
        match self.operation {
            "parse" => _ = black_box(&Message::parse(&ALIKE, black_box(&self.wire)).expect("sound")),
            "read" => {
                let message = Message::parse(&ALIKE, black_box(&self.wire)).expect("sound");
                black_box(message.fields().map(|field| field.len()).sum::<usize>());
            }
            _ => _ = black_box(self.build(out)),
        }
    }

    fn build<'o>(&self, out: &'o mut [u8]) -> &'o [u8] {
        let text = [b'A'; 999];
        let mut builder = Builder::new(&ALIKE, Mti::AUTHORIZATION_REQUEST);
        for index in 0..self.elements {
            builder.set(number(index), black_box(&text[..self.len]));
        }
        builder.write(out).expect("sound")
    }
}
