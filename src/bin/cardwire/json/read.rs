//! JSON objects read, and made ready for the builder.

use std::cell::{Cell, OnceCell};
use std::fmt;

use cardwire::{
    Builder, Mti, Spec, Value,
    layout::{Element, Layout},
    write::PartList,
};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::hex;

/// One object.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) station: Vec<u8>,
    header: Vec<u8>,
    mti: Option<Mti>,
    bitmaps: u8,
    fields: Vec<(u8, Json)>,
}

/// A value in an object.
enum Json {
    Text(String),
    Number(u64),
    Pairs(Vec<(String, Json)>),
}

/// A value ready to be written: octets in logical form, keys as the layout reads them.
pub(crate) enum Prepared {
    Octets(Vec<u8>),
    Number(u64),
    Parts(Vec<(u32, Prepared)>),
}

/// What an object lacks, or holds in a form that the spec does not know.
pub(crate) type Trouble = String;

impl Record {
    /// Reads an object.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, Trouble> {
        serde_json::from_slice(line).map_err(|error| {
            // serde_json counts lines, of which there is one, and quotes what it did not expect,
            // which may be card data
            let text = error.to_string().replace(" at line 1 column ", " at column ");
            match text.split_once(", expected ") {
                Some((_, expected)) => format!("expected {expected}"),
                None => text,
            }
        })
    }

    /// The message type, which must be there.
    pub(crate) fn mti(&self) -> Result<Mti, Trouble> {
        self.mti.ok_or_else(|| "the object has no \"mti\"".into())
    }

    /// The values, as elements of the spec hold them.
    pub(crate) fn prepare(&self, spec: &Spec<'_>) -> Result<Vec<(u8, Prepared)>, (u8, Trouble)> {
        self.fields
            .iter()
            .map(|(number, json)| {
                let element = spec.element(*number).ok_or((*number, "the spec does not define it".into()))?;
                Ok((*number, prepared(json, element).map_err(|trouble| (*number, trouble))?))
            })
            .collect()
    }

    /// A builder of the message.
    pub(crate) fn builder<'v>(
        &'v self,
        spec: &'v Spec<'v>,
        mti: Mti,
        values: &'v [(u8, Prepared)],
        lists: &'v Lists<'v>,
    ) -> Builder<'v> {
        let mut builder = Builder::new(spec, mti);
        builder.header(&self.header).min_bitmaps(self.bitmaps);
        for (number, value) in values {
            builder.set(*number, lists.value(value));
        }
        builder
    }
}

fn prepared(json: &Json, element: &Element<'_>) -> Result<Prepared, Trouble> {
    match (json, element.layout()) {
        (Json::Text(text), _) if element.content().is_binary() => hex::octets(text.as_bytes())
            .map(Prepared::Octets)
            .map_err(|(at, text)| format!("{text} at character {at}")),
        (Json::Text(text), _) => text
            .chars()
            .map(|character| {
                u8::try_from(character).map_err(|_| "a character above U+00FF is no octet".to_owned())
            })
            .collect::<Result<_, _>>()
            .map(Prepared::Octets),
        (Json::Number(number), _) => Ok(Prepared::Number(*number)),
        (Json::Pairs(_), None) => Err("it has no parts".into()),
        (Json::Pairs(pairs), Some(layout)) => pairs
            .iter()
            .map(|(name, json)| {
                let key = layout.key_named(name).ok_or_else(|| "a part has no such key here".to_owned())?;
                let element =
                    layout.element(key).ok_or_else(|| format!("part {name}: the spec does not define it"))?;
                Ok((key, prepared(json, element).map_err(|trouble| format!("part {name}: {trouble}"))?))
            })
            .collect::<Result<_, _>>()
            .map(Prepared::Parts),
    }
}

/// Where lists of parts live while a message is built: a builder borrows them, and those within
/// them, too.
pub(crate) struct Lists<'v> {
    slots: Vec<OnceCell<List<'v>>>,
    used: Cell<usize>,
}

struct List<'v>(Vec<(u32, Value<'v>)>);

impl<'v> Lists<'v> {
    /// Room for the lists in these values.
    pub(crate) fn new<'p>(values: impl IntoIterator<Item = &'p Prepared>) -> Self {
        let count = values.into_iter().map(count).sum();
        Self { slots: (0..count).map(|_| OnceCell::new()).collect(), used: Cell::new(0) }
    }

    /// A value for the builder.
    pub(crate) fn value(&'v self, prepared: &'v Prepared) -> Value<'v> {
        match prepared {
            Prepared::Octets(octets) => octets.as_slice().into(),
            Prepared::Number(number) => (*number).into(),
            Prepared::Parts(parts) => {
                let list = List(parts.iter().map(|(key, part)| (*key, self.value(part))).collect());
                let index = self.used.replace(self.used.get() + 1);
                match self.slots.get(index) {
                    Some(slot) => Value::from(slot.get_or_init(|| list) as &dyn PartList<'v>),
                    None => Value::from(&[] as &[u8]),
                }
            }
        }
    }
}

fn count(prepared: &Prepared) -> usize {
    match prepared {
        Prepared::Parts(parts) => 1 + parts.iter().map(|(_, part)| count(part)).sum::<usize>(),
        _ => 0,
    }
}

impl<'v> PartList<'v> for List<'v> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.0.get(index).map(|(key, _)| *key)
    }

    fn value(&self, index: usize) -> Option<Value<'v>> {
        self.0.get(index).map(|(_, value)| *value)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"mti\" and \"fields\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut record = Record::default();
        let octets = |text: String| {
            hex::octets(text.as_bytes())
                .map_err(|(_, text)| A::Error::custom(format_args!("a header: {text}")))
        };
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "mti" => {
                    let text: String = map.next_value()?;
                    record.mti =
                        Some(text.parse().map_err(|_| A::Error::custom("\"mti\" is not four digits"))?);
                }
                "station" => record.station = octets(map.next_value()?)?,
                "header" => record.header = octets(map.next_value()?)?,
                "bitmaps" => record.bitmaps = map.next_value()?,
                "fields" => {
                    for (name, json) in map.next_value::<Named>()?.0 {
                        record.put(&name, json).map_err(A::Error::custom)?;
                    }
                }
                "masked" if !map.next_value::<bool>()? => (),
                "masked" => return Err(A::Error::custom("the message is masked: decode it with --expose")),
                "error" => return Err(A::Error::custom("this is an error, not a message")),
                _ => return Err(A::Error::custom("only station, header, mti, bitmaps and fields are known")),
            }
        }
        Ok(record)
    }
}

impl Record {
    fn put(&mut self, name: &str, json: Json) -> Result<(), &'static str> {
        let number = name.parse().map_err(|_| "the key of a field is not a number from 2 to 192")?;
        if self.fields.iter().any(|(known, _)| *known == number) {
            return Err("a field is there twice");
        }
        self.fields.push((number, json));
        Ok(())
    }
}

/// The members of an object in their order.
struct Named(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Named(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyOf;
        impl<'de> Visitor<'de> for AnyOf {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a list of [key, value]")
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(Json::Number(number))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = list.next_element()? {
                    pairs.push(pair);
                }
                Ok(Json::Pairs(pairs))
            }
        }
        deserializer.deserialize_any(AnyOf)
    }
}
