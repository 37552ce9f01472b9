//! CSV and NDJSON: the default names, and maps.

mod read;

use cardwire_recon::read::Map;
use cardwire_recon::record::{ClearingKind, Currency, Side};
use read::{all, of, options};

#[test]
fn a_switch_log_by_default_names() {
    let read = of(
        Side::Switch,
        "rec,time,link,mti,de3,stan,rrn,amount,currency,response,approval,terminal,merchant,settlement_date,card,note\n\
         S01,0316 10:02:11,T>A,0200,000000,000101,,12300,CNY,,,10000001,898110159990001,,4111111111111111,\n\
         S02,2026-03-16T10:02:12+08:00,A>T,0210,000000,000101,607510000101,12300,156,00,A00101,10000001,898110159990001,0316,411111******1111,\"answer, in time\"\n\
         S14,0316 21:00:00,T>A,0500,,000107,,,,,,10000001,,,,\n",
    );
    assert_eq!(read.words(), [""; 0]);
    let [request, response, totals] = read.messages()[..] else { panic!("{:?}", read.records) };
    assert_eq!(request.time.unwrap().to_string(), "2026-03-16T02:02:11Z");
    assert_eq!((request.from.as_deref(), request.to.as_deref()), (Some("T"), Some("A")));
    assert_eq!((request.mti.as_str(), request.amount, request.rrn.as_deref()), ("0200", Some(12300), None));
    assert_eq!(response.currency.unwrap().as_str(), "CNY");
    assert_eq!(response.settlement_date.unwrap().to_string(), "2026-03-16");
    assert_eq!(
        (response.rrn.as_deref(), response.approval.as_deref()),
        (Some("607510000101"), Some("A00101"))
    );
    assert_eq!(response.time.unwrap().as_second() - request.time.unwrap().as_second(), 1);
    assert!(request.token.unwrap().hash.is_some() && response.token.unwrap().hash.is_none());
    assert_eq!((totals.amount, totals.terminal.as_deref()), (None, Some("10000001")));
    assert_eq!(read.report.notes.len(), 1, "columns that are not used are told once");
}

#[test]
fn elements_by_number_are_told_apart_by_their_layout() {
    let read = of(
        Side::Switch,
        "time;mti;de4;f11;37;de41;de48;de49;de60;de61;de90\n\
         2026-03-16 09:00:00;0400;000000005000;000502;607511000502;10000001;;156;22000007000;;020000050203160900000009999000000000000000\n\
         2026-03-16 09:00:01;0220;2000;000106;;10000001;;156;25000007000;0000060001020315;\n\
         2026-03-16 21:00:00;0510;;000107;;10000001;0000000253000030000000020000011;156;00000007201;;\n",
    );
    assert_eq!(read.words(), [""; 0]);
    let [reversal, refund, totals] = read.messages()[..] else { panic!("{:?}", read.records) };
    let original = reversal.original.as_ref().unwrap();
    assert_eq!(original.mti.unwrap().as_str(), "0200");
    assert_eq!((original.stan.as_deref(), original.time.as_deref()), (Some("000502"), Some("0316090000")));
    assert_eq!(original.acquirer.as_deref(), Some("99990000"));
    assert_eq!((reversal.batch.as_deref(), reversal.type_code.as_deref()), (Some("000007"), Some("22")));
    let original = refund.original.as_ref().unwrap();
    assert_eq!((original.batch.as_deref(), original.stan.as_deref()), (Some("000006"), Some("000102")));
    assert_eq!(original.date.unwrap().to_string(), "2026-03-15");
    let sums = totals.totals.unwrap();
    assert_eq!((sums.debit, sums.debits, sums.credit, sums.credits), (25300, 3, 2000, 1));
    assert_eq!((totals.totals_result, totals.network_code.as_deref()), (Some(1), Some("201")));
}

