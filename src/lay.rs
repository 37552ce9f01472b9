//! The write pass in the usual forms: values laid out by the short forms of their elements.
//!
//! What `parse` does, the other way round: neighbours of one class are laid out without a look at
//! their content, and then checked as one run, in the output. Where it cannot lay a value out, and
//! where anything looks wrong, this pass gives up: the ordinary writer writes the message anew, and
//! decides.

use crate::builder::Builder;
use crate::codec::block::Class;
use crate::codec::lay::Missing;
use crate::codec::octets::{Octets, OctetsMut};
use crate::codec::quick::{Quick, bit};
use crate::layout::{Element, Fill, Form, More};
use crate::message::Message;
use crate::spec::Spec;
use crate::value::{Source, View};
use crate::write::{DIGITS, Writer, padded_decimal};

impl Builder<'_> {
    /// Writes the message, if it is certainly sound and fits; returns its length.
    pub(crate) fn lay(&self, out: &mut [u8]) -> Option<usize> {
        let form = self.spec.bitmap();
        if self.problem.is_some() || self.header.len() != self.spec.header() || form.third != More::Never {
            return None;
        }
        let mut writer = Writer::new(OctetsMut::of(out));
        writer.put_all(self.header);
        writer.put_mti(self.mti, self.spec.mti());
        writer.put_bitmaps(self.present, form, self.bitmaps).ok()?;
        let mut at = writer.at();
        let (mut class, mut start) = (Class::Digits, at);
        let words = self.present.words().into_iter().zip(self.spec.quicks());
        for ((word, quicks), first) in words.zip([1, 65, 129]) {
            let mut rest = word.reverse_bits();
            while rest != 0 {
                let (quick, number) = (bit(quicks, rest.trailing_zeros()), first + rest.trailing_zeros());
                rest &= rest - 1;
                let (end, joined) = self.lay_one(out, at, quick, u8::try_from(number).ok()?)?;
                if joined != Some(class) {
                    is_sound(class, out, start, at)?;
                    (class, start) = (joined.unwrap_or(class), if joined.is_some() { at } else { end });
                }
                at = end;
            }
        }
        is_sound(class, out, start, at)?;
        Some(at)
    }

    /// Lays an element out at `at`; returns where it ends, and the run it has to be checked in.
    #[inline(always)]
    fn lay_one(
        &self,
        out: &mut [u8],
        at: usize,
        quick: &Quick,
        number: u8,
    ) -> Option<(usize, Option<Class>)> {
        match self.sources.get(number)? {
            // what was checked when it was parsed is in no run that needs it again
            Source::Echo(message) if self.has_wire_of(message, quick) => {
                let octets = message.octets(number)?;
                let end = at + octets.len();
                out.get_mut(at..end)?.copy_from_slice(octets);
                Some((end, None))
            }
            source => lay_value(self.spec, quick, (out, at), number, source),
        }
    }

    /// Whether the element is written just as it lies in that message.
    #[inline(always)]
    fn has_wire_of(&self, message: &Message<'_>, quick: &Quick) -> bool {
        core::ptr::eq(message.spec(), self.spec) && quick.is_canonical()
    }
}

/// Lays an element out at `at`; returns where it ends, and the run it still has to be checked in.
#[inline(always)]
pub(crate) fn lay_value(
    spec: &Spec<'_>,
    quick: &Quick,
    (out, at): (&mut [u8], usize),
    number: u8,
    source: &Source<'_>,
) -> Option<(usize, Option<Class>)> {
    match source {
        Source::Octets(value) if quick.is_plain && quick.admits(value.len()) => {
            let start = quick.put_length(out, at, value.len())?;
            let end = start + value.len();
            out.get_mut(start..end)?.copy_from_slice(value);
            Some((end, quick.run))
        }
        source => {
            let end = lay_element(spec.element(number)?, (out, at), number, source)?;
            Some((end, quick.in_run(out, at).map(|(class, _)| class)))
        }
    }
}

/// Lays an element out at `at`; what can be in no run is checked. Returns where it ends.
#[inline(never)]
fn lay_element(
    element: &Element<'_>,
    (out, at): (&mut [u8], usize),
    number: u8,
    source: &Source<'_>,
) -> Option<usize> {
    match *source {
        Source::Octets(value) if !element.quick.is_composite => {
            octets(out, at, element, value).or_else(|| ordinary(out, at, element, source))
        }
        Source::Number(number @ 0..) if takes_digits(element) => {
            let mut text = [0; DIGITS + 1];
            let digits = padded_decimal(number, element.min(), &mut text);
            octets(out, at, element, digits).or_else(|| ordinary(out, at, element, source))
        }
        Source::Echo(message) => {
            let field = message.get(number)?;
            let value = field.value;
            decoded(out, at, element, &value)
                .or_else(|| ordinary(out, at, element, &Source::View(View::Field(&field))))
        }
        Source::View(view) => {
            decoded(out, at, element, &view.octets()).or_else(|| ordinary(out, at, element, source))
        }
        _ => ordinary(out, at, element, source),
    }
}

