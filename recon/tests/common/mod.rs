//! Runs over short rows of text, through the contract for machines.
#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod whole;

use std::sync::OnceLock;

use cardwire_recon::engine::class::Lang;
use cardwire_recon::engine::open;
use cardwire_recon::engine::rules::{DEFAULT, Rules};
use cardwire_recon::engine::run::{Intake, Run, Settings};
use cardwire_recon::gather::TakeFiles as _;
use cardwire_recon::output::{answer, ndjson, reports, text};
use cardwire_recon::read::{self, Options};
use cardwire_recon::record::{Currency, Side, Tokenizer};
use cardwire_recon::spill::Spill;
use serde_json::Value;

pub(crate) const MERCHANT: &str = "898110159990001";
const SWITCH: &str = "time,from,to,mti,de3,stan,rrn,amount,response,approval,settlement_date,terminal,merchant,currency,card,mcc,type_code,condition,function,batch,acquirer,life_id,original_mti,original_stan,original_rrn,original_batch,replacement,life_cycle,debit,debits,credit,credits,totals_result";
const CLEARING: &str = "kind,rrn,stan,gross,fee,net,payout,settlement_date,terminal,merchant,currency,card,mcc,number,arn,approval,reason,original_rrn,batch,local_date,life_id";
const BANK: &str = "booked,amount,text,value_date,currency,account,end_to_end,reference,code,return_reason";

