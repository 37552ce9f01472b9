//! Messages that hold card data where their spec expects it and where it does not, and values as honest
//! traffic has them.
//!
//! Nothing here knows how the library masks. A case is drawn from a [`Dice`], and the card data comes from
//! another one: so the same message can be had with other card data, which tells a secret that shows from
//! digits that stand there by chance.
#![allow(dead_code, reason = "each test file uses what it needs")]

mod card;
mod honest;
pub(crate) mod misread;
pub(crate) mod oracle;

use cardwire::{
    Builder, Mti, Spec,
    layout::{Content, Element, Form, Order, Tag},
};

use crate::common::{Node, set_all};
pub(crate) use card::Secrets;
pub(crate) use honest::honest;

/// Chance that can be repeated: drawn from octets while there are some, from a hash of them after that.
#[derive(Clone)]
pub(crate) struct Dice<'d> {
    octets: &'d [u8],
    state: u64,
}

impl<'d> Dice<'d> {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { octets: &[], state: seed ^ 0x6A09_E667_F3BC_C909 }
    }

    pub(crate) fn of(octets: &'d [u8]) -> Self {
        let hash = octets.iter().fold(0xCBF2_9CE4_8422_2325, |hash: u64, octet| {
            (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01B3)
        });
        Self { octets, state: hash }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let roll = match self.octets.split_first_chunk::<2>() {
            Some((first, rest)) => {
                self.octets = rest;
                u64::from(u16::from_le_bytes(*first))
            }
            None => self.next(),
        };
        usize::try_from(roll % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// Whether one of `of` times has come.
    pub(crate) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    pub(crate) fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    pub(crate) fn word(&mut self, list: &[&'static str]) -> &'static str {
        list[self.below(list.len())]
    }

    pub(crate) fn digits(&mut self, len: usize) -> String {
        (0..len).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }

    pub(crate) fn octets(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }
}

/// Elements that most messages hold.
const USUAL: [u32; 16] = [3, 4, 7, 11, 12, 13, 18, 22, 25, 32, 37, 39, 41, 42, 43, 49];

/// Elements in which networks and merchants put card numbers though their tables do not say so.
const CARRIERS: [u32; 19] =
    [37, 43, 48, 54, 60, 61, 62, 63, 102, 103, 104, 120, 121, 122, 123, 124, 125, 126, 127];

const TYPES: [&str; 10] = ["0100", "0110", "0120", "0200", "0210", "0220", "0230", "0400", "0420", "0430"];

/// A message of the spec with card data in it.
pub(crate) fn message(dice: &mut Dice<'_>, spec: &'static Spec<'static>, secrets: &Secrets) -> Vec<u8> {
    let mut nodes = Vec::new();
    for element in spec.body().elements() {
        let key = element.key();
        let is_carrier = CARRIERS.contains(&key);
        let wanted = match key {
            2 => !dice.one_in(8),
            35 | 52 => dice.one_in(2),
            36 | 45 | 55 => dice.one_in(3),
            65 => false,
            _ if USUAL.contains(&key) => dice.one_in(2),
            _ if is_carrier => dice.one_in(4),
            _ => dice.one_in(24),
        };
        if wanted {
            let carried = is_carrier && !dice.one_in(3);
            nodes.extend(node(dice, spec, element, secrets, carried));
        }
    }
    let mut builder = Builder::new(spec, mti(dice, spec));
    set_all(&mut builder, &nodes);
    builder.to_vec().unwrap_or_else(|error| panic!("{}: {error}: {nodes:?}", spec.name()))
}

/// A message without card data, and of elements that may stand in the open.
pub(crate) fn honest_message(dice: &mut Dice<'_>, spec: &'static Spec<'static>) -> Vec<u8> {
    let mut nodes = Vec::new();
    for element in spec.body().elements().filter(|element| element.key() != 65) {
        let often = if USUAL.contains(&element.key()) { 2 } else { 6 };
        if element.privacy().is_open() && dice.one_in(often) || element.key() == 55 && dice.one_in(3) {
            nodes.push(honest(dice, element));
        }
    }
    let mut builder = Builder::new(spec, mti(dice, spec));
    set_all(&mut builder, &nodes);
    builder.to_vec().unwrap_or_else(|error| panic!("{}: {error}: {nodes:?}", spec.name()))
}

/// A type of the edition that the spec is of.
fn mti(dice: &mut Dice<'_>, spec: &Spec<'_>) -> Mti {
    let edition = match spec.name() {
        name if name.starts_with("iso93") || name.starts_with("ipm") => "1",
        name if name.starts_with("iso03") => "2",
        _ => "0",
    };
    format!("{edition}{}", &dice.word(&TYPES)[1..]).parse().unwrap()
}

/// One element with the card data that belongs there, or that is carried there.
fn node(
    dice: &mut Dice<'_>,
    spec: &'static Spec<'static>,
    element: &Element<'static>,
    secrets: &Secrets,
    carried: bool,
) -> Option<Node> {
    let (key, max) = (element.key(), element.max());
    if let Some(Order::Tags { tag, unknown, .. }) = element.layout().map(|layout| *layout.order()) {
        return Some(tags(dice, element, tag, unknown.is_some(), secrets));
    }
    let text = |value: &str| Some(Node::leaf(key, value.as_bytes()[..value.len().min(max)].to_vec()));
    match (key, element.content()) {
        (2, _) => text(&secrets.pan),
        (35, _) => text(&secrets.track2),
        (36, Content::Z) => text(&secrets.track3),
        (45, _) => text(&secrets.track1),
        (52, Content::B) => Some(Node::leaf(key, secrets.pin_block.to_vec())),
        _ if carried && element.layout().is_none() => carrier(dice, element, secrets),
        _ if carried => across_parts(dice, spec, element, secrets),
        _ => Some(honest(dice, element)),
    }
}

/// The card number over the parts of an element, if they can hold it.
fn across_parts(
    dice: &mut Dice<'_>,
    spec: &'static Spec<'static>,
    element: &Element<'static>,
    secrets: &Secrets,
) -> Option<Node> {
    let digits = format!("{}{}", secrets.pan, dice.digits(element.max()));
    let node = |len: usize| {
        let node = Node::leaf(element.key(), digits.as_bytes()[..len].to_vec());
        let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        set_all(&mut builder, &[node]).to_vec().is_ok().then_some(node)
    };
    (secrets.pan.len()..=element.max()).find_map(node)
}

/// A list of tags: those that hold card data, some that do not, and unlisted ones.
fn tags(
    dice: &mut Dice<'_>,
    element: &Element<'static>,
    tag: Tag,
    takes_unlisted: bool,
    secrets: &Secrets,
) -> Node {
    let layout = element.layout().unwrap();
    let mut parts = Vec::new();
    if tag == Tag::Ber {
        let track = secrets.track2.replace('=', "D");
        let listed = [
            (0x5A, card::packed(&secrets.pan)),
            (0x57, card::packed(&track)),
            (0xDF21, secrets.pan.clone().into()),
        ];
        for (key, value) in listed {
            if dice.one_in(2) && value.len() <= 19 {
                parts.push(Node::leaf(key, value));
            }
        }
    } else if takes_unlisted {
        let value = format!("{}{}{}", dice.digits(3), secrets.pan, secrets.cvv);
        parts.push(Node::leaf(7000 + u32::try_from(dice.below(900)).unwrap(), value.into()));
    }
    for part in layout.elements().filter(|part| part.privacy().is_open()) {
        if dice.one_in(12) {
            parts.push(honest(dice, part));
        }
    }
    Node::composite(element.key(), parts)
}

/// A value that holds the card number among other characters, if there is room for it.
fn carrier(dice: &mut Dice<'_>, element: &Element<'static>, secrets: &Secrets) -> Option<Node> {
    let (max, fixed) = (element.max(), element.form() == Form::Fixed);
    let pan = match (element.content(), dice.below(3)) {
        (Content::B, 0) => card::packed(&secrets.pan),
        (Content::B, 1) => card::packed(&format!("0{}", secrets.pan)),
        (Content::Ans | Content::Any, 0) => card::in_groups(dice, &secrets.pan),
        _ => secrets.pan.clone().into_bytes(),
    };
    let room = max.checked_sub(pan.len())?;
    let before = if dice.one_in(3) { 0 } else { dice.below(room.min(30) + 1) };
    let after = if fixed { room - before } else { dice.below((room - before).min(30) + 1) };
    let kind = dice.below(3);
    let mut around = |len: usize| -> Vec<u8> {
        match (element.content(), kind) {
            (Content::B, _) => dice.octets(len),
            (Content::N, _) | (_, 0) => dice.digits(len).into_bytes(),
            (_, 1) => vec![b' '; len],
            _ => (0..len).map(|_| *dice.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789")).collect(),
        }
    };
    let mut value = around(before);
    value.extend(&pan);
    value.extend(around(after));
    if value.len() + 8 <= max && !fixed && element.content() != Content::N && element.content() != Content::B
    {
        value.extend(format!("CVV2 {}", secrets.cvv).bytes());
    }
    Some(Node::leaf(element.key(), value))
}
