//! Output sink of the fast encoder: a buffer, or a count of octets.

use crate::codec::Coding;
use crate::codec::digit::hex_word;
use crate::codec::fast::element::FastElement;
use crate::codec::window::OctetsMut;
use crate::layout::{BitmapForm, Element};
use crate::model::mti::Mti;
use crate::read::message::Message;
use crate::spec::MtiCoding;
use crate::write::fast::parts::encode_composite;
use crate::write::fill::fill;
use crate::write::value::{Borrowed, Source};
use crate::write::writer::{DIGITS, Writer, decimal};

/// Output sink of the fast encoder.
pub(crate) trait Target {
    /// The ordinary writer, where the next element goes.
    fn writer(&mut self) -> Writer<'_>;
    /// Goes on there, if there is so much room.
    fn go_on(&mut self, at: usize) -> Option<()>;
    /// Takes octets as they are.
    fn copy(&mut self, octets: &[u8]) -> Option<()>;
    /// Takes a value that is certainly one of the element.
    fn value(&mut self, fast: &FastElement, value: &[u8]) -> Option<()>;

    /// The same of one whose hexadecimal digits are counted.
    fn counted(&mut self, fast: &FastElement, value: &[u8]) -> Option<()>;

    /// Takes header and MTI.
    #[inline(always)]
    fn head(&mut self, header: &[u8], mti: Mti, coding: MtiCoding) -> Option<()> {
        if !header.is_empty() {
            self.copy(header)?;
        }
        match coding.write(mti) {
            ([a, b, c, d, ..], 4) => self.copy(&[a, b, c, d]),
            (mti, len) => self.copy(mti.get(..len)?),
        }
    }

    /// Takes a bitmap.
    #[inline(always)]
    fn bitmap(&mut self, word: u64, BitmapForm { coding, octets, .. }: BitmapForm) -> Option<()> {
        match (coding, octets) {
            (Coding::Raw, 8) => self.copy(&word.to_be_bytes()),
            (Coding::Hex, 8) => self.copy(hex_word(word).as_flattened()),
            _ => self.other_bitmap(word, coding, octets),
        }
    }

    #[inline(never)]
    fn other_bitmap(&mut self, word: u64, coding: Coding, octets: u8) -> Option<()> {
        let (octets, len) = BitmapForm::single(coding, octets).write(word);
        self.copy(octets.get(..len)?)
    }

    /// Takes what the ordinary writer makes of an element, which it checks.
    #[inline(never)]
    fn ordinary(&mut self, element: &Element<'_>, source: &Source<'_>) -> Option<()> {
        let mut writer = self.writer();
        writer.put_element(element, source).ok()?;
        let end = writer.at();
        self.go_on(end)
    }
}

/// A buffer, and how far it is full.
pub(crate) struct Room<'o> {
    pub(crate) out: &'o mut [u8],
    pub(crate) at: usize,
}

impl Target for Room<'_> {
    #[inline(always)]
    fn writer(&mut self) -> Writer<'_> {
        Writer::at_place(OctetsMut::of(self.out), self.at)
    }

    #[inline(always)]
    fn go_on(&mut self, at: usize) -> Option<()> {
        self.at = at;
        (at <= self.out.len()).then_some(())
    }

    #[inline(always)]
    fn copy(&mut self, octets: &[u8]) -> Option<()> {
        let end = self.at + octets.len();
        self.out.get_mut(self.at..end)?.copy_from_slice(octets);
        self.at = end;
        Some(())
    }

    #[inline(always)]
    fn value(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.at = fast.encode(self.out, self.at, value)?;
        Some(())
    }

    fn counted(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.at = fast.encode_counted(self.out, self.at, value)?;
        Some(())
    }
}

/// No buffer: values are looked at, and their octets counted.
pub(crate) struct Count(pub(crate) usize);

