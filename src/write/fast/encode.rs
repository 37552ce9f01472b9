//! Encodes messages of the common forms.
//!
//! What `parse` does, the other way round. A value is looked at, and encoded after its prefix; what
//! lies in a message of the same spec is copied as it lies there, neighbours together. Where a value
//! cannot be encoded so, and where anything looks wrong, this pass gives up: the ordinary writer
//! writes the message anew, and decides. Measuring is the same pass, counting.

use crate::codec::bitmap::Bitmaps;
use crate::codec::fast::element::{FastElement, bit};
use crate::layout::NextBitmap;
use crate::model::bitmap::{count, top};
use crate::read::message::Message;
use crate::write::builder::{Banks, Builder, value};
use crate::write::fast::element::encode_element;
use crate::write::fast::target::Target;
use crate::write::value::Source;

impl<'v> Builder<'v> {
    /// Encodes the message, if it is certainly valid and fits.
    #[inline(always)]
    pub(crate) fn encode(&self, target: &mut impl Target) -> Option<()> {
        self.encode_head(target)?;
        let (present, [a, b, c]) = (self.present.words(), self.words());
        let Some(message) = self.origin else {
            let [first, second, third] = present;
            self.encode_values(target, first, &a)?;
            self.encode_values(target, second, &b)?;
            return self.encode_values(target, third, &c);
        };
        let (spans, there) = (self.spans(message), message.announced.words());
        let mut before = 0;
        for (index, word) in [a, b, c].iter().enumerate() {
            let of = |words: &[u64; 3]| words.get(index).copied().unwrap_or(0);
            if of(&present) != 0 {
                let origin = CopySource { message, before, there: of(&there), spans: of(&spans) };
                self.encode_among(target, &origin, of(&present), word)?;
            }
            before += count(of(&there));
        }
        Some(())
    }

    /// What is known of the elements of each bitmap.
    #[inline(always)]
    fn words<'b>(&'b self) -> [Word<'b, 'v>; 3] {
        let ([a, b, c], [d, e, f]) = (self.sources.banks(), self.spec.fast_elements());
        [(a, d, 1), (b, e, 65), (c, f, 129)].map(|(banks, fast_elements, first)| Word {
            banks,
            fast_elements,
            first,
        })
    }

    /// Encodes the elements of a bitmap: what is copied is copied with its neighbours, as far as
    /// nothing else stands between.
    #[inline(never)]
    fn encode_among(
        &self,
        target: &mut impl Target,
        origin: &CopySource<'_>,
        present: u64,
        word: &Word<'_, '_>,
    ) -> Option<()> {
        let CopySource { message, before, there, spans } = *origin;
        let mut rest = present;
        while rest & spans != 0 {
            let place = (rest & spans).leading_zeros();
            let from = u64::MAX >> place;
            self.encode_values(target, rest & !from, word)?;
            let until = top(((present | there) & !spans & from).leading_zeros());
            let first = before + count(there & !from);
            target.copy(message.between(first, first + count(there & from & until))?)?;
            rest &= !until;
        }
        self.encode_values(target, rest, word)
    }

    /// Encodes elements of a bitmap one by one.
    #[inline(always)]
    fn encode_values(&self, target: &mut impl Target, elements: u64, word: &Word<'_, '_>) -> Option<()> {
        match elements {
            0 => Some(()),
            _ => self.encode_each(target, elements, word),
        }
    }

    #[inline(never)]
    fn encode_each(&self, target: &mut impl Target, elements: u64, word: &Word<'_, '_>) -> Option<()> {
        let mut rest = elements.reverse_bits();
        while rest != 0 {
            let place = rest.trailing_zeros();
            rest &= rest - 1;
            match value(word.banks, place) {
                Some(Source::Octets(value))
                    if target.value(bit(word.fast_elements, place), value).is_some() => {}
                _ => self.encode_uncommon(target, word.number(place)?)?,
            }
        }
        Some(())
    }

    /// Encodes an element whose value is not simply one.
    #[inline(never)]
    fn encode_uncommon(&self, target: &mut impl Target, number: u8) -> Option<()> {
        encode_element(target, self.spec.element(number)?, number, &self.source(number))
    }

    /// Header, MTI and bitmaps.
    #[inline(always)]
    fn encode_head(&self, target: &mut impl Target) -> Option<()> {
        let form = self.spec.bitmap();
        if self.problem.is_some()
            || self.header.len() != self.spec.header()
            || form.third != NextBitmap::Never
        {
            return None;
        }
        let bitmaps = Bitmaps::of(self.present, form, self.bitmaps)?;
        target.head(self.header, self.mti, self.spec.mti())?;
        for word in bitmaps.words() {
            target.bitmap(word, form)?;
        }
        Some(())
    }

    /// The elements that are written as they lie in another message, as the words of a bitmap.
    #[inline(always)]
    fn spans(&self, message: &Message<'_>) -> [u64; 3] {
        if !core::ptr::eq(message.spec(), self.spec) {
            return [0; 3];
        }
        let ([a, b, c], [d, e, f]) = (self.echoed.words(), self.spec.canonical());
        [a & d, b & e, c & f]
    }
}

