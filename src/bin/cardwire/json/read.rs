//! Values of an object made ready for the builder.

use std::cell::{Cell, OnceCell};

use cardwire::{Builder, Content, Element, Layout, Mti, PartList, Spec, Value};

use crate::hex;

/// One object: a message by its values.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) station: Vec<u8>,
    pub(super) header: Vec<u8>,
    pub(super) mti: Option<Mti>,
    pub(super) bitmaps: u8,
    pub(super) fields: Vec<(u8, Json)>,
}

/// A value in an object.
pub(crate) enum Json {
    Text(String),
    Number(u64),
    /// Below zero.
    Negative(i64),
    Pairs(Vec<(String, Json)>),
}

/// A value ready to be written: octets in logical form, keys as the layout reads them.
pub(crate) enum Prepared {
    Octets(Vec<u8>),
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
        builder.header(&self.header).bitmaps(self.bitmaps);
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
        (Json::Negative(number), None) if element.content() == Content::Xn => Ok(Prepared::Negative(*number)),
        (Json::Negative(_), _) => {
            Err(format!("a number below zero needs a sign, and class {} has none", element.content()))
        }
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
            Prepared::Negative(number) => (*number).into(),
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
