//! `cardwire ipm` on files that are not as they should be, and the form of those that it writes.

use super::{Done, cardwire, file, good};

/// Records as they lie in a file without blocks: a length of four octets before each.
fn records(records: &[&[u8]]) -> Vec<u8> {
    let framed = |record: &&[u8]| [&(record.len() as u32).to_be_bytes(), *record].concat();
    records.iter().flat_map(framed).collect()
}

const END: [u8; 4] = [0; 4];

/// A message of a clearing file in ASCII: function code, currency and message number.
fn message(function: &str, number: u32) -> Vec<u8> {
    let bitmap = [0x80, 0, 1, 0, 0, 0, 0x80, 0, 2, 0, 0, 0, 0, 0, 0, 0];
    [b"1240", &bitmap[..], format!("{function}978{number:08}").as_bytes()].concat()
}

/// What an action says to a file; a new file, which is no text, is put beside it.
fn ipm(action: &str, content: &[u8]) -> Done {
    let path = file(&format!("clearing-{action}.vbs"), content);
    let copy = path.with_extension("copy");
    let more = match action {
        "ndjson" => vec!["--expose"],
        "convert" => vec!["-o", copy.to_str().unwrap()],
        _ => vec![],
    };
    cardwire(&[&["ipm", action, path.to_str().unwrap()], &more[..]].concat(), "")
}

/// A record that is no message is told in its place, and those after it are read; where a record is left out of a
/// table, that is said.
#[test]
fn a_broken_record_stands_among_the_others() {
    let (first, last) = (message("200", 1), message("205", 3));
    let broken = &message("200", 2)[..27];
    let content = [records(&[&first, broken, &last]), END.to_vec()].concat();
    let object = |function: &str, number: u32| {
        format!(
            "{{\"mti\":\"1240\",\"fields\":{{\"24\":\"{function}\",\"49\":\"978\",\"71\":\"{number:08}\"}}}}"
        )
    };
    let done = ipm("ndjson", &content);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", done.out);
    assert_eq!((lines[0], lines[2]), (object("200", 1).as_str(), object("205", 3).as_str()));
    assert!(lines[1].starts_with("{\"error\":{") && lines[1].contains("\"24\":\"200\""), "{}", lines[1]);
    assert_eq!((done.code, done.err.as_str()), (1, "cardwire: 1 of 3 records are broken\n"));
    let done = ipm("csv", &content);
    let header = "mti,24,2,3,4,12,31,37,38,42,49,71\n";
    assert_eq!(done.out, format!("{header}1240,200,,,,,,,,,978,00000001\n1240,205,,,,,,,,,978,00000003\n"));
    let told = "cardwire: record 2 is broken and left out\ncardwire: 1 of 3 records are broken\n";
    assert_eq!((done.code, done.err.as_str()), (1, told));
    let done = ipm("list", &content);
    let lines: Vec<&str> = done.out.lines().collect();
    assert!(
        lines[0].starts_with("       1 1240 200 ") && lines[1].starts_with("       2 1240 200 "),
        "{}",
        done.out
    );
    assert!(
        lines[2].starts_with("         !! field 71 at byte 26") && lines[3].starts_with("       3 1240 205 "),
        "{}",
        done.out
    );
    assert_eq!(lines[4..], ["       2 records 1240 200", "       1 records 1240 205"]);
    assert_eq!(done.code, 1);
    // records that stay as they are need not be read; those that change their characters must be
    assert_eq!(ipm("convert", &content).code, 0);
    let path = file("clearing-broken.vbs", &content);
    let (path, copy) = (path.to_str().unwrap(), path.with_extension("copy"));
    let done = cardwire(&["ipm", "convert", path, "--to", "ebcdic", "-o", copy.to_str().unwrap()], "");
    assert!(done.code == 1 && done.err.contains("clearing-broken.vbs: record 2"), "{}", done.err);
}

