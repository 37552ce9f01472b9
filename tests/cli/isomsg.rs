//! jPOS XML: read wherever messages are, and written.

use cardwire::spec;

use super::common::golden;
use super::{cardwire, file, good, hex};

const LOG: &str = r#"<log realm="channel/127.0.0.1:5000" at="2021-07-28T20:15:46.841" lifespan="12ms">
  <receive>
    <isomsg direction="incoming">
      <!-- org.jpos.iso.packager.GenericPackager[cfg/packager/iso87ascii.xml] -->
      <field id="0" value="0800"/>
      <field id="7" value="0211052645"/>
      <field id="11" value="220211"/>
      <field id="43" value="M&amp;M &lt;shop&gt; &quot;1&quot; &#x41;\u0042       LONDON       GB "/>
      <field id="52" value="4242424242424242" type="binary"/>
    </isomsg>
  </receive>
</log>
"#;

const DECODE: [&str; 6] = ["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"];

const OBJECT: &str = concat!(
    r#"{"mti":"0800","fields":{"7":"0211052645","11":"220211","43":"M&M <shop> \"1\" AB       LONDON       "#,
    r#"GB ","52":"4242424242424242"}}"#,
    "\n"
);

#[test]
fn a_log_gives_its_messages() {
    let one = LOG.to_owned();
    assert_eq!(good(&DECODE, one.clone()), OBJECT);
    assert_eq!(good(&DECODE, one.repeat(3)), OBJECT.repeat(3));
    // after the words of another writer, cut roots and characters that are no XML
    let noisy =
        format!("2021-07-28 <init> a < b && c > d 'x\n<logger class=\"X\">\n{one}\n</logger> <\n{one}");
    assert_eq!(good(&DECODE, noisy), OBJECT.repeat(2));
    let done = cardwire(&["decode", "-s", "iso87-ascii"], one.clone());
    assert!(done.out.contains("stdin:3\n") && !done.out.contains("4242424242424242"), "{}", done.out);
    // encode reads what decode reads
    let wire = good(&["encode", "-s", "iso87-ascii"], one.clone());
    assert_eq!(good(&DECODE, wire.clone()), OBJECT);
    assert_eq!(good(&["encode", "-s", "iso87-ascii"], OBJECT), wire);
    // and so do diff and check
    let (xml, line) = (file("log.xml", one.as_bytes()), file("log.hex", wire.as_bytes()));
    let files = [xml.to_str().unwrap(), line.to_str().unwrap()];
    assert_eq!(good(&["diff", "-s", "iso87-ascii", files[0], files[1]], ""), "");
    assert!(good(&["check", "-s", "iso87-ascii", files[0]], "").ends_with(": ok\n"));
    // masked XML still parses and has no card number
    let redacted = good(&["redact", "-s", "iso87-ascii", files[0]], "");
    assert!(redacted.contains(r#"<field id="52" value="0000000000000000" type="binary"/>"#), "{redacted}");
    good(&DECODE, redacted);
    let octets = good(&["redact", "-s", "iso87-ascii", "--format", "hex", files[0]], "");
    good(&DECODE, octets);
}

fn message(fields: &str) -> String {
    format!("<isomsg>\n<field id=\"0\" value=\"0800\"/>\n{fields}\n</isomsg>\n")
}

#[test]
fn values_in_all_their_forms() {
    for (fields, wanted) in [
        (r#"<field id="11" value="000001"></field>"#, r#""11":"000001""#),
        (r#"<field value='000001' id='11'/>"#, r#""11":"000001""#),
        (r#"<field id="48"><![CDATA[a<b>&"]]></field>"#, r#""48":"a<b>&\"""#),
        (r#"<field id="48">a&lt;b</field>"#, r#""48":"a<b""#),
        (r#"<field id="-1" value="{11}" type="bitmap"/><field id="11" value="1" />"#, r#""11":"000001""#),
        (r#"<field id="52" value="00 11 22 33 44 55 66 77" type="binary"/>"#, r#""52":"0011223344556677""#),
        (
            r#"<isomsg id="3"><field id="1" value="01"/><field id="2" value="10"/><field id="3" value="20"/></isomsg>"#,
            r#""3":"011020""#,
        ),
        (
            r#"<isomsg id="3"><field id="0" value="01"/><field id="1" value="10"/><field id="2" value="20"/></isomsg>"#,
            r#""3":"011020""#,
        ),
        (
            r#"<isomsg id="55"><field id="1" tag="9F36" value="001C" type="binary"/><field id="149" value="0000008000" type="binary"/></isomsg>"#,
            r#""55":[["9F36","001C"],["95","0000008000"]]"#,
        ),
        (r#"<field id="55" value="95050000008000" type="binary"/>"#, r#""55":[["95","0000008000"]]"#),
    ] {
        let out = good(&DECODE, message(fields));
        assert_eq!(out, format!("{{\"mti\":\"0800\",\"fields\":{{{wanted}}}}}\n"), "{fields}");
    }
    let spec = file("octets.toml", b"name = 'o'\n[elements]\n48 = { is = 'ansb..99', length = 'LL' }\n");
    let args = ["decode", "-s", spec.to_str().unwrap(), "--format", "ndjson", "--expose"];
    let octets = message("<field id=\"48\" value=\"1&#10;2\\u001B3&#xFF;\"/>");
    assert!(good(&args, octets).contains(r#""48":"1\u000A2\u001B3\u00FF""#));
    let amount = r#"<field id="4" value="123.45" type="amount" currency="840"/>"#;
    let spec = file("amount.toml", b"name = 'a'\n[elements]\n4 = { is = 'n16' }\n");
    let args = ["decode", "-s", spec.to_str().unwrap(), "--format", "ndjson", "--expose"];
    assert!(good(&args, message(amount)).contains(r#""4":"8402000000012345""#));
}

#[test]
fn headers_stand_before_the_message() {
    for header in [
        "<header>6000010000</header>",
        "<header class=\"org.jpos.iso.header.BaseHeader\">\n60 00 01 00 00\n</header>",
        "<header value=\"6000010000\"/>",
    ] {
        let xml = message(&format!("{header}<field id=\"11\" value=\"1\"/>"));
        let out = good(&DECODE, xml.clone());
        assert_eq!(out, "{\"station\":\"6000010000\",\"mti\":\"0800\",\"fields\":{\"11\":\"000001\"}}\n");
        let frame = good(&["encode", "-s", "iso87-ascii", "-F", "binary2+tpdu"], xml);
        assert!(frame.starts_with("001F600001000030383030"), "{frame}");
    }
    let xml = message("<field id=\"11\" value=\"1\"/>").replace("<isomsg>", "<isomsg header=\"6000010000\">");
    assert!(good(&DECODE, xml).contains("\"station\":\"6000010000\""));
    let text = message("<header encoding=\"ascii\">ISO016000077</header><field id=\"11\" value=\"1\"/>");
    assert!(good(&DECODE, text).contains("\"station\":\"49534F303136303030303737\""));
    // a spec with octets of its own before the MTI takes them, or says how many it wants
    let spec = file("header.toml", b"name = 'h'\nheader = 5\n[elements]\n11 = { is = 'n6' }\n");
    let args = ["decode", "-s", spec.to_str().unwrap(), "--format", "ndjson", "--expose"];
    let xml = message("<header>6000010000</header><field id=\"11\" value=\"1\"/>");
    assert!(good(&args, xml.clone()).contains("\"header\":\"6000010000\""));
    let done = cardwire(&args, xml.replace("6000010000", "600001"));
    assert!(done.out.contains("the header has 3 octets, the spec says 5"), "{}", done.out);
}

#[test]
fn composites_lie_within_each_other() {
    let spec = r#"
name = "nested"

[elements.48]
is = "ans..999"
length = "LLL"
tags = "digits 4"
unknown = { is = "ans..999", length = "LLL" }

[elements.127]
is = "b..255"
length = "LLL"
bitmap = { coding = "raw", octets = 8, second = "never", third = "never" }

[elements.127.parts]
2 = { is = "n..12", coding = "bcd", length = "LL" }
3 = { is = "b4" }
"#;
    let path = file("nested.toml", spec.as_bytes());
    let xml = message(
        "<isomsg id=\"48\"><field id=\"105\" value=\"X\"/></isomsg>\n\
         <isomsg id=\"127\"><field id=\"2\" value=\"000000116337\"/>\
         <field id=\"3\" value=\"01020304\" type=\"binary\"/></isomsg>",
    );
    let args = ["decode", "-s", path.to_str().unwrap(), "--expose", "--format"];
    let wanted =
        r#"{"mti":"0800","fields":{"48":[["0105","X"]],"127":[["2","000000116337"],["3","01020304"]]}}"#;
    let out = good(&[&args[..], &["ndjson"]].concat(), xml.clone());
    assert_eq!(out, format!("{wanted}\n"));
    let wire = good(&["encode", "-s", args[2]], xml);
    let again = good(&[&args[..], &["isomsg"]].concat(), wire.clone());
    assert!(
        again.contains("  <isomsg id=\"127\">\n    <field id=\"2\" value=\"000000116337\"/>\n"),
        "{again}"
    );
    // jPOS counts, whatever the tag has of zeros
    assert!(
        again.contains("  <isomsg id=\"48\">\n    <field id=\"105\" value=\"X\"/>\n  </isomsg>\n"),
        "{again}"
    );
    assert_eq!(good(&["encode", "-s", args[2]], again), wire);
}

/// What has no row stands in its place among the rest, and what has some rows is told from what has another value.
#[test]
fn what_has_no_row_stands_in_its_place() {
    let spec = "name = 'few'\n[elements]\n11 = { is = 'n6', privacy = 'open' }\n41 = { is = 'ans8', privacy = 'open' }\n\
                [elements.48]\nis = 'ans..99'\nlength = 'LL'\npositions = 2\nparts = { 1 = { is = 'n2' }, 2 = { is = 'n2' } }\n";
    let spec = file("few.toml", spec.as_bytes());
    let field = |number: u8, value: &str| format!("<field id=\"{number}\" value=\"{value}\"/>");
    let fields = [(5, "a"), (10, "b"), (11, "000001"), (30, "c"), (41, "TERM0001"), (50, "d"), (60, "e")];
    let xml = message(&fields.map(|(number, value)| field(number, value)).concat());
    let decode = |format: &str, xml: &str| {
        cardwire(&["decode", "-s", spec.to_str().unwrap(), "--expose", "-f", format], xml)
    };
    let members = fields.map(|(number, value)| format!("\"{number}\":\"{value}\"")).join(",");
    let done = decode("ndjson", &xml);
    assert_eq!(done.out, format!("{{\"mti\":\"0800\",\"fields\":{{{members}}}}}\n"), "{}", done.err);
    let lines: String = fields.map(|(number, value)| format!("  {}\n", field(number, value))).concat();
    let done = decode("isomsg", &xml);
    assert!(
        done.out.contains(&format!("  <field id=\"0\" value=\"0800\"/>\n{lines}</isomsg>")),
        "{}",
        done.out
    );
    for (parts, words) in [
        (
            "<field id=\"1\" value=\"12\"/><field id=\"3\" value=\"34\"/>",
            "   48 (the spec has no place for it)",
        ),
        (
            "<field id=\"1\" value=\"12\"/><field id=\"2\" value=\"x\"/>",
            "   48 (not a value of this element)",
        ),
    ] {
        let done = decode("text", &message(&format!("<isomsg id=\"48\">{parts}</isomsg>")));
        assert!(done.out.contains(words), "{}", done.out);
    }
}

#[test]
fn what_the_spec_has_no_place_for_is_shown_and_hidden() {
    let xml = message(
        "<field id=\"11\" value=\"000001\"/><isomsg id=\"127\"><field id=\"2\" value=\"4111111111111111\"/>\
         <isomsg id=\"3\"><field id=\"1\" value=\"0102\" type=\"binary\"/></isomsg></isomsg>",
    );
    let out = good(&["decode", "-s", "iso87-ascii"], xml.clone());
    assert!(out.contains("  127 (the spec has no place for it)\n         2 ****************\n         3\n              1 ****\n"), "{out}");
    let hidden = good(&["decode", "-s", "iso87-ascii", "--format", "ndjson"], xml.clone());
    assert!(
        hidden.contains(r#""127":[["2","****************"],["3",[["1","****"]]]]},"masked":true}"#),
        "{hidden}"
    );
    assert!(good(&DECODE, xml.clone()).contains(r#""127":[["2","4111111111111111"],["3",[["1","0102"]]]]"#));
    let again = good(&["decode", "-s", "iso87-ascii", "--format", "isomsg", "--expose"], xml.clone());
    assert_eq!(good(&DECODE, again), good(&DECODE, xml.clone()));
    let redacted = good(&["redact", "-s", "iso87-ascii"], xml.clone());
    assert!(redacted.contains("value=\"0000000000000000\"") && !redacted.contains("4111"), "{redacted}");
    // where octets are wanted, there are none
    for command in ["encode", "check"] {
        let done = cardwire(&[command, "-s", "iso87-ascii"], xml.clone());
        assert!(
            done.code == 1 && done.out.contains("field 127: the spec defines no parts of it"),
            "{}",
            done.out
        );
    }
    let done = cardwire(&["redact", "-s", "iso87-ascii", "--format", "hex"], xml.clone());
    assert_eq!((done.code, done.out.as_str()), (1, ""));
    // diff sees it
    let (one, other) =
        (file("one.xml", xml.as_bytes()), file("two.xml", xml.replace("0102", "0103").as_bytes()));
    let done = cardwire(&["diff", "-s", "iso87-ascii", one.to_str().unwrap(), other.to_str().unwrap()], "");
    assert!(done.code == 1 && done.out.starts_with("~ 127 "), "{}", done.out);
    assert_eq!(good(&["diff", "-s", "iso87-ascii", one.to_str().unwrap(), one.to_str().unwrap()], ""), "");
}

#[test]
fn values_that_are_wrong_are_told_with_the_rest() {
    // as jPOS protects a log
    let xml = message("<field id=\"2\" value=\"411111______1111\"/><field id=\"11\" value=\"000001\"/>");
    let done = cardwire(&["decode", "-s", "iso87-ascii"], xml.clone());
    assert_eq!(done.code, 1);
    assert!(done.out.contains("   11 Systems trace audit number"), "{}", done.out);
    assert!(done.out.contains("!! field 2 at byte"), "{}", done.out);
    let done = cardwire(&DECODE, xml.clone());
    assert!(
        done.out.contains(r#""field":2,"message":"field 2 at byte"#) && done.out.contains(r#""11":"000001""#),
        "{}",
        done.out
    );
    let done = cardwire(&["redact", "-s", "iso87-ascii"], xml);
    assert_eq!((done.code, done.out.as_str()), (1, ""));
}

#[test]
fn decode_writes_what_encode_reads() {
    for spec in spec::builtin() {
        let wires = golden::wires();
        let lines: String = wires
            .iter()
            .filter(|(_, of, _)| of.name() == spec.name())
            .map(|(.., wire)| hex(wire) + "\n")
            .collect();
        if lines.is_empty() {
            continue;
        }
        let xml = good(
            &["decode", "-s", spec.name(), "--format", "isomsg", "--expose", "-i", "hex"],
            lines.clone(),
        );
        assert!(xml.is_ascii(), "{}", spec.name());
        assert_eq!(good(&["encode", "-s", spec.name()], xml.clone()), lines, "{}", spec.name());
        // masked, it says so, and is not taken for a message
        let masked = good(&["decode", "-s", spec.name(), "--format", "isomsg", "-i", "hex"], lines.clone());
        let done = cardwire(&["encode", "-s", spec.name()], masked);
        assert!(done.code == 1 && done.out.contains("the message is masked"), "{}", done.out);
        // encode writes it, too
        let objects =
            good(&["decode", "-s", spec.name(), "--format", "ndjson", "--expose", "-i", "hex"], lines);
        let bare: String =
            xml.lines().filter(|line| !line.starts_with("<!--")).map(|line| format!("{line}\n")).collect();
        assert_eq!(good(&["encode", "-s", spec.name(), "--format", "isomsg"], objects), bare);
    }
}

/// Texts that are no messages, and what is said of each.
fn broken() -> Vec<(&'static str, String, &'static str)> {
    let deep = format!("<isomsg>{}", "<isomsg id=\"2\">".repeat(100_000));
    let balanced = format!(
        "<isomsg><field id=\"0\" value=\"0800\"/>{}{}</isomsg>",
        "<isomsg id=\"2\">".repeat(20),
        "</isomsg>".repeat(20)
    );
    let long = message(&format!("<field id=\"48\" value=\"{}\"/>", "1".repeat(2 << 20)));
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"4111111111111111\"><!ENTITY b \"&a;&a;\">]>\n{}",
        message("<field id=\"48\" value=\"&b;\"/>")
    );
    let inner = message("<!DOCTYPE x [<!ENTITY a SYSTEM \"/etc/passwd\">]><field id=\"48\">&a;</field>");
    vec![
        ("deep", deep, "the file ends within an <isomsg>"),
        ("balanced", balanced, "deeper than 8"),
        ("long", long, "longer than --max-line allows"),
        ("entities", bomb, "a reference is none of the five of XML"),
        ("a document type", inner, "a document type within an <isomsg> is not read"),
        ("cut", LOG[..300].into(), "the file ends within an <isomsg>"),
        ("no MTI", "<isomsg><field id=\"11\" value=\"1\"/></isomsg>".into(), "without field 0"),
        ("an MTI that is none", message("").replace("0800", "08"), "field 0 is no MTI"),
        (
            "twice",
            message("<field id=\"11\" value=\"1\"/><field id=\"11\" value=\"2\"/>"),
            "field 11 is there twice",
        ),
        ("no id", message("<field value=\"4111111111111111\"/>"), "has no id"),
        (
            "a long id",
            message("<isomsg id=\"48\"><field id=\"4111111111111111\" value=\"1\"/></isomsg>"),
            "longer than",
        ),
        ("an id that is none", message("<field id=\"4111\" value=\"1\"/>"), "not a number up to 192"),
        (
            "an attribute twice",
            message("<field id=\"11\" id=\"12\" value=\"1\"/>"),
            "malformed, or there twice",
        ),
        (
            "binary that is none",
            message("<field id=\"52\" value=\"4111111111111111X\" type=\"binary\"/>"),
            "not hexadecimal digits",
        ),
        (
            "masked binary",
            message("<field id=\"52\" value=\"****************\" type=\"binary\"/>"),
            "masked in the log",
        ),
        (
            "a type",
            message("<field id=\"11\" value=\"1\" type=\"secret\"/>"),
            "none of binary, bitmap and amount",
        ),
        ("tags that cross", "<isomsg><field id=\"0\" value=\"0800\"></isomsg></field>".into(), "malformed"),
        (
            "an amount",
            message("<field id=\"4\" value=\"a\" type=\"amount\" currency=\"840\"/>"),
            "an amount is a number",
        ),
    ]
}

/// Masked XML hides what masked JSON hides: in open elements, in the header, in a message that broke, and redacted.
#[test]
fn masked_it_shows_no_card_number() {
    let card = "4242424242424242";
    let fields =
        r#"{"mti":"0200","fields":{"3":"000000","37":"424242424242","43":"PAN 4242424242424242 SHOP"}}"#;
    let wire = good(&["encode", "-s", "iso87-ascii"], fields);
    let masked = ["decode", "-s", "iso87-ascii", "--format", "isomsg"];
    let xml = good(&masked, wire.clone());
    assert!(xml.contains(r#"<field id="43" value="PAN 424242******4242 SHOP"#), "{xml}");
    let broken = cardwire(&masked, format!("{}\n", &wire.trim()[..wire.trim().len() - 2])).out;
    assert!(broken.contains("masked=\"true\" error=") && !broken.contains("42424242"), "{broken}");
    let ebcdic: String = card.bytes().map(|digit| format!("{:02X}", digit | 0xF0)).collect();
    for header in [card.to_owned(), hex(card.as_bytes()), ebcdic, format!("6000{card}")] {
        let xml = message(&format!("<header>{header}</header><field id=\"11\" value=\"1\"/>"));
        for args in [&masked[..], &["redact", "-s", "iso87-ascii"]] {
            let out = good(args, xml.clone());
            assert!(out.contains("<header>") && !out.contains(&header), "{header}: {out}");
        }
        let wire = good(&["redact", "-s", "iso87-ascii", "-f", "hex"], xml);
        assert!(!wire.contains(&header), "{header}: {wire}");
    }
}

#[test]
fn broken_and_hostile_xml() {
    for (name, xml, words) in broken() {
        let done = cardwire(&DECODE, xml);
        assert_eq!(done.code, 1, "{name}: {}", done.out);
        assert!(done.out.contains(words), "{name}: {}{}", done.out, done.err);
        assert!(!format!("{}{}", done.out, done.err).contains("4111111111111111"), "{name}");
    }
    // the message after a bad one is read
    let two = format!(
        "{}{}",
        message("<field id=\"11\" value=\"&x;\"/>"),
        message("<field id=\"11\" value=\"2\"/>")
    );
    let done = cardwire(&DECODE, two);
    assert!(done.out.ends_with("{\"mti\":\"0800\",\"fields\":{\"11\":\"000002\"}}\n"), "{}", done.out);
    let done = cardwire(&["decode", "--format", "ndjson"], LOG);
    assert!(done.code == 2 && done.err.contains("say which spec"), "{}", done.err);
}
