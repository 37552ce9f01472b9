//! BER objects of the common forms, read at once.
//!
//! Like all fast forms they only say yes: without one, the ordinary reader looks again.

use crate::codec::Coding;
use crate::codec::fast::element::ObjectValue;
use crate::codec::window::hex_pair;
use crate::layout::{Element, Layout, Order, Tag};

/// Where a composite element of BER objects ends, if all its forms are common, and all is certainly
/// sound.
pub(crate) fn valid_composite_end(element: &Element<'_>, wire: &[u8], at: usize) -> Option<usize> {
    let lies = element.fast.find(wire, at).filter(|lies| element.fast.is_valid(wire, *lies))?;
    let (before, layout) = (wire.get(..lies.end)?, element.layout?);
    let is_valid = match element.coding {
        Coding::Ascii | Coding::Raw => are_valid(before, lies.start, layout),
        Coding::Hex => {
            let mut room = [0; START + DECODED];
            let (pairs, _) = before.get(lies.start..)?.as_chunks();
            let decoded = room.get_mut(..START + pairs.len())?;
            let out = decoded.iter_mut().skip(START);
            out.zip(pairs).for_each(|(slot, pair)| *slot = hex_pair(*pair));
            are_valid(decoded, START, layout)
        }
        _ => false,
    };
    is_valid.then_some(lies.end)
}

/// Whether what stands from `at` on are BER objects of the common forms, and certainly valid.
pub(crate) fn are_valid(plain: &[u8], mut at: usize, layout: &Layout<'_>) -> bool {
    let is_common =
        at < plain.len() && matches!(layout.order(), Order::Tags { tag: Tag::Ber, length_first: None, .. });
    let mut wrong = 0;
    while is_common && at < plain.len() {
        let (end, misfits) = match usual(plain, at, layout) {
            Some(object) => object,
            None => match other(plain, at, layout) {
                Some(end) => (end, 0),
                None => return false,
            },
        };
        (at, wrong) = (end, wrong | misfits);
    }
    is_common && !has_misfit(wrong)
}

/// Where the object at `at` ends, if it has a usual form, and the misfits among its digits.
#[inline(always)]
fn usual(plain: &[u8], at: usize, layout: &Layout<'_>) -> Option<(usize, Misfits)> {
    let [first, second, third] = *plain.get(at..at + 3)?.first_chunk()?;
    let two = u16::from_be_bytes([first, second]);
    let (tag, length, width) = if two & 0x1F00 == 0x1F00 { (two, third, 3) } else { (two >> 8, second, 2) };
    let object = layout.placed(u32::from(tag))?.object;
    let end = at + width + usize::from(length);
    let whole = plain.get(..end).filter(|_| object.admits(length))?;
    match object.value {
        ObjectValue::Free => Some((end, 0)),
        ObjectValue::Packed if (1..=8).contains(&length) => {
            Some((end, misfits(*whole.last_chunk()?, length)))
        }
        _ => None,
    }
}

/// Where the object at `at` ends, if it has a common form and is certainly valid.
#[inline(never)]
fn other(plain: &[u8], at: usize, layout: &Layout<'_>) -> Option<usize> {
    let (tag, width) = Tag::read_ber_fast(plain, at)?;
    layout.element(tag)?.fast.valid_ber_end(plain, at + width)
}

/// Half octets that are no digits: of each, the lowest bit, among others that say nothing.
type Misfits = u64;

/// The misfits among the packed digits of the last `len` of eight octets, where `len` is 1 to 8.
#[inline(always)]
fn misfits(octets: [u8; 8], len: u8) -> Misfits {
    // what belongs to the neighbour is shifted out; a half octet above 9 has the bits 8 and 4, or 8 and 2
    let halves = u64::from_le_bytes(octets) >> (8_u8.wrapping_sub(len).wrapping_mul(8) % 64);
    halves >> 3 & (halves >> 2 | halves >> 1)
}

#[inline(always)]
fn has_misfit(misfits: Misfits) -> bool {
    misfits & u64::from_le_bytes([0x11; 8]) != 0
}

/// The longest composite that is decoded as a whole.
pub(crate) const DECODED: usize = 256;

/// Octets before a value that is decoded as a whole, as there are in a message.
const START: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::window::Octets;
    use crate::model::mti::Mti;
    use crate::read::message::Message;
    use crate::read::reader::Reader;
    use crate::spec::{EMV, ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC};
    use crate::write::builder::Builder;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// Objects that are valid: which of those listed, and how long.
    fn objects(chosen: &[(prop::sample::Index, usize)]) -> Vec<u8> {
        let listed: Vec<_> = EMV.elements().collect();
        let object = |(index, len): &(prop::sample::Index, usize)| {
            let element = index.get(&listed);
            let tag = element.key().to_be_bytes();
            let tag: Vec<u8> = tag.into_iter().skip_while(|octet| *octet == 0).collect();
            let max = if element.coding() == Coding::Bcd { element.max() / 2 } else { element.max() };
            let len = len % (max + 1);
            [tag, std::vec![u8::try_from(len).unwrap()], std::vec![0x41; len]].concat()
        };
        chosen.iter().flat_map(object).collect()
    }

    proptest! {
        #[test]
        fn chip_data_that_is_called_sound_is(
            chosen in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..20), 1..9),
            change in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let value = objects(&chosen);
            for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC] {
                let element = spec.element(55).unwrap();
                let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
                let mut wire = builder.set(55, value.as_slice()).to_vec().unwrap();
                let at = Message::parse(spec, &wire).unwrap().get(55).unwrap().range().start;
                prop_assert_eq!(valid_composite_end(element, &wire, at), Some(wire.len()));
                if let Some((index, octet)) = change {
                    let place = at + index.index(wire.len() - at);
                    wire[place] = octet;
                }
                let mut reader = Reader::new(Octets::of(&wire), at);
                let read = reader.take_any(element, false).map(|()| reader.at());
                let sound = valid_composite_end(element, &wire, at);
                prop_assert!(sound.is_none() || sound.map(Ok) == Some(read), "{:?} {:?}", sound, read);
            }
        }
    }
}
