//! DUKPT: ANSI X9.24-1:2009 annex A.4 (TDES) and the public supplement of X9.24-3:2017 (AES).

use cardwire::crypto::{
    AesKsn, AesKsnUse, Bound, CryptoError, Key, KeyKind, Ksn, KsnUse, MacAlgorithm, Pan, Pin, PinFormat, pin,
};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

const TDES: &str = include_str!("dukpt_tdes.txt");
const AES: &str = include_str!("dukpt_aes.txt");
const TDES_DEVICE: &str = "FFFF9876543210E00000";
const AES_ID: &str = "1234567890123456";

fn rows(text: &'static str, columns: usize) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(' ').collect::<Vec<_>>()).filter(move |row| row.len() == columns)
}

fn tdes_device() -> Key {
    Ksn::from_hex(TDES_DEVICE).unwrap().initial_key(&des("0123456789ABCDEFFEDCBA9876543210")).unwrap()
}

fn tdes_ksn(counter: &str) -> Ksn {
    let counter = 0xE0_0000 | u32::from_str_radix(counter, 16).unwrap();
    Ksn::from_hex(&format!("FFFF9876543210{counter:06X}")).unwrap()
}

fn aes_ksn(counter: &str) -> AesKsn {
    AesKsn::from_hex(&format!("{AES_ID}{counter}")).unwrap()
}

fn aes_device() -> Key {
    aes_ksn("00000000").initial_key(&aes("FEDCBA9876543210F1F1F1F1F1F1F1F1")).unwrap()
}

/// X9.24-1:2009 annex A.4 and, beyond its counters, what three implementations agree on.
#[test]
fn the_tables_of_tdes() {
    let device = tdes_device();
    assert_eq!(hex(device.expose()), "6AC292FAA1315B4D858AB3A3D7D5933A");
    let (pin, pan) = (Pin::new("1234").unwrap(), Pan::new("4012345678909").unwrap());
    let mac = |key: &Key| {
        let whole = MacAlgorithm::X9_19.of(key, b"4012345678909D987").unwrap();
        hex(whole.truncated(4).unwrap().as_bytes())
    };
    for row in rows(TDES, 6) {
        let ksn = tdes_ksn(row[0]);
        let key = |purpose| ksn.working_key(&device, purpose).unwrap();
        assert_eq!(hex(ksn.transaction_key(&device).unwrap().expose()), row[1]);
        assert_eq!(hex(key(KsnUse::Pin).expose()), row[2]);
        assert_eq!(mac(&key(KsnUse::MacRequest)), row[3]);
        assert_eq!(mac(&key(KsnUse::MacResponse)), row[4]);
        let block =
            pin::encrypt(&key(KsnUse::Pin), PinFormat::Iso0, &pin, Bound::To(&pan), &[0; 10]).unwrap();
        assert_eq!(hex(block.as_bytes()), row[5]);
    }
    for row in rows(TDES, 5) {
        let ksn = tdes_ksn(row[0]);
        let uses = [KsnUse::MacRequest, KsnUse::MacResponse, KsnUse::DataRequest, KsnUse::DataResponse];
        for (purpose, wanted) in uses.into_iter().zip(&row[1..]) {
            assert_eq!(hex(ksn.working_key(&device, purpose).unwrap().expose()), *wanted);
        }
    }
    assert_eq!((rows(TDES, 6).count(), rows(TDES, 5).count()), (20, 12));
    // beyond nine bits of the counter, where a package of the same name goes wrong
    for (counter, wanted) in
        [("200", "B6E1F9986650D37A8CAAEF7E600FD102"), ("201", "C7D09A1CC1E4861F1A46DA706AD4EF67")]
    {
        assert_eq!(hex(tdes_ksn(counter).transaction_key(&device).unwrap().expose()), wanted);
    }
}

