//! Messages of known elements, encoded at once.
//!
//! A form is the way through the elements of a message, as a plan is for reading: MTI and bitmaps as they lie on the
//! wire, and of each element how long it may be and how it is written. Nothing is looked up but values.

use crate::codec::Coding;
use crate::codec::bitmap::Bitmaps;
use crate::codec::fast::step::{Digits, EBCDIC_ZERO, Step};
use crate::layout::NextBitmap;
use crate::model::bitmap::Bitmap;
use crate::model::mti::Mti;
use crate::spec::Spec;
use crate::write::fast::element::encode_element;
use crate::write::fast::target::{Room, Target};
use crate::write::value::{Source, Value};

/// The head of a message, and up to `STEPS` of its elements.
#[derive(Clone)]
pub(crate) struct Form<const STEPS: usize> {
    head: [u8; HEAD],
    head_len: u8,
    /// Digit zero as it is written.
    zero: u8,
    count: u8,
    steps: [Step; STEPS],
}

/// Octets of the longest MTI and of two bitmaps.
const HEAD: usize = 40;

/// The values of a form.
pub(crate) trait Values<'v> {
    /// That of a step, if it is simply octets.
    fn octets(&self, step: &Step) -> Option<&'v [u8]>;
    /// The same, whatever it is, if there is one.
    fn source(&self, step: &Step) -> Option<Source<'v>>;
}

impl<const STEPS: usize> Form<STEPS> {
    /// The form of messages with these bitmaps, with a step for each of those of the elements whose values are
    /// given, if it fits; `numbers` are those in the order in which they are given.
    pub(crate) fn of(
        spec: &Spec<'_>,
        mti: Mti,
        (elements, bitmaps): (Bitmap, u8),
        numbers: impl Iterator<Item = u8> + Clone,
    ) -> Option<Self> {
        let layout = spec.bitmap();
        let given: Bitmap = numbers.clone().collect();
        if layout.third != NextBitmap::Never || given.len() > STEPS {
            return None;
        }
        let is_ebcdic = spec.body().elements().any(|element| matches!(element.coding, Coding::Ebcdic(_)));
        let zero = if is_ebcdic { EBCDIC_ZERO } else { b'0' };
        let count = u8::try_from(given.len()).ok()?;
        let mut form = Self { head: [0; HEAD], head_len: 0, zero, count, steps: [Step::OTHER; STEPS] };
        let mut head = Room { out: &mut form.head, at: 0 };
        head.head(&[], mti, spec.mti())?;
        for word in Bitmaps::of(elements, layout, bitmaps)?.words() {
            head.bitmap(word, layout)?;
        }
        form.head_len = u8::try_from(head.at).ok()?;
        for (number, step) in given.iter().zip(&mut form.steps) {
            *step = Step::of(number, &spec.element(number)?.fast, zero);
        }
        form.placed(&given, numbers)
    }

    /// The same for values of these numbers, which are all of them in another order.
    pub(crate) fn placed(mut self, given: &Bitmap, numbers: impl Iterator<Item = u8>) -> Option<Self> {
        for (number, place) in numbers.zip(0..) {
            self.steps.get_mut(given.rank_of(number)?)?.place = place;
        }
        Some(self)
    }

    /// How many values there are.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// Encodes a message of these values alone, if they are those of the form and certainly valid, and fit;
    /// returns its length.
    #[inline(never)]
    pub(crate) fn encode<'v>(
        &self,
        spec: &Spec<'_>,
        values: &(impl Values<'v> + ?Sized),
        out: &mut [u8],
    ) -> Option<usize> {
        let (room, mut digits) = (out.len(), self.digits());
        let rest = self.put_head(out)?;
        let rest = put_steps(spec, self.steps.get(..self.len())?, values, rest, &mut digits)?;
        digits.are_valid().then_some(room - rest.len())
    }

    /// No digits yet.
    #[inline(always)]
    pub(crate) fn digits(&self) -> Digits {
        Digits::of(self.zero)
    }

