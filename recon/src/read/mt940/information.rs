//! `:86:`, the information to a line: with fields of two digits, with codes between slashes, or free text.

/// What it says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Information {
    /// The transaction code of German banks.
    pub(super) code: String,
    /// Remittance information and further text.
    pub(super) lines: Vec<String>,
    pub(super) end_to_end: String,
    pub(super) party: String,
    pub(super) party_account: String,
    pub(super) return_reason: String,
}

/// The most characters of a line, and of a field of two digits: what is as long goes on without a blank.
const LINE: usize = 65;
const FIELD: usize = 27;

/// The codes that stand between slashes.
const CODES: [&str; 22] = [
    "EREF", "REMI", "TRCD", "ORDP", "BENM", "NAME", "IBAN", "ADDR", "RTRN", "PREF", "IREF", "MARF", "CSID",
    "BIC", "ID", "ISDT", "CNTP", "PURP", "SVCL", "TRTP", "ULTD", "ULTC",
];

/// The words that stand before values in the purpose of German banks.
const WORDS: [&str; 9] = ["EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "SVWZ+", "ABWA+", "ABWE+", "IBAN+"];

impl Information {
    /// Reads the lines of `:86:`.
    pub(super) fn read(lines: &[String]) -> Self {
        let first = lines.first().map_or("", String::as_str);
        let separator = first.get(3..).and_then(|rest| rest.chars().next());
        let code = first.get(..3).filter(|code| code.bytes().all(|digit| digit.is_ascii_digit()));
        match (code, separator) {
            (Some(code), Some(separator)) if !separator.is_alphanumeric() && separator != ' ' => {
                Self::of_fields(code, separator, &lines.concat())
            }
            _ if first.starts_with('/') => Self::of_codes(&joined(lines, LINE)),
            _ => Self { lines: merged(lines.iter().map(String::as_str), LINE), ..Self::default() },
        }
    }

    /// `166?00TEXT?20PURPOSE?21MORE?31ACCOUNT?32NAME`
    fn of_fields(code: &str, separator: char, text: &str) -> Self {
        let mut found = Self { code: code.to_owned(), ..Self::default() };
        let mut purpose = Vec::new();
        for field in fields(text, separator) {
            let (number, value) = field.split_at_checked(2).unwrap_or((field, ""));
            match number {
                "00" => found.lines.push(value.to_owned()),
                "20" | "21" | "22" | "23" | "24" | "25" | "26" | "27" | "28" | "29" | "60" | "61" | "62"
                | "63" => {
                    purpose.push(value);
                }
                "31" => value.clone_into(&mut found.party_account),
                "32" | "33" => found.party.push_str(value),
                _ => (),
            }
        }
        for part in merged(purpose.into_iter(), FIELD) {
            match part.split_at_checked(5) {
                Some(("EREF+", value)) => value.clone_into(&mut found.end_to_end),
                Some((word, value)) if WORDS.contains(&word) => found.lines.push(value.to_owned()),
                _ => found.lines.push(part),
            }
        }
        found
    }

    /// `/EREF/PO-1/REMI/USTD//TEXT/TRCD/00100`
    fn of_codes(text: &str) -> Self {
        let mut found = Self::default();
        let mut place = 0;
        let mut values: Vec<(&str, &str)> = Vec::new();
        let mut open: Option<(&str, usize)> = None;
        while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
            let inner = rest.strip_prefix('/').unwrap_or("");
            let code = CODES
                .into_iter()
                .find(|code| inner.strip_prefix(code).is_some_and(|rest| rest.starts_with('/')));
            match code {
                Some(code) => {
                    values.extend(open.and_then(|(code, from)| Some((code, text.get(from..place)?))));
                    place += code.len() + 2;
                    open = Some((code, place));
                }
                None => place += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        match open {
            Some((code, from)) => values.extend(text.get(from..).map(|value| (code, value))),
            None => found.lines.push(text.to_owned()),
        }
        for (code, value) in values {
            let value = value.trim_matches(['/', ' ']);
            match code {
                "EREF" => value.clone_into(&mut found.end_to_end),
                "REMI" => found
                    .lines
                    .push(value.trim_start_matches("USTD//").trim_start_matches("STRD/").to_owned()),
                "NAME" => value.clone_into(&mut found.party),
                "IBAN" => value.clone_into(&mut found.party_account),
                "RTRN" => value.clone_into(&mut found.return_reason),
                "ORDP" | "BENM" | "CNTP" if value.is_empty() => (),
                "PREF" | "IREF" | "ORDP" | "BENM" | "CNTP" => found.lines.push(value.to_owned()),
                _ => (),
            }
        }
        found
    }
}

/// The fields of a text, each behind the separator and two digits.
fn fields(text: &str, separator: char) -> Vec<&str> {
    let is_start = |(at, _): &(usize, &str)| {
        let number = text.get(at + separator.len_utf8()..).and_then(|rest| rest.get(..2));
        number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let starts: Vec<usize> = text.match_indices(separator).filter(is_start).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| text.get(start + separator.len_utf8()..end)).collect()
}

/// Pieces put together where one is full and goes on in the next; a word such as `SVWZ+` begins anew.
fn merged<'p>(pieces: impl Iterator<Item = &'p str>, full: usize) -> Vec<String> {
    let mut merged: Vec<(String, bool)> = Vec::new();
    for piece in pieces {
        let is_full = piece.chars().count() >= full;
        let begins = WORDS.iter().any(|word| piece.starts_with(word));
        match merged.last_mut().filter(|(_, is_open)| *is_open && !begins) {
            Some((text, is_open)) => {
                text.push_str(piece);
                *is_open = is_full;
            }
            None => merged.push((piece.to_owned(), is_full)),
        }
    }
    merged.into_iter().map(|(text, _)| text).filter(|text| !text.trim().is_empty()).collect()
}

/// Lines as one text.
fn joined(lines: &[String], full: usize) -> String {
    merged(lines.iter().map(String::as_str), full).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Information {
        Information::read(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn fields_of_two_digits() {
        let found = read(&[
            "166?00CREDIT TRANSFER?10000931?20PAYOUT PO-20260316-000777",
            "?21MID 123456789012345?30EXAMDEFF?31DE89370400440532013000",
            "?32EXAMPLE ACQUIRER AG?34000",
        ]);
        assert_eq!(found.lines, ["CREDIT TRANSFER", "PAYOUT PO-20260316-000777", "MID 123456789012345"]);
        assert_eq!((found.code.as_str(), found.party.as_str()), ("166", "EXAMPLE ACQUIRER AG"));
        let found = read(&["116~00SEPA~20EREF+E2E-1~21SVWZ+REFUND OF A VERY LONG T~22EXT"]);
        assert_eq!(
            (found.end_to_end.as_str(), found.lines.as_slice()),
            ("E2E-1", &["SEPA".into(), "REFUND OF A VERY LONG TEXT".into()][..])
        );
        assert_eq!(
            read(&["116?20EREF+ABCDEFGHIJKLMNOPQRSTUV?21WXYZ?22SVWZ+T"]).end_to_end,
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        );
    }

    #[test]
    fn codes_between_slashes() {
        let found = read(&["/EREF/PO-1/NAME/A/B/REMI/USTD//PAYOUT 1/2/TRCD/00100/RTRN/AC04"]);
        assert_eq!(
            (found.end_to_end.as_str(), found.party.as_str(), found.return_reason.as_str()),
            ("PO-1", "A/B", "AC04")
        );
        assert_eq!(found.lines, ["PAYOUT 1/2"]);
    }

    /// The numbers of a purpose, and each other number that says something; the rest is passed over.
    #[test]
    fn each_number_has_its_place() {
        let purpose = ["20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "60", "61", "62", "63"];
        for number in (0..100).map(|number| format!("{number:02}")) {
            let code = "166".to_owned();
            let found = read(&[&format!("166?{number}TEXT")]);
            let text = "TEXT".to_owned();
            let expected = match number.as_str() {
                "31" => Information { code, party_account: text, ..Information::default() },
                "32" | "33" => Information { code, party: text, ..Information::default() },
                "00" => Information { code, lines: vec![text], ..Information::default() },
                known if purpose.contains(&known) => {
                    Information { code, lines: vec![text], ..Information::default() }
                }
                _ => Information { code, ..Information::default() },
            };
            assert_eq!(found, expected, "{number}");
        }
        assert_eq!(read(&["166?32EXAMPLE ?33CO"]).party, "EXAMPLE CO");
        for word in ["KREF+", "MREF+", "CRED+", "DEBT+", "SVWZ+", "ABWA+", "ABWE+", "IBAN+"] {
            let found = read(&[&format!("166?20{}?21{word}B", "A".repeat(27))]);
            assert_eq!(found.lines, ["A".repeat(27), "B".to_owned()], "{word}");
        }
        // one more character fills a field, one less does not
        for (length, lines) in [(26, 2), (27, 1), (28, 1)] {
            assert_eq!(read(&[&format!("166?20{}?21B", "A".repeat(length))]).lines.len(), lines, "{length}");
        }
        // what follows the digits must be a mark, or it is free text
        for text in ["166A20TEXT", "166 20TEXT", "1664", "16", "ABC?20TEXT"] {
            let expected = Information { lines: vec![text.to_owned()], ..Information::default() };
            assert_eq!(read(&[text]), expected, "{text}");
        }
    }

    /// Each code that says something, alone; what is empty is no line.
    #[test]
    fn each_code_has_its_place() {
        for code in CODES {
            let text = "TEXT".to_owned();
            let expected = match code {
                "EREF" => Information { end_to_end: text, ..Information::default() },
                "NAME" => Information { party: text, ..Information::default() },
                "IBAN" => Information { party_account: text, ..Information::default() },
                "RTRN" => Information { return_reason: text, ..Information::default() },
                "REMI" | "PREF" | "IREF" | "ORDP" | "BENM" | "CNTP" => {
                    Information { lines: vec![text], ..Information::default() }
                }
                _ => Information::default(),
            };
            assert_eq!(read(&[&format!("/{code}/TEXT")]), expected, "{code}");
            assert_eq!(read(&[&format!("/TRCD/1/{code}/TEXT/TRTP/2")]), expected, "{code}");
        }
        for code in ["ORDP", "BENM", "CNTP"] {
            let found = read(&[&format!("/{code}//NAME/ACME/REMI/X")]);
            assert_eq!((found.lines, found.party.as_str()), (vec!["X".to_owned()], "ACME"), "{code}");
        }
        for (text, line) in [
            ("/REMI/USTD//A", "A"),
            ("/REMI/STRD/A", "A"),
            ("/REMI/A/B é/C", "A/B é/C"),
            ("/XYZ/A", "/XYZ/A"),
        ] {
            assert_eq!(read(&[text]).lines, [line], "{text}");
        }
    }

    #[test]
    fn free_text_goes_on_where_a_line_is_full() {
        let full = "X".repeat(65);
        assert_eq!(read(&["PAYOUT", "PO-1"]).lines, ["PAYOUT", "PO-1"]);
        assert_eq!(read(&[&full, "Y"]).lines, [format!("{full}Y")]);
        assert_eq!(read(&[&full[1..], "Y"]).lines, [&full[1..], "Y"]);
        assert_eq!(read(&[]), Information::default());
        assert_eq!(read(&["/"]).lines, ["/"]);
    }
}
