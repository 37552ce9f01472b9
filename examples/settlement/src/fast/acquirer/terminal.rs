//! The acquirer's side towards its terminals, and what it says of a sale.

use cardwire::{Framing, Message};

use super::super::event::{Event, Kind, code_number, last};
use super::super::page::Page;
use super::super::wire::{Asked, Station, Told, card_ends, read_other, redacted};
use super::super::{Frame, copy, way};
use super::fold::{Sale, Seat, State, key};
use super::{APPROVED, Acquirer, ISSUER, TOO_LATE, UNKNOWN, text};
use crate::clock::{Date, Stamp};
use crate::evidence::Way;
use crate::journal::Party;
use crate::money::Money;
use crate::ops::Operation;
use crate::telegram::{Code, Mti, Original, Telegram};
use crate::wire::secured::issue;
use crate::wire::{Dialect, WireError};

/// A sale as it came: by plan, or as everything else comes.
#[derive(Copy, Clone)]
pub(super) enum Came<'a> {
    Parsed(&'a Message<'a>),
    Read(&'a Telegram),
}

impl Acquirer {
    pub(super) fn hear_terminal(
        &mut self,
        frame: Frame<'_>,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        if let Some((asked, message)) = self.wire.read_sale(frame.payload) {
            redacted(&message, &mut self.scratch);
            Self::keep(way::of(Party::Terminal, Way::Heard), &self.scratch, now, page);
            return self.ask(&asked, Came::Parsed(&message), frame, now, page);
        }
        let Some(message) = read_other(Dialect::Pos, frame.payload) else {
            page.note(&Event { who: 2, ..Event::new(Kind::Garbage, now) });
            return Ok(());
        };
        Self::keep_telegram(Party::Terminal, Way::Heard, &message, now, page);
        match (message.mti, message.operation) {
            (Mti::NETWORK, _) => self.sign_on(&message, frame, now, page),
            (Mti::SALE, Operation::Sale) => match asked_of(&message) {
                Some(asked) => self.ask(&asked, Came::Read(&message), frame, now, page),
                None => Ok(()),
            },
            (Mti::REVERSAL, _) => self.terminal_reverses(&message, frame, now, page),
            (mti, _) => {
                page.note(&Event { who: 2, ..Event::new(Kind::Unknown, now) });
                let response = message.answer(UNKNOWN);
                if mti.is_request() { self.tell_terminal(&response, frame, now, page) } else { Ok(()) }
            }
        }
    }

    fn sign_on(
        &mut self,
        message: &Telegram,
        frame: Frame<'_>,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let station = Station::of(&message.terminal, &message.merchant);
        let Some((_, seat)) = self.seat_of(&station, frame, now, page) else { return Ok(()) };
        let terminal = usize::try_from(seat.terminal).unwrap_or(usize::MAX);
        let batch = self.batches.get(terminal).copied().flatten();
        if batch.is_none() {
            let opened = Event { of: seat.terminal.into(), batch: 1, ..Event::new(Kind::BatchOpened, now) };
            self.note(&opened, page);
        }
        let response = Telegram {
            batch: Some(batch.unwrap_or(1).into()),
            local: Some(now.transmission()),
            keys: issue(message.terminal.trim(), message.stan).ok(),
            ..message.answer(APPROVED)
        };
        self.tell_terminal(&response, frame, now, page)
    }

    fn ask(
        &mut self,
        asked: &Asked,
        came: Came<'_>,
        frame: Frame<'_>,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let Some((number, seat)) = self.seat_of(&asked.station, frame, now, page) else { return Ok(()) };
        let key = key(number, asked.batch.unwrap_or_default(), asked.stan);
        if let Some(index) = self.by_key.get(&key).copied() {
            return self.known(index, asked, frame, now, page);
        }
        let event = Event {
            of: number.into(),
            batch: asked.batch.unwrap_or_default().into(),
            stan: asked.stan.into(),
            amount: asked.amount.unwrap_or_default(),
            ..Event::new(Kind::Sent, now)
        };
        if let Some(code) = self.refuses(key, asked, &seat) {
            let date = match came {
                Came::Parsed(_) => 0,
                Came::Read(message) => message.date(now).map_or(0, |date| date.0),
            };
            let (rrn, code) = (self.next_rrn(), Code::of(code));
            let event = Event { kind: Kind::Refused, code: code_number(code), date, ..event };
            self.note(&event, page);
            let (rrn, local) = (Some(text(&rrn)), Some(now.transmission()));
            let response = Telegram { rrn, local, ..response_to(asked, code) };
            return self.tell_terminal(&response, frame, now, page);
        }
        let (stan, rrn) = (self.next_stan(), self.next_rrn());
        let time = self.calendar.number().into();
        self.note(&Event { who: stan.into(), time, card: asked.card, ..event }, page);
        let index = u32::try_from(self.sales.len().saturating_sub(1)).unwrap_or(u32::MAX);
        self.overdue.push_back((now.after(self.config.timers.acquirer), index));
        match came {
            Came::Parsed(message) => {
                let amount = asked.amount.unwrap_or_default();
                self.request(message, (stan, amount, &rrn), &seat, now, page)
            }
            Came::Read(message) => {
                let request = Telegram {
                    pan: message.pan.clone(),
                    amount: message.amount,
                    expiry: message.expiry.clone(),
                    pin: message.pin.clone(),
                    local: Some(self.calendar.transmission().to_owned()),
                    rrn: Some(text(&rrn)),
                    terminal: message.terminal.clone(),
                    merchant: message.merchant.clone(),
                    ..self.host_message(Mti::SALE)
                };
                self.tell_issuer(&Telegram { stan: stan.into(), ..request }, now, page)
            }
        }
    }

    /// The request for the issuer, in its usual shape.
    fn request(
        &mut self,
        sale: &Message<'_>,
        (stan, amount, rrn): (u32, u64, &[u8; 12]),
        seat: &Seat,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let Self { wire, calendar, config, scratch, .. } = self;
        let names = (stan, amount, rrn, config.institution.as_str());
        let octets =
            page.send(ISSUER, &[], |room| wire.write_request(sale, names, (&seat.station, calendar), room))?;
        wire.redact_request(octets, scratch);
        Self::keep(way::of(Party::Issuer, Way::Sent), scratch, now, page);
        Ok(())
    }

    fn refuses(&self, key: u64, asked: &Asked, seat: &Seat) -> Option<&'static [u8; 2]> {
        let terminal = usize::try_from(seat.terminal).unwrap_or(usize::MAX);
        if self.tombstones.contains(&key) {
            Some(b"22")
        } else if !seat.is_known {
            Some(b"03")
        } else if self.batches.get(terminal).copied().flatten() != asked.batch {
            Some(b"77")
        } else if asked.card == 0 || asked.amount.is_none() {
            Some(b"30")
        } else if !self.in_service {
            Some(b"91")
        } else {
            None
        }
    }

    /// The same key again: the stored response if the content is the same, 94 if it is not, silence while we wait
    /// ourselves.
    fn known(
        &mut self,
        index: u32,
        asked: &Asked,
        frame: Frame<'_>,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let Some(sale) = self.sale(index) else { return Ok(()) };
        if asked.amount != Some(sale.asked) {
            let (of, amount) = (index.into(), asked.amount.unwrap_or_default());
            page.note(&Event { of, amount, ..Event::new(Kind::Reuse, now) });
            return self.tell_terminal(&response_to(asked, Code::of(b"94")), frame, now, page);
        }
        match sale.state {
            State::Sent => Ok(()),
            State::Approved | State::Declined => self.respond(index, Code::of(&sale.code), now, page),
            State::Reversing | State::Reversed => self.respond(index, TOO_LATE, now, page),
        }
    }

    /// The terminal wants a sale undone. It is answered at once: from here on the reversal is ours.
    fn terminal_reverses(
        &mut self,
        message: &Telegram,
        frame: Frame<'_>,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let Some(asked) = asked_of(message) else { return Ok(()) };
        let Some((number, _)) = self.seat_of(&asked.station, frame, now, page) else { return Ok(()) };
        let (batch, stan) = (asked.batch.unwrap_or_default(), asked.stan);
        let code = match self.by_key.get(&key(number, batch, stan)).copied() {
            None => {
                let (of, batch, stan) = (number.into(), batch.into(), stan.into());
                self.note(&Event { of, batch, stan, ..Event::new(Kind::Tombstone, now) }, page);
                Code::of(b"25")
            }
            Some(index) => {
                let open = |sale: &Sale| matches!(sale.state, State::Sent | State::Approved);
                if self.sale(index).as_ref().is_some_and(open) {
                    self.reverse(index, now, page);
                }
                APPROVED
            }
        };
        self.tell_terminal(&message.answer(code), frame, now, page)
    }

    /// The number of a terminal at its merchant, who is named when he is new; and the way back to him from now on.
    fn seat_of(
        &mut self,
        station: &Station,
        frame: Frame<'_>,
        now: Stamp,
        page: &mut Page,
    ) -> Option<(u32, Seat)> {
        let number = match self.by_station.get(station) {
            Some(number) => *number,
            None => {
                let mut name = [0; 23];
                let octets = station.terminal.iter().chain(&station.merchant);
                name.iter_mut().zip(octets).for_each(|(place, octet)| *place = *octet);
                self.note(&Event { octets: &name, ..Event::new(Kind::Named, now) }, page);
                *self.by_station.get(station)?
            }
        };
        let seat = self.seats.get_mut(usize::try_from(number).ok()?)?;
        (seat.line, seat.header) = (frame.line, turned(frame.header));
        Some((number, *seat))
    }

    /// A message to a terminal that is none of the usual shape.
    fn tell_terminal(
        &self,
        message: &Telegram,
        frame: Frame<'_>,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let octets = Dialect::Pos.encode(message)?;
        Self::keep_telegram(Party::Terminal, Way::Sent, message, now, page);
        page.send(frame.line, &turned(frame.header), |room| copy(&octets, room)).map(|_| ())
    }

    /// What became of a sale, to its terminal.
    pub(super) fn respond(
        &mut self,
        index: u32,
        code: Code,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let Some(sale) = self.sale(index) else { return Ok(()) };
        let Some(seat) = self.seat(sale.seat).filter(|seat| seat.line != ISSUER) else { return Ok(()) };
        let local = match sale.at.0 / 1_000_000 == now.0 / 1_000_000 {
            true => self.calendar.octets(),
            false => super::super::wire::filled(sale.at.transmission().as_bytes()),
        };
        let told = Told {
            station: seat.station,
            batch: sale.batch,
            stan: sale.stan,
            amount: sale.amount,
            local,
            date: super::day(sale.date).map(|date| mmdd(date, &self.calendar)),
            rrn: sale.rrn,
            approval: (sale.approval != 0).then(|| last(sale.approval)),
            code: code.as_str().as_bytes().try_into().unwrap_or(*b"96"),
        };
        if let Some(double) = sale.double.and_then(|double| self.sale(double)).filter(|_| code.approved()) {
            return self.respond_double(&told, &double, &seat, now, page);
        }
        let Self { wire, scratch, .. } = self;
        let octets = page.send(seat.line, &seat.header, |room| wire.write_response(&told, room))?;
        scratch.clear();
        scratch.extend_from_slice(octets);
        Self::keep(way::of(Party::Terminal, Way::Sent), scratch, now, page);
        Ok(())
    }

    /// DE90 says which sale is meant. A repeat differs in its MTI and in nothing else.
    pub(super) fn advice(&self, index: u32, repeat: bool) -> Option<Telegram> {
        let sale = self.sale(index)?;
        let seat = self.seat(sale.seat)?;
        let (stan, time) = sale.reversal;
        let transmission = format!("{time:010}");
        let mti = if repeat { Mti::REVERSAL_REPEAT } else { Mti::REVERSAL_ADVICE };
        Some(Telegram {
            local: Some(transmission.clone()),
            transmission: Some(transmission),
            acquirer: self.config.institution.clone(),
            amount: Some(Money::minor(sale.amount)),
            rrn: Some(text(&sale.rrn)),
            code: Some(TOO_LATE),
            terminal: seat.station.terminal().to_owned(),
            merchant: seat.station.merchant().to_owned(),
            original: Some(Original {
                mti: Mti::SALE,
                stan: sale.host_stan.into(),
                transmission: format!("{:010}", sale.time),
            }),
            ..Telegram::new(mti, stan.into())
        })
    }
}

