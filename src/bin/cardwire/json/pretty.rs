//! JSON laid out for people.

/// The same JSON with one member a line; pairs stay on theirs.
pub(crate) fn pretty(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * json.len());
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    // how deep in lists: a list of pairs has a line for each pair
    let mut lists: Vec<bool> = Vec::new();
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', 2 * depth));
    };
    let mut rest = json.iter().copied().peekable();
    while let Some(octet) = rest.next() {
        if quoted {
            out.push(octet);
            quoted = escaped || octet != b'"';
            escaped = !escaped && octet == b'\\';
            continue;
        }
        let empty = matches!(rest.peek(), Some(b'}' | b']'));
        match octet {
            b'"' => {
                quoted = true;
                out.push(octet);
            }
            b'{' | b'[' => {
                out.push(octet);
                let broken = !empty && (octet == b'{' || rest.peek() == Some(&b'['));
                lists.push(broken);
                if broken {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                if lists.pop() == Some(true) {
                    depth = depth.saturating_sub(1);
                    line(&mut out, depth);
                }
                out.push(octet);
            }
            b',' => {
                out.push(octet);
                match lists.last() {
                    Some(true) => line(&mut out, depth),
                    _ => out.push(b' '),
                }
            }
            b':' => out.extend(b": "),
            _ => out.push(octet),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn members_have_lines_and_pairs_share_one() {
        let json = br#"{"mti":"0200","fields":{"2":"a\"{,","55":[["9F26","A1"],["95",""]],"60":[]}}"#;
        let wanted = "{\n  \"mti\": \"0200\",\n  \"fields\": {\n    \"2\": \"a\\\"{,\",\n    \"55\": [\n      \
                      [\"9F26\", \"A1\"],\n      [\"95\", \"\"]\n    ],\n    \"60\": []\n  }\n}";
        assert_eq!(String::from_utf8_lossy(&pretty(json)), wanted);
    }
}
