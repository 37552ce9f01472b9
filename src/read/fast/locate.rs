//! Finds the invalid octet of a run, and its data element, in blocks.
//!
//! Says what the ordinary reader would say. That one is asked where the elements of the run are not
//! all remembered.

use core::ops::Range;

use crate::codec::check;
use crate::codec::fast::class::CharClass;
use crate::model::bitmap::Bitmap;
use crate::model::error::{Error, Place};
use crate::read::offsets::Starts;
use crate::spec::Spec;

/// Elements of one class, one after the other, whose lengths are valid.
pub(crate) struct SuspectRun {
    pub(crate) class: CharClass,
    /// The octets, prefixes between the values included.
    pub(crate) octets: Range<usize>,
    pub(crate) ranks: Range<usize>,
}

impl SuspectRun {
    /// The rank of the invalid element, and the error, if the run is known and wrong.
    #[cold]
    #[inline(never)]
    pub(crate) fn error_at(
        &self,
        (spec, wire): (&Spec<'_>, &[u8]),
        announced: Bitmap,
        starts: &Starts,
    ) -> Option<(usize, Error)> {
        let place = first_invalid(self.class, wire, self.octets.clone())?;
        let mut backwards = self.ranks.clone().rev();
        let rank = backwards.find(|rank| starts.get(*rank).is_none_or(|start| start <= place))?;
        starts.get(rank)?;
        Some((rank, error_at((spec, wire), announced.nth(rank)?, place)?))
    }
}

/// The first octet that is not of the class.
#[inline]
pub(crate) fn first_invalid(class: CharClass, wire: &[u8], octets: Range<usize>) -> Option<usize> {
    let start = octets.start;
    class.first_misfit(wire.get(octets)?).map(|place| start + place)
}

/// What is wrong with the octet of an element in which each is looked at by itself.
#[inline]
pub(crate) fn error_at((spec, wire): (&Spec<'_>, &[u8]), number: u8, place: usize) -> Option<Error> {
    let element = spec.element(number)?;
    let kind = check::misfit(element.coding, element.content, *wire.get(place)?);
    Some(Error::new(kind, place, 0, 0).at(Place::Element(number)))
}