/// Rows whose first words fill the first columns (`.` is empty); `name=value` fills another column.
fn csv(header: &str, first: usize, rows: &[&str], defaults: &[(&str, &str)]) -> String {
    let names: Vec<&str> = header.split(',').collect();
    let mut text = format!("{header}\n");
    for row in rows {
        let mut cells = vec![String::new(); names.len()];
        for (name, value) in defaults {
            cells[names.iter().position(|known| known == name).unwrap()] = (*value).to_owned();
        }
        let mut place = 0;
        for word in row.split_whitespace() {
            match word.split_once('=') {
                Some((name, value)) => {
                    let place = names
                        .iter()
                        .position(|known| *known == name)
                        .unwrap_or_else(|| panic!("no column {name}"));
                    cells[place] = value.replace('~', " ");
                }
                None => {
                    assert!(place < first, "too many words: {row}");
                    cells[place] = if word == "." { String::new() } else { word.replace('~', " ") };
                    place += 1;
                }
            }
        }
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// A message: `10:00:00 T>A 0200 000000 000101 RRN AMOUNT DE39 DE38 DE15`, on 2026-03-16 unless the time has a day
/// (`0317T10:00:00`).
pub(crate) fn switch(rows: &[&str]) -> String {
    let full: Vec<String> = rows
        .iter()
        .map(|row| {
            let (time, rest) = row.split_once(' ').unwrap();
            let (link, rest) = rest.split_once(' ').unwrap();
            let (from, to) = link.split_once('>').unwrap();
            let (day, clock) = time.split_once('T').unwrap_or(("0316", time));
            format!("2026-{}-{}T{clock}+08:00 {from} {to} {rest}", &day[..2], &day[2..])
        })
        .collect();
    let full: Vec<&str> = full.iter().map(String::as_str).collect();
    csv(SWITCH, 11, &full, &[("terminal", "10000001"), ("merchant", MERCHANT), ("currency", "CNY")])
}

/// A clearing record: `sale RRN STAN GROSS FEE NET PAYOUT`, with settlement date 2026-03-16.
pub(crate) fn clearing(rows: &[&str]) -> String {
    let defaults = [
        ("terminal", "10000001"),
        ("merchant", MERCHANT),
        ("currency", "CNY"),
        ("settlement_date", "2026-03-16"),
    ];
    csv(CLEARING, 7, rows, &defaults)
}

/// A bank entry: `2026-03-17 AMOUNT TEXT`.
pub(crate) fn bank(rows: &[&str]) -> String {
    csv(BANK, 3, rows, &[("currency", "CNY"), ("account", "ACC-1")])
}

/// One file of a run.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) side: Side,
    pub(crate) text: String,
}

pub(crate) fn files(switch: String, clearing: String, bank: String) -> Vec<File> {
    [
        ("switch.csv", Side::Switch, switch),
        ("clearing.csv", Side::Clearing, clearing),
        ("bank.csv", Side::Bank, bank),
    ]
    .into_iter()
    .map(|(name, side, text)| File { name: name.to_owned(), side, text })
    .collect()
}

/// A run over files as of a local time; all that it says is what is kept of it.
#[track_caller]
pub(crate) fn run_with(files: &[File], as_of: &str, rules: &str, open: Option<&str>) -> Run {
    let run = drawn_run(files, as_of, rules, open);
    let files = files.iter().map(|file| format!("{} {:?}\n{}", file.name, file.side, file.text));
    let input: String =
        files.chain([as_of.to_owned(), rules.to_owned(), open.unwrap_or_default().to_owned()]).collect();
    whole::compare(&input, &said(&run));
    run
}

/// All that a run says: each line, and digests of what stands before and behind them, and of each report in each language.
fn said(run: &Run) -> Vec<String> {
    let (lines, others): (Vec<Value>, Vec<Value>) =
        objects(run).into_iter().partition(|object| object["type"] == "line");
    let mut found: Vec<String> = lines
        .into_iter()
        .map(|mut line| {
            for of_class in ["words", "action", "type"] {
                line[of_class].take();
            }
            format!("{}\n", whole::short(&line))
        })
        .collect();
    let others: String = others.iter().map(Value::to_string).collect();
    let mut digests = format!("sums:{}", whole::digest(&others));
    let mut kept = |name: &str, text: String| digests.push_str(&format!(" {name}:{}", whole::digest(&text)));
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    };
    for keeps_hashes in [true, false] {
        kept("open", written(&|out| open::write(run, keeps_hashes, out).unwrap()));
    }
    let mut lines = Vec::new();
    run.lines(&mut |line| lines.push(line));
    for lang in [Lang::En, Lang::Zh] {
        kept("list", written(&|out| drop(text::write(run, lang, out).unwrap())));
        kept("exceptions", reports::exceptions_text(run, lang));
        kept("csv", reports::exceptions_csv(run, lang).unwrap());
        kept("html", reports::exceptions_html(run, lang));
        kept("payouts", reports::payouts(run, None, lang).unwrap_or_default());
        kept("days", reports::days(run, lang));
        kept("answers", lines.iter().map(|line| answer::text(run, line, lang)).collect());
        kept("pages", lines.iter().map(|line| answer::html(run, line, lang)).collect());
    }
    kept("json", lines.iter().map(|line| answer::json(run, line).unwrap().to_string()).collect());
    found.push(digests + "\n");
    found
}

/// A run over files that were drawn, or are many, as of a local time; a run in parts gives the same octets.
pub(crate) fn drawn_run(files: &[File], as_of: &str, rules: &str, open: Option<&str>) -> Run {
    let run = in_one(files, as_of, rules, open);
    let mut in_memory = Vec::new();
    ndjson::write(&run, &mut in_memory).unwrap();
    let in_parts = in_parts(files, as_of, rules, open);
    assert_eq!(String::from_utf8(in_parts).unwrap(), String::from_utf8(in_memory).unwrap(), "run in parts");
    run
}

/// Rules of a text; those that come with the crate are read once.
fn rules_of(text: &str) -> Rules {
    static KNOWN: OnceLock<Rules> = OnceLock::new();
    match text == DEFAULT {
        true => KNOWN.get_or_init(|| Rules::parse(DEFAULT).unwrap()).clone(),
        false => Rules::parse(text).unwrap(),
    }
}

fn settings(as_of: &str, rules: &str) -> Settings {
    Settings {
        rules: rules_of(rules),
        as_of: Some(as_of.parse().unwrap()),
        zone: read::zone("+08:00").unwrap(),
        decisions: hashbrown::HashMap::new(),
    }
}

