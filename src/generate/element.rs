//! Values of elements: in class and length, as the wire can tell them apart.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::card;
use super::choices::Draw;
use crate::codec::Tag;
use crate::codec::window::{Octets, OctetsMut};
use crate::layout::{Element, Form, Layout, Order};
use crate::mask::Privacy;
use crate::model::content::Content;
use crate::model::error::Key;
use crate::read::reader::Reader;
use crate::write::value::{PartList, Value};
use crate::write::writer::Writer;

/// A value as a tree: octets, or parts.
pub(super) enum Tree {
    Leaf(Vec<u8>),
    Parts(List),
}

/// The parts of a composite.
pub(super) struct List(Vec<(u32, Tree)>);

impl Tree {
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Leaf(octets) => octets.into(),
            Self::Parts(parts) => parts.into(),
        }
    }
}

impl PartList for List {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.0.get(index).map(|(key, _)| *key)
    }

    fn value(&self, index: usize) -> Option<Value<'_>> {
        self.0.get(index).map(|(_, tree)| tree.value())
    }
}

/// A longer value is drawn only where the element has none so short.
const LONGEST: usize = 400;

/// A value that the element can hold and the wire can tell from every other, if one is found.
pub(super) fn value(element: &Element<'_>, key: u32, draw: &mut Draw<'_>) -> Option<Tree> {
    let Some(layout) = element.layout() else { return leaf(element, key, draw).map(Tree::Leaf) };
    let drawn = parts(layout, draw, false).map(Tree::Parts);
    let fits = |tree: &Tree| writes(element, tree).is_some();
    // what has a least length has it with all of its parts, if at all
    let simple = |is_whole| parts(layout, &mut Draw::of(&[]), is_whole).map(Tree::Parts);
    drawn.filter(fits).or_else(|| simple(false).filter(fits)).or_else(|| simple(true).filter(fits))
}

/// The parts of a composite: as many as are drawn, or the whole of them.
fn parts(layout: &Layout<'_>, draw: &mut Draw<'_>, is_whole: bool) -> Option<List> {
    let all: Vec<_> = layout.elements().collect();
    let count = |draw: &mut Draw<'_>, min, max| if is_whole { max } else { draw.between(min, max) };
    let part = |element: &Element<'_>, key, draw: &mut Draw<'_>| Some((key, value(element, key, draw)?));
    match *layout.order() {
        Order::Bitmap(_) => {
            let count = count(draw, 0, all.len());
            let first = draw.below(all.len());
            let picked = all.iter().cycle().skip(first).take(count);
            let mut parts: Vec<_> = picked.filter_map(|element| part(element, element.key(), draw)).collect();
            parts.sort_by_key(|(key, _)| *key);
            Some(List(parts))
        }
        Order::Positions { required } => {
            let count = count(draw, required.into(), all.len());
            let drawn = all.iter().take(count).map(|element| part(element, element.key(), draw));
            drawn.collect::<Option<Vec<_>>>().map(List)
        }
        Order::Tags { tag, unknown, .. } => {
            let count = count(draw, 0, 4);
            let one = |_| {
                let drawn = draw.below(all.len() + usize::from(unknown.is_some()));
                let other = unknown.filter(|_| drawn == all.len()).and_then(|element| {
                    let key = unlisted(tag, draw);
                    let is_free = tag.admits(key) && all.iter().all(|element| element.key() != key);
                    if is_free { part(element, key, draw) } else { None }
                });
                // A tag that is taken stands for a listed one: were it left out, there could be one more part after
                // it is made simpler.
                let listed = all.get(drawn % all.len().max(1));
                other.or_else(|| listed.and_then(|element| part(element, element.key(), draw)))
            };
            Some(List((0..count).filter_map(one).collect()))
        }
    }
}

/// A tag of that form, of those that networks keep for private use where the form has some.
fn unlisted(tag: Tag, draw: &mut Draw<'_>) -> u32 {
    let joined = |width: u8, octet: &mut dyn FnMut() -> u8| {
        (0..width).fold(0, |value: u32, _| value << 8 | u32::from(octet()))
    };
    match tag {
        Tag::Ber => 0xDF00 | u32::from(draw.octet() & 0x7F),
        Tag::Digits(width) => {
            let digits = (0..width).map(|_| u32::try_from(draw.below(10)).unwrap_or(0));
            digits.fold(0, |value, digit| value * 10 + digit)
        }
        Tag::Text(width) | Tag::Ebcdic(_, width) => joined(width, &mut || b'A' + draw.octet() % 26),
        Tag::Octets(width) => joined(width, &mut || draw.octet()),
    }
}

