//! Rows of the code tables that were wrong or missing once, and what networks make of codes.

use cardwire::codes::{
    ActionCode03, ActionCode93, Advice, Certainty, ConditionCode, EntryMode, FunctionCode, Lang, Meaning,
    Network, NetworkCode, Outcome, PanEntry, ResponseCode, Retry, Reversal, Scope, TransactionType, currency,
    unionpay,
};
use cardwire::{Message, Mti, spec};

fn response(code: &str) -> &'static Advice {
    ResponseCode::new(code).unwrap().advice().unwrap_or_else(|| panic!("{code}"))
}

fn at(code: &str, network: Network) -> &'static Advice {
    ResponseCode::new(code).unwrap().at(network).unwrap_or_else(|| panic!("{code}"))
}

fn columns(row: &Advice) -> (Outcome, Retry, Reversal) {
    (row.outcome, row.retry, row.reversal)
}

fn condition(code: &str) -> &'static Meaning {
    ConditionCode::new(code).unwrap().meaning().unwrap_or_else(|| panic!("{code}"))
}

fn network(code: &str) -> &'static Meaning {
    NetworkCode::new(code).unwrap().meaning().unwrap_or_else(|| panic!("{code}"))
}

#[test]
fn conditions_of_the_point_of_service() {
    for (code, text) in [
        ("20", "payment out of balance, returned"),
        ("21", "manual reversal"),
        ("22", "terminal error, counted"),
        ("23", "terminal error, not counted"),
        ("24", "deposit out of balance, contents applied"),
        ("25", "payment out of balance, contents applied"),
        ("26", "withdrawal error, reversed"),
        ("27", "unattended terminal, cannot keep the card"),
    ] {
        let row = condition(code);
        assert_eq!((row.text, row.scope, row.certainty), (text, Scope::Iso, Certainty::Certain), "{code}");
    }
    assert_eq!(condition("27").at(Network::Visa).unwrap().text, "recurring payment");
    assert_eq!(condition("18").at(Network::UnionPay).unwrap().text_zh, "邮件或电话订购预授权");
    assert_eq!(
        (condition("41").scope, condition("41").certainty.is_certain()),
        (Scope::Network(Network::UnionPay), false)
    );
}

#[test]
fn network_management_codes_are_of_their_networks() {
    for code in ["161", "270"] {
        assert_eq!(network(code).scope, Scope::Network(Network::Mastercard), "{code}");
        assert!(network(code).certainty.is_certain(), "{code}");
    }
    let row = network("162");
    assert_eq!((row.text, row.certainty), ("solicitation for key exchange", Certainty::OneSource));
    assert_eq!(row.at(Network::Base24).unwrap().text, "new key");
    for code in ["160", "163", "164", "165", "166", "167", "999"] {
        assert!(matches!(network(code).scope, Scope::Network(_)), "{code}");
        assert_eq!(network(code).certainty, Certainty::Disputed, "{code}");
    }
    assert_eq!(network("301").scope, Scope::Iso);
}

#[test]
fn unknown_outcomes_are_queried_before_anything_else() {
    use Outcome::Unknown;
    use Reversal::{IfApproved, Yes};
    for code in ["09", "20", "22", "96"] {
        assert_eq!(columns(response(code)), (Unknown, Retry::No, IfApproved), "{code}");
    }
    assert_eq!(columns(response("68")), (Unknown, Retry::No, Yes));
    for code in ["09", "20", "68", "98"] {
        assert_eq!(columns(at(code, Network::UnionPay)), (Unknown, Retry::No, IfApproved), "{code}");
    }
    for code in ["909", "911", "923"] {
        let row = ActionCode93::new(code).unwrap().advice().unwrap();
        assert_eq!(columns(row), (Unknown, Retry::No, IfApproved), "{code}");
    }
    for code in ["9109", "9111", "9123"] {
        let row = ActionCode03::new(code).unwrap().advice().unwrap();
        assert_eq!(columns(row), (Unknown, Retry::No, IfApproved), "{code}");
    }
}

#[test]
fn action_codes_of_2003_are_those_of_1993() {
    for (new, old) in [("0004", "004"), ("0007", "007"), ("3003", "303")] {
        let (new, old) = (ActionCode03::new(new).unwrap(), ActionCode93::new(old).unwrap());
        assert_eq!(new.action93(), Some(old));
        let (new, old) = (new.advice().unwrap(), old.advice().unwrap());
        assert_eq!((new.meaning, new.outcome, new.reversal), (old.meaning, old.outcome, old.reversal));
    }
    let other = ActionCode03::new("0004").unwrap().advice().unwrap().at(Network::Jpos).unwrap();
    assert_eq!(other.meaning, "approved for the purchase, not for the cash back");
    // what only a network defines is not of the other edition
    assert_eq!(ActionCode03::new("1030").unwrap().action93(), None);
}

