//! Application cryptograms (EMV Book 2), the networks' versions of them, track 2 and CVV.

use cardwire::crypto::emv::{
    self, ArpcMethod, CardKeyOption, CryptogramData, Cvn, IssuerDecision, SessionKeyMethod,
};
use cardwire::crypto::{
    CryptoError, Key, MacAlgorithm, Padding, Pan, ServiceCode, Track2, TrackFault, card_verification_value,
    is_luhn, luhn_check_digit, verify_card_verification_value,
};
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, UNIONPAY_POS};
use cardwire::{Builder, ErrorKind, Message, Mti, Spec};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

const ISSUER: &str = "0123456789ABCDEFFEDCBA9876543210";
/// 9F02 9F03 9F1A 95 5F2A 9A 9C 9F37 82 9F36.
const SET: &str = "000000012345000000000000015600000480000156260115001A2B3C4D390000B7";

fn card() -> Key {
    emv::card_key(&des(ISSUER), &Pan::new("4000001234567899").unwrap(), 1, CardKeyOption::A).unwrap()
}

fn octets<const N: usize>(digits: &str) -> [u8; N] {
    unhex(digits).try_into().unwrap()
}

/// Version, 9F10, ARQC, the issuer's decision, tag 91 without it: two implementations agree.
fn vectors() -> Vec<(Cvn, String, &'static str, IssuerDecision<'static>, &'static str)> {
    let code = |high, low| IssuerDecision::Code([high, low]);
    let status = |own| IssuerDecision::Status([0, 0x82, 0, 0], own);
    let zeros = "00".repeat(27);
    let results = "A0B803220000";
    let mchip = |cvn: &str| format!("01{cvn}{results}0000{}", "11".repeat(8));
    vec![
        (Cvn::Visa10, "06010A03A0B800".into(), "380BACD9A7EB456F", code(0x30, 0x30), "04001FD5B7FE493B"),
        (Cvn::Visa10, "06010A03A0B800".into(), "380BACD9A7EB456F", code(0, 0x10), "01A01CC7F78B5896"),
        (Cvn::Visa18, "06011203A0B800".into(), "D0A998952378FD38", status(&[]), "8FB064AB"),
        (Cvn::Visa18, "06011203A0B800".into(), "D0A998952378FD38", status(&[0x12, 0x34]), "44E1FEDB"),
        (Cvn::Visa22, format!("1F220100A0{zeros}"), "F95AB998EA71F6F9", status(&[]), "F634897D"),
        (Cvn::MChip16, mchip("10"), "16066AE887F7520C", code(0, 0x12), "B7F5B29716047A73"),
        (Cvn::MChip17, mchip("11"), "34AD969CB23C5B49", code(0, 0x12), "D55CD057A7CFFE34"),
        (Cvn::MChip20, mchip("14"), "D2177E81E6E4A862", code(0, 0x12), "01FA6173DB7E91DC"),
        (Cvn::MChip21, mchip("15"), "D50EAF33F98E7D13", code(0, 0x12), "6FA1BB4F905974C4"),
        (Cvn::Interac133, "0F0185A0B8000000".into(), "A54D0629ED03592B", code(0, 0x12), "98093A69A18B997A"),
    ]
}

/// EMV Book 2 sections 8.1 and 8.2; versions of Visa, Mastercard and Interac.
#[test]
fn cryptograms_of_the_facts() {
    let card = card();
    assert_eq!(hex(card.expose()), "9BE697257F1F8A54202F9E0BB66BE58C");
    for (cvn, issuer_data, wanted, decision, arpc) in vectors() {
        let data = CryptogramData::new(&unhex(SET), &unhex(&issuer_data)).unwrap();
        assert_eq!(data.cvn().unwrap(), cvn);
        assert_eq!(hex(&data.cryptogram(&card, cvn).unwrap()), wanted, "{cvn:?}");
        let good = data.verify(&card, cvn, &unhex(wanted)).unwrap();
        let response = good.respond(decision).unwrap();
        let after = match decision {
            IssuerDecision::Code(code) => code.to_vec(),
            IssuerDecision::Status(status, own) => [&status[..], own].concat(),
        };
        assert_eq!(hex(response.as_bytes()), format!("{arpc}{}", hex(&after)));
        let other = match decision {
            IssuerDecision::Code(_) => IssuerDecision::Status([0; 4], &[]),
            IssuerDecision::Status(..) => IssuerDecision::Code([0; 2]),
        };
        assert_eq!(good.respond(other), Err(CryptoError::ArpcMethod));
        assert_eq!(good.method(), cvn.arpc());
    }
}

