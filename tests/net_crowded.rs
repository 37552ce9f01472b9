//! A server with more peers than places: nobody is locked out by those who say nothing, and nobody who is
//! being served gives way.
#![cfg(feature = "net")]

#[path = "common/exchange.rs"]
mod exchange;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cardwire::net::{Client, Closed, Event, Observer, Received, Server, TurnedAway};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use exchange::{approve, holds, request, response_to};

const SECOND: Duration = Duration::from_secs(1);
/// Longer than any machine takes: what ends a test that would hang.
const LIMIT: Duration = Duration::from_secs(60);
const MILLI: Duration = Duration::from_millis(1);

#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl Observer for Heard {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Heard {
    fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.0.lock().unwrap().iter().filter(|event| wanted(event)).count()
    }
}

/// A connection from an address of this machine.
async fn from(source: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(source.parse().unwrap(), 0)).unwrap();
    socket.connect(to).await.unwrap()
}

/// Sends a request and takes its response.
async fn ask(stream: &mut TcpStream, stan: u32) -> bool {
    let message = request(stan);
    let frame = [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], &message].concat();
    let mut response = vec![0; 2 + response_to(&message).len()];
    let exchange = async {
        stream.write_all(&frame).await?;
        stream.read_exact(&mut response).await
    };
    timeout(LIMIT, exchange).await.is_ok_and(|done| done.is_ok()) && response[2..] == response_to(&message)
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    let read = timeout(LIMIT, stream.read(&mut [0; 8])).await;
    read.is_ok_and(|read| !matches!(read, Ok(1..)))
}

async fn until(condition: impl Fn() -> bool) {
    let waits = async {
        while !condition() {
            sleep(MILLI).await;
        }
    };
    timeout(LIMIT, waits).await.unwrap();
}

/// Three times as many silent peers as there are places: a newcomer is served at once, and so is one that
/// was there before them and is between two requests.
#[tokio::test]
async fn silent_connections_lock_nobody_out() {
    let heard = Arc::new(Heard::default());
    let server = Server::bind("127.0.0.1:0").connections(50).observer(Arc::<Heard>::clone(&heard));
    let server = server.serve_sync(approve).await.unwrap();
    let mut regular = TcpStream::connect(server.address()).await.unwrap();
    assert!(ask(&mut regular, 1).await);
    let mut silent = Vec::new();
    for _ in 0..150 {
        silent.push(TcpStream::connect(server.address()).await.unwrap());
    }
    let mut newcomer = TcpStream::connect(server.address()).await.unwrap();
    assert!(ask(&mut newcomer, 2).await && ask(&mut regular, 3).await);
    // 25 places for one address: two are used, and all that were there before gave way, the oldest first
    until(|| server.totals().gave_way == 127).await;
    assert_eq!(heard.count(|event| *event == Event::Down(Closed::GaveWay)), 127);
    for stream in &mut silent[..127] {
        assert!(is_closed(stream).await);
    }
    assert!(ask(&mut silent[149], 4).await, "the youngest is still there");
}

/// Octets that are no message, and half a message, give no right to a place.
#[tokio::test]
async fn noise_is_no_reason_to_stay() {
    let server = Server::bind("127.0.0.1:0").connections(4).connections_per_peer(4);
    let server = server.observer(Arc::new(())).serve_sync(approve).await.unwrap();
    let mut noisy = Vec::new();
    for noise in [&b"\0\x04\xFF\xFF\xFF\xFF"[..], b"\0\0", b"\x01\0half", b""] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(noise).await.unwrap();
        noisy.push(stream);
    }
    until(|| server.totals().connections == 4).await;
    let mut good = Vec::new();
    for stan in 0..4 {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        assert!(ask(&mut stream, stan).await);
        good.push(stream);
    }
    for stream in &mut noisy {
        assert!(is_closed(stream).await);
    }
}

