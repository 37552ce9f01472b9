//! JSON objects read.
//!
//! What serde says of a value that it did not expect repeats the value, which may be card data. So
//! nothing is left to it: each visitor here takes every kind of value, and what is wrong with one is
//! said in words of this file. What remains is the syntax, of which `serde_json` names the place and
//! never a character.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::read::{Json, Record, Trouble};
use crate::hex;
use crate::lang::{pick, say};

impl Record {
    /// Reads an object.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, Trouble> {
        crate::work::count(line.len());
        // serde_json counts lines, of which there is one
        serde_json::from_slice(line).map_err(|error: serde_json::Error| {
            error.to_string().replace(" at line 1 column ", pick(" at column ", "，列"))
        })
    }

    fn put(&mut self, name: &str, json: Json) -> Result<(), &'static str> {
        let number = name.parse().map_err(|_| {
            pick("the key of a field is not a number from 2 to 192", "域的键不是2至192的数字")
        })?;
        crate::work::count(self.fields.len());
        if self.fields.iter().any(|(known, _)| *known == number) {
            return Err(pick("a field is there twice", "有域重复"));
        }
        self.fields.push((number, json));
        Ok(())
    }
}

/// The kinds of values that a visitor refuses, each in the same words.
macro_rules! refused {
    ($words:expr; $($method:ident $type:ty),*) => { $(
        fn $method<E: Error>(self, _: $type) -> Result<Self::Value, E> {
            Err(E::custom($words))
        }
    )* };
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        fn wanted() -> &'static str {
            pick("expected an object with \"mti\" and \"fields\"", "应为含\"mti\"和\"fields\"的对象")
        }
        impl<'de> Visitor<'de> for Members {
            type Value = Record;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(wanted())
            }

            refused!(wanted(); visit_bool bool, visit_u64 u64, visit_i64 i64, visit_f64 f64, visit_str &str);

            fn visit_unit<E: Error>(self) -> Result<Record, E> {
                Err(E::custom(wanted()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Record, A::Error> {
                Err(A::Error::custom(wanted()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Record, A::Error> {
                record(map)
            }
        }
        deserializer.deserialize_any(Members)
    }
}

/// The members of an object that may be there.
const MEMBERS: [&str; 8] = ["mti", "station", "header", "bitmaps", "fields", "masked", "origin", "checks"];

fn record<'de, A: MapAccess<'de>>(mut map: A) -> Result<Record, A::Error> {
    let mut record = Record::default();
    let mut seen = [false; MEMBERS.len()];
    while let Some(name) = map.next_key::<String>()? {
        let (Some(twice), name) = MEMBERS
            .iter()
            .zip(&mut seen)
            .find(|(member, _)| **member == name)
            .map_or((None, name.as_str()), |(member, seen)| (Some(std::mem::replace(seen, true)), *member))
        else {
            return Err(A::Error::custom(match name.as_str() {
                "error" => pick("this is an error, not a message", "这是一个错误，不是报文"),
                _ => pick(
                    "only station, header, mti, bitmaps, fields and origin are known",
                    "只认识station、header、mti、bitmaps、fields和origin",
                ),
            }));
        };
        if twice {
            return Err(A::Error::custom(pick("a member is there twice", "有成员重复")));
        }
        match name {
            "fields" => {
                let Members(members) = map.next_value()?;
                members
                    .into_iter()
                    .try_for_each(|(name, json)| record.put(&name, json))
                    .map_err(A::Error::custom)?;
            }
            "origin" | "checks" => drop(map.next_value::<IgnoredAny>()?),
            name => record.member(name, map.next_value()?).map_err(A::Error::custom)?,
        }
    }
    Ok(record)
}

impl Record {
    fn member(&mut self, name: &str, value: Scalar) -> Result<(), String> {
        let octets = |value: Scalar| match value {
            Scalar::Text(text) => {
                hex::octets(text.as_bytes()).map_err(|(_, text)| say!("a header: {text}", "报文头：{text}"))
            }
            _ => Err(pick("a header is a string of hexadecimal digits", "报文头应为十六进制数字的字符串")
                .to_owned()),
        };
        match (name, value) {
            ("mti", Scalar::Text(text)) => {
                self.mti = Some(
                    text.parse().map_err(|_| pick("\"mti\" is not four digits", "\"mti\"不是四位数字"))?,
                );
            }
            ("mti", _) => return Err(pick("\"mti\" is not four digits", "\"mti\"不是四位数字").into()),
            ("station", value) => self.station = octets(value)?,
            ("header", value) => self.header = octets(value)?,
            ("bitmaps", Scalar::Number(number @ 0..=3)) => self.bitmaps = u8::try_from(number).unwrap_or(0),
            ("bitmaps", _) => {
                return Err(pick("\"bitmaps\" is a number up to 3", "\"bitmaps\"应为不超过3的数字").into());
            }
            ("masked", Scalar::Bool(false)) => (),
            ("masked", Scalar::Bool(true)) => {
                return Err(pick(
                    "the message is masked: decode it with --expose",
                    "报文已被掩盖：请用--expose解码",
                )
                .into());
            }
            _ => return Err(pick("\"masked\" is true or false", "\"masked\"应为true或false").into()),
        }
        Ok(())
    }
}

/// A value that has none within it.
enum Scalar {
    Text(String),
    Number(u64),
    Bool(bool),
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyOf;
        impl<'de> Visitor<'de> for AnyOf {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a truth")
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number))
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(truth))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
        }
        deserializer.deserialize_any(AnyOf)
    }
}

