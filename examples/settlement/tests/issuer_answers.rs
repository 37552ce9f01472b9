//! The issuer alone, asked by a test that plays the acquirer: which code each cause has, at both sides of each bound, and
//! what stands in the cardholders' accounts after it.

mod common;

use std::time::Duration;

use common::TODAY;
use settlement::card::{Card, Pan, PinBlock};
use settlement::clock::{Date, Stamp};
use settlement::files::clearing::{ClearingFile, ItemKind, Presentment};
use settlement::journal::{Party, Record, RecordKind};
use settlement::money::Money;
use settlement::node::{Node, Released};
use settlement::ops::Operation;
use settlement::party::parcel::{Parcel, Receipt};
use settlement::party::{
    CardFile, Command, Desk, Input, Issuer, IssuerConfig, Machine, Outcome, Timer, Timers,
};
use settlement::store::MemStore;
use settlement::telegram::{Balance, Code, Mti, Original, Tally, Telegram, Totals};

use Operation::{Completion, Preauth, Refund, Sale};
use Party::{Acquirer, Hub};

/// Number, expiry, PIN, account, limit, balance, and whether it is prepaid.
const CARDS: [(&str, &str, &str, &str, u64, u64, bool); 4] = [
    ("6212345678901232", "4811", "246810", "1", 300_000, 1_000_000, false),
    ("4111111111111111", "2611", "1234", "2", 300_000, 20_000, false),
    ("4242424242424242", "4705", "4321", "3", 300_000, 5_000, true),
    ("5555444433331111", "2610", "1111", "4", 300_000, 50_000, false),
];
const NEVER: &str = "9999";

fn issuer() -> Box<dyn Machine> {
    let file = |(number, expiry, pin, account, limit, balance, prepaid): (
        &str,
        &str,
        &str,
        &str,
        u64,
        u64,
        bool,
    )| {
        let Card { pan, pin, .. } = Card::test(number, expiry, pin).unwrap();
        let (account, expiry) = (account.to_owned(), expiry.to_owned());
        let (limit, balance) = (Money::minor(limit), Money::minor(balance));
        CardFile { pan, account, expiry, pin, limit, balance, prepaid }
    };
    let timers = Timers::from_base(Duration::from_secs(10));
    Box::new(Issuer::new(IssuerConfig { cards: CARDS.map(file).to_vec(), first_date: TODAY, timers }))
}

struct Bank {
    node: Option<Node>,
    now: Stamp,
    stan: u64,
}

impl Bank {
    fn open() -> Self {
        let node = Node::open(issuer(), Box::new(MemStore::default())).unwrap();
        let mut bank = Self { node: Some(node), now: Stamp::on(TODAY, 50_000), stan: 0 };
        bank.hear(Input::Start);
        bank
    }

    fn restart(&mut self) -> Released {
        let store = self.node.take().unwrap().into_store();
        self.node = Some(Node::open(issuer(), store).unwrap());
        self.hear(Input::Start)
    }

    fn hear(&mut self, input: Input) -> Released {
        self.node.as_mut().unwrap().handle(input, self.now).unwrap()
    }

    fn says(&mut self, message: Telegram) -> Telegram {
        let mut sent = self.hear(Input::Received(Acquirer, message)).sends;
        assert_eq!((sent.len(), sent[0].0), (1, Acquirer));
        sent.remove(0).1
    }

    fn code(&mut self, message: Telegram) -> String {
        self.says(message).code.unwrap().to_string()
    }

    /// A request with the next number.
    fn request(&mut self, operation: Operation, card: usize, units: u64) -> Telegram {
        self.stan += 1;
        let (number, expiry, pin, ..) = CARDS[card];
        let Card { pan, pin, .. } = Card::test(number, expiry, pin).unwrap();
        Telegram {
            operation,
            pan: Some(pan),
            expiry: Some(NEVER.to_owned()),
            pin: Some(pin),
            amount: Some(Money::minor(units)),
            transmission: Some("1123135320".to_owned()),
            acquirer: "10344000".to_owned(),
            rrn: Some(format!("6327140{:05}", self.stan)),
            terminal: common::TERMINAL.to_owned(),
            merchant: common::MERCHANT.to_owned(),
            ..Telegram::new(operation.row().host, self.stan)
        }
    }

