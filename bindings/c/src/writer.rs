//! Writing a message into the caller's buffer, element by element in ascending order.

use core::ffi::c_char;
use core::mem::MaybeUninit;

use cardwire::layout::Layout;
use cardwire::write::PartList;
use cardwire::{Inspection, MessageWriter, Mti, Value};

use crate::error::{Code, Error, Fault, code, told};
use crate::field::Field;
use crate::message::{Message, inspection};
use crate::raw::{self, Kept, Opaque};
use crate::spec::Spec;

/// `cardwire_writer`: a message that is being written.
pub type Writer = Opaque<16>;

/// What is kept of it: once something is refused, nothing else is written.
enum Writing {
    Open(MessageWriter<'static, 'static>),
    Refused(Fault),
    Finished,
}

impl Kept for Writing {
    const MARK: u64 = 0x6361_7264_0000_0005;
}

/// `cardwire_part`: a part of a composite that is written.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Part {
    /// Its position or tag.
    pub key: u32,
    /// Its value: characters or octets.
    pub value: *const u8,
    /// How many they are.
    pub length: usize,
}

/// The parts as the library takes them.
struct List<'c>(&'c [Part]);

// SAFETY: what the pointers point to stays as it is during the call that made the list, and is only read
unsafe impl Sync for List<'_> {}

impl PartList for List<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.0.get(index).map(|part| part.key)
    }

    fn value(&self, index: usize) -> Option<Value<'_>> {
        let part = self.0.get(index)?;
        // SAFETY: the promise of the caller of `cardwire_put_parts`
        unsafe { raw::slice(part.value, part.length) }.ok().map(Value::from)
    }
}

/// Begins a message at the start of `out`.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says; `out` has `room` octets, which are the writer's until `cardwire_finish`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_begin(
    writer: *mut Writer,
    spec: *const Spec,
    mti: *const c_char,
    out: *mut u8,
    room: usize,
) -> Code {
    // SAFETY: the promise of the caller
    let (writer, spec) = unsafe { (raw::out(writer), raw::read(spec)) };
    // SAFETY: the promise of the caller
    let (mti, out) = unsafe { (raw::text(mti), raw::zeros(out, room)) };
    begin(writer, || {
        let digits = <[u8; 4]>::try_from(mti?).map_err(|_| Fault::Call(code::MTI_DIGIT))?;
        Ok(MessageWriter::new(spec?.rows(), Mti::from_digits(digits)?, out?)?)
    })
}

/// Begins the response to a message, in its spec and with its header. To a broken one, too, if its type was read.
///
/// # Safety
/// As `cardwire_begin`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_respond(
    writer: *mut Writer,
    request: *const Message,
    out: *mut u8,
    room: usize,
) -> Code {
    // SAFETY: the promise of the caller
    let (writer, request, out) = unsafe { (raw::out(writer), inspection(request), raw::zeros(out, room)) };
    begin(writer, || {
        let request: &Inspection<'static> = request?;
        let mti = request.mti().ok_or(Fault::Call(code::MISSING))?;
        let response = mti.response().ok_or(Fault::Call(code::NO_RESPONSE))?;
        Ok(MessageWriter::with_header(request.spec(), request.header(), response, out?)?)
    })
}

fn begin(
    writer: Result<&mut MaybeUninit<Writer>, Fault>,
    make: impl FnOnce() -> Result<MessageWriter<'static, 'static>, Fault>,
) -> Code {
    raw::told(writer.and_then(|writer| {
        let writing = make().map_or_else(Writing::Refused, Writing::Open);
        let begun = writing.refused();
        writer.write(Writer::of(writing));
        begun
    }))
}

impl Writing {
    fn refused(&self) -> Result<(), Fault> {
        match self {
            Self::Open(_) => Ok(()),
            Self::Refused(fault) => Err(*fault),
            Self::Finished => Err(Fault::Call(code::EMPTY)),
        }
    }