#[test]
fn a_clearing_file_by_default_names() {
    let read = of(
        Side::Clearing,
        "kind,rrn,stan,terminal,gross,fee,net,settlement_date,payout,arn,file_id,records\n\
         header,,,,,,,2026-03-16,,,F-1,\n\
         sale,607510000101,000101,T1,12300,74,12226,0316,PO-0316-01,79999996075000000003018,,\n\
         refund,607517000106,000106,T1,2000,0,-2000,0316,PO-0316-01,,,\n\
         1442-450,607510000101,,,12300,0,-12300,0316,PO-0316-02,79999996075000000003018,,\n\
         fee,,,,,500,,0316,PO-0316-01,,,\n\
         trailer,,,,-2000,,,,,,,4\n",
    );
    assert_eq!(read.words(), [""; 0]);
    let found: Vec<_> = read.items().iter().map(|item| (item.kind, item.gross, item.fee, item.net)).collect();
    use ClearingKind::{Chargeback, Fee, Refund, Sale};
    assert_eq!(
        found,
        [
            (Sale, 12300, Some(74), Some(12226)),
            (Refund, -2000, Some(0), Some(-2000)),
            (Chargeback, -12300, Some(0), Some(-12300)),
            (Fee, -500, None, None),
        ]
    );
    assert_eq!(read.items()[0].arn.as_deref(), Some("79999996075000000003018"));
    let file = &read.report.file;
    assert_eq!(
        (file.identity.as_deref(), file.date.unwrap().to_string().as_str()),
        (Some("F-1"), "2026-03-16")
    );
    let declared = file.declared.as_ref().unwrap();
    assert_eq!((declared.records, declared.gross), (Some(4), Some(-2000)));
}

#[test]
fn a_statement_with_a_map() {
    let text = "Kontoauszug\n\nBuchung;Wertstellung;Verwendungszweck;Soll;Haben;W\u{e4}hrung\n\
                17.03.2026;17.03.2026;\"PAYOUT \"\"PO-1\"\"\nMID 1\";;1.234,56;EUR\n\
                18.03.2026;18.03.2026;Geb\u{fc}hr;3,50;;EUR\n";
    let map = Map::parse(
        "encoding = 'iso-8859-1'\ndecimal = ','\nskip = 2\n[columns]\nbooked = 'Buchung'\nvalue = 'Wertstellung'\n\
         text = 'Verwendungszweck'\ndebit = 'Soll'\ncredit = 'Haben'\ncurrency = 'W\u{e4}hrung'\n",
    )
    .unwrap();
    let octets: Vec<u8> = text.chars().map(|found| u8::try_from(found).unwrap()).collect();
    let read = all(&cardwire_recon::read::Options { map, ..options(Side::Bank) }, &octets);
    assert_eq!(read.words(), [""; 0]);
    let [credit, debit] = read.entries()[..] else { panic!("{:?}", read.records) };
    assert_eq!((credit.amount, debit.amount), (123_456, -350));
    assert_eq!(credit.text, "PAYOUT \"PO-1\"\nMID 1");
    assert_eq!((read::line_of(credit.source.place), read::line_of(debit.source.place)), (4, 6));
    assert_eq!(debit.booked.unwrap().to_string(), "2026-03-18");
}

#[test]
fn a_chinese_file_in_gbk() {
    let text = "商户号,终端号,批次号,凭证号,参考号,清算日期,交易类型,卡号,交易金额,手续费,净额\n\
                `898110159990001,10000001,000007,000101,607510000101,20260316,消费,621234******1232,123.00,0.74,122.26\n\
                `898110159990001,10000001,000007,000106,607517000106,20260316,退货,621234****1232,-20.00,0.00,-20.00\n\
                `898110159990001,10000001,000007,000108,607517000108,20260316,退货失败,621234****1232,-20.00,0.00,-20.00\n\
                合计,3\n";
    let map = Map::parse("encoding = 'gbk'\ncurrency = 'CNY'\nfooter = '合计'\n").unwrap();
    let octets = encoding_rs::GBK.encode(text).0;
    let read = all(&cardwire_recon::read::Options { map, ..options(Side::Clearing) }, &octets);
    let [sale, refund] = read.items()[..] else { panic!("{:?}", read.records) };
    assert_eq!((sale.gross, sale.fee, sale.net), (12300, Some(74), Some(12226)));
    assert_eq!((refund.kind, refund.gross), (ClearingKind::Refund, -2000));
    assert_eq!(sale.merchant.as_deref(), Some("898110159990001"));
    assert_eq!(sale.token.unwrap().to_string(), "621234******1232");
    assert_eq!(read.words(), ["line 4: a refund or payment that failed moves no money"]);
}

