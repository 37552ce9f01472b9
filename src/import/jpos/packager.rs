//! Packagers: which fields there are, and what tells which comes next.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::classes::{self, TagForm};
use super::field::{self, FieldDoc, PAGE, TWO_OCTETS, flag};
use super::{Custom, Options};
use crate::codec::{Coding, LengthUnit, PadNibble};
use crate::import::xml::Node;
use crate::import::{ElementDoc, ImportError, LayoutDoc, OrderDoc, SpecDoc};
use crate::layout::{BitmapForm, Form, MAX_DEPTH, NextBitmap, Tag};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::{Codes, EMV, MtiCoding};

type Result<T> = core::result::Result<T, ImportError>;

/// The children of a packager by id; of those that have one id the last is meant, as in jPOS.
type Fields<'n> = BTreeMap<u32, &'n Node>;

pub(super) fn spec(root: &Node, options: &Options) -> Result<SpecDoc> {
    let place = |error: ImportError| error.at_line(root.line);
    let mut fields = fields(root, "")?;
    let mti = fields.remove(&0).ok_or_else(|| place(ImportError::new("there is no field 0, the MTI")))?;
    let mti = mti_coding(mti, options).map_err(|error| error.in_element("0").at_line(mti.line))?;
    if flag(root, "emitBitmap").map_err(place)? == Some(false) {
        return Err(place(ImportError::new("a message without a bitmap is not supported")));
    }
    let mut form = match options.bitmap {
        Some(form) => form,
        None => body_bitmap(root, options, &mut fields)?,
    };
    third_bitmap(root, &mut form, &mut fields).map_err(place)?;
    let mut elements = Vec::new();
    for node in fields.values() {
        elements.extend(child(node, options, "", 1)?.map(|field| field.element));
    }
    let header = root.number("headerLength").map_err(place)?.unwrap_or(0);
    let doc = SpecDoc {
        name: options.name.clone().unwrap_or_else(|| String::from("jpos")),
        header: usize::try_from(header).unwrap_or(usize::MAX),
        mti,
        codes: Codes::Iso,
        body: LayoutDoc { order: OrderDoc::Bitmap(form), elements },
    };
    doc.check().map_err(|error| match line_of(root, error.element()) {
        Some(line) => error.at_line(line),
        None => error,
    })?;
    Ok(doc)
}

/// The bitmap of messages; its field is taken out.
fn body_bitmap(root: &Node, options: &Options, fields: &mut Fields<'_>) -> Result<BitmapForm> {
    let place = |error: ImportError| error.at_line(root.line);
    let number = root.number("bitmapField").map_err(place)?.unwrap_or(1);
    let bitmap = match fields.remove(&number) {
        Some(node) => child(node, options, "", 1)?,
        None => None,
    };
    let Some(bitmap) = bitmap.filter(|field| field.is_bitmap) else {
        let message = format!("field {number} is no bitmap; say with Options::bitmap how it is written");
        return Err(place(ImportError::new(message)));
    };
    let highest = fields.keys().next_back().copied().unwrap_or(0);
    bitmap_form(&bitmap.element, highest, fields.contains_key(&1), true).map_err(place)
}

fn fields<'n>(node: &'n Node, path: &str) -> Result<Fields<'n>> {
    let mut fields = Fields::new();
    for child in &node.children {
        let id = field::id(child).map_err(|error| error.at_line(child.line).in_element(path))?;
        fields.insert(id, child);
    }
    Ok(fields)
}

/// The line of the outermost element of a path.
fn line_of(root: &Node, path: &str) -> Option<u32> {
    let first = path.split('.').next()?;
    root.children.iter().rev().find(|node| node.get("id") == Some(first)).map(|node| node.line)
}

fn mti_coding(node: &Node, options: &Options) -> Result<MtiCoding> {
    let field = field::field(node, options, "0")?;
    let coding = field.as_ref().map(|field| (field.element.coding, field.element.form, field.element.max));
    match coding {
        Some((Coding::Ascii, Form::Fixed, 4)) => Ok(MtiCoding::Ascii),
        Some((Coding::Ebcdic(_), Form::Fixed, 4)) => Ok(MtiCoding::Ebcdic),
        Some((Coding::Bcd, Form::Fixed, 4)) => Ok(MtiCoding::Bcd),
        _ => Err(ImportError::new("the MTI is not four characters or digits of fixed length")),
    }
}

