//! The smaller commands.

use super::{REQUEST, cardwire, file, good, hex, request};

#[test]
fn check_names_field_and_byte() {
    let mut broken = request();
    broken[47] = b'X';
    let input = format!("{}\n{}\nzz\n", hex(REQUEST.as_bytes()), hex(&broken));
    let done = cardwire(&["check", "-s", "iso87-ascii", "-p", "iso87", "-i", "hex"], input.clone());
    let wanted = "\
stdin:1: field 7 is mandatory in 0200
stdin:1: field 22 is mandatory in 0200
stdin:1: field 25 is mandatory in 0200
stdin:1: field 41 is mandatory in 0200
stdin:1: field 42 is mandatory in 0200
stdin:2: field 4 at byte 47: expected class n, found a letter
stdin:3: expected a hexadecimal digit, found a letter
";
    assert_eq!(done.out, wanted);
    assert_eq!((done.code, done.err.as_str()), (1, "cardwire: 3 of 3 messages are not as they should be\n"));
    let out = good(&["check", "-s", "iso87-ascii"], hex(REQUEST.as_bytes()));
    assert_eq!(out, "stdin:1: ok\n");
    let done = cardwire(&["check", "-s", "iso87-ascii", "--format", "ndjson"], input);
    assert!(
        done.out.contains(r#"{"origin":"stdin:2","violations":[{"field":4,"byte":47,"message":"field 4 at"#)
    );
}

#[test]
fn check_holds_answers_against_their_questions() {
    let encode = |object: &str| good(&["encode", "-s", "iso87-ascii"], object);
    let question = encode(r#"{"mti":"0800","fields":{"7":"1123061759","11":"000007","70":"301"}}"#);
    let response = encode(r#"{"mti":"0810","fields":{"7":"1123061759","11":"000007","39":"00","70":"001"}}"#);
    let args = ["check", "-s", "iso87-ascii", "-p", "iso87", "--pairs", "-q"];
    let done = cardwire(&args, question + &response);
    assert_eq!(done.out, "stdin:2: field 70 of 0810 is not what the request holds\n");
}

/// A request without a response is no fault of a message, and not passed over.
#[test]
fn check_counts_what_is_not_in_pairs() {
    let message = |mti: &str, stan: u8| {
        let result = if mti.ends_with("10") { r#","39":"00""# } else { "" };
        format!(r#"{{"mti":"{mti}","fields":{{"7":"1123061759","11":"{stan:06}"{result},"70":"301"}}}}"#)
            + "\n"
    };
    let args = ["check", "-s", "iso87-ascii", "-p", "iso87", "--pairs", "-q"];
    for (messages, open, unasked) in [
        (vec![("0800", 1), ("0810", 1)], 0, 0),
        (vec![("0800", 1), ("0801", 1), ("0810", 1)], 0, 0),
        (vec![("0800", 1), ("0810", 2)], 1, 1),
        (vec![("0810", 1), ("0800", 1)], 1, 1),
        (vec![("0800", 1), ("0810", 1), ("0810", 1)], 0, 1),
        (vec![("0800", 1), ("0800", 1), ("0810", 1)], 1, 0),
        (vec![("0800", 1), ("0800", 2), ("0800", 3)], 3, 0),
    ] {
        let objects: String = messages.iter().map(|(mti, stan)| message(mti, *stan)).collect();
        let done = cardwire(&args, objects);
        let words = format!("{open} requests without a response, {unasked} responses without a request");
        assert_eq!(done.err.contains(&words), open + unasked > 0, "{messages:?}: {}", done.err);
        assert_eq!(done.err.contains("not in pairs"), open + unasked > 0, "{messages:?}: {}", done.err);
    }
    let done = cardwire(&[&args[..], &["--lang", "zh"]].concat(), message("0800", 1));
    assert!(done.err.contains("未成对：1条请求没有应答，0条应答没有请求"), "{}", done.err);
}

/// A STAN is a number of its terminal: two terminals may use one at the same time.
#[test]
fn check_pairs_messages_of_one_stan_by_terminal() {
    let encode = |mti: &str, terminal: u8, amount: u32, more: &str| {
        let object = format!(
            r#"{{"mti":"{mti}","fields":{{"3":"000000","4":{amount},"11":7,{more}"41":"TERM000{terminal}"}}}}"#
        );
        good(&["encode", "-s", "iso87-ascii"], object)
    };
    let profile = "name = \"amounts\"\n[[rule]]\nmti = \"0200\"\nmandatory = [3, 4, 11, 41]\n\
        [[rule]]\nmti = \"0210\"\nmandatory = [3, 39]\nechoed = [4, 11, 41]\n";
    let profile = file("pairs-profile.toml", profile.as_bytes());
    let requests = [encode("0200", 1, 100, ""), encode("0200", 2, 200, "")].concat();
    let args = ["check", "-s", "iso87-ascii", "-p", profile.to_str().unwrap(), "--pairs"];
    for (first, second) in [(1, 2), (2, 1)] {
        let response = |terminal: u8| encode("0210", terminal, 100 * u32::from(terminal), "\"39\":\"00\",");
        let done = cardwire(&args, requests.clone() + &response(first) + &response(second));
        assert_eq!((done.code, done.out.matches(": ok").count()), (0, 4), "{}{}", done.out, done.err);
    }
    let done = cardwire(&args, requests + &encode("0210", 2, 100, "\"39\":\"00\","));
    assert_eq!(done.code, 1, "the amount is that of the other terminal: {}", done.out);
}

#[test]
fn profiles_come_from_files() {
    let profile = |name: &str, text: &str| file(name, text.as_bytes()).to_str().unwrap().to_owned();
    let written = r#"
name = "mine"
base = "iso87"

[[rule]]
mti = ["0100", "0200"]
processing = "00"
mandatory = [3, 4, 11]
optional = [2, 55]
conditional = { 23 = "with 55 or approved", 35 = "without 2", 52 = "49 is 156" }
"#;
    let mine = profile("mine-profile.toml", written);
    let check = |profile: &str, input: &str| {
        cardwire(&["check", "-s", "iso87-ascii", "-p", profile, "-i", "hex"], hex(input.as_bytes()))
    };
    let done = check(&mine, REQUEST);
    let wanted = "\
stdin:1: field 23 is mandatory in 0200 when field 55 is there
stdin:1: field 52 is mandatory in 0200 when field 49 is 156
stdin:1: field 49 at byte 62 is not provided for in 0200
";
    assert_eq!((done.code, done.out.as_str()), (1, wanted));
    // the second type of the list, and one that the base knows
    let done = check(&mine, &REQUEST.replacen("0200", "0100", 1));
    assert_eq!(done.out, wanted.replace("0200", "0100"));
    let done = check(&mine, &REQUEST.replacen("0200", "0400", 1));
    assert!(done.out.ends_with("field 90 is mandatory in 0400\n"), "{}", done.out);
    for (text, wanted) in [
        ("name = 'x'\n[[rule]]\nmti = '0200'\nmandatry = [2]", "line 4: rule 1: unknown field `mandatry`"),
        (
            "name = 'x'\n[[rule]]\nmti = 200",
            "line 3: rule 1: expected a message type such as \"0200\", or a list of them",
        ),
        ("name = 'x'\n[[rule]]\nmti = '02OO'", "line 3: rule 1: '02OO' is not a message type"),
        ("name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [1]", "line 4: rule 1: there is no field 1"),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\nconditional = { 2 = 'now' }",
            "line 4: rule 1: 'now' is none of:",
        ),
        ("name = 'x'\nbase = 'y'", "line 2: the base 'y' is not a built-in profile"),
        ("\u{1}", "line 1: "),
    ] {
        let path = profile("bad-profile.toml", text);
        let done = check(&path, REQUEST);
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{text}");
        assert!(done.err.starts_with(&format!("cardwire: {path}, {wanted}")), "{}", done.err);
    }
    let manual = std::fs::read_to_string("docs/cli.md").unwrap();
    let example = manual.split("## Profiles").nth(1).unwrap().split("```").nth(1).unwrap();
    let done = check(&profile("manual-profile.toml", example.strip_prefix("toml").unwrap()), REQUEST);
    assert_eq!(done.out.matches("is mandatory in 0200").count(), 3, "{}{}", done.out, done.err);
    let done = check("nobody", REQUEST);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("there are iso87, unionpay-pos"), "{}", done.err);
}

#[test]
fn diff_goes_into_composites() {
    let one = file("one.hex", hex(REQUEST.as_bytes()).as_bytes());
    let other = REQUEST.replace("000000012300", "000000012400").replace("95050000008000", "95050000008001");
    let other = other.replacen("0200", "0210", 1).replace("4111111111111111", "4111112222221111");
    let other = file("other.hex", hex(other.as_bytes()).as_bytes());
    let files = [one.to_str().unwrap(), other.to_str().unwrap()];
    let done = cardwire(&["diff", "-s", "iso87-ascii", files[0], files[1]], "");
    let wanted = "\
~ MTI 0200 -> 0210
~ 2 Primary account number (PAN): 411111******1111 -> 411111******1111  (they differ where they are masked)
~ 4 Amount, transaction: 000000012300 -> 000000012400
~ 55.95 Terminal verification results (TVR): 0000008000 -> 0000008001
";
    assert_eq!(done.out, wanted);
    assert_eq!((done.code, done.err.as_str()), (1, ""));
    assert_eq!(good(&["diff", "-s", "iso87-ascii", files[0], files[0]], ""), "");
    // the same message on two links
    let object = good(&["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose", files[0]], "");
    let packed = file("packed.hex", good(&["encode", "-s", "iso87-bcd"], object).as_bytes());
    let across =
        ["diff", "-s", "iso87-ascii", "--other-spec", "iso87-bcd", files[0], packed.to_str().unwrap()];
    assert_eq!(good(&across, ""), "");
}

/// An element that only one of two messages has is a difference, whichever of them it is.
#[test]
fn diff_counts_what_only_one_message_has() {
    let encode = |fields: &str| {
        good(&["encode", "-s", "iso87-ascii"], format!(r#"{{"mti":"0800","fields":{{{fields}}}}}"#))
    };
    let (less, more) = (encode(r#""11":"000007""#), encode(r#""11":"000007","70":"301""#));
    for (one, other, sign) in [(&less, &more, '+'), (&more, &less, '-')] {
        let done = cardwire(&["diff", "-s", "iso87-ascii"], format!("{one}{other}"));
        assert_eq!(done.code, 1, "{}{}", done.out, done.err);
        assert!(
            done.out.starts_with(&format!("{sign} 70 ")) && done.out.lines().count() == 1,
            "{}",
            done.out
        );
    }
}

#[test]
fn diff_compares_values_and_tells_octets() {
    let encode = |spec: &str, object: &str| good(&["encode", "-s", spec], object);
    let two = |spec: &str, one: &str, other: &str| {
        cardwire(&["diff", "-s", spec], format!("{}\n{}\n", one.trim(), other.trim()))
    };
    // the separator of a track is one of two characters
    let track = |separator: char| {
        let object =
            format!(r#"{{"mti":"0200","fields":{{"35":"4111111111111111{separator}29122011234"}}}}"#);
        encode("iso87-ascii", &object)
    };
    let done = two("iso87-ascii", &track('='), &track('D'));
    let told = "= 35 Track 2 data: the same value in other octets\n";
    assert_eq!((done.code, done.out.as_str()), (0, told), "{}", done.err);
    let done = two("iso87-ascii", &track('='), &track('D').replace(&hex(b"2912"), &hex(b"2911")));
    assert!(done.code == 1 && done.out.starts_with("~ 35 Track 2 data: 411111******1111="), "{}", done.out);
    // lengths of BER-TLV that are longer than they must be, and padding
    let short = "0200000000000000020000059F36020001";
    for longer in ["0006".to_owned() + "9F3681020001", "0007".to_owned() + "009F3602000100"] {
        let longer = format!("02000000000000000200{longer}");
        let done = two("iso87-bcd", short, &longer);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        assert!(
            done.out.contains("= 55 ") && done.out.contains("the same parts in other octets"),
            "{}",
            done.out
        );
    }
    // a second bitmap that announces nothing
    let object = r#"{"mti":"0800","fields":{"11":"000001"}}"#;
    let bare = encode("iso87-ascii", object);
    let more = encode("iso87-ascii", &object.replace("\"fields\"", "\"bitmaps\":2,\"fields\""));
    let done = two("iso87-ascii", &bare, &more);
    assert_eq!((done.code, done.out.as_str()), (0, "= the messages say the same in other octets\n"));
    // the same values on another link, in every coding that the specs have
    let all = r#"{"mti":"0200","fields":{"2":"4111111111111111","3":"000000","4":"000000012300","11":"123456","28":"D00000500","35":"4111111111111111=29122011234","41":"TERM0001","52":"0123456789ABCDEF","55":[["9F36","001C"]]}}"#;
    for other in ["iso87-ascii-binary", "iso87-bcd", "iso87-ebcdic"] {
        let (one, two) = (
            file("a.hex", encode("iso87-ascii", all).as_bytes()),
            file("b.hex", encode(other, all).as_bytes()),
        );
        let files = [one.to_str().unwrap(), two.to_str().unwrap()];
        assert_eq!(
            good(&["diff", "-s", "iso87-ascii", "--other-spec", other, files[0], files[1]], ""),
            "",
            "{other}"
        );
    }
    // a header that differs is a difference
    let spec = file("with-header.toml", b"name = 'h'\nheader = 2\n[elements]\n11 = { is = 'n6' }\n");
    let spec = spec.to_str().unwrap();
    let line = encode(spec, r#"{"header":"0001","mti":"0800","fields":{"11":"1"}}"#);
    let done = two(spec, &line, &line.replacen("0001", "0002", 1));
    assert_eq!((done.code, done.out.as_str()), (1, "~ the headers before the MTI differ\n"));
}

#[test]
fn specs_are_listed_and_shown() {
    let list = good(&["spec", "list"], "");
    assert_eq!(list.lines().count(), cardwire::spec::builtin().count());
    assert!(list.contains("unionpay-pos"));
    let table = good(&["spec", "show", "iso87-bcd", "2", "3"], "");
    assert!(
        table.contains("    2           n..19     bcd          2 bcd, units           Primary account"),
        "{table}"
    );
    assert!(
        table.contains("         1      n2        ascii        fixed                  Transaction type\n")
    );
    let json = good(&["spec", "show", "iso87-bcd", "--json", "39"], "");
    assert!(
        json.starts_with(r#"{"key":"39","name":"Response code","notation":"an2","coding":"ascii""#),
        "{json}"
    );
    assert!(good(&["spec", "framings"], "").contains("unionpay"));
}

#[test]
fn specs_come_from_files() {
    let toml = good(&["spec", "convert", "iso87-ascii"], "");
    let path = file("mine.toml", toml.replace("iso87-ascii", "mine").as_bytes());
    let path = path.to_str().unwrap();
    assert_eq!(good(&["spec", "check", path], ""), format!("{path}: ok, mine, 127 elements\n"));
    let line = hex(REQUEST.as_bytes());
    let ours = good(&["decode", "-s", path, "--format", "ndjson", "-m", &line], "");
    assert_eq!(ours, good(&["decode", "-s", "iso87-ascii", "--format", "ndjson", "-m", &line], ""));
    assert_eq!(good(&["spec", "convert", path], ""), toml.replace("iso87-ascii", "mine"));
    let bad = file("bad.toml", b"name = 'x'\n[elements]\n2 = { is = 'n..199', length = 'LL' }\n");
    let bad = bad.to_str().unwrap();
    let done = cardwire(&["spec", "check", path, bad], "");
    let wanted = "line 3, element 2: the length prefix cannot express the maximum length";
    assert_eq!((done.code, done.err), (1, format!("cardwire: {bad}, {wanted}\n")));
    assert_eq!(cardwire(&["decode", "-s", bad, "-m", &line], "").code, 1);
}

#[test]
fn codes_are_explained_in_two_languages() {
    let out = good(&["code", "unionpay", "51"], "");
    for words in
        ["insufficient funds", "可用余额不足", "cardholder 持卡人", "with another card", "换卡或减少金额"]
    {
        assert!(out.contains(words), "{words}: {out}");
    }
    for (args, words) in [
        (["code", "response", "91"], "later"),
        (["code", "action", "116"], "insufficient funds"),
        (["code", "mti", "0421"], "reversal advice, acquirer repeat"),
        (["code", "processing", "010000"], "cash withdrawal"),
        (["code", "reason", "4021"], "reversal"),
        (["code", "entry-mode", "051"], "contact chip"),
        (["code", "currency", "156"], "Yuan Renminbi"),
        (["code", "country", "CN"], "China"),
        (["code", "network", "301"], "echo"),
    ] {
        let out = good(&args, "");
        assert!(out.contains(words), "{args:?}: {out}");
    }
    assert!(good(&["code", "51"], "").contains("condition code"), "all that it can be");
    assert!(good(&["code", "currency", "JPY", "--json"], "").contains(r#""decimals":"0""#));
    assert_eq!(cardwire(&["code", "response", "zz"], "").code, 1);
    assert_eq!(cardwire(&["code", "colour", "51"], "").code, 2);
}

#[test]
fn redacted_bytes_still_parse() {
    let line = hex(REQUEST.as_bytes());
    let out = good(&["redact", "-s", "iso87-ascii", "-m", &line], "");
    assert_eq!(out, line.replace(&hex(b"4111111111111111"), &hex(b"4111110000001111")) + "\n");
    let object = r#"{"mti":"0200","fields":{"35":"4111111111111111=29122011234","52":"0123456789ABCDEF"}}"#;
    let out = good(&["redact", "-s", "iso87-bcd", "--json"], object);
    assert_eq!(
        out,
        concat!(
            r#"{"mti":"0200","fields":{"35":"4111110000001111=00000000000","52":"0000000000000000"}}"#,
            "\n"
        )
    );
    let framed = [&[0, 82][..], REQUEST.as_bytes()].concat();
    let out = good(&["redact", "-s", "iso87-ascii", "-F", "binary2", "-i", "raw", "--format", "raw"], framed);
    assert_eq!(out.len(), 84);
    let done = cardwire(&["redact", "-s", "iso87-ascii"], "303230");
    assert_eq!((done.code, done.out.as_str()), (1, ""), "what does not parse is not passed on");
}

#[test]
fn completions_and_manual_pages() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(good(&["completions", shell], "").contains("decode"), "{shell}");
    }
    assert!(good(&["man"], "").starts_with(".ie"));
    assert!(good(&["man", "decode"], "").contains("cardwire\\-decode"));
    assert_eq!(cardwire(&["man", "dance"], "").code, 2);
    assert!(good(&["--help"], "").contains("Exit codes"));
}

#[cfg(unix)]
#[test]
fn recon_is_a_command_of_its_own() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::Command;

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("recon-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let own = folder.join("cardwire");
    fs::hard_link(env!("CARGO_BIN_EXE_cardwire"), &own)
        .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_cardwire"), &own).map(drop))
        .unwrap();
    let run = || {
        let mut started = Command::new(&own);
        started.env("PATH", "").args(["recon", "match", "--lang", "zh", "--help"]);
        let done = started.output().unwrap();
        let [out, err] = [done.stdout, done.stderr].map(|octets| String::from_utf8(octets).unwrap());
        (done.status.code(), out, err)
    };
    let (code, out, err) = run();
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("cardwire-recon is not on PATH nor beside this command"), "{err}");
    let beside = folder.join("cardwire-recon");
    fs::write(&beside, "#!/bin/sh\necho \"$@\"\nexit 7\n").unwrap();
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(), (Some(7), "match --lang zh --help\n".into(), String::new()));
    fs::remove_dir_all(folder).unwrap();
}
