//! Specs: a table of elements, written in a dialect, checked before it can be used.

mod builtin;
mod check;
mod dialect;
mod table;

pub use crate::codec::MtiCoding;
pub use builtin::emv::{EMV, EMV_SCRIPT};
pub use builtin::ipm::{IPM, IPM_ASCII, IPM_EBCDIC, PDS};
pub use builtin::iso03::{ISO03, ISO03_ASCII, ISO03_ASCII_BINARY, ISO03_BCD, ISO03_EBCDIC};
pub use builtin::iso87::{
    ISO87, ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_BCD_EBCDIC, ISO87_BCD_EBCDIC_BYTES,
    ISO87_BCD_N49, ISO87_EBCDIC, ISO87_NUMERIC_CURRENCY, ISO87_OCTET_LENGTHS, ISO87_OCTET_LENGTHS_OF_OCTETS,
};
pub use builtin::iso93::{ISO93, ISO93_ASCII, ISO93_ASCII_BINARY, ISO93_BCD, ISO93_EBCDIC};
pub use builtin::parts;
pub use builtin::unionpay::{
    UNIONPAY, UNIONPAY_59, UNIONPAY_60, UNIONPAY_61, UNIONPAY_63, UNIONPAY_INSTITUTIONS, UNIONPAY_POS,
    UNIONPAY_SECURITY, UNIONPAY_TERMINAL, UNIONPAY_TOTAL, UNIONPAY_TOTALS, UNIONPAY_UPLOAD,
    UNIONPAY_UPLOADED,
};
pub use builtin::{builtin, by_name};
pub use dialect::{Codes, Dialect};
pub use table::{Slots, Table, binary_parts, numbered_parts, table, text_parts};

pub(crate) use check::check_below;

use crate::codec::fast::element::FastElement;
#[cfg(test)]
use crate::codec::fast::element::FastObject;
use crate::layout::{BitmapForm, Element, Layout, Order};
use crate::model::error::{ErrorKind, Result};

/// Everything that is needed to parse, build, measure and describe the messages of a link.
///
/// A constant spec that contradicts itself does not compile:
///
/// ```compile_fail
/// use cardwire::{Dialect, Spec, layout::{n, row}, mask::OPEN, spec::table};
/// // n..199 cannot be announced with two digits
/// static BROKEN: Spec = Spec::new("broken", &Dialect::ASCII, &const {
///     table([row(2, n(199).ll(), "Card number", OPEN)]).elements(&Dialect::ASCII)
/// });
/// ```
#[derive(Clone, Copy)]
pub struct Spec<'s> {
    name: &'s str,
    header: usize,
    mti: MtiCoding,
    codes: Codes,
    body: Layout<'s>,
    /// The fast form of each element, by bitmap and bit: what the body says, packed.
    fast_elements: [[FastElement; 64]; 3],
    /// The elements with a single valid encoding, as the words of a bitmap.
    canonical: [u64; 3],
}

impl<'s> Spec<'s> {
    /// The spec of a link: elements as [`Table::elements`] resolves them for the dialect.
    ///
    /// # Panics
    /// When the spec contradicts itself; in a `static` or `const` that is a compile error. For a
    /// spec made at run time use [`Spec::try_new`].
    #[must_use]
    #[allow(clippy::panic, reason = "the documented compile error of a constant spec")]
    pub const fn new(name: &'s str, dialect: &Dialect, elements: &'s [Option<Element<'s>>]) -> Self {
        match Self::try_new(name, dialect, elements) {
            Ok(spec) => spec,
            Err(error) => match error.kind() {
                ErrorKind::Spec(fault) => panic!("{}", fault.sentence()),
                _ => panic!("the spec contradicts itself"),
            },
        }
    }

    /// The same check for a spec made at run time: an error of kind [`ErrorKind::Spec`] that names the
    /// element.
    pub const fn try_new(
        name: &'s str,
        dialect: &Dialect,
        elements: &'s [Option<Element<'s>>],
    ) -> Result<Self> {
        let body = Layout::bitmap(dialect.bitmap, elements);
        match check::check(dialect.header, &body) {
            Ok(()) => {
                let fast_elements = crate::layout::fast_elements(elements);
                let canonical = crate::layout::canonical(&fast_elements);
                let Dialect { header, mti, codes, .. } = *dialect;
                Ok(Self { name, header, mti, codes, body, fast_elements, canonical })
            }
            Err(error) => Err(error),
        }
    }

    /// The name, such as `iso87-ascii`.
    #[must_use]
    pub const fn name(&self) -> &'s str {
        self.name
    }

    /// How many octets stand before the MTI.
    #[must_use]
    pub const fn header(&self) -> usize {
        self.header
    }

    /// How the MTI is written.
    #[must_use]
    pub const fn mti(&self) -> MtiCoding {
        self.mti
    }

    /// Whose code lists give meaning to codes.
    #[must_use]
    pub const fn codes(&self) -> Codes {
        self.codes
    }

    /// The layout of everything after the MTI.
    #[must_use]
    pub const fn body(&self) -> &Layout<'s> {
        &self.body
    }

    /// The data element with this number, if the spec defines one.
    #[must_use]
    #[inline]
    pub fn element(&self, number: u8) -> Option<&Element<'s>> {
        self.body.elements.get(usize::from(number))?.as_ref()
    }

    /// The fast form of each element, by bitmap and bit; one that knows nothing where none is.
    #[inline(always)]
    pub(crate) const fn fast_elements(&self) -> &[[FastElement; 64]; 3] {
        &self.fast_elements
    }

    /// The elements with a single valid encoding, as the words of a bitmap.
    #[inline(always)]
    pub(crate) const fn canonical(&self) -> [u64; 3] {
        self.canonical
    }

    /// The same spec without fast forms: every element is read the ordinary way.
    #[cfg(test)]
    pub(crate) fn without_fast_forms(&self) -> Spec<'s> {
        let ordinary = |element: &Option<Element<'s>>| {
            let element = element.as_ref()?;
            Some(Element { fast: FastElement::UNKNOWN, object: FastObject::UNKNOWN, ..*element })
        };
        let elements: Vec<_> = self.body.elements.iter().map(ordinary).collect();
        let body = Layout::new(self.body.order, elements.leak());
        Spec { body, fast_elements: [[FastElement::UNKNOWN; 64]; 3], canonical: [0; 3], ..*self }
    }

    /// How bitmaps are written.
    #[must_use]
    pub const fn bitmap(&self) -> BitmapForm {
        match self.body.order {
            Order::Bitmap(form) => form,
            _ => BitmapForm::new(crate::codec::Coding::Raw),
        }
    }
}

/// The name alone: there are up to 192 elements, and parts of parts.
impl core::fmt::Debug for Spec<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Spec").field("name", &self.name).finish_non_exhaustive()
    }
}
