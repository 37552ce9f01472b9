//! cardwire for C: what `include/cardwire.h` declares and documents.
//!
//! No heap, no globals, no operating system, no unwinding. This is the only crate with `unsafe`: `raw` turns what C hands
//! over into what Rust can check; everything else calls it once at its start, and is ordinary code after that.
#![no_std]
// What could panic or truncate is not written here.
#![warn(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod error;
pub mod field;
pub mod message;
mod raw;
pub mod spec;
mod text;
pub mod writer;

pub use error::{Code, Error, code};
pub use raw::Opaque;

use core::ffi::c_char;

/// The version, `0.1.0`: a text that lasts as long as the program.
#[unsafe(no_mangle)]
pub extern "C" fn cardwire_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Ends the program: nothing unwinds into C. `test` shows that the libraries hold no call of it.
#[cfg(feature = "panic-handler")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(not(target_os = "none"))]
    {
        unsafe extern "C" {
            fn abort() -> !;
        }
        // SAFETY: the function of the C library, which takes nothing
        unsafe { abort() }
    }
    #[cfg(target_os = "none")]
    loop {
        core::hint::spin_loop();
    }
}
