//! From a settlement file to the merchant's account, at an acquirer alone: each way in which an item of the file can be
//! wrong, each bound of a payout, each word of the bank. The test plays till, issuer, hub and bank.

mod common;

use std::collections::BTreeMap;

use common::{MERCHANT, TERMINAL, TODAY, sale_request};
use settlement::clock::{Date, Stamp};
use settlement::files::clearing::{ClearingFile, ItemKind, Presentment};
use settlement::journal::{Party, Record, RecordKind};
use settlement::money::Money;
use settlement::node::{Node, Released};
use settlement::ops::Operation;
use settlement::party::parcel::{End, Notice, Order, Parcel, Receipt};
use settlement::party::{Acquirer, CLAIMS, Command, Desk, Input, Machine, Outcome, Timer};
use settlement::store::MemStore;
use settlement::telegram::{Balance, Code, Mti, Slip, Tally, Telegram, Totals};

use Party::{Bank, Hub, Issuer, Terminal};

const YES: Code = Code::of(b"00");

struct Desked {
    node: Node,
    now: Stamp,
    stan: u64,
    batch: u64,
    date: Date,
    files: usize,
}

fn acquirer() -> Box<dyn Machine> {
    let config = common::acquirer_config([MERCHANT]);
    let accounts = BTreeMap::from([(MERCHANT.to_owned(), "ACC-1".to_owned())]);
    Box::new(Acquirer::new(config).with_back_office(accounts))
}

impl Desked {
    fn open() -> Self {
        let node = Node::open(acquirer(), Box::new(MemStore::default())).unwrap();
        let now = Stamp::on(TODAY, 36_000);
        let mut desk = Self { node, now, stan: 0, batch: 1, date: TODAY, files: 0 };
        desk.hear(Input::Start);
        let asked = desk.hear(Input::LinkUp(Issuer)).sends.remove(0).1;
        desk.hear(Input::Received(Issuer, asked.answer(YES)));
        let sign_on = Telegram { management: Some(3), ..desk.till_message(Mti::NETWORK) };
        desk.hear(Input::Received(Terminal, sign_on));
        desk
    }

    fn hear(&mut self, input: Input) -> Released {
        self.node.handle(input, self.now).unwrap()
    }

    fn desk(&mut self, desk: Desk) -> Released {
        self.hear(Input::Command(Command::Desk(desk)))
    }

    fn till_message(&mut self, mti: Mti) -> Telegram {
        self.stan += 1;
        let (terminal, merchant) = (TERMINAL.to_owned(), MERCHANT.to_owned());
        Telegram { terminal, merchant, batch: Some(self.batch), ..Telegram::new(mti, self.stan) }
    }

    /// An approved sale, or a refund of one: its RRN.
    fn done(&mut self, operation: Operation, units: u64, about: Option<u64>) -> String {
        self.stan += 1;
        let slip = about.map(|stan| Slip { batch: self.batch, stan, day: None });
        let request = Telegram { operation, slip, batch: Some(self.batch), ..sale_request(self.stan, units) };
        let request = Telegram { mti: operation.row().terminal, ..request };
        let asked = self.hear(Input::Received(Terminal, request)).sends.remove(0).1;
        assert_eq!(asked.mti, operation.row().host);
        let settlement = Some(self.date.mmdd());
        self.hear(Input::Received(Issuer, Telegram { settlement, ..asked.answer(YES) }));
        asked.rrn.unwrap()
    }

