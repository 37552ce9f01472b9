//! Each scenario file is played, and everything that it says holds; the table of causes and remedies is that of the
//! files.

mod common;

use std::path::Path;

use settlement::report::told;
use settlement::scenario::{self, FILES, Scenario, causes};
use settlement::wimm::Lang;

#[test]
fn every_scenario_is_proved() {
    let mut wrong = Vec::new();
    for scenario in scenario::all().unwrap() {
        let played = scenario.play().unwrap();
        if !played.holds() {
            wrong.push(scenario::line(&played, Lang::English));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join(""));
}

/// A file that says something else than what happens is found out: nothing is hard-coded.
#[test]
fn a_scenario_that_expects_something_else_fails() {
    let (name, text) = FILES[0];
    assert!(Scenario::parse(name, text).unwrap().play().unwrap().holds());
    for (from, to) in [
        ("W31 reversed", "W00 matched"),
        ("A>T 0410 00", "A>T 0410 25"),
        ("79,920.00", "80,000.00"),
        ("sell 80.00", "sell 81.00"),
        ("14:02:00 lose A>T 0210\n", ""),
    ] {
        assert!(text.contains(from), "{name}: {from}");
        let changed = Scenario::parse(name, &text.replacen(from, to, 1)).unwrap();
        assert!(!changed.play().unwrap().holds(), "{from} -> {to}");
    }
}

#[test]
fn what_cannot_be_read_is_said_in_words() {
    let (name, text) = FILES[0];
    for (from, to, words) in [
        ("sell 80.00", "buy 80.00", "cannot read the step `14:10 buy 80.00`"),
        ("sell 80.00", "sell 80", "cannot read the step"),
        ("lose A>T 0210", "lose A>X 0210", "cannot read the step"),
        ("fault = ", "faults = ", "unknown field"),
        ("at = \"14:05\"", "at = \"noon\"", "is no time"),
        ("\"issuer cardholder", "\"issuers cardholder", "is no party"),
    ] {
        let changed = text.replacen(from, to, 1);
        let error = Scenario::parse(name, &changed).and_then(|scenario| scenario.play()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn every_file_of_the_folder_is_in_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    files.sort();
    assert_eq!(files, FILES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    for (scenario, (name, _)) in scenario::all().unwrap().iter().zip(FILES) {
        assert_eq!(format!("{}.toml", scenario.id), *name);
        let known = |id: &String, of: &[(&str, [&str; 2])]| of.iter().any(|(known, _)| known == id);
        assert!(scenario.causes.iter().all(|id| known(id, &causes::CAUSES)), "{name}");
        assert!(scenario.remedies.iter().all(|id| known(id, &causes::REMEDIES)), "{name}");
        assert!(!scenario.causes.is_empty() && !scenario.verdicts.is_empty(), "{name}");
    }
}

/// `settlement scenarios --table > scenarios/README.md`
#[test]
fn the_table_of_causes_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/README.md");
    let table = causes::table(&scenario::all().unwrap());
    assert!(std::fs::read_to_string(path).unwrap() == table, "write it anew");
}

fn command(words: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_settlement"))
        .arg("scenarios")
        .args(words)
        .output()
        .unwrap()
}

#[test]
fn one_scenario_on_the_command_line() {
    let told = command(&["--only", "s02", "--json"]);
    assert_eq!(told.status.code(), Some(0));
    let object: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((object["id"].as_str(), object["holds"].as_bool()), (Some("S02"), Some(true)));
    assert_eq!(object["verdicts"][1]["code"], "W31");
    for wrong in [&["--only", "S99"][..], &["--only"], &["--lines"]] {
        let refused = command(wrong);
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0), "{wrong:?}");
    }
}

#[test]
fn a_scenario_is_told_in_chinese() {
    let told_of = command(&["--only", "S30", "--lang", "zh"]);
    let story = String::from_utf8(told_of.stdout).unwrap();
    for words in [
        "原因",
        "操作失误",
        "故障",
        "一笔消费在清算并划款之后被撤销",
        "第1笔，+1 13:00：W00",
        "账单分录等于银行账簿",
        "2026-11-23 14:02:00 的交易已冲正 (2026-11-24 14:00:00)。",
    ] {
        assert!(story.contains(words), "{words}: {story}");
    }
    let is_chinese = |text: &str| !text.is_ascii();
    for scenario in scenario::all().unwrap() {
        let zh = [
            Some(scenario.fault(Lang::Chinese)),
            Some(scenario.remedy(Lang::Chinese)),
            scenario.lacks(Lang::Chinese),
        ];
        assert!(zh.into_iter().flatten().all(is_chinese), "{}", scenario.id);
        assert_eq!(scenario.lacks.is_some(), zh[2].is_some(), "{}", scenario.id);
    }
    let played = scenario::all().unwrap().pop().unwrap().play_in(Lang::Chinese).unwrap();
    for check in &played.checks {
        let is_account = played.scenario.books.contains_key(&check.rule);
        assert!(is_account || is_chinese(&told(&check.rule, Lang::Chinese)), "{}", check.rule);
    }
    assert!(played.given.iter().all(|given| is_chinese(&given.verdict.state)), "{:?}", played.given);
}

/// The files that a scenario leaves are those that the verdicts come from: the library reads the settlement file as
/// IPM, and no card number of the day stands in it or in the statement.
#[test]
fn the_files_that_are_kept_are_those_of_the_verdicts() {
    let folder = std::env::temp_dir().join(format!("settlement-scenarios-{}", std::process::id()));
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    for id in ["S28", "S34"] {
        let told = command(&["--only", id, "--out", folder.to_str().unwrap()]);
        assert_eq!(told.status.code(), Some(0));
        assert!(common::whole_number(&read(&format!("{id}/day.pcap"))).is_some(), "the lines carry them");
        for name in ["settlement-1.ipm", "bank.xml", "ledger.sqlite"] {
            assert_eq!(common::whole_number(&read(&format!("{id}/{name}"))), None, "{id}/{name}");
        }
    }
    let (settlement, statement) = (read("S34/settlement-1.ipm"), read("S34/bank.xml"));
    std::fs::remove_dir_all(&folder).unwrap();
    let mut records = cardwire::ipm::Records::open(settlement.as_slice()).unwrap();
    let mut types = Vec::new();
    while let Some(message) = records.next_message().unwrap() {
        assert!(!message.has(2), "no card number");
        types.push(message.mti().to_string());
    }
    assert_eq!(types, ["1644", "1240", "1644"]);
    let statement = String::from_utf8(statement).unwrap();
    assert_eq!(statement.matches("<Ntry>").count(), 4, "out, back, the trial, and the rest");
}

/// A merchant is frozen for a reason that another account does not take away: only a release does.
#[test]
fn another_account_releases_no_frozen_merchant() {
    let text = "id = 'S00'\nname = 'check'\ncauses = []\nremedies = []\nfault = ''\nremedy = ''\nsteps = '''\n\
        09:00 sign-on\n14:00 sell 500.00\n16:00 freeze M1 case 88\n16:10 pay-to M1 ACC-1 by alice\n16:11 agree M1 by bob\n22:00 close-batch\n\
        23:00 cut-over\n23:30 present\n+1 05:30 hub-run\n+1 09:00 pay\n+1 10:00 bank-run\n'''\n\
        [named]\n'acquirer merchant_held' = 1\n'acquirer sale_reserved' = 1\n[books]\n\
        'acquirer merchant_reserve:104440359980001' = '497.00'\n'bank merchant:ACC-1' = '0.00'\n";
    let played = Scenario::parse("check", text).unwrap().play().unwrap();
    let wrong: Vec<_> = played.checks.iter().filter(|check| !check.holds).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
