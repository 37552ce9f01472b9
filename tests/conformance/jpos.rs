//! Rows of jPOS's own tests: fields one by one, and messages of the packagers of the corpus.

use std::path::Path;

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc, jpos};
use cardwire::layout::{Form, Tag};
use serde_json::Value as Json;

use crate::packagers;
use crate::replay::{Tree, Values, alone, announced, both_ways, built};
use crate::report::Outcome;
use crate::row::{Row, unhex};

pub(crate) fn replay(shared: &Path, row: &Row) -> Outcome {
    let is_field = row.text("kind") == "field" && !row.class().contains("BITMAP");
    match row.is_error() {
        true if row.is_pack() && is_field => unwritten(row),
        true => row.refused_by_peer(|| exchanged(shared, row)),
        false => exchanged(shared, row),
    }
}

fn exchanged(shared: &Path, row: &Row) -> Outcome {
    let Some(wire) = row.wire() else { return Outcome::Nothing };
    let folder = shared.join("corpora/jpos/packagers");
    let is_part = row.param("headerLength") == 1;
    match (row.text("kind"), row.class()) {
        ("tlv", _) => tlv(row, &wire),
        ("message", "GenericPackager") if is_part => composite(&folder, row, &wire, Form::Rest),
        (
            "message",
            "GenericPackager" | "ISO87APackager" | "ISO87BPackager" | "ISO93APackager" | "ISO93BPackager"
            | "PostPackager",
        ) => message(&folder, row, &wire),
        ("message", _) => composite(&folder, row, &wire, Form::Rest),
        (_, "ISOMsgFieldPackager" | "DatasetFieldPackager") => composite(&folder, row, &wire, Form::Fixed),
        (_, class) if class.contains("BITMAP") => bitmap(row, &wire),
        _ => field(row, &wire),
    }
}

/// The file in the corpus that a row was recorded with.
fn file(row: &Row) -> Option<String> {
    let description = row.param("description").as_str().unwrap_or_default();
    if let Some(path) = description.split(['[', ']']).nth(1) {
        let name = path.rsplit('/').next()?;
        let is_main = !matches!(name, "iso93ebcdic-custom.xml" | "base1.xml" | "base24.xml" | "postpack.xml");
        return Some(if is_main { format!("main-{name}") } else { name.into() });
    }
    let by_class = match row.class() {
        "ISO87APackager" => Some("main-iso87ascii.xml"),
        "ISO87BPackager" => Some("main-iso87binary.xml"),
        "ISO93APackager" => Some("main-iso93ascii.xml"),
        "ISO93BPackager" => Some("main-iso93binary.xml"),
        "PostPackager" | "PostPackager$PostPrivatePackager" => Some("postpack.xml"),
        _ => None,
    };
    let by_test = match (row.test(), row.json["field"].as_u64()) {
        ("BERTLVPackagerTest", _) if row.class() == "BERTLVBinaryPackager" => {
            Some("test-emv-tlv-packager.xml")
        }
        ("EMVTagSequenceTest", _) => Some("test-emv-tlv-packager.xml"),
        ("ISOTaggedSequenceTest", _) => Some("test-tagged-sequence-packager.xml"),
        ("TaggedFieldPackagerBaseTest", _) => Some("test-ISO93TLVPackager.xml"),
        ("TPPDataElementsTest" | "DatasetPackagerTest", _) => Some("main-cmfv3.xml"),
        ("PackagerTestCase", Some(127)) => Some("postpack.xml"),
        ("PackagerTestCase", _) => Some("iso93ebcdic-custom.xml"),
        _ => None,
    };
    by_class.or(by_test).map(Into::into)
}

