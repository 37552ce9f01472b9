//! What can be sent.

use core::ptr;
use std::vec::Vec;

use zeroize::Zeroize;

use super::received::Received;
use crate::layout::Form;
use crate::model::bitmap::Bitmap;
use crate::model::content::Content;
use crate::model::error::{ErrorKind, Result};
use crate::model::mti::Mti;
use crate::net::exchange::correlation::{Correlation, Trace, original};
use crate::read::message::Message;
use crate::read::owned::OwnedMessage;
use crate::spec::Spec;
use crate::write::builder::Builder;
use crate::write::message_form::FilledForm;
use crate::write::value::{Source, Value};

/// What can be sent: a [`Builder`], a [`FilledForm`], a message, or the octets of one. `Option<Vec<u8>>` is for `async`
/// functions that give no response to some requests.
///
/// Only types of this crate and octets implement it.
pub trait Outgoing: Sealed {
    /// Writes the message at the front of `room`, which is made larger if need be, and says how
    /// many octets it has.
    ///
    /// # Errors
    /// As [`Builder::write`].
    #[doc(hidden)]
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize>;

    /// The spec by which the octets are checked as they are written; none if they are not.
    #[doc(hidden)]
    fn checked_by(&self) -> Option<&Spec<'_>> {
        None
    }

    /// The MTI, and the key that a parse of the octets would find, where both are known without one.
    #[doc(hidden)]
    fn key(&self, _rule: &Correlation) -> Option<(Mti, Trace)> {
        None
    }

    /// Whether it is known without a parse that this has the correlation key of `request`. `false` says
    /// that it has to be parsed.
    #[doc(hidden)]
    fn surely_responds_to(&self, _request: &Message<'_>, _rule: &Correlation) -> bool {
        false
    }
}

/// Keeps the trait to this crate, so that it can change.
pub trait Sealed {}

impl Sealed for Builder<'_> {}

impl Outgoing for Builder<'_> {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        in_room(room, |room| self.write(room).map(<[u8]>::len))
    }

    fn checked_by(&self) -> Option<&Spec<'_>> {
        Some(self.spec)
    }

    fn key(&self, rule: &Correlation) -> Option<(Mti, Trace)> {
        let trace = rule.trace_of(self.mti, |number, trace| {
            let source = self.source(number);
            match self.has(number) {
                true => add_as_read(self.spec, number, &source, trace).map(|()| true),
                false => Some(false),
            }
        });
        trace.map(|trace| (self.mti, trace))
    }

    /// It is when the elements of the key are carried over from the request itself, all of them.
    fn surely_responds_to(&self, request: &Message<'_>, rule: &Correlation) -> bool {
        let is_origin = self.origin.is_some_and(|origin| ptr::addr_eq(origin, request));
        is_origin && is_response_to(request, rule, self.mti, [&self.present, &self.echoed])
    }
}

/// Whether a message of these elements, some of which are carried over from a request, is the response to it.
pub(super) fn is_response_to(
    request: &Message<'_>,
    rule: &Correlation,
    mti: Mti,
    [present, echoed]: [&Bitmap; 2],
) -> bool {
    let response = original(mti);
    if rule.response_to(request.mti()) != Some(response) {
        return false;
    }
    // A request that is handled is whole: it has what its bitmaps announce.
    let sets = [rule.set(response), &request.announced, present, echoed];
    let [[a, b, c], [d, e, f], [g, h, i], [j, k, l]] = sets.map(Bitmap::words);
    // The elements of the key that the request has are there, no other is, and all are carried over.
    let sure = |key: u64, asked: u64, there: u64, carried: u64| {
        key & asked == key & there && key & asked & carried == key & asked
    };
    sure(a, d, g, j) && sure(b, e, h, k) && sure(c, f, i, l)
}

impl<V> Sealed for FilledForm<'_, V> {}

impl<'v, V: Copy + Into<Value<'v>>> Outgoing for FilledForm<'_, V> {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        in_room(room, |room| self.write(room).map(<[u8]>::len))
    }

    fn checked_by(&self) -> Option<&Spec<'_>> {
        Some(self.form.spec)
    }

    fn key(&self, rule: &Correlation) -> Option<(Mti, Trace)> {
        let trace =
            rule.trace_of(self.form.mti, |number, trace| match self.form.value_of(number, self.values) {
                Some(value) => add_as_read(self.form.spec, number, &(*value).into().0, trace).map(|()| true),
                None => Some(false),
            });
        trace.map(|trace| (self.form.mti, trace))
    }
}