    /// Encodes MTI and bitmaps; returns the room after them.
    #[inline(always)]
    pub(crate) fn put_head<'o>(&self, out: &'o mut [u8]) -> Option<&'o mut [u8]> {
        put_all(self.head.get(..usize::from(self.head_len))?, out)
    }

    /// Encodes the values of some of the steps; returns the room after them.
    #[inline(always)]
    pub(crate) fn put_some<'o, 'v>(
        &self,
        spec: &Spec<'_>,
        steps: core::ops::Range<u8>,
        values: &(impl Values<'v> + ?Sized),
        (out, digits): (&'o mut [u8], &mut Digits),
    ) -> Option<&'o mut [u8]> {
        let steps = self.steps.get(usize::from(steps.start)..usize::from(steps.end))?;
        put_steps(spec, steps, values, out, digits)
    }
}

/// Encodes the values of steps; returns the room after them.
#[inline(always)]
fn put_steps<'o, 'v>(
    spec: &Spec<'_>,
    steps: &[Step],
    values: &(impl Values<'v> + ?Sized),
    out: &'o mut [u8],
    digits: &mut Digits,
) -> Option<&'o mut [u8]> {
    let mut rest = out;
    for step in steps {
        rest = match values.octets(step) {
            Some(value) if step.admits(value.len()) => step.put(value, rest, digits)?,
            _ => put_other(spec, step, &values.source(step)?, rest)?,
        };
    }
    Some(rest)
}

/// Encodes octets as they are; returns the room after them.
#[inline(always)]
pub(crate) fn put_all<'o>(octets: &[u8], out: &'o mut [u8]) -> Option<&'o mut [u8]> {
    let (place, rest) = out.split_at_mut_checked(octets.len())?;
    // of few, the first and the last are all: no call to copy them
    match octets.len() {
        8..=16 => put_ends::<8>(octets, place)?,
        17..=32 => put_ends::<16>(octets, place)?,
        33..=64 => put_ends::<32>(octets, place)?,
        _ => place.copy_from_slice(octets),
    }
    Some(rest)
}

#[inline(always)]
fn put_ends<const N: usize>(octets: &[u8], place: &mut [u8]) -> Option<()> {
    *place.first_chunk_mut::<N>()? = *octets.first_chunk()?;
    *place.last_chunk_mut::<N>()? = *octets.last_chunk()?;
    Some(())
}

/// Encodes the value of a step that is not simply octets; returns the room after it.
#[inline(never)]
fn put_other<'o>(
    spec: &Spec<'_>,
    step: &Step,
    source: &Source<'_>,
    out: &'o mut [u8],
) -> Option<&'o mut [u8]> {
    if let Source::Number(number) = *source
        && let Some(len) = step.put_number(number, out).map(|rest| rest.len())
    {
        let start = out.len() - len;
        return out.get_mut(start..);
    }
    put_source(spec, step.number, source, out)
}

/// Encodes an element whose value is not simply one; returns the room after it.
#[inline(never)]
pub(crate) fn put_source<'o>(
    spec: &Spec<'_>,
    number: u8,
    source: &Source<'_>,
    out: &'o mut [u8],
) -> Option<&'o mut [u8]> {
    let mut room = Room { out, at: 0 };
    encode_element(&mut room, spec.element(number)?, number, source)?;
    room.out.get_mut(room.at..)
}

/// Numbers and values, in the order of the form.
impl<'v, V: Copy + Into<Value<'v>>> Values<'v> for [(u8, V)] {
    #[inline(always)]
    fn octets(&self, step: &Step) -> Option<&'v [u8]> {
        let (number, value) = self.get(usize::from(step.place))?;
        match (*value).into().0 {
            Source::Octets(octets) if *number == step.number => Some(octets),
            _ => None,
        }
    }

    #[inline(always)]
    fn source(&self, step: &Step) -> Option<Source<'v>> {
        let (number, value) = self.get(usize::from(step.place))?;
        (*number == step.number).then_some((*value).into().0)
    }
}
