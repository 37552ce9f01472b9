//! Windows, held against values written and read octet by octet.

use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn codings() -> impl Strategy<Value = (Coding, Content, PadNibble, Vec<u8>)> {
    let pages = [CodePage::Cp037, CodePage::Cp500, CodePage::Cp1047, CodePage::Cp1047Lf];
    let page = proptest::sample::select(pages.to_vec());
    let pad_nibble =
        prop_oneof![Just(PadNibble::LEFT_ZERO), Just(PadNibble::RIGHT_ZERO), Just(PadNibble::RIGHT_F)];
    let digits = || proptest::collection::vec(b'0'..=b'9', 0..20);
    let signed = || {
        (prop_oneof![Just(b'C'), Just(b'D')], digits()).prop_map(|(sign, mut digits)| {
            digits.insert(0, sign);
            digits.push(b'7');
            digits
        })
    };
    let octets = || proptest::collection::vec(any::<u8>(), 0..20);
    prop_oneof![
        (pad_nibble.clone(), digits()).prop_map(|(pad_nibble, v)| (Coding::Bcd, Content::N, pad_nibble, v)),
        (pad_nibble.clone(), signed()).prop_map(|(pad_nibble, v)| (Coding::Bcd, Content::Xn, pad_nibble, v)),
        (pad_nibble, proptest::collection::vec(prop_oneof![b'0'..=b'9', b'A'..=b'F'], 0..20))
            .prop_map(|(pad_nibble, v)| (Coding::Bcd, Content::H, pad_nibble, v)),
        (page.clone(), octets()).prop_map(|(p, v)| (
            Coding::Ebcdic(p),
            Content::Any,
            PadNibble::LEFT_ZERO,
            v
        )),
        (page, octets()).prop_map(|(p, v)| (Coding::EbcdicHex(p), Content::B, PadNibble::LEFT_ZERO, v)),
        octets().prop_map(|v| (Coding::Hex, Content::B, PadNibble::LEFT_ZERO, v)),
        octets().prop_map(|v| (Coding::Raw, Content::B, PadNibble::LEFT_ZERO, v)),
        signed().prop_map(|v| (Coding::Zoned(Zone::C), Content::Xn, PadNibble::LEFT_ZERO, v)),
        signed().prop_map(|v| (Coding::Zoned(Zone::F), Content::Xn, PadNibble::LEFT_ZERO, v)),
    ]
}

proptest! {
    #[test]
    fn what_is_set_is_got((coding, content, pad_nibble, value) in codings(), before in 0usize..4) {
        let len = coding.wire_len(content, value.len());
        let mut wire = vec![0; before + len];
        let mut whole = OctetsMut::of(&mut wire);
        let mut window = whole.encode(before, value.len(), coding, content, pad_nibble);
        for (index, octet) in value.iter().enumerate() {
            window.set(index, *octet);
        }
        let read = Octets::of(&wire).decode(before, value.len(), coding, content, pad_nibble);
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), value.clone());
        for index in 0..value.len() {
            prop_assert!((before..before + len).contains(&read.position(index)));
        }
        let even = coding.units_of(content, len).unwrap_or(0);
        prop_assert!(even == value.len() || even == value.len() + 1);
    }
}

#[test]
fn the_table_of_the_module_documentation() {
    let put = |coding, content, pad_nibble, value: &[u8]| {
        let mut wire = vec![0; Coding::wire_len(coding, content, value.len())];
        let mut whole = OctetsMut::of(&mut wire);
        let mut window = whole.encode(0, value.len(), coding, content, pad_nibble);
        value.iter().enumerate().for_each(|(index, octet)| window.set(index, *octet));
        wire
    };
    let (n, xn, left, right) = (Content::N, Content::Xn, PadNibble::LEFT_ZERO, PadNibble::RIGHT_ZERO);
    assert_eq!(put(Coding::Bcd, n, left, b"123"), [0x01, 0x23]);
    assert_eq!(put(Coding::Bcd, n, right, b"123"), [0x12, 0x30]);
    assert_eq!(put(Coding::Bcd, xn, left, b"D00000123"), [0x44, 0x00, 0x00, 0x01, 0x23]);
    assert_eq!(put(Coding::Hex, Content::B, left, &[0x9F, 0x26]), *b"9F26");
    assert_eq!(
        put(Coding::Zoned(Zone::C), xn, left, b"D00000123"),
        [0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF1, 0xF2, 0xD3]
    );
    assert_eq!(put(Coding::Bcd, Content::Z, right, b"12=34"), [0x12, 0xD3, 0x40]);
    assert_eq!(put(Coding::Bcd, Content::Z, right, b"12D34"), [0x12, 0xD3, 0x40]);
}