/// Visa CVN 10, the vector of another package.
#[test]
fn a_cryptogram_of_another_card() {
    let card =
        emv::card_key(&des(ISSUER), &Pan::new("1234567890123456").unwrap(), 0, CardKeyOption::A).unwrap();
    let set = "000000004000000000000000012480000480000124191105 01 52BF4585 1800 001C";
    let data = CryptogramData::new(&unhex(set), &unhex("06010A03A06010")).unwrap();
    let good = data.verify(&card, Cvn::Visa10, &unhex("29CCA15AE665FA2E")).unwrap();
    let response = good.respond(IssuerDecision::Code(*b"00")).unwrap();
    assert_eq!(hex(response.as_bytes()), "28993816AFAE4AEB3030");
    let visa = good.respond(IssuerDecision::Code([0x30, 0x30])).unwrap();
    assert_eq!(visa, response);
}

/// JR/T 0025 (PBOC), cryptogram version 01, as a public worked example has it.
#[test]
fn the_public_example_of_unionpay() {
    let pan = Pan::new("6228000100001").unwrap();
    let card = emv::card_key(&des("F0C34A8124CEE0A91A0B034AA97D6EAC"), &pan, 1, CardKeyOption::A).unwrap();
    assert_eq!(card, des("014D996FCC8F49157DC8B49E3BCDFD99").with_odd_parity());
    let session = emv::session_key(&card, SessionKeyMethod::UnionPay, [2, 0x40], [0; 4]).unwrap();
    assert_eq!(session, des("D4102725E6E5AD329E55AAB50BF23DA9").with_odd_parity());
    let set = "000000000001000000000000015600800460000156140701001E78EEBC7D000240";
    let data = CryptogramData::new(&unhex(set), &unhex("07000103A04002010A010000001000D1F61152")).unwrap();
    assert_eq!(data.cvn(), Ok(Cvn::UnionPay01));
    let good = data.verify(&card, Cvn::UnionPay01, &unhex("5D016C91005E7CC2")).unwrap();
    let response = good.respond(IssuerDecision::Code(*b"01")).unwrap();
    assert_eq!(hex(response.as_bytes()), "21415243527CE78F3031");
}

/// EMV Book 2 annex A1.4: options A and B differ above 16 digits.
#[test]
fn keys_of_cards() {
    let key = |pan, sequence, option| {
        let key = emv::card_key(&des(ISSUER), &Pan::new(pan).unwrap(), sequence, option).unwrap();
        assert!(key.has_odd_parity());
        hex(key.expose())
    };
    let (a, b) = (CardKeyOption::A, CardKeyOption::B);
    for (pan, sequence, option, wanted) in [
        ("4000001234567899", 1, b, "9BE697257F1F8A54202F9E0BB66BE58C"),
        ("6234567890123456786", 1, a, "D57AC7DFD31F07345210E94A64D5384C"),
        ("6234567890123456786", 1, b, "9EEF4FE5F1FE017C5B0BDA254C01E915"),
        ("62345678901234567", 0, a, "8357F1866492A1C8D657132AABF25789"),
        ("62345678901234567", 0, b, "92081FE9A8CD1349A43819E60B944C52"),
        ("6234567890100000087", 1, b, "01647AA404313ED9018F643ED31A2CAE"),
    ] {
        assert_eq!(key(pan, sequence, option), wanted, "{pan} {option:?}");
    }
    let pan = Pan::new("4000001234567899").unwrap();
    assert_eq!(emv::card_key(&des(ISSUER), &pan, 100, a), Err(CryptoError::CardData));
    assert!(matches!(emv::card_key(&aes(ISSUER), &pan, 0, a), Err(CryptoError::KeyKind { .. })));
}

