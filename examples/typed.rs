//! A struct of one's own, written to a message and filled from one.

use cardwire::serde::{Exposed, from_message, to_vec};
use cardwire::spec::{ISO87_ASCII, ISO87_BCD};
use cardwire::{Builder, Message, Mti, Result};
use serde::{Deserialize, Serialize};

/// Fields are named by element number, or by the spec's name.
#[derive(Serialize, Deserialize, Debug)]
struct Sale {
    mti: String,
    #[serde(rename = "2")]
    pan: Exposed<String>,
    #[serde(rename = "3")]
    processing: Processing,
    #[serde(rename = "4")]
    amount: u64,
    systems_trace_audit_number: u32,
    #[serde(rename = "39", skip_serializing_if = "Option::is_none")]
    response: Option<String>,
    #[serde(rename = "55")]
    icc: Icc,
}

/// The three parts of DE 3, by position.
#[derive(Serialize, Deserialize, Debug)]
struct Processing(String, String, String);

/// Parts by tag; the cryptogram is private, so it has to be asked for.
#[derive(Serialize, Deserialize, Debug)]
struct Icc {
    #[serde(rename = "9F26")]
    cryptogram: Exposed<[u8; 8]>,
    #[serde(rename = "9F36")]
    counter: [u8; 2],
}

fn main() -> Result<()> {
    let sale = Sale {
        mti: "0200".into(),
        pan: Exposed("4111111111111111".into()),
        processing: Processing("00".into(), "20".into(), "00".into()),
        amount: 12_300,
        systems_trace_audit_number: 123_456,
        response: None,
        icc: Icc { cryptogram: Exposed([0xA1; 8]), counter: [0, 42] },
    };
    let wire = to_vec(&ISO87_BCD, Mti::FINANCIAL_REQUEST, &sale)?;
    let message = Message::parse(&ISO87_BCD, &wire)?;
    println!("{}", message.describe());

    // the same struct from another dialect, and what is absent is None
    let wire = Builder::copy_of(&message, &ISO87_ASCII).to_vec()?;
    let read: Sale = from_message(&Message::parse(&ISO87_ASCII, &wire)?)?;
    println!("{read:#?}");
    Ok(())
}
