//! Structs filled from messages and written to them, in every dialect.
#![cfg(feature = "serde")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use cardwire::serde::{Exposed, from_message, to_values, to_vec};
use cardwire::spec::{IPM_EBCDIC, ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_EBCDIC, ISO93_BCD};
use cardwire::{Builder, ErrorKind, Message, Mti, Spec};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

static SPECS: [&Spec<'static>; 4] = [&ISO87_ASCII, &ISO87_ASCII_BINARY, &ISO87_BCD, &ISO87_EBCDIC];

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Payment {
    mti: String,
    #[serde(rename = "2")]
    pan: Exposed<String>,
    #[serde(rename = "3")]
    processing: (String, String, String),
    #[serde(rename = "4")]
    amount: u64,
    systems_trace_audit_number: u32,
    #[serde(rename = "28", skip_serializing_if = "Option::is_none")]
    fee: Option<i64>,
    #[serde(rename = "39")]
    response: Option<Answer>,
    #[serde(rename = "41")]
    terminal: String,
    #[serde(rename = "52")]
    pin: Option<Exposed<[u8; 8]>>,
    #[serde(rename = "55")]
    icc: Option<Icc>,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone, Copy)]
enum Answer {
    #[serde(rename = "00")]
    Approved,
    #[serde(rename = "51")]
    InsufficientFunds,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Icc {
    #[serde(rename = "9F26")]
    cryptogram: Exposed<[u8; 8]>,
    #[serde(rename = "9F36")]
    counter: [u8; 2],
    /// A tag that may be there any number of times.
    #[serde(rename = "DF01", default)]
    proprietary: Exposed<Vec<String>>,
}

fn payment() -> impl Strategy<Value = Payment> {
    let icc = (any::<[u8; 8]>(), any::<[u8; 2]>(), prop::collection::vec("([0-9A-F]{2}){1,4}", 0..4));
    let icc = icc.prop_map(|(cryptogram, counter, proprietary)| Icc {
        cryptogram: Exposed(cryptogram),
        counter,
        proprietary: Exposed(proprietary),
    });
    let money = (0..999_999_999_999u64, prop::option::of(-99_999_999i64..99_999_999));
    let answer = prop::option::of(prop_oneof![Just(Answer::Approved), Just(Answer::InsufficientFunds)]);
    let texts = ("[0-9]{8,19}", ["[0-9]{2}", "[0-9]{2}", "[0-9]{2}"], "[A-Z0-9]{8}");
    let pin = prop::option::of(any::<[u8; 8]>());
    (money, 0..999_999u32, answer, texts, pin, prop::option::of(icc)).prop_map(
        |((amount, fee), systems_trace_audit_number, response, (pan, [a, b, c], terminal), pin, icc)| {
            Payment {
                mti: "0210".into(),
                pan: Exposed(pan),
                processing: (a, b, c),
                amount,
                systems_trace_audit_number,
                fee,
                response,
                terminal,
                pin: pin.map(Exposed),
                icc,
            }
        },
    )
}

fn read<T: DeserializeOwned>(spec: &Spec<'static>, wire: &[u8]) -> cardwire::Result<T> {
    from_message(&Message::parse(spec, wire)?)
}

proptest! {
    #[test]
    fn what_is_written_is_read(payment in payment()) {
        for spec in SPECS {
            let wire = to_vec(spec, Mti::AUTHORIZATION_REQUEST, &payment).unwrap();
            prop_assert_eq!(&read::<Payment>(spec, &wire).unwrap(), &payment);
        }
    }

    #[test]
    fn nothing_shows_in_debug(payment in payment()) {
        let shown = format!("{payment:?} {:?}", to_values(&ISO87_BCD, &payment).unwrap());
        prop_assert!(!shown.contains(&payment.pan.0) && shown.contains("Exposed(*)"));
    }
}

fn sale(spec: &Spec<'static>) -> Vec<u8> {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.set(2, "4111111111111111").set(3, "002000").set(4, 100).set(11, 7).set(37, "632700000007");
    builder.to_vec().unwrap()
}

#[test]
fn private_elements_are_refused_unless_exposed() {
    #[derive(Deserialize, Debug)]
    struct Open {
        #[serde(rename = "2")]
        _pan: String,
    }
    let error = read::<Open>(&ISO87_ASCII, &sale(&ISO87_ASCII)).unwrap_err();
    assert_eq!(error.to_string(), "field 2 at byte 20: it is private: read it with expose");
    let all: Result<BTreeMap<String, String>, _> = read(&ISO87_ASCII, &sale(&ISO87_ASCII));
    assert_eq!(all.unwrap_err().kind(), ErrorKind::Private);
}

#[test]
fn a_map_has_all_elements_by_number() {
    let all: BTreeMap<String, Exposed<String>> = read(&ISO87_BCD, &sale(&ISO87_BCD)).unwrap();
    let keys: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(keys, ["11", "2", "3", "37", "4", "mti"]);
    assert_eq!((all["2"].0.as_str(), all["mti"].0.as_str()), ("4111111111111111", "0200"));
    assert_eq!(to_vec(&ISO87_BCD, Mti::AUTHORIZATION_REQUEST, &all).unwrap(), sale(&ISO87_BCD));
}

#[test]
fn text_is_borrowed_where_the_link_writes_it_as_it_is() {
    #[derive(Deserialize, Debug)]
    struct Borrowed<'a> {
        #[serde(rename = "37")]
        reference: &'a str,
    }
    #[derive(Deserialize, Debug)]
    struct Either<'a> {
        #[serde(rename = "37", borrow)]
        reference: Cow<'a, str>,
    }
    let wire = sale(&ISO87_ASCII);
    let borrowed: Borrowed<'_> = from_message(&Message::parse(&ISO87_ASCII, &wire).unwrap()).unwrap();
    assert!(wire.as_ptr_range().contains(&borrowed.reference.as_ptr()));
    let wire = sale(&ISO87_EBCDIC);
    let message = Message::parse(&ISO87_EBCDIC, &wire).unwrap();
    assert!(from_message::<Borrowed<'_>>(&message).is_err());
    assert_eq!(from_message::<Either<'_>>(&message).unwrap().reference, "632700000007");
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    #[derive(Deserialize, Debug)]
    struct Needs {
        #[serde(rename = "39")]
        _response: String,
    }
    let error = read::<Needs>(&ISO87_ASCII, &sale(&ISO87_ASCII)).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Missing, Some(39)));

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Only {
        #[serde(rename = "2")]
        _pan: Exposed<String>,
    }
    // `mti` is the first that it does not name
    assert_eq!(read::<Only>(&ISO87_ASCII, &sale(&ISO87_ASCII)).unwrap_err().kind(), ErrorKind::Undefined);

    let unknown = BTreeMap::from([("130", "x")]);
    let error = to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &unknown).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Undefined, Some(130)));
    let error = to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &BTreeMap::from([("52", "0G")])).unwrap_err();
    assert_eq!((error.field(), matches!(error.kind(), ErrorKind::HexDigit(_))), (Some(52), true));
    let error = to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &BTreeMap::from([("4", -1)])).unwrap_err();
    assert_eq!((error.field(), error.kind()), (Some(4), ErrorKind::Number));
}

