//! Standard output: buffered, coloured on a terminal only, and printable.

use std::fmt::{self, Write as _};
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::plain::{Printable, escaped, is_plain};

/// When to colour.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Even into a pipe or a file.
    Always,
    /// Never.
    Never,
}

/// What colours say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Numbers of elements.
    Key,
    /// Values.
    Value,
    /// Masked values.
    Masked,
    /// Offsets, notation.
    Faint,
    /// Meanings.
    Meaning,
    /// Titles.
    Title,
    /// What is wrong or went away.
    Bad,
    /// What is right or came new.
    Good,
    /// One of the colours that tell neighbours apart.
    Stripe(usize),
}

/// Standard output, or what will go there.
pub(crate) struct Output {
    writer: Sink,
    painted: bool,
    /// The row that is put together, kept for the next one.
    row: String,
}

/// Where it goes.
enum Sink {
    Stdout(BufWriter<StdoutLock<'static>>),
    Memory(Vec<u8>),
}

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(octets),
            Self::Memory(memory) => memory.write(octets),
        }
    }

    fn write_all(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.write_all(octets),
            Self::Memory(memory) => memory.write_all(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::Memory(_) => Ok(()),
        }
    }
}

impl Output {
    /// Takes standard output.
    pub(crate) fn new(color: Color) -> Self {
        let painted = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
                    && io::stdout().is_terminal()
            }
        };
        let stdout = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        Self { writer: Sink::Stdout(stdout), painted, row: String::with_capacity(256) }
    }

    /// What is kept until it is its turn, with the colours of standard output or without.
    pub(crate) fn in_memory(painted: bool) -> Self {
        Self { writer: Sink::Memory(Vec::new()), painted, row: String::with_capacity(256) }
    }

    /// Whether it appears on a terminal as it is written.
    pub(crate) fn is_on_terminal(&self) -> bool {
        matches!(self.writer, Sink::Stdout(_)) && io::stdout().is_terminal()
    }

    /// How much is kept.
    pub(crate) const fn written(&self) -> usize {
        match &self.writer {
            Sink::Memory(memory) => memory.len(),
            Sink::Stdout(_) => 0,
        }
    }

    /// Forgets what is kept beyond so much.
    pub(crate) fn cut(&mut self, len: usize) {
        if let Sink::Memory(memory) = &mut self.writer {
            memory.truncate(len);
        }
    }

    /// Gives what is kept.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.take_for(Vec::new())
    }

    /// The same, for room that takes what is to be kept next.
    pub(crate) fn take_for(&mut self, room: Vec<u8>) -> Vec<u8> {
        match &mut self.writer {
            Sink::Memory(memory) => std::mem::replace(memory, room),
            Sink::Stdout(_) => Vec::new(),
        }
    }

    /// The text in the colour of its role; without colours the text. What is not printable in it is
    /// escaped at once: the colours are not, and a line cannot tell whose they are.
    pub(crate) fn paint(&self, role: Role, text: &str) -> String {
        let text = escaped(text);
        if self.painted && !text.is_empty() { format!("{PAINT}{}{text}{PLAIN}", role.mark()) } else { text }
    }

    /// Where bytes go that are no text for people: messages, JSON, files. Nothing is escaped there.
    pub(crate) fn bytes(&mut self) -> &mut impl Write {
        &mut self.writer
    }

    /// Sends what is waiting.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Whether colours are shown, so that a role makes a difference.
    pub(crate) const fn is_painted(&self) -> bool {
        self.painted
    }

    /// Writes a line of pieces, each in the colour of its role. Without colours they are put together and looked
    /// at as one.
    pub(crate) fn row(&mut self, write: impl Fn(&mut Pieces<'_>) -> fmt::Result) -> io::Result<()> {
        let mut row = std::mem::take(&mut self.row);
        row.clear();
        let mut pieces = Pieces { output: self, row: &mut row };
        // a string takes whatever is written to it
        let _ = write(&mut pieces);
        let done = match self.painted {
            true => self.line(&row),
            false if is_plain(&row) => {
                self.writer.write_all(row.as_bytes()).and_then(|()| self.writer.write_all(b"\n"))
            }
            false => writeln!(self.writer, "{}", escaped(&row)),
        };
        self.row = row;
        done
    }

    /// Writes a line: everything that people read goes through here.
    pub(crate) fn line(&mut self, text: impl fmt::Display) -> io::Result<()> {
        if !self.painted {
            return writeln!(self.writer, "{}", Printable(text));
        }
        let text = text.to_string();
        let mut pieces = text.split([PAINT, PLAIN]);
        self.print(pieces.next().unwrap_or_default())?;
        // every second piece is painted
        for (index, piece) in pieces.enumerate() {
            let mut characters = piece.chars();
            match (index % 2 == 0).then(|| characters.next().and_then(code)).flatten() {
                Some(code) => {
                    self.writer.write_all(code.as_bytes())?;
                    self.print(characters.as_str())?;
                    self.writer.write_all(RESET)?;
                }
                None => self.print(piece)?,
            }
        }
        self.writer.write_all(b"\n")
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        match is_plain(text) {
            true => self.writer.write_all(text.as_bytes()),
            false => write!(self.writer, "{}", Printable(text)),
        }
    }
}

