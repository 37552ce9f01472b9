//! The hub as a switch, the choice of a way, and one original by two ways: each rule, provoked at the parties themselves.

mod common;

use std::collections::BTreeMap;

use common::{MERCHANT, TERMINAL, TODAY, machine, sale_request, timers};
use settlement::clock::Stamp;
use settlement::journal::{Party, RecordKind};
use settlement::money::Money;
use settlement::node::Node;
use settlement::party::{Acquirer, Command, Hub, HubConfig, Input, Machine, StandIn, SwitchConfig, Timer};
use settlement::store::MemStore;
use settlement::telegram::{Code, Mti, Original, Telegram};

use Party::{Acquirer as A, Hub as H, Issuer as I, Terminal as T};

const NOW: Stamp = Stamp::on(TODAY, 50_000);

/// A party alone, with what it sends and what it wants to be woken for.
struct Alone {
    node: Option<Node>,
    make: fn() -> Box<dyn Machine>,
    timers: Vec<(Timer, Stamp)>,
    now: Stamp,
}

impl Alone {
    fn new(make: fn() -> Box<dyn Machine>) -> Self {
        let node = Node::open(make(), Box::new(MemStore::default())).unwrap();
        let mut alone = Self { node: Some(node), make, timers: Vec::new(), now: NOW };
        alone.hear(Input::Start);
        alone
    }

    fn hear(&mut self, input: Input) -> Vec<(Party, Telegram)> {
        let released = self.node.as_mut().unwrap().handle(input, self.now).unwrap();
        let now = self.now;
        self.timers.extend(released.timers.into_iter().map(|(timer, delay)| (timer, now.after(delay))));
        released.sends
    }

    /// Dies, and comes back on its journal.
    fn restart(&mut self) -> Vec<(Party, Telegram)> {
        let store = self.node.take().unwrap().into_store();
        self.node = Some(Node::open((self.make)(), store).unwrap());
        self.timers.clear();
        self.hear(Input::Start)
    }

    /// Lets the timers of this kind run out.
    fn run_out(&mut self, is_meant: impl Fn(&Timer) -> bool) -> Vec<(Party, Telegram)> {
        let (due, rest) =
            std::mem::take(&mut self.timers).into_iter().partition(|(timer, _)| is_meant(timer));
        self.timers = rest;
        let due: Vec<(Timer, Stamp)> = due;
        due.into_iter()
            .flat_map(|(timer, at)| {
                self.now = self.now.max(at);
                self.hear(Input::Timer(timer))
            })
            .collect()
    }

    fn count(&self, kind: RecordKind) -> usize {
        let history = self.node.as_ref().unwrap().store().history().unwrap();
        history.records.iter().filter(|record| record.kind == kind).count()
    }

    fn net(&self, account: &str) -> i128 {
        self.node.as_ref().unwrap().store().books().account(account).net()
    }
}

fn acquirer() -> Box<dyn Machine> {
    let config = common::acquirer_config([MERCHANT]);
    Box::new(Acquirer::new(config).with_back_office(BTreeMap::new()).with_routes(&[I, H]))
}

fn hub() -> Box<dyn Machine> {
    let config = HubConfig { institution: "99990000".to_owned(), fee_basis_points: 60 };
    let stand_in = Some(StandIn { sale: Money::minor(50_000), card: Money::minor(80_000) });
    Box::new(Hub::new(config).with_switch(SwitchConfig { timers: timers(), stand_in }))
}

fn issuer() -> Box<dyn Machine> {
    machine(I)
}

fn code(text: &[u8; 2]) -> Option<Code> {
    Some(Code::of(text))
}

/// Its reversal, or the advice that somebody stood in for it.
fn about(sale: &Telegram, mti: Mti, stan: u64) -> Telegram {
    let original =
        Original { mti: sale.mti, stan: sale.stan, transmission: sale.transmission.clone().unwrap() };
    Telegram { mti, stan, pin: None, original: Some(original), code: code(b"00"), ..sale.clone() }
}

