//! `evidence`: what was read, as lines of JSON or as Parquet.

mod divide;
#[cfg(feature = "parquet")]
mod parquet;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use self::divide::Divide;
use super::input::Inputs;
use crate::record::{InputFile, Record, Stored};

/// Arguments of `evidence`.
#[derive(Debug, Args)]
pub(super) struct Evidence {
    /// Write Parquet files into this folder, by settlement date and a number made of the merchant, instead of lines of
    /// JSON to standard output
    #[arg(long, value_name = "FOLDER")]
    parquet: Option<PathBuf>,
    /// How many numbers merchants are spread over
    #[arg(long, value_name = "COUNT", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    merchants: u16,
    #[command(flatten)]
    inputs: Inputs,
}

/// Where evidence goes: a record with the number of its merchant, and files at the end.
pub(super) trait Target {
    fn record(&mut self, merchant: u16, record: Record) -> Result<(), String>;
    fn file(&mut self, file: &InputFile) -> Result<(), String>;
    fn finish(&mut self) -> Result<(), String>;
}

/// Runs `evidence`.
pub(super) fn run(arguments: &Evidence) -> Result<u8, String> {
    let told = arguments.inputs.told()?;
    let mut lines = Lines { out: BufWriter::new(io::stdout().lock()), files: Vec::new() };
    let mut to: Box<dyn Target + '_> = match &arguments.parquet {
        None => Box::new(&mut lines),
        #[cfg(feature = "parquet")]
        Some(folder) => Box::new(parquet::Folder::new(folder)?),
        #[cfg(not(feature = "parquet"))]
        Some(_) => {
            return Err("this command was built without Parquet: \
                        cargo install --path recon --features parquet"
                .to_owned());
        }
    };
    let mut divide = Divide::new(arguments.merchants, &told, &mut *to);
    arguments.inputs.read(&told, &mut divide)?;
    divide.finish()?;
    Ok(0)
}

/// Lines of JSON: records first, then files.
struct Lines<W: Write> {
    out: W,
    files: Vec<String>,
}

impl<W: Write> Target for &mut Lines<W> {
    fn record(&mut self, _: u16, record: Record) -> Result<(), String> {
        let line = serde_json::to_string(&Stored::from(record)).map_err(|error| error.to_string())?;
        writeln!(self.out, "{line}").map_err(|error| error.to_string())
    }

    fn file(&mut self, file: &InputFile) -> Result<(), String> {
        self.files.push(serde_json::to_string(&Stored::from(file)).map_err(|error| error.to_string())?);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        let mut done = self.files.iter().try_for_each(|line| writeln!(self.out, "{line}"));
        done = done.and_then(|()| self.out.flush());
        super::finish(done)
    }
}
