//! Framings as a peer meets them: golden bytes, streams cut anywhere, and everything that is refused.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails should stop; clippy.toml covers test functions, not their helpers"
)]

use cardwire::frame::{Base1Header, Base24Header, CupsHeader, Station, UnionPayHeader};
use cardwire::{Error, ErrorKind, Framing, model::Place};
use proptest::prelude::*;

/// Every framing, by name, with the bytes around a message of 100 times `M` after a header of zeros.
fn golden() -> Vec<(&'static str, Framing, &'static [u8], &'static [u8])> {
    vec![
        ("BINARY2", Framing::BINARY2, b"\x00\x64", b""),
        ("BINARY2_INCLUSIVE", Framing::BINARY2_INCLUSIVE, b"\x00\x66", b""),
        ("LITTLE2", Framing::LITTLE2, b"\x64\x00", b""),
        ("BINARY3", Framing::BINARY3, b"\x00\x00\x64", b""),
        ("BINARY4", Framing::BINARY4, b"\x00\x00\x00\x64", b""),
        ("BINARY4_INCLUSIVE", Framing::BINARY4_INCLUSIVE, b"\x00\x00\x00\x68", b""),
        ("ASCII4", Framing::ASCII4, b"0100", b""),
        ("ascii 6, inclusive", Framing::ascii::<6>().inclusive(), b"000106", b""),
        ("HEX4", Framing::HEX4, b"0064", b""),
        ("BCD2", Framing::BCD2, b"\x01\x00", b""),
        ("BINARY2_ZEROS", Framing::BINARY2_ZEROS, b"\x00\x64\x00\x00", b""),
        ("VAP", Framing::VAP, b"\x00\x7A\x00\x00\x16\x01\x02\x00\x7A", b""),
        ("GICC", Framing::GICC, b"\x00\x00\x00\x64", b""),
        ("RBP", Framing::RBP, b"\xD0\x4A\x00\x64\x00\x00", b""),
        ("ETX", Framing::ETX, b"", b"\x03"),
        ("BINARY2_ETX", Framing::BINARY2_ETX, b"\x00\x65", b"\x03"),
        ("BINARY2_ETX, inclusive", Framing::BINARY2_ETX.inclusive(), b"\x00\x67", b"\x03"),
        ("STX_ETX", Framing::STX_ETX, b"\x02", b"\x03\x03"),
        ("STX_BCD2_ETX", Framing::STX_BCD2_ETX, b"\x02\x01\x00", b"\x03\x02"),
        ("TPDU", Framing::BINARY2.with_header(Station::Tpdu), b"\x00\x69\x60\x00\x03\x00\x00", b""),
        ("UNIONPAY", Framing::UNIONPAY, b"\x00\x6F\x60\x00\x03\x00\x00\x60\x31\x00\x31\x12\x03", b""),
        ("CUPS", Framing::CUPS, b"\x2E\x02\x30\x31\x34\x36", b""),
        ("CUPS in ASCII4", Framing::ASCII4.with_header(Station::Cups), b"0146\x2E\x020146", b""),
        ("BASE24", Framing::BINARY2_ETX.with_header(Station::Base24), b"\x00\x71ISO026000050", b"\x03"),
        (
            "4 bytes of header",
            Framing::BINARY2.with_header(Station::Bytes(4)),
            b"\x00\x68\x01\x01\x01\x01",
            b"",
        ),
    ]
}