/// A request of a terminal in numbers; `None` when they are larger than its elements.
fn asked_of(message: &Telegram) -> Option<Asked> {
    Some(Asked {
        station: Station::of(&message.terminal, &message.merchant),
        batch: message.batch.map(u32::try_from).transpose().ok()?,
        stan: u32::try_from(message.stan).ok()?,
        amount: message.amount.map(Money::units),
        management: message.management,
        card: message.pan.as_ref().map_or(0, |pan| card_ends(pan.expose().as_bytes())),
    })
}

/// A response that repeats what its request says, with this code.
fn response_to(asked: &Asked, code: Code) -> Telegram {
    Telegram {
        amount: asked.amount.map(Money::minor),
        code: Some(code),
        terminal: asked.station.terminal().to_owned(),
        merchant: asked.station.merchant().to_owned(),
        batch: asked.batch.map(u64::from),
        management: asked.management,
        ..Telegram::new(Mti::SALE.answer(), asked.stan.into())
    }
}

/// The header of a response: the addresses of its request, turned round.
fn turned(header: &[u8]) -> [u8; 11] {
    let mut room = [0; 16];
    let framed = Framing::UNIONPAY.reply(header, &[], &mut room).ok();
    framed.and_then(|framed| framed.get(2..)?.try_into().ok()).unwrap_or_default()
}

/// DE15 of a day.
fn mmdd(date: Date, calendar: &super::Calendar) -> [u8; 4] {
    calendar.mmdd_of(date).unwrap_or_else(|| super::super::wire::filled(date.mmdd().as_bytes()))
}
