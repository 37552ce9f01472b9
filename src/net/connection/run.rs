//! One live connection: a task that reads, a task that writes, one that lets it write, and the timer.
//!
//! ```text
//!               +---------- state ------------+
//!  request ---->| table    outbox ----------->| writer ---> one write for all that waits
//!               |   ^                         |
//!  response <---|   +----- responses <--------| reader <--- many frames in one read
//!               |            handler <--------|
//!               +-----------------------------+
//! ```
//!
//! Whatever ends first ends the connection.

use core::future::poll_fn;
use core::pin::Pin;
use core::time::Duration;
use std::boxed::Box;
use std::io;
use std::sync::Arc;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use zeroize::Zeroize;

use super::duplicates::Known;
use super::handler::{Handler, Reply};
use super::outbox::{Batch, Frames};
use super::outgoing::written;
use super::received::Received;
use super::state::{Arrivals, State};
use super::wiped::{self, Wiped};
use crate::de;
use crate::frame::Frame;
use crate::model::error::widen;
use crate::model::mti::Version;
use crate::net::error::Closed;
use crate::net::observe::{Counters, Event};
use crate::profile::echoed;
use crate::read::inspection::Inspection;
use crate::read::parser::Parser;
use crate::write::builder::Builder;

/// Who responds to the requests of the peer, if anybody does.
pub(crate) type Service = Option<Arc<dyn Handler>>;

/// Runs a connection to its end. `keeper` is one more task of it, which may end it.
///
/// The caller has called [`State::connected`], and calls [`State::disconnected`].
///
/// `early` octets were read before.
pub(crate) async fn run<R, W, K>(
    state: Arc<State>,
    service: Service,
    reader: R,
    writer: W,
    early: Vec<u8>,
    keeper: K,
) -> Closed
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
    K: Future<Output = Closed> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let reading = tasks.spawn(read(Arc::clone(&state), service, reader, early)).id();
    let writing = tasks.spawn(write(Arc::clone(&state), writer)).id();
    tasks.spawn(keeper);
    let (timer, pacer) = (Arc::clone(&state), Arc::clone(&state));
    tasks.spawn(async move {
        pacer.gathered.keep_pace().await;
        Closed::Local
    });
    tasks.spawn(async move {
        timer.keep_time().await;
        Closed::Local
    });
    let first = tasks.join_next_with_id().await;
    let closed = match first {
        Some(Ok((id, closed))) => {
            if id == reading && closed == Closed::ByPeer {
                // Half closed: what was requested before still gets its response.
                let rest = async {
                    state.responded().await;
                    state.finish();
                    tasks.join_next().await
                };
                let _ = timeout(state.settings.write_timeout, rest).await;
            } else if id == writing && closed == Closed::Local {
                // To close with octets unread is a reset, which can destroy what was written last:
                // the peer closes first, if it does so soon.
                let _ = timeout(LINGER, tasks.join_next()).await;
            }
            closed
        }
        // A task can only panic in a handler or an observer of the caller.
        Some(Err(_)) | None => Closed::Io(io::ErrorKind::Other),
    };
    tasks.shutdown().await;
    closed
}

/// How long a peer may take to close after this end did.
const LINGER: Duration = Duration::from_secs(1);

/// Writes all that waits, again and again.
async fn write<W: AsyncWrite + Unpin>(state: Arc<State>, mut writer: W) -> Closed {
    let mut batch = Batch::default();
    while state.take(&mut batch).await {
        let mut at = 0;
        while let Some(rest) = batch.octets().get(at..).filter(|rest| !rest.is_empty()) {
            let piece = match state.settings.one_write_per_frame {
                true => state
                    .settings
                    .framing
                    .split(rest)
                    .ok()
                    .flatten()
                    .map_or(rest.len(), |frame| frame.consumed),
                false => rest.len(),
            };
            let piece = rest.get(..piece).unwrap_or(rest);
            match timeout(state.settings.write_timeout, writer.write(piece)).await {
                Ok(Ok(0)) => return Closed::Io(io::ErrorKind::WriteZero),
                Ok(Ok(written)) => {
                    at += written;
                    state.note(&batch, at);
                    Counters::add(&state.counters.writes, 1);
                    Counters::add(&state.counters.octets_out, written);
                }
                Ok(Err(error)) => return Closed::by(&error),
                Err(_) => return Closed::WriteTimeout,
            }
        }
        batch.trim();
        match timeout(state.settings.write_timeout, writer.flush()).await {
            Ok(Ok(())) => (),
            Ok(Err(error)) => return Closed::by(&error),
            Err(_) => return Closed::WriteTimeout,
        }
    }
    let _ = timeout(state.settings.write_timeout, writer.shutdown()).await;
    Closed::Local
}

