//! Plans: the walk of a bitmap, worked out once.
//!
//! A plan is the elements that a bitmap announces, by the same short forms that any message is read
//! with. What differs between two messages with one bitmap is how long their variable elements are.
//! So a plan goes from one such element to the next, a *mark* behind each, and everything else lies
//! at a known distance from a mark:
//!
//! ```text
//! 16 4111111111111111 000000 000000012500 0415123456 ... 11 12345678901 ...
//! ^                   ^      ^            ^                              ^
//! mark 0              mark 1 +6           +18                            mark 2
//! ```
//!
//! A plan only ever says yes. Where it does not, the ordinary reader looks again and decides.

use crate::bitmap::Bitmap;
use crate::blame::Suspects;
use crate::codec::Side;
use crate::codec::block::{Class, Test};
use crate::codec::quick::{Length, Odd, Quick};
use crate::error::widen;
use crate::head::Head;
use crate::spec::Spec;
use crate::starts::{NEAR, NOTED, Starts, near, wrap};

/// How the elements of one bitmap follow each other, and how their content is checked.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) announced: Bitmap,
    pub(crate) bitmaps: u8,
    pub(crate) count: u8,
    /// Octets of the bitmaps on the wire.
    wide: u8,
    steps: List<Step, STEPS>,
    /// The fixed elements behind the last step.
    tail: Step,
    checks: List<Check, CHECKS>,
    halves: List<Half, HALVES>,
    /// Where each element starts, by rank, behind the mark before it.
    offsets: [u16; NEAR],
}

/// More than nearly any message needs. A message that needs more has no plan.
const STEPS: usize = 15;
const CHECKS: usize = 24;
const HALVES: usize = 12;

/// Fixed elements, and the variable one behind them.
#[derive(Clone, Copy)]
struct Step {
    /// Octets of the fixed elements.
    skip: u16,
    /// The rank of the first element, and how many there are, with the variable one.
    rank: u8,
    elements: u8,
    /// How the variable one announces its length, in the octets before its value.
    length: Length,
    /// Where its value starts.
    value: u16,
    /// The variable one, whatever announces its length.
    quick: Quick,
}

/// A place in every message that the plan is for: so far behind a mark, in arithmetic that wraps.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Spot {
    mark: u8,
    offset: u16,
}

/// Octets to look at, and the elements that they belong to.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    /// What all are; `None`: it is one element, which is read by itself.
    class: Option<Class>,
    from: Spot,
    to: Spot,
    /// The number and the rank of the first element, and how many there are.
    pub(crate) number: u8,
    pub(crate) rank: u8,
    elements: u8,
}

/// A spare half byte: the octet, and what of it must be what.
#[derive(Clone, Copy)]
struct Half {
    place: Spot,
    /// Looked at in messages where the value of this step is of odd length, or [`ALWAYS`].
    when: u8,
    mask: u8,
    is: u8,
}

const EMPTY_STEP: Step =
    Step { skip: 0, rank: 0, elements: 0, length: Length::UNKNOWN, value: 0, quick: Quick::UNKNOWN };

/// Instead of a step: in every message.
const ALWAYS: u8 = u8::MAX;

/// The marks of a message, and how long its variable elements are, in units or at least their parity.
pub(crate) struct Marks {
    ends: [u16; STEPS + 1],
    lengths: [u16; STEPS],
}

impl Plan {
    pub(crate) const EMPTY: Self = {
        let (step, spot) = (EMPTY_STEP, Spot { mark: 0, offset: 0 });
        Self {
            announced: Bitmap::EMPTY,
            bitmaps: 1,
            wide: 0,
            count: 0,
            steps: List::of(step),
            tail: step,
            checks: List::of(Check { class: None, from: spot, to: spot, number: 0, rank: 0, elements: 0 }),
            halves: List::of(Half { place: spot, when: 0, mask: 0, is: 0 }),
            offsets: [0; NEAR],
        }
    };

    /// The plan for messages with these bitmaps, if it fits.
    pub(crate) fn of(spec: &Spec<'_>, head: &Head) -> Option<Self> {
        let Head { announced, bitmaps, .. } = *head;
        let wide = u8::try_from(head.bitmaps_len(spec)).ok()?;
        let mut plan = Self { announced, bitmaps, wide, ..Self::EMPTY };
        for number in announced.iter() {
            plan.add(number, spec.element(number)?.quick)?;
        }
        Some(plan)
    }

    /// Goes through the elements of a message whose bitmaps start at `at`; `true` if the last one ends
    /// where the message does. Notes the marks, and where each element starts.
    #[inline(always)]
    pub(crate) fn find(&self, wire: &[u8], at: usize, marks: &mut Marks, starts: &mut Starts) -> bool {
        let mut at = at + usize::from(self.wide);
        let mut ends = marks.ends.iter_mut();
        for ((step, length), mark) in self.steps.as_slice().iter().zip(&mut marks.lengths).zip(&mut ends) {
            *mark = wrap(at);
            starts.note_all(step.rank, step.elements, wrap(at), &self.offsets);
            let Some((units, end)) = step.variable(wire, at) else { return false };
            (*length, at) = (wrap(widen(units)), end);
        }
        if let Some(mark) = ends.next() {
            *mark = wrap(at);
        }
        starts.note_all(self.tail.rank, self.tail.elements, wrap(at), &self.offsets);
        // what wrapped on the way lies beyond the end
        at + usize::from(self.tail.skip) == wire.len() && near(wire.len()).is_some()
    }

