//! The composites of jPOS, by octets worked out by hand: what tells the parts apart, and in which
//! order they stand.
#![cfg(feature = "jpos")]

mod common;
#[path = "import_classes/wire.rs"]
mod wire;

use cardwire::import::{OrderDoc, SpecDoc, jpos};
use cardwire::layout::{Layout, NextBitmap};
use cardwire::{Builder, Message, Mti, Spec};

use common::{Node, hex};
use wire::{value, wire};

/// A packager whose field 64 is this one, with what stands in it.
fn import(packager: &str, class: &str, attributes: &str, fields: &str) -> Result<SpecDoc, String> {
    let xml = format!(
        r#"<isopackager><isofield id="0" length="4" class="IFB_NUMERIC"/><isofield id="1" length="8" class="IFB_BITMAP"/>
        <isofieldpackager id="64" length="999" class="{class}" packager="org.jpos.{packager}" {attributes}>
        {fields}</isofieldpackager></isopackager>"#
    );
    jpos::import(&xml, &jpos::Options::new()).map_err(|error| error.to_string())
}

/// Fields as `id class length attributes`, one a line.
fn fields(lines: &str) -> String {
    let field = |line: &str| {
        let mut words = line.split_whitespace();
        let (id, class, length) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let more: Vec<&str> = words.collect();
        format!(r#"<isofield id="{id}" class="{class}" length="{length}" {}/>"#, more.join(" "))
    };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(field).collect()
}

/// `path=value path=value`: the parts of field 64 in wire order.
fn parts(layout: &Layout<'_>, said: &[(&str, &str)]) -> Vec<Node> {
    let mut nodes: Vec<Node> = vec![];
    let mut index = 0;
    while let Some((path, given)) = said.get(index) {
        let (name, rest) = path.split_once('.').map_or((*path, None), |(name, rest)| (name, Some(rest)));
        let key = layout.key_named(name).unwrap_or_else(|| panic!("{name} is no key"));
        if rest.is_none() {
            nodes.push(Node::leaf(key, value(given)));
            index += 1;
            continue;
        }
        let below = said[index..].iter().map_while(|(path, given)| {
            let (first, rest) = path.split_once('.')?;
            (first == name).then_some((rest, *given))
        });
        let below: Vec<(&str, &str)> = below.collect();
        index += below.len();
        let inner = layout.element(key).unwrap().layout().unwrap();
        nodes.push(Node::composite(key, parts(inner, &below)));
    }
    nodes
}

/// The value and the octets are those of each other.
fn same(doc: &SpecDoc, said: &str, octets: &str) {
    let said: Vec<(&str, &str)> = said.split_whitespace().map(|one| one.split_once('=').unwrap()).collect();
    let octets = [&[0x08, 0x00, 0, 0, 0, 0, 0, 0, 0, 1], &wire(octets)[..]].concat();
    let spec = spec_of(doc);
    let nodes = parts(spec.element(64).unwrap().layout().unwrap(), &said);
    let node = Node::composite(64, nodes);
    let built = build(spec, node).unwrap_or_else(|error| panic!("{said:?}: {error}"));
    assert_eq!(hex(&built), hex(&octets), "{said:?}");
    let message = Message::parse(spec, &octets).unwrap_or_else(|error| panic!("{said:?}: {error}"));
    let found = Node::of(&message.get(64).unwrap());
    assert!(found == node, "{said:?}: {found:?}");
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), octets, "{said:?}");
}

/// For good, as a test may.
fn spec_of(doc: &SpecDoc) -> &'static Spec<'static> {
    doc.clone().leak().unwrap()
}

fn build(spec: &'static Spec<'static>, node: Node) -> Result<Vec<u8>, cardwire::Error> {
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    common::set_all(&mut builder, &[node]);
    builder.to_vec()
}

/// The octets are refused.
fn refused(doc: &SpecDoc, octets: &str) {
    let octets = [&[0x08, 0x00, 0, 0, 0, 0, 0, 0, 0, 1], &wire(octets)[..]].concat();
    doc.with(|spec| assert!(Message::parse(spec, &octets).is_err(), "{octets:02X?}")).unwrap();
}

