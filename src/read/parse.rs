//! The read pass over a message: the usual forms at once, the others by the walk.
//!
//! A letter to the next editor. There are two ways through a message and they must agree on every
//! input. [`Message::walk`] is the one that decides: it knows every form, and whom to blame.
//! [`Message::read_elements`] takes a message with a usual head, and reads each element by its
//! short form. It does not look at content element by element: neighbours of one class are a *run*
//! and are checked as one. What the short form does not know, and what looks wrong, is given to the
//! ordinary reader, element by element, in wire order, so the first thing that is wrong is the one
//! that is reported.

use crate::codec::CodePage;
use crate::codec::fast::class::Class;
use crate::codec::fast::element::{Lies, Quick, bit};
use crate::codec::window::Octets;
use crate::layout::walk::{Announced, Pass, walk};
use crate::layout::{BitmapForm, Element, Lead, Tag};
use crate::model::bitmap::Bitmap;
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Key, Place, Result};
use crate::model::mti::Mti;
use crate::read::fast::ber::sound_composite_end;
use crate::read::fast::head::{Head, head};
use crate::read::fast::locate::{Suspects, blame, wrong_octet};
use crate::read::fast::plan::{Check, Marks, Plan};
use crate::read::message::{Made, Message};
use crate::read::offsets::Noted;
use crate::read::reader::{self, Reader};
use crate::spec::{MtiCoding, Spec};

impl<'a> Message<'a> {
    /// Reads a message into this empty one; content is looked at if `CHECK` says so.
    pub(crate) fn read<const CHECK: bool>(&mut self) -> Result<()> {
        self.read_behind::<CHECK>(head(self.spec, self.wire))
    }

    /// The same, when the head is known, if it is a usual one.
    #[inline]
    pub(crate) fn read_behind<const CHECK: bool>(&mut self, head: Option<Head>) -> Result<()> {
        match head {
            Some(head) => self.read_elements::<CHECK>(head),
            None => self.walk::<CHECK>(),
        }
    }

    /// The elements behind a head of the usual form.
    fn read_elements<const CHECK: bool>(&mut self, head: Head) -> Result<()> {
        self.begin(head);
        let mut run = Run { class: Class::Digits, start: head.end, rank: 0 };
        let (mut at, mut rank) = (head.end, 0);
        for (word, quicks) in head.announced.words().into_iter().zip(self.spec.quicks()) {
            let mut rest = word.reverse_bits();
            while rest != 0 {
                let quick = bit(quicks, rest.trailing_zeros());
                rest &= rest - 1;
                let next = match usize::from(quick.fixed) {
                    fixed @ 1.. if quick.run == Some(run.class) => at + fixed,
                    _ => self.read_quick::<CHECK>(quick, &mut run, at, rank)?,
                };
                self.starts.note(rank, at);
                (at, rank) = (next, rank + 1);
            }
        }
        self.end::<CHECK>(run, at, rank)
    }

    /// Reads the message whose bitmaps, those of a plan, start at `at`.
    #[inline(always)]
    pub(crate) fn planned<M: Made<'a>, const CHECK: bool>(
        (spec, wire): (&'a Spec<'a>, &'a [u8]),
        plan: &Plan,
        (mti, at): (Mti, usize),
    ) -> Result<M> {
        let (mut marks, mut starts) = (Marks::NONE, Noted::NONE);
        if !plan.find(spec, wire, at, (&mut marks, &mut starts))
            || CHECK && !plan.has_sound_halves(wire, &marks)
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
        Ok(M::of(Self { spec, wire, mti, bitmaps, count, announced, starts: starts.starts() }))
    }

    #[inline(always)]
    fn begin(&mut self, head: Head) {
        (self.mti, self.announced, self.bitmaps) = (head.mti, head.announced, head.bitmaps);
    }

