//! Which connections a server has, who may have one more, and who gives way for it.
//!
//! A connection that is being used gives way to nobody, nor does one that has sent what nobody has read yet.
//! Of the others those go first that never sent a message, the one that has been silent for longest before all
//! others; then those that have been silent for a while. Where a peer has its share, one of its own connections
//! gives way.

use core::cmp::Reverse;
use core::hash::Hash;
use core::time::Duration;
use std::collections::HashMap;
use std::net::IpAddr;
use std::vec::Vec;

use super::observe::TurnedAway;

/// How a connection is used, which says when it gives way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// Something is in flight or about to be written.
    Busy,
    /// It sent messages, and nothing for so long.
    Silent(Duration),
    /// It never sent a message, in so long.
    Mute(Duration),
}

/// Who has a place.
pub(crate) trait Occupant {
    fn standing(&self) -> Standing;

    /// Whether it has sent something that is yet to be looked at, and may be a message.
    fn is_to_be_heard(&self) -> bool;

    /// Closes the connection.
    fn give_way(&self);
}

/// The places of a server, by a name of each.
pub(crate) struct Admission<K, O> {
    limit: usize,
    /// How many of them a peer may have.
    share: usize,
    taken: HashMap<K, (Neighbour, O)>,
    peers: HashMap<Neighbour, usize>,
}

/// Where a peer is: its address, or for IPv6 its network of 64 bits, which is what one peer is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Neighbour(u64);

impl Neighbour {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(u64::from(address.to_bits())),
            // No network begins with 32 bits of zeros but those of canonical addresses.
            IpAddr::V6(address) => Self(u64::try_from(address.to_bits() >> 64).unwrap_or(u64::MAX)),
        }
    }
}

/// How long a connection that has sent messages is silent before it may give way.
const SILENT: Duration = Duration::from_secs(1);

impl<K: Copy + Eq + Hash, O: Occupant> Admission<K, O> {
    pub(crate) fn new(limit: usize, share: usize) -> Self {
        Self { limit, share, taken: HashMap::new(), peers: HashMap::new() }
    }

    /// Makes room for one more connection of a peer, or says why there is none.
    pub(crate) fn admit(&mut self, peer: IpAddr) -> Result<(), TurnedAway> {
        let peer = Neighbour::of(peer);
        if self.peers.get(&peer).is_some_and(|count| *count >= self.share) {
            return if self.evict(Some(peer)) { Ok(()) } else { Err(TurnedAway::PeerShare) };
        }
        if self.taken.len() >= self.limit && !self.evict(None) {
            return Err(TurnedAway::TableFull);
        }
        Ok(())
    }

    /// Notes a connection that was admitted.
    pub(crate) fn enter(&mut self, id: K, peer: IpAddr, occupant: O) {
        let peer = Neighbour::of(peer);
        *self.peers.entry(peer).or_default() += 1;
        self.taken.insert(id, (peer, occupant));
    }

