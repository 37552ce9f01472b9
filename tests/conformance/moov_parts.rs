//! Rows of moov below fields: codings, prefixes, padding, BER-TLV, frame headers; and probes.

use std::path::Path;

use cardwire::frame::Framing;
use cardwire::import::{SpecDoc, moov};
use cardwire::{Message, Mti, layout::Content};
use serde_json::{Value as Json, json};

use crate::moov::{element, must_refuse, reading, wire};
use crate::replay::{Tree, alone, announced, both_ways, built};
use crate::report::Outcome;
use crate::row::{Row, unhex};

pub(crate) fn replay(shared: &Path, row: &Row) -> Outcome {
    match row.text("level") {
        "encoding" if row.text("enc") == "BerTLVTag" => tag(row),
        "encoding" => encoding(row),
        "prefix" => prefix(row),
        "padding" => padding(row),
        "bertlv" => objects(row),
        "network_header" => header(row),
        "probe" => probe(shared, row),
        "mask" => Outcome::Refused("a mask of its own form".into()),
        level => Outcome::Refused(format!("no such level: {level}")),
    }
}

/// A spec of one field, and its value; what is against the field is said.
fn one(field: &Json) -> Result<(SpecDoc, Content), Outcome> {
    match element(field) {
        Ok(element) => {
            let content = element.content;
            Ok((alone(element, 2), content))
        }
        Err(error) => Err(Outcome::Refused(error)),
    }
}

fn value(coding: &str, content: Content, octets: &[u8]) -> Tree {
    match content {
        // its strings are UTF-8, ours Latin-1
        _ if coding == "EBCDIC1047" => Tree::Text(String::from_utf8(octets.to_vec()).unwrap()),
        Content::B | Content::Any => Tree::Octets(octets.to_vec()),
        _ => Tree::Text(octets.iter().map(|octet| char::from(*octet)).collect()),
    }
}

fn encoding(row: &Row) -> Outcome {
    let (coding, given) = (row.text("enc"), unhex(row.text("in")));
    let units = match coding {
        "ASCIIToHex" => given.len() / 2,
        "EBCDIC1047" => String::from_utf8_lossy(&given).chars().count(),
        _ => given.len(),
    };
    let length = row.json["length"].as_i64().unwrap_or(i64::try_from(units).unwrap());
    let kind = if matches!(coding, "Binary" | "HexToASCII") { "Binary" } else { "String" };
    let field = json!({ "type": kind, "length": length, "enc": coding, "prefix": "ASCII.Fixed" });
    let (doc, content) = match one(&field) {
        Ok(one) => one,
        // a length below 0 is refused before anything is read
        Err(_) if row.is_error() && length < 0 => return Outcome::Exact,
        Err(outcome) => return outcome,
    };
    match (row.text("op"), row.is_error()) {
        ("decode", true) => must_refuse(row, reading(&doc, &announced(2, &given))),
        ("decode", false) => {
            let read = usize::try_from(row.json["read"].as_u64().unwrap()).unwrap();
            let values = vec![(2, value(coding, content, &unhex(row.text("out"))))];
            both_ways(&doc, &announced(2, &given[..read]), &values)
        }
        (_, true) => refused(row, &doc, value(coding, content, &given)),
        (_, false) => {
            let values = vec![(2, value(coding, content, &given))];
            both_ways(&doc, &announced(2, &unhex(row.text("out"))), &values)
        }
    }
}

/// The value alone must be refused.
fn refused(row: &Row, doc: &SpecDoc, value: Tree) -> Outcome {
    must_refuse(row, built(doc, Mti::FINANCIAL_REQUEST, &vec![(2, value)]).map(|_| ()))
}

/// A tag alone: a composite of one object without content.
fn tag(row: &Row) -> Outcome {
    let is_decode = row.text("op") == "decode";
    let mut octets = unhex(row.text(if is_decode { "in" } else { "out" }));
    let name = String::from_utf8(unhex(row.text(if is_decode { "out" } else { "in" }))).unwrap();
    let (doc, _) = one(&objects_field()).unwrap_or_else(|_| panic!());
    let with_length =
        |octets: &[u8]| announced(2, &[&[0, u8::try_from(octets.len()).unwrap()], octets].concat());
    if row.is_error() {
        // no tag at all is the end of the objects
        return match octets.len() {
            0 => Outcome::Exact,
            _ => must_refuse(row, reading(&doc, &with_length(&octets))),
        };
    }
    octets.push(0);
    let key = u32::from_str_radix(&name, 16).unwrap();
    let value = Tree::Keyed(vec![(key, Tree::Octets(Vec::new()))]);
    both_ways(&doc, &with_length(&octets), &vec![(2, value)])
}