/// A bitmap class of 8 octets and more is as long as the highest field wants, up to its length.
fn bitmap_form(bitmap: &ElementDoc, highest: u32, has_first: bool, is_body: bool) -> Result<BitmapForm> {
    let second = match (bitmap.max, is_body) {
        (0..=7, _) => return Ok(BitmapForm::single(bitmap.coding, u8::try_from(bitmap.max).unwrap_or(0))),
        (8, true) if highest > 64 => NextBitmap::Announced,
        (8, false) if highest > 64 && !has_first => NextBitmap::Announced,
        (8, _) => NextBitmap::Never,
        _ if has_first && highest <= 64 => NextBitmap::Never,
        _ => NextBitmap::Announced,
    };
    let third = if bitmap.max > 16 && second == NextBitmap::Announced {
        NextBitmap::Announced
    } else {
        NextBitmap::Never
    };
    match bitmap.coding {
        Coding::Raw | Coding::Hex | Coding::EbcdicHex(_) => {
            Ok(BitmapForm { coding: bitmap.coding, octets: 8, second, third })
        }
        _ => Err(ImportError::new("the class of the bitmap is no bitmap class")),
    }
}

fn third_bitmap(root: &Node, form: &mut BitmapForm, fields: &mut Fields<'_>) -> Result<()> {
    match root.get("thirdBitmapField").filter(|text| !text.starts_with('-')) {
        None => {}
        Some("65") => {
            form.third = NextBitmap::InElement;
            fields.remove(&65);
        }
        Some("0") => form.third = NextBitmap::Announced,
        Some(_) => return Err(ImportError::new("a third bitmap in another field than 65 is not supported")),
    }
    Ok(())
}

/// A field with everything below it; `None` when nothing of it is ever on the wire.
fn child(node: &Node, options: &Options, parent: &str, depth: usize) -> Result<Option<FieldDoc>> {
    let id = node.get("id").unwrap_or("?");
    let path = if parent.is_empty() { id.to_string() } else { format!("{parent}.{id}") };
    let read = || -> Result<Option<FieldDoc>> {
        let Some(mut field) = field::field(node, options, &path)? else { return Ok(None) };
        if node.name != "isofield" {
            if depth >= MAX_DEPTH {
                return Err(ImportError::new("packagers are nested too deep"));
            }
            compose(node, &mut field.element, options, &path, depth + 1)?;
            // Its parts are private, so the whole must be.
            field.element.privacy = SECRET;
        }
        Ok(Some(field))
    };
    read().map_err(|error| error.at_line(node.line).in_element(&path))
}

/// How the sub-packagers of jPOS tell what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packager {
    /// By bitmap, or one after the other.
    Fields,
    /// One after the other.
    Positions,
    /// By tag.
    Tags,
    /// BER-TLV in a coding.
    Ber(Coding),
    /// Identifier of one octet, length of two.
    Datasets,
}

const PACKAGERS: &[(&str, Packager)] = &[
    ("GenericPackager", Packager::Fields),
    ("GenericSubFieldPackager", Packager::Fields),
    ("GenericValidatingPackager", Packager::Fields),
    ("Base1SubFieldPackager", Packager::Fields),
    ("PostPrivatePackager", Packager::Fields),
    ("CTCSubElementPackager", Packager::Positions),
    ("CTCSubFieldPackager", Packager::Positions),
    ("GenericTaggedFieldsPackager", Packager::Tags),
    ("TaggedSequencePackager", Packager::Tags),
    ("EuroSubFieldPackager", Packager::Tags),
    ("GICCSubFieldPackager", Packager::Tags),
    ("BERTLVBinaryPackager", Packager::Ber(Coding::Raw)),
    ("BERTLVAsciiHexPackager", Packager::Ber(Coding::Hex)),
    ("BERTLVEbcdicHexPackager", Packager::Ber(Coding::EbcdicHex(PAGE))),
    ("ICCDataPackager", Packager::Ber(Coding::Raw)),
    ("DatasetPackager", Packager::Datasets),
];

fn packager(node: &Node, options: &Options) -> Result<Packager> {
    let name = field::required(node, "packager")?;
    let known = match options.custom(name) {
        Some(Custom::Like(like)) => like.as_str(),
        _ => name,
    };
    let found = PACKAGERS.iter().find(|(packager, _)| *packager == classes::short(known));
    found.map(|(_, packager)| *packager).ok_or_else(|| {
        ImportError::new(format!("{name} is no packager of jPOS; say with Options::class what it is like"))
    })
}

