//! The ways in which what is on the wire can differ from one row of a spec.

use alloc::vec::Vec;

use super::hint::{Change, Changes};
use crate::codec::{CodePage, Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Zone};
use crate::layout::{Element, Form, Size, ansb, row};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind};
use crate::spec::{Dialect, Spec, builtin};

/// An element as it may really be.
#[derive(Clone, Copy)]
pub(super) struct Variant<'s> {
    pub(super) element: Element<'s>,
    pub(super) changes: Changes,
}

impl Variant<'_> {
    /// How much has to be wrong at once: less when the element becomes what a standard says it is.
    pub(super) fn cost(&self) -> u8 {
        let resized = |change| matches!(change, Change::Fixed(_) | Change::Variable);
        let is_usual = || {
            let own = &self.element.size;
            let alike = |usual: &Size| match (usual.form, own.form) {
                (Form::Fixed, Form::Fixed) => usual.max == own.max,
                (Form::Prefixed(usual), Form::Prefixed(own)) => usual.width == own.width,
                _ => false,
            };
            usual_sizes(self.element.key).any(|usual| alike(&usual))
        };
        let discount = u8::from(self.changes.iter().any(resized) && is_usual());
        self.changes.cost().saturating_sub(discount)
    }
}

/// The sizes that the built-in specs give to an element.
fn usual_sizes(key: u32) -> impl Iterator<Item = Size> {
    let number = u8::try_from(key).unwrap_or(0);
    builtin().filter_map(move |spec| spec.element(number)).map(|element| element.size)
}

/// Every variant of an element that is worth trying, the cheapest first. `reported` is the error that
/// named it, if one did.
pub(super) fn variants<'s>(
    element: &Element<'s>,
    page: CodePage,
    reported: Option<Error>,
) -> Vec<Variant<'s>> {
    let unchanged = Variant { element: *element, changes: Changes::default() };
    let mut found = Vec::new();
    for coded in codings(unchanged, page) {
        for formed in forms(coded, page) {
            found.push(formed);
            found.extend(spares(formed));
        }
    }
    found.extend(lengths(unchanged));
    found.extend(signs(unchanged));
    found.extend(reported.into_iter().flat_map(|error| admissions(unchanged, error)));
    found.retain(|variant| variant.changes.cost() > 0);
    found.sort_by_cached_key(Variant::cost);
    found
}

/// What an element may be that the spec does not define.
pub(super) fn undefined<'s>(number: u8, page: CodePage) -> Vec<Variant<'s>> {
    let element = row(u32::from(number), ansb(999).lll(), "", SECRET).resolve(&Dialect::ASCII);
    let changes = Changes::default().and(Change::Defined).unwrap_or_default();
    let unknown = Variant { element, changes };
    let mut found: Vec<_> = forms(unknown, page);
    let fixed = |units| {
        unknown.with(|element| element.size.form = Form::Fixed)?.sized(
            units,
            units,
            Some(Change::Fixed(units)),
        )
    };
    found.extend((1..=40).filter_map(fixed));
    found.sort_by_cached_key(Variant::cost);
    found
}

/// The page of the spec's EBCDIC, if it has any.
pub(super) fn page_of(spec: &Spec<'_>) -> CodePage {
    let pages = spec.body().elements().filter_map(|element| match element.coding {
        Coding::Ebcdic(page) => Some(page),
        _ => None,
    });
    pages.into_iter().next().unwrap_or(CodePage::Cp1047)
}

