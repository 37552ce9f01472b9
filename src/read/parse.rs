//! Parsing: the common forms by the fast ways, all others by the walk.
//!
//! A letter to the next editor. There are two ways through a message and they must agree on every input.
//! [`Message::walk`] is the one that decides: it knows every form, and which octet is the first invalid one.
//! The ways in [`fast`](crate::read::fast) may only say yes: `read_runs` takes the messages whose head has
//! a common form, `planned` those whose bitmap a [`Parser`](crate::Parser) has met. The tests below and
//! `tests/plan.rs` hold all three together.

use crate::codec::bitmap::Announced;
use crate::codec::{BitmapForm, Tag};
use crate::layout::walk::{Pass, walk};
use crate::layout::{Element, LengthFirst};
use crate::model::bitmap::Bitmap;
use crate::model::error::{Error, Key, Place, Result};
use crate::model::mti::Mti;
use crate::model::trust::Trust;
use crate::read::fast::head::{Head, head};
use crate::read::fast::locate::{error_at, first_invalid};
use crate::read::fast::plan::{Check, Marks, Plan};
use crate::read::fast::runs::take_ordinary;
use crate::read::message::{FromParsed, Message, narrow};
use crate::read::offsets::Noted;
use crate::read::reader::{self, Reader};
use crate::spec::Spec;

impl<'a> Message<'a> {
    /// Parses and checks a whole message.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and offset. To see what parsed before it, use
    /// [`Inspection`](crate::Inspection).
    pub fn parse(spec: &'a Spec<'a>, wire: &'a [u8]) -> Result<Self> {
        Self::made(spec, wire, Self::read::<true>)
    }

    /// A message that `read` fills, or what holds it. Not inlined, as that would copy it once more: a
    /// copy costs as much as many elements.
    #[inline(never)]
    pub(crate) fn made<M: FromParsed<'a>>(
        spec: &'a Spec<'a>,
        wire: &'a [u8],
        read: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<M> {
        let mut made = Ok(M::of(Self::empty(spec, wire)));
        if let Ok(message) = &mut made
            && let Err(error) = read(message.message())
        {
            made = Err(error);
        }
        made
    }

    /// Reads a message into this empty one; content is looked at if `CHECK` says so.
    pub(crate) fn read<const CHECK: bool>(&mut self) -> Result<()> {
        self.read_after_head::<CHECK>(head(self.spec, self.wire))
    }

    /// The same, when the head is known, if it is a common one.
    #[inline]
    pub(crate) fn read_after_head<const CHECK: bool>(&mut self, head: Option<Head>) -> Result<()> {
        match head {
            Some(head) => self.read_runs::<CHECK>(head),
            None => self.walk::<CHECK>(),
        }
    }

    /// Reads the message whose bitmaps, those of a plan, start at `at`.
    #[inline(always)]
    pub(crate) fn planned<M: FromParsed<'a>, const CHECK: bool>(
        (spec, wire): (&'a Spec<'a>, &'a [u8]),
        plan: &Plan,
        (mti, at): (Mti, usize),
    ) -> Result<M> {
        let (mut marks, mut starts) = (Marks::NONE, Noted::NONE);
        if !plan.find(spec, wire, at, (&mut marks, &mut starts))
            || CHECK && !plan.has_valid_halves(wire, &marks)
        {
            return Self::made(spec, wire, Self::read::<CHECK>);
        }
        if CHECK {
            for check in plan.checks() {
                if !check.passes(wire, &marks)
                    && let Some(error) = wrong(spec, wire, plan, (&marks, &starts), check)
                {
                    return Err(error);
                }
            }
        }
        let Plan { announced, bitmaps, count, .. } = *plan;
        let (starts, trust) = (starts.starts(), Trust::Unknown);
        Ok(M::of(Self { spec, wire, mti, bitmaps, count, announced, starts, trust }))
    }

    /// The whole message, whatever its form.
    fn walk<const CHECK: bool>(&mut self) -> Result<()> {
        let (spec, octets) = (self.spec, reader::input(self.wire)?);
        let mut reader = Reader::new(octets, 0);
        reader.take(spec.header()).map_err(|error| error.at(Place::Header))?;
        let mti = reader.take(spec.mti().len()).and_then(|octets| spec.mti().read(&octets));
        self.mti = mti.map_err(|error| error.at(Place::Mti))?;
        let mut pass = Parse::<CHECK> { reader, message: self };
        walk(spec.body(), &mut pass, Error::in_element)?;
        pass.reader.end()
    }
}

/// What is wrong with the elements of a check that did not pass, if anything is.
#[cold]
#[inline(never)]
fn wrong<'a>(
    spec: &'a Spec<'a>,
    wire: &'a [u8],
    plan: &Plan,
    (marks, starts): (&Marks, &Noted),
    check: &Check,
) -> Option<Error> {
    let Some(class) = check.class else {
        return take_ordinary::<true>(spec, wire, plan.number(check.rank)?, starts.get(check.rank)).err();
    };
    match first_invalid(class, wire, check.range(marks)) {
        Some(place) => {
            let rank = (check.rank..plan.count).rev().find(|rank| starts.get(*rank) <= place)?;
            error_at((spec, wire), plan.number(rank)?, place)
        }
        None => Message::parse(spec, wire).err(),
    }
}

