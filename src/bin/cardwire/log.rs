//! What a responder or a proxy says, line by line. Traffic never waits for it: where nobody takes the lines in time,
//! new ones are dropped and counted.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::failure::Outcome;
use crate::output::Output;

/// How many lines may wait to be written.
const WAITING: usize = 4096;

/// What is said at a time.
enum Said {
    Line(String),
    /// Lines that are ready to be printed.
    Lines(Vec<u8>),
}

/// Where lines are said. Clones say them to the same reader.
#[derive(Clone)]
pub(crate) struct Log {
    lines: SyncSender<Said>,
    dropped: Arc<AtomicU64>,
}

/// Where they are written.
pub(crate) struct Writer {
    lines: Receiver<Said>,
    dropped: Arc<AtomicU64>,
}

pub(crate) fn log() -> (Log, Writer) {
    let (sender, lines) = sync_channel(WAITING);
    let dropped = Arc::new(AtomicU64::new(0));
    (Log { lines: sender, dropped: Arc::clone(&dropped) }, Writer { lines, dropped })
}

impl Log {
    pub(crate) fn say(&self, line: String) {
        self.put(Said::Line(line));
    }

    /// Says lines that an [`Output`] has made ready, or JSON.
    pub(crate) fn print(&self, lines: Vec<u8>) {
        self.put(Said::Lines(lines));
    }

    fn put(&self, said: Said) {
        // When nobody reads any more, the command is about to end.
        if self.lines.try_send(said).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Writer {
    /// Writes lines until nobody says any more.
    pub(crate) fn run(self, output: &mut Output) -> Outcome {
        while let Ok(said) = self.lines.recv() {
            said.write(output)?;
            for said in self.lines.try_iter().take(WAITING) {
                said.write(output)?;
            }
            match self.dropped.swap(0, Ordering::Relaxed) {
                0 => {}
                lines => {
                    output.line(format_args!("- {lines} lines were dropped: nobody read them in time"))?
                }
            }
            output.flush()?;
        }
        Ok(())
    }
}

impl Said {
    fn write(self, output: &mut Output) -> Outcome {
        match self {
            Self::Line(line) => output.line(line)?,
            Self::Lines(lines) => output.bytes().write_all(&lines)?,
        }
        Ok(())
    }
}
