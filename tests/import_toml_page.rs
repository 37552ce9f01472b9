//! `docs/spec-toml.md`: every block is a spec, every row of octets is what a message has, every word is
//! there.
#![cfg(feature = "toml")]

mod common;

use std::collections::BTreeSet;

use cardwire::import::toml;
use cardwire::layout::Layout;
use cardwire::{Builder, Message, Mti, Spec};

use common::{Node, hex, unhex};

const PAGE: &str = include_str!("../docs/spec-toml.md");

/// The fenced blocks of a language, each with the one after it.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut parts = PAGE.split("```");
    let mut blocks = vec![];
    parts.next();
    while let Some(block) = parts.next() {
        let (language, text) = block.split_once('\n').unwrap();
        blocks.push((language, text));
        parts.next();
    }
    blocks
}

/// The rows of tables with this head, as cells without their marks.
fn rows(head: &str) -> Vec<Vec<&'static str>> {
    let mut rows = vec![];
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if line != head {
            continue;
        }
        lines.next();
        for line in lines.by_ref().take_while(|line| line.starts_with('|')) {
            let cells = line.trim_matches('|').split(" | ");
            rows.push(cells.map(|cell| cell.trim_matches(' ').trim_matches('`')).collect());
        }
    }
    rows
}

fn spec(text: &str) -> &'static Spec<'static> {
    toml::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}")).leak().unwrap()
}

fn element(row: &str) -> &'static Spec<'static> {
    spec(&format!("dialect = \"ascii-binary\"\n[elements]\n48 = {row}"))
}

fn value(text: &str) -> Vec<u8> {
    text.strip_prefix('#').map_or_else(|| text.bytes().collect(), unhex)
}

/// `1=01 2.3=20` as parts of a layout.
fn nodes(layout: &Layout<'_>, said: &[(&str, &str)]) -> Vec<Node> {
    let mut nodes: Vec<Node> = vec![];
    let mut rest = said;
    while let Some((path, given)) = rest.first() {
        let (name, inner) = path.split_once('.').map_or((*path, None), |(name, inner)| (name, Some(inner)));
        let key = layout.key_named(name).unwrap();
        if inner.is_none() {
            nodes.push(Node::leaf(key, value(given)));
            rest = &rest[1..];
            continue;
        }
        let below: Vec<(&str, &str)> = rest
            .iter()
            .map_while(|(path, given)| {
                let (first, inner) = path.split_once('.')?;
                (first == name).then_some((inner, *given))
            })
            .collect();
        rest = &rest[below.len()..];
        let inner = layout.element(key).unwrap().layout().unwrap();
        nodes.push(Node::composite(key, self::nodes(inner, &below)));
    }
    nodes
}

fn pairs(said: &str) -> Vec<(&str, &str)> {
    said.split(' ').filter(|one| !one.is_empty()).map(|one| one.split_once('=').unwrap()).collect()
}

fn both_ways(spec: &'static Spec<'static>, mti: Mti, nodes: &[Node], wire: &str, is_exact: bool) {
    let mut builder = Builder::new(spec, mti);
    common::set_all(&mut builder, nodes);
    let built = builder.to_vec().unwrap_or_else(|error| panic!("{nodes:?}: {error}"));
    assert!(hex(&built).ends_with(&hex(&unhex(wire))), "{nodes:?}: {}, the page says {wire}", hex(&built));
    let message = Message::parse(spec, &built).unwrap();
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), built);
    if is_exact {
        assert_eq!(hex(&built), hex(&unhex(wire)));
        assert!(common::nodes(&message) == nodes, "{nodes:?}");
    }
}

#[test]
fn every_block_is_a_spec_and_every_message_behind_it_is_one_of_it() {
    let blocks = blocks();
    let mut messages = 0;
    for (index, (language, text)) in blocks.iter().enumerate() {
        if *language != "toml" {
            continue;
        }
        let spec = spec(text);
        let Some(("text", message)) = blocks.get(index + 1) else { continue };
        let (said, wire) = message.trim().split_once('\n').unwrap();
        let (mti, said) = said.split_once(": ").unwrap();
        let nodes = nodes(spec.body(), &pairs(said));
        both_ways(spec, mti.parse().unwrap(), &nodes, wire, true);
        messages += 1;
    }
    assert!(messages >= 3, "{messages}");
}

