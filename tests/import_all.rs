//! What holds for every format of specs: messages round-trip, the native format keeps everything,
//! and what is malformed is refused in time.
#![cfg(all(feature = "toml", feature = "json", feature = "jpos", feature = "j8583"))]

mod common;
mod generated;
mod reference;

use std::path::Path;
use std::time::{Duration, Instant};

use cardwire::Message;
use cardwire::import::{ImportError, MAX_TEXT, SpecDoc, toml};
use generated::{config, laws};
use proptest::strategy::Strategy;
use proptest::test_runner::TestRunner;

/// A format: its reader, and a spec with parts of every kind.
struct Format {
    name: &'static str,
    read: fn(&str) -> Result<SpecDoc, ImportError>,
    sample: &'static str,
}

const FORMATS: [Format; 4] = [
    Format {
        name: "TOML",
        read: SpecDoc::from_toml,
        sample: r#"name = "sample"
dialect = "bcd"
header = 5
[elements]
2 = { is = "n..19", length = "LL", name = "PAN", privacy = "pan" }
41 = { is = "ans8", fill = "right blank" }
[elements.48]
is = "ans..999"
length = "LLL"
tags = "digits 4"
unknown = { is = "ans..999", length = "LLL" }
[elements.48.parts]
0105 = { is = "ans..30", length = "LLL" }
[elements.62]
is = "b..255"
length = { prefix = "binary", width = 2, counts = "bytes" }
bitmap = { coding = "raw", octets = 2, second = "never" }
[elements.62.parts]
1 = { is = "n10", coding = "bcd" }
"#,
    },
    Format {
        name: "moov JSON",
        read: SpecDoc::from_moov,
        sample: r#"{ "name": "sample", "fields": {
  "0": { "type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed" },
  "1": { "type": "Bitmap", "enc": "HexToASCII", "prefix": "Hex.Fixed" },
  "2": { "type": "String", "length": 19, "enc": "BCD", "prefix": "BCD.LL" },
  "4": { "type": "Numeric", "length": 12, "enc": "ASCII", "prefix": "ASCII.Fixed",
    "padding": { "type": "Left", "pad": "0" } },
  "55": { "type": "Composite", "length": 999, "prefix": "ASCII.LLL",
    "tag": { "enc": "BerTLVTag", "sort": "StringsByHex", "skipUnknownTLVTags": true },
    "subfields": { "9F02": { "type": "Hex", "length": 6, "enc": "Binary", "prefix": "BerTLV" } } },
  "63": { "type": "Composite", "length": 99, "prefix": "ASCII.LL", "tag": { "sort": "StringsByInt" },
    "subfields": { "1": { "type": "String", "length": 2, "enc": "EBCDIC", "prefix": "ASCII.Fixed" } } } } }
"#,
    },
    Format {
        name: "jPOS XML",
        read: SpecDoc::from_jpos,
        sample: r#"<?xml version="1.0"?>
<isopackager>
  <isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>
  <isofield id="1" length="16" name="BITMAP" class="org.jpos.iso.IFA_BITMAP"/>
  <isofield id="2" length="19" name="PAN" class="org.jpos.iso.IFB_LLNUM" pad="false"/>
  <isofield id="41" length="8" name="TERMINAL" class="org.jpos.iso.IF_CHAR"/>
  <isofieldpackager id="48" length="99" name="PARTS" class="org.jpos.iso.IFA_LLCHAR" emitBitmap="false"
      packager="org.jpos.iso.packager.GenericSubFieldPackager">
    <isofield id="0" length="2" name="ONE" class="org.jpos.iso.IF_CHAR"/>
    <isofield id="1" length="9" name="TWO" class="org.jpos.iso.IFA_LLCHAR"/>
  </isofieldpackager>
</isopackager>
"#,
    },
    Format {
        name: "j8583 XML",
        read: SpecDoc::from_j8583,
        sample: r#"<j8583-config>
  <header type="0200">ISO015000050</header>
  <parse type="0200">
    <field num="2" type="LLVAR"/>
    <field num="4" type="AMOUNT"/>
    <field num="48" type="LLLVAR"><field num="1" type="ALPHA" length="5"/><field num="2" type="LLVAR"/></field>
  </parse>
  <parse type="0210" extends="0200"><field num="39" type="NUMERIC" length="2"/></parse>
</j8583-config>
"#,
    },
];

