//! What the format has no words for, though the octets of a message are the same.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{ImportError, SpecDoc, parse, write};
use crate::import::{ElementDoc, LayoutDoc};

/// One thing that is not kept, and of which elements.
///
/// ```
/// use cardwire::{import::{SpecDoc, moov}, spec::ISO87_ASCII};
/// let losses = moov::losses(&SpecDoc::from_spec(&ISO87_ASCII))?;
/// let response = losses.iter().find(|loss| loss.elements.iter().any(|path| path == "39")).unwrap();
/// assert_eq!(response.what, "class an");
/// # Ok::<(), cardwire::import::ImportError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// What is not kept: `class an`, `shortest length 8`, `parts`.
    pub what: String,
    /// The elements by path, such as `55.9F26`.
    pub elements: Vec<String>,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.elements.join(" "))
    }
}

/// What a spec loses when it is written in this format: found by reading it back.
pub(super) fn of(doc: &SpecDoc) -> Result<Vec<Loss>, ImportError> {
    let again = parse(&write(doc)?)?;
    let mut losses = Losses::new();
    compare(&mut losses, "", &doc.body, &again.body);
    Ok(losses.into_iter().map(|(what, elements)| Loss { what, elements }).collect())
}

type Losses = BTreeMap<String, Vec<String>>;

fn compare(losses: &mut Losses, path: &str, layout: &LayoutDoc, again: &LayoutDoc) {
    for element in &layout.elements {
        let name = layout.order.name_of(element.key);
        let path = if path.is_empty() { name } else { format!("{path}.{name}") };
        // parts one after the other, and numbers, have the same key there
        let Some(other) = again.element(element.key) else { continue };
        for what in differences(element, other) {
            losses.entry(what).or_default().push(path.clone());
        }
        if let (Some(layout), Some(again)) = (&element.layout, &other.layout) {
            compare(losses, &path, layout, again);
        }
    }
}

fn differences(element: &ElementDoc, again: &ElementDoc) -> Vec<String> {
    let mut found = Vec::new();
    // a composite has no class there
    let is_leaf = element.layout.is_none() || again.layout.is_none();
    if is_leaf && element.content != again.content {
        found.push(format!("class {}", element.content));
    }
    if element.min > again.min {
        found.push(format!("shortest length {}", element.min));
    }
    if element.layout.is_some() && again.layout.is_none() {
        found.push("parts".to_string());
    }
    if element.privacy != again.privacy {
        found.push("privacy".to_string());
    }
    found
}