/// Reads all that has come in, again and again.
async fn read<R: AsyncRead + Unpin>(
    state: Arc<State>,
    service: Service,
    mut reader: R,
    early: Vec<u8>,
) -> Closed {
    let mut inbox = Inbox::new(&state, service, early);
    loop {
        match inbox.handle(&state).await {
            Ok(()) => (),
            Err(closed) => return closed,
        }
        let limit = inbox.limit(&state);
        let room = inbox.room();
        let read = match limit {
            Some((limit, closed)) => match timeout_at(limit, take_in(&state, &mut reader, room)).await {
                Ok(read) => read,
                Err(_) => return closed,
            },
            None => take_in(&state, &mut reader, room).await,
        };
        match read {
            Ok(0) if inbox.is_empty() => return Closed::ByPeer,
            Ok(0) => return Closed::Truncated,
            Ok(octets) => {
                inbox.filled += octets;
                state.usage.hear();
                Counters::add(&state.counters.octets_in, octets);
            }
            Err(error) => return Closed::by(&error),
        }
    }
}

/// Reads octets. Whoever looks meanwhile finds them in the socket, or that they are in hand.
async fn take_in<R: AsyncRead + Unpin>(state: &State, reader: &mut R, room: &mut [u8]) -> io::Result<usize> {
    let mut taken = ReadBuf::new(room);
    let read = poll_fn(|cx| {
        state.usage.set_in_hand(true);
        let polled = Pin::new(&mut *reader).poll_read(cx, &mut taken);
        if polled.is_pending() {
            state.usage.set_in_hand(false);
        }
        polled
    });
    read.await?;
    Ok(taken.filled().len())
}

/// No more is read at a time, whatever the settings say.
const MOST_READ: usize = 1 << 24;

/// What has come in and was not handled yet; no larger than one frame of the largest size, or one
/// read.
struct Inbox {
    octets: Wiped,
    filled: usize,
    /// When the frame that is not whole yet began to come in.
    began: Option<Instant>,
    largest: usize,
    parser: Box<Parser<'static>>,
    service: Service,
    arrivals: Arrivals,
}

impl Inbox {
    fn new(state: &State, service: Service, early: Vec<u8>) -> Self {
        let framing = state.settings.framing;
        let largest = widen(framing.limit()).saturating_add(framing.overhead()).saturating_add(8);
        let size = state.settings.read_buffer.clamp(64, MOST_READ);
        let filled = early.len();
        let mut octets = Wiped::new(early);
        wiped::resize(&mut octets, size.max(filled));
        Self {
            octets,
            filled,
            began: None,
            largest: largest.max(size),
            parser: Box::new(Parser::new(state.settings.spec)),
            service,
            arrivals: Arrivals::default(),
        }
    }

    const fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Where the next octets go; there is always room for one.
    fn room(&mut self) -> &mut [u8] {
        if self.filled == self.octets.len() {
            let size = self.octets.len().saturating_mul(2).min(self.largest).max(self.filled + 1);
            wiped::resize(&mut self.octets, size);
        }
        self.octets.get_mut(self.filled..).unwrap_or_default()
    }

    /// Until when octets must come in, and what it means when they do not.
    fn limit(&self, state: &State) -> Option<(Instant, Closed)> {
        if let Some(began) = self.began {
            return Some((began.checked_add(state.settings.frame_timeout)?, Closed::SlowFrame));
        }
        Some((Instant::now().checked_add(state.settings.idle_timeout?)?, Closed::Silent))
    }

    /// Handles every whole frame, and moves the rest to the front. Responses that are made at once
    /// leave together.
    async fn handle(&mut self, state: &Arc<State>) -> Result<(), Closed> {
        let now = state.now();
        let handled = self.handle_all(state, now).await;
        state.deliver(&mut self.arrivals, now);
        handled
    }

