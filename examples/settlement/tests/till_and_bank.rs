//! A till, a bank and a hub, each alone: what each input makes them say, by the words of the README.

mod common;

use std::time::Duration;

use common::{MERCHANT, TERMINAL, TODAY, card, timers};
use settlement::clock::Stamp;
use settlement::journal::{Party, Record, RecordKind};
use settlement::money::Money;
use settlement::node::{Node, Released};
use settlement::ops::Operation;
use settlement::party::parcel::{End, Notice, Order, Parcel, Receipt};
use settlement::party::{
    Bank, BankConfig, Caps, Command, Desk, Hub, HubConfig, Input, Machine, Outcome, StandIn, SwitchConfig,
    Terminal, TerminalConfig, TerminalRequest, Timer, entries,
};
use settlement::store::MemStore;
use settlement::telegram::{Balance, Code, Mti, Tally, Telegram, Totals, Upload};

use Party::{Acquirer, Issuer};

struct Alone {
    node: Option<Node>,
    make: fn() -> Box<dyn Machine>,
    now: Stamp,
}

impl Alone {
    fn new(make: fn() -> Box<dyn Machine>) -> Self {
        let node = Some(Node::open(make(), Box::new(MemStore::default())).unwrap());
        let mut alone = Self { node, make, now: Stamp::on(TODAY, 50_000) };
        alone.hear(Input::Start);
        alone
    }

    fn hear(&mut self, input: Input) -> Released {
        self.node.as_mut().unwrap().handle(input, self.now).unwrap()
    }

    fn restart(&mut self) {
        let store = self.node.take().unwrap().into_store();
        self.node = Some(Node::open((self.make)(), store).unwrap());
        self.hear(Input::Start);
    }

    fn ask(&mut self, command: Command) -> Released {
        self.hear(Input::Command(command))
    }

    fn desk(&mut self, desk: Desk) -> Released {
        self.ask(Command::Desk(desk))
    }

    fn host_sends(&mut self, message: Telegram) -> Released {
        self.hear(Input::Received(Acquirer, message))
    }

    fn all(&self) -> Vec<Record> {
        self.node.as_ref().unwrap().store().history().unwrap().records
    }

    fn count(&self, kind: RecordKind) -> usize {
        self.all().iter().filter(|record| record.kind == kind).count()
    }

    fn net(&self, account: &str) -> i128 {
        self.node.as_ref().unwrap().store().books().account(account).net()
    }
}

fn code(text: &[u8; 2]) -> Code {
    Code::of(text)
}

fn till() -> Box<dyn Machine> {
    let (terminal, merchant) = (TERMINAL.to_owned(), MERCHANT.to_owned());
    Box::new(Terminal::new(TerminalConfig { terminal, merchant, timers: timers() }))
}

/// A till that has signed on to this batch.
fn open(batch: u64) -> Alone {
    let mut till = Alone::new(till);
    let asked = till.ask(Command::SignOn).sends.remove(0).1;
    assert_eq!((asked.mti, asked.management, asked.batch), (Mti::NETWORK, Some(3), Some(1)));
    let keys = Some(vec![1; 40]);
    let response = Telegram { keys, batch: Some(batch), ..asked.answer(code(b"00")) };
    assert_eq!(till.host_sends(response).outcomes, [Outcome::SignedOn(batch)]);
    till
}

fn sell(till: &mut Alone, units: u64) -> Telegram {
    let mut sent = till.ask(Command::Sell(card(), Money::minor(units))).sends;
    assert_eq!((sent.len(), sent[0].1.mti), (1, Mti::SALE));
    sent.remove(0).1
}

fn approve(till: &mut Alone, request: &Telegram) {
    let outcomes = till.host_sends(request.answer(code(b"00"))).outcomes;
    assert_eq!(outcomes, [Outcome::Approved(request.stan)]);
}

fn request(operation: Operation, about: Option<u64>, units: Option<u64>) -> Command {
    let amount = units.map(Money::minor);
    Command::Request(TerminalRequest { operation, card: None, amount, about, keeps: None })
}

