//! The fast path against the model machines: the same random inputs, and every message of either side is the same, octet
//! for octet, and so are holds and balances; also when both die between two flushes, and what was not durable is gone.

use std::collections::BTreeMap;
use std::time::Duration;

use settlement::card::{Pan, PinBlock};
use settlement::clock::{Date, Stamp};
use settlement::fast::{Acquirer, Events, Frame, Issuer, Kind, Machine, Page};
use settlement::journal::Party;
use settlement::ledger::{Account, Ledger};
use settlement::money::Money;
use settlement::node::Node;
use settlement::party::{self, AcquirerConfig, CardFile, Input, IssuerConfig, Timer, Timers};
use settlement::store::SharedStore;
use settlement::telegram::{Code, Mti, Original, Telegram};
use settlement::wire::{Dialect, pos};

const TODAY: Date = Date(20_780);
const MERCHANTS: [&str; 2] = ["104440359980001", "104440359980009"];
const PIN: &str = "1234";

/// Random numbers that are the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// What both sides are told.
#[derive(Clone)]
enum Told {
    Message(Party, Vec<u8>),
    Link(bool),
    Tick,
}

/// The machines of one party, without history.
type Pair = (Box<dyn party::Machine>, Box<dyn Machine>);

/// The model and the fast machine of one party, side by side. The model is told what happened when it is durable at the
/// fast one; what was not durable when they die, neither of them has heard.
struct Both {
    make: Box<dyn Fn() -> Pair>,
    store: SharedStore,
    model: Node,
    fast: Box<dyn Machine>,
    page: Page,
    pages: Vec<Vec<u8>>,
    waiting: Vec<(Stamp, Told)>,
    timers: BTreeMap<(Stamp, u64), Timer>,
    sequence: u64,
    now: Stamp,
    /// Messages that left, by the line of their peer.
    left: Vec<(Party, Vec<u8>)>,
}

impl Both {
    fn new(make: impl Fn() -> Pair + 'static) -> Self {
        let (model, fast) = make();
        let store = SharedStore::new();
        let model = Node::open(model, Box::new(store.another())).unwrap();
        let now = Stamp::on(TODAY, 50_000);
        let mut both = Self {
            make: Box::new(make),
            store,
            model,
            fast,
            page: Page::default(),
            pages: Vec::new(),
            waiting: Vec::new(),
            timers: BTreeMap::new(),
            sequence: 0,
            now,
            left: Vec::new(),
        };
        both.start();
        both
    }

    fn start(&mut self) {
        self.fast.started(self.now, &mut self.page);
        let sends = self.step(Input::Start, self.now);
        assert!(sends.is_empty());
        self.waiting.push((self.now, Told::Tick));
        self.fast.tick(self.now, &mut self.page);
        self.flush();
    }

    /// Power fails: what is not durable is gone.
    fn die(&mut self) {
        let (model, fast) = (self.make)();
        self.fast = fast;
        self.page = Page::default();
        self.waiting.clear();
        self.timers.clear();
        for page in &self.pages {
            Events::of(page).for_each(|event| self.fast.apply(&event.unwrap()));
        }
        self.model = Node::open(model, Box::new(self.store.another())).unwrap();
        self.start();
    }

    fn tell(&mut self, told: Told) {
        self.now = self.now.after(Duration::from_micros(3));
        match &told {
            Told::Message(peer, octets) => {
                let line = u32::from(*peer == Party::Terminal || self.fast.party() == Party::Issuer);
                let header = if *peer == Party::Terminal { &pos::HEADER[..] } else { &[] };
                self.fast.heard(Frame { line, header, payload: octets }, self.now, &mut self.page);
            }
            Told::Link(is_up) => self.fast.link(*is_up, self.now, &mut self.page),
            Told::Tick => {}
        }
        self.fast.tick(self.now, &mut self.page);
        self.waiting.push((self.now, told));
        self.waiting.push((self.now, Told::Tick));
    }

