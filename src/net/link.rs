//! One live connection: a task that reads, a task that writes, and the timer.
//!
//! ```text
//!              +----------- desk ------------+
//!  request --->| table    outbox ----------->| writer ---> one write for all that waits
//!              |   ^                         |
//!  answer <----|   +------ answers <---------| reader <--- many frames in one read
//!              |            handler <--------|
//!              +-----------------------------+
//! ```
//!
//! Whatever ends first ends the connection.

use core::time::Duration;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::correlation::Trace;
use super::desk::Desk;
use super::error::Closed;
use super::handler::Reply;
use super::observe::{Counters, Event};
use super::outbox::{Batch, Frames};
use super::received::{Received, written};
use super::replay::Seen;
use crate::de;
use crate::frame::Frame;
use crate::model::error::widen;
use crate::model::mti::Version;
use crate::read::inspection::Inspection;
use crate::read::parser::Parser;
use crate::write::builder::Builder;

/// Runs a connection to its end. `keeper` is one more task of it, which may end it.
///
/// The caller has called [`Desk::connected`], and calls [`Desk::disconnected`].
///
/// `early` octets were read before.
pub(super) async fn run<R, W, K>(desk: Arc<Desk>, reader: R, writer: W, early: Vec<u8>, keeper: K) -> Closed
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
    K: Future<Output = Closed> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let reading = tasks.spawn(read(Arc::clone(&desk), reader, early)).id();
    let writing = tasks.spawn(write(Arc::clone(&desk), writer)).id();
    tasks.spawn(keeper);
    let timer = Arc::clone(&desk);
    tasks.spawn(async move {
        timer.keep_time().await;
        Closed::Here
    });
    let first = tasks.join_next_with_id().await;
    let closed = match first {
        Some(Ok((id, closed))) => {
            if id == reading && closed == Closed::Ended {
                // Half closed: what was asked before is still answered.
                let rest = async {
                    desk.answered().await;
                    desk.finish();
                    tasks.join_next().await
                };
                let _ = timeout(desk.settings.write_timeout, rest).await;
            } else if id == writing && closed == Closed::Here {
                // To close with octets unread is a reset, which can destroy what was written last:
                // the peer closes first, if it does so soon.
                let _ = timeout(LINGER, tasks.join_next()).await;
            }
            closed
        }
        // A task can only panic in a handler or an observer of the caller.
        Some(Err(_)) | None => Closed::Io(std::io::ErrorKind::Other),
    };
    tasks.shutdown().await;
    closed
}

/// How long a peer may take to close after this end did.
const LINGER: Duration = Duration::from_secs(1);

/// Writes all that waits, again and again.
async fn write<W: AsyncWrite + Unpin>(desk: Arc<Desk>, mut writer: W) -> Closed {
    let mut batch = Batch::default();
    while desk.take(&mut batch).await {
        let mut at = 0;
        while let Some(rest) = batch.octets().get(at..).filter(|rest| !rest.is_empty()) {
            let piece = match desk.settings.one_write_per_frame {
                true => desk
                    .settings
                    .framing
                    .split(rest)
                    .ok()
                    .flatten()
                    .map_or(rest.len(), |frame| frame.consumed),
                false => rest.len(),
            };
            let piece = rest.get(..piece).unwrap_or(rest);
            match timeout(desk.settings.write_timeout, writer.write(piece)).await {
                Ok(Ok(0)) => return Closed::Io(std::io::ErrorKind::WriteZero),
                Ok(Ok(written)) => {
                    at += written;
                    desk.note(&batch, at);
                    Counters::add(&desk.counters.writes, 1);
                    Counters::add(&desk.counters.octets_out, written);
                }
                Ok(Err(error)) => return Closed::Io(error.kind()),
                Err(_) => return Closed::Stuck,
            }
        }
        batch.trim();
        match timeout(desk.settings.write_timeout, writer.flush()).await {
            Ok(Ok(())) => (),
            Ok(Err(error)) => return Closed::Io(error.kind()),
            Err(_) => return Closed::Stuck,
        }
    }
    let _ = timeout(desk.settings.write_timeout, writer.shutdown()).await;
    Closed::Here
}

