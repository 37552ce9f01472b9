//! JSON specs of moov-io/iso8583: what becomes of what, both ways, and refusals. The samples are
//! our own.
#![cfg(feature = "json")]

mod common;
mod generated;
mod reference;

use cardwire::import::{OrderDoc, SpecDoc, moov};
use cardwire::layout::{Form, LengthFirst, NextBitmap, Prefix, Tag};
use cardwire::mask::{OPEN, PAN, SECRET, TRACK};
use cardwire::spec::{MtiCoding, builtin};
use cardwire::{
    Builder, Message,
    layout::{CodePage, Coding, Content, LengthUnit, PadNibble, PrefixCoding},
};
use common::Node;
use generated::{Case, config, laws};
use proptest::prelude::*;

const HEAD: &str = r#""0": { "type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed" },
  "1": { "type": "Bitmap", "enc": "Binary", "prefix": "Binary.Fixed" }"#;

/// A spec around some fields; the first of them stands in line 4.
fn around(fields: &str) -> String {
    format!("{{ \"fields\": {{ {HEAD},\n  \n{fields} }} }}")
}

fn doc(fields: &str) -> SpecDoc {
    moov::parse(&around(fields)).unwrap_or_else(|error| panic!("{error}"))
}

fn error(fields: &str) -> String {
    moov::parse(&around(fields)).unwrap_err().to_string()
}

