//! The card of a sale that the hub approved, until the issuer has its advice. A journal holds no card number, so it holds
//! this one enciphered: card number and expiry date, XORed with the AES-CMAC of the key of the sale, which no other record
//! has.

use cardwire::crypto::{Key, MacAlgorithm};

use crate::card::Pan;

/// A published test key (FIPS 197); a real hub has its own in a security module.
const KEY: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// 32 hexadecimal digits. `None` for what is no expiry date (YYMM).
pub(super) fn seal(tx: &str, pan: &Pan, expiry: &str) -> Option<String> {
    let is_date = expiry.len() == 4 && expiry.bytes().all(|octet| octet.is_ascii_digit());
    let digits = format!("{:F<32}", format!("{}D{expiry}", pan.expose()));
    let clear = u128::from_str_radix(&digits, 16).ok().filter(|_| is_date)?;
    Some(format!("{:032x}", clear ^ pad(tx)?))
}

/// Card number and expiry date.
pub(super) fn open(tx: &str, sealed: &str) -> Option<(Pan, String)> {
    let clear = u128::from_str_radix(sealed, 16).ok()? ^ pad(tx)?;
    let digits = format!("{clear:032X}");
    let (pan, expiry) = digits.trim_end_matches('F').split_once('D')?;
    Some((Pan::new(pan)?, expiry.to_owned()))
}

fn pad(tx: &str) -> Option<u128> {
    let code = MacAlgorithm::Cmac.of(&Key::aes(&KEY).ok()?, tx.as_bytes()).ok()?;
    Some(u128::from_be_bytes(code.as_bytes().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_with_its_own_key_and_shows_nothing_else() {
        for digits in ["4111111111111111", "621234567890", "6212345678901232000"] {
            let pan = Pan::new(digits).unwrap();
            let sealed = seal("1123140200/500001/10344000", &pan, "4912").unwrap();
            assert_eq!(sealed.len(), 32);
            assert!(!sealed.contains(&digits[4..12]));
            assert_eq!(open("1123140200/500001/10344000", &sealed), Some((pan.clone(), "4912".to_owned())));
            assert_ne!(open("1123140200/500002/10344000", &sealed), Some((pan.clone(), "4912".to_owned())));
            assert_ne!(seal("1123140200/500002/10344000", &pan, "4912").unwrap(), sealed);
            assert_eq!(seal("a", &pan, "49"), None);
        }
    }
}
