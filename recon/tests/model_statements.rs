//! Statements beside tables of what each of their elements and tags means.

mod read;

use cardwire_recon::record::{BankEntry, Side};
use read::{Read, drawn, options};

fn of(text: &str) -> Read {
    drawn(&options(Side::Bank), text.as_bytes())
}

/// A camt.053 whose statement holds these elements.
fn camt(inner: &str) -> String {
    headed("<GrpHdr><MsgId>M-1</MsgId></GrpHdr>", inner)
}

fn headed(head: &str, inner: &str) -> String {
    format!("<Document><BkToCstmrStmt>{head}<Stmt>{inner}</Stmt></BkToCstmrStmt></Document>")
}

fn entry(direction: &str, rest: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">5.00</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-03-17</Dt></BookgDt>{rest}</Ntry>"
    )
}

/// Elements around a text: `A/B` is `<A><B>text</B></A>`.
fn nested(path: &str, text: &str) -> String {
    let open: String = path.split('/').map(|name| format!("<{name}>")).collect();
    let close: String = path.split('/').rev().map(|name| format!("</{name}>")).collect();
    format!("{open}{text}{close}")
}

fn fields(entry: &BankEntry) -> Vec<(&'static str, String)> {
    let texts = [
        ("end_to_end", &entry.end_to_end),
        ("reference", &entry.reference),
        ("code", &entry.code),
        ("return_reason", &entry.return_reason),
        ("party", &entry.party),
        ("party_account", &entry.party_account),
    ];
    let mut found: Vec<_> =
        texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?.to_string()))).collect();
    if !entry.text.is_empty() {
        found.push(("text", entry.text.to_string()));
    }
    if entry.reversal {
        found.push(("reversal", "true".into()));
    }
    found
}

/// Each element of an entry fills one field. The other party is who paid for a credit, and who was paid for a debit.
#[test]
fn each_element_of_an_entry_fills_its_field() {
    let detail = |path: &str| format!("NtryDtls/TxDtls/{path}");
    for (path, field) in [
        ("AcctSvcrRef".to_owned(), "reference"),
        ("BkTxCd/Prtry/Cd".into(), "code"),
        ("AddtlNtryInf".into(), "text"),
        ("NtryDtls/Btch/PmtInfId".into(), "text"),
        (detail("Refs/EndToEndId"), "end_to_end"),
        (detail("Refs/AcctSvcrRef"), "reference"),
        (detail("Refs/InstrId"), "text"),
        (detail("Refs/PmtInfId"), "text"),
        (detail("RmtInf/Ustrd"), "text"),
        (detail("RmtInf/Strd/CdtrRefInf/Ref"), "text"),
        (detail("AddtlTxInf"), "text"),
        (detail("RtrInf/Rsn/Cd"), "return_reason"),
        (detail("RtrInf/Rsn/Prtry"), "return_reason"),
        (detail("Other/Cd"), ""),
        ("Other/Cd".into(), ""),
    ] {
        let read = of(&camt(&entry("CRDT", &nested(&path, "X-1"))));
        assert_eq!(read.words(), [""; 0], "{path}");
        let expected: Vec<_> =
            [(field, "X-1".to_owned())].into_iter().filter(|(name, _)| !name.is_empty()).collect();
        assert_eq!(fields(read.entries()[0]), expected, "{path}");
    }
    for (direction, payer, payee) in [("CRDT", true, false), ("DBIT", false, true)] {
        for (path, field, is_told) in [
            ("Dbtr/Nm", "party", payer),
            ("Dbtr/Pty/Nm", "party", payer),
            ("Cdtr/Nm", "party", payee),
            ("Cdtr/Pty/Nm", "party", payee),
            ("DbtrAcct/Id/IBAN", "party_account", payer),
            ("DbtrAcct/Id/Othr/Id", "party_account", payer),
            ("CdtrAcct/Id/IBAN", "party_account", payee),
            ("CdtrAcct/Id/Othr/Id", "party_account", payee),
        ] {
            let read = of(&camt(&entry(direction, &nested(&detail(&format!("RltdPties/{path}")), "X-1"))));
            let expected = if is_told { vec![(field, "X-1".to_owned())] } else { Vec::new() };
            assert_eq!(fields(read.entries()[0]), expected, "{direction} {path}");
        }
    }
    let [domain, family, part] = ["Cd", "Fmly/Cd", "Fmly/SubFmlyCd"];
    for (paths, code) in [
        (vec![(domain, "PMNT"), (family, "MCRD"), (part, "POSP")], "PMNT/MCRD/POSP"),
        (vec![(domain, "PMNT")], "PMNT//"),
    ] {
        let codes: String =
            paths.iter().map(|(path, text)| nested(&format!("BkTxCd/Domn/{path}"), text)).collect();
        let own = nested("BkTxCd/Prtry/Cd", "OWN");
        assert_eq!(
            fields(of(&camt(&entry("CRDT", &(codes + &own)))).entries()[0]),
            [("code", code.to_owned())]
        );
    }
    for (text, is_one) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        let read = of(&camt(&entry("CRDT", &nested("RvslInd", text))));
        assert_eq!(read.entries()[0].reversal, is_one, "{text}");
    }
    let unknown = of(&camt(&entry("CRDT", &nested(&detail("Refs/EndToEndId"), "NOTPROVIDED"))));
    assert_eq!(unknown.entries()[0].end_to_end, None);
}

