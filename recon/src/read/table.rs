//! Tables: CSV with a line of names.

use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::column::Column;
use super::limit::Limited;
use super::make::Maker;
use super::map::Map;
use super::row::Row;
use super::tell::Teller;
use crate::record::{Place, Side};

/// What some programs put before a text in UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The longest record.
const MOST: u64 = 1 << 24;

/// Reads a table.
pub(super) fn read(
    mut input: impl BufRead,
    map: &Map,
    maker: &Maker,
    teller: &mut Teller<'_>,
) -> io::Result<()> {
    if map.encoding.is_none() && input.fill_buf()?.starts_with(MARK) {
        input.consume(MARK.len());
    }
    let encoding = map.encoding.as_deref().and_then(|name| encoding_rs::Encoding::for_label(name.as_bytes()));
    match encoding {
        None => decoded(input, map, maker, teller),
        Some(encoding) => {
            let decoder =
                encoding_rs_io::DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(input);
            decoded(io::BufReader::new(decoder), map, maker, teller)
        }
    }
}

fn decoded(mut input: impl BufRead, map: &Map, maker: &Maker, teller: &mut Teller<'_>) -> io::Result<()> {
    for _ in 0..map.skip {
        input.skip_until(b'\n')?;
    }
    let delimiter = map.delimiter.and_then(|mark| u8::try_from(mark).ok());
    let delimiter = match delimiter {
        Some(delimiter) => delimiter,
        None => usual_delimiter(input.fill_buf()?),
    };
    let (input, mark) = Limited::new(input, MOST);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .delimiter(delimiter)
        .from_reader(input);
    let mut record = ByteRecord::new();
    let mut head: Option<Head> = None;
    let mut row = Row::default();
    loop {
        mark.set();
        let line = map.skip + reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(true) => (),
            Ok(false) => break,
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    let words = "the line is longer than 16 MiB: a quote in it is not closed";
                    teller.stop(Place::Line(line), words);
                    return Ok(());
                }
                csv::ErrorKind::Io(error) => return Err(error),
                _ => return Err(io::ErrorKind::InvalidData.into()),
            },
        }
        let line = record.position().map_or(line, |position| map.skip + position.line());
        let place = Place::Line(line);
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            continue;
        }
        match &head {
            None => match Head::of(&record, map, place, maker, teller) {
                Ok(found) => head = Some(found),
                Err(reason) => {
                    teller.stop(place, reason);
                    return Ok(());
                }
            },
            Some(_) if is_footer(&record, map) => {
                teller.note(place, "a line of totals, by the column map; it is not compared");
            }
            Some(head) => match head.fill(&mut row, &record, map) {
                Ok(()) => maker.take(&mut row, place, teller),
                Err(reason) => teller.refuse(place, reason),
            },
        }
    }
    if head.is_none() {
        teller.stop(Place::Line(1), "the file is empty: a line of column names was expected");
    }
    Ok(())
}

/// Whether a line begins as the map says that no record does.
fn is_footer(record: &ByteRecord, map: &Map) -> bool {
    let first = record.get(0).unwrap_or_default().trim_ascii_start();
    map.footer.as_deref().is_some_and(|footer| !footer.is_empty() && first.starts_with(footer.as_bytes()))
}

