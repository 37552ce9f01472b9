//! Statements in MT940.

mod read;

use cardwire_recon::record::Side;
use read::{drawn, line_of, of, options};

const EXAMPLE: &str = ":20:STM260317
:25:12030000/202051
:28C:76/1
:60F:C260316EUR1000,00
:61:2603170317CR298,20NMSCPO20260316000777//B41
:86:166?00CREDIT TRANSFER?10000931?20PAYOUT PO-20260316-000777
?21MID 123456789012345?30EXAMDEFF?31DE89370400440532013000
?32EXAMPLE ACQUIRER AG?34000
:61:2603170317D54,35NTRFNONREF
SUPPLEMENTARY
:86:116?00SEPA TRANSFER?20EREF+E2E-1?21SVWZ+REFUND
:62F:C260317EUR1243,85
:86:THIS BELONGS TO THE STATEMENT
-
";

#[test]
fn lines_and_their_information() {
    let read = of(Side::Bank, EXAMPLE);
    assert_eq!(read.words(), [""; 0]);
    let [credit, debit] = read.entries()[..] else { panic!("{:?}", read.records) };
    assert_eq!((credit.amount, line_of(credit.source.place)), (29820, 5));
    assert_eq!(credit.text, "CREDIT TRANSFER PAYOUT PO-20260316-000777 MID 123456789012345 PO20260316000777");
    assert_eq!((credit.reference.as_deref(), credit.code.as_deref()), (Some("B41"), Some("NMSC/166")));
    assert_eq!(credit.end_to_end.as_deref(), Some("PO20260316000777"));
    assert_eq!(credit.party.as_deref(), Some("EXAMPLE ACQUIRER AG"));
    assert_eq!((debit.amount, debit.end_to_end.as_deref()), (-5435, Some("E2E-1")));
    assert_eq!(debit.text, "SEPA TRANSFER REFUND SUPPLEMENTARY");
    assert_eq!(debit.account.as_deref(), Some("12030000/202051"));
    assert_eq!(debit.currency.unwrap().as_str(), "EUR");
    let file = &read.report.file;
    assert_eq!(file.identity.as_deref(), Some("12030000/202051/76/1/STM260317"));
    assert_eq!(file.date.unwrap().to_string(), "2026-03-17");
}

#[test]
fn blocks_of_swift_and_line_ends_change_nothing() {
    let plain = of(Side::Bank, EXAMPLE);
    let body = EXAMPLE.trim_end().strip_suffix('-').unwrap();
    for text in [
        format!("{{1:F01BANKDEFFXXXX0000000000}}{{2:I940BANKDEFFXXXXN}}{{4:\n{body}-}}\n"),
        format!("{{1:F01BANKDEFFXXXX0000000000}}{{2:I940BANKDEFFXXXXN}}{{4:{body}-}}\n"),
        EXAMPLE.replace('\n', "\r\n"),
        format!("\u{feff}{EXAMPLE}"),
        format!("0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n{EXAMPLE}"),
    ] {
        let read = of(Side::Bank, &text);
        let amounts: Vec<_> = read.entries().iter().map(|entry| (entry.amount, entry.text.clone())).collect();
        let expected: Vec<_> =
            plain.entries().iter().map(|entry| (entry.amount, entry.text.clone())).collect();
        assert_eq!((amounts, read.words()), (expected, Vec::new()), "{text}");
    }
}

#[test]
fn reversals_pages_and_several_statements() {
    let text = ":20:A\n:25:1\n:28C:1/1\n:60F:C260316EUR10,\n:61:260317RC4,NTRFX\n:86:free\n-with: dashes\n:not a tag\n\
                :62M:C260317EUR6,\n-\n:20:A\n:25:1\n:28C:1/2\n:60M:C260317EUR6,\n:61:260317RD4,NTRFX\n\
                :62F:C260317EUR10,\n-\n:20:B\n:25:2\n:28C:1\n:60F:D260316JPY10,\n:61:260317C5,NTRFX\n:62F:D260317JPY5,\n-\n";
    let read = of(Side::Bank, text);
    assert_eq!(read.words(), [""; 0]);
    let found: Vec<_> = read.entries().iter().map(|entry| (entry.amount, entry.reversal)).collect();
    assert_eq!(found, [(-400, true), (400, true), (5, false)]);
    assert_eq!(read.entries()[0].text, "free -with: dashes :not a tag X");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (from, to, words) in [
        (
            "1243,85",
            "1243,86",
            "line 12: the balances do not agree: opening 100000 and lines 24385 give 124385",
        ),
        ("D54,35", "D54.35", "line 9: `:61:` has an amount without a comma"),
        (":61:2603170317D", ":61:2613170317D", "line 9: `:61:` does not begin with a value date"),
        (":60F:C260316EUR1000,00\n", "", "the statement has no opening balance"),
        (":60F:C260316EUR", ":60F:C260316E", "line 4: a balance is C or D"),
        (
            ":62F:C260317EUR1243,85\n:86:THIS BELONGS TO THE STATEMENT\n",
            "",
            "has no closing balance (`:62F:`): it is cut off",
        ),
        (":62F:", ":62M:", "the last page of the statement (`:62F:`) is missing"),
        (":60F:C260316EUR", ":60F:C260316USD", "in another currency than the opening one"),
        (":20:STM260317", "what is this line, then?\n:20:X", "line 1: the line stands in no statement"),
    ] {
        let found = of(Side::Bank, &EXAMPLE.replace(from, to)).words();
        assert!(found.iter().any(|found| found.contains(words)), "{words}: {found:?}");
    }
}

#[test]
fn a_statement_that_is_cut_says_so_wherever_it_is_cut() {
    let end = EXAMPLE.find(":62F:").unwrap();
    for cut in 5..end {
        let read = drawn(&options(Side::Bank), &EXAMPLE.as_bytes()[..cut]);
        assert!(!read.report.file.complete, "cut at {cut}: {:?}", read.words());
    }
}
