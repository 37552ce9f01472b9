//! Specs from files of every format: found out by their content, converted, refused by line.

use super::{cardwire, file, good};

/// One link in four formats; the message is the same by each.
const MOOV: &str = r#"{ "name": "link", "fields": {
  "0": { "type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed" },
  "1": { "type": "Bitmap", "enc": "HexToASCII", "prefix": "Hex.Fixed" },
  "2": { "type": "String", "length": 19, "enc": "ASCII", "prefix": "ASCII.LL", "description": "PAN" },
  "11": { "type": "Numeric", "length": 6, "enc": "ASCII", "prefix": "ASCII.Fixed" } } }"#;

const JPOS: &str = r#"<?xml version="1.0"?>
<isopackager>
  <isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>
  <isofield id="1" length="16" name="BITMAP" class="org.jpos.iso.IFA_BITMAP"/>
  <isofield id="2" length="19" name="PAN" class="org.jpos.iso.IFA_LLNUM"/>
  <isofield id="11" length="6" name="STAN" class="org.jpos.iso.IFA_NUMERIC"/>
</isopackager>"#;

const J8583: &str = r#"<j8583-config>
  <parse type="0200"><field num="2" type="LLVAR"/><field num="11" type="NUMERIC" length="6"/></parse>
  <parse type="0800"><field num="2" type="LLLVAR"/><field num="11" type="NUMERIC" length="6"/></parse>
</j8583-config>"#;

const TOML: &str = r#"name = "link"
[elements]
2 = { is = "n..19", length = "LL", privacy = "pan" }
11 = { is = "n6", privacy = "open" }
"#;

const WIRE: &str = "0200402000000000000016411111111111111100000";

fn message() -> String {
    WIRE.bytes().chain(*b"7").map(|octet| format!("{octet:02X}")).collect()
}

#[test]
fn every_format_is_found_out_by_its_content() {
    // no extension says what they are
    for (name, text, settings) in [
        ("link-1", MOOV, ""),
        ("link-2", JPOS, ""),
        ("link-3", J8583, "#0200"),
        ("link-4", TOML, ""),
        ("link-5", &format!("\u{feff}\n{MOOV}"), ""),
    ] {
        let path = format!("{}{settings}", file(name, text.as_bytes()).to_str().unwrap());
        let out = good(&["decode", "-s", &path, "--format", "ndjson", "--expose"], message());
        let wanted = "{\"mti\":\"0200\",\"fields\":{\"2\":\"4111111111111111\",\"11\":\"000007\"}}\n";
        assert_eq!(out, wanted, "{name}");
        let hex = good(&["encode", "-s", &path], out);
        assert_eq!(hex.trim(), message(), "{name}");
    }
}

#[test]
fn the_help_says_where_the_format_is_written_down() {
    let help = good(&["spec", "--help"], "");
    assert!(help.contains("docs/spec-toml.md"), "{help}");
}

