//! Several instances of one party at a time. Who starts a second one does not stop the first, which goes on with the lines
//! that it has and the timers that it set, until its store tells it that another one is at work.

use std::collections::BTreeSet;

use super::{Local, stopped};
use crate::capture::Seat;
use crate::journal::Party;
use crate::node::{Node, Released};
use crate::party::Input;
use crate::store::StoreError;
use crate::world::WorldError;

/// Which instance of a seat: the one that was started last, or an earlier one by its number.
pub(super) type Instance = Option<u64>;

/// An instance beside which another one was started.
pub(super) struct Earlier {
    number: u64,
    seat: Seat,
    node: Node,
    /// What is on the agenda for it alone.
    timers: BTreeSet<u64>,
}

impl Local {
    /// A second instance of a party starts, and the first one does not know. What comes next still reaches the first.
    pub fn second_instance(&mut self, node: Node) -> Result<(), WorldError> {
        let seat = (node.party(), 0);
        let is_taken = |number: &u64| self.earlier.iter().any(|one| one.timers.contains(number));
        let is_timer = |input: &Input| matches!(input, Input::Timer(_));
        let own = self.inputs.iter().filter(|(_, (of, input))| *of == seat && is_timer(input));
        let timers = own.map(|(number, _)| *number).filter(|number| !is_taken(number)).collect();
        if let Some(first) = self.nodes.insert(seat, node) {
            self.sequence += 1;
            self.earlier.push(Earlier { number: self.sequence, seat, node: first, timers });
        }
        self.put_to(seat, None, Input::Start)
    }

    /// How many instances of a party were stopped because another one was at work.
    pub fn fenced(&self, party: Party) -> usize {
        self.fenced.get(&party).copied().unwrap_or_default()
    }

    /// Who has the lines of a seat: the instance that has been there for the longest.
    pub(super) fn hearer(&self, seat: Seat) -> Instance {
        self.earlier.iter().find(|one| one.seat == seat).map(|one| one.number)
    }

    /// Whose turn it is when this number of the agenda is up: a timer runs out for the one who set it.
    pub(super) fn owner(&mut self, number: u64, seat: Seat, input: &Input) -> Instance {
        match input {
            Input::Timer(_) => {
                let own = self.earlier.iter_mut().find(|one| one.timers.contains(&number))?;
                own.timers.remove(&number);
                Some(own.number)
            }
            // Who comes back is the one that fell.
            Input::Start => None,
            _ => self.hearer(seat),
        }
    }

    /// The number of the agenda that was planned last is this instance's own.
    pub(super) fn owns_last(&mut self, instance: Instance) {
        let last = self.sequence;
        let own = self.earlier.iter_mut().find(|one| Some(one.number) == instance);
        own.into_iter().for_each(|one| one.timers.extend([last]));
    }

    /// A step of this instance, if it is there.
    pub(super) fn step_of(
        &mut self,
        seat: Seat,
        instance: Instance,
        input: Input,
    ) -> Option<Result<Released, StoreError>> {
        let now = self.time_of(seat.0);
        let node = match instance {
            None => self.nodes.get_mut(&seat),
            Some(_) => {
                let one = self.earlier.iter_mut().find(|one| Some(one.number) == instance);
                one.map(|one| &mut one.node)
            }
        };
        node.map(|node| node.handle(input, now))
    }

    /// Timers of this instance are forgotten, those of the other ones stay.
    pub(super) fn forget_timers(&mut self, seat: Seat, instance: Instance) {
        let others: BTreeSet<u64> = match instance {
            None => self.earlier.iter().flat_map(|one| one.timers.iter().copied()).collect(),
            Some(_) => {
                let own = self.earlier.iter().find(|one| Some(one.number) == instance);
                let own = own.map(|one| one.timers.clone()).unwrap_or_default();
                self.inputs.keys().filter(|number| !own.contains(number)).copied().collect()
            }
        };
        let is_own = |of: &Seat, input: &Input| *of == seat && matches!(input, Input::Timer(_));
        self.inputs.retain(|number, (of, input)| others.contains(number) || !is_own(of, input));
    }

    /// The store told this instance that another one is at work: it stops.
    pub(super) fn fence(&mut self, seat: Seat, instance: Instance) -> Result<(), WorldError> {
        *self.fenced.entry(seat.0).or_default() += 1;
        if instance.is_some() {
            return self.leave(seat, instance);
        }
        self.forget_timers(seat, None);
        match self.earlier.iter().rposition(|one| one.seat == seat) {
            // The one before it is at work, and goes on.
            Some(place) => {
                let one = self.earlier.remove(place);
                self.nodes.insert(seat, one.node);
                Ok(())
            }
            // What the store has is of one that is gone.
            None => self.fall(seat),
        }
    }

    /// An earlier instance is gone, and its lines are those of the next one.
    pub(super) fn leave(&mut self, seat: Seat, instance: Instance) -> Result<(), WorldError> {
        let had_lines = self.hearer(seat) == instance;
        self.forget_timers(seat, instance);
        self.earlier.retain(|one| Some(one.number) != instance);
        if had_lines && seat.0 == Party::Acquirer && !self.is_deaf(seat) {
            return self.greet(seat.0);
        }
        Ok(())
    }

    /// Does nobody hear what is sent to this seat?
    pub(super) fn is_deaf(&self, seat: Seat) -> bool {
        self.is_down(seat) && self.hearer(seat).is_none()
    }

    /// A step of an instance in a world without weather.
    pub(super) fn calm(
        &mut self,
        seat: Seat,
        instance: Instance,
        input: Input,
    ) -> Result<Option<Released>, WorldError> {
        match self.step_of(seat, instance, input) {
            None => Ok(None),
            Some(Ok(released)) => Ok(Some(released)),
            Some(Err(StoreError::Fenced { .. })) if instance.is_some() => {
                self.fence(seat, instance).map(|()| None)
            }
            Some(Err(error)) => Err(stopped(seat.0, &error)),
        }
    }
}
