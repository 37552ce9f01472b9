//! The listing: number, name, notation, value, meaning; parts below their element.

use std::io;

use cardwire::{Field, Inspection, show::Describe};

use crate::json::{Json, Left, Shown, part_name};
use crate::keys::Checked;
use crate::lang::{lang, pick, say};
use crate::output::{Output, Role};

/// Lists what parsed, and the error that stopped it.
pub(crate) fn listing(
    output: &mut Output,
    parsed: &Inspection<'_>,
    title: &str,
    shown: Shown,
) -> io::Result<()> {
    let describe = parsed.describe().in_lang(lang());
    let mut name = describe.title().to_string();
    if let (Shown::Exposed, Some(mti)) = (shown, parsed.mti()) {
        name = name.replacen("####", &mti.to_string(), 1);
    }
    let painted = output.paint(Role::Title, &name);
    let origin = output.paint(Role::Faint, title);
    output.line(format_args!("{painted}  {origin}"))?;
    for field in parsed.fields() {
        line(output, &describe, &field, 0, shown)?;
    }
    if let Some(error) = parsed.error() {
        let left = parsed.announced().iter().filter(|number| !parsed.bitmap().contains(*number));
        let left: Vec<String> = left.map(|number| number.to_string()).collect();
        let painted = output.paint(Role::Bad, &format!("!! {}", error.in_lang(lang())));
        output.line(format_args!("  {painted}"))?;
        let told = shown == Shown::Exposed || parsed.shows_bitmaps();
        if parsed.mti().is_some() && !left.is_empty() && told {
            let left = left.join(", ");
            let text = say!("   announced and not read: {left}", "   位图已置位但未读出：{left}");
            let painted = output.paint(Role::Faint, &text);
            output.line(format_args!("  {painted}"))?;
        }
    }
    Ok(())
}

/// Says what keys have to say of a message.
pub(crate) fn checks(output: &mut Output, checked: &[Checked]) -> io::Result<()> {
    for one in checked {
        let (mark, role) = if one.fault.is_some() { ("!!", Role::Bad) } else { ("ok", Role::Good) };
        let field = one.field.map(|field| say!("field {field}: ", "域{field}：")).unwrap_or_default();
        let painted = output.paint(role, &format!("{mark} {field}{}", one.words()));
        output.line(format_args!("  {painted}"))?;
    }
    Ok(())
}

/// Lists values that the spec has no place for, and those that are wrong.
pub(crate) fn left(output: &mut Output, left: &[Left], with: Shown) -> io::Result<()> {
    for left in left {
        let key = output.paint(Role::Key, &format!("{:>5}", left.number));
        let why = match left.is_unknown {
            true => pick("(the spec has no place for it)", "（规范中没有该域）"),
            false => pick("(not a value of this element)", "（不是该域的值）"),
        };
        let why = output.paint(Role::Faint, why);
        match &left.json {
            Json::Pairs(pairs) => {
                output.line(format_args!("{key} {why}"))?;
                unknown_parts(output, pairs, 1, with)?;
            }
            json => {
                let value = output.paint(Role::Masked, &json.shown(with));
                output.line(format_args!("{key} {why} {value}"))?;
            }
        }
        if !left.is_unknown {
            let painted = output.paint(Role::Bad, &format!("!! {left}"));
            output.line(format_args!("  {painted}"))?;
        }
    }
    Ok(())
}

fn unknown_parts(output: &mut Output, pairs: &[(String, Json)], depth: usize, with: Shown) -> io::Result<()> {
    for (key, json) in pairs {
        let key = output.paint(Role::Key, &format!("{:2$}{:>5}", "", part_name(key), 5 * depth));
        match json {
            Json::Pairs(pairs) => {
                output.line(key)?;
                unknown_parts(output, pairs, depth + 1, with)?;
            }
            json => {
                let value = output.paint(Role::Masked, &json.shown(with));
                output.line(format_args!("{key} {value}"))?;
            }
        }
    }
    Ok(())
}

fn line(
    output: &mut Output,
    describe: &Describe<'_, '_>,
    field: &Field<'_>,
    depth: usize,
    with: Shown,
) -> io::Result<()> {
    let is_painted = output.is_painted();
    output.row(|row| {
        match with {
            Shown::Exposed => row.right(Role::Key, field.key(), (5 * depth, 5))?,
            Shown::Masked => row.right(Role::Key, field.shown_key(), (5 * depth, 5))?,
        }
        row.plain(" ", 1);
        row.plain(field.element().name_in(lang()), 46usize.saturating_sub(5 * depth));
        row.plain(" ", 1);
        row.left(Role::Faint, field.element().notation(), 8)?;
        row.plain(" ", 1);
        match (field.is_composite() && !field.element().privacy().is_open(), with) {
            (true, _) => row.add(Role::Faint, size(field))?,
            (false, Shown::Exposed) => row.add(Role::Value, shown(field, with))?,
            (false, Shown::Masked) if is_painted && field.is_masked() => row.add(Role::Masked, field)?,
            (false, Shown::Masked) => row.add(Role::Value, field)?,
        }
        row.add(Role::Meaning, describe.meaning(field, depth))
    })?;
    field.parts().try_for_each(|part| line(output, describe, &part, depth + 1, with))
}

/// How long a composite element is whose parts are shown below it.
fn size(field: &Field<'_>) -> String {
    let len = field.len();
    match field.content().is_binary() {
        true => say!("({len} bytes)", "({len}字节)"),
        false => say!("({len} characters)", "({len}个字符)"),
    }
}

/// A value, masked or not, on one line whatever it holds.
pub(crate) fn shown(field: &Field<'_>, with: Shown) -> String {
    match with {
        Shown::Masked => field.to_string(),
        Shown::Exposed => {
            let octets: Vec<u8> = field.expose().octets().collect();
            if field.content().is_binary() { crate::hex::text(&octets) } else { escaped(&octets) }
        }
    }
}

/// Octets as text; what is not printable ASCII escaped, so that no value forges a line.
fn escaped(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        match octet {
            0x20..=0x7E => text.push(char::from(*octet)),
            _ => text.push_str(&format!("\\x{octet:02X}")),
        }
        text
    })
}
