use super::*;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD};

#[test]
fn values_fit_patterns() {
    for (pattern, value, fits) in [
        ("51", "51", true),
        ("51", "510", false),
        ("510", "51", false),
        ("4111*", "4111111111111111", true),
        ("4111*", "411", false),
        ("*", "", true),
        (">=1000", "000000001000", true),
        (">=1000", "000000000999", false),
        (">=1000", "x", false),
        ("<=999", "000000001000", false),
        ("<=1000", "000000001000", true),
        ("<=1000", "", false),
        (">=5", "D00000009", true),
        ("<=9", "C00000009", true),
        ("<=8", "C00000009", false),
        ("present", "x", true),
        ("present", "", true),
        ("absent", "x", false),
    ] {
        assert_eq!(matches(pattern, value), fits, "{pattern} {value}");
    }
}

/// A file's patterns, checked.
fn check(spec: &'static Spec<'static>, among: Among, patterns: &str) -> Result<(), String> {
    let patterns: Patterns = toml::from_str(patterns).expect("TOML");
    patterns.check(spec, among).map_err(|(_, words)| words)
}

#[test]
fn message_types_that_there_are() {
    use Among::{Messages, Requests};
    for (pattern, of_requests, of_messages) in [
        ("0200", true, true),
        ("0210", false, true),
        ("0420", true, true),
        ("present", true, true),
        ("*", true, true),
        ("0*", true, true),
        ("02*", true, true),
        ("021*", false, true),
        ("020*", true, true),
        ("0200*", true, true),
        ("0210*", false, true),
        ("02000*", false, false),
        ("0x*", false, false),
        ("020", false, false),
        ("02000", false, false),
        ("", false, false),
        (">=0200", true, true),
        (">=9999", true, true),
        ("<=0", true, true),
    ] {
        for (among, noun, fits) in [(Requests, "request", of_requests), (Messages, "message", of_messages)] {
            let wanted = match fits {
                true => Ok(()),
                false => Err(format!("mti: '{}' is the type of no {noun}", named(pattern))),
            };
            assert_eq!(check(&ISO87_ASCII, among, &format!("mti = '{pattern}'")), wanted, "{pattern}");
        }
    }
    for (pattern, words) in [
        ("absent", "mti: a message without a type is none"),
        (">=10000", "mti: no value of 4 digits is that large"),
        (">0200", "mti: a number stands after >0"),
        ("<=", "mti: a number stands after <="),
        (">", "mti: a number stands after >"),
    ] {
        assert_eq!(check(&ISO87_ASCII, Messages, &format!("mti = '{pattern}'")), Err(words.to_owned()));
    }
}

#[test]
fn elements_that_there_are() {
    for path in ["2", "3.1", "55.9F26", "55.9f26", "127"] {
        assert_eq!(check(&ISO87_ASCII, Among::Messages, &format!("'{path}' = 'present'")), Ok(()), "{path}");
    }
    for path in ["", "x", "0", "1000", "200", "2.1", "3.9", "3.1.1", "3.x", "55.", "4111111111111111"] {
        let wanted = format!("match: the spec does not define '{}'", named(path));
        let found = check(&ISO87_ASCII, Among::Messages, &format!("'{path}' = 'present'"));
        assert_eq!(found, Err(wanted), "{path}");
    }
    assert_eq!(named("4111111111111111"), "41111111");
}

