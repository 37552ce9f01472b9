//! Key blocks, tracks, PIN blocks, serial numbers and issuer data of any octets: refused, or read and written again.

use cardwire::codes::EmvBits;
use cardwire::crypto::emv::{CryptogramData, Cvn};
use cardwire::crypto::key_block::KeyBlock;
use cardwire::crypto::{
    AesKsn, BlockFault, Bound, CryptoError, Family, Key, Ksn, Pan, Pin, PinFormat, Track2, WorkingKeys,
    is_luhn, luhn_check_digit, pin,
};

/// Reads octets as everything that comes from outside.
pub fn crypto(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    key_block(&text);
    pin_blocks(data);
    serial_numbers(data);
    if let (Ok(read), Ok(again)) = (Track2::of_text(&text), Track2::of_packed(&packed(&text))) {
        assert_eq!(read, again, "a track has two forms");
    }
    if let Ok(track) = Track2::of_packed(data) {
        assert!(track.pan().len() + 8 + track.expose_discretionary().len() <= 37);
    }
    if let Some(digit) = luhn_check_digit(&text).filter(|_| !text.is_empty()) {
        assert!(is_luhn(&format!("{text}{digit}")));
    }
    // nobody's download: a check value of four octets is not met by chance
    assert!(WorkingKeys::open(&key(Family::Des, 16), data).is_err());
    if Cvn::of_issuer_data(data).is_ok()
        && let Ok(known) = CryptogramData::new(&[0; 33], data)
    {
        let cvn = known.cvn().expect("it was known");
        let card = key(Family::Des, 16);
        let own = known.cryptogram(&card, cvn).expect("the data are long enough");
        assert!(known.verify(&card, cvn, &own).is_ok());
    }
    if let Some((bits, octets)) = EmvBits::of_issuer_data(data) {
        assert!(bits.read(octets).is_some(), "as many octets as it has");
    }
}

fn key(family: Family, len: usize) -> Key {
    Key::of(family, &vec![0x5A; len]).expect("a length that there is")
}

fn key_block(text: &str) {
    let Ok(block) = KeyBlock::parse(text) else { return };
    let header = block.header();
    let mut refused = 0;
    for protection in [key(Family::Des, 16), key(Family::Des, 24), key(Family::Aes, 16), key(Family::Aes, 32)]
    {
        match block.unwrap(&protection) {
            Err(CryptoError::KeyBlock(BlockFault::Mac) | CryptoError::Room { .. }) => refused += 1,
            Err(CryptoError::KeyKind { .. }) => continue,
            other => panic!("a block of nobody is opened: {other:?}"),
        }
        let (family, len) = match header.algorithm {
            b'A' => (Family::Aes, 16),
            b'T' => (Family::Des, 24),
            b'D' => (Family::Des, 8),
            _ => continue,
        };
        let (wrapped, mut out) = (key(family, len), vec![0; 10_100]);
        let Ok(written) = header.wrap(&protection, &wrapped, &[3; 32], &mut out) else { continue };
        let again = KeyBlock::parse(written).expect("what was written is read");
        assert_eq!((again.header(), again.unwrap(&protection).as_ref()), (header, Ok(&wrapped)));
    }
    assert_eq!(refused, 2, "two of the keys are of the version");
    let lens = header.optional_blocks().map(|(_, data)| data.len());
    assert!(lens.sum::<usize>() <= header.optional.len());
}

fn pin_blocks(data: &[u8]) {
    let pan = Pan::new("4111111111111111").expect("a card number");
    for format in (0..4).filter_map(PinFormat::of) {
        let Ok(found) = pin::decode_clear(format, data, Bound::To(&pan)) else { continue };
        let digits: String = found.expose().collect();
        assert_eq!(Pin::new(&digits), Ok(found.clone()));
        let written = pin::clear_block(format, &found, Bound::To(&pan), &[0; 10]).expect("a PIN");
        assert_eq!(pin::decode_clear(format, written.as_bytes(), Bound::To(&pan)), Ok(found));
        if matches!(format, PinFormat::Iso0 | PinFormat::Iso2) {
            assert_eq!(written.as_bytes(), data, "there is one way to write it");
        }
        assert!(!format!("{written:?}").contains(&digits));
    }
    let (aes, tdes) = (key(Family::Aes, 16), key(Family::Des, 16));
    for (key, format) in [(&aes, PinFormat::Iso4), (&tdes, PinFormat::Iso0), (&tdes, PinFormat::Iso3)] {
        // noise is a PIN now and then; what is read can be written
        if let Ok(found) = pin::decrypt(key, format, data, Bound::To(&pan)) {
            assert!((4..=12).contains(&found.len()));
        }
    }
}

fn serial_numbers(data: &[u8]) {
    if let Ok(ksn) = Ksn::new(data) {
        let next = ksn.next();
        assert!(
            next.is_ok_and(|next| next.check().is_ok() && next.follows(ksn).is_ok())
                || ksn.counter() >= 0x1F_F800
        );
        assert_eq!(Ksn::from_hex(&ksn.to_string()), Ok(ksn));
        assert_eq!(ksn.transaction_key(&key(Family::Des, 16)).is_ok(), ksn.check().is_ok());
    }
    if let Ok(ksn) = AesKsn::new(data) {
        let next = ksn.next();
        assert!(
            next.is_ok_and(|next| next.check().is_ok() && next.follows(ksn).is_ok())
                || ksn.counter() >= 0xFFFF_0000
        );
        assert_eq!(AesKsn::from_hex(&ksn.to_string()), Ok(ksn));
    }
}

/// The half octets of a text, as tag 57 has them.
fn packed(text: &str) -> Vec<u8> {
    let nibbles: Vec<u8> = text
        .bytes()
        .map(|octet| if octet.is_ascii_digit() { octet - b'0' } else { 0xD })
        .chain((text.len() % 2 == 1).then_some(0xF))
        .collect();
    nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
