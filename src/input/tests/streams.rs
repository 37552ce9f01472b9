//! Segments of TCP beside the stream that they are cut from: octet n of it arrives with the first packet after which
//! octets 0 to n are all there, and a message with its last octet.

use std::cell::Cell;

use super::Dice;
use crate::frame::Framing;
use crate::input::flow::{Flow, Found, Segment, Stamp};
use crate::spec::{ISO87_ASCII, Spec};

const MESSAGE: &[u8] = b"08002020000000800000000000000001TERM0001";

fn stamp(packet: usize) -> Stamp {
    Stamp { packet: u64::try_from(packet).unwrap(), offset: 0, moment: None }
}

/// Messages in frames of two octets of length, some of them polls, and where each frame ends.
fn stream(count: usize) -> (Vec<u8>, Vec<(usize, Vec<u8>)>) {
    let (mut octets, mut ends) = (Vec::new(), Vec::new());
    for index in 0..count {
        let message: &[u8] = if index % 4 == 3 { b"" } else { MESSAGE };
        octets.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        octets.extend(message);
        ends.push((octets.len(), message.to_vec()));
    }
    (octets, ends)
}

fn read(found: Found) -> Vec<(u64, Vec<u8>)> {
    let read = |content: Result<super::super::Payload, _>| content.map(|payload| payload.message);
    found
        .into_iter()
        .map(|(stamp, content)| {
            (stamp.packet, read(content).map_err(|refusal: super::super::Refusal| refusal).unwrap())
        })
        .collect()
}

/// Where segments begin and end: pieces of the stream, shuffled, some of them sent again and others longer.
fn segments(length: usize, dice: &mut Dice) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < length {
        let to = (from + 1 + dice.below(30)).min(length);
        pieces.push((from, to));
        from = to;
    }
    for _ in 0..pieces.len() / 2 {
        let (from, to) = pieces[dice.below(pieces.len())];
        let more = (from.saturating_sub(dice.below(9)), (to + dice.below(9)).min(length));
        pieces.push(more);
    }
    for index in (1..pieces.len()).rev() {
        // near its place: a capture is not wholly out of order
        let other = index.saturating_sub(dice.below(6));
        pieces.swap(index, other);
    }
    pieces
}

fn assert_is_stream(framing: Option<Framing>, spec: Option<&'static Spec<'static>>, seed: u64) {
    let mut dice = Dice(seed);
    let (octets, ends) = stream(1 + dice.below(12));
    let first = [1, 77, u32::MAX - 60, u32::MAX][dice.below(4)];
    let mut flow = Flow::new(framing, spec);
    let begin = Segment { sequence: first, starts: true, closes: false, bytes: b"" };
    assert!(flow.take(stamp(0), &begin).is_empty());
    let (mut there, mut reached) = (vec![false; octets.len()], 0);
    let (mut due, mut found) = (Vec::new(), Vec::new());
    for (index, (from, to)) in segments(octets.len(), &mut dice).into_iter().enumerate() {
        let sequence = first.wrapping_add(1).wrapping_add(u32::try_from(from).unwrap());
        let segment = Segment { sequence, starts: false, closes: false, bytes: &octets[from..to] };
        found.extend(read(flow.take(stamp(index + 1), &segment)));
        there[from..to].fill(true);
        let now = there.iter().take_while(|there| **there).count();
        let whole = |(end, message): &(usize, Vec<u8>)| {
            (reached < *end && *end <= now).then(|| (stamp(index + 1).packet, message.clone()))
        };
        due.extend(ends.iter().filter_map(whole));
        reached = now;
        if framing.is_some() || flow.decided().is_some() {
            assert_eq!(found, due, "{seed}: at once");
            assert!(flow.undecided().is_none());
        }
    }
    if framing.is_none() && ends.len() > 5 {
        assert_eq!(found, due, "{seed}: some messages tell the framing before the end");
    }
    found.extend(read(flow.end()));
    assert_eq!(found, due, "{seed}");
    assert_eq!(flow.decided(), Some(Framing::BINARY2), "{seed}");
    assert!(flow.held() <= octets.len(), "{seed}: nothing that waits is kept");
}

#[test]
fn segments_in_any_order_are_their_stream() {
    for seed in 0..200 {
        assert_is_stream(Some(Framing::BINARY2), None, seed);
        assert_is_stream(None, Some(&ISO87_ASCII), seed);
    }
}

