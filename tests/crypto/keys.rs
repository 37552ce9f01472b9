//! Keys: lengths, parity, check values, and that nothing of them is seen.

use cardwire::crypto::{CheckMethod, CryptoError, Family, Key, KeyKind};

use crate::common::{hex, unhex};

pub(crate) fn des(digits: &str) -> Key {
    Key::from_hex(Family::Des, digits).unwrap()
}

pub(crate) fn aes(digits: &str) -> Key {
    Key::from_hex(Family::Aes, digits).unwrap()
}

#[test]
fn every_length_is_a_kind_or_an_error() {
    for len in 0..80 {
        let octets = vec![0x13; len];
        for (family, lengths) in [(Family::Des, [8, 16, 24]), (Family::Aes, [16, 24, 32])] {
            let wanted = if lengths.contains(&len) {
                Ok(len)
            } else {
                Err(CryptoError::KeyLength { family, found: len })
            };
            assert_eq!(Key::of(family, &octets).map(|key| key.kind().len()), wanted);
            assert_eq!(Key::from_hex(family, &hex(&octets)).map(|key| key.kind().len()), wanted);
        }
    }
    assert_eq!(Key::des(&[0; 9]).unwrap_err().to_string(), "a DES key has 8, 16 or 24 bytes, not 9");
    assert_eq!(Key::from_hex(Family::Des, "0123456789ABCDE"), Err(CryptoError::HexDigit(15)));
    assert_eq!(Key::from_hex(Family::Des, "0123456789ABCD-F"), Err(CryptoError::HexDigit(14)));
}

/// ANSI X9.24-1 (zeros) and X9.24-1:2017 annex A (CMAC).
#[test]
fn check_values_of_the_facts() {
    for (key, zeros) in [
        ("0123456789ABCDEF", "D5D44FF7"),
        ("0123456789ABCDEFFEDCBA9876543210", "08D7B4FB"),
        ("A1A1A1A1A1A1A1A1B2B2B2B2B2B2B2B2D3D3D3D3D3D3D3D3", "42973265"),
    ] {
        let key = des(key);
        assert_eq!(key.check_value().to_string(), zeros[..6]);
        assert_eq!(key.check_value_by(CheckMethod::Zeros, 4).unwrap().to_string(), zeros);
        key.verify_check_value(CheckMethod::Zeros, &unhex(zeros)).unwrap();
    }
    for (key, cmac, zeros) in [
        ("2B7E151628AED2A6ABF7158809CF4F3C", "7AD386C376", "7DF76B"),
        ("00112233445566778899AABBCCDDEEFF", "53E107B36E", "FDE4FB"),
        ("3F419E1CB7079442AA37474C2EFBF8B8", "08793E25AB", "E5E07C"),
        ("000102030405060708090A0B0C0D0E0F1011121314151617", "D4FFB80EBF", "916251"),
        ("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "377822C093", "F29000"),
    ] {
        let key = aes(key);
        assert_eq!(key.check_value().to_string(), cmac);
        assert_eq!(key.check_value_by(CheckMethod::Zeros, 3).unwrap().to_string(), zeros);
        let mixed = key.verify_check_value(CheckMethod::Cmac, &unhex(zeros));
        assert_eq!(mixed, Err(CryptoError::CheckValue), "the methods never agree");
    }
}

#[test]
fn no_check_value_gives_away_more_or_says_less() {
    let key = des("0123456789ABCDEF");
    for found in [0, 5, 8, 16, 1_000] {
        let error = CryptoError::CheckValueLength { max: 4, found };
        assert_eq!(key.check_value_by(CheckMethod::Zeros, found), Err(error));
    }
    for found in 0..3 {
        let error = CryptoError::CheckValueLength { max: 4, found };
        assert_eq!(key.verify_check_value(CheckMethod::Zeros, &unhex("D5D44F")[..found]), Err(error));
    }
    assert_eq!(key.verify_check_value(CheckMethod::Zeros, &[0; 3]), Err(CryptoError::CheckValue));
}

#[test]
fn parity_is_told_and_changes_no_result() {
    let key = des("0022446688AACCEE1032547698BADCFE");
    assert!(!key.has_odd_parity());
    let odd = key.clone().with_odd_parity();
    assert!(odd.has_odd_parity() && odd != key);
    assert_eq!(odd.check_value(), key.check_value());
    assert_eq!(odd.clone().with_odd_parity(), odd);
}

#[test]
fn a_key_that_is_single_des_in_truth_is_told() {
    let (one, two, three) = ("0123456789ABCDEF", "FEDCBA9876543210", "1111111111111111");
    for (key, wanted) in [
        ([one, one].concat(), true),
        // parity bits make no other key
        ([one, "0022456689AACCEE"].concat(), true),
        ([one, "0022446688AACCEE"].concat(), true),
        ([one, "0123456789ABCDEE"].concat(), true),
        ([one, two].concat(), false),
        ([one, two, two].concat(), true),
        ([one, one, two].concat(), true),
        ([one, two, one].concat(), false),
        ([one, two, three].concat(), false),
        (one.to_owned(), false),
    ] {
        assert_eq!(des(&key).is_degenerate(), wanted, "{key}");
    }
    assert!(!aes(&one.repeat(2)).is_degenerate());
}

#[test]
fn components_are_joined() {
    let (one, other) = (des("0123456789ABCDEF"), des("FEDCBA9876543210"));
    assert_eq!(one.xor(&other).unwrap(), des("FFFFFFFFFFFFFFFF"));
    assert_eq!(one.xor(&des(&"11".repeat(16))), Err(CryptoError::Components));
    assert_eq!(aes(&"11".repeat(16)).xor(&des(&"11".repeat(16))), Err(CryptoError::Components));
}

#[test]
fn a_key_is_equal_to_itself_and_to_no_other() {
    let octets = unhex("0123456789ABCDEFFEDCBA9876543210");
    let key = Key::des(&octets).unwrap();
    assert_eq!(key, Key::des(&octets).unwrap());
    assert_ne!(key, Key::aes(&octets).unwrap(), "another cipher");
    for bit in 0..128 {
        let mut other = octets.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(key, Key::des(&other).unwrap(), "bit {bit}");
    }
}

#[test]
fn what_is_printed_of_a_key_is_its_kind() {
    for kind in
        [KeyKind::Des, KeyKind::Tdes2, KeyKind::Tdes3, KeyKind::Aes128, KeyKind::Aes192, KeyKind::Aes256]
    {
        let octets = &unhex("0123456789ABCDEFFEDCBA98765432101122334455667788AABBCCDDEEFF0011")[..kind.len()];
        let key = Key::of(kind.family(), octets).unwrap();
        assert_eq!(format!("{key:?}"), format!("Key({kind})"));
        assert_eq!(key.expose(), octets);
    }
}