    /// What happened becomes durable, and leaves: the same at both.
    fn flush(&mut self) {
        let mut expected: BTreeMap<Party, Vec<Vec<u8>>> = BTreeMap::new();
        for (now, told) in std::mem::take(&mut self.waiting) {
            for (peer, octets) in self.model_hears(now, told) {
                expected.entry(peer).or_default().push(octets);
            }
        }
        let mut found: BTreeMap<Party, Vec<Vec<u8>>> = BTreeMap::new();
        for (line, frames) in &self.page.frames {
            let peer = match (self.fast.party(), line) {
                (Party::Issuer, _) => Party::Acquirer,
                (_, 0) => Party::Issuer,
                _ => Party::Terminal,
            };
            let dialect = if peer == Party::Terminal { Dialect::Pos } else { Dialect::Host };
            let mut rest = frames.as_slice();
            while let Some(frame) = dialect.framing().split(rest).unwrap() {
                found.entry(peer).or_default().push(frame.payload.to_vec());
                rest = &rest[frame.consumed..];
            }
        }
        for (peer, octets) in &expected {
            let dialect = if *peer == Party::Terminal { Dialect::Pos } else { Dialect::Host };
            let other = found.get(peer).cloned().unwrap_or_default();
            let first = octets.iter().zip(&other).find(|(model, fast)| model != fast);
            let shown = first.map(|(a, b)| (dialect.decode(a), dialect.decode(b)));
            assert_eq!(octets.len(), other.len(), "to the {peer}");
            assert!(first.is_none(), "to the {peer}: {shown:#?}");
        }
        assert_eq!(expected.len(), found.len());
        self.left =
            found.into_iter().flat_map(|(peer, all)| all.into_iter().map(move |one| (peer, one))).collect();
        self.pages.push(self.page.events.clone());
        self.page = Page::default();
        self.compare_books();
    }

    fn model_hears(&mut self, now: Stamp, told: Told) -> Vec<(Party, Vec<u8>)> {
        let peer = if self.model.party() == Party::Issuer { Party::Acquirer } else { Party::Issuer };
        match told {
            Told::Message(peer, octets) => {
                let dialect = if peer == Party::Terminal { Dialect::Pos } else { Dialect::Host };
                match dialect.decode(&octets) {
                    Ok(message) => self.step(Input::Received(peer, message), now),
                    Err(why) => self.step(Input::BadFrame(peer, why.to_string()), now),
                }
            }
            Told::Link(true) => self.step(Input::LinkUp(peer), now),
            Told::Link(false) => self.step(Input::LinkDown(peer), now),
            Told::Tick => {
                let mut sends = Vec::new();
                while let Some(due) = self.timers.first_entry().filter(|due| due.key().0 <= now) {
                    let timer = due.remove();
                    sends.extend(self.step(Input::Timer(timer), now));
                }
                sends
            }
        }
    }

    fn step(&mut self, input: Input, now: Stamp) -> Vec<(Party, Vec<u8>)> {
        let released = self.model.handle(input, now).unwrap();
        for (timer, delay) in released.timers {
            self.sequence += 1;
            self.timers.insert((now.after(delay), self.sequence), timer);
        }
        let octets = |(peer, message): (Party, Telegram)| {
            let dialect = if peer == Party::Terminal { Dialect::Pos } else { Dialect::Host };
            (peer, dialect.encode(&message).unwrap())
        };
        released.sends.into_iter().map(octets).collect()
    }

    /// Time passes, timer by timer.
    fn pass(&mut self, time: Duration) {
        self.flush();
        let end = self.now.after(time);
        loop {
            let next = self.timers.first_key_value().map(|((due, _), _)| *due);
            let fast = self.fast.next_due();
            self.now = [next, fast].into_iter().flatten().min().unwrap_or(end).min(end).max(self.now);
            self.fast.tick(self.now, &mut self.page);
            self.waiting.push((self.now, Told::Tick));
            self.flush();
            if self.now >= end {
                return;
            }
        }
    }

    fn compare_books(&self) {
        let ledger: &Ledger = self.model.store().books();
        let moved = |account: &&Account| **account != Account::default();
        let model: BTreeMap<_, _> = ledger.accounts().filter(|(_, account)| moved(account)).collect();
        let book = self.fast.book();
        let fast: BTreeMap<_, _> = book.accounts().filter(|(_, account)| moved(account)).collect();
        assert_eq!(model, fast);
        let names: Vec<&str> = book.accounts().map(|(name, _)| name).collect();
        let name = |number: u32| names[usize::try_from(number).unwrap()];
        let mut holds: Vec<_> =
            book.holds().map(|(_, hold)| (name(hold.debit), name(hold.credit), hold.amount)).collect();
        let mut open: Vec<_> = ledger
            .open_holds()
            .map(|hold| (hold.debit.as_str(), hold.credit.as_str(), hold.amount.units()))
            .collect();
        holds.sort_unstable();
        open.sort_unstable();
        assert_eq!(holds, open);
        assert_eq!(book.imbalance(), (0, 0));
    }
}

