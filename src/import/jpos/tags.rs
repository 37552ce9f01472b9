//! Packagers whose parts are announced by tags.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::classes::{self, PAGE, TagCoding, TagForm};
use super::field::{At, FieldDoc, Fields, flag};
use crate::codec::{Coding, LengthUnit, PadNibble, Prefix, PrefixCoding, Side};
use crate::import::xml::Node;
use crate::import::{ElementDoc, ImportError, LayoutDoc, OrderDoc};
use crate::layout::{Fill, Form, LengthFirst, Tag};
use crate::mask::SECRET;
use crate::model::content::Content;

type Result<T> = core::result::Result<T, ImportError>;

/// Which kind of packager it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tagged {
    /// The tag is the number of the part; part 0 stands before the tags, if it is there.
    Euro,
    /// The same; part 0 is written without its class.
    Gicc,
    /// A mapper in Java knows the tags; parts of other tags are text.
    Generic,
    /// The tag is the token of the part; parts without one stand before the tags.
    Sequence,
    /// The packager itself writes the number of the part before it.
    Numbered,
}

/// The parts before the tags, and those of the tags.
pub(super) fn layout(
    node: &Node,
    kind: Tagged,
    (nodes, parts): (&Fields<'_>, Vec<FieldDoc>),
    (options, path, _): At<'_>,
) -> Result<(Vec<ElementDoc>, LayoutDoc)> {
    let (mut head, mut tagged) = (Vec::new(), Vec::new());
    for field in parts {
        let key = field.element.key;
        let place = |error: ImportError| error.in_element(&format!("{path}.{key}"));
        if field.element.form == Form::Nothing {
            continue;
        }
        match (field.tag, kind) {
            (Some(_), _) | (None, Tagged::Numbered) => tagged.push(field),
            (None, Tagged::Euro | Tagged::Gicc) if key == 0 => head.push(code(field, kind)),
            (None, Tagged::Sequence) => head.push(field.in_place(false).map_err(place)?),
            _ => return Err(place(ImportError::new("its class writes no tag, by which it could be found"))),
        }
    }
    let form = form(node, kind, nodes, &tagged)?;
    let is_number = !matches!(form.tag, Tag::Text(_));
    let names = Names { node, path, nodes, width: width_of(form.tag), is_number };
    let (mut elements, mut unknown) = (Vec::new(), None);
    for FieldDoc { mut element, tag, .. } in tagged {
        if tag.is_some_and(|tag| tag.is_behind) {
            element.form = Form::Rest;
            let beside = u32::try_from(width_of(form.tag)).unwrap_or(0);
            element.max = element.max.min(form.capacity().saturating_sub(beside)).max(1);
        }
        let id = element.key;
        match names.of(options, id)? {
            Some(written) => {
                let order = OrderDoc::Tags { tag: form.tag, length_first: None, unknown: None };
                element.key = order.key_named(&written).ok_or_else(|| {
                    let width = names.width;
                    let message =
                        format!("field {id} has the tag {written}, which is not {width} characters long");
                    ImportError::new(message)
                })?;
                elements.push(element);
            }
            None => {
                element.key = 0;
                unknown = wider(unknown, element);
            }
        }
    }
    elements.sort_by_key(|element: &ElementDoc| element.key);
    elements.dedup_by_key(|element| element.key);
    if let (Tagged::Generic, Some(prefix)) = (kind, form.unlisted) {
        unknown = Some(text(prefix, form.length_first.is_some(), unknown));
    }
    let order =
        OrderDoc::Tags { tag: form.tag, length_first: form.length_first, unknown: unknown.map(Box::new) };
    Ok((head, LayoutDoc { order, elements }))
}

/// Part 0 of such a packager: a code that is there only if it does not look like a tag.
fn code(field: FieldDoc, kind: Tagged) -> ElementDoc {
    let mut element = field.element;
    let is_text = element.form == Form::Fixed && element.content == Content::Any && element.layout.is_none();
    if is_text && matches!(element.coding, Coding::Ascii | Coding::Ebcdic(_)) {
        (element.form, element.min) = (Form::IfLetter, 0);
    }
    if field.is_trimmed || kind == Tagged::Gicc {
        element.fill = None;
    }
    element
}

/// How the tags of a packager are written.
struct Written {
    tag: Tag,
    length_first: Option<LengthFirst>,
    /// The length of parts that have no field.
    unlisted: Option<Prefix>,
}

impl Written {
    /// The largest number of a length before a tag.
    fn capacity(&self) -> u32 {
        let capacity = self.length_first.map(|length_first| length_first.prefix.capacity());
        capacity.and_then(|capacity| u32::try_from(capacity).ok()).unwrap_or(u32::MAX)
    }
}

/// What the fields and the packager say of tags; they must agree.
fn form(node: &Node, kind: Tagged, nodes: &Fields<'_>, fields: &[FieldDoc]) -> Result<Written> {
    let number = |name| -> Result<Option<u8>> {
        Ok(node.number(name)?.map(|number| u8::try_from(number).unwrap_or(u8::MAX)))
    };
    let size = number("tagSize")?;
    let ascii = |width| Prefix { coding: PrefixCoding::Ascii, width, counts: LengthUnit::Units, includes: 0 };
    let unlisted = number("lenSize")?.map(ascii);
    let is_swapped = flag(node, "swapTagAndLen")? == Some(true);
    let mut tags = fields.iter().filter_map(|field| Some((field.tag?, prefix_of(field))));
    let first = tags.next();
    if let Some((said, prefix)) = first
        && let Some(_) = tags.find(|(other, length)| *other != said || (said.is_behind && *length != prefix))
    {
        return Err(ImportError::new("its parts write their tags in two ways"));
    }
    if is_swapped && first.is_some() {
        return Err(ImportError::new(
            "swapTagAndLen reads the length before the tag, as no class of jPOS writes it: leave the parts \
             out, or write them in a TOML spec with lead = { prefix = \"ascii\", width = 2, counts-tag = false }",
        ));
    }
    let length_first = match (first, unlisted) {
        (Some((TagForm { is_behind: true, .. }, Some(prefix))), _) => Some(prefix.into()),
        (_, Some(prefix)) if is_swapped => Some(LengthFirst { prefix, counts_tag: false }),
        _ => None,
    };
    let tag = match (first.map(|(tag, _)| tag), kind) {
        (None, Tagged::Numbered) => Tag::Digits(2),
        (Some(TagForm { coding: TagCoding::Digits, width, .. }), _) => Tag::Digits(width),
        (Some(TagForm { coding: TagCoding::Ebcdic, width, .. }), _) => Tag::Ebcdic(PAGE, width),
        (Some(TagForm { coding: TagCoding::Mapped, width, .. }), _) => Tag::Text(width),
        (Some(TagForm { coding: TagCoding::Token, .. }), _) => token_form(node, nodes)?,
        (None, _) => match size {
            Some(width @ 1..=4) => Tag::Text(width),
            _ => return Err(ImportError::new("no field of the tagged packager says how a tag is written")),
        },
    };
    Ok(Written { tag, length_first, unlisted })
}

fn prefix_of(field: &FieldDoc) -> Option<Prefix> {
    match field.element.form {
        Form::Prefixed(prefix) => Some(prefix),
        _ => None,
    }
}

/// Tags as wide as the token of the packager, or of its fields.
fn token_form(node: &Node, nodes: &Fields<'_>) -> Result<Tag> {
    let tokens = || nodes.values().filter_map(|node| node.get("token"));
    let width = node.get("token").or_else(|| tokens().next()).map_or(0, str::len);
    let are_digits = tokens().all(|token| token.bytes().all(|octet| octet == b'#' || octet.is_ascii_digit()));
    match u8::try_from(width) {
        Ok(width @ 1..=4) => Ok(Tag::Text(width)),
        Ok(width @ 5..=6) if are_digits => Ok(Tag::Digits(width)),
        _ => Err(ImportError::new("the tokens are not of one to four characters, or up to six digits")),
    }
}

/// Where the tags of fields are said.
struct Names<'n> {
    node: &'n Node,
    path: &'n str,
    nodes: &'n Fields<'n>,
    width: usize,
    /// Whether a tag is a number, whose zeros in front need not be said.
    is_number: bool,
}

