//! A message as a repeat of itself.

use alloc::vec::Vec;

use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::read::message::Message;
use crate::spec::Spec;
use crate::write::builder::Builder;

/// A message as a repeat of itself: `0420` becomes `0421`, every element stays as it is.
///
/// An authentication code that covers the MTI is to be made anew by the caller.
///
/// ```
/// use cardwire::{Builder, Message, Mti, de, net::saf::repeat_of, spec::ISO87_ASCII};
/// let wire = Builder::new(&ISO87_ASCII, Mti::REVERSAL_ADVICE).set(de::STAN, 7).to_vec()?;
/// let repeat = repeat_of(&ISO87_ASCII, &wire)?;
/// assert_eq!(repeat[..4], *b"0421");
/// assert_eq!(repeat[4..], wire[4..]);
/// # Ok::<_, cardwire::Error>(())
/// ```
///
/// # Errors
/// When the message does not parse, or its MTI has no repeat (`Form`).
pub fn repeat_of(spec: &Spec<'_>, wire: &[u8]) -> Result<Vec<u8>> {
    let message = Message::parse(spec, wire)?;
    let mti = message.mti();
    let no_repeat = Error::new(ErrorKind::Form, 0, 0, 0).at(Place::Mti);
    let repeat = if mti.is_repeat() { mti } else { mti.repeat().ok_or(no_repeat)? };
    Builder::copy_of(&message, spec).mti(repeat).to_vec()
}