/// Writes a message at the front of `room`, which is made as large as its error says.
pub(super) fn in_room(
    room: &mut Vec<u8>,
    mut write: impl FnMut(&mut [u8]) -> Result<usize>,
) -> Result<usize> {
    if room.is_empty() {
        room.resize(1024, 0);
    }
    match write(room) {
        Err(error) if error.kind() == ErrorKind::Room => {
            room.resize(error.expected().max(room.len()), 0);
            write(room)
        }
        written => written,
    }
}

/// Adds the value that an element has when it is read, if that is the one that was given: a value of full length
/// needs no fill, and only separators and hexadecimal digits are written otherwise than they are given. What
/// is wrong with a value is found when the message is written.
fn add_as_read(spec: &Spec<'_>, number: u8, source: &Source<'_>, trace: &mut Trace) -> Option<()> {
    let element = spec.element(number)?;
    let as_given = match element.content() {
        Content::Z | Content::Ne | Content::H => false,
        _ => element.layout().is_none() && element.form() == Form::Fixed,
    };
    let size = element.max();
    match *source {
        Source::Octets(value) if as_given && value.len() == size => {
            trace.extend(size, |room| room.copy_from_slice(value))
        }
        Source::Number(number) if as_given && element.content() == Content::N => {
            trace.extend(size, |room| put_digits(number, room))
        }
        Source::Echo(message) if ptr::eq(message.spec(), spec) && as_given => {
            trace.add(message, number)?.then_some(())
        }
        _ => None,
    }
}

/// Writes a number with zeros before it.
fn put_digits(mut number: u64, room: &mut [u8]) {
    for digit in room.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

impl Sealed for [u8] {}

impl Outgoing for [u8] {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        if room.len() < self.len() {
            room.resize(self.len(), 0);
        }
        if let Some(room) = room.get_mut(..self.len()) {
            room.copy_from_slice(self);
        }
        Ok(self.len())
    }
}

/// Types that hold the octets of a message.
macro_rules! octets {
    ($([$($generics:tt)*] $name:ty, $octets:ident;)*) => {$(
        impl<$($generics)*> Sealed for $name {}

        impl<$($generics)*> Outgoing for $name {
            fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
                self.$octets().write_into(room)
            }
        }
    )*};
}

octets! {
    [] Vec<u8>, as_slice;
    [const N: usize] [u8; N], as_slice;
    [] Message<'_>, wire;
    [] OwnedMessage<'_>, wire;
    [] Received, wire;
}

impl Sealed for Option<Vec<u8>> {}

impl Outgoing for Option<Vec<u8>> {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        self.as_deref().unwrap_or_default().write_into(room)
    }
}

impl<T: Sealed + ?Sized> Sealed for &T {}

impl<T: Outgoing + ?Sized> Outgoing for &T {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        (**self).write_into(room)
    }

    fn checked_by(&self) -> Option<&Spec<'_>> {
        (**self).checked_by()
    }

    fn key(&self, rule: &Correlation) -> Option<(Mti, Trace)> {
        (**self).key(rule)
    }

    fn surely_responds_to(&self, request: &Message<'_>, rule: &Correlation) -> bool {
        (**self).surely_responds_to(request, rule)
    }
}

impl<T: Sealed + ?Sized> Sealed for &mut T {}

impl<T: Outgoing + ?Sized> Outgoing for &mut T {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        (**self).write_into(room)
    }

    fn checked_by(&self) -> Option<&Spec<'_>> {
        (**self).checked_by()
    }

    fn key(&self, rule: &Correlation) -> Option<(Mti, Trace)> {
        (**self).key(rule)
    }

    fn surely_responds_to(&self, request: &Message<'_>, rule: &Correlation) -> bool {
        (**self).surely_responds_to(request, rule)
    }
}

/// Calls `use_it` with the octets of a message, written into room that the thread keeps.
pub(crate) fn written<T>(message: &(impl Outgoing + ?Sized), use_it: impl FnOnce(&[u8]) -> T) -> Result<T> {
    written_by(|room| message.write_into(room), use_it)
}

/// The same of what `write` writes at the front of that room.
pub(super) fn written_by<T>(
    write: impl FnOnce(&mut Vec<u8>) -> Result<usize>,
    use_it: impl FnOnce(&[u8]) -> T,
) -> Result<T> {
    std::thread_local! {
        static ROOM: core::cell::Cell<Vec<u8>> = const { core::cell::Cell::new(Vec::new()) };
    }
    ROOM.with(|room| {
        let mut octets = room.take();
        let size = write(&mut octets);
        let done = size.map(|size| use_it(octets.get(..size).unwrap_or_default()));
        // also what a message that could not be written left behind
        let written = size.unwrap_or(octets.len());
        octets.get_mut(..written).unwrap_or_default().zeroize();
        if octets.len() <= 65_536 {
            room.set(octets);
        }
        done
    })
}
