//! Connections over loopback: reconnecting, listening, draining, TLS, and a host that misbehaves.
//!
//! What the users of other libraries complain about most, and the test named after it. Those that need
//! no socket are under `src/net/tests`, with a virtual clock.
//!
//! | complaint | issues | test |
//! | --- | --- | --- |
//! | a response goes to another request, or to nobody | jreactive-8583 2, 53, 74, 160 | `net/tests/responses.rs::jreactive_2_53_74_160_responses_in_any_order_find_their_requests` |
//! | a request replaces another with its key | jPOS 428 | `net/tests/responses.rs::jpos_428_a_key_in_flight_is_an_error_to_the_second_caller` |
//! | headers and framing get lost or in the way | jreactive-8583 48, 57, 78, 84, 119; jPOS 186, 510 | `net/tests/serving.rs::jreactive_48_57_78_84_119_jpos_186_510_headers_come_back_turned_round` |
//! | nobody connects again | moov connection 84 | `net.rs::moov_84_a_lost_connection_is_made_again` |
//! | the side that asks cannot be the one that listens | moov connection 112 | `net.rs::moov_112_the_requesting_side_may_be_the_listener` |
//! | the end of a connection is logged as an error | moov connection 95 | `net/tests/ends.rs::moov_95_the_end_of_a_connection_is_not_an_error` |
#![cfg(feature = "net")]

#[path = "common/exchange.rs"]
mod exchange;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cardwire::net::{Client, Closed, NotSent, Pool, Received, Reply, SendError, Server};
use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Framing, Message, Mti, de};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{sleep, timeout};

use exchange::{approve, holds, network, request, response_to};

const SECOND: Duration = Duration::from_secs(1);
/// Longer than any machine takes: what ends a test that would hang.
const LIMIT: Duration = Duration::from_secs(60);
const MILLI: Duration = Duration::from_millis(1);

async fn server() -> Server {
    Server::bind("127.0.0.1:0").serve_sync(approve).await.unwrap()
}

/// The host goes away and comes back: requests wait for it, and nobody calls connect again.
#[tokio::test]
async fn moov_84_a_lost_connection_is_made_again() {
    let first = server().await;
    let address = first.address();
    let client = Client::builder(address).reconnect(5 * MILLI, 20 * MILLI).connect().await.unwrap();
    assert!(holds(&client.request(request(1), LIMIT).await.unwrap(), 1));
    first.shutdown(SECOND).await;
    while client.is_up() {
        sleep(MILLI).await;
    }
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.request(request(2), LIMIT).await }
    });
    sleep(20 * MILLI).await;
    let _second = Server::bind(address).serve_sync(approve).await.unwrap();
    assert!(holds(&waiting.await.unwrap().unwrap(), 2));
    assert_eq!(client.totals().connections, 2);
}

#[tokio::test]
async fn the_first_attempt_tells_why_it_failed() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = Client::builder(free).connect().await.unwrap_err();
    assert_eq!(error, Closed::Io(std::io::ErrorKind::ConnectionRefused));
    // in the background it tries on; a request waits for its deadline and was certainly not sent
    let client = Client::builder(free).reconnect(5 * MILLI, 5 * MILLI).start();
    let error = client.request(request(1), 30 * MILLI).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(NotSent::Down)), "{error}");
}

/// The host dials, and this side asks. When it dials anew, the new connection replaces the old.
#[tokio::test]
async fn moov_112_the_requesting_side_may_be_the_listener() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = Client::listener(listener).start();
    // a host that dials and responds is a client with a handler
    let host = Client::builder(address).on_request(approve).connect().await.unwrap();
    assert!(holds(&client.request(request(1), LIMIT).await.unwrap(), 1));
    // a half-open connection: the host has forgotten the old one and dials anew
    let again = Client::builder(address).on_request(approve).connect().await.unwrap();
    for n in 2..10 {
        match client.request(request(n), LIMIT).await {
            Ok(response) => assert!(holds(&response, n)),
            Err(error) => assert!(n == 2, "{error}"),
        }
    }
    drop((host, again));
}

/// A server asks over a connection that the other side made.
#[tokio::test]
async fn a_server_sends_requests_to_its_peers() {
    let (peers, mut connected) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::bind("127.0.0.1:0")
        .on_connect(move |peer, _| peers.send(peer).unwrap())
        .serve_sync(approve)
        .await
        .unwrap();
    let serve = |request: Received| async move { Some(response_to(request.wire())) };
    let _client = Client::builder(server.address()).on_request_async(serve).connect().await.unwrap();
    let peer = connected.recv().await.unwrap();
    assert!(holds(&peer.request(request(1), LIMIT).await.unwrap(), 1));
}

