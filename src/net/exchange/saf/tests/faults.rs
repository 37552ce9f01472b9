//! Every operation of the disk with every fault: what was confirmed is there, and nothing is sent as new
//! twice.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::journal::Journal;
use super::faulty::{Fault, FaultyDisk, Left};
use super::*;

/// A forwarder on a disk that fails, and what it has to hold by what it said.
struct Bench {
    disk: FaultyDisk,
    saf: Option<Forwarder<Journal<FaultyDisk>>>,
    now: u64,
    /// What was confirmed and is not done.
    held: BTreeMap<u64, Vec<u8>>,
    /// Confirmed as done.
    done: BTreeMap<u64, Vec<u8>>,
    /// The caller was told that it is not done, after it was held.
    doubtful: BTreeSet<u64>,
    /// Refused, and something was confirmed since: it must not turn up.
    refused: Vec<Vec<u8>>,
    /// Refused, and nothing was confirmed since.
    unconfirmed: Vec<Vec<u8>>,
    /// Handed out as new.
    new: BTreeSet<u64>,
    flying: Vec<u64>,
    written: u32,
}

#[derive(Clone, Copy, Debug)]
enum Do {
    Put(usize),
    Due,
    Acknowledge,
    Refuse,
    Silence,
    Settle,
    /// Two messages and what is due, in one commit.
    Group,
    Compact,
    Wait,
}

const SCRIPT: [Do; 24] = {
    use Do::*;
    [
        Put(40),
        Put(170),
        Due,
        Acknowledge,
        Put(300),
        Due,
        Silence,
        Compact,
        Wait,
        Due,
        Acknowledge,
        Group,
        Acknowledge,
        Put(100),
        Due,
        Refuse,
        Settle,
        Compact,
        Put(10),
        Group,
        Due,
        Acknowledge,
        Put(1),
        Put(200),
    ]
};

const ERRORS: [Fault; 7] = [
    Fault::Refused(ErrorKind::StorageFull),
    Fault::Refused(ErrorKind::Other),
    Fault::Refused(ErrorKind::Interrupted),
    Fault::Short(0),
    Fault::Short(50),
    Fault::Short(99),
    Fault::DoneAndRefused,
];
const STOPS: [Fault; 2] = [Fault::StopBefore, Fault::StopAfter];
const LEFT: [Left; 6] =
    [Left::Nothing, Left::Part(1), Left::Part(60), Left::Part(99), Left::Holes, Left::Everything];

fn path() -> PathBuf {
    Path::new("/queues/reversals.saf").to_owned()
}

impl Bench {
    fn new() -> Self {
        Self {
            disk: FaultyDisk::default(),
            saf: None,
            now: 0,
            held: BTreeMap::new(),
            done: BTreeMap::new(),
            doubtful: BTreeSet::new(),
            refused: Vec::new(),
            unconfirmed: Vec::new(),
            new: BTreeSet::new(),
            flying: Vec::new(),
            written: 0,
        }
    }

    fn open(&self) -> Result<Forwarder<Journal<FaultyDisk>>, std::io::Error> {
        Forwarder::recover(Journal::open(self.disk.clone(), path())?, POLICY, 1)
    }

    /// The forwarder, opened if that can be.
    fn saf(&mut self) -> Option<&mut Forwarder<Journal<FaultyDisk>>> {
        if self.saf.is_none() {
            self.saf = self.open().ok();
        }
        self.saf.as_mut()
    }

    fn confirmed(&mut self) {
        self.refused.append(&mut self.unconfirmed);
    }

    /// A message that no other is like.
    fn message(&mut self, size: usize) -> Vec<u8> {
        self.written += 1;
        let mut message = format!("<message {}>", self.written).into_bytes();
        message.resize(message.len() + size, b'x');
        message
    }

    fn put(&mut self, size: usize) {
        let message = self.message(size);
        let put = self.saf().map(|saf| saf.put(1, &message));
        match put {
            Some(Ok(id)) => {
                self.confirmed();
                self.held.insert(id, message);
            }
            _ => self.unconfirmed.push(message),
        }
    }

    fn due(&mut self) {
        let now = s(self.now);
        let Some(saf) = self.saf() else { return };
        let Ok(Some(Due { id, repeat, .. })) = saf.due(now) else { return };
        self.confirmed();
        self.sent(id, repeat);
    }

    fn sent(&mut self, id: u64, repeat: bool) {
        assert!(self.knows(id), "{id} was not taken");
        assert!(repeat || self.new.insert(id), "{id} as new twice");
        self.flying.push(id);
    }

