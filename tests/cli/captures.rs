//! Captures: what is read of them, what is not, and when.

use super::capture::{packet, pcap, pcapng};
use super::{REQUEST, cardwire, file, good, hex};

/// A packet of a capture: its octets, how many were sent, and when in nanoseconds.
struct Captured {
    octets: Vec<u8>,
    sent: usize,
    nanos: u64,
}

/// The IPv4 packet of a TCP segment, as it stands in an Ethernet frame.
fn ip(from: u16, to: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    packet(from, to, sequence, 0x18, payload).split_off(14)
}

fn whole(octets: Vec<u8>) -> Captured {
    Captured { sent: octets.len(), octets, nanos: 0 }
}

/// A capture of a link type, in microseconds, or in nanoseconds.
fn capture(link: u32, in_nanos: bool, packets: &[Captured]) -> Vec<u8> {
    let magic: u32 = if in_nanos { 0xA1B2_3C4D } else { 0xA1B2_C3D4 };
    let mut file = [&magic.to_le_bytes()[..], &[2, 0, 4, 0], &[0; 8], &[0xFF, 0xFF, 0, 0]].concat();
    file.extend(link.to_le_bytes());
    for packet in packets {
        let (seconds, nanos) = (packet.nanos / 1_000_000_000, packet.nanos % 1_000_000_000);
        let fraction = if in_nanos { nanos } else { nanos / 1000 };
        for number in [seconds, fraction, packet.octets.len() as u64, packet.sent as u64] {
            file.extend(u32::try_from(number).unwrap().to_le_bytes());
        }
        file.extend(&packet.octets);
    }
    file
}

fn request() -> Vec<u8> {
    [&[0, 82][..], REQUEST.as_bytes()].concat()
}

fn run(args: &[&str], name: &str, capture: &[u8]) -> super::Done {
    let path = file(name, capture);
    cardwire(&[args, &[path.to_str().unwrap()]].concat(), "")
}

const DECODE: [&str; 6] = ["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"];

const MESSAGE: &str = r#"{"mti":"0200","fields":{"2":"4111111111111111","3":"000000","#;

/// The headers before IP of the links that are read.
fn links() -> Vec<(u32, Vec<u8>)> {
    let ethernet = |types: &[u8]| [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], types].concat();
    let cooked = [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0][..], &[8, 0]].concat();
    let cooked2 = [&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6][..], &[2, 0, 0, 0, 0, 1, 0, 0]].concat();
    vec![
        (0, vec![2, 0, 0, 0]),
        (108, vec![0, 0, 0, 2]),
        (1, ethernet(&[8, 0])),
        (1, ethernet(&[0x81, 0, 0, 5, 8, 0])),
        (1, ethernet(&[0x88, 0xA8, 0, 5, 0x81, 0, 0, 6, 8, 0])),
        (113, cooked),
        (276, cooked2),
        (101, vec![]),
        (12, vec![]),
        (14, vec![]),
        (228, vec![]),
        (9, vec![0xFF, 3, 0, 0x21]),
        (9, vec![0x21]),
        (50, vec![0xFF, 3, 0, 0x21]),
        (51, vec![0, 0x21]),
    ]
}

