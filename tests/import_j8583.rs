//! j8583 configurations: what becomes of what, and refusals. The samples are our own.
#![cfg(feature = "j8583")]

use cardwire::import::SpecDoc;
use cardwire::import::j8583::{Options, import};
use cardwire::layout::{Form, NextBitmap};
use cardwire::mask::{OPEN, PAN, SECRET, TRACK};
use cardwire::spec::MtiCoding;
use cardwire::{
    Builder, Message, Mti,
    layout::{CodePage, Coding, Content, LengthUnit, PrefixCoding},
};

/// A configuration of two guides, a template and two headers.
const LINK: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE j8583-config PUBLIC "-//none//" "http://127.0.0.1:1/never-fetched.dtd">
<j8583-config>
  <header type="0200">ISO015000050</header>
  <header type="0210" ref="0200"/>
  <template type="0200">
    <field num="49" type="ALPHA" length="3">484</field>
    <field num="11" type="ALPHA" length="99"/>
  </template>
  <parse type="0200">
    <field num="2" type="LLVAR"/>
    <field num="4" type="AMOUNT"/>
    <field num="7" type="DATE10" tz="GMT"/>
    <field num="11" type="NUMERIC" length="6"/>
    <field num="35" type="LLVAR"/>
    <field num="41" type="ALPHA" length="8"/>
    <field num="48" type="LLLVAR">
      <field num="1" type="ALPHA" length="5"/>
      <field num="2" type="LLVAR"/>
    </field>
    <field num="52" type="BINARY" length="8"/>
    <field num="55" type="LLLBIN"/>
    <field num="62" type="LLBCDBIN"/>
    <field num="70" type="LLBINLENGTHNUM"/>
  </parse>
  <parse type="0210" extends="0200">
    <field num="7" type="exclude"/>
    <field num="39" type="NUMERIC" length="2"/>
  </parse>
  <custom-field field="62" class="com.acme.Field62"/>
</j8583-config>"#;

fn doc(options: &Options) -> SpecDoc {
    import(LINK, options).unwrap_or_else(|error| panic!("{error}"))
}

fn error(guides: &str) -> String {
    import(&format!("<j8583-config>\n{guides}</j8583-config>"), &Options::new()).unwrap_err().to_string()
}

#[test]
fn guides_are_read_together_and_a_template_adds_to_them() {
    let all = doc(&Options::new().name("link"));
    let numbers = |doc: &SpecDoc| doc.body.elements.iter().map(|element| element.key).collect::<Vec<_>>();
    assert_eq!(numbers(&all), [2, 4, 7, 11, 35, 39, 41, 48, 49, 52, 55, 62, 70]);
    assert_eq!((all.name.as_str(), all.header, all.mti), ("link", 12, MtiCoding::Ascii));
    assert_eq!(all.element(11).unwrap().max, 6, "the guide, not the template");
    let one = doc(&Options::new().message("0210").header(0));
    assert_eq!(numbers(&one), [2, 4, 11, 35, 39, 41, 48, 52, 55, 62, 70], "without what it excludes");
    assert_eq!(one.header, 0);
    let privacy = |number| all.element(number).unwrap().privacy;
    assert_eq!([2, 35, 11, 48, 52].map(privacy), [PAN, TRACK, OPEN, SECRET, SECRET]);
}

