//! Packagers: which fields there are, and what tells which comes next.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::classes::{self, PAGE};
use super::field::{self, At, Bits, FieldDoc, Fields, flag, in_place, octets};
use super::tags::{self, Tagged};
use super::{Custom, Options, objects};
use crate::codec::Coding;
use crate::import::xml::Node;
use crate::import::{ElementDoc, ImportError, LayoutDoc, OrderDoc, SpecDoc};
use crate::layout::{BitmapForm, Form, MAX_DEPTH, NextBitmap};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::{Codes, MtiCoding};

type Result<T> = core::result::Result<T, ImportError>;

pub(super) fn spec(root: &Node, options: &Options) -> Result<SpecDoc> {
    let place = |error: ImportError| error.at_line(root.line);
    let mut fields = fields(root, "")?;
    let mti = fields.remove(&0).ok_or_else(|| place(ImportError::new("there is no field 0, the MTI")))?;
    let mti = mti_coding(mti, options).map_err(|error| error.in_element("0").at_line(mti.line))?;
    if flag(root, "emitBitmap").map_err(place)? == Some(false) {
        return Err(place(ImportError::new(
            "a message without a bitmap is not supported: its fields can only be read as parts of an element",
        )));
    }
    let mut form = match options.bitmap {
        Some(form) => form,
        None => body_bitmap(root, options, &mut fields)?,
    };
    third_bitmap(root, &mut form, &mut fields).map_err(place)?;
    let mut elements = in_place(children(&fields, options, "", 1)?, "")?;
    // packagers have it in the place of a number that is no element's
    elements.retain(|element| !(element.form == Form::Nothing && is_taken(form, element.key)));
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
    let Some((bitmap, bits)) = bitmap.and_then(|field| Some((field.element, field.bitmap?))) else {
        let message = format!("field {number} is no bitmap; say with Options::bitmap how it is written");
        return Err(place(ImportError::new(message)));
    };
    let highest = fields.keys().next_back().copied().unwrap_or(0);
    bitmap_form((&bitmap, bits), highest, fields.contains_key(&1), true).map_err(place)
}

fn fields<'n>(node: &'n Node, path: &str) -> Result<Fields<'n>> {
    let mut fields = Fields::new();
    for child in &node.children {
        let id = field::id(child).map_err(|error| error.at_line(child.line).in_element(path))?;
        fields.insert(id, child);
    }
    Ok(fields)
}

