//! Parsers that remember, and scans that do not look.
//!
//! A link sends few kinds of message: a handful of bitmaps makes nearly all of its traffic. A
//! [`Parser`] keeps a [`Plan`] for those it has met twice.

use core::fmt;

use crate::bitmap::Bitmap;
use crate::codec::Coding;
use crate::codec::octets::MAX_INDEX;
use crate::error::Result;
use crate::head::{head, mti};
use crate::layout::{BitmapForm, More};
use crate::message::Message;
use crate::mti::Mti;
use crate::plan::Plan;
use crate::spec::Spec;

/// Parses the messages of a link, and gets faster with those whose bitmap it has met before.
///
/// What it returns is what [`Message::parse`] returns, errors included. It is worth having where
/// the same few bitmaps come again and again. It holds up to `PLANS` plans of about a kilobyte
/// each in itself, uses no heap, and is owned by its user: one for each link or thread. Messages
/// made up to confuse it, each with a bitmap of its own, cost what they cost without it.
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
    keys: [Key; PLANS],
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
            keys: [[0; 4]; PLANS],
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
        Message::made(self.spec, wire, |message| self.read::<true>(message))
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
        Message::made(self.spec, wire, |message| self.read::<false>(message)).map(|message| Scan { message })
    }

    /// Makes the plan for messages like this one now, rather than when two of them have come.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn learn(&mut self, wire: &[u8]) -> Result<()> {
        let message = Message::parse(self.spec, wire)?;
        if let Some((_, key, _)) = self.key(message.wire()) {
            self.plan(key, wire);
        }
        Ok(())
    }

    #[inline(always)]
    fn read<const CHECK: bool>(&mut self, message: &mut Message<'_>) -> Result<()> {
        let Some((mti, key, at)) = self.key(message.wire) else { return message.read::<CHECK>() };
        let is_key = |known: &Key| known.iter().zip(key).all(|(known, key)| *known == key);
        let known = self.keys.get(..self.len).unwrap_or_default().iter().position(is_key);
        let Some(slot) = known else { return self.read_unplanned::<CHECK>(message, key) };
        match (self.plans.get(slot), self.used.get_mut(slot)) {
            (Some(plan), Some(used)) if at + usize::from(plan.wide) <= message.wire.len() => {
                *used = true;
                message.read_planned::<CHECK>(plan, plan.head(mti, at))
            }
            _ => message.read::<CHECK>(),
        }
    }

    /// A plan is made on the second sighting, and only of messages that are sound.
    #[inline(never)]
    fn read_unplanned<const CHECK: bool>(&mut self, message: &mut Message<'_>, key: Key) -> Result<()> {
        message.read::<CHECK>()?;
        let hash = hash(key);
        let [.., low] = hash.to_be_bytes();
        match self.met.get_mut(usize::from(low) % MET) {
            Some(met) if *met == hash => self.plan(key, message.wire),
            Some(met) => *met = hash,
            None => {}
        }
        Ok(())
    }

    /// MTI, bitmaps as they lie on the wire, and where they start.
    #[inline(always)]
    fn key(&self, wire: &[u8]) -> Option<(Mti, Key, usize)> {
        let (mti, at) = mti(self.spec, wire).filter(|_| wire.len() <= MAX_INDEX)?;
        Some((mti, key(self.spec.bitmap(), wire.get(at..)?)?, at))
    }

    /// Makes a plan for the bitmaps of this message where there is room, or where a plan stands
    /// that was not used since the last time it was in the way.
    #[cold]
    fn plan(&mut self, key: Key, wire: &[u8]) {
        let slot = self.hand;
        self.hand = (slot + 1) % PLANS.max(1);
        let new = head(self.spec, wire).and_then(|head| Plan::of(self.spec, &head));
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

/// The bitmaps as they lie on the wire, with zeros behind them.
type Key = [u64; 4];

/// The key of a message: the bitmaps that it starts with here.
#[inline(always)]
fn key(form: BitmapForm, behind: &[u8]) -> Option<Key> {
    let wire = match behind.first_chunk::<32>() {
        Some(wire) => *wire,
        None => padded(behind),
    };
    let (words, _) = wire.as_chunks::<8>();
    let mut words = words.iter().map(|word| u64::from_be_bytes(*word));
    let mut word = || words.next().unwrap_or(0);
    let [a, mut b, mut c, mut d] = [word(), word(), word(), word()];
    // the first hexadecimal digit of a bitmap whose first bit is set is an 8 or more, as are letters
    let (first_bit, wide) = match (form.coding, form.octets) {
        (Coding::Raw, 8) => (0x80, 1),
        (Coding::Hex, 8) => (b'8', 2),
        _ => return None,
    };
    let has_second = form.second != More::Never && behind.first()? >= &first_bit;
    match (wide, has_second) {
        (1, false) => (b, c, d) = (0, 0, 0),
        (1, true) | (_, false) => (c, d) = (0, 0),
        _ => {}
    }
    Some([a, b, c, d])
}

/// A message that is shorter than a key may be.
#[cold]
fn padded(behind: &[u8]) -> [u8; 32] {
    let mut padded = [0; 32];
    padded.iter_mut().zip(behind).for_each(|(slot, octet)| *slot = *octet);
    padded
}

fn hash(key: Key) -> u64 {
    key.into_iter()
        .fold(0, |hash: u64, word| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29))
}

/// Where the elements of a message lie, and nothing about what they hold: *not checked*.
///
/// Made by [`Parser::scan`] for those who route messages and hand them on. The structure is
/// sound: MTI, bitmaps, the length of every element, and nothing left over. What an element holds
/// is not known to be of its class, so a scan gives octets, not [`Field`](crate::Field)s.
#[derive(Clone, Copy)]
pub struct Scan<'a> {
    message: Message<'a>,
}

impl<'a> Scan<'a> {
    /// Finds the elements of a message and looks at none.
    ///
    /// # Errors
    /// As [`Message::parse`], apart from what lies in the content of elements.
    pub fn of(spec: &'a Spec<'a>, wire: &'a [u8]) -> Result<Self> {
        Message::made(spec, wire, Message::read::<false>).map(|message| Self { message })
    }

    /// The message type identifier.
    #[must_use]
    pub const fn mti(&self) -> Mti {
        self.message.mti
    }

    /// The elements that are there.
    #[must_use]
    pub const fn bitmap(&self) -> Bitmap {
        self.message.announced
    }

    /// The input.
    #[must_use]
    pub const fn wire(&self) -> &'a [u8] {
        self.message.wire
    }

    /// The octets of an element's value as they lie on the wire, unchecked, without its prefix.
    ///
    /// They may be card data, and nothing masks them.
    #[must_use]
    pub fn octets(&self, number: u8) -> Option<&'a [u8]> {
        self.message.wire.get(self.message.get(number)?.value_range())
    }

    /// The message, now checked to its last octet.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn check(&self) -> Result<Message<'a>> {
        Message::parse(self.message.spec, self.message.wire)
    }
}

/// MTI and numbers; no content.
impl fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("mti", &self.mti()).field("elements", &self.bitmap()).finish()
    }
}
