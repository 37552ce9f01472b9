//! The walk and a plan, on one input.

use cardwire::{Builder, Message, Parser, Scan};

/// The property, for any spec and any input.
pub(crate) fn reads_as_the_walk_does(parser: &mut Parser<'_>, wire: &[u8]) {
    let (walked, planned) = (Message::parse(parser.spec(), wire), parser.parse(wire));
    match (&walked, &planned) {
        (Ok(walked), Ok(planned)) => {
            assert_eq!(walked.mti(), planned.mti());
            assert_eq!((walked.bitmap(), walked.bitmap_count()), (planned.bitmap(), planned.bitmap_count()));
            let ranges = |message: &Message<'_>| -> Vec<_> {
                message.fields().map(|field| (field.key(), field.range(), field.value_range())).collect()
            };
            assert_eq!(ranges(walked), ranges(planned));
            let copy = |message: &Message<'_>| Builder::copy_of(message, message.spec()).to_vec();
            assert_eq!(copy(walked), copy(planned));
        }
        (Err(walked), Err(planned)) => assert_eq!(walked, planned),
        _ => panic!("one says {walked:?}, the other {planned:?}"),
    }
    let (scan, scanned) = (Scan::of(parser.spec(), wire), parser.scan(wire));
    assert_eq!(scan.is_ok(), scanned.is_ok());
    if let Ok(message) = walked {
        let scanned = scanned.unwrap();
        assert_eq!((scanned.mti(), scanned.bitmap()), (message.mti(), message.bitmap()));
        for field in message.fields() {
            let number = u8::try_from(field.key().value()).unwrap();
            assert_eq!(scanned.expose(number), wire.get(field.value_range()));
        }
    }
}