    fn ask(&mut self, operation: Operation, card: usize, units: u64) -> String {
        let request = self.request(operation, card, units);
        self.code(request)
    }

    /// An approved one.
    fn held(&mut self, operation: Operation, card: usize, units: u64) -> Telegram {
        let request = self.request(operation, card, units);
        assert_eq!(self.code(request.clone()), "00");
        request
    }

    fn about(&mut self, sale: &Telegram, mti: Mti, left: Option<u64>) -> Telegram {
        self.stan += 1;
        let replacement = left.map(Money::minor);
        Telegram {
            mti,
            stan: self.stan,
            pan: None,
            pin: None,
            original: Some(named(sale)),
            replacement,
            ..sale.clone()
        }
    }

    /// The code of a reversal, or of a partial one, and the date in its response.
    fn undo(&mut self, sale: &Telegram, left: Option<u64>) -> (String, Option<String>) {
        let advice = self.about(sale, Mti::REVERSAL_ADVICE, left);
        let response = self.says(advice);
        (response.code.unwrap().to_string(), response.settlement)
    }

    fn complete(&mut self, of: &Telegram, card: usize, units: u64, keeps: Option<u64>) -> String {
        let request = self.request(Completion, card, units);
        let replacement = keeps.map(Money::minor);
        self.code(Telegram { original: Some(named(of)), replacement, ..request })
    }

    /// What the cardholder can spend.
    fn left(&self, card: usize) -> i128 {
        let account = format!("cardholder:{}", CARDS[card].3);
        self.node.as_ref().unwrap().store().books().account(&account).available()
    }

    fn net(&self, account: &str) -> i128 {
        self.node.as_ref().unwrap().store().books().account(account).net()
    }

    fn records(&self, kind: RecordKind) -> Vec<Record> {
        let history = self.node.as_ref().unwrap().store().history().unwrap();
        history.records.into_iter().filter(|record| record.kind == kind).collect()
    }

    fn cut_over(&mut self) -> Telegram {
        self.now = self.now.after(Duration::from_secs(1));
        let mut sent = self.hear(Input::Command(Command::CutOver)).sends;
        assert_eq!(sent.len(), 1);
        sent.remove(0).1
    }

    fn totals(&mut self, date: &str, totals: Totals, excluded: &[&Telegram]) -> Telegram {
        self.stan += 1;
        let excluded = excluded.iter().map(|sale| named(sale)).collect();
        self.says(Telegram {
            settlement: Some(date.to_owned()),
            totals: Some(totals),
            transmission: Some("1123230000".to_owned()),
            acquirer: "10344000".to_owned(),
            excluded,
            ..Telegram::new(Mti::RECONCILIATION, self.stan)
        })
    }

    fn item(&mut self, sale: &Telegram, units: u64) -> String {
        let item = self.about(sale, Mti::ITEM, None);
        self.code(Telegram { settlement: Some("1123".to_owned()), amount: Some(Money::minor(units)), ..item })
    }
}

fn named(sale: &Telegram) -> Original {
    Original { mti: sale.mti, stan: sale.stan, transmission: sale.transmission.clone().unwrap() }
}

fn tally(count: u64, units: u64) -> Tally {
    Tally { count, amount: Money::minor(units) }
}

