//! The neighbours of files of every form: each column with values of every class, each element of a statement left out,
//! empty or changed, each line of a text twice or not there, each octet another. What is read of each, and the words of what
//! is refused, are those that are kept in `whole/read_neighbours.txt`.

#[path = "../examples/make_day/main.rs"]
#[allow(dead_code, reason = "a program, of which the files alone are wanted")]
mod make_day;
mod read;

use cardwire_recon::read::{Column, Map, Options};
use cardwire_recon::record::{Currency, Side};
use read::{Results, options, table_of, whole};

/// Values of a cell: nothing, a word, numbers with and without decimals and marks, dates, times, codes, names.
const CELLS: [&str; 48] = [
    " ",
    "x",
    "0",
    "7",
    "-12300",
    "+12300",
    "12300-",
    "(12300)",
    "12.30",
    "1,234.56",
    "1.234,56",
    "1,23",
    "12.345",
    "１２３",
    "999999999999999999",
    "1000000000000000000",
    "2026-03-17",
    "20260317",
    "2026/3/17",
    "17.03.2026",
    "17/03/2026",
    "0317",
    "317",
    "1317",
    "260317",
    "269917",
    "2026-03-17 10:02:11",
    "2026-03-17T10:02:11+01:00",
    "20260317100211",
    "260317100211",
    "100211",
    "10:02",
    "256199",
    "0317100211",
    "CNY",
    "156",
    "usd",
    "XXX",
    "C",
    "D",
    "借",
    "true",
    "0200",
    "200",
    "22000007000",
    "000025",
    "0200000101031610000000000099990000",
    "A>B",
];
/// Words of kinds, codes and states.
const WORDS: [&str; 38] = [
    "sale",
    "Purchase",
    "1240-200",
    "消费",
    "预授权完成",
    "refund",
    "退款成功",
    "退货失败",
    "reversal",
    "撤销",
    "chargeback",
    "1442-453",
    "拒付",
    "representment",
    "1240-282",
    "fee",
    "1740-700",
    "手续费",
    "adjustment",
    "差错调账",
    "hold",
    "冻结",
    "release",
    "解冻",
    "carried",
    "结转",
    "retrieval",
    "1644-603",
    "header",
    "trailer",
    "BOOK",
    "PDNG",
    "CRDT",
    "DBIT",
    "贷",
    "收",
    "支",
    "debit",
];

/// A row that is whole by itself, and into which a cell is put.
fn base(side: Side) -> Vec<(&'static str, &'static str)> {
    match side {
        Side::Switch => vec![
            ("mti", "0200"),
            ("stan", "000101"),
            ("amount", "12300"),
            ("time", "2026-03-16T10:00:00+08:00"),
        ],
        Side::Clearing => vec![
            ("kind", "sale"),
            ("rrn", "607510000101"),
            ("gross", "12300"),
            ("settlement_date", "2026-03-16"),
        ],
        Side::Bank => vec![("booked", "2026-03-16"), ("amount", "12300"), ("text", "PO-1")],
    }
}

/// A table of one row with that cell.
fn row_with(side: Side, name: &str, cell: &str) -> String {
    let mut cells: Vec<(&str, &str)> = base(side);
    cells.retain(|(known, _)| {
        Column::ALL
            .iter()
            .find(|column| column.name() == *known || column.others().contains(known))
            .is_none_or(|column| column.name() != name)
    });
    cells.push((name, cell));
    table_of(&cells)
}

fn columns(side: Side, name: &str, cells: &[&str], map: Map, currency: Option<Currency>) {
    let options = Options { map, currency, ..options(side) };
    let mut results = Results::default();
    for (place, column) in Column::ALL.iter().enumerate() {
        // each fourth, another one for each column
        for cell in cells.iter().skip(place % 4).step_by(4) {
            let text = row_with(side, column.name(), cell);
            results.add(format!("{}={cell}", column.name()), &options, text.as_bytes());
        }
    }
    results.check(name);
}

#[test]
fn of_each_column_of_messages() {
    columns(Side::Switch, "messages", &CELLS, Map::default(), Currency::new("CNY"));
}

#[test]
fn of_each_column_of_clearing_records() {
    columns(Side::Clearing, "clearing", &CELLS, Map::default(), None);
}

#[test]
fn of_each_column_of_bank_entries() {
    columns(Side::Bank, "bank", &CELLS, Map::default(), Currency::new("JPY"));
}

#[test]
fn of_words_of_each_column() {
    for side in [Side::Switch, Side::Clearing, Side::Bank] {
        let options = options(side);
        let mut results = Results::default();
        for name in ["kind", "sign", "status", "totals_result", "reversal", "condition"] {
            for word in WORDS {
                results.add(format!("{name}={word}"), &options, row_with(side, name, word).as_bytes());
            }
        }
        results.check(&format!("words {side:?}"));
    }
}

