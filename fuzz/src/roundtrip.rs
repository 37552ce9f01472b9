//! A copy of a message is the message; where the input is not how this library writes, the copy is.

use cardwire::{Builder, Message, layout::Coding};

/// Parses, writes the copy, and does so again with what was written.
pub fn roundtrip(data: &[u8]) {
    let Some((spec, wire)) = crate::named_spec(data) else { return };
    let Ok(message) = Message::parse(spec, wire) else { return };
    let written = copy(&message);
    assert_eq!(written.len(), wire.len(), "a copy is as long as its original");
    if is_canonical(&message) {
        assert_eq!(written, wire, "the copy of what is written our way is equal");
    }
    let again = Message::parse(spec, &written).expect("what was written can be read");
    assert_eq!(copy(&again), written, "a copy of the copy is equal");
    assert_eq!(again.bitmap(), message.bitmap());
    for (one, other) in message.fields().zip(again.fields()) {
        assert_eq!(one.expose(), other.expose(), "field {}", one.key());
    }
}

fn copy(message: &Message<'_>) -> Vec<u8> {
    let builder = Builder::copy_of(message, message.spec());
    let written = builder.to_vec().expect("what was read can be written");
    assert_eq!(builder.measure(), Ok(written.len()));
    written
}

/// Whether there is one way only to write the message. Hexadecimal digits may be read in lower
/// case; nothing else is read that would be written otherwise.
fn is_canonical(message: &Message<'_>) -> bool {
    let lower = |octets: &[u8]| octets.iter().any(|octet| matches!(octet, b'a'..=b'f' | 0x81..=0x86));
    let start = message.fields().next().map_or(message.wire().len(), |field| field.range().start);
    let in_bitmap = message.spec().bitmap().coding != Coding::Raw && lower(&message.wire()[..start]);
    let in_value = message.fields().any(|field| {
        let is_hex = matches!(field.element().coding(), Coding::Hex | Coding::EbcdicHex(_));
        is_hex && lower(&message.wire()[field.range()])
    });
    !in_bitmap && !in_value
}
