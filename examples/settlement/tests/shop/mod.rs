//! Two merchants with a till each, acquirer, issuer, hub and bank, in virtual time: a few days with one of each thing
//! that can happen to a sale. All amounts differ, so that one in the place of another shows.
#![allow(dead_code, reason = "each test uses its part")]

use std::time::Duration;

use settlement::capture::Seat;
use settlement::clock::Stamp;
use settlement::evidence::Sighting;
use settlement::journal::{Party, Record, RecordKind};
use settlement::local::{ItemFault, Local, Mishandled};
use settlement::money::Money;
use settlement::node::Node;
use settlement::ops::Operation;
use settlement::party::{Caps, Command, Desk, Input, Machine, TerminalRequest};
use settlement::scenario::seats::{MERCHANTS, Seats, TODAY, card_of};
use settlement::store::MemStore;
use settlement::telegram::{Mti, Telegram};
use settlement::world::{Fault, Mishap, World};

use Party::{Acquirer, Bank, Hub, Issuer, Terminal};

pub(crate) const TILLS: [(&str, &str); 2] = [("10000001", MERCHANTS[0]), ("20000002", MERCHANTS[1])];
const ACCOUNTS: [&str; 3] = ["ACC-1", "ACC-2", "ACC-3"];
/// A dearer table of fees from the second day on.
const DEAR: &str = include_str!("../../fees/fees-2.toml");

pub(crate) struct Shop {
    pub(crate) world: Local,
    seats: Seats<'static>,
}

impl Shop {
    pub(crate) fn open(routes: &'static [Party], caps: Caps) -> Self {
        let seats = Seats { tills: &TILLS, accounts: &ACCOUNTS, routes, caps };
        let nodes = Party::NETWORK.map(|party| node(&seats, (party, 0)));
        let mut world = Local::open(Stamp::on(TODAY, 8 * 3_600), nodes).unwrap();
        world.add_terminal(TILLS[1].0, node(&seats, (Terminal, 1))).unwrap();
        if !routes.is_empty() {
            world.connect(Hub, Issuer).unwrap();
            world.connect(Acquirer, Hub).unwrap();
        }
        Self { world, seats }
    }

    /// Goes on until this time of this day, counted from the first.
    pub(crate) fn at(&mut self, day: u64, hour: u64, minute: u64) -> &mut Self {
        let until = Stamp::on(TODAY, (day * 24 + hour) * 3_600 + minute * 60);
        assert!(until >= self.world.now(), "time goes on");
        self.world.run_until(until).unwrap();
        self
    }

    pub(crate) fn ask(&mut self, party: Party, command: Command) -> &mut Self {
        self.world.ask(party, command).unwrap();
        self
    }

    pub(crate) fn desk(&mut self, party: Party, desk: Desk) -> &mut Self {
        self.ask(party, Command::Desk(desk))
    }

    pub(crate) fn till(&mut self, number: u8, command: Command) -> &mut Self {
        self.world.ask_terminal(number, command).unwrap();
        self.world.run_until(self.world.now().after(Duration::from_secs(1))).unwrap();
        self
    }

    pub(crate) fn sell(&mut self, till: u8, units: u64, card: &str) -> &mut Self {
        let card = card_of(card, None).unwrap();
        self.till(till, Command::Sell(card, Money::minor(units)))
    }

    /// What a cashier asks for about an earlier slip of the first till, named by its STAN.
    pub(crate) fn request(
        &mut self,
        operation: Operation,
        about: Option<u64>,
        units: u64,
        keeps: Option<u64>,
    ) -> &mut Self {
        let shown = !matches!(operation, Operation::Void | Operation::Cancel | Operation::Adjust);
        let card = card_of("6212", None).filter(|_| shown);
        let (amount, keeps) = (Some(Money::minor(units)), keeps.map(Money::minor));
        self.till(0, Command::Request(TerminalRequest { operation, card, amount, about, keeps }))
    }

    pub(crate) fn lose(&mut self, from: Party, to: Party, mti: u16, times: usize) -> &mut Self {
        for _ in 0..times {
            self.world.fault(Fault { from, to, mti: Mti(mti), mishap: Mishap::Drop });
        }
        self
    }

    pub(crate) fn hear(&mut self, party: Party, input: Input) -> &mut Self {
        self.world.handle(party, input).unwrap();
        self
    }

    pub(crate) fn restart(&mut self, party: Party) -> &mut Self {
        self.world.restart(party, self.seats.machine((party, 0)).unwrap()).unwrap();
        self
    }

    /// STAN of the last sale that the first till began.
    pub(crate) fn last(&self) -> u64 {
        self.records(Terminal, RecordKind::SaleSent).last().unwrap().stan
    }

    pub(crate) fn all(&self, party: Party) -> Vec<Record> {
        self.world.store(party).unwrap().history().unwrap().records
    }

    pub(crate) fn records(&self, party: Party, kind: RecordKind) -> Vec<Record> {
        self.all(party).into_iter().filter(|record| record.kind == kind).collect()
    }

    /// The messages of the acquirer's lines.
    pub(crate) fn sightings(&self) -> Vec<Sighting> {
        self.world.store(Acquirer).unwrap().history().unwrap().evidence
    }

