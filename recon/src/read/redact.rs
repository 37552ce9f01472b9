//! Card numbers in whatever is read: a token where one is expected, masked digits where one stands in a text.

use cardwire::mask;

use crate::record::{Text, Token, Tokenizer};

/// Takes card numbers out of what becomes part of a record.
#[derive(Clone, Debug)]
pub(super) struct Redactor {
    tokenizer: Tokenizer,
}

/// The shortest run of digits that may be a card number.
const SHORTEST: usize = 12;

impl Redactor {
    pub(super) fn new(tokenizer: Tokenizer) -> Self {
        Self { tokenizer }
    }

    /// The token of a card number, whole or with hidden digits, or of a track; `None` when it is neither.
    pub(super) fn card(&self, text: &str) -> Option<Token> {
        let number = text.split(['=', 'D', 'd', '^']).next().unwrap_or_default();
        let number = number.trim_start_matches(['B', '%', ';']);
        let digits: String = number.chars().filter(|found| !matches!(found, ' ' | '-' | '\t')).collect();
        self.tokenizer.token(digits.as_bytes()).or_else(|| masked(digits.as_bytes()))
    }

    /// The text without the inner digits of the card numbers in it; `None` when there are none.
    pub(super) fn hidden(&self, text: &str) -> Option<Text> {
        (may_hold_card(text) && mask::hidden(text.as_bytes()).contains(&true)).then(|| self.text(text))
    }

    /// A text without the inner digits of the card numbers in it, trimmed.
    pub(super) fn text(&self, text: &str) -> Text {
        self.lines([text])
    }

    /// Lines joined by a blank, without the inner digits of card numbers. One that goes on in the next line is
    /// found, too.
    pub(super) fn lines<'s>(&self, lines: impl IntoIterator<Item = &'s str>) -> Text {
        let mut whole = String::new();
        let mut ends = Vec::new();
        for line in lines.into_iter().map(str::trim).filter(|line| !line.is_empty()) {
            whole.push_str(line);
            ends.push(whole.len());
        }
        let mut out = Text::with_capacity(whole.len() + ends.len());
        let hidden = if may_hold_card(&whole) { mask::hidden(whole.as_bytes()) } else { Vec::new() };
        if !hidden.contains(&true) {
            let starts = std::iter::once(0).chain(ends.iter().copied());
            for (start, end) in starts.zip(&ends) {
                out.push_str(if start > 0 { " " } else { "" });
                out.push_str(whole.get(start..*end).unwrap_or_default());
            }
            return out;
        }
        let mut ends = ends.into_iter().peekable();
        for (at, character) in whole.char_indices() {
            if ends.next_if(|end| *end == at).is_some() {
                out.push(' ');
            }
            out.push(if hidden.get(at) == Some(&true) { '*' } else { character });
        }
        out
    }
}

/// Whether a text has enough digits in a row, blanks and hyphens between them passed over.
fn may_hold_card(text: &str) -> bool {
    let mut digits = 0;
    text.bytes().any(|octet| {
        match octet {
            b'0'..=b'9' => digits += 1,
            b' ' | b'-' | b'.' => (),
            _ => digits = 0,
        }
        digits >= SHORTEST
    })
}

/// The ends of a number of which the inner digits are hidden.
fn masked(text: &[u8]) -> Option<Token> {
    let (first, rest) = text.split_first_chunk::<6>()?;
    let (inner, last) = rest.split_last_chunk::<4>()?;
    let is_hidden = inner.iter().any(|octet| matches!(octet, b'*' | b'x' | b'X' | b'#' | b'.' | b'_'));
    let is_ours =
        |octet: &u8| octet.is_ascii_digit() || matches!(octet, b'*' | b'x' | b'X' | b'#' | b'.' | b'_');
    let are_digits = first.iter().chain(last).all(u8::is_ascii_digit);
    (is_hidden && are_digits && inner.iter().all(is_ours)).then(|| Token::masked(*first, *last))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(Tokenizer::new(b"test"))
    }

    #[test]
    fn cards_become_tokens_however_they_are_written() {
        let redactor = redactor();
        let whole = redactor.card("4111111111111111").unwrap();
        for form in [
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111111111111111=29121011234",
            "B4111111111111111^A/B^2912",
        ] {
            assert_eq!(redactor.card(form), Some(whole), "{form}");
        }
        for form in ["411111******1111", "411111xxxxxx1111", "4111 11** **** 1111", "411111****1111"] {
            assert_eq!(redactor.card(form), Some(Token::masked(*b"411111", *b"1111")), "{form}");
        }
        for form in ["", "***", "4111", "not a card", "41111111111111111111111"] {
            assert_eq!(redactor.card(form), None, "{form}");
        }
    }

    #[test]
    fn texts_lose_the_inner_digits() {
        let redactor = redactor();
        for (text, shown) in [
            ("CARD 4111111111111111 PAID", "CARD 411111******1111 PAID"),
            ("CARD 4111 1111 1111 1111 PAID", "CARD 4111 11** **** 1111 PAID"),
            ("3782-822463-10005", "3782-82***3-*0005"),
            ("退款 6212345678901232 元", "退款 621234******1232 元"),
            ("PO-20260316-000777 MID 123456789012345", "PO-20260316-000777 MID 123456789012345"),
        ] {
            assert!(!redactor.text(text).contains("111111111111"), "{text}");
            if shown.starts_with("3782") {
                assert!(!redactor.text(text).contains("822463"), "{text}");
            } else {
                assert_eq!(redactor.text(text), shown);
            }
        }
        assert_eq!(redactor.lines(["A 41111111", "11111111 B"]), "A 411111** ****1111 B");
    }
}
