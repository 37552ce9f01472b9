//! The codes that may be shown of a message that cannot be trusted, as the library knows them.

use cardwire::codes::{
    AccountType, ActionCode03, ActionCode93, ConditionCode, FunctionCode, NetworkCode, ReasonCode,
    ResponseCode, Rows, SettlementCode, TransactionType, country, currency, tables, unionpay,
};

/// Writes them as sets of texts, by list.
pub(super) fn write(out: &mut String) {
    out.push_str("\n-- codes that have a meaning\ncw.lists = {}\nfor name, codes in pairs({\n");
    for (name, codes) in lists() {
        out.push_str(&format!("[\"{name}\"] = \"{}\",\n", codes.join(" ")));
    }
    out.push_str("}) do\n  cw.lists[name] = {}\n");
    out.push_str("  for code in codes:gmatch(\"%S+\") do cw.lists[name][code] = true end\nend\n\n");
}

fn lists() -> Vec<(&'static str, Vec<String>)> {
    let texts = texts();
    let known = |is_known: fn(&str) -> bool| texts.iter().filter(|text| is_known(text)).cloned().collect();
    vec![
        (
            "transaction",
            known(|text| TransactionType::new(text).is_some_and(|code| code.meaning().is_some())),
        ),
        ("account", known(|text| AccountType::new(text).is_some_and(|code| code.meaning().is_some()))),
        ("country", known(|text| country::by_text(text).is_some())),
        ("currency", known(|text| currency::by_text(text).is_some())),
        ("function", known(|text| FunctionCode::new(text).and_then(FunctionCode::meaning).is_some())),
        ("condition", known(is_condition)),
        ("response", known(is_response)),
        ("settlement", known(|text| SettlementCode::new(text).and_then(SettlementCode::meaning).is_some())),
        ("network", known(|text| NetworkCode::new(text).and_then(NetworkCode::meaning).is_some())),
    ]
}

fn is_condition(text: &str) -> bool {
    ConditionCode::new(text).and_then(ConditionCode::meaning).is_some()
        || ReasonCode::new(text).and_then(ReasonCode::meaning).is_some()
}

fn is_response(text: &str) -> bool {
    ResponseCode::new(text).is_some_and(|code| code.advice().or_else(|| unionpay::advice(code)).is_some())
        || ActionCode93::new(text).and_then(ActionCode93::advice).is_some()
        || ActionCode03::new(text).and_then(ActionCode03::advice).is_some()
}

/// Every text that can be a code: numbers of up to four digits, two characters, and what the tables list.
fn texts() -> Vec<String> {
    let numbers = (1..=4).flat_map(|width| (0..10_usize.pow(width)).map(move |number| (number, width)));
    let mut texts: Vec<String> =
        numbers.map(|(number, width)| format!("{number:0width$}", width = usize_of(width))).collect();
    let characters = || (b'0'..=b'9').chain(b'A'..=b'Z').map(char::from);
    texts.extend(characters().flat_map(|first| characters().map(move |second| format!("{first}{second}"))));
    for table in tables() {
        match table.rows {
            Rows::Advice(rows) => texts.extend(rows.iter().map(|row| row.code.to_owned())),
            Rows::Currency(rows) => texts.extend(rows.iter().map(|row| row.alpha.to_owned())),
            Rows::Country(rows) => {
                texts.extend(rows.iter().flat_map(|row| [row.alpha2, row.alpha3]).map(str::to_owned));
            }
            _ => {}
        }
    }
    texts.sort_unstable();
    texts.dedup();
    texts.retain(|text| !text.is_empty() && !text.contains([' ', '"', '\\']));
    texts
}

fn usize_of(width: u32) -> usize {
    usize::try_from(width).unwrap_or(0)
}
