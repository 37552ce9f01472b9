//! One element or part to write: what a field of the struct becomes in it.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use ::serde::ser::{
    Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct,
};
use ::serde::{Serialize, Serializer};

use super::names;
use super::values::{Leaf, Values, fail, join};
use crate::codec::window::hex_value;
use crate::layout::{Element, Layout, Order};
use crate::model::content::{CharKind, Content};
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::mti::Mti;

/// Gives the values of an element: none for `None`, several for a tag that is there several times.
pub(super) struct ElementSerializer<'s> {
    pub(super) element: &'s Element<'s>,
    /// Whether a sequence repeats the element.
    pub(super) is_tagged: bool,
}

/// Puts the parts of a composite together.
type Finish<'s> = Box<dyn FnOnce(Values) -> Result<Vec<Leaf>> + 's>;

impl<'s> ElementSerializer<'s> {
    fn collector(self) -> Result<Collector<'s, Finish<'s>>> {
        let layout = self.element.layout().ok_or(fail(ErrorKind::Form))?;
        let finish: Finish<'s> =
            Box::new(move |values: Values| join(layout, &values.elements).map(|leaf| vec![leaf]));
        Ok(Collector::new(layout, false, finish))
    }

    fn sequence(self, is_tuple: bool) -> Items<'s> {
        let by_position = self.element.layout().filter(|layout| {
            let has_tags = matches!(layout.order(), Order::Tags { .. });
            !has_tags && !self.element.content().is_binary()
        });
        let way = match by_position {
            _ if self.is_tagged && !is_tuple => Way::Repeats,
            Some(layout) => Way::Positions(layout, Vec::new()),
            None => Way::Octets(Vec::new()),
        };
        Items { element: self.element, leaves: Vec::new(), way }
    }

    fn signed(&self, sign: char, magnitude: u64) -> Vec<Leaf> {
        let width = self.element.min().saturating_sub(1);
        vec![Leaf::Octets(format!("{sign}{magnitude:0width$}").into_bytes())]
    }
}

impl<'s> Serializer for ElementSerializer<'s> {
    type Ok = Vec<Leaf>;
    type Error = Error;
    type SerializeSeq = Items<'s>;
    type SerializeTuple = Items<'s>;
    type SerializeTupleStruct = Items<'s>;
    type SerializeMap = Collector<'s, Finish<'s>>;
    type SerializeStruct = Collector<'s, Finish<'s>>;

    fn serialize_none(self) -> Result<Vec<Leaf>> {
        Ok(Vec::new())
    }

    fn serialize_u64(self, number: u64) -> Result<Vec<Leaf>> {
        match self.element.content() {
            Content::Xn => Ok(self.signed('C', number)),
            _ => Ok(vec![Leaf::Number(number)]),
        }
    }

    fn serialize_i64(self, number: i64) -> Result<Vec<Leaf>> {
        match (u64::try_from(number), self.element.content()) {
            (Ok(number), _) => self.serialize_u64(number),
            (Err(_), Content::Xn) => Ok(self.signed('D', number.unsigned_abs())),
            _ => Err(fail(ErrorKind::Number)),
        }
    }

    /// Characters; octets in hexadecimal for a binary element.
    fn serialize_str(self, text: &str) -> Result<Vec<Leaf>> {
        let octets = match self.element.content().is_binary() {
            true => unhex(text)?,
            false => latin(text)?,
        };
        Ok(vec![Leaf::Octets(octets)])
    }

    fn serialize_bytes(self, octets: &[u8]) -> Result<Vec<Leaf>> {
        Ok(vec![Leaf::Octets(octets.to_vec())])
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'s>> {
        Ok(self.sequence(false))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'s>> {
        Ok(self.sequence(true))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'s>> {
        Ok(self.sequence(true))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> {
        self.collector()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct> {
        self.collector()
    }

    forwarded!(Vec<Leaf>);
    no_variants!(Vec<Leaf>);
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

    /// Takes the value of a field in a struct.
    fn put_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.put(name, value).map_err(|error| match error.parts().next() {
            Some(_) => super::in_struct(error, name),
            None if error.place() == Place::Whole => error.of_struct_field(name),
            None => error,
        })
    }

    fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        if self.is_message && name == "mti" {
            let Leaf::Octets(digits) = value.serialize(Text)? else { return Err(fail(ErrorKind::MtiDigit)) };
            let digits = <[u8; 4]>::try_from(digits).map_err(|_| fail(ErrorKind::MtiDigit).at(Place::Mti))?;
            self.values.mti = Some(Mti::from_digits(digits)?);
            return Ok(());
        }
        let found = names::key(self.layout, name).and_then(|key| Some((key, self.layout.element(key)?)));
        let Some((key, element)) = found else { return Err(super::keyed(ErrorKind::Undefined, name)) };
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
        self.put_field(name, value)
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

/// The items of a sequence or a tuple.
pub(super) struct Items<'s> {
    element: &'s Element<'s>,
    leaves: Vec<Leaf>,
    way: Way<'s>,
}

/// What a sequence is to an element.
enum Way<'s> {
    /// Each item is the element once more.
    Repeats,
    /// Each item is the next part.
    Positions(&'s Layout<'s>, Vec<(u32, Leaf)>),
    /// Each item is an octet.
    Octets(Vec<u8>),
}