#[test]
fn a_response_counts_only_if_it_is_the_response() {
    let mut till = open(4);
    let asked = sell(&mut till, 5_000);
    let good = asked.answer(code(b"00"));
    let wrong = [
        Telegram { mti: Mti(110), ..good.clone() },
        Telegram { stan: good.stan + 1, ..good.clone() },
        Telegram { terminal: "20000002".to_owned(), ..good.clone() },
        Telegram { merchant: "104440359980002".to_owned(), ..good.clone() },
        Telegram { amount: Some(Money::minor(4_999)), ..good.clone() },
        Telegram { amount: None, ..good.clone() },
        Telegram { code: None, ..good.clone() },
        Telegram { operation: Operation::Completion, ..good.clone() },
        Telegram { code: Some(code(b"10")), amount: Some(Money::minor(5_001)), ..good.clone() },
    ];
    for wrong in wrong {
        assert!(till.host_sends(wrong.clone()).outcomes.is_empty(), "{wrong:?}");
    }
    assert_eq!(till.ask(Command::CloseBatch).outcomes, [Outcome::Refused("the terminal is busy")]);
    assert_eq!(till.host_sends(good).outcomes, [Outcome::Approved(asked.stan)]);
    let asked = sell(&mut till, 6_000);
    let part = Telegram { amount: Some(Money::minor(5_999)), ..asked.answer(code(b"10")) };
    assert_eq!(till.host_sends(part).outcomes, [Outcome::Approved(asked.stan)]);
    let asked = sell(&mut till, 7_000);
    let double = Some("632714100001".to_owned());
    let told = Telegram { double: double.clone(), ..asked.answer(code(b"00")) };
    let outcomes = till.host_sends(told).outcomes;
    let may_be = Outcome::Double(asked.stan, double.clone().unwrap());
    assert_eq!(outcomes, [may_be, Outcome::Approved(asked.stan)]);
    let asked = sell(&mut till, 8_000);
    let declined = Telegram { double, ..asked.answer(code(b"51")) };
    assert_eq!(till.host_sends(declined).outcomes, [Outcome::Declined(asked.stan, code(b"51"))]);
    let close = till.ask(Command::CloseBatch).sends.remove(0).1;
    let sales = Tally { count: 3, amount: Money::minor(5_000 + 5_999 + 7_000) };
    assert_eq!(close.totals, Some(Totals { sales, ..Totals::default() }));
    assert_eq!((close.batch, close.management), (Some(4), Some(201)));
}

#[test]
fn a_sale_without_a_response_is_reversed_before_anything_else_three_times_a_try() {
    let mut till = open(1);
    assert_eq!(till.ask(Command::CutOver).outcomes, [Outcome::Refused("not a matter of the terminal")]);
    let asked = sell(&mut till, 5_000);
    assert!(till.hear(Input::Timer(Timer::Terminal(asked.stan + 1))).outcomes.is_empty());
    let over = till.hear(Input::Timer(Timer::Terminal(asked.stan))).outcomes;
    assert_eq!(over, [Outcome::NoAnswer(asked.stan)]);
    let first = till.ask(Command::CloseBatch);
    let reversal = &first.sends[0].1;
    assert_eq!((reversal.mti, reversal.stan, reversal.code), (Mti::REVERSAL, asked.stan, Some(code(b"98"))));
    assert_eq!((reversal.batch, reversal.amount, reversal.pin.is_some()), (Some(1), asked.amount, false));
    assert_eq!(first.timers, [(Timer::Terminal(asked.stan), timers().terminal)]);
    let mut sent = 1;
    let outcomes = loop {
        let again = till.hear(Input::Timer(Timer::Terminal(asked.stan)));
        if again.sends.is_empty() {
            break again.outcomes;
        }
        sent += 1;
    };
    assert_eq!((sent, outcomes), (3, vec![Outcome::ReversalPending]));
    till.restart();
    let reversal = till.ask(Command::CloseBatch).sends.remove(0).1;
    for says in [b"96", b"A0", b"91"] {
        assert!(till.host_sends(reversal.answer(code(says))).sends.is_empty(), "no final code");
    }
    let after = till.host_sends(reversal.answer(code(b"25"))).sends;
    assert_eq!((after[0].1.mti, after[0].1.totals), (Mti::SETTLEMENT, Some(Totals::default())));
    assert_eq!(till.count(RecordKind::SaleReversed), 1);
}

