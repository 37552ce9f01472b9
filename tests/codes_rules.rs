//! What holds in every code table: order, scope, both languages, and columns that do not contradict each other.
#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cardwire::codes::{
    self, AccountType, ActionCode03, ActionCode93, Advice, Class, CodeTable, ConditionCode, FunctionCode,
    Group, ManagementCode, Meaning, NetworkCode, Outcome, PanEntry, PinCapability, PosData, ProcessingCode,
    ReasonCode, ResponseCode, Retry, Reversal, Rows, Scope, SettlementCode, TransactionType, country,
    currency, unionpay,
};

/// Every row of result codes, and what networks make of them, with the name of its table.
fn advices() -> Vec<(String, &'static Advice)> {
    let rows = codes::tables().iter().flat_map(|table| match table.rows {
        Rows::Advice(rows) => rows.iter().map(|row| (table.name, row)).collect(),
        _ => Vec::new(),
    });
    rows.flat_map(|(name, row)| {
        let readings = row
            .readings
            .iter()
            .map(move |reading| (format!("{name} {}, {}", row.code, reading.scope), reading));
        std::iter::once((format!("{name} {}", row.code), row)).chain(readings)
    })
    .collect()
}

/// Every other row, and what networks make of it.
fn meanings() -> Vec<(String, &'static Meaning)> {
    let rows = codes::tables().iter().flat_map(|table| match table.rows {
        Rows::Meaning(rows) => rows.iter().map(|row| (table.name, row)).collect(),
        _ => Vec::new(),
    });
    rows.flat_map(|(name, row)| {
        let readings = row
            .readings
            .iter()
            .map(move |reading| (format!("{name} {}, {}", row.first, reading.scope), reading));
        std::iter::once((format!("{name} {}", row.first), row)).chain(readings)
    })
    .collect()
}

/// First and last codes of the rows of a table.
fn spans(table: &CodeTable) -> Vec<(String, String)> {
    let number = |number: u16| (format!("{number:03}"), format!("{number:03}"));
    match table.rows {
        Rows::Advice(rows) => rows.iter().map(|row| (row.code.into(), row.last.into())).collect(),
        Rows::Meaning(rows) => rows.iter().map(|row| (row.first.into(), row.last.into())).collect(),
        Rows::Currency(rows) => rows.iter().map(|row| number(row.numeric)).collect(),
        Rows::Country(rows) => rows.iter().map(|row| number(row.numeric)).collect(),
        _ => panic!("{} has rows of a shape that this test does not know", table.name),
    }
}

#[test]
fn codes_are_sorted_and_none_is_there_twice() {
    let mut names = BTreeSet::new();
    for table in codes::tables() {
        assert!(names.insert(table.name), "two tables are called {}", table.name);
        let spans = spans(table);
        assert!(!spans.is_empty(), "{} is empty", table.name);
        for (first, last) in &spans {
            assert_eq!((first.len(), last.len()), (table.code_len, table.code_len), "{} {first}", table.name);
            assert!(first <= last, "{} {first}: the span runs backwards", table.name);
        }
        // a number can be withdrawn more than once
        let may_repeat = table.name == "withdrawn currency";
        for pair in spans.windows(2) {
            let (before, after) = (&pair[0].1, &pair[1].0);
            assert!(
                before < after || may_repeat && before == after,
                "{}: {after} after {before}",
                table.name
            );
        }
    }
}

#[test]
fn an_unknown_outcome_is_not_to_be_retried() {
    for (place, row) in advices().into_iter().filter(|(_, row)| row.outcome == Outcome::Unknown) {
        assert!(matches!(row.retry, Retry::No | Retry::NotApplicable), "{place}: unknown, yet {}", row.retry);
        assert!(!row.is_final(), "{place}");
    }
}

#[test]
fn a_known_outcome_needs_no_reversal() {
    for (place, row) in advices().into_iter().filter(|(_, row)| row.outcome != Outcome::Unknown) {
        assert_eq!(row.reversal, Reversal::No, "{place}: {}, yet to be reversed", row.outcome);
        assert!(row.is_final(), "{place}");
    }
}

