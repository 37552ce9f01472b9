//! Framing found by evidence: every framing, with polls and headers, short and long messages first, in any pieces.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use cardwire::frame::{Base1Header, CupsHeader, Station};
use cardwire::probe::{Finder, probe};
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, builtin};
use cardwire::{Builder, Framing, Mti, Spec, de};

/// A short message, two of middling length and a long one, as `order` says.
fn traffic(spec: &Spec<'_>, order: [usize; 4]) -> Vec<Vec<u8>> {
    let mut echo = Builder::new(spec, Mti::NETWORK_REQUEST);
    echo.set(de::TRANSMISSION_TIME, "0624185210").set(de::STAN, 1).set(70, "301");
    let mut response = Builder::new(spec, Mti::NETWORK_RESPONSE);
    response.set(de::TRANSMISSION_TIME, "0624185210").set(de::STAN, 1).set(39, "00").set(70, "301");
    let mut small = Builder::new(spec, Mti::AUTHORIZATION_REQUEST);
    small.set(de::PAN, "4111111111111111").set(de::PROCESSING_CODE, "000000").set(de::AMOUNT, 77);
    let mut sale = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    sale.set(de::PAN, "5555555555554444").set(de::PROCESSING_CODE, "003000").set(de::AMOUNT, 6630);
    sale.set(de::TRANSMISSION_TIME, "0624185211").set(de::STAN, 2).set(12, "185210").set(13, "0624");
    sale.set(22, "051").set(25, "00").set(41, "POS11111").set(42, "MERCHANT0000001").set(49, "230");
    sale.set(43, "CORNER SHOP              ADDIS ABABA  ET").set(60, "a remark of the terminal that is long");
    let all = [echo, response, small, sale].map(|builder| builder.to_vec().unwrap());
    order.iter().map(|index| all[*index].clone()).collect()
}

const SHORT_FIRST: [usize; 4] = [0, 3, 1, 2];
const LONG_FIRST: [usize; 4] = [3, 0, 2, 1];

fn header(station: Station) -> Vec<u8> {
    match station {
        Station::None => vec![],
        Station::Tpdu => vec![0x60, 0x00, 0x03, 0x00, 0x00],
        Station::UnionPay => vec![0x60, 0, 3, 0, 0, 0x60, 0x31, 0, 0x31, 0x12, 3],
        Station::Base1 => Base1Header::new([1, 2, 3], [0x65, 0x43, 0x21]).to_bytes().to_vec(),
        Station::Base24 => b"ISO026000050".to_vec(),
        Station::Cups => {
            let mut header = [b'1'; CupsHeader::SIZE];
            (header[0], header[1]) = (0x2E, 0x02);
            CupsHeader::parse(&header).unwrap().to_bytes().to_vec()
        }
        Station::Bytes(size) => (0..size).map(|at| 0x41 + at % 26).collect(),
        other => panic!("no header for {other:?}"),
    }
}

fn frame(framing: Framing, payload: &[u8]) -> Vec<u8> {
    let header = header(framing.header());
    let mut out = vec![0; framing.measure(&header, payload).unwrap()];
    framing.wrap(&header, payload, &mut out).unwrap().to_vec()
}

/// A stream of these messages, with that many polls before each.
fn stream(framing: Framing, messages: &[Vec<u8>], polls: [usize; 4]) -> Vec<u8> {
    let mut poll = [0; 16];
    let poll = framing.wrap(b"", b"", &mut poll).map_or(vec![], <[u8]>::to_vec);
    let framed = messages
        .iter()
        .zip(polls)
        .map(|(message, polls)| [poll.repeat(polls), frame(framing, message)].concat());
    framed.collect::<Vec<_>>().concat()
}

/// The messages that a framing cuts out of a stream, if it cuts it to its end.
fn cut(framing: Framing, stream: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut rest, mut found) = (stream, Vec::new());
    while let Some(frame) = framing.split(rest).ok()? {
        found.extend((!frame.is_poll()).then(|| frame.payload.to_vec()));
        rest = &rest[frame.consumed..];
    }
    rest.is_empty().then_some(found)
}

