//! Comparisons of secrets, for callgrind to count: `benches/record/constant.sh` holds that it makes no difference
//! where two of them differ.
//!
//! The first argument says where: `first`, `last`, or `all` octets.

use std::hint::black_box;

use cardwire::crypto::{Key, MacValue, Pin};

const OCTETS: [u8; 16] =
    [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10];
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

fn main() {
    let place = std::env::args().nth(1).unwrap_or_default();
    let changed = |at: usize, len: usize| match place.as_str() {
        "first" => at == 0,
        "last" => at + 1 == len,
        _ => true,
    };
    let mut other = OCTETS;
    other.iter_mut().enumerate().for_each(|(at, octet)| *octet ^= u8::from(changed(at, 16)));
    let digits: String = (0..6).map(|at| if changed(at, 6) { '2' } else { '1' }).collect();
    let own = MacValue::new(&OCTETS).expect("a MAC");
    let keys = [OCTETS, other].map(|octets| Key::aes(&octets).expect("a key"));
    let pins = ["111111", digits.as_str()].map(|digits| Pin::new(digits).expect("a PIN"));
    for _ in 0..RUNS {
        case_mac(&own, &other);
        case_key(&keys[0], &keys[1]);
        case_pin(&pins[0], &pins[1]);
    }
}