#[test]
fn no_content_is_in_an_error() {
    #[derive(Deserialize, Debug)]
    struct Small {
        #[serde(rename = "2")]
        _pan: Exposed<u8>,
    }
    #[derive(Deserialize, Debug)]
    struct Coded {
        #[serde(rename = "37")]
        _reference: Answer,
    }
    let wire = sale(&ISO87_ASCII);
    let errors =
        [read::<Small>(&ISO87_ASCII, &wire).unwrap_err(), read::<Coded>(&ISO87_ASCII, &wire).unwrap_err()];
    assert_eq!(errors.map(|error| error.field()), [Some(2), Some(37)]);
    let shown = format!("{errors:?} {} {}", errors[0], errors[1]);
    assert!(!shown.contains("4111") && !shown.contains("6327"), "{shown}");
}

#[test]
fn subelements_and_nested_parts() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Header {
        mti: String,
        function_code: String,
        #[serde(rename = "48")]
        data: Data,
        #[serde(rename = "71")]
        number: u32,
    }
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Data {
        #[serde(rename = "0105")]
        file_id: String,
        #[serde(rename = "0122", skip_serializing_if = "Option::is_none")]
        mode: Option<char>,
        #[serde(rename = "0191")]
        unlisted: Exposed<String>,
    }
    let data =
        Data { file_id: "0022601230000001234500001".into(), mode: Some('T'), unlisted: Exposed("2".into()) };
    let header = Header { mti: "1644".into(), function_code: "697".into(), data, number: 1 };
    let wire = to_vec(&IPM_EBCDIC, Mti::FINANCIAL_REQUEST, &header).unwrap();
    assert_eq!(read::<Header>(&IPM_EBCDIC, &wire).unwrap(), header);
    assert_eq!(
        Message::parse(&IPM_EBCDIC, &wire).unwrap().path("48.0105").unwrap(),
        header.data.file_id.as_str()
    );

    let amounts = BTreeMap::from([("97", -1_234_567)]);
    let wire = to_vec(&ISO93_BCD, Mti::FINANCIAL_REQUEST, &amounts).unwrap();
    #[derive(Deserialize)]
    struct Net {
        amount_net_reconciliation: i64,
    }
    assert_eq!(read::<Net>(&ISO93_BCD, &wire).unwrap().amount_net_reconciliation, -1_234_567);
}
