//! Each operation on each message on each link: octets and messages per second.
//!
//! `cargo bench --bench message -- reject` runs the operations whose names hold `reject`.

mod common;

use std::hint::black_box;
use std::time::Duration;

use cardwire::spec::{ISO87_ASCII, ISO87_BCD};
use cardwire::{Builder, Inspection, Message, Parser, Scan};
use criterion::{Bencher, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use common::Case;

type Operation = fn(&mut Bencher<'_>, &Case);

/// What is done, by name. Errors are looked for and found; everything else succeeds.
const OPERATIONS: [(&str, Operation); 12] = [
    ("parse", |bencher, case| bencher.iter(|| Message::parse(case.spec, black_box(&case.wire)).unwrap())),
    ("parse_planned", |bencher, case| {
        let mut parser = Parser::new(case.spec);
        parser.learn(&case.wire).unwrap();
        bencher.iter(|| parser.parse(black_box(&case.wire)).unwrap().bitmap());
    }),
    ("spans", |bencher, case| bencher.iter(|| Scan::of(case.spec, black_box(&case.wire)).unwrap())),
    ("spans_planned", |bencher, case| {
        let mut parser = Parser::new(case.spec);
        parser.learn(&case.wire).unwrap();
        bencher.iter(|| parser.scan(black_box(&case.wire)).unwrap().bitmap());
    }),
    ("get", get),
    ("inspect", |bencher, case| bencher.iter(|| Inspection::of(case.spec, black_box(&case.wire)))),
    ("reject_early", |bencher, case| reject(bencher, case, &common::early_error(case.spec, &case.wire))),
    ("reject_late", |bencher, case| reject(bencher, case, &common::late_error(case.spec, &case.wire))),
    ("build", |bencher, case| {
        let mut out = [0; ROOM];
        bencher.iter(|| filled(black_box(case)).write(&mut out).unwrap().len());
    }),
    ("measure", |bencher, case| bencher.iter(|| filled(black_box(case)).measure().unwrap())),
    ("reply", reply),
    ("translate", translate),
];

/// Octets for the longest message on any link.
const ROOM: usize = 8192;

/// The first, the middle and the last element of a parsed message.
fn get(bencher: &mut Bencher<'_>, case: &Case) {
    let message = Message::parse(case.spec, &case.wire).unwrap();
    let numbers = [0, case.values.len() / 2, case.values.len() - 1].map(|index| case.values[index].0);
    bencher.iter(|| numbers.map(|number| black_box(&message).get(black_box(number)).unwrap().len()));
}

fn reject(bencher: &mut Bencher<'_>, case: &Case, spoilt: &[u8]) {
    bencher.iter(|| Message::parse(case.spec, black_box(spoilt)).unwrap_err());
}

fn filled(case: &Case) -> Builder<'_> {
    let mut builder = Builder::new(case.spec, case.mti);
    for (number, value) in &case.values {
        builder.set(*number, value.as_slice());
    }
    builder
}

/// The response to octets received, parse included.
fn reply(bencher: &mut Bencher<'_>, case: &Case) {
    let mut out = [0; ROOM];
    bencher.iter(|| {
        let request = Message::parse(case.spec, black_box(&case.wire)).unwrap();
        let mut response = Builder::reply_to(&request);
        response.echo(&request, &[3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49, 70]).set(39, "00");
        response.write(&mut out).unwrap().len()
    });
}

/// A parsed message, written for a link of another coding.
fn translate(bencher: &mut Bencher<'_>, case: &Case) {
    let message = Message::parse(case.spec, &case.wire).unwrap();
    let other = if case.link == "ascii" { &ISO87_BCD } else { &ISO87_ASCII };
    let mut out = [0; ROOM];
    bencher.iter(|| Builder::copy_of(black_box(&message), other).write(&mut out).unwrap().len());
}

fn all(criterion: &mut Criterion) {
    let cases = common::cases();
    for (name, operation) in OPERATIONS {
        let mut group = criterion.benchmark_group(name);
        for case in &cases {
            let bytes = u64::try_from(case.wire.len()).unwrap();
            group.throughput(Throughput::ElementsAndBytes { elements: 1, bytes });
            group.bench_with_input(BenchmarkId::new(case.message, case.link), case, operation);
        }
        group.finish();
    }
}

/// Minutes for all of them, and enough for operations that take less than a microsecond each.
fn brief() -> Criterion {
    let times = Criterion::default().warm_up_time(Duration::from_millis(200));
    times.measurement_time(Duration::from_millis(800)).sample_size(50)
}

criterion_group!(name = benches; config = brief(); targets = all);
criterion_main!(benches);
