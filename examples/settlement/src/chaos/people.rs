//! Who works in the network: cashiers at the terminals, and the back offices. They go on whatever happens, say what they
//! were told, and in the end put everything in order.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::console::Heard;
use super::crew::Crew;
use super::network::{FOLDERS, LINKS, TILLS};
use super::plan::Weather;
use crate::sim::chance::mixed;

/// What ends a step at a terminal.
const ENDS: [&str; 7] =
    ["approved", "declined", "no-response", "reversal-pending", "refused", "batch", "signed-on"];
/// How long a cashier waits before trying again.
const PATIENCE: Duration = Duration::from_secs(4);

/// What people were told, and how often.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<BTreeMap<String, u64>>);

impl Told {
    fn note(&self, what: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(what.to_owned()).or_default() += 1;
    }

    /// All of it.
    pub(super) fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A cashier: sells, gives back, takes back, and closes batches, until the time is over.
pub(super) fn cashier(
    crew: &Crew,
    till: &str,
    (seed, pace): (u64, Duration),
    is_over: &AtomicBool,
    told: &Told,
) {
    // What was approved lately: its STAN, and the card that was shown.
    let mut slips: Vec<(String, &str)> = Vec::new();
    let mut number = 0;
    while !is_over.load(Ordering::SeqCst) {
        number += 1;
        let draw = |what: u64| mixed(&[seed, number, what]);
        let about = slips.get(usize::try_from(draw(1)).unwrap_or(0) % slips.len().max(1));
        let line = match (draw(2) % 100, about) {
            (0..=7, Some((about, _))) => format!("void {about}"),
            (8..=12, Some((about, card))) => format!("refund {about} 0.{:02} card {card}", 1 + draw(3) % 99),
            (13..=16, Some((about, _))) => format!("adjust {about} 0.{:02}", 1 + draw(3) % 99),
            (17..=24, _) => "close-batch".to_owned(),
            (25..=30, _) => format!("sell {}.50 card 4242", 300 + draw(3) % 90),
            (31..=40, _) => format!("sell {}.25 card 4111", 1 + draw(3) % 9),
            _ => format!("sell {}.37", 1 + draw(3) % 20),
        };
        let said = step(crew, till, &line, told).unwrap_or_default();
        if let (Some(stan), true) = (said.strip_prefix("approved "), line.starts_with("sell")) {
            slips.push((stan.to_owned(), if line.ends_with("4111") { "4111" } else { "6212" }));
        }
        std::thread::sleep(pace * u32::try_from(draw(4) % 200).unwrap_or_default() / 100);
        if slips.len() > 12 {
            slips.remove(0);
        }
    }
}

/// Types a line at a terminal and does what is said. Its keys are renewed, its batch is told once more, where that helps.
fn step(crew: &Crew, till: &str, line: &str, told: &Told) -> Option<String> {
    let said = match crew.ask(till, line, PATIENCE, &ENDS) {
        Heard::Line(said, _) => said,
        Heard::Gone => {
            told.note("the terminal died");
            // Somebody starts it again.
            std::thread::sleep(Duration::from_millis(20));
            return None;
        }
        Heard::Silence => {
            told.note("nothing");
            return None;
        }
    };
    let kind = said.split(' ').next().unwrap_or_default();
    told.note(if kind == "batch" { &said } else { kind });
    if said.ends_with("has not signed on") || said.ends_with(" A0") || kind == "reversal-pending" {
        crew.ask(till, "sign-on", PATIENCE, &ENDS);
    } else if said.ends_with(" 77") {
        // The acquirer closed a batch whose terminal died before it heard so.
        crew.ask(till, "close-batch", PATIENCE, &ENDS);
    } else if kind == "refused" {
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(said)
}

/// The back offices: dates end, files go round, merchants are paid, until the time is over.
pub(super) fn offices(crew: &Crew, pace: Duration, is_over: &AtomicBool, told: &Told) {
    const DAY: [(&str, &str, &str); 6] = [
        ("issuer:1", "cut-over", "done"),
        ("acquirer:1", "present", "done"),
        ("hub:1", "run", "done"),
        ("acquirer:1", "pay", "paid"),
        ("bank:1", "run", "done"),
        ("acquirer:1", "pay", "paid"),
    ];
    for (party, line, end) in DAY.iter().cycle() {
        if is_over.load(Ordering::SeqCst) {
            return;
        }
        if let Heard::Line(said, _) = crew.ask(party, line, Duration::from_millis(800), &[end, "refused"])
            && said.starts_with("paid")
        {
            told.note("paid");
        }
        std::thread::sleep(pace);
    }
}

/// The morning after: the lines are mended, everybody is there, and everybody hears of it.
///
/// # Errors
/// In words: who does not come to service in time.
pub(super) fn morning(crew: &Crew, until: Instant) -> Result<(), String> {
    let in_service = [
        ("acquirer:1", "in-service issuer"),
        ("terminal:1", "in-service acquirer"),
        ("terminal:2", "in-service acquirer"),
    ];
    // A line that is made anew lets the acquirer try again what nobody answered.
    for line in 0..LINKS.len() {
        crew.set_weather(line, Weather::Cut);
    }
    std::thread::sleep(Duration::from_millis(50));
    let before: Vec<_> = in_service.iter().map(|(party, _)| crew.console(party)).collect();
    for line in 0..LINKS.len() {
        crew.set_weather(line, Weather::Fair);
    }
    for ((party, awaited), mut before) in in_service.into_iter().zip(before) {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let heard = before.map(|(console, place)| console.wait(place, left, |said| said == awaited));
            match heard {
                Some(Heard::Line(..)) => break,
                // What struck it last stopped it only now.
                Some(Heard::Gone) | None if !left.is_zero() => {
                    crew.look_after().map_err(|error| error.to_string())?;
                    std::thread::sleep(Duration::from_millis(20));
                    before = crew.console(party).map(|(console, _)| (console, 0));
                }
                _ => {
                    let complaint = crew.complaint(party);
                    return Err(format!(
                        "{party} never said `{awaited}`; its last complaint is: {complaint}"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// An evening without faults: every reversal is heard, batches are closed, the date ends, and its money goes all the way.
///
/// # Errors
/// In words: which step never came to its end.
pub(super) fn evening(crew: &Crew, until: Instant, disputed: &[String]) -> Result<(), String> {
    for rrn in disputed {
        insist(crew, until, ("acquirer:1", &format!("correct {rrn}")), "acquirer:1", &["done", "refused"])?;
    }
    for (till, ..) in TILLS {
        insist(crew, until, (till, "sign-on"), till, &["signed-on"])?;
        insist(crew, until, (till, "sell 50.00"), till, &["approved"])?;
        insist(crew, until, (till, "close-batch"), till, &["batch in balance"])?;
    }
    insist(crew, until, ("issuer:1", "cut-over"), "acquirer:1", &["date"])?;
    for _ in 0..2 {
        for (party, line, end) in [
            ("acquirer:1", "present", "done"),
            ("hub:1", "run", "done"),
            ("acquirer:1", "pay", "paid"),
            ("bank:1", "run", "done"),
        ] {
            insist(crew, until, (party, line), party, &[end])?;
            taken(crew, until)?;
        }
    }
    Ok(())
}

/// Types a line until somebody says one of these.
fn insist(
    crew: &Crew,
    until: Instant,
    (party, line): (&str, &str),
    by: &str,
    begins: &[&str],
) -> Result<(), String> {
    let mut last = String::new();
    while Instant::now() < until {
        let Some((console, place)) = crew.console(by) else { return Err(format!("{by} does not run")) };
        if crew.type_at(party, line).is_none() {
            return Err(format!("{party} does not run"));
        }
        let ends = |said: &str| begins.iter().chain(&ENDS).any(|begin| said.starts_with(begin));
        let heard = console.wait(place, PATIENCE, ends);
        if let Heard::Line(said, _) = &heard {
            if begins.iter().any(|begin| said.starts_with(begin)) {
                return Ok(());
            }
            if said.ends_with(" 77") {
                crew.ask(by, "close-batch", PATIENCE, &ENDS);
            } else if said.ends_with(" A0") || said.ends_with("has not signed on") {
                crew.ask(by, "sign-on", PATIENCE, &ENDS);
            }
            std::thread::sleep(Duration::from_millis(100));
        } else if heard == Heard::Gone {
            return Err(format!("{by} stopped: {}", crew.complaint(by)));
        }
        last = format!("{heard:?}");
    }
    Err(format!("{party}: `{line}` never came to its end; the last was {last}"))
}

/// Everything that was left in folders is taken.
fn taken(crew: &Crew, until: Instant) -> Result<(), String> {
    for (from, to) in FOLDERS {
        let folder = crew.place.between(from, to);
        let is_waiting = |entry: fs::DirEntry| {
            entry.path().is_file() && !entry.file_name().to_string_lossy().starts_with('.')
        };
        while fs::read_dir(&folder).into_iter().flatten().flatten().any(is_waiting) {
            if Instant::now() > until {
                return Err(format!("{to} never took what is in {}", folder.display()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    Ok(())
}
