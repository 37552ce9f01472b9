//! Tags, lengths and values are those that a walk of twenty lines finds.

use cardwire::layout::{Layout, Tag, b, row};
use cardwire::mask::OPEN;
use cardwire::spec::{ISO87_BCD, Slots, table};
use cardwire::{Builder, Dialect, Message, Mti, Spec, layout::Element};

/// The longest value of an element that holds tags here.
const MOST: u32 = 999;

static ANY: Element<'static> = row(0, b(MOST).ber(), "any tag", OPEN).resolve(&Dialect::OCTETS);
static TAGS: Layout<'static> = Layout::tags(Tag::Ber, Some(&ANY), &[]);
static ELEMENTS: Slots<'static> =
    table([row(55, b(MOST).lll().of(&TAGS), "tags", OPEN)]).elements(&Dialect::BCD);
static SPEC: Spec<'static> = Spec::new("tags", &Dialect::BCD, &ELEMENTS);

/// MTI, bitmap with 55 alone, and the length of the octets after it.
const START: [u8; 10] = [0x08, 0, 0, 0, 0, 0, 0, 0, 0x02, 0];

/// A tag and what it holds.
pub(crate) type Item = (u32, Vec<u8>);

/// Reads octets as a list of tags in three ways.
pub fn tlv(data: &[u8]) {
    let data = &data[..data.len().min(MOST as usize)];
    let mut wire = START.to_vec();
    let digits = format!("{:04}", data.len());
    wire.extend(digits.as_bytes().chunks(2).map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0')));
    wire.extend_from_slice(data);
    let expected = walk(data);
    let found = Message::parse(&SPEC, &wire);
    let found = found.as_ref().map(|message| items(message));
    assert_eq!(found.clone().ok(), expected, "{found:?}");
    // the same list with the tags of EMV, some of which say what their values may be
    if let Ok(message) = Message::parse(&ISO87_BCD, &wire) {
        let field = message.get(55).expect("it is announced");
        let tags: Vec<u32> = field.parts().map(|part| part.key().value()).collect();
        let expected = expected.as_ref().expect("what is read with more rules is read with fewer");
        assert_eq!(tags, expected.iter().map(|(tag, _)| *tag).collect::<Vec<_>>());
        for tag in tags {
            let first = field.parts().find(|part| part.key().value() == tag).map(|part| part.range());
            let by_path = message.path(&format!("55.{tag:X}")).map(|part| part.range());
            assert_eq!((by_path, field.part(tag).map(|part| part.range())), (first.clone(), first));
        }
    }
    if let Some(list) = expected {
        write(&list);
    }
}

/// Writes a list, which is then read again.
fn write(list: &[Item]) {
    let pairs: Vec<(u32, &[u8])> = list.iter().map(|(tag, value)| (*tag, value.as_slice())).collect();
    let mut builder = Builder::new(&SPEC, Mti::NETWORK_REQUEST);
    let written = builder.set(55, pairs.as_slice()).to_vec().expect("what was read can be written");
    let message = Message::parse(&SPEC, &written).expect("what was written can be read");
    assert_eq!(items(&message), list);
}

fn items(message: &Message<'_>) -> Vec<Item> {
    let field = message.get(55).expect("it is announced");
    field.parts().map(|part| (part.key().value(), part.expose().octets().collect())).collect()
}

/// The list, if it is one: zeros between tags are padding, tags have up to three octets, lengths are
/// definite and have up to five.
pub(crate) fn walk(mut rest: &[u8]) -> Option<Vec<Item>> {
    let mut list = Vec::new();
    loop {
        while let [0, after @ ..] = rest {
            rest = after;
        }
        let (tag, after) = match rest {
            [] => return Some(list),
            [one, after @ ..] if one & 0x1F != 0x1F => (vec![*one], after),
            [one, two @ ..0x80, after @ ..] => (vec![*one, *two], after),
            [one, two, three @ ..0x80, after @ ..] => (vec![*one, *two, *three], after),
            _ => return None,
        };
        let (octets, after) = match after {
            [length @ ..=0x7F, after @ ..] => (vec![*length], after),
            [form @ 0x81..=0x84, after @ ..] => {
                let (length, after) = after.split_at_checked(usize::from(form - 0x80))?;
                (length.to_vec(), after)
            }
            _ => return None,
        };
        let length = octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
        let (value, after) = after.split_at_checked(length)?;
        list.push((tag.iter().fold(0, |tag, octet| tag << 8 | u32::from(*octet)), value.to_vec()));
        rest = after;
    }
}
