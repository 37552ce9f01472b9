//! How well one spec explains the inputs.

use alloc::vec::Vec;
use core::fmt;

use super::envelope::Envelope;
use super::hint::Hint;
use super::mend::Mend;
use super::reach::Reach;
use crate::import::SpecDoc;
use crate::model::error::Error;
use crate::model::lang::{English, Lang, Tell, Told, Tongue, say};
use crate::spec::Spec;

/// How well one spec explains the messages, and what to change where it does not.
#[derive(Clone)]
pub struct Explanation<'s> {
    spec: &'s Spec<'s>,
    envelope: Envelope,
    score: u16,
    /// Octets that are explained to the last: those of complete messages, and what stands around them.
    merit: u64,
    reaches: Vec<Reach>,
    left: usize,
    hints: Vec<Hint>,
    /// What each hint changes.
    mends: Vec<Mend<'s>>,
}

impl<'s> Explanation<'s> {
    /// An explanation without hints: score and merit, how far each message got, octets left over.
    pub(super) const fn new(
        spec: &'s Spec<'s>,
        envelope: Envelope,
        (score, merit): (u16, u64),
        reaches: Vec<Reach>,
        left: usize,
    ) -> Self {
        Self { spec, envelope, score, merit, reaches, left, hints: Vec::new(), mends: Vec::new() }
    }

    pub(super) fn set_hints(&mut self, hints: Vec<(Hint, Mend<'s>)>) {
        (self.hints, self.mends) = hints.into_iter().unzip();
    }

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

    /// The spec with what a hint says put right, by the place of the hint among
    /// [`hints`](Self::hints). It has the name of the spec.
    #[must_use]
    pub fn mended(&self, hint: usize) -> Option<SpecDoc> {
        self.mends.get(hint)?.apply(self.spec)
    }

    /// By what specs are ranked: the score, then what is explained.
    pub(super) fn rank(&self) -> (u16, Weight) {
        (self.score, self.weight())
    }

    /// By what the framing and the header are chosen that suit one spec.
    pub(super) fn weight(&self) -> Weight {
        let evidence = self.reaches.iter().map(|reach| reach.evidence).sum();
        (self.merit, self.score, core::cmp::Reverse(self.envelope.complexity()), evidence)
    }
}

/// The octets that are explained, the score, the simplicity of what stands around the message, and
/// how much of the content is of a narrow class.
type Weight = (u64, u16, core::cmp::Reverse<u8>, u64);

impl Explanation<'_> {
    /// The explanation in a language: the spec, what stands around the messages, how far each got, the best hint.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> impl fmt::Display {
        Told(self, lang)
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl Tell for Explanation<'_> {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (spec, around, score) = (self.spec.name(), self.envelope.said::<L>(), self.score);
        let complete = self.reaches.iter().filter(|reach| reach.error.is_none()).count();
        let total = self.reaches.len();
        say!(
            L,
            f,
            "{spec}, {around}: score {score}, {complete} of {total} messages complete",
            "{spec}，{around}：得分{score}，{total}条报文中{complete}条完整"
        )?;
        if let Some(reach) = self.reaches.iter().find(|reach| reach.error.is_some()) {
            let reach = reach.said::<L>();
            say!(L, f, "; {reach}", "；{reach}")?;
        }
        let Some(hint) = self.hints.first() else { return Ok(()) };
        let hint = hint.said::<L>();
        say!(L, f, "; {hint}", "；{hint}")
    }
}

impl fmt::Debug for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Explanation({self})")
    }
}
