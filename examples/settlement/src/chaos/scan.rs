//! Card numbers in files, in characters and packed, wherever they stand.

use std::fs;
use std::path::Path;

use crate::scenario::seats::CARDS;

/// Digits of a card number.
const LENGTH: usize = 16;

/// Reads every file in a folder. How many there are, and where a card number stands, without the number.
///
/// # Errors
/// In words: a file that cannot be read.
pub(super) fn cards(folder: &Path) -> Result<(usize, Vec<String>), String> {
    let (mut count, mut shown, mut folders) = (0, Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let named = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(named)? {
            let path = entry.map_err(named)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let octets = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                count += 1;
                shown.extend(first(&octets).map(|place| format!("{}, octet {place}", path.display())));
            }
        }
    }
    Ok((count, shown))
}

/// The place of the first card number, in characters, packed, or packed from the second half of an octet on.
fn first(octets: &[u8]) -> Option<usize> {
    let halves = |place: usize| octets.iter().skip(place).flat_map(|octet| [octet >> 4, octet & 15]);
    let text = |place: usize| octets.iter().skip(place).map(|octet| octet.wrapping_sub(b'0'));
    // Few octets can be a beginning, and only those are looked at.
    let begins = |place: usize| match octets.get(place..place + 2) {
        Some([b'6', b'2'] | [b'4', b'1' | b'2'] | [b'5', b'1' | b'5']) => is_card(text(place).take(LENGTH)),
        Some([first, second]) => {
            let packed = matches!(
                [first, second],
                [0x62, 0x12] | [0x41, 0x11] | [0x42, 0x42] | [0x51, 0x05] | [0x55, 0x55]
            );
            let shifted = matches!(first & 15, 4..=6) && matches!(second, 0x21 | 0x11 | 0x24 | 0x10 | 0x55);
            (packed && is_card(halves(place).take(LENGTH)))
                || (shifted && is_card(halves(place).skip(1).take(LENGTH)))
        }
        _ => false,
    };
    (0..octets.len()).find(|place| begins(*place))
}

/// Are these digits a card of this network? Others that have a check digit are none: at 41 minutes and 11 seconds past an
/// hour in November the time and the date of a message (DE 12, DE 13) begin as 4111 11 does.
fn is_card(digits: impl Iterator<Item = u8> + Clone) -> bool {
    CARDS.iter().any(|(number, ..)| number.bytes().map(|digit| digit - b'0').eq(digits.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_is_found_in_characters_and_packed_at_either_half() {
        for (card, ..) in CARDS {
            let digits: Vec<u8> = card.bytes().map(|digit| digit - b'0').collect();
            let pack =
                |digits: &[u8]| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect::<Vec<u8>>();
            let shifted = [&[0xF][..], &digits, &[0xD]].concat();
            for (octets, place) in [
                ([b"x=1", card.as_bytes(), b"7"].concat(), 3),
                ([&[0x16][..], &pack(&digits)].concat(), 1),
                (pack(&shifted), 0),
            ] {
                assert_eq!(first(&octets), Some(place), "{octets:02X?}");
            }
            let mut wrong = card.to_owned().into_bytes();
            wrong[15] = if wrong[15] == b'9' { b'0' } else { wrong[15] + 1 };
            assert_eq!(first(&wrong), None, "its check digit is another one");
            for between in ["******", "000000"] {
                let masked = format!("{}{between}{}", &card[..6], &card[12..]);
                assert_eq!(first(masked.as_bytes()), None, "{masked}");
            }
        }
    }
}
