//! The set of element numbers a message carries.

use bitvec::array::BitArray;
use bitvec::order::Msb0;
use bitvec::slice::BitSlice;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{BitAnd, BitOr, BitOrAssign, Sub};

/// The highest element number: three bitmaps of 64 bits.
pub const MAX_NUMBER: u8 = 192;

/// How many elements there can be: [`MAX_NUMBER`], as a size.
pub(crate) const MAX_ELEMENTS: usize = 192;

/// Which elements are present: numbers 1 to 192, most significant bit first, as on the wire.
///
/// ```
/// use cardwire::Bitmap;
/// let mut map = Bitmap::EMPTY;
/// map.insert(2);
/// map.insert(39);
/// assert_eq!(map.iter().collect::<Vec<u8>>(), [2, 39]);
/// assert_eq!(map.rank(39), 1);
/// assert_eq!(format!("{map:?}"), "{2, 39}");
/// ```
#[derive(Clone, Copy, Default)]
pub struct Bitmap {
    /// In words of 32 bits: `bitvec` has no wider ones on targets of 32 bits.
    bits: BitArray<[u32; 6], Msb0>,
}

impl Bitmap {
    /// No element.
    pub const EMPTY: Self = Self { bits: BitArray::ZERO };

    /// The bitmap made of up to three 64-bit words, element 1 being the top bit of the first.
    #[must_use]
    #[inline]
    pub(crate) fn from_words(words: [u64; 3]) -> Self {
        let [a, b, c] = words;
        let ([a0, a1], [b0, b1], [c0, c1]) = (halves(a), halves(b), halves(c));
        Self { bits: BitArray::new([a0, a1, b0, b1, c0, c1]) }
    }

    /// The three words; element 1 is the top bit of the first.
    #[must_use]
    #[inline]
    pub(crate) fn words(&self) -> [u64; 3] {
        let [a0, a1, b0, b1, c0, c1] = self.bits.data;
        [join(a0, a1), join(b0, b1), join(c0, c1)]
    }

    /// Adds an element. Numbers outside 1 to 192 are ignored; returns whether it was added anew.
    #[inline]
    pub fn insert(&mut self, number: u8) -> bool {
        self.change(number, |word, bit| word | bit)
    }

    /// Removes an element; returns whether it was there.
    #[inline]
    pub fn remove(&mut self, number: u8) -> bool {
        self.change(number, |word, bit| word & !bit)
    }

    /// Changes the bit of an element in its word; returns whether that changed anything. (A reference
    /// to a single bit is an unsafe thing in `bitvec`, and Miri does not like it.)
    #[inline(always)]
    fn change(&mut self, number: u8, act: impl Fn(u32, u32) -> u32) -> bool {
        let (place, top) = (index(number), 1 << 31);
        let Some(word) = self.bits.data.get_mut(place / 32) else { return false };
        let old = core::mem::replace(word, act(*word, top >> (place % 32)));
        old != *word
    }

    /// The elements that are here, there, or both, as `merge` says of their words.
    #[inline(always)]
    pub(crate) fn merged(&self, other: &Self, merge: impl Fn(u64, u64) -> u64) -> Self {
        let ([a, b, c], [d, e, f]) = (self.words(), other.words());
        Self::from_words([merge(a, d), merge(b, e), merge(c, f)])
    }

    /// Whether the element is present.
    #[must_use]
    #[inline]
    pub fn contains(&self, number: u8) -> bool {
        let place = index(number);
        let top: u64 = 1 << 63;
        self.words().get(place / 64).is_some_and(|word| word & (top >> (place % 64)) != 0)
    }

    /// How many elements are present.
    #[must_use]
    pub fn len(&self) -> usize {
        // counting a word takes a dozen instructions where the target has none for it
        self.words().iter().filter(|word| **word != 0).map(|word| count(*word)).sum()
    }