/// A station header that the framing takes.
fn header(framing: Framing) -> Vec<u8> {
    let unionpay = [0x60, 0x00, 0x03, 0x00, 0x00, 0x60, 0x31, 0x00, 0x31, 0x12, 0x03];
    match framing.header() {
        Station::None => vec![],
        Station::Bytes(size) => vec![1; size.into()],
        Station::Tpdu => unionpay[..5].to_vec(),
        Station::UnionPay => unionpay.to_vec(),
        Station::Base1 => Base1Header::new([0x01, 0x23, 0x45], [0x65, 0x43, 0x21]).to_bytes().to_vec(),
        Station::Cups => {
            let mut header = [b'1'; CupsHeader::SIZE];
            (header[0], header[1]) = (0x2E, 0x02);
            CupsHeader::parse(&header).unwrap().to_bytes().to_vec()
        }
        Station::Base24 => Base24Header::parse(b"ISO026000050").unwrap().to_bytes().to_vec(),
        other => panic!("no header for {other:?}"),
    }
}

fn wrap(framing: Framing, header: &[u8], payload: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = vec![0xEE; framing.measure(header, payload)?];
    let size = out.len();
    assert_eq!(framing.wrap(header, payload, &mut out)?.len(), size, "measure is exact");
    if size > 0 {
        let error = framing.wrap(header, payload, &mut out[..size - 1]).unwrap_err();
        assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::Room, size, size - 1));
    }
    Ok(out)
}

fn refused(framing: Framing, input: &[u8]) -> String {
    let error = framing.split(input).expect_err("a refusal");
    assert_eq!(error.place(), Place::Frame);
    error.to_string()
}

#[test]
fn every_framing_writes_the_bytes_its_peers_expect() {
    for (name, framing, before, after) in golden() {
        let (header, message) = (header(framing), [b'M'; 100]);
        let frame = wrap(framing, &header, &message).unwrap();
        assert!(frame.starts_with(before), "{name}: {:02X?}", &frame[..before.len()]);
        assert!(frame.ends_with(&[&message, after].concat()), "{name}: {:02X?}", &frame[frame.len() - 4..]);
        assert_eq!(frame.len(), 100 + framing.overhead(), "{name}");
        assert_eq!(wrap(framing, &[], &[]).is_ok(), framing != Framing::CUPS, "{name} expresses a poll");
    }
}

#[test]
fn a_frame_is_found_when_its_last_byte_is_there_and_not_before() {
    for (name, framing, ..) in golden() {
        let header = header(framing);
        for payload in [b"".as_slice(), b"0", b"0800", &[b'M'; 300]] {
            let frame = wrap(framing, &header, payload).unwrap();
            for end in 0..frame.len() {
                assert_eq!(framing.split(&frame[..end]), Ok(None), "{name}, {end} bytes");
            }
            let more = [frame.as_slice(), &frame].concat();
            let found = framing.split(&more).unwrap().unwrap();
            assert_eq!((found.payload, found.consumed), (payload, frame.len()), "{name}");
            assert_eq!(found.header.len(), header.len(), "{name}");
        }
    }
}

#[test]
fn a_poll_is_a_frame_with_nothing_in_it() {
    let polls: [(Framing, &[u8]); 9] = [
        (Framing::BINARY2, b"\0\0"),
        (Framing::BINARY2_INCLUSIVE, b"\0\0"),
        (Framing::BINARY3, b"\0\0\0"),
        (Framing::VAP, b"\0\0\0\0"),
        (Framing::GICC, b"\0\0\0\0"),
        (Framing::ASCII4, b"0000"),
        (Framing::UNIONPAY, b"\0\0"),
        (Framing::BINARY2_ETX, b"\0\0"),
        (Framing::STX_BCD2_ETX, b"\x02\0\0\x03\x03"),
    ];
    for (framing, poll) in polls {
        let found = framing.split(poll).unwrap().unwrap();
        assert!(found.is_poll(), "{poll:02X?}");
        assert_eq!(found.consumed, poll.len());
        assert_eq!(wrap(framing, found.header, found.payload).unwrap(), poll, "echoed as it came");
    }
    let explicit = Framing::BINARY2_INCLUSIVE.split(b"\0\x02").unwrap().unwrap();
    assert!(explicit.is_poll(), "a length that counts itself alone");
    assert!(Framing::BINARY2_ETX.split(b"\0\x01\x03").unwrap().unwrap().is_poll());
}

