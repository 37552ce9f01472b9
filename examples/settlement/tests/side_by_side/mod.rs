//! A model machine and a fast one of the same party, side by side.

use std::collections::BTreeMap;
use std::time::Duration;

use settlement::clock::{Date, Stamp};
use settlement::fast::{Events, Frame, Machine, Page};
use settlement::journal::Party;
use settlement::ledger::{Account, Ledger};
use settlement::node::Node;
use settlement::party::{self, Input, Timer};
use settlement::store::SharedStore;
use settlement::telegram::Telegram;
use settlement::wire::{Dialect, pos};

pub(crate) const TODAY: Date = Date(20_780);

/// Random numbers that are the same for the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    pub(crate) fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// What both sides are told.
#[derive(Clone)]
pub(crate) enum Told {
    Message(Party, Vec<u8>),
    Link(bool),
    Tick,
}

/// The machines of one party, without history.
pub(crate) type Pair = (Box<dyn party::Machine>, Box<dyn Machine>);

/// The model and the fast machine of one party, side by side. The model is told what happened when it is durable at the
/// fast one; what was not durable when they die, neither of them has heard.
pub(crate) struct Both {
    pub(crate) make: Box<dyn Fn() -> Pair>,
    store: SharedStore,
    model: Node,
    pub(crate) fast: Box<dyn Machine>,
    pub(crate) page: Page,
    pub(crate) pages: Vec<Vec<u8>>,
    waiting: Vec<(Stamp, Told)>,
    timers: BTreeMap<(Stamp, u64), Timer>,
    sequence: u64,
    pub(crate) now: Stamp,
    /// Messages that left, by the line of their peer.
    pub(crate) left: Vec<(Party, Vec<u8>)>,
}

impl Both {
    pub(crate) fn new(make: impl Fn() -> Pair + 'static) -> Self {
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
    pub(crate) fn die(&mut self) {
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

    pub(crate) fn tell(&mut self, told: Told) {
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
    pub(crate) fn flush(&mut self) {
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
    pub(crate) fn pass(&mut self, time: Duration) {
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
