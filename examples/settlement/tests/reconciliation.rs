//! One reversal that nobody answers, or traffic that never pauses, holds back neither the 0520 of a date nor the
//! money of the others.

mod common;

use std::time::Duration;

use common::{
    MERCHANT, answers, codes_sent, failed, held, machine, open_shop, records, sale_request, sell,
    settle_down, timers, wait_long,
};
use settlement::clock::{Date, Stamp};
use settlement::journal::{Party, Record, RecordKind};
use settlement::local::Local;
use settlement::money::Money;
use settlement::node::Node;
use settlement::party::{Acquirer as AcquirerMachine, Command, Input, Outcome};
use settlement::store::MemStore;
use settlement::telegram::{Balance, Mti, Tally, Telegram, Totals};
use settlement::wimm::Verdict;
use settlement::world::{Fault, Mishap, World};

use Party::{Acquirer, Issuer, Terminal};

const BAKER: &str = "104440359980002";

fn lose(world: &mut Local, from: Party, to: Party, mti: u16, times: usize) {
    for _ in 0..times {
        world.fault(Fault { from, to, mti: Mti(mti), mishap: Mishap::Drop });
    }
}

/// A sale of 5.00 that the issuer holds, and whose reversal is so often lost on the way.
fn reversal_without_answer(world: &mut Local, times: usize) {
    lose(world, Issuer, Acquirer, 210, 1);
    lose(world, Acquirer, Issuer, 420, times.min(1));
    lose(world, Acquirer, Issuer, 421, times.saturating_sub(1));
    sell(world, 500);
}

fn cut_over(world: &mut Local) -> Date {
    world.ask(Issuer, Command::CutOver).unwrap();
    records(world, Issuer, RecordKind::DateOpened).last().unwrap().date.unwrap()
}

/// Lets one timer of the acquirer run out, and the messages of then arrive.
fn one_timer(world: &mut Local) {
    let until = world.now().after(timers().acquirer);
    world.run_until(until).unwrap();
    settle_down(world);
}

fn reconciled(world: &Local) -> Vec<Record> {
    records(world, Acquirer, RecordKind::DateReconciled)
}

fn pay(world: &mut Local) -> Outcome {
    world.outcomes();
    world.ask(Acquirer, Command::Pay).unwrap();
    world.outcomes().pop().unwrap().1
}

fn close_batch(world: &mut Local) {
    world.ask(Terminal, Command::CloseBatch).unwrap();
    settle_down(world);
}