/// Where every connection is being used the newcomer is turned away, which is told, and they are not.
#[tokio::test]
async fn a_connection_that_is_being_used_gives_way_to_nobody() {
    let heard = Arc::new(Heard::default());
    // no response is given before the newcomer was turned away
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let opens = Arc::clone(&gate);
    let slow = move |request: Received| {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire().await.unwrap().forget();
            response_to(request.wire())
        }
    };
    let server = Server::bind("127.0.0.1:0").connections(4).connections_per_peer(4);
    let server = server.observer(Arc::<Heard>::clone(&heard)).serve(slow).await.unwrap();
    let asked: Vec<_> = (0..4)
        .map(|stan| {
            let address = server.address();
            tokio::spawn(async move { ask(&mut TcpStream::connect(address).await.unwrap(), stan).await })
        })
        .collect();
    until(|| server.totals().taken == 4).await;
    let mut newcomer = TcpStream::connect(server.address()).await.unwrap();
    assert!(is_closed(&mut newcomer).await);
    let peer = Some(newcomer.local_addr().unwrap());
    let why = TurnedAway::PeerShare;
    assert_eq!(heard.count(|event| *event == Event::TurnedAway { peer, why }), 1);
    assert_eq!(server.totals().turned_away, 1);
    opens.add_permits(4);
    for asked in asked {
        assert!(asked.await.unwrap());
    }
}

/// One address cannot take the places of others.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_peer_has_its_share() {
    let server = Server::bind("127.0.0.1:0").connections(10).connections_per_peer(4);
    let server = server.observer(Arc::new(())).serve_sync(approve).await.unwrap();
    let mut other = from("127.0.0.2", server.address()).await;
    assert!(ask(&mut other, 1).await);
    let mut crowd = Vec::new();
    // each of them sends a message, so that nothing but its address tells it from the other
    for stan in 0..4 {
        let mut stream = from("127.0.0.3", server.address()).await;
        assert!(ask(&mut stream, 100 + stan).await);
        crowd.push(stream);
        sleep(30 * MILLI).await;
    }
    // who was silent for a second may give way
    sleep(SECOND + 100 * MILLI).await;
    let mut fifth = from("127.0.0.3", server.address()).await;
    assert!(ask(&mut fifth, 200).await);
    assert!(is_closed(&mut crowd[0]).await, "one of its own gave way");
    assert!(ask(&mut other, 2).await, "and not the older one of another address");
}

/// The same by IPv6, where a machine has it.
#[tokio::test]
async fn a_peer_has_its_share_of_ipv6_too() {
    let Ok(listener) = tokio::net::TcpListener::bind("[::1]:0").await else { return };
    let server = Server::on(listener).connections(10).connections_per_peer(4).observer(Arc::new(()));
    let server = server.serve_sync(approve).await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..9 {
        silent.push(TcpStream::connect(server.address()).await.unwrap());
    }
    assert!(ask(&mut TcpStream::connect(server.address()).await.unwrap(), 1).await);
    assert_eq!(server.totals().gave_way, 6);
}

/// A server does not keep a peer for ever that says nothing.
#[tokio::test]
async fn a_silent_connection_ends_after_the_idle_timeout() {
    let server = Server::bind("127.0.0.1:0").idle_timeout(50 * MILLI).serve_sync(approve).await.unwrap();
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    assert!(is_closed(&mut silent).await);
    // and for ever where that is said
    let server = Server::bind("127.0.0.1:0").idle_timeout(Duration::MAX).frame_timeout(Duration::MAX);
    let server = server.write_timeout(Duration::MAX).serve_sync(approve).await.unwrap();
    let client = Client::builder(server.address()).connect().await.unwrap();
    assert!(holds(&client.request(request(1), Duration::MAX).await.unwrap(), 1));
}

/// A frame with a request.
fn framed(stan: u32) -> Vec<u8> {
    let message = request(stan);
    [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], &message].concat()
}

/// Connections that nobody serves before the test waits for something.
fn crowd(to: SocketAddr, number: usize) -> Vec<std::net::TcpStream> {
    (0..number).map(|_| std::net::TcpStream::connect(to).unwrap()).collect()
}