#[tokio::test]
async fn shutdown_waits_for_responses_and_signs_off() {
    let codes = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&codes);
    let server = Server::bind("127.0.0.1:0")
        .serve(move |request: Received| {
            let code =
                request.message().get(de::NETWORK_CODE).map_or("sale".into(), |field| field.to_string());
            seen.lock().unwrap().push(code);
            async move {
                sleep(50 * MILLI).await;
                response_to(request.wire())
            }
        })
        .await
        .unwrap();
    let client = Client::builder(server.address())
        .sign_on(|| network(900, "001"), |response| response.get(39).is_some_and(|code| code == "00"), SECOND)
        .sign_off(|| network(901, "002"), SECOND)
        .connect()
        .await
        .unwrap();
    let sent = tokio::spawn({
        let client = client.clone();
        async move { client.request(request(1), LIMIT).await }
    });
    while client.in_flight() == 0 {
        sleep(MILLI).await;
    }
    client.shutdown(5 * SECOND).await;
    assert!(holds(&sent.await.unwrap().unwrap(), 1));
    assert_eq!(*codes.lock().unwrap(), ["001", "sale", "002"]);
    let error = client.request(request(2), LIMIT).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(NotSent::Closing)), "{error}");
    server.shutdown(SECOND).await;
}

#[tokio::test]
async fn a_server_responds_to_what_it_took_before_it_closes() {
    let serve = |request: Received| async move {
        sleep(80 * MILLI).await;
        response_to(request.wire())
    };
    let server = Server::bind("127.0.0.1:0").serve(serve).await.unwrap();
    let client = Client::builder(server.address()).reconnect(SECOND, SECOND).connect().await.unwrap();
    let sent: Vec<_> = (0..20)
        .map(|n| {
            let client = client.clone();
            (n, tokio::spawn(async move { client.request(request(n), LIMIT).await }))
        })
        .collect();
    while server.totals().taken < 20 {
        sleep(MILLI).await;
    }
    server.shutdown(5 * SECOND).await;
    for (n, sent) in sent {
        assert!(holds(&sent.await.unwrap().unwrap(), n));
    }
}

#[tokio::test]
async fn a_pool_goes_around_connections_that_are_down() {
    let servers = [server().await, server().await, server().await];
    let clients = servers
        .each_ref()
        .map(|server| Client::builder(server.address()).reconnect(5 * MILLI, 20 * MILLI).start());
    for client in &clients {
        client.up().await;
    }
    let pool = Pool::new(clients);
    for n in 0..30 {
        assert!(holds(&pool.request(request(n), LIMIT).await.unwrap(), n));
    }
    assert!(servers.iter().all(|server| server.totals().taken >= 5), "each has its share");
    let [first, rest @ ..] = servers;
    first.shutdown(SECOND).await;
    while pool.health().up > 2 {
        sleep(MILLI).await;
    }
    for n in 100..130 {
        assert!(holds(&pool.request(request(n), LIMIT).await.unwrap(), n));
    }
    assert_eq!((pool.health().up, pool.health().of), (2, 3));
    pool.shutdown(SECOND).await;
    drop(rest);
}

/// What waits for its turn on a connection that is lost was not sent: the pool sends it over another.
#[tokio::test]
async fn a_pool_sends_what_had_not_left_over_another_connection() {
    let host = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stuck = Client::builder(host.local_addr().unwrap()).outbox(1 << 25).start();
    let (reads_nothing, _) = host.accept().await.unwrap();
    stuck.up().await;
    let holds_back = |request: &Message<'_>, reply: Reply<'_>| {
        if request.number(de::STAN) != Ok(1) {
            approve(request, reply);
        }
    };
    let server = Server::bind("127.0.0.1:0").serve_sync(holds_back).await.unwrap();
    let other = Client::builder(server.address()).connect().await.unwrap();
    let waits = other.clone();
    let unanswered = tokio::spawn(async move { waits.request(request(1), LIMIT).await });
    // more than the buffers of the system take, so that the writer is held up
    let text = "x".repeat(999);
    let mut notice = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
    [46, 47, 48, 60, 61, 62, 63].into_iter().for_each(|number| _ = notice.set(number, text.as_str()));
    let notice = notice.to_vec().unwrap();
    (0..2_000).for_each(|_| stuck.notify(notice.as_slice()).unwrap());
    while other.in_flight() == 0 {
        sleep(MILLI).await;
    }
    sleep(20 * MILLI).await;
    let pool = Arc::new(Pool::new([stuck.clone(), other]));
    let sent = tokio::spawn(async move { pool.request(request(2), LIMIT).await });
    while stuck.in_flight() == 0 {
        sleep(MILLI).await;
    }
    drop((reads_nothing, host));
    assert!(holds(&sent.await.unwrap().unwrap(), 2));
    unanswered.abort();
}