    /// Closes batch and date with these totals, presents, and gives the receipt: what was presented.
    fn close(&mut self, sales: (u64, u64), refunds: (u64, u64)) -> Vec<Presentment> {
        let tally = |(count, units)| Tally { count, amount: Money::minor(units) };
        let totals = Some(Totals { sales: tally(sales), refunds: tally(refunds), ..Totals::default() });
        let close = Telegram { totals, management: Some(201), ..self.till_message(Mti::SETTLEMENT) };
        let told = self.hear(Input::Received(Terminal, close)).sends.remove(0).1;
        assert_eq!(told.balance, Some(Balance::In), "{told:?}");
        self.batch += 1;
        let next = self.date.next();
        let cut_over = Telegram {
            management: Some(201),
            settlement: Some(next.mmdd()),
            transmission: Some("1123230000".to_owned()),
            ..Telegram::new(Mti::NETWORK, 900_001)
        };
        self.hear(Input::Received(Issuer, cut_over));
        let asked = self.hear(Input::Timer(Timer::Reconcile(self.date))).sends.remove(0).1;
        assert_eq!(asked.totals, totals);
        let settlement = Some(self.date.mmdd());
        let agreed = Telegram { code: None, balance: Some(Balance::In), settlement, ..asked.answer(YES) };
        self.hear(Input::Received(Issuer, Telegram { totals, ..agreed }));
        self.date = next;
        let parcels = self.desk(Desk::Present).parcels;
        let [(Hub, Parcel::File(octets))] = &parcels[..] else { panic!("{parcels:?}") };
        let file = ClearingFile::decode(octets).unwrap();
        assert_eq!(self.desk(Desk::Present).parcels, parcels, "again, until there is a receipt");
        self.receipt(&file.id, true);
        assert!(self.desk(Desk::Present).parcels.is_empty());
        self.wait_until_morning();
        file.items
    }

    fn wait_until_morning(&mut self) {
        self.now = Stamp::on(self.now.date().next(), 36_000);
    }

    fn receipt(&mut self, file: &str, taken: bool) {
        let receipt = Receipt { file: file.to_owned(), taken };
        self.hear(Input::Parcel(Hub, Parcel::Receipt(receipt)));
    }

    /// A settlement file with these items.
    fn settle(&mut self, items: Vec<Presentment>) -> String {
        self.files += 1;
        let id = ClearingFile::number("002", TODAY, "99990000", self.files);
        let octets = ClearingFile { id: id.clone(), items }.encode().unwrap();
        let parcels = self.hear(Input::Parcel(Hub, Parcel::File(octets))).parcels;
        let receipt = Receipt { file: id.clone(), taken: true };
        assert_eq!(parcels, [(Hub, Parcel::Receipt(receipt))]);
        id
    }

    /// What is paid now, and what the bank is told.
    fn pay(&mut self) -> (u64, Vec<Order>) {
        let released = self.hear(Input::Command(Command::Pay));
        let [Outcome::Paid(sum)] = released.outcomes[..] else { panic!("{:?}", released.outcomes) };
        let orders = released.parcels.into_iter().map(|(to, parcel)| match parcel {
            Parcel::Order(order) if to == Bank => order,
            other => panic!("{other:?}"),
        });
        (sum.units(), orders.collect())
    }

    fn notice(&mut self, id: &str, end: End) -> Vec<(Party, Parcel)> {
        let notice = Notice { id: id.to_owned(), trace: "6328000001".to_owned(), end };
        self.hear(Input::Parcel(Bank, Parcel::Notice(notice))).parcels
    }

    fn records(&self, kind: RecordKind) -> Vec<Record> {
        let history = self.node.store().history().unwrap();
        history.records.into_iter().filter(|record| record.kind == kind).collect()
    }

    fn notes(&self, kind: RecordKind) -> Vec<String> {
        self.records(kind).into_iter().map(|record| record.note).collect()
    }

    fn net(&self, account: &str) -> i128 {
        let merchant = format!(":{MERCHANT}");
        self.node.store().books().account(&account.replace(":M", &merchant)).net()
    }

    /// What is owed to the merchant, under way, in reserve, and owed by it.
    fn merchant(&self) -> [i128; 4] {
        ["merchant_payable:M", "payout_in_transit:M", "merchant_reserve:M", "owed_by_merchant:M"]
            .map(|of| self.net(of))
    }
}

