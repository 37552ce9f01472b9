//! Everything that can befall a network at once, decided by one hand: the simulation. Messages travel as streams of framed
//! octets, which are cut anew on their way; parties die at any effect of a step and are gone for a while; disks fail.
//! A world without weather has none of this, and meets with what was arranged alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::tap::framed;
use super::twins::Instance;
use super::{LATENCY, Local, Moment, cannot, stopped};
use crate::capture::Seat;
use crate::clock::Stamp;
use crate::journal::Party;
use crate::node::{Node, Released};
use crate::party::Input;
use crate::party::parcel::Parcel;
use crate::store::StoreError;
use crate::telegram::Telegram;
use crate::wire::Dialect;
use crate::world::WorldError;

/// Decides what befalls what.
pub trait Weather {
    /// A message leaves in this frame. What arrives of it, and after how long; nothing if it is lost.
    fn frame(
        &mut self,
        way: (Seat, Seat),
        message: &Telegram,
        frame: &[u8],
        now: Stamp,
    ) -> Vec<(Duration, Vec<u8>)>;
    /// So many of the octets that wait in a stream are read at once, the others a little later.
    fn segment(&mut self, way: (Seat, Seat), waiting: usize, now: Stamp) -> usize;
    /// A file, order, receipt or notice leaves. What arrives of it, and after how long.
    fn parcel(&mut self, way: (Party, Party), parcel: &Parcel, now: Stamp) -> Vec<(Duration, Parcel)>;
    /// Whether the party dies of this input, and when.
    fn death(&mut self, seat: Seat, now: Stamp) -> Option<Moment>;
    /// The party died: it is gone for so long.
    fn gone(&mut self, seat: Seat, now: Stamp) -> Duration;
    /// The party again, on what its disk holds.
    fn revive(&mut self, seat: Seat) -> Result<Node, StoreError>;
    /// So many microseconds the party's clock is ahead after this time.
    fn clock(&self, party: Party, now: Stamp) -> i64;
}

/// A line that somebody keeps under weather.
#[derive(Default)]
pub(super) struct Skies {
    pub(super) weather: Option<Box<dyn Weather>>,
    pub(super) down: BTreeSet<Seat>,
    pub(super) pipes: BTreeMap<(Seat, Seat), Pipe>,
    /// What arrives in streams, by its number on the agenda.
    pub(super) arriving: BTreeMap<u64, Arriving>,
}

/// Octets that arrive from one seat at another, and of which connection they are.
pub(super) type Arriving = ((Seat, Seat), u64, Vec<u8>);

/// One direction of a connection.
#[derive(Default)]
pub(super) struct Pipe {
    /// How often the connection was made anew: what was under way before is lost.
    epoch: u64,
    /// Arrived, and not read yet.
    waiting: Vec<u8>,
    /// Read, and no whole frame yet.
    read: Vec<u8>,
}

impl Local {
    /// From here on everything is decided by this weather.
    pub fn set_weather(&mut self, weather: Box<dyn Weather>) {
        self.skies.weather = Some(weather);
    }

    /// The next thing that happens; `false` when nothing is planned up to this time.
    pub fn step_until(&mut self, until: Stamp) -> Result<bool, WorldError> {
        if self.agenda.peek().is_none_or(|std::cmp::Reverse((at, _))| *at > until) {
            self.now = self.now.max(until);
            return Ok(false);
        }
        self.next_event()
    }

    /// Whether this party is gone for the moment.
    pub fn is_down(&self, seat: Seat) -> bool {
        self.skies.down.contains(&seat)
    }

    /// A frame on its way through the weather.
    pub(super) fn set_out(
        &mut self,
        (from, to): (Seat, Seat),
        dialect: Dialect,
        message: &Telegram,
        octets: &[u8],
    ) -> Result<(), WorldError> {
        if dialect == Dialect::Host && self.is_deaf(to) {
            self.plan(LATENCY, from, Input::NotSent(to.0, message.clone()));
            return Ok(());
        }
        let frame = framed(dialect, message.mti.is_request(), octets).map_err(|e| cannot(from.0, &e))?;
        let now = self.now;
        let Some(weather) = &mut self.skies.weather else { return Ok(()) };
        for (delay, octets) in weather.frame((from, to), message, &frame, now) {
            self.arrives((from, to), delay, octets);
        }
        Ok(())
    }

    fn arrives(&mut self, way: (Seat, Seat), delay: Duration, octets: Vec<u8>) {
        let epoch = self.skies.pipes.entry(way).or_default().epoch;
        self.sequence += 1;
        self.agenda.push(std::cmp::Reverse((self.now.after(delay), self.sequence)));
        self.skies.arriving.insert(self.sequence, (way, epoch, octets));
    }

    /// Octets reach the other end: some of what waits there is read now, and each whole frame of it is heard.
    pub(super) fn arrived(
        &mut self,
        (from, to): (Seat, Seat),
        epoch: u64,
        octets: &[u8],
    ) -> Result<(), WorldError> {
        let way = (from, to);
        let pipe = self.skies.pipes.entry(way).or_default();
        if pipe.epoch != epoch {
            return Ok(());
        }
        pipe.waiting.extend_from_slice(octets);
        let waiting = pipe.waiting.len();
        // What was left before is read now, so that nothing waits for ever.
        let all = octets.is_empty();
        let count = match &mut self.skies.weather {
            Some(weather) if !all => weather.segment(way, waiting, self.now).min(waiting),
            _ => waiting,
        };
        let pipe = self.skies.pipes.entry(way).or_default();
        pipe.read.extend(pipe.waiting.drain(..count));
        if count < waiting {
            self.arrives(way, LATENCY, Vec::new());
        }
        self.read_frames(way)
    }

