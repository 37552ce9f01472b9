//! What several tests need.
#![allow(dead_code, reason = "each test uses its part")]

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use settlement::audit::{Books, audit};
use settlement::card::Card;
use settlement::clock::{Date, Stamp};
use settlement::day;
use settlement::journal::{Party, Record, RecordKind};
use settlement::local::Local;
use settlement::money::Money;
use settlement::node::Node;
use settlement::party::{AcquirerConfig, Command, Input, Machine, Outcome, Timers};
use settlement::store::MemStore;
use settlement::telegram::{Mti, Telegram};
use settlement::wimm::{self, Answer, Lang};
use settlement::world::World;

/// A file that is gone, with what a ledger keeps beside it, when the test is over.
pub(crate) struct TempFile(PathBuf);

impl TempFile {
    pub(crate) fn new(name: &str) -> Self {
        let file = Self(std::env::temp_dir().join(format!("settlement-{}-{name}", std::process::id())));
        file.remove();
        file
    }

    fn remove(&self) {
        for companion in ["", "-wal", "-shm", "-journal", ".lock"] {
            let mut path = self.0.clone().into_os_string();
            path.push(companion);
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Deref for TempFile {
    type Target = Path;
    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for TempFile {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        self.remove();
    }
}

pub(crate) const TODAY: Date = Date(20_780);
/// Numbers and PINs of the test cards: none of them may be found anywhere in the open.
pub(crate) const PANS: [&str; 6] = [
    "4111111111111111",
    "4242424242424242",
    "5555444433331111",
    "6212345678901232",
    "4111111111111112",
    "5105105105105100",
];

/// The card number that stands whole in a file, or without its first four digits, in characters or packed.
pub(crate) fn whole_number(octets: &[u8]) -> Option<&'static str> {
    let holds = |needle: &[u8]| octets.windows(needle.len()).any(|window| window == needle);
    PANS.into_iter().find(|pan| {
        let digits = pan.as_bytes();
        let packed: Vec<u8> = digits.chunks(2).map(|two| (two[0] - b'0') << 4 | (two[1] - b'0')).collect();
        holds(&digits[4..]) || holds(&packed[2..])
    })
}
pub(crate) const MERCHANT: &str = "104440359980001";
pub(crate) const TERMINAL: &str = "10000001";

pub(crate) fn timers() -> Timers {
    Timers::from_base(Duration::from_millis(300))
}

pub(crate) fn machine(party: Party) -> Box<dyn Machine> {
    day::parties(TODAY, timers()).unwrap().into_iter().find(|machine| machine.party() == party).unwrap()
}

/// The three parties in virtual time, nothing done yet.
pub(crate) fn world() -> Local {
    let nodes = Party::ALL.map(|party| Node::open(machine(party), Box::new(MemStore::default())).unwrap());
    Local::open(Stamp::on(TODAY, 50_000), nodes).unwrap()
}

/// The same, with the terminal signed on.
pub(crate) fn open_shop() -> Local {
    let mut world = world();
    world.ask(Party::Terminal, Command::SignOn).unwrap();
    settle_down(&mut world);
    world.outcomes();
    world
}

/// Lets everything under way arrive, but no time-out happen.
pub(crate) fn settle_down(world: &mut Local) {
    let until = world.now().after(Duration::from_millis(20));
    world.run_until(until).unwrap();
}

/// Lets every timer of a failed exchange run out.
pub(crate) fn wait_long(world: &mut Local) {
    let until = world.now().after(Duration::from_secs(10));
    world.run_until(until).unwrap();
}

pub(crate) fn card() -> Card {
    Card::test("6212345678901232", "4811", "246810").unwrap()
}

pub(crate) fn sell(world: &mut Local, units: u64) -> Vec<(Party, Outcome)> {
    world.ask(Party::Terminal, Command::Sell(card(), Money::minor(units))).unwrap();
    settle_down(world);
    world.outcomes()
}

/// An acquirer of these merchants, of whose sales it keeps 60 basis points.
pub(crate) fn acquirer_config<const N: usize>(merchants: [&str; N]) -> AcquirerConfig {
    AcquirerConfig {
        institution: "10344000".to_owned(),
        merchants: merchants.map(str::to_owned).into(),
        fee_basis_points: 60,
        node: 1,
        timers: timers(),
    }
}

/// The 0200 a terminal would send.
pub(crate) fn sale_request(stan: u64, units: u64) -> Telegram {
    let card = card();
    Telegram {
        pan: Some(card.pan),
        amount: Some(Money::minor(units)),
        expiry: Some(card.expiry),
        pin: Some(card.pin),
        ..reversal_request(Mti::SALE, stan, units)
    }
}

/// The 0200 that the acquirer would make of it for the issuer or the hub.
pub(crate) fn host_request(stan: u64, units: u64) -> Telegram {
    Telegram {
        transmission: Some("1123135320".to_owned()),
        acquirer: "10344000".to_owned(),
        rrn: Some(format!("632713{stan:06}")),
        local: Some("1123135320".to_owned()),
        batch: None,
        management: None,
        ..sale_request(stan, units)
    }
}

/// The 0400 a terminal would send.
pub(crate) fn reversal_request(mti: Mti, stan: u64, units: u64) -> Telegram {
    Telegram {
        amount: Some(Money::minor(units)),
        terminal: TERMINAL.to_owned(),
        merchant: MERCHANT.to_owned(),
        batch: Some(1),
        management: Some(0),
        ..Telegram::new(mti, stan)
    }
}

pub(crate) fn hand_to(world: &mut Local, party: Party, from: Party, message: Telegram) {
    world.handle(party, Input::Received(from, message)).unwrap();
    settle_down(world);
}

pub(crate) fn records(world: &Local, party: Party, kind: RecordKind) -> Vec<Record> {
    let history = world.store(party).unwrap().history().unwrap();
    history.records.into_iter().filter(|record| record.kind == kind).collect()
}

/// The codes of the messages of this type that a party sent.
pub(crate) fn codes_sent(world: &Local, party: Party, mti: u16) -> Vec<String> {
    let sent = records(world, party, RecordKind::MessageOut)
        .into_iter()
        .filter(|record| record.mti == Some(Mti(mti)));
    sent.map(|record| record.code.map_or_else(String::new, |code| code.to_string())).collect()
}

pub(crate) fn answers(world: &Local) -> Vec<Answer> {
    wimm::answers(&Books::of(world).unwrap(), Lang::English)
}

/// The checks that do not hold.
pub(crate) fn failed(world: &Local) -> Vec<String> {
    let checks = audit(&Books::of(world).unwrap());
    checks
        .into_iter()
        .filter(|check| !check.holds)
        .map(|check| format!("{}: {}", check.rule, check.figures))
        .collect()
}

/// What stands for a sale between cardholder 1004 and the issuer.
pub(crate) fn held(world: &Local) -> i128 {
    world.store(Party::Issuer).unwrap().books().account("hub_settlement").net()
}
