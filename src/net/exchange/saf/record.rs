//! What a forwarder keeps, and what it says.

use core::time::Duration;

/// Where the steps of a [`Forwarder`](super::Forwarder) are kept.
pub trait Queue {
    /// Why a step could not be kept.
    type Error;

    /// Takes a record, to be kept by the next [`Queue::commit`].
    ///
    /// # Errors
    /// When it cannot be taken; the step is then not taken, either.
    fn append(&mut self, record: Record<'_>) -> Result<(), Self::Error>;

    /// Keeps what was appended since the last time: it must be durable when this returns. One
    /// commit keeps many records, so that many messages cost one write to the disk.
    ///
    /// # Errors
    /// When it is not durable. No record since the last commit may turn up in [`Queue::replay`] then, but
    /// for one case: the process ends while the storage still fails, so that nothing could be undone.
    fn commit(&mut self) -> Result<(), Self::Error>;

    /// Hands over every record, in the order they were appended.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> Result<(), Self::Error>;

    /// Puts these records in the place of all others, at once or not at all.
    ///
    /// # Errors
    /// When the old ones had to be kept.
    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> Result<(), Self::Error>;
}

/// One step of one message.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record<'a> {
    /// A message was taken.
    Queued {
        /// Its number.
        id: u64,
        /// Whom it is for.
        destination: u32,
        /// The message.
        octets: &'a [u8],
    },
    /// It is about to be sent.
    Sent {
        /// Its number.
        id: u64,
    },
    /// It was acknowledged, or settled by hand: nothing is left to do. No message has the number 0, and a
    /// record that it is done says nothing: it is written to see whether the queue can be written.
    Done {
        /// Its number.
        id: u64,
    },
    /// It became a work item.
    Parked {
        /// Its number.
        id: u64,
        /// Why.
        why: ParkReason,
    },
    /// The work item was put back into the queue.
    Retried {
        /// Its number.
        id: u64,
    },
}

/// Sizes and numbers; no content.
impl core::fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Queued { id, destination, octets } => {
                write!(f, "Queued({id} for {destination}, {} octets)", octets.len())
            }
            Self::Sent { id } => write!(f, "Sent({id})"),
            Self::Done { id } => write!(f, "Done({id})"),
            Self::Parked { id, why } => write!(f, "Parked({id}, {why:?})"),
            Self::Retried { id } => write!(f, "Retried({id})"),
        }
    }
}

/// Why a message became a work item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ParkReason {
    /// The receiver refused it, with this code: DE 39 as two characters, or a number of the caller's.
    Refused([u8; 2]),
    /// It was sent as often as allowed, and no response came.
    Unanswered,
    /// It can never be sent: it is no message of the connection's spec, or has nothing by which its
    /// response would be known.
    Unsendable,
}

/// How a [`Forwarder`](super::Forwarder) works.
///
/// ```
/// use cardwire::net::saf::Policy;
/// use core::time::Duration;
/// let policy = Policy::default().attempts(8).waits(Duration::from_secs(5), Duration::from_secs(300));
/// assert_eq!((policy.attempts, policy.capacity), (8, 65_536));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// How many messages it holds, work items included.
    pub capacity: usize,
    /// How often one is sent before it becomes a work item.
    pub attempts: u32,
    /// The wait after the first attempt.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
}

/// 65536 messages; 6 attempts, 15 seconds to 15 minutes apart.
impl Default for Policy {
    fn default() -> Self {
        let (first_wait, longest_wait) = (Duration::from_secs(15), Duration::from_secs(900));
        Self { capacity: 65_536, attempts: 6, first_wait, longest_wait }
    }
}

impl Policy {
    /// With so many messages held at most.
    #[must_use]
    pub const fn capacity(mut self, messages: usize) -> Self {
        self.capacity = messages;
        self
    }

    /// With so many attempts before a message becomes a work item.
    #[must_use]
    pub const fn attempts(mut self, times: u32) -> Self {
        self.attempts = times;
        self
    }

    /// With waits between attempts from `first`, doubling, to `longest`.
    #[must_use]
    pub const fn waits(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_wait, self.longest_wait) = (first, longest);
        self
    }
}

/// Why a step was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SafError<E> {
    /// As many messages are held as the policy allows: the message was not taken.
    #[error("the store-and-forward queue is full")]
    Full,
    /// No message of this number is in the state that the step needs.
    #[error("message {0} is not in a state for this step")]
    Unknown(u64),
    /// The record could not be kept: the step was not taken.
    #[error("the step could not be kept")]
    Queue(E),
    /// The queue cannot be written at the moment, so that nothing would be sent: the step was not taken.
    #[error("the queue cannot be written at the moment")]
    Suspended,
    /// The forwarder was stopped: the step was not taken.
    #[error("the queue is closed")]
    Closed,
}

/// A message that is due.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Due<'a> {
    /// Its number.
    pub id: u64,
    /// Whom it is for.
    pub destination: u32,
    /// Whether it may have been received before: send it as [`repeat_of`](super::repeat_of) itself.
    pub repeat: bool,
    /// The message, as it was taken.
    pub octets: &'a [u8],
}

impl core::fmt::Debug for Due<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { id, destination, repeat, octets } = self;
        write!(f, "Due({id} for {destination}, repeat: {repeat}, {} octets)", octets.len())
    }
}

/// A message that somebody has to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct WorkItem {
    /// Its number.
    pub id: u64,
    /// Whom it is for.
    pub destination: u32,
    /// How often it was sent.
    pub attempts: u32,
    /// Why.
    pub why: ParkReason,
}
