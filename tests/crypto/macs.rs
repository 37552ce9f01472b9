//! MACs: ISO/IEC 9797-1, ANSI X9.9 and X9.19, SP 800-38B and RFC 4493, UnionPay.

use cardwire::crypto::{CryptoError, Key, KeyKind, MacAlgorithm, MacStream, MacValue, Padding};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

const BOTH_HALVES: &str = "0123456789ABCDEFFEDCBA9876543210";

fn mac(algorithm: MacAlgorithm, key: &Key, data: &[u8]) -> String {
    hex(algorithm.of(key, data).unwrap().as_bytes())
}

/// ISO/IEC 9797-1:2011 annex B.4, algorithm 3 (ANSI X9.19), padding methods 1 and 2.
#[test]
fn retail_macs_of_the_standard() {
    let key = des(BOTH_HALVES);
    for (data, zeros, bit) in [
        ("Now is the time for all ", "A1C72E74EA3FA9B6", "E9086230CA3BE796"),
        ("Now is the time for it", "2E2B1428CC78254F", "5A692CE64F404145"),
    ] {
        assert_eq!(mac(MacAlgorithm::X9_19, &key, data.as_bytes()), zeros);
        assert_eq!(mac(MacAlgorithm::Retail(Padding::Bit), &key, data.as_bytes()), bit);
    }
}

/// ISO/IEC 9797-1:2011 annex B.2, algorithm 1 (ANSI X9.9).
#[test]
fn chained_macs_of_the_standard() {
    let key = des("0123456789ABCDEF");
    assert_eq!(mac(MacAlgorithm::X9_9, &key, b"Now is the time for all "), "70A30640CC76DD8B");
    assert_eq!(mac(MacAlgorithm::X9_9, &key, b"Now is the time for it"), "E45B3AD2B7CC0856");
}

/// RFC 4493 section 4 and SP 800-38B annex D.1.
#[test]
fn cmacs_of_the_standard() {
    let key = aes("2b7e151628aed2a6abf7158809cf4f3c");
    let data = unhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    );
    for (len, wanted) in [
        (0, "BB1D6929E95937287FA37D129B756746"),
        (16, "070A16B46B4D4144F79BDD9DD04A287C"),
        (40, "DFA66747DE9AE63030CA32611497C827"),
        (64, "51F0BEBF7E3B9D92FC49741779363CFE"),
    ] {
        assert_eq!(mac(MacAlgorithm::Cmac, &key, &data[..len]), wanted);
    }
}

/// UnionPay's "ECB" MAC, the public worked example: all blocks XORed give 1212B04E1227809C.
#[test]
fn the_public_example_of_unionpay() {
    let key = des("55036372B17543ECB173730768B8D6C4");
    let folded = unhex("1212B04E1227809C");
    assert_eq!(mac(MacAlgorithm::UnionPayEcb, &key, &folded), "3546453035384442");
    // the blocks are XORed: their order makes no difference, and zeros at the end are no octets
    let spread = [&[0x12, 0x12, 0xB0][..], &[0; 5], &[0, 0, 0, 0x4E], &folded[4..], &[0; 3]].concat();
    assert_eq!(mac(MacAlgorithm::UnionPayEcb, &key, &spread), "3546453035384442");
}

/// ISO/IEC 9797-1:2011 section 6.3.2: with method 1 nothing at all becomes one block of zeros.
#[test]
fn nothing_at_all_has_a_mac() {
    let key = des(BOTH_HALVES);
    assert_eq!(mac(MacAlgorithm::X9_19, &key, b""), "08D7B4FB629D0885");
    assert_eq!(mac(MacAlgorithm::X9_19, &key, &[0; 8]), "08D7B4FB629D0885");
    assert_ne!(mac(MacAlgorithm::Retail(Padding::Bit), &key, b""), "08D7B4FB629D0885");
    let once = des("0123456789ABCDEF");
    assert_eq!(mac(MacAlgorithm::X9_9, &once, b""), "D5D44FF720683D0D");
    let zeros = mac(MacAlgorithm::UnionPayEcb, &key, b"");
    assert_eq!(zeros, mac(MacAlgorithm::UnionPayEcb, &key, &[0; 8]));
}

