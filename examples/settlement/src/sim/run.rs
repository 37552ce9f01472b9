//! One run: two days under weather, then healing, and at the end everything is where it belongs or in a named open item.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::chance::{Class, Dice, FaultId, Season};
use super::desk;
use super::disk::{Disk, locked as taped};
use super::lax::Rule;
use super::oracle;
use super::parties::{self, TILLS, TODAY};
use super::quiet;
use super::sky::{Shared, Sky, Winds, locked};
use super::watch::{Violation, Watch};
use super::work::{self, Doing, Task};
use crate::capture::Seat;
use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record, RecordKind};
use crate::local::{Local, Moment};
use crate::node::Node;
use crate::party::Command;
use crate::telegram::{Mti, Telegram};
use crate::world::{World, WorldError};

/// So many days after the weather everything must be in order.
pub const HEALING_DAYS: u64 = 5;

/// What is run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// Rules that the parties do without.
    pub without: BTreeSet<Rule>,
    /// These faults alone, if that is said.
    pub only: Option<BTreeSet<FaultId>>,
    /// These tasks alone, by number, if that is said.
    pub tasks: Option<BTreeSet<usize>>,
    /// A death at this input of a party.
    pub death: Option<(Party, u64, Moment)>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// Events that were handled.
    pub steps: u64,
    /// Steps that left something on a disk.
    pub commits: u64,
    /// What struck, and when.
    pub struck: Vec<(Stamp, FaultId)>,
    /// What happened at least once.
    pub marks: BTreeSet<&'static str>,
    /// The tasks of the days under weather.
    pub tasks: Vec<Task>,
    /// What does not hold.
    pub violation: Option<Violation>,
    /// Of everything that is on the disks: two runs of one plan have the same.
    pub hash: u64,
    /// Days of healing that it took.
    pub days: u64,
    /// What the diagnosis said of items, and how often: `Paid: W00 matched (merchant)`.
    pub said: BTreeMap<String, u64>,
    /// Inputs that a party was handed.
    pub inputs: u64,
    /// When it ended, as far as it came.
    pub ended: Stamp,
}

/// A run that is under way.
pub struct Run {
    pub(super) sky: Shared,
    pub(super) world: Local,
    watch: Watch,
    steps: u64,
}

impl Plan {
    /// The plan of a seed, with all its faults.
    pub fn of(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Runs it.
    pub fn run(&self) -> Ran {
        let dice = Dice::of(self.seed, work::healing(), self.only.clone());
        let mut ran = Ran::default();
        let run = Run::open(dice, self.without.clone());
        let mut run = match run {
            Ok(run) => run,
            Err(error) => return Ran { violation: Some(stopped(&error)), ..ran },
        };
        let done = self.perform(&mut run, &mut ran);
        ran.violation = done.err();
        let mut sky = locked(&run.sky);
        if run.world.fenced(Party::Acquirer) > 0 {
            sky.marks.insert("a second instance was fenced");
        }
        (ran.steps, ran.commits) = (run.steps, run.watch.commits);
        ran.struck.clone_from(&sky.dice.struck);
        ran.marks.clone_from(&sky.marks);
        ran.inputs = self.death.map_or(0, |(party, ..)| sky.inputs.get(&party).copied().unwrap_or_default());
        ran.hash = sky.tapes.values().fold(0, |hash, tape| hash ^ taped(tape).fingerprint());
        ran.ended = run.world.now();
        ran
    }

    fn perform(&self, run: &mut Run, ran: &mut Ran) -> Result<(), Violation> {
        locked(&run.sky).death = self.death;
        ran.tasks = work::tasks(&mut locked(&run.sky).dice);
        let chosen = |number: usize| self.tasks.as_ref().is_none_or(|tasks| tasks.contains(&number));
        for (_, task) in ran.tasks.iter().enumerate().filter(|(number, _)| chosen(*number)) {
            run.advance(task.at)?;
            run.perform(task)?;
        }
        run.advance(work::healing())?;
        let mut wrong = None;
        for day in 0..HEALING_DAYS {
            let date = Date(TODAY.0 + work::DAYS + day);
            let tasks = work::healing_day(&locked(&run.sky).dice, date, day == 0);
            for task in &tasks {
                run.advance(task.at)?;
                run.perform(task)?;
            }
            run.advance(Stamp::on(date.next(), 9 * 3_600))?;
            ran.days = day + 1;
            if day == 0 {
                continue;
            }
            wrong = quiet::check(run).err();
            if wrong.is_none() {
                break;
            }
        }
        wrong.map_or(Ok(()), Err)?;
        let found = oracle::check(run)?;
        ran.said = found.said;
        found.wrong.map_or(Ok(()), Err)?;
        run.replays()
    }
}

pub(super) fn stopped(error: &WorldError) -> Violation {
    Violation { rule: "stopped", what: error.to_string() }
}

impl Run {
    /// The network at seven in the morning.
    fn open(dice: Dice, without: BTreeSet<Rule>) -> Result<Self, WorldError> {
        let sky: Shared = Arc::new(Mutex::new(Sky::new(dice, without)));
        let start = Stamp::on(TODAY, 7 * 3_600);
        let open = |seat: Seat| node(&sky, seat);
        let hosts = Party::NETWORK.map(|party| open((party, 0)));
        let mut world = Local::open(start, hosts.into_iter().collect::<Result<Vec<_>, _>>()?)?;
        for (number, (name, _)) in (0..).zip(TILLS).skip(1) {
            world.add_terminal(name, open((Party::Terminal, number))?)?;
        }
        {
            let mut sky = locked(&sky);
            sky.set_clocks(start);
            // The acquirer signed on before the weather began.
            let sign_on = Telegram::new(Mti::NETWORK, 500_001);
            sky.sent.push(((Party::Acquirer, 0), (Party::Issuer, 0), sign_on));
        }
        world.set_weather(Box::new(Winds(Arc::clone(&sky))));
        Ok(Self { sky, world, watch: Watch::default(), steps: 0 })
    }