/// A hub whose issuer has signed on, with this date.
fn hub_in_service() -> Alone {
    let mut hub = Alone::new(hub);
    let [(to, sign_on)] = &hub.hear(Input::LinkUp(I))[..] else { panic!() };
    assert_eq!((*to, sign_on.mti, sign_on.management), (I, Mti::NETWORK, Some(1)));
    let response = Telegram { settlement: Some("1123".to_owned()), ..sign_on.answer(Code::of(b"00")) };
    assert_eq!(hub.hear(Input::Received(I, response)).len(), 0);
    hub
}

#[test]
fn a_response_finds_its_way_back_by_its_key_also_after_a_restart_and_late() {
    let mut hub = hub_in_service();
    let sale = common::host_request(500_001, 300);
    let sent = hub.hear(Input::Received(A, sale.clone()));
    assert_eq!((sent.len(), sent[0].0, sent[0].1.stan), (1, I, 500_001), "under the key of the acquirer");
    assert_eq!(sent[0].1.pin, sale.pin, "nothing is lost on the way");
    hub.restart();
    let response = sale.answer(Code::of(b"00"));
    for _ in 0..2 {
        let back = hub.hear(Input::Received(I, response.clone()));
        assert_eq!((back.len(), back[0].0, back[0].1.code), (1, A, code(b"00")));
    }
    let other = Telegram { stan: 500_777, ..response };
    assert_eq!(hub.hear(Input::Received(I, other)).len(), 0, "nobody asked for it");
}

#[test]
fn a_request_is_durable_before_it_is_forwarded() {
    let mut hub = hub_in_service();
    hub.hear(Input::Received(A, common::host_request(500_001, 300)));
    let history = hub.node.as_ref().unwrap().store().history().unwrap();
    let place = |kind| history.records.iter().rposition(|record| record.kind == kind).unwrap();
    assert!(place(RecordKind::Forwarded) < place(RecordKind::MessageOut));
    let shown = format!("{:?}", history.records);
    assert!(!shown.contains("6212345678901232"), "no journal holds a card number");
}

#[test]
fn what_is_unknown_is_never_approved_in_the_issuers_name() {
    let mut hub = hub_in_service();
    let sale = common::host_request(500_001, 300);
    hub.hear(Input::Received(A, sale.clone()));
    hub.hear(Input::LinkDown(I));
    assert_eq!(hub.hear(Input::Received(A, sale.clone())).len(), 0, "the issuer may have it");
    hub.restart();
    assert_eq!(hub.hear(Input::Received(A, sale.clone())).len(), 0, "also after a restart");
    // one that certainly did not leave is another matter
    let next = hub.hear(Input::Received(A, common::host_request(500_002, 300)));
    assert_eq!((next[0].0, next[0].1.code), (A, code(b"00")));
    // and one that came twice may have left once
    let mut hub = hub_in_service();
    hub.hear(Input::Received(A, sale.clone()));
    hub.hear(Input::Received(A, sale.clone()));
    assert_eq!(hub.hear(Input::NotSent(I, sale)).len(), 0);
    assert_eq!(hub.count(RecordKind::StoodIn), 0);
}

#[test]
fn limits_hold_for_a_sale_and_for_a_card_and_a_sale_is_approved_once() {
    let mut hub = hub_in_service();
    hub.hear(Input::LinkDown(I));
    let mut said = |stan, units| {
        let sent = hub.hear(Input::Received(A, common::host_request(stan, units)));
        (sent[0].1.code.unwrap().to_string(), sent[0].1.approval.clone().unwrap_or_default())
    };
    assert_eq!(said(1, 50_001).0, "61");
    let (first, approval) = said(2, 50_000);
    assert!(first == "00" && approval.starts_with("ST"), "{approval}");
    assert_eq!(said(2, 50_000), ("00".to_owned(), approval), "the same again is answered alike");
    assert_eq!(said(2, 49_000).0, "94", "another amount under this key");
    assert_eq!(said(3, 30_001).0, "61", "the card has spent 500.00");
    assert_eq!(said(4, 30_000).0, "00");
    assert_eq!(said(1, 50_001).0, "61");
    assert_eq!(hub.count(RecordKind::StoodIn), 2);
}

