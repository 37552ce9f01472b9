//! `cardwire encode`, and that it undoes `decode`.

use cardwire::{Builder, Mti, layout::Content, spec};

use super::common::golden;
use super::{REQUEST, cardwire, good, hex};

#[test]
fn an_object_becomes_a_message() {
    let object = concat!(
        r#"{"mti":"0200","fields":{"55":[["95","0000008000"]],"4":12300,"2":"4111111111111111","#,
        r#""3":[["1","00"],["2","00"],["3","00"]],"11":123456,"49":"156"}}"#
    );
    assert_eq!(good(&["encode", "-s", "iso87-ascii"], object), hex(REQUEST.as_bytes()) + "\n");
    let raw = good(&["encode", "-s", "iso87-ascii", "--format", "raw", "-F", "ascii4"], object);
    assert_eq!(raw, format!("0082{REQUEST}"));
}

#[test]
fn an_object_that_gives_none_says_why() {
    let objects = r#"{"mti":"0200","fields":{"4":"12X"}}
{"mti":"0200","fields":{"55":[["95","000000800000"]]}}
{"mti":"0200","fields":{"52":"12345"}}
{"mti":"0200","fields":{"2":"411111******1111"},"masked":true}
{"mti":"02","fields":{}}
{"fields":{}}
{"mti":"0200","fields":"4111111111111111"}
{"mti":"0200","fields":{"11":"1"}}
{"mti":"0200",
"#;
    let done = cardwire(&["encode", "-s", "iso87-ascii"], objects);
    let wanted = r#"{"error":{"field":4,"byte":31,"message":"field 4 at byte 31: expected class n, found a letter"}}
{"error":{"field":55,"part":"95","byte":25,"message":"field 55, part 95 at byte 25: expected at most 5 octets, found 6"}}
{"error":{"field":52,"message":"field 52: an odd number of hexadecimal digits at character 5"}}
{"error":{"place":"input","message":"the message is masked: decode it with --expose at column 62"}}
{"error":{"place":"input","message":"\"mti\" is not four digits at column 11"}}
{"error":{"place":"input","message":"the object has no \"mti\""}}
{"error":{"place":"input","message":"expected an object of fields at column 41"}}
3032303030303230303030303030303030303030303030303031
{"error":{"place":"input","message":"EOF while parsing a value at column 14"}}
"#;
    assert_eq!(done.out, wanted);
    assert_eq!((done.code, done.err.as_str()), (1, "cardwire: 8 of 9 objects gave no message\n"));
}

/// Decodes and encodes lines, which must come back as they were.
fn there_and_back(spec: &str, lines: &str) {
    let objects = good(&["decode", "-s", spec, "--format", "ndjson", "--expose", "-i", "hex"], lines);
    assert_eq!(objects.lines().count(), lines.lines().count());
    let back = good(&["encode", "-s", spec], objects.clone());
    for ((line, back), object) in lines.lines().zip(back.lines()).zip(objects.lines()) {
        assert_eq!(line, back, "{spec}: {object}");
    }
    // card data is hidden, and what is hidden still parses and has its length
    let redacted = good(&["redact", "-s", spec, "-i", "hex"], lines);
    for (line, redacted) in lines.lines().zip(redacted.lines()) {
        assert_eq!(line.len(), redacted.len(), "{spec}: {line}");
    }
    good(&["decode", "-s", spec, "-i", "hex"], redacted);
    assert_eq!(
        good(&["redact", "-s", spec, "--json"], objects.clone()),
        good(&["redact", "-s", spec, "--json"], good(&["redact", "-s", spec, "--json"], objects)),
    );
}

#[test]
fn decode_and_encode_are_inverse_on_every_golden_message() {
    let wires = golden::wires();
    assert!(wires.len() > 20);
    for spec in spec::builtin() {
        let lines = wires.iter().filter(|(_, of, _)| of.name() == spec.name());
        let lines: String = lines.map(|(.., wire)| hex(wire) + "\n").collect();
        if !lines.is_empty() {
            there_and_back(spec.name(), &lines);
        }
    }
}

#[test]
fn decode_and_encode_are_inverse_on_every_element_of_every_spec() {
    let (mut tried, mut left) = (0, std::collections::BTreeSet::new());
    for spec in spec::builtin() {
        let mut lines = String::new();
        for element in spec.body().elements() {
            let number = u8::try_from(element.key()).unwrap();
            let value: Vec<u8> = match element.content() {
                Content::N | Content::Ns | Content::Z => vec![b'1'; element.max()],
                Content::Xn => [b"C", vec![b'1'; element.max() - 1].as_slice()].concat(),
                Content::B if element.layout().is_some() => vec![0x9F, 0x1C, 2, b'"', b'\\'],
                Content::B => vec![0xA5; element.max()],
                Content::Any => (0..=255).cycle().take(element.max()).collect(),
                _ => vec![b' '; element.max()],
            };
            tried += 1;
            // parts may be of other classes than their element
            let digits = vec![b'1'; element.max()];
            let written = [value, digits].into_iter().find_map(|value| {
                Builder::new(spec, Mti::FINANCIAL_REQUEST).set(number, value.as_slice()).to_vec().ok()
            });
            match written {
                Some(wire) => lines += &(hex(&wire) + "\n"),
                None => _ = left.insert((spec.name().starts_with("ipm-"), number)),
            }
        }
        there_and_back(spec.name(), &lines);
    }
    // amounts with signs, and sub-elements with tags: golden messages hold them
    let data = [48, 54, 62, 123, 124, 125].map(|number| (true, number));
    assert_eq!(left, [(false, 54)].into_iter().chain(data).collect(), "of {tried} elements");
}

#[test]
fn bitmaps_that_announce_nothing_come_back() {
    // a second bitmap without elements
    let wire = format!("08008020000000000000{}123456", "0".repeat(16));
    let line = hex(wire.as_bytes()) + "\n";
    let object = good(&["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"], line.clone());
    assert_eq!(object, "{\"mti\":\"0800\",\"bitmaps\":2,\"fields\":{\"11\":\"123456\"}}\n");
    assert_eq!(good(&["encode", "-s", "iso87-ascii"], object), line);
}

#[test]
fn station_headers_come_back() {
    let frame = "00156000030000603100311203080000200000000000000000 07".replace(' ', "");
    let frame = frame.replacen("0015", "0018", 1);
    let object = good(
        &["decode", "-s", "unionpay-pos", "-F", "unionpay", "--format", "ndjson", "--expose", "-m", &frame],
        "",
    );
    assert_eq!(
        object,
        "{\"station\":\"6000030000603100311203\",\"mti\":\"0800\",\"fields\":{\"11\":\"000007\"}}\n"
    );
    assert_eq!(good(&["encode", "-s", "unionpay-pos", "-F", "unionpay"], object), frame + "\n");
}

#[test]
fn numbers_below_zero_are_written_where_a_sign_is() {
    // DE 28 has a sign, parts of DE 54 have one, DE 4 has none
    let object =
        r#"{"mti":"0200","fields":{"28":-500,"54":[["1",[["1","00"],["2","01"],["3","978"],["4",-12]]]]}}"#;
    let line = good(&["encode", "-s", "iso87-ascii"], object);
    let back = good(&["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"], line);
    assert_eq!(
        back,
        "{\"mti\":\"0200\",\"fields\":{\"28\":\"D00000500\",\"54\":\"0001978D000000000012\"}}\n"
    );
    let positive = good(&["encode", "-s", "iso87-ascii"], r#"{"mti":"0200","fields":{"28":500}}"#);
    assert_eq!(positive, hex(b"02000000001000000000C00000500") + "\n");
    for (object, words) in [
        (
            r#"{"mti":"0200","fields":{"4":-500}}"#,
            "field 4: a number below zero needs a sign, and class n has none",
        ),
        (
            r#"{"mti":"0200","fields":{"41":-5}}"#,
            "field 41: a number below zero needs a sign, and class ans has none",
        ),
        (
            r#"{"mti":"0200","fields":{"52":-5}}"#,
            "field 52: a number below zero needs a sign, and class b has none",
        ),
        (r#"{"mti":"0200","fields":{"28":-99999999999}}"#, "field 28 at byte 20: "),
        (r#"{"mti":"0200","fields":{"28":-9223372036854775808}}"#, "field 28 at byte 20: "),
        (r#"{"mti":"0200","fields":{"28":-9223372036854775809}}"#, "a whole one of at most 64 bits"),
        (r#"{"mti":"0200","fields":{"28":-0.5}}"#, "a whole one of at most 64 bits"),
        (r#"{"mti":"0200","fields":{"4":1e3}}"#, "a whole one of at most 64 bits"),
    ] {
        let done = cardwire(&["encode", "-s", "iso87-ascii"], object);
        assert!(done.code == 1 && done.out.contains(words), "{object}: {}", done.out);
    }
}

#[test]
fn amounts_in_chip_data_come_back_as_they_were() {
    let object = r#"{"mti":"0100","fields":{"55":[["9F02","12345"],["5F2A","978"],["9F03",7],["9C","0"],["9F41","12345"]]}}"#;
    for spec in ["iso87-ascii", "iso87-bcd", "iso87-ebcdic", "iso93-bcd", "iso03-bcd"] {
        let wire = good(&["encode", "-s", spec], object);
        let back = good(&["decode", "-s", spec, "--format", "ndjson", "--expose", "-i", "hex"], wire.clone());
        let parts = r#""55":[["9F02","000000012345"],["5F2A","0978"],["9F03","000000000007"],["9C","00"],["9F41","00012345"]]"#;
        assert!(back.contains(parts), "{spec}: {back}");
        assert_eq!(good(&["encode", "-s", spec], back), wire);
    }
}

#[test]
fn what_is_too_short_is_refused_and_never_a_value_of_zeros() {
    let objects = r#"{"mti":"0200","fields":{"11":""}}
{"mti":"0200","fields":{"52":"041225"}}
{"mti":"0200","fields":{"64":"1234"}}
{"mti":"0200","fields":{"128":"12345678"}}
{"mti":"0200","fields":{"4":""}}
{"mti":"0200","fields":{"28":"D"}}
"#;
    let done = cardwire(&["encode", "-s", "iso87-bcd"], objects);
    let said: Vec<&str> = done.out.lines().map(|line| line.split("\"message\":").nth(1).unwrap()).collect();
    let wanted = [
        (11, 10, "6 digits", 0),
        (52, 10, "8 octets", 3),
        (64, 10, "8 octets", 2),
        (128, 18, "8 octets", 4),
        (4, 10, "12 digits", 0),
        (28, 10, "9 characters", 1),
    ];
    for (said, (field, byte, least, found)) in said.iter().zip(wanted) {
        let wanted =
            format!("\"field {field} at byte {byte}: expected at least {least}, found {found}\"}}}}");
        assert_eq!(*said, wanted);
    }
    assert_eq!((done.code, said.len()), (1, wanted.len()));
}

#[test]
fn redacted_chip_data_has_the_size_that_it_had() {
    // numbers in fewer octets than EMV gives them, private ones among them
    let data = "9F0203012345 5F24022512 5F300101 9F410100 5A084111111111111111".replace(' ', "");
    let head = "0200000000000000020000";
    let line = format!("{head}{:02}{data}\n", data.len() / 2);
    let redacted = good(&["redact", "-s", "iso87-bcd", "-i", "hex"], line.clone());
    let zeros = "9F0203012345 5F24020000 5F300100 9F410100 5A080000000000000000".replace(' ', "");
    assert_eq!(redacted, format!("{head}{:02}{zeros}\n", data.len() / 2));
}
