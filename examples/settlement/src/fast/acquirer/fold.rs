//! What the acquirer knows, as the fold of its events.

use super::super::book::Hold;
use super::super::event::{Event, Kind, last, small};
use super::super::wire::Station;
use super::{Acquirer, network_key};
use crate::clock::Stamp;
use crate::telegram::Code;

/// Where a sale stands between acquirer and issuer.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    Sent,
    Approved,
    Declined,
    Reversing,
    Reversed,
}

impl State {
    const fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Reversing)
    }
}

/// A sale, in numbers.
#[derive(Copy, Clone, Debug)]
pub(super) struct Sale {
    pub(super) seat: u32,
    pub(super) batch: u32,
    pub(super) stan: u32,
    pub(super) asked: u64,
    pub(super) amount: u64,
    pub(super) rrn: [u8; 12],
    pub(super) host_stan: u32,
    pub(super) time: u32,
    pub(super) at: Stamp,
    pub(super) state: State,
    pub(super) code: [u8; 2],
    pub(super) approval: u64,
    pub(super) date: u64,
    /// DE11 and DE7 of the advice.
    pub(super) reversal: (u32, u32),
    /// The ends of its card's number.
    pub(super) card: u64,
    /// An earlier sale that it may be a double of.
    pub(super) double: Option<u32>,
}

impl Sale {
    /// Can this be what a response approves?
    pub(super) fn can_be(&self, code: Code, amount: Option<u64>) -> bool {
        let less = |amount| 0 < amount && amount < self.amount;
        amount == Some(self.amount) || (code.partial() && amount.is_some_and(less))
    }
}

/// A terminal at its merchant, and the way back to it.
#[derive(Copy, Clone, Debug)]
pub(super) struct Seat {
    pub(super) station: Station,
    pub(super) terminal: u32,
    pub(super) unsettled: u32,
    pub(super) is_known: bool,
    /// The line on which it was heard last, and the header of its responses. Nobody remembers that.
    pub(super) line: u32,
    pub(super) header: [u8; 11],
}

/// Terminal at its merchant, batch and STAN in one number.
pub(super) fn key(seat: u32, batch: u32, stan: u32) -> u64 {
    u64::from(seat) << 40 | u64::from(batch) << 20 | u64::from(stan)
}

impl Acquirer {
    pub(super) fn fold(&mut self, event: &Event<'_>) {
        match event.kind {
            Kind::Named => self.seat_taken(event.octets),
            Kind::BatchOpened => {
                let place = usize::try_from(event.of).unwrap_or(usize::MAX);
                if let Some(batch) = self.batches.get_mut(place) {
                    *batch = Some(small(event.batch));
                }
            }
            Kind::Sent | Kind::Refused => self.sale_begins(event),
            Kind::Decided | Kind::Reversing | Kind::Reversed => self.sale_changes(event),
            Kind::Tombstone => {
                self.tombstones.insert(key(small(event.of), small(event.batch), small(event.stan)));
            }
            Kind::StanUsed => self.host_stan = small(event.stan),
            Kind::AdviceQueued
            | Kind::AdviceSent
            | Kind::AdviceDone
            | Kind::AdviceParked
            | Kind::AdviceRetried => self.outbox.apply(event),
            _ => {}
        }
    }

    fn seat_taken(&mut self, name: &[u8]) {
        let Some((terminal, merchant)) = name.split_first_chunk::<8>() else { return };
        let Some(merchant) = merchant.first_chunk::<15>() else { return };
        let station = Station { terminal: *terminal, merchant: *merchant };
        let next = small(u64::try_from(self.batches.len()).unwrap_or(u64::MAX));
        let terminal = *self.by_terminal.entry(*terminal).or_insert(next);
        if terminal == next {
            self.batches.push(None);
        }
        let is_known = self.config.merchants.contains(station.merchant());
        let unsettled = match is_known {
            true => self.book.open(&format!("merchant_unsettled:{}", station.merchant())),
            // Nothing of it is ever approved.
            false => u32::MAX,
        };
        let seat = small(u64::try_from(self.seats.len()).unwrap_or(u64::MAX));
        self.by_station.insert(station, seat);
        self.doubles.seat_taken(&station);
        self.seats.push(Seat { station, terminal, unsettled, is_known, line: 0, header: [0; 11] });
    }

