//! Every type of serde's data model beside every kind of element, both ways: what fits, and what is said of what does
//! not. `CARDWIRE_WRITE=1` writes `typed_shapes.out` anew, to be read before it is committed.
#![cfg(feature = "serde")]

mod common;

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Write};
use std::marker::PhantomData;

use cardwire::serde::{Exposed, from_message, to_vec};
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC};
use cardwire::{Builder, Message, Mti, Spec, Value};
use common::{hex, kept};
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, SerializeTupleVariant};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Deserialize, Serialize, Debug)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(rename = "1", alias = "9F36")]
    first: String,
    #[serde(rename = "2", default, skip_serializing_if = "Option::is_none")]
    second: Option<u8>,
    #[serde(rename = "3", default, skip_serializing_if = "Option::is_none")]
    third: Option<String>,
}

#[derive(Deserialize, Serialize, Debug)]
enum Code {
    #[serde(rename = "00")]
    Zero,
    #[serde(rename = "TERM0001")]
    Terminal,
    #[serde(rename = "51")]
    Number(u8),
}

#[derive(Deserialize, Serialize, Debug)]
struct Unit;

#[derive(Deserialize, Serialize, Debug)]
struct New(String);

#[derive(Deserialize, Serialize, Debug)]
struct Pair(u8, u8);

/// Octets as such.
#[derive(Debug)]
struct Octets(Vec<u8>);

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl Visitor<'_> for Take {
            type Value = Octets;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("octets")
            }
            fn visit_bytes<E>(self, octets: &[u8]) -> Result<Octets, E> {
                Ok(Octets(octets.to_vec()))
            }
        }
        deserializer.deserialize_byte_buf(Take)
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

/// What the one element of a message is taken as; the MTI is passed over.
#[derive(Debug)]
struct One<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Take<T> {
            type Value = One<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one element")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<One<T>, A::Error> {
                let mut found = None;
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "mti" => drop(map.next_value::<IgnoredAny>()?),
                        _ => found = Some(One(map.next_value()?)),
                    }
                }
                found.ok_or(serde::de::Error::missing_field("55"))
            }
        }
        deserializer.deserialize_any(Take(PhantomData))
    }
}

/// A message of one element, and what the element is called here.
fn messages() -> Vec<(&'static str, &'static Spec<'static>, Vec<u8>)> {
    let parts: &[u8] = b"\x9F\x36\x02\x00\x07";
    let twice: &[u8] = b"\xDF\x01\x01\x01\x9F\x36\x02\x00\x07\xDF\x01\x01\x02";
    let octets: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 0xF8];
    let of = |name, spec: &'static Spec<'static>, number, value: Value<'_>| {
        (name, spec, Builder::new(spec, Mti::FINANCIAL_REQUEST).set(number, value).to_vec().unwrap())
    };
    vec![
        of("digits 11", &ISO87_ASCII, 11, 300.into()),
        of("few digits 25", &ISO87_BCD, 25, "00".into()),
        of("amount 28", &ISO87_ASCII, 28, "D00000123".into()),
        of("text 41", &ISO87_ASCII, 41, "TERM0001".into()),
        of("text 41 EBCDIC", &ISO87_EBCDIC, 41, "TERM0001".into()),
        of("octets 64", &ISO87_BCD, 64, octets.into()),
        of("octets 64 hex", &ISO87_ASCII, 64, octets.into()),
        of("private 2", &ISO87_BCD, 2, "4111111111111111".into()),
        of("positions 3", &ISO87_ASCII, 3, "012030".into()),
        of("tags 55", &ISO87_BCD, 55, parts.into()),
        of("tags 55 twice", &ISO87_BCD, 55, twice.into()),
    ]
}

/// What becomes of a message, and the types that it becomes that of.
type Folded = Vec<(String, Vec<String>)>;

fn fold(all: &mut Folded, name: String, told: String) {
    match all.iter_mut().find(|(known, _)| *known == told) {
        Some((_, names)) => names.push(name),
        None => all.push((told, vec![name])),
    }
}

fn put(out: &mut String, all: Folded) {
    for (told, names) in all {
        writeln!(out, "  {}: {told}", names.join(" | ")).unwrap();
    }
}

fn read<T: DeserializeOwned + Debug>(all: &mut Folded, name: &str, message: &Message<'_>) {
    let told = |result: cardwire::Result<String>| result.unwrap_or_else(|error| format!("! {error}"));
    let plain = told(from_message::<One<T>>(message).map(|One(value)| format!("{value:?}")));
    let open = told(from_message::<One<Exposed<T>>>(message).map(|One(Exposed(value))| format!("{value:?}")));
    if plain != open {
        fold(all, format!("exposed {name}"), open);
    }
    fold(all, name.into(), plain);
}

macro_rules! read_all {
    ($out:ident $message:ident $($type:ty)*) => { $( read::<$type>(&mut $out, stringify!($type), $message); )* };
}

