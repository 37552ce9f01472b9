//! Standard output: buffered, coloured on a terminal only.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstyle::{AnsiColor, Style};

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
#[derive(Clone, Copy)]
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

/// Standard output.
pub(crate) struct Output {
    writer: BufWriter<StdoutLock<'static>>,
    painted: bool,
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
        Self { writer: BufWriter::with_capacity(1 << 16, io::stdout().lock()), painted }
    }

    /// The text in the colour of its role; without colours the text.
    pub(crate) fn paint(&self, role: Role, text: &str) -> String {
        if self.painted && !text.is_empty() {
            let style = style(role);
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Where bytes go.
    pub(crate) fn bytes(&mut self) -> &mut impl Write {
        &mut self.writer
    }

    /// Sends what is waiting.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> io::Result<()> {
        writeln!(self.writer, "{text}")
    }
}

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
