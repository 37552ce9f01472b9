//! Texts for the importers: many of one thing, deep nesting, and what refers to itself.

use std::hint::black_box;

use cardwire::import::{ImportError, SpecDoc};

use crate::Case;

pub(crate) type Read = fn(&str) -> Result<SpecDoc, ImportError>;

macro_rules! inputs {
    ($($name:literal $read:expr, $head:literal, $line:expr, $end:literal;)*) => { [$(
        Case {
            name: $name,
            input: |size| text(size, $head, $line, $end),
            act: |input| import($read, std::str::from_utf8(input).expect("written as text")),
            has_heap: true,
        },
    )*] };
}

#[rustfmt::skip]
pub(crate) static CASES: [Case; 19] = inputs! {
    "toml, parts" SpecDoc::from_toml,
        "name='x'\ndialect='ascii'\n[elements.48]\nis='ans..999'\nlength='LLL'\ntags='digits 6'\n[elements.48.parts]\n",
        |index| format!("{index:06}={{is='ans..9',length='L'}}\n"), "";
    "toml, one table after the other" SpecDoc::from_toml, "name='x'\ndialect='ascii'\n",
        |index| format!("[elements.48.parts.{index}]\n"), "";
    "toml, brackets" SpecDoc::from_toml, "x=", |_| "[".into(), "";
    "toml, dotted keys" SpecDoc::from_toml, "", |_| "a.".into(), "a=1";
    "toml, one array of tables" SpecDoc::from_toml, "", |_| "[[a]]\n".into(), "";
    "toml, an array" SpecDoc::from_toml, "a=[", |_| "1,".into(), "]";
    "toml, keys" SpecDoc::from_toml, "", |index| format!("{index:x}=1\n"), "";
    "toml, keys of a table inline" SpecDoc::from_toml, "a={", |index| format!("{index:x}={{}},"), "b=1}";
    "toml, comments" SpecDoc::from_toml, "", |_| "#\n".into(), "name=1";
    "jpos, one field again and again" SpecDoc::from_jpos, "<isopackager>",
        |_| "<isofield id='2' length='9' name='' class='IFA_LLNUM'/>".into(), "</isopackager>";
    "jpos, nested" SpecDoc::from_jpos, "<isopackager>",
        |_| "<isofieldpackager id='48' length='9' class='IFA_LLCHAR'>".into(), "";
    "jpos, one attribute" SpecDoc::from_jpos, "<isopackager a='", |_| "&#65;".into(), "'/>";
    "jpos, attributes" SpecDoc::from_jpos, "<isopackager ", |index| format!("a{index}='' "), "/>";
    "jpos, text" SpecDoc::from_jpos, "<isopackager>", |_| "&lt;".into(), "</isopackager>";
    "j8583, guides that extend each other" SpecDoc::from_j8583, "<j8583-config>",
        |index| format!("<parse type='{:04}' extends='{:04}'/>", index % 9_999, (index + 1) % 9_999), "</j8583-config>";
    "j8583, headers that refer to the last" SpecDoc::from_j8583, "<j8583-config>",
        |index| format!("<header type='{:04}' ref='{:04}'/>", index % 9_999, (index + 1) % 9_999),
        "<parse type='0200'><field num='3' type='NUMERIC' length='6'/></parse></j8583-config>";
    "moov, brackets" SpecDoc::from_moov, "", |_| "{\"a\":[".into(), "";
    "moov, fields" SpecDoc::from_moov, "{\"fields\":{",
        |index| format!("\"{index}\":{{\"type\":\"String\",\"length\":4,\"enc\":\"ASCII\",\"prefix\":\"ASCII.Fixed\"}},"),
        "\"x\":1}}";
    "moov, a field again and again" SpecDoc::from_moov, "{\"fields\":{",
        |_| "\"2\":{\"type\":\"String\",\"length\":4,\"enc\":\"ASCII\",\"prefix\":\"ASCII.Fixed\"},".into(),
        "\"2\":{\"type\":\"String\",\"length\":4,\"enc\":\"ASCII\",\"prefix\":\"ASCII.Fixed\"}}}";
};

/// As many lines as the size has room for, between a head and an end.
fn text(size: usize, head: &str, line: impl Fn(usize) -> String, end: &str) -> Vec<u8> {
    let mut text = head.to_owned();
    for line in (0..).map(line) {
        if text.len() + line.len() + end.len() > size {
            break;
        }
        text += &line;
    }
    (text + end).into_bytes()
}

pub(crate) fn import(read: Read, text: &str) {
    let _ = black_box(read(text).map(|doc| doc.check()));
}
