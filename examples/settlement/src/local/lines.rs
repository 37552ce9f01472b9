//! The lines between hosts of a local world: which there are, and which are up.

use super::Local;
use crate::journal::Party;
use crate::party::Input;
use crate::world::WorldError;

/// The acquirer's own line to the issuer.
pub(super) const DIRECT: (Party, Party) = (Party::Acquirer, Party::Issuer);

impl Local {
    /// A line between two hosts, which is up from here on.
    pub fn connect(&mut self, caller: Party, called: Party) -> Result<(), WorldError> {
        self.line(caller, called, true)
    }

    /// Takes a line out of the network, as if nobody had ever laid it.
    pub fn without_line(&mut self, caller: Party, called: Party) -> Result<(), WorldError> {
        self.line(caller, called, false)?;
        self.lines.remove(&(caller, called));
        Ok(())
    }

    /// Cuts or mends a line between two hosts.
    pub fn line(&mut self, caller: Party, called: Party, up: bool) -> Result<(), WorldError> {
        self.lines.insert((caller, called), up);
        let input = |peer| if up { Input::LinkUp(peer) } else { Input::LinkDown(peer) };
        self.handle(called, input(caller))?;
        self.handle(caller, input(called))
    }

    pub(super) fn is_up(&self, one: Party, other: Party) -> bool {
        [(one, other), (other, one)].iter().any(|line| self.lines.get(line).copied().unwrap_or_default())
    }

    /// What a party that starts hears of its lines.
    pub(super) fn greet(&mut self, party: Party) -> Result<(), WorldError> {
        let ends = |(caller, called): &(Party, Party)| match party {
            _ if *caller == party => Some(*called),
            // Who is called on the direct line hears nothing of it.
            _ if *called == party && (*caller, *called) != DIRECT => Some(*caller),
            _ => None,
        };
        let up = self.lines.iter().filter(|(_, up)| **up);
        let peers: Vec<Party> = up.filter_map(|(line, _)| ends(line)).collect();
        peers.into_iter().try_for_each(|peer| self.handle(party, Input::LinkUp(peer)))
    }
}
