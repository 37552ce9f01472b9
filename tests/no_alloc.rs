//! The core allocates nothing: not one allocation while parsing, reading, building or framing.

#[path = "../benches/common/mod.rs"]
mod benched;
mod common;

use allocation_counter::measure;
use benched::Case;
use cardwire::{
    Builder, Framing, Inspection, Message, MessageForm, MessageWriter, Mti, Parser, ResponseForms, Scan,
    Template, TranslationForms, de,
};
use common::golden;

/// Fails if `act` allocates.
fn assert_no_heap(what: &str, act: impl FnOnce()) {
    let counted = measure(act);
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0), "{what}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(vec![0u8; 16])).count_total, 1);
}

#[test]
fn parsing_and_reading() {
    for (name, spec, wire) in golden::wires() {
        assert_no_heap(&name, || {
            let message = Message::parse(spec, &wire).expect("golden");
            let inspection = Inspection::of(spec, &wire[..wire.len() / 2]);
            assert!(
                inspection.error().is_some() && inspection.fields().all(|field| message.has_same(&field))
            );
            for field in message.fields() {
                let clear = field.expose();
                assert_eq!(clear.octets().count(), field.len());
                let _ = (clear.number(), clear.signed(), field.text(), field.bytes(), clear.as_str());
                for part in field.parts() {
                    assert!(field.part(part.key().value()).is_some());
                }
            }
            let _ = (message.number(de::STAN), message.text(de::RESPONSE_CODE), message.expose(de::PAN));
            let _ = (
                message.path("55.9F26"),
                message.path("3.1"),
                message.path("48.0105"),
                message.path("nothing"),
            );
            let _ = (Message::parse(spec, b"bad"), Message::parse(spec, &wire[1..]));
        });
    }
}

trait HasSame {
    fn has_same(&self, field: &cardwire::Field<'_>) -> bool;
}

impl HasSame for Message<'_> {
    fn has_same(&self, field: &cardwire::Field<'_>) -> bool {
        let number = u8::try_from(field.key().value()).expect("an element");
        self.get(number).is_some_and(|own| own.expose() == field.expose())
    }
}

#[test]
fn building() {
    let mut out = [0; 4096];
    for (name, spec, wire) in golden::wires() {
        let message = Message::parse(spec, &wire).expect("golden");
        assert_no_heap(&name, || {
            let copy = Builder::copy_of(&message, spec);
            assert_eq!(copy.measure(), Ok(wire.len()));
            assert_eq!(copy.write(&mut out), Ok(&wire[..]));
            assert!(copy.write(&mut [0; 8]).is_err());
            let mut reply = Builder::reply_to(&message);
            reply.echo(&message, &[2, 3, 4, 7, 11, 41]);
            assert!(reply.write(&mut out).is_ok() || message.mti().response().is_none());
        });
    }
}

#[test]
fn building_from_values_and_parts() {
    let mut out = [0; 512];
    let icc = [(0x9F26, &[1, 2, 3, 4, 5, 6, 7, 8][..]), (0x95, &[0; 5])];
    assert_no_heap("values", || {
        let mut builder = Builder::new(&cardwire::spec::ISO87_ASCII, Mti::FINANCIAL_REQUEST);
        builder.set(2, "4111111111111111").set(4, 1_000).set(11, 1_u8).set(52, &[1, 2, 3, 4, 5, 6, 7, 8]);
        builder.set(55, &icc);
        assert!(builder.write(&mut out).is_ok());
        assert!(builder.set(3, "12345X").write(&mut out).is_err());
    });
}

/// What the benches measure, with what the others here leave out: parsers, scans, streams, templates.
#[test]
fn what_is_benched() {
    let mut out = [0; 8192];
    for case in benched::cases() {
        let (name, spec, wire) = (format!("{} {}", case.message, case.link), case.spec, &case.wire[..]);
        let [early, late] = [benched::early_error(spec, wire), benched::late_error(spec, wire)];
        let mut parser: Parser<'_> = Parser::new(spec);
        let mut patched = wire.to_vec();
        assert_no_heap(&name, || {
            assert!(parser.parse(&early).is_err() && parser.parse(&late).is_err());
            assert!((0..3).all(|_| parser.parse(wire).is_ok() && parser.scan(wire).is_ok()));
            let scan = Scan::of(spec, wire).expect("sound");
            assert!(case.values.iter().all(|(number, _)| scan.expose(*number).is_some()));
            assert_eq!(streamed(&case, &mut out), wire);
            let mut template = Template::of(spec, &mut patched).expect("sound");
            template.patch(de::STAN, 654_321).expect("the same length");
            let message = parser.parse(template.wire()).expect("sound");
            for other in benched::LINKS.map(|(_, other)| other) {
                Builder::copy_of(&message, other).write(&mut out).expect("every link can carry it");
            }
        });
    }
}