#[test]
fn advices_go_out_in_order_until_the_issuer_has_each_and_a_refusal_is_named() {
    let mut hub = hub_in_service();
    hub.hear(Input::LinkDown(I));
    for (stan, units) in [(1, 10_000), (2, 20_000)] {
        hub.hear(Input::Received(A, common::host_request(stan, units)));
    }
    hub.restart();
    let [(_, sign_on)] = &hub.hear(Input::LinkUp(I))[..] else { panic!() };
    let first = hub.hear(Input::Received(I, sign_on.answer(Code::of(b"00"))));
    assert_eq!((first.len(), first[0].1.mti, first[0].1.amount), (1, Mti(220), Some(Money::minor(10_000))));
    assert_eq!(first[0].1.pan, common::host_request(1, 1).pan, "the issuer is told the card");
    // not now: the same goes out again, as a repeat
    hub.hear(Input::Received(I, first[0].1.answer(Code::of(b"96"))));
    hub.run_out(|timer| matches!(timer, Timer::Advice(..)));
    let again = hub.run_out(|timer| *timer == Timer::Forward);
    assert_eq!((again[0].1.mti, again[0].1.stan), (Mti(221), first[0].1.stan));
    hub.hear(Input::Received(I, again[0].1.answer(Code::of(b"51"))));
    hub.hear(Input::Received(I, again[0].1.answer(Code::of(b"51"))));
    assert_eq!(hub.count(RecordKind::StandInRefused), 1, "once, however often it is said");
    let second = hub.run_out(|timer| *timer == Timer::Forward);
    assert_eq!(second[0].1.amount, Some(Money::minor(20_000)));
    hub.hear(Input::Received(I, second[0].1.answer(Code::of(b"00"))));
    assert_eq!((hub.count(RecordKind::AdviceDone), hub.count(RecordKind::StandInRefused)), (2, 1));
}

#[test]
fn a_reversal_waits_for_the_advice_of_its_sale_and_comes_before_a_sale_that_is_late() {
    let mut hub = hub_in_service();
    hub.hear(Input::LinkDown(I));
    let (sale, late) = (common::host_request(1, 10_000), common::host_request(2, 10_000));
    hub.hear(Input::Received(A, sale.clone()));
    let said = hub.hear(Input::Received(A, about(&sale, Mti(420), 9)));
    assert_eq!((said[0].0, said[0].1.code), (A, code(b"09")), "no final answer");
    let said = hub.hear(Input::Received(A, about(&late, Mti(420), 10)));
    assert_eq!(said[0].1.code, code(b"09"), "no final answer either");
    let said = hub.hear(Input::Received(A, late));
    assert_eq!(said[0].1.code, code(b"22"), "its reversal came first: it is not approved in anybody's name");
}

#[test]
fn one_original_by_two_ways_is_held_once() {
    let mut issuer = Alone::new(issuer);
    let sale = common::host_request(500_001, 300);
    let direct = issuer.hear(Input::Received(A, sale.clone()));
    let hub = issuer.hear(Input::Received(H, sale.clone()));
    let told = issuer.hear(Input::Received(H, about(&sale, Mti(220), 700_001)));
    assert_eq!([direct[0].0, hub[0].0, told[0].0], [A, H, H], "each on its own line");
    assert_eq!(direct[0].1.approval, hub[0].1.approval);
    assert_eq!([&hub, &told].map(|sent| sent[0].1.code), [code(b"00"); 2]);
    assert_eq!((issuer.net("hub_settlement"), issuer.count(RecordKind::SaleApproved)), (300, 1));
    // by either way it is given back once, and nothing brings it back
    for from in [H, A] {
        assert_eq!(issuer.hear(Input::Received(from, about(&sale, Mti(420), 9)))[0].1.code, code(b"00"));
    }
    assert_eq!(issuer.hear(Input::Received(H, about(&sale, Mti(221), 700_001)))[0].1.code, code(b"25"));
    assert_eq!((issuer.net("hub_settlement"), issuer.net("stip_exposure")), (0, 0));
}

