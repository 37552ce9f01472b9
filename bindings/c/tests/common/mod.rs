//! What the tests share: calls as C makes them, messages, and chance that can be repeated.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::ffi::CString;
use std::mem::MaybeUninit;

use arbitrary::{Arbitrary, Unstructured};
use cardwire::generate::{Choices, Messages};
use cardwire_c::field::Field;
use cardwire_c::message::{self, Message};
use cardwire_c::spec::{self, Spec};
use cardwire_c::{Code, Error, code};

/// A call, whose arguments are what `cardwire.h` says because the test made them so.
#[macro_export]
macro_rules! call {
    ($function:path $(, $argument:expr)* $(,)?) => {{
        #[allow(clippy::macro_metavars_in_unsafe, reason = "arguments are variables, and lengths of them")]
        // SAFETY: each argument points to a variable of the test of that type, or is wrong in a way that is an error
        unsafe { $function($($argument),*) }
    }};
}

/// The spec as C has it.
pub(crate) fn named(spec: &cardwire::Spec<'_>) -> *const Spec {
    let name = CString::new(spec.name()).unwrap();
    let found = call!(spec::cardwire_spec_named, name.as_ptr());
    assert!(!found.is_null());
    found
}

/// What `cardwire_parse` says and makes. The octets have to outlive the message, as C has to see to.
pub(crate) fn parse(spec: *const Spec, octets: &[u8]) -> (Code, Message, Error) {
    let (mut message, mut error) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    let (place, wrong) = (message.as_mut_ptr(), error.as_mut_ptr());
    let code = call!(message::cardwire_parse, place, spec, octets.as_ptr(), octets.len(), wrong);
    // SAFETY: a call fills both, whatever it says
    unsafe { (code, message.assume_init(), error.assume_init()) }
}

/// The same of `cardwire_inspect`.
pub(crate) fn inspect(spec: *const Spec, octets: &[u8]) -> (Code, Message, Error) {
    let (mut message, mut error) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    let (place, wrong) = (message.as_mut_ptr(), error.as_mut_ptr());
    let code = call!(message::cardwire_inspect, place, spec, octets.as_ptr(), octets.len(), wrong);
    // SAFETY: a call fills both, whatever it says
    unsafe { (code, message.assume_init(), error.assume_init()) }
}

/// An element of a message.
pub(crate) fn get(message: &Message, number: u8) -> (Code, Field) {
    let mut field = Field::EMPTY;
    (call!(message::cardwire_get, message, number, &mut field), field)
}

/// A text that a call writes, first measured, then into a buffer of just its size.
pub(crate) fn text(write: impl Fn(*mut u8, usize) -> usize) -> String {
    if cfg!(miri) {
        // once is enough for an interpreter
        let mut out = vec![0xAA; 8192];
        let length = write(out.as_mut_ptr(), out.len());
        assert_eq!(out[length], 0);
        out.truncate(length);
        return String::from_utf8(out).unwrap();
    }
    let length = write(std::ptr::null_mut(), 0);
    let mut out = vec![0xAA; length + 1];
    assert_eq!(write(out.as_mut_ptr(), out.len()), length);
    assert_eq!(out.pop(), Some(0));
    // one that is too small has as much, and a NUL
    let mut cut = vec![0xAA; length / 2 + 2];
    let room = length / 2 + 1;
    assert_eq!(write(cut.as_mut_ptr(), room), length);
    let end = cut.iter().position(|octet| *octet == 0).unwrap();
    assert!(end < room && out.starts_with(&cut[..end]));
    assert_eq!(cut.last(), Some(&0xAA), "written beyond the end");
    String::from_utf8(out).unwrap()
}

/// The value of an element that is opened, in a buffer of just its size.
pub(crate) fn value(field: &Field) -> Result<Vec<u8>, Code> {
    let (mut length, mut none) = (0, 0);
    let measured = call!(cardwire_c::field::cardwire_copy, field, &mut none, 0, &mut length);
    if length == 0 || measured == code::PRIVATE {
        return if measured == code::OK { Ok(Vec::new()) } else { Err(measured) };
    }
    assert_eq!(measured, code::ROOM);
    let mut out = vec![0; length];
    let copied = call!(cardwire_c::field::cardwire_copy, field, out.as_mut_ptr(), out.len(), &mut length);
    assert_eq!((copied, length), (code::OK, out.len()));
    Ok(out)
}

/// Chance from a seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    pub(crate) fn octets(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// A message of a spec.
    pub(crate) fn message(&mut self, spec: &'static cardwire::Spec<'static>) -> Vec<u8> {
        let octets = self.octets(if cfg!(miri) { 24 } else { 600 });
        let choices = Choices::arbitrary(&mut Unstructured::new(&octets)).unwrap();
        Messages::of(spec).draw(&choices).unwrap().wire().to_vec()
    }
}

/// How many cases: few for an interpreter, and as many as `CARDWIRE_C_CASES` says otherwise.
pub(crate) fn cases() -> usize {
    let wanted = std::env::var("CARDWIRE_C_CASES").ok().and_then(|count| count.parse().ok());
    wanted.unwrap_or(if cfg!(miri) { 1 } else { 60 })
}

/// The built-in specs; for an interpreter some of each kind.
pub(crate) fn specs() -> impl Iterator<Item = &'static cardwire::Spec<'static>> {
    let few = ["iso93-bcd"];
    cardwire::spec::builtin().filter(move |spec| !cfg!(miri) || few.contains(&spec.name()))
}