    fn group(&mut self) {
        let (first, second, now) = (self.message(30), self.message(90), s(self.now));
        let Some(saf) = self.saf() else { return };
        let done = saf.group(|saf| {
            let put = [saf.put(1, &first), saf.put(2, &second)];
            let due = saf.due(now).ok().flatten().map(|due| (due.id, due.repeat));
            (put, due)
        });
        match done {
            Ok(([Ok(one), Ok(other)], due)) => {
                self.confirmed();
                self.held.extend([(one, first), (other, second)]);
                due.into_iter().for_each(|(id, repeat)| self.sent(id, repeat));
            }
            _ => {
                self.unconfirmed.extend([first, second]);
                let flying = self.flying.clone();
                // As the running forwarder does: until it can.
                for _ in 0..3 {
                    if self.saf.as_mut().is_some_and(|saf| saf.reload(&flying).is_ok()) {
                        break;
                    }
                }
            }
        }
    }

    /// The outcome of the message that was sent last.
    fn finish(&mut self, step: Do) {
        let (now, flying) = (s(self.now), self.flying.pop());
        let (Some(id), Some(saf)) = (flying, self.saf()) else { return };
        let done = match step {
            Do::Acknowledge => saf.acknowledged(id),
            Do::Refuse => saf.refused(id, *b"12"),
            _ => saf.unanswered(now, id),
        };
        self.ended(id, done.is_ok(), matches!(step, Do::Acknowledge));
    }

    fn settle(&mut self) {
        let Some(saf) = self.saf() else { return };
        let Some(id) = saf.work_items().map(|item| item.id).next() else { return };
        let done = saf.settled(id).is_ok();
        self.ended(id, done, true);
    }

    fn ended(&mut self, id: u64, kept: bool, ends: bool) {
        match (kept, ends) {
            (true, true) => {
                self.confirmed();
                let message = self.held.remove(&id).unwrap_or_default();
                self.doubtful.remove(&id);
                self.done.insert(id, message);
            }
            // Not confirmed: it is there, or it is done, as nobody can have told.
            (false, true) => {
                self.doubtful.insert(id);
            }
            _ => (),
        }
    }

    fn act(&mut self, step: Do) {
        match step {
            Do::Put(size) => self.put(size),
            Do::Due => self.due(),
            Do::Acknowledge | Do::Refuse | Do::Silence => self.finish(step),
            Do::Settle => self.settle(),
            Do::Group => self.group(),
            Do::Compact => _ = self.saf().map(Forwarder::compact),
            Do::Wait => self.now += 1_000,
        }
    }

    fn knows(&self, id: u64) -> bool {
        self.held.contains_key(&id) || self.doubtful.contains(&id)
    }

    /// Starts anew with what the disk has, and holds it against what was said.
    fn restart(&mut self, left: Left, new_names: bool) {
        self.saf = None;
        self.flying.clear();
        self.disk.stop();
        self.disk.restart(left, new_names);
        let mut saf = self.open().expect("a queue is read whatever happened");
        for (id, message) in &self.held {
            let found = saf.octets(*id);
            assert!(found == Some(message) || self.doubtful.contains(id), "{id} is lost");
        }
        for id in self.done.keys() {
            assert_eq!(saf.octets(*id), None, "{id} was done");
        }
        let found: Vec<(u64, Vec<u8>)> =
            saf.entries.keys().map(|id| (*id, saf.octets(*id).unwrap().to_vec())).collect();
        for (id, message) in &found {
            assert!(!self.refused.contains(message), "{id} was refused, and is there");
            // What was being written when the machine stopped may be there; nobody was told.
            assert!(self.knows(*id) || self.unconfirmed.contains(message), "{id} comes from nowhere");
        }
        // What is there goes on, and is sent as new only if it never was.
        for (id, message) in found {
            if !self.knows(id) {
                self.unconfirmed.retain(|other| *other != message);
                self.held.insert(id, message);
            }
        }
        self.doubtful.retain(|id| saf.octets(*id).is_some());
        self.held.retain(|id, _| saf.octets(*id).is_some());
        while let Some((id, _, repeat)) = due(&mut saf, 0) {
            assert!(repeat || self.new.insert(id), "{id} as new twice");
            saf.unanswered(s(0), id).unwrap();
        }
        self.saf = Some(saf);
    }

    /// Nothing of what is done can be read in any file, and no file is left over.
    fn is_clean(&mut self) {
        self.put(5);
        self.restart(Left::Everything, true);
        assert_eq!(self.disk.paths(), [path()], "no file is left over");
        let octets = self.disk.content(&path());
        for message in self.done.values().filter(|message| !message.is_empty()) {
            let there = octets.windows(message.len()).any(|window| window == message);
            assert!(!there, "{} is done, and can be read", std::str::from_utf8(&message[..13]).unwrap());
        }
    }
}