#[test]
fn what_the_issuer_refuses_of_a_stand_in_it_bears_once() {
    let mut issuer = Alone::new(issuer);
    let closed =
        Telegram { pan: settlement::card::Pan::new("4111111111111112"), ..common::host_request(1, 4_000) };
    let too_much = common::host_request(2, 9_000_000);
    for (sale, refusal, exposure) in [(&closed, b"14", -4_000), (&too_much, b"61", -9_004_000)] {
        for mti in [Mti(220), Mti(221)] {
            let said = issuer.hear(Input::Received(H, about(sale, mti, 700_000 + sale.stan)));
            assert_eq!((said[0].0, said[0].1.code), (H, code(refusal)));
            assert_eq!((issuer.net("stip_exposure"), issuer.net("hub_settlement")), (exposure, -exposure));
        }
    }
    assert_eq!(issuer.count(RecordKind::StandInRefused), 2);
    // taken back, it is nobody's loss
    let said = issuer.hear(Input::Received(A, about(&closed, Mti(420), 3)));
    assert_eq!((said[0].1.code, issuer.net("stip_exposure")), (code(b"00"), -9_000_000));
}

#[test]
fn the_end_of_a_date_is_announced_by_either_line() {
    let by = |sent: &[(Party, Telegram)]| {
        sent.iter().map(|(to, message)| (*to, message.management)).collect::<Vec<_>>()
    };
    let mut issuer = Alone::new(issuer);
    issuer.hear(Input::LinkUp(H));
    let sent = issuer.hear(Input::Command(Command::CutOver));
    assert_eq!(by(&sent), [(A, Some(201))]);
    let sent = issuer.hear(Input::NotSent(A, sent[0].1.clone()));
    assert_eq!(by(&sent), [(H, Some(201))], "the direct line is down");
    let mut hub = hub_in_service();
    let on = hub.hear(Input::Received(I, sent[0].1.clone()));
    assert_eq!(by(&on), [(A, Some(201))]);
    let back = hub.hear(Input::Received(A, on[0].1.answer(Code::of(b"00"))));
    assert_eq!((back[0].0, back[0].1.mti, back[0].1.stan), (I, Mti(810), on[0].1.stan));
    let again = issuer.run_out(|timer| matches!(timer, Timer::CutOver(_)));
    assert_eq!(by(&again), [(A, Some(201))], "silence: by the other line");
    issuer.hear(Input::Received(H, back[0].1.clone()));
    assert!(issuer.run_out(|timer| matches!(timer, Timer::CutOver(_))).is_empty());
}

/// A reversal that the hub cannot hand on is no fault of the way: it may still stand in for the next sale.
#[test]
fn an_issuer_that_nobody_reaches_does_not_close_the_way_to_the_hub() {
    let (mut shop, mut hub) = (shop(), hub_in_service());
    let lost = shop.hear(Input::Received(T, sale_request(2, 500)));
    assert_eq!(lost[0].0, I);
    shop.run_out(|timer| matches!(timer, Timer::Answer(_)));
    shop.hear(Input::LinkDown(I));
    hub.hear(Input::LinkDown(I));
    for _ in 0..5 {
        shop.now = shop.now.after(std::time::Duration::from_secs(5));
        for (to, advice) in shop.hear(Input::Timer(Timer::Forward)) {
            assert_eq!(to, H);
            let said = hub.hear(Input::Received(A, advice));
            assert_eq!(shop.hear(Input::Received(H, said[0].1.clone())).len(), 0, "no final answer");
        }
        shop.run_out(|timer| matches!(timer, Timer::Advice(..) | Timer::Response(..)));
    }
    let sale = shop.hear(Input::Received(T, sale_request(3, 500)));
    assert_eq!(sale[0].0, H);
    assert_eq!(hub.hear(Input::Received(A, sale[0].1.clone()))[0].1.code, code(b"00"));
    assert!(shop.count(RecordKind::AdviceSent) > 2 && shop.count(RecordKind::SaleReversed) == 0);
}

/// An acquirer with both ways in service.
fn shop() -> Alone {
    let mut shop = Alone::new(acquirer);
    for via in [I, H] {
        let [(to, sign_on)] = &shop.hear(Input::LinkUp(via))[..] else { panic!() };
        assert_eq!(*to, via);
        shop.hear(Input::Received(via, sign_on.answer(Code::of(b"00"))));
    }
    let sign_on = Telegram { terminal: TERMINAL.to_owned(), ..Telegram::new(Mti::NETWORK, 1) };
    shop.hear(Input::Received(T, sign_on));
    shop
}

