//! Guides and templates, which say the fields of one message type each, as one spec.

use alloc::collections::btree_map::Entry;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ptr;

use super::{Options, types};
use crate::codec::{Coding, LengthUnit};
use crate::import::xml::Node;
use crate::import::{ElementDoc, ImportError, LayoutDoc, MAX_ELEMENTS, OrderDoc, SpecDoc, standard};
use crate::layout::{BitmapForm, Form, MAX_DEPTH, NextBitmap};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::{Codes, MtiCoding};

type Result<T> = core::result::Result<T, ImportError>;

/// The fields of one message type by number.
type Fields<'n> = BTreeMap<u32, &'n Node>;

/// The first element of each name and type.
type Index<'n> = BTreeMap<(&'n str, &'n str), &'n Node>;

pub(super) fn spec(root: &Node, options: &Options) -> Result<SpecDoc> {
    let index = index(root);
    let mut reader = Reader { index: &index, options, count: 0 };
    let (mut known, mut elements) = (BTreeMap::new(), BTreeMap::new());
    for name in ["parse", "template"] {
        // what a guide says is not asked of a template
        let before: Vec<u32> = elements.keys().copied().collect();
        for node in root.children.iter().filter(|node| node.name == name && is_meant(node, options)) {
            let mti = message_type(node)?;
            for (number, field) in reader.fields(node, name)? {
                if !before.contains(&number) {
                    let element = reader.element(field, number, &number.to_string(), 1)?;
                    agree(&mut elements, &mut known, element, mti, field)?;
                }
            }
        }
    }
    if elements.is_empty() {
        let message = match &options.message {
            Some(mti) => format!("there is no field of a message {mti}"),
            None => String::from("there is no field of any message"),
        };
        return Err(ImportError::new(message).at_line(root.line));
    }
    let mut form = BitmapForm::new(bitmap_coding(options));
    if elements.keys().any(|number| *number > 128) {
        // element 65 is the third bitmap itself
        form.third = NextBitmap::InElement;
        elements.remove(&65);
    }
    let doc = SpecDoc {
        name: options.name.clone().unwrap_or_else(|| String::from("j8583")),
        header: options.header.map_or_else(|| header(root, &index, options), Ok)?,
        mti: match (options.binary_header, options.page) {
            (true, _) => MtiCoding::Bcd,
            (false, Some(_)) => MtiCoding::Ebcdic,
            (false, None) => MtiCoding::Ascii,
        },
        codes: Codes::Iso,
        body: LayoutDoc { order: OrderDoc::Bitmap(form), elements: elements.into_values().collect() },
    };
    doc.check().map_err(|error| {
        let number = error.element().split('.').next().and_then(|first| first.parse::<u32>().ok());
        let line = number.and_then(|number| known.get(&number)).map(|(_, line)| *line);
        line.into_iter().fold(error, ImportError::at_line)
    })?;
    Ok(doc)
}

fn index(root: &Node) -> Index<'_> {
    let mut index = Index::new();
    for node in &root.children {
        if let Some(kind) = node.get("type") {
            index.entry((node.name.as_str(), kind)).or_insert(node);
        }
    }
    index
}

fn bitmap_coding(options: &Options) -> Coding {
    match (options.binary_header || options.binary_bitmap, options.page) {
        (true, _) => Coding::Raw,
        (false, Some(page)) if options.text_lengths => Coding::EbcdicHex(page),
        (false, _) => Coding::Hex,
    }
}

fn is_meant(node: &Node, options: &Options) -> bool {
    options.message.is_none() || options.message.as_deref() == node.get("type")
}

/// Takes an element up; another guide must not read it differently.
fn agree<'n>(
    elements: &mut BTreeMap<u32, ElementDoc>,
    known: &mut BTreeMap<u32, (&'n str, u32)>,
    element: ElementDoc,
    mti: &'n str,
    field: &Node,
) -> Result<()> {
    let number = element.key;
    match elements.entry(number) {
        Entry::Vacant(slot) => {
            known.insert(number, (mti, field.line));
            slot.insert(element);
            Ok(())
        }
        Entry::Occupied(slot) if *slot.get() == element => Ok(()),
        Entry::Occupied(_) => {
            let other = known.get(&number).map_or("another message", |(mti, _)| *mti);
            let message = format!("it is not the same in {other} and {mti}; say with Options::message which");
            Err(ImportError::new(message).at_line(field.line).in_element(&number.to_string()))
        }
    }
}

/// The MTI that a guide, a template or a header is for.
fn message_type(node: &Node) -> Result<&str> {
    let mti = node.get("type").unwrap_or_default();
    match mti.len() == 4 && mti.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        true => Ok(mti),
        false => {
            Err(ImportError::new(format!("the <{}> has no type of four digits", node.name))
                .at_line(node.line))
        }
    }
}