    #[inline(always)]
    fn end<const CHECK: bool>(&mut self, run: Run, at: usize, rank: usize) -> Result<()> {
        self.finish::<CHECK>(&run, at, rank)?;
        self.count = narrow(rank);
        if at == self.wire.len() {
            return Ok(());
        }
        Reader::new(Octets::of(self.wire), at).end()
    }

    /// Reads an element that does not simply prolong the run; returns where the next one starts.
    #[inline(always)]
    fn read_quick<const CHECK: bool>(
        &mut self,
        quick: &Quick,
        run: &mut Run,
        at: usize,
        rank: usize,
    ) -> Result<usize> {
        if let Some((class, end)) = quick.in_run(self.wire, at) {
            if class != run.class {
                self.finish::<CHECK>(run, at, rank)?;
                (run.class, run.start, run.rank) = (class, at, rank);
            }
            return Ok(end);
        }
        self.finish_and_read::<CHECK>(quick, run, at, rank)
    }

    /// Ends the run, and reads an element that can be in none.
    #[inline(never)]
    fn finish_and_read<const CHECK: bool>(
        &mut self,
        quick: &Quick,
        run: &mut Run,
        at: usize,
        rank: usize,
    ) -> Result<usize> {
        self.finish::<CHECK>(run, at, rank)?;
        let next = self.read_apart::<CHECK>(quick, at, rank)?;
        (run.start, run.rank) = (next, rank + 1);
        Ok(next)
    }

    /// Reads one element by its short form, or if that does not do, as [`Message::read_one`].
    fn read_apart<const CHECK: bool>(&mut self, quick: &Quick, at: usize, rank: usize) -> Result<usize> {
        let is_sound = |lies: &Lies| match CHECK {
            true => !quick.is_composite && quick.is_sound(self.wire, *lies),
            false => lies.end <= self.wire.len() && quick.is_possible(*lies),
        };
        match quick.find(self.wire, at).filter(is_sound) {
            Some(lies) => Ok(lies.end),
            None => self.read_one::<CHECK>(self.announced.nth(rank).unwrap_or(0), at, rank),
        }
    }

    /// Ends a run before the element of that rank at `at`: all its octets are of its class.
    #[inline(always)]
    fn finish<const CHECK: bool>(&mut self, run: &Run, at: usize, rank: usize) -> Result<()> {
        let is_sound = match CHECK {
            true => run.start == at || run.class.admits(self.wire, run.start, at),
            false => at <= self.wire.len(),
        };
        if is_sound { Ok(()) } else { self.read_again::<CHECK>(run, at, rank) }
    }

    /// Finds out what is wrong with a run, if anything is.
    #[cold]
    #[inline(never)]
    fn read_again<const CHECK: bool>(&mut self, run: &Run, at: usize, end: usize) -> Result<()> {
        let (octets, ranks) = (run.start..at, run.rank..end);
        let suspects = Suspects { class: run.class, octets, ranks };
        let blamed = suspects.blame((self.spec, self.wire), self.announced, &self.starts);
        if let Some((rank, error)) = blamed.filter(|_| CHECK) {
            self.count = narrow(rank);
            return Err(error);
        }
        let mut at = run.start;
        for (number, rank) in self.announced.iter_from(run.rank).zip(run.rank..end) {
            at = self.read_one::<CHECK>(number, at, rank)?;
        }
        Ok(())
    }

    /// Reads the element of that rank at `at`, whatever its form; returns where the next one
    /// starts. If it cannot be read, it and those behind it do not count.
    fn read_one<const CHECK: bool>(&mut self, number: u8, at: usize, rank: usize) -> Result<usize> {
        self.count = narrow(rank);
        take_one::<CHECK>(self.spec, self.wire, number, at)
    }

