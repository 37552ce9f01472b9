//! `cardwire mcp`: a client that speaks the Model Context Protocol to it, and one that means harm.

use serde_json::{Value, json};

use super::secrets::misread::Misread;
use super::secrets::oracle::Needles;
use super::secrets::{Dice, Secrets};
use super::{REQUEST, cardwire, file, hex};

/// What the server writes to these lines, a response each.
fn served(args: &[&str], lines: impl Into<Vec<u8>>) -> Vec<Value> {
    let done = cardwire(&[&["mcp"], args].concat(), lines);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{}", done.out);
    done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn request(id: usize, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string() + "\n"
}

fn call(id: usize, tool: &str, arguments: &Value) -> String {
    request(id, "tools/call", &json!({ "name": tool, "arguments": arguments }))
}

/// What a tool said, and whether it failed.
fn told(response: &Value) -> (&str, bool) {
    let result = &response["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{response}"));
    (text, result["isError"].as_bool().unwrap())
}

/// The text of one call that goes well.
fn good(tool: &str, arguments: Value) -> String {
    let responses = served(&[], call(1, tool, &arguments));
    let (text, is_error) = told(&responses[0]);
    assert!(!is_error, "{text}");
    text.to_owned()
}

fn code(response: &Value) -> i64 {
    response["error"]["code"].as_i64().unwrap_or_else(|| panic!("{response}"))
}

#[test]
fn a_client_is_met_in_its_version_and_finds_the_tools() {
    for (asked, given) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2031-01-01", "2025-06-18"),
    ] {
        let client = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "0" } });
        let initialized =
            json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string() + "\n";
        let lines = request(0, "initialize", &client) + &initialized + &request(1, "tools/list", &json!({}));
        let responses = served(&[], lines);
        // the notification has no response
        assert_eq!(responses.len(), 2);
        let hello = &responses[0]["result"];
        assert_eq!((&responses[0]["id"], &hello["protocolVersion"]), (&json!(0), &json!(given)));
        assert_eq!(hello["serverInfo"]["name"], "cardwire");
        assert!(hello["capabilities"]["tools"].is_object());
        let tools = responses[1]["result"]["tools"].as_array().unwrap();
        let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["decode", "encode", "probe", "check", "code", "spec"]);
        for tool in tools {
            let schema = &tool["inputSchema"];
            assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
            let properties = schema["properties"].as_object().unwrap();
            assert!(
                !properties.keys().any(|name| name.contains("expose") || name.contains("mask")),
                "{tool}"
            );
            assert!(
                schema["required"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|name| properties.contains_key(name.as_str().unwrap()))
            );
        }
    }
}

