//! Cells of tables beside what the documentation says of them: amounts, dates, times and words. Each is written here
//! from a value, and read back.

mod read;

use cardwire_recon::read::{Map, Options};
use cardwire_recon::record::{ClearingKind, Side};
use read::{Read, drawn_table, options};

/// A table of one row.
fn row(side: Side, cells: &[(&str, &str)]) -> Read {
    drawn_table(&options(side), cells)
}

fn message(cells: &[(&str, &str)]) -> Read {
    row(Side::Switch, &[&[("mti", "0200"), ("stan", "000101")], cells].concat())
}

fn item(cells: &[(&str, &str)]) -> Read {
    row(Side::Clearing, &[&[("rrn", "607510000101")], cells].concat())
}

fn entry(cells: &[(&str, &str)]) -> Read {
    row(Side::Bank, &[&[("booked", "2026-03-16")], cells].concat())
}

/// Units and decimals as people write them.
fn forms(minor: i64, exponent: u32, point: char, comma: char) -> Vec<String> {
    let (digits, scale) = (minor.unsigned_abs(), 10u64.pow(exponent));
    let (whole, part) = (digits / scale, digits % scale);
    let decimals = match exponent {
        0 => String::new(),
        _ => format!("{point}{part:0>width$}", width = exponent as usize),
    };
    let text = whole.to_string();
    let grouped: String = text
        .chars()
        .enumerate()
        .flat_map(|(place, digit)| {
            let is_start = place > 0 && (text.len() - place) % 3 == 0;
            is_start.then_some(comma).into_iter().chain([digit])
        })
        .collect();
    let (plain, grouped) = (format!("{whole}{decimals}"), format!("{grouped}{decimals}"));
    let wide: String = plain
        .chars()
        .map(|found| match found {
            '!'..='~' => char::from_u32(u32::from(found) + 0xFEE0).unwrap(),
            other => other,
        })
        .collect();
    match minor < 0 {
        true => vec![
            format!("-{plain}"),
            format!("{plain}-"),
            format!("({grouped})"),
            format!("\u{2212}{grouped}"),
            format!("- {plain}"),
        ],
        false => vec![plain.clone(), format!("+{plain}"), grouped, wide, format!(" {plain} ")],
    }
}

#[test]
fn amounts_are_minor_units_of_their_currency() {
    let amounts = [0, 1, 9, 10, 99, 100, 101, 999, 1_000, 12_345, 100_001, 1_234_567, 98_765_432_109];
    let comma = Options { map: Map::parse("decimal = ','").unwrap(), ..options(Side::Bank) };
    for (currency, exponent) in [("JPY", 0), ("CNY", 2), ("840", 2), ("KWD", 3), ("048", 3)] {
        for amount in amounts.into_iter().flat_map(|amount: i64| [amount, -amount]) {
            let of = |options: &Options, name: &str, text: &str| {
                let read =
                    drawn_table(options, &[("booked", "2026-03-16"), (name, text), ("currency", currency)]);
                assert_eq!(read.words(), [""; 0], "{name} {text} {currency}");
                read.entries()[0].amount
            };
            for text in forms(amount, exponent, '.', ',') {
                assert_eq!(of(&options(Side::Bank), "amount_decimal", &text), amount, "{text} {currency}");
            }
            for text in forms(amount, exponent, ',', '.') {
                assert_eq!(of(&comma, "amount", &text), amount, "{text} {currency}");
            }
            assert_eq!(of(&options(Side::Bank), "amount", &amount.to_string()), amount);
        }
    }
}

