//! The acquirer of the fast path: sign-on, purchases, repeats, reversals with store and forward, late responses,
//! time-outs and recovery. It decides as [`crate::party::Acquirer`] does, octet for octet (`tests/fast.rs`), of which it
//! does nothing else: any other request is refused with 40, and noted.

mod doubles;
mod fold;
mod terminal;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use self::doubles::Doubles;
use self::fold::{Sale, Seat, State};
use super::book::Book;
use super::calendar::Calendar;
use super::event::{Event, Kind, code_number, octets_number};
use super::hash::Quick;
use super::outbox::Outbox;
use super::page::{Line, Page};
use super::wire::{AcquirerWire, Decided, Station, read_other};
use super::{Frame, Machine, copy, unwritten, way};
use crate::clock::{Date, Stamp};
use crate::evidence::{Sighting, Way};
use crate::journal::Party;
use crate::party::AcquirerConfig;
use crate::telegram::{Code, Mti, Telegram};
use crate::wire::{Dialect, WireError};

/// DE70: sign-on.
const SIGN_ON: u64 = 1;
const APPROVED: Code = Code::of(b"00");
/// Reversal reason: the response came too late, or never.
const TOO_LATE: Code = Code::of(b"68");
/// What this path does not know.
const UNKNOWN: Code = Code::of(b"40");
/// Codes after which nothing is left to do: done, not found, nothing to undo.
const FINAL: [&str; 3] = ["00", "25", "21"];
/// The line to the issuer.
const ISSUER: Line = 0;
/// The STAN of the host line before the first message.
const FIRST_STAN: u32 = 500_000;

/// The state machine.
pub struct Acquirer {
    config: AcquirerConfig,
    wire: AcquirerWire,
    calendar: Calendar,
    // the fold of the events
    seats: Vec<Seat>,
    by_station: HashMap<Station, u32, Quick>,
    by_terminal: HashMap<[u8; 8], u32, Quick>,
    /// The open batch of each terminal.
    batches: Vec<Option<u32>>,
    sales: Vec<Sale>,
    by_key: HashMap<u64, u32, Quick>,
    by_network: HashMap<u64, u32, Quick>,
    /// By DE11 of the advice.
    reversing: HashMap<u32, u32, Quick>,
    tombstones: BTreeSet<u64>,
    doubles: Doubles,
    /// How many sales are sent or being reversed.
    open: usize,
    outbox: Outbox,
    book: Book,
    receivable: u32,
    host_stan: u32,
    // what nobody remembers
    in_service: bool,
    overdue: VecDeque<(Stamp, u32)>,
    forward_at: BTreeSet<Stamp>,
    advices_at: BTreeMap<Stamp, (u64, Stamp)>,
    scratch: Vec<u8>,
}

/// What the lines agreed on, as a key of a map.
fn network_key(time: u32, stan: u32) -> u64 {
    u64::from(time) << 20 | u64::from(stan)
}

impl Acquirer {
    /// An acquirer without history.
    ///
    /// # Errors
    /// Never: its specs have all elements that it uses.
    pub fn new(config: AcquirerConfig) -> Result<Self, WireError> {
        let mut book = Book::default();
        let receivable = book.open("hub_receivable");
        Ok(Self {
            config,
            wire: AcquirerWire::new()?,
            calendar: Calendar::default(),
            seats: Vec::new(),
            by_station: HashMap::default(),
            by_terminal: HashMap::default(),
            batches: Vec::new(),
            sales: Vec::new(),
            by_key: HashMap::default(),
            by_network: HashMap::default(),
            reversing: HashMap::default(),
            tombstones: BTreeSet::new(),
            doubles: Doubles::default(),
            open: 0,
            outbox: Outbox::new(),
            book,
            receivable,
            host_stan: FIRST_STAN,
            in_service: false,
            overdue: VecDeque::new(),
            forward_at: BTreeSet::new(),
            advices_at: BTreeMap::new(),
            scratch: Vec::new(),
        })
    }

    /// The RRN and the terminal of an approved sale (`Some(true)`), of a declined one, or of one that was reversed
    /// before anybody approved it or after that.
    pub fn example(&self, approved: Option<bool>) -> Option<(String, String)> {
        let of = |sale: &&Sale| match approved {
            Some(true) => sale.state == State::Approved,
            Some(false) => sale.state == State::Declined,
            None => sale.state == State::Reversed && sale.approval != 0,
        };
        let sale = self.sales.iter().find(of)?;
        let station = self.seat(sale.seat)?.station;
        Some((String::from_utf8_lossy(&sale.rrn).into_owned(), station.terminal().to_owned()))
    }

    /// Keeps an event, and takes note of it.
    fn note(&mut self, event: &Event<'_>, page: &mut Page) {
        page.note(event);
        self.fold(event);
    }

    fn next_stan(&self) -> u32 {
        if self.host_stan >= 999_999 { 1 } else { self.host_stan + 1 }
    }

