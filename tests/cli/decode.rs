//! `cardwire decode`.

use super::{REQUEST, cardwire, good, hex, request};

fn line() -> String {
    hex(REQUEST.as_bytes()) + "\n"
}

#[test]
fn a_listing_masks_card_data() {
    let out = good(&["decode", "-s", "iso87-ascii"], line());
    let wanted = "\
0200 financial request, acquirer (iso87-ascii, 82 bytes)  stdin:1
    2 Primary account number (PAN)                   n..19    411111******1111
    3 Processing code                                n6       000000  purchase
         1 Transaction type                          n2       00
         2 From account type                         n2       00
         3 To account type                           n2       00
    4 Amount, transaction                            n12      000000012300  123.00 CNY
   11 Systems trace audit number (STAN)              n6       123456
   49 Currency code, transaction                     an3      156  Yuan Renminbi
   55 Integrated circuit card (ICC) data             b..255   (7 bytes)
        95 Terminal verification results (TVR)       b..5     0000008000  amount above the floor limit

";
    assert_eq!(out, wanted);
}

#[test]
fn exposed_it_shows_them() {
    let out = good(&["decode", "-s", "iso87-ascii", "--expose"], line());
    assert!(out.contains("n..19    4111111111111111\n"), "{out}");
    let out = good(&["decode", "-s", "iso87-ascii", "--format", "hexdump", "--expose"], line());
    assert!(
        out.contains("0014  31 36 34 31 31 31 31 31 31 31 31 31 31 31 31 31  1641111111111111  2 Primary"),
        "{out}"
    );
}

#[test]
fn a_hexdump_names_elements_and_hides_octets() {
    let out = good(&["decode", "-s", "iso87-ascii", "-f", "hexdump"], line());
    assert!(out.contains("0000  30 32 30 30                                      0200              MTI\n"));
    assert!(
        out.contains(
            "0014  31 36 ** ** ** ** ** ** ** ** ** ** ** ** ** **  16**************  2 Primary account"
        ),
        "{out}"
    );
}

#[test]
fn the_json_contract() {
    let out = good(&["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"], line());
    let wanted = concat!(
        r#"{"mti":"0200","fields":{"2":"4111111111111111","3":"000000","4":"000000012300","#,
        r#""11":"123456","49":"156","55":[["95","0000008000"]]}}"#,
        "\n"
    );
    assert_eq!(out, wanted);
    let out = good(&["decode", "-s", "iso87-ascii", "--format", "ndjson"], line());
    let masked =
        wanted.replace("4111111111111111", "411111******1111").replace("]]}}\n", "]]},\"masked\":true}\n");
    assert_eq!(out, masked);
    let out = good(&["decode", "-s", "iso87-ascii", "--format", "json", "--expose"], line());
    assert!(out.starts_with("{\n  \"mti\": \"0200\",\n  \"fields\": {\n    \"2\": \"4111"), "{out}");
    let same = |text: &str| text.split_ascii_whitespace().collect::<String>();
    assert_eq!(same(&out), same(wanted));
}

#[test]
fn a_broken_message_says_what_parsed_and_where_it_broke() {
    let mut broken = request();
    // an amount with a letter, and chip data with a value that is too long
    broken[47] = b'X';
    let long = b"020000000000000002000169506000000800000";
    let input = format!("{}\n{}\n{}", hex(&broken), hex(long), line());
    let done = cardwire(&["decode", "-s", "iso87-ascii", "--format", "ndjson", "--expose"], input.clone());
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(
        lines[0],
        concat!(
            r#"{"error":{"field":4,"byte":47,"message":"field 4 at byte 47: expected class n, found a letter","#,
            r#""parsed":{"mti":"0200","fields":{"2":"4111111111111111","3":"000000"}}}}"#
        )
    );
    assert_eq!(
        lines[1],
        concat!(
            r#"{"error":{"field":55,"part":"95","byte":25,"message":"field 55, part 95 at byte 25: "#,
            r#"expected at most 5 octets, found 6","parsed":{"mti":"0200","fields":{}}}}"#
        )
    );
    assert!(lines[2].starts_with(r#"{"mti":"0200""#), "the next line is decoded");
    assert_eq!((done.code, done.err.as_str()), (1, "cardwire: 2 of 3 messages are broken\n"));

    let done = cardwire(&["decode", "-s", "iso87-ascii"], input);
    assert!(done.out.contains("  !! field 4 at byte 47: expected class n, found a letter\n"), "{}", done.out);
    assert!(done.out.contains("announced and not read: 4, 11, 49, 55\n"), "{}", done.out);
    assert!(!done.out.contains("4111111111111111"));
}

#[test]
fn colours_are_for_terminals() {
    let out = good(&["decode", "-s", "iso87-ascii", "--color", "always"], line());
    assert!(out.contains("\u{1b}["));
    assert!(!good(&["decode", "-s", "iso87-ascii"], line()).contains('\u{1b}'));
    let on_terminal = |before: &str| {
        let line = line();
        let command = format!("{before} {} decode -s iso87-ascii -m {line}", env!("CARGO_BIN_EXE_cardwire"));
        // it gives its command a terminal
        let run = std::process::Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .env_remove("NO_COLOR")
            .env("TERM", "xterm")
            .stdin(std::process::Stdio::null())
            .output();
        run.ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    let Some(out) = on_terminal("") else { return println!("skipped: no script of util-linux") };
    assert!(out.contains("\u{1b}[") && out.contains("123.00 CNY"), "{out}");
    let out = on_terminal("NO_COLOR=1").unwrap();
    assert!(!out.contains('\u{1b}') && out.contains("123.00 CNY"), "{out}");
}

#[test]
fn text_that_is_not_printable_is_escaped_without_loss() {
    // DE 63 of UnionPay holds GBK
    let wire = "0800000000000000000200063031203132C4E3";
    let wire = wire.replace("0006", "0007");
    let out = good(&["decode", "-s", "unionpay-pos", "--format", "ndjson", "--expose", "-m", &wire], "");
    assert_eq!(out, "{\"mti\":\"0800\",\"fields\":{\"63\":\"01 12\\u00C4\\u00E3\"}}\n");
    assert_eq!(good(&["encode", "-s", "unionpay-pos"], out), format!("{wire}\n"));
}