/// 0.60 %, half a unit up.
fn net(units: u64) -> u64 {
    units - (units * 60 + 5_000) / 10_000
}

/// Each item that is wrong is named in words, nothing is paid for it, and the others are paid.
#[test]
fn each_item_of_a_settlement_file_that_is_wrong_is_named_and_the_others_are_paid() {
    let mut desk = Desked::open();
    let amounts = [10_000, 20_100, 30_300, 40_700, 51_100];
    amounts.iter().for_each(|units| drop(desk.done(Operation::Sale, *units, None)));
    let items = desk.close((5, amounts.iter().sum()), (0, 0));
    let presented: Vec<u64> = items.iter().map(|item| item.amount.units()).collect();
    assert_eq!(presented, amounts);
    assert_eq!(desk.pay().0, 0, "nothing is cleared yet");
    let [right, twice, other, kind, missing] = <[Presentment; 5]>::try_from(items).unwrap();
    let stranger = Presentment { rrn: "632799999999".to_owned(), ..right.clone() };
    let other = Presentment { amount: Money::minor(30_301), ..other };
    let kind = Presentment { kind: ItemKind::Refund, ..kind };
    let wrong = vec![right.clone(), twice.clone(), stranger, other, kind, twice.clone()];
    let file = desk.settle(wrong);
    let mut notes = desk.notes(RecordKind::ClearingException);
    notes.sort();
    let mut expected = vec![
        "in the settlement file, and not in our books",
        "in the settlement file, and not presented",
        "presented, and not in the settlement file",
        "twice in the settlement file",
        "with another amount in the settlement file",
    ];
    expected.sort_unstable();
    assert_eq!(notes, expected);
    assert_eq!(desk.notes(RecordKind::SaleCleared), [file]);
    let (paid, orders) = desk.pay();
    assert_eq!((paid, orders.len(), orders[0].amount.units()), (net(10_000), 1, net(10_000)));
    assert_eq!(orders[0].reference, format!("{MERCHANT}@{TODAY}"));
    assert_eq!(
        (orders[0].merchant.as_str(), orders[0].account.as_str(), orders[0].date),
        (MERCHANT, "ACC-1", TODAY)
    );
    desk.settle(vec![right]);
    assert_eq!(
        desk.notes(RecordKind::ClearingException).last().unwrap(),
        "presented, and not in the settlement file"
    );
    let says = desk.notes(RecordKind::ClearingException);
    assert!(says.contains(&"in an earlier settlement file, too".to_owned()), "{says:?}");
    // of another date nothing is missed
    let before = desk.records(RecordKind::ClearingException).len();
    desk.settle(vec![Presentment { date: Date(TODAY.0 + 40), rrn: "632799999998".to_owned(), ..missing }]);
    assert_eq!(desk.records(RecordKind::ClearingException).len(), before + 1);
}

