//! The border: what C hands over becomes what Rust can check, here and nowhere else.
//!
//! Every pointer is tried for NULL and alignment, every length for a size that no object has, and everything
//! opaque for the mark of its kind. What cannot be tried is the promise of the caller, as `cardwire.h` states it:
//! a pointer that is not NULL points to memory that lasts for the call (a message's octets: as long as the
//! message), of the size that is given, and no two arguments overlap.

use core::ffi::c_char;
use core::mem::MaybeUninit;
use core::slice;

use crate::error::{Code, Fault, code};

/// The longest text that is taken: paths, names, values.
const MAX_TEXT: usize = 65_536;

/// Reads `count` things at a pointer; NULL is none of them if `count` is 0.
///
/// # Safety
/// The promise of the caller: `count` things that stay as they are during `'c`.
pub(crate) unsafe fn slice<'c, T>(start: *const T, count: usize) -> Result<&'c [T], Fault> {
    match count {
        0 => Ok(&[]),
        _ => {
            check::<T>(start, count)?;
            // SAFETY: not NULL, aligned, not larger than an object may be; the rest is promised
            Ok(unsafe { slice::from_raw_parts(start, count) })
        }
    }
}

/// Room for octets of which nothing is known yet.
///
/// # Safety
/// The promise of the caller: `size` octets that nobody else uses during `'c`.
pub(crate) unsafe fn room<'c, T>(start: *mut T, size: usize) -> Result<&'c mut [MaybeUninit<T>], Fault> {
    match size {
        0 => Ok(&mut []),
        _ => {
            check::<T>(start, size)?;
            // SAFETY: not NULL, aligned, not larger than an object may be; the rest is promised
            Ok(unsafe { slice::from_raw_parts_mut(start.cast(), size) })
        }
    }
}

/// Room for octets, filled with zeros: what is written half an octet at a time reads the other half.
///
/// # Safety
/// As [`room`].
pub(crate) unsafe fn zeros<'c>(start: *mut u8, size: usize) -> Result<&'c mut [u8], Fault> {
    // SAFETY: the same promise
    let room = unsafe { room(start, size) }?;
    room.fill(MaybeUninit::new(0));
    // SAFETY: each octet was just written
    Ok(unsafe { slice::from_raw_parts_mut(room.as_mut_ptr().cast(), room.len()) })
}

/// The characters before the NUL.
///
/// # Safety
/// The promise of the caller: a text that ends with NUL and stays as it is during `'c`.
pub(crate) unsafe fn text<'c>(start: *const c_char) -> Result<&'c [u8], Fault> {
    check(start, 1)?;
    for length in 0..MAX_TEXT {
        // SAFETY: no octet before this one was the NUL, so it is part of the text
        if unsafe { start.wrapping_add(length).read() } == 0 {
            // SAFETY: the octets that were just read
            return Ok(unsafe { slice::from_raw_parts(start.cast(), length) });
        }
    }
    Err(Fault::Call(code::SIZE))
}

/// The same as UTF-8; a path or a name that is none names nothing.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn name<'c>(start: *const c_char) -> Result<&'c str, Fault> {
    // SAFETY: the same promise
    let text = unsafe { text(start) }?;
    core::str::from_utf8(text).map_err(|_| Fault::Call(code::MISSING))
}

/// Something to be read.
///
/// # Safety
/// The promise of the caller: one that stays as it is during `'c`.
pub(crate) unsafe fn read<'c, T>(place: *const T) -> Result<&'c T, Fault> {
    check(place, 1)?;
    // SAFETY: not NULL and aligned; the rest is promised
    Ok(unsafe { &*place })
}

/// Something to be changed.
///
/// # Safety
/// The promise of the caller: one that nobody else uses during `'c`.
pub(crate) unsafe fn change<'c, T>(place: *mut T) -> Result<&'c mut T, Fault> {
    check(place, 1)?;
    // SAFETY: not NULL and aligned; the rest is promised
    Ok(unsafe { &mut *place })
}

