//! The parties in one loop and in virtual time: the same machines, stores and stories without sockets, deterministic,
//! and hours pass in a millisecond. Tests and scenarios use it.

mod lines;
mod tap;
mod trouble;
mod twins;
mod weather;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

pub use self::trouble::{Death, ItemFault, Mishandled, Moment};
pub use self::weather::Weather;

use self::lines::DIRECT;
use self::tap::{Frame, Tap, framed, is_tapped};
use self::twins::{Earlier, Instance};
use self::weather::Skies;
use crate::capture::Seat;
use crate::clock::Stamp;
use crate::journal::Party;
use crate::money::Money;
use crate::node::{Node, Released};
use crate::party::parcel::Parcel;
use crate::party::{Command, Input, Machine, Outcome};
use crate::store::{Store, StoreError};
use crate::telegram::{Mti, Telegram};
use crate::wire::Dialect;
use crate::wire::secured::{Ends, Heard};
use crate::world::{Fault, Mishap, World, WorldError, take_fault};

const LATENCY: Duration = Duration::from_millis(1);

/// Makes the machine of a seat anew, without history.
pub type Maker = Box<dyn Fn(Seat) -> Option<Box<dyn Machine>>>;

/// The parties and what is under way between them.
pub struct Local {
    now: Stamp,
    nodes: BTreeMap<Seat, Node>,
    /// Which terminal has which number (DE41).
    terminals: BTreeMap<String, u8>,
    agenda: BinaryHeap<Reverse<(Stamp, u64)>>,
    inputs: BTreeMap<u64, (Seat, Input)>,
    frames: BTreeMap<u64, Frame>,
    sequence: u64,
    outcomes: VecDeque<(Party, Outcome)>,
    faults: Vec<Fault>,
    mishandled: Vec<(Party, Party, Mishandled)>,
    /// The next message of this type between these two has another amount.
    altered: Vec<(Party, Party, Mti, Money)>,
    /// On this line a party sends messages of another version of the standard.
    upgraded: Option<(Party, Party)>,
    /// Lines between hosts, by caller and called party, and whether they are up.
    lines: BTreeMap<(Party, Party), bool>,
    /// Both ends of the lines of the terminals.
    ends: BTreeMap<Party, Ends>,
    /// How far ahead a party's clock is, in microseconds.
    skews: BTreeMap<Party, i64>,
    maker: Option<Maker>,
    /// Instances beside which others were started, the oldest first.
    earlier: Vec<Earlier>,
    fenced: BTreeMap<Party, usize>,
    death: Option<Death>,
    handled: BTreeMap<Party, u64>,
    tap: Tap,
    /// What arrived at the acquirer besides messages.
    parcels: Vec<Parcel>,
    /// So many inputs are handled, then the power fails.
    power: Option<u64>,
    skies: Skies,
}

impl Local {
    /// Opens the parties at this time and starts them.
    pub fn open(now: Stamp, nodes: impl IntoIterator<Item = Node>) -> Result<Self, WorldError> {
        let mut local = Self {
            now,
            nodes: BTreeMap::new(),
            terminals: BTreeMap::new(),
            agenda: BinaryHeap::new(),
            inputs: BTreeMap::new(),
            frames: BTreeMap::new(),
            sequence: 0,
            outcomes: VecDeque::new(),
            faults: Vec::new(),
            mishandled: Vec::new(),
            altered: Vec::new(),
            upgraded: None,
            lines: BTreeMap::from([(DIRECT, true)]),
            ends: BTreeMap::new(),
            skews: BTreeMap::new(),
            maker: None,
            earlier: Vec::new(),
            fenced: BTreeMap::new(),
            death: None,
            handled: BTreeMap::new(),
            tap: Tap::new(),
            parcels: Vec::new(),
            power: None,
            skies: Skies::default(),
        };
        for node in nodes {
            let party = node.party();
            let end = node.secured().map_err(|error| stopped(party, &error))?;
            local.ends.insert(party, end);
            local.nodes.insert((party, 0), node);
        }
        let parties: Vec<_> = local.nodes.keys().copied().collect();
        for seat in parties {
            local.put(seat, Input::Start)?;
        }
        local.handle(Party::Terminal, Input::LinkUp(Party::Acquirer))?;
        local.handle(Party::Acquirer, Input::LinkUp(Party::Issuer))?;
        Ok(local)
    }

