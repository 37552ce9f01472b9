//! What the members may owe each other at the hub: never more than their caps, whatever is presented; what waits for that
//! is neither lost nor settled twice, and holds nothing else back.

use std::collections::{BTreeMap, BTreeSet};

use settlement::clock::{Date, Stamp};
use settlement::files::clearing::{ClearingFile, ItemKind, Presentment};
use settlement::journal::{Party, RecordKind};
use settlement::money::Money;
use settlement::node::{Node, Released};
use settlement::party::parcel::{Parcel, Receipt};
use settlement::party::{Caps, Command, Desk, Hub, HubConfig, Input, Outcome, owed};
use settlement::store::{MemStore, Store};

const CAPS: Caps = Caps { acquirer: Some(Money::minor(30_000)), issuer: Some(Money::minor(100_000)) };

/// A hub that dies after each step.
struct Desked {
    store: Option<Box<dyn Store>>,
    caps: Caps,
    now: u64,
    /// Settlement files of the acquirer: how often each item is in one.
    settled: BTreeMap<String, u32>,
}

impl Desked {
    fn new(caps: Caps) -> Self {
        Self { store: Some(Box::new(MemStore::default())), caps, now: 1, settled: BTreeMap::new() }
    }

    fn step(&mut self, input: Input) -> Released {
        let config = HubConfig { institution: "99990000".to_owned(), fee_basis_points: 60 };
        let hub = Hub::new(config).with_caps(self.caps);
        let mut node = Node::open(Box::new(hub), self.store.take().unwrap()).unwrap();
        self.now += 1;
        let released = node.handle(input, Stamp(self.now)).unwrap();
        let store = node.into_store();
        for member in [Party::Acquirer, Party::Issuer] {
            let owes = owed(store.books(), member);
            let cap = self.caps.of(member).map_or(i128::MAX, |cap| i128::from(cap.units()));
            assert!(owes <= cap, "the {member} owes {owes}");
        }
        assert_eq!(store.books().imbalance(), (0, 0));
        self.store = Some(store);
        released
    }

    fn ask(&mut self, desk: Desk) -> Released {
        self.step(Input::Command(Command::Desk(desk)))
    }

    fn present(&mut self, sequence: usize, items: &[Presentment]) {
        let id = ClearingFile::number("001", Date(20_780), "10344000", sequence);
        let octets = ClearingFile { id, items: items.to_vec() }.encode().unwrap();
        self.step(Input::Parcel(Party::Acquirer, Parcel::File(octets)));
    }

    /// The clearing run: what the acquirer is told, and acknowledges.
    fn run(&mut self) {
        for (to, parcel) in self.ask(Desk::Run).parcels {
            let Parcel::File(octets) = parcel else { continue };
            let file = ClearingFile::decode(&octets).unwrap();
            for item in file.items.iter().filter(|_| to == Party::Acquirer) {
                *self.settled.entry(item.name()).or_default() += 1;
            }
            let receipt = Receipt { file: file.id, taken: true };
            self.step(Input::Parcel(to, Parcel::Receipt(receipt)));
        }
    }

    fn open(&self) -> BTreeSet<String> {
        let mut open = BTreeSet::new();
        for record in self.store.as_ref().unwrap().history().unwrap().records {
            match record.kind {
                RecordKind::PositionCapped => {
                    assert!(matches!(record.peer, Some(Party::Acquirer | Party::Issuer)), "who has to pay");
                    open.insert(record.tx)
                }
                RecordKind::PositionFreed => open.remove(&record.tx),
                _ => continue,
            };
        }
        open
    }
}

fn item(number: u64, kind: ItemKind, units: u64) -> Presentment {
    Presentment {
        kind,
        rrn: format!("6327{number:08}"),
        approval: "A1B2C3".to_owned(),
        terminal: "10000001".to_owned(),
        merchant: "104440359980001".to_owned(),
        amount: Money::minor(units),
        fee: None,
        at: Stamp::on(Date(20_780), 50_000),
        date: Date(20_780),
    }
}