    fn advance(&mut self, until: Stamp) -> Result<(), Violation> {
        while self.world.step_until(until).map_err(|error| stopped(&error))? {
            self.steps += 1;
            self.watch.look(&self.sky, &self.world)?;
        }
        Ok(())
    }

    fn perform(&mut self, task: &Task) -> Result<(), Violation> {
        for (party, command) in desk::commands(self, task) {
            let asked = match party {
                Party::Terminal => self.world.ask_terminal(task.till, command),
                party => self.world.ask(party, command),
            };
            asked.map_err(|error| stopped(&error))?;
        }
        match task.doing {
            Doing::Link(up) => self.world.host_link(up).map_err(|error| stopped(&error))?,
            Doing::Again => {
                if let Some(message) = desk::again(&self.records((Party::Terminal, 0))) {
                    let sent = self.world.send(Party::Terminal, Party::Acquirer, &message);
                    sent.map_err(|error| stopped(&error))?;
                }
            }
            Doing::Second if !self.world.is_down((Party::Acquirer, 0)) => {
                let second = node(&self.sky, (Party::Acquirer, 0)).map_err(|error| stopped(&error))?;
                self.world.second_instance(second).map_err(|error| stopped(&error))?;
            }
            _ => {}
        }
        self.steps += 1;
        self.watch.look(&self.sky, &self.world)
    }

    /// What a party has on its disk.
    pub(super) fn records(&self, seat: Seat) -> Vec<Record> {
        let tape = locked(&self.sky).tape(seat);
        taped(&tape).commits.iter().flat_map(|commit| commit.records.clone()).collect()
    }

    /// Q10: parties that start anew on their disks know what they knew: nothing moves, and nobody has anything to do.
    fn replays(&mut self) -> Result<(), Violation> {
        let before: Vec<_> =
            parties::seats().into_iter().map(|seat| (seat, self.records(seat).len())).collect();
        for seat in parties::seats() {
            let again = node(&self.sky, seat).map_err(|error| stopped(&error))?;
            self.world.replace(seat, again).map_err(|error| stopped(&error))?;
        }
        let until = self.world.now().after(std::time::Duration::from_secs(3_600));
        self.advance(until)?;
        for (seat, count) in before {
            let new: Vec<_> = self.records(seat).into_iter().skip(count).collect();
            let done = new.iter().find(|record| !is_greeting(record));
            super::watch::hold(done.is_none(), "Q10", || {
                let what = done.map_or("nothing", |record| record.kind.name());
                format!("{} started anew and did this: {what}", super::sky::name(seat))
            })?;
        }
        Ok(())
    }
}

/// What everybody does who starts: signs on, and says which date it is.
fn is_greeting(record: &Record) -> bool {
    let is_network = record.mti.is_some_and(|mti| mti.0 / 100 == 8);
    matches!(record.kind, RecordKind::Started | RecordKind::SignedOn) || is_network
}

fn node(sky: &Shared, seat: Seat) -> Result<Node, WorldError> {
    let (tape, without, season) = {
        let mut sky = locked(sky);
        (sky.tape(seat), sky.without.clone(), Season::of(sky.dice.seed()))
    };
    let failed = |why: &dyn std::fmt::Display| WorldError::Stopped(why.to_string());
    let disk = Disk::open(seat, sky, &tape).map_err(|error| failed(&error))?;
    let machine =
        parties::machine(seat, season, &without).ok_or_else(|| failed(&"there is no such party"))?;
    Node::open(machine, Box::new(disk)).map_err(|error| failed(&error))
}

/// How a task is told.
pub fn told(task: &Task) -> String {
    let when = format!("+{} {}", task.at.date().0.saturating_sub(TODAY.0), task.at);
    let till = format!("T{}", u16::from(task.till) + 1);
    match &task.doing {
        Doing::Sell(card, amount, wrong) => {
            let pin = if *wrong { ", wrong PIN" } else { "" };
            format!("{when}  {till} sells {amount}, card {}{pin}", card + 1)
        }
        Doing::Follow(operation, about, amount, _) => {
            format!("{when}  {till} {operation} {amount} about {about}")
        }
        Doing::Till(Command::SignOn) => format!("{when}  {till} signs on"),
        Doing::Till(_) => format!("{when}  {till} closes its batch"),
        Doing::Ask(party, command) => format!("{when}  {party}: {command:?}"),
        Doing::Link(up) => format!("{when}  the hosts' line is {}", if *up { "mended" } else { "cut" }),
        Doing::Second => format!("{when}  a second acquirer starts"),
        Doing::Again => format!("{when}  T1 uses a STAN again"),
        Doing::Correct => format!("{when}  the acquirer's desk corrects what is in dispute"),
        Doing::Redirect => format!("{when}  merchants whose payout came back name another account"),
    }
}

/// So many of each kind struck.
pub fn counted(struck: &[(Stamp, FaultId)]) -> BTreeMap<Class, u64> {
    let mut counts = BTreeMap::new();
    for (_, fault) in struck {
        *counts.entry(fault.class).or_default() += 1;
    }
    counts
}