/// What a slip does to an earlier one, and where both count.
#[test]
fn each_slip_counts_on_its_side_of_the_batch() {
    let mut till = open(2);
    assert_eq!(
        till.ask(request(Operation::Void, Some(99), None)).outcomes,
        [Outcome::Refused("there is no such slip")]
    );
    let sale = sell(&mut till, 5_000);
    approve(&mut till, &sale);
    let void = till.ask(request(Operation::Void, Some(sale.stan), None)).sends.remove(0).1;
    let slip = void.slip.clone().unwrap();
    assert_eq!((slip.batch, slip.stan, slip.day, void.amount), (2, sale.stan, None, sale.amount));
    approve(&mut till, &void);
    let sale = sell(&mut till, 6_000);
    approve(&mut till, &sale);
    let adjust = till.ask(request(Operation::Adjust, Some(sale.stan), Some(4_500))).sends.remove(0).1;
    assert_eq!(adjust.slip.as_ref().unwrap().day.as_deref(), Some("1123"));
    approve(&mut till, &adjust);
    let refund = till.ask(request(Operation::Refund, Some(sale.stan), Some(700))).sends.remove(0).1;
    approve(&mut till, &refund);
    let hold = till.ask(request(Operation::Preauth, None, Some(9_000))).sends.remove(0).1;
    approve(&mut till, &hold);
    let declined = sell(&mut till, 8_000);
    till.host_sends(declined.answer(code(b"51")));
    let close = till.ask(Command::CloseBatch).sends.remove(0).1;
    let sales = Tally { count: 2, amount: Money::minor(9_500) };
    let refunds = Tally { count: 2, amount: Money::minor(5_700) };
    assert_eq!(close.totals, Some(Totals { sales, refunds, ..Totals::default() }));
    let no = Telegram { code: None, balance: Some(Balance::In), ..close.answer(code(b"00")) };
    assert!(till.host_sends(Telegram { batch: Some(1), ..no.clone() }).outcomes.is_empty(), "another batch");
    assert!(till.host_sends(Telegram { balance: None, ..no.clone() }).outcomes.is_empty());
    assert_eq!(till.host_sends(no).outcomes, [Outcome::BatchClosed(Balance::In)]);
    let next = sell(&mut till, 1);
    assert_eq!(next.batch, Some(3), "the next batch");
    approve(&mut till, &next);
    let close = till.ask(Command::CloseBatch).sends.remove(0).1;
    let sales = Tally { count: 1, amount: Money::minor(1) };
    assert_eq!(close.totals, Some(Totals { sales, ..Totals::default() }), "and nothing of the one before");
}

#[test]
fn an_upload_names_each_slip_once_and_then_how_many_there_were() {
    let mut till = open(1);
    let slips = [5_000, 6_000, 7_000].map(|units| {
        let sale = sell(&mut till, units);
        approve(&mut till, &sale);
        (sale.stan, units)
    });
    // neither is in totals, and neither is named
    let declined = sell(&mut till, 8_000);
    till.host_sends(declined.answer(code(b"51")));
    let hold = till.ask(request(Operation::Preauth, None, Some(9_000))).sends.remove(0).1;
    approve(&mut till, &hold);
    let close = till.ask(Command::CloseBatch).sends.remove(0).1;
    let out = Telegram { code: None, balance: Some(Balance::Out), ..close.answer(code(b"00")) };
    let heard = till.host_sends(out);
    assert_eq!(heard.outcomes, [Outcome::BatchClosed(Balance::Out)]);
    let mut asked = heard.sends.into_iter().next().unwrap().1;
    for ((stan, units), says) in slips.into_iter().zip([b"00", b"25", b"64"]) {
        assert_eq!(asked.upload, Some(Upload::Item { stan, amount: Money::minor(units) }));
        assert_eq!((asked.management, asked.batch), (Some(201), Some(1)));
        assert!(
            till.host_sends(Telegram { stan: asked.stan + 7, ..asked.answer(code(says)) }).sends.is_empty()
        );
        asked = till.host_sends(asked.answer(code(says))).sends.remove(0).1;
    }
    assert_eq!((asked.upload, asked.management), (Some(Upload::End { count: 3 }), Some(202)));
    assert_eq!(till.host_sends(asked.answer(code(b"95"))).outcomes, [Outcome::BatchClosed(Balance::Out)]);
    let again = till.ask(Command::CloseBatch).sends.remove(0).1;
    assert_eq!(again.upload, Some(Upload::End { count: 3 }), "it goes on where it broke off");
    assert_eq!(till.host_sends(again.answer(code(b"00"))).outcomes, [Outcome::BatchClosed(Balance::In)]);
    let last = till.all().pop().unwrap();
    let sales = Tally { count: 2, amount: Money::minor(12_000) };
    assert_eq!((last.kind, last.totals.unwrap().sales), (RecordKind::BatchUploaded, sales));
}

fn bank() -> Box<dyn Machine> {
    let accounts = ["ACC-1", "ACC-2"].map(str::to_owned).into();
    Box::new(Bank::new(BankConfig { accounts }))
}