    /// Evidence of a message that was seen, as octets that hold no card data.
    fn keep(way: u64, octets: &[u8], now: Stamp, page: &mut Page) {
        page.note(&Event { who: way, octets, ..Event::new(Kind::Seen, now) });
    }

    fn keep_telegram(peer: Party, how: Way, message: &Telegram, now: Stamp, page: &mut Page) {
        if let Some(seen) = Sighting::of_message(Party::Acquirer, peer, how, message, now) {
            Self::keep(way::of(peer, how), &seen.octets, now, page);
        }
    }

    /// A message to the issuer that is none of the usual shape.
    fn tell_issuer(&mut self, message: &Telegram, now: Stamp, page: &mut Page) -> Result<(), WireError> {
        Self::keep_telegram(Party::Issuer, Way::Sent, message, now, page);
        let octets = Dialect::Host.encode(message)?;
        page.send(ISSUER, &[], |room| copy(&octets, room)).map(|_| ())
    }

    fn host_message(&mut self, mti: Mti) -> Telegram {
        let transmission = Some(self.calendar.transmission().to_owned());
        let acquirer = self.config.institution.clone();
        Telegram { transmission, acquirer, ..Telegram::new(mti, u64::from(self.next_stan())) }
    }

    // the issuer's side

    fn hear_issuer(&mut self, payload: &[u8], now: Stamp, page: &mut Page) -> Result<(), WireError> {
        if let Some(decided) = self.wire.read_response(payload) {
            Self::keep(way::of(Party::Issuer, Way::Heard), payload, now, page);
            return self.decided(&decided, now, page);
        }
        let Some(message) = read_other(Dialect::Host, payload) else {
            page.note(&Event { who: 1, ..Event::new(Kind::Garbage, now) });
            return Ok(());
        };
        Self::keep_telegram(Party::Issuer, Way::Heard, &message, now, page);
        match message.mti.0 {
            810 if message.code == Some(APPROVED) => {
                self.in_service = true;
                self.note(&Event::new(Kind::InService, now), page);
                self.outbox.retry(now);
                self.forward(now, page)
            }
            210 => match decided_of(&message) {
                Some(decided) => self.decided(&decided, now, page),
                None => Ok(()),
            },
            430 => self.reversal_answered(&message, now, page),
            _ => {
                page.note(&Event { who: 1, ..Event::new(Kind::Unknown, now) });
                Ok(())
            }
        }
    }

