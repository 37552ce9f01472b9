//! Profiles from TOML: they say what the same rules in Rust say, and what is wrong is told by line.
#![cfg(feature = "toml")]

use std::fmt::Write;

use cardwire::profile::{ISO87_PROFILE, Profile, ProfileDoc, Rule, When, by_name, rule};
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, Mti};
use proptest::prelude::*;

/// A rule by its parts, from which both its text and its twin in Rust are made.
#[derive(Clone, Debug)]
struct Drawn {
    types: Vec<Mti>,
    processing: String,
    mandatory: Vec<u8>,
    conditional: Vec<(u8, Vec<Need>)>,
    optional: Option<Vec<u8>>,
    echoed: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Need {
    With(u8),
    Without(u8),
    Is(u8, String),
    Approved,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let types =
        prop::collection::vec((0..4_u16).prop_map(|class| Mti::from_number(200 + class).unwrap()), 1..3);
    let number = || prop::sample::select(&[3_u8, 4, 7, 11, 37, 38, 39, 41, 49, 70, 128]);
    let numbers = move || prop::collection::vec(number(), 0..4);
    let need = prop_oneof![
        number().prop_map(Need::With),
        number().prop_map(Need::Without),
        (number(), "0[0-5]").prop_map(|(number, value)| Need::Is(number, value)),
        Just(Need::Approved),
    ];
    let conditional = prop::collection::btree_map(number(), prop::collection::vec(need, 1..3), 0..3);
    (types, "0?[0-1]?", numbers(), conditional, prop::option::of(numbers()), numbers()).prop_map(
        |(types, processing, mandatory, conditional, optional, echoed)| Drawn {
            types,
            processing,
            mandatory,
            conditional: conditional.into_iter().collect(),
            optional,
            echoed,
        },
    )
}

fn text(rules: &[Drawn], base: bool) -> String {
    let mut text = format!("name = 'drawn'\n{}", if base { "base = 'iso87'\n" } else { "" });
    for rule in rules {
        let types: Vec<String> = rule.types.iter().map(ToString::to_string).collect();
        writeln!(text, "[[rule]]\nmti = {types:?}\nprocessing = {:?}", rule.processing).unwrap();
        writeln!(text, "mandatory = {:?}\nechoed = {:?}", rule.mandatory, rule.echoed).unwrap();
        if let Some(optional) = &rule.optional {
            writeln!(text, "optional = {optional:?}").unwrap();
        }
        let conditions = rule.conditional.iter().map(|(number, needs)| {
            let needs: Vec<String> = needs.iter().map(Need::text).collect();
            format!("{number} = \"{}\"", needs.join(" or "))
        });
        writeln!(text, "conditional = {{ {} }}", conditions.collect::<Vec<_>>().join(", ")).unwrap();
    }
    text
}

impl Need {
    fn text(&self) -> String {
        match self {
            Self::With(number) => format!("with {number}"),
            Self::Without(number) => format!("without {number}"),
            Self::Is(number, value) => format!("{number} is {value}"),
            Self::Approved => "approved".into(),
        }
    }

    fn when(&self) -> When<'static> {
        match self {
            Self::With(number) => When::With(*number),
            Self::Without(number) => When::Without(*number),
            Self::Is(number, value) => When::Is(*number, value.clone().leak()),
            Self::Approved => When::Approved,
        }
    }
}

impl Drawn {
    /// The same in Rust; a table of TOML has no order of keys, so conditions go by number.
    fn rules(&self) -> Vec<Rule<'static>> {
        let pairs = self.conditional.iter();
        let conditions = pairs.flat_map(|(number, needs)| needs.iter().map(|need| (*number, need.when())));
        let conditions: &'static [_] = conditions.collect::<Vec<_>>().leak();
        let of_type = |mti: &Mti| {
            let all = rule(&mti.digits()).processing(self.processing.clone().leak());
            let all = all.mandatory(self.mandatory.clone().leak()).echoed(self.echoed.clone().leak());
            let all = all.conditional(conditions);
            self.optional.clone().map_or(all, |optional| all.optional(optional.leak()))
        };
        self.types.iter().map(of_type).collect()
    }
}

/// Sorted: the conditions of a rule have no order in a file.
fn said(profile: &Profile<'_>, message: &Message<'_>) -> Vec<String> {
    let pairs = profile.check(message).chain(profile.check_reply(message, message));
    let mut lines: Vec<String> = pairs.map(|violation| violation.to_string()).collect();
    lines.sort();
    lines
}

