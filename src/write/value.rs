//! Values a builder takes: borrowed, in logical form.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};

use crate::codec::window::Octets;
use crate::layout::{Layout, Order, path};
use crate::model::error::Key;
use crate::read::exposed::Exposed;
use crate::read::field::Field;
use crate::read::field::Text;

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
    /// Logical octets that were copied out of a message.
    AsRead(&'v [u8]),
    /// Logical octets of another message.
    Borrowed(Borrowed<'v>),
    /// The element of the same number in another message.
    Echo(&'v crate::Message<'v>),
    /// The parts of a composite.
    Parts(&'v dyn PartList),
    /// The same, of a slice.
    Slice(Slice<'v>),
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

impl<'v> Value<'v> {
    /// Octets or characters that were copied out of a message, as if its element were given: what is
    /// shorter there than its full size stays so, which `From` would fill.
    #[must_use]
    pub const fn as_read(octets: &'v [u8]) -> Self {
        Self(Source::AsRead(octets))
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

#[cfg(feature = "alloc")]
impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        Self(Source::Octets(text.as_bytes()))
    }
}

#[cfg(feature = "alloc")]
impl<'v> From<&'v Vec<u8>> for Value<'v> {
    fn from(octets: &'v Vec<u8>) -> Self {
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

/// Parts: an array or a vector of pairs, a reference to a slice, a list of your own.
impl<'v, L: PartList> From<&'v L> for Value<'v> {
    fn from(parts: &'v L) -> Self {
        Self(Source::Parts(parts))
    }
}

/// Lists of parts whose type is not known when compiling.
impl<'v> From<&'v dyn PartList> for Value<'v> {
    fn from(parts: &'v dyn PartList) -> Self {
        Self(Source::Parts(parts))
    }
}

/// The kind of value, never its content.
impl core::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.0 {
            Source::None => "Value(none)",
            Source::Octets(_) | Source::AsRead(_) => "Value(octets)",
            Source::Number(_) | Source::Negative(_) => "Value(number)",
            Source::Borrowed(_) | Source::Echo(_) => "Value(of another message)",
            Source::Parts(_) | Source::Slice(_) => "Value(parts)",
        })
    }
}

/// The parts of a composite, in order: each a number or a tag, and a value.
///
/// Implemented for arrays, slices and vectors of pairs of a [`PartKey`] and a [`PartValue`]; what
/// [`Builder::set`](crate::Builder::set) takes is a reference to one. Slices are taken of the usual types: numbers or
/// (feature `alloc`) text with octets, text or [`Value`]s. Of others take a reference to the slice, or `&vec`.
///
/// Not sealed: implement it for a list of your own.
///
/// ```
/// use cardwire::layout::Layout;
/// use cardwire::{Builder, Mti, Value, spec::ISO87_BCD, write::PartList};
///
/// /// Tags that count up from one.
/// struct Counters(Vec<[u8; 2]>);
///
/// impl PartList for Counters {
///     fn len(&self) -> usize {
///         self.0.len()
///     }
///     fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
///         Some(0xDF01 + u32::try_from(index).ok()?)
///     }
///     fn value(&self, index: usize) -> Option<Value<'_>> {
///         Some(Value::from(self.0.get(index)?))
///     }
/// }
///
/// let counters = Counters(vec![[0, 7], [0, 8]]);
/// let wire = Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST).set(55, &counters).to_vec()?;
/// assert_eq!(wire[10..], *b"\x00\x10\xDF\x01\x02\x00\x07\xDF\x02\x02\x00\x08".as_slice());
/// # Ok::<(), cardwire::Error>(())
/// ```
pub trait PartList: Sync {
    /// How many parts there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number or tag of the part at `index`, as the layout reads it.
    fn key(&self, index: usize, layout: &Layout<'_>) -> Option<u32>;

    /// The value of the part at `index`.
    fn value(&self, index: usize) -> Option<Value<'_>>;
}

/// What names a part: a number or tag as `u32`, its text as a path has it (`"9F26"`, `"0105"`, `"1"`), or
/// the [`Key`] of a part that was read.
///
/// Sealed: a name that is none of these has to be turned into one of them.
pub trait PartKey: Sync + sealed::Key {
    /// The number or tag, as the layout reads it.
    fn part_key(&self, layout: &Layout<'_>) -> Option<u32>;
}

/// What the value of a part can be: whatever [`Builder::set`](crate::Builder::set) takes, by value or by
/// reference, and the owned `String`, `Vec<u8>` and `[u8; N]`. Parts of parts are lists again.
///
/// Sealed: turn a value of your own into a [`Value`].
pub trait PartValue: Sync + sealed::Value {
    /// The value, borrowed.
    fn part_value(&self) -> Value<'_>;
}

mod sealed {
    /// Named by the types of this file alone.
    pub trait Key {}
    /// The same of values.
    pub trait Value {}
}

impl<K: PartKey, V: PartValue> PartList for [(K, V)] {
    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn key(&self, index: usize, layout: &Layout<'_>) -> Option<u32> {
        self.get(index)?.0.part_key(layout)
    }

