//! The words of moov, both ways.

use std::fmt::Write;

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc, moov};
use cardwire::layout::{
    BitmapForm, CodePage, Coding, Content, Fill, Form, LengthFirst, LengthUnit, NextBitmap, PadNibble,
    Prefix, PrefixCoding, Side, Tag,
};
use cardwire::mask::SECRET;
use cardwire::spec::{ISO87_ASCII_BINARY, MtiCoding};

use crate::common::kept;
use crate::{Alike, told};

const MOOV_TYPES: [&str; 7] = ["String", "Numeric", "Binary", "Hex", "Track2", "Track3", "Bitmap"];
const MOOV_CODINGS: [&str; 10] = [
    "ASCII",
    "EBCDIC",
    "EBCDIC1047",
    "BCD",
    "LBCD",
    "Binary",
    "HexToASCII",
    "ASCIIToHex",
    "BerTLVTag",
    "UTF8",
];
const MOOV_LENGTHS: [&str; 12] = [
    "",
    "ASCII.Fixed",
    "BCD.Fixed",
    "Hex.Fixed",
    "None.Fixed",
    "BerTLV",
    "ASCII.LL",
    "EBCDIC.LLL",
    "BCD.L",
    "Binary.L",
    "Hex.LL",
    "ASCII.LLLLLLL",
];

fn moov_around(mti: &str, bitmap: &str, fields: &str) -> String {
    format!("{{ \"fields\": {{\n\"0\": {{ {mti} }},\n\"1\": {{ {bitmap} }},\n{fields}\n}} }}")
}

const MOOV_MTI: &str = r#""type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed""#;
const MOOV_BITMAP: &str = r#""type": "Bitmap", "enc": "Binary", "prefix": "Binary.Fixed""#;

fn moov_field(members: &str) -> String {
    told(moov::parse(&moov_around(MOOV_MTI, MOOV_BITMAP, &format!("\"104\": {{ {members} }}"))))
}

