//! The issuer of the fast path: sign-on and echo, purchases, their repeats, reversals. It decides as
//! [`crate::party::Issuer`] does, octet for octet (`tests/fast.rs`); any other request is refused with 40, and noted.

use std::collections::HashMap;
use std::fmt::Write;

use super::book::{Book, Hold};
use super::event::{Event, Kind, code_number, last, octets_number, small};
use super::hash::Quick;
use super::page::Page;
use super::wire::{IssuerWire, Requested, digits, filled, read_other, shown};
use super::{Frame, Machine, unwritten};
use crate::clock::{Date, Stamp};
use crate::journal::Party;
use crate::ledger::TransferId;
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{CardFile, IssuerConfig};
use crate::telegram::{Code, Mti, Telegram};
use crate::wire::{Dialect, WireError};

const APPROVED: Code = Code::of(b"00");
/// After this many wrong PINs in a row nothing is tried any more.
const PIN_TRIES: u32 = 3;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum State {
    Held,
    Declined,
    Released,
    /// A reversal came first.
    Tombstone,
}

/// A sale, in numbers.
#[derive(Copy, Clone, Debug)]
struct Item {
    asked: u64,
    /// What was approved.
    first: u64,
    code: [u8; 2],
    approval: u64,
    date: u64,
    state: State,
}

/// A card, with the places of its account.
#[derive(Debug)]
struct Card {
    file: CardFile,
    checks: bool,
    /// In the book.
    account: u32,
    /// Among the counters of wrong PINs.
    tries: usize,
}

/// The state machine.
pub struct Issuer {
    date: Date,
    mmdd: [u8; 4],
    yymm: [u8; 4],
    cards: Vec<Card>,
    by_pan: HashMap<(u64, u8), usize, Quick>,
    wrong_pins: Vec<u32>,
    wire: IssuerWire,
    acquirers: Vec<[u8; 11]>,
    items: Vec<Item>,
    by_key: HashMap<u64, u32, Quick>,
    opened: Vec<bool>,
    book: Book,
    vault: u32,
    settlement: u32,
}

/// What is decided of a request, before it is an event.
struct Verdict {
    code: &'static [u8; 2],
    amount: u64,
    card: Option<usize>,
}

impl Issuer {
    /// An issuer without history, on the date of its configuration.
    pub fn new(config: IssuerConfig) -> Self {
        let mut book = Book::default();
        let (vault, settlement) = (book.open("vault"), book.open("hub_settlement"));
        let mut names: Vec<String> = Vec::new();
        let mut cards = Vec::new();
        for file in config.cards {
            let account = book.open(&format!("cardholder:{}", file.account));
            let tries = names.iter().position(|name| *name == file.account).unwrap_or_else(|| {
                names.push(file.account.clone());
                names.len() - 1
            });
            let checks = file.pan.checks();
            cards.push(Card { file, checks, account, tries });
        }
        let mut by_pan = HashMap::default();
        for (place, card) in cards.iter().enumerate() {
            let pan = card.file.pan.expose().as_bytes();
            let key = digits(pan).zip(u8::try_from(pan.len()).ok());
            key.map(|key| *by_pan.entry(key).or_insert(place));
        }
        Self {
            date: config.first_date,
            mmdd: filled(config.first_date.mmdd().as_bytes()),
            yymm: filled(config.first_date.yymm().as_bytes()),
            opened: vec![false; cards.len()],
            wrong_pins: vec![0; names.len()],
            cards,
            by_pan,
            wire: IssuerWire::default(),
            acquirers: Vec::new(),
            items: Vec::new(),
            by_key: HashMap::default(),
            book,
            vault,
            settlement,
        }
    }

    fn note(&mut self, event: &Event<'_>, page: &mut Page) {
        page.note(event);
        self.fold(event);
    }

    fn fold(&mut self, event: &Event<'_>) {
        match event.kind {
            // The date on which it started first is the one that is open.
            Kind::Started if event.date != 0 => {
                self.date = Date(event.date);
                self.mmdd = filled(self.date.mmdd().as_bytes());
                self.yymm = filled(self.date.yymm().as_bytes());
            }
            Kind::Named => self.acquirers.push(filled(event.octets)),
            Kind::Opening => {
                let place = usize::try_from(event.of).unwrap_or(usize::MAX);
                if let (Some(card), Some(opened)) = (self.cards.get(place), self.opened.get_mut(place)) {
                    *opened = true;
                    self.book.post(self.vault, card.account, event.amount);
                }
            }
            Kind::Decided | Kind::Tombstone => self.item_begins(event),
            Kind::Reversed => {
                let place = usize::try_from(event.of).unwrap_or(usize::MAX);
                if let Some(item) = self.items.get_mut(place) {
                    item.state = State::Released;
                    self.book.release(small(event.of));
                }
            }
            _ => {}
        }
    }

