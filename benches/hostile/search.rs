//! The worst input, looked for: `cargo bench --all-features --bench hostile -- --search 60`.
//!
//! Begins with what fuzzing has kept (`fuzz/corpus`) and with the kinds that are timed, and goes on, for so many seconds each, with what
//! cost most an octet: pieces of it are said again, taken out, changed, or put into another input.
//! Inputs may grow to [`MOST`] octets, so what costs more an octet the longer it is comes out on top.

use std::time::{Duration, Instant};

use cardwire::Spec;
use cardwire::import::SpecDoc;
use cardwire::spec::by_name;
use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::{Case, common, imports, messages, nanoseconds};

/// The longest input.
const MOST: usize = 16 << 10;

/// What a shorter input is taken for: what is paid once for each input is not what is looked for.
const LEAST: usize = 1 << 10;

/// How many of the worst are kept.
const KEPT: usize = 24;

/// What is done with an input, which names in its first line with what.
struct Search {
    name: &'static str,
    corpus: &'static str,
    cases: &'static [Case],
    act: fn(&str, &[u8]),
}

const SEARCHES: [Search; 3] = [
    Search { name: "read", corpus: "parse", cases: &messages::CASES, act: read },
    Search { name: "list", corpus: "parse", cases: &messages::CASES, act: list },
    Search { name: "import", corpus: "import", cases: &imports::CASES, act: import },
];

/// An input and its cost, in nanoseconds an octet.
struct Found {
    name: String,
    octets: Vec<u8>,
    cost: f64,
}

pub(crate) fn search(time: Duration) {
    println!("{:8}{:>12}{:>10}{:>10}  the worst", "", "inputs", "octets", "ns/octet");
    for search in &SEARCHES {
        let (tried, worst) = search.run(time);
        let (start, rest) = worst.octets.split_at(worst.octets.len().min(64));
        println!(
            "{:8}{tried:12}{:10}{:10.1}  {}: {}{}",
            search.name,
            worst.octets.len(),
            worst.cost,
            worst.name,
            start.escape_ascii(),
            if rest.is_empty() { "" } else { "..." },
        );
    }
}

impl Search {
    /// How many inputs were tried, and the worst of them.
    fn run(&self, time: Duration) -> (usize, Found) {
        let mut random = TestRng::deterministic_rng(RngAlgorithm::XorShift);
        // a kind is called by what reads it, first
        let known = self.cases.iter().map(|case| (first_word(case.name), (case.input)(LEAST)));
        let first = kept(self.corpus).into_iter().chain(known);
        let mut worst: Vec<Found> = first.map(|(name, octets)| self.judged(name, octets)).collect();
        let (start, mut tried) = (Instant::now(), worst.len());
        loop {
            worst.sort_by(|one, other| other.cost.total_cmp(&one.cost));
            worst.truncate(KEPT);
            if start.elapsed() >= time {
                return (tried, worst.swap_remove(0));
            }
            let (parent, other) = (random.random_range(0..worst.len()), random.random_range(0..worst.len()));
            let octets = changed(&worst[parent].octets, &worst[other].octets, &mut random);
            let found = self.judged(worst[parent].name.clone(), octets);
            // one that is merely as dear as the rest would fill the list with its like
            if worst.iter().all(|known| (known.cost - found.cost).abs() > known.cost / 1_000.0) {
                worst.push(found);
            }
            tried += 1;
        }
    }

    fn judged(&self, name: String, octets: Vec<u8>) -> Found {
        let cost = nanoseconds(|| (self.act)(&name, &octets)) / octets.len().max(LEAST) as f64;
        Found { name, octets, cost }
    }
}

/// The inputs of a corpus that name a spec or an importer, without the name.
fn kept(corpus: &str) -> Vec<(String, Vec<u8>)> {
    let path = format!("{}/fuzz/corpus/{corpus}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let named = |line: &str| {
        let octets = common::unhex(line);
        let end = octets.iter().position(|octet| *octet == b'\n')?;
        let name = str::from_utf8(&octets[..end]).ok()?.to_owned();
        let is_known = by_name(&name).is_some() || importer(&name).is_some();
        is_known.then(|| (name, octets[end + 1..].to_vec()))
    };
    text.lines().filter_map(named).collect()
}

fn first_word(name: &str) -> String {
    name.split(',').next().unwrap_or_default().to_owned()
}

/// One input made of another, or of two.
fn changed(parent: &[u8], other: &[u8], random: &mut TestRng) -> Vec<u8> {
    let mut octets = parent.to_vec();
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..=octets.len());
        match random.random_range(0..5) {
            0 => {
                let piece = piece(&octets, random).to_vec();
                let times = random.random_range(1..=(MOST / piece.len().max(1)).min(2_000));
                octets.splice(at..at, piece.repeat(times));
            }
            1 => {
                let piece = piece(other, random).to_vec();
                octets.splice(at..at, piece);
            }
            2 => {
                let end = random.random_range(at..=octets.len());
                octets.drain(at..end);
            }
            // a digit or a bit more: lengths, tags, bitmaps
            3 => octets.iter_mut().skip(at).take(1).for_each(|octet| *octet = octet.wrapping_add(1)),
            _ => octets.iter_mut().skip(at).take(1).for_each(|octet| *octet = random.random()),
        }
        octets.truncate(MOST);
    }
    octets
}

/// A piece of an input, most often a small one.
fn piece<'a>(octets: &'a [u8], random: &mut TestRng) -> &'a [u8] {
    let start = random.random_range(0..=octets.len());
    let most = if random.random() { 8 } else { MOST };
    let end = octets.len().min(start + random.random_range(0..=most));
    &octets[start..end]
}

fn read(name: &str, wire: &[u8]) {
    messages::read(spec(name), wire);
}

fn list(name: &str, wire: &[u8]) {
    messages::listing(spec(name), wire);
}

fn spec(name: &str) -> &'static Spec<'static> {
    by_name(name).unwrap_or(&messages::SPEC)
}

fn importer(name: &str) -> Option<imports::Read> {
    Some(match name {
        "toml" => SpecDoc::from_toml,
        "jpos" => SpecDoc::from_jpos,
        "moov" => SpecDoc::from_moov,
        "j8583" => SpecDoc::from_j8583,
        _ => return None,
    })
}

fn import(name: &str, text: &[u8]) {
    if let (Some(read), Ok(text)) = (importer(name), str::from_utf8(text)) {
        imports::import(read, text);
    }
}
