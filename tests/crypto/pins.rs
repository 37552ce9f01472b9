//! PIN blocks of ISO 9564-1 and what may become of them (ISO 9564-1, PCI PIN requirement 3-3).

use cardwire::crypto::{Bound, CryptoError, Key, Pan, Pin, PinFault, PinFormat, PinSide, Random, pin};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

const ALL: [PinFormat; 5] =
    [PinFormat::Iso0, PinFormat::Iso1, PinFormat::Iso2, PinFormat::Iso3, PinFormat::Iso4];
const CARD: &str = "4111111111111111";

fn card(digits: &str) -> Pan {
    Pan::new(digits).unwrap()
}

fn clear(pin: &Pin) -> String {
    pin.expose().collect()
}

/// Random octets that make these half octets of fill.
fn fill(format: PinFormat, nibbles: &str) -> Random {
    let mut random = [0; 10];
    for (slot, nibble) in random.iter_mut().zip(nibbles.chars()) {
        let value = u8::try_from(nibble.to_digit(16).unwrap()).unwrap();
        *slot = if format == PinFormat::Iso3 { value - 0xA } else { value };
    }
    random
}

fn tdes() -> Key {
    des("0123456789ABCDEFFEDCBA9876543210")
}

/// ISO 9564-1, formats 0 to 3; checked by three implementations.
#[test]
fn clear_blocks_of_the_facts() {
    for (number, random, digits, pan, wanted) in [
        (0, "", "1234", CARD, "041225EEEEEEEEEE"),
        (0, "", "12345", CARD, "0512254EEEEEEEEE"),
        (0, "", "123456", "6200123456789012347", "06120000876FEDCB"),
        (0, "", "1234567890", "4000001234567", "0A1274567882CBA9"),
        (0, "", "123456789012", CARD, "0C122547698103EE"),
        (0, "", "0000", "4000001234567", "040040FFFFEDCBA9"),
        (0, "", "1234", "4012345678909", "041274EDCBA9876F"),
        (3, "ABCDEFABCD", "1234", CARD, "341225BADCFEBADC"),
        (3, "FEDCBAFE", "123456", "6200123456789012347", "36120000864CA8CA"),
        (3, "AF", "123456789012", CARD, "3C122547698103BE"),
        (1, "0123456789", "1234", CARD, "1412340123456789"),
        (1, "89ABCDEF", "123456", CARD, "1612345689ABCDEF"),
        (2, "", "1234", CARD, "241234FFFFFFFFFF"),
        (2, "", "12345", CARD, "2512345FFFFFFFFF"),
        (2, "", "123456789012", CARD, "2C123456789012FF"),
    ] {
        let (format, pan) = (PinFormat::of(number).unwrap(), card(pan));
        let pin = Pin::new(digits).unwrap();
        let block = pin::clear_block(format, &pin, Bound::To(&pan), &fill(format, random)).unwrap();
        assert_eq!(hex(block.as_bytes()), wanted);
        let decoded = pin::decode_clear(format, &unhex(wanted), Bound::To(&pan)).unwrap();
        assert_eq!(clear(&decoded), digits);
    }
}

/// UnionPay, DE 53 first digit 1: format 0 whose second field is zero.
#[test]
fn a_block_without_card_number() {
    let pin = Pin::new("1234").unwrap();
    let block = pin::clear_block(PinFormat::Iso0, &pin, Bound::ToNothing, &[0; 10]).unwrap();
    assert_eq!(hex(block.as_bytes()), "041234FFFFFFFFFF");
    for number in [3, 4] {
        let format = PinFormat::of(number).unwrap();
        let key = if number == 4 { aes("00112233445566778899AABBCCDDEEFF") } else { tdes() };
        let error = pin::encrypt(&key, format, &pin, Bound::ToNothing, &[0; 10]).unwrap_err();
        assert_eq!(error, CryptoError::NoPan(number));
    }
}