/// Builds, reads and copies generated messages; the spec survives the native format.
fn lives(name: &str, doc: SpecDoc, messages: u32) {
    let text = toml::write(&doc);
    assert_eq!(toml::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}")), doc, "{name}");
    let spec = doc.leak().unwrap();
    let mut runner = TestRunner::new_with_rng(
        config(1),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let cases = generated::messages(spec);
    let (mut drawn, mut built) = (0, 0);
    for _ in 0..messages {
        let case = proptest::strategy::ValueTree::current(&cases.new_tree(&mut runner).unwrap());
        let (told, wire) = laws::told(&case);
        (drawn, built) = (drawn + case.nodes.len(), built + told.nodes.len());
        laws::built_then_parsed_then_built(&told, &wire);
    }
    // parts that are each of a proper length can be too long or short together
    assert!(built >= drawn / 10, "{name}: {built} of {drawn}");
}

#[test]
fn every_imported_spec_round_trips_generated_messages() {
    for Format { name, read, sample } in FORMATS {
        lives(name, read(sample).unwrap_or_else(|error| panic!("{name}: {error}")), 300);
    }
    let Some(shared) = common::shared() else { return };
    let mut loaded = 0;
    let folders =
        [("jpos/packagers", FORMATS[2].read as fn(&str) -> _, 25), ("moov/specs", FORMATS[1].read, 7)];
    for (folder, read, least) in folders {
        let mut here = 0;
        for file in std::fs::read_dir(shared.join("corpora").join(folder)).unwrap() {
            let path = file.unwrap().path();
            if let Some(doc) = read_any(&path, read) {
                lives(&path.display().to_string(), doc, 30);
                here += 1;
            }
        }
        assert!(here >= least, "{here} of {folder}");
        loaded += here;
    }
    println!("{loaded} files of the corpora");
}

/// The spec in a file; none where it is no spec, which the other tests say why.
fn read_any(path: &Path, read: fn(&str) -> Result<SpecDoc, ImportError>) -> Option<SpecDoc> {
    let octets = std::fs::read(path).ok()?;
    let text: String = match String::from_utf8(octets) {
        Ok(text) => text,
        Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
    };
    read(&text).ok()
}

/// What grows with the square of a text of a mebibyte, or worse, does not end in that time on any machine.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn a_spec_that_is_cut_anywhere_is_refused_or_is_one() {
    for Format { name, read, sample } in FORMATS {
        let start = Instant::now();
        let mut refused = 0;
        for cut in (0..sample.len()).filter(|cut| sample.is_char_boundary(*cut)) {
            match read(&sample[..cut]) {
                Ok(doc) => assert!(doc.check().is_ok(), "{name} at {cut}"),
                Err(error) => {
                    assert!(!error.message().is_empty(), "{name} at {cut}");
                    refused += 1;
                }
            }
        }
        // only TOML is whole at the end of some lines
        let least = if name == "TOML" { sample.len() / 2 } else { sample.trim_end().len() };
        assert!(refused >= least, "{name}: {refused} of {}", sample.len());
        assert!(start.elapsed() < LIMIT, "{name}");
    }
}