fn objects_field() -> Json {
    json!({ "type": "Composite", "length": 999, "prefix": "Binary.LL", "subfields": {},
        "tag": { "enc": "BerTLVTag", "sort": "StringsByHex", "skipUnknownTLVTags": true } })
}

fn prefix(row: &Row) -> Outcome {
    let number = |key: &str| row.json[key].as_u64().map(|number| usize::try_from(number).unwrap());
    let (max, length) = (number("max").unwrap(), number("len"));
    let coding = if row.text("prefix").starts_with("Hex.Fixed") { "ASCII" } else { "Binary" };
    let field = json!({ "type": "Binary", "length": max, "enc": coding, "prefix": row.text("prefix") });
    let (doc, _) = match one(&field) {
        Ok(one) => one,
        Err(outcome) => return outcome,
    };
    let filler = |octets: usize| vec![b'1'; octets];
    match (row.text("op"), row.is_error()) {
        ("encode", true) => refused(row, &doc, Tree::Octets(filler(length.unwrap()))),
        ("decode", true) => {
            let raw = unhex(row.text("raw"));
            let error = row.text("error");
            let is_short = ["not enough", "EOF"].iter().any(|said| error.contains(said));
            // with as much after it as any length could ask for, so that only the length is at fault
            let after = if is_short { 0 } else { 100_000 };
            let wire = announced(2, &[&raw[..], &filler(after)].concat());
            match reading(&doc, &wire) {
                Err(said) if is_short != said.starts_with("Truncated") => {
                    Outcome::Differs(format!("refused for another reason: {said}"))
                }
                done => must_refuse(row, done),
            }
        }
        (op, false) => {
            let mut octets = unhex(row.text("raw"));
            if op == "decode" {
                octets.truncate(number("read").unwrap());
            }
            octets.extend(filler(length.unwrap()));
            both_ways(&doc, &announced(2, &octets), &vec![(2, Tree::Octets(filler(length.unwrap())))])
        }
        _ => Outcome::Refused("no such operation".into()),
    }
}

fn padding(row: &Row) -> Outcome {
    let is_pad = row.text("op") == "pad";
    let (short, long) = if is_pad { ("in", "out") } else { ("out", "in") };
    let (short, long) = (unhex(row.text(short)), unhex(row.text(long)));
    let padding = json!({ "type": row.text("padding"), "pad": row.text("pad") });
    let field = json!({ "type": "String", "length": long.len(), "enc": "ASCII", "prefix": "ASCII.Fixed",
        "padding": padding });
    let (doc, _) = one(&field).unwrap_or_else(|_| panic!());
    let text = Tree::Text(String::from_utf8(short).unwrap());
    both_ways(&doc, &announced(2, &long), &vec![(2, text)])
}

fn objects(row: &Row) -> Outcome {
    let octets = wire(row);
    let (doc, _) = one(&objects_field()).unwrap_or_else(|_| panic!());
    let field = [&u16::try_from(octets.len()).unwrap().to_be_bytes(), &octets[..]].concat();
    let wire = announced(2, &field);
    if row.is_error() {
        return must_refuse(row, reading(&doc, &wire));
    }
    let value = match row.json["tree"].as_array() {
        Some(tree) => {
            let keyed = tree.iter().map(|object| (tag_of(object), Tree::Octets(content(object))));
            Tree::Keyed(keyed.collect())
        }
        None => Tree::Opaque,
    };
    both_ways(&doc, &wire, &vec![(2, value)])
}

fn tag_of(object: &Json) -> u32 {
    u32::from_str_radix(object["tag"].as_str().unwrap(), 16).unwrap()
}

/// The content of an object; what it holds is put together again, in short lengths.
fn content(object: &Json) -> Vec<u8> {
    let Some(inner) = object["sub"].as_array() else { return unhex(object["x"].as_str().unwrap()) };
    let whole = inner.iter().map(|object| {
        let (tag, content) = (unhex(object["tag"].as_str().unwrap()), content(object));
        [&tag[..], &[u8::try_from(content.len()).unwrap()], &content].concat()
    });
    whole.collect::<Vec<_>>().concat()
}

fn framing(name: &str) -> Option<Framing> {
    Some(match name {
        "ascii4" => Framing::ASCII4,
        "bcd2" => Framing::BCD2,
        "binary2" => Framing::BINARY2,
        "vmlh" => Framing::BINARY2_ZEROS.with_limit(2048),
        _ => return None,
    })
}

