//! The acquirer alone, between a till and an issuer that the test plays: which code each cause of a refusal has, at both
//! sides of each bound, and what an 0520 says. Written from the table of operations in the README.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{MERCHANT, TERMINAL, TODAY, sale_request};
use settlement::card::Card;
use settlement::clock::Stamp;
use settlement::journal::{Party, Record, RecordKind};
use settlement::money::Money;
use settlement::node::{Node, Released};
use settlement::ops::Operation;
use settlement::party::{Acquirer, Command, Desk, Input, Machine, Outcome, Timer};
use settlement::store::MemStore;
use settlement::telegram::{Balance, Code, Mti, Slip, Tally, Telegram, Totals, Upload};

use Operation::{Adjust, Cancel, Completion, Preauth, Refund, Sale, Void};
use Party::{Issuer, Terminal};

const BAKER: &str = "104440359980002";

struct Alone {
    node: Node,
    now: Stamp,
    stan: u64,
}

fn acquirer(back_office: bool) -> Box<dyn Machine> {
    let config = common::acquirer_config([MERCHANT, BAKER]);
    let acquirer = Acquirer::new(config);
    let accounts = BTreeMap::from([(MERCHANT.to_owned(), "ACC-1".to_owned())]);
    Box::new(if back_office { acquirer.with_back_office(accounts) } else { acquirer })
}

impl Alone {
    /// In service, with a till that has signed on.
    fn open(back_office: bool) -> Self {
        let node = Node::open(acquirer(back_office), Box::new(MemStore::default())).unwrap();
        let mut alone = Self { node, now: Stamp::on(TODAY, 50_000), stan: 0 };
        alone.hear(Input::Start);
        let asked = alone.hear(Input::LinkUp(Issuer));
        alone.hear(Input::Received(Issuer, asked.sends[0].1.answer(code("00"))));
        for (terminal, merchant) in [(TERMINAL, MERCHANT), ("20000002", BAKER)] {
            let (terminal, merchant) = (terminal.to_owned(), merchant.to_owned());
            let sign_on =
                Telegram { management: Some(3), terminal, merchant, ..Telegram::new(Mti::NETWORK, 1) };
            alone.hear(Input::Received(Terminal, sign_on));
        }
        alone
    }

    fn hear(&mut self, input: Input) -> Released {
        self.node.handle(input, self.now).unwrap()
    }

    fn wait(&mut self, time: Duration) {
        self.now = self.now.after(time);
    }

    /// A request of the till, about an earlier one, with the next STAN.
    fn request(&mut self, operation: Operation, units: u64, about: Option<u64>) -> Telegram {
        self.stan += 1;
        let mti = operation.row().terminal;
        let slip = about.map(|stan| Slip { batch: 1, stan, day: None });
        Telegram { mti, operation, slip, ..sale_request(self.stan, units) }
    }

    /// The code of its response; "ask" where the issuer is asked, and does not respond.
    fn says(&mut self, operation: Operation, units: u64, about: Option<u64>) -> String {
        let request = self.request(operation, units, about);
        self.send(request)
    }

    fn send(&mut self, request: Telegram) -> String {
        let sent = self.hear(Input::Received(Terminal, request)).sends;
        match &sent[..] {
            [(Terminal, response)] => response.code.unwrap().to_string(),
            [(Issuer, _)] => "ask".to_owned(),
            [] => "nothing".to_owned(),
            other => panic!("{other:?}"),
        }
    }

    /// What the issuer says to it, with this code, and what the till hears.
    fn done(&mut self, request: Telegram, says: &str) -> (u64, Telegram) {
        let stan = request.stan;
        let sent = self.hear(Input::Received(Terminal, request)).sends;
        let [(Issuer, asked)] = &sent[..] else { panic!("{sent:?}") };
        let approval = (says == "00").then(|| "A1B2C3".to_owned());
        let settlement = Some("1123".to_owned());
        let response = Telegram { approval, settlement, ..asked.answer(code(says)) };
        let mut told = self.hear(Input::Received(Issuer, response)).sends;
        assert_eq!((told.len(), told[0].0), (1, Terminal));
        (stan, told.remove(0).1)
    }

