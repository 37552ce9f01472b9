use super::*;

fn message(rest: &str) -> String {
    format!("<isomsg><field id=\"0\" value=\"0800\"/>{rest}</isomsg>")
}

/// The fields of a message, as text.
fn fields(rest: &str) -> Result<Vec<(u8, String)>, String> {
    let record = record(message(rest).as_bytes())?;
    Ok(record.fields.iter().map(|(number, json)| (*number, told(json))).collect())
}

fn told(json: &Json) -> String {
    match json {
        Json::Text(text) => format!("text {text}"),
        Json::Octets(octets) => format!("octets {}", hex::text(octets)),
        Json::Number(number) => format!("number {number}"),
        Json::Negative(number) => format!("number {number}"),
        Json::Pairs(pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|(key, json)| format!("{key}: {}", told(json))).collect();
            format!("({})", pairs.join(", "))
        }
    }
}

#[test]
fn each_form_of_a_value() {
    for (field, wanted) in [
        ("<field id=\"11\" value=\"a&amp;b\"/>", "text a&b"),
        ("<field id=\"11\" value=\"\"/>", "text "),
        ("<field id=\"11\"/>", "text "),
        ("<field id=\"11\">abc</field>", "text abc"),
        ("<field id=\"11\">a<![CDATA[<b]]>c</field>", "text a<bc"),
        ("<field id=\"11\">a&lt;c</field>", "text a<c"),
        // the value stands in the attribute, or in the element; blank text before anything else is layout
        ("<field id=\"11\" value=\"x\"></field>", "text x"),
        ("<field id=\"11\">\n  </field>", "text "),
        ("<field id=\"11\" type=\"string\" value=\"7\"/>", "text 7"),
        ("<field id=\"11\" type=\"\" value=\"7\"/>", "text 7"),
        ("<field id=\"11\" type=\"binary\" value=\" 01aF \"/>", "octets 01AF"),
        ("<field id=\"11\" type=\"amount\" currency=\"840\" value=\"12.30\"/>", "text 8402000000001230"),
        ("<field id=\"11\" type=\"amount\" currency=\"392\" value=\"500\"/>", "text 3920000000000500"),
        (
            "<isomsg id=\"11\"><field id=\"1\" value=\"a\"/><field id=\"2\" value=\"b\"/></isomsg>",
            "(1: text a, 2: text b)",
        ),
        ("<isomsg id=\"11\"/>", "()"),
        (
            "<isomsg id=\"11\"><isomsg id=\"3\"><field id=\"4\" value=\"c\"/></isomsg></isomsg>",
            "(3: (4: text c))",
        ),
        // a tag or a token is the key where there is one
        ("<isomsg id=\"11\"><field id=\"1\" tag=\"9F26\" value=\"a\"/></isomsg>", "(9F26: text a)"),
        ("<isomsg id=\"11\"><field id=\"1\" token=\"AB\" value=\"a\"/></isomsg>", "(AB: text a)"),
        ("<isomsg id=\"11\"><field id=\"1\" token=\"AB\" tag=\"95\" value=\"a\"/></isomsg>", "(95: text a)"),
        ("<isomsg id=\"11\"><field id=\"12345678\" value=\"a\"/></isomsg>", "(12345678: text a)"),
    ] {
        assert_eq!(fields(field), Ok(vec![(11, wanted.to_owned())]), "{field}");
    }
    // a bitmap follows from the elements, a header is none, and what is unknown says nothing
    for nothing in [
        "<field id=\"7\" type=\"bitmap\" value=\"x\"/>",
        "<field id=\"-1\" value=\"6000\"/>",
        "<field id=\"1\" value=\"x\"/>",
        "<other/>",
        "<!-- x -->",
        "",
    ] {
        assert_eq!(fields(nothing), Ok(Vec::new()), "{nothing}");
    }
    let many = "<field id=\"192\" value=\"c\"/><field id=\"2\" value=\"a\"/><field id=\"64\" value=\"b\"/>";
    let wanted =
        [(2, "text a"), (64, "text b"), (192, "text c")].map(|(number, text)| (number, text.to_owned()));
    assert_eq!(fields(many), Ok(wanted.to_vec()));
}

