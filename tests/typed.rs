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
    response: Option<Response>,
    #[serde(rename = "41")]
    terminal: String,
    #[serde(rename = "52")]
    pin: Option<Exposed<[u8; 8]>>,
    #[serde(rename = "55")]
    icc: Option<Icc>,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone, Copy)]
enum Response {
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
    let response = prop::option::of(prop_oneof![Just(Response::Approved), Just(Response::InsufficientFunds)]);
    let texts = ("[0-9]{8,19}", ["[0-9]{2}", "[0-9]{2}", "[0-9]{2}"], "[A-Z0-9]{8}");
    let pin = prop::option::of(any::<[u8; 8]>());
    (money, 0..999_999u32, response, texts, pin, prop::option::of(icc)).prop_map(
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
    assert_eq!(error.to_string(), "field 2 at byte 20: private: use expose to read it");
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
fn an_error_names_the_element_and_the_field_of_the_struct() {
    #[derive(Serialize, Deserialize, Debug, Default)]
    struct Chip {
        #[serde(rename = "9F26", skip_serializing_if = "Option::is_none")]
        cryptogram: Option<Exposed<[u8; 8]>>,
        terminal_verification_results: [u8; 5],
        #[serde(skip_serializing_if = "Option::is_none")]
        nonsense: Option<u8>,
    }
    #[derive(Serialize, Deserialize, Debug)]
    struct Purchase {
        systems_trace_audit_number: u32,
        integrated_circuit_card_data: Chip,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Wrong {
        amuont: u64,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Bytes {
        systems_trace_audit_number: u8,
    }
    let wire = |icc: &[u8]| {
        let mut builder = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST);
        if !icc.is_empty() {
            builder.set(55, icc);
        }
        builder.set(11, 654_321).to_vec().unwrap()
    };
    let said = |error: cardwire::Error| (error.struct_field(), error.to_string());
    let missing = read::<Purchase>(&ISO87_BCD, &wire(&[])).unwrap_err();
    let name = "integrated_circuit_card_data";
    assert_eq!(said(missing), (Some(name), format!("field 55 ({name}) is not present")));
    assert_eq!((missing.kind(), missing.field()), (ErrorKind::Missing, Some(55)));
    let missing = read::<Purchase>(&ISO87_BCD, &wire(b"\x9F\x36\x02\x00\x01")).unwrap_err();
    let name = "terminal_verification_results";
    assert_eq!(said(missing), (Some(name), format!("field 55, part 95 ({name}) is not present")));
    let wrong = read::<Bytes>(&ISO87_BCD, &wire(&[])).unwrap_err();
    let text = "field 11 (systems_trace_audit_number) at byte 10: the number is out of range";
    assert_eq!(said(wrong), (Some("systems_trace_audit_number"), text.into()));
    let wrong = read::<Wrong>(&ISO87_BCD, &wire(&[])).unwrap_err();
    assert_eq!(said(wrong).1, "struct field amuont: the spec has no element of that name");
    assert_eq!(wrong.kind(), ErrorKind::Undefined);

    let chip = |nonsense| Chip { nonsense, ..Chip::default() };
    let written = |sale: &Purchase| to_vec(&ISO87_BCD, Mti::FINANCIAL_REQUEST, sale).map(|_| ()).unwrap_err();
    let mut sale = Purchase { systems_trace_audit_number: 1, integrated_circuit_card_data: chip(Some(1)) };
    assert_eq!(
        said(written(&sale)).1,
        "field 55, struct field nonsense: the spec has no element of that name"
    );
    sale.integrated_circuit_card_data = chip(None);
    assert!(to_vec(&ISO87_BCD, Mti::FINANCIAL_REQUEST, &sale).is_ok());
    let unknown = to_vec(&ISO87_BCD, Mti::FINANCIAL_REQUEST, &chip(None)).unwrap_err();
    let text = "struct field terminal_verification_results: the spec has no element of that name";
    assert_eq!(said(unknown).1, text);
    // the key of a map may be content
    let secret = BTreeMap::from([("4111111111111111", 1)]);
    let unknown = to_vec(&ISO87_BCD, Mti::FINANCIAL_REQUEST, &secret).unwrap_err();
    assert_eq!(said(unknown), (None, "message at byte 0: the spec has no element of that name".into()));
}

#[test]
fn message_types_and_bitmaps_are_fields_and_go_to_other_formats() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Typed {
        mti: Mti,
        systems_trace_audit_number: u32,
    }
    let typed = Typed { mti: Mti::REVERSAL_ADVICE, systems_trace_audit_number: 7 };
    let wire = to_vec(&ISO87_BCD, Mti::FINANCIAL_REQUEST, &typed).unwrap();
    assert_eq!(wire[..2], [0x04, 0x20]);
    assert_eq!(read::<Typed>(&ISO87_BCD, &wire).unwrap(), typed);
    let bitmap = cardwire::Bitmap::from([2, 39, 192]);
    let text = serde_json::to_string(&(Mti::NETWORK_REQUEST, bitmap)).unwrap();
    assert_eq!(text, r#"["0800",[2,39,192]]"#);
    assert_eq!(
        serde_json::from_str::<(Mti, cardwire::Bitmap)>(&text).unwrap(),
        (Mti::NETWORK_REQUEST, bitmap)
    );
    for bad in [r#"["080",[]]"#, r#"["0800",[0]]"#, r#"["0800",[193]]"#, r#"[800,[]]"#] {
        assert!(serde_json::from_str::<(Mti, cardwire::Bitmap)>(bad).is_err(), "{bad}");
    }
    let said = serde_json::from_str::<Mti>("800").unwrap_err().to_string();
    assert!(said.contains("expected four digits"), "{said}");
}

#[test]
fn what_a_struct_or_an_enum_does_not_have_is_said_so() {
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Only {
        mti: String,
        #[serde(rename = "2")]
        pan: Exposed<String>,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Reference {
        retrieval_reference_number: Response,
    }
    let wire = sale(&ISO87_ASCII);
    let error = read::<Only>(&ISO87_ASCII, &wire).unwrap_err();
    assert_eq!(error.to_string(), "field 3 at byte 0: the struct has no field for it");
    let error = read::<Reference>(&ISO87_ASCII, &wire).unwrap_err();
    let text = "the enum has no variant for this value";
    assert!(error.to_string().ends_with(text), "{error}");
    assert_eq!((error.field(), error.struct_field()), (Some(37), Some("retrieval_reference_number")));
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
        _reference: Response,
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

/// Chip data as numbers and as text.
#[derive(Serialize, Deserialize, Debug, PartialEq, Clone, Default)]
struct Amounts {
    #[serde(rename = "9F02")]
    authorized: u64,
    #[serde(rename = "9F03", skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    #[serde(rename = "5F2A")]
    currency: u16,
    #[serde(rename = "9F41")]
    counter: u32,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone, Default)]
struct Purchase {
    #[serde(rename = "11", skip_serializing_if = "Option::is_none")]
    stan: Option<String>,
    #[serde(rename = "52", skip_serializing_if = "Option::is_none")]
    pin: Option<Vec<u8>>,
    #[serde(rename = "55")]
    icc: Amounts,
}

#[test]
fn amounts_in_chip_data_are_the_numbers_that_were_given() {
    let icc = Amounts { authorized: 12_345, other: Some("7".into()), currency: 978, counter: 123 };
    let purchase = Purchase { icc, ..Purchase::default() };
    for spec in SPECS {
        let wire = to_vec(spec, Mti::FINANCIAL_REQUEST, &purchase).unwrap();
        let message = Message::parse(spec, &wire).unwrap();
        let octets: Vec<u8> = message.expose(55).unwrap().octets().collect();
        let objects = "9F02060000000123459F03060000000000075F2A0209789F410400000123";
        assert_eq!(octets.iter().map(|octet| format!("{octet:02X}")).collect::<String>(), objects);
        let mut read: Purchase = from_message(&message).unwrap();
        assert_eq!(read.icc.other.take().as_deref(), Some("000000000007"));
        read.icc.other = Some("7".into());
        assert_eq!(read, purchase);
    }
}

#[test]
fn what_is_too_short_in_a_struct_is_refused() {
    let purchase = Purchase::default();
    let with = |stan: Option<&str>, pin: Option<Vec<u8>>| Purchase {
        stan: stan.map(Into::into),
        pin,
        ..purchase.clone()
    };
    for spec in SPECS {
        for (purchase, number) in [(with(Some(""), None), 11), (with(None, Some(vec![4, 0x12, 0x25])), 52)] {
            let error = to_vec(spec, Mti::FINANCIAL_REQUEST, &purchase).unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::TooShort, Some(number)));
        }
    }
}

/// An MTI that is none is told as such, and not as an element of the struct.
#[test]
fn a_wrong_type_is_told_at_its_place() {
    #[derive(Serialize)]
    struct Typed {
        mti: &'static str,
    }
    for mti in ["020", "02000", "02X0"] {
        let error = to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &Typed { mti }).unwrap_err();
        assert_eq!((error.field(), error.kind()), (None, ErrorKind::MtiDigit), "{mti}: {error}");
        assert!(error.to_string().starts_with("MTI"), "{mti}: {error}");
        assert_eq!(error.struct_field(), None, "{mti}: {error}");
    }
}

/// The MTI is one of the values where the struct has it.
#[test]
fn values_know_the_type_of_their_struct() {
    #[derive(Serialize)]
    struct Typed {
        mti: &'static str,
    }
    #[derive(Serialize)]
    struct Untyped {
        systems_trace_audit_number: u32,
    }
    let values = to_values(&ISO87_ASCII, &Typed { mti: "0420" }).unwrap();
    assert_eq!(values.mti().map(|mti| mti.to_string()).as_deref(), Some("0420"));
    let values = to_values(&ISO87_ASCII, &Untyped { systems_trace_audit_number: 7 }).unwrap();
    assert_eq!(values.mti(), None);
}

/// What can be of any type gets the text of a value that is there once, and not a list of one.
#[test]
fn a_value_of_any_type_is_its_text() {
    let all: BTreeMap<String, Exposed<serde_json::Value>> = read(&ISO87_BCD, &sale(&ISO87_BCD)).unwrap();
    let text = |name: &str| all.get(name).and_then(|value| value.0.as_str());
    assert_eq!((text("2"), text("37")), (Some("4111111111111111"), Some("632700000007")));
}

/// A name that is too long to be a tag is none, though its letters are hexadecimal digits.
#[test]
fn a_long_name_of_hexadecimal_digits_is_no_tag() {
    #[derive(Serialize)]
    struct Long {
        deadbeef: u8,
    }
    let error = to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &Long { deadbeef: 1 }).unwrap_err();
    assert_eq!((error.kind(), error.struct_field()), (ErrorKind::Undefined, Some("deadbeef")), "{error}");
    #[derive(Deserialize, Debug)]
    struct LongRead {
        #[serde(rename = "deadbeef")]
        _long: u8,
    }
    let error = read::<LongRead>(&ISO87_ASCII, &sale(&ISO87_ASCII)).unwrap_err();
    assert_eq!((error.kind(), error.struct_field()), (ErrorKind::Undefined, Some("deadbeef")), "{error}");
}
