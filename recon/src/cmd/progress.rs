//! How far reading is: a line on a terminal, nothing anywhere else.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::gather::TakeFiles;
use crate::record::{InputFile, Record};

/// Runs that are shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many records come between two looks at the clock.
const LOT: u64 = 4096;

/// Hands records on and counts them.
pub(super) struct Progress<'i, T> {
    intake: &'i mut T,
    bar: ProgressBar,
    start: Instant,
    count: u64,
}

impl<'i, T> Progress<'i, T> {
    pub(super) fn new(intake: &'i mut T) -> Self {
        // hidden where standard error is no terminal
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {human_pos} records read, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { intake, bar, start: Instant::now(), count: 0 }
    }
}

impl<T> Drop for Progress<'_, T> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl<T: TakeFiles> TakeFiles for Progress<'_, T> {
    fn put(&mut self, record: Record) {
        self.intake.put(record);
        self.count += 1;
        if self.count.is_multiple_of(LOT) && self.start.elapsed() > PATIENCE {
            self.bar.set_position(self.count);
        }
    }

    fn finish_file(&mut self, file: InputFile) {
        self.intake.finish_file(file);
    }

    fn finish_loose(&mut self) {
        self.intake.finish_loose();
    }
}