#[test]
fn every_link_that_is_in_use_is_read() {
    for (link, header) in links() {
        let octets = [&header[..], &ip(5000, 9000, 1, &request())].concat();
        let done = run(&DECODE, "link.pcap", &capture(link, false, &[whole(octets)]));
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{link}: {}", done.out);
        assert!(done.out.starts_with(MESSAGE) && done.out.lines().count() == 1, "{link}: {}", done.out);
    }
    // IPv6, bare and after an Ethernet header
    let tcp = ip(5000, 9000, 1, &request()).split_off(20);
    let length = u16::try_from(tcp.len()).unwrap().to_be_bytes();
    let six = [&[0x60, 0, 0, 0][..], &length, &[6, 64], &[0; 15], &[1], &[0; 15], &[2], &tcp].concat();
    for (link, header) in [(229, vec![]), (1, [&[0; 12][..], &[0x86, 0xDD]].concat()), (51, vec![0, 0x57])] {
        let done = run(&DECODE, "six.pcap", &capture(link, false, &[whole([&header[..], &six].concat())]));
        assert!(
            done.code == 0 && done.out.contains(r#""from":"[::1]:5000","to":"[::2]:9000""#),
            "{}",
            done.out
        );
    }
}

/// The fragments of an IPv4 packet, cut after multiples of eight octets.
fn fragments(identification: u16, whole: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
    let (header, payload) = whole.split_at(20);
    let mut at = 0_usize;
    let mut cut = Vec::new();
    for size in sizes.iter().chain([&usize::MAX]) {
        let end = at.saturating_add(*size).min(payload.len());
        let mut piece = header.to_vec();
        piece[2..4].copy_from_slice(&u16::try_from(20 + end - at).unwrap().to_be_bytes());
        piece[4..6].copy_from_slice(&identification.to_be_bytes());
        let more = if end < payload.len() { 0x2000 } else { 0 };
        piece[6..8].copy_from_slice(&(more | u16::try_from(at / 8).unwrap()).to_be_bytes());
        cut.push([&piece[..], &payload[at..end]].concat());
        at = end;
    }
    cut
}

#[test]
fn fragments_are_put_together_or_named() {
    let pieces = fragments(7, &ip(5000, 9000, 1, &request()), &[24, 40]);
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let packets: Vec<Captured> = order.iter().map(|index| whole(pieces[*index].clone())).collect();
        let done = run(&DECODE, "fragments.pcap", &capture(101, false, &packets));
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{order:?}: {}", done.out);
        assert!(done.out.starts_with(MESSAGE) && done.out.contains("\"packet\":3"), "{}", done.out);
    }
    // one comes twice
    let packets: Vec<Captured> = [0, 0, 1, 2].iter().map(|index| whole(pieces[*index].clone())).collect();
    assert_eq!(run(&DECODE, "twice.pcap", &capture(101, false, &packets)).code, 0);
    // one is not there: nothing is read, and that is told
    let packets: Vec<Captured> = [0, 2].iter().map(|index| whole(pieces[*index].clone())).collect();
    let done = run(&DECODE, "missing.pcap", &capture(101, false, &packets));
    assert_eq!(done.code, 1);
    assert!(done.err.contains("not read of 2 packets: 2 fragments without the others"), "{}", done.err);
    assert!(done.err.ends_with("cardwire: no message was found\n"), "{}", done.err);
    // so many that wait, of packets that never become whole, are given up
    let many: Vec<Captured> = (0..1000)
        .map(|id| whole(fragments(id, &ip(5000, 9000, 1, &request()), &[24])[0].clone()))
        .chain([whole(ip(5000, 9000, 1, &request()))])
        .collect();
    let done = run(&DECODE, "many.pcap", &capture(101, false, &many));
    assert_eq!(done.code, 0);
    assert!(done.err.contains("1000 fragments without"), "{}", done.err);
    // fragments of IPv6
    let tcp = ip(5000, 9000, 1, &request()).split_off(20);
    let six = |at: usize, piece: &[u8], more: u16| {
        let length = u16::try_from(piece.len() + 8).unwrap().to_be_bytes();
        let offset = (u16::try_from(at).unwrap() | more).to_be_bytes();
        let fragment = [&[6, 0][..], &offset, &[0, 0, 0, 9]].concat();
        whole(
            [&[0x60, 0, 0, 0][..], &length, &[44, 64], &[0; 15], &[1], &[0; 15], &[2], &fragment, piece]
                .concat(),
        )
    };
    let packets = [six(48, &tcp[48..], 0), six(0, &tcp[..48], 1)];
    let done = run(&DECODE, "six-fragments.pcap", &capture(101, false, &packets));
    assert!(done.code == 0 && done.out.starts_with(MESSAGE), "{} {}", done.out, done.err);
}

