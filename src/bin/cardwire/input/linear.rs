//! Work grows with the input and no faster: octets looked at and comparisons made, not time.

use std::io::{BufReader, Cursor};

use cardwire::spec;

use super::records::{Made, Records};
use super::{Lines, Stream};
use crate::isomsg::Scanner;
use crate::work::tests::assert_linear;

const LIMIT: usize = 1 << 24;

fn stream(text: impl Into<Vec<u8>>) -> Stream {
    BufReader::with_capacity(1 << 16, Box::new(Cursor::new(text.into())))
}

fn lines(text: impl Into<Vec<u8>>) -> Lines {
    Lines::new(stream(text), LIMIT)
}

fn records(records: Records) {
    let mut made = Made::new("x".into(), records, Some(&spec::ISO87_ASCII), true);
    while let Ok(Some(_)) = made.next() {}
}

#[test]
fn xml_and_json() {
    let xml = |text: String| records(Records::Isomsg(Scanner::new(stream(text), LIMIT)));
    let message = |inner: String| format!("<isomsg><field id=\"0\" value=\"0800\"/>{inner}</isomsg>");
    assert_linear("messages", |size| xml(message(String::new()).repeat(size)));
    assert_linear("parts", |size| {
        xml(message(format!("<isomsg id=\"127\">{}</isomsg>", "<field id=\"2\" value=\"1\"/>".repeat(size))));
    });
    assert_linear("parts by position", |size| {
        xml(message(format!("<isomsg id=\"3\">{}</isomsg>", "<field id=\"1\" value=\"1\"/>".repeat(size))));
    });
    assert_linear("a value", |size| {
        xml(message(format!("<field id=\"48\" value=\"{}\"/>", "&amp;".repeat(size))))
    });
    assert_linear("text", |size| xml(message(format!("<field id=\"48\">{}</field>", "a&amp;".repeat(size)))));
    assert_linear("attributes", |size| {
        xml(message(format!("<field id=\"11\"{}/>", " a=\"1\"".repeat(size))))
    });
    let json = |text: String| records(Records::Json(lines(text)));
    assert_linear("objects", |size| json("{\"mti\":\"0800\",\"fields\":{\"11\":\"1\"}}\n".repeat(size)));
    assert_linear("pairs by tag", |size| {
        json(format!(
            "{{\"mti\":\"0800\",\"fields\":{{\"55\":[{}[\"95\",\"\"]]}}}}",
            "[\"95\",\"\"],".repeat(size)
        ));
    });
    assert_linear("pairs by position", |size| {
        json(format!(
            "{{\"mti\":\"0800\",\"fields\":{{\"3\":[{}[\"1\",\"\"]]}}}}",
            "[\"1\",\"\"],".repeat(size)
        ));
    });
    assert_linear("members", |size| {
        json(format!("{{\"mti\":\"0800\",\"fields\":{{{}\"2\":1}}}}", "\"200\":1,".repeat(size)));
    });
}