#[test]
fn an_entry_has_a_day_and_is_booked() {
    let with = |status: &str, dates: &str| {
        let read = of(&camt(&format!(
            "<Ntry><Amt Ccy=\"EUR\">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>{status}{dates}</Ntry>"
        )));
        let days =
            |entry: &BankEntry| [entry.booked, entry.value_date].map(|day| day.map(|day| day.to_string()));
        (read.entries().first().map(|entry| days(entry)), read.words().concat())
    };
    let day = || Some("2026-03-17".to_owned());
    for (dates, expected) in [
        (nested("BookgDt/Dt", "2026-03-17"), [day(), None]),
        (nested("BookgDt/DtTm", "2026-03-17T23:00:00Z"), [day(), None]),
        (nested("ValDt/Dt", "2026-03-17"), [None, day()]),
        (nested("ValDt/DtTm", "2026-03-17T01:00:00"), [None, day()]),
    ] {
        for status in ["", "<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>"] {
            assert_eq!(with(status, &dates), (Some(expected.clone()), String::new()), "{status} {dates}");
        }
        for status in ["<Sts>PDNG</Sts>", "<Sts><Cd>INFO</Cd></Sts>"] {
            let (found, words) = with(status, &dates);
            assert!(found.is_none() && words.contains("it counts when it is booked"), "{status}: {words}");
        }
    }
    let (found, words) = with("", "");
    assert!(found.is_none() && words.contains("neither a date of booking nor a value date"), "{words}");
}

/// A balance `OPBD+5.00` on 17 March.
fn balances(told: &str) -> String {
    let one = |told: &str| {
        let (code, amount) = told.split_at(4);
        let direction = if amount.starts_with('-') { "DBIT" } else { "CRDT" };
        format!(
            "<Bal>{}<Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>2026-03-17</Dt></Dt></Bal>",
            nested("Tp/CdOrPrtry/Cd", code),
            &amount[1..]
        )
    };
    told.split_whitespace().map(one).collect()
}

/// The opening balance and the booked entries give the closing one; what else a statement tells is not held against it.
#[test]
fn balances_that_are_held_against_the_entries() {
    let unchecked = "no opening or no closing balance";
    let wrong = "the balances do not agree";
    for (told, entries, words, date) in [
        ("OPBD+1.00 CLBD+6.00", "CRDT", "", true),
        ("PRCD+1.00 CLBD+6.00", "CRDT", "", true),
        ("OPBD-1.00 CLBD+4.00", "CRDT", "", true),
        ("OPBD+1.00 CLBD-4.00", "DBIT", "", true),
        ("OPBD+1.00 PRCD+9.00 CLBD+6.00", "CRDT", "", true),
        ("OPBD+1.00 CLBD+6.00 CLAV+7.00 ITBD+8.00", "CRDT", "", true),
        ("OPBD+1.00 CLBD+6.01", "CRDT", wrong, true),
        ("OPBD+1.00 CLBD+6.00", "DBIT", wrong, true),
        ("CLBD+6.00", "CRDT", unchecked, true),
        ("OPBD+1.00", "CRDT", unchecked, false),
        ("OPBD+1.00 ITBD+6.00", "CRDT", unchecked, true),
        ("", "CRDT", unchecked, false),
        ("OPBD+1.001 CLBD+6.00", "CRDT", "a balance cannot be read", true),
    ] {
        let read = of(&camt(&(balances(told) + &entry(entries, ""))));
        let notes: Vec<_> = read.report.notes.iter().map(|note| note.reason.to_string()).collect();
        let found = read.words().concat() + &notes.concat();
        assert_eq!(read.entries().len(), 1);
        assert_eq!(words.is_empty(), found.is_empty(), "{told}: {found}");
        assert!(found.contains(words), "{told}: {found}");
        assert_eq!(read.report.file.date.is_some(), date, "{told}");
    }
    let pending = entry("CRDT", "").replace("BOOK", "PDNG");
    let read = of(&camt(&(balances("OPBD+1.00 CLBD+6.00") + &pending)));
    assert!(read.faults().concat().ends_with("not every entry could be counted"), "{:?}", read.faults());
    let read = of(&camt(&(balances("OPBD+1.00 CLBD+7.00") + &entry("CRDT", ""))));
    assert!(read.faults().concat().ends_with("the closing balance is 700"), "{:?}", read.faults());
}