#[test]
fn parts_without_a_bitmap_stand_one_after_the_other() {
    let three = fields("1 IF_CHAR 2\n2 IFA_LLCHAR 9\n3 IFB_NUMERIC 4");
    let sub =
        import("iso.packager.GenericSubFieldPackager", "IFB_LLHBINARY", r#"emitBitmap="false""#, &three);
    let sub = sub.unwrap();
    same(&sub, "1=AB 2=xyz 3=1234", "09 'AB' '03xyz' 1234");
    // an absent part in between is an empty one; after the last one nothing stands
    same(&sub, "1=AB 2= 3=0007", "06 'AB' '00' 0007");
    same(&sub, "1=AB", "02 'AB'");
    // the packager of whole messages wants them all
    let all =
        import("iso.packager.GenericPackager", "IFB_LLHBINARY", r#"emitBitmap="false""#, &three).unwrap();
    same(&all, "1=AB 2=xyz 3=1234", "09 'AB' '03xyz' 1234");
    refused(&all, "02 'AB'");
    // field 0 is none of the parts, unless they begin there
    let zero = fields("0 IF_CHAR 2\n3 IFA_LLCHAR 9");
    let at = |attributes| {
        import("iso.packager.GenericSubFieldPackager", "IFB_LLHBINARY", attributes, &zero).unwrap()
    };
    same(&at(r#"emitBitmap="false""#), "1=xyz", "05 '03xyz'");
    same(&at(r#"emitBitmap="false" firstField="0""#), "1=AB 2=xyz", "07 'AB' '03xyz'");
    // where no bitmap is written, what could be one is none of the parts
    let bitmap = fields("1 IFB_BITMAP 8\n2 IF_CHAR 2\n3 IFA_LLCHAR 9");
    let none =
        import("iso.packager.GenericSubFieldPackager", "IFB_LLHBINARY", r#"emitBitmap="false""#, &bitmap);
    same(&none.unwrap(), "1=AB 2=xyz", "07 'AB' '03xyz'");
    // for the packager of whole messages field 0 is one of them
    let whole =
        import("iso.packager.GenericPackager", "IFB_LLHBINARY", r#"emitBitmap="false""#, &zero).unwrap();
    same(&whole, "1=AB 2=xyz", "07 'AB' '03xyz'");
    let ctc = import("iso.packager.CTCSubFieldPackager", "IFA_LLLBINARY", "", &zero).unwrap();
    same(&ctc, "1=AB 2=xyz", "'007AB03xyz'");
}

#[test]
fn parts_of_a_bitmap_stand_where_it_says() {
    let some = "1 IFB_BITMAP 8\n2 IF_CHAR 2\n9 IFA_LLCHAR 9";
    let sub = import("iso.packager.GenericSubFieldPackager", "IFB_LLLHBINARY", "", &fields(some)).unwrap();
    same(&sub, "2=AB 9=x", "000D 4080000000000000 'AB' '01x'");
    let inner = "0 IFB_BITMAP 2\n1 IF_CHAR 1\n16 IF_CHAR 2";
    let base = import("iso.packager.Base1SubFieldPackager", "IFB_LLHBINARY", "", &fields(inner)).unwrap();
    same(&base, "1=A 16=BC", "05 8001 'ABC'");
    // sixty-four bits, whatever the field says, and bit 1 is one of them
    let vap = "0 Base1_BITMAP126 16\n1 IF_CHAR 1\n64 IF_CHAR 2";
    let vap = import("iso.packager.Base1SubFieldPackager", "IFB_LLHBINARY", "", &fields(vap)).unwrap();
    same(&vap, "1=A 64=BC", "0B 8000000000000001 'ABC'");
    // a field before the bitmap
    let led = "0 IFA_NUMERIC 4\n1 IFB_BITMAP 8\n2 IF_CHAR 2";
    let led = import("iso.packager.GenericPackager", "IFB_LLHBINARY", "", &fields(led)).unwrap();
    same(&led, "1=0100 2.2=AB", "0E '0100' 4000000000000000 'AB'");
    let headed =
        import("iso.packager.GenericSubFieldPackager", "IFB_LLHBINARY", r#"headerLength="3""#, &fields(some));
    same(&headed.unwrap(), "1=#010203 2.2=AB", "0D 010203 4000000000000000 'AB'");
    // which only the packager of whole messages reads
    let unread = fields("0 IFA_NUMERIC 4\n1 IFB_BITMAP 8\n2 IF_CHAR 2");
    let unread = import("iso.packager.GenericSubFieldPackager", "IFB_LLHBINARY", "", &unread).unwrap();
    same(&unread, "2=AB", "0A 4000000000000000 'AB'");
}

/// A second bitmap is announced where a part is beyond 64, and nowhere else.
#[test]
fn parts_beyond_64_have_a_second_bitmap() {
    let with = |last: u8| {
        let some = fields(&format!("1 IFB_BITMAP 8\n2 IF_CHAR 2\n{last} IF_CHAR 2"));
        import("iso.packager.GenericSubFieldPackager", "IFB_LLHBINARY", "", &some).unwrap()
    };
    same(&with(65), "2=AB 65=CD", "14 C000000000000000 8000000000000000 'ABCD'");
    same(&with(70), "2=AB 70=CD", "14 C000000000000000 0400000000000000 'ABCD'");
    same(&with(64), "2=AB 64=CD", "0C 4000000000000001 'ABCD'");
    let doc = with(64);
    let layout = doc.element(64).unwrap().layout.as_ref().unwrap();
    assert!(matches!(layout.order, OrderDoc::Bitmap(form) if form.second == NextBitmap::Never));
}

#[test]
fn tags_are_numbers_in_the_coding_of_the_packager() {
    let parts = fields("7 IFMC_LLCHAR 9\n11 IFMC_LLLBINARY 9");
    let euro = import("iso.packager.EuroSubFieldPackager", "IFA_LLLCHAR", "", &parts).unwrap();
    same(&euro, "07=AB 11=#1234", "'0130702AB11002' 1234");
    same(&euro, "11=#1234 07=", "'01111002' 1234 '0700'");
    refused(&euro, "'006' '0802AB'");
    let parts = fields("7 IFEPE_LLCHAR 9\n11 IFEPE_LLBINARY 9");
    let mc = import("iso.packager.MasterCardEBCDICSubFieldPackager", "IFE_LLLBINARY", "", &parts).unwrap();
    same(&mc, "07=AB 11=#1234", "e'012' e'0702AB' e'1102' 1234");
    // digits of ASCII before EBCDIC
    let parts = fields("7 IFEMC_LLCHAR 9");
    let mixed = import("iso.packager.EuroSubFieldPackager", "IFE_LLLBINARY", "", &parts).unwrap();
    same(&mixed, "07=AB", "e'006' '07' e'02AB'");
    // the class of the field translates once more
    let parts = fields("7 IFMC_LLCHAR 9");
    let twice = import("iso.packager.EuroSubFieldPackager", "IFE_LLLCHAR", "", &parts).unwrap();
    same(&twice, "07=AB", "e'006' e'0702AB'");
    let two = fields("7 IFMC_LLCHAR 9\n8 IFEPE_LLCHAR 9");
    assert!(
        import("iso.packager.EuroSubFieldPackager", "IFA_LLLCHAR", "", &two)
            .unwrap_err()
            .contains("in two ways")
    );
    let none = fields("7 IFA_LLCHAR 9");
    assert!(
        import("iso.packager.EuroSubFieldPackager", "IFA_LLLCHAR", "", &none)
            .unwrap_err()
            .contains("writes no tag")
    );
    let out_of_place = import("iso.packager.GenericSubFieldPackager", "IFA_LLLCHAR", "", &parts).unwrap_err();
    assert!(out_of_place.contains("element 64.7: its class writes a tag"), "{out_of_place}");
}

#[test]
fn a_code_before_the_tags_is_there_if_it_looks_like_none() {
    for (class, code, octets) in
        [("IFMC_TCC 1", "R", "'R'"), ("IF_CHAR 4", "R123", "'R123'"), ("IFEMC_TCC 1", "R", "e'R'")]
    {
        let (family, digits) =
            if class.starts_with("IFE") { ("IFEMC", "e'02AB'") } else { ("IFMC", "'02AB'") };
        let parts = fields(&format!("0 {class}\n7 {family}_LLCHAR 9"));
        let euro = import("iso.packager.EuroSubFieldPackager", "IFB_LLHBINARY", "", &parts).unwrap();
        let length = code.len();
        same(&euro, &format!("1={code} 2.07=AB"), &format!("{:02X} {octets} '07' {digits}", 6 + length));
        same(&euro, "1= 2.07=AB", &format!("06 '07' {digits}"));
        same(&euro, &format!("1={code}"), &format!("{length:02X} {octets}"));
        // it may be left out of the list
        let spec = spec_of(&euro);
        let inner = spec.element(64).unwrap().layout().unwrap();
        let without = build(spec, Node::composite(64, self::parts(inner, &[("2.07", "AB")])));
        assert!(hex(&without.unwrap()).ends_with(&hex(&wire(&format!("06 '07' {digits}")))));
        let digit = build(spec, Node::composite(64, self::parts(inner, &[("1", "1"), ("2.07", "AB")])));
        assert!(digit.is_err(), "a digit would be read as a tag");
    }
}

#[test]
fn a_length_may_stand_before_the_tag_and_count_it() {
    let parts = fields("0 IF_CHAR 9\n40 IFEP_LLLBINARY 2\n41 IFEP_LLLBINARY 9");
    let gicc = import("iso.packager.GICCSubFieldPackager", "IFE_LLLBINARY", "", &parts).unwrap();
    same(&gicc, "1= 2.40=#1234", "e'007' e'00440' 1234");
    same(&gicc, "1= 2.41=#12 2.40=#", "e'011' e'00341' 12 e'00240'");
    same(&gicc, "1=#204142434445464748 2.40=#1234", "e'016' ' ABCDEFGH' e'00440' 1234");
    // of its blanks none is a fill
    same(&gicc, "1=#204142434445464720 2.40=#1234", "e'016' ' ABCDEFG ' e'00440' 1234");
    // and none is added
    let spec = spec_of(&gicc);
    let inner = spec.element(64).unwrap().layout().unwrap();
    let short = build(spec, Node::composite(64, self::parts(inner, &[("1", "#204142"), ("2.40", "#1234")])));
    assert!(short.is_err(), "{short:?}");
    // a composite among them has the tag of its field
    let nested = format!(
        r#"<isofieldpackager id="47" length="99" class="IFEP_LLLBINARY" packager="GICCSubFieldPackager">{}</isofieldpackager>"#,
        fields("1 IFEP_LLLBINARY 4")
    );
    let gicc = import("iso.packager.GICCSubFieldPackager", "IFE_LLLBINARY", "", &nested).unwrap();
    same(&gicc, "47.01=#1234", "e'012' e'00947' e'00401' 1234");
    // in ASCII
    let europay =
        import("iso.packager.EuroSubFieldPackager", "IFA_LLLCHAR", "", &fields("7 IFEP_LLCHAR 20")).unwrap();
    same(&europay, "07=AB", "'006' '0407AB'");
}

#[test]
fn tags_of_a_mapper_and_parts_that_have_no_field() {
    let sizes = r#"tagMapper="org.jpos.iso.packager.TTDecimalTagMapper" tagSize="2" lenSize="3""#;
    let tagged = "iso.packager.GenericTaggedFieldsPackager";
    let some = fields("7 IFA_TTLLLCHAR 5\n12 IFA_TTLLLBINARY 5");
    let doc = import(tagged, "IFA_LLLCHAR", sizes, &some).unwrap();
    same(&doc, "07=AB 12=#1234", "'014' '07002AB' '12002' 1234");
    same(&doc, "99=longer_than_five", "'021' '99016longer_than_five'");
    let none = import(tagged, "IFA_LLLCHAR", sizes, "").unwrap();
    same(&none, "07=AB", "'007' '07002AB'");
    // the length before the tag, which it does not count
    let swapped = import(tagged, "IFA_LLLCHAR", &format!(r#"{sizes} swapTagAndLen="true""#), "").unwrap();
    same(&swapped, "07=AB 11=", "'012' '00207AB' '00011'");
    refused(&swapped, "'006' '00207A'");
    let said = import(tagged, "IFA_LLLCHAR", &format!(r#"{sizes} swapTagAndLen="true""#), &some).unwrap_err();
    assert!(said.contains("counts-tag = false"), "{said}");
}

#[test]
fn tags_that_are_tokens() {
    let parts = fields(
        "1 IF_CHAR 3\n2 IFTA_LLLCHAR 9 token=\"0001\"\n3 IFTA_LLLBINARY 9 token=\"DE7A\"\n4 IFTA_LLLCHAR 999 token=\"####\"",
    );
    let doc =
        import("tlv.packager.TaggedSequencePackager", "IFB_LLHBINARY", r#"token="0000" length="40""#, &parts);
    let doc = doc.unwrap_err();
    assert!(doc.contains("line"), "{doc}");
    let doc =
        import("tlv.packager.TaggedSequencePackager", "IFB_LLHBINARY", r#"token="0000""#, &parts).unwrap();
    same(
        &doc,
        "1=ABC 2.DE7A=#12 2.0001=x 2.0001=y 2.9999=z",
        "23 'ABC' 'DE7A001' 12 '0001001x' '0001001y' '9999001z'",
    );
}

#[test]
fn the_number_of_a_part_before_it() {
    let parts = fields("0 IFA_LLCHAR 9\n1 IF_CHAR 2");
    let doc = import("iso.packager.CTCSubElementPackager", "IFA_LLLBINARY", "", &parts).unwrap();
    same(&doc, "00=AB 01=CD", "'010' '0002AB' '01CD'");
}

#[test]
fn objects_in_octets_and_in_digits_that_the_length_counts() {
    let ber = |kind: &str, class: &str, fields: &str| {
        import(&format!("tlv.packager.bertlv.BERTLV{kind}Packager"), class, "", fields)
    };
    let binary = ber("Binary", "IFB_LLHBINARY", "").unwrap();
    same(&binary, "9F36=#001C 95=#0000000000", "0C 9F36 02 001C 95 05 0000000000");
    let led = ber("Binary", "IFB_LLHBINARY", &fields("1 IFB_BINARY 1")).unwrap();
    same(&led, "1=#07 2.9F36=#001C", "06 07 9F36 02 001C");
    // eight octets are sixteen digits, and that is what the length says
    for class in ["IFA_LLLCHAR", "IFA_LLLBINARY"] {
        let ascii = ber("AsciiHex", class, "").unwrap();
        same(&ascii, "9F26=#E18D2A69A45DD09A 9F36=#0401", "'032' '9F2610E18D2A69A45DD09A' '9F36040401'");
        refused(&ascii, "'022' '9F2608E18D2A69A45DD09A'");
    }
    let ebcdic = ber("AsciiHex", "IFE_LLLCHAR", "").unwrap();
    same(&ebcdic, "9F36=#0401", "e'010' e'9F36040401'");
    let ebcdic = ber("EbcdicHex", "IFE_LLLBINARY", "").unwrap();
    same(&ebcdic, "9F36=#0401", "e'010' e'9F36040401'");
    assert!(ber("AsciiHex", "IFA_LLABINARY", "").is_err(), "digits of digits");
    assert!(ber("Binary", "IFB_LLHBINARY", &fields("2 IFB_BINARY 4")).unwrap_err().contains("after"));
}

#[test]
fn datasets_have_a_length_of_two_octets_and_something_in_them() {
    let doc = import("iso.packager.DatasetPackager", "IFB_LLHBINARY", "", "").unwrap();
    same(&doc, "01=#9F36020001 71=#C00041", "0E 01 0005 9F36020001 71 0003 C00041");
    refused(&doc, "03 01 0000");
    refused(&doc, "05 01 0005 9F36");
}

#[test]
fn what_is_no_packager_is_told_what_to_write() {
    let said = import("tlv.packager.BinaryHexTaggedSequencePackager", "IFA_LLLCHAR", "", "").unwrap_err();
    assert!(said.contains("tags = \"octets N\""), "{said}");
    let said = import("iso.packager.MyOwn$Inner", "IFA_LLLCHAR", "", "").unwrap_err();
    assert!(said.contains("MyOwn$Inner is no packager of jPOS") && said.contains("TOML"), "{said}");
}
