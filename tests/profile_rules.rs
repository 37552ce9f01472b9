//! Profiles beside a model of them in lists: each condition over each message of a few elements, what is allowed, what a
//! response repeats, and every sentence in both languages.

use std::collections::BTreeSet;

use cardwire::codes::Lang;
use cardwire::profile::{Breach, ECHOED, Profile, Rule, Violation, When, echoed, rule};
use cardwire::spec::{ISO03_ASCII, ISO87_ASCII, ISO93_ASCII};
use cardwire::{Builder, Message, Mti, Spec};

type Values = Vec<(u8, &'static str)>;

/// What is mandatory, under which conditions more is, and what is allowed if not everything is.
type Wanted = (&'static [u8], &'static [(u8, When<'static>)], Option<&'static [u8]>);

fn wire(spec: &'static Spec<'static>, mti: &str, values: &Values) -> Vec<u8> {
    let mut builder = Builder::new(spec, mti.parse().unwrap());
    for (number, value) in values {
        builder.set(*number, *value);
    }
    builder.to_vec().unwrap()
}

/// Number, place and breach of each violation.
fn found(profile: &Profile<'static>, wire: &[u8]) -> Vec<(u8, usize, Breach<'static>)> {
    let message = Message::parse(&ISO87_ASCII, wire).unwrap();
    let told = |violation: Violation<'static>| {
        assert_eq!(violation.mti, message.mti());
        (violation.number, violation.offset, violation.fault)
    };
    profile.check(&message).map(told).collect()
}

/// Every message of some of these elements.
fn messages() -> Vec<Values> {
    let choices: [(u8, &[&'static str]); 5] = [
        (3, &["", "000000", "010000", "200000"]),
        (4, &["", "000000000100"]),
        (11, &["", "000001"]),
        (22, &["", "031", "932", "941", "951", "021", "040"]),
        (39, &["", "00", "10", "51"]),
    ];
    choices.iter().fold(vec![vec![]], |all: Vec<Values>, (number, values)| {
        let with = |message: &Values, value: &&'static str| {
            let mut message = message.clone();
            message.extend((!value.is_empty()).then_some((*number, *value)));
            message
        };
        all.iter().flat_map(|message| values.iter().map(move |value| with(message, value))).collect()
    })
}

fn holds(when: When<'_>, message: &Values) -> bool {
    let value = |wanted: u8| message.iter().find(|(number, _)| *number == wanted).map(|(_, value)| *value);
    match when {
        When::With(number) => value(number).is_some(),
        When::Without(number) => value(number).is_none(),
        When::Unscanned(number) => {
            value(number).is_none() && !value(22).is_some_and(|mode| ["03", "93", "94"].contains(&&mode[..2]))
        }
        When::Is(number, wanted) => value(number) == Some(wanted),
        When::Approved => value(39).is_some_and(|code| ["00", "10"].contains(&code)),
        _ => unreachable!("a new condition"),
    }
}

const CONDITIONS: [(u8, When<'static>); 6] = [
    (41, When::With(4)),
    (42, When::Without(4)),
    (43, When::Unscanned(11)),
    (44, When::Is(3, "000000")),
    (38, When::Approved),
    (11, When::With(39)),
];

static RULES: [Rule<'static>; 5] = [
    rule(b"0200").processing("01").mandatory(&[4, 22]).optional(&[39]),
    rule(b"0200").processing("0").mandatory(&[4]).conditional(&CONDITIONS),
    rule(b"0200").optional(&[]).mandatory(&[3, 11]).echoed(&[4]).conditional(&[(22, When::With(4))]),
    rule(b"0210").mandatory(&[39]).echoed(&[3, 4, 11]),
    rule(b"0410").mandatory(&[39]),
];
static BELOW: Profile<'static> = Profile::new(
    "below",
    &[rule(b"0100").mandatory(&[2]), rule(b"0200").mandatory(&[64]), rule(b"0110").echoed(&[11])],
);
static MINE: Profile<'static> = Profile::new("mine", &RULES).with_base(&BELOW);

#[test]
fn each_condition_over_each_message() {
    let (mut kinds, mut count) = (BTreeSet::new(), 0);
    for message in messages() {
        let wire = wire(&ISO87_ASCII, "0200", &message);
        let has = |wanted: u8| message.iter().any(|(number, _)| *number == wanted);
        // elements stand one after the other, behind a type and a bitmap of sixteen digits
        let place = |wanted: u8| {
            let before = message.iter().take_while(|(number, _)| *number != wanted);
            20 + before.map(|(_, value)| value.len()).sum::<usize>()
        };
        let code = message.iter().find(|(number, _)| *number == 3).map(|(_, value)| *value).unwrap_or("");
        let (mandatory, conditions, allowed): Wanted = match code {
            "010000" => (&[4, 22], &[], Some(&[4, 22, 39])),
            "000000" => (&[4], &CONDITIONS, None),
            _ => (&[3, 11], &[(22, When::With(4))], Some(&[3, 4, 11, 22])),
        };
        let mut wanted: Vec<(u8, usize, Breach<'static>)> = Vec::new();
        wanted.extend(
            mandatory
                .iter()
                .filter(|number| !has(**number))
                .map(|number| (*number, wire.len(), Breach::Missing)),
        );
        for (number, when) in
            conditions.iter().filter(|(number, when)| !has(*number) && holds(*when, &message))
        {
            wanted.push((*number, wire.len(), Breach::MissingWhen(*when)));
        }
        let extra =
            message.iter().filter(|(number, _)| allowed.is_some_and(|allowed| !allowed.contains(number)));
        wanted.extend(extra.map(|(number, _)| (*number, place(*number), Breach::NotAllowed)));
        assert_eq!(found(&MINE, &wire), wanted, "{message:?}");
        kinds.extend(wanted.iter().map(|(number, _, fault)| format!("{number} {fault:?}")));
        count += wanted.len();
    }
    assert!(kinds.len() >= 14 && count > 500, "{count} {kinds:?}");
}

#[test]
fn the_rules_below_count_where_none_fits() {
    let of = |mti: &str, values: Values| found(&MINE, &wire(&ISO87_ASCII, mti, &values));
    assert_eq!(of("0100", vec![]), [(2, 20, Breach::Missing)]);
    assert_eq!(of("0420", vec![(11, "000001")]), [(0, 26, Breach::UnknownType)]);
    assert_eq!((MINE.name(), MINE.rules().len(), MINE.base().unwrap().name()), ("mine", 5, "below"));
    assert!(BELOW.base().is_none());
}

#[test]
fn what_a_response_repeats() {
    let request = wire(&ISO87_ASCII, "0200", &vec![(3, "000000"), (4, "000000000100"), (39, "00")]);
    let request = Message::parse(&ISO87_ASCII, &request).unwrap();
    for (values, wanted) in [
        (vec![(3, "000000"), (4, "000000000100"), (39, "00")], vec![]),
        // what the request does not have is not asked for
        (vec![(3, "000000"), (4, "000000000100"), (11, "000009"), (39, "00")], vec![]),
        (vec![(3, "000001"), (39, "00")], vec![(3, 20), (4, 28)]),
        (vec![(3, "000000"), (4, "000000000101"), (39, "00")], vec![(4, 26)]),
    ] {
        let reply = wire(&ISO87_ASCII, "0210", &values);
        let reply = Message::parse(&ISO87_ASCII, &reply).unwrap();
        let found: Vec<_> = MINE.check_reply(&request, &reply).collect();
        assert!(
            found
                .iter()
                .all(|violation| violation.fault == Breach::NotEchoed && violation.mti == reply.mti())
        );
        assert_eq!(
            found.iter().map(|violation| (violation.number, violation.offset)).collect::<Vec<_>>(),
            wanted
        );
    }
    let lists = |mti: &str| {
        let wire = wire(&ISO87_ASCII, mti, &vec![(3, "000000")]);
        let request = Message::parse(&ISO87_ASCII, &wire).unwrap();
        (MINE.echoed(&request), echoed(Some(&MINE), &request), echoed(None, &request))
    };
    assert_eq!(lists("0200"), (Some(&[3, 4, 11][..]), &[3, 4, 11][..], ECHOED));
    assert_eq!(lists("0100"), (Some(&[11][..]), &[11][..], ECHOED));
    // a rule without a list, no rule, and no response
    assert_eq!(lists("0400"), (None, ECHOED, ECHOED));
    assert_eq!(lists("0800"), (None, ECHOED, ECHOED));
    assert_eq!(lists("0210"), (None, ECHOED, ECHOED));
}

/// Codes of two characters by their table, of three and four by their first digit.
#[test]
fn what_approves_in_each_edition() {
    static RULES: [Rule<'static>; 3] = [
        rule(b"0210").conditional(&[(38, When::Approved)]),
        rule(b"1210").conditional(&[(38, When::Approved)]),
        rule(b"2210").conditional(&[(38, When::Approved)]),
    ];
    static EACH: Profile<'static> = Profile::new("each", &RULES);
    for (spec, mti, code, approves) in [
        (&ISO87_ASCII, "0210", "00", true),
        (&ISO87_ASCII, "0210", "05", false),
        (&ISO87_ASCII, "0210", "01", false),
        (&ISO93_ASCII, "1210", "000", true),
        (&ISO93_ASCII, "1210", "099", true),
        (&ISO93_ASCII, "1210", "100", false),
        (&ISO93_ASCII, "1210", "900", false),
        (&ISO03_ASCII, "2210", "0000", true),
        (&ISO03_ASCII, "2210", "1000", false),
    ] {
        let wire = wire(spec, mti, &vec![(39, code)]);
        let message = Message::parse(spec, &wire).unwrap();
        assert_eq!(EACH.check(&message).count(), usize::from(approves), "{mti} {code}");
    }
}

#[test]
fn every_sentence_in_both_languages() {
    let mti = Mti::FINANCIAL_REQUEST;
    for (fault, english, chinese) in [
        (Breach::UnknownType, "the profile has no rule for 0200", "校验规则中没有报文类型0200"),
        (Breach::Missing, "field 7 is mandatory in 0200", "0200报文必须有域7"),
        (
            Breach::MissingWhen(When::With(4)),
            "field 7 is mandatory in 0200 when field 4 is there",
            "有域4时，0200报文必须有域7",
        ),
        (
            Breach::MissingWhen(When::Without(4)),
            "field 7 is mandatory in 0200 when field 4 is not there",
            "没有域4时，0200报文必须有域7",
        ),
        (
            Breach::MissingWhen(When::Unscanned(4)),
            "field 7 is mandatory in 0200 when field 4 is not there and no code was scanned",
            "没有域4且未扫码时，0200报文必须有域7",
        ),
        (
            Breach::MissingWhen(When::Is(4, "9")),
            "field 7 is mandatory in 0200 when field 4 is 9",
            "域4为9时，0200报文必须有域7",
        ),
        (
            Breach::MissingWhen(When::Approved),
            "field 7 is mandatory in 0200 when it approves",
            "应答为批准时，0200报文必须有域7",
        ),
        (
            Breach::NotAllowed,
            "field 7 at byte 33 is not provided for in 0200",
            "0200报文不应有域7（字节偏移33）",
        ),
        (Breach::NotEchoed, "field 7 of 0200 is not what the request holds", "0200报文的域7与请求中的不一致"),
    ] {
        // as a check tells it, with another place and number
        let message = wire(&ISO87_ASCII, "0200", &vec![]);
        let message = Message::parse(&ISO87_ASCII, &message).unwrap();
        let mut violation = BELOW.check(&message).next().unwrap();
        (violation.mti, violation.number, violation.offset, violation.fault) = (mti, 7, 33, fault);
        assert_eq!(violation.to_string(), english);
        assert_eq!(violation.in_lang(Lang::Zh).to_string(), chinese);
        assert_eq!(violation.in_lang(Lang::En).to_string(), english);
    }
    assert_eq!(When::With(4).to_string(), "when field 4 is there");
}
