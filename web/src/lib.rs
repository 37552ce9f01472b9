//! cardwire in a web page.
//!
//! The page writes a request into memory of this module and calls [`run`]; the response lies in memory until the next
//! one. Nothing else goes in or out: the module imports no function of the browser.
//!
//! ```text
//! request     {"ask":"read","spec":"iso87-ascii","lang":"en"} \n octets of the input
//! response    {"list":[...],"total":1}
//! ```
#![deny(unsafe_code)]

mod ask;
mod lang;
mod reading;
mod show;
mod specs;

// the page reads JSON and `<isomsg>` as the command does, by the same code
#[allow(dead_code, unused_imports)]
#[path = "../../src/bin/cardwire/isomsg/mod.rs"]
mod isomsg;
#[allow(dead_code, unused_imports)]
#[path = "../../src/bin/cardwire/json/mod.rs"]
mod json;
#[allow(dead_code)]
#[path = "../../src/bin/cardwire/plain.rs"]
mod plain;
#[path = "../../src/bin/cardwire/spec_text.rs"]
mod spec_text;
#[path = "../../src/input/work.rs"]
mod work;

use std::cell::RefCell;

use cardwire::input::hex;

pub use ask::Page;

thread_local! {
    static PAGE: RefCell<Page> = RefCell::new(Page::default());
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static RESPONSE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a request of so many octets, and says where.
// `unsafe` is the attribute of an exported name; there is no unsafe code
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn room(len: usize) -> *mut u8 {
    REQUEST.with_borrow_mut(|request| {
        *request = vec![0; len];
        request.as_mut_ptr()
    })
}

/// Takes the request, and says how long the response is.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn run() -> usize {
    let request = REQUEST.with_borrow_mut(std::mem::take);
    let response = PAGE.with_borrow_mut(|page| page.respond(&request));
    let len = response.len();
    RESPONSE.with_borrow_mut(|kept| *kept = response);
    len
}

/// Where the response lies.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn response() -> *const u8 {
    RESPONSE.with_borrow(|kept| kept.as_ptr())
}