#[test]
fn each_cause_of_a_decline_has_its_code() {
    let mut bank = Bank::open();
    let ask = |bank: &mut Bank, change: &dyn Fn(Telegram) -> Telegram| {
        let request = bank.request(Sale, 0, 700);
        bank.code(change(request))
    };
    assert_eq!(ask(&mut bank, &|request| Telegram { pan: None, ..request }), "30");
    assert_eq!(ask(&mut bank, &|request| Telegram { amount: None, ..request }), "30");
    let stranger = Pan::new("4012888888881881").unwrap();
    assert_eq!(ask(&mut bank, &|request| Telegram { pan: Some(stranger.clone()), ..request }), "14");
    for (expiry, says) in [(None, "54"), (Some("2610"), "54"), (Some("2611"), "00"), (Some("2612"), "00")] {
        let expiry = expiry.map(str::to_owned);
        assert_eq!(
            ask(&mut bank, &|request| Telegram { expiry: expiry.clone(), ..request }),
            says,
            "{expiry:?}"
        );
    }
    assert_eq!(
        (bank.ask(Sale, 1, 100), bank.ask(Sale, 3, 100)),
        ("00".to_owned(), "54".to_owned()),
        "on file"
    );
    assert_eq!((bank.ask(Sale, 0, 300_000), bank.ask(Sale, 0, 300_001)), ("00".to_owned(), "61".to_owned()));
    assert_eq!(bank.ask(Preauth, 0, 300_001), "00", "the limit is one of sales");
    assert_eq!((bank.ask(Sale, 1, 19_901), bank.ask(Sale, 1, 19_900)), ("51".to_owned(), "00".to_owned()));
    assert_eq!(bank.ask(Refund, 3, 100), "00", "a refund is credited to an expired card, too");
    assert_eq!(ask(&mut bank, &|request| Telegram { pin: None, ..request }), "55");
    for (command, says) in [(Command::Break, "96"), (Command::DayEnd, "90")] {
        assert_eq!(bank.hear(Input::Command(command)).outcomes, [Outcome::Noted]);
        assert_eq!(bank.ask(Sale, 0, 100), says);
        let sale = bank.request(Sale, 0, 100);
        assert_eq!(bank.undo(&sale, None).0, says, "an advice comes again later");
        bank.restart();
        assert_eq!(bank.ask(Sale, 0, 100), says, "a restart mends nothing");
        assert_eq!(bank.hear(Input::Command(Command::Repair)).outcomes, [Outcome::Noted]);
        assert_eq!(bank.ask(Sale, 0, 100), "00");
    }
    for command in [Command::SignOn, Command::CloseBatch, Command::Pay, Command::Desk(Desk::Run)] {
        let outcomes = bank.hear(Input::Command(command)).outcomes;
        assert_eq!(outcomes, [Outcome::Refused("not a matter of the issuer")]);
    }
}

#[test]
fn wrong_pins_are_counted_in_a_row_for_each_card() {
    let mut bank = Bank::open();
    let wrong = Some(PinBlock::from_wire(&[7; 8]).unwrap());
    let guess = |bank: &mut Bank| {
        let request = bank.request(Sale, 0, 100);
        bank.code(Telegram { pin: wrong.clone(), ..request })
    };
    assert_eq!([guess(&mut bank), guess(&mut bank)], ["55", "55"]);
    assert_eq!(bank.ask(Sale, 0, 100), "00", "and they begin anew");
    assert_eq!([guess(&mut bank), guess(&mut bank), guess(&mut bank)], ["55", "55", "55"]);
    assert_eq!((bank.ask(Sale, 0, 100), guess(&mut bank)), ("75".to_owned(), "75".to_owned()));
    assert_eq!(bank.ask(Sale, 1, 100), "00", "another card");
    assert_eq!(bank.ask(Refund, 0, 100), "00", "a refund needs no PIN");
}

#[test]
fn a_prepaid_card_is_charged_for_what_is_there() {
    let mut bank = Bank::open();
    let partial = bank.request(Sale, 2, 5_001);
    let response = bank.says(partial.clone());
    assert_eq!((response.code.unwrap().as_str(), response.amount), ("10", Some(Money::minor(5_000))));
    assert_eq!(bank.left(2), 0);
    let again = bank.says(partial.clone());
    assert_eq!(
        (again.code, again.amount, again.approval),
        (response.code, response.amount, response.approval)
    );
    assert_eq!(
        bank.code(Telegram { amount: Some(Money::minor(5_000)), ..partial.clone() }),
        "94",
        "not the same"
    );
    assert_eq!(bank.ask(Sale, 2, 1), "51");
    assert_eq!(bank.undo(&partial, None), ("00".to_owned(), Some("1123".to_owned())));
    assert_eq!(
        (bank.left(2), bank.ask(Preauth, 2, 5_001), bank.ask(Sale, 2, 5_000)),
        (5_000, "51".to_owned(), "00".to_owned())
    );
}

