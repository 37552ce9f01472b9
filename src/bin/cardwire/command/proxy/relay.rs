//! A connection through the proxy: two sockets, two readers, two writers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cardwire::net::{Closed, Trace};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::frames::Frames;
use super::rules::Rule;
use super::tape::Ends;
use super::{Shared, Side};
use crate::command::pattern::fits;

/// A socket, with TLS or without.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

pub(super) type Stream = Box<dyn Duplex>;

/// What both directions of a connection share.
pub(super) struct Link {
    pub(super) shared: Arc<Shared>,
    /// The number of the connection, from 1.
    pub(super) number: u64,
    pub(super) ends: Ends,
    to_client: mpsc::Sender<Out>,
    to_host: mpsc::Sender<Out>,
    held: Mutex<Vec<Held>>,
    /// When each request passed, by who sent it and its key.
    pub(super) requests: Mutex<HashMap<(Side, Trace), Instant>>,
    cut: Notify,
}

/// What a writer is told.
enum Out {
    Octets(Vec<u8>),
    /// Nothing more comes.
    End,
}

/// A message that waits for another one.
struct Held {
    from: Side,
    frame: Vec<u8>,
    until: String,
    named: String,
}

/// How much may wait to be written, in pieces; who sends more waits.
const WAITING: usize = 64;

/// How many messages may wait for a time or for another message.
const MOST_WAITING: usize = 1024;

/// How long what was sent before a cut may take to leave.
const GRACE: Duration = Duration::from_secs(1);

/// How much is read at a time.
const READ: usize = 1 << 16;

/// How long the rest of a frame is waited for, where rules want it whole.
const PATIENCE: Duration = Duration::from_secs(1);

/// Carries what one party says to the other, until both have ended or one is gone.
pub(super) async fn relay(shared: Arc<Shared>, (number, ends): (u64, Ends), client: Stream, host: Stream) {
    let (to_client, for_client) = mpsc::channel(WAITING);
    let (to_host, for_host) = mpsc::channel(WAITING);
    let (client_reader, client_writer) = tokio::io::split(client);
    let (host_reader, host_writer) = tokio::io::split(host);
    let link = Arc::new(Link {
        shared,
        number,
        ends,
        to_client,
        to_host,
        held: Mutex::default(),
        requests: Mutex::default(),
        cut: Notify::new(),
    });
    let mut writers = JoinSet::new();
    writers.spawn(write(client_writer, for_client));
    writers.spawn(write(host_writer, for_host));
    let reading = async {
        let read = |side, reader| Direction::new(Arc::clone(&link), side).run(reader);
        tokio::try_join!(read(Side::Client, client_reader), read(Side::Host, host_reader)).map(drop)
    };
    tokio::pin!(reading);
    let why = loop {
        tokio::select! {
            done = &mut reading => break done.err(),
            () = link.cut.notified() => break Some("cut by a rule".to_owned()),
            Some(done) = writers.join_next(), if !writers.is_empty() => {
                if let Ok(Err(error)) = done {
                    break Some(Closed::by(&error).to_string());
                }
            }
        }
    };
    let ended = async {
        for writer in [&link.to_client, &link.to_host] {
            // it may have ended before
            let _ = writer.send(Out::End).await;
        }
        while writers.join_next().await.is_some() {}
    };
    // of two ends that have both said their last, what is on its way arrives, however long it takes
    match &why {
        None => ended.await,
        Some(_) => drop(timeout(GRACE, ended).await),
    }
    link.say_ended(why);
}

async fn write(mut writer: WriteHalf<Stream>, mut outs: mpsc::Receiver<Out>) -> std::io::Result<()> {
    while let Some(Out::Octets(octets)) = outs.recv().await {
        writer.write_all(&octets).await?;
        writer.flush().await?;
    }
    // a peer that is gone is told by reading from it
    let _ = writer.shutdown().await;
    Ok(())
}

impl Link {
    /// Says something of the connection that is no message.
    pub(super) fn remark(&self, text: impl std::fmt::Display) {
        self.shared.remark(self.number, text);
    }

    fn say_ended(&self, why: Option<String>) {
        for held in self.held.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            self.remark(format_args!("{} was held until the end, and did not arrive", held.named));
        }
        match why {
            None => self.remark("closed"),
            Some(why) => self.remark(format_args!("closed: {why}")),
        }
    }

    fn to(&self, side: Side) -> &mpsc::Sender<Out> {
        if side == Side::Client { &self.to_client } else { &self.to_host }
    }
}

/// What one party says, on its way to the other.
pub(super) struct Direction {
    pub(super) link: Arc<Link>,
    pub(super) from: Side,
    /// What is to leave next, together.
    batch: Vec<u8>,
    delayed: JoinSet<()>,
}

