//! Words of a message in other formats, and as fields of typed messages.

use core::fmt;

use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::model::bitmap::Bitmap;
use crate::model::mti::Mti;

/// Four digits as text: `"0200"`.
impl Serialize for Mti {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Mti {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

struct Digits;

impl de::Visitor<'_> for Digits {
    type Value = Mti;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("four digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Mti, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Other("another text"), &self))
    }
}

/// The numbers in ascending order: `[2, 39]`.
impl Serialize for Bitmap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de> Deserialize<'de> for Bitmap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Numbers)
    }
}

struct Numbers;

impl<'de> de::Visitor<'de> for Numbers {
    type Value = Bitmap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("element numbers, 1 to 192")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut numbers: A) -> Result<Bitmap, A::Error> {
        let mut bitmap = Bitmap::EMPTY;
        while let Some(number) = numbers.next_element::<u8>()? {
            bitmap.insert(number);
            if !bitmap.contains(number) {
                let found = de::Unexpected::Unsigned(number.into());
                return Err(de::Error::invalid_value(found, &self));
            }
        }
        Ok(bitmap)
    }
}