/// Gives an element the layout that its sub-packager describes.
fn compose(node: &Node, element: &mut ElementDoc, options: &Options, path: &str, depth: usize) -> Result<()> {
    let packager = packager(node, options)?;
    if matches!(element.coding, Coding::Ascii | Coding::Ebcdic(_)) {
        element.content = Content::Any;
    }
    let layout = match packager {
        Packager::Ber(coding) => {
            into_coding(element, coding);
            LayoutDoc::from_layout(&EMV)
        }
        Packager::Datasets => datasets(),
        Packager::Tags => {
            let (head, layout) = tags(node, options, path, depth)?;
            element.layout = Some(layout);
            return behind(element, head);
        }
        Packager::Positions => positions(children(node, options, path, depth)?),
        Packager::Fields => by_number(node, options, path, depth)?,
    };
    element.layout = Some(layout);
    match node.number("headerLength")? {
        Some(header @ 1..) => behind(element, vec![octets("Header", header)]),
        _ => Ok(()),
    }
}

/// An element of characters that are the hexadecimal digits of its parts.
fn into_coding(element: &mut ElementDoc, coding: Coding) {
    let is_text = matches!(element.coding, Coding::Ascii | Coding::Ebcdic(_));
    match (coding, &mut element.form) {
        (Coding::Hex | Coding::EbcdicHex(_), Form::Prefixed(prefix)) if is_text => {
            prefix.counts = LengthUnit::Bytes;
            (element.content, element.coding, element.max) = (Content::B, coding, (element.max / 2).max(1));
        }
        _ => {}
    }
}

/// Datasets: identifiers of one octet, each with a length of two. Which ones hold BER-TLV and which
/// a bitmap of their own depends on the identifier; they are read as octets.
fn datasets() -> LayoutDoc {
    let mut dataset = octets("Dataset", 0xFFFF);
    (dataset.min, dataset.form) = (0, Form::Prefixed(TWO_OCTETS));
    let order = OrderDoc::Tags { tag: Tag::Octets(1), length_first: None, unknown: Some(Box::new(dataset)) };
    LayoutDoc { order, elements: Vec::new() }
}

fn octets(name: &str, length: u32) -> ElementDoc {
    ElementDoc {
        key: 0,
        name: name.to_string(),
        content: Content::B,
        coding: Coding::Raw,
        min: length,
        max: length,
        form: Form::Fixed,
        fill: None,
        full_size: false,
        pad_nibble: PadNibble::LEFT_ZERO,
        privacy: SECRET,
        layout: None,
    }
}

/// Parts that stand in front of those of the layout: they come by position, and behind them one more
/// part that holds the layout.
fn behind(element: &mut ElementDoc, head: Vec<ElementDoc>) -> Result<()> {
    if head.is_empty() {
        return Ok(());
    }
    let taken: u32 = head.iter().map(|part| part.min).sum();
    let Some(left) = element.max.checked_sub(taken).filter(|left| *left > 0) else {
        return Err(ImportError::new("the header takes all the room of the field"));
    };
    let mut rest = octets("Fields", left);
    (rest.min, rest.form) = (0, Form::Rest);
    rest.layout = element.layout.take();
    let required = u8::try_from(head.len()).unwrap_or(u8::MAX);
    let mut elements = head;
    elements.push(rest);
    elements.iter_mut().zip(1..).for_each(|(part, position)| part.key = position);
    element.layout = Some(LayoutDoc { order: OrderDoc::Positions { required }, elements });
    Ok(())
}

/// The children in order of their ids, those left out that are never on the wire.
fn children(node: &Node, options: &Options, path: &str, depth: usize) -> Result<Vec<FieldDoc>> {
    let fields = fields(node, path)?;
    let all = fields.values().map(|node| child(node, options, path, depth));
    all.filter_map(Result::transpose).collect()
}

/// Parts one after the other. jPOS leaves out what it has no value for, so none must be there.
fn positions(fields: Vec<FieldDoc>) -> LayoutDoc {
    let numbered = fields.into_iter().zip(1..).map(|(mut field, position)| {
        field.element.key = position;
        field.element
    });
    LayoutDoc { order: OrderDoc::Positions { required: 0 }, elements: numbered.collect() }
}

/// Parts by number where the packager has a bitmap and emits it, else one after the other.
fn by_number(node: &Node, options: &Options, path: &str, depth: usize) -> Result<LayoutDoc> {
    let mut fields = children(node, options, path, depth)?;
    let is_base1 = node.get("packager").is_some_and(|name| classes::short(name) == "Base1SubFieldPackager");
    let bitmap_field = match node.number("bitmapField")? {
        Some(number) => number,
        None if is_base1 => 0,
        None => 1,
    };
    let emits = flag(node, "emitBitmap")?.unwrap_or(true);
    let place = fields.iter().position(|field| field.is_bitmap && field.element.key == bitmap_field);
    let Some(place) = place.filter(|_| emits) else { return Ok(positions(fields)) };
    let bitmap = fields.remove(place).element;
    fields.retain(|field| field.element.key > 0);
    let highest = fields.iter().map(|field| field.element.key).max().unwrap_or(0);
    let has_first = fields.iter().any(|field| field.element.key == 1);
    let form = bitmap_form(&bitmap, highest, has_first, false)?;
    let elements = fields.into_iter().map(|field| field.element).collect();
    Ok(LayoutDoc { order: OrderDoc::Bitmap(form), elements })
}

