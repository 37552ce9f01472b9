//! The key download of UnionPay terminals: DE 62 of the response to a sign-on.

use cardwire::crypto::{CryptoError, WorkingKeys};

use crate::common::{hex, unhex};
use crate::keys::{aes, des};

const MASTER: &str = "1111111111111111EEEEEEEEEEEEEEEE";
const PARTS: [&str; 4] = ["2323232323232323", "4545454545454545", "6767676767676767", "8989898989898989"];

/// Own vectors, checked with two implementations.
fn vectors() -> Vec<(&'static str, WorkingKeys)> {
    let [a, b, c, d] = PARTS;
    let keys = |pin: &str, mac: &str, track: Option<String>| WorkingKeys {
        pin: des(pin),
        mac: des(mac),
        track: track.map(|key| des(&key)),
    };
    vec![
        ("A811563A8F0478C700962B6022DF88C1367BCBCAE2F24340", keys(a, b, None)),
        (
            "A811563A8F0478C700962B6022DF88C1367BCBCAE2F24340E25498C473A473EBB0B563C2",
            keys(a, b, Some(c.into())),
        ),
        (
            "A811563A8F0478C722DF88C1367BCBCA3A42D7A122DF88C1367BCBCA0000000000000000E2F24340",
            keys(&[a, b].concat(), b, None),
        ),
        (
            "A811563A8F0478C722DF88C1367BCBCA3A42D7A122DF88C1367BCBCAE25498C473A473EBF5987144",
            keys(&[a, b].concat(), &[b, c].concat(), None),
        ),
        (
            "A811563A8F0478C722DF88C1367BCBCA3A42D7A122DF88C1367BCBCA0000000000000000E2F24340\
             E25498C473A473EB82760878B9818BEA84DFB9CA",
            keys(&[a, b].concat(), b, Some([c, d].concat())),
        ),
    ]
}

#[test]
fn downloads_of_the_facts_both_ways() {
    let master = des(MASTER);
    for (data, keys) in vectors() {
        assert_eq!(WorkingKeys::open(&master, &unhex(data)), Ok(keys.clone()));
        let mut buffer = [0xFF; 60];
        assert_eq!(hex(keys.wrap(&master, &mut buffer).unwrap()), data);
        let shown = format!("{keys:?}");
        assert!(PARTS.iter().all(|part| !shown.contains(&part[..8])), "{shown}");
    }
}

/// A public worked example of a sign-on, whose check values are right.
#[test]
fn the_public_example_of_unionpay() {
    let data = "6701EAD6A9AD51E51AA406E2C27FCFA98D0A74B8B651F9E9BACE9AE10000000000000000AB7153CA";
    let keys = WorkingKeys::open(&des("CA5D92598DCA48CE8A4C76361A9269E9"), &unhex(data)).unwrap();
    assert_eq!(hex(keys.pin.expose()), "807A23AD32B36D457AE91FDF927570EA");
    assert_eq!(hex(keys.mac.expose()), "5BB5C72CD00B7338");
    assert_eq!(keys.track, None);
}

#[test]
fn no_key_is_taken_if_one_check_value_is_wrong() {
    let master = des(MASTER);
    for (data, _) in vectors() {
        let data = unhex(data);
        for at in 0..data.len() {
            let mut changed = data.clone();
            // a parity bit changes no key, and so no check value
            changed[at] ^= 0x82;
            assert_eq!(WorkingKeys::open(&master, &changed), Err(CryptoError::CheckValue), "octet {at}");
        }
        let other = des("1111111111111111EEEEEEEEEEEEEE11");
        assert_eq!(WorkingKeys::open(&other, &data), Err(CryptoError::CheckValue));
    }
}

#[test]
fn lengths_of_no_layout() {
    let master = des(MASTER);
    for found in (0..100).filter(|len| ![24, 36, 40, 60].contains(len)) {
        assert_eq!(WorkingKeys::open(&master, &vec![0; found]), Err(CryptoError::DataLength(found)));
    }
    assert!(matches!(WorkingKeys::open(&des(PARTS[0]), &[0; 24]), Err(CryptoError::KeyKind { .. })));
    let [single, double] = [des(PARTS[0]), des(MASTER)];
    for (pin, mac, track) in [
        (&single, &double, None),
        (&double, &single, Some(&single)),
        (&single, &single, Some(&double)),
        (&aes(MASTER), &single, None),
    ] {
        let keys = WorkingKeys { pin: pin.clone(), mac: mac.clone(), track: track.cloned() };
        assert_eq!(keys.wrap(&master, &mut [0; 100]), Err(CryptoError::Components));
    }
    let keys = WorkingKeys { pin: single.clone(), mac: single.clone(), track: Some(single) };
    for found in 0..36 {
        assert_eq!(keys.wrap(&master, &mut vec![0; found]), Err(CryptoError::Room { needed: 36, found }));
    }
}

/// A public example of one key under a terminal master key (two texts have it): TDES in ECB.
#[test]
fn the_public_example_of_one_working_key() {
    let master = des("70F2A84CCBC2AE8625CBB0F2C22AB923");
    let clear = des("C24A8FB57AA20123");
    let keys = WorkingKeys { pin: clear.clone(), mac: clear, track: None };
    let mut buffer = [0; 60];
    let data = hex(keys.wrap(&master, &mut buffer).unwrap());
    assert!(data.starts_with("96D605EA176B7E9E") && data[24..].starts_with("96D605EA176B7E9E"), "{data}");
}
