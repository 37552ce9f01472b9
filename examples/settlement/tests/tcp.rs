//! Over real connections: what they must not do to the books.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{TempFile, card, machine};
use settlement::audit::{Books, audit};
use settlement::capture::Capture;
use settlement::clock::SystemClock;
use settlement::journal::{Party, RecordKind};
use settlement::money::Money;
use settlement::net::Network;
use settlement::node::Node;
use settlement::party::{Command, Outcome, Timers};
use settlement::store::SqliteStore;
use settlement::telegram::Mti;
use settlement::world::{Fault, Mishap, World};

/// Waits until this is told.
fn told(world: &mut Network, awaited: impl Fn(&Outcome) -> bool) {
    while !awaited(&world.outcome(Duration::from_secs(60)).unwrap().1) {}
}

#[test]
fn a_frame_that_the_wire_carries_twice_is_booked_once() {
    let file = TempFile::new("tcp.sqlite");
    let node =
        |party| Node::open(machine(party), Box::new(SqliteStore::open(&file, party).unwrap())).unwrap();
    // no timer runs out, however slow the machine is
    let calm = Timers::from_base(Duration::from_secs(20));
    let clock = Arc::new(SystemClock::new(0));
    let mut world = Network::open(Party::ALL.map(node), clock, Capture::default(), calm).unwrap();
    told(&mut world, |outcome| *outcome == Outcome::InService(Party::Issuer));
    world.ask(Party::Terminal, Command::SignOn).unwrap();
    told(&mut world, |outcome| matches!(outcome, Outcome::SignedOn(_)));
    let ways = [
        (Party::Terminal, Party::Acquirer, 200),
        (Party::Acquirer, Party::Issuer, 200),
        (Party::Issuer, Party::Acquirer, 210),
        (Party::Acquirer, Party::Terminal, 210),
    ];
    for (from, to, mti) in ways {
        world.fault(Fault { from, to, mti: Mti(mti), mishap: Mishap::Duplicate });
        world.ask(Party::Terminal, Command::Sell(card(), Money::minor(500))).unwrap();
        told(&mut world, |outcome| matches!(outcome, Outcome::Approved(_)));
        std::thread::sleep(Duration::from_millis(50));
    }
    world.close();
    let books = Books::read(&file).unwrap();
    let count = |party, kind, mti| {
        let of = |record: &&_| matches!(record, settlement::journal::Record { kind: k, mti: m, .. } if *k == kind && *m == Some(Mti(mti)));
        books.records(party).iter().filter(of).count()
    };
    assert_eq!(count(Party::Acquirer, RecordKind::MessageIn, 200), 5, "one came twice");
    assert_eq!(count(Party::Issuer, RecordKind::MessageIn, 200), 5);
    assert_eq!(count(Party::Issuer, RecordKind::MessageOut, 210), 5, "and was answered twice");
    assert_eq!(count(Party::Acquirer, RecordKind::MessageIn, 210), 6);
    assert!(count(Party::Terminal, RecordKind::MessageIn, 210) >= 5);
    assert_eq!(books.ledger(Party::Issuer).account("hub_settlement").net(), 2_000, "four sales, each once");
    let failed: Vec<_> =
        audit(&books).into_iter().filter(|check| !check.holds).map(|check| check.rule).collect();
    assert_eq!(failed, [""; 0]);
}
