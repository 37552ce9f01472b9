//! Fast forms, held against the ordinary readers: every coding, class, prefix and fill.

use super::*;
use crate::codec::check::check;
use crate::codec::window::{Octets, OctetsMut};
use crate::codec::{CodePage, PrefixCoding};
use crate::model::content::Content;
use std::vec::Vec;

/// An element: how it is written, what announces it, and between which lengths it is.
#[derive(Clone, Copy, Debug)]
struct Form {
    coded: Coded,
    prefix: Option<Prefix>,
    limits: (usize, usize),
}

fn forms() -> Vec<Form> {
    let ebcdic = Coding::Ebcdic(CodePage::Cp500);
    let hex = Coding::EbcdicHex(CodePage::Cp037);
    let spares = [PadNibble::LEFT_ZERO, PadNibble::RIGHT_F, PadNibble { side: Side::Right, nibble: 9 }];
    let mut prefixes = Vec::from([None]);
    for counts in [LengthUnit::Units, LengthUnit::Bytes] {
        let prefix = |coding, width| Some(Prefix { coding, width, counts, includes: 0 });
        let text = [prefix(PrefixCoding::Ascii, 2), prefix(PrefixCoding::Ebcdic(CodePage::Cp500), 3)];
        let octets =
            [prefix(PrefixCoding::Bcd, 2), prefix(PrefixCoding::Binary, 2), prefix(PrefixCoding::Ber, 0)];
        prefixes.extend(text.into_iter().chain(octets));
    }
    let mut forms = Vec::new();
    for coding in [Coding::Ascii, ebcdic, Coding::Bcd, Coding::Raw, Coding::Hex, hex] {
        let spares = if coding == Coding::Bcd { &spares[..] } else { &spares[..1] };
        for content in Content::ALL.into_iter().filter(|content| coding.carries(*content)) {
            for (pad_nibble, prefix) in
                spares.iter().flat_map(|pad_nibble| prefixes.iter().map(move |prefix| (*pad_nibble, *prefix)))
            {
                let limits = [(0, 6), (3, 7), (19, 20)];
                forms.extend(limits.map(|limits| Form {
                    coded: (coding, content, pad_nibble),
                    prefix,
                    limits,
                }));
            }
        }
    }
    forms
}

impl Form {
    fn fast(self) -> FastElement {
        let (min, max) = (self.limits.0.try_into().unwrap(), self.limits.1.try_into().unwrap());
        match self.prefix {
            None => FastElement::fixed(self.coded, max),
            Some(prefix) => FastElement::prefixed(self.coded, prefix, (min, max)),
        }
    }

    /// The element of so many units, of that octet each, but for its fill.
    fn wire(self, units: usize, good: u8) -> Vec<u8> {
        let (coding, content, pad_nibble) = self.coded;
        let mut wire = std::vec![0; 8];
        let width = self.prefix.map_or(0, |prefix| {
            let number = prefix.announce(coding, content, units);
            prefix.put(&mut OctetsMut::of(&mut wire), 0, number);
            prefix.octets(number)
        });
        wire.truncate(width);
        let len = coding.wire_len(content, units);
        wire.resize(width + len, good);
        if coding == Coding::Bcd && units % 2 == 1 {
            match pad_nibble.side {
                Side::Left => wire[width] = pad_nibble.nibble << 4 | good & 0x0F,
                Side::Right => wire[width + len - 1] = good & 0xF0 | pad_nibble.nibble,
            }
        }
        wire
    }

    /// Where the value lies, and its units, by the ordinary readers.
    fn find(self, wire: &[u8], at: usize) -> Option<(usize, usize, usize)> {
        let (coding, content, _) = self.coded;
        let (units, start) = match self.prefix {
            None => (self.limits.1, at),
            Some(prefix) => {
                let (number, width) = prefix.get(&Octets::of(wire), at).ok()?;
                (prefix.units(coding, content, number)?, at + width)
            }
        };
        let is_admitted = (self.limits.0..=self.limits.1).contains(&units);
        is_admitted.then(|| (start, start + coding.wire_len(content, units), units))
    }

