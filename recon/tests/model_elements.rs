//! Elements of messages in the cells of tables that are made of parts, put together here from them, and read back; and
//! what no message lacks.

mod read;

use cardwire_recon::record::{Evidence, Side};
use read::{Read, drawn_table, options};

/// A table of one row.
fn row(cells: &[(&str, &str)]) -> Read {
    drawn_table(&options(Side::Switch), cells)
}

/// What is read of a message of this type with this cell.
fn of(mti: &str, name: &str, text: &str) -> Evidence {
    let read = row(&[("mti", mti), ("stan", "9"), ("time", "2026-03-16T10:00:00+08:00"), (name, text)]);
    assert_eq!(read.words(), [""; 0], "{name} {text}");
    read.messages()[0].clone()
}

/// Why a cell is refused.
fn words_of(name: &str, text: &str) -> Vec<String> {
    row(&[("mti", "0200"), ("stan", "000101"), (name, text)]).words()
}

/// DE 90, 56 and 61.
#[test]
fn messages_name_what_they_are_about() {
    let de_90 = format!("{}{}{}{}{}", "0100", "000123", "0315235958", "00000012340", "00000000000");
    let original = of("0400", "original_data", &de_90).original.unwrap();
    assert_eq!(original.mti.unwrap().as_str(), "0100");
    // by chance there is a card number in so many digits, and the zeros before an acquirer are in it
    let acquirer = original.acquirer.as_deref().map(|digits| digits.trim_start_matches('*'));
    assert_eq!(
        [original.stan.as_deref(), original.time.as_deref(), acquirer],
        [Some("000123"), Some("0315235958"), Some("12340")]
    );
    assert_eq!([original.batch, original.rrn], [None, None]);
    assert_eq!(of("0400", "original_data", &"0".repeat(42)).original, None);
    let part = of("0400", "original_data", &format!("0000{}{}", "000123", "0".repeat(32))).original.unwrap();
    assert_eq!(
        (part.mti, part.stan.as_deref(), part.time, part.acquirer),
        (None, Some("000123"), None, None)
    );
    // 1993: type 4, STAN 6, local time 12, and the acquirer behind its length; 2003: 4, 12, 14
    let original = of("1420", "original_data_93", "1100000123260315235958051234").original.unwrap();
    assert_eq!(
        [original.stan.as_deref(), original.time.as_deref(), original.acquirer.as_deref()],
        [Some("000123"), Some("260315235958"), Some("1234")]
    );
    let original = of("2420", "original_data_93", "210000000000012220260315085958001234").original.unwrap();
    assert_eq!(
        [original.stan.as_deref(), original.time.as_deref(), original.acquirer.as_deref()],
        [Some("000000000122"), Some("20260315085958"), Some("1234")]
    );
    assert_eq!(of("0420", "original_data_93", "1100000123260315235958051234").original, None);
    // UnionPay terminals: batch 6, STAN 6, and a day
    let original = of("0220", "reserved61", "0000070001230315").original.unwrap();
    assert_eq!([original.batch.as_deref(), original.stan.as_deref()], [Some("000007"), Some("000123")]);
    assert_eq!(original.date.unwrap().to_string(), "2026-03-15");
    assert_eq!(of("0220", "reserved61", "000007000123").original.unwrap().date, None);
    assert_eq!(of("0220", "reserved61", "0000070001230000").original.unwrap().date, None);
    for (mti, text) in [
        ("0220", "000007000000"),
        ("0220", "00000700012"),
        ("0220", "00000700012x"),
        ("1220", "000007000123"),
    ] {
        assert_eq!(of(mti, "reserved61", text).original, None, "{mti} {text}");
    }
}

#[test]
fn batches_and_codes_stand_in_de_60() {
    for (mti, text, type_code, batch, code) in [
        ("0200", "22000007", Some("22"), Some("000007"), None),
        ("0200", "22000007000", Some("22"), Some("000007"), Some("000")),
        ("0800", "22000007001600000", Some("22"), Some("000007"), Some("001")),
        ("0200", "000007", None, Some("000007"), None),
        ("0200", "2200000", None, None, None),
        ("0200", "220000070016000000", None, None, None),
        ("0200", "2200000x", None, None, None),
        ("1200", "22000007000", None, None, None),
    ] {
        let found = of(mti, "reserved60", text);
        let found = [&found.type_code, &found.batch, &found.network_code].map(|text| text.as_deref());
        assert_eq!(found, [type_code, batch, code], "{mti} {text}");
    }
    assert_eq!(of("2200", "batch68", "7").batch.as_deref(), Some("7"));
    assert_eq!(of("1200", "batch68", "7").batch, None);
    assert_eq!(of("0800", "network_code", "301").network_code.as_deref(), Some("301"));
    assert_eq!(of("1804", "network_code", "301").network_code, None);
}

