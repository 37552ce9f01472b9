//! Clearing and settlement files: IPM, written and read with the library. A header (1644, function 697), a first
//! presentment (1240, function 200) for each sale, a trailer with their number and sum (1644, function 695).

use std::fmt;

use cardwire::ipm::{Encoding, Format, PdsList, RecordWriter, Records, pds};
use cardwire::{Builder, Message};

use crate::clock::{Date, Stamp};
use crate::money::Money;
use crate::names::named;

/// In EBCDIC and in blocks, as such files mostly are.
const FORMAT: Format = Format { blocked: true, encoding: Encoding::Ebcdic };
/// CNY, with two decimals.
const CURRENCY: &str = "156";
/// Grocery stores, as all merchants here are.
pub const CATEGORY: &str = "5411";

/// A file: its number and its items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClearingFile {
    /// PDS 0105: type, date, sender and sequence, 25 digits.
    pub id: String,
    /// Its presentments, in order.
    pub items: Vec<Presentment>,
}

named! {
    /// What a record of a file does.
    ItemKind {
        /// A sale, or a completion: money to the acquirer.
        Sale = "sale",
        /// A refund: money from the acquirer.
        Refund = "refund",
        /// The presentment of a sale in an earlier file is taken back (PDS 0025): money from the acquirer.
        Reversal = "reversal",
        /// That of a refund is: money to the acquirer.
        RefundReversal = "refund reversal",
    }
}

impl ItemKind {
    /// What takes it back.
    #[must_use]
    pub const fn reversal(self) -> Self {
        match self {
            Self::Sale | Self::Reversal => Self::Reversal,
            Self::Refund | Self::RefundReversal => Self::RefundReversal,
        }
    }

    /// Does it take back what an earlier file has?
    pub const fn is_reversal(self) -> bool {
        matches!(self, Self::Reversal | Self::RefundReversal)
    }

    /// Does its money go to the acquirer?
    pub const fn is_to_acquirer(self) -> bool {
        matches!(self, Self::Sale | Self::RefundReversal)
    }
}

/// One item in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Presentment {
    /// What it does.
    pub kind: ItemKind,
    /// DE37.
    pub rrn: String,
    /// DE38.
    pub approval: String,
    /// DE41.
    pub terminal: String,
    /// DE42.
    pub merchant: String,
    /// DE4.
    pub amount: Money,
    /// PDS 0146: the merchant's fee, where the file tells one.
    pub fee: Option<Money>,
    /// DE12: when the sale was made.
    pub at: Stamp,
    /// PDS 0158: the settlement date.
    pub date: Date,
}

/// Why octets are no clearing file that can be used, in words that hold none of its content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileError(String);

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FileError {}

fn wrong(what: impl fmt::Display) -> FileError {
    FileError(what.to_string())
}

impl Presentment {
    /// Its name in the books: a presentment and its reversal have one RRN.
    pub fn name(&self) -> String {
        if self.kind.is_reversal() { format!("{}/R", self.rrn) } else { self.rrn.clone() }
    }
}

impl ClearingFile {
    /// The number of a file of this type (`001` clearing, `002` settlement).
    pub fn number(kind: &str, date: Date, sender: &str, sequence: usize) -> String {
        format!("{kind}{}{sender:0>11}{sequence:05}", yymmdd(date))
    }

    /// The file in octets. The same file gives the same octets.
    pub fn encode(&self) -> Result<Vec<u8>, FileError> {
        let mut writer = Writer { records: RecordWriter::new(Vec::new(), FORMAT), number: 0 };
        writer.message("1644", 697, &[], &[(105, self.id.clone()), (122, "P".to_owned())])?;
        for item in &self.items {
            writer.presentment(item)?;
        }
        let sum: Money = self.items.iter().map(|item| item.amount).collect();
        let count = writer.number + 1;
        let totals =
            [(105, self.id.clone()), (301, format!("{:016}", sum.units())), (306, format!("{count:08}"))];
        writer.message("1644", 695, &[], &totals)?;
        writer.records.finish().map_err(wrong)
    }

