//! No key, PIN, card number, clear block or cryptogram shows where something is printed.

use std::fmt::Debug;

use cardwire::crypto::emv::{self, CardKeyOption, CryptogramData};
use cardwire::crypto::key_block::{Header, KeyBlock, KeyBlockVersion};
use cardwire::crypto::{
    AesKsn, AesKsnUse, Bound, CryptoError, CryptogramRequest, Family, Key, KeyKind, Ksn, KsnUse,
    MacAlgorithm, MacRule, MacStream, Pan, Pin, PinFormat, PinSide, ServiceCode, Software, Track2,
    WorkingKeys, pin,
};
use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Message, Mti, de};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

const KEY: &str = "0123456789ABCDEFFEDCBA9876543210";
const CARD: &str = "4111111111111111";
const PIN: &str = "907856";

/// Holds that a text has no part of the octets, in hexadecimal digits or as numbers.
fn hides(text: &str, secret: &[u8]) {
    for window in secret.windows(3) {
        let digits = hex(window);
        let numbers = format!("{}, {}, {}", window[0], window[1], window[2]);
        assert!(!text.to_uppercase().contains(&digits) && !text.contains(&numbers), "{digits} in {text}");
    }
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

#[test]
fn debug_shows_no_secret() {
    let (key, secret, pan) = (des(KEY), Pin::new(PIN).unwrap(), Pan::new(CARD).unwrap());
    let bound = Bound::To(&pan);
    let clear = pin::clear_block(PinFormat::Iso0, &secret, bound, &[0; 10]).unwrap();
    let block = pin::encrypt(&key, PinFormat::Iso0, &secret, bound, &[0; 10]).unwrap();
    let mac = MacAlgorithm::X9_19.of(&key, b"text").unwrap();
    let stream = MacStream::new(MacAlgorithm::Cmac, &aes(KEY)).unwrap();
    let side = PinSide { key: &key, format: PinFormat::Iso0, bound };
    let translated = pin::translate(side, side, block.as_bytes(), &[0; 10]).unwrap();
    let track = Track2::of_text("4111111111111111=2912201907856").unwrap();
    let working = WorkingKeys { pin: key.clone(), mac: key.clone(), track: Some(key.clone()) };
    let device = Ksn::from_hex("FFFF9876543210E00001").unwrap();
    let working_key = device.working_key(&key, KsnUse::Pin).unwrap();
    let aes_device = AesKsn::from_hex("123456789012345600000001").unwrap();
    let aes_key = aes_device.working_key(&aes(KEY), AesKsnUse::Pin, KeyKind::Aes128).unwrap();
    let card = emv::card_key(&key, &pan, 0, CardKeyOption::A).unwrap();
    let set = unhex("000000012345000000000000015600000480000156260115001A2B3C4D390000B7");
    let data = CryptogramData::new(&set, &unhex("06010A03A0B800")).unwrap();
    let cvn = data.cvn().unwrap();
    let cryptogram = data.cryptogram(&card, cvn).unwrap();
    let good = data.verify(&card, cvn, &cryptogram).unwrap();
    let response = good.respond(emv::IssuerDecision::Code(*b"00")).unwrap();
    let request =
        CryptogramRequest { pan: &pan, sequence: 0, option: CardKeyOption::A, data: &data, cvn, cryptogram };
    let mut out = [0; 256];
    let header = Header::new(KeyBlockVersion::B, *b"P0", b'T', b'E', b'N');
    let wrapped = header.wrap(&key, &card, &[7; 32], &mut out).unwrap();
    let text = [
        shown(&key),
        shown(&secret),
        shown(&pan),
        shown(&clear),
        shown(&block),
        shown(&mac),
        shown(&stream),
        shown(&side),
        shown(&translated),
        shown(&track),
        shown(&ServiceCode::new("201").unwrap()),
        shown(&working),
        shown(&working_key),
        shown(&aes_key),
        shown(&card),
        shown(&data),
        shown(&good),
        shown(&response),
        shown(&request),
        shown(&KeyBlock::parse(wrapped).unwrap()),
        shown(&Software),
    ]
    .concat();
    let secrets = [
        key.expose(),
        clear.as_bytes(),
        block.as_bytes(),
        mac.as_bytes(),
        working_key.expose(),
        aes_key.expose(),
        card.expose(),
        &cryptogram,
        response.as_bytes(),
        &set[2..6],
        CARD.as_bytes(),
        PIN.as_bytes(),
    ];
    secrets.iter().for_each(|secret| hides(&text, secret));
    for digits in [&CARD[..8], PIN, "2912", "201"] {
        assert!(!text.contains(digits), "{digits} in {text}");
    }
}

#[test]
fn errors_show_no_secret() {
    let (key, pan) = (des(KEY), Pan::new(CARD).unwrap());
    let mut errors: Vec<CryptoError> = Vec::new();
    errors.extend(Key::from_hex(Family::Des, &KEY[..31]).err());
    errors.extend(Key::from_hex(Family::Des, &format!("{}X", &KEY[..31])).err());
    errors.extend(key.verify_check_value(cardwire::crypto::CheckMethod::Zeros, &[1; 3]).err());
    errors.extend(Pin::new("907856x").err());
    errors.extend(Pan::new("411111111111111x").err());
    errors.extend(pin::decrypt(&key, PinFormat::Iso0, &unhex("9078560123456789"), Bound::To(&pan)).err());
    errors.extend(Track2::of_text("4111111111111111=29122").err());
    errors.extend(MacAlgorithm::X9_19.of(&key, b"x").unwrap().verify(&[0; 8]).err());
    assert_eq!(errors.len(), 8);
    for error in errors {
        let text = format!("{error} {error:?}");
        [KEY, CARD, PIN].iter().for_each(|secret| assert!(!text.contains(&secret[..6]), "{text}"));
    }
}

/// What stands beside secrets and is none, such as a key serial number, shows no secret by the way.
#[test]
fn what_surrounds_secrets_shows_none() {
    let (key, pan) = (des("1F2E3D4C5B6A79880011223344556677"), Pan::new(CARD).unwrap());
    let (ksn, aes_ksn) = ("FFFF9876543210E00001", "123456789012345600000001");
    let (ksn, aes_ksn) = (Ksn::from_hex(ksn).unwrap(), AesKsn::from_hex(aes_ksn).unwrap());
    let text = [
        shown(&Bound::To(&pan)),
        shown(&Header::new(KeyBlockVersion::B, *b"P0", b'T', b'E', b'N')),
        shown(&MacRule::new(MacAlgorithm::X9_19)),
        shown(&emv::IssuerDecision::Code(*b"00")),
        format!("{} {:?}", key.check_value(), key.check_value()),
        format!("{ksn} {ksn:?} {aes_ksn} {aes_ksn:?}"),
    ];
    hides(&text.concat(), key.expose());
    hides(&text.concat(), CARD.as_bytes());
    assert!(!text.concat().contains(&CARD[..8]));
}

/// What [`debug_shows_no_secret`], [`what_surrounds_secrets_shows_none`] and [`a_verified_message_is_masked_as_any`] print.
const SHOWN: [&str; 29] = [
    "AesKsn",
    "Bound",
    "CheckValue",
    "CryptogramData",
    "CryptogramRequest",
    "GoodCryptogram",
    "Header",
    "IssuerAuthentication",
    "IssuerDecision",
    "Key",
    "KeyBlock",
    "Ksn",
    "MacRule",
    "MacStream",
    "MacValue",
    "Pan",
    "Pin",
    "PinBlock",
    "PinSide",
    "ServiceCode",
    "Software",
    "Track2",
    "Translated",
    "Verified",
    "WorkingKeys",
    // errors hold numbers and names: [`errors_show_no_secret`]
    "BlockFault",
    "CryptoError",
    "SealError",
    "TrackFault",
];

/// Names and nothing else.
const NAMES: [&str; 14] = [
    "AesKsnUse",
    "ArpcMethod",
    "CardKeyOption",
    "CheckMethod",
    "Cvn",
    "Family",
    "KeyBlockVersion",
    "KeyKind",
    "KsnUse",
    "MacAlgorithm",
    "Padding",
    "PinFault",
    "PinFormat",
    "SessionKeyMethod",
];

/// Whatever type the public interface gets, it is printed here or holds nothing.
#[test]
fn every_public_type_is_looked_at() {
    let listing = include_str!("../../docs/public-api.txt").lines();
    let printed = listing.filter_map(|line| {
        let (_, path) = line.split_once("core::fmt::Debug for cardwire::crypto::")?;
        path.split(['<', ' ']).next()?.rsplit("::").next()
    });
    let mut count = 0;
    for name in printed {
        assert!(SHOWN.contains(&name) || NAMES.contains(&name), "{name} is printed by no test");
        count += 1;
    }
    assert!(count >= 43, "{count}");
}

#[test]
fn a_verified_message_is_masked_as_any() {
    let (key, rule) = (des(KEY), MacRule::new(MacAlgorithm::X9_19));
    let mut builder = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST);
    builder.set(de::PAN, CARD).set(de::STAN, 1).set(de::PIN, &[0x5A; 8]);
    let mut buffer = [0; 256];
    let wire = rule.sign(&Software, &key, &builder, &mut buffer).unwrap();
    let verified = rule.verify(&Software, &key, Message::parse(&ISO87_BCD, wire).unwrap()).unwrap();
    let text = shown(&verified);
    assert!(text.contains("411111******1111") && !text.contains("5A5A"), "{text}");
}