#[test]
fn totals_have_their_places() {
    // totals of UnionPay terminals: amount 12 and number 3 of debits, the same of credits, the result
    let totals = format!("{:012}{:03}{:012}{:03}{}", 12_340, 60, 881, 4, 2);
    for (mti, result) in [("0500", None), ("0510", Some(2))] {
        let found = of(mti, "additional", &totals);
        let told = found.totals.unwrap();
        assert_eq!((told.debit, told.debits, told.credit, told.credits), (12_340, 60, 881, 4));
        assert_eq!(found.totals_result, result, "{mti}");
    }
    assert_eq!(of("0200", "additional", &totals).totals, None);
    assert_eq!(of("0500", "additional", &totals[..29]).totals, None);
    assert_eq!(of("0510", "additional", &format!("{}0", &totals[..30])).totals_result, None);
    for (name, debit, debits, credit, credits) in
        [("debit", 5, 0, 0, 0), ("debits", 0, 5, 0, 0), ("credit", 0, 0, 5, 0), ("credits", 0, 0, 0, 5)]
    {
        let told = of("0520", name, "5").totals.unwrap();
        assert_eq!((told.debit, told.debits, told.credit, told.credits), (debit, debits, credit, credits));
    }
    assert_eq!(words_of("debits", "x"), ["line 2: `debits` is not a number"]);
}

/// DE 57, 95 and 25.
#[test]
fn what_remains_and_what_is_an_identifier() {
    for (code, is_one) in [
        ("130", true),
        ("201", true),
        ("399", true),
        ("400", false),
        ("030", false),
        ("13", false),
        ("1300", false),
        ("1x0", false),
    ] {
        assert_eq!(of("0110", "life_cycle", code).life_cycle.is_some(), is_one, "{code}");
    }
    // DE 95: what remains, in the first twelve of its digits
    assert_eq!(
        of("0420", "replacement_amounts", &format!("{:012}{}", 4_321, "0".repeat(30))).replacement,
        Some(4_321)
    );
    assert_eq!(
        words_of("replacement_amounts", "4321"),
        ["line 2: `replacement_amounts` does not begin with an amount of twelve digits"]
    );
    for (function, rest) in [("401", Some(700)), ("400", None)] {
        let read = row(&[("mti", "1420"), ("stan", "9"), ("amount", "700"), ("function", function)]);
        assert_eq!(read.messages()[0].replacement, rest, "{function}");
    }
}

#[test]
fn ends_of_a_link_and_what_no_message_lacks() {
    for (cells, from, to) in [
        (vec![("from", "T"), ("to", "A")], Some("T"), Some("A")),
        (vec![("link", "T>A")], Some("T"), Some("A")),
        (vec![("link", "T -> A")], Some("T"), Some("A")),
        (vec![("link", "T>A"), ("from", "N")], Some("N"), Some("A")),
        (vec![("link", "T>A"), ("to", "N")], Some("T"), Some("N")),
        (vec![("link", "TA")], None, None),
        (vec![("from", "10.0.0.2:9000"), ("to", "10.0.0.3:40001")], Some("acquirer"), Some("net")),
        (vec![("from", "10.0.0.3"), ("to", "10.0.0.2:9001")], Some("net"), Some("10.0.0.2:9001")),
    ] {
        let mut options = options(Side::Switch);
        options.parties = [("10.0.0.2:9000", "acquirer"), ("10.0.0.3", "net")]
            .map(|(one, other)| (one.into(), other.into()))
            .into();
        let read = drawn_table(&options, &[&[("mti", "0200"), ("stan", "1")], &cells[..]].concat());
        let found = read.messages()[0];
        assert_eq!((found.from.as_deref(), found.to.as_deref()), (from, to), "{cells:?}");
    }
    for (cells, words) in [
        (vec![("mti", ""), ("stan", "1")], "the record has no message type"),
        (vec![("mti", "02x0"), ("stan", "1")], "`mti` is not the four digits of a message type"),
        (
            vec![("mti", "0200"), ("stan", "")],
            "the message has no key: neither a STAN (DE 11) nor an RRN (DE 37)",
        ),
    ] {
        assert_eq!(row(&cells).words(), [format!("line 2: {words}")]);
    }
    assert_eq!(row(&[("mti", "200"), ("stan", "1")]).messages()[0].mti.as_str(), "0200");
    assert_eq!(row(&[("mti", "0200"), ("rrn", "1")]).words(), [""; 0]);
    for (mti, mcc, mcc93, found) in [
        ("0200", "5812", "5411", Some("5812")),
        ("1200", "5812", "5411", Some("5812")),
        ("1200", "", "5411", Some("5411")),
        ("0200", "", "5411", None),
    ] {
        let read = row(&[("mti", mti), ("stan", "1"), ("mcc", mcc), ("mcc93", mcc93)]);
        assert_eq!(read.messages()[0].mcc.as_deref(), found, "{mti} {mcc} {mcc93}");
    }
}