#[test]
fn a_length_is_refused_before_its_frame_has_arrived() {
    let cases: [(Framing, &[u8], &str); 16] = [
        (Framing::BINARY4, b"\xFF\xFF\xFF\xFF", "0: a frame of 4294967295 bytes exceeds the limit of 65535"),
        (Framing::BINARY4_INCLUSIVE, b"\0\0\0\x03", "0: expected at least 4 bytes, found 3"),
        (Framing::BINARY2_INCLUSIVE, b"\0\x01", "0: expected at least 2 bytes, found 1"),
        (Framing::BINARY2.with_limit(99), b"\0\x64", "0: a frame of 100 bytes exceeds the limit of 99"),
        (Framing::GICC.with_limit(99), b"\0\0\0\x64", "2: a frame of 100 bytes exceeds the limit of 99"),
        (Framing::ASCII4, b"+100", "0: expected a digit in the length prefix, found a sign"),
        (Framing::ASCII4, b" 100", "0: expected a digit in the length prefix, found a blank"),
        (Framing::ASCII4, b"01 0", "2: expected a digit in the length prefix, found a blank"),
        (Framing::HEX4, b"00+5", "2: expected a hexadecimal digit, found a sign"),
        (Framing::BCD2, b"\x01\x0A", "1: expected a packed digit (0-9), found a nibble above 9"),
        (Framing::STX_BCD2_ETX, b"\x02\xA0\x00", "1: expected a packed digit (0-9), found a nibble above 9"),
        (Framing::UNIONPAY, b"\0\x0A", "0: the value needs 11 bytes, 10 are left"),
        (Framing::CUPS, b"\x2E\x020045", "2: expected at least 46 bytes, found 45"),
        (Framing::CUPS, b"\x2E\x0200-5", "4: expected a digit in the length prefix, found a sign"),
        (Framing::CUPS.with_limit(99), b"\x2E\x020100", "2: a frame of 100 bytes exceeds the limit of 99"),
        (Framing::ETX.with_limit(3), b"0800", "0: a frame of 4 bytes exceeds the limit of 3"),
    ];
    for (framing, input, expected) in cases {
        assert_eq!(refused(framing, input), format!("frame at byte {expected}"), "{input:02X?}");
    }
    assert_eq!(Framing::ETX.with_limit(3).split(b"080").unwrap(), None);
    assert_eq!(Framing::ETX.with_limit(3).split(b"080\x03").unwrap().unwrap().payload, b"080");
    assert_eq!(Framing::HEX4.split(b"000a0123456789").unwrap().unwrap().payload, b"0123456789");
}

#[test]
fn what_the_framing_prescribes_is_not_negotiable() {
    let cases: [(Framing, &[u8], usize); 9] = [
        (Framing::GICC, b"\0\x01", 0),
        (Framing::RBP, b"\xD0\x4B", 0),
        (Framing::RBP, b"\xD0\x4A\0\x04\x01\0", 4),
        (Framing::BINARY2_ZEROS, b"\0\x04\0\x01", 2),
        (Framing::STX_ETX, b"\x05", 0),
        (Framing::BINARY2_ETX, b"\0\x0208", 3),
        (Framing::CUPS, b"\x2D", 0),
        (Framing::BINARY2.with_header(Station::Base24), b"\0\x0CISA026000050", 2),
        (
            Framing::BINARY2.with_header(Station::Base1),
            b"\0\x16\x15\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            2,
        ),
    ];
    for (framing, input, offset) in cases {
        let expected = format!("frame at byte {offset}: the frame header or trailer is malformed");
        assert_eq!(refused(framing, input), expected, "{input:02X?}");
    }
}