/// A server that comes late to read does not take what it has not read for silence: neither the first request
/// of a connection, nor one after a pause.
#[tokio::test]
async fn a_request_that_lies_unread_is_no_silence() {
    for speaks_first in [false, true] {
        // those that never spoke would go before one that did
        let places = if speaks_first { 1 } else { 8 };
        let server = Server::bind("127.0.0.1:0").connections(places).connections_per_peer(places);
        let server = server.observer(Arc::new(())).serve_sync(approve).await.unwrap();
        let mut good = TcpStream::connect(server.address()).await.unwrap();
        until(|| server.totals().connections == 1).await;
        if speaks_first {
            assert!(ask(&mut good, 1).await);
            sleep(SECOND + 100 * MILLI).await;
        }
        let mut good = good.into_std().unwrap();
        // the crowd first, so that the server comes to accept it before it comes to read
        let _crowd = crowd(server.address(), 20);
        std::io::Write::write_all(&mut good, &framed(2)).unwrap();
        let mut good = TcpStream::from_std(good).unwrap();
        let mut response = vec![0; 2 + response_to(&request(2)).len()];
        let read = timeout(LIMIT, good.read_exact(&mut response)).await.unwrap();
        assert!(read.is_ok(), "it gave way with a request in its socket; spoke before: {speaks_first}");
        assert!(ask(&mut good, 3).await);
    }
}

/// The same for a half of a request whose other half is on its way.
#[tokio::test]
async fn the_rest_of_a_request_is_no_silence() {
    let server = Server::bind("127.0.0.1:0").connections(8).connections_per_peer(8);
    let server = server.observer(Arc::new(())).serve_sync(approve).await.unwrap();
    let mut good = TcpStream::connect(server.address()).await.unwrap();
    let frame = framed(1);
    good.write_all(&frame[..20]).await.unwrap();
    until(|| server.totals().octets_in == 20).await;
    let mut good = good.into_std().unwrap();
    let _crowd = crowd(server.address(), 20);
    std::io::Write::write_all(&mut good, &frame[20..]).unwrap();
    let mut good = TcpStream::from_std(good).unwrap();
    let mut response = vec![0; 2 + response_to(&request(1)).len()];
    let read = timeout(LIMIT, good.read_exact(&mut response)).await.unwrap();
    assert!(read.is_ok() && ask(&mut good, 2).await, "it gave way with half a request in its socket");
}

/// Who waited long for its response was not silent meanwhile.
#[tokio::test]
async fn who_has_just_got_a_response_is_no_silent_one() {
    let slow = |request: Received| async move {
        sleep(SECOND + 200 * MILLI).await;
        response_to(request.wire())
    };
    let server = Server::bind("127.0.0.1:0").connections(1).connections_per_peer(1);
    let server = server.observer(Arc::new(())).serve(slow).await.unwrap();
    let mut good = TcpStream::connect(server.address()).await.unwrap();
    assert!(ask(&mut good, 1).await);
    let mut newcomer = TcpStream::connect(server.address()).await.unwrap();
    assert!(is_closed(&mut newcomer).await);
    assert!(ask(&mut good, 2).await);
}

/// Hears one kind of event, and panics.
struct Panics(fn(&Event) -> bool);

impl Observer for Panics {
    fn event(&self, event: Event) {
        assert!(!self.0(&event), "an observer of the caller");
    }
}

/// An observer that panics when somebody is turned away does not end the server.
#[tokio::test]
async fn an_observer_that_panics_ends_no_server() {
    let server = Server::bind("127.0.0.1:0").connections(1).connections_per_peer(1);
    let panics = Panics(|event| matches!(event, Event::TurnedAway { .. } | Event::Down(_)));
    let server = server.observer(Arc::new(panics)).serve_sync(approve).await.unwrap();
    let mut first = TcpStream::connect(server.address()).await.unwrap();
    assert!(ask(&mut first, 1).await);
    assert!(is_closed(&mut TcpStream::connect(server.address()).await.unwrap()).await);
    assert!(ask(&mut first, 2).await);
    drop(first);
    until(|| server.totals().turned_away == 1).await;
    let served = async { while !ask(&mut TcpStream::connect(server.address()).await.unwrap(), 3).await {} };
    timeout(LIMIT, served).await.expect("it goes on");
}