fn message(folder: &Path, row: &Row, wire: &[u8]) -> Outcome {
    let Some(file) = file(row) else { return Outcome::Refused("the packager is code of the test".into()) };
    let doc = match packagers::load(folder, &file) {
        Ok(doc) => doc,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let fields = &row.json["value"]["fields"];
    let header = row.param("headerLength").as_u64().unwrap_or(0);
    let missing = usize::try_from(header).unwrap().abs_diff(doc.header);
    if missing > 0 {
        return Outcome::Refused(format!("{missing} octets of header"));
    }
    let none = serde_json::Map::new();
    let fields = match fields.as_object() {
        Some(fields) => fields,
        // octets that the peer refused are read for their own sake
        None if row.is_error() => &none,
        None => return Outcome::Nothing,
    };
    let mut values = Values::new();
    for (number, value) in fields {
        let number: u8 = number.parse().unwrap();
        // 0 is the MTI; 1 and 65 announce bitmaps
        if number > 1 {
            let element = doc.element(number.into());
            values.push((number, element.map_or(Tree::Opaque, |element| tree(element, value))));
        }
    }
    values.sort_by_key(|(number, _)| *number);
    both_ways(&doc, wire, &values)
}

/// A value of jPOS as the element has it.
fn tree(element: &ElementDoc, value: &Json) -> Tree {
    match (&element.layout, value) {
        (Some(layout), _) => parts(layout, value),
        (None, Json::String(text)) => Tree::Text(text.clone()),
        (None, Json::Object(object)) => match object.get("b").and_then(Json::as_str) {
            Some(hex) => Tree::Octets(unhex(hex)),
            None => Tree::Opaque,
        },
        _ => Tree::Opaque,
    }
}

/// The values of a composite in the order of their numbers.
fn parts(layout: &LayoutDoc, value: &Json) -> Tree {
    if let Some(datasets) = value["datasets"].as_array() {
        return sets(layout, datasets);
    }
    let Some(fields) = value["fields"].as_object() else { return Tree::Opaque };
    let mut fields: Vec<(u32, &Json)> =
        fields.iter().map(|(id, value)| (id.parse().unwrap(), value)).collect();
    fields.sort_by_key(|(id, _)| *id);
    fields.retain(|(id, value)| !(*id == 0 && value.as_str() == Some("")));
    parts_of(layout, fields)
}

fn parts_of(layout: &LayoutDoc, mut fields: Vec<(u32, &Json)>) -> Tree {
    // parts in front, and all others in the last one
    if let [heads @ .., ElementDoc { layout: Some(inner), form: Form::Rest, .. }] = layout.elements.as_slice()
        && !heads.is_empty()
        && matches!(layout.order, OrderDoc::Positions { .. })
    {
        let mut trees = vec![];
        for head in heads {
            let is_there = fields.first().is_some_and(|(id, _)| head.form != Form::IfLetter || *id == 0);
            trees.push(match (head.name.as_str(), is_there) {
                // the row has it elsewhere
                ("Header", _) => Tree::Opaque,
                (_, true) => tree(head, fields.remove(0).1),
                (_, false) => Tree::Text(String::new()),
            });
        }
        if !fields.is_empty() {
            trees.push(parts_of(inner, fields));
        }
        return Tree::Parts(trees);
    }
    if let OrderDoc::Tags { tag: Tag::Text(_), .. } = layout.order
        && layout.order.key_named("A1").is_some_and(|key| layout.element(key).is_some())
    {
        return mapped(layout, &fields);
    }
    let element = |place: usize, id: u32| match layout.order {
        OrderDoc::Bitmap(_) => layout.element(id),
        OrderDoc::Positions { .. } => layout.elements.get(place),
        OrderDoc::Tags { .. } => {
            let named = (1..5).find_map(|width| layout.order.key_named(&format!("{id:0width$}")));
            named.and_then(|key| layout.element(key)).or(layout.elements.first())
        }
        _ => panic!("an order that jPOS does not have"),
    };
    // jPOS has objects by place, and their values as text where it knows a format
    if matches!(layout.order, OrderDoc::Tags { tag: Tag::Ber, .. }) {
        let loose = |value: &Json| match value {
            Json::String(text) => Tree::OfClass(text.clone()),
            value => octets(value),
        };
        return Tree::Parts(fields.iter().map(|(_, value)| loose(value)).collect());
    }
    let trees = fields.iter().enumerate();
    let trees = trees.map(|(place, (id, value))| match element(place, *id) {
        Some(element) => tree(element, value),
        None => tree(&bare(), value),
    });
    Tree::Parts(trees.collect())
}

/// Parts whose tags a mapper of the tests knows: A1 and so on. It knows none for 0, and octets without a
/// field are not written.
fn mapped(layout: &LayoutDoc, fields: &[(u32, &Json)]) -> Tree {
    let part = |(id, value): &(u32, &Json)| {
        let key = layout.order.key_named(&format!("A{id}")).filter(|_| *id > 0)?;
        let is_written = layout.element(key).is_some() || value.is_string();
        is_written.then(|| (key, tree(layout.element(key).unwrap_or(&bare()), value)))
    };
    Tree::Keyed(fields.iter().filter_map(part).collect())
}

/// An element without parts.
fn bare() -> ElementDoc {
    let row = cardwire::layout::row(1, cardwire::layout::ansb(1), "", cardwire::mask::SECRET);
    ElementDoc::new(&row, &cardwire::Dialect::ASCII)
}

fn octets(value: &Json) -> Tree {
    value["b"].as_str().map_or(Tree::Opaque, |hex| Tree::Octets(unhex(hex)))
}

/// Objects of BER by tag; or datasets, whose content is octets here.
fn sets(layout: &LayoutDoc, datasets: &[Json]) -> Tree {
    let elements = |dataset: &Json| -> Vec<(u32, Tree)> {
        let elements = dataset["elements"].as_array().unwrap().iter();
        let element = |element: &Json| {
            let id = u32::try_from(element["id"].as_u64().unwrap()).unwrap();
            let value = &element["value"];
            (id, value.as_str().map_or_else(|| octets(value), |text| Tree::Text(text.into())))
        };
        elements.map(element).collect()
    };
    if matches!(layout.order, OrderDoc::Tags { tag: Tag::Ber, .. }) {
        return Tree::Keyed(elements(&datasets[0]));
    }
    let set = |dataset: &Json| {
        let id = u32::try_from(dataset["id"].as_u64().unwrap()).unwrap();
        let values = elements(dataset);
        (id, if dataset["format"] == "TLV" { Tree::Objects(values) } else { Tree::Numbered(values) })
    };
    Tree::Keyed(datasets.iter().map(set).collect())
}

/// A composite without the message around it: the whole field, or what a sub-packager wrote.
fn composite(folder: &Path, row: &Row, wire: &[u8], form: Form) -> Outcome {
    let Some(file) = file(row) else { return Outcome::Refused("the packager is code of the test".into()) };
    // one test has its fields from either edition
    let files = if file == "main-cmfv3.xml" { vec![file, "main-cmf-858.xml".into()] } else { vec![file] };
    let mut last = Outcome::Refused("no file".into());
    for file in files {
        last = composite_of(&packagers::load(folder, &file).unwrap(), row, wire, form);
        if matches!(last, Outcome::Exact) {
            break;
        }
    }
    last
}

fn composite_of(doc: &SpecDoc, row: &Row, wire: &[u8], form: Form) -> Outcome {
    let number = row.json["field"].as_i64().and_then(|number| u32::try_from(number).ok());
    let candidates = doc.body.elements.iter().filter(|element| match number {
        Some(number) => element.key == number,
        None => element.layout.is_some(),
    });
    let mut last = Outcome::Refused("the packager has no such composite".into());
    for element in candidates.filter(|element| element.layout.is_some()) {
        let number = u8::try_from(element.key).unwrap();
        let mut element = element.clone();
        if form == Form::Rest {
            (element.form, element.min) = (form, 0);
        }
        let value = tree(&element, &row.json["value"]);
        let doc = alone(element, number);
        last = both_ways(&doc, &announced(number, wire), &vec![(number, value)]);
        if matches!(last, Outcome::Exact) {
            break;
        }
    }
    last
}

/// What the peer refused to write: it is refused here too.
fn unwritten(row: &Row) -> Outcome {
    let value = &row.json["value"];
    let (doc, number, tag) = match field_doc(row, &[]) {
        Ok(made) => made,
        Err(_) => return Outcome::Nothing,
    };
    let Some(element) = doc.element(number.into()).filter(|_| tag.is_none()) else { return Outcome::Nothing };
    match tree(element, value) {
        Tree::Opaque => Outcome::Nothing,
        value => match built(&doc, cardwire::Mti::NETWORK_REQUEST, &vec![(number, value)]) {
            Ok(_) => Outcome::Differs(format!("written, the peer says: {}", row.text("error"))),
            Err(_) => Outcome::Exact,
        },
    }
}

fn field(row: &Row, wire: &[u8]) -> Outcome {
    let (mut doc, number, tag) = match field_doc(row, wire) {
        Ok(made) => made,
        Err(error) => return Outcome::Refused(error),
    };
    if doc.body.elements.is_empty() {
        let nothing = wire.is_empty();
        return if nothing { Outcome::Exact } else { Outcome::Refused("the field has no length".into()) };
    }
    adapt(&mut doc, row);
    let element = doc.element(number.into()).unwrap();
    let leaf = element.layout.as_ref().map_or(element, |layout| &layout.elements[0]);
    let mut tree = tree(leaf, &row.json["value"]);
    let mut octets = wire.to_vec();
    if tag.is_some() {
        tree = Tree::Parts(vec![tree]);
        octets = [&decimal(wire.len())[..], wire].concat();
    }
    both_ways(&doc, &announced(number, &octets), &vec![(number, tree)])
}

/// A packager of one field, in XML: what the class and its parameters say; its number and its tag.
fn field_doc(row: &Row, wire: &[u8]) -> Result<(SpecDoc, u8, Option<String>), String> {
    let value = &row.json["value"];
    let length = row.param("length").as_u64().unwrap_or(0);
    let said = row.json["field"].as_i64().and_then(|number| u8::try_from(number).ok());
    let number = said.filter(|number| (2..=128).contains(number) && !matches!(number, 65)).unwrap_or(64);
    let name = if value.as_str().is_some_and(|text| text.contains(['=', 'D'])) { "track" } else { "field" };
    let class = class(row);
    let inclusive =
        row.param("prefixer").as_str().is_some_and(|prefixer| prefixer.starts_with("SelfInclusive"));
    let attributes = format!(
        r#"length="{length}" name="{name}" class="{class}" trim="{}" pad="{}" inclusive="{inclusive}""#,
        row.param("trim").as_bool().unwrap_or(false),
        match row.param("interpreter").as_str().and_then(|text| text.split_once("leftPadded=")) {
            // Java code gives it to a constructor where XML has an attribute
            Some((_, rest)) => rest.starts_with("true"),
            None => row.param("pad").as_bool().unwrap_or(false),
        }
    );
    let tag = tag(&class, row, wire);
    let field = match &tag {
        None => format!(r#"<isofield id="{number}" {attributes}/>"#),
        Some(tag) => format!(
            r#"<isofieldpackager id="{number}" length="9999" name="" class="IFB_LLLLBINARY" packager="GenericTaggedFieldsPackager">
            <isofield id="{number}" {attributes} token="{tag}"/></isofieldpackager>"#
        ),
    };
    Ok((one_field(&field)?, number, tag))
}

fn one_field(field: &str) -> Result<SpecDoc, String> {
    let xml = format!(
        r#"<isopackager><isofield id="0" length="4" name="" class="IFB_NUMERIC"/>
        <isofield id="1" length="16" name="" class="IFB_BITMAP"/>{field}</isopackager>"#
    );
    jpos::import(&xml, &jpos::Options::new()).map_err(|error| error.to_string())
}

/// Base classes that tests put together themselves have the name of what they amount to.
fn class(row: &Row) -> String {
    let (prefixer, tagged) = (row.param("prefixer").as_str().unwrap_or_default(), row.param("tagPrefixer"));
    let kind = match row.class() {
        "ISOFormattableBinaryFieldPackager" => "BINARY",
        "ISOFormattableStringFieldPackager" => "CHAR",
        other => return other.to_owned(),
    };
    assert!(tagged.is_string(), "a tag in EBCDIC");
    // the tests put the tag after a length of three digits, and before one of two
    match prefixer.chars().last() {
        Some('3') => format!("IFELPE_LLL{kind}"),
        Some('2') => format!("IFEPE_LL{kind}"),
        _ => format!("IFEPE_{kind}"),
    }
}

/// A length-led field that its test fills up is fixed after its tag.
fn adapt(doc: &mut SpecDoc, row: &Row) {
    let padded = row.param("padder").as_str().is_some_and(|padder| padder.starts_with("LeftPadder"));
    if !row.class().starts_with("ISOFormattable") || !padded {
        return;
    }
    for element in &mut doc.body.elements {
        if let Some(part) = element.layout.as_mut().and_then(|layout| layout.elements.first_mut()) {
            if part.content == cardwire::layout::Content::B {
                // the padder counts hexadecimal digits
                part.max /= 2;
            }
            (part.form, part.min) = (Form::Fixed, part.max);
            let with = if part.content == cardwire::layout::Content::B { 0 } else { b'0' };
            part.fill = Some(cardwire::layout::Fill { side: cardwire::layout::Side::Left, with });
        }
    }
}

/// The tag that stands in a tagged field, as its name says where.
fn tag(class: &str, row: &Row, wire: &[u8]) -> Option<String> {
    let latin = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap_or_default();
    match class {
        "IFA_TTLLCHAR" | "IFA_TTLLLCHAR" => Some(latin(wire.get(..2)?)),
        _ if class.starts_with("IFTA_") => {
            let digits = class.bytes().filter(|octet| *octet == b'L').count();
            let value = row.text("value").len();
            Some(latin(wire.get(..wire.len().checked_sub(digits + value)?)?))
        }
        _ if class.starts_with("IFEPE") || class.starts_with("IFELPE") || class.starts_with("IFEP_") => {
            Some(format!("{:02}", row.json["field"].as_u64()?))
        }
        _ => None,
    }
}

/// Four packed digits.
fn decimal(number: usize) -> [u8; 2] {
    let digit = |unit: usize| u8::try_from(number / unit % 10).unwrap();
    [digit(1000) << 4 | digit(100), digit(10) << 4 | digit(1)]
}

/// A bitmap: the octets in front of a message whose elements are there as the bits say.
fn bitmap(row: &Row, wire: &[u8]) -> Outcome {
    let length = row.param("length").as_u64().unwrap_or(0);
    let bits: Vec<u64> = row.json["value"]["bits"]
        .as_array()
        .map_or_else(Vec::new, |bits| bits.iter().filter_map(Json::as_u64).collect());
    if wire.is_empty() {
        return Outcome::Refused("an empty bitmap takes no octets".into());
    }
    if length <= 8 {
        return short_bitmap(row, length, &bits, wire);
    }
    let fields: String = (2..=if length > 16 { 192 } else { 128 })
        .filter(|number| length <= 16 || *number != 65)
        .map(|number| format!(r#"<isofield id="{number}" length="1" name="" class="IF_CHAR"/>"#))
        .collect();
    let xml = format!(
        r#"<isopackager><isofield id="0" length="4" name="" class="IFB_NUMERIC"/>
        <isofield id="1" length="{length}" name="" class="{}"/>{fields}</isopackager>"#,
        row.class()
    );
    let doc = match jpos::import(&xml, &jpos::Options::new()) {
        Ok(doc) => doc,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let announcing = |bit: &u64| *bit == 1 || (length > 16 && *bit == 65);
    let set = bits.iter().filter(|bit| !announcing(bit));
    let values: Values = set.map(|bit| (u8::try_from(*bit).unwrap(), Tree::Text("x".into()))).collect();
    let message = [&[0x08, 0x00], wire, &vec![b'x'; values.len()]].concat();
    both_ways(&doc, &message, &values)
}

/// A bitmap of fewer than eight octets stands in a composite.
fn short_bitmap(row: &Row, length: u64, bits: &[u64], wire: &[u8]) -> Outcome {
    let fields: String = (1..=8 * length)
        .map(|number| format!(r#"<isofield id="{number}" length="1" name="" class="IF_CHAR"/>"#))
        .collect();
    let doc = one_field(&format!(
        r#"<isofieldpackager id="64" length="9999" name="" class="IFB_LLLLBINARY" bitmapField="0"
        packager="GenericSubFieldPackager"><isofield id="0" length="{length}" name="" class="{}"/>{fields}</isofieldpackager>"#,
        row.class()
    ));
    let doc = match doc {
        Ok(doc) => doc,
        Err(error) => return Outcome::Refused(error),
    };
    let octets = [wire, &vec![b'x'; bits.len()]].concat();
    let octets = [&decimal(octets.len())[..], &octets].concat();
    let parts = Tree::Parts(bits.iter().map(|_| Tree::Text("x".into())).collect());
    both_ways(&doc, &announced(64, &octets), &vec![(64, parts)])
}

/// A list of tags in BER, or of tags and lengths of fixed size.
fn tlv(row: &Row, wire: &[u8]) -> Outcome {
    let (tag, length) = (row.param("tagSize").as_u64(), row.param("lengthSize").as_u64());
    let (tag, length) = (tag.unwrap_or(0), length.unwrap_or(0));
    let tags = if tag == 0 { "ber".into() } else { format!("octets {tag}") };
    let prefix = match length {
        0 => "\"ber\"".into(),
        width => format!("{{ prefix = \"binary\", width = {width} }}"),
    };
    let max = if length == 1 { 255 } else { 9999 };
    let text = format!(
        "mti = \"bcd\"\nbitmap = \"raw\"\n[elements.64]\nis = \"b..99999\"\nlength = \"rest\"\ncoding = \"raw\"\ntags = \"{tags}\"\n\
         unknown = {{ is = \"b..{max}\", length = {prefix}, coding = \"raw\" }}\n"
    );
    let doc = cardwire::import::toml::parse(&text).unwrap();
    let objects = match row.json["value"].as_array() {
        Some(objects) => objects.as_slice(),
        None if row.is_error() => &[],
        None => return Outcome::Nothing,
    };
    let value = |object: &Json| Tree::Octets(unhex(object["value"].as_str().unwrap_or_default()));
    let parts = Tree::Parts(objects.iter().map(value).collect());
    both_ways(&doc, &announced(64, wire), &vec![(64, parts)])
}