fn order(id: &str, account: &str, units: u64) -> Order {
    let (id, merchant, account) = (id.to_owned(), MERCHANT.to_owned(), account.to_owned());
    let reference = format!("{MERCHANT}@{TODAY}");
    Order { id, merchant, account, date: TODAY, amount: Money::minor(units), reference }
}

fn notices(released: &Released) -> Vec<(&str, &str, &End)> {
    let notice = |(to, parcel): &'_ (Party, Parcel)| {
        assert_eq!(*to, Acquirer);
        matches!(parcel, Parcel::Notice(_))
    };
    assert!(released.parcels.iter().all(notice));
    let all = released.parcels.iter().filter_map(|(_, parcel)| match parcel {
        Parcel::Notice(Notice { id, trace, end }) => Some((id.as_str(), trace.as_str(), end)),
        _ => None,
    });
    all.collect()
}

#[test]
fn the_bank_books_each_order_once_and_says_what_became_of_it() {
    let mut bank = Alone::new(bank);
    let take = |bank: &mut Alone, order: Order| bank.hear(Input::Parcel(Acquirer, Parcel::Order(order)));
    for (place, (id, account, units)) in
        [("P1", "ACC-1", 700), ("P2", "ACC-9", 110), ("P3", "ACC-2", 13)].into_iter().enumerate()
    {
        let trace = format!("6327{:06}", place + 1);
        for _ in 0..2 {
            let taken = take(&mut bank, order(id, account, units));
            assert_eq!(notices(&taken), [(id, trace.as_str(), &End::Accepted)]);
        }
    }
    bank.desk(Desk::Close("ACC-2".to_owned()));
    let run = bank.desk(Desk::Run);
    assert_eq!(run.outcomes, [Outcome::Noted]);
    let returned = |why: &str| End::Returned(why.to_owned());
    let (none, closed) = (returned("AC01"), returned("AC04"));
    let said =
        [("P1", "6327000001", &End::Credited), ("P2", "6327000002", &none), ("P3", "6327000003", &closed)];
    assert_eq!(notices(&run), said);
    assert_eq!(
        (bank.net("merchant:ACC-1"), bank.net("payouts:acquirer"), bank.net("returns")),
        (700, -700, 0)
    );
    // said again until it is known
    assert_eq!(notices(&bank.desk(Desk::Run)), said[1..]);
    let known = Receipt { file: "P2".to_owned(), taken: true };
    bank.hear(Input::Parcel(Acquirer, Parcel::Receipt(known.clone())));
    bank.hear(Input::Parcel(Acquirer, Parcel::Receipt(known)));
    assert_eq!(
        (notices(&bank.desk(Desk::Run)), bank.count(RecordKind::FileAcknowledged)),
        (said[2..].to_vec(), 1)
    );
    let late = returned("AC06");
    assert_eq!(notices(&bank.desk(Desk::Return("AC06".to_owned()))), [("P1", "6327000001", &late)]);
    assert_eq!((bank.net("merchant:ACC-1"), bank.net("payouts:acquirer")), (0, 0));
    let nothing = Outcome::Refused("nothing was credited that could be sent back");
    assert_eq!(bank.desk(Desk::Return("AC06".to_owned())).outcomes, [nothing]);
    assert_eq!(notices(&take(&mut bank, order("P1", "ACC-1", 700))), [("P1", "6327000001", &late)]);
    assert_eq!(bank.ask(Command::SignOn).outcomes, [Outcome::Refused("not a matter of the bank")]);
    let entries: Vec<_> = entries(&bank.all())
        .into_iter()
        .map(|entry| {
            (entry.order, entry.amount.units(), entry.credit, entry.trace, entry.reason.unwrap_or_default())
        })
        .collect();
    let entry = |order: &str, units, credit, trace: &str, why: &str| {
        (order.to_owned(), units, credit, trace.to_owned(), why.to_owned())
    };
    assert_eq!(
        entries,
        [
            entry("P1", 700, false, "6327000001", ""),
            entry("P2", 110, false, "6327000002", ""),
            entry("P2", 110, true, "6327000002R", "AC01"),
            entry("P3", 13, false, "6327000003", ""),
            entry("P3", 13, true, "6327000003R", "AC04"),
            entry("P1", 700, true, "6327000001R", "AC06"),
        ]
    );
}

