//! What a party saw, for those who judge it: the messages of its lines and the files that it was sent. It is kept with
//! the step in which it was seen, and says nothing of what the party made of it.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use crate::capture::Pcap;
use crate::card::Pan;
use crate::clock::Stamp;
use crate::journal::Party;
use crate::ledger::Digest;
use crate::names::named;
use crate::party::Input;
use crate::party::parcel::Parcel;
use crate::telegram::Telegram;
use crate::wire::Dialect;

named! {
    /// How something was seen.
    Way {
        /// A message that arrived.
        Heard = "heard",
        /// A message that was about to leave.
        Sent = "sent",
        /// The message that did not leave after all: there was no connection.
        NotSent = "not_sent",
        /// A clearing or settlement file (IPM).
        File = "file",
        /// The statement of an account (camt.053).
        Statement = "statement",
        /// An entry of the operator log.
        Operator = "operator",
    }
}

/// One thing that was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sighting {
    /// When.
    pub at: Stamp,
    /// From whom, or to whom.
    pub peer: Party,
    /// How.
    pub way: Way,
    /// DE41 of a message.
    pub terminal: String,
    /// The message without its frame, or the file. Of a card number the first six and the last four digits stand, the
    /// others are zeros; PIN block, expiry date and keys are left out, and so is the MAC.
    pub octets: Vec<u8>,
}

impl Sighting {
    /// What a party sees of an input, if it is something that others would see, too.
    pub fn of_input(party: Party, input: &Input, at: Stamp) -> Option<Self> {
        match input {
            Input::Received(peer, message) | Input::BadMac(peer, message) => {
                Self::of_message(party, *peer, Way::Heard, message, at)
            }
            Input::NotSent(peer, message) => Self::of_message(party, *peer, Way::NotSent, message, at),
            Input::Parcel(peer, Parcel::File(octets)) => {
                let (terminal, octets) = (String::new(), octets.clone());
                Some(Self { at, peer: *peer, way: Way::File, terminal, octets })
            }
            _ => None,
        }
    }

    /// A message of a party's line; `None` for one that its dialect cannot write.
    pub fn of_message(party: Party, peer: Party, way: Way, message: &Telegram, at: Stamp) -> Option<Self> {
        let open = Telegram {
            pan: message.pan.as_ref().and_then(ends),
            pin: None,
            expiry: None,
            keys: None,
            ..message.clone()
        };
        let octets = dialect(party, peer).encode(&open).ok()?;
        Some(Self { at, peer, way, terminal: message.terminal.trim().to_owned(), octets })
    }

    /// All of it, in a fixed order: what the hash chain covers.
    pub fn words(&self) -> [String; 5] {
        [
            self.at.0.to_string(),
            self.peer.to_string(),
            self.way.to_string(),
            self.terminal.clone(),
            Digest::of_octets(&self.octets).to_string(),
        ]
    }
}

/// The messages of a party's lines as a pcap file, in UTC; the party's clock is `east` seconds east of it. Each
/// terminal has an address of its own, up to 256 of them.
pub fn capture(party: Party, sightings: &[Sighting], east: u64) -> io::Result<Vec<u8>> {
    let mut pcap = Pcap::new(Vec::new())?;
    let mut terminals: BTreeMap<&str, u8> = BTreeMap::new();
    for (place, seen) in sightings.iter().enumerate() {
        let from_here = match seen.way {
            Way::Heard => false,
            Way::Sent if has_left(seen, sightings.get(place + 1..).unwrap_or_default()) => true,
            _ => continue,
        };
        let next = u8::try_from(terminals.len() % 256).unwrap_or_default();
        let number = match seen.peer {
            Party::Terminal => *terminals.entry(&seen.terminal).or_insert(next),
            _ => 0,
        };
        let (here, peer) = ((party, 0), (seen.peer, number));
        let (from, to) = if from_here { (here, peer) } else { (peer, here) };
        let frame = framed(dialect(party, seen.peer), &seen.octets).map_err(io::Error::other)?;
        let since = Duration::from_micros(seen.at.0).saturating_sub(Duration::from_secs(east));
        pcap.frame(from, to, &frame, since)?;
    }
    Ok(pcap.inner().clone())
}

/// Did a message that was about to leave do so? What could not leave is said at once, before much else is seen.
fn has_left(sent: &Sighting, after: &[Sighting]) -> bool {
    const SOON: usize = 64;
    let same = |other: &&Sighting| (other.peer, &other.octets) == (sent.peer, &sent.octets);
    let next = after.iter().take(SOON).filter(same).find(|other| other.way != Way::Heard);
    next.is_none_or(|next| next.way != Way::NotSent)
}

/// The language of a line.
fn dialect(party: Party, peer: Party) -> Dialect {
    if [party, peer].contains(&Party::Terminal) { Dialect::Pos } else { Dialect::Host }
}

/// A message in the frame of its line.
fn framed(dialect: Dialect, payload: &[u8]) -> Result<Vec<u8>, cardwire::Error> {
    let mut room = vec![0; payload.len() + 64];
    dialect.framing().wrap(dialect.header(), payload, &mut room).map(<[u8]>::to_vec)
}

/// First six and last four, with zeros between.
fn ends(pan: &Pan) -> Option<Pan> {
    Pan::new(&pan.masked().replace('*', "0"))
}