#[test]
fn a_reservation_is_charged_up_to_fifteen_percent_more() {
    for (units, keeps, says, left) in [
        (11_500, None, "00", 988_500),
        (11_501, None, "61", 990_000),
        (1, None, "00", 999_999),
        (6_000, Some(4_000), "00", 990_000),
        (6_000, Some(3_999), "00", 990_001),
        (6_000, Some(4_001), "64", 990_000),
        (6_000, Some(0), "64", 990_000),
    ] {
        let mut bank = Bank::open();
        let reserved = bank.request(Preauth, 0, 10_000);
        let response = bank.says(reserved.clone());
        assert_eq!((response.code.unwrap().as_str(), response.valid_days), ("00", Some(30)));
        assert_eq!(bank.complete(&reserved, 0, units, keeps), says, "{units} {keeps:?}");
        assert_eq!(bank.left(0), left, "{units} {keeps:?}");
        let open = if says == "00" { keeps.unwrap_or(0) } else { 10_000 };
        assert_eq!(bank.net("reserved"), i128::from(open), "{units} {keeps:?}");
    }
    let mut bank = Bank::open();
    let reserved = bank.held(Preauth, 1, 19_000);
    assert_eq!(
        (bank.complete(&reserved, 0, 100, None), bank.complete(&reserved, 3, 100, None)),
        ("25".into(), "54".into())
    );
    assert_eq!(
        (bank.complete(&reserved, 1, 20_001, None), bank.complete(&reserved, 1, 20_000, None)),
        ("51".into(), "00".into())
    );
    assert_eq!((bank.complete(&reserved, 1, 1, None), bank.left(1)), ("25".into(), 0));
    let sale = bank.held(Sale, 0, 100);
    assert_eq!(bank.complete(&sale, 0, 100, None), "25", "no reservation");
}

#[test]
fn a_reservation_expires_after_thirty_days_whatever_happens_meanwhile() {
    let mut bank = Bank::open();
    let days = |days: u64| Duration::from_secs(days * 86_400);
    let request = bank.request(Preauth, 0, 10_000);
    let timers = bank.hear(Input::Received(Acquirer, request)).timers;
    let [(timer, wait)] = &timers[..] else { panic!("{timers:?}") };
    assert_eq!(*wait, days(30));
    bank.now = bank.now.after(days(12));
    let again = bank.restart().timers;
    assert_eq!(again, [(timer.clone(), days(18))]);
    bank.now = bank.now.after(days(40));
    assert_eq!(bank.restart().timers, [(timer.clone(), Duration::ZERO)]);
    bank.hear(Input::Timer(timer.clone()));
    assert_eq!((bank.left(0), bank.net("reserved")), (1_000_000, 0));
    bank.hear(Input::Timer(timer.clone()));
    assert_eq!(bank.records(RecordKind::SaleExpired).len(), 1, "once");
}