    /// From the evening to the next morning: batches, date, files, payouts.
    pub(crate) fn night(&mut self, day: u64) -> &mut Self {
        self.at(day, 22, 0).till(0, Command::CloseBatch).till(1, Command::CloseBatch);
        self.at(day, 23, 0).ask(Issuer, Command::CutOver);
        self.at(day, 23, 30).desk(Acquirer, Desk::Present);
        self.at(day + 1, 5, 30).desk(Hub, Desk::Run);
        self.at(day + 1, 9, 0).ask(Acquirer, Command::Pay);
        self.at(day + 1, 10, 0).desk(Bank, Desk::Run)
    }
}

fn node(seats: &Seats<'_>, seat: Seat) -> Node {
    let machine: Box<dyn Machine> = seats.machine(seat).unwrap();
    Node::open(machine, Box::new(MemStore::default())).unwrap()
}

/// Days in which nearly everything happens once.
pub(crate) fn days() -> Shop {
    let mut shop = Shop::open(&[], Caps::default());
    first_day(&mut shop);
    shop.night(0);
    second_day(&mut shop);
    third_day(&mut shop);
    shop
}

fn first_day(shop: &mut Shop) {
    shop.at(0, 9, 0).till(0, Command::SignOn).till(1, Command::SignOn);
    shop.at(0, 9, 10).sell(0, 10_100, "6212").sell(0, 10_100, "6212");
    shop.at(0, 9, 30).sell(0, 20_300, "6212");
    let void = shop.last();
    shop.request(Operation::Void, Some(void), 20_300, None);
    // nobody hears of this one: the till reverses it before its next sale
    shop.at(0, 9, 40).lose(Acquirer, Terminal, 210, 1).sell(0, 30_500, "6212");
    shop.at(0, 9, 50).sell(0, 40_700, "6212");
    let adjusted = shop.last();
    shop.request(Operation::Adjust, Some(adjusted), 30_000, None);
    shop.at(0, 10, 0).request(Operation::Preauth, None, 50_900, None);
    let reserved = shop.last();
    shop.request(Operation::Completion, Some(reserved), 20_900, Some(10_300));
    shop.at(0, 10, 10).request(Operation::Preauth, None, 61_100, None);
    let reserved = shop.last();
    shop.request(Operation::Cancel, Some(reserved), 61_100, None);
    shop.at(0, 10, 20).sell(0, 1_300, "5555");
    let sold = shop.sell(0, 71_300, "6212").last();
    shop.request(Operation::Refund, Some(sold), 1_700, None);
    frames(shop);
    // the issuer has it otherwise
    shop.at(0, 11, 0);
    shop.world.alter(Acquirer, Issuer, Mti(200), Money::minor(90_700));
    shop.world.alter(Issuer, Acquirer, Mti(210), Money::minor(81_700));
    shop.sell(0, 81_700, "6212");
    // the acquirer alone has a sale of the second till
    let (terminal, merchant) = (TILLS[1].0.to_owned(), TILLS[1].1.to_owned());
    let card = card_of("6212", None).unwrap();
    let sale = Telegram {
        pan: Some(card.pan),
        expiry: Some(card.expiry),
        pin: Some(card.pin),
        amount: Some(Money::minor(1_900)),
        batch: Some(1),
        terminal,
        merchant,
        ..Telegram::new(Mti::SALE, 70)
    };
    shop.at(0, 12, 0).sell(1, 2_300, "6212").hear(Acquirer, Input::Received(Terminal, sale.clone()));
    // and not the same a second time
    let other = Telegram { amount: Some(Money::minor(1_901)), ..sale.clone() };
    shop.at(0, 12, 1).hear(Acquirer, Input::Received(Terminal, other));
    let gone = Telegram { pan: None, pin: None, expiry: None, mti: Mti::REVERSAL, stan: 71, ..sale };
    shop.hear(Acquirer, Input::Received(Terminal, gone));
    shop.at(0, 13, 0).lose(Issuer, Acquirer, 210, 1).lose(Acquirer, Issuer, 420, 1);
    shop.lose(Acquirer, Issuer, 421, 40).sell(0, 2_900, "6212");
    shop.at(0, 14, 0).ask(Issuer, Command::Break).sell(0, 3_100, "6212").ask(Issuer, Command::Repair);
}

/// Octets that are no message, wrong MACs, lines that break.
fn frames(shop: &mut Shop) {
    for (party, from) in [(Acquirer, Terminal), (Acquirer, Issuer), (Issuer, Acquirer), (Terminal, Acquirer)]
    {
        shop.hear(party, Input::BadFrame(from, "no message".to_owned()));
        let (terminal, merchant) = (TILLS[0].0.to_owned(), TILLS[0].1.to_owned());
        let amount = Some(Money::minor(997));
        let spoilt = Telegram { terminal, merchant, amount, ..Telegram::new(Mti(200), 999) };
        shop.hear(party, Input::BadMac(from, spoilt));
    }
    shop.hear(Acquirer, Input::LinkDown(Issuer)).hear(Acquirer, Input::LinkUp(Issuer));
}

