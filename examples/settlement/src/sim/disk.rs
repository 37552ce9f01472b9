//! Disks as they are: a commit is octets that are written and then synced, and whoever dies meanwhile finds a part of them.
//! What is torn is known by its digest and cut off. The commits stand beside the octets, so that nothing has to be read
//! back from them but where they end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::chance::Class;
use super::sky::Shared;
use crate::capture::Seat;
use crate::ledger::{Digest, Ledger, Status};
use crate::store::{Commit, History, MemStore, Store, StoreError};

/// What a disk holds, for the party and for those who watch it.
#[derive(Debug, Default)]
pub struct Tape {
    /// The commits, in order.
    pub commits: Vec<Commit>,
    /// Where each of them ends in the octets.
    ends: Vec<usize>,
    octets: Vec<u8>,
    /// So many octets are synced.
    synced: usize,
    /// How many commits were cut off as torn.
    pub torn: usize,
    /// Two instances committed under one number.
    pub forked: bool,
}

/// A tape that several hold.
pub type SharedTape = Arc<Mutex<Tape>>;

/// What is on a tape.
pub fn locked(tape: &SharedTape) -> MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tape {
    /// Length, digest, octets.
    fn write(&mut self, commit: &Commit) -> Vec<u8> {
        let words = commit.records.iter().flat_map(|record| record.words());
        let words = words.chain(commit.transfers.iter().flat_map(|transfer| transfer.words()));
        let body = words.collect::<Vec<_>>().join("\n").into_bytes();
        let digest = Digest::of_octets(&body).to_string().into_bytes();
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
        [length.as_slice(), &digest, &body].concat()
    }

    fn append(&mut self, commit: &Commit, sync: bool) {
        let octets = self.write(commit);
        self.octets.extend(octets);
        self.ends.push(self.octets.len());
        self.commits.push(commit.clone());
        if sync {
            self.synced = self.octets.len();
        }
    }

    /// A number that follows from all of it.
    pub fn fingerprint(&self) -> u64 {
        super::chance::hashed_octets(&self.octets)
    }

    /// Is everything that was written synced?
    pub fn is_synced(&self) -> bool {
        self.synced == self.octets.len()
    }

    /// The power is gone: of what was not synced some octets are there.
    pub fn lose(&mut self, kept: usize) {
        let length = (self.synced + kept).min(self.octets.len());
        self.octets.truncate(length);
        let whole = intact(&self.octets);
        if whole < self.octets.len() {
            self.torn += 1;
        }
        self.octets.truncate(whole);
        self.synced = whole;
        let count = self.ends.iter().take_while(|end| **end <= whole).count();
        self.ends.truncate(count);
        self.commits.truncate(count);
    }
}

/// Where the last whole record ends.
fn intact(octets: &[u8]) -> usize {
    const DIGEST: usize = 64;
    let mut end = 0;
    while let Some(rest) = octets.get(end..) {
        let Some((length, rest)) = rest.split_first_chunk::<4>() else { break };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some((digest, rest)) = rest.split_at_checked(DIGEST) else { break };
        let Some(body) = rest.get(..length) else { break };
        if Digest::of_octets(body).to_string().as_bytes() != digest {
            break;
        }
        end += 4 + DIGEST + length;
    }
    end
}

/// The store of a party, on a disk of the simulation.
pub struct Disk {
    seat: Seat,
    sky: Shared,
    tape: SharedTape,
    mem: MemStore,
}

impl Disk {
    /// What the tape holds, folded once more.
    ///
    /// # Errors
    /// When its ledger refuses a commit that it took.
    pub fn open(seat: Seat, sky: &Shared, tape: &SharedTape) -> Result<Self, StoreError> {
        let mut mem = MemStore::default();
        for commit in &locked(tape).commits {
            mem.commit(commit)?;
        }
        Ok(Self { seat, sky: Arc::clone(sky), tape: Arc::clone(tape), mem })
    }
}

impl Store for Disk {
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError> {
        let expected = u64::try_from(locked(&self.tape).commits.len()).unwrap_or_default() + 1;
        let (fences, syncs) = {
            let sky = super::sky::locked(&self.sky);
            (sky.keeps(super::lax::Rule::Fencing), sky.keeps(super::lax::Rule::PersistFirst))
        };
        if expected != self.mem.last_seq() + 1 {
            if fences {
                return Err(StoreError::Fenced { expected, found: commit.seq });
            }
            locked(&self.tape).forked = true;
        }
        let trouble = super::sky::locked(&self.sky).disk(self.seat);
        if trouble.is_some_and(|(class, _)| class == Class::DiskFull) {
            return Err(StoreError::Failed("the disk is full".to_owned()));
        }
        let statuses = self.mem.commit(commit)?;
        let mut tape = locked(&self.tape);
        match trouble {
            Some((Class::DiskTorn, draw)) => {
                let mut octets = tape.write(commit);
                let length = octets.len();
                octets.truncate(super::chance::index(draw, length));
                tape.octets.extend(octets);
                Err(StoreError::Unknown("the power failed while it was written".to_owned()))
            }
            Some(_) => {
                tape.append(commit, true);
                Err(StoreError::Unknown("the disk did not say that it was written".to_owned()))
            }
            None => {
                tape.append(commit, syncs);
                Ok(statuses)
            }
        }
    }

    fn books(&self) -> &Ledger {
        self.mem.books()
    }

    fn last_seq(&self) -> u64 {
        self.mem.last_seq()
    }

    fn history(&self) -> Result<History, StoreError> {
        self.mem.history()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Stamp;
    use crate::journal::{Record, RecordKind};

    fn commit(seq: u64) -> Commit {
        Commit { seq, records: vec![Record::new(Stamp(seq), RecordKind::Started)], ..Commit::default() }
    }

    #[test]
    fn a_tail_that_was_not_synced_is_lost_or_torn_and_the_rest_stays() {
        let whole = {
            let mut tape = Tape::default();
            tape.append(&commit(1), true);
            tape.append(&commit(2), false);
            tape
        };
        let unsynced = whole.octets.len() - whole.synced;
        for kept in 0..=unsynced {
            let mut tape = Tape::default();
            tape.append(&commit(1), true);
            tape.append(&commit(2), false);
            tape.lose(kept);
            assert_eq!(tape.commits.len(), if kept == unsynced { 2 } else { 1 }, "{kept}");
            assert_eq!(tape.torn, usize::from(kept > 0 && kept < unsynced), "{kept}");
            assert!(tape.is_synced());
        }
    }
}