/// The length of the headers, which must all be as long.
fn header(root: &Node, index: &Index<'_>, options: &Options) -> Result<usize> {
    let mut found: Option<(usize, &str)> = None;
    for node in root.children.iter().filter(|node| node.name == "header" && is_meant(node, options)) {
        let place = |message: String| ImportError::new(message).at_line(node.line);
        let mti = message_type(node)?;
        let text = match node.get("ref") {
            None => node,
            Some(other) => {
                let found = index.get(&("header", other)).copied();
                found.ok_or_else(|| place(format!("there is no header of type {other} to refer to")))?
            }
        };
        let octets = match text.get("binary") {
            Some("true") => text.text.trim().len() / 2,
            _ => text.text.chars().count(),
        };
        match found {
            Some((other, other_mti)) if other != octets => {
                return Err(place(format!(
                    "the header of {mti} has {octets} octets, that of {other_mti} {other}; say with \
                     Options::message which, or with Options::header how many"
                )));
            }
            _ => found = Some((octets, mti)),
        }
    }
    Ok(found.map_or(0, |(octets, _)| octets))
}

struct Reader<'r, 'n> {
    index: &'r Index<'n>,
    options: &'r Options,
    /// Of fields and of steps from a guide to the one it extends: a file may not cost more.
    count: usize,
}

impl<'n> Reader<'_, 'n> {
    /// The fields of a guide or template, with those that it inherits and without those it excludes.
    fn fields(&mut self, node: &'n Node, name: &str) -> Result<Fields<'n>> {
        let mut chain = Vec::from([node]);
        let mut met = BTreeSet::from([ptr::from_ref(node)]);
        while let Some(last) = chain.last().copied() {
            let Some(base) = last.get("extends") else { break };
            let place = |message: String| ImportError::new(message).at_line(last.line);
            let found = self.index.get(&(name, base)).copied();
            let found =
                found.ok_or_else(|| place(format!("there is no <{name}> of type {base} to extend")))?;
            if !met.insert(found) {
                return Err(place(format!("it extends {base}, which extends it")));
            }
            self.step(last)?;
            chain.push(found);
        }
        let mut fields = Fields::new();
        for node in chain.into_iter().rev() {
            for field in node.children.iter().filter(|node| node.name == "field") {
                self.step(field)?;
                let number = field
                    .number("num")
                    .map_err(|error| error.at_line(field.line))?
                    .filter(|number| (2..=192).contains(number));
                let number = number.ok_or_else(|| {
                    ImportError::new("the field has no `num` from 2 to 192").at_line(field.line)
                })?;
                match field.get("type") {
                    Some("exclude") => fields.remove(&number),
                    _ => fields.insert(number, field),
                };
            }
        }
        Ok(fields)
    }

    /// Counts what is gone through.
    fn step(&mut self, at: &Node) -> Result<()> {
        self.count += 1;
        match self.count > MAX_ELEMENTS {
            true => {
                let message =
                    format!("there are more than {MAX_ELEMENTS} fields, those that are extended included");
                Err(ImportError::new(message).at_line(at.line))
            }
            false => Ok(()),
        }
    }

    fn element(&mut self, field: &Node, key: u32, path: &str, depth: usize) -> Result<ElementDoc> {
        let place = |error: ImportError| error.at_line(field.line).in_element(path);
        let fail = |message: String| place(ImportError::new(message));
        let kind = field.get("type").ok_or_else(|| fail(String::from("the field has no type")))?;
        let length = field.number("length").map_err(place)?.unwrap_or(0);
        let element = types::element(key, kind, length, self.options);
        let mut element = element.ok_or_else(|| {
            fail(format!("{kind} is no type of j8583, or needs a length in range that it does not have"))
        })?;
        let parts: Vec<&Node> = field.children.iter().filter(|node| node.name == "field").collect();
        if parts.is_empty() {
            let is_top = depth == 1;
            element.privacy = if is_top { standard::privacy(&element) } else { SECRET };
            return Ok(element);
        }
        if depth >= MAX_DEPTH {
            return Err(fail(String::from("fields are nested too deep")));
        }
        let mut elements = Vec::new();
        for (part, position) in parts.into_iter().zip(1..) {
            self.step(part).map_err(|error| error.in_element(path))?;
            elements.push(self.element(part, position, &format!("{path}.{position}"), depth + 1)?);
        }
        holding(&mut element);
        element.layout = Some(LayoutDoc { order: OrderDoc::Positions { required: 0 }, elements });
        Ok(element)
    }
}

/// The parts of an element are written each for itself, so it holds their octets.
fn holding(element: &mut ElementDoc) {
    let (coding, counts, digits) = match (element.content, element.coding) {
        (_, Coding::Bcd) => (Coding::Raw, LengthUnit::Nibbles, 2),
        // hexadecimal digits of the octets of the parts
        (Content::H, Coding::Ebcdic(page)) => (Coding::EbcdicHex(page), LengthUnit::Bytes, 2),
        (Content::H, _) => (Coding::Hex, LengthUnit::Bytes, 2),
        _ => (Coding::Raw, LengthUnit::Units, 1),
    };
    element.coding = coding;
    (element.min, element.max) = (element.min.div_ceil(digits), element.max.div_ceil(digits));
    if let Form::Prefixed(prefix) = &mut element.form {
        prefix.counts = counts;
        element.max = element.max.min(u32::try_from(prefix.capacity()).unwrap_or(u32::MAX) / digits);
    }
    element.content = Content::B;
    element.fill = None;
}