/// What a peer does that means no good.
async fn hostile(address: std::net::SocketAddr, kind: u32) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8_192).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    match kind % 4 {
        // half a frame
        0 => stream.write_all(b"\x01\0half").await.unwrap(),
        // a corrupt length
        1 => stream.write_all(b"\xFF\xFFcorrupt").await.unwrap(),
        // sends requests, and takes no response
        2 => {
            let mut frame = [0; 256];
            let frame = Framing::BINARY2.wrap(b"", &request(1), &mut frame).unwrap();
            while stream.write_all(frame).await.is_ok() {}
            return;
        }
        // what is no message
        _ => stream.write_all(b"\0\x04\xFF\xFF\xFF\xFF").await.unwrap(),
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
}

/// A server with small socket buffers, so that who reads nothing is found out soon.
async fn patient(limit: Duration) -> Server {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(8_192).unwrap();
    socket.set_recv_buffer_size(8_192).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let server = Server::on(socket.listen(64).unwrap()).framing(Framing::BINARY2.with_limit(1_000));
    let server = server.connections(40).connections_per_peer(40).outbox(4_096);
    let server = server.frame_timeout(limit).write_timeout(limit).idle_timeout(limit);
    server.serve_sync(approve).await.unwrap()
}

/// Peers that send nothing, send slowly, or read nothing, and one that works: it does not notice, though nobody
/// lets them go.
#[tokio::test]
async fn slow_and_hostile_peers_hold_nobody_else() {
    let server = patient(100 * LIMIT).await;
    let client = Client::builder(server.address()).connect().await.unwrap();
    let hostile: Vec<_> = (0..36).map(|kind| tokio::spawn(hostile(server.address(), kind))).collect();
    for n in 0..200 {
        assert!(holds(&client.request(request(n), LIMIT).await.unwrap(), n));
    }
    client.shutdown(SECOND).await;
    hostile.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Where there are limits of time such peers are let go.
#[tokio::test]
async fn slow_and_hostile_peers_are_let_go() {
    let server = patient(300 * MILLI).await;
    let hostile: Vec<_> = (0..36).map(|kind| tokio::spawn(hostile(server.address(), kind))).collect();
    for task in hostile {
        timeout(LIMIT, task).await.expect("every hostile peer is let go").unwrap();
    }
}

/// A host with every bad habit at once. Each request gets its own response, or the truth about why
/// there is none: what got a response was seen by the host once, what was not sent never.
#[tokio::test]
async fn no_request_is_lost_mismatched_or_completed_twice() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(std::sync::Mutex::new(HashMap::<u32, u32>::new()));
    let host = tokio::spawn(bad_host(listener, Arc::clone(&seen)));
    let client = Client::builder(address).reconnect(MILLI, 5 * MILLI).window(64).start();
    let next = Arc::new(AtomicU32::new(0));
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let (client, next) = (client.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                let mut outcomes = Vec::new();
                loop {
                    let stan = next.fetch_add(1, Ordering::Relaxed);
                    if stan >= 3_000 {
                        return outcomes;
                    }
                    outcomes.push((stan, client.request(request(stan), 400 * MILLI).await));
                }
            })
        })
        .collect();
    let (mut answered, mut unknown, mut not_sent) = (0, 0, 0);
    let mut outcomes = HashMap::new();
    for caller in callers {
        for (stan, outcome) in timeout(LIMIT, caller).await.unwrap().unwrap() {
            assert!(outcomes.insert(stan, ()).is_none(), "one outcome each");
            let times = seen.lock().unwrap().get(&stan).copied().unwrap_or(0);
            match outcome {
                Ok(response) => {
                    assert!(holds(&response, stan), "the response to another request");
                    assert_eq!(times, 1, "{stan}");
                    answered += 1;
                }
                Err(SendError::NotSent(why)) => {
                    assert_eq!(times, 0, "{stan} was told not sent ({why}), and it was");
                    not_sent += 1;
                }
                Err(error) => {
                    assert!(times <= 1 && error.may_have_arrived(), "{stan}: {error}");
                    unknown += 1;
                }
            }
        }
    }
    assert_eq!((outcomes.len(), answered + unknown + not_sent), (3_000, 3_000));
    assert!(answered > 500 && unknown > 20, "{answered} answered, {unknown} unknown, {not_sent} not sent");
    host.abort();
}