    fn sale_begins(&mut self, event: &Event<'_>) {
        self.calendar.set(event.at);
        let (seat, batch, stan) = (small(event.of), small(event.batch), small(event.stan));
        let index = small(u64::try_from(self.sales.len()).unwrap_or(u64::MAX));
        let is_sent = event.kind == Kind::Sent;
        let sale = Sale {
            seat,
            batch,
            stan,
            asked: event.amount,
            amount: event.amount,
            rrn: self.next_rrn(),
            host_stan: if is_sent { small(event.who) } else { 0 },
            time: small(event.time),
            at: event.at,
            state: if is_sent { State::Sent } else { State::Declined },
            code: last(event.code),
            approval: 0,
            date: event.date,
            reversal: (0, 0),
            card: event.card,
            double: None,
        };
        if is_sent {
            self.open += 1;
            self.host_stan = sale.host_stan;
            self.by_network.insert(network_key(sale.time, sale.host_stan), index);
        }
        self.by_key.insert(key(seat, batch, stan), index);
        self.doubles.begins(index, &sale, &self.sales);
        self.sales.push(sale);
    }

    fn sale_changes(&mut self, event: &Event<'_>) {
        let (index, place) = (small(event.of), usize::try_from(event.of).unwrap_or(usize::MAX));
        let Some(sale) = self.sales.get_mut(place) else { return };
        let before = sale.state;
        match event.kind {
            Kind::Decided => {
                sale.code = last(event.code);
                let approved = Code::of(&sale.code).approved();
                sale.state = if approved { State::Approved } else { State::Declined };
                (sale.approval, sale.amount) = (event.approval, event.amount);
                (sale.date, sale.at) = (event.date, event.at);
                let seat = usize::try_from(sale.seat).unwrap_or(usize::MAX);
                sale.double = small(event.who).checked_sub(1);
                if let Some(seat) = self.seats.get(seat).filter(|_| approved) {
                    let amount = sale.amount;
                    self.doubles.approved(seat.terminal, sale);
                    self.book.hold(index, Hold { debit: self.receivable, credit: seat.unsettled, amount });
                }
            }
            Kind::Reversing => {
                sale.state = State::Reversing;
                sale.reversal = (small(event.stan), small(event.time));
                self.host_stan = small(event.stan);
                self.reversing.insert(sale.reversal.0, index);
            }
            _ => {
                sale.state = State::Reversed;
                sale.date = event.date;
            }
        }
        let (was_open, is_open) = (before.is_open(), sale.state.is_open());
        self.open = (self.open + usize::from(is_open)).saturating_sub(usize::from(was_open));
        if before == State::Approved {
            self.book.release(index);
        }
    }

    /// The name of the next sale.
    pub(super) fn next_rrn(&self) -> [u8; 12] {
        let sequence = u64::try_from(self.sales.len()).unwrap_or_default() + 1;
        self.calendar.rrn(self.config.node, sequence)
    }

    pub(super) fn sale(&self, index: u32) -> Option<Sale> {
        self.sales.get(usize::try_from(index).ok()?).copied()
    }

    pub(super) fn seat(&self, number: u32) -> Option<Seat> {
        self.seats.get(usize::try_from(number).ok()?).copied()
    }

    /// In which order the model goes through its sales: by merchant, then by terminal.
    pub(super) fn order_of(&self, sale: &Sale) -> (String, String) {
        self.seat(sale.seat).map_or_else(Default::default, |seat| {
            (seat.station.merchant().to_owned(), seat.station.terminal().to_owned())
        })
    }
}
