//! From a document to a spec: the elements that borrow from it, level by level.
//!
//! A letter to the next editor. A layout borrows its elements, an element borrows the layout of its
//! parts, so layouts must exist before the elements that hold them. `leak` builds depth first and
//! gives everything to the program for good. `with` needs no leak: it builds all layouts of the
//! deepest level, then, in a frame of its own that borrows from it, those of the level above, and
//! so on up to the body.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::{ElementDoc, ImportError, LayoutDoc, MAX_ELEMENTS, OrderDoc, SpecDoc};
use crate::codec::fast::element::{FastElement, FastObject};
use crate::layout::{Element, Layout, MAX_DEPTH, Order, Size};
use crate::model::SpecFault;
use crate::spec::Spec;

impl SpecDoc {
    /// Whether the document is a spec: the check that constant specs go through when compiled.
    ///
    /// # Errors
    /// The first contradiction, with the path of its element.
    pub fn check(&self) -> Result<(), ImportError> {
        self.with(|_| ())
    }

    /// The spec, for as long as `read` runs. Nothing is leaked.
    ///
    /// # Errors
    /// As [`SpecDoc::check`].
    ///
    /// ```
    /// use cardwire::{Message, import::SpecDoc, spec::ISO87_ASCII};
    /// let doc = SpecDoc::from_spec(&ISO87_ASCII);
    /// let stan = doc.with(|spec| {
    ///     Message::parse(spec, b"0800202000000080000000000012345600000001").unwrap().number(11).unwrap()
    /// })?;
    /// assert_eq!(stan, 123_456);
    /// # Ok::<(), cardwire::import::ImportError>(())
    /// ```
    pub fn with<R>(&self, read: impl FnOnce(&Spec<'_>) -> R) -> Result<R, ImportError> {
        let levels = levels(&self.body)?;
        let dialect = self.dialect().ok_or_else(|| fault(SpecFault::BitmapForm))?;
        with_levels(&levels, &[], |body| {
            let spec = Spec::try_new(&self.name, &dialect, body.elements)?;
            Ok(read(&spec))
        })
    }

    /// The spec for good: for specs that are imported once, at start-up. Its memory is never freed.
    ///
    /// # Errors
    /// As [`SpecDoc::check`]; nothing is leaked then.
    pub fn leak(self) -> Result<&'static Spec<'static>, ImportError> {
        self.check()?;
        let dialect = self.dialect().ok_or_else(|| fault(SpecFault::BitmapForm))?;
        let body = leak_layout(self.body)?;
        let name = Box::leak(self.name.into_boxed_str());
        Ok(Box::leak(Box::new(Spec::try_new(name, &dialect, body.elements)?)))
    }
}

fn fault(fault: SpecFault) -> ImportError {
    ImportError::new(fault.sentence().to_string())
}

/// The layouts of a document by depth, the body first; within a level in the order in which the
/// elements of the level above hold them.
fn levels(body: &LayoutDoc) -> Result<Vec<Vec<&LayoutDoc>>, ImportError> {
    let mut levels = vec![vec![body]];
    let mut count = 0;
    while let Some(level) = levels.last() {
        count += level.iter().map(|layout| layout.all().count()).sum::<usize>();
        let elements = level.iter().flat_map(|layout| layout.all());
        let next: Vec<&LayoutDoc> = elements.filter_map(|element| element.layout.as_ref()).collect();
        if next.is_empty() {
            break;
        }
        levels.push(next);
        if levels.len() > MAX_DEPTH {
            return Err(fault(SpecFault::TooDeep));
        }
    }
    if count > MAX_ELEMENTS {
        let message = alloc::format!("there are {count} elements, more than the limit of {MAX_ELEMENTS}");
        return Err(ImportError::new(message));
    }
    Ok(levels)
}

/// Builds the deepest level over the one `below` it, then the rest over that.
fn with_levels<R>(
    levels: &[Vec<&LayoutDoc>],
    below: &[Layout<'_>],
    read: impl FnOnce(&Layout<'_>) -> Result<R, ImportError>,
) -> Result<R, ImportError> {
    let Some((level, above)) = levels.split_last() else {
        return match below {
            [body] => read(body),
            _ => Err(fault(SpecFault::LayoutMisplaced)),
        };
    };
    let mut inner = below.iter();
    let mut resolved = Vec::new();
    for doc in level {
        let mut next = |doc: &'_ ElementDoc| doc.layout.as_ref().and_then(|_| inner.next());
        let mut elements = Vec::new();
        for element in &doc.elements {
            elements.push(element.resolve(next(element)));
        }
        let unknown = unknown(doc).map(|element| element.resolve(next(element)));
        resolved.push((slots(&doc.order, elements)?, unknown));
    }
    let pairs = level.iter().zip(&resolved);
    let layouts: Vec<Layout<'_>> =
        pairs.map(|(doc, (elements, unknown))| layout(&doc.order, elements, unknown)).collect();
    with_levels(above, &layouts, read)
}

impl ElementDoc {
    /// The element, over the layout of its parts.
    fn resolve<'s>(&'s self, layout: Option<&'s Layout<'s>>) -> Element<'s> {
        self.element(&self.name, layout)
    }

    fn element<'s>(&self, name: &'s str, layout: Option<&'s Layout<'s>>) -> Element<'s> {
        let element = Element {
            name,
            layout,
            key: self.key,
            size: Size { min: self.min, max: self.max, form: self.form },
            content: self.content,
            coding: self.coding,
            fill: self.fill,
            full_size: self.full_size,
            pad_nibble: self.pad_nibble,
            privacy: self.privacy,
            fast: FastElement::UNKNOWN,
            object: FastObject::UNKNOWN,
        };
        element.with_fast()
    }
}

