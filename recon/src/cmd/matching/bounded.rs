//! `match` over more records than memory holds.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::{Format, Match};
use crate::engine::open;
use crate::engine::run::Run;
use crate::output::{ndjson, text};
use crate::spill::Spilled;

/// Runs `match` in about so many octets of memory.
pub(super) fn run(arguments: &Match, limit: u64) -> Result<u8, String> {
    let spilled = arguments.inputs.spilled(limit)?;
    let saved = arguments.save_open.as_ref().map(|path| {
        File::create(path).map(BufWriter::new).map_err(|error| format!("{}: {error}", path.display()))
    });
    let mut saved = saved.transpose()?;
    match write(arguments, spilled, saved.as_mut()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        done => done.map_err(|error| error.to_string()),
    }
}

/// Each line is written for the report and for the open items while its part is in memory; the first four octets say
/// where the second begins.
fn write(arguments: &Match, spilled: Spilled, mut saved: Option<&mut BufWriter<File>>) -> io::Result<u8> {
    let lang = arguments.language.lang;
    let keeps_hashes = arguments.inputs.keeps_tokens();
    let is_saved = saved.is_some();
    let mut out = BufWriter::new(io::stdout().lock());
    if let Some(saved) = saved.as_deref_mut() {
        open::write_head(spilled.frame(), saved)?;
    }
    let is_text = matches!(arguments.format, Format::Text);
    if !is_text {
        ndjson::write_head(spilled.frame(), &mut out)?;
    }
    let mut render = |run: &Run, line: &crate::engine::line::Line, octets: &mut Vec<u8>| {
        let shown = match arguments.format {
            Format::Ndjson => format!("{}\n", ndjson::line(run, line)?),
            Format::Text if line.is_exception => text::exception(run, line, lang),
            Format::Text => String::new(),
        };
        let length = u32::try_from(shown.len()).map_err(io::Error::other)?;
        octets.extend(length.to_le_bytes());
        octets.extend(shown.as_bytes());
        if is_saved { open::write_line(run, line, keeps_hashes, octets) } else { Ok(()) }
    };
    let mut exceptions = Vec::new();
    let (frame, totals) = spilled.lines(&mut render, &mut |octets| {
        let (length, rest) = octets.split_first_chunk().unwrap_or((&[0; 4], &[]));
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(io::Error::other)?;
        let (shown, kept) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        if let Some(saved) = saved.as_deref_mut() {
            saved.write_all(kept)?;
        }
        if is_text {
            exceptions.extend((!shown.is_empty()).then(|| String::from_utf8_lossy(shown).into_owned()));
            return Ok(());
        }
        out.write_all(shown)
    })?;
    if is_text {
        text::write_all(&frame, &totals, &exceptions, lang, &mut out)?;
    } else {
        ndjson::write_tail(&frame, &totals, &mut out)?;
    }
    out.flush()?;
    if let Some(saved) = saved {
        saved.flush()?;
    }
    Ok(totals.exit_code())
}