/// Octets that the element can hold, near to what is drawn.
fn leaf(element: &Element<'_>, key: u32, draw: &mut Draw<'_>) -> Option<Vec<u8>> {
    let fits = |octets: &Vec<u8>| is_read_back(element, octets);
    if let Some(card) = card(element, key, draw).filter(fits) {
        return Some(card);
    }
    let len = len(element, draw);
    let drawn = (0..len).map(|index| octet(element.content(), index, draw.octet())).collect();
    Some(drawn).filter(fits).or_else(|| {
        // the simplest of each length: an odd number of digits may be what the wire cannot tell
        let lengths = (element.min()..=element.max()).take(LONGEST).chain([element.max()]);
        let simplest = lengths.flat_map(|len| [0, 1].map(|octet| simple(element.content(), len, octet)));
        simplest.into_iter().find(fits)
    })
}

fn simple(content: Content, len: usize, start: u8) -> Vec<u8> {
    (0..len).map(|index| octet(content, index, start)).collect()
}

/// The test card, or its track, that a row of that privacy holds.
fn card(element: &Element<'_>, key: u32, draw: &mut Draw<'_>) -> Option<Vec<u8>> {
    let (min, max) = (element.min(), element.max());
    let text = match (element.privacy(), element.content(), key) {
        (Privacy::Pan { .. }, Content::N, _) => card::number(draw, min, max),
        (Privacy::Track, Content::Z, _) => card::track2(draw, max),
        (Privacy::Track, Content::Ans, _) => card::track1(draw, max),
        (Privacy::Secret, Content::Ans, TRACK_1) if max >= MIN_TRACK_1 => card::track1(draw, max),
        (Privacy::Secret, Content::B, 0x5A) => {
            return Some(card::packed(&card::number(draw, 13, 19)).collect());
        }
        (Privacy::Secret, Content::B, 0x57) => return Some(card::packed(&card::track2(draw, 37)).collect()),
        _ => String::new(),
    };
    (!text.is_empty()).then(|| text.into_bytes())
}

/// DE 45, which the standard's tables hide whole.
const TRACK_1: u32 = 45;

/// Room for a first track with the shortest test card.
const MIN_TRACK_1: usize = 34;

/// A length of the element: mostly a short one, because a short case is read by people.
fn len(element: &Element<'_>, draw: &mut Draw<'_>) -> usize {
    let (min, max) = (element.min(), element.max());
    match element.form() {
        Form::Fixed => max,
        Form::Nothing => 0,
        Form::IfLetter => draw.one_of(&[max, 0]).copied().unwrap_or(max),
        // empty it could not be told from a part that is missing
        Form::Rest => draw.between(min.max(1).min(max), max.min(min.saturating_add(LONGEST))),
        _ => {
            let most = draw.one_of(&[8, 8, 24, LONGEST]).copied().unwrap_or(LONGEST);
            draw.between(min, max.min(min.saturating_add(most)))
        }
    }
}

/// An octet of the class, each as likely as another; `0`, or the next one that is, where nothing was drawn.
/// Small hexadecimal digits and the separator `D` of a track are left out: packed they are others.
fn octet(content: Content, index: usize, drawn: u8) -> u8 {
    let start = if content.is_binary() { 0 } else { b'0' };
    let octets = (0..=255u8).map(|step| start.wrapping_add(step));
    let is_plain = |octet: u8| match content {
        Content::H => !octet.is_ascii_lowercase(),
        Content::Z => octet != b'D',
        _ => true,
    };
    let admitted: Vec<u8> =
        octets.filter(|octet| content.admits(index, *octet) && is_plain(*octet)).collect();
    let place = usize::from(drawn) % admitted.len().max(1);
    admitted.get(place).copied().unwrap_or(start)
}

/// The octets of the element on the wire, if it can be written so.
fn writes(element: &Element<'_>, tree: &Tree) -> Option<Vec<u8>> {
    let Value(source) = tree.value();
    let mut measure = Writer::new(OctetsMut::of(&mut []));
    measure.put_element(element, &source).ok()?;
    let mut out = vec![0; measure.at()];
    Writer::new(OctetsMut::of(&mut out)).put_element(element, &source).ok()?;
    Some(out)
}

/// Whether what is written comes back as it was given.
fn is_read_back(element: &Element<'_>, octets: &Vec<u8>) -> bool {
    let tree = Tree::Leaf(octets.clone());
    let Some(wire) = writes(element, &tree) else { return false };
    let field = Reader::new(Octets::of(&wire), 0).field(Key::number(1), element);
    field.is_ok_and(|field| field.expose() == **octets)
}