/// EMV Book 2 annex A1.3, Visa and Mastercard; the tree of EMV2000.
#[test]
fn keys_of_transactions() {
    let (card, unpredictable) = (card(), octets("1A2B3C4D"));
    let session = |method| hex(emv::session_key(&card, method, [0, 0xB7], unpredictable).unwrap().expose());
    assert_eq!(session(SessionKeyMethod::Common), "D9A78038F7D62AA162E64A341C4ABC38");
    assert_eq!(session(SessionKeyMethod::Mastercard), "F810FB923BB64946AE5D5780BFA1D35E");
    assert_eq!(session(SessionKeyMethod::CardKey), hex(card.expose()));
    let visa = emv::visa_messaging_key(&card, [0, 0xB7]).unwrap();
    assert_eq!(hex(visa.expose()), "9BE697257F1F8AE3202F9E0BB66B1AC4");
    for (counter, by_four, by_two) in [
        ("0001", "F785F8EC79D07C70CBDC3B834F83795E", "913EAB2C04B016F18CD36EF76BECF83D"),
        ("001C", "791C4F8F5280A78C5DD63B34DC406726", "DCBFFD702A83F834AD83F1161C988907"),
        ("00B7", "671A01F74F6746DC02B032EAEA458383", "07F8FBEC1A869B941934EAFD5D68E9A2"),
        ("FFFF", "BC86C72A52089DA11668158FF162B058", "45A4E0192079BF9D4064F225F70B642C"),
    ] {
        let key = |height, branches| {
            hex(emv::tree_session_key(&card, octets(counter), height, branches).unwrap().expose())
        };
        assert_eq!((key(8, 4).as_str(), key(16, 2).as_str()), (by_four, by_two), "{counter}");
    }
    assert!(emv::tree_session_key(&card, [0, 1], 7, 4).is_err());
}

#[test]
fn one_changed_bit_is_another_cryptogram() {
    let card = card();
    for (cvn, issuer_data, arqc, ..) in vectors() {
        let arqc = unhex(arqc);
        for bit in 0..33 * 8 {
            let mut set = unhex(SET);
            set[bit / 8] ^= 1 << (bit % 8);
            let data = CryptogramData::new(&set, &unhex(&issuer_data)).unwrap();
            assert_eq!(
                data.verify(&card, cvn, &arqc).err(),
                Some(CryptoError::Cryptogram),
                "{cvn:?} bit {bit}"
            );
        }
        let data = CryptogramData::new(&unhex(SET), &unhex(&issuer_data)).unwrap();
        for wrong in [&arqc[..7], &arqc[1..], &[], &[0; 8], &[&arqc[..], &[0]].concat()] {
            assert_eq!(data.verify(&card, cvn, wrong).err(), Some(CryptoError::Cryptogram));
        }
        for len in 0..7 {
            let data = CryptogramData::new(&unhex(SET), &unhex(&issuer_data)[..len]).unwrap();
            assert_eq!(data.cryptogram(&card, cvn), Err(CryptoError::IssuerData), "{cvn:?}, {len} octets");
        }
    }
}

/// A message with the data of the vectors, in the dialect of a link.
fn message(spec: &'static Spec<'static>, issuer_data: &str, arqc: &str) -> Vec<u8> {
    let objects = format!(
        "9F0206000000012345 9F0306000000000000 9F1A020156 95050000048000 5F2A020156 9A03260115 9C0100 \
         9F37041A2B3C4D 82023900 9F360200B7 9F10{:02X}{issuer_data} 9F2608{arqc}",
        issuer_data.len() / 2
    );
    let mut builder = Builder::new(spec, Mti::AUTHORIZATION_REQUEST);
    builder.header(&[0x60; 22][..spec.header()]).set(55, unhex(&objects).leak() as &[u8]);
    builder.to_vec().unwrap()
}

#[test]
fn a_message_of_any_dialect_is_verified() {
    let card = card();
    for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC, &UNIONPAY_POS] {
        for (cvn, issuer_data, arqc, ..) in vectors() {
            let wire = message(spec, &issuer_data, arqc);
            let message = Message::parse(spec, &wire).unwrap();
            let chip = message.require(55).unwrap();
            let data = CryptogramData::of(&chip).unwrap();
            let received: Vec<u8> = chip.part(0x9F26).unwrap().expose().octets().collect();
            assert!(data.verify(&card, cvn, &received).is_ok(), "{} {cvn:?}", spec.name());
            assert_eq!((data.counter(), data.unpredictable()), ([0, 0xB7], [0x1A, 0x2B, 0x3C, 0x4D]));
            let shown = format!("{data:?} {:?}", data.verify(&card, cvn, &received).unwrap());
            assert!(!shown.contains("12345") && !shown.contains(&arqc[..4]), "{shown}");
        }
    }
}

