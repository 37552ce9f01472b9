//! Reading: every key is known, every word is known, and an error says where.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::words;
use crate::codec::{Coding, LengthUnit, Prefix, PrefixCoding};
use crate::import::words::{Words, value};
use crate::import::{ElementDoc, ImportError, LayoutDoc, Lines, MAX_ELEMENTS, OrderDoc, SpecDoc};
use crate::layout::{BitmapForm, LengthFirst, MAX_DEPTH, Row, Shape};
use crate::mask::SECRET;
use crate::model::content::Content;
use crate::spec::Dialect;

type Result<T> = core::result::Result<T, ImportError>;

pub(super) fn document(text: &str) -> Result<SpecDoc> {
    let parsed = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| Lines::of(text).line(span.start));
        let error = ImportError::new(error.message());
        line.into_iter().fold(error, ImportError::at_line)
    })?;
    let (text, mut lines, mut count) = (Lines::of(text), BTreeMap::new(), 0);
    let reader = &mut Reader { text: &text, lines: &mut lines, count: &mut count };
    let mut root = Section::new(parsed.get_ref(), 0);
    let name = reader.text_of(&mut root, "name")?.unwrap_or_default().to_string();
    let dialect = reader.dialect(&mut root)?;
    let elements = match root.take("elements") {
        Some(elements) => reader.elements(elements, &dialect, "", &OrderDoc::Bitmap(dialect.bitmap), 1)?,
        None => return Err(ImportError::new("there is no table [elements]")),
    };
    reader.done(&root)?;
    let body = LayoutDoc { order: OrderDoc::Bitmap(dialect.bitmap), elements };
    let doc = SpecDoc { name, header: dialect.header, mti: dialect.mti, codes: dialect.codes, body };
    doc.check().map_err(|error| match lines.get(error.element()) {
        Some(line) => error.at_line(*line),
        None => error,
    })?;
    Ok(doc)
}

/// A table whose keys are taken out one by one; what is left is unknown.
struct Section<'t> {
    entries: BTreeMap<&'t str, (usize, &'t Spanned<DeValue<'t>>)>,
    start: usize,
}

impl<'t> Section<'t> {
    fn new(table: &'t DeTable<'t>, start: usize) -> Self {
        let entry =
            |(key, value): (&'t Spanned<Cow<'t, str>>, _)| (&**key.get_ref(), (key.span().start, value));
        Self { entries: table.iter().map(entry).collect(), start }
    }

    fn take(&mut self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries.remove(key).map(|(_, value)| value)
    }
}

struct Reader<'m> {
    text: &'m Lines,
    /// Where each element stands, by path.
    lines: &'m mut BTreeMap<String, u32>,
    count: &'m mut usize,
}

