//! From messages: each element is asked for what the field of the struct is.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ::serde::de::value::{CowStrDeserializer, SeqDeserializer};
use ::serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use ::serde::forward_to_deserialize_any;

use super::EXPOSED;
use super::names::is_name;
use super::{in_struct, resolved};
use crate::layout::Order;
use crate::model::Unit;
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::read::exposed::Exposed;
use crate::read::field::Field;
use crate::read::message::Message;

/// A message as a map: `mti`, then the elements.
pub(super) struct MessageDeserializer<'m, 'a> {
    pub(super) message: &'m Message<'a>,
}

impl<'a> Deserializer<'a> for MessageDeserializer<'_, 'a> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_struct("", &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let entries = self.message.fields().map(|field| Entry::new(field, names, false)).collect();
        let filled = visitor.visit_map(Entries::new(Some(self.message), entries));
        filled.map_err(|error| resolved(error, self.message.spec().body()))
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        <W: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// An element or part under the name that the struct has for it.
struct Entry<'a> {
    name: Cow<'static, str>,
    element: Element<'a>,
}

impl<'a> Entry<'a> {
    fn new(field: Field<'a>, names: &'static [&'static str], is_open: bool) -> Self {
        let key = field.key().to_string();
        let own = names.iter().find(|name| **name == key);
        let own = own.or_else(|| names.iter().find(|name| is_name(name, field.name())));
        let name = own.map_or(Cow::Owned(key), |name| Cow::Borrowed(*name));
        Self { name, element: Element { field, repeats: Vec::new(), is_tagged: false, is_open } }
    }
}

/// The entries of a map, the MTI before them in that of a message.
struct Entries<'m, 'a> {
    mti: Option<&'m Message<'a>>,
    entries: alloc::vec::IntoIter<Entry<'a>>,
    value: Option<Value<'a>>,
}

enum Value<'a> {
    Mti(String),
    /// With the name that the struct has for it.
    Element(Element<'a>, Option<&'static str>),
}

impl<'m, 'a> Entries<'m, 'a> {
    fn new(mti: Option<&'m Message<'a>>, entries: Vec<Entry<'a>>) -> Self {
        Self { mti, entries: entries.into_iter(), value: None }
    }
}

impl<'a> MapAccess<'a> for Entries<'_, 'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let (name, value) = match (self.mti.take(), self.value.take()) {
            (Some(message), _) => (Cow::Borrowed("mti"), Value::Mti(message.mti().to_string())),
            _ => match self.entries.next() {
                Some(Entry { name, element }) => {
                    let own = if let Cow::Borrowed(own) = name { Some(own) } else { None };
                    (name, Value::Element(element, own))
                }
                None => return Ok(None),
            },
        };
        self.value = Some(value);
        let key: CowStrDeserializer<'_, Error> = name.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value> {
        match self.value.take() {
            Some(Value::Mti(mti)) => {
                seed.deserialize(mti.into_deserializer()).map_err(|error: Error| error.at(Place::Mti))
            }
            Some(Value::Element(element, own)) => {
                let field = element.field;
                seed.deserialize(element).map_err(|error| {
                    let error = placed(error, &field);
                    own.map_or(error, |own| in_struct(error, own))
                })
            }
            None => Err(Error::new(ErrorKind::Form, 0, 0, 0)),
        }
    }
}

/// The error with its place, one level further out.
fn placed(error: Error, field: &Field<'_>) -> Error {
    let offset = if error.offset() == 0 { field.range().start } else { 0 };
    error.moved(offset).within(field.key())
}

/// An element or part, and what repeats its tag.
struct Element<'a> {
    field: Field<'a>,
    repeats: Vec<Field<'a>>,
    is_tagged: bool,
    /// Within an [`Exposed`](super::Exposed).
    is_open: bool,
}