#[test]
fn a_spec_with_one_octet_changed_is_refused_or_is_one() {
    for Format { name, read, sample } in FORMATS {
        let start = Instant::now();
        for at in 0..sample.len() {
            for with in [b'9', b'"', b'<', b'{', b'-', b'\n'] {
                let mut octets = sample.as_bytes().to_vec();
                octets[at] = with;
                if let Ok(doc) = read(&String::from_utf8(octets).unwrap()) {
                    assert!(doc.check().is_ok(), "{name} at {at}");
                    assert_eq!(toml::parse(&toml::write(&doc)).unwrap(), doc, "{name} at {at}");
                }
            }
        }
        assert!(start.elapsed() < LIMIT, "{name}");
    }
}

#[test]
fn what_is_too_much_is_refused_in_time() {
    let bomb = |root: &str| {
        let entities: String = (1..30)
            .map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10)))
            .collect();
        format!(
            "<!DOCTYPE {root} [<!ENTITY e0 \"x\">{entities}]><{root} type=\"&e29;\"><a b='&e29;'>&e29;</a></{root}>"
        )
    };
    let open = |text: &str| text.repeat(MAX_TEXT / text.len());
    let texts = [
        " ".repeat(10 << 20),
        format!("{}{}", " ".repeat(MAX_TEXT), "{}"),
        open("{\"fields\":"),
        open("["),
        open("{\"a\":[") + "1",
        open("<a>"),
        open("<!--"),
        open("<![CDATA["),
        open("<j8583-config>"),
        open("<isopackager>"),
        open("&amp;"),
        open("a=["),
        open("[a.b]\n"),
        open("\""),
        format!("<isopackager>{}", open("<isofield id='2'/>")),
        format!("<j8583-config><parse type='0200'>{}", open("<field num='2' type='LLVAR'/>")),
        format!("<j8583-config>{}</j8583-config>", "<parse type='0200' extends='0200'/>".repeat(20_000)),
        format!("{{\"fields\":{{{}}}}}", "\"2\":{},".repeat(100_000)),
        format!("{{\"fields\":{}1{}}}", "{\"2\":".repeat(100_000), "}".repeat(100_000)),
        format!("{{\"elements\":{{{}\"2\":{{}}}}}}", "\"2\":{},".repeat(100_000)),
        format!("[elements]\n2 = {{ is = \"{}\" }}", "n".repeat(MAX_TEXT / 2)),
        bomb("isopackager"),
        bomb("j8583-config"),
        "\u{0}".repeat(1_000),
        String::from("\u{feff}"),
    ];
    for Format { name, read, .. } in FORMATS {
        for text in &texts {
            let start = Instant::now();
            let error = read(text).unwrap_err();
            let head: String = text.chars().take(40).collect();
            assert!(error.to_string().len() < 2_000, "{name}: {head}");
            assert!(start.elapsed() < LIMIT, "{name}: {head} took {:?}", start.elapsed());
        }
    }
}

#[test]
fn huge_lengths_ask_for_no_memory() {
    let huge = [
        ("99999999", "n..19", "n..99999999"),
        ("999999999", "n..19", "n..999999999"),
        ("4294967295", "n..19", "n..4294967295"),
        ("99999999999999999999999", "n..19", "n..99999999999999999999999"),
    ];
    for (number, row, huge_row) in huge {
        let texts = [
            FORMATS[0].sample.replace(row, huge_row),
            FORMATS[1].sample.replace("\"length\": 12", &format!("\"length\": {number}")),
            FORMATS[2].sample.replace("length=\"8\"", &format!("length=\"{number}\"")),
            FORMATS[3].sample.replace("length=\"5\"", &format!("length=\"{number}\"")),
        ];
        for (format, text) in FORMATS.iter().zip(texts) {
            assert_ne!(text, format.sample, "{}", format.name);
            if let Ok(doc) = (format.read)(&text) {
                // a length that can be expressed is one; a message of it is refused as it is short
                let wire = b"0200FFFFFFFFFFFFFFFF16";
                assert!(doc.with(|spec| Message::parse(spec, wire).is_err()).unwrap(), "{}", format.name);
            }
        }
    }
}