/// ISO 9564-1, format 4: own vectors of three implementations, and those of the X9.24-3 supplement.
#[test]
fn blocks_of_format_4() {
    let key = "00112233445566778899AABBCCDDEEFF";
    let (own, public) = ("0102030405060708", "2F69ADDE2E9E7ACE");
    for (key, random, digits, pan, wanted) in [
        (key, own, "1234", CARD, "0D832259FA45B34128B944D7D70AD8A3"),
        (key, own, "123456", "6200123456789012347", "670B4E597B2F31D21BFE85604C719621"),
        (key, own, "123456789012", "4000001234567", "0532F8DAE32E908F6967FF9F1F6AD571"),
        (key, own, "12345", "123456789012", "AFB50F3ACADEE315A4D07BD6F42951A5"),
        ("AF8CB133A78F8DC2D1359F18527593FB", public, "1234", CARD, "A912150391AB65A67E52883D81CE2D15"),
        ("D30BDC73EC9714B000BEC66BDB7B6D09", public, "1234", CARD, "52A00503BD34BA1383F6A7EE9FE2547F"),
        ("4D9DF3FBEE3448FC3E676D04320A90F5", public, "1234", CARD, "8308BB857C17F390369F761F8EB358FA"),
    ] {
        let (key, pan, pin) = (aes(key), card(pan), Pin::new(digits).unwrap());
        let mut random = unhex(random);
        random.extend([0; 2]);
        let random = Random::try_from(random).unwrap();
        let block = pin::encrypt(&key, PinFormat::Iso4, &pin, Bound::To(&pan), &random).unwrap();
        assert_eq!(hex(block.as_bytes()), wanted);
        let decoded = pin::decrypt(&key, PinFormat::Iso4, &unhex(wanted), Bound::To(&pan)).unwrap();
        assert_eq!(clear(&decoded), digits);
    }
}

/// A card number below twelve digits stands right-aligned in twelve (ISO 9564-1:2017 section 9.4.2.3).
#[test]
fn format_4_takes_any_card_number() {
    let (key, pin) = (aes("00112233445566778899AABBCCDDEEFF"), Pin::new("987654").unwrap());
    let digits = "6212345678901234567";
    for len in 8..=19 {
        let pan = card(&digits[..len]);
        let block = pin::encrypt(&key, PinFormat::Iso4, &pin, Bound::To(&pan), &[7; 10]).unwrap();
        assert_eq!(pin::decrypt(&key, PinFormat::Iso4, block.as_bytes(), Bound::To(&pan)), Ok(pin.clone()));
    }
    let [one, other] = ["62123456", "000062123456"].map(|pan| {
        let pan = card(pan);
        hex(pin::encrypt(&key, PinFormat::Iso4, &pin, Bound::To(&pan), &[7; 10]).unwrap().as_bytes())
    });
    assert_eq!(one, other, "zeros before a short number are those of the field");
}

#[test]
fn what_is_no_pin_block() {
    let pan = card(CARD);
    for (block, fault) in [
        ("031225EEEEEEEEEE", PinFault::Length),
        ("0D1225EEEEEEEEEE", PinFault::Length),
        ("041225EEEEEEEEE0", PinFault::Fill),
        ("04AB25EEEEEEEEEE", PinFault::Digit),
        ("341225EEEEEEEEEE", PinFault::Format),
        ("", PinFault::Size(0)),
        ("041225EEEEEEEE", PinFault::Size(7)),
        ("041225EEEEEEEEEE00", PinFault::Size(9)),
    ] {
        let decoded = pin::decode_clear(PinFormat::Iso0, &unhex(block), Bound::To(&pan));
        assert_eq!(decoded, Err(CryptoError::PinBlock(fault)), "{block}");
    }
    // a digit as the fill of format 3, and no length of format 1
    let decoded = pin::decode_clear(PinFormat::Iso3, &unhex("341225BADCFEBAD1"), Bound::To(&pan));
    assert_eq!(decoded, Err(CryptoError::PinBlock(PinFault::Fill)));
    let decoded = pin::decode_clear(PinFormat::Iso1, &unhex("1112340123456789"), Bound::To(&pan));
    assert_eq!(decoded, Err(CryptoError::PinBlock(PinFault::Length)));
    assert_eq!(pin::decode_clear(PinFormat::Iso4, &[0; 16], Bound::To(&pan)), Err(CryptoError::PinForm(4)));
}

#[test]
fn a_card_number_too_short_to_bind_to() {
    let (key, pin) = (tdes(), Pin::new("1234").unwrap());
    for len in 8..=19 {
        let pan = card(&"6212345678901234567"[..len]);
        for format in [PinFormat::Iso0, PinFormat::Iso3] {
            let block = pin::encrypt(&key, format, &pin, Bound::To(&pan), &[0; 10]);
            assert_eq!(block.err(), (len < 13).then_some(CryptoError::PanLength { min: 13, found: len }));
        }
    }
    for (pan, error) in [
        ("", CryptoError::PanLength { min: 8, found: 0 }),
        ("4111111", CryptoError::PanLength { min: 8, found: 7 }),
        ("41111111111111111111", CryptoError::PanLength { min: 8, found: 20 }),
        ("411111111111111=", CryptoError::Digit(15)),
    ] {
        assert_eq!(Pan::new(pan), Err(error));
    }
}

