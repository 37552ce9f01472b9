//! What the command advises works when it is typed: framings, headers, specs by path, mended specs.

use std::path::Path;
use std::process::Command;

use super::capture::{packet, pcap, pcapng};
use super::{Done, cardwire, file, folder, good, hex};

/// Messages of one link in hexadecimal digits, a short one first.
fn messages(spec: &str) -> Vec<String> {
    let objects = concat!(
        r#"{"mti":"0800","fields":{"7":"0624185210","11":"000001","70":"301"}}"#,
        "\n",
        r#"{"mti":"0200","fields":{"2":"4242424242424242","3":"003000","4":"000000006630","7":"0624185211","#,
        r#""11":"000002","12":"185210","13":"0624","22":"051","25":"00","37":"117518000001","41":"POS11111","#,
        r#""42":"MERCHANT0000001","43":"CORNER SHOP              ADDIS ABABA  ET","49":"230"}}"#,
        "\n",
        r#"{"mti":"0210","fields":{"3":"003000","4":"000000006630","11":"000002","37":"117518000001","39":"00","#,
        r#""41":"POS11111","49":"230"}}"#,
        "\n",
    );
    good(&["encode", "-s", spec], objects).lines().map(str::to_owned).collect()
}

fn octets(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// The frame around a message.
fn framed(framing: &str, station: &[u8], message: &[u8]) -> Vec<u8> {
    let framing = cardwire::Framing::by_name(framing).unwrap();
    let mut out = vec![0; framing.measure(station, message).unwrap()];
    framing.wrap(station, message, &mut out).unwrap().to_vec()
}

/// Types a line into a shell, in the folder of the test's files.
fn typed(line: &str) -> Done {
    let binary = Path::new(env!("CARGO_BIN_EXE_cardwire"));
    let path = std::env::join_paths(
        [binary.parent().unwrap().to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let output = Command::new("sh")
        .args(["-c", line])
        .env("PATH", path.unwrap())
        .env_remove("CARDWIRE_SPEC")
        .env("LC_ALL", "C")
        .current_dir(folder())
        .output()
        .unwrap();
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the command, and then every command and every options that it shows, each of which must
/// succeed; returns what it said and the lines that were typed.
fn followed(args: &[&str], name: &str) -> (Done, Vec<String>) {
    let line = format!("cardwire {} {name}", args.join(" "));
    let done = typed(&line);
    let said = format!("{}\n{}", done.out, done.err);
    let mut lines = Vec::new();
    for shown in said.lines() {
        let command = shown.find("cardwire decode ").into_iter().chain(shown.find("cardwire probe ")).min();
        if let Some(at) = command {
            lines.push(shown[at..].to_owned());
        } else if let Some((_, options)) = shown.split_once("it parses with ") {
            lines.push(format!("cardwire decode {options} {name}"));
        }
    }
    for line in &lines {
        let again = typed(line);
        assert_eq!(again.code, 0, "{line}\n{}{}\nshown by {}{}", again.out, again.err, done.out, done.err);
    }
    assert!(!said.contains("4242424242424242"), "{said}");
    (done, lines)
}

#[test]
fn a_length_or_a_header_that_was_not_said_is_named() {
    let message = octets(&messages("iso87-ascii")[1]);
    let base24 = b"ISO026000070";
    for (index, (wire, words, options)) in [
        (framed("ascii4", b"", &message), "a length of 4 bytes stands before the MTI", "ascii4"),
        (framed("ascii3", b"", &message), "a length of 3 bytes stands before the MTI", "ascii3"),
        (framed("hex4", b"", &message), "a length of 4 bytes stands before the MTI", "hex4"),
        (framed("bcd2", b"", &message), "a length of 2 bytes stands before the MTI", "bcd2"),
        (framed("binary2-inclusive", b"", &message), "a length of 2 bytes", "binary2-inclusive"),
        (framed("stx-etx", b"", &message), "the frame still stands around the message", "stx-etx"),
        (framed("none+base24", base24, &message), "12 bytes of header (BASE24)", "none+base24"),
        (framed("none+12", b"SWITCH-WEST!", &message), "12 bytes of header stand", "none+12"),
        (framed("none+3", b"\x01\x02\x03", &message), "3 bytes of header stand", "none+3"),
        (framed("none+22", &[7; 22], &message), "22 bytes of header stand", "none+22"),
        (framed("binary2+7", b"ABCDEFG", &message), "a length of 2 bytes and 7 bytes of header", "binary2+7"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("around-{index}.hex");
        file(&name, hex(&wire).as_bytes());
        for format in ["text", "ndjson", "json", "hexdump"] {
            let (done, lines) = followed(&["decode -s iso87-ascii --format", format], &name);
            assert!(done.code == 1 && done.out.contains(words), "{name} {format}: {}", done.out);
            assert!(!done.out.contains("\"mti\""), "{name}: {}", done.out);
            assert_eq!(lines, [format!("cardwire decode --spec iso87-ascii --framing {options} {name}")]);
        }
        let (done, lines) = followed(&["probe"], &name);
        let best = format!("cardwire decode --spec iso87-ascii --framing {options} {name}");
        assert_eq!((done.code, lines.first()), (0, Some(&best)), "{}", done.out);
    }
}

/// A framing that was said and is not the one.
#[test]
fn a_framing_that_was_said_wrong_is_put_right() {
    for (name, input) in [
        ("wrong.bin", stream("ascii4", "iso87-ascii", b"0000")),
        ("wrong.pcap", pcap(&segments(4000, 9000, &stream("ascii4", "iso87-ascii", b"0000"), 90))),
    ] {
        file(name, &input);
        let (done, lines) = followed(&["decode -s iso87-ascii -F binary2"], name);
        assert!(done.code == 1 && done.out.contains("!! "), "{}", done.out);
        assert_eq!(lines, [format!("cardwire decode --spec iso87-ascii --framing ascii4 {name}")]);
    }
    // the length is right, the header is missing
    let frame = framed("binary2+tpdu", &[0x60, 0, 3, 0, 0], &octets(&messages("iso87-bcd")[1]));
    file("no-header.bin", &frame);
    let (_, lines) = followed(&["decode -s iso87-bcd -F binary2 -i raw"], "no-header.bin");
    assert_eq!(lines, ["cardwire decode --spec iso87-bcd --framing binary2+tpdu no-header.bin"]);
}

/// The same header, said in the spec instead.
#[test]
fn a_spec_file_says_a_header_without_a_length() {
    let message = octets(&messages("iso87-ascii")[1]);
    let spec = good(&["spec", "convert", "iso87-ascii"], "");
    let spec = spec.replacen("dialect = ", "header = 12\ndialect = ", 1);
    let spec = file("header-in-spec.toml", spec.as_bytes());
    let wire = hex(&framed("none+12", b"SWITCH-WEST!", &message));
    let out = good(&["decode", "-s", spec.to_str().unwrap(), "--format", "ndjson"], wire);
    assert!(out.contains("\"mti\":\"0200\""), "{out}");
}

#[test]
fn a_length_is_named_whatever_stands_in_front_of_the_card_number() {
    // the packed twin: a length of two octets and a TPDU
    let message = octets(&messages("iso87-bcd")[1]);
    let wire = framed("binary2+tpdu", &[0x60, 0, 3, 0, 0], &message);
    file("tpdu.hex", hex(&wire).as_bytes());
    let (done, lines) = followed(&["decode -s iso87-bcd"], "tpdu.hex");
    assert!(
        done.out.contains("a length of 2 bytes and 5 bytes of header (TPDU) stand before"),
        "{}",
        done.out
    );
    assert_eq!(lines, ["cardwire decode --spec iso87-bcd --framing binary2+tpdu tpdu.hex"]);
}

/// Names that a shell would take apart, or that a terminal would obey.
#[test]
fn specs_and_files_are_named_by_the_path_that_was_given() {
    let spec = good(&["spec", "convert", "iso87-ascii"], "").replace("\"iso87-ascii\"", "\"my link\"");
    let wire = framed("binary2", b"", &octets(&messages("iso87-ascii")[1]));
    for (index, name) in ["own.toml", "own spec.toml", "it's $own;.toml", "-own.toml"].into_iter().enumerate()
    {
        file(name, spec.as_bytes());
        let input = format!("in put-{index}.hex");
        file(&input, hex(&wire).as_bytes());
        let given = format!("'{}'", name.replace('\'', r"'\''"));
        let (done, lines) = followed(&[&format!("probe --spec={given}")], &format!("'{input}'"));
        assert_eq!((done.code, lines.len()), (0, 1), "{}{}", done.out, done.err);
        let (done, lines) = followed(&[&format!("decode --spec={given}")], &format!("'{input}'"));
        assert_eq!((done.code, lines.len()), (1, 1), "{}{}", done.out, done.err);
    }
}

#[test]
fn advice_that_does_not_hold_for_the_whole_input_is_not_given() {
    let all = messages("iso87-ascii");
    // one line has a length in front, one has none
    let mixed = format!("{}\n{}\n", hex(&framed("ascii4", b"", &octets(&all[1]))), all[2]);
    file("mixed.hex", mixed.as_bytes());
    let (done, lines) = followed(&["decode -s iso87-ascii"], "mixed.hex");
    assert!(done.out.contains("a length of 4 bytes stands before the MTI"), "{}", done.out);
    assert_eq!((done.code, lines.as_slice()), (1, &[][..]), "{}", done.out);
    // standard input can be read again, too
    let wire = hex(&framed("ascii4", b"", &octets(&all[1])));
    let done = cardwire(&["decode", "-s", "iso87-ascii"], format!("{wire}\n{wire}\n"));
    assert!(done.out.ends_with("-> it parses with --spec iso87-ascii --framing ascii4\n"), "{}", done.out);
    let done = cardwire(&["decode", "-s", "iso87-ascii"], format!("{wire}\n{}\n", all[2]));
    assert!(!done.out.contains("it parses with"), "{}", done.out);
    // more than is kept of it: nothing is promised
    let done = cardwire(&["decode", "-s", "iso87-ascii"], format!("{wire}\n").repeat(4000));
    assert!(!done.out.contains("it parses with"), "{}", &done.out[done.out.len() - 200..]);
}

#[test]
fn a_row_that_is_wrong_is_mended() {
    let object = r#"{"mti":"0200","fields":{"3":"000000","11":"000007","35":"4242424242424242=29122011234567","41":"TERM0001"}}"#;
    let spec = good(&["spec", "convert", "iso87-bcd"], "");
    let theirs = spec.replace("is = \"z..37\",", "is = \"z..37\", spare = \"right F\",");
    let theirs = file("theirs.toml", theirs.as_bytes());
    let wire = octets(good(&["encode", "-s", theirs.to_str().unwrap()], object).trim());
    let wire = framed("none+tpdu", &[0x60, 0, 1, 0, 0], &wire);
    file("filled.hex", hex(&wire).as_bytes());
    for command in ["decode -s iso87-bcd", "probe -s iso87-bcd"] {
        std::fs::remove_file(theirs.with_file_name("mended.toml")).unwrap_or_default();
        let (done, lines) = followed(&[command], "filled.hex");
        assert!(done.out.contains("with --framing none+tpdu, field 35: a half byte F"), "{}", done.out);
        let wanted = "cardwire probe --spec iso87-bcd --mend mended.toml filled.hex \
                      && cardwire decode --spec mended.toml --framing none+tpdu filled.hex";
        assert_eq!(lines, [wanted], "{}", done.out);
    }
    // a file that is there is not written over
    let done = typed("cardwire probe --spec iso87-bcd --mend mended.toml filled.hex");
    assert!(done.code == 1 && done.err.contains("mended.toml"), "{}", done.err);
    let done = typed("cardwire probe --spec theirs.toml --mend other.toml filled.hex");
    assert!(done.code == 1 && done.err.contains("there is no hint to go by"), "{}", done.err);
}

/// The messages in frames, with polls after each.
fn stream(framing: &str, spec: &str, polls: &[u8]) -> Vec<u8> {
    let framed: Vec<Vec<u8>> = messages(spec)
        .iter()
        .map(|message| [&framed(framing, b"", &octets(message)), polls].concat())
        .collect();
    framed.concat()
}

/// Segments of a stream, of that many bytes, from one port to another.
fn segments(from: u16, to: u16, stream: &[u8], size: usize) -> Vec<Vec<u8>> {
    let segment = |(index, part): (usize, &[u8])| {
        packet(from, to, u32::try_from(1 + index * size).unwrap(), 0x18, part)
    };
    stream.chunks(size).enumerate().map(segment).collect()
}

#[test]
fn captures_are_probed_connection_by_connection() {
    let ascii = stream("ascii4", "iso87-ascii", b"");
    let packed = stream("binary2", "iso87-ascii", b"\0\0");
    for (name, size) in [("one.pcap", 4000), ("pieces.pcap", 1)] {
        file(name, &pcap(&segments(4000, 9000, &ascii, size)));
        let (done, lines) = followed(&["probe"], name);
        assert!(done.out.starts_with("127.0.0.1:4000 - 127.0.0.1:9000\niso87-ascii "), "{}", done.out);
        assert_eq!(lines, [format!("cardwire decode --spec iso87-ascii --framing ascii4 {name}")]);
        let out = good(&["decode", "-s", "iso87-ascii", "--format", "ndjson", &path(name)], "");
        assert_eq!(out.matches("\"mti\"").count(), 3, "{out}");
    }
    // two connections of different framing: each finds its own
    let both = [segments(4000, 9000, &ascii, 100), segments(4001, 9001, &packed, 100)].concat();
    file("two.pcapng", &pcapng(&both));
    let (done, lines) = followed(&["probe"], "two.pcapng");
    assert!(done.out.contains("127.0.0.1:4000 - 127.0.0.1:9000\n"), "{}", done.out);
    assert!(done.out.contains("127.0.0.1:4001 - 127.0.0.1:9001\n"), "{}", done.out);
    assert_eq!(
        (done.code, lines.as_slice()),
        (0, &["cardwire decode --spec iso87-ascii two.pcapng".into()][..])
    );
    // many of one kind are told once
    let many = (0..40).flat_map(|port| segments(4000 + port, 9000, &ascii, 1000)).collect::<Vec<_>>();
    file("many.pcap", &pcap(&many));
    let (done, _) = followed(&["probe"], "many.pcap");
    assert!(done.out.contains("127.0.0.1:4000 - 127.0.0.1:9000 and 15 more like it\n"), "{}", done.out);
    assert!(done.out.contains("24 more connections were not looked at"), "{}", done.out);
    let out = cardwire(&["probe", "--json", &path("two.pcapng"), "--top", "1"], "").out;
    assert!(
        out.contains(r#""framing":"binary2","connections":["127.0.0.1:4001 - 127.0.0.1:9001"]"#),
        "{out}"
    );
}

fn path(name: &str) -> String {
    folder().join(name).to_str().unwrap().to_owned()
}

/// One direction says too little: the other, or the other connections, tell.
#[test]
fn what_one_direction_leaves_open_the_others_decide() {
    let all: Vec<Vec<u8>> = messages("iso87-ascii").iter().map(|message| octets(message)).collect();
    let frame = |message: &[u8]| framed("ascii4", b"", message);
    // a short response alone could be two digits of length after a poll
    let capture = [
        packet(4000, 9000, 1, 0x18, &frame(&all[0])),
        packet(9000, 4000, 1, 0x18, &frame(&all[0])),
        packet(4000, 9000, 60, 0x18, &frame(&all[1])),
        packet(9000, 4000, 60, 0x18, &frame(&all[2])),
    ];
    let name = file("responses.pcap", &pcap(&capture));
    let args = ["decode", "-s", "iso87-ascii", "--format", "text", name.to_str().unwrap()];
    let out = good(&args, "");
    let order: Vec<&str> = out.lines().filter_map(|line| line.split(", packet ").nth(1)).collect();
    assert_eq!(order.iter().map(|line| &line[..1]).collect::<Vec<_>>(), ["1", "2", "3", "4"], "{out}");
    // a direction of one broken message is cut as its connection is
    let capture = [
        packet(4000, 9000, 1, 0x18, &stream("hex4", "iso87-ascii", b"")),
        packet(9000, 4000, 1, 0x18, &framed("hex4", b"", b"0210 broken")),
    ];
    let name = file("broken.pcap", &pcap(&capture));
    let done = cardwire(&["decode", "-s", "iso87-ascii", "--format", "ndjson", name.to_str().unwrap()], "");
    assert_eq!(done.out.matches("\"mti\":\"0").count(), 4, "{}", done.out);
    assert!(done.out.contains(r#""place":"bitmap""#), "{}", done.out);
}

#[test]
fn packets_in_dumps_are_read_as_their_payload() {
    let frame = framed("binary2", b"", &octets(&messages("iso87-ascii")[1]));
    let whole = packet(4000, 9000, 1, 0x18, &frame);
    let rows: Vec<String> = whole
        .chunks(16)
        .enumerate()
        .map(|(row, octets)| {
            let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            format!("{:04x}  {}", 16 * row, pairs.join(" "))
        })
        .collect();
    for (name, text) in [
        ("packet.dump", rows.join("\n")),
        ("packet.hex", hex(&whole)),
        // without Ethernet
        ("internet.hex", hex(&whole[14..])),
    ] {
        file(name, text.as_bytes());
        let (done, lines) = followed(&["probe"], name);
        let wanted = format!("cardwire decode --spec iso87-ascii --framing binary2 {name}");
        assert_eq!((done.code, lines.first()), (0, Some(&wanted)), "{}", done.out);
    }
}

#[test]
fn a_framing_without_a_length_is_no_framing_of_a_connection() {
    for args in [
        &["send", "127.0.0.1:9", "-s", "iso87-ascii", "-F", "none+12"][..],
        &["load", "127.0.0.1:9", "-s", "iso87-ascii", "-F", "none"],
        &["serve", "-l", "127.0.0.1:0", "-s", "iso87-ascii", "-F", "none+tpdu"],
    ] {
        let done = cardwire(args, "");
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{args:?}");
        assert!(done.err.contains("a connection needs a length"), "{}", done.err);
    }
}