    fn approved(&mut self, operation: Operation, units: u64, about: Option<u64>) -> u64 {
        let request = self.request(operation, units, about);
        let (stan, response) = self.done(request, "00");
        assert_eq!((response.stan, response.code, response.operation), (stan, Some(code("00")), operation));
        assert_eq!(response.amount, Some(Money::minor(units)));
        stan
    }

    fn records(&self, kind: RecordKind) -> Vec<Record> {
        let history = self.node.store().history().unwrap();
        history.records.into_iter().filter(|record| record.kind == kind).collect()
    }

    fn close(&mut self, totals: Totals) -> Telegram {
        self.stan += 1;
        let request = Telegram {
            mti: Mti::SETTLEMENT,
            totals: Some(totals),
            management: Some(201),
            amount: None,
            pan: None,
            pin: None,
            expiry: None,
            ..sale_request(self.stan, 0)
        };
        let mut sent = self.hear(Input::Received(Terminal, request)).sends;
        assert_eq!(sent.len(), 1);
        sent.remove(0).1
    }

    fn upload(&mut self, batch: Option<u64>, upload: Option<Upload>) -> String {
        self.stan += 1;
        let request = Telegram {
            mti: Mti::ITEM,
            upload,
            batch,
            amount: None,
            pan: None,
            pin: None,
            expiry: None,
            ..sale_request(self.stan, 0)
        };
        self.send(request)
    }
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn tally(count: u64, units: u64) -> Tally {
    Tally { count, amount: Money::minor(units) }
}

#[test]
fn what_undoes_or_gives_back_a_sale_fits_it_to_the_unit() {
    let mut alone = Alone::open(true);
    let sale = alone.approved(Sale, 10_000, None);
    let said = |alone: &mut Alone, rows: &[(Operation, u64, &str)]| {
        for (operation, units, expected) in rows {
            assert_eq!(alone.says(*operation, *units, Some(sale)), *expected, "{operation} {units}");
        }
    };
    said(
        &mut alone,
        &[
            (Void, 9_999, "64"),
            (Void, 10_001, "64"),
            (Adjust, 10_000, "64"),
            (Adjust, 10_001, "64"),
            (Adjust, 0, "64"),
            (Refund, 0, "64"),
            (Refund, 10_001, "64"),
            (Completion, 10_000, "25"),
            (Cancel, 10_000, "25"),
        ],
    );
    alone.approved(Refund, 4_000, Some(sale));
    said(
        &mut alone,
        &[
            (Refund, 6_001, "64"),
            (Void, 10_000, "64"),
            (Adjust, 3_999, "64"),
            // as much as was given back is still charged
            (Adjust, 4_000, "00"),
            (Adjust, 4_000, "64"),
            (Refund, 1, "64"),
        ],
    );
    let other = alone.approved(Sale, 7_000, None);
    assert_eq!(alone.says(Refund, 7_000, Some(other)), "ask", "all of it");
    assert_eq!(alone.says(Refund, 1, Some(other)), "64", "what is under way counts");
    let other = alone.approved(Sale, 7_100, None);
    assert_eq!(alone.says(Adjust, 7_099, Some(other)), "00");
    assert_eq!(alone.says(Adjust, 7_098, Some(other)), "12", "one at a time");
    let other = alone.approved(Sale, 7_200, None);
    assert_eq!(alone.says(Void, 7_200, Some(other)), "00");
    for operation in [Void, Adjust, Refund] {
        assert_eq!(alone.says(operation, 7_000, Some(other)), "12", "{operation} of what was voided");
        assert_eq!(alone.says(operation, 7_000, Some(999)), "25", "{operation} of what is not there");
    }
    let request = alone.request(Sale, 7_300, None);
    let (declined, response) = alone.done(request, "51");
    assert_eq!((response.code, response.approval), (Some(code("51")), None));
    assert_eq!(alone.says(Void, 7_300, Some(declined)), "12");
    let refund = alone.approved(Sale, 7_400, None);
    let refund = alone.approved(Refund, 7_400, Some(refund));
    for operation in [Void, Adjust, Refund] {
        assert_eq!(alone.says(operation, 7_400, Some(refund)), "25", "{operation} of a refund");
    }
}

#[test]
fn a_reservation_is_completed_or_cancelled_once() {
    let mut alone = Alone::open(true);
    let reserved = alone.approved(Preauth, 20_000, None);
    for operation in [Void, Adjust, Refund] {
        assert_eq!(alone.says(operation, 20_000, Some(reserved)), "25", "{operation} of a reservation");
    }
    assert_eq!(alone.says(Cancel, 19_999, Some(reserved)), "64");
    // one that the issuer refused does not count
    let request = alone.request(Completion, 19_000, Some(reserved));
    alone.done(request, "51");
    let completed = alone.approved(Completion, 20_500, Some(reserved));
    assert_eq!(alone.says(Completion, 1, Some(reserved)), "12");
    assert_eq!(alone.says(Cancel, 20_000, Some(reserved)), "12");
    assert_eq!(alone.says(Refund, 20_501, Some(completed)), "64");
    assert_eq!(alone.says(Void, 20_500, Some(completed)), "00");

    let reserved = alone.approved(Preauth, 21_000, None);
    assert_eq!(alone.says(Cancel, 21_000, Some(reserved)), "00");
    assert_eq!(alone.says(Cancel, 21_000, Some(reserved)), "12");
    assert_eq!(alone.says(Completion, 21_000, Some(reserved)), "25");

    // in part: while the first is under way, there is no second; then there is
    let reserved = alone.approved(Preauth, 22_000, None);
    let keeps = Some(Money::minor(9_000));
    let first = Telegram { replacement: keeps, ..alone.request(Completion, 13_000, Some(reserved)) };
    let asked = alone.hear(Input::Received(Terminal, first)).sends.remove(0).1;
    assert_eq!((asked.replacement, asked.original.as_ref().map(|of| of.mti)), (keeps, Some(Mti(100))));
    assert_eq!(alone.says(Completion, 9_000, Some(reserved)), "12");
    let response = Telegram { settlement: Some("1123".to_owned()), ..asked.answer(code("00")) };
    alone.hear(Input::Received(Issuer, response));
    assert_eq!(alone.says(Cancel, 22_000, Some(reserved)), "64", "9,000 of it are left");
    assert_eq!(alone.says(Completion, 9_000, Some(reserved)), "ask");
}

#[test]
fn a_limit_on_sales_counts_what_stands_of_this_day_and_merchant() {
    let mut alone = Alone::open(true);
    let desk = Desk::SalesLimit(MERCHANT.to_owned(), Money::minor(10_000));
    assert_eq!(alone.hear(Input::Command(Command::Desk(desk))).outcomes, [Outcome::Noted]);
    let first = alone.approved(Sale, 6_000, None);
    let request = alone.request(Sale, 4_000, None);
    alone.done(request, "51");
    alone.approved(Preauth, 50_000, None);
    assert_eq!(alone.says(Sale, 4_001, None), "61");
    alone.approved(Sale, 3_000, None);
    alone.approved(Refund, 500, Some(first));
    assert_eq!(alone.says(Sale, 1_001, None), "61", "a refund makes no room");
    assert_eq!(alone.says(Sale, 1_000, None), "ask");
    assert_eq!(alone.says(Sale, 1, None), "61", "what is under way counts");
    let baker =
        |request: Telegram| Telegram { terminal: "20000002".into(), merchant: BAKER.into(), ..request };
    let request = baker(alone.request(Sale, 50_000, None));
    assert_eq!(alone.send(request), "ask", "another merchant");
    alone.wait(Duration::from_secs(86_400));
    assert_eq!(alone.says(Sale, 10_001, None), "61", "another day");
    let next = alone.approved(Sale, 10_000, None);
    assert_eq!(alone.says(Void, 10_000, Some(next)), "00");
    assert_eq!(alone.says(Sale, 10_000, None), "ask", "what was voided makes room");
}

/// Within five minutes, of the same card, amount, terminal and kind, and only of what stands.
#[test]
fn a_double_is_told_within_five_minutes_of_the_same_and_not_otherwise() {
    let second =
        |before: &dyn Fn(&mut Alone) -> u64, later: Duration, change: &dyn Fn(Telegram) -> Telegram| {
            let mut alone = Alone::open(true);
            let first = before(&mut alone);
            let rrn = alone.records(RecordKind::SaleSent)[0].rrn.clone();
            alone.wait(later);
            let request = change(alone.request(Sale, 5_000, None));
            let (_, response) = alone.done(request, "00");
            let named = alone.records(RecordKind::PossibleDouble);
            assert_eq!(response.double.is_some(), named.len() == 1, "{first}");
            assert!(response.double.is_none() || response.double == Some(rrn));
            named.len()
        };
    let sold = |alone: &mut Alone| alone.approved(Sale, 5_000, None);
    let same = |request| request;
    let near = Duration::from_secs(60);
    assert_eq!(second(&sold, Duration::from_secs(300), &same), 1);
    assert_eq!(second(&sold, Duration::from_micros(300_000_001), &same), 0);
    assert_eq!(second(&sold, near, &|request| Telegram { amount: Some(Money::minor(5_001)), ..request }), 0);
    let card = Card::test("4111111111111111", "4912", "1234").unwrap();
    assert_eq!(second(&sold, near, &|request| Telegram { pan: Some(card.pan.clone()), ..request }), 0);
    let baker = |request| Telegram { terminal: "20000002".into(), merchant: BAKER.into(), ..request };
    assert_eq!(second(&sold, near, &baker), 0);
    assert_eq!(second(&sold, near, &|request| Telegram { mti: Mti(100), operation: Preauth, ..request }), 0);
    let voided = |alone: &mut Alone| {
        let sale = alone.approved(Sale, 5_000, None);
        alone.says(Void, 5_000, Some(sale));
        sale
    };
    assert_eq!(second(&voided, near, &same), 0);
    let declined = |alone: &mut Alone| {
        let request = alone.request(Sale, 5_000, None);
        alone.done(request, "05").0
    };
    assert_eq!(second(&declined, near, &same), 0);
    let between = |alone: &mut Alone| {
        let sale = alone.approved(Sale, 5_000, None);
        alone.approved(Sale, 4_000, None);
        sale
    };
    assert_eq!(second(&between, near, &same), 1, "another one between them changes nothing");
}

/// What an approval may say of the amount: all of it, or of a sale that is approved in part, a part of it.
#[test]
fn an_approval_is_of_the_amount_or_of_a_part_of_a_sale() {
    for (operation, says, amount, told) in [
        (Sale, "00", Some(5_000), "00"),
        (Sale, "10", Some(5_000), "10"),
        (Sale, "10", Some(4_999), "10"),
        (Sale, "10", Some(1), "10"),
        (Sale, "10", Some(0), "68"),
        (Sale, "10", Some(5_001), "68"),
        (Sale, "10", None, "68"),
        (Sale, "00", Some(4_999), "68"),
        (Sale, "00", Some(5_001), "68"),
        (Sale, "00", None, "68"),
        (Preauth, "10", Some(5_000), "10"),
        (Preauth, "10", Some(4_999), "68"),
    ] {
        let mut alone = Alone::open(true);
        let request = alone.request(operation, 5_000, None);
        let asked = alone.hear(Input::Received(Terminal, request)).sends.remove(0).1;
        let response = Telegram { amount: amount.map(Money::minor), ..asked.answer(code(says)) };
        let sent = alone.hear(Input::Received(Issuer, response)).sends;
        let heard = sent.iter().find(|(to, _)| *to == Terminal).map(|(_, message)| message).unwrap();
        assert_eq!(heard.code, Some(code(told)), "{operation:?} {says} {amount:?}");
        let units = if told == "68" { 5_000 } else { amount.unwrap() };
        assert_eq!(heard.amount, Some(Money::minor(units)), "{operation:?} {says} {amount:?}");
        assert_eq!(alone.records(RecordKind::SaleReversing).len(), usize::from(told == "68"));
    }
}

#[test]
fn a_request_that_comes_again_hears_what_became_of_the_first() {
    let mut alone = Alone::open(true);
    let request = alone.request(Sale, 5_000, None);
    assert_eq!(alone.send(request.clone()), "ask");
    assert_eq!(alone.send(request.clone()), "nothing", "nobody knows yet");
    let other = Telegram { amount: Some(Money::minor(5_001)), ..request.clone() };
    assert_eq!(alone.send(other), "94");
    assert_eq!(alone.send(Telegram { mti: Mti(100), operation: Preauth, ..request.clone() }), "94");
    let key = alone.records(RecordKind::SaleSent)[0].tx.clone();
    let told = alone.hear(Input::Timer(Timer::Answer(key.clone())));
    assert_eq!(told.sends[0].1.code, Some(code("68")));
    assert_eq!(alone.send(request), "68");
    assert!(alone.hear(Input::Timer(Timer::Answer(key))).sends.is_empty(), "once");

    let request = alone.request(Sale, 6_000, None);
    let (_, first) = alone.done(request.clone(), "00");
    let again = alone.hear(Input::Received(Terminal, request)).sends.remove(0).1;
    assert_eq!((again.rrn, again.approval, again.code), (first.rrn, first.approval, first.code));
    assert_eq!(again.settlement, Some("1123".to_owned()));
}

#[test]
fn each_term_of_a_batch_has_to_agree() {
    let totals = Totals { sales: tally(3, 19_000), refunds: tally(2, 5_500), ..Totals::default() };
    let opened = || {
        let mut alone = Alone::open(true);
        let sale = alone.approved(Sale, 10_000, None);
        alone.approved(Sale, 6_000, None);
        alone.approved(Preauth, 8_000, None);
        alone.approved(Refund, 2_500, Some(sale));
        let other = alone.approved(Sale, 3_000, None);
        assert_eq!(alone.says(Void, 3_000, Some(other)), "00");
        alone
    };
    let wrong = [
        Totals { sales: tally(2, 19_000), ..totals },
        Totals { sales: tally(3, 19_001), ..totals },
        Totals { refunds: tally(1, 5_500), ..totals },
        Totals { refunds: tally(2, 5_499), ..totals },
    ];
    for wrong in wrong {
        let mut alone = opened();
        let response = alone.close(wrong);
        assert_eq!((response.balance, response.totals), (Some(Balance::Out), Some(totals)), "{wrong:?}");
        assert_eq!((response.code, alone.records(RecordKind::SaleCaptured).len()), (None, 0));
    }
    let mut alone = opened();
    let sent = alone.request(Sale, 77, None);
    assert_eq!(alone.send(sent.clone()), "ask");
    assert_eq!(alone.close(totals).balance, Some(Balance::Out), "one is not known yet");
    let answer = alone.records(RecordKind::SaleSent).pop().unwrap();
    let asked = Telegram { transmission: Some(answer.transmission), acquirer: "10344000".into(), ..sent };
    let asked = Telegram { stan: answer.host_stan, ..asked };
    alone.hear(Input::Received(Issuer, asked.answer(code("05"))));
    let response = alone.close(totals);
    assert_eq!((response.balance, response.totals), (Some(Balance::In), Some(totals)));
    let captured: Vec<u64> =
        alone.records(RecordKind::SaleCaptured).iter().map(|record| record.amount.unwrap().units()).collect();
    assert_eq!(captured, [10_000, 6_000, 8_000, 2_500, 3_000], "what stands");
    let again = alone.close(Totals::default());
    assert_eq!((again.balance, again.totals), (Some(Balance::In), Some(totals)), "closed once");
    assert_eq!(alone.says(Sale, 1, None), "77", "the next batch is open");
}

#[test]
fn an_upload_is_told_what_we_have_of_each_item() {
    let mut alone = Alone::open(true);
    let sale = alone.approved(Sale, 10_000, None);
    let other = alone.approved(Sale, 6_000, None);
    let missed = alone.approved(Sale, 3_000, None);
    alone.approved(Preauth, 9_000, None);
    let under_way = alone.stan + 1;
    assert_eq!(alone.says(Sale, 4_000, None), "ask");
    let item = |stan, units| Some(Upload::Item { stan, amount: Money::minor(units) });
    assert_eq!(alone.upload(Some(2), item(sale, 10_000)), "77");
    assert_eq!(alone.upload(Some(1), None), "30");
    assert_eq!(alone.upload(Some(1), item(sale, 10_000)), "00");
    assert_eq!(alone.upload(Some(1), item(sale, 10_000)), "00", "again");
    assert_eq!(alone.upload(Some(1), item(other, 6_001)), "64");
    assert_eq!(alone.upload(Some(1), item(99, 6_000)), "25");
    assert_eq!(alone.upload(Some(1), item(under_way, 4_000)), "09");
    let notes = |alone: &Alone| -> Vec<String> {
        alone.records(RecordKind::BatchItemDisputed).into_iter().map(|record| record.note).collect()
    };
    let mut disputed = vec![
        format!("STAN {other:06}: in the terminal's batch with another amount"),
        "STAN 000099: in the terminal's batch, and not in ours".to_owned(),
    ];
    assert_eq!(notes(&alone), disputed);
    assert_eq!(alone.records(RecordKind::SaleCaptured).len(), 1);
    for (count, says) in [(2, "95"), (4, "95"), (3, "00"), (9, "00")] {
        assert_eq!(alone.upload(Some(1), Some(Upload::End { count })), says, "{count}");
    }
    let closed = alone.records(RecordKind::BatchUploaded);
    assert_eq!((closed.len(), closed[0].totals.unwrap().sales), (1, tally(2, 16_000)));
    disputed.push(format!("STAN {missed:06}: in our batch, and not in the terminal's"));
    assert_eq!(notes(&alone), disputed, "a reservation counts in no batch, and nobody misses it");
}

#[test]
fn a_command_that_is_no_matter_of_the_acquirer_is_refused_in_words() {
    let refused = |back_office: bool, command: Command| {
        let mut outcomes = Alone::open(back_office).hear(Input::Command(command)).outcomes;
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    };
    let no = Outcome::Refused("not a matter of the acquirer");
    let desks =
        [Desk::Run, Desk::Close("ACC-1".to_owned()), Desk::Return("AC04".to_owned()), Desk::SettlePositions];
    for desk in desks {
        assert_eq!(refused(true, Command::Desk(desk)), no);
    }
    for command in [Command::SignOn, Command::CloseBatch, Command::CutOver, Command::Break, Command::DayEnd] {
        assert_eq!(refused(true, command), no);
    }
    assert_eq!(refused(false, Command::Desk(Desk::Present)), no, "it has no back office");
    assert_eq!(refused(true, Command::Pay), Outcome::Paid(Money::ZERO));
    assert_eq!(refused(false, Command::Pay), Outcome::Paid(Money::ZERO));
    let words = [
        (Desk::Correct("0".to_owned()), "there is no such item in dispute"),
        (Desk::Claim, "nothing is missing that could be claimed"),
        (Desk::Fees("x".to_owned()), "that is no table of fees that is later than this one"),
        (Desk::Agree(MERCHANT.to_owned(), "bob".to_owned()), "nobody named another account of this merchant"),
    ];
    for (desk, words) in words {
        assert_eq!(refused(true, Command::Desk(desk)), Outcome::Refused(words));
    }
}
