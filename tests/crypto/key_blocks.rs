//! Key blocks: ASC X9 TR-31:2018 and ANSI X9.143, versions B and D.

use cardwire::crypto::key_block::{Header, KeyBlock, KeyBlockVersion};
use cardwire::crypto::{BlockFault, CryptoError, Family, Key};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

struct Row {
    name: &'static str,
    protection: Key,
    block: &'static str,
    key: Vec<u8>,
    padding: Option<[u8; 32]>,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("key_blocks.txt").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let columns: Vec<_> = line.split(' ').collect();
        let family = if columns[2].starts_with('B') { Family::Des } else { Family::Aes };
        let padding = (columns[4] != "-").then(|| {
            let mut padding = unhex(columns[4]);
            padding.resize(32, 0);
            padding.try_into().unwrap()
        });
        Row {
            name: columns[0],
            protection: Key::from_hex(family, columns[1]).unwrap(),
            block: columns[2],
            key: unhex(columns[3]),
            padding,
        }
    };
    lines.map(row).collect()
}

#[test]
fn blocks_of_the_facts_are_opened() {
    let rows = rows();
    assert_eq!(rows.len(), 19);
    for row in &rows {
        let block = KeyBlock::parse(row.block).unwrap();
        let key = block.unwrap(&row.protection).unwrap_or_else(|error| panic!("{}: {error}", row.name));
        assert_eq!(hex(key.expose()), hex(&row.key), "{}", row.name);
        assert!(block.header().usage_words().is_some(), "{}", row.name);
    }
}

#[test]
fn blocks_of_the_facts_are_made() {
    let mut count = 0;
    for row in rows() {
        let Some(padding) = row.padding else { continue };
        let block = KeyBlock::parse(row.block).unwrap();
        let key = block.unwrap(&row.protection).unwrap();
        let mut buffer = [0; 256];
        let made = match block.header().wrap(&row.protection, &key, &padding, &mut buffer) {
            Ok(made) if made == row.block => made,
            _ => block.header().wrap_short(&row.protection, &key, &padding, &mut buffer).unwrap(),
        };
        assert_eq!(made, row.block, "{}", row.name);
        let needed = made.len();
        for found in 0..needed {
            let mut small = vec![0; found];
            let made = block.header().wrap_short(&row.protection, &key, &padding, &mut small);
            assert!(made.is_ok() || matches!(made, Err(CryptoError::Room { .. })), "{}", row.name);
        }
        count += 1;
    }
    assert_eq!(count, 13);
}

#[test]
fn optional_blocks_are_kept_byte_for_byte() {
    let row = rows().into_iter().find(|row| row.name == "D7").unwrap();
    let block = KeyBlock::parse(row.block).unwrap();
    let optional: Vec<_> = block.header().optional_blocks().collect();
    assert_eq!(optional, [("TS", "20260101120000Z"), ("PB", "000000000")]);
    let mut buffer = [0; 64];
    let bare = Header::new(KeyBlockVersion::D, *b"K0", b'A', b'B', b'S');
    let header = bare.with_optional(&[("TS", "20260101120000Z")], &mut buffer).unwrap();
    assert_eq!(header, *block.header());
}

/// X9.143 section 6.3.5: the blocks fill whole cipher blocks, by `PB`; beyond 251 characters a long length.
#[test]
fn optional_blocks_of_every_length_come_back() {
    let protection = [des("0123456789ABCDEFFEDCBA9876543210"), aes("0123456789ABCDEFFEDCBA9876543210")];
    for (version, protection) in [KeyBlockVersion::B, KeyBlockVersion::D].into_iter().zip(&protection) {
        let bare = Header::new(version, *b"P0", b'T', b'E', b'N');
        let key = des("FEDCBA98765432100123456789ABCDEF");
        for len in (0..300).chain([1_000, 5_000]) {
            let data = "x".repeat(len);
            let (mut optional, mut out) = ([0; 6_000], [0; 7_000]);
            let header = bare.with_optional(&[("LB", &data), ("10", "")], &mut optional).unwrap();
            let text = header.wrap(protection, &key, &[9; 32], &mut out).unwrap();
            let block = KeyBlock::parse(text).unwrap();
            assert_eq!(block.unwrap(protection).unwrap(), key);
            let blocks: Vec<_> = block.header().optional_blocks().collect();
            assert_eq!(blocks[..2], [("LB", data.as_str()), ("10", "")]);
            assert!(blocks.get(2).is_none_or(|(id, _)| *id == "PB") && blocks.len() <= 3);
        }
    }
}

