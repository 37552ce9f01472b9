//! What is said beside the class of a line, and links that are told from addresses.

mod common;

use common::check;

const LATER: &str = "2026-03-18T10:00";

#[test]
fn hints_stand_beside_the_class() {
    let notes = |objects: &[serde_json::Value]| -> Vec<String> {
        let lines = objects.iter().filter(|object| object["kind"] == "transaction");
        let notes = lines.flat_map(|line| line["notes"].as_array().unwrap().clone());
        notes.map(|note| note["id"].as_str().unwrap().to_owned()).collect()
    };
    let sale = [
        "10:00:00 T>A 0200 000000 000001 . 500",
        "10:00:01 A>T 0210 000000 000001 607510000001 500 00 A00001 0316",
    ];
    let record = "sale 607510000001 000001 50000 300 49700 PO-1";
    let objects = check(
        &sale,
        &[record],
        &["2026-03-17 49700 PO-1"],
        LATER,
        &["T amount-differs! | C01 S01 S02 | 500", "P payout | B01 | 49700"],
    );
    assert_eq!(notes(&objects), ["decimals"], "a hundred times as much");
    let record = "sale 607510000001 000001 500 3 497 PO-1 merchant=898110159990777";
    let objects = check(
        &sale,
        &[record],
        &["2026-03-17 497 PO-1"],
        LATER,
        &["T matched | C01 S01 S02 | 500", "P payout | B01 | 497"],
    );
    assert_eq!(notes(&objects), ["other-merchant"]);
    let twice = [
        "10:00:00 T>A 0200 000000 000001 . 500 card=4111111111111111",
        "10:00:01 A>T 0210 000000 000001 607510000001 500 00 A00001 0316",
        "10:05:00 T>A 0200 000000 000002 . 500 card=4111111111111111",
        "10:05:01 A>T 0210 000000 000002 607510000002 500 A4 A00002 0316",
    ];
    let records = ["sale 607510000001 000001 500 3 497 PO-1", "sale 607510000002 000002 500 3 497 PO-1"];
    let objects = check(
        &twice,
        &records,
        &["2026-03-17 994 PO-1"],
        LATER,
        &["T matched | C01 S01 S02 | 500", "T matched | C02 S03 S04 | 500", "P payout | B01 | 994"],
    );
    assert_eq!(notes(&objects), ["twin", "response", "twin"], "the second is an approval with a remark");
}

#[test]
fn hosts_that_pass_requests_on_are_told_from_their_addresses() {
    check(
        &[
            "10:00:00 10.0.0.7:40001>10.0.0.2:9000 0200 000000 000001 . 10000",
            "10:00:00 10.0.0.2:51111>10.0.0.3:8583 0200 000000 900001 607510000001 10000",
            "10:00:01 10.0.0.3:8583>10.0.0.2:51111 0210 000000 900001 607510000001 10000 00 A00001 0316",
            "10:00:02 10.0.0.2:9000>10.0.0.7:40001 0210 000000 000001 607510000001 10000 00 A00001 0316",
            "11:00:00 10.0.0.8:40001>10.0.0.2:9000 0200 000000 000002 . 500",
            "11:00:00 10.0.0.2:51111>10.0.0.3:8583 0200 000000 900002 607511000002 500",
            "11:00:01 10.0.0.3:8583>10.0.0.2:51111 0210 000000 900002 607511000002 500 00 A00002 0316",
        ],
        &["sale 607510000001 000001 10000 0 10000 PO-1", "sale 607511000002 000002 500 0 500 PO-1"],
        &["2026-03-17 10500 PO-1"],
        LATER,
        &[
            "T matched | C01 S01 S02 S03 S04 | 10000",
            "T one-sided! | C02 S05 S06 S07 | 500",
            "P payout | B01 | 10500",
        ],
    );
}

#[test]
fn a_file_that_is_cut_proves_no_absence() {
    let mut all = common::files(
        common::switch(&[
            "10:00:00 T>A 0200 000000 000001 . 500",
            "10:00:01 A>T 0210 000000 000001 607510000001 500 00 A00001 0316",
        ]),
        common::clearing(&["sale 607510000002 000002 400 0 400 PO-1"]),
        common::bank(&["2026-03-17 400 PO-1"]),
    );
    all[2].text =
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Ntry>"
            .to_owned();
    let objects = common::objects(&common::run(&all, LATER));
    let line = objects.iter().find(|object| object["class"] == "missing-in-bank").unwrap();
    assert_eq!(line["notes"][0]["id"], "incomplete-file");
    let line = objects.iter().find(|object| object["class"] == "missing-in-clearing").unwrap();
    assert_eq!(line["notes"].as_array().unwrap().len(), 0, "that file is complete");
}