/// Nor does it end a client: it connects again.
#[tokio::test]
async fn an_observer_that_panics_ends_no_client() {
    let server = Server::bind("127.0.0.1:0").serve_sync(approve).await.unwrap();
    let address = server.address();
    let panics = Panics(|event| {
        matches!(event, Event::Down(_) | Event::Retry(_) | Event::ConnectFailed(_) | Event::Up)
    });
    let client = Client::builder(address).observer(Arc::new(panics)).connect().await.unwrap();
    assert!(holds(&client.request(request(1), LIMIT).await.unwrap(), 1));
    server.shutdown(SECOND).await;
    assert!(client.request(request(2), 50 * MILLI).await.is_err());
    let _server = Server::bind(address).serve_sync(approve).await.unwrap();
    assert!(holds(&client.request(request(3), LIMIT).await.expect("it is there again"), 3));
}

#[cfg(feature = "tls")]
mod tls {
    use super::*;
    use cardwire::net::{ClientTls, Identity, ServerTls};

    /// Handshakes that are begun and not finished take no place from those who finish theirs.
    #[tokio::test]
    async fn half_handshakes_lock_nobody_out() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let identity = Identity::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        let server = Server::bind("127.0.0.1:0").connections(40).observer(Arc::new(()));
        let server = server.tls(ServerTls::new(identity, None).unwrap()).handshake_timeout(60 * SECOND);
        let server = server.serve_sync(approve).await.unwrap();
        let mut half = Vec::new();
        for _ in 0..120 {
            let mut stream = TcpStream::connect(server.address()).await.unwrap();
            stream.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
            half.push(stream);
        }
        let tls = ClientTls::new(chain.as_bytes(), "localhost", None).unwrap();
        let client = Client::builder(server.address()).tls(tls).connect().await.unwrap();
        assert!(holds(&client.request(request(1), LIMIT).await.unwrap(), 1));
        assert_eq!(server.totals().gave_way, 101, "20 places for one address");
    }

    /// What lies unread may be encrypted.
    #[tokio::test]
    async fn a_request_over_tls_that_lies_unread_is_no_silence() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let identity = Identity::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        let server =
            Server::bind("127.0.0.1:0").connections(1).connections_per_peer(1).observer(Arc::new(()));
        let server = server.tls(ServerTls::new(identity, None).unwrap()).serve_sync(approve).await.unwrap();
        let tls = ClientTls::new(chain.as_bytes(), "localhost", None).unwrap();
        let client = Client::builder(server.address()).tls(tls).connect().await.unwrap();
        assert!(holds(&client.request(request(1), LIMIT).await.unwrap(), 1));
        sleep(SECOND + 100 * MILLI).await;
        let _crowd = crowd(server.address(), 20);
        assert!(holds(&client.request(request(2), LIMIT).await.expect("it is no silent one"), 2));
        assert!(holds(&client.request(request(3), LIMIT).await.unwrap(), 3));
        assert_eq!(client.totals().connections, 1, "it is the same connection");
    }

    /// A handshake that goes on is not the oldest of the silent ones.
    #[tokio::test]
    async fn a_handshake_that_lies_unread_is_no_silence() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let identity = Identity::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        let server =
            Server::bind("127.0.0.1:0").connections(8).connections_per_peer(8).observer(Arc::new(()));
        let server = server.tls(ServerTls::new(identity, None).unwrap()).serve_sync(approve).await.unwrap();
        let mut good = std::net::TcpStream::connect(server.address()).unwrap();
        sleep(50 * MILLI).await;
        let _crowd = crowd(server.address(), 20);
        // a record that is no handshake: the server says so, instead of hanging up
        std::io::Write::write_all(&mut good, &[0x16, 3, 1, 0, 4, 1, 0, 0, 0]).unwrap();
        good.set_nonblocking(true).unwrap();
        let mut good = TcpStream::from_std(good).unwrap();
        let mut alert = [0; 2];
        timeout(LIMIT, good.read_exact(&mut alert))
            .await
            .unwrap()
            .expect("an alert, not a closed connection");
        assert_eq!(alert, [0x15, 3]);
    }
}