    /// Whether no element is present.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words() == [0; 3]
    }

    /// How many elements below `number` are present: its index in a dense list.
    #[must_use]
    #[inline]
    pub fn rank(&self, number: u8) -> usize {
        let below = u32::from(number).saturating_sub(1);
        let [first, second, third] = self.words();
        match number {
            0..=64 => count(first & top(below)),
            65..=128 => count(first) + count(second & top(below - 64)),
            _ => count(first) + count(second) + count(third & top(below - 128)),
        }
    }

    /// The rank of an element that is present.
    #[inline]
    pub(crate) fn rank_of(&self, number: u8) -> Option<usize> {
        let [first, second, third] = self.words();
        let (word, before) = match number {
            1..=64 => (first, 0),
            65..=128 => (second, count(first)),
            129..=MAX_NUMBER => (third, count(first) + count(second)),
            _ => return None,
        };
        let up_to = word >> (u32::from(number).wrapping_neg() % 64);
        (up_to & 1 != 0).then(|| before + count(up_to) - 1)
    }

    /// The number below which `rank` others are present: the inverse of [`Bitmap::rank`].
    pub(crate) fn nth(&self, rank: usize) -> Option<u8> {
        self.iter_from(rank).next()
    }

    /// The present numbers in ascending order without the first `rank`.
    pub(crate) fn iter_from(&self, rank: usize) -> Iter {
        let (mut words, mut rest) = (self.words(), rank);
        for word in &mut words {
            let here = count(*word);
            if rest < here {
                let rest_of = (0..rest).fold(word.reverse_bits(), |word, _| word & word.wrapping_sub(1));
                *word = rest_of.reverse_bits();
                break;
            }
            (*word, rest) = (0, rest - here);
        }
        Iter { words }
    }

    /// The present numbers in ascending order.
    pub fn iter(&self) -> Iter {
        Iter { words: self.words() }
    }

    /// The bits as a `bitvec` slice of 192 bits; bit 0 is element 1.
    ///
    /// The one place where a foreign type shows in the API; prefer the other methods.
    #[must_use]
    pub fn bits(&self) -> &BitSlice<u32, Msb0> {
        self.bits.as_bitslice()
    }
}

// by words: `bitvec` compares bit by bit
impl PartialEq for Bitmap {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.bits.data == other.bits.data
    }
}

impl Eq for Bitmap {}

impl Hash for Bitmap {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits.data.hash(state);
    }
}

/// Ascending element numbers of a [`Bitmap`].
#[derive(Clone, Debug)]
pub struct Iter {
    words: [u64; 3],
}

impl Iter {
    /// The number that comes next.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.clone().next()
    }

    /// Adds the elements of a third bitmap, which was not known before.
    pub(crate) fn add_third(&mut self, word: u64) {
        let [_, _, third] = &mut self.words;
        *third = word;
    }
}

impl Iterator for Iter {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let mut first_number = 1;
        for word in &mut self.words {
            if *word != 0 {
                let zeros = word.leading_zeros();
                *word &= !(TOP_BIT >> zeros);
                return u8::try_from(first_number + zeros).ok();
            }
            first_number += 64;
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.words.iter().map(|word| count(*word)).sum();
        (left, Some(left))
    }
}

impl core::iter::FusedIterator for Iter {}

impl ExactSizeIterator for Iter {}

impl IntoIterator for Bitmap {
    type Item = u8;
    type IntoIter = Iter;

    fn into_iter(self) -> Iter {
        self.iter()
    }
}

impl IntoIterator for &Bitmap {
    type Item = u8;
    type IntoIter = Iter;

    fn into_iter(self) -> Iter {
        self.iter()
    }
}

impl FromIterator<u8> for Bitmap {
    fn from_iter<I: IntoIterator<Item = u8>>(numbers: I) -> Self {
        // a fourth word, of numbers that are none, makes every number find its own
        let mut words = [0; 4];
        for number in numbers {
            let place = number.wrapping_sub(1);
            if let Some(word) = words.get_mut(usize::from(place / 64)) {
                *word |= TOP_BIT >> (place % 64);
            }
        }
        let [first, second, third, _] = words;
        Self::from_words([first, second, third])
    }
}

