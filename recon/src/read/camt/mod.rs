//! Statements in camt.053, of any version: read by the names of elements, so that what a version or a bank adds is
//! passed over.
//!
//! The XML is read as a stream. Document types are refused, no entity is expanded, and elements lie no deeper within
//! each other than 64.

mod entry;
mod statement;
mod tag;

use std::io::{self, BufRead, BufReader};

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use self::entry::Entry;
use self::statement::Statement;
use self::tag::Tag;
use super::limit::Limited;
use super::make::Maker;
use super::tell::Teller;
use crate::record::Place;

/// How deep elements may lie within each other.
const MOST_DEPTH: usize = 64;

/// The most octets of a tag, a text or a comment.
const MOST_READ: u64 = 1 << 20;

/// The longest text of an element.
const MOST_TEXT: usize = 1 << 16;

/// Reads a file.
pub(super) fn read(mut input: impl BufRead, maker: &Maker, teller: &mut Teller<'_>) -> io::Result<()> {
    let start = input.fill_buf()?;
    let is_wide = start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]);
    let encoding = declared(start.get(..200).unwrap_or(start));
    let mut document = Document {
        maker,
        teller,
        path: Vec::new(),
        text: String::new(),
        currency: String::new(),
        statement: None,
        has_statement: false,
        entry: None,
        message: String::new(),
        page: String::new(),
    };
    if !is_wide && encoding.is_none_or(|encoding| encoding == encoding_rs::UTF_8) {
        document.read(input)
    } else {
        let decoder = DecodeReaderBytesBuilder::new().encoding(encoding).build(input);
        document.read(BufReader::new(decoder))
    }
}

/// The encoding that a declaration names.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let text = String::from_utf8_lossy(head);
    let declaration = text.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Encoding::for_label(value.get(1..)?.split(quote).next()?.as_bytes())
}

/// What is known while a document is read.
struct Document<'m, 't, 's> {
    maker: &'m Maker,
    teller: &'t mut Teller<'s>,
    path: Vec<Tag>,
    /// The text of the element that is open.
    text: String,
    /// The attribute `Ccy` of it.
    currency: String,
    statement: Option<Statement>,
    /// Whether there was one.
    has_statement: bool,
    entry: Option<Entry>,
    /// `MsgId` and `PgNb`.
    message: String,
    page: String,
}

/// What ends the reading early, in words.
type Stop = Result<(), String>;

