//! The rules that keep money from getting lost, each provoked.

mod common;

use std::time::Duration;

use common::{
    answers, card, codes_sent, failed, hand_to, held, machine, open_shop, records, reversal_request,
    sale_request, sell, settle_down, wait_long, world,
};
use settlement::audit::Books;
use settlement::card::Card;
use settlement::journal::{Party, Record, RecordKind};
use settlement::ledger::Purpose;
use settlement::money::Money;
use settlement::ops::Operation;
use settlement::party::{Command, Input, Outcome, TerminalRequest};
use settlement::telegram::{Code, Mti, Tally, Telegram, Totals};
use settlement::wimm::Verdict;
use settlement::world::{Fault, Mishap, World};

use Party::{Acquirer, Issuer, Terminal};

fn fault(from: Party, to: Party, mti: u16, mishap: Mishap) -> Fault {
    Fault { from, to, mti: Mti(mti), mishap }
}

#[test]
fn a_request_that_arrives_twice_is_booked_once_and_answered_alike() {
    let mut world = open_shop();
    hand_to(&mut world, Acquirer, Terminal, sale_request(70, 500));
    hand_to(&mut world, Acquirer, Terminal, sale_request(70, 500));
    let sent = records(&world, Acquirer, RecordKind::MessageOut);
    let answers: Vec<_> = sent.iter().filter(|record| record.mti == Some(Mti(210))).collect();
    assert_eq!(answers.len(), 2);
    let told = |at: usize| {
        (answers[at].code, answers[at].approval.clone(), answers[at].rrn.clone(), answers[at].date)
    };
    assert_eq!(told(0), told(1));
    assert_eq!(held(&world), 500);
    assert_eq!(codes_sent(&world, Acquirer, 200).len(), 1, "the issuer was asked once");
}