#[test]
fn the_options_say_how_types_are_written() {
    let form = |doc: &SpecDoc, number: u32| match doc.element(number).unwrap().form {
        Form::Prefixed(prefix) => (prefix.coding, prefix.width, prefix.counts),
        other => panic!("{other:?}"),
    };
    let value = |doc: &SpecDoc, number: u32| {
        let element = doc.element(number).unwrap();
        (element.content, element.coding, element.max)
    };
    let ascii = doc(&Options::new());
    assert_eq!(value(&ascii, 4), (Content::N, Coding::Ascii, 12));
    assert_eq!(value(&ascii, 52), (Content::H, Coding::Ascii, 16));
    assert_eq!(form(&ascii, 55), (PrefixCoding::Ascii, 3, LengthUnit::Units));
    assert_eq!(form(&ascii, 70), (PrefixCoding::Binary, 1, LengthUnit::Units));
    let binary = doc(&Options::new().use_binary_messages());
    assert_eq!(binary.mti, MtiCoding::Bcd);
    assert_eq!(value(&binary, 4), (Content::N, Coding::Bcd, 12));
    assert_eq!(value(&binary, 52), (Content::B, Coding::Raw, 8));
    assert_eq!(value(&binary, 62), (Content::H, Coding::Bcd, 99));
    assert_eq!(form(&binary, 2), (PrefixCoding::Bcd, 2, LengthUnit::Units));
    let page = CodePage::Cp500;
    let ebcdic = doc(&Options::new().character_encoding(page).force_string_encoding());
    assert_eq!(value(&ebcdic, 41), (Content::Any, Coding::Ebcdic(page), 8));
    assert_eq!(form(&ebcdic, 2), (PrefixCoding::Ebcdic(page), 2, LengthUnit::Units));
    assert_eq!(ebcdic.with(|spec| spec.bitmap().coding).unwrap(), Coding::EbcdicHex(page));
    let hex = doc(&Options::new().variable_length_fields_in_hex());
    assert_eq!((form(&hex, 55), value(&hex, 55).2), ((PrefixCoding::Hex, 2, LengthUnit::Units), 0xFFFF));
    let raw = doc(&Options::new().use_binary_header().variable_length_fields_in_hex().use_binary_fields());
    assert_eq!(form(&raw, 2), (PrefixCoding::Binary, 1, LengthUnit::Units));
}

/// XML has two ways of writing text, and they say the same.
#[test]
fn a_character_section_is_text() {
    let text = LINK.replace(">ISO015000050<", "><![CDATA[ISO015000050]]><");
    let read = import(&text, &Options::new()).unwrap();
    assert_eq!((read.header, read), (12, doc(&Options::new())));
}

#[test]
fn messages_are_read_by_the_guides() {
    let spec = doc(&Options::new().use_binary_bitmap()).leak().unwrap();
    let parts = [(1, "ab   "), (2, "xyz")];
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.header(b"ISO015000050");
    builder
        .set(2, "4111111111111111")
        .set(11, 7u32)
        .set(41, "TERM")
        .set(48, &parts)
        .set(52, "0123456789ABCDEF");
    let wire = builder.to_vec().unwrap();
    let expected = b"ISO0150000500200\x40\x20\x00\x00\x00\x81\x10\x00\
        164111111111111111000007TERM    010ab   03xyz0123456789ABCDEF";
    assert_eq!(wire, expected);
    let message = Message::parse(spec, &wire).unwrap();
    assert_eq!(message.number(11).unwrap(), 7);
    assert_eq!(message.path("48.2").unwrap(), "xyz");
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
}

#[test]
fn parts_of_hexadecimal_and_packed_fields_lie_over_their_octets() {
    let xml = |kind: &str| {
        format!(
            "<j8583-config><parse type='0800'><field num='62' type='{kind}' length='4'>
               <field type='NUMERIC' num='1' length='2'/><field num='2' type='ALPHA' length='2'/>
             </field></parse></j8583-config>"
        )
    };
    let built = |kind: &str, options: &Options| {
        let spec = import(&xml(kind), options).unwrap().leak().unwrap();
        let wire =
            Builder::new(spec, Mti::NETWORK_REQUEST).set(62, &[(1, "12"), (2, "ab")]).to_vec().unwrap();
        let message = Message::parse(spec, &wire).unwrap();
        assert_eq!(message.path("62.2").unwrap(), "ab");
        wire
    };
    assert!(built("LLBIN", &Options::new()).ends_with(b"0831326162"));
    assert!(built("LLBIN", &Options::new().use_binary_messages()).ends_with(b"\x03\x12ab"));
    assert!(built("LLBCDBIN", &Options::new().use_binary_messages()).ends_with(b"\x06\x12ab"));
    assert!(built("BINARY", &Options::new()).ends_with(b"31326162"));
    // text in EBCDIC: so are the digits of its octets
    let ebcdic = Options::new().character_encoding(CodePage::Cp1047).force_string_encoding();
    let digits = b"\xF0\xF8\xC6\xF1\xC6\xF2\xF8\xF1\xF8\xF2";
    assert!(built("LLBIN", &ebcdic).ends_with(digits));
}

