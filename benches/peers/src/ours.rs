//! cardwire, as its documentation says.

use std::hint::black_box;

use cardwire::{Builder, Message, MessageForm, MessageWriter, Parser, Scan};

use crate::measure::Contender;
use crate::subject::Subject;

pub fn contenders(subject: &Subject) -> Vec<Contender<'_>> {
    let mut contenders = reading(subject);
    if subject.is_one() {
        contenders.extend(read5(subject));
        contenders.extend(writing(subject));
    }
    contenders
}

/// A parser learns what it meets: nothing is prepared, but that the one that rejects has met sound
/// messages before, as that of a link has.
fn reading(subject: &Subject) -> Vec<Contender<'_>> {
    let spec = subject.message.spec;
    let [mut parser, mut scanner, mut rejecter] = [(); 3].map(|()| Parser::new(spec));
    for wire in subject.wires.iter().chain(&subject.wires) {
        rejecter.parse(wire).expect("the message is sound");
    }
    vec![
        subject.parsing("parse", "cardwire", true, |wire| black_box(&Message::parse(spec, wire)).is_ok()),
        subject.parsing("parse", "cardwire Parser", true, move |wire| black_box(&parser.parse(wire)).is_ok()),
        subject.parsing("parse_spans", "cardwire", false, |wire| black_box(&Scan::of(spec, wire)).is_ok()),
        subject.parsing("parse_spans", "cardwire Parser", false, move |wire| {
            black_box(&scanner.scan(wire)).is_ok()
        }),
        subject.parsing("reject", "cardwire", true, |wire| black_box(&Message::parse(spec, wire)).is_err()),
        subject.parsing("reject", "cardwire Parser", true, move |wire| {
            black_box(&rejecter.parse(wire)).is_err()
        }),
    ]
}

fn read5(subject: &Subject) -> Vec<Contender<'_>> {
    let (spec, numbers) = (subject.message.spec, subject.five());
    let mut parser = Parser::new(spec);
    let read = move |message: &Message<'_>| {
        black_box(numbers.map(|number| message.get(number).map(|field| field.len())))
            .iter()
            .all(Option::is_some)
    };
    vec![
        subject.parsing("parse_read5", "cardwire", true, move |wire| {
            Message::parse(spec, wire).as_ref().is_ok_and(read)
        }),
        subject.parsing("parse_read5", "cardwire Parser", true, move |wire| {
            parser.parse(wire).as_ref().is_ok_and(read)
        }),
    ]
}

fn writing(subject: &Subject) -> Vec<Contender<'_>> {
    let case = &subject.message;
    let shuffled = subject.shuffled(&case.values);
    let octets: Vec<(u8, &[u8])> =
        case.values.iter().map(|(number, value)| (*number, value.as_slice())).collect();
    let given = subject.shuffled(&octets);
    let numbers: Vec<u8> = given.iter().map(|(number, _)| *number).collect();
    let form = MessageForm::new(case.spec, case.mti, &numbers).expect("its own elements");
    let second = case.values.iter().any(|(number, _)| *number > 64);
    let message = Message::parse(case.spec, &subject.wires[0]).expect("the message is sound");
    vec![
        subject.writing("build", "cardwire", true, move |out| {
            let mut builder = Builder::new(case.spec, case.mti);
            for (number, value) in black_box(&shuffled) {
                builder.set(*number, value.as_slice());
            }
            builder.write(out).ok().map(<[u8]>::len)
        }),
        subject.writing("build", "cardwire Form", true, move |out| {
            form.write(black_box(&given), out).ok().map(<[u8]>::len)
        }),
        subject.writing("build", "cardwire Stream", true, move |out| {
            let stream = MessageWriter::new(case.spec, case.mti, out);
            let mut stream =
                if second { stream.and_then(MessageWriter::with_second) } else { stream }.ok()?;
            for (number, value) in black_box(&case.values) {
                stream.put(*number, value.as_slice()).ok()?;
            }
            stream.finish().ok().map(<[u8]>::len)
        }),
        subject.writing("build_from_parsed", "cardwire", true, move |out| {
            Builder::copy_of(black_box(&message), case.spec).write(out).ok().map(<[u8]>::len)
        }),
    ]
}