impl<'a> Element<'a> {
    /// The value, if it may be seen.
    fn clear(&self) -> Result<Exposed<'a>> {
        if !self.repeats.is_empty() {
            return Err(fail(ErrorKind::Form));
        }
        match self.is_open || self.field.element().privacy().is_open() {
            true => Ok(self.field.expose()),
            false => Err(fail(ErrorKind::Private)),
        }
    }

    fn text(&self) -> Result<Cow<'a, str>> {
        let clear = self.clear()?;
        if self.field.content().is_binary() {
            return Ok(Cow::Owned(clear.octets().map(|octet| format!("{octet:02X}")).collect()));
        }
        Ok(clear.as_str().map_or_else(|| Cow::Owned(clear.chars().collect()), Cow::Borrowed))
    }

    fn integer<V: Visitor<'a>>(&self, visitor: V) -> Result<V::Value> {
        let clear = self.clear()?;
        match self.field.content() {
            Content::Xn => visitor.visit_i64(clear.signed()?),
            _ => visitor.visit_u64(clear.number()?),
        }
    }

    /// The parts as a map, those of one tag together.
    fn parts<V: Visitor<'a>>(&self, names: &'static [&'static str], visitor: V) -> Result<V::Value> {
        if !self.repeats.is_empty() || !self.field.is_composite() {
            return Err(fail(ErrorKind::Form));
        }
        let mut entries: Vec<Entry<'a>> = Vec::new();
        for part in self.field.parts() {
            let known = entries.iter_mut().find(|entry| entry.element.field.key() == part.key());
            match known {
                Some(entry) => entry.element.repeats.push(part),
                None => entries.push(Entry::new(part, names, self.is_open)),
            }
        }
        let is_tagged = self.has_tags();
        entries.iter_mut().for_each(|entry| entry.element.is_tagged = is_tagged);
        let filled = visitor.visit_map(Entries::new(None, entries));
        filled.map_err(|error| match self.field.element().layout() {
            Some(layout) => resolved(error, layout),
            None => error,
        })
    }

    fn has_tags(&self) -> bool {
        let layout = self.field.element().layout();
        layout.is_some_and(|layout| matches!(layout.order(), Order::Tags { .. }))
    }

    /// One of several fields, for a sequence.
    const fn alone(field: Field<'a>, is_open: bool) -> Self {
        Self { field, repeats: Vec::new(), is_tagged: false, is_open }
    }

    fn sequence<V: Visitor<'a>>(self, is_tuple: bool, visitor: V) -> Result<V::Value> {
        let is_open = self.is_open;
        if self.is_tagged && !is_tuple {
            let all = core::iter::once(self.field).chain(self.repeats);
            return visitor.visit_seq(SeqDeserializer::new(all.map(|field| Self::alone(field, is_open))));
        }
        if self.field.is_composite() && !self.has_tags() && !self.field.content().is_binary() {
            let parts = self.field.parts().map(|field| Self::alone(field, is_open));
            return visitor.visit_seq(SeqDeserializer::new(parts));
        }
        match self.field.content() {
            Content::B | Content::Any => visitor.visit_seq(SeqDeserializer::new(self.clear()?.octets())),
            _ => Err(fail(ErrorKind::Form)),
        }
    }
}

#[cold]
const fn fail(kind: ErrorKind) -> Error {
    Error::new(kind, 0, 0, 0)
}

impl<'a> IntoDeserializer<'a, Error> for Element<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! integers {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
            self.integer(visitor)
        }
    )* };
}

impl<'a> Deserializer<'a> for Element<'a> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.field.is_composite() {
            true => self.parts(&[], visitor),
            false if !self.repeats.is_empty() => self.sequence(false, visitor),
            false => self.deserialize_str(visitor),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.text()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        let clear = self.clear()?;
        match clear.as_bytes() {
            Some(octets) => visitor.visit_borrowed_bytes(octets),
            None => visitor.visit_byte_buf(clear.octets().collect()),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        self.is_open |= name == EXPOSED;
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.sequence(false, visitor)
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, len: usize, visitor: V) -> Result<V::Value> {
        let parts = if self.field.is_composite() { self.field.parts().count() } else { self.field.len() };
        match parts == len {
            true => self.sequence(true, visitor),
            false => Err(Error::new(ErrorKind::LengthUnit, 0, len, parts).counting(Unit::Items)),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.parts(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.parts(names, visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let text: CowStrDeserializer<'a, Error> = self.text()?.into_deserializer();
        visitor.visit_enum(text)
    }

    /// Nothing is looked at.
    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { <W: Visitor<'a>> bool f32 f64 unit_struct identifier }
}
