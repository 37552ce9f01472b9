//! Elements: leaves and composites in every coding, length form and nesting.

use cardwire::layout::{self, LengthFirst, Terminator, row};
use cardwire::mask::{OPEN, PAN, SECRET, TRACK};
use cardwire::{
    Dialect,
    layout::{
        Coding, Content, Element, Layout, LengthUnit, Order, PadNibble, Prefix, PrefixCoding, Row, Shape,
        Side, Zone,
    },
    mask::Privacy,
};

use super::{Dice, bitmap_form, capacity, continues, is_within, tag_forms, wide_enough};
use crate::reference::{is_signed, wire_len};

/// Where an element stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) within: Within,
    pub(super) depth: usize,
    /// How many codings other than plain octets lie around it.
    pub(super) layers: usize,
    /// Nothing can follow, so its length may be open.
    pub(super) is_last: bool,
    /// What it stands in is shown in full, so nothing in it may be private.
    pub(super) is_open: bool,
    /// Coding and prefix are left to the dialect.
    pub(super) is_plain: bool,
}

impl Place {
    /// An element of a message body.
    pub(super) fn message(is_last: bool) -> Self {
        Self { within: Within::Message, depth: 1, layers: 0, is_last, is_open: false, is_plain: false }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Within {
    Message,
    Octets,
    Text(Content),
}

/// An element, and the octets it takes of what it stands in.
pub(super) struct Made {
    shape: Shape<'static>,
    privacy: Privacy,
    /// So many always, if it is fixed.
    exact: Option<usize>,
    most: usize,
}

impl Made {
    pub(super) fn row(&self, key: usize) -> Row<'static> {
        row(u32::try_from(key).unwrap(), self.shape, "generated", self.privacy)
    }

    pub(super) fn element(&self, key: usize, dialect: &Dialect) -> Element<'static> {
        self.row(key).resolve(dialect)
    }
}

const CLASSES: [Content; 14] = Content::ALL;

/// A composite that could be longer is not drawn: lists of lists of tags grow fourfold at each level,
/// and no prefix has more than six digits.
const MOST_OCTETS: usize = 40_000;

/// A window lies under so many codings at most; the check refuses more.
const MOST_LAYERS: usize = 4;

pub(super) fn element(dice: &mut Dice, place: Place) -> Made {
    let has_room = place.depth < layout::MAX_DEPTH && place.layers + 1 < MOST_LAYERS;
    if has_room && dice.below(3) == 2 { composite(dice, place) } else { leaf(dice, place) }
}

fn leaf(dice: &mut Dice, place: Place) -> Made {
    let fits = |content: &Content| match place.within {
        Within::Text(Content::N) => *content == Content::N,
        Within::Text(parent) => content_is_hex(*content) || is_within(parent, *content),
        _ => true,
    };
    let classes: Vec<Content> = CLASSES.into_iter().filter(fits).collect();
    let content = dice.one_of(&classes);
    let coding = coding(dice, content, place.within);
    let least = if is_signed(content) { 2 } else { 1 };
    // mostly short, because a shorter case is read by people; longer than a block, a prefix of two
    // digits and a length octet now and then
    let most = dice.one_of(&[24, 24, 24, 24, 24, 24, 24, 300]);
    let max = dice.between(least, most);
    let mut shape = shape(content, max).coding(coding).pad_nibble(pad_nibble(dice));
    if place.is_plain {
        shape = self::shape(content, max);
    }
    let privacy = if place.is_open { OPEN } else { dice.one_of(&[OPEN, SECRET, PAN, TRACK]) };
    lengthen(dice, place, (shape, privacy), (content, coding, max), Composite::No)
}

fn composite(dice: &mut Dice, place: Place) -> Made {
    let text = [Content::Ans, Content::An, Content::N];
    let classes: Vec<Content> = match place.within {
        Within::Text(Content::N) => vec![Content::N],
        Within::Text(parent) => {
            let text = text.into_iter().filter(|content| is_within(parent, *content));
            text.chain([Content::B, Content::Any]).collect()
        }
        _ => text.into_iter().chain([Content::B, Content::Any]).collect(),
    };
    let content = dice.one_of(&classes);
    let coding = coding(dice, content, place.within);
    let within = if content_is_hex(content) { Within::Octets } else { Within::Text(content) };
    let is_open = place.is_open || dice.chance(3);
    let coded = !matches!(coding, Coding::Ascii | Coding::Raw);
    let inner = Place {
        within,
        depth: place.depth + 1,
        layers: place.layers + usize::from(coded || place.is_plain),
        is_last: false,
        is_open,
        is_plain: false,
    };
    let (layout, exact, most) = layout(dice, inner);
    let max = exact.unwrap_or(most).max(1);
    if max > MOST_OCTETS {
        return leaf(dice, place);
    }
    let layout: &'static Layout<'static> = Box::leak(Box::new(layout));
    let mut shape = shape(content, max).of(layout);
    if !place.is_plain {
        shape = shape.coding(coding).pad_nibble(pad_nibble(dice));
    }
    let privacy = if is_open { OPEN } else { SECRET };
    let kind = if exact.is_some_and(|exact| exact > 0) { Composite::Fixed } else { Composite::Variable };
    lengthen(dice, place, (shape, privacy), (content, coding, max), kind)
}

