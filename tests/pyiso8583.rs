//! Against `pyiso8583` from PyPI on random specs and messages: what one side encodes the other decodes,
//! both ways and octet by octet; and both judge the same spoilt messages.
//!
//! `CARDWIRE_CASES=10` runs ten times as many, `CARDWIRE_SEED=...` the ones of an earlier run.

mod common;
mod generated;
mod reference;
#[path = "pyiso8583/spoil.rs"]
mod spoil;
#[path = "pyiso8583/translate.rs"]
mod translate;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use cardwire::layout::Form;
use cardwire::{
    Error, ErrorKind, Inspection, Message, Spec,
    layout::{Coding, Element, LengthUnit, NextBitmap, Prefix},
    model::Place,
};
use common::venv::Package;
use common::{Node, hex, nodes};
use generated::{Case, Dice, laws, message};
use serde_json::{Value, json};
use spoil::spoilt;
use translate::{peer_fields, peer_spec, spec};

static PYISO8583: Package = Package::new("pyiso8583", "4.0.1", "iso8583");

const SPECS: u64 = 500;
/// For each spec: 20,000 messages in a run.
const MESSAGES: usize = 40;

/// What the peer lets pass and we do not, each looked at and named.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum PeerFault {
    /// It holds no value, and no MTI, against a class of characters.
    NoContentCheck,
    /// Its lengths may be ` 4`, `+4` and `1_0`, since `int` takes them.
    LengthByInt,
    /// Its hexadecimal bitmaps may hold blanks, since `bytes.fromhex` leaves them out, and are short then.
    BlankInBitmap,
    /// It takes part of an octet for a whole one: an odd count of half bytes, an odd number of hexadecimal digits.
    PartOfOctet,
    /// It reads a third bitmap wherever bit 65 is set, also where the spec has no number above 128.
    ThirdBitmap,
}

const FAULTS: usize = 5;

/// One message, as both sides see it.
struct Trial {
    seed: u64,
    case: Case,
    fields: Value,
    wire: Vec<u8>,
    spoilt: Vec<u8>,
    /// The elements that we refuse, each as a message of its own.
    refused: Vec<Value>,
}

#[test]
fn both_sides_write_the_same_octets_and_read_the_same_values() {
    let Some(mut script) = PYISO8583.script("with_pyiso8583.py") else { return };
    let seed = seed();
    let times: u64 = std::env::var("CARDWIRE_CASES").map_or(1, |times| times.parse().unwrap());
    let (mut trials, mut questions) = (Vec::new(), Vec::new());
    for seed in (0..SPECS * times).map(|index| seed.wrapping_add(index)) {
        let dice = &mut Dice::seeded(seed);
        let spec = spec(dice);
        questions.push(json!({"spec": peer_spec(spec)}));
        for _ in 0..MESSAGES {
            let trial = Trial::new(dice, seed, spec);
            questions.push(json!({"encode": trial.fields}));
            questions.push(json!({"decode": hex(&trial.wire)}));
            questions.push(json!({"decode": hex(&trial.spoilt)}));
            questions.extend(trial.refused.iter().map(|fields| json!({"encode": fields})));
            trials.push(trial);
        }
    }
    let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut to_peer = script.stdin.take().unwrap();
    let asking = std::thread::spawn(move || {
        // it ends early where a comparison failed, which says so itself
        let _ = questions.iter().try_for_each(|question| writeln!(to_peer, "{question}"));
    });
    let mut responses = BufReader::new(script.stdout.take().unwrap()).lines();
    let mut response = || serde_json::from_str::<Value>(&responses.next().unwrap().unwrap()).unwrap();
    let mut faults = BTreeMap::<Option<PeerFault>, usize>::new();
    let mut refused = 0;
    for trial in &trials {
        trial.compare(&response(), &response());
        *faults.entry(trial.judge(&response())).or_default() += 1;
        for fields in &trial.refused {
            assert!(response()["error"].is_string(), "only the peer writes {fields}\n{trial}");
            refused += 1;
        }
    }
    asking.join().unwrap();
    assert!(script.wait().unwrap().success());
    println!(
        "{} messages both ways, {refused} elements refused by both, seed {seed}; of as many spoilt ones: {faults:?}",
        trials.len()
    );
    assert!(refused >= 1_000, "too few odd numbers of digits were tried: {refused}");
    assert!(trials.len() >= 20_000 && faults.len() == FAULTS + 1, "too little was tried: {faults:?}");
}

/// Another one each time; that of a failure is printed with it.
fn seed() -> u64 {
    match std::env::var("CARDWIRE_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs() << 20),
    }
}

impl Trial {
    fn new(dice: &mut Dice, seed: u64, spec: &'static Spec<'static>) -> Self {
        let drawn = message(dice, spec);
        let (mut case, wire) = laws::told(&drawn);
        let refused = drawn.nodes.iter().filter(|node| !case.nodes.contains(node));
        let refused = refused.map(|node| peer_fields(spec, case.mti, case.header, &[*node])).collect();
        // the peer fills nothing
        case.nodes = reference::expected(spec.body(), &case.nodes);
        let fields = peer_fields(spec, case.mti, case.header, &case.nodes);
        let spoilt = spoilt(dice, spec, &wire);
        Self { seed, case, fields, wire, spoilt, refused }
    }