    /// A file from its octets, if all of it is sound: header and trailer name the same file, and number and sum of
    /// its records are those that the trailer says.
    pub fn decode(octets: &[u8]) -> Result<Self, FileError> {
        let mut records = Records::open(octets).map_err(wrong)?;
        let mut file: Option<Self> = None;
        let mut trailer = None;
        let mut count = 0_u64;
        while let Some(message) = records.next_message().map_err(wrong)? {
            count += 1;
            if trailer.is_some() {
                return Err(wrong("a record follows the trailer"));
            }
            let function = text(&message, 24);
            match (message.mti().as_str(), function.as_str(), &mut file) {
                ("1644", "697", None) => {
                    file = Some(Self { id: subelement(&message, 105)?, items: Vec::new() });
                }
                ("1240", "200", Some(file)) => file.items.push(read_presentment(&message)?),
                ("1644", "695", Some(file)) => {
                    let says = |tag| subelement(&message, tag);
                    let sum: Money = file.items.iter().map(|item| item.amount).collect();
                    if says(105)? != file.id {
                        return Err(wrong("header and trailer name different files"));
                    }
                    if says(301)?.parse() != Ok(sum.units()) || says(306)?.parse() != Ok(count) {
                        return Err(wrong("number or sum of the records is not what the trailer says"));
                    }
                    trailer = Some(());
                }
                (mti, function, _) => {
                    return Err(wrong(format_args!("record {count} is a {mti}-{function}, out of place")));
                }
            }
        }
        match (file, trailer) {
            (Some(file), Some(())) if records.ended_cleanly() => Ok(file),
            _ => Err(wrong(format_args!("the file is cut after record {count}"))),
        }
    }
}

struct Writer {
    records: RecordWriter<Vec<u8>>,
    /// Messages written so far.
    number: u64,
}

impl Writer {
    fn message(
        &mut self,
        mti: &str,
        function: u64,
        elements: &[(u8, String)],
        subelements: &[(u16, String)],
    ) -> Result<(), FileError> {
        self.number += 1;
        let mut list = PdsList::new();
        for (tag, value) in subelements {
            list.push(*tag, value).map_err(wrong)?;
        }
        let mut builder = Builder::new(FORMAT.encoding.spec(), mti.parse().map_err(wrong)?);
        builder.set(24, function).set(71, self.number);
        for (number, value) in elements {
            builder.set(*number, value.as_str());
        }
        list.set(&mut builder);
        self.records.write(&builder).map_err(wrong)
    }

    fn presentment(&mut self, item: &Presentment) -> Result<(), FileError> {
        let local = format!("{}{}", yymmdd(item.at.date()), item.at.hhmmss());
        let elements = [
            (3, if item.kind.reversal() == ItemKind::Reversal { "000000" } else { "200000" }.to_owned()),
            (4, format!("{:012}", item.amount.units())),
            (12, local),
            (26, CATEGORY.to_owned()),
            (37, item.rrn.clone()),
            (38, item.approval.clone()),
            (41, item.terminal.clone()),
            (42, item.merchant.clone()),
            (49, CURRENCY.to_owned()),
        ];
        let mut subelements = Vec::new();
        if item.kind.is_reversal() {
            subelements.push((25, format!("R{}", yymmdd(item.date))));
        }
        if let Some(fee) = item.fee {
            let fee = format!("{CURRENCY}{:012}", fee.units());
            subelements.push((146, format!("000119{fee}{fee}")));
        }
        subelements.push((148, format!("{CURRENCY}2")));
        subelements.push((158, format!("MCC200000101{}01000000", yymmdd(item.date))));
        self.message("1240", 200, &elements, &subelements)
    }
}

