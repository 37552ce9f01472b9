//! A Wireshark dissector of a spec: a file of Lua that holds the spec as a table, and beside it what reads by it.
//!
//! The Lua is written once, for every spec, and does what the library does: the order of the walk, the checks of
//! every octet, the words of its errors, what is masked, and the framings. `tests/cli/wireshark.rs` holds it to the
//! library, message by message.

mod lists;
mod table;

use cardwire::{Framing, Spec};

use crate::failure::{Failure, Outcome};
use crate::input::parse_framing;

/// How the dissector is called, and where it looks for messages.
#[derive(clap::Args)]
#[command(next_help_heading = "With --to wireshark")]
pub(crate) struct DissectorArgs {
    /// How messages are delimited, at first: a preference of the dissector says otherwise. Default: binary2.
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_framing)]
    framing: Option<Framing>,
    /// The TCP ports of such messages, at first, such as 5000,8583 or 5000-5010. Default: 8583.
    #[arg(long, value_name = "PORTS", value_parser = ports)]
    ports: Option<String>,
    /// The name of the protocol, which filters begin with: cardwire.f39 == "51". Default: cardwire.
    #[arg(long, value_name = "NAME", value_parser = protocol)]
    protocol: Option<String>,
}

impl DissectorArgs {
    /// An error if any of it is said, for another format.
    pub(crate) fn refuse(&self) -> Outcome {
        let is_said = self.framing.is_some() || self.ports.is_some() || self.protocol.is_some();
        match is_said {
            false => Ok(()),
            true => Err(Failure::usage("--framing, --ports and --protocol are for --to wireshark")),
        }
    }

    /// The dissector of a spec.
    pub(crate) fn write(&self, spec: &Spec<'_>) -> Outcome<String> {
        let framing = self.framing.unwrap_or(Framing::BINARY2);
        // whatever was parsed has a name
        let framing = framing.notation().map(|name| name.to_string()).unwrap_or_default();
        let defaults = [
            ("protocol", self.protocol.as_deref().unwrap_or("cardwire")),
            ("framing", &framing),
            ("ports", self.ports.as_deref().unwrap_or("8583")),
        ];
        let mut out = HEAD.replace("{spec}", &spec.name().replace(['\n', '\r'], " "));
        out.push_str(OCTETS);
        table::write(&mut out, spec, &defaults);
        lists::write(&mut out);
        READING.iter().for_each(|part| out.push_str(part));
        out.push_str("\n-- without Wireshark the file gives what it is made of\nif Proto then\n");
        out.push_str(TREE);
        out.push_str(
            "\nend\n\nreturn { cw = cw, cards = cards, reader = reader, view = view, frames = frames }\n",
        );
        Ok(out)
    }
}

/// What the file begins with.
const HEAD: &str = "\
-- Wireshark dissector of ISO 8583 messages by the spec {spec}, written by
-- `cardwire spec convert --to wireshark`. Put it into the folder of personal Lua plugins (Help, About, Folders).
--
-- Card data is masked in the tree, the columns and the filters while the preference says so. The packet bytes, and
-- what other dissectors make of them, are shown as they were captured.

";

const OCTETS: &str = include_str!("octets.lua");
const READING: [&str; 4] = [
    include_str!("cards.lua"),
    include_str!("read.lua"),
    include_str!("view.lua"),
    include_str!("frame.lua"),
];
const TREE: &str = include_str!("tree.lua");

/// Ports as Wireshark's ranges are written.
fn ports(text: &str) -> Result<String, String> {
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
    let is_range = |range: &str| match range.split_once('-') {
        Some((first, last)) => is_port(first) && is_port(last),
        None => is_port(range),
    };
    match text.split(',').all(is_range) {
        true => Ok(text.to_owned()),
        false => Err("ports are numbers and ranges, such as 5000,8583 or 5000-5010".into()),
    }
}

/// The name of a protocol, as Wireshark takes it.
fn protocol(text: &str) -> Result<String, String> {
    let is_word = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_';
    match text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(is_word) {
        true => Ok(text.to_owned()),
        false => Err("a protocol is called by small letters, digits and _, a letter first".into()),
    }
}

/// A text as Lua writes it; characters beyond ASCII stay, as UTF-8.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_ascii_control() => out.push_str(&format!("\\{:03}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_protocols_are_words_of_wireshark() {
        for (text, is_right) in [
            ("8583", true),
            ("1", true),
            ("65535", true),
            ("5000,8583", true),
            ("5000-5010", true),
            ("1,2-3,4", true),
            ("", false),
            ("0", false),
            ("65536", false),
            ("+5", false),
            ("5-", false),
            ("-5", false),
            ("5-0", false),
            ("0-5", false),
            ("5,,6", false),
            ("x", false),
            ("5 6", false),
        ] {
            let words = "ports are numbers and ranges, such as 5000,8583 or 5000-5010";
            let wanted = if is_right { Ok(text.to_owned()) } else { Err(words.to_owned()) };
            assert_eq!(ports(text), wanted, "{text}");
        }
        for (text, is_right) in [
            ("cardwire", true),
            ("a", true),
            ("a_1", true),
            ("", false),
            ("1a", false),
            ("_a", false),
            ("A", false),
            ("aB", false),
            ("a-b", false),
            ("a.b", false),
            ("ä", false),
        ] {
            let words = "a protocol is called by small letters, digits and _, a letter first";
            let wanted = if is_right { Ok(text.to_owned()) } else { Err(words.to_owned()) };
            assert_eq!(protocol(text), wanted, "{text}");
        }
    }

    /// The manual of Lua 5.1: escapes of strings.
    #[test]
    fn texts_are_strings_of_lua() {
        assert_eq!(string("a \"b\" \\ é"), "\"a \\\"b\\\" \\\\ é\"");
        assert_eq!(string("\0\n\u{7F}"), "\"\\000\\010\\127\"");
    }

    #[test]
    fn options_of_the_dissector_are_for_it_alone() {
        let none = || DissectorArgs { framing: None, ports: None, protocol: None };
        assert!(none().refuse().is_ok());
        for args in [
            DissectorArgs { framing: Some(Framing::BINARY2), ..none() },
            DissectorArgs { ports: Some("1".into()), ..none() },
            DissectorArgs { protocol: Some("a".into()), ..none() },
        ] {
            let words = "--framing, --ports and --protocol are for --to wireshark";
            assert!(matches!(args.refuse(), Err(Failure::Usage(said)) if said == words));
        }
        let args = DissectorArgs {
            framing: Framing::by_name("ascii4"),
            ports: Some("77,78".into()),
            protocol: Some("mine".into()),
        };
        let spec = &cardwire::spec::ISO87_ASCII;
        for (args, defaults) in [
            (args, ["\"mine\"", "\"ascii4\"", "\"77,78\""]),
            (none(), ["\"cardwire\"", "\"binary2\"", "\"8583\""]),
        ] {
            let text = args.write(spec).expect("a dissector");
            assert!(defaults.iter().all(|word| text.contains(word)), "{defaults:?}");
            assert!(text.starts_with(
                "-- Wireshark dissector of ISO 8583 messages by the spec iso87-ascii, written by\n"
            ));
        }
    }
}