#[test]
fn what_the_card_sends_has_to_be_there_and_what_the_terminal_does_not_is_zero() {
    let of = |objects: &str| {
        let mut builder = Builder::new(&ISO87_BCD, Mti::AUTHORIZATION_REQUEST);
        let wire = builder.set(55, unhex(objects).leak() as &[u8]).to_vec().unwrap();
        let message = Message::parse(&ISO87_BCD, &wire).unwrap();
        CryptogramData::of(&message.require(55).unwrap()).map(|data| data.issuer_data().len())
    };
    assert_eq!(of("82023900 9F360200B7 9F100706010A03A0B800"), Ok(7));
    assert_eq!(of("9F360200B7 9F100706010A03A0B800"), Err(CryptoError::Object(0x82)));
    assert_eq!(of("82023900 9F100706010A03A0B800"), Err(CryptoError::Object(0x9F36)));
    assert_eq!(of("82023900 9F360200B7"), Err(CryptoError::Object(0x9F10)));
    assert_eq!(of("82023900 9F3601B7 9F100706010A03A0B800"), Err(CryptoError::Object(0x9F36)));
    assert_eq!(of("9504FFFFFFFF 82023900 9F360200B7 9F1000"), Err(CryptoError::Object(0x95)));
}

#[test]
fn versions_that_are_unknown_or_cut_off() {
    for data in
        ["", "06", "0601", "06010A", "06010A03A0B8", "060199 03A0B800", "1F22", "0110A0B8032200", "FFFF00"]
    {
        assert_eq!(Cvn::of_issuer_data(&unhex(data)), Err(CryptoError::IssuerData), "{data}");
    }
    assert_eq!(Cvn::of_issuer_data(&unhex("06020A03A0B800")), Ok(Cvn::Visa10));
    assert_eq!(Cvn::Visa22.arpc(), ArpcMethod::Two);
    let long = CryptogramData::new(&unhex(SET), &[0; 33]).unwrap_err();
    assert_eq!(long, CryptoError::IssuerData);
    assert_eq!(CryptogramData::new(&[0; 32], &[]).unwrap_err(), CryptoError::DataLength(32));
    assert!(emv::arpc_2(&card(), [0; 8], [0; 4], &[0; 9]).is_err());
}

/// ISO/IEC 7813, in characters and as tag 57 (EMV Book 3) has it.
#[test]
fn track_2_in_both_forms() {
    for (text, expiry, service, rest) in [
        ("4111111111111111=29122011234500000000", "2912", "201", "1234500000000"),
        ("6212345678901234567D3001220", "3001", "220", ""),
        ("4242424242424242=2912101000000", "2912", "101", "000000"),
        ("30569309025904d9912601", "9912", "601", ""),
    ] {
        let track = Track2::of_text(text).unwrap();
        let shown: String = track.expiry().map(char::from).iter().collect();
        assert_eq!(
            (shown.as_str(), track.service_code().expose().collect::<String>().as_str()),
            (expiry, service)
        );
        assert_eq!(track.expose_discretionary(), rest.as_bytes());
        assert_eq!(track.pan(), &Pan::new(text.split(['=', 'D', 'd']).next().unwrap()).unwrap());
        let nibbles = text.replace('=', "D");
        let fill = if nibbles.len() % 2 == 0 { "" } else { "F" };
        for fill in [fill.to_owned(), format!("{fill}FF")] {
            let packed = unhex(&format!("{nibbles}{fill}"));
            if packed.len() <= 19 {
                assert_eq!(Track2::of_packed(&packed), Ok(track.clone()));
            }
        }
        let shown = format!("{track:?}");
        assert!(!shown.contains(&text[..6]) && !shown.contains(expiry), "{shown}");
    }
}

#[test]
fn what_is_no_track() {
    for (text, fault) in [
        ("", TrackFault::Separator),
        ("4111111111111111", TrackFault::Separator),
        ("4111111=2912201", TrackFault::Pan),
        ("41111111111111111111=2912201", TrackFault::Pan),
        ("4111111111111111=291220", TrackFault::Digits),
        ("4111111111111111=29122=1", TrackFault::Digits),
        ("4111111111111111=2912201?", TrackFault::Digits),
        ("411111111111111X=2912201", TrackFault::Digits),
        ("4111111111111111=291220112345000000001", TrackFault::TooLong),
    ] {
        assert_eq!(Track2::of_text(text), Err(CryptoError::Track(fault)), "{text}");
    }
    for (packed, fault) in [
        ("4111111111111111D2912F01", TrackFault::Fill),
        ("FFFF", TrackFault::Separator),
        ("4111111111111111D29122A1", TrackFault::Digits),
        ("4111111111111111D291220112345000000000", TrackFault::TooLong),
    ] {
        assert_eq!(Track2::of_packed(&unhex(packed)), Err(CryptoError::Track(fault)), "{packed}");
    }
    assert_eq!(Track2::of_packed(&[0x41; 20]), Err(CryptoError::Track(TrackFault::TooLong)));
}

