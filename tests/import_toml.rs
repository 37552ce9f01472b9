//! The native TOML format: identity, words, and refusals.
#![cfg(feature = "toml")]

use cardwire::codes::Lang;
use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc};
use cardwire::import::{MAX_TEXT, SpecDoc, toml};
use cardwire::layout::{BitmapForm, Fill, Form, LengthFirst, NextBitmap, Tag, Terminator};
use cardwire::mask::{OPEN, PAN, Privacy, SECRET, TRACK};
use cardwire::spec::{Codes, MtiCoding};
use cardwire::spec::{ISO87_ASCII, builtin};
use cardwire::{
    Builder, Message, Mti,
    layout::{CodePage, Coding, Content, LengthUnit, PadNibble, Prefix, PrefixCoding, Side, Zone},
};
use proptest::prelude::*;

/// A spec that contradicts itself is refused in the language that is asked for.
#[test]
fn what_is_wrong_is_said_in_chinese() {
    let mut doc = SpecDoc::from_spec(&ISO87_ASCII);
    doc.element_mut(3).unwrap().min = 99;
    let error = doc.with(|_| ()).unwrap_err();
    let (english, chinese) = (error.to_string(), error.in_lang(Lang::Zh).to_string());
    let is_chinese = |text: &str| text.split_once('：').is_some_and(|(_, said)| !said.is_ascii());
    assert!(english.is_ascii() && is_chinese(&chinese), "{english}; {chinese}");
}