#[test]
fn a_reversal_is_answered_by_what_became_of_its_sale() {
    let today = Some("1123".to_owned());
    let mut bank = Bank::open();
    let unseen = bank.request(Sale, 0, 900);
    assert_eq!(
        [bank.undo(&unseen, None), bank.undo(&unseen, None)],
        [("25".into(), None), ("25".into(), None)]
    );
    assert_eq!(bank.undo(&unseen, Some(1)), ("25".into(), None));
    assert_eq!(bank.code(unseen), "22", "it was reversed before it came");
    let sale = bank.held(Sale, 0, 1_100);
    assert_eq!(bank.undo(&sale, None), ("00".into(), today.clone()));
    assert_eq!(bank.undo(&sale, None), ("00".into(), today.clone()), "again");
    assert_eq!((bank.undo(&sale, Some(100)), bank.left(0)), (("21".into(), None), 1_000_000));
    let declined = bank.request(Sale, 0, 300_001);
    assert_eq!(bank.code(declined.clone()), "61");
    assert_eq!(
        (bank.undo(&declined, None), bank.undo(&declined, Some(1))),
        (("21".into(), None), ("21".into(), None))
    );
    let nothing = bank.about(&sale, Mti::REVERSAL_ADVICE, None);
    assert_eq!(bank.code(Telegram { original: None, ..nothing }), "30");

    let sale = bank.held(Sale, 0, 1_300);
    assert_eq!([bank.undo(&sale, Some(0)).0, bank.undo(&sale, Some(1_301)).0], ["64", "64"]);
    assert_eq!(
        (bank.undo(&sale, Some(1_300)), bank.records(RecordKind::SaleReduced).len()),
        (("00".into(), today.clone()), 0)
    );
    assert_eq!((bank.undo(&sale, Some(800)), bank.left(0)), (("00".into(), today), 999_200));
    // the date it is on is over: what is left counts on the open one
    bank.cut_over();
    assert_eq!((bank.undo(&sale, Some(800)).1.as_deref(), bank.left(0)), (Some("1124"), 999_200));
    let other = bank.held(Sale, 0, 1_700);
    bank.cut_over();
    let response = bank.totals("1124", Totals { sales: tally(2, 2_500), ..Totals::default() }, &[]);
    assert_eq!((response.balance, response.code), (Some(Balance::In), None));
    assert_eq!(
        (bank.undo(&other, None), bank.undo(&other, Some(1))),
        (("12".into(), None), ("21".into(), None))
    );
    assert_eq!((bank.records(RecordKind::WorkItem).len(), bank.left(0)), (1, 997_500));
}

/// Each term of an 0520 is compared, what it lists is left out, and only what agrees is booked, once.
#[test]
fn a_date_is_settled_when_each_term_agrees() {
    let opened = || {
        let mut bank = Bank::open();
        bank.held(Sale, 0, 10_000);
        bank.held(Sale, 1, 6_000);
        bank.held(Preauth, 0, 8_000);
        let undone = bank.held(Sale, 0, 3_000);
        bank.undo(&undone, None);
        bank.held(Refund, 0, 900);
        let back = bank.held(Refund, 0, 70);
        bank.undo(&back, None);
        let unknown = bank.held(Sale, 0, 500);
        let early = bank.totals("1123", Totals::default(), &[]);
        assert_eq!(
            (early.balance, early.totals, early.settlement.as_deref()),
            (Some(Balance::Error), None, Some("1123"))
        );
        bank.cut_over();
        bank.held(Sale, 0, 11);
        (bank, unknown)
    };
    let right = Totals {
        sales: tally(3, 19_000),
        sales_reversed: tally(1, 3_000),
        refunds: tally(2, 970),
        refunds_reversed: tally(1, 70),
    };
    let wrong = [
        Totals { sales: tally(4, 19_000), ..right },
        Totals { sales_reversed: tally(1, 3_001), ..right },
        Totals { refunds: tally(2, 969), ..right },
        Totals { refunds_reversed: tally(0, 70), ..right },
    ];
    for wrong in wrong {
        let (mut bank, unknown) = opened();
        let response = bank.totals("1123", wrong, &[&unknown]);
        assert_eq!((response.balance, response.totals), (Some(Balance::Out), Some(right)), "{wrong:?}");
        assert_eq!(bank.records(RecordKind::SaleSettled).len(), 0);
    }
    let (mut bank, unknown) = opened();
    for _ in 0..2 {
        let response = bank.totals("1123", right, &[&unknown]);
        assert_eq!((response.balance, response.totals), (Some(Balance::In), Some(right)));
    }
    let settled: Vec<u64> =
        bank.records(RecordKind::SaleSettled).iter().map(|record| record.amount.unwrap().units()).collect();
    assert_eq!(settled, [10_000, 6_000, 900]);
    assert_eq!(bank.net("nostro"), 15_100);
    // 500 and 11 are held, and nothing else is
    assert_eq!(bank.net("hub_settlement"), 511);
    assert_eq!(bank.records(RecordKind::SaleExcluded).len(), 1);

    // more refunds than sales: the money goes the other way
    let mut bank = Bank::open();
    bank.held(Sale, 0, 1_000);
    bank.held(Refund, 0, 1_400);
    bank.cut_over();
    let totals = Totals { sales: tally(1, 1_000), refunds: tally(1, 1_400), ..Totals::default() };
    assert_eq!(bank.totals("1123", totals, &[]).balance, Some(Balance::In));
    assert_eq!((bank.net("nostro"), bank.net("hub_settlement")), (-400, 0));
}