#[test]
fn a_parked_reversal_stops_neither_the_date_nor_the_money_of_the_others() {
    let mut world = open_shop();
    reversal_without_answer(&mut world, 8);
    wait_long(&mut world);
    wait_long(&mut world);
    assert_eq!(records(&world, Acquirer, RecordKind::AdviceParked).len(), 1);
    sell(&mut world, 10_000);
    close_batch(&mut world);
    cut_over(&mut world);
    settle_down(&mut world);
    assert_eq!(reconciled(&world).len(), 1, "at once: nobody will answer this reversal by waiting");
    assert_eq!(pay(&mut world), Outcome::Paid(Money::minor(9_940)));
    for party in [Acquirer, Issuer] {
        assert_eq!(records(&world, party, RecordKind::SaleExcluded).len(), 1, "{party} lists it");
    }
    assert_eq!(held(&world), 500, "and its money is held, neither settled nor lost");
    let open: Vec<_> = answers(&world).iter().map(|answer| answer.verdict).collect();
    assert_eq!(open, [Verdict::Reversing, Verdict::Paid]);
    assert!(answers(&world)[0].story.contains("left out of the totals"), "{}", answers(&world)[0].story);

    world.restart(Acquirer, machine(Acquirer)).unwrap();
    wait_long(&mut world);
    assert_eq!((held(&world), failed(&world)), (0, Vec::new()), "its reversal is answered in the end");
    cut_over(&mut world);
    one_timer(&mut world);
    assert_eq!(reconciled(&world)[1].totals, Some(Totals::default()), "and it is counted nowhere");
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_reversal_that_is_being_repeated_holds_the_date_up_for_one_timer() {
    let mut world = open_shop();
    sell(&mut world, 10_000);
    reversal_without_answer(&mut world, 6);
    close_batch(&mut world);
    wait_long(&mut world);
    cut_over(&mut world);
    one_timer(&mut world);
    assert_eq!(reconciled(&world).len(), 1);
    wait_long(&mut world);
    wait_long(&mut world);
    assert_eq!((held(&world), failed(&world)), (0, Vec::new()));
}

#[test]
fn a_reversal_that_is_answered_in_time_is_counted_and_not_left_out() {
    let mut world = open_shop();
    reversal_without_answer(&mut world, 0);
    cut_over(&mut world);
    wait_long(&mut world);
    assert_eq!(records(&world, Acquirer, RecordKind::SaleExcluded).len(), 0);
    let counted = reconciled(&world)[0].totals.unwrap();
    assert_eq!((counted.sales.count, counted.sales_reversed.count, counted.net()), (1, 1, 0));
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn traffic_that_never_pauses_does_not_hold_the_date_up() {
    let mut world = open_shop();
    let in_flight = |world: &mut Local, number: u64| {
        // Under way for longer than until the next one comes: at every moment one is not answered.
        let slow = Mishap::Delay(Duration::from_millis(30));
        world.fault(Fault { from: Issuer, to: Acquirer, mti: Mti(210), mishap: slow });
        world.handle(Acquirer, Input::Received(Terminal, sale_request(number, 100))).unwrap();
        let until = world.now().after(Duration::from_millis(20));
        world.run_until(until).unwrap();
    };
    (100..150).for_each(|number| in_flight(&mut world, number));
    cut_over(&mut world);
    (150..190).for_each(|number| in_flight(&mut world, number));
    assert_eq!(reconciled(&world).len(), 1, "0.8 s later, in the middle of the traffic");
    let counted = reconciled(&world)[0].totals.unwrap();
    assert!((49..=51).contains(&counted.sales.count), "{counted}");
    settle_down(&mut world);
    assert_eq!(failed(&world), [""; 0]);
    assert_eq!(codes_sent(&world, Acquirer, 520).len(), 1);
}

/// A shop of two merchants; the terminal of the second is played by the test.
fn two_merchants() -> Local {
    let config = common::acquirer_config([MERCHANT, BAKER]);
    let nodes = Party::ALL.map(|party| match party {
        Acquirer => Node::open(Box::new(AcquirerMachine::new(config.clone())), Box::new(MemStore::default())),
        other => Node::open(machine(other), Box::new(MemStore::default())),
    });
    let mut world = Local::open(Stamp::on(common::TODAY, 50_000), nodes.map(Result::unwrap)).unwrap();
    world.ask(Terminal, Command::SignOn).unwrap();
    let sign_on = Telegram { management: Some(3), ..Telegram::new(Mti::NETWORK, 1) };
    baker(&mut world, sign_on);
    settle_down(&mut world);
    world
}

fn baker(world: &mut Local, message: Telegram) {
    let own = Telegram { terminal: "20000002".to_owned(), merchant: BAKER.to_owned(), ..message };
    world.handle(Acquirer, Input::Received(Terminal, own)).unwrap();
    settle_down(world);
}

#[test]
fn a_merchant_is_paid_whatever_is_open_at_another() {
    let mut world = two_merchants();
    reversal_without_answer(&mut world, 30);
    baker(&mut world, sale_request(70, 10_000));
    let totals = Totals { sales: Tally { count: 1, amount: Money::minor(10_000) }, ..Totals::default() };
    let batch = Some(1);
    let close =
        Telegram { batch, totals: Some(totals), management: Some(201), ..Telegram::new(Mti(500), 71) };
    baker(&mut world, close);
    cut_over(&mut world);
    one_timer(&mut world);
    assert_eq!(pay(&mut world), Outcome::Paid(Money::minor(9_940)));
    let paid = records(&world, Acquirer, RecordKind::Payout);
    assert_eq!(paid.iter().map(|payout| payout.note.as_str()).collect::<Vec<_>>(), [BAKER]);
}

/// The 0530 is lost, the reversal is answered in the meantime: the repeated 0520 says what the first one said.
#[test]
fn a_repeated_reconciliation_has_the_totals_of_the_first() {
    for restarted in [None, Some(Acquirer), Some(Issuer)] {
        let mut world = open_shop();
        sell(&mut world, 10_000);
        reversal_without_answer(&mut world, 2);
        lose(&mut world, Issuer, Acquirer, 530, 1);
        cut_over(&mut world);
        one_timer(&mut world);
        assert_eq!((codes_sent(&world, Acquirer, 520).len(), reconciled(&world).len()), (1, 0));
        if let Some(party) = restarted {
            world.restart(party, machine(party)).unwrap();
        }
        wait_long(&mut world);
        assert_eq!(
            (codes_sent(&world, Acquirer, 520).len(), reconciled(&world).len()),
            (2, 1),
            "{restarted:?}"
        );
        let said = records(&world, Acquirer, RecordKind::MessageOut);
        let said: Vec<_> = said.iter().filter(|r| r.mti == Some(Mti(520))).map(|r| r.totals).collect();
        assert_eq!(said[0], said[1]);
        assert_eq!((held(&world), failed(&world)), (0, Vec::new()), "{restarted:?}");
    }
}

/// Between 0520 and 0530 a sale that is counted cannot be taken back: its amount is about to be moved.
#[test]
fn a_reversal_of_a_counted_sale_waits_for_the_adjustment_desk() {
    let mut world = open_shop();
    sell(&mut world, 10_000);
    lose(&mut world, Issuer, Acquirer, 530, 1);
    cut_over(&mut world);
    settle_down(&mut world);
    let undo = common::reversal_request(Mti::REVERSAL, answers(&world)[0].stan, 10_000);
    common::hand_to(&mut world, Acquirer, Terminal, undo);
    wait_long(&mut world);
    assert_eq!(codes_sent(&world, Acquirer, 410), ["12"]);
    assert_eq!(reconciled(&world).len(), 1);
    let books = |party: Party| world.store(party).unwrap().books();
    assert_eq!(books(Acquirer).account("hub_receivable").net(), 0, "what was counted was settled");
    assert_eq!(records(&world, Acquirer, RecordKind::WorkItem).len(), 1, "and somebody has to look at it");
}

/// What only one of the two hosts has puts the date out of balance; the others are settled and paid, and it is named.
#[test]
fn an_item_that_one_side_alone_has_is_named_and_holds_back_nobody() {
    for only in [Issuer, Acquirer] {
        let mut world = open_shop();
        sell(&mut world, 10_000);
        let request = Telegram {
            transmission: Some("1123140000".to_owned()),
            acquirer: "10344000".to_owned(),
            rrn: Some("632714199999".to_owned()),
            ..sale_request(777_777, 4_000)
        };
        if only == Issuer {
            common::hand_to(&mut world, Issuer, Acquirer, request);
        } else {
            lose(&mut world, Acquirer, Issuer, 200, 1);
            sell(&mut world, 4_000);
            let sent = records(&world, Acquirer, RecordKind::SaleSent).pop().unwrap();
            let (code, settlement) = (settlement::telegram::Code::of(b"00"), Some("1123".to_owned()));
            let request = Telegram { transmission: Some(sent.transmission), stan: sent.host_stan, ..request };
            let forged = Telegram { rrn: Some(sent.rrn), settlement, ..request.answer(code) };
            common::hand_to(&mut world, Acquirer, Issuer, forged);
        }
        close_batch(&mut world);
        cut_over(&mut world);
        settle_down(&mut world);
        assert_eq!(reconciled(&world).len(), 1, "only the {only} has it");
        assert_eq!(pay(&mut world), Outcome::Paid(Money::minor(9_940)));
        for party in [Acquirer, Issuer] {
            let named = records(&world, party, RecordKind::ItemDisputed);
            let amounts: Vec<_> = named.iter().map(|record| record.amount).collect();
            let known = only == Acquirer || party == Issuer;
            assert_eq!(amounts, if known { vec![Some(Money::minor(4_000))] } else { vec![] }, "{party}");
        }
        one_timer(&mut world);
        cut_over(&mut world);
        one_timer(&mut world);
        assert_eq!(reconciled(&world)[1].totals, Some(Totals::default()), "and it is in no later totals");
    }
}

/// Sales, lost responses, reversals and five cut-overs in any order: each date agrees within one timer, each sale
/// has one date, and in the end nobody owes anybody anything that is not named.
#[test]
fn five_dates_under_load_with_one_parked_reversal() {
    for seed in 1..=12_u64 {
        let mut random = Random(seed);
        let mut world = open_shop();
        reversal_without_answer(&mut world, 8);
        wait_long(&mut world);
        for _ in 0..5 {
            for _ in 0..random.below(6) {
                trouble(&mut world, &mut random);
                world
                    .ask(Terminal, Command::Sell(common::card(), Money::minor(100 + random.below(900))))
                    .unwrap();
                let until = world.now().after(Duration::from_millis(random.below(1_500)));
                world.run_until(until).unwrap();
            }
            let before = reconciled(&world).len();
            cut_over(&mut world);
            one_timer(&mut world);
            assert_eq!(reconciled(&world).len(), before + 1, "seed {seed}: within one timer");
        }
        let both = |kind| [Acquirer, Issuer].map(|party| totals_of(&world, party, kind));
        let [ours, theirs] = both(RecordKind::DateReconciled);
        assert_eq!((ours.len(), &ours), (5, &theirs), "seed {seed}");
        assert_eq!(records(&world, Acquirer, RecordKind::DateOutOfBalance), [], "seed {seed}");
        world.restart(Acquirer, machine(Acquirer)).unwrap();
        world.restart(Issuer, machine(Issuer)).unwrap();
        for _ in 0..20 {
            wait_long(&mut world);
        }
        let [receivable, debt] = [(Acquirer, "hub_receivable"), (Issuer, "hub_settlement")]
            .map(|(party, account)| world.store(party).unwrap().books().account(account).net());
        assert_eq!(-receivable, debt, "seed {seed}: what one is owed is what the other owes");
    }
}

fn totals_of(
    world: &Local,
    party: Party,
    kind: RecordKind,
) -> Vec<(Option<Date>, Option<Totals>, Option<Balance>)> {
    records(world, party, kind)
        .into_iter()
        .map(|record| (record.date, record.totals, record.balance))
        .collect()
}

fn trouble(world: &mut Local, random: &mut Random) {
    let (from, to, mti) = match random.below(6) {
        0 => (Issuer, Acquirer, 210),
        1 => (Acquirer, Issuer, 200),
        2 => (Issuer, Acquirer, 430),
        3 => (Acquirer, Issuer, 420),
        _ => return,
    };
    let mishap = match random.below(3) {
        0 => Mishap::Drop,
        1 => Mishap::Duplicate,
        _ => Mishap::Delay(Duration::from_millis(random.below(1_000))),
    };
    world.fault(Fault { from, to, mti: Mti(mti), mishap });
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn the_list_of_a_reconciliation_has_room_for_hundreds_and_says_when_it_has_not() {
    use settlement::telegram::Original;
    use settlement::wire::Dialect;
    use settlement::wire::host::MAX_EXCLUDED;
    let sale = |stan| Original { mti: Mti::SALE, stan, transmission: "1123140201".to_owned() };
    for count in [0, 1, 62, 63, MAX_EXCLUDED as u64] {
        let excluded: Vec<_> = (1..=count).map(sale).collect();
        let totals = Some(Totals::default());
        let message = Telegram { totals, excluded, ..Telegram::new(Mti::RECONCILIATION, 1) };
        let octets = Dialect::Host.encode(&message).unwrap();
        assert_eq!(Dialect::Host.decode(&octets).unwrap().excluded, message.excluded);
    }
    let excluded = (0..=MAX_EXCLUDED as u64).map(sale).collect();
    let message =
        Telegram { totals: Some(Totals::default()), excluded, ..Telegram::new(Mti::RECONCILIATION, 1) };
    assert!(Dialect::Host.encode(&message).is_err());
}
