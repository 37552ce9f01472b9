//! Values of an object made ready for the builder.

use std::cell::{Cell, OnceCell};

use cardwire::{
    Builder, Mti, Spec, Value,
    layout::{Content, Element},
};

use super::names::Names;
use super::write::Shown;
use crate::hex;
use crate::lang::{lang, pick, say};

/// One object: a message by its values.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) station: Vec<u8>,
    pub(crate) header: Vec<u8>,
    pub(crate) mti: Option<Mti>,
    pub(super) bitmaps: u8,
    /// Whether its parts are numbered as jPOS does, and empty ones left out.
    pub(crate) is_jpos: bool,
    pub(crate) fields: Vec<(u8, Json)>,
}

/// A value in an object.
#[derive(Clone, PartialEq)]
pub(crate) enum Json {
    Text(String),
    /// Octets that were written as such, whatever the element holds.
    Octets(Vec<u8>),
    Number(u64),
    /// Below zero.
    Negative(i64),
    Pairs(Vec<(String, Json)>),
}

/// A value that found no place in a message.
#[derive(Clone)]
pub(crate) struct Left {
    pub(crate) number: u8,
    pub(crate) json: Json,
    /// Whether the spec lacks the element, or parts of it; otherwise the value is wrong.
    pub(crate) is_unknown: bool,
    pub(crate) why: Trouble,
}

impl Left {
    /// The same with every digit and letter, and every octet, replaced.
    pub(crate) fn redacted(&self) -> Self {
        Self { json: self.json.redacted(), why: self.why.clone(), ..*self }
    }
}

impl Json {
    fn redacted(&self) -> Self {
        let neutral = |character: char| match character {
            '0'..='9' => '0',
            letter if letter.is_alphanumeric() => 'X',
            other => other,
        };
        match self {
            Self::Text(text) => Self::Text(text.chars().map(neutral).collect()),
            Self::Octets(octets) => Self::Octets(vec![0; octets.len()]),
            Self::Number(_) | Self::Negative(_) => Self::Number(0),
            Self::Pairs(pairs) => Self::Pairs(
                pairs.iter().map(|(key, json)| (part_name(key).to_owned(), json.redacted())).collect(),
            ),
        }
    }
}

/// The key of a part that no row knows, as it may be shown: what is longer than any tag may be a
/// value that somebody put in the wrong place.
pub(crate) fn part_name(key: &str) -> &str {
    if key.len() <= 8 { key } else { "?" }
}

impl std::fmt::Display for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // what the builder refuses names its field itself
        match self.why.starts_with(pick("field ", "域")) {
            true => f.write_str(&self.why),
            false => {
                let Self { number, why, .. } = self;
                f.write_str(&say!("field {number}: {why}", "域{number}：{why}"))
            }
        }
    }
}

impl Json {
    /// A value without parts as a string of octets, each one character; hidden unless it is exposed,
    /// because no row says how private it is.
    pub(crate) fn shown(&self, shown: Shown) -> String {
        match (self, shown) {
            (Self::Text(text), Shown::Exposed) => text.clone(),
            (Self::Text(text), Shown::Masked) => "*".repeat(text.chars().count()),
            (Self::Octets(octets), Shown::Exposed) => hex::text(octets),
            (Self::Octets(octets), Shown::Masked) => "**".repeat(octets.len()),
            (Self::Number(number), Shown::Exposed) => number.to_string(),
            (Self::Negative(number), Shown::Exposed) => number.to_string(),
            (Self::Number(_) | Self::Negative(_) | Self::Pairs(_), _) => "*".into(),
        }
    }
}

/// A value ready to be written: octets in logical form, keys as the layout reads them.
pub(crate) enum Prepared {
    Octets(Vec<u8>),
    /// Of a message, with the length that it has there.
    AsRead(Vec<u8>),
    Number(u64),
    /// Below zero.
    Negative(i64),
    Parts(Vec<(u32, Prepared)>),
}

/// What an object lacks, or holds in a form that the spec does not know. It names keys, kinds of
/// characters and places, never a value.
pub(crate) type Trouble = String;

impl Record {
    /// The message type, which must be there.
    pub(crate) fn mti(&self) -> Result<Mti, Trouble> {
        self.mti.ok_or_else(|| pick("the object has no \"mti\"", "对象没有\"mti\"").into())
    }

    /// The values, as elements of the spec hold them.
    pub(crate) fn prepare(&self, spec: &Spec<'_>) -> Result<Vec<(u8, Prepared)>, (u8, Trouble)> {
        self.fields
            .iter()
            .map(|(number, json)| {
                let element = spec.element(*number).ok_or_else(|| (*number, undefined().into()))?;
                Ok((*number, prepared(json, element, self.is_jpos).map_err(|trouble| (*number, trouble))?))
            })
            .collect()
    }

    /// Takes the octets before the MTI for a header of the spec, where it has one.
    pub(crate) fn settle_header(&mut self, spec: &Spec<'_>) -> Result<(), Trouble> {
        if spec.header() > 0 && self.header.is_empty() && !self.station.is_empty() {
            let given = self.station.len();
            if given != spec.header() {
                let said = spec.header();
                return Err(say!(
                    "the header has {given} octets, the spec says {said}",
                    "报文头有{given}字节，规范为{said}字节"
                ));
            }
            self.header = std::mem::take(&mut self.station);
        }
        Ok(())
    }

