//! The command run anew: bounded in time and in what it may print.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The most that is read of either output.
const MOST: u64 = 1 << 20;

/// What a run gave.
pub(super) struct Run {
    /// The exit code; none if it was ended.
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
    /// Whether it printed more than is kept.
    pub(super) is_cut: bool,
}

/// Runs the command with these arguments and this input. What takes longer than `timeout` is ended.
pub(super) fn run(args: &[String], input: &str, timeout: Duration) -> io::Result<Run> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--lang", "en", "--color", "never"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_owned();
        // it may end without reading all of it
        thread::spawn(move || stdin.write_all(input.as_bytes()).ok());
    }
    let (sender, receiver) = mpsc::channel();
    read(child.stdout.take(), 0, &sender);
    read(child.stderr.take(), 1, &sender);
    drop(sender);
    let end = Instant::now() + timeout;
    let mut texts = [Vec::new(), Vec::new()];
    // both senders are gone once both outputs were read
    while let Ok((index, text)) = receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
        if let Some(slot) = texts.get_mut(index) {
            *slot = text;
        }
    }
    let code = ended(&mut child, end)?;
    let is_cut = texts.iter().any(|text| u64::try_from(text.len()).is_ok_and(|len| len >= MOST));
    let [out, err] = texts.map(|text| String::from_utf8_lossy(&text).into_owned());
    Ok(Run { code, out, err, is_cut })
}

/// Reads one of the outputs, beside the other.
fn read(output: Option<impl Read + Send + 'static>, index: usize, done: &mpsc::Sender<(usize, Vec<u8>)>) {
    let done = done.clone();
    thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(output) = output {
            // what was read before an error is shown
            let _ = output.take(MOST).read_to_end(&mut text);
        }
        let _ = done.send((index, text));
    });
}

/// Waits for the end, and brings it about when the time is up.
fn ended(child: &mut Child, end: Instant) -> io::Result<Option<i32>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}
