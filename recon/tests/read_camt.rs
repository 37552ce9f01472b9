//! Statements in camt.053.

mod read;

use cardwire_recon::record::Side;
use read::{Read, all, drawn, of, options};

/// A statement of an account in that currency: opening, closing, and what stands between.
fn statement(version: &str, currency: &str, [opening, closing]: [&str; 2], entries: &str) -> String {
    let balance = |code: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"{currency}\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-17</Dt></Dt></Bal>"
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>STM-1</MsgId><CreDtTm>2026-03-18T02:15:00+01:00</CreDtTm></GrpHdr>\
         <Stmt><Id>S-1</Id><ElctrncSeqNb>76</ElctrncSeqNb><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id>\
         <Ccy>{currency}</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>\n",
        balance("OPBD", opening),
        balance("CLBD", closing)
    )
}

/// An entry with details.
fn entry(amount: &str, direction: &str, rest: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-03-17</Dt></BookgDt><ValDt><DtTm>2026-03-18T00:00:00</DtTm></ValDt>{rest}</Ntry>"
    )
}

fn amounts(read: &Read) -> Vec<i64> {
    read.entries().iter().map(|entry| entry.amount).collect()
}

#[test]
fn version_8_with_a_payout_and_a_batch_that_holds_a_return() {
    let entries = entry(
        "298.20",
        "CRDT",
        "<AcctSvcrRef>REF41</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>MCRD</Cd><SubFmlyCd>POSP</SubFmlyCd>\
         </Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>PO-20260316-000777</EndToEndId></Refs>\
         <Amt Ccy=\"EUR\">298.20</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>Example &amp; Co</Nm></Pty>\
         </Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>\
         <RmtInf><Ustrd>PAYOUT PO-20260316</Ustrd><Ustrd>-000777 MID 1</Ustrd></RmtInf></TxDtls></NtryDtls>",
    ) + &entry(
        "54.35",
        "DBIT",
        "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>\
         <TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs><Amt Ccy=\"EUR\">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>\
         <TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"EUR\">4.35</Amt><CdtDbtInd>DBIT</CdtDbtInd>\
         <RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls>",
    );
    let text = statement("08", "EUR", ["1000.00", "1243.85"], &entries);
    let read = of(Side::Bank, &text);
    assert_eq!(read.words(), [""; 0]);
    assert_eq!(amounts(&read), [29820, -5000, -435]);
    let payout = read.entries()[0];
    assert_eq!(payout.end_to_end.as_deref(), Some("PO-20260316-000777"));
    assert_eq!(payout.text, "PAYOUT PO-20260316 -000777 MID 1");
    assert_eq!(
        (payout.code.as_deref(), payout.reference.as_deref()),
        (Some("PMNT/MCRD/POSP"), Some("REF41"))
    );
    assert_eq!(payout.party.as_deref(), Some("Example & Co"));
    assert_eq!(payout.party_account.as_deref(), Some("DE89370400440532013000"));
    assert_eq!(payout.account.as_deref(), Some("DE02120300000000202051"));
    assert_eq!(payout.value_date.unwrap().to_string(), "2026-03-18");
    let returned = read.entries()[2];
    assert_eq!((returned.return_reason.as_deref(), returned.end_to_end.as_deref()), (Some("AC04"), None));
    let file = &read.report.file;
    assert_eq!(file.identity.as_deref(), Some("STM-1/S-1/76"));
    assert_eq!(file.date.unwrap().to_string(), "2026-03-17");
    // prefixes change nothing
    let prefixed =
        text.replace("<", "<n:").replace("<n:/", "</n:").replace("<n:?", "<?").replace("xmlns=", "xmlns:n=");
    let prefixed = of(Side::Bank, &prefixed);
    assert_eq!(amounts(&prefixed), amounts(&read));
    assert_eq!(prefixed.words(), [""; 0]);
}

#[test]
fn version_2_writes_status_names_and_amounts_elsewhere() {
    let entries = "<Ntry><Amt Ccy=\"EUR\">10</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts>\
        <BookgDt><Dt>2026-03-17</Dt></BookgDt><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd><NtryDtls><TxDtls>\
        <AmtDtls><TxAmt><Amt Ccy=\"EUR\">10.00</Amt></TxAmt></AmtDtls><RltdPties><Dbtr><Nm>Payer</Nm></Dbtr></RltdPties>\
        <Vendor><Specific>unknown</Specific></Vendor></TxDtls></NtryDtls><AddtlNtryInf>CREDIT</AddtlNtryInf></Ntry>\
        <Ntry><Amt Ccy=\"EUR\">7</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2026-03-17</Dt></BookgDt></Ntry>";
    let read = of(Side::Bank, &statement("02", "EUR", ["1", "11"], entries));
    let [booked] = read.entries()[..] else { panic!("{:?}", read.records) };
    assert_eq!((booked.amount, booked.reversal, booked.text.as_str()), (1000, true, "CREDIT"));
    assert_eq!((booked.party.as_deref(), booked.code.as_deref()), (Some("Payer"), Some("NTRF")));
    assert!(read.words()[0].ends_with("it counts when it is booked"), "{:?}", read.words());
    assert_eq!(read.faults(), [""; 0], "what is pending is in no balance");
}