impl Document<'_, '_, '_> {
    fn read<R: BufRead>(&mut self, input: R) -> io::Result<()> {
        let (input, mark) = Limited::new(input, MOST_READ);
        let mut reader = Reader::from_reader(input);
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            mark.set();
            let at = reader.buffer_position();
            let event = match reader.read_event_into(&mut buffer) {
                Ok(Event::Eof) => break,
                Ok(event) => event,
                Err(quick_xml::Error::Io(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                    self.stop(at, "a tag, a text or a comment is longer than 1 MiB");
                    return Ok(());
                }
                Err(quick_xml::Error::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
                    self.end();
                    return Err(io::Error::new(error.kind(), error.to_string()));
                }
                // what quick-xml says may repeat some of the text
                Err(_) => {
                    self.stop(at, "the XML is malformed here, or no UTF-8");
                    return Ok(());
                }
            };
            if let Err(words) = self.take(&event, at) {
                self.stop(at, &words);
                return Ok(());
            }
        }
        let at = reader.buffer_position();
        if !self.path.is_empty() {
            self.stop(at, "the file ends within an element: it is cut off");
        } else if !self.has_statement {
            self.stop(at, "the file holds no camt.053 statement");
        }
        Ok(())
    }

    fn take(&mut self, event: &Event<'_>, at: u64) -> Stop {
        match event {
            Event::Start(tag) => self.open(tag, at),
            Event::Text(text) => self.add(text),
            Event::CData(text) => self.add(text),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(character)) => self.add(character.encode_utf8(&mut [0; 4])),
                _ => match resolve_xml_entity(name) {
                    Some(text) => self.add(text),
                    None => Err("an entity is used that XML does not know: none is expanded".into()),
                },
            },
            Event::End(_) => {
                self.close();
                Ok(())
            }
            Event::DocType(_) => {
                Err("the file has a document type declaration: such files are refused".into())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, at: u64) -> Stop {
        if self.path.len() >= MOST_DEPTH {
            return Err("elements lie deeper within each other than 64".into());
        }
        let name = Tag::of(tag.local_name().as_ref());
        self.text.clear();
        self.currency.clear();
        match (name, self.path.as_slice()) {
            (Tag::BkToCstmrAcctRpt, _) => {
                return Err("this is a camt.052, an intraday report: a statement is camt.053".into());
            }
            (Tag::BkToCstmrDbtCdtNtfctn, _) => {
                return Err("this is a camt.054, an advice: a statement is camt.053".into());
            }
            (Tag::Stmt, [.., Tag::BkToCstmrStmt]) => {
                self.has_statement = true;
                self.statement = Some(Statement::new(at));
            }
            (Tag::Ntry, [.., Tag::Stmt]) => self.entry = Some(Entry::new(at)),
            (Tag::TxDtls, [.., Tag::NtryDtls]) => {
                if let Some(entry) = &mut self.entry {
                    entry.begin_detail(at);
                }
            }
            (Tag::Bal, [.., Tag::Stmt]) => {
                if let Some(statement) = &mut self.statement {
                    statement.begin_balance();
                }
            }
            (Tag::Amt, _) => {
                let attribute = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == "Ccy");
                if let Some(attribute) = attribute {
                    self.currency.push_str(&attribute.value);
                }
            }
            _ => (),
        }
        self.path.push(name);
        Ok(())
    }

    fn add(&mut self, text: &str) -> Stop {
        if self.text.len() + text.len() > MOST_TEXT {
            return Err("an element holds more than 64 KiB of text".into());
        }
        self.text.push_str(text);
        Ok(())
    }

    fn close(&mut self) {
        use Tag::*;
        let text = self.text.trim();
        match self.path.as_slice() {
            [Document, BkToCstmrStmt, GrpHdr, MsgId] => text.clone_into(&mut self.message),
            [Document, BkToCstmrStmt, GrpHdr, MsgPgntn, PgNb] => text.clone_into(&mut self.page),
            [Document, BkToCstmrStmt, Stmt, Ntry, inner @ ..] if !inner.is_empty() => {
                if let Some(entry) = self.entry.as_mut().filter(|_| !text.is_empty()) {
                    entry.take(inner, text, &self.currency);
                }
            }
            [Document, BkToCstmrStmt, Stmt, Ntry] => self.end_of_entry(),
            [Document, BkToCstmrStmt, Stmt, inner @ ..] if !inner.is_empty() => {
                if let Some(statement) = self.statement.as_mut().filter(|_| !text.is_empty()) {
                    statement.take(inner, text, &self.currency, self.maker);
                }
            }
            [Document, BkToCstmrStmt, Stmt] => {
                if let Some(statement) = self.statement.take() {
                    statement.finish(&self.message, &self.page, self.maker, self.teller);
                }
            }
            _ => (),
        }
        self.path.pop();
        self.text.clear();
    }

    fn end_of_entry(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        let at = entry.at;
        let account = self.statement.as_ref().and_then(|statement| statement.account.clone());
        let booked = entry.finish(self.maker, account.as_ref(), self.teller);
        if let Some(statement) = &mut self.statement {
            statement.count(at, booked, self.teller);
        }
    }

    /// The end of a file that is cut: the entry that is open is refused.
    fn end(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.teller.refuse(Place::Offset(entry.at), "the file ends within this entry");
        }
    }

    fn stop(&mut self, at: u64, words: &str) {
        self.end();
        self.teller.stop(Place::Offset(at), words);
    }
}