    fn read_frames(&mut self, (from, to): (Seat, Seat)) -> Result<(), WorldError> {
        let host = from.0 != Party::Terminal && to.0 != Party::Terminal;
        let dialect = if host { Dialect::Host } else { Dialect::Pos };
        loop {
            let pipe = self.skies.pipes.entry((from, to)).or_default();
            let payload = match dialect.framing().split(&pipe.read) {
                Ok(None) => return Ok(()),
                Ok(Some(frame)) => {
                    let (payload, consumed) = (frame.payload.to_vec(), frame.consumed);
                    pipe.read.drain(..consumed);
                    payload
                }
                Err(why) => {
                    // A stream that is out of step is closed, and what is under way in it is lost.
                    pipe.reset();
                    return self.put(to, Input::BadFrame(from.0, why.to_string()));
                }
            };
            let input = self.heard(from.0, to.0, host, &payload);
            self.put(to, input)?;
        }
    }

    /// The party falls: what it had not stored is gone, its connections are closed, and nobody hears it for a while.
    pub(super) fn fall(&mut self, seat: Seat) -> Result<(), WorldError> {
        self.forget_timers(seat, None);
        self.skies.down.insert(seat);
        let gone = self.lost(seat);
        self.plan(gone, seat, Input::Start);
        if self.hearer(seat).is_some() {
            // The lines are of an instance that still stands.
            return Ok(());
        }
        self.hang_up(seat);
        if seat.0 == Party::Issuer && self.is_up(Party::Acquirer, Party::Issuer) {
            self.put((Party::Acquirer, 0), Input::LinkDown(Party::Issuer))?;
        }
        Ok(())
    }

    /// What was not synced is lost; the time until the party is back.
    fn lost(&mut self, seat: Seat) -> Duration {
        let now = self.now;
        self.skies.weather.as_mut().map_or(LATENCY, |weather| weather.gone(seat, now))
    }

    fn hang_up(&mut self, seat: Seat) {
        for ((from, to), pipe) in &mut self.skies.pipes {
            if *from == seat || *to == seat {
                pipe.reset();
            }
        }
    }

    /// An instance falls. Nobody starts an earlier one again.
    fn fall_of(&mut self, seat: Seat, instance: Instance) -> Result<(), WorldError> {
        if instance.is_none() {
            return self.fall(seat);
        }
        self.lost(seat);
        if self.hearer(seat) == instance {
            self.hang_up(seat);
        }
        self.leave(seat, instance)
    }

    /// Another instance takes the seat at once, without a fall.
    pub fn replace(&mut self, seat: Seat, node: Node) -> Result<(), WorldError> {
        self.earlier.clear();
        self.inputs.retain(|_, (of, input)| *of != seat || !matches!(input, Input::Timer(_)));
        self.nodes.insert(seat, node);
        self.put(seat, Input::Start)?;
        match seat.0 {
            Party::Acquirer if self.is_up(Party::Acquirer, Party::Issuer) => {
                self.put(seat, Input::LinkUp(Party::Issuer))
            }
            _ => Ok(()),
        }
    }

    /// It comes back.
    pub(super) fn come_back(&mut self, seat: Seat) -> Result<(), WorldError> {
        self.skies.down.remove(&seat);
        let Some(weather) = &mut self.skies.weather else { return Ok(()) };
        let node = weather.revive(seat).map_err(|error| stopped(seat.0, &error))?;
        self.nodes.insert(seat, node);
        self.put_to(seat, None, Input::Start)?;
        let is_host = matches!(seat.0, Party::Acquirer | Party::Issuer) && self.hearer(seat).is_none();
        if is_host && self.is_up(Party::Acquirer, Party::Issuer) && !self.is_down((Party::Issuer, 0)) {
            self.put((Party::Acquirer, 0), Input::LinkUp(Party::Issuer))?;
        }
        Ok(())
    }

    /// Puts an input under weather; `None` when nothing of it is left to be done.
    pub(super) fn brave(
        &mut self,
        seat: Seat,
        instance: Instance,
        input: Input,
    ) -> Result<Option<Released>, WorldError> {
        if instance.is_none() && self.skies.down.contains(&seat) {
            if matches!(input, Input::Start) {
                self.come_back(seat)?;
            }
            return Ok(None);
        }
        let true_time = self.now;
        let Some(weather) = &mut self.skies.weather else { return Ok(None) };
        let death = weather.death(seat, true_time);
        if death == Some(Moment::Before) {
            return self.fall_of(seat, instance).map(|()| None);
        }
        let mut released = match self.step_of(seat, instance, input) {
            None => return Ok(None),
            Some(Ok(released)) => released,
            Some(Err(StoreError::Failed(_) | StoreError::Unknown(_))) => {
                return self.fall_of(seat, instance).map(|()| None);
            }
            Some(Err(StoreError::Fenced { .. })) => return self.fence(seat, instance).map(|()| None),
            Some(Err(error)) => return Err(stopped(seat.0, &error)),
        };
        match death {
            Some(moment) => {
                released.keep(moment);
                self.release(seat, instance, released)?;
                self.fall_of(seat, instance).map(|()| None)
            }
            None => Ok(Some(released)),
        }
    }
}

impl Pipe {
    fn reset(&mut self) {
        self.epoch += 1;
        self.waiting.clear();
        self.read.clear();
    }
}
