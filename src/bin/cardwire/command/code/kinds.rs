//! The kinds of codes that the command explains.

use cardwire::Mti;
use cardwire::codes::{
    ActionCode03, ActionCode93, ConditionCode, EntryMode, FunctionCode, Lang, ManagementCode, NetworkCode,
    PosData, ProcessingCode, ReasonCode, ResponseCode, Scope, SettlementCode, country, currency, unionpay,
};

use super::entry::{Entry, both};

/// A kind of codes.
pub(super) struct ErrorKind {
    /// How the kind is called on the command line.
    pub(super) name: &'static str,
    /// What one of its codes is called, with its article.
    pub(super) what: &'static str,
    /// How such a code looks, in words.
    pub(super) shape: &'static str,
    /// Whether a text looks so.
    pub(super) fits: fn(&str) -> bool,
    /// What a code means; nothing when it is none, or is not listed.
    pub(super) look: fn(&str) -> Vec<Entry>,
    /// What can be said of a code that is not listed.
    pub(super) unlisted: fn(&str) -> Option<String>,
}

impl ErrorKind {
    /// What one of its codes is called, without the article.
    pub(super) fn noun(&self) -> &'static str {
        self.what.split_once(' ').map_or(self.what, |(_, noun)| noun)
    }
}

/// The characters of the longest code: DE 22 of 1993.
pub(super) const LONGEST: usize = 12;

/// A text short enough to be repeated in an error, made printable.
pub(super) fn named(text: &str) -> Option<String> {
    (text.chars().count() <= LONGEST).then(|| text.escape_debug().to_string())
}

const TWO: &str = "two letters or digits";
const THREE: &str = "three digits";
const FOUR: &str = "four digits";