/// The read pass over a message body: records where elements start.
struct Parse<'m, 'a, const CHECK: bool> {
    reader: Reader<'a>,
    message: &'m mut Message<'a>,
}

impl<'a, const CHECK: bool> Pass<'a> for Parse<'_, 'a, CHECK> {
    fn more(&self) -> bool {
        self.reader.more()
    }

    #[inline]
    fn bitmap(&mut self, form: BitmapForm) -> Result<Announced> {
        let start = self.reader.at();
        let announced = self.reader.bitmap(form).map_err(|error| error.at(Place::Bitmap))?;
        self.message.bitmaps = narrow((self.reader.at() - start) / form.len().max(1));
        self.message.announced = announced.elements;
        Ok(announced)
    }

    fn third_bitmap(&mut self, form: BitmapForm) -> Result<u64> {
        let word = self.reader.third_bitmap(form).map_err(|error| error.at(Place::Bitmap))?;
        let [first, second, _] = self.message.announced.words();
        self.message.announced = Bitmap::from_words([first, second, word]);
        self.message.bitmaps += 1;
        Ok(word)
    }

    fn tag(&mut self, tag: Tag, length_first: Option<LengthFirst>) -> Result<Option<u32>> {
        self.reader.tag(tag, length_first)
    }

    #[inline]
    fn element(&mut self, _key: Key, element: &'a Element<'a>) -> Result<()> {
        let start = self.reader.at();
        if CHECK {
            self.reader.take_element(element)?;
        } else {
            let span = self.reader.measure(element)?;
            self.reader.skip_to(span.next);
        }
        self.message.starts.note(usize::from(self.message.count), start);
        self.message.count += 1;
        Ok(())
    }

    fn offset(&self) -> usize {
        self.reader.offset()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::builtin;
    use crate::write::builder::Builder;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// What a read leaves: all of it that can be seen.
    fn left<'a>(
        spec: &'a Spec<'a>,
        wire: &'a [u8],
        read: impl Fn(&mut Message<'a>) -> Result<()>,
    ) -> (Option<Error>, Mti, Bitmap, u8, Vec<core::ops::Range<usize>>) {
        let mut message = Message::empty(spec, wire);
        let error = read(&mut message).err();
        let ranges = message.fields().map(|field| field.value_range()).collect();
        (error, message.mti, message.bitmap(), message.bitmaps, ranges)
    }

    fn message(spec: &Spec<'static>, values: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let header = [0x60; 64];
        let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        builder.header(&header[..spec.header()]);
        for (number, value) in values {
            let mut longer = builder.clone();
            if longer.set(*number, value.as_slice()).to_vec().is_ok() {
                builder = longer;
            }
        }
        builder.to_vec().unwrap()
    }

    #[test]
    fn the_fast_way_and_the_walk_name_the_same_invalid_octet() {
        for spec in builtin() {
            let ordinary = spec.without_fast_forms();
            let len = |number| spec.element(number).map_or(0, |element| element.max().min(4));
            let values: Vec<_> = (2..50).map(|number| (number, std::vec![b'5'; len(number)])).collect();
            let sound = message(spec, &values);
            for (place, wrong) in (0..sound.len()).zip([0x07, b'x', 0xFF].into_iter().cycle()) {
                let mut wire = sound.clone();
                wire[place] = wrong;
                let short = left(spec, &wire, Message::read::<true>);
                assert_eq!(short, left(&ordinary, &wire, Message::walk::<true>), "{} {place}", spec.name());
            }
        }
    }

    fn value() -> impl Strategy<Value = Vec<u8>> {
        let digits = proptest::collection::vec(b'0'..=b'9', 0..40);
        prop_oneof![3 => digits, 1 => proptest::collection::vec(b' '..=b'~', 0..60)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn the_fast_way_is_the_walk(
            link in 0..builtin().count(),
            values in proptest::collection::vec((2u8..=128, value()), 0..20),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            cut in proptest::option::of(any::<prop::sample::Index>()),
        ) {
            let spec = builtin().nth(link).unwrap();
            let ordinary = spec.without_fast_forms();
            let mut wire = message(spec, &values);
            for (index, octet) in changes {
                let place = index.index(wire.len());
                wire[place] = octet;
            }
            if let Some(index) = cut {
                wire.truncate(index.index(wire.len()));
            }
            let short = left(spec, &wire, Message::read::<true>);
            prop_assert_eq!(&short, &left(&ordinary, &wire, Message::walk::<true>));
            prop_assert_eq!(&short, &left(spec, &wire, Message::walk::<true>));
            let scanned = left(spec, &wire, Message::read::<false>).0.is_none();
            prop_assert_eq!(scanned, left(&ordinary, &wire, Message::walk::<false>).0.is_none());
        }
    }
}
