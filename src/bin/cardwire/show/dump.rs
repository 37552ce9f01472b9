//! The hexdump: the library's, one element a row, with colours that tell neighbours apart and, when
//! asked, the octets that it hides.

use std::io;

use cardwire::Inspection;

use crate::json::Shown;
use crate::output::{Output, Role};

/// Dumps what parsed; an exposed dump shows the rest of a broken message, too.
pub(crate) fn dump(
    output: &mut Output,
    parsed: &Inspection<'_>,
    title: &str,
    shown: Shown,
) -> io::Result<()> {
    let origin = output.paint(Role::Faint, &format!("# {title}"));
    output.line(origin)?;
    let mut stripe = 0;
    for line in parsed.dump().to_string().lines() {
        let Some(row) = Row::of(line) else {
            output.line(line)?;
            continue;
        };
        if !row.name.is_empty() {
            stripe += 1;
        }
        let broken = row.name.starts_with("!!");
        let role = if broken { Role::Bad } else { Role::Stripe(stripe) };
        let (hex, characters) = match shown {
            Shown::Masked => (row.hex.to_owned(), row.characters.to_owned()),
            Shown::Exposed => row.exposed(parsed.wire()),
        };
        let offset = output.paint(Role::Faint, row.offset);
        let hex = output.paint(role, &hex);
        let name = output.paint(if broken { Role::Bad } else { Role::Value }, row.name);
        let text = format!("{offset} {hex}  {characters}  {name}");
        output.line(text.trim_end())?;
    }
    output.line("")
}

/// A row of the library's dump, cut into its columns.
struct Row<'l> {
    offset: &'l str,
    hex: &'l str,
    characters: &'l str,
    name: &'l str,
}

const HEX: usize = 3 * 16;

impl<'l> Row<'l> {
    fn of(line: &'l str) -> Option<Self> {
        let (offset, rest) = line.split_once(' ')?;
        let (hex, rest) = rest.split_at_checked(HEX)?;
        let rest = rest.strip_prefix("  ")?;
        // the last column ends early in rows without a name
        let (characters, rest) = rest.split_at_checked(16).unwrap_or((rest, ""));
        Some(Self { offset, hex, characters, name: rest.trim_start() })
    }

    /// The columns with the octets of the message.
    fn exposed(&self, wire: &[u8]) -> (String, String) {
        let start = usize::from_str_radix(self.offset, 16).unwrap_or(usize::MAX);
        let count = self.hex.split_ascii_whitespace().count();
        let octets = wire.get(start..start.saturating_add(count)).unwrap_or_default();
        let hex: String = octets.iter().map(|octet| format!(" {octet:02X}")).collect();
        let characters = octets.iter().map(|octet| match octet {
            0x21..=0x7E => char::from(*octet),
            _ => '.',
        });
        (format!("{hex:<HEX$}"), format!("{:<16}", characters.collect::<String>()))
    }
}