#[test]
fn items_are_compared_one_by_one_and_what_nobody_claims_is_in_dispute() {
    let mut bank = Bank::open();
    let [same, other, _] = [10_000, 6_000, 400].map(|units| bank.held(Sale, 0, units));
    let undone = bank.held(Sale, 0, 77);
    bank.undo(&undone, None);
    bank.held(Preauth, 0, 8_000);
    let unseen = bank.request(Sale, 0, 55);
    bank.cut_over();
    let out = Totals { sales: tally(3, 16_056), ..Totals::default() };
    assert_eq!(bank.totals("1123", out, &[]).balance, Some(Balance::Out));
    let says = [
        (&same, 10_000, "00"),
        (&other, 6_001, "64"),
        (&unseen, 55, "25"),
        (&undone, 77, "25"),
        (&same, 10_000, "00"),
    ];
    for (sale, units, code) in says {
        assert_eq!(bank.item(sale, units), code, "{units}");
    }
    let item = bank.about(&same, Mti::ITEM, None);
    assert_eq!(bank.code(Telegram { settlement: None, ..item }), "30", "of no date");
    bank.stan += 1;
    let end = Telegram {
        settlement: Some("1123".to_owned()),
        totals: Some(Totals { sales: tally(1, 10_000), ..Totals::default() }),
        acquirer: "10344000".to_owned(),
        ..Telegram::new(Mti::ITEM, bank.stan)
    };
    assert_eq!((bank.code(end.clone()), bank.code(end)), ("00".to_owned(), "00".to_owned()));
    let disputed: Vec<_> = bank
        .records(RecordKind::ItemDisputed)
        .into_iter()
        .map(|r| (r.amount.unwrap().units(), r.note))
        .collect();
    let words = [
        (6_001, "claimed by the acquirer with another amount"),
        (55, "claimed by the acquirer, and not held here"),
        (77, "claimed by the acquirer, and not held here"),
        (400, "not claimed by the acquirer"),
    ];
    assert_eq!(disputed, words.map(|(units, words)| (units, words.to_owned())));
    assert_eq!(bank.records(RecordKind::ItemAgreed).len(), 1);
    let rest = Totals { sales: tally(1, 10_000), ..Totals::default() };
    let response = bank.totals("1123", rest, &[&other, &unseen]);
    assert_eq!((response.balance, response.totals), (Some(Balance::In), Some(rest)));
    assert_eq!(bank.records(RecordKind::SaleSettled).len(), 1);
    // what is in dispute is corrected upwards as far as it was claimed and the card covers it
    assert_eq!(bank.undo(&same, Some(10_001)).0, "21", "that is settled");
    assert_eq!(
        (bank.undo(&other, Some(6_001)), bank.left(0)),
        (("00".into(), Some("1124".into())), 1_000_000 - 10_000 - 6_001 - 400 - 8_000)
    );
    assert_eq!(bank.undo(&other, Some(6_002)).0, "64", "it is in dispute no longer");
}