    fn value(&self, index: usize) -> Option<Value<'_>> {
        self.get(index).map(|(_, value)| value.part_value())
    }
}

/// A list that is another one.
macro_rules! forwarded {
    ($($(#[$gate:meta])? [$($generics:tt)*] $list:ty => $inner:expr;)*) => { $(
        $(#[$gate])?
        impl<$($generics)*> PartList for $list {
            fn len(&self) -> usize {
                PartList::len($inner(self))
            }

            fn key(&self, index: usize, layout: &Layout<'_>) -> Option<u32> {
                PartList::key($inner(self), index, layout)
            }

            fn value(&self, index: usize) -> Option<Value<'_>> {
                PartList::value($inner(self), index)
            }
        }
    )* };
}

forwarded! {
    [K: PartKey, V: PartValue, const N: usize] [(K, V); N] => <[_; N]>::as_slice;
    #[cfg(feature = "alloc")]
    [K: PartKey, V: PartValue] Vec<(K, V)> => Vec::as_slice;
    [L: PartList + ?Sized] &L => |list: &Self| -> &L { list };
}

macro_rules! keys {
    ($($(#[$gate:meta])? $key:ty: $of:expr;)*) => { $(
        $(#[$gate])?
        impl sealed::Key for $key {}

        $(#[$gate])?
        impl PartKey for $key {
            fn part_key(&self, layout: &Layout<'_>) -> Option<u32> {
                $of(self, layout)
            }
        }
    )* };
}

keys! {
    u32: |key: &u32, _| Some(*key);
    Key: |key: &Key, _| Some(key.value());
    str: |text: &str, layout| path::key(layout, text);
    #[cfg(feature = "alloc")]
    String: |text: &String, layout| path::key(layout, text);
}

impl<K: PartKey + ?Sized> sealed::Key for &K {}

impl<K: PartKey + ?Sized> PartKey for &K {
    fn part_key(&self, layout: &Layout<'_>) -> Option<u32> {
        (**self).part_key(layout)
    }
}

macro_rules! values {
    ($($(#[$gate:meta])? [$($generics:tt)*] $value:ty: $of:expr;)*) => { $(
        $(#[$gate])?
        impl<$($generics)*> sealed::Value for $value {}

        $(#[$gate])?
        impl<$($generics)*> PartValue for $value {
            fn part_value(&self) -> Value<'_> {
                $of(self)
            }
        }
    )* };
}

values! {
    [] str: Value::from;
    [] [u8]: Value::from;
    [const N: usize] [u8; N]: Value::from;
    #[cfg(feature = "alloc")]
    [] String: Value::from;
    #[cfg(feature = "alloc")]
    [] Vec<u8>: Value::from;
    [] u8: number;
    [] u32: number;
    [] u16: number;
    [] u64: number;
    [] i32: number;
    [] i64: number;
    ['a] Field<'a>: Value::from;
    ['a] Exposed<'a>: Value::from;
    ['a] Text<'a>: Value::from;
    ['a] Value<'a>: Value::clone;
    [K: PartKey, V: PartValue, const N: usize] [(K, V); N]: Value::from;
    #[cfg(feature = "alloc")]
    [K: PartKey, V: PartValue] Vec<(K, V)>: Value::from;
}

fn number<N: Copy + Into<Value<'static>>>(number: &N) -> Value<'static> {
    (*number).into()
}

impl<V: PartValue + ?Sized> sealed::Value for &V {}

impl<V: PartValue + ?Sized> PartValue for &V {
    fn part_value(&self) -> Value<'_> {
        (**self).part_value()
    }
}

/// Slices that a value can be: one for each pair of types, because a value that may be any list
/// refers to one of known length. Those with names are left out where every octet of code counts.
macro_rules! slices {
    ($($(#[$gate:meta])? $name:ident [$key:ty, $value:ty];)*) => {
        /// A slice of parts.
        #[derive(Clone, Copy)]
        pub(crate) enum Slice<'v> {
            $($(#[$gate])? $name(&'v [($key, $value)]),)*
        }

        impl Slice<'_> {
            /// The parts as any list has them.
            pub(crate) fn list(&self) -> &dyn PartList {
                match self {
                    $($(#[$gate])? Self::$name(parts) => parts,)*
                }
            }
        }

        $(
            $(#[$gate])?
            impl<'v> From<&'v [($key, $value)]> for Value<'v> {
                fn from(parts: &'v [($key, $value)]) -> Self {
                    Self(Source::Slice(Slice::$name(parts)))
                }
            }

            $(#[$gate])?
            impl<'v> sealed::Value for [($key, $value)] {}

            $(#[$gate])?
            impl<'v> PartValue for [($key, $value)] {
                fn part_value(&self) -> Value<'_> {
                    Value::from(self)
                }
            }
        )*
    };
}

slices! {
    Values [u32, Value<'v>];
    Octets [u32, &'v [u8]];
    Texts [u32, &'v str];
    #[cfg(feature = "alloc")]
    NamedValues [&'v str, Value<'v>];
    #[cfg(feature = "alloc")]
    NamedOctets [&'v str, &'v [u8]];
    #[cfg(feature = "alloc")]
    NamedTexts [&'v str, &'v str];
    #[cfg(feature = "alloc")]
    OwnedOctets [u32, Vec<u8>];
    #[cfg(feature = "alloc")]
    OwnedTexts [u32, String];
    #[cfg(feature = "alloc")]
    NamedOwnedOctets [String, Vec<u8>];
    #[cfg(feature = "alloc")]
    NamedOwnedTexts [String, String];
}

/// Where in a list of parts the one with `key` is.
pub(crate) fn find(parts: &dyn PartList, key: u32, layout: &Layout<'_>) -> Option<usize> {
    (0..parts.len()).find(|index| parts.key(*index, layout) == Some(key))
}

/// Whether the parts of a layout are found by key, in the layout's own order.
pub(crate) fn is_by_key(layout: &Layout<'_>) -> bool {
    !matches!(layout.order, Order::Tags { .. })
}

// builders hold an array of them
const _: () = assert!(size_of::<Value<'_>>() <= 24);