impl Reader<'_> {
    fn fail(&self, offset: usize, message: impl Into<String>) -> ImportError {
        ImportError::new(message).at_line(self.text.line(offset))
    }

    fn done(&self, section: &Section<'_>) -> Result<()> {
        match section.entries.iter().next() {
            Some((key, (offset, _))) => {
                Err(self.fail(*offset, format!("the key `{key}` is not of the format")))
            }
            None => Ok(()),
        }
    }

    fn section<'t>(&self, value: &'t Spanned<DeValue<'t>>) -> Result<Section<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(Section::new(table, value.span().start)),
            _ => Err(self.fail(value.span().start, "expected a table")),
        }
    }

    fn string<'t>(&self, value: &'t Spanned<DeValue<'t>>) -> Result<&'t str> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.fail(value.span().start, "expected a string")),
        }
    }

    fn text_of<'t>(&self, section: &mut Section<'t>, key: &str) -> Result<Option<&'t str>> {
        section.take(key).map(|value| self.string(value)).transpose()
    }

    fn number<'t, T: core::str::FromStr>(&self, section: &mut Section<'t>, key: &str) -> Result<Option<T>> {
        let Some(value) = section.take(key) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => None,
        };
        let message = || format!("`{key}` is not a number in range");
        number.map(Some).ok_or_else(|| self.fail(value.span().start, message()))
    }

    fn flag(&self, section: &mut Section<'_>, key: &str) -> Result<Option<bool>> {
        let Some(value) = section.take(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(Some(*flag)),
            _ => Err(self.fail(value.span().start, format!("`{key}` is true or false"))),
        }
    }

    /// Reads a string by `parse`, which knows the words of its kind.
    fn parsed<'t, T>(
        &self,
        section: &mut Section<'t>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = section.take(key) else { return Ok(None) };
        let text = self.string(value)?;
        let message = || format!("`{text}` is no word for `{key}`");
        parse(text).map(Some).ok_or_else(|| self.fail(value.span().start, message()))
    }

    fn word<'t, T: Copy>(
        &self,
        section: &mut Section<'t>,
        key: &str,
        words: &Words<T>,
        into: &mut T,
    ) -> Result<()> {
        if let Some(found) = self.parsed(section, key, |word| value(words, word))? {
            *into = found;
        }
        Ok(())
    }

    fn dialect<'t>(&self, root: &mut Section<'t>) -> Result<Dialect> {
        let mut dialect = Dialect::ASCII;
        self.word(root, "dialect", words::DIALECTS, &mut dialect)?;
        if let Some(header) = self.number(root, "header")? {
            dialect.header = header;
        }
        self.word(root, "mti", words::MTI, &mut dialect.mti)?;
        self.word(root, "codes", words::CODES, &mut dialect.codes)?;
        self.word(root, "text", words::CODINGS, &mut dialect.text)?;
        self.word(root, "digits", words::CODINGS, &mut dialect.digits)?;
        self.word(root, "track", words::CODINGS, &mut dialect.track)?;
        self.word(root, "amount", words::CODINGS, &mut dialect.amount)?;
        self.word(root, "binary", words::CODINGS, &mut dialect.binary)?;
        self.word(root, "prefix", words::PREFIXES, &mut dialect.prefix)?;
        self.word(root, "binary-counts", words::COUNTS, &mut dialect.binary_counts)?;
        for (key, pad_nibble) in
            [("spare-fixed", &mut dialect.pad_nibble_fixed), ("spare-var", &mut dialect.pad_nibble_var)]
        {
            if let Some(found) = self.parsed(root, key, words::pad_nibble)? {
                *pad_nibble = found;
            }
        }
        if let Some(value) = root.take("bitmap") {
            dialect.bitmap = self.bitmap(value)?;
        }
        Ok(dialect)
    }

    fn bitmap<'t>(&self, said: &'t Spanned<DeValue<'t>>) -> Result<BitmapForm> {
        let mut form = BitmapForm::new(Coding::Raw);
        if let DeValue::String(word) = said.get_ref() {
            let coding = value(words::CODINGS, word);
            let message = || format!("`{word}` is no word for `bitmap`");
            form.coding = coding.ok_or_else(|| self.fail(said.span().start, message()))?;
            return Ok(form);
        }
        let mut section = self.section(said)?;
        self.word(&mut section, "coding", words::CODINGS, &mut form.coding)?;
        self.word(&mut section, "second", words::MORE, &mut form.second)?;
        self.word(&mut section, "third", words::MORE, &mut form.third)?;
        form.octets = self.number(&mut section, "octets")?.unwrap_or(form.octets);
        self.done(&section)?;
        Ok(form)
    }

    /// A table of elements by number, position or tag.
    fn elements<'t>(
        &mut self,
        table: &'t Spanned<DeValue<'t>>,
        dialect: &Dialect,
        path: &str,
        order: &OrderDoc,
        depth: usize,
    ) -> Result<Vec<ElementDoc>> {
        let section = self.section(table)?;
        let mut elements = Vec::new();
        for (written, (offset, row)) in section.entries {
            let path = join(path, written);
            let place = |error: ImportError| error.at_line(self.text.line(offset)).in_element(&path);
            let key = order.key_named(written);
            let key = key.ok_or_else(|| place(ImportError::new("it is no number or tag of this layout")))?;
            self.lines.insert(path.clone(), self.text.line(offset));
            elements.push(
                self.element(row, key, dialect, &path, depth).map_err(|error| error.in_element(&path))?,
            );
        }
        elements.sort_by_key(|element| element.key);
        Ok(elements)
    }

    fn element<'t>(
        &mut self,
        row: &'t Spanned<DeValue<'t>>,
        key: u32,
        dialect: &Dialect,
        path: &str,
        depth: usize,
    ) -> Result<ElementDoc> {
        *self.count += 1;
        if *self.count > MAX_ELEMENTS {
            return Err(self.fail(row.span().start, format!("there are more than {MAX_ELEMENTS} elements")));
        }
        let mut section = self.section(row)?;
        let (content, min, max) = match self.parsed(&mut section, "is", notation)? {
            Some(notation) => notation,
            None => return Err(self.fail(section.start, "the element does not say what it `is`")),
        };
        let mut shape = Shape::new(content, max).min(min);
        if let Some(length) = section.take("length") {
            shape = self.length(length, shape)?;
        }
        shape.coding = self.parsed(&mut section, "coding", |word| value(words::CODINGS, word))?;
        let fill = self.parsed(&mut section, "fill", words::fill)?;
        shape.fill = fill.flatten();
        shape.full_size = self.flag(&mut section, "full-size")?.unwrap_or(false);
        shape.pad_nibble = self.parsed(&mut section, "spare", words::pad_nibble)?;
        let privacy = self.parsed(&mut section, "privacy", words::privacy)?.unwrap_or(SECRET);
        let name = self.text_of(&mut section, "name")?.unwrap_or_default();
        let mut element = ElementDoc::new(&Row { key, shape, name, privacy }, dialect);
        if fill == Some(None) {
            element.fill = None;
        }
        element.layout = self.layout(&mut section, content, path, depth)?;
        self.done(&section)?;
        Ok(element)
    }

    fn length<'t>(&self, said: &'t Spanned<DeValue<'t>>, shape: Shape<'t>) -> Result<Shape<'t>> {
        let fail = |message: &str| self.fail(said.span().start, message);
        if let DeValue::String(word) = said.get_ref() {
            return match &**word {
                "rest" => Ok(shape.rest()),
                "ber" => Ok(shape.ber()),
                "if-letter" => Ok(shape.if_letter()),
                "nothing" => Ok(shape.nothing()),
                letters if (1..=6).contains(&letters.len()) && letters.bytes().all(|octet| octet == b'L') => {
                    Ok(shape.var(u8::try_from(letters.len()).unwrap_or(0)))
                }
                other => Err(fail(&format!("`{other}` is no word for `length`"))),
            };
        }
        let mut section = self.section(said)?;
        let shape = match self.parsed(&mut section, "until", words::until)? {
            Some(terminator) => shape.until_all(terminator),
            None => {
                let padded = self.flag(&mut section, "padded")?.unwrap_or(false);
                let prefix = self.prefix(&mut section)?;
                if padded { shape.padded(prefix) } else { shape.prefix(prefix) }
            }
        };
        self.done(&section)?;
        Ok(shape)
    }

    fn prefix<'t>(&self, section: &mut Section<'t>) -> Result<Prefix> {
        let mut prefix =
            Prefix { coding: PrefixCoding::Ascii, width: 0, counts: LengthUnit::Units, includes: 0 };
        self.word(section, "prefix", words::PREFIXES, &mut prefix.coding)?;
        self.word(section, "counts", words::COUNTS, &mut prefix.counts)?;
        prefix.width = self.number(section, "width")?.unwrap_or(0);
        prefix.includes = self.number(section, "includes")?.unwrap_or(0);
        Ok(prefix)
    }

    /// The parts of an element, if it says that it has some.
    fn layout<'t>(
        &mut self,
        section: &mut Section<'t>,
        parent: Content,
        path: &str,
        depth: usize,
    ) -> Result<Option<LayoutDoc>> {
        let dialect = super::parts_dialect(parent);
        let positions = self.number(section, "positions")?;
        let tag = self.parsed(section, "tags", words::tag)?;
        let bitmap = section.take("bitmap").map(|value| self.bitmap(value)).transpose()?;
        let order = match (positions, tag, bitmap) {
            (None, None, None) => return Ok(None),
            (Some(required), None, None) => OrderDoc::Positions { required },
            (None, None, Some(form)) => OrderDoc::Bitmap(form),
            (None, Some(tag), None) => {
                let length_first = section.take("lead").map(|value| self.length_first(value)).transpose()?;
                let unknown = match section.take("unknown") {
                    Some(row) => Some(Box::new(self.element(row, 0, dialect, path, depth + 1)?)),
                    None => None,
                };
                OrderDoc::Tags { tag, length_first, unknown }
            }
            _ => return Err(self.fail(section.start, "it says more than one of positions, tags and bitmap")),
        };
        if depth >= MAX_DEPTH {
            return Err(self.fail(section.start, "layouts are nested too deep"));
        }
        let elements = match section.take("parts") {
            Some(parts) => self.elements(parts, dialect, path, &order, depth + 1)?,
            None => Vec::new(),
        };
        Ok(Some(LayoutDoc { order, elements }))
    }

    fn length_first<'t>(&self, said: &'t Spanned<DeValue<'t>>) -> Result<LengthFirst> {
        let mut section = self.section(said)?;
        let prefix = self.prefix(&mut section)?;
        let counts_tag = self.flag(&mut section, "counts-tag")?.unwrap_or(true);
        self.done(&section)?;
        Ok(LengthFirst { prefix, counts_tag })
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

/// `n6`, `n..19`, `an2..5` as class, min and max length in units.
fn notation(text: &str) -> Option<(Content, u32, u32)> {
    let class_len = text.find(|character: char| character == '.' || character.is_ascii_digit())?;
    let (class, lengths) = text.split_at_checked(class_len)?;
    let content = Content::ALL.into_iter().find(|content| content.notation() == class)?;
    let sign = u32::from(content.is_signed());
    let digits = |text: &str| -> Option<u32> {
        let is_number = text.len() <= 9 && text.bytes().all(|octet| octet.is_ascii_digit());
        if is_number { text.parse::<u32>().ok()?.checked_add(sign) } else { None }
    };
    match lengths.split_once("..") {
        None => digits(lengths).map(|length| (content, length, length)),
        Some(("", max)) => Some((content, 0, digits(max)?)),
        Some((min, max)) => Some((content, digits(min)?, digits(max)?)),
    }
}
