//! Parts that are objects of their own: BER-TLV, in octets or in digits, and datasets.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::field::{TWO_OCTETS, octets};
use crate::codec::{Coding, LengthUnit, Prefix, PrefixCoding};
use crate::import::{ElementDoc, ImportError, LayoutDoc, OrderDoc};
use crate::layout::{Form, Tag};
use crate::model::content::Content;
use crate::spec::EMV;

type Result<T> = core::result::Result<T, ImportError>;

/// BER-TLV objects, and the plain field that may stand before them.
///
/// Where they are written in hexadecimal digits, a length counts the digits of its value.
pub(super) fn ber(
    element: &mut ElementDoc,
    coding: Coding,
    head: Vec<ElementDoc>,
) -> Result<(Vec<ElementDoc>, LayoutDoc)> {
    if head.iter().any(|field| field.key > 1) {
        return Err(ImportError::new(
            "a plain field after BER-TLV objects cannot be told from them: only field 1, before them, is read",
        ));
    }
    let mut objects = LayoutDoc::from_layout(&EMV);
    if coding != Coding::Raw {
        into_digits(element, coding)?;
        if !head.is_empty() {
            return Err(ImportError::new("a plain field before BER-TLV objects in digits is not supported"));
        }
        let unknown = match &mut objects.order {
            OrderDoc::Tags { unknown, .. } => unknown.as_deref_mut(),
            _ => None,
        };
        for object in objects.elements.iter_mut().chain(unknown) {
            if let Form::Prefixed(prefix @ Prefix { coding: PrefixCoding::Ber, .. }) = &mut object.form {
                prefix.counts = LengthUnit::Nibbles;
            }
        }
    }
    Ok((head, objects))
}

/// An element that holds hexadecimal digits as the field class writes them, and so as its own octets
/// what they stand for.
fn into_digits(element: &mut ElementDoc, digits: Coding) -> Result<()> {
    let coding = match (element.coding, digits) {
        (Coding::Ascii | Coding::Raw, digits) => Some(digits),
        // the class translates the digits
        (Coding::Ebcdic(page), Coding::Hex) => Some(Coding::EbcdicHex(page)),
        _ => None,
    };
    let Some(coding) = coding else {
        return Err(ImportError::new("the class of the field writes other octets than hexadecimal digits"));
    };
    if element.form == Form::Fixed && element.max % 2 == 1 {
        return Err(ImportError::new("an odd number of hexadecimal digits is no number of octets"));
    }
    match &mut element.form {
        Form::Prefixed(prefix) => prefix.counts = LengthUnit::Bytes,
        Form::Padded(_) | Form::IfLetter => {
            return Err(ImportError::new("hexadecimal digits cannot be filled"));
        }
        Form::Fixed | Form::Rest | Form::Until(_) | Form::Nothing => {}
    }
    let half = |units: u32| (units / 2).max(1);
    (element.content, element.coding) = (Content::B, coding);
    (element.min, element.max) = (element.min / 2, half(element.max));
    Ok(())
}

/// Datasets: identifiers of one octet, each with a length of two. Which ones hold BER-TLV and which
/// a bitmap of their own depends on the identifier; they are read as octets. None is empty.
pub(super) fn datasets() -> LayoutDoc {
    let mut dataset = octets("Dataset", 0xFFFF);
    (dataset.min, dataset.form) = (1, Form::Prefixed(TWO_OCTETS));
    let order = OrderDoc::Tags { tag: Tag::Octets(1), length_first: None, unknown: Some(Box::new(dataset)) };
    LayoutDoc { order, elements: Vec::new() }
}
