//! cardwire and the fastest peer, each operation in a function of its own, for callgrind to count:
//! `benches/record/count.sh peers`.

use std::hint::black_box;

use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, MessageForm, MessageWriter, Mti, Parser, Scan};

use crate::common;
use crate::peer::iso_8583_rs::SPEC;

type Wire<'a> = &'a [u8];

/// Functions that callgrind sees by name.
macro_rules! cases {
    ($($name:ident($($arg:ident: $type:ty),*) $body:block)*) => { $(
        #[inline(never)]
        fn $name($($arg: $type),*) {
            // keeps functions of one body apart
            black_box(stringify!($name));
            $body
        }
    )* };
}

cases! {
    case_parse_a_cardwire(wire: Wire<'_>) { unseen(wire) }
    case_parse_a_cardwire_parser(parser: &mut Parser<'_>, wire: Wire<'_>) { known(parser, wire) }
    case_parse_a_iso_8583_rs(wire: Wire<'_>) { strict(wire) }
    case_parse_b_cardwire(wire: Wire<'_>) { unseen(wire) }
    case_parse_b_cardwire_parser(parser: &mut Parser<'_>, wire: Wire<'_>) { known(parser, wire) }
    case_parse_b_iso_8583_rs(wire: Wire<'_>) { strict(wire) }
    case_parse_stream_cardwire(wire: Wire<'_>) { unseen(wire) }
    case_parse_stream_cardwire_parser(parser: &mut Parser<'_>, wire: Wire<'_>) { known(parser, wire) }
    case_parse_stream_iso_8583_rs(wire: Wire<'_>) { strict(wire) }
    case_parse_hostile_cardwire(wire: Wire<'_>) { unseen(wire) }
    case_parse_hostile_cardwire_parser(parser: &mut Parser<'_>, wire: Wire<'_>) { known(parser, wire) }
    case_parse_hostile_iso_8583_rs(wire: Wire<'_>) { strict(wire) }
    case_reject_a_cardwire(wire: Wire<'_>) { unseen(wire) }
    case_reject_a_cardwire_parser(parser: &mut Parser<'_>, wire: Wire<'_>) { known(parser, wire) }
    case_reject_a_iso_8583_rs(wire: Wire<'_>) { strict(wire) }
    case_spans_a_cardwire(wire: Wire<'_>) { let _ = black_box(&Scan::of(&ISO87_ASCII, black_box(wire))); }
    case_spans_a_cardwire_parser(parser: &mut Parser<'_>, wire: Wire<'_>) {
        let _ = black_box(&parser.scan(black_box(wire)));
    }
    case_spans_a_iso_8583_rs(wire: Wire<'_>) {
        let _ = black_box(&iso_8583_rs::Message::parse_lazy(&SPEC, black_box(wire)));
    }
    case_build_a_cardwire(out: &mut [u8]) {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::AUTHORIZATION_REQUEST);
        for (number, value) in black_box(&common::VALUES) {
            builder.set(*number, *value);
        }
        black_box(builder.write(out).expect("sound"));
    }
    case_build_a_cardwire_form(form: &MessageForm<'_>, out: &mut [u8]) {
        black_box(form.write(black_box(&common::VALUES), out).expect("sound"));
    }
    case_build_a_cardwire_stream(out: &mut [u8]) {
        let mut stream = MessageWriter::new(&ISO87_ASCII, Mti::AUTHORIZATION_REQUEST, out).expect("room");
        for (number, value) in black_box(common::ascending()) {
            stream.put(*number, *value).expect("sound");
        }
        black_box(stream.finish().expect("sound"));
    }
    case_build_a_iso_8583_rs(out: &mut [u8]) {
        let mut builder = iso_8583_rs::Builder::new(&SPEC, b"0100").expect("an MTI");
        for (number, value) in black_box(&common::VALUES) {
            builder.set((*number).into(), value.as_bytes()).expect("sound");
        }
        black_box(builder.pack_to_slice(out).expect("room"));
    }
}

/// 64 times each; the parsers have met the messages.
pub fn run() {
    let [a, b] = [common::A.as_bytes(), common::B.as_bytes()];
    let (late, streams) = (common::late_error(&ISO87_ASCII, a), [common::stream(), common::hostile()]);
    let [mut parser, mut streamed, mut attacked] = [(); 3].map(|()| Parser::new(&ISO87_ASCII));
    [a, b].iter().for_each(|wire| parser.learn(wire).expect("sound"));
    streams[0].iter().for_each(|wire| known(&mut streamed, wire));
    streams[1].iter().for_each(|wire| known(&mut attacked, wire));
    std::sync::LazyLock::force(&SPEC);
    let numbers = common::VALUES.map(|(number, _)| number);
    let form = MessageForm::new(&ISO87_ASCII, Mti::AUTHORIZATION_REQUEST, &numbers).expect("known");
    let mut out = [0; 512];
    for round in 0..64 {
        let [stream, hostile] = [0, 1].map(|index| streams[index][4 * round].as_slice());
        case_parse_a_cardwire(a);
        case_parse_a_cardwire_parser(&mut parser, a);
        case_parse_a_iso_8583_rs(a);
        case_parse_b_cardwire(b);
        case_parse_b_cardwire_parser(&mut parser, b);
        case_parse_b_iso_8583_rs(b);
        case_parse_stream_cardwire(stream);
        case_parse_stream_cardwire_parser(&mut streamed, stream);
        case_parse_stream_iso_8583_rs(stream);
        case_parse_hostile_cardwire(hostile);
        case_parse_hostile_cardwire_parser(&mut attacked, hostile);
        case_parse_hostile_iso_8583_rs(hostile);
        case_reject_a_cardwire(&late);
        case_reject_a_cardwire_parser(&mut parser, &late);
        case_reject_a_iso_8583_rs(&late);
        case_spans_a_cardwire(a);
        case_spans_a_cardwire_parser(&mut parser, a);
        case_spans_a_iso_8583_rs(a);
        case_build_a_cardwire(&mut out);
        case_build_a_cardwire_form(&form, &mut out);
        case_build_a_cardwire_stream(&mut out);
        case_build_a_iso_8583_rs(&mut out);
    }
}

#[inline(always)]
fn unseen(wire: Wire<'_>) {
    // a reference, so that the message is made once, where the caller wants it
    let _ = black_box(&Message::parse(&ISO87_ASCII, black_box(wire)));
}

#[inline(always)]
fn known(parser: &mut Parser<'_>, wire: Wire<'_>) {
    let _ = black_box(&parser.parse(black_box(wire)));
}

#[inline(always)]
fn strict(wire: Wire<'_>) {
    let _ = black_box(&iso_8583_rs::Message::parse(&SPEC, black_box(wire)));
}