#[test]
fn a_wrong_check_byte_is_refused_at_the_last_byte_of_the_frame() {
    for framing in [Framing::STX_ETX, Framing::STX_BCD2_ETX] {
        let mut frame = wrap(framing, b"", b"0800").unwrap();
        let last = frame.len() - 1;
        let message = last - 5..last - 1;
        for place in message.chain([last]) {
            frame[place] ^= 0x40;
            let expected = format!("frame at byte {last}: the check character does not match");
            assert_eq!(refused(framing, &frame), expected, "byte {place} changed");
            frame[place] ^= 0x40;
        }
    }
}

#[test]
fn no_length_is_announced_that_its_field_cannot_express() {
    let cases = [
        (Framing::BINARY2, 65_535),
        (Framing::BINARY2_INCLUSIVE, 65_533),
        (Framing::BINARY2_ETX, 65_534),
        (Framing::LITTLE2, 65_535),
        (Framing::HEX4, 65_535),
        (Framing::GICC, 65_535),
        (Framing::BCD2, 9_999),
        (Framing::STX_BCD2_ETX, 9_999),
        (Framing::ASCII4, 9_999),
        (Framing::BINARY3, 0xFF_FFFF),
    ];
    for (framing, greatest) in cases {
        let framing = framing.with_limit(u32::MAX);
        let message = vec![b'M'; greatest + 1];
        let frame = wrap(framing, b"", &message[1..]).unwrap();
        assert_eq!(framing.split(&frame).unwrap().unwrap().payload.len(), greatest);
        let error = wrap(framing, b"", &message).unwrap_err();
        assert_eq!(
            (error.kind(), error.expected(), error.found()),
            (ErrorKind::TooLong, greatest, greatest + 1)
        );
    }
    let cups = header(Framing::CUPS);
    assert_eq!(wrap(Framing::CUPS, &cups, &[0; 9_954]).unwrap_err().kind(), ErrorKind::TooLong);
    let inner = Framing::BINARY4.with_limit(1 << 20).with_header(Station::Base1);
    assert_eq!(wrap(inner, &header(inner), &[0; 65_514]).unwrap_err().kind(), ErrorKind::TooLong);
    let error = wrap(Framing::BINARY4, b"", &[0; 65_536]).unwrap_err();
    assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::FrameLimit, 65_535, 65_536));
}

#[test]
fn a_message_that_its_framing_would_cut_is_not_written() {
    for framing in [Framing::ETX, Framing::STX_ETX] {
        let error = wrap(framing, b"", b"08\x0300").unwrap_err();
        assert_eq!(error.to_string(), "frame at byte 2: expected class ans, found a control character");
        let binary = framing.with_header(Station::Base1);
        assert_eq!(wrap(binary, &header(binary), &[b'M'; 0x103 - 22]).unwrap_err().kind(), ErrorKind::Form);
    }
    let frame = wrap(Framing::STX_BCD2_ETX, b"", b"08\x0300").unwrap();
    assert_eq!(Framing::STX_BCD2_ETX.split(&frame).unwrap().unwrap().payload, b"08\x0300");
}

#[test]
fn a_header_of_another_framing_is_not_written() {
    let kind = |framing, header: &[u8]| wrap(framing, header, b"0800").unwrap_err().kind();
    assert_eq!(kind(Framing::BINARY2, &[0x60; 5]), ErrorKind::Trailing);
    assert_eq!(kind(Framing::UNIONPAY, &[0x60; 5]), ErrorKind::Truncated);
    assert_eq!(kind(Framing::UNIONPAY, b""), ErrorKind::Truncated);
    assert_eq!(kind(Framing::UNIONPAY, &[0x60; 12]), ErrorKind::Trailing);
    assert_eq!(kind(Framing::CUPS, &[0x2D; 46]), ErrorKind::FrameShape);
    assert_eq!(kind(Framing::VAP, &[0x15; 22]), ErrorKind::FrameShape);
    assert_eq!(kind(Framing::VAP, &[0x17; 22]), ErrorKind::Truncated);
}