/// Whether the number is that of a bit that announces a bitmap.
fn is_taken(form: BitmapForm, number: u32) -> bool {
    u8::try_from(number).is_ok_and(|number| form.is_continuation(number))
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
fn bitmap_form(
    (bitmap, bits): (&ElementDoc, Bits),
    highest: u32,
    has_first: bool,
    is_body: bool,
) -> Result<BitmapForm> {
    let second = match (bitmap.max, is_body) {
        _ if bits == Bits::Always64 => NextBitmap::Never,
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
        if node.name != "isofield" && field.element.form != Form::Nothing {
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

/// The children in order of their ids, those left out that are never on the wire.
fn children(fields: &Fields<'_>, options: &Options, path: &str, depth: usize) -> Result<Vec<FieldDoc>> {
    let all = fields.values().map(|node| child(node, options, path, depth));
    all.filter_map(Result::transpose).collect()
}

/// How the sub-packagers of jPOS tell what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packager {
    /// Field 0, then by bitmap, or one after the other, none missing.
    Generic,
    /// By bitmap, or one after the other.
    SubFields,
    /// The same, the bitmap being field 0.
    Base1,
    /// One after the other.
    Positions,
    /// By tag.
    Tags(Tagged),
    /// BER-TLV, in octets or digits of a coding.
    Ber(Coding),
    /// Identifier of one octet, length of two.
    Datasets,
}

const PACKAGERS: &[(&str, Packager)] = &[
    ("GenericPackager", Packager::Generic),
    ("GenericValidatingPackager", Packager::Generic),
    ("GenericSubFieldPackager", Packager::SubFields),
    ("PostPackager$PostPrivatePackager", Packager::SubFields),
    ("PostPrivatePackager", Packager::SubFields),
    ("Base1SubFieldPackager", Packager::Base1),
    ("CTCSubFieldPackager", Packager::Positions),
    ("CTCSubElementPackager", Packager::Tags(Tagged::Numbered)),
    ("GenericTaggedFieldsPackager", Packager::Tags(Tagged::Generic)),
    ("TaggedSequencePackager", Packager::Tags(Tagged::Sequence)),
    ("EuroSubFieldPackager", Packager::Tags(Tagged::Euro)),
    ("MasterCardEBCDICSubFieldPackager", Packager::Tags(Tagged::Euro)),
    ("GICCSubFieldPackager", Packager::Tags(Tagged::Gicc)),
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
    let known = classes::short(known);
    let found = PACKAGERS.iter().find(|(packager, _)| *packager == known);
    let advice = match known {
        "BinaryHexTaggedSequencePackager" => "in a TOML spec, tags = \"octets N\" is what it reads",
        _ => "or write its parts in a TOML spec, with positions, tags or bitmap",
    };
    found.map(|(_, packager)| *packager).ok_or_else(|| {
        ImportError::new(format!(
            "{name} is no packager of jPOS; say with Options::class what it is like, {advice}"
        ))
    })
}

/// Gives an element the layout that its sub-packager describes.
fn compose(node: &Node, element: &mut ElementDoc, options: &Options, path: &str, depth: usize) -> Result<()> {
    let packager = packager(node, options)?;
    if matches!(element.coding, Coding::Ascii | Coding::Ebcdic(_)) {
        element.content = Content::Any;
    }
    let fields = fields(node, path)?;
    let mut header = match node.number("headerLength")? {
        Some(length @ 1..) => vec![octets("Header", length)],
        _ => Vec::new(),
    };
    let (head, layout) = match packager {
        Packager::Ber(coding) => {
            objects::ber(element, coding, in_place(children(&fields, options, path, depth)?, path)?)?
        }
        Packager::Datasets => (Vec::new(), objects::datasets()),
        Packager::Tags(kind) => {
            let parts = children(&fields, options, path, depth)?;
            tags::layout(node, kind, (&fields, parts), (options, path, depth))?
        }
        Packager::Positions => {
            (Vec::new(), positions(children(&fields, options, path, depth)?, path, false)?)
        }
        Packager::Generic | Packager::SubFields | Packager::Base1 => {
            by_number(node, packager, fields, (options, path, depth))?
        }
    };
    element.layout = Some(layout);
    header.extend(head);
    put_after(element, header)
}

/// Parts that stand in front of those of the layout: they come by position, and after them one more
/// part that holds the layout.
fn put_after(element: &mut ElementDoc, head: Vec<ElementDoc>) -> Result<()> {
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
    let always = head.iter().filter(|part| part.form != Form::IfLetter).count();
    let required = u8::try_from(always).unwrap_or(u8::MAX);
    let mut elements = head;
    elements.push(rest);
    elements.iter_mut().zip(1..).for_each(|(part, position)| part.key = position);
    element.layout = Some(LayoutDoc { order: OrderDoc::Positions { required }, elements });
    Ok(())
}

/// Parts one after the other. Most packagers stop where the octets do, so none must be there.
fn positions(mut fields: Vec<FieldDoc>, path: &str, are_required: bool) -> Result<LayoutDoc> {
    fields.retain(|field| field.element.form != Form::Nothing);
    let mut elements = in_place(fields, path)?;
    elements.iter_mut().zip(1..).for_each(|(element, position)| element.key = position);
    let required = if are_required { u8::try_from(elements.len()).unwrap_or(u8::MAX) } else { 0 };
    Ok(LayoutDoc { order: OrderDoc::Positions { required }, elements })
}

/// Parts by number where the packager has a bitmap and emits it, else one after the other.
fn by_number(
    node: &Node,
    packager: Packager,
    mut nodes: Fields<'_>,
    (options, path, depth): At<'_>,
) -> Result<(Vec<ElementDoc>, LayoutDoc)> {
    let usual = if packager == Packager::Base1 { 0 } else { 1 };
    let bitmap_field = node.number("bitmapField")?.unwrap_or(usual);
    let emits = flag(node, "emitBitmap")?.unwrap_or(true);
    let bitmap = match nodes.get(&bitmap_field) {
        Some(node) if emits => child(node, options, path, depth)?,
        _ => None,
    };
    let Some((bitmap, bits)) = bitmap.and_then(|field| Some((field.element, field.bitmap?))) else {
        let first = first_field(node, packager, &nodes)?;
        nodes.retain(|id, _| *id >= first);
        let mut fields = children(&nodes, options, path, depth)?;
        // what could be the bitmap is not one of the parts
        fields.retain(|field| !(field.element.key == 1 && field.bitmap.is_some()));
        return Ok((Vec::new(), positions(fields, path, packager == Packager::Generic)?));
    };
    nodes.remove(&bitmap_field);
    let head = match nodes.remove(&0) {
        // only the packager of whole messages reads a field before the bitmap
        Some(node) if packager == Packager::Generic => child(node, options, path, depth)?,
        _ => None,
    };
    let head = match head {
        Some(field) if field.bitmap.is_none() && field.element.form != Form::Nothing => {
            vec![field.in_place(false)?]
        }
        _ => Vec::new(),
    };
    let highest = nodes.keys().next_back().copied().unwrap_or(0);
    let form = bitmap_form((&bitmap, bits), highest, nodes.contains_key(&1), false)?;
    let elements = in_place(children(&nodes, options, path, depth)?, path)?;
    Ok((head, LayoutDoc { order: OrderDoc::Bitmap(form), elements }))
}

/// The first of the parts that stand one after the other: what stands before it is never read.
fn first_field(node: &Node, packager: Packager, nodes: &Fields<'_>) -> Result<u32> {
    let is_composite = |node: &&Node| node.name != "isofield";
    Ok(match node.number("firstField")? {
        Some(first) => first,
        None if packager != Packager::SubFields => 0,
        None if nodes.get(&0).is_some_and(is_composite) || nodes.keys().all(|id| *id == 0) => 0,
        None => 1,
    })
}