#[test]
fn every_tool_does_what_the_command_does() {
    let listing = good("decode", json!({ "input": hex(REQUEST.as_bytes()), "spec": "iso87-ascii" }));
    assert_eq!(listing, super::good(&["decode", "-s", "iso87-ascii"], hex(REQUEST.as_bytes())));
    assert!(listing.contains("411111******1111") && !listing.contains("4111111111111111"), "{listing}");
    let path = file("mcp.hex", hex(REQUEST.as_bytes()).as_bytes());
    let lines = json!({ "file": path.to_str().unwrap(), "spec": "iso87-ascii", "format": "ndjson" });
    assert!(good("decode", lines).starts_with(r#"{"mti":"0200","fields":{"2":"411111******1111""#));
    let found = good("probe", json!({ "input": hex(REQUEST.as_bytes()) }));
    assert!(found.contains("iso87-ascii"), "{found}");
    let checked = json!({ "input": hex(REQUEST.as_bytes()), "spec": "iso87-ascii" });
    assert!(good("check", checked).contains("ok"));
    assert!(good("code", json!({ "kind": "response", "code": "51" })).contains("insufficient funds"));
    assert!(
        good("spec", json!({ "action": "show", "spec": "iso87-bcd", "numbers": [2, 39] }))
            .contains("Response code")
    );
    assert!(good("spec", json!({ "action": "list" })).contains("unionpay-pos"));
    assert!(good("spec", json!({ "action": "framings" })).contains("binary2-inclusive"));
    let echo = json!({ "mti": "0800", "fields": { "11": "000001", "70": "301" } });
    let octets = good("encode", json!({ "objects": echo, "spec": "iso87-ascii", "framing": "ascii4" }));
    assert_eq!(octets, echo_of(&["-s", "iso87-ascii", "-F", "ascii4"]));
}

/// What `encode` makes of an echo with these arguments.
fn echo_of(args: &[&str]) -> String {
    let object = json!({ "mti": "0800", "fields": { "11": "000001", "70": "301" } });
    super::good(&[&["encode"], args].concat(), object.to_string())
}

#[test]
fn what_goes_wrong_in_a_tool_is_said_by_the_tool() {
    let lines = [
        call(1, "decode", &json!({ "input": "0200", "spec": "iso87-ascii" })),
        call(2, "decode", &json!({ "input": "0200", "spec": "no-such-spec" })),
        call(3, "code", &json!({ "kind": "response", "code": "ZZ" })),
        call(4, "decode", &json!({ "file": "/no/such/file", "spec": "iso87-ascii" })),
        call(
            5,
            "encode",
            &json!({ "objects": [{ "mti": "0800", "fields": { "11": "x" } }], "spec": "iso87-ascii" }),
        ),
        // words that look like options are none
        call(6, "decode", &json!({ "input": hex(REQUEST.as_bytes()), "spec": "--expose" })),
        call(7, "decode", &json!({ "file": "--expose", "spec": "iso87-ascii" })),
        call(8, "code", &json!({ "code": "--help" })),
    ];
    let count = lines.len();
    let responses = served(&[], lines.concat());
    assert_eq!(responses.len(), count);
    for (index, response) in responses.iter().enumerate() {
        let (text, is_error) = told(response);
        assert!(is_error && !text.trim().is_empty() && response["id"] == index + 1, "{response}");
    }
    assert!(told(&responses[4]).0.contains("field 11"), "{}", responses[4]);
}

#[test]
fn what_is_no_request_has_an_error_and_the_next_is_served() {
    let deep = "[".repeat(100_000);
    let wrong: Vec<(String, i64)> = vec![
        ("{".into(), -32700),
        ("\u{0}\u{1}".into(), -32700),
        (deep, -32700),
        ("42".into(), -32600),
        ("[]".into(), -32600),
        (r#"{"id":1,"method":"ping"}"#.into(), -32600),
        (r#"{"jsonrpc":"2.0","id":1}"#.into(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#.into(), -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.into(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#.into(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#.into(), -32601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#.into(), -32602),
        (call(1, "send", &json!({})), -32602),
        (call(1, "decode", &json!({})), -32602),
        (call(1, "decode", &json!({ "input": "00", "file": "x" })), -32602),
        (call(1, "decode", &json!({ "input": 7 })), -32602),
        (call(1, "decode", &json!({ "input": "00", "expose": true })), -32602),
        (call(1, "decode", &json!({ "input": "00", "format": "isomsg" })), -32602),
        (call(1, "decode", &json!({ "input": "00", "spec": "a\u{0}b" })), -32602),
        (call(1, "decode", &json!({ "input": "00", "spec": "4111111111111111" })), -32602),
        (call(1, "code", &json!({ "code": "4111111111111111" })), -32602),
        (call(1, "spec", &json!({ "action": "convert", "spec": "iso87-ascii" })), -32602),
        (call(1, "spec", &json!({ "action": "show", "spec": "iso87-ascii", "numbers": [0] })), -32602),
        ("x".repeat(300_000), -32600),
    ];
    let ping = request(99, "ping", &json!({}));
    let lines: String = wrong.iter().map(|(line, _)| format!("{}\n{ping}", line.trim_end())).collect();
    let responses = served(&["--max-line", "200000"], lines);
    assert_eq!(responses.len(), 2 * wrong.len());
    for ((line, expected), pair) in wrong.iter().zip(responses.chunks(2)) {
        let start: String = line.chars().take(80).collect();
        assert_eq!(code(&pair[0]), *expected, "{start}: {}", pair[0]);
        assert!(!pair[0].to_string().contains("4111111111111111"), "{}", pair[0]);
        assert_eq!(pair[1], json!({ "jsonrpc": "2.0", "id": 99, "result": {} }), "{start}");
    }
}

#[test]
fn octets_that_are_no_text_and_an_end_without_a_line_end_are_served() {
    let mut lines = vec![0xFF, 0xFE, b'\n'];
    lines.extend(request(5, "ping", &json!({})).trim_end().bytes());
    let responses = served(&[], lines);
    assert_eq!((code(&responses[0]), &responses[1]["id"]), (-32700, &json!(5)));
}

#[test]
fn a_batch_has_a_batch_of_responses() {
    let ping = json!({ "jsonrpc": "2.0", "id": "a", "method": "ping" });
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled" });
    let responses =
        served(&[], json!([ping, note, 7]).to_string() + "\n" + &json!([note]).to_string() + "\n");
    assert_eq!(responses.len(), 1);
    let batch = responses[0].as_array().unwrap();
    assert_eq!((batch.len(), &batch[0]["id"], code(&batch[1])), (2, &json!("a"), -32600));
}

/// A pipe that nobody writes to is read for ever, however fast the machine is.
#[test]
fn a_tool_that_takes_too_long_is_ended() {
    // that of a run before must go first, for to write to it would wait for ever, too
    let pipe = file("mcp.none", b"").with_file_name("mcp.pipe");
    let _ = std::fs::remove_file(&pipe);
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let arguments = json!({ "file": pipe.to_str().unwrap(), "spec": "iso87-ascii" });
    for timeout in ["0ms", "200ms"] {
        let responses = served(&["--timeout", timeout], call(1, "decode", &arguments));
        let (text, is_error) = told(&responses[0]);
        assert!(is_error && text.contains("the tool took too long and was ended"), "{text}");
    }
}

#[test]
fn octets_with_private_data_are_not_given() {
    let fields = [
        json!({ "2": "4111111111111111" }),
        json!({ "35": "4242424242424242=29122011234" }),
        json!({ "52": "0123456789ABCDEF" }),
        json!({ "43": "CARD 5555444433331111 OF A CUSTOMER     " }),
        json!({ "55": [["5A", "6212345678901232"]] }),
    ];
    for spec in ["iso87-ascii", "iso87-bcd", "iso87-ebcdic"] {
        for fields in &fields {
            let object = json!({ "mti": "0200", "fields": fields });
            let exposed = cardwire(&["encode", "-s", spec], object.to_string());
            assert_eq!(exposed.code, 0, "{}", exposed.err);
            let text = good("encode", json!({ "objects": object, "spec": spec }));
            assert!(!text.contains(exposed.out.trim()) && text.contains('*'), "{spec}: {text}");
            for pan in ["4111111111111111", "4242424242424242", "5555444433331111", "6212345678901232"] {
                assert!(!text.contains(pan), "{spec}: {text}");
            }
        }
    }
}

/// The property of privacy: whatever is read with whatever spec, no tool shows more of it than chance does.
#[test]
fn no_tool_shows_card_data_of_messages_that_are_read_wrong() {
    let specs =
        ["iso87-ascii", "iso87-bcd", "iso87-ebcdic", "unionpay-pos", "iso93-ascii-binary", "ipm-ebcdic"];
    let case = |seed: u64, other: u64| {
        let secrets = Secrets::new(&mut Dice::seeded(seed ^ other << 40), seed);
        (Misread::new(&mut Dice::seeded(seed ^ 0x3C9), &secrets), secrets)
    };
    let texts = |seed: u64, other: u64, spec: &str| -> Vec<String> {
        let input = hex(&case(seed, other).0.octets);
        let calls = ["text", "ndjson", "hexdump"]
            .map(|format| json!({ "input": input, "spec": spec, "format": format }));
        let mut lines: String = calls.iter().map(|arguments| call(1, "decode", arguments)).collect();
        lines += &call(1, "check", &json!({ "input": input, "spec": spec, "profile": "iso87" }));
        lines += &call(1, "probe", &json!({ "input": input, "spec": spec }));
        served(&[], lines)
            .iter()
            .map(|response| response["result"]["content"][0]["text"].to_string())
            .collect()
    };
    for (seed, spec) in (0..).zip(specs) {
        let needles = Needles::of(&case(seed, 0).1);
        for (index, text) in texts(seed, 0, spec).iter().enumerate() {
            let Some(found) = needles.found_in(&text.replace("\\n", "\n")) else { continue };
            let by_chance = (1..3).any(|other| needles.found_in(&texts(seed, other, spec)[index]).is_some());
            assert!(by_chance, "{spec}: {found} in\n{text}");
        }
    }
}