/// The message, the statement, its number and its page name a file; the first statement does.
#[test]
fn what_names_a_file() {
    let numbers = ["<ElctrncSeqNb>7</ElctrncSeqNb>", "<LglSeqNb>8</LglSeqNb>"];
    let with = |head: &str, inner: &str| {
        let read = of(&headed(head, &(inner.to_owned() + &balances("OPBD+0.00 CLBD+0.00"))));
        assert_eq!(read.words(), [""; 0], "a statement needs no head");
        let file = read.report.file;
        (file.identity.map(String::from), file.account.map(String::from))
    };
    let head = "<GrpHdr><MsgId>M-1</MsgId><MsgPgntn><PgNb>2</PgNb></MsgPgntn></GrpHdr>";
    let name = |text: &str| Some(text.to_owned());
    assert_eq!(with(head, "<Id>S-1</Id>"), (name("M-1/S-1/2"), None));
    assert_eq!(with("", &format!("<Id>S-1</Id>{}", numbers.concat())), (name("S-1/7"), None));
    assert_eq!(with("", &format!("<Id>S-1</Id>{}{}", numbers[1], numbers[0])), (name("S-1/7"), None));
    assert_eq!(with("", &format!("<Id>S-1</Id>{}", numbers[1])), (name("S-1/8"), None));
    let none = of(&headed(head, "").replace("<Stmt></Stmt>", ""));
    assert!(none.words().concat().ends_with("the file holds no camt.053 statement"), "{:?}", none.words());
    for account in ["Acct/Id/IBAN", "Acct/Id/Othr/Id"] {
        let inner = format!("<Id>S-1</Id>{}", nested(account, "A-1"));
        assert_eq!(with("", &inner), (name("S-1"), name("A-1")));
        let two = format!("{inner}</Stmt><Stmt><Id>S-2</Id>{}", nested(account, "A-2"));
        assert_eq!(with("", &two), (name("S-1"), name("A-1")));
    }
}

const PAGES: &str = ":20:A\n:25:1\n:28C:1/1\n:60F:C260316EUR10,\n:61:260317C4,NTRFX\n:62M:C260317EUR14,\n-\n\
                     :20:A\n:25:1\n:28C:1/2\n:60M:C260317EUR14,\n:61:260317D4,NTRFX\n:62F:C260318EUR10,\n-\n";

/// A page begins with what the one before ended with, of the same account, in the same currency.
#[test]
fn a_page_goes_on_from_the_one_before() {
    let begins = "the page begins with";
    for (changes, words) in [
        (vec![], ""),
        (
            vec![(":60M:C260317EUR14,", ":60M:C260317EUR15,"), (":62F:C260318EUR10,", ":62F:C260318EUR11,")],
            begins,
        ),
        (
            vec![("260317EUR14,\n:61:260317D", "260317CHF14,\n:61:260317D"), ("260318EUR", "260318CHF")],
            begins,
        ),
        // another account, and one that begins anew, do not go on
        (
            vec![
                (":25:1\n:28C:1/2", ":25:2\n:28C:1/2"),
                (":60M:C260317EUR14,", ":60M:C260317EUR15,"),
                (":62F:C260318EUR10,", ":62F:C260318EUR11,"),
            ],
            "",
        ),
        (
            vec![(":60M:C260317EUR14,", ":60F:C260317EUR15,"), (":62F:C260318EUR10,", ":62F:C260318EUR11,")],
            "",
        ),
        (
            vec![(":62F:C260318EUR10,", ":62M:C260318EUR10,")],
            "the last page of the statement (`:62F:`) is missing",
        ),
        (vec![(":62M:C260317EUR14,", ":62M:C260317EUR13,")], "the closing balance is 1300"),
        (vec![("D4,NTRFX", "D4NTRFX")], "not every line could be counted"),
    ] {
        let text = changes.iter().fold(PAGES.to_owned(), |text, (from, to)| {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text.replace(from, to)
        });
        let found = of(&text).words();
        assert_eq!(words.is_empty(), found.is_empty(), "{changes:?}: {found:?}");
        assert!(found.concat().contains(words), "{changes:?}: {found:?}");
    }
    let file = of(PAGES).report.file;
    assert_eq!(file.identity.as_deref(), Some("1/1/1/A"));
    assert_eq!((file.date.unwrap().to_string().as_str(), file.account.as_deref()), ("2026-03-18", Some("1")));
}

