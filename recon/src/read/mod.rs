//! Reading: files of each side as records.
//!
//! Every reader streams, holds one record at a time, and takes card numbers out before it makes a record: a token
//! stays where one is expected, masked digits where one stands in a text. What cannot be used is refused with its
//! place, so that the records of a file are those that were made and those that were refused.
//!
//! ```
//! use cardwire_recon::read::{Options, read};
//! use cardwire_recon::record::{Record, Side, Tokenizer};
//!
//! let csv = "booked,amount,currency,text\n2026-03-17,23148,CNY,PO-0316-01\n";
//! let options = Options::new(Side::Bank, Tokenizer::new(b"key of this run"));
//! let mut records = Vec::new();
//! let report = read("bank.csv", csv.as_bytes(), &options, &mut |record: Record| records.push(record))?;
//! assert_eq!((report.file.records, report.file.complete), (1, true));
//! assert!(matches!(&records[..], [Record::Bank(entry)] if entry.amount == 23148));
//! # Ok::<(), std::io::Error>(())
//! ```

mod camt;
mod column;
mod dates;
mod form;
mod ipm;
mod isomsg;
mod limit;
mod make;
mod map;
mod messages;
mod money;
mod mt940;
mod objects;
mod octets;
mod redact;
mod row;
mod rows;
mod table;
mod tell;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use cardwire::{Framing, Spec};
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use column::Column;
pub use dates::zone;
pub use form::Form;
pub use map::Map;

use self::dates::Calendar;
use self::make::Maker;
use self::money::Notation;
use self::octets::Hashing;
use self::redact::Redactor;
use self::tell::Teller;
use crate::record::{Currency, InputFile, Place, Refused, Side, Sink, Text, Tokenizer};

/// How the files of a side are read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which books the files belong to.
    pub side: Side,
    /// What the files are; found by their start when it is not said.
    pub form: Option<Form>,
    /// The zone of times without an offset.
    pub zone: TimeZone,
    /// A day near to those of the files, which gives dates their year.
    pub near: Option<Date>,
    /// The currency of records that say none.
    pub currency: Option<Currency>,
    /// Which columns of a table are what.
    pub map: Map,
    /// The spec of messages; found, of a capture connection by connection, when it is not said.
    pub spec: Option<&'static Spec<'static>>,
    /// The framing around messages; found when it is not said.
    pub framing: Option<Framing>,
    /// Names of parties for addresses of captures: `10.0.0.9:9000` or `10.0.0.9`, and `A`.
    pub parties: Vec<(String, Text)>,
    /// Makes tokens of card numbers.
    pub tokenizer: Tokenizer,
}

impl Options {
    /// Files of a side in any form, times in UTC, columns by their default names.
    #[must_use]
    pub fn new(side: Side, tokenizer: Tokenizer) -> Self {
        Self {
            side,
            form: None,
            zone: TimeZone::UTC,
            near: None,
            currency: None,
            map: Map::default(),
            spec: None,
            framing: None,
            parties: Vec::new(),
            tokenizer,
        }
    }

    fn maker(&self) -> Maker {
        let zone = self.map.zone.as_deref().and_then(zone).unwrap_or_else(|| self.zone.clone());
        let currency = self.map.currency.as_deref().and_then(money::currency).or(self.currency);
        Maker {
            redactor: Redactor::new(self.tokenizer.clone()),
            calendar: Calendar { zone, near: self.near.into(), pattern: self.map.date.clone() },
            currency,
            notation: match self.map.decimal {
                None => Notation::Minor,
                Some(',') => Notation::Comma,
                Some(_) => Notation::Point,
            },
            parties: self.parties.clone(),
        }
    }
}

/// What was read of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The file, for the engine.
    pub file: InputFile,
    /// What is worth knowing and no fault, such as columns that are not used.
    pub notes: Vec<Refused>,
}

/// Reads a file.
///
/// # Errors
/// When it cannot be opened. What is wrong with its content is in the report.
pub fn read_file(path: &Path, options: &Options, sink: &mut dyn Sink) -> io::Result<Report> {
    stream(&path.display().to_string(), Some(path), File::open(path)?, options, sink)
}

/// Reads a stream of that name.
///
/// # Errors
/// When nothing of it can be read. A stream that fails later is a file that is not complete.
pub fn read(
    name: &str,
    input: impl Read + Send + 'static,
    options: &Options,
    sink: &mut dyn Sink,
) -> io::Result<Report> {
    stream(name, None, input, options, sink)
}

fn stream(
    name: &str,
    path: Option<&Path>,
    input: impl Read + Send + 'static,
    options: &Options,
    sink: &mut dyn Sink,
) -> io::Result<Report> {
    let file: Arc<str> = name.into();
    let mut teller = Teller::new(sink, Arc::clone(&file), options.side);
    let hashing = Hashing::new(input);
    let done = form::dispatch(BufReader::with_capacity(1 << 16, hashing.clone()), path, options, &mut teller);
    if let Err(error) = done {
        let place = Place::Offset(hashing.octets());
        if hashing.octets() == 0 {
            return Err(error);
        }
        teller.stop(place, format_args!("reading failed: {error}"));
    }
    let digest = hashing.finish()?;
    let Teller { head, records, faults, notes, complete, .. } = teller;
    let (side, identity, date, account, declared) =
        (options.side, head.identity, head.date, head.account, head.declared);
    let file =
        InputFile { name: file, side, digest, identity, date, account, records, declared, faults, complete };
    Ok(Report { file, notes })
}