fn header(row: &Row) -> Outcome {
    let raw = wire(row);
    let Some(framing) = framing(row.text("header")) else {
        return Outcome::Refused("no such header".into());
    };
    if row.is_error() {
        return match framing.split(&raw) {
            Err(_) | Ok(None) => Outcome::Exact,
            Ok(Some(_)) => Outcome::Differs("accepted what the peer refuses".into()),
        };
    }
    let payload = vec![b'1'; usize::try_from(row.json["length"].as_u64().unwrap()).unwrap()];
    let whole = [&raw[..], &payload].concat();
    let frame = match framing.split(&whole) {
        Ok(Some(frame)) => frame,
        Ok(None) => return Outcome::Differs("the frame is not whole".into()),
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let mut out = vec![0; 5_000];
    match framing.wrap(&[], &payload, &mut out) {
        Ok(wrapped) if wrapped == whole && frame.payload == payload => Outcome::Exact,
        _ => Outcome::Differs("another frame".into()),
    }
}

/// What moov gets wrong, and what would be right.
fn probe(shared: &Path, row: &Row) -> Outcome {
    let raw = wire(row);
    let spec = |file: &str| {
        let file = shared.join("corpora/moov/specs").join(file);
        moov::parse(&std::fs::read_to_string(file).unwrap()).unwrap()
    };
    let must_accept = |done: Result<(), String>| match done {
        Ok(()) => Outcome::Exact,
        Err(said) => Outcome::Refused(said),
    };
    let in_objects = |outcome: &dyn Fn(&SpecDoc, &[u8]) -> Outcome| {
        let (doc, _) = one(&objects_field()).unwrap_or_else(|_| panic!());
        let field = [&u16::try_from(raw.len()).unwrap().to_be_bytes(), &raw[..]].concat();
        outcome(&doc, &announced(2, &field))
    };
    let with = |field: Json, outcome: &dyn Fn(&SpecDoc, &[u8]) -> Outcome| match one(&field) {
        Ok((doc, _)) => outcome(&doc, &announced(2, &raw)),
        Err(refused) => refused,
    };
    let refused = |doc: &SpecDoc, wire: &[u8]| must_refuse(row, reading(doc, wire));
    let copied = |doc: &SpecDoc, wire: &[u8]| both_ways(doc, wire, &vec![(2, Tree::Opaque)]);
    let overflow = |framing: Framing| {
        let payload = vec![b'1'; usize::try_from(row.json["length"].as_u64().unwrap()).unwrap()];
        must_refuse(row, framing.measure(&[], &payload).map(|_| ()).map_err(|error| error.to_string()))
    };
    let fixed = |kind: &str, coding: &str, length: u32| json!({ "type": kind, "length": length, "enc": coding, "prefix": "ASCII.Fixed" });
    match row.text("case") {
        "trailing bytes" => must_refuse(row, reading(&spec("go_iso8583.Spec87.json"), &raw)),
        "standard primary-only bitmap" => must_accept(reading(&spec("go_specs.Spec87ASCII.json"), &raw)),
        "LL prefix with sign" => {
            with(json!({ "type": "String", "length": 99, "enc": "ASCII", "prefix": "ASCII.LL" }), &refused)
        }
        "BCD pad nibble not zero" => with(fixed("String", "BCD", 3), &refused),
        "BER-TLV zero length" | "BER-TLV duplicate tag" | "BER-TLV order" => in_objects(&copied),
        "BER-TLV indefinite length" | "BER-TLV 6-octet huge length on an LBCD subfield" => {
            in_objects(&refused)
        }
        "ASCII length header -001" => match Framing::ASCII4.split(&raw) {
            Err(_) => Outcome::Exact,
            Ok(_) => Outcome::Differs("accepted what the peer should refuse".into()),
        },
        "ASCII length header overflow" => overflow(Framing::ASCII4),
        "BCD length header overflow" => overflow(Framing::BCD2),
        "Binary.LLLLL length 5" => with(
            json!({ "type": "Binary", "length": 99, "enc": "Binary", "prefix": "Binary.LLLLL" }),
            &refused,
        ),
        "EBCDIC1047 fixed 10 with a non-ASCII letter" => with(fixed("String", "EBCDIC1047", 10), &copied),
        "Numeric fixed 6 with sign" => with(fixed("Numeric", "ASCII", 6), &refused),
        "track 2 without service code" | "track 2 with empty expiry and service code" => {
            let length = u32::try_from(raw.len()).unwrap();
            let mut field = fixed("Track2", "ASCII", length);
            field["description"] = "Track 2".into();
            let (doc, _) = one(&field).unwrap_or_else(|_| panic!());
            let wire = announced(2, &raw);
            let shown = doc.with(|spec| Message::parse(spec, &wire).unwrap().get(2).unwrap().to_string());
            assert!(!shown.unwrap().contains("4242424242"), "the mask fails closed");
            both_ways(&doc, &wire, &vec![(2, Tree::Opaque)])
        }
        case => Outcome::Refused(format!("no such case: {case}")),
    }
}
