//! `cardwire redact`: the same frames, the same size, no card number.

use super::capture::{packet, pcap};
use super::{cardwire, file, good, hex};

/// Cards whose inner digits are zeros, or become another card when they are.
const CARDS: [&str; 5] =
    ["4111111111111111", "4000000000000002", "6212345678901232", "378282246310005", "2223003122003222"];

fn objects() -> String {
    let object = |(index, card): (usize, &&str)| {
        format!(
            "{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{card}\",\"3\":\"000000\",\"4\":{index},\"11\":{index},\
             \"35\":\"{card}=29122011234567\",\"41\":\"TERM0001\",\"43\":\"SHOP {card} OF NOBODY\",\"49\":\"840\"}}}}\n"
        )
    };
    let echo = "{\"mti\":\"0800\",\"fields\":{\"7\":\"0624185210\",\"11\":\"000001\",\"70\":\"301\"}}\n";
    CARDS.iter().enumerate().map(object).collect::<String>() + echo
}

fn octets(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn messages(spec: &str) -> Vec<Vec<u8>> {
    good(&["encode", "-s", spec], objects()).lines().map(octets).collect()
}

fn framing(name: &str) -> cardwire::Framing {
    cardwire::Framing::by_name(name).unwrap()
}

fn framed(name: &str, station: &[u8], message: &[u8]) -> Vec<u8> {
    let framing = framing(name);
    let mut out = vec![0; framing.measure(station, message).unwrap()];
    framing.wrap(station, message, &mut out).unwrap().to_vec()
}

/// Whether a card number is in octets: as ASCII, as EBCDIC, or packed at either half byte.
fn holds_card(octets: &[u8]) -> Option<&'static str> {
    let packed: String = hex(octets);
    CARDS.into_iter().find(|card| {
        let ebcdic: Vec<u8> = card.bytes().map(|digit| digit | 0xF0).collect();
        packed.contains(*card)
            || octets.windows(card.len()).any(|window| window == card.as_bytes() || window == ebcdic)
    })
}

/// The frames of a stream: each parses, and is as long as the frame it was.
fn assert_redacted(name: &str, spec: &'static cardwire::Spec<'static>, before: &[u8], after: &[u8]) {
    assert_eq!(holds_card(after), None, "{name} in {}", spec.name());
    assert_eq!(after.len(), before.len(), "{name} in {}", spec.name());
    let (mut one, mut other) = (before, after);
    while !one.is_empty() {
        let was = framing(name).split_last(one).unwrap().unwrap();
        let now = framing(name).split_last(other).unwrap().unwrap();
        assert_eq!((now.consumed, now.header), (was.consumed, was.header), "{name}");
        if was.is_poll() {
            assert_eq!(one[..was.consumed], other[..now.consumed], "{name}: a poll stays what it is");
        } else {
            let was = cardwire::Message::parse(spec, was.payload).unwrap();
            let now = cardwire::Message::parse(spec, now.payload).unwrap();
            assert_eq!(now.bitmap(), was.bitmap(), "{name}");
        }
        (one, other) = (&one[was.consumed..], &other[now.consumed..]);
    }
}

#[test]
fn frames_of_every_kind_stay_frames_of_the_same_size() {
    let tpdu: &[u8] = &[0x60, 0, 3, 0, 0];
    for (name, station, polls, spec) in [
        ("binary2", &b""[..], &b"\0\0"[..], "iso87-ascii"),
        ("ascii4", b"", b"0000", "iso87-ascii"),
        ("hex4", b"", b"0000", "iso87-ascii"),
        ("bcd2", b"", b"\0\0", "iso87-bcd"),
        ("stx-etx", b"", b"\x02\x03\x03", "iso87-ascii"),
        ("etx", b"", b"\x03", "iso87-ascii"),
        ("stx-bcd2-etx", b"", b"\x02\0\0\x03\x03", "iso87-bcd"),
        // a poll that is written in full, and one that is not
        ("binary2-inclusive", b"", b"\0\x02", "iso87-ebcdic"),
        ("binary2-etx", b"", b"\0\x01\x03", "iso87-ascii"),
        ("binary2+tpdu", tpdu, b"", "iso87-bcd"),
        ("binary2+tpdu", tpdu, b"\0\0", "iso87-bcd-ebcdic-bytes"),
        ("binary4+9", b"\x01\x02-HEADER", b"", "iso87-bcd-ebcdic"),
    ] {
        let parts: Vec<Vec<u8>> =
            messages(spec).iter().map(|message| [&framed(name, station, message), polls].concat()).collect();
        let stream = parts.concat();
        let path = file(&format!("redact-{name}-{spec}.bin"), &stream);
        let known = cardwire::spec::by_name(spec).unwrap();
        for said in [&["-F", name][..], &[]] {
            let args = ["redact", "-s", spec, "-i", "raw", "--format", "raw", path.to_str().unwrap()];
            let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_cardwire"))
                .args([&args[..], said].concat())
                .output()
                .unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            assert_redacted(name, known, &stream, &output.stdout);
        }
    }
}