/// Algorithm 1 and 3 by the crates `cbc-mac` and `retail-mac`, CMAC by hand from its definition: any length,
/// whole blocks and others.
#[test]
fn other_hands_make_the_same() {
    use cbc_mac::{KeyInit, Mac};
    let data: Vec<u8> = (0..100_u8).map(|octet| octet.wrapping_mul(37) ^ 0x5A).collect();
    let octets = unhex(BOTH_HALVES);
    for len in 1..data.len() {
        let data = &data[..len];
        let chained = cbc_mac::CbcMac::<::des::Des>::new_from_slice(&octets[..8]).unwrap();
        let theirs = hex(&chained.chain_update(data).finalize().into_bytes());
        assert_eq!(mac(MacAlgorithm::X9_9, &Key::des(&octets[..8]).unwrap(), data), theirs, "{len}");
        let retail = retail_mac::RetailMac::<::des::Des>::new_from_slice(&octets).unwrap();
        let theirs = hex(&retail.chain_update(data).finalize().into_bytes());
        assert_eq!(mac(MacAlgorithm::X9_19, &Key::des(&octets).unwrap(), data), theirs, "{len}");
        // method 2 is method 1 after one bit
        let marked = [data, &[0x80]].concat();
        let key = Key::des(&octets).unwrap();
        for (bit, zeros) in [
            (MacAlgorithm::Cbc(Padding::Bit), MacAlgorithm::X9_9),
            (MacAlgorithm::Retail(Padding::Bit), MacAlgorithm::X9_19),
        ] {
            assert_eq!(mac(bit, &key, data), mac(zeros, &key, &marked), "{len}");
        }
    }
}

const ALGORITHMS: [MacAlgorithm; 6] = [
    MacAlgorithm::Cbc(Padding::Zeros),
    MacAlgorithm::Cbc(Padding::Bit),
    MacAlgorithm::Retail(Padding::Zeros),
    MacAlgorithm::Retail(Padding::Bit),
    MacAlgorithm::Cmac,
    MacAlgorithm::UnionPayEcb,
];

#[test]
fn spans_may_be_cut_anywhere() {
    let data: Vec<u8> = (0..41).collect();
    for (algorithm, key) in ALGORITHMS.into_iter().map(|algorithm| (algorithm, des(BOTH_HALVES))).chain([
        (MacAlgorithm::Cmac, aes(BOTH_HALVES)),
        (MacAlgorithm::Cbc(Padding::Bit), aes(BOTH_HALVES)),
        (MacAlgorithm::Cbc(Padding::Zeros), aes(BOTH_HALVES)),
    ]) {
        let whole = algorithm.of(&key, &data).unwrap();
        for first in 0..=data.len() {
            for second in first..=data.len() {
                let mut stream = MacStream::new(algorithm, &key).unwrap();
                let spans = [&data[..first], &data[first..second], &data[second..]];
                for span in spans {
                    stream.update(span);
                }
                assert_eq!(stream.finish(), whole, "{algorithm:?} cut at {first} and {second}");
            }
        }
    }
}

#[test]
fn one_bit_more_or_less_is_another_mac() {
    let (key, data) = (des(BOTH_HALVES), b"0800202000000080000000000012345600000001".to_vec());
    for algorithm in ALGORITHMS {
        let value = algorithm.of(&key, &data).unwrap();
        value.verify(value.as_bytes()).unwrap();
        for bit in 0..8 * value.as_bytes().len() {
            let mut wrong = value.as_bytes().to_vec();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(value.verify(&wrong), Err(CryptoError::Mac));
        }
        for bit in 0..8 * data.len() {
            let mut changed = data.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let wrong = algorithm.of(&key, &changed).unwrap();
            assert_eq!(wrong.verify(value.as_bytes()), Err(CryptoError::Mac), "{algorithm:?}, bit {bit}");
        }
    }
}

