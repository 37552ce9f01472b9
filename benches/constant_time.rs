//! Comparisons of secrets, for callgrind to count: `benches/record/constant.sh` holds that it makes no difference
//! where two of them differ.
//!
//! The first argument says where: `head` (the first octet), `tail` (the last), or `each`.

use std::hint::black_box;

use cardwire::crypto::emv::{self, CardKeyOption, CryptogramData, Cvn};
use cardwire::crypto::key_block::KeyBlock;
use cardwire::crypto::{
    Bound, CheckMethod, Key, MacValue, Pan, Pin, PinFormat, PinSide, SecurityModule, ServiceCode, Software,
    pin, verify_card_verification_value,
};

const OCTETS: [u8; 16] =
    [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10];
/// A version B block under these octets; its last 16 characters are the MAC.
const BLOCK: &str =
    "B0096D0TB00N00005111F64E7629E18530BCB35DEF1E69E019569AA0AB820804A93D58B61B384062739AC78FDE6A56A6";
const RUNS: usize = 100;

#[inline(never)]
fn case_mac(own: &MacValue, received: &[u8]) {
    assert!(black_box(black_box(own).verify(black_box(received))).is_err());
}

#[inline(never)]
fn case_key(own: &Key, other: &Key) {
    assert!(black_box(black_box(own) != black_box(other)));
}

#[inline(never)]
fn case_pin(own: &Pin, other: &Pin) {
    assert!(black_box(black_box(own) != black_box(other)));
}

/// The PIN of a block against the one that is expected.
#[inline(never)]
fn case_block(side: PinSide<'_>, block: &[u8], expected: &Pin) {
    assert!(black_box(Software.is_pin(side, black_box(block), black_box(expected))) == Ok(false));
}

#[inline(never)]
fn case_check(own: &Key, received: &[u8]) {
    let verified = black_box(own).verify_check_value(CheckMethod::Zeros, black_box(received));
    assert!(black_box(verified).is_err());
}

#[inline(never)]
fn case_value(key: &Key, pan: &Pan, received: &str) {
    let Ok(service) = ServiceCode::new("101") else { return };
    let verified = verify_card_verification_value(key, pan, "8701", service, black_box(received));
    assert!(black_box(verified).is_err());
}

#[inline(never)]
fn case_cryptogram(data: &CryptogramData, card: &Key, received: &[u8]) {
    assert!(black_box(data.verify(card, Cvn::Visa10, black_box(received))).is_err());
}

#[inline(never)]
fn case_wrapped(protection: &Key, block: &KeyBlock<'_>) {
    assert!(black_box(black_box(block).unwrap(protection)).is_err());
}

/// Something that differs from its original in the places that the argument names.
struct Differing(String);

impl Differing {
    fn at(&self, at: usize, len: usize) -> bool {
        match self.0.as_str() {
            "head" => at == 0,
            "tail" => at + 1 == len,
            _ => true,
        }
    }

    fn octets<const N: usize>(&self, mut octets: [u8; N]) -> [u8; N] {
        octets.iter_mut().enumerate().for_each(|(at, octet)| *octet ^= u8::from(self.at(at, N)));
        octets
    }

    /// Another character of the same kind, digit or letter: what is read is no secret.
    fn characters(&self, text: &str) -> String {
        let len = text.len();
        let other = |character| match character {
            '1' => '2',
            'A' => 'B',
            '0'..='9' => '1',
            _ => 'A',
        };
        let changed = |(at, character)| if self.at(at, len) { other(character) } else { character };
        text.chars().enumerate().map(changed).collect()
    }
}

fn main() {
    let differing = Differing(std::env::args().nth(1).unwrap_or_default());
    let own = MacValue::new(&OCTETS).expect("a MAC");
    let keys = [OCTETS, differing.octets(OCTETS)].map(|octets| Key::aes(&octets).expect("a key"));
    let tdes = Key::des(&OCTETS).expect("a key");
    let pan = Pan::new("4123456789012345").expect("a card number");
    let pins = ["111111", &differing.characters("111111")].map(|digits| Pin::new(digits).expect("a PIN"));
    let side = PinSide { key: &tdes, format: PinFormat::Iso0, bound: Bound::To(&pan) };
    let block = pin::encrypt(&tdes, side.format, &pins[0], side.bound, &[0; 10]).expect("a block");
    let kcv = differing.octets([0x08, 0xD7, 0xB4]);
    let card = emv::card_key(&tdes, &pan, 0, CardKeyOption::A).expect("a card key");
    let data = CryptogramData::new(&[0; 33], &[6, 1, 0x0A, 3, 0xA0, 0xB8, 0]).expect("data");
    let cryptogram = differing.octets(data.cryptogram(&card, Cvn::Visa10).expect("a cryptogram"));
    let (head, mac) = BLOCK.split_at(BLOCK.len() - 16);
    let changed = format!("{head}{}", differing.characters(mac));
    let wrapped = KeyBlock::parse(&changed).expect("a block");
    for _ in 0..RUNS {
        case_mac(&own, &differing.octets(OCTETS));
        case_key(&keys[0], &keys[1]);
        case_pin(&pins[0], &pins[1]);
        case_block(side, block.as_bytes(), &pins[1]);
        case_check(&tdes, &kcv);
        case_value(&tdes, &pan, &differing.characters("561"));
        case_cryptogram(&data, &card, &cryptogram);
        case_wrapped(&tdes, &wrapped);
    }
}
