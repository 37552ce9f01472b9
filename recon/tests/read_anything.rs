//! Whatever a file holds, reading ends, with every record made or refused.

#[path = "../examples/make_day/main.rs"]
#[allow(dead_code, reason = "a program, of which the files alone are wanted")]
mod make_day;
mod read;

use cardwire_recon::read::{Form, Options};
use cardwire_recon::record::Side;
use proptest::prelude::*;
use read::{drawn as all, options};

const FORMS: [Option<Form>; 7] = [
    None,
    Some(Form::Csv),
    Some(Form::Ndjson),
    Some(Form::Camt053),
    Some(Form::Mt940),
    Some(Form::Ipm),
    Some(Form::Messages),
];

const SIDES: [Side; 3] = [Side::Switch, Side::Clearing, Side::Bank];

/// `all` holds that the records are counted. A spec is said, or each case would search for one.
fn read_as_everything(octets: &[u8]) {
    for side in SIDES {
        for form in FORMS {
            let spec = Some(&cardwire::spec::ISO87_ASCII);
            let _ = all(&Options { form, spec, ..options(side) }, octets);
        }
    }
}

/// Files that are read, each with its side and form.
fn files() -> Vec<(Side, Vec<u8>)> {
    let [(_, capture), (_, ipm), (_, camt)] = make_day::files();
    let csv =
        "kind,rrn,gross,fee,net,settlement_date\nsale,607510000101,12300,74,12226,0316\ntrailer,,12300,,,\n";
    let json =
        "{\"mti\":\"0200\",\"stan\":\"000101\",\"amount\":12300,\"time\":\"2026-03-16T10:02:11+08:00\"}\n";
    let mt940 = ":20:A\n:25:1\n:28C:1\n:60F:C260316EUR10,\n:61:2603170317CR5,NTRFX//Y\n:86:166?00A?20B?21EREF+C\n:62F:C260317EUR15,\n-\n";
    let xml = "<isomsg><field id=\"0\" value=\"0200\"/><field id=\"11\" value=\"000101\"/></isomsg>\n";
    vec![
        (Side::Switch, capture),
        (Side::Clearing, ipm),
        (Side::Bank, camt),
        (Side::Clearing, csv.into()),
        (Side::Switch, json.into()),
        (Side::Bank, mt940.into()),
        (Side::Switch, xml.into()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_octets(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_as_everything(&octets);
    }

    #[test]
    fn any_text(text in "[ -~\\n]{0,200}") {
        read_as_everything(text.as_bytes());
    }

    #[test]
    fn files_with_octets_changed(
        index in 0..7_usize,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (side, mut octets) = files().swap_remove(index);
        for (place, octet) in changes {
            let place = place.index(octets.len());
            octets[place] = octet;
        }
        let _ = all(&Options { spec: Some(&cardwire::spec::ISO87_ASCII), ..options(side) }, &octets);
    }
}

#[test]
fn files_that_are_cut_at_every_octet() {
    for (side, octets) in files() {
        let step = octets.len() / 400 + 1;
        for end in (0..octets.len()).step_by(step) {
            let _ =
                all(&Options { spec: Some(&cardwire::spec::ISO87_ASCII), ..options(side) }, &octets[..end]);
        }
    }
}

#[test]
fn one_record_that_is_too_long_ends_the_reading() {
    let long = "x".repeat(17 << 20);
    for (form, start, words) in [
        (Form::Csv, "booked,amount\n2026-03-17,\"", "a quote in it is not closed"),
        (Form::Camt053, "<Document><BkToCstmrStmt><Stmt><Ntry><AddtlNtryInf>", "longer than 1 MiB"),
        (Form::Camt053, "<Document ", "longer than 1 MiB"),
        (Form::Camt053, "<!--", "longer than 1 MiB"),
    ] {
        let read =
            all(&Options { form: Some(form), ..options(Side::Bank) }, format!("{start}{long}").as_bytes());
        assert!(read.words().iter().any(|found| found.contains(words)), "{start}: {:?}", read.words());
        assert!(!read.report.file.complete);
    }
}
