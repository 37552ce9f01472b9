//! What JSON says beside the contract of messages: where one was found, and what was not read.

use std::io::Write;

use crate::input::{Origin, Skipped};
use crate::json::{string, words};
use crate::keys::Checked;
use crate::told::Told;

/// `,"origin":{...}` at the end of an object: where it was found.
pub(crate) fn origin(out: &mut Vec<u8>, origin: &Origin) {
    if out.pop() != Some(b'}') {
        return;
    }
    let named = |out: &mut Vec<u8>, file: &str, member: &str, number: u64| {
        out.extend_from_slice(b"\"file\":");
        string(out, file.bytes());
        let _ = write!(out, ",\"{member}\":{number}");
    };
    out.extend_from_slice(b",\"origin\":{");
    match origin {
        Origin::Line(file, line) => named(out, file, "line", *line),
        Origin::Byte(file, byte) => named(out, file, "byte", *byte),
        Origin::Argument(index) => drop(write!(out, "\"argument\":{index}")),
        Origin::Packet { file, number, from, to, moment, .. } => {
            named(out, file, "packet", *number);
            if let Some(moment) = moment {
                let _ = write!(out, ",\"time\":\"{moment}\"");
            }
            let _ = write!(out, ",\"from\":\"{from}\",\"to\":\"{to}\"");
        }
    }
    out.extend_from_slice(b"}}");
}

/// `,"checks":[...]` at the end of an object: what keys have to say of a message.
pub(crate) fn checks(out: &mut Vec<u8>, checked: &[Checked]) {
    if checked.is_empty() || out.pop() != Some(b'}') {
        return;
    }
    out.extend_from_slice(b",\"checks\":[");
    for (index, one) in checked.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(out, "{comma}{{\"check\":\"{}\",\"ok\":{}", one.what, one.fault.is_none());
        if let Some(field) = one.field {
            let _ = write!(out, ",\"field\":{field}");
        }
        out.extend_from_slice(b",\"message\":");
        words(out, one.words());
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
}

/// `{"skipped":{...}}`: what was not read of a file.
pub(crate) fn skipped(out: &mut Vec<u8>, skipped: &Skipped) {
    out.extend_from_slice(REMARK);
    out.extend_from_slice(b"{\"file\":");
    string(out, skipped.file.bytes());
    let _ = write!(out, ",\"packets\":{},\"reasons\":[", skipped.packets);
    for (index, (reason, packets)) in skipped.reasons.iter().enumerate() {
        out.extend_from_slice(if index > 0 { b"," } else { b"" });
        out.extend_from_slice(b"{\"reason\":");
        words(out, &reason.told());
        let _ = write!(out, ",\"packets\":{packets}}}");
    }
    out.extend_from_slice(b"]}}\n");
}

/// Whether a line is such a remark, and no message.
pub(crate) fn is_remark(line: &[u8]) -> bool {
    line.starts_with(REMARK)
}

const REMARK: &[u8] = b"{\"skipped\":";
