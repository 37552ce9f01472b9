//! What strikes whom, drawn from one seed. Each decision depends on the seed, the kind of fault, the place and a count, and
//! on no decision before it: a run can be repeated with some of its faults alone, and the others stay where they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::clock::Stamp;
use crate::names::named;

named! {
    /// A kind of fault.
    Class {
        /// A frame is lost.
        Drop = "drop",
        /// A frame takes up to two minutes: longer than anybody waits for it.
        Delay = "delay",
        /// A frame takes up to three seconds, so that others overtake it.
        Reorder = "reorder",
        /// A frame comes twice, up to two minutes apart.
        Duplicate = "duplicate",
        /// A bit of a frame is turned over.
        Corrupt = "corrupt",
        /// The amount (DE4) of a message between the hosts, whose line has no MAC, is another one.
        Alter = "alter",
        /// The octets of a stream are cut at another place than its frames.
        Segment = "segment",
        /// A party dies at an effect of a step, and is gone for up to ten minutes.
        Death = "death",
        /// A disk keeps nothing of a commit, and says so.
        DiskFull = "disk-full",
        /// A commit is torn: a part of its record is on the disk.
        DiskTorn = "disk-torn",
        /// A commit is kept, and nobody hears that it is.
        DiskUnknown = "disk-unknown",
        /// A file, order, receipt or notice is lost.
        ParcelLost = "parcel-lost",
        /// It comes twice.
        ParcelTwice = "parcel-twice",
        /// It comes up to a day later.
        ParcelLate = "parcel-late",
        /// A file ends early.
        FileCut = "file-cut",
        /// A file comes again under its number with another amount.
        FileAgain = "file-again",
        /// A clock is wrong by up to four minutes, and drifts.
        Clock = "clock",
        /// A person does something that is not of an ordinary day: freezes, limits, cuts the line, closes an account.
        Person = "person",
    }
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Drop,
        Self::Delay,
        Self::Reorder,
        Self::Duplicate,
        Self::Corrupt,
        Self::Alter,
        Self::Segment,
        Self::Death,
        Self::DiskFull,
        Self::DiskTorn,
        Self::DiskUnknown,
        Self::ParcelLost,
        Self::ParcelTwice,
        Self::ParcelLate,
        Self::FileCut,
        Self::FileAgain,
        Self::Clock,
        Self::Person,
    ];

    /// At most so many of a thousand are struck.
    const fn most(self) -> u64 {
        match self {
            Self::Drop | Self::Duplicate => 200,
            Self::Reorder | Self::Delay => 150,
            Self::Segment => 500,
            Self::Corrupt | Self::Alter => 60,
            Self::Death => 25,
            Self::DiskFull | Self::DiskTorn | Self::DiskUnknown => 8,
            Self::ParcelLost | Self::ParcelTwice | Self::ParcelLate => 300,
            Self::FileCut | Self::FileAgain => 150,
            Self::Clock | Self::Person => 1_000,
        }
    }
}

/// Which fault: the so many-th at this place, `drop T1>A #4`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FaultId {
    /// What.
    pub class: Class,
    /// Where.
    pub place: String,
    /// The how many-th of what happens there.
    pub count: u64,
}

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.class, self.place, self.count)
    }
}

impl FromStr for FaultId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(':');
        let mut part = || parts.next().ok_or(());
        let (class, place, count) = (part()?.parse()?, part()?.to_owned(), part()?);
        Ok(Self { class, place, count: count.parse().map_err(|_| ())? })
    }
}

/// What a seed is about besides what it draws. A rule that is needed once in hundreds of ordinary days gets days of its own.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Season {
    /// Nothing goes wrong.
    Calm,
    /// Requests are late, and cashiers do not wait: what got no response is keyed again at once, and its reversal overtakes it.
    Hurry,
    /// The issuer is out of order for hours, and what is taken back then meets with that.
    Outage,
    /// What the hub's members may owe is little, so that items wait for it.
    Capped,
    /// Whatever is drawn.
    Mixed,
}

impl Season {
    /// The season of a seed.
    pub const fn of(seed: u64) -> Self {
        match seed % 8 {
            0 => Self::Calm,
            5 => Self::Hurry,
            3 => Self::Outage,
            6 => Self::Capped,
            _ => Self::Mixed,
        }
    }

