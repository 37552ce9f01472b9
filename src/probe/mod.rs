//! The prober: given bytes, which spec and framing explain them, how far each got, and what is
//! probably wrong with the spec.
//!
//! "Field 37 is wrong" usually means that something before it is: a length was misread, the parse
//! lost its place, and the first field that noticed is named. The prober changes one row of
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
mod explanation;
mod finder;
mod hint;
mod mend;
mod reach;
mod search;
mod trial;

use alloc::vec::Vec;

use self::cut::Cut;
use crate::spec::Spec;

pub use cut::MAX_MESSAGES;
pub use envelope::Envelope;
pub use explanation::Explanation;
pub use finder::Finder;
pub use hint::{Change, Hint};
pub use reach::Reach;

/// Ranks specs by how well they explain the messages, the best first; each with the framing and the
/// header that suit it best.
///
/// An input is a message, with or without its frame, or a stream of frames. All framings are tried,
/// with and without a header, and the one that explains most octets wins: frames that are polls say
/// nothing for it, and what is left over speaks against it. Give it all the inputs that you have:
/// what explains several is more than a coincidence. The work is bounded, whatever the bytes are.
pub fn probe<'s>(inputs: &[&[u8]], specs: impl IntoIterator<Item = &'s Spec<'s>>) -> Vec<Explanation<'s>> {
    let cuts = cuts(inputs);
    let mut explanations: Vec<_> = explanations(inputs, &cuts, specs).collect();
    // stable: what comes first among equals is what the caller named first
    explanations.sort_by_key(|explanation| core::cmp::Reverse(explanation.rank()));
    for explanation in explanations.iter_mut().take(MAX_SEARCHED).filter(|it| !it.is_complete()) {
        let messages = trial::messages(&cuts, explanation.envelope().framing());
        explanation.set_hints(search::hints(explanation.spec(), &messages));
    }
    explanations
}

/// The best that specs make of the inputs, as [`probe`] ranks them; without hints, which take longer
/// to find than all the rest. `None` when there are no inputs.
pub fn explain<'s>(
    inputs: &[&[u8]],
    specs: impl IntoIterator<Item = &'s Spec<'s>>,
) -> Option<Explanation<'s>> {
    let cuts = cuts(inputs);
    let explanations = explanations(inputs, &cuts, specs);
    explanations.reduce(|best, next| if next.rank() > best.rank() { next } else { best })
}

fn cuts<'m>(inputs: &[&'m [u8]]) -> Vec<Cut<'m>> {
    cut::framings().map(|framing| Cut::of(framing, inputs)).filter(Cut::is_possible).collect()
}

fn explanations<'s>(
    inputs: &[&[u8]],
    cuts: &[Cut<'_>],
    specs: impl IntoIterator<Item = &'s Spec<'s>>,
) -> impl Iterator<Item = Explanation<'s>> {
    let octets = inputs.iter().map(|input| input.len()).sum();
    specs.into_iter().filter_map(move |spec| trial::best(spec, cuts, octets))
}

/// For how many of the best explanations hints are looked for.
const MAX_SEARCHED: usize = 4;