#[test]
fn every_type_is_read_from_every_kind_of_element() {
    let mut out = String::new();
    for (name, spec, wire) in messages() {
        let message = &Message::parse(spec, &wire).unwrap();
        writeln!(out, "{name}").unwrap();
        let mut all = Folded::new();
        read_all!(all message
            u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64 bool char String Octets Vec<u8> [u8; 8] [u8; 7]
            (u8, u8) (String, String, String) Vec<String> Vec<u16> Vec<Vec<u8>> Vec<Octets> Option<String> () Unit New
            Pair Code Parts BTreeMap<String, String> BTreeMap<String, Exposed<Vec<String>>> serde_json::Value);
        put(&mut out, all);
    }
    kept("typed_shapes.out", &(out + &written()));
}

/// A map of one entry, and nothing that is a map besides.
struct Entry<K, V>(K, V);

impl<K: Serialize, V: Serialize> Serialize for Entry<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(&self.0, &self.1)?;
        map.end()
    }
}

/// A variant with values, which no element is.
struct Variant;

impl Serialize for Variant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_tuple_variant("Variant", 0, "One", 1)?.end()
    }
}

fn write<T: Serialize>(all: &mut Folded, name: &str, spec: &Spec<'_>, element: &str, value: T) {
    let told = |result: cardwire::Result<Vec<u8>>| match result {
        Ok(wire) => hex(&wire),
        Err(error) => format!("! {error}"),
    };
    let written = told(to_vec(spec, Mti::FINANCIAL_REQUEST, &Entry(element, &value)));
    fold(all, name.into(), written);
}

macro_rules! write_all {
    ($out:ident $spec:ident $element:ident $($value:expr;)*) => { $(
        write(&mut $out, stringify!($value), $spec, $element, $value);
    )* };
}

fn parts(first: &str, second: Option<u8>, third: Option<&str>) -> Parts {
    Parts { first: first.into(), second, third: third.map(Into::into) }
}

fn written() -> String {
    let mut out = String::new();
    for (spec, element) in [
        (&ISO87_ASCII, "11"),
        (&ISO87_ASCII, "28"),
        (&ISO87_ASCII, "41"),
        (&ISO87_EBCDIC, "41"),
        (&ISO87_BCD, "64"),
        (&ISO87_BCD, "2"),
        (&ISO87_ASCII, "3"),
        (&ISO87_BCD, "55"),
    ] {
        writeln!(out, "to {element} of {}", spec.name()).unwrap();
        let mut all = Folded::new();
        write_all!(all spec element
            7_u8; 7_u16; 7_u32; 7_u64; 7_u128; u128::MAX; u64::MAX; 7_i8; -7_i8; -7_i64; 7_i128; -7_i128; i128::MIN; 1.5_f32; 1.5_f64; true;
            'T'; '\u{20AC}'; "012030"; "TERM0001"; "0102030405060708"; "01020304050607F"; "0102030405060G"; "\u{E9}"; "\u{20AC}";
            Octets(vec![0x54; 8]); vec![1_u8; 8]; [1_u8, 2]; [300_u16]; [-1_i8]; ["01", "20", "30"]; ("01", "20", "30", "40"); ["01"];
            Some("TERM0001"); None::<u8>; (); Unit; New("TERM0001".into()); Pair(1, 2);
            Code::Zero; Code::Terminal; Code::Number(1); Variant;
            parts("01", None, None); parts("01", Some(20), Some("30")); parts("0007", None, None);
            Entry("9F36", [0_u8, 7]); Entry("DF01", ["01", "02"]); Entry("DF01", [[1_u8], [2]]); Entry(1, "01"); Entry(-1, "01");
            Entry([1_u8], "01"); Entry('1', "01"); Entry((), "01"); Entry("4", "01"); Entry("x", "01"););
        put(&mut out, all);
    }
    let mut all = Folded::new();
    for key in [
        "mti", "MTI", "0", "1", "130", "192", "193", "0105", "9F26", "9f26", "stan", "deadbeef", "abcdef",
        "abcdefg",
    ] {
        write(&mut all, key, &ISO87_ASCII, key, "0200");
    }
    for mti in ["0100", "010", "01000", "01A0"] {
        write(&mut all, mti, &ISO87_ASCII, "mti", mti);
    }
    write(&mut all, "mti of a number", &ISO87_ASCII, "mti", 200);
    put(&mut out, all);
    let whole =
        |value: cardwire::Result<Vec<u8>>| value.map_or_else(|error| format!("! {error}"), |wire| hex(&wire));
    for (name, written) in [
        ("none", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &None::<Parts>))),
        ("some", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &Some(Entry("11", 7))))),
        ("exposed", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &Exposed(Entry("11", 7))))),
        ("unit", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &()))),
        ("unit struct", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &Unit))),
        ("number", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &7))),
        ("negative", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &-7))),
        ("text", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, "0200"))),
        ("octets", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &Octets(vec![1])))),
        ("sequence", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &[1]))),
        ("variant", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &Variant))),
        ("two", whole(to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &BTreeMap::from([("11", 7), ("4", 5)])))),
    ] {
        writeln!(out, "whole {name}: {written}").unwrap();
    }
    out
}
