//! Composites of jPOS, numbered and left out as jPOS does.

use super::{cardwire, file, good};

/// A packager of jPOS whose field 64 is this composite.
fn packager(name: &str, class: &str, packager: &str, fields: &[(u32, &str, u32)]) -> String {
    let fields: String = fields
        .iter()
        .map(|(id, class, length)| {
            format!(r#"<isofield id="{id}" length="{length}" name="" class="{class}"/>"#)
        })
        .collect();
    let xml = format!(
        r#"<isopackager><isofield id="0" length="4" name="" class="IFA_NUMERIC"/>
        <isofield id="1" length="8" name="" class="IFB_BITMAP"/>
        <isofieldpackager id="64" length="99" name="" class="{class}" packager="{packager}">{fields}</isofieldpackager>
        </isopackager>"#
    );
    file(&format!("{name}.xml"), xml.as_bytes()).to_str().unwrap().to_owned()
}

fn message(parts: &[(&str, &str)]) -> String {
    let parts: String =
        parts.iter().map(|(id, value)| format!("<field id=\"{id}\" value=\"{value}\"/>")).collect();
    format!("<isomsg><field id=\"0\" value=\"0800\"/><isomsg id=\"64\">{parts}</isomsg></isomsg>")
}

/// Holds that parts are the octets of field 64, and that those are read, written and read again.
fn same(spec: &str, parts: &[(&str, &str)], octets: &str) {
    let wire = good(&["encode", "-s", spec], message(parts));
    let wanted: String = octets.bytes().map(|octet| format!("{octet:02X}")).collect();
    assert_eq!(wire, format!("303830300000000000000001{wanted}\n"), "{parts:?}");
    let read = ["decode", "-s", spec, "--expose", "--format"];
    let object = good(&[&read[..], &["ndjson"]].concat(), wire.clone());
    assert_eq!(good(&["encode", "-s", spec], object), wire, "{parts:?}");
    let again = good(&[&read[..], &["isomsg"]].concat(), wire.clone());
    assert_eq!(good(&["encode", "-s", spec], again), wire, "{parts:?}");
}

fn refused(spec: &str, parts: &[(&str, &str)], words: &str) {
    let done = cardwire(&["encode", "-s", spec], message(parts));
    assert!(done.code == 1 && done.out.contains(words), "{parts:?}: {}", done.out);
}

#[test]
fn what_stands_before_the_tags_is_numbered_with_them() {
    let fields = [(0, "IFMC_TCC", 1), (1, "IFMC_LLCHAR", 9), (2, "IFMC_LLCHAR", 9), (22, "IFMC_LLCHAR", 9)];
    let euro = packager("euro", "IFA_LLLCHAR", "EuroSubFieldPackager", &fields);
    same(&euro, &[("0", "T"), ("22", "AB")], "007T2202AB");
    same(&euro, &[("22", "AB"), ("0", "T")], "007T2202AB");
    same(&euro, &[("0", "T")], "001T");
    same(&euro, &[("22", "AB")], "0062202AB");
    // tags that are numbers of the positions, too
    same(&euro, &[("1", "A"), ("2", "B")], "0100101A0201B");
    same(&euro, &[("0", "T"), ("1", "A")], "006T0101A");
    refused(&euro, &[("0", "T"), ("3", "A")], "the spec does not define it");
    let flat = r#"{"mti":"0800","fields":{"64":[["0","T"],["22","AB"]]}}"#;
    let octets = "3030375432323032";
    assert!(good(&["encode", "-s", &euro], flat).contains(octets));
    let without = packager("euro0", "IFA_LLLCHAR", "EuroSubFieldPackager", &fields[1..]);
    same(&without, &[("22", "AB")], "0062202AB");
    refused(&without, &[("0", "T"), ("22", "AB")], "the spec does not define it");
}

#[test]
fn what_stands_before_a_bitmap_is_numbered_with_its_parts() {
    let fields = [(0, "IFA_NUMERIC", 4), (1, "IFA_BITMAP", 8), (2, "IF_CHAR", 2), (3, "IFA_LLCHAR", 9)];
    let led = packager("led", "IFA_LLLCHAR", "GenericPackager", &fields);
    let (two, three) = ("4000000000000000", "6000000000000000");
    same(&led, &[("0", "0100"), ("2", "AB")], &format!("0220100{two}AB"));
    same(&led, &[("0", "0100"), ("2", "AB"), ("3", "C")], &format!("0250100{three}AB01C"));
}

#[test]
fn parts_that_are_left_out_between_others_are_written_empty() {
    let fields = [
        (1, "IFA_NUMERIC", 3),
        (2, "IFA_LLCHAR", 9),
        (3, "IF_CHAR", 2),
        (4, "IFA_NUMERIC", 3),
        (5, "IFA_LLNUM", 9),
    ];
    let sub = packager("sub", "IFA_LLLCHAR", "GenericSubFieldPackager", &fields);
    same(&sub, &[("1", "123"), ("5", "9")], "01312300  000019");
    same(&sub, &[("3", "AB")], "00700000AB");
    same(&sub, &[("1", "123"), ("2", "X")], "00612301X");
    // octets have no fill
    let binary = packager(
        "binary",
        "IFA_LLLCHAR",
        "GenericSubFieldPackager",
        &[(1, "IF_CHAR", 1), (2, "IFB_BINARY", 2), (3, "IF_CHAR", 1)],
    );
    refused(&binary, &[("1", "A"), ("3", "B")], "part 2");
    // a packager that reads them all expects them all
    let all = packager("all", "IFA_LLLCHAR", "GenericPackager", &fields);
    refused(&all, &[("1", "123"), ("5", "9")], "part 2");
    // where nothing says that jPOS wrote it, what is missing is told
    let object = r#"{"mti":"0800","fields":{"64":[["1","123"],["5","9"]]}}"#;
    let done = cardwire(&["encode", "-s", &sub], object);
    assert!(done.code == 1 && done.out.contains("part 2"), "{}", done.out);
}