    /// The message of the values that the spec has a place for, and what is left.
    pub(crate) fn place(&self, spec: &Spec<'_>) -> Result<(Vec<u8>, Vec<Left>), Trouble> {
        let mti = self.mti()?;
        let (mut values, mut left) = (Vec::new(), Vec::new());
        for (number, json) in &self.fields {
            match self.place_one(spec, mti, *number, json) {
                Ok(value) => values.push((*number, value)),
                Err(why) => {
                    let is_unknown = !is_defined(json, spec.element(*number), self.is_jpos);
                    left.push(Left { number: *number, json: json.clone(), is_unknown, why });
                }
            }
        }
        let lists = Lists::new(values.iter().map(|(_, value)| value));
        let wire = self
            .builder(spec, mti, &values, &lists)
            .to_vec()
            .map_err(|error| error.in_lang(lang()).to_string())?;
        Ok((wire, left))
    }

    /// One value, which the builder takes when it is alone.
    fn place_one(&self, spec: &Spec<'_>, mti: Mti, number: u8, json: &Json) -> Result<Prepared, Trouble> {
        let element = spec.element(number).ok_or_else(|| undefined().to_owned())?;
        let values = [(number, prepared(json, element, self.is_jpos)?)];
        let lists = Lists::new(values.iter().map(|(_, value)| value));
        let measured = self.builder(spec, mti, &values, &lists).measure();
        measured.map_err(|error| error.in_lang(lang()).to_string())?;
        let [(_, value)] = values;
        Ok(value)
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

fn prepared(json: &Json, element: &Element<'_>, is_jpos: bool) -> Result<Prepared, Trouble> {
    match (json, element.layout()) {
        (Json::Text(text), _) if element.content().is_binary() => hex::octets(text.as_bytes())
            .map(Prepared::Octets)
            .map_err(|(at, text)| say!("{text} at character {at}", "第{at}个字符：{text}")),
        (Json::Text(text), _) => text
            .chars()
            .map(|character| {
                u8::try_from(character).map_err(|_| {
                    pick("a character above U+00FF is no octet", "大于U+00FF的字符不是一个字节").to_owned()
                })
            })
            .collect::<Result<_, _>>()
            .map(Prepared::Octets),
        (Json::Octets(octets), _) => Ok(Prepared::Octets(octets.clone())),
        (Json::Number(number), _) => Ok(Prepared::Number(*number)),
        (Json::Negative(number), None) if element.content() == Content::Xn => Ok(Prepared::Negative(*number)),
        (Json::Negative(_), _) => {
            let class = element.content();
            Err(say!(
                "a number below zero needs a sign, and class {class} has none",
                "负数需要符号，而{class}类没有符号"
            ))
        }
        (Json::Pairs(_), None) => Err(pick("the spec defines no parts of it", "规范未定义其子域").into()),
        (Json::Pairs(pairs), Some(layout)) => {
            let names = Names::of(layout, pairs, is_jpos);
            let part = |(key, json): (Option<u32>, &Json)| {
                let key =
                    key.ok_or_else(|| pick("a part has no such key here", "此处没有该键的子域").to_owned())?;
                let name = layout.key(key);
                let element = layout.element(key).ok_or_else(|| {
                    say!("part {name}: the spec does not define it", "子域{name}：规范未定义")
                })?;
                let value = prepared(json, element, is_jpos)
                    .map_err(|trouble| say!("part {name}: {trouble}", "子域{name}：{trouble}"))?;
                Ok((key, value))
            };
            names.parts(layout).map(part).collect::<Result<_, _>>().map(Prepared::Parts)
        }
    }
}

/// Whether a spec has rows for an element and all its parts.
fn is_defined(json: &Json, element: Option<&Element<'_>>, is_jpos: bool) -> bool {
    match (json, element.map(Element::layout)) {
        (_, None) | (Json::Pairs(_), Some(None)) => false,
        (Json::Pairs(pairs), Some(Some(layout))) => {
            let names = Names::of(layout, pairs, is_jpos);
            let mut parts = names.parts(layout);
            parts.all(|(key, json)| key.is_some_and(|key| is_defined(json, layout.element(key), is_jpos)))
        }
        _ => true,
    }
}

/// What a spec that has no row says.
fn undefined() -> &'static str {
    pick("the spec does not define it", "规范未定义")
}

/// Where lists of parts live while a message is built: a builder borrows them, and those within
/// them, too.
pub(crate) struct Lists<'v> {
    slots: Vec<OnceCell<List<'v>>>,
    used: Cell<usize>,
}

type List<'v> = Vec<(u32, Value<'v>)>;

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
            Prepared::AsRead(octets) => Value::as_read(octets),
            Prepared::Number(number) => (*number).into(),
            Prepared::Negative(number) => (*number).into(),
            Prepared::Parts(parts) => {
                let list = parts.iter().map(|(key, part)| (*key, self.value(part))).collect();
                let index = self.used.replace(self.used.get() + 1);
                match self.slots.get(index) {
                    Some(slot) => slot.get_or_init(|| list).into(),
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