/// The other party is gone.
type Gone = String;

impl Direction {
    fn new(link: Arc<Link>, from: Side) -> Self {
        Self { link, from, batch: Vec::new(), delayed: JoinSet::new() }
    }

    async fn run(mut self, mut reader: ReadHalf<Stream>) -> Result<(), Gone> {
        let mut frames = Frames::default();
        let wants_whole = !self.link.shared.rules.is_empty();
        loop {
            let waits = wants_whole && frames.has_part();
            let room = frames.room(READ);
            let read = match waits {
                true => match timeout(PATIENCE, reader.read_buf(room)).await {
                    Ok(read) => read,
                    Err(_) => {
                        self.part(&mut frames).await?;
                        continue;
                    }
                },
                false => reader.read_buf(room).await,
            };
            match read {
                Ok(0) => break,
                Ok(_) if wants_whole => {
                    frames.take_all(&mut self).await?;
                    if frames.has_begun_to_pass() {
                        self.batch.extend_from_slice(frames.pass());
                    }
                }
                Ok(_) => {
                    // nothing can become of them but what they are: they need not wait for the rest
                    self.batch.extend_from_slice(frames.pass());
                    self.flush().await?;
                    frames.take_all(&mut self).await?;
                }
                Err(error) => return Err(format!("{}: {}", self.from.name(), Closed::by(&error))),
            }
            self.flush().await?;
        }
        self.batch.extend_from_slice(frames.pass());
        self.flush().await?;
        while self.delayed.join_next().await.is_some() {}
        self.link.remark(format_args!("the {} has ended", self.from.name()));
        self.send(self.from.other(), Out::End).await
    }

    /// Passes a part of a frame whose rest does not come.
    async fn part(&mut self, frames: &mut Frames) -> Result<(), Gone> {
        self.batch.extend_from_slice(frames.pass());
        let from = self.from.name();
        self.link.remark(format_args!(
            "part of a frame of the {from} passes as it is: the rest did not come in time"
        ));
        self.flush().await
    }

    /// Puts octets behind those that are to leave next.
    pub(super) fn pass(&mut self, octets: &[u8]) {
        self.batch.extend_from_slice(octets);
    }

    /// Sends what is to leave next.
    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let octets = std::mem::take(&mut self.batch);
        self.send(self.from.other(), Out::Octets(octets)).await
    }

    async fn send(&self, to: Side, out: Out) -> Result<(), Gone> {
        self.link.to(to).send(out).await.map_err(|_| format!("the {} is gone", to.name()))
    }

    /// Sends octets to a side, after a time if there is one.
    pub(super) async fn send_after(
        &mut self,
        delay: Duration,
        to: Side,
        octets: Vec<u8>,
    ) -> Result<(), Gone> {
        // what came before leaves before
        self.flush().await?;
        if delay.is_zero() {
            return self.send(to, Out::Octets(octets)).await;
        }
        while self.delayed.try_join_next().is_some() {}
        if self.delayed.len() >= MOST_WAITING {
            self.delayed.join_next().await;
        }
        let writer = self.link.to(to).clone();
        self.delayed.spawn(async move {
            sleep(delay).await;
            // whoever is gone by then is told by the reader
            let _ = writer.send(Out::Octets(octets)).await;
        });
        Ok(())
    }

    /// Keeps a message until another one has passed; gives it back when there is no room for more.
    pub(super) fn hold(&self, rule: &Rule, frame: Vec<u8>, named: &str) -> Option<Vec<u8>> {
        let mut held = self.link.held.lock().unwrap_or_else(PoisonError::into_inner);
        let until = rule.hold.as_ref().map(|until| until.get_ref().clone()).unwrap_or_default();
        if held.len() >= MOST_WAITING {
            return Some(frame);
        }
        held.push(Held { from: self.from, frame, until, named: named.to_owned() });
        None
    }

    /// Sends what waited for this message.
    pub(super) async fn release(&mut self, message: &cardwire::Message<'_>) -> Result<(), Gone> {
        let released: Vec<Held> = {
            let mut held = self.link.held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.is_empty() {
                return Ok(());
            }
            held.extract_if(.., |held| fits(&held.until, "mti", message)).collect()
        };
        if !released.is_empty() {
            self.flush().await?;
        }
        for Held { from, frame, named, .. } in released {
            self.link.remark(format_args!("{named} is let go"));
            self.send(from.other(), Out::Octets(frame)).await?;
        }
        Ok(())
    }

    /// Closes both connections, after what was sent before.
    pub(super) async fn cut(&mut self) -> Result<(), Gone> {
        self.flush().await?;
        self.link.cut.notify_one();
        // nothing that comes after it is looked at
        std::future::pending().await
    }
}