/// Elements of UnionPay and of the editions, in the layouts that they have, cut, and with more behind.
#[test]
fn of_elements_with_parts() {
    let options = options(Side::Switch);
    let mut results = Results::default();
    for (mti, name, value) in [
        ("0200", "60", "22000007000600"),
        ("0500", "60", "00000007201"),
        ("0220", "61", "0000060001020315"),
        ("0400", "90", "020000050203160900000009999000000000000000"),
        ("1420", "56", "1200000501260316100000069999000"),
        ("2420", "56", "1200000000000501202603161000000699990000"),
        ("0420", "95", "000000007000000000000000C00000000C00000000"),
        ("1420", "30", "000000012300000000000000"),
        ("0510", "48", "0000000253000030000000020000011"),
        ("1110", "57", "103"),
        ("1200", "12", "260316100211"),
        ("2200", "12", "20260316100211"),
        ("0200", "7", "0316020211"),
        ("0200", "link", "T -> A"),
        ("0200", "from", "10.0.0.7:40001"),
        ("0200", "35", "4111111111111111=30121010000000000000"),
        ("0520", "88", "0000000000012300"),
        ("0520", "66", "2"),
    ] {
        for length in 0..=value.chars().count() {
            let cut: String = value.chars().take(length).collect();
            let text = format!("mti,stan,amount,time,{name}\n{mti},000101,12300,2026-03-16 10:00:00,{cut}\n");
            results.add(format!("{mti} {name} of {length}"), &options, text.as_bytes());
        }
        let text = format!("mti,stan,amount,{name}\n{mti},000101,12300,{value}9\n");
        results.add(format!("{mti} {name} and more"), &options, text.as_bytes());
        let text = format!("mti,stan,{name}\n{mti},000101,{}\n", value.replace('0', "x"));
        results.add(format!("{mti} {name} with letters"), &options, text.as_bytes());
    }
    results.check("elements");
}

/// What a map says, in each of its words.
#[test]
fn of_maps() {
    let mut results = Results::default();
    let text = "Summen\nkind;rrn;gross;fee;net;settlement_date;time\nVerkauf;607510000101;123,00;0,74;122,26;16/03/2026;10:00\n\
                Verkauf;2;-1.234,5;;;17/03/2026;\nSumme;3;1;;;;\n";
    let base = [
        "delimiter = ';'",
        "decimal = ','",
        "date = '%d/%m/%Y'",
        "zone = 'Asia/Shanghai'",
        "currency = 'EUR'",
        "skip = 1",
        "footer = 'Summe'",
        "encoding = 'utf-8'",
    ];
    let values = "[values.kind]\nVerkauf = 'sale'\n[columns]\nrrn = 'rrn'\n";
    let map = |lines: &[&str]| Map::parse(&format!("{}\n{values}", lines.join("\n")));
    for place in 0..=base.len() {
        let mut lines = base.to_vec();
        if place < lines.len() {
            lines.remove(place);
        }
        let options = Options { map: map(&lines).unwrap(), ..options(Side::Clearing) };
        results.add(format!("without {:?}", base.get(place)), &options, text.as_bytes());
    }
    for (place, other) in [
        (0, "delimiter = ','"),
        (1, "decimal = '.'"),
        (2, "date = '%m/%d/%Y'"),
        (3, "zone = '-05:00'"),
        (4, "currency = 'JPY'"),
        (5, "skip = 2"),
        (6, "footer = 'Verkauf'"),
        (7, "encoding = 'utf-16le'"),
    ] {
        let mut lines = base.to_vec();
        lines[place] = other;
        let options = Options { map: map(&lines).unwrap(), ..options(Side::Clearing) };
        results.add(other.to_owned(), &options, text.as_bytes());
    }
    results.check("maps");
    let refused: Vec<String> = [
        "delimiter = '\"'",
        "delimiter = '\\n'",
        "delimiter = '；'",
        "decimal = ';'",
        "zone = 'Mars'",
        "zone = '+8'",
        "zone = '+0830'",
        "zone = '+080'",
        "currency = 'yuan'",
        "encoding = 'klingon'",
        "skip = -1",
        "footer = 1",
        "[columns]\nrnn = 'x'",
        "[values.rnn]\na = 'b'",
    ]
    .iter()
    .map(|text| {
        format!(
            "{text}: {:?}\n",
            Map::parse(text).err().map(|error| error.lines().last().unwrap_or_default().to_owned())
        )
    })
    .collect();
    whole::compare("wrong maps", &refused);
}

const CAMT: &str = include_str!("statements/camt.xml");

/// Elements of a statement: where each begins and ends, and its text if it has no others within.
fn elements(xml: &str) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = xml[at..].find('<').map(|place| at + place) {
        let end = start + xml[start..].find('>').unwrap() + 1;
        if xml[start..].starts_with("</") {
            let (first, inner) = open.pop().unwrap();
            found.push((first..end, inner..start));
        } else {
            open.push((start, end));
        }
        at = end;
    }
    found
}