impl<'s> Variant<'s> {
    fn with(mut self, change: impl FnOnce(&mut Element<'s>)) -> Option<Self> {
        change(&mut self.element);
        self.element = self.element.with_fast();
        Some(self)
    }

    fn noting(mut self, change: Option<Change>) -> Option<Self> {
        if let Some(change) = change {
            self.changes = self.changes.and(change)?;
        }
        Some(self)
    }

    fn sized(mut self, min: u32, max: u32, change: Option<Change>) -> Option<Self> {
        self.element.size.min = min;
        self.element.size.max = max;
        self.element = self.element.with_fast();
        self.noting(change)
    }
}

/// The value in its own coding and in others.
fn codings(variant: Variant<'_>, page: CodePage) -> Vec<Variant<'_>> {
    let Element { content, coding, .. } = variant.element;
    let page = match coding {
        Coding::Ebcdic(page) | Coding::EbcdicHex(page) => page,
        _ => page,
    };
    let others: &[(Coding, Content)] = match content {
        Content::N => &[
            (Coding::Ascii, content),
            (Coding::Bcd, content),
            (Coding::Ebcdic(page), content),
            (Coding::Ascii, Content::Ans),
            (Coding::Ebcdic(page), Content::Ans),
        ],
        Content::Z | Content::Ne | Content::Yn | Content::H => {
            &[(Coding::Ascii, content), (Coding::Bcd, content), (Coding::Ebcdic(page), content)]
        }
        Content::Xn => &[
            (Coding::Ascii, content),
            (Coding::Bcd, content),
            (Coding::Ebcdic(page), content),
            (Coding::Zoned(Zone::C), content),
        ],
        Content::B => &[(Coding::Raw, content), (Coding::Hex, content), (Coding::EbcdicHex(page), content)],
        Content::Any => &[(Coding::Ascii, content), (Coding::Ebcdic(page), content)],
        _ => &[(Coding::Ascii, content), (Coding::Ebcdic(page), content), (Coding::Bcd, Content::N)],
    };
    let other = |(to, content): &(Coding, Content)| {
        let changed = variant.with(|element| (element.coding, element.content) = (*to, *content))?;
        let is_wider = *content == Content::Ans && variant.element.content == Content::N;
        changed.noting(Some(Change::Coding(*to)))?.noting(is_wider.then_some(Change::Content(*content)))
    };
    let others = others.iter().filter(|(to, _)| *to != coding).filter_map(other);
    core::iter::once(variant).chain(others).collect()
}

/// The value after its own length, after other lengths, and without one.
fn forms(variant: Variant<'_>, page: CodePage) -> Vec<Variant<'_>> {
    let mut found = Vec::from([variant]);
    let prefixes = [PrefixCoding::Ascii, PrefixCoding::Bcd, PrefixCoding::Ebcdic(page), PrefixCoding::Binary];
    match variant.element.size.form {
        Form::Prefixed(from) if from.coding != PrefixCoding::Ber => {
            let others = prefixes.into_iter().filter(|to| *to != from.coding);
            for coding in others.chain([from.coding]) {
                for width in 1..=4 {
                    for counts in [LengthUnit::Units, LengthUnit::Bytes, LengthUnit::Nibbles] {
                        let to = Prefix { coding, width, counts, ..from };
                        found.extend(prefixed(variant, from, to));
                    }
                }
            }
            found.extend(inclusive(variant, from));
            found.extend(without_prefix(variant));
        }
        Form::Fixed => {
            for coding in prefixes {
                let widths = if coding == PrefixCoding::Binary { [1, 2] } else { [2, 3] };
                found.extend(widths.into_iter().filter_map(|width| with_prefix(variant, coding, width)));
            }
        }
        _ => (),
    }
    found
}

/// A variable value that is fixed after all: at its maximum, or at what is usual.
fn without_prefix(variant: Variant<'_>) -> Vec<Variant<'_>> {
    let usual = usual_sizes(variant.element.key).filter(|size| size.form == Form::Fixed);
    let mut lengths: Vec<u32> = usual.map(|size| size.max).chain([variant.element.size.max]).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let fixed = |units: u32| {
        let fixed = variant.with(|element| element.size.form = Form::Fixed)?;
        fixed.sized(units, units, Some(Change::Fixed(units)))
    };
    lengths.into_iter().filter_map(fixed).collect()
}

/// A fixed value that is variable after all.
fn with_prefix(variant: Variant<'_>, coding: PrefixCoding, width: u8) -> Option<Variant<'_>> {
    let counts = match variant.element.coding {
        Coding::Hex | Coding::EbcdicHex(_) => LengthUnit::Bytes,
        _ => LengthUnit::Units,
    };
    let to = Prefix { coding, width, counts, includes: 0 };
    let changed = variant.with(|element| element.size.form = Form::Prefixed(to))?;
    let max = reach(to, &changed.element);
    changed.sized(0, max, Some(Change::Variable))?.noting(Some(Change::Prefix(coding)))
}

/// The value after another length.
fn prefixed(variant: Variant<'_>, from: Prefix, to: Prefix) -> Option<Variant<'_>> {
    let Element { coding, size, .. } = variant.element;
    let counts_differ = match coding {
        Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw => to.counts != from.counts,
        Coding::Bcd => false,
        _ => to.counts == LengthUnit::Nibbles,
    };
    if to == from || counts_differ {
        // one octet a unit: whatever is counted, it is the same
        return None;
    }
    let is_usual = to.width == usual_width(from, to.coding, size.max);
    let changed = variant.with(|element| element.size.form = Form::Prefixed(to))?;
    let changed = changed.noting((to.coding != from.coding).then_some(Change::Prefix(to.coding)))?;
    let changed = changed.noting((to.counts != from.counts).then_some(Change::LengthUnit(to.counts)))?;
    match is_usual {
        true => changed.sized(size.min, size.max, None),
        false => changed.sized(0, reach(to, &changed.element), Some(Change::Width(to.width))),
    }
}

/// The width that a length usually has when it is only written otherwise.
const fn usual_width(from: Prefix, to: PrefixCoding, max: u32) -> u8 {
    let was_binary = matches!(from.coding, PrefixCoding::Binary | PrefixCoding::Hex);
    let is_binary = matches!(to, PrefixCoding::Binary | PrefixCoding::Hex);
    match (was_binary, is_binary) {
        (false, true) => from.width.div_ceil(2),
        (true, false) => match max {
            0..=99 => 2,
            100..=999 => 3,
            _ => 4,
        },
        _ => from.width,
    }
}

/// The longest value that a length can announce, within reason.
fn reach(prefix: Prefix, element: &Element<'_>) -> u32 {
    let capacity = prefix.capacity().min(REASON);
    // some codings take two octets a unit: an odd number of octets is then none
    let units = [capacity, capacity.saturating_sub(1)]
        .into_iter()
        .find_map(|number| prefix.units(element.coding, element.content, number));
    u32::try_from(units.unwrap_or(1).clamp(1, REASON)).unwrap_or(1)
}

/// No longer value is expected in a message.
const REASON: usize = 999;

/// A length that counts itself where the spec says it does not, or the other way round.
fn inclusive(variant: Variant<'_>, prefix: Prefix) -> Option<Variant<'_>> {
    let octets = u8::try_from(prefix.octets(0)).unwrap_or(0);
    let includes = if prefix.includes == 0 { octets } else { 0 };
    let to = Prefix { includes, ..prefix };
    let max = variant.element.size.max.min(reach(to, &variant.element));
    let changed = variant.with(|element| element.size.form = Form::Prefixed(to))?;
    changed.sized(variant.element.size.min.min(max), max, Some(Change::Includes(includes > 0)))
}

/// Packed digits whose pad nibble lies elsewhere.
fn spares(variant: Variant<'_>) -> impl Iterator<Item = Variant<'_>> {
    let own = variant.element.pad_nibble;
    let is_packed = variant.element.coding == Coding::Bcd;
    let all = [PadNibble::LEFT_ZERO, PadNibble::RIGHT_ZERO, PadNibble::RIGHT_F];
    let others = all.into_iter().filter(move |pad_nibble| is_packed && *pad_nibble != own);
    others.filter_map(move |pad_nibble| {
        variant.with(|element| element.pad_nibble = pad_nibble)?.noting(Some(Change::PadNibble(pad_nibble)))
    })
}

/// A fixed value of another length.
fn lengths(variant: Variant<'_>) -> impl Iterator<Item = Variant<'_>> {
    let max = variant.element.size.max;
    let is_fixed = variant.element.size.form == Form::Fixed;
    // the sign of an amount may count as one of its digits: `signs` says so
    let is_signed = variant.element.content.is_signed();
    let near = (max.saturating_sub(8).max(1)..=max.saturating_add(8)).filter(move |units| *units != max);
    let near = near.filter(move |units| !is_signed || units.abs_diff(max) > 1);
    let far = [max / 2, max.saturating_mul(2)].into_iter().filter(move |units| units.abs_diff(max) > 8);
    near.chain(far).filter(move |_| is_fixed).filter_map(move |units| {
        let change = Some(Change::Fixed(units));
        variant.with(|element| element.layout = None)?.sized(units, units, change)
    })
}

/// A signed amount without its sign, or whose sign counts as one of the digits.
fn signs(variant: Variant<'_>) -> Vec<Variant<'_>> {
    let Element { content, size, .. } = variant.element;
    if content != Content::Xn || size.form != Form::Fixed {
        return Vec::new();
    }
    let expected = size.max.saturating_sub(1);
    let with = |content: Content, units: u32, change: Change| {
        let changed = variant.with(|element| (element.content, element.layout) = (content, None))?;
        changed.sized(units, units, Some(change))
    };
    let unsigned = |found: u32| with(Content::N, found, Change::Unsigned { expected, found });
    let found = expected.saturating_sub(1);
    let signed = with(Content::Xn, expected, Change::Signed { expected, found });
    [unsigned(size.max), unsigned(expected), signed].into_iter().flatten().collect()
}

/// What the element of the error would have to admit for the error to go away.
fn admissions(variant: Variant<'_>, error: Error) -> Vec<Variant<'_>> {
    let mut found = Vec::new();
    if error.parts().next().is_some() || variant.element.layout.is_some() {
        found.extend(
            variant.with(|element| element.layout = None).and_then(|it| it.noting(Some(Change::Parts))),
        );
    }
    match error.kind() {
        ErrorKind::TooLong => {
            let max = u32::try_from(error.found()).unwrap_or(u32::MAX);
            let longer = variant.with(|element| element.layout = None);
            found.extend(longer.and_then(|it| it.sized(it.element.size.min, max, Some(Change::Longer(max)))));
        }
        ErrorKind::Character(..) | ErrorKind::Nibble => {
            let wider = [Content::N, Content::Z, Content::An, Content::Ans, Content::Any];
            let own = variant.element.content;
            for content in wider.into_iter().filter(|to| *to != own && variant.element.coding.carries(*to)) {
                let admitted = variant.with(|element| (element.content, element.layout) = (content, None));
                found.extend(admitted.and_then(|it| it.noting(Some(Change::Content(content)))));
            }
        }
        _ => (),
    }
    found
}