/// Each bound of a value from both sides: its length, its characters, its numbers.
#[test]
fn values_that_there_can_be() {
    let most = "the value has 7, and at most 6 can be there";
    let fewest = "the value has 5, and at least 6 are there; a * at its end fits any rest";
    let digits = "a value of class n has no such characters";
    let octets = "octets are hexadecimal digits, in capitals";
    for (path, pattern, wrong) in [
        ("11", "123456", ""),
        ("11", "12345", fewest),
        ("11", "12345*", ""),
        ("11", "123456*", ""),
        ("11", "1234567", most),
        ("11", "1234567*", most),
        ("11", "12345X", digits),
        ("11", "12345é", digits),
        ("11", "X*", digits),
        ("11", "present", ""),
        ("11", "absent", ""),
        ("11", ">=999999", ""),
        ("11", ">=1000000", "no value of 6 digits is that large"),
        ("11", "<=1000000", ""),
        ("11", ">=x", "a number stands after >="),
        ("11", "<=", "a number stands after <="),
        ("2", "4", ""),
        // a sign is no digit
        ("28", "D00000100", ""),
        ("28", "000000100", "a value of class x+n has no such characters"),
        ("28", ">=99999999", ""),
        ("28", ">=100000000", "no value of 8 digits is that large"),
        ("52", "0123456789ABCDEF", ""),
        ("52", "0123456789abcdef", octets),
        ("52", "0123456789ABCDE*", ""),
        ("52", "0123456789ABCDEX", octets),
        ("52", "01*", ""),
        ("52", "0*", ""),
        ("52", "g*", octets),
        ("52", "0123456789ABCDEF0*", ""),
        ("52", "0123456789ABCDEF01", "the value has 9, and at most 8 can be there"),
        ("52", "0123456789ABCD", "the value has 7, and at least 8 are there; a * at its end fits any rest"),
        ("52", ">=1", "octets are no number to be compared"),
        ("52", "<=1", "octets are no number to be compared"),
        ("3", "000000", ""),
        ("3", "00000X", digits),
    ] {
        let wanted = if wrong.is_empty() { Ok(()) } else { Err(format!("match, {path}: {wrong}")) };
        let found = check(&ISO87_ASCII, Among::Messages, &format!("'{path}' = '{pattern}'"));
        assert_eq!(found, wanted, "{path} {pattern}");
    }
}

#[test]
fn what_is_absent_has_no_parts() {
    for (patterns, wanted) in [
        ("'55' = 'absent'\n'55.9F26' = 'present'", "match: no request has 55.9F26 without 55"),
        ("'55.9f26' = 'absent'\n'055.9F26' = '01*'", "match: no request has 055.9F26 without 55.9f26"),
        ("'55' = 'absent'\n'55.9F26' = 'absent'", ""),
        ("'55' = 'present'\n'55.9F26' = 'absent'", ""),
        ("'5' = 'absent'\n'55.9F26' = 'present'", ""),
    ] {
        let wanted = if wanted.is_empty() { Ok(()) } else { Err(wanted.to_owned()) };
        assert_eq!(check(&ISO87_ASCII, Among::Requests, patterns), wanted, "{patterns}");
    }
    let patterns: Patterns = toml::from_str("'55' = 'absent'\n'55.9F26' = 'present'").expect("TOML");
    assert_eq!(patterns.check(&ISO87_ASCII, Among::Messages).map_err(|(place, _)| place), Err(Some(28)));
}

/// Octets fit by their hexadecimal digits, other values by their characters, the type as the path `mti`.
#[test]
fn messages_fit_all_of_their_patterns() {
    for spec in [&ISO87_ASCII, &ISO87_BCD] {
        let mut builder = cardwire::Builder::new(spec, Mti::FINANCIAL_REQUEST);
        let parts = [(0x95, &b"\0\0\0\x80\0"[..])];
        builder.set(4, 12_300).set(11, "000007").set(52, &b"\x01\x23\xAB\0\0\0\0\0"[..]).set(55, &parts);
        let wire = builder.to_vec().expect("it can be written");
        let message = Message::parse(spec, &wire).expect("it was written");
        for (patterns, wanted) in [
            ("", true),
            ("mti = '0200'", true),
            ("mti = '021*'", false),
            ("'4' = '000000012300'", true),
            ("'4' = '>=12300'", true),
            ("'4' = '>=12301'", false),
            ("'52' = '0123AB0000000000'", true),
            ("'52' = '0123AC*'", false),
            ("'55.95' = '0000008000'", true),
            ("'55.95' = 'absent'", false),
            ("'55.9F26' = 'absent'", true),
            ("'55.9F26' = 'present'", false),
            ("'2' = 'absent'", true),
            ("'2' = '*'", false),
            ("'4' = '>=12300'\n'11' = '000008'", false),
            ("'4' = '>=12300'\n'11' = '000007'", true),
        ] {
            let patterns: Patterns = toml::from_str(patterns).expect("TOML");
            assert_eq!(patterns.fits(&message), wanted, "{:?}", patterns.0.keys());
        }
    }
    let mut patterns = Patterns::default();
    assert!(patterns.is_empty() && patterns.mti().is_none());
    assert!(patterns.insert("mti", "02*") && !patterns.insert("mti", "04*") && !patterns.is_empty());
    assert_eq!(patterns.mti(), Some("04*"));
}
