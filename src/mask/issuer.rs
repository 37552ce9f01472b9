//! What makes digits a card number: how issuers' numbers begin, how long they are, and the check digit.
//!
//! ISO/IEC 7812 gives the ranges to networks; which they use, and in which lengths, is public. Lengths that
//! a network allows and nobody issues are left out, for every length more hides digits that are no card
//! number.

/// The shortest card number there is, and the longest.
pub(crate) const SHORTEST: usize = 12;
pub(crate) const LONGEST: usize = 19;

/// Lengths as a set: bit n for n digits.
type Lengths = u32;

/// The longest card number that the digits begin with, if they begin with one. `digits` gives the digit at an
/// index; there are `left` of them.
#[inline]
pub(crate) fn longest(digits: impl Fn(usize) -> u8, left: usize) -> Option<usize> {
    if left < SHORTEST {
        return None;
    }
    let start = 10 * digits(0) + digits(1);
    // what begins otherwise is no card of these networks; 10 to 19 are airlines
    if !matches!(start, 22..=27 | 30 | 34..=69 | 81 | 82 | 86 | 95 | 97 | 98) {
        return None;
    }
    let prefix = (2..6).fold(u32::from(start), |prefix, index| prefix * 10 + u32::from(digits(index)));
    let lengths = lengths(prefix) & !(u32::MAX << (left.min(LONGEST) + 1));
    // the sums of both ways to double every second digit: which one counts is known at the end
    let (mut sums, mut found) = ([0, 0], None);
    let most = usize::try_from(lengths.checked_ilog2().unwrap_or(0)).unwrap_or(0);
    for index in 0..most {
        let digit = digits(index);
        let doubled = if digit > 4 { 2 * digit - 9 } else { 2 * digit };
        let [even, odd] = sums;
        sums = match index % 2 {
            0 => [even + doubled, odd + digit],
            _ => [even + digit, odd + doubled],
        };
        let len = index + 1;
        let [even, odd] = sums;
        let sum = if len % 2 == 0 { even } else { odd };
        if lengths >> len & 1 == 1 && sum % 10 == 0 {
            found = Some(len);
        }
    }
    found
}

/// The lengths of card numbers that begin with these six digits.
const fn lengths(prefix: u32) -> Lengths {
    match prefix {
        // Maestro as Britain and Ireland had it, of any length
        501_800..=501_899 | 502_000..=502_099 | 503_800..=503_899 | 589_300..=589_399 => ANY,
        675_900..=675_999 | 676_100..=676_399 | 676_700..=676_799 => ANY,
        400_000..=499_999 => of(&[13, 16, 19]),
        // Mastercard; then Mir and its neighbour
        510_000..=559_999 | 222_100..=272_099 => of(&[16]),
        220_000..=220_599 => of(&[16]),
        340_000..=349_999 | 370_000..=379_999 => of(&[15]),
        // Diners Club
        300_000..=305_999 | 309_500..=309_599 => of(&[14, 16]),
        360_000..=369_999 | 380_000..=399_999 => of(&[14, 16]),
        // JCB
        352_800..=358_999 => of(&[16, 17, 18, 19]),
        // Discover, UnionPay, RuPay, and what was Maestro
        601_100..=601_199 | 620_000..=629_999 | 644_000..=659_999 => of(&[16, 17, 18, 19]),
        500_000..=509_999 | 560_000..=589_999 => of(&[16, 18, 19]),
        600_000..=609_999 | 630_000..=639_999 | 670_000..=679_999 => of(&[16, 18, 19]),
        810_000..=817_199 => of(&[16, 17, 18, 19]),
        817_200..=829_999 => of(&[16]),
        // national ones: Uzcard, Humo, Troy, Napas; mainland banks before 62
        860_000..=860_099 | 986_000..=986_099 | 979_200..=979_299 => of(&[16]),
        970_400..=970_499 | 955_000..=955_999 => of(&[16, 19]),
        _ => 0,
    }
}

const ANY: Lengths = of(&[12, 13, 14, 15, 16, 17, 18, 19]);

const fn of(mut lengths: &[u8]) -> Lengths {
    let mut set = 0;
    while let [length, rest @ ..] = lengths {
        set |= 1 << *length;
        lengths = rest;
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest_of(text: &str) -> Option<usize> {
        let digits = text.as_bytes();
        longest(|index| digits[index] - b'0', digits.len())
    }

    #[test]
    fn numbers_that_networks_give_for_tests() {
        for number in [
            "4111111111111111",
            "4242424242424242",
            "4222222222222",
            "5555444433331111",
            "5105105105105100",
            "2223003122003222",
            "378282246310005",
            "30569309025904",
            "36227206271667",
            "3530111333300000",
            "6011000990139424",
            "6212345678901232",
            "6799990100000000019",
            "676770123450",
            "2200000000000053",
            "9792030000000000",
        ] {
            assert_eq!(longest_of(number), Some(number.len()), "{number}");
            let other = format!(
                "{}{}",
                &number[..number.len() - 1],
                (number.as_bytes()[number.len() - 1] - b'0' + 1) % 10
            );
            assert_eq!(longest_of(&other), None, "{other}");
        }
    }

    #[test]
    fn the_longest_counts_and_what_follows_does_not() {
        assert_eq!(longest_of("4111111111111111123"), Some(16));
        assert_eq!(longest_of("41111111111111110000000"), Some(16));
        assert_eq!(longest_of("0000000012300"), None);
        assert_eq!(longest_of("41111111111"), None);
    }
}
