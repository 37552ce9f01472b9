//! Which messages are drawn.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::choices::{Choices, Draw};
use super::element::{Tree, value};
use crate::model::bitmap::Bitmap;
use crate::model::mti::Mti;
use crate::read::owned::OwnedMessage;
use crate::spec::Spec;
use crate::write::builder::Builder;

/// The messages of a spec: any type and any elements, unless it is said which.
#[derive(Clone, Debug)]
pub struct Messages<'s> {
    spec: &'s Spec<'s>,
    types: Vec<Mti>,
    always: Bitmap,
    never: Bitmap,
}

/// The usual types; the simplest first.
const TYPES: [Mti; 12] = [
    Mti::FINANCIAL_REQUEST,
    Mti::FINANCIAL_RESPONSE,
    Mti::FINANCIAL_ADVICE,
    Mti::AUTHORIZATION_REQUEST,
    Mti::AUTHORIZATION_RESPONSE,
    Mti::REVERSAL_REQUEST,
    Mti::REVERSAL_RESPONSE,
    Mti::REVERSAL_ADVICE,
    Mti::RECONCILIATION_REQUEST,
    Mti::BATCH_UPLOAD,
    Mti::NETWORK_REQUEST,
    Mti::NETWORK_RESPONSE,
];

impl<'s> Messages<'s> {
    /// The messages of this spec.
    #[must_use]
    pub fn of(spec: &'s Spec<'s>) -> Self {
        Self { spec, types: TYPES.to_vec(), always: Bitmap::EMPTY, never: Bitmap::EMPTY }
    }

    /// Only messages of these types. None at all leaves it at the usual ones.
    #[must_use]
    pub fn types(mut self, types: &[Mti]) -> Self {
        self.types = if types.is_empty() { TYPES.to_vec() } else { types.to_vec() };
        self
    }

    /// Only messages that have these elements, as far as the spec defines them.
    #[must_use]
    pub fn always(mut self, numbers: &[u8]) -> Self {
        let numbers = numbers.iter().copied();
        self.always.extend(numbers.filter(|number| self.spec.element(*number).is_some()));
        self
    }

    /// Only messages without these elements.
    #[must_use]
    pub fn never(mut self, numbers: &[u8]) -> Self {
        self.never.extend(numbers.iter().copied());
        self
    }

    /// Only messages with no other elements than these and those they always have.
    #[must_use]
    pub fn only(mut self, numbers: &[u8]) -> Self {
        let all: Bitmap = (1..=crate::model::MAX_NUMBER).collect();
        self.never |= all - numbers.iter().copied().collect::<Bitmap>();
        self
    }

    /// The message that these choices give. It parses, and a copy of it has the same octets.
    ///
    /// `None` for a spec that not even a message without elements can be written in. An element
    /// for which no value is found is left out, though it should always be there; of a sound spec
    /// that is one whose parts do not fit into it.
    #[must_use]
    pub fn draw(&self, choices: &Choices) -> Option<OwnedMessage<'s>> {
        let mut draw = Draw::of(&choices.message);
        let mti = draw.one_of(&self.types).copied().unwrap_or(Mti::FINANCIAL_REQUEST);
        let header: Vec<u8> = (0..self.spec.header()).map(|_| draw.octet()).collect();
        let mut trees = self.trees(choices);
        loop {
            let mut builder = Builder::new(self.spec, mti);
            builder.header(&header);
            for (number, tree) in &trees {
                builder.set(*number, tree.value());
            }
            let built = builder.to_vec().and_then(|wire| OwnedMessage::parse(self.spec, wire));
            let refused = match built {
                Ok(message) => return Some(message),
                Err(error) => error.field(),
            };
            // an element that does not fit in its place; the last one where none is named
            let number = refused.filter(|number| trees.contains_key(number));
            let number = number.or_else(|| trees.keys().next_back().copied())?;
            trees.remove(&number);
        }
    }

    /// The values by number.
    fn trees(&self, choices: &Choices) -> BTreeMap<u8, Tree> {
        let elements = self.spec.body().elements();
        let numbers: Vec<u8> = elements
            .filter_map(|element| u8::try_from(element.key()).ok())
            .filter(|number| !self.never.contains(*number) || self.always.contains(*number))
            .collect();
        let mut drawn: BTreeMap<u8, &[u16]> = self.always.iter().map(|number| (number, &[][..])).collect();
        for (place, choice) in &choices.elements {
            let own = numbers.iter().find(|number| *number == place);
            let number = own.or_else(|| numbers.get(usize::from(*place) % numbers.len().max(1)));
            drawn.extend(number.map(|number| (*number, choice.as_slice())));
        }
        let tree = |(number, choice): (u8, &[u16])| {
            let element = self.spec.element(number)?;
            Some((number, value(element, number.into(), &mut Draw::of(choice))?))
        };
        drawn.into_iter().filter_map(tree).collect()
    }
}