/// Every framing with a name and no header that messages of digits can be sent in.
fn framings() -> impl Iterator<Item = Framing> {
    Framing::named()
        .map(|named| named.framing)
        .filter(|framing| framing.is_delimited() && framing.header() == Station::None)
}

fn name(framing: Framing) -> String {
    framing.notation().unwrap().to_string()
}

/// What the prober and the finder make of a stream, which must be its messages.
fn assert_found(spec: &'static Spec<'static>, framing: Framing, order: [usize; 4], polls: [usize; 4]) {
    let messages = traffic(spec, order);
    let stream = stream(framing, &messages, polls);
    let label = format!("{} in {}, {order:?}, polls {polls:?}", spec.name(), name(framing));
    let explanations = probe(&[&stream], [spec]);
    let best = &explanations[0];
    assert!(best.is_complete() && best.score() == 1000 && best.left() == 0, "{label}: {best}");
    assert_eq!(best.reaches().len(), messages.len(), "{label}: {best}");
    // two framings may be the same for what was sent, as four bytes of length and two after two zeros
    assert_eq!(cut(best.envelope().framing(), &stream).as_ref(), Some(&messages), "{label}: {best}");
    for piece in [1, 7, stream.len()] {
        let mut finder = Finder::new(spec);
        let ends = (piece..stream.len()).step_by(piece).chain([stream.len()]);
        let found = ends.filter_map(|end| finder.look(&stream[..end])).next();
        let found = found.unwrap_or_else(|| panic!("{label}: nothing found in pieces of {piece}"));
        assert_eq!(
            cut(found, &stream).as_ref(),
            Some(&messages),
            "{label}: {} in pieces of {piece}",
            name(found)
        );
    }
}

#[test]
fn every_framing_with_short_and_long_messages_first_and_polls_anywhere() {
    for framing in framings() {
        // two digits announce no long message
        let is_narrow = name(framing) == "ascii2";
        for order in [SHORT_FIRST, LONG_FIRST] {
            for polls in [[0; 4], [1, 0, 0, 0], [0, 3, 0, 1], [2, 1, 1, 1]] {
                let order = if is_narrow { [0, 1, 2, 0] } else { order };
                assert_found(&ISO87_ASCII, framing, order, polls);
            }
        }
    }
}

/// Polls say nothing for or against a framing: what is left over weighs as much with them as without.
#[test]
fn what_is_left_over_weighs_the_same_among_polls() {
    let score = |polls| {
        let messages = traffic(&ISO87_ASCII, SHORT_FIRST);
        let stream = [stream(Framing::BINARY2, &messages, polls), b"\0\x50it goes on".to_vec()].concat();
        let explanations = probe(&[&stream], [&ISO87_ASCII]);
        assert_eq!((explanations[0].envelope().framing(), explanations[0].left()), (Framing::BINARY2, 12));
        explanations[0].score()
    };
    assert!(score([0; 4]) < 1000);
    assert_eq!(score([100, 0, 0, 100]), score([0; 4]));
}

#[test]
fn every_header_in_the_usual_framings() {
    let stations = [Station::Tpdu, Station::UnionPay, Station::Base1, Station::Base24, Station::Cups];
    let unnamed = [1, 3, 5, 7, 11, 12, 22, 48].map(Station::Bytes);
    for framing in [Framing::BINARY2, Framing::BCD2, Framing::ASCII4, Framing::HEX4, Framing::BINARY2_ZEROS] {
        for station in stations.into_iter().chain(unnamed) {
            let framing = framing.with_header(station);
            for order in [SHORT_FIRST, LONG_FIRST] {
                assert_found(&ISO87_BCD, framing, order, [0, 1, 0, 2]);
            }
            let stream = stream(framing, &traffic(&ISO87_BCD, LONG_FIRST), [0; 4]);
            let best = &probe(&[&stream], [&ISO87_BCD])[0];
            assert_eq!(best.envelope().framing().header(), station, "{best}");
        }
    }
    for station in stations.into_iter().chain([Station::Bytes(7)]) {
        let framing = Framing::BINARY2.with_header(station);
        let best = &probe(&[&stream(framing, &traffic(&ISO87_BCD, LONG_FIRST), [0; 4])], builtin())[0];
        assert_eq!((best.spec().name(), best.envelope().framing()), ("iso87-bcd", framing), "{best}");
    }
}