/// The members of an object in their order.
struct Members(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        fn wanted() -> &'static str {
            pick("expected an object of fields", "应为各域的对象")
        }
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(wanted())
            }

            refused!(wanted(); visit_bool bool, visit_u64 u64, visit_i64 i64, visit_f64 f64, visit_str &str);

            fn visit_unit<E: Error>(self) -> Result<Members, E> {
                Err(E::custom(wanted()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Members, A::Error> {
                Err(A::Error::custom(wanted()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_any(Object)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyOf;
        fn wanted() -> &'static str {
            pick(
                "expected a string, a number or a list of [key, value]",
                "应为字符串、数字或[key, value]的列表",
            )
        }
        impl<'de> Visitor<'de> for AnyOf {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(wanted())
            }

            refused!(wanted(); visit_bool bool);

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(Json::Number(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
                Ok(u64::try_from(number).map_or(Json::Negative(number), Json::Number))
            }

            /// Numbers beyond 64 bits are such, too.
            fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
                Err(E::custom(pick(
                    "a number is a whole one of at most 64 bits; a longer one is a string",
                    "数字应为不超过64位的整数；更长的请写成字符串",
                )))
            }

            fn visit_unit<E: Error>(self) -> Result<Json, E> {
                Err(E::custom(wanted()))
            }

            fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Json, A::Error> {
                Err(A::Error::custom(wanted()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut pairs = Vec::new();
                while let Some(Pair(name, json)) = list.next_element()? {
                    pairs.push((name, json));
                }
                Ok(Json::Pairs(pairs))
            }
        }
        deserializer.deserialize_any(AnyOf)
    }
}

/// `[key, value]`
struct Pair(String, Json);

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Two;
        fn wanted() -> &'static str {
            pick("expected a pair [key, value]", "应为[key, value]对")
        }
        impl<'de> Visitor<'de> for Two {
            type Value = Pair;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(wanted())
            }

            refused!(wanted(); visit_bool bool, visit_u64 u64, visit_i64 i64, visit_f64 f64, visit_str &str);

            fn visit_unit<E: Error>(self) -> Result<Pair, E> {
                Err(E::custom(wanted()))
            }

            fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Pair, A::Error> {
                Err(A::Error::custom(wanted()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Pair, A::Error> {
                let wanted = || A::Error::custom(wanted());
                let Some(Scalar::Text(key)) = list.next_element()? else { return Err(wanted()) };
                let value = list.next_element()?.ok_or_else(wanted)?;
                match list.next_element::<IgnoredAny>()? {
                    None => Ok(Pair(key, value)),
                    Some(_) => Err(wanted()),
                }
            }
        }
        deserializer.deserialize_any(Two)
    }
}

#[cfg(test)]
mod tests;
