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
mod cut;
mod envelope;
mod finder;
mod hint;
mod reach;
mod search;
mod trial;

use alloc::vec::Vec;
use core::fmt;

use self::cut::Cut;
use crate::model::error::Error;
use crate::spec::Spec;

pub use envelope::Envelope;
pub use finder::Finder;
pub use hint::{Change, Hint};
pub use reach::Reach;

/// How many messages are read; of those after them, only the frames are looked at.
pub const MAX_MESSAGES: usize = 16;

/// How well one spec explains the messages, and what to change where it does not.
#[derive(Clone)]
pub struct Explanation<'s> {
    spec: &'s Spec<'s>,
    envelope: Envelope,
    score: u16,
    /// Octets that are explained, weighed by how well.
    merit: u64,
    reaches: Vec<Reach>,
    left: usize,
    hints: Vec<Hint>,
}

/// Ranks specs by how well they explain the messages, the best first; each with the framing and the
/// header that suit it best.
///
/// An input is a message, with or without its frame, or a stream of frames. All framings are tried,
/// with and without a header, and the one that explains most octets wins: frames that are polls say
/// nothing for it, and what is left over speaks against it. Give it all the inputs that you have:
/// what explains several is more than a coincidence. The work is bounded, whatever the bytes are.
pub fn probe<'s>(inputs: &[&[u8]], specs: impl IntoIterator<Item = &'s Spec<'s>>) -> Vec<Explanation<'s>> {
    let octets = inputs.iter().map(|input| input.len()).sum();
    let cuts = cut::framings().map(|framing| Cut::of(framing, inputs)).filter(Cut::is_possible);
    let cuts: Vec<Cut<'_>> = cuts.collect();
    let mut explanations: Vec<_> =
        specs.into_iter().filter_map(|spec| trial::best(spec, &cuts, octets)).collect();
    // stable: what comes first among equals is what the caller named first
    explanations.sort_by_key(|explanation| core::cmp::Reverse(explanation.rank()));
    for explanation in explanations.iter_mut().take(MAX_SEARCHED) {
        let framing = explanation.envelope.framing();
        let cut = cuts.iter().find(|cut| cut.is_of(framing));
        if let (false, Some(cut)) = (explanation.is_complete(), cut) {
            explanation.hints = search::hints(explanation.spec, &cut.messages(framing.header()));
        }
    }
    explanations
}

/// How a spec explains the inputs, with the framing and the header that suit it best; without hints,
/// which take longer to find than all the rest. `None` when there are no inputs.
#[must_use]
pub fn explain<'s>(inputs: &[&[u8]], spec: &'s Spec<'s>) -> Option<Explanation<'s>> {
    let octets = inputs.iter().map(|input| input.len()).sum();
    let cuts = cut::framings().map(|framing| Cut::of(framing, inputs)).filter(Cut::is_possible);
    trial::best(spec, &cuts.collect::<Vec<_>>(), octets)
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

    /// Bytes after the last frame that are no whole frame.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.left
    }

    /// How far each message got, in the order given; what could not be cut into frames counts as one.
    #[must_use]
    pub fn reaches(&self) -> &[Reach] {
        &self.reaches
    }

    /// Whether every message parses to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.reaches.iter().all(|reach| reach.error.is_none())
    }

    /// Whether every message begins with an MTI and a bitmap that make sense, and was read for the
    /// most part: what stops it is then something within it.
    #[must_use]
    pub fn reads_messages(&self) -> bool {
        self.reaches.iter().all(Reach::is_message_like)
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

    /// The score, then what was explained.
    fn rank(&self) -> (u16, (u64, core::cmp::Reverse<u8>, u64)) {
        (self.score, self.weight())
    }

    /// The octets that are explained, then the simplicity of what stands around the message, then how
    /// much of the content is of a narrow class.
    fn weight(&self) -> (u64, core::cmp::Reverse<u8>, u64) {
        let evidence = self.reaches.iter().map(|reach| reach.evidence).sum();
        (self.merit, core::cmp::Reverse(self.envelope.complexity()), evidence)
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
