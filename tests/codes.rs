//! Compares the code tables with the collected fact files, where those are at hand.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "helpers of tests")]

use std::fmt::Display;
use std::path::PathBuf;

use cardwire::codes::{
    AccountType, ActionCode03, ActionCode93, Advice, Class, ConditionCode, FunctionCode, Group,
    ManagementCode, NetworkCode, Outcome, PanEntry, PinCapability, PosData, ProcessingCode, ReasonCode,
    ResponseCode, SettlementCode, TransactionType, country, currency, unionpay,
};

/// The rows of a fact file, comments and header left out; `None` (with a word about it) without the folder.
fn facts(name: &str) -> Option<Vec<Vec<String>>> {
    let shared = std::env::var_os("CARDWIRE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("facts").join(name);
    if !shared.join("facts").is_dir() {
        println!("skipped: {name} not compared, no folder {}", shared.join("facts").display());
        return None;
    }
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows: Vec<Vec<String>> = lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    assert!(!rows.is_empty(), "{name} is empty");
    Some(rows)
}

/// The single codes of a cell like `05`, `20-26`, `D1-DC` or `211,212,280-285`.
fn codes(cell: &str) -> Vec<String> {
    cell.split(',').flat_map(span).collect()
}

fn span(part: &str) -> Vec<String> {
    let Some((first, last)) = part.split_once('-') else { return vec![part.to_owned()] };
    let width = first.len();
    if let (Ok(from), Ok(to)) = (first.parse::<u32>(), last.parse::<u32>()) {
        return (from..=to).map(|code| format!("{code:0width$}")).collect();
    }
    let digit = |text: &str| u32::from_str_radix(&text[1..], 16).unwrap();
    (digit(first)..=digit(last)).map(|code| format!("{}{code:X}", &first[..1])).collect()
}

fn outcome_word(outcome: Outcome, cell: &str) -> bool {
    outcome.as_str() == if cell == "-" { "unknown" } else { cell }
}

/// A retry cell starts with the word, a remark may follow; a dash says the question does not arise.
fn retry_word(advice: &Advice, cell: &str) -> bool {
    use cardwire::codes::Retry::{Fix, Later, No, NotApplicable, Other};
    match advice.retry {
        No => cell.starts_with("no"),
        Fix => cell.starts_with("fix"),
        Later => cell.starts_with("later"),
        Other => cell.starts_with("other"),
        NotApplicable => cell == "n/a" || cell == "-",
    }
}

/// A reversal cell starts with the word as well; a dash leaves it to the outcome.
fn reversal_word(advice: &Advice, cell: &str) -> bool {
    use cardwire::codes::Reversal::{IfApproved, No, Partial, Yes};
    match advice.reversal {
        No => cell.starts_with("no") || cell == "-",
        Yes => cell == "yes",
        IfApproved => cell.starts_with("if-approved") || cell.starts_with("yes if") || cell == "-",
        Partial => cell == "partial reversal",
        _ => false,
    }
}

#[test]
fn response_codes() {
    for row in facts("response_codes_1987.tsv").into_iter().flatten() {
        for text in codes(&row[0]) {
            let code = ResponseCode::new(&text).unwrap_or_else(|| panic!("{text} is not representable"));
            let advice = code.advice().unwrap_or_else(|| panic!("{text} is not known"));
            let class = if row[2] == "-" { "reserved" } else { &row[2] };
            assert_eq!(advice.class.as_str(), class, "{text}");
            assert!(outcome_word(advice.outcome, &row[3]), "{text}: {} not {}", advice.outcome, row[3]);
            assert!(retry_word(advice, &row[5]), "{text}: retry {} not {}", advice.retry, row[5]);
            assert!(reversal_word(advice, &row[6]), "{text}: reversal {} not {}", advice.reversal, row[6]);
        }
    }
}

#[test]
fn unionpay_codes() {
    for row in facts("response_codes_unionpay.tsv").into_iter().flatten() {
        let text = &row[0];
        let code = ResponseCode::new(text).unwrap_or_else(|| panic!("{text} is not representable"));
        let advice = unionpay::advice(code).unwrap_or_else(|| panic!("{text} is not known"));
        assert_eq!(advice.group.map_or("", Group::as_str), row[4], "{text}");
        assert!(outcome_word(advice.outcome, &row[5]), "{text}: {} not {}", advice.outcome, row[5]);
        assert!(retry_word(advice, &row[9]), "{text}: retry {} not {}", advice.retry, row[9]);
        assert!(reversal_word(advice, &row[10]), "{text}: reversal {} not {}", advice.reversal, row[10]);
        let wording = row[2].replace(',', "，");
        let ours = advice.meaning_zh.unwrap_or_else(|| panic!("{text} has no Chinese wording"));
        assert!(wording.contains(ours), "{text}: {ours} not in {wording}");
        assert_eq!(advice.action.is_some(), row[8] != "-", "{text}: operator action");
        let action = row[7].replace(',', "，");
        assert!(advice.action_zh.is_none_or(|ours| action.starts_with(ours)), "{text}: {action}");
        let same_actor = advice.actor.as_str() == if row[6] == "-" { "nobody" } else { &row[6] };
        assert!(same_actor, "{text}: actor {} not {}", advice.actor, row[6]);
    }
}

#[test]
fn action_codes_1993() {
    for row in facts("action_codes_1993.tsv").into_iter().flatten() {
        let text = &row[0];
        let code = ActionCode93::new(text).unwrap_or_else(|| panic!("{text} is not representable"));
        let advice = code.advice().unwrap_or_else(|| panic!("{text} is not known"));
        assert_eq!(advice.class.as_str(), row[2], "{text}");
        assert!(outcome_word(advice.outcome, &row[3]), "{text}: {} not {}", advice.outcome, row[3]);
        assert!(retry_word(advice, &row[6]), "{text}: retry {} not {}", advice.retry, row[6]);
        assert!(reversal_word(advice, &row[7]), "{text}: reversal {} not {}", advice.reversal, row[7]);
        // The first code of the cell; 114 stands for five, DE66 values are settlement codes.
        let near: String = row[4].chars().filter(|c| *c != '(').take(2).collect();
        let expected = if text == "114" || row[4].starts_with("DE66") { "" } else { &near };
        assert_eq!(code.response_code().as_ref().map_or("", |code| code.as_str()), expected, "{text}");
        if let Some(settlement) = row[4].strip_prefix("DE66=") {
            assert_eq!(SettlementCode::from_action(code), SettlementCode::new(settlement), "{text}");
        }
    }
}

#[test]
fn action_codes_2003() {
    for row in facts("action_codes_2003.tsv").into_iter().flatten() {
        let text = &row[0];
        let code = ActionCode03::new(text).unwrap_or_else(|| panic!("{text} is not representable"));
        let advice = code.advice().unwrap_or_else(|| panic!("{text} is not known"));
        let class = match row[2].as_str() {
            "file"
            | "reversal/chargeback"
            | "reconciliation"
            | "administrative"
            | "fee collection"
            | "network management" => "admin",
            other => other,
        };
        assert_eq!(advice.class.as_str(), class, "{text}");
        assert!(outcome_word(advice.outcome, &row[3]), "{text}: {} not {}", advice.outcome, row[3]);
        assert_eq!(code.action93().as_ref().map_or("", |code| code.as_str()), row[4], "{text}");
        assert!(!code.meaning().is_empty(), "{text}");
    }
}

#[test]
fn processing_codes() {
    for row in facts("processing_codes.tsv").into_iter().flatten() {
        for text in codes(&row[1]) {
            let known = match row[0].as_str() {
                "type" => TransactionType::new(&text).and_then(TransactionType::meaning),
                "account" => AccountType::new(&text).and_then(AccountType::meaning),
                _ => ProcessingCode::new(&text).and_then(ProcessingCode::unionpay),
            };
            assert!(known.is_some(), "{} {text} is not known", row[0]);
            if row[0] == "type" {
                let effect = TransactionType::new(&text).unwrap().effect().as_str();
                // 90 to 93 mean something else in every network, so 92 has two rows.
                let expected = if row[3] == "-" || text == "92" { "unknown" } else { &row[3] };
                assert_eq!(effect, expected, "type {text}");
            }
        }
    }
}

#[test]
fn function_codes() {
    for row in facts("function_codes.tsv").into_iter().flatten() {
        for text in codes(&row[1]) {
            assert!(
                FunctionCode::new(&text).and_then(FunctionCode::meaning).is_some(),
                "{text} is not known"
            );
        }
    }
}

#[test]
fn reason_codes() {
    for row in facts("message_reason_codes.tsv").into_iter().flatten() {
        // Three digits: the advice reason of one 1987 network's DE 60, not a DE 25 value.
        if row[0] == "400" {
            continue;
        }
        for text in codes(&row[0]) {
            let code = ReasonCode::new(&text).unwrap_or_else(|| panic!("{text} is not representable"));
            let meaning = code.meaning().unwrap_or_else(|| panic!("{text} is not known"));
            // The private range 9600-9999 holds a span UnionPay uses.
            let expected =
                if ("9600"..="9725").contains(&text.as_str()) { "exception item" } else { &row[2] };
            assert_eq!(code.class().as_str(), expected, "{text}");
            if row[1].starts_with("reserved") && meaning.text.starts_with("reserved") {
                assert_eq!(meaning.text, row[1], "{text}");
            }
        }
    }
}

#[test]
fn network_codes() {
    for row in facts("network_mgmt_codes.tsv").into_iter().flatten() {
        for text in codes(&row[2]) {
            let known = match row[1].as_str() {
                "DE70" => NetworkCode::new(&text).and_then(NetworkCode::meaning),
                "DE24" => FunctionCode::new(&text).and_then(FunctionCode::meaning),
                _ => ManagementCode::new(&text).and_then(ManagementCode::meaning),
            };
            assert!(known.is_some(), "{} {text} is not known", row[1]);
        }
    }
}

#[test]
fn condition_codes() {
    for row in facts("pos_condition_code.tsv").into_iter().flatten() {
        for text in codes(&row[0]) {
            assert!(
                ConditionCode::new(&text).and_then(ConditionCode::meaning).is_some(),
                "{text} is not known"
            );
        }
    }
}

#[test]
fn entry_modes() {
    for row in facts("pos_entry_mode.tsv").into_iter().flatten().filter(|row| row[0] != "2003") {
        for text in codes(&row[2]) {
            let known = match (row[0].as_str(), row[1].as_str()) {
                ("1987", "1-2") => PanEntry::new(&text).and_then(PanEntry::meaning),
                ("1987", _) => PinCapability::new(&text).and_then(PinCapability::meaning),
                (_, position) => {
                    let position: usize = position.parse().unwrap();
                    let data = format!("{}{text}{}", "0".repeat(position - 1), "0".repeat(12 - position));
                    PosData::new(&data).and_then(|data| data.meaning(position))
                }
            };
            assert!(known.is_some(), "{} position {} code {text} is not known", row[0], row[1]);
        }
    }
}

#[test]
fn settlement_codes() {
    for row in facts("settlement_codes.tsv").into_iter().flatten() {
        for text in codes(&row[2]) {
            let known = match row[0].as_str() {
                "ISO 1993" => ActionCode93::new(&text).and_then(ActionCode93::advice).is_some(),
                "ISO 2003" => ActionCode03::new(&text).and_then(ActionCode03::advice).is_some(),
                "UnionPay POS" => SettlementCode::new(&text).and_then(SettlementCode::unionpay).is_some(),
                _ => SettlementCode::new(&text).and_then(SettlementCode::meaning).is_some(),
            };
            assert!(known, "{} {text} is not known", row[0]);
        }
    }
}

#[test]
fn currencies() {
    let Some(rows) = facts("currencies.tsv") else { return };
    assert_eq!(rows.len(), currency::all().len());
    for row in rows {
        let found = currency::by_alpha(&row[0]).unwrap_or_else(|| panic!("{} is not known", row[0]));
        assert_eq!(currency::by_text(&row[1]), Some(found), "{}", row[0]);
        assert_eq!(found.exponent, row[2].parse().ok(), "{}", row[0]);
        assert_eq!(found.fund, row[4] == "yes", "{}", row[0]);
    }
}

#[test]
fn countries() {
    let Some(rows) = facts("countries.tsv") else { return };
    assert_eq!(rows.len(), country::all().len());
    for row in rows {
        let found = country::by_alpha(&row[0]).unwrap_or_else(|| panic!("{} is not known", row[0]));
        assert_eq!(country::by_text(&row[2]), Some(found), "{}", row[0]);
        assert_eq!(found.alpha3, row[1], "{}", row[0]);
        assert!(row[3].is_empty() || found.name == row[3], "{}", row[0]);
    }
}

#[test]
fn element_numbers() {
    use cardwire::de;
    let name_of = |file: &str, number: u8| {
        let rows = facts(file)?;
        rows.into_iter().find(|row| row[0] == number.to_string()).map(|row| row[1].clone())
    };
    for (file, number, name) in [
        ("fields_1987.tsv", de::STAN, "Systems trace audit number (STAN)"),
        ("fields_1987.tsv", de::SETTLEMENT_CODE, "Settlement code"),
        ("fields_1987.tsv", de::NETWORK_CODE, "Network management information code"),
        ("fields_1987.tsv", de::DEBITS_REVERSAL_AMOUNT, "Debits, reversal amount"),
        ("fields_1987.tsv", de::REPLACEMENT_AMOUNTS, "Replacement amounts"),
        ("fields_1993.tsv", de::v1993::ORIGINAL_DATA, "Original data elements"),
        ("fields_1993.tsv", de::v1993::DEBITS_CHARGEBACK_NUMBER, "Debits, chargeback number"),
        ("fields_2003.tsv", de::v2003::POS_CAPABILITY, "Point of service capability"),
        ("fields_2003.tsv", de::v2003::RECONCILIATION_SECONDARY, "Reconciliation data, secondary"),
    ] {
        assert!(name_of(file, number).is_none_or(|found| found == name), "{file} {number}");
    }
}

#[test]
fn everything_prints_plainly() {
    let print = |value: &dyn Display| value.to_string();
    let advice = ResponseCode::INSUFFICIENT_FUNDS.advice().unwrap();
    assert_eq!(print(advice), "insufficient funds");
    assert_eq!(print(&Class::PickUp), "pick-up");
    assert_eq!(print(&advice.actor), "cardholder");
    assert_eq!(print(&ResponseCode::INSUFFICIENT_FUNDS), "51");
    assert_eq!(format!("{:?}", ProcessingCode::REFUND), r#"ProcessingCode("200000")"#);
    assert_eq!(print(currency::by_numeric(156).unwrap()), "CNY");
    assert_eq!(print(country::by_numeric(156).unwrap()), "CN");
    assert_eq!(print(ConditionCode::NORMAL.meaning().unwrap()), "normal presentment");
    assert_eq!(format!("{:>4}", ResponseCode::APPROVED), "  00");
}
