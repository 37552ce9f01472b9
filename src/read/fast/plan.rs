//! Plans: the walk of a bitmap, worked out once.
//!
//! A plan is the elements that a bitmap announces, by the same fast forms that any message is read
//! with. What differs between two messages with one bitmap is how long their variable elements are.
//! So a plan goes from one such element to the next, a *mark* after each, and everything else lies
//! at a known distance from a mark:
//!
//! ```text
//! 16 4111111111111111 000000 000000012500 0415123456 ... 11 12345678901 ...
//! ^                   ^      ^            ^                              ^
//! mark 0              mark 1 +6           +18                            mark 2
//! ```
//!
//! A mark stands four octets before the place it marks: there the four octets start that end with
//! the next prefix, if that comes at once.
//!
//! A plan only ever says yes. Where it does not, the ordinary reader looks again and decides.

use core::ops::Range;

use crate::codec::Side;
use crate::codec::fast::class::{CharClass, Test};
use crate::codec::fast::class_table::Few;
use crate::codec::fast::element::{FastElement, LengthReader, Odd};
use crate::model::bitmap::Bitmap;
use crate::model::error::widen;
use crate::read::fast::head::Head;
use crate::read::offsets::{NEAR, NO_OFFSETS, Noted, Offsets, near};
use crate::spec::Spec;

/// How the elements of one bitmap follow each other, and how their content is checked.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) announced: Bitmap,
    pub(crate) bitmaps: u8,
    pub(crate) count: u8,
    steps: List<Step, STEPS>,
    /// The octets between the last mark and the end.
    tail: u16,
    /// How many elements start before the second mark.
    first: u8,
    checks: List<Check, CHECKS>,
    halves: List<Half, HALVES>,
    /// Where each element starts, by rank, after the mark before it.
    offsets: Offsets,
    /// Which each is.
    numbers: [u8; NEAR],
}

/// More than nearly any message needs. A message that needs more has no plan.
const STEPS: usize = 16;
const CHECKS: usize = 32;
const HALVES: usize = 16;

/// From a mark to the one after the next variable element.
#[derive(Clone, Copy)]
struct Step {
    /// How the element announces its length, and how far after the mark the four octets start that
    /// end with that.
    length: LengthReader,
    window: u16,
    /// Where the element starts, and its number.
    start: u16,
    number: u8,
    /// The ranks of the elements that start after it, up to the next mark but one.
    next: u8,
    end: u8,
}

/// A place in every message that the plan is for: so far after a mark.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Spot {
    mark: u8,
    offset: u16,
}

/// Octets to look at.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    /// What all are; `None`: it is one element, which is read by itself.
    pub(crate) class: Option<CharClass>,
    /// The same, if they are always as many, and few.
    few: Option<Few>,
    /// The rank of the first element.
    pub(crate) rank: u8,
    from: Spot,
    to: Spot,
}

/// A pad nibble: the octet, and what of it must be what.
#[derive(Clone, Copy)]
struct Half {
    place: Spot,
    /// Looked at in messages where the value before this mark is of odd length, or [`ALWAYS`].
    when: u8,
    mask: u8,
    is: u8,
}

/// How far before the place it marks a mark stands.
const LEAD: u16 = 4;

/// Before this mark there is no value: in every message.
const ALWAYS: u8 = 0;

/// The marks of a message, and how long the variable elements before them are, in units or at least
/// their parity.
pub(crate) struct Marks {
    places: [u32; STEPS],
    lengths: [u8; STEPS],
}

impl Plan {
    pub(crate) const EMPTY: Self = {
        let spot = Spot { mark: 0, offset: 0 };
        let step = Step { length: LengthReader::UNKNOWN, window: 0, start: 0, number: 0, next: 0, end: 0 };
        Self {
            announced: Bitmap::EMPTY,
            bitmaps: 1,
            count: 0,
            steps: List::of(step),
            tail: 0,
            first: 0,
            checks: List::of(Check { class: None, few: None, rank: 0, from: spot, to: spot }),
            halves: List::of(Half { place: spot, when: 0, mask: 0, is: 0 }),
            offsets: NO_OFFSETS,
            numbers: [0; NEAR],
        }
    };