/// How many operations the script needs when nothing goes wrong.
fn operations() -> usize {
    let mut bench = Bench::new();
    SCRIPT.into_iter().for_each(|step| bench.act(step));
    bench.disk.operations()
}

/// One operation fails, and everything goes on: the step is refused, the next ones are not.
#[test]
fn every_operation_with_every_error() {
    let operations = operations();
    assert!(operations > 60, "{operations}");
    for (at, fault) in (0..operations).flat_map(|at| ERRORS.map(|fault| (at, fault))) {
        let mut bench = Bench::new();
        bench.disk.plan(at, fault);
        SCRIPT.into_iter().for_each(|step| bench.act(step));
        let before = bench.held.len();
        // where the last write was a short one, the one after it fails, too
        (0..2).for_each(|_| bench.put(7));
        assert!(bench.held.len() > before, "{fault:?} at {at}: it goes on");
        let saf = bench.saf.as_ref().unwrap();
        assert!(bench.held.iter().all(|(id, message)| saf.octets(*id) == Some(message)));
        bench.restart(Left::Nothing, false);
        bench.is_clean();
    }
}

/// Two operations fail, one soon after the other: what repairs the first error fails, too.
#[test]
fn every_operation_with_two_errors() {
    let both = [Fault::Refused(ErrorKind::Other), Fault::Short(50), Fault::DoneAndRefused];
    let pairs = both.into_iter().flat_map(|first| both.map(|second| (first, second)));
    for (at, (first, second)) in (0..operations()).flat_map(|at| pairs.clone().map(move |pair| (at, pair))) {
        for gap in 1..4 {
            let mut bench = Bench::new();
            bench.disk.plan(at, first);
            bench.disk.plan(at + gap, second);
            SCRIPT.into_iter().for_each(|step| bench.act(step));
            let before = bench.held.len();
            (0..3).for_each(|_| bench.put(7));
            assert!(bench.held.len() > before, "{first:?} at {at}, {second:?} {gap} later: it goes on");
            bench.restart(Left::Nothing, false);
            bench.is_clean();
        }
    }
}

/// The machine stops at an operation, and its disk has this or that of what was not synchronised.
#[test]
fn every_operation_with_every_stop() {
    for (at, fault) in (0..operations()).flat_map(|at| STOPS.map(|fault| (at, fault))) {
        for (left, new_names) in LEFT.into_iter().flat_map(|left| [(left, false), (left, true)]) {
            let mut bench = Bench::new();
            bench.disk.plan(at, fault);
            for step in SCRIPT {
                bench.act(step);
                if bench.disk.has_stopped() {
                    bench.restart(left, new_names);
                }
            }
            bench.restart(Left::Nothing, false);
            bench.is_clean();
        }
    }
}

fn act() -> impl Strategy<Value = Do> {
    prop_oneof![
        4 => (0..600_usize).prop_map(Do::Put),
        6 => Just(Do::Due),
        4 => Just(Do::Acknowledge),
        1 => Just(Do::Refuse),
        2 => Just(Do::Silence),
        1 => Just(Do::Settle),
        2 => Just(Do::Group),
        1 => Just(Do::Compact),
        3 => Just(Do::Wait),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Act(Do),
    Plan(usize, Fault),
    Broken(bool),
    Restart(Left, bool),
}

fn event() -> impl Strategy<Value = Event> {
    let fault = prop_oneof![
        proptest::sample::select(ERRORS.to_vec()),
        proptest::sample::select(STOPS.to_vec()),
        (0..100_usize).prop_map(Fault::Short),
    ];
    let left = prop_oneof![proptest::sample::select(LEFT.to_vec()), (0..100_usize).prop_map(Left::Part)];
    prop_oneof![
        20 => act().prop_map(Event::Act),
        4 => (0..6_usize, fault).prop_map(|(after, fault)| Event::Plan(after, fault)),
        1 => Just(Event::Broken(true)),
        3 => Just(Event::Broken(false)),
        1 => (left, any::<bool>()).prop_map(|(left, names)| Event::Restart(left, names)),
    ]
}

proptest! {
    /// Many faults, one after the other and at the same time, through any number of restarts.
    #[test]
    fn whatever_fails_what_was_confirmed_is_there(events in proptest::collection::vec(event(), 1..120)) {
        let mut bench = Bench::new();
        for event in events {
            match event {
                Event::Act(step) => bench.act(step),
                Event::Plan(after, fault) => bench.disk.plan(after, fault),
                Event::Broken(broken) => bench.disk.set_broken(broken),
                Event::Restart(left, new_names) => bench.restart(left, new_names),
            }
            if bench.disk.has_stopped() {
                bench.restart(Left::Part(50), true);
            }
        }
        bench.restart(Left::Nothing, false);
        bench.is_clean();
    }
}
