//! Clearing files of IPM: presentments, chargebacks and fees as records; what the file says of itself is held against
//! them.

mod item;
mod sums;

use std::io::{self, BufRead};

use cardwire::Message;
use cardwire::ipm::{Cause, Error, Records};

use self::item::Subelements;
use self::sums::Sums;
use super::dates::yymmdd;
use super::make::Maker;
use super::row::Row;
use super::tell::Teller;
use crate::record::{Place, Record, Side};

/// Reads a file.
pub(super) fn read(input: impl BufRead, maker: &Maker, teller: &mut Teller<'_>) -> io::Result<()> {
    let mut records = match Records::open(input) {
        Ok(records) => records,
        Err(error) => return failed(error, teller),
    };
    if records.preamble() > 0 {
        teller.note(
            Place::Offset(0),
            format_args!("{} octets before the first record were passed over", records.preamble()),
        );
    }
    let spec = records.format().encoding.spec();
    let mut file = File { maker, row: Row::default(), sums: Sums::default(), is_reversal: false };
    loop {
        let record = match records.next_record() {
            Ok(None) => break,
            Ok(Some(record)) => record.to_vec(),
            Err(error) => return failed(error, teller),
        };
        let place = Place::Offset(records.offset());
        match Message::parse(spec, &record) {
            Ok(message) => {
                if !file.take(&message, place, teller) {
                    return Ok(());
                }
            }
            Err(error) => {
                file.sums.broken();
                teller.refuse(place, format_args!("the record is broken: {error}"));
            }
        }
    }
    let end = Place::Offset(records.offset());
    if !records.ended_cleanly() {
        teller.stop(end, "the file ends without the length of zero: it may be cut off");
    }
    file.sums.finish(end, teller);
    Ok(())
}

/// What cannot be read on, in words.
fn failed(error: Error, teller: &mut Teller<'_>) -> io::Result<()> {
    let place = Place::Offset(error.offset());
    match error.cause() {
        Cause::Io(inner) => return Err(io::Error::new(inner.kind(), inner.to_string())),
        cause => teller.stop(place, format_args!("{cause}; what follows cannot be found")),
    }
    Ok(())
}

/// What is known while a file is read.
struct File<'m> {
    maker: &'m Maker,
    row: Row,
    sums: Sums,
    /// Whether the file takes back what an earlier one held (PDS 0026).
    is_reversal: bool,
}

impl File<'_> {
    /// Takes a message; `false` when nothing of the file may be used.
    fn take(&mut self, message: &Message<'_>, place: Place, teller: &mut Teller<'_>) -> bool {
        let function = item::text(message, 24);
        let number = item::text(message, 71).parse().ok();
        let subelements = Subelements::of(message);
        self.sums.count(message, number, place, teller);
        match (message.mti().as_str(), function.as_str()) {
            ("1644", "697") => return self.header(&subelements, place, teller),
            ("1644", "695") => self.sums.trailer(&subelements, place, teller),
            ("1644", "685" | "688") => self.sums.position(&subelements, place),
            ("1644", "691" | "699") => {
                let what = if function == "699" { "the file" } else { "a message" };
                teller.fault(place, format_args!("the network rejected {what} (1644-{function})"));
            }
            ("1644", "603") | ("1240" | "1442" | "1740", _) => {
                item::fill(&mut self.row, message, &function, &subelements, self.is_reversal);
                subelements.check_exponents(place, teller);
                let made = self.maker.record(Side::Clearing, &mut self.row, teller.source(place));
                match made {
                    Ok((record, _)) => {
                        if let Record::Clearing(item) = &record {
                            self.sums.item(message, &function, item.gross);
                        }
                        teller.record(record);
                    }
                    Err(reason) => teller.refuse(place, reason),
                }
            }
            (mti, _) => teller.note(place, format_args!("a message {mti}-{function} holds no item")),
        }
        true
    }

    fn header(&mut self, subelements: &Subelements, place: Place, teller: &mut Teller<'_>) -> bool {
        if let Some(id) = subelements.get(105) {
            teller.head.date = id.get(3..9).and_then(yymmdd);
            teller.head.identity = Some(id.into());
        }
        self.is_reversal = subelements.get(26).is_some_and(|value| value.starts_with('R'));
        if subelements.get(122) == Some("T") {
            teller.stop(place, "the file is a test (PDS 0122): nothing of it is used");
            return false;
        }
        true
    }
}
