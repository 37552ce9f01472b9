//! The issuer alone, asked by a test that plays the acquirer.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::time::Duration;

use crate::common::{MERCHANT, TERMINAL, TODAY};
use settlement::card::Card;
use settlement::clock::Stamp;
use settlement::journal::{Party, Record, RecordKind};
use settlement::money::Money;
use settlement::node::{Node, Released};
use settlement::ops::Operation;
use settlement::party::{CardFile, Command, Input, Issuer, IssuerConfig, Machine, Timers};
use settlement::store::MemStore;
use settlement::telegram::{Mti, Original, Tally, Telegram, Totals};

use Operation::Completion;
use Party::Acquirer;

/// Number, expiry, PIN, account, limit, balance, and whether it is prepaid.
pub(crate) const CARDS: [(&str, &str, &str, &str, u64, u64, bool); 4] = [
    ("6212345678901232", "4811", "246810", "1", 300_000, 1_000_000, false),
    ("4111111111111111", "2611", "1234", "2", 300_000, 20_000, false),
    ("4242424242424242", "4705", "4321", "3", 300_000, 5_000, true),
    ("5555444433331111", "2610", "1111", "4", 300_000, 50_000, false),
];
pub(crate) const NEVER: &str = "9999";

pub(crate) fn issuer() -> Box<dyn Machine> {
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

pub(crate) struct Bank {
    pub(crate) node: Option<Node>,
    pub(crate) now: Stamp,
    pub(crate) stan: u64,
}

impl Bank {
    pub(crate) fn open() -> Self {
        let node = Node::open(issuer(), Box::new(MemStore::default())).unwrap();
        let mut bank = Self { node: Some(node), now: Stamp::on(TODAY, 50_000), stan: 0 };
        bank.hear(Input::Start);
        bank
    }

    pub(crate) fn restart(&mut self) -> Released {
        let store = self.node.take().unwrap().into_store();
        self.node = Some(Node::open(issuer(), store).unwrap());
        self.hear(Input::Start)
    }

    pub(crate) fn hear(&mut self, input: Input) -> Released {
        self.node.as_mut().unwrap().handle(input, self.now).unwrap()
    }

    pub(crate) fn says(&mut self, message: Telegram) -> Telegram {
        let mut sent = self.hear(Input::Received(Acquirer, message)).sends;
        assert_eq!((sent.len(), sent[0].0), (1, Acquirer));
        sent.remove(0).1
    }

    pub(crate) fn code(&mut self, message: Telegram) -> String {
        self.says(message).code.unwrap().to_string()
    }

    /// A request with the next number.
    pub(crate) fn request(&mut self, operation: Operation, card: usize, units: u64) -> Telegram {
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
            terminal: TERMINAL.to_owned(),
            merchant: MERCHANT.to_owned(),
            ..Telegram::new(operation.row().host, self.stan)
        }
    }

    pub(crate) fn ask(&mut self, operation: Operation, card: usize, units: u64) -> String {
        let request = self.request(operation, card, units);
        self.code(request)
    }

    /// An approved one.
    pub(crate) fn held(&mut self, operation: Operation, card: usize, units: u64) -> Telegram {
        let request = self.request(operation, card, units);
        assert_eq!(self.code(request.clone()), "00");
        request
    }

    pub(crate) fn about(&mut self, sale: &Telegram, mti: Mti, left: Option<u64>) -> Telegram {
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
    pub(crate) fn undo(&mut self, sale: &Telegram, left: Option<u64>) -> (String, Option<String>) {
        let advice = self.about(sale, Mti::REVERSAL_ADVICE, left);
        let response = self.says(advice);
        (response.code.unwrap().to_string(), response.settlement)
    }

    pub(crate) fn complete(&mut self, of: &Telegram, card: usize, units: u64, keeps: Option<u64>) -> String {
        let request = self.request(Completion, card, units);
        let replacement = keeps.map(Money::minor);
        self.code(Telegram { original: Some(named(of)), replacement, ..request })
    }

    /// What the cardholder can spend.
    pub(crate) fn left(&self, card: usize) -> i128 {
        let account = format!("cardholder:{}", CARDS[card].3);
        self.node.as_ref().unwrap().store().books().account(&account).available()
    }

    pub(crate) fn net(&self, account: &str) -> i128 {
        self.node.as_ref().unwrap().store().books().account(account).net()
    }

    pub(crate) fn records(&self, kind: RecordKind) -> Vec<Record> {
        let history = self.node.as_ref().unwrap().store().history().unwrap();
        history.records.into_iter().filter(|record| record.kind == kind).collect()
    }

    pub(crate) fn cut_over(&mut self) -> Telegram {
        self.now = self.now.after(Duration::from_secs(1));
        let mut sent = self.hear(Input::Command(Command::CutOver)).sends;
        assert_eq!(sent.len(), 1);
        sent.remove(0).1
    }

    pub(crate) fn totals(&mut self, date: &str, totals: Totals, excluded: &[&Telegram]) -> Telegram {
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

    pub(crate) fn item(&mut self, sale: &Telegram, units: u64) -> String {
        let item = self.about(sale, Mti::ITEM, None);
        self.code(Telegram { settlement: Some("1123".to_owned()), amount: Some(Money::minor(units)), ..item })
    }
}

pub(crate) fn named(sale: &Telegram) -> Original {
    Original { mti: sale.mti, stan: sale.stan, transmission: sale.transmission.clone().unwrap() }
}

pub(crate) fn tally(count: u64, units: u64) -> Tally {
    Tally { count, amount: Money::minor(units) }
}