#[test]
fn words_of_moov() {
    let mut alike = Alike::default();
    for kind in MOOV_TYPES {
        for coding in MOOV_CODINGS {
            for lengths in MOOV_LENGTHS {
                let members =
                    format!(r#""type": "{kind}", "enc": "{coding}", "length": 6{}"#, prefix(lengths));
                alike.add(format!("{kind} {coding} {lengths}"), moov_field(&members));
            }
        }
    }
    paddings(&mut alike);
    types_and_bitmaps(&mut alike);
    let text = alike.text() + &privacies();
    kept("import_words/moov.out", &text);
}

/// What says a length.
fn prefix(lengths: &str) -> String {
    match lengths {
        "" => String::new(),
        lengths => format!(r#", "prefix": "{lengths}""#),
    }
}

fn paddings(alike: &mut Alike) {
    let pads = [
        "",
        r#""type": "Left", "pad": "0""#,
        r#""type": "Left", "pad": " ""#,
        r#""type": "Right", "pad": "x""#,
        r#""type": "Left", "pad": 42"#,
        r#""type": "None", "pad": "xx""#,
        r#""type": "Left", "pad": "xx""#,
        r#""type": "Left""#,
    ];
    for pad in pads {
        for kind in ["String", "Numeric", "Binary"] {
            for coding in ["ASCII", "BCD", "Binary"] {
                for lengths in ["ASCII.Fixed", "ASCII.LLL"] {
                    for length in [0, 1, 17, 18, 19, 999, 1000, 99_999_999, 100_000_000] {
                        if (length != 18) && (pad.contains("x") || kind == "Binary" && length < 999) {
                            continue;
                        }
                        let padding = if pad.is_empty() {
                            String::new()
                        } else {
                            format!(r#", "padding": {{ {pad} }}"#)
                        };
                        let members = format!(
                            r#""type": "{kind}", "enc": "{coding}", "length": {length}{}{padding}"#,
                            prefix(lengths)
                        );
                        alike.add(format!("{kind} {coding} {lengths} {length} {pad}"), moov_field(&members));
                    }
                }
            }
        }
    }
}

fn types_and_bitmaps(alike: &mut Alike) {
    for coding in MOOV_CODINGS {
        for length in [1, 2, 3, 4, 5] {
            for lengths in ["Hex.Fixed", "ASCII.LL"] {
                let mti = format!(
                    r#""type": "String", "length": {length}, "enc": "{coding}", "prefix": "{lengths}""#
                );
                let doc =
                    moov::parse(&moov_around(&mti, MOOV_BITMAP, "")).map(|doc| format!("{:?}\n", doc.mti));
                let said = doc.unwrap_or_else(|error| format!("! {error}\n"));
                alike.add(format!("MTI {coding} {length} {lengths}"), said.replace(" at ", " "));
            }
        }
        for length in [0, 1, 7, 8, 9, 15, 16, 17] {
            for more in ["", r#", "disableAutoExpand": true"#] {
                let bitmap = format!(
                    r#""type": "Bitmap", "length": {length}, "enc": "{coding}", "prefix": "Hex.Fixed"{more}"#
                );
                let said = told(moov::parse(&moov_around(MOOV_MTI, &bitmap, "")));
                let part = format!(
                    r#""48": {{ "type": "Composite", "length": 99, "prefix": "ASCII.LL", "bitmap": {{ {bitmap} }} }}"#
                );
                let part = told(moov::parse(&moov_around(MOOV_MTI, MOOV_BITMAP, &part)));
                alike.add(format!("bitmap {coding} {length} {more}"), said + &part);
            }
        }
    }
}

/// What is open by the standard: by number, length and kind.
fn privacies() -> String {
    let mut text = String::new();
    for number in 2..=128 {
        let Some(max) = ISO87_ASCII_BINARY.element(number).map(|element| element.max()) else { continue };
        let privacy = |kind: &str, coding: &str, length: usize| {
            let members = format!(
                r#""type": "{kind}", "enc": "{coding}", "length": {length}, "prefix": "ASCII.Fixed""#
            );
            let doc =
                moov::parse(&moov_around(MOOV_MTI, MOOV_BITMAP, &format!("\"{number}\": {{ {members} }}")));
            doc.map_or("!".into(), |doc| {
                format!("{:?}", doc.body.elements[0].privacy).chars().take(1).collect::<String>()
            })
        };
        let kinds = [
            ("Numeric", "ASCII"),
            ("String", "ASCII"),
            ("Binary", "Binary"),
            ("String", "ASCIIToHex"),
            ("Track2", "BCD"),
        ];
        let each = kinds.map(|(kind, coding)| privacy(kind, coding, max));
        writeln!(text, "{number} {max} {} {}", each.concat(), privacy("Numeric", "ASCII", max + 1)).unwrap();
    }
    text
}

#[test]
fn tags_of_moov() {
    let mut alike = Alike::default();
    let unknowns = [
        "",
        r#", "skipUnknownTLVTags": true"#,
        r#", "storeUnknownTLVTags": true, "prefUnknownTLV": "ASCII.LL""#,
        r#", "storeUnknownTLVTags": true, "prefUnknownTLV": "BerTLV""#,
        r#", "prefUnknownTLV": "Hex.L""#,
        r#", "storeUnknownTLVTags": true, "prefUnknownTLV": "Binary.LLL""#,
        r#", "skipUnknownTLVTags": true, "prefUnknownTLV": "None.Fixed""#,
    ];
    for coding in MOOV_CODINGS {
        for length in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] {
            for unknown in unknowns {
                if length > 3 && !unknown.is_empty() && !unknown.contains("ASCII.LL") {
                    continue;
                }
                let field = format!(
                    r#""48": {{ "type": "Composite", "length": 99, "prefix": "ASCII.LL", "tag": {{ "enc": "{coding}", "length": {length}{unknown} }} }}"#
                );
                alike.add(
                    format!("{coding} {length}{unknown}"),
                    told(moov::parse(&moov_around(MOOV_MTI, MOOV_BITMAP, &field))),
                );
            }
        }
    }
    // keys of parts: padded to the length of a tag, sorted where there is none
    let parts = |keys: &[&str]| {
        let part = |key: &&str| {
            format!(
                r#""{key}": {{ "type": "String", "length": 2, "enc": "ASCII", "prefix": "ASCII.L", "description": "{key}" }}"#
            )
        };
        keys.iter().map(part).collect::<Vec<_>>().join(", ")
    };
    let keys: [&[&str]; 6] =
        [&["1", "2"], &["10", "9"], &["A", "1B"], &["9F26", "95"], &["02", "1", "11"], &["x", "y"]];
    for keys in keys {
        for tag in [
            r#""sort": "StringsByInt""#,
            r#""sort": "StringsByHex""#,
            r#""sort": "Strings""#,
            r#""enc": "ASCII", "length": 2, "padding": { "type": "Left", "pad": "0" }"#,
            r#""enc": "ASCII", "length": 2, "padding": { "type": "Right", "pad": "0" }"#,
            r#""enc": "ASCII", "length": 2"#,
            r#""enc": "EBCDIC", "length": 2, "padding": { "type": "Left", "pad": "0" }"#,
            r#""enc": "BCD", "length": 3"#,
            r#""enc": "LBCD", "length": 2"#,
            r#""enc": "ASCIIToHex", "length": 2, "padding": { "type": "Left", "pad": "0" }"#,
            r#""enc": "BerTLVTag""#,
        ] {
            let field = format!(
                "\"48\": {{ \"type\": \"Composite\", \"length\": 99, \"prefix\": \"ASCII.LL\",\n \"tag\": {{ {tag} }},\n \"subfields\": {{ {} }} }}",
                parts(keys)
            );
            let doc = moov::parse(&moov_around(MOOV_MTI, MOOV_BITMAP, &field));
            let names = doc.as_ref().ok().and_then(|doc| doc.element(48)?.layout.as_ref()).map(|layout| {
                let named = layout.elements.iter().map(|part| format!("{:X}={} ", part.key, part.name));
                named.collect::<String>() + "\n"
            });
            alike.add(format!("{keys:?} {tag}"), told(doc) + &names.unwrap_or_default());
        }
    }
    kept("import_words/moov_tags.out", &alike.text());
}

/// An element of a document, plain until it is changed.
fn plain(key: u32, content: Content, coding: Coding, max: u32, form: Form) -> ElementDoc {
    let min = if form == Form::Fixed { max } else { 0 };
    let (name, fill, layout, full_size, pad_nibble) =
        (String::new(), None, None, false, PadNibble::LEFT_ZERO);
    ElementDoc {
        key,
        name,
        content,
        coding,
        min,
        max,
        form,
        fill,
        full_size,
        pad_nibble,
        privacy: SECRET,
        layout,
    }
}

fn of_element(element: ElementDoc) -> SpecDoc {
    let mut doc = SpecDoc::from_spec(&ISO87_ASCII_BINARY);
    doc.body.elements = vec![element];
    doc
}

/// What is written of an element in JSON, or why it is not.
fn in_moov(doc: &SpecDoc) -> String {
    match moov::write(doc) {
        Ok(json) => {
            // what stands around every element is left out
            let lines = json.lines().skip(5).filter(|line| line.contains(':'));
            let losses = moov::losses(doc)
                .map(|losses| losses.iter().map(|loss| format!("  loses {loss}\n")).collect());
            let losses: String = losses.unwrap_or_else(|error| format!("  ! {error}\n"));
            lines.map(|line| format!("{}\n", line.trim_start().trim_end_matches(','))).collect::<String>()
                + &losses
        }
        Err(error) => format!("! {error}\n"),
    }
}

const CONTENTS: [Content; 6] = [Content::N, Content::Ns, Content::Any, Content::Z, Content::H, Content::B];

#[test]
fn what_is_written_for_moov() {
    let mut alike = Alike::default();
    let page = CodePage::Cp1047;
    let codings = [
        Coding::Ascii,
        Coding::Ebcdic(CodePage::Cp037),
        Coding::Ebcdic(CodePage::Cp500),
        Coding::Bcd,
        Coding::Raw,
        Coding::Hex,
        Coding::EbcdicHex(page),
    ];
    let forms = [
        Form::Fixed,
        Form::Rest,
        Form::Prefixed(Prefix::BER),
        after(PrefixCoding::Ascii, 2, LengthUnit::Units, 0),
        after(PrefixCoding::Ebcdic(page), 3, LengthUnit::Bytes, 0),
        after(PrefixCoding::Ebcdic(CodePage::Cp500), 2, LengthUnit::Units, 0),
        after(PrefixCoding::Binary, 1, LengthUnit::Nibbles, 0),
        after(PrefixCoding::Hex, 1, LengthUnit::Units, 1),
        Form::Until(0x1C.into()),
        Form::Nothing,
        Form::IfLetter,
        Form::Padded(Prefix {
            coding: PrefixCoding::Ascii,
            width: 2,
            counts: LengthUnit::Units,
            includes: 0,
        }),
    ];
    for content in CONTENTS {
        for coding in codings {
            for form in forms {
                let case = format!("{content} {coding:?} {form:?}");
                alike.add(case, in_moov(&of_element(plain(104, content, coding, 8, form))));
            }
        }
    }
    fills_for_moov(&mut alike);
    composites_for_moov(&mut alike);
    kept("import_words/moov_written.out", &alike.text());
}

/// A length before the value.
const fn after(coding: PrefixCoding, width: u8, counts: LengthUnit, includes: u8) -> Form {
    Form::Prefixed(Prefix { coding, width, counts, includes })
}

fn fills_for_moov(alike: &mut Alike) {
    let fills = [
        None,
        Some((Side::Left, b'0')),
        Some((Side::Left, b' ')),
        Some((Side::Right, b' ')),
        Some((Side::Right, 0)),
        Some((Side::Left, 0xE9)),
    ];
    for (side, with) in fills.into_iter().flatten() {
        for content in [Content::N, Content::Ns, Content::Ans, Content::H, Content::B] {
            for coding in [Coding::Ascii, Coding::Bcd, Coding::Raw] {
                for form in [Form::Fixed, after(PrefixCoding::Ascii, 2, LengthUnit::Units, 0)] {
                    for max in [17, 18, 19] {
                        let mut element = plain(104, content, coding, max, form);
                        element.fill = Some(Fill { side, with });
                        alike.add(
                            format!("{content} {coding:?} {form:?} {max} {side:?} {with}"),
                            in_moov(&of_element(element)),
                        );
                    }
                }
            }
        }
    }
    for pad_nibble in [PadNibble::LEFT_ZERO, PadNibble::RIGHT_ZERO, PadNibble::RIGHT_F] {
        for content in [Content::N, Content::Z, Content::Ne] {
            for (max, form) in
                [(7, Form::Fixed), (8, Form::Fixed), (8, after(PrefixCoding::Bcd, 1, LengthUnit::Units, 0))]
            {
                let mut element = plain(104, content, Coding::Bcd, max, form);
                element.pad_nibble = pad_nibble;
                alike.add(format!("{content} {pad_nibble:?} {max} {form:?}"), in_moov(&of_element(element)));
            }
        }
    }
}

fn composites_for_moov(alike: &mut Alike) {
    let part = |key| plain(key, Content::Ans, Coding::Ascii, 3, Form::Fixed);
    let unknown = |form| Some(Box::new(plain(0, Content::B, Coding::Raw, 50, form)));
    let ascii = Prefix { coding: PrefixCoding::Ascii, width: 2, counts: LengthUnit::Units, includes: 0 };
    let tags = |tag, unknown| OrderDoc::Tags { tag, length_first: None, unknown };
    let single = |octets| OrderDoc::Bitmap(BitmapForm::single(Coding::Raw, octets));
    let with = |second, third| OrderDoc::Bitmap(BitmapForm { second, third, ..BitmapForm::new(Coding::Hex) });
    let (never, announced, always) = (NextBitmap::Never, NextBitmap::Announced, NextBitmap::Always);
    for order in [
        OrderDoc::Positions { required: 0 },
        OrderDoc::Positions { required: 1 },
        single(1),
        single(8),
        with(announced, never),
        with(announced, announced),
        with(always, never),
        tags(Tag::Ber, None),
        tags(Tag::Ber, unknown(Form::Prefixed(Prefix::BER))),
        tags(Tag::Ber, unknown(Form::Prefixed(ascii))),
        tags(Tag::Ber, unknown(Form::Rest)),
        tags(Tag::Ber, unknown(Form::Fixed)),
        tags(Tag::Digits(3), None),
        tags(Tag::Digits(3), unknown(Form::Prefixed(ascii))),
        tags(Tag::Text(2), unknown(Form::Prefixed(ascii))),
        tags(Tag::Octets(2), None),
        tags(Tag::Ebcdic(CodePage::Cp037, 2), None),
        tags(Tag::Ebcdic(CodePage::Cp500, 2), None),
        OrderDoc::Tags {
            tag: Tag::Digits(3),
            length_first: Some(LengthFirst { prefix: ascii, counts_tag: true }),
            unknown: None,
        },
    ] {
        for (coding, content) in
            [(Coding::Raw, Content::B), (Coding::Ascii, Content::Ans), (Coding::Hex, Content::B)]
        {
            for max in [99, 0xFFFF] {
                let mut element = plain(
                    48,
                    content,
                    coding,
                    max,
                    Form::Prefixed(if max == 99 { ascii } else { Prefix::BER }),
                );
                let elements = [1, 2].map(part).to_vec();
                element.layout = Some(LayoutDoc { order: order.clone(), elements });
                alike.add(format!("{order:?} {coding:?} {max}"), in_moov(&of_element(element)));
            }
        }
    }
    // one within another, with its lines as they stand
    let mut outer = plain(48, Content::B, Coding::Raw, 99, Form::Prefixed(ascii));
    let mut inner = plain(2, Content::B, Coding::Raw, 40, Form::Prefixed(ascii));
    inner.layout =
        Some(LayoutDoc { order: OrderDoc::Positions { required: 0 }, elements: [1, 2].map(part).to_vec() });
    outer.layout =
        Some(LayoutDoc { order: OrderDoc::Positions { required: 0 }, elements: vec![part(1), inner] });
    alike.add("one within another".into(), moov::write(&of_element(outer)).unwrap());
    types_for_moov(alike);
}

fn types_for_moov(alike: &mut Alike) {
    let (never, announced, always) = (NextBitmap::Never, NextBitmap::Announced, NextBitmap::Always);
    for mti in [MtiCoding::Ascii, MtiCoding::Ebcdic, MtiCoding::Bcd, MtiCoding::Hex, MtiCoding::Binary] {
        for bitmap in [Coding::Raw, Coding::Hex, Coding::EbcdicHex(CodePage::Cp037)] {
            for (second, third) in [
                (never, never),
                (announced, never),
                (announced, announced),
                (always, never),
                (announced, always),
                (announced, NextBitmap::InElement),
            ] {
                let mut doc = of_element(plain(1, Content::B, Coding::Raw, 8, Form::Fixed));
                doc.body.elements.clear();
                doc.mti = mti;
                doc.body.order = OrderDoc::Bitmap(BitmapForm { second, third, ..BitmapForm::new(bitmap) });
                let said = moov::write(&doc).unwrap_or_else(|error| format!("! {error}\n"));
                alike.add(format!("{mti:?} {bitmap:?} {second:?} {third:?}"), said);
            }
        }
    }
    let one = of_element(plain(1, Content::B, Coding::Raw, 8, Form::Fixed));
    alike.add("an element of number 1".into(), in_moov(&one));
}