/// What stands before the records and after them, and what is missing at the end, is told by every action that reads.
#[test]
fn what_is_around_the_records_is_told() {
    let whole = records(&[&message("200", 1), &message("205", 2)]);
    for action in ["list", "ndjson", "csv", "convert"] {
        for (content, code, told) in [
            ([&whole[..], &END].concat(), 0, None),
            ([&whole[..], &END, &[0; 100], b"  \r\n"].concat(), 0, None),
            (whole.clone(), 1, Some("the file ends without the length of zero")),
            (
                [&whole[..], &END, b"more"].concat(),
                1,
                Some("4 bytes follow the last record and are not read: another file, perhaps"),
            ),
            (
                [b"FILE OF A COLLEAGUE\r\n", &whole[..], &END].concat(),
                0,
                Some("21 bytes of text before the first record were passed over"),
            ),
        ] {
            let done = ipm(action, &content);
            let told = told.map_or(String::new(), |words| format!("{words}\n"));
            assert_eq!(done.code, code, "{action}: {}", done.err);
            assert!(
                done.err.ends_with(&told) && done.err.is_empty() == told.is_empty(),
                "{action}: {}",
                done.err
            );
            assert!(
                told.is_empty() || done.err.contains(&format!("clearing-{action}.vbs: {told}")) || code == 0
            );
        }
    }
}

/// Formats of a new file: EBCDIC in blocks unless it is said, and to standard output where no file is named.
#[test]
fn a_file_of_lines_has_the_form_that_was_said() {
    let lines = "\n{\"mti\":\"1240\",\"fields\":{\"24\":\"200\",\"49\":\"978\",\"71\":\"00000001\"}}\n\n";
    let plain = [records(&[&message("200", 1)]), END.to_vec()].concat();
    for (args, is_blocked, start) in [
        (&[][..], true, &[0, 0, 0, 34, 0xF1, 0xF2, 0xF4, 0xF0][..]),
        (&["--blocked"], true, &[0, 0, 0, 34, 0xF1]),
        (&["--plain"], false, &[0, 0, 0, 34, 0xF1]),
        (&["--to", "ebcdic"], true, &[0, 0, 0, 34, 0xF1]),
        (&["--to", "ascii", "--plain"], false, &plain),
        (&["--to", "ascii"], true, &plain),
    ] {
        let path = file("clearing-new.ipm", b"");
        let path = path.to_str().unwrap();
        good(&[&["ipm", "encode", "-o", path], args].concat(), lines);
        let written = std::fs::read(path).unwrap();
        assert!(written.starts_with(start), "{args:?}: {written:02X?}");
        assert_eq!(written.len(), if is_blocked { 1014 } else { plain.len() }, "{args:?}");
        assert_eq!(written.ends_with(&[0x40, 0x40]), is_blocked, "{args:?}");
    }
    // what is not said of a copy is as it was
    let path = file("clearing-old.vbs", &plain);
    let copied = |args: &[&str]| {
        let copy = file("clearing-copy.vbs", b"");
        let args = [&["ipm", "convert", path.to_str().unwrap(), "-o", copy.to_str().unwrap()], args].concat();
        good(&args, "");
        std::fs::read(copy).unwrap()
    };
    assert!(copied(&[]) == plain && copied(&["--blocked"]).len() == 1014);
}

#[test]
fn a_line_that_gives_no_record_is_named() {
    let right = "{\"mti\":\"1240\",\"fields\":{\"24\":\"200\"}}\n";
    let path = file("clearing-named.vbs", b"");
    let long = format!("{{\"mti\":\"1240\",\"fields\":{{\"24\":\"200\"}}{}}}\n", " ".repeat(1 << 20));
    for (wrong, words) in [
        ("{\"mti\":\"1240\",\"fields\":{\"24\":\"2000\"}}\n", "field 24"),
        ("{\"mti\":\"1240\"\n", ""),
        (long.as_str(), "longer than 1 MiB"),
    ] {
        let done = cardwire(
            &["ipm", "encode", "--plain", "-o", path.to_str().unwrap()],
            format!("{right}\n{wrong}{right}"),
        );
        assert_eq!(done.code, 1, "{}", done.err);
        assert!(done.err.contains(&format!(":3: {words}")), "{}", done.err);
    }
}