#[derive(Clone, Copy, PartialEq)]
enum Composite {
    No,
    Fixed,
    Variable,
}

/// Gives the element a length form that what it stands in can carry.
fn lengthen(
    dice: &mut Dice,
    place: Place,
    (shape, privacy): (Shape<'static>, Privacy),
    (content, coding, max): (Content, Coding, usize),
    composite: Composite,
) -> Made {
    let wire = wire_len(coding, content, max);
    let made = |shape, exact, most| Made { shape, privacy, exact, most };
    let needs_digit = matches!(coding, Coding::Bcd | Coding::Zoned(_)) || place.is_plain;
    let least = if is_signed(content) && needs_digit { 2 } else { 0 };
    // a composite says by its parts how short it can be
    let min = if composite == Composite::No { dice.between(least, max) } else { 0 };
    let form = dice.below(6);
    if form == 0 && composite != Composite::Variable {
        let shape = if dice.chance(4) { shape.exact() } else { shape };
        return made(filled(dice, place, shape), Some(wire), wire);
    }
    let shape = filled(dice, place, shape.min(u32::try_from(min).unwrap()));
    if place.is_plain {
        // in hexadecimal digits a value takes twice the octets
        let digits = match max {
            ..=49 => dice.one_of(&[2, 3, 4]),
            50..=4_999 => 4,
            _ => 6,
        };
        return made(shape.var(digits), None, 0);
    }
    let end = match (place.within, coding) {
        (Within::Text(Content::Ans), _) => Some(b'\\'),
        (Within::Text(_), _) => None,
        (_, Coding::Bcd) => Some(dice.one_of(&[0xEE, 0x1F, 0x03])),
        _ => Some(3),
    };
    let is_text = matches!(coding, Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw);
    let can_be_letter = place.is_last
        && place.depth == 1
        && composite == Composite::No
        && is_text
        && crate::reference::is_of_class(content, 0, b'A');
    match (form, end) {
        (1, _) if place.is_last => made(shape.rest(), None, wire),
        (2, Some(end)) => {
            let octets = &[end; 3][..dice.one_of(&[1, 1, 2, 3])];
            made(shape.until_all(Terminator::of(octets).unwrap()), None, wire + octets.len())
        }
        (4, _) if can_be_letter => made(shape.if_letter(), None, wire),
        (3, _) if matches!(coding, Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw) => {
            made(shape.padded(prefix(dice, place, max)), None, wire + 6)
        }
        _ => made(shape.prefix(prefix(dice, place, wire.max(max))), None, wire + 6),
    }
}

/// Now and then a fill of its own, on either side, and one for what varies in length.
fn filled(dice: &mut Dice, place: Place, shape: Shape<'static>) -> Shape<'static> {
    let shape = if dice.chance(8) { shape.full_size() } else { shape };
    let with: &[u8] = match place.within {
        Within::Text(Content::N) => b"0",
        Within::Text(Content::An) => b"0 ",
        Within::Text(_) => b"0 *",
        _ => b"0 *\0",
    };
    let fill = (dice.one_of(&[Side::Left, Side::Right]), dice.one_of(with));
    if dice.chance(6) { shape.fill(fill.0, fill.1) } else { shape }
}

fn prefix(dice: &mut Dice, place: Place, most: usize) -> Prefix {
    use PrefixCoding::{Ascii, Bcd, Ber, Binary, Ebcdic, Hex};
    let coding = match place.within {
        Within::Text(Content::N) => Ascii,
        Within::Text(_) => dice.one_of(&[Ascii, Hex]),
        _ => {
            let page = dice.page();
            dice.one_of(&[Ascii, Bcd, Binary, Ber, Hex, Ebcdic(page)])
        }
    };
    let counts = dice.one_of(&[LengthUnit::Units, LengthUnit::Nibbles, LengthUnit::Bytes]);
    let includes = dice.one_of(&[0, 0, 1, 4]);
    wide_enough(Prefix { coding, width: 1, counts, includes }, 2 * most + usize::from(includes))
}

/// A layout, the octets it takes if they are always as many, and the most it takes.
fn layout(dice: &mut Dice, place: Place) -> (Layout<'static>, Option<usize>, usize) {
    let (can_hex, can_octets) = match place.within {
        Within::Text(content) => (content != Content::N, false),
        _ => (true, true),
    };
    match dice.below(3) {
        1 => {
            let (layout, most) = tags(dice, place, can_octets);
            (layout, None, most)
        }
        2 if can_hex => {
            let codings = if can_octets { &[Coding::Raw, Coding::Hex][..] } else { &[Coding::Hex][..] };
            let form = bitmap_form(dice, codings);
            let numbers = dice.numbers(4, capacity(form), |number| !continues(form, number));
            let mut slots = vec![None; capacity(form) + 1];
            let mut most = 48;
            for number in &numbers {
                let place = Place { is_last: Some(number) == numbers.last(), ..place };
                let made = element(dice, place);
                most += made.most;
                slots[*number] = Some(made.element(*number, &Dialect::ASCII));
            }
            (Layout::bitmap(form, slots.leak()), None, most)
        }
        _ => positions(dice, place),
    }
}

fn positions(dice: &mut Dice, place: Place) -> (Layout<'static>, Option<usize>, usize) {
    let count = dice.between(1, 4);
    let required = count - dice.below(count + 1);
    let parts: Vec<Made> =
        (1..=count).map(|part| element(dice, Place { is_last: part == count, ..place })).collect();
    let exact: Option<usize> = parts.iter().map(|part| part.exact).sum();
    let most = parts.iter().map(|part| part.most).sum();
    let slots = parts.iter().zip(1..).map(|(part, key)| Some(part.element(key, &Dialect::ASCII)));
    let slots: Vec<_> = slots.collect();
    let layout = Layout::positions(u8::try_from(required).unwrap(), slots.leak());
    (layout, exact.filter(|_| required == count), most)
}

/// At most four tags in a message of these.
fn tags(dice: &mut Dice, place: Place, can_octets: bool) -> (Layout<'static>, usize) {
    let can_text = !matches!(place.within, Within::Text(Content::An | Content::N));
    let tag = tag_forms(dice, can_text, can_octets);
    let mut keys: Vec<u32> = (0..dice.below(4)).map(|_| super::values::tag(dice, tag)).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut most = 0;
    let mut slots = vec![];
    for key in &keys {
        let made = element(dice, place);
        most = most.max(made.most);
        slots.push(Some(made.element(usize::try_from(*key).unwrap(), &Dialect::ASCII)));
    }
    let mut unknown: Option<&'static Element<'static>> = None;
    if keys.is_empty() || dice.chance(2) {
        let made = leaf(dice, place);
        most = most.max(made.most);
        unknown = Some(Box::leak(Box::new(made.element(0, &Dialect::ASCII))));
    }
    let layout = Layout::tags(tag, unknown, slots.leak());
    debug_assert!(matches!(layout.order(), Order::Tags { .. }));
    if dice.chance(3) {
        let length_first = LengthFirst { prefix: prefix(dice, place, most + 6), counts_tag: !dice.chance(3) };
        return (layout.length_first_by(length_first), 4 * (most + 12));
    }
    (layout, 4 * (most + 6))
}

fn pad_nibble(dice: &mut Dice) -> PadNibble {
    let side = dice.one_of(&[Side::Left, Side::Right]);
    PadNibble { side, nibble: u8::try_from(dice.below(16)).unwrap() }
}

const fn content_is_hex(content: Content) -> bool {
    matches!(content, Content::B | Content::Any)
}

fn coding(dice: &mut Dice, content: Content, within: Within) -> Coding {
    if let Within::Text(_) = within {
        return if content_is_hex(content) { Coding::Hex } else { Coding::Ascii };
    }
    let (page, zone) = (dice.page(), dice.one_of(&[Zone::C, Zone::F]));
    match content {
        Content::N | Content::Z | Content::Ne | Content::Yn | Content::H => {
            dice.one_of(&[Coding::Ascii, Coding::Bcd, Coding::Bcd, Coding::Ebcdic(page)])
        }
        Content::Xn => dice.one_of(&[Coding::Ascii, Coding::Bcd, Coding::Zoned(zone), Coding::Ebcdic(page)]),
        Content::B => dice.one_of(&[Coding::Raw, Coding::Hex, Coding::EbcdicHex(page)]),
        Content::Any => dice.one_of(&[
            Coding::Ascii,
            Coding::Raw,
            Coding::Hex,
            Coding::EbcdicHex(page),
            Coding::Ebcdic(page),
        ]),
        _ => dice.one_of(&[Coding::Ascii, Coding::Ebcdic(page)]),
    }
}

/// The class at this length.
pub(crate) fn shape(content: Content, max: usize) -> Shape<'static> {
    let max = u32::try_from(max).unwrap();
    match content {
        Content::N => layout::n(max),
        Content::A => layout::a(max),
        Content::An => layout::an(max),
        Content::Anp => layout::anp(max),
        Content::Ns => layout::ns(max),
        Content::S => layout::s(max),
        Content::Ans => layout::ans(max),
        Content::Z => layout::z(max),
        Content::Ne => layout::ne(max),
        Content::Xn => layout::x_n(max - 1),
        Content::Yn => layout::y_n(max - 1),
        Content::H => layout::h(max),
        Content::B => layout::b(max),
        Content::Any => layout::ansb(max),
    }
}
