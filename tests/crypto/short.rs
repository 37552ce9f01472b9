//! Each operation once, as cheap as it gets: the part of these tests that an interpreter (Miri, `.ci/miri`) has time for.

use cardwire::crypto::emv::{self, CardKeyOption, CryptogramData, Cvn, IssuerDecision};
use cardwire::crypto::key_block::{Header, KeyBlock, KeyBlockVersion};
use cardwire::crypto::{
    AesKsn, AesKsnUse, Bound, CryptoError, Key, KeyKind, Ksn, KsnUse, MacAlgorithm, MacRule, Pan, Pin,
    PinFormat, PinSide, ServiceCode, Software, WorkingKeys, pin,
};
use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Message, Mti, de};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

const TDES: &str = "0123456789ABCDEFFEDCBA9876543210";

#[test]
fn ciphers_of_every_kind() {
    for kind in
        [KeyKind::Des, KeyKind::Tdes2, KeyKind::Tdes3, KeyKind::Aes128, KeyKind::Aes192, KeyKind::Aes256]
    {
        let key = Key::of(kind.family(), &vec![0x5B; kind.len()]).unwrap();
        assert_eq!(key.clone().check_value(), key.check_value(), "{kind}");
    }
}

/// X9.24-1:2009 annex A.4, counter 1.
#[test]
fn a_transaction_of_tdes_dukpt() {
    let ksn = Ksn::from_hex("FFFF9876543210E00001").unwrap();
    let initial = ksn.initial_key(&des(TDES)).unwrap();
    let key = ksn.working_key(&initial, KsnUse::Pin).unwrap();
    assert_eq!(hex(key.expose()), "042666B49184CF5C68DE9628D0397B36");
}

/// The supplement of X9.24-3:2017, counter 1.
#[test]
fn a_transaction_of_aes_dukpt() {
    let ksn = AesKsn::from_hex("123456789012345600000001").unwrap();
    let initial = ksn.initial_key(&aes("FEDCBA9876543210F1F1F1F1F1F1F1F1")).unwrap();
    let key = ksn.working_key(&initial, AesKsnUse::Pin, KeyKind::Aes128).unwrap();
    assert_eq!(hex(key.expose()), "AF8CB133A78F8DC2D1359F18527593FB");
}

/// ISO 9564-1: format 0 under DES to format 4 under AES.
#[test]
fn a_pin_block_is_translated() {
    let (from, to) = (des(&TDES[..16]), aes("00112233445566778899AABBCCDDEEFF"));
    let (secret, pan) = (Pin::new("1234").unwrap(), Pan::new("4111111111111111").unwrap());
    let bound = Bound::To(&pan);
    let block = pin::encrypt(&from, PinFormat::Iso0, &secret, bound, &[0; 10]).unwrap();
    let from = PinSide { key: &from, format: PinFormat::Iso0, bound };
    let other = PinSide { key: &to, format: PinFormat::Iso4, bound };
    let random = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0];
    let done = pin::translate(from, other, block.as_bytes(), &random).unwrap();
    assert_eq!(hex(done.block.as_bytes()), "0D832259FA45B34128B944D7D70AD8A3");
    assert!(pin::decrypt(&to, PinFormat::Iso4, &[0; 16], bound).is_err());
}

/// TR-31:2018: a block of version B made and opened, one of version D opened.
#[test]
fn key_blocks_of_both_versions() {
    let (mut optional, mut out) = ([0; 40], [0; 200]);
    let header = Header::new(KeyBlockVersion::B, *b"P0", b'T', b'E', b'N');
    let header = header.with_optional(&[("TS", "20260101120000Z")], &mut optional).unwrap();
    let text = header.wrap_short(&des(TDES), &des(TDES), &[7; 32], &mut out).unwrap();
    assert_eq!(KeyBlock::parse(text).unwrap().unwrap(&des(TDES)).unwrap(), des(TDES));
    let text = "D0112P0AE00E00004078A7AA09DF24C53D01EBE3B585DD5F7C07A3613A6BEC0DAE9F7940B354AB848503F977A36B14C2D5B91D863452D730";
    let key = KeyBlock::parse(text).unwrap().unwrap(&aes(&"0F".repeat(16))).unwrap();
    assert_eq!(hex(key.expose()), "00112233445566778899AABBCCDDEEFF");
}