#[test]
fn pins_have_four_to_twelve_digits() {
    for len in 0..40 {
        let wanted = if (4..=12).contains(&len) { None } else { Some(CryptoError::PinLength(len)) };
        assert_eq!(Pin::new(&"1".repeat(len)).err(), wanted);
    }
    assert_eq!(Pin::new("12a4"), Err(CryptoError::Digit(2)));
    assert_eq!(Pin::new("12345:"), Err(CryptoError::Digit(5)));
    assert_eq!(format!("{:?}", Pin::new("1234").unwrap()), "Pin(****)");
    assert_ne!(Pin::new("1234"), Pin::new("12340"), "a zero more is another PIN");
}

#[test]
fn every_pin_comes_back_from_every_format() {
    let (tdes, aes, pan) = (tdes(), aes("00112233445566778899AABBCCDDEEFF"), card(CARD));
    for len in 4..=12 {
        let digits = &"907856341209"[..len];
        for format in ALL {
            let (pin, bound) = (Pin::new(digits).unwrap(), Bound::To(&pan));
            let key = if format == PinFormat::Iso4 { &aes } else { &tdes };
            let other = if format == PinFormat::Iso4 { &tdes } else { &aes };
            let block = pin::encrypt(key, format, &pin, bound, &[0x3C; 10]);
            if format == PinFormat::Iso2 {
                assert_eq!(block.err(), Some(CryptoError::PinForm(2)));
                continue;
            }
            let block = block.unwrap();
            assert_eq!(block.as_bytes().len(), format.block_len());
            assert_eq!(pin::decrypt(key, format, block.as_bytes(), bound), Ok(pin.clone()));
            let family = pin::encrypt(other, format, &pin, bound, &[0; 10]).unwrap_err();
            assert!(matches!(family, CryptoError::KeyKind { .. }));
            assert_eq!(format!("{block:?}"), format!("PinBlock({} bytes)", format.block_len()));
        }
    }
}

/// PCI PIN requirement 3-3, as the table in the facts has it.
#[test]
fn translations_that_are_permitted() {
    let (tdes, aes, pin) = (tdes(), aes("00112233445566778899AABBCCDDEEFF"), Pin::new("1234").unwrap());
    let (one, other) = (card(CARD), card("4242424242424242"));
    let key = |format| if format == PinFormat::Iso4 { &aes } else { &tdes };
    let side = |format, pan| PinSide { key: key(format), format, bound: Bound::To(pan) };
    for from in ALL {
        for to in ALL {
            let block = match from {
                PinFormat::Iso2 => vec![0; 8],
                _ => pin::encrypt(key(from), from, &pin, Bound::To(&one), &[1; 10])
                    .unwrap()
                    .as_bytes()
                    .to_vec(),
            };
            let done = pin::translate(side(from, &one), side(to, &one), &block, &[2; 10]);
            let bound = [PinFormat::Iso0, PinFormat::Iso3, PinFormat::Iso4];
            let permitted = match (from, to) {
                (PinFormat::Iso1, PinFormat::Iso1) => true,
                (_, to) => (from == PinFormat::Iso1 || bound.contains(&from)) && bound.contains(&to),
            };
            let Ok(done) = done else {
                let error = CryptoError::Translation { from: from.number(), to: to.number() };
                assert_eq!((permitted, done.unwrap_err()), (false, error));
                continue;
            };
            assert!(permitted, "{from:?} to {to:?}");
            assert_eq!(pin::decrypt(key(to), to, done.block.as_bytes(), Bound::To(&one)), Ok(pin.clone()));
            assert_eq!(done.is_weaker, from == PinFormat::Iso4 && to != from);
            // never to another card, but from format 1, which is bound to none
            let another = pin::translate(side(from, &one), side(to, &other), &block, &[2; 10]);
            assert_eq!(another.err(), (from != PinFormat::Iso1).then_some(CryptoError::AnotherPan));
        }
    }
}