/// The supplement of X9.24-3:2017; above counter 8 two implementations agree.
#[test]
fn the_tables_of_aes() {
    let device = aes_device();
    assert_eq!(hex(device.expose()), "1273671EA26AC29AFA4D1084127652A1");
    let (pin, pan) = (Pin::new("1234").unwrap(), Pan::new("4111111111111111").unwrap());
    let random = [0x2F, 0x69, 0xAD, 0xDE, 0x2E, 0x9E, 0x7A, 0xCE, 0, 0];
    for row in rows(AES, 6) {
        let ksn = aes_ksn(row[0]);
        let key = |purpose| ksn.working_key(&device, purpose, KeyKind::Aes128).unwrap();
        assert_eq!(hex(ksn.derivation_key(&device).unwrap().expose()), row[1]);
        assert_eq!(hex(key(AesKsnUse::Pin).expose()), row[2]);
        assert_eq!(hex(key(AesKsnUse::MacGeneration).expose()), row[3]);
        assert_eq!(hex(key(AesKsnUse::DataEncryption).expose()), row[4]);
        let block = pin::encrypt(&key(AesKsnUse::Pin), PinFormat::Iso4, &pin, Bound::To(&pan), &random);
        assert_eq!(hex(block.unwrap().as_bytes()), row[5]);
    }
    assert_eq!(rows(AES, 6).count(), 16);
    let ksn = aes_ksn("00000001");
    for (purpose, kind, wanted) in [
        (AesKsnUse::MacVerification, KeyKind::Aes128, "DBB463945B286C07CD3AD82EE96FD9C9"),
        (AesKsnUse::DataDecryption, KeyKind::Aes128, "16292C6EA8F64C5420A0584BFBC577BE"),
        (AesKsnUse::MacBoth, KeyKind::Aes128, "85675439D18D7F1158BD8E3EAA3D502B"),
        (AesKsnUse::DataBoth, KeyKind::Aes128, "A308E080DD15A1B741F1721BF67DE11C"),
        (AesKsnUse::Pin, KeyKind::Tdes2, "630C706D9546E47D4449313F61C4D4AB"),
    ] {
        assert_eq!(hex(ksn.working_key(&device, purpose, kind).unwrap().expose()), wanted);
    }
    assert_eq!(hex(ksn.update_key(&device).unwrap().expose()), "9A9770AEE1ACD1B13473D0463A1883B9");
}

/// X9.24-1 annex A: the next counter has at most ten ones; the last one is 1FF800.
#[test]
fn counters_of_tdes_go_on_and_end() {
    for (counter, next) in [
        ("000000", "000001"),
        ("0003FE", "0003FF"),
        ("0003FF", "000400"),
        ("0007FE", "000800"),
        ("0007FF", "000800"),
        ("000FFC", "001000"),
        ("1FF000", "1FF001"),
        ("1FF400", "1FF800"),
        ("1FF7FF", "1FF800"),
        ("1F9FE0", "1FA000"),
    ] {
        assert_eq!(tdes_ksn(counter).next().unwrap(), tdes_ksn(next), "{counter}");
    }
    for last in ["1FF800", "1FF801", "1FFFFF"] {
        assert_eq!(tdes_ksn(last).next(), Err(CryptoError::Exhausted));
    }
    // from one to the last there are as many keys as the standard says
    let (mut ksn, mut count) = (tdes_ksn("000000"), 0);
    while let Ok(next) = ksn.next() {
        assert!(next.counter() > ksn.counter() && next.check().is_ok());
        (ksn, count) = (next, count + 1);
    }
    assert_eq!((count, ksn), (1_048_575, tdes_ksn("1FF800")));
    assert!(ksn.to_string().starts_with("FFFF9876543210"), "nothing else was touched");
}

/// X9.24-3 section 6.3: at most sixteen ones; the last one is FFFF0000.
#[test]
fn counters_of_aes_go_on_and_end() {
    for (counter, next) in [
        ("00000000", "00000001"),
        ("0000FFFE", "0000FFFF"),
        ("0000FFFF", "00010000"),
        ("0001FFFE", "00020000"),
        ("FFFE8000", "FFFF0000"),
    ] {
        assert_eq!(aes_ksn(counter).next().unwrap(), aes_ksn(next));
    }
    for last in ["FFFF0000", "FFFF0001", "FFFFFFFF"] {
        assert_eq!(aes_ksn(last).next(), Err(CryptoError::Exhausted));
    }
}

#[test]
fn a_host_refuses_what_no_device_sends() {
    let device = tdes_device();
    let seen = tdes_ksn("000010");
    let check = |counter| tdes_ksn(counter).follows(seen);
    assert_eq!(check("000011"), Ok(()));
    assert_eq!(check("1FF800"), Ok(()), "gaps are no error");
    assert_eq!(check("000010"), Err(CryptoError::CounterReplayed { counter: 0x10, last: 0x10 }));
    assert_eq!(check("00000F"), Err(CryptoError::CounterReplayed { counter: 0xF, last: 0x10 }));
    assert_eq!(check("000000"), Err(CryptoError::CounterZero));
    assert_eq!(check("0007FF"), Err(CryptoError::CounterOnes { counter: 0x7FF, max: 10 }));
    let other = Ksn::from_hex("FFFF9876543211E00011").unwrap();
    assert_eq!(other.follows(seen), Err(CryptoError::AnotherDevice));
    assert_eq!(tdes_ksn("0").transaction_key(&device), Err(CryptoError::CounterZero));
    let ones = tdes_ksn("7FF").working_key(&device, KsnUse::Pin);
    assert_eq!(ones, Err(CryptoError::CounterOnes { counter: 0x7FF, max: 10 }));

    let seen = aes_ksn("00000010");
    assert_eq!(aes_ksn("00000011").follows(seen), Ok(()));
    assert_eq!(
        aes_ksn("00000010").follows(seen),
        Err(CryptoError::CounterReplayed { counter: 16, last: 16 })
    );
    assert_eq!(aes_ksn("00000000").follows(seen), Err(CryptoError::CounterZero));
    let ones = CryptoError::CounterOnes { counter: 0x1_FFFF, max: 16 };
    assert_eq!(aes_ksn("0001FFFF").follows(seen), Err(ones));
    assert_eq!(
        aes_ksn("FFFFFFFF").derivation_key(&aes_device()).unwrap_err(),
        CryptoError::CounterOnes { counter: u32::MAX, max: 16 }
    );
    let other = AesKsn::from_hex("123456789012345700000011").unwrap();
    assert_eq!(other.follows(seen), Err(CryptoError::AnotherDevice));
}