#[test]
fn what_never_left_goes_by_the_next_way_and_what_is_unknown_by_none() {
    let mut shop = shop();
    let sent = shop.hear(Input::Received(T, sale_request(2, 500)));
    assert_eq!((sent.len(), sent[0].0), (1, I), "the first way is healthy");
    let request = sent[0].1.clone();
    let again = shop.hear(Input::NotSent(I, request.clone()));
    assert_eq!(
        (again[0].0, again[0].1.stan, &again[0].1.transmission),
        (H, request.stan, &request.transmission)
    );
    let refused = shop.hear(Input::NotSent(H, request));
    assert_eq!((refused[0].0, refused[0].1.code), (T, code(b"91")));
    // silence: it is reversed, and nothing is sold a second time
    let sent = shop.hear(Input::Received(T, sale_request(3, 500)));
    assert_eq!(sent[0].0, I);
    let told = shop.run_out(|timer| matches!(timer, Timer::Answer(key) if key.ends_with("000003")));
    assert_eq!(told.iter().map(|(to, message)| (*to, message.code)).collect::<Vec<_>>(), [(T, code(b"68"))]);
    let sent = shop.run_out(|timer| *timer == Timer::Forward);
    assert!(sent.iter().all(|(_, message)| message.mti == Mti(420)) && sent.len() == 1, "{sent:?}");
}

#[test]
fn a_circuit_opens_after_three_failures_and_closes_by_an_echo_also_across_a_restart() {
    let mut shop = shop();
    for stan in 2..5 {
        let sent = shop.hear(Input::Received(T, sale_request(stan, 500)));
        assert_eq!(sent[0].0, I, "sale {stan}");
        shop.hear(Input::Received(I, sent[0].1.answer(Code::of(b"96"))));
    }
    assert_eq!(shop.count(RecordKind::RouteOpened), 1);
    assert_eq!(shop.hear(Input::Received(T, sale_request(5, 500)))[0].0, H, "the other way");
    shop.restart();
    for via in [I, H] {
        let [(_, sign_on)] = &shop.hear(Input::LinkUp(via))[..] else { panic!() };
        if via == H {
            shop.hear(Input::Received(via, sign_on.answer(Code::of(b"00"))));
        }
    }
    assert_eq!(shop.hear(Input::Received(T, sale_request(6, 500)))[0].0, H, "it is in the journal");
    // a trial without a response opens it again, one with a response closes it
    let trial = |shop: &mut Alone| {
        let sent = shop.run_out(|timer| matches!(timer, Timer::Route(..)));
        assert_eq!((sent.len(), sent[0].0, sent[0].1.management), (1, I, Some(301)));
        sent[0].1.clone()
    };
    trial(&mut shop);
    let silent = shop.run_out(|timer| matches!(timer, Timer::Response(..)));
    assert!(silent.is_empty(), "{silent:?}");
    assert_eq!(shop.count(RecordKind::RouteOpened), 2);
    // the timer of the trial that failed says nothing any more
    shop.timers.remove(shop.timers.iter().position(|(timer, _)| matches!(timer, Timer::Route(..))).unwrap());
    let echo = trial(&mut shop);
    shop.hear(Input::Received(I, echo.answer(Code::of(b"00"))));
    assert_eq!(shop.count(RecordKind::RouteClosed), 1);
    let sent = shop.hear(Input::Received(T, sale_request(7, 500)));
    assert_eq!(sent[0].0, I, "the first way again");
    // on trial, one failure is enough
    shop.hear(Input::Received(I, sent[0].1.answer(Code::of(b"91"))));
    assert_eq!(shop.hear(Input::Received(T, sale_request(8, 500)))[0].0, H);
}

#[test]
fn octets_that_are_no_message_and_wrong_macs_are_failures_of_their_way() {
    let mut shop = shop();
    shop.hear(Input::BadFrame(I, "bitmap".to_owned()));
    shop.hear(Input::BadMac(I, Telegram::new(Mti(210), 1)));
    assert_eq!(shop.count(RecordKind::RouteOpened), 0);
    shop.hear(Input::BadFrame(I, "bitmap".to_owned()));
    assert_eq!(shop.count(RecordKind::RouteOpened), 1);
    shop.hear(Input::BadFrame(T, "bitmap".to_owned()));
    assert_eq!(shop.count(RecordKind::RouteFailed), 3, "the terminal is no way to the issuer");
}