    fn item_begins(&mut self, event: &Event<'_>) {
        let key = key(small(event.batch), small(event.time), small(event.stan));
        let code: [u8; 2] = last(event.code);
        let approved = event.kind == Kind::Decided && Code::of(&code).approved();
        let card = usize::try_from(event.who).ok().and_then(|who| self.cards.get(who.checked_sub(1)?));
        let tries = card.and_then(|card| self.wrong_pins.get_mut(card.tries));
        match tries {
            Some(tries) if code == *b"55" => *tries += 1,
            Some(tries) if approved => *tries = 0,
            _ => {}
        }
        let index = small(u64::try_from(self.items.len()).unwrap_or(u64::MAX));
        if *self.by_key.entry(key).or_insert(index) != index {
            // A tombstone stays one.
            return;
        }
        let state = match event.kind {
            Kind::Tombstone => State::Tombstone,
            _ if approved => State::Held,
            _ => State::Declined,
        };
        let (asked, first) = (event.asked, event.amount);
        let (approval, date) = (event.approval, event.date);
        self.items.push(Item { asked, first, code, approval, date, state });
        if let Some(card) = card.filter(|_| approved) {
            self.book.hold(index, Hold { debit: card.account, credit: self.settlement, amount: first });
        }
    }

    fn hear(&mut self, frame: Frame<'_>, now: Stamp, page: &mut Page) -> Result<(), WireError> {
        if let Some((asked, message)) = self.wire.read_request(frame.payload)
            // another amount under the same number is told the ordinary way
            && let Some((item, less)) = self.sale(&asked, now, page)
        {
            let (date, wire) = (self.mmdd_of(item.date), &mut self.wire);
            let approval = (item.approval != 0).then(|| last(item.approval));
            page.send(frame.line, &[], |room| {
                wire.write_response(&message, &date, (&item.code, approval.as_ref()), less, room)
            })?;
            return Ok(());
        }
        let Some(message) = read_other(Dialect::Host, frame.payload) else {
            page.note(&Event { who: 1, ..Event::new(Kind::Garbage, now) });
            return Ok(());
        };
        let response = self.response(&message, now, page);
        let Some(response) = response else { return Ok(()) };
        let octets = Dialect::Host.encode(&response)?;
        page.send(frame.line, &[], |room| super::copy(&octets, room)).map(|_| ())
    }

    /// To anything that has not the usual shape.
    fn response(&mut self, message: &Telegram, now: Stamp, page: &mut Page) -> Option<Telegram> {
        match (message.mti, message.operation) {
            (Mti::NETWORK, _) => {
                let settlement = Some(self.date.mmdd());
                Some(Telegram { settlement, ..message.answer(APPROVED) })
            }
            (Mti::SALE, Operation::Sale) => self.sale_of(message, now, page),
            (Mti::REVERSAL_ADVICE | Mti::REVERSAL_REPEAT, _) if message.replacement.is_none() => {
                Some(self.reversal(message, now, page))
            }
            (mti, _) => {
                page.note(&Event { who: 1, ..Event::new(Kind::Unknown, now) });
                mti.is_request().then(|| message.answer(Code::of(b"40")))
            }
        }
    }

    /// The item that a request is, decided now or before, and what was approved where that is not what was asked for.
    /// `None`: another amount under the same number.
    fn sale(&mut self, asked: &Requested, now: Stamp, page: &mut Page) -> Option<(Item, Option<u64>)> {
        let acquirer = self.acquirer(&asked.acquirer, now, page);
        let key = key(acquirer, asked.time, asked.stan);
        let known = self.by_key.get(&key).and_then(|index| self.item(*index));
        if let Some(item) = known.filter(|item| item.state != State::Tombstone) {
            return (item.asked == asked.amount).then_some((item, less(&item)));
        }
        let verdict = self.judge(asked, known.is_some());
        Some(self.decide(asked, &verdict, (acquirer, now), page))
    }