#[test]
fn serial_numbers_of_other_lengths_and_keys_of_other_kinds() {
    assert_eq!(Ksn::new(&unhex("9876543210E00001")), Ok(tdes_ksn("1")), "eight octets leave FFFF out");
    for found in (0..30).filter(|len| ![8, 10].contains(len)) {
        assert_eq!(Ksn::new(&vec![0; found]), Err(CryptoError::KsnLength { expected: 10, found }));
    }
    for found in (0..30).filter(|len| *len != 12) {
        assert_eq!(AesKsn::new(&vec![0; found]), Err(CryptoError::KsnLength { expected: 12, found }));
    }
    assert_eq!(AesKsn::from_hex("12345678901234560000000Z"), Err(CryptoError::HexDigit(23)));
    let tdes3 = des(&"0123456789ABCDEF".repeat(3));
    assert!(matches!(tdes_ksn("1").initial_key(&tdes3), Err(CryptoError::KeyKind { .. })));
    assert!(matches!(
        tdes_ksn("1").working_key(&aes_device(), KsnUse::Pin),
        Err(CryptoError::KeyKind { .. })
    ));
    assert!(matches!(aes_ksn("00000001").initial_key(&tdes_device()), Err(CryptoError::KeyKind { .. })));
    let kind =
        |kind| aes_ksn("00000001").working_key(&aes_device(), AesKsnUse::Pin, kind).map(|key| key.kind());
    assert_eq!(kind(KeyKind::Tdes3), Ok(KeyKind::Tdes3));
    let stronger = CryptoError::Stronger { wanted: KeyKind::Aes256, from: KeyKind::Aes128 };
    assert_eq!(kind(KeyKind::Aes256), Err(stronger));
    assert!(matches!(kind(KeyKind::Des), Err(CryptoError::KeyKind { .. })));
}

/// X9.24-3 table 4 and section 6.3.3: of every purpose and every kind of working key no two are the same, each has the
/// length of its kind, and none is stronger than the key that it comes from.
#[test]
fn working_keys_of_aes_of_every_kind_and_purpose() {
    let purposes = [
        AesKsnUse::KeyEncryption,
        AesKsnUse::Pin,
        AesKsnUse::MacGeneration,
        AesKsnUse::MacVerification,
        AesKsnUse::MacBoth,
        AesKsnUse::DataEncryption,
        AesKsnUse::DataDecryption,
        AesKsnUse::DataBoth,
    ];
    let kinds = [KeyKind::Tdes2, KeyKind::Tdes3, KeyKind::Aes128, KeyKind::Aes192, KeyKind::Aes256];
    for len in [16, 24, 32] {
        let base = Key::aes(&(0..len).collect::<Vec<u8>>()).unwrap();
        let ksn = aes_ksn("00000007");
        let device = ksn.initial_key(&base).unwrap();
        assert_eq!(device.kind(), base.kind());
        let mut seen = vec![hex(device.expose()), hex(ksn.update_key(&device).unwrap().expose())];
        for purpose in purposes {
            for kind in kinds {
                match ksn.working_key(&device, purpose, kind) {
                    Ok(key) => {
                        assert_eq!(key.kind(), kind);
                        let octets = hex(key.expose());
                        assert!(!seen.contains(&octets), "{purpose:?} {kind}");
                        seen.push(octets);
                    }
                    Err(error) => {
                        assert_eq!(error, CryptoError::Stronger { wanted: kind, from: base.kind() });
                        assert!(kind.strength_bits() > base.kind().strength_bits());
                    }
                }
            }
            assert!(ksn.working_key(&device, purpose, KeyKind::Des).is_err());
        }
        assert_eq!(seen.len(), 2 + 8 * (usize::from(len) / 8 + 1));
    }
}