fn second_day(shop: &mut Shop) {
    let second = MERCHANTS[1].to_owned();
    shop.at(1, 10, 30).desk(Bank, Desk::Return("AC04".to_owned())).desk(Bank, Desk::Run);
    shop.at(1, 11, 0).desk(Acquirer, Desk::PayTo(second.clone(), "ACC-3".to_owned(), "alice".to_owned()));
    shop.desk(Acquirer, Desk::Agree(second, "bob".to_owned()));
    shop.desk(Acquirer, Desk::Limit(MERCHANTS[0].to_owned(), Money::minor(9_000_000)));
    shop.desk(Acquirer, Desk::SalesLimit(MERCHANTS[0].to_owned(), Money::minor(8_000_000)));
    shop.desk(Bank, Desk::Close("ACC-9".to_owned()));
    // of the first slip that was settled, and of what the issuer has otherwise
    shop.at(1, 11, 20).request(Operation::Void, Some(2), 10_100, None);
    let rrn = shop.records(Acquirer, RecordKind::ItemDisputed)[0].rrn.clone();
    shop.desk(Acquirer, Desk::Correct(rrn));
    shop.at(1, 11, 30).desk(Hub, Desk::Fees(DEAR.to_owned()));
    shop.at(1, 12, 0).sell(0, 100_300, "6212").sell(1, 3_700, "6212").sell(0, 4_100, "6212");
    shop.at(1, 22, 0).till(0, Command::CloseBatch).till(1, Command::CloseBatch);
    shop.at(1, 23, 0).ask(Issuer, Command::CutOver);
    shop.at(1, 23, 30).desk(Acquirer, Desk::Present);
    shop.at(2, 5, 30).world.mishandle(Hub, Acquirer, Mishandled::Wrong(vec![ItemFault::Without(2)]));
    shop.desk(Hub, Desk::Run);
    shop.at(2, 8, 0).desk(Acquirer, Desk::Freeze(MERCHANTS[0].to_owned(), "case 88".to_owned()));
    shop.at(2, 9, 0).ask(Acquirer, Command::Pay);
    shop.at(2, 10, 0).desk(Bank, Desk::Run);
}

fn third_day(shop: &mut Shop) {
    shop.at(2, 11, 0).desk(Acquirer, Desk::Fees(DEAR.to_owned())).ask(Acquirer, Command::Pay);
    shop.at(2, 11, 30).desk(Acquirer, Desk::Release(MERCHANTS[0].to_owned()));
    shop.at(2, 12, 0).desk(Acquirer, Desk::Claim).at(2, 12, 30).desk(Hub, Desk::Run);
    shop.at(2, 13, 0).ask(Acquirer, Command::Pay).at(2, 14, 0).desk(Bank, Desk::Run);
    shop.at(2, 15, 0).ask(Acquirer, Command::Pay).at(2, 16, 0).desk(Bank, Desk::Run);
    shop.world.mishandle(Acquirer, Hub, Mishandled::Twice);
    shop.world.mishandle(Hub, Acquirer, Mishandled::AgainChanged(1, Money::minor(7)));
    shop.at(2, 17, 0).sell(0, 5_300, "6212").sell(1, 5_900, "6212").night(2);
}

/// A day on which the issuer is away for an hour, with a hub that stands in for it, and caps for what its members owe.
pub(crate) fn ways() -> Shop {
    let caps = Caps { issuer: Some(Money::minor(60_000)), acquirer: None };
    let mut shop = Shop::open(&[Issuer, Hub], caps);
    shop.at(0, 9, 0).till(0, Command::SignOn).till(1, Command::SignOn);
    let slow = Mishap::Delay(Duration::from_secs(45));
    shop.world.fault(Fault { from: Issuer, to: Acquirer, mti: Mti(210), mishap: slow });
    shop.at(0, 9, 10).sell(0, 10_100, "6212");
    shop.at(0, 9, 20).sell(0, 20_300, "6212").at(0, 9, 30).sell(1, 30_500, "4111");
    // three without a response open the circuit of the direct line, and an echo test closes it
    shop.at(0, 9, 40).lose(Issuer, Acquirer, 210, 1).lose(Issuer, Acquirer, 430, 3).sell(1, 700, "6212");
    // by way of the hub
    shop.at(0, 10, 0).world.line(Acquirer, Issuer, false).unwrap();
    shop.sell(0, 11_300, "6212");
    shop.at(0, 10, 10).world.line(Hub, Issuer, false).unwrap();
    shop.sell(0, 12_700, "6212").sell(0, 40_300, "4242").sell(0, 50_100, "6212");
    shop.at(0, 11, 0).world.line(Hub, Issuer, true).unwrap();
    shop.world.line(Acquirer, Issuer, true).unwrap();
    shop.at(0, 12, 0).night(0);
    shop.at(1, 11, 0).desk(Hub, Desk::SettlePositions).at(1, 11, 10).desk(Hub, Desk::Run);
    shop.at(1, 12, 0).ask(Acquirer, Command::Pay).at(1, 13, 0).desk(Bank, Desk::Run);
    shop
}