    fn decided(&mut self, response: &Decided, now: Stamp, page: &mut Page) -> Result<(), WireError> {
        let Some(index) = self.by_network.get(&network_key(response.time, response.stan)).copied() else {
            return Ok(());
        };
        let Some(sale) = self.sale(index) else { return Ok(()) };
        let code = Code::of(&response.code);
        match sale.state {
            State::Sent if code.approved() && !sale.can_be(code, response.amount) => {
                self.reverse(index, now, page);
                self.respond(index, TOO_LATE, now, page)
            }
            State::Sent => {
                let amount = response.amount.filter(|_| code.approved()).unwrap_or(sale.amount);
                let double = self.double_of(&sale, amount, now).filter(|_| code.approved());
                let date = response.date.and_then(|mmdd| self.calendar.day_of(mmdd, now));
                let event = Event {
                    of: u64::from(index),
                    who: double.map_or(0, |double| u64::from(double) + 1),
                    amount,
                    code: code_number(code),
                    approval: response.approval.map_or(0, |approval| octets_number(&approval)),
                    date: date.map_or(0, |date| date.0),
                    ..Event::new(Kind::Decided, now)
                };
                self.note(&event, page);
                self.respond(index, code, now, page)
            }
            State::Reversing | State::Reversed if code.approved() => {
                let event =
                    Event { of: u64::from(index), code: code_number(code), ..Event::new(Kind::Late, now) };
                self.note(&event, page);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn reversal_answered(
        &mut self,
        message: &Telegram,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let Some(code) = message.code.filter(|code| FINAL.contains(&code.as_str())) else { return Ok(()) };
        let stan = u32::try_from(message.stan).unwrap_or_default();
        let Some(index) = self.reversing.get(&stan).copied() else { return Ok(()) };
        let Some(sale) = self.sale(index).filter(|sale| sale.state == State::Reversing) else {
            return Ok(());
        };
        let date = message.date(now).map_or(sale.date, |date| date.0);
        let event =
            Event { of: u64::from(index), code: code_number(code), date, ..Event::new(Kind::Reversed, now) };
        self.note(&event, page);
        self.outbox.acknowledged(index);
        self.forward_at.insert(now);
        Ok(())
    }

    /// The sale is to be undone: from here on the advice is ours, until the issuer has answered it.
    fn reverse(&mut self, index: u32, now: Stamp, page: &mut Page) {
        let event = Event {
            of: u64::from(index),
            code: code_number(TOO_LATE),
            stan: u64::from(self.next_stan()),
            time: u64::from(self.calendar.number()),
            ..Event::new(Kind::Reversing, now)
        };
        self.note(&event, page);
        self.outbox.put(index);
        self.note_steps(now, page);
        self.forward_at.insert(now);
    }

    /// Sends the advice that is due.
    fn forward(&mut self, now: Stamp, page: &mut Page) -> Result<(), WireError> {
        if !self.in_service {
            return Ok(());
        }
        let Some((id, index, repeat)) = self.outbox.due(now) else {
            self.look_again(now);
            return Ok(());
        };
        let Some(advice) = self.advice(index, repeat) else { return Ok(()) };
        self.note_steps(now, page);
        self.advices_at.insert(now.after(self.config.timers.acquirer), (id, now));
        self.tell_issuer(&advice, now, page)
    }

    fn look_again(&mut self, now: Stamp) {
        if let Some(wait) = self.outbox.next(now) {
            self.forward_at.insert(now.after(wait));
        }
    }

    /// Steps of store and forward, for the journal.
    fn note_steps(&mut self, now: Stamp, page: &mut Page) {
        for (kind, of) in self.outbox.taken() {
            self.note(&Event { of, ..Event::new(kind, now) }, page);
        }
    }

    fn run_out(&mut self, now: Stamp, page: &mut Page) -> Result<(), WireError> {
        while let Some((_, index)) = self.overdue.front().copied().filter(|(due, _)| *due <= now) {
            self.overdue.pop_front();
            if self.sale(index).is_some_and(|sale| sale.state == State::Sent) {
                self.reverse(index, now, page);
                self.respond(index, TOO_LATE, now, page)?;
            }
        }
        while let Some(due) = self.advices_at.first_entry().filter(|due| *due.key() <= now) {
            let about = due.remove();
            self.outbox.unanswered(now, Some(about));
            self.look_again(now);
        }
        while self.forward_at.first().is_some_and(|due| *due <= now) {
            self.forward_at.pop_first();
            self.forward(now, page)?;
        }
        Ok(())
    }
}

impl Machine for Acquirer {
    fn party(&self) -> Party {
        Party::Acquirer
    }

    fn apply(&mut self, event: &Event<'_>) {
        self.fold(event);
    }

    fn started(&mut self, now: Stamp, page: &mut Page) {
        self.calendar.set(now);
        self.note(&Event::new(Kind::Started, now), page);
        self.outbox.start(self.config.timers, u64::from(self.config.node));
        let mut open: Vec<u32> = (0..)
            .zip(&self.sales)
            .filter(|(_, sale)| sale.state == State::Sent)
            .map(|(index, _)| index)
            .collect();
        open.sort_by_key(|index| self.sale(*index).map(|sale| (self.order_of(&sale), sale.batch, sale.stan)));
        open.into_iter().for_each(|index| self.reverse(index, now, page));
        self.note_steps(now, page);
    }

    fn heard(&mut self, frame: Frame<'_>, now: Stamp, page: &mut Page) {
        self.calendar.set(now);
        let heard = match frame.line {
            ISSUER => self.hear_issuer(frame.payload, now, page),
            _ => self.hear_terminal(frame, now, page),
        };
        self.note_steps(now, page);
        unwritten(heard, now, page);
    }

    fn link(&mut self, is_up: bool, now: Stamp, page: &mut Page) {
        self.calendar.set(now);
        if is_up {
            let sign_on = Telegram { management: Some(SIGN_ON), ..self.host_message(Mti::NETWORK) };
            self.note(&Event { stan: sign_on.stan, ..Event::new(Kind::StanUsed, now) }, page);
            let told = self.tell_issuer(&sign_on, now, page);
            return unwritten(told, now, page);
        }
        self.in_service = false;
        self.outbox.unanswered(now, None);
        self.look_again(now);
        self.note_steps(now, page);
    }

    fn tick(&mut self, now: Stamp, page: &mut Page) {
        self.calendar.set(now);
        let done = self.run_out(now, page);
        self.note_steps(now, page);
        unwritten(done, now, page);
    }

    fn next_due(&self) -> Option<Stamp> {
        let overdue = self.overdue.front().map(|(due, _)| *due);
        let advices = self.advices_at.first_key_value().map(|(due, _)| *due);
        [overdue, advices, self.forward_at.first().copied()].into_iter().flatten().min()
    }

    fn open_items(&self) -> usize {
        self.open
    }

    fn book(&self) -> &Book {
        &self.book
    }
}

fn decided_of(message: &Telegram) -> Option<Decided> {
    let octets = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
    Some(Decided {
        amount: message.amount.map(|amount| amount.units()),
        time: message.transmission.as_ref()?.parse().ok()?,
        stan: u32::try_from(message.stan).ok()?,
        date: octets(&message.settlement).and_then(|text| text.try_into().ok()),
        approval: octets(&message.approval).map(|text| super::wire::filled(&text)),
        code: message.code.unwrap_or(Code::of(b"96")).as_str().as_bytes().try_into().ok()?,
    })
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// The day of a number, if it is one.
fn day(number: u64) -> Option<Date> {
    (number != 0).then_some(Date(number))
}
