//! Plans: the walk of a bitmap, worked out once.
//!
//! A plan is the elements that a bitmap announces, by the same short forms that any message is read
//! with, neighbours of a fixed length and one class joined to one leg. So a plan cannot read a
//! message differently, only sooner.

use crate::bitmap::Bitmap;
use crate::codec::quick::Quick;
use crate::content::Content;
use crate::head::Head;
use crate::mti::Mti;
use crate::spec::Spec;
use crate::starts::{NEAR, Starts};

/// How the elements of one bitmap follow each other.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) announced: Bitmap,
    bitmaps: u8,
    /// Octets of the bitmaps on the wire.
    pub(crate) wide: u8,
    len: u8,
    legs: [Leg; LEGS],
    /// Where the elements of fixed legs start, by rank, from the start of their leg.
    offsets: [u16; NEAR],
}

/// The legs of a plan: more than nearly any message needs. A message that needs more has no plan.
const LEGS: usize = 32;

/// An element, or neighbours of one class and fixed length as if they were one.
#[derive(Clone, Copy)]
pub(crate) struct Leg {
    pub(crate) quick: Quick,
    pub(crate) elements: u8,
}

impl Plan {
    pub(crate) const EMPTY: Self = Self {
        announced: Bitmap::EMPTY,
        bitmaps: 1,
        wide: 0,
        len: 0,
        legs: [Leg { quick: Quick::UNKNOWN, elements: 0 }; LEGS],
        offsets: [0; NEAR],
    };

    /// The plan for messages with these bitmaps, if it fits.
    pub(crate) fn of(spec: &Spec<'_>, head: &Head) -> Option<Self> {
        let Head { announced, bitmaps, .. } = *head;
        let wide = spec.bitmap().coding.wire_len(Content::B, 8) * usize::from(bitmaps);
        let mut plan = Self { announced, bitmaps, wide: u8::try_from(wide).ok()?, ..Self::EMPTY };
        for (rank, number) in announced.iter().enumerate() {
            let quick = spec.element(number)?.quick;
            let last = plan.legs.get_mut(usize::from(plan.len.wrapping_sub(1)));
            let offset = match last.map(|leg| (leg.join(quick), leg)) {
                Some((Some(offset), _)) => offset,
                _ => {
                    *plan.legs.get_mut(usize::from(plan.len))? = Leg { quick, elements: 1 };
                    plan.len += 1;
                    0
                }
            };
            if let Some(slot) = plan.offsets.get_mut(rank) {
                *slot = offset;
            }
        }
        Some(plan)
    }

    #[inline(always)]
    pub(crate) fn head(&self, mti: Mti, at: usize) -> Head {
        Head { mti, announced: self.announced, bitmaps: self.bitmaps, end: at + usize::from(self.wide) }
    }

    #[inline(always)]
    pub(crate) fn legs(&self) -> impl Iterator<Item = &Leg> {
        self.legs.get(..usize::from(self.len)).unwrap_or_default().iter()
    }

    /// Notes where the elements of a leg start: its first is the one of that rank, at `at`.
    #[inline(always)]
    pub(crate) fn note(&self, leg: &Leg, starts: &mut Starts, rank: usize, at: usize) {
        starts.note_all(rank, usize::from(leg.elements), at, &self.offsets);
    }
}

impl Leg {
    /// Takes the element in, if it prolongs the leg; returns where it starts in it.
    fn join(&mut self, quick: Quick) -> Option<u16> {
        let is_like = self.quick.fixed > 0 && quick.fixed > 0 && self.quick.run == quick.run;
        let offset = self.quick.fixed;
        self.quick.fixed = offset.checked_add(quick.fixed).filter(|_| is_like)?;
        self.elements += 1;
        Some(offset)
    }
}
