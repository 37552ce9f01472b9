//! The network that scenarios are played in: two merchants with a terminal each, acquirer, issuer, hub and bank.

use std::time::Duration;

pub(super) use super::seats::{MERCHANTS, TODAY};
use super::seats::{Seats, card_of};
use super::step::{Clock, Doing};
use super::{Scenario, ScenarioError, bad};
use crate::capture::Seat;
use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record, RecordKind};
use crate::local::{Death, Local};
use crate::money::Money;
use crate::node::Node;
use crate::ops::Operation;
use crate::party::{Caps, Command, Desk, Machine, TerminalRequest};
use crate::store::{MemStore, Replica, SharedStore, Store};
use crate::telegram::{Mti, Tally, Telegram, Totals};
use crate::topology::route;
use crate::world::{Fault, World};

const TILLS: [(&str, &str); 2] = [("10000001", MERCHANTS[0]), ("20000002", MERCHANTS[1])];
const ACCOUNTS: [&str; 3] = ["ACC-1", "ACC-2", "ACC-3"];

/// The network, and where the scenario is.
pub(super) struct Stage {
    pub(super) world: Local,
    /// The acquirer's history, for a second instance.
    acquirer: SharedStore,
    /// The ways from the acquirer to the issuer, if there is more than the direct line.
    routes: Vec<Party>,
    /// What may be owed at the hub.
    caps: Caps,
    pub(super) portal: Portal,
    /// STAN and batch of sales of the first terminal that its program reversed and knows nothing of: their slips are wrong.
    pub(super) unaware: Vec<(u64, u64)>,
}

/// What the merchant's portal reads: replicas of what the acquirer and the bank have.
pub(super) struct Portal {
    pub(super) acquirer: Replica,
    pub(super) bank: Replica,
    /// Nothing is shipped to it.
    stopped: bool,
    /// When it was fed last.
    as_of: Stamp,
}

impl Portal {
    fn feed(&mut self, now: Stamp) -> Result<(), ScenarioError> {
        if !self.stopped {
            self.acquirer.catch_up().and_then(|()| self.bank.catch_up()).map_err(bad)?;
            self.as_of = now;
        }
        Ok(())
    }

    /// So many minutes old is what it says.
    pub(super) fn minutes_behind(&self, now: Stamp) -> u64 {
        now.0.saturating_sub(self.as_of.0) / 60_000_000
    }
}

impl Stage {
    /// Eight in the morning, nothing done yet.
    pub(super) fn open(scenario: &Scenario) -> Result<Self, ScenarioError> {
        let way =
            |name: &String| route(name).ok_or_else(|| bad(format_args!("`{name}` is no route: direct, hub")));
        let routes = scenario.routes.iter().map(way).collect::<Result<Vec<Party>, _>>()?;
        let terms = (routes.as_slice(), scenario.caps);
        let seats = Party::NETWORK.map(|party| (party, 0));
        let (acquirer, bank) = (SharedStore::new(), SharedStore::new());
        let open = |seat: &Seat| match seat.0 {
            Party::Acquirer => node_on(*seat, Box::new(acquirer.clone()), terms),
            Party::Bank => node_on(*seat, Box::new(bank.clone()), terms),
            _ => node_on(*seat, Box::new(MemStore::default()), terms),
        };
        let nodes = seats.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let mut world = Local::open(Stamp::on(TODAY, 8 * 3_600), nodes)?;
        let [_, (second, _)] = TILLS;
        world.add_terminal(second, node_on((Party::Terminal, 1), Box::new(MemStore::default()), terms)?)?;
        if !routes.is_empty() {
            world.connect(Party::Hub, Party::Issuer)?;
            world.connect(Party::Acquirer, Party::Hub)?;
            if !routes.contains(&Party::Issuer) {
                world.without_line(Party::Acquirer, Party::Issuer)?;
            }
        }
        let (of_all, caps) = (routes.clone(), scenario.caps);
        world.revive_with(Box::new(move |seat| machine(seat, (&of_all, caps))));
        let (acquirers, banks, as_of) = (acquirer.replica(), bank.replica(), world.now());
        let portal = Portal { acquirer: acquirers, bank: banks, stopped: false, as_of };
        Ok(Self { world, acquirer, routes, caps, portal, unaware: Vec::new() })
    }

