//! The built-in specs on messages that others made: they parse, and build again octet for octet.

use std::path::PathBuf;

use cardwire::layout::{n, row};
use cardwire::mask::OPEN;
use cardwire::spec::{
    IPM_ASCII, IPM_EBCDIC, ISO87, ISO87_ASCII, ISO87_BCD, PDS, UNIONPAY_INSTITUTIONS, UNIONPAY_POS,
    UNIONPAY_TOTALS, UNIONPAY_UPLOAD,
};
use cardwire::{Builder, Dialect, Message, Spec};

/// The peer's BCD writes currencies as packed digits; ISO87_BCD writes characters, as jPOS does.
static PACKED_CURRENCY: Spec = Spec::new(
    "packed-currency",
    &Dialect::BCD,
    &ISO87.with(row(49, n(3), "Currency code, transaction", OPEN)).elements(&Dialect::BCD),
);

fn shared(path: &str) -> Option<Vec<u8>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("CARDWIRE_SHARED").map_or_else(beside, PathBuf::from);
    let content = std::fs::read(folder.join(path)).ok();
    if content.is_none() {
        println!("skipped: {} is absent", folder.join(path).display());
    }
    content
}

/// The rows of a file of tab-separated cells, without comments.
fn rows(content: &[u8]) -> Vec<Vec<String>> {
    let lines = std::str::from_utf8(content).unwrap().lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[track_caller]
fn parse_and_rebuild<'a>(spec: &'a Spec<'a>, wire: &'a [u8], name: &str) -> Message<'a> {
    let message = Message::parse(spec, wire).unwrap_or_else(|error| panic!("{name}: {error}"));
    let rebuilt = Builder::copy_of(&message, spec).to_vec().unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(rebuilt, wire, "{name}");
    message
}

#[test]
fn benchmark_messages_of_peers() {
    for (file, expected) in [("jpos", 3), ("moov", 6)] {
        let Some(content) = shared(&format!("corpora/{file}/benchmark_messages.txt")) else { return };
        let mut seen = 0;
        for cells in rows(&content) {
            let (name, wire) = (cells[0].as_str(), unhex(cells.last().unwrap()).unwrap());
            let spec = match (file, name.get(..2).unwrap()) {
                // a1: the peer writes a second bitmap that bit 1 does not announce
                ("moov", "a1") => {
                    assert!(Message::parse(&ISO87_ASCII, &wire).is_err());
                    seen += 1;
                    continue;
                }
                ("moov", "c_" | "c2" | "b2") => &PACKED_CURRENCY,
                ("jpos", "c_") => &ISO87_BCD,
                _ => &ISO87_ASCII,
            };
            let message = parse_and_rebuild(spec, &wire, name);
            if message.mti() == "0100" {
                assert_eq!(message.text(49).unwrap(), "840", "{name}");
                assert_eq!(message.at("55.9F1A").unwrap().text().unwrap(), "0840", "{name}");
                assert_eq!(message.at("3.1").unwrap().text().unwrap(), "00", "{name}");
            }
            seen += 1;
        }
        assert_eq!(seen, expected, "{file}");
    }
}

#[test]
fn unionpay_frames() {
    let Some(content) = shared("corpora/unionpay/unionpay_vectors.tsv") else { return };
    let mut frames = 0;
    for cells in rows(&content) {
        let Some(frame) = unhex(&cells[2]) else { continue };
        let length = frame.len().checked_sub(2);
        if length.is_none()
            || length != frame.get(..2).map(|head| usize::from(head[0]) << 8 | usize::from(head[1]))
        {
            continue;
        }
        let message = parse_and_rebuild(&UNIONPAY_POS, &frame[13..], &cells[0]);
        assert!(message.at("60.2").is_some(), "{}", cells[0]);
        match cells[0].as_str() {
            "0200-sale" => {
                assert_eq!(message.text(22).unwrap(), "021");
                assert_eq!(message.at("53.1").unwrap().text().unwrap(), "2");
            }
            "0210-sale-00" => {
                let mut institutions = message.get(44).unwrap().parts_as(&UNIONPAY_INSTITUTIONS).unwrap();
                assert_eq!(institutions.next().unwrap().text().unwrap().trimmed(), "01020000");
            }
            "0220-refund" => assert_eq!(message.at("61.3").unwrap().text().unwrap(), "0601"),
            "0510-unbalanced" => {
                let mut totals = message.get(48).unwrap().parts_as(&UNIONPAY_TOTALS).unwrap();
                let domestic = totals.next().unwrap();
                assert_eq!(domestic.part(1).unwrap().number().unwrap(), 12_300);
                assert_eq!(domestic.part(5).unwrap().number().unwrap(), 2);
                assert_eq!(totals.count(), 1);
            }
            "0320-detail" => {
                let mut uploaded = message.get(48).unwrap().parts_as(&UNIONPAY_UPLOAD).unwrap();
                let transaction = uploaded.nth(1).unwrap();
                assert_eq!(transaction.part(4).unwrap().number().unwrap(), 12_300);
            }
            _ => {}
        }
        frames += 1;
    }
    assert_eq!(frames, 17);
}

#[test]
fn ipm_records() {
    for (file, spec) in [("sample_vbs_ebcdic.ipm", &IPM_EBCDIC), ("sample_1014_ascii.ipm", &IPM_ASCII)] {
        let Some(content) = shared(&format!("corpora/ipm/{file}")) else { return };
        let mut rest = content.as_slice();
        let mut numbers = Vec::new();
        while let Some((head, tail)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*head)).unwrap();
            if length == 0 {
                break;
            }
            let (record, tail) = tail.split_at(length);
            let message = parse_and_rebuild(spec, record, file);
            assert_eq!(message.text(24).unwrap(), "697");
            assert_eq!(message.at("48.0105").unwrap().len(), 25);
            numbers.push(message.number(71).unwrap());
            rest = tail;
        }
        assert_eq!(numbers, [1, 2, 3], "{file}");
    }
    assert_eq!(PDS.element(105).unwrap().name(), "File id");
}
