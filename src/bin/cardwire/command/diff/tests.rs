use super::*;
use crate::output::Color;
use cardwire::spec::ISO87_ASCII;

/// A report with nothing in it yet.
fn report(output: &mut Output) -> Report<'_> {
    Report { output, shown: Shown::Masked, all: false, is_one_spec: true, differences: 0, told: false }
}

#[test]
fn work_grows_with_the_parts() {
    let parsed = Inspection::of(&ISO87_ASCII, b"08000020000000000000000001");
    let fields: Vec<Field<'_>> = parsed.fields().collect();
    crate::work::tests::assert_linear("parts of one key", |size| {
        let mut output = Output::new(Color::Never);
        let mut report = report(&mut output);
        let many = fields.repeat(size);
        assert!(report.fields(many.clone(), many, "").is_ok());
    });
}

/// A spec of one element, by its notation.
fn spec(is: &str, length: &str) -> &'static Spec<'static> {
    let text = format!("name = 'x'\n[elements]\n48 = {{ is = '{is}'{length} }}\n49 = {{ is = 'n3' }}\n");
    crate::spec_text::leak(cardwire::import::toml::parse(&text).expect("TOML")).expect("a spec")
}

/// The difference of two messages, and how many of it count.
fn told(specs: [&Spec<'_>; 2], values: [&[(u8, &str)]; 2], all: bool, shown: Shown) -> (String, usize) {
    let wire = |spec: &Spec<'_>, values: &[(u8, &str)]| {
        let mut builder = cardwire::Builder::new(spec, cardwire::Mti::NETWORK_REQUEST);
        for (number, value) in values {
            builder.set(*number, *value);
        }
        builder.to_vec().expect("a message")
    };
    let ([one, other], [of_one, of_other]) = (specs, values);
    let (first, second) = (wire(one, of_one), wire(other, of_other));
    let (first, second) = (Inspection::of(one, &first), Inspection::of(other, &second));
    let mut output = Output::in_memory(false);
    let is_one_spec = std::ptr::eq(one, other);
    let mut report = Report { output: &mut output, shown, all, is_one_spec, differences: 0, told: false };
    assert!(report.types(&first, &second).is_ok() && report.errors(&first, &second).is_ok());
    assert!(report.fields(first.fields().collect(), second.fields().collect(), "").is_ok());
    let differences = report.differences;
    (String::from_utf8(output.take()).expect("text"), differences)
}

/// A value of fixed length is filled where one of open length is not: numbers with zeros before, text with spaces behind.
#[test]
fn fill_is_no_part_of_a_value() {
    for (fixed, open, one, other, is_equal) in [
        ("n6", "n..6", "000123", "123", true),
        ("n6", "n..6", "000123", "0123", true),
        ("n6", "n..6", "001230", "123", false),
        ("n6", "n..6", "000000", "0", true),
        ("an6", "an..6", "AB", "AB", true),
        ("an6", "an..6", "AB", "ABC", false),
        ("ans6", "ans..6", " AB", "AB", false),
        ("b3", "b..3", "ab ", "ab", false),
        // another class is another value
        ("n6", "an..6", "000123", "123", false),
    ] {
        let specs = [spec(fixed, ""), spec(open, ", length = 'LL'")];
        for turned in [false, true] {
            let (mut specs, mut values) = (specs, [[(48, one)], [(48, other)]]);
            if turned {
                specs.reverse();
                values.reverse();
            }
            let [first, second] = &values;
            let (text, differences) = told(specs, [first, second], false, Shown::Exposed);
            assert_eq!(differences == 0, is_equal, "{fixed} {open} {one} {other} {turned}: {text}");
            assert_eq!(text.is_empty(), is_equal, "{text}");
        }
    }
    // of two fixed lengths, or two open ones, nothing is filled
    let open = [spec("n..6", ", length = 'LL'"), spec("n..6", ", length = 'LL'")];
    assert_eq!(told(open, [&[(48, "0123")], &[(48, "123")]], false, Shown::Exposed).1, 1);
}

#[test]
fn what_each_message_has_is_told() {
    let spec = &ISO87_ASCII;
    let (one, other) = (
        [(2, "4111111111111111"), (11, "000001"), (49, "840")],
        [(11, "000001"), (41, "TERM0001"), (49, "978")],
    );
    let (text, differences) = told([spec, spec], [&one, &other], true, Shown::Masked);
    let lines: Vec<&str> = text.lines().collect();
    let [pan, stan, currency, terminal] = lines.as_slice() else { unreachable!("{text}") };
    assert_eq!(*pan, "- 2 Primary account number (PAN): 411111******1111");
    assert_eq!(*stan, "  11 Systems trace audit number (STAN): 000001");
    assert!(currency.starts_with("~ 49 ") && currency.ends_with(": 840 -> 978"), "{currency}");
    assert!(terminal.starts_with("+ 41 ") && terminal.ends_with(": TERM0001"), "{terminal}");
    assert_eq!(differences, 3);
    let (less, _) = told([spec, spec], [&one, &other], false, Shown::Exposed);
    assert!(less.starts_with("- 2 Primary account number (PAN): 4111111111111111\n~ 49 "), "{less}");
}

/// What the spec has no place for: by number, whatever stands first.
#[test]
fn what_has_no_place_is_compared() {
    use crate::json::Json;
    let left = |number: u8, text: &str| Left {
        number,
        json: Json::Text(text.into()),
        is_unknown: true,
        why: "why".into(),
    };
    for (one, other, wanted) in [
        (vec![left(70, "a")], vec![left(70, "a")], ""),
        (vec![left(70, "a")], vec![left(70, "b")], "~ 70 (field 70: why)\n"),
        (vec![left(70, "a")], vec![], "- 70 (field 70: why)\n"),
        (vec![], vec![left(70, "a")], "+ 70 (field 70: why)\n"),
        (
            vec![left(70, "a"), left(71, "b")],
            vec![left(71, "b"), left(72, "c")],
            "- 70 (field 70: why)\n+ 72 (field 72: why)\n",
        ),
    ] {
        let mut output = Output::in_memory(false);
        let mut report = report(&mut output);
        assert!(report.left(&one, &other).is_ok());
        assert_eq!(report.differences, wanted.lines().count());
        assert_eq!(String::from_utf8_lossy(&output.take()), wanted);
    }
}
