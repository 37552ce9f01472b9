//! `pyiso8583`, by `pyiso8583.py` in a process of its own, in the same run. Checks no content.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use cardwire::{
    Spec,
    layout::{Coding, Element, Side},
    spec::MtiCoding,
};
use serde_json::{Map, Value, json};

use super::{elements, prefix_width};
use crate::measure::Report;
use crate::subject::{Subject, hex};
use crate::venv::Package;

static PYISO8583: Package = Package::new("pyiso8583", "4.0.1", "iso8583");

/// The script, which responds to each line with a line.
pub struct Python {
    child: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
}

impl Python {
    /// None where the package cannot be installed, which is said.
    pub fn start() -> Option<Self> {
        let mut script = PYISO8583.script(concat!(env!("CARGO_MANIFEST_DIR"), "/pyiso8583.py"))?;
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let to = child.stdin.take()?;
        let from = BufReader::new(child.stdout.take()?).lines();
        Some(Self { child, to, from })
    }

    /// Measures the operations on the first message of a subject.
    pub fn measure(&mut self, subject: &Subject, report: &mut Report) {
        let asked = json!({
            "spec": peer_spec(subject.message.spec),
            "wire": hex_text(&subject.wires[0]),
            "five": subject.five().map(|number| number.to_string()),
        });
        let response = writeln!(self.to, "{asked}").ok().and_then(|()| self.from.next()?.ok());
        let response: Value = response.and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default();
        let read = |number: u8| {
            let value = response["values"][number.to_string()].as_str()?;
            // packed, the separator of track 2 is the digit D to it
            let is_packed = subject.message.spec.element(number)?.coding() == Coding::Bcd;
            Some(if is_packed { value.replace('D', "=") } else { value.to_owned() }.into_bytes())
        };
        if !subject.is_read(read) {
            println!("{}: pyiso8583 does not read it: {}", subject.name, response["error"]);
            return;
        }
        for row in response["rows"].as_array().into_iter().flatten() {
            report.row(subject.name, row.clone());
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hex_text(octets: &[u8]) -> String {
    String::from_utf8(hex(octets)).expect("digits")
}

/// The spec as its dictionary.
fn peer_spec(spec: &Spec<'_>) -> Value {
    let fixed = |encoding: &str, len: usize| entry(encoding, "ascii", 0, len, "bytes");
    let bitmap = if spec.bitmap().coding == Coding::Raw { fixed("b", 8) } else { fixed("ascii", 16) };
    let mti = match spec.mti() {
        MtiCoding::Bcd => fixed("b", 2),
        MtiCoding::Ebcdic => fixed("cp500", 4),
        _ => fixed("ascii", 4),
    };
    let mut all = Map::new();
    for (name, value) in [("h", fixed("b", 0)), ("t", mti), ("p", bitmap.clone()), ("1", bitmap)] {
        all.insert(name.to_owned(), value);
    }
    all.extend(elements(spec).map(|(number, element)| (number.to_string(), peer_element(spec, element))));
    Value::Object(all)
}

fn peer_element(spec: &Spec<'_>, element: &Element<'_>) -> Value {
    let width = prefix_width(element);
    let (len_enc, len_type) = match spec.mti() {
        MtiCoding::Bcd => ("bcd", width.div_ceil(2)),
        MtiCoding::Ebcdic => ("cp500", width),
        _ => ("ascii", width),
    };
    match element.coding() {
        Coding::Bcd => {
            let mut packed = entry("b", len_enc, len_type, element.max(), "nibbles");
            let pad_nibble = element.pad_nibble();
            let side = if pad_nibble.side == Side::Left { "left_pad" } else { "right_pad" };
            packed[side] = format!("{:X}", pad_nibble.nibble).into();
            packed
        }
        Coding::Raw => entry("b", len_enc, len_type, element.max(), "bytes"),
        Coding::Hex => entry("ascii", len_enc, len_type, 2 * element.max(), "bytes"),
        // Python has no code page 1047; these messages are the same in 500
        Coding::Ebcdic(_) => entry("cp500", len_enc, len_type, element.max(), "bytes"),
        _ => entry("ascii", len_enc, len_type, element.max(), "bytes"),
    }
}

fn entry(data: &str, len: &str, len_type: u8, max: usize, count: &str) -> Value {
    json!({
        "data_enc": data, "len_enc": len, "len_type": len_type, "max_len": max, "len_count": count,
        "desc": "",
    })
}
