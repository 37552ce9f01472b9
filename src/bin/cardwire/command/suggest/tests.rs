use super::*;

#[test]
fn a_shell_reads_back_what_is_quoted() {
    for (text, wanted) in [
        ("own_spec.toml", "own_spec.toml"),
        ("links.xml#0800,binary", "'links.xml#0800,binary'"),
        ("my spec.toml", "'my spec.toml'"),
        ("it's $HOME;", r"'it'\''s $HOME;'"),
        ("a\u{1b}[31mb\n", r"$'a\x1b[31mb\x0a'"),
        ("", "''"),
    ] {
        assert_eq!(quoted(text), wanted);
    }
    assert_eq!(plain("-x.toml"), "./-x.toml");
    assert_eq!(quoted_path(Path::new("-")), "-");
}

#[test]
fn what_stands_in_no_word_is_quoted() {
    // each character that a shell takes as it is
    let plain_text = "azAZ09_-./=+,:@%";
    assert_eq!(quoted(plain_text), plain_text);
    for special in "!\"#$&'()*;<>?[\\]^`{|}~ é".chars() {
        let found = quoted(&format!("a{special}b"));
        assert!(found.starts_with("'a") && found.ends_with("b'"), "{found}");
    }
    for (octet, wanted) in [
        (b'\'', r"$'\''"),
        (b'\\', r"$'\\'"),
        (b' ', "$' '"),
        (b'~', "$'~'"),
        (0x1F, r"$'\x1f'"),
        (0x7F, r"$'\x7f'"),
    ] {
        assert_eq!(escaped(&[octet]), wanted);
    }
    for (name, wanted) in [("-", "-"), ("-x", "./-x"), ("x", "x"), ("", ""), ("x-", "x-")] {
        assert_eq!(plain(name), wanted);
    }
    assert_eq!(quoted_path(Path::new("-x y")), "'./-x y'");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(quoted_path(Path::new(std::ffi::OsStr::from_bytes(b"a\xFF"))), r"$'a\xff'");
    }
}

/// An echo with all that a usual one has, and the same in a frame.
fn messages() -> (Vec<u8>, impl Fn(&str, &[u8]) -> Vec<u8>) {
    let mut builder = cardwire::Builder::new(&spec::ISO87_ASCII, Mti::FINANCIAL_REQUEST);
    builder.set(2, "4242424242424242").set(3, "003000").set(4, 6630).set(7, "0624185211").set(11, 2);
    let wire = builder.set(41, "POS11111").set(49, "230").to_vec().expect("a message");
    let message = wire.clone();
    let framed = move |framing: &str, header: &[u8]| {
        let framing = Framing::by_name(framing).expect("a framing");
        let mut out = vec![0; message.len() + header.len() + 64];
        framing.wrap(header, &message, &mut out).expect("room").to_vec()
    };
    (wire, framed)
}

/// What is said of a framing is kept, a header that was found is added to it, and one that was found stands for none.
#[test]
fn a_framing_that_was_said_is_kept() {
    let (bare, framed) = messages();
    let framing = |name: &str| Framing::by_name(name).expect("a framing");
    let tpdu = [0x60, 0, 3, 0, 0];
    for (wire, said, wanted) in [
        (bare.clone(), None, None),
        (bare, Some("binary2"), Some("binary2")),
        (framed("ascii4", b""), None, Some("ascii4")),
        (framed("ascii4", b""), Some("binary2"), Some("ascii4")),
        (framed("binary2+tpdu", &tpdu), None, Some("binary2+tpdu")),
        (framed("none+tpdu", &tpdu), None, Some("none+tpdu")),
        (framed("none+tpdu", &tpdu), Some("binary2"), Some("binary2+tpdu")),
        (framed("none+tpdu", &tpdu), Some("binary2+7"), Some("none+tpdu")),
    ] {
        let found = explain(&[wire.as_slice()], [&spec::ISO87_ASCII]).expect("an explanation");
        let found = combined(said.map(framing), found.envelope());
        assert_eq!(found, wanted.map(framing), "{said:?} {wanted:?}");
    }
}

