//! A change to a spec, carried out.

use alloc::vec::Vec;

use super::hint::Change;
use crate::codec::{Coding, LengthUnit, PrefixCoding};
use crate::import::SpecDoc;
use crate::layout::{Element, Form, NextBitmap};
use crate::model::bitmap::MAX_NUMBER;
use crate::model::content::Content;
use crate::spec::{Dialect, Spec};

/// What is changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mend<'s> {
    /// How MTI and bitmap are written.
    pub(super) dialect: Dialect,
    pub(super) what: What<'s>,
}

/// Which elements are changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'s> {
    /// None: only the dialect.
    Nothing,
    /// One.
    Element(u8, Element<'s>),
    /// Those of some classes, and all lengths.
    Everywhere(Rewrite),
}

/// Values of a class, and lengths, that are written otherwise than the spec says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rewrite {
    pub(super) digits: Option<Coding>,
    pub(super) text: Option<Coding>,
    pub(super) binary: Option<Coding>,
    pub(super) prefix: Option<Lengths>,
}

/// How all lengths are written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lengths {
    /// So, as wide as they usually are then.
    Usual(PrefixCoding),
    /// In one binary octet that counts this.
    Octet(LengthUnit),
}

/// The longest value that one octet announces.
const OCTET: u32 = 255;

impl<'s> Mend<'s> {
    /// The elements of the spec, as they are then.
    pub(super) fn slots(&self, spec: &Spec<'s>) -> Vec<Option<Element<'s>>> {
        let slot = |number| {
            let own = spec.element(number).copied();
            match self.what {
                What::Element(changed, element) if changed == number => Some(element),
                What::Everywhere(rewrite) => own.map(|element| rewrite.apply(element)),
                _ => own.filter(|_| !is_bitmap(&self.dialect, number)),
            }
        };
        (0..=MAX_NUMBER).map(slot).collect()
    }

    /// The changed spec.
    pub(super) fn apply(&self, spec: &Spec<'s>) -> Option<SpecDoc> {
        let slots = self.slots(spec);
        let changed = Spec::try_new(spec.name(), &self.dialect, &slots).ok()?;
        Some(SpecDoc::from_spec(&changed))
    }
}

/// Whether the number is that of a bit that announces a bitmap, and of no element.
const fn is_bitmap(dialect: &Dialect, number: u8) -> bool {
    number == 65 && !matches!(dialect.bitmap.third, NextBitmap::Never)
}

/// What is needed to make the spec again.
pub(super) fn dialect_of(spec: &Spec<'_>) -> Dialect {
    Dialect {
        header: spec.header(),
        mti: spec.mti(),
        bitmap: spec.bitmap(),
        codes: spec.codes(),
        ..Dialect::ASCII
    }
}

impl Rewrite {
    /// The changes, as a hint lists them.
    pub(super) fn changes(&self) -> [Option<Change>; 4] {
        let prefix = self.prefix.map(|lengths| match lengths {
            Lengths::Usual(coding) => Change::Prefixes(coding),
            Lengths::Octet(unit) => Change::OctetPrefixes(unit),
        });
        [
            self.digits.map(Change::Digits),
            self.text.map(Change::Text),
            prefix,
            self.binary.map(Change::Binary),
        ]
    }

    /// The element with its value and its length written so.
    fn apply<'s>(&self, mut element: Element<'s>) -> Element<'s> {
        let coding = match element.content {
            Content::N | Content::Ne | Content::Z | Content::Xn => self.digits,
            Content::B => self.binary,
            Content::Any => None,
            // text in EBCDIC goes with digits in EBCDIC
            _ => self
                .text
                .or(self.digits.map(|coding| if coding == Coding::Bcd { Coding::Ascii } else { coding })),
        };
        element.coding = coding.unwrap_or(element.coding);
        if let (Some(to), Form::Prefixed(own)) = (self.prefix, &mut element.size.form) {
            let is_binary = |coding| matches!(coding, PrefixCoding::Binary | PrefixCoding::Hex);
            match to {
                Lengths::Usual(coding) => {
                    own.width = match (is_binary(own.coding), is_binary(coding)) {
                        (false, true) => own.width.div_ceil(2),
                        (true, false) if own.width == 1 && element.size.max <= 99 => 2,
                        (true, false) => 3,
                        _ => own.width,
                    };
                    own.coding = coding;
                }
                Lengths::Octet(counts) => {
                    (own.coding, own.width, own.counts) = (PrefixCoding::Binary, 1, counts);
                    element.size.max = element.size.max.min(OCTET);
                    element.size.min = element.size.min.min(OCTET);
                }
            }
        }
        element.with_fast()
    }
}