/// What is said of a stream of these segments, and what is read of it: those of the end after a bar.
fn told(
    framing: Option<Framing>,
    spec: Option<&'static Spec<'static>>,
    segments: &[(u32, &[u8])],
) -> Vec<String> {
    let mut flow = Flow::new(framing, spec);
    let words = |found: Found| {
        found.into_iter().map(|(stamp, content)| match content {
            Ok(payload) => format!("{}: {} octets", stamp.packet, payload.message.len()),
            Err(refusal) => format!("{}: {refusal}", stamp.packet),
        })
    };
    let mut all = Vec::new();
    for (index, (sequence, bytes)) in segments.iter().enumerate() {
        let segment = Segment { sequence: *sequence, starts: false, closes: false, bytes };
        all.extend(words(flow.take(stamp(index), &segment)));
    }
    all.push("|".into());
    all.extend(words(flow.end()));
    all
}

#[test]
fn what_was_not_captured_is_counted_and_what_follows_is_read() {
    let (octets, _) = stream(3);
    let frame = &octets[..42];
    let framing = Some(Framing::BINARY2);
    for missing in [1, 42, 1000] {
        let later = 43 + missing;
        let gap = format!("2: {missing} bytes were not captured");
        let said = told(framing, None, &[(1, frame), (later, frame), (later + 42, &octets)]);
        let all = ["0: 40 octets", "|", &gap, "2: 40 octets", "2: 40 octets", "2: 40 octets", "2: 40 octets"];
        assert_eq!(said, all);
        let gap = format!("1: {missing} bytes were not captured");
        let said = told(framing, None, &[(1, &octets[..50]), (51 + missing, frame)]);
        let cut = "1: byte 42: the stream ends within a frame, 8 bytes into it";
        assert_eq!(said, ["0: 40 octets", "|", cut, &gap, "1: 40 octets"]);
        // what follows a gap stands where it stands in the stream
        let said = told(framing, None, &[(1, frame), (later, &octets[..50])]);
        let place = 84 + missing;
        let cut = format!("1: byte {place}: the stream ends within a frame, 8 bytes into it");
        assert_eq!(said, ["0: 40 octets", "|", &gap, "1: 40 octets", &cut]);
        let said = told(None, Some(&ISO87_ASCII), &[(1, &octets), (127 + missing, &octets)]);
        assert_eq!(said.iter().filter(|said| said.ends_with("40 octets")).count(), 6, "{said:?}");
        assert_eq!(said.iter().filter(|said| **said == gap).count(), 1, "{said:?}");
    }
    let none = told(None, Some(&ISO87_ASCII), &[(1, &[0xEE; 100])]);
    assert_eq!(none, ["|", "0: byte 0: no framing gives messages of the spec; say --framing"]);
    assert_eq!(told(None, None, &[(1, MESSAGE), (41, MESSAGE)]), ["|", "1: 80 octets"], "nobody asked");
    assert_eq!(told(None, None, &[]), ["|"]);
    assert_eq!(told(None, Some(&ISO87_ASCII), &[]), ["|"]);
}

/// A mebibyte may wait for what is missing, and then nothing does.
#[test]
fn what_waits_for_a_missing_segment_is_bounded() {
    let (octets, _) = stream(3);
    for (size, again) in [(1, false), (1000, false), (1000, true)] {
        let most = Cell::new(0);
        let mut flow = Flow::new(Some(Framing::BINARY2), None);
        let begin = Segment { sequence: 1, starts: false, closes: false, bytes: &octets[..42] };
        assert_eq!(flow.take(stamp(0), &begin).len(), 1);
        let piece = vec![0; size];
        let mut sequence = 100_u32;
        let found = loop {
            let mut found = Vec::new();
            for _ in 0..1 + usize::from(again) {
                let segment = Segment { sequence, starts: false, closes: false, bytes: &piece };
                found.extend(flow.take(stamp(1), &segment));
            }
            most.set(flow.held().max(most.get()));
            if !found.is_empty() {
                break found;
            }
            sequence += u32::try_from(size).unwrap() + 1;
            assert!(sequence < 3_000_000, "nothing is given up");
        };
        // what was given up may stand in an unfinished frame
        assert!((1_000_000..=(1 << 20) + size).contains(&most.get()), "{size}: {most:?}");
        let refused = found.iter().find_map(|(_, content)| content.as_ref().err()).unwrap();
        assert_eq!(refused.to_string(), "57 bytes were not captured", "the first gap alone");
    }
}
