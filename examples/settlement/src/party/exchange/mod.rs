//! What acquirer, hub and issuer do alike with requests between hosts: tell one from another, answer one that comes
//! again, keep advices until they are answered, and choose a way.

mod outbox;
mod route;

pub(super) use self::outbox::Outbox;
pub(super) use self::route::Routes;

use crate::money::Money;
use crate::ops::Operation;
use crate::telegram::{Code, Original, Telegram};

/// DE70: sign-on.
pub(super) const SIGN_ON: u64 = 1;
/// DE70: echo test.
pub(super) const ECHO: u64 = 301;
/// Nobody can be asked: no way to the issuer is in service.
pub(super) const UNREACHABLE: Code = Code::of(b"91");

/// The key of a message on the network: DE7, DE11, DE32. It is the same by whichever route the message goes.
pub(super) fn network_key(transmission: &str, stan: u64, acquirer: &str) -> String {
    format!("{transmission}/{stan:06}/{acquirer}")
}

/// The key of this message.
pub(super) fn key_of(message: &Telegram) -> String {
    network_key(message.transmission.as_deref().unwrap_or_default(), message.stan, &message.acquirer)
}

/// The key of the message that DE90 of this one names.
pub(super) fn key_of_original(message: &Telegram) -> Option<String> {
    let Original { stan, transmission, .. } = message.original.as_ref()?;
    Some(network_key(transmission, *stan, &message.acquirer))
}

/// Is a request that has the key of an earlier one the same? It is if it asks for the same amount in the same way.
pub(super) fn is_same(message: &Telegram, asked: Money, operation: Operation) -> bool {
    message.amount == Some(asked) && message.operation == operation
}

/// Another request has this key already.
pub(super) fn reused(message: &Telegram) -> Telegram {
    message.answer(Code::of(b"94"))
}