    /// The whole message, whatever its form.
    fn walk<const CHECK: bool>(&mut self) -> Result<()> {
        let (spec, octets) = (self.spec, reader::input(self.wire)?);
        let mut reader = Reader::new(octets, 0);
        reader.take(spec.header()).map_err(|error| error.at(Place::Header))?;
        self.mti = take_mti(&mut reader, spec.mti()).map_err(|error| error.at(Place::Mti))?;
        let mut pass = Parse::<CHECK> { reader, message: self };
        walk(spec.body(), &mut pass, in_element)?;
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
        return take_one::<true>(spec, wire, plan.number(check.rank)?, starts.get(check.rank)).err();
    };
    match wrong_octet(class, wire, check.range(marks)) {
        Some(place) => {
            let rank = (check.rank..plan.count).rev().find(|rank| starts.get(*rank) <= place)?;
            blame((spec, wire), plan.number(rank)?, place)
        }
        None => Message::parse(spec, wire).err(),
    }
}

/// Takes the element of that number at `at`, whatever its form; returns where it ends.
#[inline(never)]
fn take_one<'a, const CHECK: bool>(
    spec: &'a Spec<'a>,
    wire: &'a [u8],
    number: u8,
    at: usize,
) -> Result<usize> {
    let element = spec.element(number);
    if let Some(end) = element.filter(|_| CHECK).and_then(|element| sound_composite_end(element, wire, at)) {
        return Ok(end);
    }
    let mut reader = Reader::new(Octets::of(wire), at);
    let taken = match element {
        Some(element) if CHECK => reader.take_element(element).map(|()| reader.at()),
        Some(element) => reader.measure(element).map(|span| span.next),
        None => Err(Error::new(ErrorKind::Undefined, at, 0, 0)),
    };
    taken.map_err(|error| error.at(Place::Element(number)))
}

/// Elements of one class, one after the other, not checked yet.
#[derive(Clone, Copy)]
struct Run {
    class: Class,
    start: usize,
    /// The rank of its first element.
    rank: usize,
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
        let width = form.coding.wire_len(Content::B, usize::from(form.octets));
        self.message.bitmaps = u8::try_from((self.reader.at() - start) / width.max(1)).unwrap_or(u8::MAX);
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

    fn tag(&mut self, tag: Tag, length_first: Option<Lead>) -> Result<Option<u32>> {
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

/// Reads an MTI; its mirror is in `write`.
fn take_mti(reader: &mut Reader<'_>, coding: MtiCoding) -> Result<Mti> {
    let octets = reader.take(coding.len())?;
    let at = |index| octets.get(index);
    let digits = match coding {
        MtiCoding::Ascii => [at(0), at(1), at(2), at(3)],
        MtiCoding::Ebcdic => [at(0), at(1), at(2), at(3)].map(|octet| CodePage::Cp1047.get(octet)),
        MtiCoding::Bcd => [at(0) >> 4, at(0) & 15, at(1) >> 4, at(1) & 15].map(|half| b'0' + half),
        // zeros are no digits: the error
        MtiCoding::Binary => Mti::from_number(u16::from_be_bytes([at(0), at(1)])).map_or([0; 4], Mti::digits),
    };
    Mti::from_digits(digits).map_err(|_| Error::new(ErrorKind::MtiDigit, octets.position(0), 4, 0))
}

fn in_element(error: Error, key: Key) -> Error {
    error.at(Place::Element(u8::try_from(key.value()).unwrap_or(u8::MAX)))
}

/// A count of elements as a message keeps it: there are never more than 192.
#[inline(always)]
fn narrow(elements: usize) -> u8 {
    u8::try_from(elements).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::builtin;
    use crate::write::builder::Builder;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// What a read leaves behind: all of it that can be seen.
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
    fn whom_the_short_way_blames_the_long_way_blames() {
        for spec in builtin() {
            let ordinary = spec.without_short_forms();
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
        fn the_short_way_is_the_long_way(
            link in 0..builtin().count(),
            values in proptest::collection::vec((2u8..=128, value()), 0..20),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            cut in proptest::option::of(any::<prop::sample::Index>()),
        ) {
            let spec = builtin().nth(link).unwrap();
            let ordinary = spec.without_short_forms();
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
