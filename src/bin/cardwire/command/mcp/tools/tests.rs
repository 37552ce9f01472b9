use super::*;

fn said(arguments: &Value) -> Map<String, Value> {
    arguments.as_object().cloned().expect("an object")
}

/// What is said of a fault.
fn fault(fault: &Fault) -> String {
    let response = fault.response(&Value::Null);
    format!("{} {}", response["error"]["code"], response["error"]["message"].as_str().unwrap_or_default())
}

#[test]
fn a_tool_is_a_line_of_the_command() {
    for (name, arguments, wanted) in [
        ("decode", json!({ "input": "0200" }), "decode"),
        (
            "decode",
            json!({ "file": "-x", "spec": "a", "framing": "b", "format": "ndjson" }),
            "decode --spec=a --framing=b --format=ndjson -- -x",
        ),
        (
            "check",
            json!({ "file": "f", "spec": "a", "profile": "p", "pairs": true }),
            "check --spec=a --profile=p --pairs -- f",
        ),
        ("check", json!({ "file": "f", "pairs": false }), "check -- f"),
        ("probe", json!({ "file": "f" }), "probe -- f"),
        ("code", json!({ "code": "51" }), "code -- 51"),
        ("code", json!({ "code": "51", "kind": "response" }), "code -- response 51"),
        ("spec", json!({ "action": "list" }), "spec list"),
        ("spec", json!({ "action": "framings", "spec": "x", "numbers": [2] }), "spec framings"),
        ("spec", json!({ "action": "show", "spec": "x" }), "spec show -- x"),
        ("spec", json!({ "action": "show", "spec": "x", "numbers": [2, 39] }), "spec show -- x 2 39"),
        ("spec", json!({ "action": "check", "spec": "x", "numbers": [2] }), "spec check -- x"),
    ] {
        let words = words(name, &said(&arguments)).ok().expect("a line");
        assert_eq!(words.join(" "), wanted);
    }
    for action in ["show", "check"] {
        let found = words("spec", &said(&json!({ "action": action }))).expect_err("a fault");
        assert_eq!(fault(&found), "-32602 spec says which spec or file");
    }
}

/// Each tool with what it needs, without one of that, and with one that it does not know.
#[test]
fn each_tool_says_what_it_needs() {
    let objects = json!([{}, {}]);
    for tool in &TOOLS {
        let needed: Vec<(&str, Value)> = tool
            .arguments
            .iter()
            .filter(|argument| argument.is_needed || argument.name == "input")
            .map(|argument| {
                let value = match argument.kind {
                    Kind::Text => json!("x"),
                    Kind::OneOf(words) => json!(words.first()),
                    Kind::Objects => objects.clone(),
                    Kind::Flag => json!(true),
                    Kind::Numbers => json!([2]),
                };
                (argument.name, value)
            })
            .collect();
        let all: Map<String, Value> =
            needed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        assert!(tool.check(&all).is_ok(), "{}", tool.name);
        for (name, _) in &needed {
            let mut less = all.clone();
            less.remove(*name);
            let found = tool.check(&less).err().map(|found| fault(&found)).unwrap_or_default();
            let what =
                tool.arguments.iter().find(|argument| argument.name == *name).map_or("", |found| found.what);
            let wanted = match *name {
                "input" => "-32602 either input or file says where the messages are".to_owned(),
                name => format!("-32602 {name} is needed: {what}"),
            };
            assert_eq!(found, wanted);
        }
        let mut more = all.clone();
        more.insert("expose".into(), json!(true));
        let names: Vec<&str> = tool.arguments.iter().map(|argument| argument.name).collect();
        let wanted = format!("-32602 {} takes no such argument; it takes {}", tool.name, names.join(", "));
        assert_eq!(tool.check(&more).err().map(|found| fault(&found)), Some(wanted));
    }
}

/// Each argument with each kind of value.
#[test]
fn each_argument_has_its_kind() {
    for (tool, argument) in TOOLS.iter().flat_map(|tool| tool.arguments.iter().map(move |one| (tool, one))) {
        for (value, kinds) in [
            (json!("x"), "text"),
            (json!("a\0b"), if argument.name == "input" { "text" } else { "" }),
            (json!(true), "flag"),
            (json!(7), ""),
            (json!(null), ""),
            (json!({}), "objects"),
            (json!([{}]), "objects"),
            (json!([]), "numbers"),
            (json!([1, 192]), "numbers"),
            (json!([0]), ""),
            (json!([193]), ""),
            (json!([2, "x"]), ""),
            (json!([{}, 7]), ""),
        ] {
            let kind = match argument.kind {
                Kind::Text => "text",
                Kind::Flag => "flag",
                Kind::OneOf(_) => "one of",
                Kind::Numbers => "numbers",
                Kind::Objects => "objects",
            };
            assert_eq!(argument.admits(&value), kinds == kind, "{} {} {value}", tool.name, argument.name);
        }
        if let Kind::OneOf(words) = argument.kind {
            assert!(words.iter().all(|word| argument.admits(&json!(word))));
        }
        let schema = argument.schema();
        assert_eq!(schema["description"], argument.what);
        let wanted = match argument.kind {
            Kind::Text | Kind::OneOf(_) => json!("string"),
            Kind::Flag => json!("boolean"),
            Kind::Numbers => json!("array"),
            Kind::Objects => json!(["object", "array"]),
        };
        assert_eq!(schema["type"], wanted);
    }
}

#[test]
fn a_card_number_is_no_name() {
    let [decode, ..] = &TOOLS;
    for (name, is_right) in [("input", true), ("spec", false), ("framing", false)] {
        let mut arguments = said(&json!({ "input": "0200" }));
        arguments.insert(name.into(), json!("4111111111111111"));
        let wanted = (!is_right).then(|| format!("-32602 {name} holds a card number"));
        assert_eq!(decode.check(&arguments).err().map(|found| fault(&found)), wanted);
    }
    let both = said(&json!({ "input": "0200", "file": "x" }));
    let found = decode.check(&both).err().map(|found| fault(&found));
    assert_eq!(found.as_deref(), Some("-32602 either input or file says where the messages are"));
    assert!(decode.check(&said(&json!({ "file": "x" }))).is_ok());
}

#[test]
fn a_result_says_how_the_command_ended() {
    let run =
        |code, is_cut| Run { code, out: "out\n".into(), err: "card 4111111111111111\nb\n".into(), is_cut };
    let text = "out\ncard 411111******1111\nb\n";
    let text = text.replace("411111******1111", &masked("4111111111111111"));
    for (code, is_cut, more, is_error) in [
        (Some(0), false, "", false),
        (Some(1), false, "", true),
        (Some(0), true, "\nthere is more, which is not shown", false),
        (None, false, "\nthe tool took too long and was ended", true),
    ] {
        let found = result(&run(code, is_cut));
        assert_eq!(found["content"], json!([{ "type": "text", "text": format!("{text}{more}") }]));
        assert_eq!(found["isError"], is_error);
    }
    let line = "x 4111111111111111 é";
    let hidden = masked(line);
    assert!(hidden.contains('*') && !hidden.contains("4111111111111111"), "{hidden}");
    assert_eq!(hidden.chars().count(), line.chars().count());
    assert!(hidden.starts_with("x ") && hidden.ends_with(" é"), "{hidden}");
    assert_eq!(
        withheld("0200AB", "listing"),
        "a message of 3 bytes, whose octets are not shown because it holds \
        private data; cardwire encode prints them:\nlisting"
    );
}
