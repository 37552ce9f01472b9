//! What can go wrong, and which exit code it gives.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::lang::pick;
use crate::plain::{Printable, escaped};

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments make no sense: exit code 2.
    Usage(String),
    /// The data is bad: exit code 1.
    Data(String),
    /// The data is bad, and the output says so already: exit code 1 and not a word more.
    Told,
    /// Reading or writing failed.
    Io(String, io::Error),
    /// Whoever read the output has seen enough.
    Closed,
}

/// The result of a command or a step of it.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// Bad usage.
    pub(crate) fn usage(text: impl fmt::Display) -> Self {
        Self::Usage(text.to_string())
    }

    /// Bad data.
    pub(crate) fn data(text: impl fmt::Display) -> Self {
        Self::Data(text.to_string())
    }

    /// A failure to read or write the thing of that name.
    pub(crate) fn io(name: impl fmt::Display, error: io::Error) -> Self {
        Self::Io(name.to_string(), error)
    }
}

/// Errors that come without a name are those of the output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Io(pick("standard output", "标准输出").into(), error),
        }
    }
}

/// Says on standard error what went wrong.
pub(crate) fn complain(text: impl fmt::Display) {
    crate::progress::clear();
    // nobody is left to be told when standard error is closed, too
    let _ = writeln!(io::stderr(), "cardwire: {}", Printable(text));
}

/// What clap says about the arguments, and the exit code of that. It repeats them as they are, so
/// those that would do something to a terminal are escaped first.
pub(crate) fn refuse_arguments(said: &clap::Error) -> ExitCode {
    let rendered = said.render().to_string();
    // What they hold of line ends is not told from its own afterwards.
    let text = std::env::args_os().fold(rendered.clone(), |text, argument| one_line(&text, &argument));
    let harmless = text == rendered && text.split('\n').all(|line| escaped(line) == line);
    if harmless {
        // nobody is left to be told when the output is closed
        let _ = said.print();
    } else {
        text.trim_end_matches('\n').split('\n').for_each(complain);
    }
    ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2))
}

/// A text in which an argument of several lines, or the value in it, is one.
fn one_line(text: &str, argument: &OsStr) -> String {
    let argument = argument.to_string_lossy();
    let value = argument.split_once('=').map_or("", |(_, value)| value);
    [argument.as_ref(), value].into_iter().fold(text.to_owned(), |text, part| match part.contains('\n') {
        true => text.replace(part, &escaped(part)),
        false => text,
    })
}

/// The exit code of a result, after saying what went wrong.
pub(crate) fn report(done: Outcome) -> ExitCode {
    match done {
        Ok(()) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Told) => ExitCode::from(1),
        Err(Failure::Data(text)) => {
            complain(text);
            ExitCode::from(1)
        }
        Err(Failure::Io(name, error)) => {
            complain(format_args!("{name}: {error}"));
            ExitCode::from(1)
        }
        Err(Failure::Usage(text)) => {
            complain(text);
            ExitCode::from(2)
        }
    }
}
