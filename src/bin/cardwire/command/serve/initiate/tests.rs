use super::*;
use cardwire::spec::{ISO87_ASCII, ISO93_ASCII};

/// The arguments that a line says, as `serve` has them.
fn args(line: &[&str]) -> InitiateArgs {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        initiate: InitiateArgs,
    }
    <Line as clap::Parser>::parse_from([&["x"], line].concat()).initiate
}

fn plan(line: &[&str]) -> Result<Plan, String> {
    args(line).plan(&ISO87_ASCII, None).map_err(|failure| match failure {
        Failure::Usage(words) => format!("usage: {words}"),
        Failure::Data(words) => format!("data: {words}"),
        _ => "other".into(),
    })
}

fn good(line: &[&str]) -> Plan {
    match plan(line) {
        Ok(plan) => plan,
        Err(words) => unreachable!("{words}"),
    }
}

/// A spec whose DE 39 has so many characters.
fn edition(code: &str, rest: &str) -> &'static Spec<'static> {
    let text = format!(
        "name = 'x'\n[elements]\n7 = {{ is = 'n10' }}\n11 = {{ is = 'n6' }}\n12 = {{ is = 'n12' }}\n24 = {{ is = 'n3' }}\n\
         {code}70 = {{ is = 'n3' }}\n{rest}"
    );
    crate::spec_text::leak(cardwire::import::toml::parse(&text).expect("TOML")).expect("a spec")
}

/// ISO 8583 of 1987 has DE 70 for the network, those of 1993 and 2003 have DE 24, and each its own version.
#[test]
fn each_edition_has_its_usual_messages() {
    for (code, which, mti, number, value, auto) in [
        ("39 = { is = 'an2' }\n", Usual::SignOn, "0800", 70, "001", 7),
        ("39 = { is = 'an2' }\n", Usual::Echo, "0800", 70, "301", 7),
        ("39 = { is = 'n3' }\n", Usual::SignOn, "1804", 24, "801", 12),
        ("39 = { is = 'n3' }\n", Usual::Echo, "1804", 24, "831", 12),
        ("39 = { is = 'n4' }\n", Usual::SignOn, "2804", 24, "801", 12),
        ("39 = { is = 'n4' }\n", Usual::Echo, "2804", 24, "831", 12),
        ("", Usual::SignOn, "0800", 70, "001", 7),
        ("", Usual::Echo, "0800", 70, "301", 7),
    ] {
        let Ok(Template::Object(object)) = usual(edition(code, ""), which) else { unreachable!("{mti}") };
        let mut fields = json!({ "11": "auto" });
        fields[number.to_string()] = value.into();
        fields[auto.to_string()] = "auto".into();
        assert_eq!(object, json!({ "mti": mti, "fields": fields }));
    }
    let nothing = "name = 'x'\n[elements]\n11 = { is = 'n6' }\n";
    let spec = crate::spec_text::leak(cardwire::import::toml::parse(nothing).expect("TOML")).expect("a spec");
    for (which, name) in [(Usual::SignOn, "--sign-on"), (Usual::Echo, "--echo-message")] {
        let Err(Failure::Usage(words)) = usual(spec, which) else { unreachable!("no DE 70") };
        let start = format!("{name}: say which message, for this spec has no usual one (");
        assert!(words.starts_with(&start), "{words}");
    }
    let bare = "name = 'x'\n[elements]\n11 = { is = 'n6' }\n70 = { is = 'n3' }\n";
    let bare = crate::spec_text::leak(cardwire::import::toml::parse(bare).expect("TOML")).expect("a spec");
    let Ok(Template::Object(object)) = usual(bare, Usual::Echo) else { unreachable!("it has DE 70") };
    assert_eq!(object, json!({ "mti": "0800", "fields": { "11": "auto", "70": "301" } }));
}

#[test]
fn codes_that_accept_a_sign_on() {
    for (spec, mti, code, wanted) in [
        (&ISO87_ASCII, "0810", "00", true),
        (&ISO87_ASCII, "0810", "05", false),
        (&ISO93_ASCII, "1814", "000", true),
        (&ISO93_ASCII, "1814", "800", true),
        (&ISO93_ASCII, "1814", "100", false),
        (&ISO87_ASCII, "0810", "", true),
    ] {
        let mut builder = Builder::new(spec, mti.parse().expect("a type"));
        builder.set(11, 1);
        if !code.is_empty() {
            builder.set(39, code);
        }
        let wire = builder.to_vec().expect("a message");
        assert_eq!(is_accepted(&Message::parse(spec, &wire).expect("a message")), wanted, "{code}");
    }
}

/// An advice again is its repeat, and that again the same; nothing else is said twice.
#[test]
fn an_advice_again_is_its_repeat() {
    let plan = good(&[]);
    for (mti, wanted) in [
        ("0420", Some("0421")),
        ("0421", Some("0421")),
        ("0120", Some("0121")),
        ("0200", None),
        ("0800", None),
        ("0430", None),
    ] {
        let wire =
            Builder::new(&ISO87_ASCII, mti.parse().expect("a type")).set(11, 7).to_vec().expect("a message");
        let again = plan.again(&wire);
        let again = again.as_deref().map(|again| Message::parse(&ISO87_ASCII, again).expect("a message"));
        let found =
            again.map(|again| (again.mti().to_string(), again.require(11).map(|stan| stan.to_string())));
        assert_eq!(found, wanted.map(|mti| (mti.to_owned(), Ok("000007".to_owned()))));
    }
    assert_eq!(plan.again(b"no message"), None);
}

