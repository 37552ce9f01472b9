//! What the tests of this folder share: hexadecimal, the shared folder, and values as a tree.
#![allow(dead_code, reason = "each test file uses what it needs")]

pub(crate) mod alike;
pub(crate) mod golden;
pub(crate) mod venv;

use std::fmt;
use std::path::PathBuf;

use cardwire::spec::{Slots, Table, table};
use cardwire::{
    Builder, Dialect, Field, Message, Spec, Value,
    layout::{Layout, Row},
    write::PartList,
};

/// The folder of collected facts and corpora, where it is at hand.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("CARDWIRE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if folder.join("corpora").is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus at {} (set CARDWIRE_SHARED)", folder.display());
    None
}

/// A spec of these rows, leaked, if they are sound; of two with one number, the last.
pub(crate) fn spec_of(
    dialect: Dialect,
    rows: &[Row<'static>],
) -> Result<&'static Spec<'static>, cardwire::Error> {
    leaked(dialect, &rows.iter().fold(table([]), |table, row| table.with(*row)))
}

/// The same of rows that are sound, each with a number of its own.
pub(crate) fn sound_spec_of<const N: usize>(
    dialect: Dialect,
    rows: [Row<'static>; N],
) -> &'static Spec<'static> {
    leaked(dialect, &table(rows)).expect("a sound spec")
}

fn leaked(dialect: Dialect, table: &Table<'static>) -> Result<&'static Spec<'static>, cardwire::Error> {
    let slots: &'static Slots<'static> = Box::leak(Box::new(table.elements(&dialect)));
    Spec::try_new("test", &dialect, slots).map(|spec| &*Box::leak(Box::new(spec)))
}

/// Holds a text against `tests/NAME` line by line; `CARDWIRE_WRITE=1` writes it anew, to be read before it is committed.
pub(crate) fn kept(name: &str, text: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    if std::env::var_os("CARDWIRE_WRITE").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap();
    for (line, (found, known)) in text.lines().zip(known.lines()).enumerate() {
        assert_eq!(found, known, "{name}, line {}", line + 1);
    }
    assert_eq!(text.len(), known.len(), "{name}");
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits = text.chars().filter(|digit| !digit.is_whitespace());
    let digits: Vec<u32> = digits.map(|digit| digit.to_digit(16).expect("a hex digit")).collect();
    assert!(digits.len().is_multiple_of(2), "a whole number of octets");
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// An element or a part with all below it, by value: what a test wrote, or what parsing gave.
///
/// Everything is leaked, which makes it `Copy` and lets a builder borrow it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) key: u32,
    pub(crate) value: Tree,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tree {
    Leaf(&'static [u8]),
    Parts(&'static List),
}

/// The parts of a composite.
#[derive(PartialEq, Eq)]
pub(crate) struct List(pub(crate) Vec<Node>);

impl Node {
    pub(crate) fn leaf(key: u32, octets: Vec<u8>) -> Self {
        Self { key, value: Tree::Leaf(octets.leak()) }
    }

    pub(crate) fn composite(key: u32, parts: Vec<Node>) -> Self {
        Self { key, value: Tree::Parts(Box::leak(Box::new(List(parts)))) }
    }

    pub(crate) fn of(field: &Field<'_>) -> Self {
        let key = field.key().value();
        match field.is_composite() {
            true => Self::composite(key, field.parts().map(|part| Self::of(&part)).collect()),
            false => Self::leaf(key, field.expose().octets().collect()),
        }
    }
}

impl From<Node> for Value<'static> {
    fn from(node: Node) -> Self {
        match node.value {
            Tree::Leaf(octets) => octets.into(),
            Tree::Parts(list) => list.into(),
        }
    }
}

impl PartList for List {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.0.get(index).map(|node| node.key)
    }

    fn value(&self, index: usize) -> Option<Value<'_>> {
        self.0.get(index).map(|node| (*node).into())
    }
}

/// All that a message holds.
pub(crate) fn nodes(message: &Message<'_>) -> Vec<Node> {
    message.fields().map(|field| Node::of(&field)).collect()
}

/// Sets what a list of nodes says.
pub(crate) fn set_all<'b>(builder: &'b mut Builder<'static>, nodes: &[Node]) -> &'b mut Builder<'static> {
    for node in nodes {
        builder.set(u8::try_from(node.key).unwrap(), *node);
    }
    builder
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Tree::Leaf(octets) => write!(f, "{:X}={:?}", self.key, String::from_utf8_lossy(octets)),
            Tree::Parts(list) => write!(f, "{:X}={:?}", self.key, list.0),
        }
    }
}

/// Every run of at least `least` digits in a text.
pub(crate) fn digit_runs(text: &str, least: usize) -> Vec<&str> {
    text.split(|character: char| !character.is_ascii_digit()).filter(|run| run.len() >= least).collect()
}
