//! Generated days: every fault is named exactly once, and nothing else is named. By default a share of the seeds;
//! `RECON_SEEDS=200` runs them all.

mod common;
#[path = "generated/day.rs"]
mod day;
#[path = "generated/faults.rs"]
mod faults;

use common::{File, drawn as run, objects};
use day::{Day, Dice, Fault};
use proptest::prelude::*;
use serde_json::Value;

const AS_OF: &str = "2026-03-18T20:00";
/// Classes of lines that are as they should be.
const PLAIN: [&str; 6] = ["matched", "matched-refund", "declined", "reversed", "batch-totals", "payout"];

fn made(seed: u64, wanted: &[Fault]) -> Day {
    let mut dice = Dice(seed);
    let mut day = Day::plain(&mut dice);
    wanted.iter().for_each(|fault| faults::inject(&mut day, *fault, &mut dice));
    faults::pay(&mut day, wanted);
    day.expected.sort();
    day
}

fn files(day: &Day) -> Vec<File> {
    let [switch, clearing, bank] = day.files();
    common::files(switch, clearing, bank)
}

/// What is named: the class and the RRN, STAN or payout.
fn named(objects: &[Value]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for object in objects {
        let class = object["class"].as_str().unwrap_or_default();
        match object["type"].as_str().unwrap() {
            "line" if !PLAIN.contains(&class) => {
                let keys = &object["keys"];
                let key = match object["kind"].as_str().unwrap() {
                    "payout" => &object["payouts"][0],
                    "messages" => &keys["stan"],
                    _ if class == "unknown-outcome" => &keys["stan"],
                    _ => &keys["rrn"],
                };
                found.push((class.to_owned(), key.as_str().unwrap_or_default().to_owned()));
            }
            "refused" => found.push(("refused".to_owned(), String::new())),
            _ => {}
        }
    }
    found.sort();
    found
}

#[track_caller]
fn check(seed: u64, wanted: &[Fault]) {
    let day = made(seed, wanted);
    let objects = objects(&run(&files(&day), AS_OF));
    let context = || format!("seed {seed}, {wanted:?}\n{}", day.files().join("\n"));
    assert_eq!(named(&objects), day.expected, "{}", context());
    assert!(objects.iter().all(|object| object["holds"] != false), "{}", context());
}

fn seeds() -> u64 {
    std::env::var("RECON_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(6)
}

#[test]
fn a_day_without_faults_names_nothing() {
    (0..seeds()).for_each(|seed| check(seed, &[]));
}

#[test]
fn every_fault_is_named_once_and_nothing_else_is() {
    for fault in Fault::ALL {
        (0..seeds()).for_each(|seed| check(seed, &[fault]));
    }
}

#[test]
fn several_faults_of_one_day_are_named_one_by_one() {
    for seed in 0..seeds() * 4 {
        let mut dice = Dice(seed ^ 0xFA17);
        let mut wanted = Vec::new();
        for _ in 0..1 + dice.below(4) {
            let fault = Fault::ALL[usize::try_from(dice.below(Fault::ALL.len() as u64)).unwrap()];
            if !wanted.contains(&fault) {
                wanted.push(fault);
            }
        }
        check(seed, &wanted);
    }
}

fn shuffled(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for place in (2..lines.len()).rev() {
        let other = 1 + usize::try_from(dice.below(place as u64)).unwrap();
        lines.swap(place, other);
    }
    lines.join("\n") + "\n"
}

/// Lines and sums without the places of records.
fn without_places(objects: Vec<Value>) -> Vec<String> {
    let mut found: Vec<String> = objects
        .into_iter()
        .filter(|object| object["type"] != "run")
        .map(|mut object| {
            let count = object["records"].as_array().map_or(0, Vec::len);
            object["records"] = Value::from(count);
            object["record"] = Value::Null;
            object["unnamed"] = Value::Null;
            object.to_string()
        })
        .collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neither_the_order_of_files_nor_of_records_matters(seed in any::<u64>(), place in 0..Fault::ALL.len()) {
        let day = made(seed, &[Fault::ALL[place]]);
        let before = without_places(objects(&run(&files(&day), AS_OF)));
        let mut dice = Dice(seed ^ 1);
        let mut mixed = files(&day);
        mixed.iter_mut().for_each(|file| file.text = shuffled(&file.text, &mut dice));
        mixed.reverse();
        let after = without_places(objects(&run(&mixed, AS_OF)));
        for (one, other) in before.iter().zip(&after) {
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(before.len(), after.len());
    }

    #[test]
    fn a_file_that_is_doubled_changes_one_line(seed in any::<u64>(), place in 0..Fault::ALL.len(), file in 0usize..3) {
        let day = made(seed, &[Fault::ALL[place]]);
        let before = written(objects(&run(&files(&day), AS_OF)));
        let mut doubled = files(&day);
        let copy = File { name: format!("z-{}", doubled[file].name), side: doubled[file].side, text: doubled[file].text.clone() };
        doubled.insert(0, copy);
        let mut after = written(objects(&run(&doubled, AS_OF)));
        let twice = after.iter().filter(|line| line.contains("duplicate-file")).count();
        after.retain(|line| !line.contains("duplicate-file"));
        prop_assert_eq!(twice, 1);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_record_that_is_removed_moves_its_own_items_alone(seed in any::<u64>(), side in 0usize..3, line in any::<prop::sample::Index>()) {
        let day = made(seed, &[]);
        let whole = files(&day);
        let before = objects(&run(&whole, AS_OF));
        let lines: Vec<&str> = whole[side].text.lines().collect();
        prop_assume!(lines.len() > 1);
        let gone = 1 + line.index(lines.len() - 1);
        prop_assume!(!lines[gone].starts_with("trailer"));
        let mut fewer = files(&day);
        fewer[side].text = lines.iter().enumerate().filter(|(place, _)| *place != gone).map(|(_, line)| format!("{line}\n")).collect();
        // the trailer would say so, which is another test
        fewer[1].text = fewer[1].text.lines().filter(|line| !line.starts_with("trailer")).map(|line| format!("{line}\n")).collect();
        let after = objects(&run(&fewer, AS_OF));
        let name = whole[side].name.clone();
        let has_it = |object: &&Value| {
            let records = object["records"].as_array().into_iter().flatten();
            records.into_iter().any(|record| record["file"] == name.as_str() && record["line"] == gone as u64 + 1)
        };
        let touched = before.iter().find(has_it).unwrap();
        let mut payouts: Vec<&Value> = touched["payouts"].as_array().unwrap().iter().collect();
        payouts.push(&touched["item"]);
        let stays = |object: &&Value| {
            let is_line = object["type"] == "line" && object["item"] != touched["item"];
            is_line && !object["payouts"].as_array().unwrap().iter().any(|payout| payouts.contains(&payout)) && object["kind"] != "messages"
        };
        let items = |objects: &[Value]| objects.iter().map(|object| (object["item"].to_string(), object["class"].to_string())).collect::<Vec<_>>();
        let after = items(&after);
        for object in before.iter().filter(stays) {
            let is_there = after.contains(&(object["item"].to_string(), object["class"].to_string()));
            prop_assert!(is_there, "{} is not the same without line {gone} of {name}", object);
        }
        prop_assert!(run(&fewer, AS_OF).as_of_text().starts_with("2026"));
    }
}

fn written(objects: Vec<Value>) -> Vec<String> {
    common::written(&objects)
}
