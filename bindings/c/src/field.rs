//! An element of a message, or a part of one: its value where it stands, decoded, as a number, as it may be shown.

use core::mem::MaybeUninit;

use cardwire::read::{Exposed, Field as Read, Parts as ReadParts};

use crate::error::{Code, Fault, code, narrow};
use crate::raw::{self, Kept, Opaque};
use crate::text;

/// `cardwire_field`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Field {
    /// The number of the element, the position of the part, or its tag.
    pub key: u32,
    /// How long the value is: characters, digits, or octets of a binary one.
    pub length: u32,
    /// Where the octets of the value begin in the message.
    pub offset: u32,
    /// How many they are.
    pub size: u32,
    /// 1 where the value is octets and no text.
    pub is_binary: u8,
    /// 1 where only `cardwire_expose` opens it.
    pub is_private: u8,
    /// 1 where it has parts.
    pub is_composite: u8,
    /// 1 after `cardwire_expose`.
    pub is_exposed: u8,
    /// Not used.
    pub reserved: u32,
    inner: Opaque<18>,
}

impl Kept for Read<'static> {
    const MARK: u64 = 0x6361_7264_0000_0003;
}

/// `cardwire_parts`: the parts of a composite that are still to come.
pub type Parts = Opaque<24>;

impl Kept for ReadParts<'static> {
    const MARK: u64 = 0x6361_7264_0000_0004;
}

impl Field {
    /// None.
    pub const EMPTY: Self = Self {
        key: 0,
        length: 0,
        offset: 0,
        size: 0,
        is_binary: 0,
        is_private: 0,
        is_composite: 0,
        is_exposed: 0,
        reserved: 0,
        inner: Opaque::EMPTY,
    };

    /// What C sees of an element; nothing, and why, if there is none.
    pub(crate) fn put(
        place: Result<&mut MaybeUninit<Self>, Fault>,
        read: Result<Option<Read<'static>>, Fault>,
    ) -> Result<(), Fault> {
        let place = place?;
        let read = match read.and_then(|read| read.ok_or(Fault::Call(code::MISSING))) {
            Ok(read) => read,
            Err(fault) => {
                place.write(Self::EMPTY);
                return Err(fault);
            }
        };
        let range = read.value_range();
        place.write(Self {
            key: read.key().value(),
            length: narrow(read.len()),
            offset: narrow(range.start),
            size: narrow(range.len()),
            is_binary: read.content().is_binary().into(),
            is_private: (!read.element().privacy().is_open()).into(),
            is_composite: read.is_composite().into(),
            is_exposed: 0,
            reserved: 0,
            inner: Opaque::of(read),
        });
        Ok(())
    }

    pub(crate) fn read(&self) -> Result<&Read<'static>, Fault> {
        self.inner.get()
    }

    /// The value, if it may be had.
    fn open(&self) -> Result<Exposed<'static>, Fault> {
        let read = self.read()?;
        match self.is_exposed {
            0 => Ok(read.bytes()?),
            _ => Ok(read.expose()),
        }
    }
}

/// Opens a private value: the one word to search a program for.
///
/// # Safety
/// `field` is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_expose(field: *mut Field) -> Code {
    // SAFETY: the promise of the caller
    let field = unsafe { raw::change(field) };
    raw::told(field.and_then(|field| {
        field.read()?;
        field.is_exposed = 1;
        Ok(())
    }))
}

/// Points to the value where it stands in the caller's octets.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_value(
    field: *const Field,
    value: *mut *const u8,
    length: *mut usize,
) -> Code {
    // SAFETY: the promise of the caller
    let (field, value, length) = unsafe { (raw::read(field), raw::out(value), raw::out(length)) };
    raw::told(field.and_then(|field| {
        let (value, length) = (value?, length?);
        value.write(core::ptr::null());
        length.write(0);
        let octets = field.open()?.as_bytes().ok_or(Fault::Call(code::FORM))?;
        value.write(octets.as_ptr());
        length.write(octets.len());
        Ok(())
    }))
}

/// Copies the value as it is on every link: characters, digits, octets.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says; `out` has `room` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_copy(
    field: *const Field,
    out: *mut u8,
    room: usize,
    length: *mut usize,
) -> Code {
    // SAFETY: the promise of the caller
    let (field, out, length) = unsafe { (raw::read(field), raw::room(out, room), raw::out(length)) };
    raw::told(field.and_then(|field| {
        let (out, length) = (out?, length?);
        length.write(0);
        let value = field.open()?;
        length.write(value.len());
        let out = out.get_mut(..value.len()).ok_or(Fault::Call(code::ROOM))?;
        out.iter_mut().zip(value.octets()).for_each(|(place, octet)| {
            place.write(octet);
        });
        Ok(())
    }))
}

/// The number in a value of digits.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_number(field: *const Field, number: *mut u64) -> Code {
    // SAFETY: the promise of the caller
    let (field, number) = unsafe { (raw::read(field), raw::out(number)) };
    raw::told(field.and_then(|field| {
        number?.write(field.open()?.number()?);
        Ok(())
    }))
}

/// Writes the value as it may be shown, as `snprintf` does: `411111******1111`, exposed or not.
///
/// # Safety
/// `field` is NULL or what `cardwire.h` says; `out` is NULL or has `room` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_show(field: *const Field, out: *mut u8, room: usize) -> usize {
    // SAFETY: the promise of the caller
    let (field, out) = unsafe { (raw::read(field), raw::room(out, room)) };
    match (field.and_then(Field::read), out) {
        (Ok(field), Ok(out)) => text::write(out, field),
        _ => 0,
    }
}

/// Writes the name of an element in the standard's words, as `snprintf` does.
///
/// # Safety
/// As `cardwire_show`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_name(field: *const Field, out: *mut u8, room: usize) -> usize {
    // SAFETY: the promise of the caller
    let (field, out) = unsafe { (raw::read(field), raw::room(out, room)) };
    match (field.and_then(Field::read), out) {
        (Ok(field), Ok(out)) => text::write(out, field.name()),
        _ => 0,
    }
}

/// Goes to the parts of a composite; an element that is none has none.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_parts_of(field: *const Field, parts: *mut Parts) -> Code {
    // SAFETY: the promise of the caller
    let (field, parts) = unsafe { (raw::read(field), raw::out(parts)) };
    raw::told(parts.and_then(|parts| {
        let found = field.and_then(Field::read);
        parts.write(found.map_or(Parts::EMPTY, |field| Opaque::of(field.parts())));
        found.map(|_| ())
    }))
}

/// Takes the next part.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_next_part(parts: *mut Parts, field: *mut Field) -> Code {
    // SAFETY: the promise of the caller
    let (parts, field) = unsafe { (raw::change(parts), raw::out(field)) };
    let next = parts.and_then(|parts| Ok(parts.get_mut::<ReadParts<'static>>()?.next()));
    raw::told(Field::put(field, next))
}
