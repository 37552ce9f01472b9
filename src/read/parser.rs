//! Parsers that remember the bitmaps they met.
//!
//! A link sends few kinds of message: a handful of bitmaps makes nearly all of its traffic. A
//! [`Parser`] keeps a [`Plan`] for those it has met twice.

use core::fmt;

use crate::model::bitmap::Bitmap;
use crate::model::error::Result;
use crate::read::fast::head::{Head, head, mti};
use crate::read::fast::plan::Plan;
use crate::read::message::{FromParsed, Message};
use crate::read::scan::Scan;
use crate::spec::Spec;

/// Parses the messages of a link, and gets faster with those whose bitmap it has met before.
///
/// What it returns is what [`Message::parse`] returns, errors included. It is worth having where
/// the same few bitmaps come again and again. It holds up to `PLANS` plans of about a kilobyte
/// each in itself, uses no heap, and is owned by its user: one for each link or thread. Messages
/// made up to confuse it, each with a bitmap of its own, take as long as without it.
///
/// ```
/// use cardwire::{Parser, spec::ISO87_ASCII};
///
/// let mut parser = Parser::new(&ISO87_ASCII);
/// for wire in [b"0800822000000000000004000000000000000415123456123456301"; 3] {
///     let message = parser.parse(wire)?;
///     assert_eq!(message.number(70)?, 301);
/// }
/// # Ok::<(), cardwire::Error>(())
/// ```
#[derive(Clone)]
pub struct Parser<'s, const PLANS: usize = 16> {
    spec: &'s Spec<'s>,
    /// The keys of the plans, and whether each plan was used since it was last passed over.
    keys: [PlanKey; PLANS],
    used: [bool; PLANS],
    plans: [Plan; PLANS],
    /// How many plans there are, and where the next one goes.
    len: usize,
    hand: usize,
    /// The bitmaps that were met last and have no plan: hashes, each in the place that it names.
    met: [u64; MET],
}

/// How many bitmaps without a plan are remembered.
const MET: usize = 32;

impl<'s> Parser<'s> {
    /// A parser with room for sixteen plans that has met no message.
    #[must_use]
    pub const fn new(spec: &'s Spec<'s>) -> Self {
        Self::sized(spec)
    }
}

impl<'s, const PLANS: usize> Parser<'s, PLANS> {
    /// A parser with room for `PLANS` plans that has met no message.
    #[must_use]
    pub const fn sized(spec: &'s Spec<'s>) -> Self {
        Self {
            spec,
            keys: [PlanKey::NONE; PLANS],
            used: [false; PLANS],
            plans: [Plan::EMPTY; PLANS],
            len: 0,
            hand: 0,
            met: [0; MET],
        }
    }

    /// The spec.
    #[must_use]
    pub const fn spec(&self) -> &'s Spec<'s> {
        self.spec
    }