fn in_one(files: &[File], as_of: &str, rules: &str, open: Option<&str>) -> Run {
    let mut intake = Intake::new(Currency::new("CNY").unwrap());
    if let Some(open) = open {
        intake.take_open(open).unwrap();
    }
    for file in files {
        let octets = std::io::Cursor::new(file.text.clone().into_bytes());
        let report = read::read(&file.name, octets, &options(file.side), &mut intake).unwrap();
        intake.finish_file(report.file);
    }
    intake.run(settings(as_of, rules))
}

/// The contract of the same run in parts that are as small as they can be.
fn in_parts(files: &[File], as_of: &str, rules: &str, open: Option<&str>) -> Vec<u8> {
    let mut intake = Spill::new(Currency::new("CNY").unwrap(), 1);
    if let Some(open) = open {
        intake.take_open(open).unwrap();
    }
    for file in files {
        let options = options(file.side);
        let octets = std::io::Cursor::new(file.text.clone().into_bytes());
        let mut take = |record| intake.put(record);
        let report = read::read(&file.name, octets, &options, &mut take).unwrap();
        intake.finish_file(report.file);
    }
    let mut out = Vec::new();
    ndjson::write_spilled(intake.run(settings(as_of, rules)).unwrap(), &mut out).unwrap();
    out
}

fn options(side: Side) -> Options {
    let mut options = Options::new(side, Tokenizer::new(b"a key of the tests"));
    options.zone = read::zone("+08:00").unwrap();
    options.near = Some(jiff::civil::date(2026, 3, 16));
    options
}

#[track_caller]
pub(crate) fn run(files: &[File], as_of: &str) -> Run {
    run_with(files, as_of, DEFAULT, None)
}

/// The same of files that were drawn.
pub(crate) fn drawn(files: &[File], as_of: &str) -> Run {
    drawn_run(files, as_of, DEFAULT, None)
}

/// The same, in one part alone.
pub(crate) fn drawn_whole(files: &[File], as_of: &str) -> Run {
    in_one(files, as_of, DEFAULT, None)
}

/// All objects of the contract.
pub(crate) fn objects(run: &Run) -> Vec<Value> {
    let mut out = Vec::new();
    ndjson::write(run, &mut out).unwrap();
    String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Lines as `T class | S01 C01 | amount`, an exception with `!`; then identities that do not hold, and refusals.
pub(crate) fn written(objects: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for object in objects {
        match object["type"].as_str().unwrap() {
            "line" => {
                let label = |record: &Value| {
                    let file = record["file"].as_str().unwrap();
                    format!("{}{:02}", file[..1].to_uppercase(), record["line"].as_u64().unwrap_or(1) - 1)
                };
                let mut records: Vec<String> =
                    object["records"].as_array().unwrap().iter().map(label).collect();
                records.sort();
                let mark = if object["exception"] == true { "!" } else { "" };
                found.push(format!(
                    "{} {}{mark} | {} | {}",
                    &object["item"].as_str().unwrap()[..1],
                    object["class"].as_str().unwrap(),
                    records.join(" "),
                    object["amount"].as_i64().map_or_else(|| "-".to_owned(), |amount| amount.to_string())
                ));
            }
            "identity" if object["holds"] == false => {
                found.push(format!("identity {} {}", object["number"], object["text"]));
            }
            "refused" => found.push(format!("refused {}", object["reason"])),
            _ => {}
        }
    }
    found.sort();
    found
}

/// The equation of an identity.
pub(crate) fn identity(objects: &[Value], number: u64) -> String {
    let is_it = |object: &&Value| object["type"] == "identity" && object["number"] == number;
    objects.iter().find(is_it).unwrap()["text"].as_str().unwrap().to_owned()
}

/// Runs over rows, and compares what is written.
#[track_caller]
pub(crate) fn check(
    switch_rows: &[&str],
    clearing_rows: &[&str],
    bank_rows: &[&str],
    as_of: &str,
    expected: &[&str],
) -> Vec<Value> {
    let files = files(switch(switch_rows), clearing(clearing_rows), bank(bank_rows));
    let objects = objects(&run(&files, as_of));
    let mut expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
    expected.sort();
    assert_eq!(written(&objects), expected);
    objects
}