/// Delays, reorders, merges, splits, responds twice, keeps silent, corrupts a length, closes in
/// mid-frame; then accepts the next connection.
async fn bad_host(listener: TcpListener, seen: Arc<std::sync::Mutex<HashMap<u32, u32>>>) {
    let mut random = 7_u32;
    let mut dice = move |sides: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) % sides
    };
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut input, mut held) = (Vec::new(), Vec::<Vec<u8>>::new());
        let mut lives = 20 + dice(60);
        'connection: loop {
            if !matches!(timeout(20 * MILLI, stream.read_buf(&mut input)).await, Ok(Ok(1..)) | Err(_)) {
                break;
            }
            while let Some(frame) = Framing::BINARY2.split(&input).unwrap() {
                let message = frame.payload.to_vec();
                let used = frame.consumed;
                input.drain(..used);
                let stan = Message::parse(&ISO87_ASCII, &message).unwrap().number(de::STAN).unwrap();
                *seen.lock().unwrap().entry(u32::try_from(stan).unwrap()).or_default() += 1;
                held.push(message);
            }
            lives = lives.saturating_sub(1);
            let mut out = Vec::new();
            while !held.is_empty() && dice(8) != 0 {
                let index = usize::try_from(dice(u32::try_from(held.len()).unwrap())).unwrap();
                let message = held.swap_remove(index);
                let mut room = [0; 256];
                let frame = Framing::BINARY2.wrap(b"", &response_to(&message), &mut room).unwrap();
                match dice(40) {
                    0 => (),
                    1 => out.extend([frame, frame].concat()),
                    _ => out.extend(frame),
                }
            }
            if lives == 0 {
                match dice(3) {
                    // a corrupt length, and half of what it would have said
                    0 => out.extend(b"\xFF\xF0\xFF"),
                    1 => out.truncate(out.len() / 2),
                    _ => (),
                }
            }
            let piece = usize::try_from(1 + dice(200)).unwrap();
            for piece in out.chunks(piece) {
                if stream.write_all(piece).await.is_err() {
                    break 'connection;
                }
                if dice(10) == 0 {
                    sleep(MILLI).await;
                }
            }
            if lives == 0 {
                break;
            }
        }
    }
}

/// A request that comes again, as a repeat or as it was, over the same connection or a new one, gets
/// the response that was given, and no handler sees it again.
#[tokio::test]
async fn a_request_that_comes_again_gets_the_same_response_and_is_not_processed_twice() {
    let processed = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&processed);
    let server = Server::bind("127.0.0.1:0")
        .deduplicate(16, 60 * SECOND)
        .serve_sync(move |request: &Message<'_>, reply: Reply<'_>| {
            let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
            let mut response = Builder::reply_to(request);
            response.echo(request, &[de::AMOUNT, de::STAN, de::TERMINAL]).set(de::RESPONSE_CODE, "00");
            reply.send(response.set(de::APPROVAL_CODE, 100_000 + number)).unwrap();
        })
        .await
        .unwrap();
    let repeat = {
        let octets = request(1);
        let message = Message::parse(&ISO87_ASCII, &octets).unwrap();
        Builder::copy_of(&message, &ISO87_ASCII)
            .mti(Mti::FINANCIAL_REQUEST.repeat().unwrap())
            .to_vec()
            .unwrap()
    };
    let first = Client::builder(server.address()).connect().await.unwrap();
    let given = first.request(request(1), LIMIT).await.unwrap();
    assert_eq!(first.request(repeat.clone(), LIMIT).await.unwrap().wire(), given.wire());
    drop(first);
    let second = Client::builder(server.address()).connect().await.unwrap();
    assert_eq!(second.request(request(1), LIMIT).await.unwrap().wire(), given.wire());
    assert_eq!(processed.load(Ordering::SeqCst), 1);
    // the same key with another amount is another request, and so is another key
    let other = {
        let octets = request(1);
        let message = Message::parse(&ISO87_ASCII, &octets).unwrap();
        Builder::copy_of(&message, &ISO87_ASCII).set(de::AMOUNT, 77).to_vec().unwrap()
    };
    let third = Client::builder(server.address()).connect().await.unwrap();
    assert!(third.request(other, LIMIT).await.is_ok());
    assert!(second.request(request(2), LIMIT).await.is_ok());
    assert_eq!(processed.load(Ordering::SeqCst), 3);
    assert_eq!(server.totals().repeated, 2);
}