fn timers() -> Timers {
    Timers::from_base(Duration::from_millis(300))
}

fn acquirer() -> Both {
    let config = AcquirerConfig {
        institution: "10344000".to_owned(),
        merchants: MERCHANTS.map(str::to_owned).into(),
        fee_basis_points: 60,
        node: 1,
        timers: timers(),
    };
    Both::new(move || {
        (Box::new(party::Acquirer::new(config.clone())), Box::new(Acquirer::new(config.clone()).unwrap()))
    })
}

fn cards() -> Vec<CardFile> {
    let card = |digits: &str, account: &str, expiry: &str, limit, balance, prepaid| {
        let pan = Pan::new(digits).unwrap();
        let pin = PinBlock::clear_test(PIN, &pan).unwrap();
        let (limit, balance) = (Money::minor(limit), Money::minor(balance));
        CardFile { pan, account: account.to_owned(), expiry: expiry.to_owned(), pin, limit, balance, prepaid }
    };
    vec![
        card("4111111111111111", "1001", "4912", 3_000, 100_000, false),
        card("4242424242424242", "1002", "4705", 90_000, 1_200, false),
        card("5555444433331111", "1003", "2406", 3_000, 100_000, false),
        card("5105105105105100", "1005", "4912", 90_000, 900, true),
    ]
}

fn issuer() -> Both {
    let config = IssuerConfig { cards: cards(), first_date: TODAY, timers: timers() };
    Both::new(move || (Box::new(party::Issuer::new(config.clone())), Box::new(Issuer::new(config.clone()))))
}

/// A sale, a repeat, another amount or a reversal of one of a few sales; some are not as they should be.
fn of_terminal(random: &mut Random) -> Vec<u8> {
    let pan = Pan::new(random.of(&["4111111111111111", "4242424242424242"])).unwrap();
    let sale = Telegram {
        pin: PinBlock::clear_test(PIN, &pan),
        pan: Some(pan),
        expiry: Some("4912".to_owned()),
        amount: Some(Money::minor(random.of(&[700, 700, 700, 800]))),
        terminal: random.of(&["10000001", "10000001", "10000002", "77"]).to_owned(),
        merchant: random.of(&[MERCHANTS[0], MERCHANTS[0], MERCHANTS[1], "999"]).to_owned(),
        batch: Some(random.of(&[1, 1, 1, 1, 1, 2])),
        ..Telegram::new(Mti::SALE, 1 + random.below(60))
    };
    let message = match random.below(20) {
        0 => Telegram { management: Some(1), amount: None, pan: None, pin: None, expiry: None, ..sale }
            .with(Mti::NETWORK),
        1 => Telegram { pan: None, ..sale },
        2 => Telegram { amount: None, ..sale },
        3 => Telegram { pin: None, ..sale },
        4 => Telegram { expiry: None, ..sale },
        5 => Telegram { local: Some("1123101112".to_owned()), ..sale },
        6..=9 => Telegram { pan: None, pin: None, expiry: None, code: Some(Code::of(b"98")), ..sale }
            .with(Mti::REVERSAL),
        _ => sale,
    };
    let mut octets = pos::encode(&message).unwrap();
    if random.below(60) == 0 {
        let place = usize::try_from(random.below(octets.len() as u64)).unwrap();
        octets.truncate(place);
    }
    octets
}

trait With {
    fn with(self, mti: Mti) -> Self;
}

impl With for Telegram {
    fn with(self, mti: Mti) -> Self {
        Self { mti, ..self }
    }
}