#[test]
fn any_other_character_is_refused() {
    for row in rows() {
        let block = row.block;
        for at in 0..block.len() {
            for other in "019AFTX ~".chars().filter(|other| !block[at..].starts_with(*other)) {
                let changed = format!("{}{other}{}", &block[..at], &block[at + 1..]);
                let opened = KeyBlock::parse(&changed).and_then(|block| block.unwrap(&row.protection));
                let error = opened.unwrap_err();
                assert!(matches!(error, CryptoError::KeyBlock(_) | CryptoError::KeyKind { .. }), "{error}");
            }
        }
        for end in 0..block.len() {
            assert!(KeyBlock::parse(&block[..end]).is_err());
        }
    }
}

#[test]
fn each_fault_is_named() {
    let sound = rows().into_iter().find(|row| row.name == "B2").unwrap().block;
    let long = rows().into_iter().find(|row| row.name == "B4").unwrap().block;
    let with = |text: &str, at: usize, new: &str| format!("{}{new}{}", &text[..at], &text[at + new.len()..]);
    for (text, fault) in [
        (String::new(), BlockFault::TooShort),
        (sound[..15].to_owned(), BlockFault::TooShort),
        ("B0016P0TE00E0000".to_owned(), BlockFault::TooShort),
        (with(sound, 20, "\n"), BlockFault::Character),
        (with(sound, 0, "A"), BlockFault::Version),
        (with(sound, 0, "E"), BlockFault::Version),
        (with(sound, 0, "b"), BlockFault::Version),
        (with(sound, 1, "0081"), BlockFault::Length),
        (with(sound, 1, " 080"), BlockFault::Length),
        (format!("{sound}0"), BlockFault::Length),
        (with(sound, 12, "0x"), BlockFault::BlockCount),
        (with(sound, 12, "-1"), BlockFault::BlockCount),
        (with(sound, 5, "P "), BlockFault::Header),
        (with(sound, 12, "99"), BlockFault::OptionalBlock),
        (with(long, 18, "19"), BlockFault::OptionalBlock),
        (with(long, 18, "03"), BlockFault::OptionalBlock),
        (with(long, 18, "+8"), BlockFault::OptionalBlock),
        (with(long, 18, "FF"), BlockFault::OptionalBlock),
        (with(long, 16, "K-"), BlockFault::OptionalBlock),
        (with(sound, 20, "g"), BlockFault::KeyData),
        (with(sound, 16, "9450da"), BlockFault::KeyData),
    ] {
        assert_eq!(KeyBlock::parse(&text).unwrap_err(), CryptoError::KeyBlock(fault), "{text}");
    }
}

#[test]
fn keys_of_the_wrong_kind() {
    let key = des("0123456789ABCDEFFEDCBA9876543210");
    let header = |version, algorithm| Header::new(version, *b"P0", algorithm, b'E', b'N');
    let (b, d) = (KeyBlockVersion::B, KeyBlockVersion::D);
    let (tdes, aes) = (&key, &aes("0123456789ABCDEFFEDCBA9876543210"));
    let wrap = |version, algorithm, protection: &Key, key: &Key| {
        header(version, algorithm).wrap(protection, key, &[0; 32], &mut [0; 256]).map(str::len)
    };
    for (version, algorithm, protection, wrapped, wanted) in [
        (b, b'T', tdes, tdes, Ok(96)),
        (d, b'T', aes, tdes, Ok(112)),
        (d, b'A', aes, aes, Ok(144)),
        (b, b'A', tdes, aes, Ok(112)),
        (b, b'T', tdes, aes, Err(BlockFault::Algorithm)),
        (d, b'A', aes, tdes, Err(BlockFault::Algorithm)),
        (d, b'D', aes, tdes, Err(BlockFault::Algorithm)),
        (d, b'H', aes, tdes, Err(BlockFault::Algorithm)),
    ] {
        assert_eq!(wrap(version, algorithm, protection, wrapped), wanted.map_err(CryptoError::KeyBlock));
    }
    for (version, protection) in [(b, aes), (d, tdes), (b, &des("0123456789ABCDEF"))] {
        assert!(matches!(wrap(version, b'T', protection, tdes), Err(CryptoError::KeyKind { .. })));
    }
    let shown = format!("{:?}", KeyBlock::parse(rows()[0].block).unwrap());
    assert!(!shown.contains("8DB05799"), "{shown}");
}