#[test]
fn fields_above_128_have_a_third_bitmap() {
    let xml = "<j8583-config><parse type='0800'><field num='65' type='BINARY' length='8'/>
        <field num='130' type='NUMERIC' length='1'/></parse></j8583-config>";
    let doc = import(xml, &Options::new()).unwrap();
    assert_eq!(doc.with(|spec| spec.bitmap().third).unwrap(), NextBitmap::InElement);
    assert!(doc.element(65).is_none() && doc.element(130).is_some());
}

#[test]
fn what_is_malformed_is_refused_by_line_and_element() {
    let parse = |mti: &str, fields: &str| format!("<parse type='{mti}'>\n{fields}\n</parse>\n");
    for (guides, expected) in [
        (String::new(), "line 1: there is no field of any message"),
        (parse("0200", "<field num='2'/>"), "line 3, element 2: the field has no type"),
        (
            parse("0200", "<field num='2' type='NUMERIC'/>"),
            "line 3, element 2: NUMERIC is no type of j8583, or",
        ),
        (parse("0200", "<field num='2' type='NUMBER' length='2'/>"), "element 2: NUMBER is no type of j8583"),
        (parse("0200", "<field num='2' type='ALPHA' length='999999999'/>"), "a length in range"),
        (
            parse("0200", "<field num='2' type='ALPHA' length='-1'/>"),
            "element 2: length is no number in range",
        ),
        (parse("0200", "<field type='LLVAR'/>"), "line 3: the field has no `num` from 2 to 192"),
        (parse("0200", "<field num='1' type='LLVAR'/>"), "from 2 to 192"),
        (parse("0200", "<field num='193' type='LLVAR'/>"), "from 2 to 192"),
        (parse("02", "<field num='2' type='LLVAR'/>"), "line 2: the <parse> has no type of four digits"),
        (
            parse("0200", "<field num='2' type='LLVAR'/>") + &parse("0800", "<field num='2' type='LLLVAR'/>"),
            "line 6, element 2: it is not the same in 0200 and 0800; say with Options::message which",
        ),
        ("<parse type='0200' extends='0100'/>".into(), "line 2: there is no <parse> of type 0100 to extend"),
        (
            "<parse type='0200' extends='0800'/>\n<parse type='0800' extends='0200'/>".into(),
            "line 3: it extends 0200, which extends it",
        ),
        ("<parse type='0200' extends='0200'/>".into(), "line 2: it extends 0200, which extends it"),
        (
            "<header type='0200'>ISO1</header>\n<header type='0800'>ISO12</header>\n".to_owned()
                + &parse("0200", "<field num='2' type='LLVAR'/>"),
            "line 3: the header of 0800 has 5 octets, that of 0200 4; say with Options::message",
        ),
        (
            "<header type='0200' ref='0800'/>\n".to_owned() + &parse("0200", "<field num='2' type='LLVAR'/>"),
            "line 2: there is no header of type 0800 to refer to",
        ),
        ("<parse type='0200'><field num='2' type='LLVAR'>&boom;</field></parse>".into(), "line 2"),
    ] {
        let said = error(&guides);
        assert!(said.contains(expected), "{said}\n{expected}");
    }
    let none = import(LINK, &Options::new().message("0800")).unwrap_err().to_string();
    assert!(none.contains("there is no field of a message 0800"), "{none}");
    let other = import("<isopackager/>", &Options::new()).unwrap_err().to_string();
    assert!(other.contains("found <isopackager>: this is no configuration of j8583"), "{other}");
}