/// A row that is put together; see [`Output::row`].
pub(crate) struct Pieces<'r> {
    output: &'r Output,
    row: &'r mut String,
}

impl Pieces<'_> {
    /// Adds a piece in the colour of a role.
    pub(crate) fn add(&mut self, role: Role, piece: impl fmt::Display) -> fmt::Result {
        self.padded(role, piece, |_| (0, 0))
    }

    /// The same at the right of so many columns, after as many blanks.
    pub(crate) fn right(
        &mut self,
        role: Role,
        piece: impl fmt::Display,
        (indent, columns): (usize, usize),
    ) -> fmt::Result {
        self.padded(role, piece, |taken| (indent + columns.saturating_sub(taken), 0))
    }

    /// The same at the left of so many columns.
    pub(crate) fn left(&mut self, role: Role, piece: impl fmt::Display, columns: usize) -> fmt::Result {
        self.padded(role, piece, |taken| (0, columns.saturating_sub(taken)))
    }

    /// Adds text without a colour at the left of so many columns.
    pub(crate) fn plain(&mut self, text: &str, columns: usize) {
        self.row.push_str(text);
        self.row.push_str(blanks(columns.saturating_sub(columns_of(text))));
    }

    /// Adds a piece, and as many blanks before and after it as `around` says of the columns it takes.
    fn padded(
        &mut self,
        role: Role,
        piece: impl fmt::Display,
        around: impl Fn(usize) -> (usize, usize),
    ) -> fmt::Result {
        let start = self.row.len();
        write!(self.row, "{piece}")?;
        let (before, after) = around(columns_of(self.row.get(start..).unwrap_or_default()));
        self.row.insert_str(start, blanks(before));
        self.row.push_str(blanks(after));
        if self.output.painted {
            let piece = self.row.split_off(start);
            self.row.push_str(&self.output.paint(role, &piece));
        }
        Ok(())
    }
}

fn columns_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// So many blanks, up to the width of the widest column.
fn blanks(count: usize) -> &'static str {
    const BLANKS: &str = "                                                                ";
    BLANKS.get(..count).unwrap_or(BLANKS)
}

/// A text with blanks after it, up to so many columns of a terminal: a Chinese character takes two.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{:1$}", "", columns.saturating_sub(text.width()))
}

/// Begins a painted text; the mark of its role follows. Like [`NEW_LINE`](crate::plain::NEW_LINE)
/// they are characters that come out of no text.
const PAINT: char = '\u{FDD1}';
const PLAIN: char = '\u{FDD2}';

impl Role {
    const ALL: [Self; 12] = [
        Self::Key,
        Self::Value,
        Self::Masked,
        Self::Faint,
        Self::Meaning,
        Self::Title,
        Self::Bad,
        Self::Good,
        Self::Stripe(0),
        Self::Stripe(1),
        Self::Stripe(2),
        Self::Stripe(3),
    ];

    /// A character that stands for the role.
    fn mark(self) -> char {
        let role = match self {
            Self::Stripe(index) => Self::Stripe(index % 4),
            other => other,
        };
        let index = Self::ALL.iter().position(|known| *known == role).unwrap_or_default();
        u32::try_from(index).ok().and_then(|index| char::from_digit(index, 16)).unwrap_or('0')
    }
}

/// What a terminal is sent to begin the style of a role, by the mark of that; worked out once.
fn code(mark: char) -> Option<&'static str> {
    static CODES: OnceLock<[String; Role::ALL.len()]> = OnceLock::new();
    let codes = CODES.get_or_init(|| Role::ALL.map(|role| style(role).render().to_string()));
    codes.get(usize::try_from(mark.to_digit(16)?).ok()?).map(String::as_str)
}

/// What ends every style.
const RESET: &[u8] = b"\x1b[0m";

fn style(role: Role) -> Style {
    let of = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    match role {
        Role::Key => of(AnsiColor::Cyan).bold(),
        Role::Value => Style::new().bold(),
        Role::Masked => of(AnsiColor::Magenta),
        Role::Faint => of(AnsiColor::BrightBlack),
        Role::Meaning => of(AnsiColor::Yellow),
        Role::Title => Style::new().bold().underline(),
        Role::Bad => of(AnsiColor::Red).bold(),
        Role::Good => of(AnsiColor::Green),
        Role::Stripe(index) => of(match index % 4 {
            0 => AnsiColor::Cyan,
            1 => AnsiColor::Yellow,
            2 => AnsiColor::Green,
            _ => AnsiColor::Blue,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_code_that_is_reset() {
        for role in Role::ALL {
            assert_eq!(code(role.mark()), Some(style(role).render().to_string().as_str()));
            assert_eq!(style(role).render_reset().to_string().as_bytes(), RESET);
        }
    }

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(padded("域39", 6), "域39  ");
        assert_eq!(padded("DE 39", 6), "DE 39 ");
        assert_eq!(padded("应答码", 3), "应答码");
    }
}