    /// The plan for messages with these bitmaps, if it fits.
    pub(crate) fn of(spec: &Spec<'_>, head: &Head) -> Option<Self> {
        let Head { announced, bitmaps, .. } = *head;
        // the first mark is where the bitmaps start
        let tail = u16::try_from(head.bitmaps_len(spec)).ok()?;
        let mut plan = Self { announced, bitmaps, tail, ..Self::EMPTY };
        for number in announced.iter() {
            plan.add(number, spec.element(number)?.fast)?;
        }
        Some(plan)
    }

    /// Goes through the elements of a message whose bitmaps start at `at`; `true` if the last one ends
    /// where the message does. Notes the marks, and where each element starts.
    #[inline(always)]
    pub(crate) fn find(
        &self,
        spec: &Spec<'_>,
        wire: &[u8],
        at: usize,
        (marks, starts): (&mut Marks, &mut Noted),
    ) -> bool {
        // first, so that it is known of every place in the wire
        let Some(_) = near(wire.len()) else { return false };
        let Ok(mut at) = u32::try_from(at) else { return false };
        let ([first, places @ ..], [_, lengths @ ..]) = (&mut marks.places, &mut marks.lengths);
        *first = at;
        starts.note_first(self.first, at, &self.offsets);
        for ((step, place), parity) in self.steps.as_slice().iter().zip(places).zip(lengths) {
            let Some((length, mark)) = step.variable(spec, wire, at) else { return false };
            starts.note(step.next..step.end, mark, &self.offsets);
            (*place, [*parity, ..], at) = (mark, length.to_le_bytes(), mark);
        }
        widen(at) + usize::from(self.tail) == wire.len()
    }

    /// The number of the element of that rank.
    pub(crate) fn number(&self, rank: u8) -> Option<u8> {
        self.numbers.get(usize::from(rank)).copied()
    }

    /// Whether every pad nibble is what it must be.
    #[inline(always)]
    pub(crate) fn has_valid_halves(&self, wire: &[u8], marks: &Marks) -> bool {
        self.halves.as_slice().iter().all(|half| {
            let octet = || wire.get(marks.at(half.place));
            !marks.is_odd(half.when) || octet().is_some_and(|octet| octet & half.mask == half.is)
        })
    }

    /// What else must be looked at, in wire order.
    #[inline(always)]
    pub(crate) fn checks(&self) -> &[Check] {
        self.checks.as_slice()
    }

    /// Adds the element that comes next.
    fn add(&mut self, number: u8, fast: FastElement) -> Option<()> {
        let (rank, mark, offset) = (self.count, self.steps.len, self.tail);
        let start = Spot { mark, offset };
        *self.offsets.get_mut(..NEAR)?.get_mut(usize::from(rank))? = offset;
        *self.numbers.get_mut(usize::from(rank))? = number;
        self.count += 1;
        *self.steps.last().map_or(&mut self.first, |step| &mut step.end) += 1;
        let (value, end) = match fast.always() {
            Some(octets) => {
                self.tail = offset.checked_add(octets)?;
                (start, Spot { mark, offset: self.tail })
            }
            None => {
                let value = offset.checked_add(u16::from(fast.prefix_octets()?))?;
                let (length, window) = (fast.announced_length(), value.checked_sub(LEAD)?);
                let (next, end) = (self.count, self.count);
                self.steps.push(Step { length, window, start: offset, number, next, end })?;
                self.tail = LEAD;
                (Spot { mark, offset: value }, Spot { mark: self.steps.len, offset: LEAD })
            }
        };
        let class = match (fast.test(), fast.how_odd()) {
            _ if fast.is_composite => None,
            (Test::Free, _) => {
                self.add_half(fast, value, end)?;
                return Some(());
            }
            (Test::Block(class), Odd::Irrelevant | Odd::Wrong) => Some(class),
            // a fill that is a digit is one of the class, too; another breaks the run where it is
            (Test::Block(class), Odd::PadNibble(pad_nibble)) if pad_nibble.nibble <= 9 => {
                self.add_half(fast, value, end)?;
                Some(class)
            }
            _ => None,
        };
        let from = if class.is_some() && class == fast.run { start } else { value };
        match self.checks.last() {
            Some(last) if class.is_some() && last.class == class && last.to == from => last.to = end,
            _ => self.checks.push(Check { class, few: None, rank, from: value, to: end })?,
        }
        let last = self.checks.last()?;
        last.few = last
            .class
            .filter(|_| last.from.mark == last.to.mark)
            .and_then(|class| Few::of(class, last.to.offset - last.from.offset));
        Some(())
    }