/// Room for something.
///
/// # Safety
/// The promise of the caller: room for one, that nobody else uses during `'c`.
pub(crate) unsafe fn out<'c, T>(place: *mut T) -> Result<&'c mut MaybeUninit<T>, Fault> {
    check(place, 1)?;
    // SAFETY: not NULL and aligned, and nothing has to be there yet; the rest is promised
    Ok(unsafe { &mut *place.cast() })
}

/// The same of what a caller may not want.
///
/// # Safety
/// As [`out`].
pub(crate) unsafe fn wanted<'c, T>(place: *mut T) -> Option<&'c mut MaybeUninit<T>> {
    // SAFETY: the same promise
    unsafe { out(place) }.ok()
}

/// Tries what can be tried of a pointer to `count` things.
fn check<T>(start: *const T, count: usize) -> Result<(), Fault> {
    if start.is_null() {
        Err(Fault::Call(code::NULL))
    } else if !start.is_aligned() {
        Err(Fault::Call(code::ALIGNMENT))
    } else if count > isize::MAX.unsigned_abs() / size_of::<T>().max(1) {
        Err(Fault::Call(code::SIZE))
    } else {
        Ok(())
    }
}

/// What a library keeps in the caller's memory from one call to the next: `WORDS` words of 64 bits, of which the
/// first says what the rest is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Opaque<const WORDS: usize> {
    words: [MaybeUninit<u64>; WORDS],
}

/// What can be kept, and its mark: a number that memory of zeros does not hold, nor anything else that is kept.
pub(crate) trait Kept: Sized {
    /// The mark.
    const MARK: u64;
}

/// A thing and the mark that it is there.
#[repr(C)]
struct Marked<T> {
    mark: u64,
    thing: MaybeUninit<T>,
}

impl<const WORDS: usize> Opaque<WORDS> {
    /// Memory of zeros, as C has it after `= {0}`.
    pub const EMPTY: Self = Self { words: [MaybeUninit::new(0); WORDS] };

    /// With a thing in it.
    pub(crate) fn of<T: Kept>(thing: T) -> Self {
        const {
            assert!(
                size_of::<Marked<T>>() <= size_of::<Self>(),
                "the room that cardwire.h gives is too small"
            );
            assert!(
                align_of::<Marked<T>>() <= align_of::<Self>(),
                "the room has less alignment than the thing"
            );
            assert!(!core::mem::needs_drop::<T>(), "nobody drops what C keeps");
        }
        let mut made = Self { words: [MaybeUninit::uninit(); WORDS] };
        let place = made.words.as_mut_ptr().cast::<Marked<T>>();
        // SAFETY: there is room for it, with its alignment, as was just asserted
        unsafe { place.write(Marked { mark: T::MARK, thing: MaybeUninit::new(thing) }) };
        made
    }

    /// The thing, if its mark is there.
    pub(crate) fn get<T: Kept>(&self) -> Result<&T, Fault> {
        self.check::<T>()?;
        // SAFETY: only `of` writes the mark, and the thing with it; the memory is not changed by others, as is promised
        Ok(unsafe { (*self.words.as_ptr().cast::<Marked<T>>()).thing.assume_init_ref() })
    }

    /// The same, to be changed.
    pub(crate) fn get_mut<T: Kept>(&mut self) -> Result<&mut T, Fault> {
        self.check::<T>()?;
        // SAFETY: as in `get`
        Ok(unsafe { (*self.words.as_mut_ptr().cast::<Marked<T>>()).thing.assume_init_mut() })
    }

    fn check<T: Kept>(&self) -> Result<(), Fault> {
        let [first, ..] = self.words.as_slice() else { return Err(Fault::Call(code::EMPTY)) };
        // SAFETY: the caller either filled this memory with zeros or had it written here, as is promised
        match unsafe { first.assume_init() } {
            mark if mark == T::MARK => Ok(()),
            _ => Err(Fault::Call(code::EMPTY)),
        }
    }
}

/// What a call is told: 0, or what is wrong.
pub(crate) fn told(result: Result<(), Fault>) -> Code {
    match result {
        Ok(()) => code::OK,
        Err(fault) => fault.code(),
    }
}
