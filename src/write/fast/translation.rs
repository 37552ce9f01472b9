//! Translations, encoded at once.
//!
//! Two specs write the same elements in the same order. Where one has the characters of a value as they are, they are
//! found between its prefix and the next element, and are written by the steps of the other.

use crate::codec::Coding;
use crate::codec::fast::step::Step;
use crate::layout::Element;
use crate::read::message::Message;
use crate::spec::Spec;
use crate::write::fast::form::{Form, Values, put_all};
use crate::write::value::Source;

/// The translation of messages of one MTI and one bitmap.
#[derive(Clone)]
pub(crate) struct Translation {
    form: Form<STEPS>,
    /// By rank, the octets of the prefix before a value that lies as it is, or [`ELSEWHERE`].
    leads: [u8; STEPS],
}

/// More elements than nearly any message has. A message of more is translated the ordinary way.
const STEPS: usize = 64;

/// Of a value that is decoded first.
const ELSEWHERE: u8 = u8::MAX;

impl Translation {
    /// The translation of messages such as this one, if it fits.
    pub(crate) fn of(message: &Message<'_>, spec: &Spec<'_>, bitmaps: u8) -> Option<Self> {
        let (from, elements) = (message.spec(), message.announced);
        let form = Form::of(spec, message.mti(), (elements, bitmaps), elements.iter())?;
        let mut leads = [ELSEWHERE; STEPS];
        for (number, slot) in elements.iter().zip(&mut leads) {
            *slot = lead(from.element(number)?).unwrap_or(ELSEWHERE);
        }
        Some(Self { form, leads })
    }

    /// Encodes a message after this header, if that is certainly valid and fits; returns its length.
    #[inline(always)]
    pub(crate) fn encode(
        &self,
        spec: &Spec<'_>,
        message: &Message<'_>,
        header: &[u8],
        out: &mut [u8],
    ) -> Option<usize> {
        let rest = if header.is_empty() { out } else { put_all(header, out)? };
        let len = self.form.encode(spec, &Lying { message, leads: &self.leads }, rest)?;
        Some(header.len() + len)
    }
}

/// The octets before the value of an element whose characters lie as they are.
fn lead(element: &Element<'_>) -> Option<u8> {
    let is_plain = matches!(element.coding, Coding::Ascii | Coding::Raw) && element.fast.is_canonical();
    let octets = if element.fast.always().is_some() { Some(0) } else { element.fast.prefix_octets() };
    octets.filter(|_| is_plain)
}

/// The values of a message.
struct Lying<'m> {
    message: &'m Message<'m>,
    leads: &'m [u8; STEPS],
}

impl<'m> Values<'m> for Lying<'m> {
    #[inline(always)]
    fn octets(&self, step: &Step) -> Option<&'m [u8]> {
        let rank = usize::from(step.place);
        match *self.leads.get(rank)? {
            ELSEWHERE => None,
            lead => self.message.between(rank, rank + 1)?.get(usize::from(lead)..),
        }
    }

    #[inline(always)]
    fn source(&self, _: &Step) -> Option<Source<'m>> {
        Some(Source::Echo(self.message))
    }
}
