//! The network as separate processes over TCP, and what happens to real ones: `kill -9` at any moment, processes that are
//! stopped and go on, lines that are cut, half-open, slow and stalled, full disks, clocks that are stepped. Meanwhile
//! cashiers and back offices work. Then the faults end, within a bounded time everything comes to rest, and the ten
//! checks of money are made. The plan of the faults follows from a seed; what real processes make of it does not.

pub mod check;
pub mod console;
mod crew;
mod disk;
mod guard;
pub mod network;
mod people;
pub mod plan;
mod relay;
mod scan;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use self::check::Found;
use self::crew::Crew;
use self::disk::Way;
use self::guard::Guard;
pub use self::guard::guard;
use self::network::{PARTIES, Place, TILLS};
use self::people::Told;
use self::plan::{Fault, Weather};
use crate::audit::Check;

/// After the last fault everything must be in order within this time.
pub const HEALING: Duration = Duration::from_secs(120);
/// And after so many evenings.
const EVENINGS: u32 = 5;
/// At most so many dates end meanwhile.
const DATES: u32 = 120;
/// About so many slips a terminal writes at most: `where` reads them all.
const SLIPS: u32 = 700;
/// How often it is looked who stopped by himself, and what is due.
const LOOK: Duration = Duration::from_millis(5);

/// Where the parties keep their histories.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Keeping {
    /// Each in a SQLite file of its own.
    #[default]
    Sqlite,
    /// All in one PostgreSQL database, whose server is started for that and ended afterwards.
    Postgres,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Chaos {
    /// Where histories are kept.
    pub keeps: Keeping,
    /// How many parties are killed.
    pub kills: u32,
    /// What the plan of the faults follows from.
    pub seed: u64,
    /// Over how long the faults are spread.
    pub time: Duration,
    /// `settlement` itself.
    pub program: PathBuf,
    /// Where everything is; it must not exist yet.
    pub folder: PathBuf,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// How often a party stopped by itself and was started again, for a full disk above all.
    pub stopped: u64,
    /// Are disks mounted, or files limited?
    pub mounted: bool,
    /// What people were told meanwhile.
    pub told: BTreeMap<String, u64>,
    /// Slips by what they were about and how they ended.
    pub slips: BTreeMap<String, u64>,
    /// How long the faults lasted, how long healing took, and how long the checks.
    pub took: [Duration; 3],
    /// Evenings until nothing waited any more.
    pub evenings: u32,
    /// The ten checks.
    pub checks: Vec<Check>,
}

impl Outcome {
    /// Does every check hold?
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

/// The end of a fault.
type End = (Reverse<Instant>, usize);

impl Chaos {
    /// Does all of it. Every process that it started is ended, and every disk unmounted, also when it fails, and when it is
    /// killed; the folder stays.
    ///
    /// # Errors
    /// In words: what could not be had, or what never came to rest.
    pub fn run(&self) -> Result<Outcome, String> {
        if self.folder.exists() {
            return Err(format!("{} exists already", self.folder.display()));
        }
        let words = |error: std::io::Error| error.to_string();
        let place = Place::new(&self.folder, self.seed).map_err(words)?;
        let _guard = Guard::start(&self.program, &self.folder).map_err(words)?;
        let crew = Crew::new(place, self.program.clone(), self.keeps)?;
        let done = self.run_with(&crew);
        if !done.as_ref().is_ok_and(Outcome::holds) {
            // Whoever looks into it finds nothing on a disk that is not mounted any more.
            let _ = crew.stop_all();
            crew.rescue().map_err(words)?;
        }
        done
    }

    fn run_with(&self, crew: &Crew) -> Result<Outcome, String> {
        let begun = Instant::now();
        let plan = plan::faults(self.seed, self.kills, self.between());
        PARTIES.iter().try_for_each(|party| crew.start(party)).map_err(|error| error.to_string())?;
        let (is_over, told) = (AtomicBool::new(false), Told::default());
        let struck = std::thread::scope(|scope| {
            for (number, (till, ..)) in (0..).zip(TILLS) {
                let (is_over, told, seed) = (&is_over, &told, self.seed ^ (number << 32));
                let pace = (self.time / SLIPS).max(Duration::from_millis(20));
                scope.spawn(move || people::cashier(crew, till, (seed, pace), is_over, told));
            }
            scope.spawn(|| people::offices(crew, self.pace(), &is_over, &told));
            let struck = strike(crew, &plan);
            is_over.store(true, Ordering::SeqCst);
            struck
        });
        struck.map_err(|error| format!("a fault could not be made: {error}"))?;
        let faults_took = begun.elapsed();
        let stopped = crew.stopped();
        let (found, evenings) = heal(crew)?;
        let healing_took = begun.elapsed() - faults_took;
        let checks = found.checks(&crew.place)?;
        Ok(Outcome {
            faults: plan::counted(plan.iter().map(|(_, fault)| fault)),
            stopped,
            mounted: crew.disks() == Way::Mounted,
            told: told.all(),
            slips: found.outcomes(),
            took: [faults_took, healing_took, begun.elapsed() - faults_took - healing_took],
            evenings,
            checks,
        })
    }

