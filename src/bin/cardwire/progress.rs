//! How far a long run is: on standard error, where that is a terminal and the output goes elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::lang::say;
use crate::output::Output;

/// A line that counts.
pub(crate) struct Progress {
    /// None where nobody would see it.
    since: Option<Instant>,
    shown: Duration,
}

/// How long a run takes before anything is said, and how long until the next word.
const PAUSE: Duration = Duration::from_millis(500);

/// Whether the line stands on the terminal.
static STANDS: AtomicBool = AtomicBool::new(false);

impl Progress {
    /// One that is seen if standard error is a terminal, and the output is not on one.
    pub(crate) fn beside(output: &Output) -> Self {
        let is_seen = io::stderr().is_terminal() && !output.is_on_terminal();
        Self { since: is_seen.then(Instant::now), shown: Duration::ZERO }
    }

    /// Says how many messages are done, from time to time.
    pub(crate) fn show(&mut self, total: u64) {
        let Some(since) = self.since else { return };
        let after = since.elapsed();
        if after < self.shown + PAUSE {
            return;
        }
        self.shown = after;
        let (count, seconds) = (grouped(total), after.as_secs());
        let words = say!("{count} messages, {seconds} s", "{count}条报文，{seconds}秒");
        STANDS.store(true, Ordering::Relaxed);
        // nobody is left to be told when standard error is closed
        let _ = write!(io::stderr(), "\r{words}\x1b[K");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        clear();
    }
}

/// Takes the line away, so that another can stand there.
pub(crate) fn clear() {
    if STANDS.swap(false, Ordering::Relaxed) {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

/// A number with its thousands parted.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_parted() {
        for (number, wanted) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::grouped(number), wanted);
        }
    }
}
