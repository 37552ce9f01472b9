//! What was worked out for messages that came again, as [`Parser`](crate::Parser) keeps plans.

use crate::model::bitmap::Bitmap;
use crate::read::message::Message;

/// Up to `N` things, each worked out for messages of one key when the second of them comes.
#[derive(Clone)]
pub(crate) struct Learned<T, const N: usize> {
    keys: [Key; N],
    /// Whether each was used since it was last passed over.
    used: [bool; N],
    things: [Option<T>; N],
    /// How many there are, and where the next one goes.
    len: usize,
    hand: usize,
    /// The keys that were met last and have nothing: hashes, each in the place that it names.
    met: [u64; MET],
}

/// How many keys without a thing are remembered.
const MET: usize = 32;

/// What messages have in common for which one thing is worked out, in as few words as it can be: the bitmaps, the
/// numbers of the values that are given, and MTI and counts.
#[derive(Clone, Copy)]
pub(crate) struct Key([u64; 5]);

impl Key {
    /// Of no message: none has an MTI of zeros, which are not even digits.
    const NONE: Self = Self([0; 5]);

    /// That of a message, with the numbers of values that come to it. Of more than eight, some share a key.
    #[inline(always)]
    pub(crate) fn of(message: &Message<'_>, given: impl ExactSizeIterator<Item = u8>) -> Self {
        let [count, more, ..] = given.len().to_le_bytes();
        let given = given.fold(0, |all: u64, number| all.rotate_left(8) ^ u64::from(number));
        let Message { announced, mti, bitmaps, count: read, .. } = *message;
        let ([first, second, third], [a, b, c, d]) = (announced.words(), mti.digits());
        // of a broken message, not all that is announced was read
        Self([first, second, third, given, u64::from_le_bytes([a, b, c, d, bitmaps, read, count, more])])
    }

    #[inline(always)]
    fn is(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).fold(0, |all, (own, word)| all | (own ^ word)) == 0
    }

    fn hash(&self) -> u64 {
        let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        self.0.into_iter().fold(0, mix)
    }

    fn elements(&self) -> Bitmap {
        let [first, second, third, ..] = self.0;
        Bitmap::from_words([first, second, third])
    }
}

impl<T, const N: usize> Learned<T, N> {
    pub(crate) const NOTHING: Self = Self {
        keys: [Key::NONE; N],
        used: [false; N],
        things: [const { None }; N],
        len: 0,
        hand: 0,
        met: [0; MET],
    };

    /// What was worked out for the key.
    #[inline(always)]
    pub(crate) fn find(&mut self, key: &Key) -> Option<&T> {
        let slot = self.keys.get(..self.len)?.iter().position(|own| own.is(key))?;
        *self.used.get_mut(slot)? = true;
        self.things.get(slot)?.as_ref()
    }

    /// Notes that a message of the key was met; the second time, works out what is kept for it. It goes where
    /// there is room, or where a thing stands that was not used since the last time it was in the way.
    #[inline(never)]
    pub(crate) fn meet(&mut self, key: &Key, make: impl FnOnce() -> Option<T>) {
        let hash = key.hash();
        let [.., low] = hash.to_be_bytes();
        let Some(met) = self.met.get_mut(usize::from(low) % MET) else { return };
        if core::mem::replace(met, hash) != hash || self.keys.iter().any(|own| own.is(key)) {
            return;
        }
        let slot = self.hand;
        self.hand = (slot + 1) % N.max(1);
        let place = (self.keys.get_mut(slot), self.used.get_mut(slot), self.things.get_mut(slot));
        if let (Some(old), Some(used), Some(thing)) = place {
            if !*used {
                (*old, *thing) = (*key, make());
                self.len = self.len.max(slot + 1);
            }
            *used = false;
        }
    }

    /// The elements of the messages of each key.
    pub(crate) fn elements(&self) -> impl Iterator<Item = Bitmap> {
        self.keys.iter().take(self.len).map(Key::elements)
    }
}
