//! The hexdump: the library's, one element a row, with colours that tell neighbours apart and, when
//! asked, the octets that it hides.

use std::io;

use cardwire::Inspection;

use crate::json::Shown;
use crate::lang::lang;
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
    let dump = match shown {
        Shown::Masked => parsed.dump().in_lang(lang()),
        Shown::Exposed => parsed.dump().in_lang(lang()).expose(),
    };
    let mut stripe = 0;
    dump.try_for_each(|row| {
        let name = row.name().map(|name| name.to_string()).unwrap_or_default();
        stripe += usize::from(!name.is_empty());
        let broken = name.starts_with("!!");
        let offset = output.paint(Role::Faint, &format!("{:04X}", row.range().start));
        let octets =
            output.paint(if broken { Role::Bad } else { Role::Stripe(stripe) }, &row.hex().to_string());
        let characters = format!("{:<16}", row.characters().to_string());
        let name = output.paint(if broken { Role::Bad } else { Role::Value }, &name);
        let text = format!("{offset}  {octets}  {characters}  {name}");
        output.line(text.trim_end())
    })?;
    output.line("")
}