/// Framings that have a header of their own, among them one in which the header delimits the frame.
#[test]
fn framings_that_have_their_own_header() {
    for framing in [Framing::VAP, Framing::UNIONPAY, Framing::CUPS] {
        assert_found(&ISO87_BCD, framing, LONG_FIRST, [0; 4]);
        let best = &probe(&[&stream(framing, &traffic(&ISO87_BCD, SHORT_FIRST), [0; 4])], builtin())[0];
        assert_eq!((best.spec().name(), best.envelope().framing()), ("iso87-bcd", framing), "{best}");
    }
}

/// A rejected message comes back after two headers, among others that have one.
#[test]
fn a_rejected_message_among_others() {
    let messages = traffic(&ISO87_BCD, SHORT_FIRST);
    let sent = Base1Header::new([1, 2, 3], [4, 5, 6]).to_bytes();
    let reject = [&[0x1A, 1, 2][..], &[0; 19], &[0x80, 0x00, 0x05, 0x12], &sent].concat();
    let mut frames: Vec<Vec<u8>> = messages.iter().map(|message| frame(Framing::VAP, message)).collect();
    let mut out = vec![0; Framing::VAP.measure(&reject, &messages[1]).unwrap()];
    frames[2] = Framing::VAP.wrap(&reject, &messages[1], &mut out).unwrap().to_vec();
    let best = &probe(&[&frames.concat()], [&ISO87_BCD])[0];
    assert_eq!((best.envelope().framing(), best.is_complete()), (Framing::VAP, true), "{best}");
    let mut finder = Finder::new(&ISO87_BCD);
    assert_eq!(finder.look(&frames.concat()), Some(Framing::VAP));
}

/// The start of a long stream ends somewhere within a frame.
#[test]
fn the_start_of_a_long_stream_leaves_nothing_over() {
    let frames = stream(Framing::ASCII4, &traffic(&ISO87_ASCII, LONG_FIRST), [0; 4]).repeat(200);
    let best = &probe(&[&frames[..65_536]], builtin())[0];
    assert_eq!((best.score(), best.left(), best.is_complete()), (1000, 0, true), "{best}");
}

/// A header without a length: the input is one message.
#[test]
fn a_header_and_no_length() {
    for (station, shown) in [
        (Station::Bytes(12), "no framing, 12 bytes of header"),
        (Station::Base24, "no framing, 12 bytes of header (BASE24)"),
        (Station::Tpdu, "no framing, 5 bytes of header (TPDU)"),
        (Station::Bytes(3), "no framing, 3 bytes of header"),
        (Station::None, "no framing"),
    ] {
        let framing = Framing::NONE.with_header(station);
        let inputs: Vec<_> =
            traffic(&ISO87_BCD, LONG_FIRST).iter().map(|message| frame(framing, message)).collect();
        let borrowed: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let best = &probe(&borrowed, builtin())[0];
        assert_eq!((best.envelope().to_string(), best.is_complete()), (shown.into(), true), "{best}");
        assert_eq!(best.envelope().framing(), framing);
    }
}

/// Ten octets of no name after a length are ten, not twelve of a name without one.
#[test]
fn a_length_is_told_from_a_header_that_swallows_it() {
    for size in [3, 7, 10] {
        let framing = Framing::BINARY2.with_header(Station::Bytes(size));
        let input = frame(framing, &traffic(&ISO87_ASCII, LONG_FIRST)[0]);
        let best = &probe(&[&input], builtin())[0];
        assert_eq!(name(best.envelope().framing()), format!("binary2+{size}"));
        assert_eq!(best.envelope().header_name(), None);
    }
}

#[test]
fn one_broken_message_does_not_hide_the_framing() {
    for broken in 0..4 {
        let mut messages = traffic(&ISO87_ASCII, SHORT_FIRST);
        messages[broken][30] = b'?';
        let stream = stream(Framing::ASCII4, &messages, [0; 4]);
        let best = &probe(&[&stream], builtin())[0];
        assert_eq!(name(best.envelope().framing()), "ascii4", "{best}");
        let complete = best.reaches().iter().filter(|reach| reach.error.is_none()).count();
        assert_eq!((best.spec().name(), complete, best.reaches().len()), ("iso87-ascii", 3, 4), "{best}");
    }
}

