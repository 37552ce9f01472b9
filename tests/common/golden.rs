//! Golden messages: what a message holds, by number and path, and its octets in each dialect.

use std::path::PathBuf;

use cardwire::{
    Spec,
    layout::{Element, Layout, Order, Tag},
    spec,
};

use super::{Node, unhex};

/// One file of `tests/golden`.
pub(crate) struct Golden {
    pub(crate) name: String,
    pub(crate) mti: String,
    /// Path and value; a binary value as hexadecimal digits.
    pub(crate) lines: Vec<(String, String)>,
    pub(crate) wires: Vec<(&'static Spec<'static>, Vec<u8>)>,
}

/// All golden files, by name.
pub(crate) fn all() -> Vec<Golden> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| Golden::read(file)).collect()
}

/// All golden messages in all dialects: file, spec, octets.
pub(crate) fn wires() -> Vec<(String, &'static Spec<'static>, Vec<u8>)> {
    let each = |golden: Golden| {
        let name = golden.name;
        golden.wires.into_iter().map(move |(spec, wire)| (name.clone(), spec, wire))
    };
    all().into_iter().flat_map(each).collect()
}

impl Golden {
    fn read(file: &std::path::Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let mut golden = Self { name, mti: String::new(), lines: vec![], wires: vec![] };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[') {
                let name = name.strip_suffix(']').unwrap();
                let spec = spec::by_name(name).unwrap_or_else(|| panic!("{}: no {name}", golden.name));
                golden.wires.push((spec, vec![]));
            } else if let Some((_, wire)) = golden.wires.last_mut() {
                wire.extend(unhex(line));
            } else {
                let (path, value) = line.split_once(" =").unwrap();
                let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
                match path {
                    "mti" => golden.mti = value,
                    path => golden.lines.push((path.to_owned(), value)),
                }
            }
        }
        golden
    }

    /// The elements to build: a whole value where there is one, else its parts in their order.
    pub(crate) fn nodes(&self, spec: &Spec<'static>) -> Vec<Node> {
        let mut numbers: Vec<u32> = vec![];
        for (path, _) in &self.lines {
            numbers.push(path.split('.').next().unwrap().parse().unwrap());
        }
        numbers.dedup();
        let node = |number: u32| {
            let element = spec.element(u8::try_from(number).unwrap()).unwrap();
            let name = number.to_string();
            if let Some((_, value)) = self.lines.iter().find(|(path, _)| *path == name) {
                return Node::leaf(number, octets(element, value));
            }
            let parts = self.lines.iter().filter_map(|(path, value)| {
                let part = path.strip_prefix(&name)?.strip_prefix('.')?;
                Some(part_of(element, part, value))
            });
            Node::composite(number, parts.collect())
        };
        numbers.into_iter().map(node).collect()
    }
}

/// One part, one level deep.
fn part_of(element: &Element<'static>, part: &str, value: &str) -> Node {
    let layout: &Layout<'_> = element.layout().unwrap();
    let radix = match layout.order() {
        Order::Tags { tag: Tag::Ber, .. } => 16,
        _ => 10,
    };
    let key = u32::from_str_radix(part, radix).unwrap();
    Node::leaf(key, octets(layout.element(key).unwrap(), value))
}

/// The octets that a line means.
pub(crate) fn octets(element: &Element<'_>, value: &str) -> Vec<u8> {
    match element.content().is_binary() {
        true => unhex(value),
        false => value.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect(),
    }
}