/// Reads all that has come in, again and again.
async fn read<R: AsyncRead + Unpin>(desk: Arc<Desk>, mut reader: R, early: Vec<u8>) -> Closed {
    let mut inbox = Inbox::new(&desk, early);
    loop {
        match inbox.handle(&desk).await {
            Ok(()) => (),
            Err(closed) => return closed,
        }
        let limit = inbox.limit(&desk);
        let room = inbox.room();
        let read = match limit {
            Some((limit, closed)) => match timeout_at(limit, reader.read(room)).await {
                Ok(read) => read,
                Err(_) => return closed,
            },
            None => reader.read(room).await,
        };
        match read {
            Ok(0) if inbox.is_empty() => return Closed::Ended,
            Ok(0) => return Closed::Truncated,
            Ok(octets) => {
                inbox.filled += octets;
                desk.hear();
                Counters::add(&desk.counters.octets_in, octets);
            }
            Err(error) => return closed_by(error.kind()),
        }
    }
}

/// A reset is how many peers close; the requests it cuts off are told so one by one.
const fn closed_by(kind: std::io::ErrorKind) -> Closed {
    match kind {
        std::io::ErrorKind::UnexpectedEof => Closed::Truncated,
        other => Closed::Io(other),
    }
}

/// What has come in and was not handled yet; no larger than one frame of the largest size, or one
/// read.
struct Inbox {
    octets: Vec<u8>,
    filled: usize,
    /// When the frame that is not whole yet began to come in.
    began: Option<Instant>,
    largest: usize,
    parser: Box<Parser<'static>>,
    gathered: Gathered,
}

/// What the frames of one read lead to, dealt with together.
#[derive(Default)]
pub(super) struct Gathered {
    /// Answers that came in, to requests that are yet to be found.
    pub(super) arrived: Vec<(Option<Trace>, Received)>,
    /// Answers to requests of the peer, as frames.
    pub(super) answers: Frames,
}

impl Inbox {
    fn new(desk: &Desk, early: Vec<u8>) -> Self {
        let framing = desk.settings.framing;
        let largest = widen(framing.limit()).saturating_add(framing.overhead()).saturating_add(8);
        let size = desk.settings.read_buffer.max(64);
        let filled = early.len();
        let mut octets = early;
        octets.resize(size.max(filled), 0);
        Self {
            octets,
            filled,
            began: None,
            largest: largest.max(size),
            parser: Box::new(Parser::new(desk.settings.spec)),
            gathered: Gathered::default(),
        }
    }

    const fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Where the next octets go; there is always room for one.
    fn room(&mut self) -> &mut [u8] {
        if self.filled == self.octets.len() {
            let size = self.octets.len().saturating_mul(2).min(self.largest).max(self.filled + 1);
            self.octets.resize(size, 0);
        }
        self.octets.get_mut(self.filled..).unwrap_or_default()
    }

    /// Until when octets must come in, and what it means when they do not.
    fn limit(&self, desk: &Desk) -> Option<(Instant, Closed)> {
        if let Some(began) = self.began {
            return Some((began + desk.settings.frame_timeout, Closed::SlowFrame));
        }
        desk.settings.silence.map(|time| (Instant::now() + time, Closed::Silent))
    }

    /// Handles every whole frame, and moves the rest to the front. Answers that are made at once
    /// leave together.
    async fn handle(&mut self, desk: &Arc<Desk>) -> Result<(), Closed> {
        let now = desk.now();
        let handled = self.handle_all(desk, now).await;
        desk.deliver(&mut self.gathered, now);
        handled
    }

    async fn handle_all(&mut self, desk: &Arc<Desk>, now: Duration) -> Result<(), Closed> {
        let mut at = 0;
        let mut frames = 0;
        loop {
            let input = self.octets.get(at..self.filled).unwrap_or_default();
            let Some(frame) = desk.settings.framing.split(input).map_err(Closed::Framing)? else { break };
            // What the peer is owed is bounded: by octets, and by requests being answered.
            if frames == 0 || desk.is_busy() || self.gathered.answers.len() >= desk.settings.outbox_bytes {
                desk.deliver(&mut self.gathered, now);
                if desk.is_owing() {
                    desk.wait_for_room().await;
                    desk.wait_for_place().await;
                }
            }
            receive(desk, &mut self.parser, &frame, &mut self.gathered);
            at += frame.consumed;
            frames += 1;
        }
        Counters::add(&desk.counters.frames_in, frames);
        self.octets.copy_within(at..self.filled, 0);
        self.filled -= at;
        if self.filled == 0 {
            self.began = None;
        } else if at > 0 || self.began.is_none() {
            self.began = Some(Instant::now());
        }
        Ok(())
    }
}