impl Target for Count {
    fn writer(&mut self) -> Writer<'_> {
        Writer::at_place(OctetsMut::of(&mut []), self.0)
    }

    #[inline(always)]
    fn go_on(&mut self, at: usize) -> Option<()> {
        self.0 = at;
        Some(())
    }

    #[inline(always)]
    fn copy(&mut self, octets: &[u8]) -> Option<()> {
        self.go_on(self.0 + octets.len())
    }

    #[inline(always)]
    fn value(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.go_on(self.0 + fast.measure(value)?)
    }

    fn counted(&mut self, fast: &FastElement, value: &[u8]) -> Option<()> {
        self.value(fast, value)
    }
}

/// Encodes an element whose value needs more than to be encoded: numbers, fill, values of other
/// messages.
#[inline(never)]
pub(crate) fn encode_element(
    target: &mut impl Target,
    element: &Element<'_>,
    number: u8,
    source: &Source<'_>,
) -> Option<()> {
    if let Source::Echo(message) = *source {
        if element.fast.is_canonical_in_capitals()
            && let Some(octets) = in_capitals(message, element, number)
        {
            return target.copy(octets);
        }
        if let Some(value) = message.plain(number)
            && target.value(&element.fast, value).is_some()
        {
            return Some(());
        }
        let field = message.get(number)?;
        return encode_element(target, element, number, &Source::Borrowed(Borrowed::Field(&field)));
    }
    let mut scratch = Scratch::NEW;
    let value = scratch.value(element, source);
    let encoded = value.and_then(|value| target.value(&element.fast, value));
    encoded.or_else(|| encode_rare(target, element, source))
}

/// The same of composites, and of octets whose hexadecimal digits are counted.
#[inline(never)]
fn encode_rare(target: &mut impl Target, element: &Element<'_>, source: &Source<'_>) -> Option<()> {
    let encoded = match *source {
        Source::Octets(value) if element.fast.is_counted_hex() => target.counted(&element.fast, value),
        _ if element.layout.is_some() => encode_composite(target, element, source),
        _ => None,
    };
    encoded.or_else(|| target.ordinary(element, source))
}

/// The octets of an element that lies in a message of the same spec as it would be written, but for
/// letters among its hexadecimal digits that may be small: there are none.
fn in_capitals<'m>(message: &'m Message<'_>, element: &Element<'_>, number: u8) -> Option<&'m [u8]> {
    let own = message.spec().element(number)?;
    let rank = message.announced.rank_of(number).filter(|_| core::ptr::eq(own, element))?;
    // all are looked at: that is what makes the loop wide
    message
        .between(rank, rank + 1)
        .filter(|octets| octets.iter().fold(0, |most, octet| most.max(*octet)) < b'a')
}

/// The longest value that is decoded, or filled, here.
const WIDE: usize = 128;

/// Where a value is made that is not simply there.
pub(crate) struct Scratch {
    decoded: [u8; WIDE],
    filled: [u8; WIDE],
}

impl Scratch {
    pub(crate) const NEW: Self = Self { decoded: [0; WIDE], filled: [0; WIDE] };

    /// The logical octets of a value with the fill that brings it to a fixed length, if that is a
    /// common matter.
    pub(crate) fn value<'v>(&'v mut self, element: &Element<'_>, source: &'v Source<'_>) -> Option<&'v [u8]> {
        let value = match *source {
            Source::Octets(value) => value,
            Source::Number(number) if !element.content.is_binary() => {
                let digits = self.decoded.first_chunk_mut()?;
                digits.fill(b'0');
                let units = decimal(number, digits).max(element.min());
                return digits.get((DIGITS + 1).checked_sub(units)?..);
            }
            Source::Borrowed(view) => {
                let value = view.octets();
                match value.plain() {
                    Some(value) => value,
                    None => value.copy_to(&mut self.decoded)?,
                }
            }
            _ => return None,
        };
        fill(element, value, &mut self.filled)
    }
}