impl Extend<u8> for Bitmap {
    fn extend<I: IntoIterator<Item = u8>>(&mut self, numbers: I) {
        *self |= numbers.into_iter().collect::<Self>();
    }
}

impl<const N: usize> From<[u8; N]> for Bitmap {
    fn from(numbers: [u8; N]) -> Self {
        numbers.into_iter().collect()
    }
}

/// What is in one or the other.
impl BitOr for Bitmap {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.merged(&other, |one, other| one | other)
    }
}

impl BitOrAssign for Bitmap {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// What is in both.
impl BitAnd for Bitmap {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.merged(&other, |one, other| one & other)
    }
}

/// What is in the first and not in the second.
impl Sub for Bitmap {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.merged(&other, |one, other| one & !other)
    }
}

/// As `Debug`: `{2, 39}`.
impl fmt::Display for Bitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

pub(crate) const TOP_BIT: u64 = 1 << 63;

/// Element 1 is bit 0; number 0 maps beyond the end.
fn index(number: u8) -> usize {
    usize::from(number.wrapping_sub(1))
}

/// The upper and the lower half of a word; its mirror is [`join`].
#[allow(clippy::as_conversions, reason = "each half is taken as it is")]
const fn halves(word: u64) -> [u32; 2] {
    [(word >> 32) as u32, word as u32]
}

fn join(upper: u32, lower: u32) -> u64 {
    u64::from(upper) << 32 | u64::from(lower)
}

/// A mask of the `bits` highest bits.
pub(crate) const fn top(bits: u32) -> u64 {
    match bits {
        0 => 0,
        1..=63 => !(u64::MAX >> bits),
        _ => u64::MAX,
    }
}

/// How many bits are set.
#[allow(clippy::as_conversions, reason = "at most 64")]
pub(crate) const fn count(word: u64) -> usize {
    word.count_ones() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn a_bitmap_is_an_ordered_set(numbers: Vec<u8>, probe: u8) {
            let set: BTreeSet<u8> = numbers.iter().copied().filter(|n| (1..=MAX_NUMBER).contains(n)).collect();
            let map: Bitmap = numbers.into_iter().collect();
            prop_assert_eq!(map.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(map.len(), set.len());
            prop_assert_eq!(map.is_empty(), set.is_empty());
            prop_assert_eq!(map.contains(probe), set.contains(&probe));
            prop_assert_eq!(map.rank(probe), set.iter().filter(|n| **n < probe).count());
            prop_assert_eq!(map.rank_of(probe), set.contains(&probe).then(|| map.rank(probe)));
            prop_assert_eq!(map.iter().len(), set.len());
            let rank = usize::from(probe);
            prop_assert_eq!(map.nth(rank), set.iter().nth(rank).copied());
        }
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let (one, other) = (Bitmap::from([2, 3, 70]), Bitmap::from([3, 70, 192]));
        assert_eq!(
            (one | other, one & other, one - other),
            ([2, 3, 70, 192].into(), [3, 70].into(), [2].into())
        );
        let mut all = one;
        all.extend(other);
        assert_eq!((all, std::format!("{}", one & other)), (one | other, "{3, 70}".into()));
        assert_eq!(one.into_iter().map(u32::from).sum::<u32>(), 75);
    }

    #[test]
    fn the_edges_of_words() {
        let mut map = Bitmap::EMPTY;
        for number in [1, 64, 65, 128, 129, 192] {
            assert!(map.insert(number) && !map.insert(number) && map.contains(number));
        }
        assert!(!map.insert(0) && !map.insert(193));
        assert_eq!(map.iter().collect::<Vec<_>>(), [1, 64, 65, 128, 129, 192]);
        assert_eq!((map.rank(1), map.rank(65), map.rank(192), map.rank(193)), (0, 2, 5, 6));
        assert!(map.remove(64) && !map.remove(64));
    }
}
