//! A line of a party, made of the library's connections: a [`Client`] where the party calls, a
//! [`Server`] where it is called. Whatever is heard goes to the party's thread as an [`Event`].

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use cardwire::net::{Client, Closed, Observer, Peer, Received, Reply, Responder, SendError, Server};
use cardwire::net::{Event as Told, NotSent};
use cardwire::{Inspection, Message};

use crate::journal::Party;
use crate::party::Input;
use crate::telegram::Telegram;
use crate::wire::Dialect;

/// What a party's thread is told.
pub(crate) enum Event {
    /// There is a connection to this party.
    Up(Party, Option<Peer>),
    /// It is gone.
    Down(Party),
    /// A request of this party arrived, with the way back to it.
    Request(Party, Box<Request>),
    /// An answer of this party arrived, in time or not.
    Answer(Party, Vec<u8>),
    /// This did certainly not leave.
    NotSent(Party, Box<Telegram>),
    /// What arrived is no message, or no answer that holds.
    Broken(Party, String),
    /// A person asks.
    Input(Box<Input>),
    /// A person asks, and says who it is and why.
    Ordered(Box<Ordered>),
    /// The end.
    Stop,
}

/// What a person wants, and who wants it why.
pub(crate) struct Ordered {
    pub(crate) input: Input,
    pub(crate) who: String,
    pub(crate) did: String,
    pub(crate) why: String,
}

/// A request that waits for its answer.
pub(crate) struct Request {
    pub(crate) header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) responder: Responder,
}

/// The ear of a line: passes on what nobody asked for.
struct Ear {
    peer: Party,
    door: Sender<Event>,
    /// A caller's connections are told here, a server's with their [`Peer`].
    caller: bool,
}

impl Ear {
    fn pass(&self, event: Event) {
        // A party that stopped already has nobody behind its door.
        let _ = self.door.send(event);
    }
}

impl Observer for Ear {
    fn late(&self, answer: Received) {
        self.pass(Event::Answer(self.peer, answer.wire().to_vec()));
    }

    fn duplicate(&self, answer: Received) {
        self.pass(Event::Answer(self.peer, answer.wire().to_vec()));
    }

    fn unsolicited(&self, message: Received) {
        self.pass(Event::Answer(self.peer, message.wire().to_vec()));
    }

    fn unreadable(&self, inspection: &Inspection<'_>) {
        let why = inspection.error().map(|error| error.to_string());
        self.pass(Event::Broken(self.peer, why.unwrap_or_default()));
    }

    fn event(&self, event: Told) {
        match event {
            Told::Up if self.caller => self.pass(Event::Up(self.peer, None)),
            Told::Down(why) => {
                if let Closed::Framing(why) = why {
                    self.pass(Event::Broken(self.peer, why.to_string()));
                }
                self.pass(Event::Down(self.peer));
            }
            _ => {}
        }
    }
}

/// Hands requests to the party's thread.
fn pass_on(peer: Party, door: Sender<Event>) -> impl Fn(&Message<'_>, Reply<'_>) + Send + Sync + 'static {
    move |request, reply| {
        let (header, payload) = (reply.header().to_vec(), request.wire().to_vec());
        let request = Request { header, payload, responder: reply.later() };
        let _ = door.send(Event::Request(peer, Box::new(request)));
    }
}

/// A line that calls, again and again. Must be called within the runtime.
pub(crate) fn call(address: SocketAddr, peer: Party, dialect: Dialect, door: &Sender<Event>) -> Client {
    Client::builder(address)
        .framing(dialect.framing())
        .header(dialect.header())
        .spec(dialect.spec())
        .reconnect(Duration::from_millis(3), Duration::from_millis(20))
        .observer(Arc::new(Ear { peer, door: door.clone(), caller: true }))
        .on_request(pass_on(peer, door.clone()))
        .start()
}

/// A line that is called.
pub(crate) async fn answer(
    address: SocketAddr,
    peer: Party,
    dialect: Dialect,
    door: &Sender<Event>,
) -> io::Result<Server> {
    let opened = door.clone();
    Server::bind(address)
        .framing(dialect.framing())
        .header(dialect.header())
        .spec(dialect.spec())
        .observer(Arc::new(Ear { peer, door: door.clone(), caller: false }))
        .on_connect(move |connection, _| {
            let _ = opened.send(Event::Up(peer, Some(connection)));
        })
        .serve_sync(pass_on(peer, door.clone()))
        .await
}

/// Sends a request and tells its party what became of it. Silence is not told: the party has a
/// timer of its own, and an answer that comes after all is heard by the [`Ear`].
pub(crate) async fn ask(
    line: Peer,
    to: Party,
    message: Telegram,
    octets: Vec<u8>,
    limit: Duration,
    door: Sender<Event>,
) {
    let outcome = match line.request(&octets, limit).await {
        // A terminal repeats its 0400 as it was.
        Err(SendError::NotSent(NotSent::Recent)) => line.request_again(&octets, limit).await,
        outcome => outcome,
    };
    let event = match outcome {
        Ok(answer) => Event::Answer(to, answer.wire().to_vec()),
        Err(SendError::NotSent(_)) => Event::NotSent(to, Box::new(message)),
        Err(SendError::Refused { why, .. }) => Event::Broken(to, why.to_string()),
        Err(SendError::Unknown { .. }) => return,
    };
    let _ = door.send(event);
}
