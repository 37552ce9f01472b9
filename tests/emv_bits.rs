//! The bits of EMV data objects against the collected facts, and how they are shown.

use cardwire::codes::{CardResults, Certainty, EmvBits, Lang};
use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Message, Mti};

const FACTS: &str = include_str!("emv/bits.txt");

/// Object, octet, bits, words, how sure.
fn facts() -> Vec<[&'static str; 5]> {
    let lines = FACTS.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(" | ").collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn object(name: &str) -> EmvBits {
    match name {
        _ if name.starts_with("CVR Visa") => EmvBits::of_card(CardResults::Visa),
        _ if name.starts_with("CVR M/Chip") => EmvBits::of_card(CardResults::MChip),
        _ if name.starts_with("CVR CCD") => EmvBits::of_card(CardResults::CommonCore),
        _ => {
            let tag =
                name.split(' ').find_map(|word| u32::from_str_radix(word, 16).ok().filter(|tag| *tag > 0x20));
            EmvBits::of_tag(tag.unwrap()).unwrap()
        }
    }
}

#[test]
fn every_fact_has_its_row() {
    let facts = facts();
    assert_eq!(facts.len(), 276, "a fact is gone");
    for fact in facts {
        let [name, octet, bits, words, sure] = fact;
        let octet: u8 = octet.parse().unwrap();
        let number = |text: &str| u8::from_str_radix(text, 16).unwrap();
        let rows: Vec<_> = object(name).rows().filter(|(at, ..)| *at == octet).collect();
        let en = |wanted: &str| {
            let plain = wanted.strip_prefix("b8-b7: ").or(wanted.strip_prefix("b6-b5: ")).unwrap_or(wanted);
            rows.iter()
                .find(|(.., meaning)| meaning.words(Lang::En).to_string().split(": 0").next() == Some(plain))
        };
        let certain = |row: &(u8, u8, Option<u8>, cardwire::codes::EmvMeaning)| {
            assert_eq!(row.3.certainty() == Certainty::OneSource, sure == "low", "{fact:?}");
        };
        match bits.split(' ').collect::<Vec<_>>()[..] {
            [bit] => {
                let mask = 1 << (bit.parse::<u8>().unwrap() - 1);
                let row = en(words).unwrap_or_else(|| panic!("{fact:?}"));
                assert_eq!((row.1, row.2), (mask, Some(mask)), "{fact:?}");
                certain(row);
            }
            ["value", "80-FF"] => assert_eq!(en(words).map(|row| (row.1, row.2)), Some((0x80, Some(0x80)))),
            ["value", value] => {
                let row = en(words).unwrap_or_else(|| panic!("{fact:?}"));
                assert_eq!(row.2, Some(number(value)), "{fact:?}");
                certain(row);
            }
            ["value", value, "of", of] => {
                let row = en(words).unwrap_or_else(|| panic!("{fact:?}"));
                let mask = if of == "b3-b1" { 0x07 } else { 0x3F };
                assert_eq!((row.1, row.2), (mask, Some(number(value))), "{fact:?}");
                certain(row);
            }
            ["mask", mask] => {
                let mask = number(mask);
                let listed = words.split_once(": ").filter(|(_, codes)| codes.starts_with("00 "));
                let Some((what, codes)) = listed else {
                    let row = en(words).unwrap_or_else(|| panic!("{fact:?}"));
                    assert_eq!((row.1, row.2), (mask, None), "{fact:?}");
                    continue;
                };
                for (value, meaning) in codes.split(", ").map(|code| code.split_once(' ').unwrap()) {
                    let row = en(&format!("{what}: {meaning}")).unwrap_or_else(|| panic!("{fact:?}"));
                    assert_eq!((row.1, row.2), (mask, Some(number(value))), "{fact:?}");
                }
            }
            _ => panic!("{fact:?}"),
        }
    }
}

const TAGS: [u32; 14] = [
    0x82, 0x95, 0x9B, 0x9F07, 0x9F0D, 0x9F0E, 0x9F0F, 0x9F27, 0x9F33, 0x9F34, 0x9F35, 0x9F40, 0x9F66, 0x9F6C,
];

/// Of any value each bit that is set is told: by a row that covers it, or as reserved.
#[test]
fn no_bit_is_passed_over() {
    let cards = [CardResults::Visa, CardResults::MChip, CardResults::CommonCore].map(EmvBits::of_card);
    for bits in TAGS.map(|tag| EmvBits::of_tag(tag).unwrap()).into_iter().chain(cards) {
        for octet in 0..bits.octets() {
            for value in 0..=255_u8 {
                let mut octets = vec![0; bits.octets()];
                octets[octet] = value;
                let said = bits.read(&octets).unwrap().filter(|said| usize::from(said.octet()) == octet + 1);
                let told = said.fold(0, |told, said| told | said.mask());
                assert_eq!(value & !told, 0, "{} octet {octet} {value:02X}", bits.name());
            }
        }
        for len in (0..40).filter(|len| *len != bits.octets()) {
            assert!(bits.read(&vec![0xFF; len]).is_none(), "{} of {len} octets", bits.name());
        }
        for (.., meaning) in bits.rows() {
            let [en, zh] = [Lang::En, Lang::Zh].map(|lang| meaning.words(lang).to_string());
            assert!(!en.is_empty() && en != zh || en.starts_with("code table"), "{en}");
            assert!(en.is_ascii() && !zh.is_empty(), "{en} {zh}");
        }
    }
    let reserved: Vec<_> = EmvBits::of_tag(0x9B).unwrap().read(&[0x01, 0x80]).unwrap().collect();
    assert_eq!(reserved[0].words(Lang::En).to_string(), "reserved bit (byte 1 bit 1)");
    assert_eq!(reserved[1].words(Lang::Zh).to_string(), "保留位（第2字节第8位）");
    assert!(reserved.iter().all(cardwire::codes::EmvMeaning::is_reserved));
}

#[test]
fn a_listing_says_what_the_bits_say() {
    let parts: [(u32, &[u8]); 9] = [
        (0x95, &[0x08, 0x00, 0x04, 0x80, 0x01]),
        (0x9B, &[0xE8, 0x00]),
        (0x82, &[0x39, 0x00]),
        (0x9F34, &[0x42, 0x03, 0x00]),
        (0x9F27, &[0x80]),
        (0x9F35, b"22"),
        (0x9F33, &[0xE0, 0xB8, 0xC8]),
        (0x9F10, &[0x06, 0x01, 0x0A, 0x03, 0xA0, 0xB8, 0x00]),
        (0x9F26, &[0x42; 8]),
    ];
    let wire = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST).set(55, &parts).to_vec().unwrap();
    let listing = Message::parse(&ISO87_BCD, &wire).unwrap().describe().to_string();
    for words in [
        "0800048001  DDA failed; online PIN entered (EMV 4.4: online CVM captured); amount above the floor limit; \
         kernel 2",
        "E800  offline data authentication was done; cardholder verification was done; card risk management was \
         done; terminal risk management was done",
        "3900  DDA supported; cardholder verification supported; terminal risk management is to be done; CDA supported",
        "420300  enciphered PIN checked online; in the CVM list",
        "80  ARQC, go online",
        "22  operated by the merchant; attended, offline with online capability",
        "E0B8C8  manual key entry; magnetic stripe; chip with contacts; plain PIN",
    ] {
        assert!(listing.contains(words), "{words}\n{listing}");
    }
    let private = listing.lines().filter(|line| line.contains("9F10") || line.contains("9F26"));
    assert!(private.clone().count() == 2 && private.clone().all(|line| line.ends_with("**")), "{listing}");
}

#[test]
fn card_results_are_found_in_issuer_data() {
    let of = |data: &[u8]| EmvBits::of_issuer_data(data).map(|(bits, octets)| (bits.name(), octets.to_vec()));
    assert_eq!(of(&[6, 1, 10, 3, 0xA0, 0xB8, 0]), Some(("CVR (Visa, UnionPay)", vec![3, 0xA0, 0xB8, 0])));
    assert_eq!(of(&[7, 0, 1, 3, 0xA0, 0x40, 2, 1]), Some(("CVR (Visa, UnionPay)", vec![3, 0xA0, 0x40, 2])));
    assert_eq!(of(&[1, 0x10, 1, 2, 3, 4, 5, 6, 0]), Some(("CVR (M/Chip)", vec![1, 2, 3, 4, 5, 6])));
    let mut common = [0; 32];
    common[0] = 0x0F;
    assert_eq!(of(&common), Some(("CVR (common core)", vec![0; 5])));
    for none in [&[][..], &[6], &[6, 1, 10, 3, 0xA0], &[1, 0x10, 1, 2], &[0xFF; 32]] {
        assert_eq!(of(none), None);
    }
}