#[test]
fn what_is_missing_is_claimed_once_and_stands_as_a_claim_until_it_is_settled() {
    let mut desk = Desked::open();
    let first = desk.done(Operation::Sale, 10_000, None);
    desk.done(Operation::Sale, 20_100, None);
    desk.done(Operation::Refund, 700, Some(2));
    let items = desk.close((2, 30_100), (1, 700));
    let found = |units: u64| items.iter().find(|item| item.amount.units() == units).unwrap().clone();
    let nothing = Outcome::Refused("nothing is missing that could be claimed");
    assert_eq!(desk.desk(Desk::Claim).outcomes, std::slice::from_ref(&nothing));
    desk.settle(vec![found(20_100)]);
    let claim = desk.desk(Desk::Claim);
    let [(Hub, Parcel::File(octets))] = &claim.parcels[..] else { panic!() };
    let file = ClearingFile::decode(octets).unwrap();
    assert!(file.id.starts_with(CLAIMS) && file.id.ends_with("00002"), "{}", file.id);
    let claimed: Vec<_> =
        file.items.iter().map(|item| (item.rrn.clone(), item.amount.units(), item.kind)).collect();
    assert_eq!(claimed, [(first, 10_000, ItemKind::Sale)], "a refund that is missing is nobody's claim");
    assert_eq!((desk.net("claims_on_hub"), desk.net("hub_receivable")), (-10_000, 700));
    assert_eq!(desk.desk(Desk::Claim).outcomes, [nothing]);
    assert_eq!(desk.desk(Desk::Present).parcels, claim.parcels, "until there is a receipt");
    desk.receipt(&file.id, false);
    assert_eq!(desk.notes(RecordKind::WorkItem), [format!("the hub did not take file {}", file.id)]);
    desk.receipt("0040000000000000000000000", false);
    assert_eq!(desk.records(RecordKind::WorkItem).len(), 1, "a receipt of no file of ours");
    desk.receipt(&file.id, true);
    desk.settle(vec![found(10_000), found(700)]);
    assert_eq!((desk.net("claims_on_hub"), desk.net("hub_receivable"), desk.net("nostro")), (0, 0, -29_400));
    let (paid, orders) = desk.pay();
    assert_eq!((paid, orders.len()), (net(10_000) + net(20_100) - 700, 1));
    assert_eq!(desk.merchant(), [0, i128::from(paid), 0, 0]);
}

#[test]
fn a_limit_on_payouts_is_met_to_the_unit_and_the_rest_is_paid_the_next_day() {
    for (limit, first) in [
        (net(10_000) + net(20_100), net(10_000) + net(20_100)),
        // an item that exceeds what is left holds none behind it
        (net(10_000) + net(20_100) - 1, net(10_000) + net(5_000)),
        (net(10_000) - 1, net(5_000)),
        (net(5_000) - 1, 0),
    ] {
        let mut desk = Desked::open();
        for units in [10_000, 20_100, 5_000] {
            desk.done(Operation::Sale, units, None);
        }
        let items = desk.close((3, 35_100), (0, 0));
        desk.settle(items);
        desk.desk(Desk::Limit(MERCHANT.to_owned(), Money::minor(limit)));
        let (paid, orders) = desk.pay();
        assert_eq!(paid, first, "{limit}");
        let all = net(10_000) + net(20_100) + net(5_000);
        assert_eq!(desk.merchant()[..2], [i128::from(all - first), i128::from(first)], "{limit}");
        for order in &orders {
            assert_eq!(order.reference, format!("{MERCHANT}@{TODAY}/1"), "a part of it");
            desk.notice(&order.id, End::Credited);
        }
        assert_eq!(desk.pay().0, 0, "on the same day");
        desk.wait_until_morning();
        desk.desk(Desk::Limit(MERCHANT.to_owned(), Money::minor(1_000_000)));
        let (rest, orders) = desk.pay();
        assert_eq!(rest, all - first, "{limit}");
        let part = if first > 0 { "/2" } else { "" };
        assert_eq!(orders[0].reference, format!("{MERCHANT}@{TODAY}{part}"));
    }
}