    async fn handle_all(&mut self, state: &Arc<State>, now: Duration) -> Result<(), Closed> {
        let mut at = 0;
        let mut frames = 0;
        loop {
            let input = self.octets.get(at..self.filled).unwrap_or_default();
            let Some(frame) = state.settings.framing.split(input).map_err(Closed::Framing)? else { break };
            // What the peer is owed is bounded: by octets, and by requests being processed. Who is owed
            // nothing is always read, so that two ends cannot wait for each other.
            let owes = self.service.is_some() || state.settings.respond_to_polls;
            let full = state.is_busy() || self.arrivals.replies.len() >= state.settings.outbox_bytes;
            if owes && (frames == 0 || full) {
                state.deliver(&mut self.arrivals, now);
                if state.is_owing() {
                    state.wait_for_room().await;
                    state.wait_for_place().await;
                }
            }
            receive(state, &self.service, &mut self.parser, &frame, &mut self.arrivals);
            at += frame.consumed;
            frames += 1;
        }
        Counters::add(&state.counters.frames_in, frames);
        self.octets.copy_within(at..self.filled, 0);
        let before = self.filled;
        self.filled -= at;
        // what was handled is kept nowhere
        self.octets.get_mut(self.filled..before).unwrap_or_default().zeroize();
        if self.filled == 0 {
            self.began = None;
        } else if at > 0 || self.began.is_none() {
            self.began = Some(Instant::now());
        }
        Ok(())
    }
}

/// What to do with one frame.
fn receive(
    state: &Arc<State>,
    service: &Service,
    parser: &mut Parser<'_>,
    frame: &Frame<'_>,
    arrivals: &mut Arrivals,
) {
    let settings = &state.settings;
    if frame.is_poll() {
        state.usage.has_noise();
        state.tell(Event::Polled);
        if settings.respond_to_polls {
            // a poll fits the framing that it came by
            let _ = arrivals.replies.push(&settings.framing, &[], &[], true);
        }
        return;
    }
    let Ok(message) = parser.parse(frame.payload) else {
        return receive_broken(state, service, frame, arrivals);
    };
    state.usage.has_message();
    let Arrivals { responses, replies, forms } = arrivals;
    if settings.correlation.is_response(message.mti()) {
        let trace = settings.correlation.trace(&message);
        return responses.push((trace, Received::new(settings.spec, frame.header, &message, None)));
    }
    let Some(handler) = service else {
        state.tell(Event::Unsolicited);
        return settings.observer.unsolicited(Received::new(settings.spec, frame.header, &message, None));
    };
    if !state.begins_to_gather() {
        if state.needs_response(&message) {
            state.tell(Event::Unanswered);
        }
        return;
    }
    let slot = match settings.known(&message) {
        None | Some(Known::Other) => None,
        Some(Known::New(slot)) => Some(slot),
        Some(Known::InProgress) => return state.tell(Event::Repeated),
        Some(Known::Completed(response)) => {
            state.tell(Event::Repeated);
            // it was framed before, after a header of the same length
            let _ = replies.push(&settings.framing, frame.header, &response, true);
            return;
        }
    };
    state.tell(Event::Taken);
    handler.handle(&message, Reply::new((state, &message, frame.header), (replies, forms), slot));
}

/// What to do with a frame that holds no message of the spec.
#[cold]
fn receive_broken(state: &Arc<State>, service: &Service, frame: &Frame<'_>, arrivals: &mut Arrivals) {
    let settings = &state.settings;
    state.usage.has_noise();
    let inspection = Inspection::of(settings.spec, frame.payload);
    if inspection.mti().is_some_and(|mti| settings.correlation.is_response(mti)) {
        let partial = inspection.partial();
        let trace = settings.correlation.trace(partial);
        let received = Received::new(settings.spec, frame.header, partial, inspection.error());
        return arrivals.responses.push((trace, received));
    }
    state.unreadable(&inspection);
    let may_respond = settings.respond_to_format_errors && service.is_some();
    if inspection.mti().is_some() && may_respond && state.begins_to_gather() {
        refuse(state, &inspection, frame.header, &mut arrivals.replies);
    }
}

/// Responds to a request that does not follow the spec, as far as it can be read: format error.
fn refuse(state: &State, inspection: &Inspection<'_>, header: &[u8], replies: &mut Frames) {
    let partial = inspection.partial();
    let mut response = Builder::reply_to(partial);
    response.echo(partial, echoed(state.settings.profile, partial));
    response.set(de::RESPONSE_CODE, if partial.mti().version() == Version::V1987 { "30" } else { "904" });
    // a message whose MTI has no response, or whose spec has no response code, gets none
    let _ = written(&response, |octets| replies.push(&state.settings.framing, header, octets, true));
}