/// The model of unlisted tags.
fn unknown(doc: &LayoutDoc) -> Option<&ElementDoc> {
    match &doc.order {
        OrderDoc::Tags { unknown, .. } => unknown.as_deref(),
        _ => None,
    }
}

/// Elements as their layout wants them: by number under a bitmap, else one after the other.
fn slots<'s>(order: &OrderDoc, elements: Vec<Element<'s>>) -> Result<Vec<Option<Element<'s>>>, ImportError> {
    if !matches!(order, OrderDoc::Bitmap(_)) {
        return Ok(elements.into_iter().map(Some).collect());
    }
    let mut slots = Vec::new();
    for element in elements {
        let misplaced = |found| fault(found).in_element(&element.key.to_string());
        let number = u8::try_from(element.key).map_err(|_| misplaced(SpecFault::ReservedNumber))?;
        let index = usize::from(number);
        if slots.len() <= index {
            slots.resize(index + 1, None);
        }
        match slots.get_mut(index) {
            Some(slot @ None) => *slot = Some(element),
            _ => return Err(misplaced(SpecFault::DefinedTwice)),
        }
    }
    Ok(slots)
}

fn layout<'s>(
    order: &OrderDoc,
    elements: &'s [Option<Element<'s>>],
    unknown: &'s Option<Element<'s>>,
) -> Layout<'s> {
    let order = match *order {
        OrderDoc::Bitmap(form) => Order::Bitmap(form),
        OrderDoc::Positions { required } => Order::Positions { required },
        OrderDoc::Tags { tag, length_first, .. } => {
            Order::Tags { tag, length_first, unknown: unknown.as_ref() }
        }
    };
    Layout::new(order, elements)
}

fn leak_layout(doc: LayoutDoc) -> Result<Layout<'static>, ImportError> {
    let unknown = match unknown(&doc) {
        Some(element) => Some(leak_element(element.clone())?),
        None => None,
    };
    let elements = doc.elements.into_iter().map(leak_element).collect::<Result<Vec<_>, _>>()?;
    let slots = slots(&doc.order, elements)?;
    Ok(layout(&doc.order, Box::leak(slots.into_boxed_slice()), Box::leak(Box::new(unknown))))
}

fn leak_element(mut doc: ElementDoc) -> Result<Element<'static>, ImportError> {
    let layout: Option<&'static Layout<'static>> = match doc.layout.take() {
        Some(layout) => Some(Box::leak(Box::new(leak_layout(layout)?))),
        None => None,
    };
    let name: &'static str = Box::leak(core::mem::take(&mut doc.name).into_boxed_str());
    Ok(doc.element(name, layout))
}