#[test]
fn lines_of_an_entry_sum_to_it() {
    let detail =
        |amount: &str| format!("<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>");
    for (amount, details, expected) in [
        // charges lie between the details and the entry
        ("1497.00", detail("1000") + &detail("500"), vec![100_000, 50_000, -300]),
        ("5.00", detail("5.00"), vec![500]),
        // details without amounts are one line
        ("5.00", "<TxDtls></TxDtls><TxDtls/>".to_owned(), vec![500]),
        ("5.00", "<TxDtls/>".to_owned(), vec![500]),
        // an amount in another currency says nothing of the entry
        (
            "5.00",
            "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"USD\">6.00</Amt></TxAmt></AmtDtls></TxDtls>".into(),
            vec![500],
        ),
        ("5.00", String::new(), vec![500]),
    ] {
        let entries = entry(amount, "CRDT", &format!("<NtryDtls>{details}</NtryDtls>"));
        let read = of(Side::Bank, &statement("08", "EUR", ["0", amount], &entries));
        assert_eq!(amounts(&read), expected, "{details}");
        assert_eq!(read.words(), [""; 0]);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_offset() {
    let fine = entry("5.00", "CRDT", "");
    for (text, words) in [
        (
            statement("08", "EUR", ["0", "6"], &fine),
            "the balances do not agree: opening 0 and entries 500 give 500",
        ),
        (
            statement("08", "USD", ["0", "0"], &fine),
            "an entry is in EUR, the account of the statement in USD",
        ),
        (statement("08", "EUR", ["0", "5"], &entry("5.001", "CRDT", "")), "an amount has more decimals"),
        (statement("08", "EUR", ["0", "5"], &entry("-5", "CRDT", "")), "an amount is negative"),
        (statement("08", "EUR", ["0", "5"], &entry("5", "", "")), "an amount is neither CRDT nor DBIT"),
        (statement("08", "EUR", ["0", "5"], &fine.replace("2026-03", "2026-13")), "a date is not a date"),
        (
            statement("08", "EUR", ["0", "5"], &(fine.clone() + "&lol;")),
            "an entity is used that XML does not know",
        ),
        ("<!DOCTYPE d [<!ENTITY a \"b\">]><Document/>".into(), "document type declaration"),
        ("<a>".repeat(70), "deeper within each other than 64"),
        ("<Document><BkToCstmrAcctRpt/></Document>".into(), "camt.052"),
        ("<html><body/></html>".into(), "no camt.053 statement"),
        ("<Document><BkToCstmrStmt></Stmt>".into(), "malformed"),
    ] {
        let found = of(Side::Bank, &text).words();
        assert!(
            found.iter().any(|found| found.starts_with("offset") && found.contains(words)),
            "{words}: {found:?}"
        );
    }
    let counted =
        "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>".to_owned() + &fine;
    let read = of(Side::Bank, &statement("08", "EUR", ["0", "5"], &counted));
    assert!(read.faults()[0].ends_with("the summary says 2 entries, 1 are there"));
}

#[test]
fn a_statement_that_is_cut_says_so_wherever_it_is_cut() {
    let text = statement(
        "08",
        "EUR",
        ["0", "10"],
        &entry("5.00", "CRDT", "<AddtlNtryInf>ä</AddtlNtryInf>").repeat(2),
    );
    for end in 1..text.trim_end().len() {
        let read = drawn(&options(Side::Bank), &text.as_bytes()[..end]);
        assert!(!read.report.file.complete && !read.faults().is_empty(), "cut at {end}");
        assert!(amounts(&read).iter().all(|amount| *amount == 500));
    }
}

#[test]
fn other_encodings_are_read() {
    let text =
        statement("08", "EUR", ["0", "5"], &entry("5.00", "CRDT", "<AddtlNtryInf>Gebühr</AddtlNtryInf>"));
    let latin = text.replace("UTF-8", "ISO-8859-1");
    let octets: Vec<u8> = latin.chars().map(|found| u8::try_from(found).unwrap()).collect();
    let read = all(&options(Side::Bank), &octets);
    assert_eq!((read.words(), read.entries()[0].text.as_str()), (Vec::new(), "Gebühr"));
}

#[test]
fn several_accounts_in_one_file() {
    let one = statement("08", "EUR", ["0", "5"], &entry("5.00", "CRDT", ""));
    let stmt = one.split("<Stmt>").nth(1).unwrap().split("</Stmt>").next().unwrap();
    let other = stmt.replace("EUR", "JPY").replace(">5.00<", ">5<").replace("202051", "202052");
    let text = one.replace("</Stmt>", &format!("</Stmt><Stmt>{other}</Stmt>"));
    let read = of(Side::Bank, &text);
    assert_eq!(read.words(), [""; 0]);
    let found: Vec<_> =
        read.entries().iter().map(|entry| (entry.amount, entry.currency.unwrap().to_string())).collect();
    assert_eq!(found, [(500, "EUR".into()), (5, "JPY".into())]);
    assert_ne!(read.entries()[0].account, read.entries()[1].account);
}