    pub(super) fn run_to(&mut self, at: Clock) -> Result<(), ScenarioError> {
        self.world.run_until(Stamp::on(TODAY, at))?;
        self.portal.feed(self.world.now())
    }

    /// Ten more minutes: what is under way arrives, and each timer runs out.
    pub(super) fn settle_down(&mut self) -> Result<(), ScenarioError> {
        let until = self.world.now().after(Duration::from_secs(600));
        Ok(self.world.run_until(until)?)
    }

    /// What every message of the first terminal has.
    fn message(mti: Mti, stan: u64, batch: u64) -> Telegram {
        let [(terminal, merchant), _] = TILLS;
        let (terminal, merchant) = (terminal.to_owned(), merchant.to_owned());
        Telegram { batch: Some(batch), terminal, merchant, ..Telegram::new(mti, stan) }
    }

    pub(super) fn perform(&mut self, doing: &Doing) -> Result<(), ScenarioError> {
        let world = &mut self.world;
        match doing {
            Doing::Sell(terminal, amount, card, pin) => {
                let card = card_of(card, pin.as_deref()).ok_or_else(|| bad("no such card"))?;
                world.ask_terminal(*terminal, Command::Sell(card, *amount))?;
            }
            Doing::Request(terminal, operation, about, amount, card) => {
                let request = self.request(*operation, *about, *amount, card.as_deref())?;
                self.world.ask_terminal(*terminal, Command::Request(request))?;
            }
            Doing::CompleteInPart(terminal, about, amount, keeps) => {
                let of = (Operation::Completion, Some(*about), Some(*amount));
                let request = self.request(of.0, of.1, of.2, Some("6212"))?;
                let request = TerminalRequest { keeps: Some(*keeps), ..request };
                self.world.ask_terminal(*terminal, Command::Request(request))?;
            }
            Doing::Terminal(terminal, command) => world.ask_terminal(*terminal, command.clone())?,
            Doing::Ask(party, command) => world.ask(*party, command.clone())?,
            Doing::Fault(from, to, mti, mishap, count) => {
                let fault = Fault { from: *from, to: *to, mti: *mti, mishap: *mishap };
                (0..*count).for_each(|_| world.fault(fault));
            }
            Doing::Alter(from, to, mti, amount) => world.alter(*from, *to, *mti, *amount),
            Doing::Mishandle(from, to, how) => world.mishandle(*from, *to, how.clone()),
            Doing::Restart(party) => {
                let machine =
                    machine((*party, 0), (&self.routes, self.caps)).ok_or_else(|| bad("no such party"))?;
                world.restart(*party, machine)?;
            }
            Doing::Kill(party, moment, input) => {
                world.kill(Death { party: *party, moment: *moment, input: *input });
            }
            Doing::SecondInstance => {
                let store = Box::new(self.acquirer.another());
                self.world.second_instance(node_on(
                    (Party::Acquirer, 0),
                    store,
                    (&self.routes, self.caps),
                )?)?;
            }
            Doing::Link(up) => world.host_link(*up)?,
            Doing::Upgrade(line) => world.upgrade(*line),
            Doing::Line(caller, called, up) => world.line(*caller, *called, *up)?,
            Doing::Replica(goes_on) => {
                self.portal.stopped = !goes_on;
                self.portal.feed(self.world.now())?;
            }
            Doing::Skew(party, seconds) => world.skew(*party, *seconds),
            Doing::Correct(sale) => {
                let rrn = self.rrn(*sale).ok_or_else(|| bad("there is no such sale"))?;
                self.world.ask(Party::Acquirer, Command::Desk(Desk::Correct(rrn)))?;
            }
            Doing::WrongTotals(..) | Doing::Reverse(_) | Doing::Again(..) => self.forge(doing)?,
        }
        Ok(())
    }