    fn decide(
        &mut self,
        asked: &Requested,
        verdict: &Verdict,
        (acquirer, now): (u32, Stamp),
        page: &mut Page,
    ) -> (Item, Option<u64>) {
        let code = Code::of(verdict.code);
        let approval = if code.approved() { approval_code(asked) } else { 0 };
        let amount = if code.approved() { verdict.amount } else { asked.amount };
        let card = verdict.card.map_or(0, |card| u64::try_from(card).unwrap_or_default() + 1);
        let event = Event {
            who: card,
            batch: acquirer.into(),
            stan: asked.stan.into(),
            amount,
            asked: asked.amount,
            time: asked.time.into(),
            code: code_number(code),
            approval,
            date: self.date.0,
            octets: &asked.rrn,
            ..Event::new(Kind::Decided, now)
        };
        self.note(&event, page);
        let state = if code.approved() { State::Held } else { State::Declined };
        let (asked, date) = (asked.amount, self.date.0);
        let item = Item { asked, first: amount, code: *verdict.code, approval, date, state };
        (item, less(&item))
    }

    /// A purchase that has not the usual shape.
    fn sale_of(&mut self, message: &Telegram, now: Stamp, page: &mut Page) -> Option<Telegram> {
        let octets = |text: &Option<String>| text.as_deref().unwrap_or_default().as_bytes().to_vec();
        let pan = message.pan.as_ref().map(|pan| pan.expose().as_bytes());
        let asked = Requested {
            pan: pan.and_then(|pan| digits(pan).zip(u8::try_from(pan.len()).ok())).unwrap_or_default(),
            amount: message.amount.unwrap_or_default().units(),
            time: digits(&octets(&message.transmission)).map_or(0, small),
            stan: small(message.stan),
            expiry: filled(&octets(&message.expiry)),
            acquirer: filled(message.acquirer.as_bytes()),
            rrn: filled(&octets(&message.rrn)),
            pin: message.pin.as_ref().map(|pin| *pin.expose()).unwrap_or_default(),
        };
        let acquirer = self.acquirer(&asked.acquirer, now, page);
        let known = self.by_key.get(&key(acquirer, asked.time, asked.stan)).and_then(|at| self.item(*at));
        let standing = known.filter(|item| item.state != State::Tombstone);
        let item = match standing {
            Some(item) if message.amount == Some(Money::minor(item.asked)) => item,
            Some(_) => return Some(message.answer(Code::of(b"94"))),
            None => {
                let mut verdict = self.judge(&asked, known.is_some());
                if known.is_none() && (message.amount.is_none() || message.pan.is_none()) {
                    (verdict.code, verdict.card) = (b"30", None);
                }
                self.decide(&asked, &verdict, (acquirer, now), page).0
            }
        };
        let code = Code::of(&item.code);
        Some(Telegram {
            settlement: Some(Date(item.date).mmdd()),
            approval: (item.approval != 0).then(|| shown(&last::<6>(item.approval)).to_owned()),
            local: message.local.clone(),
            amount: if code.approved() { Some(Money::minor(item.first)) } else { message.amount },
            ..message.answer(code)
        })
    }

    /// The rules of the bank, in the order in which they say no.
    fn judge(&self, asked: &Requested, is_known: bool) -> Verdict {
        let amount = asked.amount;
        let no = |code, card| Verdict { code, amount, card };
        if is_known {
            return no(b"22", None);
        }
        let found = self.by_pan.get(&asked.pan).and_then(|place| Some((*place, self.cards.get(*place)?)));
        let Some((place, card)) = found.filter(|(_, card)| card.checks) else { return no(b"14", None) };
        let file = &card.file;
        let today = shown(&self.yymm);
        if file.expiry.as_str() < today || shown(&asked.expiry) < today {
            return no(b"54", Some(place));
        }
        if self.wrong_pins.get(card.tries).is_some_and(|tries| *tries >= PIN_TRIES) {
            return no(b"75", Some(place));
        }
        if asked.pin != *file.pin.expose() {
            return no(b"55", Some(place));
        }
        if amount > file.limit.units() {
            return no(b"61", Some(place));
        }
        let available = self.book.available(card.account);
        let left = u64::try_from(available).ok().filter(|left| file.prepaid && *left > 0);
        match (amount, left) {
            (0, _) => no(b"96", Some(place)),
            _ if i128::from(amount) <= available => no(b"00", Some(place)),
            (_, Some(left)) => Verdict { amount: left, ..no(b"10", Some(place)) },
            _ => no(b"51", Some(place)),
        }
    }