/// ISO/IEC 7813 table 1.
#[test]
fn service_codes_in_words() {
    let code = ServiceCode::new("220").unwrap();
    assert_eq!(code.interchange(), "international, with a chip to be used");
    assert_eq!(code.authorization(), "by the issuer, online");
    assert_eq!(code.services(), "no restriction, PIN required");
    assert_eq!(ServiceCode::new("388").unwrap().interchange(), "reserved");
    for wrong in ["", "22", "2201", "2a0", "２２０"] {
        assert_eq!(ServiceCode::new(wrong), Err(CryptoError::CardData));
    }
}

/// ISO/IEC 7812-1 annex B.
#[test]
fn luhn() {
    for card in
        ["4111111111111111", "4242424242424242", "5555444433331111", "6212345678901232", "0000000000000000"]
    {
        assert!(is_luhn(card), "{card}");
        let (body, last) = card.split_at(card.len() - 1);
        assert_eq!(luhn_check_digit(body), last.chars().next());
        for wrong in ('0'..='9').filter(|digit| !last.starts_with(*digit)) {
            assert!(!is_luhn(&format!("{body}{wrong}")));
        }
    }
    for none in ["", "4", "411111111111111a", "-", "４"] {
        assert!(!is_luhn(none), "{none}");
    }
    assert_eq!(luhn_check_digit("41x"), None);
}

#[test]
fn verification_values_need_sound_data() {
    let (key, pan) = (des(ISSUER), Pan::new("4123456789012345").unwrap());
    let service = ServiceCode::new("101").unwrap();
    assert_eq!(card_verification_value(&key, &pan, "8701", service), Ok(*b"561"));
    let verify = |received| verify_card_verification_value(&key, &pan, "8701", service, received);
    assert_eq!(verify("561"), Ok(()));
    for wrong in ["", "56", "560", "661", "5610", "５61", "000"] {
        assert_eq!(verify(wrong), Err(CryptoError::CardVerification), "{wrong}");
    }
    for expiry in ["", "870", "87011", "87 1"] {
        assert_eq!(card_verification_value(&key, &pan, expiry, service), Err(CryptoError::CardData));
    }
    assert!(matches!(
        card_verification_value(&aes(ISSUER), &pan, "8701", service),
        Err(CryptoError::KeyKind { .. })
    ));
}

/// The data of the public example of UnionPay: with padding 1 it would be another cryptogram (ISO/IEC 9797-1 section 6.3).
#[test]
fn the_padding_of_a_cryptogram_is_not_left_open() {
    let session = des("D4102725E6E5AD329E55AAB50BF23DA9");
    let data = unhex("000000000001000000000000015600800460000156140701001E78EEBC7D00024003A04002");
    let of = |padding| hex(MacAlgorithm::Retail(padding).of(&session, &data).unwrap().as_bytes());
    assert_eq!(of(Padding::Bit), "5D016C91005E7CC2");
    assert_eq!(of(Padding::Zeros), "D1972C87FBE0637C");
}

/// ISO/IEC 8825-1 and EMV Book 3 annex B: lengths in one to five octets, tags in one to three, none indefinite.
#[test]
fn objects_with_lengths_and_tags_of_every_form() {
    let chip = |objects: &str| {
        let mut builder = Builder::new(&ISO87_BCD, Mti::AUTHORIZATION_REQUEST);
        let wire = builder.set(55, unhex(objects).leak() as &[u8]).to_vec();
        wire.map_err(|error| error.kind())
    };
    for length in ["01", "8101", "820001", "83000001", "8400000001"] {
        // FF is no digit of tag 9C, which has a number: its length was understood
        assert_eq!(chip(&format!("9C{length}FF")), Err(ErrorKind::Nibble));
        let objects = format!("9B{length}FF");
        let wire = chip(&objects).unwrap();
        let message = Message::parse(&ISO87_BCD, &wire).unwrap();
        let value =
            message.require(55).unwrap().part(0x9B).map(|part| part.expose().octets().collect::<Vec<_>>());
        assert_eq!(value, Some(vec![0xFF]), "{objects}");
    }
    let wire = chip("9F820101FF").unwrap();
    let message = Message::parse(&ISO87_BCD, &wire).unwrap();
    assert!(message.require(55).unwrap().part(0x9F_8201).is_some());
    let wire = chip("9C00").unwrap();
    assert_eq!(Message::parse(&ISO87_BCD, &wire).unwrap().require(55).unwrap().part(0x9C).unwrap().len(), 0);
    for objects in ["9C80", "9C80FF0000", "9C8101", "9C02FF", "9C"] {
        assert!(chip(objects).is_err(), "{objects}");
    }
}