#[test]
fn a_changed_block_is_refused_or_another_pin() {
    let (key, pan, pin) = (aes("00112233445566778899AABBCCDDEEFF"), card(CARD), Pin::new("1234").unwrap());
    let block = pin::encrypt(&key, PinFormat::Iso4, &pin, Bound::To(&pan), &[5; 10]).unwrap();
    for bit in 0..128 {
        let mut changed = block.as_bytes().to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(pin::decrypt(&key, PinFormat::Iso4, &changed, Bound::To(&pan)).is_err(), "bit {bit}");
    }
}

/// ISO 9564-1 section 9: formats 0 and 3 leave the check digit out, format 4 does not, and 1 and 2 look at no digit.
#[test]
fn which_digits_of_the_card_number_a_format_is_bound_to() {
    let (one, other) = (card("4111111111111111"), card("4111111111111112"));
    let pin = Pin::new("1234").unwrap();
    for format in ALL.into_iter().filter(|format| *format != PinFormat::Iso2) {
        let key = if format == PinFormat::Iso4 { aes("00112233445566778899AABBCCDDEEFF") } else { tdes() };
        let block = pin::encrypt(&key, format, &pin, Bound::To(&one), &[3; 10]).unwrap();
        let opened = pin::decrypt(&key, format, block.as_bytes(), Bound::To(&other));
        assert_eq!(opened.is_ok(), format != PinFormat::Iso4, "{format:?}");
    }
}

/// ISO 9564-1: whatever octets a block has, it is a PIN of four to twelve digits or a fault that says why, and a block that
/// is a PIN is the block of that PIN.
#[test]
fn any_octets_are_a_pin_or_a_fault() {
    let (pan, mut state, mut pins) = (card(CARD), 0x1234_5678_9ABC_DEF0_u64, 0);
    for round in 0_u8..=255 {
        for format in [PinFormat::Iso0, PinFormat::Iso1, PinFormat::Iso2, PinFormat::Iso3] {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut block = state.to_be_bytes();
            // the first half octets mostly fit, or nothing further would be looked at
            block[0] = if round % 4 == 0 { block[0] } else { (format.number() << 4) | (round % 16) };
            match pin::decode_clear(format, &block, Bound::To(&pan)) {
                Err(error) => assert!(matches!(error, CryptoError::PinBlock(_)), "{error}"),
                Ok(pin) => {
                    pins += 1;
                    assert!((4..=12).contains(&pin.len()));
                    let again = pin::clear_block(format, &pin, Bound::To(&pan), &[0; 10]).unwrap();
                    let same = pin::decode_clear(format, again.as_bytes(), Bound::To(&pan));
                    assert_eq!(same, Ok(pin));
                }
            }
        }
    }
    assert!(pins > 0);
}

/// ISO 9564-1 and PCI PIN 3-3: blocks bound to no card number, in either direction of a translation.
#[test]
fn translations_without_a_card_number() {
    let (key, pin, pan) = (tdes(), Pin::new("1234").unwrap(), card(CARD));
    let side = |format, bound| PinSide { key: &key, format, bound };
    let unbound = pin::encrypt(&key, PinFormat::Iso0, &pin, Bound::ToNothing, &[0; 10]).unwrap();
    let translate =
        |from, to, block: &[u8]| pin::translate(from, to, block, &[2; 10]).map(|done| done.is_weaker);
    let (free, bound) = (Bound::ToNothing, Bound::To(&pan));
    let block = unbound.as_bytes();
    assert_eq!(translate(side(PinFormat::Iso0, free), side(PinFormat::Iso0, free), block), Ok(false));
    // to bind it to a number is another number
    let error = translate(side(PinFormat::Iso0, free), side(PinFormat::Iso0, bound), block);
    assert_eq!(error, Err(CryptoError::AnotherPan));
    let error = translate(side(PinFormat::Iso0, free), side(PinFormat::Iso3, free), block);
    assert_eq!(error, Err(CryptoError::NoPan(3)));
    let random = pin::encrypt(&key, PinFormat::Iso1, &pin, free, &[9; 10]).unwrap();
    let done = translate(side(PinFormat::Iso1, free), side(PinFormat::Iso3, bound), random.as_bytes());
    assert_eq!(done, Ok(false));
    // a block that is none is not translated, and neither is one that is too long
    for wrong in [&[0x5A; 8][..], &[0; 7], &[0; 16]] {
        let error = translate(side(PinFormat::Iso0, bound), side(PinFormat::Iso3, bound), wrong);
        assert!(matches!(error, Err(CryptoError::PinBlock(_))), "{error:?}");
    }
}
