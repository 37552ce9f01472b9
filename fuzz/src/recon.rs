//! Files of reconciliation: whatever they hold, each record that is read is in a line or refused, the identities hold,
//! and no card number comes out.

use std::io::Cursor;
use std::sync::LazyLock;

use cardwire_recon::engine::rules::{DEFAULT, Rules};
use cardwire_recon::engine::run::{Intake, Settings};
use cardwire_recon::output::ndjson;
use cardwire_recon::read::{self, Form, Options};
use cardwire_recon::record::{Currency, Side, Tokenizer};
use serde_json::Value;

const CARD: &str = "4111111111111111";
/// What the first line of an input names.
const KINDS: [(&str, Side, Form); 8] = [
    ("switch csv", Side::Switch, Form::Csv),
    ("switch ndjson", Side::Switch, Form::Ndjson),
    ("switch messages", Side::Switch, Form::Messages),
    ("clearing csv", Side::Clearing, Form::Csv),
    ("clearing ipm", Side::Clearing, Form::Ipm),
    ("bank csv", Side::Bank, Form::Csv),
    ("bank camt", Side::Bank, Form::Camt053),
    ("bank mt940", Side::Bank, Form::Mt940),
];

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::parse(DEFAULT).expect("the default rules"));

/// Reads a file and runs over it.
pub fn recon(data: &[u8]) {
    let Some((side, form, octets)) = told(data) else { return };
    let mut options = Options::new(side, Tokenizer::new(b"a key of the fuzz target"));
    options.form = Some(form);
    options.spec = Some(&cardwire::spec::ISO87_ASCII);
    let mut intake = Intake::new(Currency::new("CNY").expect("a currency"));
    let mut count = 0;
    let mut take = |record| {
        count += 1;
        intake.put(record);
    };
    let Ok(report) = read::read("input", Cursor::new(octets.to_vec()), &options, &mut take) else { return };
    assert_eq!(report.file.records, count, "every record is made or refused");
    intake.finish_file(report.file);
    let run = intake.run(Settings {
        rules: RULES.clone(),
        as_of: Some(jiff::civil::date(2026, 3, 18).at(10, 0, 0, 0)),
        zone: read::zone("+08:00").expect("a zone"),
        decisions: Default::default(),
    });
    let mut out = Vec::new();
    let totals = ndjson::write(&run, &mut out).expect("a vector takes everything");
    for identity in &totals.identities {
        assert!(identity.holds, "{}: {}", identity.number, identity.text);
    }
    for line in String::from_utf8(out).expect("JSON is UTF-8").lines() {
        let object = serde_json::from_str(line).expect("each line is an object");
        assert!(!shows(&object), "a card number came out: {line}");
    }
}

fn told(data: &[u8]) -> Option<(Side, Form, &[u8])> {
    let end = data.iter().position(|octet| *octet == b'\n');
    let named = end.and_then(|end| {
        let (_, side, form) = KINDS.iter().find(|(name, ..)| Some(name.as_bytes()) == data.get(..end))?;
        Some((*side, *form, data.get(end + 1..)?))
    });
    named.or_else(|| {
        let (first, rest) = data.split_first()?;
        let (_, side, form) = KINDS[usize::from(*first) % KINDS.len()];
        Some((side, form, rest))
    })
}

/// Whether a text has the number of the test card as a number of its own.
fn shows(value: &Value) -> bool {
    match value {
        Value::String(text) => text.split(|found: char| !found.is_ascii_digit()).any(|digits| digits == CARD),
        Value::Array(values) => values.iter().any(shows),
        Value::Object(entries) => entries.values().any(shows),
        _ => false,
    }
}
