//! cardwire and its Rust peers on the same message bytes, in one run of one process.
//!
//! Prints a table and writes `target/peers.json`. Times are of batches, shortest and median of many;
//! on a machine that others use as well, trust the shortest.

mod measure;
mod peer;

#[path = "../../common/mod.rs"]
mod common;

use std::hint::black_box;

use cardwire::spec::{ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_EBCDIC};
use cardwire::{Builder, Message, Mti, Parser, Scan, Spec, Stream};

use measure::Report;

fn main() {
    let mut report = Report::default();
    let [a, b] = [common::A.as_bytes(), common::B.as_bytes()];
    for (case, wire) in [("a_0100", a), ("b_0800", b)] {
        ascii(&mut report, case, wire);
    }
    raw_bitmap(&mut report, &common::on(&ISO87_ASCII_BINARY, a));
    stream(&mut report);
    alone(&mut report);
    build(&mut report);
    report.print();
    report.write("target/peers.json").expect("target/ can be written");
}

/// Parsing of ASCII with a hexadecimal bitmap, which most peers can.
fn ascii(report: &mut Report, case: &'static str, wire: &[u8]) {
    let (strict, codec) = (peer::iso_8583_rs(), peer::codec_rs());
    let numbers: [u8; 5] = if case == "a_0100" { [2, 4, 11, 41, 49] } else { [7, 11, 70, 7, 11] };
    report.row(case, "parse", "cardwire", true, || {
        black_box(&Message::parse(&ISO87_ASCII, black_box(wire))).is_ok()
    });
    let mut parser = Parser::new(&ISO87_ASCII);
    parser.learn(wire).expect("the message is sound");
    report.row(case, "parse", "cardwire Parser", true, || black_box(&parser.parse(black_box(wire))).is_ok());
    report.row(case, "parse", "iso_8583_rs strict", true, || {
        black_box(&iso_8583_rs::Message::parse(&strict, black_box(wire))).is_ok()
    });
    report.row(case, "parse_spans", "cardwire", false, || {
        black_box(&Scan::of(&ISO87_ASCII, black_box(wire))).is_ok()
    });
    report.row(case, "parse_spans", "cardwire Parser", false, || {
        black_box(&parser.scan(black_box(wire))).is_ok()
    });
    report.row(case, "parse_spans", "iso_8583_rs lazy", false, || {
        black_box(&iso_8583_rs::Message::parse_lazy(&strict, black_box(wire))).is_ok()
    });
    report.row(case, "parse_spans", "i8583", false, || {
        let mut unpacker = i8583::Unpacker::new(black_box(wire));
        black_box(&unpacker.unpack(&i8583::v1987::SPEC)).is_ok()
    });
    report.row(case, "parse", "iso8583-codec-rs", false, || {
        black_box(&peer::parse_codec_rs(black_box(wire), &codec)).is_ok()
    });
    report.row(case, "parse_read5", "cardwire", true, || {
        let message = Message::parse(&ISO87_ASCII, black_box(wire));
        let Ok(message) = &message else { return false };
        black_box(numbers.map(|number| message.get(number).map(|field| field.len())))
            .iter()
            .all(Option::is_some)
    });
    report.row(case, "parse_read5", "iso_8583_rs strict", true, || {
        let message = iso_8583_rs::Message::parse(&strict, black_box(wire));
        let Ok(message) = &message else { return false };
        black_box(numbers.map(|number| message.get(number.into()).map(<[u8]>::len)))
            .iter()
            .all(Option::is_some)
    });
    for (op, wire) in [("reject", common::late_error(wire))] {
        report.row(case, op, "cardwire", true, || {
            black_box(&Message::parse(&ISO87_ASCII, black_box(&wire))).is_err()
        });
        report.row(case, op, "iso_8583_rs strict", true, || {
            black_box(&iso_8583_rs::Message::parse(&strict, black_box(&wire))).is_err()
        });
    }
}

/// ASCII with the bitmap as it is: the form that `iso8583-core` reads.
fn raw_bitmap(report: &mut Report, wire: &[u8]) {
    report.row("a_raw_bitmap", "parse", "cardwire", true, || {
        black_box(&Message::parse(&ISO87_ASCII_BINARY, black_box(wire))).is_ok()
    });
    report.row("a_raw_bitmap", "parse", "iso8583-core", false, || {
        black_box(&iso8583_core::ISO8583Message::from_bytes(black_box(wire))).is_ok()
    });
}