#[test]
fn a_cut_over_is_announced_until_it_is_answered() {
    let mut bank = Bank::open();
    let announced = bank.cut_over();
    assert_eq!(
        (announced.mti, announced.management, announced.settlement.as_deref()),
        (Mti::NETWORK, Some(201), Some("1124"))
    );
    let timer = Timer::CutOver(Date(TODAY.0 + 1));
    bank.hear(Input::Received(
        Acquirer,
        Telegram { stan: announced.stan + 1, ..announced.answer(Code::of(b"00")) },
    ));
    let again = bank.hear(Input::Timer(timer.clone()));
    assert_eq!((again.sends.len(), again.sends[0].0, again.sends[0].1.stan), (1, Acquirer, announced.stan));
    assert_eq!(again.timers, [(timer.clone(), Duration::from_secs(10))]);
    bank.hear(Input::LinkUp(Hub));
    assert_eq!(bank.hear(Input::Timer(timer.clone())).sends[0].0, Hub, "by the other line");
    let back = bank.hear(Input::NotSent(Hub, announced.clone())).sends;
    assert_eq!(back[0].0, Acquirer, "which it could not leave by");
    bank.hear(Input::LinkDown(Hub));
    assert!(bank.hear(Input::NotSent(Acquirer, announced.clone())).sends.is_empty());
    let restarted = bank.restart();
    assert!(restarted.timers.contains(&(timer.clone(), Duration::from_secs(10))), "{:?}", restarted.timers);
    let again = bank.hear(Input::Timer(timer.clone())).sends.remove(0).1;
    assert!(again.stan > announced.stan);
    let told = bank.hear(Input::Received(Acquirer, again.answer(Code::of(b"00"))));
    assert_eq!(told.outcomes, [Outcome::Noted]);
    assert!(bank.hear(Input::Timer(timer)).sends.is_empty());
    let echo = Telegram { management: Some(301), ..Telegram::new(Mti::NETWORK, 5) };
    let response = bank.says(echo);
    assert_eq!((response.code, response.settlement.as_deref()), (Some(Code::of(b"00")), Some("1124")));
}

/// A file that takes presentments back: each item once, only what was settled, with its amount and its side.
#[test]
fn what_clearing_takes_back_is_given_back_once() {
    let mut bank = Bank::open();
    let sale = bank.held(Sale, 0, 10_000);
    let refund = bank.held(Refund, 1, 21_000);
    let second = bank.held(Refund, 1, 300);
    let open = {
        bank.cut_over();
        let totals = Totals { sales: tally(1, 10_000), refunds: tally(2, 21_300), ..Totals::default() };
        assert_eq!(bank.totals("1123", totals, &[]).balance, Some(Balance::In));
        bank.held(Sale, 0, 600)
    };
    let item = |sale: &Telegram, kind, units| Presentment {
        kind,
        rrn: sale.rrn.clone().unwrap(),
        approval: "A1B2C3".to_owned(),
        terminal: common::TERMINAL.to_owned(),
        merchant: common::MERCHANT.to_owned(),
        amount: Money::minor(units),
        fee: None,
        at: Stamp::on(TODAY, 50_000),
        date: TODAY,
    };
    let mut sequence = 0;
    let mut file = |bank: &mut Bank, items: Vec<Presentment>| {
        sequence += 1;
        let id = ClearingFile::number("003", TODAY, "99990000", sequence);
        let octets = ClearingFile { id: id.clone(), items }.encode().unwrap();
        let parcels = bank.hear(Input::Parcel(Hub, Parcel::File(octets))).parcels;
        assert_eq!(parcels, [(Hub, Parcel::Receipt(Receipt { file: id, taken: true }))]);
    };
    let wrong = vec![
        item(&sale, ItemKind::Reversal, 10_001),
        item(&sale, ItemKind::RefundReversal, 10_000),
        item(&open, ItemKind::Reversal, 600),
    ];
    file(&mut bank, wrong);
    assert_eq!((bank.records(RecordKind::ClearingException).len(), bank.left(0)), (3, 989_400));
    file(&mut bank, vec![item(&sale, ItemKind::Reversal, 10_000), item(&sale, ItemKind::Reversal, 10_000)]);
    assert_eq!((bank.records(RecordKind::SaleAdjusted).len(), bank.left(0)), (1, 999_400));
    file(&mut bank, vec![item(&sale, ItemKind::Reversal, 10_000)]);
    assert_eq!((bank.records(RecordKind::ClearingException).len(), bank.left(0)), (5, 999_400));
    // 41,300 are there: after 40,000 of them are spent the card covers the smaller refund alone
    assert_eq!(bank.left(1), 41_300);
    assert_eq!(bank.ask(Sale, 1, 41_000), "00");
    file(
        &mut bank,
        vec![item(&refund, ItemKind::RefundReversal, 21_000), item(&second, ItemKind::RefundReversal, 300)],
    );
    assert_eq!((bank.left(1), bank.net("stip_exposure")), (0, -21_000));
    assert_eq!(bank.records(RecordKind::WorkItem).len(), 1);
    assert_eq!(bank.net("nostro"), -11_300 - 10_000 + 21_300);
}
