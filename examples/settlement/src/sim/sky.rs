//! The weather of a run: what the dice say, done to frames, parcels, disks, clocks and parties.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::chance::{Class, Dice, Season, index};
use super::disk::{Disk, SharedTape, locked as taped};
use super::lax::Rule;
use super::parties;
use crate::capture::Seat;
use crate::clock::Stamp;
use crate::files::clearing::ClearingFile;
use crate::journal::Party;
use crate::local::{Moment, Weather};
use crate::money::Money;
use crate::node::Node;
use crate::party::parcel::Parcel;
use crate::store::StoreError;
use crate::telegram::{Mti, Telegram};
use crate::wire::Dialect;

const MILLISECOND: Duration = Duration::from_millis(1);

/// What the weather, the disks and the watcher share.
pub struct Sky {
    /// The dice.
    pub dice: Dice,
    /// Rules that the parties of this run do without.
    pub without: BTreeSet<Rule>,
    /// What each party has on its disk.
    pub tapes: BTreeMap<Seat, SharedTape>,
    /// Messages that left since somebody last looked.
    pub sent: Vec<(Seat, Seat, Telegram)>,
    /// Responses as they are on the line, with the amount that they have there.
    pub heard: Vec<(Seat, Telegram)>,
    /// Something left a party before its records were synced.
    pub early: Option<Seat>,
    /// RRNs of messages whose amount was another one on the way.
    pub altered: BTreeSet<String>,
    /// What happened at least once.
    pub marks: BTreeSet<&'static str>,
    /// A death that is to happen, for crash points: party, input, moment.
    pub death: Option<(Party, u64, Moment)>,
    /// Inputs that each party was handed.
    pub inputs: BTreeMap<Party, u64>,
    clocks: BTreeMap<Party, (Stamp, i64, i64)>,
    now: Stamp,
}

/// A sky that several hold.
pub type Shared = Arc<Mutex<Sky>>;

/// The sky.
pub fn locked(sky: &Shared) -> MutexGuard<'_, Sky> {
    sky.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The weather of this sky.
pub struct Winds(pub Shared);

/// How a seat is called: `T2`, `A`.
pub fn name(seat: Seat) -> String {
    match seat {
        (Party::Terminal, number) => format!("T{}", u16::from(number) + 1),
        (party, _) => party.letter().to_string(),
    }
}

impl Sky {
    /// A sky without clouds yet.
    pub fn new(dice: Dice, without: BTreeSet<Rule>) -> Self {
        Self {
            dice,
            without,
            tapes: BTreeMap::new(),
            sent: Vec::new(),
            heard: Vec::new(),
            early: None,
            altered: BTreeSet::new(),
            marks: BTreeSet::new(),
            death: None,
            inputs: BTreeMap::new(),
            clocks: BTreeMap::new(),
            now: Stamp(u64::MAX),
        }
    }

    /// Is this rule kept?
    pub fn keeps(&self, rule: Rule) -> bool {
        !self.without.contains(&rule)
    }

    /// The tape of a seat.
    pub fn tape(&mut self, seat: Seat) -> SharedTape {
        Arc::clone(self.tapes.entry(seat).or_default())
    }

    /// What befalls the next commit of this party.
    pub fn disk(&mut self, seat: Seat) -> Option<(Class, u64)> {
        let place = format!("disk {}", name(seat));
        let (count, now) = (self.dice.count(&place), self.now);
        [Class::DiskFull, Class::DiskTorn, Class::DiskUnknown]
            .into_iter()
            .find_map(|class| Some((class, self.dice.strikes(class, &place, count, now)?)))
    }

    fn frame(&mut self, way: (Seat, Seat), message: &Telegram, frame: &[u8]) -> Vec<(Duration, Vec<u8>)> {
        let (place, now) = (format!("{}>{}", name(way.0), name(way.1)), self.now);
        let count = self.dice.count(&place);
        let mut strikes = |class| self.dice.strikes(class, &place, count, now);
        if strikes(Class::Drop).is_some() {
            return Vec::new();
        }
        let mut octets = frame.to_vec();
        let host = way.0.0 != Party::Terminal && way.1.0 != Party::Terminal;
        let mut on_the_line = message.clone();
        if let Some(draw) = strikes(Class::Corrupt) {
            let Some(spoilt) = spoilt(&octets, message, host, draw) else { return Vec::new() };
            octets = spoilt;
        } else if host
            && let Some(draw) = strikes(Class::Alter)
            && let Some((other, frame)) = altered(message, draw)
        {
            octets = frame;
            self.altered.extend(message.rrn.clone());
            // Who answers repeats what reached it.
            self.sent.extend(other.mti.is_request().then(|| (way.0, way.1, other.clone())));
            on_the_line = other;
        }
        if !on_the_line.mti.is_request() {
            self.heard.push((way.1, on_the_line));
        }
        let mut delay = MILLISECOND;
        if let Some(draw) = strikes(Class::Delay) {
            delay = Duration::from_millis(1_000 + draw % 120_000);
        } else if let Some(draw) = strikes(Class::Reorder) {
            delay = Duration::from_millis(1 + draw % 3_000);
        }
        let mut arriving = vec![(delay, octets.clone())];
        if let Some(draw) = strikes(Class::Duplicate) {
            let later = if draw.is_multiple_of(3) { 120_000 } else { 2_000 };
            arriving.push((delay + Duration::from_millis((draw >> 8) % later), octets));
        }
        arriving
    }

