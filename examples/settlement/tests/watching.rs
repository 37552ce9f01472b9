//! Alerts fire before the merchant could notice, each rule in some scenario, and none on a good day.

use std::collections::{BTreeMap, BTreeSet};

use settlement::clock::{Date, Stamp};
use settlement::journal::Party;
use settlement::ledger::{Account, Ledger, Purpose, Transfer};
use settlement::money::Money;
use settlement::scenario::{self, Played, Scenario};
use settlement::watch::Watch;
use settlement::watch::alert::{Alert, DEFAULT, rules};

/// The first midnight of every scenario.
const TODAY: Date = Date(20_780);

/// When each alert fires for the first time at a party, in minutes after the first midnight.
fn fired(played: &Played, party: Party, alerts: &[Alert]) -> BTreeMap<String, u64> {
    let history = played.books.histories().find(|(of, _)| *of == party).unwrap().1;
    let (mut watch, mut fired) = (Watch::new("a", party), BTreeMap::new());
    let mut records = history.records.iter().peekable();
    for minute in 8 * 60..7 * 24 * 60 {
        let now = Stamp::on(TODAY, minute * 60);
        while let Some(record) = records.next_if(|record| record.at <= now) {
            watch.apply(record);
        }
        for alert in alerts.iter().filter(|alert| alert.fires(&watch, now)) {
            fired.entry(alert.name.clone()).or_insert(minute);
        }
        if records.peek().is_none() && minute > 6 * 24 * 60 {
            break;
        }
    }
    fired
}

fn once(scenario: &Scenario) -> Played {
    let verdicts = Vec::new();
    Scenario { killed_everywhere: None, verdicts, ..scenario.clone() }.play().unwrap()
}

/// `14:20` or `+1 09:30` in minutes.
fn minutes(text: &str) -> u64 {
    let (day, time) = text.strip_prefix('+').and_then(|text| text.split_once(' ')).unwrap_or(("0", text));
    let (hour, minute) = time.split_once(':').unwrap();
    day.parse::<u64>().unwrap() * 24 * 60 + hour.parse::<u64>().unwrap() * 60 + minute.parse::<u64>().unwrap()
}

/// The alert, where it fires, and when the merchant could notice: at its next sale, when it closes its batch in the
/// evening, or when its money should be on the account.
const NOTICED: [(&str, &str, Party, &str); 29] = [
    ("S03", "reversal-unanswered", Party::Acquirer, "22:00"),
    ("S03", "advice-parked", Party::Acquirer, "22:00"),
    ("S08", "batch-open", Party::Acquirer, "+1 18:30"),
    ("S09", "route-open", Party::Acquirer, "14:10"),
    ("S09", "route-quality", Party::Acquirer, "14:10"),
    ("S10", "route-open", Party::Acquirer, "14:02"),
    ("S24", "unreadable", Party::Acquirer, "22:00"),
    ("S10", "link-down", Party::Acquirer, "22:00"),
    ("S10", "issuer-cannot", Party::Acquirer, "22:00"),
    ("S11", "fee-differs", Party::Acquirer, "+2 18:30"),
    ("S12", "issuer-cannot", Party::Acquirer, "22:00"),
    ("S14", "payout-in-transit", Party::Acquirer, "+3 18:30"),
    ("S15", "date-not-reconciled", Party::Acquirer, "+1 10:00"),
    ("S15", "file-without-receipt", Party::Acquirer, "+2 10:00"),
    ("S16", "file-refused", Party::Acquirer, "+2 10:00"),
    ("S19", "possible-double", Party::Acquirer, "22:00"),
    ("S19", "work-item", Party::Acquirer, "+2 22:00"),
    ("S24", "mac-wrong", Party::Acquirer, "22:00"),
    ("S25", "batch-out-of-balance", Party::Acquirer, "+1 10:00"),
    ("S29", "route-open", Party::Hub, "14:02"),
    ("S29", "stand-in", Party::Hub, "22:00"),
    ("S29", "advice-waits", Party::Hub, "22:00"),
    ("S29", "stand-in-refused", Party::Hub, "+1 10:00"),
    ("S31", "date-out-of-balance", Party::Acquirer, "+1 10:00"),
    ("S32", "stan-reused", Party::Acquirer, "22:00"),
    ("S34", "payout-returned", Party::Acquirer, "+3 18:30"),
    ("S37", "clearing-exception", Party::Acquirer, "+1 10:00"),
    ("S37", "not-cleared", Party::Acquirer, "+1 18:30"),
    ("S38", "position-cap", Party::Hub, "+1 10:00"),
];

/// The rules that no scenario can show, each held by a test that plants the state.
const PLANTED: [&str; 1] = ["books-unbalanced"];