    /// Writes an element, unless something was refused before.
    fn put<'v>(&mut self, number: u8, value: Result<Value<'v>, Fault>) -> Result<(), Fault> {
        self.refused()?;
        let Self::Open(stream) = self else { return Ok(()) };
        let put = value.and_then(|value| Ok(stream.put(number, value).map(|_| ())?));
        if let Err(fault) = put {
            *self = Self::Refused(fault);
        }
        put
    }
}

/// Writes an element.
///
/// # Safety
/// `writer` is NULL or what `cardwire_begin` wrote, whose buffer is still there.
unsafe fn put<'v>(writer: *mut Writer, number: u8, value: Result<Value<'v>, Fault>) -> Code {
    // SAFETY: the promise of the caller
    let writer = unsafe { raw::change(writer) };
    raw::told(writer.and_then(|writer| writer.get_mut::<Writing>()?.put(number, value)))
}

/// Writes an element of characters, up to the NUL.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_put_text(writer: *mut Writer, number: u8, text: *const c_char) -> Code {
    // SAFETY: the promise of the caller
    unsafe { put(writer, number, raw::text(text).map(Value::from)) }
}

/// Writes an element of digits, with zeros before them; of class `x+n` with its sign.
///
/// # Safety
/// `writer` is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_put_number(writer: *mut Writer, number: u8, value: i64) -> Code {
    // SAFETY: the promise of the caller
    unsafe { put(writer, number, Ok(Value::from(value))) }
}

/// Writes an element of octets or characters.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_put_octets(
    writer: *mut Writer,
    number: u8,
    octets: *const u8,
    length: usize,
) -> Code {
    // SAFETY: the promise of the caller
    unsafe { put(writer, number, raw::slice(octets, length).map(Value::from)) }
}

/// Writes the parts of a composite.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says, the values of the parts too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_put_parts(
    writer: *mut Writer,
    number: u8,
    parts: *const Part,
    count: usize,
) -> Code {
    // SAFETY: the promise of the caller
    let list = unsafe { raw::slice(parts, count) }.map(List);
    let list = list.and_then(|list| {
        // a value that cannot be had would be left out in silence
        let each = |part: &Part| {
            // SAFETY: the promise of the caller
            unsafe { raw::slice(part.value, part.length) }.map(|_| ())
        };
        list.0.iter().try_for_each(each).map(|()| list)
    });
    let value = list.as_ref().map(Value::from).map_err(|fault| *fault);
    // SAFETY: the promise of the caller
    unsafe { put(writer, number, value) }
}

/// Writes a value of another message, in whatever spec that was.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_put_field(writer: *mut Writer, number: u8, field: *const Field) -> Code {
    // SAFETY: the promise of the caller
    let field = unsafe { raw::read(field) };
    let value = field.and_then(Field::read).map(Value::from);
    // SAFETY: the promise of the caller
    unsafe { put(writer, number, value) }
}

/// Carries an element of another message over; one that is not there is left out.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_echo(writer: *mut Writer, message: *const Message, number: u8) -> Code {
    // SAFETY: the promise of the caller
    let (message, echoing) = unsafe { (inspection(message), raw::change(writer)) };
    raw::told(echoing.and_then(|writer| {
        let writing = writer.get_mut::<Writing>()?;
        match message.map(|message| message.get(number)) {
            Ok(Some(field)) => writing.put(number, Ok(Value::from(&field))),
            Ok(None) => writing.refused(),
            Err(fault) => writing.put(number, Err(fault)),
        }
    }))
}

/// Writes the bitmaps, and says how long the message is, or what was refused first.
///
/// # Safety
/// Each is NULL or what `cardwire.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_finish(writer: *mut Writer, length: *mut usize, error: *mut Error) -> Code {
    // SAFETY: the promise of the caller
    let (writer, error) = unsafe { (raw::change(writer), raw::wanted(error)) };
    // SAFETY: the promise of the caller
    let length = unsafe { raw::out(length) };
    let finished = writer.and_then(|writer| {
        let length = length?;
        length.write(0);
        match core::mem::replace(writer.get_mut()?, Writing::Finished) {
            Writing::Open(stream) => {
                length.write(stream.finish()?.len());
                Ok(())
            }
            other => other.refused(),
        }
    });
    told(finished, error)
}
