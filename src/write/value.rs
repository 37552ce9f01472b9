//! Values a builder takes: borrowed, in logical form.

use crate::codec::window::Octets;
use crate::layout::{Layout, Order};
use crate::read::field::{Exposed, Field, Text};

/// A value to build: text, octets, a number, parts, or an element of another message.
///
/// `From` makes one of what you have; see [`Builder::set`](crate::Builder::set).
#[derive(Clone, Copy)]
pub struct Value<'v>(pub(crate) Source<'v>);

#[derive(Clone, Copy)]
pub(crate) enum Source<'v> {
    /// Nothing was set.
    None,
    /// Logical octets: characters or binary.
    Octets(&'v [u8]),
    /// Digits, filled to a fixed length with zeros. Class `x+n` puts a sign in front.
    Number(u64),
    /// The same of a number below zero, which every other class refuses.
    Negative(u64),
    /// Logical octets of another message.
    Borrowed(Borrowed<'v>),
    /// The element of the same number in another message.
    Echo(&'v crate::Message<'v>),
    /// The parts of a composite.
    Parts(&'v dyn PartList<'v>),
}

/// A view of logical octets, by reference: the view itself is larger than a value should be.
#[derive(Clone, Copy)]
pub(crate) enum Borrowed<'v> {
    Field(&'v Field<'v>),
    Exposed(&'v Exposed<'v>),
    Text(&'v Text<'v>),
}

impl<'v> Borrowed<'v> {
    pub(crate) fn octets(&self) -> Octets<'v> {
        match self {
            Self::Field(field) => field.value,
            Self::Exposed(clear) => clear.value,
            Self::Text(text) => text.exposed.value,
        }
    }
}

/// The parts of a composite: a slice of pairs of number or tag and value.
///
/// Implemented for slices and arrays of `(u32, value)` and, where tags are text, `(&str, value)`.
pub trait PartList<'v>: Sync {
    /// How many parts there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number or tag of the part at `index`, as the layout reads it.
    fn key(&self, index: usize, layout: &Layout<'_>) -> Option<u32>;

    /// The value of the part at `index`.
    fn value(&self, index: usize) -> Option<Value<'v>>;
}

impl<'v, V: Copy + Sync + Into<Value<'v>>> PartList<'v> for [(u32, V)] {
    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.get(index).map(|(key, _)| *key)
    }

    fn value(&self, index: usize) -> Option<Value<'v>> {
        self.get(index).map(|(_, value)| (*value).into())
    }
}

impl<'v, V: Copy + Sync + Into<Value<'v>>, const N: usize> PartList<'v> for [(u32, V); N] {
    fn len(&self) -> usize {
        N
    }

    fn key(&self, index: usize, layout: &Layout<'_>) -> Option<u32> {
        self.as_slice().key(index, layout)
    }

    fn value(&self, index: usize) -> Option<Value<'v>> {
        self.as_slice().value(index)
    }
}

impl<'v, V: Copy + Sync + Into<Value<'v>>> PartList<'v> for &[(u32, V)] {
    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn key(&self, index: usize, layout: &Layout<'_>) -> Option<u32> {
        (**self).key(index, layout)
    }

    fn value(&self, index: usize) -> Option<Value<'v>> {
        (**self).value(index)
    }
}

impl<'v, V: Copy + Sync + Into<Value<'v>>, const N: usize> PartList<'v> for [(&str, V); N] {
    fn len(&self) -> usize {
        N
    }

    fn key(&self, index: usize, layout: &Layout<'_>) -> Option<u32> {
        crate::layout::path::key(layout, self.get(index)?.0)
    }

    fn value(&self, index: usize) -> Option<Value<'v>> {
        self.get(index).map(|(_, value)| (*value).into())
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self(Source::Octets(text.as_bytes()))
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(octets: &'v [u8]) -> Self {
        Self(Source::Octets(octets))
    }
}

impl<'v, const N: usize> From<&'v [u8; N]> for Value<'v> {
    fn from(octets: &'v [u8; N]) -> Self {
        Self(Source::Octets(octets))
    }
}

macro_rules! from_numbers {
    ($($number:ty => $magnitude:ident),*) => { $(
        /// The digits of the number; for class `x+n` with `C` or `D` before them.
        impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                Self($magnitude(number.into()))
            }
        }
    )* };
}

from_numbers!(u8 => natural, u16 => natural, u32 => natural, u64 => natural, i32 => signed, i64 => signed);

const fn natural<'v>(number: u64) -> Source<'v> {
    Source::Number(number)
}

const fn signed<'v>(number: i64) -> Source<'v> {
    let magnitude = number.unsigned_abs();
    if number < 0 { Source::Negative(magnitude) } else { Source::Number(magnitude) }
}

impl<'v> From<&'v Field<'v>> for Value<'v> {
    fn from(field: &'v Field<'v>) -> Self {
        Self(Source::Borrowed(Borrowed::Field(field)))
    }
}

impl<'v> From<&'v Exposed<'v>> for Value<'v> {
    fn from(clear: &'v Exposed<'v>) -> Self {
        Self(Source::Borrowed(Borrowed::Exposed(clear)))
    }
}

impl<'v> From<&'v Text<'v>> for Value<'v> {
    fn from(text: &'v Text<'v>) -> Self {
        Self(Source::Borrowed(Borrowed::Text(text)))
    }
}

impl<'v, V: Copy + Sync + Into<Value<'v>>, const N: usize> From<&'v [(u32, V); N]> for Value<'v> {
    fn from(parts: &'v [(u32, V); N]) -> Self {
        Self(Source::Parts(parts))
    }
}

impl<'v, V: Copy + Sync + Into<Value<'v>>, const N: usize> From<&'v [(&'v str, V); N]> for Value<'v> {
    fn from(parts: &'v [(&'v str, V); N]) -> Self {
        Self(Source::Parts(parts))
    }
}

/// For a slice of parts, whose length is not known when compiling: `set(55, &parts.as_slice())`.
impl<'v, V: Copy + Sync + Into<Value<'v>>> From<&'v &'v [(u32, V)]> for Value<'v> {
    fn from(parts: &'v &'v [(u32, V)]) -> Self {
        Self(Source::Parts(parts))
    }
}

/// For lists of your own.
impl<'v> From<&'v dyn PartList<'v>> for Value<'v> {
    fn from(parts: &'v dyn PartList<'v>) -> Self {
        Self(Source::Parts(parts))
    }
}

/// The kind of value, never its content.
impl core::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.0 {
            Source::None => "Value(none)",
            Source::Octets(_) => "Value(octets)",
            Source::Number(_) | Source::Negative(_) => "Value(number)",
            Source::Borrowed(_) | Source::Echo(_) => "Value(of another message)",
            Source::Parts(_) => "Value(parts)",
        })
    }
}

/// Where in a list of parts the one with `key` is.
pub(crate) fn find(parts: &dyn PartList<'_>, key: u32, layout: &Layout<'_>) -> Option<usize> {
    (0..parts.len()).find(|index| parts.key(*index, layout) == Some(key))
}

/// Whether the parts of a layout are found by key, in the layout's own order.
pub(crate) fn is_by_key(layout: &Layout<'_>) -> bool {
    !matches!(layout.order, Order::Tags { .. })
}
