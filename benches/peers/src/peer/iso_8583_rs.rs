//! `iso_8583_rs`: ASCII with hexadecimal bitmaps. Strict parsing and building check content, but of
//! binary values and track 2 nothing; lazy parsing looks at none.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::LazyLock;

use cardwire::spec::ISO87_ASCII;
use iso_8583_rs::specfile::{FieldDescription, Spec};
use iso_8583_rs::{Builder, CompiledSpec, Message};

use super::{elements, prefix_width};
use crate::measure::Contender;
use crate::subject::Subject;

pub static SPEC: LazyLock<CompiledSpec> = LazyLock::new(|| {
    let fields = elements(&ISO87_ASCII).map(|(number, element)| {
        // binary values are pairs of hexadecimal digits on this link
        let factor = if element.content().is_binary() { 2 } else { 1 };
        let len_type = ["fixed", "lvar", "llvar", "lllvar"][usize::from(prefix_width(element))];
        let described = FieldDescription {
            content_type: element.content().notation().to_owned(),
            max_len: element.max() * factor,
            min_len: element.min() * factor,
            len_type: len_type.to_owned(),
            label: String::new(),
        };
        (number.into(), described)
    });
    let fields: HashMap<i64, _> = fields.collect();
    CompiledSpec::compile(&Spec { fields }).expect("the table is sound")
});

pub fn contenders(subject: &Subject) -> Vec<Contender<'_>> {
    let spec: &'static CompiledSpec = &SPEC;
    let Ok(message) = Message::parse(spec, &subject.wires[0]) else { return Vec::new() };
    if !subject.is_read(|number| Some(message.get(number.into())?.to_vec())) {
        return Vec::new();
    }
    // nearly all of the TLV-heavy message is one binary value to it
    let checks = !subject.name.starts_with("tlv");
    let (strict, lazy) = ("iso_8583_rs strict", "iso_8583_rs lazy");
    let mut contenders = vec![
        subject.parsing("parse", strict, checks, |wire| black_box(&Message::parse(spec, wire)).is_ok()),
        subject
            .parsing("parse_spans", lazy, false, |wire| black_box(&Message::parse_lazy(spec, wire)).is_ok()),
        subject.parsing("reject", strict, checks, |wire| black_box(&Message::parse(spec, wire)).is_err()),
    ];
    if subject.is_one() {
        let numbers = subject.five();
        contenders.push(subject.parsing("parse_read5", strict, checks, move |wire| {
            let message = Message::parse(spec, wire);
            let Ok(message) = &message else { return false };
            black_box(numbers.map(|number| message.get(number.into()).map(<[u8]>::len)))
                .iter()
                .all(Option::is_some)
        }));
        contenders.extend(writing(subject, message, checks));
    }
    contenders
}

fn writing<'c>(subject: &'c Subject, message: Message<'c>, checks: bool) -> Vec<Contender<'c>> {
    let spec: &'static CompiledSpec = &SPEC;
    let values: Vec<(u8, &[u8])> =
        message.fields().map(|(number, value)| (u8::try_from(number).expect("128 at most"), value)).collect();
    let (shuffled, mti) = (subject.shuffled(&values), message.mti);
    vec![
        subject.writing("build", "iso_8583_rs", checks, move |out| {
            let mut builder = Builder::new(spec, &mti).ok()?;
            for (number, value) in black_box(&shuffled) {
                builder.set((*number).into(), value).ok()?;
            }
            builder.pack_to_slice(out).ok()
        }),
        subject.writing("build_from_parsed", "iso_8583_rs", checks, move |out| {
            let message = black_box(&message);
            let mut builder = Builder::new(spec, &message.mti).ok()?;
            for (number, value) in message.fields() {
                builder.set(number, value).ok()?;
            }
            builder.pack_to_slice(out).ok()
        }),
    ]
}