#[test]
fn what_is_no_amount_is_said() {
    let minor = "has decimals, but holds minor units (12300 for 123.00): call the column `amount_decimal`, or say \
                 `decimal = \".\"` in the column map";
    for (name, text, currency, words) in [
        ("amount", "1.00", "CNY", minor),
        ("amount", "1,00", "CNY", minor),
        ("amount", "x", "CNY", "is not an amount"),
        ("amount", "--1", "CNY", "is not an amount"),
        ("amount", "-", "CNY", "is not an amount"),
        ("amount", "1000000000000000000", "CNY", "has more than 18 digits"),
        // masked before it is read
        ("amount", "4111111111111111", "CNY", "is not an amount"),
        ("amount_decimal", "4,111,111,111,111,111", "JPY", "looks like a card number"),
        ("amount_decimal", "1.001", "CNY", "has more decimals than the 2 of its currency"),
        ("amount_decimal", "1.0001", "KWD", "has more decimals than the 3 of its currency"),
        ("amount_decimal", "1.5", "JPY", "has decimals, and its currency has none"),
        ("amount_decimal", "1.2.3", "CNY", "is not an amount"),
        ("amount_decimal", "12,34", "CNY", "is not an amount"),
        ("amount_decimal", "1234,567", "CNY", "is not an amount"),
        ("amount_decimal", ",567", "CNY", "is not an amount"),
        ("amount_decimal", "1,2345", "CNY", "is not an amount"),
        ("amount_decimal", "12345678901234567.00", "CNY", "has more than 18 digits"),
    ] {
        let read = entry(&[(name, text), ("currency", currency)]);
        assert_eq!(read.words(), [format!("line 2: `{name}` {words}")], "{text}");
    }
    for text in ["1.000", "1.0", "1.", "1"] {
        assert_eq!(entry(&[("amount_decimal", text)]).entries()[0].amount, 100, "{text}");
    }
    for (text, amount) in [("123456789012345678", 123_456_789_012_345_678), (".5", 50), ("000", 0)] {
        let name = if text.contains('.') { "amount_decimal" } else { "amount" };
        assert_eq!(entry(&[(name, text)]).entries()[0].amount, amount, "{text}");
    }
}

/// Each form of a date, of days around each end of a month, a leap day and a year.
#[test]
fn dates_are_read_as_they_are_written() {
    let days =
        ["2025-12-31", "2026-01-01", "2026-02-28", "2024-02-29", "2026-03-01", "2026-10-09", "2025-11-30"];
    for day in days {
        let [year, month, date] = [&day[..4], &day[5..7], &day[8..]];
        let short = |text: &str| text.trim_start_matches('0').to_owned();
        for text in [
            day.to_owned(),
            format!("{year}{month}{date}"),
            format!("{year}/{month}/{date}"),
            format!("{year}/{}/{}", short(month), short(date)),
            format!("{date}.{month}.{year}"),
            format!("{}.{}.{year}", short(date), short(month)),
            format!("{year}年{month}月{date}日"),
            format!("{day} 23:59:59"),
            format!("{day}T00:00:00Z"),
        ] {
            let read = row(Side::Bank, &[("booked", &text), ("amount", "1")]);
            assert_eq!(read.words(), [""; 0], "{text}");
            assert_eq!(read.entries()[0].booked.unwrap().to_string(), day, "{text}");
        }
        // without a year it is the one that is nearest to the date of the file, 16 March 2026
        if day != "2024-02-29" {
            let nearest = ["2025", "2026", "2027"].into_iter().map(|year| format!("{year}-{month}-{date}"));
            let away = |day: &String| {
                let day: jiff::civil::Date = day.parse().unwrap();
                day.since("2026-03-16".parse::<jiff::civil::Date>().unwrap()).unwrap().get_days().abs()
            };
            let nearest = nearest.min_by_key(away).unwrap();
            let month_first = short(month);
            for text in [format!("{month}{date}"), format!("{month}-{date}"), format!("{month_first}{date}")]
            {
                let read = row(Side::Bank, &[("booked", &text), ("amount", "1")]);
                assert_eq!(read.entries()[0].booked.unwrap().to_string(), nearest, "{text}");
            }
        }
    }
    let wrong = "is not a date (2026-03-16, 20260316, 16.03.2026, or 0316 without a year)";
    let either =
        "may have the day or the month first: say `date = \"%d/%m/%Y\"` or `\"%m/%d/%Y\"` in the column map";
    for (text, words) in [
        ("2026-02-30", wrong),
        ("20261301", wrong),
        ("260316", wrong),
        ("x", wrong),
        ("31.04.2026", wrong),
        ("1/2/2026", either),
        ("0230", "is not a month and a day"),
        ("1301", "is not a month and a day"),
    ] {
        let read = row(Side::Bank, &[("booked", text), ("amount", "1")]);
        assert_eq!(read.words(), [format!("line 2: `booked` {words}")], "{text}");
    }
    let no_near = Options { near: None, ..options(Side::Bank) };
    let read = drawn_table(&no_near, &[("booked", "0316"), ("amount", "1")]);
    let words = "line 2: `booked` has no year, and nothing near it has one: say --as-of";
    assert_eq!(read.words(), [words]);
    let map = Options { map: Map::parse("date = '%d/%m/%Y'").unwrap(), ..options(Side::Bank) };
    assert_eq!(
        drawn_table(&map, &[("booked", "03/02/2026"), ("amount", "1")]).entries()[0]
            .booked
            .unwrap()
            .to_string(),
        "2026-02-03"
    );
    assert_eq!(
        drawn_table(&map, &[("booked", "2026-02-03"), ("amount", "1")]).words(),
        ["line 2: `booked` is not a date as the column map says it is written"]
    );
}