/// What to do with one frame.
fn receive(desk: &Arc<Desk>, parser: &mut Parser<'_>, frame: &Frame<'_>, gathered: &mut Gathered) {
    let settings = &desk.settings;
    let Gathered { arrived, answers } = gathered;
    if frame.is_poll() {
        desk.tell(Event::Polled);
        if settings.answer_polls {
            // a poll fits the framing that it came by
            let _ = answers.push(&settings.framing, &[], &[], true);
        }
        return;
    }
    let message = match parser.parse(frame.payload) {
        Ok(message) => message,
        Err(_) => {
            return receive_broken(desk, &Inspection::of(settings.spec, frame.payload), frame, gathered);
        }
    };
    if settings.correlation.is_answer(message.mti()) {
        let trace = settings.correlation.trace(&message);
        return arrived.push((trace, Received::new(settings.spec, frame.header, &message, None)));
    }
    let Some(handler) = &settings.handler else {
        desk.tell(Event::Unsolicited);
        return settings.observer.unsolicited(Received::new(settings.spec, frame.header, &message, None));
    };
    if !desk.begins_to_gather() {
        return desk.tell(Event::Unanswered);
    }
    let promise = match settings.seen(&message) {
        None | Some(Seen::Other) => None,
        Some(Seen::New(promise)) => Some(promise),
        Some(Seen::InWork) => return desk.tell(Event::Repeated),
        Some(Seen::Answered(answer)) => {
            desk.tell(Event::Repeated);
            // it was framed before, behind a header of the same length
            let _ = answers.push(&settings.framing, frame.header, &answer, true);
            return;
        }
    };
    desk.tell(Event::Taken);
    handler.handle(&message, Reply { desk, header: frame.header, answers, promise });
}

/// What to do with a frame that holds no message of the spec.
#[cold]
fn receive_broken(desk: &Arc<Desk>, inspection: &Inspection<'_>, frame: &Frame<'_>, gathered: &mut Gathered) {
    let settings = &desk.settings;
    if inspection.mti().is_some_and(|mti| settings.correlation.is_answer(mti)) {
        let trace = settings.correlation.trace(inspection.partial());
        let partial = inspection.partial();
        let received = Received::new(settings.spec, frame.header, partial, inspection.error());
        return gathered.arrived.push((trace, received));
    }
    desk.unreadable(inspection);
    let may_answer = settings.answer_format_errors && settings.handler.is_some();
    if inspection.mti().is_some() && may_answer && desk.begins_to_gather() {
        refuse(desk, inspection, frame.header, &mut gathered.answers);
    }
}

/// Answers a request that does not follow the spec, as far as it can be read: format error.
fn refuse(desk: &Desk, inspection: &Inspection<'_>, header: &[u8], answers: &mut Frames) {
    let partial = inspection.partial();
    let mut answer = Builder::reply_to(partial);
    for number in ECHOED.into_iter().filter(|number| inspection.get(*number).is_some()) {
        answer.echo(partial, &[number]);
    }
    answer.set(de::RESPONSE_CODE, if partial.mti().version() == Version::V1987 { "30" } else { "904" });
    // a message that knows no answer, or whose spec has no response code, gets none
    let _ = written(&answer, |octets| answers.push(&desk.settings.framing, header, octets, true));
}

/// What the answer to a broken request repeats of it.
const ECHOED: [u8; 9] = [
    de::PROCESSING_CODE,
    de::AMOUNT,
    de::TRANSMISSION_TIME,
    de::STAN,
    de::TIME_LOCAL,
    de::DATE_LOCAL,
    de::RRN,
    de::TERMINAL,
    de::MERCHANT,
];
