//! A party with its store: the one place where "durable first, then send" is written down. Whoever
//! moves the messages, threads over TCP (`net`) or one loop in virtual time (`local`), gets them
//! from here and cannot get them earlier.

use std::time::Duration;

use crate::clock::Stamp;
use crate::evidence::{Sighting, Way};
use crate::journal::{Party, Record};
use crate::party::parcel::Parcel;
use crate::party::{Effect, Input, Machine, Outcome, Timer};
use crate::store::{Commit, Store, StoreError};
use crate::telegram::Telegram;
use crate::wire::secured::Ends;

/// What may leave a party after its step is durable.
#[derive(Debug, Default)]
pub struct Released {
    /// Messages, in order.
    pub sends: Vec<(Party, Telegram)>,
    /// Files, orders and receipts, in order.
    pub parcels: Vec<(Party, Parcel)>,
    /// Wake-up calls.
    pub timers: Vec<(Timer, Duration)>,
    /// Answers to the person who asked.
    pub outcomes: Vec<Outcome>,
    /// What was noted: for those who watch, not for the wire.
    pub records: Vec<Record>,
}

/// A state machine and the history it lives on.
pub struct Node {
    machine: Box<dyn Machine>,
    store: Box<dyn Store>,
}

impl Node {
    /// Puts a machine that knows nothing on its history: a first start and a restart are the same thing.
    pub fn open(mut machine: Box<dyn Machine>, store: Box<dyn Store>) -> Result<Self, StoreError> {
        store.history()?.records.iter().for_each(|record| machine.apply(record));
        Ok(Self { machine, store })
    }

    /// Who this is.
    pub fn party(&self) -> Party {
        self.machine.party()
    }

    /// One step: decide, keep, take note, and only then release.
    pub fn handle(&mut self, input: Input, now: Stamp) -> Result<Released, StoreError> {
        let mut commit = Commit { seq: self.store.last_seq() + 1, ..Commit::default() };
        let mut released = Released::default();
        let party = self.machine.party();
        let sees = party == Party::Acquirer;
        commit.evidence.extend(Sighting::of_input(party, &input, now).filter(|_| sees));
        for effect in self.machine.step(self.store.books(), input, now) {
            match effect {
                Effect::Record(record) => commit.records.push(*record),
                Effect::Transfer(transfer) => commit.transfers.push(transfer),
                Effect::Send(to, message) => {
                    let seen = Sighting::of_message(party, to, Way::Sent, &message, now);
                    commit.evidence.extend(seen.filter(|_| sees));
                    released.sends.push((to, *message));
                }
                Effect::Parcel(to, parcel) => released.parcels.push((to, parcel)),
                Effect::Timer(timer, delay) => released.timers.push((timer, delay)),
                Effect::Done(outcome) => released.outcomes.push(outcome),
            }
        }
        let is_empty = commit.records.is_empty() && commit.transfers.is_empty();
        if !is_empty || !commit.evidence.is_empty() {
            self.store.commit(&commit)?;
        }
        commit.records.iter().for_each(|record| self.machine.apply(record));
        released.records = commit.records;
        Ok(released)
    }

    /// Keeps something that the party was sent for those who judge it, and which is no input of its machine.
    pub fn keep(&mut self, seen: Sighting) -> Result<(), StoreError> {
        let seq = self.store.last_seq() + 1;
        self.store.commit(&Commit { seq, evidence: vec![seen], ..Commit::default() })?;
        Ok(())
    }

    /// Its ends of the terminals' lines, with the keys that they had when it stopped.
    pub fn secured(&self) -> Result<Ends, StoreError> {
        Ok(Ends::restored(self.party(), self.machine.terminal(), &self.store.history()?))
    }

    /// The store, when the party is gone.
    pub fn into_store(self) -> Box<dyn Store> {
        self.store
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }
}
