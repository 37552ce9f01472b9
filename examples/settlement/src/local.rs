//! The three parties in one loop and in virtual time: the same machines, stores and stories without
//! sockets, deterministic, and hours pass in a millisecond. Tests use it today; a simulation with
//! random faults grows from here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use crate::clock::Stamp;
use crate::journal::Party;
use crate::node::{Node, Released};
use crate::party::{Command, Input, Machine, Outcome};
use crate::store::{Store, StoreError};
use crate::telegram::Telegram;
use crate::wire::Dialect;
use crate::wire::secured::{Heard, Secured};
use crate::world::{Fault, Mishap, World, WorldError, take_fault};

const LATENCY: Duration = Duration::from_millis(1);

/// The parties and what is under way between them.
pub struct Local {
    now: Stamp,
    nodes: BTreeMap<Party, Node>,
    agenda: BinaryHeap<Reverse<(Stamp, u64)>>,
    inputs: BTreeMap<u64, (Party, Input)>,
    sequence: u64,
    outcomes: VecDeque<(Party, Outcome)>,
    faults: Vec<Fault>,
    link_up: bool,
    /// Both ends of the terminal's line.
    ends: BTreeMap<Party, Secured>,
    /// So many inputs are handled, then the power fails.
    power: Option<u64>,
}

impl Local {
    /// Opens the three parties at this time and starts them.
    pub fn open(now: Stamp, nodes: impl IntoIterator<Item = Node>) -> Result<Self, WorldError> {
        let nodes: BTreeMap<_, _> = nodes.into_iter().map(|node| (node.party(), node)).collect();
        let end = |node: &Node| node.secured().map_err(|error| stopped(node.party(), &error));
        let ends = nodes.iter().map(|(party, node)| Ok((*party, end(node)?)));
        let ends = ends.collect::<Result<_, WorldError>>()?;
        let mut local = Self {
            now,
            nodes,
            agenda: BinaryHeap::new(),
            inputs: BTreeMap::new(),
            sequence: 0,
            outcomes: VecDeque::new(),
            faults: Vec::new(),
            link_up: true,
            ends,
            power: None,
        };
        for party in Party::ALL {
            local.handle(party, Input::Start)?;
        }
        local.handle(Party::Terminal, Input::LinkUp(Party::Acquirer))?;
        local.handle(Party::Acquirer, Input::LinkUp(Party::Issuer))?;
        Ok(local)
    }

    /// After so many more inputs the power fails: everybody stops, and what is under way is lost.
    pub fn fail_after(&mut self, inputs: u64) {
        self.power = Some(inputs);
    }

    /// The stores, when everybody is gone.
    pub fn into_stores(self) -> BTreeMap<Party, Box<dyn Store>> {
        self.nodes.into_iter().map(|(party, node)| (party, node.into_store())).collect()
    }

    /// Hands a party an input now.
    pub fn handle(&mut self, party: Party, input: Input) -> Result<(), WorldError> {
        if let Some(left) = &mut self.power {
            *left = left.checked_sub(1).ok_or_else(|| WorldError::Stopped("the power failed".to_owned()))?;
        }
        let Some(node) = self.nodes.get_mut(&party) else { return Ok(()) };
        let released = node.handle(input, self.now).map_err(|error| stopped(party, &error))?;
        self.release(party, released)
    }

