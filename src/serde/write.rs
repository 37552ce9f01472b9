//! To messages: each field is turned into the logical value of the element it names.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use ::serde::ser::{Impossible, SerializeMap, SerializeStruct};
use ::serde::{Serialize, Serializer};

use super::element::{ElementSerializer, Text};
use super::names;
use crate::codec::window::OctetsMut;
use crate::layout::{Layout, Order};
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::mti::Mti;
use crate::spec::Spec;
use crate::write::builder::Builder;
use crate::write::value::{PartList, Value};
use crate::write::writer::{Writer, write_parts};

/// The values of a message, owned; a [`Builder`] borrows them. `Debug` shows the numbers only.
#[derive(Clone, Default)]
pub struct Values {
    mti: Option<Mti>,
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

/// A message from a struct or a map.
pub(super) struct MessageSerializer<'s> {
    pub(super) spec: &'s Spec<'s>,
}

/// Collects what is in a struct or a map. `Out` of a message is [`Values`], of a composite a leaf.
pub(super) struct Collector<'s, F> {
    layout: &'s Layout<'s>,
    /// Whether this is the message itself, which has an `mti`.
    is_message: bool,
    values: Values,
    key: Option<String>,
    finish: F,
}

impl<'s, F> Collector<'s, F> {
    pub(super) const fn new(layout: &'s Layout<'s>, is_message: bool, finish: F) -> Self {
        let values = Values { mti: None, elements: Vec::new() };
        Self { layout, is_message, values, key: None, finish }
    }

    fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        if self.is_message && name == "mti" {
            let Leaf::Octets(digits) = value.serialize(Text)? else { return Err(fail(ErrorKind::MtiDigit)) };
            let digits = <[u8; 4]>::try_from(digits).map_err(|_| fail(ErrorKind::MtiDigit).at(Place::Mti))?;
            self.values.mti = Some(Mti::from_digits(digits)?);
            return Ok(());
        }
        let found = names::key(self.layout, name).and_then(|key| Some((key, self.layout.element(key)?)));
        let Some((key, element)) = found else { return Err(super::named(ErrorKind::Undefined, name)) };
        let is_tagged = matches!(self.layout.order(), Order::Tags { .. });
        let leaves = value.serialize(ElementSerializer { element, is_tagged });
        let leaves = leaves.map_err(|error| error.within(self.layout.key(key)))?;
        self.values.elements.extend(leaves.into_iter().map(|leaf| (key, leaf)));
        Ok(())
    }
}

impl<O, F: FnOnce(Values) -> Result<O>> SerializeStruct for Collector<'_, F> {
    type Ok = O;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.put(name, value)
    }

    fn end(self) -> Result<O> {
        (self.finish)(self.values)
    }
}

impl<O, F: FnOnce(Values) -> Result<O>> SerializeMap for Collector<'_, F> {
    type Ok = O;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        match key.serialize(Text)? {
            Leaf::Octets(octets) => {
                self.key = Some(String::from_utf8(octets).map_err(|_| fail(ErrorKind::Form))?);
            }
            Leaf::Number(number) => self.key = Some(number.to_string()),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let name = self.key.take().ok_or(fail(ErrorKind::Form))?;
        self.put(&name, value)
    }

    fn end(self) -> Result<O> {
        (self.finish)(self.values)
    }
}

impl<'s> Serializer for MessageSerializer<'s> {
    type Ok = Values;
    type Error = Error;
    type SerializeSeq = Impossible<Values, Error>;
    type SerializeTuple = Impossible<Values, Error>;
    type SerializeTupleStruct = Impossible<Values, Error>;
    type SerializeMap = Collector<'s, fn(Values) -> Result<Values>>;
    type SerializeStruct = Collector<'s, fn(Values) -> Result<Values>>;

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> {
        Ok(Collector::new(self.spec.body(), true, Ok))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct> {
        Ok(Collector::new(self.spec.body(), true, Ok))
    }

    refused! { Values:
        serialize_u64(u64) serialize_i64(i64) serialize_str(&str) serialize_bytes(&[u8])
    }
    forwarded!(Values);
    no_variants!(Values);
    no_sequences!(Values);

    fn serialize_none(self) -> Result<Values> {
        Ok(Values::default())
    }
}