#[test]
fn value_coding_and_length_follow_the_words() {
    let doc = doc(r#"
      "2": { "type": "String", "length": 19, "enc": "BCD", "prefix": "BCD.LL", "description": "PAN" },
      "3": { "type": "String", "length": 5, "enc": "LBCD", "prefix": "BCD.Fixed" },
      "4": { "type": "Numeric", "length": 12, "enc": "ASCII", "prefix": "ASCII.Fixed",
             "padding": { "type": "Left", "pad": "0" } },
      "5": { "type": "Numeric", "length": 12, "enc": "ASCII", "prefix": "ASCII.Fixed",
             "padding": { "type": "Left", "pad": " " } },
      "11": { "type": "Numeric", "length": 6, "enc": "EBCDIC", "prefix": "EBCDIC.Fixed" },
      "35": { "type": "Track2", "length": 37, "enc": "EBCDIC1047", "prefix": "EBCDIC1047.LL" },
      "36": { "type": "Track3", "length": 104, "enc": "BCD", "prefix": "ASCII.LLL" },
      "45": { "type": "Track2", "length": 20, "enc": "ASCIIToHex", "prefix": "Binary.L" },
      "52": { "type": "Binary", "length": 8, "enc": "HexToASCII", "prefix": "Hex.Fixed" },
      "53": { "type": "String", "length": 8, "enc": "HexToASCII", "prefix": "Hex.L" },
      "64": { "type": "Hex", "length": 8, "enc": "Binary", "prefix": "Binary.Fixed" },
      "90": { "type": "Numeric", "length": 42, "enc": "ASCII", "prefix": "ASCII.Fixed" },
      "127": { "type": "Binary", "enc": "Binary", "prefix": "BerTLV" },
      "128": { "type": "String", "length": 999, "enc": "ASCII", "prefix": "None.Fixed" }"#);
    let at = |number| doc.element(number).unwrap();
    assert_eq!(
        (at(2).content, at(2).coding, at(2).pad_nibble),
        (Content::N, Coding::Bcd, PadNibble::LEFT_ZERO)
    );
    assert_eq!((at(2).name.as_str(), at(2).privacy), ("PAN", PAN));
    assert_eq!((at(3).content, at(3).pad_nibble), (Content::N, PadNibble::RIGHT_ZERO));
    assert_eq!((at(4).content, at(4).fill.unwrap().with), (Content::N, b'0'));
    assert_eq!((at(5).content, at(5).fill.unwrap().with), (Content::Ns, b' '));
    assert_eq!((at(11).coding, at(11).privacy), (Coding::Ebcdic(CodePage::Cp037), OPEN));
    assert_eq!((at(35).content, at(35).privacy), (Content::Any, TRACK));
    assert_eq!(at(36).content, Content::Z);
    let Form::Prefixed(prefix) = at(45).form else { panic!() };
    assert_eq!((at(45).content, at(45).max, prefix.counts), (Content::H, 40, LengthUnit::Bytes));
    assert_eq!((at(52).content, at(52).coding, at(52).privacy), (Content::B, Coding::Hex, SECRET));
    let Form::Prefixed(prefix) = at(53).form else { panic!() };
    assert_eq!(
        (at(53).content, at(53).coding, prefix.coding),
        (Content::Any, Coding::Hex, PrefixCoding::Hex)
    );
    assert_eq!((at(64).content, at(64).coding), (Content::B, Coding::Raw));
    assert_eq!(at(90).content, Content::Any, "no number of moov is as long");
    assert_eq!((at(127).max, at(128).form), (0xFFFF, Form::Rest));
}

/// A number of moov has up to eighteen digits, and packed digits are counted in octets.
#[test]
fn numbers_that_are_long_and_packed_digits_keep_their_length() {
    let doc = doc(r#"
      "4": { "type": "Numeric", "length": 18, "enc": "ASCII", "prefix": "ASCII.Fixed" },
      "5": { "type": "String", "length": 16, "enc": "ASCIIToHex", "prefix": "Hex.Fixed" },
      "45": { "type": "String", "length": 20, "enc": "ASCIIToHex", "prefix": "Binary.L" }"#);
    let json = moov::write(&doc).unwrap();
    assert_eq!(moov::parse(&json).unwrap(), doc, "{json}");
    let mut long = doc.clone();
    let longer = long.element_mut(4).unwrap();
    (longer.min, longer.max) = (19, 19);
    let number = |doc: &SpecDoc| moov::write(doc).unwrap().contains(r#""4": { "type": "Numeric""#);
    assert!(number(&doc) && !number(&long));
    for packed in [r#""length": 2, "enc": "ASCIIToHex""#, r#""length": 4, "enc": "BCD""#] {
        let text =
            around(r#""3": { "type": "String", "length": 6, "enc": "ASCII", "prefix": "ASCII.Fixed" }"#)
                .replace(
                    r#""type": "String", "length": 4, "enc": "ASCII""#,
                    &format!(r#""type": "String", {packed}"#),
                );
        assert_eq!(moov::parse(&text).unwrap().mti, MtiCoding::Bcd, "{text}");
    }
}

#[test]
fn only_what_agrees_with_the_standard_is_open() {
    let field = |number: u32, kind: &str, length: u32| {
        format!(
            r#""{number}": {{ "type": "{kind}", "length": {length}, "enc": "ASCII", "prefix": "ASCII.Fixed" }}"#
        )
    };
    let fields =
        [(11, "String", 6), (12, "String", 7), (39, "String", 2), (52, "String", 8), (70, "Numeric", 3)];
    let fields = fields.map(|(number, kind, length)| field(number, kind, length)).join(",\n");
    let doc = doc(&fields);
    let privacy = |number| doc.element(number).unwrap().privacy;
    assert_eq!([11, 12, 39, 52, 70].map(privacy), [OPEN, SECRET, OPEN, SECRET, OPEN]);
}

#[test]
fn composites_are_told_apart_by_what_they_say_of_tags() {
    let doc = doc(r#"
      "3": { "type": "Composite", "length": 6, "prefix": "ASCII.Fixed", "tag": { "sort": "StringsByInt" },
        "subfields": {
          "10": { "type": "String", "length": 2, "enc": "ASCII", "prefix": "ASCII.Fixed", "description": "last" },
          "2": { "type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed" } } },
      "48": { "type": "Composite", "length": 999, "prefix": "ASCII.LLL",
        "tag": { "length": 3, "enc": "ASCII", "padding": { "type": "Left", "pad": "0" }, "sort": "StringsByInt" },
        "subfields": { "7": { "type": "String", "length": 9, "enc": "ASCII", "prefix": "ASCII.L" } } },
      "55": { "type": "Composite", "length": 999, "prefix": "ASCII.LLL",
        "tag": { "enc": "BerTLVTag", "sort": "StringsByHex", "skipUnknownTLVTags": true },
        "subfields": { "9F02": { "type": "Hex", "enc": "Binary", "prefix": "BerTLV" } } },
      "62": { "type": "Composite", "length": 255, "prefix": "Binary.L",
        "bitmap": { "type": "Bitmap", "length": 3, "enc": "HexToASCII", "prefix": "Hex.Fixed",
          "disableAutoExpand": true },
        "subfields": { "24": { "type": "Numeric", "length": 1, "enc": "ASCII", "prefix": "ASCII.Fixed" } } },
      "63": { "type": "Composite", "length": 255, "prefix": "Binary.L",
        "tag": { "length": 4, "enc": "BCD", "sort": "StringsByInt", "storeUnknownTLVTags": true,
          "prefUnknownTLV": "ASCII.LL" },
        "subfields": { "12": { "type": "Numeric", "length": 1, "enc": "ASCII", "prefix": "ASCII.L" } } }"#);
    let layout = |number| doc.element(number).unwrap().layout.as_ref().unwrap();
    assert_eq!(layout(3).order, OrderDoc::Positions { required: 0 });
    assert_eq!(layout(3).element(2).unwrap().name, "last");
    assert!(matches!(layout(48).order, OrderDoc::Tags { tag: Tag::Digits(3), unknown: None, .. }));
    assert_eq!(layout(48).element(7).unwrap().max, 9);
    assert!(matches!(layout(55).order, OrderDoc::Tags { tag: Tag::Ber, unknown: Some(_), .. }));
    let OrderDoc::Bitmap(form) = layout(62).order else { panic!() };
    assert_eq!((form.octets, form.second, form.coding), (3, NextBitmap::Never, Coding::Hex));
    let OrderDoc::Tags { tag: Tag::Octets(2), unknown: Some(other), .. } = &layout(63).order else {
        panic!()
    };
    assert_eq!((other.max, layout(63).elements[0].key), (99, 0x12));
    assert_eq!(moov::parse(&moov::write(&doc).unwrap()).unwrap(), doc);
    // parts that begin with a length cannot be said: the element is written whole
    let mut led = doc.clone();
    let OrderDoc::Tags { length_first, .. } =
        &mut led.element_mut(48).unwrap().layout.as_mut().unwrap().order
    else {
        panic!()
    };
    let prefix = Prefix { coding: PrefixCoding::Ascii, width: 3, counts: LengthUnit::Units, includes: 0 };
    *length_first = Some(LengthFirst { prefix, counts_tag: false });
    let read = moov::parse(&moov::write(&led).unwrap()).unwrap();
    assert!(read.element(48).unwrap().layout.is_none() && read.element(55).unwrap().layout.is_some());
}

/// The length of a tag in packed digits is that of its digits.
#[test]
fn tags_of_packed_digits_are_half_as_many_octets() {
    for (encoding, length, octets) in
        [("LBCD", 4, 2), ("LBCD", 2, 1), ("BCD", 4, 2), ("BCD", 3, 2), ("ASCIIToHex", 2, 2)]
    {
        let doc = doc(&format!(
            r#""48": {{ "type": "Composite", "length": 999, "prefix": "ASCII.LLL",
                "tag": {{ "length": {length}, "enc": "{encoding}", "sort": "StringsByHex" }}, "subfields": {{}} }}"#
        ));
        let order = &doc.element(48).unwrap().layout.as_ref().unwrap().order;
        let is_so = matches!(order, OrderDoc::Tags { tag: Tag::Octets(width), .. } if *width == octets);
        assert!(is_so, "{encoding} {length}: {order:?}");
    }
}

#[test]
fn further_bitmaps_are_there_where_fields_need_them() {
    let with = |bitmap: &str, fields: &str| {
        let text = around(fields).replace(
            r#""enc": "Binary", "prefix": "Binary.Fixed" }"#,
            &format!(r#""enc": "HexToASCII", {bitmap} "prefix": "Hex.Fixed" }}"#),
        );
        let doc = moov::parse(&text).unwrap();
        let OrderDoc::Bitmap(form) = doc.body.order else { panic!() };
        (form.octets, form.second, form.third, doc.element(65).is_some())
    };
    let field = |number: u8| {
        format!(r#""{number}": {{ "type": "String", "length": 1, "enc": "ASCII", "prefix": "ASCII.Fixed" }}"#)
    };
    assert_eq!(with("", &field(65)), (8, NextBitmap::Announced, NextBitmap::Never, true));
    assert_eq!(with("\"length\": 16,", &field(65)), (8, NextBitmap::Announced, NextBitmap::Never, true));
    let both = format!("{}, {}", field(65), field(130));
    assert_eq!(with("", &both), (8, NextBitmap::Announced, NextBitmap::Announced, false));
    assert_eq!(
        with("\"disableAutoExpand\": true,", &field(64)),
        (8, NextBitmap::Never, NextBitmap::Never, false)
    );
}

#[test]
fn words_that_were_once_others_are_read_too() {
    let now = doc(r#""3": { "type": "Numeric", "length": 6, "enc": "ASCII", "prefix": "ASCII.Fixed",
        "padding": { "type": "Left", "pad": "0" } }"#);
    let text = around(
        r#""Field003": { "type": "Numeric", "length": 6, "enc": "asciiEncoder",
        "prefix": "ASCII.fixed", "padding": { "type": "leftPadder", "pad": 48 } }"#,
    )
    .replace("\"0\": {", "\"Field000\": {")
    .replace("\"1\": {", "\"Field001\": {");
    assert_eq!(moov::parse(&text).unwrap(), now);
    let error = moov::parse(&text.replace("48", "480")).unwrap_err().to_string();
    assert!(error.contains("element Field003"), "{error}");
}

#[test]
fn the_older_notation_is_read_too() {
    let text = r#"{ "elements": {
        "1": { "Describe": "b 64", "Description": "Second Bitmap" },
        "2": { "Describe": "n..19", "Description": "PAN" },
        "7": { "Describe": "n 10; MMDDhhmmss" },
        "28": { "Describe": "x+n 8" },
        "48": { "Describe": "ans...999" },
        "52": { "Describe": "b 64" },
        "65": { "Describe": "b 1" } },
      "encoding": { "mti_enc": "CHAR", "bmp_enc": "HEX", "len_enc": "CHAR", "num_enc": "RBCD",
        "chr_enc": "ASCII", "bin_enc": "HEX", "trk_enc": "EBCDIC" } }"#;
    let doc = moov::parse(text).unwrap();
    let numbers: Vec<u32> = doc.body.elements.iter().map(|element| element.key).collect();
    assert_eq!((numbers, doc.mti), (vec![2, 7, 28, 48, 52], MtiCoding::Ascii));
    let wire = b"02005000000000010000\x16\x01\x02\x03\x04\x05\x06\x07\x08\x09\x10";
    let wire = [b"0200C000000000011000", &wire[20..]].concat();
    assert!(doc.with(|spec| Message::parse(spec, &wire).is_err()).unwrap(), "bits 1, 48 and 52");
    let wire = [&b"02004200000000001000"[..], b"16\x41\x11\x11\x11\x11\x11\x11\x11", b"\x11\x23\x06\x17\x59"]
        .concat();
    let wire = [&wire[..], b"0123456789ABCDEF"].concat();
    let copy = doc.with(|spec| {
        let message = Message::parse(spec, &wire).unwrap();
        assert_eq!(message.number(7).unwrap(), 1_123_061_759);
        Builder::copy_of(&message, spec).to_vec().unwrap()
    });
    assert_eq!(copy.unwrap(), wire);
    for (from, to, said) in [
        ("n..19", "n..a", "line 3, element 2: `n..a` is no notation"),
        ("b 64", "b 63", "element 52: `b 63` is no notation"),
        ("RBCD", "XBCD", "`XBCD` is no word for `num_enc`"),
        ("\"2\"", "\"two\"", "element two: it is no number of a data element"),
        ("n 10; MMDDhhmmss", "n 10000000", "element 7"),
    ] {
        let error = moov::parse(&text.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(said), "{error}\n{said}");
    }
}

#[test]
fn builtin_specs_are_written_and_read_the_same_octets() {
    let mut refused = Vec::new();
    for (name, spec, wire) in common::golden::wires() {
        match moov::write(&SpecDoc::from_spec(spec)) {
            Ok(json) => same_octets(&json, &wire, &name),
            Err(error) => {
                assert!(error.to_string().contains("element 1: the format has no words"), "{error}");
                refused.push(spec.name());
            }
        }
    }
    refused.dedup();
    assert!(refused.iter().all(|name| name.starts_with("ipm-")), "{refused:?}");
    assert!(builtin().count() > 10);
}

/// Reads a message by a spec as it was written, and copies it; and the spec comes back as it is.
fn same_octets(json: &str, wire: &[u8], name: &str) {
    let doc = moov::parse(json).unwrap_or_else(|error| panic!("{name}: {error}\n{json}"));
    assert_eq!(moov::parse(&moov::write(&doc).unwrap()).unwrap(), doc, "{name}");
    let copy = doc.with(|spec| {
        let message = Message::parse(spec, wire).unwrap_or_else(|error| panic!("{name}: {error}\n{json}"));
        Builder::copy_of(&message, spec).to_vec().unwrap()
    });
    assert_eq!(copy.unwrap(), wire, "{name}");
}

/// What the format has words for, of a spec and a message for it.
fn sayable(case: &Case) -> (String, Vec<u8>) {
    let mut doc = SpecDoc::from_spec(case.spec);
    doc.header = 0;
    let json = loop {
        match moov::write(&doc).map_err(|error| error.element().split('.').next().unwrap().parse()) {
            Ok(json) => break json,
            Err(Ok(0)) => doc.mti = MtiCoding::Bcd,
            Err(Ok(number)) if doc.element(number).is_some() => {
                doc.body.elements.retain(|element| element.key != number);
            }
            // a bitmap that is always there, or of digits in EBCDIC
            Err(Ok(1)) => {
                let OrderDoc::Bitmap(form) = &mut doc.body.order else { panic!("no bitmap") };
                let before = *form;
                if let Coding::EbcdicHex(_) = form.coding {
                    form.coding = Coding::Hex;
                }
                for further in [&mut form.second, &mut form.third] {
                    if !matches!(further, NextBitmap::Never) {
                        *further = NextBitmap::Announced;
                    }
                }
                assert_ne!(*form, before, "such a bitmap has words");
                if form.third == NextBitmap::Announced {
                    doc.body.elements.retain(|element| element.key != 65);
                }
            }
            Err(other) => panic!("{other:?}"),
        }
    };
    let nodes: Vec<Node> =
        case.nodes.iter().filter(|node| doc.element(node.key).is_some()).cloned().collect();
    let said = Case { spec: doc.leak().unwrap(), mti: case.mti, header: &[], nodes };
    let wire = laws::told(&said).1;
    (json, wire)
}

proptest! {
    #![proptest_config(config(1_024))]

    /// Whatever spec: what there are words for reads the same octets, and comes back as it is.
    #[test]
    fn what_is_written_reads_the_same_octets(case in generated::cases()) {
        let (json, wire) = sayable(&case);
        same_octets(&json, &wire, "generated");
    }
}

#[test]
fn everything_in_hexadecimal_digits() {
    let json = r#"{ "name": "hex", "fields": {
        "0": { "type": "String", "length": 4, "enc": "HexToASCII", "prefix": "Hex.Fixed" },
        "1": { "type": "Bitmap", "enc": "HexToASCII", "prefix": "Hex.Fixed" },
        "2": { "type": "String", "length": 19, "enc": "HexToASCII", "prefix": "Hex.LL" },
        "4": { "type": "String", "length": 12, "enc": "HexToASCII", "prefix": "Hex.Fixed",
               "padding": { "type": "Left", "pad": "0" } },
        "41": { "type": "String", "length": 8, "enc": "HexToASCII", "prefix": "Hex.Fixed" } } }"#;
    let doc = moov::parse(json).unwrap();
    assert_eq!(doc.mti, MtiCoding::Hex);
    // 0100; fields 2, 4 and 41; a length in two octets; every character in two digits
    let wire =
        ["30313030", "5000000000800000", "0004", "34313131", "303030303030303030303432", "5445524D30303031"];
    let wire = wire.concat().into_bytes();
    let built = doc.with(|spec| {
        let message = Message::parse(spec, &wire).unwrap();
        assert_eq!(message.mti().to_string(), "0100");
        assert_eq!(message.get(2).unwrap().expose().octets().collect::<Vec<u8>>(), b"4111");
        let mut builder = Builder::new(spec, message.mti());
        builder.set(2, "4111").set(4, "42").set(41, "TERM0001").to_vec().unwrap()
    });
    assert_eq!(built.unwrap(), wire);
    // one that is short is not filled where nothing says with what
    let short =
        doc.with(|spec| Builder::new(spec, cardwire::Mti::NETWORK_REQUEST).set(41, "TERM").to_vec().is_err());
    assert!(short.unwrap());
    let again = moov::parse(&moov::write(&doc).unwrap()).unwrap();
    assert_eq!(again, doc);
    let packed = json.replace(r#""length": 4, "enc": "HexToASCII""#, r#""length": 2, "enc": "HexToASCII""#);
    assert_eq!(moov::parse(&packed).unwrap().mti, MtiCoding::Ascii, "two octets in digits");
}

#[test]
fn what_is_lost_is_said_by_element() {
    let losses = moov::losses(&SpecDoc::from_spec(&cardwire::spec::ISO87_ASCII)).unwrap();
    let lost = |what: &str| {
        let found = losses.iter().find(|loss| loss.what == what);
        found.map_or_else(Vec::new, |loss| loss.elements.iter().map(String::as_str).collect())
    };
    assert!(lost("class an").contains(&"39") && lost("class ans").contains(&"41"));
    assert!(!lost("class n").contains(&"4"), "digits are numbers there");
    let text = losses.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(text.contains("class x+n: 28 "), "{text}");
    // what comes back has lost nothing more
    let again =
        moov::parse(&moov::write(&SpecDoc::from_spec(&cardwire::spec::ISO87_ASCII)).unwrap()).unwrap();
    assert_eq!(moov::losses(&again).unwrap(), []);
}

#[test]
fn what_the_format_has_no_words_for_is_refused_by_element() {
    let written = |change: fn(&mut SpecDoc)| {
        let mut doc =
            doc(r#""48": { "type": "String", "length": 99, "enc": "ASCII", "prefix": "ASCII.LL" }"#);
        change(&mut doc);
        moov::write(&doc).unwrap_err().to_string()
    };
    assert_eq!(written(|doc| doc.header = 5), "the format has no words for octets before the MTI");
    assert!(written(|doc| doc.mti = MtiCoding::Binary).contains("element 0: the format has no words"));
    let said = written(|doc| doc.element_mut(48).unwrap().form = Form::Until(0x1C.into()));
    assert_eq!(said, "element 48: the format has no words for a value that ends before an octet");
    let said = written(|doc| doc.element_mut(48).unwrap().coding = Coding::Ebcdic(CodePage::Cp500));
    assert!(said.contains("element 48: the format has no words for that code page"), "{said}");
}

/// moov reads such a length as the largest number there is, so no message has a tag that is not listed.
#[test]
fn values_of_unlisted_tags_need_a_length_of_their_own() {
    let composite = |lengths: &str| {
        format!(
            r#""55": {{ "type": "Composite", "length": 99, "prefix": "ASCII.LL", "tag": {{ "enc": "BerTLVTag",
                "sort": "StringsByHex", "storeUnknownTLVTags": true, "prefUnknownTLV": "{lengths}" }},
                "subfields": {{}} }}"#
        )
    };
    for lengths in ["ASCII.Fixed", "None.Fixed"] {
        let said = error(&composite(lengths));
        assert!(said.contains("element 55: values of unlisted tags need a length of their own"), "{said}");
    }
    for form in [Form::Fixed, Form::Rest] {
        let mut doc = doc(&composite("ASCII.LL"));
        let OrderDoc::Tags { unknown, .. } = &mut doc.element_mut(55).unwrap().layout.as_mut().unwrap().order
        else {
            panic!("tags")
        };
        unknown.as_mut().unwrap().form = form;
        // the element is octets then, which read the same
        let json = moov::write(&doc).unwrap();
        assert!(!json.contains("subfields"), "{json}");
    }
}