#[test]
fn what_is_not_read_is_counted_by_its_reason() {
    let mut udp = ip(5000, 9000, 1, &request());
    udp[9] = 17;
    let mut gre = udp.clone();
    gre[9] = 47;
    let mut odd = udp.clone();
    odd[9] = 253;
    let mut tunnel = udp.clone();
    tunnel[9] = 4;
    let ethernet = |types: [u8; 2], octets: &[u8]| whole([&[0; 12][..], &types, octets].concat());
    let packets = [
        ethernet([8, 0], &udp),
        ethernet([8, 0], &udp),
        ethernet([8, 0], &gre),
        ethernet([8, 0], &odd),
        ethernet([8, 0], &tunnel),
        ethernet(
            [8, 6],
            &[0, 1, 8, 0, 6, 4, 0, 1, 0, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2],
        ),
        ethernet([0x88, 0xCC], b"lldp"),
        ethernet([0x88, 0x64], b"pppoe"),
        ethernet([0, 0x20], &[0; 32]),
        ethernet([8, 0], &[0x45, 0]),
        whole(vec![1, 2, 3]),
        ethernet([8, 0], &ip(5000, 9000, 1, &request())),
    ];
    let done = run(&DECODE, "kinds.pcap", &capture(1, false, &packets));
    assert_eq!(done.code, 0, "{}", done.out);
    assert!(done.out.starts_with(MESSAGE), "{}", done.out);
    for words in [
        "not read of 12 packets:",
        " 2 UDP",
        " 1 GRE",
        " 1 ARP",
        " 1 IP within IP",
        " 1 LLDP",
        " 1 PPPoE",
        " 1 IEEE 802.3",
        " 2 malformed",
    ] {
        assert_eq!(done.err.matches(words).count(), 1, "{words}: {}", done.err);
    }
    let last = done.out.lines().last().unwrap();
    assert!(last.starts_with("{\"skipped\":{\"file\":\"") && last.contains("\"packets\":12"), "{last}");
    assert!(last.contains(r#"{"reason":"UDP","packets":2}"#), "{last}");
    // a line that is no message is none to those who read the output
    let again = good(&["encode", "-s", "iso87-ascii"], done.out.clone());
    assert_eq!(again, hex(REQUEST.as_bytes()) + "\n");
    let redacted = good(&["redact", "-s", "iso87-ascii", "--json"], done.out);
    assert_eq!(redacted.lines().count(), 1);
}

#[test]
fn nothing_read_is_no_success() {
    let mut udp = ip(5000, 9000, 1, &request());
    udp[9] = 17;
    let usb = capture(220, false, &[whole(vec![0; 64]), whole(vec![0; 64])]);
    let cases = [
        ("usb.pcap", usb, "2 of link type 220 (USB)"),
        ("udp.pcap", capture(101, false, &[whole(udp)]), "1 UDP"),
        ("empty.pcap", capture(1, false, &[]), "no message"),
        ("radio.pcap", capture(105, false, &[whole(vec![0; 64])]), "of link type 105 (IEEE 802.11)"),
    ];
    for (name, octets, words) in &cases {
        for args in [
            &DECODE[..],
            &["decode", "-s", "iso87-ascii"],
            &["check", "-s", "iso87-ascii"],
            &["redact", "-s", "iso87-ascii"],
            &["probe"],
        ] {
            let done = run(args, name, octets);
            assert_eq!(done.code, 1, "{name} {args:?}: {}", done.out);
            assert!(done.err.contains(words), "{name} {args:?}: {}", done.err);
        }
    }
    for args in [
        &["decode", "-s", "iso87-ascii"][..],
        &["check", "-s", "iso87-ascii"],
        &["redact", "-s", "iso87-ascii"],
    ] {
        let done = cardwire(args, "");
        assert_eq!((done.code, done.err.as_str()), (1, "cardwire: no message was found\n"), "{args:?}");
    }
}

/// Trying what else the input might be reads it again, and tells nothing twice.
#[test]
fn what_is_not_read_is_told_once() {
    let mut udp = ip(5000, 9000, 1, &request());
    udp[9] = 17;
    let udp = whole([&[0; 12][..], &[8, 0], &udp].concat());
    for command in ["decode", "check", "redact", "probe"] {
        let done =
            run(&[command, "-s", "iso87-ascii"], "once.pcap", &capture(1, false, std::slice::from_ref(&udp)));
        assert_eq!(done.code, 1);
        assert_eq!(done.err.matches("not read").count(), 1, "{command}: {}", done.err);
    }
}

/// Two files may begin alike and go on otherwise.
#[test]
fn what_is_not_compared_is_told() {
    let line = |text: &str| hex(text.as_bytes()) + "\n";
    let one = file("alike.hex", line(REQUEST).as_bytes());
    let two = file("longer.hex", (line(REQUEST) + &line("no message")).as_bytes());
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    for (files, told) in [(vec![one, one], 0), (vec![one, two], 1), (vec![two, two], 2), (vec![two], 0)] {
        let done = cardwire(&[&["diff", "-s", "iso87-ascii"], &files[..]].concat(), "");
        assert_eq!(
            done.err.matches("longer.hex:1 was not compared").count(),
            told,
            "{files:?}: {}",
            done.err
        );
    }
    let three = file("three.hex", line(REQUEST).repeat(3).as_bytes());
    let done = cardwire(&["diff", "-s", "iso87-ascii", three.to_str().unwrap()], "");
    assert!(done.code == 0 && done.err.contains("three.hex:2 was not compared"), "{}", done.err);
}

#[test]
fn a_snap_length_is_told() {
    let packets: Vec<Captured> = (0..3)
        .map(|index| {
            let octets = packet(5000, 9000, 1 + 84 * index, 0x18, &request());
            Captured { sent: octets.len(), octets: octets[..96].to_vec(), nanos: 0 }
        })
        .collect();
    for framing in [&[][..], &["-F", "binary2"]] {
        let done = run(&[&DECODE[..], framing].concat(), "snap.pcap", &capture(1, false, &packets));
        assert_eq!(done.code, 1, "{}", done.out);
        assert!(done.err.contains("not read of 3 packets: 3 captured in part"), "{}", done.err);
        assert!(done.out.contains("bytes were not captured"), "{}", done.out);
        let done =
            run(&["check", "-s", "iso87-ascii", "-F", "binary2"], "snap.pcap", &capture(1, false, &packets));
        assert_eq!(done.code, 1, "{}", done.out);
    }
    // cut within the TCP header
    let short =
        Captured { sent: 138, octets: packet(5000, 9000, 1, 0x18, &request())[..40].to_vec(), nanos: 0 };
    let done = run(&DECODE, "short.pcap", &capture(1, false, &[short]));
    assert!(done.code == 1 && done.err.contains("1 captured in part"), "{}", done.err);
}

/// 2026-11-23T18:56:01.123456789Z
const MOMENT: u64 = 1_795_460_161_123_456_789;

#[test]
fn a_message_says_when_and_between_whom() {
    let at = |nanos: u64, octets: Vec<u8>| Captured { sent: octets.len(), octets, nanos };
    let packets = || {
        [
            at(MOMENT, packet(5000, 9000, 1, 0x18, &request()[..30])),
            at(MOMENT + 2_000_000, packet(5000, 9000, 31, 0x18, &request()[30..])),
        ]
    };
    for (in_nanos, time) in [(false, "2026-11-23T18:56:01.125456Z"), (true, "2026-11-23T18:56:01.125456789Z")]
    {
        let octets = capture(1, in_nanos, &packets());
        let done = run(&DECODE, "time.pcap", &octets);
        let wanted =
            format!(r#""packet":2,"time":"{time}","from":"127.0.0.1:5000","to":"127.0.0.1:9000"}}}}"#);
        assert!(done.out.trim_end().ends_with(&wanted), "{}", done.out);
        let done = run(&["decode", "-s", "iso87-ascii"], "time.pcap", &octets);
        let wanted = format!("time.pcap, packet 2, 127.0.0.1:5000 > 127.0.0.1:9000, {time}\n");
        assert!(done.out.contains(&wanted), "{}", done.out);
    }
    // pcapng counts in microseconds when it does not say, and in what it says
    let mut block = Vec::new();
    let body = [&1_u32.to_le_bytes()[..], &[0; 4], &[9, 0, 1, 0, 9, 0, 0, 0], &[0; 4]].concat();
    block.extend(1_u32.to_le_bytes());
    block.extend(u32::try_from(body.len() + 12).unwrap().to_le_bytes());
    block.extend(&body);
    block.extend(u32::try_from(body.len() + 12).unwrap().to_le_bytes());
    let mut ng = pcapng(&[packet(5000, 9000, 1, 0x18, &request())]);
    // header of 28 octets, then the interface, which is replaced
    ng.splice(28..28 + 20, block.clone());
    let packet_at = 28 + block.len();
    let units = MOMENT;
    ng[packet_at + 12..packet_at + 16].copy_from_slice(&u32::try_from(units >> 32).unwrap().to_le_bytes());
    ng[packet_at + 16..packet_at + 20].copy_from_slice(&(units as u32).to_le_bytes());
    let done = run(&DECODE, "time.pcapng", &ng);
    assert!(done.out.contains(r#""time":"2026-11-23T18:56:01.123456789Z""#), "{} {}", done.out, done.err);
    // lines and bytes are said when they are asked for
    let line = hex(REQUEST.as_bytes());
    let out = good(&[&DECODE[..], &["--origin"]].concat(), format!("\n{line}\n"));
    assert!(out.trim_end().ends_with(r#","origin":{"file":"stdin","line":2}}"#), "{out}");
    let out = good(&[&DECODE[..], &["--origin", "-m", &line]].concat(), "");
    assert!(out.trim_end().ends_with(r#","origin":{"argument":1}}"#), "{out}");
    let out = good(&[&DECODE[..], &["--origin", "-i", "raw", "-F", "binary2"]].concat(), request().repeat(2));
    assert!(out.trim_end().ends_with(r#","origin":{"file":"stdin","byte":84}}"#), "{out}");
    assert_eq!(good(&["encode", "-s", "iso87-ascii"], out), format!("{line}\n{line}\n"));
}

#[test]
fn pairs_say_how_long_the_response_took() {
    let message = |object: &str| {
        let frame = good(&["encode", "-s", "iso87-ascii", "-F", "binary2"], object);
        (0..frame.len() - 1)
            .step_by(2)
            .map(|at| u8::from_str_radix(&frame[at..at + 2], 16).unwrap())
            .collect::<Vec<u8>>()
    };
    let request = |stan: u32| {
        message(&format!(r#"{{"mti":"0800","fields":{{"7":"1123185601","11":{stan},"70":"301"}}}}"#))
    };
    let response = |stan: u32| {
        message(&format!(
            r#"{{"mti":"0810","fields":{{"7":"1123185601","11":{stan},"39":"00","70":"301"}}}}"#
        ))
    };
    // a reversal with the same STAN in between is another pair
    let reversal = message(
        r#"{"mti":"0420","fields":{"2":"4111111111111111","3":"000000","4":1,"7":"1123185601","11":1,"22":"051","25":"00","39":"68","41":"TERM0001","42":"MERCHANT0000001","49":"978","90":"020000000111231856010000000000000000000000"}}"#,
    );
    let (ours, theirs) = ([request(1), request(2), reversal].concat(), [response(2), response(1)].concat());
    let ours_end = u32::try_from(request(1).len()).unwrap();
    let theirs_end = u32::try_from(response(2).len()).unwrap();
    let at =
        |micros: u64, octets: Vec<u8>| Captured { sent: octets.len(), octets, nanos: MOMENT + micros * 1000 };
    let packets = [
        at(0, packet(5000, 9000, 1, 0x18, &ours[..request(1).len()])),
        at(500, packet(5000, 9000, 1 + ours_end, 0x18, &ours[request(1).len()..])),
        at(2_000, packet(9000, 5000, 1, 0x18, &theirs[..response(2).len()])),
        at(12_345, packet(9000, 5000, 1 + theirs_end, 0x18, &theirs[response(2).len()..])),
    ];
    let octets = capture(1, false, &packets);
    let args = ["check", "-s", "iso87-ascii", "-p", "iso87", "--pairs", "-F", "binary2"];
    let done = run(&args, "pairs.pcap", &octets);
    assert!(done.out.contains("ok, 1.500 ms after its request"), "{}", done.out);
    assert!(done.out.contains("ok, 12.345 ms after its request"), "{}", done.out);
    assert!(done.err.contains("2 pairs, latency p50 1."), "{}", done.err);
    let done = run(&[&args[..], &["--format", "ndjson"]].concat(), "pairs.pcap", &octets);
    assert!(done.out.contains(",\"ms\":12.345,\"violations\":[]}"), "{}", done.out);
    // without times there is nothing to say
    let done = run(
        &args,
        "no-times.pcap",
        &pcap(&[packet(5000, 9000, 1, 0x18, &[request(1), response(1)].concat())]),
    );
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{}", done.out);
}