#[test]
fn a_stream_that_is_cut_says_what_is_left() {
    let whole = stream(Framing::BINARY2, &traffic(&ISO87_ASCII, SHORT_FIRST), [0; 4]);
    let best = &probe(&[&whole[..whole.len() - 10]], builtin())[0];
    assert_eq!((name(best.envelope().framing()), best.reaches().len()), ("binary2".into(), 3), "{best}");
    assert!(best.left() > 0 && best.score() < 1000, "{best}");
}

/// The work for a stream grows with its bytes, whatever pieces it comes in.
#[test]
fn finding_takes_time_in_proportion_to_the_stream() {
    let digits = |size: usize| b"0200".iter().copied().cycle().take(size).collect::<Vec<u8>>();
    let streams: [&dyn Fn(usize) -> Vec<u8>; 5] = [
        &|size| vec![0; size],
        &|size| vec![b'0'; size],
        &digits,
        // no framing ends, least of all one of an octet that never comes
        &|size| vec![0xF7; size],
        // a message that announces what does not come
        &|size| [&[0xFF, 0xFF][..], &digits(size - 2)].concat(),
    ];
    for (index, of_size) in streams.iter().enumerate() {
        for size in [512, 4096, 16_384, 65_536] {
            let work = |piece: usize| {
                let stream = of_size(size);
                let mut finder = Finder::new(&ISO87_ASCII);
                for end in (piece..=size).step_by(piece) {
                    finder.look(&stream[..end]);
                }
                finder.work()
            };
            let (at_once, in_pieces) = (work(size), work(1));
            let octets = u64::try_from(size).unwrap();
            assert!(at_once < 400 * octets, "stream {index} of {size}: {at_once}");
            // in pieces of one octet every framing is asked once an octet, and that is all
            assert!(in_pieces <= at_once + 32 * octets, "stream {index} of {size}: {at_once}, {in_pieces}");
        }
    }
}

/// One message is enough where it is all that has come, and the start of a second brings the doubt back.
#[test]
fn what_follows_one_message_is_waited_for() {
    let messages = traffic(&ISO87_ASCII, SHORT_FIRST);
    let frames: Vec<Vec<u8>> = messages.iter().map(|message| frame(Framing::BINARY2, message)).collect();
    let look = |stream: &[u8]| Finder::new(&ISO87_ASCII).look(stream);
    assert_eq!(look(&frames[0]), Some(Framing::BINARY2));
    assert_eq!(look(&[&frames[0], &frames[1][..9]].concat()), None);
}

/// Frames that hold no message of the spec come first, more of them than headers are looked for in.
#[test]
fn messages_are_found_behind_many_that_are_none() {
    let strange: Vec<Vec<u8>> = (1..=20).map(|size| frame(Framing::BINARY2, &vec![b'?'; size])).collect();
    let known = stream(Framing::BINARY2, &traffic(&ISO87_ASCII, SHORT_FIRST), [0; 4]);
    let mut finder = Finder::new(&ISO87_ASCII);
    assert_eq!(finder.look(&[strange.concat(), known].concat()), Some(Framing::BINARY2));
}

/// Two messages are enough where they are all that has come; the start of a third brings the doubt back.
#[test]
fn what_follows_two_messages_is_waited_for() {
    let messages = traffic(&ISO87_ASCII, SHORT_FIRST);
    for framing in [Framing::BINARY2, Framing::ASCII4] {
        let frames: Vec<Vec<u8>> = messages.iter().map(|message| frame(framing, message)).collect();
        let two = frames[..2].concat();
        let look = |stream: &[u8]| Finder::new(&ISO87_ASCII).look(stream);
        assert_eq!(look(&two), Some(framing), "{}", name(framing));
        assert_eq!(look(&[&two, &frames[2][..9]].concat()), None, "{}", name(framing));
        assert_eq!(look(&frames[..3].concat()), Some(framing), "{}", name(framing));
    }
}
