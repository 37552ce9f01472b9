//! Messages, files and statements element by element, against octets and texts that a person wrote down; and the small
//! words of the network: types of messages, codes, days.

mod common;

use cardwire::Message;
use cardwire::spec::{ISO87_ASCII, UNIONPAY_POS};
use common::sale_request;
use settlement::clock::{Date, Stamp};
use settlement::files::clearing::{ClearingFile, ItemKind, Presentment};
use settlement::files::statement::{Entry, camt053};
use settlement::money::Money;
use settlement::ops::Operation;
use settlement::telegram::{Balance, Code, Mti, Original, Slip, Tally, Telegram, Totals, Upload};
use settlement::wire::{Dialect, WireError};

/// The elements of a message as they stand on the line.
fn elements(dialect: Dialect, message: &Telegram) -> Vec<(u8, String)> {
    let octets = dialect.encode(message).unwrap();
    let spec = if dialect == Dialect::Pos { &UNIONPAY_POS } else { &ISO87_ASCII };
    let parsed = Message::parse(spec, &octets).unwrap();
    let shown = |number| {
        let field = parsed.get(number)?.expose();
        let text = if [52, 62].contains(&number) {
            field.octets().map(|octet| format!("{octet:02X}")).collect()
        } else {
            field.chars().collect::<String>()
        };
        Some((number, text))
    };
    (2..=128).filter_map(shown).collect()
}