    /// Messages that the first terminal sends by a fault of its program, whatever it knows itself.
    fn forge(&mut self, doing: &Doing) -> Result<(), ScenarioError> {
        let slip = |sale: &usize| self.slip(*sale).ok_or_else(|| bad("there is no such sale"));
        let request = match doing {
            Doing::WrongTotals(count, amount) => {
                let sales = Tally { count: *count, amount: *amount };
                Telegram {
                    management: Some(201),
                    totals: Some(Totals { sales, ..Totals::default() }),
                    ..Self::message(Mti::SETTLEMENT, 900, 1)
                }
            }
            Doing::Reverse(sale) => {
                let slip = slip(sale)?;
                let message = Self::message(Mti::REVERSAL, slip.stan, slip.batch);
                Telegram { amount: slip.amount, management: Some(0), ..message }
            }
            Doing::Again(sale, amount) => {
                let slip = slip(sale)?;
                let card = card_of("6212", None).ok_or_else(|| bad("no such card"))?;
                Telegram {
                    pan: Some(card.pan),
                    amount: amount.or(slip.amount),
                    expiry: Some(card.expiry),
                    pin: Some(card.pin),
                    management: Some(0),
                    ..Self::message(Mti::SALE, slip.stan, slip.batch)
                }
            }
            _ => return Ok(()),
        };
        Ok(self.world.send(Party::Terminal, Party::Acquirer, &request)?)
    }

    /// What a cashier asks for besides a sale.
    fn request(
        &self,
        operation: Operation,
        about: Option<usize>,
        amount: Option<Money>,
        card: Option<&str>,
    ) -> Result<TerminalRequest, ScenarioError> {
        let slip = about.map(|sale| self.slip(sale).ok_or_else(|| bad("there is no such sale")));
        let card = card.map(|start| card_of(start, None).ok_or_else(|| bad("no such card")));
        let about = slip.transpose()?.map(|slip| slip.stan);
        Ok(TerminalRequest { operation, card: card.transpose()?, amount, about, keeps: None })
    }

    /// What a terminal knows of a sale: sales of the first are counted from 1, those of the second from 101.
    pub(super) fn slip(&self, sale: usize) -> Option<Record> {
        let (terminal, number) = if sale > 100 { (1, sale - 100) } else { (0, sale) };
        self.slips(terminal).into_iter().nth(number.checked_sub(1)?)
    }

    /// The acquirer's reference of a sale.
    fn rrn(&self, sale: usize) -> Option<String> {
        let slip = self.slip(sale)?;
        let (_, terminal) = Self::terminals().nth(usize::from(sale > 100))?;
        let history = self.world.store(Party::Acquirer)?.history().ok()?;
        let is_sale = |record: &&Record| {
            let names = (record.stan, record.batch) == (slip.stan, slip.batch);
            record.kind == RecordKind::SaleSent && names && record.note.split('|').nth(1) == Some(terminal)
        };
        history.records.iter().find(is_sale).map(|record| record.rrn.clone())
    }

    /// The sales that a terminal began.
    pub(super) fn slips(&self, terminal: u8) -> Vec<Record> {
        self.slip_records(terminal).into_iter().filter(|record| record.kind == RecordKind::SaleSent).collect()
    }

    pub(super) fn slip_records(&self, terminal: u8) -> Vec<Record> {
        let history = self.world.terminal_store(terminal).map(|store| store.history());
        history.and_then(Result::ok).map_or_else(Vec::new, |history| history.records)
    }

    /// The numbers of the terminals.
    pub(super) fn terminals() -> impl Iterator<Item = (u8, &'static str)> {
        (0..).zip(TILLS.map(|(terminal, _)| terminal))
    }

    /// The day it is.
    pub(super) fn today(&self) -> Date {
        self.world.now().date()
    }
}

/// The ways to the issuer, and what may be owed at the hub.
type Terms<'t> = (&'t [Party], Caps);

fn node_on(seat: Seat, store: Box<dyn Store>, terms: Terms<'_>) -> Result<Node, ScenarioError> {
    let machine = machine(seat, terms).ok_or_else(|| bad("no such party"))?;
    Node::open(machine, store).map_err(bad)
}

fn machine(seat: Seat, (routes, caps): Terms<'_>) -> Option<Box<dyn Machine>> {
    Seats { tills: &TILLS, accounts: &ACCOUNTS, routes, caps }.machine(seat)
}
