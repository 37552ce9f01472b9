//! Reading a message: parse, look at, describe.

use core::ffi::c_char;
use core::mem::MaybeUninit;

use cardwire::Inspection;
use cardwire::model::MAX_NUMBER;

use crate::error::{Code, Error, Fault, code, told};
use crate::field::Field;
use crate::raw::{self, Kept, Opaque};
use crate::spec::Spec;
use crate::text;

/// `cardwire_message`: what was parsed of the caller's octets, which have to last as long.
pub type Message = Opaque<32>;

impl Kept for Inspection<'static> {
    const MARK: u64 = 0x6361_7264_0000_0002;
}

/// `cardwire_amount`.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amount {
    /// Minor units, negative for a debit of class `x+n`.
    pub minor: i64,
    /// How many digits stand after the decimal point, or -1 where nobody says.
    pub exponent: i32,
    /// The number of the currency in ISO 4217, or 0.
    pub currency: u32,
    /// Its three letters and a NUL, or nothing.
    pub letters: [c_char; 4],
    /// Not used.
    pub reserved: u32,
}

/// Parses octets and checks all of them. `message` holds nothing if anything is wrong.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says; the octets stay as they are while `message` and what was taken of it is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_parse(
    message: *mut Message,
    spec: *const Spec,
    octets: *const u8,
    length: usize,
    error: *mut Error,
) -> Code {
    // SAFETY: the promise of the caller
    unsafe { read(message, (spec, octets, length), error, false) }
}

/// The same, and `message` holds what was read before anything was wrong.
///
/// # Safety
/// As `cardwire_parse`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_inspect(
    message: *mut Message,
    spec: *const Spec,
    octets: *const u8,
    length: usize,
    error: *mut Error,
) -> Code {
    // SAFETY: the promise of the caller
    unsafe { read(message, (spec, octets, length), error, true) }
}

/// # Safety
/// As `cardwire_parse`.
unsafe fn read(
    message: *mut Message,
    (spec, octets, length): (*const Spec, *const u8, usize),
    error: *mut Error,
    keeps_broken: bool,
) -> Code {
    // SAFETY: the promise of the caller
    let (message, error) = unsafe { (raw::out(message), raw::wanted(error)) };
    // SAFETY: the promise of the caller
    let (spec, octets) = unsafe { (raw::read(spec), raw::slice(octets, length)) };
    told(message.and_then(|message| inspect(message, spec, octets, keeps_broken)), error)
}

fn inspect(
    message: &mut MaybeUninit<Message>,
    spec: Result<&'static Spec, Fault>,
    octets: Result<&'static [u8], Fault>,
    keeps_broken: bool,
) -> Result<(), Fault> {
    let inspected = spec.and_then(|spec| Ok(Inspection::of(spec.rows(), octets?)));
    let error = inspected
        .as_ref()
        .map_or_else(|fault| Some(*fault), |inspection| inspection.error().map(Fault::Wire));
    message.write(match inspected {
        Ok(inspection) if error.is_none() || keeps_broken => Message::of(inspection),
        _ => Message::EMPTY,
    });
    error.map_or(Ok(()), Err)
}

/// Writes the four digits of the message type, and a NUL.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_mti(message: *const Message, mti: *mut [c_char; 5]) -> Code {
    // SAFETY: the promise of the caller
    let (message, mti) = unsafe { (inspection(message), raw::out(mti)) };
    raw::told(message.and_then(|message| {
        let read = message.mti().ok_or(Fault::Call(code::MISSING))?;
        mti?.write(text::fixed(read));
        Ok(())
    }))
}

/// The number of the next element after `number` that is there; 0 after the last.
///
/// # Safety
/// `message` is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_next(message: *const Message, number: u8) -> u8 {
    // SAFETY: the promise of the caller
    let message = unsafe { inspection(message) };
    let Ok(message) = message else { return 0 };
    let present = message.bitmap();
    // to look at a few numbers is quicker than to come from the first element
    (number..MAX_NUMBER).map(|before| before + 1).find(|each| present.contains(*each)).unwrap_or(0)
}

/// Takes an element.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_get(message: *const Message, number: u8, field: *mut Field) -> Code {
    // SAFETY: the promise of the caller
    let (message, field) = unsafe { (inspection(message), raw::out(field)) };
    raw::told(Field::put(field, message.map(|message| message.get(number))))
}

/// Takes an element or a part by its path, such as `55.9F26`.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_path(
    message: *const Message,
    path: *const c_char,
    field: *mut Field,
) -> Code {
    // SAFETY: the promise of the caller
    let (message, field) = unsafe { (inspection(message), raw::out(field)) };
    // SAFETY: the promise of the caller
    let path = unsafe { raw::name(path) };
    raw::told(Field::put(field, message.and_then(|message| Ok(message.path(path?)))))
}

/// Takes the amount of an element, with the currency that goes with it.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_amount_of(
    message: *const Message,
    number: u8,
    amount: *mut Amount,
) -> Code {
    // SAFETY: the promise of the caller
    let (message, amount) = unsafe { (inspection(message), raw::out(amount)) };
    raw::told(message.and_then(|message| {
        // of a broken message no amount is told: its currency may be behind what is wrong
        let read = message.message().ok_or(Fault::Call(code::EMPTY))?.amount(number)?;
        amount?.write(Amount {
            minor: read.minor,
            exponent: read.exponent().map_or(-1, i32::from),
            currency: read.currency.map_or(0, |currency| currency.numeric.into()),
            letters: read.currency.map_or([0; 4], |currency| text::fixed(currency.alpha)),
            reserved: 0,
        });
        Ok(())
    }))
}

/// Writes the listing of a message, as `snprintf` does: what is private is hidden. After what is wrong with a broken
/// message nothing is listed.
///
/// # Safety
/// `message` is NULL or what `cardwire.h` says; `out` is NULL or has `room` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_describe(message: *const Message, out: *mut u8, room: usize) -> usize {
    // SAFETY: the promise of the caller
    let (message, out) = unsafe { (inspection(message), raw::room(out, room)) };
    match (message, out) {
        (Ok(message), Ok(out)) => text::write(out, message.describe()),
        _ => 0,
    }
}

/// Writes the hexdump of a message with the names of its elements, as `snprintf` does: private octets are `**`.
///
/// # Safety
/// As `cardwire_describe`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_dump(message: *const Message, out: *mut u8, room: usize) -> usize {
    // SAFETY: the promise of the caller
    let (message, out) = unsafe { (inspection(message), raw::room(out, room)) };
    match (message, out) {
        (Ok(message), Ok(out)) => text::write(out, message.dump()),
        _ => 0,
    }
}

/// What was parsed.
///
/// # Safety
/// `message` is NULL, or zeros, or what `cardwire_parse` or `cardwire_inspect` wrote, whose octets are still there.
pub(crate) unsafe fn inspection<'c>(message: *const Message) -> Result<&'c Inspection<'static>, Fault> {
    // SAFETY: the promise of the caller
    unsafe { raw::read(message) }?.get()
}