/// The types of j8583 that are times or amounts have so many digits, whatever length is said.
#[test]
fn times_and_amounts_have_their_own_length() {
    let types = [
        ("DATE4", 4),
        ("DATE_EXP", 4),
        ("DATE6", 6),
        ("TIME", 6),
        ("DATE10", 10),
        ("DATE12", 12),
        ("AMOUNT", 12),
        ("DATE14", 14),
    ];
    for (kind, digits) in types {
        let guide = format!("<parse type='0200'><field num='60' type='{kind}' length='3'/></parse>");
        let read = import(&format!("<j8583-config>{guide}</j8583-config>"), &Options::new()).unwrap();
        let [element] = read.body.elements.as_slice() else { panic!("{kind}: {read:?}") };
        assert_eq!((element.content, element.min, element.max), (Content::N, digits, digits), "{kind}");
    }
}

/// As many fields and steps from guide to guide as are allowed are gone through, and not one more.
#[test]
fn ten_thousand_fields_are_the_most() {
    let fields = |count: usize| {
        let field = |num| format!("<field num='{num}' type='NUMERIC' length='6'/>");
        (2..2 + count).map(field).collect::<String>()
    };
    // a guide of 100 fields, 98 that extend it, and one of the rest
    let extends = (2..100).map(|own| format!("<parse type='{own:04}' extends='0001'/>")).collect::<String>();
    let guides = |rest| {
        let (base, rest) = (fields(100), fields(rest));
        let guides = format!("<parse type='0001'>{base}</parse>{extends}<parse type='0100'>{rest}</parse>");
        import(&format!("<j8583-config>{guides}</j8583-config>"), &Options::new())
    };
    assert!(guides(10_000 - 100 - 98 * 101).is_ok());
    let refused = guides(10_001 - 100 - 98 * 101).unwrap_err().to_string();
    assert!(refused.contains("more than 10000 fields"), "{refused}");
}

/// The types whose names say how their length is written, in binary or packed.
#[test]
fn types_that_say_their_length_coding() {
    let types = [
        ("LLBINLENGTHNUM", Content::N, PrefixCoding::Binary, 1),
        ("LLLLBINLENGTHNUM", Content::N, PrefixCoding::Binary, 2),
        ("LLBINLENGTHALPHANUM", Content::Any, PrefixCoding::Binary, 1),
        ("LLLLBINLENGTHALPHANUM", Content::Any, PrefixCoding::Binary, 2),
        ("LLBCDLENGTHALPHANUM", Content::Any, PrefixCoding::Bcd, 2),
        ("LLBINLENGTHBIN", Content::B, PrefixCoding::Binary, 1),
    ];
    for (kind, content, coding, width) in types {
        let guide = format!("<parse type='0200'><field num='60' type='{kind}'/></parse>");
        let read = import(&format!("<j8583-config>{guide}</j8583-config>"), &Options::new()).unwrap();
        let Form::Prefixed(prefix) = read.body.elements[0].form else { panic!("{kind}: {read:?}") };
        assert_eq!(
            (read.body.elements[0].content, prefix.coding, prefix.width),
            (content, coding, width),
            "{kind}"
        );
    }
}