    fn parcel(&mut self, way: (Party, Party), parcel: &Parcel) -> Vec<(Duration, Parcel)> {
        let (place, now) = (format!("{}={}", way.0.letter(), way.1.letter()), self.now);
        let count = self.dice.count(&place);
        let mut strikes = |class| self.dice.strikes(class, &place, count, now);
        if strikes(Class::ParcelLost).is_some() {
            return Vec::new();
        }
        let late = strikes(Class::ParcelLate);
        let delay = late.map_or(MILLISECOND, |draw| Duration::from_secs(draw % 86_400));
        let mut arriving = vec![(delay, parcel.clone())];
        if strikes(Class::ParcelTwice).is_some() {
            arriving.push((delay + MILLISECOND, parcel.clone()));
        }
        if let Parcel::File(octets) = parcel {
            if let Some(draw) = strikes(Class::FileCut) {
                let end = index(draw, octets.len());
                let cut = octets.get(..end).unwrap_or_default().to_vec();
                arriving = vec![(delay, Parcel::File(cut))];
            } else if strikes(Class::FileAgain).is_some() {
                arriving.extend(changed(octets).map(|again| (delay + MILLISECOND, again)));
            }
        }
        arriving
    }
}

/// The same file with more in its first item.
fn changed(octets: &[u8]) -> Option<Parcel> {
    let mut file = ClearingFile::decode(octets).ok()?;
    let first = file.items.first_mut()?;
    first.amount = first.amount.plus(Money::minor(100));
    file.encode().ok().map(Parcel::File)
}

/// A frame with one bit turned over. On a line that has no MAC for it, only if nobody can read it any more: what TCP's
/// own sum would find is lost instead.
fn spoilt(frame: &[u8], message: &Telegram, host: bool, draw: u64) -> Option<Vec<u8>> {
    let mti = message.mti;
    let mut octets = frame.to_vec();
    let place = index(draw >> 8, octets.len());
    let financial = [Mti::AUTHORIZATION, Mti::SALE, Mti::ADVICE, Mti::REVERSAL];
    let has_mac = !host && financial.iter().any(|with| [*with, with.answer()].contains(&mti));
    // Of four with a MAC three say something else about the money, if only one took them.
    if has_mac
        && !(draw >> 4).is_multiple_of(4)
        && let Some(other) = forged(frame, message, draw >> 8)
    {
        return Some(other);
    }
    let bit = if has_mac { 1 << (draw % 8) } else { 0x80 };
    *octets.get_mut(place)? ^= bit;
    let dialect = if host { Dialect::Host } else { Dialect::Pos };
    match dialect.framing().split(&octets) {
        // A length that is another one makes the line deaf until it is closed: lost, too.
        Ok(Some(read)) if read.consumed != frame.len() => None,
        Ok(Some(_)) | Err(_) if has_mac => Some(octets),
        Ok(Some(read)) if dialect.decode(read.payload).is_ok() => None,
        Ok(Some(_)) | Err(_) => Some(octets),
        // A length that never ends would make the line deaf, and is lost, too.
        Ok(None) => None,
    }
}

/// This frame with one bit turned over in its code or amount, under the MAC of the first: it can be read, and is not true.
fn forged(frame: &[u8], message: &Telegram, draw: u64) -> Option<Vec<u8>> {
    let flips = 8 * frame.len();
    let start = index(draw, flips);
    (start..start + flips).find_map(|flip| {
        let mut octets = frame.to_vec();
        *octets.get_mut(flip / 8 % frame.len())? ^= 1 << (flip % 8);
        let whole = Dialect::Pos.framing().split(&octets).ok().flatten();
        let read = whole.filter(|read| read.consumed == frame.len())?;
        let other = Dialect::Pos.decode(read.payload).ok()?;
        let says = |said: &Telegram| (said.code, said.amount);
        let same = |said: &Telegram| (said.mti, said.stan, said.operation);
        (says(&other) != says(message) && same(&other) == same(message)).then_some(octets)
    })
}