#[test]
fn the_bank_says_what_became_of_a_payout_once() {
    let mut desk = Desked::open();
    desk.done(Operation::Sale, 10_000, None);
    let items = desk.close((1, 10_000), (0, 0));
    desk.settle(items);
    let (paid, orders) = desk.pay();
    let first = orders[0].clone();
    assert_eq!(desk.pay(), (0, orders), "the same order, until the bank says something");
    let out = i128::from(paid);
    assert!(desk.notice(&first.id, End::Accepted).is_empty());
    assert!(desk.notice("P0", End::Credited).is_empty());
    assert_eq!(desk.merchant(), [0, out, 0, 0]);
    for _ in 0..2 {
        assert!(desk.notice(&first.id, End::Credited).is_empty());
        assert_eq!(desk.merchant(), [0, 0, 0, 0]);
    }
    assert_eq!(desk.net("nostro"), out - 10_000);
    let back = End::Returned("AC04".to_owned());
    let known = Parcel::Receipt(Receipt { file: first.id.clone(), taken: true });
    for _ in 0..2 {
        assert_eq!(desk.notice(&first.id, back.clone()), [(Bank, known.clone())]);
        assert_eq!(desk.merchant(), [out, 0, 0, 0]);
    }
    assert_eq!(desk.notes(RecordKind::MerchantHeld), ["payout returned: AC04"]);
    desk.notice(&first.id, End::Credited);
    assert_eq!(
        desk.notes(RecordKind::WorkItem),
        [format!("the bank says of payout {} what cannot be", first.id)]
    );
    assert_eq!(desk.pay(), (0, vec![]), "nothing is paid to an account that sent it back");
    desk.desk(Desk::PayTo(MERCHANT.to_owned(), "ACC-2".to_owned(), "Alice".to_owned()));
    for who in ["alice", " ALICE ", " "] {
        let refused = desk.desk(Desk::Agree(MERCHANT.to_owned(), who.to_owned())).outcomes;
        assert_eq!(refused, [Outcome::Refused("a second person has to agree")], "`{who}`");
    }
    desk.desk(Desk::Agree(MERCHANT.to_owned(), "bob".to_owned()));
    assert_eq!(desk.notes(RecordKind::MerchantReleased), ["another account"]);
    let (sum, trial) = desk.pay();
    assert_eq!((sum, trial.len(), trial[0].amount.units(), trial[0].account.as_str()), (0, 1, 1, "ACC-2"));
    assert_eq!(trial[0].reference, format!("{MERCHANT}@{TODAY}R1/1"));
    assert_eq!(desk.pay(), (0, trial.clone()), "one trial");
    assert_eq!(desk.merchant(), [out, 1, 0, -1]);
    desk.notice(&trial[0].id, End::Credited);
    let (rest, orders) = desk.pay();
    assert_eq!((rest, orders.len(), orders[0].account.as_str()), (paid - 1, 1, "ACC-2"));
    assert_eq!(orders[0].reference, format!("{MERCHANT}@{TODAY}R1/2"));
    assert_eq!(desk.merchant(), [0, out - 1, 0, 0]);
    // and it comes back before it was credited
    desk.notice(&orders[0].id, back);
    assert_eq!(desk.merchant(), [out, 0, 0, -1], "the trial was paid, and is owed");
    assert_eq!(desk.records(RecordKind::MerchantHeld).len(), 2);
}

#[test]
fn a_frozen_merchant_is_paid_into_its_reserve_and_out_of_it_when_it_is_released() {
    let mut desk = Desked::open();
    desk.done(Operation::Sale, 10_000, None);
    desk.done(Operation::Sale, 20_100, None);
    desk.done(Operation::Refund, 300, Some(3));
    let items = desk.close((2, 30_100), (1, 300));
    desk.settle(items);
    let sum = i128::from(net(10_000) + net(20_100));
    for round in 1..=2 {
        assert_eq!(
            desk.desk(Desk::Freeze(MERCHANT.to_owned(), "case 88".to_owned())).outcomes,
            [Outcome::Noted]
        );
        let request = Telegram { batch: Some(desk.batch), ..sale_request(900 + round, 100) };
        let told = desk.hear(Input::Received(Terminal, request)).sends.remove(0).1;
        assert_eq!(told.code, Some(Code::of(b"57")));
        for _ in 0..2 {
            assert_eq!(desk.pay(), (0, vec![]));
            assert_eq!(desk.merchant(), [0, 0, sum, -300], "once");
        }
        desk.desk(Desk::Release(MERCHANT.to_owned()));
        assert_eq!(desk.merchant(), [sum, 0, 0, -300]);
    }
    assert_eq!(desk.pay().0, u64::try_from(sum).unwrap() - 300);
    assert_eq!(desk.merchant(), [0, sum - 300, 0, 0]);
}