    fn valid_end(self, wire: &[u8], at: usize) -> Option<usize> {
        let ((coding, content, pad_nibble), (start, end, units)) = (self.coded, self.find(wire, at)?);
        let whole = Octets::of(wire);
        let value = whole.decode(start, units, coding, content, pad_nibble);
        let octets = Octets::of(wire.get(start..end)?);
        check(&octets, &value, coding, content, pad_nibble).ok().map(|()| end)
    }
}

/// Octets on either side of what some class admits, and half octets that are a fill or none.
const OCTETS: [u8; 16] =
    [0x00, 0x09, 0x0A, 0x20, 0x2F, 0x39, 0x3A, 0x46, 0x7E, 0x90, 0x99, 0x9F, 0xA9, 0xC6, 0xF9, 0xFF];

/// Neighbours that nothing admits.
const AT: usize = 18;

/// Holds the fast form against the ordinary readers, on one wire; in how many ways there was something to compare.
fn agree(form: Form, fast: &FastElement, wire: &[u8]) -> usize {
    let mut compared = 0;
    let said = |what| std::format!("{what} of {form:?} in {wire:02X?}");
    let sound = form.valid_end(wire, AT);
    // four octets are looked at for a prefix that is shorter
    let is_seen = wire.len() >= AT + 4;
    if is_seen || fast.valid_end(wire, AT).is_some() {
        assert_eq!(fast.valid_end(wire, AT), sound, "{}", said("soundness"));
        compared += 1;
    }
    let found = fast.find(wire, AT).filter(|lies| fast.is_possible(*lies));
    if is_seen || found.is_some() {
        let expected = form.find(wire, AT);
        let place = found.map(|lies| (lies.start, lies.end));
        assert_eq!(place, expected.map(|(start, end, _)| (start, end)), "{}", said("place"));
        compared += 1;
    }
    if let Some((class, end)) = fast.in_run(wire, AT) {
        assert_eq!(class.admits(wire, AT, end).then_some(end), sound, "{}", said("run"));
        compared += 1;
    }
    if let Some(end) = fast.valid_ber_end(wire, AT) {
        assert_eq!(
            (Some(end), form.prefix),
            (sound, Some(Prefix { counts: LengthUnit::Bytes, ..Prefix::BER }))
        );
        compared += 1;
    }
    compared
}

#[test]
fn what_a_short_form_says_the_ordinary_readers_say() {
    let (mut known, mut compared) = (0, 0);
    for (form, fast) in
        forms().into_iter().map(|form| (form, form.fast())).filter(|(_, fast)| *fast != FastElement::UNKNOWN)
    {
        known += 1;
        let (min, max) = form.limits;
        let good = match form.coded {
            (Coding::Bcd, ..) => 0x55,
            (Coding::Ebcdic(_), Content::A, _) => 0xC1,
            (Coding::Ebcdic(_), Content::S, _) => 0x60,
            (Coding::Ebcdic(_) | Coding::EbcdicHex(_), ..) => 0xF5,
            (_, Content::A, _) => b'Q',
            (_, Content::S, _) => b'-',
            _ => b'5',
        };
        for units in [min.saturating_sub(1), min, min + 1, max - 1, max, max + 1] {
            let mut wire = [&[0x07; AT][..], &form.wire(units, good)].concat();
            compared += agree(form, &fast, &wire);
            let end = wire.len();
            compared += agree(form, &fast, &wire[..end - 1]);
            wire.extend([0x07; 20]);
            compared += agree(form, &fast, &wire);
            for (place, octet) in
                (AT..end).step_by(1 + units / 12).flat_map(|place| OCTETS.map(|octet| (place, octet)))
            {
                let before = core::mem::replace(&mut wire[place], octet);
                compared += agree(form, &fast, &wire);
                wire[place] = before;
            }
        }
    }
    assert_eq!((known, compared), (963, 1_547_669), "forms, and comparisons");
}
