//! Requests and responses by forms are those of builders, and are known and checked as these are.

use super::*;
use crate::model::bitmap::Bitmap;
use crate::net::connection::handler::Reply;
use crate::net::connection::outgoing::Outgoing;
use crate::net::{Correlation, ReplyError};
use crate::spec;
use crate::write::Value;
use crate::write::message_form::MessageForm;
use tokio::time::sleep;

/// The elements of [`request`] by a form.
fn filled(stan: u32) -> [(u8, Value<'static>); 4] {
    [
        (de::PAN, PAN.into()),
        (de::AMOUNT, (100 + stan).into()),
        (de::STAN, stan.into()),
        (de::TERMINAL, "TERM0001".into()),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_form_is_sent_as_a_builder_is() {
    let form = MessageForm::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &[2, 4, 11, 41]).unwrap();
    let mut bench = Bench::new();
    sleep(SECOND).await;
    for stan in 1..=3 {
        let mut values = filled(stan);
        values.rotate_left(stan as usize);
        let sent = bench.peer.request(form.fill(&values), SECOND);
        let seen = bench.host.next().await;
        assert_eq!(seen, request(stan));
        bench.host.send(&response_to(&seen)).await;
        assert_eq!(stan, self::stan(sent.await.unwrap().wire()));
    }
    let wrong = [(de::PAN, "4111 1111"), (de::AMOUNT, "1"), (de::STAN, "1"), (de::TERMINAL, "T")];
    let error = bench.peer.request(form.fill(&wrong), SECOND).await.unwrap_err();
    let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
    wrong.into_iter().for_each(|(number, text)| _ = builder.set(number, text));
    let expected = bench.peer.request(&builder, SECOND).await.unwrap_err();
    assert_eq!(error.to_string(), expected.to_string());
}

/// The key that a filled form knows is that of a builder with the same values, in whatever order they are given.
#[test]
fn a_filled_form_has_the_key_of_its_octets() {
    let rules = [Correlation::default(), Correlation::on(&[de::STAN, de::RRN]), Correlation::on(&[de::PAN])];
    let mut known = 0;
    for spec in spec::builtin() {
        for (stan, len) in [(1, 12), (999_999, 11), (77, 0)] {
            let rrn = &"612345678901"[..len];
            let mut values: [(u8, Value<'_>); 4] = [
                (de::STAN, stan.into()),
                (7, "1123061759".into()),
                (de::TERMINAL, "TERM0001".into()),
                (de::RRN, rrn.into()),
            ];
            // a table may lack one of them
            let Ok(form) = MessageForm::new(spec, Mti::FINANCIAL_REQUEST, &[11, 7, 41, 37]) else { continue };
            for rule in &rules {
                for _ in 0..values.len() {
                    values.rotate_left(1);
                    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
                    values.iter().for_each(|(number, value)| _ = builder.set(*number, *value));
                    assert_eq!(form.fill(&values).key(rule), builder.key(rule), "{}", spec.name());
                    known += u32::from(builder.key(rule).is_some());
                }
            }
        }
    }
    assert!(known > 100, "{known}");
}

/// Responses by the forms of a connection: the octets and the verdicts of a builder that echoes and sets the same, on
/// each of several sights, of one list of echoed elements and of more than are kept.
#[tokio::test(start_paused = true)]
async fn responses_by_form_are_those_of_a_builder() {
    let handler = |request: &Message<'_>, reply: Reply<'_>| {
        let number = request.number(de::STAN).unwrap();
        let lists: [&[u8]; 7] =
            [&[4, 7, 11, 41], &[11, 41], &[41, 11, 2], &[11], &[7, 11, 41, 60], &[11, 41, 42], &[4]];
        let echoed = lists[(number % 7) as usize];
        let values: &[(u8, &str)] = match number % 5 {
            0 => &[(de::RESPONSE_CODE, "00"), (de::TERMINAL, "TERM0002")],
            1 => &[(de::RESPONSE_CODE, "00"), (de::TERMINAL, "TERM0001")],
            2 => &[(de::RESPONSE_CODE, "000")],
            3 => &[(de::RESPONSE_CODE, "00"), (7, "1123061759")],
            _ => &[(de::RESPONSE_CODE, "00")],
        };
        let mut builder = Builder::reply_to(request);
        builder.echo(request, echoed);
        values.iter().for_each(|(number, text)| _ = builder.set(*number, *text));
        let expected = builder.to_vec();
        let sent = reply.respond(&echoed.iter().copied().collect::<Bitmap>(), values);
        let key = |message: &[u8]| {
            let message = Message::parse(&ISO87_ASCII, message).unwrap();
            Correlation::default().mismatch(&Correlation::default().trace(request).unwrap(), &message)
        };
        match expected {
            Err(error) => assert_eq!(sent, Err(ReplyError::Message(error))),
            Ok(wire) => assert_eq!(sent.is_ok(), key(&wire).is_none(), "{number}: {sent:?}"),
        }
    };
    let mut bench = Bench::serving(handler, |_| ());
    let mut expected = 0;
    for stan in 0..140 {
        let sends = ![3, 6].contains(&(stan % 7)) && ![0, 2, 3].contains(&(stan % 5));
        // one that lacks the terminal is sent where it is given
        let sends = sends || (stan % 7 == 3 && stan % 5 == 1);
        bench.host.send(&request(stan)).await;
        if sends {
            let seen = bench.host.next().await;
            assert_eq!((self::stan(&seen), &seen[..4]), (stan, b"0210".as_slice()));
            expected += 1;
        }
    }
    sleep(SECOND).await;
    let totals = bench.peer.totals();
    assert_eq!((totals.taken, totals.unanswered), (140, 140 - expected));
}

/// A reference to a message is known by what the message is known by.
#[test]
fn a_reference_is_the_message_that_it_is_of() {
    fn told(message: impl Outgoing, request: &Message<'_>) -> (bool, Option<&'static str>, bool, Vec<u8>) {
        let rule = Correlation::default();
        let mut room = Vec::new();
        let size = message.write_into(&mut room).unwrap();
        let checked = message
            .checked_by()
            .map(|spec| if spec.name() == ISO87_ASCII.name() { "iso87" } else { "other" });
        let key = message.key(&rule).is_some();
        (key, checked, message.surely_responds_to(request, &rule), room[..size].to_vec())
    }
    let octets = request(7);
    let asked = Message::parse(&ISO87_ASCII, &octets).unwrap();
    let mut response = Builder::reply_to(&asked);
    response.echo(&asked, &[2, 4, 11, 41]).set(de::RESPONSE_CODE, "00");
    let own = told(response.clone(), &asked);
    assert_eq!((own.0, own.1, own.2), (true, Some("iso87"), true));
    assert_eq!(told(&response, &asked), own);
    assert_eq!(told(&mut response, &asked), own);
    // a response that lacks an element of the key, has another type, or is to another request is not known for sure
    let mut lacking = Builder::reply_to(&asked);
    lacking.echo(&asked, &[2, 4, 41]).set(de::RESPONSE_CODE, "00");
    assert!(!told(&lacking, &asked).2);
    let mut given = Builder::reply_to(&asked);
    given.echo(&asked, &[2, 4, 41]).set(de::STAN, 7).set(de::RESPONSE_CODE, "00");
    assert!(!told(&given, &asked).2);
    let other = request(8);
    assert!(!told(&response, &Message::parse(&ISO87_ASCII, &other).unwrap()).2);
    let form = MessageForm::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &[2, 4, 11, 41]).unwrap();
    let values = filled(7);
    let filled = form.fill(&values);
    assert_eq!(told(filled, &asked), (true, Some("iso87"), false, octets.clone()));
    assert_eq!(told(octets.as_slice(), &asked), (false, None, false, octets.clone()));
}

/// A key that is known without a parse is the one that a parse finds: separators and hexadecimal digits that are packed
/// are read as others than they are given.
#[test]
fn a_key_that_is_known_is_the_one_that_is_read() {
    use crate::layout::{ans, h, n, ne, row, z};
    let hidden = crate::mask::SECRET;
    let rows = [
        row(2, z(8), "", hidden),
        row(3, ne(8), "", hidden),
        row(4, h(8), "", hidden),
        row(5, n(8), "", hidden),
        row(6, ans(8), "", hidden),
    ];
    let (mut built, mut known) = (0, 0);
    for dialect in [crate::Dialect::BCD, crate::Dialect::ASCII] {
        let slots: spec::Slots<'static> = spec::table(rows).elements(&dialect);
        let spec: &'static spec::Spec<'static> =
            Box::leak(Box::new(spec::Spec::new("keys", &dialect, Box::leak(Box::new(slots)))));
        for number in 2..=6 {
            for value in ["12345678", "1234D678", "1234=678", "12ab5678", "12AB5678", "  345678"] {
                let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
                let Ok(wire) = builder.set(number, value).to_vec() else { continue };
                let rule = Correlation::on(&[number]);
                let read = rule.trace(&Message::parse(spec, &wire).unwrap());
                if let Some((_, key)) = builder.key(&rule) {
                    assert_eq!(Some(key), read, "{number} {value} {}", spec.mti() == spec::MtiCoding::Bcd);
                    known += 1;
                }
                built += 1;
                // carried over from a message of another link
                let message = Message::parse(spec, &wire).unwrap();
                let mut carried = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
                let Ok(wire) = carried.echo(&message, &[number]).to_vec() else { continue };
                let read = rule.trace(&Message::parse(&ISO87_ASCII, &wire).unwrap());
                assert!(carried.key(&rule).is_none_or(|(_, key)| Some(key) == read), "{number} {value}");
            }
        }
    }
    assert!(built >= 25 && known >= 8, "{built} {known}");
}
