//! The time as messages say it, worked out once a second.

use crate::clock::{Date, Stamp};

const SECOND: u64 = 1_000_000;

/// A second, in characters.
#[derive(Copy, Clone, Debug)]
pub struct Calendar {
    second: u64,
    /// DE7, `MMDDhhmmss`.
    transmission: [u8; 10],
    /// The same as a number.
    number: u32,
    /// What a retrieval reference number begins with, `YDDDhh`.
    head: [u8; 6],
    /// The last DE15 that was read, on which day, and what it meant.
    read: ([u8; 4], Date, Option<Date>),
}

/// No time yet.
impl Default for Calendar {
    fn default() -> Self {
        Self {
            second: u64::MAX,
            transmission: [b'0'; 10],
            number: 0,
            head: [b'0'; 6],
            read: ([0; 4], Date(0), None),
        }
    }
}

impl Calendar {
    /// Sets the time.
    pub fn set(&mut self, now: Stamp) {
        if now.0 / SECOND == self.second {
            return;
        }
        self.second = now.0 / SECOND;
        let text = now.transmission();
        self.transmission = super::wire::filled(text.as_bytes());
        self.number = text.parse().unwrap_or_default();
        let hour = text.get(4..6).unwrap_or_default();
        self.head = super::wire::filled(format!("{}{hour}", now.date().yddd()).as_bytes());
    }

    /// DE7.
    pub fn transmission(&self) -> &str {
        str::from_utf8(&self.transmission).unwrap_or_default()
    }

    /// DE7 in octets.
    pub const fn octets(&self) -> [u8; 10] {
        self.transmission
    }

    /// DE7 as a number.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// DE37 of the sale that has this number, at this acquirer process. Behind 99,999 come letters: `A0000` to `ZZZZZ`,
    /// so that 43 million sales of an hour have names of their own.
    pub fn rrn(&self, node: u8, sequence: u64) -> [u8; 12] {
        let mut rrn = [b'0'; 12];
        let (head, rest) = rrn.split_at_mut(6);
        head.copy_from_slice(&self.head);
        if let [own, places @ ..] = rest {
            *own = b'0' | (node % 10);
            named(sequence, places);
        }
        rrn
    }

    /// DE15 of a day that was read as DE15 last.
    pub fn mmdd_of(&self, date: Date) -> Option<[u8; 4]> {
        (self.read.2 == Some(date)).then_some(self.read.0)
    }

    /// What DE15 means, seen from today.
    pub fn day_of(&mut self, mmdd: [u8; 4], now: Stamp) -> Option<Date> {
        let today = now.date();
        if (self.read.0, self.read.1) != (mmdd, today) {
            let text = str::from_utf8(&mmdd).ok()?;
            self.read = (mmdd, today, Date::resolve(text, today));
        }
        self.read.2
    }
}

/// Five characters of a number.
fn named(number: u64, places: &mut [u8]) {
    const DIGITS: u64 = 100_000;
    const LETTERS: u64 = 26 * 36 * 36 * 36 * 36;
    const SIGNS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let number = number % (DIGITS + LETTERS);
    let Some(mut rest) = number.checked_sub(DIGITS) else { return super::wire::decimal(number, places) };
    let (first, others) = places.split_at_mut(1);
    for place in others.iter_mut().rev() {
        let sign = usize::try_from(rest % 36).ok().and_then(|sign| SIGNS.get(sign));
        *place = sign.copied().unwrap_or(b'0');
        rest /= 36;
    }
    let letter = usize::try_from(rest + 10).ok().and_then(|sign| SIGNS.get(sign));
    first.fill(letter.copied().unwrap_or(b'Z'));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_numbers_go_on_behind_the_last_digits() {
        let mut calendar = Calendar::default();
        calendar.set(Stamp::on(Date(20_780), 50_000));
        let rrn = |sequence| String::from_utf8(calendar.rrn(1, sequence).to_vec()).unwrap();
        assert_eq!(rrn(1), "632713100001");
        assert_eq!(rrn(99_999), "632713199999");
        assert_eq!(rrn(100_000), "6327131A0000");
        assert_eq!(rrn(100_035), "6327131A000Z");
        assert_eq!(rrn(100_036), "6327131A0010");
        assert_eq!(rrn(100_000 + 26 * 36_u64.pow(4) - 1), "6327131ZZZZZ");
        assert_eq!(rrn(100_000 + 26 * 36_u64.pow(4)), "632713100000");
    }
}
