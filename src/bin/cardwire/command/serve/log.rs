//! What a responder says, line by line. Traffic never waits for it: where nobody takes the lines in time,
//! new ones are dropped and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::failure::Outcome;
use crate::output::Output;

/// How many lines may wait to be written.
const WAITING: usize = 4096;

/// Where lines are said. Clones say them to the same reader.
#[derive(Clone)]
pub(super) struct Log {
    lines: SyncSender<String>,
    dropped: Arc<AtomicU64>,
}

/// Where they are written.
pub(super) struct Writer {
    lines: Receiver<String>,
    dropped: Arc<AtomicU64>,
}

pub(super) fn log() -> (Log, Writer) {
    let (sender, lines) = sync_channel(WAITING);
    let dropped = Arc::new(AtomicU64::new(0));
    (Log { lines: sender, dropped: Arc::clone(&dropped) }, Writer { lines, dropped })
}

impl Log {
    pub(super) fn say(&self, line: String) {
        // When nobody reads any more, the command is about to end.
        if self.lines.try_send(line).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Writer {
    /// Writes lines until nobody says any more.
    pub(super) fn run(self, output: &mut Output) -> Outcome {
        while let Ok(line) = self.lines.recv() {
            output.line(line)?;
            for line in self.lines.try_iter().take(WAITING) {
                output.line(line)?;
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
