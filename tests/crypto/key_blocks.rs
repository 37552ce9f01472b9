//! Key blocks: ASC X9 TR-31:2018 and ANSI X9.143, versions B and D.

use cardwire::crypto::key_block::{Header, KeyBlock, KeyBlockVersion};
use cardwire::crypto::{BlockFault, CryptoError, Family, Key, MacAlgorithm, Padding};

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

/// Versions A and C are deprecated (X9.143): sound blocks of them are refused as such, and not opened.
#[test]
fn blocks_of_deprecated_versions() {
    for block in [
        "A0072P0TE00E00008607A540A7FC459745412D34DA3D68B03749936F3C4196BE5D45227A",
        "C0072K0TB00N0000F4E8F21142CEB1360DC15ACC68C9DA3EBE727909E5EB848C1E9D3F59",
        "A0072K0TN00N0000F40D5672C6D0EC86F860BA88D44D00F0CA9A8CE8CD2F640287A9A9EB",
        "C0072K0TN00N0000C9B875FF7A5316BF221C09ED52080DE0B45632A4EA9CE87699CB565E",
    ] {
        assert_eq!(KeyBlock::parse(block).unwrap_err(), CryptoError::KeyBlock(BlockFault::Version));
    }
}

/// The header is under the MAC (TR-31:2018 section 5.3.2): no printable character of it may become another, not even one
/// that means nothing to a reader.
#[test]
fn no_octet_of_a_header_may_change() {
    for row in rows().iter().filter(|row| ["B2", "B4", "D2", "D7"].contains(&row.name)) {
        let key_data = row.block.len() - 16;
        let header = KeyBlock::parse(row.block)
            .unwrap()
            .header()
            .optional_blocks()
            .fold(16, |end, (_, data)| end + 4 + data.len());
        assert!(header < key_data);
        let (mut parsed, mut count) = (0, 0);
        for at in 0..header {
            for other in (0x20..0x7F).filter(|other| row.block.as_bytes()[at] != *other) {
                let changed = format!("{}{}{}", &row.block[..at], char::from(other), &row.block[at + 1..]);
                count += 1;
                let Ok(block) = KeyBlock::parse(&changed) else { continue };
                parsed += 1;
                let error = block.unwrap(&row.protection).unwrap_err();
                assert!(
                    matches!(error, CryptoError::KeyBlock(BlockFault::Mac) | CryptoError::KeyKind { .. }),
                    "{} octet {at}, {:?}: {error}",
                    row.name,
                    char::from(other)
                );
            }
        }
        assert!(parsed > 100 && parsed < count, "{parsed} of {count}");
    }
}

/// X9.143 section 6.3.5: what fills up the optional blocks carries no meaning, is under the MAC, and comes back as it was.
#[test]
fn padding_blocks_are_kept_as_they_came() {
    let protection = aes("0123456789ABCDEFFEDCBA9876543210");
    let key = aes("FEDCBA98765432100123456789ABCDEF");
    let bare = Header::new(KeyBlockVersion::D, *b"P0", b'A', b'E', b'N');
    for padding in ["4E1A-~ !!", "         ", "000000000"] {
        let (mut optional, mut out, mut again) = ([0; 64], [0; 256], [0; 256]);
        let header =
            bare.with_optional(&[("TS", "20260101120000Z"), ("PB", padding)], &mut optional).unwrap();
        let text = header.wrap(&protection, &key, &[9; 32], &mut out).unwrap();
        assert_eq!(&text[12..48], format!("0200TS1320260101120000ZPB0D{padding}"));
        let block = KeyBlock::parse(text).unwrap();
        assert_eq!(block.unwrap(&protection).unwrap(), key);
        assert_eq!(block.header().wrap(&protection, &key, &[9; 32], &mut again).unwrap(), text);
        let other = text.replacen(padding, &padding.replacen(['4', ' ', '0'], "z", 1), 1);
        let error = KeyBlock::parse(&other).and_then(|block| block.unwrap(&protection)).unwrap_err();
        assert_eq!(error, CryptoError::KeyBlock(BlockFault::Mac));
    }
}

/// A version D block by hand (TR-31:2018 section 5.3.2), of any key length: CMAC and CBC of the parts that are derived.
fn by_hand(protection: &Key, algorithm: char, bits: u16, octets: usize) -> String {
    let derived = |usage: u8| {
        let input = [1, 0, usage, 0, 0, 2, 0, 0x80];
        Key::aes(MacAlgorithm::Cmac.of(protection, &input).unwrap().as_bytes()).unwrap()
    };
    let (encryption, authentication) = (derived(0), derived(1));
    let clear: Vec<u8> =
        bits.to_be_bytes().into_iter().chain((0..).map(|at| at ^ 0x5B)).take(octets).collect();
    let header = format!("D{:04}P0{algorithm}E00E0000", 16 + 2 * octets + 32);
    let mac = MacAlgorithm::Cmac.of(&authentication, &[header.as_bytes(), &clear].concat()).unwrap();
    let mut chained = clear;
    chained.iter_mut().zip(mac.as_bytes()).for_each(|(octet, iv)| *octet ^= iv);
    // each block of CBC is the MAC by algorithm 1 of all until there
    let blocks = (16..=octets).step_by(16).map(|end| {
        hex(MacAlgorithm::Cbc(Padding::Zeros).of(&encryption, &chained[..end]).unwrap().as_bytes())
    });
    format!("{header}{}{}", blocks.collect::<String>(), hex(mac.as_bytes()))
}

/// A length in bits that no key of the algorithm has, or that is more than is there, is refused although the MAC is right.
#[test]
fn odd_key_lengths_under_a_good_mac() {
    let protection = aes("0123456789ABCDEFFEDCBA9876543210");
    let open = |algorithm, bits, octets| {
        let text = by_hand(&protection, algorithm, bits, octets);
        KeyBlock::parse(&text).unwrap().unwrap(&protection).map(|key| key.kind().len())
    };
    for (algorithm, lengths) in [('A', &[128, 192, 256][..]), ('T', &[128, 192]), ('D', &[64])] {
        for bits in (0..=300).chain([0x100 + 64, 512, 0x8080, u16::MAX]) {
            let wanted = match lengths.contains(&bits) {
                true => Ok(usize::from(bits) / 8),
                false => Err(CryptoError::KeyBlock(BlockFault::KeyLength)),
            };
            assert_eq!(open(algorithm, bits, 48), wanted, "{algorithm} {bits}");
        }
    }
    for (bits, octets) in [(128, 16), (192, 16), (256, 32)] {
        assert_eq!(
            open('A', bits, octets),
            Err(CryptoError::KeyBlock(BlockFault::KeyLength)),
            "{bits} in {octets}"
        );
    }
}

/// X9.143, table of modes of use: what may be done with a key, and no words for a mode that is none.
#[test]
fn modes_of_use_have_the_words_of_the_standard() {
    let modes = [
        (b'B', "encrypt and decrypt"),
        (b'C', "generate and verify MACs"),
        (b'D', "decrypt only"),
        (b'E', "encrypt only"),
        (b'G', "generate MACs only"),
        (b'N', "no restriction"),
        (b'S', "sign only"),
        (b'T', "sign and decrypt"),
        (b'V', "verify only"),
        (b'X', "derive keys"),
        (b'Y', "make variants"),
    ];
    for mode in 0..=u8::MAX {
        let words = modes.iter().find(|(known, _)| *known == mode).map(|(_, words)| *words);
        let header = Header::new(KeyBlockVersion::D, *b"P0", b'A', mode, b'N');
        assert_eq!(header.mode_words(), words, "{}", char::from(mode));
    }
}