/// Every kind.
pub(super) const KINDS: [ErrorKind; 15] = [
    ErrorKind {
        name: "response",
        what: "a response code",
        shape: TWO,
        fits: |code| ResponseCode::new(code).is_some(),
        look: |code| found(ResponseCode::new(code), response),
        unlisted: |code| Some(set_aside(ResponseCode::new(code)?.scope().words(Lang::En))),
    },
    ErrorKind {
        name: "unionpay",
        what: "a UnionPay response code",
        shape: TWO,
        fits: |code| ResponseCode::new(code).is_some(),
        look: |code| {
            found(ResponseCode::new(code), |code| {
                let advice = unionpay::advice(code)?;
                let title = "response code, field 39 of UnionPay";
                Some(Entry::of_advice(title, advice, advice.readings.iter()))
            })
        },
        unlisted: |_| Some(format!("a terminal shows {} (transaction failed)", unionpay::FAILED_ZH)),
    },
    ErrorKind {
        name: "action",
        what: "an action code",
        shape: "three digits (1993) or four (2003)",
        fits: |code| ActionCode93::new(code).is_some(),
        look: |code| found(ActionCode93::new(code), action_1993),
        unlisted: |code| {
            let code = ActionCode93::new(code)?;
            let aside = set_aside(code.scope().words(Lang::En));
            Some(format!("its first digit says {}, and {aside}", code.class()))
        },
    },
    ErrorKind {
        name: "action",
        what: "an action code",
        shape: "three digits (1993) or four (2003)",
        fits: |code| ActionCode03::new(code).is_some(),
        look: |code| found(ActionCode03::new(code), action_2003),
        unlisted: |code| Some(format!("its first digit says {}", ActionCode03::new(code)?.class())),
    },
    ErrorKind {
        name: "processing",
        what: "a processing code",
        shape: "six letters or digits",
        fits: |code| ProcessingCode::new(code).is_some(),
        look: |code| found(ProcessingCode::new(code), |code| Some(processing(code))),
        unlisted: nothing,
    },
    ErrorKind {
        name: "mti",
        what: "a message type",
        shape: FOUR,
        fits: |code| code.parse::<Mti>().is_ok(),
        look: |code| found(code.parse().ok(), |mti| Some(message_type(mti))),
        unlisted: nothing,
    },
    ErrorKind {
        name: "reason",
        what: "a message reason code",
        shape: FOUR,
        fits: |code| ReasonCode::new(code).is_some(),
        look: |code| {
            found(ReasonCode::new(code), |code| {
                let entry = Entry::of_meaning("message reason code, DE 25 of 1993 and 2003", code.meaning()?);
                let class = code.class();
                Some(entry.line("explains", format!("{class} {}", class.words(Lang::Zh))))
            })
        },
        unlisted: |code| Some(format!("its range is that of: {}", ReasonCode::new(code)?.class())),
    },
    ErrorKind {
        name: "entry-mode",
        what: "an entry mode",
        shape: "three digits (1987) or twelve letters or digits (1993)",
        fits: |code| EntryMode::new(code).is_some() || PosData::new(code).is_some(),
        look: |code| {
            [EntryMode::new(code).map(entry_mode), PosData::new(code).map(pos_data)]
                .into_iter()
                .flatten()
                .collect()
        },
        unlisted: nothing,
    },
    ErrorKind {
        name: "function",
        what: "a function code",
        shape: THREE,
        fits: |code| FunctionCode::new(code).is_some(),
        look: |code| {
            found(FunctionCode::new(code), |code| {
                Some(Entry::of_meaning("function code, DE 24 of 1993 and 2003", code.meaning()?))
            })
        },
        unlisted: |code| Some(set_aside(FunctionCode::new(code)?.scope().words(Lang::En))),
    },
    ErrorKind {
        name: "condition",
        what: "a condition code",
        shape: "two digits",
        fits: |code| ConditionCode::new(code).is_some(),
        look: |code| {
            found(ConditionCode::new(code), |code| {
                Some(Entry::of_meaning("condition code, DE 25 of 1987", code.meaning()?))
            })
        },
        unlisted: nothing,
    },
    ErrorKind {
        name: "network",
        what: "a network management code",
        shape: THREE,
        fits: |code| NetworkCode::new(code).is_some(),
        look: |code| {
            found(NetworkCode::new(code), |code| {
                let entry = Entry::of_meaning("network management code, DE 70 of 1987", code.meaning()?);
                Some(entry.maybe("function", code.function().map(|function| function.to_string())))
            })
        },
        unlisted: nothing,
    },
    ErrorKind {
        name: "management",
        what: "a UnionPay management code",
        shape: THREE,
        fits: |code| ManagementCode::new(code).is_some(),
        look: |code| {
            found(ManagementCode::new(code), |code| {
                Some(Entry::of_meaning("management code, field 60.3 of UnionPay", code.meaning()?))
            })
        },
        unlisted: nothing,
    },
    ErrorKind {
        name: "settlement",
        what: "a settlement code",
        shape: "one digit",
        fits: |code| SettlementCode::new(code).is_some(),
        look: |code| found(SettlementCode::new(code), settlement),
        unlisted: nothing,
    },
    ErrorKind {
        name: "currency",
        what: "a currency",
        shape: "three digits or three letters",
        fits: is_number_or_letters::<3>,
        look: |code| currency::ever(code).map(money).collect(),
        unlisted: |_| Some("it is in no list of ISO 4217, current or withdrawn".into()),
    },
    ErrorKind {
        name: "country",
        what: "a country",
        shape: "three digits, or two or three letters",
        fits: |code| is_number_or_letters::<3>(code) || is_letters::<2>(code),
        look: |code| {
            found(country::by_text(code), |row| {
                let letters = format!("{} {} {:03}", row.alpha2, row.alpha3, row.numeric);
                let entry = Entry::new("country").line("code", letters);
                Some(entry.line("meaning", row.name).line("中文", row.name_zh))
            })
        },
        unlisted: |_| Some("it is not in the list of ISO 3166-1".into()),
    },
];

