//! What real links do differently, field by field: each option of the native format by the octets
//! that it gives. The rows are those of the documentation of `cardwire::import::toml`.
#![cfg(feature = "toml")]

use cardwire::import::{SpecDoc, toml};
use cardwire::{Builder, Message, Mti, Spec};

/// Element 48 of a link in ASCII with binary bitmaps, unless the row says otherwise.
const ROWS: &[(&str, &str, &str)] = &[
    // alignment and fill
    (r#"{ is = "n6" }"#, "42", "303030303432"),
    (r#"{ is = "n6", fill = "right 0" }"#, "42", "343230303030"),
    (r#"{ is = "ns6", fill = "left blank" }"#, "42", "202020203432"),
    (r#"{ is = "ans6" }"#, "AB", "414220202020"),
    (r#"{ is = "ans6", fill = "left blank" }"#, "AB", "202020204142"),
    (r#"{ is = "ansb6", fill = "right 0x00" }"#, "AB", "414200000000"),
    (r#"{ is = "b2", fill = "right 0x00" }"#, "\u{1}", "0100"),
    (r#"{ is = "n..12", coding = "bcd", length = "ber", full-size = true }"#, "12345", "06000000012345"),
    (r#"{ is = "ans6", coding = "ebcdic" }"#, "AB", "C1C240404040"),
    // prefix coding, what it counts, itself too, and fill after
    (r#"{ is = "n..19", length = "LL" }"#, "123", "3033313233"),
    (r#"{ is = "n..19", length = { prefix = "bcd", width = 2 } }"#, "123", "03313233"),
    (r#"{ is = "n..19", length = { prefix = "binary", width = 1 } }"#, "123", "03313233"),
    (r#"{ is = "n..19", length = { prefix = "binary", width = 2 } }"#, "123", "0003313233"),
    (r#"{ is = "n..19", length = { prefix = "ebcdic", width = 2 } }"#, "123", "F0F3313233"),
    (r#"{ is = "n..19", length = { prefix = "hex", width = 1 } }"#, "123", "3033313233"),
    (r#"{ is = "n..19", length = "ber" }"#, "123", "03313233"),
    (
        r#"{ is = "n..19", coding = "bcd", length = { prefix = "bcd", width = 2, counts = "bytes" } }"#,
        "1234",
        "021234",
    ),
    (
        r#"{ is = "n..18", coding = "bcd", length = { prefix = "bcd", width = 2, counts = "nibbles" } }"#,
        "1234",
        "041234",
    ),
    (r#"{ is = "n..9", length = { prefix = "ascii", width = 2, includes = 2 } }"#, "123", "3035313233"),
    (
        r#"{ is = "ans..6", length = { prefix = "ascii", width = 2, padded = true } }"#,
        "AB",
        "3032414220202020",
    ),
    (r#"{ is = "ans..6", length = { until = "1C" } }"#, "AB", "41421C"),
    // an odd number of packed digits, on either side
    (r#"{ is = "n3", coding = "bcd" }"#, "123", "0123"),
    (r#"{ is = "n3", coding = "bcd", spare = "right 0" }"#, "123", "1230"),
    (r#"{ is = "n3", coding = "bcd", spare = "right F" }"#, "123", "123F"),
    (r#"{ is = "n3", coding = "bcd", spare = "left F" }"#, "123", "F123"),
    (r#"{ is = "n..19", coding = "bcd", length = "LL", spare = "left 0" }"#, "123", "30330123"),
    (r#"{ is = "z..37", coding = "bcd", length = "LL", spare = "right F" }"#, "12=", "303312DF"),
    // signed amounts
    (r#"{ is = "x+n8" }"#, "D00000123", "443030303030313233"),
    (r#"{ is = "x+n8", coding = "bcd" }"#, "D00000123", "4400000123"),
    (r#"{ is = "x+n8", coding = "zoned-c" }"#, "D00000123", "F0F0F0F0F0F1F2D3"),
    // octets
    (r#"{ is = "b2" }"#, "\u{1}\u{2}", "0102"),
    (r#"{ is = "b2", coding = "hex" }"#, "\u{1}\u{2}", "30313032"),
    (r#"{ is = "b2", coding = "ebcdic-hex" }"#, "\u{1}\u{2}", "F0F1F0F2"),
];

fn spec(head: &str, rows: &str) -> &'static Spec<'static> {
    let text = format!("dialect = \"ascii-binary\"\n{head}\n[elements]\n{rows}\n");
    let doc: SpecDoc = toml::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(toml::parse(&toml::write(&doc)).unwrap(), doc, "{text}");
    doc.leak().unwrap()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

#[test]
fn each_option_of_an_element_gives_its_octets() {
    let documents = include_str!("../src/import/toml/mod.rs");
    for (row, value, expected) in ROWS {
        let spec = spec("", &format!("48 = {row}"));
        let wire = Builder::new(spec, Mti::FINANCIAL_REQUEST).set(48, *value).to_vec();
        let wire = wire.unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!(hex(&wire[12..]), *expected, "{row}");
        let message = Message::parse(spec, &wire).unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire, "{row}");
        let line = format!("//! | `{row}` | `{}` | `{expected}` |\n", value.escape_default());
        assert!(documents.contains(&line), "to be documented:\n{line}");
    }
}

#[test]
fn header_mti_and_bitmaps_are_said_for_the_whole_message() {
    let rows = "11 = { is = \"n6\" }\n70 = { is = \"n3\" }\n128 = { is = \"b8\" }\n130 = { is = \"n1\" }";
    let built = |head: &str, rows: &str, numbers: &[(u8, &'static str)]| {
        let spec = spec(head, rows);
        let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
        let header = vec![0x60; spec.header()];
        builder.header(&header);
        numbers.iter().for_each(|(number, value)| {
            builder.set(*number, *value);
        });
        let wire = builder.to_vec().unwrap_or_else(|error| panic!("{head}: {error}"));
        assert_eq!(Message::parse(spec, &wire).unwrap().bitmap().len(), numbers.len(), "{head}");
        hex(&wire)
    };
    // octets before the MTI, and the MTI itself
    let stan = "11 = { is = \"n6\" }";
    let one = [(11, "1")];
    let tail = "0020000000000000303030303031";
    assert_eq!(built("header = 3", stan, &one), format!("60606030383030{tail}"));
    assert_eq!(built("mti = \"ebcdic\"", stan, &one), format!("F0F8F0F0{tail}"));
    assert_eq!(built("mti = \"bcd\"", stan, &one), format!("0800{tail}"));
    assert_eq!(built("mti = \"binary\"", stan, &one), format!("0320{tail}"));
    // a second bitmap when it is wanted, and one that is always there
    assert_eq!(
        built("mti = \"bcd\"", "70 = { is = \"n3\" }", &[(70, "301")]),
        "080080000000000000000400000000000000333031"
    );
    let always = "mti = \"bcd\"\nbitmap = { coding = \"raw\", second = \"always\" }";
    assert_eq!(built(always, stan, &one), "080080200000000000000000000000000000303030303031");
    let never = "mti = \"bcd\"\nbitmap = { coding = \"raw\", second = \"never\" }";
    assert!(toml::parse(&format!("{never}\n[elements]\n70 = {{ is = \"n3\" }}\n")).is_err());
    // with no second bitmap bit 1 is an element like any other
    assert_eq!(built(never, "1 = { is = \"n1\" }", &[(1, "7")]), "0800800000000000000037");
    // a third one: directly after the second, or in the place of DE 65
    let third = |form: &str| format!("mti = \"bcd\"\nbitmap = {{ coding = \"raw\", third = \"{form}\" }}");
    let wanted = [(11, "1"), (70, "301"), (130, "7")];
    let bits = ("8020000000000000", "8400000000000000", "4000000000000000");
    let (stan, code, last) = ("303030303031", "333031", "37");
    assert_eq!(
        built(&third("announced"), rows, &wanted),
        format!("0800{}{}{}{stan}{code}{last}", bits.0, bits.1, bits.2)
    );
    assert_eq!(
        built(&third("in-element"), rows, &wanted),
        format!("0800{}{}{stan}{}{code}{last}", bits.0, bits.1, bits.2)
    );
    // DE 64 and DE 128: eight octets, raw or as hexadecimal digits
    assert!(built("", "64 = { is = \"b8\" }", &[(64, "12345678")]).ends_with("3132333435363738"));
    assert!(
        built("binary = \"hex\"", "128 = { is = \"b8\" }", &[(128, "12345678")])
            .ends_with("33313332333333343335333633373338")
    );
}