#[test]
fn specs_are_converted_between_the_native_format_and_that_of_moov() {
    let path = |name: &str, text: &str| file(name, text.as_bytes()).to_str().unwrap().to_owned();
    let moov = path("convert.json", MOOV);
    let toml = good(&["spec", "convert", &moov], "");
    assert!(toml.starts_with("name = \"link\"\ndialect = \"ascii\"\n"), "{toml}");
    let back = good(&["spec", "convert", &path("convert.toml", &toml), "--to", "moov"], "");
    let again = good(&["spec", "convert", &path("again.json", &back)], "");
    assert_eq!(again, toml, "there and back is the identity");
    // the others are read only
    let jpos = cardwire(&["spec", "convert", &path("convert.xml", JPOS), "--to", "moov"], "");
    assert!(jpos.code == 0 && jpos.out.contains(r#""name": "convert""#), "{}", jpos.out);
    // and what is lost on the way is said
    assert!(jpos.err.contains("not kept, as the format has no words for it: class "), "{}", jpos.err);
    let j8583 = format!("{}#0800,binary-bitmap", path("j8583.xml", J8583));
    let toml = good(&["spec", "convert", &j8583], "");
    assert!(toml.contains("2 = { is = \"ansb..999\", length = \"LLL\""), "{toml}");
    assert!(toml.contains("bitmap = \"raw\"") || toml.contains("dialect = \"ascii-binary\""), "{toml}");
    assert_eq!(cardwire(&["spec", "convert", "iso87-bcd", "--to", "jpos"], "").code, 2);
    let header = cardwire(&["spec", "convert", "ipm-ascii", "--to", "moov"], "");
    assert_eq!((header.code, header.out.as_str()), (1, ""));
    assert!(header.err.contains("ipm-ascii, element 1: the format has no words"), "{}", header.err);
}

#[test]
fn a_file_is_refused_by_line_and_element() {
    for (name, text, said) in [
        (
            "bad.json",
            MOOV.replace("ASCII.LL", "ASCII.MM"),
            "line 4, element 2: `ASCII.MM` is no word for `prefix`",
        ),
        (
            "bad.xml",
            JPOS.replace("IFA_LLNUM", "IFA_QQNUM"),
            "line 5, element 2: org.jpos.iso.IFA_QQNUM is no class",
        ),
        ("bad2.xml", J8583.replace("LLLVAR", "LLVARX"), "line 3, element 2: LLVARX is no type of j8583"),
        ("both.xml", J8583.into(), "line 3, element 2: it is not the same in 0200 and 0800"),
        (
            "too-wide.toml",
            TOML.replace("n..19", "n..199"),
            "line 3, element 2: the length prefix cannot express",
        ),
        ("cut.json", MOOV[..MOOV.len() - 9].into(), "line"),
        ("other.xml", "<a/>".into(), "line 1: expected <isopackager>, found <a>: this is no packager"),
    ] {
        let path = file(name, text.as_bytes());
        let done = cardwire(&["spec", "check", path.to_str().unwrap()], "");
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{name}");
        assert!(done.err.contains(&format!("{name}, {said}")), "{}\n{said}", done.err);
    }
    let path = file("settings.xml", J8583.as_bytes());
    let done = cardwire(&["spec", "check", &format!("{}#0200,loud", path.to_str().unwrap())], "");
    assert_eq!(done.code, 2);
    assert!(
        done.err.contains("'loud' is neither a message type nor one of binary, binary-header"),
        "{}",
        done.err
    );
    let path = file("settings.toml", TOML.as_bytes());
    let done = cardwire(&["spec", "check", &format!("{}#0200", path.to_str().unwrap())], "");
    assert!(done.err.contains("only a spec in XML has settings"), "{}", done.err);
    assert_eq!(cardwire(&["spec", "check", "no-such-file#0200"], "").code, 2);
    let path = file("link.yaml", b"# of a colleague\nname: link\nfields:\n  2: {type: String}\n");
    let done = cardwire(&["spec", "check", path.to_str().unwrap()], "");
    assert!(done.err.contains("specs in YAML are not read"), "{}", done.err);
}

#[test]
fn a_class_of_ones_own_stands_behind_the_file() {
    let path = file("own.xml", JPOS.replace("IFA_LLNUM", "PANField").as_bytes());
    let path = path.to_str().unwrap();
    let done = cardwire(&["spec", "check", path], "");
    assert_eq!(done.code, 1);
    assert!(done.err.contains("here: after a #, as in packager.xml#com.acme.PANField="), "{}", done.err);
    let own = format!("{path}#org.jpos.iso.PANField=IFA_LLNUM");
    assert_eq!(good(&["spec", "show", &own, "11"], "").lines().count(), 3);
    let done = cardwire(&["spec", "check", &format!("{path}#PANField")], "");
    assert!(done.err.contains("'PANField' is no CLASS=CLASS of jPOS"), "{}", done.err);
}

/// What the library tells its callers in Rust is told to the command in its own words.
#[test]
fn no_refusal_names_what_only_rust_has() {
    let header = J8583.replace(
        "<parse type=\"0200\">",
        "<header type=\"0200\">ISO0150</header><header type=\"0800\">ISO</header><parse type=\"0200\">",
    );
    for (name, text) in [
        ("class.xml", JPOS.replace("IFA_LLNUM", "PANField")),
        ("packager.xml", JPOS.replace(
            "<isofield id=\"2\" length=\"19\" name=\"PAN\" class=\"org.jpos.iso.IFA_LLNUM\"/>",
            "<isofieldpackager id=\"2\" length=\"19\" class=\"org.jpos.iso.IFA_LLNUM\" packager=\"com.acme.Own\"></isofieldpackager>",
        )),
        ("bitmap.xml", JPOS.replace("org.jpos.iso.IFA_BITMAP", "org.jpos.iso.IFA_NUMERIC")),
        ("message.xml", J8583.into()),
        ("header.xml", header),
    ] {
        let path = file(name, text.as_bytes());
        let done = cardwire(&["spec", "check", path.to_str().unwrap()], "");
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{name}");
        assert!(!done.err.contains("::"), "{name}: {}", done.err);
    }
}

#[test]
fn a_file_in_latin_1_is_a_file_too() {
    let mut octets = MOOV.replace("PAN", "N~mero").into_bytes();
    let at = octets.iter().position(|octet| *octet == b'~').unwrap();
    octets[at] = 0xFA;
    let path = file("latin.json", &octets);
    let table = good(&["spec", "show", path.to_str().unwrap(), "2"], "");
    assert!(table.contains("N\u{fa}mero"), "{table}");
}