    /// The two ways of a sound message.
    fn compare(&self, encoded: &Value, decoded: &Value) {
        let Case { spec, mti, header, ref nodes } = self.case;
        assert_eq!(decoded, &json!({"fields": self.fields}), "the peer read otherwise\n{self}");
        assert_eq!(encoded, &json!({"wire": hex(&self.wire)}), "the peer wrote otherwise\n{self}");
        let wire = common::unhex(encoded["wire"].as_str().unwrap());
        let message = Message::parse(spec, &wire).unwrap_or_else(|error| panic!("{error}\n{self}"));
        assert_eq!(message.mti(), mti, "{self}");
        assert_eq!(message.header(), header, "{self}");
        assert_eq!(common::nodes(&message), *nodes, "we read otherwise\n{self}");
    }

    /// What both make of the spoilt message: `None` when it is the same, else why it may differ.
    fn judge(&self, decoded: &Value) -> Option<PeerFault> {
        let spec = self.case.spec;
        let inspection = Inspection::of(spec, &self.spoilt);
        let theirs = decoded.get("fields").map(|fields| upper_case(spec, fields));
        match (inspection.error(), theirs) {
            (None, Some(theirs)) => {
                let message = inspection.message().unwrap();
                let ours = peer_fields(spec, message.mti(), message.header(), &nodes(message));
                assert_eq!(theirs, ours, "the spoilt one is read otherwise\n{self}");
                None
            }
            (Some(_), None) => None,
            (Some(error), Some(theirs)) => {
                let fault = excuse(&inspection, &error);
                assert!(fault.is_some(), "only the peer takes the spoilt one: {error}\n{theirs}\n{self}");
                if !matches!(fault, Some(PeerFault::BlankInBitmap | PeerFault::ThirdBitmap)) {
                    self.agree_before(&inspection, &theirs);
                }
                fault
            }
            (None, None) => panic!("only we take the spoilt one: {decoded}\n{self}"),
        }
    }

    /// Up to where we stopped, both read the same.
    fn agree_before(&self, inspection: &Inspection<'_>, theirs: &Value) {
        let read: Vec<Node> = inspection.fields().map(|field| Node::of(&field)).collect();
        let ours = peer_fields(self.case.spec, self.case.mti, &[], &read);
        for node in read {
            let key = node.key.to_string();
            assert_eq!(
                theirs.get(&key),
                ours.get(&key),
                "field {key} of the spoilt one is read otherwise\n{self}"
            );
        }
    }
}

/// The fault of the peer that explains why it took what we refuse so.
fn excuse(inspection: &Inspection<'_>, error: &Error) -> Option<PeerFault> {
    let spec = inspection.spec();
    if spec.bitmap().third == NextBitmap::Never && inspection.announced().contains(65) {
        return Some(PeerFault::ThirdBitmap);
    }
    let element = error.field().and_then(|number| spec.element(number));
    match error.kind() {
        ErrorKind::Character(..) | ErrorKind::MtiDigit => Some(PeerFault::NoContentCheck),
        ErrorKind::Nibble | ErrorKind::HexDigit(_) if element.is_some() => Some(PeerFault::NoContentCheck),
        ErrorKind::LengthDigit(_) => Some(PeerFault::LengthByInt),
        ErrorKind::HexDigit(_) if error.place() == Place::Bitmap => Some(PeerFault::BlankInBitmap),
        ErrorKind::LengthUnit if element.is_some_and(counts_halves) => Some(PeerFault::PartOfOctet),
        _ => None,
    }
}

fn counts_halves(element: &Element<'_>) -> bool {
    matches!(element.form(), Form::Prefixed(Prefix { counts: LengthUnit::Nibbles, .. })) || is_hex(element)
}

fn is_hex(element: &Element<'_>) -> bool {
    matches!(element.coding(), Coding::Hex | Coding::EbcdicHex(_))
}

/// Hexadecimal digits in upper case: the peer hands them out as they lie, we as the octets they say.
fn upper_case(spec: &Spec<'_>, fields: &Value) -> Value {
    let mut fields = fields.clone();
    for (key, value) in fields.as_object_mut().unwrap() {
        let element = key.parse().ok().and_then(|number| spec.element(number));
        if element.is_some_and(is_hex) {
            *value = value.as_str().unwrap().to_ascii_uppercase().into();
        }
    }
    fields
}

/// All that is needed to see a difference again.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "CARDWIRE_SEED={}", self.seed)?;
        writeln!(f, "{:?}", self.case)?;
        writeln!(f, "peer's spec {}", peer_spec(self.case.spec))?;
        writeln!(f, "fields      {}", self.fields)?;
        writeln!(f, "wire        {}", hex(&self.wire))?;
        writeln!(f, "spoilt      {}", hex(&self.spoilt))
    }
}