#[test]
fn every_row_writes_its_octets() {
    let rows = rows("| row | value | on the wire |");
    assert!(rows.len() > 60, "{}", rows.len());
    let head = 4 + 8;
    for cells in rows {
        let [row, given, wire] = cells[..] else { panic!("{cells:?}") };
        let spec = element(row);
        let octets = value(given);
        let built = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, octets.as_slice()).to_vec();
        if wire == "refused" {
            assert!(built.is_err(), "{row} {given}");
            continue;
        }
        let built = built.unwrap_or_else(|error| panic!("{row} {given}: {error}"));
        assert_eq!(hex(&built[head..]), wire, "{row} {given}");
        let message = Message::parse(spec, &built).unwrap_or_else(|error| panic!("{row} {given}: {error}"));
        let read: Vec<u8> = message.get(48).unwrap().expose().octets().collect();
        assert!(read == octets || read.len() > octets.len(), "{row} {given}");
        assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), built, "{row}");
    }
    for cells in self::rows("| element 48 | parts | on the wire |") {
        let [row, said, wire] = cells[..] else { panic!("{cells:?}") };
        let spec = element(row);
        let nodes = nodes(spec.element(48).unwrap().layout().unwrap(), &pairs(said));
        both_ways(spec, Mti::NETWORK_REQUEST, &[Node::composite(48, nodes)], wire, false);
    }
    for cells in self::rows("| `mti` | 0200 on the wire |") {
        let spec = spec(&format!("mti = \"{}\"\n[elements]\n48 = {{ is = \"n1\" }}", cells[0]));
        let built = Builder::new(spec, Mti::FINANCIAL_REQUEST).set(48, "1").to_vec().unwrap();
        assert!(hex(&built).starts_with(cells[1]), "{cells:?}");
    }
    for cells in self::rows("| jPOS | row |") {
        element(cells[1]);
    }
}

#[test]
fn the_table_of_dialects_is_what_they_are() {
    let tables =
        rows("| dialect | MTI | bitmap | text | digits, track | amount | binary | prefix | spare-var |");
    assert!(tables.len() >= 5);
    let rows = "[elements]\n3 = { is = \"n3\" }\n28 = { is = \"x+n8\" }\n35 = { is = \"z..37\", length = \"LL\" }\n\
                41 = { is = \"ans2\" }\n48 = { is = \"ans..9\", length = \"LL\" }\n52 = { is = \"b2\" }\n\
                62 = { is = \"b..9\", length = \"LL\" }";
    for cells in tables {
        let cells: Vec<&str> = cells.iter().map(|cell| cell.trim_matches('`')).collect();
        let [name, mti, bitmap, text, digits, amount, binary, prefix, spare] = cells[..] else {
            panic!("{cells:?}")
        };
        let short = toml::parse(&format!("dialect = \"{name}\"\n{rows}")).unwrap();
        let long = [
            ("mti", mti),
            ("bitmap", bitmap),
            ("text", text),
            ("digits", digits),
            ("track", digits),
            ("amount", amount),
            ("binary", binary),
            ("prefix", prefix),
            ("spare-var", spare),
        ];
        let long: String = long.iter().map(|(key, word)| format!("{key} = \"{word}\"\n")).collect();
        // what counts octets of a coding has a key of its own
        let units = |mut doc: cardwire::import::SpecDoc| {
            if let Some(element) = doc.element_mut(62)
                && let cardwire::layout::Form::Prefixed(prefix) = &mut element.form
            {
                prefix.counts = cardwire::layout::LengthUnit::Units;
            }
            doc
        };
        assert_eq!(units(toml::parse(&(long + rows)).unwrap()), units(short), "{name}");
    }
}

#[test]
fn every_key_of_the_format_is_on_the_page() {
    let words: BTreeSet<&str> = PAGE.split('`').skip(1).step_by(2).collect();
    // what the reader takes: a key that it does not know, it refuses
    let root = "name dialect header mti bitmap text digits track amount binary prefix binary-counts spare-fixed \
                spare-var codes";
    let row = "is length name coding fill full-size spare privacy positions tags bitmap parts unknown lead";
    let others = "prefix width counts includes padded coding octets second third";
    for key in [root, row, others].iter().flat_map(|keys| keys.split_whitespace()) {
        assert!(words.contains(key) || PAGE.contains(&format!("`{key}`")), "{key} is not on the page");
    }
    for key in ["until", "counts-tag"] {
        assert!(PAGE.contains(&format!("{key} = ")), "{key} is not on the page");
    }
}
