//! Whether octets are what the spec takes them for.

/// How far the octets of a message can be trusted to be what the spec takes them for. What is not trusted is
/// shown by kind and length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trust {
    /// The message was read to its end; whether it makes sense was not asked yet.
    Unknown,
    /// The message was read to its end and makes sense.
    Sound,
    /// The same, but digits that are a card number and nothing more lie across its elements.
    Crossed,
    /// The message was not read to its end, or what was read cannot be.
    Doubtful,
}
