//! A date that is out of balance, while a reversal of it has no answer: what each 0520 says, against what a person would
//! add up. The issuer is played by the test.

mod common;

use std::time::Duration;

use common::{TODAY, timers};
use settlement::clock::{Date, Stamp};
use settlement::journal::{Party, Record, RecordKind};
use settlement::money::Money;
use settlement::node::Node;
use settlement::party::{Acquirer, Input, Machine, Timer};
use settlement::store::MemStore;
use settlement::telegram::{Balance, Code, Mti, Original, Tally, Telegram, Totals};

use Party::{Issuer, Terminal};

struct Date0520 {
    node: Node,
    now: Stamp,
}

fn acquirer() -> Box<dyn Machine> {
    let config = common::acquirer_config([common::MERCHANT]);
    Box::new(Acquirer::new(config))
}

const YES: Code = Code::of(b"00");

impl Date0520 {
    fn open() -> Self {
        let node = Node::open(acquirer(), Box::new(MemStore::default())).unwrap();
        let mut date = Self { node, now: Stamp::on(TODAY, 50_000) };
        date.hear(Input::Start);
        let asked = date.hear(Input::LinkUp(Issuer));
        date.hear(Input::Received(Issuer, asked[0].1.answer(YES)));
        let sign_on = Telegram {
            management: Some(3),
            terminal: common::TERMINAL.to_owned(),
            merchant: common::MERCHANT.to_owned(),
            ..Telegram::new(Mti::NETWORK, 1)
        };
        date.hear(Input::Received(Terminal, sign_on));
        date
    }

    fn hear(&mut self, input: Input) -> Vec<(Party, Telegram)> {
        self.node.handle(input, self.now).unwrap().sends
    }

    /// What goes to the issuer.
    fn sent(&mut self, input: Input) -> Telegram {
        let mut sent: Vec<_> = self.hear(input).into_iter().filter(|(to, _)| *to == Issuer).collect();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0).1
    }

    /// A sale that the issuer approves for today, and how DE90 names it.
    fn sell(&mut self, stan: u64, units: u64) -> Original {
        let asked = self.sent(Input::Received(Terminal, common::sale_request(stan, units)));
        let settlement = Some("1123".to_owned());
        self.hear(Input::Received(Issuer, Telegram { settlement, ..asked.answer(YES) }));
        Original { mti: Mti::SALE, stan: asked.stan, transmission: asked.transmission.unwrap() }
    }

    /// The till takes it back, and the issuer does not answer.
    fn reverse(&mut self, stan: u64, units: u64) {
        let request = common::reversal_request(Mti::REVERSAL, stan, units);
        self.hear(Input::Received(Terminal, request));
    }

    fn timer(&mut self, timer: Timer) -> Telegram {
        self.sent(Input::Timer(timer))
    }

    fn records(&self, kind: RecordKind) -> Vec<Record> {
        let history = self.node.store().history().unwrap();
        history.records.into_iter().filter(|record| record.kind == kind).collect()
    }
}

fn sorted(mut list: Vec<Original>) -> Vec<Original> {
    list.sort_by_key(|original| original.stan);
    list
}

fn sales(count: u64, units: u64) -> Option<Totals> {
    let sales = Tally { count, amount: Money::minor(units) };
    Some(Totals { sales, ..Totals::default() })
}

/// The second 0520 counts what agreed, and leaves out what is in dispute *and* what the first one left out: the issuer
/// holds that, too, and would count it.
#[test]
fn the_second_0520_leaves_out_what_the_first_did_and_what_is_in_dispute() {
    let mut date = Date0520::open();
    let [_, wrong, _, undone] =
        [(1, 10_000), (2, 4_000), (3, 300), (4, 77)].map(|(n, units)| date.sell(n, units));
    date.reverse(4, 77);
    let cut_over = Telegram {
        management: Some(201),
        settlement: Some("1124".to_owned()),
        transmission: Some("1123230000".to_owned()),
        ..Telegram::new(Mti::NETWORK, 900_001)
    };
    date.hear(Input::Received(Issuer, cut_over));
    let today = Date(TODAY.0);
    let waits = date.hear(Input::Timer(Timer::Reconcile(today)));
    assert!(waits.is_empty(), "the reversal may still be answered: {waits:?}");
    // as soon as its time is over, and not before
    date.now = date.now.after(timers().acquirer - Duration::from_micros(1));
    assert!(date.hear(Input::Timer(Timer::Reconcile(today))).is_empty());
    date.now = date.now.after(Duration::from_micros(1));
    let first = date.timer(Timer::Reconcile(today));
    assert_eq!((first.mti, first.totals), (Mti::RECONCILIATION, sales(3, 14_300)));
    assert_eq!(first.excluded, std::slice::from_ref(&undone), "its reversal is not answered");
    assert_eq!(first.settlement.as_deref(), Some("1123"));

    let settlement = first.settlement.clone();
    let out =
        Telegram { code: None, balance: Some(Balance::Out), totals: sales(3, 14_301), ..first.answer(YES) };
    date.hear(Input::Received(Issuer, Telegram { settlement: settlement.clone(), ..out }));
    let mut compared = Vec::new();
    let mut item = date.timer(Timer::Reconcile(today));
    let second = loop {
        assert_eq!((item.mti, item.settlement.as_deref()), (Mti::ITEM, Some("1123")));
        let Some(original) = item.original.clone() else {
            assert_eq!(item.totals, sales(2, 10_300), "what agreed");
            let end = Telegram { settlement: settlement.clone(), ..item.answer(YES) };
            break date.sent(Input::Received(Issuer, end));
        };
        compared.push(item.amount.unwrap().units());
        assert_eq!((item.terminal.as_str(), item.merchant.as_str()), (common::TERMINAL, common::MERCHANT));
        let says = if original == wrong { Code::of(b"64") } else { YES };
        let answer =
            Telegram { settlement: settlement.clone(), original: Some(original), ..item.answer(says) };
        date.hear(Input::Received(Issuer, answer));
        item = date.timer(Timer::Upload(today));
    };
    compared.sort_unstable();
    assert_eq!(compared, [300, 4_000, 10_000], "each item of the totals, and no other");
    let left_out = sorted(vec![wrong, undone]);
    assert_eq!((second.mti, second.totals), (Mti::RECONCILIATION, sales(2, 10_300)));
    assert_eq!(sorted(second.excluded.clone()), left_out);
    assert_eq!(second.settlement.as_deref(), Some("1123"));
    // its 0530 is lost: it comes again, under another number, and says the same
    let again = date.timer(Timer::Reconcile(today));
    assert_eq!((again.totals, sorted(again.excluded.clone())), (second.totals, left_out));
    assert!(again.stan > second.stan);
    // it agrees: two items are settled, and nobody is asked any more
    let agreed =
        Telegram { code: None, balance: Some(Balance::In), totals: again.totals, ..again.answer(YES) };
    date.hear(Input::Received(Issuer, Telegram { settlement, ..agreed }));
    let settled: Vec<u64> =
        date.records(RecordKind::SaleSettled).iter().map(|record| record.amount.unwrap().units()).collect();
    assert_eq!(settled, [10_000, 300]);
    assert!(date.hear(Input::Timer(Timer::Reconcile(today))).is_empty());
    assert!(date.hear(Input::Timer(Timer::Upload(today))).is_empty());
}