/// Files of sales and refunds, runs and payments in an order that is drawn.
#[test]
fn nobody_owes_more_than_its_cap_and_every_item_is_settled_once() {
    for seed in 1..=12_u64 {
        let mut state = seed;
        let mut draw = |of: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % of
        };
        let mut hub = Desked::new(CAPS);
        let mut presented = BTreeSet::new();
        for sequence in 1..=12 {
            let items: Vec<_> = (0..1 + draw(6))
                .map(|number| {
                    let number = u64::try_from(sequence).unwrap() * 100 + number;
                    match draw(4) {
                        0 => item(number, ItemKind::Refund, 1 + draw(30_000)),
                        _ => item(number, ItemKind::Sale, 1 + draw(100_000)),
                    }
                })
                .collect();
            presented.extend(items.iter().map(Presentment::name));
            hub.present(sequence, &items);
            match draw(5) {
                0 => drop(hub.ask(Desk::SettlePositions)),
                1 => hub.run(),
                _ => {}
            }
        }
        // Each payment makes room for the oldest at least.
        for _ in 0..presented.len() {
            hub.ask(Desk::SettlePositions);
            if hub.open().is_empty() {
                break;
            }
        }
        hub.run();
        assert_eq!(hub.open(), BTreeSet::new(), "seed {seed}");
        assert_eq!(hub.settled.keys().cloned().collect::<BTreeSet<_>>(), presented, "seed {seed}");
        assert!(hub.settled.values().all(|times| *times == 1), "seed {seed}: {:?}", hub.settled);
    }
}

#[test]
fn what_waits_holds_nothing_else_back_and_a_cap_can_be_raised() {
    let mut hub = Desked::new(CAPS);
    let [large, small, refund] = [
        item(1, ItemKind::Sale, 100_001),
        item(2, ItemKind::Sale, 100_000),
        item(3, ItemKind::Refund, 30_000),
    ];
    hub.present(1, &[large.clone(), small.clone(), refund.clone()]);
    assert_eq!(hub.open(), [large.name()].into());
    hub.run();
    assert_eq!(hub.settled.keys().cloned().collect::<Vec<_>>(), [small.name(), refund.name()]);
    assert!(matches!(hub.ask(Desk::SettlePositions).outcomes[..], [Outcome::Noted]));
    assert!(matches!(hub.ask(Desk::SettlePositions).outcomes[..], [Outcome::Refused(_)]), "paid once");
    hub.run();
    assert_eq!(hub.open(), [large.name()].into(), "it is more than the issuer may owe at all");
    // The file again: nothing new. Whoever claims it hears nothing new either: it waits.
    hub.present(1, &[large.clone(), small, refund]);
    hub.caps = Caps { issuer: None, ..CAPS };
    hub.run();
    assert_eq!(hub.open(), BTreeSet::new());
    assert_eq!(hub.settled.get(&large.name()), Some(&1));
}

/// A member whose cap is lowered below what it owes owes no more than that from then on.
#[test]
fn a_member_that_is_suspended_as_a_payer_pays_for_nothing_more() {
    let mut hub = Desked::new(Caps::default());
    hub.present(1, &[item(1, ItemKind::Sale, 5_000)]);
    hub.ask(Desk::SettlePositions);
    hub.caps.issuer = Some(Money::ZERO);
    let refused = item(2, ItemKind::Sale, 1);
    hub.present(2, &[refused.clone(), item(3, ItemKind::Refund, 700)]);
    hub.run();
    assert_eq!(hub.open(), [].into(), "the refund made room for the sale");
    hub.present(3, &[item(4, ItemKind::Sale, 699), item(5, ItemKind::Sale, 1)]);
    assert_eq!(hub.open(), [item(5, ItemKind::Sale, 1).name()].into());
    assert_eq!(hub.settled.get(&refused.name()), Some(&1));
}