impl Items<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<()> {
        match &mut self.way {
            Way::Repeats => {
                let single = ElementSerializer { element: self.element, is_tagged: false };
                self.leaves.extend(item.serialize(single)?);
            }
            Way::Positions(layout, parts) => {
                let key = u32::try_from(parts.len()).unwrap_or(u32::MAX).saturating_add(1);
                let element = layout.element(key).ok_or(Error::new(ErrorKind::Trailing, 0, 0, 1))?;
                let leaves = item.serialize(ElementSerializer { element, is_tagged: false })?;
                parts.extend(leaves.into_iter().map(|leaf| (key, leaf)));
            }
            Way::Octets(octets) => match item.serialize(Text)? {
                Leaf::Number(number) => {
                    octets.push(u8::try_from(number).map_err(|_| fail(ErrorKind::Number))?)
                }
                Leaf::Octets(_) => return Err(fail(ErrorKind::Form)),
            },
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Leaf>> {
        match self.way {
            Way::Repeats => Ok(self.leaves),
            Way::Positions(layout, parts) => join(layout, &parts).map(|leaf| vec![leaf]),
            Way::Octets(octets) => Ok(vec![Leaf::Octets(octets)]),
        }
    }
}

macro_rules! items {
    ($($kind:ident $method:ident)*) => { $(
        impl $kind for Items<'_> {
            type Ok = Vec<Leaf>;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<()> {
                self.push(item)
            }

            fn end(self) -> Result<Vec<Leaf>> {
                self.finish()
            }
        }
    )* };
}

items! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
}

/// A key, an MTI, or an octet.
pub(super) struct Text;

impl Serializer for Text {
    type Ok = Leaf;
    type Error = Error;
    type SerializeSeq = Impossible<Leaf, Error>;
    type SerializeTuple = Impossible<Leaf, Error>;
    type SerializeTupleStruct = Impossible<Leaf, Error>;
    type SerializeMap = Impossible<Leaf, Error>;
    type SerializeStruct = Impossible<Leaf, Error>;

    fn serialize_u64(self, number: u64) -> Result<Leaf> {
        Ok(Leaf::Number(number))
    }

    fn serialize_i64(self, number: i64) -> Result<Leaf> {
        u64::try_from(number).map(Leaf::Number).map_err(|_| fail(ErrorKind::Number))
    }

    fn serialize_str(self, text: &str) -> Result<Leaf> {
        Ok(Leaf::Octets(text.as_bytes().to_vec()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> {
        Err(fail(ErrorKind::Form))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct> {
        Err(fail(ErrorKind::Form))
    }

    fn serialize_none(self) -> Result<Leaf> {
        Err(fail(ErrorKind::Form))
    }

    refused! { Leaf: serialize_bytes(&[u8]) }
    forwarded!(Leaf);
    no_variants!(Leaf);
    no_sequences!(Leaf);
}

/// The octets of text: Latin-1, the mirror of how octets above `7F` are read.
fn latin(text: &str) -> Result<Vec<u8>> {
    let octet = |letter| {
        u8::try_from(u32::from(letter)).map_err(|_| fail(ErrorKind::Character(Content::Any, CharKind::High)))
    };
    text.chars().map(octet).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return Err(Error::new(ErrorKind::LengthUnit, 0, 0, text.len()));
    }
    let digit = |octet: u8| hex_value(octet).ok_or(fail(ErrorKind::HexDigit(CharKind::of(octet))));
    let pair = |pair: &[u8]| pair.iter().try_fold(0, |value, octet| Ok(value << 4 | digit(*octet)?));
    text.as_bytes().chunks(2).map(pair).collect()
}