impl Names<'_> {
    /// The tag of a field; `None` where only Java knows it, or where the field is a model of all others.
    fn of(&self, options: &super::Options, id: u32) -> Result<Option<String>> {
        let token = self.nodes.get(&id).and_then(|node| node.get("token"));
        let said = options.tag_of(self.path, id).or(token).map(ToString::to_string);
        let width = self.width;
        let written = match (said, self.node.get("tagMapper").map(classes::short)) {
            (Some(said), _) if self.is_number && said.bytes().all(|octet| octet.is_ascii_digit()) => {
                format!("{said:0>width$}")
            }
            (Some(said), _) => said,
            (None, None | Some("TTDecimalTagMapper" | "TTTDecimalTagMapper")) => format!("{id:0width$}"),
            (None, Some(_)) => return Ok(None),
        };
        Ok(Some(written).filter(|written| !written.bytes().all(|octet| octet == b'#')))
    }
}

/// Of two models for unlisted tags the one that admits longer values.
fn wider(before: Option<ElementDoc>, next: ElementDoc) -> Option<ElementDoc> {
    match before {
        Some(before) if before.max >= next.max => Some(before),
        _ => Some(next),
    }
}

/// What a tag without a field holds: text, of a length in digits.
fn text(prefix: Prefix, is_led: bool, named: Option<ElementDoc>) -> ElementDoc {
    ElementDoc {
        key: 0,
        name: named.map(|element| element.name).unwrap_or_default(),
        content: Content::Any,
        coding: Coding::Ascii,
        min: 0,
        max: u32::try_from(prefix.capacity()).unwrap_or(u32::MAX),
        form: if is_led { Form::Rest } else { Form::Prefixed(prefix) },
        fill: Some(Fill { side: Side::Right, with: b' ' }),
        full_size: false,
        pad_nibble: PadNibble::LEFT_ZERO,
        privacy: SECRET,
        layout: None,
    }
}

fn width_of(tag: Tag) -> usize {
    match tag {
        Tag::Text(width) | Tag::Ebcdic(_, width) | Tag::Digits(width) | Tag::Octets(width) => width.into(),
        Tag::Ber => 0,
    }
}