#[test]
fn the_class_agrees_with_the_outcome() {
    for (place, row) in advices() {
        let Advice { class, outcome, retry, .. } = *row;
        match class {
            Class::Approved => assert_eq!(outcome, Outcome::Approved, "{place}"),
            Class::RetryLater => assert_eq!((outcome, retry), (Outcome::Declined, Retry::Later), "{place}"),
            Class::Declined | Class::Referral | Class::PickUp | Class::Reserved => {
                assert_ne!(outcome, Outcome::Approved, "{place}");
            }
            Class::Error | Class::Admin => (),
            _ => panic!("{place}: a class that no rule knows"),
        }
        if outcome == Outcome::Approved {
            assert_eq!(retry, Retry::NotApplicable, "{place}");
        }
        if let Some(group) = row.group {
            assert_eq!(group == Group::Success, outcome == Outcome::Approved, "{place}: group {group}");
        }
    }
}

/// Words of an action or a meaning, and what they say about the columns.
const LATER: [&str; 2] = ["稍后重试", "次日"];
const FIX: [&str; 8] = ["重新输入", "重新刷卡", "重新签到", "重新发起", "重新选择", "重传", "再做", "重做"];
const OTHER: [&str; 3] = ["换卡", "改用", "减少金额"];
const NO: [&str; 2] = ["不要重复", "不要重做"];
const UNKNOWN: [&str; 3] = ["查询", "查找", "等待"];
const APPROVED: [&str; 4] = ["打印签购单", "确认到账", "收取余款", "余额用其他方式"];
const PICK_UP: [&str; 4] = ["没收卡", "请没收", "吞卡", "被没收"];

#[test]
fn the_chinese_action_says_what_the_columns_say() {
    for (place, row) in advices() {
        assert_eq!(row.action.is_some(), row.action_zh.is_some(), "{place}: one language has no action");
        let action = row.action_zh.unwrap_or("");
        // what the network prints as the meaning may ask for something, too
        for words in [action, row.meaning_zh] {
            let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
            let is_negated = says(&NO);
            assert!(!is_negated || row.retry == Retry::No, "{place}: {words}, but {}", row.retry);
            assert!(!says(&LATER) || row.retry == Retry::Later, "{place}: {words}, but {}", row.retry);
            assert!(!says(&OTHER) || row.retry == Retry::Other, "{place}: {words}, but {}", row.retry);
            let asks_again =
                says(&FIX) && !is_negated && row.class != Class::Admin || action.contains("重新");
            assert!(!asks_again || row.retry == Retry::Fix, "{place}: {words}, but {}", row.retry);
            assert!(!says(&PICK_UP) || row.class == Class::PickUp, "{place}: {words}, but {}", row.class);
        }
        let says = |list: &[&str]| list.iter().any(|word| action.contains(word));
        assert!(!says(&UNKNOWN) || row.outcome == Outcome::Unknown, "{place}: {action}, but {}", row.outcome);
        assert!(
            !says(&APPROVED) || row.outcome == Outcome::Approved,
            "{place}: {action}, but {}",
            row.outcome
        );
    }
}

/// Whether a text has a Chinese character.
fn is_chinese(text: &str) -> bool {
    text.chars().any(|character| ('\u{4E00}'..='\u{9FFF}').contains(&character))
}

fn assert_worded(place: &str, en: &str, zh: &str) {
    assert!(!en.is_empty() && !is_chinese(en), "{place}: {en:?} is not English");
    assert!(is_chinese(zh), "{place}: {zh:?} is not Chinese");
    for words in [en, zh] {
        assert_eq!(words.trim(), words, "{place}");
    }
    // Chinese text has Chinese commas and parentheses
    assert!(!zh.contains([',', '(', ')', ';', ':']), "{place}: {zh}");
}

#[test]
fn every_row_speaks_both_languages() {
    for (place, row) in advices() {
        assert_worded(&place, row.meaning, row.meaning_zh);
        if let (Some(action), Some(action_zh)) = (row.action, row.action_zh) {
            assert_worded(&place, action, action_zh);
        }
    }
    for (place, row) in meanings() {
        assert_worded(&place, row.text, row.text_zh);
    }
    for row in currency::all().iter().chain(currency::all_withdrawn()) {
        assert_worded(row.alpha, row.name, row.name_zh);
    }
    for row in country::all() {
        assert_worded(row.alpha2, row.name, row.name_zh);
    }
}