/// What one bitmap of another message announces.
struct CopySource<'m> {
    message: &'m Message<'m>,
    /// How many elements stand in the bitmaps before.
    before: usize,
    there: u64,
    /// Those that are copied as they lie.
    spans: u64,
}

/// What is known of the elements of one bitmap.
struct Word<'b, 'v> {
    banks: &'b Banks<'v>,
    fast_elements: &'b [FastElement; 64],
    first: u32,
}

impl Word<'_, '_> {
    fn number(&self, bit: u32) -> Option<u8> {
        u8::try_from(self.first + bit).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Element, Layout};
    use crate::model::error::Result;
    use crate::model::mti::Mti;
    use crate::spec::{ISO87_ASCII, ISO87_BCD, Spec, UNIONPAY_POS, builtin};
    use crate::write::fast::target::{Count, Room};
    use crate::write::value::Value;
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
        fn what_is_encoded_is_what_is_written(
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
            let (mut encoded, mut written) = ([0; 400], [0; 400]);
            for (number, value) in &values {
                let mut longer = builder.clone();
                longer.set(*number, value.as_slice());
                agree(&longer, &mut encoded[..room], &mut written[..room])?;
                if longer.run(&mut written).is_ok() { builder = longer; }
            }
            for (number, value) in &numbers {
                let mut longer = builder.clone();
                longer.set(*number, *value);
                agree(&longer, &mut encoded[..room], &mut written[..room])?;
                if longer.run(&mut written).is_ok() { builder = longer; }
            }
            let wire = builder.to_vec().unwrap();
            let message = Message::parse(spec, &wire).unwrap();
            for spec in [spec, other] {
                let mut copy = Builder::copy_of(&message, spec);
                copy.header(&header[..spec.header()]);
                agree(&copy, &mut encoded, &mut written)?;
            }
        }
    }

    /// Where the fast way says no, the comparison above says nothing. Of one element of a built-in spec it says yes
    /// to all that can be written.
    #[test]
    fn the_fast_way_encodes_each_element_that_can_be_written() {
        let (mut encoded, mut written) = (0, 0);
        for (spec, element) in
            builtin().flat_map(|spec| spec.body().elements().map(move |found| (spec, found)))
        {
            let Ok(number @ 2..=128) = u8::try_from(element.key()) else { continue };
            for len in [1, 2, 3, 6, 8, 12, 16, 40].into_iter().chain([element.max()]) {
                for value in [b'1', b'A', 0xA5].map(|octet| std::vec![octet; len]) {
                    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
                    let header = [0x60; 64];
                    builder.header(&header[..spec.header()]).set(number, value.as_slice());
                    let is_written = builder.run(&mut []).is_ok();
                    let is_encoded = builder.encode(&mut Count(0)).is_some();
                    assert!(is_written || !is_encoded, "{} {number}", spec.name());
                    written += usize::from(is_written);
                    encoded += usize::from(is_encoded);
                }
            }
        }
        assert!(written > 20_000 && encoded == written, "{encoded} of {written}");
    }

    /// What a part is given.
    #[derive(Clone, Debug)]
    enum Part {
        Octets(Vec<u8>),
        Number(u64),
        Parts(Vec<(u32, Vec<u8>)>),
    }

    impl Part {
        fn value(&self) -> Value<'_> {
            match self {
                Self::Octets(octets) => octets.into(),
                Self::Number(number) => (*number).into(),
                Self::Parts(parts) => parts.into(),
            }
        }
    }

    /// The composites of built-in specs.
    fn composites() -> Vec<(&'static Spec<'static>, u8, &'static Layout<'static>)> {
        let elements = builtin().flat_map(|spec| spec.body().elements().map(move |element| (spec, element)));
        let composites = elements
            .filter_map(|(spec, element)| Some((spec, u8::try_from(element.key()).ok()?, element.layout()?)));
        composites.filter(|(_, number, _)| *number <= 128).collect()
    }

    /// Parts in their order, or nearly, with values that nearly always fit.
    fn parts(layout: &Layout<'_>, drawn: &[(u8, Vec<u8>)]) -> Vec<(u32, Part)> {
        let keys: Vec<u32> = layout.elements().map(Element::key).collect();
        let part = |(index, (kind, octets)): (usize, &(u8, Vec<u8>))| {
            let key = match kind {
                0 => u32::from(*kind),
                1 => keys[octets.len() % keys.len()],
                _ => keys[index % keys.len()],
            };
            let element = layout.element(key);
            let len = element.map_or(3, |element| element.max().min(octets.len().max(element.min())));
            let fitted: Vec<u8> = octets.iter().copied().chain([b'1']).cycle().take(len).collect();
            let value = match (kind % 8, element.and_then(Element::layout)) {
                (2, _) => Part::Octets(octets.clone()),
                (3, _) => Part::Number(octets.len() as u64 * 37),
                (4 | 5, Some(inner)) => Part::Parts(
                    inner.elements().map(|part| (part.key(), std::vec![b'1'; part.max().min(20)])).collect(),
                ),
                _ => Part::Octets(fitted),
            };
            (key, value)
        };
        drawn.iter().enumerate().map(part).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn composites_are_encoded_as_they_are_written(
            chosen: prop::sample::Index,
            drawn in proptest::collection::vec((0u8..60, value()), 0..14),
            room in 30usize..500,
        ) {
            let all = composites();
            let (spec, number, layout) = *chosen.get(&all);
            let parts = parts(layout, &drawn);
            let parts: Vec<(u32, Value<'_>)> = parts.iter().map(|(key, part)| (*key, part.value())).collect();
            let header = [0x60; 64];
            let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            builder.header(&header[..spec.header()]).set(number, &parts);
            let (mut encoded, mut written) = ([0; 500], [0; 500]);
            agree(&builder, &mut encoded[..room], &mut written[..room])?;
            // and the same octets as a whole, sound and spoilt
            let Ok(len) = builder.run(&mut written) else { return Ok(()) };
            let Some(wire) = written.get(..len) else { return Ok(()) };
            let wire = wire.to_vec();
            let message = Message::parse(spec, &wire).unwrap();
            let mut value: Vec<u8> = message.get(number).unwrap().expose().octets().collect();
            let mut whole = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            whole.header(&header[..spec.header()]).set(number, value.as_slice());
            agree(&whole, &mut encoded, &mut written)?;
            if let Some(slot) = value.get_mut(room % 40) { *slot = slot.wrapping_add(room as u8); }
            let mut spoilt = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            spoilt.header(&header[..spec.header()]).set(number, value.as_slice());
            agree(&spoilt, &mut encoded, &mut written)?;
        }
    }

    /// The composites that are written all day are written the fast way.
    #[test]
    fn usual_composites_are_encoded() {
        for (spec, number, parts) in [
            (
                &ISO87_ASCII,
                90,
                &[(1, "0200"), (2, "123456"), (3, "0415123456"), (4, "00012345678"), (5, "00000000000")][..],
            ),
            (&ISO87_BCD, 3, &[(1, "00"), (2, "10"), (3, "20")]),
            (&UNIONPAY_POS, 60, &[(1, "22"), (2, "000001"), (3, "000")]),
            (&UNIONPAY_POS, 61, &[(1, "000001"), (2, "000002")]),
        ] {
            let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            builder.set(number, parts);
            assert!(builder.encode(&mut Count(0)).is_some(), "{} {number}", spec.name());
        }
        for spec in [&ISO87_ASCII, &ISO87_BCD] {
            let parts = [(0x9F26, [1; 8].as_slice()), (0x95, &[2; 5]), (0x82, &[3; 2])];
            let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            builder.set(55, parts.as_slice());
            assert!(builder.encode(&mut Count(0)).is_some(), "{}", spec.name());
        }
    }

    fn agree(builder: &Builder<'_>, encoded: &mut [u8], written: &mut [u8]) -> Result<(), TestCaseError> {
        let mut room = Room { out: encoded, at: 0 };
        let (is_laid, mut count) = (builder.encode(&mut room).is_some(), Count(0));
        let len = room.at;
        if is_laid {
            prop_assert_eq!(builder.run(written), Ok(len));
            prop_assert_eq!(encoded.get(..len), written.get(..len));
        }
        if builder.encode(&mut count).is_some() {
            prop_assert_eq!(builder.run(&mut []), Ok(count.0));
        }
        Ok(())
    }
}
