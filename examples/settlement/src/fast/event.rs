//! What a party of the fast path keeps: events of a few octets. Numbers are varints, and bits say which of them are
//! there. What a party knows is the fold of its events, so that a restart is a replay.

use crate::clock::Stamp;
use crate::telegram::Code;

/// Declares the kinds with their numbers in a page, which never change.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $number:literal,)+) => {
        /// What happened.
        #[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
        pub enum Kind { $($(#[$doc])* $kind,)+ }

        impl Kind {
            const fn number(self) -> u8 {
                match self { $(Self::$kind => $number,)+ }
            }

            const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$kind),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// The party started.
    #[default]
    Started = 0,
    /// A terminal and its merchant are named for the first time (acquirer), or an acquirer (issuer): the next number.
    Named = 1,
    /// A terminal signed on, and has this batch from here on.
    BatchOpened = 2,
    /// A sale is about to be sent to the issuer.
    Sent = 3,
    /// A sale that never left: a decline of our own.
    Refused = 4,
    /// The issuer approved or declined a sale.
    Decided = 5,
    /// A sale is to be undone.
    Reversing = 6,
    /// It is undone.
    Reversed = 7,
    /// A reversal came before its sale.
    Tombstone = 8,
    /// The same number with another amount.
    Reuse = 9,
    /// An approval after the reversal.
    Late = 10,
    /// Steps of store and forward.
    AdviceQueued = 11,
    /// As above.
    AdviceSent = 12,
    /// As above.
    AdviceDone = 13,
    /// As above.
    AdviceParked = 14,
    /// As above.
    AdviceRetried = 15,
    /// This STAN of the host line is used up by a sign-on.
    StanUsed = 16,
    /// A request that this path does not know, and that is refused with 40.
    Unknown = 17,
    /// Octets that are no message.
    Garbage = 18,
    /// A message that was seen: evidence.
    Seen = 19,
    /// What is on an account when the party starts for the first time.
    Opening = 20,
    /// The line to the issuer is up, and is in service.
    InService = 21,
    /// A message that could not be written, and did not leave.
    Unwritten = 22,
}

/// An event. What does not apply is zero or empty.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Event<'a> {
    /// What.
    pub kind: Kind,
    /// When.
    pub at: Stamp,
    /// The number of what it is about: a sale, an advice, an account.
    pub of: u64,
    /// Who: a station, an acquirer, a card (from 1), how a message was seen, or the sale (from 1) that this one may be
    /// a double of.
    pub who: u64,
    /// Batch.
    pub batch: u64,
    /// STAN.
    pub stan: u64,
    /// Amount in minor units.
    pub amount: u64,
    /// What was asked for, where less was approved.
    pub asked: u64,
    /// DE7 as a number.
    pub time: u64,
    /// DE39, as two octets.
    pub code: u64,
    /// DE38, as six octets.
    pub approval: u64,
    /// DE15, as the day that it means.
    pub date: u64,
    /// The ends of a card number, as a number.
    pub card: u64,
    /// A name, an RRN, or a message.
    pub octets: &'a [u8],
}

const FIELDS: usize = 10;
/// The bit of the octets.
const OCTETS: u64 = 1 << FIELDS;
/// The bit of the card, which came later: the bits of the others stay what they were.
const CARD: u64 = OCTETS << 1;

impl Event<'_> {
    /// An event of this kind, and nothing else of it.
    pub fn new(kind: Kind, at: Stamp) -> Self {
        Self { kind, at, ..Self::default() }
    }

    /// Appends it to a page of which the last event was at `last`.
    pub fn write(&self, last: &mut Stamp, page: &mut Vec<u8>) {
        let fields = [
            self.of,
            self.who,
            self.batch,
            self.stan,
            self.amount,
            self.asked,
            self.time,
            self.code,
            self.approval,
            self.date,
        ];
        let set = fields.iter().zip(0_u32..).filter(|(field, _)| **field != 0);
        let bits = set.fold(0, |bits, (_, place)| bits | 1 << place);
        let bits = if self.octets.is_empty() { bits } else { bits | OCTETS };
        let bits = if self.card == 0 { bits } else { bits | CARD };
        page.push(self.kind.number());
        put(bits, page);
        // Times of a party never go back.
        put(self.at.0.saturating_sub(last.0), page);
        *last = self.at;
        fields.into_iter().filter(|field| *field != 0).for_each(|field| put(field, page));
        if !self.octets.is_empty() {
            put(u64::try_from(self.octets.len()).unwrap_or_default(), page);
            page.extend_from_slice(self.octets);
        }
        if self.card != 0 {
            put(self.card, page);
        }
    }
}