#[test]
fn the_scope_of_a_row_is_that_of_its_range() {
    for table in codes::tables() {
        let rows: Vec<(&str, &str, Scope)> = match table.rows {
            Rows::Advice(rows) => rows.iter().map(|row| (row.code, row.last, row.scope)).collect(),
            Rows::Meaning(rows) => rows.iter().map(|row| (row.first, row.last, row.scope)).collect(),
            _ => continue,
        };
        let range = |code: &str| -> Option<Scope> {
            match table.name {
                "response" => Some(ResponseCode::new(code)?.scope()),
                "action 1993" => Some(ActionCode93::new(code)?.scope()),
                "function" => Some(FunctionCode::new(code)?.scope()),
                "card entry" => Some(PanEntry::new(code)?.scope()),
                _ => None,
            }
        };
        for (first, last, scope) in rows {
            // a network may use what is set aside for others; nobody else may
            if matches!(scope, Scope::Network(_)) || range(first).is_none() {
                continue;
            }
            let place = format!("{} {first}", table.name);
            assert_eq!((range(first), range(last)), (Some(scope), Some(scope)), "{place}");
        }
    }
    let national = |text: &str| text.contains("national");
    for (place, row) in meanings().into_iter().filter(|(_, row)| row.text.starts_with("reserved for")) {
        let named = [row.text.contains("ISO"), national(row.text), row.text.contains("private")];
        let scopes = [Scope::Iso, Scope::National, Scope::Private];
        assert!(scopes.iter().zip(named).any(|(scope, named)| named && row.scope == *scope), "{place}");
    }
}

#[test]
fn a_reading_is_of_another_network_and_says_something_else() {
    let check = |place: &str, own: Scope, readings: Vec<Scope>| {
        let distinct: BTreeSet<_> = readings.iter().collect();
        assert_eq!(distinct.len(), readings.len(), "{place}: a network reads it twice");
        for scope in readings {
            assert!(matches!(scope, Scope::Network(_)) && scope != own, "{place}: a reading of {scope}");
        }
    };
    for (place, row) in advices() {
        check(&place, row.scope, row.readings.iter().map(|reading| reading.scope).collect());
        for reading in row.readings {
            assert_eq!((reading.code, reading.last), (row.code, row.last), "{place}");
            assert_ne!((reading.meaning, reading.outcome), (row.meaning, row.outcome), "{place}");
            assert!(reading.readings.is_empty(), "{place}");
            let Scope::Network(network) = reading.scope else { panic!("{place}") };
            assert_eq!(row.at(network), Some(reading), "{place}");
        }
    }
    for (place, row) in meanings() {
        check(&place, row.scope, row.readings.iter().map(|reading| reading.scope).collect());
        for reading in row.readings {
            assert_eq!((reading.first, reading.last), (row.first, row.last), "{place}");
            assert!(reading.readings.is_empty(), "{place}");
            let Scope::Network(network) = reading.scope else { panic!("{place}") };
            assert_eq!(row.at(network), Some(reading), "{place}");
        }
    }
}

/// The words that a look-up of the library finds for a code of a table.
fn looked_up(table: &str, code: &str) -> Option<&'static str> {
    let position = |position: usize| -> Option<&'static str> {
        let data = format!("{}{code}{}", "0".repeat(position - 1), "0".repeat(12 - position));
        Some(PosData::new(&data)?.meaning(position)?.text)
    };
    let of = |meaning: Option<&'static Meaning>| meaning.map(|row| row.text);
    match table {
        "response" => ResponseCode::new(code)?.advice().map(|row| row.meaning),
        "unionpay" => unionpay::advice(ResponseCode::new(code)?).map(|row| row.meaning),
        "action 1993" => ActionCode93::new(code)?.advice().map(|row| row.meaning),
        "action 2003" => ActionCode03::new(code)?.advice().map(|row| row.meaning),
        "transaction type" => of(TransactionType::new(code)?.meaning()),
        "account type" => of(AccountType::new(code)?.meaning()),
        "unionpay processing" => of(ProcessingCode::new(code)?.unionpay()),
        "card entry" => of(PanEntry::new(code)?.meaning()),
        "PIN capability" => of(PinCapability::new(code)?.meaning()),
        "condition" => of(ConditionCode::new(code)?.meaning()),
        "function" => of(FunctionCode::new(code)?.meaning()),
        "reason" => of(ReasonCode::new(code)?.meaning()),
        "network management" => of(NetworkCode::new(code)?.meaning()),
        "unionpay management" => of(ManagementCode::new(code)?.meaning()),
        "settlement" => of(SettlementCode::new(code)?.meaning()),
        "unionpay settlement" => of(SettlementCode::new(code)?.unionpay()),
        "currency" | "withdrawn currency" => Some(currency::ever(code).next()?.name),
        "country" => Some(country::by_text(code)?.name),
        other => {
            let title =
                other.strip_prefix("1993 ").unwrap_or_else(|| panic!("no look-up is known for {other}"));
            let found = (1..=12).find(|at| PosData::title(*at) == Some(title));
            position(found.unwrap_or_else(|| panic!("no look-up is known for {other}")))
        }
    }
}

