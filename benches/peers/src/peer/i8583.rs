//! `i8583`: ASCII with hexadecimal bitmaps, its own table of 1987. Finds values, looks at none.

use std::hint::black_box;

use i8583::v1987::SPEC;
use i8583::{Packer, Unpacker};

use crate::measure::Contender;
use crate::subject::Subject;

pub fn contenders(subject: &Subject) -> Vec<Contender<'_>> {
    // it panics at what is no message to it
    if subject.message.link != "ascii" {
        return Vec::new();
    }
    let mut unpacker = Unpacker::new(&subject.wires[0]);
    let Ok(fields) = unpacker.unpack(&SPEC).map(<[_]>::to_vec) else { return Vec::new() };
    if !subject.is_read(|number| Some((*fields.get(usize::from(number))?)?.to_vec())) {
        return Vec::new();
    }
    let unpack = |wire| {
        let mut unpacker = Unpacker::new(wire);
        black_box(&unpacker.unpack(&SPEC)).is_ok()
    };
    let mut contenders = vec![
        subject.parsing("parse", "i8583", false, unpack),
        subject.parsing("parse_spans", "i8583", false, unpack),
    ];
    if subject.is_one() {
        let numbers = subject.five();
        contenders.push(subject.parsing("parse_read5", "i8583", false, move |wire| {
            let mut unpacker = Unpacker::new(wire);
            let Ok(fields) = unpacker.unpack(&SPEC) else { return false };
            black_box(numbers.map(|number| fields[usize::from(number)].map(<[u8]>::len)))
                .iter()
                .all(Option::is_some)
        }));
        contenders.extend(writing(subject, &fields));
    }
    contenders
}

fn writing<'c>(subject: &'c Subject, fields: &[Option<&'c [u8]>]) -> Vec<Contender<'c>> {
    let values: Vec<(u8, &[u8])> = (0..=128)
        .zip(fields)
        .filter(|(number, _)| *number != 1)
        .filter_map(|(number, value)| Some((number, (*value)?)))
        .collect();
    let pack = |values: &[(u8, &'c [u8])]| {
        let mut packer = Packer::new(&SPEC);
        for (number, value) in values {
            packer.set_field((*number).into(), (*value).into()).ok()?;
        }
        packer.pack(Vec::with_capacity(1024)).ok()
    };
    let shuffled = subject.shuffled(&values);
    vec![
        subject.writing("build", "i8583", false, move |out| {
            *out = pack(black_box(&shuffled))?;
            Some(out.len())
        }),
        subject.writing("build_from_parsed", "i8583", false, move |out| {
            *out = pack(black_box(&values))?;
            Some(out.len())
        }),
    ]
}
