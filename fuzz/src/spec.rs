//! A spec nobody wrote, and a message of it: what is built is read by every reader, and what becomes
//! of it when a few octets are changed is an error to all of them, the same one.
//!
//! An input is lists of octets with `FF` between them: the damage to be done, the choices for the
//! message, and then for each element its number and its choices. So taking away a part of an input
//! takes away an element, and nothing else.

use crate::common::alike::reads_as_the_walk_does;
use crate::generated::laws::{self, Damage};
use crate::generated::{self, Rolls};
use crate::reference::compare::compare;
use cardwire::Parser;

const BETWEEN: u8 = 0xFF;

/// Draws a spec and a message, and holds every law against them.
pub fn spec(data: &[u8]) {
    let mut lists = data.split(|octet| *octet == BETWEEN);
    let damage = damage(lists.next().unwrap_or_default());
    let message = rolls(lists.next().unwrap_or_default());
    let elements = lists.filter_map(|list| {
        let (number, list) = list.split_first()?;
        Some((usize::from(*number), rolls(list)))
    });
    let rolls = Rolls { message, elements: elements.collect() };
    let case = generated::case(rolls.clone());
    laws::written_in_every_way(&case);
    laws::read_then_copied(&case);
    let (case, wire) = laws::told(&case);
    let damaged = damage.of(&wire);
    laws::built_then_parsed_then_built(&case, &wire);
    laws::measured_is_written(&case, 0xEE);
    laws::any_octets_have_an_answer(case.spec, &damaged);
    let mut parser = Parser::new(case.spec);
    // the second message of a bitmap makes a plan, the third one uses it
    for wire in [&wire, &wire, &wire, &damaged, &wire] {
        reads_as_the_walk_does(&mut parser, wire);
        compare(case.spec, wire);
    }
    let (case, other) = generated::translation(rolls);
    laws::translated_and_back(&case, other);
}

/// Numbers: an octet each, or the two octets after a high one.
fn rolls(list: &[u8]) -> Vec<u32> {
    let mut octets = list.iter().map(|octet| u32::from(*octet));
    let mut rolls = Vec::new();
    while let Some(octet) = octets.next() {
        rolls.push(if octet < 0xF0 { octet } else { (octet & 0x0F) << 8 | octets.next().unwrap_or(0) });
    }
    rolls
}

/// Three octets for each change, two more for a cut.
fn damage(list: &[u8]) -> Damage {
    let (changes, rest) = list.as_chunks::<3>();
    let place = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
    Damage {
        changes: changes.iter().take(4).map(|[high, low, octet]| (place(*high, *low), *octet)).collect(),
        cut: rest.split_first_chunk::<2>().map(|([high, low], _)| place(*high, *low)),
    }
}
