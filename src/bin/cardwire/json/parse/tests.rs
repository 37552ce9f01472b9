use super::*;

/// A value of each kind that JSON has, and its name.
const KINDS: [(&str, &str); 9] = [
    ("true", "truth"),
    ("7", "number"),
    ("-7", "negative"),
    ("0.5", "fraction"),
    ("\"x\"", "string"),
    ("null", "null"),
    ("[]", "list"),
    ("{}", "object"),
    ("18446744073709551616", "fraction"),
];

/// What is said of an object, without the place.
fn told(object: &str) -> String {
    match Record::parse(object.as_bytes()) {
        Ok(_) => String::new(),
        Err(trouble) => trouble.rsplit_once(" at column ").expect("a column").0.to_owned(),
    }
}

/// Each kind of value in each place where one can stand: those that the contract admits, and the words of the others.
#[test]
fn every_kind_of_value_in_every_place() {
    let header = "a header is a string of hexadecimal digits";
    let digits = "a header: expected hexadecimal digits";
    for (place, admitted, words) in [
        ("@", "object", "expected an object with \"mti\" and \"fields\""),
        ("{\"fields\":@}", "object", "expected an object of fields"),
        ("{\"mti\":@}", "", "\"mti\" is not four digits"),
        ("{\"station\":@}", "", header),
        ("{\"header\":@}", "", header),
        ("{\"bitmaps\":@}", "", "\"bitmaps\" is a number up to 3"),
        ("{\"masked\":@}", "", "\"masked\" is true or false"),
        ("{\"origin\":@}", "truth number negative fraction string null list object", ""),
        ("{\"checks\":@}", "truth number negative fraction string null list object", ""),
        (
            "{\"fields\":{\"2\":@}}",
            "number negative string list",
            "expected a string, a number or a list of [key, value]",
        ),
        ("{\"fields\":{\"2\":[@]}}", "", "expected a pair [key, value]"),
        (
            "{\"fields\":{\"2\":[[\"1\",@]]}}",
            "number negative string list",
            "expected a string, a number or a list of [key, value]",
        ),
        ("{\"fields\":{\"2\":[[@,\"1\"]]}}", "string", "expected a pair [key, value]"),
        ("{\"fields\":{\"2\":[[\"1\",\"1\",@]]}}", "", "expected a pair [key, value]"),
    ] {
        for (value, kind) in KINDS {
            let wanted = match (admitted.split(' ').any(|admitted| admitted == kind), kind) {
                (true, _) => "",
                (_, "truth") if place.contains("masked") => "the message is masked: decode it with --expose",
                (_, "string") if words == header => digits,
                (_, "fraction") if admitted.contains("negative") => {
                    "a number is a whole one of at most 64 bits; a longer one is a string"
                }
                _ => words,
            };
            let object = place.replace('@', value);
            let found = told(&object);
            match wanted {
                _ if wanted == digits => assert!(found.starts_with("a header: "), "{object}: {found}"),
                _ => assert_eq!(found, wanted, "{object}"),
            }
        }
    }
}

#[test]
fn names_of_members_and_fields() {
    let number = "the key of a field is not a number from 2 to 192";
    for (object, words) in [
        ("{\"error\":1}", "this is an error, not a message"),
        ("{\"x\":1}", "only station, header, mti, bitmaps, fields and origin are known"),
        ("{\"fields\":{\"x\":1}}", number),
        ("{\"fields\":{\"256\":1}}", number),
        ("{\"fields\":{\"-1\":1}}", number),
        ("{\"fields\":{\"2\":1,\"2\":1}}", "a field is there twice"),
        ("{\"fields\":{\"2\":1,\"3\":1}}", ""),
        ("{\"mti\":\"0200\",\"mti\":\"0200\"}", "a member is there twice"),
        ("{\"origin\":1,\"origin\":1}", "a member is there twice"),
        ("{\"mti\":\"020\"}", "\"mti\" is not four digits"),
        ("{\"mti\":\"020X\"}", "\"mti\" is not four digits"),
        ("{\"bitmaps\":3}", ""),
        ("{\"bitmaps\":0}", ""),
        ("{\"bitmaps\":4}", "\"bitmaps\" is a number up to 3"),
        ("{\"masked\":false}", ""),
        ("{\"fields\":{\"2\":[[\"1\"]]}}", "expected a pair [key, value]"),
        ("{\"fields\":{\"2\":[[]]}}", "expected a pair [key, value]"),
    ] {
        assert_eq!(told(object), words, "{object}");
    }
}

/// All that an object says, in a record.
#[test]
fn values_arrive_as_they_are() {
    let object = r#"{"station":"6000","header":"49534F","mti":"0210","bitmaps":2,"masked":false,"origin":{"a":[1]},
        "fields":{"2":"4242","4":12300,"5":-7,"55":[["95","00"],["9F26",[["1",3]]]],"6":18446744073709551615}}"#;
    let record = Record::parse(object.replace('\n', "").as_bytes()).expect("an object");
    assert_eq!((record.station.as_slice(), record.header.as_slice()), (&[0x60, 0][..], b"ISO".as_slice()));
    assert_eq!(record.mti.map(|mti| mti.to_string()).as_deref(), Some("0210"));
    assert_eq!((record.bitmaps, record.is_jpos), (2, false));
    let text = |text: &str| Json::Text(text.to_owned());
    let pair = |name: &str, json: Json| (name.to_owned(), json);
    let inner = Json::Pairs(vec![pair("1", Json::Number(3))]);
    let wanted = [
        (2, text("4242")),
        (4, Json::Number(12_300)),
        (5, Json::Negative(-7)),
        (55, Json::Pairs(vec![pair("95", text("00")), pair("9F26", inner)])),
        (6, Json::Number(u64::MAX)),
    ];
    assert!(record.fields == wanted, "in the order of the object");
}

/// What no row describes: hidden unless it is exposed, and redacted to as many characters.
#[test]
fn values_without_a_row_are_hidden() {
    use super::super::{Left, Shown};
    let pairs =
        Json::Pairs(vec![("123456789".into(), Json::Number(7)), ("12345678".into(), Json::Octets(vec![1]))]);
    for (json, masked, exposed, redacted) in [
        (Json::Text("Ab 7-é".into()), "******", "Ab 7-é", "XX 0-X"),
        (Json::Octets(vec![0x41, 0x1F]), "****", "411F", "0000"),
        (Json::Number(17), "*", "17", "0"),
        (Json::Negative(-17), "*", "-17", "0"),
        (pairs, "*", "*", "*"),
    ] {
        let left = Left { number: 7, json, is_unknown: true, why: "some reason".into() };
        assert_eq!(left.json.shown(Shown::Masked), masked);
        assert_eq!(left.json.shown(Shown::Exposed), exposed);
        let changed = left.redacted();
        assert_eq!(changed.json.shown(Shown::Exposed), redacted);
        assert_eq!((changed.number, changed.is_unknown, changed.why.as_str()), (7, true, "some reason"));
        assert_eq!(left.to_string(), "field 7: some reason");
        if let Json::Pairs(pairs) = changed.json {
            // no tag is as long as nine characters
            let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["?", "12345678"]);
            assert!(pairs.iter().all(|(_, json)| *json == Json::Number(0) || *json == Json::Octets(vec![0])));
        }
    }
    let named =
        Left { number: 7, json: Json::Number(1), is_unknown: false, why: "field 7 at byte 3: x".into() };
    assert_eq!(named.to_string(), "field 7 at byte 3: x");
}