    /// Parses and checks a whole message.
    ///
    /// # Errors
    /// As [`Message::parse`].
    #[inline]
    pub fn parse<'a>(&mut self, wire: &'a [u8]) -> Result<Message<'a>>
    where
        's: 'a,
    {
        self.read::<_, true>(wire)
    }

    /// Finds the elements of a message and looks at none.
    ///
    /// # Errors
    /// As [`Message::parse`], apart from what lies in the content of elements.
    #[inline]
    pub fn scan<'a>(&mut self, wire: &'a [u8]) -> Result<Scan<'a>>
    where
        's: 'a,
    {
        self.read::<_, false>(wire)
    }

    /// Makes the plan for messages like this one now, rather than when two of them have come.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn learn(&mut self, wire: &[u8]) -> Result<()> {
        let message = Message::parse(self.spec, wire)?;
        if let Some(head) = head(self.spec, message.wire()) {
            self.learn_head(wire, &head);
        }
        Ok(())
    }

    /// Reads a message by its plan, if there is one.
    #[inline(always)]
    fn read<'a, M: FromParsed<'a>, const CHECK: bool>(&mut self, wire: &'a [u8]) -> Result<M>
    where
        's: 'a,
    {
        if let Some((mti, at)) = mti(self.spec, wire)
            && let Some(slot) = self.find(wire, at)
            && let (Some(plan), Some(used)) = (self.plans.get(slot), self.used.get_mut(slot))
        {
            *used = true;
            return Message::planned::<M, CHECK>((self.spec, wire), plan, (mti, at));
        }
        Message::made(self.spec, wire, |message| self.read_unplanned::<CHECK>(message))
    }

    /// The plan for the bitmaps that start at `at`.
    #[inline(always)]
    fn find(&self, wire: &[u8], at: usize) -> Option<usize> {
        let rest = wire.get(at..)?;
        let bitmaps = match rest.first_chunk::<32>() {
            Some(octets) => words(octets),
            None => words(&padded(rest)),
        };
        // all of them, if there is any: where no plan is, the key is like no bitmaps
        (self.len > 0).then(|| self.keys.iter().position(|key| key.is(bitmaps)))?
    }

    /// A plan is made on the second sighting, and only of messages that are valid.
    #[inline(never)]
    fn read_unplanned<const CHECK: bool>(&mut self, message: &mut Message<'_>) -> Result<()> {
        let head = head(self.spec, message.wire);
        message.read_after_head::<CHECK>(head)?;
        if let Some(head) = head {
            let hash = hash(head.announced);
            let [.., low] = hash.to_be_bytes();
            match self.met.get_mut(usize::from(low) % MET) {
                Some(met) if *met == hash => self.learn_head(message.wire, &head),
                Some(met) => *met = hash,
                None => {}
            }
        }
        Ok(())
    }

    /// Makes a plan for the bitmaps of this message where there is room, or where a plan stands
    /// that was not used since the last time it was in the way.
    #[cold]
    fn learn_head(&mut self, wire: &[u8], head: &Head) {
        let octets = head.bitmaps_len(self.spec);
        let key = PlanKey::of(wire.get(head.end - octets..head.end).unwrap_or_default());
        let slot = self.hand;
        self.hand = (slot + 1) % PLANS.max(1);
        let new = Plan::of(self.spec, head);
        let place = (self.keys.get_mut(slot), self.used.get_mut(slot), self.plans.get_mut(slot));
        if let ((Some(old_key), Some(used), Some(plan)), Some(new)) = (place, new) {
            if !*used {
                (*old_key, *plan) = (key, new);
                self.len = self.len.max(slot + 1);
            }
            *used = false;
        }
    }
}

/// The bitmaps planned, and nothing of any message.
impl<const PLANS: usize> fmt::Debug for Parser<'_, PLANS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plans = self.plans.iter().take(self.len).map(|plan| plan.announced);
        f.debug_list().entries(plans).finish()
    }
}

/// The bitmaps of a message as they lie on the wire: 8, 16 or 32 octets, by which the message says
/// itself whether there is a second one.
#[derive(Clone, Copy)]
struct PlanKey {
    words: [u64; 4],
    /// The words that count.
    mask: [u64; 4],
}

impl PlanKey {
    /// Of no message: no word is like it.
    const NONE: Self = Self { words: [1; 4], mask: [0; 4] };

    fn of(bitmaps: &[u8]) -> Self {
        let mut mask = [0; 4];
        mask.iter_mut().take(bitmaps.len() / 8).for_each(|mask| *mask = u64::MAX);
        Self { words: words(&padded(bitmaps)), mask }
    }

    #[inline(always)]
    fn is(&self, bitmaps: [u64; 4]) -> bool {
        let ([first, rest @ ..], [own, own_rest @ ..]) = (bitmaps, self.words);
        let [_, masks @ ..] = self.mask;
        let differences = rest.iter().zip(own_rest).zip(masks);
        first == own && differences.fold(0, |all, ((word, own), mask)| all | (own ^ word & mask)) == 0
    }
}

fn hash(announced: Bitmap) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    announced.words().into_iter().fold(0, mix)
}

#[inline(always)]
fn words(octets: &[u8; 32]) -> [u64; 4] {
    let (words, _) = octets.as_chunks::<8>();
    let mut words = words.iter().map(|word| u64::from_ne_bytes(*word));
    let mut word = || words.next().unwrap_or(0);
    [word(), word(), word(), word()]
}

/// The octets, and zeros after them up to the size of a key.
#[cold]
fn padded(octets: &[u8]) -> [u8; 32] {
    let mut padded = [0; 32];
    padded.iter_mut().zip(octets).for_each(|(slot, octet)| *slot = *octet);
    padded
}