    /// At least so many of a thousand are struck.
    const fn least(self, class: Class) -> u64 {
        match (self, class) {
            (Self::Hurry, Class::Delay) => 150,
            (Self::Outage, Class::Drop) => 60,
            _ => 0,
        }
    }
}

/// The dice of a run.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    /// So many of a thousand are struck, by kind.
    odds: BTreeMap<Class, u64>,
    /// These alone strike, if that is said.
    only: Option<BTreeSet<FaultId>>,
    /// From here on nothing strikes any more.
    until: Stamp,
    counts: BTreeMap<String, u64>,
    /// What struck, and when.
    pub struck: Vec<(Stamp, FaultId)>,
}

impl Dice {
    /// The dice of a seed: about half of all kinds of fault are in a run, each more or less often.
    pub fn of(seed: u64, until: Stamp, only: Option<BTreeSet<FaultId>>) -> Self {
        let mut odds = BTreeMap::new();
        for (number, class) in (0..).zip(Class::ALL) {
            let draw = mixed(&[seed, 1, number]);
            let rare = class.most() / [1, 2, 4, 10].get(index(draw >> 8, 4)).copied().unwrap_or(1);
            let is_in = draw % 100 < 55 && Season::of(seed) != Season::Calm;
            let odd = if is_in { rare.max(1) } else { 0 };
            odds.insert(class, odd.max(Season::of(seed).least(class)));
        }
        Self { seed, odds, only, until, counts: BTreeMap::new(), struck: Vec::new() }
    }

    /// One more thing happens at this place.
    pub fn count(&mut self, place: &str) -> u64 {
        let count = self.counts.entry(place.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// Does this kind of fault strike here? If so, with a number to draw its details from.
    pub fn strikes(&mut self, class: Class, place: &str, count: u64, now: Stamp) -> Option<u64> {
        let draw = mixed(&[self.seed, 2, number_of(class), hashed(place), count]);
        let is_struck = match &self.only {
            _ if now >= self.until => false,
            Some(only) => only.contains(&FaultId { class, place: place.to_owned(), count }),
            None => draw % 1_000 < self.odds.get(&class).copied().unwrap_or_default(),
        };
        if !is_struck {
            return None;
        }
        self.struck.push((now, FaultId { class, place: place.to_owned(), count }));
        Some(mixed(&[draw, 3]))
    }

    /// A number that has nothing to do with faults.
    pub fn draw(&self, words: &[u64]) -> u64 {
        mixed(&[self.seed, 4, mixed(words)])
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

fn number_of(class: Class) -> u64 {
    (0..).zip(Class::ALL).find(|(_, known)| *known == class).map_or(0, |(number, _)| number)
}

/// A place in a list of so many.
pub fn index(draw: u64, of: usize) -> usize {
    let of = u64::try_from(of.max(1)).unwrap_or(1);
    usize::try_from(draw % of).unwrap_or_default()
}

fn hashed(text: &str) -> u64 {
    hashed_octets(text.as_bytes())
}

/// A number that follows from these octets (FNV-1a).
pub fn hashed_octets(octets: &[u8]) -> u64 {
    octets.iter().fold(0xCBF2_9CE4_8422_2325, |hash, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// One number out of several: SplitMix64 over each of them.
pub fn mixed(words: &[u64]) -> u64 {
    words.iter().fold(0, |state: u64, word| {
        let mut z = (state ^ word).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_alone_where_it_struck_among_others() {
        let mut whole = Dice::of(3, Stamp(100), None);
        for count in 1..2_000 {
            whole.strikes(Class::Drop, "T>A", count, Stamp(1));
            whole.strikes(Class::Duplicate, "T>A", count, Stamp(1));
        }
        let Some((_, one)) = whole.struck.last().cloned() else { return };
        let mut alone = Dice::of(3, Stamp(100), Some([one.clone()].into()));
        for count in 1..2_000 {
            alone.strikes(one.class, "T>A", count, Stamp(1));
        }
        assert_eq!(alone.struck, [(Stamp(1), one.clone())]);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!(whole.strikes(Class::Drop, "T>A", 1, Stamp(100)), None, "after its time");
    }
}