#[test]
fn a_total_length_within_the_header_must_agree() {
    for framing in [Framing::VAP, Framing::ASCII4.with_header(Station::Cups)] {
        let mut frame = wrap(framing, &header(framing), b"0800").unwrap();
        let place = if framing == Framing::VAP { 4 + 4 } else { 4 + 5 };
        frame[place] ^= 1;
        assert!(refused(framing, &frame).ends_with("malformed"));
    }
}

#[test]
fn a_rejected_visa_message_comes_with_both_headers() {
    let sent = Base1Header::new([0x01, 0x23, 0x45], [0x65, 0x43, 0x21]);
    let mut header = [&[0x1A, 1, 2][..], &[0; 19], &[0x80, 0x00, 0x05, 0x12]].concat();
    header.extend(sent.to_bytes());
    let frame = wrap(Framing::VAP, &header, b"0100").unwrap();
    let found = Framing::VAP.split(&frame).unwrap().unwrap();
    assert_eq!((found.header.len(), found.payload), (48, b"0100".as_slice()));
    assert_eq!(Base1Header::rejection(found.header), Some([0x05, 0x12]));
    assert_eq!(Base1Header::original(found.header), Some(sent));
}

#[test]
fn an_answer_goes_back_where_the_request_came_from() {
    for (name, framing, ..) in golden() {
        let (header, mut out) = (header(framing), [0; 256]);
        let request = wrap(framing, &header, b"0800").unwrap();
        let request = framing.split(&request).unwrap().unwrap();
        let response = framing.reply(request.header, b"0810", &mut out).unwrap();
        let response = framing.split(response).unwrap().expect(name);
        assert_eq!(response.payload, b"0810");
        let mut out = [0; 256];
        let again = framing.reply(response.header, b"0800", &mut out).unwrap();
        assert_eq!(framing.split(again).unwrap().unwrap().header, request.header, "{name}: swapped twice");
    }
    let (header, mut out) = (header(Framing::UNIONPAY), [0; 64]);
    let response = Framing::UNIONPAY.reply(&header, b"", &mut out).unwrap();
    assert_eq!(response, b"\x00\x0B\x60\x00\x00\x00\x03\x60\x31\x00\x31\x12\x03");
    let turned = UnionPayHeader::parse(&header).unwrap().reply().to_bytes();
    assert_eq!(response[2..], turned);
}

#[test]
fn formatting_a_frame_shows_no_content() {
    let frame = Framing::BINARY2.split(b"\0\x104111111111111111").unwrap().unwrap();
    assert_eq!(format!("{frame:?}"), "Frame(0 bytes of header, 16 of payload, 18 in all)");
}

#[test]
fn unionpay_frames_of_the_corpus_are_split() {
    let shared = std::env::var("CARDWIRE_SHARED").unwrap_or_else(|_| "../shared".into());
    let path = format!("{shared}/corpora/unionpay/unionpay_vectors.tsv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("SKIPPED: no UnionPay vectors at {path}; set CARDWIRE_SHARED");
        return;
    };
    let rows = text.lines().filter(|line| line.starts_with("0") || line.starts_with("public-signon"));
    let mut count = 0;
    for row in rows {
        let hex = row.split('\t').nth(2).expect("a third column");
        let wire: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let frame = Framing::UNIONPAY.split(&wire).unwrap().expect(row);
        assert_eq!(frame.consumed, wire.len(), "{row}");
        let header = UnionPayHeader::parse(frame.header).unwrap();
        assert_eq!((header.tpdu.id, header.application, header.version), (0x60, 0x60, 0x31));
        assert!(frame.payload[0] < 0x10, "a message type: {row}");
        assert_eq!(wrap(Framing::UNIONPAY, frame.header, frame.payload).unwrap(), wire);
        count += 1;
    }
    assert!(count >= 18, "only {count} frames in {path}");
}

type HeaderAndPayload = (Vec<u8>, Vec<u8>);