#[test]
fn the_alert_fires_before_the_merchant_could_notice() {
    let alerts = rules(DEFAULT).unwrap();
    let all = scenario::all().unwrap();
    let ids: BTreeSet<&str> = NOTICED.iter().map(|(id, ..)| *id).collect();
    for id in ids {
        let played = once(all.iter().find(|one| one.id == id).unwrap());
        for (_, alert, party, noticed) in NOTICED.iter().filter(|(of, ..)| *of == id) {
            let fired = fired(&played, *party, &alerts);
            let at = fired.get(*alert).unwrap_or_else(|| panic!("{id}: {alert} never fires: {fired:?}"));
            assert!(*at < minutes(noticed), "{id}: {alert} fires at minute {at}, noticed {noticed}");
        }
    }
}

#[test]
fn no_alert_is_without_a_scenario_or_a_planted_state() {
    let held: BTreeSet<&str> = NOTICED.iter().map(|(_, alert, ..)| *alert).chain(PLANTED).collect();
    let alerts = rules(DEFAULT).unwrap();
    assert_eq!(held, alerts.iter().map(|alert| alert.name.as_str()).collect());
}

/// No scenario ends with a book that does not sum to zero, and no ledger books half of a transfer: the state is planted.
#[test]
fn a_book_that_does_not_sum_to_zero_is_told() {
    let alerts = rules(DEFAULT).unwrap();
    let now = Stamp::on(TODAY, 9 * 3_600);
    let fires = |watch: &Watch| -> Vec<String> {
        alerts.iter().filter(|alert| alert.fires(watch, now)).map(|alert| alert.name.clone()).collect()
    };
    let mut watch = Watch::new("a", Party::Acquirer);
    let mut book = Ledger::default();
    let sale = Transfer::posted(Purpose::Sale, "1", "a", "b", Money::minor(500));
    book.commit(&[sale]);
    watch.look_at(book.accounts().map(|(_, account)| *account));
    assert!(fires(&watch).is_empty());
    let half = Account { debits_posted: 500, ..Account::default() };
    watch.look_at(book.accounts().map(|(_, account)| *account).chain([half]));
    assert_eq!(fires(&watch), ["books-unbalanced"]);
    assert!(watch.text(&alerts, now).contains("settlement_books_balanced{party=\"a\"} 0"));
}

#[test]
fn on_a_good_day_nobody_is_called() {
    let steps = "09:00 sign-on\n14:02:00 sell 500.00\n14:10 sell 80.00\n22:00 close-batch\n23:00 cut-over\n\
                 23:30 present\n+1 05:30 hub-run\n+1 09:00 pay\n+1 10:00 bank-run\n";
    let head = "id = 'S00'\nname = 'check'\ncauses = []\nremedies = []\nfault = ''\nremedy = ''\n";
    let played =
        Scenario::parse("check", &format!("{head}steps = '''\n{steps}'''\n")).unwrap().play().unwrap();
    let alerts = rules(DEFAULT).unwrap();
    for party in Party::NETWORK {
        assert_eq!(fired(&played, party, &alerts), BTreeMap::new(), "{party}");
    }
}

#[test]
fn what_is_watched_is_in_the_text_of_prometheus_without_cards() {
    let played = once(scenario::all().unwrap().iter().find(|one| one.id == "S03").unwrap());
    let history = played.books.histories().find(|(of, _)| *of == Party::Acquirer).unwrap().1;
    let mut watch = Watch::new("acquirer:1", Party::Acquirer);
    let half = history.records.iter().take_while(|record| record.at < Stamp::on(TODAY, 15 * 3_600));
    half.for_each(|record| watch.apply(record));
    let text = watch.text(&rules(DEFAULT).unwrap(), Stamp::on(TODAY, 15 * 3_600));
    let samples: BTreeSet<&str> = text.lines().collect();
    for sample in [
        r#"settlement_open{party="acquirer:1",what="reversal"} 1"#,
        r#"settlement_books_balanced{party="acquirer:1"} 1"#,
        r#"settlement_alert{party="acquirer:1",alert="reversal-unanswered"} 1"#,
        r#"settlement_alert{party="acquirer:1",alert="books-unbalanced"} 0"#,
        r#"settlement_messages_total{party="acquirer:1",peer="terminal",direction="in",mti="0200",code=""} 1"#,
        "# TYPE settlement_open_oldest_seconds gauge",
    ] {
        assert!(samples.contains(sample), "{sample}\n{text}");
    }
    let age = text.lines().find(|line| {
        line.starts_with("settlement_open_oldest_seconds{party=\"acquirer:1\",what=\"reversal\"}")
    });
    let age: u64 = age.unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!((3_400..3_500).contains(&age), "{age}");
    assert!(!text.contains("621234") && !text.contains("1232"), "no card is in it");
    // each line is a comment, or a name with labels and a number
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.ends_with('}') && value.parse::<u64>().is_ok(), "{line}");
    }
}
