//! Packager files: each loads, survives the native format, and round-trips generated messages.

use std::fmt::Write;
use std::path::Path;

use cardwire::import::{SpecDoc, jpos, toml};
use cardwire::layout::{Form, Layout, NextBitmap, Order, Tag};
use cardwire::{
    Builder, Message, Mti, Spec, Value,
    layout::{BitmapForm, Coding, Content, Element},
    write::PartList,
};

/// What only the Java classes around a file know.
fn options(file: &str) -> jpos::Options {
    let options = jpos::Options::new().name(file.trim_end_matches(".xml"));
    match file {
        // the packager of X9.2 has a bitmap of its own; here one of 64 bits in characters
        "x92pack.xml" => options.bitmap(BitmapForm::new(Coding::Hex).second(NextBitmap::Never)),
        // a class of the test maps the tags
        "test-ISO93TLVPackager.xml" => {
            let tags = [("48", 1), ("48", 3), ("48", 4), ("48", 5), ("60", 1)];
            tags.iter().fold(options, |options, (path, id)| options.tag(path, *id, &format!("A{id}")))
        }
        _ => options,
    }
}

pub(crate) fn load(folder: &Path, file: &str) -> Result<SpecDoc, cardwire::import::ImportError> {
    jpos::import(&std::fs::read_to_string(folder.join(file)).unwrap(), &options(file))
}

pub(crate) fn check(folder: &Path) {
    let mut table = String::from("| packager | elements and parts | messages |\n| --- | ---: | ---: |\n");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".xml"))
        .collect();
    files.sort();
    let mut loaded = 0;
    for file in &files {
        let doc = match load(folder, file) {
            Ok(doc) => doc,
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains("this is no packager"), "{file}: {message}");
                let _ = writeln!(table, "| {file} | {message} | |");
                continue;
            }
        };
        assert_eq!(toml::parse(&toml::write(&doc)).unwrap(), doc, "{file}");
        let messages = doc.with(|spec| round_trips(file, spec)).unwrap();
        let _ = writeln!(table, "| {file} | {} | {messages} |", doc.body.count());
        loaded += 1;
    }
    println!("{table}");
    assert!(loaded >= 25, "{loaded} packagers");
}

/// One message for each element alone, short and long, and one of all elements.
fn round_trips(file: &str, spec: &Spec<'_>) -> usize {
    let elements: Vec<&Element<'_>> = spec.body().elements().collect();
    let mut messages = 0;
    for long in [false, true] {
        elements.iter().for_each(|element| round_trip(file, spec, &[element], long));
        round_trip(file, spec, &elements, long);
        messages += elements.len() + 1;
    }
    messages
}

fn round_trip(file: &str, spec: &Spec<'_>, elements: &[&Element<'_>], long: bool) {
    let header = vec![0x21; spec.header()];
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.header(&header);
    for element in elements {
        builder.set(u8::try_from(element.key()).unwrap(), sample(element, long));
    }
    let name = || format!("{file}, element {} {}, long: {long}", elements[0].key(), elements.len());
    let wire = builder.to_vec().unwrap_or_else(|error| panic!("{}: {error}", name()));
    let message = Message::parse(spec, &wire).unwrap_or_else(|error| panic!("{}: {error}", name()));
    assert_eq!(message.bitmap().len(), elements.len(), "{}", name());
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire, "{}", name());
}

/// A value the element can hold: its parts, or characters of its class. Leaked, as a test may.
fn sample<'a>(element: &'a Element<'a>, long: bool) -> Value<'a> {
    if let Some(layout) = element.layout() {
        let is_filled = element.form() == Form::Fixed;
        let list = List(parts(layout, long || is_filled, element.max()));
        return Value::from(&*Box::leak(Box::new(list)) as &dyn PartList<'a>);
    }
    let length = match (element.form(), long) {
        (Form::Fixed | Form::IfLetter, _) => element.max(),
        (_, true) => element.max().min(2_000),
        (_, false) => element.min().max(1),
    };
    let pattern: &[u8] = match element.content() {
        Content::B | Content::Any => &[0xC1, 0x00, 0xFF, 0x41, 0x20],
        Content::Xn | Content::Yn => b"D1234567890123456789",
        Content::H => b"0F9A",
        Content::A => b"Ab",
        _ => b"12345",
    };
    let mut octets: Vec<u8> = pattern.iter().copied().cycle().take(length).collect();
    if matches!(element.content(), Content::Xn | Content::Yn) {
        octets[1..].fill(b'7');
    }
    if element.form() == Form::IfLetter {
        octets[0] = b'K';
    }
    Value::from(&*octets.leak())
}

struct List<'a>(Vec<(u32, Value<'a>)>);

impl<'a> PartList<'a> for List<'a> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.0.get(index).map(|(key, _)| *key)
    }

    fn value(&self, index: usize) -> Option<Value<'a>> {
        self.0.get(index).map(|(_, value)| *value)
    }
}

/// As many parts as surely fit.
fn parts<'a>(layout: &'a Layout<'a>, long: bool, room: usize) -> Vec<(u32, Value<'a>)> {
    let mut left = room.saturating_sub(24);
    let mut parts = Vec::new();
    let (by_position, unknown) = match *layout.order() {
        Order::Positions { .. } => (true, None),
        Order::Tags { tag, unknown, .. } => (false, unknown.map(|element| (tag, element))),
        Order::Bitmap(_) => (false, None),
    };
    if by_position {
        left = room;
    }
    for part in layout.elements() {
        // a part takes twice its characters at most, and a tag and a length
        let needed = match (by_position, part.coding()) {
            (true, Coding::Bcd) => part.max().div_ceil(2),
            (true, _) => part.max(),
            (false, _) => 2 * part.max() + 16,
        };
        if needed > left {
            if by_position {
                break;
            }
            continue;
        }
        left -= needed;
        parts.push((part.key(), sample(part, long)));
    }
    if let Some((tag, element)) = unknown.filter(|_| parts.is_empty()) {
        let key = match tag {
            Tag::Text(width) | Tag::Ebcdic(_, width) => {
                (0..width).fold(0, |key, _| key << 8 | u32::from(b'7'))
            }
            _ => 0x71,
        };
        parts.push((key, sample(element, false)));
    }
    parts
}
