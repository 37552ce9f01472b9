//! The prober: given bytes, which spec and framing explain them, how far each got, and what is
//! probably wrong with the spec.
//!
//! "Field 37 is wrong" usually means that something before it is: a length was misread, the parse
//! lost its place, and the first field that noticed gets the blame. The prober changes one row of
//! the spec at a time, reads again, and reports the change that carries the parse furthest.
//!
//! ```
//! use cardwire::layout::{row, z};
//! use cardwire::spec::{ISO87, ISO87_BCD, Slots};
//! use cardwire::{Builder, Dialect, Mti, Spec, de, layout::Coding, mask::TRACK, probe::probe};
//!
//! // what the peer sends, and what somebody wrote down about it
//! let wire = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST)
//!     .set(de::STAN, 1).set(35, "4111111111111111=29122011234567890").set(41, "TERM0001").to_vec()?;
//! let slots: Slots = ISO87.with(row(35, z(37).ll().coding(Coding::Ascii), "Track 2", TRACK))
//!     .elements(&Dialect::BCD);
//! let mine = Spec::new("mine", &Dialect::BCD, &slots);
//!
//! let best = &probe(&[&wire], [&mine])[0];
//! assert_eq!(best.error().unwrap().field(), Some(35));
//! assert_eq!(best.hints()[0].to_string(), "field 35: probably packed digits (explains 1 of 1 messages)");
//! # Ok::<(), cardwire::Error>(())
//! ```
//!
//! Nothing here shows message content.

mod alter;
mod envelope;
mod hint;
mod reach;
mod search;

use alloc::vec::Vec;
use core::fmt;

use crate::model::error::Error;
use crate::spec::Spec;

pub use envelope::Envelope;
pub use hint::{Change, Hint};
pub use reach::Reach;

/// How many messages are looked at; those behind them are ignored.
pub const MAX_MESSAGES: usize = 16;

/// How well one spec explains the messages, and what to change where it does not.
#[derive(Clone)]
pub struct Explanation<'s> {
    spec: &'s Spec<'s>,
    envelope: Envelope,
    score: u16,
    reaches: Vec<Reach>,
    hints: Vec<Hint>,
}

/// Ranks specs by how well they explain the messages, the best first; each with the framing and the
/// header that suit it best.
///
/// Give it all the messages you have, whole and with or without their frame: what explains several
/// is more than a coincidence. The work is bounded, whatever the bytes are.
pub fn probe<'s>(messages: &[&[u8]], specs: impl IntoIterator<Item = &'s Spec<'s>>) -> Vec<Explanation<'s>> {
    let messages = messages.get(..MAX_MESSAGES).unwrap_or(messages);
    let mut explanations = Vec::new();
    if messages.is_empty() {
        return explanations;
    }
    let envelopes = envelope::envelopes(messages);
    for spec in specs {
        let ranked = envelopes.iter().map(|envelope| envelope::try_out(spec, messages, *envelope));
        let named = ranked.reduce(|best, next| if next.rank() > best.rank() { next } else { best });
        explanations.extend(named.map(|named| envelope::or_any_header(spec, messages, named)));
    }
    // stable: what comes first among equals is what the caller named first
    explanations.sort_by_key(|explanation| core::cmp::Reverse(explanation.rank()));
    for explanation in explanations.iter_mut().take(MAX_SEARCHED) {
        if !explanation.is_complete() {
            explanation.hints = search::hints(explanation.spec, &explanation.envelope.open_all(messages));
        }
    }
    explanations
}

/// For how many of the best explanations hints are looked for.
const MAX_SEARCHED: usize = 4;

impl<'s> Explanation<'s> {
    /// The spec.
    #[must_use]
    pub const fn spec(&self) -> &'s Spec<'s> {
        self.spec
    }

    /// What stands around the message.
    #[must_use]
    pub const fn envelope(&self) -> Envelope {
        self.envelope
    }

    /// 0 to 1000; 1000 when every message parses to its end.
    #[must_use]
    pub const fn score(&self) -> u16 {
        self.score
    }

    /// How far each message got, in the order given.
    #[must_use]
    pub fn reaches(&self) -> &[Reach] {
        &self.reaches
    }

    /// Whether every message parses to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.reaches.iter().all(|reach| reach.error.is_none())
    }

    /// What stopped the first message that did not parse.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.reaches.iter().find_map(|reach| reach.error)
    }

    /// What is probably wrong with the spec, the likeliest first; empty when nothing is, and when
    /// no single change helps.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The score, then the simplicity of what stands around the message, then how much of the
    /// content is of a narrow class.
    fn rank(&self) -> (u16, core::cmp::Reverse<u8>, u64) {
        let evidence = self.reaches.iter().map(|reach| reach.evidence).sum();
        (self.score, core::cmp::Reverse(self.envelope.complexity()), evidence)
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: score {}", self.spec.name(), self.envelope, self.score)?;
        let complete = self.reaches.iter().filter(|reach| reach.error.is_none()).count();
        write!(f, ", {complete} of {} messages complete", self.reaches.len())?;
        if let Some(reach) = self.reaches.iter().find(|reach| reach.error.is_some()) {
            write!(f, "; {reach}")?;
        }
        self.hints.first().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

impl fmt::Debug for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Explanation({self})")
    }
}