/// Where the parts of a line go; `:86:` that stands behind the closing balance is of the statement.
#[test]
fn tags_and_the_fields_that_they_fill() {
    let with = |line: &str| {
        let text = format!(
            ":20:A\n:25P:9\n:28:1\n:60F:C260316EUR10,\n{line}\n:62F:C260317EUR14,\n:64:C260317EUR14,\n:86:end\n-\n"
        );
        let read = of(&text);
        assert_eq!(read.words(), [""; 0], "{line}");
        assert_eq!(read.report.file.identity.as_deref(), Some("9/1/A"));
        fields(read.entries()[0])
    };
    let mut rows = vec![
        (":61:260317C4,NTRFNONREF", vec![("code", "NTRF")]),
        (":61:260317C4,NTRFNOTPROVIDED", vec![("code", "NTRF"), ("text", "NOTPROVIDED")]),
        (
            ":61:260317C4,NTRFA//B",
            vec![("end_to_end", "A"), ("reference", "B"), ("code", "NTRF"), ("text", "A")],
        ),
        (":61:260317C4,NTRFNONREF\nMORE", vec![("code", "NTRF"), ("text", "MORE")]),
        (":61:260317C4,NTRFNONREF\n:86:one\ntwo", vec![("code", "NTRF"), ("text", "one two")]),
        (":61:260317C4,NTRFA\n:86:/EREF/B/", vec![("end_to_end", "B"), ("code", "NTRF"), ("text", "A")]),
        (
            ":61:260317C4,NTRFNONREF\n:86:166?20P?32N",
            vec![("code", "NTRF/166"), ("party", "N"), ("text", "P")],
        ),
        (
            ":61:260317C4,NTRFNONREF\n:86:/RTRN/AC04/IBAN/I-1/NAME/N",
            vec![("code", "NTRF"), ("return_reason", "AC04"), ("party", "N"), ("party_account", "I-1")],
        ),
    ];
    rows.push((":61:260317RD4,NTRFNONREF", vec![("code", "NTRF"), ("reversal", "true")]));
    for (line, expected) in rows {
        let expected: Vec<_> = expected.into_iter().map(|(name, text)| (name, text.to_owned())).collect();
        assert_eq!(with(line), expected, "{line}");
    }
}

/// A tag holds 64 KiB, and what is beyond is told once, at its first line.
#[test]
fn the_text_of_a_tag_has_an_end() {
    let line = "x".repeat(1_024);
    let tag = |lines: usize, more: &str| {
        let lines = format!("{line}\n").repeat(lines);
        let text = PAGES.replacen(":62M:", &format!(":86:{lines}{more}:62M:"), 1);
        let faults = of(&text).faults();
        faults.iter().filter(|words| words.contains("hold more than 64 KiB")).cloned().collect::<Vec<_>>()
    };
    let told = "line 6: the lines of a tag hold more than 64 KiB, and were not all read";
    assert_eq!(tag(64, ""), [""; 0]);
    assert_eq!(tag(64, "y\n"), [told]);
    assert_eq!(tag(64, "y\ny\n"), [told]);
    assert_eq!(tag(63, &format!("{line}y\ny\n")), [told]);
}

/// An element holds 64 KiB of text, in however many pieces it comes.
#[test]
fn the_text_of_an_element_has_an_end() {
    let words = |text: &str| of(&camt(&entry("CRDT", &nested("AddtlNtryInf", text)))).words().concat();
    let long = "x".repeat(65_535);
    for text in [format!("{long}&amp;"), format!("{0}&amp;{0}", &long[..300])] {
        assert_eq!(words(&text), "", "{}", text.len());
    }
    for text in [format!("{long}&amp;&amp;"), format!("{long}&amp;x"), format!("{long}xx")] {
        assert!(words(&text).contains("an element holds more than 64 KiB of text"), "{}", text.len());
    }
}