/// The frames of a stream that arrives in packets that end at `cuts`.
fn receive(framing: Framing, stream: &[u8], cuts: &[usize]) -> Result<Vec<HeaderAndPayload>, Error> {
    let (mut buffer, mut frames, mut from) = (Vec::new(), Vec::new(), 0);
    for to in cuts.iter().copied().chain([stream.len()]) {
        buffer.extend_from_slice(&stream[from..to]);
        from = to;
        while let Some(frame) = framing.split(&buffer)? {
            frames.push((frame.header.to_vec(), frame.payload.to_vec()));
            buffer.drain(..frame.consumed);
        }
    }
    Ok(frames)
}

proptest! {
    #[test]
    fn what_was_wrapped_is_split_again_however_it_was_cut(
        payloads in prop::collection::vec(prop::collection::vec(4_u8.., 0..40), 1..5),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        for (name, framing, ..) in golden() {
            let header = header(framing);
            let frames: Vec<_> = payloads.iter().map(|payload| wrap(framing, &header, payload).unwrap()).collect();
            let stream = frames.concat();
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
            cuts.sort_unstable();
            let received = receive(framing, &stream, &cuts).unwrap();
            prop_assert!(received.iter().map(|(_, payload)| payload).eq(&payloads), "{}", name);
            for ((header, payload), frame) in received.iter().zip(&frames) {
                prop_assert_eq!(&wrap(framing, header, payload).unwrap(), frame, "{}", name);
            }
            let single: Vec<_> = (1..stream.len()).collect();
            prop_assert_eq!(receive(framing, &stream, &single).unwrap(), received, "{}", name);
        }
    }

    #[test]
    fn any_bytes_give_the_same_answer_however_they_were_cut(
        stream in prop::collection::vec(prop_oneof![0_u8..6, 0x2D_u8..0x3A, any::<u8>()], 0..80),
    ) {
        let single: Vec<_> = (1..stream.len()).collect();
        for (name, framing, ..) in golden() {
            let framing = framing.with_limit(60);
            prop_assert_eq!(receive(framing, &stream, &[]), receive(framing, &stream, &single), "{}", name);
        }
    }
}

#[test]
fn every_name_is_that_of_one_framing() {
    for named in Framing::named() {
        assert_eq!(Framing::by_name(named.name), Some(named.framing), "{}", named.name);
        let with_header = Framing::by_name(&format!("{}+7", named.name));
        assert_eq!(with_header, Some(named.framing.with_header(Station::Bytes(7))));
        let same =
            Framing::named().filter(|other| other.name == named.name || other.framing == named.framing);
        assert_eq!(same.count(), 1, "{}", named.name);
    }
    for wrong in [
        "",
        "BINARY2",
        "binary2+",
        "binary2+256",
        "binary2+-1",
        "binary2++1",
        "binary2+tpdu+4",
        "+tpdu",
        "none+",
    ] {
        assert_eq!(Framing::by_name(wrong), None, "{wrong}");
    }
}

/// What a name says is what is read from it, for every framing with every header.
#[test]
fn a_name_is_read_as_it_is_written() {
    let headers = ["", "+tpdu", "+unionpay", "+base1", "+cups", "+base24", "+1", "+12", "+255"];
    for named in Framing::named() {
        for header in headers {
            let framing = Framing::by_name(&format!("{}{header}", named.name)).unwrap();
            let name = framing.notation().unwrap().to_string();
            assert_eq!(Framing::by_name(&name), Some(framing), "{}{header}: {name}", named.name);
        }
    }
    assert_eq!(Framing::BINARY2.with_header(Station::UnionPay).notation().unwrap().to_string(), "unionpay");
    assert_eq!(Framing::NONE.with_header(Station::Bytes(12)).notation().unwrap().to_string(), "none+12");
    assert_eq!(Framing::BINARY2.with_limit(99).notation(), None);
    assert_eq!(Framing::ascii::<6>().notation(), None);
}

