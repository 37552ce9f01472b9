//! What a story needs from the world it happens in, and what can go wrong there. Two worlds exist:
//! `net` (TCP) and `local` (one loop, virtual time).

use std::fmt;
use std::time::Duration;

use crate::clock::Stamp;
use crate::journal::Party;
use crate::party::{Command, Outcome};
use crate::telegram::Mti;

/// What happens to one message.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mishap {
    /// It is lost.
    Drop,
    /// It takes this long.
    Delay(Duration),
    /// It arrives twice.
    Duplicate,
    /// A bit of it is turned over on the way.
    Flip,
}

/// The next message of this type on this link meets with this. It happens once.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Who sends.
    pub from: Party,
    /// To whom.
    pub to: Party,
    /// What.
    pub mti: Mti,
    /// And what becomes of it.
    pub mishap: Mishap,
}

/// Takes the first fault that this message meets with out of the list.
pub fn take_fault(faults: &mut Vec<Fault>, from: Party, to: Party, mti: Mti) -> Option<Mishap> {
    let hit = faults.iter().position(|fault| fault.from == from && fault.to == to && fault.mti == mti)?;
    Some(faults.remove(hit).mishap)
}

/// Why a world stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorldError {
    /// Nobody answered in time.
    Silent(String),
    /// A party stopped, and says why.
    Stopped(String),
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(what) => write!(f, "nobody answered in time: {what}"),
            Self::Stopped(why) => write!(f, "a party stopped: {why}"),
        }
    }
}

impl std::error::Error for WorldError {}

/// A place where the three parties live.
pub trait World {
    /// A person asks a party for something.
    fn ask(&mut self, party: Party, command: Command) -> Result<(), WorldError>;
    /// The next thing a party tells a person, or an error after `limit`.
    fn outcome(&mut self, limit: Duration) -> Result<(Party, Outcome), WorldError>;
    /// Arranges a fault.
    fn fault(&mut self, fault: Fault);
    /// Cuts or mends the link between acquirer and issuer.
    fn host_link(&mut self, up: bool) -> Result<(), WorldError>;
    /// The time.
    fn now(&self) -> Stamp;
}