#[test]
fn of_each_element_of_a_statement() {
    let options = options(Side::Bank);
    let mut results = Results::default();
    results.add("whole".to_owned(), &options, CAMT.as_bytes());
    for (whole, inner) in elements(CAMT) {
        let name = format!(
            "{} at {}",
            CAMT[whole.start + 1..inner.start - 1].split(' ').next().unwrap(),
            whole.start
        );
        let with = |range: &std::ops::Range<usize>, text: &str| {
            format!("{}{text}{}", &CAMT[..range.start], &CAMT[range.end..])
        };
        results.add(format!("no {name}"), &options, with(&whole, "").as_bytes());
        results.add(
            format!("{name} twice"),
            &options,
            with(&(whole.end..whole.end), &CAMT[whole.clone()]).as_bytes(),
        );
        let others: &[&str] = match CAMT[inner.clone()].contains('<') {
            true => &[""],
            false => &[
                "",
                "x",
                "7",
                "7.001",
                "-1.00",
                "2026-02-30",
                "DBIT",
                "USD",
                "INFO",
                "a&amp;<![CDATA[<b>]]>",
            ],
        };
        for other in others {
            results.add(format!("{name}={other}"), &options, with(&inner, other).as_bytes());
        }
    }
    for (what, from, to) in [
        ("version", "001.08", "001.02"),
        ("currency", "Ccy=\"EUR\"", "Ccy=\"JPY\""),
        ("no currency", " Ccy=\"EUR\"", ""),
        ("no type", "camt.053", "camt.054"),
    ] {
        results.add(what.to_owned(), &options, CAMT.replace(from, to).as_bytes());
    }
    results.check("camt");
}

const MT940: &str = include_str!("statements/mt940.txt");

#[test]
fn of_each_octet_of_a_statement_in_lines() {
    let options = options(Side::Bank);
    let mut results = Results::default();
    results.add("whole".to_owned(), &options, MT940.as_bytes());
    let lines: Vec<&str> = MT940.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n") + "\n";
    for place in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(place);
        results.add(format!("no line {place}"), &options, joined(&fewer).as_bytes());
        let mut more = lines.clone();
        more.insert(place, lines[place]);
        results.add(format!("line {place} twice"), &options, joined(&more).as_bytes());
        for at in 0..lines[place].len() {
            let is_digit = lines[place].as_bytes()[at].is_ascii_digit();
            for other in if is_digit { ["X", "9"] } else { ["", "9"] } {
                let changed = format!("{}{other}{}", &lines[place][..at], &lines[place][at + 1..]);
                let mut all = lines.clone();
                all[place] = &changed;
                results.add(format!("{place}.{at}={other}"), &options, joined(&all).as_bytes());
            }
        }
    }
    results.check("mt940");
}

#[test]
fn of_octets_of_a_clearing_file() {
    let [(_, capture), (_, ipm), _] = make_day::files();
    for (name, side, octets, step) in [("ipm", Side::Clearing, ipm, 13), ("pcap", Side::Switch, capture, 41)]
    {
        let options = Options { spec: Some(&cardwire::spec::ISO87_ASCII), ..options(side) };
        let options = if side == Side::Clearing { Options { spec: None, ..options } } else { options };
        let mut results = Results::default();
        for place in (0..octets.len()).step_by(step) {
            let mut changed = octets.clone();
            changed[place] ^= 1;
            results.add(place.to_string(), &options, &changed);
        }
        for end in (0..octets.len()).step_by(step * 3) {
            results.add(format!("..{end}"), &options, &octets[..end]);
        }
        results.check(name);
    }
}

/// Objects: members of each type, and those of `cardwire decode`.
#[test]
fn of_members_of_an_object() {
    let mut results = Results::default();
    let values = [
        "null",
        "true",
        "12300",
        "-1",
        "1.5",
        "1e3",
        "\"12300\"",
        "\"\"",
        "[]",
        "{}",
        "123456789012345678901",
    ];
    for (side, name) in [
        (Side::Switch, "\"mti\":\"0200\",\"stan\":\"1\""),
        (Side::Clearing, "\"rrn\":\"1\",\"gross\":1"),
        (Side::Bank, "\"booked\":\"2026-03-17\",\"amount\":1"),
    ] {
        for member in [
            "amount_decimal",
            "time",
            "text",
            "fields",
            "origin",
            "error",
            "skipped",
            "masked",
            "terminal",
            "nothing",
            "records",
        ] {
            for value in values {
                let line = format!("{{{name},\"{member}\":{value}}}\n");
                results.add(format!("{side:?} {member}:{value}"), &options(side), line.as_bytes());
            }
        }
    }
    for line in [
        "[]",
        "1",
        "{",
        "{\"mti\":\"0200\"}",
        "{\"mti\":\"0200\",\"stan\":1,\"fields\":{\"4\":\"x\"}}",
        "{\"mti\":\"0200\",\"fields\":{\"11\":\"5\",\"4\":7,\"200\":1},\"origin\":{\"time\":\"x\"}}",
        "\u{feff}{\"mti\":\"0200\",\"stan\":\"1\"}",
    ] {
        results.add(line.to_owned(), &options(Side::Switch), format!("{line}\n\n").as_bytes());
    }
    results.check("objects");
}