/// The entry of a code, if there is one.
fn found<C>(code: Option<C>, look: fn(C) -> Option<Entry>) -> Vec<Entry> {
    code.and_then(look).into_iter().collect()
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn set_aside(scope: &str) -> String {
    format!("the standard sets it aside for {scope} use")
}

fn is_letters<const LEN: usize>(code: &str) -> bool {
    code.len() == LEN && code.bytes().all(|octet| octet.is_ascii_alphabetic())
}

fn is_number_or_letters<const LEN: usize>(code: &str) -> bool {
    is_letters::<LEN>(code) || code.len() == LEN && code.bytes().all(|octet| octet.is_ascii_digit())
}

fn response(code: ResponseCode) -> Option<Entry> {
    Some(Entry::of_advice("response code, DE 39 of 1987", code.advice()?, code.readings()))
}

fn action_1993(code: ActionCode93) -> Option<Entry> {
    let advice = code.advice()?;
    let near: Vec<String> = code.response_codes().map(|code| code.to_string()).collect();
    let entry = Entry::of_advice("action code, DE 39 of 1993", advice, advice.readings.iter());
    Some(entry.maybe("in 1987", (!near.is_empty()).then(|| near.join(", or "))))
}

fn action_2003(code: ActionCode03) -> Option<Entry> {
    let advice = code.advice()?;
    let mut entry = Entry::of_advice("action code, DE 39 of 2003", advice, advice.readings.iter());
    if advice.code != advice.last {
        let reason = format!("{} {}", code.words(Lang::En), code.words(Lang::Zh));
        entry = entry.line("reason", reason);
    }
    Some(entry.maybe("in 1993", code.action93().map(|code| code.to_string())))
}

fn processing(code: ProcessingCode) -> Entry {
    let kind = code.transaction();
    let effect = kind.effect();
    Entry::new("processing code, DE 3")
        .part("type", kind, kind.meaning())
        .line("effect", format!("{effect} {}", effect.words(Lang::Zh)))
        .part("from", code.from_account(), code.from_account().meaning())
        .part("to", code.to_account(), code.to_account().meaning())
        .maybe("UnionPay", code.unionpay().map(both))
}

fn message_type(mti: Mti) -> Entry {
    Entry::new("message type")
        .line("meaning", mti.describe(Lang::En).to_string())
        .line("中文", mti.describe(Lang::Zh).to_string())
        .line("version", mti.version().to_string())
        .maybe("response", mti.response().map(|response| response.to_string()))
        .maybe("repeat", mti.repeat().filter(|repeat| *repeat != mti).map(|repeat| repeat.to_string()))
}

fn entry_mode(mode: EntryMode) -> Entry {
    let card = mode.pan_entry();
    let range = match card.scope() {
        Scope::National => Some("61 to 80"),
        Scope::Private => Some("81 to 99"),
        _ => None,
    };
    let set_aside = range.map(|range| {
        let [en, zh] = [Lang::En, Lang::Zh].map(|lang| card.scope().words(lang));
        format!("{range}, {en} use {zh}")
    });
    Entry::new("entry mode, DE 22 of 1987")
        .part("card", card, card.meaning())
        .maybe("defined by", card.meaning().map(|row| row.scope.as_str()))
        .maybe("range", set_aside)
        .part("PIN", mode.pin(), mode.pin().meaning())
}

fn pos_data(data: PosData) -> Entry {
    (1..=12).fold(Entry::new("point of service data, DE 22 of 1993"), |entry, position| {
        match (PosData::title(position), data.get(position)) {
            (Some(title), Some(code)) => entry.part(title, code, data.meaning(position)),
            _ => entry,
        }
    })
}

fn settlement(code: SettlementCode) -> Option<Entry> {
    Some(
        Entry::of_meaning("settlement code, DE 66 of 1987", code.meaning()?)
            .maybe("next", code.next_step())
            .maybe("下一步", code.next_step_in(Lang::Zh))
            .maybe("UnionPay", code.unionpay().map(both))
            .maybe("next there", code.unionpay_next_step())
            .maybe("银联下一步", code.unionpay_next_step_in(Lang::Zh)),
    )
}

fn money(row: &'static currency::Currency) -> Entry {
    let note = if row.withdrawn.is_some() { " (withdrawn)" } else { "" };
    let decimals = match (row.exponent, row.withdrawn) {
        (Some(exponent), _) => exponent.to_string(),
        (None, None) => "none".into(),
        (None, Some(_)) => "not known".into(),
    };
    Entry::new("currency, DE 49 to 51")
        .line("code", format!("{} {:03}{note}", row.alpha, row.numeric))
        .line("meaning", row.name)
        .line("中文", row.name_zh)
        .line("decimals", decimals)
        .maybe("withdrawn", row.withdrawn)
}