/// The events of a page, in order. `None` in the place of one that is damaged, after which nothing comes.
#[derive(Clone, Debug)]
pub struct Events<'a> {
    rest: &'a [u8],
    last: Stamp,
    broken: bool,
}

impl<'a> Events<'a> {
    /// Of this page.
    pub const fn of(page: &'a [u8]) -> Self {
        Self { rest: page, last: Stamp(0), broken: false }
    }

    fn read(&mut self) -> Option<Event<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        self.rest = rest;
        let kind = Kind::from_number(*kind)?;
        let bits = take(&mut self.rest)?;
        self.last = Stamp(self.last.0.checked_add(take(&mut self.rest)?)?);
        let mut event = Event::new(kind, self.last);
        let fields = [
            &mut event.of,
            &mut event.who,
            &mut event.batch,
            &mut event.stan,
            &mut event.amount,
            &mut event.asked,
            &mut event.time,
            &mut event.code,
            &mut event.approval,
            &mut event.date,
        ];
        for (place, field) in (0_u32..).zip(fields).filter(|(place, _)| bits & 1 << place != 0) {
            let _: u32 = place;
            *field = take(&mut self.rest)?;
        }
        if bits & OCTETS != 0 {
            let len = usize::try_from(take(&mut self.rest)?).ok()?;
            (event.octets, self.rest) = self.rest.split_at_checked(len)?;
        }
        if bits & CARD != 0 {
            event.card = take(&mut self.rest)?;
        }
        Some(event)
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Option<Event<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken || self.rest.is_empty() {
            return None;
        }
        let event = self.read();
        self.broken = event.is_none();
        Some(event)
    }
}

/// Seven bits an octet, the low ones first.
fn put(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        let [low, ..] = number.to_le_bytes();
        out.push(low | 0x80);
        number >>= 7;
    }
    let [low, ..] = number.to_le_bytes();
    out.push(low);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in (0..64).step_by(7) {
        let (octet, left) = rest.split_first()?;
        *rest = left;
        number |= u64::from(octet & 0x7F) << place;
        if octet & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// A number of a map or a place.
pub(super) fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The last octets of a number.
pub(super) fn last<const N: usize>(number: u64) -> [u8; N] {
    number.to_be_bytes().last_chunk::<N>().copied().unwrap_or([b'0'; N])
}

/// The number that these octets are.
pub(super) fn octets_number(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet))
}

/// A response code as a number.
pub(super) fn code_number(code: Code) -> u64 {
    octets_number(code.as_str().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_cut_page_is_damaged() {
        let events = [
            Event {
                of: 1,
                amount: u64::MAX,
                octets: b"abc",
                card: 7,
                ..Event::new(Kind::Seen, Stamp(1_000))
            },
            Event::new(Kind::Started, Stamp(1_000)),
            Event { approval: 0x30_31_32_33_34_35, date: 20_780, ..Event::new(Kind::Decided, Stamp(1_007)) },
        ];
        let (mut page, mut last) = (Vec::new(), Stamp(0));
        events.iter().for_each(|event| event.write(&mut last, &mut page));
        assert_eq!(Events::of(&page).collect::<Option<Vec<_>>>().unwrap(), events);
        let whole: Vec<usize> = (0..=page.len())
            .filter(|end| Events::of(&page[..*end]).collect::<Option<Vec<_>>>().is_some())
            .collect();
        assert_eq!(whole.len(), 4, "only between events: {whole:?}");
    }
}