/// The same instant in each way to write it; a source without offsets is in China here.
#[test]
fn times_are_instants() {
    for (text, instant) in [
        ("2026-03-16T23:59:58+08:00", "2026-03-16T15:59:58Z"),
        ("2026-03-16T15:59:58Z", "2026-03-16T15:59:58Z"),
        ("2026-03-16 23:59:58", "2026-03-16T15:59:58Z"),
        ("2026-03-16 23:59:58.999", "2026-03-16T15:59:58Z"),
        ("2026-03-16 23:59:58,999", "2026-03-16T15:59:58Z"),
        ("2026-03-16 11:59:58 -04", "2026-03-16T15:59:58Z"),
        ("2026-03-16 10:29:58 -0530", "2026-03-16T15:59:58Z"),
        ("2026-03-16 21:29:58 +05:30", "2026-03-16T15:59:58Z"),
        ("20260316235958", "2026-03-16T15:59:58Z"),
        ("0316235958", "2026-03-16T15:59:58Z"),
        ("2026-03-16 23:59", "2026-03-16T15:59:00Z"),
        ("2026-03-16 070809", "2026-03-15T23:08:09Z"),
        ("2026-03-16 70809", "2026-03-15T23:08:09Z"),
        ("2026-03-16 708", "2026-03-15T23:08:00Z"),
        ("2026-03-16 0708", "2026-03-15T23:08:00Z"),
    ] {
        let read = message(&[("time", text)]);
        assert_eq!(read.words(), [""; 0], "{text}");
        assert_eq!(read.messages()[0].time.unwrap().to_string(), instant, "{text}");
    }
    let wrong = "is not a time (2026-03-16T10:02:11+08:00, 2026-03-16 10:02:11, 20260316100211)";
    for text in [
        "2026-03-16 24:00:00",
        "2026-03-16 10:60:00",
        "2026-03-16 10:00:61",
        "2026-03-16 1",
        "12345",
        "2026-03-16 10:00:00 +123",
    ] {
        assert_eq!(message(&[("time", text)]).words(), [format!("line 2: `time` {wrong}")], "{text}");
    }
    for (text, date, time) in [
        ("100211", None, "100211"),
        ("10:02", None, "100200"),
        ("260317100211", Some("2026-03-17"), "100211"),
        ("20260317100211", Some("2026-03-17"), "100211"),
    ] {
        let read = message(&[("local_time", text)]);
        let found = read.messages()[0];
        assert_eq!(found.local_date.map(|date| date.to_string()).as_deref(), date, "{text}");
        assert_eq!(found.local_time.as_deref(), Some(time), "{text}");
    }
    assert_eq!(
        message(&[("local_time", "256000")]).words(),
        ["line 2: `local_time` is not a time of day (hhmmss, 10:02:11)"]
    );
    assert_eq!(message(&[("local_date", "261317")]).words(), ["line 2: `local_date` is not a date YYMMDD"]);
    assert_eq!(
        message(&[("local_date", "260317")]).messages()[0].local_date.unwrap().to_string(),
        "2026-03-17"
    );
    // DE 7 is in UTC, and stands in where no time is told
    let sent = message(&[("transmission", "0316155958")]);
    assert_eq!(sent.messages()[0].time.unwrap().to_string(), "2026-03-16T15:59:58Z");
    for text in ["031615595", "03161559580", "1316155958", "0316255958"] {
        assert_eq!(message(&[("transmission", text)]).messages()[0].time, None, "{text}");
    }
    // of a reading that is of January, a date of December is of the year before
    let read = message(&[("time", "2026-01-01T00:10:00+08:00"), ("settlement_date", "1231")]);
    assert_eq!(read.messages()[0].settlement_date.unwrap().to_string(), "2025-12-31");
}