    /// Lets what is under way arrive until nothing happens before `until`.
    pub fn run_until(&mut self, until: Stamp) -> Result<(), WorldError> {
        while self.agenda.peek().is_some_and(|Reverse((at, _))| *at <= until) {
            self.next_event()?;
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// The party dies and comes back on its history: whatever it had not stored is gone, timers
    /// included.
    pub fn restart(&mut self, party: Party, machine: Box<dyn Machine>) -> Result<(), WorldError> {
        let Some(node) = self.nodes.remove(&party) else { return Ok(()) };
        self.inputs.retain(|_, (of, input)| *of != party || !matches!(input, Input::Timer(_)));
        let node = Node::open(machine, node.into_store()).map_err(|error| stopped(party, &error))?;
        self.nodes.insert(party, node);
        self.handle(party, Input::Start)?;
        if party == Party::Acquirer && self.link_up {
            self.handle(party, Input::LinkUp(Party::Issuer))?;
        }
        Ok(())
    }

    /// The store of a party.
    pub fn store(&self, party: Party) -> Option<&dyn Store> {
        self.nodes.get(&party).map(Node::store)
    }

    /// The outcomes that nobody asked for yet.
    pub fn outcomes(&mut self) -> Vec<(Party, Outcome)> {
        self.outcomes.drain(..).collect()
    }

    fn release(&mut self, from: Party, released: Released) -> Result<(), WorldError> {
        self.outcomes.extend(released.outcomes.into_iter().map(|outcome| (from, outcome)));
        for (timer, delay) in released.timers {
            self.plan(delay, from, Input::Timer(timer));
        }
        for (to, message) in released.sends {
            self.carry(from, to, &message)?;
        }
        Ok(())
    }

    /// Every message really becomes bytes and is read again.
    fn carry(&mut self, from: Party, to: Party, message: &Telegram) -> Result<(), WorldError> {
        let host = from != Party::Terminal && to != Party::Terminal;
        if host && !self.link_up {
            self.plan(LATENCY, from, Input::NotSent(to, message.clone()));
            return Ok(());
        }
        let mishap = take_fault(&mut self.faults, from, to, message.mti);
        let delay = match mishap {
            Some(Mishap::Drop) => return Ok(()),
            Some(Mishap::Delay(delay)) => delay,
            Some(Mishap::Duplicate | Mishap::Flip) | None => LATENCY,
        };
        let bytes = match host {
            true => Dialect::Host.encode(message),
            false => self.ends.entry(from).or_default().seal(message),
        };
        let mut bytes = bytes.map_err(|error| WorldError::Stopped(format!("{from}: {error}")))?;
        if mishap == Some(Mishap::Flip) {
            bytes.last_mut().into_iter().for_each(|octet| *octet ^= 1);
        }
        let copies = if mishap == Some(Mishap::Duplicate) { 2 } else { 1 };
        for _ in 0..copies {
            let heard = match host {
                true => Dialect::Host.decode(&bytes).map(Heard::Good),
                false => self.ends.entry(to).or_default().open(&bytes),
            };
            let input = match heard {
                Ok(Heard::Good(read)) => Input::Received(from, read),
                Ok(Heard::BadMac(read)) => Input::BadMac(from, read),
                Err(error) => Input::BadFrame(from, error.to_string()),
            };
            self.plan(delay, to, input);
        }
        Ok(())
    }

    fn plan(&mut self, delay: Duration, party: Party, input: Input) {
        self.sequence += 1;
        self.agenda.push(Reverse((self.now.after(delay), self.sequence)));
        self.inputs.insert(self.sequence, (party, input));
    }

    fn next_event(&mut self) -> Result<bool, WorldError> {
        let Some(Reverse((at, sequence))) = self.agenda.pop() else { return Ok(false) };
        self.now = self.now.max(at);
        if let Some((party, input)) = self.inputs.remove(&sequence) {
            self.handle(party, input)?;
        }
        Ok(true)
    }
}

impl World for Local {
    fn ask(&mut self, party: Party, command: Command) -> Result<(), WorldError> {
        self.handle(party, Input::Command(command))
    }

    fn outcome(&mut self, limit: Duration) -> Result<(Party, Outcome), WorldError> {
        let until = self.now.after(limit);
        loop {
            if let Some(outcome) = self.outcomes.pop_front() {
                return Ok(outcome);
            }
            let due = self.agenda.peek().is_some_and(|Reverse((at, _))| *at <= until);
            if !due || !self.next_event()? {
                return Err(WorldError::Silent(format!("nothing happened for {limit:?}")));
            }
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    fn host_link(&mut self, up: bool) -> Result<(), WorldError> {
        self.link_up = up;
        let input = if up { Input::LinkUp(Party::Issuer) } else { Input::LinkDown(Party::Issuer) };
        self.handle(Party::Acquirer, input)
    }

    fn now(&self) -> Stamp {
        self.now
    }
}

fn stopped(party: Party, error: &StoreError) -> WorldError {
    WorldError::Stopped(format!("{party}: {error}"))
}