#[test]
fn what_is_wrong_is_said() {
    let amount = "field 11: an amount is a number, with a currency of three digits";
    for (field, words) in [
        ("<field value=\"1\"/>", "a <field>, or an <isomsg> within another, has no id"),
        ("<isomsg/>", "a <field>, or an <isomsg> within another, has no id"),
        ("<field id=\"123456789\"/>", "an id is longer than 8 characters"),
        ("<field id=\"193\"/>", "the id of a field is not a number up to 192"),
        ("<field id=\"-2\"/>", "the id of a field is not a number up to 192"),
        ("<field id=\"99999\"/>", "the id of a field is no number"),
        ("<field id=\"x\"/>", "the id of a field is no number"),
        ("<field id=\"11\"/><field id=\"11\"/>", "field 11 is there twice"),
        ("<field id=\"0\" value=\"0800\"/>", "field 0 is no MTI, or there twice"),
        ("<field id=\"11\" type=\"x\"/>", "field 11: its type is none of binary, bitmap and amount"),
        (
            "<isomsg id=\"2\"><field id=\"DF01\" type=\"x\"/></isomsg>",
            "its type is none of binary, bitmap and amount",
        ),
        (
            "<field id=\"11\" type=\"binary\" value=\"0\"/>",
            "field 11: a binary value is not hexadecimal digits",
        ),
        ("<field id=\"11\" type=\"binary\" value=\"0*\"/>", "field 11: its octets are masked in the log"),
        ("<field id=\"11\" type=\"binary\" value=\"0_\"/>", "field 11: its octets are masked in the log"),
        ("<field id=\"11\" type=\"binary\" value=\"[\"/>", "field 11: its octets are masked in the log"),
        ("<field id=\"11\" type=\"amount\" value=\"1\"/>", amount),
        ("<field id=\"11\" type=\"amount\" value=\"\" currency=\"840\"/>", amount),
        ("<field id=\"11\" type=\"amount\" value=\"1\" currency=\"84\"/>", amount),
        ("<field id=\"11\" type=\"amount\" value=\"1\" currency=\"8400\"/>", amount),
        ("<field id=\"11\" type=\"amount\" value=\"1\" currency=\"USD\"/>", amount),
        ("<field id=\"11\" type=\"amount\" value=\"-1\" currency=\"840\"/>", amount),
        ("<field id=\"11\" type=\"amount\" value=\"1234567890123\" currency=\"840\"/>", amount),
        ("<field id=\"11\" type=\"amount\" value=\"1.0000000000\" currency=\"840\"/>", amount),
        ("<field id=\"11\" id=\"12\"/>", "an attribute is malformed, or there twice"),
        (
            "<field id=\"11\" value=\"&x;\"/>",
            "a reference is none of the five of XML, and no number of a character",
        ),
        ("<!DOCTYPE x>", "a document type within an <isomsg> is not read"),
        ("<field id=\"11\">", "the XML of an <isomsg> is malformed"),
    ] {
        assert_eq!(fields(field), Err(words.to_owned()), "{field}");
    }
    for (xml, words) in [
        ("<isomsg/>", "an <isomsg> without field 0, the MTI"),
        ("<isomsg><field id=\"0\" value=\"080\"/></isomsg>", "field 0 is no MTI"),
        ("<isomsg><isomsg id=\"0\"/></isomsg>", "field 0 is no MTI, or there twice"),
        ("", "the XML of an <isomsg> is malformed"),
        ("<isomsg masked=\"true\"/>", "the message is masked: decode it with --expose"),
        ("<isomsg error=\"x\"/>", "this is what was read of a broken message"),
        ("<isomsg header=\"\u{20ac}\"><field id=\"0\" value=\"0800\"/></isomsg>", "a header is no octets"),
    ] {
        assert_eq!(record(xml.as_bytes()).err().as_deref(), Some(words), "{xml}");
    }
    // masks within a message are of its parts
    assert_eq!(fields("<isomsg id=\"11\" masked=\"true\"/>"), Ok(vec![(11, "()".to_owned())]));
    // one message may hold seven others, each within the one before
    for (depth, is_read) in [(7, true), (8, false)] {
        let nested = "<isomsg id=\"2\">".repeat(depth) + &"</isomsg>".repeat(depth);
        let words = "messages lie within each other deeper than 8".to_owned();
        assert_eq!(fields(&nested).err(), (!is_read).then_some(words));
    }
    let digits = "<field id=\"11\" type=\"amount\" value=\"123.123456789\" currency=\"840\"/>";
    assert_eq!(fields(digits), Ok(vec![(11, "text 8409123123456789".to_owned())]));
}

/// A header in each of its places, the first that says anything.
#[test]
fn headers_of_a_message() {
    let station = |xml: &str| record(xml.as_bytes()).map(|record| hex::text(&record.station));
    let mti = "<field id=\"0\" value=\"0800\"/>";
    for (head, inside, wanted) in [
        ("", "", ""),
        (" header=\"6000\"", "", "6000"),
        ("", "<header>6000</header>", "6000"),
        ("", "<header value=\"6000\"/>", "6000"),
        ("", "<header value=\"60\">00</header>", "6000"),
        ("", "<header encoding=\"ascii\">60</header>", "3630"),
        ("", "<header encoding=\"ASCII\">60</header>", "3630"),
        ("", "<header encoding=\"hex\">60</header>", "60"),
        ("", "<header> ISO </header>", "49534F"),
        ("", "<header/><header> </header><header>60</header>", "60"),
        (" header=\"01\"", "<header>02</header>", "01"),
        (" header=\"\"", "<header>02</header>", "02"),
        ("", "<header>&#x49;<![CDATA[S]]></header>", "4953"),
    ] {
        let xml = format!("<isomsg{head}>{mti}{inside}</isomsg>");
        assert_eq!(station(&xml), Ok(wanted.to_owned()), "{xml}");
    }
    // older systems write Latin-1
    let latin = [b"<isomsg>", mti.as_bytes(), b"<field id=\"11\" value=\"\xE9\"/></isomsg>"].concat();
    let found =
        record(&latin).map(|record| record.fields.iter().map(|(_, json)| told(json)).collect::<String>());
    assert_eq!(found, Ok("text \u{e9}".to_owned()));
    let record = record(message("").as_bytes());
    assert!(record.is_ok_and(|record| record.is_jpos && record.mti.is_some_and(|mti| mti == "0800")));
}
