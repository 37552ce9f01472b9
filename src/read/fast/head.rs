//! Everything before the elements, read at once where its form is a common one and it is valid.

use crate::codec::window::MAX_INDEX;
use crate::model::bitmap::Bitmap;
use crate::model::mti::Mti;
use crate::spec::Spec;

/// What stands before the elements.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) mti: Mti,
    pub(crate) announced: Bitmap,
    /// How many bitmaps there are.
    pub(crate) bitmaps: u8,
    /// The first octet after them.
    pub(crate) end: usize,
}

impl Head {
    /// Octets of the bitmaps on the wire.
    pub(crate) fn bitmaps_len(&self, spec: &Spec<'_>) -> usize {
        spec.bitmap().len() * usize::from(self.bitmaps)
    }
}

/// Reads the head.
#[inline]
pub(crate) fn head(spec: &Spec<'_>, wire: &[u8]) -> Option<Head> {
    if wire.len() > MAX_INDEX {
        return None;
    }
    let (mti, at) = mti(spec, wire)?;
    let form = spec.bitmap();
    let (announced, bitmaps) = form.read_fast(wire, at)?;
    Some(Head { mti, announced, bitmaps, end: at + usize::from(bitmaps) * form.len() })
}

/// The MTI, and the first octet after it.
#[inline]
pub(crate) fn mti(spec: &Spec<'_>, wire: &[u8]) -> Option<(Mti, usize)> {
    spec.mti().read_fast(wire, spec.header())
}
