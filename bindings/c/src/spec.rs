//! The specs that come with the library.

use core::ffi::c_char;

use cardwire::spec::{self, Spec as Rows};

use crate::{raw, text};

/// `cardwire_spec`: one of the specs of the library, which lasts as long as the program.
#[repr(transparent)]
pub struct Spec(Rows<'static>);

impl Spec {
    /// A spec as C names it.
    const fn named(rows: &'static Rows<'static>) -> *const Self {
        core::ptr::from_ref(rows).cast()
    }

    pub(crate) const fn rows(&'static self) -> &'static Rows<'static> {
        &self.0
    }
}

/// A pointer to a spec that a program names when it is linked: it holds this one and not the others.
#[repr(transparent)]
pub struct Constant(#[allow(dead_code, reason = "C reads it")] &'static Rows<'static>);

macro_rules! constants {
    ($($name:ident = $spec:ident;)*) => { $(
        /// The spec of this name.
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals, reason = "a name of C")]
        pub static $name: Constant = Constant(&spec::$spec);
    )* };
}

constants! {
    cardwire_iso87_ascii = ISO87_ASCII;
    cardwire_iso87_ascii_binary = ISO87_ASCII_BINARY;
    cardwire_iso87_bcd = ISO87_BCD;
    cardwire_iso87_bcd_n49 = ISO87_BCD_N49;
    cardwire_iso87_ebcdic = ISO87_EBCDIC;
    cardwire_iso87_bcd_ebcdic = ISO87_BCD_EBCDIC;
    cardwire_iso87_bcd_ebcdic_bytes = ISO87_BCD_EBCDIC_BYTES;
    cardwire_iso93_ascii = ISO93_ASCII;
    cardwire_iso93_ascii_binary = ISO93_ASCII_BINARY;
    cardwire_iso93_bcd = ISO93_BCD;
    cardwire_iso93_ebcdic = ISO93_EBCDIC;
    cardwire_iso03_ascii = ISO03_ASCII;
    cardwire_iso03_ascii_binary = ISO03_ASCII_BINARY;
    cardwire_iso03_bcd = ISO03_BCD;
    cardwire_iso03_ebcdic = ISO03_EBCDIC;
    cardwire_unionpay_pos = UNIONPAY_POS;
    cardwire_ipm_ebcdic = IPM_EBCDIC;
    cardwire_ipm_ascii = IPM_ASCII;
}

/// The spec of that name, such as `iso87-bcd`; NULL if there is none.
///
/// # Safety
/// `name` is NULL or a text with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_spec_named(name: *const c_char) -> *const Spec {
    // SAFETY: the promise of the caller
    let name = unsafe { raw::name(name) };
    let found = name.ok().and_then(spec::by_name);
    found.map_or(core::ptr::null(), Spec::named)
}

/// The spec at an index from 0 on; NULL after the last.
#[unsafe(no_mangle)]
pub extern "C" fn cardwire_spec_at(index: usize) -> *const Spec {
    spec::builtin().nth(index).map_or(core::ptr::null(), Spec::named)
}

/// Writes the name of a spec, as `snprintf` does.
///
/// # Safety
/// `spec` is NULL or from this library; `out` is NULL or has `room` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_spec_name(spec: *const Spec, out: *mut u8, room: usize) -> usize {
    // SAFETY: the promise of the caller
    let (spec, out) = unsafe { (raw::read(spec), raw::room(out, room)) };
    match (spec, out) {
        (Ok(spec), Ok(out)) => text::write(out, spec.rows().name()),
        _ => 0,
    }
}
