//! Frames in pieces, cut and broken, beside what was framed; and how well octets fit.

use crate::frame::Framing;
use crate::input::evidence::{COMPLETE, Known};
use crate::input::frames::{Splitter, all, whole};
use crate::spec::ISO87_ASCII;

const MESSAGE: &[u8] = b"08002020000000800000000000000001TERM0001";

fn frames(framing: Framing, messages: &[&[u8]]) -> Vec<u8> {
    let mut octets = Vec::new();
    for message in messages {
        let mut out = [0; 200];
        octets.extend_from_slice(framing.wrap(b"", message, &mut out).unwrap());
    }
    octets
}

const FRAMINGS: [Framing; 8] = [
    Framing::BINARY2,
    Framing::BINARY2_INCLUSIVE,
    Framing::BINARY4,
    Framing::LITTLE2,
    Framing::ASCII4,
    Framing::BCD2,
    Framing::ETX,
    Framing::STX_ETX,
];

/// In every piece, each frame comes out once its last octet is there, at its place.
#[test]
fn frames_come_out_with_their_last_octet() {
    let messages: [&[u8]; 4] = [MESSAGE, b"0800", &MESSAGE[..33], MESSAGE];
    for framing in FRAMINGS {
        let octets = frames(framing, &messages);
        let ends: Vec<usize> = (1..=4).map(|count| frames(framing, &messages[..count]).len()).collect();
        for piece in [1, 2, 3, 7, 50, 1000] {
            let (mut splitter, mut found) = (Splitter::new(framing), Vec::new());
            for part in octets.chunks(piece) {
                splitter.push(part);
                while let Some((at, content)) = splitter.next() {
                    found.push((at, content.unwrap()));
                }
                let reached = ends.iter().rev().find(|end| !found.is_empty() && **end == splitter.position());
                assert_eq!(reached.is_some(), !found.is_empty(), "{framing:?}");
                assert!(splitter.held() <= piece + 50, "what is read is let go");
            }
            assert!(splitter.end().is_none() && !splitter.is_broken());
            assert_eq!(splitter.position(), octets.len());
            for (index, (at, payload)) in found.iter().enumerate() {
                let start = if index == 0 { 0 } else { ends[index - 1] };
                assert_eq!(
                    (*at, payload.message.as_slice()),
                    (start, messages[index]),
                    "{framing:?} {piece}"
                );
                assert_eq!((payload.framing, payload.is_poll()), (Some(framing), false));
            }
            assert_eq!(found.len(), 4, "{framing:?} {piece}");
        }
    }
}

#[test]
fn a_stream_that_ends_within_a_frame_is_told() {
    for framing in FRAMINGS {
        let octets = frames(framing, &[MESSAGE, MESSAGE]);
        let one = octets.len() / 2;
        for cut in one + 1..octets.len() {
            let mut found = all(framing, &octets[..cut]);
            assert_eq!(found.len(), 2, "{framing:?}");
            let refused = found.pop().unwrap().map(|payload| payload.message);
            let left = cut - one;
            let words = format!("byte {one}: the stream ends within a frame, {left} bytes into it");
            assert_eq!(refused.map_err(|refusal| refusal.to_string()), Err(words), "{framing:?}");
            assert_eq!(found.pop().unwrap().unwrap().message, MESSAGE);
        }
    }
}

/// A wrong length in the second frame: the first is read, the error stands at its place, and nothing comes after it.
#[test]
fn nothing_is_read_behind_a_broken_frame() {
    let framing = Framing::ASCII4;
    let mut octets = frames(framing, &[MESSAGE, MESSAGE, MESSAGE]);
    octets[46] = b'x';
    let mut splitter = Splitter::new(framing);
    splitter.push(&octets);
    assert!(splitter.next().is_some_and(|(at, content)| at == 0 && content.is_ok()));
    let (at, content) = splitter.next().unwrap();
    assert_eq!((at, content.err().unwrap().byte), (44, Some(46)));
    assert!(splitter.is_broken() && splitter.next().is_none() && splitter.end().is_none());
    splitter.push(&octets);
    assert!(splitter.next().is_none() && splitter.end().is_none());
    assert_eq!(splitter.held(), 0);
    let again = splitter.again(1000);
    assert_eq!((again.position(), again.is_broken(), again.framing()), (1000, false, framing));
}

#[test]
fn one_message_is_one_frame_besides_polls() {
    let said = |octets: &[u8]| {
        let found = whole(Some(Framing::BINARY2), octets.to_vec()).map(|payload| payload.message);
        found.map_err(|refusal| refusal.to_string())
    };
    let poll: &[u8] = b"";
    assert_eq!(said(&frames(Framing::BINARY2, &[MESSAGE])), Ok(MESSAGE.to_vec()));
    assert_eq!(said(&frames(Framing::BINARY2, &[poll, MESSAGE, poll])), Ok(MESSAGE.to_vec()));
    assert_eq!(said(&frames(Framing::BINARY2, &[poll, poll])), Err("no frame".into()));
    assert_eq!(said(b""), Err("no frame".into()));
    assert_eq!(said(&frames(Framing::BINARY2, &[MESSAGE, MESSAGE])), Err("more than one frame".into()));
    let both = [&frames(Framing::BINARY2, &[MESSAGE])[..], &[0]].concat();
    assert_eq!(said(&both), Err("more than one frame".into()), "what follows is no part of it");
    let polls = all(Framing::BINARY2, &frames(Framing::BINARY2, &[poll, MESSAGE]));
    assert_eq!(polls[0].as_ref().unwrap().poll, [0, 0]);
    assert!(polls[1].as_ref().unwrap().poll.is_empty());
}

/// More of a message fits better; all of it, best; a whole one behind a length that nobody said, next to that.
#[test]
fn what_is_explained_further_fits_better() {
    let bare = Known { spec: Some(&ISO87_ASCII), framing: None };
    let framed = Known { framing: Some(Framing::BINARY2), ..bare };
    let any = Known { spec: None, framing: None };
    assert_eq!((bare.fit(MESSAGE), any.fit(MESSAGE)), (COMPLETE, COMPLETE));
    let fits: Vec<usize> = (4..MESSAGE.len()).map(|cut| bare.fit(&MESSAGE[..cut])).collect();
    assert!(fits.iter().all(|fit| *fit < COMPLETE), "{fits:?}");
    // the MTI and the bitmap are read; what is cut is a field of the last octets
    assert!(fits[fits.len() - 1] > 700, "{fits:?}");
    assert_eq!((bare.fit(b"XX00"), bare.fit(b""), framed.fit(b"")), (0, 0, 0));
    let frame = frames(Framing::BINARY2, &[MESSAGE]);
    assert_eq!((framed.fit(&frame), framed.fit(MESSAGE)), (COMPLETE, 0));
    assert_eq!(bare.fit(&frame), COMPLETE - 1, "a length that was not said");
    let two = frames(Framing::BINARY2, &[b"XXXX", MESSAGE]);
    assert_eq!(framed.fit(&two), COMPLETE, "the best of the frames");
    let longer = [MESSAGE, b"0"].concat();
    assert!((900..COMPLETE - 1).contains(&bare.fit(&longer)), "{}", bare.fit(&longer));
}