#[test]
fn a_truncated_mac_has_four_octets_or_more_and_is_never_taken_for_a_whole_one() {
    let value = |len| MacAlgorithm::X9_19.of(&des(BOTH_HALVES), b"Now").unwrap().truncated(len);
    let whole = value(8).unwrap();
    for found in [0, 1, 2, 3, 9, 16, 300] {
        assert_eq!(value(found).unwrap_err(), CryptoError::MacLength { max: 8, found });
    }
    for len in 4..=8 {
        let short: MacValue = value(len).unwrap();
        assert_eq!(short.as_bytes(), &whole.as_bytes()[..len]);
        for other in (0..=8).filter(|other| *other != len) {
            let error = CryptoError::MacLength { max: len, found: other };
            assert_eq!(short.verify(&whole.as_bytes()[..other]), Err(error));
        }
    }
    assert_eq!(format!("{whole:?}"), "MacValue(8 bytes)");
}

#[test]
fn keys_that_an_algorithm_does_not_take() {
    let keys = [
        des("0123456789ABCDEF"),
        des(BOTH_HALVES),
        des(&"0123456789ABCDEF".repeat(3)),
        aes(BOTH_HALVES),
        aes(&"0123456789ABCDEF".repeat(3)),
        aes(&"0123456789ABCDEF".repeat(4)),
    ];
    for key in &keys {
        let takes = |algorithm| MacStream::new(algorithm, key).is_ok();
        let kind = key.kind();
        assert!(takes(MacAlgorithm::X9_9));
        assert_eq!(takes(MacAlgorithm::X9_19), kind == KeyKind::Tdes2);
        assert_eq!(takes(MacAlgorithm::Cmac), kind != KeyKind::Des);
        assert_eq!(takes(MacAlgorithm::UnionPayEcb), matches!(kind, KeyKind::Des | KeyKind::Tdes2));
    }
    let error = MacStream::new(MacAlgorithm::X9_19, &keys[0]).unwrap_err();
    assert_eq!(error.to_string(), "this takes a double-length TDES key, the key is DES");
}

/// ISO/IEC 9797-1:2011 section 6.3: padding method 2 adds one bit and zeros, and to a whole block another one.
#[test]
fn padding_by_a_bit_of_the_standard() {
    let key = des("0123456789ABCDEF");
    let bit = |data: &str| mac(MacAlgorithm::Cbc(Padding::Bit), &key, &unhex(data));
    let zeros = |data: &str| mac(MacAlgorithm::Cbc(Padding::Zeros), &key, &unhex(data));
    assert_eq!(bit("1234"), zeros("1234800000000000"));
    assert_eq!(bit("1234567890ABCDEF"), zeros("1234567890ABCDEF8000000000000000"));
    assert_eq!(bit(""), zeros("8000000000000000"));
}

/// ISO/IEC 9797-1:2011 section 6.1 and ANSI X9.19: the leftmost octets, four at least.
#[test]
fn every_length_of_a_truncated_mac() {
    for (algorithm, key) in ALGORITHMS
        .into_iter()
        .map(|algorithm| (algorithm, des(BOTH_HALVES)))
        .chain([(MacAlgorithm::Cmac, aes(BOTH_HALVES))])
    {
        let whole = algorithm.of(&key, b"0200").unwrap();
        let full = whole.as_bytes().len();
        for kept in 0..=full + 1 {
            let short = whole.clone().truncated(kept);
            if !(4..=full).contains(&kept) {
                assert_eq!(short.unwrap_err(), CryptoError::MacLength { max: full, found: kept });
                continue;
            }
            let short = short.unwrap();
            assert_eq!(short.as_bytes(), &whole.as_bytes()[..kept]);
            assert_eq!(short.verify(&whole.as_bytes()[..kept]), Ok(()));
            let mut wrong = short.as_bytes().to_vec();
            wrong[kept - 1] ^= 1;
            assert_eq!(short.verify(&wrong), Err(CryptoError::Mac));
            assert_eq!(whole == short, kept == full);
        }
    }
}