#[test]
fn kinds_and_their_signs() {
    use ClearingKind::{
        Adjustment, Carried, Chargeback, Fee, Hold, Refund, Release, Representment, Retrieval, Reversal, Sale,
    };
    let words = [
        (Sale, "sale purchase payment capture presentment 1240 1240-200 消费 预授权完成 SALE"),
        (Refund, "refund credit 退货 退款 退货成功 退款成功"),
        (Reversal, "reversal void cancel 冲正 消费冲正 撤销 消费撤销"),
        (Chargeback, "chargeback 退单 拒付 1442-453 1442"),
        (Representment, "representment second_presentment 1240-205 1240-282 再请款"),
        (Fee, "fee fees 手续费 1740-700"),
        (Adjustment, "adjustment 调整 贷记调整 差错调账"),
        (Hold, "hold reserve 冻结"),
        (Release, "release 解冻"),
        (Carried, "carried 结转"),
        (Retrieval, "retrieval 调单 1644-603"),
    ];
    for (kind, words) in words {
        // without a sign it has that of its kind: what goes back to the cardholder or is kept is negative
        let is_negative = matches!(kind, Refund | Reversal | Chargeback | Fee | Hold);
        let own = if is_negative { -700 } else { 700 };
        for word in words.split(' ') {
            for (sign, gross) in
                [(None, own), (Some("C"), 700), (Some("DBIT"), -700), (Some("贷"), 700), (Some("借"), -700)]
            {
                let mut cells = vec![("kind", word), ("gross", "700")];
                cells.extend(sign.map(|sign| ("sign", sign)));
                let read = item(&cells);
                let found = read.items();
                assert_eq!((found[0].kind, found[0].gross), (kind, gross), "{word} {sign:?}");
            }
        }
    }
    // the reversal of a refund gives the money back
    let read = item(&[("kind", "reversal"), ("gross", "700"), ("processing_code", "200000")]);
    assert_eq!(read.items()[0].gross, 700);
    for (code, kind) in
        [("000000", Sale), ("200000", Refund), ("280000", Refund), ("290000", Refund), ("020000", Sale)]
    {
        let read = item(&[("gross", "700"), ("processing_code", code)]);
        let gross = if kind == Sale { 700 } else { -700 };
        assert_eq!((read.items()[0].kind, read.items()[0].gross), (kind, gross), "{code}");
    }
    assert_eq!(item(&[("gross", "-700")]).items()[0].kind, Refund);
    assert_eq!(item(&[("gross", "0")]).items()[0].kind, Sale);
    let known = "`kind` is none of sale, refund, reversal, chargeback, representment, fee, adjustment, hold, release, \
                 carried and retrieval";
    for (kind, words) in [
        ("gift", known),
        ("退货失败", "a refund or payment that failed moves no money"),
        ("payment failed", "a refund or payment that failed moves no money"),
    ] {
        assert_eq!(item(&[("kind", kind), ("gross", "1")]).words(), [format!("line 2: {words}")]);
    }
    let sign = "line 2: `sign` is neither a credit nor a debit";
    assert_eq!(item(&[("gross", "1"), ("sign", "x")]).words(), [sign]);
}

/// Of gross, fee and net any may be left out, and what is there must agree.
#[test]
fn sums_of_an_item_agree() {
    let of = |cells: &[(&str, &str)]| {
        let read = item(cells);
        let items = read.items();
        (items.first().map(|item| (item.gross, item.fee, item.net)), read.words())
    };
    let fine = Vec::new;
    assert_eq!(
        of(&[("gross", "700"), ("fee", "30"), ("net", "670")]),
        (Some((700, Some(30), Some(670))), fine())
    );
    assert_eq!(of(&[("fee", "30"), ("net", "670")]), (Some((700, Some(30), Some(670))), fine()));
    assert_eq!(of(&[("net", "670")]), (Some((670, None, Some(670))), fine()));
    assert_eq!(of(&[("gross", "700"), ("fee", "30")]), (Some((700, Some(30), None)), fine()));
    assert_eq!(
        of(&[("gross", "700"), ("fee", "30"), ("net", "671")]),
        (Some((700, Some(30), Some(671))), vec!["line 2: gross less fee is not net".to_owned()])
    );
    assert_eq!(of(&[("kind", "fee"), ("gross", ""), ("fee", "30")]), (Some((-30, None, None)), fine()));
    assert_eq!(
        of(&[("kind", "fee"), ("gross", "0"), ("fee", "30"), ("net", "-30")]),
        (Some((0, Some(30), Some(-30))), fine())
    );
    assert_eq!(of(&[("kind", "retrieval"), ("gross", "")]).0, Some((0, None, None)));
    assert_eq!(of(&[("kind", "sale"), ("gross", ""), ("fee", "3")]).1, ["line 2: the line has no amount"]);
    let keyless = "line 2: the record has no key: no RRN, STAN, approval code, ARN, life-cycle id or card";
    for (kind, needs) in [
        ("sale", true),
        ("refund", true),
        ("reversal", true),
        ("chargeback", true),
        ("representment", true),
        ("retrieval", true),
        ("fee", false),
        ("adjustment", false),
        ("hold", false),
        ("release", false),
        ("carried", false),
    ] {
        let read = row(Side::Clearing, &[("kind", kind), ("gross", "700")]);
        let words: &[&str] = if needs { &[keyless] } else { &[] };
        assert_eq!(read.words(), words, "{kind}");
        for key in ["rrn", "stan", "approval", "arn", "life_id", "original_rrn"] {
            let read = row(Side::Clearing, &[("kind", kind), ("gross", "700"), (key, "12345")]);
            assert_eq!(read.words(), [""; 0], "{kind} {key}");
        }
        let read = row(Side::Clearing, &[("kind", kind), ("gross", "700"), ("card", "411111******1111")]);
        assert_eq!(read.words(), [""; 0], "{kind} card");
    }
}