#[test]
fn a_message_is_signed_and_verified() {
    for (algorithm, key) in [(MacAlgorithm::UnionPayEcb, des(&TDES[..16])), (MacAlgorithm::Cmac, des(TDES))] {
        let mut builder = Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST);
        builder.set(de::STAN, 1);
        let (rule, mut out) = (MacRule::new(algorithm), [0; 64]);
        let wire = rule.sign(&Software, &key, &builder, &mut out).unwrap();
        assert!(rule.verify(&Software, &key, Message::parse(&ISO87_BCD, wire).unwrap()).is_ok());
    }
}

/// EMV Book 2, Visa CVN 10, and the key download of UnionPay.
#[test]
fn a_cryptogram_and_a_download() {
    let pan = Pan::new("4000001234567899").unwrap();
    let card = emv::card_key(&des(TDES), &pan, 1, CardKeyOption::A).unwrap();
    let set = "000000012345000000000000015600000480000156260115001A2B3C4D390000B7";
    let data = CryptogramData::new(&unhex(set), &unhex("06010A03A0B800")).unwrap();
    let good = data.verify(&card, Cvn::Visa10, &unhex("380BACD9A7EB456F")).unwrap();
    assert_eq!(hex(good.respond(IssuerDecision::Code(*b"00")).unwrap().as_bytes()), "04001FD5B7FE493B3030");
    let download = unhex("A811563A8F0478C700962B6022DF88C1367BCBCAE2F24340");
    assert!(WorkingKeys::open(&des("1111111111111111EEEEEEEEEEEEEEEE"), &download).is_ok());
}

/// Each digit of a service code, as ISO/IEC 7813 says it.
#[test]
fn each_digit_of_a_service_code() {
    let of = |digits: &str| {
        let code = ServiceCode::new(digits).unwrap();
        assert_eq!(code.expose().collect::<String>(), digits);
        (code.interchange(), code.authorization(), code.services())
    };
    let interchanges = [
        "reserved",
        "international",
        "international, with a chip to be used",
        "reserved",
        "reserved",
        "national",
        "national, with a chip to be used",
        "private, by agreement only",
        "reserved",
        "test",
    ];
    let (online, agreed) = ("by the issuer, online", "by the issuer, online, unless agreed otherwise");
    let authorizations = ["normal", "reserved", online, "reserved", agreed];
    let services = [
        "no restriction, PIN required",
        "no restriction",
        "goods and services, no cash",
        "cash dispensers only, PIN required",
        "cash only",
        "goods and services, no cash, PIN required",
        "no restriction, PIN where there is a PIN pad",
        "goods and services, no cash, PIN where there is a PIN pad",
    ];
    for digit in 0..10 {
        let said = |words: &[&'static str]| words.get(digit).copied().unwrap_or("reserved");
        assert_eq!(of(&format!("{digit}01")).0, said(&interchanges));
        assert_eq!(of(&format!("1{digit}1")).1, said(&authorizations));
        assert_eq!(of(&format!("10{digit}")).2, said(&services));
    }
}

/// An issuer has up to eight octets of its own beside its status.
#[test]
fn an_issuer_has_eight_octets_of_its_own() {
    let key = des(TDES);
    for (own, is_sound) in [(0, true), (8, true), (9, false)] {
        let found = emv::arpc_2(&key, [1; 8], [2; 4], &[3; 9][..own]);
        let wanted = if is_sound { Ok(()) } else { Err(CryptoError::DataLength(own)) };
        assert_eq!(found.map(|_| ()), wanted, "{own}");
    }
}