#[test]
fn the_network_may_deliver_twice_too() {
    let mut world = open_shop();
    world.fault(fault(Acquirer, Issuer, 200, Mishap::Duplicate));
    world.fault(fault(Terminal, Acquirer, 200, Mishap::Duplicate));
    sell(&mut world, 900);
    assert_eq!(held(&world), 900);
    assert_eq!(codes_sent(&world, Issuer, 210), ["00", "00"]);
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_stan_used_again_for_another_amount_is_refused() {
    let mut world = open_shop();
    hand_to(&mut world, Acquirer, Terminal, sale_request(70, 500));
    hand_to(&mut world, Acquirer, Terminal, sale_request(70, 600));
    assert_eq!(codes_sent(&world, Acquirer, 210), ["00", "94"]);
    assert_eq!((held(&world), records(&world, Acquirer, RecordKind::StanReuse).len()), (500, 1));
}

#[test]
fn a_reversal_that_overtakes_its_sale_wins() {
    let mut world = open_shop();
    hand_to(&mut world, Acquirer, Terminal, reversal_request(Mti::REVERSAL, 70, 500));
    hand_to(&mut world, Acquirer, Terminal, sale_request(70, 500));
    assert_eq!(codes_sent(&world, Acquirer, 410), ["25"]);
    assert_eq!(codes_sent(&world, Acquirer, 210), ["22"]);
    assert_eq!(codes_sent(&world, Acquirer, 200).len(), 0, "the issuer never hears of it");
    assert_eq!(held(&world), 0);
}

#[test]
fn the_issuer_keeps_a_tombstone_too() {
    let mut world = open_shop();
    let slow = Duration::from_millis(1_500);
    world.fault(fault(Acquirer, Issuer, 200, Mishap::Delay(slow)));
    sell(&mut world, 500);
    wait_long(&mut world);
    assert_eq!(records(&world, Issuer, RecordKind::Tombstone).len(), 1);
    assert_eq!(codes_sent(&world, Issuer, 210), ["22"], "the delayed sale is refused when it comes");
    assert_eq!(held(&world), 0);
    assert_eq!(answers(&world)[0].verdict, Verdict::Reversed);
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_late_approval_revives_nothing() {
    let mut world = open_shop();
    world.fault(fault(Issuer, Acquirer, 210, Mishap::Delay(Duration::from_millis(900))));
    sell(&mut world, 500);
    wait_long(&mut world);
    assert_eq!(records(&world, Acquirer, RecordKind::LateApproval).len(), 1);
    assert_eq!(codes_sent(&world, Acquirer, 210), ["68"]);
    assert_eq!(held(&world), 0);
    assert_eq!(world.store(Acquirer).unwrap().books().accounts().count(), 0, "the acquirer booked nothing");
    assert_eq!(answers(&world)[0].verdict, Verdict::Reversed);
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_lost_answer_is_reversed_before_the_next_sale() {
    let mut world = open_shop();
    world.fault(fault(Acquirer, Terminal, 210, Mishap::Drop));
    sell(&mut world, 500);
    wait_long(&mut world);
    assert_eq!(held(&world), 500, "the terminal gave up, the money is still held");
    assert!(sell(&mut world, 700).iter().any(|(_, outcome)| matches!(outcome, Outcome::Approved(_))));
    assert_eq!(held(&world), 700);
    assert_eq!(codes_sent(&world, Terminal, 400), ["98"]);
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_reversal_is_repeated_until_it_is_answered_and_releases_once() {
    let mut world = open_shop();
    world.fault(fault(Issuer, Acquirer, 210, Mishap::Drop));
    for _ in 0..5 {
        world.fault(fault(Issuer, Acquirer, 430, Mishap::Drop));
    }
    sell(&mut world, 500);
    wait_long(&mut world);
    assert_eq!(codes_sent(&world, Acquirer, 421).len(), 5);
    let released = world.store(Issuer).unwrap().history().unwrap().transfers;
    assert_eq!(released.iter().filter(|transfer| transfer.purpose == Purpose::Reversal).count(), 1);
    assert_eq!((held(&world), failed(&world)), (0, Vec::new()));
}

#[test]
fn a_reversal_that_is_never_answered_is_a_work_item_until_the_issuer_is_back() {
    let mut world = open_shop();
    world.fault(fault(Issuer, Acquirer, 210, Mishap::Drop));
    for _ in 0..8 {
        world.fault(fault(Issuer, Acquirer, 430, Mishap::Drop));
    }
    sell(&mut world, 500);
    wait_long(&mut world);
    wait_long(&mut world);
    assert_eq!(records(&world, Acquirer, RecordKind::AdviceSent).len(), 8);
    assert_eq!(records(&world, Acquirer, RecordKind::AdviceParked).len(), 1);
    assert!(failed(&world).iter().any(|check| check.contains("work item")), "{:?}", failed(&world));
    world.restart(Acquirer, machine(Acquirer)).unwrap();
    wait_long(&mut world);
    assert_eq!(
        records(&world, Acquirer, RecordKind::AdviceRetried).len(),
        1,
        "a restart forgets no work item"
    );
    assert_eq!(records(&world, Acquirer, RecordKind::AdviceDone).len(), 1);
    assert_eq!((held(&world), failed(&world)), (0, Vec::new()));
    let sent = records(&world, Acquirer, RecordKind::MessageOut);
    let advices: Vec<_> = sent.iter().filter(|record| matches!(record.mti, Some(Mti(420 | 421)))).collect();
    let identity = |record: &Record| (record.stan, record.transmission.clone(), record.rrn.clone());
    assert!(advices.iter().all(|advice| identity(advice) == identity(advices[0])));
    assert_eq!(advices.iter().filter(|advice| advice.mti == Some(Mti(420))).count(), 1, "then repeats");
}

#[test]
fn reversals_leave_one_after_the_other_and_in_order() {
    let mut world = open_shop();
    world.fault(fault(Acquirer, Issuer, 420, Mishap::Drop));
    for units in [500, 600, 700] {
        world.fault(fault(Acquirer, Terminal, 210, Mishap::Drop));
        sell(&mut world, units);
        wait_long(&mut world);
    }
    sell(&mut world, 800);
    wait_long(&mut world);
    let of = |kind| records(&world, Acquirer, kind).into_iter().map(|record| record.tx).collect::<Vec<_>>();
    let sent = of(RecordKind::AdviceSent);
    assert_eq!((sent.len(), &sent[0]), (4, &sent[1]), "the first one twice, and before the others");
    assert_eq!(of(RecordKind::AdviceQueued), of(RecordKind::AdviceDone));
    assert_eq!((held(&world), failed(&world)), (800, Vec::new()));
}

#[test]
fn a_late_answer_to_a_reversal_ends_its_repeats() {
    let mut world = open_shop();
    world.fault(fault(Issuer, Acquirer, 210, Mishap::Drop));
    world.fault(fault(Issuer, Acquirer, 430, Mishap::Delay(Duration::from_millis(650))));
    sell(&mut world, 500);
    wait_long(&mut world);
    assert_eq!((codes_sent(&world, Acquirer, 421).len(), held(&world)), (0, 0));
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_reversal_outlives_a_dead_line() {
    let mut world = open_shop();
    world.fault(fault(Issuer, Acquirer, 210, Mishap::Drop));
    sell(&mut world, 500);
    world.host_link(false).unwrap();
    wait_long(&mut world);
    assert_eq!((held(&world), answers(&world)[0].verdict), (500, Verdict::Reversing));
    assert!(!failed(&world).is_empty(), "an unknown outcome is not a balanced day");
    world.host_link(true).unwrap();
    wait_long(&mut world);
    assert_eq!((held(&world), answers(&world)[0].verdict), (0, Verdict::Reversed));
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn the_acquirer_that_dies_in_a_sale_reverses_it() {
    let mut world = open_shop();
    world.fault(fault(Issuer, Acquirer, 210, Mishap::Drop));
    sell(&mut world, 500);
    assert_eq!(held(&world), 500);
    world.restart(Acquirer, machine(Acquirer)).unwrap();
    wait_long(&mut world);
    assert_eq!((held(&world), answers(&world)[0].verdict), (0, Verdict::Reversed));
}

#[test]
fn the_terminal_that_loses_power_reverses_first() {
    let mut world = open_shop();
    world.fault(fault(Acquirer, Terminal, 210, Mishap::Drop));
    sell(&mut world, 500);
    world.restart(Terminal, machine(Terminal)).unwrap();
    sell(&mut world, 700);
    assert_eq!((held(&world), codes_sent(&world, Terminal, 400)), (700, vec!["98".to_owned()]));
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_terminal_without_answer_to_its_reversal_sells_nothing_and_forgets_nothing() {
    let mut world = open_shop();
    world.fault(fault(Acquirer, Terminal, 210, Mishap::Drop));
    sell(&mut world, 500);
    wait_long(&mut world);
    for _ in 0..3 {
        world.fault(fault(Acquirer, Terminal, 410, Mishap::Drop));
    }
    sell(&mut world, 700);
    wait_long(&mut world);
    assert!(world.outcomes().contains(&(Terminal, Outcome::ReversalPending)));
    assert_eq!(codes_sent(&world, Terminal, 400).len(), 3);
    sell(&mut world, 800);
    assert_eq!((held(&world), codes_sent(&world, Terminal, 400).len()), (800, 4));
}

#[test]
fn an_answer_with_another_amount_is_no_approval() {
    let mut world = open_shop();
    world.fault(fault(Issuer, Acquirer, 210, Mishap::Drop));
    sell(&mut world, 500);
    let asked = records(&world, Acquirer, RecordKind::SaleSent).remove(0);
    let forged = Telegram {
        transmission: Some(asked.transmission),
        amount: Some(Money::minor(564)),
        ..Telegram::new(Mti(210), asked.host_stan).answer(Code::of(b"00"))
    };
    hand_to(
        &mut world,
        Acquirer,
        Issuer,
        Telegram { mti: Mti(210), amount: Some(Money::minor(564)), ..forged },
    );
    wait_long(&mut world);
    assert_eq!(held(&world), 0);
    assert_eq!(answers(&world)[0].verdict, Verdict::Reversed);
}

#[test]
fn the_issuer_says_no_for_its_own_reasons() {
    let code = |digits: &str, expiry: &str, pin: &str, units: u64| {
        let mut world = open_shop();
        let card = Card::test(digits, expiry, pin).unwrap();
        world.ask(Terminal, Command::Sell(card, Money::minor(units))).unwrap();
        settle_down(&mut world);
        assert_eq!(failed(&world), [""; 0]);
        codes_sent(&world, Issuer, 210).remove(0)
    };
    assert_eq!(code("4111111111111111", "4912", "1234", 300_000), "00", "exactly the limit");
    assert_eq!(code("4111111111111111", "4912", "1234", 300_001), "61");
    assert_eq!(code("4242424242424242", "4705", "4321", 12_000), "00", "exactly the balance");
    assert_eq!(code("4242424242424242", "4705", "4321", 12_001), "51");
    assert_eq!(code("4111111111111111", "4912", "1235", 100), "55");
    assert_eq!(code("5555444433331111", "2406", "1111", 100), "54");
    assert_eq!(
        code("4111111111111111", "2610", "1234", 100),
        "54",
        "an expiry in the past, whatever is on file"
    );
    assert_eq!(code("4111111111111112", "4912", "1234", 100), "14", "check digit");
    assert_eq!(code("4012888888881881", "4912", "1234", 100), "14", "check digit right, no such card");
}

#[test]
fn three_wrong_pins_lock_the_card() {
    let mut world = open_shop();
    let card = |pin| Card::test("6212345678901232", "4811", pin).unwrap();
    for pin in ["000000", "000000", "000000", "246810"] {
        world.ask(Terminal, Command::Sell(card(pin), Money::minor(100))).unwrap();
        settle_down(&mut world);
    }
    assert_eq!(codes_sent(&world, Issuer, 210), ["55", "55", "55", "75"]);
    world.restart(Issuer, machine(Issuer)).unwrap();
    sell(&mut world, 100);
    assert_eq!(codes_sent(&world, Issuer, 210).last().unwrap(), "75", "a restart forgets no wrong PIN");
}

#[test]
fn the_acquirer_says_no_for_its_own_reasons() {
    let mut world = open_shop();
    let stranger = Telegram { merchant: "104440359980002".to_owned(), ..sale_request(70, 500) };
    hand_to(&mut world, Acquirer, Terminal, stranger);
    hand_to(&mut world, Acquirer, Terminal, Telegram { batch: Some(9), ..sale_request(71, 500) });
    hand_to(&mut world, Acquirer, Terminal, Telegram { pan: None, ..sale_request(72, 500) });
    world.host_link(false).unwrap();
    hand_to(&mut world, Acquirer, Terminal, sale_request(73, 500));
    assert_eq!(codes_sent(&world, Acquirer, 210), ["03", "77", "30", "91"]);
    assert_eq!((held(&world), failed(&world)), (0, Vec::new()));
}

#[test]
fn a_batch_whose_totals_differ_makes_nothing_payable() {
    let mut world = open_shop();
    sell(&mut world, 500);
    let wrong = Totals { sales: Tally { count: 1, amount: Money::minor(600) }, ..Totals::default() };
    let request = Telegram {
        amount: None,
        totals: Some(wrong),
        management: Some(201),
        ..reversal_request(Mti::SETTLEMENT, 70, 0)
    };
    hand_to(&mut world, Acquirer, Terminal, request);
    assert_eq!(records(&world, Acquirer, RecordKind::BatchOutOfBalance).len(), 1);
    assert_eq!(records(&world, Acquirer, RecordKind::SaleCaptured).len(), 0);
    world.ask(Acquirer, Command::Pay).unwrap();
    assert!(world.outcomes().contains(&(Acquirer, Outcome::Paid(Money::ZERO))));
    assert!(!failed(&world).is_empty(), "and the day does not pass as balanced");
}

#[test]
fn nothing_is_paid_before_batch_and_date_are_both_confirmed() {
    let mut world = open_shop();
    let pay = |world: &mut settlement::local::Local| {
        world.outcomes();
        world.ask(Acquirer, Command::Pay).unwrap();
        world.outcomes().pop().unwrap().1
    };
    sell(&mut world, 10_000);
    assert_eq!(pay(&mut world), Outcome::Paid(Money::ZERO), "neither");
    world.ask(Issuer, Command::CutOver).unwrap();
    settle_down(&mut world);
    assert_eq!(answers(&world)[0].verdict, Verdict::BatchOpen);
    assert_eq!(pay(&mut world), Outcome::Paid(Money::ZERO), "the date only");
    world.ask(Terminal, Command::CloseBatch).unwrap();
    settle_down(&mut world);
    assert_eq!(answers(&world)[0].verdict, Verdict::WaitingForPayout);
    assert_eq!(pay(&mut world), Outcome::Paid(Money::minor(9_940)), "both, less 0.60 %");
    assert_eq!(pay(&mut world), Outcome::Paid(Money::ZERO), "and only once");
    assert_eq!(answers(&world)[0].verdict, Verdict::Paid);
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn a_lost_reconciliation_is_asked_again_and_booked_once() {
    let mut world = open_shop();
    sell(&mut world, 10_000);
    world.fault(fault(Issuer, Acquirer, 530, Mishap::Drop));
    world.fault(fault(Acquirer, Issuer, 810, Mishap::Drop));
    world.ask(Issuer, Command::CutOver).unwrap();
    wait_long(&mut world);
    assert_eq!(codes_sent(&world, Acquirer, 520).len(), 2);
    assert_eq!(codes_sent(&world, Issuer, 800).len(), 2, "the announcement, too, is repeated");
    assert_eq!(records(&world, Acquirer, RecordKind::DateReconciled).len(), 1);
    assert_eq!(failed(&world), [""; 0]);
}

#[test]
fn bytes_that_are_no_message_change_nothing() {
    let mut world = open_shop();
    let before = format!("{:?}", Books::of(&world).unwrap().transfers(Acquirer));
    world.handle(Acquirer, Input::BadFrame(Terminal, "field 4 at byte 20".to_owned())).unwrap();
    assert_eq!(format!("{:?}", Books::of(&world).unwrap().transfers(Acquirer)), before);
    assert_eq!(records(&world, Acquirer, RecordKind::BadFrame).len(), 1);
}

#[test]
fn a_terminal_that_has_not_signed_on_sells_nothing() {
    let mut world = world();
    world.outcomes();
    world.ask(Terminal, Command::Sell(card(), Money::minor(100))).unwrap();
    assert!(matches!(world.outcomes()[..], [(Terminal, Outcome::Refused(_))]));
}

/// The fee is of each item and rounded for each: twice 0.29 of 49.00, where the sum would have 0.59.
#[test]
fn the_fee_is_of_each_item_and_not_of_their_sum() {
    let mut world = open_shop();
    sell(&mut world, 4_900);
    sell(&mut world, 4_900);
    world.ask(Issuer, Command::CutOver).unwrap();
    settle_down(&mut world);
    world.ask(Terminal, Command::CloseBatch).unwrap();
    settle_down(&mut world);
    world.outcomes();
    world.ask(Acquirer, Command::Pay).unwrap();
    assert!(world.outcomes().contains(&(Acquirer, Outcome::Paid(Money::minor(9_742)))));
    let books = Books::of(&world).unwrap();
    assert_eq!(books.ledger(Acquirer).account("mdr_income").net(), 58);
    assert_eq!(failed(&world), [""; 0]);
}

/// What a completion leaves is reserved under the number of the reservation, and is the most that another may take.
#[test]
fn a_completion_in_part_leaves_the_rest_of_its_own_reservation() {
    let mut world = open_shop();
    let ask = |world: &mut _, operation, about, units, keeps: Option<u64>| {
        let (amount, keeps) = (Some(Money::minor(units)), keeps.map(Money::minor));
        let request = TerminalRequest { operation, card: Some(card()), amount, about, keeps };
        World::ask(world, Terminal, Command::Request(request)).unwrap();
        settle_down(world);
    };
    ask(&mut world, Operation::Preauth, None, 10_000, None);
    let reserved = records(&world, Acquirer, RecordKind::SaleSent).remove(0);
    let about = Some(reserved.stan);
    ask(&mut world, Operation::Completion, about, 4_000, Some(6_000));
    let kept: Vec<_> = records(&world, Acquirer, RecordKind::ReservationKept)
        .into_iter()
        .map(|record| (record.tx, record.amount))
        .collect();
    assert_eq!(kept, [(reserved.tx, Some(Money::minor(6_000)))]);
    ask(&mut world, Operation::Completion, about, 6_000, None);
    assert_eq!(records(&world, Acquirer, RecordKind::SaleApproved).len(), 3);
}