#[test]
fn action_codes_that_networks_added() {
    for (code, retry) in [("130", Retry::Fix), ("181", Retry::Fix), ("187", Retry::Fix), ("189", Retry::No)] {
        let row = ActionCode93::new(code).unwrap().advice().unwrap();
        assert_eq!(
            (row.scope, row.outcome, row.retry),
            (Scope::Network(Network::Amex), Outcome::Declined, retry)
        );
        assert!(!row.certainty.is_certain(), "{code}");
    }
    for code in ["481", "484", "499"] {
        let code = ActionCode93::new(code).unwrap();
        assert_eq!((code.advice().unwrap().scope, code.scope()), (Scope::Private, Scope::Private), "{code}");
    }
    assert_eq!(
        ["107", "165", "290"].map(|code| ActionCode93::new(code).unwrap().scope()),
        [Scope::Iso, Scope::National, Scope::Private]
    );
    let near = |code: &str| {
        ActionCode93::new(code).unwrap().response_codes().map(|code| code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((near("911"), near("114").len(), near("950").len()), (vec!["68".into(), "91".into()], 5, 0));
}

#[test]
fn response_codes_that_networks_added() {
    use Network::{Mastercard, Visa};
    for (code, network, retry) in [
        ("1A", Visa, Retry::Fix),
        ("6P", Visa, Retry::Fix),
        ("65", Mastercard, Retry::Fix), // the soft decline
        ("65", Visa, Retry::Later),     // nothing of its own: as in the standard
        ("70", Visa, Retry::Fix),
        ("70", Mastercard, Retry::Other),
        ("79", Mastercard, Retry::Fix),
        ("82", Mastercard, Retry::Other),
        ("83", Mastercard, Retry::No),
        ("R2", Visa, Retry::Other),
        ("Z5", Visa, Retry::Fix),
    ] {
        assert_eq!(columns(at(code, network)), (Outcome::Declined, retry, Reversal::No), "{code} {network}");
    }
    for (code, network) in [("85", Visa), ("85", Mastercard), ("87", Mastercard)] {
        assert_eq!(at(code, network).outcome, Outcome::Approved, "{code} {network}");
    }
    // nobody knows what they mean elsewhere
    for code in ["70", "79", "83", "85", "87"] {
        assert_eq!(response(code).outcome, Outcome::Unknown, "{code}");
        assert_eq!(at(code, Network::Gicc), response(code), "{code}");
    }
    assert_eq!(ResponseCode::new("ZZ").unwrap().at(Visa), None);
}

#[test]
fn one_code_several_networks() {
    use Network::{Gicc, Mastercard, Postilion, UnionPay, UnionPayOld, Visa};
    let all =
        |code: &str| ResponseCode::new(code).unwrap().readings().map(|row| row.scope).collect::<Vec<_>>();
    for (code, networks) in [
        ("45", &[Postilion, UnionPay][..]),
        ("46", &[Visa, Postilion]),
        ("77", &[Mastercard, Visa, Postilion, UnionPay]),
        ("78", &[Mastercard, Visa, Postilion]),
        ("98", &[Gicc, Postilion, UnionPay]),
        ("A1", &[Postilion, UnionPay]),
        ("A7", &[Postilion, UnionPay]),
        ("C1", &[Postilion, UnionPay]),
        ("D1", &[Postilion, UnionPay]),
    ] {
        let wanted: Vec<Scope> = networks.iter().map(|network| Scope::Network(*network)).collect();
        assert_eq!(all(code), wanted, "{code}");
    }
    assert_eq!(at("C1", Postilion).meaning, "PIN change failed");
    assert_eq!(at("D1", Postilion).meaning, "MAC error");
    assert_eq!(at("A4", UnionPay).outcome, Outcome::Approved);
    assert_eq!(at("A4", Postilion).outcome, Outcome::Declined);
    // the wording of 05 changed
    assert_eq!(
        (at("05", UnionPayOld).meaning, at("05", UnionPay).meaning),
        ("do not honour", "cardholder authentication failed")
    );
    let ranges =
        ["45", "76", "89", "90", "97", "9G", "A1", "N7"].map(|code| ResponseCode::new(code).unwrap().scope());
    use Scope::{Iso, National, Private};
    assert_eq!(ranges, [Iso, Private, Private, Iso, National, Iso, National, Private]);
}

#[test]
fn other_codes_say_whose_they_are() {
    let card = |code: &str| PanEntry::new(code).unwrap();
    assert!(matches!(card("95").meaning().unwrap().scope, Scope::Network(_)));
    assert_eq!(
        ["06", "60", "61", "80", "81"].map(|code| card(code).scope()),
        [Scope::Iso, Scope::Iso, Scope::National, Scope::National, Scope::Private]
    );
    let pin = EntryMode::new("051").unwrap().pin().meaning().unwrap();
    assert_eq!((pin.text, pin.at(Network::UnionPay).unwrap().text), ("can take a PIN", "PIN in the message"));
    let kind = |code: &str| TransactionType::new(code).unwrap().meaning().unwrap();
    assert_eq!(
        (kind("26").scope, kind("26").certainty),
        (Scope::Network(Network::Visa), Certainty::OneSource)
    );
    assert_eq!((kind("28").certainty, kind("28").readings.len()), (Certainty::Disputed, 3));
    let function = |code: &str| FunctionCode::new(code).unwrap();
    for code in ["456", "458", "460"] {
        assert_eq!(function(code).meaning().unwrap().certainty, Certainty::Disputed, "{code}");
    }
    assert_eq!(function("697").meaning().unwrap().text, "file header");
    assert_eq!(
        ["419", "420", "439", "440", "450", "062"].map(|code| function(code).scope()),
        [Scope::Iso, Scope::National, Scope::National, Scope::Private, Scope::Iso, Scope::Iso]
    );
}

#[test]
fn currencies_of_old_data() {
    for (letters, number, when) in [
        ("BYR", 974, "2017-01"),
        ("LTL", 440, "2014-12"),
        ("LVL", 428, "2014-01"),
        ("EEK", 233, "2011-01"),
        ("MRO", 478, "2017-12"),
        ("STD", 678, "2017-12"),
        ("VEF", 937, "2018-08"),
        ("ZMK", 894, "2012-12"),
        ("DEM", 276, "2002-03"),
        ("HRK", 191, "2023-01"),
        ("BGN", 975, "2026-01"),
    ] {
        let row = currency::withdrawn(letters).unwrap();
        assert_eq!((row.numeric, row.withdrawn), (number, Some(when)), "{letters}");
        assert_eq!((currency::by_numeric(number), currency::by_alpha(letters)), (None, None), "{letters}");
        let found: Vec<_> = currency::ever(&format!("{number:03}")).collect();
        assert!(found.contains(&row), "{letters}");
    }
    let of = |text: &str| currency::ever(text).map(|row| row.alpha).collect::<Vec<_>>();
    assert_eq!(
        (of("810"), of("716"), of("156")),
        (vec!["RUR", "SUR"], vec!["ZWD", "ZWC", "RHD"], vec!["CNY"])
    );
    assert_eq!((of("36"), of("000"), of("001"), of("cny")), (vec![], vec![], vec![], vec![]));
    assert!(currency::all_withdrawn().len() > 100);
}

#[test]
fn the_listing_speaks_of_the_network_of_the_link() {
    let line = |spec: &spec::Spec<'static>, number: u8, value: &str| {
        let mut buffer = [0; 128];
        let wire = cardwire::Builder::new(spec, Mti::FINANCIAL_RESPONSE)
            .set(number, value)
            .write(&mut buffer)
            .unwrap();
        Message::parse(spec, wire).unwrap().describe().to_string().lines().nth(1).unwrap().to_owned()
    };
    let (iso, unionpay) = (&spec::ISO87_BCD, &spec::UNIONPAY_POS);
    assert!(line(iso, 3, "030000").ends_with("  cheque guarantee"));
    assert!(line(unionpay, 3, "030000").ends_with("  pre-authorization"));
    assert!(line(iso, 25, "18").ends_with("  no cheque in envelope"));
    assert!(line(unionpay, 25, "18").ends_with("  mail or telephone order, pre-authorization"));
    assert!(line(unionpay, 39, "98").ends_with("  no response from issuer 发卡方超时"));
    let words = "  reserved for national use (GICC (Germany): PIN error; UnionPay: PIN block format error)";
    assert!(line(iso, 39, "99").ends_with(words));
    assert!(line(iso, 39, "51").ends_with("  insufficient funds"));
    let zh = ResponseCode::new("87").unwrap().describe(Lang::Zh).unwrap().to_string();
    assert_eq!(zh, "保留给私有使用（万事达：仅批准消费，不返现）");
    assert_eq!(unionpay::FAILED_ZH, "交易失败");
}