    /// Adds the pad nibble of a value, if it ever has one.
    fn add_half(&mut self, fast: FastElement, value: Spot, end: Spot) -> Option<()> {
        let Odd::PadNibble(pad_nibble) = fast.how_odd() else { return Some(()) };
        let (place, mask, is) = match pad_nibble.side {
            Side::Left => (value, 0xF0, pad_nibble.nibble << 4),
            Side::Right => (Spot { offset: end.offset.checked_sub(1)?, ..end }, 0x0F, pad_nibble.nibble),
        };
        let when = if end.mark == value.mark { ALWAYS } else { end.mark };
        self.halves.push(Half { place, when, mask, is })
    }
}

impl Step {
    /// The length of the variable element of the step from the mark `at`, and the mark after it.
    #[inline(always)]
    fn variable(&self, spec: &Spec<'_>, wire: &[u8], at: u32) -> Option<(u32, u32)> {
        let window = at + u32::from(self.window);
        match self.length.read(*wire.get(widen(window)..widen(window) + 4)?.first_chunk()?) {
            Some((length, octets)) => Some((length, window + octets)),
            None => self.uncommon(spec, wire, at),
        }
    }

    /// The same of one whose length is announced otherwise.
    #[inline(never)]
    fn uncommon(&self, spec: &Spec<'_>, wire: &[u8], at: u32) -> Option<(u32, u32)> {
        let (fast, start) = (spec.element(self.number)?.fast, widen(at) + usize::from(self.start));
        let lies = fast.find(wire, start).filter(|lies| fast.is_possible(*lies))?;
        Some((u32::from(lies.is_odd()), u32::try_from(lies.end).ok()? - u32::from(LEAD)))
    }
}

impl Marks {
    pub(crate) const NONE: Self = Self { places: [0; STEPS], lengths: [0; STEPS] };

    #[inline(always)]
    fn is_odd(&self, mark: u8) -> bool {
        let length = || self.lengths.get(usize::from(mark) % STEPS);
        mark == ALWAYS || length().is_some_and(|length| length % 2 == 1)
    }

    #[inline(always)]
    fn place(&self, mark: u8) -> u32 {
        self.places.get(usize::from(mark) % STEPS).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn at(&self, spot: Spot) -> usize {
        widen(self.place(spot.mark) + u32::from(spot.offset))
    }
}

impl Check {
    /// Whether the octets are certainly valid.
    #[inline(always)]
    pub(crate) fn passes(&self, wire: &[u8], marks: &Marks) -> bool {
        let to = marks.at(self.to);
        let few = self.few.is_some_and(|few| wire.get(..to).is_some_and(|octets| few.end(octets)));
        few || self.class.is_some_and(|class| class.admits(wire, marks.at(self.from), to))
    }

    /// The octets.
    pub(crate) fn range(&self, marks: &Marks) -> Range<usize> {
        marks.at(self.from)..marks.at(self.to)
    }
}

/// Fewer than `N` things of a kind, `N` being a power of two: so no bounds are checked.
#[derive(Clone)]
struct List<T, const N: usize> {
    items: [T; N],
    len: u8,
}

impl<T: Copy, const N: usize> List<T, N> {
    const fn of(nothing: T) -> Self {
        Self { items: [nothing; N], len: 0 }
    }

    fn push(&mut self, item: T) -> Option<()> {
        let (_, slots) = self.items.split_last_mut()?;
        *slots.get_mut(usize::from(self.len))? = item;
        self.len += 1;
        Some(())
    }

    fn last(&mut self) -> Option<&mut T> {
        self.items.get_mut(usize::from(self.len.checked_sub(1)?))
    }

    #[inline(always)]
    fn as_slice(&self) -> &[T] {
        self.items.get(..usize::from(self.len) % N).unwrap_or_default()
    }
}
