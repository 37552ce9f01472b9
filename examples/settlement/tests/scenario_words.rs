//! What is said of a scenario that does not hold: each expectation of a file, wrong in one way, and nothing else.

use settlement::scenario::{self, Played, Scenario};

fn s01() -> Scenario {
    scenario::all().unwrap().into_iter().find(|scenario| scenario.id == "S01").unwrap()
}

/// The checks that do not hold, and their figures.
fn wrong(played: &Played) -> Vec<(&str, &str)> {
    assert_eq!(played.holds(), played.checks.iter().all(|check| check.holds));
    let wrong = played.checks.iter().filter(|check| !check.holds);
    wrong.map(|check| (check.rule.as_str(), check.figures.as_str())).collect()
}

const VERDICTS: &str = "verdicts from capture, files and statement";
const NAMED: &str = "what is wrong is named, and nothing else is";
const TRAFFIC: &str = "traffic at the acquirer";

#[test]
fn what_is_expected_and_not_so_is_said_with_what_there_is() {
    let right = s01().play().unwrap();
    assert_eq!((wrong(&right), right.plays, right.given.len()), (vec![], 1, 3));
    let figures = |rule: &str| right.checks.iter().find(|check| check.rule == rule).unwrap().figures.clone();
    assert_eq!(figures(VERDICTS), "3 verdicts");
    assert_eq!(figures("each slip says what the cardholder was charged"), "2 sales");
    assert_eq!(figures(NAMED), format!("{} records", s01().named.values().sum::<usize>()));
    let mut scenario = s01();
    scenario.verdicts[0].is = "W00 matched".to_owned();
    scenario.named = [("acquirer work_item".to_owned(), 1)].into();
    scenario.books.insert("bank merchant:ACC-1".to_owned(), "79.53".to_owned());
    scenario.alerts.insert("acquirer work-item".to_owned(), "14:05".to_owned());
    scenario.watched.insert("acquirer settlement_route_state direct".to_owned(), "7".to_owned());
    let expected = [
        (VERDICTS, "sale 1 at 14:05: `W60 open`, expected `W00 matched`"),
        (NAMED, "{}, expected {\"acquirer work_item\": 1}"),
        ("bank merchant:ACC-1", "79.52, expected 79.53"),
        ("alert acquirer work-item", "not by 14:05, nor in the hour after it"),
        ("acquirer settlement_route_state direct", "7"),
    ];
    assert_eq!(wrong(&scenario.play().unwrap()), expected);
    let mut scenario = s01();
    scenario.verdicts[1].behind = 3;
    scenario.traffic.swap(2, 3);
    let played = scenario.play().unwrap();
    let [verdict, (TRAFFIC, figures)] = wrong(&played)[..] else { panic!("{:?}", wrong(&played)) };
    assert_eq!(verdict, (VERDICTS, "sale 1 at 14:15: data of 0 minutes before, expected 3"));
    // the issuer's next approval is that of the second sale, after the reversal of the first
    assert!(figures.starts_with("no `T>A 0400 98` in its place: A>I 0800, "), "{figures}");
}

/// One play that counts the inputs, and two for each of them.
#[test]
fn a_party_that_is_killed_everywhere_is_killed_before_and_after_each_input() {
    let steps = "09:00 sign-on\n14:02 sell 5.00\n".to_owned();
    let killed_everywhere = Some("B".to_owned());
    let bare =
        Scenario { steps, verdicts: vec![], traffic: vec![], books: [].into(), killed_everywhere, ..s01() };
    let played = bare.play().unwrap();
    assert!(wrong(&played).is_empty(), "{:?}", wrong(&played));
    assert_eq!(played.plays, 1, "the bank hears nothing");
    let more =
        Scenario { steps: format!("{}+1 10:00 bank-run\n", bare.steps), ..bare.clone() }.play().unwrap();
    assert_eq!(more.plays, 3, "one input");
    for wrong in ["X", "b", ""] {
        let killed_everywhere = Some(wrong.to_owned());
        let error = Scenario { killed_everywhere, ..bare.clone() }.play().unwrap_err().to_string();
        assert_eq!(error, format!("S01: `{wrong}` is no party: T, A, I, H, B"));
    }
}
