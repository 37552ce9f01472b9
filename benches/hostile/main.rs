//! What hostile input costs: time for each octet must not grow with the input, and memory has a bound.
//!
//! `cargo bench --all-features --bench hostile` prints nanoseconds an octet for inputs of four sizes,
//! each the worst of its kind that is known, and fails where a larger one costs an octet more than
//! eight times what the smallest does. With `--test`, as CI runs it, nothing is timed and only memory
//! is asserted. With `--search 60` worse inputs are looked for, so many seconds each.
//! `docs/proof.md` says what follows from it.

#[path = "../common/mod.rs"]
mod common;
mod imports;
mod messages;
mod search;

use std::hint::black_box;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use cardwire::import::MAX_TEXT;

/// The most that an octet may cost in a large input, in times what it costs in one of a 64th of its
/// size: some of memory that no longer fits a cache, but not 64.
const GROWTH: f64 = 8.0;

/// The heap an importer may hold at its peak: octets for each octet of text, and for itself.
const HEAP_PER_OCTET: u64 = 128;
const HEAP: u64 = 1 << 20;

const SIZES: [usize; 4] = [16 << 10, 64 << 10, 256 << 10, 1 << 20];

/// A kind of input and what is done with it.
struct Case {
    name: &'static str,
    input: fn(usize) -> Vec<u8>,
    act: fn(&[u8]),
    has_heap: bool,
}

impl Case {
    /// The shortest of some runs, in nanoseconds an octet.
    fn cost(&self, input: &[u8]) -> f64 {
        nanoseconds(|| (self.act)(black_box(input))) / input.len() as f64
    }

    /// The most heap held at once.
    fn heap(&self, input: &[u8]) -> u64 {
        measure(|| (self.act)(input)).bytes_max
    }

    fn assert_heap(&self, input: &[u8]) {
        let (heap, len) = (self.heap(input), input.len() as u64);
        let bound = if self.has_heap { HEAP + HEAP_PER_OCTET * len } else { 0 };
        assert!(
            heap <= bound,
            "{}: {heap} octets of heap for {len} of input, {bound} are allowed",
            self.name
        );
    }
}

/// The shortest of some runs.
fn nanoseconds(act: impl Fn()) -> f64 {
    let mut shortest = Duration::MAX;
    for _ in 0..9 {
        let start = Instant::now();
        act();
        shortest = shortest.min(start.elapsed());
    }
    shortest.as_secs_f64() * 1e9
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--search") {
        let seconds = arguments.get(at + 1).and_then(|seconds| seconds.parse().ok());
        return search::search(Duration::from_secs(seconds.expect("--search SECONDS")));
    }
    let is_test = arguments.iter().any(|argument| argument == "--test");
    let cases = messages::CASES.iter().chain(&imports::CASES);
    let mut worse = Vec::new();
    println!(
        "{:44}{:>10}{:>10}{:>10}{:>10}{:>12}",
        "ns an octet", "16 KiB", "64 KiB", "256 KiB", "1 MiB", "heap/octet"
    );
    for case in cases {
        let inputs = SIZES.map(|size| (case.input)(size));
        inputs.iter().for_each(|input| case.assert_heap(input));
        if is_test {
            continue;
        }
        let costs = inputs.each_ref().map(|input| case.cost(input));
        let [first, second, third, last] = costs;
        let worst = costs.into_iter().fold(0.0, f64::max);
        let heap = case.heap(&inputs[3]) as f64 / inputs[3].len() as f64;
        println!("{:44}{first:10.2}{second:10.2}{third:10.2}{last:10.2}{heap:12.1}", case.name);
        if worst > GROWTH * first.max(0.05) {
            worse.push(case.name);
        }
    }
    assert!(worse.is_empty(), "these grow faster than their input: {worse:?}");
    assert!(SIZES.iter().all(|size| *size <= MAX_TEXT));
}