#[test]
fn sides_of_a_statement() {
    for (cells, amount) in [
        (vec![("amount", "-5")], Ok(-5)),
        (vec![("amount", "5"), ("sign", "D")], Ok(-5)),
        (vec![("amount", "-5"), ("sign", "C")], Ok(5)),
        (vec![("credit", "5"), ("debit", "")], Ok(5)),
        (vec![("credit", "0"), ("debit", "7")], Ok(-7)),
        (vec![("credit", ""), ("debit", "-7")], Ok(-7)),
        (vec![("credit", "0"), ("debit", "0")], Ok(0)),
        (vec![("credit", "0"), ("debit", "")], Ok(0)),
        (vec![("credit", ""), ("debit", "0")], Ok(0)),
        (vec![("credit", ""), ("debit", "")], Err("the line has no amount")),
        (vec![("credit", "5"), ("debit", "7")], Err("the line has more than one amount")),
        (vec![("amount", "5"), ("debit", "7")], Err("the line has more than one amount")),
        (vec![("amount", "5"), ("credit", "7")], Err("the line has more than one amount")),
        (vec![("amount", "5"), ("credit", "0")], Ok(5)),
        (
            vec![("amount", "5"), ("sign", "x")],
            Err("`sign` is neither a credit (C, CRDT, 贷) nor a debit (D, DBIT, 借)"),
        ),
        (
            vec![("amount", "5"), ("status", "PDNG")],
            Err("the entry is pending or for information: it counts when it is booked"),
        ),
        (
            vec![("amount", "5"), ("status", "info")],
            Err("the entry is pending or for information: it counts when it is booked"),
        ),
        (vec![("amount", "5"), ("status", "BOOK")], Ok(5)),
        (vec![("amount", "5"), ("reversal", "maybe")], Err("`reversal` is neither true nor false")),
        (
            vec![("amount", "5"), ("currency", "yuan")],
            Err("`currency` is not the code of a currency (CNY, 156)"),
        ),
    ] {
        let read = entry(&cells);
        let found = read.entries().first().map(|entry| entry.amount).ok_or_else(|| read.words().concat());
        assert_eq!(found, amount.map_err(|words| format!("line 2: {words}")), "{cells:?}");
    }
    let credits = "C CR CRDT CREDIT credit + 贷 收 收入 RD".split(' ').map(|word| (word, 5));
    let debits = "D DR DBIT DEBIT debit - 借 支 支出 RC".split(' ').map(|word| (word, -5));
    for (word, amount) in credits.chain(debits) {
        assert_eq!(entry(&[("amount", "5"), ("sign", word)]).entries()[0].amount, amount, "{word}");
    }
    let yes = "true 1 yes y r rc rd TRUE".split(' ').map(|word| (word, true));
    let no = "false 0 no n".split(' ').map(|word| (word, false));
    for (word, is_one) in yes.chain(no) {
        assert_eq!(entry(&[("amount", "5"), ("reversal", word)]).entries()[0].reversal, is_one, "{word}");
    }
    let neither = row(Side::Bank, &[("booked", ""), ("value_date", ""), ("amount", "5")]);
    assert_eq!(neither.words(), ["line 2: the line has neither a date of booking nor a value date"]);
    let value = row(Side::Bank, &[("booked", ""), ("value_date", "2026-03-17"), ("amount", "5")]);
    assert_eq!((value.entries()[0].booked, value.words()), (None, Vec::new()));
    assert_eq!(entry(&[("amount", "5"), ("end_to_end", "NOTPROVIDED")]).entries()[0].end_to_end, None);
}
