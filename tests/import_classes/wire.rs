//! Octets as the vectors of jPOS classes are written.

/// `"text"` or `#hex`, as octets.
pub(crate) fn value(text: &str) -> Vec<u8> {
    match text.strip_prefix('#') {
        Some(hex) => wire(hex),
        None => text.trim_matches('"').bytes().collect(),
    }
}

/// Hex, `'ASCII'` and `e'EBCDIC'`.
pub(crate) fn wire(text: &str) -> Vec<u8> {
    let mut octets = vec![];
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some((literal, after)) = rest.strip_prefix('\'').and_then(|rest| rest.split_once('\'')) {
            octets.extend(literal.bytes());
            rest = after.trim_start();
        } else if let Some((literal, after)) = rest.strip_prefix("e'").and_then(|rest| rest.split_once('\''))
        {
            octets.extend(literal.bytes().map(ebcdic));
            rest = after.trim_start();
        } else {
            octets.push(u8::from_str_radix(&rest[..2], 16).unwrap());
            rest = rest[2..].trim_start();
        }
    }
    octets
}

fn ebcdic(character: u8) -> u8 {
    match character {
        b' ' => 0x40,
        b'0'..=b'9' => 0xF0 + (character - b'0'),
        b'A'..=b'I' => 0xC1 + (character - b'A'),
        b'J'..=b'R' => 0xD1 + (character - b'J'),
        b'S'..=b'Z' => 0xE2 + (character - b'S'),
        _ => panic!("not needed"),
    }
}