#[test]
fn what_is_malformed_is_refused_by_line_and_element() {
    let field = |members: &str| format!(r#""2": {{ {members} }}"#);
    for (fields, expected) in [
        (field(r#""type": "Strange""#), "line 4, element 2: `Strange` is no word for `type`"),
        (field(r#""length": 2"#), "line 4, element 2: the field does not say its `type`"),
        (field(r#""type": "String", "length": 2, "prefix": "ASCII.Fixed""#), "does not say its `enc`"),
        (field(r#""type": "String", "enc": "ASCII", "prefix": "ASCII.LL""#), "does not say its `length`"),
        (field(r#""type": "String", "length": -1"#), "element 2: length: invalid value"),
        (field(r#""type": "String", "length": "2""#), "element 2: length: invalid type"),
        (field(r#""type": "String", "length": 1e9"#), "element 2: length"),
        (field(r#""type": "String", "length": 999999999"#), "above the limit"),
        (field(r#""type": "String", "lenght": 2"#), "element 2"),
        (field(r#""type": "String", "length": 2, "enc": "ASCII", "prefix": "ASCII.MM""#), "no word for `prefix`"),
        (field(r#""type": "String", "length": 2, "enc": "ASCII", "prefix": "Binary.LLLLL""#), "too wide"),
        (field(r#""type": "String", "length": 2, "enc": "BerTLVTag", "prefix": "BerTLV""#), "coding of tags"),
        (
            field(r#""type": "String", "length": 2, "enc": "ASCII", "prefix": "ASCII.Fixed", "x": 1"#),
            "line 4, element 2: the key `x` is not of the format",
        ),
        (field(r#""type": "String", "type": "String""#), "line 4, element 2: the key `type` is there twice"),
        (r#""x": {}"#.into(), "line 4, element x: it is no number of a data element"),
        (
            r#""200": { "type": "String", "length": 2, "enc": "ASCII", "prefix": "ASCII.Fixed" }"#.into(),
            "line 4, element 200: the number is not available",
        ),
        (r#""2": []"#.into(), "element 2"),
        (r#""2": null"#.into(), "element 2"),
        (
            "\"2\": { \"type\": \"Composite\", \"length\": 9, \"prefix\": \"ASCII.LL\",\n \"subfields\": {\n\"x\": {} } }"
                .into(),
            "line 6, element 2.x: the field does not say its `type`",
        ),
    ] {
        let said = error(&fields);
        assert!(said.contains(expected), "{said}\n{expected}");
    }
    let missing = moov::parse(r#"{ "fields": { } }"#).unwrap_err().to_string();
    assert!(missing.contains("there is no field 1, the bitmap"), "{missing}");
    assert!(moov::parse("[]").is_err() && moov::parse("{}").is_err() && moov::parse("").is_err());
}
