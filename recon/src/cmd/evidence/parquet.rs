//! Evidence as Parquet files.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashbrown::HashMap;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;

use super::Target;
use crate::record::{Currency, InputFile, Record, Stored, Text};

/// What every file has. `record` is the whole record as JSON; the other columns are for people and their questions.
const SCHEMA: &str = "message evidence {
    REQUIRED BYTE_ARRAY side (UTF8); REQUIRED BYTE_ARRAY rrn (UTF8); REQUIRED BYTE_ARRAY stan (UTF8);
    REQUIRED BYTE_ARRAY terminal (UTF8); REQUIRED BYTE_ARRAY merchant_id (UTF8); REQUIRED BYTE_ARRAY payout (UTF8);
    REQUIRED BYTE_ARRAY currency (UTF8); REQUIRED BYTE_ARRAY record (UTF8); REQUIRED INT64 amount; }";
/// How many texts of a row stand before the amount.
const TEXTS: usize = 8;
/// Rows that are written at once.
const ROWS: usize = 4096;

/// One row.
struct Row {
    texts: [String; TEXTS],
    amount: i64,
}

/// A file that is being written.
struct Open {
    writer: SerializedFileWriter<File>,
    rows: Vec<Row>,
}

/// A folder of Parquet files, and `_files.ndjson` with what was read of whole files.
pub(super) struct Folder {
    path: PathBuf,
    schema: Arc<Type>,
    open: HashMap<PathBuf, Open>,
    files: Vec<String>,
}

fn failed(path: &Path) -> impl Fn(ParquetError) -> String {
    move |error| format!("{}: {error}", path.display())
}

fn io_failed(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

impl Folder {
    pub(super) fn new(path: &Path) -> Result<Self, String> {
        fs::create_dir_all(path).map_err(io_failed(path))?;
        if fs::read_dir(path).map_err(io_failed(path))?.next().is_some() {
            return Err(format!("{}: there are files in it already", path.display()));
        }
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(failed(path))?);
        Ok(Self { path: path.to_owned(), schema, open: HashMap::new(), files: Vec::new() })
    }

    fn open(&mut self, place: &Path) -> Result<&mut Open, String> {
        if !self.open.contains_key(place) {
            let path = self.path.join(place);
            fs::create_dir_all(path.parent().unwrap_or(&self.path)).map_err(io_failed(&path))?;
            let file = File::create_new(&path).map_err(io_failed(&path))?;
            let properties = Arc::new(WriterProperties::builder().build());
            let writer =
                SerializedFileWriter::new(file, self.schema.clone(), properties).map_err(failed(&path))?;
            self.open.insert(place.to_owned(), Open { writer, rows: Vec::new() });
        }
        self.open.get_mut(place).ok_or_else(|| "a file was lost".to_owned())
    }
}

impl Open {
    fn write(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for place in 0..TEXTS {
            let texts = self.rows.iter().filter_map(|row| row.texts.get(place));
            let texts: Vec<ByteArray> = texts.map(|text| text.as_str().into()).collect();
            let column = group.next_column()?;
            let mut column = column.ok_or_else(|| ParquetError::General("too few columns".into()))?;
            column.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
            column.close()?;
        }
        if let Some(mut column) = group.next_column()? {
            let amounts: Vec<i64> = self.rows.iter().map(|row| row.amount).collect();
            column.typed::<Int64Type>().write_batch(&amounts, None, None)?;
            column.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

fn text(text: &Option<Text>) -> String {
    text.as_deref().unwrap_or_default().to_owned()
}

/// The row of a record, and its settlement date.
fn row(record: &Record) -> (Row, String) {
    let code = |currency: Option<Currency>| currency.map_or_else(String::new, |code| code.to_string());
    let none = String::new;
    let (date, texts, amount) = match record {
        Record::Switch(found) => (
            found.settlement_date,
            [
                "switch".into(),
                text(&found.rrn),
                text(&found.stan),
                text(&found.terminal),
                text(&found.merchant),
                none(),
                code(found.currency),
                none(),
            ],
            found.amount.unwrap_or(0),
        ),
        Record::Clearing(found) => (
            found.settlement_date,
            [
                "clearing".into(),
                text(&found.rrn),
                text(&found.stan),
                text(&found.terminal),
                text(&found.merchant),
                text(&found.payout),
                code(found.currency),
                none(),
            ],
            found.gross,
        ),
        Record::Bank(found) => {
            let texts = ["bank".into(), none(), none(), none(), none(), none(), code(found.currency), none()];
            (found.booked, texts, found.amount)
        }
        Record::Refused(_) => {
            (None, ["refused".into(), none(), none(), none(), none(), none(), none(), none()], 0)
        }
    };
    (Row { texts, amount }, date.map_or_else(|| "none".to_owned(), |date| date.to_string()))
}

impl Target for Folder {
    fn record(&mut self, merchant: u16, record: Record) -> Result<(), String> {
        let (mut row, date) = row(&record);
        let json = serde_json::to_string(&Stored::from(record)).map_err(|error| error.to_string())?;
        let side = row.texts.first().cloned().unwrap_or_default();
        if let Some(slot) = row.texts.last_mut() {
            *slot = json;
        }
        let place = PathBuf::from(format!("settlement_date={date}/merchant={merchant:05}/{side}.parquet"));
        let named = failed(&place);
        let open = self.open(&place)?;
        open.rows.push(row);
        if open.rows.len() == ROWS { open.write().map_err(named) } else { Ok(()) }
    }

    fn file(&mut self, file: &InputFile) -> Result<(), String> {
        self.files.push(serde_json::to_string(&Stored::from(file)).map_err(|error| error.to_string())?);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        for (place, mut open) in self.open.drain() {
            open.write().and_then(|()| open.writer.close().map(drop)).map_err(failed(&place))?;
        }
        let path = self.path.join("_files.ndjson");
        let mut out = File::create(&path).map_err(io_failed(&path))?;
        self.files.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(io_failed(&path))
    }
}
