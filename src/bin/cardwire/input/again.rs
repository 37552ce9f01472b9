//! Standard input, kept as it is read, so that its start can be read again.
//!
//! Advice is tried before it is given, and for that the input is read once more. Of standard input
//! only what was kept can be: when more came than is kept, nothing is promised.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

/// What is kept.
const MOST: usize = 1 << 20;

struct Heard {
    bytes: Vec<u8>,
    /// Whether this is all that was read.
    is_all: bool,
}

static HEARD: Mutex<Heard> = Mutex::new(Heard { bytes: Vec::new(), is_all: true });

/// A reader of standard input from its start on, what was read of it before included.
pub(super) fn stdin() -> Stdin {
    Stdin { at: 0 }
}

/// Whether all that was read can be read again.
pub(crate) fn is_kept() -> bool {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).is_all
}

/// Standard input from its start.
pub(super) struct Stdin {
    at: usize,
}

impl Read for Stdin {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.is_all && self.at < heard.bytes.len() {
            let known = heard.bytes.get(self.at..).unwrap_or_default();
            let count = known.len().min(out.len());
            out.iter_mut().zip(known).for_each(|(to, from)| *to = *from);
            self.at += count;
            return Ok(count);
        }
        let count = io::stdin().read(out)?;
        self.at += count;
        if heard.is_all {
            heard.bytes.extend_from_slice(out.get(..count).unwrap_or_default());
            heard.is_all = heard.bytes.len() <= MOST;
            if !heard.is_all {
                heard.bytes = Vec::new();
            }
        }
        Ok(count)
    }
}