    /// One more terminal, with its number (DE41).
    pub fn add_terminal(&mut self, name: &str, node: Node) -> Result<u8, WorldError> {
        let number = u8::try_from(self.terminals.len() + 1).unwrap_or(u8::MAX);
        self.terminals.insert(name.to_owned(), number);
        self.nodes.insert((Party::Terminal, number), node);
        self.put((Party::Terminal, number), Input::Start)?;
        Ok(number)
    }

    /// Who makes the machines of parties that died.
    pub fn revive_with(&mut self, maker: Maker) {
        self.maker = Some(maker);
    }

    /// After so many more inputs the power fails: everybody stops, and what is under way is lost.
    pub fn fail_after(&mut self, inputs: u64) {
        self.power = Some(inputs);
    }

    /// A party dies, and comes back at once on what it had stored.
    pub fn kill(&mut self, death: Death) {
        self.handled.remove(&death.party);
        self.death = Some(death);
    }

    /// How many inputs a party was handed since the last [`kill`](Self::kill), or at all.
    pub fn handled(&self, party: Party) -> u64 {
        self.handled.get(&party).copied().unwrap_or_default()
    }

    /// What happens to the next parcel from one to the other.
    pub fn mishandle(&mut self, from: Party, to: Party, how: Mishandled) {
        self.mishandled.push((from, to, how));
    }

    /// The next message of this type from one host to the other has this amount.
    pub fn alter(&mut self, from: Party, to: Party, mti: Mti, amount: Money) {
        self.altered.push((from, to, mti, amount));
    }

    /// From here on a host sends to this other one messages of ISO 8583:1993, which that does not expect; `None` ends it.
    pub fn upgrade(&mut self, line: Option<(Party, Party)>) {
        self.upgraded = line;
    }

    /// A party's clock is so much ahead, in seconds.
    pub fn skew(&mut self, party: Party, seconds: i64) {
        self.skews.insert(party, seconds.saturating_mul(1_000_000));
    }

    /// What the acquirer's lines carried, as a pcap file.
    pub fn capture(&self) -> &[u8] {
        self.tap.octets()
    }

    /// The files, receipts and notices that arrived at the acquirer, in order.
    pub fn parcels(&self) -> &[Parcel] {
        &self.parcels
    }

    /// Sends a message as if the party had: one that is repeated, or made by a fault of its program.
    pub fn send(&mut self, from: Party, to: Party, message: &Telegram) -> Result<(), WorldError> {
        self.carry((from, 0), to, message)
    }

    /// The stores, when everybody is gone.
    pub fn into_stores(self) -> BTreeMap<Party, Box<dyn Store>> {
        self.nodes.into_iter().map(|((party, _), node)| (party, node.into_store())).collect()
    }

    /// Hands a party an input now.
    pub fn handle(&mut self, party: Party, input: Input) -> Result<(), WorldError> {
        self.put((party, 0), input)
    }

    /// Asks the terminal with this number.
    pub fn ask_terminal(&mut self, number: u8, command: Command) -> Result<(), WorldError> {
        self.put((Party::Terminal, number), Input::Command(command))
    }

    fn put(&mut self, seat: Seat, input: Input) -> Result<(), WorldError> {
        self.put_to(seat, self.hearer(seat), input)
    }

    fn put_to(&mut self, seat: Seat, instance: Instance, input: Input) -> Result<(), WorldError> {
        if let Some(left) = &mut self.power {
            *left = left.checked_sub(1).ok_or_else(|| WorldError::Stopped("the power failed".to_owned()))?;
        }
        let party = seat.0;
        if let (Party::Acquirer, Input::Parcel(_, parcel)) = (party, &input) {
            self.parcels.push(parcel.clone());
        }
        let count = self.handled.entry(party).or_default();
        *count += 1;
        let dies = self.death.filter(|death| death.party == party && death.input == *count);
        if dies.is_some_and(|death| death.moment == Moment::Before) {
            return self.revive(seat);
        }
        let released = match self.skies.weather {
            Some(_) => self.brave(seat, instance, input)?,
            None => self.calm(seat, instance, input)?,
        };
        let Some(mut released) = released else { return Ok(()) };
        let Some(death) = dies else { return self.release(seat, instance, released) };
        released.keep(death.moment);
        self.release(seat, instance, released)?;
        self.revive(seat)
    }

