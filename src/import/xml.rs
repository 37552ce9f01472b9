//! XML, bounded: elements, their attributes, and how much text stands in them.
//!
//! A document type is skipped, not read: what it declares is never fetched and never expanded, so
//! a reference to an entity of its own is an error. Elements that say nothing about the wire
//! (validators and their properties) are skipped too.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{ImportError, Lines, MAX_ELEMENTS};

/// How deep elements may nest, skipped ones included.
const MAX_NESTING: usize = 32;

/// How many attributes an element may have.
const MAX_ATTRIBUTES: usize = 64;

/// The elements that a format consists of; others are skipped.
pub(super) struct Grammar {
    pub(super) root: &'static str,
    pub(super) below: &'static [&'static str],
    /// What a text of another root is not.
    pub(super) what: &'static str,
}

/// One element.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) name: String,
    /// The text directly within.
    pub(super) text: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The value of an attribute, without blanks around it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim)
    }

    /// The same with the blanks.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An attribute that is a decimal number of up to nine digits.
    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, ImportError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let is_short = (1..=9).contains(&text.len());
        let number = crate::layout::path::decimal(text).filter(|_| is_short);
        number.map(Some).ok_or_else(|| ImportError::new(format!("{name} is no number in range")))
    }
}

/// Reads a text to its last element.
pub(super) fn read(text: &str, grammar: &Grammar) -> Result<Node, ImportError> {
    let lines = Lines::of(text);
    let mut reader = Reader::from_str(text);
    let mut tree = Tree { grammar, root: None, open: Vec::new(), skipped: 0, count: 0 };
    loop {
        let start = reader.buffer_position();
        let line = |offset: u64| lines.line(usize::try_from(offset).unwrap_or(usize::MAX));
        let event = reader
            .read_event()
            .map_err(|error| ImportError::new(error.to_string()).at_line(line(reader.error_position())))?;
        let here = line(start + leading_blanks(text, start));
        let place = |error: ImportError| error.at_line(here);
        match event {
            Event::Start(tag) => tree.open(&tag, here).map_err(place)?,
            Event::Empty(tag) => {
                tree.open(&tag, here).map_err(place)?;
                tree.close();
            }
            Event::End(_) => tree.close(),
            Event::Text(text) => tree.text(&text),
            Event::CData(text) => tree.text(&text),
            Event::GeneralRef(name) => tree.reference(&name).map_err(place)?,
            Event::Eof => break,
            _ => {}
        }
    }
    match (tree.open.is_empty() && tree.skipped == 0, tree.root) {
        (true, Some(root)) => Ok(root),
        (true, None) => Err(ImportError::new(format!("there is no <{}>", grammar.root))),
        (false, _) => {
            Err(ImportError::new("the text ends inside an element").at_line(lines.line(text.len())))
        }
    }
}

/// An event starts where the one before it ended, at the blanks in front of its element.
fn leading_blanks(text: &str, start: u64) -> u64 {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blanks = rest.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
    u64::try_from(blanks).unwrap_or(0)
}

struct Tree<'g> {
    grammar: &'g Grammar,
    root: Option<Node>,
    open: Vec<Node>,
    /// How many elements are open that say nothing about the wire.
    skipped: usize,
    count: usize,
}

impl Tree<'_> {
    fn open(&mut self, tag: &BytesStart<'_>, line: u32) -> Result<(), ImportError> {
        let name = tag.name();
        let name: &str = name.as_ref();
        if self.open.len() + self.skipped >= MAX_NESTING {
            return Err(ImportError::new(format!("elements are nested deeper than {MAX_NESTING}")));
        }
        if self.open.is_empty() && (name != self.grammar.root || self.root.is_some()) {
            return Err(ImportError::new(format!(
                "expected <{}>, found <{}>: this is no {}",
                self.grammar.root, name, self.grammar.what
            )));
        }
        self.count += 1;
        if self.count > MAX_ELEMENTS {
            return Err(ImportError::new(format!("there are more than {MAX_ELEMENTS} elements")));
        }
        let is_known = name == self.grammar.root || self.grammar.below.contains(&name);
        if self.skipped > 0 || !is_known {
            self.skipped += 1;
            return Ok(());
        }
        let attributes = attributes(tag)?;
        let (name, text) = (name.to_string(), String::new());
        self.open.push(Node { line, name, text, attributes, children: Vec::new() });
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let (0, Some(node)) = (self.skipped, self.open.last_mut()) {
            node.text.push_str(text);
        }
    }

    /// A reference in text: to a character, or to one of the five entities that XML itself has.
    fn reference(&mut self, name: &BytesRef<'_>) -> Result<(), ImportError> {
        let text = format!("&{};", &**name);
        let character = unescape(&text).map_err(|error| ImportError::new(error.to_string()))?;
        self.text(&character);
        Ok(())
    }

    fn close(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if let Some(node) = self.open.pop() {
            match self.open.last_mut() {
                Some(parent) => parent.children.push(node),
                None => self.root = Some(node),
            }
        }
    }
}

fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, ImportError> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| ImportError::new(error.to_string()))?;
        if attributes.len() >= MAX_ATTRIBUTES {
            return Err(ImportError::new(format!("an element has more than {MAX_ATTRIBUTES} attributes")));
        }
        let name: &str = attribute.key.as_ref();
        let value = unescape(&attribute.value)
            .map_err(|error| ImportError::new(format!("attribute {name}: {error}")))?;
        attributes.push((name.to_string(), value.into_owned()));
    }
    Ok(attributes)
}