    /// Whether every spare half byte is what it must be.
    #[inline(always)]
    pub(crate) fn has_sound_halves(&self, wire: &[u8], marks: &Marks) -> bool {
        self.halves.as_slice().iter().all(|half| {
            let octet = || wire.get(marks.place(half.place));
            !marks.is_odd(half.when) || octet().is_some_and(|octet| octet & half.mask == half.is)
        })
    }

    /// What else must be looked at, in wire order.
    #[inline(always)]
    pub(crate) fn checks(&self) -> &[Check] {
        self.checks.as_slice()
    }

    /// Adds the element that comes next.
    fn add(&mut self, number: u8, quick: Quick) -> Option<()> {
        let (rank, mark, skip) = (self.count, self.steps.len, self.tail.skip);
        let start = Spot { mark, offset: skip };
        *self.offsets.get_mut(..NOTED)?.get_mut(usize::from(rank))? = skip;
        self.count += 1;
        self.tail.elements += 1;
        let (value, end) = match quick.always() {
            Some(octets) => {
                self.tail.skip = skip.checked_add(octets)?;
                (start, Spot { mark, offset: self.tail.skip })
            }
            None => {
                let prefix = quick.prefix_octets()?;
                let value = skip.checked_add(u16::from(prefix))?;
                self.steps.push(Step { length: quick.announced_length(), value, quick, ..self.tail })?;
                self.tail = Step { rank: self.count, ..EMPTY_STEP };
                (Spot { mark, offset: value }, Spot { mark: self.steps.len, offset: 0 })
            }
        };
        let class = match (quick.test(), quick.how_odd()) {
            _ if quick.is_composite => None,
            (Test::Free, _) => {
                self.add_half(quick, value, end)?;
                return Some(());
            }
            (Test::Block(class), Odd::Whatever | Odd::Wrong) => Some(class),
            // a fill that is a digit is one of the class, too; another breaks the run where it is
            (Test::Block(class), Odd::Spare(spare)) if spare.nibble <= 9 => {
                self.add_half(quick, value, end)?;
                Some(class)
            }
            _ => None,
        };
        let from = if class.is_some() && class == quick.run { start } else { value };
        match self.checks.last() {
            Some(last) if class.is_some() && last.class == class && last.to == from => {
                (last.to, last.elements) = (end, last.elements + 1);
                Some(())
            }
            _ => self.checks.push(Check { class, from: value, to: end, number, rank, elements: 1 }),
        }
    }

    /// Adds the spare half byte of a value, if it ever has one.
    fn add_half(&mut self, quick: Quick, value: Spot, end: Spot) -> Option<()> {
        let Odd::Spare(spare) = quick.how_odd() else { return Some(()) };
        let (place, mask, is) = match spare.side {
            Side::Left => (value, 0xF0, spare.nibble << 4),
            Side::Right => (Spot { offset: end.offset.wrapping_sub(1), ..end }, 0x0F, spare.nibble),
        };
        let when = if end.mark == value.mark { ALWAYS } else { value.mark };
        self.halves.push(Half { place, when, mask, is })
    }
}

impl Step {
    /// The length of the variable element of the step that starts at `at`, and where it ends.
    #[inline(always)]
    fn variable(&self, wire: &[u8], at: usize) -> Option<(u32, usize)> {
        let value = at + usize::from(self.value);
        match self.length.read(*wire.get(..value)?.last_chunk()?) {
            Some((length, octets)) => Some((length, value + octets)),
            None => self.unusual(wire, at + usize::from(self.skip)),
        }
    }

    /// The same of one that starts at `at`, and whose length is announced otherwise.
    #[inline(never)]
    fn unusual(&self, wire: &[u8], at: usize) -> Option<(u32, usize)> {
        let lies = self.quick.find(wire, at).filter(|lies| self.quick.is_possible(*lies))?;
        Some((u32::from(lies.is_odd()), lies.end))
    }
}

impl Marks {
    pub(crate) const NONE: Self = Self { ends: [0; STEPS + 1], lengths: [0; STEPS] };

    #[inline(always)]
    fn is_odd(&self, step: u8) -> bool {
        step == ALWAYS || self.lengths.get(usize::from(step) % STEPS).is_some_and(|length| length % 2 == 1)
    }

    #[inline(always)]
    fn place(&self, spot: Spot) -> usize {
        let mark = self.ends.get(usize::from(spot.mark) % (STEPS + 1)).copied().unwrap_or(0);
        usize::from(mark.wrapping_add(spot.offset))
    }
}

impl Check {
    /// Whether the octets are certainly sound. A block of them lies before their end.
    #[inline(always)]
    pub(crate) fn passes(&self, wire: &[u8], marks: &Marks) -> bool {
        self.class.is_some_and(|class| class.admits(wire, marks.place(self.from), marks.place(self.to)))
    }

    /// The elements, if they are of one class.
    pub(crate) fn suspects(&self, marks: &Marks) -> Option<Suspects> {
        let octets = marks.place(self.from)..marks.place(self.to);
        let rank = usize::from(self.rank);
        let ranks = rank..rank + usize::from(self.elements);
        Some(Suspects { class: self.class?, octets, ranks, first: Some(self.number) })
    }
}

/// A few things of a kind.
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
        *self.items.get_mut(usize::from(self.len))? = item;
        self.len += 1;
        Some(())
    }

    fn last(&mut self) -> Option<&mut T> {
        self.items.get_mut(usize::from(self.len.checked_sub(1)?))
    }

    #[inline(always)]
    fn as_slice(&self) -> &[T] {
        self.items.get(..usize::from(self.len)).unwrap_or_default()
    }
}
