//! A party as a process: what is typed at its console, what it says there, and its end.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a party said so far, for anybody who waits for it, whoever kills it meanwhile.
#[derive(Debug, Default)]
pub struct Console {
    said: Mutex<Said>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Said {
    lines: Vec<String>,
    is_over: bool,
}

/// What became of waiting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// The line, and the place after it.
    Line(String, usize),
    /// The party is gone, and did not say it.
    Gone,
    /// It did not say it in time.
    Silence,
}

impl Console {
    /// How many lines there are by now.
    pub fn place(&self) -> usize {
        self.lock().lines.len()
    }

    /// The first line from a place on that is awaited.
    pub fn wait(&self, from: usize, limit: Duration, awaited: impl Fn(&str) -> bool) -> Heard {
        let until = Instant::now() + limit;
        let (mut place, mut said) = (from, self.lock());
        loop {
            for line in said.lines.iter().skip(place) {
                place += 1;
                if awaited(line) {
                    return Heard::Line(line.clone(), place);
                }
            }
            if said.is_over {
                return Heard::Gone;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Heard::Silence;
            }
            let waited = self.more.wait_timeout(said, left);
            said = waited.map_or_else(|error| error.into_inner().0, |(said, _)| said);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes down every line until there are no more, also in a file when there is one.
    fn listen(&self, lines: impl BufRead, mut copy: Option<File>) {
        for line in lines.lines().map_while(Result::ok) {
            // What is said counts, whether or not the copy can be written.
            let _ = copy.as_mut().map(|copy| writeln!(copy, "{line}"));
            self.lock().lines.push(line);
            self.more.notify_all();
        }
        self.lock().is_over = true;
        self.more.notify_all();
    }
}

/// A process that this one started, and ends.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    console: Arc<Console>,
}

impl Process {
    /// Starts it. Lines of its standard output are heard at its console, and copied to a file if there is one.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command, copy: Option<File>) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let console = Arc::new(Console::default());
        let heard = Arc::clone(&console);
        std::thread::spawn(move || {
            stdout.into_iter().for_each(|out| {
                heard.listen(BufReader::new(out), copy.as_ref().and_then(|copy| copy.try_clone().ok()))
            });
        });
        Ok(Self { child, stdin, console })
    }

    /// What it says.
    pub fn console(&self) -> Arc<Console> {
        Arc::clone(&self.console)
    }

    /// Types a line. The place of the console from which on its outcome is said.
    pub fn type_line(&mut self, line: &str) -> usize {
        let place = self.console.place();
        // A party that died meanwhile hears nothing.
        let typed = |stdin: &mut ChildStdin| writeln!(stdin, "{line}").and_then(|()| stdin.flush());
        let _ = self.stdin.as_mut().map(typed);
        place
    }

    /// Its number, for signals.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Has it ended by itself?
    pub fn is_gone(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// What it says on standard error, when that was asked for.
    pub fn errors(&mut self) -> Option<std::process::ChildStderr> {
        self.child.stderr.take()
    }

    /// `kill -9`: it has no chance to say or to write anything more.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Ends its console, and waits until it has ended; it is killed when that takes too long.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn stop(&mut self, limit: Duration) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        let until = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > until {
                self.child.kill()?;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Nobody is left behind, whatever happened.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}