#[test]
fn objects_say_the_same_as_lines() {
    let csv = of(
        Side::Bank,
        "\u{feff}booked,value_date,amount,currency,text\n2026-03-17,2026-03-17,-35784,CNY,PO-1\n",
    );
    let json = of(
        Side::Bank,
        "{\"booked\":\"2026-03-17\",\"value_date\":\"20260317\",\"amount\":-35784,\"currency\":156,\"text\":\"PO-1\"}\n\n",
    );
    assert_eq!((csv.words(), json.words()), (Vec::new(), Vec::new()));
    let (mut csv, mut json) = (csv.entries()[0].clone(), json.entries()[0].clone());
    csv.source.place = cardwire_recon::record::Place::Line(1);
    json.source.place = csv.source.place;
    assert_eq!(csv, json);
}

#[test]
fn what_the_command_decodes_is_read() {
    let read = of(
        Side::Switch,
        "{\"mti\":\"0210\",\"fields\":{\"2\":\"411111******1111\",\"3\":\"000000\",\"4\":\"000000012300\",\"11\":\"000101\",\
         \"12\":\"100212\",\"13\":\"0316\",\"15\":\"0316\",\"37\":\"607510000101\",\"39\":\"00\",\"41\":\"10000001\",\
         \"49\":\"156\"},\"masked\":true,\"origin\":{\"file\":\"day.pcap\",\"packet\":3,\"time\":\"2026-03-16T02:02:12.000000Z\",\
         \"from\":\"10.0.0.9:9000\",\"to\":\"10.0.0.1:40001\"}}\n\
         {\"error\":{\"place\":\"input\",\"message\":\"no frame\"}}\n\
         {\"skipped\":{\"file\":\"day.pcap\",\"packets\":9,\"reasons\":[]}}\n",
    );
    let [message] = read.messages()[..] else { panic!("{:?}", read.records) };
    assert_eq!((message.amount, message.local_time.as_deref()), (Some(12300), Some("100212")));
    assert_eq!(message.from.as_deref(), Some("10.0.0.9:9000"));
    assert_eq!(message.time.unwrap().to_string(), "2026-03-16T02:02:12Z");
    assert_eq!(read.words().len(), 1);
    assert_eq!(read.report.notes.len(), 1);
}

