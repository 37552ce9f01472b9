//! What is to be written, owned: the values of a message, and composites put together.

use alloc::vec;
use alloc::vec::Vec;

use crate::codec::window::OctetsMut;
use crate::layout::Layout;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::mti::Mti;
use crate::spec::Spec;
use crate::write::builder::Builder;
use crate::write::value::{PartList, Value};
use crate::write::writer::{Writer, write_parts};

/// The values of a message, owned; a [`Builder`] borrows them. `Debug` shows the numbers only.
#[derive(Clone, Default)]
pub struct Values {
    pub(super) mti: Option<Mti>,
    pub(super) elements: Vec<(u32, Leaf)>,
}

/// A logical value; composites are put together already.
#[derive(Clone)]
pub(super) enum Leaf {
    Octets(Vec<u8>),
    Number(u64),
}

impl Values {
    /// The MTI, if the value had an `mti`.
    #[must_use]
    pub const fn mti(&self) -> Option<Mti> {
        self.mti
    }

    /// A builder with these values; `mti` is for values that have none of their own.
    #[must_use]
    pub fn builder<'v>(&'v self, spec: &'v Spec<'v>, mti: Mti) -> Builder<'v> {
        let mut builder = Builder::new(spec, self.mti.unwrap_or(mti));
        self.set(&mut builder);
        builder
    }

    /// Sets the elements of a builder of the same spec; others stay as they are.
    pub fn set<'v>(&'v self, builder: &mut Builder<'v>) {
        for (number, leaf) in &self.elements {
            builder.set(u8::try_from(*number).unwrap_or(0), leaf.value());
        }
    }
}

impl core::fmt::Debug for Values {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut numbers: Vec<u32> = self.elements.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        f.debug_struct("Values").field("mti", &self.mti).field("elements", &numbers).finish()
    }
}

impl Leaf {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Octets(octets) => octets.as_slice().into(),
            Self::Number(number) => (*number).into(),
        }
    }
}

/// The parts of a composite that is put together.
struct List<'l>(&'l [(u32, Leaf)]);

impl<'l> PartList<'l> for List<'l> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.0.get(index).map(|(key, _)| *key)
    }

    fn value(&self, index: usize) -> Option<Value<'l>> {
        self.0.get(index).map(|(_, leaf)| leaf.value())
    }
}

/// The logical octets of a composite.
pub(super) fn join(layout: &Layout<'_>, parts: &[(u32, Leaf)]) -> Result<Leaf> {
    let size = write_parts(Writer::new(OctetsMut::of(&mut [])), layout, &List(parts))?;
    let mut octets = vec![0; size];
    write_parts(Writer::new(OctetsMut::of(&mut octets)), layout, &List(parts))?;
    Ok(Leaf::Octets(octets))
}

#[cold]
pub(super) const fn fail(kind: ErrorKind) -> Error {
    Error::new(kind, 0, 0, 0)
}