/// A response to a request that left some time ago, good, bad or late.
fn of_issuer(random: &mut Random, asked: &[Vec<u8>]) -> Option<Vec<u8>> {
    let recent = asked.len().saturating_sub(12);
    let pick = if random.below(5) > 0 { &asked[recent..] } else { asked };
    let request = Dialect::Host
        .decode(pick.get(usize::try_from(random.below(pick.len().max(1) as u64)).unwrap())?)
        .unwrap();
    let response = match request.mti.0 {
        200 => {
            let code = Code::of(random.of(&[b"00", b"00", b"00", b"00", b"51", b"10", b"96"]));
            let amount = match (code.partial(), request.amount) {
                (true, _) => Some(Money::minor(random.of(&[300, 700, 900]))),
                (false, amount) if random.below(30) > 0 => amount,
                _ => Some(Money::minor(699)),
            };
            let approval = code.approved().then(|| "A1B2C3".to_owned());
            let settlement = (random.below(10) > 0).then(|| TODAY.mmdd());
            Telegram { amount, approval, settlement, local: request.local.clone(), ..request.answer(code) }
        }
        420 | 421 => {
            let code = Code::of(random.of(&[b"00", b"00", b"25", b"21", b"96"]));
            Telegram { settlement: (random.below(2) > 0).then(|| TODAY.mmdd()), ..request.answer(code) }
        }
        _ => request.answer(Code::of(b"00")),
    };
    Some(Dialect::Host.encode(&response).unwrap())
}

#[test]
fn the_acquirer_decides_as_the_model_does() {
    acquirers(0..4);
}

#[test]
fn the_issuer_decides_as_the_model_does() {
    issuers(0..4);
}

/// `cargo test --release -p settlement --test fast -- --ignored`
#[test]
#[ignore = "minutes"]
fn both_decide_as_the_models_do_for_long() {
    acquirers(4..400);
    issuers(4..400);
}

fn acquirers(seeds: std::ops::Range<u64>) {
    let (mut decided, least) = (0, 30 * seeds.end.saturating_sub(seeds.start));
    for seed in seeds {
        let (mut both, mut random) = (acquirer(), Random(seed));
        let mut asked: Vec<Vec<u8>> = Vec::new();
        let mut linked = false;
        for terminal in ["10000001", "10000002"] {
            let (terminal, merchant) = (terminal.to_owned(), MERCHANTS[0].to_owned());
            let sign_on =
                Telegram { terminal, merchant, management: Some(1), ..Telegram::new(Mti::NETWORK, 1) };
            both.tell(Told::Message(Party::Terminal, pos::encode(&sign_on).unwrap()));
        }
        for _ in 0..400 {
            match random.below(30) {
                0..=13 => both.tell(Told::Message(Party::Terminal, of_terminal(&mut random))),
                14..=23 if linked => {
                    if let Some(octets) = of_issuer(&mut random, &asked) {
                        both.tell(Told::Message(Party::Issuer, octets));
                    }
                }
                14..=25 if !linked => {
                    linked = true;
                    both.tell(Told::Link(true));
                    both.flush();
                    let sign_on = both.left.iter().rev().find(|(peer, _)| *peer == Party::Issuer).unwrap();
                    let response = Dialect::Host.decode(&sign_on.1).unwrap().answer(Code::of(b"00"));
                    let octets = Dialect::Host.encode(&response).unwrap();
                    both.tell(Told::Message(Party::Issuer, octets));
                }
                26 if random.below(3) == 0 => {
                    linked = false;
                    both.tell(Told::Link(false));
                }
                27 if random.below(3) == 0 => {
                    linked = false;
                    both.die();
                }
                28 => both.pass(Duration::from_millis(random.of(&[1, 50, 601, 3_000]))),
                _ => both.flush(),
            }
            let to_issuer = both.left.drain(..).filter(|(peer, _)| *peer == Party::Issuer);
            asked.extend(to_issuer.map(|(_, octets)| octets));
        }
        both.pass(Duration::from_secs(5));
        decided += both
            .pages
            .iter()
            .flat_map(|page| Events::of(page))
            .filter(|event| {
                event.is_some_and(|event| matches!(event.kind, Kind::Decided | Kind::Reversed | Kind::Late))
            })
            .count() as u64;
    }
    assert!(decided > least, "only {decided} decisions were compared");
}

