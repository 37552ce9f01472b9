//! A message of the common forms, read in runs.
//!
//! Each element is found by its fast form. Content is not checked element by element: neighbours of one class
//! of characters are a *run*, and are checked as one.
//!
//! ```text
//! 0200 3220...  000000 000000012300 123456 142536   an2 ...
//! MTI  bitmap   3      4            11     12       39
//!               |---------- run of digits --------| |- next run
//! ```
//!
//! What the fast form does not know, and what looks wrong, is given to the ordinary reader, element by element
//! in wire order, so that the first thing that is wrong is the one that is reported.

use crate::codec::fast::class::CharClass;
use crate::codec::fast::element::{FastElement, ValueSpan, bit};
use crate::codec::window::Octets;
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::read::fast::ber::valid_composite_end;
use crate::read::fast::head::Head;
use crate::read::fast::locate::SuspectRun;
use crate::read::message::{Message, narrow};
use crate::read::reader::Reader;
use crate::spec::Spec;

impl<'a> Message<'a> {
    /// The elements after a head of the common form.
    pub(crate) fn read_runs<const CHECK: bool>(&mut self, head: Head) -> Result<()> {
        self.begin(head);
        let mut run = Run { class: CharClass::Digits, start: head.end, rank: 0 };
        let (mut at, mut rank) = (head.end, 0);
        for (word, fast_elements) in head.announced.words().into_iter().zip(self.spec.fast_elements()) {
            let mut rest = word.reverse_bits();
            while rest != 0 {
                let fast = bit(fast_elements, rest.trailing_zeros());
                rest &= rest - 1;
                let next = match usize::from(fast.fixed) {
                    fixed @ 1.. if fast.run == Some(run.class) => at + fixed,
                    _ => self.read_next::<CHECK>(fast, &mut run, at, rank)?,
                };
                self.starts.note(rank, at);
                (at, rank) = (next, rank + 1);
            }
        }
        self.end::<CHECK>(run, at, rank)
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
    fn read_next<const CHECK: bool>(
        &mut self,
        fast: &FastElement,
        run: &mut Run,
        at: usize,
        rank: usize,
    ) -> Result<usize> {
        if let Some((class, end)) = fast.in_run(self.wire, at) {
            if class != run.class {
                self.finish::<CHECK>(run, at, rank)?;
                (run.class, run.start, run.rank) = (class, at, rank);
            }
            return Ok(end);
        }
        self.close_and_read::<CHECK>(fast, run, at, rank)
    }

    /// Ends the run, and reads an element that can be in none.
    #[inline(never)]
    fn close_and_read<const CHECK: bool>(
        &mut self,
        fast: &FastElement,
        run: &mut Run,
        at: usize,
        rank: usize,
    ) -> Result<usize> {
        self.finish::<CHECK>(run, at, rank)?;
        let next = self.read_outside_run::<CHECK>(fast, at, rank)?;
        (run.start, run.rank) = (next, rank + 1);
        Ok(next)
    }

    /// Reads one element by its fast form, or if that does not do, as [`Message::read_ordinary`].
    fn read_outside_run<const CHECK: bool>(
        &mut self,
        fast: &FastElement,
        at: usize,
        rank: usize,
    ) -> Result<usize> {
        let is_valid = |lies: &ValueSpan| match CHECK {
            true => !fast.is_composite && fast.is_valid(self.wire, *lies),
            false => lies.end <= self.wire.len() && fast.is_possible(*lies),
        };
        match fast.find(self.wire, at).filter(is_valid) {
            Some(lies) => Ok(lies.end),
            None => self.read_ordinary::<CHECK>(self.announced.nth(rank).unwrap_or(0), at, rank),
        }
    }

    /// Ends a run before the element of that rank at `at`: all its octets are of its class.
    #[inline(always)]
    fn finish<const CHECK: bool>(&mut self, run: &Run, at: usize, rank: usize) -> Result<()> {
        let is_valid = match CHECK {
            true => run.start == at || run.class.admits(self.wire, run.start, at),
            false => at <= self.wire.len(),
        };
        if is_valid { Ok(()) } else { self.explain_run::<CHECK>(run, at, rank) }
    }

    /// Finds out what is wrong with a run, if anything is.
    #[cold]
    #[inline(never)]
    fn explain_run<const CHECK: bool>(&mut self, run: &Run, at: usize, end: usize) -> Result<()> {
        let (octets, ranks) = (run.start..at, run.rank..end);
        let suspect = SuspectRun { class: run.class, octets, ranks };
        let found = suspect.error_at((self.spec, self.wire), self.announced, &self.starts);
        if let Some((rank, error)) = found.filter(|_| CHECK) {
            self.count = narrow(rank);
            return Err(error);
        }
        let mut at = run.start;
        for (number, rank) in self.announced.iter_from(run.rank).zip(run.rank..end) {
            at = self.read_ordinary::<CHECK>(number, at, rank)?;
        }
        Ok(())
    }

    /// Reads the element of that rank at `at`, whatever its form; returns where the next one
    /// starts. If it cannot be read, it and those after it do not count.
    fn read_ordinary<const CHECK: bool>(&mut self, number: u8, at: usize, rank: usize) -> Result<usize> {
        self.count = narrow(rank);
        take_ordinary::<CHECK>(self.spec, self.wire, number, at)
    }
}

/// Takes the element of that number at `at`, whatever its form; returns where it ends.
#[inline(never)]
pub(crate) fn take_ordinary<'a, const CHECK: bool>(
    spec: &'a Spec<'a>,
    wire: &'a [u8],
    number: u8,
    at: usize,
) -> Result<usize> {
    let element = spec.element(number);
    if let Some(end) = element.filter(|_| CHECK).and_then(|element| valid_composite_end(element, wire, at)) {
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
    class: CharClass,
    start: usize,
    /// The rank of its first element.
    rank: usize,
}
