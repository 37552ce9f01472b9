//! How well octets fit: what tells the notations of a message from each other.

use crate::frame::Framing;
use crate::probe::explain;
use crate::read::Inspection;
use crate::spec::{self, Spec};

use super::frames;

/// What is known of the messages.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) spec: Option<&'static Spec<'static>>,
    pub(super) framing: Option<Framing>,
}

/// The fit of a message that parses to its end.
pub(super) const COMPLETE: usize = 1000;

impl Known {
    /// How much of some octets a spec explains: [`COMPLETE`] for a whole message, less for one that
    /// breaks further in front, zero without an MTI.
    pub(super) fn fit(self, octets: &[u8]) -> usize {
        let Some(framing) = self.framing else { return self.fit_of_message(octets) };
        let framed = frames::all(framing, octets);
        let fits = framed.iter().map(|frame| match frame {
            Ok(payload) => self.fit_of_message(&payload.message),
            Err(_) => 0,
        });
        fits.max().unwrap_or(0)
    }

    fn fit_of_message(self, octets: &[u8]) -> usize {
        let specs = || self.spec.into_iter().chain(spec::builtin().filter(|_| self.spec.is_none()));
        let plain = specs().map(|spec| fit(spec, octets)).max().unwrap_or(0);
        if plain == COMPLETE || self.framing.is_some() {
            return plain;
        }
        // a length or a header that was not said
        let found = explain(&[octets], specs()).filter(|found| found.is_complete() && found.left() == 0);
        found.map_or(plain, |_| COMPLETE - 1)
    }
}

fn fit(spec: &Spec<'_>, octets: &[u8]) -> usize {
    crate::input::work::count(octets.len());
    let parsed = Inspection::of(spec, octets);
    match (parsed.error(), parsed.mti()) {
        (None, _) => COMPLETE,
        (Some(error), Some(_)) => (COMPLETE - 1) * error.offset().min(octets.len()) / octets.len().max(1),
        (Some(_), None) => 0,
    }
}
