//! To messages: each field is turned into the logical value of the element it names.

use ::serde::ser::Impossible;
use ::serde::{Serialize, Serializer};

use super::element::Collector;
use super::values::{Values, fail};
use crate::model::error::{Error, ErrorKind, Result};
use crate::spec::Spec;

/// A message from a struct or a map.
pub(super) struct MessageSerializer<'s> {
    pub(super) spec: &'s Spec<'s>,
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