#[test]
fn every_row_is_found_by_its_codes() {
    for table in codes::tables() {
        let words: Vec<&str> = match table.rows {
            Rows::Advice(rows) => rows.iter().map(|row| row.meaning).collect(),
            Rows::Meaning(rows) => rows.iter().map(|row| row.text).collect(),
            Rows::Country(rows) => rows.iter().map(|row| row.name).collect(),
            Rows::Currency(_) => continue,
            _ => panic!("{} has rows of a shape that this test does not know", table.name),
        };
        for ((first, last), words) in spans(table).into_iter().zip(words) {
            for code in [first, last] {
                assert_eq!(looked_up(table.name, &code), Some(words), "{} {code}", table.name);
            }
        }
    }
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[test]
fn no_table_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codes");
    let list = fs::read_to_string(folder.join("all.rs")).unwrap();
    let row_types = ["Advice", "Meaning", "Currency", "Country"];
    let mut count = 0;
    for path in sources(&folder).into_iter().filter(|path| !path.ends_with("all.rs")) {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for line in text.lines() {
            let Some((_, rest)) = line.split_once("static ").or_else(|| line.split_once("const ")) else {
                continue;
            };
            let Some((name, kind)) = rest.split_once(':') else { continue };
            let kind = kind.trim_start_matches([' ', '&', '[']);
            if !row_types
                .iter()
                .any(|row| kind.starts_with(&format!("{row}]")) || kind.starts_with(&format!("{row};")))
            {
                continue;
            }
            // the table of `currency/withdrawn.rs` is one of the module `currency`
            let within = path.strip_prefix(&folder).unwrap();
            let module = within.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
            let wanted = format!("({module}::{name})");
            assert!(
                list.contains(&wanted),
                "{}: {name} is not among the tables of codes::tables()",
                path.display()
            );
            count += 1;
        }
    }
    assert_eq!(count, codes::tables().len(), "tables in the sources, and in the list");
}

#[test]
fn a_withdrawn_currency_says_when() {
    let is_month =
        |text: &str| text.len() == 7 && text.as_bytes()[4] == b'-' && ("01"..="12").contains(&&text[5..]);
    let mut letters = BTreeSet::new();
    for row in currency::all_withdrawn() {
        let when = row.withdrawn.unwrap_or_else(|| panic!("{} has no date", row.alpha));
        let parts: Vec<&str> = when.split(" to ").collect();
        assert!(parts.iter().all(|part| is_month(part) || part.len() == 4), "{}: {when}", row.alpha);
        assert!(("1978"..="2026-12").contains(&parts[0]), "{}: {when}", row.alpha);
        assert!(letters.insert(row.alpha) && currency::by_alpha(row.alpha).is_none(), "{}", row.alpha);
        assert_eq!(currency::withdrawn(row.alpha), Some(row));
        let digits = format!("{:03}", row.numeric);
        // three never had a number
        assert!(row.numeric > 0 || ["XFO", "XFU", "XRE"].contains(&row.alpha), "{}", row.alpha);
        assert_eq!(currency::ever(&digits).any(|found| found == row), row.numeric > 0, "{digits}");
    }
    assert!(currency::all().iter().all(|row| row.withdrawn.is_none()));
}