#[test]
fn what_is_not_said_is_usual() {
    let made = good(&[]);
    assert!(made.is_empty() && !made.until_sent && !made.has_failed());
    let numbers = (made.every, made.times, made.repeat, made.timeout);
    assert_eq!(numbers, (Duration::ZERO, 1, 0, Duration::from_secs(30)));
    assert!(made.sign_on.is_none() && made.echo.is_none() && made.send.is_empty() && made.station.is_empty());
    made.fail();
    assert!(made.has_failed());
    let file = std::env::temp_dir().join(format!("cardwire-initiate-{}", std::process::id()));
    let object = "{\"mti\":\"0420\",\"fields\":{\"11\":\"auto\"}}";
    std::fs::write(&file, format!("{object}\n\n  \n{object}\n")).expect("a file");
    let name = file.to_str().expect("a name");
    let line = ["--send", name, "--send-every", "7ms", "--send-times", "3", "--repeat", "2", "--until-sent"];
    let more = ["--timeout", "5s", "--station", "6000", "--first-stan", "999999"];
    let made = good(&[&line[..], &more].concat());
    assert!(!made.is_empty() && made.until_sent);
    assert_eq!((made.every, made.times, made.repeat), (Duration::from_millis(7), 3, 2));
    assert_eq!((made.timeout, made.station.as_slice()), (Duration::from_secs(5), &[0x60, 0][..]));
    let stans: Vec<Vec<u8>> =
        made.send.iter().map(|template| made.wire(template).expect("a message")).collect();
    assert!(stans.len() == 2 && stans.first().is_some_and(|wire| wire.ends_with(b"999999")), "{stans:?}");
    assert!(stans.last().is_some_and(|wire| wire.ends_with(b"000001")), "{stans:?}");
    assert!(!good(&["--sign-on"]).is_empty() && !good(&["--echo", "1s"]).is_empty());
    assert!(good(&["--echo", "9s"]).echo.is_some_and(|(idle, _)| idle == Duration::from_secs(9)));
    // a message is itself, or a file with one
    std::fs::write(&file, format!("\n{object}\n\n")).expect("a file");
    for text in [object, name, "08000020000000000000000007"] {
        let text = if text.starts_with("08") { hex::text(text.as_bytes()) } else { text.to_owned() };
        let found = plan_of_sign_on(&text);
        assert!(found.is_ok(), "{text}: {:?}", found.err());
    }
    for content in ["", "\n", "{}\n{}\n"] {
        std::fs::write(&file, content).expect("a file");
        let words = "usage: --sign-on: the file has to hold one message on one line";
        assert_eq!(plan_of_sign_on(name), Err(words.to_owned()), "{content}");
    }
    let sent = |content: &str| {
        std::fs::write(&file, content).expect("a file");
        plan(&["--send", name]).map(drop)
    };
    assert_eq!(sent("\n"), Err("data: no message to send".to_owned()));
    let wrong = sent(&format!("{object}\n\n{{\"mti\"\n"));
    assert_eq!(wrong, Err(format!("data: {name}:3: no JSON: EOF while parsing an object at column 6")));
    assert_eq!(sent(&"0".repeat((1 << 20) + 1)), Err(format!("data: {name}:1: longer than 1 MiB")));
    std::fs::remove_file(&file).expect("it is there");
    assert!(plan(&["--station", "6"]).is_err_and(|words| words.starts_with("usage: --station: ")));
}

fn plan_of_sign_on(text: &str) -> Result<(), String> {
    plan(&[&format!("--sign-on={text}")]).map(drop)
}

/// What has to follow the spec, and what is said of it.
#[test]
fn a_message_is_tried_before_it_is_sent() {
    for (text, start) in [
        ("{\"mti\":\"0800\"}", ""),
        ("{\"mti\":\"0800\",\"fields\":{\"11\":\"x\"}}", "field 11"),
        ("{}", "the object has no \"mti\""),
        ("{", "no JSON: EOF while parsing an object at column 1"),
        ("x", ""),
    ] {
        let found = Template::of(text.as_bytes(), &ISO87_ASCII);
        match found {
            Ok(_) => assert_eq!((text, start), ("{\"mti\":\"0800\"}", "")),
            Err(words) => {
                assert!(words.starts_with(start) && text != "{\"mti\":\"0800\"}", "{text}: {words}")
            }
        }
    }
}

#[test]
fn silence_is_since_the_last_word() {
    let party = Party::new();
    let before = party.silence();
    std::thread::sleep(Duration::from_millis(3));
    assert!(party.silence() >= before + Duration::from_millis(3));
    *party.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() - Duration::from_secs(60);
    assert!(party.silence() >= Duration::from_secs(60));
    party.hear();
    assert!(party.silence() < Duration::from_secs(60));
}
