//! A spec as plain owned data.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::codec::{Coding, PadNibble};
use crate::layout::{BitmapForm, Element, Fill, Form, Layout, LengthFirst, Order, Row, Tag};
use crate::mask::Privacy;
use crate::model::content::Content;
use crate::spec::{Codes, Dialect, MtiCoding, Spec};

/// A whole spec: owned, changeable, and unchecked until it becomes a [`Spec`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpecDoc {
    /// The name, such as `iso87-ascii`.
    pub name: String,
    /// Octets before the MTI.
    pub header: usize,
    /// How the MTI is written.
    pub mti: MtiCoding,
    /// Whose code lists give meaning to codes.
    pub codes: Codes,
    /// Everything after the MTI; its order is a bitmap.
    pub body: LayoutDoc,
}

/// A list of elements and what tells which comes next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LayoutDoc {
    /// What tells which element comes next.
    pub order: OrderDoc,
    /// The elements in ascending order of number, position or tag.
    pub elements: Vec<ElementDoc>,
}

/// What tells which element comes next; see [`Order`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum OrderDoc {
    /// A bitmap.
    Bitmap(BitmapForm),
    /// One after the other.
    Positions {
        /// How many parts must be there.
        required: u8,
    },
    /// Each announced by its tag.
    Tags {
        /// How a tag is written.
        tag: Tag,
        /// A length before each tag.
        length_first: Option<LengthFirst>,
        /// What a tag that is not listed holds.
        unknown: Option<Box<ElementDoc>>,
    },
}

/// One data element or part; see [`Element`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ElementDoc {
    /// The number in a bitmap, the position, or the tag.
    pub key: u32,
    /// The name.
    pub name: String,
    /// The content class.
    pub content: Content,
    /// The wire coding of the value.
    pub coding: Coding,
    /// The shortest value, in units.
    pub min: u32,
    /// The longest value, in units.
    pub max: u32,
    /// How the length is known.
    pub form: Form,
    /// What a value that is given too short is filled with; `None` where it is refused.
    pub fill: Option<Fill>,
    /// Whether a value that varies in length is filled up to its maximum.
    pub full_size: bool,
    /// The pad nibble of an odd number of packed digits.
    pub pad_nibble: PadNibble,
    /// What formatting may show.
    pub privacy: Privacy,
    /// The parts within.
    pub layout: Option<LayoutDoc>,
}

impl SpecDoc {
    /// A document of a spec, with nothing left out.
    #[must_use]
    pub fn from_spec(spec: &Spec<'_>) -> Self {
        Self {
            name: spec.name().to_string(),
            header: spec.header(),
            mti: spec.mti(),
            codes: spec.codes(),
            body: LayoutDoc::from_layout(spec.body()),
        }
    }

    /// The data element with this number.
    #[must_use]
    pub fn element(&self, number: u32) -> Option<&ElementDoc> {
        self.body.element(number)
    }

    /// The data element with this number, to be changed.
    pub fn element_mut(&mut self, number: u32) -> Option<&mut ElementDoc> {
        self.body.elements.iter_mut().find(|element| element.key == number)
    }

    /// The header, the MTI and the bitmap as a dialect; everything else is said by the elements.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        let OrderDoc::Bitmap(bitmap) = self.body.order else { return None };
        Some(Dialect { header: self.header, mti: self.mti, codes: self.codes, bitmap, ..Dialect::ASCII })
    }
}

impl LayoutDoc {
    /// A document of a layout and everything below it.
    #[must_use]
    pub fn from_layout(layout: &Layout<'_>) -> Self {
        let order = match *layout.order() {
            Order::Bitmap(form) => OrderDoc::Bitmap(form),
            Order::Positions { required } => OrderDoc::Positions { required },
            Order::Tags { tag, length_first, unknown } => OrderDoc::Tags {
                tag,
                length_first,
                unknown: unknown.map(|element| Box::new(ElementDoc::from_element(element))),
            },
        };
        Self { order, elements: layout.elements().map(ElementDoc::from_element).collect() }
    }

    /// The element with this number, position or tag.
    #[must_use]
    pub fn element(&self, key: u32) -> Option<&ElementDoc> {
        self.elements.iter().find(|element| element.key == key)
    }

    /// How many elements and parts there are, on all levels.
    #[must_use]
    pub fn count(&self) -> usize {
        let below = |element: &ElementDoc| 1 + element.layout.as_ref().map_or(0, Self::count);
        self.all().map(below).sum()
    }

    /// The elements, and the model of unlisted tags after them.
    pub(super) fn all(&self) -> impl Iterator<Item = &ElementDoc> {
        let unknown = match &self.order {
            OrderDoc::Tags { unknown, .. } => unknown.as_deref(),
            _ => None,
        };
        self.elements.iter().chain(unknown)
    }
}

impl OrderDoc {
    /// The number, position or tag that a text names in a layout of this order.
    #[must_use]
    pub fn key_named(&self, name: &str) -> Option<u32> {
        crate::layout::path::key(&self.bare(), name)
    }

    /// How the number, position or tag is written: what [`OrderDoc::key_named`] reads.
    #[must_use]
    pub fn name_of(&self, key: u32) -> String {
        self.bare().key(key).to_string()
    }

    /// A layout of this order without elements: it knows how its keys are written.
    fn bare(&self) -> Layout<'static> {
        let order = match *self {
            Self::Bitmap(form) => Order::Bitmap(form),
            Self::Positions { required } => Order::Positions { required },
            Self::Tags { tag, length_first, .. } => Order::Tags { tag, length_first, unknown: None },
        };
        Layout::new(order, &[])
    }
}

impl ElementDoc {
    /// A document of an element and everything below it.
    #[must_use]
    pub fn from_element(element: &Element<'_>) -> Self {
        Self {
            key: element.key,
            name: element.name.to_string(),
            content: element.content,
            coding: element.coding,
            min: element.size.min,
            max: element.size.max,
            form: element.size.form,
            fill: element.fill,
            full_size: element.full_size,
            pad_nibble: element.pad_nibble,
            privacy: element.privacy,
            layout: element.layout.map(LayoutDoc::from_layout),
        }
    }

    /// A row of a table as a dialect writes it.
    ///
    /// ```
    /// use cardwire::{Dialect, import::ElementDoc, layout::{Coding, n, row}, mask::PAN};
    /// let pan = ElementDoc::new(&row(2, n(19).ll(), "Primary account number", PAN), &Dialect::BCD);
    /// assert_eq!((pan.max, pan.coding), (19, Coding::Bcd));
    /// ```
    #[must_use]
    pub fn new(row: &Row<'_>, dialect: &Dialect) -> Self {
        Self::from_element(&row.resolve(dialect))
    }
}