/// A header in hexadecimal digits has half as many octets; two that differ are told with both.
#[test]
fn headers_are_counted_in_octets() {
    let header = |headers: &str| {
        let text = format!(
            "<j8583-config>{headers}<parse type=\"0200\"><field num=\"11\" type=\"NUMERIC\" length=\"6\"/></parse></j8583-config>"
        );
        import(&text, &Options::new()).map(|doc| doc.header).map_err(|error| error.to_string())
    };
    assert_eq!(header(""), Ok(0));
    assert_eq!(header("<header type=\"0200\">ISO0260</header>"), Ok(7));
    assert_eq!(header("<header type=\"0200\" binary=\"true\"> 6000010002 </header>"), Ok(5));
    assert_eq!(header("<header type=\"0200\">ABC</header><header type=\"0210\">DEF</header>"), Ok(3));
    let differ = header("<header type=\"0200\">ABC</header><header type=\"0210\">DEFG</header>").unwrap_err();
    assert!(differ.contains("the header of 0210 has 4 octets, that of 0200 3"), "{differ}");
}

/// A field beyond 128 needs the third bitmap, one of 128 does not; what is not known is passed over with all in it.
#[test]
fn the_third_bitmap_begins_beyond_128() {
    for (number, third, has_65) in [
        (128, NextBitmap::Never, true),
        (129, NextBitmap::InElement, false),
        (192, NextBitmap::InElement, false),
    ] {
        let field = |number: u32| format!("<field num=\"{number}\" type=\"NUMERIC\" length=\"6\"/>");
        let text = format!(
            "<j8583-config><unknown><parse type=\"0200\">{}</parse></unknown><other/><parse type=\"0200\">{}{}</parse></j8583-config>",
            field(7),
            field(65),
            field(number)
        );
        let doc = import(&text, &Options::new()).unwrap();
        let cardwire::import::OrderDoc::Bitmap(form) = doc.body.order else { panic!("a bitmap") };
        assert_eq!((form.third, doc.element(65).is_some(), doc.element(7).is_some()), (third, has_65, false));
    }
}

/// How the bitmap is written: raw where it or the header is binary, in EBCDIC where lengths are text of a page.
#[test]
fn the_bitmap_is_written_as_the_options_say() {
    let page = CodePage::Cp1047;
    for (options, coding) in [
        (Options::new(), Coding::Hex),
        (Options::new().use_binary_bitmap(), Coding::Raw),
        (Options::new().use_binary_header(), Coding::Raw),
        (Options::new().use_binary_fields(), Coding::Hex),
        (Options::new().use_binary_messages(), Coding::Raw),
        (Options::new().character_encoding(page), Coding::Hex),
        (Options::new().character_encoding(page).force_string_encoding(), Coding::EbcdicHex(page)),
        (Options::new().force_string_encoding(), Coding::Hex),
        (Options::new().character_encoding(page).force_string_encoding().use_binary_bitmap(), Coding::Raw),
    ] {
        let cardwire::import::OrderDoc::Bitmap(form) = doc(&options).body.order else { panic!("a bitmap") };
        assert_eq!(form.coding, coding, "{options:?}");
    }
}

/// Octets and packed digits are what they are where fields are binary, and hexadecimal text elsewhere.
#[test]
fn octets_are_raw_where_fields_are_binary() {
    for (kind, binary) in [
        ("BINARY", (Content::B, Coding::Raw)),
        ("LLBIN", (Content::B, Coding::Raw)),
        ("LLLBIN", (Content::B, Coding::Raw)),
        ("LLLLBIN", (Content::B, Coding::Raw)),
        ("LLBCDBIN", (Content::H, Coding::Bcd)),
        ("LLLBCDBIN", (Content::H, Coding::Bcd)),
        ("LLLLBCDBIN", (Content::H, Coding::Bcd)),
    ] {
        let guide = format!(
            "<j8583-config><parse type=\"0200\"><field num=\"60\" type=\"{kind}\" length=\"4\"/></parse></j8583-config>"
        );
        let read = |options: Options| {
            let doc = import(&guide, &options).unwrap();
            let element = doc.element(60).unwrap();
            (element.content, element.coding)
        };
        assert_eq!(read(Options::new().use_binary_fields()), binary, "{kind}");
        assert_ne!(read(Options::new()).1, binary.1, "{kind}");
    }
}
