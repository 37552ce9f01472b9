//! What is printed and written: no card number in any form, the same octets again, answers in two languages,
//! decisions of two persons.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use cardwire_recon::engine::class::Lang;
use cardwire_recon::engine::line::Line;
use cardwire_recon::engine::open;
use cardwire_recon::engine::run::Run;
use cardwire_recon::output::{answer, ndjson, reports, text};
use common::{bank, clearing, drawn, files, run, switch};
use proptest::prelude::*;

const CARDS: [&str; 5] =
    ["4111111111111111", "4242424242424242", "5555444433331111", "6212345678901232", "378282246310005"];

fn command(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn day(number: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/days/day{number:02}"))
}

const FILES: [&str; 6] = ["--switch", "switch.csv", "--clearing", "clearing.csv", "--bank", "bank.csv"];

fn with<'t>(first: &[&'t str], more: &[&'t str]) -> Vec<&'t str> {
    [first, &FILES[..], more].concat()
}

fn lines(run: &Run) -> Vec<Line> {
    let mut found = Vec::new();
    run.lines(&mut |line| found.push(line));
    found
}

/// Everything that a run can print or write.
fn everything(run: &Run) -> String {
    let mut out = Vec::new();
    ndjson::write(run, &mut out).unwrap();
    open::write(run, true, &mut out).unwrap();
    open::write(run, false, &mut out).unwrap();
    for lang in [Lang::En, Lang::Zh] {
        text::write(run, lang, &mut out).unwrap();
        for text in [
            reports::exceptions_csv(run, lang).unwrap(),
            reports::exceptions_text(run, lang),
            reports::exceptions_html(run, lang),
            reports::payouts(run, None, lang).unwrap_or_default(),
            reports::days(run, lang),
        ] {
            out.extend(text.into_bytes());
        }
        for line in lines(run) {
            out.extend(answer::text(run, &line, lang).into_bytes());
            out.extend(answer::html(run, &line, lang).into_bytes());
            out.extend(answer::json(run, &line).unwrap().to_string().into_bytes());
        }
    }
    out.extend(format!("{run:?}").into_bytes());
    String::from_utf8(out).unwrap()
}

/// The inner digits of a card number, which nobody may see.
fn shows(text: &str, card: &str) -> bool {
    let digits: String = text.chars().filter(|found| !matches!(found, ' ' | '-')).collect();
    digits.contains(card) || digits.contains(&card[5..card.len() - 3])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_output_shows_a_card_number(card in prop::sample::select(&CARDS[..]), place in 0usize..14, form in 0usize..3) {
        let written = match form {
            0 => card.to_owned(),
            1 => format!("PAID~{card}~END"),
            _ => format!("{}~{}~{}~{}", &card[..4], &card[4..8], &card[8..12], &card[12..]),
        };
        let at = |slot: usize, plain: &str| if slot == place { written.clone() } else { plain.to_owned() };
        let messages = [
            format!("10:00:00 T>A 0200 000000 000001 . 10000 card={card} merchant={} batch={}", at(0, common::MERCHANT), at(1, "1")),
            format!("10:00:01 A>T 0210 000000 000001 607510000001 10000 00 {} 0316 acquirer={}", at(2, "A00001"), at(3, "99")),
            format!("10:01:00 T>A 0200 000000 000002 . 500 card={card} terminal={} life_id={}", at(4, "10000001"), at(5, "L1")),
            format!("10:01:01 A>T 0210 000000 000002 {} 500 00 A00002 0316", at(6, "607510000002")),
        ];
        let records = [
            format!("sale 607510000001 000001 10000 60 9940 {} card={card} arn={}", at(7, "PO-1"), at(8, "79999996075000000003018")),
            format!("sale 607510000009 000009 300 60 240 PO-1 batch={} original_rrn={}", at(9, "1"), at(10, "1")),
        ];
        let entries = [
            format!("2026-03-17 10180 PO-1~{} reference={} end_to_end={}", at(11, "X"), at(12, "R1"), at(13, "PO-1")),
            format!("2026-03-17 5 {written}"),
        ];
        let all = |rows: &[String]| rows.iter().map(String::as_str).collect::<Vec<_>>().join("\u{0}");
        let (messages, records, entries) = (all(&messages), all(&records), all(&entries));
        let split = |text: &str| text.split('\u{0}').map(str::to_owned).collect::<Vec<_>>();
        let rows = |text: &str, make: fn(&[&str]) -> String| {
            let rows = split(text);
            make(&rows.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let files = files(rows(&messages, switch), rows(&records, clearing), rows(&entries, bank));
        let text = everything(&drawn(&files, "2026-03-18T10:00"));
        prop_assert!(!shows(&text, card), "place {place}, form {form}: {card} is shown");
    }
}

#[test]
fn the_same_run_writes_the_same_octets() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for number in [1, 3, 6, 7] {
        let out = [folder.join(format!("one{number}")), folder.join(format!("two{number}"))];
        for out in &out {
            command(
                &day(number),
                &with(&["match", "--as-of", "2026-03-18T10:00"], &["--out", out.to_str().unwrap()]),
            );
        }
        let names: Vec<_> = fs::read_dir(&out[0]).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 7);
        for name in names {
            let [one, two] = out.each_ref().map(|out| fs::read(out.join(&name)).unwrap());
            assert!(one == two && !one.is_empty(), "{number} {name:?}");
        }
    }
}

#[test]
fn where_answers_by_each_key_in_two_languages() {
    let keys: [&[&str]; 4] = [
        &["--rrn", "607509000202"],
        &["--stan", "202", "--terminal", "10000001"],
        &["--amount", "75.50", "--date", "2026-03-16"],
        &["--amount", "7550", "--date", "2026-03-16"],
    ];
    for key in keys {
        let (out, _, code) = command(&day(2), &with(&["where", "--as-of", "2026-03-18T10:00"], key));
        assert_eq!(code, 1, "{key:?}");
        for part in [
            "W50 missing in clearing",
            "authorized: yes  batched: yes  cleared: no  funded: no",
            "holder: acquirer",
            "due: 2026-03-17",
            "switch.csv line 5",
        ] {
            assert!(out.contains(part), "{key:?} {part}\n{out}");
        }
    }
    let (out, ..) =
        command(&day(2), &with(&["where", "--as-of", "2026-03-18T10:00", "--lang", "zh"], keys[0]));
    for (day_of_run, since) in
        [("2026-03-17T10:00", None), ("2026-03-18T10:00", Some("(1 working days ago)"))]
    {
        let (out, ..) = command(&day(2), &with(&["where", "--as-of", day_of_run], keys[0]));
        let due = out.lines().find(|line| line.contains("due: ")).unwrap();
        assert!(due.contains("2026-03-17") && due.contains("days ago") == since.is_some(), "{due}");
        assert!(since.is_none_or(|since| due.contains(since)), "{due}");
    }
    for name in ["参考号", "流水号", "终端", "商户", "清算日"] {
        assert!(out.contains(name), "{name}\n{out}");
    }
    for part in ["清算缺失", "授权: 是", "清算: 否", "责任方: 收单机构", "switch.csv 第 5 行"]
    {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let (out, ..) = command(
        &day(1),
        &with(&["where", "--as-of", "2026-03-18T10:00"], &["--stan", "104", "--terminal", "10000001"]),
    );
    assert!(out.starts_with("W31 reversed") && out.contains("reversed at 12:31:03"), "{out}");
    let (_, error, code) = command(&day(2), &with(&["where"], &["--rrn", "1"]));
    assert!(code == 2 && error.contains("no line has these keys"));
    let (_, _, code) = command(&day(2), &with(&["where"], &[]));
    assert_eq!(code, 2);
}

#[test]
fn a_page_needs_nothing_else_and_its_text_is_text() {
    let page = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page.html");
    let arguments = with(
        &["where", "--as-of", "2026-03-18T10:00"],
        &["--rrn", "607514000602", "--html", page.to_str().unwrap()],
    );
    command(&day(6), &arguments);
    let html = fs::read_to_string(page).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains("<svg") && html.contains("T&gt;A"));
    // what happened has its place in the picture
    let number = |text: &str| text.parse::<usize>().unwrap();
    let size = html.split("viewBox=\"0 0 ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let height = number(size.split(' ').nth(1).unwrap());
    let places: Vec<usize> =
        html.split(" y=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(number).collect();
    assert!(places.len() > 4 && places.iter().all(|place| place + 16 <= height), "{height}: {places:?}");
    let own = html.replace("http://www.w3.org/2000/svg", "").replace("url(#to)", "");
    for word in ["<script", "http://", "https://", "src=", "href=", "@import", "url("] {
        assert!(!own.contains(word), "{word}");
    }
    let rows = bank(&["2026-03-17 1 <script>alert(1)</script>"]);
    let run = run(&files(switch(&[]), clearing(&[]), rows), "2026-03-18T10:00");
    let line = lines(&run).remove(0);
    assert!(!answer::html(&run, &line, Lang::En).contains("<script"));
    assert!(answer::html(&run, &line, Lang::Zh).contains("aria-label=\"时间线\""));
    assert!(!reports::exceptions_html(&run, Lang::En).contains("<script"));
}

#[test]
fn a_decision_of_two_persons_ends_an_exception_until_its_records_change() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("decisions.ndjson");
    let _ = fs::remove_file(&file);
    let path = file.to_str().unwrap();
    let (out, ..) =
        command(&day(4), &with(&["match", "--as-of", "2026-03-18T10:00", "--format", "ndjson"], &[]));
    let line = out.lines().find(|line| line.contains("\"class\":\"amount-differs\"")).unwrap();
    let item = serde_json::from_str::<serde_json::Value>(line).unwrap()["item"].as_str().unwrap().to_owned();
    let decide = |second: &str| {
        let more = ["--why", "slip seen", "--by", "Li", "--second", second, "--decisions", path];
        command(&day(4), &with(&["decide", &item, "--as", "matched"], &more))
    };
    let (_, error, code) = decide(" li ");
    assert!(code == 2 && error.contains("another one"), "{error}");
    assert_eq!(decide("Wang").2, 0);
    let run = |folder: u32| {
        command(
            &day(folder),
            &with(&["match", "--as-of", "2026-03-18T10:00", "--format", "ndjson", "--decisions", path], &[]),
        )
    };
    let (out, _, code) = run(4);
    assert_eq!(code, 0);
    assert!(out.contains("\"decided\":\"matched\""));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("slip seen", "no slip")).unwrap();
    let (_, error, code) = run(4);
    assert!(code == 2 && error.contains("chain"), "{error}");
}