#[test]
fn lines_keep_their_size_too() {
    for spec in ["iso87-ascii", "iso87-bcd", "iso87-ebcdic", "iso87-bcd-ebcdic"] {
        let lines = good(&["encode", "-s", spec], objects());
        let out = good(&["redact", "-s", spec], lines.clone());
        let known = cardwire::spec::by_name(spec).unwrap();
        for (was, now) in lines.lines().zip(out.lines()) {
            assert_redacted("none", known, &octets(was), &octets(now));
        }
        assert_eq!(out.lines().count(), lines.lines().count());
    }
    // a message a line, as text
    let text: Vec<String> =
        messages("iso87-ascii").iter().map(|message| String::from_utf8(message.clone()).unwrap()).collect();
    let out = good(&["redact", "-s", "iso87-ascii"], text.join("\n") + "\n");
    for (was, now) in text.iter().zip(out.lines()) {
        assert_redacted("none", &cardwire::spec::ISO87_ASCII, was.as_bytes(), now.as_bytes());
    }
    // lines of frames, and polls among them
    let framed: Vec<String> =
        messages("iso87-bcd").iter().map(|message| hex(&framed("binary2", b"", message))).collect();
    let out = good(&["redact", "-s", "iso87-bcd", "-F", "binary2"], framed.join("\n0000\n"));
    assert_eq!(out.lines().count(), 2 * framed.len() - 1);
    for (was, now) in framed.join("\n0000\n").lines().zip(out.lines()) {
        assert_redacted("binary2", &cardwire::spec::ISO87_BCD, &octets(was), &octets(now));
    }
}

#[test]
fn of_a_capture_the_frames_are_printed() {
    let stream: Vec<u8> =
        messages("iso87-ascii").iter().flat_map(|message| framed("ascii4", b"", message)).collect();
    let path = file("redact.pcap", &pcap(&[packet(4000, 9000, 1, 0x18, &stream)]));
    let out = good(&["redact", "-s", "iso87-ascii", path.to_str().unwrap()], "");
    let printed: Vec<u8> = out.lines().flat_map(octets).collect();
    assert_redacted("ascii4", &cardwire::spec::ISO87_ASCII, &stream, &printed);
}

/// Zeros for the middle of such a number would be the number.
#[test]
fn a_number_whose_middle_is_zeros_is_changed() {
    for card in ["424242000000004242", "4242420000004242", "4000000000000002", "620000000000000"] {
        let object = format!("{{\"mti\":\"0200\",\"fields\":{{\"2\":\"{card}\",\"3\":\"000000\"}}}}\n");
        for spec in ["iso87-ascii", "iso87-bcd", "iso87-ebcdic"] {
            let wire = good(&["encode", "-s", spec], object.clone());
            let out = good(&["redact", "-s", spec], wire.clone());
            assert_eq!(out.len(), wire.len());
            let seen = good(&["decode", "-s", spec, "--format", "ndjson", "--expose"], out);
            assert!(!seen.contains(card) && seen.contains(&card[card.len() - 4..]), "{seen}");
        }
    }
}

#[test]
fn what_stands_before_a_message_is_named() {
    let frame = framed("ascii4", b"", &messages("iso87-ascii")[1]);
    let path = file("redact-length.hex", hex(&frame).as_bytes());
    let path = path.to_str().unwrap();
    let done = cardwire(&["redact", "-s", "iso87-ascii", path], "");
    assert_eq!((done.code, done.out.as_str()), (1, ""));
    assert!(done.err.contains("a length of 4 bytes stands before the MTI (framing ascii4)"), "{}", done.err);
    assert!(done.err.contains("it parses with --spec iso87-ascii --framing ascii4"), "{}", done.err);
    let out = good(&["redact", "-s", "iso87-ascii", "-F", "ascii4", path], "");
    assert_redacted("ascii4", &cardwire::spec::ISO87_ASCII, &frame, &octets(out.trim()));
}

#[test]
fn what_cannot_be_redacted_is_left_out_and_told() {
    let all = messages("iso87-ascii");
    let mut broken = all[0].clone();
    broken[50] = b'?';
    let stream =
        [framed("binary2", b"", &all[1]), framed("binary2", b"", &broken), framed("binary2", b"", &all[2])];
    let args = ["redact", "-s", "iso87-ascii", "-i", "raw", "--format", "hex"];
    let done = cardwire(&args, stream.concat());
    assert_eq!((done.code, done.out.lines().count()), (1, 2), "{}", done.err);
    assert!(done.err.contains("left out") && done.err.contains("1 of 3 messages are broken"), "{}", done.err);
    assert_eq!(holds_card(done.err.as_bytes()), None);
    // the end of a stream, and what is no message at all
    for (input, words) in [
        ([&stream[0][..], &stream[2][..90]].concat(), "the stream ends within a frame"),
        (b"\x01\x02\x03\x04\x05".to_vec(), "left out"),
        (Vec::new(), "no message was found"),
    ] {
        let done = cardwire(&args, input);
        assert!(done.code == 1 && done.err.contains(words), "{words}: {}", done.err);
    }
    // packed digits are no text
    let line = hex(&messages("iso87-bcd")[0]);
    let done = cardwire(&["redact", "-s", "iso87-bcd", "--format", "text"], line);
    assert!(done.code == 1 && done.out.is_empty() && done.err.contains("no text"), "{}", done.err);
}

/// A header has no rows, so a card number in it is found by its digits.
#[test]
fn a_card_number_in_a_header_before_the_message_goes_too() {
    let station = [&[0x60, 0, 3], &octets("4242424242424242")[..], &[0]].concat();
    let frame = framed("binary2+12", &station, &messages("iso87-ascii")[0]);
    let out = good(&["redact", "-s", "iso87-ascii", "-F", "binary2+12"], hex(&frame));
    assert_eq!(out.trim().len(), 2 * frame.len());
    assert!(hex(&frame).contains("4242424242424242") && !out.contains("4242424242424242"), "{out}");
}
