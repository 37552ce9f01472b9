//! Replays wire vectors that others recorded, where the corpus is at hand.

mod common;

use cardwire::profile::UNIONPAY_PROFILE;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_BCD_N49, UNIONPAY_POS};
use cardwire::{Builder, Framing, Message, Spec};
use common::{shared, unhex};

/// Parses, rebuilds from the copy, and compares every octet.
fn rebuilds(name: &str, spec: &Spec<'static>, wire: &[u8]) {
    let message = Message::parse(spec, wire).unwrap_or_else(|error| panic!("{name}: {error}"));
    let copy = Builder::copy_of(&message, spec);
    assert_eq!(copy.measure().unwrap(), wire.len(), "{name}");
    assert_eq!(copy.to_vec().unwrap(), wire, "{name}");
}

#[test]
fn unionpay_frames_are_rebuilt_octet_by_octet() {
    let Some(shared) = shared() else { return };
    let rows = std::fs::read_to_string(shared.join("corpora/unionpay/unionpay_vectors.tsv")).unwrap();
    let mut frames = 0;
    for row in rows.lines().filter(|row| !row.starts_with('#')) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (name, hex) = (columns[0], columns[2]);
        // key material and cryptogram steps have no length prefix that fits
        let Some(wire) = (hex.len() > 30 && hex.starts_with("00")).then(|| unhex(hex)) else { continue };
        let Ok(Some(frame)) = Framing::UNIONPAY.split(&wire) else { panic!("{name}: not one frame") };
        assert_eq!(frame.consumed, wire.len(), "{name}");
        rebuilds(name, &UNIONPAY_POS, frame.payload);
        let message = Message::parse(&UNIONPAY_POS, frame.payload).unwrap();
        let violations: Vec<String> =
            UNIONPAY_PROFILE.check(&message).map(|found| found.to_string()).collect();
        assert_eq!(violations, Vec::<String>::new(), "{name}");
        let mut again = vec![0; wire.len()];
        assert_eq!(Framing::UNIONPAY.wrap(frame.header, frame.payload, &mut again).unwrap(), wire, "{name}");
        frames += 1;
    }
    assert!(frames >= 18, "{frames} frames");
}

#[test]
fn benchmark_messages_are_rebuilt_octet_by_octet() {
    let Some(shared) = shared() else { return };
    let mut messages = 0;
    for file in ["corpora/jpos/benchmark_messages.txt", "corpora/moov/benchmark_messages.txt"] {
        let rows = std::fs::read_to_string(shared.join(file)).unwrap();
        for row in rows.lines().filter(|row| !row.starts_with('#')) {
            let columns: Vec<&str> = row.split('\t').collect();
            let (name, dialect, wire) = (columns[0], columns[1], unhex(columns[3]));
            let spec = match dialect {
                "iso87ascii" | "iso8583.Spec87 (field 3 as fixed String)" => &ISO87_ASCII,
                "iso87binary" => &ISO87_BCD,
                "ISO 8583 v1987 BCD/binary (jPOS iso87binary-like)" => &ISO87_BCD_N49,
                // writes sixteen bitmap octets without setting bit 1, which no dialect does
                "ISO 8583 v1987 ASCII" => {
                    assert!(Message::parse(&ISO87_ASCII, &wire).is_err(), "{name}");
                    continue;
                }
                other => panic!("{name}: no built-in dialect is named for {other}"),
            };
            rebuilds(name, spec, &wire);
            messages += 1;
        }
    }
    assert_eq!(messages, 8);
}