#[test]
fn what_stands_around_is_told() {
    let (_, framed) = messages();
    let tpdu = [0x60, 0, 3, 0, 0];
    for (wire, wanted) in [
        (framed("ascii4", b""), "a length of 4 bytes stands before the MTI (framing ascii4)"),
        (framed("none+tpdu", &tpdu), "5 bytes of header (TPDU) stand before the MTI (framing none+tpdu)"),
        (framed("none+7", b"ABCDEFG"), "7 bytes of header stand before the MTI (framing none+7)"),
        (framed("stx-etx", b""), "the frame still stands around the message (framing stx-etx)"),
        (
            framed("binary2+tpdu", &tpdu),
            "a length of 2 bytes and 5 bytes of header (TPDU) stand before the MTI (framing binary2+tpdu)",
        ),
    ] {
        let found = explain(&[wire.as_slice()], [&spec::ISO87_ASCII]).expect("an explanation");
        assert_eq!(around(found.envelope()), wanted);
        let here = Inspection::of(&spec::ISO87_ASCII, &wire);
        assert!(is_sure(&found, &here), "{wanted}");
    }
    let (bare, _) = messages();
    let found = explain(&[bare.as_slice()], [&spec::ISO87_ASCII]).expect("an explanation");
    assert!(!is_sure(&found, &Inspection::of(&spec::ISO87_ASCII, &bare)), "nothing stands around it");
    assert!(best(&bare).is_some_and(|found| found.spec().name() == "iso87-ascii"));
    assert!(best(b"no message").is_none());
}

/// A type of a version, class, function or origin that the standard reserves is not usual.
#[test]
fn usual_types_have_no_reserved_digit() {
    for (digits, wanted) in [
        ("0200", true),
        ("1804", true),
        ("2110", true),
        ("0425", true),
        ("5200", false),
        ("0900", false),
        ("0290", false),
        ("0209", false),
    ] {
        assert_eq!(digits.parse().map(is_usual), Ok(wanted), "{digits}");
    }
}

#[test]
fn options_are_typed_as_they_were_said() {
    let framing = Framing::by_name("ascii4");
    for (name, framing, wanted) in [
        ("iso87-ascii", None, "--spec iso87-ascii"),
        ("my spec", framing, "--spec 'my spec' --framing ascii4"),
        ("-x", None, "--spec ./-x"),
    ] {
        let reading = Reading { name: name.into(), spec: &spec::ISO87_ASCII, framing };
        assert_eq!(reading.options(), wanted);
        assert!(parses_with(&reading).ends_with(wanted));
    }
}

/// Names in turn, until one that no file has.
#[test]
fn a_name_that_no_file_has() {
    let folder = std::env::temp_dir().join(format!("cardwire-unused-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = |name: &str| folder.join(name).to_str().expect("a name in UTF-8").to_owned();
    for wanted in ["a.toml", "a-2.toml", "a-3.toml"] {
        assert_eq!(unused(&path("a.toml")), path(wanted));
        std::fs::write(path(wanted), "").expect("a file");
    }
    std::fs::remove_dir_all(&folder).expect("it is there");
}

/// A look is given up after many in vain, and one that helped begins the count anew.
#[test]
fn looks_and_hints_are_few() {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        input: InputArgs,
    }
    let args = <Line as clap::Parser>::parse_from(["x", "-m", "00"]).input;
    let mut advisor = Advisor::new(&args, "iso87-ascii", &spec::ISO87_ASCII);
    let (bare, framed) = messages();
    let broken = bare.get(..30).expect("a part").to_vec();
    let mut look = |octets: &[u8]| {
        let payload = Payload::bare(octets.to_vec());
        let here = Inspection::of(&spec::ISO87_ASCII, &payload.message);
        advisor.misread(&here, &payload)
    };
    let within = framed("ascii4", b"");
    for _ in 0..MOST_LOOKS - 1 {
        assert_eq!(look(&broken), None);
    }
    assert!(look(&within).is_some(), "one look was left");
    for _ in 0..MOST_LOOKS {
        assert_eq!(look(&broken), None);
    }
    assert_eq!(look(&within), None, "none is left");
    assert_eq!(advisor.readings.len(), 1);
    for number in 0..10 {
        advisor.keep(format!("spec {}", number % 7), &spec::ISO87_ASCII, None);
    }
    assert_eq!(advisor.readings.len(), MOST_READINGS);
    let packed =
        cardwire::Builder::new(&spec::ISO87_BCD, Mti::NETWORK_REQUEST).set(11, 1).set(70, "301").to_vec();
    let packed = packed.expect("a message");
    for left in [true, true, true, false, false] {
        assert_eq!(advisor.hint(&packed).is_some(), left);
    }
}