    fn revive(&mut self, seat: Seat) -> Result<(), WorldError> {
        self.death = None;
        let made = self.maker.as_ref().and_then(|make| make(seat));
        let machine = made.ok_or_else(|| WorldError::Stopped(format!("nobody revives the {}", seat.0)))?;
        self.restart_seat(seat, machine)
    }

    fn time_of(&self, party: Party) -> Stamp {
        let skew = self.skews.get(&party).copied().unwrap_or_default();
        let drift = self.skies.weather.as_ref().map_or(0, |weather| weather.clock(party, self.now));
        Stamp(self.now.0.saturating_add_signed(skew.saturating_add(drift)))
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
        self.restart_seat((party, 0), machine)
    }

    fn restart_seat(&mut self, seat: Seat, machine: Box<dyn Machine>) -> Result<(), WorldError> {
        let Some(node) = self.nodes.remove(&seat) else { return Ok(()) };
        self.inputs.retain(|_, (of, input)| *of != seat || !matches!(input, Input::Timer(_)));
        let node = Node::open(machine, node.into_store()).map_err(|error| stopped(seat.0, &error))?;
        self.nodes.insert(seat, node);
        self.put(seat, Input::Start)?;
        if seat.0 == Party::Terminal { Ok(()) } else { self.greet(seat.0) }
    }

    /// The store of a party.
    pub fn store(&self, party: Party) -> Option<&dyn Store> {
        self.terminal_store_of((party, 0))
    }

    /// The store of the terminal with this number.
    pub fn terminal_store(&self, number: u8) -> Option<&dyn Store> {
        self.terminal_store_of((Party::Terminal, number))
    }

    fn terminal_store_of(&self, seat: Seat) -> Option<&dyn Store> {
        self.nodes.get(&seat).map(Node::store)
    }

    /// The outcomes that nobody asked for yet.
    pub fn outcomes(&mut self) -> Vec<(Party, Outcome)> {
        self.outcomes.drain(..).collect()
    }

    fn release(&mut self, from: Seat, instance: Instance, released: Released) -> Result<(), WorldError> {
        self.outcomes.extend(released.outcomes.into_iter().map(|outcome| (from.0, outcome)));
        for (timer, delay) in released.timers {
            self.plan(delay, from, Input::Timer(timer));
            self.owns_last(instance);
        }
        for (to, message) in released.sends {
            self.carry(from, to, &message)?;
        }
        for (to, parcel) in released.parcels {
            self.deliver(from.0, to, parcel);
        }
        Ok(())
    }

    fn deliver(&mut self, from: Party, to: Party, parcel: Parcel) {
        if let Some(weather) = &mut self.skies.weather {
            for (delay, parcel) in weather.parcel((from, to), &parcel, self.now) {
                self.plan(delay, (to, 0), Input::Parcel(from, parcel));
            }
            return;
        }
        let hit = self.mishandled.iter().position(|(sender, receiver, _)| (*sender, *receiver) == (from, to));
        let how = hit.map(|hit| self.mishandled.remove(hit).2);
        let delay = match how {
            Some(Mishandled::Late(delay)) => delay,
            _ => LATENCY,
        };
        let arriving = match how {
            None => vec![parcel],
            Some(how) => how.befall(parcel),
        };
        for parcel in arriving {
            self.plan(delay, (to, 0), Input::Parcel(from, parcel));
        }
    }

