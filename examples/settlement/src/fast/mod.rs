//! A purchase path for load: the acquirer and the issuer of the network, which decide as [`crate::party`] does, with
//! numbers in place of names, one page of events in place of rows, and one flush for all that arrived during the last.
//!
//! ```text
//!  line ──▶ heard: decides, under the party's lock ──▶ Page { events, frames } ──▶ committer: one row, one flush ──▶ frames leave
//!                        │ every change is an event,                                     │ a failure stops the party,
//!                        ▼ and state is the fold of events                               ▼ and releases nothing
//! ```
//!
//! What it knows: sign-on of terminals and of the host line, purchases (0200), their repeats, another amount under the
//! same number (94), possible doubles, declines, partial approvals, time-outs, late responses, reversals (0400, 0420 with
//! store and forward, 0421), reversals before their sale, and recovery. Every other request is refused with 40 and noted:
//! batches, dates, clearing and payouts are for the ordinary machines, and so are several ways to the issuer with their
//! circuit breakers, fee tables, limits on sales and frozen merchants. A request whose line broke before it left counts as
//! sent: it is reversed when its time is up. `tests/fast.rs` holds both against each other.

pub mod acquirer;
pub mod book;
pub mod calendar;
pub mod check;
pub mod event;
mod hash;
pub mod issuer;
pub mod load;
mod outbox;
pub mod page;
pub(crate) mod process;
pub mod setup;
pub mod shell;
pub mod store;
pub mod terminals;
pub mod wire;

pub use self::acquirer::Acquirer;
pub use self::book::{Book, Hold};
pub use self::event::{Event, Events, Kind};
pub use self::issuer::Issuer;
pub use self::page::{Line, Page};

use crate::clock::Stamp;
use crate::journal::Party;
use crate::wire::WireError;

/// A message as it came.
#[derive(Copy, Clone, Debug)]
pub struct Frame<'a> {
    /// Over which line.
    pub line: Line,
    /// Its station header.
    pub header: &'a [u8],
    /// The message.
    pub payload: &'a [u8],
}

/// A party of the fast path. Its steps change nothing that is not an event of the page.
pub trait Machine: Send {
    /// Who it is.
    fn party(&self) -> Party;
    /// Takes note of an event of the history.
    fn apply(&mut self, event: &Event<'_>);
    /// The history is applied, and the party starts.
    fn started(&mut self, now: Stamp, page: &mut Page);
    /// A message came.
    fn heard(&mut self, frame: Frame<'_>, now: Stamp, page: &mut Page);
    /// The line that it opens itself is there, or no longer.
    fn link(&mut self, is_up: bool, now: Stamp, page: &mut Page);
    /// Time has passed.
    fn tick(&mut self, now: Stamp, page: &mut Page);
    /// When it wants to know that.
    fn next_due(&self) -> Option<Stamp>;
    /// How many sales and advices wait for a response.
    fn open_items(&self) -> usize;
    /// Its books.
    fn book(&self) -> &Book;
    /// How many sales it approved and did not undo, and their sum.
    fn approved(&self) -> (u64, u64) {
        self.book().holds().fold((0, 0), |(count, sum), (_, hold)| (count + 1, sum + hold.amount))
    }
}

/// A message that no spec can write, since what was heard holds what cannot be said again: it is noted, and does not leave.
/// Whoever waits for it runs out of time, as if it were lost.
fn unwritten(done: Result<(), WireError>, now: Stamp, page: &mut Page) {
    if done.is_err() {
        page.note(&Event::new(Kind::Unwritten, now));
    }
}

/// Octets that were written elsewhere.
fn copy(octets: &[u8], room: &mut [u8]) -> Result<usize, WireError> {
    let place = room.get_mut(..octets.len()).ok_or(WireError::Unsupported(0))?;
    place.copy_from_slice(octets);
    Ok(octets.len())
}

/// How a message was seen, as a number.
pub mod way {
    use crate::evidence::Way;
    use crate::journal::Party;

    /// Of a message of this line, heard or sent.
    pub const fn of(peer: Party, way: Way) -> u64 {
        match (peer, way) {
            (Party::Terminal, Way::Heard) => 1,
            (Party::Terminal, _) => 2,
            (_, Way::Heard) => 3,
            _ => 4,
        }
    }

    /// And back.
    pub const fn read(number: u64) -> Option<(Party, Way)> {
        match number {
            1 => Some((Party::Terminal, Way::Heard)),
            2 => Some((Party::Terminal, Way::Sent)),
            3 => Some((Party::Issuer, Way::Heard)),
            4 => Some((Party::Issuer, Way::Sent)),
            _ => None,
        }
    }
}