/// The frame of this message with another amount.
fn altered(message: &Telegram, draw: u64) -> Option<(Telegram, Vec<u8>)> {
    let amount = message.amount.filter(|amount| amount.units() > 100)?;
    let other = if draw.is_multiple_of(2) {
        amount.plus(Money::minor(100 * (1 + draw % 50)))
    } else {
        Money::minor(amount.units() / 10)
    };
    let other = Telegram { amount: Some(other), ..message.clone() };
    let octets = Dialect::Host.encode(&other).ok()?;
    let mut room = vec![0; octets.len() + 64];
    let frame = Dialect::Host.framing().wrap(Dialect::Host.header(), &octets, &mut room).ok()?;
    Some((other, frame.to_vec()))
}

impl Weather for Winds {
    fn frame(
        &mut self,
        way: (Seat, Seat),
        message: &Telegram,
        frame: &[u8],
        now: Stamp,
    ) -> Vec<(Duration, Vec<u8>)> {
        let mut sky = locked(&self.0);
        sky.now = now;
        let tape = sky.tape(way.0);
        if !taped(&tape).is_synced() && sky.keeps(Rule::PersistFirst) {
            sky.early = Some(way.0);
        }
        let seen = Telegram { pan: None, pin: None, keys: None, ..message.clone() };
        sky.sent.push((way.0, way.1, seen));
        sky.frame(way, message, frame)
    }

    fn segment(&mut self, way: (Seat, Seat), waiting: usize, now: Stamp) -> usize {
        let mut sky = locked(&self.0);
        let place = format!("stream {}>{}", name(way.0), name(way.1));
        let count = sky.dice.count(&place);
        let draw = sky.dice.strikes(Class::Segment, &place, count, now);
        draw.map_or(waiting, |draw| index(draw, waiting))
    }

    fn parcel(&mut self, way: (Party, Party), parcel: &Parcel, now: Stamp) -> Vec<(Duration, Parcel)> {
        let mut sky = locked(&self.0);
        sky.now = now;
        sky.parcel(way, parcel)
    }

    fn death(&mut self, seat: Seat, now: Stamp) -> Option<Moment> {
        let mut sky = locked(&self.0);
        sky.now = now;
        let input = sky.inputs.entry(seat.0).or_default();
        *input += 1;
        let input = *input;
        if let Some((_, _, moment)) = sky.death.take_if(|(party, at, _)| (*party, *at) == (seat.0, input)) {
            return Some(moment);
        }
        let place = name(seat);
        let count = sky.dice.count(&place);
        let draw = sky.dice.strikes(Class::Death, &place, count, now)?;
        Some(match draw % 4 {
            0 => Moment::Before,
            1 => Moment::After,
            _ => Moment::Amid(1 + index(draw >> 8, 2)),
        })
    }

    fn gone(&mut self, seat: Seat, now: Stamp) -> Duration {
        let mut sky = locked(&self.0);
        let place = format!("gone {}", name(seat));
        let count = sky.dice.count(&place);
        let draw = sky.dice.draw(&[count, u64::from(seat.1), now.0]);
        let tape = sky.tape(seat);
        let mut tape = taped(&tape);
        let torn = tape.torn;
        tape.lose(index(draw >> 16, 400));
        if tape.torn > torn {
            sky.marks.insert("a torn tail was cut");
        }
        let longest = if draw.is_multiple_of(5) { 600_000 } else { 4_000 };
        Duration::from_millis(1 + (draw >> 8) % longest)
    }

    fn revive(&mut self, seat: Seat) -> Result<Node, StoreError> {
        let (tape, without, season) = {
            let mut sky = locked(&self.0);
            (sky.tape(seat), sky.without.clone(), Season::of(sky.dice.seed()))
        };
        let disk = Disk::open(seat, &self.0, &tape)?;
        let machine = parties::machine(seat, season, &without);
        let machine = machine.ok_or_else(|| StoreError::Failed("there is no such party".to_owned()))?;
        Node::open(machine, Box::new(disk))
    }

    fn clock(&self, party: Party, now: Stamp) -> i64 {
        let sky = locked(&self.0);
        sky.drift(party, now)
    }
}

impl Sky {
    /// Sets the clocks that the dice say are wrong: by up to four minutes, and up to 200 seconds more each day.
    pub fn set_clocks(&mut self, now: Stamp) {
        for party in Party::NETWORK {
            let place = format!("clock {}", party.letter());
            let Some(draw) = self.dice.strikes(Class::Clock, &place, 1, now) else { continue };
            let skew = i64::try_from(draw % 480).unwrap_or_default() - 240;
            let per_day = i64::try_from((draw >> 16) % 400).unwrap_or_default() - 200;
            self.clocks.insert(party, (now, skew * 1_000_000, per_day));
        }
    }

    fn drift(&self, party: Party, now: Stamp) -> i64 {
        let Some((start, skew, per_day)) = self.clocks.get(&party) else { return 0 };
        let elapsed = i64::try_from(now.0.saturating_sub(start.0)).unwrap_or_default();
        skew + elapsed / 86_400 * per_day
    }
}
