//! Connections under a virtual clock: streams in memory, waits that take no time.

mod batches;
mod bounds;
mod ends;
mod forms;
mod forwarding;
mod parts;
mod privacy;
mod replies;
mod responses;
mod serving;
mod window;

use std::string::{String, ToString};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::vec::Vec;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Closed, SendError};
use crate::frame::Framing;
use crate::net::client::session::{Hooks, connected};
use crate::net::connection::handler::Handler;
use crate::net::connection::peer::Peer;
use crate::net::connection::received::Received;
use crate::net::connection::run::Service;
use crate::net::connection::state::State;
use crate::net::observe::{Event, Observer};
use crate::net::settings::Settings;
use crate::read::inspection::Inspection;
use crate::read::message::Message;
use crate::spec::ISO87_ASCII;
use crate::{Builder, Mti, de};

const SECOND: Duration = Duration::from_secs(1);
const PAN: &str = "4111111111111111";

/// A request with that STAN.
fn request(stan: u32) -> Vec<u8> {
    Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
        .set(de::PAN, PAN)
        .set(de::AMOUNT, 100 + stan)
        .set(de::STAN, stan)
        .set(de::TERMINAL, "TERM0001")
        .to_vec()
        .unwrap()
}

/// A good response to a request.
fn response_to(request: &[u8]) -> Vec<u8> {
    let request = Message::parse(&ISO87_ASCII, request).unwrap();
    Builder::reply_to(&request)
        .echo(&request, &[de::AMOUNT, de::TRANSMISSION_TIME, de::STAN, de::TERMINAL])
        .set(de::RESPONSE_CODE, "00")
        .to_vec()
        .unwrap()
}

fn stan(message: &[u8]) -> u32 {
    Message::parse(&ISO87_ASCII, message).unwrap().number(de::STAN).unwrap().try_into().unwrap()
}

/// What an observer heard.
#[derive(Default)]
struct Heard {
    late: Mutex<Vec<u32>>,
    duplicates: Mutex<Vec<u32>>,
    unsolicited: Mutex<Vec<u32>>,
    unreadable: Mutex<Vec<String>>,
    events: Mutex<Vec<Event>>,
}

impl Observer for Heard {
    fn late(&self, response: Received) {
        self.late.lock().unwrap().push(stan(response.wire()));
    }
    fn duplicate(&self, response: Received) {
        self.duplicates.lock().unwrap().push(stan(response.wire()));
    }
    fn unsolicited(&self, message: Received) {
        self.unsolicited.lock().unwrap().push(stan(message.wire()));
    }
    fn unreadable(&self, inspection: &Inspection<'_>) {
        self.unreadable.lock().unwrap().push(inspection.error().unwrap().to_string());
    }
    fn event(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }
}

/// One side of a connection under test, and the far end in the hands of the test.
struct Bench {
    peer: Peer,
    heard: Arc<Heard>,
    session: JoinHandle<Closed>,
    host: Host,
}

/// The far end.
struct Host {
    stream: DuplexStream,
    framing: Framing,
    received: Vec<u8>,
}

impl Bench {
    fn new() -> Self {
        Self::with(1 << 16, Hooks::NONE, |_| ())
    }

    /// A stream with so much room, and settings changed.
    fn with(room: usize, hooks: Hooks, change: impl FnOnce(&mut Settings)) -> Self {
        Self::made(room, hooks, None, change)
    }

    /// One that responds to requests of the far end.
    fn serving(handler: impl Handler, change: impl FnOnce(&mut Settings)) -> Self {
        Self::made(1 << 16, Hooks::NONE, Some(Arc::new(handler)), change)
    }

    fn made(room: usize, hooks: Hooks, service: Service, change: impl FnOnce(&mut Settings)) -> Self {
        let heard = Arc::new(Heard::default());
        let mut settings = Settings { observer: Arc::clone(&heard) as _, ..Settings::default() };
        change(&mut settings);
        let framing = settings.framing;
        let (near, far) = duplex(room);
        let state = State::new(settings, Arc::default());
        let (up, _) = oneshot::channel();
        let shared = Arc::clone(&state);
        let session = tokio::spawn(async move {
            let closed = connected((Arc::clone(&shared), service), hooks, split(near), None, up).await;
            shared.disconnected();
            closed
        });
        let host = Host { stream: far, framing, received: Vec::new() };
        Self { peer: Peer { state }, heard, session, host }
    }

    /// Sends a request in the background.
    fn request(&self, message: Vec<u8>, time: Duration) -> JoinHandle<Result<Received, SendError>> {
        let peer = self.peer.clone();
        tokio::spawn(async move { peer.request(message, time).await })
    }
}

impl Host {
    /// The next message; fails the test at the end of the stream.
    async fn next(&mut self) -> Vec<u8> {
        self.next_with_header().await.1
    }

    async fn next_with_header(&mut self) -> (Vec<u8>, Vec<u8>) {
        loop {
            if let Some(frame) = self.framing.split(&self.received).unwrap() {
                let (found, used) = ((frame.header.to_vec(), frame.payload.to_vec()), frame.consumed);
                self.received.drain(..used);
                return found;
            }
            assert!(self.stream.read_buf(&mut self.received).await.unwrap() > 0, "the stream has ended");
        }
    }

    fn frame(&self, header: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut room = std::vec![0; 4096];
        self.framing.wrap(header, payload, &mut room).unwrap().to_vec()
    }

    async fn send(&mut self, payload: &[u8]) {
        let frame = self.frame(&[], payload);
        self.stream.write_all(&frame).await.unwrap();
    }
}