/// Parts by tag: the tag is the token of a field, what the options say, or its id in digits. Fields
/// that have no tag stand in front.
fn tags(node: &Node, options: &Options, path: &str, depth: usize) -> Result<(Vec<ElementDoc>, LayoutDoc)> {
    let nodes = fields(node, path)?;
    let fields = children(node, options, path, depth)?;
    let is_led = flag(node, "swapTagAndLen")? == Some(true);
    let tag = tag_form(node, &nodes, &fields)?;
    let (mut head, mut elements, mut unknown, mut length_first) = (Vec::new(), Vec::new(), None, None);
    let by_id = ["EuroSubFieldPackager", "GICCSubFieldPackager"];
    let is_placeholder = node.get("packager").is_some_and(|name| by_id.contains(&classes::short(name)));
    let has_mapper = node.get("tagMapper").is_some();
    for FieldDoc { mut element, tag: form, .. } in fields {
        if form == TagForm::None {
            // Those of Europay and GICC only fill the place of an id that is never sent.
            if !is_placeholder {
                head.push(element);
            }
            continue;
        }
        if form == TagForm::EbcdicBehind || is_led {
            length_first = length_first.or_else(|| field::tag_prefix(&element));
            element.form = Form::Rest;
        }
        let said = options.tag_of(path, element.key).map(ToString::to_string);
        let token = nodes.get(&element.key).and_then(|node| node.get("token")).map(ToString::to_string);
        let (width, key) = (width_of(tag), element.key);
        let written = match said.or(token).or((!has_mapper).then(|| format!("{key:0width$}"))) {
            Some(written) if !written.bytes().all(|octet| octet == b'#') => written,
            _ => {
                element.key = 0;
                unknown = wider(unknown, element);
                continue;
            }
        };
        let order = OrderDoc::Tags { tag, length_first: None, unknown: None };
        element.key = order.key_named(&written).ok_or_else(|| {
            ImportError::new(format!(
                "field {key} has the tag {written}, which is not {width} characters long"
            ))
        })?;
        elements.push(element);
    }
    elements.sort_by_key(|element| element.key);
    elements.dedup_by_key(|element| element.key);
    let order = OrderDoc::Tags { tag, length_first, unknown: unknown.map(Box::new) };
    Ok((head, LayoutDoc { order, elements }))
}

/// Of two models for unlisted tags the one that admits longer values.
fn wider(before: Option<ElementDoc>, next: ElementDoc) -> Option<ElementDoc> {
    match before {
        Some(before) if before.max >= next.max => Some(before),
        _ => Some(next),
    }
}

/// How the tags of a packager are written, as its fields say; they must agree.
fn tag_form(node: &Node, nodes: &Fields<'_>, fields: &[FieldDoc]) -> Result<Tag> {
    let tag_size = node.number("tagSize")?.and_then(|size| u8::try_from(size).ok());
    let form = fields.iter().map(|field| field.tag).find(|form| *form != TagForm::None);
    Ok(match form {
        Some(TagForm::Ebcdic | TagForm::EbcdicBehind) => Tag::Ebcdic(PAGE, 2),
        Some(TagForm::Characters(width)) => Tag::Text(width),
        Some(TagForm::Token) => {
            let tokens = nodes.values().filter_map(|node| node.get("token"));
            let width = tokens.chain(node.get("token")).map(str::len).next().unwrap_or(0);
            match u8::try_from(width) {
                Ok(width @ 1..=4) => Tag::Text(width),
                _ => return Err(ImportError::new("the tokens are not of one to four characters")),
            }
        }
        Some(TagForm::None) | None => match tag_size {
            Some(width @ 1..=4) => Tag::Text(width),
            _ => return Err(ImportError::new("no field of the tagged packager says how a tag is written")),
        },
    })
}

fn width_of(tag: Tag) -> usize {
    match tag {
        Tag::Text(width) | Tag::Ebcdic(_, width) | Tag::Digits(width) | Tag::Octets(width) => width.into(),
        Tag::Ber => 0,
    }
}