    /// Every message really becomes bytes and is read again.
    fn carry(&mut self, from: Seat, to: Party, message: &Telegram) -> Result<(), WorldError> {
        let host = from.0 != Party::Terminal && to != Party::Terminal;
        let terminal = self.terminals.get(message.terminal.trim()).copied().unwrap_or_default();
        let to: Seat = if to == Party::Terminal { (to, terminal) } else { (to, 0) };
        if host && !self.is_up(from.0, to.0) {
            self.plan(LATENCY, from, Input::NotSent(to.0, message.clone()));
            return Ok(());
        }
        let dialect = if host { Dialect::Host } else { Dialect::Pos };
        let octets = self.octets(from, to, message, host)?;
        if self.skies.weather.is_some() {
            return self.set_out((from, to), dialect, message, &octets);
        }
        let mishap = take_fault(&mut self.faults, from.0, to.0, message.mti);
        let flipped = mishap == Some(Mishap::Flip);
        let arriving = if flipped { turned(&octets) } else { octets.clone() };
        let seen = if is_tapped(from, to).0 { &octets } else { &arriving };
        let frame = framed(dialect, message.mti.is_request(), seen).map_err(|e| cannot(from.0, &e))?;
        let frame = Frame { from, to, octets: frame };
        if is_tapped(from, to).0 {
            self.tap.note(&frame, self.now).map_err(|error| cannot(from.0, &error))?;
        }
        let delay = match mishap {
            Some(Mishap::Drop) => return Ok(()),
            Some(Mishap::Delay(delay)) => delay,
            Some(Mishap::Duplicate | Mishap::Flip) | None => LATENCY,
        };
        for _ in 0..if mishap == Some(Mishap::Duplicate) { 2 } else { 1 } {
            let input = self.heard(from.0, to.0, host, &arriving);
            self.plan(delay, to, input);
            if is_tapped(from, to).1 {
                self.frames.insert(self.sequence, frame.clone());
            }
        }
        Ok(())
    }

    /// What one end of a line makes of the octets of a message.
    fn heard(&mut self, from: Party, end: Party, host: bool, octets: &[u8]) -> Input {
        let heard = match host {
            true => Dialect::Host.decode(octets).map(Heard::Good),
            false => self.ends.entry(end).or_default().open(octets),
        };
        match heard {
            Ok(Heard::Good(read)) => Input::Received(from, read),
            Ok(Heard::BadMac(read)) => Input::BadMac(from, read),
            Err(error) => Input::BadFrame(from, error.to_string()),
        }
    }

    /// The message as its sender writes it.
    fn octets(
        &mut self,
        from: Seat,
        to: Seat,
        message: &Telegram,
        host: bool,
    ) -> Result<Vec<u8>, WorldError> {
        let met = (from.0, to.0, message.mti);
        let hit = self.altered.iter().position(|(sender, to, mti, _)| (*sender, *to, *mti) == met);
        let altered = hit.map(|hit| self.altered.remove(hit).3);
        let message = Telegram { amount: altered.or(message.amount), ..message.clone() };
        let octets = match host {
            true => Dialect::Host.encode(&message),
            false => self.ends.entry(from.0).or_default().seal(&message),
        };
        let mut octets = octets.map_err(|error| cannot(from.0, &error))?;
        if host && self.upgraded == Some((from.0, to.0)) {
            // The version of the standard is the first digit of the MTI.
            octets.first_mut().into_iter().for_each(|digit| *digit = b'1');
        }
        Ok(octets)
    }

    fn plan(&mut self, delay: Duration, seat: Seat, input: Input) {
        self.sequence += 1;
        self.agenda.push(Reverse((self.now.after(delay), self.sequence)));
        self.inputs.insert(self.sequence, (seat, input));
    }

    fn next_event(&mut self) -> Result<bool, WorldError> {
        let Some(Reverse((at, sequence))) = self.agenda.pop() else { return Ok(false) };
        self.now = self.now.max(at);
        if let Some(frame) = self.frames.remove(&sequence) {
            self.tap.note(&frame, self.now).map_err(|error| cannot(frame.from.0, &error))?;
        }
        if let Some((way, epoch, octets)) = self.skies.arriving.remove(&sequence) {
            self.arrived(way, epoch, &octets)?;
        }
        if let Some((seat, input)) = self.inputs.remove(&sequence) {
            let instance = self.owner(sequence, seat, &input);
            self.put_to(seat, instance, input)?;
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
        self.lines.insert(DIRECT, up);
        let input = if up { Input::LinkUp(Party::Issuer) } else { Input::LinkDown(Party::Issuer) };
        self.handle(Party::Acquirer, input)
    }

    fn now(&self) -> Stamp {
        self.now
    }
}

/// One bit of the last octet turned over.
fn turned(octets: &[u8]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    octets.last_mut().into_iter().for_each(|octet| *octet ^= 1);
    octets
}

fn stopped(party: Party, error: &StoreError) -> WorldError {
    WorldError::Stopped(format!("{party}: {error}"))
}

fn cannot(party: Party, error: &dyn std::fmt::Display) -> WorldError {
    WorldError::Stopped(format!("{party}: {error}"))
}