fn hub() -> Box<dyn Machine> {
    let config = HubConfig { institution: "99990000".to_owned(), fee_basis_points: 60 };
    let stand_in = Some(StandIn { sale: Money::minor(50_000), card: Money::minor(80_000) });
    Box::new(
        Hub::new(config).with_caps(Caps::default()).with_switch(SwitchConfig { timers: timers(), stand_in }),
    )
}

/// A hub whose issuer is away.
fn standing_in(date: Option<&str>) -> Alone {
    let mut hub = Alone::new(hub);
    let sign_on = hub.hear(Input::LinkUp(Issuer)).sends.remove(0).1;
    let response = Telegram { settlement: date.map(str::to_owned), ..sign_on.answer(code(b"00")) };
    hub.hear(Input::Received(Issuer, response));
    hub.hear(Input::LinkDown(Issuer));
    hub
}

#[test]
fn a_hub_that_stands_in_has_a_code_for_each_cause() {
    let mut hub = standing_in(Some("1123"));
    let mut stan = 0;
    let mut says = |change: &dyn Fn(Telegram) -> Telegram| {
        stan += 1;
        let mut sent = hub.host_sends(change(common::host_request(stan, 700))).sends;
        assert_eq!((sent.len(), sent[0].0), (1, Acquirer));
        sent.remove(0).1.code.unwrap().to_string()
    };
    assert_eq!(says(&|message| Telegram { amount: Some(Money::ZERO), ..message }), "61");
    assert_eq!(says(&|message| Telegram { pan: None, ..message }), "30");
    assert_eq!(says(&|message| Telegram { expiry: None, ..message }), "30");
    assert_eq!(says(&|message| Telegram { amount: None, ..message }), "30");
    for (expiry, expected) in [("2610", "54"), ("2611", "00"), ("26-1", "30")] {
        assert_eq!(
            says(&|message| Telegram { expiry: Some(expiry.to_owned()), ..message }),
            expected,
            "{expiry}"
        );
    }
    let wrong = settlement::card::Pan::new("4111111111111112").unwrap();
    assert_eq!(says(&|message| Telegram { pan: Some(wrong.clone()), ..message }), "14");
    let refund = |message| Telegram { operation: Operation::Refund, mti: Mti::ADVICE, ..message };
    assert_eq!(says(&refund), "91", "nobody stands in for a refund");
    let hold = |message| Telegram { operation: Operation::Preauth, mti: Mti::AUTHORIZATION, ..message };
    assert_eq!(says(&hold), "00");
    let unknown = standing_in(None).host_sends(common::host_request(1, 700)).sends.remove(0).1;
    assert_eq!(unknown.code, Some(code(b"91")), "of no settlement date that it knows");
    let words = [
        (Command::Desk(Desk::SettlePositions), "nobody owes anything"),
        (Command::CutOver, "not a matter of the hub"),
    ];
    for (command, words) in words {
        assert_eq!(Alone::new(self::hub).ask(command).outcomes, [Outcome::Refused(words)]);
    }
}

#[test]
fn an_advice_tells_the_issuer_all_that_the_sale_was() {
    let mut hub = standing_in(Some("1123"));
    let sale = common::host_request(5, 700);
    let response = hub.host_sends(sale.clone()).sends.remove(0).1;
    assert_eq!((response.settlement.as_deref(), response.local.clone()), (Some("1123"), sale.local.clone()));
    hub.now = hub.now.after(Duration::from_secs(5));
    hub.restart();
    let sign_on = hub.hear(Input::LinkUp(Issuer)).sends.remove(0).1;
    let answer = Telegram { settlement: Some("1123".to_owned()), ..sign_on.answer(code(b"00")) };
    let advice = hub.hear(Input::Received(Issuer, answer)).sends.remove(0).1;
    let original = advice.original.clone().unwrap();
    assert_eq!((original.mti, original.stan, Some(original.transmission)), (Mti::SALE, 5, sale.transmission));
    assert_eq!(
        (advice.mti, advice.amount, advice.rrn, advice.acquirer),
        (Mti(220), sale.amount, sale.rrn, sale.acquirer)
    );
    assert_eq!((advice.pan, advice.expiry, advice.local), (sale.pan, sale.expiry, sale.local));
    assert_eq!((advice.terminal.as_str(), advice.merchant.as_str()), (TERMINAL, MERCHANT));
    assert_eq!((advice.approval, advice.code), (response.approval, Some(code(b"00"))));
    assert_eq!((advice.settlement.as_deref(), advice.operation), (Some("1123"), Operation::Sale));
}
