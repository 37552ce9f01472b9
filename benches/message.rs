//! Parse, read, build and answer four messages: a purchase of twenty elements in three dialects, and a sign-on.

use std::hint::black_box;

use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC};
use cardwire::{Builder, Message, Mti, Spec, de};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// A message by name: what the numbers are about.
struct Case {
    name: &'static str,
    spec: &'static Spec<'static>,
    wire: Vec<u8>,
}

const CHIP: [(u32, &[u8]); 8] = [
    (0x9F26, &[0xC1, 0xD2, 0xE3, 0xF4, 0xA5, 0xB6, 0xC7, 0xD8]),
    (0x9F02, b"000000012500"),
    (0x9F1A, b"0840"),
    (0x95, &[0x00, 0x80, 0x00, 0x80, 0x00]),
    (0x9A, b"261123"),
    (0x9F36, &[0x0A, 0x1B]),
    (0x82, &[0x39, 0x00]),
    (0x9F10, &[0x06, 0x01, 0x0A, 0x03, 0xA0, 0xA0, 0x00]),
];

fn cases() -> [Case; 4] {
    [
        Case { name: "0100-ascii", spec: &ISO87_ASCII, wire: purchase(&ISO87_ASCII).to_vec().unwrap() },
        Case { name: "0800-ascii", spec: &ISO87_ASCII, wire: sign_on().to_vec().unwrap() },
        Case { name: "0100-bcd", spec: &ISO87_BCD, wire: purchase(&ISO87_BCD).to_vec().unwrap() },
        Case { name: "0100-ebcdic", spec: &ISO87_EBCDIC, wire: purchase(&ISO87_EBCDIC).to_vec().unwrap() },
    ]
}

/// The purchase: MTI, bitmap and 20 elements, chip data among them.
fn purchase(spec: &'static Spec<'static>) -> Builder<'static> {
    let mut builder = Builder::new(spec, Mti::AUTHORIZATION_REQUEST);
    builder
        .set(de::PAN, "4111111111111111")
        .set(de::PROCESSING_CODE, "000000")
        .set(de::AMOUNT, "000000012500")
        .set(de::TRANSMISSION_TIME, "1123061759")
        .set(de::STAN, "123456")
        .set(de::TIME_LOCAL, "061759")
        .set(de::DATE_LOCAL, "1123")
        .set(de::EXPIRY, "2912")
        .set(de::MERCHANT_TYPE, "5411")
        .set(de::ENTRY_MODE, "051")
        .set(de::CARD_SEQUENCE, "001")
        .set(de::CONDITION_CODE, "00")
        .set(de::ACQUIRER, "12345678901")
        .set(de::TRACK2, "4111111111111111=29122011234567890")
        .set(de::RRN, "632706123456")
        .set(de::TERMINAL, "TERM0001")
        .set(de::MERCHANT, "MERCHANT0000001")
        .set(de::MERCHANT_NAME, "ACME STORES            MONTEVIDEO     UY")
        .set(de::CURRENCY, "840")
        .set(de::ICC, &CHIP);
    builder
}

fn sign_on() -> Builder<'static> {
    let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
    builder.set(de::TRANSMISSION_TIME, "1123061759").set(de::STAN, "123456").set(de::NETWORK_CODE, "301");
    builder
}

/// One row for each case, counted in bytes of the message.
fn rows(criterion: &mut Criterion, group: &str, run: impl Fn(&Case, &mut criterion::Bencher<'_>)) {
    let mut group = criterion.benchmark_group(group);
    for case in cases() {
        let size = u64::try_from(case.wire.len()).unwrap();
        group.throughput(Throughput::Bytes(size));
        group.bench_with_input(BenchmarkId::from_parameter(case.name), &case, |bencher, case| {
            run(case, bencher)
        });
    }
    group.finish();
}

fn parse(criterion: &mut Criterion) {
    rows(criterion, "parse", |case, bencher| {
        bencher.iter(|| Message::parse(case.spec, black_box(&case.wire)).unwrap().bitmap().len());
    });
}

/// Three elements of a message that was parsed: first, middle and last of most.
fn get(criterion: &mut Criterion) {
    rows(criterion, "get", |case, bencher| {
        let message = Message::parse(case.spec, &case.wire).unwrap();
        bencher.iter(|| {
            let message = black_box(&message);
            let stan = message.number(de::STAN).unwrap();
            (stan, message.get(de::AMOUNT).map(|field| field.len()), message.get(de::CURRENCY).is_some())
        });
    });
}

fn build(criterion: &mut Criterion) {
    rows(criterion, "build", |case, bencher| {
        let mut buffer = [0; 512];
        bencher.iter(|| {
            let builder =
                if case.name.starts_with("0800") { sign_on() } else { purchase(black_box(case.spec)) };
            builder.write(black_box(&mut buffer)).unwrap().len()
        });
    });
}

/// The answer to octets received, parse included.
fn reply(criterion: &mut Criterion) {
    let echoed = [de::PAN, de::PROCESSING_CODE, de::AMOUNT, de::TRANSMISSION_TIME, de::STAN, de::TERMINAL];
    rows(criterion, "reply", |case, bencher| {
        let mut buffer = [0; 512];
        bencher.iter(|| {
            let request = Message::parse(case.spec, black_box(&case.wire)).unwrap();
            let mut answer = Builder::reply_to(&request);
            answer.echo(&request, &echoed).set(de::RESPONSE_CODE, "00");
            answer.write(black_box(&mut buffer)).unwrap().len()
        });
    });
}

criterion_group!(benches, parse, get, build, reply);
criterion_main!(benches);