    fn reversal(&mut self, message: &Telegram, now: Stamp, page: &mut Page) -> Telegram {
        let Some(original) = &message.original else { return message.answer(Code::of(b"30")) };
        let acquirer = self.acquirer(&filled(message.acquirer.as_bytes()), now, page);
        let time = digits(original.transmission.as_bytes()).map_or(0, small);
        let index = self.by_key.get(&key(acquirer, time, small(original.stan))).copied();
        let item = index.and_then(|index| Some((index, self.item(index)?)));
        let (code, date) = match item {
            None => {
                let event = Event {
                    batch: acquirer.into(),
                    time: time.into(),
                    stan: original.stan,
                    code: code_number(Code::of(b"25")),
                    date: self.date.0,
                    ..Event::new(Kind::Tombstone, now)
                };
                self.note(&event, page);
                (Code::of(b"25"), None)
            }
            Some((index, item)) => match item.state {
                State::Held => {
                    self.note(&Event { of: index.into(), ..Event::new(Kind::Reversed, now) }, page);
                    (APPROVED, Some(item.date))
                }
                State::Released => (APPROVED, Some(item.date)),
                State::Tombstone => (Code::of(b"25"), None),
                State::Declined => (Code::of(b"21"), None),
            },
        };
        let settlement = date.map(|date| Date(date).mmdd());
        Telegram { settlement, ..message.answer(code) }
    }

    fn acquirer(&mut self, name: &[u8; 11], now: Stamp, page: &mut Page) -> u32 {
        let place = self.acquirers.iter().position(|known| known == name).unwrap_or_else(|| {
            self.note(&Event { octets: name, ..Event::new(Kind::Named, now) }, page);
            self.acquirers.len().saturating_sub(1)
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    fn mmdd_of(&self, date: u64) -> [u8; 4] {
        if date == self.date.0 { self.mmdd } else { filled(Date(date).mmdd().as_bytes()) }
    }

    fn item(&self, index: u32) -> Option<Item> {
        self.items.get(usize::try_from(index).ok()?).copied()
    }
}

/// What was approved, where that is less than was asked for.
fn less(item: &Item) -> Option<u64> {
    (Code::of(&item.code).partial()).then_some(item.first)
}

/// The acquirer, DE7 and DE11 in one number.
fn key(acquirer: u32, time: u32, stan: u32) -> u64 {
    u64::from(acquirer) << 52 | u64::from(time) << 20 | u64::from(stan)
}

/// Six characters that follow from the names of the request, as of the model.
fn approval_code(asked: &Requested) -> u64 {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
    let mut name = String::with_capacity(32);
    // Text in memory takes everything.
    let _ = write!(name, "{:010}/{:06}/{}", asked.time, asked.stan, shown(&asked.acquirer));
    let id = TransferId::of(&["approval", &name]).0.to_be_bytes();
    let sign = |byte: &u8| SIGNS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
    id.iter().take(6).map(sign).fold(0, |number, sign| octets_number(&[sign]) | number << 8)
}

impl Machine for Issuer {
    fn party(&self) -> Party {
        Party::Issuer
    }

    fn apply(&mut self, event: &Event<'_>) {
        self.fold(event);
    }

    fn started(&mut self, now: Stamp, page: &mut Page) {
        self.note(&Event { date: self.date.0, ..Event::new(Kind::Started, now) }, page);
        for place in 0..self.cards.len() {
            let balance = self.cards.get(place).map_or(0, |card| card.file.balance.units());
            if balance > 0 && self.opened.get(place) == Some(&false) {
                let of = u64::try_from(place).unwrap_or_default();
                self.note(&Event { of, amount: balance, ..Event::new(Kind::Opening, now) }, page);
            }
        }
    }

    fn heard(&mut self, frame: Frame<'_>, now: Stamp, page: &mut Page) {
        let heard = self.hear(frame, now, page);
        unwritten(heard, now, page);
    }

    fn link(&mut self, _: bool, _: Stamp, _: &mut Page) {}

    fn tick(&mut self, _: Stamp, _: &mut Page) {}

    fn next_due(&self) -> Option<Stamp> {
        None
    }

    fn open_items(&self) -> usize {
        0
    }

    fn book(&self) -> &Book {
        &self.book
    }
}