#[test]
fn what_is_wrong_is_said_with_line_and_column() {
    for (side, text, words) in [
        (Side::Switch, "rrn,b\n1,2\n", "line 1: no column is `mti`: a column map says which column is what"),
        (
            Side::Bank,
            "booked,amount\n2026-03-17,12.50\n",
            "line 2: `amount` has decimals, but holds minor units",
        ),
        (Side::Bank, "booked,amount\n17/03/2026,1\n", "line 2: `booked` may have the day or the month first"),
        (Side::Bank, "booked,amount\n2026-03-17\n", "line 2: the line has 1 fields, 2 are named"),
        (Side::Bank, "booked,amount\n2026-03-17,1,2\n", "line 2: the line has 3 fields, 2 are named"),
        (Side::Bank, "booked,amount,amount\n", "line 1: columns 2 and 3 are both `amount`"),
        (Side::Bank, "", "line 1: the file is empty"),
        (
            Side::Bank,
            "booked,amount,currency\n2026-03-17,1,yuan\n",
            "line 2: `currency` is not the code of a currency",
        ),
        (Side::Clearing, "gross,settlement_date\n1,0316\n", "line 2: the record has no key"),
        (Side::Clearing, "kind,rrn,gross,fee,net\nsale,1,100,1,98\n", "line 2: gross less fee is not net"),
        (Side::Clearing, "kind,rrn,gross\nsell,1,100\n", "line 2: `kind` is none of sale, refund"),
        (Side::Switch, "mti,rrn\n02X0,1\n", "line 2: `mti` is not the four digits of a message type"),
        (Side::Switch, "mti,amount\n0200,1\n", "line 2: the message has no key"),
        (Side::Switch, "{\"mti\":\"0200\",\n", "line 1: the line is no JSON"),
        (Side::Bank, "PK\u{3}\u{4}...", "offset 0: the file is an archive or a spreadsheet (zip)"),
    ] {
        let read = of(side, text);
        assert!(read.words().iter().any(|found| found.starts_with(words)), "{text}: {:?}", read.words());
    }
    let wrong = Map::parse("[columns]\nrrn = 'Referenz'\n").unwrap();
    let read = all(
        &cardwire_recon::read::Options { map: wrong, ..options(Side::Bank) },
        b"booked,amount\n2026-03-17,1\n",
    );
    assert_eq!(
        read.words(),
        [
            "line 1: the column map says that `rrn` is `Referenz`, and there is no such column; there are `booked`, `amount`"
        ]
    );
    assert!(!read.report.file.complete);
    for (map, words) in [
        ("[columns]\nrnn = 'x'\n", "names `rnn`, which is no column"),
        ("decimal = 'x'\n", "`decimal` is neither"),
        ("zone = 'Mars'\n", "`zone`, Mars"),
        ("colums = 1\n", "unknown field"),
    ] {
        assert!(Map::parse(map).unwrap_err().contains(words), "{map}");
    }
}

#[test]
fn a_date_without_a_year_is_near_to_what_is_known() {
    let mut options = options(Side::Clearing);
    options.near = None;
    let of = |text: &str| {
        let read = all(&options, text.as_bytes());
        let dates: Vec<_> =
            read.items().iter().map(|item| item.settlement_date.unwrap().to_string()).collect();
        (dates, read.words())
    };
    let by_header = "kind,rrn,gross,settlement_date\nheader,,,2025-12-31\nsale,1,100,0101\n";
    assert_eq!(of(by_header), (vec!["2026-01-01".to_owned()], Vec::new()));
    let by_record = "kind,rrn,gross,settlement_date,local_date\nsale,1,100,1231,2026-01-01\n";
    assert_eq!(of(by_record), (vec!["2025-12-31".to_owned()], Vec::new()));
    let unknown = of("kind,rrn,gross,settlement_date\nsale,1,100,0101\n").1;
    assert_eq!(unknown, ["line 2: `settlement_date` has no year, and nothing near it has one: say --as-of"]);
}

/// The currency of a file is that of amounts without one, and of nothing else.
#[test]
fn a_message_without_an_amount_has_the_currency_that_it_names() {
    let mut options = options(Side::Switch);
    options.currency = Currency::new("CNY");
    let text = "time,mti,stan,amount,currency,life_cycle\n\
        0316 10:00:00,0200,000001,100,,130\n\
        0316 10:00:01,0200,000002,100,USD,430\n\
        0316 10:00:02,0800,000003,,,1A0\n\
        0316 10:00:03,0800,000004,,USD,13\n";
    let read = all(&options, text.as_bytes());
    assert_eq!(read.words(), [""; 0]);
    let found: Vec<(Option<&str>, Option<&str>)> = read
        .messages()
        .iter()
        .map(|found| (found.currency.as_ref().map(|currency| currency.as_str()), found.life_cycle.as_deref()))
        .collect();
    // a life cycle is an amount of minutes, hours or days
    assert_eq!(found, [(Some("CNY"), Some("130")), (Some("USD"), None), (None, None), (Some("USD"), None)]);
}