/// Whether a number is written as its digits, with zeros before them that fit a number's room.
fn takes_digits(element: &Element<'_>) -> bool {
    let content = element.content;
    !content.is_signed() && !content.is_binary() && !element.quick.is_composite && element.min() <= DIGITS
}

/// What the ordinary writer makes of an element, which it checks.
#[inline(never)]
fn ordinary(out: &mut [u8], at: usize, element: &Element<'_>, source: &Source<'_>) -> Option<usize> {
    let mut writer = Writer::new(OctetsMut::of(out));
    writer.skip_to(at);
    writer.put_element(element, source).ok()?;
    let end = writer.at();
    (end <= out.len()).then_some(end)
}

/// Lays out a value of another message.
fn decoded(out: &mut [u8], at: usize, element: &Element<'_>, value: &Octets<'_>) -> Option<usize> {
    if element.quick.is_composite {
        return None;
    }
    let mut room = [0; 128];
    let plain = match value.plain() {
        Some(plain) => plain,
        None => value.copy_to(&mut room)?,
    };
    octets(out, at, element, plain)
}

/// Lays out logical octets with their prefix. `None` where there is more to do than that: for the
/// length to be refused, for fill of a class that does not take it, for packed values of anything
/// but digits.
#[inline(always)]
fn octets(out: &mut [u8], at: usize, element: &Element<'_>, value: &[u8]) -> Option<usize> {
    let is_fixed = element.size.form == Form::Fixed;
    let units = if is_fixed { element.max() } else { value.len() };
    if units < element.min()
        || (is_fixed && units > element.min())
        || units > element.max()
        || value.len() > units
    {
        return None;
    }
    let start = element.quick.put_length(out, at, units)?;
    let Fill { side, with } = element.fill;
    let value = (value, Missing { octets: units - value.len(), side, with });
    let end = element.coding.lay(out, start, element.content, value, element.spare)?;
    let in_run = element.quick.in_run(out, at).map(|(_, end)| end);
    (in_run.or_else(|| element.quick.sound_end(out, at)) == Some(end)).then_some(end)
}

fn is_sound(class: Class, out: &[u8], start: usize, end: usize) -> Option<()> {
    (start == end || class.admits(out, start, end)).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mti::Mti;
    use crate::spec::builtin;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// Octets that are nearly always a value of some class.
    fn value() -> impl Strategy<Value = Vec<u8>> {
        let digits = proptest::collection::vec(b'0'..=b'9', 0..40);
        let text = proptest::collection::vec(b' '..=b'~', 0..40);
        let any = proptest::collection::vec(any::<u8>(), 0..12);
        prop_oneof![4 => digits, 2 => text, 1 => any]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn what_is_laid_is_what_is_written(
            from in 0..builtin().count(),
            to in 0..builtin().count(),
            values in proptest::collection::vec((2u8..=128, value()), 0..6),
            numbers in proptest::collection::vec((2u8..=128, 0u64..1_000_000), 0..6),
            room in 40usize..400,
        ) {
            let specs: Vec<_> = builtin().collect();
            let (spec, other) = (specs[from], specs[to]);
            let header = [0x60; 64];
            let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            builder.header(&header[..spec.header()]);
            // one by one, so that what is refused does not hide the rest
            let (mut laid, mut written) = ([0; 400], [0; 400]);
            for (number, value) in &values {
                let mut longer = builder.clone();
                longer.set(*number, value.as_slice());
                agree(&longer, &mut laid[..room], &mut written[..room])?;
                if longer.run(&mut written).is_ok() { builder = longer; }
            }
            for (number, value) in &numbers {
                let mut longer = builder.clone();
                longer.set(*number, *value);
                agree(&longer, &mut laid[..room], &mut written[..room])?;
                if longer.run(&mut written).is_ok() { builder = longer; }
            }
            let wire = builder.to_vec().unwrap();
            let message = Message::parse(spec, &wire).unwrap();
            for spec in [spec, other] {
                let mut copy = Builder::copy_of(&message, spec);
                copy.header(&header[..spec.header()]);
                agree(&copy, &mut laid, &mut written)?;
            }
        }
    }

    fn agree(builder: &Builder<'_>, laid: &mut [u8], written: &mut [u8]) -> Result<(), TestCaseError> {
        if let Some(len) = builder.lay(laid) {
            prop_assert_eq!(builder.run(written), Ok(len));
            prop_assert_eq!(laid.get(..len), written.get(..len));
        }
        Ok(())
    }
}
