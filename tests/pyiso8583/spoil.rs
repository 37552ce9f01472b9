//! Sound messages made unsound: an octet or two of them changed, left out or added.

use std::ops::Range;

use cardwire::{
    Message, Spec,
    layout::{Coding, NextBitmap},
};

use crate::generated::Dice;

/// Half of the time it is anything anywhere, else something that one of the sides may well overlook.
pub(crate) fn spoilt(dice: &mut Dice, spec: &'static Spec<'static>, wire: &[u8]) -> Vec<u8> {
    let message = Message::parse(spec, wire).unwrap();
    let (prefixes, values): (Vec<Range<usize>>, Vec<Range<usize>>) = message
        .fields()
        .map(|field| (field.range().start..field.value_range().start, field.value_range()))
        .filter(|(prefix, value)| !prefix.is_empty() && !value.is_empty())
        .unzip();
    let body = message.fields().next().map_or(wire.len(), |field| field.range().start);
    let mut spoilt = wire.to_vec();
    match dice.below(16) {
        0 => spoilt.truncate(dice.below(wire.len())),
        1 => spoilt.push(b'0'),
        2 | 3 if !prefixes.is_empty() => {
            let octet = prefixes[dice.below(prefixes.len())].start;
            spoilt[octet] = dice.one_of(b" +-_aF\x40\x4E");
        }
        4..=6 if !prefixes.is_empty() => {
            let index = dice.below(prefixes.len());
            let digit = &mut spoilt[prefixes[index].end - 1];
            *digit = if *digit & 0xF == 0 { *digit | 1 } else { *digit - 1 };
            if dice.chance(2) {
                spoilt.remove(values[index].end - 1);
            }
        }
        7 => blank_end_of_bitmaps(spec, &mut spoilt[..body]),
        8 => announce_an_empty_third(spec, body, &mut spoilt),
        kind => {
            let index = dice.below(if kind < 11 { body } else { wire.len() });
            match dice.below(4) {
                0 => spoilt[index] ^= 1 << dice.below(8),
                1 => spoilt[index] = dice.one_of(b" +-_aF\xF0\x40\xFF"),
                _ => spoilt[index] = u8::try_from(dice.below(256)).unwrap(),
            }
        }
    }
    spoilt
}

/// Two blanks for the last two hexadecimal digits.
fn blank_end_of_bitmaps(spec: &Spec<'_>, head: &mut [u8]) {
    let blank = match spec.bitmap().coding {
        Coding::Raw => return,
        Coding::EbcdicHex(_) => 0x40,
        _ => b' ',
    };
    let start = head.len() - 2;
    head[start..].fill(blank);
}

/// Where there is a second bitmap, but no number above 128.
fn announce_an_empty_third(spec: &Spec<'_>, body: usize, wire: &mut Vec<u8>) {
    let form = spec.bitmap();
    let (octets, zero, one) = match form.coding {
        Coding::Raw => (8, 0, 0x80),
        Coding::EbcdicHex(_) => (16, 0xF0, 8),
        _ => (16, b'0', 8),
    };
    if form.third != NextBitmap::Never || body != spec.header() + mti_octets(spec) + 2 * octets {
        return;
    }
    let first = &mut wire[body - octets];
    if form.coding == Coding::Raw || *first & 0xFE == zero {
        *first |= one;
        wire.splice(body..body, std::iter::repeat_n(zero, octets));
    }
}

fn mti_octets(spec: &Spec<'_>) -> usize {
    if spec.mti() == cardwire::spec::MtiCoding::Bcd { 2 } else { 4 }
}