/// A request of an acquirer about one of a few sales.
fn of_acquirer(random: &mut Random) -> Vec<u8> {
    let digits = random.of(&[
        "4111111111111111",
        "4242424242424242",
        "5555444433331111",
        "5105105105105100",
        "4111111111111112",
        "6212345678901232",
    ]);
    let pan = Pan::new(digits).unwrap();
    let transmission = random.of(&["1123101112", "1123101113"]).to_owned();
    let stan = 1 + random.below(60);
    let sale = Telegram {
        pin: PinBlock::clear_test(random.of(&[PIN, PIN, PIN, PIN, PIN, "9999"]), &pan),
        pan: Some(pan),
        expiry: Some(random.of(&["4912", "4912", "4912", "2001"]).to_owned()),
        amount: Some(Money::minor(random.of(&[100, 100, 100, 100, 101, 0, 700, 3_001]))),
        transmission: Some(transmission.clone()),
        local: Some(transmission.clone()),
        acquirer: random.of(&["10344000", "10344000", "123"]).to_owned(),
        rrn: Some(format!("6327131{stan:05}")),
        terminal: "10000001".to_owned(),
        merchant: MERCHANTS[0].to_owned(),
        ..Telegram::new(Mti::SALE, stan)
    };
    let message = match random.below(20) {
        0 => Telegram {
            management: Some(1),
            transmission: sale.transmission,
            ..Telegram::new(Mti::NETWORK, 1)
        },
        1 => Telegram { pan: None, ..sale },
        2 => Telegram { amount: None, ..sale },
        3 => Telegram { pin: None, ..sale },
        4 => Telegram { expiry: None, ..sale },
        5..=8 => {
            let original = Some(Original { mti: Mti::SALE, stan, transmission });
            let mti = random.of(&[Mti::REVERSAL_ADVICE, Mti::REVERSAL_REPEAT]);
            let code = Some(Code::of(b"68"));
            Telegram { original, code, pan: None, pin: None, expiry: None, stan: 900, mti, ..sale }
        }
        _ => sale,
    };
    Dialect::Host.encode(&message).unwrap()
}

fn issuers(seeds: std::ops::Range<u64>) {
    let mut codes = std::collections::BTreeSet::new();
    for seed in seeds {
        let (mut both, mut random) = (issuer(), Random(seed));
        for _ in 0..400 {
            match random.below(20) {
                0..=14 => both.tell(Told::Message(Party::Acquirer, of_acquirer(&mut random))),
                15 if random.below(3) == 0 => both.die(),
                _ => both.flush(),
            }
            for (_, octets) in both.left.drain(..) {
                codes.insert(Dialect::Host.decode(&octets).unwrap().code.unwrap().to_string());
            }
        }
    }
    let all = ["00", "10", "14", "21", "22", "25", "30", "51", "54", "55", "61", "75", "94", "96"];
    assert!(all.iter().all(|code| codes.contains(*code)), "{codes:?}");
}

#[test]
fn what_is_no_message_or_another_one_stops_nobody() {
    for seed in 0..3 {
        let mut random = Random(seed);
        for (mut both, is_acquirer) in [(acquirer(), true), (issuer(), false)] {
            for _ in 0..1_500 {
                let mut octets =
                    if is_acquirer { of_terminal(&mut random) } else { of_acquirer(&mut random) };
                for _ in 0..random.below(4) {
                    let place = random.below(octets.len().max(1) as u64);
                    let digit = random.of(b"0123456789*AZ \x00\xFF\x20\x41");
                    octets
                        .get_mut(usize::try_from(place).unwrap())
                        .into_iter()
                        .for_each(|octet| *octet = digit);
                }
                let line = u32::from(is_acquirer || random.below(2) == 0);
                let header = if is_acquirer { &pos::HEADER[..] } else { &[] };
                both.now = both.now.after(Duration::from_micros(3));
                both.fast.heard(Frame { line, header, payload: &octets }, both.now, &mut both.page);
                both.fast.tick(both.now, &mut both.page);
            }
            // what is written can be read, and what is read is the same party
            let (_, mut again) = (both.make)();
            for page in both.pages.iter().chain([&both.page.events]) {
                for event in Events::of(page) {
                    let event = event.unwrap();
                    again.apply(&event);
                }
            }
            assert_eq!(again.approved(), both.fast.approved());
            assert_eq!(both.fast.book().imbalance(), (0, 0));
            for (_, frames) in &both.page.frames {
                let framing = if is_acquirer { Dialect::Pos.framing() } else { Dialect::Host.framing() };
                let mut rest = frames.as_slice();
                while let Some(frame) = framing.split(rest).unwrap() {
                    rest = &rest[frame.consumed..];
                }
                assert!(rest.is_empty());
            }
        }
    }
}
