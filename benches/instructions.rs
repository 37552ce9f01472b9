//! Each operation in a function of its own, run a fixed number of times, for callgrind to count.
//!
//! `benches/record/check.sh` runs it and compares with the record. A case is a function that the
//! compiler may not inline; its inclusive cost over its number of calls is the cost of one
//! operation, the same on every run.

mod common;

use std::fmt::Write;
use std::hint::black_box;

use cardwire::layout::Content;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, UNIONPAY_POS};
use cardwire::{
    Bitmap, Builder, Inspection, Message, MessageForm, MessageWriter, Mti, Parser, ResponseForms, Spec,
    Template, TranslationForms, Value,
};

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
    case_parse_a_ascii(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_parse_a_bcd(wire: Wire<'_>) { parse(&ISO87_BCD, wire) }
    case_parse_a_ebcdic(wire: Wire<'_>) { parse(&ISO87_EBCDIC, wire) }
    case_parse_b_ascii(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_parse_b_bcd(wire: Wire<'_>) { parse(&ISO87_BCD, wire) }
    case_parse_b_ebcdic(wire: Wire<'_>) { parse(&ISO87_EBCDIC, wire) }
    case_parse_tlv_ascii(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_parse_tlv_bcd(wire: Wire<'_>) { parse(&ISO87_BCD, wire) }
    case_parse_tlv_ebcdic(wire: Wire<'_>) { parse(&ISO87_EBCDIC, wire) }
    case_parse_full_ascii(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_parse_full_bcd(wire: Wire<'_>) { parse(&ISO87_BCD, wire) }
    case_parse_full_ebcdic(wire: Wire<'_>) { parse(&ISO87_EBCDIC, wire) }
    case_parse_stream(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_parse_hostile(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_reject_a_late(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_reject_a_early(wire: Wire<'_>) { parse(&ISO87_ASCII, wire) }
    case_planned_a_ascii(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_a_bcd(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_a_ebcdic(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_b_ascii(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_b_bcd(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_tlv_ascii(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_tlv_bcd(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_tlv_ebcdic(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_reject_a_late(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_stream(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    case_planned_hostile(parser: &mut Parser<'_>, wire: Wire<'_>) { planned(parser, wire) }
    // the worst that can be sent: each bitmap twice, so that its plan is made and never used
    case_planned_hostile_twice(parser: &mut Parser<'_>, wire: Wire<'_>) {
        planned(parser, wire);
        planned(parser, wire);
    }
    case_scan_a_ascii(parser: &mut Parser<'_>, wire: Wire<'_>) { scan(parser, wire) }
    case_scan_a_bcd(parser: &mut Parser<'_>, wire: Wire<'_>) { scan(parser, wire) }
    case_scan_b_ascii(parser: &mut Parser<'_>, wire: Wire<'_>) { scan(parser, wire) }
    case_inspect_a(wire: Wire<'_>) {
        black_box(Inspection::of(&ISO87_ASCII, black_box(wire)).error());
    }
    case_read5_a(message: &Message<'_>) { read5(message); }
    case_fields_a(message: &Message<'_>) {
        black_box(black_box(message).fields().map(|field| field.len()).sum::<usize>());
    }
    case_describe_a_ascii(message: &Message<'_>, out: &mut String) { describe(message, out) }
    case_describe_a_bcd(message: &Message<'_>, out: &mut String) { describe(message, out) }
    case_describe_tlv_bcd(message: &Message<'_>, out: &mut String) { describe(message, out) }
    case_describe_tlv_ebcdic(message: &Message<'_>, out: &mut String) { describe(message, out) }
    case_describe_broken(wire: Wire<'_>, out: &mut String) {
        out.clear();
        let _ = write!(out, "{}", Inspection::of(&ISO87_ASCII, black_box(wire)).describe());
    }
    case_dump_a_ascii(message: &Message<'_>, out: &mut String) {
        out.clear();
        let _ = write!(out, "{}", black_box(message).dump());
    }
    case_reply_a(parser: &mut Parser<'static>, wire: Wire<'_>) {
        let mut out = [0; 512];
        let request = &parser.parse(black_box(wire)).expect("sound");
        let mut reply = Builder::reply_to(request);
        reply.echo(request, &[3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49]).set(38, "123456").set(39, "00");
        black_box(reply.write(&mut out).expect("sound"));
    }
    case_build_tlv_ascii(values: &[(u8, Vec<u8>)]) {
        let mut out = [0; 512];
        let mut builder = Builder::new(&ISO87_ASCII, black_box(Mti::FINANCIAL_REQUEST));
        for (number, value) in values {
            builder.set(*number, black_box(value.as_slice()));
        }
        black_box(builder.write(&mut out).expect("sound"));
    }
    case_copy_tlv_ascii(message: &Message<'_>) {
        let mut out = [0; 512];
        black_box(Builder::copy_of(black_box(message), &ISO87_ASCII).write(&mut out).expect("sound"));
    }
    case_copy_a(message: &Message<'_>) {
        let mut out = [0; 512];
        black_box(Builder::copy_of(black_box(message), &ISO87_ASCII).write(&mut out).expect("sound"));
    }
    case_translate_a_to_bcd(message: &Message<'_>) {
        let mut out = [0; 512];
        black_box(Builder::copy_of(black_box(message), &ISO87_BCD).write(&mut out).expect("sound"));
    }
    case_measure_a() {
        let mut builder = Builder::new(&ISO87_ASCII, black_box(Mti::AUTHORIZATION_REQUEST));
        fill(&mut builder);
        black_box(builder.measure().expect("sound"));
    }
    case_build_a_ascii() { write(&ISO87_ASCII); }
    case_build_a_bcd() { write(&ISO87_BCD); }
    case_build_a_ebcdic() { write(&ISO87_EBCDIC); }
    case_stream_a_ascii() { stream(&ISO87_ASCII); }
    case_stream_a_bcd() { stream(&ISO87_BCD); }
    case_stream_b_ascii() {
        let mut out = [0; 128];
        let mut stream = MessageWriter::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &mut out).and_then(MessageWriter::with_second).expect("room");
        stream.put(7, black_box("0415123456")).expect("sound");
        stream.put(11, black_box("123456")).expect("sound");
        stream.put(70, black_box("301")).expect("sound");
        black_box(stream.finish().expect("sound"));
    }
    case_form_a_ascii(form: &MessageForm<'_>) { fill_form(form, &common::VALUES) }
    case_form_a_bcd(form: &MessageForm<'_>) { fill_form(form, &common::VALUES) }
    case_form_a_ebcdic(form: &MessageForm<'_>) { fill_form(form, &common::VALUES) }
    case_form_ascending_a_ascii(form: &MessageForm<'_>) { fill_form(form, common::ascending()) }
    case_form_ascending_a_bcd(form: &MessageForm<'_>) { fill_form(form, common::ascending()) }
    case_form_ascending_a_ebcdic(form: &MessageForm<'_>) { fill_form(form, common::ascending()) }
    case_form_other_order_a_ascii(form: &MessageForm<'_>) { fill_form(form, common::ascending()) }
    case_form_b_ascii(form: &MessageForm<'_>) { fill_form(form, &[(7, "0415123456"), (11, "123456"), (70, "301")]) }
    case_form_numbers_a_ascii(form: &MessageForm<'_>, values: &[(u8, Value<'static>)]) {
        let mut out = [0; 512];
        black_box(black_box(form).write(black_box(values), &mut out).expect("sound"));
    }
    case_form_tlv_ascii(form: &MessageForm<'_>, values: &[(u8, Value<'_>)]) {
        let mut out = [0; 512];
        black_box(black_box(form).write(black_box(values), &mut out).expect("sound"));
    }
    case_parts_de90_ascii() { composite(&ISO87_ASCII, 90, &[(1, "0200"), (2, "123456"), (3, "0415123456"), (4, "00012345678"), (5, "00000000000")]) }
    case_parts_f60_unionpay() { composite(&UNIONPAY_POS, 60, &[(1, "22"), (2, "000001"), (3, "000")]) }
    case_fields_full_ascii(message: &Message<'_>) {
        black_box(black_box(message).fields().map(|field| field.len()).sum::<usize>());
    }
    case_number_a_bcd(message: &Message<'_>) { let _ = black_box(black_box(message).number(4)); }
    case_equal_bitmaps(one: &Bitmap, other: &Bitmap) { black_box(black_box(one) == black_box(other)); }
    case_respond_a(parser: &mut Parser<'static>, responses: &mut ResponseForms<'static>, wire: Wire<'_>) {
        let mut out = [0; 512];
        let request = &parser.parse(black_box(wire)).expect("sound");
        let values = [(38, "123456"), (39, "00")];
        black_box(responses.write(request, black_box(&values), &mut out).expect("sound"));
    }
    case_form_translate_a_to_bcd(forms: &mut TranslationForms<'static>, message: &Message<'_>) {
        let mut out = [0; 512];
        black_box(forms.write(black_box(message), &mut out).expect("sound"));
    }
    case_patch_six(template: &mut Template<'_, '_>) {
        for (number, value) in [(4, "000000012600"), (7, "0415123457"), (11, "123457"), (12, "123457"), (13, "0416"), (37, "610512123457")] {
            template.patch(number, black_box(value)).expect("sound");
        }
    }
    case_build_b_ascii() {
        let mut out = [0; 512];
        let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
        builder.set(7, black_box("0415123456")).set(11, black_box("123456")).set(70, black_box("301"));
        black_box(builder.write(&mut out).expect("sound"));
    }
}

fn main() {
    let [a, b] = [common::A.as_bytes(), common::B.as_bytes()];
    let forms = |wire| common::LINKS.map(|(_, spec)| common::on(spec, wire));
    let links = common::LINKS.map(|(_, spec)| spec);
    let ([a_ascii, a_bcd, a_ebcdic], [b_ascii, b_bcd, b_ebcdic]) = (forms(a), forms(b));
    let [tlv_ascii, tlv_bcd, tlv_ebcdic] = links.map(common::tlv);
    let [full_ascii, full_bcd, full_ebcdic] = links.map(common::full);
    let (late, early) = (common::late_error(&ISO87_ASCII, a), common::early_error(&ISO87_ASCII, a));
    let message = Message::parse(&ISO87_ASCII, a).expect("sound");
    let [mut ascii, mut bcd, mut ebcdic] = links.map(Parser::new);
    for (parser, wires) in [
        (&mut ascii, [&a_ascii, &b_ascii, &tlv_ascii]),
        (&mut bcd, [&a_bcd, &b_bcd, &tlv_bcd]),
        (&mut ebcdic, [&a_ebcdic, &b_ebcdic, &tlv_ebcdic]),
    ] {
        wires.into_iter().for_each(|wire| parser.learn(wire).expect("sound"));
    }
    let ([mut streamed, mut attacked], [stream, hostile]) = met();
    let mut twice = Parser::new(&ISO87_ASCII);
    let mut patched = a_ascii.clone();
    let mut template = Template::of(&ISO87_ASCII, &mut patched).expect("sound");
    write_parsed(&message, [&tlv_ascii, &full_ascii, &a_bcd]);
    show_parsed(&message, &late, [&a_bcd, &tlv_bcd, &tlv_ebcdic]);
    for round in 0..64 {
        case_parse_stream(&stream[4 * round]);
        case_parse_hostile(&hostile[4 * round]);
        case_planned_stream(&mut streamed, &stream[4 * round]);
        case_planned_hostile(&mut attacked, &hostile[4 * round]);
        case_planned_hostile_twice(&mut twice, &hostile[4 * round]);
        case_parse_a_ascii(&a_ascii);
        case_parse_a_bcd(&a_bcd);
        case_parse_a_ebcdic(&a_ebcdic);
        case_parse_b_ascii(&b_ascii);
        case_parse_b_bcd(&b_bcd);
        case_parse_b_ebcdic(&b_ebcdic);
        case_parse_tlv_ascii(&tlv_ascii);
        case_parse_tlv_bcd(&tlv_bcd);
        case_parse_tlv_ebcdic(&tlv_ebcdic);
        case_parse_full_ascii(&full_ascii);
        case_parse_full_bcd(&full_bcd);
        case_parse_full_ebcdic(&full_ebcdic);
        case_reject_a_late(&late);
        case_reject_a_early(&early);
        case_planned_a_ascii(&mut ascii, &a_ascii);
        case_planned_a_bcd(&mut bcd, &a_bcd);
        case_planned_a_ebcdic(&mut ebcdic, &a_ebcdic);
        case_planned_b_ascii(&mut ascii, &b_ascii);
        case_planned_b_bcd(&mut bcd, &b_bcd);
        case_planned_tlv_ascii(&mut ascii, &tlv_ascii);
        case_planned_tlv_bcd(&mut bcd, &tlv_bcd);
        case_planned_tlv_ebcdic(&mut ebcdic, &tlv_ebcdic);
        case_planned_reject_a_late(&mut ascii, &late);
        case_scan_a_ascii(&mut ascii, &a_ascii);
        case_scan_a_bcd(&mut bcd, &a_bcd);
        case_scan_b_ascii(&mut ascii, &b_ascii);
        case_inspect_a(&a_ascii);
        case_read5_a(&message);
        case_fields_a(&message);
        case_reply_a(&mut ascii, &a_ascii);
        case_measure_a();
        case_build_a_ascii();
        case_stream_a_ascii();
        case_stream_a_bcd();
        case_stream_b_ascii();
        case_patch_six(&mut template);
        case_build_a_bcd();
        case_build_a_ebcdic();
        case_build_b_ascii();
    }
}

/// Messages of known elements.
fn write_forms() {
    let numbers = common::VALUES.map(|(number, _)| number);
    let form = |spec| MessageForm::new(spec, Mti::AUTHORIZATION_REQUEST, &numbers).expect("known");
    let [ascii, bcd, ebcdic] = common::LINKS.map(|(_, spec)| form(spec));
    let ascending = common::ascending().map(|(number, _)| number);
    let sorted = |spec| MessageForm::new(spec, Mti::AUTHORIZATION_REQUEST, &ascending).expect("known");
    let [sorted_ascii, sorted_bcd, sorted_ebcdic] = common::LINKS.map(|(_, spec)| sorted(spec));
    let network = MessageForm::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &[7, 11, 70]).expect("known");
    // what is a number in an element of digits, as one
    let as_number = |(number, text): (u8, &'static str)| {
        let element = ISO87_ASCII.element(number).expect("known");
        let digits = text.parse::<u64>().ok().filter(|_| element.content() == Content::N);
        (number, digits.filter(|_| element.min() == element.max()).map_or(text.into(), Value::from))
    };
    let numbers = common::VALUES.map(as_number);
    for _ in 0..64 {
        case_form_numbers_a_ascii(&ascii, &numbers);
        case_parts_de90_ascii();
        case_parts_f60_unionpay();
        case_form_a_ascii(&ascii);
        case_form_a_bcd(&bcd);
        case_form_a_ebcdic(&ebcdic);
        case_form_ascending_a_ascii(&sorted_ascii);
        case_form_ascending_a_bcd(&sorted_bcd);
        case_form_ascending_a_ebcdic(&sorted_ebcdic);
        case_form_other_order_a_ascii(&ascii);
        case_form_b_ascii(&network);
    }
}

/// What is made of messages whose bitmap was met before.
fn write_learned(message: &Message<'_>) {
    let (wire, mut parser) = (message.wire(), Parser::new(&ISO87_ASCII));
    parser.learn(wire).expect("sound");
    let (mut responses, mut translations) = (
        ResponseForms::new(&ISO87_ASCII, &[3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49]),
        TranslationForms::new(&ISO87_ASCII, &ISO87_BCD),
    );
    for _ in 0..2 {
        let mut out = [0; 512];
        responses.write(message, &[(38, "123456"), (39, "00")], &mut out).expect("sound");
        translations.write(message, &mut out).expect("sound");
    }
    for _ in 0..64 {
        case_respond_a(&mut parser, &mut responses, wire);
        case_form_translate_a_to_bcd(&mut translations, message);
    }
}

/// What is read of parsed messages.
fn read_parsed(full: &[u8], bcd: &[u8]) {
    let full = Message::parse(&ISO87_ASCII, full).expect("sound");
    let bcd = Message::parse(&ISO87_BCD, bcd).expect("sound");
    let (one, other) = (full.bitmap(), full.bitmap());
    for _ in 0..64 {
        case_fields_full_ascii(&full);
        case_number_a_bcd(&bcd);
        case_equal_bitmaps(&one, &other);
    }
}

/// What is made of parsed messages.
fn write_parsed(message: &Message<'_>, [tlv, full, bcd]: [&Vec<u8>; 3]) {
    read_parsed(full, bcd);
    write_forms();
    write_learned(message);
    let values = common::Case::of("tlv", "ascii", &ISO87_ASCII, tlv.clone()).values;
    let tlv = Message::parse(&ISO87_ASCII, tlv).expect("sound");
    let numbers: Vec<u8> = values.iter().map(|(number, _)| *number).collect();
    let form = MessageForm::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &numbers).expect("known");
    let octets: Vec<(u8, Value<'_>)> =
        values.iter().map(|(number, octets)| (*number, octets.into())).collect();
    for _ in 0..64 {
        case_form_tlv_ascii(&form, &octets);
        case_copy_a(message);
        case_copy_tlv_ascii(&tlv);
        case_translate_a_to_bcd(message);
        case_build_tlv_ascii(&values);
    }
}

/// What people are shown of parsed messages.
fn show_parsed(a: &Message<'_>, broken: &[u8], others: [&Vec<u8>; 3]) {
    let [a_bcd, tlv_bcd, tlv_ebcdic] = others;
    let parsed = |spec, wire| Message::parse(spec, wire).expect("sound");
    let (a_bcd, tlv_bcd) = (parsed(&ISO87_BCD, a_bcd), parsed(&ISO87_BCD, tlv_bcd));
    let tlv_ebcdic = parsed(&ISO87_EBCDIC, tlv_ebcdic);
    let mut out = String::with_capacity(1 << 14);
    for _ in 0..64 {
        case_describe_a_ascii(a, &mut out);
        case_describe_a_bcd(&a_bcd, &mut out);
        case_describe_tlv_bcd(&tlv_bcd, &mut out);
        case_describe_tlv_ebcdic(&tlv_ebcdic, &mut out);
        case_describe_broken(broken, &mut out);
        case_dump_a_ascii(a, &mut out);
    }
}

/// Parsers that have met the messages of a stream, and those made up to confuse them.
fn met() -> ([Parser<'static>; 2], [Vec<Vec<u8>>; 2]) {
    let wires = [common::stream(), common::hostile()];
    let mut parsers = [Parser::new(&ISO87_ASCII), Parser::new(&ISO87_ASCII)];
    for (parser, wires) in parsers.iter_mut().zip(&wires) {
        for wire in wires {
            let _ = black_box(parser.parse(wire));
        }
    }
    (parsers, wires)
}

#[inline(always)]
fn parse(spec: &'static Spec<'static>, wire: &[u8]) {
    // a reference, so that the message is made once, where the caller wants it
    let _ = black_box(&Message::parse(spec, black_box(wire)));
}

#[inline(always)]
fn planned(parser: &mut Parser<'_>, wire: &[u8]) {
    let _ = black_box(&parser.parse(black_box(wire)));
}

#[inline(always)]
fn scan(parser: &mut Parser<'_>, wire: &[u8]) {
    let _ = black_box(&parser.scan(black_box(wire)));
}

#[inline(always)]
fn describe(message: &Message<'_>, out: &mut String) {
    out.clear();
    let _ = write!(out, "{}", black_box(message).describe());
}

/// A message of one composite, given in parts.
#[inline(always)]
fn composite(spec: &Spec<'static>, number: u8, parts: &[(u32, &'static str)]) {
    let mut out = [0; 128];
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.set(number, black_box(parts));
    black_box(builder.write(&mut out).expect("sound"));
}

/// A message of these values.
#[inline(always)]
fn fill_form<const N: usize>(form: &MessageForm<'_>, values: &[(u8, &'static str); N]) {
    let mut out = [0; 512];
    black_box(black_box(form).write(black_box(values), &mut out).expect("sound"));
}

fn read5(message: &Message<'_>) {
    for number in [2, 4, 11, 41, 49] {
        black_box(black_box(message).expose(black_box(number)).map(|value| value.as_bytes()).ok());
    }
}

/// (a) from values in ascending order.
#[inline(always)]
fn stream(spec: &'static Spec<'static>) {
    let mut out = [0; 512];
    let mut stream = MessageWriter::new(spec, black_box(Mti::AUTHORIZATION_REQUEST), &mut out).expect("room");
    for (number, value) in common::ascending() {
        stream.put(*number, *black_box(value)).expect("sound");
    }
    black_box(stream.finish().expect("sound"));
}

/// (a) from values in any order.
#[inline(always)]
fn fill(builder: &mut Builder<'static>) {
    for (number, value) in &common::VALUES {
        builder.set(*number, *black_box(value));
    }
}

#[inline(always)]
fn write(spec: &'static Spec<'static>) {
    let mut out = [0; 512];
    let mut builder = Builder::new(spec, black_box(Mti::AUTHORIZATION_REQUEST));
    fill(&mut builder);
    black_box(builder.write(&mut out).expect("sound"));
}