/// The mark that parts most columns in the first line.
fn usual_delimiter(start: &[u8]) -> u8 {
    let lines = start.split(|octet| *octet == b'\n');
    let mut lines = lines.filter(|line| !line.starts_with(b"#") && !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    let count = |mark: &u8| first.iter().filter(|octet| *octet == mark).count();
    // of equal counts the last one is taken
    [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

/// The columns of a table.
struct Head {
    /// For each field of a line what it is, if anything.
    columns: Vec<Option<Column>>,
}

impl Head {
    fn of(
        record: &ByteRecord,
        map: &Map,
        place: Place,
        maker: &Maker,
        teller: &mut Teller<'_>,
    ) -> Result<Self, String> {
        let names: Option<Vec<&str>> = record.iter().map(|name| str::from_utf8(name).ok()).collect();
        let names = names.ok_or(
            "the names of the columns are no UTF-8: say `encoding = \"gb18030\"`, or another, in the column map",
        )?;
        let columns: Vec<Option<Column>> = names.iter().map(|name| map.column(name)).collect();
        // a file without names begins with values, which are nobody's business
        let seen: Vec<String> = names.iter().map(|name| format!("`{}`", maker.redactor.text(name))).collect();
        for (ours, theirs) in &map.columns {
            if !names.iter().any(|name| name.trim() == theirs.trim()) {
                let seen = seen.join(", ");
                return Err(format!(
                    "the column map says that `{ours}` is `{theirs}`, and there is no such column; there are {seen}"
                ));
            }
        }
        for (index, column) in columns.iter().enumerate() {
            let Some(column) = column else { continue };
            if let Some(first) = columns.iter().take(index).position(|other| other.as_ref() == Some(column)) {
                return Err(format!("columns {} and {} are both `{}`", first + 1, index + 1, column.name()));
            }
        }
        needed(teller.side(), &columns)?;
        let unknown: Vec<&str> = seen
            .iter()
            .zip(&columns)
            .filter(|(_, column)| column.is_none())
            .map(|(name, _)| name.as_str())
            .collect();
        if !unknown.is_empty() {
            teller.note(place, format_args!("columns that are not used: {}", unknown.join(", ")));
        }
        Ok(Self { columns })
    }

    fn fill(&self, row: &mut Row, record: &ByteRecord, map: &Map) -> Result<(), String> {
        row.clear();
        let is_more = record.iter().skip(self.columns.len()).any(|field| !field.trim_ascii().is_empty());
        if record.len() < self.columns.len() || is_more {
            return Err(format!("the line has {} fields, {} are named", record.len(), self.columns.len()));
        }
        for (index, (field, column)) in record.iter().zip(&self.columns).enumerate() {
            let Some(column) = column else { continue };
            let text = str::from_utf8(field).map_err(|_| {
                format!(
                    "column {}, `{}`, is no UTF-8: say `encoding` in the column map",
                    index + 1,
                    column.name()
                )
            })?;
            row.put(*column, map.value(*column, text));
        }
        Ok(())
    }
}

/// Whether the columns are there that no record can be made without.
fn needed(side: Side, columns: &[Option<Column>]) -> Result<(), String> {
    let has = |wanted: &[Column]| columns.iter().flatten().any(|column| wanted.contains(column));
    let amounts = [
        Column::Amount,
        Column::AmountDecimal,
        Column::Net,
        Column::NetDecimal,
        Column::Credit,
        Column::CreditDecimal,
        Column::Debit,
        Column::DebitDecimal,
    ];
    let missing = match side {
        Side::Switch if !has(&[Column::Mti]) => "`mti`",
        Side::Clearing | Side::Bank if !has(&amounts) => {
            "an amount (`amount`, `gross`, or one with decimals: `amount_decimal`)"
        }
        Side::Bank if !has(&[Column::Booked, Column::ValueDate]) => "`booked` or `value_date`",
        _ => return Ok(()),
    };
    Err(format!("no column is {missing}: a column map says which column is what"))
}

/// Reads at most so many octets of a line; `None` at the end, `Some(false)` when the line is longer, of which the
/// rest is passed over.
pub(super) fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>, most: u64) -> io::Result<Option<bool>> {
    line.clear();
    let count = input.by_ref().take(most).read_until(b'\n', line)?;
    if count == 0 {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
        return Ok(Some(true));
    }
    if u64::try_from(count).is_ok_and(|count| count == most) {
        input.skip_until(b'\n')?;
        return Ok(Some(false));
    }
    Ok(Some(true))
}
