//! Possible doubles: a sale of the same card, amount and terminal, a few minutes before. The model goes back through all
//! sales of the terminal; this does it only if one of the same card and amount was ever approved there.

use std::collections::{BTreeMap, HashSet};

use super::super::event::small;
use super::super::hash::Quick;
use super::super::page::Page;
use super::super::wire::{Station, Told, shown};
use super::super::{copy, way};
use super::fold::{Sale, Seat, State};
use super::{Acquirer, text};
use crate::clock::Stamp;
use crate::evidence::Way;
use crate::journal::Party;
use crate::money::Money;
use crate::party::DOUBLE;
use crate::telegram::{Code, Mti, Telegram};
use crate::wire::{Dialect, WireError};

/// Where a double is looked for.
#[derive(Debug, Default)]
pub(super) struct Doubles {
    /// Terminal, card and amount of sales that were approved, whatever became of them.
    approved: HashSet<(u32, u64, u64), Quick>,
    /// The sales of each terminal at its merchant, by batch and STAN.
    sales: Vec<Vec<u32>>,
    /// Terminals at their merchants, in the order in which the model has their sales.
    seats: BTreeMap<String, u32>,
}

/// How the model's keys of its sales begin.
fn name_of(station: &Station) -> String {
    format!("{}/{}/", station.merchant(), station.terminal())
}

impl Doubles {
    /// The next terminal at its merchant.
    pub(super) fn seat_taken(&mut self, station: &Station) {
        let number = small(u64::try_from(self.sales.len()).unwrap_or(u64::MAX));
        self.sales.push(Vec::new());
        self.seats.insert(name_of(station), number);
    }

    /// A new sale, which is not among all others yet.
    pub(super) fn begins(&mut self, index: u32, sale: &Sale, all: &[Sale]) {
        let Some(sales) = self.sales.get_mut(place(sale.seat)) else { return };
        let is_behind = |at: &u32| all.get(place(*at)).is_some_and(|other| other.order() < sale.order());
        // STANs count up: hardly ever is this not the end.
        let end = sales.iter().rposition(is_behind).map_or(0, |last| last + 1);
        sales.insert(end, index);
    }

    /// This one is approved.
    pub(super) fn approved(&mut self, terminal: u32, sale: &Sale) {
        self.approved.insert((terminal, sale.card, sale.amount));
    }
}

impl Sale {
    fn order(&self) -> u64 {
        u64::from(self.batch) << 32 | u64::from(self.stan)
    }
}

impl Acquirer {
    /// A sale that stands, of the same card, amount and terminal, a few minutes before.
    pub(super) fn double_of(&self, sale: &Sale, amount: u64, now: Stamp) -> Option<u32> {
        let seat = self.seat(sale.seat)?;
        if sale.card == 0 || !self.doubles.approved.contains(&(seat.terminal, sale.card, amount)) {
            return None;
        }
        let is_of_terminal = |of: u32| self.seat(of).is_some_and(|other| other.terminal == seat.terminal);
        let is_near = |other: &Sale| is_of_terminal(other.seat) && now <= other.at.after(DOUBLE);
        let same = |other: &Sale| {
            other.state == State::Approved && (other.card, other.amount) == (sale.card, amount)
        };
        let seats = self.doubles.seats.range(..=name_of(&seat.station)).rev();
        let indexes = seats.filter_map(|(_, seat)| self.doubles.sales.get(place(*seat)));
        let indexes = indexes.flat_map(|sales| sales.iter().rev());
        let all = indexes.filter_map(|index| Some((*index, self.sale(*index)?)));
        let earlier = all.filter(|(_, other)| other.seat != sale.seat || other.order() < sale.order());
        earlier.take_while(|(_, other)| is_near(other)).find(|(_, other)| same(other)).map(|it| it.0)
    }

    /// The response that says so, which is rare.
    pub(super) fn respond_double(
        &self,
        told: &Told,
        double: &Sale,
        seat: &Seat,
        now: Stamp,
        page: &mut Page,
    ) -> Result<(), WireError> {
        let message = Telegram {
            amount: Some(Money::minor(told.amount)),
            local: Some(text(&told.local)),
            settlement: told.date.map(|date| text(&date)),
            rrn: Some(text(&told.rrn)),
            approval: told.approval.map(|approval| shown(&approval).to_owned()),
            code: Some(Code::of(&told.code)),
            terminal: told.station.terminal().to_owned(),
            merchant: told.station.merchant().to_owned(),
            batch: Some(told.batch.into()),
            double: Some(text(&double.rrn)),
            ..Telegram::new(Mti::SALE.answer(), told.stan.into())
        };
        let octets = Dialect::Pos.encode(&message)?;
        Self::keep(way::of(Party::Terminal, Way::Sent), &octets, now, page);
        page.send(seat.line, &seat.header, |room| copy(&octets, room)).map(|_| ())
    }
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
