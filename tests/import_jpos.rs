//! jPOS packagers: what becomes of what, and refusals. The samples are our own.
#![cfg(feature = "jpos")]

use std::time::{Duration, Instant};

use cardwire::import::jpos::{Options, import};
use cardwire::import::{MAX_TEXT, SpecDoc};
use cardwire::layout::{Form, NextBitmap, n};
use cardwire::mask::{OPEN, PAN, SECRET, TRACK};
use cardwire::{
    Builder, Message, Mti,
    layout::{Coding, Content, LengthUnit, PadNibble},
};

/// A packager around some fields: packed MTI, raw bitmap.
fn around(fields: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE isopackager PUBLIC "-//none//" "http://127.0.0.1:1/never-fetched.dtd">
<isopackager>
<isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFB_NUMERIC" pad="true"/>
<isofield id="1" length="16" name="BITMAP" class="org.jpos.iso.IFB_BITMAP"/>
{fields}
</isopackager>"#
    )
}

fn doc(fields: &str) -> SpecDoc {
    import(&around(fields), &Options::new()).unwrap_or_else(|error| panic!("{error}"))
}

fn error(fields: &str) -> String {
    import(&around(fields), &Options::new()).unwrap_err().to_string()
}

#[test]
fn value_length_counting_and_spare_follow_the_class_and_its_flags() {
    let doc = doc(r#"
        <isofield id="2" length="19" name="PAN" class="org.jpos.iso.IFB_LLNUM"/>
        <isofield id="3" length="5" name="ODD" class="IFB_NUMERIC" pad="true"/>
        <isofield id="4" length="12" name="AMOUNT" class=" org . IFE_NUMERIC"/>
        <isofield id="5" length="9" name="FEE" class="IFB_AMOUNT"/>
        <isofield id="6" length="12" name="NET" class="IFE_SIGNED_NUMERIC"/>
        <isofield id="7" length="999" name="LONG" class="IFB_LLHBINARY" inclusive="true"/>
        <isofield id="8" length="16" name="HEX" class="IFB_HEX"/>
        <isofield id="9" length="0" name="NOTHING" class="IFA_LLCHAR"/>
        <isofield id="35" length="37" name="T2" class="IFB_LLNUM"/>
        <isofield id="44" length="40" name="TWICE" class="IFA_LLCHAR"/>
        <isofield id="44" length="25" name="TWICE" class="IFA_LLLCHAR"/>"#);
    let at = |number| doc.element(number).unwrap();
    assert_eq!(
        (at(2).content, at(2).coding, at(2).pad_nibble),
        (Content::N, Coding::Bcd, PadNibble::RIGHT_ZERO)
    );
    assert_eq!((at(3).pad_nibble, at(3).form), (PadNibble::LEFT_ZERO, Form::Fixed));
    assert!(matches!(at(4).coding, Coding::Ebcdic(_)), "blanks and packages do not matter");
    assert_eq!((at(5).content, at(5).max), (Content::Yn, 9));
    assert_eq!((at(6).content, at(6).max), (Content::Xn, 13));
    let Form::Prefixed(prefix) = at(7).form else { panic!() };
    assert_eq!((at(7).max, prefix.includes, prefix.counts), (254, 1, LengthUnit::Units));
    assert_eq!((at(8).content, at(8).pad_nibble), (Content::H, PadNibble::RIGHT_F));
    assert!(doc.element(9).is_none());
    assert_eq!((at(35).content, at(35).privacy), (Content::Z, TRACK));
    let Form::Prefixed(prefix) = at(44).form else { panic!() };
    assert_eq!((at(44).max, prefix.width), (25, 3), "the last one wins");
    assert_eq!((at(2).privacy, at(44).privacy), (PAN, SECRET));
}

#[test]
fn only_what_agrees_with_the_standard_is_open() {
    let doc = doc(r#"
        <isofield id="11" length="6" name="STAN" class="IFB_NUMERIC"/>
        <isofield id="12" length="7" name="NOT THE TIME" class="IFB_NUMERIC"/>
        <isofield id="39" length="2" name="CODE" class="IF_CHAR"/>
        <isofield id="48" length="999" name="PRIVATE" class="IFB_LLLCHAR"/>
        <isofield id="52" length="8" name="PIN" class="IFB_BINARY"/>"#);
    let privacy = |number| doc.element(number).unwrap().privacy;
    assert_eq!([11, 12, 39, 48, 52].map(privacy), [OPEN, SECRET, OPEN, SECRET, SECRET]);
}

#[test]
fn sub_packagers_nest_by_bitmap_position_and_tag() {
    let xml = around(
        r#"
      <isofieldpackager id="62" length="999" name="BY BIT" class="IFB_LLLBINARY" bitmapField="0"
          packager="org.jpos.iso.packager.GenericSubFieldPackager">
        <isofield id="0" length="8" name="BITS" class="IFB_BITMAP"/>
        <isofield id="1" length="4" name="FIRST" class="IFB_NUMERIC"/>
        <isofieldpackager id="5" length="99" name="BY PLACE" class="IFB_LLBINARY" emitBitmap="false"
            firstField="0" packager="GenericSubFieldPackager">
          <isofield id="0" length="2" name="A" class="IF_CHAR"/>
          <isofield id="3" length="0" name="GONE" class="IF_NOP"/>
          <isofield id="7" length="9" name="B" class="IFA_LLCHAR"/>
        </isofieldpackager>
      </isofieldpackager>
      <isofieldpackager id="63" length="999" name="BY TAG" class="IFE_LLLBINARY"
          packager="EuroSubFieldPackager">
        <isofield id="0" length="4" name="PLACEHOLDER" class="IF_CHAR"/>
        <isofield id="7" length="20" name="PDS07" class="IFELPE_LLLCHAR"/>
      </isofieldpackager>
      <isofieldpackager id="55" length="255" name="HEADED" class="IFB_LLHBINARY" headerLength="2"
          packager="GenericPackager" bitmapField="0">
        <isofield id="0" length="2" name="BITS" class="IFE_BITMAP"/>
        <isofield id="9" length="3" name="NINE" class="IFE_CHAR"/>
      </isofieldpackager>"#,
    );
    let spec = import(&xml, &Options::new().name("nested")).unwrap().leak().unwrap();
    assert_eq!(spec.name(), "nested");
    let places = [(1, "XY"), (2, "left")];
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    let inner: cardwire::Value<'_> = (&places).into();
    let bits = [(1, "1234".into()), (5, inner)];
    let (tags, nine) = ([("07", "abc")], [(9, "999")]);
    // part 0 may be missing
    let tags = [(2u32, cardwire::Value::from(&tags))];
    let headed: [(u32, cardwire::Value<'_>); 2] = [(1, (&[0xF1u8, 0xF2]).into()), (2, (&nine).into())];
    builder.set(62, &bits).set(63, &tags).set(55, &headed);
    let wire = builder.to_vec().unwrap();
    let hex: String = wire.iter().map(|octet| format!("{octet:02X}")).collect();
    assert!(hex.contains("F1F2F0F0F8F0F9F9F9"), "header, EBCDIC bitmap, value: {hex}");
    assert!(hex.contains("F0F0F8F0F0F5F0F7818283"), "length, tag, value: {hex}");
    assert!(hex.contains("8800000000000000123408585930346C656674"), "bitmap, first, places: {hex}");
    let message = Message::parse(spec, &wire).unwrap();
    assert_eq!(message.path("62.5.2").unwrap(), "left");
    assert_eq!(message.path("63.2.07").unwrap(), "abc");
    assert_eq!(message.path("55.2.9").unwrap(), "999");
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
}

#[test]
fn a_java_mapper_is_said_in_the_options() {
    let fields = r#"<isofieldpackager id="48" length="999" name="T" class="IFA_LLLCHAR" tagSize="2" lenSize="2"
          tagMapper="com.acme.Mapper" packager="GenericTaggedFieldsPackager">
        <isofield id="1" length="9" name="ONE" class="IFA_TTLLCHAR"/>
        <isofield id="3" length="12" name="THREE" class="IFA_TTLLCHAR"/>
      </isofieldpackager>"#;
    let unmapped = doc(fields).leak().unwrap();
    let mapped = import(&around(fields), &Options::new().tag("48", 1, "A1").tag("48", 3, "A3"))
        .unwrap()
        .leak()
        .unwrap();
    let parts = [("A3", "three")];
    for (spec, name) in [(unmapped, "THREE"), (mapped, "THREE")] {
        let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, &parts).to_vec().unwrap();
        let message = Message::parse(spec, &wire).unwrap();
        assert_eq!(message.path("48.A3").unwrap().name(), name);
    }
    // each with its own field
    let ten = |tag| Builder::new(mapped, Mti::NETWORK_REQUEST).set(48, &[(tag, "0123456789")]).to_vec();
    assert!(ten("A1").is_err() && ten("A3").is_ok());
    let other = [("B1", "x")];
    // a tag without a field is text, as in jPOS
    for spec in [unmapped, mapped] {
        assert!(Builder::new(spec, Mti::NETWORK_REQUEST).set(48, &other).to_vec().is_ok());
    }
}

/// Zeros in front of a tag are added to digits in the packager's digits alone.
#[test]
fn a_tag_that_is_said_has_its_width() {
    let fields = |class: &str, mapper: &str| {
        format!(
            r#"<isofieldpackager id="48" length="999" name="T" class="IFA_LLLCHAR" tagSize="2" lenSize="2"
                 {mapper} packager="GenericTaggedFieldsPackager">
               <isofield id="1" length="9" name="ONE" class="{class}"/></isofieldpackager>"#
        )
    };
    let text = fields("IFA_TTLLCHAR", r#"tagMapper="com.acme.Mapper""#);
    let said =
        |tag| import(&around(&text), &Options::new().tag("48", 1, tag)).map_err(|error| error.to_string());
    for short in ["7", "A"] {
        let error = said(short).unwrap_err();
        assert!(error.contains(&format!("has the tag {short}, which is not 2 characters long")), "{error}");
    }
    assert!(said("07").is_ok());
}

#[test]
fn bitmaps_are_as_long_as_the_fields_want() {
    let with = |root: &str, bitmap: &str, fields: &str| {
        let xml = format!(
            r#"<isopackager {root}><isofield id="0" length="4" name="" class="IFA_NUMERIC"/>
            <isofield id="1" length="{bitmap}" name="" class="IFA_BITMAP"/>{fields}</isopackager>"#
        );
        import(&xml, &Options::new()).map(|doc| doc.with(|spec| spec.bitmap()).unwrap())
    };
    let field = |id: u8| format!(r#"<isofield id="{id}" length="1" name="" class="IF_CHAR"/>"#);
    assert_eq!(with("", "8", &field(64)).unwrap().second, NextBitmap::Never);
    assert_eq!(with("", "8", &field(70)).unwrap().second, NextBitmap::Announced);
    assert_eq!(with("", "16", &field(64)).unwrap().second, NextBitmap::Announced);
    assert_eq!(with("", "24", &field(140)).unwrap().third, NextBitmap::Announced);
    assert_eq!(
        with(r#"thirdBitmapField="65""#, "16", &(field(65) + &field(140))).unwrap().third,
        NextBitmap::InElement
    );
    assert!(with(r#"thirdBitmapField="66""#, "16", "").is_err());
    assert!(with(r#"emitBitmap="false""#, "16", "").is_err());
}

#[test]
fn an_unknown_class_is_named_and_can_be_explained() {
    let fields = r#"<isofield id="2" length="19" name="PAN" class="com.acme.Packed"/>
        <isofieldpackager id="3" length="99" name="" class="IFA_LLCHAR" packager="com.acme.Sub">
          <isofield id="1" length="3" name="" class="IF_CHAR"/></isofieldpackager>"#;
    let said = error(fields);
    assert!(said.contains("line 6, element 2: com.acme.Packed is no class of jPOS"), "{said}");
    let options = Options::new().shape("com.acme.Packed", n(1).ll().coding(Coding::Bcd));
    let said = import(&around(fields), &options).unwrap_err().to_string();
    assert!(said.contains("line 7, element 3: com.acme.Sub is no packager of jPOS"), "{said}");
    let doc = import(&around(fields), &options.class("com.acme.Sub", "GenericSubFieldPackager")).unwrap();
    assert_eq!((doc.element(2).unwrap().max, doc.element(2).unwrap().coding), (19, Coding::Bcd));
    assert_eq!(doc.element(3).unwrap().layout.as_ref().unwrap().elements.len(), 1);
}

#[test]
fn what_is_malformed_is_refused_by_line() {
    let field = |attributes: &str| format!("<isofield {attributes}/>");
    for (fields, expected) in [
        (field(r#"length="1" name="" class="IF_CHAR""#), "line 6: the field has no id"),
        (field(r#"id="2" name="" class="IF_CHAR""#), "line 6, element 2: the field has no length"),
        (field(r#"id="2" length="9" name="""#), "line 6, element 2: the field has no class"),
        (field(r#"id="2" length="-1" name="" class="IF_CHAR""#), "element 2: length is no number in range"),
        (
            field(r#"id="2" length="99999999999999999999" name="" class="IF_CHAR""#),
            "element 2: length is no number",
        ),
        (field(r#"id="2" length="99999999" name="" class="IF_CHAR""#), "above the limit"),
        (field(r#"id="200" length="1" name="" class="IF_CHAR""#), "element 200: the number is not available"),
        (
            field(r#"id="9999" length="1" name="" class="IF_CHAR""#),
            "element 9999: the number is not available",
        ),
        (field(r#"id="2" length="9" name="" class="IF_CHAR" pad="maybe""#), "pad is neither true nor false"),
        (field(r#"id="2" id="3" length="9" name="" class="IF_CHAR""#), "line 6"),
        ("<isofield id=\"2\"".into(), "line"),
        ("<isofield id=\"2\" length=\"1\" name=\"\" class=\"IF_CHAR\"></isomsg>".into(), "line 6"),
        ("</isopackager><isopackager>".into(), "line 6: expected <isopackager>, found <isopackager>"),
        (
            r#"<isofieldpackager id="2" length="9" name="" class="IFA_LLCHAR"/>"#.into(),
            "the field has no packager",
        ),
    ] {
        let said = error(&fields);
        assert!(said.contains(expected), "{said}\n{expected}");
    }
    let whole = around("");
    for cut in (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        if !whole[cut..].trim().is_empty() {
            assert!(import(&whole[..cut], &Options::new()).is_err(), "{cut}");
        }
    }
    assert!(
        import("<isomsg/>", &Options::new())
            .unwrap_err()
            .to_string()
            .contains("found <isomsg>: this is no packager")
    );
}

#[test]
fn entities_are_never_expanded_and_nothing_is_fetched() {
    let bomb: String = (1..20)
        .map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10)))
        .collect();
    let xml = |name: &str| {
        format!(
            r#"<!DOCTYPE isopackager [<!ENTITY e0 "boom">{bomb}<!ENTITY file SYSTEM "file:///etc/hostname">]>
            <isopackager><isofield id="0" length="4" name="{name}" class="IFA_NUMERIC"/>
            <isofield id="1" length="16" name="" class="IFA_BITMAP"/></isopackager>"#
        )
    };
    let start = Instant::now();
    for name in ["&e0;", "&e19;", "&file;"] {
        let said = import(&xml(name), &Options::new()).unwrap_err().to_string();
        assert!(said.contains("line 2: attribute name"), "{said}");
    }
    assert!(
        import(&xml("&amp;&#65;"), &Options::new()).is_ok(),
        "a document type that is not used does no harm"
    );
    // 10 to the power of 19 letters would not be there in that time on any machine
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn what_is_too_much_is_refused_in_time() {
    let start = Instant::now();
    let nested = |depth: usize| {
        let open = r#"<isofieldpackager id="2" length="9999" name="" class="IFB_LLLLBINARY" packager="GenericSubFieldPackager">"#;
        let leaf = r#"<isofield id="2" length="1" name="" class="IF_CHAR"/>"#;
        format!("{}{leaf}{}", open.repeat(depth), "</isofieldpackager>".repeat(depth))
    };
    assert_eq!(doc(&nested(7)).body.count(), 8);
    assert!(error(&nested(8)).contains("too deep"));
    assert!(error(&nested(1_000)).contains("nested deeper than 32"));
    let many: String =
        (0..12_000).map(|_| r#"<isofield id="2" length="1" name="" class="IF_CHAR"/>"#).collect();
    assert!(error(&many).contains("more than 10000 elements"));
    assert!(error(&" ".repeat(10 << 20)).contains("more than the limit"));
    let attributes: String = (0..50_000).map(|number| format!("a{number}=\"x\" ")).collect();
    assert!(error(&format!("<isofield {attributes}/>")).contains("more than 64 attributes"));
    let open = "<a>".repeat(MAX_TEXT / 4);
    assert!(error(&open).contains("nested deeper"));
    assert!(error(&"<!--".repeat(MAX_TEXT / 8)).contains("line"));
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

/// Lengths of up to seven digits.
#[test]
fn a_length_has_a_limit() {
    let field =
        |length: u32| format!("<isofield id=\"2\" length=\"{length}\" name=\"x\" class=\"IFA_LLLLLLCHAR\"/>");
    let over = "a length of 10000000 is above the limit of 9999999";
    let said = error(&field(10_000_000));
    assert!(said.contains(over), "{said}");
    let said = import(&around(&field(9_999_999)), &Options::new()).err().map(|error| error.to_string());
    assert!(said.as_ref().is_none_or(|said| !said.contains("above the limit")), "{said:?}");
}
