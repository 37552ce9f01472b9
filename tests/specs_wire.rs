//! What the composites of the built-in specs say about values of each, and about messages that
//! others made.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "helpers of tests")]

use std::path::PathBuf;

use cardwire::spec::{
    IPM_ASCII, IPM_EBCDIC, ISO03_BCD, ISO03_EBCDIC, ISO87_BCD, ISO87_EBCDIC, ISO93_ASCII, ISO93_BCD,
    UNIONPAY_INSTITUTIONS, UNIONPAY_POS, UNIONPAY_TOTALS, UNIONPAY_UPLOAD,
};
use cardwire::{Builder, ErrorKind, Framing, Message, Spec};

fn shared(path: &str) -> Option<Vec<u8>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("CARDWIRE_SHARED").map_or_else(beside, PathBuf::from);
    let content = std::fs::read(folder.join(path)).ok();
    if content.is_none() {
        println!("skipped: {} is absent", folder.join(path).display());
    }
    content
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap()).collect()
}

/// A message of nothing but the element.
fn message_of(spec: &Spec<'static>, number: u8, value: &str) -> cardwire::Result<Vec<u8>> {
    Builder::new(spec, "0100".parse().unwrap()).set(number, value).to_vec()
}

/// Every line: spec, element, value, path of a part, the part.
const VALUES: [(&Spec<'static>, u8, &str, &str, &str); 18] = [
    (&ISO87_BCD, 3, "012030", "3.3", "30"),
    (&ISO87_EBCDIC, 54, "1001840C000000012345", "54.1.4", "C000000012345"),
    (&ISO87_BCD, 54, "1001840C0000000123451002840D000000000001", "54.2.3", "840"),
    (&ISO87_BCD, 90, "020012345604151234560000012345600000654321", "90.5", "00000654321"),
    (&ISO87_BCD, 95, "000000010000000000000000C00000100D00000200", "95.4", "D00000200"),
    // without signs, as one network fills it
    (&ISO87_BCD, 95, "000000010000000000000000000000000000000000", "95.3", "000000000"),
    (&ISO93_BCD, 22, "51010151314C", "22.12", "C"),
    (&ISO93_ASCII, 30, "000000010000000000020000", "30.2", "000000020000"),
    (&ISO93_BCD, 56, "11001234562504151234560512345", "56.4", "12345"),
    (&ISO93_BCD, 56, "1100123456250415123456", "56.3", "250415123456"),
    (&ISO03_BCD, 4, "8402000000012500", "4.2", "2"),
    (&ISO03_BCD, 8, "840200000125", "8.3", "00000125"),
    (&ISO03_EBCDIC, 30, "84020000000125009782000000002000", "30.2.3", "000000002000"),
    (&ISO03_BCD, 31, "21234565105123456789014", "31.3", "5105"),
    (&ISO03_BCD, 54, "10018402C000000012345", "54.1.5", "C000000012345"),
    (&ISO03_BCD, 56, "11000000001234562025041512345612345", "56.4", "12345"),
    (&UNIONPAY_POS, 60, "22000001", "60.2", "000001"),
    (&UNIONPAY_POS, 61, "00000100000206010012345", "61.5", "12345"),
];

#[test]
fn values_fit_the_layouts_of_their_elements() {
    for (spec, number, value, path, part) in VALUES {
        let wire = message_of(spec, number, value).unwrap_or_else(|error| panic!("{path}: {error}"));
        let message = Message::parse(spec, &wire).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(message.text(number).unwrap(), value);
        assert_eq!(message.path(path).unwrap_or_else(|| panic!("{path}")).text().unwrap(), part, "{path}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_refused() {
    // an amount without a sign, an amount cut short
    assert!(matches!(
        message_of(&ISO87_BCD, 54, "10018400000000012345").unwrap_err().kind(),
        ErrorKind::Character(..)
    ));
    assert!(message_of(&ISO87_BCD, 54, "1001840C00000001234").is_err());
}

/// The message in the named frame.
fn unionpay(rows: &[u8], name: &str) -> Vec<u8> {
    let row = std::str::from_utf8(rows).unwrap().lines().find(|row| row.split('\t').next() == Some(name));
    let frame = unhex(row.and_then(|row| row.split('\t').nth(2)).unwrap());
    Framing::UNIONPAY.split(&frame).unwrap().unwrap().payload.to_vec()
}

#[test]
fn unionpay_composites() {
    let Some(rows) = shared("corpora/unionpay/unionpay_vectors.tsv") else { return };

    let wire = unionpay(&rows, "0200-sale");
    let sale = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    assert_eq!(sale.text(22).unwrap(), "021");
    assert_eq!(sale.path("53.1").unwrap().text().unwrap(), "2");

    let wire = unionpay(&rows, "0210-sale-00");
    let response = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    let mut institutions = response.get(44).unwrap().parts_as(&UNIONPAY_INSTITUTIONS).unwrap();
    assert_eq!(institutions.next().unwrap().text().unwrap().trimmed(), "01020000");
    assert_eq!(response.path("63.1").unwrap().text().unwrap(), "CUP");

    let wire = unionpay(&rows, "0220-refund");
    let refund = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    assert_eq!(refund.path("61.3").unwrap().text().unwrap(), "0601");

    let wire = unionpay(&rows, "0510-unbalanced");
    let settled = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    let totals: Vec<_> = settled.get(48).unwrap().parts_as(&UNIONPAY_TOTALS).unwrap().collect();
    let domestic = totals.first().unwrap();
    assert_eq!(domestic.part(1).unwrap().number().unwrap(), 12_300);
    assert_eq!(domestic.part(5).unwrap().number().unwrap(), 2);
    assert_eq!(totals.len(), 2);

    let wire = unionpay(&rows, "0320-detail");
    let upload = Message::parse(&UNIONPAY_POS, &wire).unwrap();
    let mut parts = upload.get(48).unwrap().parts_as(&UNIONPAY_UPLOAD).unwrap();
    assert_eq!(parts.nth(1).unwrap().part(4).unwrap().number().unwrap(), 12_300);
}

#[test]
fn ipm_records() {
    for (file, spec) in [("sample_vbs_ebcdic.ipm", &IPM_EBCDIC), ("sample_1014_ascii.ipm", &IPM_ASCII)] {
        let Some(content) = shared(&format!("corpora/ipm/{file}")) else { return };
        let mut rest = content.as_slice();
        let mut numbers = Vec::new();
        // the samples are shorter than a block of 1014
        while let Some((head, tail)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*head)).unwrap();
            let Some((record, tail)) = tail.split_at_checked(length).filter(|_| length > 0) else { break };
            let message = Message::parse(spec, record).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), record, "{file}");
            assert_eq!(message.text(24).unwrap(), "697");
            assert_eq!(message.path("48.0105").unwrap().len(), 25);
            numbers.push(message.number(71).unwrap());
            rest = tail;
        }
        assert_eq!(numbers, [1, 2, 3], "{file}");
    }
}