#[test]
fn every_builtin_spec_survives_the_format() {
    for spec in builtin() {
        let doc = SpecDoc::from_spec(spec);
        let text = toml::write(&doc);
        let again = toml::parse(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", spec.name()));
        assert_eq!(again, doc, "{}", spec.name());
        assert_eq!(toml::write(&again), text, "{}: the text is canonical", spec.name());
    }
}

#[test]
fn a_row_says_only_what_departs_from_the_dialect() {
    let text = toml::write(&SpecDoc::from_spec(&cardwire::spec::ISO87_BCD));
    assert!(text.contains("dialect = \"bcd\"\n"), "{text}");
    let row = "2 = { is = \"n..19\", length = \"LL\", name = \"Primary account number (PAN)\", privacy = \"pan\" }\n";
    assert!(text.contains(row), "{text}");
    assert!(text.contains("52 = { is = \"b8\", name = \"PIN data\" }\n"), "{text}");
}

/// A link with an option of every kind.
const LINK: &str = r#"
name = "a link of every kind"
dialect = "ascii"
header = 2
mti = "ebcdic"
bitmap = { coding = "hex", third = "in-element" }

[elements]
2 = { is = "n..19", length = { prefix = "bcd", width = 2, counts = "bytes" }, coding = "bcd", spare = "right F" }
4 = { is = "n12", fill = "left blank", coding = "ebcdic" }
28 = { is = "y+n8", coding = "bcd", privacy = "open" }
29 = { is = "x+n8", coding = "zoned-f", fill = "left 0", privacy = "open" }
36 = { is = "h5", coding = "bcd", spare = "right F", privacy = "open" }
37 = { is = "ans..12", length = { prefix = "ascii", width = 2, padded = true }, privacy = "open" }
38 = { is = "b..9", length = { prefix = "ascii", width = 2, padded = true }, coding = "raw" }
40 = { is = "n..9", coding = "bcd", length = { prefix = "ascii", width = 2, counts = "nibbles" }, privacy = "open" }
41 = { is = "ans..8", length = { until = "1C" }, privacy = "open" }
130 = { is = "an3", privacy = "open" }

[elements.48]
is = "b..99"
length = { prefix = "ebcdic", width = 3 }
coding = "raw"
tags = "ebcdic 2"
lead = { prefix = "ebcdic", width = 3 }
[elements.48.parts]
87 = { is = "ansb..20", length = "rest", coding = "ebcdic", privacy = "open" }
92 = { is = "ansb5", coding = "ebcdic", fill = "left 0", privacy = "open" }
"#;

#[test]
fn every_kind_of_option_reads_writes_and_survives() {
    let doc = toml::parse(LINK).unwrap();
    assert_eq!(toml::parse(&toml::write(&doc)).unwrap(), doc);
    let spec = doc.leak().unwrap();
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    builder.header(&[1, 2]).set(2, "41111").set(28, "+5").set(29, "D5").set(36, "9ABCD").set(37, "abc");
    builder.set(38, &[7u8; 2]).set(40, "1234").set(41, "T1").set(130, "XYZ");
    let parts = [("92", "12"), ("87", "Packager")];
    builder.set(48, &parts);
    let wire = builder.to_vec().unwrap();
    let hex: String = wire.iter().map(|octet| format!("{octet:02X}")).collect();
    assert!(hex.contains("2B00000005"), "the fill of a signed amount stands after its sign: {hex}");
    assert!(hex.contains("F0F0F0F0F0F0F0D5"), "zoned, negative: {hex}");
    assert!(hex.contains("9ABCDF"), "hexadecimal digits and a spare half byte: {hex}");
    assert!(hex.contains("3033616263202020202020202020"), "padded to twelve: {hex}");
    assert!(hex.contains("3032070700000000000000"), "padded to nine: {hex}");
    assert!(hex.contains("30341234"), "a length in half bytes: {hex}");
    assert!(hex.contains("F0F0F7F9F2F0F0F0F1F2F0F1F0F8F7D7"), "a length before the tag: {hex}");
    let message = Message::parse(spec, &wire).unwrap();
    assert_eq!(message.get(28).unwrap(), "+00000005");
    assert_eq!(message.get(36).unwrap(), "9ABCD");
    assert_eq!(message.get(37).unwrap(), "abc");
    assert_eq!(message.get(130).unwrap(), "XYZ");
    assert_eq!(message.path("48.87").unwrap(), "Packager");
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
    for cut in 0..wire.len() {
        assert!(Message::parse(spec, &wire[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn what_is_not_of_the_format_is_refused_by_line_and_element() {
    let with = |row: &str| format!("name = \"x\"\n[elements]\n{row}\n");
    let cases = [
        ("name = ", "line 1"),
        ("name = \"x\"", "there is no table [elements]"),
        ("nmae = \"x\"\n[elements]\n", "line 1: the key `nmae` is not of the format"),
        (&with("2 = { is = \"n..19\", lenght = \"LL\" }"), "line 3, element 2: the key `lenght` is not"),
        (&with("2 = { is = \"q6\" }"), "line 3, element 2: `q6` is no word for `is`"),
        (&with("2 = { name = \"x\" }"), "line 3, element 2: the element does not say what it `is`"),
        (&with("2 = { is = \"n..199\", length = \"LL\" }"), "line 3, element 2: the length prefix cannot"),
        (&with("x = { is = \"n2\" }"), "line 3, element x: it is no number"),
        (&with("1 = { is = \"n2\" }"), "line 3, element 1: the number is not available"),
        (&with("300 = { is = \"n2\" }"), "line 3, element 300: the number is not available"),
        (&with("2 = { is = \"n99999999999\" }"), "element 2: `n99999999999` is no word"),
        (&with("2 = { is = \"n2\", positions = 1, tags = \"ber\" }"), "more than one of positions"),
        (&with("2 = { is = \"n2\" }\n2 = { is = \"n2\" }"), "line 4"),
    ];
    for (text, expected) in cases {
        let error = toml::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\n{expected}");
    }
}

#[test]
fn what_is_too_much_is_refused_in_time() {
    let deep = |depth: usize| {
        let nested = "{ is = \"b9\", positions = 0, parts = { 1 = ".repeat(depth);
        format!("[elements]\n2 = {nested}{{ is = \"b9\" }}{}", "} }".repeat(depth))
    };
    assert!(toml::parse(&deep(7)).is_ok());
    for (text, expected) in [
        (deep(8), "too deep"),
        (deep(500), ""),
        ("[".repeat(MAX_TEXT - 1), ""),
        (" ".repeat(10 << 20), "more than the limit"),
        (
            (2..20_000).fold("[elements]\n".to_owned(), |text, n| text + &format!("{n} = {{ is = 'n1' }}\n")),
            "10000",
        ),
    ] {
        let error = toml::parse(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(error.len() < 2_000, "{}", error.len());
    }
}

fn pages() -> BoxedStrategy<CodePage> {
    prop_oneof![
        Just(CodePage::Cp037),
        Just(CodePage::Cp500),
        Just(CodePage::Cp1047),
        Just(CodePage::Cp1047Lf)
    ]
    .boxed()
}

fn prefixes() -> BoxedStrategy<Prefix> {
    let coding = prop_oneof![
        Just(PrefixCoding::Ascii),
        pages().prop_map(PrefixCoding::Ebcdic),
        Just(PrefixCoding::Bcd),
        Just(PrefixCoding::Binary),
        Just(PrefixCoding::Hex),
    ];
    let counts = prop_oneof![Just(LengthUnit::Units), Just(LengthUnit::Bytes), Just(LengthUnit::Nibbles)];
    let prefix = (coding, 1u8..=4, counts, 0u8..3);
    let prefix =
        prefix.prop_map(|(coding, width, counts, includes)| Prefix { coding, width, counts, includes });
    prop_oneof![4 => prefix, 1 => Just(Prefix::BER)].boxed()
}

fn forms() -> BoxedStrategy<Form> {
    prop_oneof![
        Just(Form::Fixed),
        prefixes().prop_map(Form::Prefixed),
        prefixes().prop_map(Form::Padded),
        Just(Form::Rest),
        prop::collection::vec(any::<u8>(), 1..=7)
            .prop_map(|octets| Form::Until(Terminator::of(&octets).unwrap())),
        Just(Form::IfLetter),
        Just(Form::Nothing),
    ]
    .boxed()
}

fn leads() -> impl Strategy<Value = LengthFirst> {
    (prefixes(), any::<bool>()).prop_map(|(prefix, counts_tag)| LengthFirst { prefix, counts_tag })
}

fn sides() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Left), Just(Side::Right)]
}

fn codings() -> BoxedStrategy<Coding> {
    prop_oneof![
        Just(Coding::Ascii),
        pages().prop_map(Coding::Ebcdic),
        Just(Coding::Bcd),
        Just(Coding::Raw),
        Just(Coding::Hex),
        pages().prop_map(Coding::EbcdicHex),
        prop_oneof![Just(Zone::C), Just(Zone::F)].prop_map(Coding::Zoned),
    ]
    .boxed()
}

/// The coding, or one that can carry the class.
fn fitting(content: Content, coding: Coding) -> Coding {
    match (content, coding) {
        (Content::B, Coding::Raw | Coding::Hex | Coding::EbcdicHex(_)) => coding,
        (Content::B, _) => Coding::Raw,
        (Content::N | Content::Z | Content::Ne | Content::H | Content::Xn | Content::Yn, Coding::Bcd) => {
            coding
        }
        (Content::Xn, Coding::Zoned(_)) | (_, Coding::Ascii | Coding::Ebcdic(_)) => coding,
        _ => Coding::Ascii,
    }
}

/// Any element; many contradict themselves, which the tests weed out.
fn elements() -> BoxedStrategy<ElementDoc> {
    let content = prop::sample::select(Content::ALL.to_vec());
    let privacy = prop_oneof![
        Just(OPEN),
        Just(SECRET),
        Just(TRACK),
        Just(PAN),
        Just(Privacy::Pan { head: 8, tail: 4 })
    ];
    let fill = (sides(), any::<u8>()).prop_map(|(side, with)| Fill { side, with });
    let fill = prop::option::of(fill);
    let pad_nibble = (sides(), 0u8..16).prop_map(|(side, nibble)| PadNibble { side, nibble });
    let size = (2u32..60, 1u32..60, forms());
    let coding = (codings(), prop::bool::weighted(0.9));
    let style = (content, coding, (fill, any::<bool>()), pad_nibble, privacy);
    (size, style, "\\PC{0,12}")
        .prop_map(
            |((a, b, form), (content, (coding, fits), (fill, full_size), pad_nibble, privacy), name)| {
                ElementDoc {
                    key: 0,
                    name,
                    content,
                    coding: if fits { fitting(content, coding) } else { coding },
                    min: match form {
                        Form::Fixed => a.max(b),
                        // it may not be there
                        Form::IfLetter | Form::Nothing => 0,
                        _ => a.min(b),
                    },
                    max: if form == Form::Nothing { 0 } else { a.max(b) },
                    form,
                    fill,
                    full_size,
                    pad_nibble,
                    privacy,
                    layout: None,
                }
            },
        )
        .boxed()
}

fn layouts() -> BoxedStrategy<LayoutDoc> {
    let tag = prop_oneof![
        Just(Tag::Ber),
        (1u8..=4).prop_map(Tag::Digits),
        (1u8..=4).prop_map(Tag::Octets),
        (pages(), 1u8..=1).prop_map(|(page, width)| Tag::Ebcdic(page, width)),
    ];
    let unknown = prop::option::of(elements().prop_map(Box::new));
    let order =
        prop_oneof![
            (0u8..3).prop_map(|required| OrderDoc::Positions { required }),
            (tag, prop::option::of(leads()), unknown)
                .prop_map(|(tag, length_first, unknown)| OrderDoc::Tags { tag, length_first, unknown }),
            (1u8..=8).prop_map(|octets| OrderDoc::Bitmap(BitmapForm::single(Coding::Raw, octets))),
        ];
    (order, prop::collection::vec(elements(), 0..4))
        .prop_map(|(order, mut elements)| {
            // 1, 2, 3 is a position, a number, a BER tag and a decimal one
            let first = if let OrderDoc::Tags { tag: Tag::Ebcdic(..), .. } = order { 0x41 } else { 1 };
            elements.iter_mut().zip(first..).for_each(|(element, key)| element.key = key);
            LayoutDoc { order, elements }
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]
    /// Every document that is a spec comes back as it was, and its text is canonical.
    #[test]
    fn every_spec_survives_the_format(
        name in "\\PC{0,9}",
        header in 0usize..300,
        element in elements(),
        layout in prop::option::of(layouts()),
        third in prop_oneof![Just(NextBitmap::Never), Just(NextBitmap::Announced), Just(NextBitmap::InElement)],
    ) {
        let element = ElementDoc { key: 2, layout, ..element };
        let order = OrderDoc::Bitmap(BitmapForm::new(Coding::Hex).third(third));
        let body = LayoutDoc { order, elements: vec![element] };
        let doc = SpecDoc { name, header, mti: MtiCoding::Binary, codes: Codes::UnionPay, body };
        let text = toml::write(&doc);
        match (doc.check(), toml::parse(&text)) {
            (Ok(()), again) => {
                let again = again.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
                prop_assert_eq!(toml::write(&again), text);
                prop_assert_eq!(again, doc);
            }
            (Err(_), again) => prop_assert!(again.is_err(), "{}", text),
        }
    }
}

/// As many elements as are allowed are read, and not one more.
#[test]
fn ten_thousand_elements_are_the_most() {
    let parts = |count: u32| {
        let rows = (0..count).map(|tag| format!("{tag:04} = {{ is = \"ans..9\", length = \"LLL\" }}, "));
        let element = "{ is = \"ans..99\", length = \"LL\", tags = \"digits 4\", parts = {";
        format!("[elements]\n48 = {element} {} }} }}", rows.collect::<String>().trim_end_matches(", "))
    };
    assert_eq!(toml::parse(&parts(9_999)).unwrap().body.count(), 10_000);
    let error = toml::parse(&parts(10_000)).unwrap_err().to_string();
    assert!(error.contains("more than 10000 elements"), "{error}");
}

/// The words are those of the page of the format.
#[test]
fn words_of_lengths_and_bitmaps() {
    use cardwire::import::toml::words;
    use cardwire::layout::{LengthUnit, NextBitmap, PrefixCoding};
    assert_eq!([PrefixCoding::Bcd, PrefixCoding::Ber].map(words::prefix), ["bcd", "ber"]);
    let units = [LengthUnit::Units, LengthUnit::Bytes, LengthUnit::Nibbles];
    assert_eq!(units.map(words::counts), ["units", "bytes", "nibbles"]);
    assert_eq!([NextBitmap::Never, NextBitmap::Announced].map(words::more), ["never", "announced"]);
}

/// The words that others than the writer use, all of them.
#[test]
fn words_by_what_they_say() {
    use cardwire::import::toml::words;
    use cardwire::layout::{CodePage::*, Coding, LengthUnit, NextBitmap, PrefixCoding, Zone};
    use cardwire::spec::MtiCoding;
    let pages = [Cp1047, Cp037, Cp500, Cp1047Lf];
    let ebcdic = ["ebcdic", "ebcdic-037", "ebcdic-500", "ebcdic-1047-lf"];
    assert_eq!(pages.map(|page| words::coding(Coding::Ebcdic(page))), ebcdic);
    assert_eq!(pages.map(|page| words::prefix(PrefixCoding::Ebcdic(page))), ebcdic);
    let hex = ["ebcdic-hex", "ebcdic-hex-037", "ebcdic-hex-500", "ebcdic-hex-1047-lf"];
    assert_eq!(pages.map(|page| words::coding(Coding::EbcdicHex(page))), hex);
    let codings = [
        Coding::Ascii,
        Coding::Bcd,
        Coding::Raw,
        Coding::Hex,
        Coding::Zoned(Zone::C),
        Coding::Zoned(Zone::F),
    ];
    assert_eq!(codings.map(words::coding), ["ascii", "bcd", "raw", "hex", "zoned-c", "zoned-f"]);
    let prefixes =
        [PrefixCoding::Ascii, PrefixCoding::Bcd, PrefixCoding::Binary, PrefixCoding::Hex, PrefixCoding::Ber];
    assert_eq!(prefixes.map(words::prefix), ["ascii", "bcd", "binary", "hex", "ber"]);
    let types = [MtiCoding::Ascii, MtiCoding::Ebcdic, MtiCoding::Bcd, MtiCoding::Binary, MtiCoding::Hex];
    assert_eq!(types.map(words::mti), ["ascii", "ebcdic", "bcd", "binary", "hex"]);
    let counts = [LengthUnit::Units, LengthUnit::Bytes, LengthUnit::Nibbles];
    assert_eq!(counts.map(words::counts), ["units", "bytes", "nibbles"]);
    let more = [NextBitmap::Never, NextBitmap::Announced, NextBitmap::Always, NextBitmap::InElement];
    assert_eq!(more.map(words::more), ["never", "announced", "always", "in-element"]);
}