#[test]
fn without_a_length_the_end_of_the_input_ends_the_message() {
    let framing = Framing::NONE.with_header(Station::Bytes(2));
    let wire = wrap(framing, b"AB", b"0800").unwrap();
    assert_eq!(wire, b"AB0800");
    for end in 0..=wire.len() {
        assert_eq!(framing.split(&wire[..end]), Ok(None), "more may come");
    }
    let frame = framing.split_last(&wire).unwrap().unwrap();
    assert_eq!((frame.header, frame.payload, frame.consumed), (&b"AB"[..], &b"0800"[..], 6));
    assert_eq!(Framing::NONE.split_last(b""), Ok(None));
    assert_eq!(framing.split_last(b"A").unwrap_err().kind(), ErrorKind::Truncated);
    let limited = Framing::NONE.with_limit(3);
    assert_eq!(limited.split_last(b"080").unwrap().unwrap().payload, b"080");
    assert_eq!(limited.split(b"0800").unwrap_err().kind(), ErrorKind::FrameLimit, "before the end is known");
    assert_eq!(limited.measure(b"", b"0800").unwrap_err().kind(), ErrorKind::FrameLimit);
    assert_eq!(
        Framing::NONE.measure(b"", b"").unwrap_err().kind(),
        ErrorKind::TooShort,
        "it expresses no poll"
    );
    assert!(!framing.is_delimited());
    for (name, framing, ..) in golden() {
        assert!(framing.is_delimited(), "{name}");
        let frame = wrap(framing, &header(framing), b"0800").unwrap();
        assert_eq!(framing.split_last(&frame), framing.split(&frame), "{name}");
        let cut = &frame[..frame.len() - 1];
        assert_eq!(framing.split_last(cut), Ok(None), "{name}");
        let end = framing.terminator();
        assert_eq!(end.is_some(), [Framing::ETX, Framing::STX_ETX].contains(&framing), "{name}");
    }
}

/// Octets that are a header by their layout, and octets of the same size that are none.
#[test]
fn a_header_is_known_by_its_content() {
    let base1 = |total: u8| [&[0x16, 1, 2, 0, total][..], &[0; 17]].concat();
    let cups = |total: &[u8]| [&[0x2E, 2][..], total, &[b'1'; 40]].concat();
    let cases: [(Vec<u8>, Station); 15] = [
        (vec![0x60, 0x00, 0x03, 0x00, 0x00], Station::Tpdu),
        (vec![0x61, 0x00, 0x03, 0x00, 0x00], Station::Bytes(5)),
        (vec![0x60, 0x00, 0x0A, 0x00, 0x00], Station::Bytes(5)),
        (b"02002".to_vec(), Station::Bytes(5)),
        (vec![0x60, 0, 3, 0, 0, 0x60, 0x31, 0, 0x31, 0x12, 3], Station::UnionPay),
        (vec![0x60, 0, 3, 0, 0, 0x30, 0x31, 0, 0x31, 0x12, 3], Station::Bytes(11)),
        (vec![0x00, 0, 3, 0, 0, 0x60, 0x31, 0, 0x31, 0x12, 3], Station::Bytes(11)),
        (b"ISO026000050".to_vec(), Station::Base24),
        (b"ISO0260000X0".to_vec(), Station::Bytes(12)),
        (b"SWITCH010203".to_vec(), Station::Bytes(12)),
        (base1(22 + 4), Station::Base1),
        (base1(22), Station::Bytes(22)),
        (cups(b"0050"), Station::Cups),
        (cups(b"0046"), Station::Bytes(46)),
        (vec![7], Station::Bytes(1)),
    ];
    for (header, station) in cases {
        let body = [&header[..], b"0800"].concat();
        assert_eq!(Station::recognize(&body, header.len()), Some(station), "{header:02X?}");
    }
    assert_eq!(Station::recognize(b"0800", 5), None);
    assert_eq!(Station::recognize(&[0; 300], 256), None);
}