/// Forms, those that are known beforehand and those that are learned.
#[test]
fn what_is_benched_by_forms() {
    let mut out = [0; 8192];
    for case in benched::cases() {
        let (name, spec) = (format!("{} {}", case.message, case.link), case.spec);
        let numbers: Vec<u8> = case.values.iter().map(|(number, _)| *number).collect();
        let values: Vec<_> = case.values.iter().map(|(number, value)| (*number, value.as_slice())).collect();
        let message = Message::parse(spec, &case.wire).expect("sound");
        let to = benched::LINKS[1].1;
        assert_no_heap(&name, || {
            let form = MessageForm::new(spec, case.mti, &numbers).expect("its own");
            assert_eq!(form.write(&values, &mut out), Ok(&case.wire[..]));
            let mut responses = ResponseForms::<2>::sized(spec, &[3, 4, 11, 41, 55]);
            let mut translations = TranslationForms::<2>::sized(spec, to);
            for _ in 0..3 {
                responses.write(&message, &[(39, "00")], &mut out).expect("sound");
                translations.write(&message, &mut out).expect("every link can carry it");
            }
        });
    }
}

fn streamed<'o>(case: &Case, out: &'o mut [u8]) -> &'o [u8] {
    let mut stream = MessageWriter::new(case.spec, case.mti, out).expect("room");
    for (number, value) in &case.values {
        stream.put(*number, value.as_slice()).expect("sound");
    }
    stream.finish().expect("sound")
}

/// However many bitmaps a link sends, a parser stays what it is.
#[test]
fn parsing_what_was_made_up_to_confuse_a_parser() {
    let wires = benched::hostile();
    let mut parser: Parser<'_> = Parser::new(&cardwire::spec::ISO87_ASCII);
    assert_no_heap("hostile", || {
        for wire in wires.iter().chain(&wires).flat_map(|wire| [wire, wire, wire]) {
            assert!(parser.parse(wire).is_ok());
        }
    });
}

/// What benches/README.md says of sizes.
#[test]
#[cfg(target_pointer_width = "64")]
fn sizes() {
    assert_eq!(size_of::<Message<'_>>(), 184);
    assert_eq!(size_of::<cardwire::Result<Message<'_>>>(), 184);
    assert!(size_of::<Parser<'_>>() <= 24 << 10 && size_of::<Builder<'_>>() <= 7 << 10);
}

#[test]
fn framing() {
    let mut out = [0; 4096];
    for (name, _, wire) in golden::wires() {
        assert_no_heap(&name, || {
            for framing in [Framing::BINARY2, Framing::ASCII4, Framing::BCD2, Framing::HEX4] {
                let framed = framing.wrap(b"", &wire, &mut out).expect("room");
                let frame = framing.split(framed).expect("a frame").expect("a whole one");
                assert_eq!(frame.payload, &wire[..]);
                assert!(
                    framing.split(b"\x00\x20").is_ok_and(|frame| frame.is_none())
                        || framing != Framing::BINARY2
                );
            }
        });
    }
}

/// A listing and a dump are written to whatever the caller has.
#[test]
fn describing() {
    struct Nowhere(usize);
    impl std::fmt::Write for Nowhere {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    for (name, spec, wire) in golden::wires() {
        let message = Message::parse(spec, &wire).expect("golden");
        assert_no_heap(&name, || {
            use std::fmt::Write;
            let mut nowhere = Nowhere(0);
            write!(nowhere, "{}{}{message:?}", message.describe(), message.dump()).expect("never fails");
            let error = Message::parse(spec, &wire[..9]).expect_err("cut");
            write!(nowhere, "{error} {error:?}").expect("never fails");
            assert!(nowhere.0 > wire.len());
        });
    }
}