    /// How long the back office waits between two steps. A year of dates would be too many: DE 15 has no year.
    fn pace(&self) -> Duration {
        (self.time / (6 * DATES)).max(Duration::from_millis(150))
    }

    /// The mean time between two faults. Of a hundred faults about sixty are kills.
    fn between(&self) -> Duration {
        self.time * 6 / 10 / self.kills.max(1)
    }
}

/// Lets each fault begin and end in its time.
fn strike(crew: &Crew, plan: &[(Duration, Fault)]) -> std::io::Result<()> {
    let mut ends: BinaryHeap<End> = BinaryHeap::new();
    let mut next = Instant::now();
    for (number, (after, fault)) in plan.iter().enumerate() {
        next += *after;
        until(crew, plan, &mut ends, next)?;
        let lasts = begin(crew, fault)?;
        ends.push((Reverse(Instant::now() + lasts), number));
    }
    // What is under way comes to its end.
    while let Some((Reverse(at), _)) = ends.peek().copied() {
        until(crew, plan, &mut ends, at)?;
    }
    Ok(())
}

/// Waits, while faults end and parties that stopped are started again.
fn until(
    crew: &Crew,
    plan: &[(Duration, Fault)],
    ends: &mut BinaryHeap<End>,
    at: Instant,
) -> std::io::Result<()> {
    loop {
        let now = Instant::now();
        while let Some((_, number)) = ends.peek().copied().filter(|(Reverse(due), _)| *due <= now) {
            ends.pop();
            plan.get(number).map_or(Ok(()), |(_, fault)| end(crew, fault))?;
        }
        if now >= at {
            return Ok(());
        }
        crew.look_after()?;
        std::thread::sleep(LOOK.min(at.saturating_duration_since(now)));
    }
}

/// Begins a fault. How long it lasts.
fn begin(crew: &Crew, fault: &Fault) -> std::io::Result<Duration> {
    match fault {
        Fault::Kill { party, gone, again } => {
            crew.kill(party)?;
            if let Some(again) = again {
                crew.start(party)?;
                std::thread::sleep(*again);
                crew.kill(party)?;
            }
            Ok(*gone)
        }
        Fault::Pause(party, lasts) => {
            crew.pause(party, true);
            Ok(*lasts)
        }
        Fault::Line(line, weather, lasts) => {
            crew.set_weather(*line, *weather);
            Ok(*lasts)
        }
        Fault::Disk(party, lasts) => crew.fill(party, true).map(|()| *lasts),
        Fault::Clock(party, wrong, lasts) => crew.set_clock(party, *wrong).map(|()| *lasts),
    }
}

/// Ends a fault.
fn end(crew: &Crew, fault: &Fault) -> std::io::Result<()> {
    match fault {
        Fault::Kill { party, .. } => crew.start(party)?,
        Fault::Pause(party, _) => crew.pause(party, false),
        Fault::Line(line, ..) => crew.set_weather(*line, Weather::Fair),
        Fault::Disk(party, _) => crew.fill(party, false)?,
        Fault::Clock(party, ..) => crew.set_clock(party, 0)?,
    }
    Ok(())
}

/// Nothing goes wrong any more: evening after evening, until nothing waits.
fn heal(crew: &Crew) -> Result<(Found, u32), String> {
    let until = Instant::now() + HEALING;
    let mut disputed = Vec::new();
    for evening in 1..=EVENINGS {
        PARTIES.iter().try_for_each(|party| crew.start(party)).map_err(|error| error.to_string())?;
        people::morning(crew, until)?;
        people::evening(crew, until, &disputed)?;
        if evening > 1 {
            // What a start puts off comes with its timer.
            std::thread::sleep(Duration::from_millis(3 * network::TIMER));
        }
        crew.stop_all()?;
        let found = Found::read(&crew.place, crew.database().as_deref())?;
        if found.waiting().is_none() || evening == EVENINGS {
            return Ok((found, evening));
        }
        disputed = found.disputed();
    }
    Err("there was no evening".to_owned())
}
