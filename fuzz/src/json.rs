//! The JSON contract of the command: what `decode` prints, `encode` takes, and the same comes of it.

use cardwire::{Inspection, Message, Spec};
use serde_json::Value;

use crate::cli::{Lists, Record, Shown, message as print, pretty};

/// Prints a message as JSON and builds it from that; takes whatever else it is given for JSON.
pub fn json(data: &[u8]) {
    let Some((spec, data)) = crate::named_spec(data) else { return };
    let inspection = Inspection::of(spec, data);
    for shown in [Shown::Masked, Shown::Exposed] {
        let text = printed(&inspection, shown);
        let value: Value = serde_json::from_slice(&text).expect("what is printed is JSON");
        assert_eq!(serde_json::from_slice::<Value>(&pretty(&text)).ok(), Some(value));
        let record = Record::parse(&text);
        assert_eq!(record.is_ok(), shown == Shown::Exposed, "masked values are refused");
    }
    if inspection.message().is_some() {
        let text = printed(&inspection, Shown::Exposed);
        let built = build(spec, &text).expect("what decode prints, encode takes");
        again(spec, &text, &built);
    }
    if let Some(built) = build(spec, data) {
        let inspection = Inspection::of(spec, &built);
        assert_eq!(inspection.error(), None, "what was built can be read");
        let text = printed(&inspection, Shown::Exposed);
        again(spec, &text, &build(spec, &text).expect("what decode prints, encode takes"));
    }
}

/// What was built from a text prints the same text, but for numbers of EMV that were sent shorter than their
/// full size (docs/json.md): they are full then, and stay as they are.
fn again(spec: &Spec<'_>, text: &[u8], built: &[u8]) {
    assert_eq!(Message::parse(spec, built).err(), None, "what was built can be read");
    let again = printed(&Inspection::of(spec, built), Shown::Exposed);
    if again != text {
        let read = |text: &[u8]| serde_json::from_slice(text).expect("what is printed is JSON");
        let (full, sent): (Value, Value) = (read(&again), read(text));
        assert!(is_filled(&full, &sent, false), "{full}\n{sent}");
        assert_eq!(build(spec, &again).as_deref(), Some(built), "what is full is not filled again");
    }
}

/// Whether two values are equal, but for zeros before the number of a part that has a tag.
fn is_filled(full: &Value, sent: &Value, is_part: bool) -> bool {
    match (full, sent) {
        (Value::String(full), Value::String(sent)) if is_part && !sent.is_empty() => {
            let zeros = full.strip_suffix(sent.as_str());
            zeros.is_some_and(|zeros| {
                zeros.is_empty() || zeros.bytes().all(|zero| zero == b'0') && is_number(sent)
            })
        }
        (Value::Array(full), Value::Array(sent)) => {
            let is_pair = matches!(&sent[..], [Value::String(_), _]);
            full.len() == sent.len()
                && full
                    .iter()
                    .zip(sent)
                    .enumerate()
                    .all(|(index, (full, sent))| is_filled(full, sent, is_pair && index == 1))
        }
        (Value::Object(full), Value::Object(sent)) => {
            full.len() == sent.len()
                && full
                    .iter()
                    .zip(sent)
                    .all(|(full, sent)| full.0 == sent.0 && is_filled(full.1, sent.1, false))
        }
        _ => full == sent,
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|octet| octet.is_ascii_digit())
}

fn printed(inspection: &Inspection<'_>, shown: Shown) -> Vec<u8> {
    let mut text = Vec::new();
    print(&mut text, inspection, &[], shown);
    text
}

/// What `encode` makes of an input.
#[cfg(test)]
pub(crate) fn build_named(data: &[u8]) -> Option<Vec<u8>> {
    crate::named_spec(data).and_then(|(spec, line)| build(spec, line))
}

/// What `encode` makes of a line; `None` where it refuses.
fn build(spec: &Spec<'_>, line: &[u8]) -> Option<Vec<u8>> {
    let record = Record::parse(line).ok()?;
    let mti = record.mti().ok()?;
    let values = record.prepare(spec).ok()?;
    let lists = Lists::new(values.iter().map(|(_, value)| value));
    record.builder(spec, mti, &values, &lists).to_vec().ok()
}