fn read_presentment(message: &Message<'_>) -> Result<Presentment, FileError> {
    let business = subelement(message, 158)?;
    let date = business.get(12..18).and_then(read_date);
    let at = text(message, 12).split_at_checked(6).and_then(|(day, time)| {
        let number = |at: usize| time.get(at..at + 2)?.parse::<u64>().ok();
        Some(Stamp::on(read_date(day)?, number(0)? * 3_600 + number(2)? * 60 + number(4)?))
    });
    let amount = text(message, 4).parse().map_err(|_| wrong("DE 4 is no amount"))?;
    let fee = subelement(message, 146).ok().and_then(|value| value.get(9..21)?.parse().ok());
    let kind = match text(message, 3).as_str() {
        "200000" => ItemKind::Refund,
        "000000" => ItemKind::Sale,
        _ => return Err(wrong("DE 3 is neither that of a sale nor that of a refund")),
    };
    Ok(Presentment {
        kind: if subelement(message, 25).is_ok() { kind.reversal() } else { kind },
        rrn: text(message, 37),
        approval: text(message, 38),
        terminal: text(message, 41).trim().to_owned(),
        merchant: text(message, 42).trim().to_owned(),
        amount: Money::minor(amount),
        fee: fee.map(Money::minor),
        at: at.ok_or_else(|| wrong("DE 12 is no time"))?,
        date: date.ok_or_else(|| wrong("PDS 0158 has no settlement date"))?,
    })
}

fn text(message: &Message<'_>, number: u8) -> String {
    message.get(number).map(|field| field.expose().chars().collect()).unwrap_or_default()
}

fn subelement(message: &Message<'_>, tag: u32) -> Result<String, FileError> {
    let found = pds(message).find(|found| found.key().value() == tag);
    let value = found.map(|found| found.expose().chars().collect());
    value.ok_or_else(|| wrong(format_args!("PDS {tag:04} is not there")))
}

/// `YYMMDD`.
fn yymmdd(date: Date) -> String {
    let (year, _, _) = date.civil();
    format!("{:02}{}", year % 100, date.mmdd())
}

/// A day of this century.
fn read_date(yymmdd: &str) -> Option<Date> {
    let (year, mmdd) = yymmdd.split_at_checked(2)?;
    let (month, day) = mmdd.split_at_checked(2)?;
    Date::read(&format!("20{year}-{month}-{day}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> ClearingFile {
        let item = |rrn: &str, units, kind| Presentment {
            kind,
            rrn: rrn.to_owned(),
            approval: "A1B2C3".to_owned(),
            terminal: "10000001".to_owned(),
            merchant: "104440359980001".to_owned(),
            amount: Money::minor(units),
            fee: Some(Money::minor(units).share(60)),
            at: Stamp::on(Date(20_780), 50_521),
            date: Date(20_780),
        };
        let id = ClearingFile::number("001", Date(20_780), "10344000", 1);
        let items = vec![
            item("632714100001", 50_000, ItemKind::Sale),
            item("632714100002", 1, ItemKind::Refund),
            item("632714100001", 50_000, ItemKind::Reversal),
            item("632714100002", 1, ItemKind::RefundReversal),
        ];
        ClearingFile { id, items }
    }

    #[test]
    fn a_file_is_read_as_it_was_written_and_refused_if_it_is_cut_anywhere() {
        let octets = file().encode().unwrap();
        assert_eq!(ClearingFile::decode(&octets), Ok(file()));
        let end = octets.iter().rposition(|octet| *octet != 0 && *octet != 0x40).unwrap();
        for length in 0..end {
            assert!(ClearingFile::decode(&octets[..length]).is_err(), "cut after {length} octets");
        }
    }

    #[test]
    fn a_file_whose_amount_was_changed_on_the_way_is_refused() {
        let octets = file().encode().unwrap();
        let amount = [0xF0, 0xF5, 0xF0, 0xF0, 0xF0, 0xF0];
        let at = octets.windows(6).position(|window| window == amount).unwrap();
        let mut changed = octets.clone();
        changed[at + 1] = 0xF6;
        assert!(ClearingFile::decode(&changed).is_err());
    }

    #[test]
    fn dates_of_a_century() {
        for day in [10_957, 11_016, 20_780, 20_818, 20_819, 40_000] {
            assert_eq!(read_date(&yymmdd(Date(day))), Some(Date(day)), "{}", Date(day));
        }
        assert_eq!(read_date("261301"), None);
    }
}