/// 256 different messages, and as many with a bitmap each.
fn stream(report: &mut Report) {
    let strict = peer::iso_8583_rs();
    for (case, messages) in [("stream_256", common::stream()), ("hostile_256", common::hostile())] {
        let mut next = messages.iter().cycle();
        report.row(case, "parse", "cardwire", true, || {
            next.next().is_some_and(|wire| black_box(&Message::parse(&ISO87_ASCII, black_box(wire))).is_ok())
        });
        let mut parser = Parser::new(&ISO87_ASCII);
        let mut next = messages.iter().cycle();
        report.row(case, "parse", "cardwire Parser", true, || {
            next.next().is_some_and(|wire| black_box(&parser.parse(black_box(wire))).is_ok())
        });
        let mut next = messages.iter().cycle();
        report.row(case, "parse", "iso_8583_rs strict", true, || {
            let wire = next.next().expect("a cycle has no end");
            black_box(&iso_8583_rs::Message::parse(&strict, black_box(wire))).is_ok()
        });
    }
}

/// What no peer in this list reads.
fn alone(report: &mut Report) {
    let a = common::A.as_bytes();
    let forms: [(&str, &'static Spec<'static>, Vec<u8>); 5] = [
        ("a_bcd", &ISO87_BCD, common::on(&ISO87_BCD, a)),
        ("a_ebcdic", &ISO87_EBCDIC, common::on(&ISO87_EBCDIC, a)),
        ("tlv_ascii", &ISO87_ASCII, common::tlv(&ISO87_ASCII)),
        ("tlv_bcd", &ISO87_BCD, common::tlv(&ISO87_BCD)),
        ("tlv_ebcdic", &ISO87_EBCDIC, common::tlv(&ISO87_EBCDIC)),
    ];
    for (case, spec, wire) in &forms {
        report.row(case, "parse", "cardwire", true, || {
            black_box(&Message::parse(spec, black_box(wire))).is_ok()
        });
        let mut parser = Parser::new(spec);
        parser.learn(wire).expect("the message is sound");
        report.row(case, "parse", "cardwire Parser", true, || {
            black_box(&parser.parse(black_box(wire))).is_ok()
        });
    }
}

fn build(report: &mut Report) {
    let strict = peer::iso_8583_rs();
    let mut out = [0; 512];
    report.row("a_0100", "build", "cardwire", true, || {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::AUTHORIZATION_REQUEST);
        for (number, value) in common::VALUES {
            builder.set(number, black_box(value));
        }
        black_box(builder.write(&mut out)).is_ok()
    });
    report.row("a_0100", "build", "cardwire Stream", true, || {
        let Ok(mut stream) = Stream::new(&ISO87_ASCII, Mti::AUTHORIZATION_REQUEST, &mut out) else {
            return false;
        };
        for (number, value) in common::ascending() {
            if stream.put(*number, *black_box(value)).is_err() {
                return false;
            }
        }
        black_box(stream.finish()).is_ok()
    });
    report.row("a_0100", "build", "iso_8583_rs", true, || {
        let Ok(mut builder) = iso_8583_rs::Builder::new(&strict, b"0100") else { return false };
        for (number, value) in common::VALUES {
            if builder.set(number.into(), black_box(value).as_bytes()).is_err() {
                return false;
            }
        }
        black_box(builder.pack_to_slice(&mut out)).is_ok()
    });
    let a = common::A.as_bytes();
    let message = Message::parse(&ISO87_ASCII, a).expect("the message is sound");
    report.row("a_0100", "build_from_parsed", "cardwire", true, || {
        black_box(Builder::copy_of(black_box(&message), &ISO87_ASCII).write(&mut out)).is_ok()
    });
    let parsed = iso_8583_rs::Message::parse(&strict, a).expect("the message is sound");
    report.row("a_0100", "build_from_parsed", "iso_8583_rs", true, || {
        let Ok(mut builder) = iso_8583_rs::Builder::new(&strict, &parsed.mti) else { return false };
        let set_all = black_box(&parsed).fields().all(|(number, value)| builder.set(number, value).is_ok());
        set_all && black_box(builder.pack_to_slice(&mut out)).is_ok()
    });
}