proptest! {
    #[test]
    fn a_file_says_what_its_rules_say(
        rules in prop::collection::vec(drawn(), 0..4),
        base: bool,
        mti in 200_u16..206,
        present in prop::collection::btree_set(prop::sample::select(&[3_u8, 4, 7, 11, 39, 41, 49, 70]), 0..6),
    ) {
        let twins: Vec<Rule<'static>> = rules.iter().flat_map(Drawn::rules).collect();
        let twin = Profile::new("drawn", twins.leak());
        let twin = if base { twin.with_base(&ISO87_PROFILE) } else { twin };
        let doc = ProfileDoc::from_toml(&text(&rules, base)).unwrap();
        let mut builder = Builder::new(&ISO87_ASCII, Mti::from_number(mti).unwrap());
        for number in present {
            builder.set(number, if number == 41 { "TERM0001" } else { "0" });
        }
        let wire = builder.to_vec().unwrap();
        let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
        let expected = said(&twin, &message);
        prop_assert_eq!(doc.with(|profile| said(profile, &message)), expected.clone());
        prop_assert_eq!(doc.name(), "drawn");
        let kept = doc.leak();
        prop_assert_eq!(said(kept, &message), expected);
        prop_assert_eq!(kept.base().map(Profile::name), base.then_some("iso87"));
    }

    #[test]
    fn any_text_is_a_profile_or_is_refused(text in "(name|base|rule|mti|\\[\\[|\\]\\]|=|'|\"|0200|[0-9]{1,3}|\\{|\\}|\\[|\\]|,|is|with|\n| ){0,40}") {
        if let Err(error) = Profile::from_toml(&text) {
            prop_assert!(!error.message().is_empty());
        }
    }
}

#[test]
fn what_is_wrong_is_told_by_line() {
    for (text, wanted) in [
        ("", "there is no `name`"),
        ("name = 1", "line 1: expected a string"),
        ("name = 'x'\nnmae = 'y'", "line 2: unknown field `nmae`; there are name, base, rule"),
        (
            "name = 'x'\nbase = 'iso'",
            "line 2: the base 'iso' is not a built-in profile; there are iso87, unionpay-pos",
        ),
        ("name = 'x'\nrule = 1", "line 2: expected [[rule]], once for each rule"),
        ("name = 'x'\n[[rule]]\nmandatory = [4]", "line 2: rule 1: there is no `mti`"),
        (
            "name = 'x'\n[[rule]]\nmti = []",
            "line 3: rule 1: expected a message type such as \"0200\", or a list of them",
        ),
        ("name = 'x'\n[[rule]]\nmti = ['0200', '20']", "line 3: rule 1: '20' is not a message type"),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\n[[rule]]\nmti = '0210'\nechoed = [2,\n193]",
            "line 7: rule 2: there is no field 193",
        ),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = 4",
            "line 4: rule 1: expected a list of field numbers",
        ),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [0x10]",
            "line 4: rule 1: expected a list of field numbers",
        ),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\nmandatory = [99999999999999999999]",
            "line 4: rule 1: there is no field 99999999...",
        ),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\n[rule.conditional]\ntwo = 'approved'",
            "line 5: rule 1: 'two' is not a field number",
        ),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\n[rule.conditional]\n2 = 'with card'",
            "line 5: rule 1: 'card' is not a field number",
        ),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\n[rule.conditional]\n2 = 'sometimes'",
            "line 5: rule 1: 'sometime...' is none of: approved, with 52, without 35, 39 is 00",
        ),
        (
            "name = 'x'\n[[rule]]\nmti = '0200'\nconditional = 2",
            "line 4: rule 1: expected a table of fields and conditions",
        ),
    ] {
        assert_eq!(Profile::from_toml(text).unwrap_err().to_string(), wanted, "{text}");
    }
    let broken = Profile::from_toml("name = 'x'\n[[rule]\n").unwrap_err();
    assert_eq!(broken.line(), Some(2));
}

#[test]
fn what_is_too_much_is_refused() {
    let long = format!("name = '{}'", "x".repeat(cardwire::import::MAX_TEXT));
    assert!(Profile::from_toml(&long).unwrap_err().message().contains("more than the limit of 1048576"));
    let types = vec!["'0200'"; 5_001].join(",");
    let many = format!("name = 'x'\n[[rule]]\nmti = [{types}]\n[[rule]]\nmti = [{types}]\n");
    let error = Profile::from_toml(&many).unwrap_err();
    assert_eq!(error.to_string(), "line 4: more than 10000 rules, counted by message type");
}

#[test]
fn built_in_profiles_have_names() {
    assert_eq!(by_name("unionpay-pos").map(Profile::name), Some("unionpay-pos"));
    assert!(by_name("mine").is_none());
}