    /// Notes that a connection has ended.
    pub(crate) fn leave(&mut self, id: K) {
        let Some((peer, _)) = self.taken.remove(&id) else { return };
        if let Some(count) = self.peers.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                self.peers.remove(&peer);
            }
        }
    }

    /// Closes a connection because something else has run out. `false` when all are being used.
    pub(crate) fn make_room(&mut self) -> bool {
        self.evict(None)
    }

    /// Closes the first connection to give way, of one peer or of all.
    fn evict(&mut self, of: Option<Neighbour>) -> bool {
        let candidates = self.taken.iter().filter(|(_, (peer, _))| of.is_none_or(|of| of == *peer));
        let rank = |occupant: &O| match occupant.standing() {
            Standing::Mute(time) => Some((true, time)),
            Standing::Silent(time) if time >= SILENT => Some((false, time)),
            Standing::Silent(_) | Standing::Busy => None,
        };
        let mut ranked: Vec<_> =
            candidates.filter_map(|(id, (_, occupant))| Some((rank(occupant)?, *id, occupant))).collect();
        ranked.sort_unstable_by_key(|(rank, ..)| Reverse(*rank));
        // Asked last, and in this order: who is heard meanwhile is not silent any more.
        let leaves = |occupant: &O| !occupant.is_to_be_heard() && rank(occupant).is_some();
        let first = ranked.into_iter().find(|(_, _, occupant)| leaves(occupant));
        let Some((_, id, occupant)) = first else { return false };
        occupant.give_way();
        self.leave(id);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;
    use std::rc::Rc;

    struct Fake(Standing, Rc<Cell<bool>>, bool);

    impl Occupant for Fake {
        fn standing(&self) -> Standing {
            self.0
        }
        fn is_to_be_heard(&self) -> bool {
            self.2
        }
        fn give_way(&self) {
            self.1.set(true);
        }
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// A table of these connections, each with the mark that it was closed.
    fn table(
        limit: usize,
        share: usize,
        of: &[(&str, Standing)],
    ) -> (Admission<usize, Fake>, Vec<Rc<Cell<bool>>>) {
        let mut table = Admission::new(limit, share);
        let marks: Vec<_> = of.iter().map(|_| Rc::new(Cell::new(false))).collect();
        for (index, ((peer, standing), mark)) in of.iter().zip(&marks).enumerate() {
            table.enter(index, ip(peer), Fake(*standing, Rc::clone(mark), false));
        }
        (table, marks)
    }

    fn closed(marks: &[Rc<Cell<bool>>]) -> Vec<usize> {
        marks.iter().enumerate().filter(|(_, mark)| mark.get()).map(|(index, _)| index).collect()
    }

    #[test]
    fn those_that_never_said_anything_go_first_and_the_busy_never() {
        let (mut table, marks) = table(
            6,
            6,
            &[
                ("10.0.0.1", Standing::Silent(s(900))),
                ("10.0.0.2", Standing::Mute(s(1))),
                ("10.0.0.3", Standing::Busy),
                ("10.0.0.4", Standing::Mute(s(3))),
                ("10.0.0.5", Standing::Silent(s(2))),
                ("10.0.0.6", Standing::Silent(Duration::from_millis(900))),
            ],
        );
        let mut order = Vec::new();
        for _ in 0..4 {
            assert_eq!(table.admit(ip("10.0.0.9")), Ok(()));
            order.extend(closed(&marks));
            marks.iter().for_each(|mark| mark.set(false));
            table.enter(10 + order.len(), ip("10.0.0.9"), Fake(Standing::Busy, Rc::default(), false));
        }
        assert_eq!(order, [3, 1, 0, 4]);
        assert_eq!(table.admit(ip("10.0.0.9")), Err(TurnedAway::TableFull));
        assert!(closed(&marks).is_empty());
        table.leave(2);
        assert_eq!(table.admit(ip("10.0.0.9")), Ok(()));
    }

    #[test]
    fn who_is_to_be_heard_does_not_go_and_the_next_one_does() {
        let (mut table, marks) = table(
            3,
            3,
            &[
                ("10.0.0.1", Standing::Mute(s(9))),
                ("10.0.0.2", Standing::Silent(s(8))),
                ("10.0.0.3", Standing::Silent(s(7))),
            ],
        );
        (0..2).for_each(|id| table.taken.get_mut(&id).unwrap().1.2 = true);
        assert_eq!(table.admit(ip("10.0.0.9")), Ok(()));
        assert_eq!(closed(&marks), [2]);
        table.enter(3, ip("10.0.0.9"), Fake(Standing::Busy, Rc::default(), false));
        assert_eq!(table.admit(ip("10.0.0.9")), Err(TurnedAway::TableFull));
        assert_eq!(closed(&marks), [2]);
    }

    #[test]
    fn who_has_a_share_gives_way_to_itself() {
        let (mute, busy) = (Standing::Mute(s(1)), Standing::Busy);
        let (mut table, marks) = table(
            9,
            2,
            &[
                ("10.0.0.1", mute),
                ("10.0.0.1", busy),
                ("10.0.0.2", Standing::Mute(s(60))),
                ("10.0.0.3", busy),
                ("10.0.0.3", busy),
            ],
        );
        assert_eq!(table.admit(ip("::ffff:10.0.0.1")), Ok(()), "the same peer");
        assert_eq!(closed(&marks), [0]);
        assert_eq!(table.admit(ip("10.0.0.3")), Err(TurnedAway::PeerShare));
        assert_eq!(table.admit(ip("10.0.0.4")), Ok(()));
        assert_eq!(closed(&marks), [0], "there is room for others");
    }

    #[test]
    fn a_network_of_64_bits_is_one_peer() {
        let busy = Standing::Busy;
        let (mut table, _) = table(9, 2, &[("2001:db8:0:1::1", busy), ("2001:db8:0:1:ffff::", busy)]);
        assert_eq!(table.admit(ip("2001:db8:0:1:8::8")), Err(TurnedAway::PeerShare));
        assert_eq!(table.admit(ip("2001:db8:0:2::1")), Ok(()));
    }

    #[test]
    fn nothing_is_remembered_of_who_left() {
        let (mut table, _) = table(9, 2, &[("10.0.0.1", Standing::Busy), ("10.0.0.2", Standing::Busy)]);
        (0..2).for_each(|id| table.leave(id));
        table.leave(7);
        assert!(table.taken.is_empty() && table.peers.is_empty());
    }
}