#[track_caller]
fn holds(dialect: Dialect, message: &Telegram, expected: &[(u8, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(number, text)| (*number, (*text).to_owned())).collect();
    assert_eq!(elements(dialect, message), expected);
}

fn tally(count: u64, units: u64) -> Tally {
    Tally { count, amount: Money::minor(units) }
}

fn totals() -> Totals {
    Totals {
        sales: tally(3, 25_300),
        sales_reversed: tally(1, 5_000),
        refunds: tally(2, 40_001),
        refunds_reversed: tally(4, 7),
    }
}

#[test]
fn totals_of_a_date_stand_in_their_elements() {
    let message = Telegram {
        totals: Some(totals()),
        settlement: Some("1123".to_owned()),
        balance: Some(Balance::Out),
        acquirer: "10344000".to_owned(),
        excluded: vec![
            Original { mti: Mti::SALE, stan: 17, transmission: "1123140201".to_owned() },
            Original { mti: Mti::SALE, stan: 999_999, transmission: "1231235959".to_owned() },
        ],
        ..Telegram::new(Mti(530), 42)
    };
    holds(
        Dialect::Host,
        &message,
        &[
            (11, "000042"),
            (15, "1123"),
            (32, "10344000"),
            (48, "00001711231402019999991231235959"),
            (50, "156"),
            (66, "2"),
            (74, "0000000003"),
            (75, "0000000001"),
            (76, "0000000002"),
            (77, "0000000004"),
            (86, "0000000000025300"),
            (87, "0000000000005000"),
            (88, "0000000000040001"),
            (89, "0000000000000007"),
            // 253.00 - 50.00 - 400.01 + 0.07
            (97, "D0000000000019694"),
        ],
    );
    assert_eq!(totals().net(), -19_694);
    let read = Dialect::Host.decode(&Dialect::Host.encode(&message).unwrap()).unwrap();
    assert_eq!(
        (read.totals, read.balance, read.excluded),
        (message.totals, message.balance, message.excluded)
    );
    let even = Totals { sales: tally(1, 5), refunds: tally(1, 5), ..Totals::default() };
    let message = Telegram { totals: Some(even), ..Telegram::new(Mti::RECONCILIATION, 1) };
    assert!(elements(Dialect::Host, &message).contains(&(97, "C0000000000000000".to_owned())));
}

/// Nine elements hold 62 sales each.
#[test]
fn no_more_sales_are_listed_than_nine_elements_hold() {
    for (count, fits) in
        [(1, true), (62, true), (63, true), (558, true), (559, false), (620, false), (621, false)]
    {
        let sale = |stan| Original { mti: Mti::SALE, stan, transmission: "1123140201".to_owned() };
        let excluded: Vec<Original> = (1..=count).map(sale).collect();
        let message = Telegram { totals: Some(totals()), excluded, ..Telegram::new(Mti::RECONCILIATION, 1) };
        match Dialect::Host.encode(&message) {
            Ok(octets) => {
                assert_eq!(Dialect::Host.decode(&octets).unwrap().excluded, message.excluded, "{count}")
            }
            Err(error) => assert_eq!((error, fits), (WireError::Unsupported(48), false), "{count}"),
        }
        assert_eq!(Dialect::Host.encode(&message).is_ok(), fits, "{count}");
    }
}

#[test]
fn a_partial_reversal_names_its_sale_and_what_is_left() {
    let message = Telegram {
        mti: Mti::REVERSAL_ADVICE,
        pan: None,
        pin: None,
        expiry: None,
        batch: None,
        management: None,
        operation: Operation::Completion,
        code: Some(Code::of(b"32")),
        acquirer: "10344000".to_owned(),
        transmission: Some("1123150000".to_owned()),
        local: Some("1123145959".to_owned()),
        original: Some(Original { mti: Mti(100), stan: 77, transmission: "1123140201".to_owned() }),
        replacement: Some(Money::minor(20_001)),
        ..sale_request(500_009, 50_003)
    };
    holds(
        Dialect::Host,
        &message,
        &[
            (3, "000000"),
            (4, "000000050003"),
            (7, "1123150000"),
            (11, "500009"),
            (12, "145959"),
            (13, "1123"),
            (25, "06"),
            (32, "10344000"),
            (39, "32"),
            (41, "10000001"),
            (42, "104440359980001"),
            (49, "156"),
            (90, "010000007711231402010001034400000000000000"),
            (95, "000000020001000000000000C00000000C00000000"),
        ],
    );
}

#[test]
fn a_reservation_says_for_how_many_days_it_is_valid() {
    for (days, text) in [(30, "130"), (0, "100"), (99, "199"), (400, "199"), (7, "107")] {
        let message = Telegram { valid_days: Some(days), ..Telegram::new(Mti(110), 1) };
        assert!(elements(Dialect::Host, &message).contains(&(57, text.to_owned())), "{days}");
        let read = Dialect::Host.decode(&Dialect::Host.encode(&message).unwrap()).unwrap();
        assert_eq!(read.valid_days, Some(days.min(99)));
    }
}

#[test]
fn what_a_till_sends_stands_in_its_elements() {
    let plain = Telegram { pan: None, pin: None, expiry: None, ..sale_request(9, 12_850) };
    let refund = Telegram {
        mti: Mti::ADVICE,
        operation: Operation::Refund,
        slip: Some(Slip { batch: 7, stan: 31, day: Some("1123".to_owned()) }),
        batch: Some(12),
        ..plain.clone()
    };
    holds(
        Dialect::Pos,
        &refund,
        &[
            (3, "200000"),
            (4, "000000012850"),
            (11, "000009"),
            (25, "00"),
            (41, "10000001"),
            (42, "104440359980001"),
            (49, "156"),
            (60, "25000012000"),
            (61, "0000070000311123"),
        ],
    );
    let rest =
        Telegram { operation: Operation::Completion, replacement: Some(Money::minor(905)), ..plain.clone() };
    let shown = elements(Dialect::Pos, &rest);
    assert!(shown.contains(&(54, "0002156C000000000905".to_owned())), "{shown:?}");
    let empty = Telegram { amount: None, ..plain };
    let close = Telegram {
        mti: Mti::SETTLEMENT,
        totals: Some(Totals { sales: tally(3, 25_300), refunds: tally(2, 4_001), ..Totals::default() }),
        management: Some(201),
        ..empty.clone()
    };
    let expected = |answer: &str| format!("000000025300003000000004001002{answer}");
    let of = |message: &Telegram| {
        elements(Dialect::Pos, message).into_iter().find(|(number, _)| *number == 48).unwrap().1
    };
    let zeros = "0".repeat(30);
    assert_eq!(of(&close), expected(&format!("0{zeros}0")));
    let answer = Telegram { mti: Mti(510), balance: Some(Balance::Out), ..close };
    assert_eq!(of(&answer), expected(&format!("2{zeros}1")));
    let item = |upload| Telegram { mti: Mti::ITEM, upload: Some(upload), ..empty.clone() };
    let first = item(Upload::Item { stan: 31, amount: Money::minor(700) });
    assert_eq!(of(&first), format!("0100000031{}000000000700", "0".repeat(20)));
    assert_eq!(of(&item(Upload::End { count: 12 })), "0012");
}

#[test]
fn a_double_is_told_on_the_slip_and_other_texts_are_none() {
    let response =
        Telegram { double: Some("632714100001".to_owned()), ..sale_request(9, 100).answer(Code::of(b"00")) };
    let octets = Dialect::Pos.encode(&response).unwrap();
    let text = format!("CUP{}DOUBLE? 632714100001", " ".repeat(40));
    assert!(elements(Dialect::Pos, &response).contains(&(63, text)));
    assert_eq!(Dialect::Pos.decode(&octets).unwrap().double, response.double);
    let other = octets.windows(8).position(|window| window == b"DOUBLE? ").unwrap();
    for (at, octet) in [(0, b'd'), (7, b'.'), (8, b'-'), (19, b' ')] {
        let mut changed = octets.clone();
        changed[other + at] = octet;
        assert_eq!(Dialect::Pos.decode(&changed).unwrap().double, None, "{at}");
    }
}

#[test]
fn what_is_none_of_ours_is_refused_by_its_element() {
    let refused = |message: &Telegram, from: &str, to: &str| {
        let octets = Dialect::Host.encode(message).unwrap();
        let at = octets.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut changed = octets;
        changed[at..at + from.len()].copy_from_slice(to.as_bytes());
        Dialect::Host.decode(&changed).unwrap_err()
    };
    let message = Telegram { totals: Some(totals()), ..Telegram::new(Mti::RECONCILIATION, 42) };
    assert_eq!(refused(&message, "D0000000000019694", "C0000000000019694"), WireError::Unsupported(97));
    assert_eq!(refused(&message, "D0000000000019694", "D0000000000019695"), WireError::Unsupported(97));
    let listed = Original { mti: Mti::SALE, stan: 17, transmission: "1123140201".to_owned() };
    let message = Telegram { excluded: vec![listed], ..message };
    assert_eq!(refused(&message, "0000171123140201", "00001711231402x1"), WireError::Unsupported(48));
    let shown = WireError::Unsupported(48).to_string();
    assert_eq!(shown, "field 48 asks for what this network does not do");
}

fn presentment(kind: ItemKind, rrn: &str, units: u64) -> Presentment {
    Presentment {
        kind,
        rrn: rrn.to_owned(),
        approval: "A1B2C3".to_owned(),
        terminal: "10000001".to_owned(),
        merchant: "104440359980001".to_owned(),
        amount: Money::minor(units),
        fee: Some(Money::minor(units / 7)),
        // 14:02:37
        at: Stamp::on(Date(20_780), 50_557),
        date: Date(20_781),
    }
}

#[test]
fn a_clearing_file_returns_as_it_left_and_says_what_is_wrong_with_it() {
    let id = ClearingFile::number("001", Date(20_780), "10344000", 42);
    assert_eq!(id, "0012611230001034400000042");
    let kinds = [ItemKind::Sale, ItemKind::Refund, ItemKind::Reversal, ItemKind::RefundReversal];
    let items: Vec<_> = (0_u64..)
        .zip(kinds)
        .map(|(place, kind)| presentment(kind, &format!("63271410000{place}"), 1_000 + 37 * place))
        .collect();
    let names: Vec<_> = items.iter().map(Presentment::name).collect();
    assert_eq!(names, ["632714100000", "632714100001", "632714100002/R", "632714100003/R"]);
    let sides = kinds.map(|kind| (kind.is_reversal(), kind.is_to_acquirer(), kind.reversal()));
    assert_eq!(
        sides,
        [
            (false, true, ItemKind::Reversal),
            (false, false, ItemKind::RefundReversal),
            (true, false, ItemKind::Reversal),
            (true, true, ItemKind::RefundReversal),
        ]
    );
    let file = ClearingFile { id, items };
    let octets = file.encode().unwrap();
    assert_eq!(ClearingFile::decode(&octets), Ok(file.clone()));
    // two items alone are within one block
    let octets = ClearingFile { items: file.items[..2].to_vec(), ..file }.encode().unwrap();
    // digits in EBCDIC: the sum in PDS 0301, the count in 0306
    let digits = |text: &str| text.bytes().map(|digit| digit - b'0' + 0xF0).collect::<Vec<_>>();
    let changed = |from: &str, to: &str| {
        let (from, to) = (digits(from), digits(to));
        let at = octets.windows(from.len()).rposition(|window| window == from).unwrap();
        let mut changed = octets.clone();
        changed[at..at + to.len()].copy_from_slice(&to);
        ClearingFile::decode(&changed).unwrap_err().to_string()
    };
    let sum = "number or sum of the records is not what the trailer says";
    assert_eq!(changed("0000000000002037", "0000000000002038"), sum);
    assert_eq!(changed("030600800000004", "030600800000005"), sum);
    assert_eq!(
        changed("0012611230001034400000042", "0012611230001034400000043"),
        "header and trailer name different files"
    );
    let empty = ClearingFile { id: "0012611230001034400000001".to_owned(), items: Vec::new() };
    assert_eq!(ClearingFile::decode(&empty.encode().unwrap()), Ok(empty));
}

#[test]
fn a_statement_adds_up() {
    let entry = |units, credit, reason: Option<&str>| Entry {
        booked: Date(20_781),
        amount: Money::minor(units),
        credit,
        order: format!("P{units}"),
        trace: format!("T{units}"),
        text: format!("SETTLEMENT {units}"),
        reason: reason.map(str::to_owned),
    };
    let entries = [entry(120_005, false, None), entry(130, true, Some("AC04"))];
    let text = camt053("PAYOUTS-1", Date(20_782), 100_000, &entries);
    let has = |part: &str| assert!(text.contains(part), "{part}\n{text}");
    has("<Cd>OPBD</Cd></CdOrPrtry></Tp>\n    <Amt Ccy=\"CNY\">1000.00</Amt>\n    <CdtDbtInd>CRDT<");
    has("<Cd>CLBD</Cd></CdOrPrtry></Tp>\n    <Amt Ccy=\"CNY\">198.75</Amt>\n    <CdtDbtInd>DBIT<");
    has("<Amt Ccy=\"CNY\">1200.05</Amt>\n    <CdtDbtInd>DBIT<");
    has("<Amt Ccy=\"CNY\">1.30</Amt>\n    <CdtDbtInd>CRDT<");
    has("<Id>STM-2026-11-25</Id>");
    has("<Dt>2026-11-24</Dt></BookgDt>");
    has("<SubFmlyCd>DMCT<");
    has("<SubFmlyCd>RRTN<");
    has("<Rsn><Cd>AC04</Cd></Rsn>");
    has("<EndToEndId>P120005</EndToEndId>");
    has("<AcctSvcrRef>T130</AcctSvcrRef>");
    has("<Ustrd>SETTLEMENT 130</Ustrd>");
    assert_eq!(text.matches("<RtrInf>").count(), 1);
    let zero = camt053("A", Date(20_782), 0, &[]);
    assert_eq!(zero.matches("<CdtDbtInd>CRDT<").count(), 2);
}

#[test]
fn types_and_codes_are_those_of_the_standard() {
    for (request, answer) in
        [(100, 110), (200, 210), (220, 230), (221, 230), (420, 430), (421, 430), (800, 810)]
    {
        assert_eq!(Mti(request).answer(), Mti(answer));
        assert!(Mti(request).is_request() && !Mti(answer).is_request(), "{request}");
    }
    assert_eq!(
        (Mti(200).to_string(), Mti::RECONCILIATION.to_string()),
        ("0200".to_owned(), "0520".to_owned())
    );
    for (code, approved, partial) in [(b"00", true, false), (b"10", true, true), (b"01", false, false)] {
        let code = Code::of(code);
        assert_eq!((code.approved(), code.partial()), (approved, partial), "{code}");
        assert_eq!(code.as_str().parse(), Ok(code));
    }
    for wrong in ["0", "000", "0 ", "0é", ""] {
        assert!(wrong.parse::<Code>().is_err(), "{wrong}");
    }
    let balances = [
        (1, Balance::In, "in balance"),
        (2, Balance::Out, "out of balance"),
        (3, Balance::Error, "could not be compared"),
    ];
    for (digit, balance, words) in balances {
        assert_eq!((Balance::from_digit(digit), balance.meaning()), (Some(balance), words));
        assert_eq!(u64::from(balance.digit()), digit);
    }
    assert_eq!((Balance::from_digit(0), Balance::from_digit(4)), (None, None));
    assert_eq!(totals().to_string(), "3/25300 1/5000 2/40001 4/7");
    assert_eq!("3/25300 1/5000 2/40001 4/7".parse(), Ok(totals()));
    for wrong in ["3/25300 1/5000 2/40001", "3/25300 1/5000 2/40001 4", "3/x 1/5000 2/40001 4/7", ""] {
        assert!(wrong.parse::<Totals>().is_err(), "{wrong}");
    }
    assert_eq!(totals().sentence(), "3 sales 253.00, 1 reversed 50.00, net -196.94");
    let one = Totals { sales: tally(1, 100), ..Totals::default() };
    assert_eq!(one.sentence(), "1 sale 1.00");
    let about = Some(Original { mti: Mti::SALE, stan: 1, transmission: "1123140201".to_owned() });
    for (mti, operation, original, is) in [
        (220, Operation::Sale, &about, true),
        (221, Operation::Sale, &about, true),
        (120, Operation::Preauth, &about, true),
        (121, Operation::Preauth, &about, true),
        (220, Operation::Refund, &about, false),
        (220, Operation::Sale, &None, false),
        (200, Operation::Sale, &about, false),
        (420, Operation::Sale, &about, false),
    ] {
        let message = Telegram { operation, original: original.clone(), ..Telegram::new(Mti(mti), 1) };
        assert_eq!(message.is_stand_in(), is, "{mti} {operation}");
    }
}

#[test]
fn a_day_without_a_year_is_the_nearest() {
    let day = |text: &str| Date::read(text).unwrap();
    for (near, mmdd, is) in [
        ("2026-12-31", "0101", "2027-01-01"),
        ("2027-01-01", "1231", "2026-12-31"),
        ("2026-11-23", "1123", "2026-11-23"),
        ("2026-11-23", "0525", "2026-05-25"),
        ("2026-11-23", "0524", "2027-05-24"),
        ("2028-03-01", "0229", "2028-02-29"),
    ] {
        assert_eq!(Date::resolve(mmdd, day(near)), Some(day(is)), "{mmdd} near {near}");
    }
    assert_eq!(Date::resolve("0229", day("2026-11-23")), None);
    assert_eq!(Date::resolve("1301", day("2026-11-23")), None);
    for wrong in ["2026-02-29", "1999-01-01", "2026-1-01", "20261123", "2026-11-23 "] {
        assert_eq!(Date::read(wrong), None, "{wrong}");
    }
    let new_year = day("2027-01-01");
    assert_eq!(
        (new_year.yddd(), new_year.yymm(), new_year.mmdd()),
        ("7001".into(), "2701".into(), "0101".into())
    );
    assert_eq!((day("2028-12-31").yddd(), day("2026-12-31").yddd()), ("8366".into(), "6365".into()));
    assert_eq!(new_year.civil(), (2027, 1, 1));
    let stamp = Stamp::on(new_year, 86_399);
    assert_eq!((stamp.transmission(), stamp.hhmmss()), ("0101235959".into(), "235959".into()));
    let later = Stamp(stamp.0 + 7_250);
    assert_eq!((later.to_string(), later.date()), ("23:59:59.007".into(), new_year));
    assert_eq!(Stamp(stamp.0 + 1_000_000).date(), new_year.next());
}
