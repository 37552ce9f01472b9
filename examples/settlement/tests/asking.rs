//! `where`: the same answer from files and from a ledger, found by what a slip shows.

mod network;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use settlement::ask::{Answers, Asked, Question, Sources};
use settlement::card::Pan;
use settlement::clock::{Date, Stamp};
use settlement::evidence::{Sighting, Way};
use settlement::journal::Party;
use settlement::money::Money;
use settlement::scenario::{self, Played};
use settlement::store::{Commit, SqliteStore, Store, write_copy};
use settlement::telegram::{Code, Mti, Telegram};
use settlement::wimm::Lang;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("settlement-asking-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The files and the ledger of a scenario.
    fn keep(&self, played: &Played) -> (Vec<PathBuf>, PathBuf) {
        let write = |(name, octets): &(String, Vec<u8>)| {
            let path = self.0.join(name);
            std::fs::write(&path, octets).unwrap();
            path
        };
        let ledger = self.0.join("ledger.sqlite");
        write_copy(&ledger, played.books.histories()).unwrap();
        (played.files.iter().map(write).collect(), ledger)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An answer without the places in files.
fn without_places(text: &str) -> Vec<String> {
    let open = |line: &str| line.rsplit_once("  [").map_or(line, |(words, _)| words).trim_end().to_owned();
    text.lines().map(open).collect()
}

/// Code, class and amount, the four states, holder, expected date, next step.
fn verdict(text: &[String]) -> Vec<String> {
    let said = |line: &&String| {
        !line.starts_with(' ')
            || ["  authorized:", "  holder:", "  due:", "  next:"].iter().any(|start| line.starts_with(start))
    };
    text.iter().take_while(|line| line.trim() != "evidence:").filter(said).cloned().collect()
}

fn answers(sources: Result<Sources, String>) -> Answers {
    let as_of = Some("2026-11-28T12:00".to_owned());
    Answers::of(&sources.unwrap(), &Asked { as_of, ..Asked::default() }).unwrap()
}

#[test]
fn files_and_ledger_give_the_same_answer_in_every_scenario() {
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    // a frame that reached a party and not its store is in the capture alone
    let mut to_the_letter = 0;
    for scenario in scenario::all().unwrap() {
        // what it says of verdicts on the way is asked in tests/scenarios.rs
        let bare = scenario::Scenario { killed_everywhere: None, verdicts: Vec::new(), ..scenario };
        let played = bare.play().unwrap();
        let id = played.scenario.id.clone();
        let folder = Folder::new(&id);
        let (files, ledger) = folder.keep(&played);
        let of_files = answers(Sources::of_files(&files));
        let of_ledger = answers(Sources::of_ledgers(&[ledger], 8 * 3_600));
        let told = |answers: &Answers| -> Vec<Vec<String>> {
            answers.all().map(|line| without_places(&answers.text(line, Lang::English))).collect()
        };
        let (from_files, from_ledger) = (told(&of_files), told(&of_ledger));
        let verdicts = |told: &[Vec<String>]| told.iter().map(|text| verdict(text)).collect::<Vec<_>>();
        assert_eq!(verdicts(&from_files), verdicts(&from_ledger), "{id}");
        to_the_letter += usize::from(from_files == from_ledger);
        of_files.all().for_each(|line| *codes.entry(Answers::code(line)).or_default() += 1);
    }
    assert!(to_the_letter >= 25, "{to_the_letter}");
    for code in ["W00", "W20", "W31"] {
        assert!(codes.contains_key(code), "{codes:?}");
    }
}

fn played(id: &str) -> Played {
    scenario::all().unwrap().into_iter().find(|one| one.id == id).unwrap().play().unwrap()
}

/// What the command says, and its exit code.
fn asked(words: &[&str]) -> (String, Option<i32>) {
    network::settlement(&[&["where"], words].concat(), &std::env::temp_dir())
}

#[test]
fn a_sale_is_found_by_what_its_slip_shows() {
    let folder = Folder::new("found");
    let (files, ledger) = folder.keep(&played("S34"));
    let files: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
    let (files, ledger) = (files.join(","), ledger.to_str().unwrap().to_owned());
    let sources = [["--from", files.as_str()], ["--ledger", ledger.as_str()]];
    let keys: [&[&str]; 3] = [
        &["--rrn", "632714100001"],
        &["--terminal", "10000001", "--date", "2026-11-23", "--amount", "500.00"],
        &["--stan", "2", "--batch", "1"],
    ];
    for source in sources {
        for key in keys {
            let words = [&source[..], key, &["--as-of", "2026-11-28T18:00"]].concat();
            let (said, code) = asked(&words);
            assert_eq!(code, Some(0), "{words:?}: {said}");
            assert!(said.starts_with("W00"), "{words:?}: {said}");
            assert!(said.contains("RRN 632714100001") && said.contains("due: "), "{words:?}: {said}");
            assert!(said.contains("next:"), "a legend with what to do next: {said}");
        }
        let other: [&[&str]; 3] = [
            &["--rrn", "632714100009"],
            &["--stan", "2", "--batch", "2"],
            &["--terminal", "10000001", "--date", "2026-11-23", "--amount", "500.01"],
        ];
        for key in other {
            let (said, code) = asked(&[&source[..], key].concat());
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains("did not reach the acquirer"), "{said}");
        }
    }
}

/// When, which side, and in words: each line below "evidence:" says the same.
#[test]
fn the_evidence_of_a_line_is_what_its_text_says() {
    let folder = Folder::new("evidence");
    let (files, _) = folder.keep(&played("S34"));
    let answers = answers(Sources::of_files(&files));
    let lines = answers.find(&Question::Rrn("632714100001".to_owned()));
    let events = answers.evidence(lines[0]);
    let text = answers.text(lines[0], Lang::English);
    let told: Vec<&str> = text.lines().skip_while(|line| line.trim() != "evidence:").skip(1).collect();
    assert!(events.len() >= 3 && told.len() >= events.len(), "{events:?}\n{text}");
    for ((when, side, words), line) in events.iter().zip(told) {
        assert!(!when.is_empty() && !side.is_empty() && !words.is_empty(), "{line}");
        assert!(
            [when, side, words].iter().all(|part| line.contains(part.as_str())),
            "{when} {side} {words}: {line}"
        );
    }
    assert!(events[0].0.starts_with("2026-11-23 "), "{events:?}");
}

#[test]
fn what_cannot_be_asked_is_said_in_words() {
    let folder = Folder::new("wrong");
    let text = folder.0.join("notes.txt");
    std::fs::write(&text, "remember the milk").unwrap();
    let text = text.to_str().unwrap();
    let none = folder.0.join("none.sqlite");
    let none = none.to_str().unwrap();
    for (words, why) in [
        (vec![], "one of them"),
        (vec!["--from", text], "no capture"),
        (vec!["--ledger", text], "no ledger"),
        (vec!["--from", none], "No such file"),
        (vec!["--ledger", none], "none.sqlite"),
        (vec!["--from", text, "--ledger", text], "one of them"),
        (vec!["--from", text, "--card", "1"], "--card"),
        (vec!["--from", text, "--stan", "1"], "stan and batch"),
    ] {
        let (said, code) = asked(&words);
        assert_eq!(code, Some(2), "{words:?}: {said}");
        assert!(said.contains(why), "{words:?}: {said}");
    }
    assert!(!std::path::Path::new(none).exists(), "asking makes no file");
}

/// A ledger in which an acquirer saw so many sales.
fn ledger_of(sales: u64, folder: &Folder) -> PathBuf {
    let path = folder.0.join(format!("{sales}.sqlite"));
    let mut store = SqliteStore::open(&path, Party::Acquirer).unwrap();
    let mut evidence = Vec::new();
    for number in 1..=sales {
        let at = Stamp(Stamp::on(Date(20_780), 28_800).0 + number * 100_000);
        let rrn = Some(format!("6327{number:08}"));
        let terminal = format!("{:08}", 10_000_000 + number % 200);
        let sale = Telegram {
            pan: Pan::new("4111111111111111"),
            amount: Some(Money::minor(100 + number % 5_000)),
            terminal,
            merchant: "104440359980001".to_owned(),
            batch: Some(1),
            ..Telegram::new(Mti::SALE, 1 + number / 200)
        };
        let host = Telegram {
            rrn: rrn.clone(),
            transmission: Some(at.transmission()),
            acquirer: "10344000".to_owned(),
            ..sale.clone()
        };
        let host = Telegram { stan: 500_000 + number, batch: None, ..host };
        let yes = |of: &Telegram| Telegram {
            rrn: rrn.clone(),
            approval: Some("A1B2C3".to_owned()),
            ..of.answer(Code::of(b"00"))
        };
        for (peer, way, message) in [
            (Party::Terminal, Way::Heard, sale.clone()),
            (Party::Issuer, Way::Sent, host.clone()),
            (Party::Issuer, Way::Heard, yes(&host)),
            (Party::Terminal, Way::Sent, yes(&sale)),
        ] {
            evidence.push(Sighting::of_message(Party::Acquirer, peer, way, &message, at).unwrap());
        }
    }
    store.commit(&Commit { seq: 1, evidence, ..Commit::default() }).unwrap();
    path
}

/// Prints what a question costs; run it with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn what_a_question_costs() {
    let folder = Folder::new("cost");
    for sales in [1_000, 10_000, 100_000] {
        let path = ledger_of(sales, &folder);
        let begun = Instant::now();
        let sources = Sources::of_ledgers(&[path], 8 * 3_600).unwrap();
        let answers = Answers::of(&sources, &Asked::default()).unwrap();
        let read = begun.elapsed();
        // the shortest of a hundred batches: what else the machine does is not the question's cost
        let batch = |of: u64| {
            let begun = Instant::now();
            for number in of * 100..(of + 1) * 100 {
                let rrn = Question::Rrn(format!("6327{:08}", 1 + number * 7_919 % sales));
                let found = answers.find(&rrn);
                assert_eq!(found.len(), 1);
                assert!(answers.text(found[0], Lang::English).contains("A1B2C3"));
            }
            begun.elapsed() / 100
        };
        let each = (0..100).map(batch).min().unwrap();
        println!("{sales} sales: read and matched in {read:?}, then {each:?} a question");
    }
}
